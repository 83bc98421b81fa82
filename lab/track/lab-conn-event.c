/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a segment was, in one word. When several fit, the one that changed a state wins,
 * then the rarer one.
 */
#include "config.h"

#include "lab/track/lab-conn.h"
#include "lab/track/lab-seq.h"

/* Words for looks, the rarest first. */
static const struct
{
  guint32 look;
  LabEvent event;
} looks[] = {
  { LAB_ANALYSIS_ZERO_WINDOW_PROBE, LAB_EVENT_WINDOW_PROBE },
  { LAB_ANALYSIS_ZERO_WINDOW_PROBE_ACK, LAB_EVENT_WINDOW_PROBE_ACK },
  { LAB_ANALYSIS_ZERO_WINDOW, LAB_EVENT_ZERO_WINDOW },
  { LAB_ANALYSIS_FAST_RETRANSMISSION, LAB_EVENT_FAST_RETRANSMISSION },
  { LAB_ANALYSIS_SPURIOUS_RETRANSMISSION, LAB_EVENT_SPURIOUS_RETRANSMISSION },
  { LAB_ANALYSIS_RETRANSMISSION, LAB_EVENT_RETRANSMISSION },
  { LAB_ANALYSIS_OUT_OF_ORDER, LAB_EVENT_OUT_OF_ORDER },
  { LAB_ANALYSIS_WINDOW_FULL, LAB_EVENT_WINDOW_FULL },
  { LAB_ANALYSIS_KEEP_ALIVE, LAB_EVENT_KEEP_ALIVE },
  { LAB_ANALYSIS_KEEP_ALIVE_ACK, LAB_EVENT_KEEP_ALIVE_ACK },
  { LAB_ANALYSIS_LOST_SEGMENT, LAB_EVENT_GAP },
  { LAB_ANALYSIS_WINDOW_UPDATE, LAB_EVENT_WINDOW_UPDATE },
  { LAB_ANALYSIS_DUPLICATE_ACK, LAB_EVENT_DUPLICATE_ACK },
};

static gboolean
moved (const LabFinding *finding, LabSide side, LabState from, LabState to)
{
  return finding->before[side] == from && finding->state[side] == to;
}

/* Others have come to the same server and have heard nothing from its program yet: this
 * one may be waiting behind them in the queue that accept() takes from. */
static gboolean
queue_is_suspected (const LabConn *conn)
{
  return conn->listener != NULL && conn->listener->waiting > (conn->waiting ? 1u : 0u);
}

static LabEvent
name_rst (const LabConn *conn, const LabFinding *finding)
{
  LabSide to = lab_side_other (finding->from);

  if (finding->event == LAB_EVENT_RST_IGNORED)
    return finding->event;
  if (finding->from == LAB_SERVER && finding->before[to] == LAB_SYN_SENT &&
      finding->state[to] == LAB_CLOSED && !conn->end[LAB_SERVER].heard)
    return LAB_EVENT_REFUSED;
  return LAB_EVENT_RST;
}

static LabEvent
name_syn (const LabConn *conn, const LabFinding *finding)
{
  const LabOffer *offer = &conn->report.end[finding->from].offer;

  if (finding->event == LAB_EVENT_SIMULTANEOUS_OPEN)
    return finding->event;
  if (finding->analysis & LAB_ANALYSIS_REUSED_PORTS)
    return LAB_EVENT_PORTS_REUSED;
  if (offer->frame == finding->segment.number || offer->isn != finding->segment.seq)
    return LAB_EVENT_SYN;
  return !conn->end[LAB_SERVER].heard && queue_is_suspected (conn) ? LAB_EVENT_BACKLOG_SUSPECTED
                                                                   : LAB_EVENT_SYN_RETRANSMISSION;
}

static LabEvent
name_syn_ack (const LabConn *conn, const LabFinding *finding)
{
  const LabEnd *other = &conn->end[lab_side_other (finding->from)];

  if (!finding->resent)
    return LAB_EVENT_SYN_ACK;
  return other->sent_ack && queue_is_suspected (conn) ? LAB_EVENT_BACKLOG_SUSPECTED
                                                      : LAB_EVENT_SYN_ACK_RETRANSMISSION;
}

/* A FIN: the first that counts, or the same again; or one that does not count, because its number
 * does not fit or because there is no connection any more. */
static LabEvent
name_fin (const LabConn *conn, const LabFinding *finding)
{
  const LabEndReport *sender = &conn->report.end[finding->from];
  const LabSegment *segment = &finding->segment;

  if (sender->fin_frame == 0 || sender->fin_frame == segment->number ||
      sender->fin_seq != segment->seq + segment->len)
    return LAB_EVENT_FIN;
  return LAB_EVENT_FIN_RETRANSMISSION;
}

