/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is below IP: the link types of captures, tags, labels and the headers of sessions.
 * Numbers of link types are those of https://www.tcpdump.org/linktypes.html.
 */
#include "config.h"

#include "lab/dissect/lab-dissect-private.h"

/* The ones that files use; 12 and 14 are what some systems call raw IP. */
enum
{
  LINK_NULL = 0,
  LINK_ETHERNET = 1,
  LINK_TOKEN_RING = 6,
  LINK_PPP = 9,
  LINK_FDDI = 10,
  LINK_RAW_OLD = 12,
  LINK_RAW_BSD = 14,
  LINK_PPP_HDLC = 50,
  LINK_PPP_ETHER = 51,
  LINK_ATM_RFC1483 = 100,
  LINK_RAW = 101,
  LINK_CISCO_HDLC = 104,
  LINK_WIFI = 105,
  LINK_LOOP = 108,
  LINK_ENC = 109,
  LINK_LINUX_SLL = 113,
  LINK_PFLOG = 117,
  LINK_WIFI_PRISM = 119,
  LINK_WIFI_RADIOTAP = 127,
  LINK_WIFI_AVS = 163,
  LINK_MPLS = 219,
  LINK_IPV4 = 228,
  LINK_IPV6 = 229,
  LINK_NFLOG = 239,
  LINK_NETANALYZER = 240,
  LINK_LINUX_SLL2 = 276,
};

enum
{
  ETHER_IPV4 = 0x0800,
  ETHER_BRIDGED = 0x6558, /* Ethernet in GRE */
  ETHER_VLAN = 0x8100,
  ETHER_IPV6 = 0x86dd,
  ETHER_PPP = 0x880b,
  ETHER_MPLS = 0x8847,
  ETHER_MPLS_MULTICAST = 0x8848,
  ETHER_PPPOE_SESSION = 0x8864,
  ETHER_SERVICE_VLAN = 0x88a8,
  ETHER_VLAN_9100 = 0x9100,
  ETHER_VLAN_9200 = 0x9200,
  ETHER_VLAN_9300 = 0x9300,
};

/* A smaller number is the length of an IEEE 802.3 frame. */
#define ETHER_TYPE_MIN 0x0600

/* Of the many ARPHRD_ numbers of cooked captures, those that mean another layout. */
#define ARPHRD_NETLINK 824

/* IEEE 802.2, with SNAP or without. */
static void
dissect_llc (LabDissection *d, LabBytes bytes)
{
  const guint8 *at = bytes.at;

  if (bytes.cap >= 8 && at[0] == 0xaa && at[1] == 0xaa && at[2] == 0x03)
    {
      guint32 organisation = (guint32) at[3] << 16 | (guint32) at[4] << 8 | at[5];
      guint16 type = lab_get_u16 (at + 6);

      lab_bytes_skip (&bytes, 8);
      if (organisation == 0 || organisation == 0x0000f8)
        lab_dissect_ether_type (d, type, bytes);
    }
  else if (bytes.cap >= 3 && at[0] == 0x06 && at[1] == 0x06 && at[2] == 0x03)
    {
      lab_bytes_skip (&bytes, 3);
      lab_dissect_ip (d, bytes);
    }
}

static void
dissect_mpls (LabDissection *d, LabBytes bytes)
{
  gboolean bottom = FALSE;

  for (guint i = 0; i < LAB_NESTING_MAX && !bottom; i++)
    {
      if (bytes.cap < 4)
        return;
      bottom = (bytes.at[2] & 1) != 0;
      lab_bytes_skip (&bytes, 4);
    }
  if (!bottom || bytes.cap == 0)
    return;
  switch (bytes.at[0] >> 4)
    {
    case 4:
    case 6:
      lab_dissect_ip (d, bytes);
      break;
    case 0: /* a pseudowire's control word (RFC 4385), then the frame it carries */
      if (lab_bytes_skip (&bytes, 4))
        lab_dissect_ethernet (d, bytes);
      break;
    default:
      break;
    }
}

static void
dissect_ppp (LabDissection *d, LabBytes bytes)
{
  guint16 protocol = 0;

  if (bytes.cap >= 2 && bytes.at[0] == 0xff && bytes.at[1] == 0x03)
    lab_bytes_skip (&bytes, 2);
  if (bytes.cap < 2)
    return;
  if (bytes.at[0] & 1) /* one byte (RFC 1661, 6.5) */
    {
      protocol = bytes.at[0];
      lab_bytes_skip (&bytes, 1);
    }
  else
    {
      protocol = lab_get_u16 (bytes.at);
      lab_bytes_skip (&bytes, 2);
    }
  switch (protocol)
    {
    case 0x0021:
    case 0x0057:
      lab_dissect_ip (d, bytes);
      break;
    case 0x0281:
    case 0x0283:
      dissect_mpls (d, bytes);
      break;
    default:
      break;
    }
}

