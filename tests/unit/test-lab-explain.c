/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The sentences: one for every event, the story of every outcome, and the answers to the
 * labs' questions, from connections written down as segments.
 */
#include "config.h"

#include <string.h>

#include "lab/explain/lab-explain.h"
#include "lab/explain/lab-lessons.h"
#include "lab/explain/lab-phrase.h"
#include "lab/track/lab-trace.h"
#include "tests/unit/segment-writer.h"

#define SYN LAB_SYN
#define ACK LAB_ACK
#define FIN LAB_FIN
#define RST LAB_RST

/* Initial numbers that are easy to add to. */
#define CLIENT_ISN 1000u
#define SERVER_ISN 5000u

/* Sentences */

/* A finding with everything that a sentence may speak of. */
static LabFinding
make_finding (LabEvent event)
{
  return (LabFinding){ .segment = { .kind = LAB_KIND_TCP,
                                    .number = 7,
                                    .seq = 1011,
                                    .ack = 5021,
                                    .flags = LAB_ACK,
                                    .len = 13 },
                       .from = LAB_CLIENT,
                       .event = event,
                       .seq = 11,
                       .ack = 21,
                       .window = 4096,
                       .state = { LAB_SYN_SENT, LAB_ESTABLISHED },
                       .duplicate_ack_num = 3,
                       .resends_frame = 5 };
}

static void
check_sentence (const LabFinding *finding, const char *expected)
{
  g_autoptr (GString) out = g_string_new (NULL);

  lab_explain_packet (finding, out);
  g_assert_cmpstr (out->str, ==, expected);
}

/* It goes into JSON and into pages as it is. */
static void
check_plain (const char *text)
{
  g_assert_true (g_str_is_ascii (text));
  g_assert_null (strpbrk (text, "\"\\<>&%\n\r\t"));
}

static void
test_every_event (void)
{
  for (int event = LAB_EVENT_NONE; event < LAB_N_EVENTS; event++)
    for (guint len = 0; len <= 13; len += 13)
      {
        g_autoptr (GString) out = g_string_new (NULL);
        LabFinding finding = make_finding ((LabEvent) event);

        finding.segment.len = len;
        lab_explain_packet (&finding, out);
        check_plain (out->str);
        g_assert_cmpuint (out->len, >, 9);
        g_assert_true (g_str_has_suffix (out->str, "."));
        g_assert_true (g_ascii_isupper (out->str[0]));
      }
}

static void
test_sentences (void)
{
  static const struct
  {
    LabEvent event;
    const char *sentence;
  } rows[] = {
    { LAB_EVENT_SYN, "The client asks for a connection (SYN) and sends 13 bytes with it; its "
                     "initial sequence number is 1011." },
    { LAB_EVENT_SYN_ACK, "The client agrees (SYN,ACK): it acknowledges the SYN of the server, and "
                         "its own initial sequence number is 1011." },
    { LAB_EVENT_ESTABLISHED,
      "The client acknowledges the SYN of the server and sends 13 bytes: the "
      "connection is established." },
    { LAB_EVENT_DATA, "The client sends 13 bytes, numbers 11 to 23." },
    { LAB_EVENT_ACK, "The client acknowledges everything before number 21." },
    { LAB_EVENT_DUPLICATE_ACK,
      "The client says again that it still waits for number 21 (duplicate ACK number 3)." },
    { LAB_EVENT_RETRANSMISSION,
      "The client sends 13 bytes again, from number 11 on, as in frame 5." },
    { LAB_EVENT_WINDOW_UPDATE, "The client has room for 4096 bytes now (window update)." },
    { LAB_EVENT_GAP,
      "The client is at number 11 already; what comes before that has not been seen." },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      LabFinding finding = make_finding (rows[i].event);

      check_sentence (&finding, rows[i].sentence);
    }
}

