/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the SQLite log and its reading share.
 */
#pragma once

#include <glib.h>
#include <sqlite3.h>

#include "server/log/srv-entry.h"
#include "server/log/srv-log-query.h"

G_BEGIN_DECLS

/* What srv_log_sqlite_one_entry() reads; a WHERE follows. */
#define SRV_LOG_SQLITE_SELECT SRV_LOG_SQLITE_SELECT_FROM ("entry.room")
/* The same, where a room's number stands in @room. */
#define SRV_LOG_SQLITE_SELECT_FROM(room)                                                           \
  "SELECT seq, time, room.name, kind, entry.name, address, text, host, account, target, tags,"     \
  " nonce, ref FROM entry LEFT JOIN room ON room.id = " room

gboolean
srv_log_sqlite_read (sqlite3 *db, const SrvLogQuery *query, GPtrArray *entries, GError **error);
SrvEntry *srv_log_sqlite_one_entry (sqlite3_stmt *select);
gint64 srv_log_sqlite_seq_at_time (sqlite3 *db, gint64 time_us);

G_END_DECLS
