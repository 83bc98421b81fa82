/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A log that lives as long as the server: the last entries of each room, in memory.
 *
 * It keeps records, not the entries that it is given: an entry has what it needs on its way
 * through the server, and is more than twice as large. Whoever reads gets entries made of
 * records, as those of the SQLite log are made of rows.
 */
#include "config.h"

#include "server/log/srv-log-memory.h"

#include <pthread.h>
#include <string.h>

#include "common/base/sal-limits.h"
#include "common/proto/sal-name.h"

typedef struct _Record Record;

/* Each record is in two lists, oldest first. */
typedef enum
{
  LIST_ALL,
  LIST_ROOM,
  N_LISTS
} ListKind;

typedef struct
{
  Record *oldest;
  Record *newest;
} List;

typedef struct
{
  char *key;  /* (owned) */
  char *name; /* (owned): as first written; the key, if they are the same */
  List records;
  guint n;
  guint64 gone_seq; /* up to which number some have been too many */
} Room;

/* What is kept of an entry, in one block with those of its strings that are not its person's. */
struct _Record
{
  struct
  {
    Record *older;
    Record *newer;
  } in[N_LISTS];
  Room *room;     /* (unowned): is there while it has records */
  SrvPerson *who; /* (owned) (nullable): if some of the strings are theirs */
  guint64 seq;
  gint64 time_us;
  guint32 size;
  guint8 kind;
  guint8 flags;   /* SrvEntry.flags */
  guint8 own;     /* bits: which of the strings follow, in this order */
  guint8 theirs;  /* bits: which are the person's */
  char strings[]; /* behind SrvEntry.number, if it takes something back: others have none */
};

/* The strings of an entry, and which of its person's they may be. */
static const struct
{
  gsize in_entry;
  gsize in_person;
} places[] = {
#define NOT_OF_PERSON G_MAXSIZE
  { G_STRUCT_OFFSET (SrvEntry, name), G_STRUCT_OFFSET (SrvPerson, name) },
  { G_STRUCT_OFFSET (SrvEntry, address), G_STRUCT_OFFSET (SrvPerson, address) },
  { G_STRUCT_OFFSET (SrvEntry, host), G_STRUCT_OFFSET (SrvPerson, host) },
  { G_STRUCT_OFFSET (SrvEntry, account), G_STRUCT_OFFSET (SrvPerson, account) },
  { G_STRUCT_OFFSET (SrvEntry, text), NOT_OF_PERSON },
  { G_STRUCT_OFFSET (SrvEntry, target), NOT_OF_PERSON },
  { G_STRUCT_OFFSET (SrvEntry, tags), NOT_OF_PERSON },
#define PLACE_NONCE 7
  [PLACE_NONCE] = { G_STRUCT_OFFSET (SrvEntry, nonce), NOT_OF_PERSON },
};

typedef struct
{
  SrvLogStore store;     /* first */
  pthread_mutex_t mutex; /* everything below */
  List all;              /* of records (owned) */
  GHashTable *rooms;     /* (owned): Room.key -> Room (owned) */
  gsize bytes;
  guint64 gone_seq; /* up to which number some have gone, of whatever room */
  guint64 last_seq;
  gint64 last_time_us;
} MemoryStore;

/* Records. */

static const char *
entry_string (const SrvEntry *entry, gsize place)
{
  return G_STRUCT_MEMBER (const char *, entry, places[place].in_entry);
}

/* (nullable) */
static const char *
person_string (const SrvPerson *who, gsize place)
{
  return who != NULL && places[place].in_person != NOT_OF_PERSON
             ? G_STRUCT_MEMBER (const char *, who, places[place].in_person)
             : NULL;
}

static gsize
number_size (const Record *record)
{
  return record->kind == SRV_ENTRY_REDACT ? sizeof (guint64) : 0;
}

static Record *
record_new (const SrvEntry *entry, Room *room)
{
  Record shape = { .room = room,
                   .seq = entry->seq,
                   .time_us = entry->time_us,
                   .kind = entry->kind,
                   .flags = entry->flags };
  Record *record = NULL;
  char *at = NULL;

  shape.size = (guint32) (sizeof shape + number_size (&shape));
  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    {
      const char *string = entry_string (entry, i);

      if (string == NULL)
        continue;
      if (string == person_string (entry->who, i))
        shape.theirs |= (guint8) (1u << i);
      else
        {
          shape.own |= (guint8) (1u << i);
          shape.size += (guint32) strlen (string) + 1;
        }
    }
  if (shape.theirs != 0)
    shape.who = srv_person_ref (entry->who);
  record = g_malloc (shape.size);
  *record = shape;
  memcpy (record->strings, &entry->number, number_size (record));
  at = record->strings + number_size (record);
  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    if (record->own & 1u << i)
      at = g_stpcpy (at, entry_string (entry, i)) + 1;
  return record;
}

static void
record_free (Record *record)
{
  srv_person_unref (record->who);
  g_free (record);
}

