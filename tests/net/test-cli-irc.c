/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * salotto-cli where IRC is spoken: with our server on each of its ports, alone and among people of
 * the plain dialect, and when that server dies.
 */
#include "config.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

#include "tests/lib/test-foreign.h"
#include "tests/lib/test-peer.h"

/* A salottod with all of its ports. */
typedef struct
{
  TestServer *server;
  guint16 plain;
  guint16 irc;
  guint16 ircs;
} Place;

static guint16
next_port (TestProcess *process)
{
  g_autofree char *line = test_process_take_line (process, TEST_PATIENCE_MS);
  const char *end = line != NULL ? strstr (line, " (") : NULL;

  g_assert_nonnull (end);
  while (g_ascii_isdigit (end[-1]))
    end--;
  return (guint16) g_ascii_strtoull (end, NULL, 10);
}

static void
start_server (Place *place, TestFolder *folder)
{
  const char *const argv[] = { test_program ("SALOTTOD"), "--listen",
                               "plain://127.0.0.1:0",     "--listen",
                               "irc://127.0.0.1:0",       "--listen",
                               "ircs://127.0.0.1:0",      NULL };
  TestProcess *process = NULL;

  /* Passwords are cheap here: a busy machine would take longer for them than a test has patience. */
  test_folder_write (folder, "salotto/salottod.conf",
                     "[accounts]\npasswords = loopback\niterations = 4096\n");
  process = test_process_start (folder, argv, NULL);
  place->server = test_server_start_process (folder, process);
  place->plain = place->server->port;
  place->irc = next_port (process);
  place->ircs = next_port (process);
}

static void
place_set_up (Place *place, gconstpointer data)
{
  start_server (place, test_folder_new ());
}

static void
place_tear_down (Place *place, gconstpointer data)
{
  test_server_stop (place->server);
  test_server_free (place->server);
}

/* salotto-cli; PLAIN, IRC and IRCS in an argument stand for the ports. */
static TestProcess *
start_cli (Place *place, const char *first, ...)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new_with_free_func (g_free);
  const char *word = first;
  va_list args;

  g_ptr_array_add (argv, g_strdup (test_program ("SALOTTO_CLI")));
  va_start (args, first);
  for (; word != NULL; word = va_arg (args, const char *))
    {
      g_autoptr (GString) argument = g_string_new (word);
      g_autofree char *plain = g_strdup_printf ("127.0.0.1:%u", place->plain);
      g_autofree char *irc = g_strdup_printf ("irc://127.0.0.1:%u", place->irc);
      g_autofree char *ircs = g_strdup_printf ("ircs://127.0.0.1:%u", place->ircs);

      g_string_replace (argument, "%PLAIN", plain, 0);
      g_string_replace (argument, "%IRCS", ircs, 0);
      g_string_replace (argument, "%IRC", irc, 0);
      g_ptr_array_add (argv, g_strdup (argument->str));
    }
  va_end (args);
  g_ptr_array_add (argv, NULL);
  return test_process_start (place->server->folder, (const char *const *) argv->pdata, NULL);
}

static void
expect_complaint (TestProcess *process, const char *text)
{
  g_autofree char *errors = test_process_get_errors (process);

  if (strstr (errors, text) == NULL)
    g_error ("expected the complaint “%s”; got “%s”", text, errors);
}

/* send */

static void
test_send (Place *place, gconstpointer data)
{
  g_autoptr (TestPeer) w = test_peer_join (place->plain, "W");
  static const char *const ways[] = { "%PLAIN", "%IRC/lobby", "%IRC", "%IRCS/lobby" };

  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autoptr (TestProcess) cli =
          start_cli (place, "send", ways[i], "--name", "Ada", TEST_ACCENTS, NULL);

      test_process_expect_exit (cli, 0);
      g_assert_cmpuint (cli->output->len, ==, 0);
      test_peer_expect_later (w, "> Ada('");
      test_peer_expect_later (w, ": " TEST_ACCENTS "\n");
      test_peer_expect_later (w, "has left this room.\n");
    }
}

