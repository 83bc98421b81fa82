/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _SrvBlock SrvBlock;

/* Bytes to be sent, shared by everybody they are sent to: a piece of a block that
 * nobody changes any more. A value; whoever keeps one keeps a reference to its
 * block (srv_frame_ref()). */
typedef struct
{
  SrvBlock *block;
  guint32 offset;
  guint32 len;
} SrvFrame;

/* Where frames come from: appends to a block until it is full, then begins another.
 * Frames that follow one another in a stream lie side by side in memory, so that a
 * queue can hold a run of them as one. */
typedef struct
{
  SrvBlock *block; /* (owned) (nullable) */
  gsize bytes;     /* appended since it was cleared */
  gsize expected;  /* ... and the time before */
} SrvFrameStream;

SrvFrame srv_frame_stream_append (SrvFrameStream *stream, const void *bytes, gsize len);
void srv_frame_stream_clear (SrvFrameStream *stream);

const guint8 *srv_frame_bytes (const SrvFrame *frame);
void srv_frame_ref (const SrvFrame *frame);
void srv_frame_unref (const SrvFrame *frame);

G_END_DECLS
