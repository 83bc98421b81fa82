/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of the server share.
 */
#pragma once

#include "server/net/srv-handshakes.h"
#include "server/net/srv-listener.h"
#include "server/srv-server.h"

G_BEGIN_DECLS

/* Where those go who come by a listener that names no room. */
#define DEFAULT_ROOM "lobby"

/* The deadlines of what the main thread watches. */
enum
{
  SRV_SERVER_QUEUE_LISTENER,  /* before accepting is tried again */
  SRV_SERVER_QUEUE_HANDSHAKE, /* for TLS to begin */
  SRV_SERVER_N_QUEUES
};

struct _SrvServer
{
  SrvConfig *config; /* (owned) */
  char *irc_name;    /* (owned) (nullable) */
  SrvOptions options;
  const SrvServerHooks *hooks; /* (unowned) */
  gpointer data;
  SrvRegistry *registry;       /* (owned) */
  SrvAccounts *accounts;       /* (owned) */
  SrvReactor *reactor;         /* (owned): of listeners, handshakes and the mailbox */
  SrvMailbox *mailbox;         /* (owned): of the main thread */
  SrvLog *log;                 /* (owned) */
  SrvWorkers *workers;         /* (owned) */
  SrvCredentials *credentials; /* (owned) (nullable): if there are listeners with TLS */
  SrvHandshakes *handshakes;   /* (owned) (nullable): likewise */
  GPtrArray *listeners;        /* (owned) of SrvListener (owned) */
  GHashTable *sites;           /* (owned): from where there are connections, and how many */
  SrvRefusals refusals;
  gint64 started_us;
  guint max_connections; /* what the descriptors allow */
  gboolean stopped;      /* nobody new */
  gboolean closing;
  gboolean goodbye_said;
  gboolean ended;
  guint close_timer; /* of the main loop */
};

/* srv-server-open.c */
gboolean srv_server_load_credentials (SrvServer *server, const SrvConfig *config, GError **error);
gboolean srv_server_open_tls (SrvServer *server, GError **error);
gboolean srv_server_open_log (SrvServer *server, GError **error);
void srv_server_set_patience (SrvServer *server);
void srv_server_set_retention (SrvServer *server);
void srv_server_open_registry (SrvServer *server);
void srv_server_configure_accounts (SrvServer *server);
void srv_server_open_accounts (SrvServer *server);
SrvWorkerConfig srv_server_worker_config (const SrvServer *server);
char *srv_server_irc_name (const char *name);
void srv_server_reserve_rooms (SrvServer *server);
gboolean srv_server_open_listeners (SrvServer *server, GError **error);

/* srv-admission.c */
guint srv_server_count_site (SrvServer *server, const SrvAddress *peer, int change);
void srv_server_on_no_descriptor (SrvListener *listener, int fd, gpointer data);
void srv_server_on_handshake (
    SrvLink link, const SrvAddress *peer, gpointer tag, SrvHandshakeEnd how, gpointer data);
void srv_server_on_accept (SrvListener *listener, int fd, const SrvAddress *peer, gpointer data);

G_END_DECLS
