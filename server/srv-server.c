/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The server as a whole: its listeners, its log, its workers, and how it ends. The main
 * thread only. What it opens is in srv-server-open.c, whom it lets in is in srv-admission.c, what an operator may ask of it in
 * admin/srv-console.c.
 */
#include "config.h"

#include "server/srv-server.h"

#include <glib/gi18n-lib.h>

#include "common/base/sal-error.h"
#include "common/base/sal-fd.h"
#include "common/base/sal-log.h"
#include "server/chat/srv-irc.h"
#include "server/log/srv-log.h"
#include "server/srv-conn.h"
#include "server/srv-server-private.h"
#include "server/srv-tls-config.h"

/* Descriptors that are not connections: listeners, database files, and some room. */
#define OTHER_DESCRIPTORS 64

/* How long the log may take over what was said before everybody is told goodbye. */
#define FLUSH_MS 300

/* A log that has had something to do for this long without being done is stuck. */
#define STUCK_US (30 * G_USEC_PER_SEC)

/* What the main thread is told. */

static void
on_batch (gpointer owner, gpointer letter)
{
  SrvServer *server = owner;
  g_autoptr (SrvLogBatch) batch = letter;

  for (guint i = 0; i < batch->n && !server->ended; i++)
    server->hooks->entry (batch->entries[i], server->data);
}

static void
finish (SrvServer *server)
{
  if (server->ended)
    return;
  server->ended = TRUE;
  g_clear_handle_id (&server->close_timer, g_source_remove);
  server->hooks->ended (server->data);
}

static void
on_closed (const SrvAddress *peer, gpointer data)
{
  SrvServer *server = data;

  (void) srv_server_count_site (server, peer, -1);
  if (server->goodbye_said && srv_workers_count (server->workers) == 0)
    finish (server);
}

static void on_flushed (gpointer data);

static const SrvWorkersHooks workers_hooks = {
  .closed = on_closed,
  .flushed = on_flushed,
};

/* The reactor of what the main thread watches. */

static void
on_due (SrvDeadline *deadline, gpointer data)
{
  (deadline->queue == SRV_SERVER_QUEUE_LISTENER ? srv_listener_resume
                                                : srv_handshakes_due) (deadline);
}

static void
on_turn_end (gpointer data)
{
}

static const SrvReactorHooks reactor_hooks = {
  .due = on_due,
  .turn_end = on_turn_end,
};

/**
 * srv_server_new:
 * @config: (transfer full): how it is to be
 * @options: the command line, for reloads; its strings must stay
 * @hooks: (transfer none): called with @data
 */
SrvServer *
srv_server_new (SrvConfig *config,
                const SrvOptions *options,
                const SrvServerHooks *hooks,
                gpointer data)
{
  SrvServer *server = g_new0 (SrvServer, 1);

  server->config = config;
  server->options = *options;
  server->hooks = hooks;
  server->data = data;
  server->listeners = g_ptr_array_new_with_free_func ((GDestroyNotify) srv_listener_free);
  server->sites = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  server->reactor = srv_reactor_new (NULL, SRV_SERVER_N_QUEUES, &reactor_hooks, server);
  server->mailbox = srv_mailbox_new (server->reactor, server);
  server->max_connections = MAX (sal_fd_raise_limit (), 2 * OTHER_DESCRIPTORS) - OTHER_DESCRIPTORS;
  return server;
}

/**
 * srv_server_start:
 *
 * Opens everything, listeners last.
 *
 * Returns: %FALSE with an error that names what could not be opened; then the server
 * can only be freed.
 */
gboolean
srv_server_start (SrvServer *server, GError **error)
{
  SrvWorkerConfig config;

  if (!srv_server_open_log (server, error))
    return FALSE;
  srv_server_reserve_rooms (server);
  server->started_us = g_get_real_time ();
  server->irc_name = srv_server_irc_name (server->config->name);
  srv_server_set_retention (server);
  srv_server_open_registry (server);
  srv_server_open_accounts (server);
  config = srv_server_worker_config (server);
  if (server->hooks->entry != NULL)
    srv_log_subscribe (server->log, server->mailbox, on_batch, G_MAXUINT64);
  server->workers = srv_workers_new (server->config->workers, server->log, &config, server->mailbox,
                                     &workers_hooks, server);
  if (!srv_server_open_tls (server, error))
    return FALSE;
  srv_tls_config_warn (server->config, server->credentials);
  if (!srv_server_open_listeners (server, error))
    return FALSE;
  config = srv_server_worker_config (server); /* now the ports are known */
  srv_workers_configure (server->workers, &config);
  return TRUE;
}

