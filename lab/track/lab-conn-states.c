/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a segment does to the states of both ends (RFC 9293, 3.10.7).
 *
 * A segment counts as delivered, as in the figures of the RFC: its sender is where
 * sending takes it, its receiver where receiving does. When a later segment proves that
 * it was not delivered, the state is corrected with that later segment. A segment that
 * the receiver's RFC would not let count (a blind RST, a SYN in the middle) changes
 * nothing.
 */
#include "config.h"

#include "lab/track/lab-conn.h"
#include "lab/track/lab-seq.h"

/* So far behind what an end has allowed, data may still be one of its segments: a capture
 * may lack acknowledgments. */
#define WINDOW_SLACK (1u << 20)

static LabState
state_of (const LabConn *conn, LabSide side)
{
  return conn->report.end[side].state;
}

static void
input (LabConn *conn, LabSide side, LabInput in)
{
  LabEndReport *report = &conn->report.end[side];

  report->state = lab_machine_next (report->state, in);
}

/* Whether @ack acknowledges the SYN of @end, and nothing that it has not sent. */
static gboolean
acks_syn (const LabEnd *end, guint32 ack)
{
  if (!end->isn_known)
    return TRUE;
  return lab_seq_gt (ack, end->isn) && (!end->heard || lab_seq_le (ack, end->sent));
}

/* Nothing follows a FIN, so what acknowledges more than it acknowledges what was not sent, and is
 * dropped (RFC 9293, 3.10.7.4, fifth check). */
static gboolean
acks_fin (const LabEnd *end, guint32 ack)
{
  return end->sent_fin && ack == end->fin + 1;
}

static gboolean
uses_fast_open (const LabConn *conn)
{
  return ((conn->report.end[LAB_CLIENT].offer.has | conn->report.end[LAB_SERVER].offer.has) &
          LAB_HAS_FAST_OPEN) != 0;
}

/* Numbers */

/* Takes the numbers of a segment that counts into what its sender has sent. */
static void
take_numbers (LabConn *conn, LabSide from, const LabSegment *segment)
{
  LabEnd *sender = &conn->end[from];
  LabEnd *receiver = &conn->end[lab_side_other (from)];
  guint32 start = segment->seq + ((segment->flags & LAB_SYN) != 0);
  guint32 end = start + segment->len + ((segment->flags & LAB_FIN) != 0);

  if (!sender->heard)
    {
      sender->heard = TRUE;
      sender->sent = sender->received = segment->seq;
    }
  sender->sent = lab_seq_max (sender->sent, end);
  if (lab_seq_le (segment->seq, sender->received))
    sender->received = lab_seq_max (sender->received, end);
  if (segment->len > 0 && (segment->flags & LAB_ACK) != 0)
    sender->sent_data = TRUE;
  if (segment->flags & LAB_ACK)
    {
      guint shift =
          (segment->flags & LAB_SYN) == 0 && sender->scale > 0 ? (guint) sender->scale : 0;
      guint32 edge = segment->ack + ((guint32) segment->window << shift);

      sender->right_edge = sender->sent_ack ? lab_seq_max (sender->right_edge, edge) : edge;
      sender->max_ack =
          sender->sent_ack ? lab_seq_max (sender->max_ack, segment->ack) : segment->ack;
      sender->sent_ack = TRUE;
      /* What is acknowledged has arrived, whatever the capture lacks. */
      if (receiver->heard && lab_seq_le (segment->ack, receiver->sent))
        receiver->received = lab_seq_max (receiver->received, segment->ack);
    }
}

