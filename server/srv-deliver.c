/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What comes back from the log, to those whom it concerns: the readers of a room, the people
 * who share a room with somebody, one person, and whoever asked for it. The state that the
 * worker has of everybody takes the entry first; who asked is answered last.
 */
#include "config.h"

#include "common/proto/sal-dialect-irc.h"
#include "common/proto/sal-name.h"
#include "server/chat/srv-irc.h"
#include "server/srv-worker-private.h"

/* One entry on its way. */
typedef struct
{
  SrvWorker *worker;
  const SrvEntry *entry;
  SrvConn *conn; /* (nullable): of this worker, which asked for it */
  SalEvent event;
  char *msgid;         /* (owned) (nullable) */
  gboolean was_behind; /* a join: the room waited for its readers before it */
} Delivery;

static SrvRoom *
room_of (SrvWorker *worker, const char *name)
{
  SrvRoom *room = g_hash_table_lookup (worker->rooms, name);

  if (room == NULL)
    {
      room = srv_room_new (name);
      g_hash_table_insert (worker->rooms, (gpointer) srv_room_get_name (room), room);
    }
  return room;
}

/* The room knows from the state who is there. */
static void
update_room (const Delivery *delivery, SrvRoom *room)
{
  srv_room_set_channel (
      room, srv_state_find_channel (delivery->worker->hub->state, delivery->entry->room));
}

static SrvRoom *
find_room (const Delivery *delivery)
{
  return g_hash_table_lookup (delivery->worker->rooms, delivery->entry->room);
}

static void
note_active (SrvWorker *worker, SrvRoom *room)
{
  if (srv_room_begin_turn (room))
    g_ptr_array_add (worker->active, room);
  worker->shared |= worker->hooks->lagging != NULL && srv_room_is_elsewhere (room);
}

static void
to_room (Delivery *delivery, SrvRoom *room, const SalEvent *event, const SrvAddressees *whom)
{
  SrvWorker *worker = delivery->worker;

  worker->counters.deliveries += srv_room_deliver_to (room, event, whom, worker->host.encoded);
  note_active (worker, room);
}

/* Who speaks IRC gets the answer to what they asked for by itself. */
static const SrvSession *
asker (const Delivery *delivery)
{
  return delivery->conn != NULL && delivery->conn->session.irc != NULL ? &delivery->conn->session
                                                                       : NULL;
}

static SrvConn *
conn_of (const Delivery *delivery, guint64 id)
{
  SrvConn *conn = srv_worker_find_conn (delivery->worker, id);

  return conn != NULL && !conn->closed && !conn->ending ? conn : NULL;
}

/**
 * srv_conn_show:
 *
 * Something that this connection alone is shown, in its form.
 */
void
srv_conn_show (SrvConn *conn, const SalEvent *event)
{
  GString *encoded = conn->host->encoded;

  g_string_truncate (encoded, 0);
  conn->member.dialect->encode (encoded, event, conn->member.variant);
  if (encoded->len > 0 && !conn->ending && !conn->closed && !conn->gone)
    {
      SrvFrame frame =
          srv_frame_stream_append (conn->host->private_frames, encoded->str, encoded->len);

      srv_outq_push (&conn->outq, &frame);
    }
}

/* Messages. */

static gboolean
has_rank (SrvMember *member, gpointer data)
{
  const Delivery *delivery = data;
  const SrvUser *user =
      srv_state_get_user (delivery->worker->hub->state, member->session->connection);
  const SrvMembership *membership =
      user != NULL ? srv_state_find_membership_by_name (user, delivery->entry->room) : NULL;
  guint wanted = delivery->entry->status_prefix == '@' ? SRV_RANK_OPERATOR
                                                       : SRV_RANK_OPERATOR | SRV_RANK_VOICE;

  return membership != NULL && (membership->rank & wanted);
}

static void
on_said (Delivery *delivery)
{
  const SrvEntry *entry = delivery->entry;
  SrvAddressees whom = { .skip = asker (delivery) };
  SrvRoom *room = NULL;
  SrvConn *conn = NULL;

  srv_state_note_said (delivery->worker->hub->state, entry);
  delivery->worker->counters.messages += entry->origin.worker == delivery->worker->id;
  if (entry->about != 0)
    {
      conn = conn_of (delivery, entry->about);
      if (conn != NULL)
        srv_conn_show (conn, &delivery->event);
      return;
    }
  room = find_room (delivery);
  if (room == NULL)
    return;
  whom.seq = entry->seq;
  if (entry->status_prefix != '\0')
    {
      whom.wants = has_rank;
      whom.data = delivery;
    }
  to_room (delivery, room, &delivery->event, &whom);
}