/* RFC 2516, section 4. */
static void
dissect_pppoe (LabDissection *d, LabBytes bytes)
{
  guint16 len = 0;

  if (bytes.cap < 6 || bytes.at[0] != 0x11 || bytes.at[1] != 0)
    return;
  len = lab_get_u16 (bytes.at + 4);
  lab_bytes_skip (&bytes, 6);
  lab_bytes_cut (&bytes, len);
  dissect_ppp (d, bytes);
}

/**
 * lab_dissect_ether_type:
 * @type: an EtherType, or the length of an IEEE 802.3 frame
 * @bytes: what follows it
 */
void
lab_dissect_ether_type (LabDissection *d, guint16 type, LabBytes bytes)
{
  if (++d->depth > LAB_NESTING_MAX)
    return;
  if (type < ETHER_TYPE_MIN)
    {
      if (type <= 1500)
        lab_bytes_cut (&bytes, type);
      dissect_llc (d, bytes);
      return;
    }
  switch (type)
    {
    case ETHER_IPV4:
    case ETHER_IPV6:
      lab_dissect_ip (d, bytes);
      break;
    case ETHER_VLAN:
    case ETHER_SERVICE_VLAN:
    case ETHER_VLAN_9100:
    case ETHER_VLAN_9200:
    case ETHER_VLAN_9300:
      if (bytes.cap >= 4)
        {
          type = lab_get_u16 (bytes.at + 2);
          lab_bytes_skip (&bytes, 4);
          lab_dissect_ether_type (d, type, bytes);
        }
      break;
    case ETHER_MPLS:
    case ETHER_MPLS_MULTICAST:
      dissect_mpls (d, bytes);
      break;
    case ETHER_PPPOE_SESSION:
      dissect_pppoe (d, bytes);
      break;
    case ETHER_PPP:
      dissect_ppp (d, bytes);
      break;
    case ETHER_BRIDGED:
      lab_dissect_ethernet (d, bytes);
      break;
    default:
      break;
    }
}

/**
 * lab_dissect_ethernet:
 * @bytes: a frame from its destination address on
 */
void
lab_dissect_ethernet (LabDissection *d, LabBytes bytes)
{
  guint16 type = 0;

  if (bytes.cap < 14)
    return;
  type = lab_get_u16 (bytes.at + 12);
  lab_bytes_skip (&bytes, 14);
  lab_dissect_ether_type (d, type, bytes);
}

/* BSD's loopback: an address family in the byte order of the machine that captured, which
 * the file does not tell. No family is larger than 16 bits. */
static void
dissect_family (LabDissection *d, guint32 header, LabBytes bytes)
{
  guint32 family = 0;

  if (bytes.cap < header)
    return;
  family = lab_get_u32 (bytes.at);
  if (family > 0xffff)
    family = lab_get_u32_le (bytes.at);
  lab_bytes_skip (&bytes, header);
  switch (family)
    {
    case 2:  /* AF_INET everywhere */
    case 10: /* AF_INET6: Linux, */
    case 23: /* Windows, */
    case 24: /* NetBSD, OpenBSD, */
    case 28: /* FreeBSD, */
    case 30: /* Darwin */
      lab_dissect_ip (d, bytes);
      break;
    default: /* or an EtherType */
      if (family >= ETHER_TYPE_MIN && family <= 0xffff)
        lab_dissect_ether_type (d, (guint16) family, bytes);
      break;
    }
}

static void
dissect_pflog (LabDissection *d, LabBytes bytes)
{
  if (bytes.cap >= 2 && lab_bytes_skip (&bytes, (bytes.at[0] + 3u) & ~3u))
    lab_dissect_ip (d, bytes);
}

/* Linux "cooked" captures: @type may be no EtherType at all. */
static void
dissect_cooked (LabDissection *d, guint16 hardware, guint16 type, LabBytes bytes)
{
  if (hardware == ARPHRD_NETLINK)
    return;
  if (type == 4) /* IEEE 802.2 without a length */
    dissect_llc (d, bytes);
  else if (type >= ETHER_TYPE_MIN)
    lab_dissect_ether_type (d, type, bytes);
}

