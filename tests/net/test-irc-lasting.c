/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * People in IRC who say nothing for long, and people who read too slowly. The server asks the
 * former whether they are there; the latter hold neither the room nor the memory.
 */
#include "config.h"

#include <string.h>
#include <sys/resource.h>

#include "common/base/sal-limits.h"
#include "tests/lib/test-irc.h"
#include "tests/lib/test-pace.h"

/* Caps of a client that can read later what it has missed. */
#define READS_LATER "batch message-tags server-time draft/chathistory standard-replies"

static TestServer *
start_with (const char *configuration)
{
  TestFolder *folder = test_folder_new ();
  g_autofree char *path = test_folder_file (folder, "salottod.conf");
  g_autofree char *log = test_folder_file (folder, "rooms.db");
  g_autofree char *store = g_strconcat ("sqlite:", log, NULL);
  const char *const options[] = { "--config", path, "--log", store, NULL };
  /* Thousands of commits: none of them has to be on a disk that others use. */
  g_autofree char *text = g_strconcat ("[log]\nsynchronous = normal\n", configuration, NULL);

  test_folder_write (folder, "salottod.conf", text);
  return test_server_start_in (folder, options, NULL);
}

/* Who is silent is asked, and stays while they answer; then they are gone for everybody, and a
 * plain person has never been asked anything. */
static void
test_ping (void)
{
  TestServer *server = start_with ("[limits]\nping-seconds = 1\nping-timeout-seconds = 1\n");
  g_autoptr (TestPeer) plain = test_peer_join (server->port, "Plain");
  g_autoptr (TestPeer) silent = test_irc_come (server->port, "silent", NULL);

  test_irc_say (silent, "JOIN #lobby");
  test_peer_expect_later (silent, " 366 ");
  test_peer_expect_later (silent, "\r\n");
  test_peer_expect_later (plain, ".hidden', 0) has come into the chat room.\n");
  for (guint i = 0; i < 2; i++)
    {
      test_irc_expect (silent, "PING :*");
      test_irc_say (silent, "PONG x");
    }
  test_irc_expect (silent, "PING :*");
  test_irc_expect (silent, "ERROR :Closing link: * (Ping timeout: 2 seconds)");
  test_peer_expect_end (silent);
  test_peer_expect (plain, "> silent('");
  test_peer_expect_later (plain, ".hidden', 0) has left this room.\n");
  test_server_finish (server);
}

/* Any line is a sign of life: who talks is not asked. */
static void
test_no_ping (void)
{
  TestServer *server = start_with ("[limits]\nping-seconds = 1\nping-timeout-seconds = 1\n");
  g_autoptr (TestPeer) busy = test_irc_come (server->port, "busy", NULL);
  g_autoptr (TestPeer) silent = test_irc_come (server->port, "silent", NULL);
  gint64 said_us = g_get_monotonic_time ();

  /* For as long as it takes until somebody is asked, and put out. On a machine that does other
   * things we may say nothing for a second ourselves; then we are asked, too. */
  while (!silent->ended)
    {
      g_autofree char *line = NULL;
      gint64 silence_us = g_get_monotonic_time () - said_us;

      said_us += silence_us;
      test_irc_say (busy, "PING still-here");
      line = test_irc_take_line (busy);
      if (silence_us > G_USEC_PER_SEC / 2 && g_str_has_prefix (line, "PING :"))
        {
          g_free (line);
          line = test_irc_take_line (busy);
        }
      g_assert_true (g_str_has_suffix (line, " :still-here"));
      (void) test_peer_read (silent, 100);
    }
  test_peer_expect_later (silent, "PING :");
  test_peer_expect_later (silent, "(Ping timeout: 2 seconds)");
  test_irc_catch_up (busy);
  test_server_finish (server);
}

enum
{
  CROWD = 12, /* each a step of 125 ms apart from the next one, with a ping-seconds of 4 */
};

/* Those who come together. Returns how long after the last of them the first one is asked; they
 * answer, and are still there. */
