/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A line of work and the threads that do it.
 */
#include "config.h"

#include "server/accounts/srv-job-pool.h"

#include <pthread.h>
#include <semaphore.h>

typedef struct
{
  pthread_mutex_t mutex;
  GString *done; /* a letter each; upper case: cancelled */
  sem_t begun;
  sem_t go_on;
} Run;

typedef struct
{
  Run *run;
  char letter;
  gboolean waits;
} Job;

static void
work (gpointer data, gboolean cancelled)
{
  g_autofree Job *job = data;

  if (job->waits && !cancelled)
    {
      sem_post (&job->run->begun);
      while (sem_wait (&job->run->go_on) != 0)
        ;
    }
  pthread_mutex_lock (&job->run->mutex);
  g_string_append_c (job->run->done, cancelled ? g_ascii_toupper (job->letter) : job->letter);
  pthread_mutex_unlock (&job->run->mutex);
  if (!job->waits && !cancelled)
    sem_post (&job->run->begun);
}

static void
set_up (Run *run, gconstpointer data)
{
  pthread_mutex_init (&run->mutex, NULL);
  run->done = g_string_new (NULL);
  sem_init (&run->begun, 0, 0);
  sem_init (&run->go_on, 0, 0);
}

static void
tear_down (Run *run, gconstpointer data)
{
  pthread_mutex_destroy (&run->mutex);
  g_string_free (run->done, TRUE);
  sem_destroy (&run->begun);
  sem_destroy (&run->go_on);
}

static gboolean
push (Run *run, SrvJobPool *pool, char letter, gboolean waits, gint64 delay_us)
{
  Job *job = g_new (Job, 1);
  gboolean pushed = FALSE;

  *job = (Job){ run, letter, waits };
  pushed = srv_job_pool_push (pool, work, job, delay_us);
  if (!pushed)
    g_free (job);
  return pushed;
}

static void
wait_for (sem_t *semaphore, guint n)
{
  for (guint i = 0; i < n; i++)
    while (sem_wait (semaphore) != 0)
      ;
}

static void
test_order (Run *run, gconstpointer data)
{
  SrvJobPool *pool = srv_job_pool_new (1, 100);

  g_assert_true (push (run, pool, 'a', TRUE, 0));
  wait_for (&run->begun, 1);
  for (char letter = 'b'; letter <= 'j'; letter++)
    g_assert_true (push (run, pool, letter, FALSE, 0));
  sem_post (&run->go_on);
  wait_for (&run->begun, 9);
  srv_job_pool_free (pool);
  g_assert_cmpstr (run->done->str, ==, "abcdefghij");
}

/* What is due later waits, and nobody waits for it. */
static void
test_due (Run *run, gconstpointer data)
{
  SrvJobPool *pool = srv_job_pool_new (2, 100);
  gint64 start_us = g_get_monotonic_time ();

  g_assert_true (push (run, pool, 'c', FALSE, 60000));
  g_assert_true (push (run, pool, 'b', FALSE, 30000));
  g_assert_true (push (run, pool, 'a', FALSE, 0));
  wait_for (&run->begun, 3);
  g_assert_cmpint (g_get_monotonic_time () - start_us, >=, 60000);
  g_assert_true (push (run, pool, 'z', FALSE, G_TIME_SPAN_HOUR));
  srv_job_pool_free (pool);
  g_assert_cmpstr (run->done->str, ==, "abcZ");
}

/* A slow job holds up one thread, not the others. */
static void
test_threads (Run *run, gconstpointer data)
{
  SrvJobPool *pool = srv_job_pool_new (2, 100);

  g_assert_true (push (run, pool, 'a', TRUE, 0));
  wait_for (&run->begun, 1);
  for (char letter = 'b'; letter <= 'f'; letter++)
    g_assert_true (push (run, pool, letter, FALSE, 0));
  g_assert_true (push (run, pool, 'g', FALSE, 2000));
  wait_for (&run->begun, 6);
  sem_post (&run->go_on);
  srv_job_pool_free (pool);
  g_assert_cmpstr (run->done->str, ==, "bcdefga");
}

/* The line has an end, and what is in it when the pool ends is cancelled in order. */
static void
test_bounded (Run *run, gconstpointer data)
{
  SrvJobPool *pool = srv_job_pool_new (1, 3);

  g_assert_true (push (run, pool, 'a', TRUE, 0));
  wait_for (&run->begun, 1);
  g_assert_true (push (run, pool, 'b', TRUE, 0));
  g_assert_true (push (run, pool, 'd', TRUE, 1000000));
  g_assert_true (push (run, pool, 'c', TRUE, 500000));
  g_assert_false (push (run, pool, 'e', TRUE, 0));
  sem_post (&run->go_on);
  wait_for (&run->begun, 1);
  g_assert_true (push (run, pool, 'f', TRUE, 3000000));
  sem_post (&run->go_on);
  srv_job_pool_free (pool);
  g_assert_cmpuint (run->done->len, ==, 5);
  g_assert_true (g_str_has_prefix (run->done->str, "ab"));
  g_assert_true (g_str_has_suffix (run->done->str, "CDF"));
  srv_job_pool_free (NULL);
}

#define ADD(path, func) g_test_add ("/accounts/jobs/" path, Run, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("are-done-in-order", test_order);
  ADD ("are-done-when-they-are-due", test_due);
  ADD ("do-not-wait-for-a-slow-one", test_threads);
  ADD ("have-an-end", test_bounded);
  return g_test_run ();
}
