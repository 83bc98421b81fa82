/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * "TCP sockets and the TCP state diagram": socket calls made one at a time on romeo (the
 * client) and juliet (the server), and what each of them does to the kernel and the network.
 */
#include "config.h"

#include <glib/gi18n.h>
#include <netinet/in.h>

#include "lab/bench/lab-experiments.h"

#define PORT 4000
#define UDP_PORT 4001

/* A shell on each host, as in the exercises. */
typedef struct
{
  LabHost *romeo;
  LabHost *juliet;
  LabProcess *client;
  LabProcess *server;
  guint64 before_accept; /* frames that romeo had seen when accept() was called */
} Pair;

static Pair
open_sockets (LabRun *run)
{
  Pair pair = { .romeo = lab_run_romeo (run), .juliet = lab_run_juliet (run) };

  pair.client = lab_run_start (run, pair.romeo, "shell", NULL);
  pair.server = lab_run_start (run, pair.juliet, "shell", NULL);
  lab_run_call (run, pair.client, "sock = socket @tcp", "fd ");
  lab_run_call (run, pair.server, "sock = socket @tcp", "fd ");
  return pair;
}

/* Open a socket. */

static void
run_open_socket (LabRun *run)
{
  Pair pair;

  lab_run_step (run, _ ("Create a TCP socket on each host"));
  pair = open_sockets (run);
  lab_run_settle (run);
  lab_run_sample (run);

  lab_run_question (run, _ ("Is anything sent on the network when a socket is created?"));
  lab_run_claim (
      run, lab_run_n_frames (run, pair.romeo) == 0 && lab_run_n_frames (run, pair.juliet) == 0,
      NULL,
      _ ("No. Both captures are empty: socket() is a matter between a program "
         "and its kernel."));
  lab_run_question (run, _ ("Does the kernel list the socket?"));
  lab_run_claim (run,
                 lab_run_count_sockets (run, pair.romeo, 1, 0, NULL) == 0 &&
                     lab_run_count_sockets (run, pair.juliet, 1, 0, NULL) == 0,
                 NULL,
                 _ ("No. It has a descriptor, but no address and no port yet, so neither ss "
                    "nor lsof has anything to show."));
}

const LabExperiment lab_experiment_open_socket = {
  .name = "tcp-open-socket",
  .title = N_ ("Open a TCP socket"),
  .about = N_ ("A socket is created on romeo and on juliet, and nothing else is done with it."),
  .source = "TCP sockets and the TCP state diagram, exercise “open a TCP socket”",
  .run = run_open_socket,
};

/* Connection refused. */

static void
ask_about_refusal (LabRun *run, Pair pair)
{
  guint64 syn = lab_run_find (
      run, pair.romeo,
      &(LabFrameQuery){ .from = pair.romeo, .port = PORT, .mask = LAB_FLAGS, .flags = LAB_SYN });
  guint64 rst = lab_run_find (
      run, pair.romeo,
      &(LabFrameQuery){
          .from = pair.juliet, .port = PORT, .mask = LAB_FLAGS, .flags = LAB_RST | LAB_ACK });
  const LabSegment *asked = lab_run_segment (run, pair.romeo, syn);
  const LabSegment *answer = lab_run_segment (run, pair.romeo, rst);

  lab_run_question (run, _ ("What is sent to a TCP port on which nobody listens, and what comes "
                            "back?"));
  lab_run_claim (run, syn > 0, lab_run_frames (run, pair.romeo, syn),
                 _ ("romeo sends a segment with the flag SYN alone, number %u."), asked->seq);
  lab_run_claim (run, rst > syn && answer->ack == asked->seq + 1,
                 lab_run_frames (run, pair.romeo, rst),
                 _ ("juliet's kernel answers with a TCP segment with the flags RST and ACK; its "
                    "acknowledgment number is %u, one more than the number of the SYN."),
                 answer->ack);
  lab_run_claim (
      run,
      lab_run_find (run, pair.romeo, &(LabFrameQuery){ .from = pair.romeo, .after = rst }) == 0,
      lab_run_frames (run, pair.romeo, syn, rst),
      _ ("That is all: two segments, and connect() returns ECONNREFUSED at once. The "
         "client does not try again."));
}

