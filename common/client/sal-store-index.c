/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The words of what was said, so that it can be found: for each room a table of SQLite's
 * full-text search,
 *
 *   words_N (text): the entries of room N that were said and that nothing more becomes of,
 *                   by their numbers
 *
 * A table of its own for each room answers "where in this room" without looking at others,
 * sorted by number, and goes with the room: its pages are overwritten like all that is
 * deleted. One table for all would keep the words of a forgotten room until SQLite happens
 * to merge them away (the search of 3.40 does not know `secure-delete`).
 *
 * The tables have no copy of the texts, so whoever removes an entry must say what it said.
 * Used by the connection that writes; searched by the one that reads.
 */
#include "config.h"

#include "common/client/sal-store-index.h"

#include <string.h>

#include "common/sqlite/sal-sqlite.h"

#define ROOM "%" G_GINT64_FORMAT

/* More words narrow nothing down any more. */
#define QUERY_MAX_WORDS 16

typedef struct
{
  sqlite3_stmt *add;    /* (owned) */
  sqlite3_stmt *remove; /* (owned) */
  gboolean untidy;      /* something was removed and may still be found in the file */
} Table;

struct _SalStoreIndex
{
  GHashTable *tables; /* (owned): room -> Table (owned): those that are in use */
};

static void
table_free (gpointer data)
{
  Table *table = data;

  sqlite3_finalize (table->add);
  sqlite3_finalize (table->remove);
  g_free (table);
}

/**
 * sal_store_index_new:
 */
SalStoreIndex *
sal_store_index_new (void)
{
  SalStoreIndex *index = g_new0 (SalStoreIndex, 1);

  index->tables = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, table_free);
  return index;
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
  g_hash_table_unref (index->tables);
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

static gboolean
create_table (sqlite3 *db, gint64 room, GError **error)
{
  return exec (db, error,
               "CREATE VIRTUAL TABLE IF NOT EXISTS words_" ROOM " USING fts5"
               " (text, content='', columnsize=0, tokenize='unicode61 remove_diacritics 2')",
               room);
}

static gboolean
build_room (sqlite3 *db, gint64 room, GError **error)
{
  if (sal_sqlite_exec (db, "BEGIN IMMEDIATE", error) && create_table (db, room, error) &&
      exec (db, error,
            "INSERT INTO words_" ROOM " (rowid, text) SELECT id, text FROM entry WHERE"
            " room = " ROOM " AND pending = 0 AND kind IN (%d, %d, %d, %d) AND text <> ''",
            room, room, SAL_ENTRY_MESSAGE, SAL_ENTRY_ACTION, SAL_ENTRY_TEXT, SAL_ENTRY_NOTICE) &&
      exec (db, error, "UPDATE room SET indexed = 1 WHERE id = " ROOM, room) &&
      sal_sqlite_exec (db, "COMMIT", error))
    return TRUE;
  (void) sal_sqlite_exec (db, "ROLLBACK", NULL);
  return FALSE;
}

/**
 * sal_store_index_build:
 * @built: (out): whether there was anything to do, and some of it was done
 *
 * Puts what is in rooms that an earlier version has written into their tables. May take a
 * second; each room is done or not.
 */
gboolean
sal_store_index_build (sqlite3 *db, gboolean *built, GError **error)
{
  gint64 room = 0;

  *built = FALSE;
  while ((room = sal_sqlite_get_int (db, "SELECT id FROM room WHERE indexed = 0 LIMIT 1", 0)) != 0)
    {
      if (!build_room (db, room, error))
        return FALSE;
      *built = TRUE;
    }
  return TRUE;
}

/**
 * sal_store_index_has:
 *
 * Returns: whether an entry like this is in the table of its room.
 */
gboolean
sal_store_index_has (SalEntryKind kind, gboolean pending, const char *text)
{
  return !pending && text != NULL && *text != '\0' &&
         (kind == SAL_ENTRY_MESSAGE || kind == SAL_ENTRY_ACTION || kind == SAL_ENTRY_TEXT ||
          kind == SAL_ENTRY_NOTICE);
}

static sqlite3_stmt *
prepare (sqlite3 *db, const char *format, gint64 room, GError **error)
{
  g_autoptr (GString) sql = g_string_new (format);
  g_autofree char *number = g_strdup_printf (ROOM, room);

  g_string_replace (sql, "$", number, 0);
  return sal_sqlite_prepare (db, sql->str, error);
}

static Table *
get_table (SalStoreIndex *index, sqlite3 *db, gint64 room, GError **error)
{
  Table *table = g_hash_table_lookup (index->tables, &room);

  if (table != NULL)
    return table;
  if (!create_table (db, room, error))
    return NULL;
  table = g_new0 (Table, 1);
  table->add = prepare (db, "INSERT INTO words_$ (rowid, text) VALUES (?, ?)", room, error);
  if (table->add != NULL)
    table->remove = prepare (
        db, "INSERT INTO words_$ (words_$, rowid, text) VALUES ('delete', ?, ?)", room, error);
  if (table->remove == NULL)
    {
      table_free (table);
      return NULL;
    }
  g_hash_table_insert (index->tables, g_memdup2 (&room, sizeof room), table);
  return table;
}

static gboolean
run (sqlite3_stmt *statement, guint64 id, const char *text, GError **error)
{
  sqlite3_bind_int64 (statement, 1, (gint64) id);
  sqlite3_bind_text (statement, 2, text, -1, SQLITE_STATIC);
  return sal_sqlite_run (statement, error);
}

/**
 * sal_store_index_add:
 * @id: of an entry that sal_store_index_has() and that is not in the table
 */
gboolean
sal_store_index_add (
    SalStoreIndex *index, sqlite3 *db, gint64 room, guint64 id, const char *text, GError **error)
{
  Table *table = get_table (index, db, room, error);

  return table != NULL && run (table->add, id, text, error);
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
  Table *table = get_table (index, db, room, error);

  if (table == NULL)
    return FALSE;
  table->untidy = TRUE;
  return run (table->remove, id, text, error);
}

/**
 * sal_store_index_forget:
 *
 * Deletes the table of @room.
 */
gboolean
sal_store_index_forget (SalStoreIndex *index, sqlite3 *db, gint64 room, GError **error)
{
  g_hash_table_remove (index->tables, &room);
  return exec (db, error, "DROP TABLE IF EXISTS words_" ROOM, room);
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
  GHashTableIter iter;
  gpointer key = NULL;
  gpointer value = NULL;

  g_hash_table_iter_init (&iter, index->tables);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      Table *table = value;
      gint64 room = *(gint64 *) key;

      if (table->untidy)
        table->untidy =
            !exec (db, NULL, "INSERT INTO words_" ROOM " (words_" ROOM ") VALUES ('optimize')",
                   room, room);
    }
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
 *
 * Returns: (transfer full) (nullable): a statement that asks for the numbers of entries, the
 *   newest first: 1: what sal_store_index_query() made, 2: only numbers below this. %NULL
 *   without an error if @room has no table (yet).
 */
sqlite3_stmt *
sal_store_index_search (sqlite3 *db, gint64 room, GError **error)
{
  g_autofree char *exists = g_strdup_printf (
      "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'words_" ROOM "'", room);

  if (sal_sqlite_get_int (db, exists, 0) == 0)
    return NULL;
  return prepare (
      db, "SELECT rowid FROM words_$ WHERE words_$ MATCH ?1 AND rowid < ?2 ORDER BY rowid DESC",
      room, error);
}
