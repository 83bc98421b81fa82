/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * IP of both versions, what lies between it and TCP, and tunnels. Lengths are believed as
 * far as the frame could hold them; a header that contradicts itself ends the dissection.
 */
#include "config.h"

#include "lab/dissect/lab-dissect-private.h"

#include <string.h>

enum
{
  PROTOCOL_HOP_BY_HOP = 0,
  PROTOCOL_ICMP = 1,
  PROTOCOL_IPV4 = 4,
  PROTOCOL_TCP = 6,
  PROTOCOL_UDP = 17,
  PROTOCOL_IPV6 = 41,
  PROTOCOL_ROUTING = 43,
  PROTOCOL_FRAGMENT = 44,
  PROTOCOL_GRE = 47,
  PROTOCOL_AH = 51,
  PROTOCOL_ICMPV6 = 58,
  PROTOCOL_DESTINATION = 60,
  PROTOCOL_ETHERIP = 97,
  PROTOCOL_MOBILITY = 135,
  PROTOCOL_MPLS = 137,
  PROTOCOL_HIP = 139,
  PROTOCOL_SHIM6 = 140,
};

#define ETHER_MPLS 0x8847

static void
set_addresses (LabDissection *d, guint8 family, const guint8 *src, const guint8 *dst)
{
  gsize n = family == 4 ? 4 : 16;
  LabSegment *segment = d->segment;

  memset (&segment->src, 0, sizeof segment->src);
  memset (&segment->dst, 0, sizeof segment->dst);
  segment->src.family = segment->dst.family = family;
  memcpy (segment->src.bytes, src, n);
  memcpy (segment->dst.bytes, dst, n);
}

/* Gives a piece to the others of its datagram, and goes on if that makes it whole. */
static void
dissect_fragment (
    LabDissection *d, guint32 id, guint8 protocol, guint32 offset, gboolean more, LabBytes bytes)
{
  LabSegment *segment = d->segment;
  LabFragment fragment = { .src = segment->src,
                           .dst = segment->dst,
                           .id = id,
                           .protocol = protocol,
                           .more = more,
                           .offset = offset,
                           .len = bytes.len,
                           .bytes = bytes.at,
                           .time_ns = segment->time_ns };
  guint32 len = 0;
  const guint8 *whole = NULL;

  segment->kind = LAB_KIND_FRAGMENT;
  if (bytes.cap < bytes.len) /* a piece of a piece */
    return;
  whole = lab_reassembly_push (d->dissector->reassembly, &fragment, &len, &protocol);
  if (whole == NULL)
    return;
  segment->kind = LAB_KIND_OTHER;
  segment->reassembled = TRUE;
  lab_dissect_protocol (d, protocol, (LabBytes){ whole, len, len });
}

/**
 * lab_dissect_ipv4:
 * @bytes: from the header on (RFC 791, 3.1)
 */
void
lab_dissect_ipv4 (LabDissection *d, LabBytes bytes)
{
  LabSegment *segment = d->segment;
  const guint8 *at = bytes.at;
  guint32 header = 0;
  guint32 total = 0;
  guint32 offset = 0;
  guint16 fragment = 0;

  if (bytes.cap < 20)
    return;
  header = (at[0] & 0x0fu) * 4;
  total = lab_get_u16 (at + 2);
  if (total == 0) /* the card was to cut this into segments */
    total = bytes.len;
  if (header < 20 || total < header)
    return;
  lab_bytes_cut (&bytes, total);

  set_addresses (d, 4, at + 12, at + 16);
  segment->ip = at;
  segment->ip_len = bytes.cap;
  segment->ttl = at[8];
  segment->ecn = at[1] & 3;
  segment->ip_id = lab_get_u16 (at + 4);
  fragment = lab_get_u16 (at + 6);
  offset = (fragment & 0x1fffu) * 8;
  if (!lab_bytes_skip (&bytes, header))
    return;
  if (offset > 0 || (fragment & 0x2000) != 0)
    dissect_fragment (d, segment->ip_id, at[9], offset, (fragment & 0x2000) != 0, bytes);
  else
    lab_dissect_protocol (d, at[9], bytes);
}

/**
 * lab_dissect_ipv6:
 * @bytes: from the header on (RFC 8200, section 3)
 */
void
lab_dissect_ipv6 (LabDissection *d, LabBytes bytes)
{
  LabSegment *segment = d->segment;
  const guint8 *at = bytes.at;
  guint32 len = 0;

  if (bytes.cap < 40)
    return;
  len = lab_get_u16 (at + 4);
  if (len > 0) /* else a jumbogram (RFC 2675), or work for the card as above */
    lab_bytes_cut (&bytes, 40 + len);
  set_addresses (d, 6, at + 8, at + 24);
  segment->ip = at;
  segment->ip_len = bytes.cap;
  segment->ttl = at[7];
  segment->ecn = (at[1] >> 4) & 3;
  segment->ip_id = 0;
  lab_bytes_skip (&bytes, 40);
  lab_dissect_protocol (d, at[6], bytes);
}

