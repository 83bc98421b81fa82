/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How data flows: without boundaries, not faster than it is read, in segments that are worth
 * their headers; and how an end asks whether the other is still there.
 */
#include "config.h"

#include <glib/gi18n.h>
#include <signal.h>
#include <string.h>

#include "lab/bench/lab-experiments-pair.h"

#define NS_PER_SECOND 1e9
#define NS_PER_MS 1000000

/* Data segments in a capture: how many, how large, the first few; what is sent again, on a
 * machine that is busy, does not count. */
typedef struct
{
  guint n;
  guint32 most;
  guint32 bytes;
  guint64 frames[4]; /* the first, then 0 */
  guint32 len[4];
} Sent;

static Sent
count_sent (LabRun *run, const LabHost *at, const LabHost *from, guint64 after)
{
  Sent sent = { 0 };
  guint32 next = 0;

  for (guint64 frame = lab_pair_find_data (run, at, from, after); frame > 0;
       frame = lab_pair_find_data (run, at, from, frame))
    {
      const LabSegment *segment = lab_run_segment (run, at, frame);

      if (sent.n > 0 && (gint32) (segment->seq - next) < 0)
        continue;
      if (sent.n < G_N_ELEMENTS (sent.frames) - 1)
        {
          sent.frames[sent.n] = frame;
          sent.len[sent.n] = segment->len;
        }
      sent.n++;
      sent.most = MAX (sent.most, segment->len);
      sent.bytes += segment->len;
      next = segment->seq + segment->len;
    }
  return sent;
}

/* No boundaries. */

static void
exchange_datagrams (LabRun *run, const LabPair *pair)
{
  lab_run_call (run, pair->server, "datagrams = socket @udp", "fd ");
  lab_run_call (run, pair->server, "datagrams.bind @juliet 4001", "ok");
  lab_run_call (run, pair->client, "datagrams = socket @udp", "fd ");
  lab_run_call (run, pair->client, "datagrams.connect @juliet 4001", "ok");
  lab_run_call (run, pair->client, "datagrams.send Hello", "5 bytes");
  lab_run_call (run, pair->client, "datagrams.send juliet", "6 bytes");
  lab_run_call (run, pair->client, "datagrams.send !", "1 bytes");
  lab_run_settle (run);
  lab_run_call (run, pair->server, "datagrams.recv 1024", "5 bytes \"Hello\"");
  lab_run_call (run, pair->server, "datagrams.recv 3", "3 bytes \"jul\"");
  lab_run_call (run, pair->server, "datagrams.recv 1024", "1 bytes \"!\"");
}

static void
ask_about_boundaries (LabRun *run, const LabPair *pair, guint64 before_large)
{
  LabHost *romeo = pair->romeo;
  guint64 first = lab_pair_find_data (run, romeo, romeo, 0);
  guint64 second = lab_pair_find_data (run, romeo, romeo, first);
  Sent large = count_sent (run, romeo, romeo, before_large);
  /* What is left of an Ethernet frame (1500 bytes) after both headers (20 bytes of TCP). */
  const guint32 mss = lab_run_is_ipv6 (run) ? 1500 - 40 - 20 : 1500 - 20 - 20;

  lab_run_question (run, _ ("Does each send() belong to a recv()?"));
  lab_run_claim (run, first > 0 && second > first, lab_run_frames (run, romeo, first, second),
                 _ ("No. Two calls of send() wrote 5 and 6 bytes; one recv() returned all 11: TCP "
                    "carries bytes, not messages."));
  lab_run_claim (run, lab_run_is_good (run), NULL,
                 _ ("Nor the other way round: what one send() had written was read in two parts, "
                    "as large as recv() asked for."));
  lab_run_question (run, _ ("Does each send() make a segment?"));
  lab_run_claim (run, large.n >= 3 && large.bytes == 4000 && large.most == mss - 12,
                 lab_run_frames (run, romeo, large.frames[0], large.frames[1], large.frames[2]),
                 _ ("No. One send() of 4000 bytes left as %u segments of at most %u bytes: the MSS "
                    "of %u less 12 for the timestamps."),
                 large.n, large.most, mss);
  lab_run_question (run, _ ("And with UDP?"));
  lab_run_claim (run, lab_run_is_good (run), NULL,
                 _ ("There each recv() returns one datagram, never two. What recv() has no room "
                    "for is lost: of “juliet” three letters were read, and the next call returned "
                    "the next datagram."));
  lab_run_question (run, _ ("How does a program know where a message ends?"));
  lab_run_claim (run, lab_run_is_good (run), NULL,
                 _ ("Only from the bytes: a mark behind each message (a newline, as in the chat), "
                    "its length in front of it, or one connection for each (as the file server "
                    "does)."));
}

