/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thousands of descriptors as one source of a GLib main loop. GLib walks all its
 * sources at every wake; one epoll set behind one source makes a wake cost the same
 * at any number of idle connections (ARCHITECTURE.md, "Main loop and sockets").
 * Level triggered, with a bound on what one turn takes, so that the loop's other
 * sources get theirs.
 *
 * A turn: deadlines that are due, then descriptors that are ready, then the hook
 * that sends what the turn has written. Time stands still within a turn.
 */
#include "config.h"

#include "server/net/srv-reactor.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "common/base/sal-fd.h"
#include "common/base/sal-limits.h"

struct _SrvReactor
{
  GSource *source; /* (owned) */
  int epoll_fd;
  SrvDeadlines *deadlines; /* (owned) */
  const SrvReactorHooks *hooks;
  gpointer data;
  gint64 now_us;
  gint64 ready_us; /* when GLib will call at the latest; G_MAXINT64: not by time */
  gboolean in_turn;
  GPtrArray *garbage; /* (owned): owners of watches, to be freed at the end of the turn */
};

typedef struct
{
  GSource source;
  SrvReactor *reactor;
} ReactorSource;

/* GLib is only told when it must call earlier than it will: telling it costs a system
 * call, and a call for nothing costs less. */
static void
set_ready_time (SrvReactor *reactor)
{
  gint64 next_us = srv_deadlines_next_us (reactor->deadlines);

  if (next_us >= reactor->ready_us)
    return;
  reactor->ready_us = next_us;
  g_source_set_ready_time (reactor->source, next_us);
}

static gboolean
dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  SrvReactor *reactor = ((ReactorSource *) source)->reactor;
  struct epoll_event events[SAL_TURN_EVENTS];
  SrvDeadline *due = NULL;
  int n = 0;

  reactor->now_us = g_get_monotonic_time ();
  reactor->in_turn = TRUE;
  if (reactor->now_us >= reactor->ready_us)
    {
      reactor->ready_us = G_MAXINT64;
      g_source_set_ready_time (source, -1);
    }
  for (guint i = 0; i < SAL_TURN_DEADLINES &&
                    (due = srv_deadlines_pop_due (reactor->deadlines, reactor->now_us)) != NULL;
       i++)
    reactor->hooks->due (due, reactor->data);

  n = epoll_wait (reactor->epoll_fd, events, G_N_ELEMENTS (events), 0);
  for (int i = 0; i < n; i++)
    {
      SrvWatch *watch = events[i].data.ptr;

      /* It may have been removed by what came before it in this turn. */
      if (watch->fd >= 0)
        watch->ready (watch, events[i].events);
    }

  reactor->hooks->turn_end (reactor->data);
  reactor->in_turn = FALSE;
  g_ptr_array_set_size (reactor->garbage, 0);
  set_ready_time (reactor);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs reactor_funcs = { .dispatch = dispatch };

/**
 * srv_reactor_new:
 * @context: (nullable): the loop that drives it
 * @n_queues: how many kinds of deadlines there are
 * @hooks: (transfer none): what to call, with @data
 */
SrvReactor *
srv_reactor_new (GMainContext *context, guint n_queues, const SrvReactorHooks *hooks, gpointer data)
{
  SrvReactor *reactor = g_new0 (SrvReactor, 1);

  reactor->epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  if (reactor->epoll_fd < 0)
    g_error ("epoll_create1: %s", g_strerror (errno));
  reactor->deadlines = srv_deadlines_new (n_queues);
  reactor->hooks = hooks;
  reactor->data = data;
  reactor->now_us = g_get_monotonic_time ();
  reactor->ready_us = G_MAXINT64;
  reactor->garbage = g_ptr_array_new_with_free_func (g_free);
  reactor->source = g_source_new (&reactor_funcs, sizeof (ReactorSource));
  ((ReactorSource *) reactor->source)->reactor = reactor;
  g_source_set_static_name (reactor->source, "salotto reactor");
  /* GLib takes a source that must not recurse out of its poll set for every call, which
   * costs a wake-up; a turn runs no main loop, so ours cannot recurse anyway. */
  g_source_set_can_recurse (reactor->source, TRUE);
  g_source_add_unix_fd (reactor->source, reactor->epoll_fd, G_IO_IN);
  g_source_attach (reactor->source, context);
  return reactor;
}

