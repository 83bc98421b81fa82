/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Accounts in their file: what was written is read, an older file is brought forward, and
 * a disk that fails leaves nothing half done.
 */
#include "config.h"

#include "server/accounts/srv-account-store.h"

#include <string.h>

#include "common/sqlite/sal-sqlite.h"
#include "server/admin/srv-registry.h"
#include "tests/lib/fault-vfs.h"
#include "tests/unit/store-driver.h"

typedef struct
{
  char *dir;
  char *path;
  SrvAccountStore *store;
  GString *read; /* what is in it, a line each */
  guint8 secret[SRV_LOGIN_SECRET_BYTES];
} Fixture;

static void
open_store (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&f->store, srv_account_store_free);
  f->store = srv_account_store_open (f->path, &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->dir = test_dir_new ();
  f->path = g_build_filename (f->dir, "server.db", NULL);
  f->read = g_string_new (NULL);
  open_store (f);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  fault_vfs_set_fault (FAULT_NONE, 0);
  srv_account_store_free (f->store);
  test_dir_remove (f->dir);
  g_string_free (f->read, TRUE);
  g_free (f->path);
  g_free (f->dir);
}

static int
by_text (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
read_secret (const guint8 *bytes, gpointer data)
{
  memcpy (((Fixture *) data)->secret, bytes, SRV_LOGIN_SECRET_BYTES);
}

static void
read_account (SrvAccount *account, gpointer data)
{
  Fixture *f = data;

  g_ptr_array_sort (account->nicknames, by_text);
  g_ptr_array_sort (account->certificates, by_text);
  g_string_append_printf (f->read, "%s role=%d email=%s made=%d rounds=%u keys=%02x%02x%02x",
                          account->name, account->role, account->email, (int) account->made_us,
                          account->keys.iterations, account->keys.salt[15],
                          account->keys.stored_key[31], account->keys.server_key[31]);
  for (guint i = 0; i < account->nicknames->len; i++)
    g_string_append_printf (f->read, " nick=%s", (char *) account->nicknames->pdata[i]);
  for (guint i = 0; i < account->certificates->len; i++)
    g_string_append_printf (f->read, " cert=%.2s", (char *) account->certificates->pdata[i]);
  g_string_append_c (f->read, '\n');
  srv_account_free (account);
}

static int
by_mask (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(const SrvRoomMask *const *) a)->mask, (*(const SrvRoomMask *const *) b)->mask);
}

static void
read_room (SrvOwnedRoom *room, gpointer data)
{
  Fixture *f = data;

  g_ptr_array_sort (room->masks, by_mask);
  g_string_append_printf (f->read, "#%s founder=%s modes=%s key=%s limit=%u", room->name,
                          room->founder, room->modes, room->key, room->limit);
  if (room->topic != NULL)
    g_string_append_printf (f->read, " topic=%s/%s/%d", room->topic, room->topic_by,
                            (int) room->topic_us);
  for (guint i = 0; i < room->masks->len; i++)
    {
      const SrvRoomMask *mask = room->masks->pdata[i];

      g_string_append_printf (f->read, " %c=%s/%s/%d", mask->list, mask->mask, mask->setter,
                              (int) mask->set_us);
    }
  g_string_append_c (f->read, '\n');
  srv_owned_room_free (room);
}

static void
read_marker (const SrvKeptMarker *marker, gpointer data)
{
  g_string_append_printf (((Fixture *) data)->read, "%s has read %s until %d\n", marker->account,
                          marker->target, (int) marker->time_us);
}

static const SrvAccountReader reader = { read_secret, read_account, read_room, read_marker };

static const char *
read_again (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  open_store (f);
  g_string_truncate (f->read, 0);
  g_assert_true (srv_account_store_read (f->store, &reader, f, &error));
  g_assert_no_error (error);
  return f->read->str;
}

static SrvAccount *
account_new (const char *name)
{
  SrvAccount *account = srv_account_new (name);

  account->made_us = 7;
  account->keys.iterations = 4096;
  account->keys.salt[15] = 0xaa;
  account->keys.stored_key[31] = 0xbb;
  account->keys.server_key[31] = 0xcc;
  return account;
}

static void
add (Fixture *f, const char *name)
{
  g_autoptr (SrvAccount) account = account_new (name);
  g_autoptr (GError) error = NULL;

  g_assert_true (srv_account_store_add (f->store, account, &error));
  g_assert_no_error (error);
}

