/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How a connection logs in: what its session asks about accounts goes to the accounts with
 * what the connection knows of the peer, and the answer comes back by the worker's mailbox.
 * An exchange that is not gone on with has an end.
 */
#include "config.h"

#include "server/srv-conn-login.h"

#include "common/base/sal-container.h"
#include "common/base/sal-limits.h"
#include "server/accounts/srv-login-exchange.h"
#include "server/chat/srv-irc.h"
#include "server/srv-conn.h"

struct _SrvConnLogin
{
  SrvConn *conn;        /* (unowned) */
  SrvLogin *login;      /* (owned) */
  SrvDeadline deadline; /* for the exchange in hand */
  gboolean asking;      /* the session is on the stack below us */
};

/* @fingerprint: (transfer none) (nullable): of the peer's certificate */
static SrvLoginPeer
peer_of (const SrvConn *conn, const char *fingerprint)
{
  return (SrvLoginPeer){ .address = conn->peer,
                         .tls = srv_link_get_tls_version (&conn->link) != NULL,
                         .fingerprint = fingerprint,
                         .connection = conn->session.connection };
}

static void
on_answer (const SrvLoginAnswer *answer, gpointer data)
{
  SrvConnLogin *login = data;
  SrvConn *conn = login->conn;
  gboolean late = !login->asking;

  if (!srv_login_is_open (login->login))
    srv_reactor_disarm (conn->host->reactor, &login->deadline);
  else if (!srv_deadline_is_armed (&login->deadline))
    srv_reactor_arm (conn->host->reactor, &login->deadline, SRV_QUEUE_SASL, SAL_SASL_US);
  srv_irc_on_login (conn->session.irc, answer, late);
  if (late)
    srv_conn_resume (conn);
}

/**
 * srv_conn_login:
 * @session: of a connection that speaks IRC
 *
 * Returns: whether the answer is still to come; else the session has it already.
 */
gboolean
srv_conn_login (SrvSession *session, const SrvLoginRequest *request)
{
  SrvConn *conn = srv_conn_from_session (session);
  SrvConnLogin *login = conn->login;

  if (login == NULL)
    {
      g_autofree char *fingerprint = srv_link_dup_peer_fingerprint (&conn->link);
      SrvLoginPeer peer = peer_of (conn, fingerprint);

      login = conn->login = g_new0 (SrvConnLogin, 1);
      login->conn = conn;
      login->login = srv_login_new (conn->host->config->accounts, &peer, conn->host->mailbox,
                                    on_answer, login);
    }
  login->asking = TRUE;
  srv_login_ask (login->login, request);
  login->asking = FALSE;
  return srv_login_is_waiting (login->login);
}

/**
 * srv_conn_mechanisms:
 *
 * Returns: (transfer full) (nullable): the SASL mechanisms for this peer.
 */
char *
srv_conn_mechanisms (SrvSession *session)
{
  SrvConn *conn = srv_conn_from_session (session);
  g_autofree char *fingerprint = srv_link_dup_peer_fingerprint (&conn->link);
  SrvLoginPeer peer = peer_of (conn, fingerprint);

  return srv_accounts_dup_mechanisms (conn->host->config->accounts, &peer);
}

/**
 * srv_conn_registration:
 *
 * Returns: (transfer full) (nullable): whether and how this peer can make an account.
 */
char *
srv_conn_registration (SrvSession *session)
{
  SrvConn *conn = srv_conn_from_session (session);
  g_autofree char *fingerprint = srv_link_dup_peer_fingerprint (&conn->link);
  SrvLoginPeer peer = peer_of (conn, fingerprint);

  return srv_accounts_dup_registration (conn->host->config->accounts, &peer);
}

/**
 * srv_conn_marker:
 *
 * Returns: up to when @account has read @target; 0: nobody knows.
 */
gint64
srv_conn_marker (SrvSession *session, const char *account, const char *target)
{
  const SrvConn *conn = srv_conn_from_session (session);

  return srv_accounts_get_marker (conn->host->config->accounts, account, target);
}

/**
 * srv_conn_login_due:
 * @deadline: of an exchange that takes too long
 */
void
srv_conn_login_due (SrvDeadline *deadline)
{
  SrvConnLogin *login = sal_container_of (deadline, SrvConnLogin, deadline);

  /* Where they wait for us it is not their fault. */
  if (srv_login_is_waiting (login->login) || !srv_login_is_open (login->login))
    return;
  srv_login_give_up (login->login);
  srv_irc_on_login_timeout (login->conn->session.irc);
}

/**
 * srv_conn_login_free:
 * @login: (nullable) (transfer full)
 */
void
srv_conn_login_free (SrvConnLogin *login)
{
  if (login == NULL)
    return;
  srv_reactor_disarm (login->conn->host->reactor, &login->deadline);
  srv_login_free (login->login);
  g_free (login);
}
