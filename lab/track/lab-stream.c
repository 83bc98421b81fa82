/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From segments to chat: puts the bytes of one end in order, and reads them with the
 * framer and the dialect that the server and the clients use, so that a line of chat can
 * be shown beside the segment that brought its end.
 *
 * Order costs memory, which is bounded: what comes before its time is kept up to a limit,
 * and what the other end has acknowledged without the capture having it is passed over.
 */
#include "config.h"

#include "lab/track/lab-stream.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "common/proto/sal-text.h"
#include "lab/track/lab-seq.h"

#define WAITING_MAX_BYTES 65536
#define WAITING_MAX_PIECES 64

typedef struct
{
  guint32 seq;
  guint32 len;
  guint8 bytes[];
} Piece;

/**
 * lab_stream_init:
 * @stream: (out caller-allocates): the stream
 * @from: who sends it
 */
void
lab_stream_init (LabStream *stream, LabSide from)
{
  memset (stream, 0, sizeof *stream);
  g_queue_init (&stream->waiting);
  if (from == LAB_CLIENT)
    sal_framer_init (&stream->framer, SAL_FRAMER_SERVER, SAL_MESSAGE_MAX_BYTES);
  else
    sal_framer_init (&stream->framer, SAL_FRAMER_CLIENT, SAL_CLIENT_LINE_BYTES);
}

/**
 * lab_stream_clear:
 * @stream: what was made by lab_stream_init()
 * @budget: bytes that all streams together may still keep; what this one kept is added
 */
void
lab_stream_clear (LabStream *stream, gsize *budget)
{
  *budget += stream->waiting_bytes + stream->waiting.length * sizeof (Piece);
  g_queue_clear_full (&stream->waiting, g_free);
  sal_framer_clear (&stream->framer);
}

static void
add_line (LabStream *stream, const SalUnit *unit, LabChatLines *lines)
{
  LabChatLine line = { NULL, stream->unfinished };
  gsize start = lines->text->len;

  sal_text_clean_line (lines->text, unit->bytes, unit->len);
  stream->unfinished = FALSE;
  if (lines->text->len == start)
    return;
  g_string_append_c (lines->text, '\0');
  g_array_append_val (lines->lines, line);
}

static void
take_units (LabStream *stream, gint64 now_us, LabChatLines *lines)
{
  SalUnit unit;

  while (sal_framer_next (&stream->framer, now_us, &unit))
    switch (unit.kind)
      {
      case SAL_UNIT_TEXT:
      case SAL_UNIT_CUT:
        add_line (stream, &unit, lines);
        break;
      case SAL_UNIT_TLS:
        stream->over = TRUE; /* nothing of it can be read */
        return;
      default:
        break;
      }
}

/* A pushed segment is the end of what its sender had to say. If the framer would only
 * wait to see that nothing follows at once, it need not: whoever writes raw sends one
 * message a segment. */
static void
flush_pushed (LabStream *stream, LabChatLines *lines)
{
  switch (sal_framer_timer (&stream->framer))
    {
    case SAL_FRAMER_TIMER_FIRST_UNIT:
    case SAL_FRAMER_TIMER_RAW_GAP:
    case SAL_FRAMER_TIMER_CLIENT_GAP:
      {
        gint64 due_us = sal_framer_due_us (&stream->framer);

        sal_framer_tick (&stream->framer, due_us);
        take_units (stream, due_us, lines);
        break;
      }
    default:
      break;
    }
}

/* Bytes that are next, or overlap what is. */
static void
take_bytes (LabStream *stream,
            guint32 seq,
            const guint8 *bytes,
            guint32 len,
            gint64 now_us,
            LabChatLines *lines)
{
  guint32 known = stream->next - seq;

  if (known >= len || stream->over)
    return;
  sal_framer_tick (&stream->framer, now_us);
  take_units (stream, now_us, lines);
  if (stream->over)
    return;
  sal_framer_push (&stream->framer, bytes + known, len - known, now_us);
  stream->next = seq + len;
  take_units (stream, now_us, lines);
}

