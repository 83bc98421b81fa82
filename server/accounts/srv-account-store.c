/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Accounts and what they own, in server.db. Everything is read once, at start; after
 * that the file is only written, an account or a room at a time, each in a transaction
 * of its own. Knows nothing of threads: the caller sees to it that one is in here at a
 * time.
 */
#include "config.h"

#include "server/accounts/srv-account-store.h"

#include <string.h>

#include "common/proto/sal-name.h"
#include "common/sqlite/sal-sqlite.h"
#include "server/accounts/srv-state-db.h"

struct _SrvAccountStore
{
  sqlite3 *db; /* (owned) */
};

/**
 * srv_account_new:
 * @name: a name
 *
 * Returns: (transfer full): an account of that name with nothing in it.
 */
SrvAccount *
srv_account_new (const char *name)
{
  SrvAccount *account = g_new0 (SrvAccount, 1);

  account->key = sal_name_key (name);
  account->name = g_strdup (name);
  account->nicknames = g_ptr_array_new_with_free_func (g_free);
  account->certificates = g_ptr_array_new_with_free_func (g_free);
  return account;
}

/**
 * srv_account_free:
 * @account: (nullable) (transfer full)
 */
void
srv_account_free (SrvAccount *account)
{
  if (account == NULL)
    return;
  g_free (account->key);
  g_free (account->name);
  g_free (account->email);
  g_ptr_array_unref (account->nicknames);
  g_ptr_array_unref (account->certificates);
  explicit_bzero (&account->keys, sizeof account->keys);
  g_free (account);
}

/**
 * srv_account_store_open:
 * @path: the file; made if it is missing
 *
 * Returns: (transfer full): the store, or %NULL with an error that names the file.
 */
SrvAccountStore *
srv_account_store_open (const char *path, GError **error)
{
  sqlite3 *db = srv_state_db_open (path, error);
  SrvAccountStore *store = NULL;

  if (db == NULL)
    return NULL;
  store = g_new0 (SrvAccountStore, 1);
  store->db = db;
  return store;
}

/**
 * srv_account_store_free:
 * @store: (nullable) (transfer full)
 */
void
srv_account_store_free (SrvAccountStore *store)
{
  if (store == NULL)
    return;
  sqlite3_close (store->db);
  g_free (store);
}

/* Reading. */

static const char *
column_text (sqlite3_stmt *row, int column)
{
  const char *text = (const char *) sqlite3_column_text (row, column);

  return text != NULL ? text : "";
}

/* Whether the column has exactly @size bytes; then they are in @bytes. */
static gboolean
column_bytes (sqlite3_stmt *row, int column, guint8 *bytes, int size)
{
  const void *blob = sqlite3_column_blob (row, column);

  if (blob == NULL || sqlite3_column_bytes (row, column) != size)
    return FALSE;
  memcpy (bytes, blob, (gsize) size);
  return TRUE;
}

typedef void (*RowFunc) (sqlite3_stmt *row, gpointer data);

static gboolean
for_each_row (SrvAccountStore *store, const char *sql, RowFunc func, gpointer data, GError **error)
{
  sqlite3_stmt *statement = sal_sqlite_prepare (store->db, sql, error);
  gboolean row = FALSE;
  gboolean ok = statement != NULL;

  while (ok && (ok = sal_sqlite_step (statement, &row, error)) && row)
    func (statement, data);
  sqlite3_finalize (statement);
  return ok;
}

static void
read_secret (sqlite3_stmt *row, gpointer data)
{
  guint8 *secret = data;

  (void) column_bytes (row, 0, secret, SRV_LOGIN_SECRET_BYTES);
}

/* Everything that is read, until it is known that all of it could be. */
typedef struct
{
  GPtrArray *accounts; /* (owned) of SrvAccount (owned) */
  GPtrArray *rooms;    /* (owned) of SrvOwnedRoom (owned) */
  GHashTable *by_key;  /* (owned): key (owned) -> SrvAccount or SrvOwnedRoom (unowned) */
} Contents;

/* An account without usable keys is one that nobody can log in to; it keeps its name. */
static void
read_account (sqlite3_stmt *row, gpointer data)
{
  Contents *contents = data;
  SrvAccount *account = srv_account_new (column_text (row, 0));
  int role = sqlite3_column_int (row, 1);

  account->role = role > 0 && role < SRV_N_ROLES ? (SrvRole) role : SRV_ROLE_USER;
  account->email = g_strdup ((const char *) sqlite3_column_text (row, 2));
  account->made_us = sqlite3_column_int64 (row, 3);
  account->keys.iterations = (guint) MAX (sqlite3_column_int (row, 4), 1);
  (void) column_bytes (row, 5, account->keys.salt, SRV_SCRAM_SALT_BYTES);
  (void) column_bytes (row, 6, account->keys.stored_key, SRV_SCRAM_KEY_BYTES);
  (void) column_bytes (row, 7, account->keys.server_key, SRV_SCRAM_KEY_BYTES);
  g_ptr_array_add (contents->accounts, account);
  g_hash_table_insert (contents->by_key, g_strdup (account->key), account);
}

