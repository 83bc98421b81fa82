/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One TCP segment below every link type, tag and tunnel that can be read, whole and cut off
 * at every byte; and datagrams that come in pieces, in every order.
 */
#include "config.h"

#include <string.h>

#include "lab/dissect/lab-dissect.h"

#define SRC_PORT 40000
#define DST_PORT 15102
#define SEQ 0x01020304u
#define DATA "Hello, Romeo."
#define DATA_LEN 13

/* Building packets */

static void
add (GByteArray *packet, const void *bytes, gsize len)
{
  g_byte_array_append (packet, bytes, (guint) len);
}

static void
add_u8 (GByteArray *packet, guint8 value)
{
  add (packet, &value, 1);
}

static void
add_u16 (GByteArray *packet, guint16 value)
{
  add_u8 (packet, (guint8) (value >> 8));
  add_u8 (packet, (guint8) value);
}

static void
add_u32 (GByteArray *packet, guint32 value)
{
  add_u16 (packet, (guint16) (value >> 16));
  add_u16 (packet, (guint16) value);
}

/* "0800 4500": digits in pairs, blanks where one likes. */
static void
add_hex (GByteArray *packet, const char *digits)
{
  while (*digits != '\0')
    {
      if (*digits == ' ')
        {
          digits++;
          continue;
        }
      add_u8 (packet,
              (guint8) (g_ascii_xdigit_value (digits[0]) * 16 + g_ascii_xdigit_value (digits[1])));
      digits += 2;
    }
}

/* With a timestamp, so that a piece may end in the middle of the header. */
static void
add_tcp (GByteArray *packet)
{
  add_u16 (packet, SRC_PORT);
  add_u16 (packet, DST_PORT);
  add_u32 (packet, SEQ);
  add_u32 (packet, 0x0a0b0c0d);
  add_hex (packet, "80 18 01f6 0000 0000  0101 080a 00000007 00000009");
  add (packet, DATA, DATA_LEN);
}

#define TCP_LEN (32 + DATA_LEN)

static void
add_ipv4 (
    GByteArray *packet, guint8 protocol, guint16 id, guint16 fragment, const void *body, gsize len)
{
  add_hex (packet, "4500");
  add_u16 (packet, (guint16) (20 + len));
  add_u16 (packet, id);
  add_u16 (packet, fragment);
  add_u8 (packet, 64);
  add_u8 (packet, protocol);
  add_hex (packet, "0000 0a4d0001 0a4d0002");
  add (packet, body, len);
}

static void
add_ipv6 (GByteArray *packet, guint8 next, const void *body, gsize len)
{
  add_hex (packet, "60000000");
  add_u16 (packet, (guint16) len);
  add_u8 (packet, next);
  add_u8 (packet, 64);
  add_hex (packet, "fd770000000000000000000000000001 fd770000000000000000000000000002");
  add (packet, body, len);
}

static GByteArray *
new_datagram (gboolean v6)
{
  g_autoptr (GByteArray) tcp = g_byte_array_new ();
  GByteArray *packet = g_byte_array_new ();

  add_tcp (tcp);
  if (v6)
    add_ipv6 (packet, 6, tcp->data, tcp->len);
  else
    add_ipv4 (packet, 6, 1, 0x4000, tcp->data, tcp->len);
  return packet;
}

static LabKind
dissect (LabDissector *dissector, guint16 link_type, const GByteArray *packet, LabSegment *segment)
{
  LabPacket whole = { .number = 1,
                      .link_type = link_type,
                      .captured_len = packet->len,
                      .wire_len = packet->len,
                      .bytes = packet->data };

  return lab_dissect (dissector, &whole, segment);
}

static void
check_segment (const LabSegment *segment, gboolean v6)
{
  char text[LAB_ADDRESS_TEXT];

  g_assert_cmpint (segment->kind, ==, LAB_KIND_TCP);
  g_assert_cmpint (segment->fault, ==, LAB_FAULT_NONE);
  lab_address_to_text (&segment->src, text);
  g_assert_cmpstr (text, ==, v6 ? "fd77::1" : "10.77.0.1");
  lab_address_to_text (&segment->dst, text);
  g_assert_cmpstr (text, ==, v6 ? "fd77::2" : "10.77.0.2");
  g_assert_cmpuint (segment->src_port, ==, SRC_PORT);
  g_assert_cmpuint (segment->dst_port, ==, DST_PORT);
  g_assert_cmpuint (segment->seq, ==, SEQ);
  g_assert_cmpuint (segment->hdr_len, ==, 32);
  g_assert_cmpuint (segment->len, ==, DATA_LEN);
  g_assert_cmpmem (segment->data, segment->data_len, DATA, DATA_LEN);
}

