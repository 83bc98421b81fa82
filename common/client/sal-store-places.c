/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Servers and rooms in a store. They are few and all in memory, where they are true at once;
 * the file follows with the next group.
 */
#include "config.h"

#include "common/base/sal-error.h"
#include "common/client/sal-store-private.h"

/**
 * sal_store_is_open:
 *
 * Asserts that this is the store's thread.
 */
gboolean
sal_store_is_open (SalStore *store)
{
  g_assert (pthread_equal (store->home, pthread_self ()) != 0);
  return !store->closed;
}

/**
 * sal_store_find_read_room:
 *
 * Returns: (transfer none) (nullable): the room of that number, if the store is open.
 */
SalStoreReadRoom *
sal_store_find_read_room (SalStore *store, gint64 room)
{
  return sal_store_is_open (store) ? g_hash_table_lookup (store->rooms, &room) : NULL;
}

static gboolean
check_open (SalStore *store, GError **error)
{
  if (sal_store_is_open (store))
    return TRUE;
  g_set_error (error, SAL_ERROR, SAL_EXIT_FAILED, "%s: closed", store->path);
  return FALSE;
}

/* Servers. */

static int
compare_servers (gconstpointer a, gconstpointer b)
{
  const SalStoredServer *first = *(SalStoredServer *const *) a;
  const SalStoredServer *second = *(SalStoredServer *const *) b;

  if (first->last_used_us != second->last_used_us)
    return first->last_used_us > second->last_used_us ? -1 : 1;
  return first->id > second->id ? -1 : first->id < second->id;
}

/**
 * sal_store_list_servers:
 *
 * Returns: (transfer full) (element-type SalStoredServer): all servers, the one that was used
 * last first.
 */
GPtrArray *
sal_store_list_servers (SalStore *store)
{
  GPtrArray *servers = g_ptr_array_new_with_free_func ((GDestroyNotify) sal_stored_server_free);
  GHashTableIter iter;
  gpointer value = NULL;

  g_return_val_if_fail (SAL_IS_STORE (store), servers);

  if (!sal_store_is_open (store))
    return servers;
  g_hash_table_iter_init (&iter, store->servers);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_ptr_array_add (servers, sal_stored_server_copy (value));
  g_ptr_array_sort (servers, compare_servers);
  return servers;
}

/**
 * sal_store_find_server:
 * @uri: an address, written as it was for sal_store_add_server()
 *
 * Returns: (transfer full) (nullable)
 */
SalStoredServer *
sal_store_find_server (SalStore *store, const char *uri)
{
  GHashTableIter iter;
  gpointer value = NULL;

  g_return_val_if_fail (SAL_IS_STORE (store), NULL);
  g_return_val_if_fail (uri != NULL, NULL);

  if (!sal_store_is_open (store))
    return NULL;
  g_hash_table_iter_init (&iter, store->servers);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (g_str_equal (((SalStoredServer *) value)->uri, uri))
      return sal_stored_server_copy (value);
  return NULL;
}

/**
 * sal_store_add_server:
 * @name: (nullable): who we are there, if the server is new
 *
 * Returns: the number of the server at @uri, which is made if it is missing; 0 with an error
 * if the store is closed. A disk that fails keeps nobody out.
 */
gint64
sal_store_add_server (SalStore *store, const char *uri, const char *name, GError **error)
{
  g_autoptr (SalStoredServer) known = NULL;
  SalStoredServer *server = NULL;

  g_return_val_if_fail (SAL_IS_STORE (store), 0);
  g_return_val_if_fail (uri != NULL, 0);

  if (!check_open (store, error))
    return 0;
  known = sal_store_find_server (store, uri);
  if (known != NULL)
    return known->id;

  server = sal_stored_server_copy (
      &(SalStoredServer){ .id = ++store->last_server, .uri = (char *) uri, .name = (char *) name });
  g_hash_table_insert (store->servers, &server->id, server);
  sal_store_group_set_server (sal_store_thread_begin_change (store->thread), server);
  sal_store_thread_end_change (store->thread);
  return server->id;
}

/**
 * sal_store_update_server:
 * @server: as it is now; its address stays as it was
 */
void
sal_store_update_server (SalStore *store, const SalStoredServer *server)
{
  const SalStoredServer *known = NULL;
  SalStoredServer *row = NULL;

  g_return_if_fail (SAL_IS_STORE (store));
  g_return_if_fail (server != NULL);

  known = sal_store_is_open (store) ? g_hash_table_lookup (store->servers, &server->id) : NULL;
  if (known == NULL)
    return;
  row = sal_stored_server_copy (server);
  g_free (row->uri);
  row->uri = g_strdup (known->uri);
  g_hash_table_replace (store->servers, &row->id, row);
  sal_store_group_set_server (sal_store_thread_begin_change (store->thread), row);
  sal_store_thread_end_change (store->thread);
}

/**
 * sal_store_forget_server:
 *
 * Deletes the server with all of its rooms, as sal_store_forget_room().
 */
void
sal_store_forget_server (SalStore *store, gint64 server)
{
  g_autoptr (GPtrArray) rooms = NULL;

  g_return_if_fail (SAL_IS_STORE (store));

  if (!sal_store_is_open (store) || !g_hash_table_remove (store->servers, &server))
    return;
  rooms = sal_store_list_rooms (store, server);
  for (guint i = 0; i < rooms->len; i++)
    sal_store_forget_room (store, ((SalStoredRoom *) rooms->pdata[i])->id);
  sal_store_group_forget_server (sal_store_thread_begin_change (store->thread), server);
  sal_store_thread_end_change (store->thread);
}

/* Rooms. */

