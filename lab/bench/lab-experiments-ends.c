/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Openings and endings that are seldom seen: both at once, by force, with an end that does not
 * know of it; and what TIME-WAIT is for.
 */
#include "config.h"

#include <glib/gi18n.h>
#include <signal.h>
#include <string.h>

#include "lab/bench/lab-experiments-pair.h"

static void
await_both (LabRun *run, const LabPair *pair, const char *state)
{
  lab_run_await_state (run, pair->romeo, LAB_PAIR_PORT, state, 1);
  lab_run_await_state (run, pair->juliet, LAB_PAIR_PORT, state, 1);
}

static gboolean
both_were (LabRun *run, const LabPair *pair, guint step, const char *state)
{
  return lab_run_count_sockets (run, pair->romeo, step, LAB_PAIR_PORT, state) == 1 &&
         lab_run_count_sockets (run, pair->juliet, step, LAB_PAIR_PORT, state) == 1;
}

/* Both open at once. */

static void
ask_about_simultaneous_open (LabRun *run, const LabPair *pair)
{
  LabHost *romeo = pair->romeo;
  const LabFrameQuery syns = lab_pair_query (romeo, LAB_FLAGS, LAB_SYN, 0);
  const LabFrameQuery other_syns = lab_pair_query (pair->juliet, LAB_FLAGS, LAB_SYN, 0);
  const LabFrameQuery answers = lab_pair_query (romeo, LAB_FLAGS, LAB_SYN | LAB_ACK, 0);
  const LabFrameQuery other_answers =
      lab_pair_query (pair->juliet, LAB_FLAGS, LAB_SYN | LAB_ACK, 0);
  guint64 syn = lab_run_find (run, romeo, &syns);
  guint64 other_syn = lab_run_find (run, romeo, &other_syns);
  guint64 his_syn = lab_run_find (run, pair->juliet, &syns);
  guint64 her_syn = lab_run_find (run, pair->juliet, &other_syns);
  guint64 answer = lab_run_find (run, romeo, &answers);
  guint64 other_answer = lab_run_find (run, romeo, &other_answers);
  const LabSegment *first = lab_run_segment (run, romeo, syn);
  const LabSegment *again = lab_run_segment (run, romeo, answer);

  lab_run_question (run, _ ("Does one end have to listen?"));
  lab_run_claim (run, syn > 0 && other_syn > syn && her_syn > 0 && his_syn > her_syn,
                 lab_run_frames (run, romeo, syn, other_syn),
                 _ ("No. Each has sent a SYN before it saw that of the other: two clients, and no "
                    "server."));
  lab_run_claim (run,
                 both_were (run, pair, 2, "SYN-SENT") && both_were (run, pair, 3, "ESTABLISHED") &&
                     lab_run_count_sockets (run, pair->juliet, 3, 0, "LISTEN") == 0,
                 NULL,
                 _ ("Both were in SYN-SENT, then both in ESTABLISHED. It is one connection, not "
                    "two: the four numbers are the same from both ends."));
  lab_run_question (run, _ ("Which segments open it?"));
  lab_run_claim (run,
                 answer > other_syn && other_answer > syn && again->seq == first->seq &&
                     again->ack == lab_run_segment (run, romeo, other_syn)->seq + 1,
                 lab_run_frames (run, romeo, syn, other_syn, answer, other_answer),
                 _ ("Four in place of three. Who gets a SYN in SYN-SENT goes to SYN-RECEIVED and "
                    "sends its own SYN again, with an ACK; with that of the other it is "
                    "ESTABLISHED."));
}

