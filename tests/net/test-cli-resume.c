/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * salotto-cli when the connection breaks: it comes back by itself where a person sits, or is asked to;
 * with what was said meanwhile, and with what was on its way, once. And the passwords that it
 * needs for that, in the keyring.
 */
#include "config.h"

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "tests/lib/test-foreign.h"
#include "tests/lib/test-irc.h"
#include "tests/lib/test-pace.h"

/* A salottod with its log, which comes back at the same port. */
typedef struct
{
  TestServer *server; /* (owned) (nullable): none while it is dead */
  TestFolder *folder; /* (owned) (nullable): the dead one's */
  guint16 port;
  TestFolder *home;     /* (owned): of the clients */
  char *keyring_env[8]; /* (owned) */
} Place;

static void
start (Place *place)
{
  TestFolder *folder =
      place->folder != NULL ? g_steal_pointer (&place->folder) : test_folder_new ();

  test_folder_write (folder, "salotto/salottod.conf",
                     "[accounts]\npasswords = loopback\niterations = 4096\n");
  place->server = test_server_start_with_log (folder, place->port);
  place->port = place->server->port;
}

static void
kill_server (Place *place)
{
  place->folder = test_server_kill (place->server);
  g_clear_pointer (&place->server, test_server_free);
}

static void
set_up (Place *place, gconstpointer data)
{
  g_autofree char *keyring = NULL;

  place->home = test_folder_new ();
  keyring = test_folder_file (place->home, "keyring");
  place->keyring_env[0] = g_strdup ("SECRET_BACKEND=file");
  place->keyring_env[1] = g_strconcat ("SECRET_FILE_TEST_PATH=", keyring, NULL);
  place->keyring_env[2] = g_strdup ("SECRET_FILE_TEST_PASSWORD=test");
  place->keyring_env[3] = g_strdup ("NO_COLOR=1");
  place->keyring_env[4] = g_strdup ("COLUMNS=200");
  start (place);
}

static void
tear_down (Place *place, gconstpointer data)
{
  if (place->server != NULL)
    test_server_stop (place->server);
  test_server_free (place->server);
  test_folder_free (place->folder);
  test_folder_free (place->home);
  for (gsize i = 0; place->keyring_env[i] != NULL; i++)
    g_free (place->keyring_env[i]);
}

typedef TestProcess *(*Start) (const TestFolder *folder,
                               const char *const *argv,
                               const char *const *extra_env);

/* %URI stands for the server. */
static TestProcess *
start_cli (Place *place, Start starter, const char *const *words)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_add (argv, g_strdup (test_program ("SALOTTO_CLI")));
  for (gsize i = 0; words[i] != NULL; i++)
    g_ptr_array_add (argv, g_str_equal (words[i], "%URI")
                               ? g_strdup_printf ("plain://127.0.0.1:%u/tea", place->port)
                               : g_strdup (words[i]));
  g_ptr_array_add (argv, NULL);
  return starter (place->home, (const char *const *) argv->pdata,
                  (const char *const *) place->keyring_env);
}

#define TYPED(place, ...)                                                                          \
  start_cli (place, test_process_start_on_terminal, (const char *const[]){ __VA_ARGS__, NULL })
#define PIPED(place, ...)                                                                          \
  start_cli (place, test_process_start, (const char *const[]){ __VA_ARGS__, NULL })

/* Returns: (transfer full): what people have said, one a line, as the log has it. */
static char *
read_log (Place *place)
{
  const TestFolder *folder = place->server != NULL ? place->server->folder : place->folder;
  g_autofree char *path = test_folder_file (folder, "rooms.db");
  GString *text = g_string_new (NULL);
  sqlite3_stmt *select = NULL;
  sqlite3 *db = NULL;

  g_assert_cmpint (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READONLY, NULL), ==, SQLITE_OK);
  g_assert_cmpint (
      sqlite3_prepare_v2 (db, "SELECT text FROM entry WHERE text LIKE 'line %' ORDER BY seq", -1,
                          &select, NULL),
      ==, SQLITE_OK);
  while (sqlite3_step (select) == SQLITE_ROW)
    g_string_append_printf (text, "%s\n", (const char *) sqlite3_column_text (select, 0));
  sqlite3_finalize (select);
  sqlite3_close (db);
  return g_string_free (text, FALSE);
}

