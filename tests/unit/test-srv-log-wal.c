/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A write-ahead log that has become large, because the disk is too slow or somebody reads the
 * file. Pages are as small as SQLite has them, so that there are many of them in little memory;
 * whoever moves pages into the file can be held up there.
 */
#include "config.h"

#include "server/log/srv-log-wal.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <pthread.h>
#include <semaphore.h>
#include <time.h>

#include "tests/unit/store-driver.h"

#define PATIENCE_S 60
/* How long nothing is to happen before it is believed. */
#define SILENCE_MS 300
#define PAGE_SIZE 512
#define ROW_PAGES 1000

typedef struct
{
  char *dir;
  char *path;
  SrvLogWal *wal;
  sqlite3 *writer;
  sem_t done; /* the writer has not had to wait any longer */
} Fixture;

/* SQLite's own way into files, but that other threads than those of the test stop before they
 * write into the database while the gate is closed; and that nobody waits for the disk, which may
 * take longer than the writer has patience. */
static sqlite3_vfs gate_vfs;
static sqlite3_io_methods gate_methods;
static sqlite3_io_methods wal_methods;
static const sqlite3_io_methods *real_methods;
static int (*real_open) (sqlite3_vfs *, sqlite3_filename, sqlite3_file *, int, int *);
static _Thread_local gboolean is_of_the_test;
static _Thread_local guint written; /* pages into the database, by this thread */
static pthread_mutex_t gate_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t gate_cond = PTHREAD_COND_INITIALIZER;
static gboolean gate_is_closed; /* under the mutex, as the rest */
static gboolean nobody_opens;   /* none but the threads of the test */
static guint stopped;

static int
gate_write (sqlite3_file *file, const void *bytes, int n, sqlite3_int64 at)
{
  written++;
  pthread_mutex_lock (&gate_mutex);
  if (!is_of_the_test && gate_is_closed)
    {
      stopped++;
      pthread_cond_broadcast (&gate_cond);
      while (gate_is_closed)
        pthread_cond_wait (&gate_cond, &gate_mutex);
    }
  pthread_mutex_unlock (&gate_mutex);
  return real_methods->xWrite (file, bytes, n, at);
}

static int
gate_sync (sqlite3_file *file, int flags)
{
  return SQLITE_OK;
}

static int
gate_open (sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *file, int flags, int *out_flags)
{
  int code = SQLITE_OK;

  if (g_atomic_int_get (&nobody_opens) && !is_of_the_test)
    {
      file->pMethods = NULL;
      return SQLITE_CANTOPEN;
    }
  code = real_open (vfs, name, file, flags, out_flags);
  if (code == SQLITE_OK && (flags & SQLITE_OPEN_WAL))
    {
      pthread_mutex_lock (&gate_mutex);
      if (wal_methods.xSync == NULL)
        {
          wal_methods = *file->pMethods;
          wal_methods.xSync = gate_sync;
        }
      pthread_mutex_unlock (&gate_mutex);
      file->pMethods = &wal_methods;
    }
  else if (code == SQLITE_OK && (flags & SQLITE_OPEN_MAIN_DB))
    {
      pthread_mutex_lock (&gate_mutex);
      if (real_methods == NULL)
        {
          real_methods = file->pMethods;
          gate_methods = *real_methods;
          gate_methods.xWrite = gate_write;
          gate_methods.xSync = gate_sync;
        }
      pthread_mutex_unlock (&gate_mutex);
      file->pMethods = &gate_methods;
    }
  return code;
}

static void
set_gate (gboolean closed)
{
  pthread_mutex_lock (&gate_mutex);
  gate_is_closed = closed;
  stopped = 0;
  pthread_cond_broadcast (&gate_cond);
  pthread_mutex_unlock (&gate_mutex);
}