static void
run_simultaneous_open (LabRun *run)
{
  LabPair pair = { .romeo = lab_run_romeo (run), .juliet = lab_run_juliet (run) };
  guint rule = 0;

  lab_run_step (run, _ ("A socket on each host, both bound to port 4000; nobody listens"));
  pair.client = lab_run_start (run, pair.romeo, "shell", NULL);
  pair.server = lab_run_start (run, pair.juliet, "shell", NULL);
  lab_run_call (run, pair.client, "sock = socket @tcp", "fd ");
  lab_run_call (run, pair.client, "sock.bind @romeo 4000", "ok");
  lab_run_call (run, pair.server, "sock = socket @tcp", "fd ");
  lab_run_call (run, pair.server, "sock.bind @juliet 4000", "ok");
  lab_run_step (run, _ ("Each connects to the other; the SYNs are on their way"));
  lab_run_remark (run,
                  _ ("It takes luck, or a router that keeps both SYNs until they have crossed, "
                     "as here. Programs that connect through two firewalls do it on "
                     "purpose."));
  rule = lab_pair_hold (run, NULL, LAB_SYN | LAB_ACK, LAB_SYN);
  lab_run_call_without_answer (run, pair.client, "sock.connect @juliet 4000");
  lab_run_call_without_answer (run, pair.server, "sock.connect @romeo 4000");
  await_both (run, &pair, "SYN-SENT");
  lab_run_settle (run);
  lab_run_sample (run);
  lab_run_step (run, _ ("The SYNs arrive"));
  lab_pair_let_go (run, rule);
  lab_run_await_answer (run, pair.client, "ok");
  lab_run_await_answer (run, pair.server, "ok");
  await_both (run, &pair, "ESTABLISHED");
  lab_run_settle (run);
  lab_run_sample (run);
  lab_run_step (run, _ ("They talk as on any connection"));
  lab_run_call (run, pair.client, "sock.send Hello juliet", "12 bytes");
  lab_run_call (run, pair.server, "sock.recv 1024", "12 bytes");
  ask_about_simultaneous_open (run, &pair);
}

const LabExperiment lab_experiment_simultaneous_open = {
  .name = "tcp-simultaneous-open",
  .title = N_ ("Both open at once"),
  .about = N_ ("Two sockets connect to each other, and nobody listens."),
  .standard = "RFC 9293, 3.5 (figure 7)",
  .run = run_simultaneous_open,
};

/* Both close at once. */

static void
ask_about_simultaneous_close (LabRun *run, const LabPair *pair)
{
  guint64 fin = lab_pair_find (run, pair->romeo, pair->romeo, LAB_FIN, 0);
  guint64 other_fin = lab_pair_find (run, pair->romeo, pair->juliet, LAB_FIN, 0);
  guint64 her_fin = lab_pair_find (run, pair->juliet, pair->juliet, LAB_FIN, 0);
  guint64 his_fin = lab_pair_find (run, pair->juliet, pair->romeo, LAB_FIN, 0);
  const LabSegment *ours = lab_run_segment (run, pair->romeo, fin);
  const LabSegment *theirs = lab_run_segment (run, pair->romeo, other_fin);

  lab_run_question (run, _ ("Who closed first?"));
  lab_run_claim (run, fin > 0 && other_fin > fin && her_fin > 0 && his_fin > her_fin,
                 lab_run_frames (run, pair->romeo, fin, other_fin),
                 _ ("Each, as its own capture has it: romeo's begins with his FIN, juliet's with "
                    "hers. The FINs have crossed."));
  lab_run_claim (run, theirs->ack == ours->seq, lab_run_frames (run, pair->romeo, other_fin),
                 _ ("The acknowledgment number of her FIN is the number of his: she had not seen "
                    "it."));
  lab_run_question (run, _ ("Through which states does each end go?"));
  lab_run_claim (run, both_were (run, pair, 2, "FIN-WAIT-1"), NULL,
                 _ ("Both are in FIN-WAIT-1 first: closed, and not acknowledged."));
  lab_run_claim (run, both_were (run, pair, 3, "CLOSING"), NULL,
                 _ ("Then in CLOSING: the FIN of the other has come in place of the ACK."));
  lab_run_claim (run, both_were (run, pair, 4, "TIME-WAIT"), NULL,
                 _ ("With the ACKs both go to TIME-WAIT. Where one closes after the other only "
                    "the first has to wait there; here both."));
}

