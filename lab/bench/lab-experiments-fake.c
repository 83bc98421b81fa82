/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * "TCP client-server": a server that stops on its way to listen() and never accepts, towards
 * a host that answers and towards one that does not, and what becomes of a connection that
 * nobody has accepted.
 */
#include "config.h"

#include <glib/gi18n.h>
#include <signal.h>

#include "lab/bench/lab-experiments.h"

#define PORT 49152
#define PLACE "@juliet:49152"
#define CONNECT "sock.connect @juliet 49152"

static LabFrameQuery
flagged (const LabHost *from, guint16 flags)
{
  return (LabFrameQuery){ .from = from, .port = PORT, .mask = LAB_FLAGS, .flags = flags };
}

static LabProcess *
start_fake (LabRun *run)
{
  LabProcess *fake =
      lab_run_start (run, lab_run_juliet (run), "fake-server", PLACE, "--step", NULL);

  lab_run_await (run, fake, "Press Return");
  return fake;
}

static void
go_on (LabRun *run, LabProcess *fake, const char *until)
{
  lab_run_type (run, fake, "");
  lab_run_await (run, fake, until);
}

static const char *
stage_title (guint stage)
{
  static const char *const titles[] = {
    N_ ("Stage 1: there is no socket"),
    N_ ("Stage 2: after socket()"),
    N_ ("Stage 3: after bind()"),
    N_ ("Stage 4: after listen()"),
  };

  return _ (titles[stage]);
}

/* Connects, and sends the 12 bytes of the document. */
static LabProcess *
connect_and_send (LabRun *run)
{
  LabProcess *client = lab_run_start (run, lab_run_romeo (run), "shell", NULL);

  lab_run_call (run, client, "sock = socket @tcp", "fd ");
  lab_run_call (run, client, CONNECT, "ok");
  lab_run_call (run, client, "sock.send Hello server", "12 bytes");
  lab_run_await_recv_q (run, lab_run_juliet (run), PORT, 12);
  return client;
}

/* The four stages, answered. */

static void
ask_about_stages (LabRun *run)
{
  LabHost *romeo = lab_run_romeo (run);
  LabHost *juliet = lab_run_juliet (run);
  LabFrameQuery rst = flagged (juliet, LAB_RST | LAB_ACK);
  guint64 refusals[3] = { 0 };
  guint64 syn_ack = 0;
  guint64 data = 0;
  const LabSocket *unread = lab_run_find_socket (run, juliet, 4, PORT, "ESTABLISHED");
  LabFrameQuery accepted = flagged (juliet, LAB_SYN | LAB_ACK);

  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      refusals[i] = lab_run_find (run, romeo, &rst);
      rst.after = refusals[i];
    }
  lab_run_question (run, _ ("What does a client get before the server has called listen()?"));
  lab_run_claim (run, refusals[2] > 0 && lab_run_find (run, romeo, &rst) == 0,
                 lab_run_frames (run, romeo, refusals[0], refusals[1], refusals[2]),
                 _ ("At each of the three stages a RST, and connect() returns ECONNREFUSED: for "
                    "TCP it makes no difference whether the server does not run, has a socket, or "
                    "has bound it."));
  lab_run_question (run, _ ("What does the kernel list at each stage?"));
  for (guint stage = 1; stage <= 3; stage++)
    lab_run_claim (run, lab_run_count_sockets (run, juliet, stage, PORT, NULL) == 0, NULL,
                   _ ("At stage %u nothing."), stage);
  lab_run_claim (run, lab_run_count_sockets (run, juliet, 4, PORT, "LISTEN") == 1, NULL,
                 _ ("At stage 4 a socket in LISTEN."));
  syn_ack = lab_run_find (run, romeo, &accepted);
  data = lab_run_find (run, romeo, &(LabFrameQuery){ .from = romeo, .port = PORT, .data = TRUE });
  lab_run_question (run, _ ("What does a client get when nobody ever calls accept()?"));
  lab_run_claim (run, syn_ack > refusals[2], lab_run_frames (run, romeo, syn_ack),
                 _ ("A connection: the kernel opens it alone."));
  lab_run_claim (run, data > 0 && unread->recv_q == 12, lab_run_frames (run, romeo, data),
                 _ ("Its 12 bytes are acknowledged and counted in Recv-Q (%u), and the kernel "
                    "lists the connection without an owner."),
                 unread->recv_q);
  lab_run_claim (run, unread->inode == 0, NULL,
                 _ ("The client waits for an answer that never comes: nothing tells it that "
                    "nobody is there."));
}

