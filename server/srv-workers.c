/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The workers of a server, as its main thread sees them. A single one lives in the main
 * loop; several have a thread each, and the main thread accepts, shakes hands and serves the
 * operator. Whoever has come in is given to the worker that has the fewest and stays there.
 *
 * Workers share nothing but the entries of the log, which are immutable. Everything here
 * crosses by mail; where an operator waits for an answer, the main thread waits for the mail
 * to be opened, which takes one turn of a worker. Workers never wait for the main thread, so
 * that ends.
 */
#include "config.h"

#include "server/srv-workers.h"

#include <pthread.h>
#include <string.h>

/* One worker and where it lives. */
typedef struct
{
  SrvWorkers *all; /* (unowned) */
  guint id;
  SrvWorker *worker;     /* (owned) */
  GMainContext *context; /* (owned) (nullable): %NULL: the main loop */
  pthread_t thread;
  gboolean over;     /* its thread's: there is nothing more to do */
  guint connections; /* the main thread's: those that were given to it and are not gone */
  gint64 asked_us;   /* atomic: since when it is asked whether it is alive; 0: it is not asked */
} Place;

struct _SrvWorkers
{
  guint n;
  Place *places;    /* (owned) (array length=n) */
  SrvMailbox *home; /* (unowned): of the main thread */
  const SrvWorkersHooks *hooks;
  gpointer data;
  guint unflushed; /* workers that have not shown everything yet */
  gboolean ended;  /* the threads have, and everything is the main thread's */
};

/* What workers tell, in their threads. */

typedef struct
{
  Place *place; /* (unowned) */
  SrvAddress peer;
} Departure;

static void
on_departure (gpointer owner, gpointer letter)
{
  g_autofree Departure *departure = letter;
  SrvWorkers *workers = departure->place->all;

  departure->place->connections--;
  workers->hooks->closed (&departure->peer, workers->data);
}

static void
on_closed (const SrvAddress *peer, gpointer data)
{
  Departure departure = { .place = data, .peer = *peer };

  srv_mailbox_post (departure.place->all->home, on_departure,
                    g_memdup2 (&departure, sizeof departure));
}

typedef struct
{
  guint from;
  guint lagging;
  char room[];
} Lag;

static void
on_lag (gpointer owner, gpointer letter)
{
  g_autofree Lag *lag = letter;

  srv_worker_note_lagging (owner, lag->from, lag->room, lag->lagging);
}

static void
tell_lagging (const char *room, guint lagging, gpointer data)
{
  const Place *place = data;
  const SrvWorkers *workers = place->all;
  gsize size = strlen (room) + 1;

  for (guint i = 0; i < workers->n; i++)
    if (&workers->places[i] != place)
      {
        Lag *lag = g_malloc (sizeof *lag + size);

        lag->from = place->id;
        lag->lagging = lagging;
        memcpy (lag->room, room, size);
        srv_mailbox_post (srv_worker_get_mailbox (workers->places[i].worker), on_lag, lag);
      }
}

/* The turn in which this is opened is all that it is for. */
static void
on_rounds_over (gpointer owner, gpointer letter)
{
}

static void
wake_waiting (gpointer data)
{
  const SrvWorkers *workers = ((const Place *) data)->all;

  for (guint i = 0; i < workers->n; i++)
    if (srv_worker_is_waiting (workers->places[i].worker))
      srv_mailbox_post (srv_worker_get_mailbox (workers->places[i].worker), on_rounds_over, NULL);
}

static const SrvWorkerHooks hooks_alone = { .closed = on_closed };
static const SrvWorkerHooks hooks_of_many = { .closed = on_closed,
                                              .lagging = tell_lagging,
                                              .rounds_over = wake_waiting };

/* Beginning and end. */

static void *
serve (void *data)
{
  Place *place = data;
  g_autofree char *name = g_strdup_printf ("worker-%u", place->id);

  (void) pthread_setname_np (pthread_self (), name);
  while (!place->over)
    g_main_context_iteration (place->context, TRUE);
  return NULL;
}

/**
 * srv_workers_new:
 * @n: how many, at least 1
 * @log: (transfer none): must outlive them
 * @home: (transfer none): of the main thread; must outlive srv_workers_abort()
 * @hooks: (transfer none): called with @data in the main thread
 */
