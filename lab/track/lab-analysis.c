/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The `tcp.analysis.*` keys: what a segment looks like beside those before it, under the
 * definitions of tshark 4.0, so that both can be compared. These are looks, not states;
 * where they and RFC 9293 disagree, lab-conn.c follows the RFC.
 *
 * Some of the definitions are stranger than one would make them. They compare windows
 * before scaling; they remember the last acknowledgment field even of a segment without
 * the ACK flag; a segment is looked at before its options are; and a number of 0 is no
 * number to be before or after, though one may be equal to it.
 */
#include "config.h"

#include "lab/track/lab-analysis.h"

#include "lab/track/lab-seq.h"

/* An answer to the last duplicate acknowledgment comes within this. */
#define FAST_NS (20 * 1000 * 1000)
/* Overtaking takes no longer than a round trip, or this where that is not known. */
#define OVERTAKEN_NS (3 * 1000 * 1000)

/* More bytes than that are no flight but numbers that do not belong together. */
#define FLIGHT_BYTES_MAX 1999999999

#define NOT_PLAIN (LAB_SYN | LAB_FIN | LAB_RST)

/* Numbers that a segment takes up besides its data. SYN and FIN in one segment count
 * once, as in tshark. */
static guint32
virtual_bytes (const LabSegment *segment)
{
  return (segment->flags & (LAB_SYN | LAB_FIN)) != 0;
}

static gboolean
repeats_ack (const LabEnd *sender, const LabSegment *segment)
{
  return segment->len == 0 && (segment->flags & NOT_PLAIN) == 0 && segment->seq == sender->next &&
         segment->ack == sender->last_ack;
}

/* Whether data ends where the other end's window does. */
static gboolean
fills_window (const LabEnd *receiver, const LabSegment *segment)
{
  guint shift = receiver->scale > 0 && !receiver->before_first_ack ? (guint) receiver->scale : 0;

  return segment->len > 0 && (segment->flags & NOT_PLAIN) == 0 &&
         receiver->scale != LAB_SCALE_UNKNOWN &&
         segment->seq + segment->len == receiver->last_ack + (receiver->last_window << shift);
}

/* What the segment says of itself, of its window and of its acknowledgment. */
static guint32
look_at_window (const LabEnd *sender, const LabEnd *receiver, const LabSegment *segment)
{
  gboolean plain = (segment->flags & NOT_PLAIN) == 0;
  guint32 found = 0;

  if (segment->len == 1 && segment->seq == sender->next && receiver->last_window == 0)
    return LAB_ANALYSIS_ZERO_WINDOW_PROBE;

  if (segment->window == 0 && plain)
    found |= LAB_ANALYSIS_ZERO_WINDOW;
  if (sender->has_next && lab_seq_gt (segment->seq, sender->next) &&
      (segment->flags & LAB_RST) == 0)
    found |= LAB_ANALYSIS_LOST_SEGMENT;
  if (segment->len <= 1 && plain && segment->seq == sender->next - 1)
    found |= LAB_ANALYSIS_KEEP_ALIVE;
  if (fills_window (receiver, segment))
    found |= LAB_ANALYSIS_WINDOW_FULL;
  if (!repeats_ack (sender, segment))
    return found;

  if (segment->window != sender->last_window)
    return segment->window != 0 ? found | LAB_ANALYSIS_WINDOW_UPDATE : found;
  if (segment->window == 0)
    return receiver->last_analysis & LAB_ANALYSIS_ZERO_WINDOW_PROBE
               ? found | LAB_ANALYSIS_ZERO_WINDOW_PROBE_ACK
               : found;
  return receiver->last_analysis & LAB_ANALYSIS_KEEP_ALIVE ? found | LAB_ANALYSIS_KEEP_ALIVE_ACK
                                                           : found | LAB_ANALYSIS_DUPLICATE_ACK;
}

static void
count_duplicate (LabEnd *sender, LabFinding *finding)
{
  sender->duplicate_acks = MAX (sender->duplicate_acks, 0) + 1;
  finding->duplicate_ack_num = (guint32) sender->duplicate_acks;
  finding->duplicate_ack_frame = sender->first_ack_frame;
}

/* Something was acknowledged that nobody has seen. A gap is told once: from then on what
 * was sent behind it counts as seen. Of what is beyond all that was seen, it is told once
 * until the other end acknowledges something new; its counter stands at -1 so long. */
static gboolean
acks_unseen (LabEnd *receiver, const LabSegment *segment)
{
  gboolean told = receiver->duplicate_acks != 0;

  if (!receiver->has_contiguous || (segment->flags & LAB_ACK) == 0 ||
      !lab_seq_gt (segment->ack, receiver->contiguous))
    return FALSE;
  if (receiver->contiguous != receiver->next)
    {
      receiver->contiguous = receiver->next;
      receiver->has_contiguous = receiver->has_next;
      return TRUE;
    }
  receiver->duplicate_acks = -1;
  return !told;
}

