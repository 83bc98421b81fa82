/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What waits to be written to the store, sorted so that it can be read like the file:
 * by room and by number. Of one entry only the last change is there, so a message that
 * is queued, sent and delivered while the disk is busy is written once. Knows no thread
 * and no SQLite.
 */
#include "config.h"

#include "common/client/sal-store-group.h"

#include "common/base/sal-limits.h"

#include <string.h>

/* What a change takes besides its strings: itself, the entry, a node of the tree. */
#define CHANGE_BYTES 192

static void
change_free (gpointer data)
{
  SalStoreChange *change = data;

  sal_entry_unref (change->entry);
  g_free (change);
}

static gsize
change_bytes (const SalStoreChange *change)
{
  const SalEntry *entry = change->entry;
  gsize bytes = CHANGE_BYTES;

  if (entry == NULL)
    return bytes;
  bytes += entry->name != NULL ? strlen (entry->name) : 0;
  bytes += entry->text != NULL ? strlen (entry->text) : 0;
  bytes += entry->reason != NULL ? strlen (entry->reason) : 0;
  bytes += entry->target != NULL ? strlen (entry->target) : 0;
  bytes += entry->msgid != NULL ? strlen (entry->msgid) : 0;
  bytes += entry->nonce != NULL ? strlen (entry->nonce) : 0;
  return bytes;
}

static int
compare_ids (gconstpointer a, gconstpointer b, gpointer data)
{
  guint64 first = *(const guint64 *) a;
  guint64 second = *(const guint64 *) b;

  return first < second ? -1 : first > second;
}

static void
typed_free (gpointer data)
{
  SalStoreTyped *typed = data;

  g_free (typed->text);
  g_free (typed);
}

static void
room_group_free (gpointer data)
{
  SalStoreRoomGroup *room = data;

  sal_stored_room_free (room->row);
  g_hash_table_unref (room->msgids); /* points into the changes */
  g_tree_unref (room->changes);
  g_queue_clear_full (&room->typed, typed_free);
  g_free (room);
}

/**
 * sal_stored_room_free:
 * @room: (nullable) (transfer full)
 */
void
sal_stored_room_free (SalStoredRoom *room)
{
  if (room == NULL)
    return;
  g_free (room->place);
  g_free (room->topic);
  g_free (room->draft);
  g_free (room);
}

static char *
dup_text (const char *text)
{
  return g_strdup (text != NULL ? text : "");
}

/**
 * sal_stored_room_copy:
 *
 * Returns: (transfer full): a copy; texts that are not there are empty.
 */
SalStoredRoom *
sal_stored_room_copy (const SalStoredRoom *room)
{
  SalStoredRoom *copy = g_memdup2 (room, sizeof *room);

  copy->place = dup_text (room->place);
  copy->topic = dup_text (room->topic);
  copy->draft = dup_text (room->draft);
  return copy;
}

/**
 * sal_stored_server_free:
 * @server: (nullable) (transfer full)
 */
void
sal_stored_server_free (SalStoredServer *server)
{
  if (server == NULL)
    return;
  g_free (server->uri);
  g_free (server->name);
  g_free (server->account);
  g_free (server->certificate);
  g_free (server->key);
  g_free (server);
}

/**
 * sal_stored_server_copy:
 *
 * Returns: (transfer full): a copy; texts that are not there are empty.
 */
SalStoredServer *
sal_stored_server_copy (const SalStoredServer *server)
{
  SalStoredServer *copy = g_memdup2 (server, sizeof *server);

  copy->uri = dup_text (server->uri);
  copy->name = dup_text (server->name);
  copy->account = dup_text (server->account);
  copy->certificate = dup_text (server->certificate);
  copy->key = dup_text (server->key);
  return copy;
}

/**
 * sal_store_group_new:
 */
SalStoreGroup *
sal_store_group_new (void)
{
  SalStoreGroup *group = g_new0 (SalStoreGroup, 1);

  group->forgotten = g_array_new (FALSE, FALSE, sizeof (gint64));
  group->forgotten_servers = g_array_new (FALSE, FALSE, sizeof (gint64));
  group->servers = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL,
                                          (GDestroyNotify) sal_stored_server_free);
  group->rooms = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, room_group_free);
  group->waiters = g_array_new (FALSE, FALSE, sizeof (SalStoreWaiter));
  return group;
}

/**
 * sal_store_group_free:
 * @group: (nullable) (transfer full)
 */
void
sal_store_group_free (SalStoreGroup *group)
{
  if (group == NULL)
    return;
  g_array_unref (group->forgotten);
  g_array_unref (group->forgotten_servers);
  g_hash_table_unref (group->servers);
  g_hash_table_unref (group->rooms);
  g_array_unref (group->waiters);
  g_free (group);
}

/**
 * sal_store_group_is_empty:
 */
gboolean
sal_store_group_is_empty (const SalStoreGroup *group)
{
  return group->forgotten->len == 0 && group->forgotten_servers->len == 0 &&
         group->waiters->len == 0 && g_hash_table_size (group->servers) == 0 &&
         g_hash_table_size (group->rooms) == 0;
}

