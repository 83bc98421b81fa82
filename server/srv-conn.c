/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One connection: the only file that knows both bytes and chat. It carries bytes
 * from the link through the framer and the dialect to the session, and what the
 * session and the room say back to the link; and it sees to it that the end is
 * clean.
 *
 * The end (S23, S24): when the session is over, what waits is sent, then our FIN;
 * what the peer still sends is read and thrown away until its FIN comes or the drain
 * time is over. A socket that is closed with unread input resets the connection, and
 * the reset would destroy the goodbye.
 *
 * A connection may be closed anywhere in a turn; its memory stays until the turn's
 * end.
 *
 * It is one piece because reading, writing and ending each lead to the others: what is
 * read may end the conversation, what cannot be written holds back reading, and the end
 * needs both.
 */
#include "config.h"

#include "server/srv-conn.h"

#include <string.h>
#include <sys/epoll.h>

#include "common/base/sal-container.h"
#include "common/base/sal-limits.h"
#include "common/proto/sal-dialect-plain.h"
#include "common/proto/sal-guard.h"
#include "server/chat/srv-irc.h"

/* How many pieces one write gathers. A room's messages of one turn are one piece. */
#define GATHER 64

/* How long the log may take over a leave before the person goes without it. */
#define LEAVE_US (1 * G_USEC_PER_SEC)

/* A record of TLS must fit into what one turn reads. */
G_STATIC_ASSERT (SAL_TURN_READ_BYTES >= SRV_TLS_PLAIN_BYTES);

static void process (SrvConn *conn);
static void take_bytes (SrvConn *conn, gsize n);
static void wait_to_write (SrvConn *conn);
static gboolean is_held (const SrvConn *conn);

/**
 * srv_conn_from_session:
 *
 * Returns: (transfer none): the connection that @session belongs to.
 */
SrvConn *
srv_conn_from_session (SrvSession *session)
{
  return sal_container_of (session, SrvConn, session);
}

/**
 * srv_conn_from_outq:
 *
 * Returns: (transfer none): the connection that @outq belongs to.
 */
SrvConn *
srv_conn_from_outq (SrvOutq *outq)
{
  return sal_container_of (outq, SrvConn, outq);
}

/**
 * srv_conn_from_member:
 *
 * Returns: (transfer none): the connection that @member belongs to.
 */
SrvConn *
srv_conn_from_member (SrvMember *member)
{
  return srv_conn_from_session (member->session);
}

static gint64
now_us (const SrvConn *conn)
{
  return srv_reactor_now_us (conn->host->reactor);
}

static void
watch_for (SrvConn *conn, guint32 events, gboolean on)
{
  guint32 all = on ? conn->watch.events | events : conn->watch.events & ~events;

  srv_reactor_modify (conn->host->reactor, &conn->watch, all);
}

/* The session's requests. */

static void
send_bytes (SrvConn *conn, const void *bytes, gsize len)
{
  SrvFrame frame;

  if (conn->gone)
    return;
  frame = srv_frame_stream_append (conn->host->private_frames, bytes, len);
  srv_outq_push (&conn->outq, &frame);
  conn->told_bytes += (guint32) len;
}

static void
tell (SrvSession *session, const SalEvent *event)
{
  SrvConn *conn = srv_conn_from_session (session);
  GString *encoded = conn->host->encoded;

  if (conn->ending || conn->closed)
    return;
  if (event->kind == SAL_EVENT_NOTE && event->note == SAL_NOTE_LIMIT)
    for (guint i = 0; i < SAL_N_LIMITS; i++)
      if (g_str_equal (event->text, sal_limit_key ((SalLimit) i)))
        conn->host->counters->limits[i]++;
  if (session->irc != NULL)
    {
      srv_irc_note (session->irc, event);
      return;
    }

  g_string_truncate (encoded, 0);
  conn->member.dialect->encode (encoded, event, conn->member.variant);
  send_bytes (conn, encoded->str, encoded->len);
}

static void
send_lines (SrvSession *session, const char *bytes, gsize len)
{
  SrvConn *conn = srv_conn_from_session (session);

  if (!conn->ending && !conn->closed)
    send_bytes (conn, bytes, len);
}