#define ANNA "Anna role=0 email=(null) made=7 rounds=4096 keys=aabbcc\n"
#define BEA "bea role=0 email=(null) made=7 rounds=4096 keys=aabbcc\n"

static void
test_accounts (Fixture *f, gconstpointer data)
{
  g_autoptr (SrvAccount) account = account_new ("Anna");
  g_autofree char *a = g_strnfill (64, 'a');
  g_autofree char *b = g_strnfill (64, 'b');

  g_assert_cmpstr (read_again (f), ==, "");
  add (f, "Anna");
  add (f, "bea");
  g_assert_cmpstr (read_again (f), ==, ANNA BEA);

  account->role = SRV_ROLE_MODERATOR;
  account->email = g_strdup ("anna@example.org");
  account->keys.iterations = 60000;
  account->keys.stored_key[31] = 0xdd;
  g_ptr_array_add (account->nicknames, g_strdup ("Annette"));
  g_ptr_array_add (account->nicknames, g_strdup ("\303\204nni"));
  g_ptr_array_add (account->certificates, g_strdup (a));
  g_ptr_array_add (account->certificates, g_strdup (b));
  g_assert_true (srv_account_store_update (f->store, account, NULL));
  g_assert_cmpstr (read_again (f), ==,
                   "Anna role=1 email=anna@example.org made=7 rounds=60000 keys=aaddcc"
                   " nick=Annette nick=\303\204nni cert=aa cert=bb\n" BEA);

  g_ptr_array_remove_index (account->nicknames, 0);
  g_ptr_array_set_size (account->certificates, 1);
  g_assert_true (srv_account_store_update (f->store, account, NULL));
  g_assert_cmpstr (read_again (f), ==,
                   "Anna role=1 email=anna@example.org made=7 rounds=60000 keys=aaddcc"
                   " nick=\303\204nni cert=aa\n" BEA);

  g_assert_true (srv_account_store_drop (f->store, account->key, NULL));
  g_assert_cmpstr (read_again (f), ==, BEA);
  g_assert_true (srv_account_store_drop (f->store, account->key, NULL));
  /* Its nickname and its certificate are free. */
  g_assert_true (srv_account_store_add (f->store, account, NULL));
}

/* Up to where they have read; it goes with the account. */
static void
test_markers (Fixture *f, gconstpointer data)
{
  const SrvKeptMarker some[] = { { "anna", "#tea", 5 },
                                 { "anna", "bea", 6 },
                                 { "zoe", "#tea", 7 } };
  const SrvKeptMarker later[] = { { "anna", "#tea", 8 }, { "anna", "bea", 0 } };

  open_store (f);
  add (f, "Anna");
  g_assert_true (srv_account_store_put_markers (f->store, some, G_N_ELEMENTS (some), NULL));
  g_assert_cmpstr (read_again (f), ==,
                   ANNA "anna has read #tea until 5\nanna has read bea until 6\n");
  g_assert_true (srv_account_store_put_markers (f->store, later, G_N_ELEMENTS (later), NULL));
  g_assert_cmpstr (read_again (f), ==, ANNA "anna has read #tea until 8\n");
  g_assert_true (srv_account_store_drop (f->store, "anna", NULL));
  g_assert_cmpstr (read_again (f), ==, "");
}

/* One name, one nickname and one certificate belong to one account. */
static void
test_unique (Fixture *f, gconstpointer data)
{
  g_autoptr (SrvAccount) again = account_new ("ANNA");
  g_autoptr (SrvAccount) other = account_new ("carla");
  g_autoptr (SrvAccount) bea = account_new ("bea");
  g_autoptr (GError) error = NULL;

  add (f, "Anna");
  add (f, "bea");
  g_assert_false (srv_account_store_add (f->store, again, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, f->path));
  g_ptr_array_add (bea->nicknames, g_strdup ("bee"));
  g_ptr_array_add (bea->certificates, g_strnfill (64, 'c'));
  g_assert_true (srv_account_store_update (f->store, bea, NULL));
  g_ptr_array_add (other->nicknames, g_strdup ("BEE"));
  g_assert_false (srv_account_store_add (f->store, other, NULL));
  g_ptr_array_set_size (other->nicknames, 0);
  g_ptr_array_add (other->certificates, g_strnfill (64, 'c'));
  g_assert_false (srv_account_store_add (f->store, other, NULL));
  /* Nothing is left of what failed, and the next one works. */
  g_ptr_array_set_size (other->certificates, 0);
  g_assert_true (srv_account_store_add (f->store, other, NULL));
}

