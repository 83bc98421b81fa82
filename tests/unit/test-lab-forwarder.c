/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The router of the experiments: what it does to frames, and to which.
 */
#include "config.h"

#include <arpa/inet.h>
#include <glib.h>
#include <string.h>

#include "lab/bench/lab-forwarder.h"

#define SYN 0x02
#define ACK 0x10
#define RST 0x04

static const guint8 router_mac[] = { 2, 0, 0, 0, 0, 1 };
static const guint8 host_mac[] = { 2, 0, 0, 0, 0, 100 };

/* What the router has sent: the number in each frame, and the last frame. */
typedef struct
{
  GString *sent; /* (owned): a letter for each */
  guint port;
  guint8 last[200];
  gsize last_len;
} Sink;

static void
on_sent (guint port, const guint8 *frame, gsize len, gpointer data)
{
  Sink *sink = data;

  g_string_append_c (sink->sent, (char) frame[14 + (frame[14] >> 4 == 6 ? 40 : 20) + 20]);
  sink->port = port;
  sink->last_len = len;
  memcpy (sink->last, frame, len);
}

static guint16
sum (const guint8 *bytes, gsize len)
{
  guint32 total = 0;

  for (gsize i = 0; i < len; i += 2)
    total += (guint32) (bytes[i] << 8 | bytes[i + 1]);
  while (total >> 16)
    total = (total & 0xffff) + (total >> 16);
  return (guint16) ~total;
}

/* A segment with one byte of data, @letter. */
static void
make_frame (guint8 frame[55], const char *from, const char *to, guint8 flags, char letter)
{
  guint8 *ip = frame + 14;
  in_addr_t address = inet_addr (from);
  guint16 check = 0;

  memset (frame, 0, 55);
  memcpy (frame, router_mac, 6);
  memcpy (frame + 6, host_mac, 6);
  frame[12] = 0x08;
  ip[0] = 0x45;
  ip[3] = 41;
  ip[8] = 64;
  ip[9] = IPPROTO_TCP;
  memcpy (ip + 12, &address, 4);
  address = inet_addr (to);
  memcpy (ip + 16, &address, 4);
  check = sum (ip, 20);
  ip[10] = (guint8) (check >> 8);
  ip[11] = (guint8) check;
  ip[20 + 12] = 0x50;
  ip[20 + 13] = flags;
  ip[40] = (guint8) letter;
}

static void
take (LabForwarder *forwarder, guint8 flags, char letter, gint64 now_us)
{
  guint8 frame[55];

  make_frame (frame, "10.10.1.100", "10.10.2.100", flags, letter);
  lab_forwarder_take (forwarder, frame, sizeof frame, now_us);
}

static LabAddress
address_of (const char *text)
{
  LabAddress address = { .family = strchr (text, ':') != NULL ? 6 : 4 };

  g_assert_cmpint (inet_pton (address.family == 6 ? AF_INET6 : AF_INET, text, address.bytes), ==,
                   1);
  return address;
}

static LabForwarder *
make_router (Sink *sink)
{
  LabForwarder *forwarder = lab_forwarder_new (on_sent, sink);
  const char *const hosts[] = { "10.10.1.100", "10.10.2.100", "fd10:10:1::100", "fd10:10:2::100" };

  sink->sent = g_string_new (NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (hosts); i++)
    {
      const LabAddress address = address_of (hosts[i]);

      lab_forwarder_add_port (forwarder, &address, router_mac, host_mac);
    }
  return forwarder;
}

static void
expect (Sink *sink, const char *letters)
{
  g_assert_cmpstr (sink->sent->str, ==, letters);
  g_string_truncate (sink->sent, 0);
}

