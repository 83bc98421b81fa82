/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Captures of both formats, in both byte orders, in pieces, cut off, and broken.
 */
#include "config.h"

#include <string.h>

#include "tests/unit/capture-driver.h"

#define MICROSECONDS 0xA1B2C3D4
#define NANOSECONDS 0xA1B23C4D
#define MODIFIED 0xA1B2CD34

/* Reads it as a whole, and in pieces of every size that may matter: the same comes out. */
static void
expect (const CaptureBytes *capture, const char *wanted)
{
  const gsize pieces[] = { 1, 2, 3, 5, 7, 16, 64, capture->bytes->len };

  for (gsize i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      g_autofree char *found =
          capture_read (capture->bytes->data, capture->bytes->len, MAX (pieces[i], 1));

      g_assert_cmpstr (found, ==, wanted);
    }
}

static void
test_pcap (void)
{
  for (int big_endian = 0; big_endian < 2; big_endian++)
    {
      CaptureBytes capture = { 0 };

      capture_bytes_init (&capture, big_endian);
      capture_put_pcap_header (&capture, MICROSECONDS, 4, 1);
      capture_put_record (&capture, 1700000000, 123456, 60, "ping");
      capture_put_record (&capture, 4294967295, 999999, 4, "");
      expect (&capture, "1 1700000000123456000 link1 ping/60\n"
                        "2 4294967295999999000 link1 /4\n");
      capture_bytes_clear (&capture);

      capture_bytes_init (&capture, big_endian);
      capture_put_pcap_header (&capture, NANOSECONDS, 4, 276);
      capture_put_record (&capture, 5, 7, 4, "ping");
      expect (&capture, "1 5000000007 link276 ping/4\n");
      capture_bytes_clear (&capture);
    }
}

static void
test_pcap_without_packets (void)
{
  CaptureBytes capture = { 0 };

  capture_bytes_init (&capture, FALSE);
  capture_put_pcap_header (&capture, MICROSECONDS, 4, 1);
  expect (&capture, "");
  capture_bytes_clear (&capture);
}

static void
test_pcap_modified (void)
{
  CaptureBytes capture = { 0 };

  capture_bytes_init (&capture, TRUE);
  capture_put_pcap_header (&capture, MODIFIED, 4, 1);
  capture_put_record (&capture, 1, 2, 4, "");
  /* The lengths say three bytes; eight more of the header come before them. */
  memcpy (capture.bytes->data + 24 + 8, "\0\0\0\3", 4);
  capture_put (&capture, "\0\0\0\2\x08\0\0\0abc", 11);
  expect (&capture, "1 1000002000 link1 abc/4\n");
  capture_bytes_clear (&capture);
}

/* Before 2.4 nobody agreed which of the two lengths comes first. */
static void
test_pcap_old (void)
{
  CaptureBytes capture = { 0 };

  capture_bytes_init (&capture, FALSE);
  capture_put_pcap_header (&capture, MICROSECONDS, 3, 1);
  capture_put_u32 (&capture, 1);
  capture_put_u32 (&capture, 0);
  capture_put_u32 (&capture, 60);
  capture_put_u32 (&capture, 4);
  capture_put (&capture, "ping", 4);
  expect (&capture, "1 1000000000 link1 ping/60\n");
  capture_bytes_clear (&capture);
}

/* The upper bits say how long the check sum behind a frame is. */
static void
test_pcap_link_type (void)
{
  CaptureBytes capture = { 0 };

  capture_bytes_init (&capture, FALSE);
  capture_put_pcap_header (&capture, MICROSECONDS, 4, 0x24000001);
  capture_put_record (&capture, 1, 0, 4, "ping");
  expect (&capture, "1 1000000000 link1 ping/4\n");
  capture_bytes_clear (&capture);
}

static void
test_pcapng (void)
{
  for (int big_endian = 0; big_endian < 2; big_endian++)
    {
      CaptureBytes capture = { 0 };
      guint begin = 0;

      capture_bytes_init (&capture, big_endian);
      capture_put_section (&capture);
      capture_put_interface (&capture, 1, 0, 0, 0);
      capture_put_enhanced (&capture, 0, 1700000000123456, 60, "ping");
      capture_put_interface (&capture, 101, 0, 9, 0);
      begin = capture_begin_block (&capture, 0x0BAD); /* nobody knows it */
      capture_put (&capture, "whatever it may say", 19);
      capture_end_block (&capture, begin);
      capture_put_enhanced (&capture, 1, 1700000000123456789, 5, "pong!");
      expect (&capture, "1 1700000000123456000 link1 ping/60\n"
                        "2 1700000000123456789 if1 link101 pong!/5\n");
      capture_bytes_clear (&capture);
    }
}

