/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * salotto-cli at a terminal, as somebody who comes from irssi or WeeChat sits down at it: Ctrl-C, a screen that
 * changes its size, a terminal that goes away, several rooms in one, lists, and what servers answer.
 */
#include "config.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "tests/lib/test-foreign.h"
#include "tests/lib/test-irc.h"
#include "tests/lib/test-pace.h"

#define PEOPLE 20

typedef struct
{
  TestServer *server; /* (owned) */
  TestPeer *bob;      /* (owned): in the rooms tea and milk; leads them */
  TestProcess *cli;   /* (owned): Ada, at a terminal of 80 columns, in the room tea */
} Place;

static TestProcess *
sit_down (Place *place, const char *name)
{
  g_autofree char *uri = g_strdup_printf ("irc://127.0.0.1:%u/tea", place->server->port);
  g_autofree char *called = g_strconcat ("--name=", name, NULL);
  const char *const argv[] = { test_program ("SALOTTO_CLI"), uri, called, NULL };
  static const char *const env[] = { "NO_COLOR=1", NULL };
  TestProcess *cli = test_process_start_on_terminal (place->server->folder, argv, env);

  test_expect_output (cli, "#tea> ");
  return cli;
}

static void
set_up (Place *place, gconstpointer data)
{
  place->server = test_server_start ((const char *const[]){ NULL });
  place->bob = test_irc_come (place->server->port, "bob", "");
  test_irc_say (place->bob, "JOIN #tea,#milk");
  test_irc_catch_up (place->bob);
  place->cli = sit_down (place, "Ada");
}

static void
tear_down (Place *place, gconstpointer data)
{
  test_process_free (place->cli);
  test_peer_free (place->bob);
  test_server_stop (place->server);
  test_server_free (place->server);
}

static void
type (Place *place, const char *line)
{
  g_autofree char *typed = g_strconcat (line, "\r", NULL);

  test_process_write (place->cli, typed);
}

static void
get_up (Place *place)
{
  test_process_write (place->cli, "\x04");
  test_process_expect_exit (place->cli, 0);
}

/* How often @words are in what is shown up to @last. */
static guint
count_shown (Place *place, const char *words, const char *last)
{
  g_autofree char *shown = test_process_take_output (place->cli, last, TEST_PATIENCE_MS);
  guint n = 0;

  g_assert_nonnull (shown);
  for (const char *at = shown; (at = strstr (at, words)) != NULL; at += strlen (words))
    n++;
  return n;
}

/* Ctrl-C takes away what was typed, also a search, and only then whoever has typed it. */
static void
test_interrupt (Place *place, gconstpointer data)
{
  test_process_write (place->cli, "a long thought");
  test_expect_output (place->cli, "thought");
  test_process_write (place->cli, "\x03");
  test_expect_output (place->cli, "#tea> ");
  type (place, "short");
  test_expect_output (place->cli, " Ada: short\r\n");
  test_process_write (place->cli, "\x12sho");
  test_expect_output (place->cli, "sho\033[27mrt"); /* what was found stands out */
  test_process_write (place->cli, "\x03");
  test_expect_output (place->cli, "#tea> ");
  /* The key for the line before brings back what was taken away. */
  test_process_write (place->cli, "\x10\x10 indeed\r");
  test_expect_output (place->cli, " Ada: a long thought indeed\r\n");
  test_process_write (place->cli, "\x03");
  test_process_expect_exit (place->cli, 0);
}

/* Whether the terminal is as a shell has it. */
static gboolean
echoes (Place *place)
{
  struct termios now;

  g_assert_no_errno (tcgetattr (place->cli->in, &now));
  return (now.c_lflag & ECHO) != 0;
}

