/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/* Pages that the write-ahead log may have before the writer waits (256 MiB), and of which it
 * keeps the place when it begins again (64 MiB). */
#define SRV_LOG_WAL_PAGES_MAX (64 * 1024)
#define SRV_LOG_WAL_KEEP_PAGES (16 * 1024)

typedef struct _SrvLogWal SrvLogWal;

SrvLogWal *srv_log_wal_new (const char *path);
void srv_log_wal_free (SrvLogWal *wal);
gboolean srv_log_wal_watch (SrvLogWal *wal, sqlite3 *writer, GError **error);
void srv_log_wal_begin_again (SrvLogWal *wal, sqlite3 *writer);
void srv_log_wal_want_wipe (SrvLogWal *wal);
gint64 srv_log_wal_wipe (SrvLogWal *wal, sqlite3 *writer, int busy_ms);
int srv_log_wal_get_pages (const SrvLogWal *wal);

G_END_DECLS