static void
on_redact (Delivery *delivery)
{
  SrvAddressees whom = { .skip = asker (delivery) };
  SrvRoom *room = find_room (delivery);
  SrvConn *conn = NULL;

  if (delivery->entry->about != 0)
    {
      conn = conn_of (delivery, delivery->entry->about);
      if (conn != NULL)
        srv_conn_show (conn, &delivery->event);
    }
  else if (room != NULL)
    to_room (delivery, room, &delivery->event, &whom);
}

/* People. */

/* Once each, although they may share several rooms with whom it is about. */
static gboolean
was_not_told (SrvMember *member, gpointer data)
{
  const Delivery *delivery = data;

  if (member->session->told == delivery->entry->group)
    return FALSE;
  member->session->told = delivery->entry->group;
  return TRUE;
}

static void
tell_watcher (gpointer key, gpointer value, gpointer data)
{
  Delivery *delivery = data;
  SrvSession *session = key;

  if (session->irc != NULL && session != asker (delivery) &&
      (srv_irc_get_caps (session->irc) & SAL_IRC_CAP_EXTENDED_MONITOR) &&
      session->told != delivery->entry->group)
    {
      session->told = delivery->entry->group;
      srv_conn_show (srv_conn_from_session (session), &delivery->event);
    }
}

/* What is about a person: to those who share a room with them, and to those who watch them. */
static void
on_person (Delivery *delivery)
{
  SrvWorker *worker = delivery->worker;
  guint64 about = delivery->entry->about;
  guint64 id = about != 0 ? about : delivery->entry->origin.connection;
  const SrvUser *user = srv_state_get_user (worker->hub->state, id);
  SrvConn *conn = about != 0 ? conn_of (delivery, about) : NULL;
  SrvAddressees whom = {
    .dialect = &sal_dialect_irc, .skip = asker (delivery), .wants = was_not_told, .data = delivery
  };
  GHashTable *watchers = NULL;

  if (conn != NULL && conn->session.irc != NULL && &conn->session != whom.skip)
    {
      conn->session.told = delivery->entry->group;
      srv_conn_show (conn, &delivery->event);
    }
  for (guint i = 0; user != NULL && i < user->n_memberships; i++)
    {
      const SrvMembership *membership = srv_user_get_membership (user, i);
      SrvRoom *room = g_hash_table_lookup (worker->rooms, membership->channel->name);

      if (room != NULL)
        to_room (delivery, room, &delivery->event, &whom);
    }
  watchers = user != NULL ? srv_hub_watchers (worker->hub, user->who->name) : NULL;
  if (watchers != NULL)
    g_hash_table_foreach (watchers, tell_watcher, delivery);
}

typedef struct
{
  const SrvUser *user;
  const char *name;
  gboolean here;
} Presence;

static void
tell_presence (gpointer key, gpointer value, gpointer data)
{
  const Presence *presence = data;
  SrvSession *session = key;

  if (session->irc != NULL)
    srv_irc_watched (session->irc, presence->user, presence->name, presence->here);
}

static void
note_presence (SrvWorker *worker, const SrvUser *user, const char *name, gboolean here)
{
  GHashTable *watchers = srv_hub_watchers (worker->hub, name);
  Presence presence = { user, name, here };

  if (watchers != NULL)
    g_hash_table_foreach (watchers, tell_presence, &presence);
}

/* Coming and going. */

/* Those already inside learn of it first, then the newcomer is welcome and reads from
 * here on. */
static void
on_join (Delivery *delivery, gboolean is_new)
{
  SrvWorker *worker = delivery->worker;
  const SrvEntry *entry = delivery->entry;
  SrvRoom *room = room_of (worker, entry->room);
  const SrvUser *user = srv_state_get_user (worker->hub->state, entry->origin.connection);
  const SrvAddressees everybody = { .patient = srv_worker_may_wait (worker, room) };
  SrvConn *conn = delivery->conn;

  if (srv_room_count (room) == 0) /* who is there was known before */
    update_room (delivery, room);
  to_room (delivery, room, &delivery->event, &everybody);
  if (user != NULL && srv_user_get_away (user) != NULL)
    {
      SalEvent away = delivery->event;

      away.kind = SAL_EVENT_AWAY;
      away.text = srv_user_get_away (user);
      away.msgid = NULL;
      to_room (delivery, room, &away, &everybody);
    }
  if (is_new && user != NULL)
    note_presence (worker, user, user->who->name, TRUE);
  if (conn != NULL && conn->session.state < SRV_SESSION_LEAVING)
    srv_conn_enter_room (conn, room);
  if (delivery->was_behind && !srv_room_is_behind (room))
    srv_worker_note_caught_up (worker, room);
}

