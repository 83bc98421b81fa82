/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The server as a whole: its listeners, its log, its worker, and how it ends. The main
 * thread only. Whom it lets in is in srv-admission.c, what an operator may ask of it in
 * admin/srv-console.c.
 */
#include "config.h"

#include "server/srv-server.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "common/base/sal-error.h"
#include "common/base/sal-fd.h"
#include "common/base/sal-log.h"
#include "server/chat/srv-irc.h"
#include "server/log/srv-log-memory.h"
#include "server/log/srv-log-sqlite.h"
#include "server/log/srv-log.h"
#include "server/net/srv-listener.h"
#include "server/srv-conn.h"
#include "server/srv-server-private.h"
#include "server/srv-tls-config.h"

/* Descriptors that are not connections: listeners, database files, and some room. */
#define OTHER_DESCRIPTORS 64

/* How long the log may take over what was said before everybody is told goodbye. */
#define FLUSH_MS 300

/* A log that has had something to do for this long without being done is stuck. */
#define STUCK_US (30 * G_USEC_PER_SEC)

static gint64
wall_clock (void)
{
  return g_get_real_time ();
}

/* The worker's news. */

static void
on_entry (const SrvEntry *entry, gpointer data)
{
  SrvServer *server = data;

  if (server->hooks->entry != NULL)
    server->hooks->entry (entry, server->data);
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
  if (server->goodbye_said && srv_worker_count (server->worker) == 0)
    finish (server);
}

static const SrvWorkerHooks worker_hooks = {
  .entry = on_entry,
  .closed = on_closed,
};

/* Starting. */

static char *
state_file (const char *name, GError **error)
{
  const char *systemd = g_getenv ("STATE_DIRECTORY");
  g_autofree char *folder = systemd != NULL
                                ? g_strndup (systemd, strcspn (systemd, ":"))
                                : g_build_filename (g_get_user_state_dir (), "salotto", NULL);

  if (g_mkdir_with_parents (folder, 0700) < 0)
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_FAILED, _ ("cannot make the folder %s: %s"), folder,
                   g_strerror (errno));
      return NULL;
    }
  return g_build_filename (folder, name, NULL);
}

static gboolean
load_credentials (SrvServer *server, const SrvConfig *config, GError **error)
{
  g_autofree char *own_folder = state_file ("tls", error);

  return own_folder != NULL && srv_tls_config_load (config, server->credentials, own_folder, error);
}

static gboolean
open_tls (SrvServer *server, GError **error)
{
  guint most = MIN (SAL_HANDSHAKES_MOST, server->max_connections / 2);

  if (!srv_tls_config_is_needed (server->config))
    return TRUE;
  server->credentials = srv_credentials_new ();
  if (!load_credentials (server, server->config, error))
    return FALSE;
  server->handshakes =
      srv_handshakes_new (srv_worker_get_reactor (server->worker), SRV_QUEUE_HANDSHAKE, most,
                          server->credentials, srv_server_on_handshake, server);
  return TRUE;
}

static gboolean
open_log (SrvServer *server, GError **error)
{
  static const char *const reserved[] = { SRV_OPERATOR_NAME, NULL };
  const SrvConfig *config = server->config;
  g_autofree char *path = g_strdup (config->log_path);
  SrvLogStore *store = NULL;

  if (config->store == SRV_STORE_MEMORY)
    store = srv_log_memory_new ();
  else
    {
      if (path == NULL)
        path = state_file ("rooms.db", error);
      if (path == NULL)
        return FALSE;
      store = srv_log_sqlite_new (path, config->sync, error);
      if (store == NULL)
        return FALSE;
    }
  server->log = srv_log_new (store, wall_clock, reserved);
  return TRUE;
}

static void
set_retention (SrvServer *server)
{
  srv_log_set_retention (server->log, server->config->retention_days * G_TIME_SPAN_DAY,
                         (guint64) server->config->retention_mib * 1024 * 1024);
}

/* The rooms work without it, so a registry that cannot be opened is no reason not to
 * start; but it must be said. */
static void
open_registry (SrvServer *server)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = state_file ("server.db", &error);

  if (path != NULL)
    server->registry = srv_registry_open (path, &error);
  if (server->registry != NULL)
    return;
  g_warning (_ ("bans will not survive the end of the server: %s"), error->message);
  server->registry = srv_registry_open (NULL, NULL);
}

