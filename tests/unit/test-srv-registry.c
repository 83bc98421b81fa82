/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Bans and cloaks, and that they are the same after a restart.
 */
#include "config.h"

#include "server/admin/srv-registry.h"

#include <arpa/inet.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <string.h>

#include "common/sqlite/sal-sqlite.h"
#include "tests/unit/store-driver.h"

#define NOW ((gint64) 1000 * G_USEC_PER_SEC)

typedef struct
{
  char *dir;
  char *path;
  SrvRegistry *registry;
} Fixture;

static void
reopen (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  srv_registry_free (f->registry);
  f->registry = srv_registry_open (f->path, &error);
  g_assert_no_error (error);
  g_assert_nonnull (f->registry);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->dir = test_dir_new ();
  f->path = g_build_filename (f->dir, "server.db", NULL);
  reopen (f);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  srv_registry_free (f->registry);
  test_dir_remove (f->dir);
  g_free (f->path);
  g_free (f->dir);
}

static SrvAddress
address (const char *host)
{
  struct sockaddr_storage storage = { 0 };
  struct sockaddr_in *in = (struct sockaddr_in *) &storage;
  struct sockaddr_in6 *in6 = (struct sockaddr_in6 *) &storage;

  if (inet_pton (AF_INET, host, &in->sin_addr) == 1)
    in->sin_family = AF_INET;
  else if (inet_pton (AF_INET6, host, &in6->sin6_addr) == 1)
    in6->sin6_family = AF_INET6;
  else
    storage.ss_family = AF_UNIX;
  in->sin_port = htons (53373);
  return srv_address_from_sockaddr (&storage);
}

static void
ban (Fixture *f, const char *network, gint64 until_us)
{
  SrvBan the_ban = { .until_us = until_us };
  g_autoptr (GError) error = NULL;

  g_assert_true (srv_network_parse (network, &the_ban.network));
  g_assert_true (srv_registry_ban (f->registry, &the_ban, &error));
  g_assert_no_error (error);
}

static gboolean
unban (Fixture *f, const char *text)
{
  SrvNetwork network;
  g_autoptr (GError) error = NULL;
  gboolean done = FALSE;

  g_assert_true (srv_network_parse (text, &network));
  done = srv_registry_unban (f->registry, &network, &error);
  g_assert_no_error (error);
  return done;
}

static gboolean
is_banned (Fixture *f, const char *host, gint64 now_us)
{
  SrvAddress a = address (host);

  return srv_registry_is_banned (f->registry, &a, now_us);
}

static guint
count (Fixture *f)
{
  return srv_registry_get_bans (f->registry)->len;
}

static void
test_ban (Fixture *f, gconstpointer data)
{
  g_assert_false (is_banned (f, "192.0.2.7", NOW));
  ban (f, "192.0.2.7", 0);
  ban (f, "10.0.0.0/8", 0);
  ban (f, "2001:db8::/32", 0);
  g_assert_true (is_banned (f, "192.0.2.7", NOW));
  g_assert_false (is_banned (f, "192.0.2.8", NOW));
  g_assert_true (is_banned (f, "10.1.2.3", NOW));
  g_assert_true (is_banned (f, "::ffff:10.1.2.3", NOW));
  g_assert_true (is_banned (f, "2001:db8::1", NOW));
  g_assert_false (is_banned (f, "2001:db9::1", NOW));
  g_assert_false (is_banned (f, "(unix)", NOW));
  g_assert_cmpuint (count (f), ==, 3);
}

static void
test_unban (Fixture *f, gconstpointer data)
{
  ban (f, "192.0.2.7", 0);
  ban (f, "192.0.2.0/24", 0);
  g_assert_false (unban (f, "192.0.2.8"));
  g_assert_false (unban (f, "192.0.2.0/25"));
  g_assert_true (unban (f, "192.0.2.0/24"));
  g_assert_false (unban (f, "192.0.2.0/24"));
  g_assert_true (is_banned (f, "192.0.2.7", NOW));
  g_assert_false (is_banned (f, "192.0.2.8", NOW));
  g_assert_true (unban (f, "192.0.2.7"));
  g_assert_cmpuint (count (f), ==, 0);
  reopen (f);
  g_assert_cmpuint (count (f), ==, 0);
}

