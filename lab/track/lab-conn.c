/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A connection: who is the client, what each segment is to it, and, in the end, what
 * became of it.
 */
#include "config.h"

#include "lab/track/lab-conn.h"

#include <string.h>

#include "lab/track/lab-seq.h"

/* A SYN with a new number ends a connection that has been silent for so long. A shorter
 * silence is an ordinary pause of a conversation, and the SYN may be forged. */
#define IDLE_NS ((gint64) 120 * 1000 * 1000 * 1000)

static gboolean
from_client (const LabSegment *segment)
{
  if ((segment->flags & (LAB_SYN | LAB_ACK)) == LAB_SYN)
    return TRUE;
  if (segment->flags & LAB_SYN)
    return FALSE;
  return segment->src_port >= segment->dst_port;
}

static void
set_address (LabEndReport *end, const LabAddress *address, guint16 port)
{
  end->address = *address;
  end->port = port;
}

/**
 * lab_conn_init:
 * @conn: (out caller-allocates): a connection
 * @first: the first segment of it that is seen; it is not yet taken in
 * @scope: (nullable) (transfer none): see #LabTraceOptions
 */
void
lab_conn_init (LabConn *conn, const LabSegment *first, const char *scope)
{
  LabConnection *report = &conn->report;
  LabSide from = LAB_CLIENT;

  memset (conn, 0, sizeof *conn);
  lab_end_init (&conn->end[LAB_CLIENT]);
  lab_end_init (&conn->end[LAB_SERVER]);
  report->to_itself =
      first->src_port == first->dst_port && lab_address_equal (&first->src, &first->dst);
  if (!report->to_itself && !from_client (first))
    from = LAB_SERVER;
  set_address (&report->end[from], &first->src, first->src_port);
  set_address (&report->end[lab_side_other (from)], &first->dst, first->dst_port);
  report->end[LAB_CLIENT].scope = report->end[LAB_SERVER].scope = scope;
  report->first_frame = report->last_frame = first->number;
  report->first_time_ns = report->last_time_ns = first->time_ns;
  report->has_time = first->has_time;
  conn->midstream = (first->flags & LAB_SYN) == 0;
  report->end[LAB_CLIENT].state = conn->midstream          ? LAB_ESTABLISHED
                                  : first->flags & LAB_ACK ? LAB_SYN_SENT
                                                           : LAB_CLOSED;
  report->end[LAB_SERVER].state = conn->midstream     ? LAB_ESTABLISHED
                                  : report->to_itself ? LAB_CLOSED
                                                      : LAB_LISTEN;
  lab_conn_note_path (conn);
}

/**
 * lab_conn_restart:
 * @segment: a SYN
 *
 * What was seen of the connection so far was the end of another that nothing is known of;
 * it begins now.
 */
void
lab_conn_restart (LabConn *conn, const LabSegment *segment, gsize *budget)
{
  LabConn old = *conn;

  lab_end_clear (&conn->end[LAB_CLIENT], budget);
  lab_end_clear (&conn->end[LAB_SERVER], budget);
  lab_conn_init (conn, segment, old.report.end[LAB_CLIENT].scope);
  conn->next_in_bucket = old.next_in_bucket;
  conn->hash = old.hash;
  conn->by_age = old.by_age;
  conn->over = old.over;
  conn->is_over = old.is_over;
  conn->listener = old.listener;
  conn->streams = old.streams;
  conn->waiting = old.waiting;
  conn->report.stream = old.report.stream;
  conn->report.chat = old.report.chat;
  conn->report.first_frame = old.report.first_frame;
  conn->report.first_time_ns = old.report.first_time_ns;
}

/**
 * lab_conn_side:
 * @segment: a segment of this connection
 *
 * Returns: who sent it
 */