/* While a slow server is waited for, what is typed is for the shell, also when it was gone to in between. */
static void
test_typed_after_the_end (Place *place, gconstpointer data)
{
  gint64 late_us = g_get_monotonic_time () + TEST_PATIENCE_MS * (gint64) 1000;
  int status = 0;

  g_assert_no_errno (kill (place->server->process->pid, SIGSTOP));
  test_process_write (place->cli, "\x04");
  test_expect_output (place->cli, "\033[?2004l"); /* readline gives the terminal back ... */
  while (!echoes (place) && g_get_monotonic_time () < late_us)
    g_usleep (1000); /* ... with its next system call, of which nothing tells */
  test_process_write (place->cli, "ls\n");
  test_expect_output (place->cli, "ls\r\n"); /* the terminal's echo */
  test_process_signal (place->cli, SIGTSTP);
  g_assert_cmpint (waitpid (place->cli->pid, &status, WUNTRACED), ==, place->cli->pid);
  g_assert_true (WIFSTOPPED (status));
  test_process_signal (place->cli, SIGCONT);
  g_assert_no_errno (kill (place->server->process->pid, SIGCONT));
  test_process_expect_exit (place->cli, 0);
  g_assert_true (echoes (place));
}

static void
resize (Place *place, unsigned short columns)
{
  const struct winsize size = { .ws_row = 24, .ws_col = columns };

  g_assert_cmpint (ioctl (place->cli->in, TIOCSWINSZ, &size), ==, 0);
}

/* Rows by which the cursor goes up in @bytes, less those by which it goes down. */
static int
rows_up (const char *bytes)
{
  int rows = 0;

  for (const char *at = bytes; *at != '\0'; at++)
    if (*at == '\n')
      rows--;
    else if (g_str_has_prefix (at, "\033[A"))
      rows++;
  return rows;
}

/* A terminal that becomes wider puts a line of two rows into one: one row further up is what others said. */
static void
test_wider_screen (Place *place, gconstpointer data)
{
  g_autofree char *shown = NULL;

  resize (place, 40);
  test_process_write (place->cli, "0123456789012345678901234567890123456789 end");
  test_expect_output (place->cli, "end");
  test_irc_say (place->bob, "PRIVMSG #tea :precious");
  test_expect_output (place->cli, "precious\r\n");
  test_expect_output (place->cli, "end");
  resize (place, 100);
  shown = test_process_take_output (place->cli, "#tea> ", TEST_PATIENCE_MS);
  g_assert_nonnull (shown);
  g_assert_cmpint (rows_up (shown), <=, 0);
  test_expect_output (place->cli, "end");
  type (place, "ed");
  test_expect_output (place->cli, "9 ended\r\n");
  get_up (place);
}

/* Whose terminal goes away says goodbye; nohup(1) keeps it there. */
static void
test_hangup (Place *place, gconstpointer data)
{
  test_irc_catch_up (place->bob);
  test_process_signal (place->cli, SIGHUP);
  test_irc_expect (place->bob, ":Ada!* QUIT *");
  test_process_expect_exit (place->cli, 0);
}