static void
dissect_sll (LabDissection *d, LabBytes bytes)
{
  guint16 hardware = 0;
  guint16 type = 0;

  if (bytes.cap < 16)
    return;
  hardware = lab_get_u16 (bytes.at + 2);
  type = lab_get_u16 (bytes.at + 14);
  lab_bytes_skip (&bytes, 16);
  dissect_cooked (d, hardware, type, bytes);
}

static void
dissect_sll2 (LabDissection *d, LabBytes bytes)
{
  guint16 hardware = 0;
  guint16 type = 0;

  if (bytes.cap < 20)
    return;
  type = lab_get_u16 (bytes.at);
  hardware = lab_get_u16 (bytes.at + 8);
  lab_bytes_skip (&bytes, 20);
  dissect_cooked (d, hardware, type, bytes);
}

/* IEEE 802.11: data frames that are neither encrypted nor pieces. */
static void
dissect_wifi (LabDissection *d, LabBytes bytes)
{
  guint8 type = 0;
  guint8 flags = 0;
  guint32 header = 24;
  gboolean qos = FALSE;

  if (bytes.cap < 24)
    return;
  type = bytes.at[0];
  flags = bytes.at[1];
  if ((type & 0x0c) != 0x08 || (type & 0x40) != 0) /* no data frame, or one without data */
    return;
  if ((flags & 0x44) != 0 || (bytes.at[22] & 0x0f) != 0) /* encrypted, or in pieces */
    return;
  qos = (type & 0x80) != 0;
  if ((flags & 0x03) == 0x03)
    header += 6; /* a fourth address */
  if (qos)
    {
      if (bytes.cap < header + 2)
        return;
      if (bytes.at[header] & 0x80) /* several frames in one */
        {
          if (lab_bytes_skip (&bytes, header + 2 + (flags & 0x80 ? 4 : 0) + 14))
            dissect_llc (d, bytes);
          return;
        }
      header += flags & 0x80 ? 6 : 2;
    }
  if (lab_bytes_skip (&bytes, header))
    dissect_llc (d, bytes);
}

/* https://www.radiotap.org: the length is all that is needed, and whether the frame's
 * checksum is at its end or its header was padded, which the flags say. */
static void
dissect_radiotap (LabDissection *d, LabBytes bytes)
{
  guint16 len = 0;
  guint32 present = 0;
  guint32 at = 4;
  guint8 flags = 0;

  if (bytes.cap < 8)
    return;
  len = lab_get_u16_le (bytes.at + 2);
  present = lab_get_u32_le (bytes.at + 4);
  do
    at += 4;
  while (at + 4 <= bytes.cap && at + 4 <= len && (lab_get_u32_le (bytes.at + at - 4) >> 31) != 0);
  if (present & 1) /* the time comes first, aligned to its size */
    at = ((at + 7) & ~7u) + 8;
  if ((present & 2) != 0 && at < len && at < bytes.cap)
    flags = bytes.at[at];
  if (len < 8 || !lab_bytes_skip (&bytes, len) || (flags & 0x20) != 0)
    return;
  if ((flags & 0x10) != 0 && bytes.len >= 4)
    lab_bytes_cut (&bytes, bytes.len - 4);
  dissect_wifi (d, bytes);
}

static void
dissect_prism (LabDissection *d, LabBytes bytes)
{
  guint32 len = 144;

  if (bytes.cap < 8)
    return;
  if (lab_get_u32 (bytes.at) == 0x80211001) /* AVS headers come under this number, too */
    len = lab_get_u32 (bytes.at + 4);
  if (lab_bytes_skip (&bytes, len))
    dissect_wifi (d, bytes);
}

/* ATM in the encapsulation of RFC 2684: LLC, or PPP behind a header of its own. */
static void
dissect_atm (LabDissection *d, LabBytes bytes)
{
  if (bytes.cap >= 4 && bytes.at[0] == 0xfe && bytes.at[1] == 0xfe && bytes.at[3] == 0xcf)
    {
      lab_bytes_skip (&bytes, 4);
      dissect_ppp (d, bytes);
    }
  else
    dissect_llc (d, bytes);
}

static void
dissect_cisco_hdlc (LabDissection *d, LabBytes bytes)
{
  guint16 type = 0;

  if (bytes.cap < 4)
    return;
  type = lab_get_u16 (bytes.at + 2);
  lab_bytes_skip (&bytes, 4);
  lab_dissect_ether_type (d, type, bytes);
}

