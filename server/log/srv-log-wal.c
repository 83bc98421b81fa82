/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The write-ahead log of the SQLite log: who moves into the file what was committed, and when
 * it begins again at its start.
 *
 * Moving waits for the disk, so a thread of its own does it, a thousand pages at a time. But
 * what is committed meanwhile is left over, and SQLite only begins again where nothing is; a
 * writer that is never idle would append for ever, and each of its commits would wait for the
 * growing file's metadata as well, which takes a disk several times as long as overwriting.
 * So when all but a few pages have been moved, the writer moves these itself, between two
 * groups. Two cannot move at the same time: SQLite tells the second one that the file is busy,
 * without waiting.
 *
 * What it has written over and over is still in it, once more, until it comes round to that again,
 * and on a quiet server that is weeks later. So where something has been taken back, all of it is
 * moved and the file is cut (see srv_log_wal_wipe()).
 */
#include "config.h"

#include "server/log/srv-log-wal.h"

#include <glib/gstdio.h>
#include <pthread.h>
#include <time.h>

#include "common/sqlite/sal-sqlite.h"

/* Pages that are not in the file yet and start moving. */
#define MOVE_PAGES 1000
/* So few that the writer can move them between two groups. */
#define FEW_PAGES 128
/* How often moving is tried before so few are left; then the disk is too slow for what is
 * said. */
#define PASSES_MAX 4
/* Then, beyond SRV_LOG_WAL_PAGES_MAX, the writer waits until the thread has left few of them, but
 * not with every group, and not so long that it would be taken for stuck. What is left it moves
 * itself; all of it only if the thread cannot. On a disk that is too slow even for that the
 * write-ahead log becomes larger, while the writer waits two thirds of the time. */
#define WAIT_EVERY_US G_USEC_PER_SEC
#define WAIT_S 2
/* How often the file is cut at most, for the writer waits for the disk meanwhile, and how soon it is
 * tried again while somebody is reading it. */
#define WIPE_EVERY_US G_USEC_PER_SEC
#define WIPE_AGAIN_US (10 * G_TIME_SPAN_MILLISECOND)

struct _SrvLogWal
{
  char *path;        /* (owned) */
  int pages;         /* atomic: as of the last commit */
  int moved;         /* atomic: how many of those are in the file */
  gboolean few;      /* atomic: only a few are not */
  gint64 wait_at_us; /* the writer's, and what follows */
  gboolean wiping;   /* there is something in the file that must not stay */
  gint64 wipe_at_us;
  gint64 wipe_again_us;

  pthread_t thread;
  pthread_mutex_t mutex;
  pthread_cond_t cond;
  gboolean wanted;  /* under the mutex: there is something to move */
  gboolean running; /* under the mutex: the thread does what was wanted */
  gboolean moving;  /* under the mutex: the thread is in the file */
  gboolean failing; /* under the mutex: the thread cannot use the file */
  gboolean awaited; /* under the mutex: the writer waits until it is not */
  gboolean stop;    /* under the mutex */
};

/* Has the thread begin with what is not in the file yet. */
static void
wake_thread (SrvLogWal *wal)
{
  pthread_mutex_lock (&wal->mutex);
  wal->wanted = TRUE;
  pthread_cond_broadcast (&wal->cond);
  pthread_mutex_unlock (&wal->mutex);
}

static int
on_commit (void *data, sqlite3 *db, const char *name, int pages)
{
  SrvLogWal *wal = data;
  int before = __atomic_exchange_n (&wal->pages, pages, __ATOMIC_RELAXED);

  /* It has begun again. The thread may still say how many it had moved before; that shows, for
   * there are not so many pages. */
  if (before > pages || __atomic_load_n (&wal->moved, __ATOMIC_RELAXED) > pages)
    __atomic_store_n (&wal->moved, 0, __ATOMIC_RELAXED);
  if (pages - __atomic_load_n (&wal->moved, __ATOMIC_RELAXED) >= MOVE_PAGES)
    wake_thread (wal);
  return SQLITE_OK;
}

/* Whether the thread may go into the file. */
static gboolean
begin_pass (SrvLogWal *wal)
{
  gboolean may = FALSE;

  pthread_mutex_lock (&wal->mutex);
  may = wal->moving = !wal->stop && !wal->awaited;
  pthread_mutex_unlock (&wal->mutex);
  return may;
}

static void
end_pass (SrvLogWal *wal)
{
  pthread_mutex_lock (&wal->mutex);
  wal->moving = FALSE;
  pthread_cond_broadcast (&wal->cond);
  pthread_mutex_unlock (&wal->mutex);
}

static gboolean
few_are_left (const SrvLogWal *wal)
{
  return srv_log_wal_get_pages (wal) - __atomic_load_n (&wal->moved, __ATOMIC_RELAXED) <= FEW_PAGES;
}