/* Data bytes by sequence numbers: @end_of_data is where they end so far. */
static void
count_bytes (LabConn *conn, LabSide from, const LabSegment *segment)
{
  LabEnd *sender = &conn->end[from];
  LabEndReport *report = &conn->report.end[from];
  guint32 start = segment->seq + ((segment->flags & LAB_SYN) != 0);
  guint32 end = start + segment->len;

  if (!sender->counts_bytes)
    {
      sender->counts_bytes = TRUE;
      sender->first_data = sender->end_of_data = start;
    }
  if (sender->sent_fin && lab_seq_gt (end, sender->fin))
    end = sender->fin;
  if (lab_seq_gt (end, sender->end_of_data))
    {
      report->bytes += end - sender->end_of_data;
      sender->end_of_data = end;
    }
  if (conn->midstream && segment->len > 0 && lab_seq_lt (start, sender->first_data))
    {
      report->bytes += sender->first_data - start;
      sender->first_data = start;
    }
}

/* RST */

/* RFC 9293, 3.10.7.3 and 3.10.7.4. What the receiver expects next is what it has said
 * that it has, or what a capture has seen on its way to it. */
static gboolean
rst_counts (const LabConn *conn, LabSide from, const LabSegment *segment)
{
  const LabEnd *sender = &conn->end[from];
  const LabEnd *receiver = &conn->end[lab_side_other (from)];

  if (state_of (conn, lab_side_other (from)) == LAB_SYN_SENT)
    return (segment->flags & LAB_ACK) != 0 && acks_syn (receiver, segment->ack);
  if (receiver->sent_ack && segment->seq == receiver->max_ack)
    return TRUE;
  if (!sender->heard)
    return !receiver->sent_ack;
  return segment->seq == sender->received || segment->seq == sender->sent;
}

/* Whether a RST that does not count is one that the receiver answers: it is within the window.
 * One outside is dropped without a word (RFC 9293, 3.10.7.4, first check; RFC 5961, 3.2). Where
 * the window is not known, because the capture lacks the SYNs, it may be any. */
static gboolean
is_challenged (const LabEnd *receiver, guint32 seq)
{
  if (!receiver->sent_ack || receiver->scale == LAB_SCALE_UNKNOWN)
    return TRUE;
  return lab_seq_ge (seq, receiver->max_ack) && lab_seq_lt (seq, receiver->right_edge);
}

static void
reset (LabConn *conn, LabSide from, guint64 frame)
{
  LabEnd *sender = &conn->end[from];

  if (!sender->rst_counted && !conn->end[lab_side_other (from)].rst_counted &&
      state_of (conn, from) != LAB_CLOSED)
    {
      sender->rst_counted = TRUE;
      conn->report.end[from].rst_frame = frame;
    }
  input (conn, from, LAB_INPUT_SEND_RST);
}

static void
follow_rst (LabConn *conn, LabSide from, LabFinding *finding)
{
  const LabSegment *segment = &finding->segment;
  LabSide to = lab_side_other (from);
  const LabEnd *sender = &conn->end[from];
  /* From SYN-SENT a RST answers a wrong acknowledgment, and its sender goes on trying
   * (RFC 9293, figures 9 and 10) ... */
  gboolean answers = state_of (conn, from) == LAB_SYN_SENT && segment->seq != sender->sent;
  gboolean counts = rst_counts (conn, from, segment);

  /* The form that RFC 9293, 3.5.2, gives a RST that is an answer: the number that the segment
   * before has acknowledged, and no acknowledgment. A RST that aborts may look the same (3.10.5),
   * and is none where there is nothing to answer. */
  finding->is_answer = (segment->flags & LAB_ACK) == 0 && conn->end[to].sent_ack &&
                       segment->seq == conn->end[to].last_ack &&
                       conn->server_was_last == (to == LAB_SERVER);
  /* ... unless it takes back a SYN that nobody has answered. */
  if (answers && !conn->end[to].heard && segment->seq == sender->isn)
    {
      reset (conn, from, segment->number);
      return;
    }
  if (!counts)
    {
      finding->event = LAB_EVENT_RST_IGNORED;
      conn->end[from].challenged = is_challenged (&conn->end[to], segment->seq);
      return;
    }
  if (!answers)
    reset (conn, from, segment->number);
  /* Who has come here from LISTEN goes back there; who has asked for the connection is refused. */
  if (state_of (conn, to) == LAB_SYN_RECEIVED && conn->end[to].sent_syn)
    conn->report.end[to].state = LAB_CLOSED;
  else
    input (conn, to, LAB_INPUT_RECV_RST);
}

