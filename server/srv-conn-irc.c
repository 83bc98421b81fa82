/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A connection that speaks IRC, from its port or from its first words on.
 */
#include "config.h"

#include <string.h>

#include "common/proto/sal-irc-mask.h"
#include "server/chat/srv-irc.h"
#include "server/srv-conn.h"

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

/**
 * srv_conn_become_irc:
 * @conn: that has not said its name
 */
void
srv_conn_become_irc (SrvConn *conn)
{
  const char *at = strchr (conn->session.irc_host, '@');
  g_autofree char *token = g_strdup_printf ("%08x%08x%" G_GINT64_MODIFIER "x", g_random_int (),
                                            g_random_int (), conn->id);

  /* Plain people read no more of somebody in IRC than the others there do. */
  if (!conn->host->hub->config.addresses_shown && conn->peer.family != SRV_ADDRESS_LOCAL)
    {
      g_free (conn->session.address);
      conn->session.address = sal_plain_format_address (at + 1, 0);
    }
  srv_session_become_irc (&conn->session,
                          srv_irc_new (&conn->session, conn->host->hub, at + 1, token,
                                       conn->peer.family == SRV_ADDRESS_LOCAL ||
                                           srv_link_get_tls_version (&conn->link) != NULL));
  conn->members = g_ptr_array_new_with_free_func (g_free);
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
