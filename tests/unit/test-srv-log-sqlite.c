/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The log in a file: what it keeps over a restart, which files it refuses and leaves
 * alone, what retention takes away. The file is looked at with a connection of the
 * test's own, as people would. It is one piece because all cases do it in the same few ways.
 */
#include "config.h"

#include "server/log/srv-log-sqlite.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>

#include "common/base/sal-error.h"
#include "server/log/srv-log-sqlite-read.h"
#include "tests/unit/store-driver.h"

#define SECOND ((gint64) G_USEC_PER_SEC)

typedef struct
{
  char *dir;
  char *path;
  SrvLogStore *store; /* (nullable) */
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->dir = test_dir_new ();
  f->path = g_build_filename (f->dir, "rooms.db", NULL);
}

static void
close_store (Fixture *f)
{
  if (f->store != NULL)
    f->store->klass->free (f->store);
  f->store = NULL;
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  close_store (f);
  test_dir_remove (f->dir);
  g_free (f->path);
  g_free (f->dir);
}

static void
open_store (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  f->store = srv_log_sqlite_new (f->path, SRV_SYNC_NORMAL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (f->store);
}

static void
say (Fixture *f, gint64 time_us, const char *text)
{
  store_add (f->store, time_us, SRV_ENTRY_MESSAGE, "tea", "Ada", text);
}

/* One value out of the file, asked in another connection; "NULL" for none. */
static char *
ask (Fixture *f, const char *sql)
{
  sqlite3 *db = NULL;
  sqlite3_stmt *statement = NULL;
  char *value = NULL;

  g_assert_cmpint (sqlite3_open (f->path, &db), ==, SQLITE_OK);
  sqlite3_busy_timeout (db, 5000);
  g_assert_cmpint (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL), ==, SQLITE_OK);
  if (sqlite3_step (statement) == SQLITE_ROW)
    value = g_strdup ((const char *) sqlite3_column_text (statement, 0));
  sqlite3_finalize (statement);
  sqlite3_close (db);
  return value != NULL ? value : g_strdup ("NULL");
}

static void
assert_says (Fixture *f, const char *sql, const char *expected)
{
  g_autofree char *value = ask (f, sql);

  g_assert_cmpstr (value, ==, expected);
}

static void
run_sql (Fixture *f, const char *sql)
{
  sqlite3 *db = NULL;

  g_assert_cmpint (sqlite3_open (f->path, &db), ==, SQLITE_OK);
  sqlite3_busy_timeout (db, 5000);
  g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (db);
}

static void
assert_reads (Fixture *f, const char *numbers)
{
  SrvLogQuery all = { .limit = 100 };
  g_autofree char *read = store_read (f->store, &all);

  g_assert_cmpstr (read, ==, numbers);
}

/* Over a restart. */

static void
test_reopen (Fixture *f, gconstpointer data)
{
  open_store (f);
  say (f, 10 * SECOND, "uno");
  say (f, 20 * SECOND, "due");
  close_store (f);
  open_store (f);
  assert_reads (f, "1 2");
  say (f, 30 * SECOND, "tre");
  close_store (f);
  open_store (f);
  assert_reads (f, "1 2 3");
}

/* "Numbers are never reused", also where nothing of them is left. */
static void
test_numbers_after_everything_went (Fixture *f, gconstpointer data)
{
  open_store (f);
  for (int i = 0; i < 5; i++)
    say (f, 10 * SECOND, "old");
  f->store->klass->set_retention (f->store, SECOND, 0);
  while (f->store->klass->maintain (f->store, 1000 * SECOND))
    ;
  assert_reads (f, "");
  close_store (f);
  open_store (f);
  assert_reads (f, "");
  say (f, 1000 * SECOND, "new");
  assert_reads (f, "6");
}

/* A clock that was set back while the server was down does not set the log back. */
static void
test_time_over_a_restart (Fixture *f, gconstpointer data)
{
  guint64 seq = 0;
  gint64 time_us = 0;

  open_store (f);
  say (f, 5000 * SECOND, "uno");
  close_store (f);
  open_store (f);
  g_assert_true (f->store->klass->begin (f->store, &seq, &time_us, NULL));
  g_assert_cmpint (time_us, ==, 5000 * SECOND);
  g_assert_true (f->store->klass->commit (f->store, NULL));
}

