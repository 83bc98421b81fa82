/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What people in IRC do to a server who mean it no good. Each limit is answered with the reply
 * that the standards have for it, and says which limit it was; meanwhile two others talk as if
 * nothing were, and the server takes no more memory than it should.
 */
#include "config.h"

#include <string.h>
#include <sys/socket.h>

#include "tests/lib/test-irc.h"

/* How much memory one attack may leave behind, at the most: some MiB are buffers that stay. A
 * sanitizer keeps what is freed, so nothing can be said there. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MEMORY_KIB G_MAXINT
#else
#define MEMORY_KIB (24 * 1024)
#endif

typedef struct
{
  TestServer *server; /* (owned) */
  TestPeer *anna;     /* (owned) */
  TestPeer *bert;     /* (owned) */
  TestPeer *mallory;  /* (owned) */
  gint64 memory_kib;
} Fixture;

static gint64
memory_kib (const TestServer *server)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/status", (int) server->process->pid);
  g_autofree char *text = NULL;
  const char *at = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  at = strstr (text, "VmRSS:");
  g_assert_nonnull (at);
  return g_ascii_strtoll (at + strlen ("VmRSS:"), NULL, 10);
}

/* Floods make hundreds of commits; a machine whose disk is busy with others would take a minute to
 * have each of them on it. */
static TestServer *
start_with (const char *limits)
{
  TestFolder *folder = test_folder_new ();
  g_autofree char *path = test_folder_file (folder, "salottod.conf");
  g_autofree char *text = g_strconcat ("[log]\nsynchronous = normal\n[limits]\n", limits, NULL);
  const char *const options[] = { "--config", path, "--name", "irc.example", NULL };

  test_folder_write (folder, "salottod.conf", text);
  return test_server_start_in (folder, options, NULL);
}

static void
set_up (Fixture *f, gconstpointer limits)
{
  f->server = start_with (limits);
  f->anna = test_irc_come (f->server->port, "anna", NULL);
  f->bert = test_irc_come (f->server->port, "bert", NULL);
  f->mallory = test_irc_come (
      f->server->port, "mallory",
      "message-tags batch labeled-response draft/multiline echo-message standard-replies");
  f->memory_kib = memory_kib (f->server);
}

/* Anna and Bert talk to each other, whatever else happens. */
static void
talk (Fixture *f)
{
  static guint said;

  test_irc_say (f->anna, "PRIVMSG bert :are you there %u?", ++said);
  test_peer_expect_later (f->bert, " PRIVMSG bert :are you there ");
  test_irc_say (f->bert, "PRIVMSG anna :yes %u", said);
  test_peer_expect_later (f->anna, " PRIVMSG anna :yes ");
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  talk (f);
  g_assert_cmpint (memory_kib (f->server) - f->memory_kib, <, MEMORY_KIB);
  test_peer_free (f->mallory);
  test_peer_free (f->bert);
  test_peer_free (f->anna);
  test_server_stop (f->server);
  test_server_free (f->server);
}

/* The next line begins like this, which names the limit. */
#define answered(f, begin) test_irc_expect (f->mallory, ":irc.example " begin "*")

/* Lines and tags. */

static void
test_long_lines (Fixture *f, gconstpointer data)
{
  g_autofree char *text = g_strnfill (600, 'x');
  g_autofree char *tags = g_strnfill (4100, 't');
  g_autofree char *accents = NULL;
  GString *e = g_string_new (NULL);

  for (guint i = 0; i < 300; i++)
    g_string_append (e, "è");
  accents = g_string_free (e, FALSE);

  test_irc_say (f->mallory, "PRIVMSG anna :%s", text);
  answered (f, "417 mallory :Input line was too long (512 bytes, and 4096 of tags)");
  test_irc_say (f->mallory, "PRIVMSG anna :%s", accents);
  answered (f, "417 mallory :");
  test_irc_say (f->mallory, "@+a=%s PRIVMSG anna :x", tags);
  answered (f, "417 mallory :");
  /* Nothing of these was passed on, not even a part. */
  test_irc_say (f->mallory, "PRIVMSG anna :after that");
  test_peer_expect_later (f->mallory, "PRIVMSG anna :after that\r\n");
  test_irc_expect (f->anna, ":mallory!*PRIVMSG anna :after that");
  talk (f);
}