/* Returns whether @db can be used further. */
static gboolean
move (SrvLogWal *wal, sqlite3 *db)
{
  for (int i = 0; i < PASSES_MAX && begin_pass (wal); i++)
    {
      int moved = 0;
      int code = sqlite3_wal_checkpoint_v2 (db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, &moved);

      end_pass (wal);
      if (code == SQLITE_BUSY)
        return TRUE; /* the writer does it */
      if (code != SQLITE_OK)
        {
          g_info ("checkpoint of %s: %s", wal->path, sqlite3_errmsg (db));
          return FALSE;
        }
      __atomic_store_n (&wal->moved, moved, __ATOMIC_RELAXED);
      if (few_are_left (wal))
        {
          __atomic_store_n (&wal->few, TRUE, __ATOMIC_RELAXED);
          return TRUE;
        }
    }
  return TRUE;
}

/* A connection that has not read anything does not know that the file has a write-ahead log, and
 * moves nothing, without an error. */
static sqlite3 *
open_file (const SrvLogWal *wal)
{
  sqlite3 *db = sal_sqlite_open (wal->path, 0, NULL);

  if (db != NULL && sal_sqlite_get_int (db, "PRAGMA schema_version", -1) < 0)
    g_clear_pointer (&db, sqlite3_close);
  return db;
}

static void *
move_thread (void *data)
{
  SrvLogWal *wal = data;
  sqlite3 *db = NULL;

  pthread_mutex_lock (&wal->mutex);
  while (!wal->stop)
    {
      if (!wal->wanted)
        {
          pthread_cond_wait (&wal->cond, &wal->mutex);
          continue;
        }
      wal->wanted = FALSE;
      wal->running = TRUE;
      pthread_mutex_unlock (&wal->mutex);
      if (db == NULL)
        db = open_file (wal);
      if (db != NULL && !move (wal, db))
        g_clear_pointer (&db, sqlite3_close);
      pthread_mutex_lock (&wal->mutex);
      wal->running = FALSE;
      wal->failing = db == NULL;
      pthread_cond_broadcast (&wal->cond);
    }
  pthread_mutex_unlock (&wal->mutex);
  sqlite3_close (db);
  return NULL;
}

/* A server that was killed has left what it had not moved, and perhaps not wiped either. */
static gboolean
has_words_of_before (const char *path)
{
  g_autofree char *file = g_strconcat (path, "-wal", NULL);
  GStatBuf status;

  return g_stat (file, &status) == 0 && status.st_size > 0;
}

/**
 * srv_log_wal_new:
 * @path: the file; need not be there yet
 *
 * Starts the thread, which has nothing to do yet.
 */
SrvLogWal *
srv_log_wal_new (const char *path)
{
  SrvLogWal *wal = g_new0 (SrvLogWal, 1);
  pthread_condattr_t attr;

  wal->path = g_strdup (path);
  wal->wiping = has_words_of_before (path);
  wal->wipe_again_us = WIPE_AGAIN_US;
  pthread_mutex_init (&wal->mutex, NULL);
  pthread_condattr_init (&attr);
  pthread_condattr_setclock (&attr, CLOCK_MONOTONIC);
  pthread_cond_init (&wal->cond, &attr);
  pthread_condattr_destroy (&attr);
  if (pthread_create (&wal->thread, NULL, move_thread, wal) != 0)
    g_error ("cannot start a thread");
  return wal;
}

/**
 * srv_log_wal_free:
 * @wal: (nullable) (transfer full): whose writer has been closed, or commits nothing more
 *
 * Ends the thread. What has not been moved stays in the write-ahead log.
 */
void
srv_log_wal_free (SrvLogWal *wal)
{
  if (wal == NULL)
    return;
  pthread_mutex_lock (&wal->mutex);
  wal->stop = TRUE;
  pthread_cond_broadcast (&wal->cond);
  pthread_mutex_unlock (&wal->mutex);
  pthread_join (wal->thread, NULL);
  pthread_cond_destroy (&wal->cond);
  pthread_mutex_destroy (&wal->mutex);
  g_free (wal->path);
  g_free (wal);
}

/**
 * srv_log_wal_watch:
 * @writer: (transfer none): the connection that commits, without automatic checkpoints
 * @error: (nullable): set if the file cannot be used
 *
 * Also has the file of the write-ahead log cut when it begins again, if it has become large:
 * else it would keep the size of its worst day for ever.
 */
gboolean
srv_log_wal_watch (SrvLogWal *wal, sqlite3 *writer, GError **error)
{
  gint64 page_size = sal_sqlite_get_int (writer, "PRAGMA page_size", 4096);
  g_autofree char *limit = g_strdup_printf ("PRAGMA journal_size_limit = %" G_GINT64_FORMAT,
                                            page_size * SRV_LOG_WAL_KEEP_PAGES);

  sqlite3_wal_hook (writer, on_commit, wal);
  return sal_sqlite_exec (writer, limit, error);
}

