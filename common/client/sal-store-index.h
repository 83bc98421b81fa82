/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <sqlite3.h>

#include "common/client/sal-entry.h"

G_BEGIN_DECLS

/* How many tables there are, and what one is made with; the numbers are kept in files. */
#define SAL_STORE_INDEX_TABLES 16
#define SAL_STORE_INDEX_TABLE(n)                                                                   \
  "CREATE VIRTUAL TABLE said_" n " USING fts5"                                                     \
  " (text, content='', columnsize=0, tokenize='unicode61 remove_diacritics 2');"

typedef struct _SalStoreIndex SalStoreIndex;

SalStoreIndex *sal_store_index_new (void);
void sal_store_index_free (SalStoreIndex *index);

gboolean sal_store_index_build (sqlite3 *db, gboolean *built, GError **error);
gboolean sal_store_index_covers (sqlite3 *db, gint64 room, gboolean *covers, GError **error);
gboolean sal_store_index_has (SalEntryKind kind, gboolean pending, const char *text);
gboolean sal_store_index_add (
    SalStoreIndex *index, sqlite3 *db, gint64 room, guint64 id, const char *text, GError **error);
gboolean sal_store_index_remove (
    SalStoreIndex *index, sqlite3 *db, gint64 room, guint64 id, const char *text, GError **error);
gboolean sal_store_index_forget (SalStoreIndex *index, sqlite3 *db, gint64 room, GError **error);
void sal_store_index_tidy (SalStoreIndex *index, sqlite3 *db);

char *sal_store_index_query (const char *words);
sqlite3_stmt *sal_store_index_search (
    sqlite3 *db, gint64 room, const char *query, guint64 before, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SalStoreIndex, sal_store_index_free)

G_END_DECLS