/* What is no UTF-8 is refused, wherever it stands, and nothing of it is passed on. */
static void
test_no_utf8 (Fixture *f, gconstpointer data)
{
  test_irc_say (f->mallory, "PRIVMSG anna :caff\xe8");
  answered (f, "FAIL PRIVMSG INVALID_UTF8 :");
  test_irc_say (f->mallory, "PRIV\xe8 anna :x");
  answered (f, "FAIL * INVALID_UTF8 :");
  test_irc_say (f->mallory, "@+a=\xff PRIVMSG anna :x");
  answered (f, "FAIL PRIVMSG INVALID_UTF8 :");
  /* A notice is never answered, unless an answer is waited for. */
  test_irc_say (f->mallory, "NOTICE anna :caff\xe8");
  test_irc_say (f->mallory, "@label=x NOTICE anna :caff\xe8");
  test_irc_expect (f->mallory, "@label=x :irc.example FAIL NOTICE INVALID_UTF8 :*");
  test_irc_say (f->mallory, "PRIVMSG anna :after that");
  test_irc_expect (f->anna, ":mallory!*PRIVMSG anna :after that");
}

/* One that never ends is not read to its end. */
static void
test_endless_line (Fixture *f, gconstpointer data)
{
  g_autofree char *text = g_strnfill (9000, 'x');

  test_peer_send (f->mallory, text);
  answered (f, "417 mallory :");
  test_irc_expect (f->mallory, "ERROR :Closing link: *unit-bytes*");
  test_peer_expect_end (f->mallory);
}

/* Before registration. */

static void
test_cap_abuse (Fixture *f, gconstpointer data)
{
  g_autoptr (TestPeer) m = test_peer_connect (f->server->port);
  g_autofree char *many = NULL;
  GString *caps = g_string_new (NULL);

  while (caps->len < 480)
    g_string_append (caps, "batch -batch ");
  many = g_string_free (caps, FALSE);
  for (guint i = 0; i < 500; i++)
    {
      test_irc_say (m, "CAP LS 302");
      test_irc_say (m, "CAP LIST");
      test_irc_say (m, "CAP NONSENSE");
      test_irc_say (m, "CAP REQ :nothing-like-this batch");
      test_irc_say (m, "CAP REQ :%s", many);
      if (i % 100 == 0)
        talk (f);
      while (test_peer_read (m, 0))
        ;
    }
  test_peer_expect_later (m, " 410 * NONSENSE :");
  test_peer_expect_later (m, " NAK :nothing-like-this batch");
  test_peer_expect_later (m, " ACK :batch -batch ");
  test_irc_say (m, "PRIVMSG anna :not yet");
  test_peer_expect_later (m, " 451 * :You have not registered");
  test_irc_say (m, "NICK m");
  test_irc_say (m, "USER m 0 * :m");
  test_irc_say (m, "CAP END");
  test_peer_expect_later (m, " 001 m :");
}

static void
test_sasl_abuse (Fixture *f, gconstpointer data)
{
  g_autoptr (TestPeer) m = test_peer_connect (f->server->port);
  g_autofree char *full = g_strnfill (400, 'A');

  test_irc_say (m, "CAP LS 302");
  test_irc_say (m, "CAP REQ :sasl");
  test_irc_say (m, "NICK m");
  test_irc_say (m, "USER m 0 * :m");
  test_irc_say (m, "AUTHENTICATE NOTHING");
  test_peer_expect_later (m, " 908 * ");
  test_peer_expect_later (m, " 904 * ");
  /* An answer that never ends. */
  test_irc_say (m, "AUTHENTICATE SCRAM-SHA-256");
  test_peer_expect_later (m, "AUTHENTICATE +\r\n");
  for (guint i = 0; i < 1000; i++)
    test_irc_say (m, "AUTHENTICATE %s", full);
  test_peer_expect_later (m, " 904 * :SASL authentication failed: the message is longer than 4096");
  talk (f);
  /* A line that is longer than one may be. */
  test_irc_say (m, "AUTHENTICATE SCRAM-SHA-256");
  test_irc_say (m, "AUTHENTICATE %sA", full);
  test_peer_expect_later (m, " 905 * ");
  /* No base64, and giving up. */
  test_irc_say (m, "AUTHENTICATE SCRAM-SHA-256");
  test_irc_say (m, "AUTHENTICATE !!!");
  test_peer_expect_later (m, " 904 * ");
  test_irc_say (m, "AUTHENTICATE SCRAM-SHA-256");
  test_irc_say (m, "AUTHENTICATE *");
  test_peer_expect_later (m, " 906 * ");
  test_irc_say (m, "CAP END");
  test_peer_expect_later (m, " 001 m :");
}

