/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * "Sequential servers with sockets API" and "TP4 Socket": an echo server, its clients, how
 * they end, and what other clients notice of it.
 */
#include "config.h"

#include <glib/gi18n.h>
#include <signal.h>
#include <string.h>

#include "lab/bench/lab-experiments.h"

#define PORT 4000
#define PLACE "@juliet:4000"
#define JULIET "@juliet"

static LabProcess *
start_server (LabRun *run, const char *option, const char *value)
{
  LabProcess *server =
      lab_run_start (run, lab_run_juliet (run), "echo-server", PLACE, option, value, NULL);

  lab_run_await (run, server, "listening on");
  return server;
}

static LabProcess *
start_client (LabRun *run, LabHost *host)
{
  LabProcess *client = lab_run_start (run, host, "echo-client", JULIET, "4000", NULL);

  lab_run_await (run, client, "connected to");
  return client;
}

static LabFrameQuery
flag_of (const LabHost *from, guint16 flag, guint64 after)
{
  return (LabFrameQuery){ .from = from, .port = PORT, .mask = flag, .flags = flag, .after = after };
}

static guint64
find_flag (LabRun *run, const LabHost *at, const LabHost *from, guint16 flag, guint64 after)
{
  LabFrameQuery query = flag_of (from, flag, after);

  return lab_run_find (run, at, &query);
}

static guint64
find_data (LabRun *run, const LabHost *at, const LabHost *from, guint64 after)
{
  return lab_run_find (
      run, at, &(LabFrameQuery){ .from = from, .port = PORT, .data = TRUE, .after = after });
}

/* One exchange, from the greeting to the farewell. */

static void
ask_about_exchange (LabRun *run)
{
  LabHost *romeo = lab_run_romeo (run);
  LabHost *juliet = lab_run_juliet (run);
  guint64 greeting = find_data (run, romeo, juliet, 0);
  guint64 request = find_data (run, romeo, romeo, greeting);
  guint64 reply = find_data (run, romeo, juliet, request);
  guint64 fin = find_flag (run, romeo, romeo, LAB_FIN, 0);
  guint64 farewell = find_data (run, romeo, juliet, reply);
  guint64 last_fin = find_flag (run, romeo, juliet, LAB_FIN, fin);
  LabOpening opening = lab_run_find_opening (run, romeo, juliet, PORT);

  lab_run_question (run, _ ("Which segments open the connection?"));
  lab_run_claim (run, opening.syn == 1 && opening.syn_ack > 0 && opening.ack > 0,
                 lab_run_frames (run, romeo, opening.syn, opening.syn_ack, opening.ack),
                 _ ("Three: SYN from the client (connect()), SYN,ACK from the server's kernel, ACK "
                    "from the client."));
  lab_run_question (run, _ ("How do greeting, request and reply travel?"));
  lab_run_claim (run, lab_run_segment (run, romeo, greeting)->len == 36,
                 lab_run_frames (run, romeo, greeting),
                 _ ("The greeting, 36 bytes, comes by itself after accept()."));
  lab_run_claim (run,
                 lab_run_segment (run, romeo, request)->len == 6 &&
                     lab_run_segment (run, romeo, reply)->len == 8,
                 lab_run_frames (run, romeo, request, reply),
                 _ ("The request has 6 bytes, five letters and the newline; the reply has 8, "
                    "because this server puts two of its own in front."));
  lab_run_question (run, _ ("How does the connection end after Ctrl-D?"));
  lab_run_claim (run, fin > reply && farewell > fin, lab_run_frames (run, romeo, fin, farewell),
                 _ ("The client's FIN says that it sends nothing more (shutdown()); it still "
                    "reads, so the farewell of 14 bytes arrives after that FIN."));
  lab_run_claim (run, last_fin >= farewell && lab_run_segment (run, romeo, farewell)->len == 14,
                 lab_run_frames (run, romeo, last_fin),
                 _ ("Then the server closes: its FIN, and the client's last ACK."));
}

