/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The connection of a store that reads, and how what is in the file and what is still
 * on its way to it are read as one. Both lie in the same order, so it is a merge: of each
 * number the newest version counts, and the walk ends as soon as the asker has enough.
 * It costs what it shows, whatever the length of the room and of the queue.
 *
 * It is right whether or not a group reaches the file during the walk: its entries are
 * then met twice, with the same numbers.
 */
#include "config.h"

#include "common/client/sal-store-reader.h"

#include "common/client/sal-store-index.h"
#include "common/sqlite/sal-sqlite.h"

/* A reader hardly ever waits for a lock, and somebody waits for it. */
#define BUSY_MS 100

#define COLUMNS                                                                                    \
  "id, time_us, kind, own, state, pending, name, text, reason, target, msgid, nonce, mention"

static const char *const walk_sql[SAL_STORE_N_WALKS] = {
  [SAL_STORE_BEFORE] = "SELECT " COLUMNS " FROM entry WHERE room = ? AND id < ? ORDER BY id DESC",
  [SAL_STORE_AFTER] = "SELECT " COLUMNS " FROM entry WHERE room = ? AND id > ? ORDER BY id",
  [SAL_STORE_PENDING] =
      "SELECT " COLUMNS " FROM entry WHERE room = ? AND id > ? AND pending = 1 ORDER BY id",
};

enum
{
  FIND_MSGID,
  GET_ENTRY,
  N_STATEMENTS
};

static const char *const statement_sql[N_STATEMENTS] = {
  [FIND_MSGID] = "SELECT id FROM entry WHERE room = ? AND msgid = ?",
  [GET_ENTRY] = "SELECT " COLUMNS " FROM entry WHERE room = ? AND id = ?",
};

struct _SalStoreReader
{
  char *path;  /* (owned) */
  sqlite3 *db; /* (owned) (nullable): closed while the file cannot be used */
  sqlite3_stmt *walks[SAL_STORE_N_WALKS];
  sqlite3_stmt *statements[N_STATEMENTS];
};

static void
close_file (SalStoreReader *reader)
{
  for (gsize i = 0; i < SAL_STORE_N_WALKS; i++)
    g_clear_pointer (&reader->walks[i], sqlite3_finalize);
  for (gsize i = 0; i < N_STATEMENTS; i++)
    g_clear_pointer (&reader->statements[i], sqlite3_finalize);
  g_clear_pointer (&reader->db, sqlite3_close);
}

static gboolean
open_file (SalStoreReader *reader, GError **error)
{
  if (reader->db == NULL)
    reader->db = sal_sqlite_open (reader->path, BUSY_MS, error);
  return reader->db != NULL;
}

/**
 * sal_store_reader_new:
 * @path: the file; opened when it is read
 */
SalStoreReader *
sal_store_reader_new (const char *path)
{
  SalStoreReader *reader = g_new0 (SalStoreReader, 1);

  reader->path = g_strdup (path);
  return reader;
}

/**
 * sal_store_reader_free:
 * @reader: (nullable) (transfer full)
 */
void
sal_store_reader_free (SalStoreReader *reader)
{
  if (reader == NULL)
    return;
  close_file (reader);
  g_free (reader->path);
  g_free (reader);
}

static char *
dup_text (sqlite3_stmt *row, int column)
{
  const char *text = (const char *) sqlite3_column_text (row, column);

  return g_strdup (text != NULL ? text : "");
}

/**
 * sal_store_read_room_free:
 * @room: (nullable) (transfer full)
 */
void
sal_store_read_room_free (SalStoreReadRoom *room)
{
  if (room == NULL)
    return;
  sal_stored_room_free (room->row);
  g_free (room);
}

