/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Capture files, bytes in and packets out: this file has the beginning and the classic
 * format (draft-ietf-opsawg-pcap), lab-pcapng.c has pcapng. Pure: who reads the file, or
 * the pipe, is lab-source.c.
 *
 * Why not libpcap's reader: it takes a pcapng only if all interfaces are alike, tells a
 * file that is cut off from a broken one in prose only, and cannot say whether it would
 * have to wait for the next packet, which a live trace must know to show what it has.
 */
#include "config.h"

#include "lab/capture/lab-capture-reader.h"

#include <glib/gi18n.h>
#include <stdarg.h>

#include "lab/capture/lab-capture-reader-private.h"

#define FILE_HEADER_BYTES 24
#define RECORD_HEADER_BYTES 16
#define MODIFIED_RECORD_HEADER_BYTES 24

#define MAGIC_MICROSECONDS 0xA1B2C3D4
#define MAGIC_NANOSECONDS 0xA1B23C4D
#define MAGIC_MODIFIED 0xA1B2CD34 /* of a patched libpcap of 1999; still found */
#define MAGIC_PCAPNG 0x0A0D0D0A
#define MAGIC_GZIP 0x1F8B

/* The rest of the field says how long the check sum at the end of a frame is. */
#define LINK_TYPE_MASK 0x03FFFFFF

/**
 * lab_capture_reader_new:
 *
 * Returns: (transfer full): a reader that has seen nothing yet.
 */
LabCaptureReader *
lab_capture_reader_new (void)
{
  LabCaptureReader *reader = g_new0 (LabCaptureReader, 1);

  reader->interfaces = g_array_new (FALSE, FALSE, sizeof (LabInterface));
  return reader;
}

/**
 * lab_capture_reader_free:
 * @reader: (nullable) (transfer full)
 */
void
lab_capture_reader_free (LabCaptureReader *reader)
{
  if (reader == NULL)
    return;
  g_array_unref (reader->interfaces);
  g_free (reader);
}

/**
 * lab_capture_reader_broken:
 * @format: what is wrong, for people; of a file that everybody may have written, so no
 *   text of the file is in it
 *
 * Returns: %LAB_CAPTURE_BROKEN.
 */
LabCaptureResult
lab_capture_reader_broken (LabCaptureReader *reader, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_vsnprintf (reader->reason, sizeof reader->reason, format, args);
  va_end (args);
  return LAB_CAPTURE_BROKEN;
}

/* The first four bytes say which format it is, and in which order the others are. */
static LabCaptureResult
read_magic (LabCaptureReader *reader, const guint8 *bytes)
{
  guint32 magic = 0;

  for (int order = 0; order < 2; order++)
    {
      reader->big_endian = order == 0;
      magic = lab_read_u32 (reader, bytes);
      if (magic == MAGIC_MICROSECONDS || magic == MAGIC_NANOSECONDS || magic == MAGIC_MODIFIED)
        {
          reader->format = LAB_FORMAT_PCAP;
          reader->nanoseconds_per_tick = magic == MAGIC_NANOSECONDS ? 1 : 1000;
          reader->modified = magic == MAGIC_MODIFIED;
          return LAB_CAPTURE_PASSED;
        }
      if (order == 0 && magic == MAGIC_PCAPNG) /* reads the same in both orders */
        {
          reader->format = LAB_FORMAT_PCAPNG;
          return LAB_CAPTURE_PASSED;
        }
      if (order == 0 && magic >> 16 == MAGIC_GZIP)
        return lab_capture_reader_broken (reader,
                                          N_ ("it is compressed (gzip); unpack it with gunzip"));
    }
  return lab_capture_reader_broken (reader, N_ ("it is no capture (neither pcap nor pcapng)"));
}

static LabCaptureResult
read_file_header (LabCaptureReader *reader, const guint8 *bytes)
{
  LabInterface interface = { 0 };
  guint16 major = lab_read_u16 (reader, bytes + 4);
  guint16 minor = lab_read_u16 (reader, bytes + 6);

  if (major < 2)
    return lab_capture_reader_broken (
        reader, "it is a pcap of version %u.%u, older than any in use", major, minor);
  /* 543.0 is what some BSD wrote for 2.3. */
  reader->old = (major == 2 && minor < 4) || major == 543;
  interface.snaplen = lab_read_u32 (reader, bytes + 16);
  interface.link_type =
      (guint16) MIN (lab_read_u32 (reader, bytes + 20) & LINK_TYPE_MASK, G_MAXUINT16);
  g_array_append_val (reader->interfaces, interface);
  return LAB_CAPTURE_PASSED;
}