/**
 * lab_dissect_ip:
 * @bytes: a header of either version
 */
void
lab_dissect_ip (LabDissection *d, LabBytes bytes)
{
  if (bytes.cap == 0 || ++d->depth > LAB_NESTING_MAX)
    return;
  if (bytes.at[0] >> 4 == 4)
    lab_dissect_ipv4 (d, bytes);
  else if (bytes.at[0] >> 4 == 6)
    lab_dissect_ipv6 (d, bytes);
}

/* RFC 2784, RFC 2890 and, with a version of 1, RFC 2637. */
static void
dissect_gre (LabDissection *d, LabBytes bytes)
{
  guint16 flags = 0;
  guint16 type = 0;
  guint32 header = 4;

  if (bytes.cap < 4)
    return;
  flags = lab_get_u16 (bytes.at);
  type = lab_get_u16 (bytes.at + 2);
  if (flags & 0x8000)
    header += 4; /* checksum */
  if (flags & 0x2000)
    header += 4; /* key */
  if (flags & 0x1000)
    header += 4; /* sequence number */
  if ((flags & 7) == 1 && (flags & 0x0080) != 0)
    header += 4; /* acknowledgment number */
  if ((flags & 0x4000) == 0 && lab_bytes_skip (&bytes, header))
    lab_dissect_ether_type (d, type, bytes);
}

static void
dissect_fragment_header (LabDissection *d, LabBytes bytes)
{
  guint8 protocol = 0;
  guint16 offset = 0;
  guint32 id = 0;

  if (bytes.cap < 8)
    return;
  protocol = bytes.at[0];
  offset = lab_get_u16 (bytes.at + 2);
  id = lab_get_u32 (bytes.at + 4);
  lab_bytes_skip (&bytes, 8);
  if ((offset & 0xfff9) == 0) /* an "atomic" fragment, RFC 6946: whole by itself */
    lab_dissect_protocol (d, protocol, bytes);
  else
    dissect_fragment (d, id, protocol, offset & 0xfff8, (offset & 1) != 0, bytes);
}

/* A header of IPv6 that says how long it is, in @unit bytes, not counting @uncounted. */
static void
dissect_extension (LabDissection *d, guint32 unit, guint32 uncounted, LabBytes bytes)
{
  guint8 next = 0;

  if (bytes.cap < 2)
    return;
  next = bytes.at[0];
  if (lab_bytes_skip (&bytes, bytes.at[1] * unit + uncounted))
    lab_dissect_protocol (d, next, bytes);
}

/**
 * lab_dissect_protocol:
 * @protocol: a number of https://www.iana.org/assignments/protocol-numbers
 * @bytes: its header and what follows
 */
void
lab_dissect_protocol (LabDissection *d, guint8 protocol, LabBytes bytes)
{
  if (++d->depth > LAB_NESTING_MAX)
    return;
  switch (protocol)
    {
    case PROTOCOL_TCP:
      lab_dissect_tcp (d, bytes);
      break;
    case PROTOCOL_UDP:
      lab_dissect_udp (d, bytes);
      break;
    case PROTOCOL_ICMP:
      lab_dissect_icmp (d, FALSE, bytes);
      break;
    case PROTOCOL_ICMPV6:
      lab_dissect_icmp (d, TRUE, bytes);
      break;
    case PROTOCOL_HOP_BY_HOP:
    case PROTOCOL_ROUTING:
    case PROTOCOL_DESTINATION:
    case PROTOCOL_MOBILITY:
    case PROTOCOL_HIP:
    case PROTOCOL_SHIM6:
      dissect_extension (d, 8, 8, bytes);
      break;
    case PROTOCOL_AH:
      dissect_extension (d, 4, 8, bytes);
      break;
    case PROTOCOL_FRAGMENT:
      dissect_fragment_header (d, bytes);
      break;
    case PROTOCOL_IPV4:
    case PROTOCOL_IPV6:
      lab_dissect_ip (d, bytes);
      break;
    case PROTOCOL_GRE:
      dissect_gre (d, bytes);
      break;
    case PROTOCOL_MPLS:
      lab_dissect_ether_type (d, ETHER_MPLS, bytes);
      break;
    case PROTOCOL_ETHERIP:
      if (lab_bytes_skip (&bytes, 2))
        lab_dissect_ethernet (d, bytes);
      break;
    default:
      break;
    }
}
