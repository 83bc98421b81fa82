/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One reactor with its connections and rooms. Everything in here belongs to one
 * thread; other threads reach it by its mailbox alone. Entries go out to the log at
 * the end of a turn, all together, and come back as batches; what they cause is
 * written once per room and leaves at the end of that turn, one write per member.
 *
 * To a large room that takes long, so it is done in rounds: everybody for whom something
 * waits is sent to once, some in each turn. Between them people are read and the log takes
 * what they say, so it need not wait for the room, nor the room for the log's disk; and who
 * has not had their turn yet gets in one write what was said meanwhile.
 */
#include "config.h"

#include "server/srv-worker.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "common/base/sal-limits.h"
#include "common/proto/sal-name.h"
#include "server/srv-worker-private.h"

/* How many may go in one round before the array that they are in is made anew. */
#define CLOSED_PLACES 1024

/* Connections are numbered for the whole process, so that a name in the log's claims
 * belongs to one of them whatever worker it is in. 0 is the server. */
static guint64 last_connection;

/* How many workers are in a round, of those that are not alone. */
static guint rounds; /* atomic */

/* The log. */

static void
note_closed (SrvWorker *worker, SrvConn *conn)
{
  g_ptr_array_add (worker->closed, conn);
  worker->hooks->closed (&conn->peer, worker->data);
}

/**
 * srv_worker_find_conn:
 *
 * Returns: (transfer none) (nullable): the connection of this number, if it is this worker's.
 */
SrvConn *
srv_worker_find_conn (SrvWorker *worker, guint64 connection)
{
  SrvSession *session = srv_hub_find (worker->hub, connection);

  return session != NULL ? srv_conn_from_session (session) : NULL;
}

/**
 * srv_worker_post:
 * @entry: (transfer full): what is to be in the log
 */
void
srv_worker_post (SrvWorker *worker, SrvEntry *entry)
{
  entry->origin.worker = worker->id;
  worker->outbox_bytes += srv_entry_size (entry);
  g_ptr_array_add (worker->outbox, entry);
  if (srv_log_pending_bytes (worker->log) + worker->outbox_bytes > SAL_LOG_QUEUE_BYTES)
    worker->host.held = TRUE;
  srv_reactor_wake (worker->reactor);
}

static void
on_answer (gpointer owner, gpointer letter)
{
  SrvWorker *worker = owner;
  g_autoptr (SrvLogAnswer) answer = letter;
  SrvConn *conn = srv_worker_find_conn (worker, answer->tag);

  if (answer->error != NULL)
    g_warning (_ ("the log cannot be read: %s"), answer->error->message);
  if (conn == NULL)
    return;
  srv_session_history (&conn->session, answer->entries, answer->gone_seq, answer->error != NULL);
  srv_conn_resume (conn);
}

/**
 * srv_worker_note_caught_up:
 *
 * @room is no longer behind: those who speak there may go on.
 */
void
srv_worker_note_caught_up (SrvWorker *worker, SrvRoom *room)
{
  if (!g_ptr_array_find (worker->caught_up, room, NULL))
    g_ptr_array_add (worker->caught_up, room);
  srv_reactor_wake (worker->reactor);
}

static void
note_lagging (SrvWorker *worker, SrvRoom *room)
{
  if (worker->hooks->lagging != NULL && !g_ptr_array_find (worker->lagging, room, NULL))
    g_ptr_array_add (worker->lagging, room);
}

/**
 * srv_worker_note_lagging:
 * @other: another worker's id
 * @room: its name
 * @lagging: how many of its readers there cannot follow now
 */
void
srv_worker_note_lagging (SrvWorker *worker, guint other, const char *room, guint lagging)
{
  SrvRoom *here = g_hash_table_lookup (worker->rooms, room);
  gboolean was_behind = here != NULL && srv_room_is_behind (here);

  if (here == NULL)
    return;
  srv_room_set_lagging_elsewhere (here, other, lagging);
  if (was_behind && !srv_room_is_behind (here))
    srv_worker_note_caught_up (worker, here);
}

/* Off to the log with what was posted. */
static void
append_outbox (SrvWorker *worker)
{
  worker->in_log += worker->outbox->len;
  srv_log_append (worker->log, worker->outbox);
  worker->outbox_bytes = 0;
}

