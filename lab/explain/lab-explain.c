/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Findings in plain English, a sentence or two each: what was sent, what it means, and
 * what is only assumed. Part of a format (`salotto.text`), so not translated. Nothing but
 * our own words, numbers and addresses goes into them.
 */
#include "config.h"

#include "lab/explain/lab-explain.h"

#include <string.h>

#include "lab/explain/lab-phrase.h"

/* Words that a sentence leaves open:
 *
 *   %f %o  who sent it, and the other end      %l  its data, as "13 bytes"
 *   %s %e  first and last number of its data   %n  the number after it
 *   %a     what it acknowledges                %w  its window
 *   %S %O  the state of the sender, of the other end
 *   %d     number of the duplicate             %F  the frame that is acknowledged or repeated
 *   %I     its sequence number on the wire     %A  its acknowledgment number on the wire
 */
static const char *const sentences[LAB_N_EVENTS] = {
  [LAB_EVENT_NONE] = "A segment.",
  [LAB_EVENT_SYN] = "The %f asks for a connection (SYN); its initial sequence number is %I.",
  [LAB_EVENT_SYN_RETRANSMISSION] =
      "The %f asks for the connection again: no answer to its SYN has reached it.",
  [LAB_EVENT_SYN_ACK] = "The %f agrees (SYN,ACK): it acknowledges the SYN of the %o, and its own "
                        "initial sequence number is %I.",
  [LAB_EVENT_SYN_ACK_RETRANSMISSION] =
      "The %f sends its SYN,ACK again: the answer of the %o has not reached it, or was ignored.",
  [LAB_EVENT_SIMULTANEOUS_OPEN] = "The %f asks for the connection, too, before it has seen the SYN "
                                  "of the %o: both open at once.",
  [LAB_EVENT_ESTABLISHED] = "The %f acknowledges the SYN of the %o: the connection is established.",
  [LAB_EVENT_REFUSED] = "The %f refuses the connection: nobody listens on that port (RST).",
  [LAB_EVENT_DATA] = "The %f sends %l, numbers %s to %e.",
  [LAB_EVENT_ACK] = "The %f acknowledges everything before number %a.",
  [LAB_EVENT_DUPLICATE_ACK] =
      "The %f says again that it still waits for number %a (duplicate ACK number %d).",
  [LAB_EVENT_RETRANSMISSION] = "The %f sends %l again, from number %s on%F.",
  [LAB_EVENT_FAST_RETRANSMISSION] =
      "The %f sends %l again, from number %s on, because duplicate ACKs have asked for it.",
  [LAB_EVENT_SPURIOUS_RETRANSMISSION] =
      "The %f sends %l again, from number %s on, although the %o has acknowledged it already.",
  [LAB_EVENT_OUT_OF_ORDER] = "The %f sends %l, from number %s on; segments behind it came sooner.",
  [LAB_EVENT_GAP] = "The %f is at number %s already; what comes before that has not been seen.",
  [LAB_EVENT_KEEP_ALIVE] = "The %f asks whether the %o is still there (keep-alive probe).",
  [LAB_EVENT_KEEP_ALIVE_ACK] = "The %f answers that it is still there.",
  [LAB_EVENT_ZERO_WINDOW] =
      "The %f has no room left: its window is 0, so the %o has to stop sending.",
  [LAB_EVENT_WINDOW_PROBE] = "The %f asks whether the %o has room again (window probe).",
  [LAB_EVENT_WINDOW_PROBE_ACK] = "The %f answers the probe: it still has no room.",
  [LAB_EVENT_WINDOW_UPDATE] = "The %f has room for %w bytes now (window update).",
  [LAB_EVENT_WINDOW_FULL] = "The %f sends %l, which fills the window of the %o.",
  [LAB_EVENT_FIN] = "The %f has nothing more to send and closes its side (FIN).",
  [LAB_EVENT_FIN_ACK] = "The %f acknowledges the FIN of the %o.",
  [LAB_EVENT_HALF_CLOSE] =
      "The %f goes on sending, %l, to the %o, which has closed its own side (half-close).",
  [LAB_EVENT_SIMULTANEOUS_CLOSE] =
      "The %f closes its side, too, before it has seen the FIN of the %o: both close at once.",
  [LAB_EVENT_FIN_RETRANSMISSION] = "The %f sends its FIN again: no ACK of it has come.",
  [LAB_EVENT_LAST_ACK] = "The %f acknowledges the last FIN: the %o is done.",
  [LAB_EVENT_TIME_WAIT_ACK] =
      "The %f acknowledges the FIN of the %o once more; TIME-WAIT lasts so that it can.",
  [LAB_EVENT_RST] = "The %f aborts the connection (RST).",
  [LAB_EVENT_RST_IGNORED] = "An RST in the name of the %f, with a number that the %o does not "
                            "expect: it changes nothing.",
  [LAB_EVENT_CHALLENGE_ACK] =
      "The %f answers what did not fit with an ACK of what it expects (challenge ACK).",
  [LAB_EVENT_PORTS_REUSED] =
      "The %f asks for a new connection between the same addresses and ports; its initial sequence "
      "number is %I.",
  [LAB_EVENT_BACKLOG_SUSPECTED] =
      "It is sent again, and others wait at the same server: its accept queue is probably full.",
  [LAB_EVENT_URGENT] = "The %f sends %l and marks urgent data (URG).",
  [LAB_EVENT_MALFORMED] = "A TCP header that is cut off or contradicts itself; it changes nothing.",
};

