/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What every SQLite file of ours has in common: how it is opened, how it is
 * brought to the version this program knows, and how an error of SQLite becomes one
 * that names the file. A connection is used by one thread at a time, so SQLite's own
 * locks are off.
 */
#include "config.h"

#include "common/sqlite/sal-sqlite.h"

#include <glib/gi18n-lib.h>

#include "common/base/sal-error.h"

G_DEFINE_QUARK (sal_sqlite_error, sal_sqlite_error)

/* The code of the error is SQLite's, so that callers can tell the kinds apart. */
static gboolean
fail (sqlite3 *db, GError **error)
{
  const char *path = sqlite3_db_filename (db, "main");

  g_set_error (error, SAL_SQLITE_ERROR, sqlite3_extended_errcode (db), "%s: %s",
               path != NULL && *path != '\0' ? path : "(database)", sqlite3_errmsg (db));
  return FALSE;
}

/* Our own SQL has no mistakes, so what it names must be missing in the file, or be there already.
 * Where nothing could be written yet, it will be there when something can. Replaces the error that
 * is there. */
static gboolean
fail_to_fit (sqlite3 *db, GError **error)
{
  g_autofree char *why = g_strdup (sqlite3_errmsg (db));
  const char *path = sqlite3_db_filename (db, "main");
  gint64 version = 0;

  g_clear_error (error);
  (void) fail (db, error);
  version = sal_sqlite_get_int (db, "PRAGMA user_version", 0);
  if (version == 0)
    return FALSE;
  g_clear_error (error);
  g_set_error (
      error, SAL_ERROR, SAL_EXIT_FAILED,
      _ ("%s says that it has version %d, but does not have what belongs to it (%s); put a "
         "copy of it back, or name another file"),
      path != NULL && *path != '\0' ? path : "(database)", (int) version, why);
  return FALSE;
}

/**
 * sal_sqlite_is_unusable:
 * @error: an error of a function in this file
 *
 * Returns: whether the file itself is at fault and stays so: it is no database, it
 * is corrupt, it is of a newer version, or it cannot be opened at all. Everything
 * else (full, locked, read-only) may pass.
 */
gboolean
sal_sqlite_is_unusable (const GError *error)
{
  if (error->domain != SAL_SQLITE_ERROR)
    return TRUE;
  switch (error->code & 0xFF)
    {
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return TRUE;
    default:
      return FALSE;
    }
}

/**
 * sal_sqlite_open:
 * @path: the file; made if it is missing, its folder is not
 * @busy_ms: how long to wait for a lock that another process holds
 *
 * Returns: (transfer full): a connection, or %NULL with an error that names the file.
 */
sqlite3 *
sal_sqlite_open (const char *path, int busy_ms, GError **error)
{
  sqlite3 *db = NULL;
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;

  if (sqlite3_open_v2 (path, &db, flags, NULL) != SQLITE_OK)
    {
      g_set_error (error, SAL_SQLITE_ERROR,
                   db != NULL ? sqlite3_extended_errcode (db) : SQLITE_NOMEM, "%s: %s", path,
                   db != NULL ? sqlite3_errmsg (db) : "out of memory");
      sqlite3_close (db);
      return NULL;
    }
  sqlite3_extended_result_codes (db, 1);
  sqlite3_busy_timeout (db, busy_ms);
  return db;
}

/**
 * sal_sqlite_exec:
 */
gboolean
sal_sqlite_exec (sqlite3 *db, const char *sql, GError **error)
{
  return sqlite3_exec (db, sql, NULL, NULL, NULL) == SQLITE_OK || fail (db, error);
}

/**
 * sal_sqlite_prepare:
 *
 * Returns: (transfer full): a statement to be used many times, or %NULL with an error that names
 *   the file; where that is not made as its version says, also what is missing.
 */
sqlite3_stmt *
sal_sqlite_prepare (sqlite3 *db, const char *sql, GError **error)
{
  sqlite3_stmt *statement = NULL;

  int code = sqlite3_prepare_v3 (db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL);

  if (code == SQLITE_ERROR)
    (void) fail_to_fit (db, error);
  else if (code != SQLITE_OK)
    (void) fail (db, error);
  return statement;
}