static void
run_refused (LabRun *run)
{
  Pair pair;

  lab_run_step (run, _ ("Create a TCP socket on each host"));
  pair = open_sockets (run);
  lab_run_step (run, _ ("Connect from romeo to a port on which juliet does not listen"));
  lab_run_call (run, pair.client, "sock.connect @juliet 4000", "ECONNREFUSED");
  lab_run_settle (run);
  lab_run_sample (run);
  ask_about_refusal (run, pair);
  lab_run_question (run, _ ("In which state is the client's socket afterwards?"));
  lab_run_claim (run, lab_run_count_sockets (run, pair.romeo, 2, PORT, NULL) == 0, NULL,
                 _ ("In CLOSED again: the kernel lists nothing. SYN-SENT lasted as long as the "
                    "answer took."));
}

const LabExperiment lab_experiment_refused = {
  .name = "tcp-connection-refused",
  .title = N_ ("TCP connection refused"),
  .about = N_ ("romeo connects to TCP port 4000 of juliet, on which no process listens."),
  .source = "TCP sockets and the TCP state diagram, exercise “TCP connection refused”",
  .run = run_refused,
};

/* The same over UDP. */

static void
run_udp_refused (LabRun *run)
{
  LabHost *romeo = lab_run_romeo (run);
  LabHost *juliet = lab_run_juliet (run);
  LabProcess *shell = NULL;
  guint64 datagram = 0;
  guint64 icmp = 0;
  guint64 rst = 0;
  const LabSegment *error = NULL;

  lab_run_step (run, _ ("Send a datagram to a UDP port on which nobody listens"));
  shell = lab_run_start (run, romeo, "shell", NULL);
  lab_run_call (run, shell, "datagrams = socket @udp", "fd ");
  lab_run_call (run, shell, "datagrams.connect @juliet 4001", "ok");
  lab_run_remark (run, _ ("connect() on a UDP socket sends nothing: it only says where datagrams "
                          "go, and where errors belong."));
  lab_run_call (run, shell, "datagrams.send Hello juliet", "12 bytes");
  lab_run_await_frame (run, romeo, &(LabFrameQuery){ .kind = LAB_KIND_ICMP });
  lab_run_call (run, shell, "datagrams.recv 1024", "ECONNREFUSED");
  lab_run_settle (run);
  lab_run_sample (run);
  lab_run_step (run, _ ("For comparison: connect to a TCP port on which nobody listens"));
  lab_run_call (run, shell, "sock = socket @tcp", "fd ");
  lab_run_call (run, shell, "sock.connect @juliet 4000", "ECONNREFUSED");
  lab_run_settle (run);

  datagram = lab_run_find (run, romeo, &(LabFrameQuery){ .from = romeo, .kind = LAB_KIND_UDP });
  icmp = lab_run_find (run, romeo, &(LabFrameQuery){ .from = juliet, .kind = LAB_KIND_ICMP });
  rst = lab_run_find (run, romeo,
                      &(LabFrameQuery){ .from = juliet, .mask = LAB_RST, .flags = LAB_RST });
  error = lab_run_segment (run, romeo, icmp);
  lab_run_question (run, _ ("What kind of message does the destination send in each case?"));
  lab_run_claim (run, datagram > 0 && icmp > datagram, lab_run_frames (run, romeo, datagram, icmp),
                 _ ("UDP cannot say that nobody listens: it has no field for it. juliet's kernel "
                    "answers with another protocol, %s."),
                 lab_run_is_ipv6 (run) ? "ICMPv6" : "ICMP");
  lab_run_claim (run, rst > icmp, lab_run_frames (run, romeo, rst),
                 _ ("TCP answers in TCP: with a segment that has the flag RST."));
  lab_run_question (run, _ ("Which header fields say that nobody listens?"));
  lab_run_claim (run,
                 lab_run_is_ipv6 (run) ? error->icmp_type == 1 && error->icmp_code == 4
                                       : error->icmp_type == 3 && error->icmp_code == 3,
                 lab_run_frames (run, romeo, icmp),
                 /* RFC 792; RFC 4443, 3.1 */
                 _ ("In the ICMP message: type %u (destination unreachable) and code %u (port "
                    "unreachable)."),
                 error->icmp_type, error->icmp_code);
  lab_run_claim (run,
                 error->quote.has_ports && error->quote.protocol == IPPROTO_UDP &&
                     error->quote.dst_port == UDP_PORT,
                 lab_run_frames (run, romeo, icmp),
                 _ ("It quotes the datagram that it answers, port %u included, so that romeo's "
                    "kernel knows whose error it is."),
                 error->quote.dst_port);
  lab_run_claim (run, rst > 0, lab_run_frames (run, romeo, rst),
                 _ ("In the TCP segment: the flags RST and ACK, and the acknowledgment number that "
                    "belongs to the SYN."));
  lab_run_question (run, _ ("When does the program learn of it?"));
  lab_run_claim (run, lab_run_is_good (run), NULL,
                 _ ("With TCP from connect(), which waits for the answer. With UDP only later: "
                    "send() had returned 12 bytes, and recv() returned ECONNREFUSED."));
}