/* Link types */

typedef struct
{
  const char *name;
  guint16 link_type;
  gboolean v6;
  const char *before; /* in front of the IP header, in hexadecimal */
  const char *after;  /* behind the datagram */
} Layer;

#define MACS "020000000002 020000000001"
#define WIFI_ADDRESSES "0000 020000000002 020000000001 020000000003 1000"
#define LLC4 "aaaa03 000000 0800"

static const Layer layers[] = {
  { "null/little-endian", 0, FALSE, "02000000", "" },
  { "null/big-endian", 0, FALSE, "00000002", "" },
  { "null/ipv6-linux", 0, TRUE, "0a000000", "" },
  { "null/ipv6-windows", 0, TRUE, "17000000", "" },
  { "null/ipv6-openbsd", 0, TRUE, "18000000", "" },
  { "null/ipv6-freebsd", 0, TRUE, "1c000000", "" },
  { "null/ipv6-darwin", 0, TRUE, "1e000000", "" },
  { "null/ethertype", 0, TRUE, "000086dd", "" },
  { "ethernet", 1, FALSE, MACS "0800", "" },
  { "ethernet/ipv6", 1, TRUE, MACS "86dd", "" },
  { "ethernet/padded", 1, FALSE, MACS "0800", "000000000000 ffffffff" },
  { "ethernet/vlan", 1, FALSE, MACS "8100 0005 0800", "" },
  { "ethernet/vlan-in-vlan", 1, TRUE, MACS "88a8 0005 8100 0006 86dd", "" },
  { "ethernet/vlan-9100", 1, FALSE, MACS "9100 0005 9200 0006 9300 0007 0800", "" },
  { "ethernet/llc-snap", 1, FALSE, MACS "0049 aaaa03 000000 0800", "" },
  { "ethernet/llc-ip", 1, FALSE, MACS "0044 060603", "" },
  { "ethernet/pppoe", 1, FALSE, MACS "8864 1100 0001 0043 0021", "0000" },
  { "ethernet/pppoe-ipv6", 1, TRUE, MACS "8864 1100 0001 0057 0057", "" },
  { "ethernet/mpls", 1, FALSE, MACS "8847 00010040 00011140", "" },
  { "ethernet/mpls-ipv6", 1, TRUE, MACS "8848 00011140", "" },
  { "ethernet/pseudowire", 1, FALSE, MACS "8847 00011140 00000000" MACS "0800", "" },
  { "token-ring", 6, FALSE, "1040" MACS LLC4, "" },
  { "token-ring/routed", 6, FALSE, "1040 020000000002 820000000001 0400 0010" LLC4, "" },
  { "ppp", 9, FALSE, "0021", "" },
  { "ppp/hdlc", 9, TRUE, "ff03 0057", "" },
  { "ppp/short-protocol", 9, FALSE, "21", "" },
  { "ppp/mpls", 9, FALSE, "0281 00011140", "" },
  { "fddi", 10, FALSE, "50" MACS LLC4, "" },
  { "raw/12", 12, FALSE, "", "" },
  { "raw/14", 14, TRUE, "", "" },
  { "raw", 101, FALSE, "", "" },
  { "raw/ipv6", 101, TRUE, "", "" },
  { "ppp-serial", 50, FALSE, "ff03 0021", "" },
  { "ppp-ether", 51, FALSE, "1100 0001 0043 0021", "" },
  { "atm/llc", 100, FALSE, LLC4, "" },
  { "atm/ppp", 100, FALSE, "fefe03cf 0021", "" },
  { "cisco-hdlc", 104, FALSE, "0f00 0800", "" },
  { "wifi", 105, FALSE, "0801" WIFI_ADDRESSES LLC4, "" },
  { "wifi/four-addresses", 105, FALSE, "0803" WIFI_ADDRESSES "020000000004" LLC4, "" },
  { "wifi/qos", 105, FALSE, "8801" WIFI_ADDRESSES "0000" LLC4, "" },
  { "wifi/qos-order", 105, FALSE, "8881" WIFI_ADDRESSES "0000 00000000" LLC4, "" },
  { "wifi/several-in-one", 105, FALSE, "8801" WIFI_ADDRESSES "8000" MACS "0049" LLC4, "" },
  { "loop", 108, FALSE, "00000002", "" },
  { "loop/ipv6", 108, TRUE, "00000018", "" },
  { "enc", 109, FALSE, "00000002 00000000 00000000", "" },
  { "sll", 113, FALSE, "0000 0001 0006 020000000001 0000 0800", "" },
  { "sll/ipv6", 113, TRUE, "0000 0304 0006 000000000000 0000 86dd", "" },
  { "sll/llc", 113, FALSE, "0000 0001 0006 020000000001 0000 0004" LLC4, "" },
  { "pflog", 117, FALSE, "05020000 000000 00", "" },
  { "prism", 119, FALSE, "44000000 90000000", "" /* see new_packet() */ },
  { "prism/avs", 119, FALSE, "80211001 00000010 0000000000000000 0801" WIFI_ADDRESSES LLC4, "" },
  { "radiotap", 127, FALSE, "0000 0800 00000000 0801" WIFI_ADDRESSES LLC4, "" },
  { "radiotap/checksum", 127, FALSE,
    "0000 1100 03000000 0000000000000000 10 0801" WIFI_ADDRESSES LLC4, "deadbeef" },
  { "radiotap/two-words", 127, FALSE, "0000 0d00 02000080 00000000 00 0801" WIFI_ADDRESSES LLC4,
    "" },
  { "avs", 163, FALSE, "80211001 00000010 0000000000000000 0801" WIFI_ADDRESSES LLC4, "" },
  { "mpls", 219, FALSE, "00011140", "" },
  { "ipv4", 228, FALSE, "", "" },
  { "ipv6", 229, TRUE, "", "" },
  { "nflog", 239, FALSE, "02000000 0800 0100 08000300 4500 0900", "" },
  { "netanalyzer", 240, FALSE, "00000000" MACS "0800", "deadbeef" },
  { "sll2", 276, FALSE, "0800 0000 00000001 0001 00 06 020000000001 0000", "" },
  { "sll2/ipv6", 276, TRUE, "86dd 0000 00000001 0304 00 06 020000000001 0000", "" },
  /* Tunnels: the innermost header counts. */
  { "tunnel/ip-in-ip", 101, FALSE, "4500 0055 0000 0000 40 04 0000 c0000201 c0000202", "" },
  { "tunnel/ipv6-in-ip", 101, TRUE, "4500 0069 0000 0000 40 29 0000 c0000201 c0000202", "" },
  { "tunnel/ip-in-ipv6", 101, FALSE,
    "60000000 0041 04 40 20010db8000000000000000000000001 20010db8000000000000000000000002", "" },
  { "tunnel/gre", 101, FALSE, "4500 0059 0000 0000 40 2f 0000 c0000201 c0000202 0000 0800", "" },
  { "tunnel/gre-key-and-number", 101, FALSE,
    "4500 0065 0000 0000 40 2f 0000 c0000201 c0000202 b000 0800 00000000 00000001 00000002", "" },
  { "tunnel/gre-ethernet", 101, FALSE,
    "4500 0067 0000 0000 40 2f 0000 c0000201 c0000202 0000 6558" MACS "0800", "" },
  { "tunnel/gre-ppp", 101, FALSE,
    "4500 0067 0000 0000 40 2f 0000 c0000201 c0000202 3081 880b 0043 0001 00000001 00000001 0021",
    "" },
  { "tunnel/etherip", 101, FALSE,
    "4500 0065 0000 0000 40 61 0000 c0000201 c0000202 3000" MACS "0800", "" },
};

