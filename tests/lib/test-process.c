/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Real programs for tests: started in a folder of their own, talked to by pipes,
 * waited for with a deadline, and never left behind.
 */
#include "config.h"

#include "tests/lib/test-process.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/lib/test-file.h"
#include "tests/lib/test-last-words.h"

/* Where each case has folders of its own (G_TEST_OPTION_ISOLATE_DIRS), GLib forgets those of the
 * case before without freeing them, since somebody may still use them. The leak sanitizer would
 * call that a leak of the program. */
static void
hold_user_dirs (void)
{
  static GPtrArray *held;
  gconstpointer dirs[] = {
    g_get_home_dir (),         g_get_user_cache_dir (),     g_get_user_config_dir (),
    g_get_user_data_dir (),    g_get_user_state_dir (),     g_get_user_runtime_dir (),
    g_get_system_data_dirs (), g_get_system_config_dirs (),
  };

  if (held == NULL)
    held = g_ptr_array_new ();
  for (gsize i = 0; i < G_N_ELEMENTS (dirs); i++)
    if (!g_ptr_array_find (held, dirs[i], NULL))
      g_ptr_array_add (held, (gpointer) dirs[i]);
}

/**
 * test_folder_new:
 *
 * Returns: (transfer full): an empty folder under the system's temporary one, which is
 * short enough for the path of a unix socket.
 */
TestFolder *
test_folder_new (void)
{
  TestFolder *folder = g_new0 (TestFolder, 1);
  g_autoptr (GError) error = NULL;

  hold_user_dirs ();
  folder->path = g_dir_make_tmp ("salotto-XXXXXX", &error);
  g_assert_no_error (error);
  return folder;
}

static int
remove_one (const char *path, const struct stat *info, int type, struct FTW *ftw)
{
  return remove (path);
}

/**
 * test_folder_free:
 * @folder: (nullable) (transfer full)
 */
void
test_folder_free (TestFolder *folder)
{
  if (folder == NULL)
    return;
  (void) nftw (folder->path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
  g_free (folder->path);
  g_free (folder);
}

/**
 * test_folder_file:
 *
 * Returns: (transfer full): the path of @name in @folder.
 */
char *
test_folder_file (const TestFolder *folder, const char *name)
{
  return g_build_filename (folder->path, name, NULL);
}

/**
 * test_folder_write:
 *
 * Writes a file, and the folders it is in.
 */
void
test_folder_write (const TestFolder *folder, const char *name, const char *text)
{
  g_autofree char *path = test_folder_file (folder, name);
  g_autofree char *parent = g_path_get_dirname (path);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (parent, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, &error));
  g_assert_no_error (error);
}

/* Whether the mapping of @memory from @begin to @end has @text. What cannot be read was never
 * written to. */
static gboolean
has_text (int memory, guint64 begin, guint64 end, const char *text)
{
  gsize len = strlen (text);
  gsize size = 1 << 20;
  g_autofree char *block = g_malloc (size);

  for (guint64 at = begin; at < end; at += size - len)
    {
      ssize_t n = pread (memory, block, MIN (size, end - at), (off_t) at);

      if (n > 0 && memmem (block, (gsize) n, text, len) != NULL)
        return TRUE;
    }
  return FALSE;
}

/**
 * test_process_shows_memory:
 * @process: running, and a child of ours
 *
 * Returns: whether test_process_remembers() can look; where only a debugger with more rights may
 * (the sysctl kernel.yama.ptrace_scope), and in some sandboxes, it cannot.
 */
gboolean
test_process_shows_memory (const TestProcess *process)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/mem", process->pid);
  int memory = open (path, O_RDONLY | O_CLOEXEC);

  if (memory < 0 && (errno == EACCES || errno == EPERM))
    return FALSE;
  g_assert_no_errno (memory);
  close (memory);
  return TRUE;
}

/**
 * test_process_remembers:
 * @process: running, and a child of ours
 * @text: what may be a secret
 *
 * Start it with `MALLOC_PERTURB_=0`, or what it has freed is gone anyhow.
 *
 * Returns: whether @text is anywhere in the memory that it can write to, freed memory and
 * stacks among it.
 */