static void
run_boundaries (LabRun *run)
{
  LabPair pair;
  guint64 before_large = 0;

  lab_run_step (run, _ ("A connection"));
  pair = lab_pair_start (run);
  lab_pair_connect (run, &pair);
  lab_run_step (run, _ ("romeo writes twice, juliet reads once"));
  lab_run_call (run, pair.client, "sock.send Hello", "5 bytes");
  lab_run_call (run, pair.client, "sock.send juliet", "6 bytes");
  lab_run_await_recv_q (run, pair.juliet, LAB_PAIR_PORT, 11);
  lab_run_sample (run);
  lab_run_call (run, pair.server, "conn.recv 1024", "11 bytes");
  lab_run_step (run, _ ("romeo writes once, juliet reads twice"));
  lab_run_call (run, pair.client, "sock.send Hello juliet", "12 bytes");
  lab_run_await_recv_q (run, pair.juliet, LAB_PAIR_PORT, 12);
  lab_run_call (run, pair.server, "conn.recv 5", "5 bytes");
  lab_run_call (run, pair.server, "conn.recv 1024", "7 bytes");
  lab_run_settle (run);
  before_large = lab_run_n_frames (run, pair.romeo);
  lab_run_step (run, _ ("romeo writes 4000 bytes at once"));
  lab_run_call (run, pair.client, "sock.fill 4000", "4000 bytes");
  lab_run_call (run, pair.server, "conn.drain 4000", "4000 bytes");
  lab_run_step (run, _ ("The same with datagrams"));
  exchange_datagrams (run, &pair);
  ask_about_boundaries (run, &pair, before_large);
}

const LabExperiment lab_experiment_boundaries = {
  .name = "tcp-message-boundaries",
  .title = N_ ("Two writes are read as one: TCP has no messages"),
  .about = N_ ("Writes and reads of different sizes on one connection; then the same with UDP."),
  .standard = "RFC 9293, 3.8 and 3.9.1.2; RFC 768",
  .run = run_boundaries,
};

/* A receiver that does not read. */

#define BYTES_SENT 20000

typedef struct
{
  guint64 full;     /* the last segment of juliet before the first probe: window 0 */
  guint64 probe[3]; /* of romeo */
  guint64 update;   /* juliet's window is open again */
} ZeroWindow;

/* juliet says nothing but acknowledgments, so what romeo sends without data are probes. */
static guint64
await_probe (LabRun *run, LabHost *romeo, guint64 after)
{
  LabFrameQuery query = lab_pair_query (romeo, LAB_FLAGS, LAB_ACK, after);

  query.no_data = TRUE;
  return lab_run_await_frame (run, romeo, &query);
}