/**
 * sal_store_group_find:
 *
 * Returns: (transfer none) (nullable): what of @room is to be written, if anything.
 */
SalStoreRoomGroup *
sal_store_group_find (const SalStoreGroup *group, gint64 room)
{
  return g_hash_table_lookup (group->rooms, &room);
}

static SalStoreRoomGroup *
room_of (SalStoreGroup *group, gint64 id)
{
  SalStoreRoomGroup *room = sal_store_group_find (group, id);

  if (room == NULL)
    {
      room = g_new0 (SalStoreRoomGroup, 1);
      room->id = id;
      room->changes = g_tree_new_full (compare_ids, NULL, NULL, change_free);
      room->msgids = g_hash_table_new (g_str_hash, g_str_equal);
      g_queue_init (&room->typed);
      g_hash_table_insert (group->rooms, &room->id, room);
    }
  return room;
}

/* It is about to be freed. */
static void
forget_msgid (SalStoreRoomGroup *room, const SalStoreChange *change)
{
  const char *msgid = change->entry != NULL ? change->entry->msgid : NULL;

  if (msgid != NULL && g_hash_table_lookup (room->msgids, msgid) == change)
    g_hash_table_remove (room->msgids, msgid);
}

static void
add_change (SalStoreGroup *group, SalStoreRoomGroup *room, SalStoreChange *change)
{
  const SalStoreChange *before = g_tree_lookup (room->changes, &change->id);
  gsize gone = before != NULL ? change_bytes (before) : 0;
  gsize bytes = change_bytes (change);

  room->bytes += bytes - gone;
  group->bytes += bytes - gone;
  if (change->id == room->gap)
    room->gap = 0; /* it has become something else */
  if (before != NULL)
    forget_msgid (room, before);
  if (change->entry != NULL && change->entry->msgid != NULL)
    g_hash_table_replace (room->msgids, (gpointer) change->entry->msgid, change);
  /* The key lies in the value, so both are replaced. */
  g_tree_replace (room->changes, &change->id, change);
}

/**
 * sal_store_group_put:
 * @entry: one that sal_entry_new() made; a reference is kept
 */
void
sal_store_group_put (SalStoreGroup *group, gint64 room, const SalEntry *entry)
{
  SalStoreChange *change = g_new0 (SalStoreChange, 1);

  change->id = entry->id;
  change->entry = sal_entry_ref (entry);
  add_change (group, room_of (group, room), change);
}

/**
 * sal_store_group_remove:
 */
void
sal_store_group_remove (SalStoreGroup *group, gint64 room, guint64 entry)
{
  SalStoreChange *change = g_new0 (SalStoreChange, 1);

  change->id = entry;
  add_change (group, room_of (group, room), change);
}

/**
 * sal_store_group_set_server:
 * @server: copied
 */
void
sal_store_group_set_server (SalStoreGroup *group, const SalStoredServer *server)
{
  SalStoredServer *copy = sal_stored_server_copy (server);

  g_hash_table_replace (group->servers, &copy->id, copy);
}

/**
 * sal_store_group_forget_server:
 *
 * Nothing may come for @server after that. Its rooms are forgotten one by one.
 */
void
sal_store_group_forget_server (SalStoreGroup *group, gint64 server)
{
  g_hash_table_remove (group->servers, &server);
  g_array_append_val (group->forgotten_servers, server);
}

/**
 * sal_store_group_set_row:
 * @row: copied
 */
void
sal_store_group_set_row (SalStoreGroup *group, const SalStoredRoom *row)
{
  SalStoreRoomGroup *room = room_of (group, row->id);

  sal_stored_room_free (room->row);
  room->row = sal_stored_room_copy (row);
}

static void
push_typed (SalStoreRoomGroup *room, SalStoreTyped *typed)
{
  g_queue_push_tail (&room->typed, typed);
  if (room->typed.length > SAL_STORE_TYPED)
    typed_free (g_queue_pop_head (&room->typed));
}

/**
 * sal_store_group_add_typed:
 * @id: more than all before
 */
void
sal_store_group_add_typed (SalStoreGroup *group, gint64 room, gint64 id, const char *text)
{
  SalStoreTyped *typed = g_new0 (SalStoreTyped, 1);

  typed->id = id;
  typed->text = g_strdup (text);
  push_typed (room_of (group, room), typed);
}

/**
 * sal_store_group_forget:
 *
 * Nothing may come for @room after that.
 */
void
sal_store_group_forget (SalStoreGroup *group, gint64 room)
{
  const SalStoreRoomGroup *changes = sal_store_group_find (group, room);

  if (changes != NULL)
    group->bytes -= changes->bytes;
  g_hash_table_remove (group->rooms, &room);
  g_array_append_val (group->forgotten, room);
}

/**
 * sal_store_group_wait:
 */
void
sal_store_group_wait (SalStoreGroup *group, GSourceFunc callback, gpointer data)
{
  SalStoreWaiter waiter = { .callback = callback, .data = data };

  g_array_append_val (group->waiters, waiter);
}

/**
 * sal_store_group_absorb:
 * @later: (transfer full): what came after @group
 *
 * Makes one group of both.
 */
