/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Connections written down as one would on paper, and what the trace makes of them: states,
 * events, looks, outcomes. What kernels do is in tests/truth; here is what they seldom do.
 *
 * It is one piece because the stories are most of it, and all are told in the same notation to
 * the same reader.
 *
 * A line is: who sends ("c" or "s"), flags, number and acknowledgment relative to the
 * initial ones, length, milliseconds since the last; then the states and the event expected.
 */
#include "config.h"

#include <string.h>

#include "lab/track/lab-stream.h"
#include "lab/track/lab-trace.h"
#include "tests/unit/segment-writer.h"

#define SYN LAB_SYN
#define ACK LAB_ACK
#define FIN LAB_FIN
#define RST LAB_RST

typedef struct
{
  char from;
  guint16 flags;
  gint64 seq;
  gint64 ack;
  guint16 len;
  guint ms;
  LabState client;
  LabState server;
  LabEvent event;
  guint32 looks; /* of the analysis, those that must be set; 0: not compared */
} Line;

typedef struct
{
  const char *name;
  LabOutcome outcome;
  LabConnState conn_state;
  guint connections;
  Line lines[16];
} Story;

#define OPENED                                                                                     \
  { 'c', SYN, 0, 0, 0, 0, LAB_SYN_SENT, LAB_SYN_RECEIVED, LAB_EVENT_SYN, 0 },                      \
      { 's', SYN | ACK, 0, 1, 0, 10, LAB_ESTABLISHED, LAB_SYN_RECEIVED, LAB_EVENT_SYN_ACK, 0 },    \
  {                                                                                                \
    'c', ACK, 1, 1, 0, 10, LAB_ESTABLISHED, LAB_ESTABLISHED, LAB_EVENT_ESTABLISHED, 0              \
  }
#define E LAB_ESTABLISHED

