/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* TCP ports unless a URI says otherwise. */
#define SAL_PORT_PLAIN 15102
#define SAL_PORT_PLAINS 15103
#define SAL_PORT_IRC 6667
#define SAL_PORT_IRCS 6697

typedef enum
{
  SAL_SCHEME_PLAIN,
  SAL_SCHEME_PLAINS,
  SAL_SCHEME_IRC,
  SAL_SCHEME_IRCS,
  SAL_SCHEME_UNIX,
} SalScheme;

/* An address of a room, taken apart. Used for what a server listens on and for
 * what a client connects to. */
typedef struct
{
  SalScheme scheme;
  char *host;   /* (owned) (nullable): name or literal address, without brackets */
  guint16 port; /* 0: let the kernel choose (listeners) */
  gboolean port_given;
  char *path;        /* (owned) (nullable): socket path (unix), else the room */
  GHashTable *query; /* (owned): name -> value, both decoded; may be empty */
} SalUri;

SalUri *sal_uri_parse_listener (const char *text, GError **error);
SalUri *sal_uri_parse_client (const char *text, GError **error);
SalUri *sal_uri_parse_host_port (const char *text, guint16 default_port, GError **error);
SalUri *sal_uri_copy (const SalUri *uri);
void sal_uri_free (SalUri *uri);

const char *sal_scheme_name (SalScheme scheme);
gboolean sal_scheme_is_tls (SalScheme scheme);
char *sal_format_host_port (const char *host, guint16 port);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SalUri, sal_uri_free)

G_END_DECLS