/* The same event, another sentence. */
static void
test_sentences_that_depend (void)
{
  LabFinding finding = make_finding (LAB_EVENT_RETRANSMISSION);

  finding.segment.len = 0;
  check_sentence (&finding, "The client sends the same segment again.");
  finding = make_finding (LAB_EVENT_RETRANSMISSION);
  finding.resends_frame = 0;
  finding.segment.len = 1;
  check_sentence (&finding, "The client sends 1 byte again, from number 11 on.");
  finding = make_finding (LAB_EVENT_SYN);
  finding.segment.len = 0;
  check_sentence (&finding,
                  "The client asks for a connection (SYN); its initial sequence number is 1011.");
  finding.state[LAB_CLIENT] = LAB_ESTABLISHED;
  check_sentence (&finding, "A SYN in the name of the client that does not fit into the "
                            "connection: it changes nothing.");
  finding = make_finding (LAB_EVENT_FIN_RETRANSMISSION);
  finding.corrected[LAB_SERVER] = TRUE;
  check_sentence (&finding, "The client sends its FIN again: no ACK of it has come. So an earlier "
                            "segment never arrived, and the server is in ESTABLISHED.");
}

/* A FIN says of itself whether it counts, and, when it comes again, whether it had been
 * acknowledged. */
static void
test_fins (void)
{
  LabConnection connection = { .stream = 0 };
  LabFinding finding = make_finding (LAB_EVENT_FIN);

  finding.connection = &connection;
  check_sentence (&finding, "The client has nothing more to send and closes its side (FIN).");
  finding.before[LAB_CLIENT] = finding.state[LAB_CLIENT];
  finding.before[LAB_SERVER] = finding.state[LAB_SERVER];
  check_sentence (&finding, "A FIN in the name of the client with a number that does not fit into "
                            "the connection: it changes nothing.");
  connection.end[LAB_CLIENT].fin_frame = finding.segment.number;
  check_sentence (&finding, "The client closes its side (FIN), but there is no connection any "
                            "more: it changes nothing.");
  finding.event = LAB_EVENT_FIN_RETRANSMISSION;
  connection.end[LAB_CLIENT].fin_frame = 3;
  check_sentence (&finding, "The client sends its FIN again: no ACK of it has come.");
  connection.end[LAB_CLIENT].finack_frame = 4;
  check_sentence (&finding, "The client sends its FIN again: the ACK of it, in frame 4, has not "
                            "reached it, or not in time.");
}

/* An RST that ends a connection is something else than one that says that there is none. */
static void
test_resets (void)
{
  LabFinding finding = make_finding (LAB_EVENT_RST);

  finding.segment.flags = LAB_RST | LAB_ACK;
  finding.segment.len = 0;
  finding.before[LAB_CLIENT] = finding.before[LAB_SERVER] = LAB_ESTABLISHED;
  finding.state[LAB_CLIENT] = finding.state[LAB_SERVER] = LAB_CLOSED;
  check_sentence (&finding, "The client aborts the connection (RST).");
  finding.is_answer = TRUE;
  check_sentence (&finding,
                  "The client answers with an RST: it knows of no such connection, or not "
                  "any more.");
  finding.before[LAB_CLIENT] = finding.before[LAB_SERVER] = LAB_CLOSED;
  check_sentence (&finding, "The client sends an RST, but there is no connection any more: it "
                            "changes nothing.");
  finding.before[LAB_SERVER] = finding.state[LAB_SERVER] = LAB_LISTEN;
  check_sentence (&finding, "The client sends an RST, but there is no connection any more: it "
                            "changes nothing.");
  finding.before[LAB_CLIENT] = finding.state[LAB_CLIENT] = LAB_SYN_SENT;
  check_sentence (&finding, "The client answers with an RST: what came does not belong to the "
                            "connection that it asks for.");
  finding = make_finding (LAB_EVENT_RST_IGNORED);
  finding.from = LAB_SERVER;
  finding.before[LAB_CLIENT] = LAB_SYN_SENT;
  check_sentence (&finding, "An RST in the name of the server that does not acknowledge the SYN of "
                            "the client: it changes nothing.");
}

