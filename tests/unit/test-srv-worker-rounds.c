/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A large room is sent to in rounds, some in each turn. People are the other ends of socket
 * pairs that keep records, so that one recv() shows one send.
 */
#include "config.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/sal-limits.h"
#include "server/log/srv-log-memory.h"
#include "server/srv-worker-private.h"

#define PATIENCE_US (60 * G_TIME_SPAN_SECOND)

/* Two full parts of a round and the beginning of a third one. */
#define PEOPLE (2 * SAL_TURN_SENDS + 40)

#define SAID(text) "> Zoe('local', 0): " text "\n"

typedef struct
{
  int fd;
  guint packets;
  GString *got;
} Person;

typedef struct
{
  GMainContext *context;
  SrvLog *log;
  SrvWorker *worker;
  SrvWorkerConfig config;
  Person people[PEOPLE]; /* the last one speaks */
  GMainContext *other_context;
  SrvWorker *other; /* (nullable) */
  guint woken;      /* how often the other one was, because no round is left */
  Person neighbour; /* of the other worker */
} Fixture;

static void
on_closed (const SrvAddress *peer, gpointer data)
{
}

static void
on_lagging (const char *room, guint lagging, gpointer data)
{
}

static void
on_letter (gpointer owner, gpointer letter)
{
}

static void
on_rounds_over (gpointer data)
{
  Fixture *f = data;

  if (!srv_worker_is_waiting (f->other))
    return;
  f->woken++;
  srv_mailbox_post (srv_worker_get_mailbox (f->other), on_letter, NULL);
}

static const SrvWorkerHooks hooks = { .closed = on_closed };
static const SrvWorkerHooks hooks_of_two = { .closed = on_closed,
                                             .lagging = on_lagging,
                                             .rounds_over = on_rounds_over };

static void
look (Person *person)
{
  char buffer[65536];
  ssize_t n = 0;

  while (person->fd >= 0 && (n = recv (person->fd, buffer, sizeof buffer, MSG_DONTWAIT)) > 0)
    {
      g_string_append_len (person->got, buffer, n);
      person->packets++;
    }
}

static guint
count_with (Fixture *f, const char *text)
{
  guint count = 0;

  for (guint i = 0; i < PEOPLE; i++)
    {
      look (&f->people[i]);
      count += strstr (f->people[i].got->str, text) != NULL;
    }
  return count;
}

static gboolean
on_tick (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

/* So that no turn of @context waits for long: whoever takes turns looks at the clock in between. */
static GSource *
start_ticking (GMainContext *context)
{
  GSource *tick = g_timeout_source_new (10);

  g_source_set_callback (tick, on_tick, NULL, NULL);
  g_source_attach (tick, context);
  return tick;
}

static void
stop_ticking (GSource *tick)
{
  g_source_destroy (tick);
  g_source_unref (tick);
}

/* One turn after the other until @person has @text. */
static void
expect (GMainContext *context, Person *person, const char *text)
{
  gint64 until_us = g_get_monotonic_time () + PATIENCE_US;
  GSource *tick = start_ticking (context);

  for (look (person); strstr (person->got->str, text) == NULL && g_get_monotonic_time () < until_us;
       look (person))
    g_main_context_iteration (context, TRUE);
  stop_ticking (tick);
  g_assert_nonnull (strstr (person->got->str, text));
}

/* One turn after the other until so many have @text. */
static guint
turn_until (Fixture *f, const char *text, guint wanted)
{
  gint64 until_us = g_get_monotonic_time () + PATIENCE_US;
  GSource *tick = start_ticking (f->context);
  guint count = 0;

  for (count = count_with (f, text); count < wanted && g_get_monotonic_time () < until_us;
       count = count_with (f, text))
    g_main_context_iteration (f->context, TRUE);
  stop_ticking (tick);
  return count;
}

static void
forget (Fixture *f)
{
  while (g_main_context_iteration (f->context, FALSE))
    ;
  for (guint i = 0; i < PEOPLE; i++)
    {
      look (&f->people[i]);
      f->people[i].packets = 0;
      g_string_truncate (f->people[i].got, 0);
    }
}

static void
say (const Person *person, const char *text)
{
  g_assert_cmpint (send (person->fd, text, strlen (text), MSG_NOSIGNAL), ==,
                   (gssize) strlen (text));
}

/* What was posted is back from the log. */
static void
await_mail (SrvWorker *worker)
{
  gint64 until_us = g_get_monotonic_time () + PATIENCE_US;

  while (!srv_mailbox_has_mail (srv_worker_get_mailbox (worker)) &&
         g_get_monotonic_time () < until_us)
    g_thread_yield ();
  g_assert_true (srv_mailbox_has_mail (srv_worker_get_mailbox (worker)));
}

static void
connect_person (SrvWorker *worker, Person *person)
{
  SrvAddress local = { .family = SRV_ADDRESS_LOCAL };
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), ==,
                   0);
  *person = (Person){ .fd = fds[1], .got = g_string_new (NULL) };
  srv_worker_take (
      worker, (SrvLink){ .fd = fds[0] },
      &(SrvArrival){
          .peer = &local, .shown = "('local', 0)", .irc_host = "localhost", .room = "lobby" });
}