static void
run_simultaneous_close (LabRun *run)
{
  LabPair pair;
  guint fins = 0;
  guint acks = 0;

  lab_run_step (run, _ ("A connection"));
  pair = lab_pair_start (run);
  lab_pair_connect (run, &pair);
  lab_run_step (run, _ ("Both close; the FINs are on their way"));
  fins = lab_pair_hold (run, NULL, LAB_FIN, LAB_FIN);
  lab_run_call (run, pair.client, "sock.shutdown write", "ok");
  lab_run_call (run, pair.server, "conn.shutdown write", "ok");
  await_both (run, &pair, "FIN-WAIT-1");
  lab_run_settle (run);
  lab_run_sample (run);
  lab_run_step (run, _ ("The FINs arrive; the ACKs of them are on their way"));
  acks = lab_pair_hold (run, NULL, LAB_FIN | LAB_ACK, LAB_ACK);
  lab_pair_let_go (run, fins);
  await_both (run, &pair, "CLOSING");
  lab_run_sample (run);
  lab_run_settle (run);
  lab_run_step (run, _ ("The ACKs arrive"));
  lab_pair_let_go (run, acks);
  await_both (run, &pair, "TIME-WAIT");
  lab_run_settle (run);
  lab_run_sample (run);
  ask_about_simultaneous_close (run, &pair);
}

const LabExperiment lab_experiment_simultaneous_close = {
  .name = "tcp-simultaneous-close",
  .title = N_ ("Both close at once"),
  .about = N_ ("Each end closes before it has seen the FIN of the other."),
  .standard = "RFC 9293, 3.6 (figure 13)",
  .run = run_simultaneous_close,
};

/* TIME-WAIT. */

#define CLIENT_PORT 4001

static void
ask_about_time_wait (LabRun *run, const LabPair *pair, guint lost)
{
  LabHost *romeo = pair->romeo;
  LabForwarder *router = lab_world_get_forwarder (lab_run_world (run));
  guint64 own_fin = lab_pair_find (run, romeo, romeo, LAB_FIN, 0);
  guint64 fin = lab_pair_find (run, romeo, pair->juliet, LAB_FIN, own_fin);
  guint64 again = lab_pair_find (run, romeo, pair->juliet, LAB_FIN, fin);
  const LabFrameQuery acks = lab_pair_query (romeo, LAB_FLAGS, LAB_ACK, fin);
  guint64 ack = lab_run_find (run, romeo, &acks);
  const LabFrameQuery later = lab_pair_query (romeo, LAB_FLAGS, LAB_ACK, again);
  guint64 ack_again = lab_run_find (run, romeo, &later);
  guint64 next_syn = lab_pair_find (run, romeo, romeo, LAB_SYN, ack_again);

  lab_run_question (run, _ ("What is TIME-WAIT for?"));
  lab_run_claim (run,
                 lab_forwarder_get_hits (router, lost) == 1 && ack > fin && again > ack &&
                     lab_run_segment (run, romeo, again)->seq ==
                         lab_run_segment (run, romeo, fin)->seq,
                 lab_run_frames (run, romeo, fin, ack, again),
                 _ ("The last ACK was lost, and nobody acknowledges an ACK: juliet can only send "
                    "her FIN again."));
  lab_run_claim (run, ack_again > again && again > 0, lab_run_frames (run, romeo, again, ack_again),
                 _ ("romeo's kernel still knew of the connection and acknowledged it once more. "
                    "Had it forgotten, a RST would have come in its place."));
  lab_run_claim (run,
                 lab_run_count_sockets (run, romeo, 2, LAB_PAIR_PORT, "TIME-WAIT") == 1 &&
                     lab_run_count_sockets (run, pair->juliet, 2, CLIENT_PORT, NULL) == 0,
                 NULL,
                 _ ("It is whoever closes first that waits: romeo is in TIME-WAIT, on juliet "
                    "nothing is left."));
  lab_run_question (run, _ ("What does it cost?"));
  lab_run_claim (
      run, lab_run_is_good (run), NULL,
      _ ("It takes a minute until romeo can have the port again: bind() returns EADDRINUSE. "
         "Clients let the kernel choose a port, and notice nothing; a server that "
         "closes first does (experiment echo-reuseaddr)."));
  lab_run_claim (run,
                 next_syn > ack_again && (gint32) (lab_run_segment (run, romeo, next_syn)->seq -
                                                   lab_run_segment (run, romeo, own_fin)->seq) > 0,
                 lab_run_frames (run, romeo, own_fin, next_syn),
                 _ ("With SO_REUSEADDR, which the first socket had as well, it lets him, and even "
                    "connect() to the same port of juliet returns ok. The new connection begins "
                    "with a number beyond all of the old one, and timestamps tell old segments "
                    "from new ones (RFC 6191)."));
}

