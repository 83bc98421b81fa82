/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A server of several workers is one server: people who come one after the other are in
 * different threads, and nobody notices. The other programs of this suite run a second time with
 * two workers; here is what only shows with several.
 */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "tests/lib/test-peer.h"

#define CONFIG                                                                                     \
  "[limits]\nmessages-per-second = 100000\nmessage-burst = 100000\n"                               \
  "[accounts]\npasswords = loopback\niterations = 4096\n"

/* Neighbours in order of coming are never in the same worker, whatever the number. */
static const char *const numbers[] = { "2", "3", "4" };

static TestServer *
start (const char *workers, const char *more)
{
  const char *const options[] = { "--log", "memory", "--workers", workers, NULL };
  TestFolder *folder = test_folder_new ();
  g_autofree char *config = g_strconcat (CONFIG, more, NULL);

  test_folder_write (folder, "salotto/salottod.conf", config);
  return test_server_start_in (folder, options, NULL);
}

static void
control (TestServer *server, const char *word, const char *answer)
{
  g_autofree char *got = test_server_control (server, word);

  g_assert_cmpstr (got, ==, answer);
}

static guint64
stat_of (TestServer *server, const char *name)
{
  g_autofree char *stats = test_server_control (server, "stats");
  g_autofree char *head = g_strconcat ("\n", name, " ", NULL);
  const char *at = strstr (stats, head);

  g_assert_nonnull (at);
  return g_ascii_strtoull (at + strlen (head) + strspn (at + strlen (head), " "), NULL, 10);
}

static TestPeer *
join (TestServer *server, const char *format, guint number)
{
  g_autofree char *name = g_strdup_printf ("%s%u", format, number);

  return test_peer_join (server->port, name);
}

/* Lines of IRC, `\n` between them. */
static void
say (TestPeer *peer, const char *lines)
{
  g_auto (GStrv) all = g_strsplit (lines, "\n", -1);
  g_autofree char *text = g_strjoinv ("\r\n", all);
  g_autofree char *bytes = g_strconcat (text, "\r\n", NULL);

  test_peer_send (peer, bytes);
}

static TestPeer *
join_irc (TestServer *server, const char *nick, const char *caps)
{
  TestPeer *peer = test_peer_connect (server->port);
  g_autofree char *lines =
      g_strdup_printf ("CAP REQ :%s\nNICK %s\nUSER u 0 * :Somebody\nCAP END", caps, nick);

  say (peer, lines);
  test_peer_expect_later (peer, " ACK :");
  test_peer_expect_later (peer, " 422 ");
  test_peer_expect_later (peer, "\r\n");
  return peer;
}

/* One order. */

enum
{
  PLAIN = 12,
  IN_IRC = 6,
  EVERYBODY = PLAIN + IN_IRC,
  EACH = 40,
};

/* The next message of the room, as its text: `NUMBER.NUMBER`; other lines are passed by. */
static char *
take_message (TestPeer *peer)
{
  for (;;)
    {
      g_autofree char *line = test_peer_take_line (peer);
      const char *at = strstr (line, "said ");

      if (at != NULL)
        return g_strchomp (g_strdup (at));
    }
}

static void
test_one_order (gconstpointer data)
{
  TestServer *server = start (data, "");
  TestPeer *peers[EVERYBODY];
  g_autoptr (GPtrArray) order = g_ptr_array_new_with_free_func (g_free);
  guint last[EVERYBODY] = { 0 };

  for (guint i = 0; i < EVERYBODY; i++)
    {
      g_autofree char *nick = g_strdup_printf ("irc%u", i);

      peers[i] = i < PLAIN ? join (server, "plain", i) : join_irc (server, nick, "echo-message");
      if (i >= PLAIN)
        say (peers[i], "JOIN #lobby");
    }
  for (guint i = PLAIN; i < EVERYBODY; i++)
    test_peer_expect_later (peers[i], " 366 ");
  for (guint k = 1; k <= EACH; k++)
    for (guint i = 0; i < EVERYBODY; i++)
      {
        g_autofree char *line = g_strdup_printf (
            "%ssaid %u.%u%s\n", i < PLAIN ? "" : "PRIVMSG #lobby :", i, k, i < PLAIN ? "" : "\r");

        test_peer_send (peers[i], line);
      }

  for (guint k = 0; k < EVERYBODY * EACH; k++)
    {
      char *message = take_message (peers[0]);
      guint who = 0;
      guint number = 0;

      g_assert_cmpint (sscanf (message, "said %u.%u", &who, &number), ==, 2);
      g_assert_cmpuint (number, ==, last[who] + 1);
      last[who] = number;
      g_ptr_array_add (order, message);
    }
  for (guint i = 1; i < EVERYBODY; i++)
    for (guint k = 0; k < order->len; k++)
      {
        g_autofree char *message = take_message (peers[i]);

        g_assert_cmpstr (message, ==, order->pdata[k]);
      }
  /* Counted where they were said, and once. */
  g_assert_cmpuint (stat_of (server, "messages"), ==, order->len);
  for (guint i = 0; i < EVERYBODY; i++)
    test_peer_free (peers[i]);
  test_server_finish (server);
}