static void
run_exchange (LabRun *run)
{
  LabHost *romeo = lab_run_romeo (run);
  LabProcess *server = NULL;
  LabProcess *client = NULL;

  lab_run_step (run, _ ("An echo server with a greeting, a prefix and a farewell"));
  server = lab_run_start (run, lab_run_juliet (run), "echo-server", PLACE, "--greeting",
                          "Welcome to the echo service, juliet\\n", "--prefix", "> ", "--farewell",
                          "Goodbye, ciao\\n", NULL);
  lab_run_await (run, server, "listening on");
  lab_run_sample (run);
  lab_run_step (run, _ ("The client connects and is greeted"));
  client = start_client (run, romeo);
  lab_run_await (run, client, "Welcome");
  lab_run_settle (run);
  lab_run_sample (run);
  lab_run_step (run, _ ("The client types a word"));
  lab_run_type (run, client, "hello");
  lab_run_await (run, client, "> hello");
  lab_run_settle (run);
  lab_run_step (run, _ ("Ctrl-D"));
  lab_run_ctrl_d (run, client);
  lab_run_await (run, client, "Goodbye");
  lab_run_await_end (run, client);
  lab_run_await (run, server, "closed by the client");
  lab_run_settle (run);
  lab_run_sample (run);
  ask_about_exchange (run);
}

const LabExperiment lab_experiment_exchange = {
  .name = "echo-exchange",
  .title = N_ ("An echo, from the greeting to the farewell"),
  .about = N_ (
      "One client of an echo server: the opening, a greeting, a request and its reply, Ctrl-D."),
  .source = "TP4 Socket, “Installation d'un service echo” and “API socket et TCP/IP”; "
            "Sequential servers, activities 1 and 2",
  .run = run_exchange,
};

/* Ctrl-D against Ctrl-C. */

static void
ask_about_ends (LabRun *run, guint64 before_second)
{
  LabHost *romeo = lab_run_romeo (run);
  LabHost *juliet = lab_run_juliet (run);
  guint64 fin_d = find_flag (run, romeo, romeo, LAB_FIN, 0);
  guint64 fin_c = find_flag (run, romeo, romeo, LAB_FIN, before_second);
  guint64 farewell_d = find_data (run, romeo, juliet, fin_d);
  guint64 farewell_c = find_data (run, romeo, juliet, fin_c);
  guint64 rst = find_flag (run, romeo, romeo, LAB_RST, fin_c);
  guint64 early_rst = find_flag (run, romeo, romeo, LAB_RST, 0);

  lab_run_question (run, _ ("What is the same?"));
  lab_run_claim (run, fin_d > 0 && fin_d <= before_second && fin_c > before_second,
                 lab_run_frames (run, romeo, fin_d, fin_c),
                 _ ("Both send a FIN: with Ctrl-D the program does (shutdown()), with Ctrl-C its "
                    "kernel, which closes what a killed process had open."));
  lab_run_question (run, _ ("What is different, and why is Ctrl-D cleaner?"));
  lab_run_claim (run, farewell_d > fin_d && early_rst > before_second,
                 lab_run_frames (run, romeo, farewell_d),
                 _ ("After Ctrl-D somebody still reads: what the server says after the FIN "
                    "arrives, and it closes in its turn."));
  lab_run_claim (run, farewell_c > fin_c && rst > farewell_c,
                 lab_run_frames (run, romeo, farewell_c, rst),
                 _ ("After Ctrl-C nobody does: the same words come to a socket without a process, "
                    "and the kernel answers with RST. They are lost."));
}

static void
run_ends (LabRun *run)
{
  LabHost *romeo = lab_run_romeo (run);
  LabProcess *server = NULL;
  LabProcess *client = NULL;
  guint64 before_second = 0;

  lab_run_step (run, _ ("An echo server that says goodbye"));
  server = start_server (run, "--farewell", "Goodbye\\n");
  lab_run_step (run, _ ("A client that is ended by Ctrl-D"));
  client = start_client (run, romeo);
  lab_run_type (run, client, "one");
  lab_run_await (run, client, "one");
  lab_run_ctrl_d (run, client);
  lab_run_await (run, client, "Goodbye");
  lab_run_await_end (run, client);
  lab_run_await (run, server, "closed by the client after 4 bytes");
  lab_run_settle (run);
  lab_run_sample (run);
  before_second = lab_run_n_frames (run, romeo);
  lab_run_step (run, _ ("A client that is ended by Ctrl-C"));
  client = start_client (run, romeo);
  lab_run_type (run, client, "two");
  lab_run_await (run, client, "two");
  lab_run_kill (run, client, SIGINT);
  lab_run_await_end (run, client);
  lab_run_settle (run);
  lab_run_sample (run);
  ask_about_ends (run, before_second);
}