static void
run_time_wait (LabRun *run)
{
  LabPair pair;
  guint lost = 0;

  lab_run_step (run, _ ("A connection from a port that romeo has chosen"));
  lab_run_use_usual_timers (run, lab_run_juliet (run));
  pair = lab_pair_start (run);
  lab_run_call (run, pair.client, "sock = socket @tcp", "fd ");
  lab_run_call (run, pair.client, "sock.setsockopt reuseaddr 1", "ok");
  lab_run_call (run, pair.client, "sock.bind @romeo 4001", "ok");
  lab_run_call (run, pair.client, "sock.connect @juliet 4000", "ok");
  lab_run_call (run, pair.server, "conn = sock.accept", "fd ");
  lab_run_settle (run);
  lab_run_step (run, _ ("romeo closes, then juliet; the last ACK is lost"));
  lab_run_call (run, pair.client, "sock.close", "ok");
  lab_run_await_state (run, pair.juliet, CLIENT_PORT, "CLOSE-WAIT", 1);
  lab_run_settle (run);
  lost = lab_forwarder_add_rule (lab_world_get_forwarder (lab_run_world (run)),
                                 &(LabRule){ .from = pair.romeo->ip,
                                             .flags_mask = LAB_FIN | LAB_ACK,
                                             .flags = LAB_ACK,
                                             .first = 1,
                                             .count = 1,
                                             .fate = LAB_FATE_DROP });
  lab_run_call (run, pair.server, "conn.close", "ok");
  lab_run_await_state (run, pair.romeo, LAB_PAIR_PORT, "TIME-WAIT", 1);
  lab_run_await_state (run, pair.juliet, CLIENT_PORT, "LAST-ACK", 0);
  lab_run_settle (run);
  lab_run_sample (run);
  lab_run_step (run, _ ("romeo wants the same port once more"));
  lab_run_call (run, pair.client, "again = socket @tcp", "fd ");
  lab_run_call (run, pair.client, "again.bind @romeo 4001", "EADDRINUSE");
  lab_run_call (run, pair.client, "again.setsockopt reuseaddr 1", "ok");
  lab_run_call (run, pair.client, "again.bind @romeo 4001", "ok");
  lab_run_call (run, pair.client, "again.connect @juliet 4000", "ok");
  ask_about_time_wait (run, &pair, lost);
}

const LabExperiment lab_experiment_time_wait = {
  .name = "tcp-time-wait",
  .title = N_ ("TIME-WAIT: the last ACK is lost"),
  .about =
      N_ ("A connection is closed, its last ACK is lost, and the client wants its port again."),
  .source = "TCP sockets and the TCP state diagram, exercise “TCP connection termination” "
            "(“or it may be in the TIME_WAIT state”)",
  .standard = "RFC 9293, 3.6.1; RFC 6191",
  .run = run_time_wait,
};

/* A reset in place of an end. */

/* What each close sent first, of its own. */
typedef struct
{
  guint64 lingering;
  guint64 unread;
  guint64 orderly;
} Closes;