static const Story stories[] = {
  { "half-open-scan",
    LAB_OUTCOME_RESET_BY_CLIENT,
    LAB_CONN_RSTO,
    1,
    { { 'c', SYN, 0, 0, 0, 0, LAB_SYN_SENT, LAB_SYN_RECEIVED, LAB_EVENT_SYN, 0 },
      { 's', SYN | ACK, 0, 1, 0, 1, E, LAB_SYN_RECEIVED, LAB_EVENT_SYN_ACK, 0 },
      { 'c', RST, 1, 0, 0, 1, LAB_CLOSED, LAB_LISTEN, LAB_EVENT_RST, 0 } } },
  { "syn-taken-back",
    LAB_OUTCOME_RESET_BY_CLIENT,
    LAB_CONN_RSTOS0,
    1,
    { { 'c', SYN, 0, 0, 0, 0, LAB_SYN_SENT, LAB_SYN_RECEIVED, LAB_EVENT_SYN, 0 },
      { 'c', RST, 0, 0, 0, 1, LAB_CLOSED, LAB_SYN_RECEIVED, LAB_EVENT_RST, 0 } } },
  { "refusal-with-a-wrong-acknowledgment-does-not-count",
    LAB_OUTCOME_NO_ANSWER,
    LAB_CONN_S0,
    1,
    { { 'c', SYN, 0, 0, 0, 0, LAB_SYN_SENT, LAB_SYN_RECEIVED, LAB_EVENT_SYN, 0 },
      { 's', RST | ACK, 0, 0, 0, 1, LAB_SYN_SENT, LAB_SYN_RECEIVED, LAB_EVENT_RST_IGNORED, 0 },
      { 'c', SYN, 0, 0, 0, 999, LAB_SYN_SENT, LAB_SYN_RECEIVED, LAB_EVENT_SYN_RETRANSMISSION,
        LAB_ANALYSIS_RETRANSMISSION } } },
  { "refused-and-tried-again",
    LAB_OUTCOME_CLOSED,
    LAB_CONN_SF,
    1,
    { { 'c', SYN, 0, 0, 0, 0, LAB_SYN_SENT, LAB_SYN_RECEIVED, LAB_EVENT_SYN, 0 },
      { 's', RST | ACK, 0, 1, 0, 1, LAB_CLOSED, LAB_CLOSED, LAB_EVENT_REFUSED, 0 },
      { 'c', SYN, 0, 0, 0, 500, LAB_SYN_SENT, LAB_SYN_RECEIVED, LAB_EVENT_SYN_RETRANSMISSION, 0 },
      { 's', SYN | ACK, 0, 1, 0, 1, E, LAB_SYN_RECEIVED, LAB_EVENT_SYN_ACK, 0 },
      { 'c', ACK, 1, 1, 0, 1, E, E, LAB_EVENT_ESTABLISHED, 0 },
      { 'c', FIN | ACK, 1, 1, 0, 9, LAB_FIN_WAIT_1, LAB_CLOSE_WAIT, LAB_EVENT_FIN, 0 },
      { 's', FIN | ACK, 1, 2, 0, 9, LAB_TIME_WAIT, LAB_LAST_ACK, LAB_EVENT_FIN, 0 },
      { 'c', ACK, 2, 2, 0, 1, LAB_TIME_WAIT, LAB_CLOSED, LAB_EVENT_LAST_ACK, 0 } } },
  { "old-acknowledgment-is-answered-by-rst",
    LAB_OUTCOME_UNKNOWN,
    LAB_CONN_OTH,
    1,
    { { 'c', SYN, 0, 0, 0, 0, LAB_SYN_SENT, LAB_SYN_RECEIVED, LAB_EVENT_SYN, 0 },
      { 's', ACK, 300, 100, 0, 1, LAB_SYN_SENT, LAB_SYN_RECEIVED, LAB_EVENT_ACK, 0 },
      { 'c', RST, 100, 0, 0, 1, LAB_SYN_SENT, LAB_LISTEN, LAB_EVENT_RST, 0 } } },
  { "rst-outside-is-ignored-and-challenged",
    LAB_OUTCOME_OPEN,
    LAB_CONN_S1,
    1,
    { OPENED,
      { 's', RST, 5000, 0, 0, 5, E, E, LAB_EVENT_RST_IGNORED, 0 },
      { 'c', ACK, 1, 1, 0, 1, E, E, LAB_EVENT_CHALLENGE_ACK, 0 } } },
  /* RFC 9293, 3.10.7.4, first check: outside of the window it is not even answered. */
  { "rst-far-outside-is-not-challenged",
    LAB_OUTCOME_OPEN,
    LAB_CONN_S1,
    1,
    { OPENED,
      { 's', RST, 9000000, 0, 0, 5, E, E, LAB_EVENT_RST_IGNORED, 0 },
      { 'c', ACK, 1, 1, 0, 1, E, E, LAB_EVENT_DUPLICATE_ACK, 0 } } },
  { "an-acknowledgment-of-data-is-no-challenge",
    LAB_OUTCOME_OPEN,
    LAB_CONN_S1,
    1,
    { OPENED,
      { 's', RST, 5000, 0, 0, 5, E, E, LAB_EVENT_RST_IGNORED, 0 },
      { 's', ACK, 1, 1, 10, 1, E, E, LAB_EVENT_DATA, 0 },
      { 'c', ACK, 1, 11, 0, 1, E, E, LAB_EVENT_ACK, 0 } } },
  /* RFC 9293, 3.10.7.4: who has opened actively is refused, and does not listen. */
  { "rst-while-both-open-at-once",
    LAB_OUTCOME_RESET_BY_SERVER,
    LAB_CONN_OTH,
    1,
    { { 'c', SYN, 0, 0, 0, 0, LAB_SYN_SENT, LAB_SYN_RECEIVED, LAB_EVENT_SYN, 0 },
      { 's', SYN, 0, 0, 0, 1, LAB_SYN_RECEIVED, LAB_SYN_RECEIVED, LAB_EVENT_SIMULTANEOUS_OPEN, 0 },
      { 's', RST, 1, 0, 0, 1, LAB_CLOSED, LAB_CLOSED, LAB_EVENT_RST, 0 } } },
  /* RFC 9293, 3.10.7.4, fifth check: what has no ACK is dropped. */
  { "a-fin-without-an-acknowledgment-changes-nothing",
    LAB_OUTCOME_OPEN,
    LAB_CONN_S1,
    1,
    { OPENED, { 'c', FIN, 1, 0, 0, 5, E, E, LAB_EVENT_FIN, 0 } } },
  { "a-fin-without-an-acknowledgment-is-none-in-syn-sent",
    LAB_OUTCOME_OPEN,
    LAB_CONN_S1,
    1,
    { { 'c', SYN, 0, 0, 0, 0, LAB_SYN_SENT, LAB_SYN_RECEIVED, LAB_EVENT_SYN, 0 },
      { 'c', FIN, 0, 0, 0, 200, LAB_SYN_SENT, LAB_SYN_RECEIVED, LAB_EVENT_FIN, 0 },
      { 's', SYN | ACK, 0, 1, 0, 10, E, LAB_SYN_RECEIVED, LAB_EVENT_SYN_ACK, 0 },
      { 'c', FIN | ACK, 0, 1, 0, 10, E, LAB_SYN_RECEIVED, LAB_EVENT_FIN, 0 },
      { 'c', ACK, 1, 1, 0, 10, E, E, LAB_EVENT_ESTABLISHED, 0 } } },
  { "a-fin-below-what-is-acknowledged-changes-nothing",
    LAB_OUTCOME_OPEN,
    LAB_CONN_S1,
    1,
    { OPENED,
      { 'c', ACK, 1, 1, 10, 1, E, E, LAB_EVENT_DATA, 0 },
      { 's', ACK, 1, 11, 0, 1, E, E, LAB_EVENT_ACK, 0 },
      { 'c', FIN | ACK, 5, 1, 0, 50, E, E, LAB_EVENT_FIN, LAB_ANALYSIS_RETRANSMISSION } } },
  /* Numbers are compared on a circle: after 2 GiB the SYN's looks as if it came next. */
  { "a-fin-after-more-than-half-of-all-numbers",
    LAB_OUTCOME_HALF_CLOSED,
    LAB_CONN_S2,
    1,
    { OPENED,
      { 'c', ACK, 1 << 30, 1, 10, 1, E, E, LAB_EVENT_GAP, 0 },
      { 's', ACK, 1, (1 << 30) + 10, 0, 1, E, E, LAB_EVENT_ACK, 0 },
      { 'c', ACK, 2ll << 30, 1, 10, 1, E, E, LAB_EVENT_GAP, 0 },
      { 's', ACK, 1, (2ll << 30) + 10, 0, 1, E, E, LAB_EVENT_ACK, 0 },
      { 'c', FIN | ACK, (2ll << 30) + 10, 1, 0, 50, LAB_FIN_WAIT_1, LAB_CLOSE_WAIT, LAB_EVENT_FIN,
        0 } } },
  { "data-without-an-acknowledgment-proves-nothing",
    LAB_OUTCOME_UNKNOWN,
    LAB_CONN_OTH,
    1,
    { { 'c', 0, 1, 0, 10, 0, E, E, LAB_EVENT_DATA, 0 } } },
  { "data-without-an-acknowledgment-takes-no-numbers",
    LAB_OUTCOME_RESET_BY_CLIENT,
    LAB_CONN_RSTO,
    1,
    { OPENED,
      { 'c', ACK, 1, 1, 10, 1, E, E, LAB_EVENT_DATA, 0 },
      { 'c', 0, 11, 0, 5, 1, E, E, LAB_EVENT_DATA, 0 },
      { 'c', RST, 11, 0, 0, 1, LAB_CLOSED, LAB_CLOSED, LAB_EVENT_RST, 0 } } },
  /* The same: what has not been sent cannot be acknowledged. */
  { "an-acknowledgment-beyond-the-fin-changes-nothing",
    LAB_OUTCOME_HALF_CLOSED,
    LAB_CONN_S2,
    1,
    { OPENED,
      { 'c', FIN | ACK, 1, 1, 0, 5, LAB_FIN_WAIT_1, LAB_CLOSE_WAIT, LAB_EVENT_FIN, 0 },
      { 's', ACK, 1, 500, 0, 5, LAB_FIN_WAIT_1, LAB_CLOSE_WAIT, LAB_EVENT_ACK, 0 },
      { 's', ACK, 1, 2, 0, 5, LAB_FIN_WAIT_2, LAB_CLOSE_WAIT, LAB_EVENT_FIN_ACK, 0 } } },
  { "forged-syn-changes-nothing",
    LAB_OUTCOME_OPEN,
    LAB_CONN_S1,
    1,
    { OPENED,
      { 'c', SYN, 7000, 0, 0, 5, E, E, LAB_EVENT_SYN, 0 },
      { 's', ACK, 1, 1, 0, 1, E, E, LAB_EVENT_CHALLENGE_ACK, 0 },
      { 'c', ACK, 1, 1, 10, 1, E, E, LAB_EVENT_DATA, 0 } } },
  { "a-syn-that-is-answered-begins-another",
    LAB_OUTCOME_OPEN,
    LAB_CONN_S1,
    2,
    { OPENED,
      { 'c', SYN, 7000, 0, 0, 5, E, E, LAB_EVENT_SYN, 0 },
      { 's', SYN | ACK, 9000, 7001, 0, 1, E, LAB_SYN_RECEIVED, LAB_EVENT_SYN_ACK, 0 },
      { 'c', ACK, 7001, 9001, 0, 1, E, E, LAB_EVENT_ESTABLISHED, 0 } } },
  { "a-syn-after-a-long-silence-begins-another",
    LAB_OUTCOME_NO_ANSWER,
    LAB_CONN_S0,
    2,
    { OPENED,
      { 'c', SYN, 7000, 0, 0, 121000, LAB_SYN_SENT, LAB_SYN_RECEIVED, LAB_EVENT_PORTS_REUSED,
        LAB_ANALYSIS_REUSED_PORTS } } },
  { "first-fin-sent-again-after-its-acknowledgment",
    LAB_OUTCOME_HALF_CLOSED,
    LAB_CONN_S2,
    1,
    { OPENED,
      { 'c', FIN | ACK, 1, 1, 0, 5, LAB_FIN_WAIT_1, LAB_CLOSE_WAIT, LAB_EVENT_FIN, 0 },
      { 's', ACK, 1, 2, 0, 5, LAB_FIN_WAIT_2, LAB_CLOSE_WAIT, LAB_EVENT_FIN_ACK, 0 },
      { 'c', FIN | ACK, 1, 1, 0, 300, LAB_FIN_WAIT_1, LAB_CLOSE_WAIT, LAB_EVENT_FIN_RETRANSMISSION,
        LAB_ANALYSIS_RETRANSMISSION },
      { 's', ACK, 1, 2, 0, 5, LAB_FIN_WAIT_2, LAB_CLOSE_WAIT, LAB_EVENT_FIN_ACK, 0 },
      { 's', ACK, 1, 2, 7, 5, LAB_FIN_WAIT_2, LAB_CLOSE_WAIT, LAB_EVENT_HALF_CLOSE, 0 } } },
  { "a-fin-far-outside-changes-nothing",
    LAB_OUTCOME_OPEN,
    LAB_CONN_S1,
    1,
    { OPENED, { 'c', FIN | ACK, 9000000, 1, 0, 5, E, E, LAB_EVENT_FIN, 0 } } },
  { "a-second-fin-with-another-number-changes-nothing",
    LAB_OUTCOME_HALF_CLOSED,
    LAB_CONN_S2,
    1,
    { OPENED,
      { 'c', FIN | ACK, 1, 1, 0, 5, LAB_FIN_WAIT_1, LAB_CLOSE_WAIT, LAB_EVENT_FIN, 0 },
      { 'c', FIN | ACK, 50, 1, 0, 5, LAB_FIN_WAIT_1, LAB_CLOSE_WAIT, LAB_EVENT_FIN, 0 },
      { 'c', FIN | ACK, 1, 1, 0, 300, LAB_FIN_WAIT_1, LAB_CLOSE_WAIT, LAB_EVENT_FIN_RETRANSMISSION,
        LAB_ANALYSIS_RETRANSMISSION } } },
  { "a-fin-after-a-reset-changes-nothing",
    LAB_OUTCOME_RESET_BY_SERVER,
    LAB_CONN_RSTR,
    1,
    { OPENED,
      { 's', RST, 1, 0, 0, 5, LAB_CLOSED, LAB_CLOSED, LAB_EVENT_RST, 0 },
      { 'c', FIN | ACK, 1, 1, 0, 5, LAB_CLOSED, LAB_CLOSED, LAB_EVENT_FIN, 0 },
      { 'c', FIN | ACK, 1, 1, 0, 300, LAB_CLOSED, LAB_CLOSED, LAB_EVENT_FIN_RETRANSMISSION,
        LAB_ANALYSIS_RETRANSMISSION } } },
  { "data-after-the-lost-acknowledgment-of-a-handshake",
    LAB_OUTCOME_OPEN,
    LAB_CONN_S1,
    1,
    { { 'c', SYN, 0, 0, 0, 0, LAB_SYN_SENT, LAB_SYN_RECEIVED, LAB_EVENT_SYN, 0 },
      { 's', SYN | ACK, 0, 1, 0, 1, E, LAB_SYN_RECEIVED, LAB_EVENT_SYN_ACK, 0 },
      { 's', ACK, 1, 1, 5, 1, E, E, LAB_EVENT_ESTABLISHED, 0 },
      { 'c', ACK, 1, 6, 0, 1, E, E, LAB_EVENT_ACK, 0 } } },
  { "half-of-a-handshake",
    LAB_OUTCOME_UNKNOWN,
    LAB_CONN_OTH,
    1,
    { { 'c', SYN, 0, 0, 0, 0, LAB_SYN_SENT, LAB_SYN_RECEIVED, LAB_EVENT_SYN, 0 },
      { 's', SYN | ACK, 0, 1, 0, 1, E, LAB_SYN_RECEIVED, LAB_EVENT_SYN_ACK, 0 } } },
  { "syn-and-fin-and-silence",
    LAB_OUTCOME_HALF_CLOSED,
    LAB_CONN_SH,
    1,
    { { 'c', SYN, 0, 0, 0, 0, LAB_SYN_SENT, LAB_SYN_RECEIVED, LAB_EVENT_SYN, 0 },
      { 'c', FIN | ACK, 1, 1, 0, 9, LAB_FIN_WAIT_1, LAB_CLOSE_WAIT, LAB_EVENT_FIN, 0 } } },
  { "answer-and-rst-without-a-syn",
    LAB_OUTCOME_RESET_BY_SERVER,
    LAB_CONN_RSTRH,
    1,
    { { 's', SYN | ACK, 0, 1, 0, 0, E, LAB_SYN_RECEIVED, LAB_EVENT_SYN_ACK, 0 },
      { 's', RST, 1, 0, 0, 9, LAB_CLOSED, LAB_CLOSED, LAB_EVENT_RST, 0 } } },
  { "answer-and-fin-without-a-syn",
    LAB_OUTCOME_HALF_CLOSED,
    LAB_CONN_SHR,
    1,
    { { 's', SYN | ACK, 0, 1, 0, 0, E, LAB_SYN_RECEIVED, LAB_EVENT_SYN_ACK, 0 },
      { 's', FIN | ACK, 1, 1, 0, 9, LAB_CLOSE_WAIT, LAB_FIN_WAIT_1, LAB_EVENT_FIN, 0 } } },
  { "from-the-middle-and-still-open",
    LAB_OUTCOME_OPEN,
    LAB_CONN_OTH,
    1,
    { { 'c', ACK, 500, 700, 10, 0, E, E, LAB_EVENT_DATA, 0 },
      { 's', ACK, 700, 510, 0, 1, E, E, LAB_EVENT_ACK, 0 } } },
  { "from-the-middle-and-reset",
    LAB_OUTCOME_RESET_BY_SERVER,
    LAB_CONN_RSTR,
    1,
    { { 'c', ACK, 500, 700, 10, 0, E, E, LAB_EVENT_DATA, 0 },
      { 's', RST, 700, 0, 0, 1, LAB_CLOSED, LAB_CLOSED, LAB_EVENT_RST, 0 } } },
  { "sent-again-so-soon-that-it-looks-overtaken",
    LAB_OUTCOME_OPEN,
    LAB_CONN_S1,
    1,
    { OPENED,
      { 'c', ACK, 1, 1, 100, 50, E, E, LAB_EVENT_DATA, 0 },
      { 'c', ACK, 101, 1, 100, 1, E, E, LAB_EVENT_DATA, 0 },
      { 'c', ACK, 1, 1, 100, 1, E, E, LAB_EVENT_RETRANSMISSION, LAB_ANALYSIS_OUT_OF_ORDER },
      { 's', ACK, 1, 1, 0, 1, E, E, LAB_EVENT_DUPLICATE_ACK, LAB_ANALYSIS_DUPLICATE_ACK },
      { 'c', ACK, 1, 1, 100, 1, E, E, LAB_EVENT_FAST_RETRANSMISSION,
        LAB_ANALYSIS_OUT_OF_ORDER } } },
  { "nothing-is-sent-again-after-a-forged-number",
    LAB_OUTCOME_HALF_CLOSED,
    LAB_CONN_S2,
    1,
    { OPENED,
      { 'c', RST, 5000, 0, 0, 5, E, E, LAB_EVENT_RST_IGNORED, 0 },
      { 'c', ACK, 1, 1, 100, 50, E, E, LAB_EVENT_DATA, LAB_ANALYSIS_RETRANSMISSION },
      { 'c', FIN | ACK, 101, 1, 0, 1, LAB_FIN_WAIT_1, LAB_CLOSE_WAIT, LAB_EVENT_FIN, 0 } } },
  { "a-syn-after-the-other-end-has-closed-begins-another",
    LAB_OUTCOME_NO_ANSWER,
    LAB_CONN_S0,
    2,
    { OPENED,
      { 's', FIN | ACK, 1, 1, 0, 5, LAB_CLOSE_WAIT, LAB_FIN_WAIT_1, LAB_EVENT_FIN, 0 },
      { 'c', ACK, 1, 2, 0, 1, LAB_CLOSE_WAIT, LAB_FIN_WAIT_2, LAB_EVENT_FIN_ACK, 0 },
      { 'c', SYN, 7000, 0, 0, 900, LAB_SYN_SENT, LAB_SYN_RECEIVED, LAB_EVENT_PORTS_REUSED,
        LAB_ANALYSIS_REUSED_PORTS } } },
  { "an-answer-to-a-syn-that-was-not-seen-changes-nothing",
    LAB_OUTCOME_HALF_CLOSED,
    LAB_CONN_S3,
    1,
    { OPENED,
      { 's', FIN | ACK, 1, 1, 0, 5, LAB_CLOSE_WAIT, LAB_FIN_WAIT_1, LAB_EVENT_FIN, 0 },
      { 'c', ACK, 1, 2, 0, 1, LAB_CLOSE_WAIT, LAB_FIN_WAIT_2, LAB_EVENT_FIN_ACK, 0 },
      { 's', SYN | ACK, 7000, 9000, 0, 900, LAB_CLOSE_WAIT, LAB_FIN_WAIT_2, LAB_EVENT_SYN_ACK,
        LAB_ANALYSIS_REUSED_PORTS | LAB_ANALYSIS_LOST_SEGMENT } } },
  { "fast-retransmission",
    LAB_OUTCOME_OPEN,
    LAB_CONN_S1,
    1,
    { OPENED,
      { 'c', ACK, 1, 1, 100, 50, E, E, LAB_EVENT_DATA, 0 },
      { 'c', ACK, 101, 1, 100, 1, E, E, LAB_EVENT_DATA, 0 },
      { 's', ACK, 1, 1, 0, 1, E, E, LAB_EVENT_DUPLICATE_ACK, LAB_ANALYSIS_DUPLICATE_ACK },
      { 's', ACK, 1, 1, 0, 1, E, E, LAB_EVENT_DUPLICATE_ACK, LAB_ANALYSIS_DUPLICATE_ACK },
      { 'c', ACK, 1, 1, 100, 1, E, E, LAB_EVENT_FAST_RETRANSMISSION,
        LAB_ANALYSIS_FAST_RETRANSMISSION | LAB_ANALYSIS_RETRANSMISSION },
      { 's', ACK, 1, 201, 0, 1, E, E, LAB_EVENT_ACK, 0 },
      { 'c', ACK, 1, 1, 100, 300, E, E, LAB_EVENT_SPURIOUS_RETRANSMISSION,
        LAB_ANALYSIS_SPURIOUS_RETRANSMISSION },
      { 'c', ACK, 301, 1, 10, 1, E, E, LAB_EVENT_GAP, LAB_ANALYSIS_LOST_SEGMENT },
      { 'c', ACK, 201, 1, 100, 1, E, E, LAB_EVENT_OUT_OF_ORDER, LAB_ANALYSIS_OUT_OF_ORDER },
      { 'c', ACK, 310, 1, 0, 900, E, E, LAB_EVENT_KEEP_ALIVE, LAB_ANALYSIS_KEEP_ALIVE },
      { 's', ACK, 1, 900, 0, 1, E, E, LAB_EVENT_ACK, LAB_ANALYSIS_ACK_LOST_SEGMENT } } },
};