static void
run_stages (LabRun *run)
{
  LabProcess *fake = NULL;
  LabProcess *client = NULL;

  for (guint stage = 0; stage < 4; stage++)
    {
      lab_run_step (run, stage_title (stage));
      if (stage == 0)
        fake = start_fake (run);
      else
        go_on (run, fake, stage < 3 ? "Press Return" : "A client gets a connection");
      if (stage == 3)
        connect_and_send (run);
      else
        {
          client = lab_run_start (run, lab_run_romeo (run), "shell", NULL);
          lab_run_call (run, client, "sock = socket @tcp", "fd ");
          lab_run_call (run, client, CONNECT, "ECONNREFUSED");
        }
      lab_run_settle (run);
      lab_run_sample (run);
    }
  ask_about_stages (run);
}

const LabExperiment lab_experiment_stages = {
  .name = "fake-server",
  .title = N_ ("The fake server: four stages on a host that answers"),
  .about = N_ ("A server that stops before socket(), before bind(), before listen(), and never "
               "calls accept(); a client tries at each stage."),
  .source = "TCP client-server, server running on hplinux2, options 1 to 4",
  .run = run_stages,
};

/* The four stages, unanswered. */

static void
ask_about_silence (LabRun *run)
{
  LabHost *romeo = lab_run_romeo (run);
  LabHost *juliet = lab_run_juliet (run);
  LabFrameQuery query = flagged (romeo, LAB_SYN);
  guint64 first = lab_run_find (run, romeo, &query);
  guint64 second = 0;
  guint seen = lab_run_count (run, romeo, &query);
  guint passed = 0;
  LabFrameQuery rst = { .from = juliet, .port = PORT, .mask = LAB_RST, .flags = LAB_RST };
  gint64 gap_ns = 0;

  query.once = TRUE;
  passed = lab_run_count (run, juliet, &query);
  query.after = first;
  second = lab_run_find (run, romeo, &query);
  gap_ns =
      lab_run_segment (run, romeo, second)->time_ns - lab_run_segment (run, romeo, first)->time_ns;
  lab_run_question (run, _ ("What does the client do when its SYN is not answered?"));
  lab_run_claim (run,
                 second > first && lab_run_segment (run, romeo, first)->seq ==
                                       lab_run_segment (run, romeo, second)->seq,
                 lab_run_frames (run, romeo, first, second),
                 _ ("It sends the same SYN again after %.1f seconds, with the same sequence "
                    "number."),
                 (double) gap_ns / 1e9);
  lab_run_claim (run, lab_run_count_sockets (run, romeo, 1, PORT, "SYN-SENT") == 1, NULL,
                 _ ("Its socket was in SYN-SENT meanwhile."));
  lab_run_claim (run, lab_run_is_good (run), NULL,
                 _ ("In the end connect() returns ETIMEDOUT, not ECONNREFUSED: nobody has refused "
                    "anything."));
  lab_run_question (run, _ ("Did the silent host ever send a RST?"));
  lab_run_claim (run, lab_run_count (run, romeo, &rst) == 0, NULL,
                 _ ("No: none has passed romeo, at any of the three stages."));
  lab_run_question (run, _ ("And once the server listens?"));
  lab_run_claim (
      run,
      passed == 1 && seen > 3 && lab_run_count_sockets (run, juliet, 4, PORT, "ESTABLISHED") == 1 &&
          lab_run_find_socket (run, juliet, 4, PORT, "ESTABLISHED")->recv_q == 12,
      NULL,
      _ ("Then it is the same as with the host that answers: the connection is established, "
         "12 bytes are acknowledged, nobody accepts it."));
  lab_run_differs (run,
                   _ ("The client of the document gave up after about 75 seconds. Linux sends a "
                      "SYN again tcp_syn_retries times (6 by default, about two minutes in all); "
                      "here it is 1, so that you need not wait."));
}

