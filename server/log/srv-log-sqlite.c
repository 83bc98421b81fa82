/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The log in an SQLite file. The schema is documented in salottod(8), because
 * people query it.
 *
 * Three connections, each used by one thread: the writer (the log's thread), the
 * reader (its reader thread), and one that moves what was committed from the
 * write-ahead log into the file (a thread of this module), so that the writer never
 * waits for that.
 *
 * A writer that fails in a way that may pass (the disk was read-only, the file could
 * not be read) is closed and opened again for the next group; until that succeeds,
 * every group fails with the reason.
 */
#include "config.h"

#include "server/log/srv-log-sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <pthread.h>
#include <string.h>
#include <sys/file.h>

#include "common/base/sal-error.h"
#include "common/base/sal-fd.h"
#include "common/proto/sal-name.h"
#include "common/sqlite/sal-sqlite.h"

/* How long a group waits for a lock that another process holds. People wait behind
 * it. */
#define BUSY_MS 250

/* Rooms whose number is known without asking the file. */
#define ROOM_IDS_MAX 4096

/* Pages in the write-ahead log that start a checkpoint. */
#define CHECKPOINT_PAGES 1000
/* A writer that is never idle never lets the write-ahead log begin again at its
 * start. Beyond this many pages (256 MiB) the writer waits for it once. */
#define WAL_PAGES_MAX (64 * 1024)

/* Pages that may be moved into the file while the server is ending. */
#define CLOSING_PAGES_MAX (4 * CHECKPOINT_PAGES)

/* Entries that one step of retention takes away. */
#define RETENTION_STEP 500

static const char version_1[] =
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;"
    "INSERT INTO meta VALUES ('uuid', lower(hex(randomblob(16))));"
    "CREATE TABLE room (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, name TEXT NOT NULL);"
    "CREATE TABLE entry ("
    " seq INTEGER PRIMARY KEY AUTOINCREMENT,"
    " time INTEGER NOT NULL,"
    " room INTEGER REFERENCES room (id),"
    " kind TEXT NOT NULL,"
    " name TEXT,"
    " address TEXT,"
    " text TEXT);"
    "CREATE INDEX entry_room ON entry (room, seq);"
    "CREATE INDEX entry_said ON entry (room, seq) WHERE kind IN ('message', 'action');"
    "CREATE VIEW history AS"
    " SELECT entry.seq, strftime('%Y-%m-%d %H:%M:%f', entry.time / 1e6, 'unixepoch') AS time,"
    " room.name AS room, kind, entry.name AS name, address, text"
    " FROM entry LEFT JOIN room ON room.id = entry.room";

/* Notices, what people say to each other alone, and what IRC shows of people. */
static const char version_2[] = "ALTER TABLE entry ADD COLUMN host TEXT;"
                                "ALTER TABLE entry ADD COLUMN account TEXT;"
                                "ALTER TABLE entry ADD COLUMN target TEXT;"
                                "ALTER TABLE entry ADD COLUMN tags TEXT;"
                                "ALTER TABLE entry ADD COLUMN nonce TEXT;"
                                "ALTER TABLE entry ADD COLUMN ref INTEGER;"
                                "DROP INDEX entry_said;"
                                "CREATE INDEX entry_said ON entry (room, seq)"
                                " WHERE kind IN ('message', 'action', 'notice');"
                                "CREATE INDEX entry_nonce ON entry (nonce) WHERE nonce IS NOT NULL";

static const char *const migrations[] = { version_1, version_2 };

static const SalSqliteSchema schema = {
  .application_id = 0x53616C31, /* "Sal1" */
  .migrations = migrations,
  .version = G_N_ELEMENTS (migrations),
};

enum
{
  BEGIN,
  INSERT,
  FIND_ROOM,
  INSERT_ROOM,
  COMMIT,
  REDACT,
  FIND,
  FIND_NONCE,
  N_STATEMENTS
};

static const char insert_sql[] = "INSERT INTO entry (seq, time, room, kind, name, address, text,"
                                 " host, account, target, tags, nonce, ref)"
                                 " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

/* What entry_from_row() reads. */
#define SELECT_ENTRY                                                                               \
  "SELECT seq, time, room.name, kind, entry.name, address, text, host, account, target, tags,"     \
  " nonce, ref FROM entry LEFT JOIN room ON room.id = entry.room"

static const char *const statement_sql[N_STATEMENTS] = {
  [BEGIN] = "BEGIN IMMEDIATE",
  [INSERT] = insert_sql,
  [FIND_ROOM] = "SELECT id FROM room WHERE key = ?",
  [INSERT_ROOM] = "INSERT INTO room (key, name) VALUES (?, ?)",
  [COMMIT] = "COMMIT",
  [REDACT] = "UPDATE entry SET kind = 'redacted', text = NULL, tags = NULL WHERE seq = ?",
  [FIND] = SELECT_ENTRY " WHERE seq = ?",
  [FIND_NONCE] = SELECT_ENTRY " WHERE nonce = ? AND room.key = ? AND time >= ? LIMIT 1",
};

typedef struct
{
  SrvLogStore store; /* first */
  char *path;        /* (owned) */
  SrvSync sync;
  gint64 age_us;
  guint64 bytes;

  int lock_fd;     /* held as long as the store: one server, one file */
  sqlite3 *writer; /* (owned) (nullable): closed while the file cannot be used */
  sqlite3_stmt *statements[N_STATEMENTS];
  GHashTable *room_ids; /* (owned): name -> id */
  gboolean broken;      /* open it again before the next group */
  gboolean pruned;      /* retention has taken something away */
  guint64 last_seq;     /* where the log ends, once opened */
  gint64 last_time_us;
  guint64 group_seq; /* where it will end if the group in hand is committed */
  gint64 group_time_us;

  pthread_mutex_t reading;
  sqlite3 *reader; /* (owned) (nullable): under it */

  pthread_t checkpointer;
  pthread_mutex_t mutex;
  pthread_cond_t cond;
  int wal_pages;       /* atomic: as of the last commit */
  gboolean checkpoint; /* under the mutex: there is something to do */
  gboolean stop;       /* under the mutex */
} SqliteStore;

static void
close_writer (SqliteStore *self)
{
  for (gsize i = 0; i < N_STATEMENTS; i++)
    g_clear_pointer (&self->statements[i], sqlite3_finalize);
  g_clear_pointer (&self->writer, sqlite3_close);
  g_hash_table_remove_all (self->room_ids);
}

/* Closing the last connection moves the write-ahead log into the file. Where that
 * would take long it is left for the next start, because somebody waits. */
static void
close_last (SqliteStore *self)
{
  if (self->writer != NULL &&
      __atomic_load_n (&self->wal_pages, __ATOMIC_RELAXED) > CLOSING_PAGES_MAX)
    (void) sqlite3_db_config (self->writer, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
  close_writer (self);
}

static int
on_commit (void *data, sqlite3 *db, const char *name, int pages)
{
  SqliteStore *self = data;

  __atomic_store_n (&self->wal_pages, pages, __ATOMIC_RELAXED);
  if (pages >= CHECKPOINT_PAGES)
    {
      pthread_mutex_lock (&self->mutex);
      self->checkpoint = TRUE;
      pthread_cond_signal (&self->cond);
      pthread_mutex_unlock (&self->mutex);
    }
  return SQLITE_OK;
}

static void
read_id (SqliteStore *self)
{
  sqlite3_stmt *select =
      sal_sqlite_prepare (self->writer, "SELECT value FROM meta WHERE key = 'uuid'", NULL);
  gboolean row = FALSE;

  if (select != NULL && sal_sqlite_step (select, &row, NULL) && row)
    {
      const char *hex = (const char *) sqlite3_column_text (select, 0);

      for (guint i = 0; hex != NULL && strlen (hex) == 32 && i < 16; i++)
        self->store.id[i] = (guint8) (g_ascii_xdigit_value (hex[2 * i]) << 4 |
                                      g_ascii_xdigit_value (hex[2 * i + 1]));
    }
  sqlite3_finalize (select);
}

static gboolean
set_up_writer (SqliteStore *self, GError **error)
{
  if (!sal_sqlite_check (self->writer, &schema, error))
    return FALSE;
  /* Space is given back to the disk as retention frees it. It takes effect in a new file
   * only; in others it would cost a write at every start, and a wait for the disk. */
  if (sal_sqlite_get_int (self->writer, "PRAGMA page_count", 1) == 0 &&
      !sal_sqlite_exec (self->writer, "PRAGMA auto_vacuum = INCREMENTAL", error))
    return FALSE;
  if (!sal_sqlite_exec (self->writer, "PRAGMA journal_mode = WAL", error) ||
      !sal_sqlite_exec (self->writer,
                        self->sync == SRV_SYNC_FULL ? "PRAGMA synchronous = FULL"
                                                    : "PRAGMA synchronous = NORMAL",
                        error) ||
      !sal_sqlite_exec (self->writer, "PRAGMA wal_autocheckpoint = 0", error) ||
      !sal_sqlite_migrate (self->writer, &schema, error))
    return FALSE;

  for (gsize i = 0; i < N_STATEMENTS; i++)
    {
      self->statements[i] = sal_sqlite_prepare (self->writer, statement_sql[i], error);
      if (self->statements[i] == NULL)
        return FALSE;
    }
  self->last_seq = (guint64) sal_sqlite_get_int (
      self->writer, "SELECT seq FROM sqlite_sequence WHERE name = 'entry'", 0);
  self->last_time_us =
      sal_sqlite_get_int (self->writer, "SELECT time FROM entry ORDER BY seq DESC LIMIT 1", 0);
  read_id (self);
  sqlite3_wal_hook (self->writer, on_commit, self);
  return TRUE;
}

static gboolean
open_writer (SqliteStore *self, GError **error)
{
  self->writer = sal_sqlite_open (self->path, BUSY_MS, error);
  if (self->writer != NULL && set_up_writer (self, error))
    return TRUE;
  close_writer (self);
  return FALSE;
}

/* Runs in a thread of its own: the only place where pages go into the file. */
static void *
checkpointer (void *data)
{
  SqliteStore *self = data;
  sqlite3 *db = NULL;

  pthread_mutex_lock (&self->mutex);
  while (!self->stop)
    {
      if (!self->checkpoint)
        {
          pthread_cond_wait (&self->cond, &self->mutex);
          continue;
        }
      self->checkpoint = FALSE;
      pthread_mutex_unlock (&self->mutex);

      if (db == NULL)
        db = sal_sqlite_open (self->path, 0, NULL);
      if (db != NULL)
        {
          int code = sqlite3_wal_checkpoint_v2 (db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);

          if (code != SQLITE_OK && code != SQLITE_BUSY)
            {
              g_info ("checkpoint of %s: %s", self->path, sqlite3_errmsg (db));
              g_clear_pointer (&db, sqlite3_close);
            }
        }
      pthread_mutex_lock (&self->mutex);
    }
  pthread_mutex_unlock (&self->mutex);
  sqlite3_close (db);
  return NULL;
}

static gboolean
sqlite_begin (SrvLogStore *store, guint64 *last_seq, gint64 *last_time_us, GError **error)
{
  SqliteStore *self = (SqliteStore *) store;

  if (self->broken)
    {
      close_writer (self);
      self->broken = FALSE;
    }
  if (self->writer == NULL && !open_writer (self, error))
    return FALSE;
  if (__atomic_load_n (&self->wal_pages, __ATOMIC_RELAXED) > WAL_PAGES_MAX)
    (void) sqlite3_wal_checkpoint_v2 (self->writer, NULL, SQLITE_CHECKPOINT_RESTART, NULL, NULL);
  *last_seq = self->group_seq = self->last_seq;
  *last_time_us = self->group_time_us = self->last_time_us;
  return sal_sqlite_run (self->statements[BEGIN], error);
}

static gboolean
room_id (SqliteStore *self, const char *room, gint64 *id, GError **error)
{
  sqlite3_stmt *find = self->statements[FIND_ROOM];
  sqlite3_stmt *insert = self->statements[INSERT_ROOM];
  gint64 *known = g_hash_table_lookup (self->room_ids, room);
  g_autofree char *key = NULL;
  gboolean found = FALSE;

  if (known != NULL)
    {
      *id = *known;
      return TRUE;
    }
  key = sal_name_key (room);
  sqlite3_bind_text (find, 1, key, -1, SQLITE_TRANSIENT);
  if (!sal_sqlite_step (find, &found, error))
    return FALSE;
  if (found)
    {
      *id = sqlite3_column_int64 (find, 0);
      sqlite3_reset (find);
    }
  else
    {
      sqlite3_bind_text (insert, 1, key, -1, SQLITE_TRANSIENT);
      sqlite3_bind_text (insert, 2, room, -1, SQLITE_TRANSIENT);
      if (!sal_sqlite_run (insert, error))
        return FALSE;
      *id = sqlite3_last_insert_rowid (self->writer);
    }
  /* People may name a new room with every command. */
  if (g_hash_table_size (self->room_ids) >= ROOM_IDS_MAX)
    g_hash_table_remove_all (self->room_ids);
  g_hash_table_insert (self->room_ids, g_strdup (room), g_memdup2 (id, sizeof *id));
  return TRUE;
}

static void
bind_optional (sqlite3_stmt *statement, int index, const char *text)
{
  if (text != NULL)
    sqlite3_bind_text (statement, index, text, -1, SQLITE_STATIC);
}

static gboolean
sqlite_insert (SrvLogStore *store, SrvEntry *entry, GError **error)
{
  SqliteStore *self = (SqliteStore *) store;
  sqlite3_stmt *insert = self->statements[INSERT];
  gint64 room = 0;

  if (entry->kind != SRV_ENTRY_BOOT)
    {
      if (!room_id (self, entry->room, &room, error))
        return FALSE;
      sqlite3_bind_int64 (insert, 3, room);
      sqlite3_bind_text (insert, 5, entry->name, -1, SQLITE_STATIC);
      sqlite3_bind_text (insert, 6, entry->address, -1, SQLITE_STATIC);
    }
  sqlite3_bind_int64 (insert, 1, (gint64) entry->seq);
  sqlite3_bind_int64 (insert, 2, entry->time_us);
  sqlite3_bind_text (insert, 4, srv_entry_kind_name (entry->kind), -1, SQLITE_STATIC);
  bind_optional (insert, 7, entry->text);
  bind_optional (insert, 8, entry->host);
  bind_optional (insert, 9, entry->account);
  bind_optional (insert, 10, entry->target);
  bind_optional (insert, 11, entry->tags);
  bind_optional (insert, 12, entry->nonce);
  if (entry->number != 0)
    sqlite3_bind_int64 (insert, 13, (gint64) entry->number);
  self->group_seq = entry->seq;
  self->group_time_us = entry->time_us;
  return sal_sqlite_run (insert, error);
}

static void
sqlite_rollback (SrvLogStore *store)
{
  SqliteStore *self = (SqliteStore *) store;
  int code = 0;

  if (self->writer == NULL)
    return;
  code = sqlite3_errcode (self->writer) & 0xFF;
  (void) sqlite3_exec (self->writer, "ROLLBACK", NULL, NULL, NULL);
  g_hash_table_remove_all (self->room_ids); /* some may have been rolled back */
  self->broken = code != SQLITE_FULL && code != SQLITE_BUSY;
}

static gboolean
sqlite_commit (SrvLogStore *store, GError **error)
{
  SqliteStore *self = (SqliteStore *) store;

  if (!sal_sqlite_run (self->statements[COMMIT], error))
    return FALSE;
  self->last_seq = self->group_seq;
  self->last_time_us = self->group_time_us;
  return TRUE;
}

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

static gboolean
sqlite_redact (SrvLogStore *store, guint64 seq, GError **error)
{
  SqliteStore *self = (SqliteStore *) store;

  sqlite3_bind_int64 (self->statements[REDACT], 1, (gint64) seq);
  return sal_sqlite_run (self->statements[REDACT], error);
}

static SrvEntry *
one_entry (sqlite3_stmt *select)
{
  SrvEntry *entry = NULL;
  gboolean row = FALSE;

  if (sal_sqlite_step (select, &row, NULL) && row)
    entry = entry_from_row (select);
  sqlite3_reset (select);
  sqlite3_clear_bindings (select);
  return entry;
}

static SrvEntry *
sqlite_find (SrvLogStore *store, guint64 seq)
{
  SqliteStore *self = (SqliteStore *) store;

  if (self->writer == NULL)
    return NULL;
  sqlite3_bind_int64 (self->statements[FIND], 1, (gint64) seq);
  return one_entry (self->statements[FIND]);
}

static SrvEntry *
sqlite_find_nonce (SrvLogStore *store, const char *room, const char *nonce, gint64 since_us)
{
  SqliteStore *self = (SqliteStore *) store;
  g_autofree char *key = sal_name_key (room);

  if (self->writer == NULL)
    return NULL;
  sqlite3_bind_text (self->statements[FIND_NONCE], 1, nonce, -1, SQLITE_STATIC);
  sqlite3_bind_text (self->statements[FIND_NONCE], 2, key, -1, SQLITE_STATIC);
  sqlite3_bind_int64 (self->statements[FIND_NONCE], 3, since_us);
  return one_entry (self->statements[FIND_NONCE]);
}

/* Time never goes back in the log, so the number of a time is found by halving and
 * needs no index. Returns the first number whose time is not before @time_us. */
static gint64
seq_at_time (sqlite3 *db, gint64 time_us)
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
      SELECT_ENTRY " WHERE %s seq %s ?1 AND seq %s ?4 %s ORDER BY seq %s LIMIT ?2",
      query->room != NULL ? "entry.room = (SELECT id FROM room WHERE key = ?3) AND" : "",
      query->backwards ? "<" : ">", query->backwards ? ">" : "<",
      query->said_only ? "AND kind IN ('message', 'action', 'notice')" : "",
      query->backwards ? "DESC" : "ASC");
}