typedef struct
{
  const Story *story;
  const Line *line;
  guint connections;
} Reading;

static void
on_packet (const LabFinding *finding, gpointer data)
{
  const Reading *reading = data;
  const Line *line = reading->line;

  if (finding->state[LAB_CLIENT] != line->client || finding->state[LAB_SERVER] != line->server ||
      finding->event != line->event || (finding->analysis & line->looks) != line->looks)
    g_error ("%s, line %u: %s %s, %s, looks %x", reading->story->name,
             (guint) (line - reading->story->lines) + 1,
             lab_state_name (finding->state[LAB_CLIENT]),
             lab_state_name (finding->state[LAB_SERVER]), lab_event_name (finding->event),
             finding->analysis);
}

static void
on_connection (const LabConnection *connection, gpointer data)
{
  Reading *reading = data;

  reading->connections++;
  if (reading->connections < reading->story->connections)
    return;
  g_assert_cmpstr (lab_outcome_name (connection->outcome), ==,
                   lab_outcome_name (reading->story->outcome));
  g_assert_cmpstr (lab_conn_state_name (connection->conn_state), ==,
                   lab_conn_state_name (reading->story->conn_state));
}

/* Initial numbers close to the end, so that everything wraps around. */
#define CLIENT_ISN 0xffffff80u
#define SERVER_ISN 0x7fffff00u