LabSide
lab_conn_side (const LabConn *conn, const LabSegment *segment)
{
  const LabEndReport *client = &conn->report.end[LAB_CLIENT];

  return segment->src_port == client->port && lab_address_equal (&segment->src, &client->address)
             ? LAB_CLIENT
             : LAB_SERVER;
}

static gboolean
is_gone (LabState state)
{
  return state == LAB_CLOSED || state == LAB_LISTEN || state == LAB_TIME_WAIT;
}

/**
 * lab_conn_begins_another:
 * @segment: a segment between the same addresses and ports
 *
 * Returns: whether it is a SYN that does not belong to @conn but begins another connection
 */
gboolean
lab_conn_begins_another (const LabConn *conn, const LabSegment *segment)
{
  LabSide from = lab_conn_side (conn, segment);
  const LabEnd *sender = &conn->end[from];
  const LabEnd *receiver = &conn->end[lab_side_other (from)];
  LabState state = conn->report.end[from].state;
  LabState other = conn->report.end[lab_side_other (from)].state;

  if ((segment->flags & (LAB_SYN | LAB_ACK | LAB_RST)) != LAB_SYN)
    return FALSE;
  if (!sender->has_base || segment->seq == sender->base)
    return FALSE;
  if (is_gone (state) || is_gone (other))
    return TRUE;
  if (state == LAB_SYN_SENT || other == LAB_SYN_RECEIVED)
    return TRUE; /* not synchronized yet */
  if (sender->sent_fin || receiver->sent_fin)
    return TRUE; /* who has closed, or was told so, does not begin the same connection again */
  if (!sender->heard || !receiver->heard)
    return TRUE;
  return segment->time_ns - conn->report.last_time_ns >= IDLE_NS;
}

/**
 * lab_conn_was_taken_over:
 * @segment: a segment of @conn
 *
 * Returns: whether it accepts a SYN that did not fit into @conn: then another connection
 *   has begun with that
 */
gboolean
lab_conn_was_taken_over (const LabConn *conn, const LabSegment *segment)
{
  return conn->pending.frame != 0 &&
         (segment->flags & (LAB_SYN | LAB_ACK | LAB_RST)) == (LAB_SYN | LAB_ACK) &&
         lab_conn_side (conn, segment) != conn->pending_side &&
         segment->ack == conn->pending.isn + 1;
}

/**
 * lab_conn_begin_from_pending:
 * @conn: a new connection, whose first segment is the answer to a SYN
 * @old: the connection in whose place it comes, which has that SYN
 * @budget: bytes that all ends together may still take
 */
void
lab_conn_begin_from_pending (LabConn *conn, const LabConn *old, gsize *budget)
{
  LabEnd *client = &conn->end[LAB_CLIENT];
  guint32 seq = old->pending.isn;
  LabFlight syn = { old->pending_time_ns, old->pending.frame, FALSE, seq, seq + 1 };

  client->has_base = client->isn_known = client->heard = client->sent_syn = TRUE;
  client->base = client->isn = seq;
  client->sent = client->received = seq + 1;
  client->has_next = client->has_contiguous = TRUE;
  client->next = client->contiguous = seq + 1;
  client->next_frame = old->pending.frame;
  client->next_time_ns = old->pending_time_ns;
  client->before_first_ack = TRUE;
  client->scale =
      old->pending.has & LAB_HAS_WSCALE ? (gint8) MIN (old->pending.wscale, 14) : LAB_SCALE_UNUSED;
  lab_end_fly (client, &syn, budget);
  conn->round_trip.has_syn = TRUE;
  conn->round_trip.syn_time_ns = old->pending_time_ns;
  conn->report.end[LAB_CLIENT].offer = old->pending;
  conn->report.completeness = LAB_COMPLETE_SYN;
}

