/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * salotto-cli as a person at a terminal uses it, who comes from another client of IRC: whom they ignore,
 * what Tab makes of a word, pastes, Ctrl-Z, being named; in an environment that is not as it should be, too.
 */
#include "config.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "tests/lib/test-foreign.h"
#include "tests/lib/test-irc.h"

typedef struct
{
  TestServer *server; /* (owned) */
  TestFolder *home;   /* (owned): of the person */
  TestPeer *bob;      /* (owned): in the room tea */
  char *uri;          /* (owned) */
} Place;

static TestPeer *
come (Place *place, const char *nick)
{
  TestPeer *peer = test_irc_come (place->server->port, nick, "");

  test_irc_say (peer, "JOIN #tea");
  test_irc_catch_up (peer);
  return peer;
}

static void
set_up (Place *place, gconstpointer data)
{
  place->server = test_server_start ((const char *const[]){ NULL });
  place->home = test_folder_new ();
  place->uri = g_strdup_printf ("irc://127.0.0.1:%u/tea", place->server->port);
  place->bob = come (place, "bob");
}

static void
tear_down (Place *place, gconstpointer data)
{
  test_peer_free (place->bob);
  test_server_stop (place->server);
  test_server_free (place->server);
  test_folder_free (place->home);
  g_free (place->uri);
}

/* Ada, at a terminal, in the room. @env: beside what there always is; @option: (nullable) */
static TestProcess *
sit_down (Place *place, const char *const *env, const char *option)
{
  const char *argv[] = { test_program ("SALOTTO_CLI"), place->uri, "--name", "Ada", option, NULL };
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) all = NULL;
  g_autofree char *config = test_folder_file (place->home, "config");
  g_autofree char *set_config = g_strconcat ("XDG_CONFIG_HOME=", config, NULL);
  TestProcess *cli = NULL;

  g_strv_builder_add (builder, "NO_COLOR=1");
  g_strv_builder_add (builder, "COLUMNS=200");
  g_strv_builder_add (builder, set_config);
  for (gsize i = 0; env != NULL && env[i] != NULL; i++)
    g_strv_builder_add (builder, env[i]);
  all = g_strv_builder_end (builder);
  cli = test_process_start_on_terminal (place->home, argv, (const char *const *) all);
  test_expect_output (cli, "#tea> ");
  return cli;
}

static void
get_up (TestProcess *cli)
{
  test_process_write (cli, "\x04");
  test_process_expect_exit (cli, 0);
}

static void
type (TestProcess *cli, const char *line)
{
  g_autofree char *typed = g_strconcat (line, "\r", NULL);

  test_process_write (cli, typed);
}

/* Two say something, one after the other; only the second is heard. */
static void
expect_only_eva (Place *place, TestProcess *cli, TestPeer *eva, const char *words)
{
  g_autofree char *second = g_strdup_printf (" eva: %s\r\n", words);
  g_autofree char *shown = NULL;

  test_irc_say (place->bob, "PRIVMSG #tea :%s", words);
  test_irc_catch_up (place->bob);
  test_irc_say (eva, "PRIVMSG #tea :%s", words);
  shown = test_process_take_output (cli, second, TEST_PATIENCE_MS);
  g_assert_nonnull (shown);
  g_assert_null (strstr (shown, "bob: "));
}

/* Who is ignored is not heard, not answered, and the next time neither. */
static void
test_ignore (Place *place, gconstpointer data)
{
  g_autoptr (TestPeer) eva = come (place, "eva");
  g_autoptr (TestProcess) cli = sit_down (place, data, NULL);
  g_autoptr (TestProcess) again = NULL;
  g_autofree char *path = test_folder_file (place->home, "config/salotto/ignored");
  g_autofree char *kept = NULL;

  type (cli, "/ignore");
  test_expect_output (cli, "What everybody says is shown.");
  type (cli, "/ignore BOB");
  test_expect_output (cli, "What BOB says is not shown from now on.");
  expect_only_eva (place, cli, eva, "one");
  test_irc_say (place->bob, "PRIVMSG Ada :\001VERSION\001");
  test_irc_say (place->bob, "PRIVMSG Ada :psst");
  test_irc_catch_up (place->bob);
  expect_only_eva (place, cli, eva, "two");
  type (cli, "/ignore *!*");
  test_expect_output (cli, "cannot be ignored");
  type (cli, "/unignore carla");
  test_expect_output (cli, "carla is not in the list");
  expect_only_eva (place, cli, eva, "also one");
  get_up (cli);
  test_irc_catch_up (place->bob);
  g_assert_null (memmem (place->bob->received->data, place->bob->received->len, "NOTICE", 6));

  again = sit_down (place, data, NULL);
  expect_only_eva (place, again, eva, "three");
  type (again, "/ignore");
  test_expect_output (again, "Not shown is what these say: BOB");
  if (data == NULL)
    g_assert_true (g_file_get_contents (path, &kept, NULL, NULL));
  type (again, "/unignore bob");
  test_expect_output (again, "What bob says is shown.");
  test_irc_say (place->bob, "PRIVMSG #tea :four");
  test_expect_output (again, " bob: four\r\n");
  get_up (again);
  if (data == NULL)
    g_assert_cmpstr (kept, ==, "BOB\n");
}