static guint
write_line (const Line *line, guint8 *bytes)
{
  gboolean by_client = line->from == 'c';
  guint32 own = by_client ? CLIENT_ISN : SERVER_ISN;
  guint32 other = by_client ? SERVER_ISN : CLIENT_ISN;
  const WrittenSegment segment = {
    by_client, line->flags, (guint32) line->seq + own, (guint32) line->ack + other, line->len, FALSE
  };

  return write_segment (&segment, bytes);
}

static void
test_story (gconstpointer data)
{
  static const LabTraceSink sink = { on_packet, on_connection, NULL, NULL };
  Reading reading = { .story = data };
  g_autoptr (LabTrace) trace = lab_trace_new (NULL, &sink, &reading);
  guint8 bytes[512];
  LabPacket packet = { .link_type = 101, .bytes = bytes, .has_time = TRUE };

  for (guint i = 0; i < G_N_ELEMENTS (reading.story->lines); i++)
    {
      reading.line = &reading.story->lines[i];
      if (reading.line->from == 0)
        break;
      packet.number++;
      packet.time_ns += (gint64) reading.line->ms * 1000 * 1000;
      packet.captured_len = packet.wire_len = write_line (reading.line, bytes);
      lab_trace_push (trace, &packet);
    }
  lab_trace_finish (trace);
  g_assert_cmpuint (reading.connections, ==, reading.story->connections);
}

