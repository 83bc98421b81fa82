/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A connection that speaks IRC, from its port or from its first words on.
 */
#include "config.h"

#include <string.h>

#include "common/proto/sal-irc-caps.h"
#include "common/proto/sal-irc-mask.h"
#include "server/chat/srv-irc.h"
#include "server/srv-conn.h"

/* Silence can end at moments that lie this part of it apart, or this long if that is less. */
#define PING_STEPS 32
#define PING_STEP_US (10 * G_USEC_PER_SEC)

/* An eighth of it is always waited for. */
G_STATIC_ASSERT (SRV_PING_QUEUES == PING_STEPS - PING_STEPS / 8);

/**
 * srv_conn_begins_irc:
 *
 * One port serves all: who begins as IRC clients do is one.
 */
gboolean
srv_conn_begins_irc (const SrvConn *conn, const SalUnit *unit)
{
  return conn->session.state == SRV_SESSION_NEW && unit->kind == SAL_UNIT_TEXT && unit->ended &&
         sal_irc_is_registration ((const char *) unit->bytes, unit->len);
}

static void
hide_address (SrvSession *session)
{
  SrvPersonFields fields = srv_person_fields (session->who);
  g_autofree char *address = sal_plain_format_address (strchr (fields.host, '@') + 1, 0);
  g_autoptr (SrvPerson) hidden = NULL;

  fields.address = address;
  hidden = srv_person_new (&fields);
  srv_session_set_person (session, hidden);
}

/**
 * srv_conn_become_irc:
 * @conn: that has not said its name
 */
void
srv_conn_become_irc (SrvConn *conn)
{
  g_autofree char *token = g_strdup_printf ("%08x%08x%" G_GINT64_MODIFIER "x", g_random_int (),
                                            g_random_int (), conn->session.connection);

  /* Plain people read no more of somebody in IRC than the others there do. */
  if (!conn->host->hub->config.addresses_shown && conn->peer.family != SRV_ADDRESS_LOCAL)
    hide_address (&conn->session);
  srv_session_become_irc (&conn->session,
                          srv_irc_new (&conn->session, conn->host->hub, token,
                                       conn->peer.family == SRV_ADDRESS_LOCAL ||
                                           srv_link_get_tls_version (&conn->link) != NULL));
  sal_framer_become_irc (&conn->framer, SRV_IRC_UNIT_BYTES);
  conn->member.dialect = &sal_dialect_irc;
  srv_conn_update_style (conn);
}

/**
 * srv_conn_restyle:
 *
 * The session has negotiated other capabilities.
 */
void
srv_conn_restyle (SrvSession *session)
{
  srv_conn_update_style (srv_conn_from_session (session));
}

/**
 * srv_conn_wall_us:
 *
 * Returns: what time it is, since 1970, UTC.
 */
gint64
srv_conn_wall_us (SrvSession *session)
{
  return g_get_real_time ();
}

/**
 * srv_conn_sts:
 *
 * Returns: (transfer full) (nullable): the value of IRCv3 "sts": where there is TLS, for who
 *   comes without it; for how long it is promised, for who comes with it.
 */
char *
srv_conn_sts (SrvSession *session)
{
  const SrvConn *conn = srv_conn_from_session (session);
  const SrvWorkerConfig *config = conn->host->config;

  if (config->sts_seconds == 0 || config->sts_port == 0 || conn->peer.family == SRV_ADDRESS_LOCAL)
    return NULL;
  return srv_link_get_tls_version (&conn->link) != NULL
             ? g_strdup_printf ("duration=%u", config->sts_seconds)
             : g_strdup_printf ("port=%u", config->sts_port);
}

/**
 * srv_conn_spend:
 *
 * Looking through everybody takes time although little is answered: it counts as answers, so
 * that there is an end to what one connection may ask for in one turn.
 */