const LabExperiment lab_experiment_udp_refused = {
  .name = "udp-port-unreachable",
  .title = N_ ("A UDP port on which nobody listens, compared with TCP"),
  .about = N_ ("romeo sends a datagram to UDP port 4001 of juliet, then connects to TCP port 4000; "
               "no process has either."),
  .source = "TCP sockets and the TCP state diagram, exercise “TCP connection refused”, the "
            "question about the difference from UDP",
  .run = run_udp_refused,
};

/* Establishment, send and receive, termination: one story, told as far as asked. */

static void
establish (LabRun *run, Pair *pair)
{
  lab_run_step (run, _ ("Create a TCP socket on each host"));
  *pair = open_sockets (run);
  lab_run_step (run, _ ("juliet binds and listens"));
  lab_run_call (run, pair->server, "sock.bind @juliet 4000", "ok");
  lab_run_call (run, pair->server, "sock.listen", "ok");
  lab_run_settle (run);
  lab_run_sample (run);
  lab_run_step (run, _ ("romeo connects; juliet has not called accept() yet"));
  lab_run_call (run, pair->client, "sock.connect @juliet 4000", "ok");
  lab_run_await_state (run, pair->juliet, PORT, "ESTABLISHED", 1);
  lab_run_settle (run);
  lab_run_sample (run);
  pair->before_accept = lab_run_n_frames (run, pair->romeo);
  lab_run_step (run, _ ("juliet accepts"));
  lab_run_call (run, pair->server, "conn = sock.accept", "fd ");
  lab_run_settle (run);
  lab_run_sample (run);
}

/* Steps of the story, from 1. */
enum
{
  STEP_CREATE = 1,
  STEP_LISTEN,
  STEP_CONNECT,
  STEP_ACCEPT,
  STEP_SEND,
  STEP_RECV,
  STEP_ANSWER,
  STEP_SHUTDOWN,
  STEP_CLOSE,
};