/* What a line of IRC does not hold is one message all the same. */
static void
test_send_much (Place *place, gconstpointer data)
{
  g_autofree char *text = g_strnfill (3000, 'x');
  g_autofree char *line = g_strconcat (text, "\n", NULL);
  g_autoptr (TestPeer) w = test_peer_join (place->plain, "W");
  g_autoptr (TestProcess) tail = start_cli (place, "tail", "%IRC/lobby", "--name", "Eva", NULL);
  g_autoptr (TestProcess) cli = NULL;

  test_peer_expect_later (w, "> Eva('");
  cli = start_cli (place, "send", "%IRC/lobby", "--name", "Ada", text, NULL);
  test_process_expect_exit (cli, 0);
  test_peer_expect_later (w, line);
  test_expect_output (tail, line);
  test_process_signal (tail, SIGTERM);
  test_process_expect_exit (tail, 0);
}

static void
test_send_refused (Place *place, gconstpointer data)
{
  g_autofree char *banned G_GNUC_UNUSED = test_server_control (place->server, "ban 127.0.0.1");
  g_autoptr (TestProcess) cli = start_cli (place, "send", "%IRC/lobby", "ciao", NULL);

  test_process_expect_exit (cli, 5);
  expect_complaint (cli, "banned");
}

/* Without TLS at a port that has it: what the server says of that, whoever it is. */
static void
test_wrong_port (Place *place, gconstpointer data)
{
  static const char alert[] = { 21, 3, 3, 0, 2, 2, 70 };
  g_autofree char *uri = g_strdup_printf ("irc://127.0.0.1:%u/tea", place->ircs);
  g_autoptr (TestProcess) cli = start_cli (place, "send", uri, "ciao", NULL);
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  g_autoptr (GError) error = NULL;
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, &error);
  g_autofree char *others = g_strdup_printf ("irc://127.0.0.1:%u/tea", port);
  const char *const answers[] = { alert, "" };
  static const struct
  {
    int status;
    const char *complaint;
  } ends[] = {
    { 4, "this port wants TLS: ircs://" },
    { 8, "perhaps this port wants TLS (ircs://)" },
  };

  test_process_expect_exit (cli, 8);
  expect_complaint (cli, "This port speaks TLS only");
  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autoptr (TestProcess) other = start_cli (place, "send", others, "ciao", NULL);
      g_autoptr (GSocketConnection) connection = test_peer_accept (listener);
      GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (connection));

      g_output_stream_write_all (out, answers[i], i == 0 ? sizeof alert : 0, NULL, NULL, &error);
      g_assert_no_error (error);
      g_socket_shutdown (g_socket_connection_get_socket (connection), FALSE, TRUE, &error);
      g_assert_no_error (error);
      test_process_expect_exit (other, ends[i].status);
      expect_complaint (other, ends[i].complaint);
    }
}

/* chat */

static void
test_chat (Place *place, gconstpointer data)
{
  g_autoptr (TestPeer) w = test_peer_join (place->plain, "W");
  g_autoptr (TestProcess) cli = start_cli (place, "chat", data, "--name", "Ada", NULL);

  test_peer_expect_later (w, "> Ada('");
  test_peer_send (w, "salve\n");
  test_expect_output (cli, "> W('");
  test_expect_output (cli, ": salve\n");
  test_process_write (cli, "ciao\n/me waves\n");
  test_expect_output (cli, ": ciao\n");
  test_expect_output (cli, ") waves\n");
  test_peer_expect_later (w, ": ciao\n");
  test_peer_expect_later (w, ") waves\n");
  test_process_write (cli, "/who\n");
  test_expect_output (cli, "-- In lobby (2): Ada, W\n");
  test_process_write (cli, "/history 2\n");
  test_expect_output (cli, "] > Ada: ciao\n");
  test_expect_output (cli, "] * Ada waves\n");
  test_process_write (cli, "/history x\n");
  test_expect_output (cli, "-- That is not how /history is used; /help tells.\n");
  test_process_write (cli, "/help\n");
  test_expect_output (cli, "-- /who: who is here.");
  test_peer_send (w, "quit\n");
  test_expect_output (cli, "has left this room.\n");
  test_process_write (cli, "quit\n");
  test_process_expect_exit (cli, 0);
}

