/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "server/log/srv-log-store.h"

G_BEGIN_DECLS

SrvEntry *store_entry (SrvEntryKind kind, const char *room, const char *name, const char *text);
gboolean store_append (SrvLogStore *store, gint64 time_us, SrvEntry **entries, guint n);
void store_add (SrvLogStore *store,
                gint64 time_us,
                SrvEntryKind kind,
                const char *room,
                const char *name,
                const char *text);
char *store_read (SrvLogStore *store, const SrvLogQuery *query);

char *test_dir_new (void);
void test_dir_remove (const char *dir);

G_END_DECLS