static void
run_silent_stages (LabRun *run)
{
  LabHost *romeo = lab_run_romeo (run);
  LabForwarder *router = lab_world_get_forwarder (lab_run_world (run));
  const LabRule rule = {
    .from = romeo->ip, .flags_mask = LAB_SYN, .flags = LAB_SYN, .fate = LAB_FATE_DROP
  };
  guint silent = 0;
  LabProcess *fake = NULL;
  LabProcess *client = NULL;

  for (guint stage = 0; stage < 3; stage++)
    {
      lab_run_step (run, stage_title (stage));
      if (stage == 0)
        {
          lab_run_set (run, romeo, "net/ipv4/tcp_syn_retries", "1");
          silent = lab_forwarder_add_rule (router, &rule);
          lab_run_remark (run, _ ("juliet plays a system that answers no SYN for a port on which "
                                  "nobody listens: the router drops it."));
          fake = start_fake (run);
        }
      else
        go_on (run, fake, "Press Return");
      client = lab_run_start (run, romeo, "shell", NULL);
      lab_run_call (run, client, "sock = socket @tcp", "fd ");
      lab_run_call_without_answer (run, client, CONNECT);
      lab_run_await_state (run, romeo, PORT, "SYN-SENT", 1);
      lab_run_sample (run);
      lab_run_await_answer (run, client, "ETIMEDOUT");
    }
  lab_forwarder_remove_rule (router, silent);
  lab_run_step (run, stage_title (3));
  go_on (run, fake, "A client gets a connection");
  connect_and_send (run);
  lab_run_settle (run);
  lab_run_sample (run);
  ask_about_silence (run);
}

const LabExperiment lab_experiment_silent_stages = {
  .name = "fake-server-silent",
  .title = N_ ("The fake server: four stages on a host that does not answer"),
  .about = N_ ("The same four stages; the host drops connection requests to ports on which nobody "
               "listens without a word, as the Mac of the document did."),
  .source = "TCP client-server, server running on MACH3, options 1 to 4",
  .seconds = 10,
  .run = run_silent_stages,
};

/* The server is killed. */

static void
run_server_killed (LabRun *run)
{
  LabHost *romeo = lab_run_romeo (run);
  LabHost *juliet = lab_run_juliet (run);
  LabProcess *fake = NULL;
  LabProcess *client = NULL;
  LabFrameQuery rst = { .from = juliet, .port = PORT, .mask = LAB_RST, .flags = LAB_RST };
  guint64 reset = 0;

  lab_run_step (run, _ ("A connection that nobody accepts, with 12 bytes in it"));
  fake = lab_run_start (run, juliet, "fake-server", PLACE, NULL);
  lab_run_await (run, fake, "listening on");
  client = connect_and_send (run);
  lab_run_settle (run);
  lab_run_sample (run);
  lab_run_step (run, _ ("The server is killed while the client waits for an answer"));
  lab_run_call_without_answer (run, client, "sock.recv 1024");
  lab_run_kill (run, fake, SIGKILL);
  lab_run_await_answer (run, client, "ECONNRESET");
  lab_run_settle (run);
  lab_run_sample (run);

  reset = lab_run_find (run, romeo, &rst);
  lab_run_question (run, _ ("What happens to a connection that nobody has accepted when the server "
                            "ends?"));
  lab_run_claim (run, reset > 0 && lab_run_count (run, romeo, &rst) == 1,
                 lab_run_frames (run, romeo, reset),
                 _ ("Its kernel resets it: one RST, no FIN. Nobody has read the 12 bytes, and a "
                    "FIN would say that they have been taken care of."));
  lab_run_claim (run, lab_run_is_good (run), lab_run_frames (run, romeo, reset),
                 _ ("The client's recv() returns ECONNRESET at once."));
  lab_run_claim (run,
                 lab_run_count_sockets (run, romeo, 2, PORT, NULL) == 0 &&
                     lab_run_count_sockets (run, juliet, 2, PORT, NULL) == 0,
                 NULL, _ ("Neither host lists anything any more; nothing is left in TIME-WAIT."));
}

const LabExperiment lab_experiment_server_killed = {
  .name = "fake-server-killed",
  .title = N_ ("The server is killed before it has accepted"),
  .about = N_ ("A connection waits in the accept queue when the server's process is killed."),
  .source = "TCP client-server, option 4, “terminiamo il server”",
  .run = run_server_killed,
};

/* The RST is lost. */

