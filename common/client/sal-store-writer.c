/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The connection of a store that writes, and the layout of the file:
 *
 *   server id            never used for two servers while the program runs
 *          uri           as sal_uri_parse_client() takes it
 *          name          who we are there
 *          account       what to log in to; '' for none
 *          last_used_us  since 1970, UTC; 0: never let in
 *          wanted        to be connected when the program starts
 *          certificate   the file with ours for this server; '' for none
 *          key_file      the file with its key; '': it is in the same
 *   room   id            never used for two rooms while the program runs
 *          server, kind, place   where it is; what SalStoredRoom has
 *          topic         as it was last known
 *          draft         typed and not sent; '' for none
 *          joined        to be joined when the server is reached
 *          last_used_us  since 1970, UTC; 0: never joined
 *          read_id       the last entry that was seen
 *          last_id       the highest number an entry has ever had, removed ones too
 *          entries       how many there are
 *          indexed       whether its words can be found (sal-store-index)
 *   entry  room, id, and what SalEntry has; kinds and states by their numbers
 *          entry_pending: those of which more may become
 *          entry_msgid: no room has a msgid twice
 *   typed  room, id, text: what was typed, for the keys up and down; numbers count
 *          through all rooms
 *   said_0 to said_15    the words of all rooms (sal-store-index)
 *
 * Entries lie in the order in which they are read, so a page of a room is a few
 * neighbouring pages of the file. The number of entries is counted along, in the same
 * transaction, so retention never counts rows.
 *
 * A connection that failed is closed, and opened again for the next group. One thread at
 * a time.
 */
#include "config.h"

#include "common/client/sal-store-writer.h"

#include "common/base/sal-limits.h"
#include "common/client/sal-store-index.h"
#include "common/sqlite/sal-sqlite.h"

/* How long a group waits for a lock that another process holds: somebody looks into the
 * file with other tools. */
#define BUSY_MS 1000

/* What retention takes away at a time, so that it is not at work for every message. */
#define RETENTION_STEP 1000

/* Pages that are given back to the disk after a room was forgotten. */
#define VACUUM_PAGES "10000"

static const char version_1[] = "CREATE TABLE room ("
                                " id INTEGER PRIMARY KEY,"
                                " uri TEXT NOT NULL UNIQUE,"
                                " name TEXT NOT NULL,"
                                " draft TEXT NOT NULL,"
                                " last_used_us INTEGER NOT NULL,"
                                " read_id INTEGER NOT NULL,"
                                " last_id INTEGER NOT NULL DEFAULT 0,"
                                " entries INTEGER NOT NULL DEFAULT 0);"
                                "CREATE TABLE entry ("
                                " room INTEGER NOT NULL,"
                                " id INTEGER NOT NULL,"
                                " time_us INTEGER NOT NULL,"
                                " kind INTEGER NOT NULL,"
                                " own INTEGER NOT NULL,"
                                " state INTEGER NOT NULL,"
                                " pending INTEGER NOT NULL,"
                                " name TEXT,"
                                " text TEXT,"
                                " reason TEXT,"
                                " PRIMARY KEY (room, id)) WITHOUT ROWID;"
                                "CREATE INDEX entry_pending ON entry (room, id) WHERE pending = 1;"
                                "CREATE TABLE typed ("
                                " room INTEGER NOT NULL,"
                                " id INTEGER NOT NULL,"
                                " text TEXT NOT NULL,"
                                " PRIMARY KEY (room, id)) WITHOUT ROWID";

/* Rooms belong to servers; entries have what IRC says of them. Numbers of entries begin so high
 * that older ones, which a server still has, find their place before them
 * (SAL_ENTRY_FIRST_ID). */