/* When the server has ended the file is whole, without anything beside it. */
static void
test_one_file_when_closed (Fixture *f, gconstpointer data)
{
  g_autofree char *wal = g_strconcat (f->path, "-wal", NULL);
  g_autofree char *shm = g_strconcat (f->path, "-shm", NULL);

  open_store (f);
  say (f, SECOND, "uno");
  close_store (f);
  g_assert_false (g_file_test (wal, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (shm, G_FILE_TEST_EXISTS));
  assert_says (f, "PRAGMA integrity_check", "ok");
}

/* The schema is documented: people ask the file. */
static void
test_documented_schema (Fixture *f, gconstpointer data)
{
  g_autofree char *uuid = NULL;
  g_autofree char *again = NULL;

  open_store (f);
  store_add (f->store, 1588530120123456, SRV_ENTRY_BOOT, "", "", NULL);
  store_add (f->store, 1588530120123456, SRV_ENTRY_MESSAGE, "Tea", "Ada", "ciao");
  store_add (f->store, 1588530121000000, SRV_ENTRY_JOIN, "tea", "Bob", NULL);
  uuid = ask (f, "SELECT value FROM meta WHERE key = 'uuid'");
  g_assert_cmpuint (strlen (uuid), ==, 32);
  g_assert_cmpuint (strspn (uuid, "0123456789abcdef"), ==, 32);
  close_store (f);
  open_store (f);
  again = ask (f, "SELECT value FROM meta WHERE key = 'uuid'");
  g_assert_cmpstr (again, ==, uuid);

  assert_says (f, "PRAGMA application_id", "1398893617"); /* "Sal1" */
  assert_says (f, "PRAGMA user_version", "2");
  assert_says (f, "PRAGMA journal_mode", "wal");
  assert_says (f,
               "SELECT seq || time || room || kind || name || address || text FROM history"
               " WHERE seq = 2",
               "22020-05-03 18:22:00.123Teamessage"
               "Ada('192.0.2.7', 1)ciao");
  assert_says (f, "SELECT room FROM history WHERE seq = 1", "NULL");
  assert_says (f, "SELECT name FROM history WHERE seq = 1", "NULL");
  assert_says (f, "SELECT text FROM history WHERE seq = 3", "NULL");
  assert_says (f, "SELECT time FROM entry WHERE seq = 2", "1588530120123456");
  assert_says (f, "SELECT group_concat (key || name) FROM room", "teaTea"); /* one room */
}

/* A file that a later version has written to, without changing its layout. */
static void
test_unknown_kinds (Fixture *f, gconstpointer data)
{
  SrvLogQuery back = { .backwards = TRUE, .limit = 2 };
  g_autofree char *numbers = NULL;

  open_store (f);
  say (f, SECOND, "uno");
  run_sql (f, "INSERT INTO entry (time, room, kind, name) VALUES (1000000, 1, 'poll', 'Ada')");
  close_store (f);
  open_store (f);
  say (f, SECOND, "tre");
  assert_reads (f, "1 3");
  numbers = store_read (f->store, &back);
  g_assert_cmpstr (numbers, ==, "3 1"); /* it takes nobody's place */
}

/* Whatever was taken back is not gone through: each step of the machine that SQLite is counts. */
static int
count_steps (gpointer steps)
{
  return ++*(int *) steps > 20; /* of a hundred */
}

static void
test_much_was_taken_back (Fixture *f, gconstpointer data)
{
  SrvLogQuery page = { .room = (char *) "tea", .limit = 2 };
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) srv_entry_unref);
  g_autoptr (GError) error = NULL;
  guint64 seq = 0;
  gint64 time_us = 0;
  sqlite3 *db = NULL;
  int steps = 0;

  open_store (f);
  say (f, SECOND, "first");
  run_sql (f, "WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 1001)"
              " INSERT INTO entry (seq, time, room, kind, name, address, text)"
              " SELECT i, 1000000, 1, 'message', 'Ada', '', 'nonsense' FROM n");
  close_store (f);
  open_store (f);
  say (f, SECOND, "last");
  g_assert_true (f->store->klass->begin (f->store, &seq, &time_us, NULL));
  for (guint i = 2; i <= 1001; i++)
    g_assert_true (f->store->klass->redact (f->store, i, NULL));
  g_assert_true (f->store->klass->commit (f->store, NULL));

  g_assert_cmpint (sqlite3_open (f->path, &db), ==, SQLITE_OK);
  for (guint i = 0; i < 4; i++)
    {
      page.backwards = i & 1;
      page.said_only = i & 2;
      g_ptr_array_set_size (entries, 0);
      steps = 0;
      sqlite3_progress_handler (db, 100, count_steps, &steps);
      g_assert_true (srv_log_sqlite_read (db, &page, entries, &error));
      g_assert_no_error (error);
      g_assert_cmpuint (entries->len, ==, 2);
    }
  sqlite3_close (db);
  assert_says (f, "SELECT count(*) FROM entry WHERE kind = 'redacted' AND room IS NULL", "1000");
}