/* What RFC 9293 has dropped is not told as if it had been taken. */
static void
test_without_ack (void)
{
  LabFinding finding = make_finding (LAB_EVENT_DATA);

  finding.segment.has = LAB_HAS_FLAGS;
  check_sentence (&finding, "The client sends 13 bytes, numbers 11 to 23.");
  finding.segment.flags = LAB_PSH;
  check_sentence (&finding,
                  "The client sends 13 bytes, numbers 11 to 23. It has no ACK flag, so the "
                  "server drops it.");
  finding = make_finding (LAB_EVENT_FIN);
  finding.segment.has = LAB_HAS_FLAGS;
  finding.segment.flags = LAB_FIN;
  finding.before[LAB_CLIENT] = finding.state[LAB_CLIENT];
  finding.before[LAB_SERVER] = finding.state[LAB_SERVER];
  check_sentence (&finding, "A FIN in the name of the client. It has no ACK flag, so the server "
                            "drops it.");
}

/* A SYN that comes late is no forged one. */
static void
test_late_syns (void)
{
  LabConnection connection = { .stream = 0 };
  LabFinding finding = make_finding (LAB_EVENT_SYN);

  finding.connection = &connection;
  finding.segment.flags = LAB_SYN;
  finding.segment.len = 0;
  finding.state[LAB_CLIENT] = LAB_ESTABLISHED;
  check_sentence (&finding,
                  "A SYN in the name of the client that does not fit into the connection: "
                  "it changes nothing.");
  connection.end[LAB_CLIENT].offer.frame = finding.segment.number;
  check_sentence (&finding, "The SYN of the client, which segments behind it have overtaken; its "
                            "initial sequence number is 1011.");
  finding.event = LAB_EVENT_SYN_RETRANSMISSION;
  check_sentence (&finding, "The SYN of the client once more, although it has its answer: an old "
                            "copy, which changes nothing.");
  finding.state[LAB_CLIENT] = LAB_SYN_SENT;
  check_sentence (&finding, "The client asks for the connection again: no answer to its SYN has "
                            "reached it.");
}

/* What comes after the end is not told as if it had been taken. */
static void
test_after_the_end (void)
{
  LabConnection connection = { .stream = 0 };
  LabFinding finding = make_finding (LAB_EVENT_DATA);

  finding.connection = &connection;
  finding.segment.has = LAB_HAS_FLAGS;
  finding.before[LAB_SERVER] = finding.state[LAB_SERVER] = LAB_CLOSED;
  check_sentence (&finding, "The client sends 13 bytes, numbers 11 to 23. But for the server there "
                            "is no connection any more.");
}

/* Of a socket that has connected to itself nobody is the client. */
static void
test_to_itself (void)
{
  LabConnection connection = { .to_itself = TRUE,
                               .completeness = LAB_COMPLETE_SYN | LAB_COMPLETE_ACK,
                               .outcome = LAB_OUTCOME_CLOSED };
  LabFinding finding = make_finding (LAB_EVENT_SYN);
  g_autoptr (GString) story = g_string_new (NULL);

  for (int side = 0; side < LAB_N_SIDES; side++)
    {
      connection.end[side].address = (LabAddress){ 4, { 127, 0, 0, 1 } };
      connection.end[side].port = 5000;
    }
  connection.end[LAB_CLIENT].offer.frame = finding.segment.number;
  connection.end[LAB_CLIENT].bytes = 6;
  finding.connection = &connection;
  check_sentence (&finding, "The socket asks for a connection (SYN) to its own address and port: "
                            "its SYN comes back to it, and it is both ends.");
  finding.segment.number++;
  finding.state[LAB_CLIENT] = LAB_ESTABLISHED;
  check_sentence (&finding,
                  "A SYN in the name of the socket that does not fit into the connection: "
                  "it changes nothing.");
  finding.event = LAB_EVENT_FIN_ACK;
  finding.before[LAB_SERVER] = LAB_CLOSING;
  check_sentence (&finding, "The socket acknowledges the FIN of the same socket.");
  lab_explain_connection (&connection, story);
  g_assert_cmpstr (story->str, ==,
                   "127.0.0.1:5000 connected to itself: one socket is both ends; it sent 6 bytes, "
                   "which came back to it. It has closed.");
}