const LabExperiment lab_experiment_ends = {
  .name = "echo-ctrl-d-ctrl-c",
  .title = N_ ("Ctrl-D against Ctrl-C"),
  .about = N_ ("Two clients of an echo server that says goodbye: one ends its input, the other is "
               "interrupted."),
  .source = "TP4 Socket, “Client/serveur simples”; Sequential servers, activity 3",
  .run = run_ends,
};

/* Two clients on a sequential server. */

static void
run_two_clients (LabRun *run)
{
  LabHost *romeo = lab_run_romeo (run);
  LabHost *juliet = lab_run_juliet (run);
  LabHost *other = NULL;
  LabProcess *server = NULL;
  LabProcess *first = NULL;
  LabProcess *second = NULL;
  const LabSocket *waiting = NULL;
  guint64 sent = 0;
  guint64 acked = 0;
  guint64 echoed = 0;

  lab_run_step (run, _ ("A sequential echo server, and two clients on two hosts"));
  other = lab_run_add_host (run, "mercutio");
  server = start_server (run, NULL, NULL);
  first = start_client (run, romeo);
  lab_run_await (run, server, "accepted");
  second = start_client (run, other);
  lab_run_settle (run);
  lab_run_sample (run);
  lab_run_step (run, _ ("Both send"));
  lab_run_type (run, second, "from the second");
  lab_run_await_recv_q (run, juliet, PORT, 16);
  lab_run_type (run, first, "from the first");
  lab_run_await (run, first, "from the first");
  lab_run_settle (run);
  lab_run_sample (run);
  lab_run_step (run, _ ("The first client leaves"));
  lab_run_ctrl_d (run, first);
  lab_run_await_end (run, first);
  lab_run_await (run, second, "from the second");
  lab_run_settle (run);
  lab_run_sample (run);

  sent = find_data (run, juliet, other, 0);
  acked = lab_run_find (
      run, juliet,
      &(LabFrameQuery){
          .from = juliet, .to = other, .mask = LAB_ACK, .flags = LAB_ACK, .after = sent });
  echoed =
      lab_run_find (run, juliet, &(LabFrameQuery){ .from = juliet, .to = other, .data = TRUE });
  waiting = lab_run_find_unaccepted (run, juliet, 2, PORT);
  lab_run_question (run, _ ("What happens to the second client of a sequential server?"));
  lab_run_claim (run, acked > sent && sent > 0, lab_run_frames (run, juliet, sent, acked),
                 _ ("It gets a connection, and what it sends is acknowledged: that is the work of "
                    "juliet's kernel."));
  lab_run_claim (run,
                 lab_run_count_sockets (run, juliet, 2, PORT, "ESTABLISHED") == 2 &&
                     waiting->recv_q == 16,
                 NULL,
                 _ ("The kernel lists two connections; one is accepted by nobody and has 16 "
                    "bytes in its Recv-Q."));
  lab_run_claim (run,
                 echoed > find_flag (run, juliet, romeo, LAB_FIN, 0) &&
                     find_flag (run, juliet, romeo, LAB_FIN, 0) > acked,
                 lab_run_frames (run, juliet, find_flag (run, juliet, romeo, LAB_FIN, 0), echoed),
                 _ ("Its echo comes only after the first client has left: the server serves one at "
                    "a time."));
}

const LabExperiment lab_experiment_two_clients = {
  .name = "echo-two-clients",
  .title = N_ ("Two clients on a sequential server"),
  .about = N_ ("The second of two clients is connected and acknowledged, and waits."),
  .source = "Sequential servers, activity 5; TP4 Socket, “Client/serveur simples”",
  .vantage = "juliet",
  .run = run_two_clients,
};

/* The second is killed, then the first. */

