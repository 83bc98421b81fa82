/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The store of the desktop client on a disk that fails for a while: full, broken,
 * read-only, locked by somebody else. The user is told once; everything goes on from
 * memory, and nothing of it is missing in what is read; when the disk works again so does
 * the store, by itself, and the file has it all.
 */
#include "config.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "common/sqlite/sal-sqlite.h"
#include "tests/lib/fault-vfs.h"
#include "tests/unit/entries-driver.h"

typedef struct
{
  const char *name;
  FaultVfsFault fault;
} FaultRow;

static const FaultRow fault_rows[] = {
  { "full", FAULT_FULL },
  { "write-error", FAULT_WRITE },
  { "read-only", FAULT_READ_ONLY },
};

static void
tear_down (EntriesRun *run, gconstpointer data)
{
  fault_vfs_set_fault (FAULT_NONE, 0);
  entries_run_tear_down (run, data);
}

/* Everything up to @last can be read, in small pages, both ways. */
static void
check_reads (EntriesRun *run, guint64 last)
{
  guint64 at = 0;

  while (at < last)
    {
      g_autoptr (GPtrArray) page = sal_store_read_after (run->store, run->room, at, 7);

      g_assert_cmpuint (page->len, ==, MIN (7, last - at));
      for (guint i = 0; i < page->len; i++)
        g_assert_cmpuint (((SalEntry *) page->pdata[i])->id, ==, ++at);
    }
  for (at = last + 1; at > 1;)
    {
      g_autoptr (GPtrArray) page = sal_store_read_before (run->store, run->room, at, 9);

      g_assert_cmpuint (page->len, ==, MIN (9, at - 1));
      for (guint i = page->len; i > 0; i--)
        g_assert_cmpuint (((SalEntry *) page->pdata[i - 1])->id, ==, --at);
    }
}

/* Once the disk works, the file has all up to @last. */
static void
check_file (EntriesRun *run, guint64 last)
{
  entries_run_keep (run);
  g_assert_cmpint (entries_run_get (run, "SELECT count(*) FROM entry"), ==, (gint64) last);
  g_assert_cmpint (entries_run_get (run, "SELECT max(id) FROM entry"), ==, (gint64) last);
  g_assert_cmpint (entries_run_get (run, "SELECT entries FROM room"), ==, (gint64) last);
}

/* The disk fails at one step after another of what a group takes. */
static void
test_fails_and_recovers (EntriesRun *run, gconstpointer data)
{
  const FaultRow *row = data;
  guint64 id = 0;

  for (guint after = 0; after < 6; after++)
    {
      entries_run_put (run, ++id, "before");
      entries_run_keep (run);
      g_assert_cmpuint (run->failed, ==, after);
      fault_vfs_set_fault (row->fault, after);
      while (run->failed == after)
        {
          entries_run_put (run, ++id, "while it fails");
          entries_run_keep (run); /* comes back all the same */
        }
      g_assert_cmpuint (fault_vfs_get_failures (), >, 0);
      g_assert_nonnull (strstr (run->message, run->path));
      /* Told once, however much comes after it. */
      entries_run_put_many (run, id + 1, id + 50);
      id += 50;
      entries_run_keep (run);
      check_reads (run, id);
      g_assert_cmpuint (run->failed, ==, after + 1);
      g_assert_cmpuint (run->recovered, ==, after);
      fault_vfs_set_fault (FAULT_NONE, 0);
      entries_run_await (&run->recovered, after + 1);
      g_assert_cmpint (entries_run_get (run, "SELECT count(*) FROM entry"), ==, (gint64) id);
    }
  check_reads (run, id);
  check_file (run, id);
  g_assert_cmpuint (run->failed, ==, 6);
}

