/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * bench-load: fills a chat server with clients, lets some of them talk, checks every
 * delivery, and says what that cost the server. README.md tells how to read it.
 *
 *     bench-load [OPTION...] -- SERVER [ARGUMENT...]
 *     bench-load [OPTION...] --connect PORT --dialect NAME [--pid PID]
 *
 * The first form starts the server and ends it. It must print a ready line as salottod
 * does, which says the port and, in parentheses, what it speaks.
 *
 * Exit status: 0 all is well, 1 a check has failed, 2 usage, 3 the server could not be
 * started or reached.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "bench-message.h"
#include "bench-report.h"

#define MS_NS (G_GINT64_CONSTANT (1000) * 1000)

static int option_clients = 100;
static int option_rooms = 1;
static int option_senders = 1;
static int option_idle;
static int option_idle_room = 10;
static int option_connecting = 256;
static gboolean option_first;
static int option_size = 64;
static int option_window = 1;
static gint64 option_messages;
static gboolean option_tls;
static const char *option_name = "c";
static const char *option_room = "room";
static double option_rate;
static int option_duration_ms = 1000;
static int option_settle_ms = 200;
static int option_patience_ms = 3000;
static int option_silence_ms;
static int option_cpu = -1;
static int option_server_cpu = -1;
static int option_port;
static int option_pid;
static char *option_dialect;
static gboolean option_json;
static char **option_command;

static const GOptionEntry option_entries[] = {
  { "clients", 0, 0, G_OPTION_ARG_INT, &option_clients, "Members of the talking rooms (100)", "N" },
  { "rooms", 0, 0, G_OPTION_ARG_INT, &option_rooms, "Talking rooms (1)", "N" },
  { "senders", 0, 0, G_OPTION_ARG_INT, &option_senders, "How many of the members send (1)", "N" },
  { "idle", 0, 0, G_OPTION_ARG_INT, &option_idle, "Others, who are silent (0)", "N" },
  { "idle-room", 0, 0, G_OPTION_ARG_INT, &option_idle_room,
    "How many of those share a room (10); 0: they only connect", "N" },
  { "connecting", 0, 0, G_OPTION_ARG_INT, &option_connecting,
    "How many may be on their way in at once (256)", "N" },
  { "senders-first", 0, 0, G_OPTION_ARG_NONE, &option_first,
    "The senders are those who come in first; else they are spread among the members", NULL },
  { "size", 0, 0, G_OPTION_ARG_INT, &option_size, "Bytes of a message with its line end (64)",
    "N" },
  { "window", 0, 0, G_OPTION_ARG_INT, &option_window,
    "Messages of each sender on their way at once (1)", "N" },
  { "messages", 0, 0, G_OPTION_ARG_INT64, &option_messages,
    "Messages of each sender at most, however long it takes up to then", "N" },
  { "rate", 0, 0, G_OPTION_ARG_DOUBLE, &option_rate,
    "Messages a second of all senders together, instead of a window", "N" },
  { "duration", 0, 0, G_OPTION_ARG_INT, &option_duration_ms, "How long they talk (1000)", "MS" },
  { "settle", 0, 0, G_OPTION_ARG_INT, &option_settle_ms,
    "How long it must be quiet before they talk (200)", "MS" },
  { "patience", 0, 0, G_OPTION_ARG_INT, &option_patience_ms,
    "How long to wait for what does not come (3000)", "MS" },
  { "silence", 0, 0, G_OPTION_ARG_INT, &option_silence_ms,
    "Watch the server for so long before they talk (0)", "MS" },
  { "cpu", 0, 0, G_OPTION_ARG_INT, &option_cpu, "The core for the generator", "N" },
  { "server-cpu", 0, 0, G_OPTION_ARG_INT, &option_server_cpu, "The core for the server", "N" },
  { "connect", 0, 0, G_OPTION_ARG_INT, &option_port, "Use the server on this port of 127.0.0.1",
    "PORT" },
  { "pid", 0, 0, G_OPTION_ARG_INT, &option_pid, "Its process, to know what it uses", "PID" },
  { "dialect", 0, 0, G_OPTION_ARG_STRING, &option_dialect,
    "What it speaks: relay, plain, irc, irc-silent (no echo-message), mqtt, broker", "NAME" },
  { "name", 0, 0, G_OPTION_ARG_STRING, &option_name,
    "With which all names begin, at most 4 bytes (c)", "NAME" },
  { "room", 0, 0, G_OPTION_ARG_STRING, &option_room,
    "With which the names of rooms begin, where there are several (room)", "NAME" },
  { "tls", 0, 0, G_OPTION_ARG_NONE, &option_tls, "Everybody comes with TLS", NULL },
  { "json", 0, 0, G_OPTION_ARG_NONE, &option_json, "Print one line of JSON", NULL },
  { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &option_command, NULL, NULL },
  { NULL }
};

