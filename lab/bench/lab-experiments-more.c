/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What else the labs build: the echo service of inetd(8), concurrent servers, a file server;
 * and a bad network between two good hosts.
 */
#include "config.h"

#include <glib/gi18n.h>
#include <signal.h>
#include <string.h>

#include "common/base/sal-error.h"
#include "lab/bench/lab-experiments.h"
#include "lab/bench/lab-sandbox.h"

#define JULIET "@juliet"

/* inetd. */

#define INETD "/usr/sbin/inetutils-inetd"
#define ECHO_PORT 7
#define OUR_PORT 4007

static gboolean
needs_inetd (GError **error)
{
  if (g_file_test (INETD, G_FILE_TEST_IS_EXECUTABLE))
    return TRUE;
  g_set_error (error, SAL_ERROR, SAL_EXIT_FAILED,
               _ ("this experiment runs %s, which is not there; on Debian: apt install "
                  "inetutils-inetd"),
               INETD);
  return FALSE;
}

static LabProcess *
talk_to (LabRun *run, const char *port, const char *line)
{
  LabProcess *client = lab_run_start (run, lab_run_romeo (run), "echo-client", JULIET, port, NULL);

  lab_run_await (run, client, "connected to");
  lab_run_type (run, client, line);
  lab_run_await (run, client, line);
  return client;
}

static void
ask_about_inetd (LabRun *run)
{
  LabHost *romeo = lab_run_romeo (run);
  LabHost *juliet = lab_run_juliet (run);
  guint64 request =
      lab_run_find (run, romeo, &(LabFrameQuery){ .from = romeo, .port = ECHO_PORT, .data = TRUE });
  guint64 reply = lab_run_find (
      run, romeo, &(LabFrameQuery){ .from = juliet, .port = ECHO_PORT, .data = TRUE });
  LabOpening opening = lab_run_find_opening (run, romeo, juliet, ECHO_PORT);
  const LabSocket *listener = lab_run_find_socket (run, juliet, 1, ECHO_PORT, "LISTEN");
  const LabSocket *ours = lab_run_find_socket (run, juliet, 3, OUR_PORT, "ESTABLISHED");

  lab_run_question (run, _ ("What passes between a client and the echo service of inetd?"));
  lab_run_claim (run, opening.syn == 1 && opening.syn_ack > 0 && opening.ack > 0,
                 lab_run_frames (run, romeo, opening.syn, opening.syn_ack, opening.ack),
                 _ ("Three segments open the connection."));
  lab_run_claim (run,
                 lab_run_segment (run, romeo, request)->len == 15 &&
                     lab_run_segment (run, romeo, reply)->len == 15 && reply > request,
                 lab_run_frames (run, romeo, request, reply),
                 _ ("15 bytes go to port 7 and 15 come back, each acknowledged."));
  lab_run_question (run, _ ("Who listens?"));
  lab_run_claim (run, listener->state == TCP_LISTEN && strstr (listener->program, "inetd") != NULL,
                 NULL, _ ("inetd itself (the program is %s), on every port of its file."),
                 listener->program);
  lab_run_claim (
      run, ours->state == TCP_ESTABLISHED && strcmp (ours->program, listener->program) != 0, NULL,
      _ ("For a service that it does not have built in it starts a program per "
         "connection: that of port %u belongs to %s, which got it as descriptor "
         "%d."),
      OUR_PORT, ours->program, ours->fd);
  lab_run_question (run, _ ("Can the server tell which client it is?"));
  lab_run_claim (
      run, lab_run_is_good (run), NULL,
      _ ("No. It gets bytes and sends them back; with which program or in which language "
         "they were sent is not in them."));
}

static void
run_inetd (LabRun *run)
{
  LabHost *juliet = lab_run_juliet (run);
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  const char *protocol = lab_run_is_ipv6 (run) ? "tcp6" : "tcp";
  g_autofree char *configuration =
      g_strdup_printf ("echo stream %s nowait root internal\n"
                       "%u stream %s nowait root %s salotto-lab echo-server --inetd\n",
                       protocol, OUR_PORT, protocol, self);
  const char *const argv[] = { INETD, "-d", "--pidfile=" LAB_SANDBOX_FOLDER "/inetd.pid",
                               LAB_SANDBOX_FOLDER "/inetd.conf", NULL };

  lab_run_step (run, _ ("inetd is started with two echo services"));
  lab_run_write_file (run, "inetd.conf", configuration);
  lab_run_start_foreign (run, juliet, argv);
  lab_run_await_state (run, juliet, ECHO_PORT, "LISTEN", 1);
  lab_run_await_state (run, juliet, OUR_PORT, "LISTEN", 1);
  lab_run_sample (run);
  lab_run_step (run, _ ("A client of its own echo service, port 7"));
  talk_to (run, "7", "Bonjour Juliet");
  lab_run_settle (run);
  lab_run_sample (run);
  lab_run_step (run, _ ("A client of salotto-lab echo-server --inetd, port 4007"));
  talk_to (run, "4007", "and once more");
  lab_run_settle (run);
  lab_run_sample (run);
  ask_about_inetd (run);
}

