/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

#include "common/client/sal-entry.h"

G_BEGIN_DECLS

#define SAL_TYPE_STORE (sal_store_get_type ())
G_DECLARE_FINAL_TYPE (SalStore, sal_store, SAL, STORE, GObject)

/* What is kept of a room besides its entries. */
typedef struct
{
  gint64 id;
  char *uri;           /* (owned): as sal_uri_parse_client() takes it */
  char *name;          /* (owned): who we are there */
  char *draft;         /* (owned): typed and not sent; "" for none */
  gint64 last_used_us; /* since 1970; 0: never joined */
  guint64 read_id;     /* the last entry that was seen */
} SalStoredRoom;

SalStoredRoom *sal_stored_room_copy (const SalStoredRoom *room);
void sal_stored_room_free (SalStoredRoom *room);

SalStore *sal_store_open (const char *path, GError **error);
void sal_store_close (SalStore *store);

GPtrArray *sal_store_list_rooms (SalStore *store);
SalStoredRoom *sal_store_find_room (SalStore *store, const char *uri);
gint64 sal_store_add_room (SalStore *store, const char *uri, const char *name, GError **error);
void sal_store_update_room (SalStore *store, const SalStoredRoom *room);
void sal_store_forget_room (SalStore *store, gint64 room);

void sal_store_put (SalStore *store, gint64 room, const SalEntry *entry);
void sal_store_remove (SalStore *store, gint64 room, guint64 entry);
void sal_store_add_typed (SalStore *store, gint64 room, const char *text);
void sal_store_when_kept (SalStore *store, GSourceFunc callback, gpointer data);

guint64 sal_store_last_id (SalStore *store, gint64 room);
guint64 sal_store_count_after (SalStore *store, gint64 room, guint64 id);
GPtrArray *sal_store_read_before (SalStore *store, gint64 room, guint64 id, guint most);
GPtrArray *sal_store_read_after (SalStore *store, gint64 room, guint64 id, guint most);
GPtrArray *sal_store_read_pending (SalStore *store, gint64 room);
GPtrArray *sal_store_read_typed (SalStore *store, gint64 room, guint most);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SalStoredRoom, sal_stored_room_free)

G_END_DECLS