static void
run_killed_clients (LabRun *run)
{
  LabHost *romeo = lab_run_romeo (run);
  LabHost *juliet = lab_run_juliet (run);
  LabHost *other = NULL;
  LabProcess *server = NULL;
  LabProcess *first = NULL;
  LabProcess *second = NULL;
  guint64 fin = 0;
  guint64 echoed = 0;
  guint64 rst = 0;

  lab_run_step (run, _ ("A sequential server, and two clients that have both sent something"));
  other = lab_run_add_host (run, "mercutio");
  server = start_server (run, NULL, NULL);
  first = start_client (run, romeo);
  lab_run_await (run, server, "accepted");
  second = start_client (run, other);
  lab_run_type (run, second, "too late");
  lab_run_await_recv_q (run, juliet, PORT, 9);
  lab_run_sample (run);
  lab_run_step (run, _ ("The second client is killed"));
  lab_run_kill (run, second, SIGKILL);
  lab_run_await_recv_q (run, juliet, PORT, 10);
  lab_run_sample (run);
  lab_run_step (run, _ ("The first client is killed"));
  lab_run_kill (run, first, SIGKILL);
  lab_run_await_frame (run, other, &(LabFrameQuery){ .mask = LAB_RST, .flags = LAB_RST });
  lab_run_await_state (run, juliet, PORT, "CLOSE-WAIT", 0);
  lab_run_settle (run);
  lab_run_sample (run);

  fin = find_flag (run, juliet, other, LAB_FIN, 0);
  echoed = lab_run_find (
      run, juliet, &(LabFrameQuery){ .from = juliet, .to = other, .data = TRUE, .after = fin });
  rst = find_flag (run, juliet, other, LAB_RST, 0);
  lab_run_question (run, _ ("Why is there a RST, and from whom?"));
  lab_run_claim (run, fin > 0, lab_run_frames (run, juliet, fin),
                 _ ("When the second client was killed, its kernel sent a FIN; the server did not "
                    "notice, it was busy with the first."));
  lab_run_claim (run, echoed > fin, lab_run_frames (run, juliet, echoed),
                 _ ("When the first was gone, the server accepted the second, read the 9 bytes "
                    "that had waited, and echoed them."));
  lab_run_claim (run, rst > echoed, lab_run_frames (run, juliet, rst),
                 _ ("They came to a host whose program was gone: its kernel answered with RST. The "
                    "server survives that and waits for the next client."));
  lab_run_claim (run, lab_run_count_sockets (run, juliet, 3, PORT, "LISTEN") == 1, NULL,
                 _ ("juliet still lists the socket in LISTEN."));
}

const LabExperiment lab_experiment_killed_clients = {
  .name = "echo-killed-clients",
  .title = N_ ("The second client is killed, then the first"),
  .about = N_ ("A sequential server comes to a client that has gone in the meantime."),
  .source = "Sequential servers, activity 6",
  .vantage = "juliet",
  .run = run_killed_clients,
};

/* A server that does not close. */

static void
run_no_close (LabRun *run)
{
  LabHost *romeo = lab_run_romeo (run);
  LabHost *juliet = lab_run_juliet (run);
  LabProcess *server = NULL;
  LabProcess *client = NULL;
  LabProcess *other = NULL;
  guint64 fin = 0;
  guint64 acked = 0;
  guint64 late = 0;
  guint64 before_kill = 0;

  lab_run_step (run, _ ("An echo server that forgets to call close()"));
  server = lab_run_start (run, juliet, "echo-server", PLACE, "--leak-close", NULL);
  lab_run_await (run, server, "listening on");
  lab_run_step (run, _ ("One client is ended by Ctrl-D, another by Ctrl-C"));
  client = start_client (run, romeo);
  lab_run_ctrl_d (run, client);
  lab_run_await (run, server, "not closed by us");
  other = start_client (run, romeo);
  lab_run_await (run, server, "accepted");
  lab_run_kill (run, other, SIGINT);
  lab_run_await_end (run, other);
  lab_run_await_state (run, juliet, PORT, "CLOSE-WAIT", 2);
  lab_run_await_state (run, romeo, PORT, "FIN-WAIT-2", 2);
  lab_run_settle (run);
  lab_run_sample (run);
  before_kill = lab_run_n_frames (run, romeo);
  lab_run_step (run, _ ("The server is ended by Ctrl-C"));
  lab_run_kill (run, server, SIGINT);
  lab_run_await_end (run, client);
  lab_run_settle (run);
  lab_run_sample (run);

  fin = find_flag (run, romeo, romeo, LAB_FIN, 0);
  acked = find_flag (run, romeo, juliet, LAB_ACK, fin);
  late = find_flag (run, romeo, juliet, LAB_FIN, 0);
  lab_run_question (run, _ ("What is missing on the network when a server does not close?"));
  lab_run_claim (run, acked > fin && fin > 0 && late > before_kill,
                 lab_run_frames (run, romeo, fin, acked),
                 _ ("The client's FIN is acknowledged, by the kernel. The server's own FIN does "
                    "not come: the program has to call close() or shutdown() for it."));
  lab_run_claim (run,
                 lab_run_count_sockets (run, juliet, 2, PORT, "CLOSE-WAIT") == 2 &&
                     lab_run_count_sockets (run, romeo, 2, PORT, "FIN-WAIT-2") == 2,
                 NULL,
                 _ ("Both connections stay half closed: two sockets in CLOSE-WAIT on juliet, "
                    "each a descriptor that the server has lost, and two in FIN-WAIT-2 on "
                    "romeo."));
  lab_run_question (run, _ ("What happens when the server is ended?"));
  lab_run_claim (run, late > before_kill, lab_run_frames (run, romeo, late),
                 _ ("Its kernel closes what it had open: now the FINs come, and the connections "
                    "end."));
  lab_run_question (run, _ ("What is the remedy?"));
  lab_run_claim (run, lab_run_count_sockets (run, juliet, 3, PORT, "CLOSE-WAIT") == 0, NULL,
                 _ ("close() on the connection when the client has ended, as every other "
                    "experiment with the echo server shows (without --leak-close)."));
}