/* A pipe that is long before anybody is in: nothing is lost, and its order is kept. */
static void
test_chat_from_a_pipe (Place *place, gconstpointer data)
{
  enum
  {
    LINES = 500
  };
  g_autoptr (TestPeer) w = test_peer_join (place->plain, "W");
  g_autoptr (TestProcess) cli = start_cli (place, "chat", data, "--name", "Ada", NULL);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < LINES; i++)
    g_string_append_printf (text, "line %u\n", i);
  test_process_write (cli, text->str);
  test_process_end_input (cli);
  for (guint i = 0; i < LINES; i++)
    {
      g_autofree char *line = g_strdup_printf (": line %u\n", i);

      test_peer_expect_later (w, line);
    }
  test_process_expect_exit (cli, 0);
}

static void
test_killed_server (Place *place, gconstpointer data)
{
  g_autoptr (TestProcess) cli = start_cli (place, "chat", "%IRC/tea", "--name", "Ada", NULL);
  TestFolder *folder = place->server->folder;
  g_autoptr (TestProcess) again = NULL;

  test_expect_output (cli, "-- You are in tea now.\n");
  test_process_write (cli, "kept\n");
  test_expect_output (cli, ": kept\n");
  test_process_signal (place->server->process, SIGKILL);
  test_process_expect_exit (cli, 8);
  g_assert_true (test_process_wait (place->server->process, TEST_PATIENCE_MS));
  place->server->folder = NULL;
  test_server_free (place->server);

  start_server (place, folder);
  again = start_cli (place, "chat", "%IRC/tea", "--name", "Ada", NULL);
  test_process_write (again, "/history\n");
  test_expect_output (again, "] > Ada: kept\n");
  test_process_end_input (again);
  test_process_expect_exit (again, 0);
}

/* tail */

static void
test_tail_json (Place *place, gconstpointer data)
{
  g_autoptr (TestProcess) cli =
      start_cli (place, "tail", "--json", "%IRC/lobby", "--name", "Eva", NULL);
  g_autoptr (TestPeer) w = NULL;

  test_expect_output (cli, "\"type\":\"ready\"");
  test_expect_output (cli, "\"line\":\"-- You are in lobby now.\"");
  w = test_peer_join (place->plain, "W");
  test_expect_output (cli, "{\"type\":\"join\",");
  test_expect_output (cli, "\"name\":\"W\",");
  test_peer_send (w, "ciao\n");
  test_expect_output (cli, "{\"type\":\"message\",");
  test_expect_output (cli, "\"text\":\"ciao\",\"own\":false,\"line\":\"> W('");
  test_expect_output (cli, ": ciao\",\"place\":\"#lobby\",\"msgid\":\"");
  test_process_signal (cli, SIGINT);
  test_expect_output (cli, "\"how\":\"quit\",\"status\":0}\n");
  test_process_expect_exit (cli, 0);
}

/* Commands: what each does is seen by somebody else, or in the answer. */
static void
test_commands (Place *place, gconstpointer data)
{
  g_autoptr (TestProcess) bob = start_cli (place, "chat", "%IRC/tea", "--name", "Bob", NULL);
  g_autoptr (TestProcess) ada = NULL;

  test_expect_output (bob, "-- You are in tea now.\n");
  ada = start_cli (place, "chat", data, "--name", "Ada", NULL);
  /* What follows a join is said in the room that was joined. */
  test_process_write (ada, "/join tea\nsaid in tea\n/topic mine\n/rooms\n");
  test_expect_output (bob, ": said in tea\n");
  test_expect_output (ada, "#tea: You're not channel operator\n");
  test_process_write (bob, "/mode +o Ada\n");
  test_expect_output (ada, "-- Bob: MODE +o Ada\n");
  test_process_write (ada, "/topic What we drink\n/topic\n");
  test_expect_output (bob, "-- Ada has set the topic: What we drink\n");
  test_expect_output (ada, "#tea: What we drink\n");
  test_process_write (ada, "/whois Bob\n");
  test_expect_output (ada, "Bob: @#tea\n");
  test_process_write (ada, "/msg Bob psst\n/query Bob\nand this\n/query\nfor all\n");
  test_expect_output (bob, "-- Ada says to you alone: psst\n");
  test_expect_output (bob, "-- Ada says to you alone: and this\n");
  test_expect_output (bob, ": for all\n");
  test_process_write (ada, "/nick Adele\n");
  test_expect_output (bob, "-- Ada is called Adele from now on.\n");
  test_process_write (ada, "/away lunch\n");
  test_expect_output (ada, "You have been marked as being away\n");
  test_process_write (bob, "/msg Adele are you there?\n");
  test_expect_output (bob, "Adele: lunch\n");
  test_process_write (ada, "/back\n");
  test_expect_output (ada, "You are no longer marked as being away\n");
  test_process_write (ada, "/kick Bob enough\n/quote TIME\n/frobnicate is said\n");
  test_expect_output (bob, "-- Adele has put Bob out of the room: enough\n");
  test_expect_output (ada, " UTC\n");
  test_expect_output (ada, ": /frobnicate is said\n"); /* from a pipe, as ever */
  test_process_write (ada, "/part bye\nat home\n");
  test_expect_output (ada, ": at home\n");
  test_process_write (ada, "/invite\n/quit so long\n");
  test_expect_output (ada, "-- That is not how /invite is used; /help tells.\n");
  test_process_expect_exit (ada, 0);
  test_process_end_input (bob);
  test_process_expect_exit (bob, 0);
}

