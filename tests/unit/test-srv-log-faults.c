/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The SQLite log on a disk that fails for a while: full, broken, not syncing, read-only.
 * Whoever posts gets an error and never a receipt; when the disk works again so does the
 * log, by itself; and what was confirmed is in the file, once, under its number, with
 * nothing else beside it.
 */
#include "config.h"

#include <string.h>

#include "server/log/srv-log-sqlite.h"
#include "tests/lib/fault-vfs.h"
#include "tests/unit/log-driver.h"
#include "tests/unit/store-driver.h"

static GLogWriterOutput
drop_warnings (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  if ((level & G_LOG_LEVEL_MASK) >= G_LOG_LEVEL_WARNING)
    return G_LOG_WRITER_HANDLED;
  return g_log_writer_default (level, fields, n_fields, data);
}

typedef struct
{
  const char *name;
  FaultVfsFault fault;
} FaultRow;

static const FaultRow fault_rows[] = {
  { "full", FAULT_FULL },
  { "write-error", FAULT_WRITE },
  { "sync-error", FAULT_SYNC },
  { "read-only", FAULT_READ_ONLY },
};

typedef struct
{
  char *dir;
  char *path;
  LogRun *run;           /* (nullable) */
  gboolean read_along;   /* a reader has the file open too */
  guint said;            /* messages, in all runs */
  GHashTable *confirmed; /* number -> text */
  guint confirmations;
} Fixture;

static void
open_log (Fixture *f, SrvSync sync)
{
  g_autoptr (GError) error = NULL;
  SrvLogStore *store = srv_log_sqlite_new (f->path, sync, &error);

  g_assert_no_error (error);
  f->run = f->read_along ? log_run_new (store, g_get_real_time, NULL)
                         : log_run_new_quiet (store, g_get_real_time);
}

static void
close_log (Fixture *f)
{
  g_clear_pointer (&f->run, log_run_free);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  const FaultRow *row = data;

  f->read_along = row == NULL || row->fault == FAULT_SYNC;
  f->dir = test_dir_new ();
  f->path = g_build_filename (f->dir, "rooms.db", NULL);
  f->confirmed = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  fault_vfs_set_fault (FAULT_NONE, 0);
  close_log (f);
  test_dir_remove (f->dir);
  g_hash_table_unref (f->confirmed);
  g_free (f->path);
  g_free (f->dir);
}

/* Says one thing and waits for what becomes of it. */
static SrvEntryStatus
say (Fixture *f)
{
  g_autofree char *text = g_strdup_printf ("message %u", ++f->said);
  const SrvEntry *entry = NULL;

  log_run_say (f->run, text);
  do
    {
      guint n = f->run->reader.entries->len;

      entry = n > 0 ? f->run->reader.entries->pdata[n - 1] : NULL;
      if (g_strcmp0 (entry != NULL ? entry->text : NULL, text) != 0)
        entry = NULL;
      if (entry == NULL)
        log_run_turn (f->run);
    }
  while (entry == NULL);
  if (entry->status == SRV_ENTRY_COMMITTED)
    {
      g_assert_cmpuint (entry->seq, >, 0);
      /* A number that was confirmed once is not confirmed again. */
      g_assert_false (g_hash_table_contains (f->confirmed, &entry->seq));
      g_hash_table_insert (f->confirmed, g_memdup2 (&entry->seq, sizeof entry->seq),
                           g_strdup (entry->text));
      f->confirmations++;
    }
  else
    {
      g_assert_cmpint (entry->status, ==, SRV_ENTRY_REFUSED);
      g_assert_cmpuint (entry->seq, ==, 0);
    }
  return entry->status;
}

/* The file holds what was confirmed, and nothing but that and the boots. */
static void
check_file (Fixture *f)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) srv_entry_unref);
  g_autoptr (GError) error = NULL;
  SrvLogStore *store = NULL;
  SrvLogQuery all = { .limit = 100000 };
  guint said = 0;

  fault_vfs_set_fault (FAULT_NONE, 0);
  close_log (f);
  store = srv_log_sqlite_new (f->path, SRV_SYNC_FULL, &error);
  g_assert_no_error (error);
  g_assert_true (store->klass->read (store, &all, entries, &error));
  for (guint i = 0; i < entries->len; i++)
    {
      const SrvEntry *entry = entries->pdata[i];

      g_assert_cmpuint (entry->seq, ==, i + 1); /* unique, and without a gap */
      if (entry->kind == SRV_ENTRY_BOOT)
        continue;
      g_assert_cmpstr (entry->text, ==, g_hash_table_lookup (f->confirmed, &entry->seq));
      said++;
    }
  g_assert_cmpuint (said, ==, f->confirmations);
  store->klass->free (store);
}

