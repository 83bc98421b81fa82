/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The students' homework: two clients of a chat server, a room with five people from five
 * addresses, and a connection that is closed by force. With our own server and client, whose
 * plain dialect is that of the homework.
 */
#include "config.h"

#include <glib/gi18n.h>
#include <signal.h>

#include "common/base/sal-error.h"
#include "lab/bench/lab-experiments.h"

#define PORT 15102
#define PLACE "@juliet:15102"

static const char *const server_places[] = { ".", "../server", "../sbin", NULL };
static const char *const client_places[] = { ".", "../client-cli", "../bin", NULL };

static gboolean
needs_chat (GError **error)
{
  g_autofree char *server = lab_run_find_program ("salottod", server_places);
  g_autofree char *client = lab_run_find_program ("salotto-cli", client_places);

  if (server != NULL && client != NULL)
    return TRUE;
  g_set_error (error, SAL_ERROR, SAL_EXIT_FAILED,
               _ ("this experiment runs %s, which was not found beside salotto-lab nor in PATH"),
               server == NULL ? "salottod" : "salotto-cli");
  return FALSE;
}

static LabProcess *
start_room (LabRun *run)
{
  g_autofree char *program = lab_run_find_program ("salottod", server_places);
  const char *place = lab_run_is_ipv6 (run) ? "plain://[::]:15102" : "plain://0.0.0.0:15102";
  const char *const argv[] = { program, "--log", "memory", "--listen", place, "--console", NULL };
  LabProcess *server = lab_run_start_foreign (run, lab_run_juliet (run), argv);

  lab_run_await (run, server, "listening on");
  return server;
}

static LabProcess *
join (LabRun *run, LabHost *host, const char *name)
{
  g_autofree char *program = lab_run_find_program ("salotto-cli", client_places);
  const char *const argv[] = { program, "chat", PLACE, "--name", name, NULL };
  LabProcess *client = lab_run_start_foreign (run, host, argv);

  lab_run_await (run, client, "everyone reads it");
  return client;
}

static void
say (LabRun *run, LabProcess *who, LabProcess *reader, const char *text)
{
  lab_run_type (run, who, text);
  lab_run_await (run, reader, text);
}

static guint64
find_flag (LabRun *run, const LabHost *at, const LabHost *from, guint16 flag, guint64 after)
{
  return lab_run_find (
      run, at,
      &(LabFrameQuery){ .from = from, .port = PORT, .mask = flag, .flags = flag, .after = after });
}

/* Figures 1 to 3. */

static void
run_two (LabRun *run)
{
  LabHost *romeo = lab_run_romeo (run);
  LabHost *juliet = lab_run_juliet (run);
  LabProcess *first = NULL;
  LabProcess *second = NULL;
  guint64 syn_ack = 0;
  guint64 other_syn_ack = 0;
  guint64 greeting = 0;
  guint64 fin = 0;
  guint64 other_fin = 0;
  guint64 client_fin = 0;

  lab_run_step (run, _ ("The room is opened"));
  start_room (run);
  lab_run_sample (run);
  lab_run_step (run, _ ("Two clients come in"));
  first = join (run, romeo, "Antonio");
  second = join (run, romeo, "Celestino");
  lab_run_await (run, first, "Celestino");
  lab_run_settle (run);
  lab_run_sample (run);
  lab_run_step (run, _ ("They talk"));
  say (run, first, second, "Ciao ragazzi");
  say (run, second, first, "Grazie <3");
  lab_run_settle (run);
  lab_run_step (run, _ ("They quit, one after the other"));
  lab_run_type (run, first, "quit");
  lab_run_await_end (run, first);
  lab_run_type (run, second, "quit");
  lab_run_await_end (run, second);
  lab_run_settle (run);
  lab_run_sample (run);

  syn_ack = find_flag (run, romeo, juliet, LAB_SYN | LAB_ACK, 0);
  other_syn_ack = find_flag (run, romeo, juliet, LAB_SYN | LAB_ACK, syn_ack);
  greeting =
      lab_run_find (run, romeo, &(LabFrameQuery){ .from = juliet, .port = PORT, .data = TRUE });
  fin = find_flag (run, romeo, juliet, LAB_FIN, 0);
  other_fin = find_flag (run, romeo, juliet, LAB_FIN, fin);
  client_fin = find_flag (run, romeo, romeo, LAB_FIN, 0);
  lab_run_question (run, _ ("Which segments begin the two connections (figure 1)?"));
  lab_run_claim (
      run, syn_ack > 0 && other_syn_ack > syn_ack,
      lab_run_frames (run, romeo, syn_ack, other_syn_ack),
      _ ("A SYN,ACK to each of two ports of the client's address, %u and %u: that is how "
         "the server keeps them apart."),
      lab_run_segment (run, romeo, syn_ack)->dst_port,
      lab_run_segment (run, romeo, other_syn_ack)->dst_port);
  lab_run_claim (run, greeting > syn_ack, lab_run_frames (run, romeo, greeting),
                 _ ("Then the server speaks first, with a greeting of %u bytes, as that of the "
                    "homework did (22 and 29 bytes)."),
                 lab_run_segment (run, romeo, greeting)->len);
  lab_run_question (run, _ ("Which segments end them (figures 2 and 3)?"));
  lab_run_claim (run, fin > 0 && other_fin > fin, lab_run_frames (run, romeo, fin, other_fin),
                 _ ("After the word quit the server sends a goodbye and its FIN, first to one and "
                    "then to the other."));
  lab_run_claim (run, client_fin > fin, lab_run_frames (run, romeo, client_fin),
                 _ ("The client answers with its own FIN: the server has closed first."));
  lab_run_question (run, _ ("Who is left in TIME-WAIT?"));
  lab_run_claim (run,
                 lab_run_count_sockets (run, juliet, 4, PORT, "TIME-WAIT") +
                         lab_run_count_sockets (run, romeo, 4, PORT, "TIME-WAIT") >=
                     1,
                 NULL, _ ("Whoever closes first: %u sockets on juliet, %u on romeo."),
                 lab_run_count_sockets (run, juliet, 4, PORT, "TIME-WAIT"),
                 lab_run_count_sockets (run, romeo, 4, PORT, "TIME-WAIT"));
}