/* A FIN that moves neither end (lab-conn-event.c). */
static const char *
sentence_of_idle_fin (const LabFinding *finding)
{
  const LabConnection *connection = finding->connection;

  if ((finding->segment.flags & LAB_ACK) == 0)
    return "A FIN in the name of the %f.";
  if (connection != NULL && connection->end[finding->from].fin_frame == finding->segment.number)
    return "The %f closes its side (FIN), but there is no connection any more: it changes nothing.";
  return "A FIN in the name of the %f with a number that does not fit into the connection: it "
         "changes nothing.";
}

/* Who has been reset before the connection was established listens again. */
static gboolean
has_none (LabState state)
{
  return state == LAB_CLOSED || state == LAB_LISTEN;
}

/* A RST ends a connection that its sender had, or says that it has none (RFC 9293, 3.5.2). */
static const char *
sentence_of_rst (const LabFinding *finding)
{
  LabSide to = lab_side_other (finding->from);

  if (finding->event == LAB_EVENT_RST_IGNORED)
    return finding->before[to] == LAB_SYN_SENT
               ? "An RST in the name of the %f that does not acknowledge the SYN of the %o: it "
                 "changes nothing."
               : sentences[LAB_EVENT_RST_IGNORED];
  if (has_none (finding->before[finding->from]) && has_none (finding->before[to]))
    return "The %f sends an RST, but there is no connection any more: it changes nothing.";
  if (finding->state[finding->from] == LAB_SYN_SENT)
    return "The %f answers with an RST: what came does not belong to the connection that it asks "
           "for.";
  if (finding->is_answer)
    return "The %f answers with an RST: it knows of no such connection, or not any more.";
  return sentences[LAB_EVENT_RST];
}

/* Whether a FIN that is sent again had been acknowledged before. */
static gboolean
was_acknowledged (const LabFinding *finding)
{
  guint64 frame =
      finding->connection != NULL ? finding->connection->end[finding->from].finack_frame : 0;

  return frame != 0 && frame < finding->segment.number;
}

/* What is said of a segment; of some, something else than of others with the same event. */
static const char *
sentence_of (const LabFinding *finding)
{
  guint16 flags = finding->segment.flags;

  if (finding->event == LAB_EVENT_FIN && !lab_finding_moves_an_end (finding))
    return sentence_of_idle_fin (finding);
  if (finding->event == LAB_EVENT_FIN_RETRANSMISSION && was_acknowledged (finding))
    return "The %f sends its FIN again: the ACK of it, in frame %K, has not reached it, or not in "
           "time.";

  if (finding->segment.len == 0 && finding->event == LAB_EVENT_RETRANSMISSION)
    return "The %f sends the same segment again.";
  if (finding->segment.len == 0 && finding->event == LAB_EVENT_OUT_OF_ORDER)
    return "A segment of the %f that was overtaken by later ones.";
  if (finding->event == LAB_EVENT_SYN && finding->connection != NULL &&
      finding->connection->to_itself &&
      finding->connection->end[finding->from].offer.frame == finding->segment.number)
    return "The %f asks for a connection (SYN) to its own address and port: its SYN comes back to "
           "it, and it is both ends.";
  if (finding->event == LAB_EVENT_SYN_RETRANSMISSION &&
      finding->state[finding->from] != LAB_SYN_SENT)
    return "The SYN of the %f once more, although it has its answer: an old copy, which changes "
           "nothing.";
  if (finding->event == LAB_EVENT_SYN && finding->state[LAB_CLIENT] != LAB_SYN_SENT &&
      finding->connection != NULL &&
      finding->connection->end[finding->from].offer.frame == finding->segment.number)
    return "The SYN of the %f, which segments behind it have overtaken; its initial sequence "
           "number "
           "is %I.";
  if (finding->event == LAB_EVENT_SYN && finding->state[LAB_CLIENT] != LAB_SYN_SENT)
    return "A SYN in the name of the %f that does not fit into the connection: it changes nothing.";
  if (finding->event == LAB_EVENT_SYN && finding->segment.len > 0)
    return "The %f asks for a connection (SYN) and sends %l with it; its initial sequence number "
           "is "
           "%I.";
  if (finding->event == LAB_EVENT_RST || finding->event == LAB_EVENT_RST_IGNORED)
    return sentence_of_rst (finding);
  if (finding->event == LAB_EVENT_ESTABLISHED && finding->segment.len > 0)
    return "The %f acknowledges the SYN of the %o and sends %l: the connection is established.";
  if (finding->event == LAB_EVENT_ACK && (flags & LAB_ACK) == 0)
    return "A segment of the %f without data and without an acknowledgment.";
  return sentences[finding->event];
}

