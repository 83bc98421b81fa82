/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A worker in whose turn thousands of rooms come to their end. The people are another worker's, so
 * that nothing costs anything here but the rooms themselves. What is looked at is counted, not
 * timed: the linker puts counters in front of the functions with which a room is asked whether it
 * is at its end, and a list searched for it.
 */
#include "config.h"

#include "server/log/srv-log-memory.h"
#include "server/srv-worker-private.h"

#define PATIENCE_S 60
#define ROOMS 6000
#define TURNS 24

/* How many rooms were looked at. */
/* Of the thread of the test, which is that of the worker; the thread of the log has rooms of its own. */
static _Thread_local guint64 looks;

guint __real_srv_room_count (const SrvRoom *room);
guint __wrap_srv_room_count (const SrvRoom *room);
void __real_srv_room_end_turn (SrvRoom *room);
void __wrap_srv_room_end_turn (SrvRoom *room);
gboolean __real_g_ptr_array_remove (GPtrArray *array, gpointer item);
gboolean __wrap_g_ptr_array_remove (GPtrArray *array, gpointer item);
gboolean __real_g_ptr_array_remove_fast (GPtrArray *array, gpointer item);
gboolean __wrap_g_ptr_array_remove_fast (GPtrArray *array, gpointer item);
gboolean __real_g_ptr_array_find (GPtrArray *array, gconstpointer item, guint *index);
gboolean __wrap_g_ptr_array_find (GPtrArray *array, gconstpointer item, guint *index);

guint
__wrap_srv_room_count (const SrvRoom *room)
{
  looks++;
  return __real_srv_room_count (room);
}

void
__wrap_srv_room_end_turn (SrvRoom *room)
{
  looks++;
  __real_srv_room_end_turn (room);
}

gboolean
__wrap_g_ptr_array_remove (GPtrArray *array, gpointer item)
{
  looks += array->len;
  return __real_g_ptr_array_remove (array, item);
}

gboolean
__wrap_g_ptr_array_remove_fast (GPtrArray *array, gpointer item)
{
  looks += array->len;
  return __real_g_ptr_array_remove_fast (array, item);
}

gboolean
__wrap_g_ptr_array_find (GPtrArray *array, gconstpointer item, guint *index)
{
  looks += array->len;
  return __real_g_ptr_array_find (array, item, index);
}

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

static gboolean
on_late (gpointer data)
{
  g_error ("it takes too long");
  return G_SOURCE_REMOVE;
}

/* Lets the worker go on until there are so many rooms; it all comes at once. Returns how many
 * rooms are looked at meanwhile. */
static guint64
append (Fixture *f, GPtrArray *entries, guint rooms)
{
  g_autoptr (GSource) late = g_timeout_source_new_seconds (PATIENCE_S);
  guint64 before = looks;

  g_source_set_callback (late, on_late, NULL, NULL);
  g_source_attach (late, f->context);
  srv_log_append (f->log, entries);
  while (g_hash_table_size (f->worker->rooms) != rooms)
    g_main_context_iteration (f->context, TRUE);
  g_source_destroy (late);
  return looks - before;
}

/* In @ROOMS rooms there are two people, of whom one leaves, and in as many nobody but them. Each
 * of them is in two of each. Returns how many rooms are looked at when they leave in so many turns. */
static guint64
leave_in (Fixture *f, guint turns)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new ();
  guint64 stay = f->last + 1;
  guint64 leave = stay + ROOMS;
  guint left = 0;
  guint64 looked_at = 0;

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
      looked_at += append (f, entries, 2 * ROOMS - 2 * left);
    }

  for (guint i = 0; i < ROOMS; i++)
    add (entries, SRV_ENTRY_LEAVE, stay + i, "");
  append (f, entries, 0);
  return looked_at;
}

/* How many turns the worker makes of it is not quite the same each time, but what is not linear
 * takes TURNS times as many. */
static void
test_linear (Fixture *f, gconstpointer data)
{
  guint64 a_few = leave_in (f, TURNS);
  guint64 all = leave_in (f, 1);

  g_test_message ("%d rooms in %d turns: %" G_GUINT64_FORMAT " looks; in one: %" G_GUINT64_FORMAT,
                  ROOMS, TURNS, a_few, all);
  g_assert_cmpuint (all, >=, ROOMS); /* the counters are in front of what is called */
  g_assert_cmpuint (all, <, 5 * a_few);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/worker/rooms/thousands-that-end-in-one-turn-are-looked-at-once-each", Fixture, NULL,
              set_up, test_linear, tear_down);
  return g_test_run ();
}