static void
read_nickname (sqlite3_stmt *row, gpointer data)
{
  const Contents *contents = data;
  SrvAccount *account = g_hash_table_lookup (contents->by_key, column_text (row, 0));

  if (account != NULL)
    g_ptr_array_add (account->nicknames, g_strdup (column_text (row, 1)));
}

static void
read_certificate (sqlite3_stmt *row, gpointer data)
{
  const Contents *contents = data;
  SrvAccount *account = g_hash_table_lookup (contents->by_key, column_text (row, 0));

  if (account != NULL)
    g_ptr_array_add (account->certificates, g_strdup (column_text (row, 1)));
}

static void
read_room (sqlite3_stmt *row, gpointer data)
{
  Contents *contents = data;
  SrvOwnedRoom *room = srv_owned_room_new (column_text (row, 0), column_text (row, 1));

  g_free (room->modes);
  room->modes = g_strdup (column_text (row, 2));
  room->key = g_strdup ((const char *) sqlite3_column_text (row, 3));
  room->limit = (guint) MAX (sqlite3_column_int (row, 4), 0);
  room->topic = g_strdup ((const char *) sqlite3_column_text (row, 5));
  room->topic_by = g_strdup ((const char *) sqlite3_column_text (row, 6));
  room->topic_us = sqlite3_column_int64 (row, 7);
  g_ptr_array_add (contents->rooms, room);
  g_hash_table_insert (contents->by_key, sal_name_key (room->name), room);
}

static void
read_mask (sqlite3_stmt *row, gpointer data)
{
  const Contents *contents = data;
  SrvOwnedRoom *room = g_hash_table_lookup (contents->by_key, column_text (row, 0));

  if (room != NULL)
    srv_owned_room_add_mask (room, *column_text (row, 1), column_text (row, 2),
                             column_text (row, 3), sqlite3_column_int64 (row, 4));
}

static gboolean
read_accounts (SrvAccountStore *store, Contents *contents, GError **error)
{
  return for_each_row (store,
                       "SELECT name, role, email, made, iterations, salt, stored_key, server_key"
                       " FROM account",
                       read_account, contents, error) &&
         for_each_row (store, "SELECT account, name FROM nickname", read_nickname, contents,
                       error) &&
         for_each_row (store, "SELECT account, fingerprint FROM certificate", read_certificate,
                       contents, error);
}

static gboolean
read_rooms (SrvAccountStore *store, Contents *contents, GError **error)
{
  g_hash_table_remove_all (contents->by_key);
  return for_each_row (store,
                       "SELECT room.name, account.name, modes, password, most, topic, topic_by,"
                       " topic_time"
                       " FROM room JOIN account ON account.key = founder",
                       read_room, contents, error) &&
         for_each_row (store, "SELECT room, list, mask, setter, made FROM room_mask", read_mask,
                       contents, error);
}

typedef struct
{
  const SrvAccountReader *reader;
  gpointer data;
} MarkerReader;

static void
read_marker (sqlite3_stmt *row, gpointer data)
{
  const MarkerReader *to = data;
  const SrvKeptMarker marker = { .account = column_text (row, 0),
                                 .target = column_text (row, 1),
                                 .time_us = sqlite3_column_int64 (row, 2) };

  to->reader->marker (&marker, to->data);
}

/**
 * srv_account_store_read:
 * @reader: called with @data for everything that is kept, once all of it could be read
 */