/* The disk fails at one step after another of what a message takes. */
static void
test_refuses_and_recovers (Fixture *f, gconstpointer data)
{
  const FaultRow *row = data;

  open_log (f, SRV_SYNC_FULL);
  for (guint after = 0; after < 8; after++)
    {
      guint refused = 0;

      g_assert_cmpint (say (f), ==, SRV_ENTRY_COMMITTED);
      fault_vfs_set_fault (row->fault, after);
      for (int i = 0; i < 8; i++)
        refused += say (f) == SRV_ENTRY_REFUSED;
      g_assert_cmpuint (fault_vfs_get_failures (), >, 0);
      g_assert_cmpuint (refused, >, 0);
      /* Once it fails it goes on failing. */
      g_assert_cmpint (say (f), ==, SRV_ENTRY_REFUSED);
      fault_vfs_set_fault (FAULT_NONE, 0);
      g_assert_cmpint (say (f), ==, SRV_ENTRY_COMMITTED);
    }
  check_file (f);
}

/* Groups of many go or stay together. */
static void
test_groups (Fixture *f, gconstpointer data)
{
  const FaultRow *row = data;

  open_log (f, SRV_SYNC_FULL);
  g_assert_cmpint (say (f), ==, SRV_ENTRY_COMMITTED);
  for (guint after = 0; after < 12; after++)
    {
      g_autoptr (GPtrArray) group = g_ptr_array_new ();
      guint before = f->run->reader.entries->len;
      guint committed = 0;

      for (int i = 0; i < 20; i++)
        {
          g_autofree char *room = g_strdup_printf ("room%d-%u", i % 4, after);
          g_autofree char *text = g_strdup_printf ("message %u", ++f->said);

          g_ptr_array_add (group, srv_entry_new (SRV_ENTRY_MESSAGE, (SrvOrigin){ .connection = 7 },
                                                 room, "Ada", "('192.0.2.7', 1)", text));
        }
      fault_vfs_set_fault (row->fault, after);
      srv_log_append (f->run->log, group);
      (void) log_run_wait (f->run, before + 20);
      fault_vfs_set_fault (FAULT_NONE, 0);
      for (guint i = 0; i < 20; i++)
        {
          const SrvEntry *entry = f->run->reader.entries->pdata[before + i];

          if (entry->status != SRV_ENTRY_COMMITTED)
            continue;
          g_hash_table_insert (f->confirmed, g_memdup2 (&entry->seq, sizeof entry->seq),
                               g_strdup (entry->text));
          f->confirmations++;
          committed++;
        }
      g_assert_true (committed == 0 || committed == 20);
      g_assert_cmpint (say (f), ==, SRV_ENTRY_COMMITTED);
    }
  check_file (f);
}

/* Those who only read are not disturbed. */
static void
test_reading_goes_on (Fixture *f, gconstpointer data)
{
  const FaultRow *row = data;

  open_log (f, SRV_SYNC_FULL);
  for (int i = 0; i < 3; i++)
    g_assert_cmpint (say (f), ==, SRV_ENTRY_COMMITTED);
  for (int round = 0; round < 3; round++)
    {
      log_run_read (f->run, srv_log_query_new ("tea", 10), 1);
      g_assert_no_error (f->run->answer->error);
      g_assert_cmpuint (f->run->answer->entries->len, ==, 3);
      fault_vfs_set_fault (row->fault, 0);
      g_assert_cmpint (say (f), ==, SRV_ENTRY_REFUSED);
    }
  check_file (f);
}

/* A disk that fails when the server starts is no reason not to start. */
static void
test_at_the_start (Fixture *f, gconstpointer data)
{
  const FaultRow *row = data;

  open_log (f, SRV_SYNC_FULL);
  g_assert_cmpint (say (f), ==, SRV_ENTRY_COMMITTED);
  close_log (f);
  fault_vfs_set_fault (row->fault, 0);
  open_log (f, SRV_SYNC_FULL);
  g_assert_cmpint (say (f), ==, SRV_ENTRY_REFUSED);
  g_assert_cmpint (say (f), ==, SRV_ENTRY_REFUSED);
  fault_vfs_set_fault (FAULT_NONE, 0);
  g_assert_cmpint (say (f), ==, SRV_ENTRY_COMMITTED);
  check_file (f);
}

/* The same, where there is no file yet. */
static void
test_at_the_first_start (Fixture *f, gconstpointer data)
{
  const FaultRow *row = data;
  g_autoptr (GError) error = NULL;
  SrvLogStore *store = NULL;

  fault_vfs_set_fault (row->fault, 0);
  store = srv_log_sqlite_new (f->path, SRV_SYNC_FULL, &error);
  if (row->fault == FAULT_READ_ONLY)
    {
      /* Nothing can be made there: that stays so until somebody sees to it. */
      g_assert_null (store);
      g_assert_nonnull (strstr (error->message, f->path));
      fault_vfs_set_fault (FAULT_NONE, 0);
      return;
    }
  g_assert_no_error (error);
  f->run = log_run_new_quiet (store, g_get_real_time);
  g_assert_cmpint (say (f), ==, SRV_ENTRY_REFUSED);
  fault_vfs_set_fault (FAULT_NONE, 0);
  g_assert_cmpint (say (f), ==, SRV_ENTRY_COMMITTED);
  check_file (f);
}