static void
ask_about_opening (LabRun *run, Pair pair)
{
  LabOpening opening = lab_run_find_opening (run, pair.romeo, pair.juliet, PORT);
  const LabSegment *syn = lab_run_segment (run, pair.romeo, opening.syn);
  const LabSegment *syn_ack = lab_run_segment (run, pair.romeo, opening.syn_ack);
  const LabSegment *ack = lab_run_segment (run, pair.romeo, opening.ack);
  const LabSocket *waiting =
      lab_run_find_socket (run, pair.juliet, STEP_CONNECT, PORT, "ESTABLISHED");
  const LabSocket *accepted =
      lab_run_find_socket (run, pair.juliet, STEP_ACCEPT, PORT, "ESTABLISHED");
  const LabSocket *listener = lab_run_find_socket (run, pair.juliet, STEP_CONNECT, PORT, "LISTEN");

  lab_run_question (run, _ ("How does the client go from CLOSED over SYN-SENT to ESTABLISHED?"));
  lab_run_claim (run, opening.syn == 1, lab_run_frames (run, pair.romeo, opening.syn),
                 _ ("connect() sends a SYN with the initial sequence number %u: CLOSED to "
                    "SYN-SENT."),
                 syn->seq);
  lab_run_claim (run, opening.syn_ack > opening.syn && opening.ack > opening.syn_ack,
                 lab_run_frames (run, pair.romeo, opening.syn_ack, opening.ack),
                 _ ("The SYN,ACK comes, an ACK goes: SYN-SENT to ESTABLISHED, and connect() "
                    "returns."));
  lab_run_question (
      run, _ ("How does the server go from CLOSED over LISTEN and SYN-RECEIVED to ESTABLISHED?"));
  lab_run_claim (run,
                 lab_run_count_sockets (run, pair.juliet, STEP_LISTEN, PORT, "LISTEN") == 1 &&
                     opening.syn == 1,
                 NULL,
                 _ ("listen() makes it LISTEN and sends nothing: at the end of that step the "
                    "captures were empty and the kernel listed the socket."));
  lab_run_claim (run, syn_ack->ack == syn->seq + 1,
                 lab_run_frames (run, pair.romeo, opening.syn, opening.syn_ack),
                 _ ("The SYN comes, a SYN,ACK goes, which acknowledges %u and has a number of its "
                    "own, %u: LISTEN to SYN-RECEIVED."),
                 syn_ack->ack, syn_ack->seq);
  lab_run_claim (run, ack->ack == syn_ack->seq + 1, lab_run_frames (run, pair.romeo, opening.ack),
                 _ ("The ACK comes, with acknowledgment number %u: SYN-RECEIVED to ESTABLISHED."),
                 ack->ack);
  lab_run_question (run, _ ("Is the SYN,ACK sent by the operating system as soon as the SYN comes, "
                            "or when the server calls accept()?"));
  lab_run_claim (run,
                 waiting->state == TCP_ESTABLISHED && waiting->inode == 0 && accepted->inode != 0,
                 lab_run_frames (run, pair.romeo, opening.syn_ack),
                 _ ("By the operating system at once. The connection was ESTABLISHED before "
                    "accept() was called: the kernel listed it without an owner then, and with "
                    "one afterwards."));
  lab_run_claim (run, listener->recv_q == 1, NULL,
                 _ ("Until then it waited in the accept queue: Recv-Q of the listening socket was "
                    "%u."),
                 listener->recv_q);
  if (lab_run_n_steps (run) <= STEP_ACCEPT)
    {
      lab_run_claim (run, lab_run_n_frames (run, pair.romeo) == pair.before_accept, NULL,
                     _ ("accept() itself sends nothing: %u frames there were before it, as many "
                        "after it."),
                     (guint) pair.before_accept);
    }
  lab_run_question (run, _ ("Which options do both ends use?"));
  lab_run_claim (run, (syn->has & LAB_HAS_MSS) && (syn_ack->has & LAB_HAS_MSS),
                 lab_run_frames (run, pair.romeo, opening.syn, opening.syn_ack),
                 _ ("A maximum segment size (MSS) of %u and %u bytes, instead of the default of "
                    "%u."),
                 syn->mss, syn_ack->mss, lab_run_is_ipv6 (run) ? 1220 : 536 /* RFC 9293, 3.7.1 */);
  lab_run_claim (run, (syn->has & syn_ack->has & LAB_HAS_SACK_PERM) != 0,
                 lab_run_frames (run, pair.romeo, opening.syn, opening.syn_ack),
                 _ ("Selective acknowledgments (SACK) are allowed by both."));
  lab_run_claim (run, (syn->has & syn_ack->has & LAB_HAS_TIMESTAMPS) != 0,
                 lab_run_frames (run, pair.romeo, opening.syn, opening.syn_ack),
                 _ ("Timestamps, from which each end measures round trips."));
  lab_run_claim (run, (syn->has & syn_ack->has & LAB_HAS_WSCALE) != 0,
                 lab_run_frames (run, pair.romeo, opening.syn, opening.syn_ack),
                 _ ("Window scale: the windows of romeo count %u times, those of juliet %u "
                    "times."),
                 1u << syn->wscale, 1u << syn_ack->wscale);
  lab_run_differs (run, _ ("The exercise says that nothing changes on juliet until accept() is "
                           "called. For lsof, which lists descriptors, that is so. ss asks the "
                           "kernel, which lists the connection at once, without an owner."));
}

