/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The log in an SQLite file. The schema is documented in salottod(8), because
 * people query it.
 *
 * Three connections, each used by one thread: the writer (the log's thread), the
 * reader (its reader thread), and one that moves what was committed from the
 * write-ahead log into the file (see srv-log-wal).
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
#include "server/log/srv-log-sqlite-read.h"
#include "server/log/srv-log-wal.h"

/* How long a group waits for a lock that another process holds. People wait behind
 * it. */
#define BUSY_MS 250

/* Rooms whose number is known without asking the file. */
#define ROOM_IDS_MAX 4096

/* Pages that may be moved into the file while the server is ending. */
#define CLOSING_PAGES_MAX 4000

/* Free pages that are worth giving back to the disk. */
#define FREE_PAGES 1000

/* How long one step of retention takes, for what is said meanwhile waits behind it. What it
 * does is in a transaction of its own: the wait for the disk at its end is the same for little
 * and for much, and is not counted. */
#define RETENTION_STEP_US 2000

/* Entries that one step takes away: at most so many, and no more than take so long. In a long
 * log with many rooms most of them lie in pages of their own. But it is always as many as the
 * last group has brought, so that the file does not outgrow its bound. */
#define RETENTION_STEP_MIN 16
#define RETENTION_STEP_MAX 512

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
  INSERT_ROWS,
  FIND_ROOM,
  INSERT_ROOM,
  COMMIT,
  REDACT,
  FIND,
  FIND_NONCE,
  N_STATEMENTS
};

/* What every statement costs by itself, above all to write where the numbers have got to, is
 * as much as a row; so a busy log inserts several rows with one. */
#define ROWS 8
#define COLUMNS 13
#define INSERT_SQL                                                                                 \
  "INSERT INTO entry (seq, time, room, kind, name, address, text, host, account, target, tags,"    \
  " nonce, ref) VALUES "
#define ROW_SQL "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
#define TWO_ROWS_SQL ROW_SQL ", " ROW_SQL
#define FOUR_ROWS_SQL TWO_ROWS_SQL ", " TWO_ROWS_SQL

static const char *const statement_sql[N_STATEMENTS] = {
  [BEGIN] = "BEGIN IMMEDIATE",
  [INSERT] = INSERT_SQL ROW_SQL,
  [INSERT_ROWS] = INSERT_SQL FOUR_ROWS_SQL ", " FOUR_ROWS_SQL,
  [FIND_ROOM] = "SELECT id FROM room WHERE key = ?",
  [INSERT_ROOM] = "INSERT INTO room (key, name) VALUES (?, ?)",
  [COMMIT] = "COMMIT",
  /* It is in no room any more: whoever reads one should not have to go past thousands of these.
   * In which it was is kept for whoever sends it again. */
  [REDACT] = "UPDATE entry SET kind = 'redacted', ref = room, room = NULL, text = NULL, tags = NULL"
             " WHERE seq = ? AND kind <> 'redacted'",
  [FIND] = SRV_LOG_SQLITE_SELECT " WHERE seq = ?",
  [FIND_NONCE] = SRV_LOG_SQLITE_SELECT_FROM (
      "CASE kind WHEN 'redacted' THEN ref ELSE room END") " WHERE nonce = ? AND room.key = ? AND "
                                                          "time >= ? LIMIT 1",
};