const LabExperiment lab_experiment_chat_two = {
  .name = "chat-two-clients",
  .title = N_ ("Chat: two clients talk and quit"),
  .about = N_ ("The interoperability test of the homework: two clients from one address, a few "
               "words, and quit."),
  .source = "Homework, figures 1, 2 and 3; tests 1, 2 and 3",
  .needs = needs_chat,
  .run = run_two,
};

/* Figures 5 and 6. */

static const struct
{
  const char *name;
  const char *host;
} people[] = {
  { "Celestino", "romeo" }, { "lele", "mercutio" },  { "Antonio", "tybalt" },
  { "Italo", "benvolio" },  { "Raffaele", "paris" },
};

#define N_PEOPLE G_N_ELEMENTS (people)

static void
ask_about_room (LabRun *run, LabHost *const *hosts)
{
  LabHost *juliet = lab_run_juliet (run);
  guint addresses = 0;
  guint64 said =
      lab_run_find (run, juliet, &(LabFrameQuery){ .from = hosts[1], .port = PORT, .data = TRUE });
  guint copies = 0;

  for (gsize i = 0; i < N_PEOPLE; i++)
    if (find_flag (run, juliet, hosts[i], LAB_SYN, 0) > 0)
      addresses++;
  lab_run_question (run, _ ("Who is in the room?"));
  lab_run_claim (
      run,
      addresses == N_PEOPLE && lab_run_count_sockets (run, juliet, 2, PORT, "ESTABLISHED") == 5,
      NULL,
      _ ("Five people from five addresses: juliet's kernel lists five connections, all on port "
         "%u, kept apart by the other end."),
      PORT);
  for (gsize i = 0; i < N_PEOPLE; i++)
    copies += lab_run_find (run, hosts[i],
                            &(LabFrameQuery){ .from = juliet, .port = PORT, .data = TRUE }) > 0;
  lab_run_question (run, _ ("How does a message reach everybody?"));
  lab_run_claim (
      run, said > 0 && copies == N_PEOPLE, lab_run_frames (run, juliet, said),
      _ ("It goes to the server once, in one segment, and from there to each of the five "
         "in a segment of its own: TCP knows no groups."));
  lab_run_question (run, _ ("What does the room notice when somebody leaves?"));
  lab_run_claim (run, lab_run_count_sockets (run, juliet, 4, PORT, "ESTABLISHED") == 4, NULL,
                 _ ("The others are told, and their connections stay: four are left."));
}

static void
run_room (LabRun *run)
{
  LabHost *hosts[N_PEOPLE] = { lab_run_romeo (run) };
  LabProcess *clients[N_PEOPLE] = { NULL };
  LabProcess *server = NULL;

  lab_run_step (run, _ ("The room is opened"));
  server = start_room (run);
  for (gsize i = 1; i < N_PEOPLE; i++)
    hosts[i] = lab_run_add_host (run, people[i].host);
  lab_run_step (run, _ ("Five people come in from five addresses"));
  for (gsize i = 0; i < N_PEOPLE; i++)
    clients[i] = join (run, hosts[i], people[i].name);
  lab_run_settle (run);
  lab_run_sample (run);
  lab_run_step (run, _ ("They talk"));
  say (run, clients[1], clients[0], "celestino!!!!");
  say (run, clients[2], clients[1], "we");
  say (run, clients[0], clients[2], "Ciao ragazzi");
  say (run, clients[3], clients[0], "fatto molto bene");
  say (run, clients[4], clients[3], "ciao raga!");
  for (gsize i = 0; i < 3; i++)
    lab_run_await (run, clients[i], "ciao raga!");
  lab_run_settle (run);
  lab_run_step (run, _ ("lele quits"));
  lab_run_type (run, clients[1], "quit");
  lab_run_await_end (run, clients[1]);
  lab_run_await (run, clients[0], "lele");
  lab_run_settle (run);
  lab_run_sample (run);
  lab_run_step (run, _ ("The operator closes the server"));
  lab_run_type (run, server, "close");
  lab_run_await_end (run, server);
  for (gsize i = 0; i < N_PEOPLE; i++)
    lab_run_kill (run, clients[i], SIGTERM);
  ask_about_room (run, hosts);
}