static SrvOwnedRoom *
room_new (void)
{
  SrvOwnedRoom *room = srv_owned_room_new ("Tea", "anna");

  g_free (room->modes);
  room->modes = g_strdup ("nt");
  return room;
}

static void
test_rooms (Fixture *f, gconstpointer data)
{
  g_autoptr (SrvOwnedRoom) room = room_new ();
  g_autoptr (SrvOwnedRoom) copy = NULL;
  g_autoptr (SrvOwnedRoom) orphan = srv_owned_room_new ("coffee", "nobody");
  g_autoptr (GError) error = NULL;

  add (f, "Anna");
  g_assert_true (srv_account_store_put_room (f->store, room, NULL));
  g_assert_cmpstr (read_again (f), ==, ANNA "#Tea founder=Anna modes=nt key=(null) limit=0\n");

  room->key = g_strdup ("sesame");
  room->limit = 12;
  room->topic = g_strdup ("Earl Grey");
  room->topic_by = g_strdup ("bea");
  room->topic_us = 7;
  srv_owned_room_add_mask (room, 'b', "*!*@192.0.2.*", "bea", 5);
  srv_owned_room_add_mask (room, 'e', "~a:Anna", "bea", 6);
  copy = srv_owned_room_copy (room);
  g_assert_true (srv_account_store_put_room (f->store, copy, NULL));
  g_assert_cmpstr (read_again (f), ==,
                   ANNA "#Tea founder=Anna modes=nt key=sesame limit=12"
                        " topic=Earl Grey/bea/7"
                        " b=*!*@192.0.2.*/bea/5 e=~a:Anna/bea/6\n");

  g_clear_pointer (&room->key, g_free);
  g_ptr_array_remove_index (room->masks, 0);
  g_assert_true (srv_account_store_put_room (f->store, room, NULL));
  g_assert_cmpstr (
      read_again (f), ==,
      ANNA
      "#Tea founder=Anna modes=nt key=(null) limit=12 topic=Earl Grey/bea/7 e=~a:Anna/bea/6\n");

  g_assert_false (srv_account_store_put_room (f->store, orphan, &error));
  g_assert_nonnull (error);
  g_assert_true (srv_account_store_drop_room (f->store, "TEA", NULL));
  g_assert_true (srv_account_store_drop_room (f->store, "TEA", NULL));
  g_assert_cmpstr (read_again (f), ==, ANNA);

  /* With who owns it goes the room. */
  g_assert_true (srv_account_store_put_room (f->store, room, NULL));
  g_assert_true (srv_account_store_drop (f->store, "anna", NULL));
  g_assert_cmpstr (read_again (f), ==, "");
}

static void
test_secret (Fixture *f, gconstpointer data)
{
  guint8 first[SRV_LOGIN_SECRET_BYTES];
  guint8 none[SRV_LOGIN_SECRET_BYTES] = { 0 };

  (void) read_again (f);
  memcpy (first, f->secret, sizeof first);
  g_assert_cmpint (memcmp (first, none, sizeof none), !=, 0);
  (void) read_again (f);
  g_assert_cmpmem (first, sizeof first, f->secret, sizeof f->secret);
}

/* A file of the version before: bans stay, accounts have their place. */
static void
test_migration (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->dir, "old.db", NULL);
  sqlite3 *db = sal_sqlite_open (path, 0, NULL);
  g_autoptr (SrvRegistry) registry = NULL;

  g_assert_true (sal_sqlite_exec (
      db,
      "CREATE TABLE secret (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;"
      "INSERT INTO secret VALUES ('cloak', randomblob(32));"
      "CREATE TABLE ban (network TEXT PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;"
      "INSERT INTO ban VALUES ('192.0.2.0/24', 0);"
      "PRAGMA application_id = 1398893618; PRAGMA user_version = 1",
      NULL));
  sqlite3_close (db);
  g_free (f->path);
  f->path = g_steal_pointer (&path);
  g_assert_cmpstr (read_again (f), ==, "");
  add (f, "Anna");
  g_assert_cmpstr (read_again (f), ==, ANNA);
  registry = srv_registry_open (f->path, NULL);
  g_assert_cmpuint (srv_registry_get_bans (registry)->len, ==, 1);
}

