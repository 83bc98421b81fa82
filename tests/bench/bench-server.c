/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The server that is measured, as a process: started on a core of its own, waited for
 * until it says that it is ready, asked what it has used, and ended. What it uses is
 * taken from the kernel: processor time of all its threads with nanoseconds, memory
 * from smaps_rollup.
 */
#include "config.h"

#include "bench-server.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* How long a server may take to be ready, and to end: it may run in valgrind. */
#define READY_MS 300000
#define END_MS 60000

static gint64
read_clock (clockid_t clock)
{
  struct timespec now = { 0 };

  if (clock_gettime (clock, &now) < 0)
    return 0;
  return (gint64) now.tv_sec * 1000 * 1000 * 1000 + now.tv_nsec;
}

/**
 * bench_now_ns:
 *
 * Returns: the time of the clock that everything here is measured by.
 */
gint64
bench_now_ns (void)
{
  return read_clock (CLOCK_MONOTONIC);
}

/**
 * bench_own_cpu_ns:
 *
 * Returns: the processor time that this program has used.
 */
gint64
bench_own_cpu_ns (void)
{
  return read_clock (CLOCK_PROCESS_CPUTIME_ID);
}

/**
 * bench_pin:
 * @cpu: a core, or -1 for any
 *
 * Returns: %FALSE with errno set if this process may not run there.
 */
gboolean
bench_pin (int cpu)
{
  cpu_set_t set;

  if (cpu < 0)
    return TRUE;
  CPU_ZERO (&set);
  CPU_SET ((gsize) cpu, &set);
  return sched_setaffinity (0, sizeof set, &set) == 0;
}

static gboolean
fail (GError **error, const char *what)
{
  g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: %s", what, g_strerror (errno));
  return FALSE;
}

/* `listening on ADDR:PORT (DIALECT)` */
static gboolean
read_ready_line (BenchServer *server, const char *line)
{
  const char *colon = strrchr (line, ':');
  const char *paren = strrchr (line, '(');
  guint64 port = 0;
  g_autofree char *digits = NULL;

  if (!g_str_has_prefix (line, "listening on ") || colon == NULL || paren == NULL || paren < colon)
    return FALSE;
  digits = g_strndup (colon + 1, strspn (colon + 1, "0123456789"));
  if (!g_ascii_string_to_unsigned (digits, 10, 1, G_MAXUINT16, &port, NULL))
    return FALSE;
  server->port = (guint16) port;
  server->dialect = g_strndup (paren + 1, strcspn (paren + 1, ")"));
  return TRUE;
}

/* What the server prints later is left in the pipe: it prints nothing there when its
 * output is no terminal. */
static gboolean
wait_until_ready (BenchServer *server, GError **error)
{
  g_autoptr (GString) line = g_string_new (NULL);
  struct pollfd pollfd = { .fd = server->out_fd, .events = POLLIN };
  char c = 0;

  while (poll (&pollfd, 1, READY_MS) > 0 && read (server->out_fd, &c, 1) == 1)
    {
      if (c != '\n')
        g_string_append_c (line, c);
      else if (read_ready_line (server, line->str))
        return TRUE;
      else
        g_string_truncate (line, 0);
    }
  g_set_error_literal (error, G_FILE_ERROR, G_FILE_ERROR_FAILED,
                       "the server did not say that it is listening");
  return FALSE;
}

/**
 * bench_server_start:
 * @server: (out): zeroed
 * @command: (array zero-terminated=1): what to run
 * @cpu: the core for it and all its threads; -1: any
 *
 * Runs the server and waits for its ready line.
 *
 * Returns: %FALSE with an error; nothing runs then.
 */
gboolean
bench_server_start (BenchServer *server, char **command, int cpu, GError **error)
{
  int out[2];

  if (pipe (out) < 0)
    return fail (error, "pipe");
  server->pid = fork ();
  if (server->pid < 0)
    return fail (error, "fork");
  if (server->pid == 0)
    {
      (void) prctl (PR_SET_PDEATHSIG, SIGKILL);
      (void) dup2 (out[1], STDOUT_FILENO);
      close (out[0]);
      close (out[1]);
      if (bench_pin (cpu))
        execvp (command[0], command);
      fprintf (stderr, "bench-load: cannot run %s: %s\n", command[0], g_strerror (errno));
      _exit (127);
    }
  close (out[1]);
  server->out_fd = out[0];
  if (wait_until_ready (server, error) && bench_server_attach (server, server->pid, error))
    return TRUE;
  (void) bench_server_end (server);
  return FALSE;
}

/**
 * bench_server_attach:
 * @pid: a server that runs already
 *
 * Returns: %FALSE with an error if its processor time cannot be read.
 */
gboolean
bench_server_attach (BenchServer *server, pid_t pid, GError **error)
{
  errno = clock_getcpuclockid (pid, &server->cpu_clock);
  if (errno != 0)
    return fail (error, "the server's processor time");
  server->pid = pid;
  return TRUE;
}

/**
 * bench_server_end:
 *
 * Asks a server that was started here to end, and waits.
 *
 * Returns: its exit status; -1 if it was ended by a signal or did not end in time.
 */
int
bench_server_end (BenchServer *server)
{
  struct pollfd ended = { .fd = pidfd_open (server->pid, 0), .events = POLLIN };
  int status = 0;

  (void) kill (server->pid, SIGTERM);
  if (poll (&ended, 1, END_MS) <= 0)
    (void) kill (server->pid, SIGKILL);
  (void) waitpid (server->pid, &status, 0);
  close (ended.fd);
  close (server->out_fd);
  g_clear_pointer (&server->dialect, g_free);
  server->pid = 0;
  return WIFEXITED (status) ? WEXITSTATUS (status) : -1;
}

/**
 * bench_server_cpu_ns:
 *
 * Returns: the processor time that all threads of the server have used; 0 if the
 * server is not known.
 */
gint64
bench_server_cpu_ns (const BenchServer *server)
{
  return server->pid != 0 ? read_clock (server->cpu_clock) : 0;
}

static guint64
field_bytes (const char *rollup, const char *field)
{
  const char *at = strstr (rollup, field);

  return at != NULL ? g_ascii_strtoull (at + strlen (field), NULL, 10) * 1024 : 0;
}

/**
 * bench_server_memory:
 *
 * Returns: what the server holds of the machine's memory, zero if it is not known. The
 * kernel's own memory for its sockets is not in it.
 */
BenchMemory
bench_server_memory (const BenchServer *server)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/smaps_rollup", (int) server->pid);
  g_autofree char *rollup = NULL;

  if (server->pid == 0 || !g_file_get_contents (path, &rollup, NULL, NULL))
    return (BenchMemory){ 0 };
  return (BenchMemory){ .rss_bytes = field_bytes (rollup, "\nRss:"),
                        .pss_bytes = field_bytes (rollup, "\nPss:") };
}
