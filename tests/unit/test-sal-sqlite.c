/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What all SQLite files of the server share: how a file is brought to the version of the
 * program, how it is refused, and what an error says.
 */
#include "config.h"

#include "common/sqlite/sal-sqlite.h"

#include <string.h>

#include "common/base/sal-error.h"
#include "tests/unit/store-driver.h"

static const char *const migrations[] = {
  "CREATE TABLE a (x); INSERT INTO a VALUES (1)",
  "CREATE TABLE b (y); INSERT INTO b SELECT x + 1 FROM a",
  "ALTER TABLE a RENAME TO c",
};

static SalSqliteSchema
schema_of (int version)
{
  return (SalSqliteSchema){ .application_id = 1234, .migrations = migrations, .version = version };
}

typedef struct
{
  char *dir;
  char *path;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->dir = test_dir_new ();
  f->path = g_build_filename (f->dir, "some.db", NULL);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  test_dir_remove (f->dir);
  g_free (f->path);
  g_free (f->dir);
}

static sqlite3 *
open_file (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  sqlite3 *db = sal_sqlite_open (f->path, 0, &error);

  g_assert_no_error (error);
  g_assert_nonnull (db);
  return db;
}

static void
migrate (Fixture *f, int version)
{
  SalSqliteSchema schema = schema_of (version);
  g_autoptr (GError) error = NULL;
  sqlite3 *db = open_file (f);

  g_assert_true (sal_sqlite_migrate (db, &schema, &error));
  g_assert_no_error (error);
  g_assert_cmpint (sal_sqlite_get_int (db, "PRAGMA user_version", -1), ==, version);
  g_assert_cmpint (sal_sqlite_get_int (db, "PRAGMA application_id", -1), ==, 1234);
  g_assert_cmpint (sqlite3_get_autocommit (db), ==, 1);
  sqlite3_close (db);
}

static gint64
get (Fixture *f, const char *sql)
{
  sqlite3 *db = open_file (f);
  gint64 value = sal_sqlite_get_int (db, sql, -1);

  sqlite3_close (db);
  return value;
}

static void
test_fresh (Fixture *f, gconstpointer data)
{
  migrate (f, 3);
  g_assert_cmpint (get (f, "SELECT y FROM b"), ==, 2);
  g_assert_cmpint (get (f, "SELECT x FROM c"), ==, 1);
}

/* From every version to every later one, and not a step twice. */
static void
test_steps (Fixture *f, gconstpointer data)
{
  migrate (f, 1);
  g_assert_cmpint (get (f, "SELECT count(*) FROM a"), ==, 1);
  migrate (f, 1);
  g_assert_cmpint (get (f, "SELECT count(*) FROM a"), ==, 1);
  migrate (f, 2);
  g_assert_cmpint (get (f, "SELECT y FROM b"), ==, 2);
  migrate (f, 3);
  migrate (f, 3);
  g_assert_cmpint (get (f, "SELECT count(*) FROM c"), ==, 1);
  g_assert_cmpint (get (f, "SELECT count(*) FROM b"), ==, 1);
}

/* A step that fails leaves the file at the version before it, as it was. */
static void
test_failing_step (Fixture *f, gconstpointer data)
{
  const char *broken[] = { migrations[0], "CREATE TABLE half (z); INSERT INTO half VALUES (1);"
                                          "INSERT INTO nowhere VALUES (1)" };
  SalSqliteSchema schema = { .application_id = 1234, .migrations = broken, .version = 2 };
  g_autoptr (GError) error = NULL;
  sqlite3 *db = NULL;

  migrate (f, 1);
  db = open_file (f);
  g_assert_false (sal_sqlite_migrate (db, &schema, &error));
  g_assert_error (error, SAL_ERROR, SAL_EXIT_FAILED);
  g_assert_nonnull (strstr (error->message, f->path));
  g_assert_nonnull (strstr (error->message, "nowhere"));
  g_assert_cmpint (sqlite3_get_autocommit (db), ==, 1); /* no transaction is left open */
  sqlite3_close (db);
  g_assert_cmpint (get (f, "PRAGMA user_version"), ==, 1);
  g_assert_cmpint (get (f, "SELECT count(*) FROM sqlite_schema WHERE name = 'half'"), ==, 0);
  migrate (f, 3); /* repaired */
}

