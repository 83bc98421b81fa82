/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Two workers in their threads, with a room that has people in both. What goes over the wire is
 * tried in the suite net; here is what only shows when a clock that would hide it stands still.
 */
#include "config.h"

#include "server/srv-workers.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/sal-limits.h"
#include "server/log/srv-log-memory.h"
#include "server/srv-worker-private.h"

#define PATIENCE_MS (30 * 1000)

/* Each worker has more than it sends to in one turn. */
#define PEOPLE (2 * SAL_TURN_SENDS + 100)
#define MESSAGES 100

typedef struct
{
  SrvReactor *reactor;
  SrvMailbox *home;
  SrvLog *log;
  SrvWorkers *workers;
  SrvWorkerConfig config;
  int people[PEOPLE]; /* their ends, which keep records */
} Fixture;

static void
on_due (SrvDeadline *deadline, gpointer data)
{
}

static void
on_turn_end (gpointer data)
{
}

static void
on_closed (const SrvAddress *peer, gpointer data)
{
}

static const SrvReactorHooks reactor_hooks = { .due = on_due, .turn_end = on_turn_end };
static const SrvWorkersHooks hooks = { .closed = on_closed };

static void
say (int person, const char *text)
{
  g_assert_cmpint (send (person, text, strlen (text), MSG_NOSIGNAL), ==, (gssize) strlen (text));
}

/* Reads until @text comes. */
static void
await (int person, const char *text)
{
  struct pollfd wait = { .fd = person, .events = POLLIN };
  char got[65536];
  ssize_t n = 0;

  do
    {
      g_assert_cmpint (poll (&wait, 1, PATIENCE_MS), ==, 1);
      n = recv (person, got, sizeof got - 1, MSG_DONTWAIT);
      g_assert_cmpint (n, >, 0);
      got[n] = '\0';
    }
  while (strstr (got, text) == NULL);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  static const guint lan[SAL_N_LIMITS] = {
#define LAN(ID, key, unit, lan, ...) lan,
    SAL_LIMITS (LAN)
#undef LAN
  };
  SrvAddress local = { .family = SRV_ADDRESS_LOCAL };

  memcpy (f->config.limits.value, lan, sizeof lan);
  f->config.language = SAL_PLAIN_ENGLISH;
  f->reactor = srv_reactor_new (NULL, 1, &reactor_hooks, f);
  f->home = srv_mailbox_new (f->reactor, f);
  f->log = srv_log_new (srv_log_memory_new (), g_get_real_time, NULL);
  f->workers = srv_workers_new (2, f->log, &f->config, f->home, &hooks, f);
  for (guint i = 0; i < PEOPLE; i++)
    {
      g_autofree char *name = g_strdup_printf ("p%u\n", i);
      int fds[2];

      g_assert_cmpint (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds),
                       ==, 0);
      f->people[i] = fds[1];
      srv_workers_take (
          f->workers, (SrvLink){ .fd = fds[0] },
          &(SrvArrival){
              .peer = &local, .shown = "('local', 0)", .irc_host = "localhost", .room = "lobby" });
      await (f->people[i], "your name");
      say (f->people[i], name);
      await (f->people[i], "everyone reads it");
    }
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  srv_workers_end (f->workers);
  srv_log_stop (f->log);
  srv_workers_abort (f->workers);
  srv_mailbox_free (f->home);
  srv_workers_free (f->workers);
  srv_log_free (f->log);
  srv_reactor_free (f->reactor);
  for (guint i = 0; i < PEOPLE; i++)
    close (f->people[i]);
}

static void
wait_long (SrvConn *conn, gpointer data)
{
  conn->host->worker->hold_us = G_TIME_SPAN_HOUR;
}

/* A worker that waits while the other one sends goes on when that is done, not when the clock
 * says that it has waited long enough. */
static void
test_woken (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < MESSAGES; i++)
    {
      g_autofree char *text = g_strdup_printf ("number %u.\n", i);

      srv_workers_foreach (f->workers, wait_long, NULL);
      say (f->people[i], text);
      for (guint j = 0; j < PEOPLE; j++)
        await (f->people[j], text);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/workers/a-lone-message-waits-for-no-clock", Fixture, NULL, set_up, test_woken,
              tear_down);
  return g_test_run ();
}
