/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The words of what was said, so that it can be found: tables of SQLite's full-text search,
 *
 *   said_N (text): the entries of every sixteenth room that were said and that nothing more becomes
 *                  of; the number of a row is the room's, and behind it that of the entry
 *
 * The rows of a room lie together, in the order of its entries, so "where in this room" is a
 * range. A word that is only begun is looked up in all rooms of the table, so few rooms share
 * one, as long as there are few. (Each room had a table of its own once: four tables and their share
 * of the schema, which made a store of three thousand rooms take 4.5 seconds to open, and each
 * new room 0.2 seconds.) What is removed stays in the file until the table is tidied, because the
 * search of SQLite 3.40 does not know `secure-delete`; whoever forgets a room tidies.
 *
 * The tables have no copy of the texts, so whoever removes an entry must say what it said.
 * Used by the connection that writes; searched by the one that reads.
 */
#include "config.h"

#include "common/client/sal-store-index.h"

#include <string.h>

#include "common/sqlite/sal-sqlite.h"

#define ROOM "%" G_GINT64_FORMAT

/* How many bits of a row's number are the entry's: twice of what a story begins with. */
#define ID_BITS 41
#define ID_MAX ((G_GUINT64_CONSTANT (1) << ID_BITS) - 1)
#define ROOM_MAX ((G_GINT64_CONSTANT (1) << (63 - ID_BITS)) - 1)

/* More words narrow nothing down any more. */
#define QUERY_MAX_WORDS 16

#define SAID "pending = 0 AND kind IN (%d, %d, %d, %d) AND text <> ''"
#define SAID_KINDS SAL_ENTRY_MESSAGE, SAL_ENTRY_ACTION, SAL_ENTRY_TEXT, SAL_ENTRY_NOTICE

typedef struct
{
  sqlite3_stmt *add;    /* (owned) (nullable): not used yet */
  sqlite3_stmt *remove; /* (owned) (nullable): likewise */
  gboolean untidy;      /* something was removed and may still be found in the file */
} Table;

struct _SalStoreIndex
{
  Table tables[SAL_STORE_INDEX_TABLES];
};

/**
 * sal_store_index_new:
 */
SalStoreIndex *
sal_store_index_new (void)
{
  return g_new0 (SalStoreIndex, 1);
}

/**
 * sal_store_index_free:
 * @index: (nullable) (transfer full): before the connection is closed
 */
void
sal_store_index_free (SalStoreIndex *index)
{
  if (index == NULL)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (index->tables); i++)
    {
      sqlite3_finalize (index->tables[i].add);
      sqlite3_finalize (index->tables[i].remove);
    }
  g_free (index);
}

static gboolean G_GNUC_PRINTF (3, 4) exec (sqlite3 *db, GError **error, const char *format, ...)
{
  g_autofree char *sql = NULL;
  va_list args;

  va_start (args, format);
  sql = g_strdup_vprintf (format, args);
  va_end (args);
  return sal_sqlite_exec (db, sql, error);
}

static guint
table_of (gint64 room)
{
  return (guint) (room % SAL_STORE_INDEX_TABLES);
}

/* The number of a row; 0: the entry cannot be found by its words. */
static gint64
row_of (gint64 room, guint64 id)
{
  return room > 0 && room <= ROOM_MAX && id <= ID_MAX ? room << ID_BITS | (gint64) id : 0;
}

static gboolean
build_room (sqlite3 *db, gint64 room, GError **error)
{
  if (sal_sqlite_exec (db, "BEGIN IMMEDIATE", error) &&
      (row_of (room, 0) == 0 ||
       exec (db, error,
             "INSERT INTO said_%u (rowid, text) SELECT (room << %d) | id, text FROM entry WHERE"
             " room = " ROOM " AND id <= %" G_GUINT64_FORMAT " AND " SAID,
             table_of (room), ID_BITS, room, ID_MAX, SAID_KINDS)) &&
      exec (db, error, "UPDATE room SET indexed = 1 WHERE id = " ROOM, room) &&
      sal_sqlite_exec (db, "COMMIT", error))
    return TRUE;
  (void) sal_sqlite_exec (db, "ROLLBACK", NULL);
  return FALSE;
}

/* The tables of an earlier version, one for each room. All at once: each change of the schema is
 * read again by all that follow. */
