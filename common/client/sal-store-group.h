/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "common/client/sal-store.h"

G_BEGIN_DECLS

typedef struct
{
  guint64 id;
  SalEntry *entry; /* (owned) (nullable): none: it is to be removed */
} SalStoreChange;

typedef struct
{
  gint64 id;  /* of all rooms; later ones have more */
  char *text; /* (owned) */
} SalStoreTyped;

/* What of one room is to be written. */
typedef struct
{
  gint64 id;
  SalStoredRoom *row; /* (owned) (nullable): as it is now, if that has changed */
  GTree *changes;     /* (owned): id -> SalStoreChange, the last one of each */
  GHashTable *msgids; /* (owned): msgid of an entry that is to be put -> SalStoreChange */
  GQueue typed;       /* of SalStoreTyped (owned), oldest first */
  gsize bytes;        /* about what the changes take in memory */
  guint64 gap;        /* the entry that stands for those that were shed; 0: none was */
} SalStoreRoomGroup;

typedef struct
{
  GSourceFunc callback;
  gpointer data;
} SalStoreWaiter;

/* What goes to disk in one transaction: first what is forgotten, then the others. */
typedef struct
{
  GArray *forgotten;         /* (owned): rooms, of gint64 */
  GArray *forgotten_servers; /* (owned): of gint64 */
  GHashTable *servers;       /* (owned): id -> SalStoredServer (owned): as they are now */
  GHashTable *rooms;         /* (owned): id -> SalStoreRoomGroup (owned) */
  GArray *waiters;           /* (owned): of SalStoreWaiter */
  gsize bytes;               /* of all rooms */
} SalStoreGroup;

SalStoreGroup *sal_store_group_new (void);
void sal_store_group_free (SalStoreGroup *group);
gboolean sal_store_group_is_empty (const SalStoreGroup *group);

void sal_store_group_put (SalStoreGroup *group, gint64 room, const SalEntry *entry);
void sal_store_group_remove (SalStoreGroup *group, gint64 room, guint64 entry);
void sal_store_group_set_server (SalStoreGroup *group, const SalStoredServer *server);
void sal_store_group_forget_server (SalStoreGroup *group, gint64 server);
void sal_store_group_set_row (SalStoreGroup *group, const SalStoredRoom *row);
void sal_store_group_add_typed (SalStoreGroup *group, gint64 room, gint64 id, const char *text);
void sal_store_group_forget (SalStoreGroup *group, gint64 room);
void sal_store_group_wait (SalStoreGroup *group, GSourceFunc callback, gpointer data);

void sal_store_group_absorb (SalStoreGroup *group, SalStoreGroup *later);
void sal_store_group_shed (SalStoreGroup *group, gsize bytes);

const SalStoreChange *
sal_store_group_find_msgid (const SalStoreGroup *group, gint64 room, const char *msgid);
const SalStoreChange *
sal_store_group_find_change (const SalStoreGroup *group, gint64 room, guint64 id);
SalStoreRoomGroup *sal_store_group_find (const SalStoreGroup *group, gint64 room);
GTreeNode *
sal_store_group_seek (const SalStoreGroup *group, gint64 room, guint64 id, gboolean backwards);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SalStoreGroup, sal_store_group_free)

G_END_DECLS