static void
post (SrvSession *session, SrvEntry *entry)
{
  SrvConn *conn = srv_conn_from_session (session);

  if (entry->kind == SRV_ENTRY_LEAVE && entry->final)
    srv_reactor_arm (conn->host->reactor, &conn->life_deadline, SRV_QUEUE_LEAVE, LEAVE_US);
  conn->host->post (conn->host->worker, entry);
}

static void
read_log (SrvSession *session, SrvLogQuery *query)
{
  SrvConn *conn = srv_conn_from_session (session);

  conn->host->read (conn->host->worker, query, session->connection);
}

static void
end (SrvSession *session, SrvEnd how)
{
  SrvConn *conn = srv_conn_from_session (session);
  g_autoptr (GBytes) answer = NULL;
  gsize len = 0;
  const void *bytes = NULL;

  if (conn->ending || conn->closed)
    return;
  srv_conn_leave_rooms (conn);
  srv_hub_note_known (conn->host->hub, &conn->session);
  if (how == SRV_END_HTTP || how == SRV_END_TLS)
    {
      answer = how == SRV_END_HTTP ? sal_guard_http_answer () : sal_guard_tls_alert ();
      bytes = g_bytes_get_data (answer, &len);
      send_bytes (conn, bytes, len);
    }
  conn->ending = TRUE;
  if (how == SRV_END_PROMPT)
    srv_reactor_arm (conn->host->reactor, &conn->life_deadline, SRV_QUEUE_DRAIN,
                     conn->host->drain_us);
  else
    srv_reactor_disarm (conn->host->reactor, &conn->life_deadline);
  srv_outq_list_add (&conn->outq);
}

static guint
limit_of (SrvSession *session, SalLimit limit)
{
  return srv_conn_from_session (session)->host->config->limits.value[limit];
}

static const SrvSessionHost session_host = {
  .tell = tell,
  .post = post,
  .read = read_log,
  .end = end,
  .limit = limit_of,
  .send = send_lines,
  .restyle = srv_conn_restyle,
  .wall_us = srv_conn_wall_us,
  .login = srv_conn_login,
  .mechanisms = srv_conn_mechanisms,
  .registration = srv_conn_registration,
  .sts = srv_conn_sts,
  .marker = srv_conn_marker,
  .spend = srv_conn_spend,
};

/* Ends. */

static void
close_with (SrvConn *conn, void (*close_link) (SrvLink *))
{
  if (conn->closed)
    return;
  conn->closed = TRUE;
  srv_conn_leave_rooms (conn);
  srv_hub_remove (conn->host->hub, &conn->session);
  srv_reactor_disarm (conn->host->reactor, &conn->life_deadline);
  srv_conn_stop_all_waiting (conn);
  g_clear_pointer (&conn->login, srv_conn_login_free);
  srv_reactor_remove (conn->host->reactor, &conn->watch);
  srv_outq_clear (&conn->outq);
  close_link (&conn->link);
  conn->host->closed (conn->host->worker, conn);
}

/**
 * srv_conn_close:
 *
 * Closes now, with a reset, whatever state the conversation is in.
 */
void
srv_conn_close (SrvConn *conn)
{
  close_with (conn, srv_link_abort);
}

/* A write failed: the peer is gone, but its last words may still wait in the kernel.
 * Nothing is said to it any more, and reading tells when it is over (S24). */
static void
stop_writing (SrvConn *conn)
{
  conn->gone = TRUE;
  srv_outq_clear (&conn->outq);
  srv_conn_stop_waiting (conn, SRV_WAIT_OUTPUT);
  conn->blocked = FALSE;
  watch_for (conn, EPOLLOUT, FALSE);
  /* No reader holds this one back any more, not even itself. */
  conn->told_bytes = 0;
  srv_conn_leave_rooms (conn);
  if (!conn->ending)
    srv_conn_wait (conn, SRV_WAIT_INPUT, SRV_QUEUE_NEXT_TURN, 0);
}

/* Reset, or timed out: what the peer had said completely is still delivered, as fast as
 * the log takes it. The kernel would report the break at every turn until then. */
static void
broken (SrvConn *conn)
{
  stop_writing (conn);
  conn->read_ended = TRUE;
  srv_reactor_remove (conn->host->reactor, &conn->watch);
  if (conn->ending)
    close_with (conn, srv_link_close);
  else
    process (conn);
}