/* The end that was taken for the server turns out to be the client: its SYN came late. */
static void
exchange_ends (LabConn *conn)
{
  LabEnd end = conn->end[LAB_CLIENT];
  LabEndReport report = conn->report.end[LAB_CLIENT];

  conn->end[LAB_CLIENT] = conn->end[LAB_SERVER];
  conn->end[LAB_SERVER] = end;
  conn->report.end[LAB_CLIENT] = conn->report.end[LAB_SERVER];
  conn->report.end[LAB_SERVER] = report;
  conn->server_was_last = !conn->server_was_last;
}

static void
find_sides (LabConn *conn, LabFinding *finding)
{
  const LabSegment *segment = &finding->segment;

  finding->from = lab_conn_side (conn, segment);
  if (!conn->report.to_itself && conn->midstream && (segment->flags & LAB_SYN) != 0 &&
      (segment->flags & LAB_RST) == 0 &&
      finding->from != (segment->flags & LAB_ACK ? LAB_SERVER : LAB_CLIENT))
    {
      exchange_ends (conn);
      finding->from = lab_side_other (finding->from);
    }
}

static void
complete (LabConn *conn, const LabSegment *segment)
{
  guint8 *bits = &conn->report.completeness;

  if ((segment->flags & (LAB_SYN | LAB_ACK)) == LAB_SYN)
    *bits |= LAB_COMPLETE_SYN;
  else if (segment->flags & LAB_SYN)
    *bits |= LAB_COMPLETE_SYN_ACK;
  else if ((segment->flags & LAB_ACK) != 0 && segment->len == 0)
    *bits |= LAB_COMPLETE_ACK;
  if (segment->len > 0)
    *bits |= LAB_COMPLETE_DATA;
  if (segment->flags & LAB_FIN)
    *bits |= LAB_COMPLETE_FIN;
  if (segment->flags & LAB_RST)
    *bits |= LAB_COMPLETE_RST;
}

static void
count (LabConn *conn, const LabFinding *finding)
{
  LabEndReport *end = &conn->report.end[finding->from];

  end->segments++;
  if (finding->resent)
    {
      end->retransmissions++;
      end->resent_bytes += finding->segment.len;
    }
  if (finding->analysis & LAB_ANALYSIS_OUT_OF_ORDER)
    {
      end->out_of_order++;
      end->overtaken += finding->overtaken;
    }
  if (finding->analysis & LAB_ANALYSIS_DUPLICATE_ACK)
    end->duplicate_acks++;
  if (finding->analysis & LAB_ANALYSIS_ZERO_WINDOW)
    end->zero_windows++;
  if (finding->analysis & LAB_ANALYSIS_KEEP_ALIVE)
    end->keep_alives++;
  if (finding->analysis & LAB_ANALYSIS_LOST_SEGMENT)
    conn->report.lost_segments++;
}

static void
copy_states (const LabConn *conn, LabState states[LAB_N_SIDES])
{
  for (guint side = 0; side < LAB_N_SIDES; side++)
    states[side] = conn->report.end[side].state;
}

/* Nothing that an end has sent proves its state: it was not heard at all, or only its
 * acknowledgments were, which many states send. */
static gboolean
is_assumed (const LabConn *conn, LabSide side)
{
  const LabEnd *end = &conn->end[conn->report.to_itself ? LAB_CLIENT : side];

  if (conn->midstream)
    return !end->sent_data && !end->sent_fin && !end->heard_rst;
  return !end->heard && !end->heard_rst;
}

static guint32
scaled_window (const LabConn *conn, LabSide from, const LabSegment *segment)
{
  const LabOffer *offers[] = { &conn->report.end[LAB_CLIENT].offer,
                               &conn->report.end[LAB_SERVER].offer };

  if ((segment->flags & LAB_SYN) != 0 || offers[0]->frame == 0 || offers[1]->frame == 0 ||
      (offers[0]->has & offers[1]->has & LAB_HAS_WSCALE) == 0)
    return segment->window;
  return (guint32) segment->window << MIN (offers[from]->wscale, 14);
}

