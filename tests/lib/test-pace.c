/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * For programs whose cases are about moments: that two sends so far apart are two messages,
 * that somebody waits so long for an answer. What such a case sees says something only if the
 * machine went on meanwhile; where it stood still for longer than those moments are, a server
 * reads in one piece what was sent in two, and is right.
 *
 * So each case is played in a process of its own, in which a thread on each processor looks at
 * the clock all the time. A case that fails although the machine kept its pace has failed. One
 * that fails while it stood still is played again, a few times at most, and each time is told. What
 * no machine is to blame for is not played again: a crash, what a sanitizer has found, and a case
 * that does not end.
 */
#include "config.h"

#include "tests/lib/test-pace.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/lib/test-process.h"

/* How often the clock is looked at; and what is a standstill: less than the shortest moment that
 * our programs go by (SAL_RAW_GAP_US) leaves room for. */
#define TICK_US (5 * 1000)
#define STANDSTILL_US (20 * 1000)

/* A machine that never keeps its pace for the second or two of a case shows nothing. Who fails
 * because nothing came for as long as a test waits has taken long enough. */
#define AGAIN_WITHIN_US (2 * TEST_PATIENCE_MS * G_GINT64_CONSTANT (1000))

/* How long a case may take; it waits for more than one thing, and what is slow does so again and
 * again. Then how long it has for its last words, before it is killed. */
#define CASE_MS (5 * (TEST_PATIENCE_MS / 2))
#define SLOW_CASE_MS (20 * CASE_MS)
#define LAST_WORDS_MS 15000

#define TOO_LONG "it did not end within"

/* Set for the process in which a case is played: the descriptor for its longest standstill. */
#define VARIABLE "TEST_PACE_FD"

/* In the process of a case. */

static void *
watch_clock (void *data)
{
  /* Not GLib's, which the thread sanitizer does not see. */
  static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  static gint64 longest_us;
  int fd = GPOINTER_TO_INT (data);

  for (;;)
    {
      gint64 before_us = g_get_monotonic_time ();
      gint64 late_us = 0;

      g_usleep (TICK_US);
      late_us = g_get_monotonic_time () - before_us - TICK_US;
      if (late_us < STANDSTILL_US)
        continue;
      pthread_mutex_lock (&mutex);
      if (late_us > longest_us)
        {
          longest_us = late_us;
          (void) !pwrite (fd, &longest_us, sizeof longest_us, 0);
        }
      pthread_mutex_unlock (&mutex);
    }
  return NULL;
}

/* A processor that stands still stops whoever is on it, and nobody else. */
static void
watch_each_processor (int fd)
{
  cpu_set_t all;

  g_assert_no_errno (sched_getaffinity (0, sizeof all, &all));
  for (int i = 0; i < CPU_SETSIZE; i++)
    if (CPU_ISSET (i, &all))
      {
        pthread_attr_t attributes;
        pthread_t thread;
        cpu_set_t one;

        CPU_ZERO (&one);
        CPU_SET (i, &one);
        pthread_attr_init (&attributes);
        pthread_attr_setaffinity_np (&attributes, sizeof one, &one);
        pthread_attr_setdetachstate (&attributes, PTHREAD_CREATE_DETACHED);
        g_assert_cmpint (pthread_create (&thread, &attributes, watch_clock, GINT_TO_POINTER (fd)),
                         ==, 0);
        pthread_attr_destroy (&attributes);
      }
}

/* In the program that meson has started. */