/* Retention takes the oldest, of whatever room; what was taken back is still counted as there. */
static void
test_knows_what_is_gone (Fixture *f, gconstpointer data)
{
  SrvLogQuery all = { .limit = 10 };
  guint64 seq = 0;
  gint64 time_us = 0;
  g_autofree char *nothing = NULL;

  open_store (f);
  nothing = store_read (f->store, &all);
  g_assert_cmpuint (f->store->klass->get_gone (f->store, "tea"), ==, 0);
  for (guint i = 1; i <= 5; i++)
    say (f, i * SECOND, "ciao");
  g_assert_cmpuint (f->store->klass->get_gone (f->store, "tea"), ==, 0);
  f->store->klass->set_retention (f->store, 10 * SECOND, 0);
  while (f->store->klass->maintain (f->store, 12 * SECOND + 1))
    ;
  assert_reads (f, "3 4 5");
  g_assert_cmpuint (f->store->klass->get_gone (f->store, "tea"), ==, 2);
  g_assert_true (f->store->klass->begin (f->store, &seq, &time_us, NULL));
  g_assert_true (f->store->klass->redact (f->store, 3, NULL));
  g_assert_true (f->store->klass->commit (f->store, NULL));
  assert_reads (f, "4 5");
  g_assert_cmpuint (f->store->klass->get_gone (f->store, "tea"), ==, 2);
  while (f->store->klass->maintain (f->store, 1000 * SECOND))
    ;
  assert_reads (f, "");
  g_assert_cmpuint (f->store->klass->get_gone (f->store, "tea"), ==, 5);
}

static void
test_rolled_back (Fixture *f, gconstpointer data)
{
  g_autoptr (SrvEntry) entry = store_entry (SRV_ENTRY_MESSAGE, "cellar", "Ada", "never said");
  guint64 seq = 0;
  gint64 time_us = 0;

  open_store (f);
  say (f, SECOND, "uno");
  g_assert_true (f->store->klass->begin (f->store, &seq, &time_us, NULL));
  entry->seq = seq + 1;
  entry->time_us = 7 * SECOND;
  g_assert_true (f->store->klass->insert (f->store, entry, NULL));
  f->store->klass->rollback (f->store);
  assert_reads (f, "1");

  /* The room that was made in that group is not there either, and is made again. */
  store_add (f->store, 2 * SECOND, SRV_ENTRY_MESSAGE, "cellar", "Ada", "said");
  assert_reads (f, "1 2");
  assert_says (f, "SELECT room FROM history WHERE seq = 2", "cellar");
  assert_says (f, "SELECT time FROM entry WHERE seq = 2", "2000000");
}

/* Files that are refused. */

static void
assert_refused (Fixture *f, const char *says)
{
  g_autoptr (GError) error = NULL;
  SrvLogStore *store = srv_log_sqlite_new (f->path, SRV_SYNC_FULL, &error);

  g_assert_null (store);
  g_assert_nonnull (error);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, f->path));
  g_assert_nonnull (strstr (error->message, says));
}