SrvWorkers *
srv_workers_new (guint n,
                 SrvLog *log,
                 const SrvWorkerConfig *config,
                 SrvMailbox *home,
                 const SrvWorkersHooks *hooks,
                 gpointer data)
{
  SrvWorkers *workers = g_new0 (SrvWorkers, 1);

  workers->n = n;
  workers->places = g_new0 (Place, n);
  workers->home = home;
  workers->hooks = hooks;
  workers->data = data;
  /* All of them, before the first one begins: they tell each other things. */
  for (guint i = 0; i < n; i++)
    {
      Place *place = &workers->places[i];

      place->all = workers;
      place->id = i;
      place->context = n > 1 ? g_main_context_new () : NULL;
      place->worker = srv_worker_new (place->context, i, log, config,
                                      n > 1 ? &hooks_of_many : &hooks_alone, place);
    }
  for (guint i = 0; n > 1 && i < n; i++)
    if (pthread_create (&workers->places[i].thread, NULL, serve, &workers->places[i]) != 0)
      g_error ("cannot start a thread");
  return workers;
}

static void
on_end (gpointer owner, gpointer letter)
{
  ((Place *) letter)->over = TRUE;
}

/**
 * srv_workers_end:
 * @workers: (nullable)
 *
 * Ends the threads: nothing more is asked of the log. Who is connected stays so until
 * srv_workers_abort().
 */
void
srv_workers_end (SrvWorkers *workers)
{
  if (workers == NULL || workers->ended)
    return;
  for (guint i = 0; workers->n > 1 && i < workers->n; i++)
    srv_mailbox_post (srv_worker_get_mailbox (workers->places[i].worker), on_end,
                      &workers->places[i]);
  for (guint i = 0; workers->n > 1 && i < workers->n; i++)
    pthread_join (workers->places[i].thread, NULL);
  workers->ended = TRUE;
}

/**
 * srv_workers_abort:
 * @workers: (nullable): whose threads have ended
 *
 * Resets every connection.
 */
void
srv_workers_abort (SrvWorkers *workers)
{
  for (guint i = 0; workers != NULL && i < workers->n; i++)
    srv_worker_abort (workers->places[i].worker);
}

/**
 * srv_workers_free:
 * @workers: (nullable) (transfer full): after srv_workers_abort(); their log has been stopped
 */
void
srv_workers_free (SrvWorkers *workers)
{
  if (workers == NULL)
    return;
  for (guint i = 0; i < workers->n; i++)
    {
      srv_worker_free (workers->places[i].worker);
      g_clear_pointer (&workers->places[i].context, g_main_context_unref);
    }
  g_free (workers->places);
  g_free (workers);
}

/* Waiting for a worker. */

typedef struct
{
  SrvWorkerFunc func;
  gpointer data;
  pthread_mutex_t mutex;
  pthread_cond_t cond;
  gboolean done; /* under the mutex */
} Call;

static void
on_call (gpointer owner, gpointer letter)
{
  Call *call = letter;

  call->func (owner, call->data);
  pthread_mutex_lock (&call->mutex);
  call->done = TRUE;
  pthread_cond_signal (&call->cond);
  pthread_mutex_unlock (&call->mutex);
}

/* Has @func called in the worker's thread, and waits until that is done. */
static void
call_in (Place *place, SrvWorkerFunc func, gpointer data)
{
  Call call = {
    .func = func, .data = data, .mutex = PTHREAD_MUTEX_INITIALIZER, .cond = PTHREAD_COND_INITIALIZER
  };

  if (place->context == NULL || place->all->ended)
    {
      func (place->worker, data);
      srv_reactor_wake (srv_worker_get_reactor (place->worker));
      return;
    }
  srv_mailbox_post (srv_worker_get_mailbox (place->worker), on_call, &call);
  pthread_mutex_lock (&call.mutex);
  while (!call.done)
    pthread_cond_wait (&call.cond, &call.mutex);
  pthread_mutex_unlock (&call.mutex);
  pthread_cond_destroy (&call.cond);
  pthread_mutex_destroy (&call.mutex);
}

static void
call_in_all (SrvWorkers *workers, SrvWorkerFunc func, gpointer data)
{
  for (guint i = 0; i < workers->n; i++)
    call_in (&workers->places[i], func, data);
}

/**
 * srv_workers_call_first:
 *
 * Has @func called with @data by one of the workers, in its thread, and waits for it. For what
 * all of them know (who is in which room), and what one has to do.
 */
void
srv_workers_call_first (SrvWorkers *workers, SrvWorkerFunc func, gpointer data)
{
  call_in (&workers->places[0], func, data);
}

