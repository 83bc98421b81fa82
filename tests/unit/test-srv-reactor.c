/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Turns of the reactor in a main context of its own, with eventfds for descriptors, and
 * letters from other threads.
 */
#include "config.h"

#include "server/net/srv-reactor.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "common/base/sal-limits.h"
#include "server/net/srv-mailbox.h"

#define QUEUES 2

typedef struct
{
  GMainContext *context;
  SrvReactor *reactor;
  GString *events; /* what happened, a letter each */
  guint turns;
  SrvDeadline deadline;
  SrvDeadline again;
  gboolean rearm;
} Fixture;

typedef struct
{
  SrvWatch watch; /* first */
  Fixture *f;
  int fd;
  guint ready;
  gboolean keep;     /* leave it ready */
  SrvWatch *removes; /* (nullable) */
  gint64 seen_us[2];
} Event;

static void
on_due (SrvDeadline *deadline, gpointer data)
{
  Fixture *f = data;

  g_assert_true (deadline == &f->deadline || deadline == &f->again);
  g_string_append_c (f->events, 'd');
  if (f->rearm)
    srv_reactor_arm (f->reactor, &f->again, 1, 1000);
  f->rearm = FALSE;
}

static void
on_turn_end (gpointer data)
{
  Fixture *f = data;

  f->turns++;
  g_string_append_c (f->events, 'e');
}

static const SrvReactorHooks hooks = { .due = on_due, .turn_end = on_turn_end };

static void
on_ready (SrvWatch *watch, guint32 events)
{
  Event *event = (Event *) watch;
  guint64 count = 0;

  event->ready++;
  g_string_append_c (event->f->events, 'r');
  if (!event->keep)
    g_assert_cmpint (read (event->fd, &count, sizeof count), ==, sizeof count);
  if (event->removes != NULL)
    srv_reactor_remove (event->f->reactor, event->removes);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->context = g_main_context_new ();
  f->reactor = srv_reactor_new (f->context, QUEUES, &hooks, f);
  f->events = g_string_new (NULL);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  srv_reactor_free (f->reactor);
  g_main_context_unref (f->context);
  g_string_free (f->events, TRUE);
}

static void
event_open (Fixture *f, Event *event, gboolean ready)
{
  *event = (Event){ .watch = { .fd = -1, .ready = on_ready }, .f = f };
  event->fd = eventfd (ready ? 1 : 0, EFD_CLOEXEC | EFD_NONBLOCK);
  g_assert_cmpint (event->fd, >=, 0);
  g_assert_true (srv_reactor_add (f->reactor, &event->watch, event->fd, EPOLLIN));
  g_assert_cmpint (event->watch.fd, ==, event->fd);
}

static void
event_close (Event *event)
{
  srv_reactor_remove (event->f->reactor, &event->watch);
  g_assert_cmpint (event->watch.fd, ==, -1);
  close (event->fd);
}

static void
turn (Fixture *f)
{
  guint before = f->turns;

  while (f->turns == before)
    g_main_context_iteration (f->context, TRUE);
}

static gboolean
is_quiet (Fixture *f)
{
  return !g_main_context_iteration (f->context, FALSE);
}

static void
test_nothing (Fixture *f, gconstpointer data)
{
  Event event;

  g_assert_true (is_quiet (f));
  event_open (f, &event, FALSE);
  g_assert_true (is_quiet (f));
  g_assert_cmpuint (f->turns, ==, 0);
  event_close (&event);
}

static void
test_ready (Fixture *f, gconstpointer data)
{
  Event event;

  event_open (f, &event, TRUE);
  turn (f);
  g_assert_cmpstr (f->events->str, ==, "re");
  g_assert_true (is_quiet (f));
  g_assert_cmpint (eventfd_write (event.fd, 1), ==, 0);
  turn (f);
  g_assert_cmpuint (event.ready, ==, 2);
  event_close (&event);
}