static gint64
time_apart_us (const TestServer *server)
{
  g_autoptr (GPtrArray) crowd = g_ptr_array_new_with_free_func ((GDestroyNotify) test_peer_free);
  gint64 last_us = 0;

  for (guint i = 0; i < CROWD; i++)
    {
      g_autofree char *name = g_strdup_printf ("c%u", i);

      g_ptr_array_add (crowd, test_irc_come (server->port, name, NULL));
    }
  test_irc_expect (crowd->pdata[CROWD - 1], "PING :*");
  last_us = g_get_monotonic_time ();
  test_irc_expect (crowd->pdata[0], "PING :*");
  return g_get_monotonic_time () - last_us;
}

/* Those who come together, after a restart for instance, are not asked together. On a machine that
 * does other things both may be read at the same time, so it is tried again. */
static void
test_crowd (void)
{
  TestServer *server = start_with ("[limits]\nping-seconds = 4\n");
  gint64 apart_us = 0;

  for (guint tries = 0; apart_us < G_USEC_PER_SEC / 4 && tries < 5; tries++)
    apart_us = time_apart_us (server);
  g_assert_cmpint (apart_us, >=, G_USEC_PER_SEC / 4);
  test_server_finish (server);
}

/* Nobody is asked if that is switched off; a reload switches it on for those inside. */
static void
test_ping_reloaded (void)
{
  TestServer *server = start_with ("[limits]\nping-seconds = 0\n");
  g_autoptr (TestPeer) anna = test_irc_come (server->port, "anna", NULL);
  g_autofree char *answer = NULL;

  test_peer_expect_nothing (anna, 1500);
  test_folder_write (server->folder, "salottod.conf", "[limits]\nping-seconds = 1\n");
  answer = test_server_control (server, "reload");
  g_assert_true (g_str_has_suffix (answer, "ok\n"));
  test_irc_catch_up (anna);
  test_irc_expect (anna, "PING :*");
  test_server_finish (server);
}

enum
{
  LINES = 16000,
  PASTE = 100, /* lines at a time, so that those who read can follow */
};

/* The number in a line of the paste; -1 if there is none. */
static int
number_of (const char *line)
{
  const char *at = strstr (line, " :paste ");

  return at != NULL ? atoi (at + strlen (" :paste ")) : -1;
}

/* Whether @peer was told this, perhaps without having taken it yet. */
static gboolean
was_told (TestPeer *peer, const char *text)
{
  while (test_peer_read (peer, 0))
    ;
  return peer->received->len > 0 &&
         memmem (peer->received->data, peer->received->len, text, strlen (text)) != NULL;
}

/* W says @lines lines, each of which R reads before many more come; or fewer, if W is told
 * @enough (nullable). */
static void
paste (TestPeer *w, TestPeer *r, guint lines, const char *enough)
{
  g_autofree char *filling = g_strnfill (400, 'x');

  for (guint i = 0; i < lines && (enough == NULL || !was_told (w, enough)); i += PASTE)
    {
      g_autofree char *last = g_strdup_printf (" :paste %u ", i + PASTE - 1);

      for (guint k = i; k < i + PASTE; k++)
        test_irc_say (w, "PRIVMSG #tea :paste %u %s", k, filling);
      test_peer_expect_later (r, last);
    }
}

/* Reads lines of the paste, which have to be consecutive from @next on.
 *
 * Returns: (transfer full): the first line that belongs to something else. */
static char *
read_paste (TestPeer *peer, int *next)
{
  for (;;)
    {
      g_autofree char *line = test_irc_take_line (peer);
      int number = -1;

      g_assert_nonnull (line);
      number = number_of (line);
      if (number < 0)
        return g_steal_pointer (&line);
      g_assert_cmpint (number, ==, *next);
      ++*next;
    }
}

static void
come_into_tea (TestPeer *peer)
{
  test_irc_say (peer, "JOIN #tea");
  test_peer_expect_later (peer, " 366 ");
  test_peer_expect_later (peer, "\r\n");
}

/* Who knows how to read the past is not put out for being slow: what they cannot follow is left
 * out, they are told so, and the history has all of it, once and in order. */