/* Whom the operator has muted says nothing in many lines either, and learns it by the label of the
 * first of them. */
static void
test_muted_batch (Fixture *f, gconstpointer data)
{
  g_autofree char *answer = test_server_control (f->server, "mute mallory");

  g_assert_cmpstr (answer, ==, "ok\n");
  test_irc_say (f->mallory, "@label=a BATCH +x draft/multiline anna");
  test_irc_say (f->mallory, "@batch=x PRIVMSG anna :one");
  test_irc_say (f->mallory, "@label=b BATCH -x");
  test_irc_expect (f->mallory, "@label=b :irc.example ACK");
  test_irc_expect (f->mallory, "@label=a :irc.example FAIL BATCH MULTILINE_INVALID :The operator "
                               "of the server has muted you");
  test_irc_say (f->mallory, "PRIVMSG anna :two");
  answered (f, "404 mallory anna :The operator of the server has muted you");
  test_irc_say (f->mallory, "NOTICE anna :three");
  test_irc_say (f->mallory, "PING x");
  answered (f, "PONG ");
  talk (f); /* nothing of this came */
}

/* Floods. */

static void
test_nick_flood (Fixture *f, gconstpointer data)
{
  test_irc_say (f->mallory, "JOIN #lobby");
  test_peer_expect_later (f->mallory, " 366 ");
  for (guint i = 0; i < 200; i++)
    test_irc_say (f->mallory, "NICK mallory%u", i);
  test_peer_expect_later (f->mallory, " NICK mallory0\r\n");
  test_peer_expect_later (f->mallory,
                          " NICK :Not accepted: the limit messages-per-second is 5 here\r\n");
  talk (f);
}

/* Of notices as few get through as of anything else, but none is answered: a program that answers
 * every line would make a flood of it. */
static void
test_notice_flood (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < 200; i++)
    test_irc_say (f->mallory, "NOTICE mallory :%u", i);
  test_irc_say (f->mallory, "@label=last NOTICE mallory :last");
  for (;;)
    {
      g_autofree char *line = test_irc_take_line (f->mallory);

      g_assert_nonnull (line);
      if (g_str_has_prefix (line, "@label=last "))
        {
          g_assert_nonnull (strstr (line, " 263 mallory NOTICE :Not accepted: "));
          break;
        }
      g_assert_nonnull (strstr (line, "mallory!"));
    }
  talk (f);
}

static void
test_join_flood (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < 200; i++)
    test_irc_say (f->mallory, "JOIN #flood%u", i);
  test_peer_expect_later (f->mallory, " JOIN #flood0");
  test_peer_expect_later (f->mallory, ":irc.example 263 mallory JOIN :Not accepted: the limit "
                                      "messages-per-second is 5 here\r\n");
  talk (f);
}

/* Where no rate is set: as many rooms as one may be in, however they are asked for. */
static void
test_many_rooms (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < 40; i++)
    test_irc_say (f->mallory, "JOIN #a%u,#b%u,#c%u", i, i, i);
  test_peer_expect_later (f->mallory, ":irc.example 405 mallory #b33 :");
  test_peer_expect_later (f->mallory, ":irc.example 405 mallory #c39 :");
  talk (f);
  /* And many times the same. */
  for (guint i = 0; i < 1000; i++)
    {
      test_irc_say (f->mallory, "PART #a0");
      test_irc_say (f->mallory, "JOIN #a0");
      while (test_peer_read (f->mallory, 0))
        ;
    }
  test_irc_catch_up (f->mallory);
  talk (f);
}

