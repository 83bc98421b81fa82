/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One room, one address: people write `localhost`, `LOCALHOST:15102` and
 * `plain://localhost/` and mean the same place, and must not get three rooms
 * for it. Pure; it looks no name up.
 */
#include "config.h"

#include "client-gtk/gui-address.h"

#include <glib/gi18n.h>
#include <string.h>

#include "common/base/sal-error.h"
#include "common/base/sal-uri.h"

static char *
normalize_host (const SalUri *uri, guint16 usual_port)
{
  g_autofree char *host = g_utf8_strdown (uri->host, -1);
  g_autofree char *where = NULL;
  g_autofree char *room = NULL;

  if (uri->port != usual_port)
    where = sal_format_host_port (host, uri->port);
  else
    where = g_strdup_printf (strchr (host, ':') != NULL ? "[%s]" : "%s", host);
  if (uri->path == NULL)
    return g_strdup_printf ("%s://%s", sal_scheme_name (uri->scheme), where);
  room = g_uri_escape_string (uri->path, NULL, TRUE);
  return g_strdup_printf ("%s://%s/%s", sal_scheme_name (uri->scheme), where, room);
}

/**
 * gui_address_normalize:
 * @text: what somebody typed: a URI, or `HOST[:PORT][/ROOM]`; space around it does not count
 *
 * Returns: (transfer full): the one way to write this address, which
 * sal_uri_parse_client() understands; or %NULL with a #SAL_ERROR that names @text and
 * the remedy, in words for people.
 */
char *
gui_address_normalize (const char *text, GError **error)
{
  g_autofree char *trimmed = g_strstrip (g_strdup (text));
  g_autofree char *with_scheme = NULL;
  g_autofree char *path = NULL;
  g_autoptr (SalUri) uri = NULL;
  char *hash = NULL;

  if (*trimmed == '\0')
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
                   _ ("where is the room? For instance: localhost"));
      return NULL;
    }
  /* As everybody writes addresses of the web. */
  if (strstr (trimmed, "://") == NULL && strchr (trimmed, '/') != NULL && *trimmed != '/')
    with_scheme = g_strconcat ("plain://", trimmed, NULL);
  /* As people write rooms of IRC: irc://HOST/#ROOM. */
  hash = g_str_has_prefix (trimmed, "irc") ? strstr (trimmed, "/#") : NULL;
  if (hash != NULL)
    memmove (hash + 1, hash + 2, strlen (hash + 1));
  uri = sal_uri_parse_client (with_scheme != NULL ? with_scheme : trimmed, error);
  if (uri == NULL)
    return NULL;
  switch (uri->scheme)
    {
    case SAL_SCHEME_PLAIN:
      return normalize_host (uri, SAL_PORT_PLAIN);
    case SAL_SCHEME_PLAINS:
      return normalize_host (uri, SAL_PORT_PLAINS);
    case SAL_SCHEME_IRC:
      return normalize_host (uri, SAL_PORT_IRC);
    case SAL_SCHEME_IRCS:
      return normalize_host (uri, SAL_PORT_IRCS);
    case SAL_SCHEME_UNIX:
      path = g_uri_escape_string (uri->path, "/", TRUE);
      return g_strconcat ("unix://", path, NULL);
    default:
      g_return_val_if_reached (NULL);
    }
}