typedef struct
{
  SrvConnFunc func;
  gpointer data;
  const char *name;
  gboolean found;
} Visit;

static void
visit_all (SrvWorker *worker, gpointer data)
{
  const Visit *visit = data;

  srv_worker_foreach (worker, visit->func, visit->data);
}

/**
 * srv_workers_foreach:
 *
 * Calls @func with @data for each connection, in the thread that it belongs to and while the
 * caller waits; it may end or close it.
 */
void
srv_workers_foreach (SrvWorkers *workers, SrvConnFunc func, gpointer data)
{
  Visit visit = { .func = func, .data = data };

  call_in_all (workers, visit_all, &visit);
}

static void
visit_one (SrvWorker *worker, gpointer data)
{
  Visit *visit = data;
  SrvConn *conn = visit->found ? NULL : srv_worker_find (worker, visit->name);

  if (conn == NULL)
    return;
  visit->found = TRUE;
  visit->func (conn, visit->data);
}

/**
 * srv_workers_with:
 * @name: a person's name, in any case
 *
 * Calls @func with @data for their connection, as srv_workers_foreach() does.
 *
 * Returns: whether there is somebody of that name.
 */
gboolean
srv_workers_with (SrvWorkers *workers, const char *name, SrvConnFunc func, gpointer data)
{
  Visit visit = { .func = func, .data = data, .name = name };

  call_in_all (workers, visit_one, &visit);
  return visit.found;
}

static void
configure_one (SrvWorker *worker, gpointer data)
{
  srv_worker_configure (worker, data);
}

/**
 * srv_workers_configure:
 *
 * Gives all of them new limits and the like. When it returns nobody uses the old ones any
 * more.
 */
void
srv_workers_configure (SrvWorkers *workers, const SrvWorkerConfig *config)
{
  call_in_all (workers, configure_one, (gpointer) config);
}

/* Newcomers. */

typedef struct
{
  Place *place; /* (unowned) */
  SrvLink link;
  SrvAddress peer;
  SrvArrival arrival; /* its strings are owned */
  gboolean away;
  gboolean has_reason;
  SalEvent why; /* its strings are not owned: they are constants */
} Newcomer;

static void
on_newcomer (gpointer owner, gpointer letter)
{
  Newcomer *newcomer = letter;

  newcomer->arrival.peer = &newcomer->peer;
  if (newcomer->place->all->ended)
    srv_link_abort (&newcomer->link);
  else if (newcomer->away)
    srv_worker_turn_away (owner, newcomer->link, &newcomer->arrival,
                          newcomer->has_reason ? &newcomer->why : NULL);
  else
    srv_worker_take (owner, newcomer->link, &newcomer->arrival);
  g_free ((char *) newcomer->arrival.shown);
  g_free ((char *) newcomer->arrival.irc_host);
  g_free ((char *) newcomer->arrival.room);
  g_free (newcomer);
}

/* A single worker lives here, so there is nobody to carry them to. */
static void
let_in_here (Place *place, const Newcomer *newcomer, const SrvArrival *arrival)
{
  place->connections++;
  if (newcomer->away)
    srv_worker_turn_away (place->worker, newcomer->link, arrival,
                          newcomer->has_reason ? &newcomer->why : NULL);
  else
    srv_worker_take (place->worker, newcomer->link, arrival);
  srv_reactor_wake (srv_worker_get_reactor (place->worker));
}

static void
hand_over (SrvWorkers *workers, const Newcomer *values, const SrvArrival *arrival)
{
  Newcomer *newcomer = NULL;
  Place *place = &workers->places[0];

  if (place->context == NULL)
    {
      let_in_here (place, values, arrival);
      return;
    }
  newcomer = g_memdup2 (values, sizeof *values);

  for (guint i = 1; i < workers->n; i++)
    if (workers->places[i].connections < place->connections)
      place = &workers->places[i];
  place->connections++;
  newcomer->place = place;
  newcomer->peer = *arrival->peer;
  newcomer->arrival = (SrvArrival){ .shown = g_strdup (arrival->shown),
                                    .irc_host = g_strdup (arrival->irc_host),
                                    .room = g_strdup (arrival->room),
                                    .irc = arrival->irc };
  srv_mailbox_post (srv_worker_get_mailbox (place->worker), on_newcomer, newcomer);
}

/**
 * srv_workers_take:
 * @link: (transfer full): somebody who has connected
 */