static void
run_establishment (LabRun *run)
{
  Pair pair;

  establish (run, &pair);
  ask_about_opening (run, pair);
}

const LabExperiment lab_experiment_establishment = {
  .name = "tcp-connection-establishment",
  .title = N_ ("TCP connection establishment"),
  .about = N_ ("juliet listens on port 4000, romeo connects, and only then does juliet accept."),
  .source = "TCP sockets and the TCP state diagram, exercise “TCP connection establishment”",
  .run = run_establishment,
};

static void
exchange (LabRun *run, Pair pair)
{
  lab_run_step (run, _ ("romeo sends “Hello juliet”; juliet does not read yet"));
  lab_run_call (run, pair.client, "sock.send Hello juliet", "12 bytes");
  lab_run_await_recv_q (run, pair.juliet, PORT, 12);
  lab_run_settle (run);
  lab_run_sample (run);
  lab_run_step (run, _ ("juliet reads"));
  lab_run_call (run, pair.server, "conn.recv 1024", "12 bytes \"Hello juliet\"");
  lab_run_settle (run);
  lab_run_sample (run);
  lab_run_step (run, _ ("juliet sends “Hello romeo”, romeo reads"));
  lab_run_call (run, pair.server, "conn.send Hello romeo", "11 bytes");
  lab_run_call (run, pair.client, "sock.recv 1024", "11 bytes \"Hello romeo\"");
  lab_run_settle (run);
  lab_run_sample (run);
}