gboolean
test_process_remembers (const TestProcess *process, const char *text)
{
  /* A sanitizer's shadow is terabytes, and has no text. */
  static const guint64 most = G_GUINT64_CONSTANT (1) << 31;
  g_autofree char *maps_path = g_strdup_printf ("/proc/%d/maps", process->pid);
  g_autofree char *memory_path = g_strdup_printf ("/proc/%d/mem", process->pid);
  g_autofree char *maps = NULL;
  g_auto (GStrv) lines = NULL;
  int memory = open (memory_path, O_RDONLY | O_CLOEXEC);
  gboolean found = FALSE;

  g_assert_cmpint (memory, >=, 0);
  g_assert_true (g_file_get_contents (maps_path, &maps, NULL, NULL));
  lines = g_strsplit (maps, "\n", -1);
  for (guint i = 0; !found && lines[i] != NULL; i++)
    {
      char *rest = NULL;
      guint64 begin = g_ascii_strtoull (lines[i], &rest, 16);
      guint64 end = *rest == '-' ? g_ascii_strtoull (rest + 1, &rest, 16) : 0;

      if (g_str_has_prefix (rest, " rw") && end - begin < most)
        found = has_text (memory, begin, end, text);
      if (found)
        g_test_message ("remembered in: %s", lines[i]);
    }
  close (memory);
  return found;
}

/**
 * test_program:
 * @variable: an environment variable that the build sets, e.g. "SALOTTOD"
 *
 * Returns: (transfer none): the path of the program that was built.
 */
const char *
test_program (const char *variable)
{
  const char *path = g_getenv (variable);

  if (path == NULL)
    g_error ("%s is not set; run the tests with meson test", variable);
  return path;
}

