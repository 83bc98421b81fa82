/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the readers of the two formats share.
 */
#pragma once

#include <string.h>

#include "lab/capture/lab-capture-reader.h"

G_BEGIN_DECLS

typedef enum
{
  LAB_FORMAT_UNKNOWN, /* nothing has been read yet */
  LAB_FORMAT_PCAP,
  LAB_FORMAT_PCAPNG,
} LabFormat;

/* An interface of a pcapng section; a pcap file has one. */
typedef struct
{
  guint16 link_type;
  guint32 snaplen;   /* 0: no limit */
  guint8 resolution; /* if_tsresol: power of 10, or with the high bit of 2 */
  gint64 offset_s;   /* if_tsoffset */
} LabInterface;

struct _LabCaptureReader
{
  LabFormat format;
  gboolean big_endian;
  guint64 packets; /* given so far */

  /* pcap */
  guint32 nanoseconds_per_tick; /* of the second field of a time */
  gboolean modified;            /* record headers of 24 bytes */
  gboolean old;                 /* before 2.4: the two lengths may be exchanged */

  GArray *interfaces; /* (owned) (element-type LabInterface) */
  guint64 skip;       /* pcapng: bytes of a block that nobody needs, still to come */

  char reason[160];
};

static inline guint16
lab_read_u16 (const LabCaptureReader *reader, const guint8 *at)
{
  guint16 value = 0;

  memcpy (&value, at, sizeof value);
  return reader->big_endian ? GUINT16_FROM_BE (value) : GUINT16_FROM_LE (value);
}

static inline guint32
lab_read_u32 (const LabCaptureReader *reader, const guint8 *at)
{
  guint32 value = 0;

  memcpy (&value, at, sizeof value);
  return reader->big_endian ? GUINT32_FROM_BE (value) : GUINT32_FROM_LE (value);
}

LabCaptureResult lab_pcapng_next (
    LabCaptureReader *reader, const guint8 *bytes, gsize len, gsize *used, LabPacket *packet);
LabCaptureResult lab_capture_reader_broken (LabCaptureReader *reader, const char *format, ...)
    G_GNUC_PRINTF (2, 3);

G_END_DECLS