/* SYN */

static LabOffer
offer_of (const LabSegment *segment)
{
  return (LabOffer){ .frame = segment->number,
                     .isn = segment->seq,
                     .ack = segment->ack,
                     .has = segment->has & ~0xffu,
                     .mss = segment->mss,
                     .wscale = segment->wscale,
                     .window = segment->window,
                     .has_isn = TRUE,
                     .has_ack = (segment->flags & LAB_ACK) != 0 };
}

static void
take_offer (LabConn *conn, LabSide from, const LabSegment *segment)
{
  conn->end[from].isn_known = TRUE;
  conn->end[from].isn = segment->seq;
  conn->report.end[from].offer = offer_of (segment);
  conn->midstream = FALSE;
}

/* Returns: whether the segment counts. */
static gboolean
follow_syn (LabConn *conn, LabSide from, LabFinding *finding)
{
  const LabSegment *segment = &finding->segment;
  LabSide to = lab_side_other (from);
  LabEnd *sender = &conn->end[from];
  LabEnd *receiver = &conn->end[to];

  if (segment->seq != (sender->isn_known ? sender->isn : sender->base) &&
      (sender->isn_known || sender->heard))
    {
      conn->pending = offer_of (segment);
      conn->pending_time_ns = segment->time_ns;
      conn->pending_side = from;
      sender->challenged = TRUE;
      return FALSE;
    }
  if (sender->isn_known)
    {
      if (sender->sent_ack)
        return TRUE; /* an old one, overtaken by what came of it */
      if (state_of (conn, to) == LAB_CLOSED && !receiver->sent_syn_ack)
        {
          conn->report.end[to].state = LAB_LISTEN; /* refused, and tried again */
          conn->report.end[to].rst_frame = 0;
          receiver->rst_counted = FALSE;
        }
      input (conn, from, LAB_INPUT_SEND_SYN_AGAIN);
      input (conn, to, LAB_INPUT_RECV_SYN);
      return TRUE;
    }

  sender->sent_syn = TRUE;
  take_offer (conn, from, segment);
  if (receiver->sent_syn_ack || sender->sent_ack)
    return TRUE; /* overtaken on its way to the capture */
  input (conn, from, LAB_INPUT_SEND_SYN);
  if (receiver->sent_syn) /* the two cross (figure 7) */
    {
      input (conn, from, LAB_INPUT_RECV_SYN);
      finding->event = LAB_EVENT_SIMULTANEOUS_OPEN;
    }
  input (conn, to, LAB_INPUT_RECV_SYN);
  return TRUE;
}

static gboolean
follow_syn_ack (LabConn *conn, LabSide from, LabFinding *finding)
{
  const LabSegment *segment = &finding->segment;
  LabSide to = lab_side_other (from);
  LabEnd *sender = &conn->end[from];
  LabEnd *receiver = &conn->end[to];

  if (sender->isn_known && segment->seq != sender->isn)
    {
      if (receiver->sent_ack || sender->sent_syn)
        {
          sender->challenged = TRUE;
          return FALSE;
        }
      sender->sent_syn_ack = FALSE; /* a server that has forgotten what it said first */
    }
  if (sender->sent_syn_ack)
    {
      if (!sender->proven)
        input (conn, from, LAB_INPUT_SEND_SYN_ACK_AGAIN);
    }
  else
    {
      if (!sender->sent_syn)
        take_offer (conn, from, segment);
      if (!sender->sent_syn && !receiver->sent_ack)
        input (conn, from, LAB_INPUT_SEND_SYN_ACK);
      sender->sent_syn_ack = TRUE;
    }
  if (acks_syn (receiver, segment->ack))
    input (conn, to, LAB_INPUT_RECV_SYN_ACK);
  return TRUE;
}