/* What the table cannot say in digits. */
static GByteArray *
new_packet (const Layer *layer)
{
  g_autoptr (GByteArray) datagram = new_datagram (layer->v6);
  GByteArray *packet = g_byte_array_new ();

  add_hex (packet, layer->before);
  if (g_str_equal (layer->name, "prism"))
    {
      g_byte_array_set_size (packet, 144);
      memset (packet->data + 8, 0, 136);
      add_hex (packet, "0801" WIFI_ADDRESSES LLC4);
    }
  add (packet, datagram->data, datagram->len);
  add_hex (packet, layer->after);
  return packet;
}

static void
test_layer (gconstpointer data)
{
  const Layer *layer = data;
  g_autoptr (LabDissector) dissector = lab_dissector_new ();
  g_autoptr (GByteArray) packet = new_packet (layer);
  LabSegment segment;

  g_assert_true (lab_dissect_knows_link_type (layer->link_type));
  dissect (dissector, layer->link_type, packet, &segment);
  check_segment (&segment, layer->v6);
}

/* Wherever the capture ends, what is found is right, as far as it goes. */
static void
test_layer_cut (gconstpointer data)
{
  const Layer *layer = data;
  g_autoptr (LabDissector) dissector = lab_dissector_new ();
  g_autoptr (GByteArray) packet = new_packet (layer);

  for (guint captured = 0; captured < packet->len; captured++)
    {
      g_autofree guint8 *exact = g_memdup2 (packet->data, captured);
      LabPacket cut = { .number = 1,
                        .link_type = layer->link_type,
                        .captured_len = captured,
                        .wire_len = packet->len,
                        .bytes = exact };
      LabSegment segment;

      if (lab_dissect (dissector, &cut, &segment) != LAB_KIND_TCP)
        continue;
      if (segment.has & LAB_HAS_PORTS)
        g_assert_cmpuint (segment.dst_port, ==, DST_PORT);
      if (segment.has & LAB_HAS_SEQ)
        g_assert_cmpuint (segment.seq, ==, SEQ);
      if (segment.fault == LAB_FAULT_NONE)
        g_assert_cmpuint (segment.len, ==, DATA_LEN);
      g_assert_cmpuint (segment.data_len, <=, segment.len);
      g_assert_true (segment.data_len == 0 || memcmp (segment.data, DATA, segment.data_len) == 0);
    }
}

