/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "common/client/sal-store-group.h"

G_BEGIN_DECLS

typedef struct _SalStoreReader SalStoreReader;

/* A room that is in the file. */
typedef struct
{
  SalStoredRoom *row; /* (owned) */
  guint64 last_id;    /* the highest number an entry has ever had */
} SalStoreReadRoom;

typedef enum
{
  SAL_STORE_BEFORE,  /* entries before one, the newest of them first */
  SAL_STORE_AFTER,   /* entries after one, the oldest of them first */
  SAL_STORE_PENDING, /* entries of which more may become, the oldest of them first */
  SAL_STORE_N_WALKS
} SalStoreWalkKind;

/* How many groups there may be that are not in the file yet: one that waits, one that is
 * being written. */
#define SAL_STORE_GROUPS 2

typedef struct
{
  SalStoreWalkKind kind;
  gint64 room;
  guint64 id;                                    /* not for those that are pending */
  const SalStoreGroup *groups[SAL_STORE_GROUPS]; /* (unowned) (nullable): newest first */
} SalStoreWalk;

/* @entry is valid until it returns, and not to be referenced. Returns whether to go on. */
typedef gboolean (*SalStoreVisit) (const SalEntry *entry, gpointer data);

SalStoreReader *sal_store_reader_new (const char *path);
void sal_store_reader_free (SalStoreReader *reader);
void sal_store_read_room_free (SalStoreReadRoom *room);
GPtrArray *sal_store_reader_list_rooms (SalStoreReader *reader, gint64 *last_typed, GError **error);
GPtrArray *sal_store_reader_list_servers (SalStoreReader *reader, GError **error);
gboolean sal_store_reader_walk (SalStoreReader *reader,
                                const SalStoreWalk *walk,
                                SalStoreVisit visit,
                                gpointer data,
                                GError **error);
gboolean sal_store_reader_find_msgid (SalStoreReader *reader,
                                      const SalStoreWalk *where,
                                      const char *msgid,
                                      guint64 *id,
                                      GError **error);
gboolean sal_store_reader_search (SalStoreReader *reader,
                                  const SalStoreWalk *where,
                                  const char *words,
                                  const char *query,
                                  SalStoreVisit visit,
                                  gpointer data,
                                  GError **error);
gboolean sal_store_reader_read_typed (SalStoreReader *reader,
                                      gint64 room,
                                      gint64 before,
                                      guint most,
                                      GPtrArray *texts,
                                      GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SalStoreReadRoom, sal_store_read_room_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SalStoreReader, sal_store_reader_free)

G_END_DECLS