static void
wait_until_somebody_is_stopped (void)
{
  struct timespec until;

  g_assert_cmpint (clock_gettime (CLOCK_REALTIME, &until), ==, 0);
  until.tv_sec += PATIENCE_S;
  pthread_mutex_lock (&gate_mutex);
  while (stopped == 0 && pthread_cond_timedwait (&gate_cond, &gate_mutex, &until) == 0)
    ;
  g_assert_cmpuint (stopped, >, 0);
  pthread_mutex_unlock (&gate_mutex);
}

static void
run (sqlite3 *db, const char *sql)
{
  g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
}

/* One transaction, of a thousand pages and some. */
static void
write_row (Fixture *f)
{
  g_autofree char *sql =
      g_strdup_printf ("INSERT INTO row VALUES (zeroblob(%d))", ROW_PAGES * PAGE_SIZE);

  run (f->writer, sql);
}

static goffset
wal_size (Fixture *f)
{
  g_autofree char *path = g_strconcat (f->path, "-wal", NULL);
  GStatBuf wal;

  g_assert_cmpint (g_stat (path, &wal), ==, 0);
  return wal.st_size;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  is_of_the_test = TRUE;
  f->dir = test_dir_new ();
  f->path = g_build_filename (f->dir, "rooms.db", NULL);
  f->wal = srv_log_wal_new (f->path);
  g_assert_cmpint (sqlite3_open (f->path, &f->writer), ==, SQLITE_OK);
  run (f->writer, "PRAGMA page_size = 512; PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;"
                  "PRAGMA wal_autocheckpoint = 0; CREATE TABLE row (bytes)");
  g_assert_true (srv_log_wal_watch (f->wal, f->writer, NULL));
  sem_init (&f->done, 0, 0);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  set_gate (FALSE);
  srv_log_wal_free (f->wal);
  sqlite3_close (f->writer);
  sem_destroy (&f->done);
  test_dir_remove (f->dir);
  g_free (f->path);
  g_free (f->dir);
}

static void *
begin_again_thread (void *data)
{
  Fixture *f = data;

  is_of_the_test = TRUE;
  srv_log_wal_begin_again (f->wal, f->writer);
  sem_post (&f->done);
  return NULL;
}

static gboolean
is_done_within (Fixture *f, gint64 ms)
{
  struct timespec until;
  int code = 0;

  g_assert_cmpint (clock_gettime (CLOCK_REALTIME, &until), ==, 0);
  until.tv_sec += (until.tv_nsec / 1000000 + ms) / 1000;
  until.tv_nsec = (until.tv_nsec / 1000000 + ms) % 1000 * 1000000;
  while ((code = sem_timedwait (&f->done, &until)) != 0 && errno == EINTR)
    ;
  return code == 0;
}

/* Transactions until the write-ahead log has begun again: a disk may take longer than the writer
 * waits at once. The writer moves few pages itself at any time. */
static void
go_on_until_it_begins_again (Fixture *f)
{
  while (srv_log_wal_get_pages (f->wal) > ROW_PAGES)
    {
      guint before = written;

      srv_log_wal_begin_again (f->wal, f->writer);
      g_assert_cmpuint (written - before, <=, ROW_PAGES / 5);
      run (f->writer, "INSERT INTO row VALUES ('ciao')");
    }
}

/* The writer waits for whoever is moving pages, and then begins again. */
static void
test_waits (Fixture *f, gconstpointer data)
{
  pthread_t writer;

  set_gate (TRUE);
  while (srv_log_wal_get_pages (f->wal) <= SRV_LOG_WAL_PAGES_MAX)
    write_row (f);
  wait_until_somebody_is_stopped ();
  g_assert_cmpint (pthread_create (&writer, NULL, begin_again_thread, f), ==, 0);
  g_assert_false (is_done_within (f, SILENCE_MS));
  set_gate (FALSE);
  g_assert_true (is_done_within (f, PATIENCE_S * 1000));
  pthread_join (writer, NULL);
  go_on_until_it_begins_again (f);
}