static void
set_up (Fixture *f, gconstpointer data)
{
  static const guint lan[SAL_N_LIMITS] = {
#define LAN(ID, key, unit, lan, ...) lan,
    SAL_LIMITS (LAN)
#undef LAN
  };

  memcpy (f->config.limits.value, lan, sizeof lan);
  f->config.language = SAL_PLAIN_ENGLISH;
  f->context = g_main_context_new ();
  f->log = srv_log_new (srv_log_memory_new (), g_get_real_time, NULL);
  f->worker =
      srv_worker_new (f->context, 0, f->log, &f->config, data != NULL ? &hooks_of_two : &hooks, f);
  if (data != NULL)
    {
      f->other_context = g_main_context_new ();
      f->other = srv_worker_new (f->other_context, 1, f->log, &f->config, &hooks_of_two, f);
    }
  for (guint i = 0; i < PEOPLE; i++)
    connect_person (f->worker, &f->people[i]);
  srv_reactor_wake (srv_worker_get_reactor (f->worker));
  g_assert_cmpuint (turn_until (f, "your name", PEOPLE), ==, PEOPLE);
  /* One after the other, so that the last one is the last one to have come. */
  for (guint i = 0; i < PEOPLE; i++)
    {
      g_autofree char *name = i + 1 < PEOPLE ? g_strdup_printf ("p%u\n", i) : g_strdup ("Zoe\n");

      say (&f->people[i], name);
      expect (f->context, &f->people[i], "everyone reads it");
      if (i % 32 == 0)
        forget (f);
    }
  g_assert_cmpuint (turn_until (f, "Zoe", PEOPLE), ==, PEOPLE);
  forget (f);
}

/* What is said to the neighbour, as the other worker's turns go on. */
static void
neighbour_expect (Fixture *f, const char *text)
{
  expect (f->other_context, &f->neighbour, text);
  g_string_truncate (f->neighbour.got, 0);
}

static void
set_up_two (Fixture *f, gconstpointer data)
{
  set_up (f, data);
  connect_person (f->other, &f->neighbour);
  srv_reactor_wake (srv_worker_get_reactor (f->other));
  neighbour_expect (f, "your name");
  say (&f->neighbour, "Eve\n");
  neighbour_expect (f, "everyone reads it");
  g_assert_cmpuint (turn_until (f, "Eve", PEOPLE), ==, PEOPLE);
  forget (f);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  srv_log_stop (f->log);
  srv_worker_free (f->other);
  g_clear_pointer (&f->other_context, g_main_context_unref);
  if (f->neighbour.got != NULL)
    {
      close (f->neighbour.fd);
      g_string_free (f->neighbour.got, TRUE);
    }
  srv_worker_free (f->worker);
  srv_log_free (f->log);
  g_main_context_unref (f->context);
  for (guint i = 0; i < PEOPLE; i++)
    {
      if (f->people[i].fd >= 0)
        close (f->people[i].fd);
      g_string_free (f->people[i].got, TRUE);
    }
}

/* The first turn serves who has spoken, although they are the last in the room. */
static void
test_in_parts (Fixture *f, gconstpointer data)
{
  Person *speaker = &f->people[PEOPLE - 1];

  say (speaker, "one\n");
  g_assert_cmpuint (turn_until (f, SAID ("one"), 1), ==, SAL_TURN_SENDS);
  g_assert_cmpstr (speaker->got->str, ==, SAID ("one"));
  g_assert_cmpuint (turn_until (f, SAID ("one"), SAL_TURN_SENDS + 1), ==, 2 * SAL_TURN_SENDS);
  g_assert_cmpuint (turn_until (f, SAID ("one"), PEOPLE), ==, PEOPLE);
}