static gboolean
drop_old_tables (sqlite3 *db, gboolean *dropped, GError **error)
{
  sqlite3_stmt *list = NULL;
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  gboolean row = FALSE;
  gboolean ok = FALSE;

  list = sal_sqlite_prepare (db,
                             "SELECT name FROM sqlite_schema WHERE name GLOB 'words_[0-9]*'"
                             " AND sql LIKE 'CREATE VIRTUAL TABLE%'",
                             error);
  while (list != NULL && (ok = sal_sqlite_step (list, &row, error)) && row)
    g_ptr_array_add (names, g_strdup ((const char *) sqlite3_column_text (list, 0)));
  sqlite3_finalize (list);
  if (!ok || names->len == 0)
    return ok;
  ok = sal_sqlite_exec (db, "BEGIN IMMEDIATE", error);
  for (guint i = 0; ok && i < names->len; i++)
    ok = exec (db, error, "DROP TABLE %s", (const char *) names->pdata[i]);
  ok = ok && sal_sqlite_exec (db, "COMMIT", error);
  if (!ok)
    (void) sal_sqlite_exec (db, "ROLLBACK", NULL);
  *dropped = ok;
  return ok;
}

/**
 * sal_store_index_build:
 * @built: (out): whether there was anything to do, and some of it was done
 *
 * Puts what is in rooms that an earlier version has written into the table. May take a second;
 * each room is done or not.
 */
gboolean
sal_store_index_build (sqlite3 *db, gboolean *built, GError **error)
{
  gboolean dropped = FALSE;
  gint64 room = 0;

  *built = FALSE;
  while ((room = sal_sqlite_get_int (db, "SELECT id FROM room WHERE indexed = 0 LIMIT 1", 0)) != 0)
    {
      if (!build_room (db, room, error))
        return FALSE;
      *built = TRUE;
    }
  /* Last: whatever is wrong with them, the words are where they are looked for. */
  if (!drop_old_tables (db, &dropped, error))
    return FALSE;
  *built |= dropped;
  return TRUE;
}

/**
 * sal_store_index_covers:
 * @covers: (out): whether the words of @room can be found; not if they could not be put there yet
 *
 * Returns: whether the file could be read.
 */
gboolean
sal_store_index_covers (sqlite3 *db, gint64 room, gboolean *covers, GError **error)
{
  sqlite3_stmt *get = sal_sqlite_prepare (db, "SELECT indexed FROM room WHERE id = ?", error);
  gboolean row = FALSE;
  gboolean ok = FALSE;

  *covers = TRUE;
  if (get == NULL)
    return FALSE;
  sqlite3_bind_int64 (get, 1, room);
  ok = sal_sqlite_step (get, &row, error);
  if (row)
    *covers = sqlite3_column_int (get, 0) != 0;
  sqlite3_finalize (get);
  return ok;
}

/**
 * sal_store_index_has:
 *
 * Returns: whether an entry like this is in the table.
 */
gboolean
sal_store_index_has (SalEntryKind kind, gboolean pending, const char *text)
{
  return !pending && text != NULL && *text != '\0' &&
         (kind == SAL_ENTRY_MESSAGE || kind == SAL_ENTRY_ACTION || kind == SAL_ENTRY_TEXT ||
          kind == SAL_ENTRY_NOTICE);
}