static void
test_slow_reader (void)
{
  TestServer *server = start_with ("[limits]\nsend-queue-bytes = 65536\n");
  g_autoptr (TestPeer) w = test_irc_come (server->port, "w", NULL);
  g_autoptr (TestPeer) r = test_irc_come (server->port, "r", NULL);
  g_autoptr (TestPeer) slow = test_irc_come_narrow (server->port, "slow", READS_LATER, 16 * 1024);
  g_autofree char *warning = NULL;
  g_auto (GStrv) words = NULL;
  g_autofree char *point = NULL;
  int next = 0;
  int missed = 0;

  come_into_tea (w);
  come_into_tea (r);
  come_into_tea (slow);
  paste (w, r, LINES, NULL);

  warning = read_paste (slow, &next);
  words = g_strsplit (warning, " ", 7);
  g_assert_cmpuint (g_strv_length (words), ==, 7);
  g_assert_cmpstr (words[1], ==, "WARN");
  g_assert_cmpstr (words[2], ==, "CHATHISTORY");
  g_assert_cmpstr (words[3], ==, "MESSAGES_LEFT_OUT");
  g_assert_cmpstr (words[4], ==, "#tea");
  missed = atoi (words[5]);
  g_assert_cmpint (missed, ==, LINES - next);
  point = g_strdup (words[6]);
  *strchr (point, ' ') = '\0';
  while (next < LINES)
    {
      g_autofree char *begin = NULL;
      int before = next;

      test_irc_say (slow, "CHATHISTORY AFTER #tea %s 100", point);
      begin = test_irc_take_line (slow);
      g_assert_nonnull (strstr (begin, " BATCH +"));
      for (;;)
        {
          g_autofree char *line = test_irc_take_line (slow);
          const char *id = strstr (line, "msgid=");

          if (strstr (line, " BATCH -") != NULL)
            break;
          g_assert_cmpint (number_of (line), ==, next);
          next++;
          g_free (point);
          point = g_strndup (id, strcspn (id, "; "));
        }
      g_assert_cmpint (next, >, before);
    }
  test_irc_say (w, "PRIVMSG #tea :and now live");
  test_irc_expect (slow, "*:w!*PRIVMSG #tea :and now live");
  test_server_finish (server);
}

/* Who does not know how is put out with the reason, and nobody else has to wait for that. */
static void
test_slow_reader_of_old (void)
{
  TestServer *server = start_with ("[limits]\nsend-queue-bytes = 65536\n");
  g_autoptr (TestPeer) w = test_irc_come (server->port, "w", NULL);
  g_autoptr (TestPeer) r = test_irc_come (server->port, "r", NULL);
  g_autoptr (TestPeer) slow = test_irc_come_narrow (server->port, "slow", NULL, 16 * 1024);

  come_into_tea (w);
  come_into_tea (r);
  come_into_tea (slow);
  /* They are put out when they have read nothing for a while, which may be before the end of the
   * paste. Then the reason waits for them, but not for as long as a slow server takes for the rest. */
  paste (w, r, LINES, " QUIT :");
  test_peer_expect_later (w, ":slow!~slow@");
  test_peer_expect_later (w, " QUIT :Not accepted: the limit send-queue-bytes is 65536 here.\r\n");
  test_peer_expect_later (slow, " (Not accepted: the limit send-queue-bytes is 65536 here.)\r\n");
  test_irc_catch_up (w);
  test_server_finish (server);
}

enum
{
  LISTERS = 8, /* each of whom has LISTED rooms */
  LISTED = 100,
};

/* A list is longer than what may wait for somebody who does not follow, and the kernel takes little
 * of it at once; whoever has asked for it misses nothing of what is said meanwhile. */
static void
test_long_answer (void)
{
  TestServer *server = start_with ("[limits]\nsend-queue-bytes = 16384\n");
  g_autofree char *topic = g_strnfill (SAL_TOPIC_BYTES, 't');
  g_autoptr (TestPeer) w = test_irc_come (server->port, "w", NULL);
  g_autoptr (TestPeer) asker = test_irc_come_narrow (server->port, "asker", READS_LATER, 16 * 1024);
  TestPeer *listers[LISTERS];

  come_into_tea (w);
  come_into_tea (asker);
  for (guint i = 0; i < LISTERS; i++)
    {
      g_autofree char *name = g_strdup_printf ("l%u", i);

      listers[i] = test_irc_come (server->port, name, NULL);
      for (guint k = 0; k < LISTED; k++)
        test_irc_say (listers[i], "JOIN #r%u-%u\r\nTOPIC #r%u-%u :%s", i, k, i, k, topic);
      test_irc_catch_up (listers[i]);
    }
  test_irc_say (asker, "PRIVMSG w :I ask now\r\nLIST");
  test_peer_expect_later (w, " PRIVMSG w :I ask now\r\n");
  test_irc_say (w, "PRIVMSG #tea :and this is said");
  test_irc_catch_up (w);
  test_peer_expect_later (asker, " 323 asker ");
  test_peer_expect_later (asker, " PRIVMSG #tea :and this is said\r\n");
  for (guint i = 0; i < LISTERS; i++)
    test_peer_free (listers[i]);
  test_server_finish (server);
}