/* Level triggered: what was not taken comes again. */
static void
test_level (Fixture *f, gconstpointer data)
{
  Event event;

  event_open (f, &event, TRUE);
  event.keep = TRUE;
  turn (f);
  turn (f);
  g_assert_cmpuint (event.ready, ==, 2);
  event.keep = FALSE;
  turn (f);
  g_assert_true (is_quiet (f));
  event_close (&event);
}

static void
test_modify (Fixture *f, gconstpointer data)
{
  Event event;

  event_open (f, &event, TRUE);
  srv_reactor_modify (f->reactor, &event.watch, 0);
  g_assert_true (is_quiet (f));
  srv_reactor_modify (f->reactor, &event.watch, EPOLLIN);
  srv_reactor_modify (f->reactor, &event.watch, EPOLLIN);
  turn (f);
  g_assert_cmpuint (event.ready, ==, 1);
  event_close (&event);
  srv_reactor_modify (f->reactor, &event.watch, EPOLLIN); /* not watched: nothing */
  srv_reactor_remove (f->reactor, &event.watch);
}

static void
test_add_fails (Fixture *f, gconstpointer data)
{
  SrvWatch watch = { .fd = -1, .ready = on_ready };

  g_assert_false (srv_reactor_add (f->reactor, &watch, -1, EPOLLIN));
  g_assert_cmpint (errno, ==, EBADF);
  g_assert_cmpint (watch.fd, ==, -1);
}

/* What one does in a turn may take another out of it. */
static void
test_removed_in_the_same_turn (Fixture *f, gconstpointer data)
{
  Event a;
  Event b;

  event_open (f, &a, TRUE);
  event_open (f, &b, TRUE);
  a.removes = &b.watch;
  b.removes = &a.watch;
  turn (f);
  g_assert_cmpuint (a.ready + b.ready, ==, 1);
  g_assert_true (is_quiet (f));
  event_close (&a);
  event_close (&b);
}

static void
test_bounded_turn (Fixture *f, gconstpointer data)
{
  enum
  {
    N = SAL_TURN_EVENTS + 50
  };
  g_autofree Event *events = g_new0 (Event, N);
  guint ready = 0;

  for (int i = 0; i < N; i++)
    event_open (f, &events[i], TRUE);
  turn (f);
  for (int i = 0; i < N; i++)
    ready += events[i].ready;
  g_assert_cmpuint (ready, ==, SAL_TURN_EVENTS);
  turn (f);
  for (int i = 0; i < N; i++)
    {
      g_assert_cmpuint (events[i].ready, ==, 1);
      event_close (&events[i]);
    }
}

static void
test_deadline (Fixture *f, gconstpointer data)
{
  gint64 armed_us = g_get_monotonic_time ();

  srv_reactor_arm (f->reactor, &f->deadline, 0, 20000);
  while (f->events->len == 0)
    g_main_context_iteration (f->context, TRUE);
  g_assert_cmpint (g_get_monotonic_time (), >=, armed_us + 20000);
  g_assert_cmpstr (f->events->str, ==, "de");
  g_assert_false (srv_deadline_is_armed (&f->deadline));
  g_assert_true (is_quiet (f));
}

static void
count_due (SrvDeadline *deadline, gpointer data)
{
  guint *due = data;

  (*due)++;
}

static void
no_turn_end (gpointer data)
{
}

/* A crowd whose time has come at the same moment is not all of one turn. */
static void
test_bounded_deadlines (Fixture *f, gconstpointer data)
{
  enum
  {
    N = SAL_TURN_DEADLINES + 10
  };
  static const SrvReactorHooks counting = { .due = count_due, .turn_end = no_turn_end };
  g_autofree SrvDeadline *crowd = g_new0 (SrvDeadline, N);
  guint due = 0;
  SrvReactor *reactor = srv_reactor_new (f->context, QUEUES, &counting, &due);

  for (guint i = 0; i < N; i++)
    srv_reactor_arm (reactor, &crowd[i], i % QUEUES, 0);
  while (due == 0)
    g_main_context_iteration (f->context, TRUE);
  g_assert_cmpuint (due, ==, SAL_TURN_DEADLINES);
  g_assert_false (is_quiet (f)); /* at once */
  g_assert_cmpuint (due, ==, N);
  g_assert_true (is_quiet (f));
  srv_reactor_free (reactor);
}