/* One judge. */
static void
test_one_name (gconstpointer data)
{
  TestServer *server = start (data, "");
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  TestPeer *peers[24];

  for (gsize i = 0; i < G_N_ELEMENTS (peers); i++)
    peers[i] = test_peer_connect (server->port);
  for (gsize i = 0; i < G_N_ELEMENTS (peers); i++)
    test_peer_expect (peers[i], TEST_GREETING TEST_NAME_WANTED);
  for (gsize i = 0; i < G_N_ELEMENTS (peers); i++)
    test_peer_send (peers[i], "Ada\n");
  for (gsize i = 0; i < G_N_ELEMENTS (peers); i++)
    {
      g_autofree char *line = NULL;

      test_peer_expect_later (peers[i], "Hi ");
      line = test_peer_take_line (peers[i]);
      g_assert_true (g_hash_table_add (names, g_strndup (line, strcspn (line, ","))));
    }
  for (gsize i = 0; i < G_N_ELEMENTS (peers); i++)
    test_peer_free (peers[i]);
  test_server_finish (server);
}

/* The operator. */

static guint
count_lines (const char *text, const char *with)
{
  guint n = 0;

  for (const char *at = strstr (text, with); at != NULL; at = strstr (at + 1, with))
    n++;
  return n;
}

static void
test_operator (gconstpointer data)
{
  enum
  {
    N = 9
  };
  TestServer *server = start (data, "");
  TestPeer *peers[N];
  g_autofree char *who = NULL;

  for (guint i = 0; i < N; i++)
    peers[i] = join (server, "guest", i);
  for (guint i = 0; i + 1 < N; i++)
    test_peer_expect_later (peers[i], "guest8('127.0.0.1', ");
  control (server, "rooms", "lobby                            9\nok\n");
  who = test_server_control (server, "who");
  g_assert_cmpuint (count_lines (who, "guest"), ==, N);
  g_assert_cmpuint (stat_of (server, "connections"), ==, N);
  g_assert_cmpuint (stat_of (server, "connections-total"), ==, N);

  control (server, "say good evening", "ok\n");
  for (guint i = 0; i < N; i++)
    test_peer_expect_later (peers[i], "operator('local', 0): good evening\n");

  for (guint i = 0; i < 4; i++)
    {
      g_autofree char *mute = g_strdup_printf ("mute guest%u", i);
      g_autofree char *kick = g_strdup_printf ("kick guest%u be good", i);
      g_autofree char *gone =
          g_strdup_printf ("nobody here is called guest%u; “who” lists everybody\nerror\n", i);

      control (server, mute, "ok\n");
      test_peer_send (peers[i], "me?\n");
      test_peer_expect_later (peers[i], "-- ");
      control (server, kick, "ok\n");
      test_peer_expect_later (peers[i], "be good");
      control (server, kick, gone);
    }
  control (server, "ban guest7 for 1h", "127.0.0.1 is banned; 5 people were put out\nok\n");
  for (guint i = 4; i < N; i++)
    test_peer_expect_later (peers[i], "banned");
  for (guint i = 0; i < N; i++)
    test_peer_free (peers[i]);
  test_server_finish (server);
}