/**
 * srv_reactor_free:
 * @reactor: (nullable) (transfer full): with nothing left to watch
 */
void
srv_reactor_free (SrvReactor *reactor)
{
  if (reactor == NULL)
    return;
  g_source_destroy (reactor->source);
  g_source_unref (reactor->source);
  sal_fd_close (&reactor->epoll_fd);
  srv_deadlines_free (reactor->deadlines);
  g_ptr_array_unref (reactor->garbage);
  g_free (reactor);
}

/**
 * srv_reactor_add:
 * @watch: (transfer none): with its ready function set
 *
 * Returns: %FALSE with errno set if the kernel refused.
 */
gboolean
srv_reactor_add (SrvReactor *reactor, SrvWatch *watch, int fd, guint32 events)
{
  struct epoll_event event = { .events = events, .data.ptr = watch };

  if (epoll_ctl (reactor->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
    return FALSE;
  watch->fd = fd;
  watch->events = events;
  return TRUE;
}

/**
 * srv_reactor_modify:
 *
 * Watches for @events from now on. Costs nothing if they are the same.
 */
void
srv_reactor_modify (SrvReactor *reactor, SrvWatch *watch, guint32 events)
{
  struct epoll_event event = { .events = events, .data.ptr = watch };

  if (watch->fd < 0 || watch->events == events)
    return;
  watch->events = events;
  if (epoll_ctl (reactor->epoll_fd, EPOLL_CTL_MOD, watch->fd, &event) < 0)
    g_critical ("epoll_ctl: %s", g_strerror (errno));
}

/**
 * srv_reactor_remove:
 *
 * Watches no more. The descriptor is not closed.
 */
void
srv_reactor_remove (SrvReactor *reactor, SrvWatch *watch)
{
  if (watch->fd < 0)
    return;
  (void) epoll_ctl (reactor->epoll_fd, EPOLL_CTL_DEL, watch->fd, NULL);
  watch->fd = -1;
}

/**
 * srv_reactor_free_later:
 * @memory: (transfer full): the owner of a watch that was removed, for g_free()
 *
 * Frees it when nothing of this turn can be about it any more.
 */
void
srv_reactor_free_later (SrvReactor *reactor, gpointer memory)
{
  g_ptr_array_add (reactor->garbage, memory);
}

/**
 * srv_reactor_arm:
 * @length_us: from now
 */
void
srv_reactor_arm (SrvReactor *reactor, SrvDeadline *deadline, guint queue, gint64 length_us)
{
  srv_deadlines_arm (reactor->deadlines, deadline, queue, srv_reactor_now_us (reactor) + length_us);
  if (!reactor->in_turn)
    set_ready_time (reactor);
}

/**
 * srv_reactor_disarm:
 */
void
srv_reactor_disarm (SrvReactor *reactor, SrvDeadline *deadline)
{
  srv_deadlines_disarm (reactor->deadlines, deadline);
}

/**
 * srv_reactor_now_us:
 *
 * Returns: the monotonic time of this turn, or now if there is none.
 */
gint64
srv_reactor_now_us (const SrvReactor *reactor)
{
  return reactor->in_turn ? reactor->now_us : g_get_monotonic_time ();
}

/**
 * srv_reactor_wake:
 *
 * Makes a turn happen soon, for who has written something outside of one. From the
 * reactor's own thread.
 */
void
srv_reactor_wake (SrvReactor *reactor)
{
  if (reactor->in_turn || reactor->ready_us == 0)
    return;
  reactor->ready_us = 0;
  g_source_set_ready_time (reactor->source, 0);
}