static gboolean
has_unsent (const SrvConn *conn)
{
  return !conn->gone && (conn->outq.n > 0 || srv_link_has_unsent (&conn->link));
}

/* Everything is sent: our FIN. */
static void
end_writing (SrvConn *conn)
{
  if (conn->write_ended)
    return;
  if (srv_link_end_writing (&conn->link) == SRV_LINK_AGAIN && !conn->gone)
    {
      wait_to_write (conn);
      return;
    }
  conn->write_ended = TRUE;
  if (conn->read_ended)
    {
      close_with (conn, srv_link_close);
      return;
    }
  if (!srv_deadline_is_armed (&conn->life_deadline))
    srv_reactor_arm (conn->host->reactor, &conn->life_deadline, SRV_QUEUE_DRAIN,
                     conn->host->drain_us);
  watch_for (conn, EPOLLIN, TRUE);
}

/* Sending. */

static void
put_out_for (SrvConn *conn, SalLimit limit)
{
  SalEvent why = { .kind = SAL_EVENT_NOTE,
                   .note = SAL_NOTE_LIMIT,
                   .text = sal_limit_key (limit),
                   .number = conn->host->config->limits.value[limit] };

  srv_session_put_out (&conn->session, &why);
}

/* Who does not read must not hold the room: what waits for them is dropped, and they
 * go. They learn why if they read again in time. */
static void
drop_slow (SrvConn *conn, SalLimit limit)
{
  conn->host->counters->dropped_slow++;
  srv_conn_leave_rooms (conn);
  srv_outq_drop_unsent (&conn->outq);
  put_out_for (conn, limit);
}

static gint64
stall_us (const SrvConn *conn)
{
  return (gint64) conn->host->config->limits.value[SAL_LIMIT_SEND_STALL_SECONDS] * G_USEC_PER_SEC;
}

/* What has been said and waits for somebody. A list that they have asked for may be larger than
 * what may wait, and the kernel takes little of it at a time, however fast they read. */
static guint
count_said (const SrvConn *conn)
{
  return conn->outq.bytes - MIN (conn->told_bytes, conn->outq.bytes);
}

/* Whether much has been waiting for this peer without a break for as long as anybody is
 * given. It may read a little now and then; the room must not wait for that for ever. */
static gboolean
was_waited_for (SrvConn *conn, guint much)
{
  SrvConnWaits *waits = conn->waits;

  if (count_said (conn) <= much)
    waits->much_since_us = 0;
  else if (waits->much_since_us == 0)
    waits->much_since_us = now_us (conn);
  return waits->much_since_us > 0 && now_us (conn) - waits->much_since_us > stall_us (conn);
}

static void
give_time (SrvConn *conn)
{
  srv_conn_wait (conn, SRV_WAIT_OUTPUT, SRV_QUEUE_LAG, SAL_LAG_US);
  conn->waits->unacked = srv_link_count_unacked (&conn->link);
}

/* The kernel holds much for a peer and takes no more before half of what is not on its way has
 * gone, so a slow reader is known by what it has acknowledged. */
static gboolean
has_read_since (const SrvConn *conn)
{
  return srv_link_count_unacked (&conn->link) < conn->waits->unacked;
}

/* Something waits that the kernel does not take now. Somebody who reads is given time,
 * and the room waits for most of its readers; somebody who has read nothing for a
 * few seconds must not have much waiting. */
static void
judge_reader (SrvConn *conn)
{
  guint most = conn->host->config->limits.value[SAL_LIMIT_SEND_QUEUE_BYTES];
  const SrvDeadline *wait = srv_conn_get_wait (conn, SRV_WAIT_OUTPUT);
  gboolean reads = wait == NULL || wait->queue != SRV_QUEUE_STALL;

  if (wait == NULL)
    give_time (conn);
  if (conn->ending)
    return;
  if ((reads ? count_said (conn) : conn->outq.bytes) > most && srv_conn_can_read_later (conn))
    srv_conn_leave_out (conn);
  if (conn->outq.bytes >
      (reads || conn->outq.leaves_out ? MAX (most, SAL_SEND_QUEUE_MOST_BYTES) : most))
    drop_slow (conn, SAL_LIMIT_SEND_QUEUE_BYTES);
  else if (conn->outq.leaves_out || was_waited_for (conn, most / 2))
    srv_conn_set_lagging (conn, FALSE);
  else
    srv_conn_set_lagging (conn, reads && count_said (conn) > most / 2);
}

