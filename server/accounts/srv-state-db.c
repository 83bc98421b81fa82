/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * server.db: what the server remembers apart from what was said. Bans and the cloaks'
 * secret belong to admin/srv-registry, accounts and what they own to srv-account-store;
 * each has a connection of its own. The layout of all of it is here, because a file has
 * one version.
 */
#include "config.h"

#include "server/accounts/srv-state-db.h"

#include "common/sqlite/sal-sqlite.h"

/* How long one of us may have to wait for the other. */
#define BUSY_MS 2000

static const char bans[] =
    "CREATE TABLE secret (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;"
    "INSERT INTO secret VALUES ('cloak', randomblob(32));"
    "CREATE TABLE ban (network TEXT PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID";

/* Everything that belongs to an account goes when it goes. `key` is what two names that
 * count as the same have in common; times are microseconds since 1970. */
static const char accounts[] =
    "INSERT INTO secret VALUES ('login', randomblob(32));"
    "CREATE TABLE account (key TEXT PRIMARY KEY, name TEXT NOT NULL,"
    " role INTEGER NOT NULL, email TEXT, made INTEGER NOT NULL, iterations INTEGER NOT NULL,"
    " salt BLOB NOT NULL, stored_key BLOB NOT NULL, server_key BLOB NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE certificate (fingerprint TEXT PRIMARY KEY,"
    " account TEXT NOT NULL REFERENCES account ON DELETE CASCADE) WITHOUT ROWID;"
    "CREATE INDEX certificate_account ON certificate (account);"
    "CREATE TABLE nickname (key TEXT PRIMARY KEY, name TEXT NOT NULL,"
    " account TEXT NOT NULL REFERENCES account ON DELETE CASCADE) WITHOUT ROWID;"
    "CREATE INDEX nickname_account ON nickname (account);"
    "CREATE TABLE room (key TEXT PRIMARY KEY, name TEXT NOT NULL,"
    " founder TEXT NOT NULL REFERENCES account ON DELETE CASCADE,"
    " modes TEXT NOT NULL, password TEXT, most INTEGER NOT NULL, topic TEXT, topic_by TEXT)"
    " WITHOUT ROWID;"
    "CREATE INDEX room_founder ON room (founder);"
    "CREATE TABLE room_mask (room TEXT NOT NULL REFERENCES room ON DELETE CASCADE,"
    " list TEXT NOT NULL, mask TEXT NOT NULL, setter TEXT NOT NULL, made INTEGER NOT NULL,"
    " PRIMARY KEY (room, list, mask)) WITHOUT ROWID";

static const char markers[] =
    "CREATE TABLE marker (account TEXT NOT NULL REFERENCES account ON DELETE CASCADE,"
    " target TEXT NOT NULL, time INTEGER NOT NULL, PRIMARY KEY (account, target)) WITHOUT ROWID";

static const char topic_time[] =
    "ALTER TABLE room ADD COLUMN topic_time INTEGER NOT NULL DEFAULT 0";

static const char *const migrations[] = { bans, accounts, markers, topic_time };

static const SalSqliteSchema schema = {
  .application_id = 0x53616C32, /* "Sal2" */
  .migrations = migrations,
  .version = G_N_ELEMENTS (migrations),
};

static gboolean
look_for_topics (sqlite3 *db, gboolean *there, GError **error)
{
  sqlite3_stmt *look = sal_sqlite_prepare (
      db, "SELECT 1 FROM pragma_table_info ('room') WHERE name = 'topic'", error);
  gboolean ok = look != NULL && sal_sqlite_step (look, there, error);

  sqlite3_finalize (look);
  return ok;
}

/* For some hours rooms had no topics in a file of version 2. What is not there is looked for again
 * when nobody else can add it. */
static gboolean
add_topics (sqlite3 *db, GError **error)
{
  gboolean there = FALSE;
  gboolean ok = look_for_topics (db, &there, error);

  if (!ok || there)
    return ok;
  if (!sal_sqlite_exec (db, "BEGIN IMMEDIATE", error))
    return FALSE;
  ok = look_for_topics (db, &there, error) &&
       (there || sal_sqlite_exec (db,
                                  "ALTER TABLE room ADD COLUMN topic TEXT;"
                                  "ALTER TABLE room ADD COLUMN topic_by TEXT",
                                  error)) &&
       sal_sqlite_exec (db, "COMMIT", error);
  if (!ok)
    (void) sal_sqlite_exec (db, "ROLLBACK", NULL);
  return ok;
}

/**
 * srv_state_db_open:
 * @path: the file; made if it is missing, and brought to this program's version
 *
 * Returns: (transfer full): a connection for one thread at a time, or %NULL with an
 * error that names the file.
 */
sqlite3 *
srv_state_db_open (const char *path, GError **error)
{
  sqlite3 *db = sal_sqlite_open (path, BUSY_MS, error);

  if (db == NULL)
    return NULL;
  if (sal_sqlite_exec (db, "PRAGMA journal_mode = WAL", error) &&
      sal_sqlite_migrate (db, &schema, error) && add_topics (db, error) &&
      sal_sqlite_exec (db, "PRAGMA foreign_keys = ON", error))
    return db;
  sqlite3_close (db);
  return NULL;
}
