/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a server opens when it starts: its log, bans and accounts, certificates, listeners; and
 * what it tells its workers of the configuration. The main thread only.
 */
#include "config.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "common/base/sal-error.h"
#include "common/proto/sal-text.h"
#include "server/chat/srv-irc.h"
#include "server/log/srv-log-memory.h"
#include "server/log/srv-log-sqlite.h"
#include "server/srv-server-private.h"
#include "server/srv-tls-config.h"

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

/**
 * srv_server_load_credentials:
 * @config: where they are
 *
 * Reads certificate and key, or makes them.
 *
 * Returns: %FALSE with an error; then the old ones stay.
 */
gboolean
srv_server_load_credentials (SrvServer *server, const SrvConfig *config, GError **error)
{
  g_autofree char *own_folder = state_file ("tls", error);

  return own_folder != NULL && srv_tls_config_load (config, server->credentials, own_folder, error);
}

/**
 * srv_server_open_tls:
 *
 * Returns: %FALSE with an error where a listener needs TLS and it cannot be had.
 */
gboolean
srv_server_open_tls (SrvServer *server, GError **error)
{
  guint most = MIN (SAL_HANDSHAKES_MOST, server->max_connections / 2);

  if (!srv_tls_config_is_needed (server->config))
    return TRUE;
  server->credentials = srv_credentials_new ();
  if (!srv_server_load_credentials (server, server->config, error))
    return FALSE;
  server->handshakes = srv_handshakes_new (server->reactor, SRV_SERVER_QUEUE_HANDSHAKE, most,
                                           server->credentials, srv_server_on_handshake, server);
  return TRUE;
}

/**
 * srv_server_open_log:
 *
 * Returns: %FALSE with an error that names the file.
 */
gboolean
srv_server_open_log (SrvServer *server, GError **error)
{
  static const char *const reserved[] = { SRV_OPERATOR_NAME, SRV_IRC_SERVICE, NULL };
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
  server->log = srv_log_new (store, g_get_real_time, reserved);
  return TRUE;
}

/**
 * srv_server_set_retention:
 *
 * How long the log keeps what it has, as the configuration says.
 */
void
srv_server_set_retention (SrvServer *server)
{
  srv_log_set_retention (server->log, server->config->retention_days * G_TIME_SPAN_DAY,
                         (guint64) server->config->retention_mib * 1024 * 1024);
}

/**
 * srv_server_open_registry:
 *
 * The rooms work without it, so a registry that cannot be opened is no reason not to
 * start; but it must be said.
 */
void
srv_server_open_registry (SrvServer *server)
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

/**
 * srv_server_configure_accounts:
 *
 * Tells the accounts what the configuration says of them.
 */
void
srv_server_configure_accounts (SrvServer *server)
{
  const SrvConfig *config = server->config;
  SrvAccountsConfig accounts = config->accounts;

  accounts.invitation_code = config->invitation_code;
  accounts.max_accounts = config->limits.value[SAL_LIMIT_ACCOUNTS];
  accounts.registrations_per_hour = config->limits.value[SAL_LIMIT_REGISTRATIONS_PER_HOUR];
  srv_accounts_configure (server->accounts, &accounts);
}

/* Whose names and rooms are. */

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

static void
on_password (const char *name, guint64 by, gpointer server)
{
  srv_server_password_changed (server, name, by);
}

/**
 * srv_server_open_accounts:
 *
 * As with bans: without the file there is nobody with an account, and the rest works.
 */
void
srv_server_open_accounts (SrvServer *server)
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
  srv_accounts_watch_passwords (server->accounts, server->mailbox, on_password, server);
  srv_server_configure_accounts (server);
  srv_log_set_owners (server->log, &owners, server->accounts);
}

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

/**
 * srv_server_worker_config:
 *
 * Returns: what workers have to know; its strings stay those of the server.
 */
SrvWorkerConfig
srv_server_worker_config (const SrvServer *server)
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

/* RFC 2812, 2.3.1: there must be room for what a line says. */
#define IRC_NAME_BYTES 63

/**
 * srv_server_irc_name:
 *
 * The server's name as it stands in lines of IRC: one word, which is not long.
 */
char *
srv_server_irc_name (const char *name)
{
  gsize len = sal_text_fit (name, strlen (name), IRC_NAME_BYTES);

  return g_strdelimit (g_strndup (name, len), " :!@*,", '-');
}

/**
 * srv_server_reserve_rooms:
 *
 * Nobody becomes the operator of a room that a listener leads into.
 */
void
srv_server_reserve_rooms (SrvServer *server)
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

static void
set_patience (const SrvServer *server, SrvListener *listener)
{
  srv_listener_set_patience (listener, server->config->limits.value[SAL_LIMIT_SEND_STALL_SECONDS]);
}

/* It has what its newcomers inherit before anybody can come. */
static SrvListener *
listener_new (SrvServer *server, const SalUri *uri)
{
  SrvListener *listener =
      srv_listener_new (uri, server->reactor, SRV_SERVER_QUEUE_LISTENER, srv_server_on_accept,
                        srv_server_on_no_descriptor, server);

  g_ptr_array_add (server->listeners, listener);
  set_patience (server, listener);
  return listener;
}

/**
 * srv_server_open_listeners:
 *
 * Sockets that systemd has opened take the place of those in the configuration; the
 * first has the room and the like of the first, and so on.
 */
gboolean
srv_server_open_listeners (SrvServer *server, GError **error)
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
 * srv_server_set_patience:
 *
 * The kernel gives nobody up before send-stall-seconds are over.
 */
void
srv_server_set_patience (SrvServer *server)
{
  for (guint i = 0; i < server->listeners->len; i++)
    set_patience (server, server->listeners->pdata[i]);
}