static void
ask_about_exchange (LabRun *run, Pair pair)
{
  LabOpening opening = lab_run_find_opening (run, pair.romeo, pair.juliet, PORT);
  const LabSegment *syn = lab_run_segment (run, pair.romeo, opening.syn);
  guint64 sent =
      lab_run_find (run, pair.romeo, &(LabFrameQuery){ .from = pair.romeo, .data = TRUE });
  guint64 acked = lab_run_find (
      run, pair.romeo,
      &(LabFrameQuery){ .from = pair.juliet, .mask = LAB_FLAGS, .flags = LAB_ACK, .after = sent });
  guint64 answered =
      lab_run_find (run, pair.romeo, &(LabFrameQuery){ .from = pair.juliet, .data = TRUE });
  const LabSegment *data = lab_run_segment (run, pair.romeo, sent);
  const LabSegment *ack = lab_run_segment (run, pair.romeo, acked);
  const LabSegment *answer = lab_run_segment (run, pair.romeo, answered);

  lab_run_question (run, _ ("How are sequence and acknowledgment numbers computed?"));
  lab_run_claim (run, data->seq == syn->seq + 1 && data->len == 12,
                 lab_run_frames (run, pair.romeo, opening.syn, sent),
                 _ ("The SYN had %u and counts as one byte, so the first byte of data has %u + 1 = "
                    "%u."),
                 syn->seq, syn->seq, data->seq);
  lab_run_claim (run, ack->ack == data->seq + data->len,
                 lab_run_frames (run, pair.romeo, sent, acked),
                 _ ("The segment carries %u bytes; the acknowledgment names the next byte that is "
                    "expected: %u + %u = %u."),
                 data->len, data->seq, data->len, ack->ack);
  lab_run_claim (run, answer->len == 11 && answer->ack == data->seq + data->len,
                 lab_run_frames (run, pair.romeo, answered),
                 _ ("The answer counts in juliet's own numbers (%u, %u bytes) and acknowledges "
                    "romeo's again (%u)."),
                 answer->seq, answer->len, answer->ack);
  lab_run_question (run, _ ("Is data acknowledged when the operating system has it, or when the "
                            "application has read it?"));
  lab_run_claim (
      run,
      acked > 0 &&
          lab_run_find_socket (run, pair.juliet, STEP_SEND, PORT, "ESTABLISHED")->recv_q == 12,
      lab_run_frames (run, pair.romeo, acked),
      _ ("When the operating system has it: the acknowledgment came while 12 bytes were "
         "still in Recv-Q, because juliet had not called recv()."));
  lab_run_claim (
      run,
      lab_run_find_socket (run, pair.juliet, STEP_RECV, PORT, "ESTABLISHED")->inode != 0 &&
          lab_run_find_socket (run, pair.juliet, STEP_RECV, PORT, "ESTABLISHED")->recv_q == 0,
      NULL, _ ("After recv() the Recv-Q was 0, and nothing passed the network in that step."));
}

static void
run_send_receive (LabRun *run)
{
  Pair pair;

  establish (run, &pair);
  exchange (run, pair);
  ask_about_exchange (run, pair);
}

const LabExperiment lab_experiment_send_receive = {
  .name = "tcp-send-receive",
  .title = N_ ("TCP send and receive"),
  .about = N_ ("Twelve bytes go from romeo to juliet and wait there until they are read; eleven "
               "come back."),
  .source = "TCP sockets and the TCP state diagram, exercise “TCP send and receive”",
  .run = run_send_receive,
};