/* Rooms are made, used and forgotten while nothing can be written. */
static void
test_rooms (EntriesRun *run, gconstpointer data)
{
  const FaultRow *row = data;
  g_autoptr (SalStoredRoom) room = NULL;
  g_autoptr (GPtrArray) rooms = NULL;
  gint64 tea = run->room;
  gint64 lost = entries_add_room (run->store, "tcp://example.org/lost");

  entries_run_keep (run);
  fault_vfs_set_fault (row->fault, 0);
  entries_run_put (run, 1, "x");
  entries_run_await (&run->failed, 1);
  run->room = entries_add_room (run->store, "tcp://example.org/new");
  g_assert_cmpint (run->room, >, lost);
  entries_run_put_many (run, 1, 5);
  sal_store_remove (run->store, run->room, 3);
  sal_store_add_typed (run->store, run->room, "typed");
  room = sal_store_get_room (run->store, run->room);
  room->last_used_us = 5;
  sal_store_update_room (run->store, room);
  sal_store_forget_room (run->store, lost);
  sal_store_add_typed (run->store, run->room, "again");
  entries_run_put (run, 6, "x");
  fault_vfs_set_fault (FAULT_NONE, 0);
  entries_run_await (&run->recovered, 1);
  entries_run_keep (run);
  entries_run_reopen (run);
  g_assert_cmpint (run->room, ==, tea);
  entries_expect (sal_store_read_after (run->store, run->room, 0, 10), "1");
  entries_expect (sal_store_read_after (run->store, room->id, 0, 10), "1 2 4 5 6");
  rooms = sal_store_list_rooms (run->store, 0);
  g_assert_cmpuint (rooms->len, ==, 2);
  g_assert_cmpint (((SalStoredRoom *) rooms->pdata[0])->id, ==, room->id);
  g_ptr_array_unref (g_steal_pointer (&rooms));
  rooms = sal_store_read_typed (run->store, room->id, 10);
  g_assert_cmpuint (rooms->len, ==, 2);
  g_assert_cmpstr (rooms->pdata[0], ==, "again");
}

/* A disk that fails when the program starts keeps nobody from reading. */
static void
test_at_the_start (EntriesRun *run, gconstpointer data)
{
  const FaultRow *row = data;

  entries_run_put_many (run, 1, 20);
  entries_run_close (run);
  fault_vfs_set_fault (row->fault, 0);
  entries_run_open (run);
  check_reads (run, 20);
  entries_run_put_many (run, 21, 30);
  entries_run_await (&run->failed, 1);
  check_reads (run, 30);
  fault_vfs_set_fault (FAULT_NONE, 0);
  entries_run_await (&run->recovered, 1);
  check_reads (run, 30);
  check_file (run, 30);
}

/* The same, where there is no file yet. */
static void
test_at_the_first_start (EntriesRun *run, gconstpointer data)
{
  const FaultRow *row = data;

  entries_run_close (run);
  g_free (run->path);
  run->path = g_build_filename (run->dir, "new", "rooms.db", NULL);
  fault_vfs_set_fault (row->fault, 0);
  entries_run_open (run);
  entries_run_put_many (run, 1, 10);
  entries_run_await (&run->failed, 1);
  check_reads (run, 10);
  fault_vfs_set_fault (FAULT_NONE, 0);
  entries_run_await (&run->recovered, 1);
  check_reads (run, 10);
  check_file (run, 10);
  entries_run_reopen (run);
  check_reads (run, 10);
  g_assert_cmpuint (run->failed, ==, 1);
}

/* The program ends while the disk fails: what was there before is there, and whoever
 * waits is not forgotten. */
static void
test_closing (EntriesRun *run, gconstpointer data)
{
  const FaultRow *row = data;
  guint kept = 0;

  entries_run_put_many (run, 1, 5);
  entries_run_keep (run);
  fault_vfs_set_fault (row->fault, 0);
  entries_run_put_many (run, 6, 10);
  sal_store_when_kept (run->store, entries_count_up, &kept);
  entries_run_close (run);
  g_assert_cmpuint (kept, ==, 1);
  g_assert_cmpuint (run->failed, ==, 1);
  g_assert_cmpuint (run->recovered, ==, 0);
  fault_vfs_set_fault (FAULT_NONE, 0);
  entries_run_open (run);
  check_reads (run, 5);
}

/* Somebody talks without end and nothing can be written: what is kept in memory is
 * bounded, the newest is there, and it shows that something is missing. */
