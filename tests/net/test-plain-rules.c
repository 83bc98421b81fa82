/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The plain dialect on the wire: what a server of the room promises to programs that
 * know nothing of it, each promise tried with a plain socket against a real salottod.
 * W is a second person inside, who ends lines with LF.
 *
 * It is one piece because it is a list: the promises in the order of the protocol, some lines
 * each.
 */
#include "config.h"

#include <errno.h>
#include <linux/tcp.h> /* the C library knows the beginning of tcp_info only */
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/lib/test-pace.h"
#include "tests/lib/test-peer.h"

typedef struct
{
  TestServer *server;
  TestPeer *w;
} Room;

static void
open_room (Room *room, gconstpointer data)
{
  room->server = test_server_start (NULL);
  room->w = test_peer_join (room->server->port, "W");
}

static void
close_room (Room *room, gconstpointer data)
{
  test_peer_free (room->w);
  test_server_stop (room->server);
  test_server_free (room->server);
}

static TestPeer *
connect_greeted (Room *room)
{
  TestPeer *peer = test_peer_connect (room->server->port);

  test_peer_expect (peer, TEST_GREETING TEST_NAME_WANTED);
  return peer;
}

/* Let a raw peer's gap pass. The gap is the message, so there is no event to wait for
 * but what comes of it. */
static void
gap (int ms)
{
  g_usleep ((gulong) ms * 1000);
}

static char *
message_from (TestPeer *peer, const char *name, const char *text)
{
  return g_strdup_printf ("> %s%s: %s\n", name, peer->address, text);
}

static void
expect_message (TestPeer *reader, TestPeer *from, const char *name, const char *text)
{
  g_autofree char *line = message_from (from, name, text);

  test_peer_expect (reader, line);
}

static void
expect_join (TestPeer *reader, TestPeer *who, const char *name)
{
  g_autofree char *line =
      g_strdup_printf ("> %s%s has come into the chat room.\n", name, who->address);

  test_peer_expect (reader, line);
}

static void
expect_leave (TestPeer *reader, TestPeer *who, const char *name)
{
  g_autofree char *line = g_strdup_printf ("> %s%s has left this room.\n", name, who->address);

  test_peer_expect (reader, line);
}

static void
expect_welcome (TestPeer *peer, const char *name)
{
  g_autofree char *welcome = test_welcome (name);

  test_peer_expect (peer, welcome);
  test_peer_expect (peer, TEST_HINT);
}

static void
enter (Room *room, TestPeer *peer, const char *first_bytes, const char *name)
{
  test_peer_send (peer, first_bytes);
  expect_join (room->w, peer, name);
  expect_welcome (peer, name);
}

static void
leave (Room *room, TestPeer *peer, const char *name)
{
  test_peer_close (peer);
  expect_leave (room->w, peer, name);
}

/* The sizes of the captures (S1, S3): a name without an end is taken after T1. */
static void
test_sizes (Room *room, gconstpointer data)
{
  g_autoptr (TestPeer) ada = test_peer_connect (room->server->port);
  gint64 sent_us = 0;
  g_autofree char *line = NULL;
  g_autofree char *welcome = test_welcome ("Antonio");

  g_assert_cmpuint (strlen (TEST_GREETING), ==, 22);
  g_assert_cmpuint (strlen (TEST_NAME_WANTED), ==, 29);
  g_assert_cmpuint (strlen (TEST_HINT), ==, 34);
  g_assert_cmpuint (strlen (TEST_GOODBYE), ==, 25);
  g_assert_cmpuint (strlen (welcome), ==, 61 + strlen ("Antonio"));
  test_peer_expect (ada, TEST_GREETING);
  test_peer_expect (ada, TEST_NAME_WANTED);

  sent_us = g_get_monotonic_time ();
  test_peer_send (ada, "Antonio");
  expect_welcome (ada, "Antonio");
  g_assert_cmpint (g_get_monotonic_time () - sent_us, >=, 250 * 1000);
  expect_join (room->w, ada, "Antonio");

  test_peer_send (ada, "17 bytes of text.");
  line = message_from (ada, "Antonio", "17 bytes of text.");
  g_assert_cmpuint (strlen (line), ==, 4 + 7 + strlen (ada->address) + 17 + 1);
  test_peer_expect (ada, line);
  test_peer_expect (room->w, line);
}