static void
make_relative (const LabConn *conn, LabFinding *finding)
{
  const LabSegment *segment = &finding->segment;
  guint32 ours = conn->end[finding->from].base;
  guint32 theirs = conn->end[lab_side_other (finding->from)].base;

  finding->seq = segment->seq - ours;
  finding->ack = segment->flags & LAB_ACK ? segment->ack - theirs : 0;
  for (guint i = 0; i < segment->n_sacks; i++)
    {
      finding->sack_left[i] = segment->sacks[i].left - theirs;
      finding->sack_right[i] = segment->sacks[i].right - theirs;
    }
}

static void
place_in_time (LabConn *conn, LabFinding *finding)
{
  const LabSegment *segment = &finding->segment;

  finding->since_start_ns = segment->time_ns - conn->report.first_time_ns;
  finding->since_previous_ns = segment->time_ns - conn->report.last_time_ns;
  conn->report.last_frame = segment->number;
  conn->report.last_time_ns = segment->time_ns;
}

/* A SYN that counts is where relative numbers begin, whatever was taken for it before. */
static void
correct_base (LabConn *conn, LabSide from, const LabSegment *segment)
{
  LabEnd *end = &conn->end[from];

  if ((segment->flags & LAB_SYN) != 0 && end->isn_known && end->isn == segment->seq)
    {
      end->has_base = TRUE;
      end->base = segment->seq;
    }
}

/* A SYN,ACK with a number of its own after an end has closed: most likely another connection
 * has begun, and the capture lacks its SYN. Nothing proves that, so it changes no state; but its
 * numbers count from it, and it is compared with what follows, as in tshark. */
static gboolean
begins_unseen (const LabConn *conn, const LabSegment *segment)
{
  gboolean closed = conn->end[LAB_CLIENT].sent_fin || conn->end[LAB_SERVER].sent_fin;

  return (conn->is_over || closed) && (segment->flags & (LAB_SYN | LAB_ACK)) == (LAB_SYN | LAB_ACK);
}

/* Looks at a segment as tshark does, and takes it into what is known of both ends. */
static void
analyse (LabConn *conn, LabFinding *finding, gsize *budget)
{
  LabEnd *sender = &conn->end[finding->from];
  LabEnd *receiver = &conn->end[lab_side_other (finding->from)];

  lab_analysis_add (sender, receiver, &conn->round_trip, finding, budget);
  lab_analysis_take_options (sender, receiver, &finding->segment);
}

/* Whether it takes numbers below the highest that was sent. To lab-analysis.c everything
 * looks so that comes after a forged segment with a number far ahead. Where both ends open
 * at once, each sends a SYN and then, with the same number, a SYN,ACK (RFC 9293, figure 7). */
static gboolean
is_behind (const LabEnd *sender, const LabSegment *segment)
{
  gboolean takes = segment->len > 0 || (segment->flags & (LAB_SYN | LAB_FIN)) != 0;
  gboolean crossing = (segment->flags & (LAB_SYN | LAB_ACK)) == (LAB_SYN | LAB_ACK) &&
                      sender->sent_syn && !sender->sent_syn_ack;

  return sender->heard && takes && !crossing && lab_seq_lt (segment->seq, sender->sent);
}

/* What is behind has been sent before, or it fills a gap. A gap that is filled soon was
 * overtaken; lab-analysis.c says so of everything that comes soon, but here the capture may
 * have the first sending. A FIN that is not the one of its end was not sent before either. */
static gboolean
is_resent (const LabConn *conn, const LabFinding *finding)
{
  const LabEndReport *sender = &conn->report.end[finding->from];
  const LabSegment *segment = &finding->segment;

  if (segment->len == 0 && (segment->flags & (LAB_FIN | LAB_SYN)) == LAB_FIN &&
      (sender->fin_frame == 0 || sender->fin_seq != segment->seq))
    return FALSE;
  return (finding->analysis & LAB_ANALYSIS_RETRANSMISSION) != 0 ||
         ((finding->analysis & LAB_ANALYSIS_OUT_OF_ORDER) != 0 && finding->resends_frame != 0);
}