static gint64
point_of (sqlite3 *db, const SrvLogQuery *query)
{
  gint64 point = query->backwards && query->seq == 0 ? G_MAXINT64 : (gint64) query->seq;

  if (query->time_us == 0)
    return point;
  return query->backwards ? MIN (point, seq_at_time (db, query->time_us))
                          : MAX (point, seq_at_time (db, query->time_us) - 1);
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
  return query->backwards ? MAX (end, seq_at_time (db, query->until_us) - 1)
                          : MIN (end, seq_at_time (db, query->until_us));
}

/* For each conversation the last entry, if it lies between the ends. */
static gboolean
read_targets (SqliteStore *self, const SrvLogQuery *query, GPtrArray *entries, GError **error)
{
  sqlite3_stmt *rooms = sal_sqlite_prepare (self->reader,
                                            "SELECT key, (SELECT max(seq) FROM entry"
                                            " WHERE entry.room = room.id AND"
                                            " kind IN ('message', 'action', 'notice'))"
                                            " FROM room WHERE (key >= '@' AND key < 'A' AND"
                                            " instr(key, ?1)) OR ?2",
                                            error);
  sqlite3_stmt *find = sal_sqlite_prepare (self->reader, SELECT_ENTRY " WHERE seq = ?", error);
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
          entry = one_entry (find);
          if (entry != NULL && entry->time_us >= query->time_us && entry->time_us < query->until_us)
            srv_log_query_add_target (query, entries, g_steal_pointer (&entry));
        }
      srv_log_query_limit_targets (query, entries);
    }
  sqlite3_finalize (rooms);
  sqlite3_finalize (find);
  return ok;
}

