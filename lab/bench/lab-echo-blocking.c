/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Echo servers that wait in their calls: one client after the other, a process for each, a
 * thread for each, and one client that inetd(8) has accepted.
 */
#include "config.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/sal-error.h"
#include "common/base/sal-fd.h"
#include "lab/bench/lab-echo.h"

/* A thread needs a buffer and little else. */
#define STACK_BYTES (256 * 1024)

/* More than a buffer of the blocking models, and in one place. */
static const char *const model_names[] = {
  [LAB_ECHO_SEQUENTIAL] = "sequential", [LAB_ECHO_FORK] = "fork", [LAB_ECHO_THREAD] = "thread",
  [LAB_ECHO_SELECT] = "select",         [LAB_ECHO_POLL] = "poll", [LAB_ECHO_EPOLL] = "epoll",
  [LAB_ECHO_SIGIO] = "sigio",
};

/**
 * lab_echo_model_name:
 */
const char *
lab_echo_model_name (LabEchoModel model)
{
  return model_names[model];
}

/**
 * lab_echo_parse_model:
 *
 * Returns: %FALSE with a #SAL_ERROR that lists the models.
 */
gboolean
lab_echo_parse_model (const char *text, LabEchoModel *model, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (model_names); i++)
    if (g_str_equal (text, model_names[i]))
      {
        *model = (LabEchoModel) i;
        return TRUE;
      }
  g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
               _ ("--model: “%s” is not allowed; allowed: sequential, fork, thread, select, poll, "
                  "epoll, sigio"),
               text);
  return FALSE;
}

/* From the first byte to the last. */
static void
serve_client (const LabEchoOptions *options, int fd, const LabEndpoint *peer)
{
  g_autoptr (LabEchoConn) conn = lab_echo_conn_new (options, fd, peer);
  gboolean progress = FALSE;

  while (lab_echo_conn_work (conn, &progress))
    ;
}