static void
test_flood (EntriesRun *run, gconstpointer data)
{
  const FaultRow *row = data;
  g_autofree char *text = g_strnfill (4000, 'x');
  g_autoptr (GPtrArray) entries = NULL;
  guint gaps = 0;
  guint kept = 0;

  entries_run_put_many (run, 1, 5);
  entries_run_keep (run);
  fault_vfs_set_fault (row->fault, 0);
  entries_run_put_like (run, &(SalEntry){ .id = 6, .own = TRUE, .pending = TRUE, .kind = 1 });
  entries_run_await (&run->failed, 1);
  for (guint64 id = 7; id <= 20000; id++)
    entries_run_put (run, id, text);
  for (int round = 0; round < 2; round++)
    {
      g_clear_pointer (&entries, g_ptr_array_unref);
      entries = sal_store_read_after (run->store, run->room, 0, 100000);
      gaps = 0;
      g_assert_cmpuint (entries->len, <, 3 * SAL_STORE_QUEUE_BYTES / 4000);
      g_assert_cmpuint (entries->len, >, SAL_STORE_QUEUE_BYTES / 5000);
      g_assert_cmpuint (((SalEntry *) entries->pdata[entries->len - 1])->id, ==, 20000);
      for (guint i = 0; i < entries->len; i++)
        {
          const SalEntry *entry = entries->pdata[i];

          if (entry->id <= 6)
            g_assert_cmpuint (entry->id, ==, i + 1);
          else if (entry->kind == SAL_ENTRY_GAP)
            gaps++;
          else if (kept++ > 0)
            g_assert_cmpuint (entry->id, ==, ((SalEntry *) entries->pdata[i - 1])->id + 1);
        }
      /* A second one where the thread was trying to write, on a slow machine, while that much more
       * came that some of it had to go as well. */
      g_assert_cmpuint (gaps, >=, 1);
      g_assert_cmpuint (gaps, <=, 2);
      fault_vfs_set_fault (FAULT_NONE, 0);
      entries_run_await (&run->recovered, 1);
    }
  entries_expect (sal_store_read_pending (run->store, run->room), "6");
  entries_run_keep (run);
  g_assert_cmpint (entries_run_get (run, "SELECT count(*) FROM entry"), ==, entries->len);
}

/* Somebody else holds the file: nobody waits for them but the thread that writes. */
static void
test_locked (EntriesRun *run, gconstpointer data)
{
  sqlite3 *other = sal_sqlite_open (run->path, 0, NULL);

  entries_run_keep (run);
  g_assert_true (sal_sqlite_exec (other, "BEGIN IMMEDIATE", NULL));
  entries_run_put_many (run, 1, 100);
  check_reads (run, 100);
  g_assert_cmpint (sal_sqlite_get_int (other, "SELECT count(*) FROM entry", -1), ==, 0);
  entries_run_await (&run->failed, 1);
  g_assert_nonnull (strstr (run->message, "locked"));
  entries_run_put_many (run, 101, 200);
  check_reads (run, 200);
  g_assert_true (sal_sqlite_exec (other, "COMMIT", NULL));
  entries_run_await (&run->recovered, 1);
  check_file (run, 200);
  sqlite3_close (other);
}

/* Nothing in the file can be read: what is in memory is shown, and told once. */
static void
test_unreadable (EntriesRun *run, gconstpointer data)
{
  entries_run_put_many (run, 1, 5000);
  entries_run_reopen (run); /* nothing of it is in memory */
  fault_vfs_set_fault (FAULT_READ, 0);
  for (int i = 0; i < 3; i++)
    {
      entries_expect (sal_store_read_before (run->store, run->room, 2000, 3), "");
      entries_expect (sal_store_read_pending (run->store, run->room), "");
    }
  g_assert_cmpuint (fault_vfs_get_failures (), >, 0);
  entries_run_await (&run->failed, 1);
  entries_run_put_many (run, 5001, 5003);
  entries_expect (sal_store_read_after (run->store, run->room, 5000, 10), "5001 5002 5003");
  g_assert_cmpuint (run->failed, ==, 1);
  fault_vfs_set_fault (FAULT_NONE, 0);
  entries_expect (sal_store_read_before (run->store, run->room, 2000, 3), "1997 1998 1999");
  /* What was being written in that moment may have failed yet. */
  entries_run_keep (run);
  entries_run_await (&run->recovered, run->failed);
  check_reads (run, 5003);
  check_file (run, 5003);
}