/* S10: every way to end the name is the same name, at once. */
static void
test_terminators (Room *room, gconstpointer data)
{
  static const struct
  {
    const char *bytes;
    gsize len;
    const char *eol;
  } rows[] = {
    { "Antonio\n", 8, "\n" }, { "Antonio\r\n", 9, "\r\n" }, { "Antonio\r\0", 9, "\n" },
    { "Antonio\r", 8, "\n" }, { "Antonio\0", 8, "\n" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (TestPeer) peer = connect_greeted (room);
      g_autofree char *welcome = g_strdup_printf (
          "Hi Antonio, you are in the room now. Say 'quit' or 'exit' to leave.%s", rows[i].eol);

      test_peer_send_bytes (peer, rows[i].bytes, rows[i].len);
      expect_join (room->w, peer, "Antonio");
      test_peer_expect (peer, welcome);
      leave (room, peer, "Antonio");
    }
}

static void
test_three_lines_in_one_segment (Room *room, gconstpointer data)
{
  g_autoptr (TestPeer) ada = connect_greeted (room);

  enter (room, ada, "Ada\nuno\ndue\n", "Ada");
  expect_message (ada, ada, "Ada", "uno");
  expect_message (ada, ada, "Ada", "due");
  expect_message (room->w, ada, "Ada", "uno");
  expect_message (room->w, ada, "Ada", "due");
}

/* S12: a line waits for its end, however long that takes. */
static void
test_line_is_never_flushed (Room *room, gconstpointer data)
{
  g_autoptr (TestPeer) ada = connect_greeted (room);

  enter (room, ada, "Ada\n", "Ada");
  test_peer_send (ada, "ci");
  test_peer_expect_nothing (room->w, 700);
  test_peer_send (ada, "ao\n");
  expect_message (room->w, ada, "Ada", "ciao");
}

/* As the kernel counts TCP's states. */
#define CLOSE_WAIT 8

static struct tcp_info
tcp_info_of (const TestPeer *peer)
{
  struct tcp_info info = { 0 };
  socklen_t len = sizeof info;

  g_assert_cmpint (getsockopt (peer->fd, IPPROTO_TCP, TCP_INFO, &info, &len), ==, 0);
  return info;
}

/* S5: to a raw peer each text is a send of its own, which does not wait until the one
 * before is acknowledged; to others one is enough. What comes out of the log a millisecond
 * later leaves alone all the same, so on a busy machine it takes some rounds to see that. */
static void
test_one_send_each (Room *room, gconstpointer data)
{
  static const char *const texts[] = { "uno", "due", "tre" };
  g_autoptr (TestPeer) raw = connect_greeted (room);
  g_autoptr (TestPeer) line = connect_greeted (room);
  TestPeer *readers[] = { raw, line };
  guint segments[] = { 0, 0 };
  int quickly = 0;

  enter (room, raw, "Raw", "Raw");
  enter (room, line, "Line\n", "Line");
  expect_join (raw, line, "Line");
  for (guint round = 0; segments[1] != 1; round++)
    {
      g_assert_cmpuint (round, <, 100);
      for (gsize i = 0; i < G_N_ELEMENTS (readers); i++)
        {
          g_assert_cmpint (
              setsockopt (readers[i]->fd, IPPROTO_TCP, TCP_QUICKACK, &quickly, sizeof quickly), ==,
              0);
          segments[i] = tcp_info_of (readers[i]).tcpi_data_segs_in;
        }
      test_peer_send (room->w, "uno\ndue\ntre\n");
      for (gsize i = 0; i < G_N_ELEMENTS (readers); i++)
        {
          for (gsize t = 0; t < G_N_ELEMENTS (texts); t++)
            expect_message (readers[i], room->w, "W", texts[t]);
          segments[i] = tcp_info_of (readers[i]).tcpi_data_segs_in - segments[i];
        }
      g_assert_cmpuint (segments[0], ==, 3);
      g_assert_cmpuint (segments[1], <=, 3);
    }
}

/* S13: a raw peer's sends are its messages, each shown soon. */
static void
test_raw_messages (Room *room, gconstpointer data)
{
  static const char *const texts[] = { "uno", "due", "tre" };
  g_autoptr (TestPeer) ada = connect_greeted (room);

  enter (room, ada, "Ada", "Ada");
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      test_peer_send (ada, texts[i]);
      expect_message (room->w, ada, "Ada", texts[i]);
    }
}

