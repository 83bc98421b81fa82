/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What goes on in a world: programs on its hosts, and frames from host to host, turn by turn.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/base/sal-error.h"
#include "common/base/sal-fd.h"
#include "lab/bench/lab-sandbox.h"
#include "lab/bench/lab-world-private.h"

#define FRAME_BYTES 65536
#define NS_PER_SECOND 1000000000LL
/* How often to look for what cannot be waited for. */
#define LOOK_MS 2
/* What a program may say, and what an experiment may see pass. */
#define MOST_OUTPUT_BYTES (1024 * 1024)
#define MOST_FRAMES 100000

/* Programs. */

/**
 * lab_process_free:
 * @data: (transfer full): a #LabProcess, which is killed if it still runs
 */
void
lab_process_free (gpointer data)
{
  LabProcess *process = data;

  if (process->pid > 0)
    {
      kill (process->pid, SIGKILL);
      waitpid (process->pid, NULL, 0);
    }
  sal_fd_close (&process->pid_fd);
  sal_fd_close (&process->in);
  sal_fd_close (&process->out);
  g_string_free (process->output, TRUE);
  g_free (process->name);
  g_free (process);
}

static void G_GNUC_NORETURN
become_program (const LabHost *host, const char *const *argv, int in, int out)
{
  static const char *const folders[] = { "HOME",           "XDG_STATE_HOME", "XDG_CONFIG_HOME",
                                         "XDG_CACHE_HOME", "XDG_DATA_HOME",  "XDG_RUNTIME_DIR" };
  sigset_t none;

  sigemptyset (&none);
  sigprocmask (SIG_SETMASK, &none, NULL);
  signal (SIGPIPE, SIG_DFL);
  signal (SIGINT, SIG_DFL);
  g_setenv ("LC_ALL", "C.UTF-8", TRUE); /* experiments wait for what it says */
  g_unsetenv ("LANGUAGE");
  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    g_setenv (folders[i], LAB_SANDBOX_FOLDER, TRUE);
  if (chdir (LAB_SANDBOX_FOLDER) == 0 && setns (host->network, CLONE_NEWNET) == 0 &&
      dup2 (in, STDIN_FILENO) >= 0 && dup2 (out, STDOUT_FILENO) >= 0 &&
      dup2 (out, STDERR_FILENO) >= 0)
    execvp (argv[0], (char **) argv);
  dprintf (out, "cannot start %s: %s\n", argv[0], g_strerror (errno));
  _exit (127);
}

/**
 * lab_world_start:
 * @name: for people
 * @argv: the program and its arguments
 *
 * Returns: (transfer none): a program that runs on @host, or %NULL with a #SAL_ERROR.
 */
LabProcess *
lab_world_start (
    LabWorld *world, const LabHost *host, const char *name, const char *const *argv, GError **error)
{
  LabProcess *process = NULL;
  int in[2] = { -1, -1 };
  int out[2] = { -1, -1 };
  pid_t pid = -1;

  if (pipe2 (in, O_CLOEXEC) == 0 && pipe2 (out, O_CLOEXEC) == 0)
    pid = fork ();
  if (pid == 0)
    become_program (host, argv, in[0], out[1]);
  sal_fd_close (&in[0]);
  sal_fd_close (&out[1]);
  if (pid < 0)
    {
      lab_world_fail (error, argv[0]);
      sal_fd_close (&in[1]);
      sal_fd_close (&out[0]);
      return NULL;
    }
  process = g_new0 (LabProcess, 1);
  process->host = host;
  process->name = g_strdup (name);
  process->pid = pid;
  process->pid_fd = (int) syscall (SYS_pidfd_open, pid, 0);
  process->in = in[1];
  process->out = out[0];
  fcntl (process->out, F_SETFL, O_NONBLOCK);
  process->output = g_string_new (NULL);
  g_ptr_array_add (world->processes, process);
  return process;
}

/**
 * lab_process_write:
 *
 * Types @text.
 */
void
lab_process_write (LabProcess *process, const char *text)
{
  if (process->in >= 0)
    (void) sal_fd_write_all (process->in, text, strlen (text));
}