/* Every link type that is said to be known has a line above. */
static void
test_all_link_types (void)
{
  guint known = 0;

  for (guint type = 0; type <= G_MAXUINT16; type++)
    {
      gboolean tested = FALSE;

      for (gsize i = 0; i < G_N_ELEMENTS (layers); i++)
        tested |= layers[i].link_type == type;
      if (lab_dissect_knows_link_type ((guint16) type) != tested)
        g_error ("link type %u is %s", type, tested ? "not known" : "not tested");
      known += tested;
    }
  g_assert_cmpuint (known, >, 20);
}

/* What looks like IP and must not be taken for it. */
static void
test_others (gconstpointer data)
{
  static const struct
  {
    guint16 link_type;
    const char *before;
  } others[] = {
    { 1, MACS "0806" },                                          /* ARP */
    { 1, MACS "8863 1109 0000 0043" },                           /* PPPoE discovery */
    { 105, "0841" WIFI_ADDRESSES LLC4 },                         /* encrypted */
    { 105, "0804" WIFI_ADDRESSES LLC4 },                         /* in pieces */
    { 105, "4801" WIFI_ADDRESSES LLC4 },                         /* no data */
    { 105, "8001" WIFI_ADDRESSES LLC4 },                         /* a beacon */
    { 113, "0004 0338 0000 000000000000 0000 0800" },            /* netlink */
    { 9, "c021" },                                               /* LCP */
    { 60000, "" },                                               /* nobody knows */
    { 228, "4500 0055 0000 0000 40 11 0000 c0000201 c0000202" }, /* UDP */
  };
  g_autoptr (LabDissector) dissector = lab_dissector_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autoptr (GByteArray) datagram = new_datagram (FALSE);
      g_autoptr (GByteArray) packet = g_byte_array_new ();
      LabSegment segment;

      add_hex (packet, others[i].before);
      add (packet, datagram->data, datagram->len);
      g_assert_cmpint (dissect (dissector, others[i].link_type, packet, &segment), !=,
                       LAB_KIND_TCP);
    }
}