static gboolean
check_options (void)
{
  const char *wrong =
      option_clients < 1 || option_idle < 0 ? "--clients, --idle: at least one client is needed"
      : option_rooms < 1 || option_rooms > option_clients     ? "--rooms: from 1 to the clients"
      : option_senders < 1 || option_senders > option_clients ? "--senders: from 1 to the clients"
      : option_size < BENCH_MESSAGE_MIN || option_size > BENCH_MESSAGE_MAX
          ? "--size: from 48 to 2048"
      : option_window < 1 || option_rate < 0 || option_connecting < 1 || option_idle_room < 0
          ? "--window, --rate, --connecting, --idle-room: a number that is too small"
      : (option_port > 0) == (option_command != NULL)
          ? "either a server's command or --connect is needed"
      : option_port > 0 && option_dialect == NULL ? "--connect needs --dialect"
                                                  : NULL;

  if (wrong != NULL)
    fprintf (stderr, "bench-load: %s\n", wrong);
  return wrong == NULL;
}

static gboolean
parse_options (int *argc, char ***argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("[-- SERVER [ARGUMENT...]]");
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, option_entries, NULL);
  g_option_context_set_strict_posix (context, TRUE);
  if (!g_option_context_parse (context, argc, argv, &error))
    {
      fprintf (stderr, "bench-load: %s\n", error->message);
      return FALSE;
    }
  return check_options ();
}

static gboolean
reach_server (BenchServer *server, GError **error)
{
  if (option_command != NULL)
    return bench_server_start (server, option_command, option_server_cpu, error);
  server->port = (guint16) option_port;
  return option_pid == 0 || bench_server_attach (server, option_pid, error);
}

/* The server's end belongs to the run: it is asked while everybody is still there, and
 * then they go. */
static void
end_server (BenchServer *server, BenchCrowd *crowd, BenchReport *report)
{
  bench_crowd_leave (crowd);
  if (option_command != NULL)
    report->server_status = bench_server_end (server);
}

static void
measure_entering (const BenchServer *server, BenchCrowd *crowd, BenchReport *report, GError **error)
{
  gint64 from_ns = bench_now_ns ();
  gint64 server_ns = bench_server_cpu_ns (server);

  report->before = bench_server_memory (server);
  if (!bench_crowd_enter (crowd, error))
    return;
  report->enter_ns = bench_now_ns () - from_ns;
  bench_crowd_settle (crowd, option_settle_ms * MS_NS);
  report->enter_server_ns = bench_server_cpu_ns (server) - server_ns;
  report->arrivals = bench_crowd_arrivals (crowd);
  report->expected_arrivals = bench_crowd_expected_arrivals (crowd);
  report->after = bench_server_memory (server);
}

static void
measure_silence (const BenchServer *server, BenchCrowd *crowd, BenchReport *report)
{
  gint64 from_ns = bench_now_ns ();
  gint64 server_ns = bench_server_cpu_ns (server);

  if (option_silence_ms == 0)
    return;
  report->asked = bench_crowd_watch (crowd, option_silence_ms * MS_NS);
  report->watched_ns = bench_now_ns () - from_ns;
  report->watched_server_ns = bench_server_cpu_ns (server) - server_ns;
}