/**
 * srv_server_free:
 * @server: (nullable) (transfer full)
 *
 * What was handed to the log is kept first; who is still connected is reset.
 */
void
srv_server_free (SrvServer *server)
{
  if (server == NULL)
    return;
  g_clear_handle_id (&server->close_timer, g_source_remove);
  g_ptr_array_unref (server->listeners);
  srv_handshakes_free (server->handshakes);
  srv_credentials_free (server->credentials);
  srv_workers_end (server->workers);
  srv_log_stop (server->log);
  /* What the accounts have still done concerns nobody any more. */
  srv_workers_abort (server->workers);
  srv_accounts_free (server->accounts);
  server->ended = TRUE; /* nobody is told any more what is in the mail */
  srv_mailbox_free (server->mailbox);
  srv_workers_free (server->workers);
  srv_log_free (server->log);
  srv_reactor_free (server->reactor);
  srv_registry_free (server->registry);
  g_hash_table_unref (server->sites);
  srv_config_free (server->config);
  g_free (server->irc_name);
  g_free (server);
}

/* What an operator may ask. */

/**
 * srv_server_stop:
 *
 * Lets nobody new in; who is inside stays (S26).
 */
void
srv_server_stop (SrvServer *server)
{
  for (guint i = 0; i < server->listeners->len; i++)
    srv_listener_close (server->listeners->pdata[i]);
  server->stopped = TRUE;
}

/**
 * srv_server_open:
 *
 * Undoes srv_server_stop().
 *
 * Returns: %FALSE if a listener could not be opened again, others may have been; or if the
 *   server is ending.
 */
gboolean
srv_server_open (SrvServer *server, GError **error)
{
  if (server->closing)
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_FAILED, _ ("the server is ending"));
      return FALSE;
    }
  server->stopped = FALSE;
  for (guint i = 0; i < server->listeners->len; i++)
    if (!srv_listener_is_open (server->listeners->pdata[i]) &&
        !srv_listener_open (server->listeners->pdata[i], server->config->backlog, error))
      return FALSE;
  return TRUE;
}

static gboolean
on_close_time (gpointer data)
{
  SrvServer *server = data;

  server->close_timer = 0;
  finish (server);
  return G_SOURCE_REMOVE;
}

/* Everything that was said has come back, or the log is too slow: goodbye. */
static void
say_goodbye (SrvServer *server)
{
  if (server->goodbye_said)
    return;
  server->goodbye_said = TRUE;
  srv_workers_close (server->workers);
  if (srv_workers_count (server->workers) == 0)
    finish (server);
}

static void
on_flushed (gpointer data)
{
  say_goodbye (data);
}

static gboolean
on_flush_time (gpointer data)
{
  SrvServer *server = data;

  say_goodbye (server);
  if (server->ended)
    return G_SOURCE_REMOVE;
  server->close_timer = g_timeout_add (SAL_CLOSING_US / 1000 - FLUSH_MS, on_close_time, server);
  return G_SOURCE_REMOVE;
}

/**
 * srv_server_close:
 *
 * Ends the server cleanly: what was said is kept and shown, everybody gets goodbye and
 * FIN, and the hook `ended` is called when all have closed, after one second at the
 * latest (S26).
 */
void
srv_server_close (SrvServer *server)
{
  if (server->closing)
    return;
  server->closing = TRUE;
  srv_server_stop (server);
  if (server->handshakes != NULL)
    srv_handshakes_drop_all (server->handshakes);
  srv_workers_stop_reading (server->workers);
  server->close_timer = g_timeout_add (FLUSH_MS, on_flush_time, server);
  srv_workers_flush (server->workers);
}

