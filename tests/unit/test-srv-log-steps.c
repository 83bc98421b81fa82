/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The steps of retention in a log in a file, on a machine where everything takes long: whoever
 * looks at the clock finds that a millisecond has passed.
 */
#include "config.h"

#include <sqlite3.h>

#include "server/log/srv-log-sqlite.h"
#include "tests/unit/store-driver.h"

#define SECOND ((gint64) G_USEC_PER_SEC)

/* In a step of two milliseconds the clock is looked at at most so often. */
#define LOOKS 4

gint64 __wrap_g_get_monotonic_time (void);

gint64
__wrap_g_get_monotonic_time (void)
{
  static gint64 now_us;

  return __atomic_add_fetch (&now_us, 1000, __ATOMIC_RELAXED);
}

typedef struct
{
  char *dir;
  char *path;
  SrvLogStore *store;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  f->dir = test_dir_new ();
  f->path = g_build_filename (f->dir, "rooms.db", NULL);
  f->store = srv_log_sqlite_new (f->path, SRV_SYNC_NORMAL, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  f->store->klass->free (f->store);
  test_dir_remove (f->dir);
  g_free (f->path);
  g_free (f->dir);
}

static gint64
ask (Fixture *f, const char *sql)
{
  sqlite3 *db = NULL;
  sqlite3_stmt *statement = NULL;
  gint64 value = 0;

  g_assert_cmpint (sqlite3_open (f->path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  value = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  sqlite3_close (db);
  return value;
}

/* Says so much in each of so many rooms, all in one second; afterwards it is forgotten. */
static void
fill (Fixture *f, guint rooms, gsize bytes)
{
  g_autofree char *text = g_strnfill (bytes, 'x');
  g_autoptr (GPtrArray) group = g_ptr_array_new_with_free_func ((GDestroyNotify) srv_entry_unref);

  for (guint i = 0; i < rooms; i++)
    {
      g_autofree char *room = g_strdup_printf ("room%u", i);

      g_ptr_array_add (group, store_entry (SRV_ENTRY_MESSAGE, room, "Ada", text));
    }
  g_assert_true (
      store_append (f->store, SECOND, (SrvEntry **) (gpointer) group->pdata, group->len));
  f->store->klass->set_retention (f->store, SECOND, 0);
}

/* One step, after which there are at most a few fewer of what @sql counts. */
static gboolean
step (Fixture *f, const char *sql)
{
  gint64 before = ask (f, sql);
  gboolean more = f->store->klass->maintain (f->store, 1000 * SECOND);

  g_assert_cmpint (ask (f, sql), >=, before - LOOKS);
  return more;
}

static void
test_pages (Fixture *f, gconstpointer data)
{
  static const char count[] = "PRAGMA freelist_count";

  fill (f, 1100, 4000);
  while (ask (f, "SELECT count (*) FROM entry") > 0)
    g_assert_true (f->store->klass->maintain (f->store, 1000 * SECOND));
  g_assert_cmpint (ask (f, count), >, 1000);
  while (ask (f, count) > 1000)
    g_assert_true (step (f, count));
}

static void
test_rooms (Fixture *f, gconstpointer data)
{
  static const char count[] = "SELECT count (*) FROM room";

  fill (f, 200, 10);
  while (ask (f, "SELECT count (*) FROM entry") > 0)
    g_assert_true (f->store->klass->maintain (f->store, 1000 * SECOND));
  g_assert_cmpint (ask (f, count), ==, 200);
  /* One that has begun again meanwhile stays. */
  store_add (f->store, 1000 * SECOND, SRV_ENTRY_MESSAGE, "room150", "Ada", "ciao");
  while (step (f, count))
    ;
  g_assert_cmpint (ask (f, count), ==, 1);
  g_assert_cmpint (ask (f, "SELECT count (*) FROM history WHERE room = 'room150'"), ==, 1);
  store_add (f->store, 1000 * SECOND, SRV_ENTRY_MESSAGE, "room7", "Ada", "ciao");
  g_assert_cmpint (ask (f, "SELECT count (*) FROM history WHERE room = 'room7'"), ==, 1);
}

#define ADD(path, func) g_test_add ("/log/steps/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("no-more-pages-are-given-back-than-there-is-time-for", test_pages);
  ADD ("no-more-rooms-are-looked-at-than-there-is-time-for", test_rooms);
  return g_test_run ();
}
