/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A log that lives as long as the server: the last entries of each room, in memory.
 */
#include "config.h"

#include "server/log/srv-log-memory.h"

#include <pthread.h>

#include "common/base/sal-limits.h"
#include "common/proto/sal-name.h"

typedef struct
{
  SrvLogStore store;     /* first */
  pthread_mutex_t mutex; /* everything below */
  GQueue all;            /* of SrvEntry (owned), oldest first */
  GHashTable *rooms;     /* (owned): key -> GQueue of links of all (unowned), oldest first */
  gsize bytes;
  guint64 last_seq;
  gint64 last_time_us;
} MemoryStore;

static void
room_free (gpointer data)
{
  g_queue_free (data);
}

static GQueue *
room_of (MemoryStore *self, const char *room, gboolean create)
{
  g_autofree char *key = sal_name_key (room);
  GQueue *queue = g_hash_table_lookup (self->rooms, key);

  if (queue == NULL && create)
    {
      queue = g_queue_new ();
      g_hash_table_insert (self->rooms, g_steal_pointer (&key), queue);
    }
  return queue;
}

/* The oldest entry of @room goes. */
static void
drop_oldest_of (MemoryStore *self, GQueue *room)
{
  GList *link = g_queue_pop_head (room);
  SrvEntry *entry = link->data;

  g_queue_delete_link (&self->all, link);
  self->bytes -= srv_entry_size (entry);
  if (g_queue_is_empty (room))
    {
      g_autofree char *key = sal_name_key (entry->room);

      g_hash_table_remove (self->rooms, key);
    }
  srv_entry_unref (entry);
}

static gboolean
memory_begin (SrvLogStore *store, guint64 *last_seq, gint64 *last_time_us, GError **error)
{
  MemoryStore *self = (MemoryStore *) store;

  pthread_mutex_lock (&self->mutex);
  *last_seq = self->last_seq;
  *last_time_us = self->last_time_us;
  return TRUE;
}

static gboolean
memory_insert (SrvLogStore *store, SrvEntry *entry, GError **error)
{
  MemoryStore *self = (MemoryStore *) store;
  GQueue *room = room_of (self, entry->room, TRUE);

  g_queue_push_tail (&self->all, srv_entry_ref (entry));
  g_queue_push_tail (room, self->all.tail);
  self->bytes += srv_entry_size (entry);
  self->last_seq = entry->seq;
  self->last_time_us = entry->time_us;
  if (g_queue_get_length (room) > SAL_MEMORY_LOG_ENTRIES)
    drop_oldest_of (self, room);
  while (self->bytes > SAL_MEMORY_LOG_BYTES)
    drop_oldest_of (self, room_of (self, ((SrvEntry *) self->all.head->data)->room, FALSE));
  return TRUE;
}

static gboolean
memory_commit (SrvLogStore *store, GError **error)
{
  pthread_mutex_unlock (&((MemoryStore *) store)->mutex);
  return TRUE;
}

static void
memory_rollback (SrvLogStore *store)
{
  pthread_mutex_unlock (&((MemoryStore *) store)->mutex);
}

static gboolean
memory_redact (SrvLogStore *store, guint64 seq, GError **error)
{
  MemoryStore *self = (MemoryStore *) store;

  for (GList *at = self->all.tail; at != NULL; at = at->prev)
    {
      SrvEntry *entry = at->data;

      if (entry->seq == seq)
        {
          /* Others hold the entry: what they have stays, what is read from here does not. */
          GQueue *room = room_of (self, entry->room, FALSE);

          g_queue_remove (room, at);
          g_queue_delete_link (&self->all, at);
          self->bytes -= srv_entry_size (entry);
          srv_entry_unref (entry);
          break;
        }
    }
  return TRUE;
}

static SrvEntry *
memory_find (SrvLogStore *store, guint64 seq)
{
  MemoryStore *self = (MemoryStore *) store;
  SrvEntry *found = NULL;

  pthread_mutex_lock (&self->mutex);
  for (GList *at = self->all.tail; at != NULL && found == NULL; at = at->prev)
    if (((SrvEntry *) at->data)->seq == seq)
      found = srv_entry_ref (at->data);
  pthread_mutex_unlock (&self->mutex);
  return found;
}

static SrvEntry *
memory_find_nonce (SrvLogStore *store, const char *room, const char *nonce, gint64 since_us)
{
  MemoryStore *self = (MemoryStore *) store;
  SrvEntry *found = NULL;
  GQueue *queue = NULL;

  pthread_mutex_lock (&self->mutex);
  queue = room_of (self, room, FALSE);
  for (GList *at = queue != NULL ? queue->tail : NULL; at != NULL && found == NULL; at = at->prev)
    {
      SrvEntry *entry = ((GList *) at->data)->data;

      if (entry->time_us < since_us)
        break;
      if (g_strcmp0 (entry->nonce, nonce) == 0)
        found = srv_entry_ref (entry);
    }
  pthread_mutex_unlock (&self->mutex);
  return found;
}