static TestPeer *
join_tea (Place *place, const char *name)
{
  TestPeer *peer = test_peer_join (place->port, name);

  test_peer_send (peer, "/join tea\n");
  test_peer_expect_later (peer, "-- You are in tea now.\n");
  return peer;
}

/* A person at a terminal. */
static void
test_terminal (Place *place, gconstpointer data)
{
  g_autoptr (TestProcess) cli = TYPED (place, "%URI", "--name", "Ada");
  g_autoptr (TestPeer) w = NULL;
  g_autofree char *log = NULL;

  test_expect_output (cli, "#tea> ");
  test_process_write (cli, "line 1\r");
  test_expect_output (cli, " Ada: line 1\r\n");
  kill_server (place);
  test_expect_output (cli, "trying again in 1 second");
  test_expect_output (cli, "... ");
  test_process_write (cli, "line 3\r");
  start (place);
  w = join_tea (place, "W");
  test_peer_send (w, "line 2\n");
  /* One way or the other, as past or as present. */
  test_expect_output (cli, "line 2\r\n");
  test_expect_output (cli, " Ada: line 3\r\n");
  test_peer_expect_later (w, ": line 3\n");
  test_process_write (cli, "\x04");
  test_process_expect_exit (cli, 0);
  log = read_log (place);
  g_assert_nonnull (strstr (log, "line 1\n"));
  g_assert_nonnull (strstr (log, "line 2\n"));
  g_assert_nonnull (strstr (log, "line 3\n"));
}

/* A server that has lost what it had says so by not knowing it: nobody can tell what was said meanwhile. */
static void
test_lost (Place *place, gconstpointer data)
{
  static const char *const files[] = { "rooms.db", "rooms.db-wal", "rooms.db-shm" };
  g_autoptr (TestProcess) cli = TYPED (place, "%URI", "--name", "Ada");

  test_expect_output (cli, "#tea> ");
  test_process_write (cli, "line 1\r");
  test_expect_output (cli, " Ada: line 1\r\n");
  kill_server (place);
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = test_folder_file (place->folder, files[i]);

      (void) g_unlink (path);
    }
  start (place);
  test_expect_output (cli, "#tea: something may be missing");
  test_process_write (cli, "\x04");
  test_process_expect_exit (cli, 0);
}

/* What was on its way under a name that somebody else has by now is not waited for. */
static void
test_name_taken (Place *place, gconstpointer data)
{
  g_autoptr (TestPeer) first G_GNUC_UNUSED = test_irc_come (place->port, "Ada", "");
  g_autoptr (TestProcess) cli = TYPED (place, "%URI", "--name", "Ada");
  g_autoptr (TestPeer) other = NULL;
  gint64 since_us = 0;

  test_expect_output (cli, "#tea> ");
  test_process_write (cli, "line 1\r");
  test_expect_output (cli, " Ada_2: line 1\r\n");
  test_process_signal (place->server->process, SIGSTOP);
  test_process_write (cli, "line 2\r");
  test_process_signal (cli, SIGWINCH); /* it has been read when the prompt comes again */
  test_expect_output (cli, "#tea> ");
  test_process_signal (cli, SIGSTOP);
  kill_server (place);
  start (place);
  other = test_irc_come (place->port, "Ada_2", "");
  test_process_signal (cli, SIGCONT);
  since_us = g_get_monotonic_time ();
  test_expect_output (cli, "it may have been read or not: line 2");
  test_process_write (cli, "line 3\r");
  test_expect_output (cli, " Ada: line 3\r\n");
  g_assert_cmpint (g_get_monotonic_time () - since_us, <, 30 * G_TIME_SPAN_SECOND);
  test_process_write (cli, "\x04");
  test_process_expect_exit (cli, 1);
}