static void
ask_about_zero_window (LabRun *run, const LabPair *pair, const ZeroWindow *seen)
{
  LabHost *romeo = pair->romeo;
  const LabSegment *full = lab_run_segment (run, romeo, seen->full);
  const LabSegment *probe = lab_run_segment (run, romeo, seen->probe[0]);
  const LabSocket *unread =
      lab_run_find_socket (run, pair->juliet, 2, LAB_PAIR_PORT, "ESTABLISHED");
  const LabSocket *waiting = lab_run_find_socket (run, romeo, 2, LAB_PAIR_PORT, "ESTABLISHED");
  gint64 gap_ns[] = { lab_pair_between_ns (run, romeo, seen->probe[0], seen->probe[1]),
                      lab_pair_between_ns (run, romeo, seen->probe[1], seen->probe[2]) };

  lab_run_question (run, _ ("What does juliet say when nobody reads?"));
  lab_run_claim (run, seen->full > 0 && full->window == 0 && unread->recv_q > 0,
                 lab_run_frames (run, romeo, seen->full),
                 _ ("Window 0: her kernel has acknowledged what came and has no room for more. Her "
                    "Recv-Q is %u."),
                 unread->recv_q);
  lab_run_question (run, _ ("What becomes of romeo's send()?"));
  lab_run_claim (run, waiting->send_q > 0, NULL,
                 _ ("It does not return: his kernel has no room left either, with %u bytes in "
                    "Send-Q. A program that does not read stops the one that writes to it."),
                 waiting->send_q);
  lab_run_question (run, _ ("How does romeo learn that there is room again?"));
  lab_run_claim (run, seen->probe[0] > seen->full && probe->seq == full->ack - 1 && probe->len == 0,
                 lab_run_frames (run, romeo, seen->probe[0], seen->probe[1], seen->probe[2]),
                 _ ("He asks: with a segment whose number is one less than the next, which juliet "
                    "has to answer with an ACK that says her window (a window probe)."));
  lab_run_claim (
      run, waiting->timer == LAB_TIMER_PERSIST, NULL,
      _ ("A timer says when; the table calls it persist. Without it the connection would stand "
         "still for ever if juliet's window update were lost: ACKs are not sent again."));
  lab_run_claim (run, gap_ns[0] > 350 * NS_PER_MS && gap_ns[1] > 700 * NS_PER_MS,
                 lab_run_frames (run, romeo, seen->probe[0], seen->probe[1], seen->probe[2]),
                 _ ("Each time he waits longer: %.1f seconds, then %.1f."),
                 (double) gap_ns[0] / NS_PER_SECOND, (double) gap_ns[1] / NS_PER_SECOND);
  lab_run_question (run, _ ("What happens when juliet reads?"));
  lab_run_claim (
      run, seen->update > seen->probe[2] && lab_run_segment (run, romeo, seen->update)->window > 0,
      lab_run_frames (run, romeo, seen->update),
      _ ("A segment without data says that the window is open again (window update), "
         "romeo goes on, and his send() returns: all %u bytes have come."),
      BYTES_SENT);
  lab_run_differs (run,
                   _ ("RFC 9293 has a probe carry one byte of new data. Linux repeats a number "
                      "that has been acknowledged, without data; either must be answered."));
}

static void
run_zero_window (LabRun *run)
{
  LabPair pair;
  ZeroWindow seen = { 0 };
  LabFrameQuery closed;
  LabFrameQuery from_juliet;

  lab_run_step (run, _ ("A connection with small buffers at both ends"));
  lab_run_use_usual_timers (run, lab_run_romeo (run));
  pair = lab_pair_start (run);
  lab_run_call (run, pair.server, "sock.setsockopt rcvbuf 4096", "ok");
  lab_pair_connect (run, &pair);
  lab_run_call (run, pair.client, "sock.setsockopt sndbuf 4096", "ok");
  lab_run_step (run, _ ("romeo writes more than there is room for; juliet does not read"));
  lab_run_call_without_answer (run, pair.client, "sock.fill 20000");
  closed = lab_pair_query (pair.juliet, LAB_FLAGS, LAB_ACK, 0);
  closed.closed = TRUE;
  seen.full = lab_run_await_frame (run, pair.romeo, &closed);
  seen.probe[0] = await_probe (run, pair.romeo, seen.full);
  seen.probe[1] = await_probe (run, pair.romeo, seen.probe[0]);
  lab_run_sample (run);
  seen.probe[2] = await_probe (run, pair.romeo, seen.probe[1]);
  from_juliet = lab_pair_query (pair.juliet, 0, 0, 0);
  seen.full = lab_run_find_last (run, pair.romeo, &from_juliet, seen.probe[0]);
  lab_run_settle (run);
  lab_run_step (run, _ ("juliet reads"));
  lab_run_call (run, pair.server, "conn.drain 20000", "20000 bytes");
  lab_run_await_answer (run, pair.client, "20000 bytes");
  lab_run_settle (run);
  lab_run_sample (run);
  from_juliet.after = seen.probe[2];
  do
    seen.update = from_juliet.after = lab_run_find (run, pair.romeo, &from_juliet);
  while (seen.update > 0 && lab_run_segment (run, pair.romeo, seen.update)->window == 0);
  ask_about_zero_window (run, &pair, &seen);
}