/* A disk that cannot be read refuses, too, and says so to who asks. */
static void
test_unreadable (Fixture *f, gconstpointer data)
{
  open_log (f, SRV_SYNC_FULL);
  for (int i = 0; i < 3; i++)
    g_assert_cmpint (say (f), ==, SRV_ENTRY_COMMITTED);
  close_log (f); /* so that nothing of it is in memory */
  open_log (f, SRV_SYNC_FULL);
  g_assert_cmpint (say (f), ==, SRV_ENTRY_COMMITTED);
  fault_vfs_set_fault (FAULT_READ, 0);
  log_run_read (f->run, srv_log_query_new ("tea", 10), 1);
  if (fault_vfs_get_failures () > 0)
    g_assert_nonnull (f->run->answer->error);
  (void) say (f);
  fault_vfs_set_fault (FAULT_NONE, 0);
  (void) say (f);
  g_assert_cmpint (say (f), ==, SRV_ENTRY_COMMITTED);
  log_run_read (f->run, srv_log_query_new ("tea", 10), 1);
  g_assert_no_error (f->run->answer->error);
  g_assert_cmpuint (f->run->answer->entries->len, ==, f->confirmations);
  check_file (f);
}

/* `full` waits for the disk at each commit, `normal` does not. */
static void
test_synchronous (Fixture *f, gconstpointer data)
{
  open_log (f, SRV_SYNC_NORMAL);
  g_assert_cmpint (say (f), ==, SRV_ENTRY_COMMITTED);
  fault_vfs_set_fault (FAULT_SYNC, 0);
  g_assert_cmpint (say (f), ==, SRV_ENTRY_COMMITTED);
  g_assert_cmpuint (fault_vfs_get_failures (), ==, 0);
  fault_vfs_set_fault (FAULT_NONE, 0);
  close_log (f);

  open_log (f, SRV_SYNC_FULL);
  g_assert_cmpint (say (f), ==, SRV_ENTRY_COMMITTED);
  fault_vfs_set_fault (FAULT_SYNC, 0);
  g_assert_cmpint (say (f), ==, SRV_ENTRY_REFUSED);
  check_file (f);
}

/* Any faults at any time. */
static void
test_any_faults (Fixture *f, gconstpointer data)
{
  guint32 seed = 0xfa117;
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);

  open_log (f, SRV_SYNC_FULL);
  for (int step = 0; step < 150; step++)
    switch (g_rand_int_range (rand, 0, 6))
      {
      case 0:
        fault_vfs_set_fault (
            fault_rows[g_rand_int_range (rand, 0, G_N_ELEMENTS (fault_rows))].fault,
            (guint) g_rand_int_range (rand, 0, 10));
        break;
      case 1:
      case 2:
        fault_vfs_set_fault (FAULT_NONE, 0);
        break;
      default:
        (void) say (f);
        break;
      }
  fault_vfs_set_fault (FAULT_NONE, 0);
  g_assert_cmpint (say (f), ==, SRV_ENTRY_COMMITTED);
  g_assert_cmpuint (f->confirmations, >, 20);
  check_file (f);
}

static void
add_for_each (const char *name, void (*func) (Fixture *, gconstpointer))
{
  for (gsize i = 0; i < G_N_ELEMENTS (fault_rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/log/faults/%s/%s", fault_rows[i].name, name);

      g_test_add (path, Fixture, &fault_rows[i], set_up, func, tear_down);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_writer_func (drop_warnings, NULL, NULL);
  fault_vfs_install (FAULT_VFS_THROUGH);

  add_for_each ("refuses-and-recovers", test_refuses_and_recovers);
  add_for_each ("groups-stay-together", test_groups);
  add_for_each ("reading-goes-on", test_reading_goes_on);
  add_for_each ("at-the-start", test_at_the_start);
  add_for_each ("at-the-first-start", test_at_the_first_start);
  g_test_add ("/log/faults/unreadable", Fixture, NULL, set_up, test_unreadable, tear_down);
  g_test_add ("/log/faults/synchronous-is-what-it-says", Fixture, NULL, set_up, test_synchronous,
              tear_down);
  g_test_add ("/log/faults/any-at-any-time", Fixture, NULL, set_up, test_any_faults, tear_down);
  return g_test_run ();
}