static void
test_routes_one_hop (void)
{
  Sink sink = { 0 };
  g_autoptr (LabForwarder) forwarder = make_router (&sink);
  guint8 frame[55];

  take (forwarder, ACK, 'a', 0);
  expect (&sink, "a");
  g_assert_cmpuint (sink.port, ==, 1);
  g_assert_cmpmem (sink.last, 6, host_mac, 6);
  g_assert_cmpmem (sink.last + 6, 6, router_mac, 6);
  g_assert_cmpuint (sink.last[14 + 8], ==, 63);
  g_assert_cmpuint (sum (sink.last + 14, 20), ==, 0); /* RFC 1071: a good header sums up to it */

  /* Every hop count, so that every carry of the check sum has its turn. */
  for (guint ttl = 2; ttl < 256; ttl++)
    {
      guint16 check = 0;

      make_frame (frame, "10.10.1.100", "10.10.2.100", ACK, 'b');
      frame[14 + 8] = (guint8) ttl;
      frame[14 + 10] = frame[14 + 11] = 0;
      check = sum (frame + 14, 20);
      frame[14 + 10] = (guint8) (check >> 8);
      frame[14 + 11] = (guint8) check;
      lab_forwarder_take (forwarder, frame, sizeof frame, 0);
      g_assert_cmpuint (sum (sink.last + 14, 20), ==, 0);
    }
  g_string_free (sink.sent, TRUE);
}

static void
test_drops_what_it_cannot_route (void)
{
  Sink sink = { 0 };
  g_autoptr (LabForwarder) forwarder = make_router (&sink);
  guint8 frame[55];

  make_frame (frame, "10.10.1.100", "192.0.2.1", ACK, 'x'); /* nobody's */
  lab_forwarder_take (forwarder, frame, sizeof frame, 0);
  make_frame (frame, "10.10.1.100", "10.10.2.100", ACK, 'x');
  frame[14 + 8] = 1; /* no hop left */
  lab_forwarder_take (forwarder, frame, sizeof frame, 0);
  make_frame (frame, "10.10.1.100", "10.10.2.100", ACK, 'x');
  frame[12] = 0x86; /* another protocol */
  lab_forwarder_take (forwarder, frame, sizeof frame, 0);
  make_frame (frame, "10.10.1.100", "10.10.2.100", ACK, 'x');
  frame[14 + 3] = 200; /* longer than it is */
  lab_forwarder_take (forwarder, frame, sizeof frame, 0);
  make_frame (frame, "10.10.1.100", "10.10.2.100", ACK, 'x');
  for (gsize len = 0; len < sizeof frame; len++) /* cut off anywhere */
    lab_forwarder_take (forwarder, frame, len, 0);
  expect (&sink, "");
  g_string_free (sink.sent, TRUE);
}

/* The same segment over IPv6. */
static void
make_frame_6 (guint8 frame[75], const char *from, const char *to, guint8 flags, char letter)
{
  guint8 *ip = frame + 14;
  const LabAddress source = address_of (from);
  const LabAddress destination = address_of (to);

  memset (frame, 0, 75);
  frame[12] = 0x86;
  frame[13] = 0xdd;
  ip[0] = 0x60;
  ip[5] = 21;
  ip[6] = IPPROTO_TCP;
  ip[7] = 64;
  memcpy (ip + 8, source.bytes, 16);
  memcpy (ip + 24, destination.bytes, 16);
  ip[40 + 12] = 0x50;
  ip[40 + 13] = flags;
  ip[60] = (guint8) letter;
}