static const char version_2[] =
    "CREATE TABLE server ("
    " id INTEGER PRIMARY KEY,"
    " uri TEXT NOT NULL UNIQUE,"
    " name TEXT NOT NULL,"
    " account TEXT NOT NULL,"
    " last_used_us INTEGER NOT NULL,"
    " wanted INTEGER NOT NULL);"
    "INSERT INTO server SELECT id, uri, name, '', last_used_us, 0 FROM room;"
    "CREATE TABLE room_2 ("
    " id INTEGER PRIMARY KEY,"
    " server INTEGER NOT NULL,"
    " kind INTEGER NOT NULL,"
    " place TEXT NOT NULL,"
    " topic TEXT NOT NULL,"
    " draft TEXT NOT NULL,"
    " joined INTEGER NOT NULL,"
    " last_used_us INTEGER NOT NULL,"
    " read_id INTEGER NOT NULL,"
    " last_id INTEGER NOT NULL DEFAULT 0,"
    " entries INTEGER NOT NULL DEFAULT 0,"
    " indexed INTEGER NOT NULL DEFAULT 1,"
    " UNIQUE (server, kind, place));"
    "INSERT INTO room_2 SELECT id, id, 1, '', '', draft, 1, last_used_us,"
    " iif (read_id > 0, read_id + (1 << 40), 0), iif (last_id > 0, last_id + (1 << 40), 0),"
    " entries, 0 FROM room;"
    "DROP TABLE room;"
    "ALTER TABLE room_2 RENAME TO room;"
    "CREATE TABLE entry_2 ("
    " room INTEGER NOT NULL,"
    " id INTEGER NOT NULL,"
    " time_us INTEGER NOT NULL,"
    " kind INTEGER NOT NULL,"
    " own INTEGER NOT NULL,"
    " state INTEGER NOT NULL,"
    " pending INTEGER NOT NULL,"
    " name TEXT,"
    " text TEXT,"
    " reason TEXT,"
    " target TEXT,"
    " msgid TEXT,"
    " nonce TEXT,"
    " mention INTEGER NOT NULL,"
    " PRIMARY KEY (room, id)) WITHOUT ROWID;"
    "INSERT INTO entry_2 SELECT room, id + (1 << 40), time_us, kind, own, state, pending, name,"
    " text, reason, NULL, NULL, NULL, 0 FROM entry ORDER BY room, id;"
    "DROP TABLE entry;"
    "ALTER TABLE entry_2 RENAME TO entry;"
    "CREATE INDEX entry_pending ON entry (room, id) WHERE pending = 1;"
    "CREATE UNIQUE INDEX entry_msgid ON entry (room, msgid) WHERE msgid IS NOT NULL";

/* What is shown to a server besides, or instead of, a password. */
static const char version_3[] =
    "ALTER TABLE server ADD COLUMN certificate TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE server ADD COLUMN key_file TEXT NOT NULL DEFAULT ''";

/* Tables for the words of all rooms; sal_store_index_build() fills in those of version 2, and
 * drops the table that each room had. */
#define TABLE SAL_STORE_INDEX_TABLE
static const char version_4[] = TABLE ("0") TABLE ("1") TABLE ("2") TABLE ("3") TABLE ("4")
    TABLE ("5") TABLE ("6") TABLE ("7") TABLE ("8") TABLE ("9") TABLE ("10") TABLE ("11")
        TABLE ("12") TABLE ("13") TABLE ("14") TABLE ("15") "UPDATE room SET indexed = 0";
#undef TABLE

static const char *const migrations[] = { version_1, version_2, version_3, version_4 };

static const SalSqliteSchema schema = {
  .application_id = 0x53616C43, /* "SalC" */
  .migrations = migrations,
  .version = G_N_ELEMENTS (migrations),
};

enum
{
  BEGIN,
  FORGET_SERVER,
  SET_SERVER,
  FORGET_ENTRIES,
  FORGET_TYPED,
  FORGET_ROOM,
  SET_ROW,
  GET_NUMBERS,
  SET_NUMBERS,
  FIND_ENTRY,
  PUT_ENTRY,
  REMOVE_ENTRY,
  LIST_TO_TRIM,
  TRIM_ENTRIES,
  PUT_TYPED,
  TRIM_TYPED,
  COMMIT,
  N_STATEMENTS
};

