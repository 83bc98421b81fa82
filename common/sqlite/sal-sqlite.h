/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/* The code is SQLite's own, extended. */
#define SAL_SQLITE_ERROR (sal_sqlite_error_quark ())
GQuark sal_sqlite_error_quark (void);

/* How a file of ours is laid out: statements that bring it from version i to i + 1,
 * starting from an empty file. */
typedef struct
{
  gint32 application_id; /* so that a file of another program is not taken for ours */
  const char *const *migrations;
  int version; /* how many there are */
} SalSqliteSchema;

sqlite3 *sal_sqlite_open (const char *path, int busy_ms, GError **error);
gboolean sal_sqlite_check (sqlite3 *db, const SalSqliteSchema *schema, GError **error);
gboolean sal_sqlite_migrate (sqlite3 *db, const SalSqliteSchema *schema, GError **error);
gboolean sal_sqlite_exec (sqlite3 *db, const char *sql, GError **error);
sqlite3_stmt *sal_sqlite_prepare (sqlite3 *db, const char *sql, GError **error);
gboolean sal_sqlite_step (sqlite3_stmt *statement, gboolean *row, GError **error);
gboolean sal_sqlite_run (sqlite3_stmt *statement, GError **error);
gint64 sal_sqlite_get_int (sqlite3 *db, const char *sql, gint64 otherwise);
gboolean sal_sqlite_is_unusable (const GError *error);

G_END_DECLS