/* A hundred tags in one another, and a tunnel in a tunnel in ...: no stack is deep enough
 * for everything that can be nested, so it ends somewhere. */
static void
test_nesting (void)
{
  g_autoptr (LabDissector) dissector = lab_dissector_new ();
  g_autoptr (GByteArray) packet = g_byte_array_new ();
  LabSegment segment;

  add_hex (packet, MACS);
  for (guint i = 0; i < 10000; i++)
    add_hex (packet, "8100 0001");
  add_hex (packet, "0800");
  g_assert_cmpint (dissect (dissector, 1, packet, &segment), ==, LAB_KIND_OTHER);

  g_byte_array_set_size (packet, 0);
  for (guint i = 0; i < 3000; i++)
    add_hex (packet, "4500 0000 0000 0000 40 04 0000 c0000201 c0000202");
  g_assert_cmpint (dissect (dissector, 101, packet, &segment), ==, LAB_KIND_OTHER);
}

/* Fragments */

typedef struct
{
  LabDissector *dissector;
  gboolean v6;
  guint id;
  gint64 time_ns;
  LabSegment segment;
} Pieces;

/* A piece of @bytes from @offset on; @bytes may be any, not only the datagram's. */
static LabKind
push_piece (Pieces *pieces, const guint8 *bytes, guint offset, guint len, gboolean more)
{
  g_autoptr (GByteArray) packet = g_byte_array_new ();
  LabPacket whole = { .number = 1, .link_type = 101, .time_ns = pieces->time_ns };

  if (pieces->v6)
    {
      g_autoptr (GByteArray) body = g_byte_array_new ();

      add_hex (body, "0600");
      add_u16 (body, (guint16) (offset | (more ? 1 : 0)));
      add_u32 (body, pieces->id);
      add (body, bytes, len);
      add_ipv6 (packet, 44, body->data, body->len);
    }
  else
    add_ipv4 (packet, 6, (guint16) pieces->id, (guint16) (offset / 8 | (more ? 0x2000 : 0)), bytes,
              len);
  whole.bytes = packet->data;
  whole.captured_len = whole.wire_len = packet->len;
  return lab_dissect (pieces->dissector, &whole, &pieces->segment);
}