/* A file that cannot be read is not written, or those in it would be lost; nothing that is in one drives the
 * terminal. */
static void
test_ignore_file (Place *place, gconstpointer data)
{
  g_autofree char *path = test_folder_file (place->home, "config/salotto/ignored");
  g_autoptr (TestProcess) cli = NULL;
  g_autoptr (TestProcess) again = NULL;
  g_autofree char *shown = NULL;

  test_folder_write (place->home, "config/salotto/ignored", "eva\n\033]0;carla\a\n\xff\n");
  cli = sit_down (place, NULL, NULL);
  type (cli, "/ignore");
  shown = test_process_take_output (cli, "carla", TEST_PATIENCE_MS);
  g_assert_nonnull (shown);
  g_assert_nonnull (strstr (shown, "these say: eva ]0;"));
  get_up (cli);
  g_assert_no_errno (unlink (path));
  g_assert_no_errno (symlink (path, path));
  again = sit_down (place, NULL, NULL);
  type (again, "/ignore bob");
  test_expect_output (again, "could not be kept");
  test_expect_output (again, "What bob says is not shown");
  get_up (again);
  g_assert_true (g_file_test (path, G_FILE_TEST_IS_SYMLINK));
}

/* The list is the window's, where there are settings. */
static void
test_ignore_in_settings (Place *place, gconstpointer data)
{
  static const char *const keyfile[] = { "GSETTINGS_BACKEND=keyfile", NULL };
  g_autofree char *path = test_folder_file (place->home, "config/glib-2.0/settings/keyfile");
  g_autofree char *kept = NULL;
  g_autoptr (TestProcess) cli = NULL;
  g_autofree char *compiled =
      g_build_filename (g_getenv ("GSETTINGS_SCHEMA_DIR"), "gschemas.compiled", NULL);

  if (!g_file_test (compiled, G_FILE_TEST_EXISTS))
    {
      g_test_skip ("there is no desktop client, and so no settings of its");
      return;
    }
  test_ignore (place, keyfile);
  test_folder_write (place->home, "config/glib-2.0/settings/keyfile",
                     "[org/salotto/Salotto]\nignored='bob, eva'\nmention-words='teapot'\n");
  cli = sit_down (place, keyfile, "--bell");
  type (cli, "/unignore eva");
  test_expect_output (cli, "What eva says is shown.");
  {
    g_autoptr (TestPeer) eva = come (place, "eva");

    expect_only_eva (place, cli, eva, "one");
    test_irc_say (eva, "PRIVMSG #tea :where is the Teapot?");
    test_expect_output (cli, "\a");
  }
  get_up (cli);
  g_assert_true (g_file_get_contents (path, &kept, NULL, NULL));
  g_assert_nonnull (strstr (kept, "ignored='bob'"));
}

/* Tab knows people, rooms and commands, in whatever case. */
static void
test_completion (Place *place, gconstpointer data)
{
  g_autoptr (TestProcess) cli = sit_down (place, NULL, NULL);

  test_process_write (cli, "BO\thello\r");
  test_expect_output (cli, " Ada: bob: hello\r\n");
  test_process_write (cli, "and bo\ttoo\r");
  test_expect_output (cli, " Ada: and bob too\r\n");
  test_process_write (cli, "/unig\tnobody\r");
  test_expect_output (cli, "nobody is not in the list");
  test_process_write (cli, "/topic #t\tnew\r");
  test_expect_output (cli, "#tea: You're not");
  test_process_write (cli, "/msg bob psst\r");
  test_expect_output (cli, "to bob alone: psst");
  type (cli, "/query bob");
  test_expect_output (cli, "bob> ");
  test_process_write (cli, "b\tyes\r");
  test_expect_output (cli, "to bob alone: bob: yes");
  get_up (cli);
}

/* What is pasted is said when it is entered, and each line as it is. */
static void
test_paste (Place *place, gconstpointer data)
{
  g_autoptr (TestProcess) cli = sit_down (place, NULL, NULL);

  test_process_write (cli, "\033[200~one\r/quit\r\rquit\033[201~");
  test_expect_output (cli, "/quit");
  test_irc_catch_up (place->bob);
  g_assert_null (memmem (place->bob->received->data, place->bob->received->len, "PRIVMSG", 7));
  test_process_write (cli, " and more\r");
  test_irc_expect (place->bob, ":Ada!* PRIVMSG #tea :one");
  test_irc_expect (place->bob, ":Ada!* PRIVMSG #tea :/quit");
  test_irc_expect (place->bob, ":Ada!* PRIVMSG #tea :quit and more");
  /* One line is as good as typed, also with its end. */
  test_process_write (cli, "\033[200~/msg bob open sesame\r\033[201~\r");
  test_irc_expect (place->bob, ":Ada!* PRIVMSG bob :open sesame");
  get_up (cli);
}