static void
test_raw_peer_that_becomes_line (Room *room, gconstpointer data)
{
  g_autoptr (TestPeer) ada = connect_greeted (room);

  enter (room, ada, "Ada", "Ada");
  test_peer_send (ada, "uno\n");
  expect_message (room->w, ada, "Ada", "uno");
  test_peer_send (ada, "due\n");
  expect_message (room->w, ada, "Ada", "due");
  test_peer_send (ada, "half");
  test_peer_expect_nothing (room->w, 300);
  test_peer_send (ada, " a line\n");
  expect_message (room->w, ada, "Ada", "half a line");
}

static void
test_raw_message_of_many_segments (Room *room, gconstpointer data)
{
  g_autoptr (TestPeer) ada = connect_greeted (room);
  g_autofree char *text = g_strnfill (300, 'x');
  int maxseg = 88;

  g_assert_cmpint (setsockopt (ada->fd, IPPROTO_TCP, TCP_MAXSEG, &maxseg, sizeof maxseg), ==, 0);
  enter (room, ada, "Ada", "Ada");
  test_peer_send (ada, text);
  expect_message (room->w, ada, "Ada", text);
}

/* S18: cut at 4096 bytes. */
static void
test_raw_message_without_end (Room *room, gconstpointer data)
{
  g_autoptr (TestPeer) ada = connect_greeted (room);
  g_autofree char *text = g_strnfill (5000, 'x');
  g_autofree char *first = g_strnfill (4096, 'x');
  g_autofree char *second = g_strnfill (5000 - 4096, 'x');

  enter (room, ada, "Ada", "Ada");
  test_peer_send (ada, text);
  expect_message (room->w, ada, "Ada", first);
  expect_message (room->w, ada, "Ada", second);
}

/* S16, S20: characters survive any cut; what is none is shown as U+FFFD. */
static void
test_split_characters (Room *room, gconstpointer data)
{
  g_autoptr (TestPeer) ada = connect_greeted (room);
  g_autoptr (TestPeer) raw = connect_greeted (room);

  enter (room, ada, "Ada\n", "Ada");
  test_peer_send (ada, "perch\xc3");
  gap (150);
  test_peer_send (ada, "\xa9\n");
  expect_message (room->w, ada, "Ada", "perch\xc3\xa9");

  enter (room, raw, "Raw", "Raw");
  test_peer_expect_later (ada, "chat room.\n");
  test_peer_send (raw, "\xc3");
  test_peer_expect_nothing (room->w, 500);
  test_peer_send (raw, "\xa8");
  expect_message (room->w, raw, "Raw", "\xc3\xa8");

  for (int i = 0; i < 3; i++)
    {
      test_peer_send (ada, "perch\xe8 no\n");
      expect_message (room->w, ada, "Ada", "perch\xef\xbf\xbd no");
    }
}

static void
test_control_characters (Room *room, gconstpointer data)
{
  g_autoptr (TestPeer) ada = connect_greeted (room);

  enter (room, ada, "Ada\n", "Ada");
  test_peer_send (ada, "\x1b[2J\x07"
                       "ciao\n");
  expect_message (room->w, ada, "Ada", "[2Jciao");
  test_peer_send (ada, "a\tb \xe2\x80\xae"
                       "c\xc2\x9b"
                       "d\n");
  expect_message (room->w, ada, "Ada", "a b cd");
}

/* S17: C programs that send their whole buffer. */
static void
test_padded_buffers (Room *room, gconstpointer data)
{
  static const gsize sizes[] = { 40, 100 };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (TestPeer) peer = connect_greeted (room);
      char buffer[100] = "Ada\n";

      test_peer_send_bytes (peer, buffer, sizes[i]);
      expect_join (room->w, peer, "Ada");
      expect_welcome (peer, "Ada");
      memset (buffer, 0, sizeof buffer);
      strcpy (buffer, "ciao\n");
      strcpy (buffer + 10, "old bytes\n");
      test_peer_send_bytes (peer, buffer, sizes[i]);
      expect_message (peer, peer, "Ada", "ciao");
      expect_message (room->w, peer, "Ada", "ciao");
      test_peer_expect_nothing (peer, 150);
      leave (room, peer, "Ada");
    }
}