static gboolean
read_locked (SqliteStore *self, const SrvLogQuery *query, GPtrArray *entries, GError **error)
{
  g_autofree char *sql = read_sql (query);
  g_autofree char *key = query->room != NULL ? sal_name_key (query->room) : NULL;
  sqlite3_stmt *select = NULL;
  gboolean ok = FALSE;
  gboolean row = FALSE;

  if (self->reader == NULL)
    self->reader = sal_sqlite_open (self->path, BUSY_MS, error);
  if (self->reader != NULL && query->party != NULL)
    return read_targets (self, query, entries, error);
  if (self->reader != NULL)
    select = sal_sqlite_prepare (self->reader, sql, error);
  if (select != NULL)
    {
      sqlite3_bind_int64 (select, 1, point_of (self->reader, query));
      sqlite3_bind_int64 (select, 2, query->limit);
      sqlite3_bind_int64 (select, 4, end_of (self->reader, query));
      if (key != NULL)
        sqlite3_bind_text (select, 3, key, -1, SQLITE_STATIC);
      while ((ok = sal_sqlite_step (select, &row, error)) && row)
        {
          SrvEntry *entry = entry_from_row (select);

          if (entry != NULL)
            g_ptr_array_add (entries, entry);
        }
    }
  sqlite3_finalize (select);
  if (!ok)
    g_clear_pointer (&self->reader, sqlite3_close);
  return ok;
}

