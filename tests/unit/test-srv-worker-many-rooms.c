/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A worker in whose turn thousands of rooms come to their end. The people are another worker's, so
 * that nothing costs anything here but the rooms themselves. What is looked at is processor time.
 */
#include "config.h"

#include <time.h>

#include "server/log/srv-log-memory.h"
#include "server/srv-worker-private.h"

#define PATIENCE_US (60 * G_TIME_SPAN_SECOND)
#define ROOMS 6000
#define TURNS 24
#define TRIES 30

typedef struct
{
  GMainContext *context;
  SrvLog *log;
  SrvWorker *worker;
  SrvWorkerConfig config;
  guint64 last; /* connection of the other worker's */
} Fixture;

static void
on_closed (const SrvAddress *peer, gpointer data)
{
}

static const SrvWorkerHooks hooks = { .closed = on_closed };

static void
set_up (Fixture *f, gconstpointer data)
{
  f->config.language = SAL_PLAIN_ENGLISH;
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
add (GPtrArray *entries, SrvEntryKind kind, guint64 connection, const char *room)
{
  g_autofree char *name = g_strdup_printf ("p%" G_GUINT64_FORMAT, connection);
  SrvOrigin origin = { .worker = 7, .connection = connection };
  SrvEntry *entry = srv_entry_new (kind, origin, room, name, "here", NULL);

  if (kind == SRV_ENTRY_JOIN)
    entry->flags |= SRV_ENTRY_FLAG_FIRST;
  else
    entry->final = TRUE;
  g_ptr_array_add (entries, entry);
}

static gint64
processor_us (void)
{
  struct timespec now;

  g_assert_cmpint (clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now), ==, 0);
  return now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

/* Lets the worker go on until there are so many rooms, from when there is something to do: it all
 * comes at once. Returns what that takes. */
static gint64
append (Fixture *f, GPtrArray *entries, guint rooms)
{
  gint64 until_us = g_get_monotonic_time () + PATIENCE_US;
  gint64 begun_us = 0;

  srv_log_append (f->log, entries);
  while (!srv_mailbox_has_mail (srv_worker_get_mailbox (f->worker)) &&
         g_get_monotonic_time () < until_us)
    g_thread_yield ();
  begun_us = processor_us ();
  while (g_hash_table_size (f->worker->rooms) != rooms && g_get_monotonic_time () < until_us)
    g_main_context_iteration (f->context, FALSE);
  g_assert_cmpuint (g_hash_table_size (f->worker->rooms), ==, rooms);
  return processor_us () - begun_us;
}

/* In @ROOMS rooms there are two people, of whom one leaves, and in as many nobody but them. Each
 * of them is in two of each. Returns what their leaving in so many turns takes. */
static gint64
leave_in (Fixture *f, guint turns)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new ();
  guint64 stay = f->last + 1;
  guint64 leave = stay + ROOMS;
  guint left = 0;
  gint64 took_us = 0;

  for (guint i = 0; i < ROOMS; i++)
    {
      g_autofree char *stays = g_strdup_printf ("stays%u", i);
      g_autofree char *ends = g_strdup_printf ("ends%u", i);

      add (entries, SRV_ENTRY_JOIN, stay + i, stays);
      add (entries, SRV_ENTRY_JOIN, leave + i / 2, stays);
      add (entries, SRV_ENTRY_JOIN, leave + i / 2, ends);
    }
  f->last = leave + ROOMS;
  append (f, entries, 2 * ROOMS);

  for (guint turn = 1; turn <= turns; turn++)
    {
      for (; left < ROOMS / 2 * turn / turns; left++)
        add (entries, SRV_ENTRY_LEAVE, leave + left, "");
      took_us += append (f, entries, 2 * ROOMS - 2 * left);
    }

  for (guint i = 0; i < ROOMS; i++)
    add (entries, SRV_ENTRY_LEAVE, stay + i, "");
  append (f, entries, 0);
  return took_us;
}

/* The least of some tries: what else the machine does only adds to it, and to one long turn more
 * than to many short ones. What is not linear takes many times as long in every try. */
static void
test_linear (Fixture *f, gconstpointer data)
{
  gint64 a_few_us = G_MAXINT64;
  gint64 all_us = G_MAXINT64;

  for (guint i = 0; i < TRIES && (i < 2 || all_us >= 5 * a_few_us); i++)
    {
      a_few_us = MIN (a_few_us, leave_in (f, TURNS));
      all_us = MIN (all_us, leave_in (f, 1));
    }
  g_test_message ("%d rooms in %d turns: %" G_GINT64_FORMAT " us; in one: %" G_GINT64_FORMAT " us",
                  ROOMS, TURNS, a_few_us, all_us);
  g_assert_cmpint (all_us, <, 5 * a_few_us);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/worker/rooms/thousands-that-end-in-one-turn-take-no-longer-than-in-several",
              Fixture, NULL, set_up, test_linear, tear_down);
  return g_test_run ();
}