/* People find each other, whatever worker they are in. */
static void
test_people_in_irc (gconstpointer data)
{
  TestServer *server = start (data, "");
  g_autoptr (TestPeer) ann = join_irc (server, "ann", "echo-message");
  g_autoptr (TestPeer) bob = join_irc (server, "bob", "echo-message");
  g_autoptr (TestPeer) stranger = test_peer_connect (server->port);
  g_autoptr (TestPeer) other = test_peer_connect (server->port);

  test_peer_expect (stranger, TEST_GREETING TEST_NAME_WANTED);
  test_peer_expect (other, TEST_GREETING TEST_NAME_WANTED);
  say (ann, "LUSERS");
  test_peer_expect_later (ann, " 253 ann 2 :unregistered connections\r\n");
  test_peer_expect_later (ann, " 265 ann 2 2 :Current local users 2, max 2\r\n");
  say (bob, "MODE bob +i");
  test_peer_expect_later (bob, "MODE bob +i\r\n");
  say (bob, "LUSERS");
  test_peer_expect_later (bob, " 251 bob :There are 1 users and 1 invisible on 1 servers\r\n");
  say (bob, "MODE bob -i");
  test_peer_expect_later (bob, "MODE bob -i\r\n");
  say (bob, "LUSERS");
  test_peer_expect_later (bob, " 251 bob :There are 2 users and 0 invisible on 1 servers\r\n");
  say (bob, "MODE bob +i");
  test_peer_expect_later (bob, "MODE bob +i\r\n");

  say (bob, "PRIVMSG ann :psst");
  test_peer_expect_later (bob, "PRIVMSG ann :psst\r\n");
  test_peer_expect_later (ann, "PRIVMSG ann :psst\r\n");
  say (ann, "MONITOR + bob");
  test_peer_expect_later (ann, " 730 ann :bob!");
  say (ann, "WHOIS bob");
  test_peer_expect_later (ann, " 311 ann bob ");
  test_peer_expect_later (ann, " 317 ann bob 0 ");
  say (ann, "JOIN #tea\nINVITE bob #tea");
  test_peer_expect_later (bob, "INVITE bob #tea\r\n");
  say (bob, "JOIN #tea");
  test_peer_expect_later (ann, "JOIN #tea\r\n");
  test_peer_expect_later (ann, ":bob!");
  say (bob, "NICK robert");
  test_peer_expect_later (ann, "NICK robert\r\n");
  say (ann, "KICK #tea robert :out");
  test_peer_expect_later (bob, "KICK #tea robert :out\r\n");
  say (ann, "MONITOR + robert");
  test_peer_expect_later (ann, " 730 ann :robert!");
  say (bob, "QUIT :bye");
  test_peer_expect_later (ann, " 731 ann :robert\r\n");
  say (ann, "LUSERS");
  test_peer_expect_later (ann, " 251 ann :There are 1 users and 0 invisible on 1 servers\r\n");
  say (ann, "WHOWAS robert");
  test_peer_expect_later (ann, " 314 ann robert ");
  test_peer_close (ann);
  test_peer_close (bob);
  test_peer_close (stranger);
  test_peer_close (other);
  test_server_finish (server);
}

static TestPeer *
log_in (TestServer *server, const char *nick)
{
  TestPeer *peer = test_peer_connect (server->port);
  static const char message[] = "\0ann\0open sesame";
  g_autofree char *base64 = g_base64_encode ((const guchar *) message, sizeof message - 1);
  g_autofree char *lines = g_strdup_printf ("CAP REQ :sasl draft/read-marker\nNICK %s\n"
                                            "USER u 0 * :Somebody\nAUTHENTICATE PLAIN",
                                            nick);
  g_autofree char *answer = g_strdup_printf ("AUTHENTICATE %s\nCAP END", base64);

  say (peer, lines);
  test_peer_expect_later (peer, "AUTHENTICATE +\r\n");
  say (peer, answer);
  test_peer_expect_later (peer, " 422 ");
  test_peer_expect_later (peer, "\r\n");
  return peer;
}