/**
 * sal_sqlite_step:
 * @row: (out): whether there is a row
 *
 * The statement is reset when there are no more rows and after an error.
 */
gboolean
sal_sqlite_step (sqlite3_stmt *statement, gboolean *row, GError **error)
{
  int code = sqlite3_step (statement);

  *row = code == SQLITE_ROW;
  if (code == SQLITE_ROW)
    return TRUE;
  if (code != SQLITE_DONE)
    (void) fail (sqlite3_db_handle (statement), error);
  sqlite3_reset (statement);
  return code == SQLITE_DONE;
}

/**
 * sal_sqlite_run:
 *
 * Runs a statement that has no rows, and forgets what was bound to it.
 */
gboolean
sal_sqlite_run (sqlite3_stmt *statement, GError **error)
{
  gboolean row = FALSE;
  gboolean ok = sal_sqlite_step (statement, &row, error);

  sqlite3_reset (statement);
  sqlite3_clear_bindings (statement);
  return ok;
}

/**
 * sal_sqlite_get_int:
 *
 * Returns: the one number that @sql asks for, or @otherwise if there is none.
 */
gint64
sal_sqlite_get_int (sqlite3 *db, const char *sql, gint64 otherwise)
{
  sqlite3_stmt *statement = NULL;
  gint64 value = otherwise;

  if (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL) == SQLITE_OK &&
      sqlite3_step (statement) == SQLITE_ROW && sqlite3_column_type (statement, 0) != SQLITE_NULL)
    value = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  return value;
}

/**
 * sal_sqlite_check:
 *
 * Is this file one that sal_sqlite_migrate() can bring to @schema? Changes nothing, so it
 * comes before whatever would, and be it the journal mode.
 *
 * Returns: %FALSE with an error that names the file and, where it is newer than this
 * program, both versions.
 */
gboolean
sal_sqlite_check (sqlite3 *db, const SalSqliteSchema *schema, GError **error)
{
  const char *path = sqlite3_db_filename (db, "main");
  gint64 version = 0;
  gint64 id = 0;
  gint64 tables = 0;

  /* The first read of the file finds out whether it is a database at all. */
  if (!sal_sqlite_exec (db, "SELECT count(*) FROM sqlite_schema", error))
    return FALSE;
  version = sal_sqlite_get_int (db, "PRAGMA user_version", 0);
  id = sal_sqlite_get_int (db, "PRAGMA application_id", 0);
  tables = sal_sqlite_get_int (db, "SELECT count(*) FROM sqlite_schema", 0);

  if (tables > 0 && id != schema->application_id)
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_FAILED,
                   _ ("%s is a database of another program; name another file"), path);
      return FALSE;
    }
  if (version > schema->version)
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_FAILED,
                   _ ("%s has version %d, and this program knows versions up to %d; use a newer "
                      "program or name another file"),
                   path, (int) version, schema->version);
      return FALSE;
    }
  return TRUE;
}

/**
 * sal_sqlite_migrate:
 *
 * Brings the file to the version of @schema, each step in a transaction of its own.
 *
 * Returns: %FALSE with an error, as sal_sqlite_check(). Nothing is changed then that a
 * transaction does not undo.
 */
gboolean
sal_sqlite_migrate (sqlite3 *db, const SalSqliteSchema *schema, GError **error)
{
  if (!sal_sqlite_check (db, schema, error))
    return FALSE;
  for (int i = (int) sal_sqlite_get_int (db, "PRAGMA user_version", 0); i < schema->version; i++)
    {
      g_autofree char *sql = g_strdup_printf (
          "BEGIN IMMEDIATE; %s; PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT",
          schema->migrations[i], schema->application_id, i + 1);

      if (!sal_sqlite_exec (db, sql, error))
        {
          if (sqlite3_extended_errcode (db) == SQLITE_ERROR)
            (void) fail_to_fit (db, error);
          (void) sqlite3_exec (db, "ROLLBACK", NULL, NULL, NULL);
          return FALSE;
        }
    }
  return TRUE;
}