/* Refused, and left as it was to the last byte. */
static void
assert_refused_untouched (Fixture *f, const char *says)
{
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autofree char *wal = g_strconcat (f->path, "-wal", NULL);
  gsize before_len = 0;
  gsize after_len = 0;

  g_assert_true (g_file_get_contents (f->path, &before, &before_len, NULL));
  assert_refused (f, says);
  g_assert_true (g_file_get_contents (f->path, &after, &after_len, NULL));
  g_assert_cmpmem (after, after_len, before, before_len);
  g_assert_false (g_file_test (wal, G_FILE_TEST_EXISTS));
}

/* Who only starts and ends writes nothing, and waits for no disk. */
static void
test_untouched_when_opened (Fixture *f, gconstpointer data)
{
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  gsize len_before = 0;
  gsize len_after = 0;

  open_store (f);
  say (f, SECOND, "uno");
  close_store (f);
  assert_says (f, "PRAGMA auto_vacuum", "2");
  g_assert_true (g_file_get_contents (f->path, &before, &len_before, NULL));
  open_store (f);
  close_store (f);
  g_assert_true (g_file_get_contents (f->path, &after, &len_after, NULL));
  g_assert_cmpmem (before, len_before, after, len_after);
}

static void
test_newer (Fixture *f, gconstpointer data)
{
  open_store (f);
  say (f, SECOND, "uno");
  close_store (f);
  run_sql (f, "PRAGMA user_version = 99");
  assert_refused_untouched (f, "99");
  assert_refused_untouched (f, "up to 2");
  run_sql (f, "PRAGMA user_version = 2");
  open_store (f);
  assert_reads (f, "1");
}

static void
test_foreign (Fixture *f, gconstpointer data)
{
  run_sql (f, "CREATE TABLE recipe (x); INSERT INTO recipe VALUES ('tea')");
  assert_refused_untouched (f, "another program");
  assert_says (f, "SELECT group_concat (name) FROM sqlite_schema", "recipe");
  assert_says (f, "SELECT x FROM recipe", "tea");
}

static void
test_garbage (Fixture *f, gconstpointer data)
{
  g_autofree char *noise = g_malloc (20000);

  for (int i = 0; i < 20000; i++)
    noise[i] = (char) (i * 31 + i / 7);
  g_assert_true (g_file_set_contents (f->path, noise, 20000, NULL));
  assert_refused_untouched (f, "not a database");
  g_assert_true (g_file_set_contents (f->path, "dear diary\n", -1, NULL));
  assert_refused_untouched (f, "not a database");
}

/* A log that has rotted is not thrown away for a new one. */
static void
test_corrupt (Fixture *f, gconstpointer data)
{
  g_autofree char *bytes = NULL;
  gsize len = 0;

  open_store (f);
  say (f, SECOND, "uno");
  close_store (f);
  g_assert_true (g_file_get_contents (f->path, &bytes, &len, NULL));
  g_assert_cmpuint (len, >=, 4096);
  memset (bytes + 100, 0xFF, 3996);
  g_assert_true (g_file_set_contents (f->path, bytes, (gssize) len, NULL));
  assert_refused_untouched (f, "malformed");
}

static void
test_empty_file (Fixture *f, gconstpointer data)
{
  g_assert_true (g_file_set_contents (f->path, "", 0, NULL));
  open_store (f);
  say (f, SECOND, "uno");
  assert_reads (f, "1");
}

static void
test_folder (Fixture *f, gconstpointer data)
{
  g_assert_cmpint (g_mkdir (f->path, 0700), ==, 0);
  assert_refused (f, "unable to open");
}

static void
test_no_folder (Fixture *f, gconstpointer data)
{
  g_free (f->path);
  f->path = g_build_filename (f->dir, "missing", "rooms.db", NULL);
  assert_refused (f, "the folder of this file does not exist");
}

/* Two servers on one file would give one number twice. */
static void
test_second_server (Fixture *f, gconstpointer data)
{
  open_store (f);
  assert_refused (f, "in use by another server");
  say (f, SECOND, "uno"); /* the first one does not mind */
  close_store (f);
  open_store (f);
  assert_reads (f, "1");
}

/* Somebody who asks the file is nobody to refuse it for; who writes to it is waited for
 * a little, and then the group fails and the next one tries again. */
