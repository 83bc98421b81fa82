/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The thread of a store that writes, and the desk between it and the others. On the desk
 * lie the group that waits, the group that is being written, and what is to be told in
 * the main context. The thread takes the group that waits, writes it in one transaction
 * without holding the desk, and takes what has come meanwhile: a lone message is written
 * at once, and a flood in few transactions.
 *
 * When it cannot be written, the group is laid back under what has come meanwhile, and
 * tried again: first soon, then every 16 seconds. What waits is bounded in bytes. Nobody
 * is made to wait for room on the desk, because that would be the window: the oldest
 * entries are given up instead (sal-store-group).
 *
 * POSIX mutexes and a descriptor for the main loop, so that ThreadSanitizer can follow.
 */
#include "config.h"

#include "common/client/sal-store-thread.h"

#include <errno.h>
#include <glib-unix.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "common/base/sal-fd.h"
#include "common/base/sal-limits.h"
#include "common/sqlite/sal-sqlite.h"

#define RETRY_FIRST_MS 250
#define RETRY_MAX_MS 16000

/* Why the file cannot be used; there may be several reasons. */
enum
{
  OUTAGE_WRITING = 1 << 0,
  OUTAGE_READING = 1 << 1,
  OUTAGE_CORRUPT = 1 << 2, /* found in reading, and it stays so */
};

/* Something to be told in the main context. */
typedef struct
{
  GSourceFunc callback; /* (nullable): a waiter's turn, if it is there */
  gpointer data;
  GError *error; /* (owned) (nullable): failed; if neither is there: recovered */
} Event;

struct _SalStoreThread
{
  GObject *owner; /* (unowned): owns this */
  const SalStoreHooks *hooks;
  GMainContext *context; /* (owned): the main one */
  GSource *source;       /* (owned): waits for the descriptor, in it */
  int event_fd;          /* written to when there are events */
  pthread_t thread;
  gboolean stopped;
  SalStoreWriter *writer; /* (owned): the thread's */

  pthread_mutex_t mutex;
  pthread_cond_t cond;
  /* Under the mutex. */
  SalStoreGroup *waiting; /* (owned) */
  SalStoreGroup *writing; /* (owned) (nullable): does not change while it is here */
  GQueue events;          /* of Event (owned) */
  guint outage;
  gboolean stop;
};

/* Under the mutex. */
static void
add_event (SalStoreThread *thread, Event event)
{
  guint64 one = 1;

  g_queue_push_tail (&thread->events, g_memdup2 (&event, sizeof event));
  while (write (thread->event_fd, &one, sizeof one) < 0 && errno == EINTR)
    continue;
}

static void
event_free (gpointer data)
{
  Event *event = data;

  g_clear_error (&event->error);
  g_free (event);
}

/* Under the mutex. */
static void
set_outage (SalStoreThread *thread, guint outage, const GError *error)
{
  if (thread->outage == 0)
    add_event (thread, (Event){ .error = g_error_copy (error) });
  thread->outage |= outage;
}

/* Under the mutex. */
static void
clear_outage (SalStoreThread *thread, guint outage)
{
  if ((thread->outage & outage) == 0)
    return;
  thread->outage &= ~outage;
  if (thread->outage == 0)
    add_event (thread, (Event){ 0 });
}

/* One at a time, because a callback may stop the thread. Returns whether there was one. */
static gboolean
tell_event (SalStoreThread *thread)
{
  Event *event = NULL;

  pthread_mutex_lock (&thread->mutex);
  event = g_queue_pop_head (&thread->events);
  pthread_mutex_unlock (&thread->mutex);
  if (event == NULL)
    return FALSE;
  if (event->callback != NULL)
    (void) event->callback (event->data);
  else if (event->error != NULL)
    thread->hooks->failed (thread->owner, event->error);
  else
    thread->hooks->recovered (thread->owner);
  event_free (event);
  return TRUE;
}

static gboolean
on_events (int fd, GIOCondition condition, gpointer data)
{
  SalStoreThread *thread = data;
  g_autoptr (GObject) keep G_GNUC_UNUSED = g_object_ref (thread->owner);
  guint64 count = 0;
  guint n = 0;

  while (read (fd, &count, sizeof count) < 0 && errno == EINTR)
    continue;
  pthread_mutex_lock (&thread->mutex);
  n = thread->events.length;
  pthread_mutex_unlock (&thread->mutex);
  /* What comes of these has its turn in the next round of the main loop. */
  while (n > 0 && tell_event (thread))
    n--;
  return G_SOURCE_CONTINUE;
}

