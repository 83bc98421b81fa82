/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Addresses of peers as plain values: who is near, who counts as one site, which
 * network contains whom.
 */
#include "config.h"

#include "server/net/srv-address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "common/base/sal-number.h"

static const guint8 v4_mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF };

static SrvAddress
address_from_bytes (SrvAddressFamily family, const guint8 *bytes, guint16 port)
{
  SrvAddress address = { .family = (guint8) family, .port = port };

  if (family == SRV_ADDRESS_IPV6 && memcmp (bytes, v4_mapped, sizeof v4_mapped) == 0)
    {
      address.family = SRV_ADDRESS_IPV4;
      bytes += sizeof v4_mapped;
    }
  memcpy (address.bytes, bytes, address.family == SRV_ADDRESS_IPV4 ? 4 : 16);
  return address;
}

/**
 * srv_address_from_sockaddr:
 * @sockaddr: IPv4, IPv6 or anything else, which counts as local
 */
SrvAddress
srv_address_from_sockaddr (const struct sockaddr_storage *sockaddr)
{
  if (sockaddr->ss_family == AF_INET)
    {
      const struct sockaddr_in *in = (const struct sockaddr_in *) sockaddr;

      return address_from_bytes (SRV_ADDRESS_IPV4, (const guint8 *) &in->sin_addr,
                                 ntohs (in->sin_port));
    }
  if (sockaddr->ss_family == AF_INET6)
    {
      const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *) sockaddr;

      return address_from_bytes (SRV_ADDRESS_IPV6, (const guint8 *) &in6->sin6_addr,
                                 ntohs (in6->sin6_port));
    }
  return (SrvAddress){ .family = SRV_ADDRESS_LOCAL };
}

/**
 * srv_address_host:
 *
 * Returns: (transfer full): the address without its port; "local" for a peer that
 * has none.
 */
char *
srv_address_host (const SrvAddress *address)
{
  char text[INET6_ADDRSTRLEN];
  char *at = text;

  switch (address->family)
    {
    case SRV_ADDRESS_LOCAL:
      return g_strdup ("local");
    case SRV_ADDRESS_IPV4:
      for (guint i = 0; i < 4; i++)
        {
          at = sal_number_put (at, address->bytes[i]);
          *at++ = i < 3 ? '.' : '\0';
        }
      break;
    default:
      inet_ntop (AF_INET6, address->bytes, text, sizeof text);
      break;
    }
  return g_strdup (text);
}

/**
 * srv_network_contains:
 */
gboolean
srv_network_contains (const SrvNetwork *network, const SrvAddress *address)
{
  guint whole = network->bits / 8;
  guint rest = network->bits % 8;
  guint8 mask = (guint8) (0xFF00 >> rest);

  if (network->address.family != address->family || address->family == SRV_ADDRESS_LOCAL)
    return FALSE;
  return memcmp (network->address.bytes, address->bytes, whole) == 0 &&
         (rest == 0 || ((network->address.bytes[whole] ^ address->bytes[whole]) & mask) == 0);
}

/**
 * srv_address_is_near:
 *
 * Returns: whether the peer is on this machine or in its own network: loopback,
 * link-local and private addresses (RFC 1918, 3927, 4193, 4291).
 */
gboolean
srv_address_is_near (const SrvAddress *address)
{
  /* Everybody who comes in is looked at here, so they are not in text. */
  static const SrvNetwork near[] = {
    { { .family = SRV_ADDRESS_IPV4, .bytes = { 127 } }, 8 },
    { { .family = SRV_ADDRESS_IPV4, .bytes = { 10 } }, 8 },
    { { .family = SRV_ADDRESS_IPV4, .bytes = { 172, 16 } }, 12 },
    { { .family = SRV_ADDRESS_IPV4, .bytes = { 192, 168 } }, 16 },
    { { .family = SRV_ADDRESS_IPV4, .bytes = { 169, 254 } }, 16 },
    { { .family = SRV_ADDRESS_IPV6, .bytes = { [15] = 1 } }, 128 },
    { { .family = SRV_ADDRESS_IPV6, .bytes = { 0xFE, 0x80 } }, 10 },
    { { .family = SRV_ADDRESS_IPV6, .bytes = { 0xFC } }, 7 },
  };

  if (address->family == SRV_ADDRESS_LOCAL)
    return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (near); i++)
    if (srv_network_contains (&near[i], address))
      return TRUE;
  return FALSE;
}

/**
 * srv_address_site:
 *
 * Returns: a number that is the same for addresses that count as one for a limit: an
 * IPv4 address, an IPv6 /64 (which is what one household gets), all local peers.
 */
guint64
srv_address_site (const SrvAddress *address)
{
  guint64 site = 0;

  if (address->family == SRV_ADDRESS_IPV6)
    memcpy (&site, address->bytes, sizeof site);
  else if (address->family == SRV_ADDRESS_IPV4)
    {
      guint32 v4 = 0;

      memcpy (&v4, address->bytes, sizeof v4);
      site = (G_GUINT64_CONSTANT (1) << 32) | v4;
    }
  return site;
}

/**
 * srv_network_parse:
 * @text: an address, or `ADDRESS/BITS`
 *
 * Bits after the prefix are cleared.
 *
 * Returns: %FALSE if it is neither.
 */
gboolean
srv_network_parse (const char *text, SrvNetwork *network)
{
  g_autofree char *host = g_strdup (text);
  char *slash = strchr (host, '/');
  guint8 bytes[16];
  guint64 bits = 0;
  guint max = 0;

  if (slash != NULL)
    *slash = '\0';
  if (inet_pton (AF_INET, host, bytes) == 1)
    network->address = address_from_bytes (SRV_ADDRESS_IPV4, bytes, 0);
  else if (inet_pton (AF_INET6, host, bytes) == 1)
    network->address = address_from_bytes (SRV_ADDRESS_IPV6, bytes, 0);
  else
    return FALSE;

  max = network->address.family == SRV_ADDRESS_IPV4 ? 32 : 128;
  bits = max;
  if (slash != NULL && !g_ascii_string_to_unsigned (slash + 1, 10, 0, max, &bits, NULL))
    return FALSE;
  network->bits = (guint8) bits;
  for (guint bit = (guint) bits; bit < max; bit++)
    network->address.bytes[bit / 8] &= (guint8) ~(0x80 >> (bit % 8));
  return TRUE;
}

/**
 * srv_network_format:
 *
 * Returns: (transfer full): the network as srv_network_parse() reads it; the bits
 * are left out for a single address.
 */
char *
srv_network_format (const SrvNetwork *network)
{
  g_autofree char *host = srv_address_host (&network->address);

  if (network->bits == (network->address.family == SRV_ADDRESS_IPV4 ? 32 : 128))
    return g_steal_pointer (&host);
  return g_strdup_printf ("%s/%u", host, network->bits);
}
