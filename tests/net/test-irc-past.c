/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What was said before somebody came in, for clients that cannot ask for it: shown if the
 * server is so configured, each room after the other, and never to programs.
 */
#include "config.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "common/proto/sal-dialect-irc.h"
#include "tests/lib/test-irc.h"

static TestServer *
start_with (const char *configuration)
{
  TestFolder *folder = test_folder_new ();
  g_autofree char *path = test_folder_file (folder, "salottod.conf");
  const char *const options[] = { "--config", path, "--log", "memory", NULL };

  test_folder_write (folder, "salottod.conf", configuration);
  return test_server_start_in (folder, options, NULL);
}

/* Somebody who has said something in two rooms. */
static TestPeer *
come_and_talk (TestServer *server)
{
  TestPeer *ada = test_irc_come (server->port, "ada", NULL);

  test_irc_say (ada, "JOIN #tea,#coffee");
  test_irc_say (ada, "PRIVMSG #tea :one");
  test_irc_say (ada, "PRIVMSG #tea :two");
  test_irc_say (ada, "PRIVMSG #tea :\001VERSION\001");
  test_irc_say (ada, "PRIVMSG #tea :\001ACTION waves\001");
  test_irc_say (ada, "PRIVMSG #coffee :three");
  test_irc_catch_up (ada);
  return ada;
}

static void
join (TestPeer *peer, const char *rooms, guint n)
{
  test_irc_say (peer, "JOIN %s", rooms);
  for (guint i = 0; i < n; i++)
    {
      test_irc_expect (peer, "* JOIN #*");
      test_irc_expect (peer, "* 353 *");
      test_irc_expect (peer, "* 366 *");
    }
}

/* With the time in the text, or in its tag; what programs ask is not asked again. */
static void
test_shown (void)
{
  TestServer *server = start_with ("[irc]\nhistory-on-join = 3\n");
  g_autoptr (TestPeer) ada = come_and_talk (server);
  g_autoptr (TestPeer) old = test_irc_come (server->port, "old", NULL);
  g_autoptr (TestPeer) timed = test_irc_come (server->port, "timed", "server-time");

  join (old, "#tea,#coffee", 2);
  test_irc_expect (old, ":ada!* PRIVMSG #tea :[*-*-* *:*] two");
  test_irc_expect (old, ":ada!* PRIVMSG #tea :\001ACTION [*] waves\001");
  test_irc_expect (old, ":ada!* PRIVMSG #coffee :[*] three");
  test_irc_say (old, "PING x");
  test_irc_expect (old, "* PONG *");

  join (timed, "#tea", 1);
  test_irc_expect (timed, "@time=* :ada!* PRIVMSG #tea :two");
  test_irc_expect (timed, "@time=* :ada!* PRIVMSG #tea :\001ACTION waves\001");
  test_irc_say (timed, "PING x");
  test_irc_expect (timed, "* PONG *");
  test_peer_close (ada);
  test_peer_close (old);
  test_peer_close (timed);
  test_server_finish (server);
}

static void
expect_nothing_past (TestPeer *peer)
{
  join (peer, "#tea,#coffee", 2);
  test_irc_say (peer, "PING x");
  test_irc_expect (peer, "* PONG *");
}

/* Programs would answer; who can ask does; and unless somebody wants it nobody is shown anything. */
static void
test_not_shown (void)
{
  TestServer *server = start_with ("[irc]\nhistory-on-join = 3\n");
  g_autoptr (TestPeer) ada = come_and_talk (server);
  g_autoptr (TestPeer) bot = test_irc_come (server->port, "bot", NULL);
  g_autoptr (TestPeer) modern = test_irc_come (server->port, "modern", "draft/chathistory batch");

  test_irc_say (bot, "MODE bot +B");
  test_irc_expect (bot, "* MODE bot +B");
  expect_nothing_past (bot);
  expect_nothing_past (modern);
  test_peer_close (ada);
  test_peer_close (bot);
  test_peer_close (modern);
  test_server_finish (server);
}

static void
test_off (void)
{
  TestServer *server = start_with ("");
  g_autoptr (TestPeer) ada = come_and_talk (server);
  g_autoptr (TestPeer) old = test_irc_come (server->port, "old", NULL);

  expect_nothing_past (old);
  test_peer_close (ada);
  test_peer_close (old);
  test_server_finish (server);
}

/* What is said after somebody has come in is heard, and is not the past: however long the past of
 * their other rooms takes to be read. */
static void
test_once (void)
{
  TestServer *server = start_with ("[irc]\nhistory-on-join = 3\n");
  g_autoptr (TestPeer) ada = come_and_talk (server);
  g_autoptr (TestPeer) bob = test_irc_come (server->port, "bob", NULL);
  g_autoptr (GString) rooms = g_string_new (NULL);
  guint heard = 0;

  for (guint i = 0; i < 90; i++)
    g_string_append_printf (rooms, "#%u,", i);
  test_irc_say (bob, "JOIN %s#tea", rooms->str);
  test_peer_expect_later (ada, ":bob!~bob@");
  test_irc_say (ada, "PRIVMSG #tea :now");
  test_irc_catch_up (ada);
  test_irc_say (bob, "PING x");
  for (;;)
    {
      g_autofree char *line = test_irc_take_line (bob);

      if (strstr (line, " PONG ") != NULL)
        break;
      heard += g_str_has_prefix (line, ":ada!") && g_str_has_suffix (line, "now");
    }
  g_assert_cmpuint (heard, ==, 1);
  test_peer_close (ada);
  test_peer_close (bob);
  test_server_finish (server);
}