static void
ask_about_ending (LabRun *run, Pair pair)
{
  const LabFrameQuery first = { .from = pair.romeo, .mask = LAB_FIN, .flags = LAB_FIN };
  guint64 fin = lab_run_find (run, pair.romeo, &first);
  guint64 fin_acked = lab_run_find (
      run, pair.romeo,
      &(LabFrameQuery){ .from = pair.juliet, .mask = LAB_ACK, .flags = LAB_ACK, .after = fin });
  guint64 other = lab_run_find (
      run, pair.romeo, &(LabFrameQuery){ .from = pair.juliet, .mask = LAB_FIN, .flags = LAB_FIN });
  guint64 other_acked = lab_run_find (
      run, pair.romeo,
      &(LabFrameQuery){ .from = pair.romeo, .mask = LAB_FLAGS, .flags = LAB_ACK, .after = other });
  const LabSegment *fin_segment = lab_run_segment (run, pair.romeo, fin);
  const LabSegment *ack_segment = lab_run_segment (run, pair.romeo, fin_acked);
  const LabSegment *other_segment = lab_run_segment (run, pair.romeo, other);
  const LabSegment *last_segment = lab_run_segment (run, pair.romeo, other_acked);

  lab_run_question (run, _ ("How does the client go from ESTABLISHED over FIN-WAIT-1 and "
                            "FIN-WAIT-2 to TIME-WAIT and CLOSED?"));
  lab_run_claim (run, fin > 0, lab_run_frames (run, pair.romeo, fin),
                 _ ("shutdown() sends a FIN with number %u: ESTABLISHED to FIN-WAIT-1."),
                 fin_segment->seq);
  lab_run_claim (run,
                 ack_segment->ack == fin_segment->seq + 1 &&
                     lab_run_count_sockets (run, pair.romeo, STEP_SHUTDOWN, PORT, "FIN-WAIT-2") ==
                         1,
                 lab_run_frames (run, pair.romeo, fin_acked),
                 _ ("Its acknowledgment comes (%u: the FIN counts as one byte): FIN-WAIT-1 to "
                    "FIN-WAIT-2, where the kernel listed it."),
                 ack_segment->ack);
  lab_run_claim (
      run,
      last_segment->ack == other_segment->seq + 1 &&
          lab_run_count_sockets (run, pair.romeo, STEP_CLOSE, PORT, "TIME-WAIT") == 1,
      lab_run_frames (run, pair.romeo, other, other_acked),
      _ ("juliet's FIN comes, an ACK goes: FIN-WAIT-2 to TIME-WAIT. There it stays 60 seconds long "
         "on Linux (twice the maximum segment lifetime), then it is CLOSED."));
  lab_run_question (
      run, _ ("How does the server go from ESTABLISHED over CLOSE-WAIT and LAST-ACK to CLOSED?"));
  lab_run_claim (run,
                 lab_run_count_sockets (run, pair.juliet, STEP_SHUTDOWN, PORT, "CLOSE-WAIT") == 1,
                 lab_run_frames (run, pair.romeo, fin, fin_acked),
                 _ ("romeo's FIN comes, an ACK goes: ESTABLISHED to CLOSE-WAIT, where the kernel "
                    "listed it until juliet's program did something."));
  lab_run_claim (run, other > 0, lab_run_frames (run, pair.romeo, other),
                 _ ("shutdown() sends juliet's own FIN: CLOSE-WAIT to LAST-ACK."));
  lab_run_claim (run, lab_run_count_sockets (run, pair.juliet, STEP_CLOSE, PORT, NULL) == 0,
                 lab_run_frames (run, pair.romeo, other_acked),
                 _ ("Its acknowledgment comes: LAST-ACK to CLOSED. The kernel lists nothing any "
                    "more."));
  lab_run_question (run, _ ("After which socket calls do segments appear on the network?"));
  lab_run_claim (run, lab_run_is_good (run), NULL,
                 _ ("After connect(), send() and shutdown() (and close(), which ends the "
                    "connection if nothing else did). Not after socket(), bind(), listen(), "
                    "accept() and recv(): the steps with those have no frames above. (recv() may "
                    "lead to a window update when much was read.)"));
}

static void
run_termination (LabRun *run)
{
  Pair pair;

  establish (run, &pair);
  exchange (run, pair);
  lab_run_step (run, _ ("romeo shuts down"));
  lab_run_call (run, pair.client, "sock.shutdown both", "ok");
  lab_run_await_state (run, pair.juliet, PORT, "CLOSE-WAIT", 1);
  lab_run_settle (run);
  lab_run_sample (run);
  lab_run_step (run, _ ("juliet shuts down and closes"));
  lab_run_call (run, pair.server, "conn.shutdown both", "ok");
  lab_run_call (run, pair.server, "sock.close", "ok");
  lab_run_await_state (run, pair.romeo, PORT, "TIME-WAIT", 1);
  lab_run_settle (run);
  lab_run_sample (run);
  ask_about_opening (run, pair);
  ask_about_exchange (run, pair);
  ask_about_ending (run, pair);
}

const LabExperiment lab_experiment_termination = {
  .name = "tcp-connection-termination",
  .title = N_ ("TCP connection termination"),
  .about = N_ ("The whole of a connection: opening, an exchange, and how both ends close it. The "
               "capture is the one that the exercises call tcp-connection-establishment."),
  .source = "TCP sockets and the TCP state diagram, exercise “TCP connection termination” and "
            "the lab report",
  .capture = "tcp-connection-establishment",
  .run = run_termination,
};