/* S17: such a program with a file for a keyboard: it is held back until its name has been
 * taken, and then its arrays come all together, with old bytes in each. */
static void
test_padded_flood (Room *room, gconstpointer data)
{
  g_autoptr (TestPeer) peer = connect_greeted (room);
  g_autofree char *name = g_strdup ("Ada");
  char array[100] = "";

  test_peer_send_bytes (peer, strcpy (array, "Ada\n"), sizeof array);
  for (int i = 0; i < 200; i++)
    {
      g_snprintf (array, sizeof array, "%d%s\n", i, i % 3 == 0 ? " and something longer" : "");
      test_peer_send_bytes (peer, array, sizeof array);
    }
  expect_join (room->w, peer, name);
  for (int i = 0; i < 200; i++)
    {
      g_autofree char *text =
          g_strdup_printf ("%d%s", i, i % 3 == 0 ? " and something longer" : "");

      expect_message (room->w, peer, name, text);
    }
}

/* S14: a terminal that sends every key. */
static void
test_keystrokes (Room *room, gconstpointer data)
{
  g_autoptr (TestPeer) ada = connect_greeted (room);

  for (const char *key = "Ada"; *key != '\0'; key++)
    {
      test_peer_send_bytes (ada, key, 1);
      gap (100);
    }
  test_peer_send (ada, "\r\n");
  expect_join (room->w, ada, "Ada");
  test_peer_expect_later (ada, "reads it\r\n");
  for (const char *key = "cixx\b\x7f"
                         "ao";
       *key != '\0'; key++)
    {
      test_peer_send_bytes (ada, key, 1);
      gap (20);
    }
  test_peer_send (ada, "\r\n");
  expect_message (room->w, ada, "Ada", "ciao");
}

/* S15: TELNET is refused, taken out, and its interrupt leaves. */
static void
test_telnet (Room *room, gconstpointer data)
{
  g_autoptr (TestPeer) ada = connect_greeted (room);

  test_peer_send (ada, "\xff\xfd\x01\xff\xfb\x18"
                       "A\xff");
  test_peer_expect (ada, "\xff\xfc\x01\xff\xfe\x18");
  test_peer_send (ada, "\xfd");
  test_peer_send (ada, "\x03"
                       "da\r\n");
  test_peer_expect (ada, "\xff\xfc\x03");
  expect_join (room->w, ada, "Ada");
  test_peer_expect_later (ada, "reads it\r\n");
  test_peer_send (ada, "ci\xff\xfa\x18\x01xx\xff\xf0"
                       "ao\r\n");
  expect_message (room->w, ada, "Ada", "ciao");
  test_peer_expect_later (ada, "ciao\r\n");
  test_peer_send (ada, "\xff\xf4\xff\xfd\x06");
  test_peer_expect (ada, "\xff\xfc\x06Goodbye and see you soon\r\n");
  test_peer_expect_end (ada);
  expect_leave (room->w, ada, "Ada");
}

static void
test_empty_lines (Room *room, gconstpointer data)
{
  g_autoptr (TestPeer) ada = connect_greeted (room);

  test_peer_send (ada, "\n\r\n\n");
  test_peer_expect (ada, "Please type your name first:\r\n");
  test_peer_send (ada, "\n\n   \n");
  test_peer_expect (ada, "Please type your name first:\r\n");
  test_peer_send (ada, "Ada\n");
  expect_join (room->w, ada, "Ada");
  test_peer_expect_later (ada, "reads it\r\n");
  test_peer_send (ada, "\n \t \n\nciao\n");
  expect_message (room->w, ada, "Ada", "ciao");
}

/* S21: names. */
static void
test_names (Room *room, gconstpointer data)
{
  g_autofree char *long_name = g_strnfill (200, 'n');
  g_autofree char *long_line = g_strconcat (long_name, "\n", NULL);
  g_autofree char *cut_name = g_strnfill (32, 'n');
  g_autoptr (TestPeer) first = connect_greeted (room);
  g_autoptr (TestPeer) second = connect_greeted (room);
  g_autoptr (TestPeer) third = connect_greeted (room);
  g_autoptr (TestPeer) endless = connect_greeted (room);
  g_autoptr (TestPeer) forger = connect_greeted (room);

  enter (room, first, "Ada\n", "Ada");
  enter (room, second, "ADA\n", "ADA_2");
  enter (room, third, "Ada\n", "Ada_3");
  enter (room, endless, long_line, cut_name);
  enter (room, forger, "Bob('1.2.3.4', 5)\n", "Bob_1_2_3_4_5_");
}