static void
test_locked_by_another_program (Fixture *f, gconstpointer data)
{
  sqlite3 *db = NULL;
  g_autoptr (SrvEntry) entry = store_entry (SRV_ENTRY_MESSAGE, "tea", "Ada", "due");

  open_store (f);
  say (f, SECOND, "uno");
  g_assert_cmpint (sqlite3_open (f->path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, "BEGIN; SELECT * FROM entry", NULL, NULL, NULL), ==,
                   SQLITE_OK);
  g_assert_true (store_append (f->store, SECOND, &entry, 1));
  g_assert_cmpint (sqlite3_exec (db, "COMMIT; BEGIN IMMEDIATE", NULL, NULL, NULL), ==, SQLITE_OK);
  g_assert_false (store_append (f->store, SECOND, &entry, 1));
  g_assert_false (store_append (f->store, SECOND, &entry, 1));
  assert_reads (f, "1 2");
  g_assert_cmpint (sqlite3_exec (db, "ROLLBACK", NULL, NULL, NULL), ==, SQLITE_OK);
  g_assert_true (store_append (f->store, SECOND, &entry, 1));
  assert_reads (f, "1 2 3");
  sqlite3_close (db);
}

/* Locked at start is no error either. */
static void
test_locked_at_start (Fixture *f, gconstpointer data)
{
  sqlite3 *db = NULL;
  g_autoptr (SrvEntry) entry = store_entry (SRV_ENTRY_MESSAGE, "tea", "Ada", "due");

  open_store (f);
  say (f, SECOND, "uno");
  close_store (f);
  g_assert_cmpint (sqlite3_open (f->path, &db), ==, SQLITE_OK);
  g_assert_cmpint (
      sqlite3_exec (db, "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE", NULL, NULL, NULL), ==,
      SQLITE_OK);
  open_store (f);
  g_assert_false (store_append (f->store, SECOND, &entry, 1));
  sqlite3_close (db);
  g_assert_true (store_append (f->store, SECOND, &entry, 1));
  assert_reads (f, "1 2");
}

/* Retention. */

static void
test_retention_by_age (Fixture *f, gconstpointer data)
{
  int steps = 0;

  open_store (f);
  for (int i = 0; i < 1300; i++)
    store_add (f->store, (100 + i) * SECOND, SRV_ENTRY_MESSAGE, i < 10 ? "cellar" : "tea", "Ada",
               "ciao");
  g_assert_false (f->store->klass->maintain (f->store, 1400 * SECOND)); /* none is set */
  f->store->klass->set_retention (f->store, 100 * SECOND, 0);
  /* In short steps, with time for other things between them. */
  while (f->store->klass->maintain (f->store, 1400 * SECOND))
    {
      assert_says (f, "SELECT count(*) < 1300 FROM entry", "1");
      steps++;
    }
  g_assert_cmpint (steps, >=, 2);
  assert_says (f, "SELECT min(seq) || ' ' || max(seq) || ' ' || count(*) FROM entry",
               "1201 1300 100");
  assert_says (f, "SELECT min(time) FROM entry", "1300000000"); /* not older than 100 s */
  (void) f->store->klass->maintain (f->store, 1400 * SECOND);
  assert_says (f, "SELECT group_concat (key) FROM room", "tea"); /* the cellar is gone */
  say (f, 1400 * SECOND, "new");
  store_add (f->store, 1400 * SECOND, SRV_ENTRY_MESSAGE, "cellar", "Ada", "I am back");
  assert_says (f, "SELECT room FROM history WHERE seq = 1302", "cellar");
  assert_says (f, "SELECT max(seq) FROM entry", "1302");
}