/* Windows. */

typedef struct
{
  guint32 window;
  LabEvent event;
  gboolean has_rto;
  gint64 rto_ns;
  gint64 resent_after_ns;
} Seen;

static void
on_seen (const LabFinding *finding, gpointer data)
{
  *(Seen *) data = (Seen){ finding->window, finding->event, (finding->has & LAB_FINDING_RTO) != 0,
                           finding->rto_ns, finding->resent_after_ns };
}

static void
ignore_connection (const LabConnection *connection, gpointer data)
{
}

static const LabTraceSink seen_sink = { on_seen, ignore_connection, NULL, NULL };

static void
push (LabTrace *trace, LabPacket *packet, const WrittenSegment *segment, guint ms)
{
  guint8 bytes[512];

  packet->link_type = 101;
  packet->bytes = bytes;
  packet->has_time = TRUE;
  packet->number++;
  packet->time_ns += (gint64) ms * 1000 * 1000;
  packet->captured_len = packet->wire_len = write_segment (segment, bytes);
  lab_trace_push (trace, packet);
}

/* RFC 7323, 2.2: a window is scaled if both SYNs had the option. A SYN that is sent again after
 * it has been answered without it changes nothing; nor does one that lacks it. (Of these tshark
 * goes by the last SYN.) */
static void
test_scale_after_a_repeated_syn (void)
{
  for (int both = 0; both <= 1; both++)
    {
      Seen seen = { 0 };
      g_autoptr (LabTrace) trace = lab_trace_new (NULL, &seen_sink, &seen);
      LabPacket packet = { 0 };

      push (trace, &packet, &(WrittenSegment){ TRUE, SYN, 100, 0, 0, TRUE }, 0);
      push (trace, &packet, &(WrittenSegment){ FALSE, SYN | ACK, 500, 101, 0, both }, 1);
      push (trace, &packet, &(WrittenSegment){ TRUE, SYN, 100, 0, 0, !both }, 900);
      push (trace, &packet, &(WrittenSegment){ FALSE, SYN | ACK, 500, 101, 0, both }, 1);
      push (trace, &packet, &(WrittenSegment){ TRUE, ACK, 101, 501, 0, FALSE }, 1);
      g_assert_cmpuint (seen.window, ==, both ? 30000u << 7 : 30000u);
      push (trace, &packet, &(WrittenSegment){ FALSE, ACK, 501, 101, 9, FALSE }, 1);
      g_assert_cmpuint (seen.window, ==, both ? 30000u << 7 : 30000u);
      lab_trace_finish (trace);
    }
}

/* The first answer to a keep-alive comes from an end that has sent nothing but its SYN, whose
 * window is not scaled: it looks like another window, and is none. */
static void
test_first_answer_to_a_keep_alive (void)
{
  Seen seen = { 0 };
  g_autoptr (LabTrace) trace = lab_trace_new (NULL, &seen_sink, &seen);
  LabPacket packet = { 0 };
  WrittenSegment answer = { FALSE, ACK, 501, 101, 0, FALSE };
  guint8 bytes[64];

  push (trace, &packet, &(WrittenSegment){ TRUE, SYN, 100, 0, 0, TRUE }, 0);
  push (trace, &packet, &(WrittenSegment){ FALSE, SYN | ACK, 500, 101, 0, TRUE }, 1);
  push (trace, &packet, &(WrittenSegment){ TRUE, ACK, 101, 501, 0, FALSE }, 1);
  push (trace, &packet, &(WrittenSegment){ TRUE, ACK, 100, 501, 0, FALSE }, 1000);
  g_assert_cmpint (seen.event, ==, LAB_EVENT_KEEP_ALIVE);
  packet.number++;
  packet.bytes = bytes;
  packet.captured_len = packet.wire_len = write_segment (&answer, bytes);
  put_number (bytes + 34, 234, 2); /* nearly the same, scaled */
  lab_trace_push (trace, &packet);
  g_assert_cmpint (seen.event, ==, LAB_EVENT_KEEP_ALIVE_ACK);
  lab_trace_finish (trace);
}

/* Who takes part in a handshake for a server closes the window at first, and opens it when the server is
 * there: that is another window, although it is also the first that is scaled. */
static void
test_window_opened_behind_a_handshake (void)
{
  Seen seen = { 0 };
  g_autoptr (LabTrace) trace = lab_trace_new (NULL, &seen_sink, &seen);
  LabPacket packet = { 0 };
  WrittenSegment answer = { FALSE, SYN | ACK, 500, 101, 0, TRUE };
  guint8 bytes[64];

  push (trace, &packet, &(WrittenSegment){ TRUE, SYN, 100, 0, 0, TRUE }, 0);
  packet.number++;
  packet.bytes = bytes;
  packet.captured_len = packet.wire_len = write_segment (&answer, bytes);
  put_number (bytes + 34, 0, 2);
  lab_trace_push (trace, &packet);
  push (trace, &packet, &(WrittenSegment){ TRUE, ACK, 101, 501, 0, FALSE }, 1);
  push (trace, &packet, &(WrittenSegment){ FALSE, ACK, 501, 101, 0, FALSE }, 1);
  g_assert_cmpint (seen.event, ==, LAB_EVENT_WINDOW_UPDATE);
  lab_trace_finish (trace);
}