static void
read_log (SrvWorker *worker, SrvLogQuery *query, guint64 connection)
{
  /* Behind what this turn has posted. */
  append_outbox (worker);
  srv_log_read (worker->log, query, worker->mailbox, on_answer, connection);
}

static void
resume_cb (SrvConn *conn, gpointer data)
{
  srv_conn_resume (conn);
}

static void
resume_all (SrvWorker *worker)
{
  worker->host.held = FALSE;
  srv_worker_foreach (worker, resume_cb, NULL);
}

/* Who has spoken may go on when they have their receipt; so what they say next can be on its way
 * through the log while the others are sent to. */
static void
send_first_to_posters (SrvWorker *worker, const SrvLogBatch *batch)
{
  for (guint i = 0; i < batch->n; i++)
    {
      const SrvEntry *entry = batch->entries[i];
      SrvConn *conn = NULL;

      if (entry->origin.worker == worker->id && srv_entry_is_said (entry))
        conn = srv_worker_find_conn (worker, entry->origin.connection);
      if (conn != NULL)
        srv_outq_list_add (&conn->outq);
    }
}

/* A request is back with the last of its entries. */
static void
count_back (SrvWorker *worker, const SrvEntry *entry)
{
  if (entry->origin.worker != worker->id || (entry->flags & SRV_ENTRY_FLAG_MORE))
    return;
  g_return_if_fail (worker->in_log > 0);
  worker->in_log--;
}

static void
on_batch (gpointer owner, gpointer letter)
{
  SrvWorker *worker = owner;
  SrvLogBatch *batch = letter;

  memcpy (worker->hub->log_id, batch->log_id, sizeof worker->hub->log_id);
  worker->round_bytes += batch->bytes;
  send_first_to_posters (worker, batch);
  for (guint i = 0; i < batch->n; i++)
    {
      const SrvEntry *entry = batch->entries[i];

      count_back (worker, entry);
      srv_worker_deliver (worker, entry);
      if (worker->hooks->delivered != NULL)
        worker->hooks->delivered (entry, worker->data);
    }
  srv_log_batch_unref (batch);
  if (worker->host.held && !worker->closing &&
      srv_log_pending_bytes (worker->log) < SAL_LOG_QUEUE_LOW_BYTES)
    resume_all (worker);
}

/* The reactor. */

/**
 * srv_worker_may_wait:
 * @room: where somebody is about to be announced
 *
 * Returns: whether that is to wait a moment, because others have just been announced, and more
 *   may follow. When a thousand come at the same time, everybody in their rooms is written to
 *   once for many of them.
 */
gboolean
srv_worker_may_wait (SrvWorker *worker, SrvRoom *room)
{
  if (!srv_deadline_is_armed (&worker->presence))
    {
      srv_reactor_arm (worker->reactor, &worker->presence, SRV_QUEUE_PRESENCE, SAL_PRESENCE_US);
      return FALSE;
    }
  if (!srv_room_is_patient (room))
    g_ptr_array_add (worker->announced, room);
  return TRUE;
}

/* Those who came meanwhile are announced. */
static void
let_go_rooms (SrvWorker *worker)
{
  if (worker->announced->len == 0)
    return;
  for (guint i = 0; i < worker->announced->len; i++)
    {
      SrvRoom *room = worker->announced->pdata[i];

      srv_room_let_go (room);
      if (srv_room_begin_turn (room))
        g_ptr_array_add (worker->active, room);
    }
  g_ptr_array_set_size (worker->announced, 0);
  srv_reactor_arm (worker->reactor, &worker->presence, SRV_QUEUE_PRESENCE, SAL_PRESENCE_US);
}

static void
on_due (SrvDeadline *deadline, gpointer data)
{
  SrvWorker *worker = data;

  if (deadline == &worker->hold)
    worker->hold_is_over = TRUE;
  else if (deadline == &worker->presence)
    let_go_rooms (worker);
  else if (deadline != &worker->next_turn)
    srv_conn_due (deadline);
}

static void
collect_cb (SrvMember *member, gpointer data)
{
  g_ptr_array_add (data, srv_conn_from_member (member));
}