/* Who is called otherwise now comes back under that name, and is heard at once. */
static void
test_renamed (Place *place, gconstpointer data)
{
  g_autoptr (TestProcess) cli = TYPED (place, "%URI", "--name", "Ada");

  test_expect_output (cli, "#tea> ");
  test_process_write (cli, "/nick Eva\r");
  test_expect_output (cli, "Ada is called Eva from now on.");
  kill_server (place);
  test_expect_output (cli, "... ");
  test_process_write (cli, "line 1\r");
  start (place);
  test_expect_output (cli, " Eva: line 1\r\n");
  test_process_write (cli, "\x04");
  test_process_expect_exit (cli, 0);
}

/* Whatever the server was doing when it died, each line is in the log once, in order. */
static void
test_pipe (Place *place, gconstpointer data)
{
  enum
  {
    LINES = 400,
    KILLS = 3
  };
  g_autoptr (TestProcess) cli = PIPED (place, "chat", "--reconnect", "%URI", "--name", "Ada");
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autofree char *log = NULL;

  for (guint i = 0; i < LINES; i++)
    g_string_append_printf (lines, "line %u\n", i);
  for (guint k = 0; k < KILLS; k++)
    {
      g_autofree char *last = g_strdup_printf ("line %u\n", (k + 1) * LINES / (KILLS + 1));
      const char *until = strstr (lines->str, last);
      g_autofree char *part = NULL;
      const char *from = lines->str;

      if (k > 0)
        {
          g_autofree char *first = g_strdup_printf ("line %u\n", k * LINES / (KILLS + 1));

          from = strstr (lines->str, first);
        }
      part = g_strndup (from, (gsize) (until - from));
      test_process_write (cli, part);
      test_expect_output (cli, ": line ");
      kill_server (place);
      start (place);
    }
  {
    g_autofree char *first = g_strdup_printf ("line %u\n", KILLS * LINES / (KILLS + 1));

    test_process_write (cli, strstr (lines->str, first));
  }
  test_process_end_input (cli);
  test_process_expect_exit (cli, 0);
  log = read_log (place);
  g_assert_cmpstr (log, ==, lines->str);
}

/* Scripts are told that it broke. */
static void
test_not_asked (Place *place, gconstpointer data)
{
  g_autoptr (TestProcess) piped = PIPED (place, "chat", "%URI", "--name", "Ada");
  g_autoptr (TestProcess) tail = PIPED (place, "tail", "%URI", "--name", "Bea", "--json");
  g_autoptr (TestProcess) typed = TYPED (place, "--no-reconnect", "%URI", "--name", "Eva");

  test_expect_output (piped, "You are in tea now.");
  test_expect_output (tail, "You are in tea now.");
  test_expect_output (typed, "#tea> ");
  kill_server (place);
  test_process_expect_exit (piped, 8);
  test_process_expect_exit (tail, 8);
  test_process_expect_exit (typed, 8);
}

static void
test_tail (Place *place, gconstpointer data)
{
  g_autoptr (TestProcess) cli =
      PIPED (place, "tail", "--reconnect", "%URI", "--name", "Eva", "--json");
  g_autoptr (TestPeer) w = NULL;

  test_expect_output (cli, "You are in tea now.");
  kill_server (place);
  test_expect_output (cli, "{\"type\":\"waiting\",");
  test_expect_output (cli, "\"wait_ms\":");
  start (place);
  test_expect_output (cli, "You are in tea now.");
  w = join_tea (place, "W");
  test_peer_send (w, "line 1\n");
  test_expect_output (cli, "\"text\":\"line 1\"");
  test_process_signal (cli, SIGTERM);
  test_expect_output (cli, "\"how\":\"quit\",\"status\":0}\n");
  test_process_expect_exit (cli, 0);
}

/* Who is put out stays out, and who wants to leave need not wait. */
static void
test_put_out (Place *place, gconstpointer data)
{
  g_autoptr (TestProcess) cli = TYPED (place, "%URI", "--name", "Ada");
  g_autofree char *said = NULL;

  test_expect_output (cli, "#tea> ");
  said = test_server_control (place->server, "ban 127.0.0.1");
  test_process_expect_exit (cli, 5);
}

