/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/proto/sal-framer.h"
#include "lab/dissect/lab-segment.h"
#include "lab/track/lab-trace.h"

G_BEGIN_DECLS

/* The bytes of one end in order, read as chat. */
typedef struct
{
  SalFramer framer;
  GQueue waiting; /* (owned) (element-type Piece): what came before its time */
  gsize waiting_bytes;
  guint32 next;         /* number of the next byte */
  guint started : 1;    /* next is set */
  guint unfinished : 1; /* an earlier segment has begun a line */
  guint over : 1;
} LabStream;

/* The lines that one segment has completed. */
typedef struct
{
  GString *text; /* (owned): one after the other, each with a NUL */
  GArray *lines; /* (owned) (element-type LabChatLine) */
} LabChatLines;

void lab_stream_init (LabStream *stream, LabSide from);
void lab_stream_clear (LabStream *stream, gsize *budget);
void
lab_stream_add (LabStream *stream, const LabSegment *segment, LabChatLines *lines, gsize *budget);
void lab_stream_acknowledged (LabStream *stream, guint32 ack);

void lab_chat_lines_init (LabChatLines *lines);
void lab_chat_lines_clear (LabChatLines *lines);
const LabChatLine *lab_chat_lines_finish (LabChatLines *lines, guint *n_lines);

G_END_DECLS