static void
ask_about_lost_reset (LabRun *run, guint rule)
{
  LabHost *romeo = lab_run_romeo (run);
  LabHost *juliet = lab_run_juliet (run);
  LabForwarder *router = lab_world_get_forwarder (lab_run_world (run));
  LabFrameQuery rst = { .from = juliet, .port = PORT, .mask = LAB_RST, .flags = LAB_RST };
  LabFrameQuery fin = { .from = romeo, .port = PORT, .mask = LAB_FIN, .flags = LAB_FIN };
  guint64 first = lab_run_find (run, romeo, &fin);
  guint n = lab_run_count (run, romeo, &fin);
  guint64 last = first;
  const LabSocket *stuck = lab_run_find_socket (run, romeo, 3, PORT, "FIN-WAIT-1");
  LabFrameQuery gave_up = { .from = romeo, .port = PORT, .mask = LAB_RST, .flags = LAB_RST };

  for (fin.after = first; fin.after > 0; fin.after = lab_run_find (run, romeo, &fin))
    last = fin.after;
  lab_run_question (run, _ ("What does the client know when the RST is lost?"));
  lab_run_claim (
      run, lab_run_count (run, romeo, &rst) == 0 && lab_forwarder_get_hits (router, rule) > 0, NULL,
      _ ("Nothing: juliet sent a RST, the router lost it, and romeo's capture has "
         "none."));
  lab_run_claim (run,
                 lab_run_count_sockets (run, romeo, 2, PORT, "ESTABLISHED") == 1 &&
                     lab_run_count_sockets (run, juliet, 2, PORT, NULL) == 0,
                 NULL,
                 _ ("Its socket stays ESTABLISHED, for ever if it only reads; juliet lists "
                    "nothing any more."));
  lab_run_question (run, _ ("What happens when the client ends too?"));
  lab_run_claim (run, stuck->state == TCP_FIN_WAIT1 && stuck->inode == 0,
                 lab_run_frames (run, romeo, first),
                 _ ("Its kernel sends a FIN, which is never acknowledged: FIN-WAIT-1, without a "
                    "process."));
  lab_run_claim (run, n >= 3, lab_run_frames (run, romeo, first, last),
                 _ ("The FIN is sent %u times in all, each time after a longer wait; then the "
                    "kernel gives up and forgets the connection."),
                 n);
  lab_run_claim (run, lab_run_count_sockets (run, romeo, 4, PORT, NULL) == 0, NULL,
                 _ ("Afterwards romeo lists nothing any more."));
  if (lab_run_count (run, romeo, &gave_up) == 0)
    lab_run_differs (run, _ ("The Mac of the document sent a RST when it gave up. This kernel "
                             "forgets the connection without a word."));
  lab_run_differs (run,
                   _ ("The document waited about 100 seconds. Linux sends the FIN of a process "
                      "that has ended again tcp_orphan_retries times (8 by default, about "
                      "100 seconds too); here it is 4."));
}

static void
run_reset_lost (LabRun *run)
{
  LabHost *romeo = lab_run_romeo (run);
  LabHost *juliet = lab_run_juliet (run);
  LabForwarder *router = lab_world_get_forwarder (lab_run_world (run));
  const LabRule lose = {
    .from = juliet->ip, .flags_mask = LAB_RST, .flags = LAB_RST, .fate = LAB_FATE_DROP
  };
  LabProcess *fake = NULL;
  LabProcess *client = NULL;
  guint rule = 0;

  lab_run_step (run, _ ("A connection that nobody accepts, with 12 bytes in it"));
  lab_run_use_usual_timers (run, romeo);
  lab_run_set (run, romeo, "net/ipv4/tcp_orphan_retries", "4");
  fake = lab_run_start (run, juliet, "fake-server", PLACE, NULL);
  lab_run_await (run, fake, "listening on");
  client = connect_and_send (run);
  lab_run_step (run, _ ("The server is killed, and its RST is lost on the way"));
  rule = lab_forwarder_add_rule (router, &lose);
  lab_run_kill (run, fake, SIGKILL);
  lab_run_await_end (run, fake);
  lab_run_settle (run);
  lab_run_sample (run);
  lab_run_step (run, _ ("The client is killed too"));
  lab_run_kill (run, client, SIGKILL);
  lab_run_await_state (run, romeo, PORT, "FIN-WAIT-1", 1);
  lab_run_await_frame (run, romeo,
                       &(LabFrameQuery){ .from = romeo,
                                         .mask = LAB_FIN,
                                         .flags = LAB_FIN,
                                         .after = lab_run_n_frames (run, romeo) });
  lab_run_sample (run);
  lab_run_await_state (run, romeo, PORT, "FIN-WAIT-1", 0);
  lab_run_step (run, _ ("Its kernel has given up"));
  lab_run_sample (run);
  ask_about_lost_reset (run, rule);
}

const LabExperiment lab_experiment_reset_lost = {
  .name = "fake-server-rst-lost",
  .title = N_ ("The RST of a killed server is lost"),
  .about = N_ ("The server ends before it has accepted, and the segment that would tell the client "
               "does not arrive."),
  .source = "TCP client-server, option 4, “il RST potrebbe andare perso”",
  .seconds = 8,
  .run = run_reset_lost,
};

/* The client ends first. */

