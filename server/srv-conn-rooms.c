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
  if (variant == conn->member.variant && conn->outq.mode == SRV_OUTQ_GATHER)
    return;
  conn->outq.mode = SRV_OUTQ_GATHER;
  conn->member.variant = variant;
  for (guint i = 0; i < conn->members->len; i++)
    srv_room_set_variant (conn->members->pdata[i], variant);
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
  set_lagging (conn, &conn->member, lagging);
  for (guint i = 0; conn->members != NULL && i < conn->members->len; i++)
    set_lagging (conn, conn->members->pdata[i], lagging);
}

/**
 * srv_conn_is_room_behind:
 *
 * Returns: whether a room that this peer is in waits for its readers.
 */
gboolean
srv_conn_is_room_behind (const SrvConn *conn)
{
  if (conn->member.room != NULL && srv_room_is_behind (conn->member.room))
    return TRUE;
  for (guint i = 0; conn->members != NULL && i < conn->members->len; i++)
    if (srv_room_is_behind (((const SrvMember *) conn->members->pdata[i])->room))
      return TRUE;
  return FALSE;
}

/**
 * srv_conn_enter_room:
 *
 * Reads in @room from now on.
 */
void
srv_conn_enter_room (SrvConn *conn, SrvRoom *room)
{
  SrvMember *member = NULL;

  if (conn->members == NULL)
    {
      conn->session.present = room;
      if (!conn->gone)
        srv_room_add (room, &conn->member);
      return;
    }
  if (conn->gone)
    return;
  member = g_new0 (SrvMember, 1);
  *member = (SrvMember){ .outq = &conn->outq,
                         .dialect = conn->member.dialect,
                         .variant = conn->member.variant,
                         .session = &conn->session };
  g_ptr_array_add (conn->members, member);
  srv_room_add (room, member);
}

/**
 * srv_conn_leave_room:
 *
 * Reads in @room no more.
 */
void
srv_conn_leave_room (SrvConn *conn, SrvRoom *room)
{
  if (conn->member.room == room)
    {
      set_lagging (conn, &conn->member, FALSE);
      srv_room_remove (&conn->member);
      conn->session.present = NULL;
    }
  for (guint i = 0; conn->members != NULL && i < conn->members->len; i++)
    {
      SrvMember *member = conn->members->pdata[i];

      if (member->room != room)
        continue;
      set_lagging (conn, member, FALSE);
      srv_room_remove (member);
      g_ptr_array_remove_index_fast (conn->members, i);
      return;
    }
}

/**
 * srv_conn_leave_rooms:
 *
 * Reads in no room any more.
 */
void
srv_conn_leave_rooms (SrvConn *conn)
{
  if (conn->member.room != NULL)
    srv_conn_leave_room (conn, conn->member.room);
  while (conn->members != NULL && conn->members->len > 0)
    srv_conn_leave_room (conn, ((SrvMember *) conn->members->pdata[0])->room);
}
