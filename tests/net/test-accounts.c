/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What an operator does with accounts on a server that runs: by the control socket, with
 * salotto-cli, on the server's own terminal, and after a restart.
 */
#include "config.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/lib/test-peer.h"

static TestPeer *
open_console (TestServer *server)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  g_autofree char *path = test_folder_file (server->folder, "salotto/control");
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpuint (strlen (path), <, sizeof address.sun_path);
  strcpy (address.sun_path, path);
  g_assert_cmpint (connect (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  return test_peer_new (fd);
}

/* A line, and everything that is said to it. */
static void
expect_talk (TestPeer *console, const char *said, const char *answer)
{
  g_autofree char *line = g_strconcat (said, "\n", NULL);

  test_peer_send (console, line);
  test_peer_expect (console, answer);
}

static void
add (TestPeer *console, const char *name, const char *role)
{
  g_autofree char *word = g_strdup_printf ("account add %s %s", name, role);
  g_autofree char *asks = g_strdup_printf ("? Password of %s: \n", name);
  g_autofree char *answer = g_strdup_printf ("%s has an account now\nok\n", name);

  expect_talk (console, word, asks);
  expect_talk (console, "open sesame", "? The same again: \n");
  expect_talk (console, "open sesame", answer);
}

#define ANNA "Anna                             operator   -"

static void
test_words (void)
{
  TestServer *server = test_server_start (NULL);
  g_autoptr (TestPeer) console = open_console (server);
  g_autofree char *fingerprint = g_strnfill (64, 'a');
  g_autofree char *cert = g_strconcat ("account cert Anna ", fingerprint, NULL);
  g_autofree char *all = g_strconcat (ANNA " nick=Annette cert=", fingerprint, "\nok\n", NULL);

  expect_talk (console, "account list", "nobody has an account\nok\n");
  add (console, "Anna", "moderator");
  expect_talk (console, "account role anna operator", "anna has the role “operator” now\nok\n");
  expect_talk (console, "account nick anna Annette", "Annette is reserved for anna\nok\n");
  expect_talk (console, cert, "Anna can log in with that certificate\nok\n");
  expect_talk (console, "account list", all);
  expect_talk (console, "account free annette", "annette is not reserved any more\nok\n");
  expect_talk (console, "account passwd anna", "? Password of anna: \n");
  expect_talk (console, "another one", "? The same again: \n");
  expect_talk (console, "another one", "anna has a new password\nok\n");
  expect_talk (console, "account drop ANNA", "ANNA has no account any more\nok\n");
  expect_talk (console, "account list", "nobody has an account\nok\n");
  test_server_finish (server);
}

static void
test_mistakes (void)
{
  TestServer *server = test_server_start (NULL);
  g_autoptr (TestPeer) console = open_console (server);
  g_autofree char *long_line = g_strnfill (3000, 'x');

  add (console, "Anna", "operator");
  expect_talk (console, "account add", "usage: account add NAME [ROLE]\nerror\n");
  expect_talk (console, "account add a b c", "usage: account add NAME [ROLE]\nerror\n");
  expect_talk (console, "account add bea queen", "a role is user, moderator or operator\nerror\n");
  expect_talk (console, "account role anna queen",
               "a role is user, moderator or operator\nerror\n");
  expect_talk (console, "account role bea user",
               "there is no account called bea; “account list” has them all\nerror\n");
  expect_talk (console, "account drop bea",
               "there is no account called bea; “account list” has them all\nerror\n");
  expect_talk (console, "account nick anna ANNA",
               "ANNA is the name of an account, or reserved for one\nerror\n");
  expect_talk (console, "account nick anna an!na",
               "“an!na” cannot be a name: it has letters, digits and _-[]{}^| only, at most 32 of "
               "them\nerror\n");
  expect_talk (console, "account free anna",
               "anna is not a nickname that was reserved with “account nick”\nerror\n");
  expect_talk (console, "account cert anna 1234",
               "a fingerprint is SHA-256, in 64 hexadecimal digits; “openssl x509 -noout "
               "-fingerprint -sha256 -in FILE” says it\nerror\n");

  /* Passwords. */
  expect_talk (console, "account add bea", "? Password of bea: \n");
  expect_talk (console, "", "no password, so nothing was changed\nerror\n");
  expect_talk (console, "account add bea", "? Password of bea: \n");
  expect_talk (console, long_line, "no password, so nothing was changed\nerror\n");
  expect_talk (console, "account add bea", "? Password of bea: \n");
  expect_talk (console, "open sesame", "? The same again: \n");
  expect_talk (console, "open Sesame", "those are two passwords, so nothing was changed\nerror\n");
  expect_talk (console, "account add bea", "? Password of bea: \n");
  expect_talk (console, "short", "? The same again: \n");
  expect_talk (console, "short",
               "a password has at least 6 characters and at most 512 bytes, and no control "
               "characters\nerror\n");
  expect_talk (console, "account add anna", "? Password of anna: \n");
  expect_talk (console, "open sesame", "? The same again: \n");
  expect_talk (console, "open sesame",
               "anna is the name of an account, or reserved for one\nerror\n");
  expect_talk (console, "account list", ANNA "\nok\n");

  /* The word alone, and one that is none. */
  test_peer_send (console, "account\n");
  test_peer_expect_later (console, "\naccount drop NAME ");
  test_peer_expect_later (console, "\nerror\n");
  test_peer_send (console, "account dance\n");
  test_peer_expect_later (console, "\nerror\n");
  test_peer_send (console, "help\n");
  test_peer_expect_later (console, "\naccount WORD ");
  test_peer_expect_later (console, "\nok\n");
  test_server_finish (server);
}

/* All at once, in one segment: the answers come in order, and a password is no word. */
static void
test_at_once (void)
{
  TestServer *server = test_server_start (NULL);
  g_autoptr (TestPeer) console = open_console (server);
  g_autoptr (TestPeer) other = open_console (server);

  test_peer_send (console, "account add Anna operator\nstop it\nstop it\naccount list\n"
                           "account drop Anna\naccount list\n");
  test_peer_expect (console, "? Password of Anna: \n? The same again: \n"
                             "Anna has an account now\nok\n" ANNA "\nok\n"
                             "Anna has no account any more\nok\nnobody has an account\nok\n");
  expect_talk (other, "open", "newcomers come in\nok\n");
  test_server_finish (server);
}

/* Whoever goes away in the middle has changed nothing, and nobody waits for them. */
static void
test_gone (void)
{
  TestServer *server = test_server_start (NULL);
  g_autoptr (TestPeer) first = open_console (server);
  g_autoptr (TestPeer) second = open_console (server);
  g_autoptr (TestPeer) third = open_console (server);

  expect_talk (first, "account add Anna", "? Password of Anna: \n");
  expect_talk (first, "open sesame", "? The same again: \n");
  test_peer_close (first);
  expect_talk (second, "account list", "nobody has an account\nok\n");
  /* This one is gone before the answer. */
  test_peer_send (second, "account add bea\nopen sesame\nopen sesame\n");
  test_peer_close (second);
  add (third, "carla", "user");
  test_server_finish (server);
}

static void
test_restart (void)
{
  TestServer *server = test_server_start (NULL);
  TestFolder *folder = NULL;
  g_autoptr (TestPeer) console = open_console (server);

  add (console, "Anna", "operator");
  test_server_stop (server);
  test_peer_close (console);
  folder = g_steal_pointer (&server->folder);
  test_server_free (server);

  server = test_server_start_in (folder, NULL, NULL);
  g_clear_pointer (&console, test_peer_free);
  console = open_console (server);
  expect_talk (console, "account list", ANNA "\nok\n");
  test_server_finish (server);
}

/* Nobody else may read the file, and no password is in it. */
static void
test_file (void)
{
  TestServer *server = test_server_start (NULL);
  g_autoptr (TestPeer) console = open_console (server);
  g_autofree char *path = test_folder_file (server->folder, "salotto/server.db");
  g_autofree char *wal = g_strconcat (path, "-wal", NULL);
  const char *const paths[] = { path, wal };

  add (console, "Anna", "operator");
  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autofree char *bytes = NULL;
      gsize len = 0;

      g_assert_cmpint (access (paths[i], F_OK), ==, 0);
      g_assert_true (g_file_get_contents (paths[i], &bytes, &len, NULL));
      g_assert_null (memmem (bytes, len, "sesame", 6));
    }
  test_server_finish (server);
}

