/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the dissectors found in one packet: flat, complete, and the only thing that the
 * tracker sees of it. No layer above the dissectors reads a header.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a packet carries, innermost. */
typedef enum
{
  LAB_KIND_OTHER,    /* nothing of interest here: ARP, another protocol */
  LAB_KIND_TCP,      /* a TCP segment; `fault` says whether its header was whole */
  LAB_KIND_UDP,      /* a UDP datagram, for the comparison with TCP */
  LAB_KIND_ICMP,     /* an ICMP or ICMPv6 error; `quote` is what it answers */
  LAB_KIND_FRAGMENT, /* a piece of a datagram whose other pieces are still missing */
  LAB_N_KINDS
} LabKind;

/* What is wrong with a packet. Bad packets are data, not errors. */
typedef enum
{
  LAB_FAULT_NONE,
  LAB_FAULT_CUT,           /* the capture ends inside the TCP header (small snapshot length) */
  LAB_FAULT_SHORT,         /* the datagram itself ends inside the TCP header */
  LAB_FAULT_HEADER_LENGTH, /* the data offset is below 5 or points behind the segment */
  LAB_N_FAULTS
} LabFault;

/* The flags of RFC 9293, 3.1, RFC 3168 (ECE, CWR) and RFC 9768 (AE). */
enum
{
  LAB_FIN = 0x001,
  LAB_SYN = 0x002,
  LAB_RST = 0x004,
  LAB_PSH = 0x008,
  LAB_ACK = 0x010,
  LAB_URG = 0x020,
  LAB_ECE = 0x040,
  LAB_CWR = 0x080,
  LAB_AE = 0x100,
};

/* Which fields of a segment could be read. */
enum
{
  LAB_HAS_PORTS = 1 << 0,
  LAB_HAS_SEQ = 1 << 1,
  LAB_HAS_ACK = 1 << 2,
  LAB_HAS_FLAGS = 1 << 3, /* and hdr_len, len */
  LAB_HAS_WINDOW = 1 << 4,
  LAB_HAS_URGENT = 1 << 5,
  /* Options. */
  LAB_HAS_MSS = 1 << 8,
  LAB_HAS_WSCALE = 1 << 9,
  LAB_HAS_SACK_PERM = 1 << 10,
  LAB_HAS_TIMESTAMPS = 1 << 11,
  LAB_HAS_MD5 = 1 << 12,       /* RFC 2385 */
  LAB_HAS_FAST_OPEN = 1 << 13, /* RFC 7413 */
  LAB_HAS_MPTCP = 1 << 14,     /* RFC 8684 */
  LAB_HAS_AUTH = 1 << 15,      /* TCP-AO, RFC 5925 */
  LAB_OPTIONS_CUT = 1 << 16,   /* the capture ends inside the options */
  LAB_OPTIONS_BAD = 1 << 17,   /* an option lies about its length */
};

#define LAB_SACK_BLOCKS 4 /* more do not fit into 40 bytes of options */

/* An IPv4 or IPv6 address in network byte order. */
typedef struct
{
  guint8 family; /* 4, 6, or 0 for none */
  guint8 bytes[16];
} LabAddress;

/* Room for an address as text, with its end; and for one with its scope. */
#define LAB_ADDRESS_TEXT 46
#define LAB_SCOPED_ADDRESS_TEXT (LAB_ADDRESS_TEXT + 16)

typedef struct
{
  guint32 left; /* raw numbers */
  guint32 right;
} LabSackBlock;

/* The packet that an ICMP error answers, as far as the error quotes it. */
typedef struct
{
  LabAddress src;
  LabAddress dst;
  guint16 src_port;
  guint16 dst_port;
  guint32 seq;     /* raw; TCP only */
  guint8 protocol; /* 6 TCP, 17 UDP, else another */
  gboolean has_ports;
  gboolean has_seq;
} LabQuote;

/* A value type; the pointers borrow from the packet (or from the dissector, for a
 * reassembled datagram) and stay valid until the next packet is dissected. */
typedef struct
{
  guint64 number; /* as in LabPacket */
  gint64 time_ns;
  guint32 interface_id;
  gboolean has_time;
  gboolean has_interface;

  LabKind kind;
  LabFault fault;
  guint32 has; /* LAB_HAS_ bits */

  LabAddress src; /* innermost IP header */
  LabAddress dst;
  guint8 ttl;           /* or the hop limit */
  guint8 ecn;           /* the two bits of RFC 3168 in the IP header */
  guint16 ip_id;        /* IPv4 only */
  gboolean reassembled; /* came in fragments, this one completes them */

  guint16 src_port;
  guint16 dst_port;

  /* TCP. */
  guint32 seq; /* raw, as all numbers here */
  guint32 ack;
  guint16 flags;  /* 12 bits */
  guint16 window; /* as in the header */
  guint16 urgent;
  guint8 hdr_len; /* bytes, options included */
  guint32 len;    /* bytes of data by the IP length, captured or not; for UDP likewise */

  guint16 mss;
  guint8 wscale;
  guint8 n_sacks;
  guint32 tsval;
  guint32 tsecr;
  LabSackBlock sacks[LAB_SACK_BLOCKS];

  const guint8 *options; /* those that were captured */
  guint8 options_len;
  const guint8 *data; /* the payload that was captured */
  guint32 data_len;   /* at most len */
  const guint8 *ip;   /* from the innermost IP header on, for a hex dump */
  guint32 ip_len;

  /* ICMP. */
  guint8 icmp_type;
  guint8 icmp_code;
  guint16 icmp_mtu; /* of "fragmentation needed" or "packet too big", else 0 */
  LabQuote quote;
} LabSegment;

gboolean lab_address_equal (const LabAddress *a, const LabAddress *b);
gsize lab_address_to_text (const LabAddress *address, char text[LAB_ADDRESS_TEXT]);
gsize lab_address_to_scoped_text (const LabAddress *address,
                                  const char *scope,
                                  char text[LAB_SCOPED_ADDRESS_TEXT]);

G_END_DECLS
