/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whom the server lets in, and what those who are not are told: limits, bans, and what a
 * listener says of who comes by it. The main thread only; what people do inside is the
 * workers' business.
 */
#include "config.h"

#include <string.h>
#include <sys/socket.h>

#include "common/base/sal-fd.h"
#include "common/base/sal-log.h"
#include "common/proto/sal-dialect-plain.h"
#include "common/proto/sal-guard.h"
#include "server/srv-conn.h"
#include "server/srv-server-private.h"

/* How many of the descriptors that are no connections may serve to tell newcomers why they
 * are not let in. The rest is for the log and for the operator, who are needed most when
 * there is no room. */
#define TURNED_AWAY_DESCRIPTORS 32

typedef struct
{
  guint64 id; /* first: the table's key */
  guint connections;
} Site;

/**
 * srv_server_count_site:
 * @change: what is to be added
 *
 * Returns: how many connections there are now from where @peer is, those that are being
 * greeted by TLS included.
 */
guint
srv_server_count_site (SrvServer *server, const SrvAddress *peer, int change)
{
  guint64 id = srv_address_site (peer);
  Site *site = g_hash_table_lookup (server->sites, &id);

  if (site == NULL)
    {
      site = g_new (Site, 1);
      *site = (Site){ .id = id };
      g_hash_table_add (server->sites, site);
    }
  site->connections += (guint) change;
  if (site->connections > 0)
    return site->connections;
  g_hash_table_remove (server->sites, &id);
  return 0;
}

static char *
shown_address (SrvServer *server, const SrvListener *listener, const SrvAddress *peer)
{
  const char *said = g_hash_table_lookup (srv_listener_get_uri (listener)->query, "addresses");
  gboolean shown = said != NULL ? g_str_equal (said, "shown") : server->config->addresses_shown;
  g_autofree char *host = shown || peer->family == SRV_ADDRESS_LOCAL
                              ? srv_address_host (peer)
                              : srv_registry_cloak (server->registry, peer);

  return sal_plain_format_address (host, shown ? peer->port : 0);
}

/* Where others in IRC see that somebody comes from. */
static char *
irc_host (SrvServer *server, const SrvAddress *peer)
{
  g_autofree char *host = NULL;

  if (peer->family == SRV_ADDRESS_LOCAL)
    return g_strdup ("localhost");
  if (!server->config->irc_addresses_shown)
    {
      host = srv_registry_cloak (server->registry, peer);
      return g_strconcat (host, ".hidden", NULL);
    }
  host = srv_address_host (peer);
  /* A parameter must not begin with a colon. */
  return *host == ':' ? g_strconcat ("0", host, NULL) : g_steal_pointer (&host);
}

static const char *
room_of (const SrvListener *listener)
{
  const char *room = g_hash_table_lookup (srv_listener_get_uri (listener)->query, "room");

  if (room == NULL)
    return DEFAULT_ROOM;
  return *room == '#' ? room + 1 : room;
}

static SalEvent
limit_event (const SrvServer *server, SalLimit limit, guint value)
{
  return (SalEvent){
    .kind = SAL_EVENT_NOTE, .note = SAL_NOTE_LIMIT, .text = sal_limit_key (limit), .number = value
  };
}

/* Returns whether @peer may come in; else @why says why not. */
static gboolean
admits (SrvServer *server,
        const SrvListener *listener,
        const SrvAddress *peer,
        guint from_site,
        SalEvent *why)
{
  const guint *limits = server->config->limits.value;
  guint most = MIN (limits[SAL_LIMIT_CONNECTIONS], server->max_connections);

  *why = (SalEvent){ .kind = SAL_EVENT_NOTE };
  if (server->stopped && srv_listener_is_inherited (listener))
    {
      why->note = SAL_NOTE_STOPPED;
      server->refusals.stopped++;
    }
  else if (!server->config->public && srv_listener_is_wildcard (listener) &&
           !srv_address_is_near (peer))
    {
      why->note = SAL_NOTE_NOT_PUBLIC;
      server->refusals.not_public++;
    }
  else if (srv_registry_is_banned (server->registry, peer, g_get_real_time ()))
    {
      why->note = SAL_NOTE_BANNED;
      server->refusals.banned++;
    }
  else if (srv_workers_count (server->workers) >= most)
    *why = limit_event (server, SAL_LIMIT_CONNECTIONS, most);
  else if (from_site > limits[SAL_LIMIT_CONNECTIONS_PER_ADDRESS])
    *why = limit_event (server, SAL_LIMIT_CONNECTIONS_PER_ADDRESS,
                        limits[SAL_LIMIT_CONNECTIONS_PER_ADDRESS]);
  else
    return TRUE;
  return FALSE;
}