/**
 * lab_process_end_input:
 *
 * What Ctrl-D does.
 */
void
lab_process_end_input (LabProcess *process)
{
  sal_fd_close (&process->in);
}

/**
 * lab_process_signal:
 */
void
lab_process_signal (LabProcess *process, int signal)
{
  if (process->pid > 0)
    kill (process->pid, signal);
}

static void
read_output (LabProcess *process)
{
  char bytes[4096];
  ssize_t n = read (process->out, bytes, sizeof bytes);

  if (n > 0 && process->output->len < MOST_OUTPUT_BYTES)
    g_string_append_len (process->output, bytes, n);
  else if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
    sal_fd_close (&process->out);
}

/* Process 1 inherits whoever loses a parent, so it looks at everybody. */
static void
reap (LabWorld *world)
{
  int status = 0;
  pid_t ended = 0;

  while ((ended = waitpid (-1, &status, WNOHANG)) > 0)
    for (guint i = 0; i < world->processes->len; i++)
      {
        LabProcess *process = g_ptr_array_index (world->processes, i);

        if (process->pid != ended)
          continue;
        process->pid = 0;
        process->status = status;
        sal_fd_close (&process->pid_fd);
      }
}

/* Frames. */

/**
 * lab_frame_free:
 * @data: (transfer full): a #LabFrame
 */
void
lab_frame_free (gpointer data)
{
  LabFrame *frame = data;

  g_free (frame->bytes);
  g_free (frame);
}

static gint64
time_of (struct msghdr *message)
{
  struct timespec stamp = { 0 };

  for (struct cmsghdr *part = CMSG_FIRSTHDR (message); part != NULL;
       part = CMSG_NXTHDR (message, part))
    if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_TIMESTAMPNS)
      memcpy (&stamp, CMSG_DATA (part), sizeof stamp);
  if (stamp.tv_sec == 0)
    clock_gettime (CLOCK_REALTIME, &stamp);
  return stamp.tv_sec * NS_PER_SECOND + stamp.tv_nsec;
}

/* The next frame of a packet socket; NULL if there is none. */
static LabFrame *
read_frame (int fd)
{
  static guint8 bytes[FRAME_BYTES];
  union
  {
    char room[256];
    struct cmsghdr align;
  } control;
  struct iovec part = { .iov_base = bytes, .iov_len = sizeof bytes };
  struct msghdr message = { .msg_iov = &part,
                            .msg_iovlen = 1,
                            .msg_control = control.room,
                            .msg_controllen = sizeof control.room };
  ssize_t n = recvmsg (fd, &message, MSG_DONTWAIT);
  LabFrame *frame = NULL;

  if (n <= 0)
    return NULL;
  frame = g_new0 (LabFrame, 1);
  frame->time_ns = time_of (&message);
  frame->len = (guint32) n;
  frame->bytes = g_memdup2 (bytes, (gsize) n);
  return frame;
}

static void
take_taps (LabWorld *world)
{
  for (guint i = 0; i < world->hosts->len; i++)
    {
      LabHost *host = g_ptr_array_index (world->hosts, i);
      struct tpacket_stats stats = { 0 };
      LabFrame *frame = NULL;

      while ((frame = read_frame (host->tap)) != NULL)
        {
          world->traffic_us = g_get_monotonic_time ();
          if (host->frames->len < MOST_FRAMES)
            g_ptr_array_add (host->frames, frame);
          else
            {
              world->dropped++;
              lab_frame_free (frame);
            }
        }
      if (getsockopt (host->tap, SOL_PACKET, PACKET_STATISTICS, &stats,
                      &(socklen_t){ sizeof stats }) == 0)
        world->dropped += stats.tp_drops;
    }
}

static void
take_ports (LabWorld *world)
{
  for (guint i = 0; i < world->ports->len; i++)
    {
      LabFrame *frame = NULL;

      while ((frame = read_frame (g_array_index (world->ports, int, i))) != NULL)
        {
          world->traffic_us = g_get_monotonic_time ();
          lab_forwarder_take (world->forwarder, frame->bytes, frame->len, world->traffic_us);
          lab_frame_free (frame);
        }
    }
  lab_forwarder_tick (world->forwarder, g_get_monotonic_time ());
}

