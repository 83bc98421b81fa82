/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reading from a log in an SQLite file, by whatever connection.
 */
#include "config.h"

#include "server/log/srv-log-sqlite-read.h"

#include "common/proto/sal-name.h"
#include "common/sqlite/sal-sqlite.h"

static SrvEntry *
entry_from_row (sqlite3_stmt *row)
{
  const char *text[12] = { NULL };
  SrvEntryKind kind;
  SrvEntry fields = { .status = SRV_ENTRY_COMMITTED };

  for (int i = 2; i < 12; i++)
    text[i] = (const char *) sqlite3_column_text (row, i);
  if (text[3] == NULL || !srv_entry_kind_from_name (text[3], &kind))
    return NULL; /* of a later version */
  fields.kind = (guint8) kind;
  fields.seq = (guint64) sqlite3_column_int64 (row, 0);
  fields.time_us = sqlite3_column_int64 (row, 1);
  fields.room = text[2];
  fields.name = text[4];
  fields.address = text[5];
  fields.text = text[6];
  fields.host = text[7];
  fields.account = text[8];
  fields.target = text[9];
  fields.tags = text[10];
  fields.nonce = text[11];
  fields.number = (guint64) sqlite3_column_int64 (row, 12);
  return srv_entry_new_from (&fields);
}

/**
 * srv_log_sqlite_one_entry:
 * @select: (transfer none): bound; reset afterwards
 *
 * Returns: (transfer full) (nullable): the entry of its first row.
 */
SrvEntry *
srv_log_sqlite_one_entry (sqlite3_stmt *select)
{
  SrvEntry *entry = NULL;
  gboolean row = FALSE;

  if (sal_sqlite_step (select, &row, NULL) && row)
    entry = entry_from_row (select);
  sqlite3_reset (select);
  sqlite3_clear_bindings (select);
  return entry;
}

/**
 * srv_log_sqlite_seq_at_time:
 *
 * Time never goes back in the log, so the number of a time is found by halving and
 * needs no index.
 *
 * Returns: the first number whose time is not before @time_us.
 */
gint64
srv_log_sqlite_seq_at_time (sqlite3 *db, gint64 time_us)
{
  sqlite3_stmt *probe = sal_sqlite_prepare (
      db, "SELECT seq, time FROM entry WHERE seq >= ? ORDER BY seq LIMIT 1", NULL);
  gint64 low = sal_sqlite_get_int (db, "SELECT min(seq) FROM entry", 1);
  gint64 high = sal_sqlite_get_int (db, "SELECT max(seq) FROM entry", 0) + 1;

  while (probe != NULL && low < high)
    {
      gint64 middle = low + (high - low) / 2;
      gboolean row = FALSE;

      sqlite3_bind_int64 (probe, 1, middle);
      if (!sal_sqlite_step (probe, &row, NULL) || !row)
        high = middle;
      else if (sqlite3_column_int64 (probe, 1) < time_us)
        low = sqlite3_column_int64 (probe, 0) + 1;
      else
        high = middle;
      sqlite3_reset (probe);
    }
  sqlite3_finalize (probe);
  return low;
}

static char *
read_sql (const SrvLogQuery *query)
{
  return g_strdup_printf (
      SRV_LOG_SQLITE_SELECT " WHERE %s seq %s ?1 AND seq %s ?3 %s ORDER BY seq %s",
      query->room != NULL ? "entry.room = (SELECT id FROM room WHERE key = ?2) AND" : "",
      query->backwards ? "<" : ">", query->backwards ? ">" : "<",
      query->said_only ? "AND kind IN ('message', 'action', 'notice')" : "AND kind <> 'redacted'",
      query->backwards ? "DESC" : "ASC");
}

static gint64
point_of (sqlite3 *db, const SrvLogQuery *query)
{
  gint64 point = query->backwards && query->seq == 0 ? G_MAXINT64 : (gint64) query->seq;

  if (query->time_us == 0)
    return point;
  return query->backwards ? MIN (point, srv_log_sqlite_seq_at_time (db, query->time_us))
                          : MAX (point, srv_log_sqlite_seq_at_time (db, query->time_us) - 1);
}