static const char *const statement_sql[N_STATEMENTS] = {
  [BEGIN] = "BEGIN IMMEDIATE",
  [FORGET_SERVER] = "DELETE FROM server WHERE id = ?",
  [SET_SERVER] = "INSERT INTO server (id, uri, name, account, last_used_us, wanted,"
                 " certificate, key_file) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
                 " ON CONFLICT (id) DO UPDATE SET uri = excluded.uri, name = excluded.name,"
                 " account = excluded.account, last_used_us = excluded.last_used_us,"
                 " wanted = excluded.wanted, certificate = excluded.certificate,"
                 " key_file = excluded.key_file",
  [FORGET_ENTRIES] = "DELETE FROM entry WHERE room = ?",
  [FORGET_TYPED] = "DELETE FROM typed WHERE room = ?",
  [FORGET_ROOM] = "DELETE FROM room WHERE id = ?",
  [SET_ROW] = "INSERT INTO room (id, server, kind, place, topic, draft, joined, last_used_us,"
              " read_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
              " ON CONFLICT (id) DO UPDATE SET place = excluded.place, topic = excluded.topic,"
              " draft = excluded.draft, joined = excluded.joined,"
              " last_used_us = excluded.last_used_us, read_id = excluded.read_id",
  [GET_NUMBERS] = "SELECT last_id, entries, indexed FROM room WHERE id = ?",
  [SET_NUMBERS] = "UPDATE room SET last_id = ?2, entries = ?3 WHERE id = ?1",
  [FIND_ENTRY] = "SELECT kind, pending, text FROM entry WHERE room = ? AND id = ?",
  /* An entry keeps its msgid. One whose msgid is there already under another number is left
   * out: whoever puts it should have looked, and nothing may hold up all that is behind it. */
  [PUT_ENTRY] = "INSERT INTO entry (room, id, time_us, kind, own, state, pending, name, text,"
                " reason, target, msgid, nonce, mention)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (room, id) DO UPDATE SET time_us = excluded.time_us,"
                " kind = excluded.kind, own = excluded.own, state = excluded.state,"
                " pending = excluded.pending, name = excluded.name, text = excluded.text,"
                " reason = excluded.reason, target = excluded.target, nonce = excluded.nonce,"
                " mention = excluded.mention"
                " ON CONFLICT DO NOTHING",
  [REMOVE_ENTRY] = "DELETE FROM entry WHERE room = ? AND id = ?",
  /* Messages of which more may become outlive all others. */
  [LIST_TO_TRIM] = "SELECT id, kind, text FROM entry WHERE room = ?1 AND pending = 0"
                   " ORDER BY id LIMIT ?2",
  [TRIM_ENTRIES] = "DELETE FROM entry WHERE room = ?1 AND id IN"
                   " (SELECT id FROM entry WHERE room = ?1 AND pending = 0 ORDER BY id LIMIT ?2)",
  [PUT_TYPED] = "INSERT OR REPLACE INTO typed (room, id, text) VALUES (?, ?, ?)",
  [TRIM_TYPED] = "DELETE FROM typed WHERE room = ?1 AND id <="
                 " (SELECT id FROM typed WHERE room = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
  [COMMIT] = "COMMIT",
};

struct _SalStoreWriter
{
  char *path;  /* (owned) */
  sqlite3 *db; /* (owned) (nullable): closed while the file cannot be used */
  sqlite3_stmt *statements[N_STATEMENTS];
  SalStoreIndex *index; /* (owned) (nullable): as the connection */
  gboolean all_indexed;
};

/* What a room's row counts. */
typedef struct
{
  guint64 last_id;
  gint64 entries;
  gboolean indexed; /* else its words are put where they can be found with all others, later */
} Numbers;

/* What an entry was before it is replaced or removed. */
typedef struct
{
  gboolean there;
  gboolean indexed;
  char *text; /* (owned) (nullable): of what is indexed */
} Former;

static void
close_file (SalStoreWriter *writer)
{
  g_clear_pointer (&writer->index, sal_store_index_free);
  for (gsize i = 0; i < N_STATEMENTS; i++)
    g_clear_pointer (&writer->statements[i], sqlite3_finalize);
  g_clear_pointer (&writer->db, sqlite3_close);
}