static void
test_pcapng_times (void)
{
  static const struct
  {
    const char *name;
    guint8 resolution;
    gint64 offset_s;
    guint64 ticks;
    gint64 ns;
  } rows[] = {
    { "milliseconds", 3, 0, 1700000000123, 1700000000123000000 },
    { "nanoseconds", 9, 0, 1700000000123456789, 1700000000123456789 },
    { "picoseconds", 12, 0, 1234567890123, 1234567890 },
    { "seconds since another time", 6, 1700000000, 5, 1700000000000005000 },
    { "seconds before it", 6, -10, 30000000, 20000000000 },
    { "powers of two", 0x80 | 10, 0, (G_GUINT64_CONSTANT (1700000000) << 10) | 512,
      1700000000500000000 },
    { "whole seconds", 0x80, 0, 1700000000, 1700000000000000000 },
    { "before 1970", 6, -10, 0, 0 },
    { "after 2262", 6, 0, G_MAXUINT64, G_MAXINT64 },
    { "a resolution that nothing has", 127, 0, G_MAXUINT64, 0 },
    { "nor in powers of two", 0xFF, 0, G_MAXUINT64, 0 },
    { "the greatest offset", 6, G_MAXINT64, 1, G_MAXINT64 },
    { "the least offset", 6, G_MININT64, 1, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      CaptureBytes capture = { 0 };
      g_autofree char *wanted =
          g_strdup_printf ("1 %" G_GINT64_FORMAT " link1 ping/4\n", rows[i].ns);

      g_test_message ("%s", rows[i].name);
      capture_bytes_init (&capture, i % 2);
      capture_put_section (&capture);
      capture_put_interface (&capture, 1, 0, rows[i].resolution, rows[i].offset_s);
      capture_put_enhanced (&capture, 0, rows[i].ticks, 4, "ping");
      if (rows[i].resolution == 0x80)
        g_assert_cmpuint (rows[i].ticks, >, 0);
      expect (&capture, wanted);
      capture_bytes_clear (&capture);
    }
}

static void
test_pcapng_simple (void)
{
  CaptureBytes capture = { 0 };

  capture_bytes_init (&capture, FALSE);
  capture_put_section (&capture);
  capture_put_interface (&capture, 1, 6, 0, 0);
  capture_put_simple (&capture, 4, "ping");
  capture_put_simple (&capture, 3, "abc"); /* and a byte of padding */
  capture_put_simple (&capture, 60, "abcdef..");
  expect (&capture, "1 - link1 ping/4\n2 - link1 abc/3\n3 - link1 abcdef/60\n");
  capture_bytes_clear (&capture);
}

static void
test_pcapng_obsolete (void)
{
  CaptureBytes capture = { 0 };
  guint begin = 0;

  capture_bytes_init (&capture, TRUE);
  capture_put_section (&capture);
  capture_put_interface (&capture, 1, 0, 0, 0);
  begin = capture_begin_block (&capture, 2);
  capture_put_u16 (&capture, 0);
  capture_put_u16 (&capture, 7); /* packets that were lost */
  capture_put_u32 (&capture, 0);
  capture_put_u32 (&capture, 42);
  capture_put_u32 (&capture, 3);
  capture_put_u32 (&capture, 9);
  capture_put (&capture, "abc", 3);
  capture_end_block (&capture, begin);
  expect (&capture, "1 42000 link1 abc/9\n");
  capture_bytes_clear (&capture);
}

/* Interfaces and byte order are those of a section, numbers those of the file. */
static void
test_pcapng_sections (void)
{
  CaptureBytes capture = { 0 };

  capture_bytes_init (&capture, FALSE);
  capture_put_section (&capture);
  capture_put_interface (&capture, 1, 0, 0, 0);
  capture_put_interface (&capture, 1, 0, 0, 0);
  capture_put_enhanced (&capture, 1, 1, 1, "a");
  capture.big_endian = TRUE;
  capture_put_section (&capture);
  capture_put_interface (&capture, 113, 0, 0, 0);
  capture_put_enhanced (&capture, 0, 2, 1, "b");
  expect (&capture, "1 1000 if1 link1 a/1\n2 2000 link113 b/1\n");
  capture_bytes_clear (&capture);
}

/* What nobody needs is not kept, however long it is. */
static void
test_pcapng_long_block (void)
{
  CaptureBytes capture = { 0 };
  g_autofree guint8 *nothing = g_malloc0 (3 * LAB_CAPTURE_MOST_BYTES);
  g_autofree char *found = NULL;
  guint begin = 0;

  capture_bytes_init (&capture, FALSE);
  capture_put_section (&capture);
  begin = capture_begin_block (&capture, 0x0BAD);
  capture_put (&capture, nothing, 3 * LAB_CAPTURE_MOST_BYTES);
  capture_end_block (&capture, begin);
  capture_put_interface (&capture, 1, 0, 0, 0);
  capture_put_enhanced (&capture, 0, 1, 1, "a");
  found = capture_read (capture.bytes->data, capture.bytes->len, 4096);
  g_assert_cmpstr (found, ==, "1 1000 link1 a/1\n");
  capture_bytes_clear (&capture);
}

/* Cut off anywhere, it gives the packets before that, and says that it was. */
static void
test_cut (void)
{
  for (int is_pcapng = 0; is_pcapng < 2; is_pcapng++)
    {
      CaptureBytes capture = { 0 };
      gsize ends[4] = { 0 };

      capture_bytes_init (&capture, FALSE);
      if (is_pcapng)
        {
          capture_put_section (&capture);
          ends[0] = capture.bytes->len;
          capture_put_interface (&capture, 1, 0, 0, 0);
          ends[1] = capture.bytes->len;
          capture_put_enhanced (&capture, 0, 1, 4, "ping");
          ends[2] = capture.bytes->len;
          capture_put_enhanced (&capture, 0, 2, 4, "pong");
        }
      else
        {
          capture_put_pcap_header (&capture, NANOSECONDS, 4, 1);
          ends[0] = ends[1] = capture.bytes->len;
          capture_put_record (&capture, 0, 1000, 4, "ping");
          ends[2] = capture.bytes->len;
          capture_put_record (&capture, 0, 2000, 4, "pong");
        }
      ends[3] = capture.bytes->len;
      for (gsize len = 0; len <= ends[3]; len++)
        {
          g_autofree char *found = capture_read (capture.bytes->data, len, 8);
          gboolean is_whole = FALSE;

          for (gsize i = 0; i < G_N_ELEMENTS (ends); i++)
            is_whole |= len == ends[i];
          g_assert_true (g_str_has_suffix (found, "cut\n") == !is_whole);
          g_assert_true (g_str_has_prefix (found, "1 1000") == (len >= ends[2]));
          g_assert_true ((strstr (found, "pong") != NULL) == (len == ends[3]));
        }
      capture_bytes_clear (&capture);
    }
}

static void
expect_broken (CaptureBytes *capture, const char *wanted)
{
  g_autofree char *found = capture_read (capture->bytes->data, capture->bytes->len, 16);
  g_autofree char *whole = g_strdup_printf ("broken: %s\n", wanted);

  if (!g_str_has_suffix (found, whole))
    g_error ("“%s” does not end with “%s”", found, whole);
  capture_bytes_clear (capture);
}

static void
test_no_capture (void)
{
  CaptureBytes capture = { 0 };

  capture_bytes_init (&capture, FALSE);
  capture_put (&capture, "#!/bin/sh\n", 10);
  expect_broken (&capture, "it is no capture (neither pcap nor pcapng)");

  capture_bytes_init (&capture, FALSE);
  capture_put (&capture, "\x1f\x8b\x08\0\0\0\0\0", 8);
  expect_broken (&capture, "it is compressed (gzip); unpack it with gunzip");

  capture_bytes_init (&capture, FALSE);
  capture_put_u32 (&capture, MICROSECONDS);
  capture_put_u32 (&capture, 1);
  capture_put (&capture, "0123456789abcdef", 16);
  expect_broken (&capture, "it is a pcap of version 1.0, older than any in use");
}

static void
test_broken_pcap (void)
{
  CaptureBytes capture = { 0 };

  capture_bytes_init (&capture, FALSE);
  capture_put_pcap_header (&capture, MICROSECONDS, 4, 1);
  capture_put_record (&capture, 1, 0, 4, "ping");
  capture_put_u32 (&capture, 2);
  capture_put_u32 (&capture, 0);
  capture_put_u32 (&capture, 0x7FFFFFFF);
  capture_put_u32 (&capture, 4);
  expect_broken (&capture, "the packet after number 1 claims to have 2147483647 bytes");
}

static void
begin_pcapng (CaptureBytes *capture)
{
  capture_bytes_init (capture, FALSE);
  capture_put_section (capture);
  capture_put_interface (capture, 1, 0, 0, 0);
  capture_put_enhanced (capture, 0, 1, 4, "ping");
}

static void
test_broken_pcapng (void)
{
  CaptureBytes capture = { 0 };
  guint begin = 0;

  begin_pcapng (&capture);
  capture_put_enhanced (&capture, 1, 2, 4, "pong");
  expect_broken (&capture, "the packet after number 1 is of interface 1, and there are 1");

  begin_pcapng (&capture);
  begin = capture.bytes->len;
  capture_put_enhanced (&capture, 0, 2, 4, "pong");
  capture.bytes->data[begin + 20] = 5;
  expect_broken (&capture, "the packet after number 1 does not fit into its block of 36 bytes");

  begin_pcapng (&capture);
  capture_end_block (&capture, capture_begin_block (&capture, 6));
  expect_broken (&capture, "the packet after number 1 does not fit into its block of 12 bytes");

  begin_pcapng (&capture);
  capture_end_block (&capture, capture_begin_block (&capture, 3));
  expect_broken (&capture, "the packet after number 1 does not fit into its block of 12 bytes");

  begin_pcapng (&capture);
  capture_end_block (&capture, capture_begin_block (&capture, 1));
  expect_broken (&capture, "an interface block has 12 bytes");

  begin_pcapng (&capture);
  capture_put_enhanced (&capture, 0, 2, 4, "pong");
  capture.bytes->data[capture.bytes->len - 4] ^= 1;
  expect_broken (&capture, "the block after packet 1 says two lengths");

  begin_pcapng (&capture);
  capture_put_u32 (&capture, 6);
  capture_put_u32 (&capture, 0x7FFFFFFF);
  capture_put_u32 (&capture, 0);
  expect_broken (&capture, "the block after packet 1 claims to have 2147483647 bytes");

  begin_pcapng (&capture);
  capture_put_u32 (&capture, 0x0BAD);
  capture_put_u32 (&capture, 8);
  capture_put_u32 (&capture, 8);
  expect_broken (&capture, "a block of the pcapng claims to have 8 bytes");

  begin_pcapng (&capture);
  capture_put_u32 (&capture, 0x0BAD);
  capture_put_u32 (&capture, G_MAXUINT32);
  capture_put_u32 (&capture, 0);
  expect_broken (&capture, "a block of the pcapng claims to have 4294967295 bytes");

  begin_pcapng (&capture);
  capture_put_u32 (&capture, 0x0A0D0D0A);
  capture_put_u32 (&capture, 28);
  capture_put_u32 (&capture, 0);
  capture_put_u32 (&capture, 0);
  expect_broken (&capture, "a section of the pcapng has no byte order");

  begin_pcapng (&capture);
  begin = capture.bytes->len;
  capture_put_section (&capture);
  capture.bytes->data[begin + 12] = 2;
  expect_broken (&capture, "it has a section of pcapng version 2, not 1");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/capture/reader/pcap-of-both-orders-and-precisions", test_pcap);
  g_test_add_func ("/capture/reader/pcap-without-packets", test_pcap_without_packets);
  g_test_add_func ("/capture/reader/pcap-with-longer-records", test_pcap_modified);
  g_test_add_func ("/capture/reader/pcap-with-exchanged-lengths", test_pcap_old);
  g_test_add_func ("/capture/reader/link-type-without-check-sum", test_pcap_link_type);
  g_test_add_func ("/capture/reader/pcapng-with-two-interfaces", test_pcapng);
  g_test_add_func ("/capture/reader/pcapng-times", test_pcapng_times);
  g_test_add_func ("/capture/reader/simple-packets-have-no-time", test_pcapng_simple);
  g_test_add_func ("/capture/reader/obsolete-packets", test_pcapng_obsolete);
  g_test_add_func ("/capture/reader/sections-in-both-orders", test_pcapng_sections);
  g_test_add_func ("/capture/reader/long-block-is-not-kept", test_pcapng_long_block);
  g_test_add_func ("/capture/reader/cut-anywhere", test_cut);
  g_test_add_func ("/capture/reader/no-capture", test_no_capture);
  g_test_add_func ("/capture/reader/broken-pcap", test_broken_pcap);
  g_test_add_func ("/capture/reader/broken-pcapng", test_broken_pcapng);
  return g_test_run ();
}