/**
 * srv_server_reload:
 *
 * Reads the configuration again and takes what can change while it runs. A
 * configuration with an error changes nothing.
 *
 * Returns: %FALSE with an error that names file and key.
 */
gboolean
srv_server_reload (SrvServer *server, GError **error)
{
  g_autoptr (SrvConfig) config = srv_config_load (&server->options, error);
  SrvConfig *old = server->config;
  SrvWorkerConfig worker;
  g_autoptr (GHashTable) caps = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);

  if (config == NULL ||
      (server->credentials != NULL && !srv_server_load_credentials (server, config, error)))
    return FALSE;
  if (config->store != old->store || g_strcmp0 (config->log_path, old->log_path) != 0 ||
      config->sync != old->sync || config->backlog != old->backlog ||
      config->workers != old->workers || g_strcmp0 (config->control, old->control) != 0 ||
      !srv_config_same_listeners (config, old))
    g_message (_ ("listeners, the log's place, the control socket and the number of workers change "
                  "at the next start"));

  srv_workers_foreach (server->workers, srv_conn_note_caps, caps);
  old->public = config->public;
  old->addresses_shown = config->addresses_shown;
  old->language = config->language;
  old->exact = config->exact;
  old->retention_days = config->retention_days;
  old->retention_mib = config->retention_mib;
  g_free (old->certificate);
  old->certificate = g_steal_pointer (&config->certificate);
  g_free (old->key);
  old->key = g_steal_pointer (&config->key);
  old->sts_seconds = config->sts_seconds;
  old->profile = config->profile;
  old->limits = config->limits;
  old->accounts = config->accounts;
  g_free (old->invitation_code);
  old->invitation_code = g_steal_pointer (&config->invitation_code);
  (void) sal_log_set_level (config->log_level);
  srv_config_take_irc (old, config);
  worker = srv_server_worker_config (server);
  srv_workers_configure (server->workers, &worker);
  srv_server_configure_accounts (server);
  srv_workers_foreach (server->workers, srv_conn_tell_caps, caps);
  srv_server_set_retention (server);
  srv_server_set_patience (server);
  srv_tls_config_warn (server->config, server->credentials);
  return TRUE;
}

static void
say_in_rooms (SrvWorker *worker, gpointer text)
{
  g_autoptr (GList) rooms = srv_worker_rooms (worker);

  for (GList *at = rooms; at != NULL; at = at->next)
    srv_worker_post (worker, srv_entry_new (SRV_ENTRY_MESSAGE, (SrvOrigin){ 0 },
                                            srv_room_get_name (at->data), SRV_OPERATOR_NAME,
                                            "('local', 0)", text));
}

/**
 * srv_server_say:
 * @text: clean text
 *
 * The operator speaks, in every room that somebody is in.
 */
void
srv_server_say (SrvServer *server, const char *text)
{
  srv_workers_call_first (server->workers, say_in_rooms, (gpointer) text);
}

typedef struct
{
  const SrvNetwork *network;
  guint count;
} BanVisit;

static void
ban_cb (SrvConn *conn, gpointer data)
{
  BanVisit *visit = data;
  SalEvent why = { .kind = SAL_EVENT_NOTE, .note = SAL_NOTE_BANNED };

  if (conn->session.state >= SRV_SESSION_LEAVING ||
      !srv_network_contains (visit->network, &conn->peer))
    return;
  visit->count++;
  srv_session_put_out (&conn->session, &why);
}

/**
 * srv_server_ban:
 * @error: (out): set if the ban could not be kept for the next start
 *
 * Bans, and puts out who is inside.
 *
 * Returns: how many were put out.
 */
guint
srv_server_ban (SrvServer *server, const SrvBan *ban, GError **error)
{
  BanVisit visit = { &ban->network, 0 };

  (void) srv_registry_ban (server->registry, ban, error);
  srv_workers_foreach (server->workers, ban_cb, &visit);
  return visit.count;
}

typedef struct
{
  const char *name;
  gboolean exists;
  guint64 by; /* a connection that it does not concern */
} AccountVisit;