static void
ask_about_reset (LabRun *run, const LabPair *pair, Closes before)
{
  LabHost *romeo = pair->romeo;
  guint64 rst = lab_pair_find (run, romeo, romeo, LAB_RST, before.lingering);
  guint64 second_rst = lab_pair_find (run, romeo, romeo, LAB_RST, before.unread);
  guint64 fin = lab_pair_find (run, romeo, romeo, LAB_FIN, 0);

  lab_run_question (run, _ ("What does close() send with SO_LINGER and a time of 0?"));
  lab_run_claim (run, rst > 0 && rst <= before.unread && fin > before.orderly,
                 lab_run_frames (run, romeo, rst),
                 _ ("A RST, and no FIN: the connection is aborted. What was still to be sent is "
                    "thrown away, and juliet's recv() returns ECONNRESET in place of an end."));
  lab_run_claim (run,
                 lab_run_count_sockets (run, romeo, 1, LAB_PAIR_PORT, NULL) == 0 &&
                     lab_run_count_sockets (run, pair->juliet, 1, LAB_PAIR_PORT, "LISTEN") == 1 &&
                     lab_run_count_sockets (run, pair->juliet, 1, LAB_PAIR_PORT, NULL) == 1,
                 NULL, _ ("Nothing is left on either host, and nobody is in TIME-WAIT."));
  lab_run_question (run, _ ("Does it take the option to send a RST?"));
  lab_run_claim (run, second_rst > before.unread && second_rst <= before.orderly,
                 lab_run_frames (run, romeo, second_rst),
                 _ ("No: whoever closes with bytes in Recv-Q that nobody has read sends one too. A "
                    "FIN would say that all has been taken care of (RFC 2525, 2.17)."));
  lab_run_question (run, _ ("And without either?"));
  lab_run_claim (run,
                 fin > before.orderly &&
                     lab_run_count_sockets (run, romeo, 3, LAB_PAIR_PORT, "TIME-WAIT") == 1,
                 lab_run_frames (run, romeo, fin),
                 _ ("A FIN; juliet's recv() returns 0 bytes, the end. Now romeo is in TIME-WAIT. "
                    "Whoever uses RSTs to be rid of that gives up what it is for."));
}

static void
run_reset (LabRun *run)
{
  LabPair pair;
  Closes before = { 0 };

  lab_run_step (run, _ ("close() with SO_LINGER and a time of 0"));
  pair = lab_pair_start (run);
  lab_pair_connect (run, &pair);
  before.lingering = lab_run_n_frames (run, pair.romeo);
  lab_run_call (run, pair.client, "sock.setsockopt linger 0", "ok");
  lab_run_call (run, pair.client, "sock.close", "ok");
  lab_run_call (run, pair.server, "conn.recv 1024", "ECONNRESET");
  lab_run_settle (run);
  lab_run_sample (run);
  lab_run_step (run, _ ("close() with something that nobody has read"));
  lab_pair_connect (run, &pair);
  before.unread = lab_run_n_frames (run, pair.romeo);
  lab_run_call (run, pair.server, "conn.send Hello romeo", "11 bytes");
  lab_run_await_recv_q (run, pair.romeo, LAB_PAIR_PORT, 11);
  lab_run_call (run, pair.client, "sock.close", "ok");
  lab_run_call (run, pair.server, "conn.recv 1024", "ECONNRESET");
  lab_run_settle (run);
  lab_run_step (run, _ ("close() on a connection on which nothing is left"));
  lab_pair_connect (run, &pair);
  before.orderly = lab_run_n_frames (run, pair.romeo);
  lab_run_call (run, pair.client, "sock.close", "ok");
  lab_run_call (run, pair.server, "conn.recv 1024", "0 bytes");
  lab_run_call (run, pair.server, "conn.close", "ok");
  lab_run_await_state (run, pair.romeo, LAB_PAIR_PORT, "TIME-WAIT", 1);
  lab_run_settle (run);
  lab_run_sample (run);
  ask_about_reset (run, &pair, before);
}

const LabExperiment lab_experiment_reset = {
  .name = "tcp-reset",
  .title = N_ ("close() that resets: SO_LINGER 0, and bytes that nobody has read"),
  .about = N_ ("Three connections are closed: twice with a RST, once as usual."),
  .standard = "RFC 9293, 3.10.5; RFC 2525, 2.17",
  .run = run_reset,
};

/* Half open. */