static void
test_pieces_in_every_order (gconstpointer data)
{
  static const guint orders[][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
                                     { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
  static const guint from[] = { 0, 16, 32, TCP_LEN };
  g_autoptr (LabDissector) dissector = lab_dissector_new ();
  g_autoptr (GByteArray) tcp = g_byte_array_new ();
  Pieces pieces = { dissector, GPOINTER_TO_INT (data), 0, 0, { 0 } };

  add_tcp (tcp);
  for (gsize i = 0; i < G_N_ELEMENTS (orders); i++)
    {
      pieces.id++;
      for (guint j = 0; j < 3; j++)
        {
          guint n = orders[i][j];
          LabKind kind =
              push_piece (&pieces, tcp->data + from[n], from[n], from[n + 1] - from[n], n < 2);

          g_assert_cmpint (kind, ==, j < 2 ? LAB_KIND_FRAGMENT : LAB_KIND_TCP);
        }
      check_segment (&pieces.segment, pieces.v6);
      g_assert_true (pieces.segment.reassembled);
    }
}

/* Of bytes that come twice the first count, as everybody who reassembles must decide. */
static void
test_pieces_that_overlap (gconstpointer data)
{
  g_autoptr (LabDissector) dissector = lab_dissector_new ();
  g_autoptr (GByteArray) tcp = g_byte_array_new ();
  guint8 lies[TCP_LEN];
  Pieces pieces = { dissector, GPOINTER_TO_INT (data), 7, 0, { 0 } };

  add_tcp (tcp);
  memset (lies, 0xee, sizeof lies);
  g_assert_cmpint (push_piece (&pieces, tcp->data, 0, 24, TRUE), ==, LAB_KIND_FRAGMENT);
  g_assert_cmpint (push_piece (&pieces, tcp->data, 0, 24, TRUE), ==, LAB_KIND_FRAGMENT);
  g_assert_cmpint (push_piece (&pieces, lies, 8, 16, TRUE), ==, LAB_KIND_FRAGMENT);
  g_assert_cmpint (push_piece (&pieces, tcp->data + 32, 32, TCP_LEN - 32, FALSE), ==,
                   LAB_KIND_FRAGMENT);
  memcpy (lies + 8, tcp->data + 24, 8);
  g_assert_cmpint (push_piece (&pieces, lies, 16, 24, TRUE), ==, LAB_KIND_TCP);
  check_segment (&pieces.segment, pieces.v6);
}

/* Pieces of two datagrams at the same time do not mix, nor does one that has waited longer
 * than a minute. */
static void
test_pieces_apart (gconstpointer data)
{
  g_autoptr (LabDissector) dissector = lab_dissector_new ();
  g_autoptr (GByteArray) tcp = g_byte_array_new ();
  Pieces pieces = { dissector, GPOINTER_TO_INT (data), 1, 0, { 0 } };

  add_tcp (tcp);
  push_piece (&pieces, tcp->data, 0, 16, TRUE);
  pieces.id = 2;
  g_assert_cmpint (push_piece (&pieces, tcp->data + 16, 16, TCP_LEN - 16, FALSE), ==,
                   LAB_KIND_FRAGMENT);
  pieces.time_ns = (gint64) 61 * 1000 * 1000 * 1000;
  pieces.id = 1;
  g_assert_cmpint (push_piece (&pieces, tcp->data + 16, 16, TCP_LEN - 16, FALSE), ==,
                   LAB_KIND_FRAGMENT);
  g_assert_cmpint (push_piece (&pieces, tcp->data, 0, 16, TRUE), ==, LAB_KIND_TCP);
  check_segment (&pieces.segment, pieces.v6);
}

/* First pieces only, as an attacker sends them: the oldest are given up, and it is known. */
static void
test_pieces_without_end (gconstpointer data)
{
  g_autoptr (LabDissector) dissector = lab_dissector_new ();
  g_autoptr (GByteArray) tcp = g_byte_array_new ();
  Pieces pieces = { dissector, GPOINTER_TO_INT (data), 0, 0, { 0 } };

  add_tcp (tcp);
  for (pieces.id = 1; pieces.id <= 600; pieces.id++)
    g_assert_cmpint (push_piece (&pieces, tcp->data, 0, 16, TRUE), ==, LAB_KIND_FRAGMENT);
  g_assert_true (lab_dissector_was_full (dissector));
  pieces.id = 1;
  g_assert_cmpint (push_piece (&pieces, tcp->data + 16, 16, TCP_LEN - 16, FALSE), ==,
                   LAB_KIND_FRAGMENT);
  pieces.id = 600;
  g_assert_cmpint (push_piece (&pieces, tcp->data + 16, 16, TCP_LEN - 16, FALSE), ==, LAB_KIND_TCP);
}

/* Beyond 65,535 bytes ("ping of death"), without bytes, and more than the end said. */
static void
test_pieces_that_lie (gconstpointer data)
{
  g_autoptr (LabDissector) dissector = lab_dissector_new ();
  g_autofree guint8 *bytes = g_malloc0 (2000);
  Pieces pieces = { dissector, GPOINTER_TO_INT (data), 1, 0, { 0 } };

  g_assert_cmpint (push_piece (&pieces, bytes, 65528, 2000, FALSE), ==, LAB_KIND_FRAGMENT);
  g_assert_cmpint (push_piece (&pieces, bytes, 8, 0, TRUE), ==, LAB_KIND_FRAGMENT);
  g_assert_cmpint (push_piece (&pieces, bytes, 64, 64, FALSE), ==, LAB_KIND_FRAGMENT);
  g_assert_cmpint (push_piece (&pieces, bytes, 1024, 64, TRUE), ==, LAB_KIND_FRAGMENT);
  g_assert_cmpint (push_piece (&pieces, bytes, 0, 64, TRUE), ==, LAB_KIND_TCP);
  g_assert_cmpint (pieces.segment.fault, ==, LAB_FAULT_HEADER_LENGTH);
}

/* IPv6: a fragment header on something whole (RFC 6946), and what else may be between. */
static void
test_extension_headers (void)
{
  static const struct
  {
    guint8 next;
    const char *headers;
  } chains[] = {
    { 44, "0600 0000 12345678" },                                   /* atomic fragment */
    { 0, "3c00 010400000000 0600 010400000000" },                   /* hop-by-hop, destination */
    { 43, "0602 0200 00000000 fd77000000000000 0000000000000002" }, /* routing */
    { 51, "0604 0000 00000001 00000001 000000000000000000000000" }, /* AH */
    { 60, "8700 010400000000 0600 010400000000" },                  /* destination, mobility */
  };
  g_autoptr (LabDissector) dissector = lab_dissector_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (chains); i++)
    {
      g_autoptr (GByteArray) body = g_byte_array_new ();
      g_autoptr (GByteArray) packet = g_byte_array_new ();
      LabSegment segment;

      add_hex (body, chains[i].headers);
      add_tcp (body);
      add_ipv6 (packet, chains[i].next, body->data, body->len);
      dissect (dissector, 229, packet, &segment);
      check_segment (&segment, TRUE);
    }
}

static void
add_pieces_tests (const char *version, gboolean v6)
{
  static const struct
  {
    const char *name;
    GTestDataFunc test;
  } tests[] = { { "every-order", test_pieces_in_every_order },
                { "overlap", test_pieces_that_overlap },
                { "apart", test_pieces_apart },
                { "without-end", test_pieces_without_end },
                { "lie", test_pieces_that_lie } };

  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *path = g_strdup_printf ("/lab/dissect/pieces/%s/%s", version, tests[i].name);

      g_test_add_data_func (path, GINT_TO_POINTER (v6), tests[i].test);
    }
}