const LabExperiment lab_experiment_no_close = {
  .name = "echo-no-close",
  .title = N_ ("A server that does not close"),
  .about = N_ ("The bug of the lab's server: clients end, the server never calls close()."),
  .source = "Sequential servers, activity 3",
  .run = run_no_close,
};

/* Restart with and without SO_REUSEADDR. */

#define OTHER_PORT 4001
#define OTHER_PLACE "@juliet:4001"

static LabProcess *
restart (LabRun *run, const char *place, const char *reuse, const char *expected)
{
  LabProcess *server =
      lab_run_start (run, lab_run_juliet (run), "echo-server", place, "--reuseaddr", reuse, NULL);

  lab_run_await (run, server, expected);
  return server;
}

/* A client that does not react when the server ends, as the one of the lab; the server ends. */
static LabProcess *
kill_server_under_client (LabRun *run, LabProcess *server, guint16 port)
{
  LabProcess *client = lab_run_start (run, lab_run_romeo (run), "shell", NULL);
  g_autofree char *connect = g_strdup_printf ("sock.connect %s %u", JULIET, port);

  lab_run_call (run, client, "sock = socket @tcp", "fd ");
  lab_run_call (run, client, connect, "ok");
  lab_run_call (run, client, "sock.send hello", "5 bytes");
  lab_run_call (run, client, "sock.recv", "5 bytes");
  lab_run_kill (run, server, SIGINT);
  lab_run_await_end (run, server);
  lab_run_await_state (run, lab_run_juliet (run), port, "FIN-WAIT-2", 1);
  lab_run_settle (run);
  lab_run_sample (run);
  return client;
}

static void
ask_about_reuse (LabRun *run)
{
  LabHost *juliet = lab_run_juliet (run);
  guint64 fin = find_flag (run, lab_run_romeo (run), juliet, LAB_FIN, 0);

  lab_run_question (run, _ ("Why can the server not be started again?"));
  lab_run_claim (run, fin > 0 && lab_run_count_sockets (run, juliet, 1, PORT, "FIN-WAIT-2") == 1,
                 lab_run_frames (run, lab_run_romeo (run), fin),
                 _ ("juliet's kernel has closed the connection for the killed server and waits for "
                    "the client's FIN: a socket in FIN-WAIT-2 still has port 4000, so bind() "
                    "returns EADDRINUSE."));
  lab_run_claim (
      run, lab_run_count_sockets (run, juliet, 3, PORT, "TIME-WAIT") == 1, NULL,
      _ ("When the client has closed too, the socket stays in TIME-WAIT 60 seconds long, "
         "and bind() fails still."));
  lab_run_question (run, _ ("What does SO_REUSEADDR change?"));
  lab_run_claim (run,
                 lab_run_count_sockets (run, juliet, 6, OTHER_PORT, "LISTEN") == 1 &&
                     lab_run_count_sockets (run, juliet, 6, OTHER_PORT, "FIN-WAIT-2") == 1,
                 NULL,
                 _ ("With it the port is bound again while the connection of the killed "
                    "server is still in FIN-WAIT-2: there is no need to wait for the client. "
                    "(A port on which somebody listens cannot be taken in any case.)"));
  lab_run_claim (run, lab_run_count_sockets (run, juliet, 4, PORT, "LISTEN") == 0, NULL,
                 _ ("Both servers need it: on Linux, what a server without the option has left "
                    "over keeps the port from one with it."));
}

