/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Echo servers that ask who is ready, in one process: with select(2), poll(2), epoll(7), and
 * by the signals of fcntl(2) O_ASYNC. Only the asking differs; the clients are in a table by
 * their descriptor.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <unistd.h>

#include "common/base/sal-error.h"
#include "common/base/sal-fd.h"
#include "lab/bench/lab-echo.h"

/* How much of one client is done before others are looked after, where nobody tells us
 * again that it is ready. */
#define ROUNDS 16
#define EVENTS 64

typedef struct
{
  const LabEchoOptions *options; /* (unowned) */
  int listener;
  GHashTable *clients; /* (owned): descriptor -> (owned) LabEchoConn */
  guint most;
  GError *error; /* (owned) (nullable): of the listener */
  int epoll;     /* -1 unless that is the model */
} Server;

static gboolean
has_room (const Server *server)
{
  return g_hash_table_size (server->clients) < server->most;
}

/* TRUE if somebody was accepted; else errno is EAGAIN if nobody waits. */
static gboolean
accept_one (Server *server, int *accepted)
{
  LabEndpoint peer;
  int fd = -1;

  if (!has_room (server))
    return FALSE;
  fd = lab_net_accept (server->listener, &peer, &server->error);
  if (fd < 0)
    return FALSE;
  if (server->options->model == LAB_ECHO_SELECT && fd >= FD_SETSIZE)
    {
      g_printerr (_ ("salotto-lab: select() knows descriptors below %d only; closed a client\n"),
                  FD_SETSIZE);
      close (fd);
      return FALSE;
    }
  fcntl (fd, F_SETFL, fcntl (fd, F_GETFL) | O_NONBLOCK);
  g_hash_table_insert (server->clients, GINT_TO_POINTER (fd),
                       lab_echo_conn_new (server->options, fd, &peer));
  *accepted = fd;
  return TRUE;
}

/* Once; TRUE while the client is there. */
static gboolean
work (Server *server, int fd, gboolean *progress)
{
  LabEchoConn *conn = g_hash_table_lookup (server->clients, GINT_TO_POINTER (fd));

  *progress = FALSE;
  if (conn == NULL)
    return FALSE;
  if (lab_echo_conn_work (conn, progress))
    return TRUE;
  if (server->epoll >= 0)
    (void) epoll_ctl (server->epoll, EPOLL_CTL_DEL, fd, NULL);
  g_hash_table_remove (server->clients, GINT_TO_POINTER (fd));
  return FALSE;
}

/* The descriptors of all clients, because the table changes while they are served. */
static GArray *
client_fds (const Server *server)
{
  GArray *fds = g_array_new (FALSE, FALSE, sizeof (int));
  GHashTableIter iter;
  gpointer key = NULL;

  g_hash_table_iter_init (&iter, server->clients);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      int fd = GPOINTER_TO_INT (key);

      g_array_append_val (fds, fd);
    }
  return fds;
}

static gboolean
client_wants_to_write (const Server *server, int fd)
{
  return lab_echo_conn_wants_to_write (g_hash_table_lookup (server->clients, GINT_TO_POINTER (fd)));
}

static void
turn_select (Server *server)
{
  g_autoptr (GArray) fds = client_fds (server);
  fd_set reading;
  fd_set writing;
  int most = has_room (server) ? server->listener : -1;
  gboolean progress = FALSE;
  int accepted = -1;

  FD_ZERO (&reading);
  FD_ZERO (&writing);
  if (has_room (server))
    FD_SET (server->listener, &reading);
  for (guint i = 0; i < fds->len; i++)
    {
      int fd = g_array_index (fds, int, i);

      if (client_wants_to_write (server, fd))
        FD_SET (fd, &writing);
      else
        FD_SET (fd, &reading);
      most = MAX (most, fd);
    }
  if (select (most + 1, &reading, &writing, NULL, NULL) < 0)
    return;
  for (guint i = 0; i < fds->len; i++)
    {
      int fd = g_array_index (fds, int, i);

      if (FD_ISSET (fd, &reading) || FD_ISSET (fd, &writing))
        work (server, fd, &progress);
    }
  if (FD_ISSET (server->listener, &reading))
    accept_one (server, &accepted);
}

static void
turn_poll (Server *server)
{
  g_autoptr (GArray) fds = client_fds (server);
  g_autofree struct pollfd *poll_fds = g_new0 (struct pollfd, fds->len + 1);
  gboolean progress = FALSE;
  int accepted = -1;

  for (guint i = 0; i < fds->len; i++)
    {
      int fd = g_array_index (fds, int, i);

      poll_fds[i].fd = fd;
      poll_fds[i].events = client_wants_to_write (server, fd) ? POLLOUT : POLLIN;
    }
  poll_fds[fds->len].fd = has_room (server) ? server->listener : -1;
  poll_fds[fds->len].events = POLLIN;
  if (poll (poll_fds, fds->len + 1, -1) < 0)
    return;
  for (guint i = 0; i < fds->len; i++)
    if (poll_fds[i].revents != 0)
      work (server, poll_fds[i].fd, &progress);
  if (poll_fds[fds->len].revents != 0)
    accept_one (server, &accepted);
}