static void
test_targets (Fixture *f, gconstpointer data)
{
  test_irc_say (f->mallory, "PRIVMSG a,b,c,d,e,f,g,h,i,j,k,l :x");
  answered (f, "407 mallory k :Too many targets (10)");
  for (guint i = 0; i < 10; i++)
    answered (f, "401 mallory ");
  test_irc_catch_up (f->mallory);
}

/* Somebody is invited to room after room, none of which stays. */
static void
test_invitations (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < 300; i++)
    {
      test_irc_say (f->mallory, "JOIN #room%u", i);
      test_irc_say (f->mallory, "INVITE anna #room%u", i);
      test_irc_say (f->mallory, "PART #room%u", i);
      while (test_peer_read (f->mallory, 0) || test_peer_read (f->anna, 0))
        ;
    }
  test_irc_catch_up (f->mallory);
  test_irc_catch_up (f->anna);
  test_irc_say (f->anna, "INVITE");
  test_irc_expect (f->anna, ":irc.example 337 anna :End of /INVITE list");
}

/* Lists. */

enum
{
  CROWD = 1200
};

/* send-stall-seconds, unless it is configured. */
#define STALL_US (30 * G_USEC_PER_SEC)

static void
test_who_of_a_crowd (Fixture *f, gconstpointer data)
{
  TestPeer *crowd[CROWD];
  guint found = 0;
  GString *questions = g_string_new (NULL);
  gsize sent = 0;
  gint64 longest_us = 0;

  for (guint i = 0; i < CROWD; i++)
    {
      crowd[i] = test_peer_connect (f->server->port);
      test_irc_say (crowd[i], "NICK c%u", i);
      test_irc_say (crowd[i], "USER c 0 * :c");
      test_irc_say (crowd[i], "JOIN #crowd");
      test_irc_say (crowd[i], "PING in");
    }
  for (guint i = 0; i < CROWD; i++)
    test_peer_expect_later (crowd[i], " :in\r\n");

  test_irc_say (f->mallory, "WHO #crowd");
  for (;;)
    {
      g_autofree char *line = test_irc_take_line (f->mallory);

      if (strstr (line, " 352 ") == NULL)
        {
          g_assert_cmpstr (line, ==,
                           ":irc.example 416 mallory #crowd :Too many matches (1000 are shown)");
          break;
        }
      found++;
    }
  g_assert_cmpuint (found, ==, 1000);
  answered (f, "315 mallory #crowd :");

  /* So many questions that the answers are a gigabyte; nobody has to wait for them. */
  for (guint i = 0; i < 10000; i++)
    g_string_append (questions, i % 2 == 0 ? "WHO *\r\n" : "NAMES #crowd\r\n");
  for (guint i = 0; i < 50; i++)
    {
      ssize_t n = send (f->mallory->fd, questions->str + sent, questions->len - sent,
                        MSG_DONTWAIT | MSG_NOSIGNAL);
      gint64 begun_us = g_get_monotonic_time ();

      sent += n > 0 ? (gsize) n : 0;
      (void) test_peer_read (f->mallory, 0);
      talk (f);
      longest_us = MAX (longest_us, g_get_monotonic_time () - begun_us);
    }
  /* A server that waited for her would do so until it drops her. */
  g_assert_cmpint (longest_us, <, STALL_US);
  test_peer_reset (f->mallory);
  g_string_free (questions, TRUE);
  for (guint i = 0; i < CROWD; i++)
    test_peer_free (crowd[i]);
}

static void
test_list_of_rooms (Fixture *f, gconstpointer data)
{
  enum
  {
    PEOPLE = 51
  };
  TestPeer *people[PEOPLE];

  for (guint i = 0; i < PEOPLE; i++)
    {
      g_autofree char *nick = g_strdup_printf ("p%u", i);

      people[i] = test_irc_come (f->server->port, nick, NULL);
      for (guint k = 0; k < 100;)
        {
          g_autoptr (GString) rooms = g_string_new (NULL);

          for (guint end = k + 25; k < end; k++)
            g_string_append_printf (rooms, "%s#r%u-%u", rooms->len > 0 ? "," : "", i, k);
          test_irc_say (people[i], "JOIN %s", rooms->str);
        }
      test_irc_catch_up (people[i]);
    }
  test_irc_say (f->mallory, "LIST");
  test_peer_expect_later (f->mallory,
                          ":irc.example 416 mallory LIST :Too many rooms (5000 are shown)\r\n");
  answered (f, "323 mallory :");
  talk (f);
  for (guint i = 0; i < PEOPLE; i++)
    test_peer_free (people[i]);
}