static void
ask_about_client_first (LabRun *run)
{
  LabHost *romeo = lab_run_romeo (run);
  LabHost *juliet = lab_run_juliet (run);
  LabFrameQuery fin = { .from = romeo, .port = PORT, .mask = LAB_FIN, .flags = LAB_FIN };
  guint64 ended = lab_run_find (run, romeo, &fin);
  guint64 acked = lab_run_find (
      run, romeo,
      &(LabFrameQuery){
          .from = juliet, .port = PORT, .mask = LAB_FLAGS, .flags = LAB_ACK, .after = ended });
  LabFrameQuery other = { .from = juliet, .port = PORT, .mask = LAB_FIN, .flags = LAB_FIN };
  const LabSocket *waiting = lab_run_find_socket (run, juliet, 2, PORT, "CLOSE-WAIT");

  lab_run_question (run, _ ("What happens when the client ends before the server has accepted?"));
  lab_run_claim (run, ended > 0 && acked > ended, lab_run_frames (run, romeo, ended, acked),
                 _ ("Its kernel sends a FIN, juliet's kernel acknowledges it. No FIN comes back: "
                    "the server has not called close()."));
  lab_run_claim (run, lab_run_count (run, romeo, &other) == 0, NULL,
                 _ ("romeo's capture has no FIN of juliet."));
  lab_run_claim (run, waiting->state == TCP_CLOSE_WAIT && waiting->inode == 0, NULL,
                 _ ("On juliet the connection is in CLOSE-WAIT, still accepted by nobody."));
  lab_run_claim (run, waiting->recv_q == 13, lab_run_frames (run, romeo, ended),
                 _ ("Its Recv-Q is %u: the 12 bytes, and one for the FIN, which counts as a byte."),
                 waiting->recv_q);
  lab_run_claim (run, lab_run_count_sockets (run, romeo, 2, PORT, "FIN-WAIT-2") == 1, NULL,
                 _ ("On romeo it is in FIN-WAIT-2, although the process has ended."));
  lab_run_question (run, _ ("How long does it stay there?"));
  lab_run_claim (run, lab_run_count_sockets (run, romeo, 3, PORT, NULL) == 0, NULL,
                 _ ("Until a timer ends it: the socket is gone after tcp_fin_timeout, and no "
                    "segment was sent for that."));
  lab_run_question (run, _ ("And when the server ends as well?"));
  lab_run_claim (run, lab_run_count_sockets (run, juliet, 4, PORT, NULL) == 0, NULL,
                 _ ("Its sockets are gone too, the one in LISTEN and the one in CLOSE-WAIT."));
}

static void
run_client_first (LabRun *run)
{
  LabHost *romeo = lab_run_romeo (run);
  LabHost *juliet = lab_run_juliet (run);
  LabProcess *fake = NULL;
  LabProcess *client = NULL;

  lab_run_step (run, _ ("A connection that nobody accepts, with 12 bytes in it"));
  lab_run_set (run, romeo, "net/ipv4/tcp_fin_timeout", "2");
  fake = lab_run_start (run, juliet, "fake-server", PLACE, NULL);
  lab_run_await (run, fake, "listening on");
  client = connect_and_send (run);
  lab_run_settle (run);
  lab_run_sample (run);
  lab_run_step (run, _ ("The client is killed"));
  lab_run_kill (run, client, SIGKILL);
  lab_run_await_state (run, romeo, PORT, "FIN-WAIT-2", 1);
  lab_run_await_recv_q (run, juliet, PORT, 13);
  lab_run_sample (run);
  lab_run_step (run, _ ("Two seconds later"));
  lab_run_await_state (run, romeo, PORT, "FIN-WAIT-2", 0);
  lab_run_sample (run);
  lab_run_step (run, _ ("The server is killed as well"));
  lab_run_kill (run, fake, SIGKILL);
  lab_run_await_end (run, fake);
  lab_run_settle (run);
  lab_run_sample (run);
  ask_about_client_first (run);
  lab_run_differs (run, _ ("tcp_fin_timeout is 60 seconds by default; here it is 2, so that you "
                           "need not wait."));
}

const LabExperiment lab_experiment_client_first = {
  .name = "fake-server-client-killed",
  .title = N_ ("The client is killed before the server has accepted"),
  .about = N_ ("A connection waits in the accept queue when the client's process is killed: "
               "CLOSE-WAIT here, FIN-WAIT-2 there."),
  .source = "TCP client-server, option 4, “se invece terminiamo il processo client”",
  .seconds = 5,
  .run = run_client_first,
};