/* On a terminal one sees where one is; what happens elsewhere says so. */
static void
test_terminal (Place *place, gconstpointer data)
{
  g_autofree char *uri = g_strdup_printf ("irc://127.0.0.1:%u/tea", place->irc);
  const char *const argv[] = { test_program ("SALOTTO_CLI"), uri, "--name", "Ada", NULL };
  static const char *const env[] = { "NO_COLOR=1", "COLUMNS=200", NULL };
  g_autoptr (TestProcess) cli = test_process_start_on_terminal (place->server->folder, argv, env);
  g_autoptr (TestPeer) w = NULL;

  test_expect_output (cli, "#tea> ");
  test_process_write (cli, "/join lobby\r");
  test_expect_output (cli, "#lobby> ");
  w = test_peer_join (place->plain, "W");
  test_expect_output (cli, " W has come in\r\n");
  test_process_write (cli, "/join tea\r");
  test_expect_output (cli, "#tea> ");
  test_peer_send (w, "over there\n");
  test_expect_output (cli, " [#lobby] W: over there\r\n");
  test_process_write (cli, "/whois Ada\r");
  test_expect_output (cli, " Ada is in ");
  test_process_write (cli, "/frobnicate\r");
  test_expect_output (cli, "there is no command /frobnicate");
  test_process_write (cli, "//frobnicate\r");
  test_expect_output (cli, " Ada: /frobnicate\r\n");
  test_process_write (cli, "/usr/bin/env\r");
  test_expect_output (cli, " Ada: /usr/bin/env\r\n");
  test_process_write (cli, "/help\r");
  test_expect_output (cli, "/whois NAME");
  test_process_write (cli, "\x04");
  test_process_expect_exit (cli, 0);
}

/* Logging in. */

static void
make_account (Place *place)
{
  const char *const argv[] = { test_program ("SALOTTO_CLI"), "console", NULL };
  g_autoptr (TestProcess) console = test_process_start (place->server->folder, argv, NULL);

  test_process_write (console, "account add ada\npassw\xc3\xb6rd \xf0\x9f\x94\x91\n"
                               "passw\xc3\xb6rd \xf0\x9f\x94\x91\n");
  test_process_end_input (console);
  test_process_expect_exit (console, 0);
}

static void
test_login (Place *place, gconstpointer uri)
{
  g_autoptr (TestProcess) right = NULL;
  g_autoptr (TestProcess) wrong = NULL;
  g_autoptr (TestProcess) none = NULL;

  make_account (place);
  right = start_cli (place, "chat", uri, "--name", "Ada", "--account", "ada", "--password-fd", "0",
                     "--json", NULL);
  /* What follows the password is said. */
  test_process_write (right, "passw\xc3\xb6rd \xf0\x9f\x94\x91\nciao\n");
  test_expect_output (right, "\"text\":\"ciao\",\"own\":true");
  test_expect_output (right, "\"account\":\"ada\"");
  test_process_end_input (right);
  test_process_expect_exit (right, 0);

  wrong = start_cli (place, "send", uri, "--account", "ada", "--password-fd", "0", "ciao", NULL);
  test_process_write (wrong, "pass\n");
  test_process_expect_exit (wrong, 5);
  expect_complaint (wrong, "the login was refused: ");

  none = start_cli (place, "send", uri, "--account", "ada", "--password-fd", "0", "ciao", NULL);
  test_process_end_input (none);
  test_process_expect_exit (none, 2);
  expect_complaint (none, "the password is empty");
}