/* ... but not for ever: the log would be taken for stuck. */
static void
test_not_for_ever (Fixture *f, gconstpointer data)
{
  int before = 0;

  set_gate (TRUE);
  while (srv_log_wal_get_pages (f->wal) <= SRV_LOG_WAL_PAGES_MAX)
    write_row (f);
  before = srv_log_wal_get_pages (f->wal);
  wait_until_somebody_is_stopped ();
  srv_log_wal_begin_again (f->wal, f->writer);
  write_row (f);
  g_assert_cmpint (srv_log_wal_get_pages (f->wal), >, before);
}

/* Those who read have kept all pages where they are: when they are done, the thread moves them, and
 * the writer does no more than it can between two groups. */
static void
test_moves_few (Fixture *f, gconstpointer data)
{
  sqlite3 *reader = NULL;

  g_assert_cmpint (sqlite3_open (f->path, &reader), ==, SQLITE_OK);
  run (reader, "BEGIN; SELECT * FROM row");
  while (srv_log_wal_get_pages (f->wal) <= SRV_LOG_WAL_PAGES_MAX)
    write_row (f);
  run (reader, "COMMIT");
  go_on_until_it_begins_again (f);
  sqlite3_close (reader);
}

/* Where the thread cannot use the file, better late than never. */
static void
test_moves_all (Fixture *f, gconstpointer data)
{
  guint before = written;

  g_atomic_int_set (&nobody_opens, TRUE);
  while (srv_log_wal_get_pages (f->wal) <= SRV_LOG_WAL_PAGES_MAX)
    write_row (f);
  srv_log_wal_begin_again (f->wal, f->writer);
  g_assert_cmpuint (written - before, >=, SRV_LOG_WAL_PAGES_MAX / 2);
  write_row (f);
  g_assert_cmpint (srv_log_wal_get_pages (f->wal), <, 2 * ROW_PAGES);
  g_atomic_int_set (&nobody_opens, FALSE);
}

/* Its file does not keep the size that it had while somebody read. */
static void
test_is_cut (Fixture *f, gconstpointer data)
{
  sqlite3 *reader = NULL;
  goffset largest = 0;

  g_assert_cmpint (sqlite3_open (f->path, &reader), ==, SQLITE_OK);
  run (reader, "BEGIN; SELECT * FROM row");
  while (srv_log_wal_get_pages (f->wal) <= 2 * SRV_LOG_WAL_KEEP_PAGES)
    write_row (f);
  largest = wal_size (f);
  g_assert_cmpint (largest, >, 2 * SRV_LOG_WAL_KEEP_PAGES * PAGE_SIZE);
  run (reader, "COMMIT");
  while (srv_log_wal_get_pages (f->wal) > SRV_LOG_WAL_KEEP_PAGES / 2)
    {
      srv_log_wal_begin_again (f->wal, f->writer);
      run (f->writer, "INSERT INTO row VALUES ('ciao')");
      g_assert_cmpint (srv_log_wal_get_pages (f->wal), <, 8 * SRV_LOG_WAL_KEEP_PAGES);
    }
  g_assert_cmpint (wal_size (f), <=, SRV_LOG_WAL_KEEP_PAGES * PAGE_SIZE);
  sqlite3_close (reader);
}

#define ADD(path, func) g_test_add ("/log/wal/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  gate_vfs = *sqlite3_vfs_find (NULL);
  real_open = gate_vfs.xOpen;
  gate_vfs.xOpen = gate_open;
  gate_vfs.zName = "gate";
  g_assert_cmpint (sqlite3_vfs_register (&gate_vfs, 1), ==, SQLITE_OK);
  g_test_init (&argc, &argv, NULL);
  ADD ("a-writer-waits-for-who-moves-pages", test_waits);
  ADD ("a-writer-does-not-wait-for-ever", test_not_for_ever);
  ADD ("a-writer-moves-few-pages-itself", test_moves_few);
  ADD ("a-writer-moves-all-where-nobody-else-can", test_moves_all);
  ADD ("its-file-is-cut-when-it-begins-again", test_is_cut);
  return g_test_run ();
}