/* Those who speak in rooms that had been behind may go on. */
static void
resume_rooms (SrvWorker *worker)
{
  g_autoptr (GPtrArray) conns = g_ptr_array_new ();

  for (guint i = 0; i < worker->caught_up->len; i++)
    srv_room_foreach (worker->caught_up->pdata[i], collect_cb, conns);
  g_ptr_array_set_size (worker->caught_up, 0);
  for (guint i = 0; i < conns->len; i++)
    srv_conn_resume (conns->pdata[i]);
}

static void
tell_lagging (SrvWorker *worker)
{
  for (guint i = 0; i < worker->lagging->len; i++)
    {
      SrvRoom *room = worker->lagging->pdata[i];

      worker->hooks->lagging (srv_room_get_name (room), srv_room_get_lagging (room), worker->data);
    }
  g_ptr_array_set_size (worker->lagging, 0);
}

/* Rooms in which nobody is any more, without those that something was announced to. */
static void
forget_announced (SrvWorker *worker)
{
  guint kept = 0;

  for (guint i = 0; i < worker->announced->len; i++)
    if (srv_room_count (worker->announced->pdata[i]) > 0)
      worker->announced->pdata[kept++] = worker->announced->pdata[i];
  g_ptr_array_set_size (worker->announced, (gint) kept);
}

/* Thousands may end in one turn, so each is looked at once. */
static void
forget_quiet_rooms (SrvWorker *worker)
{
  forget_announced (worker);
  for (guint i = 0; i < worker->active->len; i++)
    {
      SrvRoom *room = worker->active->pdata[i];

      srv_room_end_turn (room);
      if (srv_room_count (room) == 0)
        g_hash_table_remove (worker->rooms, srv_room_get_name (room));
    }
  g_ptr_array_set_size (worker->active, 0);
}

/* What is announced from now on is for the next round, and so is who closes: their queues may
 * be in this one. */
static void
begin_round (SrvWorker *worker)
{
  GPtrArray *gone = NULL;

  worker->counted = worker->hooks->lagging != NULL && worker->outqs.head != NULL;
  if (worker->counted)
    (void) __atomic_add_fetch (&rounds, 1, __ATOMIC_RELAXED);
  worker->round_since_us = srv_reactor_now_us (worker->reactor);
  worker->round = worker->outqs;
  worker->outqs = (SrvOutqList){ NULL };
  worker->shared = FALSE;
  worker->round_bytes = 0;
  gone = worker->closed_before; /* empty since the last round's end */
  worker->closed_before = worker->closed;
  worker->closed = gone;
}

/* A part of the round; all that is left of it, if so much has come from the log meanwhile that
 * more of it would fill the queues of those who are still to be sent to. */
static void
send_some (SrvWorker *worker)
{
  SrvOutq *outq = NULL;
  guint sent = 0;

  while ((sent++ < SAL_TURN_SENDS || worker->round_bytes > SAL_LOG_QUEUE_LOW_BYTES) &&
         (outq = srv_outq_list_pop (&worker->round)) != NULL)
    srv_conn_flush (srv_conn_from_outq (outq));
}

static void
end_round (SrvWorker *worker)
{
  tell_lagging (worker);
  forget_quiet_rooms (worker);
  srv_frame_stream_clear (&worker->private_frames);
  /* After a crowd has left, the places it took go too. */
  if (worker->closed_before->len > CLOSED_PLACES)
    {
      g_ptr_array_unref (worker->closed_before);
      worker->closed_before = g_ptr_array_new_with_free_func ((GDestroyNotify) srv_conn_free);
    }
  g_ptr_array_set_size (worker->closed_before, 0);
  if (!worker->counted)
    return;
  worker->counted = FALSE;
  worker->hold_us =
      CLAMP (g_get_monotonic_time () - worker->round_since_us, SAL_HOLD_US, SAL_HOLD_MOST_US);
  if (__atomic_sub_fetch (&rounds, 1, __ATOMIC_SEQ_CST) == 0 && worker->hooks->rounds_over != NULL)
    worker->hooks->rounds_over (worker->data);
}

/* Whether other workers' people say, or are about to say, something that comes here as well:
 * it is in the log, or in the mail, or they are getting now what they will answer. */