/* Everything else */

/* RFC 9293, 3.10.7.4, first check, for a FIN: it must be within what the receiver has
 * allowed, or follow what its sender has sent before. */
static gboolean
fin_counts (const LabConn *conn, LabSide from, guint32 fin)
{
  const LabEnd *sender = &conn->end[from];
  const LabEnd *receiver = &conn->end[lab_side_other (from)];

  if (sender->sent_fin)
    return fin == sender->fin;
  if (!sender->heard || !receiver->sent_ack)
    return TRUE;
  return lab_seq_le (fin, lab_seq_max (receiver->right_edge, sender->sent) + WINDOW_SLACK) &&
         lab_seq_ge (fin, receiver->max_ack - WINDOW_SLACK);
}

/* Whether a number is that of the SYN of @end or before it. What has been sent tells how far away
 * the SYN is, up to half of all numbers; of more, nobody can tell. */
static gboolean
is_before_data (const LabEnd *end, guint32 seq)
{
  guint32 sent = end->sent - end->isn;

  return end->isn_known && end->heard && sent < 1u << 31 && lab_seq_lt (seq, end->sent) &&
         end->sent - seq >= sent;
}

/* Whether the receiver can be at the number of a FIN: it has not acknowledged anything behind it,
 * since nothing is; and the number is not that of the SYN. */
static gboolean
fin_is_expected (const LabConn *conn, LabSide from, guint32 fin)
{
  const LabEnd *sender = &conn->end[from];
  const LabEnd *receiver = &conn->end[lab_side_other (from)];

  if (is_before_data (sender, fin))
    return FALSE;
  return !receiver->sent_ack || lab_seq_ge (fin + 1, receiver->max_ack);
}

static void
follow_fin (LabConn *conn, LabSide from, LabFinding *finding)
{
  const LabSegment *segment = &finding->segment;
  LabSide to = lab_side_other (from);
  LabEnd *sender = &conn->end[from];
  const LabEnd *receiver = &conn->end[to];
  gboolean acks = (segment->flags & LAB_ACK) != 0 && acks_fin (receiver, segment->ack);

  if (sender->sent_fin)
    {
      if (acks && !conn->end[from].rst_counted && !conn->end[to].rst_counted)
        input (conn, from, LAB_INPUT_SEND_LAST_FIN_AGAIN);
      else if (!(receiver->sent_fin && lab_seq_gt (sender->max_ack, receiver->fin)))
        input (conn, from, LAB_INPUT_SEND_FIN_AGAIN);
    }
  else
    {
      gboolean crossing = receiver->sent_fin && !acks && state_of (conn, from) == LAB_CLOSE_WAIT;

      sender->sent_fin = TRUE;
      sender->fin = segment->seq + segment->len;
      conn->report.end[from].fin_frame = segment->number;
      conn->report.end[from].fin_seq = sender->fin;
      input (conn, from, crossing ? LAB_INPUT_SEND_CROSSING_FIN : LAB_INPUT_SEND_FIN);
      if (crossing)
        finding->event = LAB_EVENT_SIMULTANEOUS_CLOSE;
    }
}

/* What the acknowledgment says to the receiver. */
static void
deliver_ack (LabConn *conn, LabSide from, const LabSegment *segment)
{
  LabSide to = lab_side_other (from);
  LabEnd *receiver = &conn->end[to];

  if ((segment->flags & LAB_ACK) == 0)
    return;
  if (state_of (conn, to) == LAB_SYN_RECEIVED && acks_syn (receiver, segment->ack))
    {
      if (conn->report.handshake_ack_frame == 0)
        conn->report.handshake_ack_frame = segment->number;
      input (conn, to, LAB_INPUT_RECV_ACK_OF_SYN);
    }
  if (acks_fin (receiver, segment->ack))
    {
      if (conn->report.end[to].finack_frame == 0)
        conn->report.end[to].finack_frame = segment->number;
      input (conn, to, LAB_INPUT_RECV_ACK_OF_FIN);
    }
}