static void
test_monitor (Fixture *f, gconstpointer data)
{
  g_autofree char *long_name = g_strnfill (300, 'n');

  test_irc_say (f->mallory, "MONITOR + %s", long_name); /* nobody can be called so */
  for (guint i = 0; i < 100; i++)
    test_irc_say (f->mallory, "MONITOR + nobody%u", i);
  for (guint i = 0; i < 100; i++)
    answered (f, "731 mallory :nobody");
  test_irc_say (f->mallory, "MONITOR + onemore,nobody5");
  answered (f, "734 mallory 100 onemore");
  /* What goes makes room. */
  for (guint i = 0; i < 2000; i++)
    {
      test_irc_say (f->mallory, "MONITOR - nobody5");
      test_irc_say (f->mallory, "MONITOR + nobody5");
      while (test_peer_read (f->mallory, 0))
        ;
    }
  test_irc_catch_up (f->mallory);
  test_irc_say (f->mallory, "MONITOR C");
  test_irc_say (f->mallory, "MONITOR L");
  answered (f, "733 mallory :");
  talk (f);
}

static void
test_masks (Fixture *f, gconstpointer data)
{
  test_irc_say (f->mallory, "JOIN #masks");
  test_peer_expect_later (f->mallory, " 366 ");
  test_peer_expect_later (f->mallory, "\r\n");
  for (guint i = 0; i < 101; i++)
    test_irc_say (f->mallory, "MODE #masks +b nobody%u", i);
  test_peer_expect_later (f->mallory, " MODE #masks +b nobody99!*@*\r\n");
  answered (f, "478 mallory #masks b :");
}

/* A message of many lines that is never complete. */
static void
test_endless_batch (Fixture *f, gconstpointer data)
{
  g_autofree char *text = g_strnfill (300, 'x');

  for (guint i = 0; i < 100; i++)
    {
      test_irc_say (f->mallory, "BATCH +b draft/multiline #lobby");
      for (guint k = 0; k < 33; k++)
        test_irc_say (f->mallory, "@batch=b PRIVMSG #lobby :line");
      answered (f, "FAIL BATCH MULTILINE_MAX_LINES 32 :");
    }
  talk (f);
  test_irc_say (f->mallory, "BATCH +b draft/multiline #lobby");
  for (guint k = 0; k < 14; k++)
    test_irc_say (f->mallory, "@batch=b PRIVMSG #lobby :%s", text);
  answered (f, "FAIL BATCH MULTILINE_MAX_BYTES 4096 :");
  /* One in the other, and something else in between. */
  test_irc_say (f->mallory, "BATCH +b draft/multiline #lobby");
  test_irc_say (f->mallory, "BATCH +c draft/multiline #lobby");
  answered (f, "FAIL BATCH UNKNOWN_TYPE c :");
  test_irc_say (f->mallory, "BATCH +b draft/multiline #lobby");
  test_irc_say (f->mallory, "PRIVMSG #lobby :in between");
  answered (f, "FAIL BATCH MULTILINE_INVALID :");
  /* Left open: it is nobody else's. */
  test_irc_say (f->mallory, "BATCH +b draft/multiline #lobby");
  test_irc_say (f->mallory, "@batch=b PRIVMSG #lobby :never ends");
  talk (f);
}

/* A message that lacks a line is another than what was said: it is kept with all of them or not at
 * all, whatever was wrong with one. */