/* So long without a byte being taken: this is nobody to wait for. */
static void
note_stall (SrvConn *conn)
{
  if (has_read_since (conn))
    {
      give_time (conn);
      return;
    }
  srv_conn_wait (conn, SRV_WAIT_OUTPUT, SRV_QUEUE_STALL, MAX (stall_us (conn) - SAL_LAG_US, 0));
  srv_conn_set_lagging (conn, FALSE);
  judge_reader (conn);
}

/* The kernel takes nothing now. */
static void
wait_to_write (SrvConn *conn)
{
  conn->blocked = TRUE;
  watch_for (conn, EPOLLOUT, TRUE);
  judge_reader (conn);
}

static SrvLinkStatus
write_some (SrvConn *conn)
{
  struct iovec iov[GATHER];
  int n = srv_outq_gather (&conn->outq, iov, GATHER);
  gsize wanted = 0;
  gsize written = 0;
  SrvLinkStatus status = srv_link_write (&conn->link, iov, n, &written);

  if (status != SRV_LINK_OK)
    return status;
  for (int i = 0; i < n; i++)
    wanted += iov[i].iov_len;
  srv_outq_sent (&conn->outq, written);
  conn->host->counters->bytes_out += written;
  srv_conn_stop_waiting (conn, SRV_WAIT_OUTPUT);
  return written < wanted ? SRV_LINK_AGAIN : SRV_LINK_OK;
}

/* Whoever asks for more in one turn than this is answered in the next one, so that the
 * others get theirs, and whoever does not read the answers is not heard. */
static gboolean
is_told_enough (const SrvConn *conn)
{
  return conn->told_bytes > SAL_TURN_ANSWER_BYTES;
}

static void
note_answers_sent (SrvConn *conn)
{
  if (conn->outq.bytes > SAL_TURN_ANSWER_BYTES)
    return;
  if (is_told_enough (conn))
    srv_conn_wait (conn, SRV_WAIT_INPUT, SRV_QUEUE_NEXT_TURN, 0);
  conn->told_bytes = 0;
}

/**
 * srv_conn_flush:
 *
 * Sends what waits, as far as the kernel takes it, and then does what was to be done
 * when everything is sent.
 */
void
srv_conn_flush (SrvConn *conn)
{
  SrvLinkStatus status = SRV_LINK_OK;

  if (conn->gone)
    srv_outq_clear (&conn->outq);
  while (!conn->closed && !conn->blocked && has_unsent (conn) && status == SRV_LINK_OK)
    status = write_some (conn);
  if (conn->closed)
    return;
  if (status == SRV_LINK_ERROR)
    stop_writing (conn);
  note_answers_sent (conn);
  if (!has_unsent (conn))
    {
      conn->blocked = FALSE;
      watch_for (conn, EPOLLOUT, FALSE);
      if (conn->waits != NULL)
        conn->waits->much_since_us = 0;
      srv_conn_forget_waits (conn);
      srv_conn_set_lagging (conn, FALSE);
      if (conn->outq.leaves_out)
        srv_conn_tell_left_out (conn);
      if (conn->ending)
        end_writing (conn);
      return;
    }
  wait_to_write (conn);
}

/* Receiving. */

static gboolean
is_held (const SrvConn *conn)
{
  return conn->host->held || srv_session_is_waiting (&conn->session) || is_told_enough (conn) ||
         srv_conn_is_room_behind (conn);
}

static void
handle_unit (SrvConn *conn, const SalUnit *unit)
{
  SalCommand command;

  if (unit->kind == SAL_UNIT_REPLY)
    {
      if (!conn->ending)
        send_bytes (conn, unit->bytes, unit->len);
      return;
    }
  if (conn->session.irc == NULL && srv_conn_begins_irc (conn, unit))
    srv_conn_become_irc (conn);
  if (conn->session.irc != NULL)
    {
      srv_irc_handle_unit (conn->session.irc, unit, now_us (conn));
      return;
    }
  conn->member.dialect->decode (unit, conn->session.state != SRV_SESSION_NEW, conn->host->decoded,
                                &command);
  srv_session_handle (&conn->session, &command, now_us (conn));
}