static gboolean
sqlite_read (SrvLogStore *store, const SrvLogQuery *query, GPtrArray *entries, GError **error)
{
  SqliteStore *self = (SqliteStore *) store;
  gboolean ok = FALSE;

  pthread_mutex_lock (&self->reading);
  ok = read_locked (self, query, entries, error);
  pthread_mutex_unlock (&self->reading);
  return ok;
}

static gboolean
delete_before (SqliteStore *self, gint64 seq)
{
  sqlite3_stmt *statement = sal_sqlite_prepare (
      self->writer,
      "DELETE FROM entry WHERE seq IN (SELECT seq FROM entry WHERE seq < ? ORDER BY seq LIMIT ?)",
      NULL);
  gboolean more = FALSE;

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, seq);
  sqlite3_bind_int (statement, 2, RETENTION_STEP);
  if (sal_sqlite_run (statement, NULL))
    {
      self->pruned = TRUE;
      more = sqlite3_changes (self->writer) == RETENTION_STEP;
    }
  sqlite3_finalize (statement);
  return more;
}

static gboolean
sqlite_maintain (SrvLogStore *store, gint64 now_us)
{
  SqliteStore *self = (SqliteStore *) store;
  gint64 pages = 0;
  gint64 free_pages = 0;
  gint64 page_size = 0;
  gint64 oldest_us = 0;
  gint64 last = 0;

  if (self->writer == NULL || self->broken)
    return FALSE;
  oldest_us =
      sal_sqlite_get_int (self->writer, "SELECT time FROM entry ORDER BY seq LIMIT 1", G_MAXINT64);
  if (self->age_us > 0 && oldest_us < now_us - self->age_us)
    return delete_before (self, seq_at_time (self->writer, now_us - self->age_us));

  page_size = sal_sqlite_get_int (self->writer, "PRAGMA page_size", 4096);
  pages = sal_sqlite_get_int (self->writer, "PRAGMA page_count", 0);
  free_pages = sal_sqlite_get_int (self->writer, "PRAGMA freelist_count", 0);
  last = sal_sqlite_get_int (self->writer, "SELECT max(seq) FROM entry", 0);
  if (self->bytes > 0 && (guint64) ((pages - free_pages) * page_size) > self->bytes)
    return delete_before (self, last);

  /* It frees nothing, without an error, in a file that somebody has set up otherwise. */
  if (free_pages > CHECKPOINT_PAGES &&
      sal_sqlite_exec (self->writer, "PRAGMA incremental_vacuum (256)", NULL) &&
      sal_sqlite_get_int (self->writer, "PRAGMA freelist_count", 0) < free_pages)
    return TRUE;
  if (!self->pruned)
    return FALSE;
  self->pruned = FALSE;
  (void) sal_sqlite_exec (self->writer,
                          "DELETE FROM room WHERE NOT EXISTS "
                          "(SELECT 1 FROM entry WHERE entry.room = room.id)",
                          NULL);
  g_hash_table_remove_all (self->room_ids);
  return FALSE;
}