static void
append_open_word (GString *out, char word, const LabFinding *finding)
{
  const LabSegment *segment = &finding->segment;
  LabSide other = lab_side_other (finding->from);
  gboolean to_itself = finding->connection != NULL && finding->connection->to_itself;

  switch (word)
    {
    case 'f':
      lab_phrase_word (out, to_itself ? "socket" : lab_side_name (finding->from));
      break;
    case 'o':
      lab_phrase_word (out, to_itself ? "same socket" : lab_side_name (other));
      break;
    case 'l':
      lab_phrase_bytes (out, segment->len);
      break;
    case 's':
      lab_phrase_number (out, finding->seq);
      break;
    case 'e':
      lab_phrase_number (out, (guint32) (finding->seq + segment->len - 1));
      break;
    case 'a':
      lab_phrase_number (out, finding->ack);
      break;
    case 'w':
      lab_phrase_number (out, finding->window);
      break;
    case 'd':
      lab_phrase_number (out, finding->duplicate_ack_num);
      break;
    case 'I':
      lab_phrase_number (out, segment->seq);
      break;
    case 'K':
      lab_phrase_number (out, finding->connection->end[finding->from].finack_frame);
      break;
    case 'F':
      if (finding->resends_frame != 0)
        {
          lab_phrase_word (out, ", as in frame ");
          lab_phrase_number (out, finding->resends_frame);
        }
      break;
    default:
      break;
    }
}

static void
append_sentence (GString *out, const char *sentence, const LabFinding *finding)
{
  const char *open = NULL;

  while ((open = strchr (sentence, '%')) != NULL)
    {
      g_string_append_len (out, sentence, open - sentence);
      append_open_word (out, open[1], finding);
      sentence = open + 2;
    }
  lab_phrase_word (out, sentence);
}

static void
append_correction (GString *out, const LabFinding *finding, LabSide side)
{
  if (!finding->corrected[side] ||
      (finding->connection != NULL && finding->connection->to_itself) ||
      finding->event == LAB_EVENT_SIMULTANEOUS_CLOSE ||
      finding->event == LAB_EVENT_SIMULTANEOUS_OPEN)
    return;
  lab_phrase_word (out, " So an earlier segment never arrived, and the ");
  lab_phrase_word (out, lab_side_name (side));
  lab_phrase_word (out, " is in ");
  lab_phrase_word (out, lab_state_name (finding->state[side]));
  lab_phrase_word (out, ".");
}

/* Why a segment that looks like others is dropped (RFC 9293, 3.10.7.1, and 3.10.7.4, fifth check). */
static void
append_reason_to_drop (GString *out, const LabFinding *finding)
{
  guint16 flags = finding->segment.flags;

  if (finding->event == LAB_EVENT_MALFORMED || (finding->segment.has & LAB_HAS_FLAGS) == 0 ||
      (flags & (LAB_SYN | LAB_RST)) != 0)
    return;
  if ((flags & LAB_ACK) == 0)
    append_sentence (out, " It has no ACK flag, so the %o drops it.", finding);
  else if (finding->connection != NULL && (flags & LAB_FIN) == 0 &&
           finding->before[lab_side_other (finding->from)] == LAB_CLOSED &&
           finding->state[lab_side_other (finding->from)] == LAB_CLOSED)
    append_sentence (out, " But for the %o there is no connection any more.", finding);
}

/**
 * lab_explain_packet:
 * @finding: a finding of a TCP segment
 * @out: where to append; plain ASCII, without quotes and backslashes
 *
 * Says what the segment was. If it proves that an earlier one was lost, that as well.
 */
void
lab_explain_packet (const LabFinding *finding, GString *out)
{
  append_sentence (out, sentence_of (finding), finding);
  append_reason_to_drop (out, finding);
  append_correction (out, finding, LAB_CLIENT);
  append_correction (out, finding, LAB_SERVER);
}