static void
test_leaves (Place *place, gconstpointer data)
{
  static const char *const ways[] = { "\x04", "/quit\r", "quit\r", "\x03" };

  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autoptr (TestProcess) cli = TYPED (place, "%URI", "--name", "Ada");

      test_expect_output (cli, "#tea> ");
      kill_server (place);
      test_expect_output (cli, "... ");
      test_process_write (cli, ways[i]);
      test_process_expect_exit (cli, 0);
      start (place);
    }
}

/* Nor for a server that lets nobody in, and does not say so. */
static void
test_leaves_a_try (Place *place, gconstpointer data)
{
  g_autoptr (TestProcess) cli = TYPED (place, "%URI", "--name", "Ada");
  g_autoptr (GSocketListener) silent = g_socket_listener_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketAddress) address =
      g_inet_socket_address_new_from_string ("127.0.0.1", place->port);

  test_expect_output (cli, "#tea> ");
  kill_server (place);
  g_socket_listener_add_address (silent, address, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL,
                                 NULL, &error);
  g_assert_no_error (error);
  test_expect_output (cli, "... ");
  connection = test_peer_accept (silent);
  test_process_write (cli, "/quit\r");
  test_process_expect_exit (cli, 0);
}

/* Nor is there more time between two tries. */
static void
test_timeout (Place *place, gconstpointer data)
{
  g_autoptr (TestProcess) cli =
      PIPED (place, "tail", "--reconnect", "--timeout", "3", "%URI", "--name", "Eva", "--json");

  test_expect_output (cli, "You are in tea now.");
  kill_server (place);
  test_expect_output (cli, "{\"type\":\"waiting\",");
  test_expect_output (cli, "\"status\":6}\n");
  test_process_expect_exit (cli, 6);
}

/* The first connection is not waited for: the address may be wrong. */
static void
test_never_there (Place *place, gconstpointer data)
{
  g_autoptr (TestProcess) cli = NULL;

  kill_server (place);
  cli = TYPED (place, "%URI", "--name", "Ada");
  test_process_expect_exit (cli, 3);
}

/* A server by hand, which keeps the past. */
static TestPeer *
accept_and_welcome (GSocketListener *listener, GSocketConnection **connection)
{
  TestPeer *peer = NULL;

  g_clear_object (connection);
  *connection = test_peer_accept (listener);
  peer = test_peer_new (dup (g_socket_get_fd (g_socket_connection_get_socket (*connection))));
  test_peer_expect_later (peer, "USER ");
  test_peer_send (peer, ":s CAP * LS :batch draft/chathistory message-tags server-time\r\n");
  test_peer_expect_later (peer, "CAP REQ ");
  test_peer_send (peer, ":s CAP * ACK :batch draft/chathistory message-tags server-time\r\n");
  test_peer_expect_later (peer, "CAP END\r\n");
  test_peer_send (peer, ":s 001 Ada :Welcome\r\n"
                        ":s 005 Ada CHATHISTORY=100 MSGREFTYPES=msgid,timestamp :supported\r\n"
                        ":s 376 Ada :End\r\n");
  test_peer_expect_later (peer, "JOIN #tea\r\n");
  test_peer_send (peer, ":Ada!a@h JOIN #tea\r\n:s 353 Ada = #tea :Ada\r\n:s 366 Ada #tea :End\r\n");
  return peer;
}

/* Whoever has slept asks with whom something was said since the server was heard last, not since the
 * break was noticed. */