static tcflag_t
local_modes (TestProcess *cli)
{
  struct termios now;

  g_assert_cmpint (tcgetattr (cli->in, &now), ==, 0);
  return now.c_lflag & (ECHO | ICANON);
}

/* Ctrl-Z stops, with the terminal as it was before; going on, everything is as it was. */
static void
test_stop (Place *place, gconstpointer data)
{
  g_autoptr (TestProcess) cli = sit_down (place, NULL, NULL);
  int status = 0;

  test_process_write (cli, "half");
  test_expect_output (cli, "half");
  g_assert_cmpuint (local_modes (cli), ==, 0);
  test_process_signal (cli, SIGTSTP);
  g_assert_cmpint (waitpid (cli->pid, &status, WUNTRACED), ==, cli->pid);
  g_assert_true (WIFSTOPPED (status));
  g_assert_cmpuint (local_modes (cli), ==, ECHO | ICANON);
  test_irc_say (place->bob, "PRIVMSG #tea :meanwhile");
  test_irc_catch_up (place->bob);
  test_process_signal (cli, SIGCONT);
  test_expect_output (cli, "#tea> half");
  test_expect_output (cli, " bob: meanwhile\r\n");
  test_process_write (cli, " and half\r");
  test_expect_output (cli, " Ada: half and half\r\n");
  g_assert_cmpuint (local_modes (cli), ==, 0);
  get_up (cli);
}

/* The bell rings for what names one, and for what is said to one alone; not for the rest, and not unasked. */
static void
test_bell (Place *place, gconstpointer data)
{
  static const char *const lines[] = { "PRIVMSG #tea :hello", "PRIVMSG #tea :hello ada!",
                                       "PRIVMSG Ada :psst", "NOTICE Ada :psst" };

  for (guint asked = 0; asked < 2; asked++)
    {
      g_autoptr (TestProcess) cli = sit_down (place, NULL, asked ? "--bell" : NULL);

      for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
        {
          g_autofree char *shown = NULL;

          test_irc_say (place->bob, "%s", lines[i]);
          shown = test_process_take_output (cli, i < 2 ? "hello" : "psst", TEST_PATIENCE_MS);
          g_assert_nonnull (shown);
          g_assert_cmpint (strchr (shown, '\a') != NULL, ==, asked && (i == 1 || i == 2));
        }
      get_up (cli);
    }
}

/* What is asked of somebody's program is answered here. */
static void
test_ctcp (Place *place, gconstpointer data)
{
  g_autoptr (TestProcess) cli = sit_down (place, NULL, NULL);

  test_irc_catch_up (place->bob);
  type (cli, "/ctcp bob version");
  test_irc_expect (place->bob, ":Ada!* PRIVMSG bob :\001VERSION\001");
  test_irc_say (place->bob, "NOTICE Ada :\001VERSION Pen and paper\001");
  test_expect_output (cli, "bob: VERSION Pen and paper\r\n");
  type (cli, "/op bob");
  test_expect_output (cli, "#tea");
  type (cli, "/query bob");
  test_expect_output (cli, "bob> ");
  type (cli, "/kick bob");
  test_expect_output (cli, "you are in none now");
  get_up (cli);
}

/* Everything is UTF-8, whatever the environment says of itself. */
static void
test_no_locale (Place *place, gconstpointer data)
{
  static const char *const env[] = { "LANG=", "LC_ALL=C", "LANGUAGE=", NULL };
  g_autoptr (TestProcess) cli = sit_down (place, env, "--room=tea");

  type (cli, "/nick Bób");
  test_expect_output (cli, "Bób");
  type (cli, TEST_ACCENTS);
  test_irc_expect (place->bob, ":Ada!* JOIN #tea");
  test_irc_expect (place->bob, ":Ada!* NICK *");
  test_irc_expect (place->bob, ":Bób!* PRIVMSG #tea :" TEST_ACCENTS);
  get_up (cli);
}

#define ADD(path, func) g_test_add ("/net/cli-person/" path, Place, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("ignores", test_ignore);
  ADD ("ignores-whom-the-window-ignores", test_ignore_in_settings);
  ADD ("loses-nobody-who-is-ignored", test_ignore_file);
  ADD ("tab-completes", test_completion);
  ADD ("a-paste-is-said-when-it-is-entered", test_paste);
  ADD ("stops-and-goes-on", test_stop);
  ADD ("the-bell-rings", test_bell);
  ADD ("asks-programs-and-rules-rooms", test_ctcp);
  ADD ("needs-no-locale", test_no_locale);
  return g_test_run ();
}