static void
configure_accounts (SrvServer *server)
{
  const SrvConfig *config = server->config;
  SrvAccountsConfig accounts = config->accounts;

  accounts.invitation_code = config->invitation_code;
  accounts.max_accounts = config->limits.value[SAL_LIMIT_ACCOUNTS];
  accounts.registrations_per_hour = config->limits.value[SAL_LIMIT_REGISTRATIONS_PER_HOUR];
  srv_accounts_configure (server->accounts, &accounts);
}

/* As with bans: without the file there is nobody with an account, and the rest works. */
static void
open_accounts (SrvServer *server)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = state_file ("server.db", &error);

  if (path != NULL)
    server->accounts = srv_accounts_new (path, NULL, &error);
  if (server->accounts == NULL)
    {
      g_warning (_ ("nobody can log in: %s"), error->message);
      server->accounts = srv_accounts_new (NULL, NULL, NULL);
    }
  configure_accounts (server);
}

static gboolean
may_use_name (const char *name, const char *account, gpointer accounts)
{
  return srv_accounts_may_use (accounts, name, account);
}

static SrvOwnedRoom *
find_room (const char *room, gpointer accounts)
{
  return srv_accounts_dup_room (accounts, room);
}

static gboolean
keep_room (const SrvOwnedRoom *room, gpointer accounts)
{
  return srv_accounts_keep_room (accounts, room);
}

static void
drop_room (const char *room, gpointer accounts)
{
  srv_accounts_drop_room (accounts, room);
}

static gint64
mark (const char *account, const char *target, gint64 time_us, gpointer accounts)
{
  return srv_accounts_set_marker (accounts, account, target, time_us);
}

static const SrvOwners owners = { may_use_name, find_room, keep_room, drop_room, mark };

/* Where IRC has TLS, once it is open. */
static guint16
ircs_port (const SrvServer *server)
{
  for (guint i = 0; i < server->listeners->len; i++)
    {
      const SrvListener *listener = server->listeners->pdata[i];

      if (srv_listener_get_uri (listener)->scheme == SAL_SCHEME_IRCS)
        return srv_listener_get_port (listener);
    }
  return 0;
}

static SrvWorkerConfig
worker_config (const SrvServer *server)
{
  const SrvConfig *config = server->config;

  return (SrvWorkerConfig){
    .limits = config->limits,
    .language = config->language,
    .exact = config->exact,
    .irc = { .name = server->irc_name,
             .network = config->irc_network,
             .description = config->irc_description,
             .password = config->irc_password,
             .motd = (const char *const *) config->irc_motd,
             .addresses_shown = config->irc_addresses_shown,
             .history_on_join = config->irc_history_on_join,
             .started_us = server->started_us },
    .accounts = server->accounts,
    .sts_seconds = srv_tls_config_sts_seconds (config, server->credentials),
    .sts_port = ircs_port (server),
  };
}

/* The server's name as it stands in lines of IRC: one word. */
static char *
irc_name_of (const char *name)
{
  return g_strdelimit (g_strdup (name), " :!@*,", '-');
}

/* Nobody becomes the operator of a room that a listener leads into. */
static void
reserve_rooms (SrvServer *server)
{
  for (guint i = 0; i < server->config->listeners->len; i++)
    {
      const SalUri *uri = server->config->listeners->pdata[i];
      const char *room = g_hash_table_lookup (uri->query, "room");

      if (uri->scheme != SAL_SCHEME_IRC)
        srv_log_reserve_room (server->log, room == NULL   ? DEFAULT_ROOM
                                           : *room == '#' ? room + 1
                                                          : room);
    }
}

static SrvListener *
listener_new (SrvServer *server, const SalUri *uri)
{
  SrvListener *listener =
      srv_listener_new (uri, srv_worker_get_reactor (server->worker), SRV_QUEUE_LISTENER,
                        srv_server_on_accept, srv_server_on_no_descriptor, server);

  g_ptr_array_add (server->listeners, listener);
  return listener;
}

/* Sockets that systemd has opened take the place of those in the configuration; the
 * first has the room and the like of the first, and so on. */