static gboolean
is_more_coming (const SrvWorker *worker)
{
  return worker->shared &&
         (srv_log_is_busy (worker->log) || srv_mailbox_has_mail (worker->mailbox) ||
          __atomic_load_n (&rounds, __ATOMIC_SEQ_CST) > 0);
}

/* Either whoever ends the last round sees that this worker waits, or this worker sees that the
 * round is over; so it is said before it is looked at. */
static void
set_waiting (SrvWorker *worker, gboolean waiting)
{
  if (worker->waiting != waiting)
    __atomic_store_n (&worker->waiting, waiting, __ATOMIC_SEQ_CST);
}

/* Whether what waits stays until the next turn. While this thread sends to the members of a
 * room, those who were first to read answer; if what they say goes to the log in one
 * turn and what the others say in the next, there are two groups for ever, and each pays
 * for a send to everybody. So what is on its way through the log is waited for, for no
 * longer than anybody notices: the log may have a slow disk. Where there are several workers,
 * what the others' people say is waited for as well, where they have fewer cores than they are
 * for as long as sending takes. */
static gboolean
hold_back (SrvWorker *worker)
{
  gboolean more = FALSE;

  set_waiting (worker, worker->shared);
  more = worker->in_log > 0 || is_more_coming (worker);
  if (more && worker->outqs.head != NULL && !worker->closing && !worker->hold_is_over)
    {
      if (!srv_deadline_is_armed (&worker->hold))
        srv_reactor_arm (worker->reactor, &worker->hold, SRV_QUEUE_HOLD, worker->hold_us);
      return TRUE;
    }
  set_waiting (worker, FALSE);
  srv_reactor_disarm (worker->reactor, &worker->hold);
  worker->hold_is_over = FALSE;
  return FALSE;
}

static void
on_turn_end (gpointer data)
{
  SrvWorker *worker = data;

  /* Off to the log first: it works while this thread sends. */
  append_outbox (worker);
  if (worker->round.head == NULL)
    {
      if (hold_back (worker))
        return;
      begin_round (worker);
    }
  send_some (worker);
  while (worker->caught_up->len > 0)
    resume_rooms (worker);
  append_outbox (worker);
  if (worker->round.head == NULL)
    end_round (worker);
  if (worker->round.head != NULL || worker->outqs.head != NULL || worker->closed->len > 0)
    srv_reactor_arm (worker->reactor, &worker->next_turn, SRV_QUEUE_NEXT_TURN, 0);
}

static const SrvReactorHooks reactor_hooks = {
  .due = on_due,
  .turn_end = on_turn_end,
};

/**
 * srv_worker_new:
 * @context: (nullable): the main loop to live in
 * @id: another one for each worker of @log
 * @log: (transfer none): must outlive the worker
 * @hooks: (transfer none): called with @data
 */
SrvWorker *
srv_worker_new (GMainContext *context,
                guint id,
                SrvLog *log,
                const SrvWorkerConfig *config,
                const SrvWorkerHooks *hooks,
                gpointer data)
{
  SrvWorker *worker = g_new0 (SrvWorker, 1);

  worker->id = id;
  worker->log = log;
  worker->config = *config;
  worker->hold_us = SAL_HOLD_US;
  worker->hooks = hooks;
  worker->data = data;
  worker->reactor = srv_reactor_new (context, SRV_N_QUEUES, &reactor_hooks, worker);
  worker->mailbox = srv_mailbox_new (worker->reactor, worker);
  worker->rooms =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) srv_room_free);
  worker->closed = g_ptr_array_new_with_free_func ((GDestroyNotify) srv_conn_free);
  worker->closed_before = g_ptr_array_new_with_free_func ((GDestroyNotify) srv_conn_free);
  worker->active = g_ptr_array_new ();
  worker->caught_up = g_ptr_array_new ();
  worker->lagging = g_ptr_array_new ();
  worker->announced = g_ptr_array_new ();
  worker->outbox = g_ptr_array_new ();
  worker->hub = srv_hub_new ();
  worker->hub->config = config->irc;
  worker->host = (SrvConnHost){
    .reactor = worker->reactor,
    .config = &worker->config,
    .counters = &worker->counters,
    .outqs = &worker->outqs,
    .private_frames = &worker->private_frames,
    .encoded = g_string_new (NULL),
    .decoded = g_string_new (NULL),
    .input = g_malloc (SAL_TURN_READ_BYTES),
    .drain_us = SAL_DRAIN_US,
    .worker = worker,
    .hub = worker->hub,
    .mailbox = worker->mailbox,
    .post = srv_worker_post,
    .read = read_log,
    .lagging = note_lagging,
    .caught_up = srv_worker_note_caught_up,
    .closed = note_closed,
  };
  srv_log_subscribe (log, worker->mailbox, on_batch, G_MAXUINT64);
  return worker;
}