/* salotto-cli. */

static TestProcess *
start_cli (TestServer *server, gboolean terminal)
{
  const char *const argv[] = { test_program ("SALOTTO_CLI"), "console", NULL };

  return terminal ? test_process_start_on_terminal (server->folder, argv, NULL)
                  : test_process_start (server->folder, argv, NULL);
}

static void
expect_output (TestProcess *process, const char *text)
{
  if (!test_process_wait_for_output (process, text, TEST_PATIENCE_MS))
    g_error ("expected “%s”", text);
}

static void
test_cli_pipe (void)
{
  TestServer *server = test_server_start (NULL);
  g_autoptr (TestProcess) cli = start_cli (server, FALSE);
  g_autoptr (TestProcess) again = NULL;

  test_process_write (cli, "account add Anna operator\nopen sesame\nopen sesame\naccount list\n");
  test_process_end_input (cli);
  expect_output (cli, "Anna has an account now\n" ANNA "\n");
  test_process_expect_exit (cli, 0);

  /* The input ends where a password should be. */
  again = start_cli (server, FALSE);
  test_process_write (again, "account passwd Anna\n");
  test_process_end_input (again);
  expect_output (again, "no password, so nothing was changed\n");
  test_process_expect_exit (again, 1);
  test_server_finish (server);
}