/* Says @n things in #tea. Returns (transfer full): the name of the last one. */
static char *
say_many (TestPeer *peer, guint n)
{
  char *id = NULL;

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *line = NULL;

      test_irc_say (peer, "PRIVMSG #tea :%u", i);
      line = test_irc_take_line (peer);
      g_assert_true (g_str_has_prefix (line, "@msgid="));
      g_free (id);
      id = g_strndup (line + strlen ("@msgid="), strcspn (line + strlen ("@msgid="), "; "));
    }
  return id;
}

/* Returns (transfer full): a moment of which what was said before and what is said from now on are on different
 * sides, as a question names it. */
static char *
moment_of_now (void)
{
  gint64 now_us = g_get_real_time () + G_TIME_SPAN_MILLISECOND;
  GString *text = g_string_new ("timestamp=");

  sal_irc_append_time (text, now_us);
  while (g_get_real_time () < now_us + G_TIME_SPAN_MILLISECOND)
    g_usleep (G_TIME_SPAN_MILLISECOND);
  return g_string_free (text, FALSE);
}

/* Nothing but a refusal, or (@lines > 0) a page. */
static void
expect_page (TestPeer *peer, const char *question, guint lines)
{
  test_irc_say (peer, "CHATHISTORY %s", question);
  if (lines == 0)
    {
      g_autofree char *refusal = g_strdup_printf ("* FAIL CHATHISTORY MESSAGE_ERROR %.*s #tea :*",
                                                  (int) strcspn (question, " "), question);

      test_irc_expect (peer, refusal);
      return;
    }
  test_irc_expect (peer, "* BATCH +*");
  for (guint i = 0; i < lines; i++)
    test_irc_expect (peer, "@batch=*");
  test_irc_expect (peer, "* BATCH -*");
}

/* Whoever asks for what was said since a message that is not kept any more does not get the rest for all
 * of it; but a message that was taken back has been no gap. */
static void
test_forgotten (void)
{
  TestServer *server =
      start_with ("[limits]\nmessages-per-second = 100000\nmessage-burst = 100000\n");
  g_autoptr (TestPeer) ada =
      test_irc_come (server->port, "ada",
                     "echo-message message-tags batch draft/chathistory draft/message-redaction");
  g_autofree char *first = NULL;
  g_autofree char *last = NULL;
  g_autofree char *after = NULL;
  g_autofree char *latest = NULL;
  g_autofree char *between = NULL;
  g_autofree char *backwards = NULL;
  g_autofree char *around = NULL;
  g_autofree char *moment = NULL;
  g_autofree char *to_moment = NULL;
  g_autofree char *from_moment = NULL;

  test_irc_say (ada, "JOIN #tea");
  test_irc_catch_up (ada);
  first = say_many (ada, 1); /* with the join, the second entry of the room */
  after = g_strdup_printf ("AFTER #tea msgid=%s 5", first);
  latest = g_strdup_printf ("LATEST #tea msgid=%s 5", first);
  around = g_strdup_printf ("AROUND #tea msgid=%s 4", first);
  moment = moment_of_now ();
  to_moment = g_strdup_printf ("BETWEEN #tea msgid=%s %s 5", first, moment);
  from_moment = g_strdup_printf ("BETWEEN #tea %s msgid=%s 5", moment, first);
  g_free (say_many (ada, SAL_MEMORY_LOG_ENTRIES - 2));
  expect_page (ada, after, 5);
  expect_page (ada, around, 2);
  /* The first entry that is there now, and what there was, until it was taken back. */
  g_free (say_many (ada, 1));
  test_irc_say (ada, "REDACT #tea %s", first);
  test_irc_expect (ada, "* REDACT #tea *");
  expect_page (ada, after, 5);
  /* Two more than are kept, for one was taken back. */
  last = say_many (ada, 2);
  between = g_strdup_printf ("BETWEEN #tea msgid=%s msgid=%s 5", first, last);
  backwards = g_strdup_printf ("BETWEEN #tea msgid=%s msgid=%s 5", last, first);
  expect_page (ada, after, 0);
  expect_page (ada, around, 0);
  expect_page (ada, between, 0);
  /* Nobody knows any more on which side of the moment it was. */
  expect_page (ada, to_moment, 0);
  expect_page (ada, from_moment, 0);
  expect_page (ada, backwards, 5); /* has not got there yet */
  expect_page (ada, latest, 5);
  /* It would get there: hardly anything that was said is left. */
  for (guint i = 0; i < SAL_MEMORY_LOG_ENTRIES; i++)
    test_irc_say (ada, "TOPIC #tea :%u", i);
  test_irc_catch_up (ada);
  g_free (say_many (ada, 2));
  expect_page (ada, latest, 0);
  expect_page (ada, backwards, 0);
  expect_page (ada, "LATEST #tea * 5", 2);
  test_peer_close (ada);
  test_server_finish (server);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/irc-past/shown-room-after-room", test_shown);
  g_test_add_func ("/net/irc-past/nothing-twice", test_once);
  g_test_add_func ("/net/irc-past/not-to-programs-nor-to-who-can-ask", test_not_shown);
  g_test_add_func ("/net/irc-past/what-is-forgotten-is-no-page", test_forgotten);
  g_test_add_func ("/net/irc-past/off-unless-configured", test_off);
  return g_test_run ();
}