gboolean
srv_account_store_read (SrvAccountStore *store,
                        const SrvAccountReader *reader,
                        gpointer data,
                        GError **error)
{
  Contents contents = {
    .accounts = g_ptr_array_new_with_free_func ((GDestroyNotify) srv_account_free),
    .rooms = g_ptr_array_new_with_free_func ((GDestroyNotify) srv_owned_room_free),
    .by_key = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL),
  };
  guint8 secret[SRV_LOGIN_SECRET_BYTES] = { 0 };
  gboolean ok = for_each_row (store, "SELECT value FROM secret WHERE name = 'login'", read_secret,
                              secret, error) &&
                read_accounts (store, &contents, error) && read_rooms (store, &contents, error);

  if (ok)
    {
      reader->secret (secret, data);
      g_ptr_array_set_free_func (contents.accounts, NULL);
      for (guint i = 0; i < contents.accounts->len; i++)
        reader->account (contents.accounts->pdata[i], data);
      g_ptr_array_set_free_func (contents.rooms, NULL);
      for (guint i = 0; i < contents.rooms->len; i++)
        reader->room (contents.rooms->pdata[i], data);
      ok = for_each_row (store, "SELECT account, target, time FROM marker", read_marker,
                         &(MarkerReader){ reader, data }, error);
    }
  explicit_bzero (secret, sizeof secret);
  g_hash_table_unref (contents.by_key);
  g_ptr_array_unref (contents.accounts);
  g_ptr_array_unref (contents.rooms);
  return ok;
}

/* Writing. */

/* Binds texts (NULL: NULL) from the first parameter on, runs the statement once. */
static gboolean
run (SrvAccountStore *store, const char *sql, const char *const *texts, guint n, GError **error)
{
  sqlite3_stmt *statement = sal_sqlite_prepare (store->db, sql, error);
  gboolean ok = FALSE;

  if (statement == NULL)
    return FALSE;
  for (guint i = 0; i < n; i++)
    sqlite3_bind_text (statement, (int) i + 1, texts[i], -1, SQLITE_STATIC);
  ok = sal_sqlite_run (statement, error);
  sqlite3_finalize (statement);
  return ok;
}

#define RUN(store, error, sql, ...)                                                                \
  run (store, sql, (const char *const[]){ __VA_ARGS__ },                                           \
       sizeof ((const char *const[]){ __VA_ARGS__ }) / sizeof (char *), error)

static gboolean
write_account (SrvAccountStore *store, const char *sql, const SrvAccount *account, GError **error)
{
  sqlite3_stmt *statement = sal_sqlite_prepare (store->db, sql, error);
  const SrvScramKeys *keys = &account->keys;
  gboolean ok = FALSE;

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_text (statement, 1, account->key, -1, SQLITE_STATIC);
  sqlite3_bind_text (statement, 2, account->name, -1, SQLITE_STATIC);
  sqlite3_bind_int (statement, 3, (int) account->role);
  sqlite3_bind_text (statement, 4, account->email, -1, SQLITE_STATIC);
  sqlite3_bind_int64 (statement, 5, account->made_us);
  sqlite3_bind_int64 (statement, 6, keys->iterations);
  sqlite3_bind_blob (statement, 7, keys->salt, sizeof keys->salt, SQLITE_STATIC);
  sqlite3_bind_blob (statement, 8, keys->stored_key, sizeof keys->stored_key, SQLITE_STATIC);
  sqlite3_bind_blob (statement, 9, keys->server_key, sizeof keys->server_key, SQLITE_STATIC);
  ok = sal_sqlite_run (statement, error);
  sqlite3_finalize (statement);
  return ok;
}

/* What an account has beside itself, all anew. */
static gboolean
write_belongings (SrvAccountStore *store, const SrvAccount *account, GError **error)
{
  gboolean ok = RUN (store, error, "DELETE FROM nickname WHERE account = ?", account->key) &&
                RUN (store, error, "DELETE FROM certificate WHERE account = ?", account->key);

  for (guint i = 0; ok && i < account->nicknames->len; i++)
    {
      g_autofree char *key = sal_name_key (account->nicknames->pdata[i]);

      ok = RUN (store, error, "INSERT INTO nickname (key, name, account) VALUES (?, ?, ?)", key,
                account->nicknames->pdata[i], account->key);
    }
  for (guint i = 0; ok && i < account->certificates->len; i++)
    ok = RUN (store, error, "INSERT INTO certificate (fingerprint, account) VALUES (?, ?)",
              account->certificates->pdata[i], account->key);
  return ok;
}

/* Ends the transaction. An error that is there already is the one that counts. */
static gboolean
finish (SrvAccountStore *store, gboolean ok, GError **error)
{
  if (ok && sal_sqlite_exec (store->db, "COMMIT", error))
    return TRUE;
  (void) sqlite3_exec (store->db, "ROLLBACK", NULL, NULL, NULL);
  return FALSE;
}

static gboolean
put (SrvAccountStore *store, const char *sql, const SrvAccount *account, GError **error)
{
  return sal_sqlite_exec (store->db, "BEGIN IMMEDIATE", error) &&
         finish (store,
                 write_account (store, sql, account, error) &&
                     write_belongings (store, account, error),
                 error);
}

/**
 * srv_account_store_add:
 *
 * Returns: %FALSE with an error if it could not be kept, or if an account of that name
 * is there already; then nothing has changed.
 */
