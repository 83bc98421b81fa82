/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Work that must not hold up a worker: a few threads and a line of bounded length in
 * front of them. A job may be due later; then nobody waits for it in the meantime.
 *
 * POSIX mutexes, for the reason that is in net/srv-mailbox.c.
 */
#include "config.h"

#include "server/accounts/srv-job-pool.h"

#include <pthread.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* Chat comes first where there are fewer processors than threads. */
#define NICENESS 5

typedef struct
{
  SrvJobFunc func;
  gpointer data;
  gint64 due_us;
} Job;

struct _SrvJobPool
{
  pthread_mutex_t mutex;
  pthread_cond_t cond;
  GQueue jobs;   /* of Job (owned), by when they are due: under the mutex */
  gboolean stop; /* under the mutex */
  guint most;
  guint n_threads;
  pthread_t *threads; /* (owned) */
};

/* Waits for the next job that is due. Returns NULL when the pool is to end. */
static Job *
take (SrvJobPool *pool)
{
  Job *job = NULL;

  pthread_mutex_lock (&pool->mutex);
  while (!pool->stop && job == NULL)
    {
      Job *next = g_queue_peek_head (&pool->jobs);

      if (next == NULL)
        pthread_cond_wait (&pool->cond, &pool->mutex);
      else if (next->due_us > g_get_monotonic_time ())
        {
          struct timespec until = { .tv_sec = next->due_us / G_USEC_PER_SEC,
                                    .tv_nsec = (next->due_us % G_USEC_PER_SEC) * 1000 };

          (void) pthread_cond_timedwait (&pool->cond, &pool->mutex, &until);
        }
      else
        job = g_queue_pop_head (&pool->jobs);
    }
  /* Somebody has to wait for the next one while this one is being done. */
  if (pool->jobs.length > 0)
    pthread_cond_signal (&pool->cond);
  pthread_mutex_unlock (&pool->mutex);
  return job;
}

static void *
serve (void *data)
{
  SrvJobPool *pool = data;

  /* In Linux this is a matter of one thread. */
  (void) setpriority (PRIO_PROCESS, (id_t) gettid (), NICENESS);
  for (Job *job = take (pool); job != NULL; job = take (pool))
    {
      job->func (job->data, FALSE);
      g_free (job);
    }
  return NULL;
}

/**
 * srv_job_pool_new:
 * @most: how many jobs may wait
 */
SrvJobPool *
srv_job_pool_new (guint n_threads, guint most)
{
  SrvJobPool *pool = g_new0 (SrvJobPool, 1);
  pthread_condattr_t attr;

  pthread_condattr_init (&attr);
  pthread_condattr_setclock (&attr, CLOCK_MONOTONIC);
  pthread_cond_init (&pool->cond, &attr);
  pthread_condattr_destroy (&attr);
  pthread_mutex_init (&pool->mutex, NULL);
  g_queue_init (&pool->jobs);
  pool->most = most;
  pool->n_threads = n_threads;
  pool->threads = g_new0 (pthread_t, n_threads);
  for (guint i = 0; i < n_threads; i++)
    if (pthread_create (&pool->threads[i], NULL, serve, pool) != 0)
      g_error ("cannot start a thread");
  return pool;
}

/**
 * srv_job_pool_free:
 * @pool: (nullable) (transfer full)
 *
 * Waits for the jobs that are being done, and cancels those that wait, in order.
 */
void
srv_job_pool_free (SrvJobPool *pool)
{
  Job *job = NULL;

  if (pool == NULL)
    return;
  pthread_mutex_lock (&pool->mutex);
  pool->stop = TRUE;
  pthread_mutex_unlock (&pool->mutex);
  pthread_cond_broadcast (&pool->cond);
  for (guint i = 0; i < pool->n_threads; i++)
    pthread_join (pool->threads[i], NULL);

  while ((job = g_queue_pop_head (&pool->jobs)) != NULL)
    {
      job->func (job->data, TRUE);
      g_free (job);
    }
  pthread_cond_destroy (&pool->cond);
  pthread_mutex_destroy (&pool->mutex);
  g_free (pool->threads);
  g_free (pool);
}

static int
by_due (gconstpointer a, gconstpointer b, gpointer data)
{
  /* Of two that are equal the one that is there already comes first. */
  return ((const Job *) a)->due_us <= ((const Job *) b)->due_us ? -1 : 1;
}

/**
 * srv_job_pool_push:
 * @data: (transfer full): handed to @func, in a thread of the pool; unless %FALSE is
 *   returned
 * @delay_us: not before
 *
 * From any thread. Jobs that are due at the same time are begun in the order in which
 * they were pushed.
 *
 * Returns: %FALSE if too many wait already; then nothing has happened.
 */
gboolean
srv_job_pool_push (SrvJobPool *pool, SrvJobFunc func, gpointer data, gint64 delay_us)
{
  gint64 due_us = g_get_monotonic_time () + delay_us;
  gboolean taken = FALSE;

  pthread_mutex_lock (&pool->mutex);
  if (pool->jobs.length < pool->most && !pool->stop)
    {
      Job *job = g_new (Job, 1);

      *job = (Job){ .func = func, .data = data, .due_us = due_us };
      g_queue_insert_sorted (&pool->jobs, job, by_due, NULL);
      taken = TRUE;
    }
  pthread_mutex_unlock (&pool->mutex);
  if (taken)
    pthread_cond_signal (&pool->cond);
  return taken;
}