static gboolean
matches (const SrvLogQuery *query, const SrvEntry *entry)
{
  if (query->said_only && (!srv_entry_is_said (entry) || entry->kind == SRV_ENTRY_TAGMSG))
    return FALSE;
  if (query->backwards)
    return (query->seq == 0 || entry->seq < query->seq) &&
           (query->time_us == 0 || entry->time_us < query->time_us) &&
           entry->seq > query->until_seq && entry->time_us >= query->until_us;
  return entry->seq > query->seq && entry->time_us >= query->time_us &&
         (query->until_seq == 0 || entry->seq < query->until_seq) &&
         (query->until_us == 0 || entry->time_us < query->until_us);
}

/* For each conversation the last entry between the ends. */
static void
read_targets (MemoryStore *self, const SrvLogQuery *query, GPtrArray *entries)
{
  GHashTableIter iter;
  gpointer key = NULL;
  gpointer queue = NULL;

  g_hash_table_iter_init (&iter, self->rooms);
  while (g_hash_table_iter_next (&iter, &key, &queue))
    {
      if (!srv_log_query_names (query, key))
        continue;
      for (GList *at = ((GQueue *) queue)->tail; at != NULL; at = at->prev)
        {
          SrvEntry *entry = ((GList *) at->data)->data;

          if (!srv_entry_is_said (entry) || entry->kind == SRV_ENTRY_TAGMSG)
            continue;
          if (entry->time_us < query->until_us && entry->time_us >= query->time_us)
            srv_log_query_add_target (query, entries, srv_entry_ref (entry));
          break;
        }
    }
  srv_log_query_limit_targets (query, entries);
}

static gboolean
memory_read (SrvLogStore *store, const SrvLogQuery *query, GPtrArray *entries, GError **error)
{
  MemoryStore *self = (MemoryStore *) store;
  GQueue *queue = NULL;
  guint first = entries->len;

  pthread_mutex_lock (&self->mutex);
  if (query->party != NULL)
    {
      read_targets (self, query, entries);
      pthread_mutex_unlock (&self->mutex);
      return TRUE;
    }
  queue = query->room != NULL ? room_of (self, query->room, FALSE) : &self->all;
  for (GList *at = queue == NULL      ? NULL
                   : query->backwards ? queue->tail
                                      : queue->head;
       at != NULL && entries->len - first < query->limit;
       at = query->backwards ? at->prev : at->next)
    {
      SrvEntry *entry = query->room != NULL ? ((GList *) at->data)->data : at->data;

      if (matches (query, entry))
        g_ptr_array_add (entries, srv_entry_ref (entry));
    }
  pthread_mutex_unlock (&self->mutex);
  return TRUE;
}

static gboolean
memory_maintain (SrvLogStore *store, gint64 now_us)
{
  return FALSE;
}

static void
memory_set_retention (SrvLogStore *store, gint64 age_us, guint64 bytes)
{
}

static void
memory_free (SrvLogStore *store)
{
  MemoryStore *self = (MemoryStore *) store;

  g_hash_table_unref (self->rooms);
  g_queue_clear_full (&self->all, (GDestroyNotify) srv_entry_unref);
  pthread_mutex_destroy (&self->mutex);
  g_free (self);
}

static const SrvLogStoreClass memory_class = {
  .begin = memory_begin,
  .insert = memory_insert,
  .commit = memory_commit,
  .rollback = memory_rollback,
  .redact = memory_redact,
  .find = memory_find,
  .find_nonce = memory_find_nonce,
  .read = memory_read,
  .maintain = memory_maintain,
  .set_retention = memory_set_retention,
  .free = memory_free,
};

/**
 * srv_log_memory_new:
 *
 * Returns: (transfer full): an empty store. It keeps %SAL_MEMORY_LOG_ENTRIES entries
 * a room and %SAL_MEMORY_LOG_BYTES in all.
 */
SrvLogStore *
srv_log_memory_new (void)
{
  MemoryStore *self = g_new0 (MemoryStore, 1);

  self->store.klass = &memory_class;
  for (guint i = 0; i < G_N_ELEMENTS (self->store.id); i++)
    self->store.id[i] = (guint8) g_random_int_range (0, 256);
  pthread_mutex_init (&self->mutex, NULL);
  g_queue_init (&self->all);
  self->rooms = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, room_free);
  return &self->store;
}