static void
test_retention_by_size (Fixture *f, gconstpointer data)
{
  g_autofree char *text = g_strnfill (1000, 'x');
  SrvEntry *entries[500];
  gint64 size = 0;
  int steps = 0;

  open_store (f);
  for (int group = 0; group < 6; group++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (entries); i++)
        entries[i] = store_entry (SRV_ENTRY_MESSAGE, "tea", "Ada", text);
      g_assert_true (store_append (f->store, SECOND, entries, G_N_ELEMENTS (entries)));
      for (guint i = 0; i < G_N_ELEMENTS (entries); i++)
        srv_entry_unref (entries[i]);
    }
  f->store->klass->set_retention (f->store, 0, 1024 * 1024);
  while (f->store->klass->maintain (f->store, 2 * SECOND))
    g_assert_cmpint (steps++, <, 1000);
  g_assert_cmpint (steps, >=, 2);
  {
    g_autofree char *used = ask (f, "SELECT (page_count - freelist_count) * page_size FROM"
                                    " pragma_page_count, pragma_freelist_count, pragma_page_size");

    size = g_ascii_strtoll (used, NULL, 10);
  }
  g_assert_cmpint (size, <=, 1024 * 1024);
  g_assert_cmpint (size, >, 256 * 1024); /* and not much more than had to */
  assert_says (f, "SELECT max(seq) FROM entry", "3000");
  assert_says (f, "SELECT max(seq) - min(seq) + 1 = count(*) FROM entry", "1");
}

/* The bound may be smaller than an empty file: the newest entry stays, and it ends. */
static void
test_retention_of_no_size (Fixture *f, gconstpointer data)
{
  int steps = 0;

  open_store (f);
  for (int i = 0; i < 10; i++)
    say (f, SECOND, "ciao");
  f->store->klass->set_retention (f->store, 0, 1);
  while (f->store->klass->maintain (f->store, 2 * SECOND))
    g_assert_cmpint (steps++, <, 100);
  assert_says (f, "SELECT count(*) || ' ' || max(seq) FROM entry", "1 10");
}

/* Sixteen megabytes, all of one second. */
static void
fill (Fixture *f)
{
  g_autofree char *text = g_strnfill (4000, 'x');
  SrvEntry *entries[500];

  open_store (f);
  for (int group = 0; group < 8; group++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (entries); i++)
        entries[i] = store_entry (SRV_ENTRY_MESSAGE, "tea", "Ada", text);
      g_assert_true (store_append (f->store, SECOND, entries, G_N_ELEMENTS (entries)));
      for (guint i = 0; i < G_N_ELEMENTS (entries); i++)
        srv_entry_unref (entries[i]);
    }
  close_store (f);
}

/* One step takes away at least as much as one group has brought. */
static void
test_retention_keeps_up (Fixture *f, gconstpointer data)
{
  fill (f);
  open_store (f);
  f->store->klass->set_retention (f->store, 0, 1024 * 1024);
  for (int i = 0; i < 3; i++)
    {
      SrvEntry *entries[700];

      for (guint j = 0; j < G_N_ELEMENTS (entries); j++)
        entries[j] = store_entry (SRV_ENTRY_MESSAGE, "tea", "Ada", "ciao");
      g_assert_true (store_append (f->store, SECOND, entries, G_N_ELEMENTS (entries)));
      for (guint j = 0; j < G_N_ELEMENTS (entries); j++)
        srv_entry_unref (entries[j]);
      g_assert_true (f->store->klass->maintain (f->store, 2 * SECOND));
      assert_says (f, "SELECT count(*) FROM entry", "4000");
    }
}

/* What retention frees is given back to the disk. */
static void
test_retention_shrinks_the_file (Fixture *f, gconstpointer data)
{
  GStatBuf before;
  GStatBuf after;

  fill (f);
  run_sql (f, "PRAGMA wal_checkpoint (TRUNCATE)");
  g_assert_cmpint (g_stat (f->path, &before), ==, 0);
  open_store (f);
  f->store->klass->set_retention (f->store, SECOND, 0);
  while (f->store->klass->maintain (f->store, 1000 * SECOND))
    ;
  close_store (f);
  run_sql (f, "PRAGMA wal_checkpoint (TRUNCATE)");
  g_assert_cmpint (g_stat (f->path, &after), ==, 0);
  g_assert_cmpint (before.st_size, >, 15 * 1024 * 1024);
  g_assert_cmpint (after.st_size, <, 8 * 1024 * 1024);
}

/* Somebody has told SQLite to keep free space in this file: retention ends all the same. */
static void
test_retention_where_nothing_shrinks (Fixture *f, gconstpointer data)
{
  guint steps = 0;

  fill (f);
  run_sql (f, "PRAGMA journal_mode = DELETE; PRAGMA auto_vacuum = NONE; VACUUM");
  assert_says (f, "PRAGMA auto_vacuum", "0");
  open_store (f);
  f->store->klass->set_retention (f->store, SECOND, 0);
  while (f->store->klass->maintain (f->store, 1000 * SECOND))
    g_assert_cmpuint (++steps, <, 1000);
}