static int
compare_last_used (gconstpointer a, gconstpointer b)
{
  const SalStoredRoom *first = *(SalStoredRoom *const *) a;
  const SalStoredRoom *second = *(SalStoredRoom *const *) b;

  if (first->last_used_us != second->last_used_us)
    return first->last_used_us > second->last_used_us ? -1 : 1;
  return first->id > second->id ? -1 : first->id < second->id;
}

/**
 * sal_store_list_rooms:
 * @server: whose; 0: of all servers
 *
 * Returns: (transfer full) (element-type SalStoredRoom): the rooms, the one that was used
 * last first.
 */
GPtrArray *
sal_store_list_rooms (SalStore *store, gint64 server)
{
  GPtrArray *rooms = g_ptr_array_new_with_free_func ((GDestroyNotify) sal_stored_room_free);
  GHashTableIter iter;
  gpointer value = NULL;

  g_return_val_if_fail (SAL_IS_STORE (store), rooms);

  if (!sal_store_is_open (store))
    return rooms;
  g_hash_table_iter_init (&iter, store->rooms);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const SalStoredRoom *row = ((SalStoreReadRoom *) value)->row;

      if (server == 0 || row->server == server)
        g_ptr_array_add (rooms, sal_stored_room_copy (row));
    }
  g_ptr_array_sort (rooms, compare_last_used);
  return rooms;
}

/**
 * sal_store_get_room:
 *
 * Returns: (transfer full) (nullable): the room of that number.
 */
SalStoredRoom *
sal_store_get_room (SalStore *store, gint64 room)
{
  const SalStoreReadRoom *known = NULL;

  g_return_val_if_fail (SAL_IS_STORE (store), NULL);

  known = sal_store_find_read_room (store, room);
  return known != NULL ? sal_stored_room_copy (known->row) : NULL;
}

/**
 * sal_store_find_room:
 * @place: written as it was for sal_store_add_room()
 *
 * Returns: (transfer full) (nullable)
 */
SalStoredRoom *
sal_store_find_room (SalStore *store, gint64 server, SalRoomKind kind, const char *place)
{
  GHashTableIter iter;
  gpointer value = NULL;

  g_return_val_if_fail (SAL_IS_STORE (store), NULL);
  g_return_val_if_fail (place != NULL, NULL);

  if (!sal_store_is_open (store))
    return NULL;
  g_hash_table_iter_init (&iter, store->rooms);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const SalStoredRoom *row = ((SalStoreReadRoom *) value)->row;

      if (row->server == server && row->kind == kind && g_str_equal (row->place, place))
        return sal_stored_room_copy (row);
    }
  return NULL;
}

/**
 * sal_store_add_room:
 * @server: that is in the store
 *
 * Returns: the number of the room at @place, which is made if it is missing; 0 with an
 * error if the store is closed. A disk that fails keeps nobody out of a room.
 */
gint64
sal_store_add_room (
    SalStore *store, gint64 server, SalRoomKind kind, const char *place, GError **error)
{
  g_autoptr (SalStoredRoom) known = NULL;
  SalStoreReadRoom *room = NULL;

  g_return_val_if_fail (SAL_IS_STORE (store), 0);
  g_return_val_if_fail (place != NULL, 0);

  if (!check_open (store, error))
    return 0;
  g_return_val_if_fail (g_hash_table_contains (store->servers, &server), 0);
  known = sal_store_find_room (store, server, kind, place);
  if (known != NULL)
    return known->id;

  room = g_new0 (SalStoreReadRoom, 1);
  room->row = sal_stored_room_copy (&(SalStoredRoom){
      .id = ++store->last_room, .server = server, .kind = kind, .place = (char *) place });
  g_hash_table_insert (store->rooms, &room->row->id, room);
  sal_store_group_set_row (sal_store_thread_begin_change (store->thread), room->row);
  sal_store_thread_end_change (store->thread);
  return room->row->id;
}

/**
 * sal_store_update_room:
 * @room: as it is now; its server and kind stay as they were, and so does its place if another
 *   room is there
 */
void
sal_store_update_room (SalStore *store, const SalStoredRoom *room)
{
  SalStoreReadRoom *known = NULL;
  g_autoptr (SalStoredRoom) at_place = NULL;
  SalStoredRoom *row = NULL;

  g_return_if_fail (SAL_IS_STORE (store));
  g_return_if_fail (room != NULL);

  known = sal_store_find_read_room (store, room->id);
  if (known == NULL)
    return;
  row = sal_stored_room_copy (room);
  row->server = known->row->server;
  row->kind = known->row->kind;
  at_place = sal_store_find_room (store, row->server, row->kind, row->place);
  if (at_place != NULL && at_place->id != row->id)
    {
      g_free (row->place);
      row->place = g_strdup (known->row->place);
    }
  g_hash_table_steal (store->rooms, &room->id); /* its key lies in the old row */
  sal_stored_room_free (known->row);
  known->row = row;
  g_hash_table_insert (store->rooms, &row->id, known);
  sal_store_group_set_row (sal_store_thread_begin_change (store->thread), row);
  sal_store_thread_end_change (store->thread);
}

/**
 * sal_store_forget_room:
 *
 * Deletes the room, its entries and what was typed there. What is put there afterwards
 * is dropped.
 */
void
sal_store_forget_room (SalStore *store, gint64 room)
{
  g_return_if_fail (SAL_IS_STORE (store));

  if (sal_store_find_read_room (store, room) == NULL)
    return;
  g_hash_table_remove (store->rooms, &room);
  sal_store_group_forget (sal_store_thread_begin_change (store->thread), room);
  sal_store_thread_end_change (store->thread);
}