const LabExperiment lab_experiment_chat_room = {
  .name = "chat-room",
  .title = N_ ("Chat: a room with five people from five addresses"),
  .about = N_ ("The chatroom with the colleagues of the course, from coming in to the operator's "
               "word close."),
  .source = "Homework, figures 5 and 6; test 6",
  .needs = needs_chat,
  .vantage = "juliet",
  .run = run_room,
};

/* Figure 4. */

static void
ask_about_force (LabRun *run, guint64 cut_off)
{
  LabHost *romeo = lab_run_romeo (run);
  LabHost *juliet = lab_run_juliet (run);
  guint64 server_fin = find_flag (run, romeo, juliet, LAB_FIN, 0);
  LabFrameQuery fins = {
    .from = romeo, .port = PORT, .mask = LAB_FIN, .flags = LAB_FIN, .after = cut_off
  };
  guint64 first = lab_run_find (run, romeo, &fins);
  guint n = lab_run_count (run, romeo, &fins);

  lab_run_question (run, _ ("What does the forced end of the server send?"));
  lab_run_claim (run, server_fin > 0 && server_fin <= cut_off,
                 lab_run_frames (run, romeo, server_fin),
                 _ ("A FIN: the kernel closes the connections of a killed process, and says "
                    "nothing else for it."));
  lab_run_claim (run, lab_run_count_sockets (run, romeo, 2, PORT, "CLOSE-WAIT") == 1, NULL,
                 _ ("A client that does not react stays in CLOSE-WAIT; nothing obliges it to "
                    "close."));
  lab_run_question (run, _ ("What happens when it closes much later, and the server's host answers "
                            "no more?"));
  lab_run_claim (run, n >= 3 && first > cut_off, lab_run_frames (run, romeo, first),
                 _ ("Its FIN is sent %u times, each time after a longer wait (figure 4 has six, "
                    "from 0.3 to 9.6 seconds apart)."),
                 n);
  lab_run_claim (run, lab_run_count_sockets (run, romeo, 4, PORT, NULL) == 0, NULL,
                 _ ("Then the kernel gives the connection up."));
  if (find_flag (run, romeo, romeo, LAB_RST, cut_off) == 0)
    lab_run_differs (run, _ ("The students' Windows machine sent a RST when it gave up (figure 4, "
                             "the last line). Linux forgets the connection without a word."));
}

static void
run_force (LabRun *run)
{
  LabHost *romeo = lab_run_romeo (run);
  LabHost *juliet = lab_run_juliet (run);
  LabForwarder *router = lab_world_get_forwarder (lab_run_world (run));
  const LabRule silence = { .from = juliet->ip, .fate = LAB_FATE_DROP };
  LabProcess *server = NULL;
  LabProcess *client = NULL;
  guint64 cut_off = 0;

  lab_run_step (run, _ ("A client that only connects"));
  lab_run_set (run, juliet, "net/ipv4/tcp_fin_timeout", "1");
  lab_run_use_usual_timers (run, romeo);
  lab_run_set (run, romeo, "net/ipv4/tcp_orphan_retries", "4");
  server = start_room (run);
  client = lab_run_start (run, romeo, "shell", NULL);
  lab_run_call (run, client, "sock = socket @tcp", "fd ");
  lab_run_call (run, client, "sock.connect @juliet 15102", "ok");
  lab_run_call (run, client, "sock.recv 1024", NULL);
  lab_run_step (run, _ ("The server is killed"));
  lab_run_kill (run, server, SIGKILL);
  lab_run_await_state (run, romeo, PORT, "CLOSE-WAIT", 1);
  lab_run_settle (run);
  lab_run_sample (run);
  lab_run_await_state (run, juliet, PORT, "FIN-WAIT-2", 0);
  lab_run_step (run, _ ("Much later, the client closes; the server's host answers no more"));
  lab_forwarder_add_rule (router, &silence);
  cut_off = lab_run_n_frames (run, romeo);
  lab_run_call (run, client, "sock.close", "ok");
  lab_run_await_state (run, romeo, PORT, "LAST-ACK", 1);
  lab_run_sample (run);
  lab_run_await_state (run, romeo, PORT, "LAST-ACK", 0);
  lab_run_step (run, _ ("The kernel has given up"));
  lab_run_sample (run);
  ask_about_force (run, cut_off);
}

const LabExperiment lab_experiment_chat_force = {
  .name = "chat-forced-close",
  .title = N_ ("Chat: a forced close"),
  .about = N_ ("The server is killed; a client closes much later, when nobody answers any more."),
  .source = "Homework, figure 4",
  .seconds = 9,
  .needs = needs_chat,
  .run = run_force,
};