static gboolean
list_rooms (SalStoreReader *reader, GPtrArray *rooms, gint64 *last_typed, GError **error)
{
  sqlite3_stmt *select = NULL;
  gboolean row = FALSE;
  gboolean ok = FALSE;

  select = sal_sqlite_prepare (reader->db,
                               "SELECT id, server, kind, place, topic, draft, joined,"
                               " last_used_us, read_id, last_id,"
                               " (SELECT max(id) FROM typed WHERE typed.room = room.id)"
                               " FROM room",
                               error);
  while (select != NULL && (ok = sal_sqlite_step (select, &row, error)) && row)
    {
      SalStoreReadRoom *room = g_new0 (SalStoreReadRoom, 1);

      room->row = g_new0 (SalStoredRoom, 1);
      room->row->id = sqlite3_column_int64 (select, 0);
      room->row->server = sqlite3_column_int64 (select, 1);
      room->row->kind = (SalRoomKind) sqlite3_column_int (select, 2);
      room->row->place = dup_text (select, 3);
      room->row->topic = dup_text (select, 4);
      room->row->draft = dup_text (select, 5);
      room->row->joined = sqlite3_column_int (select, 6) != 0;
      room->row->last_used_us = sqlite3_column_int64 (select, 7);
      room->row->read_id = (guint64) sqlite3_column_int64 (select, 8);
      room->last_id = (guint64) sqlite3_column_int64 (select, 9);
      *last_typed = MAX (*last_typed, sqlite3_column_int64 (select, 10));
      g_ptr_array_add (rooms, room);
    }
  sqlite3_finalize (select);
  return ok;
}

/**
 * sal_store_reader_list_rooms:
 * @last_typed: (out): the highest number of what was typed
 *
 * A file that is still empty has no rooms.
 *
 * Returns: (transfer full) (element-type SalStoreReadRoom): in any order, or %NULL
 */
GPtrArray *
sal_store_reader_list_rooms (SalStoreReader *reader, gint64 *last_typed, GError **error)
{
  g_autoptr (GPtrArray) rooms =
      g_ptr_array_new_with_free_func ((GDestroyNotify) sal_store_read_room_free);

  *last_typed = 0;
  if (!open_file (reader, error))
    return NULL;
  if (sal_sqlite_get_int (reader->db, "PRAGMA user_version", -1) != 0 &&
      !list_rooms (reader, rooms, last_typed, error))
    {
      close_file (reader);
      return NULL;
    }
  return g_steal_pointer (&rooms);
}

/**
 * sal_store_reader_list_servers:
 *
 * Returns: (transfer full) (element-type SalStoredServer): in any order, or %NULL
 */
GPtrArray *
sal_store_reader_list_servers (SalStoreReader *reader, GError **error)
{
  g_autoptr (GPtrArray) servers =
      g_ptr_array_new_with_free_func ((GDestroyNotify) sal_stored_server_free);
  sqlite3_stmt *select = NULL;
  gboolean row = FALSE;
  gboolean ok = FALSE;

  if (!open_file (reader, error))
    return NULL;
  if (sal_sqlite_get_int (reader->db, "PRAGMA user_version", -1) == 0)
    return g_steal_pointer (&servers);
  select = sal_sqlite_prepare (
      reader->db,
      "SELECT id, uri, name, account, last_used_us, wanted, certificate, key_file FROM server",
      error);
  while (select != NULL && (ok = sal_sqlite_step (select, &row, error)) && row)
    {
      SalStoredServer *server = g_new0 (SalStoredServer, 1);

      server->id = sqlite3_column_int64 (select, 0);
      server->uri = dup_text (select, 1);
      server->name = dup_text (select, 2);
      server->account = dup_text (select, 3);
      server->last_used_us = sqlite3_column_int64 (select, 4);
      server->wanted = sqlite3_column_int (select, 5) != 0;
      server->certificate = dup_text (select, 6);
      server->key = dup_text (select, 7);
      g_ptr_array_add (servers, server);
    }
  sqlite3_finalize (select);
  if (ok)
    return g_steal_pointer (&servers);
  close_file (reader);
  return NULL;
}

/* The state of a walk: where it stands in each of its sources. */
typedef struct
{
  const SalStoreWalk *walk;
  GTreeNode *nodes[SAL_STORE_GROUPS];
  sqlite3_stmt *statement; /* (unowned) (nullable): none when there are no more rows */
  SalEntry row;            /* what it stands at; the strings are SQLite's */
} Place;

