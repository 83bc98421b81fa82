/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * When what waits leaves, while more is on its way through the log. People are the other
 * ends of socket pairs that keep records, so that one recv() shows one send; the log is in
 * memory, and its commits wait for the test.
 */
#include "config.h"

#include <errno.h>
#include <semaphore.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/log/srv-log-memory.h"
#include "server/srv-worker.h"

#define PATIENCE_US (60 * G_TIME_SPAN_SECOND)
#define WELCOME                                                                                    \
  "Hi Ada, you are in the room now. Say 'quit' or 'exit' to leave.\n"                              \
  "Just write now, everyone reads it\n"

/* A store whose commits wait for a permit. */
typedef struct
{
  SrvLogStore store;
  SrvLogStoreClass klass;
  SrvLogStore *inner; /* (owned) */
  sem_t begun;        /* a group */
  sem_t permits;
} Gate;

static void
take (sem_t *semaphore)
{
  while (sem_wait (semaphore) != 0)
    g_assert_cmpint (errno, ==, EINTR);
}

static gboolean
gate_begin (SrvLogStore *store, guint64 *seq, gint64 *time_us, GError **error)
{
  Gate *gate = (Gate *) store;

  sem_post (&gate->begun);
  return gate->inner->klass->begin (gate->inner, seq, time_us, error);
}

static gboolean
gate_insert (SrvLogStore *store, SrvEntry *entry, GError **error)
{
  Gate *gate = (Gate *) store;

  return gate->inner->klass->insert (gate->inner, entry, error);
}

static gboolean
gate_commit (SrvLogStore *store, GError **error)
{
  Gate *gate = (Gate *) store;

  take (&gate->permits);
  return gate->inner->klass->commit (gate->inner, error);
}

static void
gate_rollback (SrvLogStore *store)
{
  Gate *gate = (Gate *) store;

  gate->inner->klass->rollback (gate->inner);
}

static gboolean
gate_maintain (SrvLogStore *store, gint64 now_us)
{
  return FALSE;
}

static void
gate_free (SrvLogStore *store)
{
  Gate *gate = (Gate *) store;

  gate->inner->klass->free (gate->inner);
  sem_destroy (&gate->begun);
  sem_destroy (&gate->permits);
  g_free (gate);
}

static Gate *
gate_new (void)
{
  Gate *gate = g_new0 (Gate, 1);

  gate->inner = srv_log_memory_new ();
  gate->klass = *gate->inner->klass;
  gate->klass.begin = gate_begin;
  gate->klass.insert = gate_insert;
  gate->klass.commit = gate_commit;
  gate->klass.rollback = gate_rollback;
  gate->klass.maintain = gate_maintain;
  gate->klass.free = gate_free;
  gate->store.klass = &gate->klass;
  sem_init (&gate->begun, 0, 0);
  sem_init (&gate->permits, 0, 0);
  return gate;
}

typedef struct
{
  GMainContext *context;
  Gate *gate; /* (unowned) */
  SrvLog *log;
  SrvWorker *worker;
  SrvWorkerConfig config;
  const char *awaited; /* (nullable): when this is back, ... */
  guint messages;
  int ada; /* her end */
} Fixture;

/* ... the next thing is let through, and is in the worker's mailbox before this turn ends. */
static void
on_entry (const SrvEntry *entry, gpointer data)
{
  Fixture *f = data;
  gint64 last_us = 0;

  f->messages += srv_entry_is_said (entry);
  if (f->awaited == NULL || g_strcmp0 (entry->text, f->awaited) != 0)
    return;
  f->awaited = NULL;
  take (&f->gate->begun); /* so the log's turn before is over */
  last_us = srv_log_last_turn_us (f->log);
  sem_post (&f->gate->permits);
  while (srv_log_last_turn_us (f->log) == last_us)
    g_thread_yield ();
}

static void
on_closed (const SrvAddress *peer, gpointer data)
{
}

static const SrvWorkerHooks hooks = { .closed = on_closed, .delivered = on_entry };

/* Takes exactly one send of the server, or "" if there is none. */
static char *
receive (Fixture *f)
{
  char buffer[4096];
  ssize_t n = recv (f->ada, buffer, sizeof buffer, MSG_DONTWAIT);

  return g_strndup (buffer, n > 0 ? (gsize) n : 0);
}

static gboolean
on_tick (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

static void
expect (Fixture *f, const char *text)
{
  gint64 until_us = g_get_monotonic_time () + PATIENCE_US;
  g_autofree char *got = receive (f);
  GSource *tick = g_timeout_source_new (10);

  g_source_set_callback (tick, on_tick, NULL, NULL);
  g_source_attach (tick, f->context);
  while (*got == '\0' && g_get_monotonic_time () < until_us)
    {
      g_main_context_iteration (f->context, TRUE);
      g_free (got);
      got = receive (f);
    }
  g_source_destroy (tick);
  g_source_unref (tick);
  g_assert_cmpstr (got, ==, text);
}

static void
say (Fixture *f, const char *text)
{
  g_assert_cmpint (send (f->ada, text, strlen (text), MSG_NOSIGNAL), ==, (gssize) strlen (text));
  while (g_main_context_iteration (f->context, FALSE))
    ;
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
  int fds[2];

  memcpy (f->config.limits.value, lan, sizeof lan);
  f->config.language = SAL_PLAIN_ENGLISH;
  f->context = g_main_context_new ();
  f->gate = gate_new ();
  f->log = srv_log_new (&f->gate->store, g_get_real_time, NULL);
  f->worker = srv_worker_new (f->context, 0, f->log, &f->config, &hooks, f);
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), ==,
                   0);
  f->ada = fds[1];
  srv_worker_take (
      f->worker, (SrvLink){ .fd = fds[0] },
      &(SrvArrival){
          .peer = &local, .shown = "('local', 0)", .irc_host = "localhost", .room = "lobby" });
  srv_reactor_wake (srv_worker_get_reactor (f->worker));
  expect (f, "Welcome to the room!!\nPlease type your name first:\n");
  sem_post (&f->gate->permits); /* the boot */
  take (&f->gate->begun);
  sem_post (&f->gate->permits);
  say (f, "Ada\n");
  expect (f, WELCOME);
  take (&f->gate->begun);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  for (int i = 0; i < 10; i++)
    sem_post (&f->gate->permits);
  srv_log_stop (f->log);
  srv_worker_free (f->worker);
  srv_log_free (f->log);
  g_main_context_unref (f->context);
  close (f->ada);
}

static void
test_together (Fixture *f, gconstpointer data)
{
  f->awaited = "one";
  say (f, "one\n");
  take (&f->gate->begun);
  say (f, "two\n"); /* so this is the next group */
  sem_post (&f->gate->permits);
  expect (f, "> Ada('local', 0): one\n> Ada('local', 0): two\n");
}

static void
test_not_for_ever (Fixture *f, gconstpointer data)
{
  say (f, "one\n");
  take (&f->gate->begun);
  say (f, "two\n");
  sem_post (&f->gate->permits);
  expect (f, "> Ada('local', 0): one\n");
  g_assert_cmpuint (f->messages, ==, 1);
  sem_post (&f->gate->permits);
  expect (f, "> Ada('local', 0): two\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/worker/hold/what-is-on-its-way-through-the-log-leaves-in-the-same-send", Fixture,
              NULL, set_up, test_together, tear_down);
  g_test_add ("/worker/hold/a-log-that-does-not-answer-holds-nothing-up", Fixture, NULL, set_up,
              test_not_for_ever, tear_down);
  return g_test_run ();
}