static void
run_reuse (LabRun *run)
{
  LabHost *juliet = lab_run_juliet (run);
  LabProcess *server = NULL;
  LabProcess *client = NULL;

  lab_run_step (run, _ ("A server without SO_REUSEADDR is ended while a client is connected"));
  server = restart (run, PLACE, "off", "listening on");
  client = kill_server_under_client (run, server, PORT);
  lab_run_step (run, _ ("It is started again at once"));
  lab_run_await_end (run, restart (run, PLACE, "off", "EADDRINUSE"));
  lab_run_step (run, _ ("The client closes too; the server is started again"));
  lab_run_call (run, client, "sock.close", "ok");
  lab_run_await_state (run, juliet, PORT, "TIME-WAIT", 1);
  lab_run_sample (run);
  lab_run_await_end (run, restart (run, PLACE, "off", "EADDRINUSE"));
  lab_run_step (run, _ ("It is started with SO_REUSEADDR, which the first one did not have"));
  lab_run_await_end (run, restart (run, PLACE, "on", "EADDRINUSE"));
  lab_run_sample (run);
  lab_run_step (run, _ ("A server with SO_REUSEADDR is ended while a client is connected"));
  server = restart (run, OTHER_PLACE, "on", "listening on");
  kill_server_under_client (run, server, OTHER_PORT);
  lab_run_step (run, _ ("It is started again at once, with SO_REUSEADDR"));
  restart (run, OTHER_PLACE, "on", "listening on");
  lab_run_sample (run);
  ask_about_reuse (run);
}

const LabExperiment lab_experiment_reuse = {
  .name = "echo-reuseaddr",
  .title = N_ ("Starting a server again, with and without SO_REUSEADDR"),
  .about = N_ ("A server is ended while a client is connected, and started again at once."),
  .source = "Sequential servers, activities 4 and 8",
  .run = run_reuse,
};

/* A backlog of 1. */

static void
run_backlog (LabRun *run)
{
  LabHost *romeo = lab_run_romeo (run);
  LabHost *juliet = lab_run_juliet (run);
  LabProcess *server = NULL;
  LabProcess *clients[4] = { NULL };
  LabFrameQuery syn = { .from = romeo, .port = PORT, .mask = LAB_FLAGS, .flags = LAB_SYN };
  LabFrameQuery syn_ack = {
    .from = juliet, .port = PORT, .mask = LAB_FLAGS, .flags = LAB_SYN | LAB_ACK, .once = TRUE
  };
  guint64 last[2] = { 0 };
  const LabSocket *queue = NULL;

  lab_run_step (run, _ ("A sequential server with a backlog of 1, and three clients"));
  server = start_server (run, "--backlog", "1");
  for (int i = 0; i < 3; i++)
    {
      clients[i] = start_client (run, romeo);
      if (i == 0)
        lab_run_await (run, server, "accepted");
    }
  lab_run_settle (run);
  lab_run_sample (run);
  lab_run_step (run, _ ("The fourth client"));
  clients[3] = lab_run_start (run, romeo, "echo-client", JULIET, "4000", NULL);
  last[0] = lab_run_await_frame (run, romeo,
                                 &(LabFrameQuery){ .from = romeo,
                                                   .port = PORT,
                                                   .mask = LAB_FLAGS,
                                                   .flags = LAB_SYN,
                                                   .after = lab_run_n_frames (run, romeo) });
  last[1] = lab_run_await_frame (
      run, romeo,
      &(LabFrameQuery){
          .from = romeo, .port = PORT, .mask = LAB_FLAGS, .flags = LAB_SYN, .after = last[0] });
  lab_run_sample (run);
  lab_run_step (run, _ ("The fourth client is killed"));
  lab_run_kill (run, clients[3], SIGKILL);
  lab_run_await_end (run, clients[3]);
  lab_run_settle (run);
  lab_run_sample (run);
  lab_run_step (run, _ ("The first client leaves"));
  lab_run_ctrl_d (run, clients[0]);
  lab_run_await (run, server, "accepted");
  lab_run_settle (run);
  lab_run_sample (run);

  queue = lab_run_find_socket (run, juliet, 1, PORT, "LISTEN");
  lab_run_question (run, _ ("How many clients does a backlog of 1 let in?"));
  lab_run_claim (run, lab_run_count (run, romeo, &syn_ack) == 3, NULL,
                 _ ("Three get a SYN,ACK: one that the server serves, and two that wait. Linux "
                    "lets one more wait than the backlog says."));
  lab_run_claim (run, queue->recv_q == 2 && queue->send_q == 1, NULL,
                 _ ("The listening socket shows it: Recv-Q %u waits, Send-Q %u is the backlog."),
                 queue->recv_q, queue->send_q);
  lab_run_question (run, _ ("What happens to the fourth?"));
  lab_run_claim (run,
                 lab_run_count (run, romeo, &syn) >= 5 &&
                     lab_run_segment (run, romeo, last[0])->seq ==
                         lab_run_segment (run, romeo, last[1])->seq &&
                     lab_run_count_sockets (run, romeo, 2, PORT, "SYN-SENT") == 1,
                 lab_run_frames (run, romeo, last[0], last[1]),
                 _ ("Its SYN is dropped without an answer, and sent again: the client stays in "
                    "SYN-SENT. There is no RST, because a place may become free."));
  lab_run_question (run, _ ("What is the effect of killing the fourth?"));
  lab_run_claim (run, lab_run_count_sockets (run, romeo, 3, PORT, "SYN-SENT") == 0, NULL,
                 _ ("None on the network: juliet has never heard of it. romeo's kernel forgets the "
                    "socket, and its SYNs end."));
  lab_run_question (run, _ ("And when a place becomes free?"));
  lab_run_claim (run, lab_run_find_socket (run, juliet, 4, PORT, "LISTEN")->recv_q == 1, NULL,
                 _ ("The server accepts the next: one waits now."));
}