const LabExperiment lab_experiment_inetd = {
  .name = "echo-inetd",
  .title = N_ ("The echo service of inetd"),
  .about = N_ ("The echo service that comes with inetd, and one that inetd starts for each "
               "connection."),
  .source = "TP4 Socket, “Installation d'un service echo sur VM3” and “Autres clients”",
  .needs = needs_inetd,
  .run = run_inetd,
};

/* Concurrent servers. */

static const char *const models[] = { "fork", "thread", "select", "poll", "epoll", "sigio" };

static void
run_models (LabRun *run)
{
  LabHost *romeo = lab_run_romeo (run);
  LabHost *juliet = lab_run_juliet (run);

  for (gsize i = 0; i < G_N_ELEMENTS (models); i++)
    {
      g_autofree char *title = g_strdup_printf (_ ("--model %s: two clients at a time"), models[i]);
      g_autofree char *port = g_strdup_printf ("%u", 4000 + (guint) i);
      g_autofree char *place = g_strdup_printf ("%s:%s", JULIET, port);
      LabProcess *server = NULL;
      LabProcess *first = NULL;

      lab_run_step (run, title);
      server = lab_run_start (run, juliet, "echo-server", place, "--model", models[i], NULL);
      lab_run_await (run, server, "listening on");
      first = lab_run_start (run, romeo, "echo-client", JULIET, port, NULL);
      lab_run_await (run, first, "connected to");
      talk_to (run, port, "from the second");
      lab_run_type (run, first, "from the first");
      lab_run_await (run, first, "from the first");
      lab_run_sample (run);
    }
  lab_run_question (run, _ ("Does the second client of a concurrent server wait?"));
  for (guint i = 0; i < G_N_ELEMENTS (models); i++)
    lab_run_claim (
        run,
        lab_run_count_sockets (run, juliet, i + 1, (guint16) (4000 + i), "ESTABLISHED") == 2 &&
            lab_run_find_socket (run, juliet, i + 1, (guint16) (4000 + i), "ESTABLISHED")->inode !=
                0,
        NULL,
        _ ("%s: no; it had its echo before the first had said anything, and both "
           "connections belong to a process."),
        models[i]);
}

const LabExperiment lab_experiment_models = {
  .name = "echo-models",
  .title =
      N_ ("Concurrent servers: with processes or threads, with select, poll, epoll or signals"),
  .about = N_ ("Two clients at a time, of a server of each kind."),
  .source = "Sequential servers, parts 2 and 3 of the assignment (concurrent servers, "
            "input/output)",
  .run = run_models,
};

/* Files. */

#define FILE_PORT 4000

static void
run_file (LabRun *run)
{
  LabHost *romeo = lab_run_romeo (run);
  LabHost *juliet = lab_run_juliet (run);
  g_autofree char *poem = g_strnfill (3000, 'x');
  LabProcess *server = NULL;
  LabProcess *client = NULL;
  LabFrameQuery from_server = { .from = juliet, .port = FILE_PORT, .data = TRUE };
  guint64 request = 0;
  guint64 fin = 0;
  guint64 client_fin = 0;
  guint32 bytes = 0;
  int missing = 0;

  lab_run_step (run, _ ("A file server"));
  lab_run_write_file (run, "letter", poem);
  server = lab_run_start (run, juliet, "file-server", LAB_SANDBOX_FOLDER, "@juliet:4000", NULL);
  lab_run_await (run, server, "listening on");
  lab_run_step (run, _ ("A file is fetched"));
  client = lab_run_start (run, romeo, "file-client", JULIET, "4000", "letter", "-o", "copy", NULL);
  lab_run_await_end (run, client);
  lab_run_await (run, server, "3000 bytes");
  lab_run_settle (run);
  lab_run_sample (run);
  request = lab_run_find (run, romeo, &(LabFrameQuery){ .from = romeo, .data = TRUE });
  fin = lab_run_find (run, romeo,
                      &(LabFrameQuery){ .from = juliet, .mask = LAB_FIN, .flags = LAB_FIN });
  client_fin = lab_run_find (run, romeo,
                             &(LabFrameQuery){ .from = romeo, .mask = LAB_FIN, .flags = LAB_FIN });
  for (guint64 at = lab_run_find (run, romeo, &from_server); at > 0;
       at = lab_run_find (run, romeo, &from_server))
    {
      bytes += lab_run_segment (run, romeo, at)->len;
      from_server.after = at;
    }
  lab_run_step (run, _ ("One that is missing, and one outside of the folder"));
  client = lab_run_start (run, romeo, "file-client", JULIET, "4000", "nothing", NULL);
  lab_run_await (run, client, "no such file");
  missing = lab_run_await_end (run, client);
  client = lab_run_start (run, romeo, "file-client", JULIET, "4000", "../../etc/passwd", NULL);
  lab_run_await (run, client, "outside of the folder");
  lab_run_await_end (run, client);

  lab_run_question (run, _ ("How does the client know where the file ends?"));
  lab_run_claim (run, lab_run_segment (run, romeo, request)->len == 7,
                 lab_run_frames (run, romeo, request),
                 _ ("It sends the name in one line, 7 bytes with the newline."));
  lab_run_claim (run, bytes == 3000 && fin > 0 && client_fin > fin,
                 lab_run_frames (run, romeo, fin, client_fin),
                 _ ("The server sends %u bytes and closes first: its FIN is the end of the file. "
                    "No length is sent, so a file cut short by a crash looks whole."),
                 bytes);
  lab_run_question (run, _ ("What does it say when there is no such file?"));
  lab_run_claim (run, missing == SAL_EXIT_FAILED, NULL,
                 _ ("A line with the reason in place of the file; the client ends with status %d "
                    "and writes nothing."),
                 missing);
}