static void
test_phrases (void)
{
  static const struct
  {
    gint64 ns;
    const char *text;
  } durations[] = { { 0, "0.00 us" },          { 999, "1.00 us" },
                    { 7004, "7.00 us" },       { 11165000, "11.2 ms" },
                    { 126830000, "127 ms" },   { 999999, "1000 us" },
                    { 1510000000, "1.51 s" },  { 3600 * G_GINT64_CONSTANT (1000000000), "3600 s" },
                    { -41200000, "-41.2 ms" }, { G_MININT64, "-9223372037 s" } };

  for (gsize i = 0; i < G_N_ELEMENTS (durations); i++)
    {
      g_autoptr (GString) out = g_string_new (NULL);

      lab_phrase_duration (out, durations[i].ns);
      g_assert_cmpstr (out->str, ==, durations[i].text);
    }
}

/* Connections */

typedef struct
{
  char from;
  guint16 flags;
  guint32 seq; /* relative to the initial numbers */
  guint32 ack;
  guint16 len;
  guint ms;
} Line;

typedef struct
{
  const char *name;
  Line lines[40];
  const char *story;
  LabLesson lesson;
  const char *answer; /* lines of it, each with its end */
} Talk;

#define OPENED                                                                                     \
  { 'c', SYN, 0, 0, 0, 0 }, { 's', SYN | ACK, 0, 1, 0, 10 },                                       \
  {                                                                                                \
    'c', ACK, 1, 1, 0, 10                                                                          \
  }

#define ENDS "10.0.0.1:40000 connected to 10.0.0.2:80"

