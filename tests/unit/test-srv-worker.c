/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A worker with its connections, rooms and a log in memory; people are the other ends of
 * socket pairs. What goes over the wire is tried in full in the suite net; here are the
 * things that many parts have to do together, seen within milliseconds.
 *
 * It is one piece because the cases share the worker, its log and the people, and each is short.
 */
#include "config.h"

#include "server/srv-worker.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/log/srv-log-memory.h"
#include "server/srv-worker-private.h"

#define PATIENCE_US (60 * G_TIME_SPAN_SECOND)

#define GREETING "Welcome to the room!!\nPlease type your name first:\n"
#define WELCOME(name)                                                                              \
  "Hi " name ", you are in the room now. Say 'quit' or 'exit' to leave.\n"                         \
  "Just write now, everyone reads it\n"

typedef struct
{
  GMainContext *context;
  SrvLog *log;
  SrvWorker *worker;
  SrvWorkerConfig config;
  int send_buffer; /* of the server's ends; 0: as the kernel has it */
  guint closed;
} Fixture;

typedef struct
{
  Fixture *f;
  int fd;
  GString *got; /* and not expected yet */
  gboolean eof;
} Person;

static void
on_closed (const SrvAddress *peer, gpointer data)
{
  ((Fixture *) data)->closed++;
}

static const SrvWorkerHooks hooks = { .closed = on_closed };

static void
set_up (Fixture *f, gconstpointer data)
{
  static const guint lan[SAL_N_LIMITS] = {
#define LAN(ID, key, unit, lan, ...) lan,
    SAL_LIMITS (LAN)
#undef LAN
  };

  f->config.language = SAL_PLAIN_ENGLISH;
  memcpy (f->config.limits.value, lan, sizeof lan);
  f->config.limits.value[SAL_LIMIT_SEND_QUEUE_BYTES] = 16384;
  f->context = g_main_context_new ();
  f->log = srv_log_new (srv_log_memory_new (), g_get_real_time, NULL);
  f->worker = srv_worker_new (f->context, 0, f->log, &f->config, &hooks, f);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  srv_log_stop (f->log);
  srv_worker_free (f->worker);
  srv_log_free (f->log);
  g_main_context_unref (f->context);
}

static void
person_init (Person *person, Fixture *f)
{
  SrvAddress local = { .family = SRV_ADDRESS_LOCAL };
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), ==, 0);
  if (f->send_buffer > 0)
    g_assert_cmpint (
        setsockopt (fds[0], SOL_SOCKET, SO_SNDBUF, &f->send_buffer, sizeof f->send_buffer), ==, 0);
  *person = (Person){ .f = f, .fd = fds[1], .got = g_string_new (NULL) };
  srv_worker_take (
      f->worker, (SrvLink){ .fd = fds[0] },
      &(SrvArrival){
          .peer = &local, .shown = "('local', 0)", .irc_host = "localhost", .room = "lobby" });
  srv_reactor_wake (srv_worker_get_reactor (f->worker)); /* a listener would be in a turn */
}

static void
person_clear (Person *person)
{
  if (person->fd >= 0)
    close (person->fd);
  g_string_free (person->got, TRUE);
}

static void
person_send (Person *person, const char *bytes, gsize len)
{
  g_assert_cmpint (send (person->fd, bytes, len, MSG_NOSIGNAL), ==, (gssize) len);
}

static void
person_say (Person *person, const char *text)
{
  person_send (person, text, strlen (text));
}

static void
person_look (Person *person)
{
  char buffer[4096];
  ssize_t n = 0;

  while ((n = read (person->fd, buffer, sizeof buffer)) > 0)
    g_string_append_len (person->got, buffer, n);
  person->eof |= n == 0 || (n < 0 && errno == ECONNRESET);
}