const LabExperiment lab_experiment_zero_window = {
  .name = "tcp-zero-window",
  .title = N_ ("A receiver that does not read: the window closes"),
  .about =
      N_ ("romeo writes, juliet does not read until her buffer and his are full; then she does."),
  .standard = "RFC 9293, 3.8.6 and 3.8.6.1 (zero-window probing)",
  .seconds = 3,
  .run = run_zero_window,
};

/* Nagle's algorithm and delayed acknowledgments. */

/* Since Linux 2.5 an ACK is delayed by 40 ms at least; what is surely longer than at once. */
#define SURELY_DELAYED_NS (25 * NS_PER_MS)

static const char *const three_writes[] = { "sock.send one", "sock.send two", "sock.send three",
                                            NULL };

/* How long juliet took to acknowledge a segment of romeo, as her own capture has it. */
static gint64
ack_delay_ns (LabRun *run, const LabPair *pair, guint64 data, guint64 *ack)
{
  const LabFrameQuery acks = lab_pair_query (pair->juliet, LAB_FLAGS, LAB_ACK, data);

  *ack = lab_run_find (run, pair->juliet, &acks);
  return lab_pair_between_ns (run, pair->juliet, data, *ack);
}

/* On a machine that stands still for so long that juliet's ACK comes between two of the writes, the
 * router keeps it until all of them are made; else it has nothing to keep. */
static void
write_three_times (LabRun *run, const LabPair *pair, guint32 unread)
{
  guint rule = lab_pair_hold (run, pair->juliet, LAB_ACK, LAB_ACK);

  lab_run_call_at_once (run, pair->client, three_writes);
  lab_run_await_answer (run, pair->client, "3 bytes");
  lab_run_await_answer (run, pair->client, "3 bytes");
  lab_run_await_answer (run, pair->client, "5 bytes");
  lab_pair_let_go (run, rule);
  lab_run_await_recv_q (run, pair->juliet, LAB_PAIR_PORT, unread);
  lab_run_settle (run);
}

/* Frames of juliet before each step. */
typedef struct
{
  guint64 without_nagle;
  guint64 at_once;
} NagleSteps;

static void
ask_about_nagle (LabRun *run, const LabPair *pair, NagleSteps steps)
{
  LabHost *juliet = pair->juliet;
  Sent with = count_sent (run, juliet, pair->romeo, 0);
  Sent without = count_sent (run, juliet, pair->romeo, steps.without_nagle);
  guint64 ack = 0;
  guint64 quick_ack = 0;
  gint64 delay_ns = ack_delay_ns (run, pair, with.frames[0], &ack);
  guint64 last = lab_pair_find_data (run, juliet, pair->romeo, steps.at_once);
  gint64 quick_ns = ack_delay_ns (run, pair, last, &quick_ack);

  lab_run_question (run, _ ("How do three small writes travel?"));
  lab_run_claim (
      run, with.len[0] == 3 && with.len[1] == 8 && ack > with.frames[0] && with.frames[1] > ack,
      lab_run_frames (run, juliet, with.frames[0], ack, with.frames[1]),
      _ ("As two segments, of 3 and of 8 bytes. The first left at once; while it was "
         "not acknowledged the others were kept back and put together (Nagle's "
         "algorithm)."));
  lab_run_question (run, _ ("And with TCP_NODELAY?"));
  lab_run_claim (
      run, without.len[0] == 3 && without.len[1] == 3 && without.len[2] == 5,
      lab_run_frames (run, juliet, without.frames[0], without.frames[1], without.frames[2]),
      _ ("As three: each send() became a segment at once."));
  lab_run_question (run, _ ("Why did the second segment have to wait?"));
  lab_run_claim (run, delay_ns > SURELY_DELAYED_NS && quick_ns < delay_ns,
                 lab_run_frames (run, juliet, with.frames[0], ack, last, quick_ack),
                 _ ("Because juliet delayed her ACK: %.0f ms, in the hope of an answer that could "
                    "carry it. With TCP_QUICKACK it took %.3f ms."),
                 (double) delay_ns / NS_PER_MS, (double) quick_ns / NS_PER_MS);
  lab_run_question (run, _ ("When does one want TCP_NODELAY?"));
  lab_run_claim (run, lab_run_is_good (run), NULL,
                 _ ("When a program writes twice and then waits for an answer: there the two "
                    "delays wait for each other. Better is to write once. Whoever sends key by "
                    "key over a slow line is better off with Nagle."));
  lab_run_differs (run,
                   _ ("The document says that the effect of the option is not visible in its labs. "
                      "Linux acknowledges the first segments of a connection at once, and then "
                      "Nagle has nothing to wait for; here juliet was told not to (TCP_QUICKACK "
                      "0)."));
}