static void
update_framer_deadline (SrvConn *conn)
{
  SalFramerTimer timer = sal_framer_timer (&conn->framer);
  gint64 due_us = sal_framer_due_us (&conn->framer);

  const SrvDeadline *wait = srv_conn_get_wait (conn, SRV_WAIT_INPUT);

  if (timer == SAL_FRAMER_TIMER_NONE)
    srv_conn_stop_waiting (conn, SRV_WAIT_INPUT);
  else if (wait == NULL || wait->due_us != due_us)
    srv_conn_wait (conn, SRV_WAIT_INPUT, timer, due_us - now_us (conn));
}

/* Handle what the framer has, as long as the session takes it. */
static void
process (SrvConn *conn)
{
  SalUnit unit;

  while (!conn->closed)
    {
      conn->input_left = is_held (conn);
      if (conn->input_left)
        return;
      if (sal_framer_next (&conn->framer, now_us (conn), &unit))
        {
          srv_conn_update_style (conn);
          handle_unit (conn, &unit);
        }
      else if (conn->read_ended && !conn->finished)
        {
          conn->finished = TRUE;
          if (srv_link_is_cut_off (&conn->link))
            sal_framer_break_off (&conn->framer);
          else
            sal_framer_finish (&conn->framer); /* S24: what is left is a unit */
        }
      else
        break;
    }
  if (conn->closed)
    return;
  srv_conn_update_style (conn);
  update_framer_deadline (conn);
  if (conn->finished)
    srv_session_eof (&conn->session);
}

/* The log has too much of this peer's: stop reading, so that TCP holds it back. A
 * broken connection cannot be stopped from reporting that, so it is not watched until
 * there is time for it. */
static void
pause_reading (SrvConn *conn, guint32 events)
{
  if (events & (EPOLLERR | EPOLLHUP))
    srv_reactor_remove (conn->host->reactor, &conn->watch);
  else
    watch_for (conn, EPOLLIN, FALSE);
}

static gboolean
is_paused (const SrvConn *conn)
{
  return srv_conn_get_wait (conn, SRV_WAIT_PAUSE) != NULL;
}

/* Bytes that are no messages cost time, too. Who sends more than their share is not
 * refused anything: TCP holds them back while they are not read. */
static void
pay_for (SrvConn *conn, gsize bytes)
{
  guint rate = conn->host->config->limits.value[SAL_LIMIT_BYTES_PER_SECOND];

  if (conn->closed || conn->ending ||
      srv_quota_spend (&conn->bytes, rate, rate * SAL_BYTES_BURST_SECONDS, (guint) bytes,
                       now_us (conn)))
    return;
  conn->host->counters->limits[SAL_LIMIT_BYTES_PER_SECOND] += bytes > 0;
  watch_for (conn, EPOLLIN, FALSE);
  srv_conn_wait (conn, SRV_WAIT_PAUSE, SRV_QUEUE_PAUSE, SAL_BYTES_PAUSE_US);
}

static void
take_bytes (SrvConn *conn, gsize n)
{
  conn->host->counters->bytes_in += n;
  if (n == 0 || conn->ending)
    return; /* thrown away */
  sal_framer_push (&conn->framer, conn->host->input, n, now_us (conn));
  process (conn);
}

static void
take_end (SrvConn *conn)
{
  if (conn->read_ended)
    {
      broken (conn); /* both directions are closed, so it cannot be sent to */
      return;
    }
  if (!conn->ending)
    conn->host->counters->cut_off += srv_link_is_cut_off (&conn->link);
  conn->read_ended = TRUE;
  watch_for (conn, EPOLLIN, FALSE);
  if (conn->write_ended)
    close_with (conn, srv_link_close);
  else if (!conn->ending)
    process (conn);
}

/**
 * srv_conn_is_read:
 *
 * Returns: whether what the peer sends is taken now; else its silence is ours.
 */
gboolean
srv_conn_is_read (const SrvConn *conn)
{
  return !conn->input_left && !is_held (conn) && !is_paused (conn);
}

