/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The times that a connection has only while something is incomplete or does not go on. They
 * take more memory than anything else in it, so they come and go.
 */
#include "config.h"

#include "server/srv-conn-waits.h"

#include "common/base/sal-container.h"
#include "server/srv-conn.h"

/**
 * srv_conn_wait:
 * @queue: the kind of deadline
 * @length_us: from now
 *
 * Waits for @wait, or waits anew.
 */
void
srv_conn_wait (SrvConn *conn, SrvWait wait, guint queue, gint64 length_us)
{
  if (conn->waits == NULL)
    {
      conn->waits = g_new0 (SrvConnWaits, 1);
      conn->waits->conn = conn;
    }
  srv_reactor_arm (conn->host->reactor, &conn->waits->deadlines[wait], queue, length_us);
}

/**
 * srv_conn_stop_waiting:
 *
 * Waits for @wait no more, if it did.
 */
void
srv_conn_stop_waiting (SrvConn *conn, SrvWait wait)
{
  if (conn->waits == NULL)
    return;
  srv_reactor_disarm (conn->host->reactor, &conn->waits->deadlines[wait]);
  srv_conn_forget_waits (conn);
}

/**
 * srv_conn_stop_all_waiting:
 *
 * It is over.
 */
void
srv_conn_stop_all_waiting (SrvConn *conn)
{
  if (conn->waits == NULL)
    return;
  for (guint i = 0; i < SRV_N_WAITS; i++)
    srv_reactor_disarm (conn->host->reactor, &conn->waits->deadlines[i]);
  g_clear_pointer (&conn->waits, g_free);
}

/**
 * srv_conn_get_wait:
 *
 * Returns: (transfer none) (nullable): the deadline of @wait, if it is armed.
 */
const SrvDeadline *
srv_conn_get_wait (const SrvConn *conn, SrvWait wait)
{
  const SrvDeadline *deadline = conn->waits != NULL ? &conn->waits->deadlines[wait] : NULL;

  return deadline != NULL && srv_deadline_is_armed (deadline) ? deadline : NULL;
}

/**
 * srv_conn_forget_waits:
 *
 * Whoever waits for nothing needs no memory for it.
 */
void
srv_conn_forget_waits (SrvConn *conn)
{
  if (conn->waits == NULL || conn->waits->much_since_us != 0)
    return;
  for (guint i = 0; i < SRV_N_WAITS; i++)
    if (srv_deadline_is_armed (&conn->waits->deadlines[i]))
      return;
  g_clear_pointer (&conn->waits, g_free);
}

/**
 * srv_conn_from_wait:
 * @deadline: of @wait
 *
 * Returns: (transfer none): the connection that waits.
 */
SrvConn *
srv_conn_from_wait (SrvDeadline *deadline, SrvWait wait)
{
  return sal_container_of (deadline - wait, SrvConnWaits, deadlines)->conn;
}