static gboolean
set_up (SalStoreWriter *writer, GError **error)
{
  /* Space that a forgotten room leaves is given back. Only in a new file: there it takes
   * effect, in others it costs a write and a wait for the disk at every start. */
  if (sal_sqlite_get_int (writer->db, "PRAGMA user_version", -1) == 0 &&
      !sal_sqlite_exec (writer->db, "PRAGMA auto_vacuum = INCREMENTAL", error))
    return FALSE;
  if (!sal_sqlite_exec (writer->db, "PRAGMA journal_mode = WAL", error) ||
      !sal_sqlite_exec (writer->db, "PRAGMA synchronous = NORMAL", error) ||
      /* What somebody has deleted is not to be found in the file. */
      !sal_sqlite_exec (writer->db, "PRAGMA secure_delete = ON", error) ||
      !sal_sqlite_migrate (writer->db, &schema, error))
    return FALSE;
  for (gsize i = 0; i < N_STATEMENTS; i++)
    {
      writer->statements[i] = sal_sqlite_prepare (writer->db, statement_sql[i], error);
      if (writer->statements[i] == NULL)
        return FALSE;
    }
  writer->index = sal_store_index_new ();
  return TRUE;
}

/**
 * sal_store_writer_new:
 * @path: the file; its folder is there
 *
 * Returns: (transfer full): a writer that has not opened it yet.
 */
SalStoreWriter *
sal_store_writer_new (const char *path)
{
  SalStoreWriter *writer = g_new0 (SalStoreWriter, 1);

  writer->path = g_strdup (path);
  return writer;
}

/**
 * sal_store_writer_free:
 * @writer: (nullable) (transfer full)
 */
void
sal_store_writer_free (SalStoreWriter *writer)
{
  if (writer == NULL)
    return;
  if (writer->db != NULL)
    sal_store_index_tidy (writer->index, writer->db);
  close_file (writer);
  g_free (writer->path);
  g_free (writer);
}

/**
 * sal_store_writer_open:
 *
 * Opens the file, makes it if it is missing, and brings it to this program's version.
 *
 * Returns: whether it is open; if not, sal_sqlite_is_unusable() tells of @error whether
 * it makes sense to try again.
 */
gboolean
sal_store_writer_open (SalStoreWriter *writer, GError **error)
{
  if (writer->db != NULL)
    return TRUE;
  writer->db = sal_sqlite_open (writer->path, BUSY_MS, error);
  if (writer->db != NULL && set_up (writer, error))
    return TRUE;
  close_file (writer);
  return FALSE;
}

static gboolean
run_for (SalStoreWriter *writer, int which, gint64 room, GError **error)
{
  sqlite3_bind_int64 (writer->statements[which], 1, room);
  return sal_sqlite_run (writer->statements[which], error);
}

static gboolean
set_server (SalStoreWriter *writer, const SalStoredServer *server, GError **error)
{
  sqlite3_stmt *set = writer->statements[SET_SERVER];

  sqlite3_bind_int64 (set, 1, server->id);
  sqlite3_bind_text (set, 2, server->uri, -1, SQLITE_STATIC);
  sqlite3_bind_text (set, 3, server->name, -1, SQLITE_STATIC);
  sqlite3_bind_text (set, 4, server->account, -1, SQLITE_STATIC);
  sqlite3_bind_int64 (set, 5, server->last_used_us);
  sqlite3_bind_int (set, 6, server->wanted ? 1 : 0);
  sqlite3_bind_text (set, 7, server->certificate, -1, SQLITE_STATIC);
  sqlite3_bind_text (set, 8, server->key, -1, SQLITE_STATIC);
  return sal_sqlite_run (set, error);
}

static gboolean
set_row (SalStoreWriter *writer, const SalStoredRoom *row, GError **error)
{
  sqlite3_stmt *set = writer->statements[SET_ROW];

  sqlite3_bind_int64 (set, 1, row->id);
  sqlite3_bind_int64 (set, 2, row->server);
  sqlite3_bind_int (set, 3, (int) row->kind);
  sqlite3_bind_text (set, 4, row->place, -1, SQLITE_STATIC);
  sqlite3_bind_text (set, 5, row->topic, -1, SQLITE_STATIC);
  sqlite3_bind_text (set, 6, row->draft, -1, SQLITE_STATIC);
  sqlite3_bind_int (set, 7, row->joined ? 1 : 0);
  sqlite3_bind_int64 (set, 8, row->last_used_us);
  sqlite3_bind_int64 (set, 9, (gint64) row->read_id);
  return sal_sqlite_run (set, error);
}