/* How many bytes it takes, nearly; the person counts as its own, because they may be gone. */
static gsize
record_size (const Record *record)
{
  return record->size + (record->who != NULL ? srv_person_size (record->who) : 0);
}

/* What somebody said, as /history shows it. */
static gboolean
is_said (const Record *record)
{
  return record->kind == SRV_ENTRY_MESSAGE || record->kind == SRV_ENTRY_ACTION ||
         record->kind == SRV_ENTRY_NOTICE;
}

/* (nullable) */
static const char *
nonce_of (const Record *record)
{
  const char *at = record->strings + number_size (record);

  if (!(record->own & 1u << PLACE_NONCE))
    return NULL;
  for (gsize i = 0; i < PLACE_NONCE; i++)
    if (record->own & 1u << i)
      at += strlen (at) + 1;
  return at;
}

static SrvEntry *
entry_from_record (const Record *record)
{
  SrvEntry fields = { .kind = record->kind,
                      .status = SRV_ENTRY_COMMITTED,
                      .flags = record->flags,
                      .seq = record->seq,
                      .time_us = record->time_us,
                      .room = record->room->name,
                      .who = record->who };
  const char *at = record->strings + number_size (record);

  memcpy (&fields.number, record->strings, number_size (record));
  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    {
      const char **place = &G_STRUCT_MEMBER (const char *, &fields, places[i].in_entry);

      if (record->theirs & 1u << i)
        *place = person_string (record->who, i);
      else if (record->own & 1u << i)
        {
          *place = at;
          at += strlen (at) + 1;
        }
    }
  return srv_entry_new_from (&fields);
}

/* What is left of @record when it is taken back: of whom it was, and not what they said. */
static Record *
record_new_redacted (const Record *record)
{
  g_autoptr (SrvEntry) entry = entry_from_record (record);

  entry->kind = SRV_ENTRY_REDACTED;
  entry->text = entry->tags = NULL;
  return record_new (entry, record->room);
}

/* Lists and rooms. */

static void
list_add (List *list, ListKind kind, Record *record)
{
  record->in[kind].older = list->newest;
  record->in[kind].newer = NULL;
  if (list->newest != NULL)
    list->newest->in[kind].newer = record;
  else
    list->oldest = record;
  list->newest = record;
}

static void
list_remove (List *list, ListKind kind, Record *record)
{
  Record *older = record->in[kind].older;
  Record *newer = record->in[kind].newer;

  *(older != NULL ? &older->in[kind].newer : &list->oldest) = newer;
  *(newer != NULL ? &newer->in[kind].older : &list->newest) = older;
}

static void
list_replace (List *list, ListKind kind, Record *record, Record *by)
{
  Record *older = by->in[kind].older = record->in[kind].older;
  Record *newer = by->in[kind].newer = record->in[kind].newer;

  *(older != NULL ? &older->in[kind].newer : &list->oldest) = by;
  *(newer != NULL ? &newer->in[kind].older : &list->newest) = by;
}

static void
room_free (gpointer data)
{
  Room *room = data;

  if (room->name != room->key)
    g_free (room->name);
  g_free (room->key);
  g_free (room);
}

/* (nullable) */
static Room *
find_room (const MemoryStore *self, const char *name)
{
  return sal_name_look_up (self->rooms, name);
}

static Room *
room_of (MemoryStore *self, const char *name)
{
  Room *room = find_room (self, name);

  if (room != NULL)
    return room;
  room = g_new0 (Room, 1);
  room->key = sal_name_key (name);
  room->name = g_str_equal (room->key, name) ? room->key : g_strdup (name);
  g_hash_table_insert (self->rooms, room->key, room);
  return room;
}

/* Takes @record out, and its room if there is nothing else in it. */
static void
drop (MemoryStore *self, Record *record)
{
  Room *room = record->room;

  list_remove (&self->all, LIST_ALL, record);
  list_remove (&room->records, LIST_ROOM, record);
  self->bytes -= record_size (record);
  record_free (record);
  if (--room->n == 0)
    g_hash_table_remove (self->rooms, room->key);
}

/* @by: (transfer full): of the same room */
static void
replace (MemoryStore *self, Record *record, Record *by)
{
  list_replace (&self->all, LIST_ALL, record, by);
  list_replace (&record->room->records, LIST_ROOM, record, by);
  self->bytes += record_size (by);
  self->bytes -= record_size (record);
  record_free (record);
}

/* The store. */

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
  Room *room = room_of (self, entry->room);
  Record *record = record_new (entry, room);

  list_add (&self->all, LIST_ALL, record);
  list_add (&room->records, LIST_ROOM, record);
  self->bytes += record_size (record);
  self->last_seq = entry->seq;
  self->last_time_us = entry->time_us;
  if (++room->n > SAL_MEMORY_LOG_ENTRIES)
    {
      room->gone_seq = room->records.oldest->seq;
      drop (self, room->records.oldest);
    }
  while (self->bytes > SAL_MEMORY_LOG_BYTES)
    {
      self->gone_seq = self->all.oldest->seq;
      drop (self, self->all.oldest);
    }
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

