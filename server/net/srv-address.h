/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <sys/socket.h>

G_BEGIN_DECLS

typedef enum
{
  SRV_ADDRESS_LOCAL, /* a unix socket: no address at all */
  SRV_ADDRESS_IPV4,
  SRV_ADDRESS_IPV6,
} SrvAddressFamily;

/* Where a peer is. A value. An IPv4 peer of a dual-stack socket is IPv4. */
typedef struct
{
  guint8 family;
  guint16 port;
  guint8 bytes[16]; /* network order; IPv4 uses the first four */
} SrvAddress;

/* A network: an address and how many leading bits count. A value. */
typedef struct
{
  SrvAddress address;
  guint8 bits;
} SrvNetwork;

SrvAddress srv_address_from_sockaddr (const struct sockaddr_storage *sockaddr);
char *srv_address_host (const SrvAddress *address);
gboolean srv_address_is_near (const SrvAddress *address);
guint64 srv_address_site (const SrvAddress *address);

gboolean srv_network_parse (const char *text, SrvNetwork *network);
char *srv_network_format (const SrvNetwork *network);
gboolean srv_network_contains (const SrvNetwork *network, const SrvAddress *address);

G_END_DECLS