typedef struct
{
  SrvEntry *entry; /* (owned) */
  gint64 room;
} Row;

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
  gboolean sweeping;    /* rooms are looked through for those that have become empty */
  gint64 swept;         /* up to this one */
  int retention_step;
  int group_size;   /* of the last one */
  guint64 last_seq; /* where the log ends, once opened */
  gint64 last_time_us;
  guint64 group_seq; /* where it will end if the group in hand is committed */
  gint64 group_time_us;
  gboolean group_redacts; /* it takes something back */
  Row rows[ROWS];         /* of that group, that are not in the file yet */
  guint n_rows;

  pthread_mutex_t reading;
  sqlite3 *reader; /* (owned) (nullable): under it */

  SrvLogWal *wal; /* (owned) */
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
close_last (SqliteStore *self, int pages)
{
  if (self->writer != NULL && pages > CLOSING_PAGES_MAX)
    (void) sqlite3_db_config (self->writer, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
  close_writer (self);
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
      /* What is taken out of the file is overwritten there. (It is Debian's default.) */
      !sal_sqlite_exec (self->writer, "PRAGMA secure_delete = ON", error) ||
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
  return srv_log_wal_watch (self->wal, self->writer, error);
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
  srv_log_wal_begin_again (self->wal, self->writer);
  self->group_size = 0;
  self->group_redacts = FALSE;
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

/* @first: the index of the row's first column. */
static void
bind_row (sqlite3_stmt *insert, int first, const Row *row)
{
  const SrvEntry *entry = row->entry;

  sqlite3_bind_int64 (insert, first, (gint64) entry->seq);
  sqlite3_bind_int64 (insert, first + 1, entry->time_us);
  sqlite3_bind_text (insert, first + 3, srv_entry_kind_name (entry->kind), -1, SQLITE_STATIC);
  if (entry->kind != SRV_ENTRY_BOOT)
    {
      sqlite3_bind_int64 (insert, first + 2, row->room);
      sqlite3_bind_text (insert, first + 4, entry->name, -1, SQLITE_STATIC);
      sqlite3_bind_text (insert, first + 5, entry->address, -1, SQLITE_STATIC);
    }
  bind_optional (insert, first + 6, entry->text);
  bind_optional (insert, first + 7, entry->host);
  bind_optional (insert, first + 8, entry->account);
  bind_optional (insert, first + 9, entry->target);
  bind_optional (insert, first + 10, entry->tags);
  bind_optional (insert, first + 11, entry->nonce);
  if (entry->number != 0)
    sqlite3_bind_int64 (insert, first + 12, (gint64) entry->number);
}

static void
forget_rows (SqliteStore *self)
{
  for (guint i = 0; i < self->n_rows; i++)
    srv_entry_unref (self->rows[i].entry);
  self->n_rows = 0;
}

/* Puts into the file what waits for it. After an error it still waits, and the group fails. */
static gboolean
insert_rows (SqliteStore *self, GError **error)
{
  guint at_once = self->n_rows == ROWS ? ROWS : 1;
  sqlite3_stmt *insert = self->statements[at_once == ROWS ? INSERT_ROWS : INSERT];

  for (guint i = 0; i < self->n_rows; i += at_once)
    {
      for (guint j = 0; j < at_once; j++)
        bind_row (insert, (int) (1 + COLUMNS * j), &self->rows[i + j]);
      if (!sal_sqlite_run (insert, error))
        return FALSE;
    }
  forget_rows (self);
  return TRUE;
}

static gboolean
sqlite_insert (SrvLogStore *store, SrvEntry *entry, GError **error)
{
  SqliteStore *self = (SqliteStore *) store;
  gint64 room = 0;

  if (entry->kind != SRV_ENTRY_BOOT && !room_id (self, entry->room, &room, error))
    return FALSE;
  self->rows[self->n_rows++] = (Row){ srv_entry_ref (entry), room };
  self->group_size++;
  self->group_seq = entry->seq;
  self->group_time_us = entry->time_us;
  return self->n_rows < ROWS || insert_rows (self, error);
}

static void
sqlite_rollback (SrvLogStore *store)
{
  SqliteStore *self = (SqliteStore *) store;
  int code = 0;

  forget_rows (self);
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

  if (!insert_rows (self, error) || !sal_sqlite_run (self->statements[COMMIT], error))
    return FALSE;
  self->last_seq = self->group_seq;
  self->last_time_us = self->group_time_us;
  if (self->group_redacts)
    srv_log_wal_want_wipe (self->wal);
  return TRUE;
}

static gboolean
sqlite_redact (SrvLogStore *store, guint64 seq, GError **error)
{
  SqliteStore *self = (SqliteStore *) store;

  if (!insert_rows (self, error))
    return FALSE;
  self->group_redacts = TRUE;
  sqlite3_bind_int64 (self->statements[REDACT], 1, (gint64) seq);
  return sal_sqlite_run (self->statements[REDACT], error);
}

static SrvEntry *
sqlite_find (SrvLogStore *store, guint64 seq)
{
  SqliteStore *self = (SqliteStore *) store;

  if (self->writer == NULL || !insert_rows (self, NULL))
    return NULL;
  sqlite3_bind_int64 (self->statements[FIND], 1, (gint64) seq);
  return srv_log_sqlite_one_entry (self->statements[FIND]);
}

static SrvEntry *
sqlite_find_nonce (SrvLogStore *store, const char *room, const char *nonce, gint64 since_us)
{
  SqliteStore *self = (SqliteStore *) store;
  g_autofree char *key = sal_name_key (room);

  if (self->writer == NULL || !insert_rows (self, NULL))
    return NULL;
  sqlite3_bind_text (self->statements[FIND_NONCE], 1, nonce, -1, SQLITE_STATIC);
  sqlite3_bind_text (self->statements[FIND_NONCE], 2, key, -1, SQLITE_STATIC);
  sqlite3_bind_int64 (self->statements[FIND_NONCE], 3, since_us);
  return srv_log_sqlite_one_entry (self->statements[FIND_NONCE]);
}

static gboolean
sqlite_read (SrvLogStore *store, const SrvLogQuery *query, GPtrArray *entries, GError **error)
{
  SqliteStore *self = (SqliteStore *) store;
  gboolean ok = FALSE;

  pthread_mutex_lock (&self->reading);
  if (self->reader == NULL)
    self->reader = sal_sqlite_open (self->path, BUSY_MS, error);
  ok = self->reader != NULL && srv_log_sqlite_read (self->reader, query, entries, error);
  if (!ok)
    g_clear_pointer (&self->reader, sqlite3_close);
  pthread_mutex_unlock (&self->reading);
  return ok;
}

/* Retention takes the oldest, whatever rooms they are of. */
static guint64
sqlite_get_gone (SrvLogStore *store, const char *room)
{
  SqliteStore *self = (SqliteStore *) store;
  gint64 first = 1;

  pthread_mutex_lock (&self->reading);
  if (self->reader != NULL)
    first = sal_sqlite_get_int (self->reader,
                                "SELECT ifnull((SELECT min(seq) FROM entry),"
                                " (SELECT seq + 1 FROM sqlite_sequence WHERE name = 'entry'))",
                                1);
  pthread_mutex_unlock (&self->reading);
  return (guint64) MAX (first - 1, 0);
}

/* How many are taken away next time, if this time it took so long. */
static int
next_step (int step, gint64 took_us)
{
  if (took_us > RETENTION_STEP_US)
    return MAX (step / 2, RETENTION_STEP_MIN);
  return took_us < RETENTION_STEP_US / 2 ? MIN (2 * step, RETENTION_STEP_MAX) : step;
}

/* Ends a step of retention. Returns whether it is in the file. */
static gboolean
end_step (SqliteStore *self)
{
  if (sal_sqlite_run (self->statements[COMMIT], NULL))
    return TRUE;
  sqlite_rollback (&self->store);
  return FALSE;
}

static gboolean
delete_before (SqliteStore *self, gint64 seq)
{
  sqlite3_stmt *statement = sal_sqlite_prepare (
      self->writer,
      "DELETE FROM entry WHERE seq IN (SELECT seq FROM entry WHERE seq < ? ORDER BY seq LIMIT ?)",
      NULL);
  int step = MAX (self->retention_step, self->group_size);
  gboolean more = FALSE;

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, seq);
  sqlite3_bind_int (statement, 2, step);
  if (sal_sqlite_run (self->statements[BEGIN], NULL))
    {
      gint64 begun_us = g_get_monotonic_time ();

      if (sal_sqlite_run (statement, NULL))
        {
          more = sqlite3_changes (self->writer) > 0;
          self->pruned = TRUE;
          self->retention_step =
              next_step (self->retention_step, g_get_monotonic_time () - begun_us);
        }
      more = end_step (self) && more;
    }
  sqlite3_finalize (statement);
  return more;
}

/* Gives some free pages back to the disk. Returns whether there may be more to give. It gives
 * none, without an error, in a file that somebody has set up otherwise. */
static gboolean
give_pages_back (SqliteStore *self)
{
  sqlite3_stmt *vacuum = sal_sqlite_prepare (self->writer, "PRAGMA incremental_vacuum", NULL);
  gint64 until_us = g_get_monotonic_time () + RETENTION_STEP_US;
  gboolean row = FALSE;
  gboolean given = FALSE;

  if (vacuum != NULL && sal_sqlite_run (self->statements[BEGIN], NULL))
    {
      /* A row for each page. */
      while (sal_sqlite_step (vacuum, &row, NULL) && row)
        {
          given = TRUE;
          if (g_get_monotonic_time () >= until_us)
            break;
        }
      sqlite3_reset (vacuum);
      given = end_step (self) && given;
    }
  sqlite3_finalize (vacuum);
  return given;
}

/* Forgets the next of those rooms of which nothing is in the log any more. Returns whether there
 * may be more. */
static gboolean
sweep_rooms (SqliteStore *self)
{
  sqlite3_stmt *next = sal_sqlite_prepare (
      self->writer,
      "SELECT id, EXISTS (SELECT 1 FROM entry WHERE entry.room = room.id) FROM room"
      " WHERE id > ? ORDER BY id",
      NULL);
  sqlite3_stmt *forget = sal_sqlite_prepare (self->writer, "DELETE FROM room WHERE id = ?", NULL);
  gint64 until_us = g_get_monotonic_time () + RETENTION_STEP_US;
  gboolean row = FALSE;
  gboolean ok = next != NULL && forget != NULL && sal_sqlite_run (self->statements[BEGIN], NULL);

  if (ok)
    {
      sqlite3_bind_int64 (next, 1, self->swept);
      while ((ok = sal_sqlite_step (next, &row, NULL)) && row)
        {
          self->swept = sqlite3_column_int64 (next, 0);
          if (sqlite3_column_int (next, 1) == 0)
            {
              sqlite3_bind_int64 (forget, 1, self->swept);
              (void) sal_sqlite_run (forget, NULL);
              g_hash_table_remove_all (self->room_ids);
            }
          if (g_get_monotonic_time () >= until_us)
            break;
        }
      sqlite3_reset (next);
      ok = end_step (self) && ok;
    }
  sqlite3_finalize (next);
  sqlite3_finalize (forget);
  return ok && row;
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
  srv_log_wal_begin_again (self->wal, self->writer);
  oldest_us =
      sal_sqlite_get_int (self->writer, "SELECT time FROM entry ORDER BY seq LIMIT 1", G_MAXINT64);
  if (self->age_us > 0 && oldest_us < now_us - self->age_us)
    return delete_before (self, srv_log_sqlite_seq_at_time (self->writer, now_us - self->age_us));

  page_size = sal_sqlite_get_int (self->writer, "PRAGMA page_size", 4096);
  pages = sal_sqlite_get_int (self->writer, "PRAGMA page_count", 0);
  free_pages = sal_sqlite_get_int (self->writer, "PRAGMA freelist_count", 0);
  last = sal_sqlite_get_int (self->writer, "SELECT max(seq) FROM entry", 0);
  if (self->bytes > 0 && (guint64) ((pages - free_pages) * page_size) > self->bytes)
    return delete_before (self, last);

  if (free_pages > FREE_PAGES && give_pages_back (self))
    return TRUE;
  if (self->pruned && !self->sweeping)
    {
      self->pruned = FALSE;
      self->sweeping = TRUE;
      self->swept = 0;
    }
  self->sweeping = self->sweeping && sweep_rooms (self);
  return self->sweeping;
}

static gint64
sqlite_wipe (SrvLogStore *store)
{
  SqliteStore *self = (SqliteStore *) store;

  if (self->writer == NULL || self->broken)
    return G_USEC_PER_SEC;
  return srv_log_wal_wipe (self->wal, self->writer, BUSY_MS);
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

  int pages = srv_log_wal_get_pages (self->wal);

  srv_log_wal_free (self->wal);
  g_clear_pointer (&self->reader, sqlite3_close);
  close_last (self, pages);
  g_hash_table_unref (self->room_ids);
  sal_fd_close (&self->lock_fd);
  pthread_mutex_destroy (&self->reading);
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
  .get_gone = sqlite_get_gone,
  .maintain = sqlite_maintain,
  .wipe = sqlite_wipe,
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
  else if (saved == ENOENT)
    g_set_error (error, SAL_ERROR, SAL_EXIT_FAILED,
                 _ ("%s: the folder of this file does not exist; make it or name another file"),
                 self->path);
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
  self->retention_step = RETENTION_STEP_MIN;
  self->room_ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  pthread_mutex_init (&self->reading, NULL);
  self->wal = srv_log_wal_new (path);

  if (!lock_file (self, &local) || (!open_writer (self, &local) && sal_sqlite_is_unusable (local)))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      sqlite_free (&self->store);
      return NULL;
    }
  return &self->store;
}