void
srv_workers_take (SrvWorkers *workers, SrvLink link, const SrvArrival *arrival)
{
  hand_over (workers, &(Newcomer){ .link = link }, arrival);
}

/**
 * srv_workers_turn_away:
 * @link: (transfer full): somebody who has connected and may not come in
 * @why: (nullable): what they are told, its text a constant; %NULL: that this is no web server
 */
void
srv_workers_turn_away (SrvWorkers *workers,
                       SrvLink link,
                       const SrvArrival *arrival,
                       const SalEvent *why)
{
  Newcomer newcomer = { .link = link, .away = TRUE, .has_reason = why != NULL };

  if (why != NULL)
    newcomer.why = *why;
  hand_over (workers, &newcomer, arrival);
}

/* Closing. */

static void
stop_reading_one (SrvWorker *worker, gpointer data)
{
  srv_worker_stop_reading (worker);
}

/**
 * srv_workers_stop_reading:
 *
 * The server is about to end: nothing more is taken from anybody.
 */
void
srv_workers_stop_reading (SrvWorkers *workers)
{
  call_in_all (workers, stop_reading_one, NULL);
}

static void
on_flushed_home (gpointer owner, gpointer letter)
{
  SrvWorkers *workers = letter;

  if (--workers->unflushed == 0)
    workers->hooks->flushed (workers->data);
}

static void
on_flushed (gpointer owner, gpointer letter)
{
  SrvWorkers *workers = letter;

  if (!workers->ended) /* else nobody waits for it any more */
    srv_mailbox_post (workers->home, on_flushed_home, workers);
}

static void
flush_one (SrvWorker *worker, gpointer data)
{
  srv_worker_flush (worker, on_flushed, data);
}

/**
 * srv_workers_flush:
 *
 * The hook `flushed` is called when everything that was posted has come back to everybody.
 * Once only.
 */
void
srv_workers_flush (SrvWorkers *workers)
{
  workers->unflushed = workers->n;
  call_in_all (workers, flush_one, workers);
}

static void
close_one (SrvWorker *worker, gpointer data)
{
  srv_worker_close (worker);
}

/**
 * srv_workers_close:
 *
 * Goodbye and FIN to everybody.
 */
void
srv_workers_close (SrvWorkers *workers)
{
  call_in_all (workers, close_one, NULL);
}

/* Numbers. */

/**
 * srv_workers_count:
 *
 * Returns: how many connections there are, those on their way to a worker and those that are
 * ending included.
 */
guint
srv_workers_count (const SrvWorkers *workers)
{
  guint count = 0;

  for (guint i = 0; i < workers->n; i++)
    count += workers->places[i].connections;
  return count;
}

G_STATIC_ASSERT (sizeof (SrvCounters) % sizeof (guint64) == 0);

static void
count_up_one (SrvWorker *worker, gpointer data)
{
  const guint64 *counters = (const guint64 *) srv_worker_get_counters (worker);
  guint64 *sum = data;

  for (gsize i = 0; i < sizeof (SrvCounters) / sizeof (guint64); i++)
    sum[i] += counters[i];
}

/**
 * srv_workers_count_up:
 * @sum: (out): what has happened in all of them
 */
void
srv_workers_count_up (SrvWorkers *workers, SrvCounters *sum)
{
  memset (sum, 0, sizeof *sum);
  call_in_all (workers, count_up_one, sum);
}

static void
on_question (gpointer owner, gpointer letter)
{
  __atomic_store_n (&((Place *) letter)->asked_us, 0, __ATOMIC_RELAXED);
}

/**
 * srv_workers_are_alive:
 * @stuck_us: how long a worker may take to open its mail
 *
 * To be asked again and again.
 *
 * Returns: %FALSE if one has not done so since it was asked.
 */
gboolean
srv_workers_are_alive (SrvWorkers *workers, gint64 stuck_us)
{
  gint64 now_us = g_get_monotonic_time ();
  gboolean alive = TRUE;

  for (guint i = 0; i < workers->n; i++)
    {
      Place *place = &workers->places[i];
      gint64 asked_us = __atomic_load_n (&place->asked_us, __ATOMIC_RELAXED);

      if (asked_us != 0)
        {
          alive = alive && now_us - asked_us < stuck_us;
          continue;
        }
      __atomic_store_n (&place->asked_us, now_us, __ATOMIC_RELAXED);
      srv_mailbox_post (srv_worker_get_mailbox (place->worker), on_question, place);
    }
  return alive;
}