static void
test_name_and_text_at_once (Room *room, gconstpointer data)
{
  g_autoptr (TestPeer) marta = connect_greeted (room);
  g_autoptr (TestPeer) luca = connect_greeted (room);

  enter (room, marta, "Marta: ciao\n", "Marta");
  expect_message (room->w, marta, "Marta", "ciao");
  enter (room, luca, "[Luca] eccomi\n", "Luca");
  expect_message (room->w, luca, "Luca", "eccomi");
}

/* How many sockets of this machine are in one of these TCP states with this local
 * port. */
static guint
count_sockets (guint16 local_port, const char *const *states)
{
  g_autofree char *table = NULL;
  g_auto (GStrv) lines = NULL;
  g_autofree char *port = g_strdup_printf (":%04X ", local_port);
  guint count = 0;

  g_assert_true (g_file_get_contents ("/proc/net/tcp", &table, NULL, NULL));
  lines = g_strsplit (table, "\n", -1);
  for (guint i = 1; lines[i] != NULL && *lines[i] != '\0'; i++)
    {
      g_auto (GStrv) fields = g_strsplit_set (g_strstrip (lines[i]), " ", -1);
      g_autofree char *local = g_strconcat (fields[1], " ", NULL);

      count += g_str_has_suffix (local, port) && g_strv_contains (states, fields[3]);
    }
  return count;
}

/* FIN_WAIT1 (the peer's kernel may take its time with the acknowledgement), FIN_WAIT2,
 * CLOSE_WAIT. */
static const char *const left_over[] = { "04", "05", "08", NULL };

/* For how long something may be left over; the system's own is a minute. */
#define MINE_US (30 * G_USEC_PER_SEC)

/* S23: goodbye, our FIN at once, and nothing left behind in the kernel although the
 * peer never closes. */
static void
test_quit (Room *room, gconstpointer data)
{
  static const char *const words[] = { "quit\n", "EXIT\n", "/quit\n", "(quit)\n" };
  gint64 until_us = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    {
      g_autoptr (TestPeer) ada = connect_greeted (room);
      gint64 asked_us = 0;

      enter (room, ada, "Ada\n", "Ada");
      asked_us = g_get_monotonic_time ();
      test_peer_send (ada, words[i]);
      test_peer_expect (ada, TEST_GOODBYE);
      test_peer_expect_end (ada);
      g_assert_cmpint (g_get_monotonic_time () - asked_us, <, 1000 * 1000);
      expect_leave (room->w, ada, "Ada");
      if (i + 1 < G_N_ELEMENTS (words))
        continue;
      until_us = g_get_monotonic_time () + MINE_US;
      while (count_sockets (room->server->port, left_over) > 0)
        {
          g_assert_cmpint (g_get_monotonic_time (), <, until_us);
          gap (50);
        }
    }
}

/* S23: nor for long when the server is killed and the peer never closes. */
static void
test_killed_server (Room *room, gconstpointer data)
{
  g_autoptr (TestServer) server = test_server_start (NULL);
  g_autoptr (TestPeer) ada = test_peer_join (server->port, "Ada");
  gint64 until_us = 0;

  test_process_signal (server->process, SIGKILL);
  test_peer_expect_end (ada);
  g_assert_cmpuint (count_sockets (server->port, left_over), ==, 1);
  until_us = g_get_monotonic_time () + MINE_US;
  while (count_sockets (server->port, left_over) > 0)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, until_us);
      gap (50);
    }
}

static void
test_window_clients_get_their_word_back (Room *room, gconstpointer data)
{
  g_autoptr (TestPeer) ada = connect_greeted (room);

  enter (room, ada, "Ada\n", "Ada");
  test_peer_send (ada, "{quit}\n");
  test_peer_expect (ada, "{quit}" TEST_GOODBYE);
  test_peer_expect_end (ada);
}

