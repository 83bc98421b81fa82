/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "lab/dissect/lab-packet.h"

G_BEGIN_DECLS

typedef struct _LabCaptureReader LabCaptureReader;

typedef enum
{
  LAB_CAPTURE_PACKET, /* a packet */
  LAB_CAPTURE_PASSED, /* something else was read past */
  LAB_CAPTURE_MORE,   /* the next piece is not all there yet */
  LAB_CAPTURE_BROKEN, /* nothing after this can be trusted */
} LabCaptureResult;

/* The longest packet: more than any interface of today gives at once. */
#define LAB_CAPTURE_PACKET_BYTES (1024 * 1024)
/* The longest piece that a reader asks for: a packet and what is written around it. */
#define LAB_CAPTURE_MOST_BYTES (LAB_CAPTURE_PACKET_BYTES + 4096)

LabCaptureReader *lab_capture_reader_new (void);
void lab_capture_reader_free (LabCaptureReader *reader);

LabCaptureResult lab_capture_reader_next (
    LabCaptureReader *reader, const guint8 *bytes, gsize len, gsize *used, LabPacket *packet);
gboolean lab_capture_reader_is_started (const LabCaptureReader *reader);
gboolean lab_capture_reader_is_between (const LabCaptureReader *reader);
const char *lab_capture_reader_get_reason (const LabCaptureReader *reader);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabCaptureReader, lab_capture_reader_free)

G_END_DECLS