static gboolean
serve_sequential (int listener, const LabEchoOptions *options, GError **error)
{
  for (;;)
    {
      g_autoptr (GError) local = NULL;
      LabEndpoint peer;
      int fd = lab_net_accept (listener, &peer, &local);

      if (local != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      if (fd >= 0)
        serve_client (options, fd, &peer); /* everybody else waits */
    }
}

/* Takes leave of children that have ended; waits for one if there are as many as there may
 * be. Returns how many are left. */
static guint
reap (guint children)
{
  while (children > 0 && waitpid (-1, NULL, children >= LAB_ECHO_MOST_CLIENTS ? 0 : WNOHANG) > 0)
    children--;
  return children;
}

static void
on_child (int number)
{
  /* It is enough that waiting for a client is interrupted. */
}

/* From now on the end of a child interrupts nothing but wait_for_client(), which is given what
 * was blocked before: @usual. */
static void
watch_children (sigset_t *usual)
{
  const struct sigaction action = { .sa_handler = on_child };
  sigset_t ends;

  sigemptyset (&ends);
  sigaddset (&ends, SIGCHLD);
  sigprocmask (SIG_BLOCK, &ends, usual);
  sigaction (SIGCHLD, &action, NULL);
}

/* FALSE if a child has ended instead, which would be a zombie until the next client comes. Whatever
 * else goes wrong accept() will say. */
static gboolean
wait_for_client (int listener, const sigset_t *usual)
{
  struct pollfd ready = { .fd = listener, .events = POLLIN };

  return ppoll (&ready, 1, NULL, usual) >= 0 || errno != EINTR;
}

static void G_GNUC_NORETURN
serve_in_child (int listener, const LabEchoOptions *options, int fd, const LabEndpoint *peer)
{
  LabEchoOptions own = *options;

  prctl (PR_SET_PDEATHSIG, SIGTERM); /* nobody is left behind */
  close (listener);
  own.leak_close = FALSE; /* its end closes what it has; the parent may forget to */
  serve_client (&own, fd, peer);
  _exit (SAL_EXIT_OK);
}

static gboolean
serve_fork (int listener, const LabEchoOptions *options, GError **error)
{
  guint children = 0;
  sigset_t usual;

  watch_children (&usual);
  for (;;)
    {
      g_autoptr (GError) local = NULL;
      LabEndpoint peer;
      pid_t child = -1;
      int fd = -1;

      children = reap (children);
      if (!wait_for_client (listener, &usual))
        continue;
      fd = lab_net_accept (listener, &peer, &local);
      if (local != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      if (fd < 0)
        continue;
      child = fork ();
      if (child == 0)
        {
          sigprocmask (SIG_SETMASK, &usual, NULL);
          serve_in_child (listener, options, fd, &peer);
        }
      if (child > 0)
        children++;
      else
        g_printerr (_ ("salotto-lab: no process for a client: %s\n"), g_strerror (errno));
      if (!options->leak_close)
        close (fd); /* the child has it; forgotten, the client would get no FIN */
    }
}

typedef struct
{
  const LabEchoOptions *options; /* (unowned) */
  int fd;
  LabEndpoint peer;
} ThreadClient;

/* Threads that there are, and a way to wait for one less. */
static pthread_mutex_t threads_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t threads_changed = PTHREAD_COND_INITIALIZER;
static guint n_threads;

static void *
serve_in_thread (void *data)
{
  ThreadClient *client = data;

  serve_client (client->options, client->fd, &client->peer);
  g_free (client);
  pthread_mutex_lock (&threads_lock);
  n_threads--;
  pthread_cond_signal (&threads_changed);
  pthread_mutex_unlock (&threads_lock);
  return NULL;
}

static void
wait_for_a_thread_to_spare (void)
{
  pthread_mutex_lock (&threads_lock);
  while (n_threads >= LAB_ECHO_MOST_CLIENTS)
    pthread_cond_wait (&threads_changed, &threads_lock);
  n_threads++;
  pthread_mutex_unlock (&threads_lock);
}

static gboolean
serve_thread (int listener, const LabEchoOptions *options, GError **error)
{
  pthread_attr_t attributes;

  pthread_attr_init (&attributes);
  pthread_attr_setdetachstate (&attributes, PTHREAD_CREATE_DETACHED);
  pthread_attr_setstacksize (&attributes, STACK_BYTES);
  for (;;)
    {
      g_autoptr (GError) local = NULL;
      ThreadClient *client = NULL;
      LabEndpoint peer;
      pthread_t thread;
      int fd = lab_net_accept (listener, &peer, &local);
      int number = 0;

      if (local != NULL)
        {
          pthread_attr_destroy (&attributes);
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      if (fd < 0)
        continue;
      wait_for_a_thread_to_spare ();
      client = g_new0 (ThreadClient, 1);
      *client = (ThreadClient){ .options = options, .fd = fd, .peer = peer };
      number = pthread_create (&thread, &attributes, serve_in_thread, client);
      if (number == 0)
        continue;
      g_printerr (_ ("salotto-lab: no thread for a client: %s\n"), g_strerror (number));
      close (fd);
      g_free (client);
      pthread_mutex_lock (&threads_lock);
      n_threads--;
      pthread_mutex_unlock (&threads_lock);
    }
}

/**
 * lab_echo_serve:
 * @listener: (transfer none): listening, blocking
 *
 * Serves until the process is ended. Returns: %FALSE with a #SAL_ERROR when @listener can
 * accept no more.
 */
gboolean
lab_echo_serve (int listener, const LabEchoOptions *options, GError **error)
{
  switch (options->model)
    {
    case LAB_ECHO_SEQUENTIAL:
      return serve_sequential (listener, options, error);
    case LAB_ECHO_FORK:
      return serve_fork (listener, options, error);
    case LAB_ECHO_THREAD:
      return serve_thread (listener, options, error);
    default:
      return lab_echo_serve_ready (listener, options, error);
    }
}

/**
 * lab_echo_serve_inetd:
 *
 * Serves the one connection that is on descriptors 0 and 1, as inetd(8) hands it over for
 * `nowait`. Says nothing: where words would go, there is the client.
 *
 * Returns: an exit status.
 */
int
lab_echo_serve_inetd (const LabEchoOptions *options)
{
  LabEchoOptions own = *options;
  LabEndpoint peer;
  gboolean known = lab_endpoint_of_peer (STDIN_FILENO, &peer);
  g_autofree char *text = NULL;

  own.quiet = TRUE;
  if (!known)
    {
      text = lab_net_error_text (errno);
      fprintf (stderr, _ ("salotto-lab: --inetd: descriptor 0 is no connection: %s\n"), text);
      return SAL_EXIT_USAGE;
    }
  serve_client (&own, STDIN_FILENO, &peer);
  return SAL_EXIT_OK;
}