/* What has been waiting and is next now. */
static void
take_waiting (LabStream *stream, gint64 now_us, LabChatLines *lines, gsize *budget)
{
  GList *link = stream->waiting.head;

  while (link != NULL)
    {
      Piece *piece = link->data;

      if (lab_seq_gt (piece->seq, stream->next))
        {
          link = link->next;
          continue;
        }
      take_bytes (stream, piece->seq, piece->bytes, piece->len, now_us, lines);
      stream->waiting_bytes -= piece->len;
      *budget += sizeof *piece + piece->len;
      g_queue_delete_link (&stream->waiting, link);
      g_free (piece);
      link = stream->waiting.head; /* others may be next now */
    }
}

static void
let_wait (LabStream *stream, guint32 seq, const guint8 *bytes, guint32 len, gsize *budget)
{
  Piece *piece = NULL;
  gsize size = sizeof *piece + len;

  if (len == 0 || stream->waiting_bytes + len > WAITING_MAX_BYTES ||
      stream->waiting.length >= WAITING_MAX_PIECES || size > *budget)
    return;
  *budget -= size;
  piece = g_malloc (size);
  piece->seq = seq;
  piece->len = len;
  memcpy (piece->bytes, bytes, len);
  stream->waiting_bytes += len;
  g_queue_push_tail (&stream->waiting, piece);
}

/**
 * lab_stream_add:
 * @segment: a segment of the stream's end
 * @lines: where to add the lines that it completes
 * @budget: bytes that all streams together may still keep until their time comes; what is
 *   too much is passed over
 */
void
lab_stream_add (LabStream *stream, const LabSegment *segment, LabChatLines *lines, gsize *budget)
{
  gint64 now_us = segment->time_ns / 1000;
  guint32 seq = segment->seq + ((segment->flags & LAB_SYN) != 0);

  if (stream->over || (segment->flags & LAB_RST) != 0)
    return;
  if (!stream->started)
    {
      stream->started = TRUE;
      stream->next = seq;
    }
  if (segment->len > 0 && lab_seq_gt (seq, stream->next))
    let_wait (stream, seq, segment->data, segment->data_len, budget);
  else if (segment->len > 0)
    {
      take_bytes (stream, seq, segment->data, segment->data_len, now_us, lines);
      /* What was sent and not captured is lost to us. */
      if (lab_seq_gt (seq + segment->len, stream->next))
        stream->next = seq + segment->len;
      take_waiting (stream, now_us, lines, budget);
      if (segment->flags & LAB_PSH)
        flush_pushed (stream, lines);
    }
  if ((segment->flags & LAB_FIN) != 0 && seq + segment->len == stream->next)
    {
      sal_framer_finish (&stream->framer);
      take_units (stream, now_us, lines);
      stream->over = TRUE;
    }
  if (segment->len > 0)
    stream->unfinished = sal_framer_has_partial (&stream->framer);
}

/**
 * lab_stream_acknowledged:
 * @ack: what the other end has acknowledged
 *
 * Passes over what arrived without the capture having it.
 */
void
lab_stream_acknowledged (LabStream *stream, guint32 ack)
{
  if (stream->started && stream->waiting.length > 0 && lab_seq_gt (ack, stream->next))
    {
      const Piece *first = stream->waiting.head->data;

      for (GList *l = stream->waiting.head; l != NULL; l = l->next)
        if (lab_seq_lt (((Piece *) l->data)->seq, first->seq))
          first = l->data;
      if (lab_seq_le (first->seq, ack))
        stream->next = first->seq;
    }
}

/**
 * lab_chat_lines_init:
 * @lines: (out caller-allocates): no lines
 */
void
lab_chat_lines_init (LabChatLines *lines)
{
  lines->text = g_string_new (NULL);
  lines->lines = g_array_new (FALSE, FALSE, sizeof (LabChatLine));
}

/**
 * lab_chat_lines_clear:
 * @lines: what was made by lab_chat_lines_init()
 */
void
lab_chat_lines_clear (LabChatLines *lines)
{
  g_string_free (lines->text, TRUE);
  g_array_unref (lines->lines);
}

/**
 * lab_chat_lines_finish:
 * @n_lines: (out): how many there are
 *
 * Returns: (transfer none): the lines; they and their text stay valid until lines are
 *   added again
 */
const LabChatLine *
lab_chat_lines_finish (LabChatLines *lines, guint *n_lines)
{
  const char *text = lines->text->str;

  for (guint i = 0; i < lines->lines->len; i++)
    {
      g_array_index (lines->lines, LabChatLine, i).text = text;
      text += strlen (text) + 1;
    }
  *n_lines = lines->lines->len;
  return (const LabChatLine *) (void *) lines->lines->data;
}