static void
test_newer (Fixture *f, gconstpointer data)
{
  SalSqliteSchema schema = schema_of (2);
  g_autoptr (GError) error = NULL;
  sqlite3 *db = NULL;

  migrate (f, 3);
  db = open_file (f);
  g_assert_false (sal_sqlite_migrate (db, &schema, &error));
  g_assert_error (error, SAL_ERROR, SAL_EXIT_FAILED);
  g_assert_nonnull (strstr (error->message, f->path));
  g_assert_nonnull (strstr (error->message, "version 3"));
  g_assert_nonnull (strstr (error->message, "up to 2"));
  g_assert_true (sal_sqlite_is_unusable (error));
  sqlite3_close (db);
  g_assert_cmpint (get (f, "PRAGMA user_version"), ==, 3);
}

static void
test_foreign (Fixture *f, gconstpointer data)
{
  SalSqliteSchema schema = schema_of (3);
  g_autoptr (GError) error = NULL;
  sqlite3 *db = open_file (f);

  g_assert_true (sal_sqlite_exec (db, "CREATE TABLE recipe (x)", NULL));
  g_assert_false (sal_sqlite_migrate (db, &schema, &error));
  g_assert_error (error, SAL_ERROR, SAL_EXIT_FAILED);
  g_assert_nonnull (strstr (error->message, f->path));
  g_assert_nonnull (strstr (error->message, "another program"));
  g_assert_true (sal_sqlite_is_unusable (error));
  sqlite3_close (db);
  g_assert_cmpint (get (f, "SELECT count(*) FROM sqlite_schema"), ==, 1);
  g_assert_cmpint (get (f, "PRAGMA application_id"), ==, 0);
}

static void
test_no_database (Fixture *f, gconstpointer data)
{
  SalSqliteSchema schema = schema_of (1);
  g_autoptr (GError) error = NULL;
  sqlite3 *db = NULL;

  g_assert_true (g_file_set_contents (f->path, "dear diary, this is no database\n", -1, NULL));
  db = open_file (f); /* SQLite looks at the file when it has to */
  g_assert_false (sal_sqlite_migrate (db, &schema, &error));
  g_assert_error (error, SAL_SQLITE_ERROR, SQLITE_NOTADB);
  g_assert_nonnull (strstr (error->message, f->path));
  g_assert_true (sal_sqlite_is_unusable (error));
  sqlite3_close (db);
}

static void
test_open_fails (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->dir, "missing", "some.db", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (sal_sqlite_open (path, 0, &error));
  g_assert_nonnull (error);
  g_assert_true (error->domain == SAL_SQLITE_ERROR);
  g_assert_cmpint (error->code & 0xFF, ==, SQLITE_CANTOPEN);
  g_assert_nonnull (strstr (error->message, path));
  g_assert_true (sal_sqlite_is_unusable (error));
}