/* Numbers that no version of this program has written are not shown. */
static gboolean
take_row (sqlite3_stmt *statement, SalEntry *entry)
{
  int kind = sqlite3_column_int (statement, 2);
  int state = sqlite3_column_int (statement, 4);

  entry->id = (guint64) sqlite3_column_int64 (statement, 0);
  entry->time_us = sqlite3_column_int64 (statement, 1);
  entry->kind = (SalEntryKind) kind;
  entry->own = sqlite3_column_int (statement, 3) != 0;
  entry->state = (SalMessageState) state;
  entry->pending = sqlite3_column_int (statement, 5) != 0;
  entry->name = (const char *) sqlite3_column_text (statement, 6);
  entry->text = (const char *) sqlite3_column_text (statement, 7);
  entry->reason = (const char *) sqlite3_column_text (statement, 8);
  entry->target = (const char *) sqlite3_column_text (statement, 9);
  entry->msgid = (const char *) sqlite3_column_text (statement, 10);
  entry->nonce = (const char *) sqlite3_column_text (statement, 11);
  entry->mention = sqlite3_column_int (statement, 12) != 0;
  return kind >= SAL_ENTRY_MESSAGE && kind <= SAL_ENTRY_LAST_KIND && state >= SAL_MESSAGE_QUEUED &&
         state <= SAL_MESSAGE_UNKNOWN;
}

static gboolean
next_row (Place *place, GError **error)
{
  gboolean row = FALSE;
  gboolean ok = FALSE;

  do
    ok = sal_sqlite_step (place->statement, &row, error);
  while (ok && row && !take_row (place->statement, &place->row));
  if (!row)
    place->statement = NULL;
  return ok;
}