/* The one who leaves does not read of it here. */
static void
on_leave (Delivery *delivery)
{
  SrvRoom *room = find_room (delivery);
  guint64 id =
      delivery->entry->about != 0 ? delivery->entry->about : delivery->entry->origin.connection;
  SrvConn *conn = conn_of (delivery, id);
  SrvAddressees whom = { 0 };

  if (room == NULL)
    return;
  if (delivery->entry->kind == SRV_ENTRY_QUIT)
    {
      whom.wants = was_not_told;
      whom.data = delivery;
    }
  whom.patient = srv_worker_may_wait (delivery->worker, room);
  update_room (delivery, room);
  if (conn != NULL)
    srv_conn_leave_room (conn, room);
  to_room (delivery, room, &delivery->event, &whom);
}

/* Somebody's last room is behind them. Who was put out is told why. */
static void
on_gone (Delivery *delivery, const char *name)
{
  SrvConn *conn = NULL;

  note_presence (delivery->worker, NULL, name, FALSE);
  if (delivery->entry->about == 0)
    return;
  conn = conn_of (delivery, delivery->entry->about);
  if (conn != NULL)
    srv_session_killed (&conn->session, delivery->entry->text);
}

static void
on_kick (Delivery *delivery)
{
  SrvWorker *worker = delivery->worker;
  const SrvEntry *entry = delivery->entry;
  const SrvUser *user = srv_state_get_user (worker->hub->state, entry->about);
  SrvRoom *room = find_room (delivery);
  SrvConn *conn = conn_of (delivery, entry->about);
  SrvAddressees whom = { .skip = asker (delivery) };
  const SrvAddressees plain = { .dialect = &sal_dialect_plain };
  SalEvent left = { .kind = SAL_EVENT_LEAVE, .time_us = entry->time_us, .room = entry->room };
  SalEvent why = { .kind = SAL_EVENT_NOTE, .note = SAL_NOTE_KICKED, .text = entry->text };

  if (room == NULL)
    return;
  if (conn != NULL && conn->session.irc == NULL)
    srv_conn_leave_room (conn, room);
  to_room (delivery, room, &delivery->event, &whom);
  if (conn != NULL && conn->session.irc != NULL)
    srv_conn_leave_room (conn, room);
  if (user != NULL)
    {
      left.name = user->who->name;
      left.address = user->who->address;
      to_room (delivery, room, &left, &plain);
    }
  if (conn != NULL && conn->session.irc == NULL)
    srv_session_put_out (&conn->session, &why);
}

static void
on_nick (Delivery *delivery)
{
  SrvWorker *worker = delivery->worker;
  const SrvEntry *entry = delivery->entry;
  const SrvUser *user = srv_state_get_user (worker->hub->state, entry->origin.connection);
  SrvRoom *room = find_room (delivery);
  SrvConn *conn = conn_of (delivery, entry->origin.connection);
  SrvAddressees whom = { .skip = asker (delivery), .wants = was_not_told, .data = delivery };

  if (room != NULL)
    to_room (delivery, room, &delivery->event, &whom);
  if (entry->flags & SRV_ENTRY_FLAG_MORE)
    return;
  if (conn != NULL && user != NULL)
    srv_session_set_person (&conn->session, user->who);
  if (sal_name_is_same (entry->name, entry->target))
    return;
  note_presence (worker, NULL, entry->name, FALSE);
  if (user != NULL)
    note_presence (worker, user, user->who->name, TRUE);
}

/* Rooms. */

static void
on_room (Delivery *delivery)
{
  SrvRoom *room = find_room (delivery);
  SrvAddressees whom = { .skip = asker (delivery) };

  if (room != NULL)
    to_room (delivery, room, &delivery->event, &whom);
}

static gboolean
is_not_invited (SrvMember *member, gpointer data)
{
  const Delivery *delivery = data;

  return member->session->connection != delivery->entry->about;
}

static void
on_invite (Delivery *delivery)
{
  SrvRoom *room = find_room (delivery);
  SrvConn *conn = conn_of (delivery, delivery->entry->about);
  SrvAddressees whom = { .dialect = &sal_dialect_irc,
                         .variant = SAL_IRC_CAP_INVITE_NOTIFY,
                         .skip = asker (delivery),
                         .wants = is_not_invited,
                         .data = delivery };

  if (conn != NULL)
    srv_conn_show (conn, &delivery->event);
  if (room != NULL)
    to_room (delivery, room, &delivery->event, &whom);
}