/* tcp.analysis.rto is how long the timer ran, from the oldest segment in flight; and only of
 * what is sent again because of it. How long ago the same was sent first is another number. */
static void
test_timeouts (void)
{
  Seen seen = { 0 };
  g_autoptr (LabTrace) trace = lab_trace_new (NULL, &seen_sink, &seen);
  LabPacket packet = { 0 };
  const WrittenSegment first = { TRUE, ACK, 101, 501, 100, FALSE };
  const WrittenSegment second = { TRUE, ACK, 201, 501, 100, FALSE };
  const WrittenSegment asking = { FALSE, ACK, 501, 101, 0, FALSE };

  push (trace, &packet, &(WrittenSegment){ TRUE, SYN, 100, 0, 0, FALSE }, 0);
  push (trace, &packet, &(WrittenSegment){ FALSE, SYN | ACK, 500, 101, 0, FALSE }, 1);
  push (trace, &packet, &(WrittenSegment){ TRUE, ACK, 101, 501, 0, FALSE }, 1);
  push (trace, &packet, &first, 100);
  push (trace, &packet, &second, 50);
  push (trace, &packet, &second, 250); /* out of turn, as when the first was seen by nobody */
  g_assert_true (seen.has_rto);
  g_assert_cmpint (seen.rto_ns, ==, 300 * 1000 * 1000);
  g_assert_cmpint (seen.resent_after_ns, ==, 250 * 1000 * 1000);
  for (int i = 0; i < 3; i++)
    push (trace, &packet, &asking, 1);
  push (trace, &packet, &first, 1);
  g_assert_cmpint (seen.event, ==, LAB_EVENT_FAST_RETRANSMISSION);
  g_assert_false (seen.has_rto);
  g_assert_cmpint (seen.resent_after_ns, ==, 304 * 1000 * 1000);
  lab_trace_finish (trace);
}

typedef struct
{
  guint reported;
  guint early;
  guint notices;
} Crowd;

static void
on_crowd_packet (const LabFinding *finding, gpointer data)
{
}

static void
on_crowd_connection (const LabConnection *connection, gpointer data)
{
  Crowd *crowd = data;

  crowd->reported++;
  crowd->early += connection->early;
}

static void
on_crowd_notice (LabNotice notice, gpointer data)
{
  g_assert_cmpint (notice, ==, LAB_NOTICE_CONNECTIONS_CAPPED);
  ((Crowd *) data)->notices++;
}

/* A flood of SYNs: no more are remembered than were allowed, all are reported, and it is
 * said once. */
static void
test_flood (void)
{
  static const LabTraceSink sink = { on_crowd_packet, on_crowd_connection, NULL, on_crowd_notice };
  static const Line syn = { 'c', SYN, 0, 0, 0, 0, 0, 0, 0, 0 };
  Crowd crowd = { 0 };
  LabTraceOptions options;
  g_autoptr (LabTrace) trace = NULL;
  guint8 bytes[64];
  LabPacket packet = { .link_type = 101, .bytes = bytes, .has_time = TRUE };

  lab_trace_options_init (&options);
  options.max_connections = 100;
  trace = lab_trace_new (&options, &sink, &crowd);
  for (guint i = 0; i < 5000; i++)
    {
      packet.number++;
      packet.captured_len = packet.wire_len = write_line (&syn, bytes);
      put_number (bytes + 12, 0x0a010000 + i, 4);
      lab_trace_push (trace, &packet);
      g_assert_cmpuint (lab_trace_n_live (trace), <=, 100);
    }
  lab_trace_finish (trace);
  g_assert_cmpuint (crowd.reported, ==, 5000);
  g_assert_cmpuint (crowd.early, ==, 4900);
  g_assert_cmpuint (crowd.notices, ==, 1);
}

static void
add_chat (LabStream *stream, guint32 seq, const char *text, LabChatLines *lines, gsize *budget)
{
  LabSegment segment = { .kind = LAB_KIND_TCP,
                         .flags = LAB_ACK,
                         .seq = seq,
                         .len = (guint32) strlen (text),
                         .data = (const guint8 *) text,
                         .data_len = (guint32) strlen (text) };

  lab_stream_add (stream, &segment, lines, budget);
}

/* What comes before its time is kept as far as all streams together may; what is too much is
 * lost, and what was kept is given back. */
static void
test_chat_is_bounded (void)
{
  const gsize all = 60;
  gsize budget = all;
  guint n = 0;
  LabStream stream;
  LabChatLines lines;
  const LabChatLine *found = NULL;

  lab_chat_lines_init (&lines);
  lab_stream_init (&stream, LAB_CLIENT);
  add_chat (&stream, 100, "one\n", &lines, &budget);
  add_chat (&stream, 110, "three\n", &lines, &budget);
  add_chat (&stream, 116, "a line that is too long to be kept as well, as it is\n", &lines,
            &budget);
  g_assert_cmpuint (budget, <, all);
  add_chat (&stream, 104, "two  \n", &lines, &budget);
  found = lab_chat_lines_finish (&lines, &n);
  g_assert_cmpuint (n, ==, 3);
  g_assert_cmpstr (found[0].text, ==, "one");
  g_assert_cmpstr (found[2].text, ==, "three");
  g_assert_cmpuint (budget, ==, all);

  add_chat (&stream, 130, "four\n", &lines, &budget);
  g_assert_cmpuint (budget, <, all);
  lab_stream_clear (&stream, &budget);
  g_assert_cmpuint (budget, ==, all);
  lab_chat_lines_clear (&lines);
}

/* What is over is reported when its time has passed, with a packet or without. */
static void
test_linger (void)
{
  static const LabTraceSink sink = { on_crowd_packet, on_crowd_connection, NULL, NULL };
  static const Line lines[] = { { 'c', SYN, 0, 0, 0, 0, 0, 0, 0, 0 },
                                { 's', RST | ACK, 0, 1, 0, 0, 0, 0, 0, 0 } };
  Crowd crowd = { 0 };
  g_autoptr (LabTrace) trace = lab_trace_new (NULL, &sink, &crowd);
  guint8 bytes[64];
  LabPacket packet = { .link_type = 101, .bytes = bytes, .has_time = TRUE };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      packet.number++;
      packet.captured_len = packet.wire_len = write_line (&lines[i], bytes);
      lab_trace_push (trace, &packet);
    }
  lab_trace_advance (trace, LAB_TRACE_LINGER_NS);
  g_assert_cmpuint (crowd.reported, ==, 0);
  lab_trace_advance (trace, LAB_TRACE_LINGER_NS + 1);
  g_assert_cmpuint (crowd.reported, ==, 1);
  g_assert_cmpuint (lab_trace_n_live (trace), ==, 0);
}

