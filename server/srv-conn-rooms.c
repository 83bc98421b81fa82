/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A connection as a reader: in which rooms it reads, in which form, and whether it can follow.
 * Who speaks plain is in one room, who speaks IRC in as many as they like.
 */
#include "config.h"

#include "common/proto/sal-dialect-irc.h"
#include "server/chat/srv-irc.h"
#include "server/srv-conn.h"

static gboolean
is_raw (const SrvConn *conn)
{
  return sal_framer_peer_class (&conn->framer) == SAL_PEER_RAW;
}

static void
update_plain (SrvConn *conn)
{
  const SrvWorkerConfig *config = conn->host->config;
  SalPlainEol eol = sal_framer_wants_crlf (&conn->framer) ? SAL_PLAIN_CRLF
                    : is_raw (conn) && config->exact      ? SAL_PLAIN_EXACT
                                                          : SAL_PLAIN_LF;

  conn->outq.mode = eol == SAL_PLAIN_EXACT ? SRV_OUTQ_EXACT
                    : is_raw (conn)        ? SRV_OUTQ_ONE_EACH
                                           : SRV_OUTQ_GATHER;
  srv_room_set_variant (&conn->member, sal_plain_variant (eol, config->language));
}

/**
 * srv_conn_update_style:
 *
 * What the peer has shown of itself decides in which form it is written to.
 */
void
srv_conn_update_style (SrvConn *conn)
{
  guint variant = 0;

  if (conn->session.irc == NULL)
    {
      update_plain (conn);
      return;
    }
  variant = sal_irc_variant (srv_irc_get_caps (conn->session.irc));
  conn->outq.mode = SRV_OUTQ_GATHER;
  if (variant == conn->member.variant)
    return;
  for (SrvMember *member = conn->members; member != NULL; member = member->next)
    srv_room_set_variant (member, variant);
  conn->member.variant = variant; /* whether it is in a room or not */
}

static void
set_lagging (SrvConn *conn, SrvMember *member, gboolean lagging)
{
  SrvRoom *room = member->room;
  gboolean was_lagging = member->lagging;

  srv_room_set_lagging (member, lagging);
  if (was_lagging != member->lagging)
    conn->host->lagging (conn->host->worker, room);
  if (was_lagging && !lagging && !srv_room_is_behind (room))
    conn->host->caught_up (conn->host->worker, room);
}

/**
 * srv_conn_set_lagging:
 *
 * Whether this peer reads but cannot follow. When one has caught up, those who speak
 * there may have been waiting for it.
 */
void
srv_conn_set_lagging (SrvConn *conn, gboolean lagging)
{
  for (SrvMember *member = conn->members; member != NULL; member = member->next)
    set_lagging (conn, member, lagging);
}

/**
 * srv_conn_is_room_behind:
 *
 * Returns: whether a room that this peer is in waits for its readers.
 */
gboolean
srv_conn_is_room_behind (const SrvConn *conn)
{
  for (const SrvMember *member = conn->members; member != NULL; member = member->next)
    if (srv_room_is_behind (member->room))
      return TRUE;
  return FALSE;
}

/* Where the next room is linked, or where @room is. */
static SrvMember **
find_place (SrvConn *conn, const SrvRoom *room)
{
  SrvMember **place = &conn->members;

  while (*place != NULL && (*place)->room != room)
    place = &(*place)->next;
  return place;
}

/* The first room needs no memory of its own: most people are in one. */
static SrvMember *
new_member (SrvConn *conn)
{
  SrvMember *member = NULL;

  if (conn->member.room == NULL)
    return &conn->member;
  member = g_new (SrvMember, 1);
  *member = (SrvMember){ .outq = &conn->outq,
                         .dialect = conn->member.dialect,
                         .variant = conn->member.variant,
                         .session = &conn->session };
  return member;
}

/**
 * srv_conn_enter_room:
 *
 * Reads in @room from now on.
 */
void
srv_conn_enter_room (SrvConn *conn, SrvRoom *room)
{
  SrvMember **place = find_place (conn, room);

  if (conn->session.irc == NULL)
    conn->session.present = room;
  if (conn->gone || *place != NULL)
    return;
  *place = new_member (conn);
  srv_room_add (room, *place);
}

/**
 * srv_conn_leave_room:
 *
 * Reads in @room no more.
 */
void
srv_conn_leave_room (SrvConn *conn, SrvRoom *room)
{
  SrvMember **place = find_place (conn, room);
  SrvMember *member = *place;

  if (conn->session.present == room)
    conn->session.present = NULL;
  if (member == NULL)
    return;
  set_lagging (conn, member, FALSE);
  srv_room_remove (member);
  if (conn->outq.n > 0) /* nobody there sees to what waits patiently any more */
    srv_outq_list_add (&conn->outq);
  *place = member->next;
  member->next = NULL;
  if (member != &conn->member)
    g_free (member);
}

/**
 * srv_conn_leave_rooms:
 *
 * Reads in no room any more.
 */
void
srv_conn_leave_rooms (SrvConn *conn)
{
  while (conn->members != NULL)
    srv_conn_leave_room (conn, conn->members->room);
}