static void
on_wallops (Delivery *delivery)
{
  GHashTableIter iter;
  gpointer id = NULL;

  g_hash_table_iter_init (&iter, delivery->worker->hub->sessions);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    {
      SrvSession *session = srv_hub_session_from_id (id);
      const SrvUser *user = srv_state_get_user (delivery->worker->hub->state, session->connection);

      if (session->irc != NULL && user != NULL && (user->modes & SRV_UMODE_WALLOPS))
        srv_conn_show (srv_conn_from_session (session), &delivery->event);
    }
}

/* The other connections of who has read. */
static void
on_mark (Delivery *delivery)
{
  GHashTableIter iter;
  gpointer id = NULL;

  g_hash_table_iter_init (&iter, delivery->worker->hub->sessions);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    {
      SrvSession *session = srv_hub_session_from_id (id);

      if (session->irc != NULL && session != asker (delivery))
        srv_irc_marked (session->irc, delivery->entry);
    }
}

static void
deliver (Delivery *delivery)
{
  SrvHub *hub = delivery->worker->hub;
  const SrvEntry *entry = delivery->entry;
  guint64 id = entry->about != 0 ? entry->about : entry->origin.connection;
  const SrvUser *before = srv_state_get_user (hub->state, id);
  gboolean ends = entry->final;
  SrvRoom *room = entry->kind == SRV_ENTRY_JOIN ? find_room (delivery) : NULL;

  if (entry->kind == SRV_ENTRY_JOIN || entry->kind == SRV_ENTRY_LEAVE ||
      entry->kind == SRV_ENTRY_CONNECT || (entry->kind == SRV_ENTRY_QUIT && ends))
    srv_reactor_note_newcomer (delivery->worker->reactor);
  delivery->was_behind = room != NULL && srv_room_is_behind (room);
  if (before != NULL &&
      (ends || (entry->kind == SRV_ENTRY_NICK && !g_str_equal (before->who->name, entry->target))))
    srv_hub_remember (hub, before, entry->time_us);
  if (entry->kind == SRV_ENTRY_KICK)
    {
      on_kick (delivery);
      srv_state_apply (hub->state, entry);
      room = find_room (delivery);
      if (room != NULL)
        update_room (delivery, room);
      return;
    }
  if (!srv_entry_is_said (entry))
    srv_state_apply (hub->state, entry);
  hub->max_users = MAX (hub->max_users, srv_state_count_users (hub->state));
  switch (entry->kind)
    {
    case SRV_ENTRY_JOIN:
      on_join (delivery, before == NULL);
      break;
    case SRV_ENTRY_LEAVE:
    case SRV_ENTRY_QUIT:
      on_leave (delivery);
      break;
    case SRV_ENTRY_NICK:
      on_nick (delivery);
      break;
    case SRV_ENTRY_CONNECT:
      note_presence (delivery->worker, srv_state_get_user (hub->state, id), entry->name, TRUE);
      break;
    case SRV_ENTRY_TOPIC:
    case SRV_ENTRY_MODE:
      on_room (delivery);
      break;
    case SRV_ENTRY_REDACT:
      on_redact (delivery);
      break;
    case SRV_ENTRY_INVITE:
      on_invite (delivery);
      break;
    case SRV_ENTRY_AWAY:
    case SRV_ENTRY_ACCOUNT:
    case SRV_ENTRY_SETNAME:
    case SRV_ENTRY_CHGHOST:
      on_person (delivery);
      break;
    case SRV_ENTRY_WALLOPS:
      on_wallops (delivery);
      break;
    case SRV_ENTRY_MARK:
      on_mark (delivery);
      break;
    default:
      if (srv_entry_is_said (entry))
        on_said (delivery);
      break;
    }
  if (ends)
    on_gone (delivery, entry->name);
}

/**
 * srv_worker_deliver:
 * @entry: the next one from the log
 */
void
srv_worker_deliver (SrvWorker *worker, const SrvEntry *entry)
{
  Delivery delivery = { .worker = worker, .entry = entry };

  if (entry->kind == SRV_ENTRY_BOOT)
    return;
  if (entry->origin.worker == worker->id)
    delivery.conn = srv_worker_find_conn (worker, entry->origin.connection);
  if (srv_entry_holds (entry))
    {
      srv_irc_event_from_entry (worker->hub, &delivery.event, entry, &delivery.msgid);
      deliver (&delivery);
      g_free (delivery.msgid);
    }
  else if (entry->status == SRV_ENTRY_REFUSED)
    worker->counters.not_kept += delivery.conn != NULL;
  if (delivery.conn != NULL)
    srv_conn_entry (delivery.conn, entry);
}