/* Link-local addresses have the interface behind them; nothing comes into a sentence that is
 * no plain name. */
static void
test_scoped_text (void)
{
  static const struct
  {
    LabAddress address;
    const char *scope;
    const char *text;
  } rows[] = {
    { { 6, { 0xfe, 0x80, [15] = 1 } }, "eth0", "fe80::1%eth0" },
    { { 6, { 0xfe, 0xbf, [15] = 1 } }, "eth0.5", "febf::1%eth0.5" },
    { { 6, { 0xfe, 0x80, [15] = 1 } }, NULL, "fe80::1" },
    { { 6, { 0xfe, 0x80, [15] = 1 } }, "\033[31m", "fe80::1" },
    { { 6, { 0xfe, 0x80, [15] = 1 } }, "<script>", "fe80::1" },
    { { 6, { 0xfe, 0xc0, [15] = 1 } }, "eth0", "fec0::1" },
    { { 6, { 0x20, 1, [15] = 1 } }, "eth0", "2001::1" },
    { { 4, { 169, 254, 0, 1 } }, "eth0", "169.254.0.1" },
    { { 6,
        { 0xfe, 0x80, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
          0xff } },
      "fifteen-letters",
      "fe80:ffff:ffff:ffff:ffff:ffff:ffff:ffff%fifteen-letters" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      char text[LAB_SCOPED_ADDRESS_TEXT];

      g_assert_cmpuint (lab_address_to_scoped_text (&rows[i].address, rows[i].scope, text), ==,
                        strlen (rows[i].text));
      g_assert_cmpstr (text, ==, rows[i].text);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (layers); i++)
    {
      g_autofree char *path = g_strdup_printf ("/lab/dissect/layer/%s", layers[i].name);
      g_autofree char *cut = g_strdup_printf ("/lab/dissect/cut/%s", layers[i].name);

      g_test_add_data_func (path, &layers[i], test_layer);
      g_test_add_data_func (cut, &layers[i], test_layer_cut);
    }
  g_test_add_func ("/lab/dissect/all-link-types", test_all_link_types);
  g_test_add_data_func ("/lab/dissect/others", NULL, test_others);
  g_test_add_func ("/lab/dissect/nesting", test_nesting);
  g_test_add_func ("/lab/dissect/extension-headers", test_extension_headers);
  add_pieces_tests ("ipv4", FALSE);
  add_pieces_tests ("ipv6", TRUE);
  g_test_add_func ("/lab/dissect/address-with-its-scope", test_scoped_text);
  return g_test_run ();
}