static void
test_restart (Fixture *f, gconstpointer data)
{
  ban (f, "192.0.2.7", 0);
  ban (f, "2001:db8::/32", NOW + 5);
  reopen (f);
  g_assert_cmpuint (count (f), ==, 2);
  g_assert_true (is_banned (f, "192.0.2.7", NOW));
  g_assert_true (is_banned (f, "2001:db8::1", NOW));
  g_assert_false (is_banned (f, "2001:db8::1", NOW + 5));
  reopen (f);
  g_assert_cmpuint (count (f), ==, 1); /* what was over is not in the file any more */
}

static void
test_time (Fixture *f, gconstpointer data)
{
  ban (f, "192.0.2.7", NOW + 10);
  ban (f, "192.0.2.8", NOW + 20);
  ban (f, "192.0.2.9", 0);
  g_assert_true (is_banned (f, "192.0.2.7", NOW + 9));
  g_assert_false (is_banned (f, "192.0.2.7", NOW + 10));
  g_assert_cmpuint (count (f), ==, 2);
  g_assert_true (is_banned (f, "192.0.2.8", NOW + 19));
  g_assert_false (is_banned (f, "192.0.2.200", NOW + 20));
  g_assert_cmpuint (count (f), ==, 1);
  g_assert_true (is_banned (f, "192.0.2.9", G_MAXINT64));
}

/* The later word holds. */
static void
test_again (Fixture *f, gconstpointer data)
{
  ban (f, "192.0.2.7", NOW + 10);
  ban (f, "192.0.2.7", 0);
  g_assert_cmpuint (count (f), ==, 1);
  g_assert_true (is_banned (f, "192.0.2.7", NOW + 1000));
  ban (f, "192.0.2.7", NOW + 10);
  g_assert_cmpuint (count (f), ==, 1);
  reopen (f);
  g_assert_cmpuint (count (f), ==, 1);
  g_assert_false (is_banned (f, "192.0.2.7", NOW + 10));
}

static char *
cloak (SrvRegistry *registry, const char *host)
{
  SrvAddress a = address (host);

  return srv_registry_cloak (registry, &a);
}

/* Stable on one server, over restarts too; different for different people. */
static void
test_cloak (Fixture *f, gconstpointer data)
{
  g_autofree char *a = cloak (f->registry, "192.0.2.7");
  g_autofree char *b = cloak (f->registry, "192.0.2.8");
  g_autofree char *again = cloak (f->registry, "192.0.2.7");
  g_autofree char *mapped = cloak (f->registry, "::ffff:192.0.2.7");
  g_autofree char *later = NULL;

  g_assert_cmpuint (strlen (a), ==, 6);
  g_assert_cmpuint (strspn (a, "abcdefghijklmnopqrstuvwxyz0123456789"), ==, 6);
  g_assert_cmpstr (again, ==, a);
  g_assert_cmpstr (mapped, ==, a);
  g_assert_cmpstr (b, !=, a);
  reopen (f);
  later = cloak (f->registry, "192.0.2.7");
  g_assert_cmpstr (later, ==, a);
}

/* Another server has another secret, so the cloak says nothing about the address. */
static void
test_cloak_is_secret (Fixture *f, gconstpointer data)
{
  g_autofree char *other_path = g_build_filename (f->dir, "other.db", NULL);
  g_autoptr (SrvRegistry) other = srv_registry_open (other_path, NULL);
  g_autoptr (SrvRegistry) nowhere = srv_registry_open (NULL, NULL);
  g_autoptr (SrvRegistry) nowhere_else = srv_registry_open (NULL, NULL);
  g_autofree char *a = cloak (f->registry, "192.0.2.7");
  g_autofree char *b = cloak (other, "192.0.2.7");
  g_autofree char *c = cloak (nowhere, "192.0.2.7");
  g_autofree char *d = cloak (nowhere_else, "192.0.2.7");

  g_assert_cmpstr (a, !=, b);
  g_assert_cmpstr (a, !=, c);
  g_assert_cmpstr (b, !=, c);
  g_assert_cmpstr (c, !=, d);
}

