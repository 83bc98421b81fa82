/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

#include "common/client/sal-entry.h"

G_BEGIN_DECLS

#define SAL_TYPE_STORE (sal_store_get_type ())
G_DECLARE_FINAL_TYPE (SalStore, sal_store, SAL, STORE, GObject)

/* What is kept of a server: one identity on it. */
typedef struct
{
  gint64 id;
  char *uri;           /* (owned): as sal_uri_parse_client() takes it; unique */
  char *name;          /* (owned): who we are there */
  char *account;       /* (owned): what to log in to; "" for none. Passwords are not here. */
  char *certificate;   /* (owned): the file with ours for this server; "" for none */
  char *key;           /* (owned): the file with its key; "": it is in the same */
  gint64 last_used_us; /* when we were there last, since 1970; 0: never let in */
  gboolean wanted;     /* to be connected when the program starts */
} SalStoredServer;

/* The numbers are kept in files. */
typedef enum
{
  SAL_ROOM_CHANNEL = 1, /* also the one room of a plain server */
  SAL_ROOM_PRIVATE = 2, /* with one person */
  SAL_ROOM_SERVER = 3,  /* what the server itself says */
} SalRoomKind;

/* What is kept of a room besides its entries. */
typedef struct
{
  gint64 id;
  gint64 server;
  SalRoomKind kind;
  char *place;         /* (owned): "#tea", or a nickname, as the server spells it; "" for the
                          server itself and for the one room of a plain server */
  char *topic;         /* (owned): as it was last known; "" for none */
  char *draft;         /* (owned): typed and not sent; "" for none */
  gboolean joined;     /* to be joined when the server is reached */
  gint64 last_used_us; /* since 1970; 0: never joined */
  guint64 read_id;     /* the last entry that was seen */
} SalStoredRoom;

SalStoredRoom *sal_stored_room_copy (const SalStoredRoom *room);
void sal_stored_room_free (SalStoredRoom *room);

SalStoredServer *sal_stored_server_copy (const SalStoredServer *server);
void sal_stored_server_free (SalStoredServer *server);

SalStore *sal_store_open (const char *path, GError **error);
void sal_store_close (SalStore *store);

GPtrArray *sal_store_list_servers (SalStore *store);
SalStoredServer *sal_store_find_server (SalStore *store, const char *uri);
gint64 sal_store_add_server (SalStore *store, const char *uri, const char *name, GError **error);
void sal_store_update_server (SalStore *store, const SalStoredServer *server);
void sal_store_forget_server (SalStore *store, gint64 server);

GPtrArray *sal_store_list_rooms (SalStore *store, gint64 server);
SalStoredRoom *sal_store_get_room (SalStore *store, gint64 room);
SalStoredRoom *
sal_store_find_room (SalStore *store, gint64 server, SalRoomKind kind, const char *place);
gint64 sal_store_add_room (
    SalStore *store, gint64 server, SalRoomKind kind, const char *place, GError **error);
void sal_store_update_room (SalStore *store, const SalStoredRoom *room);
void sal_store_forget_room (SalStore *store, gint64 room);

void sal_store_put (SalStore *store, gint64 room, const SalEntry *entry);
void sal_store_remove (SalStore *store, gint64 room, guint64 entry);
void sal_store_add_typed (SalStore *store, gint64 room, const char *text);
void sal_store_when_kept (SalStore *store, GSourceFunc callback, gpointer data);

guint64 sal_store_last_id (SalStore *store, gint64 room);
guint64 sal_store_count_after (SalStore *store, gint64 room, guint64 id, guint *mentions);
GPtrArray *sal_store_read_before (SalStore *store, gint64 room, guint64 id, guint most);
GPtrArray *sal_store_read_after (SalStore *store, gint64 room, guint64 id, guint most);
GPtrArray *sal_store_read_pending (SalStore *store, gint64 room);
GPtrArray *
sal_store_search (SalStore *store, gint64 room, const char *words, guint64 before, guint most);
guint64 sal_store_find_msgid (SalStore *store, gint64 room, const char *msgid);
GPtrArray *sal_store_read_typed (SalStore *store, gint64 room, guint most);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SalStoredServer, sal_stored_server_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SalStoredRoom, sal_stored_room_free)

G_END_DECLS