/* A checkpoint that fails is no failure: what was written is safe beside the file. */
static void
test_unsynced (EntriesRun *run, gconstpointer data)
{
  fault_vfs_set_fault (FAULT_SYNC, 0);
  for (guint64 id = 1; id < 20000; id += 1000)
    {
      entries_run_put_many (run, id, id + 999);
      entries_run_keep (run);
    }
  g_assert_cmpuint (run->failed, ==, 0);
  check_reads (run, 20000);
  fault_vfs_set_fault (FAULT_NONE, 0);
  entries_run_reopen (run);
  check_reads (run, 20000);
}

/* Whoever starts the program does not wait for the disk to write. */
static void
test_opening_writes_nothing (EntriesRun *run, gconstpointer data)
{
  static const FaultVfsFault faults[] = { FAULT_WRITE, FAULT_FULL, FAULT_SYNC };

  entries_run_put_many (run, 1, 100);
  entries_run_close (run);
  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      fault_vfs_set_fault (faults[i], 0);
      entries_run_open (run);
      check_reads (run, 100);
      entries_run_keep (run);
      g_assert_cmpuint (fault_vfs_get_failures (), ==, 0);
      entries_run_close (run);
    }
  g_assert_cmpuint (run->failed, ==, 0);
}

/* Any faults at any time. */
static void
test_any_faults (EntriesRun *run, gconstpointer data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (0xfa117);
  guint64 id = 0;

  for (int step = 0; step < 400; step++)
    switch (g_rand_int_range (rand, 0, 8))
      {
      case 0:
        fault_vfs_set_fault (
            fault_rows[g_rand_int_range (rand, 0, G_N_ELEMENTS (fault_rows))].fault,
            (guint) g_rand_int_range (rand, 0, 20));
        break;
      case 1:
        fault_vfs_set_fault (FAULT_NONE, 0);
        break;
      case 2:
        if (run->failed == run->recovered)
          entries_run_keep (run);
        break;
      case 3:
        check_reads (run, id);
        break;
      default:
        {
          guint64 n = (guint64) g_rand_int_range (rand, 1, 10);

          entries_run_put_many (run, id + 1, id + n);
          id += n;
        }
        break;
      }
  fault_vfs_set_fault (FAULT_NONE, 0);
  entries_run_keep (run);
  entries_run_await (&run->recovered, run->failed);
  check_file (run, id);
  entries_run_reopen (run);
  check_reads (run, id);
}

static void
add (const char *name, const FaultRow *row, void (*func) (EntriesRun *run, gconstpointer data))
{
  g_autofree char *path = row == NULL
                              ? g_strdup_printf ("/client/store/faults/%s", name)
                              : g_strdup_printf ("/client/store/faults/%s/%s", name, row->name);

  g_test_add (path, EntriesRun, row, entries_run_set_up, func, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  fault_vfs_install (FAULT_VFS_THROUGH);
  for (gsize i = 0; i < G_N_ELEMENTS (fault_rows); i++)
    {
      const FaultRow *row = &fault_rows[i];

      add ("is-told-once-and-recovers", row, test_fails_and_recovers);
      add ("rooms-come-and-go-meanwhile", row, test_rooms);
      add ("is-no-reason-not-to-start", row, test_at_the_start);
      add ("is-no-reason-not-to-start-for-the-first-time", row, test_at_the_first_start);
      add ("is-no-reason-not-to-end", row, test_closing);
      add ("memory-is-bounded-meanwhile", row, test_flood);
    }
  add ("nobody-waits-for-a-lock", NULL, test_locked);
  add ("what-is-in-memory-is-read-without-the-file", NULL, test_unreadable);
  add ("a-disk-that-does-not-sync-is-caught-up-with", NULL, test_unsynced);
  add ("opening-writes-nothing", NULL, test_opening_writes_nothing);
  add ("any-faults-at-any-time", NULL, test_any_faults);
  return g_test_run ();
}