const LabExperiment lab_experiment_backlog = {
  .name = "echo-backlog",
  .title = N_ ("A backlog of 1 and four clients"),
  .about = N_ ("One client is served, two wait in the queue, and the fourth finds it full."),
  .source = "Sequential servers, activity 7",
  .run = run_backlog,
};

/* TCP_MAXSEG. */

static void
run_maxseg (LabRun *run)
{
  LabHost *romeo = lab_run_romeo (run);
  LabHost *juliet = lab_run_juliet (run);
  LabProcess *client = NULL;
  LabProcess *shell = NULL;
  LabFrameQuery query = { .from = romeo, .port = PORT, .data = TRUE };
  const char *answer = NULL;
  guint64 frames[4] = { 0 };
  guint64 syn = 0;
  guint32 most = 0;
  guint32 next = 0;
  guint n = 0;

  lab_run_step (run, _ ("A client with TCP_MAXSEG 88 sends 200 bytes"));
  start_server (run, NULL, NULL);
  client = lab_run_start (run, romeo, "echo-client", JULIET, "4000", "--maxseg", "88", "--count",
                          "1", "--size", "200", NULL);
  lab_run_await_end (run, client);
  lab_run_settle (run);
  lab_run_step (run, _ ("The smallest that the kernel takes"));
  shell = lab_run_start (run, romeo, "shell", NULL);
  lab_run_call (run, shell, "sock = socket @tcp", "fd ");
  lab_run_call (run, shell, "sock.setsockopt maxseg 100", "ok");
  lab_run_call (run, shell, "sock.setsockopt maxseg 88", "ok");
  answer = lab_run_call (run, shell, "sock.setsockopt maxseg 87", NULL);
  client = lab_run_start (run, romeo, "echo-client", JULIET, "4000", "--maxseg", "87", NULL);
  lab_run_await (run, client, "87");
  lab_run_await_end (run, client);

  syn = find_flag (run, romeo, romeo, LAB_SYN, 0);
  /* What is sent again, on a machine that is busy, does not count. */
  for (guint64 at = lab_run_find (run, romeo, &query); at > 0;
       at = lab_run_find (run, romeo, &query))
    {
      const LabSegment *segment = lab_run_segment (run, romeo, at);

      query.after = at;
      if (n > 0 && (gint32) (segment->seq - next) < 0)
        continue;
      if (n < G_N_ELEMENTS (frames) - 1)
        frames[n] = at;
      n++;
      next = segment->seq + segment->len;
      most = MAX (most, segment->len);
    }
  lab_run_question (run, _ ("What does TCP_MAXSEG change?"));
  lab_run_claim (run, lab_run_segment (run, romeo, syn)->mss == 88,
                 lab_run_frames (run, romeo, syn),
                 _ ("The client's SYN says that it takes segments of at most 88 bytes (the MSS "
                    "option), so juliet's echo is cut as well."));
  lab_run_claim (run, n == 3 && most == 76,
                 lab_run_frames (run, romeo, frames[0], frames[1], frames[2]),
                 _ ("200 bytes travel in %u segments of at most %u bytes of data: 88 less 12 for "
                    "the timestamps, which count."),
                 n, most);
  lab_run_question (run, _ ("Is it possible to specify a segment size smaller than 88?"));
  lab_run_claim (
      run, g_str_has_prefix (answer, "EINVAL"), NULL,
      _ ("No: setsockopt() takes no 87, but returns EINVAL. Below 88 (TCP_MIN_MSS in the kernel, "
         "which is 48 and 40 bytes for options) little would be left for data when a "
         "segment carries all the options that it may."));
  lab_run_claim (run,
                 lab_run_count (run, juliet,
                                &(LabFrameQuery){ .from = romeo,
                                                  .port = PORT,
                                                  .mask = LAB_FLAGS,
                                                  .flags = LAB_SYN,
                                                  .once = TRUE }) == 1,
                 NULL, _ ("The client that wanted 87 never connected: only one SYN has passed."));
}