static void
test_routes_ipv6 (void)
{
  Sink sink = { 0 };
  g_autoptr (LabForwarder) forwarder = make_router (&sink);
  const LabRule resets = { .from = address_of ("fd10:10:1::100"),
                           .flags_mask = RST,
                           .flags = RST,
                           .with_data = TRUE,
                           .fate = LAB_FATE_DROP };
  guint8 frame[75];
  guint8 sent[75];

  make_frame_6 (frame, "fd10:10:1::100", "fd10:10:2::100", ACK, 'a');
  lab_forwarder_take (forwarder, frame, sizeof frame, 0);
  expect (&sink, "a");
  g_assert_cmpuint (sink.port, ==, 3);
  /* Nothing but the addresses of the link and the hop limit has changed. */
  memcpy (sent, frame, sizeof sent);
  memcpy (sent, host_mac, 6);
  memcpy (sent + 6, router_mac, 6);
  sent[14 + 7] = 63;
  g_assert_cmpmem (sink.last, sink.last_len, sent, sizeof sent);

  for (gsize len = 0; len < sizeof frame; len++) /* cut off anywhere */
    lab_forwarder_take (forwarder, frame, len, 0);
  frame[14 + 7] = 1; /* no hop left */
  lab_forwarder_take (forwarder, frame, sizeof frame, 0);
  make_frame_6 (frame, "fd10:10:1::100", "fd10:10:9::100", ACK, 'x'); /* nobody's */
  lab_forwarder_take (forwarder, frame, sizeof frame, 0);
  expect (&sink, "");

  lab_forwarder_add_rule (forwarder, &resets);
  make_frame_6 (frame, "fd10:10:1::100", "fd10:10:2::100", RST, 'b');
  lab_forwarder_take (forwarder, frame, sizeof frame, 0);
  frame[14 + 5] = 20; /* without data */
  lab_forwarder_take (forwarder, frame, sizeof frame, 0);
  make_frame_6 (frame, "fd10:10:2::100", "fd10:10:1::100", RST, 'c'); /* of somebody else */
  lab_forwarder_take (forwarder, frame, sizeof frame, 0);
  expect (&sink, "bc");
  g_string_free (sink.sent, TRUE);
}

static void
test_drops_the_second (void)
{
  Sink sink = { 0 };
  g_autoptr (LabForwarder) forwarder = make_router (&sink);
  const LabRule rule = { .first = 2, .count = 1, .fate = LAB_FATE_DROP };
  guint number = lab_forwarder_add_rule (forwarder, &rule);

  for (char letter = 'a'; letter <= 'd'; letter++)
    take (forwarder, ACK, letter, 0);
  expect (&sink, "acd");
  g_assert_cmpuint (lab_forwarder_get_hits (forwarder, number), ==, 1);
  g_string_free (sink.sent, TRUE);
}

static void
test_matches_flags_and_ends (void)
{
  Sink sink = { 0 };
  g_autoptr (LabForwarder) forwarder = make_router (&sink);
  const LabRule resets = { .flags_mask = RST, .flags = RST, .fate = LAB_FATE_DROP };
  const LabRule others = { .from = address_of ("10.10.2.100"), .fate = LAB_FATE_DROP };
  const LabRule only_syn = {
    .flags_mask = SYN | ACK, .flags = SYN, .to = address_of ("10.10.2.100"), .fate = LAB_FATE_DROP
  };
  guint number = lab_forwarder_add_rule (forwarder, &resets);

  lab_forwarder_add_rule (forwarder, &others);
  lab_forwarder_add_rule (forwarder, &only_syn);
  take (forwarder, ACK, 'a', 0);
  take (forwarder, RST | ACK, 'b', 0);
  take (forwarder, SYN, 'c', 0);
  take (forwarder, SYN | ACK, 'd', 0);
  expect (&sink, "ad");
  lab_forwarder_remove_rule (forwarder, number);
  take (forwarder, RST, 'e', 0);
  expect (&sink, "e");
  g_string_free (sink.sent, TRUE);
}

static void
test_delays (void)
{
  Sink sink = { 0 };
  g_autoptr (LabForwarder) forwarder = make_router (&sink);
  const LabRule rule = { .first = 1, .count = 1, .fate = LAB_FATE_DELAY, .delay_ms = 100 };

  lab_forwarder_add_rule (forwarder, &rule);
  g_assert_cmpint (lab_forwarder_due_us (forwarder), ==, G_MAXINT64);
  take (forwarder, ACK, 'a', 1000);
  take (forwarder, ACK, 'b', 1000);
  expect (&sink, "b");
  g_assert_cmpint (lab_forwarder_due_us (forwarder), ==, 101000);
  lab_forwarder_tick (forwarder, 100999);
  expect (&sink, "");
  lab_forwarder_tick (forwarder, 101000);
  expect (&sink, "a");
  g_assert_cmpint (lab_forwarder_due_us (forwarder), ==, G_MAXINT64);
  g_string_free (sink.sent, TRUE);
}