/* A segment that has moved one of the ends, and has neither SYN nor RST. */
static LabEvent
name_change (const LabConn *conn, const LabFinding *finding)
{
  LabSide to = lab_side_other (finding->from);
  const LabEndReport *receiver = &conn->report.end[to];

  if (finding->event == LAB_EVENT_SIMULTANEOUS_CLOSE)
    return finding->event;
  if (finding->segment.flags & LAB_FIN)
    return name_fin (conn, finding);
  if (moved (finding, to, LAB_LAST_ACK, LAB_CLOSED))
    return receiver->finack_frame == finding->segment.number ? LAB_EVENT_LAST_ACK
                                                             : LAB_EVENT_TIME_WAIT_ACK;
  if (moved (finding, to, LAB_FIN_WAIT_1, LAB_FIN_WAIT_2) ||
      moved (finding, to, LAB_CLOSING, LAB_TIME_WAIT))
    return LAB_EVENT_FIN_ACK;
  return LAB_EVENT_ESTABLISHED;
}

/* Whether a duplicate ACK has just asked for what is sent again. With SACK one is enough
 * (RFC 8985). */
static gboolean
was_asked_for (const LabConn *conn, const LabFinding *finding)
{
  const LabEnd *receiver = &conn->end[lab_side_other (finding->from)];

  return receiver->duplicate_acks > 0 && receiver->last_ack == finding->segment.seq;
}

/* What a look at one segment does not tell. Linux probes a closed window with a segment that
 * looks like a keep-alive. */
static LabEvent
name_probe (const LabConn *conn, const LabFinding *finding)
{
  const LabEnd *receiver = &conn->end[lab_side_other (finding->from)];
  guint32 analysis = finding->analysis;

  if ((analysis & LAB_ANALYSIS_KEEP_ALIVE) != 0 && receiver->last_window == 0)
    return LAB_EVENT_WINDOW_PROBE;
  if ((analysis & LAB_ANALYSIS_ZERO_WINDOW) != 0 && finding->segment.len == 0 &&
      (receiver->last_analysis & LAB_ANALYSIS_KEEP_ALIVE) != 0)
    return LAB_EVENT_WINDOW_PROBE_ACK;
  /* To tshark it is a window update, because it compares windows before scaling. */
  if ((analysis & LAB_ANALYSIS_WINDOW_UPDATE) != 0 && finding->rescaled &&
      (receiver->last_analysis & LAB_ANALYSIS_KEEP_ALIVE) != 0)
    return LAB_EVENT_KEEP_ALIVE_ACK;
  return LAB_EVENT_NONE;
}

static LabEvent
name_look (const LabConn *conn, const LabFinding *finding)
{
  const LabSegment *segment = &finding->segment;
  LabSide to = lab_side_other (finding->from);

  if (finding->event == LAB_EVENT_CHALLENGE_ACK)
    return finding->event;
  if (segment->flags & LAB_FIN)
    return name_fin (conn, finding);
  if ((segment->flags & LAB_URG) != 0 && segment->len > 0)
    return LAB_EVENT_URGENT;
  if (finding->resent && finding->from == LAB_CLIENT && conn->end[LAB_SERVER].sent_syn_ack &&
      !conn->end[LAB_SERVER].proven && queue_is_suspected (conn))
    return LAB_EVENT_BACKLOG_SUSPECTED;
  if (finding->resent && (finding->analysis & LAB_ANALYSIS_OUT_OF_ORDER) != 0)
    return was_asked_for (conn, finding) ? LAB_EVENT_FAST_RETRANSMISSION : LAB_EVENT_RETRANSMISSION;
  if (name_probe (conn, finding) != LAB_EVENT_NONE)
    return name_probe (conn, finding);
  for (gsize i = 0; i < G_N_ELEMENTS (looks); i++)
    if ((finding->analysis & looks[i].look) != 0 &&
        (finding->resent || (looks[i].look & LAB_ANALYSIS_RETRANSMISSIONS) == 0) &&
        (finding->overtaken || looks[i].look != LAB_ANALYSIS_OUT_OF_ORDER) &&
        !(finding->rescaled && looks[i].look == LAB_ANALYSIS_WINDOW_UPDATE))
      return looks[i].event;
  if (finding->state[finding->from] == LAB_TIME_WAIT && segment->len == 0)
    return LAB_EVENT_TIME_WAIT_ACK;
  if (segment->len > 0 && finding->state[finding->from] == LAB_CLOSE_WAIT &&
      finding->state[to] == LAB_FIN_WAIT_2)
    return LAB_EVENT_HALF_CLOSE;
  return segment->len > 0 ? LAB_EVENT_DATA : LAB_EVENT_ACK;
}

/**
 * lab_conn_name_event:
 * @finding: (inout): complete but for its event, of which only those are set that its
 *   state changes have told already
 */
void
lab_conn_name_event (LabConn *conn, LabFinding *finding)
{
  guint16 flags = finding->segment.flags;

  if (flags & LAB_RST)
    finding->event = name_rst (conn, finding);
  else if ((flags & (LAB_SYN | LAB_ACK)) == LAB_SYN)
    finding->event = name_syn (conn, finding);
  else if (flags & LAB_SYN)
    finding->event = name_syn_ack (conn, finding);
  else if (lab_finding_moves_an_end (finding))
    finding->event = name_change (conn, finding);
  else
    finding->event = name_look (conn, finding);

  for (guint side = 0; side < LAB_N_SIDES; side++)
    finding->corrected[side] = lab_state_goes_back (finding->before[side], finding->state[side]);
}