/* Groups of any size, kept with every column, and what is in the file while a group is being
 * kept. */
static void
test_large_groups (Fixture *f, gconstpointer data)
{
  SrvLogQuery all = { .limit = 100 };
  g_autoptr (GPtrArray) kept = g_ptr_array_new_with_free_func ((GDestroyNotify) srv_entry_unref);
  g_autoptr (GPtrArray) read = g_ptr_array_new_with_free_func ((GDestroyNotify) srv_entry_unref);

  open_store (f);
  for (guint n = 1; n <= 9; n++)
    {
      SrvEntry *entries[9];

      for (guint i = 0; i < n; i++)
        {
          g_autofree char *text = g_strdup_printf ("%u of %u", i, n);
          SrvEntry fields = { .kind = i % 2 == 0 ? SRV_ENTRY_MESSAGE : SRV_ENTRY_JOIN,
                              .status = SRV_ENTRY_COMMITTED,
                              .room = i % 3 == 0 ? "tea" : "coffee",
                              .name = i % 2 == 0 ? "Ada" : "Bob",
                              .address = "here",
                              .text = i % 2 == 0 ? text : NULL,
                              .host = i % 3 == 0 ? "ada@here" : NULL,
                              .account = i % 3 == 1 ? "ada" : NULL,
                              .target = i % 4 == 0 ? "Bob" : NULL,
                              .tags = i % 4 == 1 ? "+a=b" : NULL,
                              .nonce = i % 4 == 2 ? text : NULL,
                              .number = i };

          entries[i] = srv_entry_new_from (&fields);
          g_ptr_array_add (kept, entries[i]);
        }
      g_assert_true (store_append (f->store, n * SECOND, entries, n));
    }
  close_store (f);
  open_store (f);
  g_assert_true (f->store->klass->read (f->store, &all, read, NULL));
  g_assert_cmpuint (read->len, ==, kept->len);
  for (guint i = 0; i < read->len; i++)
    {
      const SrvEntry *a = kept->pdata[i];
      const SrvEntry *b = read->pdata[i];

      g_assert_cmpuint (a->seq, ==, i + 1);
      g_assert_cmpuint (a->seq, ==, b->seq);
      g_assert_cmpint (a->time_us, ==, b->time_us);
      g_assert_cmpuint (a->kind, ==, b->kind);
      g_assert_cmpuint (a->number, ==, b->number);
      g_assert_cmpstr (a->room, ==, b->room);
      g_assert_cmpstr (a->name, ==, b->name);
      g_assert_cmpstr (a->address, ==, b->address);
      g_assert_cmpstr (a->text, ==, b->text);
      g_assert_cmpstr (a->host, ==, b->host);
      g_assert_cmpstr (a->account, ==, b->account);
      g_assert_cmpstr (a->target, ==, b->target);
      g_assert_cmpstr (a->tags, ==, b->tags);
      g_assert_cmpstr (a->nonce, ==, b->nonce);
    }
}

/* What is taken back, or asked for by its number or its nonce, may be of the group in hand. */
static void
test_within_a_group (Fixture *f, gconstpointer data)
{
  SrvEntry fields = { .kind = SRV_ENTRY_MESSAGE,
                      .status = SRV_ENTRY_COMMITTED,
                      .room = "tea",
                      .name = "Ada",
                      .text = "ciao",
                      .nonce = "once",
                      .seq = 1,
                      .time_us = SECOND };
  g_autoptr (SrvEntry) entry = srv_entry_new_from (&fields);
  g_autoptr (SrvEntry) by_number = NULL;
  g_autoptr (SrvEntry) by_nonce = NULL;
  guint64 last = 0;
  gint64 time_us = 0;

  open_store (f);
  g_assert_true (f->store->klass->begin (f->store, &last, &time_us, NULL));
  g_assert_true (f->store->klass->insert (f->store, entry, NULL));
  by_number = f->store->klass->find (f->store, 1);
  g_assert_nonnull (by_number);
  by_nonce = f->store->klass->find_nonce (f->store, "tea", "once", 0);
  g_assert_nonnull (by_nonce);
  fields.seq = 2;
  g_clear_pointer (&entry, srv_entry_unref);
  entry = srv_entry_new_from (&fields);
  g_assert_true (f->store->klass->insert (f->store, entry, NULL));
  g_assert_true (f->store->klass->redact (f->store, 2, NULL));
  g_assert_true (f->store->klass->commit (f->store, NULL));
  assert_says (f, "SELECT group_concat(kind) FROM entry", "message,redacted");
}