/* Three connections of one account, never all in one worker. */
static void
test_read_markers (gconstpointer data)
{
#define TIME(second) "timestamp=2022-11-11T11:11:" second ".000Z"
  TestServer *server = start (data, "");
  g_autoptr (TestPeer) first = join_irc (server, "ann", "draft/read-marker");
  g_autoptr (TestPeer) second = NULL;
  g_autoptr (TestPeer) third = NULL;
  g_autoptr (TestPeer) late = NULL;

  say (first, "REGISTER * * :open sesame");
  test_peer_expect_later (first, " 900 ");
  test_peer_expect_later (first, "\r\n");
  second = log_in (server, "anna");
  third = log_in (server, "annabel");
  say (second, "MARKREAD #tea " TIME ("10"));
  test_peer_expect (second, ":salotto MARKREAD #tea " TIME ("10") "\r\n");
  test_peer_expect (first, ":salotto MARKREAD #tea " TIME ("10") "\r\n");
  test_peer_expect (third, ":salotto MARKREAD #tea " TIME ("10") "\r\n");
  say (third, "MARKREAD #tea " TIME ("05"));
  test_peer_expect (third, ":salotto MARKREAD #tea " TIME ("10") "\r\n");
  say (third, "MARKREAD #tea " TIME ("20"));
  test_peer_expect (first, ":salotto MARKREAD #tea " TIME ("20") "\r\n");
  test_peer_expect (second, ":salotto MARKREAD #tea " TIME ("20") "\r\n");
  late = log_in (server, "late");
  say (late, "MARKREAD #tea");
  test_peer_expect (late, ":salotto MARKREAD #tea " TIME ("20") "\r\n");
  test_peer_close (first);
  test_peer_close (second);
  test_peer_close (third);
  test_peer_close (late);
  test_server_finish (server);
}

/* A new configuration holds for everybody. */
static void
test_reload (gconstpointer data)
{
  TestServer *server = start (data, "[irc]\nmotd = old\n");
  TestPeer *peers[6];

  for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
    {
      g_autofree char *nick = g_strdup_printf ("ann%u", i);
      g_autofree char *lines = g_strdup_printf ("NICK %s\nUSER u 0 * :x", nick);

      peers[i] = test_peer_connect (server->port);
      say (peers[i], lines);
      test_peer_expect_later (peers[i], " 376 ");
    }
  for (guint k = 0; k < 20; k++)
    {
      g_autofree char *config = g_strdup_printf (CONFIG "[irc]\nmotd = number %u\n", k);
      g_autofree char *shown = g_strdup_printf (":- number %u\r\n", k);

      test_folder_write (server->folder, "salotto/salottod.conf", config);
      control (server, "reload", "reloaded\nok\n");
      for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
        say (peers[i], "MOTD");
      for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
        test_peer_expect_later (peers[i], shown);
    }
  for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
    test_peer_free (peers[i]);
  test_server_finish (server);
}

/* Goodbye to everybody, after everything that was said. */
static void
test_close (gconstpointer data)
{
  TestServer *server = start (data, "");
  TestPeer *peers[7];

  for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
    peers[i] = join (server, "guest", i);
  for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
    test_peer_send (peers[i], "last words\n");
  test_peer_expect_later (peers[0], ": last words\n");
  test_process_signal (server->process, SIGTERM);
  for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
    {
      test_peer_expect_later (peers[i], TEST_GOODBYE);
      test_peer_expect_end (peers[i]);
      test_peer_free (peers[i]);
    }
  test_process_expect_exit (server->process, 0);
  test_server_free (server);
}

/* At once, with people who talk and others who are on their way in. */
static void
test_close_at_once (gconstpointer data)
{
  for (guint round = 0; round < 5; round++)
    {
      TestServer *server = start (data, "");
      TestPeer *peers[8];

      for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
        peers[i] = i < 5 ? join (server, "guest", i) : test_peer_connect (server->port);
      for (guint k = 0; k < 50; k++)
        for (guint i = 0; i < 5; i++)
          test_peer_send (peers[i], "and another thing\n");
      test_process_signal (server->process, SIGTERM);
      test_process_signal (server->process, SIGTERM);
      test_process_expect_exit (server->process, 0);
      for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
        test_peer_free (peers[i]);
      test_server_free (server);
    }
}

static void
add (const char *name, GTestDataFunc func)
{
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autofree char *path = g_strdup_printf ("/workers/%s/%s", numbers[i], name);

      g_test_add_data_func (path, numbers[i], func);
    }
}

int
main (int argc, char **argv)
{
  signal (SIGPIPE, SIG_IGN);
  g_test_init (&argc, &argv, NULL);
  add ("one-order", test_one_order);
  add ("one-name", test_one_name);
  add ("operator", test_operator);
  add ("people-in-irc", test_people_in_irc);
  add ("read-markers", test_read_markers);
  add ("reload", test_reload);
  add ("close", test_close);
  add ("close-at-once", test_close_at_once);
  return g_test_run ();
}
