/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * That ThreadSanitizer, as our programs have it (tests/lib/tsan-glib.c), finds a race of ours
 * wherever it is, and does not take a hand-over by GLib for one. Only built with it.
 */
#include "config.h"

#include <gio/gio.h>
#include <pthread.h>

/* Two accesses at the very same moment may escape it, so each case is played some times. */
#define TIMES 100

static int common; /* what two threads write to */

static void *
write_to_it (void *data)
{
  common++;
  return data;
}

static gboolean
write_to_it_and_quit (gpointer loop)
{
  common++;
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

/* A main loop and a thread, as a client has them. */
static void
play_race_with_main_loop (void)
{
  for (int i = 0; i < TIMES; i++)
    {
      g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
      pthread_t thread;

      g_assert_cmpint (pthread_create (&thread, NULL, write_to_it, NULL), ==, 0);
      g_idle_add (write_to_it_and_quit, loop);
      g_main_loop_run (loop);
      pthread_join (thread, NULL);
    }
}

static void
work (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  int *number = data;

  ++*number;
  g_task_return_boolean (task, TRUE);
}

static void
on_worked (GObject *source, GAsyncResult *result, gpointer loop)
{
  int *number = g_task_get_task_data (G_TASK (result));

  ++*number;
  g_main_loop_quit (loop);
}

/* @touched: the number is written to while the task has it. */
static void
play_task (gboolean touched)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GTask) task = g_task_new (NULL, NULL, on_worked, loop);
  int *number = g_new0 (int, 1);

  ++*number;
  g_task_set_task_data (task, number, g_free);
  g_task_run_in_thread (task, work);
  if (touched)
    ++*number;
  g_main_loop_run (loop);
}

static void
play_race_with_task (void)
{
  for (int i = 0; i < TIMES; i++)
    play_task (TRUE);
}

static void
play_hand_over (void)
{
  for (int i = 0; i < TIMES; i++)
    play_task (FALSE);
}

/* What the other threads of a test do is looked at, too. */
static void
play_race_with_test (void)
{
  for (int i = 0; i < TIMES; i++)
    {
      pthread_t thread;

      g_assert_cmpint (pthread_create (&thread, NULL, write_to_it, NULL), ==, 0);
      common++;
      pthread_join (thread, NULL);
    }
}

static void
expect_race (gconstpointer play)
{
  g_test_trap_subprocess (play, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*ThreadSanitizer: data race*");
}

static void
expect_none (gconstpointer play)
{
  g_test_trap_subprocess (play, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr_unmatched ("*ThreadSanitizer*");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/tsan-glib/test-and-thread", "/tsan-glib/test-and-thread/subprocess",
                        expect_race);
  g_test_add_func ("/tsan-glib/test-and-thread/subprocess", play_race_with_test);
  g_test_add_data_func ("/tsan-glib/main-loop-and-thread",
                        "/tsan-glib/main-loop-and-thread/subprocess", expect_race);
  g_test_add_func ("/tsan-glib/main-loop-and-thread/subprocess", play_race_with_main_loop);
  g_test_add_data_func ("/tsan-glib/main-loop-and-task", "/tsan-glib/main-loop-and-task/subprocess",
                        expect_race);
  g_test_add_func ("/tsan-glib/main-loop-and-task/subprocess", play_race_with_task);
  g_test_add_data_func ("/tsan-glib/hand-over-is-no-race",
                        "/tsan-glib/hand-over-is-no-race/subprocess", expect_none);
  g_test_add_func ("/tsan-glib/hand-over-is-no-race/subprocess", play_hand_over);
  return g_test_run ();
}
