/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The blocks of pcapng (draft-ietf-opsawg-pcapng): sections in either byte order,
 * interfaces of any link type and time resolution, packets with a time (enhanced, and the
 * obsolete kind) and without (simple). Other blocks are read past without being kept, so
 * their length does not matter.
 */
#include "config.h"

#include "lab/capture/lab-capture-reader-private.h"

#define BLOCK_SECTION 0x0A0D0D0A
#define BLOCK_INTERFACE 1
#define BLOCK_OBSOLETE_PACKET 2
#define BLOCK_SIMPLE_PACKET 3
#define BLOCK_ENHANCED_PACKET 6

#define BYTE_ORDER_MAGIC 0x1A2B3C4D
#define BLOCK_LEAST_BYTES 12 /* type, length, and the length again */

#define OPTION_END 0
#define OPTION_TIME_RESOLUTION 9
#define OPTION_TIME_OFFSET 14

#define MICROSECONDS 6 /* unless an interface says otherwise */

/* Sections with more are not made by capturing. */
#define MOST_INTERFACES 65536

__extension__ typedef unsigned __int128 Wide;
__extension__ typedef signed __int128 SignedWide;

static gint64
clamp_ns (SignedWide ns)
{
  if (ns < 0)
    return 0;
  return ns > G_MAXINT64 ? G_MAXINT64 : (gint64) ns;
}

static Wide
power_of_ten (guint exponent)
{
  Wide power = 1;

  while (exponent-- > 0)
    power *= 10;
  return power;
}

/* Ticks of an interface to nanoseconds since 1970; what no clock can have meant becomes
 * the nearest time that can be said. */
static gint64
to_ns (const LabInterface *interface, guint64 ticks)
{
  guint exponent = interface->resolution & 0x7F;
  Wide ns = 0;

  if ((interface->resolution & 0x80) != 0)
    ns = exponent < 64 ? ((Wide) ticks * 1000000000) >> exponent : 0;
  else if (exponent <= 9)
    ns = (Wide) ticks * power_of_ten (9 - exponent);
  else if (exponent <= 28)
    ns = (Wide) ticks / power_of_ten (exponent - 9);
  return clamp_ns ((SignedWide) ns + (SignedWide) interface->offset_s * 1000000000);
}

static void
read_interface_options (const LabCaptureReader *reader,
                        LabInterface *interface,
                        const guint8 *at,
                        const guint8 *end)
{
  while (end - at >= 4)
    {
      guint16 code = lab_read_u16 (reader, at);
      guint16 len = lab_read_u16 (reader, at + 2);

      at += 4;
      if (code == OPTION_END || len > end - at)
        return;
      if (code == OPTION_TIME_RESOLUTION && len == 1)
        interface->resolution = *at;
      else if (code == OPTION_TIME_OFFSET && len == 8)
        {
          guint64 first = lab_read_u32 (reader, at);
          guint64 second = lab_read_u32 (reader, at + 4);

          interface->offset_s =
              (gint64) (reader->big_endian ? first << 32 | second : second << 32 | first);
        }
      at += MIN ((len + 3) & ~3, end - at);
    }
}

static LabCaptureResult
read_interface (LabCaptureReader *reader, const guint8 *block, guint32 total)
{
  LabInterface interface = { .resolution = MICROSECONDS };

  if (total < BLOCK_LEAST_BYTES + 8)
    return lab_capture_reader_broken (reader, "an interface block has %u bytes", total);
  if (reader->interfaces->len >= MOST_INTERFACES)
    return lab_capture_reader_broken (reader, "a section has more than %u interfaces",
                                      MOST_INTERFACES);
  interface.link_type = lab_read_u16 (reader, block + 8);
  interface.snaplen = lab_read_u32 (reader, block + 12);
  read_interface_options (reader, &interface, block + 16, block + total - 4);
  g_array_append_val (reader->interfaces, interface);
  return LAB_CAPTURE_PASSED;
}

/* What the kinds of packet blocks have in common, once their fields are known. */
static LabCaptureResult
give_packet (
    LabCaptureReader *reader, LabPacket *packet, guint32 number, guint64 ticks, gboolean has_time)
{
  const LabInterface *interface = NULL;

  if (number >= reader->interfaces->len)
    return lab_capture_reader_broken (reader,
                                      "the packet after number %" G_GUINT64_FORMAT
                                      " is of interface %u, and there are %u",
                                      reader->packets, number, reader->interfaces->len);
  interface = &g_array_index (reader->interfaces, LabInterface, number);
  packet->number = ++reader->packets;
  packet->interface_id = number;
  packet->has_interface = reader->interfaces->len > 1;
  packet->link_type = interface->link_type;
  packet->has_time = has_time;
  packet->time_ns = has_time ? to_ns (interface, ticks) : 0;
  packet->wire_len = MAX (packet->wire_len, packet->captured_len);
  return LAB_CAPTURE_PACKET;
}

static LabCaptureResult
too_short (LabCaptureReader *reader, guint32 total)
{
  return lab_capture_reader_broken (reader,
                                    "the packet after number %" G_GUINT64_FORMAT
                                    " does not fit into its block of %u bytes",
                                    reader->packets, total);
}

/* An enhanced packet block, or an obsolete one, which has 16 bits for the interface and
 * 16 for packets that were lost. */