/* Under the mutex. */
static void
release_waiters (SalStoreThread *thread, SalStoreGroup *group)
{
  for (guint i = 0; i < group->waiters->len; i++)
    {
      const SalStoreWaiter *waiter = &g_array_index (group->waiters, SalStoreWaiter, i);

      add_event (thread, (Event){ .callback = waiter->callback, .data = waiter->data });
    }
  g_array_set_size (group->waiters, 0);
}

/* Under the mutex. Returns when it is time to write, or to stop. */
static void
wait_for_work (SalStoreThread *thread, guint retry_ms)
{
  struct timespec until;

  if (retry_ms == 0)
    {
      while (!thread->stop && sal_store_group_is_empty (thread->waiting))
        pthread_cond_wait (&thread->cond, &thread->mutex);
      return;
    }
  clock_gettime (CLOCK_MONOTONIC, &until);
  until.tv_sec += retry_ms / 1000;
  until.tv_nsec += (long) (retry_ms % 1000) * 1000000;
  until.tv_sec += until.tv_nsec / 1000000000;
  until.tv_nsec %= 1000000000;
  while (!thread->stop &&
         pthread_cond_timedwait (&thread->cond, &thread->mutex, &until) != ETIMEDOUT)
    continue;
}

/* Under the mutex, but not while it writes. Returns how long to wait before the next
 * try; 0: there is no need for one. */
static guint
write_waiting (SalStoreThread *thread, guint retry_ms)
{
  g_autoptr (GError) error = NULL;
  SalStoreGroup *group = thread->waiting;
  gboolean ok = FALSE;

  thread->writing = group;
  thread->waiting = sal_store_group_new ();
  pthread_mutex_unlock (&thread->mutex);
  ok = sal_store_writer_write (thread->writer, group, &error);
  pthread_mutex_lock (&thread->mutex);

  thread->writing = NULL;
  if (ok)
    {
      /* What could not be read may be there now: the tables of a new file. */
      if ((thread->outage & OUTAGE_WRITING) != 0)
        clear_outage (thread, OUTAGE_WRITING | OUTAGE_READING);
      release_waiters (thread, group);
      pthread_mutex_unlock (&thread->mutex);
      sal_store_group_free (group); /* may be long */
      pthread_mutex_lock (&thread->mutex);
      return 0;
    }
  set_outage (thread, OUTAGE_WRITING, error);
  sal_store_group_absorb (group, thread->waiting);
  thread->waiting = group;
  release_waiters (thread, group);
  sal_store_group_shed (group, SAL_STORE_QUEUE_BYTES);
  return CLAMP (2 * retry_ms, RETRY_FIRST_MS, RETRY_MAX_MS);
}

static void *
run (void *data)
{
  SalStoreThread *thread = data;
  guint retry_ms = 0;

  sal_store_writer_index (thread->writer);
  pthread_mutex_lock (&thread->mutex);
  if ((thread->outage & OUTAGE_WRITING) != 0)
    retry_ms = RETRY_FIRST_MS;
  while (!thread->stop)
    {
      wait_for_work (thread, retry_ms);
      if (!thread->stop)
        retry_ms = write_waiting (thread, retry_ms);
    }
  /* The last word, also when it is not time for the next try yet. */
  if (!sal_store_group_is_empty (thread->waiting))
    (void) write_waiting (thread, retry_ms);
  pthread_mutex_unlock (&thread->mutex);
  return NULL;
}

/**
 * sal_store_thread_new:
 * @owner: (unowned): what the hooks are called with; stays as long as the thread
 * @hooks: (unowned): the same
 * @writer: (transfer full)
 * @outage: (nullable): why @writer could not be opened
 *
 * Returns: (transfer full): a thread that runs; the hooks are called in the main context
 * that is this thread's default now.
 */
SalStoreThread *
sal_store_thread_new (GObject *owner,
                      const SalStoreHooks *hooks,
                      SalStoreWriter *writer,
                      const GError *outage)
{
  SalStoreThread *thread = g_new0 (SalStoreThread, 1);
  pthread_condattr_t attributes;

  thread->owner = owner;
  thread->hooks = hooks;
  thread->writer = writer;
  thread->waiting = sal_store_group_new ();
  g_queue_init (&thread->events);
  pthread_mutex_init (&thread->mutex, NULL);
  pthread_condattr_init (&attributes);
  pthread_condattr_setclock (&attributes, CLOCK_MONOTONIC);
  pthread_cond_init (&thread->cond, &attributes);
  pthread_condattr_destroy (&attributes);

  thread->event_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (thread->event_fd < 0)
    g_error ("cannot make an eventfd: %s", g_strerror (errno));
  thread->context = g_main_context_ref_thread_default ();
  thread->source = g_unix_fd_source_new (thread->event_fd, G_IO_IN);
  g_source_set_callback (thread->source, G_SOURCE_FUNC (on_events), thread, NULL);
  g_source_attach (thread->source, thread->context);

  if (outage != NULL)
    set_outage (thread, OUTAGE_WRITING, outage);
  if (pthread_create (&thread->thread, NULL, run, thread) != 0)
    g_error ("cannot start a thread");
  return thread;
}