const LabExperiment lab_experiment_maxseg = {
  .name = "echo-maxseg",
  .title = N_ ("TCP_MAXSEG, down to the smallest"),
  .about = N_ ("A client asks for small segments; then for smaller ones than the kernel takes."),
  .source = "Sequential servers, activity 9",
  .run = run_maxseg,
};

/* Two servers. */

static void
run_two_servers (LabRun *run)
{
  LabHost *romeo = lab_run_romeo (run);
  LabHost *juliet = lab_run_juliet (run);
  LabProcess *second = NULL;
  LabProcess *third = NULL;
  LabProcess *a = NULL;
  LabProcess *b = NULL;

  lab_run_step (run, _ ("Two echo servers on two ports"));
  start_server (run, NULL, NULL);
  second = lab_run_start (run, juliet, "echo-server", "@juliet:4001", NULL);
  lab_run_await (run, second, "listening on");
  a = start_client (run, romeo);
  b = lab_run_start (run, romeo, "echo-client", JULIET, "4001", NULL);
  lab_run_await (run, b, "connected to");
  lab_run_type (run, a, "one");
  lab_run_await (run, a, "one");
  lab_run_type (run, b, "two");
  lab_run_await (run, b, "two");
  lab_run_settle (run);
  lab_run_sample (run);
  lab_run_step (run, _ ("A third on the first port"));
  third = lab_run_start (run, juliet, "echo-server", PLACE, NULL);
  lab_run_await (run, third, "EADDRINUSE");
  lab_run_await_end (run, third);

  lab_run_question (run, _ ("Can two servers run on one machine?"));
  lab_run_claim (run,
                 lab_run_count_sockets (run, juliet, 1, 4000, "LISTEN") == 1 &&
                     lab_run_count_sockets (run, juliet, 1, 4001, "LISTEN") == 1 &&
                     lab_run_count_sockets (run, juliet, 1, 4000, "ESTABLISHED") == 1 &&
                     lab_run_count_sockets (run, juliet, 1, 4001, "ESTABLISHED") == 1,
                 NULL, _ ("Yes, on two ports: both listen, each has its client."));
  lab_run_claim (
      run, lab_run_is_good (run), NULL,
      _ ("Not on the same port of the same address: bind() returns EADDRINUSE, also with "
         "SO_REUSEADDR, while somebody listens there."));
  lab_run_question (run, _ ("Which ports does a connection that the server has accepted have?"));
  lab_run_claim (run,
                 lab_run_find_socket (run, juliet, 1, 4000, "ESTABLISHED")->local_port == 4000 &&
                     lab_run_find_socket (run, juliet, 1, 4000, "ESTABLISHED")->remote_port > 1024,
                 NULL,
                 _ ("On the server's side the port of the server, on the client's side one "
                    "that its kernel has chosen: %u. The four numbers together make the "
                    "connection."),
                 lab_run_find_socket (run, juliet, 1, 4000, "ESTABLISHED")->remote_port);
}

const LabExperiment lab_experiment_two_servers = {
  .name = "echo-two-servers",
  .title = N_ ("Two servers on two ports"),
  .about = N_ ("Two echo servers run at the same time; a third wants a port that is taken."),
  .source = "TP4 Socket, “Client/serveur simples”",
  .run = run_two_servers,
};