static void
add_fd (GArray *fds, int fd)
{
  struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

  if (fd >= 0)
    g_array_append_val (fds, poll_fd);
}

static GArray *
collect_fds (LabWorld *world)
{
  GArray *fds = g_array_new (FALSE, FALSE, sizeof (struct pollfd));

  add_fd (fds, lab_sandbox_get_lifeline ());
  for (guint i = 0; i < world->hosts->len; i++)
    add_fd (fds, ((LabHost *) g_ptr_array_index (world->hosts, i))->tap);
  for (guint i = 0; i < world->ports->len; i++)
    add_fd (fds, g_array_index (world->ports, int, i));
  for (guint i = 0; i < world->processes->len; i++)
    {
      const LabProcess *process = g_ptr_array_index (world->processes, i);

      add_fd (fds, process->out);
      add_fd (fds, process->pid_fd);
    }
  if (world->wants_return)
    add_fd (fds, STDIN_FILENO);
  return fds;
}

/* One turn, of at most @wait_ms. */
static void
turn (LabWorld *world, int wait_ms)
{
  g_autoptr (GArray) fds = collect_fds (world);
  gint64 due_us = lab_forwarder_due_us (world->forwarder);

  if (due_us != G_MAXINT64)
    wait_ms = (int) CLAMP ((due_us - g_get_monotonic_time ()) / 1000 + 1, 0, wait_ms);
  (void) poll ((struct pollfd *) (void *) fds->data, fds->len, wait_ms);
  if (lab_sandbox_has_ended ())
    _exit (SAL_EXIT_FAILED); /* nobody waits for us, and everything here ends with us */
  take_taps (world);
  take_ports (world);
  for (guint i = 0; i < world->processes->len; i++)
    {
      LabProcess *process = g_ptr_array_index (world->processes, i);

      if (process->out >= 0)
        read_output (process);
    }
  reap (world);
  if (world->wants_return && poll (&(struct pollfd){ .fd = STDIN_FILENO, .events = POLLIN }, 1, 0))
    {
      char c = '\n';

      world->got_return = read (STDIN_FILENO, &c, 1) <= 0 || c == '\n';
    }
}

/**
 * lab_world_run:
 * @until: asked after each turn, and at least every few milliseconds
 * @timeout_ms: how long at most
 *
 * Lets the network and the programs go on. Returns: whether it has happened.
 */
gboolean
lab_world_run (LabWorld *world, LabWorldUntil until, gpointer data, guint timeout_ms)
{
  gint64 end_us = g_get_monotonic_time () + (gint64) timeout_ms * 1000;

  for (;;)
    {
      gint64 left_us = end_us - g_get_monotonic_time ();

      if (until (data))
        return TRUE;
      if (left_us <= 0)
        return FALSE;
      turn (world, LOOK_MS);
    }
}

/**
 * lab_world_settle:
 *
 * Lets the network go on until nothing has passed for @quiet_ms, or for @most_ms.
 */
void
lab_world_settle (LabWorld *world, guint quiet_ms, guint most_ms)
{
  gint64 end_us = g_get_monotonic_time () + (gint64) most_ms * 1000;
  gint64 now_us = 0;

  turn (world, 0);
  world->traffic_us = MAX (world->traffic_us, g_get_monotonic_time ());
  while ((now_us = g_get_monotonic_time ()) < end_us &&
         now_us - world->traffic_us < (gint64) quiet_ms * 1000)
    turn (world, (int) quiet_ms);
}

static gboolean
has_return (gpointer data)
{
  return ((LabWorld *) data)->got_return;
}

/**
 * lab_world_wait_for_return:
 *
 * Waits for Return on standard input, or for its end, while the network goes on.
 */
void
lab_world_wait_for_return (LabWorld *world)
{
  world->wants_return = TRUE;
  world->got_return = FALSE;
  while (!lab_world_run (world, has_return, world, G_MAXUINT / 2))
    ;
  world->wants_return = FALSE;
}