static void
take_input (SrvConn *conn, guint32 events)
{
  SrvLinkStatus status = SRV_LINK_AGAIN;
  gsize n = 0;

  if (!conn->ending && !srv_conn_is_read (conn))
    {
      pause_reading (conn, events);
      return;
    }
  status = srv_link_read (&conn->link, conn->host->input, SAL_TURN_READ_BYTES, &n);
  take_bytes (conn, n);
  explicit_bzero (conn->host->input, n); /* it may have been a password */
  pay_for (conn, n);
  if (conn->closed)
    return;
  if (n > 0)
    srv_conn_heard (conn);
  if (status == SRV_LINK_EOF)
    take_end (conn);
  else if (status == SRV_LINK_ERROR)
    broken (conn);
  else if (srv_link_has_unsent (&conn->link))
    srv_outq_list_add (&conn->outq); /* TLS itself has something to say */
}

static void
on_ready (SrvWatch *watch, guint32 events)
{
  SrvConn *conn = (SrvConn *) watch;

  if (events & EPOLLOUT)
    {
      conn->blocked = FALSE;
      srv_conn_flush (conn);
    }
  if (!conn->closed && (events & (EPOLLIN | EPOLLERR | EPOLLHUP)))
    take_input (conn, events);
}

/**
 * srv_conn_resume:
 *
 * The log has answered, or has room again: go on where the input was left.
 */
void
srv_conn_resume (SrvConn *conn)
{
  if (conn->closed || conn->ending || is_held (conn))
    return;
  if (conn->input_left)
    {
      sal_framer_tick (&conn->framer, now_us (conn));
      process (conn);
    }
  if (conn->closed || conn->input_left || conn->read_ended || is_paused (conn))
    return;
  if (conn->watch.fd >= 0)
    watch_for (conn, EPOLLIN, TRUE);
  else if (!srv_reactor_add (conn->host->reactor, &conn->watch, conn->link.fd, EPOLLIN))
    broken (conn);
}

/**
 * srv_conn_entry:
 * @entry: one that this connection asked for, back from the log
 */
void
srv_conn_entry (SrvConn *conn, const SrvEntry *entry)
{
  if (conn->closed)
    return;
  if ((entry->kind == SRV_ENTRY_JOIN || entry->kind == SRV_ENTRY_CONNECT) &&
      srv_entry_holds (entry) && conn->life_deadline.queue == SRV_QUEUE_LOGIN)
    {
      srv_hub_note_known (conn->host->hub, &conn->session);
      srv_reactor_disarm (conn->host->reactor, &conn->life_deadline);
    }
  srv_session_entry (&conn->session, entry);
  if (conn->closed)
    return;
  if (!srv_deadline_is_armed (&conn->life_deadline))
    srv_conn_heard (conn);
  srv_conn_resume (conn);
}

static SrvConn *
conn_from_deadline (SrvDeadline *deadline)
{
  switch (deadline->queue)
    {
    case SRV_QUEUE_LOGIN:
    case SRV_QUEUE_LEAVE:
    case SRV_QUEUE_DRAIN:
    case SRV_QUEUE_PONG:
      return sal_container_of (deadline, SrvConn, life_deadline);
    case SRV_QUEUE_LAG:
    case SRV_QUEUE_STALL:
      return srv_conn_from_wait (deadline, SRV_WAIT_OUTPUT);
    case SRV_QUEUE_PAUSE:
      return srv_conn_from_wait (deadline, SRV_WAIT_PAUSE);
    default:
      return deadline->queue >= SRV_QUEUE_PING ? sal_container_of (deadline, SrvConn, life_deadline)
                                               : srv_conn_from_wait (deadline, SRV_WAIT_INPUT);
    }
}

/**
 * srv_conn_due:
 * @deadline: one of a connection, whose time has come
 */