static void
die_with_parent (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

/* What comes from @fd until its end. Returns FALSE if that did not come within @ms. */
static gboolean
read_until_end (int fd, GString *output, int ms)
{
  gint64 until_us = g_get_monotonic_time () + ms * G_GINT64_CONSTANT (1000);

  for (;;)
    {
      struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
      gint64 left_us = until_us - g_get_monotonic_time ();
      int ready = poll (&poll_fd, 1, (int) (MAX (left_us, 0) / 1000 + 1));
      char buffer[4096];
      ssize_t n = 0;

      if (ready <= 0 && left_us <= 0)
        return FALSE;
      if (ready <= 0)
        continue;
      n = read (fd, buffer, sizeof buffer);
      if (n <= 0)
        return TRUE;
      g_string_append_len (output, buffer, n);
    }
}

/* Runs this program again, and ends it if it takes longer than a case may. @last, if not NULL,
 * comes after @arguments; @fd is a descriptor for number 3, or -1.
 *
 * Returns: (transfer full): what it has printed, on whatever stream. */
static char *
run_self (const char *const *arguments, const char *last, int fd, int *status)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_auto (GStrv) env = g_environ_setenv (g_get_environ (), VARIABLE, "3", TRUE);
  g_autoptr (GError) error = NULL;
  GString *output = g_string_new (NULL);
  int ms = g_test_slow () ? SLOW_CASE_MS : CASE_MS;
  int target = 3;
  int pipes[2] = { -1, -1 };
  GPid pid = 0;

  g_ptr_array_add (argv, self);
  for (gsize i = 0; arguments[i] != NULL; i++)
    g_ptr_array_add (argv, (gpointer) arguments[i]);
  if (last != NULL)
    g_ptr_array_add (argv, (gpointer) last);
  g_ptr_array_add (argv, NULL);
  g_assert_no_errno (pipe2 (pipes, O_CLOEXEC));
  if (!g_spawn_async_with_pipes_and_fds (
          NULL, (const char *const *) argv->pdata, fd >= 0 ? (const char *const *) env : NULL,
          G_SPAWN_DO_NOT_REAP_CHILD, die_with_parent, NULL, -1, pipes[1], pipes[1], &fd, &target,
          fd >= 0 ? 1 : 0, &pid, NULL, NULL, NULL, &error))
    g_error ("cannot start %s: %s", self, error->message);
  close (pipes[1]);
  if (!read_until_end (pipes[0], output, ms))
    {
      g_string_append_printf (output, "\n" TOO_LONG " %d s\n", ms / 1000);
      kill (pid, SIGTERM);
      if (!read_until_end (pipes[0], output, LAST_WORDS_MS))
        kill (pid, SIGKILL);
    }
  close (pipes[0]);
  g_assert_cmpint (waitpid (pid, status, 0), ==, pid);
  return g_string_free (output, FALSE);
}

/* Returns: (transfer full): the paths of the cases that @asked_for chooses. */
static GPtrArray *
list_cases (const char *const *asked_for)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
  int status = 0;
  g_autofree char *output = run_self (asked_for, NULL, -1, &status);
  g_auto (GStrv) lines = g_strsplit (output, "\n", -1);

  /* Whoever only lists does not free what the cases were to get, which a sanitizer minds. */
  for (gsize i = 0; lines[i] != NULL; i++)
    if (*lines[i] == '/')
      g_ptr_array_add (paths, g_strdup (lines[i]));
  g_assert_cmpuint (paths->len, >, 0);
  return paths;
}

/* As comments of TAP: what is no comment yet becomes one. */
static void
print_comments (const char *output)
{
  g_auto (GStrv) lines = g_strsplit (output, "\n", -1);

  for (gsize i = 0; lines[i] != NULL; i++)
    if (*lines[i] != '\0')
      printf ("# %s\n", g_str_has_prefix (lines[i], "# ") ? lines[i] + 2 : lines[i]);
}

/* The line that says that the only case is well, after its number; NULL if there is none. */
static char *
find_ok (const char *output, const char *path)
{
  g_autofree char *begin = g_strdup_printf ("ok 1 %s", path);
  g_auto (GStrv) lines = g_strsplit (output, "\n", -1);

  for (gsize i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], begin))
      return g_strdup (lines[i] + strlen ("ok 1 "));
  return NULL;
}

/* Whether a machine that stood still explains how a case ended: an assertion does not hold. The
 * programs that it started speak in its last words. */
static gboolean
may_be_late (const char *output, int status)
{
  static const char *const faults[] = {
    TOO_LONG,
    "Sanitizer",
    "==ABORTING",
    "runtime error: ",
    "was killed by signal 4\n",  /* SIGILL */
    "was killed by signal 5\n",  /* SIGTRAP */
    "was killed by signal 6\n",  /* SIGABRT */
    "was killed by signal 7\n",  /* SIGBUS */
    "was killed by signal 8\n",  /* SIGFPE */
    "was killed by signal 11\n", /* SIGSEGV */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++)
    if (strstr (output, faults[i]) != NULL)
      return FALSE;
  return !WIFSIGNALED (status) || WTERMSIG (status) == SIGABRT || WTERMSIG (status) == SIGTRAP;
}