static void
sqlite_set_retention (SrvLogStore *store, gint64 age_us, guint64 bytes)
{
  SqliteStore *self = (SqliteStore *) store;

  self->age_us = age_us;
  self->bytes = bytes;
}

static void
sqlite_free (SrvLogStore *store)
{
  SqliteStore *self = (SqliteStore *) store;

  if (self->checkpointer != 0)
    {
      pthread_mutex_lock (&self->mutex);
      self->stop = TRUE;
      pthread_cond_signal (&self->cond);
      pthread_mutex_unlock (&self->mutex);
      pthread_join (self->checkpointer, NULL);
    }
  g_clear_pointer (&self->reader, sqlite3_close);
  close_last (self);
  g_hash_table_unref (self->room_ids);
  sal_fd_close (&self->lock_fd);
  pthread_mutex_destroy (&self->reading);
  pthread_cond_destroy (&self->cond);
  pthread_mutex_destroy (&self->mutex);
  g_free (self->path);
  g_free (self);
}

static const SrvLogStoreClass sqlite_class = {
  .begin = sqlite_begin,
  .insert = sqlite_insert,
  .commit = sqlite_commit,
  .rollback = sqlite_rollback,
  .redact = sqlite_redact,
  .find = sqlite_find,
  .find_nonce = sqlite_find_nonce,
  .read = sqlite_read,
  .maintain = sqlite_maintain,
  .set_retention = sqlite_set_retention,
  .free = sqlite_free,
};