/* @sql: with the table's number in it */
static gboolean
run (sqlite3_stmt **statement,
     sqlite3 *db,
     const char *sql,
     gint64 row,
     const char *text,
     guint table,
     GError **error)
{
  if (*statement == NULL)
    {
      g_autoptr (GString) whole = g_string_new (sql);
      g_autofree char *number = g_strdup_printf ("%u", table);

      g_string_replace (whole, "$", number, 0);
      *statement = sal_sqlite_prepare (db, whole->str, error);
    }
  if (*statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (*statement, 1, row);
  sqlite3_bind_text (*statement, 2, text, -1, SQLITE_STATIC);
  return sal_sqlite_run (*statement, error);
}

/**
 * sal_store_index_add:
 * @id: of an entry that sal_store_index_has() and that is not in the table
 */
gboolean
sal_store_index_add (
    SalStoreIndex *index, sqlite3 *db, gint64 room, guint64 id, const char *text, GError **error)
{
  gint64 row = row_of (room, id);

  return row == 0 ||
         run (&index->tables[table_of (room)].add, db,
              "INSERT INTO said_$ (rowid, text) VALUES (?, ?)", row, text, table_of (room), error);
}

/**
 * sal_store_index_remove:
 * @id: of an entry that is in the table
 * @text: what it was added with
 */
gboolean
sal_store_index_remove (
    SalStoreIndex *index, sqlite3 *db, gint64 room, guint64 id, const char *text, GError **error)
{
  gint64 row = row_of (room, id);
  Table *table = NULL;

  if (row == 0)
    return TRUE;
  table = &index->tables[table_of (room)];
  table->untidy = TRUE;
  return run (&table->remove, db,
              "INSERT INTO said_$ (said_$, rowid, text) VALUES ('delete', ?, ?)", row, text,
              table_of (room), error);
}

/**
 * sal_store_index_forget:
 *
 * Removes all entries of @room, which are still there. Costs as much as adding them did.
 */
gboolean
sal_store_index_forget (SalStoreIndex *index, sqlite3 *db, gint64 room, GError **error)
{
  g_autofree char *sql = g_strdup_printf (
      "SELECT id, text FROM entry WHERE room = " ROOM " AND " SAID, room, SAID_KINDS);
  sqlite3_stmt *list = sal_sqlite_prepare (db, sql, error);
  gboolean row = FALSE;
  gboolean ok = FALSE;

  while (list != NULL && (ok = sal_sqlite_step (list, &row, error)) && row)
    if (!sal_store_index_remove (index, db, room, (guint64) sqlite3_column_int64 (list, 0),
                                 (const char *) sqlite3_column_text (list, 1), error))
      {
        ok = FALSE;
        break;
      }
  sqlite3_finalize (list);
  return ok;
}

/**
 * sal_store_index_tidy:
 *
 * Sees that the words of removed entries are not in the file any more. May take as long as
 * writing the table anew. If it cannot be done now, that is no error.
 */
void
sal_store_index_tidy (SalStoreIndex *index, sqlite3 *db)
{
  for (guint i = 0; i < SAL_STORE_INDEX_TABLES; i++)
    if (index->tables[i].untidy)
      index->tables[i].untidy =
          !exec (db, NULL, "INSERT INTO said_%u (said_%u) VALUES ('optimize')", i, i);
}

/* Searching. */

/* What the tokenizer takes for a part of a word; a mark only behind another. */
static gboolean
is_part_of_word (gunichar c, gboolean begun)
{
  return g_unichar_isalnum (c) || g_unichar_type (c) == G_UNICODE_PRIVATE_USE ||
         (begun && g_unichar_ismark (c));
}

/**
 * sal_store_index_query:
 * @words: as they were typed
 *
 * Returns: (transfer full) (nullable): the same for MATCH: all of the words, the last one
 *   perhaps only begun; nothing that was typed has another meaning. %NULL if there is no word.
 */
char *
sal_store_index_query (const char *words)
{
  g_autofree char *valid = g_utf8_make_valid (words, -1);
  g_autoptr (GString) query = g_string_new (NULL);
  const char *at = valid;
  gboolean begun = FALSE;

  for (guint n = 0; *at != '\0' && n < QUERY_MAX_WORDS;)
    {
      const char *start = at;

      begun = FALSE;
      for (; *at != '\0' && is_part_of_word (g_utf8_get_char (at), begun); begun = TRUE)
        at = g_utf8_next_char (at);
      if (begun)
        g_string_append_printf (query, "%s\"%.*s\"", n++ > 0 ? " " : "", (int) (at - start), start);
      else
        at = g_utf8_next_char (at);
    }
  if (query->len == 0)
    return NULL;
  if (begun && *at == '\0')
    g_string_append_c (query, '*');
  return g_string_free (g_steal_pointer (&query), FALSE);
}

/**
 * sal_store_index_search:
 * @query: what sal_store_index_query() made; a statement has no copy of it
 * @before: only numbers below this
 *
 * Returns: (transfer full) (nullable): a statement that gives the numbers of entries, the newest
 *   first, or %NULL with an error.
 */
sqlite3_stmt *
sal_store_index_search (sqlite3 *db, gint64 room, const char *query, guint64 before, GError **error)
{
  g_autofree char *sql =
      g_strdup_printf ("SELECT rowid & ?4 FROM said_%u WHERE said_%u MATCH ?1 AND rowid >= ?2"
                       " AND rowid < ?3 ORDER BY rowid DESC",
                       table_of (room), table_of (room));
  sqlite3_stmt *search = sal_sqlite_prepare (db, sql, error);

  if (search == NULL)
    return NULL;
  sqlite3_bind_text (search, 1, query, -1, SQLITE_STATIC);
  sqlite3_bind_int64 (search, 2, row_of (room, 0));
  sqlite3_bind_int64 (search, 3, row_of (room, MIN (before, ID_MAX)));
  sqlite3_bind_int64 (search, 4, (gint64) ID_MAX);
  return search;
}