static gboolean
is_tls (const SrvListener *listener)
{
  return sal_scheme_is_tls (srv_listener_get_uri (listener)->scheme);
}

/**
 * srv_server_on_no_descriptor:
 * @data: the server
 *
 * There is no descriptor left for @fd, which is about to be closed.
 */
void
srv_server_on_no_descriptor (SrvListener *listener, int fd, gpointer data)
{
  SrvServer *server = data;
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GBytes) alert = sal_guard_tls_alert ();
  SalEvent why = limit_event (server, SAL_LIMIT_CONNECTIONS, srv_workers_count (server->workers));

  server->refusals.no_descriptor++;
  if (is_tls (listener)) /* there is no time for words */
    g_string_append_len (text, g_bytes_get_data (alert, NULL), (gssize) g_bytes_get_size (alert));
  else
    sal_dialect_plain.encode (text, &why,
                              sal_plain_variant (SAL_PLAIN_LF, server->config->language));
  (void) send (fd, text->str, text->len, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static gboolean
is_irc (const SrvListener *listener)
{
  SalScheme scheme = srv_listener_get_uri (listener)->scheme;

  return scheme == SAL_SCHEME_IRC || scheme == SAL_SCHEME_IRCS;
}

/* @peer has been counted. */
static void
let_in (SrvServer *server, const SrvListener *listener, SrvLink link, const SrvAddress *peer)
{
  guint from_site = srv_server_count_site (server, peer, 0);
  g_autofree char *shown = NULL;
  g_autofree char *host_name = NULL;
  SrvArrival arrival = {
    .peer = peer, .shown = "", .irc_host = "", .room = "", .irc = is_irc (listener)
  };
  SalEvent why;

  if (!admits (server, listener, peer, from_site, &why))
    {
      g_autofree char *host = srv_address_host (peer);

      g_info ("%s was not let in on %s", host, srv_listener_get_name (listener));
      srv_workers_turn_away (server->workers, link, &arrival, &why);
      return;
    }
  arrival.shown = shown = shown_address (server, listener, peer);
  arrival.irc_host = host_name = irc_host (server, peer);
  arrival.room = room_of (listener);
  if (sal_log_shows (G_LOG_LEVEL_DEBUG))
    g_debug ("connection from %s on %s", shown, srv_listener_get_name (listener));
  srv_workers_take (server->workers, link, &arrival);
}

/* A browser that was sent here says all of it at once. */
static gboolean
is_browser (const SrvLink *link)
{
  char begin[512];
  ssize_t n = recv (link->fd, begin, sizeof begin, MSG_PEEK | MSG_DONTWAIT);

  return n > 0 && sal_guard_is_http (begin, (gsize) n);
}

/**
 * srv_server_on_handshake:
 * @tag: the listener
 * @data: the server
 *
 * Somebody who came to a port with TLS is through with it, or will never be.
 */
void
srv_server_on_handshake (
    SrvLink link, const SrvAddress *peer, gpointer tag, SrvHandshakeEnd how, gpointer data)
{
  SrvServer *server = data;
  SalEvent why = { .kind = SAL_EVENT_NOTE, .note = SAL_NOTE_TLS_ONLY };
  SrvArrival arrival = { .peer = peer, .shown = "", .irc_host = "", .room = "" };

  if (how == SRV_HANDSHAKE_DONE)
    let_in (server, tag, link, peer);
  else if (how != SRV_HANDSHAKE_NOT_TLS)
    (void) srv_server_count_site (server, peer, -1);
  else if (is_browser (&link))
    srv_workers_turn_away (server->workers, link, &arrival, NULL);
  else
    {
      arrival.irc = is_irc (tag);
      srv_workers_turn_away (server->workers, link, &arrival, &why);
    }
}

static guint
count_all (const SrvServer *server)
{
  guint handshakes = server->handshakes != NULL ? srv_handshakes_count (server->handshakes) : 0;

  return srv_workers_count (server->workers) + handshakes;
}

/**
 * srv_server_on_accept:
 * @fd: (transfer full)
 * @data: the server
 *
 * Somebody has connected.
 */
void
srv_server_on_accept (SrvListener *listener, int fd, const SrvAddress *peer, gpointer data)
{
  SrvServer *server = data;

  if (count_all (server) >= server->max_connections + TURNED_AWAY_DESCRIPTORS)
    {
      srv_server_on_no_descriptor (listener, fd, server);
      sal_fd_close (&fd);
      return;
    }
  (void) srv_server_count_site (server, peer, +1);
  if (is_tls (listener))
    srv_handshakes_add (server->handshakes, fd, peer, listener);
  else
    let_in (server, listener, (SrvLink){ .fd = fd }, peer);
}