/**
 * sal_store_thread_stop:
 *
 * Writes what waits, ends the thread, closes its file, and calls the hooks and callbacks
 * that are due. Twice is as good as once.
 */
void
sal_store_thread_stop (SalStoreThread *thread)
{
  if (thread->stopped)
    return;
  thread->stopped = TRUE;
  pthread_mutex_lock (&thread->mutex);
  thread->stop = TRUE;
  pthread_cond_signal (&thread->cond);
  pthread_mutex_unlock (&thread->mutex);
  pthread_join (thread->thread, NULL);
  g_clear_pointer (&thread->writer, sal_store_writer_free);
  g_source_destroy (thread->source);
  while (tell_event (thread))
    continue;
}

/**
 * sal_store_thread_free:
 * @thread: (nullable) (transfer full): not from within a hook or callback
 */
void
sal_store_thread_free (SalStoreThread *thread)
{
  if (thread == NULL)
    return;
  sal_store_thread_stop (thread);
  sal_store_group_free (thread->waiting);
  g_source_unref (thread->source);
  g_main_context_unref (thread->context);
  sal_fd_close (&thread->event_fd);
  pthread_cond_destroy (&thread->cond);
  pthread_mutex_destroy (&thread->mutex);
  g_free (thread);
}

/**
 * sal_store_thread_begin_change:
 *
 * Returns: (transfer none): the group that waits, to be changed until
 * sal_store_thread_end_change()
 */
SalStoreGroup *
sal_store_thread_begin_change (SalStoreThread *thread)
{
  pthread_mutex_lock (&thread->mutex);
  return thread->waiting;
}

/**
 * sal_store_thread_end_change:
 */
void
sal_store_thread_end_change (SalStoreThread *thread)
{
  sal_store_group_shed (thread->waiting, SAL_STORE_QUEUE_BYTES);
  pthread_cond_signal (&thread->cond);
  pthread_mutex_unlock (&thread->mutex);
}

/**
 * sal_store_thread_begin_read:
 * @groups: (out): what is not in the file yet, newest first; valid until
 *   sal_store_thread_end_read()
 *
 * This holds the thread up, at the end of its transaction, for as long as it takes to
 * read a page. The thread never holds the reader up: it has let go of the desk while it
 * writes.
 */
void
sal_store_thread_begin_read (SalStoreThread *thread, const SalStoreGroup *groups[SAL_STORE_GROUPS])
{
  pthread_mutex_lock (&thread->mutex);
  groups[0] = thread->waiting;
  groups[1] = thread->writing;
}

/**
 * sal_store_thread_end_read:
 * @ok: whether the file could be read
 * @error: (nullable): why not
 */
void
sal_store_thread_end_read (SalStoreThread *thread, gboolean ok, const GError *error)
{
  if (ok)
    clear_outage (thread, OUTAGE_READING);
  else
    set_outage (thread, sal_sqlite_is_unusable (error) ? OUTAGE_CORRUPT : OUTAGE_READING, error);
  pthread_mutex_unlock (&thread->mutex);
}

static gboolean
call_back (gpointer data)
{
  const SalStoreWaiter *waiter = data;

  (void) waiter->callback (waiter->data);
  return G_SOURCE_REMOVE;
}

/**
 * sal_store_thread_when_kept:
 *
 * As sal_store_when_kept().
 */
void
sal_store_thread_when_kept (SalStoreThread *thread, GSourceFunc callback, gpointer data)
{
  SalStoreWaiter waiter = { .callback = callback, .data = data };

  if (thread->stopped)
    {
      g_autoptr (GSource) idle = g_idle_source_new ();

      g_source_set_callback (idle, call_back, g_memdup2 (&waiter, sizeof waiter), g_free);
      g_source_attach (idle, thread->context);
      return;
    }
  pthread_mutex_lock (&thread->mutex);
  if ((thread->outage & OUTAGE_WRITING) != 0 ||
      (thread->writing == NULL && sal_store_group_is_empty (thread->waiting)))
    add_event (thread, (Event){ .callback = callback, .data = data });
  else
    {
      sal_store_group_wait (thread->waiting, callback, data);
      pthread_cond_signal (&thread->cond);
    }
  pthread_mutex_unlock (&thread->mutex);
}