static void
run_nagle (LabRun *run)
{
  LabPair pair;
  NagleSteps steps = { 0 };

  lab_run_step (run, _ ("A connection, at whose end acknowledgments are delayed"));
  pair = lab_pair_start (run);
  /* Or Linux might put small segments together for another reason. */
  lab_run_set (run, pair.romeo, "net/ipv4/tcp_autocorking", "0");
  lab_pair_connect (run, &pair);
  lab_run_call (run, pair.server, "conn.setsockopt quickack 0", "ok");
  lab_run_step (run, _ ("Three writes, one right after the other"));
  write_three_times (run, &pair, 11);
  steps.without_nagle = lab_run_n_frames (run, pair.juliet);
  lab_run_step (run, _ ("The same with TCP_NODELAY"));
  lab_run_call (run, pair.client, "sock.setsockopt nodelay 1", "ok");
  write_three_times (run, &pair, 22);
  lab_run_step (run, _ ("juliet acknowledges at once (TCP_QUICKACK)"));
  lab_run_call (run, pair.server, "conn.setsockopt quickack 1", "ok");
  lab_run_settle (run);
  steps.at_once = lab_run_n_frames (run, pair.juliet);
  lab_run_call (run, pair.client, "sock.send more", "4 bytes");
  lab_run_await_recv_q (run, pair.juliet, LAB_PAIR_PORT, 26);
  lab_run_settle (run);
  ask_about_nagle (run, &pair, steps);
}

const LabExperiment lab_experiment_nagle = {
  .name = "tcp-nagle",
  .title = N_ ("Nagle's algorithm and delayed acknowledgments, with and without TCP_NODELAY"),
  .about = N_ ("Three small writes one right after the other, first as usual and then with "
               "TCP_NODELAY."),
  .source = "Sequential servers, before activity 8 (“whether or not to use the Nagle algorithm”)",
  .standard = "RFC 9293, 3.7.4 and 3.8.6.3; RFC 896",
  .vantage = "juliet",
  .run = run_nagle,
};

/* Keep-alive. */

/* What is counted begins with juliet's last word, not with the pulling of the cable: on a machine
 * that stands still meanwhile a question may be under way then, and is one of the unanswered. */