static void
test_spoilt_batch (Fixture *f, gconstpointer data)
{
  g_autofree char *text = g_strnfill (600, 'x');
  const char *const spoilt[] = { "@batch=b PRIVMSG anna :caff\xe8", text, "@batch=b" };

  for (guint i = 0; i < G_N_ELEMENTS (spoilt); i++)
    {
      test_irc_say (f->mallory, "@label=l%u BATCH +b draft/multiline anna", i);
      test_irc_say (f->mallory, "@batch=b PRIVMSG anna :I do");
      test_irc_say (f->mallory, "%s", spoilt[i]);
      test_peer_expect_later (f->mallory,
                              "FAIL BATCH MULTILINE_INVALID :One of its lines was not taken\r\n");
      test_irc_say (f->mallory, "@batch=b PRIVMSG anna :owe you money");
      answered (f, "FAIL BATCH MULTILINE_INVALID :There is no such batch");
      test_irc_say (f->mallory, "BATCH -b");
      answered (f, "FAIL BATCH MULTILINE_INVALID :There is no such batch");
    }
  test_irc_say (f->mallory, "PRIVMSG anna :after that");
  test_irc_expect (f->anna, ":mallory!*PRIVMSG anna :after that");
}

/* As many lines as are offered are one message for who may not say many at once. */
static void
test_batch_in_small_burst (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < 2; i++)
    {
      test_irc_say (f->mallory, "BATCH +b draft/multiline anna");
      for (guint k = 0; k < 32; k++)
        test_irc_say (f->mallory, "@batch=b PRIVMSG anna :%u", k);
      test_irc_say (f->mallory, "BATCH -b");
      for (guint k = 0; k < 32; k++)
        {
          g_autofree char *line = g_strdup_printf (":mallory!*PRIVMSG anna :%u", k);

          test_irc_expect (f->anna, line);
        }
    }
}

/* Whoever asks and does not read the answers is not heard any more, and then put out. */
static void
test_deaf (Fixture *f, gconstpointer data)
{
  GString *questions = g_string_new (NULL);
  gsize sent = 0;

  for (guint i = 0; i < 40000; i++)
    g_string_append (questions, "HELP JOIN\r\nVERSION\r\nCAP LS 302\r\n");
  test_irc_say (f->anna, "JOIN #lobby");
  test_irc_say (f->mallory, "JOIN #lobby");
  test_peer_expect_later (f->anna, ":mallory!");
  /* Until the server takes no more. */
  for (guint idle = 0; idle < 20 && sent < questions->len;)
    {
      ssize_t n = send (f->mallory->fd, questions->str + sent, questions->len - sent,
                        MSG_DONTWAIT | MSG_NOSIGNAL);

      idle = n > 0 ? 0 : idle + 1;
      sent += n > 0 ? (gsize) n : 0;
      if (n <= 0)
        talk (f);
    }
  test_peer_expect_later (f->anna, ":mallory!");
  test_peer_expect_later (f->anna,
                          " QUIT :Not accepted: the limit send-stall-seconds is 1 here.\r\n");
  g_string_free (questions, TRUE);
}

#define ADD(name, limits, func)                                                                    \
  g_test_add ("/irc-hostile/" name, Fixture, limits, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("too-long", "", test_long_lines);
  ADD ("no-utf8", "", test_no_utf8);
  ADD ("endless-line", "", test_endless_line);
  ADD ("cap", "", test_cap_abuse);
  ADD ("sasl", "", test_sasl_abuse);
  ADD ("nick-flood", "messages-per-second = 5\nmessage-burst = 20\n", test_nick_flood);
  ADD ("notice-flood", "messages-per-second = 5\nmessage-burst = 20\n", test_notice_flood);
  ADD ("join-flood", "messages-per-second = 5\nmessage-burst = 20\n", test_join_flood);
  ADD ("many-rooms", "", test_many_rooms);
  ADD ("many-targets", "", test_targets);
  ADD ("invitations", "", test_invitations);
  ADD ("who-of-a-crowd", "", test_who_of_a_crowd);
  ADD ("list-of-rooms", "", test_list_of_rooms);
  ADD ("monitor", "", test_monitor);
  ADD ("masks", "", test_masks);
  ADD ("endless-batch", "", test_endless_batch);
  ADD ("spoilt-batch", "", test_spoilt_batch);
  ADD ("batch-in-a-small-burst", "messages-per-second = 1\nmessage-burst = 15\n",
       test_batch_in_small_burst);
  ADD ("muted-batch", "", test_muted_batch);
  ADD ("deaf", "send-stall-seconds = 1\n", test_deaf);
  return g_test_run ();
}