/* @there: (out): whether the room has a row */
static gboolean
get_numbers (SalStoreWriter *writer, gint64 room, Numbers *numbers, gboolean *there, GError **error)
{
  sqlite3_stmt *get = writer->statements[GET_NUMBERS];

  sqlite3_bind_int64 (get, 1, room);
  if (!sal_sqlite_step (get, there, error))
    return FALSE;
  if (*there)
    {
      numbers->last_id = (guint64) sqlite3_column_int64 (get, 0);
      numbers->entries = sqlite3_column_int64 (get, 1);
      numbers->indexed = sqlite3_column_int (get, 2) != 0;
    }
  sqlite3_reset (get);
  return TRUE;
}

static gboolean
forget_room (SalStoreWriter *writer, gint64 room, GError **error)
{
  Numbers numbers = { 0 };
  gboolean there = FALSE;

  return get_numbers (writer, room, &numbers, &there, error) &&
         (!numbers.indexed || sal_store_index_forget (writer->index, writer->db, room, error)) &&
         run_for (writer, FORGET_ENTRIES, room, error) &&
         run_for (writer, FORGET_TYPED, room, error) && run_for (writer, FORGET_ROOM, room, error);
}

static gboolean
set_numbers (SalStoreWriter *writer, gint64 room, const Numbers *numbers, GError **error)
{
  sqlite3_stmt *set = writer->statements[SET_NUMBERS];

  sqlite3_bind_int64 (set, 1, room);
  sqlite3_bind_int64 (set, 2, (gint64) numbers->last_id);
  sqlite3_bind_int64 (set, 3, numbers->entries);
  return sal_sqlite_run (set, error);
}

static gboolean
find_former (SalStoreWriter *writer, gint64 room, guint64 id, Former *former, GError **error)
{
  sqlite3_stmt *find = writer->statements[FIND_ENTRY];
  const char *text = NULL;

  sqlite3_bind_int64 (find, 1, room);
  sqlite3_bind_int64 (find, 2, (gint64) id);
  if (!sal_sqlite_step (find, &former->there, error))
    return FALSE;
  if (!former->there)
    return TRUE;
  text = (const char *) sqlite3_column_text (find, 2);
  former->indexed = sal_store_index_has ((SalEntryKind) sqlite3_column_int (find, 0),
                                         sqlite3_column_int (find, 1) != 0, text);
  former->text = g_strdup (text);
  sqlite3_reset (find);
  return TRUE;
}

static void
bind_entry (sqlite3_stmt *put, gint64 room, const SalEntry *entry)
{
  sqlite3_bind_int64 (put, 1, room);
  sqlite3_bind_int64 (put, 2, (gint64) entry->id);
  sqlite3_bind_int64 (put, 3, entry->time_us);
  sqlite3_bind_int (put, 4, (int) entry->kind);
  sqlite3_bind_int (put, 5, entry->own ? 1 : 0);
  sqlite3_bind_int (put, 6, (int) entry->state);
  sqlite3_bind_int (put, 7, entry->pending ? 1 : 0);
  sqlite3_bind_text (put, 8, entry->name, -1, SQLITE_STATIC); /* NULL for none */
  sqlite3_bind_text (put, 9, entry->text, -1, SQLITE_STATIC);
  sqlite3_bind_text (put, 10, entry->reason, -1, SQLITE_STATIC);
  sqlite3_bind_text (put, 11, entry->target, -1, SQLITE_STATIC);
  sqlite3_bind_text (put, 12, entry->msgid, -1, SQLITE_STATIC);
  sqlite3_bind_text (put, 13, entry->nonce, -1, SQLITE_STATIC);
  sqlite3_bind_int (put, 14, entry->mention ? 1 : 0);
}