static void
test_leaving_word_as_a_name (Room *room, gconstpointer data)
{
  g_autoptr (TestPeer) nobody = connect_greeted (room);

  test_peer_send (nobody, "quit\n");
  test_peer_expect (nobody, TEST_GOODBYE);
  test_peer_expect_end (nobody);
  test_peer_expect_nothing (room->w, 100);
}

/* S23: who goes on sending after leaving still reads the goodbye. */
static void
test_goodbye_survives_unread_input (Room *room, gconstpointer data)
{
  g_autoptr (TestPeer) ada = connect_greeted (room);
  g_autofree char *flood = g_strnfill (1024 * 1024, 'x');

  enter (room, ada, "Ada\n", "Ada");
  test_peer_send (ada, "quit\n");
  test_peer_send (ada, flood);
  test_peer_expect (ada, TEST_GOODBYE);
  test_peer_expect_end (ada);
  /* Another system than this one would have thrown the goodbye away with a reset. */
  g_assert_cmpuint (tcp_info_of (ada).tcpi_state, ==, CLOSE_WAIT);
}

/* S24: a peer that has said all it has to say and ends its side. */
static void
test_half_closed_peer (Room *room, gconstpointer data)
{
  g_autoptr (TestPeer) ada = connect_greeted (room);
  g_autoptr (TestPeer) partial = connect_greeted (room);
  g_autoptr (TestPeer) leaver = connect_greeted (room);

  test_peer_send (ada, "Ada\nciao\n");
  test_peer_half_close (ada);
  expect_join (room->w, ada, "Ada");
  expect_message (room->w, ada, "Ada", "ciao");
  expect_leave (room->w, ada, "Ada");
  expect_welcome (ada, "Ada");
  expect_message (ada, ada, "Ada", "ciao");
  test_peer_expect_end (ada);

  enter (room, partial, "Bob\n", "Bob");
  test_peer_send (partial, "no end");
  test_peer_half_close (partial);
  expect_message (room->w, partial, "Bob", "no end");
  expect_leave (room->w, partial, "Bob");
  expect_message (partial, partial, "Bob", "no end");
  test_peer_expect_end (partial);

  enter (room, leaver, "Eva\n", "Eva");
  test_peer_send (leaver, "quit");
  test_peer_half_close (leaver);
  test_peer_expect (leaver, TEST_GOODBYE);
  test_peer_expect_end (leaver);
  expect_leave (room->w, leaver, "Eva");
}

static void
test_reset (Room *room, gconstpointer data)
{
  g_autoptr (TestPeer) ada = connect_greeted (room);
  g_autoptr (TestPeer) unnamed = connect_greeted (room);
  g_autoptr (TestPeer) bob = connect_greeted (room);

  enter (room, ada, "Ada\n", "Ada");
  test_peer_reset (ada);
  expect_leave (room->w, ada, "Ada");
  test_peer_reset (unnamed);
  enter (room, bob, "Bob\n", "Bob");
  test_peer_send (bob, "still here\n");
  expect_message (room->w, bob, "Bob", "still here");
}

/* S24: what somebody had said before the reset is heard to the last word, however much of
 * it the log had not taken yet; also if the server finds out because it cannot answer. */
static void
say_much_and_go (Room *room, void (*go) (TestPeer *))
{
  g_autoptr (TestPeer) ada = connect_greeted (room);
  g_autoptr (GString) all = g_string_new (NULL);

  enter (room, ada, "Ada\n", "Ada");
  for (int i = 0; i < 1000; i++)
    g_string_append_printf (all, "message %d\n", i);
  g_string_append (all, "and the la");
  test_peer_send (ada, all->str);
  go (ada);
  for (int i = 0; i < 1000; i++)
    {
      g_autofree char *text = g_strdup_printf ("message %d", i);

      expect_message (room->w, ada, "Ada", text);
    }
  expect_message (room->w, ada, "Ada", "and the la");
  expect_leave (room->w, ada, "Ada");
}

static void
test_reset_after_much (Room *room, gconstpointer data)
{
  say_much_and_go (room, test_peer_reset);
}

static void
test_closed_door_after_much (Room *room, gconstpointer data)
{
  say_much_and_go (room, test_peer_close);
}

/* S24: so is what came together with a name, although the log has not given the name yet
 * when the server learns of the reset. */