/**
 * srv_worker_free:
 * @worker: (nullable) (transfer full): whose log has been stopped, so that nobody posts to it
 *
 * Whoever is still connected is reset.
 */
void
srv_worker_free (SrvWorker *worker)
{
  if (worker == NULL)
    return;
  /* People first: what still comes back from the log must not make them post again. */
  srv_worker_abort (worker);
  srv_mailbox_free (worker->mailbox);
  while (srv_outq_list_pop (&worker->round) != NULL || srv_outq_list_pop (&worker->outqs) != NULL)
    ;
  g_ptr_array_unref (worker->closed_before);
  g_ptr_array_unref (worker->closed);
  if (worker->counted)
    (void) __atomic_sub_fetch (&rounds, 1, __ATOMIC_RELAXED);
  g_hash_table_unref (worker->rooms);
  g_ptr_array_unref (worker->active);
  g_ptr_array_unref (worker->caught_up);
  g_ptr_array_unref (worker->lagging);
  g_ptr_array_unref (worker->announced);
  g_ptr_array_set_free_func (worker->outbox, (GDestroyNotify) srv_entry_unref);
  g_ptr_array_unref (worker->outbox);
  srv_frame_stream_clear (&worker->private_frames);
  g_string_free (worker->host.encoded, TRUE);
  g_string_free (worker->host.decoded, TRUE);
  g_free (worker->host.input);
  srv_hub_free (worker->hub);
  srv_reactor_free (worker->reactor);
  g_free (worker);
}

/**
 * srv_worker_configure:
 *
 * Takes new limits and the like; they hold from the next thing on.
 */
void
srv_worker_configure (SrvWorker *worker, const SrvWorkerConfig *config)
{
  worker->config = *config;
  worker->hub->config = config->irc;
}

static SrvConn *
take (SrvWorker *worker, SrvLink link, const SrvArrival *arrival)
{
  guint64 id = __atomic_add_fetch (&last_connection, 1, __ATOMIC_RELAXED);
  SrvConn *conn = srv_conn_new (&worker->host, id, link, arrival);

  worker->counters.connections++;
  if (conn == NULL)
    worker->hooks->closed (arrival->peer, worker->data);
  return conn;
}

/**
 * srv_worker_take:
 * @link: (transfer full): somebody who has connected
 */
void
srv_worker_take (SrvWorker *worker, SrvLink link, const SrvArrival *arrival)
{
  SrvConn *conn = take (worker, link, arrival);

  if (conn != NULL)
    srv_conn_greet (conn);
}

/**
 * srv_worker_turn_away:
 * @link: (transfer full): somebody who has connected and may not come in
 * @why: (nullable): what they are told; %NULL: that this is no web server
 */
void
srv_worker_turn_away (SrvWorker *worker,
                      SrvLink link,
                      const SrvArrival *arrival,
                      const SalEvent *why)
{
  SrvConn *conn = take (worker, link, arrival);

  if (conn != NULL)
    srv_conn_turn_away (conn, why);
}

/**
 * srv_worker_foreach:
 *
 * Calls @func for each connection; it may end or close it.
 */
void
srv_worker_foreach (SrvWorker *worker, SrvConnFunc func, gpointer data)
{
  guint n = 0;
  g_autofree gpointer *ids = g_hash_table_get_keys_as_array (worker->hub->sessions, &n);

  /* Who is closed by one of the calls stays in memory until the turn ends. */
  for (guint i = 0; i < n; i++)
    {
      SrvConn *conn = srv_conn_from_session (srv_hub_session_from_id (ids[i]));

      if (!conn->closed)
        func (conn, data);
    }
  srv_reactor_wake (worker->reactor);
}