void
srv_conn_spend (SrvSession *session, guint bytes)
{
  SrvConn *conn = srv_conn_from_session (session);

  conn->told_bytes += bytes;
  srv_outq_list_add (&conn->outq);
}

/* Whether somebody is there. The kernel asks plain people (TCP keep-alive); in IRC the server
 * does, because a program can hang while its machine answers. */

static gint64
limit_us (const SrvConn *conn, SalLimit limit)
{
  return (gint64) conn->host->config->limits.value[limit] * G_USEC_PER_SEC;
}

/* Those who came at the same time, after a restart for instance, are not all asked at the same
 * time but, until they have answered once, in groups: each is asked a step earlier than the one
 * before. Then they are apart and stay so. A FIFO is for one length, so each has its own. */
static guint
first_group (const SrvConn *conn)
{
  return (guint) (conn->session.connection % SRV_PING_QUEUES);
}

/* How long the peer of a group may be silent from now on. Waking for one question costs several
 * times what asking does; so all whose silence would end in the same step are asked at its
 * beginning, and their answers come together as well. */
static gint64
silence_us (const SrvConn *conn, guint group)
{
  gint64 length_us = limit_us (conn, SAL_LIMIT_PING_SECONDS);

  return srv_deadlines_align_us (srv_reactor_now_us (conn->host->reactor),
                                 length_us - length_us * group / PING_STEPS,
                                 MIN (length_us / PING_STEPS, PING_STEP_US));
}

static void
wait_for_silence (SrvConn *conn, guint group)
{
  srv_reactor_arm (conn->host->reactor, &conn->life_deadline, SRV_QUEUE_PING + group,
                   silence_us (conn, group));
}

/**
 * srv_conn_heard:
 *
 * The peer has said something, so it is there. Silence is measured to a tenth of what is
 * allowed, so that who speaks a lot costs nothing.
 */
void
srv_conn_heard (SrvConn *conn)
{
  const SrvDeadline *life = &conn->life_deadline;
  gint64 most_us = limit_us (conn, SAL_LIMIT_PING_SECONDS);
  guint group = life->queue >= SRV_QUEUE_PING ? (guint) life->queue - SRV_QUEUE_PING : 0;

  if (conn->session.irc == NULL || conn->session.state != SRV_SESSION_IN || conn->ending ||
      (srv_deadline_is_armed (life) && life->queue < SRV_QUEUE_PONG))
    return;
  if (most_us == 0)
    srv_reactor_disarm (conn->host->reactor, &conn->life_deadline);
  else if (!srv_deadline_is_armed (life))
    wait_for_silence (conn, first_group (conn));
  else if (life->queue == SRV_QUEUE_PONG)
    {
      wait_for_silence (conn, 0);
      conn->taken_at_ping = conn->link.sent_bytes; /* what was sent before they answered */
    }
  else if (srv_reactor_now_us (conn->host->reactor) + silence_us (conn, group) - life->due_us >
           most_us / 10)
    wait_for_silence (conn, group);
}

static void
ask_whether_there (SrvConn *conn)
{
  /* To whom nothing was sent since they answered the last time needs no asking of the kernel. But
   * if that was not taken by the time it is asked again, only what is taken from now on counts. */
  if (conn->life_deadline.queue == SRV_QUEUE_PONG || conn->taken_at_ping != conn->link.sent_bytes)
    conn->taken_at_ping = srv_link_count_taken (&conn->link);
  srv_irc_ping (conn->session.irc);
  srv_reactor_arm (conn->host->reactor, &conn->life_deadline, SRV_QUEUE_PONG,
                   limit_us (conn, SAL_LIMIT_PING_TIMEOUT_SECONDS));
}

/* The question may still stand behind much else that has to be read first. */
static gboolean
is_reading_up_to_it (const SrvConn *conn)
{
  return (conn->outq.bytes > 0 || srv_link_count_unacked (&conn->link) > 0) &&
         srv_link_count_taken (&conn->link) != conn->taken_at_ping;
}