static void
test_cloaks_differ (Fixture *f, gconstpointer data)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (int i = 0; i < 250; i++)
    {
      g_autofree char *host = g_strdup_printf ("192.0.2.%d", i);

      (void) g_hash_table_add (seen, cloak (f->registry, host));
    }
  g_assert_cmpuint (g_hash_table_size (seen), >=, 249); /* six letters: hardly ever the same */
}

/* Without a file nothing is kept, and everything else works. */
static void
test_no_file (Fixture *f, gconstpointer data)
{
  g_clear_pointer (&f->path, g_free);
  reopen (f);
  ban (f, "192.0.2.7", 0);
  g_assert_true (is_banned (f, "192.0.2.7", NOW));
  g_assert_true (unban (f, "192.0.2.7"));
  g_assert_false (is_banned (f, "192.0.2.7", NOW));
  ban (f, "192.0.2.7", NOW);
  g_assert_false (is_banned (f, "192.0.2.7", NOW));
  srv_registry_free (NULL);
}

/* A ban that cannot be kept holds as long as the server runs. */
static void
test_locked (Fixture *f, gconstpointer data)
{
  SrvBan the_ban = { 0 };
  g_autoptr (GError) error = NULL;
  sqlite3 *other = sal_sqlite_open (f->path, 0, NULL);

  g_assert_true (sal_sqlite_exec (other, "BEGIN IMMEDIATE", NULL));
  g_assert_true (srv_network_parse ("192.0.2.7", &the_ban.network));
  g_assert_false (srv_registry_ban (f->registry, &the_ban, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, f->path));
  g_assert_true (is_banned (f, "192.0.2.7", NOW));
  sqlite3_close (other);
  reopen (f);
  g_assert_false (is_banned (f, "192.0.2.7", NOW));
}

static void
assert_refused (const char *path)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (srv_registry_open (path, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, path));
}

static void
test_unusable (Fixture *f, gconstpointer data)
{
  g_autofree char *missing = g_build_filename (f->dir, "missing", "server.db", NULL);
  g_autofree char *text = g_build_filename (f->dir, "diary.txt", NULL);
  g_autofree char *log = g_build_filename (f->dir, "rooms.db", NULL);
  g_autofree char *after = NULL;
  sqlite3 *db = NULL;

  assert_refused (missing);
  assert_refused (f->dir);
  g_assert_true (g_file_set_contents (text, "dear diary\n", -1, NULL));
  assert_refused (text);
  g_assert_true (g_file_get_contents (text, &after, NULL, NULL));
  g_assert_cmpstr (after, ==, "dear diary\n");

  /* A newer one, and one of something else. */
  g_clear_pointer (&f->registry, srv_registry_free);
  db = sal_sqlite_open (f->path, 0, NULL);
  g_assert_true (sal_sqlite_exec (db, "PRAGMA user_version = 99", NULL));
  sqlite3_close (db);
  assert_refused (f->path);
  db = sal_sqlite_open (log, 0, NULL);
  g_assert_true (sal_sqlite_exec (db, "CREATE TABLE recipe (x)", NULL));
  sqlite3_close (db);
  assert_refused (log);
}

#define ADD(path, func) g_test_add ("/admin/registry/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("bans-addresses-and-networks", test_ban);
  ADD ("undoes-exactly-the-ban-that-is-named", test_unban);
  ADD ("remembers-bans-over-a-restart", test_restart);
  ADD ("bans-for-a-time", test_time);
  ADD ("a-later-ban-takes-the-place-of-an-earlier", test_again);
  ADD ("works-without-a-file", test_no_file);
  ADD ("a-ban-that-cannot-be-kept-holds", test_locked);
  ADD ("refuses-what-it-cannot-use-and-names-it", test_unusable);
  ADD ("cloaks/are-stable", test_cloak);
  ADD ("cloaks/are-a-secret-of-the-server", test_cloak_is_secret);
  ADD ("cloaks/differ", test_cloaks_differ);
  return g_test_run ();
}