/* Which kind of sending again this is, if any. */
static guint32
look_at_number (const LabEnd *sender,
                const LabEnd *receiver,
                const LabRoundTrip *round_trip,
                const LabSegment *segment)
{
  guint32 seq = segment->seq;
  guint32 end = seq + segment->len + virtual_bytes (segment);
  gboolean again = sender->has_next && lab_seq_lt (seq, sender->next);
  gint64 overtaken_ns = round_trip->initial_rtt_ns != 0 ? round_trip->initial_rtt_ns : OVERTAKEN_NS;
  /* Time that goes backwards is an enormous time. */
  guint64 since_ack_ns = (guint64) (segment->time_ns - receiver->last_ack_time_ns);
  guint64 since_next_ns = (guint64) (segment->time_ns - sender->next_time_ns);

  if (segment->len > 1 && seq == sender->next - 1)
    again = FALSE; /* a probe of one byte came before it */

  if (segment->len > 0 && receiver->last_ack != 0 &&
      lab_seq_le (seq + segment->len, receiver->last_ack))
    return LAB_ANALYSIS_SPURIOUS_RETRANSMISSION | LAB_ANALYSIS_RETRANSMISSION;
  /* tshark's counter has no sign: -1 is many. */
  if (again && (guint32) receiver->duplicate_acks >= 2 && receiver->last_ack == seq &&
      since_ack_ns < FAST_NS)
    return LAB_ANALYSIS_FAST_RETRANSMISSION | LAB_ANALYSIS_RETRANSMISSION;
  if (again && since_next_ns < (guint64) overtaken_ns && sender->next != end)
    return LAB_ANALYSIS_OUT_OF_ORDER;
  return again ? LAB_ANALYSIS_RETRANSMISSION : 0;
}

static void
note_original (const LabEnd *sender, LabFinding *finding)
{
  LabFlight original;

  if (!lab_end_find_flight (sender, finding->segment.seq, &original))
    return;
  finding->resends_frame = original.frame;
  finding->resent_after_ns = finding->segment.time_ns - original.time_ns;
}

/* How long the retransmission timer must have run for what is sent again because of it, and
 * not because duplicate ACKs asked for it. The timer runs from the oldest segment that is not
 * acknowledged (RFC 6298, 5.1 to 5.3). Of several timeouts in a row all are counted, as in
 * tshark, so that from the second on it is the sum of waits that double (5.5). */
static void
measure_timeout (const LabEnd *sender, LabFinding *finding)
{
  LabFlight first = { .time_ns = sender->next_time_ns };

  if (sender->flight_end > sender->flight_head)
    first = sender->flight[sender->flight_head];
  if (finding->segment.time_ns != first.time_ns)
    {
      finding->has |= LAB_FINDING_RTO;
      finding->rto_ns = finding->segment.time_ns - first.time_ns;
    }
}

/* Takes the segment into what is known of its sender. */
static void
advance (LabEnd *sender, const LabFinding *finding, gsize *budget)
{
  const LabSegment *segment = &finding->segment;
  gboolean probe = (finding->analysis & LAB_ANALYSIS_ZERO_WINDOW_PROBE) != 0;
  guint32 end = segment->seq + segment->len + virtual_bytes (segment);

  if (end != segment->seq)
    {
      LabFlight flight = { segment->time_ns, segment->number, FALSE, segment->seq, end };

      lab_end_fly (sender, &flight, budget);
    }
  if (!probe && (!sender->has_next || lab_seq_gt (end, sender->next)))
    {
      sender->has_next = end != 0; /* an RST that refuses a SYN has no number; this is none */
      sender->next = end;
      sender->next_frame = segment->number;
      sender->next_time_ns = segment->time_ns;
    }
  if (!probe && (!sender->has_contiguous || segment->seq == sender->contiguous))
    {
      sender->contiguous = sender->next;
      sender->has_contiguous = sender->next != 0;
    }
  sender->last_window = segment->window;
  sender->last_ack = segment->ack;
  sender->last_ack_time_ns = segment->time_ns;
  sender->last_analysis = finding->analysis;
}

static void
measure_flight (const LabEnd *sender, const LabEnd *receiver, LabFinding *finding)
{
  guint32 first = 0;
  guint32 last = 0;
  guint32 bytes = 0;

  if (finding->segment.len == 0 || sender->gap || !lab_end_in_flight (sender, &first, &last))
    return;
  bytes = last - first - receiver->sacked_bytes;
  if (bytes == 0 || bytes > FLIGHT_BYTES_MAX)
    return;
  finding->bytes_in_flight = bytes - virtual_bytes (&finding->segment);
  if (finding->bytes_in_flight != 0)
    finding->has |= LAB_FINDING_BYTES_IN_FLIGHT;
}