/* Counted where the third segment of the handshake is recognized, not at whatever
 * acknowledgment comes first. */
static void
note_round_trip (LabConn *conn, const LabSegment *segment)
{
  LabConnection *report = &conn->report;

  if (report->handshake_ack_frame == segment->number && !report->has_initial_rtt &&
      conn->round_trip.has_syn)
    {
      report->has_initial_rtt = TRUE;
      report->initial_rtt_ns = segment->time_ns - conn->round_trip.syn_time_ns;
    }
}

/**
 * lab_conn_add:
 * @finding: (inout): its segment is one of this connection's and is not malformed;
 *   everything else is set
 * @budget: bytes that all ends together may still take
 */
void
lab_conn_add (LabConn *conn, LabFinding *finding, gsize *budget)
{
  LabConnection *report = &conn->report;
  const LabSegment *segment = &finding->segment;
  LabSide from;
  gboolean behind = FALSE;

  find_sides (conn, finding);
  from = finding->from;
  behind = is_behind (&conn->end[from], segment);
  /* Who opens a window that was closed, as something in front of a server does, has changed it. */
  finding->rescaled = conn->end[from].before_first_ack && conn->end[from].scale > 0 &&
                      conn->end[from].last_window != 0;
  finding->connection = report;
  finding->stream = report->stream;
  if (conn->reused && report->end[from].segments == 0 && report->first_frame == segment->number)
    finding->analysis |= LAB_ANALYSIS_REUSED_PORTS;
  copy_states (conn, finding->before);
  place_in_time (conn, finding);

  if (lab_conn_follow (conn, from, finding))
    {
      lab_conn_note_path (conn);
      correct_base (conn, from, segment);
      analyse (conn, finding, budget);
      finding->resent = behind && is_resent (conn, finding);
      finding->overtaken =
          behind && !finding->resent && (finding->analysis & LAB_ANALYSIS_OUT_OF_ORDER) != 0;
      note_round_trip (conn, segment);
    }
  else if (begins_unseen (conn, segment))
    {
      conn->end[from].base = segment->seq;
      finding->analysis |= LAB_ANALYSIS_REUSED_PORTS;
      analyse (conn, finding, budget);
    }

  make_relative (conn, finding);
  finding->window = scaled_window (conn, from, segment);
  complete (conn, segment);
  finding->completeness = report->completeness;
  count (conn, finding);
  copy_states (conn, finding->state);
  for (guint side = 0; side < LAB_N_SIDES; side++)
    finding->assumed[side] = report->end[side].assumed = is_assumed (conn, (LabSide) side);
  if (segment->flags & LAB_ACK && (segment->flags & LAB_SYN) == 0)
    conn->pending.frame = 0;
  lab_conn_name_event (conn, finding);
}

/**
 * lab_conn_add_malformed:
 * @finding: (inout): its segment's header is cut off or lies; it changes no state
 */
void
lab_conn_add_malformed (LabConn *conn, LabFinding *finding)
{
  finding->from = lab_conn_side (conn, &finding->segment);
  finding->connection = &conn->report;
  finding->stream = conn->report.stream;
  finding->event = LAB_EVENT_MALFORMED;
  place_in_time (conn, finding);
  conn->report.end[finding->from].segments++;
  finding->completeness = conn->report.completeness;
  copy_states (conn, finding->before);
  copy_states (conn, finding->state);
  for (guint side = 0; side < LAB_N_SIDES; side++)
    finding->assumed[side] = conn->report.end[side].assumed = is_assumed (conn, (LabSide) side);
}