const LabExperiment lab_experiment_file = {
  .name = "file-transfer",
  .title = N_ ("A file server"),
  .about = N_ ("A file is fetched; then one that is missing, and one outside of the folder."),
  .source = "Sequential servers, part 1 of the assignment (file servers)",
  .run = run_file,
};

/* A bad network. */

#define LOSSY_PORT 4000

typedef struct
{
  const char *title;
  LabFate fate;
  guint delay_ms;
} Trouble;

static const Trouble troubles[] = {
  { N_ ("The second segment with data is lost"), LAB_FATE_DROP, 0 },
  { N_ ("The second segment with data is late by 100 ms"), LAB_FATE_DELAY, 100 },
  { N_ ("The second segment with data comes twice"), LAB_FATE_DUPLICATE, 0 },
  { N_ ("The second segment with data is overtaken by the third"), LAB_FATE_REORDER, 0 },
};

/* Four segments at once, of which one is in trouble, and all of it comes back. */
static guint
send_through (LabRun *run, const Trouble *trouble)
{
  LabForwarder *router = lab_world_get_forwarder (lab_run_world (run));
  const LabRule rule = { .from = lab_run_romeo (run)->ip,
                         .with_data = TRUE,
                         .first = 2,
                         .count = 1,
                         .fate = trouble->fate,
                         .delay_ms = trouble->delay_ms };
  guint number = 0;
  LabProcess *client = NULL;

  lab_run_step (run, _ (trouble->title));
  number = lab_forwarder_add_rule (router, &rule);
  client = lab_run_start (run, lab_run_romeo (run), "echo-client", JULIET, "4000", "--count", "1",
                          "--size", "5000", NULL);
  if (lab_run_await_end (run, client) != SAL_EXIT_OK)
    lab_run_fail (run, _ ("what came back was not what was sent"));
  lab_forwarder_remove_rule (router, number);
  return lab_forwarder_get_hits (router, number);
}

static void
run_lossy (LabRun *run)
{
  LabHost *romeo = lab_run_romeo (run);
  LabHost *juliet = lab_run_juliet (run);
  LabProcess *server = NULL;
  guint hits[G_N_ELEMENTS (troubles)] = { 0 };
  guint64 sent[G_N_ELEMENTS (troubles) + 1] = { 0 };
  LabFrameQuery data = { .from = romeo, .port = LOSSY_PORT, .data = TRUE };

  lab_run_step (run, _ ("An echo server behind a router that can be told to misbehave"));
  lab_run_use_usual_timers (run, romeo);
  lab_run_use_usual_timers (run, juliet);
  server = lab_run_start (run, juliet, "echo-server", "@juliet:4000", NULL);
  lab_run_await (run, server, "listening on");
  for (gsize i = 0; i < G_N_ELEMENTS (troubles); i++)
    {
      hits[i] = send_through (run, &troubles[i]);
      sent[i + 1] = lab_run_count (run, romeo, &data);
    }
  lab_run_question (run, _ ("What does the application notice of a bad network?"));
  lab_run_claim (
      run, hits[0] == 1 && hits[1] == 1 && hits[2] == 1 && hits[3] == 1, NULL,
      _ ("Nothing but time: each time one segment was lost or late, doubled or overtaken, "
         "and each time the 5000 bytes came back as they were sent, in order."));
  lab_run_question (run, _ ("What does TCP do about a lost segment?"));
  lab_run_claim (
      run, sent[1] >= 5, NULL,
      _ ("5000 bytes fit into four segments; romeo sent %u, because one was needed twice."),
      (guint) sent[1]);
  lab_run_question (run, _ ("And about one that comes twice?"));
  lab_run_claim (
      run, lab_run_count (run, juliet, &data) > lab_run_count (run, romeo, &data) - hits[0], NULL,
      _ ("juliet saw a segment more than romeo sent, and passed its bytes on "
         "once: their numbers were known already."));
}

const LabExperiment lab_experiment_lossy = {
  .name = "lossy-link",
  .title = N_ ("A network that loses segments, delays and doubles them, and changes their order"),
  .about = N_ ("5000 bytes go to an echo server and come back while the router mistreats one "
               "segment."),
  .source = "TCP sockets and the TCP state diagram, “a reliable and connection oriented "
            "transport protocol”",
  .run = run_lossy,
};