static gboolean
index_entry (SalStoreWriter *writer,
             gint64 room,
             const SalEntry *entry,
             const Former *former,
             GError **error)
{
  gboolean has = sal_store_index_has (entry->kind, entry->pending, entry->text);

  if (has && former->indexed && g_str_equal (entry->text, former->text))
    return TRUE;
  return (!former->indexed || sal_store_index_remove (writer->index, writer->db, room, entry->id,
                                                      former->text, error)) &&
         (!has ||
          sal_store_index_add (writer->index, writer->db, room, entry->id, entry->text, error));
}

static gboolean
put_entry (
    SalStoreWriter *writer, gint64 room, const SalEntry *entry, Numbers *numbers, GError **error)
{
  g_autofree char *text = NULL;
  Former former = { 0 };
  gboolean ok = FALSE;

  /* Nearly always it is new. */
  if (entry->id <= numbers->last_id && !find_former (writer, room, entry->id, &former, error))
    return FALSE;
  text = former.text;
  bind_entry (writer->statements[PUT_ENTRY], room, entry);
  ok = sal_sqlite_run (writer->statements[PUT_ENTRY], error);
  if (!ok || sqlite3_changes (writer->db) == 0)
    return ok;
  numbers->entries += former.there ? 0 : 1;
  return !numbers->indexed || index_entry (writer, room, entry, &former, error);
}

static gboolean
remove_entry (SalStoreWriter *writer, gint64 room, guint64 id, Numbers *numbers, GError **error)
{
  g_autofree char *text = NULL;
  Former former = { 0 };

  if (!find_former (writer, room, id, &former, error))
    return FALSE;
  text = former.text;
  if (!former.there)
    return TRUE;
  sqlite3_bind_int64 (writer->statements[REMOVE_ENTRY], 2, (gint64) id);
  if (!run_for (writer, REMOVE_ENTRY, room, error))
    return FALSE;
  numbers->entries--;
  return !numbers->indexed || !former.indexed ||
         sal_store_index_remove (writer->index, writer->db, room, id, text, error);
}

static gboolean
trim_index (SalStoreWriter *writer, gint64 room, gint64 most, GError **error)
{
  sqlite3_stmt *list = writer->statements[LIST_TO_TRIM];
  gboolean row = FALSE;
  gboolean ok = FALSE;

  sqlite3_bind_int64 (list, 1, room);
  sqlite3_bind_int64 (list, 2, most);
  while ((ok = sal_sqlite_step (list, &row, error)) && row)
    {
      const char *text = (const char *) sqlite3_column_text (list, 2);

      if (sal_store_index_has ((SalEntryKind) sqlite3_column_int (list, 1), FALSE, text) &&
          !sal_store_index_remove (writer->index, writer->db, room,
                                   (guint64) sqlite3_column_int64 (list, 0), text, error))
        {
          sqlite3_reset (list);
          return FALSE;
        }
    }
  return ok;
}

static gboolean
trim_entries (SalStoreWriter *writer, gint64 room, Numbers *numbers, GError **error)
{
  gint64 most = numbers->entries - SAL_STORE_ENTRIES + RETENTION_STEP;

  if (numbers->entries <= SAL_STORE_ENTRIES)
    return TRUE;
  if (numbers->indexed && !trim_index (writer, room, most, error))
    return FALSE;
  sqlite3_bind_int64 (writer->statements[TRIM_ENTRIES], 2, most);
  if (!run_for (writer, TRIM_ENTRIES, room, error))
    return FALSE;
  numbers->entries -= sqlite3_changes (writer->db);
  return TRUE;
}

static gboolean
write_entries (SalStoreWriter *writer, const SalStoreRoomGroup *group, GError **error)
{
  Numbers numbers = { 0 };
  guint64 last_id = 0;
  gboolean there = FALSE;

  if (g_tree_nnodes (group->changes) == 0)
    return TRUE;
  if (!get_numbers (writer, group->id, &numbers, &there, error))
    return FALSE;
  if (!there)
    return TRUE; /* somebody has taken the room out of the file */
  last_id = numbers.last_id;

  for (GTreeNode *at = g_tree_node_first (group->changes); at != NULL; at = g_tree_node_next (at))
    {
      const SalStoreChange *change = g_tree_node_value (at);

      if (change->entry != NULL ? !put_entry (writer, group->id, change->entry, &numbers, error)
                                : !remove_entry (writer, group->id, change->id, &numbers, error))
        return FALSE;
      numbers.last_id = MAX (numbers.last_id, change->id);
    }
  /* Who reads back in the past must not see it taken away under them; the next entry at the end
   * does that. */
  return (numbers.last_id == last_id || trim_entries (writer, group->id, &numbers, error)) &&
         set_numbers (writer, group->id, &numbers, error);
}