static void
test_doubles_and_reorders (void)
{
  Sink sink = { 0 };
  g_autoptr (LabForwarder) forwarder = make_router (&sink);
  const LabRule twice = { .first = 1, .count = 1, .fate = LAB_FATE_DUPLICATE };
  const LabRule overtaken = { .first = 1, .count = 1, .fate = LAB_FATE_REORDER };

  lab_forwarder_add_rule (forwarder, &twice);
  lab_forwarder_add_rule (forwarder, &overtaken);
  for (char letter = 'a'; letter <= 'd'; letter++)
    take (forwarder, ACK, letter, 0);
  expect (&sink, "aacbd");
  g_string_free (sink.sent, TRUE);
}

/* What is held goes when the rule does, in its order, and nothing else does it. */
static void
test_holds (void)
{
  Sink sink = { 0 };
  g_autoptr (LabForwarder) forwarder = make_router (&sink);
  const LabRule syns = { .flags_mask = SYN, .flags = SYN, .fate = LAB_FATE_HOLD };
  const LabRule resets = { .flags_mask = RST, .flags = RST, .fate = LAB_FATE_HOLD };
  const LabRule overtaken = { .first = 1, .count = 1, .fate = LAB_FATE_REORDER };
  guint of_syns = lab_forwarder_add_rule (forwarder, &syns);
  guint of_resets = lab_forwarder_add_rule (forwarder, &resets);

  lab_forwarder_add_rule (forwarder, &overtaken);
  take (forwarder, SYN, 'a', 0);
  take (forwarder, RST, 'b', 0);
  take (forwarder, SYN, 'c', 0);
  take (forwarder, ACK, 'd', 0); /* waits for the next */
  g_assert_cmpint (lab_forwarder_due_us (forwarder), ==, G_MAXINT64);
  lab_forwarder_tick (forwarder, G_MAXINT64 - 1);
  expect (&sink, "");
  take (forwarder, ACK, 'e', 0);
  expect (&sink, "ed");
  lab_forwarder_remove_rule (forwarder, of_syns);
  expect (&sink, "ac");
  take (forwarder, SYN, 'f', 0);
  expect (&sink, "f");
  lab_forwarder_remove_rule (forwarder, of_resets);
  expect (&sink, "b");
  g_string_free (sink.sent, TRUE);
}

/* A rule that holds back everything must not hold memory without end. */
static void
test_waits_for_so_many_only (void)
{
  Sink sink = { 0 };
  g_autoptr (LabForwarder) forwarder = make_router (&sink);
  const LabRule rule = { .fate = LAB_FATE_DELAY, .delay_ms = 1 };

  lab_forwarder_add_rule (forwarder, &rule);
  for (int i = 0; i < 5000; i++)
    take (forwarder, ACK, 'a', 0);
  lab_forwarder_tick (forwarder, G_USEC_PER_SEC);
  g_assert_cmpuint (sink.sent->len, ==, 1000);
  g_string_free (sink.sent, TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/forwarder/routes-one-hop", test_routes_one_hop);
  g_test_add_func ("/lab/forwarder/drops-what-it-cannot-route", test_drops_what_it_cannot_route);
  g_test_add_func ("/lab/forwarder/routes-ipv6", test_routes_ipv6);
  g_test_add_func ("/lab/forwarder/drops-the-second", test_drops_the_second);
  g_test_add_func ("/lab/forwarder/matches-flags-and-ends", test_matches_flags_and_ends);
  g_test_add_func ("/lab/forwarder/delays", test_delays);
  g_test_add_func ("/lab/forwarder/doubles-and-reorders", test_doubles_and_reorders);
  g_test_add_func ("/lab/forwarder/holds-until-the-rule-goes", test_holds);
  g_test_add_func ("/lab/forwarder/waits-for-so-many-only", test_waits_for_so_many_only);
  return g_test_run ();
}
