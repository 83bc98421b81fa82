/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Shared outgoing bytes. A message to a room is written once per form of a dialect
 * and then only referred to. Streams and frames belong to one worker and stay in
 * its thread, so counting references needs no atomics.
 */
#include "config.h"

#include "server/net/srv-frame.h"

#include <string.h>

/* Somebody who reads slowly holds on to a block for each turn that said something, so a
 * quiet turn must not take a large one; a busy turn is to make one run. Turns are like
 * the turn before. */
#define BLOCK_BYTES_MIN 256
#define BLOCK_BYTES_MAX (16 * 1024)

struct _SrvBlock
{
  guint refs;
  guint32 size;
  guint32 used;
  guint8 bytes[];
};

static void
block_unref (SrvBlock *block)
{
  if (--block->refs == 0)
    g_free (block);
}

static SrvBlock *
block_new (gsize size)
{
  SrvBlock *block = g_malloc (sizeof *block + size);

  block->refs = 1;
  block->size = (guint32) size;
  block->used = 0;
  return block;
}

/* How large the next block of @stream is to be, at least for @len bytes. */
static gsize
block_size (const SrvFrameStream *stream, gsize len)
{
  gsize size = BLOCK_BYTES_MIN;

  while (size < MAX (stream->expected, stream->bytes + len) && size < BLOCK_BYTES_MAX)
    size *= 2;
  return MAX (size, len);
}

/**
 * srv_frame_stream_append:
 * @bytes: what is to be sent; copied; less than 2 GiB
 *
 * Returns: a frame of these bytes. The stream holds its block, so the frame is
 * valid without a reference until the next append.
 */
SrvFrame
srv_frame_stream_append (SrvFrameStream *stream, const void *bytes, gsize len)
{
  SrvFrame frame;

  if (stream->block == NULL || stream->block->size - stream->block->used < len)
    {
      g_clear_pointer (&stream->block, block_unref);
      stream->block = block_new (block_size (stream, len));
    }
  frame = (SrvFrame){ stream->block, stream->block->used, (guint32) len };
  memcpy (stream->block->bytes + stream->block->used, bytes, len);
  stream->block->used += (guint32) len;
  stream->bytes += len;
  return frame;
}

/**
 * srv_frame_stream_clear:
 *
 * The turn is over: lets go of the block in hand. Frames that somebody refers to stay
 * valid.
 */
void
srv_frame_stream_clear (SrvFrameStream *stream)
{
  stream->expected = stream->bytes;
  stream->bytes = 0;
  g_clear_pointer (&stream->block, block_unref);
}

/**
 * srv_frame_bytes:
 *
 * Returns: (transfer none): the first byte.
 */
const guint8 *
srv_frame_bytes (const SrvFrame *frame)
{
  return frame->block->bytes + frame->offset;
}

/**
 * srv_frame_ref:
 *
 * Keeps the bytes of @frame until srv_frame_unref().
 */
void
srv_frame_ref (const SrvFrame *frame)
{
  frame->block->refs++;
}

/**
 * srv_frame_unref:
 *
 * Gives up a reference; the bytes may be gone afterwards.
 */
void
srv_frame_unref (const SrvFrame *frame)
{
  block_unref (frame->block);
}