static char **
child_environment (const TestFolder *folder, const char *const *extra)
{
  static const char *const folders[] = {
    "HOME",          "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR",
    "XDG_DATA_HOME", "XDG_CACHE_HOME"
  };
  static const char *const removed[] = { "STATE_DIRECTORY", "RUNTIME_DIRECTORY", "NOTIFY_SOCKET",
                                         "LISTEN_FDS",      "LISTEN_PID",        "DISPLAY",
                                         "G_DEBUG" };
  char **env = g_get_environ ();

  for (gsize i = 0; i < G_N_ELEMENTS (removed); i++)
    env = g_environ_unsetenv (env, removed[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    env = g_environ_setenv (env, folders[i], folder->path, TRUE);
  env = g_environ_setenv (env, "G_DEBUG", "fatal-criticals", TRUE);
  for (gsize i = 0; extra != NULL && extra[i] != NULL; i++)
    {
      g_auto (GStrv) pair = g_strsplit (extra[i], "=", 2);

      env = g_environ_setenv (env, pair[0], pair[1], TRUE);
    }
  return env;
}

/* The suite net runs a second time with servers of several workers: what is said of one must
 * hold for all of them. */
static GPtrArray *
with_workers (const char *const *argv)
{
  const char *workers = g_getenv ("SALOTTO_TEST_WORKERS");
  g_autofree char *program = g_path_get_basename (argv[0]);
  GPtrArray *all = g_ptr_array_new ();

  for (gsize i = 0; argv[i] != NULL; i++)
    g_ptr_array_add (all, (gpointer) argv[i]);
  if (workers != NULL && g_str_has_prefix (program, "salottod") &&
      !g_strv_contains (argv, "--workers"))
    {
      g_ptr_array_add (all, (gpointer) "--workers");
      g_ptr_array_add (all, (gpointer) workers);
    }
  g_ptr_array_add (all, NULL);
  return all;
}

/* In the child, before the program: it must not outlive the test. */
static void
die_with_parent (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static void
write_last_words (gpointer data)
{
  const TestProcess *process = data;
  g_autofree char *errors = test_process_get_errors (process);

  fprintf (stderr, "%s %s %d\n", process->name,
           process->pid > 0                ? "runs as process"
           : WIFSIGNALED (process->status) ? "was killed by signal"
                                           : "has ended with status",
           process->pid > 0                ? process->pid
           : WIFSIGNALED (process->status) ? WTERMSIG (process->status)
                                           : WEXITSTATUS (process->status));
  test_last_words_write ("said, and nobody has taken it:", (const char *) process->output->data,
                         process->output->len);
  test_last_words_write ("complained:", errors != NULL ? errors : "", -1);
}

static TestProcess *
process_new (const TestFolder *folder, const char *program)
{
  static guint number;
  TestProcess *process = g_new0 (TestProcess, 1);

  process->in = process->out = -1;
  process->output = g_byte_array_new ();
  process->errors = g_strdup_printf ("%s/errors-%u", folder->path, ++number);
  process->name = g_path_get_basename (program);
  test_last_words_add (write_last_words, process);
  return process;
}

static int
open_errors (const TestProcess *process)
{
  int errors = open (process->errors, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);

  if (errors < 0)
    g_error ("%s: %s", process->errors, g_strerror (errno));
  return errors;
}

/**
 * test_process_start_with_fd:
 * @folder: its home, state, configuration and runtime folder
 * @argv: (array zero-terminated=1): the program and its arguments
 * @extra_env: (nullable) (array zero-terminated=1): `NAME=VALUE`
 * @fd: a descriptor that the program gets as number 3, or -1
 *
 * Returns: (transfer full): the program, running.
 */
TestProcess *
test_process_start_with_fd (const TestFolder *folder,
                            const char *const *argv,
                            const char *const *extra_env,
                            int fd)
{
  TestProcess *process = process_new (folder, argv[0]);
  g_auto (GStrv) env = child_environment (folder, extra_env);
  g_autoptr (GPtrArray) arguments = with_workers (argv);
  g_autoptr (GError) error = NULL;
  int errors = open_errors (process);
  int target = 3;

  if (!g_spawn_async_with_pipes_and_fds (
          folder->path, (const char *const *) arguments->pdata, (const char *const *) env,
          G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_SEARCH_PATH, die_with_parent, NULL, -1, -1, errors,
          &fd, &target, fd >= 0 ? 1 : 0, &process->pid, &process->in, &process->out, NULL, &error))
    g_error ("cannot start %s: %s", argv[0], error->message);
  close (errors);
  fcntl (process->in, F_SETFD, FD_CLOEXEC);
  fcntl (process->out, F_SETFD, FD_CLOEXEC);
  return process;
}

/**
 * test_process_start:
 *
 * test_process_start_with_fd() without a descriptor.
 */
TestProcess *
test_process_start (const TestFolder *folder, const char *const *argv, const char *const *extra_env)
{
  return test_process_start_with_fd (folder, argv, extra_env, -1);
}

/**
 * test_process_start_on_terminal:
 *
 * Starts a program on a terminal of 80 columns, where a person would type: writing is
 * typing, and what is read is what the screen gets. Ctrl-C reaches it, although whoever runs the
 * tests in the background has it ignored (nohup, or & in a script).
 */
TestProcess *
test_process_start_on_terminal (const TestFolder *folder,
                                const char *const *argv,
                                const char *const *extra_env)
{
  TestProcess *process = process_new (folder, argv[0]);
  g_auto (GStrv) env = child_environment (folder, extra_env);
  g_autoptr (GPtrArray) arguments = with_workers (argv);
  struct winsize size = { .ws_row = 24, .ws_col = 80 };
  int errors = open_errors (process);
  int screen = -1;

  env = g_environ_setenv (env, "TERM", "xterm", TRUE);
  env = g_environ_setenv (env, "INPUTRC", "/dev/null", TRUE);
  process->pid = forkpty (&screen, NULL, NULL, &size);
  if (process->pid == 0)
    {
      die_with_parent (NULL);
      signal (SIGINT, SIG_DFL);
      signal (SIGQUIT, SIG_DFL);
      if (chdir (folder->path) == 0)
        execvpe (argv[0], (char **) arguments->pdata, env);
      _exit (127);
    }
  g_assert_cmpint (process->pid, >, 0);
  close (errors);
  process->in = screen;
  process->out = fcntl (screen, F_DUPFD_CLOEXEC, 0);
  fcntl (process->in, F_SETFD, FD_CLOEXEC);
  return process;
}

/**
 * test_process_free:
 * @process: (nullable) (transfer full): killed if it still runs
 */
void
test_process_free (TestProcess *process)
{
  if (process == NULL)
    return;
  if (process->pid > 0)
    {
      kill (process->pid, SIGKILL);
      waitpid (process->pid, NULL, 0);
    }
  if (process->in >= 0)
    close (process->in);
  test_last_words_remove (process);
  close (process->out);
  g_byte_array_unref (process->output);
  g_free (process->name);
  g_free (process->errors);
  g_free (process);
}

/**
 * test_process_get_errors:
 *
 * Returns: (transfer full): what it has complained about so far.
 */
char *
test_process_get_errors (const TestProcess *process)
{
  char *text = NULL;

  g_file_get_contents (process->errors, &text, NULL, NULL);
  return text;
}

/**
 * test_process_wait_for_errors:
 *
 * Returns: whether it has complained with @text within @ms.
 */
gboolean
test_process_wait_for_errors (TestProcess *process, const char *text, int ms)
{
  return test_file_wait_for_text (process->errors, text, ms);
}

/**
 * test_process_write:
 */
void
test_process_write (TestProcess *process, const char *text)
{
  gsize len = strlen (text);

  while (len > 0)
    {
      ssize_t n = write (process->in, text, len);

      g_assert_cmpint (n, >, 0);
      text += n;
      len -= (gsize) n;
    }
}

/**
 * test_process_end_input:
 */
void
test_process_end_input (TestProcess *process)
{
  close (process->in);
  process->in = -1;
}

/* Reads what there is, waiting until @deadline_us for some. Returns FALSE at the end of
 * the output or when the time is over. */
static gboolean
read_output (TestProcess *process, gint64 deadline_us)
{
  struct pollfd poll_fd = { .fd = process->out, .events = POLLIN };
  gint64 left_us = MAX (deadline_us - g_get_monotonic_time (), 0);
  guint8 bytes[4096];
  ssize_t n = 0;

  if (poll (&poll_fd, 1, (int) (left_us / 1000 + 1)) <= 0)
    return FALSE;
  n = read (process->out, bytes, sizeof bytes);
  if (n > 0)
    g_byte_array_append (process->output, bytes, (guint) n);
  return n > 0;
}

/**
 * test_process_take_line:
 *
 * Returns: (transfer full) (nullable): the next line it prints, without its end; %NULL
 * if none comes in @ms.
 */
char *
test_process_take_line (TestProcess *process, int ms)
{
  gint64 deadline_us = g_get_monotonic_time () + ms * 1000;

  for (;;)
    {
      const guint8 *newline = process->output->len > 0
                                  ? memchr (process->output->data, '\n', process->output->len)
                                  : NULL;

      if (newline != NULL)
        {
          guint len = (guint) (newline - process->output->data);
          char *line = g_strndup ((const char *) process->output->data, len);

          g_byte_array_remove_range (process->output, 0, len + 1);
          return line;
        }
      if (!read_output (process, deadline_us))
        return NULL;
    }
}

/**
 * test_process_take_output:
 *
 * Waits until it has printed @text.
 *
 * Returns: (transfer full) (nullable): what it has printed up to there, @text included;
 * %NULL if it did not.
 */
char *
test_process_take_output (TestProcess *process, const char *text, int ms)
{
  gint64 deadline_us = g_get_monotonic_time () + ms * 1000;

  for (;;)
    {
      const guint8 *found =
          process->output->len > 0
              ? memmem (process->output->data, process->output->len, text, strlen (text))
              : NULL;

      if (found != NULL)
        {
          guint len = (guint) (found - process->output->data) + (guint) strlen (text);
          char *taken = g_strndup ((const char *) process->output->data, len);

          g_byte_array_remove_range (process->output, 0, len);
          return taken;
        }
      if (!read_output (process, deadline_us))
        return NULL;
    }
}

/**
 * test_process_wait_for_output:
 *
 * Waits until it has printed @text; what was printed up to there is taken.
 */
gboolean
test_process_wait_for_output (TestProcess *process, const char *text, int ms)
{
  g_autofree char *taken = test_process_take_output (process, text, ms);

  return taken != NULL;
}

/**
 * test_process_wait:
 *
 * Returns: whether it has ended within @ms; its status is known then. What it prints
 * meanwhile is kept.
 */
gboolean
test_process_wait (TestProcess *process, int ms)
{
  gint64 deadline_us = g_get_monotonic_time () + ms * 1000;

  while (process->pid > 0)
    {
      int flags = g_get_monotonic_time () < deadline_us ? 0 : WNOHANG;

      /* The end of its output is the event to wait for; it may print until then. */
      while (flags == 0 && read_output (process, deadline_us))
        ;
      if (flags == 0 && g_get_monotonic_time () >= deadline_us)
        flags = WNOHANG;
      if (waitpid (process->pid, &process->status, flags) == process->pid)
        process->pid = 0;
      else if (flags == WNOHANG)
        return FALSE;
    }
  return TRUE;
}

/**
 * test_process_signal:
 */
void
test_process_signal (TestProcess *process, int signal)
{
  g_assert_cmpint (process->pid, >, 0);
  kill (process->pid, signal);
}

/**
 * test_process_expect_exit_at:
 *
 * Fails the test unless the program ends by itself with this status.
 */
void
test_process_expect_exit_at (
    TestProcess *process, int code, const char *file, int line, const char *func)
{
  g_autofree char *errors = NULL;
  g_autofree char *message = NULL;

  if (test_process_wait (process, TEST_PATIENCE_MS) && WIFEXITED (process->status) &&
      WEXITSTATUS (process->status) == code)
    return;
  errors = test_process_get_errors (process);
  message = g_strdup_printf ("expected exit status %d, but it %s (%d); it said: %s", code,
                             process->pid > 0                ? "still runs"
                             : WIFSIGNALED (process->status) ? "was killed by a signal"
                                                             : "ended otherwise",
                             process->pid > 0                ? 0
                             : WIFSIGNALED (process->status) ? WTERMSIG (process->status)
                                                             : WEXITSTATUS (process->status),
                             errors);
  g_assertion_message (G_LOG_DOMAIN, file, line, func, message);
}