static gboolean
begin_rows (SalStoreReader *reader, Place *place, GError **error)
{
  const SalStoreWalk *walk = place->walk;
  sqlite3_stmt **statement = &reader->walks[walk->kind];

  if (!open_file (reader, error))
    return FALSE;
  if (*statement == NULL)
    *statement = sal_sqlite_prepare (reader->db, walk_sql[walk->kind], error);
  if (*statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (*statement, 1, walk->room);
  sqlite3_bind_int64 (*statement, 2, (gint64) MIN (walk->id, G_MAXINT64));
  place->statement = *statement;
  return next_row (place, error);
}

static const SalStoreChange *
change_at (const Place *place, int group)
{
  return place->nodes[group] != NULL ? g_tree_node_value (place->nodes[group]) : NULL;
}

/* The number that comes next; 0: there is none. */
static guint64
next_id (const Place *place)
{
  gboolean backwards = place->walk->kind == SAL_STORE_BEFORE;
  guint64 id = place->statement != NULL ? place->row.id : 0;

  for (int i = 0; i < SAL_STORE_GROUPS; i++)
    {
      const SalStoreChange *change = change_at (place, i);

      if (change != NULL && (id == 0 || (backwards ? change->id > id : change->id < id)))
        id = change->id;
    }
  return id;
}

/* Returns: (nullable): the newest version of entry @id, if it has not been removed */
static const SalEntry *
newest_version (const Place *place, guint64 id)
{
  for (int i = 0; i < SAL_STORE_GROUPS; i++)
    {
      const SalStoreChange *change = change_at (place, i);

      if (change != NULL && change->id == id)
        return change->entry;
    }
  return &place->row;
}

static gboolean
go_past (Place *place, guint64 id, GError **error)
{
  for (int i = 0; i < SAL_STORE_GROUPS; i++)
    {
      const SalStoreChange *change = change_at (place, i);

      if (change != NULL && change->id == id)
        place->nodes[i] = place->walk->kind == SAL_STORE_BEFORE
                              ? g_tree_node_previous (place->nodes[i])
                              : g_tree_node_next (place->nodes[i]);
    }
  return place->statement == NULL || place->row.id != id || next_row (place, error);
}

/**
 * sal_store_reader_walk:
 * @visit: called for one entry after another until it has enough
 *
 * The groups must not change meanwhile. If the file cannot be read, or no further, what
 * is in the groups is visited all the same.
 *
 * Returns: whether the file could be read.
 */
gboolean
sal_store_reader_walk (SalStoreReader *reader,
                       const SalStoreWalk *walk,
                       SalStoreVisit visit,
                       gpointer data,
                       GError **error)
{
  Place place = { .walk = walk };
  gboolean ok = begin_rows (reader, &place, error);
  gboolean more = TRUE;
  guint64 id = 0;

  for (int i = 0; i < SAL_STORE_GROUPS; i++)
    if (walk->groups[i] != NULL)
      place.nodes[i] = sal_store_group_seek (walk->groups[i], walk->room, walk->id,
                                             walk->kind == SAL_STORE_BEFORE);
  while (more && (id = next_id (&place)) != 0)
    {
      const SalEntry *entry = newest_version (&place, id);

      if (entry != NULL && (entry->pending || walk->kind != SAL_STORE_PENDING))
        more = visit (entry, data);
      /* Only the first error is told; there are no rows after it. */
      if (!go_past (&place, id, ok ? error : NULL))
        ok = FALSE;
    }
  if (place.statement != NULL)
    sqlite3_reset (place.statement);
  if (!ok)
    close_file (reader);
  return ok;
}

static sqlite3_stmt *
get_statement (SalStoreReader *reader, int which, GError **error)
{
  if (!open_file (reader, error))
    return NULL;
  if (reader->statements[which] == NULL)
    reader->statements[which] = sal_sqlite_prepare (reader->db, statement_sql[which], error);
  return reader->statements[which];
}

/* @change: (out) (nullable): what the newest of the groups has for entry @id
 * Returns: whether any of them has something for it */
static gboolean
find_change (const SalStoreWalk *where, guint64 id, const SalStoreChange **change)
{
  for (int i = 0; i < SAL_STORE_GROUPS; i++)
    if (where->groups[i] != NULL &&
        (*change = sal_store_group_find_change (where->groups[i], where->room, id)) != NULL)
      return TRUE;
  return FALSE;
}

/**
 * sal_store_reader_find_msgid:
 * @where: the room and the groups
 * @id: (out): of the entry; 0: there is none
 *
 * Returns: whether the file could be read; what the groups have is found all the same.
 */
gboolean
sal_store_reader_find_msgid (SalStoreReader *reader,
                             const SalStoreWalk *where,
                             const char *msgid,
                             guint64 *id,
                             GError **error)
{
  const SalStoreChange *change = NULL;
  sqlite3_stmt *find = NULL;
  gboolean row = FALSE;
  gboolean ok = FALSE;

  *id = 0;
  for (int i = 0; i < SAL_STORE_GROUPS; i++)
    if (where->groups[i] != NULL &&
        (change = sal_store_group_find_msgid (where->groups[i], where->room, msgid)) != NULL)
      {
        const SalStoreChange *newest = NULL;

        (void) find_change (where, change->id, &newest);
        if (newest == change)
          *id = change->id;
        return TRUE;
      }
  find = get_statement (reader, FIND_MSGID, error);
  if (find != NULL)
    {
      sqlite3_bind_int64 (find, 1, where->room);
      sqlite3_bind_text (find, 2, msgid, -1, SQLITE_STATIC);
      ok = sal_sqlite_step (find, &row, error);
      if (row)
        *id = (guint64) sqlite3_column_int64 (find, 0);
      sqlite3_reset (find);
      sqlite3_clear_bindings (find);
    }
  if (*id != 0 && find_change (where, *id, &change) && change->entry == NULL)
    *id = 0; /* it is about to be removed */
  if (!ok)
    close_file (reader);
  return ok;
}

/* Returns FALSE if the file could not be read. */
static gboolean
visit_entry (SalStoreReader *reader,
             const SalStoreWalk *where,
             guint64 id,
             SalStoreVisit visit,
             gpointer data,
             gboolean *more,
             GError **error)
{
  const SalStoreChange *change = NULL;
  sqlite3_stmt *get = NULL;
  SalEntry entry = { 0 };
  gboolean row = FALSE;
  gboolean ok = FALSE;

  if (find_change (where, id, &change))
    {
      if (change->entry != NULL)
        *more = visit (change->entry, data);
      return TRUE;
    }
  get = get_statement (reader, GET_ENTRY, error);
  if (get == NULL)
    return FALSE;
  sqlite3_bind_int64 (get, 1, where->room);
  sqlite3_bind_int64 (get, 2, (gint64) id);
  ok = sal_sqlite_step (get, &row, error);
  if (row && take_row (get, &entry))
    *more = visit (&entry, data);
  sqlite3_reset (get);
  return ok;
}

/* Looks at each entry of a room whose words are not where they can be looked up. */
typedef struct
{
  const char *words;
  SalStoreVisit visit; /* of what was found */
  gpointer data;
} Look;

static gboolean
look_at (const SalEntry *entry, gpointer data)
{
  const Look *look = data;

  return !sal_store_index_has (entry->kind, entry->pending, entry->text) ||
         !g_str_match_string (look->words, entry->text, TRUE) || look->visit (entry, look->data);
}

/**
 * sal_store_reader_search:
 * @where: the room, the number before which to look, and the groups
 * @words: what was typed
 * @query: what sal_store_index_query() made of it
 * @visit: called for one entry after another, the newest first, until it has enough
 *
 * What has not reached the file yet is not found: it is there within moments, and the only way
 * to find the same words as SQLite is to ask it. A room that could not be brought along from an earlier
 * version yet is looked through instead, which takes longer.
 *
 * Returns: whether the file could be read.
 */
gboolean
sal_store_reader_search (SalStoreReader *reader,
                         const SalStoreWalk *where,
                         const char *words,
                         const char *query,
                         SalStoreVisit visit,
                         gpointer data,
                         GError **error)
{
  sqlite3_stmt *search = NULL;
  g_autoptr (GError) problem = NULL;
  gboolean more = TRUE;
  gboolean row = FALSE;
  gboolean ok = FALSE;
  gboolean covers = TRUE;

  if (!open_file (reader, error))
    return FALSE;
  if (!sal_store_index_covers (reader->db, where->room, &covers, error))
    {
      close_file (reader);
      return FALSE;
    }
  if (!covers)
    return sal_store_reader_walk (reader, where, look_at, &(Look){ words, visit, data }, error);
  search = sal_store_index_search (reader->db, where->room, query, where->id, &problem);
  if (search != NULL)
    {
      while ((ok = sal_sqlite_step (search, &row, &problem)) && row && more)
        if (!visit_entry (reader, where, (guint64) sqlite3_column_int64 (search, 0), visit, data,
                          &more, &problem))
          {
            ok = FALSE;
            break;
          }
      sqlite3_finalize (search);
    }
  if (ok)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  close_file (reader);
  return FALSE;
}

/**
 * sal_store_reader_read_typed:
 * @before: only what has a lower number
 * @most: how many
 * @texts: (element-type utf8): what was typed is appended, newest first
 *
 * Returns: whether the file could be read.
 */
gboolean
sal_store_reader_read_typed (SalStoreReader *reader,
                             gint64 room,
                             gint64 before,
                             guint most,
                             GPtrArray *texts,
                             GError **error)
{
  sqlite3_stmt *select = NULL;
  gboolean row = FALSE;
  gboolean ok = FALSE;

  if (!open_file (reader, error))
    return FALSE;
  select = sal_sqlite_prepare (
      reader->db, "SELECT text FROM typed WHERE room = ? AND id < ? ORDER BY id DESC LIMIT ?",
      error);
  if (select != NULL)
    {
      sqlite3_bind_int64 (select, 1, room);
      sqlite3_bind_int64 (select, 2, before);
      sqlite3_bind_int64 (select, 3, most);
      while ((ok = sal_sqlite_step (select, &row, error)) && row)
        g_ptr_array_add (texts, dup_text (select, 0));
    }
  sqlite3_finalize (select);
  if (!ok)
    close_file (reader);
  return ok;
}
