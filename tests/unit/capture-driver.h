/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Captures made of their parts, in either byte order, and read in pieces of any size.
 */
#pragma once

#include "lab/capture/lab-capture-reader.h"

G_BEGIN_DECLS

/* A capture that is being made. */
typedef struct
{
  GByteArray *bytes; /* (owned) */
  gboolean big_endian;
} CaptureBytes;

void capture_bytes_init (CaptureBytes *capture, gboolean big_endian);
void capture_bytes_clear (CaptureBytes *capture);
void capture_put_u16 (CaptureBytes *capture, guint16 value);
void capture_put_u32 (CaptureBytes *capture, guint32 value);
void capture_put (CaptureBytes *capture, const void *bytes, gsize len);

void capture_put_pcap_header (CaptureBytes *capture, guint32 magic, guint16 minor, guint32 link);
void capture_put_record (
    CaptureBytes *capture, guint32 seconds, guint32 fraction, guint32 wire_len, const char *data);

guint capture_begin_block (CaptureBytes *capture, guint32 type);
void capture_end_block (CaptureBytes *capture, guint begin);
void capture_put_section (CaptureBytes *capture);
void capture_put_interface (
    CaptureBytes *capture, guint16 link, guint32 snaplen, guint8 resolution, gint64 offset_s);
void capture_put_enhanced (
    CaptureBytes *capture, guint32 interface, guint64 ticks, guint32 wire_len, const char *data);
void capture_put_simple (CaptureBytes *capture, guint32 wire_len, const char *data);

char *capture_read (const guint8 *bytes, gsize len, gsize piece);

G_END_DECLS