static gboolean
follow_plain (LabConn *conn, LabSide from, LabFinding *finding)
{
  const LabSegment *segment = &finding->segment;
  LabSide to = lab_side_other (from);
  LabEnd *sender = &conn->end[from];
  guint32 end = segment->seq + segment->len;
  gboolean fin = (segment->flags & LAB_FIN) != 0;
  LabState before = state_of (conn, from);

  if (fin && !fin_counts (conn, from, end))
    return FALSE;
  /* Without ACK nobody takes it, and nobody who is synchronized sends it (RFC 9293, 3.10.7.4,
   * fifth check). */
  if ((segment->flags & LAB_ACK) == 0)
    return TRUE;
  if (fin && !fin_is_expected (conn, from, end))
    {
      if (segment->len == 0)
        return TRUE; /* nor is its acknowledgment taken (first check) */
      fin = FALSE;
    }
  if (before == LAB_SYN_SENT ||
      (before == LAB_SYN_RECEIVED && segment->len > 0 && !uses_fast_open (conn)))
    input (conn, from, LAB_INPUT_SEND_DATA);
  if (state_of (conn, from) != LAB_SYN_RECEIVED && state_of (conn, from) != LAB_LISTEN)
    sender->proven = TRUE;

  if (fin)
    follow_fin (conn, from, finding);
  deliver_ack (conn, from, segment);
  if (fin)
    input (conn, to, LAB_INPUT_RECV_FIN);
  return TRUE;
}

/* Something that a socket which is both ends does before the same segment comes to it. */
static void
input_to_both (LabConn *conn, LabInput in)
{
  input (conn, LAB_CLIENT, in);
  conn->report.end[LAB_SERVER].state = conn->report.end[LAB_CLIENT].state;
  lab_conn_note_path (conn);
}

/* What a socket that is both ends sends comes back to it with the number that it is at. */
static gboolean
own_rst_counts (const LabEnd *socket, guint32 seq)
{
  return !socket->heard || seq == socket->sent || seq == socket->received ||
         (socket->sent_ack && seq == socket->max_ack);
}

static void
follow_own_plain (LabConn *conn, const LabSegment *segment)
{
  LabEnd *socket = &conn->end[LAB_CLIENT];
  LabEndReport *report = &conn->report.end[LAB_CLIENT];

  input (conn, LAB_CLIENT, LAB_INPUT_RECV_ACK_OF_SYN);
  if (acks_fin (socket, segment->ack))
    {
      if (report->finack_frame == 0)
        report->finack_frame = segment->number;
      input (conn, LAB_CLIENT, LAB_INPUT_RECV_ACK_OF_FIN);
    }
  if ((segment->flags & LAB_FIN) != 0 && !socket->sent_fin)
    {
      socket->sent_fin = conn->end[LAB_SERVER].sent_fin = TRUE;
      socket->fin = segment->seq + segment->len;
      report->fin_frame = segment->number;
      report->fin_seq = socket->fin;
      input_to_both (conn, LAB_INPUT_SEND_FIN);
      input (conn, LAB_CLIENT, LAB_INPUT_RECV_FIN);
    }
}

/* A socket that has connected to its own address and port: what it sends comes back to it, so
 * both open at once and both close at once, and are one. What it would not take from another
 * end it does not take from itself: anybody can forge it. Returns: whether the segment counts. */
