/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/* The code is SQLite's own, extended. */
#define SRV_SQLITE_ERROR (srv_sqlite_error_quark ())
GQuark srv_sqlite_error_quark (void);

/* How a file of ours is laid out: statements that bring it from version i to i + 1,
 * starting from an empty file. */
typedef struct
{
  gint32 application_id; /* so that a file of another program is not taken for ours */
  const char *const *migrations;
  int version; /* how many there are */
} SrvSqliteSchema;

sqlite3 *srv_sqlite_open (const char *path, int busy_ms, GError **error);
gboolean srv_sqlite_migrate (sqlite3 *db, const SrvSqliteSchema *schema, GError **error);
gboolean srv_sqlite_exec (sqlite3 *db, const char *sql, GError **error);
sqlite3_stmt *srv_sqlite_prepare (sqlite3 *db, const char *sql, GError **error);
gboolean srv_sqlite_step (sqlite3_stmt *statement, gboolean *row, GError **error);
gboolean srv_sqlite_run (sqlite3_stmt *statement, GError **error);
gint64 srv_sqlite_get_int (sqlite3 *db, const char *sql, gint64 otherwise);
gboolean srv_sqlite_is_unusable (const GError *error);

G_END_DECLS