/* The rest. */

/* What stands on the command line can be read by everybody on the machine. */
static void
test_no_password_there (Place *place, gconstpointer data)
{
  static const char *const options[] = { "--password=open sesame", "--server-password=open" };

  for (gsize i = 0; i < G_N_ELEMENTS (options); i++)
    {
      g_autoptr (TestProcess) cli =
          start_cli (place, "send", "%IRC/lobby", "--account", "ada", options[i], "ciao", NULL);

      test_process_expect_exit (cli, 2);
      expect_complaint (cli, "Unknown option");
    }
}

static void
test_trust (Place *place, gconstpointer data)
{
  g_autoptr (TestProcess) first =
      start_cli (place, "send", "-v", "%IRCS/lobby", "--name", "Ada", "ciao", NULL);
  g_autoptr (TestProcess) second = NULL;

  test_process_expect_exit (first, 0);
  expect_complaint (first, "this server is new here; its key is remembered");
  expect_complaint (first, "TLS 1.3");
  second = start_cli (place, "send", "-v", "%IRCS/lobby", "--name", "Ada", "ciao", NULL);
  test_process_expect_exit (second, 0);
  expect_complaint (second, "its key is the one of last time");
}

static void
test_probe (Place *place, gconstpointer data)
{
  g_autoptr (TestProcess) irc = start_cli (place, "probe", "--json", "%IRC", NULL);
  g_autoptr (TestProcess) ircs = start_cli (place, "probe", "--json", "%IRCS", NULL);

  test_expect_output (irc, "\"speaks\":\"irc\"");
  test_process_expect_exit (irc, 0);
  test_expect_output (ircs, "\"speaks\":\"irc\"");
  test_process_expect_exit (ircs, 0);
}

static void
test_run (Place *place, gconstpointer data)
{
  g_autoptr (TestProcess) cli = NULL;

  test_folder_write (place->server->folder, "script",
                     "A: send \"NICK Ada\\r\\nUSER a 0 * :Ada\\r\\nJOIN #tea\\r\\n\"\n"
                     "A: expect /:Ada!\\S+ JOIN #tea\\r\\n/\n"
                     "B: send \"NICK Bob\\r\\nUSER b 0 * :Bob\\r\\nJOIN #tea\\r\\n\"\n"
                     "A: expect /:Bob!\\S+ JOIN #tea\\r\\n/\n"
                     "B: send \"PRIVMSG #tea :ciao\\r\\n\"\n"
                     "A: expect /:Bob!\\S+ PRIVMSG #tea :ciao\\r\\n/\n");
  cli = start_cli (place, "run", "script", "%IRC", NULL);
  test_process_expect_exit (cli, 0);
}

#define CASE(path, function, data)                                                                 \
  g_test_add ("/net/cli-irc/" path, Place, data, place_set_up, function, place_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  CASE ("send-on-every-port", test_send, NULL);
  CASE ("send-more-than-a-line-holds", test_send_much, NULL);
  CASE ("send-refused", test_send_refused, NULL);
  CASE ("send-to-a-port-with-tls", test_wrong_port, NULL);
  CASE ("chat-on-the-plain-port", test_chat, "%PLAIN");
  CASE ("chat-over-irc", test_chat, "%IRC");
  CASE ("chat-over-ircs", test_chat, "%IRCS/lobby");
  CASE ("long-pipe-on-the-plain-port", test_chat_from_a_pipe, "%PLAIN");
  CASE ("long-pipe-over-irc", test_chat_from_a_pipe, "%IRC/lobby");
  CASE ("killed-server-has-kept-it", test_killed_server, NULL);
  CASE ("tail-json", test_tail_json, NULL);
  CASE ("commands", test_commands, "%PLAIN");
  CASE ("terminal-shows-where-one-is", test_terminal, NULL);
  CASE ("no-password-on-the-command-line", test_no_password_there, NULL);
  CASE ("login-over-irc", test_login, "%IRC/lobby");
  CASE ("login-over-ircs", test_login, "%IRCS/lobby");
  CASE ("login-on-the-plain-port", test_login, "%PLAIN");
  CASE ("trust-on-first-use", test_trust, NULL);
  CASE ("probe", test_probe, NULL);
  CASE ("run", test_run, NULL);
  return g_test_run ();
}
