/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A client's store as its window meets it: entries are put and read, signals come in the
 * main loop. Waiting is for what is to come, never for a time; what does not come ends
 * the test.
 */
#include "config.h"

#include "tests/unit/entries-driver.h"

#include "common/sqlite/sal-sqlite.h"
#include "tests/unit/store-driver.h"

static void
on_failed (SalStore *store, const GError *error, gpointer data)
{
  EntriesRun *run = data;

  g_assert_nonnull (error);
  g_free (run->message);
  run->message = g_strdup (error->message);
  run->failed++;
}

static void
on_recovered (SalStore *store, gpointer data)
{
  EntriesRun *run = data;

  run->recovered++;
  g_assert_cmpuint (run->recovered, <=, run->failed);
}

/**
 * entries_add_room:
 *
 * Returns: the number of the one room of the server at @uri; both are made if they are missing.
 */
gint64
entries_add_room (SalStore *store, const char *uri)
{
  g_autoptr (GError) error = NULL;
  gint64 server = sal_store_add_server (store, uri, "Ada", &error);
  gint64 room = 0;

  g_assert_no_error (error);
  room = sal_store_add_room (store, server, SAL_ROOM_CHANNEL, "", &error);
  g_assert_no_error (error);
  g_assert_cmpint (room, >, 0);
  return room;
}

/**
 * entries_server_of:
 */
gint64
entries_server_of (SalStore *store, gint64 room)
{
  g_autoptr (SalStoredRoom) row = sal_store_get_room (store, room);

  return row->server;
}

/**
 * entries_search:
 * @expected: the numbers of what is to be found, in that order, such as `3 2 1`
 */
void
entries_search (
    EntriesRun *run, const char *words, guint64 before, guint most, const char *expected)
{
  entries_expect (sal_store_search (run->store, run->room, words, before, most), expected);
}

/**
 * entries_run_open:
 *
 * The room is there afterwards.
 */
void
entries_run_open (EntriesRun *run)
{
  g_autoptr (GError) error = NULL;

  run->store = sal_store_open (run->path, &error);
  g_assert_no_error (error);
  g_assert_nonnull (run->store);
  g_signal_connect (run->store, "failed", G_CALLBACK (on_failed), run);
  g_signal_connect (run->store, "recovered", G_CALLBACK (on_recovered), run);
  run->room = entries_add_room (run->store, "salotto://example.org/tea");
}

/**
 * entries_run_close:
 */
void
entries_run_close (EntriesRun *run)
{
  if (run->store == NULL)
    return;
  sal_store_close (run->store);
  g_assert_finalize_object (g_steal_pointer (&run->store));
}

/**
 * entries_run_reopen:
 */
void
entries_run_reopen (EntriesRun *run)
{
  entries_run_close (run);
  entries_run_open (run);
}

/**
 * entries_run_set_up:
 */
void
entries_run_set_up (EntriesRun *run, gconstpointer data)
{
  run->dir = test_dir_new ();
  run->path = g_build_filename (run->dir, "salotto", "rooms.db", NULL);
  entries_run_open (run);
}

/**
 * entries_run_tear_down:
 */
void
entries_run_tear_down (EntriesRun *run, gconstpointer data)
{
  entries_run_close (run);
  test_dir_remove (run->dir);
  g_free (run->message);
  g_free (run->path);
  g_free (run->dir);
}

/**
 * entries_run_put_like:
 */
void
entries_run_put_like (EntriesRun *run, const SalEntry *like)
{
  g_autoptr (SalEntry) entry = sal_entry_new (like);

  sal_store_put (run->store, run->room, entry);
}

/**
 * entries_run_put:
 *
 * Puts a message by somebody else.
 */
void
entries_run_put (EntriesRun *run, guint64 id, const char *text)
{
  entries_run_put_like (run, &(SalEntry){ .id = id,
                                          .time_us = (gint64) id * 1000,
                                          .kind = SAL_ENTRY_MESSAGE,
                                          .name = "Brook",
                                          .text = text });
}

/**
 * entries_run_put_many:
 */
void
entries_run_put_many (EntriesRun *run, guint64 first, guint64 last)
{
  for (guint64 id = first; id <= last; id++)
    {
      g_autofree char *text = g_strdup_printf ("message %" G_GUINT64_FORMAT, id);

      entries_run_put (run, id, text);
    }
}

/**
 * entries_count_up:
 * @data: a guint
 *
 * A callback for sal_store_when_kept().
 */
gboolean
entries_count_up (gpointer data)
{
  ++*(guint *) data;
  return G_SOURCE_REMOVE;
}

static gboolean
on_impatient (gpointer data)
{
  g_error ("what was awaited has not come in half a minute");
  return G_SOURCE_REMOVE;
}

/**
 * entries_run_await:
 *
 * Runs the main loop until @count is at least @n.
 */
void
entries_run_await (const guint *count, guint n)
{
  guint impatient = g_timeout_add_seconds (60, on_impatient, NULL);

  while (*count < n)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (impatient);
}

/**
 * entries_run_keep:
 *
 * Waits until all that was put is in the file, or could not be written.
 */
void
entries_run_keep (EntriesRun *run)
{
  guint kept = 0;

  sal_store_when_kept (run->store, entries_count_up, &kept);
  g_assert_cmpuint (kept, ==, 0); /* never at once */
  entries_run_await (&kept, 1);
}

/**
 * entries_run_get:
 *
 * Returns: the number that @sql finds in the file, with a connection of its own.
 */
gint64
entries_run_get (const EntriesRun *run, const char *sql)
{
  g_autoptr (GError) error = NULL;
  sqlite3 *db = sal_sqlite_open (run->path, 1000, &error);
  gint64 value = -1;

  g_assert_no_error (error);
  value = sal_sqlite_get_int (db, sql, -1);
  sqlite3_close (db);
  return value;
}

/**
 * entries_numbers:
 * @entries: (transfer full)
 *
 * Returns: (transfer full): their numbers, such as `1 2 3`.
 */
char *
entries_numbers (GPtrArray *entries)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < entries->len; i++)
    g_string_append_printf (text, "%s%" G_GUINT64_FORMAT, i > 0 ? " " : "",
                            ((SalEntry *) entries->pdata[i])->id);
  g_ptr_array_unref (entries);
  return g_string_free (text, FALSE);
}

/**
 * entries_expect:
 * @entries: (transfer full)
 */
void
entries_expect (GPtrArray *entries, const char *expected)
{
  g_autofree char *text = entries_numbers (entries);

  g_assert_cmpstr (text, ==, expected);
}