/* The other end: a number before which (forwards) or after which it goes. */
static gint64
end_of (sqlite3 *db, const SrvLogQuery *query)
{
  gint64 end = query->until_seq != 0 ? (gint64) query->until_seq
               : query->backwards    ? 0
                                     : G_MAXINT64;

  if (query->until_us == 0)
    return end;
  return query->backwards ? MAX (end, srv_log_sqlite_seq_at_time (db, query->until_us) - 1)
                          : MIN (end, srv_log_sqlite_seq_at_time (db, query->until_us));
}

/* For each conversation the last entry, if it lies between the ends. */
static gboolean
read_targets (sqlite3 *db, const SrvLogQuery *query, GPtrArray *entries, GError **error)
{
  sqlite3_stmt *rooms = sal_sqlite_prepare (db,
                                            "SELECT key, (SELECT max(seq) FROM entry"
                                            " WHERE entry.room = room.id AND"
                                            " kind IN ('message', 'action', 'notice'))"
                                            " FROM room WHERE (key >= '@' AND key < 'A' AND"
                                            " instr(key, ?1)) OR ?2",
                                            error);
  sqlite3_stmt *find = sal_sqlite_prepare (db, SRV_LOG_SQLITE_SELECT " WHERE seq = ?", error);
  gboolean ok = FALSE;
  gboolean row = FALSE;

  if (rooms != NULL && find != NULL)
    {
      sqlite3_bind_text (rooms, 1, query->party, -1, SQLITE_STATIC);
      sqlite3_bind_int (rooms, 2, query->rooms != NULL && query->rooms[0] != NULL);
      while ((ok = sal_sqlite_step (rooms, &row, error)) && row)
        {
          const char *key = (const char *) sqlite3_column_text (rooms, 0);
          g_autoptr (SrvEntry) entry = NULL;

          if (key == NULL || !srv_log_query_names (query, key))
            continue;
          sqlite3_bind_int64 (find, 1, sqlite3_column_int64 (rooms, 1));
          entry = srv_log_sqlite_one_entry (find);
          if (entry != NULL && entry->time_us >= query->time_us && entry->time_us < query->until_us)
            srv_log_query_add_target (query, entries, g_steal_pointer (&entry));
        }
      srv_log_query_limit_targets (query, entries);
    }
  sqlite3_finalize (rooms);
  sqlite3_finalize (find);
  return ok;
}

/**
 * srv_log_sqlite_read:
 * @db: (transfer none): a connection that is used by nobody else meanwhile
 * @entries: of #SrvEntry; what was found is added, starting from the point of @query
 *
 * Fewer than were asked for means that there are no more. What was taken back, or is of a later
 * version, is in the file and no entry any more; so entries are counted, not rows.
 *
 * Returns: %FALSE with an error if the file cannot be read.
 */
gboolean
srv_log_sqlite_read (sqlite3 *db, const SrvLogQuery *query, GPtrArray *entries, GError **error)
{
  g_autofree char *sql = read_sql (query);
  g_autofree char *key = query->room != NULL ? sal_name_key (query->room) : NULL;
  sqlite3_stmt *select = NULL;
  guint n = 0;
  gboolean ok = TRUE;
  gboolean row = FALSE;

  if (query->party != NULL)
    return read_targets (db, query, entries, error);
  select = sal_sqlite_prepare (db, sql, error);
  if (select == NULL)
    return FALSE;
  sqlite3_bind_int64 (select, 1, point_of (db, query));
  sqlite3_bind_int64 (select, 3, end_of (db, query));
  if (key != NULL)
    sqlite3_bind_text (select, 2, key, -1, SQLITE_STATIC);
  while (n < query->limit && (ok = sal_sqlite_step (select, &row, error)) && row)
    {
      SrvEntry *entry = entry_from_row (select);

      if (entry == NULL)
        continue;
      g_ptr_array_add (entries, entry);
      n++;
    }
  sqlite3_finalize (select);
  return ok;
}