void
srv_conn_due (SrvDeadline *deadline)
{
  SrvConn *conn = NULL;

  if (deadline->queue == SRV_QUEUE_SASL)
    {
      srv_conn_login_due (deadline);
      return;
    }
  conn = conn_from_deadline (deadline);
  if (deadline->queue >= SRV_QUEUE_PONG)
    {
      srv_conn_ping_due (conn);
      return;
    }
  switch (deadline->queue)
    {
    case SRV_QUEUE_LOGIN:
      put_out_for (conn, SAL_LIMIT_LOGIN_SECONDS);
      break;
    case SRV_QUEUE_LEAVE:
      srv_session_give_up_waiting (&conn->session);
      break;
    case SRV_QUEUE_DRAIN:
      /* The peer has had its time. A close would leave a FIN_WAIT2 behind for as
       * long again (S23). */
      srv_conn_close (conn);
      break;
    case SRV_QUEUE_LAG:
      note_stall (conn);
      break;
    case SRV_QUEUE_STALL:
      if (has_read_since (conn))
        give_time (conn);
      else if (conn->ending)
        srv_conn_close (conn);
      else if (srv_conn_can_read_later (conn) && !is_told_enough (conn))
        srv_conn_leave_out (conn);
      else
        drop_slow (conn, SAL_LIMIT_SEND_STALL_SECONDS);
      break;
    case SRV_QUEUE_PAUSE:
      pay_for (conn, 0);
      srv_conn_resume (conn);
      break;
    case SRV_QUEUE_NEXT_TURN:
      conn->input_left = TRUE; /* the framer's own deadline may have been in this place */
      srv_conn_resume (conn);
      break;
    default:
      if (conn->ending || is_held (conn))
        conn->input_left = TRUE;
      else
        {
          sal_framer_tick (&conn->framer, now_us (conn));
          process (conn);
        }
      break;
    }
  srv_conn_forget_waits (conn);
}

/**
 * srv_conn_new:
 * @link: (transfer full): a connected, non-blocking socket; with TLS, its handshake is
 *   complete
 *
 * Returns: (transfer full): a connection that has not said anything yet.
 */
SrvConn *
srv_conn_new (const SrvConnHost *host, guint64 id, SrvLink link, const SrvArrival *arrival)
{
  SrvConn *conn = g_new0 (SrvConn, 1);
  g_autofree char *irc_host = g_strconcat ("plain@", arrival->irc_host, NULL);
  const SrvPersonFields who = { .host = irc_host, .address = arrival->shown };

  conn->host = host;
  conn->link = link;
  conn->peer = *arrival->peer;
  conn->watch = (SrvWatch){ .fd = -1, .ready = on_ready };
  sal_framer_init (&conn->framer, SAL_FRAMER_SERVER,
                   host->config->limits.value[SAL_LIMIT_UNIT_BYTES]);
  srv_session_init (&conn->session, &session_host, id, srv_person_new (&who), arrival->room);
  srv_outq_init (&conn->outq, host->outqs);
  conn->member =
      (SrvMember){ .outq = &conn->outq, .dialect = &sal_dialect_plain, .session = &conn->session };
  conn->is_irc = arrival->irc != FALSE;
  if (conn->is_irc)
    srv_conn_become_irc (conn);
  srv_conn_update_style (conn);
  if (!srv_reactor_add (host->reactor, &conn->watch, link.fd, EPOLLIN))
    {
      srv_link_close (&conn->link);
      srv_conn_free (conn);
      return NULL;
    }
  if (srv_link_has_unsent (&conn->link))
    srv_outq_list_add (&conn->outq);
  srv_hub_add (host->hub, &conn->session);
  return conn;
}

/**
 * srv_conn_free:
 * @conn: (nullable) (transfer full): closed
 */
void
srv_conn_free (SrvConn *conn)
{
  if (conn == NULL)
    return;
  srv_outq_clear (&conn->outq);
  sal_framer_clear (&conn->framer);
  srv_session_clear (&conn->session);
  g_free (conn);
}

/**
 * srv_conn_greet:
 *
 * Begins the conversation; the server speaks first.
 */
void
srv_conn_greet (SrvConn *conn)
{
  srv_reactor_arm (conn->host->reactor, &conn->life_deadline, SRV_QUEUE_LOGIN,
                   (gint64) conn->host->config->limits.value[SAL_LIMIT_LOGIN_SECONDS] *
                       G_USEC_PER_SEC);
  if (!conn->is_irc) /* there the client speaks first */
    srv_session_greet (&conn->session);
}

/**
 * srv_conn_turn_away:
 * @why: (nullable): what to say; %NULL: the answer to a browser (S27)
 *
 * Says @why and nothing else, and ends.
 */
void
srv_conn_turn_away (SrvConn *conn, const SalEvent *why)
{
  static const SalCommand page = { .kind = SAL_COMMAND_HTTP };

  if (why == NULL)
    {
      srv_session_handle (&conn->session, &page, now_us (conn));
      return;
    }
  srv_session_put_out (&conn->session, why);
}