static void
give_up (SrvConn *conn)
{
  const SrvLimits *limits = &conn->host->config->limits;
  g_autofree char *why = g_strdup_printf ("Ping timeout: %u seconds",
                                          limits->value[SAL_LIMIT_PING_SECONDS] +
                                              limits->value[SAL_LIMIT_PING_TIMEOUT_SECONDS]);

  conn->host->counters->limits[SAL_LIMIT_PING_TIMEOUT_SECONDS]++;
  srv_session_lost (&conn->session, why);
}

/**
 * srv_conn_ping_due:
 *
 * Nothing has come for as long as may be: the peer is asked, or has not answered. What we do
 * not read ourselves is no silence, and who still reads what came before the question may take
 * its time.
 */
void
srv_conn_ping_due (SrvConn *conn)
{
  if (conn->host->config->limits.value[SAL_LIMIT_PING_SECONDS] == 0)
    return;
  if (!srv_conn_is_read (conn))
    wait_for_silence (conn, 0);
  else if (conn->life_deadline.queue != SRV_QUEUE_PONG || is_reading_up_to_it (conn))
    ask_whether_there (conn);
  else
    give_up (conn);
}

/* Who reads too slowly. */

/**
 * srv_conn_can_read_later:
 *
 * Returns: whether the peer can do without what it cannot follow, because it knows how to read
 *   the past. Whoever is never asked whether they are there must follow, or nobody would ever
 *   notice that they do not read at all.
 */
gboolean
srv_conn_can_read_later (const SrvConn *conn)
{
  const guint wanted = SAL_IRC_CAP_CHATHISTORY | SAL_IRC_CAP_BATCH;

  return conn->session.irc != NULL && !conn->ending &&
         (srv_irc_get_caps (conn->session.irc) & wanted) == wanted &&
         conn->host->config->limits.value[SAL_LIMIT_PING_SECONDS] > 0;
}

/**
 * srv_conn_leave_out:
 *
 * What is said in rooms is not put into this queue any more until it is empty. Who comes and
 * goes still is: a client that missed that would show people who are not there.
 */
void
srv_conn_leave_out (SrvConn *conn)
{
  conn->outq.leaves_out = TRUE;
  srv_conn_set_lagging (conn, FALSE);
}

/**
 * srv_conn_tell_left_out:
 * @conn: whose queue is empty
 *
 * It follows again from here on, and learns what it has missed.
 */
void
srv_conn_tell_left_out (SrvConn *conn)
{
  conn->outq.leaves_out = FALSE;
  for (SrvMember *member = conn->members; member != NULL; member = member->next)
    {
      guint64 seq = 0;
      guint missed = srv_room_take_missed (member, &seq);

      if (missed > 0 && conn->session.state == SRV_SESSION_IN)
        srv_irc_tell_missed (conn->session.irc, srv_room_get_name (member->room), missed, seq);
    }
}

/**
 * srv_conn_note_caps:
 * @before: (type GHashTable): connection -> capabilities; see srv_conn_tell_caps()
 *
 * Notes what a client may have, before the configuration changes.
 */
void
srv_conn_note_caps (SrvConn *conn, gpointer before)
{
  if (conn->session.irc != NULL && !conn->ending)
    g_hash_table_insert (before,
                         g_memdup2 (&conn->session.connection, sizeof conn->session.connection),
                         srv_irc_dup_changing_caps (conn->session.irc));
}

/**
 * srv_conn_tell_caps:
 * @before: as srv_conn_note_caps() has left it
 *
 * Tells a client what it may have from now on.
 */
void
srv_conn_tell_caps (SrvConn *conn, gpointer before)
{
  const char *caps = g_hash_table_lookup (before, &conn->session.connection);

  if (caps != NULL && conn->session.irc != NULL && !conn->ending)
    srv_irc_caps_changed (conn->session.irc, caps);
}