/* Has the thread move what it can, and keeps it out of the file then. Returns whether it is out of
 * it and the rest is the writer's. */
static gboolean
wait_for_thread (SrvLogWal *wal)
{
  struct timespec until;
  gboolean done = FALSE;

  (void) clock_gettime (CLOCK_MONOTONIC, &until);
  until.tv_sec += WAIT_S;
  pthread_mutex_lock (&wal->mutex);
  if (!few_are_left (wal))
    {
      wal->wanted = TRUE;
      pthread_cond_broadcast (&wal->cond);
    }
  while ((wal->wanted || wal->running) &&
         pthread_cond_timedwait (&wal->cond, &wal->mutex, &until) == 0)
    ;
  wal->awaited = TRUE;
  done = !wal->moving && (few_are_left (wal) || wal->failing);
  pthread_mutex_unlock (&wal->mutex);
  return done;
}

static void
let_thread (SrvLogWal *wal)
{
  pthread_mutex_lock (&wal->mutex);
  wal->awaited = FALSE;
  pthread_mutex_unlock (&wal->mutex);
}

/**
 * srv_log_wal_begin_again:
 * @writer: (transfer none): in no transaction
 *
 * Sees to it that the next transaction begins the write-ahead log again at its start, if that
 * costs little or has become necessary. To be called before each transaction.
 */
void
srv_log_wal_begin_again (SrvLogWal *wal, sqlite3 *writer)
{
  if (srv_log_wal_get_pages (wal) > SRV_LOG_WAL_PAGES_MAX &&
      g_get_monotonic_time () >= wal->wait_at_us)
    {
      if (wait_for_thread (wal))
        (void) sqlite3_wal_checkpoint_v2 (writer, NULL, SQLITE_CHECKPOINT_RESTART, NULL, NULL);
      let_thread (wal);
      wal->wait_at_us = g_get_monotonic_time () + WAIT_EVERY_US;
    }
  else if (__atomic_exchange_n (&wal->few, FALSE, __ATOMIC_RELAXED))
    (void) sqlite3_wal_checkpoint_v2 (writer, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
}

/**
 * srv_log_wal_want_wipe:
 *
 * What has been committed so far is not to stay in the write-ahead log.
 */
void
srv_log_wal_want_wipe (SrvLogWal *wal)
{
  wal->wiping = TRUE;
  wal->wipe_again_us = WIPE_AGAIN_US;
}

/* Returns whether nothing is left in the write-ahead log. Never waits for who is reading it. */
static gboolean
cut (SrvLogWal *wal, sqlite3 *writer, int busy_ms)
{
  int code = 0;

  sqlite3_busy_timeout (writer, 0);
  code = sqlite3_wal_checkpoint_v2 (writer, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
  sqlite3_busy_timeout (writer, busy_ms);
  if (code != SQLITE_OK)
    return FALSE;
  __atomic_store_n (&wal->pages, 0, __ATOMIC_RELAXED);
  __atomic_store_n (&wal->moved, 0, __ATOMIC_RELAXED);
  return TRUE;
}

/**
 * srv_log_wal_wipe:
 * @writer: (transfer none): in no transaction
 * @busy_ms: how long it otherwise waits for locks
 *
 * Moves everything into the file and cuts the write-ahead log, if that is wanted. Where much is to
 * be moved, the thread is left to do most of it first.
 *
 * Returns: 0 if that is done, or in how many microseconds to try again.
 */
gint64
srv_log_wal_wipe (SrvLogWal *wal, sqlite3 *writer, int busy_ms)
{
  gint64 now_us = g_get_monotonic_time ();

  if (!wal->wiping)
    return 0;
  if (now_us < wal->wipe_at_us)
    return wal->wipe_at_us - now_us;
  if (!few_are_left (wal))
    wake_thread (wal);
  else if (cut (wal, writer, busy_ms))
    {
      wal->wiping = FALSE;
      wal->wipe_at_us = now_us + WIPE_EVERY_US;
      return 0;
    }
  /* Somebody may be reading for hours. */
  wal->wipe_again_us = MIN (2 * wal->wipe_again_us, WIPE_EVERY_US);
  return wal->wipe_again_us;
}

/**
 * srv_log_wal_get_pages:
 *
 * Returns: how many pages the write-ahead log had after the last commit, those included that
 * are in the file.
 */
int
srv_log_wal_get_pages (const SrvLogWal *wal)
{
  return __atomic_load_n (&wal->pages, __ATOMIC_RELAXED);
}