/* Two servers on one file would give the same numbers to different messages. People
 * who query the file do not mind this lock. */
static gboolean
lock_file (SqliteStore *self, GError **error)
{
  g_autofree char *lock_path = g_strconcat (self->path, "-lock", NULL);
  int saved = 0;

  self->lock_fd = open (lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (self->lock_fd >= 0 && flock (self->lock_fd, LOCK_EX | LOCK_NB) == 0)
    return TRUE;
  saved = errno;
  if (saved == EWOULDBLOCK)
    g_set_error (error, SAL_ERROR, SAL_EXIT_FAILED,
                 _ ("%s is in use by another server; stop it or name another file"), self->path);
  else
    g_set_error (error, SAL_ERROR, SAL_EXIT_FAILED, "%s: %s", lock_path, g_strerror (saved));
  return FALSE;
}

/**
 * srv_log_sqlite_new:
 * @path: the file; made if it is missing
 *
 * A file that cannot be written just now (full, locked, read-only) is no error: the
 * log tries again with each group.
 *
 * Returns: (transfer full): a store, or %NULL with an error that names the file and
 * what is wrong with it.
 */
SrvLogStore *
srv_log_sqlite_new (const char *path, SrvSync sync, GError **error)
{
  SqliteStore *self = g_new0 (SqliteStore, 1);
  g_autoptr (GError) local = NULL;

  self->store.klass = &sqlite_class;
  self->lock_fd = -1;
  self->path = g_strdup (path);
  self->sync = sync;
  self->room_ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  pthread_mutex_init (&self->reading, NULL);
  pthread_mutex_init (&self->mutex, NULL);
  pthread_cond_init (&self->cond, NULL);

  if (!lock_file (self, &local) || (!open_writer (self, &local) && sal_sqlite_is_unusable (local)))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      sqlite_free (&self->store);
      return NULL;
    }
  if (pthread_create (&self->checkpointer, NULL, checkpointer, self) != 0)
    g_error ("cannot start a thread");
  return &self->store;
}