static gboolean
play (const char *const *options, const char *path, guint number)
{
  gint64 begun_us = g_get_monotonic_time ();

  for (guint try = 1;; try++)
    {
      int fd = memfd_create ("pace", MFD_CLOEXEC);
      int status = 0;
      gint64 standstill_us = 0;
      g_autofree char *output = run_self (options, path, fd, &status);
      g_autofree char *ok = status == 0 ? find_ok (output, path) : NULL;

      (void) !pread (fd, &standstill_us, sizeof standstill_us, 0);
      close (fd);
      if (ok != NULL)
        {
          printf ("ok %u %s\n", number, ok);
          return TRUE;
        }
      print_comments (output);
      printf ("# it ended with status %d; the longest standstill was %" G_GINT64_FORMAT " ms\n",
              status, standstill_us / 1000);
      if (standstill_us == 0 || try == TEST_TRIES || !may_be_late (output, status) ||
          g_get_monotonic_time () - begun_us >= AGAIN_WITHIN_US)
        {
          printf ("not ok %u %s\n", number, path);
          return FALSE;
        }
      printf ("# %s is played again, as the machine did not keep its pace\n", path);
      fflush (stdout);
    }
}

/* How this program was started.
 * @chosen: (out) (transfer full): what lists the cases that were asked for
 * @others: (out) (transfer full): what plays one, but for its path
 *
 * Returns: FALSE if it was asked for the list itself. */
static gboolean
read_options (char ***chosen, char ***others)
{
  g_autoptr (GStrvBuilder) choosing = g_strv_builder_new ();
  g_autoptr (GStrvBuilder) other = g_strv_builder_new ();
  g_autofree char *words = NULL;
  gsize len = 0;
  gboolean is_list = FALSE;

  g_assert_true (g_file_get_contents ("/proc/self/cmdline", &words, &len, NULL));
  g_strv_builder_add (choosing, "-l");
  for (const char *word = words + strlen (words) + 1; word < words + len; word += strlen (word) + 1)
    {
      gboolean chooses = g_str_has_prefix (word, "-p") || g_str_has_prefix (word, "-s");

      is_list |= g_str_equal (word, "-l");
      g_strv_builder_add (chooses ? choosing : other, word);
      if (chooses && strlen (word) == 2 && word + 3 < words + len)
        g_strv_builder_add (choosing, word += 3);
    }
  g_strv_builder_add (other, "--tap"); /* it may have been started by hand */
  g_strv_builder_add (other, "-p");
  *chosen = g_strv_builder_end (choosing);
  *others = g_strv_builder_end (other);
  return !is_list;
}

/**
 * test_pace_run:
 *
 * Instead of g_test_run(), after g_test_init() and when all cases have been added: each is played
 * in a process of its own, and again if it failed while the machine stood still.
 *
 * Returns: the exit status.
 */
int
test_pace_run (void)
{
  g_autoptr (GPtrArray) paths = NULL;
  g_auto (GStrv) chosen = NULL;
  g_auto (GStrv) others = NULL;
  const char *variable = g_getenv (VARIABLE);
  gboolean well = TRUE;

  if (variable != NULL)
    {
      int fd = atoi (variable);

      g_unsetenv (VARIABLE);
      fcntl (fd, F_SETFD, FD_CLOEXEC);
      watch_each_processor (fd);
      return g_test_run ();
    }
  if (!read_options (&chosen, &others))
    return g_test_run ();
  paths = list_cases ((const char *const *) chosen);
  printf ("1..%u\n", paths->len);
  for (guint i = 0; i < paths->len; i++)
    {
      fflush (stdout);
      well &= play ((const char *const *) others, paths->pdata[i], i + 1);
    }
  return well ? EXIT_SUCCESS : EXIT_FAILURE;
}