static void
test_reset_with_the_name (Room *room, gconstpointer data)
{
  g_autoptr (TestPeer) ada = connect_greeted (room);

  test_peer_send (ada, "Ada: ciao");
  test_peer_reset (ada);
  expect_join (room->w, ada, "Ada");
  expect_message (room->w, ada, "Ada", "ciao");
  expect_leave (room->w, ada, "Ada");
}

/* S25: three in a row, and a good one in between. */
static void
test_binary_segments (Room *room, gconstpointer data)
{
  static const char binary[] = "c\0i\0a\0o\0\n\0";
  g_autoptr (TestPeer) bad = connect_greeted (room);
  g_autoptr (TestPeer) good = connect_greeted (room);
  int sent = 0;

  enter (room, good, "Good\n", "Good");
  for (int round = 0; round < 2; round++)
    {
      for (int i = 0; i < 2; i++)
        {
          test_peer_send_bytes (good, binary, sizeof binary - 1);
          gap (30);
        }
      test_peer_send (good, "text\n");
      expect_message (room->w, good, "Good", "text");
    }

  /* Two that come to a busy server at once are one; three there must be. */
  enter (room, bad, "Bad\n", "Bad");
  while (!bad->ended)
    {
      g_assert_cmpint (sent, <, 100);
      if (send (bad->fd, binary, sizeof binary - 1, MSG_NOSIGNAL) < 0)
        gap (30); /* it was too late for this one */
      sent++;
      while (test_peer_read (bad, 30))
        ;
    }
  g_assert_cmpint (sent, >=, 3);
  g_assert_false (bad->reset);
  test_peer_expect_later (bad, "-- Three errors in a row: the connection ends.\n");
  test_peer_expect_end (bad);
  expect_leave (room->w, bad, "Bad");
}

/* S5: who does not read is dropped alone. */
static void
test_reader_that_stops (Room *room, gconstpointer data)
{
  g_autoptr (TestPeer) deaf = connect_greeted (room);
  g_autoptr (TestPeer) ada = connect_greeted (room);
  g_autofree char *text = g_strnfill (4000, 'x');
  g_autofree char *line = g_strconcat (text, "\n", NULL);
  g_autofree char *left = NULL;
  guint said = 0;

  enter (room, deaf, "Deaf\n", "Deaf");
  enter (room, ada, "Ada\n", "Ada");
  left = g_strdup_printf ("> Deaf%s has left this room.", deaf->address);
  for (gboolean gone = FALSE; !gone; said++)
    {
      g_assert_cmpuint (said, <, 20000);
      test_peer_send (ada, line);
      for (gboolean mine = FALSE; !mine;)
        {
          g_autofree char *got = test_peer_take_line (ada);

          mine = strstr (got, "xxx") != NULL;
          gone |= g_str_equal (got, left);
        }
      while (room->w->received->len > 0 || test_peer_read (room->w, 0))
        g_byte_array_set_size (room->w->received, 0);
    }
  test_peer_send (ada, "still here\n");
  test_peer_expect_later (ada, ": still here\n");
}

/* S27 */
static void
test_other_protocols (Room *room, gconstpointer data)
{
  g_autoptr (TestPeer) browser = connect_greeted (room);
  g_autoptr (TestPeer) tls = connect_greeted (room);

  test_peer_send (browser, "POST / HTTP/1.1\r\nHost: localhost:15102\r\n\r\nAda\nciao\n");
  test_peer_expect (browser, "HTTP/1.1 400 Bad Request\r\n");
  test_peer_expect_later (browser,
                          "\r\n\r\nThis is a chat room over plain TCP, not a web server.\n");
  test_peer_expect_end (browser);

  test_peer_send_bytes (tls, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11);
  test_peer_expect_at (tls, "\x15\x03\x01\x00\x02\x02\x28", 7, __FILE__, __LINE__, G_STRFUNC);
  test_peer_expect_end (tls);
  test_peer_expect_nothing (room->w, 100);
}