/* How often the write-ahead log has begun again at its start: the bytes at 12 of its header
 * count it. */
static guint32
count_beginnings (Fixture *f)
{
  g_autofree char *path = g_strconcat (f->path, "-wal", NULL);
  FILE *file = g_fopen (path, "rb");
  guint8 header[16] = { 0 };

  g_assert_nonnull (file);
  g_assert_cmpuint (fread (header, 1, sizeof header, file), ==, sizeof header);
  fclose (file);
  return (guint32) header[12] << 24 | (guint32) header[13] << 16 | (guint32) header[14] << 8 |
         header[15];
}

/* A log that is never idle does not append to it for ever. */
static void
test_begins_again (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_strconcat (f->path, "-wal", NULL);
  g_autofree char *text = g_strnfill (400, 'x');
  GStatBuf wal = { 0 };
  guint32 before = 0;

  open_store (f);
  say (f, SECOND, text);
  before = count_beginnings (f);
  while (count_beginnings (f) < before + 3 && wal.st_size < 200 * 1024 * 1024)
    {
      say (f, SECOND, text);
      g_assert_cmpint (g_stat (path, &wal), ==, 0);
    }
  g_assert_cmpint (wal.st_size, <, 200 * 1024 * 1024);
}

#define ADD(path, func) g_test_add ("/log/sqlite/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("goes-on-after-a-restart", test_reopen);
  ADD ("never-reuses-a-number", test_numbers_after_everything_went);
  ADD ("time-does-not-go-back-over-a-restart", test_time_over_a_restart);
  ADD ("is-one-file-when-closed", test_one_file_when_closed);
  ADD ("is-not-written-to-when-opened", test_untouched_when_opened);
  ADD ("has-the-schema-that-is-documented", test_documented_schema);
  ADD ("skips-what-a-later-version-wrote", test_unknown_kinds);
  ADD ("does-not-go-through-what-was-taken-back", test_much_was_taken_back);
  ADD ("forgets-a-group-that-was-rolled-back", test_rolled_back);
  ADD ("knows-what-is-gone", test_knows_what_is_gone);
  ADD ("refuses/a-newer-version-and-names-both", test_newer);
  ADD ("refuses/a-database-of-another-program", test_foreign);
  ADD ("refuses/garbage-and-leaves-it-alone", test_garbage);
  ADD ("refuses/a-rotten-log-and-leaves-it-alone", test_corrupt);
  ADD ("refuses/a-folder", test_folder);
  ADD ("refuses/a-missing-folder", test_no_folder);
  ADD ("refuses/to-be-the-second-server", test_second_server);
  ADD ("takes-an-empty-file", test_empty_file);
  ADD ("waits-a-little-for-another-program", test_locked_by_another_program);
  ADD ("starts-with-a-locked-file", test_locked_at_start);
  ADD ("keeps-groups-of-any-size", test_large_groups);
  ADD ("knows-what-it-is-about-to-keep", test_within_a_group);
  ADD ("begins-its-write-ahead-log-again-under-load", test_begins_again);
  ADD ("retention/by-age", test_retention_by_age);
  ADD ("retention/by-size", test_retention_by_size);
  ADD ("retention/keeps-the-newest", test_retention_of_no_size);
  ADD ("retention/keeps-up-with-what-is-said", test_retention_keeps_up);
  ADD ("retention/gives-space-back", test_retention_shrinks_the_file);
  ADD ("retention/ends-where-nothing-shrinks", test_retention_where_nothing_shrinks);
  return g_test_run ();
}
