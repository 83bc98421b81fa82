/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

typedef struct _SrvLogWal SrvLogWal;

SrvLogWal *srv_log_wal_new (const char *path);
void srv_log_wal_free (SrvLogWal *wal);
void srv_log_wal_watch (SrvLogWal *wal, sqlite3 *writer);
void srv_log_wal_begin_again (SrvLogWal *wal, sqlite3 *writer);
int srv_log_wal_get_pages (const SrvLogWal *wal);

G_END_DECLS