/* Between the parts people are read; who has not been sent to yet gets both at once. */
static void
test_meanwhile (Fixture *f, gconstpointer data)
{
  Person *speaker = &f->people[PEOPLE - 1];
  guint at_once = 0;

  say (speaker, "one\n");
  g_assert_cmpuint (turn_until (f, SAID ("one"), 1), ==, SAL_TURN_SENDS);
  say (speaker, "two\n");
  g_assert_cmpuint (turn_until (f, SAID ("one"), SAL_TURN_SENDS + 1), ==, 2 * SAL_TURN_SENDS);
  await_mail (f->worker);
  g_assert_cmpuint (turn_until (f, SAID ("two"), PEOPLE), ==, PEOPLE);
  for (guint i = 0; i < PEOPLE; i++)
    {
      g_assert_cmpstr (f->people[i].got->str, ==, SAID ("one") SAID ("two"));
      at_once += f->people[i].packets == 1;
    }
  g_assert_cmpuint (at_once, ==, PEOPLE - 2 * SAL_TURN_SENDS);
}

/* Who goes in the middle of a round goes without harm to it. */
static void
test_gone_meanwhile (Fixture *f, gconstpointer data)
{
  guint here = srv_worker_count (f->worker);
  gint64 until_us = g_get_monotonic_time () + PATIENCE_US;
  GSource *tick = NULL;

  say (&f->people[PEOPLE - 1], "one\n");
  g_assert_cmpuint (turn_until (f, SAID ("one"), 1), ==, SAL_TURN_SENDS);
  for (guint i = 0; i < PEOPLE - 1; i += 20)
    {
      close (f->people[i].fd);
      f->people[i].fd = -1;
      here--;
    }
  tick = start_ticking (f->context);
  while (srv_worker_count (f->worker) > here && g_get_monotonic_time () < until_us)
    g_main_context_iteration (f->context, TRUE);
  stop_ticking (tick);
  g_assert_cmpuint (srv_worker_count (f->worker), ==, here);
  for (guint i = 0; i < PEOPLE; i++)
    if (f->people[i].fd >= 0)
      expect (f->context, &f->people[i], SAID ("one"));
}

/* While one worker sends to a room, another one waits with what it has for the same room: who
 * is sent to now may answer. It does not wait for long, and not at all for others' rooms. */
static void
test_another_worker (Fixture *f, gconstpointer data)
{
  say (&f->people[PEOPLE - 1], "one\n");
  g_assert_cmpuint (turn_until (f, SAID ("one"), 1), ==, SAL_TURN_SENDS);
  g_main_context_iteration (f->other_context, FALSE);
  look (&f->neighbour);
  g_assert_cmpstr (f->neighbour.got->str, ==, "");
  neighbour_expect (f, SAID ("one"));

  say (&f->neighbour, "/join tea\n");
  neighbour_expect (f, "You are in tea now");
  f->other->hold_us = G_TIME_SPAN_HOUR;
  say (&f->neighbour, "ciao\n");
  neighbour_expect (f, "> Eve('local', 0): ciao\n");
}

/* It goes on when the last round is over, and needs no clock for that. */
static void
test_woken (Fixture *f, gconstpointer data)
{
  f->other->hold_us = G_TIME_SPAN_HOUR;
  say (&f->people[PEOPLE - 1], "one\n");
  g_assert_cmpuint (turn_until (f, SAID ("one"), 1), ==, SAL_TURN_SENDS);
  g_main_context_iteration (f->other_context, FALSE);
  look (&f->neighbour);
  g_assert_cmpstr (f->neighbour.got->str, ==, "");
  g_assert_cmpuint (f->woken, ==, 0);
  g_assert_cmpuint (turn_until (f, SAID ("one"), PEOPLE), ==, PEOPLE);
  g_assert_cmpuint (f->woken, ==, 1);
  neighbour_expect (f, SAID ("one"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/worker/rounds/a-large-room-is-sent-to-in-parts-and-who-speaks-first", Fixture, NULL,
              set_up, test_in_parts, tear_down);
  g_test_add ("/worker/rounds/what-is-said-meanwhile-leaves-in-the-same-send", Fixture, NULL,
              set_up, test_meanwhile, tear_down);
  g_test_add ("/worker/rounds/somebody-goes-in-the-middle-of-one", Fixture, NULL, set_up,
              test_gone_meanwhile, tear_down);
  g_test_add ("/worker/rounds/another-worker-waits-for-answers-to-it", Fixture, "two", set_up_two,
              test_another_worker, tear_down);
  g_test_add ("/worker/rounds/another-worker-is-woken-when-there-is-none", Fixture, "two",
              set_up_two, test_woken, tear_down);
  return g_test_run ();
}