static const Talk talks[] = {
  { "refused",
    { { 'c', SYN, 0, 0, 0, 0 }, { 's', RST | ACK, 0, 1, 0, 1 } },
    "10.0.0.1:40000 tried to connect to 10.0.0.2:80, and was refused: nobody listens there.",
    LAB_LESSON_HANDSHAKE,
    "Segment 1: the client sends a SYN with its initial sequence number 1000.\n"
    "Segment 2: the server answers with RST: nobody listens on that port.\n" },
  { "no-answer",
    { { 'c', SYN, 0, 0, 0, 0 }, { 'c', SYN, 0, 0, 0, 1000 }, { 'c', SYN, 0, 0, 0, 2000 } },
    "10.0.0.1:40000 tried to connect to 10.0.0.2:80, and nobody answered. 2 segments were sent "
    "again.",
    LAB_LESSON_RESENT,
    "Segment 2 (client) sends the SYN again (first in segment 1) after 1.00 s, because no "
    "acknowledgment had come in that time.\n"
    "Segment 3 (client) sends the SYN again (first in segment 1) after 3.00 s, because no "
    "acknowledgment had come in that time.\n" },
  { "open",
    { OPENED },
    ENDS "; no data was sent. It was still open at the end of the capture.",
    LAB_LESSON_HANDSHAKE,
    "Segment 1: the client sends a SYN with its initial sequence number 1000.\n"
    "Segment 2: the server sends a SYN with its own, 5000, and acknowledges 1000 + 1 = 1001; a "
    "SYN takes one number.\n"
    "Segment 3: the client acknowledges 5000 + 1 = 5001: the connection is established, 20.0 ms "
    "after the first SYN.\n" },
  { "simultaneous-open",
    { { 'c', SYN, 0, 0, 0, 0 },
      { 's', SYN, 0, 0, 0, 1 },
      { 'c', SYN | ACK, 0, 1, 0, 5 },
      { 's', SYN | ACK, 0, 1, 0, 1 },
      { 'c', ACK, 1, 1, 0, 5 } },
    ENDS "; no data was sent. It was still open at the end of the capture.",
    LAB_LESSON_HANDSHAKE,
    "Segment 1: the client sends a SYN with its initial sequence number 1000.\n"
    "Segment 2: the server sends a SYN, too, with its own, 5000, before it has seen that of the "
    "client.\n"
    "Then each acknowledges the SYN of the other, and the connection is established: both have "
    "opened at once.\n" },
  { "data-with-the-syn",
    { { 'c', SYN, 0, 0, 9, 0 }, { 's', SYN | ACK, 0, 10, 0, 1 }, { 'c', ACK, 10, 1, 0, 1 } },
    ENDS "; the client sent 9 bytes, the server nothing. It was still open at the end of the "
         "capture.",
    LAB_LESSON_HANDSHAKE,
    "Segment 1: the client sends a SYN with its initial sequence number 1000.\n"
    "Segment 2: the server sends a SYN with its own, 5000, and acknowledges 1010: the SYN and "
    "the data that came with it.\n"
    "Segment 3: the client acknowledges 5000 + 1 = 5001: the connection is established, 2.00 ms "
    "after the first SYN.\n" },
  { "from-the-middle",
    { { 'c', ACK, 100, 200, 13, 0 }, { 's', ACK, 200, 113, 0, 1 }, { 's', RST, 200, 0, 0, 1 } },
    "10.0.0.1:40000 and 10.0.0.2:80 were talking already when the capture began; the client sent "
    "13 bytes, the server nothing. The server reset it (RST).",
    LAB_LESSON_HANDSHAKE,
    "It was over before the capture began.\n" },
  { "half-closed",
    { OPENED, { 's', FIN | ACK, 1, 1, 12, 5 }, { 'c', ACK, 1, 14, 0, 5 } },
    ENDS "; the client sent nothing, the server 12 bytes. Only the server has closed its side.",
    LAB_LESSON_ENDING,
    "Segment 4: the server closes first: its FIN has number 5013, and segment 5 acknowledges it "
    "with 5013 + 1 = 5014.\n"
    "The client is left in CLOSE-WAIT: its program has not closed.\n"
    "The server is left in FIN-WAIT-2: the other end has not closed.\n" },
  { "closed",
    { OPENED,
      { 'c', FIN | ACK, 1, 1, 0, 5 },
      { 's', FIN | ACK, 1, 2, 0, 5 },
      { 'c', ACK, 2, 2, 0, 5 } },
    ENDS "; no data was sent. The client closed first, then the server.",
    LAB_LESSON_ENDING,
    "Segment 4: the client closes first: its FIN has number 1001, and segment 5 acknowledges it "
    "with 1001 + 1 = 1002.\n"
    "Segment 5: the server closes too: its FIN has number 5001, and segment 6 acknowledges it "
    "with 5001 + 1 = 5002.\n"
    "The client is left in TIME-WAIT for 2 MSL: its last ACK may be lost, and old segments may "
    "still be on their way.\n" },
  { "closed-at-once-and-not-acknowledged-yet",
    { OPENED,
      { 'c', FIN | ACK, 1, 1, 0, 5 },
      { 's', FIN | ACK, 1, 1, 0, 1 },
      { 'c', ACK, 2, 2, 0, 5 } },
    ENDS "; no data was sent. Both closed at once.",
    LAB_LESSON_ENDING,
    "Segment 4: the client closes first: its FIN has number 1001, and nobody acknowledges it.\n"
    "Segment 5: the server closes too, before it has seen that: its FIN has number 5001, and "
    "segment 6 acknowledges it with 5001 + 1 = 5002.\n"
    "The client is left in CLOSING: it has the FIN of the other end, but no ACK of its own.\n"
    "The server is left in TIME-WAIT for 2 MSL: its last ACK may be lost, and old segments may "
    "still be on their way.\n" },
  { "closed-at-once",
    { OPENED,
      { 'c', FIN | ACK, 1, 1, 0, 5 },
      { 's', FIN | ACK, 1, 1, 0, 1 },
      { 'c', ACK, 2, 2, 0, 5 },
      { 's', ACK, 2, 2, 0, 1 } },
    ENDS "; no data was sent. Both closed at once.",
    LAB_LESSON_ENDING,
    "Segment 4: the client closes first: its FIN has number 1001, and segment 7 acknowledges it "
    "with 1001 + 1 = 1002.\n"
    "Segment 5: the server closes too, before it has seen that: its FIN has number 5001, and "
    "segment 6 acknowledges it with 5001 + 1 = 5002.\n"
    "The client is left in TIME-WAIT for 2 MSL: its last ACK may be lost, and old segments may "
    "still be on their way.\n"
    "The server is left in TIME-WAIT for 2 MSL: its last ACK may be lost, and old segments may "
    "still be on their way.\n" },
  { "reset",
    { OPENED, { 'c', RST | ACK, 1, 1, 0, 5 } },
    ENDS "; no data was sent. The client reset it (RST).",
    LAB_LESSON_ENDING,
    "Segment 4: the client resets the connection (RST).\n" },
  { "acknowledgments",
    { OPENED,
      { 'c', ACK, 1, 1, 13, 1 },
      { 's', ACK, 1, 8, 0, 1 },  /* a part of it */
      { 's', ACK, 1, 14, 7, 1 }, /* the rest, and data */
      { 'c', FIN | ACK, 14, 8, 20, 1 },
      { 's', ACK, 8, 35, 0, 1 } },
    ENDS "; the client sent 33 bytes, the server 7 bytes. Only the client has closed its side.",
    LAB_LESSON_ACKNOWLEDGMENTS,
    "Segment 2 (server) acknowledges segment 1: 1001 = 1000 + 1 for the SYN.\n"
    "Segment 3 (client) acknowledges segment 2: 5001 = 5000 + 1 for the SYN.\n"
    "Segment 6 (server) acknowledges the rest of segment 4: 1014 = 1008 + 6 bytes.\n"
    "Segment 7 (client) acknowledges segment 6: 5008 = 5001 + 7 bytes.\n"
    "Segment 8 (server) acknowledges segment 7: 1035 = 1014 + 20 bytes + 1 for the FIN.\n" },
  { "resent",
    { OPENED,
      { 'c', ACK, 1, 1, 13, 1 },
      { 'c', ACK, 14, 1, 13, 1 },
      { 's', ACK, 1, 1, 0, 1 },
      { 's', ACK, 1, 1, 0, 1 },
      { 'c', ACK, 1, 1, 13, 1 }, /* asked for */
      { 's', ACK, 1, 27, 0, 1 },
      { 'c', ACK, 1, 1, 13, 300 }, /* needlessly */
      { 's', FIN | ACK, 1, 27, 0, 50 },
      { 's', FIN | ACK, 1, 27, 0, 400 } }, /* nobody has acknowledged it */
    ENDS "; the client sent 26 bytes, the server nothing. Only the server has closed its side. 3 "
         "segments were sent again.",
    LAB_LESSON_RESENT,
    "Segment 8 (client) sends 13 bytes from number 1001 again (first in segment 4) after 4.00 "
    "ms, because the other end asked for it with duplicate ACKs.\n"
    "Segment 10 (client) sends 13 bytes from number 1001 again, needlessly: it had "
    "been acknowledged.\n"
    "Segment 12 (server) sends the FIN again (first in segment 11) after 400 ms, because no "
    "acknowledgment had come in that time.\n" },
  { "more-than-fits",
    { OPENED,
      { 'c', ACK, 1, 1, 1, 1 },
      { 's', ACK, 1, 2, 0, 1 },
      { 'c', ACK, 2, 1, 1, 1 },
      { 's', ACK, 1, 3, 0, 1 },
      { 'c', ACK, 3, 1, 1, 1 },
      { 's', ACK, 1, 4, 0, 1 },
      { 'c', ACK, 4, 1, 1, 1 },
      { 's', ACK, 1, 5, 0, 1 },
      { 'c', ACK, 5, 1, 1, 1 },
      { 's', ACK, 1, 6, 0, 1 },
      { 'c', ACK, 6, 1, 1, 1 },
      { 's', ACK, 1, 7, 0, 1 },
      { 'c', ACK, 7, 1, 1, 1 },
      { 's', ACK, 1, 8, 0, 1 },
      { 'c', ACK, 8, 1, 1, 1 },
      { 's', ACK, 1, 9, 0, 1 },
      { 'c', ACK, 9, 1, 1, 1 },
      { 's', ACK, 1, 10, 0, 1 },
      { 'c', ACK, 10, 1, 1, 1 },
      { 's', ACK, 1, 11, 0, 1 },
      { 'c', ACK, 11, 1, 1, 1 },
      { 's', ACK, 1, 12, 0, 1 },
      { 'c', ACK, 12, 1, 1, 1 },
      { 's', ACK, 1, 13, 0, 1 },
      { 'c', ACK, 13, 1, 1, 1 },
      { 's', ACK, 1, 14, 0, 1 },
      { 'c', ACK, 14, 1, 1, 1 },
      { 's', ACK, 1, 15, 0, 1 },
      { 'c', ACK, 15, 1, 1, 1 },
      { 's', ACK, 1, 16, 0, 1 } },
    NULL,
    LAB_LESSON_ACKNOWLEDGMENTS,
    "Segment 2 (server) acknowledges segment 1: 1001 = 1000 + 1 for the SYN.\n"
    "Segment 3 (client) acknowledges segment 2: 5001 = 5000 + 1 for the SYN.\n"
    "Segment 5 (server) acknowledges segment 4: 1002 = 1001 + 1 byte.\n"
    "Segment 7 (server) acknowledges segment 6: 1003 = 1002 + 1 byte.\n"
    "Segment 9 (server) acknowledges segment 8: 1004 = 1003 + 1 byte.\n"
    "Segment 11 (server) acknowledges segment 10: 1005 = 1004 + 1 byte.\n"
    "Segment 13 (server) acknowledges segment 12: 1006 = 1005 + 1 byte.\n"
    "Segment 15 (server) acknowledges segment 14: 1007 = 1006 + 1 byte.\n"
    "Segment 17 (server) acknowledges segment 16: 1008 = 1007 + 1 byte.\n"
    "Segment 19 (server) acknowledges segment 18: 1009 = 1008 + 1 byte.\n"
    "Segment 21 (server) acknowledges segment 20: 1010 = 1009 + 1 byte.\n"
    "Segment 23 (server) acknowledges segment 22: 1011 = 1010 + 1 byte.\n"
    "Segment 25 (server) acknowledges segment 24: 1012 = 1011 + 1 byte.\n"
    "Segment 27 (server) acknowledges segment 26: 1013 = 1012 + 1 byte.\n"
    "Segment 29 (server) acknowledges segment 28: 1014 = 1013 + 1 byte.\n"
    "Segment 31 (server) acknowledges segment 30: 1015 = 1014 + 1 byte.\n"
    "... and 1 more.\n" },
};

