/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What an operator and a system administrator do with a server: words on the console
 * and the control socket, signals, configuration, limits, and what systemd expects.
 *
 * It is one piece because all cases start a server in the same way and differ in a few lines of
 * what is done to it.
 */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/lib/test-peer.h"

/* A server with a configuration of its own. */
static TestServer *
start_with (const char *config)
{
  static const char *const options[] = { "--log", "memory", NULL };
  TestFolder *folder = test_folder_new ();

  test_folder_write (folder, "salotto/salottod.conf", config);
  return test_server_start_in (folder, options, NULL);
}

#define expect_answer(server, word, answer)                                                        \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *got = test_server_control (server, word);                                     \
    g_assert_cmpstr (got, ==, answer);                                                             \
  }                                                                                                \
  G_STMT_END

static gboolean
connection_is_refused (guint16 port)
{
  struct sockaddr_in in = { .sin_family = AF_INET,
                            .sin_port = htons (port),
                            .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  gboolean refused = connect (fd, (struct sockaddr *) &in, sizeof in) < 0 && errno == ECONNREFUSED;

  close (fd);
  return refused;
}

/* The console. */

static void
test_stop_and_open (void)
{
  TestServer *server = test_server_start (NULL);
  g_autoptr (TestPeer) ada = test_peer_join (server->port, "Ada");
  g_autoptr (TestPeer) bob = NULL;

  expect_answer (server, "stop", "nobody new comes in; those inside stay\nok\n");
  g_assert_true (connection_is_refused (server->port));
  test_peer_send (ada, "still here\n");
  test_peer_expect_later (ada, ": still here\n");
  expect_answer (server, "stop", "already stopped; “open” lets newcomers in again\nerror\n");
  expect_answer (server, "open", "newcomers come in\nok\n");
  bob = test_peer_join (server->port, "Bob");
  test_peer_send (bob, "me too\n");
  test_peer_expect_later (ada, ": me too\n");
  test_server_finish (server);
}

/* Goodbye and FIN to everybody, named or not; then the end, with status 0.
 *
 * Returns: how long that took. */
static gint64
end_well (TestServer *server, void (*ask) (TestServer *))
{
  g_autoptr (TestPeer) ada = test_peer_join (server->port, "Ada");
  g_autoptr (TestPeer) never_closes = test_peer_join (server->port, "Eva");
  g_autoptr (TestPeer) unnamed = test_peer_connect (server->port);
  gint64 asked_us = 0;

  test_peer_expect (unnamed, TEST_GREETING TEST_NAME_WANTED);
  test_peer_expect_later (ada, "room.\n");
  asked_us = g_get_monotonic_time ();
  ask (server);
  test_peer_expect (ada, TEST_GOODBYE);
  test_peer_expect_end (ada);
  test_peer_close (ada);
  test_peer_expect (unnamed, TEST_GOODBYE);
  test_peer_expect_end (unnamed);
  test_peer_close (unnamed);
  test_peer_expect (never_closes, TEST_GOODBYE);
  test_process_expect_exit (server->process, 0);
  test_server_free (server);
  return g_get_monotonic_time () - asked_us;
}

/* At most one second for who does not close, and what a busy machine adds. */
static void
expect_clean_end (void (*ask) (TestServer *))
{
  for (guint try = 1; end_well (test_server_start (NULL), ask) > 3 * G_USEC_PER_SEC; try++)
    g_assert_cmpuint (try, <, TEST_TRIES);
}

static void
ask_console (TestServer *server)
{
  g_autofree char *answer = test_server_control (server, "close");

  g_assert_cmpstr (answer, ==, "closing\nok\n");
}

static void
ask_sigterm (TestServer *server)
{
  test_process_signal (server->process, SIGTERM);
}

static void
ask_sigint (TestServer *server)
{
  test_process_signal (server->process, SIGINT);
}

static void
test_close (void)
{
  expect_clean_end (ask_console);
}

static void
test_sigterm (void)
{
  expect_clean_end (ask_sigterm);
}

static void
test_sigint (void)
{
  expect_clean_end (ask_sigint);
}

/* What was said before the end is kept and shown before the goodbye. */
static void
test_close_after_a_message (void)
{
  TestServer *server = test_server_start (NULL);
  g_autoptr (TestPeer) ada = test_peer_join (server->port, "Ada");

  test_peer_send (ada, "last words\n");
  test_peer_expect_later (ada, ": last words\n");
  test_process_signal (server->process, SIGTERM);
  test_peer_expect (ada, TEST_GOODBYE);
  test_peer_close (ada);
  test_process_expect_exit (server->process, 0);
  test_server_free (server);
}

static void
test_second_signal (void)
{
  TestServer *server = test_server_start (NULL);
  g_autoptr (TestPeer) ada = test_peer_join (server->port, "Ada");

  test_process_signal (server->process, SIGTERM);
  test_peer_expect (ada, TEST_GOODBYE);
  test_process_signal (server->process, SIGTERM);
  test_process_expect_exit (server->process, 0);
  test_server_free (server);
}

static void
test_looking (void)
{
  TestServer *server = test_server_start (NULL);
  g_autoptr (TestPeer) ada = NULL;
  g_autofree char *who = NULL;
  g_autofree char *where = NULL;
  g_autofree char *help = NULL;
  g_autofree char *stats = NULL;

  expect_answer (server, "who", "nobody is here\nok\n");
  expect_answer (server, "rooms", "nobody is in any room\nok\n");
  ada = test_peer_join (server->port, "Ada");
  who = test_server_control (server, "who");
  where = g_strdup_printf ("127.0.0.1:%u\nok\n", ada->port);
  g_assert_true (g_str_has_prefix (who, "Ada "));
  g_assert_true (g_str_has_suffix (who, where));
  expect_answer (server, "rooms", "lobby                            1\nok\n");
  help = test_server_control (server, "frobnicate");
  g_assert_true (g_str_has_prefix (help, "“frobnicate” is not a word I know; there are:\nstop "));
  g_assert_true (g_str_has_suffix (help, "\nerror\n"));
  stats = test_server_control (server, "stats");
  g_assert_nonnull (strstr (stats, "\nconnections                      1\n"));
  test_server_finish (server);
}

static void
test_say (void)
{
  TestServer *server = test_server_start (NULL);
  g_autoptr (TestPeer) ada = test_peer_join (server->port, "Ada");
  g_autoptr (TestPeer) forger = test_peer_connect (server->port);

  expect_answer (server, "say the room closes at ten", "ok\n");
  test_peer_expect (ada, "> operator('local', 0): the room closes at ten\n");
  expect_answer (server, "say", "usage: say TEXT\nerror\n");
  test_peer_send (forger, "Operator\n");
  test_peer_expect_later (forger, "Hi Operator_2,");
  test_server_finish (server);
}

static void
test_kick (void)
{
  TestServer *server = test_server_start (NULL);
  g_autoptr (TestPeer) ada = test_peer_join (server->port, "Ada");
  g_autoptr (TestPeer) bob = test_peer_join (server->port, "Bob");

  expect_answer (server, "kick Nobody",
                 "nobody here is called Nobody; “who” lists everybody\nerror\n");
  expect_answer (server, "kick ADA be kind", "ok\n");
  test_peer_expect_later (ada, "-- The operator has put you out: be kind\n");
  test_peer_expect_end (ada);
  test_peer_expect_later (bob, "has left this room.\n");
  test_server_finish (server);
}

static void
test_ban (void)
{
  TestServer *server = test_server_start (NULL);
  g_autoptr (TestPeer) ada = test_peer_join (server->port, "Ada");
  g_autoptr (TestPeer) turned_away = NULL;
  g_autoptr (TestPeer) back = NULL;

  expect_answer (server, "ban 127.0.0.1 for ever",
                 "a duration is a number with s, m, h or d, such as 15m\nerror\n");
  expect_answer (server, "ban Ada for 1h", "127.0.0.1 is banned; 1 person was put out\nok\n");
  test_peer_expect_later (ada, "-- The operator has banned you from this server.\n");
  test_peer_expect_end (ada);
  turned_away = test_peer_connect (server->port);
  test_peer_expect (turned_away, "-- The operator has banned you from this server.\n");
  test_peer_expect_end (turned_away);
  expect_answer (server, "unban 10.0.0.1", "no such ban; banned are:\n127.0.0.1\nerror\n");
  expect_answer (server, "unban 127.0.0.1", "ok\n");
  back = test_peer_join (server->port, "Ada");
  expect_answer (server, "ban 127.0.0.0/8 for 1s",
                 "127.0.0.0/8 is banned; 1 person was put out\nok\n");
  for (;;)
    {
      g_autoptr (TestPeer) again = test_peer_connect (server->port);
      g_autofree char *line = test_peer_take_line (again);

      if (g_str_has_prefix (line, "Welcome"))
        break;
      g_usleep (100 * 1000);
    }
  test_server_finish (server);
}

static void
test_ban_survives_a_restart (void)
{
  TestServer *server = test_server_start (NULL);
  g_autoptr (TestPeer) turned_away = NULL;
  TestFolder *folder = server->folder;

  expect_answer (server, "ban 127.0.0.0/8", "127.0.0.0/8 is banned; 0 people were put out\nok\n");
  test_server_stop (server);
  server->folder = NULL;
  test_server_free (server);
  server = test_server_start_in (folder, NULL, NULL);
  turned_away = test_peer_connect (server->port);
  test_peer_expect (turned_away, "-- The operator has banned you from this server.\n");
  test_server_finish (server);
}

static void
test_mute (void)
{
  TestServer *server = test_server_start (NULL);
  g_autoptr (TestPeer) ada = test_peer_join (server->port, "Ada");
  g_autoptr (TestPeer) bob = test_peer_join (server->port, "Bob");

  expect_answer (server, "mute Ada", "ok\n");
  test_peer_send (ada, "buy now\n");
  test_peer_expect_later (ada, "-- Not sent: the operator has muted you.\n");
  expect_answer (server, "unmute Ada", "ok\n");
  test_peer_send (ada, "sorry\n");
  test_peer_expect_later (bob, ": sorry\n");
  test_server_finish (server);
}

/* Without a terminal, words come on standard input with --console; its end is not
 * `close`. */
static void
test_console_on_standard_input (void)
{
  static const char *const options[] = { "--log", "memory", "--console", NULL };
  TestServer *server = test_server_start (options);
  g_autoptr (TestPeer) ada = NULL;

  test_process_write (server->process, "who\nnonsense\n");
  g_assert_true (
      test_process_wait_for_output (server->process, "nobody is here\n", TEST_PATIENCE_MS));
  g_assert_true (
      test_process_wait_for_output (server->process, "is not a word I know", TEST_PATIENCE_MS));
  test_process_end_input (server->process);
  ada = test_peer_join (server->port, "Ada");
  test_server_finish (server);
}

/* A server that is ending lets nobody in any more, who would get no goodbye. */
static void
test_open_while_closing (void)
{
  static const char *const options[] = { "--log", "memory", "--console", NULL };
  TestServer *server = test_server_start (options);
  g_autoptr (TestPeer) ada = test_peer_join (server->port, "Ada");

  test_process_write (server->process, "close\nopen\n");
  g_assert_true (
      test_process_wait_for_output (server->process, "\nthe server is ending\n", TEST_PATIENCE_MS));
  test_peer_expect_later (ada, TEST_GOODBYE);
  test_peer_expect_end (ada);
  g_assert_true (connection_is_refused (server->port));
  test_process_expect_exit (server->process, 0);
  test_server_free (server);
}

/* Waits until a server on a terminal is ready; its port. */
static guint16
terminal_port (TestProcess *process)
{
  g_autofree char *line = NULL;

  do
    {
      g_free (line);
      line = test_process_take_line (process, TEST_PATIENCE_MS);
      g_assert_nonnull (line);
    }
  while (!g_str_has_prefix (line, "listening on "));
  return (guint16) g_ascii_strtoull (strrchr (line, ':') + 1, NULL, 10);
}

/* On a terminal the server shows what happens, and a line being typed is not torn. */
static void
test_terminal (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  const char *const argv[] = { test_program ("SALOTTOD"), "--log", "memory", "--listen",
                               "plain://127.0.0.1:0",     NULL };
  g_autoptr (TestProcess) process = test_process_start_on_terminal (folder, argv, NULL);
  g_autoptr (TestPeer) ada = NULL;
  guint16 port = terminal_port (process);

  g_assert_true (test_process_wait_for_output (process, "Join with: ", TEST_PATIENCE_MS));
  test_process_write (process, "wh");
  ada = test_peer_join (port, "Ada");
  test_peer_send (ada, "ciao\n");
  g_assert_true (
      test_process_wait_for_output (process, "has come into the chat room.\r\n", TEST_PATIENCE_MS));
  g_assert_true (test_process_wait_for_output (process, ": ciao\r\n", TEST_PATIENCE_MS));
  /* The line is put back as it was, and goes on. */
  g_assert_true (test_process_wait_for_output (process, "> wh", TEST_PATIENCE_MS));
  test_process_write (process, "o\r");
  g_assert_true (test_process_wait_for_output (process, "Ada ", TEST_PATIENCE_MS));
  /* And what was typed does not stand in front of the next one. */
  test_process_write (process, "rooms\r");
  g_assert_true (test_process_wait_for_output (process, "lobby ", TEST_PATIENCE_MS));
  g_assert_true (test_process_wait_for_output (process, "1\r\n> ", TEST_PATIENCE_MS));
  test_process_write (process, "close\r");
  test_peer_expect_later (ada, TEST_GOODBYE);
  test_peer_close (ada);
  test_process_expect_exit (process, 0);
}

/* Somebody has stopped the terminal, or it hangs: the room does not, and the operator
 * learns that something is missing. */
static void
test_terminal_that_is_stopped (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  const char *const argv[] = { test_program ("SALOTTOD"), "--log", "memory", "--listen",
                               "plain://127.0.0.1:0",     NULL };
  g_autoptr (TestProcess) process = test_process_start_on_terminal (folder, argv, NULL);
  g_autofree char *text = g_strnfill (1000, 'x');
  g_autofree char *message = g_strconcat (text, "\n", NULL);
  g_autoptr (TestPeer) ada = test_peer_join (terminal_port (process), "Ada");

  for (int i = 0; i < 300; i++) /* more than a terminal holds */
    {
      test_peer_send (ada, message);
      test_peer_expect_later (ada, message);
    }
  g_assert_true (test_process_wait_for_output (process, " left out: ", TEST_PATIENCE_MS));
  test_peer_send (ada, "and now?\n");
  g_assert_true (test_process_wait_for_output (process, ": and now?\r\n", TEST_PATIENCE_MS));
  test_process_signal (process, SIGTERM);
  test_peer_close (ada);
  test_process_expect_exit (process, 0);
}

/* Whoever closes the window ends the server in it, and well. */
static void
test_terminal_that_is_closed (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  const char *const argv[] = { test_program ("SALOTTOD"), "--log", "memory", "--listen",
                               "plain://127.0.0.1:0",     NULL };
  g_autoptr (TestProcess) process = test_process_start_on_terminal (folder, argv, NULL);
  g_autoptr (TestPeer) ada = test_peer_join (terminal_port (process), "Ada");
  int nothing = open ("/dev/null", O_RDONLY | O_CLOEXEC);

  g_assert_true (test_process_wait_for_output (process, "> ", TEST_PATIENCE_MS));
  test_process_end_input (process);
  g_assert_cmpint (dup3 (nothing, process->out, O_CLOEXEC), ==, process->out);
  close (nothing);
  test_peer_expect_later (ada, TEST_GOODBYE);
  test_peer_expect_end (ada);
  test_peer_close (ada);
  test_process_expect_exit (process, 0);
}

/* A script that closes without having read the answers has asked for something all the
 * same. */
static void
test_control_without_reading (void)
{
  TestServer *server = test_server_start (NULL);
  g_autofree char *path = test_folder_file (server->folder, "salotto/control");
  g_autoptr (TestPeer) ada = test_peer_join (server->port, "Ada");
  g_autoptr (TestPeer) caller = NULL;
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpuint (strlen (path), <, sizeof address.sun_path);
  strcpy (address.sun_path, path);
  g_assert_cmpint (connect (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  caller = test_peer_new (fd);
  for (int i = 0; i < 500; i++)
    test_peer_send (caller, "help\n");
  test_peer_send (caller, "say the room closes at ten\n");
  test_peer_close (caller);
  test_peer_expect_later (ada, ": the room closes at ten\n");
  test_server_finish (server);
}

/* A script that says everything first and reads then gets all of its answers, however many they are. */
static void
test_control_reads_last (void)
{
  TestServer *server = test_server_start (NULL);
  g_autofree char *path = test_folder_file (server->folder, "salotto/control");
  g_autoptr (TestPeer) caller = NULL;
  g_autoptr (GString) words = g_string_new (NULL);
  g_autoptr (GString) answers = g_string_new (NULL);
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  gsize answered = 0;

  g_assert_cmpuint (strlen (path), <, sizeof address.sun_path);
  strcpy (address.sun_path, path);
  g_assert_cmpint (connect (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  caller = test_peer_new (fd);
  for (int i = 0; i < 2000; i++)
    g_string_append (words, "help\n");
  test_peer_send (caller, words->str);
  test_peer_half_close (caller);
  while (!caller->ended)
    g_assert_true (test_peer_read (caller, TEST_PATIENCE_MS) || caller->ended);
  g_string_append_len (answers, (const char *) caller->received->data, caller->received->len);
  for (const char *at = answers->str; (at = strstr (at, "\nok\n")) != NULL; at++)
    answered++;
  g_assert_cmpuint (answers->len, >, 2 * 1024 * 1024);
  g_assert_cmpuint (answered, ==, 2000);
  test_server_finish (server);
}

static void
test_control_socket_is_private (void)
{
  TestServer *server = test_server_start (NULL);
  g_autofree char *path = test_folder_file (server->folder, "salotto/control");
  g_autofree char *folder = g_path_get_dirname (path);
  struct stat info;

  g_assert_cmpint (stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
  g_assert_cmpint (stat (folder, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0700);
  test_server_finish (server);
}

/* Starting. */

static char *
run_to_end (TestFolder *folder, const char *const *argv, int status)
{
  g_autoptr (TestProcess) process = test_process_start (folder, argv, NULL);

  test_process_expect_exit (process, status);
  return test_process_get_errors (process);
}

static void
test_port_in_use (void)
{
  TestServer *server = test_server_start (NULL);
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autofree char *uri = g_strdup_printf ("plain://127.0.0.1:%u", server->port);
  const char *const argv[] = {
    test_program ("SALOTTOD"), "--log", "memory", "--listen", uri, NULL
  };
  g_autofree char *errors = run_to_end (folder, argv, 3);

  g_assert_nonnull (strstr (errors, "Address already in use (is another server running there?)"));
  test_server_finish (server);
}

static void
test_usage_errors (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  static const struct
  {
    const char *option;
    const char *value;
    const char *says;
  } rows[] = {
    { "--listen", "http://:80", "the scheme must be one of" },
    { "--listen", "plain://:99999", "plain://:99999" },
    { "--listen", "plain://:0?colour=red", "“colour” has no meaning here" },
    { "--listen", "plain://:0/tea", "?room=tea" },
    { "--log", "disk", "memory, sqlite:FILE" },
    { "--backlog", "70000", "a number from 1 to 65535" },
    { "--backlog", "0", "a number from 1 to 65535" },
    { "--backlog", "many", "a number from 1 to 65535" },
    { "--workers", "0", "a number from 1 to 64" },
    { "--config", "/nonexistent/file", "/nonexistent/file" },
    { "--frobnicate", "x", "--frobnicate" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const char *const argv[] = { test_program ("SALOTTOD"), rows[i].option, rows[i].value, NULL };
      g_autofree char *errors = run_to_end (folder, argv, 2);

      if (strstr (errors, rows[i].says) == NULL)
        g_error ("%s %s says “%s”, without “%s”", rows[i].option, rows[i].value, errors,
                 rows[i].says);
    }
}

static void
test_check_config (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  const char *const argv[] = { test_program ("SALOTTOD"), "--check-config", NULL };
  g_autofree char *good = NULL;
  g_autofree char *bad_key = NULL;
  g_autofree char *bad_value = NULL;

  test_folder_write (folder, "salotto/salottod.conf", "[server]\nlanguage = it\n");
  good = run_to_end (folder, argv, 0);
  test_folder_write (folder, "salotto/salottod.conf", "[server]\nlangage = it\n");
  bad_key = run_to_end (folder, argv, 2);
  g_assert_nonnull (strstr (bad_key, "salottod.conf: unknown key “langage” in group [server]"));
  test_folder_write (folder, "salotto/salottod.conf", "[limits]\nlogin-seconds = soon\n");
  bad_value = run_to_end (folder, argv, 2);
  g_assert_nonnull (strstr (bad_value, "salottod.conf: [limits] login-seconds: “soon” is not "
                                       "allowed; allowed: a number from 1 to 86400"));
}

static void
test_second_server_on_one_log (void)
{
  static const char *const options[] = { NULL };
  TestServer *server = test_server_start (options);
  const char *const argv[] = { test_program ("SALOTTOD"), "--listen", "plain://127.0.0.1:0", NULL };
  g_autofree char *errors = run_to_end (server->folder, argv, 1);

  g_assert_nonnull (strstr (errors, "rooms.db is in use by another server"));
  test_server_finish (server);
}

static void
test_listeners (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autofree char *path = test_folder_file (folder, "s");
  g_autofree char *uri = g_strconcat ("unix://", path, "?room=den", NULL);
  const char *const argv[] = { test_program ("SALOTTOD"),         "--log",    "memory", "--listen",
                               "plain://[::1]:0?room=tea",        "--listen", uri,      "--listen",
                               "plain://[::]:0?addresses=hidden", NULL };
  g_autoptr (TestProcess) process = test_process_start (folder, argv, NULL);
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  guint16 ports[3] = { 0 };
  g_autoptr (TestPeer) six = NULL;
  g_autoptr (TestPeer) local = NULL;
  g_autoptr (TestPeer) hidden = NULL;
  g_autoptr (TestPeer) same = NULL;
  g_autofree char *said = NULL;
  g_autofree char *said_again = NULL;
  int fd = -1;

  if (!test_has_ipv6 ())
    {
      g_test_skip (TEST_NO_IPV6);
      return;
    }
  for (guint i = 0; i < 3; i++)
    {
      static const char *const starts[] = { "listening on [::1]:", "listening on unix:///",
                                            "listening on [::]:" };
      g_autofree char *line = test_process_take_line (process, TEST_PATIENCE_MS);

      g_assert_true (g_str_has_prefix (line, starts[i]));
      g_assert_true (g_str_has_suffix (line, " (plain)"));
      ports[i] = (guint16) g_ascii_strtoull (strrchr (line, ':') + 1, NULL, 10);
    }

  six = test_peer_connect_to ("::1", ports[0]);
  test_peer_send (six, "Sei\nciao\n/who\n");
  said = g_strdup_printf ("> Sei('::1', %u): ciao\n-- In tea (1): Sei\n", six->port);
  test_peer_expect_later (six, said);

  strcpy (address.sun_path, path);
  fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (connect (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  local = test_peer_new (fd);
  test_peer_send (local, "Lia\nciao\n/who\n");
  test_peer_expect_later (local, "> Lia('local', 0): ciao\n-- In den (1): Lia\n");

  /* A cloak is stable for one address and says nothing about it. */
  hidden = test_peer_connect_to ("127.0.0.1", ports[2]);
  test_peer_send (hidden, "Ugo\nciao\n");
  test_peer_expect_later (hidden, "> Ugo('");
  g_free (said);
  said = test_peer_take_line (hidden);
  g_assert_true (g_regex_match_simple ("^[a-z0-9]{6}', 0\\): ciao$", said, 0, 0));
  same = test_peer_connect_to ("127.0.0.1", ports[2]);
  test_peer_send (same, "Pia\nciao\n");
  test_peer_expect_later (same, "> Pia('");
  said_again = test_peer_take_line (same);
  g_assert_cmpstr (said, ==, said_again);

  test_process_signal (process, SIGTERM);
  test_peer_close (six);
  test_peer_close (local);
  test_peer_close (hidden);
  test_peer_close (same);
  test_process_expect_exit (process, 0);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
test_italian (void)
{
  TestServer *server = start_with ("[server]\nlanguage = it\n");
  g_autoptr (TestPeer) ada = test_peer_connect (server->port);
  g_autoptr (TestPeer) bob = NULL;

  test_peer_expect (ada, "Welcome - Benvenuto!!\nInserisci ora il tuo nome...\n");
  test_peer_send (ada, "Ada\n");
  test_peer_expect (ada, "Ciao Ada, benvenuto nella chatroom! Digita 'quit' oppure 'exit'\n"
                         "Inizia pure a scrivere i messaggi\n");
  bob = test_peer_connect (server->port);
  test_peer_send (bob, "Bob\nquit\n");
  test_peer_expect_later (bob, "Arrivederci e a presto..\n");
  test_peer_expect_later (ada, " si e' unito/a alla chat room\n");
  test_peer_expect_later (ada, " ha lasciato la chat\n");
  test_server_finish (server);
}

/* S4: as in the captures, byte by byte. */
static void
test_exact (void)
{
  TestServer *server = start_with ("[server]\nexact = yes\n");
  g_autoptr (TestPeer) raw = test_peer_connect (server->port);
  g_autoptr (TestPeer) ada = test_peer_join (server->port, "Ada");
  g_autofree char *expected = NULL;
  g_autofree char *both = NULL;

  test_peer_send (raw, "Raw");
  test_peer_expect_later (raw, TEST_HINT);
  test_peer_expect_later (ada, "room.\n");
  test_peer_send (ada, "17 bytes of text.\n");
  expected = g_strdup_printf ("> Ada%s: 17 bytes of text.", ada->address);
  test_peer_expect (raw, expected);
  test_peer_expect_nothing (raw, 100);
  test_peer_send (ada, "uno\ndue\n");
  both = g_strdup_printf ("> Ada%s: uno\n> Ada%s: due", ada->address, ada->address);
  test_peer_expect (raw, both);
  test_peer_expect_nothing (raw, 100);
  test_server_finish (server);
}

/* Limits: each refusal says which one it was. */

static void
test_limit_of_connections (void)
{
  TestServer *server = start_with ("[limits]\nconnections = 2\n");
  g_autoptr (TestPeer) one G_GNUC_UNUSED = test_peer_join (server->port, "One");
  g_autoptr (TestPeer) two G_GNUC_UNUSED = test_peer_join (server->port, "Two");
  g_autoptr (TestPeer) three = test_peer_connect (server->port);
  g_autofree char *stats = NULL;

  test_peer_expect (three, "-- Not accepted: the limit connections is 2 here.\n");
  test_peer_expect_end (three);
  stats = test_server_control (server, "stats");
  g_assert_nonnull (strstr (stats, "\nlimit-connections                1\n"));
  test_server_finish (server);
}

static void
test_limit_per_address (void)
{
  TestServer *server = start_with ("[limits]\nconnections-per-address = 1\n");
  g_autoptr (TestPeer) one = test_peer_join (server->port, "One");
  g_autoptr (TestPeer) two = test_peer_connect (server->port);

  test_peer_expect (two, "-- Not accepted: the limit connections-per-address is 1 here.\n");
  test_peer_expect_end (two);
  test_peer_close (two);
  test_peer_send (one, "quit\n");
  test_peer_expect_later (one, TEST_GOODBYE);
  test_peer_close (one);
  for (;;) /* as soon as the place is free */
    {
      g_autoptr (TestPeer) again = test_peer_connect (server->port);
      g_autofree char *line = test_peer_take_line (again);

      if (g_str_has_prefix (line, "Welcome"))
        break;
    }
  test_server_finish (server);
}

/* Reads whole lines until this one. Returns whether it came before the end. */
static gboolean
reads_line (TestPeer *peer, const char *wanted)
{
  for (;;)
    {
      g_autofree char *line = test_peer_take_line (peer);

      if (line == NULL || g_str_equal (line, wanted))
        return line != NULL;
    }
}

/* Somebody who has said their name within a second; who was stopped meanwhile tries again. */
static TestPeer *
come_in_time (guint16 port)
{
  g_autofree char *hint = g_strchomp (g_strdup (TEST_HINT));

  for (guint try = 0; try < TEST_TRIES; try++)
    {
      TestPeer *peer = test_peer_connect (port);

      test_peer_send (peer, "Ada\n");
      if (reads_line (peer, hint))
        return peer;
      test_peer_free (peer);
    }
  g_assert_not_reached ();
}

static void
test_limit_of_login_time (void)
{
  TestServer *server = start_with ("[limits]\nlogin-seconds = 1\n");
  g_autoptr (TestPeer) silent = test_peer_connect (server->port);
  g_autoptr (TestPeer) named = come_in_time (server->port);

  test_peer_expect (silent, TEST_GREETING TEST_NAME_WANTED
                    "-- Not accepted: the limit login-seconds is 1 here.\n");
  test_peer_expect_end (silent);
  test_peer_send (named, "still here\n");
  test_peer_expect_later (named, ": still here\n");
  test_server_finish (server);
}

static void
test_limit_of_messages (void)
{
  TestServer *server = start_with ("[limits]\nmessages-per-second = 1\nmessage-burst = 2\n");
  g_autoptr (TestPeer) ada = test_peer_join (server->port, "Ada");

  test_peer_send (ada, "one\ntwo\nthree\n");
  test_peer_expect_later (ada, ": two\n");
  test_peer_expect (ada, "-- Not accepted: the limit messages-per-second is 1 here.\n");
  test_peer_expect_nothing (ada, 100);
  test_server_finish (server);
}

static void
test_limit_of_bytes (void)
{
  TestServer *server = start_with ("[limits]\nunit-bytes = 300\n");
  g_autoptr (TestPeer) ada = test_peer_join (server->port, "Ada");
  g_autofree char *text = g_strnfill (301, 'x');
  g_autofree char *line = g_strconcat (text, "\n", NULL);
  g_autofree char *first =
      g_strdup_printf ("> Ada%s: %.300s\n> Ada%s: x\n", ada->address, text, ada->address);

  test_peer_send (ada, line);
  test_peer_expect (ada, first);
  test_server_finish (server);
}

/* Empty lines are no messages, and cost the server time all the same. Who sends too many
 * is not refused anything, but has to wait. */
static void
test_limit_of_bytes_per_second (void)
{
  TestServer *server = start_with ("[limits]\nbytes-per-second = 10000\n");
  g_autoptr (TestPeer) flood = test_peer_join (server->port, "Flood");
  g_autofree char *lines = g_strnfill (60 * 1000, '\n');
  g_autofree char *stats = NULL;
  gint64 sent_us = g_get_monotonic_time ();

  test_peer_send (flood, lines);
  test_peer_send (flood, "over\n");
  test_peer_expect_later (flood, ": over\n");
  /* 40,000 at once, 10,000 a second, and the last ones in one read of 16,384 at the most. */
  g_assert_cmpint (g_get_monotonic_time () - sent_us, >=, 350 * G_TIME_SPAN_MILLISECOND);
  stats = test_server_control (server, "stats");
  g_assert_nonnull (strstr (stats, "\nlimit-bytes-per-second "));
  g_assert_null (strstr (stats, "\nlimit-bytes-per-second           0\n"));
  test_server_finish (server);
}

/* ... and nobody else has to. This flood takes more than a minute, of which a third is enough. */
static void
test_limit_of_bytes_of_others (void)
{
  TestServer *server = start_with ("[limits]\nbytes-per-second = 1000\n");
  g_autoptr (TestPeer) flood = test_peer_join (server->port, "Flood");
  g_autoptr (TestPeer) ada = test_peer_join (server->port, "Ada");
  g_autofree char *lines = g_strnfill (80 * 1000, '\n');
  gint64 until_us = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;

  test_peer_send (flood, lines);
  test_peer_send (flood, "over\n");
  for (guint i = 0; i < 100 && (i == 0 || g_get_monotonic_time () < until_us); i++)
    {
      test_peer_send (ada, "meanwhile\n");
      test_peer_expect_later (ada, ": meanwhile\n");
    }
  test_peer_expect_later (flood, "> Ada");
  g_assert_null (memmem (flood->received->data, flood->received->len, "over", strlen ("over")));
  g_assert_null (memmem (ada->received->data, ada->received->len, "over", strlen ("over")));
  test_peer_reset (flood);
  test_server_finish (server);
}

static TestServer *
start_with_descriptors (guint descriptors)
{
  TestFolder *folder = test_folder_new ();
  g_autofree char *command =
      g_strdup_printf ("ulimit -n %u; exec %s --log memory --listen plain://127.0.0.1:0",
                       descriptors, test_program ("SALOTTOD"));
  const char *const argv[] = { "sh", "-c", command, NULL };

  return test_server_start_process (folder, test_process_start (folder, argv, NULL));
}

/* Running out of descriptors: who is inside stays undisturbed, newcomers are told, the
 * server does not spin, and lets people in again when there is room. */
static void
test_out_of_descriptors (void)
{
  TestServer *server = start_with_descriptors (60);
  g_autoptr (TestPeer) ada = test_peer_join (server->port, "Ada");
  g_autoptr (GPtrArray) peers = g_ptr_array_new_with_free_func ((GDestroyNotify) test_peer_free);
  gboolean refused = FALSE;

  for (guint i = 0; i < 100 && !refused; i++)
    {
      TestPeer *peer = test_peer_connect (server->port);
      g_autofree char *line = test_peer_take_line (peer);

      g_ptr_array_add (peers, peer);
      refused = g_str_has_prefix (line, "-- Not accepted: the limit connections is ");
    }
  g_assert_true (refused);
  test_peer_send (ada, "still here\n");
  test_peer_expect_later (ada, ": still here\n");
  g_ptr_array_set_size (peers, 0);
  for (;;)
    {
      g_autoptr (TestPeer) again = test_peer_connect (server->port);
      g_autofree char *line = test_peer_take_line (again);

      if (line != NULL && g_str_has_prefix (line, "Welcome"))
        break;
    }
  test_server_finish (server);
}

static gint64
cpu_us (const TestServer *server)
{
  clockid_t clock = 0;
  struct timespec used;

  g_assert_cmpint (clock_getcpuclockid (server->process->pid, &clock), ==, 0);
  g_assert_cmpint (clock_gettime (clock, &used), ==, 0);
  return used.tv_sec * G_USEC_PER_SEC + used.tv_nsec / 1000;
}

/* The operator calls while there is no descriptor for that: the server waits for one,
 * which is not to try without end, and then answers. */
static void
test_operator_out_of_descriptors (void)
{
  TestServer *server = start_with_descriptors (60);
  g_autofree char *path = test_folder_file (server->folder, "salotto/control");
  g_autoptr (GPtrArray) peers = g_ptr_array_new_with_free_func ((GDestroyNotify) test_peer_free);
  g_autoptr (TestPeer) caller = NULL;
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  gint64 before_us = 0;

  for (gboolean refused = FALSE; !refused;)
    {
      TestPeer *peer = test_peer_connect (server->port);
      g_autofree char *line = test_peer_take_line (peer);

      g_ptr_array_add (peers, peer);
      refused = g_str_has_prefix (line, "-- Not accepted: the limit connections is ");
    }
  g_assert_cmpuint (strlen (path), <, sizeof address.sun_path);
  strcpy (address.sun_path, path);
  g_assert_cmpint (connect (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  caller = test_peer_new (fd);
  test_peer_send (caller, "log\n");
  before_us = cpu_us (server);
  test_peer_expect_nothing (caller, 400);
  g_assert_cmpint (cpu_us (server) - before_us, <, 200 * G_TIME_SPAN_MILLISECOND);
  g_ptr_array_set_size (peers, 0);
  test_peer_expect_later (caller, "ok\n");
  test_server_finish (server);
}

/* Newcomers who are told that there is no room, and stay, do not take the descriptors
 * that the operator and the log need. */
static void
test_descriptors_are_kept_back (void)
{
  TestServer *server = start_with_descriptors (160);
  g_autoptr (GPtrArray) peers = g_ptr_array_new_with_free_func ((GDestroyNotify) test_peer_free);
  g_autofree char *stats = NULL;
  const char *at = NULL;

  for (guint i = 0; i < 200; i++)
    {
      TestPeer *peer = test_peer_connect (server->port);
      g_autofree char *line = test_peer_take_line (peer);

      g_ptr_array_add (peers, peer);
      g_assert_true (line != NULL && g_str_has_prefix (line, i < 96 ? "Welcome" : "-- Not acc"));
    }
  stats = test_server_control (server, "stats");
  at = strstr (stats, "\nconnections ");
  g_assert_nonnull (at);
  g_assert_cmpuint (g_ascii_strtoull (at + strlen ("\nconnections "), NULL, 10), <=, 96 + 32);
  test_server_finish (server);
}

/* Reloading. */

static void
test_reload (void)
{
  TestServer *server = start_with ("[server]\nlanguage = en\n");
  g_autoptr (TestPeer) before = test_peer_join (server->port, "Ada");
  g_autoptr (TestPeer) after = NULL;
  g_autoptr (TestPeer) still = NULL;

  test_folder_write (server->folder, "salotto/salottod.conf", "[server]\nlanguage = it\n");
  expect_answer (server, "reload", "reloaded\nok\n");
  after = test_peer_connect (server->port);
  test_peer_expect (after, "Welcome - Benvenuto!!\n");
  test_peer_send (before, "still here\n");
  test_peer_expect_later (before, ": still here\n");

  /* An error changes nothing. */
  test_folder_write (server->folder, "salotto/salottod.conf", "[server]\nlanguage = xx\n");
  test_process_signal (server->process, SIGHUP);
  g_assert_true (
      test_process_wait_for_errors (server->process, "nothing was changed: ", TEST_PATIENCE_MS));
  still = test_peer_connect (server->port);
  test_peer_expect (still, "Welcome - Benvenuto!!\n");
  test_server_finish (server);
}

/* systemd. */

static void
test_socket_activation (void)
{
  TestFolder *folder = test_folder_new ();
  struct sockaddr_in any = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t len = sizeof any;
  g_autofree char *command = g_strdup_printf ("LISTEN_PID=$$ LISTEN_FDS=1 exec %s --log memory",
                                              test_program ("SALOTTOD"));
  const char *const argv[] = { "sh", "-c", command, NULL };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  TestServer *server = NULL;
  g_autoptr (TestPeer) ada = NULL;
  g_autoptr (TestPeer) late = NULL;

  g_assert_cmpint (bind (fd, (struct sockaddr *) &any, sizeof any), ==, 0);
  g_assert_cmpint (listen (fd, 16), ==, 0);
  g_assert_cmpint (getsockname (fd, (struct sockaddr *) &any, &len), ==, 0);
  server = test_server_start_process (folder, test_process_start_with_fd (folder, argv, NULL, fd));
  close (fd);
  g_assert_cmpuint (server->port, ==, ntohs (any.sin_port));
  ada = test_peer_join (server->port, "Ada");

  /* An inherited socket cannot be closed: newcomers are told. */
  expect_answer (server, "stop", "nobody new comes in; those inside stay\nok\n");
  late = test_peer_connect (server->port);
  test_peer_expect (late, "-- This server takes nobody new now.\n");
  test_peer_expect_end (late);
  expect_answer (server, "open", "newcomers come in\nok\n");
  test_server_finish (server);
}

static void
expect_notice (int fd, const char *wanted)
{
  for (;;)
    {
      struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
      char notice[512] = "";

      if (poll (&poll_fd, 1, TEST_PATIENCE_MS) <= 0 || recv (fd, notice, sizeof notice - 1, 0) <= 0)
        g_error ("the notice %s did not come", wanted);
      if (strstr (notice, wanted) != NULL)
        return;
    }
}

static void
test_notify (void)
{
  static const char *const options[] = { "--log", "memory", "--name", "aula", NULL };
  TestFolder *folder = test_folder_new ();
  g_autofree char *path = test_folder_file (folder, "notify");
  g_autofree char *variable = g_strconcat ("NOTIFY_SOCKET=", path, NULL);
  const char *const env[] = { variable, "WATCHDOG_USEC=200000", NULL };
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  TestServer *server = NULL;

  strcpy (address.sun_path, path);
  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  server = test_server_start_in (folder, options, env);
  expect_notice (fd, "READY=1\nSTATUS=aula listens on 127.0.0.1:");
  expect_notice (fd, "WATCHDOG=1");
  test_process_signal (server->process, SIGHUP);
  expect_notice (fd, "RELOADING=1");
  expect_notice (fd, "READY=1");
  test_process_signal (server->process, SIGTERM);
  expect_notice (fd, "STOPPING=1");
  test_process_expect_exit (server->process, 0);
  test_server_free (server);
  close (fd);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/admin/stop-keeps-who-is-inside-and-open-undoes-it", test_stop_and_open);
  g_test_add_func ("/net/admin/open-while-closing-is-refused", test_open_while_closing);
  g_test_add_func ("/net/admin/close-says-goodbye-to-all", test_close);
  g_test_add_func ("/net/admin/sigterm-says-goodbye-to-all", test_sigterm);
  g_test_add_func ("/net/admin/sigint-says-goodbye-to-all", test_sigint);
  g_test_add_func ("/net/admin/last-words-come-before-the-goodbye", test_close_after_a_message);
  g_test_add_func ("/net/admin/second-signal-ends-at-once", test_second_signal);
  g_test_add_func ("/net/admin/looking-around", test_looking);
  g_test_add_func ("/net/admin/say-speaks-under-a-name-nobody-gets", test_say);
  g_test_add_func ("/net/admin/kick", test_kick);
  g_test_add_func ("/net/admin/ban-and-unban", test_ban);
  g_test_add_func ("/net/admin/ban-survives-a-restart", test_ban_survives_a_restart);
  g_test_add_func ("/net/admin/mute", test_mute);
  g_test_add_func ("/net/admin/console-on-standard-input", test_console_on_standard_input);
  g_test_add_func ("/net/admin/terminal-shows-what-happens", test_terminal);
  g_test_add_func ("/net/admin/stopped-terminal-stops-no-room", test_terminal_that_is_stopped);
  g_test_add_func ("/net/admin/closed-terminal-ends-the-server", test_terminal_that_is_closed);
  g_test_add_func ("/net/admin/control-counts-without-reading", test_control_without_reading);
  g_test_add_func ("/net/admin/control-answers-who-reads-last", test_control_reads_last);
  g_test_add_func ("/net/admin/control-socket-is-private", test_control_socket_is_private);
  g_test_add_func ("/net/start/port-in-use", test_port_in_use);
  g_test_add_func ("/net/start/usage-errors-name-what-is-wrong", test_usage_errors);
  g_test_add_func ("/net/start/check-config", test_check_config);
  g_test_add_func ("/net/start/one-server-one-log", test_second_server_on_one_log);
  g_test_add_func ("/net/start/listeners", test_listeners);
  g_test_add_func ("/net/start/italian", test_italian);
  g_test_add_func ("/net/start/exact", test_exact);
  g_test_add_func ("/net/limits/connections", test_limit_of_connections);
  g_test_add_func ("/net/limits/connections-per-address", test_limit_per_address);
  g_test_add_func ("/net/limits/login-seconds", test_limit_of_login_time);
  g_test_add_func ("/net/limits/messages-per-second", test_limit_of_messages);
  g_test_add_func ("/net/limits/unit-bytes", test_limit_of_bytes);
  g_test_add_func ("/net/limits/bytes-per-second", test_limit_of_bytes_per_second);
  g_test_add_func ("/net/limits/bytes-per-second-hold-nobody-else", test_limit_of_bytes_of_others);
  g_test_add_func ("/net/limits/out-of-descriptors", test_out_of_descriptors);
  g_test_add_func ("/net/limits/operator-out-of-descriptors", test_operator_out_of_descriptors);
  g_test_add_func ("/net/limits/descriptors-are-kept-back", test_descriptors_are_kept_back);
  g_test_add_func ("/net/reload/keeps-connections-and-errors-change-nothing", test_reload);
  g_test_add_func ("/net/systemd/socket-activation", test_socket_activation);
  g_test_add_func ("/net/systemd/notify-and-watchdog", test_notify);
  return g_test_run ();
}