/* The few commands of plain users, answered only to them. */
static void
test_commands (Room *room, gconstpointer data)
{
  g_autoptr (TestPeer) ada = connect_greeted (room);
  g_autofree char *action = NULL;
  g_autofree char *line = NULL;

  enter (room, ada, "Ada\n", "Ada");
  test_peer_send (ada, "/who\n/history\n");
  test_peer_expect (ada, "-- In lobby (2): Ada, W\n-- Nothing was said in lobby yet.\n");
  test_peer_send (ada, "ciao\n/me waves\n/nothing of ours\n/history 2\n");
  expect_message (ada, ada, "Ada", "ciao");
  action = g_strdup_printf ("* Ada%s waves\n", ada->address);
  test_peer_expect (ada, action);
  expect_message (ada, ada, "Ada", "/nothing of ours");
  line = test_peer_take_line (ada);
  g_assert_true (g_regex_match_simple ("^\\[\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d\\] \\* Ada waves$",
                                       line, 0, 0));
  g_free (line);
  line = test_peer_take_line (ada);
  g_assert_true (g_str_has_suffix (line, "] > Ada: /nothing of ours"));
  expect_message (room->w, ada, "Ada", "ciao");
  test_peer_expect (room->w, action);
  expect_message (room->w, ada, "Ada", "/nothing of ours");

  test_peer_send (ada, "/history 101\n/who else\n/me\n/join !!!\n");
  test_peer_expect (ada, "-- That is not how /history is used; /help tells.\n"
                         "-- That is not how /who is used; /help tells.\n"
                         "-- That is not how /me is used; /help tells.\n");
  test_peer_expect (ada, "-- You are in _ now.\n");
  expect_leave (room->w, ada, "Ada");
  test_peer_send (ada, "/join #Tea\n/help\nalone\n");
  test_peer_expect (ada, "-- You are in Tea now.\n-- /who: who is here.");
  test_peer_expect_later (ada, ": alone\n");
  test_peer_expect_nothing (room->w, 100);
  test_peer_send (ada, "/join LOBBY\n");
  test_peer_expect (ada, "-- You are in lobby now.\n");
  expect_join (room->w, ada, "Ada");
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*test) (Room *, gconstpointer);
  } rows[] = {
    { "sizes-are-those-of-the-captures", test_sizes },
    { "every-terminator-ends-a-name-at-once", test_terminators },
    { "three-lines-in-one-segment", test_three_lines_in_one_segment },
    { "a-line-is-never-flushed", test_line_is_never_flushed },
    { "raw-sends-are-messages", test_raw_messages },
    { "raw-peer-gets-one-send-for-each-text", test_one_send_each },
    { "raw-peer-becomes-line", test_raw_peer_that_becomes_line },
    { "raw-message-of-many-segments-is-one", test_raw_message_of_many_segments },
    { "raw-message-without-end-is-cut", test_raw_message_without_end },
    { "characters-are-never-split", test_split_characters },
    { "control-characters-never-pass", test_control_characters },
    { "padding-makes-no-ghosts", test_padded_buffers },
    { "padding-in-a-flood-loses-nothing", test_padded_flood },
    { "keystrokes", test_keystrokes },
    { "telnet", test_telnet },
    { "empty-lines-are-ignored", test_empty_lines },
    { "names", test_names },
    { "name-and-text-at-once", test_name_and_text_at_once },
    { "quit-says-goodbye-and-leaves-nothing-behind", test_quit },
    { "killed-server-leaves-nothing-behind", test_killed_server },
    { "quit-in-braces-comes-back", test_window_clients_get_their_word_back },
    { "leaving-word-as-a-name-leaves", test_leaving_word_as_a_name },
    { "goodbye-survives-unread-input", test_goodbye_survives_unread_input },
    { "half-closed-peer-is-heard-and-answered", test_half_closed_peer },
    { "reset-disturbs-nobody", test_reset },
    { "reset-after-much-loses-nothing", test_reset_after_much },
    { "reset-before-the-name-is-given-loses-nothing", test_reset_with_the_name },
    { "closed-door-after-much-loses-nothing", test_closed_door_after_much },
    { "three-binary-segments-end-it", test_binary_segments },
    { "reader-that-stops-is-dropped-alone", test_reader_that_stops },
    { "other-protocols-get-their-own-answer", test_other_protocols },
    { "commands", test_commands },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/net/plain/", rows[i].path, NULL);

      g_test_add (path, Room, NULL, open_room, rows[i].test, close_room);
    }
  return test_pace_run ();
}