typedef struct
{
  LabLessons *lessons;
  const Talk *talk;
  gboolean told;
} Listener;

static void
on_packet (const LabFinding *finding, gpointer data)
{
  lab_lessons_add (((Listener *) data)->lessons, finding);
}

static char *
answer_of (LabLessons *lessons, const LabConnection *connection, LabLesson lesson)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GString) text = g_string_new (NULL);

  lab_lessons_answer (lessons, connection, lesson, lines);
  for (guint i = 0; i < lines->len; i++)
    {
      check_plain (lines->pdata[i]);
      g_string_append_printf (text, "%s\n", (const char *) lines->pdata[i]);
    }
  return g_strdup (text->str);
}

static void
on_connection (const LabConnection *connection, gpointer data)
{
  Listener *listener = data;
  g_autoptr (GString) story = g_string_new (NULL);
  g_autofree char *answer = answer_of (listener->lessons, connection, listener->talk->lesson);
  g_autofree char *none = NULL;

  lab_explain_connection (connection, story);
  check_plain (story->str);
  if (listener->talk->story != NULL)
    g_assert_cmpstr (story->str, ==, listener->talk->story);
  g_assert_cmpstr (answer, ==, listener->talk->answer);
  lab_lessons_forget (listener->lessons, connection);
  none = answer_of (listener->lessons, connection, LAB_LESSON_ACKNOWLEDGMENTS);
  g_assert_cmpstr (none, ==, "");
  listener->told = TRUE;
}

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
test_talk (gconstpointer data)
{
  static const LabTraceSink sink = { on_packet, on_connection, NULL, NULL };
  g_autoptr (LabLessons) lessons = lab_lessons_new ();
  Listener listener = { lessons, data, FALSE };
  g_autoptr (LabTrace) trace = lab_trace_new (NULL, &sink, &listener);
  guint8 bytes[256];
  LabPacket packet = { .link_type = 101, .bytes = bytes, .has_time = TRUE };

  for (const Line *line = listener.talk->lines; line->from != 0; line++)
    {
      packet.number++;
      packet.time_ns += (gint64) line->ms * 1000 * 1000;
      packet.captured_len = packet.wire_len = write_line (line, bytes);
      lab_trace_push (trace, &packet);
    }
  lab_trace_finish (trace);
  g_assert_true (listener.told);
}

