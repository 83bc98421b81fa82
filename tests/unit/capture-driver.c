/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tests/unit/capture-driver.h"

#include <string.h>

void
capture_bytes_init (CaptureBytes *capture, gboolean big_endian)
{
  capture->bytes = g_byte_array_new ();
  capture->big_endian = big_endian;
}

void
capture_bytes_clear (CaptureBytes *capture)
{
  g_clear_pointer (&capture->bytes, g_byte_array_unref);
}

void
capture_put (CaptureBytes *capture, const void *bytes, gsize len)
{
  g_byte_array_append (capture->bytes, bytes, (guint) len);
}

void
capture_put_u16 (CaptureBytes *capture, guint16 value)
{
  value = capture->big_endian ? GUINT16_TO_BE (value) : GUINT16_TO_LE (value);
  capture_put (capture, &value, sizeof value);
}

void
capture_put_u32 (CaptureBytes *capture, guint32 value)
{
  value = capture->big_endian ? GUINT32_TO_BE (value) : GUINT32_TO_LE (value);
  capture_put (capture, &value, sizeof value);
}

void
capture_put_pcap_header (CaptureBytes *capture, guint32 magic, guint16 minor, guint32 link)
{
  capture_put_u32 (capture, magic);
  capture_put_u16 (capture, 2);
  capture_put_u16 (capture, minor);
  capture_put_u32 (capture, 0);
  capture_put_u32 (capture, 0);
  capture_put_u32 (capture, 65535);
  capture_put_u32 (capture, link);
}

void
capture_put_record (
    CaptureBytes *capture, guint32 seconds, guint32 fraction, guint32 wire_len, const char *data)
{
  capture_put_u32 (capture, seconds);
  capture_put_u32 (capture, fraction);
  capture_put_u32 (capture, (guint32) strlen (data));
  capture_put_u32 (capture, wire_len);
  capture_put (capture, data, strlen (data));
}

/**
 * capture_begin_block:
 *
 * Returns: what capture_end_block() wants to know.
 */
guint
capture_begin_block (CaptureBytes *capture, guint32 type)
{
  guint begin = capture->bytes->len;

  capture_put_u32 (capture, type);
  capture_put_u32 (capture, 0);
  return begin;
}

void
capture_end_block (CaptureBytes *capture, guint begin)
{
  static const guint8 padding[3];
  guint32 total = 0;

  capture_put (capture, padding, -(capture->bytes->len - begin) & 3);
  total = capture->bytes->len - begin + 4;
  capture_put_u32 (capture, total);
  memcpy (capture->bytes->data + begin + 4, capture->bytes->data + begin + total - 4, 4);
}

void
capture_put_section (CaptureBytes *capture)
{
  guint begin = capture_begin_block (capture, 0x0A0D0D0A);

  capture_put_u32 (capture, 0x1A2B3C4D);
  capture_put_u16 (capture, 1);
  capture_put_u16 (capture, 0);
  capture_put_u32 (capture, 0xFFFFFFFF);
  capture_put_u32 (capture, 0xFFFFFFFF);
  capture_end_block (capture, begin);
}

/**
 * capture_put_interface:
 * @resolution: if_tsresol; 0: the option is left out
 * @offset_s: if_tsoffset; 0: likewise
 */
void
capture_put_interface (
    CaptureBytes *capture, guint16 link, guint32 snaplen, guint8 resolution, gint64 offset_s)
{
  guint begin = capture_begin_block (capture, 1);

  capture_put_u16 (capture, link);
  capture_put_u16 (capture, 0);
  capture_put_u32 (capture, snaplen);
  capture_put_u16 (capture, 2); /* if_name, to be read past */
  capture_put_u16 (capture, 3);
  capture_put (capture, "lo0\0", 4);
  if (resolution != 0)
    {
      capture_put_u16 (capture, 9);
      capture_put_u16 (capture, 1);
      capture_put (capture, &resolution, 1);
      capture_put (capture, "\0\0\0", 3);
    }
  if (offset_s != 0)
    {
      guint64 value = (guint64) offset_s;

      value = capture->big_endian ? GUINT64_TO_BE (value) : GUINT64_TO_LE (value);
      capture_put_u16 (capture, 14);
      capture_put_u16 (capture, 8);
      capture_put (capture, &value, sizeof value);
    }
  capture_put_u32 (capture, 0);
  capture_end_block (capture, begin);
}

void
capture_put_enhanced (
    CaptureBytes *capture, guint32 interface, guint64 ticks, guint32 wire_len, const char *data)
{
  guint begin = capture_begin_block (capture, 6);

  capture_put_u32 (capture, interface);
  capture_put_u32 (capture, (guint32) (ticks >> 32));
  capture_put_u32 (capture, (guint32) ticks);
  capture_put_u32 (capture, (guint32) strlen (data));
  capture_put_u32 (capture, wire_len);
  capture_put (capture, data, strlen (data));
  capture_end_block (capture, begin);
}

void
capture_put_simple (CaptureBytes *capture, guint32 wire_len, const char *data)
{
  guint begin = capture_begin_block (capture, 3);

  capture_put_u32 (capture, wire_len);
  capture_put (capture, data, strlen (data));
  capture_end_block (capture, begin);
}

static void
describe (const LabPacket *packet, GString *out)
{
  g_string_append_printf (out, "%" G_GUINT64_FORMAT " ", packet->number);
  if (packet->has_time)
    g_string_append_printf (out, "%" G_GINT64_FORMAT, packet->time_ns);
  else
    g_string_append_c (out, '-');
  if (packet->has_interface)
    g_string_append_printf (out, " if%u", packet->interface_id);
  g_string_append_printf (out, " link%u %.*s/%u\n", packet->link_type, (int) packet->captured_len,
                          (const char *) packet->bytes, packet->wire_len);
}

/**
 * capture_read:
 * @piece: how many bytes come at a time
 *
 * Returns: (transfer full): a line for each packet, `NUMBER TIME [ifN] linkN DATA/LENGTH`; in
 * the end `cut` if it ends in the middle of something, and `broken: REASON` if it is.
 */
char *
capture_read (const guint8 *bytes, gsize len, gsize piece)
{
  g_autoptr (LabCaptureReader) reader = lab_capture_reader_new ();
  g_autoptr (GString) out = g_string_new (NULL);
  gsize at = 0;
  gsize end = 0;

  for (;;)
    {
      LabPacket packet = { 0 };
      gsize used = 0;
      /* In memory of exactly its size, so that a sanitizer sees a step beyond it. */
      g_autofree guint8 *window = g_memdup2 (bytes + at, end - at);

      switch (lab_capture_reader_next (reader, window, end - at, &used, &packet))
        {
        case LAB_CAPTURE_PACKET:
          g_assert_cmpuint (used, >, 0);
          describe (&packet, out);
          break;
        case LAB_CAPTURE_PASSED:
          break;
        case LAB_CAPTURE_MORE:
          g_assert_cmpuint (used, ==, 0);
          g_assert_cmpuint (end - at, <, LAB_CAPTURE_MOST_BYTES);
          if (end == len)
            {
              if (at < end || !lab_capture_reader_is_between (reader))
                g_string_append (out, "cut\n");
              return g_string_free (g_steal_pointer (&out), FALSE);
            }
          end = MIN (end + piece, len);
          break;
        case LAB_CAPTURE_BROKEN:
        default:
          g_string_append_printf (out, "broken: %s\n", lab_capture_reader_get_reason (reader));
          return g_string_free (g_steal_pointer (&out), FALSE);
        }
      g_assert_cmpuint (used, <=, end - at);
      at += used;
    }
}