gboolean
srv_account_store_add (SrvAccountStore *store, const SrvAccount *account, GError **error)
{
  return put (store,
              "INSERT INTO account (key, name, role, email, made, iterations, salt, stored_key,"
              " server_key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
              account, error);
}

/**
 * srv_account_store_update:
 *
 * Keeps @account in place of what was kept under its key.
 */
gboolean
srv_account_store_update (SrvAccountStore *store, const SrvAccount *account, GError **error)
{
  return put (store,
              "UPDATE account SET name = ?2, role = ?3, email = ?4, made = ?5, iterations = ?6,"
              " salt = ?7, stored_key = ?8, server_key = ?9 WHERE key = ?1",
              account, error);
}

/**
 * srv_account_store_drop:
 *
 * Forgets an account and what it owns.
 */
gboolean
srv_account_store_drop (SrvAccountStore *store, const char *key, GError **error)
{
  return RUN (store, error, "DELETE FROM account WHERE key = ?", key);
}

static gboolean
write_room (SrvAccountStore *store, const char *key, const SrvOwnedRoom *room, GError **error)
{
  g_autofree char *founder = sal_name_key (room->founder);
  g_autofree char *limit = g_strdup_printf ("%u", room->limit);
  g_autofree char *topic_set = g_strdup_printf ("%" G_GINT64_FORMAT, room->topic_us);

  return RUN (store, error, "DELETE FROM room WHERE key = ?", key) &&
         RUN (store, error,
              "INSERT INTO room (key, name, founder, modes, password, most, topic, topic_by, "
              "topic_time)"
              " VALUES (?, ?, ?, ?, ?, CAST (? AS INTEGER), ?, ?, CAST (? AS INTEGER))",
              key, room->name, founder, room->modes, room->key, limit, room->topic, room->topic_by,
              topic_set);
}

static gboolean
write_masks (SrvAccountStore *store, const char *key, const SrvOwnedRoom *room, GError **error)
{
  gboolean ok = TRUE;

  for (guint i = 0; ok && i < room->masks->len; i++)
    {
      const SrvRoomMask *mask = room->masks->pdata[i];
      const char list[] = { mask->list, '\0' };
      g_autofree char *set = g_strdup_printf ("%" G_GINT64_FORMAT, mask->set_us);

      ok = RUN (store, error,
                "INSERT OR REPLACE INTO room_mask (room, list, mask, setter, made)"
                " VALUES (?, ?, ?, ?, CAST (? AS INTEGER))",
                key, list, mask->mask, mask->setter, set);
    }
  return ok;
}

/**
 * srv_account_store_put_room:
 *
 * Keeps @room in place of what was kept of it. Its founder must have an account.
 */
gboolean
srv_account_store_put_room (SrvAccountStore *store, const SrvOwnedRoom *room, GError **error)
{
  g_autofree char *key = sal_name_key (room->name);

  return sal_sqlite_exec (store->db, "BEGIN IMMEDIATE", error) &&
         finish (store,
                 write_room (store, key, room, error) && write_masks (store, key, room, error),
                 error);
}

/**
 * srv_account_store_drop_room:
 */
gboolean
srv_account_store_drop_room (SrvAccountStore *store, const char *room, GError **error)
{
  g_autofree char *key = sal_name_key (room);

  return RUN (store, error, "DELETE FROM room WHERE key = ?", key);
}

static gboolean
write_marker (SrvAccountStore *store, const SrvKeptMarker *marker, GError **error)
{
  g_autofree char *time = g_strdup_printf ("%" G_GINT64_FORMAT, marker->time_us);

  if (marker->time_us == 0)
    return RUN (store, error, "DELETE FROM marker WHERE account = ? AND target = ?",
                marker->account, marker->target);
  return RUN (store, error,
              "INSERT OR REPLACE INTO marker (account, target, time)"
              " SELECT key, ?2, CAST (?3 AS INTEGER) FROM account WHERE key = ?1",
              marker->account, marker->target, time);
}

/**
 * srv_account_store_put_markers:
 *
 * Keeps all of them or, with an error, none. What is of an account that has gone meanwhile is
 * passed over.
 */
gboolean
srv_account_store_put_markers (SrvAccountStore *store,
                               const SrvKeptMarker *markers,
                               guint n,
                               GError **error)
{
  gboolean ok = sal_sqlite_exec (store->db, "BEGIN IMMEDIATE", error);

  if (!ok)
    return FALSE;
  for (guint i = 0; ok && i < n; i++)
    ok = write_marker (store, &markers[i], error);
  return finish (store, ok, error);
}
