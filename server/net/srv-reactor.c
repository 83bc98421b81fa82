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
 *
 * When the loop is to call at the latest it asks before each wait, so arming a deadline costs no
 * system call. g_source_set_ready_time() would wake the loop by writing to a descriptor, although
 * it is the loop itself that calls; in a storm of newcomers that was a write, a read and a turn of
 * the loop for each of them.
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
  GPollFD poll_fd;         /* the same, for the loop */
  SrvDeadlines *deadlines; /* (owned) */
  const SrvReactorHooks *hooks;
  gpointer data;
  gint64 now_us;
  gint64 due_us; /* when there is a turn at the latest, as of prepare(); G_MAXINT64: not by time */
  gboolean is_woken;     /* there is to be a turn at once */
  gint64 rest_until_us;  /* descriptors are not looked at before */
  gint64 crowd_since_us; /* since when newcomers are counted */
  guint crowd;           /* how many there were since then */
  guint newcomers;       /* ... and how many in this turn */
  gboolean in_turn;
  GPtrArray *garbage; /* (owned): owners of watches, to be freed at the end of the turn */
};

typedef struct
{
  GSource source;
  SrvReactor *reactor;
} ReactorSource;

static SrvReactor *
reactor_of (GSource *source)
{
  return ((ReactorSource *) source)->reactor;
}

/* Called before each wait of the loop, in its thread. */
static gboolean
prepare (GSource *source, int *timeout_ms)
{
  SrvReactor *reactor = reactor_of (source);
  gint64 now_us = g_get_monotonic_time ();
  gboolean rests = now_us < reactor->rest_until_us;
  gint64 due_us = reactor->is_woken ? 0 : srv_deadlines_next_us (reactor->deadlines);

  reactor->poll_fd.events = rests ? 0 : G_IO_IN;
  reactor->due_us = rests ? MIN (due_us, reactor->rest_until_us) : due_us;
  *timeout_ms = -1;
  if (reactor->due_us == G_MAXINT64)
    return FALSE;
  *timeout_ms = (int) MIN ((MAX (reactor->due_us - now_us, 0) + 999) / 1000, G_MAXINT);
  return *timeout_ms == 0;
}

/* Called after it. */
static gboolean
check (GSource *source)
{
  const SrvReactor *reactor = reactor_of (source);

  return reactor->poll_fd.revents != 0 ||
         (reactor->due_us != G_MAXINT64 && reactor->due_us <= g_get_monotonic_time ());
}

/* Whether there were many newcomers in the last moments, this turn's included. */
static gboolean
is_crowded (SrvReactor *reactor)
{
  if (reactor->now_us - reactor->crowd_since_us > SAL_CROWD_US)
    {
      reactor->crowd_since_us = reactor->now_us;
      reactor->crowd = reactor->newcomers;
    }
  else
    reactor->crowd += reactor->newcomers;
  return reactor->newcomers > 0 && reactor->crowd >= SAL_CROWD_PEOPLE;
}

static gboolean
dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  SrvReactor *reactor = reactor_of (source);
  struct epoll_event events[SAL_TURN_EVENTS];
  SrvDeadline *due = NULL;
  int n = 0;

  reactor->now_us = g_get_monotonic_time ();
  reactor->in_turn = TRUE;
  reactor->is_woken = FALSE;
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
  reactor->rest_until_us =
      is_crowded (reactor) && n < SAL_TURN_EVENTS ? reactor->now_us + SAL_REST_US : 0;
  reactor->newcomers = 0;
  reactor->in_turn = FALSE;
  g_ptr_array_set_size (reactor->garbage, 0);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs reactor_funcs = { .prepare = prepare, .check = check, .dispatch = dispatch };

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
  reactor->due_us = G_MAXINT64;
  reactor->garbage = g_ptr_array_new_with_free_func (g_free);
  reactor->source = g_source_new (&reactor_funcs, sizeof (ReactorSource));
  ((ReactorSource *) reactor->source)->reactor = reactor;
  g_source_set_static_name (reactor->source, "salotto reactor");
  /* GLib takes a source that must not recurse out of its poll set for every call, which
   * costs a wake-up; a turn runs no main loop, so ours cannot recurse anyway. */
  g_source_set_can_recurse (reactor->source, TRUE);
  reactor->poll_fd = (GPollFD){ .fd = reactor->epoll_fd, .events = G_IO_IN };
  g_source_add_poll (reactor->source, &reactor->poll_fd);
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
 * srv_reactor_note_newcomer:
 *
 * Somebody comes or goes. When many do, there is a lot to do, but little at a time, and waking up
 * for it costs more than doing it. So after such a turn descriptors wait for a moment, and the next
 * turn does more; deadlines do not wait. A turn that takes longer than that is not followed by a
 * rest, nor one that was full.
 */
void
srv_reactor_note_newcomer (SrvReactor *reactor)
{
  reactor->newcomers++;
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
  if (!reactor->in_turn)
    reactor->is_woken = TRUE;
}