/* Somebody has been at the file with another program. */
static void
test_odd_rows (Fixture *f, gconstpointer data)
{
  sqlite3 *db = NULL;

  add (f, "Anna");
  db = sal_sqlite_open (f->path, 0, NULL);
  g_assert_true (sal_sqlite_exec (
      db,
      "UPDATE account SET role = 99, iterations = -5, salt = x'00', stored_key = 'x', made = 'y';"
      "INSERT INTO nickname VALUES ('ghost', 'ghost', 'nobody');"
      "INSERT INTO certificate VALUES ('ghost', 'nobody');"
      "INSERT INTO room VALUES ('tea', 'Tea', 'nobody', 'nt', NULL, 0, NULL, NULL, 0);"
      "INSERT INTO room_mask VALUES ('tea', 'b', 'x', 'y', 0)",
      NULL));
  sqlite3_close (db);
  g_assert_cmpstr (read_again (f), ==, "Anna role=0 email=(null) made=0 rounds=1 keys=0000cc\n");
}

static void
test_unusable (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *missing = g_build_filename (f->dir, "missing", "server.db", NULL);
  g_autofree char *text = g_build_filename (f->dir, "diary.txt", NULL);

  g_assert_null (srv_account_store_open (missing, &error));
  g_assert_nonnull (strstr (error->message, missing));
  g_clear_error (&error);
  g_assert_true (g_file_set_contents (text, "dear diary, today nothing happened\n", -1, NULL));
  g_assert_null (srv_account_store_open (text, &error));
  g_assert_nonnull (strstr (error->message, text));
}

typedef struct
{
  const char *name;
  FaultVfsFault fault;
} FaultRow;

static const FaultRow fault_rows[] = {
  { "/accounts/store/a-disk-that-is-full", FAULT_FULL },
  { "/accounts/store/a-disk-that-is-broken", FAULT_WRITE },
  { "/accounts/store/a-disk-that-does-not-sync", FAULT_SYNC },
  { "/accounts/store/a-disk-that-is-read-only", FAULT_READ_ONLY },
};

/* Whenever it fails: the change is in the file as a whole or not at all, and what is said
 * about it is true. */
static void
test_fault (Fixture *f, gconstpointer data)
{
  const FaultRow *row = data;
  g_autoptr (SrvAccount) changed = account_new ("Anna");
  guint after = 0;
  gboolean failed = TRUE;

  changed->role = SRV_ROLE_OPERATOR;
  g_ptr_array_add (changed->nicknames, g_strdup ("Annette"));
  add (f, "Anna");
  for (after = 0; failed && after < 100; after++)
    {
      g_autoptr (GError) error = NULL;
      const char *now = NULL;

      fault_vfs_set_fault (row->fault, after);
      failed = !srv_account_store_update (f->store, changed, &error);
      fault_vfs_set_fault (FAULT_NONE, 0);
      g_assert_cmpint (failed, ==, error != NULL);
      now = read_again (f);
      if (failed)
        g_assert_cmpstr (now, ==, ANNA);
      else
        g_assert_cmpstr (now, ==,
                         "Anna role=2 email=(null) made=7 rounds=4096 keys=aabbcc nick=Annette\n");
    }
  g_assert_cmpuint (after, >, 1);
  g_assert_cmpuint (after, <, 100);
}

#define ADD(path, func) g_test_add ("/accounts/store/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  fault_vfs_install (FAULT_VFS_THROUGH);
  ADD ("up-to-where-they-have-read", test_markers);
  ADD ("keeps-accounts", test_accounts);
  ADD ("what-belongs-to-one-belongs-to-no-other", test_unique);
  ADD ("keeps-rooms", test_rooms);
  ADD ("keeps-its-secret", test_secret);
  ADD ("brings-an-older-file-forward", test_migration);
  ADD ("survives-odd-rows", test_odd_rows);
  ADD ("refuses-what-it-cannot-use-and-names-it", test_unusable);
  for (gsize i = 0; i < G_N_ELEMENTS (fault_rows); i++)
    g_test_add (fault_rows[i].name, Fixture, &fault_rows[i], set_up, test_fault, tear_down);
  return g_test_run ();
}