/* (nullable) */
static Record *
find_record (const MemoryStore *self, guint64 seq)
{
  Record *at = self->all.newest;

  while (at != NULL && at->seq > seq)
    at = at->in[LIST_ALL].older;
  return at != NULL && at->seq == seq ? at : NULL;
}

/* What was said with a nonce leaves a record: whoever says it again is to be known. */
static gboolean
memory_redact (SrvLogStore *store, guint64 seq, GError **error)
{
  MemoryStore *self = (MemoryStore *) store;
  Record *record = find_record (self, seq);

  if (record == NULL || record->kind == SRV_ENTRY_REDACTED)
    return TRUE;
  if (nonce_of (record) != NULL)
    replace (self, record, record_new_redacted (record));
  else
    drop (self, record);
  return TRUE;
}

static SrvEntry *
memory_find (SrvLogStore *store, guint64 seq)
{
  MemoryStore *self = (MemoryStore *) store;
  const Record *record = NULL;
  SrvEntry *found = NULL;

  pthread_mutex_lock (&self->mutex);
  record = find_record (self, seq);
  if (record != NULL)
    found = entry_from_record (record);
  pthread_mutex_unlock (&self->mutex);
  return found;
}

static SrvEntry *
memory_find_nonce (SrvLogStore *store, const char *name, const char *nonce, gint64 since_us)
{
  MemoryStore *self = (MemoryStore *) store;
  SrvEntry *found = NULL;
  const Room *room = NULL;

  pthread_mutex_lock (&self->mutex);
  room = find_room (self, name);
  for (const Record *at = room != NULL ? room->records.newest : NULL;
       at != NULL && at->time_us >= since_us && found == NULL; at = at->in[LIST_ROOM].older)
    if (g_strcmp0 (nonce_of (at), nonce) == 0)
      found = entry_from_record (at);
  pthread_mutex_unlock (&self->mutex);
  return found;
}

static gboolean
matches (const SrvLogQuery *query, const Record *record)
{
  if (record->kind == SRV_ENTRY_REDACTED || (query->said_only && !is_said (record)))
    return FALSE;
  if (query->backwards)
    return (query->seq == 0 || record->seq < query->seq) &&
           (query->time_us == 0 || record->time_us < query->time_us) &&
           record->seq > query->until_seq && record->time_us >= query->until_us;
  return record->seq > query->seq && record->time_us >= query->time_us &&
         (query->until_seq == 0 || record->seq < query->until_seq) &&
         (query->until_us == 0 || record->time_us < query->until_us);
}

/* For each conversation the last entry between the ends. */
static void
read_targets (MemoryStore *self, const SrvLogQuery *query, GPtrArray *entries)
{
  GHashTableIter iter;
  gpointer key = NULL;
  gpointer room = NULL;

  g_hash_table_iter_init (&iter, self->rooms);
  while (g_hash_table_iter_next (&iter, &key, &room))
    {
      const Record *last = NULL;

      if (!srv_log_query_names (query, key))
        continue;
      last = ((Room *) room)->records.newest;
      while (last != NULL && !is_said (last))
        last = last->in[LIST_ROOM].older;
      if (last != NULL && last->time_us < query->until_us && last->time_us >= query->time_us)
        srv_log_query_add_target (query, entries, entry_from_record (last));
    }
  srv_log_query_limit_targets (query, entries);
}

static void
read_list (const List *list, ListKind kind, const SrvLogQuery *query, GPtrArray *entries)
{
  guint first = entries->len;

  for (const Record *at = query->backwards ? list->newest : list->oldest;
       at != NULL && entries->len - first < query->limit;
       at = query->backwards ? at->in[kind].older : at->in[kind].newer)
    if (matches (query, at))
      g_ptr_array_add (entries, entry_from_record (at));
}

static gboolean
memory_read (SrvLogStore *store, const SrvLogQuery *query, GPtrArray *entries, GError **error)
{
  MemoryStore *self = (MemoryStore *) store;
  const Room *room = NULL;

  pthread_mutex_lock (&self->mutex);
  if (query->party != NULL)
    read_targets (self, query, entries);
  else if (query->room == NULL)
    read_list (&self->all, LIST_ALL, query, entries);
  else if ((room = find_room (self, query->room)) != NULL)
    read_list (&room->records, LIST_ROOM, query, entries);
  pthread_mutex_unlock (&self->mutex);
  return TRUE;
}

static guint64
memory_get_gone (SrvLogStore *store, const char *name)
{
  MemoryStore *self = (MemoryStore *) store;
  const Room *room = NULL;
  guint64 gone_seq = 0;

  pthread_mutex_lock (&self->mutex);
  room = find_room (self, name);
  gone_seq = MAX (self->gone_seq, room != NULL ? room->gone_seq : 0);
  pthread_mutex_unlock (&self->mutex);
  return gone_seq;
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

  while (self->all.oldest != NULL)
    drop (self, self->all.oldest);
  g_hash_table_unref (self->rooms);
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
  .get_gone = memory_get_gone,
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
  self->rooms = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, room_free);
  return &self->store;
}