static gboolean
open_listeners (SrvServer *server, GError **error)
{
  const GPtrArray *uris = server->config->listeners;
  int inherited = sd_listen_fds (1);

  for (int i = 0; i < inherited; i++)
    if (!srv_listener_adopt (listener_new (server, uris->pdata[MIN ((guint) i, uris->len - 1)]),
                             SD_LISTEN_FDS_START + i, error))
      return FALSE;
  for (guint i = 0; inherited <= 0 && i < uris->len; i++)
    if (!srv_listener_open (listener_new (server, uris->pdata[i]), server->config->backlog, error))
      return FALSE;
  return TRUE;
}

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

  if (!open_log (server, error))
    return FALSE;
  reserve_rooms (server);
  server->started_us = wall_clock ();
  server->irc_name = irc_name_of (server->config->name);
  set_retention (server);
  open_registry (server);
  open_accounts (server);
  srv_log_set_owners (server->log, &owners, server->accounts);
  config = worker_config (server);
  server->worker = srv_worker_new (NULL, server->log, &config, &worker_hooks, server);
  server->mailbox = srv_mailbox_new (srv_worker_get_reactor (server->worker), server);
  if (!open_tls (server, error))
    return FALSE;
  srv_tls_config_warn (server->config, server->credentials);
  if (!open_listeners (server, error))
    return FALSE;
  config = worker_config (server); /* now the ports are known */
  srv_worker_configure (server->worker, &config);
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
  srv_log_free (server->log);
  /* What the accounts have still done concerns nobody any more. */
  if (server->worker != NULL)
    srv_worker_abort (server->worker);
  srv_accounts_free (server->accounts);
  srv_mailbox_free (server->mailbox);
  srv_worker_free (server->worker);
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
  srv_worker_close (server->worker);
  if (srv_worker_count (server->worker) == 0)
    finish (server);
}

static void
on_flushed (gpointer owner, gpointer letter)
{
  say_goodbye (letter);
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
  srv_worker_stop_reading (server->worker);
  server->close_timer = g_timeout_add (FLUSH_MS, on_flush_time, server);
  srv_worker_flush (server->worker, on_flushed, server);
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

  if (config == NULL || (server->credentials != NULL && !load_credentials (server, config, error)))
    return FALSE;
  if (config->store != old->store || g_strcmp0 (config->log_path, old->log_path) != 0 ||
      config->sync != old->sync || config->backlog != old->backlog ||
      g_strcmp0 (config->control, old->control) != 0 || !srv_config_same_listeners (config, old))
    g_message (_ ("listeners, the log's place and the control socket change at the next start"));

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
  worker = worker_config (server);
  srv_worker_configure (server->worker, &worker);
  configure_accounts (server);
  set_retention (server);
  srv_tls_config_warn (server->config, server->credentials);
  return TRUE;
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
  g_autoptr (GList) rooms = srv_worker_rooms (server->worker);

  for (GList *at = rooms; at != NULL; at = at->next)
    srv_worker_post (server->worker, srv_entry_new (SRV_ENTRY_MESSAGE, (SrvOrigin){ 0 },
                                                    srv_room_get_name (at->data), SRV_OPERATOR_NAME,
                                                    "('local', 0)", text));
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
  srv_worker_foreach (server->worker, ban_cb, &visit);
  return visit.count;
}

typedef struct
{
  const char *name;
  gboolean exists;
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
  AccountVisit visit = { name, written != NULL };

  srv_worker_foreach (server->worker, account_cb, &visit);
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
 * Returns: whether the log's thread gets its work done. Asked from the main loop, so
 * the answer says that that runs too.
 */
gboolean
srv_server_is_healthy (const SrvServer *server)
{
  return srv_log_pending_bytes (server->log) == 0 ||
         g_get_monotonic_time () - srv_log_last_turn_us (server->log) < STUCK_US;
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
 * srv_server_get_worker:
 */
SrvWorker *
srv_server_get_worker (SrvServer *server)
{
  return server->worker;
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
 * srv_server_get_sts_seconds:
 *
 * Returns: see srv_tls_config_sts_seconds().
 */
guint
srv_server_get_sts_seconds (const SrvServer *server)
{
  return srv_tls_config_sts_seconds (server->config, server->credentials);
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