static gboolean
write_typed (SalStoreWriter *writer, const SalStoreRoomGroup *group, GError **error)
{
  sqlite3_stmt *put = writer->statements[PUT_TYPED];

  for (GList *at = group->typed.head; at != NULL; at = at->next)
    {
      const SalStoreTyped *typed = at->data;

      sqlite3_bind_int64 (put, 1, group->id);
      sqlite3_bind_int64 (put, 2, typed->id);
      sqlite3_bind_text (put, 3, typed->text, -1, SQLITE_STATIC);
      if (!sal_sqlite_run (put, error))
        return FALSE;
    }
  if (group->typed.length == 0)
    return TRUE;
  sqlite3_bind_int (writer->statements[TRIM_TYPED], 2, SAL_STORE_TYPED);
  return run_for (writer, TRIM_TYPED, group->id, error);
}

static gboolean
write_group (SalStoreWriter *writer, const SalStoreGroup *group, GError **error)
{
  GHashTableIter iter;
  gpointer value = NULL;

  if (!sal_sqlite_run (writer->statements[BEGIN], error))
    return FALSE;
  for (guint i = 0; i < group->forgotten->len; i++)
    if (!forget_room (writer, g_array_index (group->forgotten, gint64, i), error))
      return FALSE;
  for (guint i = 0; i < group->forgotten_servers->len; i++)
    if (!run_for (writer, FORGET_SERVER, g_array_index (group->forgotten_servers, gint64, i),
                  error))
      return FALSE;
  g_hash_table_iter_init (&iter, group->servers);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (!set_server (writer, value, error))
      return FALSE;
  g_hash_table_iter_init (&iter, group->rooms);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const SalStoreRoomGroup *room = value;

      if ((room->row != NULL && !set_row (writer, room->row, error)) ||
          !write_entries (writer, room, error) || !write_typed (writer, room, error))
        return FALSE;
    }
  return sal_sqlite_run (writer->statements[COMMIT], error);
}

/* A room was forgotten, or the file brought to another version: its space goes back to the disk, and what was said there goes from
 * the log of what was written, too. Of single messages it goes when SQLite is done with
 * the log, or when the file is closed. If either cannot be done now, that is no error. */
static void
give_back (SalStoreWriter *writer)
{
  (void) sal_sqlite_exec (writer->db, "PRAGMA incremental_vacuum (" VACUUM_PAGES ")", NULL);
  (void) sal_sqlite_exec (writer->db, "PRAGMA wal_checkpoint (TRUNCATE)", NULL);
}

/**
 * sal_store_writer_index:
 *
 * Makes what an earlier version of this program has written findable. May take a second, the
 * first time; costs nothing later. What cannot be done now is done with the next group.
 */
void
sal_store_writer_index (SalStoreWriter *writer)
{
  gboolean built = FALSE;

  if (writer->db == NULL || writer->all_indexed)
    return;
  writer->all_indexed = sal_store_index_build (writer->db, &built, NULL);
  if (built)
    give_back (writer);
}

/**
 * sal_store_writer_write:
 *
 * Writes all of @group, or nothing. The file is opened if it is not.
 *
 * Returns: whether it is in the file: it survives the death of this process then.
 */
gboolean
sal_store_writer_write (SalStoreWriter *writer, const SalStoreGroup *group, GError **error)
{
  if (!sal_store_writer_open (writer, error))
    return FALSE;
  sal_store_writer_index (writer);
  if (!write_group (writer, group, error))
    {
      close_file (writer); /* which takes back what was begun */
      return FALSE;
    }
  if (group->forgotten->len > 0)
    {
      sal_store_index_tidy (writer->index, writer->db);
      give_back (writer);
    }
  return TRUE;
}