/* Whoever answers, and takes nothing any more from then on so that not even the next question goes
 * out, is put out as well. */
static void
test_hangs (void)
{
  TestServer *server = start_with ("[limits]\nping-seconds = 1\nping-timeout-seconds = 1\n"
                                   "send-queue-bytes = 16384\n");
  g_autoptr (TestPeer) plain = test_peer_join (server->port, "Plain");
  g_autoptr (TestPeer) hangs = test_irc_come_narrow (server->port, "hangs", READS_LATER, 16 * 1024);
  g_autofree char *filling = g_strnfill (400, 'x');

  test_irc_say (hangs, "JOIN #lobby");
  test_peer_expect_later (hangs, "\nPING :");
  for (guint i = 0; i < 1000; i += PASTE)
    {
      g_autofree char *last = g_strdup_printf (": paste %u ", i + PASTE - 1);

      for (guint k = i; k < i + PASTE; k++)
        {
          g_autofree char *line = g_strdup_printf ("paste %u %s\n", k, filling);

          test_peer_send (plain, line);
        }
      test_peer_expect_later (plain, last);
    }
  test_irc_say (hangs, "PONG x");
  test_peer_expect_later (plain, "> hangs(");
  test_peer_expect_later (plain, ".hidden', 0) has left this room.\n");
  test_server_finish (server);
}

#define CROWD 1000

/* A thousand people, none of whom ever closes: each is told, and the server ends without waiting
 * for them. It takes less than a second on a machine that does nothing else; the bound tells it
 * from a server that waits. */
static void
test_end_with_a_crowd (void)
{
  TestServer *server = start_with ("");
  struct rlimit limit;
  TestPeer *crowd[CROWD];
  gint64 began_us = 0;

  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  limit.rlim_cur = limit.rlim_max;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  for (guint i = 0; i < CROWD; i++)
    {
      crowd[i] = test_peer_connect (server->port);
      test_irc_say (crowd[i], "NICK n%u\r\nUSER u 0 * :r\r\nJOIN #r%u", i, i / 10);
    }
  for (guint i = 0; i < CROWD; i++)
    test_peer_expect_later (crowd[i], " 366 ");
  began_us = g_get_monotonic_time ();
  test_server_stop (server);
  g_assert_cmpint (g_get_monotonic_time () - began_us, <, 20 * G_USEC_PER_SEC);
  for (guint i = 0; i < CROWD; i++)
    {
      test_peer_expect_later (crowd[i], "ERROR :Closing link: ");
      test_peer_free (crowd[i]);
    }
  test_server_free (server);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/irc-lasting/silent-is-asked-then-put-out", test_ping);
  g_test_add_func ("/irc-lasting/who-talks-is-not-asked", test_no_ping);
  g_test_add_func ("/irc-lasting/who-comes-together-is-not-asked-together", test_crowd);
  g_test_add_func ("/irc-lasting/asking-is-switched-by-a-reload", test_ping_reloaded);
  g_test_add_func ("/irc-lasting/slow-reader-reads-later", test_slow_reader);
  g_test_add_func ("/irc-lasting/slow-reader-without-history-is-put-out", test_slow_reader_of_old);
  g_test_add_func ("/irc-lasting/who-asks-for-much-misses-nothing", test_long_answer);
  g_test_add_func ("/irc-lasting/who-hangs-with-much-waiting-is-put-out", test_hangs);
  g_test_add_func ("/irc-lasting/ends-with-a-crowd", test_end_with_a_crowd);
  return test_pace_run ();
}