static LabCaptureResult
read_record (
    LabCaptureReader *reader, const guint8 *bytes, gsize len, gsize *used, LabPacket *packet)
{
  gsize header = reader->modified ? MODIFIED_RECORD_HEADER_BYTES : RECORD_HEADER_BYTES;
  guint32 captured = 0;
  guint32 length = 0;

  if (len < header)
    return LAB_CAPTURE_MORE;
  captured = lab_read_u32 (reader, bytes + 8);
  length = lab_read_u32 (reader, bytes + 12);
  if (reader->old && captured > length)
    {
      guint32 other = captured;

      captured = length;
      length = other;
    }
  if (captured > LAB_CAPTURE_PACKET_BYTES)
    return lab_capture_reader_broken (
        reader, "the packet after number %" G_GUINT64_FORMAT " claims to have %u bytes",
        reader->packets, captured);
  if (len - header < captured)
    return LAB_CAPTURE_MORE;

  *packet = (LabPacket){ .number = ++reader->packets, .has_time = TRUE };
  packet->time_ns = (gint64) lab_read_u32 (reader, bytes) * 1000000000 +
                    (gint64) lab_read_u32 (reader, bytes + 4) * reader->nanoseconds_per_tick;
  packet->link_type = ((const LabInterface *) (const void *) reader->interfaces->data)->link_type;
  packet->captured_len = captured;
  packet->wire_len = MAX (length, captured);
  packet->bytes = bytes + header;
  *used = header + captured;
  return LAB_CAPTURE_PACKET;
}

/**
 * lab_capture_reader_next:
 * @bytes: the capture from where the last call ended
 * @used: (out): how many of @bytes are done with; 0 unless something was read
 * @packet: (out): the packet, if there is one; its data are in @bytes
 *
 * Reads the next piece of a capture. After %LAB_CAPTURE_MORE call it again with the same
 * bytes and at least one more behind them; it never needs more than
 * %LAB_CAPTURE_MOST_BYTES. After %LAB_CAPTURE_BROKEN there is nothing more to be had, and
 * lab_capture_reader_get_reason() says why.
 */
LabCaptureResult
lab_capture_reader_next (
    LabCaptureReader *reader, const guint8 *bytes, gsize len, gsize *used, LabPacket *packet)
{
  LabCaptureResult result = LAB_CAPTURE_PASSED;

  *used = 0;
  if (reader->format == LAB_FORMAT_PCAP && reader->interfaces->len > 0)
    return read_record (reader, bytes, len, used, packet);
  if (reader->format == LAB_FORMAT_UNKNOWN)
    {
      if (len < 4)
        return LAB_CAPTURE_MORE;
      result = read_magic (reader, bytes);
      if (result == LAB_CAPTURE_BROKEN)
        return result;
    }
  if (reader->format == LAB_FORMAT_PCAPNG)
    return lab_pcapng_next (reader, bytes, len, used, packet);
  if (len < FILE_HEADER_BYTES)
    return LAB_CAPTURE_MORE;
  *used = FILE_HEADER_BYTES;
  return read_file_header (reader, bytes);
}

/**
 * lab_capture_reader_is_started:
 *
 * Returns: whether the beginning was that of a capture.
 */
gboolean
lab_capture_reader_is_started (const LabCaptureReader *reader)
{
  return reader->format == LAB_FORMAT_PCAPNG || reader->interfaces->len > 0;
}

/**
 * lab_capture_reader_is_between:
 *
 * Returns: whether the capture may end here, if no byte is left.
 */
gboolean
lab_capture_reader_is_between (const LabCaptureReader *reader)
{
  return lab_capture_reader_is_started (reader) && reader->skip == 0;
}

/**
 * lab_capture_reader_get_reason:
 *
 * Returns: (transfer none): what is wrong, in English, about a capture that is broken. What
 *   is said of files that are none is in the catalogue of messages, too.
 */
const char *
lab_capture_reader_get_reason (const LabCaptureReader *reader)
{
  return reader->reason;
}