/* It comes, and no password before it. */
static void
expect_shown (TestProcess *process, const char *text)
{
  g_autofree char *shown = test_process_take_output (process, text, TEST_PATIENCE_MS);

  if (shown == NULL || strstr (shown, "sesame") != NULL)
    g_error ("expected “%s” without a password; got “%s”", text, shown);
}

/* At a terminal nothing of a password is seen, nor found again in the history. */
static void
use_terminal (TestProcess *process)
{
  test_process_write (process, "account add Anna operator\r");
  expect_shown (process, "Password of Anna: ");
  test_process_write (process, "open sesame\r");
  expect_shown (process, "The same again: ");
  test_process_write (process, "open sesamex\b\r");
  expect_shown (process, "Anna has an account now");
  test_process_write (process, "account passwd Anna\r");
  expect_shown (process, "Password of Anna: ");
  test_process_write (process, "open sesame\025\r"); /* nothing is left */
  expect_shown (process, "no password, so nothing was changed");
  test_process_write (process, "\033[A\033[A\r"); /* twice back is the first word */
  expect_shown (process, "Password of Anna: ");
  test_process_write (process, "\r");
  expect_shown (process, "no password, so nothing was changed");
  test_process_write (process, "account list\r");
  expect_shown (process, ANNA);
  test_process_write (process, "visible\r");
  expect_shown (process, "visible");
}

static void
test_cli_terminal (void)
{
  TestServer *server = test_server_start (NULL);
  g_autoptr (TestProcess) cli = start_cli (server, TRUE);

  expect_output (cli, "salottod> ");
  use_terminal (cli);
  test_server_finish (server);
}

static void
test_own_terminal (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  const char *const argv[] = { test_program ("SALOTTOD"), "--log", "memory", "--listen",
                               "plain://127.0.0.1:0",     NULL };
  g_autoptr (TestProcess) process = test_process_start_on_terminal (folder, argv, NULL);

  expect_output (process, "> ");
  use_terminal (process);
  test_process_write (process, "close\r");
  test_process_expect_exit (process, 0);
}

static void
test_standard_input (void)
{
  static const char *const options[] = { "--log", "memory", "--console", NULL };
  TestServer *server = test_server_start (options);

  test_process_write (server->process, "account add Anna operator\nopen sesame\nopen sesame\n"
                                       "account list\nclose\n");
  expect_output (server->process, "Anna has an account now\n");
  expect_output (server->process, ANNA "\n");
  test_process_expect_exit (server->process, 0);
  test_server_free (server);
}

/* A file that cannot be used: the rest of the server works, and the words say why not. */
static void
test_no_file (void)
{
  static const char *const options[] = { "--log", "memory", NULL };
  TestFolder *folder = test_folder_new ();
  TestServer *server = NULL;
  g_autoptr (TestPeer) console = NULL;
  g_autofree char *errors = NULL;

  test_folder_write (folder, "salotto/server.db", "dear diary, today nothing happened at all\n");
  server = test_server_start_in (folder, options, NULL);
  errors = test_process_get_errors (server->process);
  g_assert_nonnull (strstr (errors, "nobody can log in: "));
  console = open_console (server);
  expect_talk (console, "account add Anna", "? Password of Anna: \n");
  expect_talk (console, "open sesame", "? The same again: \n");
  expect_talk (console, "open sesame",
               "nothing was changed: the server has no file for it\nerror\n");
  expect_talk (console, "account list", "nobody has an account\nok\n");
  test_server_finish (server);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/accounts/words", test_words);
  g_test_add_func ("/net/accounts/mistakes-are-explained", test_mistakes);
  g_test_add_func ("/net/accounts/lines-wait-for-those-before-them", test_at_once);
  g_test_add_func ("/net/accounts/an-operator-goes-away-in-the-middle", test_gone);
  g_test_add_func ("/net/accounts/survive-a-restart", test_restart);
  g_test_add_func ("/net/accounts/the-file-has-no-password", test_file);
  g_test_add_func ("/net/accounts/cli-from-a-pipe", test_cli_pipe);
  g_test_add_func ("/net/accounts/cli-at-a-terminal", test_cli_terminal);
  g_test_add_func ("/net/accounts/the-servers-own-terminal", test_own_terminal);
  g_test_add_func ("/net/accounts/standard-input", test_standard_input);
  g_test_add_func ("/net/accounts/a-file-that-cannot-be-used", test_no_file);
  return g_test_run ();
}