/* What stays so, and what may pass. */
static void
test_unusable (void)
{
  static const struct
  {
    int code;
    gboolean unusable;
  } rows[] = {
    { SQLITE_NOTADB, TRUE },         { SQLITE_CORRUPT, TRUE },
    { SQLITE_CORRUPT_INDEX, TRUE },  { SQLITE_CANTOPEN, TRUE },
    { SQLITE_CANTOPEN_ISDIR, TRUE }, { SQLITE_PERM, TRUE },
    { SQLITE_FULL, FALSE },          { SQLITE_BUSY, FALSE },
    { SQLITE_BUSY_RECOVERY, FALSE }, { SQLITE_LOCKED, FALSE },
    { SQLITE_READONLY, FALSE },      { SQLITE_READONLY_DBMOVED, FALSE },
    { SQLITE_IOERR_WRITE, FALSE },   { SQLITE_IOERR_FSYNC, FALSE },
    { SQLITE_IOERR_READ, FALSE },    { SQLITE_NOMEM, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = g_error_new_literal (SAL_SQLITE_ERROR, rows[i].code, "x");

      g_test_message ("code %d", rows[i].code);
      g_assert_cmpint (sal_sqlite_is_unusable (error), ==, rows[i].unusable);
    }
}

static void
test_statements (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  sqlite3 *db = open_file (f);
  sqlite3_stmt *insert = NULL;
  sqlite3_stmt *select = NULL;
  gboolean row = FALSE;

  g_assert_true (sal_sqlite_exec (db, "CREATE TABLE a (x UNIQUE)", &error));
  insert = sal_sqlite_prepare (db, "INSERT INTO a VALUES (?)", &error);
  g_assert_nonnull (insert);
  for (int i = 0; i < 3; i++)
    {
      sqlite3_bind_int (insert, 1, i);
      g_assert_true (sal_sqlite_run (insert, &error));
    }
  /* What was bound is forgotten. */
  g_assert_true (sal_sqlite_run (insert, &error));
  g_assert_cmpint (sal_sqlite_get_int (db, "SELECT count(*) FROM a WHERE x IS NULL", -1), ==, 1);

  sqlite3_bind_int (insert, 1, 2);
  g_assert_false (sal_sqlite_run (insert, &error));
  g_assert_error (error, SAL_SQLITE_ERROR, SQLITE_CONSTRAINT_UNIQUE);
  g_assert_nonnull (strstr (error->message, f->path));
  g_clear_error (&error);
  sqlite3_bind_int (insert, 1, 3);
  g_assert_true (sal_sqlite_run (insert, &error)); /* usable after an error */

  select = sal_sqlite_prepare (db, "SELECT x FROM a WHERE x >= ? ORDER BY x", &error);
  for (int round = 0; round < 2; round++)
    {
      sqlite3_bind_int (select, 1, 2);
      g_assert_true (sal_sqlite_step (select, &row, &error) && row);
      g_assert_cmpint (sqlite3_column_int (select, 0), ==, 2);
      g_assert_true (sal_sqlite_step (select, &row, &error) && row);
      g_assert_true (sal_sqlite_step (select, &row, &error) && !row); /* and reset */
    }
  sqlite3_finalize (insert);
  sqlite3_finalize (select);

  g_assert_null (sal_sqlite_prepare (db, "SELECT nonsense FROM nowhere", &error));
  g_assert_error (error, SAL_SQLITE_ERROR, SQLITE_ERROR); /* a file in which nothing is yet */
  g_clear_error (&error);
  g_assert_true (sal_sqlite_exec (db, "PRAGMA user_version = 3", &error));
  g_assert_null (sal_sqlite_prepare (db, "SELECT nonsense FROM nowhere", &error));
  g_assert_error (error, SAL_ERROR, SAL_EXIT_FAILED);
  g_assert_true (sal_sqlite_is_unusable (error));
  g_assert_nonnull (strstr (error->message, f->path));
  g_assert_nonnull (strstr (error->message, "version 3"));
  g_assert_nonnull (strstr (error->message, "no such table: nowhere"));
  g_clear_error (&error);
  g_assert_false (sal_sqlite_exec (db, "nonsense", &error));
  g_assert_error (error, SAL_SQLITE_ERROR, SQLITE_ERROR);
  g_assert_cmpint (sal_sqlite_get_int (db, "SELECT x FROM a WHERE x > 99", 7), ==, 7);
  g_assert_cmpint (sal_sqlite_get_int (db, "SELECT NULL", 7), ==, 7);
  g_assert_cmpint (sal_sqlite_get_int (db, "nonsense", 7), ==, 7);
  sqlite3_close (db);
}

#define ADD(path, func) g_test_add ("/sqlite/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("a-fresh-file-gets-all-steps", test_fresh);
  ADD ("an-older-file-gets-the-steps-it-lacks", test_steps);
  ADD ("a-step-that-fails-is-undone", test_failing_step);
  ADD ("a-newer-file-is-refused", test_newer);
  ADD ("a-database-of-another-program-is-refused", test_foreign);
  ADD ("what-is-no-database-is-refused", test_no_database);
  ADD ("what-cannot-be-opened-is-named", test_open_fails);
  ADD ("statements-are-run-and-reset", test_statements);
  g_test_add_func ("/sqlite/what-stays-broken-and-what-may-pass", test_unusable);
  return g_test_run ();
}
