/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Addresses of rooms: `plain://[::]:15102?room=tea` for a listener,
 * `plain://example.org/tea`, `example.org`, `[::1]:15102` for a client. GUri
 * does the parsing; this file knows the schemes, their ports, and what a good
 * error says. It looks no name up.
 */
#include "config.h"

#include "common/base/sal-uri.h"

#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/sal-error.h"

static const struct
{
  const char *name;
  guint16 port;
} schemes[] = {
  [SAL_SCHEME_PLAIN] = { "plain", SAL_PORT_PLAIN },
  [SAL_SCHEME_PLAINS] = { "plains", SAL_PORT_PLAINS },
  [SAL_SCHEME_IRC] = { "irc", SAL_PORT_IRC },
  [SAL_SCHEME_IRCS] = { "ircs", SAL_PORT_IRCS },
  [SAL_SCHEME_UNIX] = { "unix", 0 },
};

/**
 * sal_scheme_name:
 *
 * Returns: the scheme as it stands in a URI, e.g. "plain".
 */
const char *
sal_scheme_name (SalScheme scheme)
{
  return schemes[scheme].name;
}

/**
 * sal_scheme_is_tls:
 *
 * Returns: whether what it names is encrypted.
 */
gboolean
sal_scheme_is_tls (SalScheme scheme)
{
  return scheme == SAL_SCHEME_PLAINS || scheme == SAL_SCHEME_IRCS;
}

/**
 * sal_uri_free:
 * @uri: (nullable) (transfer full): an address
 */
void
sal_uri_free (SalUri *uri)
{
  if (uri == NULL)
    return;
  g_free (uri->host);
  g_free (uri->path);
  g_clear_pointer (&uri->query, g_hash_table_unref);
  g_free (uri);
}

static SalUri *
uri_new (SalScheme scheme)
{
  SalUri *uri = g_new0 (SalUri, 1);

  uri->scheme = scheme;
  uri->port = schemes[scheme].port;
  uri->query = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return uri;
}

/**
 * sal_uri_copy:
 *
 * Returns: (transfer full): the same address; the query is shared.
 */
SalUri *
sal_uri_copy (const SalUri *uri)
{
  SalUri *copy = g_memdup2 (uri, sizeof *uri);

  copy->host = g_strdup (uri->host);
  copy->path = g_strdup (uri->path);
  copy->query = g_hash_table_ref (uri->query);
  return copy;
}

static gboolean
lookup_scheme (const char *name, SalScheme *scheme)
{
  for (gsize i = 0; i < G_N_ELEMENTS (schemes); i++)
    if (g_str_equal (schemes[i].name, name))
      {
        *scheme = (SalScheme) i;
        return TRUE;
      }
  return FALSE;
}

static SalUri *
parse (const char *text, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (GUri) guri = NULL;
  g_autoptr (SalUri) uri = NULL;
  SalScheme scheme;

  guri = g_uri_parse (text, G_URI_FLAGS_NONE, &local);
  if (guri == NULL)
    {
      /* TRANSLATORS: first the address as typed, then the parser's complaint */
      g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE, _ ("bad address “%s”: %s"), text,
                   local->message);
      return NULL;
    }
  if (!lookup_scheme (g_uri_get_scheme (guri), &scheme))
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
                   _ ("bad address “%s”: the scheme must be one of plain, plains, irc, ircs, unix"),
                   text);
      return NULL;
    }

  uri = uri_new (scheme);
  if (g_uri_get_userinfo (guri) != NULL || g_uri_get_fragment (guri) != NULL)
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
                   _ ("bad address “%s”: neither user@ nor #fragment has a meaning here"), text);
      return NULL;
    }
  if (g_uri_get_host (guri) != NULL && *g_uri_get_host (guri) != '\0')
    uri->host = g_strdup (g_uri_get_host (guri));
  if (g_uri_get_port (guri) >= 0)
    {
      uri->port = (guint16) g_uri_get_port (guri);
      uri->port_given = TRUE;
    }
  if (g_uri_get_query (guri) != NULL)
    {
      g_autoptr (GHashTable) query =
          g_uri_parse_params (g_uri_get_query (guri), -1, "&", G_URI_PARAMS_NONE, &local);
      if (query == NULL)
        {
          g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE, _ ("bad address “%s”: %s"), text,
                       local->message);
          return NULL;
        }
      g_clear_pointer (&uri->query, g_hash_table_unref);
      uri->query = g_steal_pointer (&query);
    }

  if (scheme == SAL_SCHEME_UNIX)
    {
      if (uri->host != NULL || g_uri_get_path (guri)[0] != '/' || g_uri_get_path (guri)[1] == '\0')
        {
          g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
                       _ ("bad address “%s”: a socket is written unix:///path/to/socket"), text);
          return NULL;
        }
      uri->path = g_strdup (g_uri_get_path (guri));
    }
  else if (strlen (g_uri_get_path (guri)) > 1)
    uri->path = g_strdup (g_uri_get_path (guri) + 1);

  return g_steal_pointer (&uri);
}