static gboolean
on_patience_ends (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

/* Lets the worker go on until it has nothing to do or @patience_us are over. */
static void
turn (Fixture *f, gint64 patience_us)
{
  gboolean over = FALSE;
  GSource *patience = g_timeout_source_new ((guint) (patience_us / 1000));

  g_source_set_callback (patience, on_patience_ends, &over, NULL);
  g_source_attach (patience, f->context);
  g_main_context_iteration (f->context, TRUE);
  g_source_destroy (patience);
  g_source_unref (patience);
}

/* Waits for exactly this, and for nothing more. */
static void
person_expect (Person *person, const char *text)
{
  gint64 until_us = g_get_monotonic_time () + PATIENCE_US;

  for (person_look (person);
       person->got->len < strlen (text) && !person->eof && g_get_monotonic_time () < until_us;
       person_look (person))
    turn (person->f, PATIENCE_US / 10);
  g_assert_cmpstr (person->got->str, ==, text);
  g_string_truncate (person->got, 0);
}

static void
person_expect_end (Person *person)
{
  gint64 until_us = g_get_monotonic_time () + PATIENCE_US;

  for (person_look (person); !person->eof && g_get_monotonic_time () < until_us;
       person_look (person))
    turn (person->f, PATIENCE_US / 10);
  g_assert_true (person->eof);
  g_assert_cmpstr (person->got->str, ==, "");
}

static void
person_join (Person *person, Fixture *f, const char *name, const char *welcome)
{
  g_autofree char *line = g_strconcat (name, "\n", NULL);

  person_init (person, f);
  person_expect (person, GREETING);
  person_say (person, line);
  person_expect (person, welcome);
}

/* The worker has taken what was sent. */
static void
settle (Fixture *f)
{
  while (g_main_context_iteration (f->context, FALSE))
    ;
}

static void
test_one_person (Fixture *f, gconstpointer data)
{
  Person ada;

  person_join (&ada, f, "Ada", WELCOME ("Ada"));
  person_say (&ada, "ciao\n");
  person_expect (&ada, "> Ada('local', 0): ciao\n");
  person_say (&ada, "uno\ndue\n/me waves\n/who\n");
  person_expect (&ada, "> Ada('local', 0): uno\n> Ada('local', 0): due\n"
                       "* Ada('local', 0) waves\n-- In lobby (1): Ada\n");
  person_say (&ada, "quit\n");
  person_expect (&ada, "Goodbye and see you soon\n");
  person_expect_end (&ada);
  person_clear (&ada);
  while (f->closed == 0)
    turn (f, PATIENCE_US);
  g_assert_cmpuint (srv_worker_count (f->worker), ==, 0);
}

/* Those inside learn of a newcomer before the newcomer is welcome (1.1), and of a leave
 * all but the one who leaves. */
static void
test_two_people (Fixture *f, gconstpointer data)
{
  Person ada;
  Person bob;

  person_join (&ada, f, "Ada", WELCOME ("Ada"));
  person_join (&bob, f, "ada", WELCOME ("ada_2"));
  person_expect (&ada, "> ada_2('local', 0) has come into the chat room.\n");
  person_say (&ada, "ciao\n");
  person_expect (&bob, "> Ada('local', 0): ciao\n");
  person_expect (&ada, "> Ada('local', 0): ciao\n");
  person_say (&bob, "quit\n");
  person_expect (&bob, "Goodbye and see you soon\n");
  person_expect_end (&bob);
  person_expect (&ada, "> ada_2('local', 0) has left this room.\n");
  person_clear (&bob);
  person_clear (&ada);
}

/* Rooms do not hear of each other. */
static void
test_two_rooms (Fixture *f, gconstpointer data)
{
  Person ada;
  Person bob;

  person_join (&ada, f, "Ada", WELCOME ("Ada"));
  person_join (&bob, f, "Bob", WELCOME ("Bob"));
  person_expect (&ada, "> Bob('local', 0) has come into the chat room.\n");
  person_say (&bob, "/join Tea\n");
  person_expect (&bob, "-- You are in Tea now.\n");
  person_expect (&ada, "> Bob('local', 0) has left this room.\n");
  person_say (&bob, "anybody?\n");
  person_expect (&bob, "> Bob('local', 0): anybody?\n");
  person_say (&ada, "ciao\n");
  person_expect (&ada, "> Ada('local', 0): ciao\n");
  person_say (&bob, "/who\n");
  person_expect (&bob, "-- In Tea (1): Bob\n");
  person_clear (&ada);
  person_clear (&bob);
}

/* After an answer out of the log the conversation goes on. */
static void
test_history (Fixture *f, gconstpointer data)
{
  Person ada;

  person_join (&ada, f, "Ada", WELCOME ("Ada"));
  person_say (&ada, "/history\n");
  person_expect (&ada, "-- Nothing was said in lobby yet.\n");
  person_say (&ada, "ciao\n");
  person_expect (&ada, "> Ada('local', 0): ciao\n");
  person_say (&ada, "/history 1\nuno\n");
  while (strstr (ada.got->str, "uno\n") == NULL)
    {
      turn (f, PATIENCE_US);
      person_look (&ada);
    }
  g_assert_true (g_str_has_suffix (ada.got->str, "] > Ada: ciao\n> Ada('local', 0): uno\n"));
  person_clear (&ada);
}

/* S24: FIN without quit, with a partial line. */
static void
test_half_close (Fixture *f, gconstpointer data)
{
  Person ada;
  Person bob;

  person_join (&ada, f, "Ada", WELCOME ("Ada"));
  person_init (&bob, f);
  person_say (&bob, "Bob\nciao\na presto");
  shutdown (bob.fd, SHUT_WR);
  person_expect (&bob, GREETING WELCOME ("Bob") "> Bob('local', 0): ciao\n"
                                                "> Bob('local', 0): a presto\n");
  person_expect_end (&bob);
  person_expect (&ada, "> Bob('local', 0) has come into the chat room.\n"
                       "> Bob('local', 0): ciao\n> Bob('local', 0): a presto\n"
                       "> Bob('local', 0) has left this room.\n");
  person_clear (&ada);
  person_clear (&bob);
}

/* Somebody who is gone without a word, and nobody who never said a name. */
static void
test_gone (Fixture *f, gconstpointer data)
{
  Person ada;
  Person bob;
  Person nobody;

  person_join (&ada, f, "Ada", WELCOME ("Ada"));
  person_join (&bob, f, "Bob", WELCOME ("Bob"));
  person_init (&nobody, f);
  person_clear (&nobody);
  person_clear (&bob);
  person_expect (&ada, "> Bob('local', 0) has come into the chat room.\n"
                       "> Bob('local', 0) has left this room.\n");
  while (srv_worker_count (f->worker) > 1)
    turn (f, PATIENCE_US);
  person_clear (&ada);
}

/* S24: somebody speaks and closes without reading, while the name is still on its way: the
 * welcome cannot be sent, and what was said is heard all the same. */
static void
test_last_words (Fixture *f, gconstpointer data)
{
  Person ada;
  Person bob;

  person_join (&ada, f, "Ada", WELCOME ("Ada"));
  person_init (&bob, f);
  person_expect (&bob, GREETING);
  person_say (&bob, "Bob\n");
  g_main_context_iteration (f->context, FALSE); /* off to the log, and not yet back */
  person_say (&bob, "ciao\na presto");
  person_clear (&bob);
  person_expect (&ada, "> Bob('local', 0) has come into the chat room.\n"
                       "> Bob('local', 0): ciao\n> Bob('local', 0): a presto\n"
                       "> Bob('local', 0) has left this room.\n");
  person_clear (&ada);
}

/* S4: CR LF to those who sent it, from the welcome on. */
static void
test_crlf (Fixture *f, gconstpointer data)
{
  Person ada;

  person_init (&ada, f);
  person_say (&ada, "Ada\r\n");
  person_expect (&ada,
                 GREETING "Hi Ada, you are in the room now. Say 'quit' or 'exit' to leave.\r\n"
                          "Just write now, everyone reads it\r\n");
  person_say (&ada, "ciao\r\n");
  person_expect (&ada, "> Ada('local', 0): ciao\r\n");
  person_clear (&ada);
}

/* S11, S13: a program that ends nothing. */
static void
test_raw (Fixture *f, gconstpointer data)
{
  Person ada;

  person_init (&ada, f);
  person_say (&ada, "Ada");
  person_expect (&ada, GREETING WELCOME ("Ada"));
  person_say (&ada, "ciao");
  person_expect (&ada, "> Ada('local', 0): ciao\n");
  person_say (&ada, "quit");
  person_expect (&ada, "Goodbye and see you soon\n");
  person_expect_end (&ada);
  person_clear (&ada);
}

static void
test_telnet (Fixture *f, gconstpointer data)
{
  Person ada;

  person_init (&ada, f);
  person_say (&ada, "\xFF\xFD\x03"
                    "Ada\r\n");
  person_expect (&ada,
                 GREETING "\xFF\xFC\x03"
                          "Hi Ada, you are in the room now. Say 'quit' or 'exit' to leave.\r\n"
                          "Just write now, everyone reads it\r\n");
  person_say (&ada, "cia\xFF\xF4");
  person_expect (&ada, "Goodbye and see you soon\r\n");
  person_expect_end (&ada);
  person_clear (&ada);
}

/* S27 */
static void
test_browser (Fixture *f, gconstpointer data)
{
  Person browser;

  person_init (&browser, f);
  person_expect (&browser, GREETING);
  person_say (&browser, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  while (!browser.eof)
    {
      turn (f, PATIENCE_US / 10);
      person_look (&browser);
    }
  g_assert_true (g_str_has_prefix (browser.got->str, "HTTP/1.1 400 "));
  person_clear (&browser);
}

/* S25 */
static void
test_three_errors (Fixture *f, gconstpointer data)
{
  Person ada;

  person_join (&ada, f, "Ada", WELCOME ("Ada"));
  for (int i = 0; i < 3; i++)
    {
      person_send (&ada, "\x01\x02\x03\x04", 4);
      settle (f); /* a segment each */
    }
  person_expect (&ada, "-- Three errors in a row: the connection ends.\n");
  person_expect_end (&ada);
  person_clear (&ada);
}

/* Somebody does not read while so much is said, for some seconds or for a few megabytes:
 * they are dropped alone, and the others are told. */
static void
test_slow_reader (Fixture *f, gconstpointer data)
{
  const guint messages = GPOINTER_TO_UINT (data);
  Person ada;
  Person bob;
  g_autofree char *text = g_strnfill (4000, 'x');
  g_autofree char *line = g_strconcat (text, "\n", NULL);
  g_autofree char *message = g_strdup_printf ("> Ada('local', 0): %s\n", text);
  guint said = 0;
  gboolean told = FALSE;

  person_join (&ada, f, "Ada", WELCOME ("Ada"));
  person_join (&bob, f, "Bob", WELCOME ("Bob"));
  person_expect (&ada, "> Bob('local', 0) has come into the chat room.\n");
  for (gint64 until_us = g_get_monotonic_time () + 3 * PATIENCE_US;
       !told && g_get_monotonic_time () < until_us;)
    {
      if (said++ < messages)
        person_say (&ada, line);
      do
        {
          turn (f, PATIENCE_US / 10);
          person_look (&ada);
        }
      while (said <= messages && strstr (ada.got->str, message) == NULL &&
             g_get_monotonic_time () < until_us);
      told = strstr (ada.got->str, "> Bob('local', 0) has left this room.\n") != NULL;
      g_string_truncate (ada.got, 0);
    }
  g_assert_true (told);

  /* Bob reads again: whole lines, and why. */
  while (!bob.eof)
    {
      turn (f, PATIENCE_US / 10);
      person_look (&bob);
    }
  g_assert_true (g_str_has_prefix (bob.got->str, message));
  g_assert_true (g_str_has_suffix (
      bob.got->str, "\n-- Not accepted: the limit send-queue-bytes is 16384 here.\n"));
  person_clear (&ada);
  person_clear (&bob);
}

/* Little waits for somebody, but they read nothing of it for as long as anybody is
 * given. */
static void
test_stalled_reader (Fixture *f, gconstpointer data)
{
  g_autofree char *text = g_strnfill (4000, 'x');
  g_autofree char *line = g_strconcat (text, "\n", NULL);
  g_autofree char *message = g_strdup_printf ("> Ada('local', 0): %s\n", text);
  const char *why = "-- Not accepted: the limit send-stall-seconds is 3 here.\n";
  Person ada;
  Person bob;

  f->config.limits.value[SAL_LIMIT_SEND_STALL_SECONDS] = 3;
  srv_worker_configure (f->worker, &f->config);
  f->send_buffer = 2304;
  person_join (&ada, f, "Ada", WELCOME ("Ada"));
  person_join (&bob, f, "Bob", WELCOME ("Bob"));
  person_expect (&ada, "> Bob('local', 0) has come into the chat room.\n");
  for (int i = 0; i < 3; i++)
    {
      person_say (&ada, line);
      person_expect (&ada, message);
    }
  person_expect (&ada, "> Bob('local', 0) has left this room.\n");
  while (!bob.eof)
    {
      turn (f, PATIENCE_US / 10);
      person_look (&bob);
    }
  g_assert_true (g_str_has_suffix (bob.got->str, why));
  person_clear (&ada);
  person_clear (&bob);
}

/* Two of three read nothing: who speaks waits for them, but not for long. */
static void
test_most_do_not_read (Fixture *f, gconstpointer data)
{
  Person ada;
  Person bob;
  Person eva;
  g_autofree char *text = g_strnfill (4000, 'x');
  g_autofree char *line = g_strconcat (text, "\n", NULL);
  gsize got = 0;
  gsize got_before = 0;

  person_join (&ada, f, "Ada", WELCOME ("Ada"));
  person_join (&bob, f, "Bob", WELCOME ("Bob"));
  person_join (&eva, f, "Eva", WELCOME ("Eva"));
  for (gint64 until_us = g_get_monotonic_time () + G_TIME_SPAN_SECOND;
       g_get_monotonic_time () < until_us;)
    {
      (void) !send (ada.fd, line, strlen (line), MSG_NOSIGNAL | MSG_DONTWAIT);
      turn (f, G_TIME_SPAN_MILLISECOND);
      person_look (&ada);
      got += ada.got->len;
      g_string_truncate (ada.got, 0);
    }
  /* It has been told to wait after about what the kernel keeps for the two. */
  g_assert_cmpuint (got, <, 2 * 1024 * 1024);

  /* They are not waited for any longer: it is heard, and they are gone. */
  got_before = got;
  for (gint64 until_us = g_get_monotonic_time () + PATIENCE_US;
       got == got_before && g_get_monotonic_time () < until_us;)
    {
      turn (f, PATIENCE_US / 10);
      person_look (&ada);
      got += ada.got->len;
    }
  g_assert_cmpuint (got, >, got_before);
  person_clear (&ada);
  person_clear (&bob);
  person_clear (&eva);
}

/* Ada, Bob and Eva are in a room; Bob and Eva stop reading, and Ada speaks until the room
 * waits for them. Then what she has asked last is not answered. */
static void
fall_behind (Fixture *f, Person *ada, Person *bob, Person *eva)
{
  g_autofree char *text = g_strnfill (4000, 'x');
  g_autofree char *line = g_strconcat (text, "\n", NULL);
  g_autofree char *message = g_strdup_printf ("> Ada('local', 0): %s\n", text);
  gboolean answered = TRUE;

  person_join (ada, f, "Ada", WELCOME ("Ada"));
  person_join (bob, f, "Bob", WELCOME ("Bob"));
  person_join (eva, f, "Eva", WELCOME ("Eva"));
  person_expect (ada, "> Bob('local', 0) has come into the chat room.\n"
                      "> Eva('local', 0) has come into the chat room.\n");
  for (int i = 0; answered && i < 1000; i++)
    {
      person_say (ada, line);
      person_expect (ada, message);
      person_say (ada, "/who\n");
      settle (f);
      person_look (ada);
      answered = ada->got->len > 0;
      g_string_truncate (ada->got, 0);
    }
  g_assert_false (answered);
}

/* Most have asked for much and have not read it yet. That is between them and the server: who speaks
 * in their room does not wait for it. */
static void
test_own_answers_hold_nobody (Fixture *f, gconstpointer data)
{
  g_autofree char *text = g_strnfill (4000, 'x');
  g_autofree char *line = g_strconcat (text, "\n", NULL);
  g_autofree char *message = g_strdup_printf ("> Ada('local', 0): %s\n", text);
  Person ada;
  Person bob;
  Person eva;

  f->config.limits.value[SAL_LIMIT_SEND_QUEUE_BYTES] = 32 * 1024;
  srv_worker_configure (f->worker, &f->config);
  f->send_buffer = 2304;
  person_join (&ada, f, "Ada", WELCOME ("Ada"));
  for (guint i = 0; i < 15; i++)
    {
      person_say (&ada, line);
      person_expect (&ada, message);
    }
  person_join (&bob, f, "Bob", WELCOME ("Bob"));
  person_join (&eva, f, "Eva", WELCOME ("Eva"));
  person_expect (&ada, "> Bob('local', 0) has come into the chat room.\n"
                       "> Eva('local', 0) has come into the chat room.\n");
  person_expect (&bob, "> Eva('local', 0) has come into the chat room.\n");
  person_say (&bob, "/history 15\n");
  person_say (&eva, "/history 15\n");
  settle (f);
  person_say (&ada, line);
  person_expect (&ada, message);
  person_say (&ada, "/who\n");
  person_expect (&ada, "-- In lobby (3): Ada, Bob, Eva\n");
  person_clear (&ada);
  person_clear (&bob);
  person_clear (&eva);
}

/* One of those who could not follow has caught up: that is enough, and at once. */
static void
test_one_catches_up (Fixture *f, gconstpointer data)
{
  Person ada;
  Person bob;
  Person eva;

  fall_behind (f, &ada, &bob, &eva);
  person_look (&bob);
  settle (f);
  person_look (&ada);
  g_assert_cmpstr (ada.got->str, ==, "-- In lobby (3): Ada, Bob, Eva\n");
  person_clear (&ada);
  person_clear (&bob);
  person_clear (&eva);
}

/* With one more who reads, those who cannot follow are no longer most. */
static void
test_one_more_reads (Fixture *f, gconstpointer data)
{
  Person ada;
  Person bob;
  Person eva;
  Person ida;

  fall_behind (f, &ada, &bob, &eva);
  person_join (&ida, f, "Ida", WELCOME ("Ida"));
  settle (f);
  person_look (&ada);
  g_assert_cmpstr (ada.got->str, ==,
                   "> Ida('local', 0) has come into the chat room.\n"
                   "-- In lobby (4): Ada, Bob, Eva, Ida\n");
  person_clear (&ada);
  person_clear (&bob);
  person_clear (&eva);
  person_clear (&ida);
}

/* Two of three read, but next to nothing, and much waits for them: who speaks waits for them as long as
 * for somebody who reads nothing, and no longer. */
static void
test_most_read_next_to_nothing (Fixture *f, gconstpointer data)
{
  Person ada;
  Person bob;
  Person eva;
  gboolean answered = FALSE;
  gint64 until_us = 0;

  f->config.limits.value[SAL_LIMIT_SEND_STALL_SECONDS] = 1;
  srv_worker_configure (f->worker, &f->config);
  f->send_buffer = 2304;
  fall_behind (f, &ada, &bob, &eva);
  until_us = g_get_monotonic_time () + PATIENCE_US;
  while (!answered && g_get_monotonic_time () < until_us)
    {
      char buffer[4096];

      g_assert_cmpint (read (bob.fd, buffer, sizeof buffer), >, 0);
      g_assert_cmpint (read (eva.fd, buffer, sizeof buffer), >, 0);
      for (int i = 0; i < 10 && !answered; i++)
        {
          turn (f, 100 * G_TIME_SPAN_MILLISECOND);
          person_look (&ada);
          answered = ada.got->len > 0;
        }
    }
  g_assert_cmpstr (ada.got->str, ==, "-- In lobby (3): Ada, Bob, Eva\n");
  person_clear (&ada);
  person_clear (&bob);
  person_clear (&eva);
}

/* Two thousand questions at once do not keep the others waiting; all are answered. */
static void
test_many_questions (Fixture *f, gconstpointer data)
{
  const guint questions = 2000;
  const char *answer = "-- In lobby (2): Ada, Bob\n";
  Person ada;
  Person bob;
  g_autoptr (GString) asked = g_string_new (NULL);
  gint64 until_us = 0;

  person_join (&ada, f, "Ada", WELCOME ("Ada"));
  person_join (&bob, f, "Bob", WELCOME ("Bob"));
  person_expect (&ada, "> Bob('local', 0) has come into the chat room.\n");
  for (guint i = 0; i < questions; i++)
    g_string_append (asked, "/who\n");
  person_send (&ada, asked->str, asked->len);
  g_main_context_iteration (f->context, FALSE);
  person_look (&ada);
  g_assert_cmpuint (ada.got->len, <, 2 * SAL_TURN_ANSWER_BYTES);
  person_say (&bob, "ciao\n");
  person_expect (&bob, "> Bob('local', 0): ciao\n");

  until_us = g_get_monotonic_time () + PATIENCE_US;
  while (ada.got->len < questions * strlen (answer) && g_get_monotonic_time () < until_us)
    {
      turn (f, PATIENCE_US / 10);
      person_look (&ada);
    }
  person_say (&ada, "quit\n");
  while (!ada.eof)
    {
      turn (f, PATIENCE_US / 10);
      person_look (&ada);
    }
  for (guint i = 0; i < questions; i++)
    {
      char *at = strstr (ada.got->str, answer);

      g_assert_nonnull (at);
      g_string_erase (ada.got, at - ada.got->str, (gssize) strlen (answer));
    }
  g_assert_cmpstr (ada.got->str, ==, "> Bob('local', 0): ciao\nGoodbye and see you soon\n");
  person_clear (&ada);
  person_clear (&bob);
}

static void
test_close (Fixture *f, gconstpointer data)
{
  Person ada;
  Person nobody;

  person_join (&ada, f, "Ada", WELCOME ("Ada"));
  person_init (&nobody, f);
  person_expect (&nobody, GREETING);
  srv_worker_close (f->worker);
  person_expect (&ada, "Goodbye and see you soon\n");
  person_expect (&nobody, "Goodbye and see you soon\n");
  person_expect_end (&ada);
  person_expect_end (&nobody);
  person_clear (&ada);
  person_clear (&nobody);
  while (srv_worker_count (f->worker) > 0)
    turn (f, PATIENCE_US);
  g_assert_cmpuint (f->closed, ==, 2);
}

/* The process ends at once while somebody's name is on its way: what comes back from a log
 * that is gone makes nobody ask it for anything. */
static void
test_end_at_once (Fixture *f, gconstpointer data)
{
  Person ada;

  person_init (&ada, f);
  person_expect (&ada, GREETING);
  person_say (&ada, "Ada\n/history\n");
  g_main_context_iteration (f->context, FALSE); /* off to the log, and not yet back */
  tear_down (f, data);
  g_assert_cmpuint (f->closed, ==, 1);
  person_clear (&ada);
}

static void
already_torn_down (Fixture *f, gconstpointer data)
{
}

static gboolean
may_use (const char *name, const char *account, gpointer data)
{
  return TRUE;
}

static SrvOwnedRoom *
find_room (const char *name, gpointer data)
{
  return srv_owned_room_new (name, "anna");
}

/* What the server says when a room that belongs to somebody wakes is not counted as something
 * that this worker has posted. */
static void
test_owned_room_wakes (Fixture *f, gconstpointer data)
{
  static const SrvOwners owners = { .may_use = may_use, .find_room = find_room };
  Person ada;

  srv_log_set_owners (f->log, &owners, NULL);
  person_join (&ada, f, "Ada",
               WELCOME ("Ada") "-- anna keeps this room from now on.\n"
                               "-- anna lets those outside speak here, too.\n"
                               "-- anna lets everyone set the topic.\n");
  for (guint i = 0; i < 3; i++)
    {
      person_say (&ada, "ciao\n");
      person_expect (&ada, "> Ada('local', 0): ciao\n");
      settle (f);
      g_assert_cmpuint (f->worker->in_log, ==, 0);
    }
  person_clear (&ada);
}

#define ADD(path, func) g_test_add ("/worker/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("one-person-from-the-greeting-to-the-goodbye", test_one_person);
  ADD ("two-people-hear-each-other", test_two_people);
  ADD ("two-rooms-do-not", test_two_rooms);
  ADD ("goes-on-after-history", test_history);
  ADD ("a-half-closed-peer-gets-everything", test_half_close);
  ADD ("who-is-gone-is-gone-once", test_gone);
  ADD ("last-words-are-heard", test_last_words);
  ADD ("cr-lf-to-those-who-send-it", test_crlf);
  ADD ("a-program-that-ends-nothing", test_raw);
  ADD ("telnet", test_telnet);
  ADD ("a-browser", test_browser);
  ADD ("three-errors-in-a-row", test_three_errors);
  g_test_add ("/worker/who-does-not-read-for-long-is-dropped-alone", Fixture,
              GUINT_TO_POINTER (200), set_up, test_slow_reader, tear_down);
  g_test_add ("/worker/who-does-not-read-much-is-dropped-alone", Fixture, GUINT_TO_POINTER (5000),
              set_up, test_slow_reader, tear_down);
  ADD ("who-reads-nothing-at-all-is-dropped-in-the-end", test_stalled_reader);
  ADD ("most-who-do-not-read-are-waited-for", test_most_do_not_read);
  ADD ("what-people-have-asked-for-holds-nobody", test_own_answers_hold_nobody);
  ADD ("one-who-catches-up-is-enough", test_one_catches_up);
  ADD ("one-more-who-reads-is-enough", test_one_more_reads);
  ADD ("most-who-read-next-to-nothing-are-not-waited-for", test_most_read_next_to_nothing);
  ADD ("many-questions-hold-nobody-up", test_many_questions);
  ADD ("a-room-of-somebody-wakes", test_owned_room_wakes);
  ADD ("goodbye-to-everybody", test_close);
  g_test_add ("/worker/the-end-at-once", Fixture, NULL, set_up, test_end_at_once,
              already_torn_down);
  return g_test_run ();
}