static void
stop_reading_cb (SrvConn *conn, gpointer data)
{
  if (!conn->ending)
    conn->input_left = TRUE; /* as if more were waiting than could be handled */
}

/**
 * srv_worker_stop_reading:
 *
 * The server is about to end: nothing more is taken from anybody.
 */
void
srv_worker_stop_reading (SrvWorker *worker)
{
  worker->closing = TRUE;
  worker->host.held = TRUE;
  srv_worker_foreach (worker, stop_reading_cb, NULL);
}

/**
 * srv_worker_flush:
 * @on_flushed: called with the worker and @letter in its thread
 *
 * When everything that was posted has come back.
 */
void
srv_worker_flush (SrvWorker *worker, SrvMailFunc on_flushed, gpointer letter)
{
  append_outbox (worker);
  srv_log_flush (worker->log, worker->mailbox, on_flushed, letter);
}

static void
shut_down_cb (SrvConn *conn, gpointer data)
{
  srv_session_shut_down (&conn->session);
}

/**
 * srv_worker_close:
 *
 * Goodbye and FIN to everybody.
 */
void
srv_worker_close (SrvWorker *worker)
{
  worker->host.drain_us = SAL_CLOSING_US;
  srv_worker_foreach (worker, shut_down_cb, NULL);
}

static void
close_cb (SrvConn *conn, gpointer data)
{
  srv_conn_close (conn);
}

/**
 * srv_worker_abort:
 *
 * Resets every connection.
 */
void
srv_worker_abort (SrvWorker *worker)
{
  srv_worker_foreach (worker, close_cb, NULL);
}

/**
 * srv_worker_is_waiting:
 *
 * Returns: whether what it has to send waits for what other workers do. From any thread.
 */
gboolean
srv_worker_is_waiting (const SrvWorker *worker)
{
  return __atomic_load_n (&worker->waiting, __ATOMIC_SEQ_CST);
}

/**
 * srv_worker_count:
 *
 * Returns: how many connections there are, those that are ending included.
 */
guint
srv_worker_count (const SrvWorker *worker)
{
  return g_hash_table_size (worker->hub->sessions);
}

/**
 * srv_worker_find:
 * @name: a person's name, in any case
 *
 * Returns: (transfer none) (nullable): their connection.
 */
SrvConn *
srv_worker_find (SrvWorker *worker, const char *name)
{
  g_autofree char *wanted = sal_name_key (name);
  GHashTableIter iter;
  gpointer id = NULL;

  g_hash_table_iter_init (&iter, worker->hub->sessions);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    {
      SrvConn *conn = srv_conn_from_session (srv_hub_session_from_id (id));

      if (srv_session_is_named (&conn->session) && conn->session.state < SRV_SESSION_LEAVING &&
          g_str_equal (srv_person_get_key (conn->session.who), wanted))
        return conn;
    }
  return NULL;
}

/**
 * srv_worker_rooms:
 *
 * Returns: (transfer container): all rooms that somebody is in, as #SrvRoom.
 */
GList *
srv_worker_rooms (SrvWorker *worker)
{
  return g_hash_table_get_values (worker->rooms);
}

/**
 * srv_worker_get_state:
 *
 * Returns: (transfer none): who is here, and what the rooms are like; only entries change it.
 */
SrvState *
srv_worker_get_state (SrvWorker *worker)
{
  return worker->hub->state;
}

/**
 * srv_worker_get_reactor:
 */
SrvReactor *
srv_worker_get_reactor (SrvWorker *worker)
{
  return worker->reactor;
}

/**
 * srv_worker_get_mailbox:
 *
 * Returns: (transfer none): the door to its thread. What is posted there gets the worker as the
 *   owner.
 */
SrvMailbox *
srv_worker_get_mailbox (SrvWorker *worker)
{
  return worker->mailbox;
}

/**
 * srv_worker_get_counters:
 */
const SrvCounters *
srv_worker_get_counters (const SrvWorker *worker)
{
  return &worker->counters;
}