/* Whether both ends have used it: a handshake was seen, or data in its middle. */
static gboolean
was_established (const LabConn *conn)
{
  const LabEnd *client = &conn->end[LAB_CLIENT];
  const LabEnd *server = &conn->end[LAB_SERVER];

  if (conn->midstream)
    return client->heard || server->heard;
  return client->sent_ack && (client->sent_syn || server->sent_syn_ack);
}

static void
conclude_reset (LabConn *conn, LabSide by)
{
  LabConnection *report = &conn->report;
  const LabEnd *client = &conn->end[LAB_CLIENT];
  const LabEnd *server = &conn->end[LAB_SERVER];

  report->outcome = by == LAB_CLIENT ? LAB_OUTCOME_RESET_BY_CLIENT : LAB_OUTCOME_RESET_BY_SERVER;
  if (by == LAB_CLIENT && client->sent_syn && !server->heard && !client->sent_ack)
    report->conn_state = LAB_CONN_RSTOS0;
  else if (by == LAB_SERVER && client->sent_syn && !server->heard && !client->sent_ack)
    {
      report->conn_state = LAB_CONN_REJ;
      report->outcome = LAB_OUTCOME_REFUSED;
    }
  else if (by == LAB_SERVER && server->sent_syn_ack && !client->heard)
    report->conn_state = LAB_CONN_RSTRH;
  else if (was_established (conn) || server->sent_syn_ack)
    report->conn_state = by == LAB_CLIENT ? LAB_CONN_RSTO : LAB_CONN_RSTR;
  else
    report->conn_state = LAB_CONN_OTH;
}

static void
conclude_half_closed (LabConn *conn, LabSide by)
{
  LabConnection *report = &conn->report;
  const LabEnd *client = &conn->end[LAB_CLIENT];
  const LabEnd *server = &conn->end[LAB_SERVER];

  report->outcome = LAB_OUTCOME_HALF_CLOSED;
  if (by == LAB_CLIENT)
    report->conn_state = client->sent_syn && !server->heard ? LAB_CONN_SH : LAB_CONN_S2;
  else
    report->conn_state =
        server->sent_syn_ack && !client->sent_syn && !client->heard ? LAB_CONN_SHR : LAB_CONN_S3;
}

static void
conclude_open (LabConn *conn)
{
  LabConnection *report = &conn->report;
  const LabEnd *client = &conn->end[LAB_CLIENT];
  const LabEnd *server = &conn->end[LAB_SERVER];

  report->conn_state = LAB_CONN_OTH;
  report->outcome = LAB_OUTCOME_UNKNOWN;
  if (client->sent_syn && !server->heard && !client->sent_ack)
    {
      report->conn_state = LAB_CONN_S0;
      report->outcome = LAB_OUTCOME_NO_ANSWER;
    }
  else if (conn->midstream)
    {
      if (!report->end[LAB_CLIENT].assumed || !report->end[LAB_SERVER].assumed)
        report->outcome = LAB_OUTCOME_OPEN;
    }
  else if (was_established (conn))
    {
      report->conn_state = LAB_CONN_S1;
      report->outcome = LAB_OUTCOME_OPEN;
    }
}

/**
 * lab_conn_conclude:
 *
 * Sets outcome and conn_state of the report from what is known now.
 */
void
lab_conn_conclude (LabConn *conn)
{
  const LabEnd *client = &conn->end[LAB_CLIENT];
  const LabEnd *server = &conn->end[LAB_SERVER];

  if (client->rst_counted || server->rst_counted)
    conclude_reset (conn, client->rst_counted ? LAB_CLIENT : LAB_SERVER);
  else if (client->sent_fin && server->sent_fin)
    {
      conn->report.outcome = LAB_OUTCOME_CLOSED;
      conn->report.conn_state = LAB_CONN_SF;
    }
  else if (client->sent_fin || server->sent_fin)
    conclude_half_closed (conn, client->sent_fin ? LAB_CLIENT : LAB_SERVER);
  else
    conclude_open (conn);
}