/* The ends of a connection that begins in the middle are guessed by their ports; a SYN or
 * its answer that comes late, because it was overtaken, says who is who. What was sent
 * before goes with its sender. */
static void
on_late_packet (const LabFinding *finding, gpointer data)
{
  *(LabSide *) data = finding->from;
}

static void
on_late_connection (const LabConnection *connection, gpointer data)
{
  const LabEndReport *client = &connection->end[LAB_CLIENT];

  g_assert_cmpuint (client->port, ==, 80);
  g_assert_cmpuint (client->segments, ==, 2);
  g_assert_cmpuint (client->bytes, ==, 10);
  g_assert_cmpuint (connection->end[LAB_SERVER].segments, ==, 1);
}

static void
test_late_syn (void)
{
  static const LabTraceSink sink = { on_late_packet, on_late_connection, NULL, NULL };
  static const struct
  {
    Line lines[3];
    LabSide from[3];
  } cases[] = {
    { { { 's', ACK, 1, 1, 10, 0, 0, 0, 0, 0 },
        { 's', SYN, 0, 0, 0, 0, 0, 0, 0, 0 },
        { 'c', SYN | ACK, 0, 1, 0, 0, 0, 0, 0, 0 } },
      { LAB_SERVER, LAB_CLIENT, LAB_SERVER } },
    { { { 's', ACK, 1, 1, 10, 0, 0, 0, 0, 0 },
        { 'c', SYN | ACK, 0, 1, 0, 0, 0, 0, 0, 0 },
        { 's', ACK, 1, 1, 0, 0, 0, 0, 0, 0 } },
      { LAB_SERVER, LAB_SERVER, LAB_CLIENT } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      LabSide from = LAB_N_SIDES;
      g_autoptr (LabTrace) trace = lab_trace_new (NULL, &sink, &from);
      guint8 bytes[128];
      LabPacket packet = { .link_type = 101, .bytes = bytes, .has_time = TRUE };

      for (guint j = 0; j < 3; j++)
        {
          packet.number++;
          packet.captured_len = packet.wire_len = write_line (&cases[i].lines[j], bytes);
          lab_trace_push (trace, &packet);
          g_assert_cmpint (from, ==, cases[i].from[j]);
        }
      lab_trace_finish (trace);
    }
}

/* A socket that has connected to itself is in one state, whoever is asked for. */
typedef struct
{
  LabState state;
  gboolean assumed;
  gboolean is_over;
} Alone;

static void
on_lone_packet (const LabFinding *finding, gpointer data)
{
  Alone *alone = data;

  g_assert_cmpint (finding->from, ==, LAB_CLIENT);
  g_assert_cmpint (finding->state[LAB_CLIENT], ==, finding->state[LAB_SERVER]);
  alone->state = finding->state[LAB_CLIENT];
  alone->assumed = finding->assumed[LAB_CLIENT] || finding->assumed[LAB_SERVER];
}

static void
on_lone_connection (const LabConnection *connection, gpointer data)
{
  g_assert_true (connection->to_itself);
  g_assert_cmpint (connection->outcome, ==, LAB_OUTCOME_CLOSED);
  g_assert_cmpint (connection->conn_state, ==, LAB_CONN_SF);
  g_assert_cmpuint (connection->end[LAB_CLIENT].bytes, ==, 6);
  /* The path has no gap, although a segment is sent and received at once. */
  for (int side = 0; side < LAB_N_SIDES; side++)
    {
      const guint8 way[] = { LAB_CLOSED,     LAB_SYN_SENT, LAB_SYN_RECEIVED, LAB_ESTABLISHED,
                             LAB_FIN_WAIT_1, LAB_CLOSING,  LAB_TIME_WAIT };

      g_assert_cmpuint (connection->end[side].n_steps, ==, G_N_ELEMENTS (way));
      g_assert_cmpmem (connection->end[side].steps, G_N_ELEMENTS (way), way, sizeof way);
    }
  ((Alone *) data)->is_over = TRUE;
}

static void
test_to_itself (void)
{
  static const LabTraceSink sink = { on_lone_packet, on_lone_connection, NULL, NULL };
  static const struct
  {
    WrittenSegment segment;
    LabState state;
  } steps[] = {
    { { TRUE, SYN, 100, 0, 0, FALSE }, LAB_SYN_RECEIVED },
    { { TRUE, SYN | ACK, 100, 101, 0, FALSE }, LAB_ESTABLISHED },
    { { TRUE, ACK, 101, 101, 0, FALSE }, LAB_ESTABLISHED },
    { { TRUE, ACK, 101, 101, 6, FALSE }, LAB_ESTABLISHED },
    { { TRUE, ACK, 107, 107, 0, FALSE }, LAB_ESTABLISHED },
    { { TRUE, FIN | ACK, 107, 107, 0, FALSE }, LAB_CLOSING },
    { { TRUE, ACK, 108, 108, 0, FALSE }, LAB_TIME_WAIT },
  };
  Alone alone = { 0 };
  g_autoptr (LabTrace) trace = lab_trace_new (NULL, &sink, &alone);
  guint8 bytes[64];
  LabPacket packet = { .link_type = 101, .bytes = bytes, .has_time = TRUE };

  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      packet.number++;
      packet.captured_len = packet.wire_len = write_segment (&steps[i].segment, bytes);
      memcpy (bytes + 16, bytes + 12, 4); /* its own address ... */
      memcpy (bytes + 22, bytes + 20, 2); /* ... and port */
      lab_trace_push (trace, &packet);
      g_assert_cmpint (alone.state, ==, steps[i].state);
      g_assert_false (alone.assumed);
    }
  lab_trace_finish (trace);
  g_assert_true (alone.is_over);
}

/* What anybody can forge does not count of such a socket either. */
typedef struct
{
  LabState state;
  LabEvent event;
} ForgedAlone;

static void
on_forged_packet (const LabFinding *finding, gpointer data)
{
  *(ForgedAlone *) data = (ForgedAlone){ finding->state[LAB_CLIENT], finding->event };
}