/* What is packed comes out as it went in, however large the numbers are. */
static void
test_large_numbers (void)
{
  g_autoptr (LabLessons) lessons = lab_lessons_new ();
  LabConnection connection = { .stream = 3 };
  LabFinding finding = make_finding (LAB_EVENT_RETRANSMISSION);
  g_autofree char *answer = NULL;

  finding.connection = &connection;
  finding.stream = connection.stream;
  finding.resent = TRUE;
  finding.from = LAB_SERVER;
  finding.segment.number = G_MAXUINT64;
  finding.segment.seq = G_MAXUINT32;
  finding.segment.len = G_MAXUINT32;
  finding.resends_frame = 1;
  finding.resent_after_ns = G_MININT64;
  lab_lessons_add (lessons, &finding);
  finding.segment.number = 2; /* goes back, which no capture does */
  finding.segment.seq = 0;
  finding.resends_frame = 0;
  lab_lessons_add (lessons, &finding);
  answer = answer_of (lessons, &connection, LAB_LESSON_RESENT);
  g_assert_cmpstr (answer, ==,
                   "Segment 18446744073709551615 (server) sends 4294967295 bytes from number "
                   "4294967295 again (first in segment 1) after -9223372037 s, because no "
                   "acknowledgment had come in that time.\n"
                   "Segment 2 (server) sends 4294967295 bytes from number 0 again.\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/explain/every-event", test_every_event);
  g_test_add_func ("/lab/explain/sentences", test_sentences);
  g_test_add_func ("/lab/explain/sentences-that-depend", test_sentences_that_depend);
  g_test_add_func ("/lab/explain/fins-that-count-and-others", test_fins);
  g_test_add_func ("/lab/explain/resets", test_resets);
  g_test_add_func ("/lab/explain/segments-without-an-acknowledgment", test_without_ack);
  g_test_add_func ("/lab/explain/late-syns", test_late_syns);
  g_test_add_func ("/lab/explain/after-the-end", test_after_the_end);
  g_test_add_func ("/lab/explain/connected-to-itself", test_to_itself);
  g_test_add_func ("/lab/explain/phrases", test_phrases);
  g_test_add_func ("/lab/explain/large-numbers", test_large_numbers);
  for (gsize i = 0; i < G_N_ELEMENTS (talks); i++)
    {
      g_autofree char *path = g_strdup_printf ("/lab/explain/talk/%s", talks[i].name);

      g_test_add_data_func (path, &talks[i], test_talk);
    }
  return g_test_run ();
}