static void
measure_talk (const BenchServer *server, BenchCrowd *crowd, BenchReport *report)
{
  gint64 from_ns = bench_now_ns ();
  gint64 own_ns = bench_own_cpu_ns ();
  gint64 server_ns = bench_server_cpu_ns (server);

  report->talk = (BenchTalk){ .window = option_rate > 0 ? 0 : (guint) option_window,
                              .rate = option_rate,
                              .length_ns = option_duration_ms * MS_NS,
                              .most = (guint64) option_messages };
  bench_crowd_begin (crowd);
  bench_crowd_talk (crowd, &report->talk);
  report->talk_ns = bench_crowd_finish (crowd, option_patience_ms * MS_NS) - from_ns;
  report->talk_server_ns = bench_server_cpu_ns (server) - server_ns;
  report->talk_generator_ns = bench_own_cpu_ns () - own_ns;
  report->messages = bench_crowd_sent (crowd);
  report->reads = bench_crowd_reads (crowd);
  report->cut_off = bench_crowd_cut_off (crowd);
}

static int
run (BenchServer *server, const BenchDialect *dialect)
{
  const BenchCrowdConfig config = {
    .dialect = dialect,
    .name = option_name,
    .room = option_room,
    .port = server->port,
    .tls = option_tls,
    .clients = (guint) option_clients,
    .rooms = (guint) option_rooms,
    .senders = (guint) option_senders,
    .idle = (guint) option_idle,
    .idle_room = (guint) option_idle_room,
    .connecting = (guint) option_connecting,
    .first = option_first,
    .message_size = (guint) option_size,
  };
  BenchCheck check;
  BenchCrowd *crowd = NULL;
  BenchReport report = { .config = &config, .check = &check };
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) out = g_string_new (NULL);
  int status = 3;

  bench_check_init (&check, config.message_size, config.senders);
  crowd = bench_crowd_new (&config, &check);
  measure_entering (server, crowd, &report, &error);
  if (error == NULL)
    {
      measure_silence (server, crowd, &report);
      measure_talk (server, crowd, &report);
      end_server (server, crowd, &report);
      (option_json ? bench_report_append_json : bench_report_append_text) (&report, out);
      fputs (out->str, stdout);
      status = bench_report_is_clean (&report) ? 0 : 1;
    }
  else
    {
      fprintf (stderr, "bench-load: %s\n", error->message);
      end_server (server, crowd, &report);
    }
  bench_crowd_free (crowd);
  bench_check_clear (&check);
  return status;
}

int
main (int argc, char **argv)
{
  BenchServer server = { 0 };
  const BenchDialect *dialect = NULL;
  const char *dialect_name = NULL;
  g_autoptr (GError) error = NULL;
  struct rlimit limit;

  if (!parse_options (&argc, &argv))
    return 2;
  /* The server inherits it. */
  if (getrlimit (RLIMIT_NOFILE, &limit) == 0)
    {
      limit.rlim_cur = limit.rlim_max;
      (void) setrlimit (RLIMIT_NOFILE, &limit);
    }
  if (!reach_server (&server, &error))
    {
      fprintf (stderr, "bench-load: %s\n", error->message);
      return 3;
    }
  if (!bench_pin (option_cpu))
    fprintf (stderr, "bench-load: cannot run on core %d\n", option_cpu);

  dialect_name = option_dialect != NULL ? option_dialect : server.dialect;
  dialect = bench_dialect_find (dialect_name);
  if (dialect == NULL)
    {
      fprintf (stderr, "bench-load: no dialect is called %s\n", dialect_name);
      if (option_command != NULL)
        (void) bench_server_end (&server);
      return 2;
    }
  return run (&server, dialect);
}