static void
epoll_watch (Server *server, int operation, int fd, guint32 events)
{
  struct epoll_event event = { .events = events, .data.fd = fd };

  (void) epoll_ctl (server->epoll, operation, fd, &event);
}

static void
turn_epoll (Server *server)
{
  struct epoll_event events[EVENTS];
  int n = epoll_wait (server->epoll, events, EVENTS, -1);

  for (int i = 0; i < n; i++)
    {
      int fd = events[i].data.fd;
      gboolean progress = FALSE;

      if (fd == server->listener && accept_one (server, &fd))
        epoll_watch (server, EPOLL_CTL_ADD, fd,
                     client_wants_to_write (server, fd) ? EPOLLOUT : EPOLLIN);
      else if (fd != server->listener && work (server, fd, &progress))
        epoll_watch (server, EPOLL_CTL_MOD, fd,
                     client_wants_to_write (server, fd) ? EPOLLOUT : EPOLLIN);
      epoll_watch (server, EPOLL_CTL_MOD, server->listener, has_room (server) ? EPOLLIN : 0);
    }
}

static gboolean
start_epoll (Server *server)
{
  server->epoll = epoll_create1 (EPOLL_CLOEXEC);
  if (server->epoll < 0)
    return FALSE;
  epoll_watch (server, EPOLL_CTL_ADD, server->listener, EPOLLIN);
  return TRUE;
}

/* Signals. A signal says that a descriptor has become ready, once; so what is ready must be
 * used up. */

static void
ask_for_signals (int fd)
{
  (void) fcntl (fd, F_SETOWN, getpid ());
  (void) fcntl (fd, F_SETSIG, SIGRTMIN); /* queued, and it names the descriptor */
  (void) fcntl (fd, F_SETFL, fcntl (fd, F_GETFL) | O_ASYNC | O_NONBLOCK);
}

/* TRUE if it may not be used up yet. */
static gboolean
use_up (Server *server, int fd)
{
  gboolean progress = TRUE;

  for (int i = 0; progress && i < ROUNDS; i++)
    if (!work (server, fd, &progress))
      return FALSE;
  return progress;
}

static gboolean
use_up_listener (Server *server)
{
  int fd = -1;

  for (int i = 0; i < ROUNDS; i++)
    {
      errno = EAGAIN;
      if (!accept_one (server, &fd))
        return errno != EAGAIN && server->error == NULL;
      ask_for_signals (fd);
      (void) use_up (server, fd); /* it may have spoken before it could be heard */
    }
  return TRUE;
}

static gboolean
use_up_everybody (Server *server)
{
  g_autoptr (GArray) fds = client_fds (server);
  gboolean more = use_up_listener (server);

  for (guint i = 0; i < fds->len; i++)
    more = use_up (server, g_array_index (fds, int, i)) || more;
  return more;
}

static void
serve_sigio (Server *server)
{
  const struct timespec at_once = { 0 };
  sigset_t signals;
  gboolean everybody = TRUE;

  sigemptyset (&signals);
  sigaddset (&signals, SIGRTMIN);
  sigaddset (&signals, SIGIO); /* in place of SIGRTMIN where its queue is full */
  sigprocmask (SIG_BLOCK, &signals, NULL);
  ask_for_signals (server->listener);
  while (server->error == NULL)
    {
      siginfo_t info = { 0 };
      guint before = g_hash_table_size (server->clients);
      int signal =
          everybody ? sigtimedwait (&signals, &info, &at_once) : sigwaitinfo (&signals, &info);

      /* Where one was full, somebody may have been left waiting in the queue. */
      if (everybody || signal == SIGIO)
        everybody = use_up_everybody (server);
      if (signal != SIGRTMIN)
        continue;
      if (info.si_fd == server->listener)
        everybody = use_up_listener (server) || everybody;
      else
        everybody = use_up (server, info.si_fd) || everybody;
      if (before >= server->most && has_room (server))
        everybody = TRUE;
    }
}

/**
 * lab_echo_serve_ready:
 * @listener: (transfer none): listening
 *
 * lab_echo_serve() for the models that ask who is ready.
 */
gboolean
lab_echo_serve_ready (int listener, const LabEchoOptions *options, GError **error)
{
  Server server = { .options = options, .listener = listener, .epoll = -1 };

  server.most = LAB_ECHO_MOST_CLIENTS;
  server.clients = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) lab_echo_conn_free);
  /* Between "ready" and accept() a client may go away; nobody may wait for the next. */
  fcntl (listener, F_SETFL, fcntl (listener, F_GETFL) | O_NONBLOCK);
  if (options->model == LAB_ECHO_EPOLL && !start_epoll (&server))
    server.error = g_error_new (SAL_ERROR, SAL_EXIT_FAILED, "epoll: %s", g_strerror (errno));
  if (options->model == LAB_ECHO_SIGIO)
    serve_sigio (&server);
  while (server.error == NULL)
    if (options->model == LAB_ECHO_SELECT)
      turn_select (&server);
    else if (options->model == LAB_ECHO_POLL)
      turn_poll (&server);
    else
      turn_epoll (&server);
  g_hash_table_unref (server.clients);
  sal_fd_close (&server.epoll);
  g_propagate_error (error, server.error);
  return FALSE;
}