static void
on_forged_connection (const LabConnection *connection, gpointer data)
{
  (void) data;
  g_assert_cmpint (connection->outcome, ==, LAB_OUTCOME_RESET_BY_CLIENT);
  g_assert_cmpuint (connection->end[LAB_CLIENT].bytes, ==, 6);
}

static void
test_forged_to_itself (void)
{
  static const LabTraceSink sink = { on_forged_packet, on_forged_connection, NULL, NULL };
  static const struct
  {
    WrittenSegment segment;
    LabState state;
    LabEvent event;
  } steps[] = {
    { { TRUE, SYN, 100, 0, 0, FALSE }, LAB_SYN_RECEIVED, LAB_EVENT_SYN },
    { { TRUE, SYN | ACK, 100, 101, 0, FALSE }, E, LAB_EVENT_SYN_ACK },
    { { TRUE, ACK, 101, 101, 6, FALSE }, E, LAB_EVENT_DATA },
    { { TRUE, RST, 50000, 0, 0, FALSE }, E, LAB_EVENT_RST_IGNORED },
    { { TRUE, FIN, 107, 0, 0, FALSE }, E, LAB_EVENT_FIN },
    { { TRUE, SYN, 5000000, 0, 0, FALSE }, E, LAB_EVENT_SYN },
    { { TRUE, RST | ACK, 107, 107, 0, FALSE }, LAB_CLOSED, LAB_EVENT_RST },
  };
  ForgedAlone alone = { 0 };
  g_autoptr (LabTrace) trace = lab_trace_new (NULL, &sink, &alone);
  guint8 bytes[64];
  LabPacket packet = { .link_type = 101, .bytes = bytes, .has_time = TRUE };

  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      packet.number++;
      packet.captured_len = packet.wire_len = write_segment (&steps[i].segment, bytes);
      memcpy (bytes + 16, bytes + 12, 4);
      memcpy (bytes + 22, bytes + 20, 2);
      lab_trace_push (trace, &packet);
      g_assert_cmpint (alone.state, ==, steps[i].state);
      g_assert_cmpint (alone.event, ==, steps[i].event);
    }
  lab_trace_finish (trace);
}

/* What was never sent is not sent again, and a RST without anything before it is no answer. */
typedef struct
{
  gboolean resent;
  gboolean is_answer;
} Verdict;

static void
on_judged_packet (const LabFinding *finding, gpointer data)
{
  *(Verdict *) data = (Verdict){ finding->resent, finding->is_answer };
}

static void
on_judged_connection (const LabConnection *connection, gpointer data)
{
  (void) connection;
  (void) data;
}

static void
test_verdicts (void)
{
  static const LabTraceSink sink = { on_judged_packet, on_judged_connection, NULL, NULL };
  static const struct
  {
    Line lines[5];
    Verdict last;
  } cases[] = {
    /* A FIN with the number of the SYN. */
    { { { 'c', SYN, 0, 0, 0, 0, 0, 0, 0, 0 },
        { 's', SYN | ACK, 0, 1, 0, 0, 0, 0, 0, 0 },
        { 'c', ACK, 1, 1, 0, 0, 0, 0, 0, 0 },
        { 'c', FIN | ACK, 0, 1, 0, 0, 0, 0, 0, 0 } },
      { FALSE, FALSE } },
    { { { 'c', SYN, 0, 0, 0, 0, 0, 0, 0, 0 },
        { 's', SYN | ACK, 0, 1, 0, 0, 0, 0, 0, 0 },
        { 'c', FIN | ACK, 1, 1, 0, 0, 0, 0, 0, 0 },
        { 'c', FIN | ACK, 1, 1, 0, 0, 0, 0, 0, 0 } },
      { TRUE, FALSE } },
    /* RFC 9293, 3.5.2 and 3.10.5: of the same form. */
    { { { 'c', SYN, 0, 0, 0, 0, 0, 0, 0, 0 },
        { 's', SYN | ACK, 0, 1, 0, 0, 0, 0, 0, 0 },
        { 'c', ACK, 1, 1, 10, 0, 0, 0, 0, 0 },
        { 's', RST, 1, 0, 0, 0, 0, 0, 0, 0 } },
      { FALSE, TRUE } },
    { { { 'c', SYN, 0, 0, 0, 0, 0, 0, 0, 0 },
        { 's', SYN | ACK, 0, 1, 0, 0, 0, 0, 0, 0 },
        { 'c', ACK, 1, 1, 10, 0, 0, 0, 0, 0 },
        { 's', ACK, 1, 11, 0, 0, 0, 0, 0, 0 },
        { 's', RST, 1, 0, 0, 0, 0, 0, 0, 0 } },
      { FALSE, FALSE } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Verdict last = { 0 };
      g_autoptr (LabTrace) trace = lab_trace_new (NULL, &sink, &last);
      guint8 bytes[128];
      LabPacket packet = { .link_type = 101, .bytes = bytes, .has_time = TRUE };

      for (guint j = 0; j < G_N_ELEMENTS (cases[i].lines) && cases[i].lines[j].from != 0; j++)
        {
          packet.number++;
          packet.captured_len = packet.wire_len = write_line (&cases[i].lines[j], bytes);
          lab_trace_push (trace, &packet);
        }
      g_assert_cmpint (last.resent, ==, cases[i].last.resent);
      g_assert_cmpint (last.is_answer, ==, cases[i].last.is_answer);
      lab_trace_finish (trace);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (stories); i++)
    {
      g_autofree char *path = g_strdup_printf ("/lab/trace/story/%s", stories[i].name);

      g_test_add_data_func (path, &stories[i], test_story);
    }
  g_test_add_func ("/lab/trace/scale-after-a-repeated-syn", test_scale_after_a_repeated_syn);
  g_test_add_func ("/lab/trace/first-answer-to-a-keep-alive", test_first_answer_to_a_keep_alive);
  g_test_add_func ("/lab/trace/window-opened-behind-a-handshake",
                   test_window_opened_behind_a_handshake);
  g_test_add_func ("/lab/trace/timeouts", test_timeouts);
  g_test_add_func ("/lab/trace/flood-is-bounded", test_flood);
  g_test_add_func ("/lab/trace/chat-is-bounded", test_chat_is_bounded);
  g_test_add_func ("/lab/trace/linger", test_linger);
  g_test_add_func ("/lab/trace/late-syn", test_late_syn);
  g_test_add_func ("/lab/trace/connected-to-itself", test_to_itself);
  g_test_add_func ("/lab/trace/forged-to-itself", test_forged_to_itself);
  g_test_add_func ("/lab/trace/resent-and-answers", test_verdicts);
  return g_test_run ();
}