static void
account_cb (SrvConn *conn, gpointer data)
{
  const AccountVisit *visit = data;

  if (conn->session.irc != NULL)
    srv_irc_account_changed (conn->session.irc, visit->name, visit->exists);
}

/**
 * srv_server_account_changed:
 * @name: of an account that has another role now, or is there no more
 *
 * Whoever uses it loses what they had by it.
 */
void
srv_server_account_changed (SrvServer *server, const char *name)
{
  g_autofree char *written = srv_accounts_dup_name (server->accounts, name);
  AccountVisit visit = { name, written != NULL, 0 };

  srv_workers_foreach (server->workers, account_cb, &visit);
}

static void
password_cb (SrvConn *conn, gpointer data)
{
  const AccountVisit *visit = data;

  if (conn->session.irc != NULL && conn->session.connection != visit->by)
    srv_irc_password_changed (conn->session.irc, visit->name);
}

/**
 * srv_server_password_changed:
 * @name: of an account
 * @by: the connection of who has changed its password; 0: an operator
 *
 * Who wants another password may have lost the old one to somebody who is here: everybody else
 * has to log in again. In the main thread.
 */
void
srv_server_password_changed (SrvServer *server, const char *name, guint64 by)
{
  AccountVisit visit = { name, TRUE, by };

  if (!server->ended)
    srv_workers_foreach (server->workers, password_cb, &visit);
}

/**
 * srv_server_is_stopped:
 */
gboolean
srv_server_is_stopped (const SrvServer *server)
{
  return server->stopped;
}

/**
 * srv_server_is_healthy:
 *
 * Returns: whether the log's thread and the workers get their work done. Asked from the main
 * loop, so the answer says that that runs too. To be asked again and again.
 */
gboolean
srv_server_is_healthy (SrvServer *server)
{
  return srv_workers_are_alive (server->workers, STUCK_US) &&
         (srv_log_pending_bytes (server->log) == 0 ||
          g_get_monotonic_time () - srv_log_last_turn_us (server->log) < STUCK_US);
}

/**
 * srv_server_get_config:
 *
 * Returns: (transfer none): what is in force now.
 */
const SrvConfig *
srv_server_get_config (const SrvServer *server)
{
  return server->config;
}

/**
 * srv_server_get_workers:
 */
SrvWorkers *
srv_server_get_workers (SrvServer *server)
{
  return server->workers;
}

/**
 * srv_server_get_registry:
 */
SrvRegistry *
srv_server_get_registry (SrvServer *server)
{
  return server->registry;
}

/**
 * srv_server_get_certificate:
 *
 * Returns: (transfer none) (nullable): what TLS listeners show; %NULL if there are none.
 */
const SrvCertificate *
srv_server_get_certificate (const SrvServer *server)
{
  return server->credentials != NULL ? srv_credentials_get_certificate (server->credentials) : NULL;
}

/**
 * srv_server_get_handshakes:
 *
 * Returns: (transfer none) (nullable): %NULL if there are no TLS listeners.
 */
const SrvHandshakes *
srv_server_get_handshakes (const SrvServer *server)
{
  return server->handshakes;
}

/**
 * srv_server_get_accounts:
 */
SrvAccounts *
srv_server_get_accounts (SrvServer *server)
{
  return server->accounts;
}

/**
 * srv_server_get_mailbox:
 *
 * Returns: (transfer none): where answers for the main thread go.
 */
SrvMailbox *
srv_server_get_mailbox (SrvServer *server)
{
  return server->mailbox;
}

/**
 * srv_server_get_refusals:
 */
const SrvRefusals *
srv_server_get_refusals (const SrvServer *server)
{
  return &server->refusals;
}

/**
 * srv_server_get_started_us:
 */
gint64
srv_server_get_started_us (const SrvServer *server)
{
  return server->started_us;
}

/**
 * srv_server_get_listeners:
 *
 * Returns: (transfer none): of #SrvListener.
 */
const GPtrArray *
srv_server_get_listeners (const SrvServer *server)
{
  return server->listeners;
}