static void
measure_round_trip (LabRoundTrip *round_trip, LabFinding *finding)
{
  const LabSegment *segment = &finding->segment;

  if ((segment->flags & (LAB_SYN | LAB_ACK)) == LAB_SYN)
    {
      round_trip->has_syn = TRUE;
      round_trip->syn_time_ns = segment->time_ns;
    }
  if ((segment->flags & (LAB_SYN | LAB_ACK)) == LAB_ACK && round_trip->has_syn &&
      round_trip->initial_rtt_ns == 0)
    round_trip->initial_rtt_ns = segment->time_ns - round_trip->syn_time_ns;
  if (round_trip->initial_rtt_ns != 0)
    {
      finding->has |= LAB_FINDING_INITIAL_RTT;
      finding->initial_rtt_ns = round_trip->initial_rtt_ns;
    }
}

static void
set_bases (LabEnd *sender, LabEnd *receiver, const LabSegment *segment)
{
  if (!sender->has_base)
    {
      sender->has_base = TRUE;
      sender->base = segment->flags & LAB_SYN ? segment->seq : segment->seq - 1;
    }
  if (!receiver->has_base && (segment->flags & LAB_ACK) != 0)
    {
      receiver->has_base = TRUE;
      receiver->base = segment->ack - 1;
    }
}

/**
 * lab_analysis_add:
 * @sender: the end that sent the segment
 * @receiver: the other end
 * @round_trip: of the connection
 * @finding: its segment is looked at; analysis, has and what belongs to them are set
 * @budget: bytes that all ends together may still take for what is in flight
 *
 * Looks at a segment and takes it into what is known of both ends.
 */
void
lab_analysis_add (
    LabEnd *sender, LabEnd *receiver, LabRoundTrip *round_trip, LabFinding *finding, gsize *budget)
{
  const LabSegment *segment = &finding->segment;
  LabFlight acked;

  set_bases (sender, receiver, segment);
  if (segment->flags & LAB_ACK)
    receiver->gap = FALSE;

  finding->analysis |= look_at_window (sender, receiver, segment);
  if (finding->analysis & LAB_ANALYSIS_LOST_SEGMENT)
    sender->gap = TRUE;
  if (finding->analysis & LAB_ANALYSIS_DUPLICATE_ACK)
    count_duplicate (sender, finding);
  if (segment->ack != sender->last_ack)
    {
      sender->first_ack_frame = segment->number;
      sender->duplicate_acks = 0;
    }
  if (acks_unseen (receiver, segment))
    finding->analysis |= LAB_ANALYSIS_ACK_LOST_SEGMENT;

  if ((segment->len > 0 || virtual_bytes (segment) != 0) &&
      (finding->analysis & LAB_ANALYSIS_KEEP_ALIVE) == 0)
    finding->analysis |= look_at_number (sender, receiver, round_trip, segment);
  if (finding->analysis & (LAB_ANALYSIS_RETRANSMISSION | LAB_ANALYSIS_OUT_OF_ORDER))
    note_original (sender, finding);
  if ((finding->analysis & LAB_ANALYSIS_RETRANSMISSIONS) == LAB_ANALYSIS_RETRANSMISSION)
    measure_timeout (sender, finding);

  advance (sender, finding, budget);
  if (lab_end_acknowledged (receiver, segment->ack, &acked, budget))
    {
      finding->has |= LAB_FINDING_ACKS_FRAME;
      finding->acks_frame = acked.frame;
      finding->ack_rtt_ns = segment->time_ns - acked.time_ns;
      finding->acks_seq = acked.seq;
      finding->acks_rest = acked.is_rest;
    }
  measure_flight (sender, receiver, finding);
  measure_round_trip (round_trip, finding);
}

/**
 * lab_analysis_take_options:
 * @sender: the end that sent the segment
 * @receiver: the other end
 * @segment: looked at already
 *
 * Takes what the options say for the segments that follow.
 */
void
lab_analysis_take_options (LabEnd *sender, LabEnd *receiver, const LabSegment *segment)
{
  sender->sacked_bytes = 0;
  for (guint i = 0; i < segment->n_sacks; i++)
    sender->sacked_bytes += segment->sacks[i].right - segment->sacks[i].left;

  if ((segment->flags & LAB_SYN) == 0)
    {
      if (segment->flags & LAB_ACK)
        sender->before_first_ack = FALSE;
      return;
    }
  sender->before_first_ack = TRUE;
  if (segment->has & LAB_HAS_WSCALE)
    sender->scale = (gint8) MIN (segment->wscale, 14);
  else if (segment->has & LAB_OPTIONS_CUT)
    return;
  /* RFC 7323, 2.2: both or none. */
  if (sender->scale == LAB_SCALE_UNKNOWN)
    sender->scale = receiver->scale = LAB_SCALE_UNUSED;
  else if ((segment->flags & LAB_ACK) != 0 && receiver->scale == LAB_SCALE_UNUSED)
    sender->scale = LAB_SCALE_UNUSED;
}

G_STATIC_ASSERT (sizeof (LabEnd) <= 320);