static void
ask_about_keepalive (LabRun *run, const LabPair *pair)
{
  LabHost *romeo = pair->romeo;
  LabFrameQuery query = lab_pair_query (romeo, LAB_FLAGS, LAB_ACK, 0);
  LabFrameQuery answers = lab_pair_query (pair->juliet, LAB_FLAGS, LAB_ACK, 0);
  LabOpening opening = lab_run_find_opening (run, romeo, pair->juliet, LAB_PAIR_PORT);
  guint64 last = lab_run_find_last (run, romeo, &answers, G_MAXUINT64);
  guint64 probe = 0;
  guint64 answer = 0;
  guint64 rst = lab_pair_find (run, romeo, romeo, LAB_RST, last);
  guint unanswered = 0;

  query.after = opening.ack;
  probe = lab_run_find (run, romeo, &query);
  answers.after = probe;
  answer = lab_run_find (run, romeo, &answers);
  query.after = last;
  unanswered = lab_run_count (run, romeo, &query);
  lab_run_question (run, _ ("How does one end ask whether the other is there?"));
  lab_run_claim (
      run,
      probe > 0 && lab_run_segment (run, romeo, probe)->len == 0 &&
          lab_run_segment (run, romeo, probe)->seq ==
              lab_run_segment (run, romeo, opening.ack)->seq - 1,
      lab_run_frames (run, romeo, probe),
      _ ("With a segment without data whose number is one less than the next: that "
         "byte has been acknowledged, so the other end must say again what it expects."));
  lab_run_claim (run, answer > probe, lab_run_frames (run, romeo, answer),
                 _ ("juliet's kernel does so; no program of hers notices."));
  lab_run_question (run, _ ("What happens when there is no answer?"));
  lab_run_claim (run, unanswered == 3 && rst > last, lab_run_frames (run, romeo, rst),
                 _ ("romeo asks %u times, as TCP_KEEPCNT says, then sends a RST and gives the "
                    "connection up: recv() returns ETIMEDOUT."),
                 unanswered);
  lab_run_claim (run,
                 lab_run_count_sockets (run, romeo, 3, LAB_PAIR_PORT, "ESTABLISHED") == 0 &&
                     lab_run_count_sockets (run, pair->juliet, 3, LAB_PAIR_PORT, "ESTABLISHED") ==
                         1,
                 NULL,
                 _ ("juliet, who does not ask, has it still: she has not heard the RST either. "
                    "Whoever wants to know has to ask."));
  lab_run_differs (run, _ ("Unless it is told otherwise Linux asks after two hours, 9 times, 75 "
                           "seconds apart; here after a second, 3 times, a second apart."));
}

static void
run_keepalive (LabRun *run)
{
  LabPair pair;
  LabForwarder *router = lab_world_get_forwarder (lab_run_world (run));

  lab_run_step (run, _ ("A connection with SO_KEEPALIVE at one end"));
  pair = lab_pair_start (run);
  lab_pair_connect (run, &pair);
  lab_run_call (run, pair.client, "sock.setsockopt keepidle 1", "ok");
  lab_run_call (run, pair.client, "sock.setsockopt keepintvl 1", "ok");
  lab_run_call (run, pair.client, "sock.setsockopt keepcnt 3", "ok");
  lab_run_call (run, pair.client, "sock.setsockopt keepalive 1", "ok");
  lab_run_sample (run);
  lab_run_step (run, _ ("Nobody says anything for a while"));
  {
    LabFrameQuery answers =
        lab_pair_query (pair.juliet, LAB_FLAGS, LAB_ACK, lab_run_n_frames (run, pair.romeo));

    lab_run_await_frame (run, pair.romeo, &answers);
  }
  lab_run_sample (run);
  lab_run_step (run, _ ("juliet's cable is pulled out"));
  lab_forwarder_add_rule (router, &(LabRule){ .from = pair.juliet->ip, .fate = LAB_FATE_DROP });
  lab_forwarder_add_rule (router, &(LabRule){ .to = pair.juliet->ip, .fate = LAB_FATE_DROP });
  lab_run_call (run, pair.client, "sock.recv 1024", "ETIMEDOUT");
  lab_run_settle (run);
  lab_run_sample (run);
  ask_about_keepalive (run, &pair);
}

const LabExperiment lab_experiment_keepalive = {
  .name = "tcp-keepalive",
  .title = N_ ("Keep-alive: is the other end still there?"),
  .about = N_ ("A connection on which nobody says anything; then the other end is cut off."),
  .standard = "RFC 9293, 3.8.4",
  .seconds = 6,
  .run = run_keepalive,
};