static LabCaptureResult
read_timed_packet (
    LabCaptureReader *reader, LabPacket *packet, const guint8 *block, guint32 total, guint32 type)
{
  guint64 ticks = 0;

  if (total < 32)
    return too_short (reader, total);
  packet->captured_len = lab_read_u32 (reader, block + 20);
  packet->wire_len = lab_read_u32 (reader, block + 24);
  packet->bytes = block + 28;
  if (packet->captured_len > total - 32)
    return too_short (reader, total);
  ticks = (guint64) lab_read_u32 (reader, block + 12) << 32 | lab_read_u32 (reader, block + 16);
  return give_packet (reader, packet,
                      type == BLOCK_ENHANCED_PACKET ? lab_read_u32 (reader, block + 8)
                                                    : lab_read_u16 (reader, block + 8),
                      ticks, TRUE);
}

static LabCaptureResult
read_simple_packet (LabCaptureReader *reader, LabPacket *packet, const guint8 *block, guint32 total)
{
  guint32 snaplen = 0;

  if (total < 16)
    return too_short (reader, total);
  packet->wire_len = lab_read_u32 (reader, block + 8);
  packet->captured_len = MIN (packet->wire_len, total - 16);
  packet->bytes = block + 12;
  if (reader->interfaces->len > 0)
    snaplen = g_array_index (reader->interfaces, LabInterface, 0).snaplen;
  if (snaplen > 0)
    packet->captured_len = MIN (packet->captured_len, snaplen);
  return give_packet (reader, packet, 0, 0, FALSE);
}

/* A section begins: from here on its byte order counts, and it has interfaces of its own. */
static LabCaptureResult
begin_section (LabCaptureReader *reader, const guint8 *bytes, gsize len)
{
  guint16 major = 0;

  if (len < 16)
    return LAB_CAPTURE_MORE;
  reader->big_endian = TRUE;
  if (lab_read_u32 (reader, bytes + 8) != BYTE_ORDER_MAGIC)
    {
      reader->big_endian = FALSE;
      if (lab_read_u32 (reader, bytes + 8) != BYTE_ORDER_MAGIC)
        return lab_capture_reader_broken (reader, "a section of the pcapng has no byte order");
    }
  major = lab_read_u16 (reader, bytes + 12);
  if (major != 1)
    return lab_capture_reader_broken (reader, "it has a section of pcapng version %u, not 1",
                                      major);
  g_array_set_size (reader->interfaces, 0);
  return LAB_CAPTURE_PASSED;
}

static LabCaptureResult
read_block (
    LabCaptureReader *reader, LabPacket *packet, const guint8 *block, guint32 total, guint32 type)
{
  switch (type)
    {
    case BLOCK_INTERFACE:
      return read_interface (reader, block, total);
    case BLOCK_SIMPLE_PACKET:
      return read_simple_packet (reader, packet, block, total);
    default:
      return read_timed_packet (reader, packet, block, total, type);
    }
}

/**
 * lab_pcapng_next:
 *
 * lab_capture_reader_next() for pcapng.
 */
LabCaptureResult
lab_pcapng_next (
    LabCaptureReader *reader, const guint8 *bytes, gsize len, gsize *used, LabPacket *packet)
{
  LabCaptureResult result = LAB_CAPTURE_PASSED;
  guint32 type = 0;
  guint32 total = 0;
  guint32 padded = 0;

  if (reader->skip > 0)
    {
      *used = (gsize) MIN (reader->skip, len);
      reader->skip -= *used;
      return *used > 0 ? LAB_CAPTURE_PASSED : LAB_CAPTURE_MORE;
    }
  if (len < BLOCK_LEAST_BYTES)
    return LAB_CAPTURE_MORE;
  type = lab_read_u32 (reader, bytes);
  if (type == BLOCK_SECTION)
    {
      result = begin_section (reader, bytes, len);
      if (result != LAB_CAPTURE_PASSED)
        return result;
    }
  total = lab_read_u32 (reader, bytes + 4);
  /* Some programs forget to count what fills a block up to 32 bits. */
  padded = total <= G_MAXUINT32 - 3 ? (total + 3) & ~3U : 0;
  if (padded < BLOCK_LEAST_BYTES)
    return lab_capture_reader_broken (reader, "a block of the pcapng claims to have %u bytes",
                                      total);
  if (type != BLOCK_INTERFACE && type != BLOCK_SIMPLE_PACKET && type != BLOCK_ENHANCED_PACKET &&
      type != BLOCK_OBSOLETE_PACKET)
    {
      reader->skip = padded - BLOCK_LEAST_BYTES;
      *used = BLOCK_LEAST_BYTES;
      return LAB_CAPTURE_PASSED;
    }
  if (padded > LAB_CAPTURE_MOST_BYTES)
    return lab_capture_reader_broken (
        reader, "the block after packet %" G_GUINT64_FORMAT " claims to have %u bytes",
        reader->packets, total);
  if (len < padded)
    return LAB_CAPTURE_MORE;
  if (lab_read_u32 (reader, bytes + padded - 4) != total)
    return lab_capture_reader_broken (
        reader, "the block after packet %" G_GUINT64_FORMAT " says two lengths", reader->packets);
  result = read_block (reader, packet, bytes, padded, type);
  if (result != LAB_CAPTURE_BROKEN)
    *used = padded;
  return result;
}