static void
ask_about_half_open (LabRun *run, const LabPair *pair, guint64 before, guint64 after)
{
  LabHost *romeo = pair->romeo;
  guint64 data = lab_pair_find_data (run, romeo, romeo, after);
  guint64 rst = lab_pair_find (run, romeo, pair->juliet, LAB_RST, data);

  lab_run_question (run, _ ("What does romeo notice when juliet's machine is gone?"));
  lab_run_claim (run,
                 before == after &&
                     lab_run_count_sockets (run, romeo, 2, LAB_PAIR_PORT, "ESTABLISHED") == 1 &&
                     lab_run_count_sockets (run, pair->juliet, 2, LAB_PAIR_PORT, NULL) == 0,
                 NULL,
                 _ ("Nothing: no segment has come. His socket is ESTABLISHED, and juliet's kernel "
                    "knows of no connection: it is half open. If he only reads, it stays so for "
                    "ever."));
  lab_run_question (run, _ ("When does he learn of it?"));
  lab_run_claim (run,
                 data > after && rst > data &&
                     lab_run_segment (run, romeo, rst)->seq ==
                         lab_run_segment (run, romeo, data)->ack,
                 lab_run_frames (run, romeo, data, rst),
                 _ ("When he sends: send() still returns as if all were well, but juliet's kernel "
                    "answers what belongs to no connection with a RST. Its number is the "
                    "acknowledgment number of romeo's segment, so it counts."));
  lab_run_claim (run, lab_run_count_sockets (run, romeo, 3, LAB_PAIR_PORT, NULL) == 0, NULL,
                 _ ("The next recv() returns ECONNRESET, and his kernel has forgotten the "
                    "connection as well."));
  lab_run_question (run, _ ("What helps whoever only reads?"));
  lab_run_claim (run, lab_run_is_good (run), NULL,
                 _ ("To ask now and then: in the program (a message that wants an answer), or by "
                    "the kernel (SO_KEEPALIVE, experiment tcp-keepalive)."));
}

static void
run_half_open (LabRun *run)
{
  LabPair pair;
  guint rule = 0;
  guint64 before = 0;
  guint64 after = 0;

  lab_run_step (run, _ ("A connection"));
  pair = lab_pair_start (run);
  lab_pair_connect (run, &pair);
  before = lab_run_n_frames (run, pair.romeo);
  lab_run_step (run, _ ("juliet's machine loses its power"));
  lab_run_remark (run, _ ("A machine without power sends nothing. Here her program is killed such "
                          "that its kernel forgets the connection at once (SO_LINGER 0), and the "
                          "router loses the RST."));
  rule = lab_forwarder_add_rule (lab_world_get_forwarder (lab_run_world (run)),
                                 &(LabRule){ .from = pair.juliet->ip, .fate = LAB_FATE_DROP });
  lab_run_call (run, pair.server, "conn.setsockopt linger 0", "ok");
  lab_run_kill (run, pair.server, SIGKILL);
  lab_run_await_end (run, pair.server);
  lab_run_await_state (run, pair.juliet, LAB_PAIR_PORT, "ESTABLISHED", 0);
  lab_run_settle (run);
  lab_run_sample (run);
  after = lab_run_n_frames (run, pair.romeo);
  lab_run_step (run, _ ("It has started again; romeo sends something"));
  lab_pair_let_go (run, rule);
  lab_run_call (run, pair.client, "sock.send Hello juliet", "12 bytes");
  lab_run_await_frame (run, pair.romeo,
                       &(LabFrameQuery){ .from = pair.juliet, .mask = LAB_RST, .flags = LAB_RST });
  lab_run_call (run, pair.client, "sock.recv 1024", "ECONNRESET");
  lab_run_settle (run);
  lab_run_sample (run);
  ask_about_half_open (run, &pair, before, after);
}

const LabExperiment lab_experiment_half_open = {
  .name = "tcp-half-open",
  .title = N_ ("Half open: the other machine has died without a word"),
  .about = N_ ("juliet's machine loses its power and starts again; romeo does not know."),
  .standard = "RFC 9293, 3.5.1 (figures 9 and 10)",
  .run = run_half_open,
};