static void
test_disarmed (Fixture *f, gconstpointer data)
{
  srv_reactor_arm (f->reactor, &f->deadline, 0, 1);
  srv_reactor_disarm (f->reactor, &f->deadline);
  srv_reactor_arm (f->reactor, &f->again, 1, 5000);
  while (f->events->len < 2 || f->events->str[f->events->len - 2] != 'd')
    g_main_context_iteration (f->context, TRUE);
  g_assert_false (srv_deadline_is_armed (&f->again));
  g_assert_cmpuint (g_strrstr (f->events->str, "d") - f->events->str, ==, f->events->len - 2);
}

/* The loop asks when it has to call, each time; nobody has to take back what it was told before. */
static void
test_disarmed_for_nothing (Fixture *f, gconstpointer data)
{
  gint64 armed_us = g_get_monotonic_time ();

  srv_reactor_arm (f->reactor, &f->deadline, 0, 1000);
  srv_reactor_disarm (f->reactor, &f->deadline);
  while (g_get_monotonic_time () <= armed_us + 2000)
    ;
  g_assert_true (is_quiet (f));
  g_assert_cmpuint (f->turns, ==, 0);
}

static void
test_earlier (Fixture *f, gconstpointer data)
{
  srv_reactor_arm (f->reactor, &f->deadline, 0, G_TIME_SPAN_HOUR);
  g_assert_true (is_quiet (f));
  srv_reactor_arm (f->reactor, &f->again, 1, 5000);
  turn (f);
  g_assert_cmpstr (f->events->str, ==, "de");
  g_assert_false (srv_deadline_is_armed (&f->again));
  g_assert_true (is_quiet (f));
}

/* Armed from within a turn, it is waited for all the same. */
static void
test_armed_in_a_turn (Fixture *f, gconstpointer data)
{
  f->rearm = TRUE;
  srv_reactor_arm (f->reactor, &f->deadline, 0, 1);
  while (f->events->len < 4)
    g_main_context_iteration (f->context, TRUE);
  g_assert_cmpstr (f->events->str, ==, "dede");
}

/* A turn: what is due, what is ready, the end. */
static void
test_order_of_a_turn (Fixture *f, gconstpointer data)
{
  Event event;

  event_open (f, &event, TRUE);
  srv_reactor_arm (f->reactor, &f->deadline, 0, 0);
  while (srv_reactor_now_us (f->reactor) <= f->deadline.due_us)
    ;
  turn (f);
  g_assert_cmpstr (f->events->str, ==, "dre");
  event_close (&event);
}

static void
on_ready_look_at_clock (SrvWatch *watch, guint32 events)
{
  Event *event = (Event *) watch;
  guint64 count = 0;
  gint64 real_us = g_get_monotonic_time ();

  g_assert_cmpint (read (event->fd, &count, sizeof count), ==, sizeof count);
  event->seen_us[0] = srv_reactor_now_us (event->f->reactor);
  while (g_get_monotonic_time () < real_us + 2000)
    ;
  event->seen_us[1] = srv_reactor_now_us (event->f->reactor);
}

static void
test_time_stands_still (Fixture *f, gconstpointer data)
{
  Event event;

  event_open (f, &event, TRUE);
  event.watch.ready = on_ready_look_at_clock;
  turn (f);
  g_assert_cmpint (event.seen_us[0], >, 0);
  g_assert_cmpint (event.seen_us[0], ==, event.seen_us[1]);
  g_assert_cmpint (srv_reactor_now_us (f->reactor), >=, event.seen_us[0] + 2000);
  event_close (&event);
}

static void
test_wake (Fixture *f, gconstpointer data)
{
  srv_reactor_wake (f->reactor);
  srv_reactor_wake (f->reactor);
  turn (f);
  g_assert_cmpstr (f->events->str, ==, "e");
  g_assert_true (is_quiet (f));
}

/* Crowds. */

static void
on_ready_note_newcomers (SrvWatch *watch, guint32 events)
{
  Event *event = (Event *) watch;

  event->ready++;
  for (guint i = 0; i < SAL_CROWD_PEOPLE; i++)
    srv_reactor_note_newcomer (event->f->reactor);
}