/* A descriptor that the shell has closed is not the next socket. */
static void
test_closed_descriptors (Place *place, gconstpointer data)
{
  g_autofree char *uri = g_strdup_printf ("irc://127.0.0.1:%u/tea", place->server->port);
  static const struct
  {
    const char *command;
    int status;
  } rows[] = {
    { "exec \"$0\" chat --name Cara \"$1\" <&-", 0 },
    { "exec \"$0\" chat --name Cara \"$1\" </dev/null >&-", 1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const char *const argv[] = { "/bin/sh", "-c", rows[i].command, test_program ("SALOTTO_CLI"),
                                   uri,       NULL };
      g_autoptr (TestProcess) cli = test_process_start (place->server->folder, argv, NULL);

      test_process_expect_exit (cli, rows[i].status);
    }
  test_irc_catch_up (place->bob);
  get_up (place);
}

/* Nothing is an answer, too. */
static void
test_answers (Place *place, gconstpointer data)
{
  type (place, "/ban");
  test_expect_output (place->cli, " nobody is banned from #tea\r\n");
  type (place, "/mode +e");
  test_expect_output (place->cli, " nobody is excepted from the bans of #tea\r\n");
  type (place, "/list");
  test_expect_output (place->cli, "#tea, people there: 2\r\n");
  type (place, "/list nosuch*");
  test_expect_output (place->cli, " there is no such room\r\n");
  type (place, "/mode");
  test_expect_output (place->cli, "#tea was made on 20");
  type (place, "/whois bob");
  test_expect_output (place->cli, "bob has said nothing for ");
  test_expect_output (place->cli, " second");
  test_expect_output (place->cli, ", and has been here since 20");
  test_irc_say (place->bob, "MODE #tea +b *!*@example.org");
  test_expect_output (place->cli, "MODE +b");
  type (place, "/ban");
  test_expect_output (place->cli, "banned from #tea: *!*@example.org (by bob");
  type (place, "/say that is all");
  g_assert_cmpuint (count_shown (place, "nobody is", "that is all\r\n"), ==, 0);
  type (place, "/history 200");
  test_expect_output (place->cli, "at most 100");
  type (place, "/msg nobody hello");
  test_expect_output (place->cli, "not sent to nobody: hello (");
  test_process_write (place->cli, "\x04");
  test_process_expect_exit (place->cli, 1); /* something was not sent */
}

/* Who is there: those who lead first, and as many in a row as there is room for. */
static void
test_names (Place *place, gconstpointer data)
{
  TestPeer *people[PEOPLE];

  type (place, "/names");
  test_expect_output (place->cli, "-- In #tea (2): @bob, Ada\r\n");
  for (guint i = 0; i < PEOPLE; i++)
    {
      g_autofree char *nick = g_strdup_printf ("person_%02u", i);

      people[i] = test_irc_come (place->server->port, nick, "");
      test_irc_say (people[i], "JOIN #tea");
      test_irc_catch_up (people[i]);
    }
  test_expect_output (place->cli, "person_19 has come in");
  type (place, "/names tea");
  test_expect_output (place->cli, "-- In #tea (22):\r\n  @bob       person_02  person_06");
  test_expect_output (place->cli, "\r\n  Ada        person_03");
  type (place, "/names milk");
  test_expect_output (place->cli, "bob");
  type (place, "/query bob");
  test_expect_output (place->cli, "bob> ");
  type (place, "/names");
  test_expect_output (place->cli, "you are in none now");
  get_up (place);
  for (guint i = 0; i < PEOPLE; i++)
    test_peer_free (people[i]);
}

/* Whoever is in two rooms with us is renamed, and goes, once. Talk with them goes on. */
static void
test_told_once (Place *place, gconstpointer data)
{
  type (place, "/join milk");
  test_expect_output (place->cli, "#milk> ");
  type (place, "/query bob");
  test_expect_output (place->cli, "bob> ");
  test_irc_say (place->bob, "NICK robert");
  test_irc_say (place->bob, "PRIVMSG Ada :it is me");
  g_assert_cmpuint (count_shown (place, "called robert", "it is me\r\n"), ==, 1);
  test_expect_output (place->cli, "robert> ");
  test_irc_say (place->bob, "NOTICE #tea :attention");
  test_expect_output (place->cli, " [#tea] -robert- attention\r\n");
  test_irc_say (place->bob, "QUIT :tired");
  test_expect_output (place->cli, "robert has left the server (");
  type (place, "/say");
  g_assert_cmpuint (count_shown (place, "has left", "/say"), ==, 0);
  get_up (place);
}

/* Where something was said stands before the line, and is shown again to whoever comes. */
static void
test_unread (Place *place, gconstpointer data)
{
  type (place, "/next");
  test_expect_output (place->cli, "nothing was said where you are not");
  type (place, "/join milk");
  test_expect_output (place->cli, "#milk> ");
  for (guint i = 1; i <= 12; i++)
    test_irc_say (place->bob, "PRIVMSG #tea :cup %u", i);
  test_expect_output (place->cli, "#milk (#tea 12)> ");
  test_irc_say (place->bob, "PRIVMSG Ada :psst");
  test_expect_output (place->cli, "#milk (bob 1!, #tea 12)> ");
  test_process_write (place->cli, "half\033a"); /* Alt-A */
  test_expect_output (place->cli, "-- bob: 1 message since you were here\r\n");
  test_expect_output (place->cli, "bob to you alone: psst\r\n");
  test_expect_output (place->cli, "bob (#tea 12)> half");
  test_process_write (place->cli, "\x03");
  test_expect_output (place->cli, "> ");
  type (place, "/next");
  test_expect_output (place->cli, "-- #tea: 12 messages since you were here\r\n");
  g_assert_cmpuint (count_shown (place, " bob: cup ", "cup 12\r\n"), ==, 10);
  test_expect_output (place->cli, "#tea> ");
  get_up (place);
}

/* Where one goes is where one is, in whatever letters it was typed. */
static void
test_any_case (Place *place, gconstpointer data)
{
  g_autoptr (TestPeer) zoe = test_irc_come (place->server->port, "Zoe", "");

  type (place, "/query BOB");
  test_expect_output (place->cli, "bob> ");
  test_irc_say (place->bob, "PRIVMSG Ada :psst");
  test_expect_output (place->cli, "bob to you alone: psst\r\n");
  test_irc_say (zoe, "PRIVMSG Ada :is it you?");
  test_expect_output (place->cli, "\rbob (Zoe 1!)> ");
  type (place, "/query zoe");
  test_expect_output (place->cli, "-- Zoe: 1 message since you were here\r\n");
  test_expect_output (place->cli, "\rZoe> ");
  type (place, "/join MILK");
  test_expect_output (place->cli, "#milk> ");
  type (place, "/join TEA");
  test_expect_output (place->cli, "#tea> ");
  test_irc_say (place->bob, "PRIVMSG #tea :hot");
  g_assert_cmpuint (count_shown (place, "[#tea]", " bob: hot\r\n"), ==, 0);
  get_up (place);
}

/* A room that was left is no place to go to. */
static void
test_left_unread (Place *place, gconstpointer data)
{
  type (place, "/join milk");
  test_expect_output (place->cli, "#milk> ");
  type (place, "/join tea");
  test_expect_output (place->cli, "#tea> ");
  test_irc_say (place->bob, "PRIVMSG #milk :cold");
  test_expect_output (place->cli, "#tea (#milk 1)> ");
  test_irc_say (place->bob, "KICK #milk Ada :spilt");
  test_expect_output (place->cli, "spilt");
  test_expect_output (place->cli, "#tea> ");
  type (place, "/next");
  test_expect_output (place->cli, "nothing was said where you are not");
  get_up (place);
}

/* The second column of the help is a column on a narrow screen, too. */
static void
test_help (Place *place, gconstpointer data)
{
  resize (place, 50);
  type (place, "/help");
  test_expect_output (place->cli, "/ban [MASK]               whoever this fits may\r\n"
                                  "                          not come into the room;\r\n");
  get_up (place);
}

#define ADD(path, func) g_test_add ("/net/cli-screen/" path, Place, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("ctrl-c-takes-the-line-first", test_interrupt);
  ADD ("typed-after-the-end", test_typed_after_the_end);
  ADD ("a-wider-screen-loses-nothing", test_wider_screen);
  ADD ("says-goodbye-when-the-terminal-goes", test_hangup);
  ADD ("needs-no-descriptors", test_closed_descriptors);
  ADD ("answers-of-servers", test_answers);
  ADD ("names", test_names);
  ADD ("goes-and-is-renamed-once", test_told_once);
  ADD ("what-was-said-elsewhere", test_unread);
  ADD ("in-whatever-letters", test_any_case);
  ADD ("a-room-that-was-left-is-nowhere-to-go", test_left_unread);
  ADD ("help-fits", test_help);
  /* A client that says goodbye waits a second for the server. */
  return test_pace_run ();
}