void
sal_store_group_absorb (SalStoreGroup *group, SalStoreGroup *later)
{
  GHashTableIter iter;
  gpointer value = NULL;

  for (guint i = 0; i < later->forgotten->len; i++)
    sal_store_group_forget (group, g_array_index (later->forgotten, gint64, i));

  for (guint i = 0; i < later->forgotten_servers->len; i++)
    sal_store_group_forget_server (group, g_array_index (later->forgotten_servers, gint64, i));

  g_hash_table_iter_init (&iter, later->servers);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    sal_store_group_set_server (group, value);

  g_hash_table_iter_init (&iter, later->rooms);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      SalStoreRoomGroup *from = value;
      SalStoreRoomGroup *to = room_of (group, from->id);
      SalStoreTyped *typed = NULL;

      if (from->row != NULL)
        sal_store_group_set_row (group, from->row);
      for (GTreeNode *at = g_tree_node_first (from->changes); at != NULL;
           at = g_tree_node_next (at))
        {
          const SalStoreChange *change = g_tree_node_value (at);

          if (change->entry != NULL)
            sal_store_group_put (group, from->id, change->entry);
          else
            sal_store_group_remove (group, from->id, change->id);
        }
      while ((typed = g_queue_pop_head (&from->typed)) != NULL)
        push_typed (to, typed);
    }
  g_array_append_vals (group->waiters, later->waiters->data, later->waiters->len);
  sal_store_group_free (later);
}

/* The oldest entry that can be done without: no message of ours of which more may
 * become, no removal. */
static const SalEntry *
oldest_to_shed (const SalStoreRoomGroup *room)
{
  for (GTreeNode *at = g_tree_node_first (room->changes); at != NULL; at = g_tree_node_next (at))
    {
      const SalStoreChange *change = g_tree_node_value (at);

      if (change->entry != NULL && !change->entry->pending && change->id != room->gap)
        return change->entry;
    }
  return NULL;
}

static SalStoreRoomGroup *
largest_room (const SalStoreGroup *group)
{
  SalStoreRoomGroup *largest = NULL;
  GHashTableIter iter;
  gpointer value = NULL;

  g_hash_table_iter_init (&iter, group->rooms);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (largest == NULL || ((SalStoreRoomGroup *) value)->bytes > largest->bytes)
      largest = value;
  return largest;
}

/**
 * sal_store_group_shed:
 * @bytes: how much may stay
 *
 * Gives up the oldest entries of the largest room until it fits. One entry of kind gap
 * stands in their place, so that nobody takes the story for complete. What the user wrote
 * and is not done with stays, whatever it takes: that is as much as somebody can type.
 */
void
sal_store_group_shed (SalStoreGroup *group, gsize bytes)
{
  while (group->bytes > bytes)
    {
      SalStoreRoomGroup *room = largest_room (group);
      const SalEntry *oldest = room != NULL ? oldest_to_shed (room) : NULL;
      SalStoreChange *change = NULL;

      if (oldest == NULL)
        return;
      if (room->gap != 0)
        {
          group->bytes -= CHANGE_BYTES;
          room->bytes -= CHANGE_BYTES;
          g_tree_remove (room->changes, &room->gap); /* gaps have no msgid */
        }
      change = g_new0 (SalStoreChange, 1);
      change->id = oldest->id;
      change->entry = sal_entry_new (
          &(SalEntry){ .id = oldest->id, .time_us = oldest->time_us, .kind = SAL_ENTRY_GAP });
      add_change (group, room, change);
      room->gap = change->id;
    }
}

/**
 * sal_store_group_find_change:
 *
 * Returns: (transfer none) (nullable): what is to become of entry @id of @room, if anything.
 */
const SalStoreChange *
sal_store_group_find_change (const SalStoreGroup *group, gint64 room, guint64 id)
{
  const SalStoreRoomGroup *changes = sal_store_group_find (group, room);

  return changes != NULL ? g_tree_lookup (changes->changes, &id) : NULL;
}

/**
 * sal_store_group_find_msgid:
 *
 * Returns: (transfer none) (nullable): the entry of that msgid that is to be put.
 */
const SalStoreChange *
sal_store_group_find_msgid (const SalStoreGroup *group, gint64 room, const char *msgid)
{
  const SalStoreRoomGroup *changes = sal_store_group_find (group, room);

  return changes != NULL ? g_hash_table_lookup (changes->msgids, msgid) : NULL;
}

/**
 * sal_store_group_seek:
 *
 * Returns: (transfer none) (nullable): where a walk through the changes of @room begins:
 * at the first that is after @id, or the last that is before it.
 */
GTreeNode *
sal_store_group_seek (const SalStoreGroup *group, gint64 room, guint64 id, gboolean backwards)
{
  const SalStoreRoomGroup *changes = sal_store_group_find (group, room);
  GTreeNode *at = NULL;

  if (changes == NULL)
    return NULL;
  if (!backwards)
    return g_tree_upper_bound (changes->changes, &id);
  at = g_tree_lower_bound (changes->changes, &id);
  return at != NULL ? g_tree_node_previous (at) : g_tree_node_last (changes->changes);
}