/* Always ready; returns how long it took for the turn after the next one to begin. */
static gint64
time_two_turns (Fixture *f, Event *event)
{
  gint64 from_us = g_get_monotonic_time ();
  guint ready = event->ready;

  while (event->ready < ready + 2)
    turn (f);
  return g_get_monotonic_time () - from_us;
}

/* While many come a turn waits for more of them, but not for long. */
static void
test_rests_in_a_crowd (Fixture *f, gconstpointer data)
{
  Event event;

  event_open (f, &event, TRUE);
  event.watch.ready = on_ready_note_newcomers;
  g_assert_cmpint (time_two_turns (f, &event), >=, SAL_REST_US);
  event_close (&event);
}

/* What is due is done meanwhile. */
static void
test_deadlines_in_a_rest (Fixture *f, gconstpointer data)
{
  Event event;

  event_open (f, &event, TRUE);
  event.watch.ready = on_ready_note_newcomers;
  turn (f);
  srv_reactor_arm (f->reactor, &f->deadline, 0, 0);
  turn (f);
  g_assert_cmpstr (f->events->str, ==, "ede");
  event_close (&event);
}

/* One newcomer is no crowd: for that one the next turn begins at once. A busy machine may take its
 * time, but not always. */
static void
test_one_is_no_crowd (Fixture *f, gconstpointer data)
{
  Event event;
  gint64 least_us = G_MAXINT64;

  event_open (f, &event, TRUE);
  event.keep = TRUE;
  for (guint i = 0; i < 1000 && least_us >= SAL_REST_US; i++)
    {
      if (i % 100 == 0)
        srv_reactor_note_newcomer (f->reactor);
      least_us = MIN (least_us, time_two_turns (f, &event));
    }
  g_assert_cmpint (least_us, <, SAL_REST_US);
  event_close (&event);
}

/* Letters. */

typedef struct
{
  Fixture f;
  SrvMailbox *mailbox;
  GArray *opened; /* of guint: in which order */
  GThread *opener;
} MailFixture;

static void
open_letter (gpointer owner, gpointer letter)
{
  MailFixture *m = owner;
  guint number = GPOINTER_TO_UINT (letter);

  g_assert_true (g_thread_self () == m->opener);
  g_array_append_val (m->opened, number);
}

static void
mail_set_up (MailFixture *m, gconstpointer data)
{
  set_up (&m->f, NULL);
  m->mailbox = srv_mailbox_new (m->f.reactor, m);
  m->opened = g_array_new (FALSE, FALSE, sizeof (guint));
  m->opener = g_thread_self ();
}

static void
mail_tear_down (MailFixture *m, gconstpointer data)
{
  srv_mailbox_free (m->mailbox);
  g_array_unref (m->opened);
  tear_down (&m->f, NULL);
}

static void
test_letters_in_order (MailFixture *m, gconstpointer data)
{
  for (guint i = 0; i < 1000; i++)
    srv_mailbox_post (m->mailbox, open_letter, GUINT_TO_POINTER (i));
  g_assert_cmpuint (m->opened->len, ==, 0); /* in the reactor's own turn, not before */
  turn (&m->f);
  g_assert_cmpuint (m->opened->len, ==, 1000);
  for (guint i = 0; i < 1000; i++)
    g_assert_cmpuint (g_array_index (m->opened, guint, i), ==, i);
  g_assert_true (is_quiet (&m->f));
}

static void
post_another (gpointer owner, gpointer letter)
{
  MailFixture *m = owner;
  guint number = GPOINTER_TO_UINT (letter);

  g_array_append_val (m->opened, number);
  if (number < 5)
    srv_mailbox_post (m->mailbox, post_another, GUINT_TO_POINTER (number + 1));
}