/* Linux netfilter's log: attributes, of which number 9 is the packet. */
static void
dissect_nflog (LabDissection *d, LabBytes bytes)
{
  if (!lab_bytes_skip (&bytes, 4))
    return;
  while (bytes.cap >= 4)
    {
      guint32 len = lab_get_u16_le (bytes.at);
      guint16 type = lab_get_u16_le (bytes.at + 2) & 0x7fff;

      if (len < 4)
        return;
      if (type == 9)
        {
          lab_bytes_cut (&bytes, len);
          lab_bytes_skip (&bytes, 4);
          lab_dissect_ip (d, bytes);
          return;
        }
      lab_bytes_skip (&bytes, (len + 3) & ~3u);
    }
}

/* Ring topologies: a header of fixed size, then LLC. */
static void
dissect_token_ring (LabDissection *d, LabBytes bytes)
{
  guint32 route = 0;

  if (bytes.cap < 16)
    return;
  if (bytes.at[8] & 0x80) /* a route is given behind the addresses */
    route = bytes.at[14] & 0x1f;
  if (lab_bytes_skip (&bytes, 14 + route))
    dissect_llc (d, bytes);
}

static void
dissect_after (LabDissection *d,
               guint32 header,
               LabBytes bytes,
               void (*next) (LabDissection *d, LabBytes bytes))
{
  if (lab_bytes_skip (&bytes, header))
    next (d, bytes);
}

static void
dissect_null (LabDissection *d, LabBytes bytes)
{
  dissect_family (d, 4, bytes);
}

static void
dissect_enc (LabDissection *d, LabBytes bytes)
{
  dissect_family (d, 12, bytes);
}

static void
dissect_fddi (LabDissection *d, LabBytes bytes)
{
  dissect_after (d, 13, bytes, dissect_llc);
}

static void
dissect_netanalyzer (LabDissection *d, LabBytes bytes)
{
  if (bytes.len >= 8)
    lab_bytes_cut (&bytes, bytes.len - 4); /* the frame's checksum */
  dissect_after (d, 4, bytes, lab_dissect_ethernet);
}

static const struct
{
  guint16 type;
  void (*dissect) (LabDissection *d, LabBytes bytes);
} links[] = {
  { LINK_ETHERNET, lab_dissect_ethernet },
  { LINK_NULL, dissect_null },
  { LINK_TOKEN_RING, dissect_token_ring },
  { LINK_PPP, dissect_ppp },
  { LINK_FDDI, dissect_fddi },
  { LINK_RAW_OLD, lab_dissect_ip },
  { LINK_RAW_BSD, lab_dissect_ip },
  { LINK_PPP_HDLC, dissect_ppp },
  { LINK_PPP_ETHER, dissect_pppoe },
  { LINK_ATM_RFC1483, dissect_atm },
  { LINK_RAW, lab_dissect_ip },
  { LINK_CISCO_HDLC, dissect_cisco_hdlc },
  { LINK_WIFI, dissect_wifi },
  { LINK_LOOP, dissect_null },
  { LINK_ENC, dissect_enc },
  { LINK_LINUX_SLL, dissect_sll },
  { LINK_PFLOG, dissect_pflog },
  { LINK_WIFI_PRISM, dissect_prism },
  { LINK_WIFI_RADIOTAP, dissect_radiotap },
  { LINK_WIFI_AVS, dissect_prism },
  { LINK_MPLS, dissect_mpls },
  { LINK_IPV4, lab_dissect_ip },
  { LINK_IPV6, lab_dissect_ip },
  { LINK_NFLOG, dissect_nflog },
  { LINK_NETANALYZER, dissect_netanalyzer },
  { LINK_LINUX_SLL2, dissect_sll2 },
};

/**
 * lab_dissect_knows_link_type:
 *
 * Returns: whether packets of this link type can be read.
 */
gboolean
lab_dissect_knows_link_type (guint16 link_type)
{
  for (gsize i = 0; i < G_N_ELEMENTS (links); i++)
    if (links[i].type == link_type)
      return TRUE;
  return FALSE;
}

/**
 * lab_dissect_link:
 * @link_type: a LINKTYPE_ number; an unknown one gives nothing
 * @bytes: the packet
 */
void
lab_dissect_link (LabDissection *d, guint16 link_type, LabBytes bytes)
{
  for (gsize i = 0; i < G_N_ELEMENTS (links); i++)
    if (links[i].type == link_type)
      {
        links[i].dissect (d, bytes);
        return;
      }
}