/**
 * sal_uri_parse_listener:
 * @text: what to listen on, as in `--listen`
 *
 * A missing host means every address. A TCP listener has no path: rooms are
 * chosen with `?room=`.
 *
 * Returns: (transfer full): the address, or %NULL with a #SAL_ERROR that names
 * @text and the remedy.
 */
SalUri *
sal_uri_parse_listener (const char *text, GError **error)
{
  g_autoptr (SalUri) uri = NULL;

  if (strstr (text, "://") == NULL)
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
                   _ ("bad address “%s”: write plain://:PORT, plain://ADDRESS:PORT or "
                      "unix:///path/to/socket"),
                   text);
      return NULL;
    }
  uri = parse (text, error);
  if (uri == NULL)
    return NULL;
  if (uri->scheme != SAL_SCHEME_UNIX && uri->path != NULL)
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
                   _ ("bad address “%s”: a listener names its room with ?room=%s"), text,
                   uri->path);
      return NULL;
    }
  return g_steal_pointer (&uri);
}

/**
 * sal_uri_parse_host_port:
 * @text: `HOST`, `HOST:PORT`, `[IPV6]:PORT` or a bare IPv6 address
 * @default_port: the port when none is given
 *
 * Returns: (transfer full): a plain address, or %NULL with a #SAL_ERROR.
 */
SalUri *
sal_uri_parse_host_port (const char *text, guint16 default_port, GError **error)
{
  g_autoptr (SalUri) uri = uri_new (SAL_SCHEME_PLAIN);
  const char *host = text;
  const char *end = NULL;
  const char *port = NULL;

  if (*text == '[')
    {
      host = text + 1;
      end = strchr (host, ']');
      if (end == NULL || end == host || (end[1] != '\0' && end[1] != ':'))
        goto bad;
      port = end[1] == ':' ? end + 2 : NULL;
    }
  else
    {
      end = strchr (text, ':');
      if (end != NULL && strchr (end + 1, ':') != NULL)
        end = NULL; /* several colons: an IPv6 address without a port */
      if (end == NULL)
        end = text + strlen (text);
      else
        port = end + 1;
    }
  if (end == host || strpbrk (text, "/?#@ \t") != NULL)
    goto bad;

  uri->host = g_strndup (host, (gsize) (end - host));
  uri->port = default_port;
  if (port != NULL)
    {
      guint64 number = 0;

      if (!g_ascii_string_to_unsigned (port, 10, 1, G_MAXUINT16, &number, NULL))
        {
          g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
                       _ ("bad address “%s”: “%s” is not a port (1 to 65535)"), text, port);
          return NULL;
        }
      uri->port = (guint16) number;
      uri->port_given = TRUE;
    }
  return g_steal_pointer (&uri);

bad:
  g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
               _ ("bad address “%s”: write HOST, HOST:PORT, [IPV6]:PORT or plain://HOST:PORT/ROOM"),
               text);
  return NULL;
}

/**
 * sal_uri_parse_client:
 * @text: a URI, or `HOST[:PORT]` for the plain dialect
 *
 * Returns: (transfer full): the address, or %NULL with a #SAL_ERROR that names
 * @text and the remedy.
 */
SalUri *
sal_uri_parse_client (const char *text, GError **error)
{
  g_autoptr (SalUri) uri = NULL;

  if (strstr (text, "://") == NULL)
    return sal_uri_parse_host_port (text, SAL_PORT_PLAIN, error);

  uri = parse (text, error);
  if (uri == NULL)
    return NULL;
  if (uri->scheme != SAL_SCHEME_UNIX && (uri->host == NULL || uri->port == 0))
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
                   _ ("bad address “%s”: a host (and a port other than 0) is needed to connect"),
                   text);
      return NULL;
    }
  return g_steal_pointer (&uri);
}

/**
 * sal_format_host_port:
 * @host: a name or a literal address
 *
 * Returns: (transfer full): `HOST:PORT`, with brackets around an IPv6 address.
 */
char *
sal_format_host_port (const char *host, guint16 port)
{
  return g_strdup_printf (strchr (host, ':') != NULL ? "[%s]:%u" : "%s:%u", host, port);
}