static void
test_slept (Place *place, gconstpointer data)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GError) error = NULL;
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, &error);
  g_autofree char *uri = g_strdup_printf ("irc://127.0.0.1:%u/tea", port);
  g_autoptr (TestProcess) cli = TYPED (place, uri, "--name", "Ada");
  g_autoptr (TestPeer) server = accept_and_welcome (listener, &connection);
  g_autofree char *line = NULL;
  g_autoptr (GDateTime) since = NULL;
  gint64 heard_us = 0;

  test_expect_output (cli, "#tea> ");
  heard_us = g_get_real_time ();
  while (g_get_real_time () < heard_us + 20 * 1000)
    g_thread_yield ();
  test_peer_reset (server);
  g_clear_pointer (&server, test_peer_free);
  server = accept_and_welcome (listener, &connection);
  test_peer_expect_later (server,
                          "CHATHISTORY TARGETS timestamp=9999-12-31T23:59:59.000Z timestamp=");
  line = test_irc_take_line (server);
  line[strcspn (line, " ")] = '\0';
  since = g_date_time_new_from_iso8601 (line, NULL);
  g_assert_nonnull (since);
  /* Ten minutes for clocks that are wrong. */
  g_assert_cmpint (g_date_time_to_unix (since) * G_USEC_PER_SEC +
                       g_date_time_get_microsecond (since) + 10 * G_TIME_SPAN_MINUTE,
                   <=, heard_us);
  test_process_write (cli, "\x04");
  test_peer_expect_later (server, "QUIT");
  g_clear_pointer (&server, test_peer_free);
  g_clear_object (&connection);
  test_process_expect_exit (cli, 0);
}

/* The keyring. */

static void
make_account (Place *place)
{
  const char *const argv[] = { test_program ("SALOTTO_CLI"), "console", NULL };
  g_autoptr (TestProcess) console = test_process_start (place->server->folder, argv, NULL);

  test_process_write (console, "account add ada\nopen sesame\nopen sesame\n");
  test_process_end_input (console);
  test_process_expect_exit (console, 0);
}

static void
expect_complaint (TestProcess *process, const char *text)
{
  g_autofree char *errors = test_process_get_errors (process);

  if (strstr (errors, text) == NULL)
    g_error ("expected the complaint “%s”; got “%s”", text, errors);
}

static void
test_keyring (Place *place, gconstpointer data)
{
  g_autoptr (TestProcess) wrong = NULL;
  g_autoptr (TestProcess) none = NULL;
  g_autoptr (TestProcess) saves = NULL;
  g_autoptr (TestProcess) uses = NULL;
  g_autoptr (TestProcess) refused = NULL;

  make_account (place);
  /* One that is wrong is not kept. */
  wrong = PIPED (place, "send", "%URI", "--name", "Ada", "--account", "ada", "--save-password",
                 "--password-fd", "0", "ciao");
  test_process_write (wrong, "open the door\n");
  test_process_expect_exit (wrong, 5);
  none = PIPED (place, "send", "%URI", "--name", "Ada", "--account", "ada", "ciao");
  test_process_expect_exit (none, 2);
  expect_complaint (none, "none in the keyring");

  saves = PIPED (place, "send", "%URI", "--name", "Ada", "--account", "ada", "--save-password",
                 "--password-fd", "0", "ciao");
  test_process_write (saves, "open sesame\n");
  test_process_expect_exit (saves, 0);
  uses = PIPED (place, "send", "%URI", "--name", "Ada", "--account", "ada", "--json", "line 1");
  test_expect_output (uses, "\"account\":\"ada\"");
  test_process_expect_exit (uses, 0);

  {
    g_autofree char *forgot G_GNUC_UNUSED = test_server_control (place->server, "account drop ada");
  }
  refused = PIPED (place, "send", "%URI", "--name", "Ada", "--account", "ada", "ciao");
  test_process_expect_exit (refused, 5);
  expect_complaint (refused, "the one in the keyring");
}

/* Without a keyring, what has a terminal is asked there, and at once. */
static void
test_no_keyring (Place *place, gconstpointer data)
{
  g_autofree char *uri = g_strdup_printf ("plain://127.0.0.1:%u/tea", place->port);
  const char *const argv[] = {
    test_program ("SALOTTO_CLI"), uri, "--name", "Ada", "--account", "ada", NULL
  };
  static const char *const env[] = { "DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent",
                                     "DISPLAY=", NULL };
  gint64 before_us = g_get_monotonic_time ();
  g_autoptr (TestProcess) cli = NULL;

  make_account (place);
  cli = test_process_start_on_terminal (place->home, argv, env);
  test_expect_output (cli, "Password of ada at 127.0.0.1: ");
  g_assert_cmpint (g_get_monotonic_time () - before_us, <, TEST_PATIENCE_MS * 1000);
  test_process_write (cli, "open sesame\r");
  test_expect_output (cli, "#tea> ");
  test_process_write (cli, "\x04");
  test_process_expect_exit (cli, 0);
}