static gboolean
follow_itself (LabConn *conn, LabFinding *finding)
{
  const LabSegment *segment = &finding->segment;
  LabEnd *socket = &conn->end[LAB_CLIENT];
  LabEnd *same = &conn->end[LAB_SERVER];
  LabEndReport *report = &conn->report.end[LAB_CLIENT];
  const gboolean acks = (segment->flags & LAB_ACK) != 0;

  if (segment->flags & LAB_RST)
    {
      if (own_rst_counts (socket, segment->seq))
        reset (conn, LAB_CLIENT, segment->number);
      else
        finding->event = LAB_EVENT_RST_IGNORED;
    }
  else if (segment->flags & LAB_SYN)
    {
      if (segment->seq != (socket->isn_known ? socket->isn : socket->base) &&
          (socket->isn_known || socket->heard))
        return FALSE;
      if (!socket->isn_known)
        take_offer (conn, LAB_CLIENT, segment);
      socket->sent_syn = TRUE;
      if (report->state == LAB_CLOSED)
        input_to_both (conn, LAB_INPUT_SEND_SYN);
      input (conn, LAB_CLIENT, acks ? LAB_INPUT_RECV_SYN_ACK : LAB_INPUT_RECV_SYN);
      same->sent_syn_ack = same->sent_syn_ack || acks;
    }
  else if (acks)
    follow_own_plain (conn, segment);
  socket->proven = same->proven = same->heard = TRUE;
  conn->report.end[LAB_SERVER].state = report->state;
  return TRUE;
}

/**
 * lab_conn_note_path:
 *
 * Adds the states of both ends to the paths they have walked.
 */
void
lab_conn_note_path (LabConn *conn)
{
  for (guint side = 0; side < LAB_N_SIDES; side++)
    {
      LabEndReport *end = &conn->report.end[side];

      if (end->n_steps > 0 && end->last_step == end->state)
        continue;
      if (end->n_steps < G_N_ELEMENTS (end->steps))
        end->steps[end->n_steps] = (guint8) end->state;
      end->n_steps = (guint16) MIN (end->n_steps + 1u, G_MAXUINT16);
      end->last_step = (guint8) end->state;
      end->path |= 1u << end->state;
    }
}

/**
 * lab_conn_follow:
 * @from: who sent the segment
 * @finding: its segment is followed; event is set where only this function can tell
 *
 * Moves both ends to the states that they are in after the segment.
 *
 * Returns: FALSE if the segment is none of this connection's, by its numbers
 */
gboolean
lab_conn_follow (LabConn *conn, LabSide from, LabFinding *finding)
{
  const LabSegment *segment = &finding->segment;
  LabSide to = lab_side_other (from);
  gboolean counts = TRUE;

  if (segment->flags & LAB_RST)
    {
      if (conn->report.to_itself)
        follow_itself (conn, finding);
      else
        follow_rst (conn, from, finding);
      conn->end[from].heard_rst = TRUE;
      return TRUE;
    }
  conn->server_was_last = from == LAB_SERVER;
  if (conn->report.to_itself)
    counts = follow_itself (conn, finding);
  else if ((segment->flags & (LAB_SYN | LAB_ACK)) == LAB_SYN)
    counts = follow_syn (conn, from, finding);
  else if (segment->flags & LAB_SYN)
    counts = follow_syn_ack (conn, from, finding);
  else
    {
      /* What acknowledges something new is an ordinary one. */
      if (conn->end[to].challenged && segment->len == 0 && (segment->flags & LAB_FIN) == 0 &&
          !(conn->end[from].sent_ack && lab_seq_gt (segment->ack, conn->end[from].max_ack)))
        finding->event = LAB_EVENT_CHALLENGE_ACK;
      counts = follow_plain (conn, from, finding);
    }
  conn->end[to].challenged = FALSE;
  if (counts)
    {
      /* What has neither is dropped: its numbers are not taken by anybody. */
      if ((segment->flags & (LAB_SYN | LAB_ACK)) != 0)
        take_numbers (conn, from, segment);
      count_bytes (conn, from, segment);
    }
  return counts;
}
