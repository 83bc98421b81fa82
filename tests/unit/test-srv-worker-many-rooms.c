/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A worker in whose turn thousands of rooms come to their end. The people are another worker's, so
 * that nothing costs anything here but the rooms themselves. What is looked at is processor time:
 * each of many rooms may take somewhat more than each of a few, as caches are what they are.
 */
#include "config.h"

#include <time.h>

#include "server/log/srv-log-memory.h"
#include "server/srv-worker.h"

#define PATIENCE_US (60 * G_TIME_SPAN_SECOND)
#define ROOMS 500
#define TIMES_MORE 16
#define TRIES 3

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

/* So that all of it has come when the worker's turn begins. */
static void
append (Fixture *f, GPtrArray *entries)
{
  srv_log_append (f->log, entries);
  while (srv_log_is_busy (f->log))
    g_thread_yield ();
  while (g_main_context_iteration (f->context, FALSE))
    ;
}

static guint
count_rooms (Fixture *f)
{
  GList *rooms = srv_worker_rooms (f->worker);
  guint n = g_list_length (rooms);

  g_list_free (rooms);
  return n;
}

static gint64
processor_us (void)
{
  struct timespec now;

  g_assert_cmpint (clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now), ==, 0);
  return now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

/* @n rooms with two people in each, of whom one leaves, and as many in which there is nobody but
 * them. Returns what their leaving all at once takes. */
static gint64
leave_at_once (Fixture *f, guint n)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new ();
  guint64 first = f->last + 1;
  gint64 begun_us = 0;
  gint64 took_us = 0;

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *stays = g_strdup_printf ("stays%u", i);
      g_autofree char *ends = g_strdup_printf ("ends%u", i);

      add (entries, SRV_ENTRY_JOIN, ++f->last, stays);
      add (entries, SRV_ENTRY_JOIN, ++f->last, stays);
      add (entries, SRV_ENTRY_JOIN, f->last, ends);
    }
  append (f, entries);
  g_assert_cmpuint (count_rooms (f), ==, 2 * n);

  for (guint i = 0; i < n; i++)
    add (entries, SRV_ENTRY_LEAVE, first + 2 * i + 1, "");
  begun_us = processor_us ();
  append (f, entries);
  took_us = processor_us () - begun_us;
  g_assert_cmpuint (count_rooms (f), ==, n);

  for (guint i = 0; i < n; i++)
    add (entries, SRV_ENTRY_LEAVE, first + 2 * i, "");
  append (f, entries);
  g_assert_cmpuint (count_rooms (f), ==, 0);
  return took_us;
}

/* The least of some tries: what else the machine does only adds to it. */
static void
test_linear (Fixture *f, gconstpointer data)
{
  gint64 few_us = G_MAXINT64;
  gint64 many_us = G_MAXINT64;

  for (guint i = 0; i < TRIES; i++)
    {
      few_us = MIN (few_us, leave_at_once (f, ROOMS));
      many_us = MIN (many_us, leave_at_once (f, TIMES_MORE * ROOMS));
    }
  g_test_message ("%d rooms: %" G_GINT64_FORMAT " us; %d: %" G_GINT64_FORMAT " us", ROOMS, few_us,
                  TIMES_MORE * ROOMS, many_us);
  g_assert_cmpint (many_us, <, 5 * TIMES_MORE * few_us);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/worker/rooms/thousands-that-end-at-once-take-no-longer-each-than-a-few", Fixture,
              NULL, set_up, test_linear, tear_down);
  return g_test_run ();
}