/* A client that a keyring does not answer gives up by itself after a minute; when told to, before
 * that. */
#define GIVES_UP_WHEN_TOLD_US (30 * G_USEC_PER_SEC)

/* A keyring that does not answer is not waited for by who says so. */
static void
test_silent_keyring (Place *place, gconstpointer data)
{
  g_autofree char *uri = g_strdup_printf ("plain://127.0.0.1:%u/tea", place->port);
  const char *const argv[] = { test_program ("SALOTTO_CLI"),
                               "send",
                               uri,
                               "--name",
                               "Ada",
                               "--account",
                               "ada",
                               "--save-password",
                               "--password-fd",
                               "0",
                               "--json",
                               "line 1",
                               NULL };
  g_autofree char *path = test_folder_file (place->home, "bus");
  g_autofree char *bus = g_strconcat ("DBUS_SESSION_BUS_ADDRESS=unix:path=", path, NULL);
  const char *const env[] = { bus, "DISPLAY=:1", NULL };
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GSocketListener) silent = g_socket_listener_new ();
  g_autoptr (GError) error = NULL;
  gint64 took_us = G_MAXINT64;

  make_account (place);
  g_socket_listener_add_address (silent, address, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT,
                                 NULL, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < TEST_TRIES && took_us >= GIVES_UP_WHEN_TOLD_US; i++)
    {
      g_autoptr (TestProcess) cli = test_process_start (place->home, argv, env);

      test_process_write (cli, "open sesame\n");
      test_expect_output (cli, "\"how\":\"quit\",\"status\":0}\n");
      took_us = g_get_monotonic_time ();
      test_process_signal (cli, SIGINT);
      test_process_expect_exit (cli, 0);
      took_us = g_get_monotonic_time () - took_us;
      expect_complaint (cli, "could not be put into the keyring");
    }
  g_assert_cmpint (took_us, <, GIVES_UP_WHEN_TOLD_US);
}

/* Whoever does not want to say the password after all has a terminal as before. */
static void
test_no_password (Place *place, gconstpointer data)
{
  g_autoptr (TestProcess) cli = TYPED (place, "%URI", "--name", "Ada", "--account", "ada");
  struct termios now;

  test_expect_output (cli, "Password of ada at 127.0.0.1: ");
  g_assert_no_errno (tcgetattr (cli->out, &now));
  g_assert_false (now.c_lflag & ECHO);
  test_process_write (cli, "open\x03");
  g_assert_true (test_process_wait (cli, TEST_PATIENCE_MS));
  g_assert_true (WIFSIGNALED (cli->status));
  g_assert_cmpint (WTERMSIG (cli->status), ==, SIGINT);
  g_assert_no_errno (tcgetattr (cli->out, &now));
  g_assert_true (now.c_lflag & ECHO);
}

#define ADD(path, func) g_test_add ("/net/cli-resume/" path, Place, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("comes-back-to-who-types", test_terminal);
  ADD ("says-what-a-server-has-lost", test_lost);
  ADD ("does-not-wait-for-a-name-that-is-taken", test_name_taken);
  ADD ("comes-back-under-the-last-name", test_renamed);
  ADD ("asks-since-the-server-was-heard-last", test_slept);
  ADD ("a-pipe-is-in-the-log-once", test_pipe);
  ADD ("scripts-are-told", test_not_asked);
  ADD ("tail-goes-on", test_tail);
  ADD ("who-is-put-out-stays-out", test_put_out);
  ADD ("leaves-while-it-waits", test_leaves);
  ADD ("leaves-while-it-tries", test_leaves_a_try);
  ADD ("no-more-time-than-it-was-given", test_timeout);
  ADD ("the-first-connection-is-not-waited-for", test_never_there);
  ADD ("keyring", test_keyring);
  ADD ("no-keyring", test_no_keyring);
  ADD ("a-silent-keyring-is-given-up", test_silent_keyring);
  ADD ("no-password-leaves-the-terminal-as-it-was", test_no_password);
  /* A client that hears nothing for half a second does not go on in IRC. */
  return test_pace_run ();
}