/* Posted while letters are being opened: for the next turn. */
static void
test_letters_that_post_letters (MailFixture *m, gconstpointer data)
{
  srv_mailbox_post (m->mailbox, post_another, GUINT_TO_POINTER (1));
  turn (&m->f);
  g_assert_cmpuint (m->opened->len, ==, 1);
  while (m->opened->len < 5)
    turn (&m->f);
  for (guint i = 0; i < 5; i++)
    g_assert_cmpuint (g_array_index (m->opened, guint, i), ==, i + 1);
}

enum
{
  THREADS = 4,
  LETTERS = 5000
};

typedef struct
{
  SrvMailbox *mailbox;
  guint number;
} Poster;

static gpointer
post_many (gpointer data)
{
  Poster *poster = data;

  for (guint i = 0; i < LETTERS; i++)
    srv_mailbox_post (poster->mailbox, open_letter,
                      GUINT_TO_POINTER (poster->number * LETTERS + i));
  return NULL;
}

static void
test_letters_from_many_threads (MailFixture *m, gconstpointer data)
{
  GThread *threads[THREADS];
  Poster posters[THREADS];
  guint next[THREADS] = { 0 };

  for (guint i = 0; i < THREADS; i++)
    {
      posters[i] = (Poster){ m->mailbox, i };
      threads[i] = g_thread_new ("poster", post_many, &posters[i]);
    }
  while (m->opened->len < THREADS * LETTERS)
    turn (&m->f);
  for (guint i = 0; i < THREADS; i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (m->opened->len, ==, THREADS * LETTERS);
  for (guint i = 0; i < m->opened->len; i++)
    {
      guint number = g_array_index (m->opened, guint, i);

      g_assert_cmpuint (number % LETTERS, ==, next[number / LETTERS]++);
    }
}

static void
test_nothing_is_lost_at_the_end (MailFixture *m, gconstpointer data)
{
  for (guint i = 0; i < 10; i++)
    srv_mailbox_post (m->mailbox, open_letter, GUINT_TO_POINTER (i));
  srv_mailbox_free (g_steal_pointer (&m->mailbox));
  g_assert_cmpuint (m->opened->len, ==, 10);
  srv_mailbox_free (NULL);
}

#define ADD(path, func) g_test_add ("/net/reactor/" path, Fixture, NULL, set_up, func, tear_down)
#define ADD_MAIL(path, func)                                                                       \
  g_test_add ("/net/mailbox/" path, MailFixture, NULL, mail_set_up, func, mail_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("rests-when-nothing-is-ready", test_nothing);
  ADD ("calls-what-is-ready", test_ready);
  ADD ("calls-again-what-was-left", test_level);
  ADD ("watches-for-something-else", test_modify);
  ADD ("says-when-the-kernel-refuses", test_add_fails);
  ADD ("does-not-call-what-this-turn-removed", test_removed_in_the_same_turn);
  ADD ("takes-a-bounded-number-in-a-turn", test_bounded_turn);
  ADD ("takes-a-bounded-number-of-deadlines", test_bounded_deadlines);
  ADD ("calls-a-deadline-not-before-its-time", test_deadline);
  ADD ("does-not-call-what-was-disarmed", test_disarmed);
  ADD ("makes-no-turn-of-what-was-disarmed", test_disarmed_for_nothing);
  ADD ("waits-for-what-is-due-first", test_earlier);
  ADD ("waits-for-what-a-turn-has-armed", test_armed_in_a_turn);
  ADD ("deadlines-then-descriptors-then-the-end", test_order_of_a_turn);
  ADD ("time-stands-still-in-a-turn", test_time_stands_still);
  ADD ("may-be-woken", test_wake);
  ADD ("rests-in-a-crowd", test_rests_in_a_crowd);
  ADD ("deadlines-do-not-rest", test_deadlines_in_a_rest);
  ADD ("one-is-no-crowd", test_one_is_no_crowd);
  ADD_MAIL ("opens-letters-in-the-order-of-posting", test_letters_in_order);
  ADD_MAIL ("a-letter-may-post-another", test_letters_that_post_letters);
  ADD_MAIL ("letters-from-many-threads", test_letters_from_many_threads);
  ADD_MAIL ("nothing-posted-is-lost-at-the-end", test_nothing_is_lost_at_the_end);
  return g_test_run ();
}
