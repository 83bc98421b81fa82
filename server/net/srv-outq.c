/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The queue between a room and a socket. It takes references, never copies; a run
 * of frames that lie side by side becomes one; it knows how much waits, but neither
 * judges that nor sends anything.
 */
#include "config.h"

#include "server/net/srv-outq.h"

#include <string.h>

/**
 * srv_outq_init:
 * @list: (transfer none): where the queue announces that something waits
 */
void
srv_outq_init (SrvOutq *outq, SrvOutqList *list)
{
  *outq = (SrvOutq){ .list = list };
}

static SrvFrame *
nth (const SrvOutq *outq, guint i)
{
  return i == 0 ? (SrvFrame *) &outq->first : &outq->more->frames[outq->more->head + i - 1];
}

static void
pop (SrvOutq *outq)
{
  srv_frame_unref (&outq->first);
  outq->started = FALSE;
  if (--outq->n == 0)
    return;
  outq->first = outq->more->frames[outq->more->head++];
  if (outq->n == 1)
    g_clear_pointer (&outq->more, g_free);
}

/**
 * srv_outq_clear:
 *
 * Forgets everything that waits.
 */
void
srv_outq_clear (SrvOutq *outq)
{
  while (outq->n > 0)
    pop (outq);
  outq->bytes = 0;
}

/* Makes place for one more behind those that are there, @n. */
static void
make_place (SrvOutq *outq, guint32 n)
{
  SrvOutqMore *more = outq->more;

  if (more != NULL && more->head + n < more->size)
    return;
  if (more != NULL && more->head > 0)
    {
      memmove (more->frames, more->frames + more->head, n * sizeof *more->frames);
      more->head = 0;
    }
  if (more == NULL || n == more->size)
    {
      guint32 size = more != NULL ? 2 * more->size : 4;

      outq->more = g_realloc (more, sizeof *more + size * sizeof more->frames[0]);
      outq->more->size = size;
      if (more == NULL)
        outq->more->head = 0;
    }
}

static void
append (SrvOutq *outq, const SrvFrame *frame)
{
  srv_frame_ref (frame);
  outq->bytes += frame->len;
  if (outq->n++ == 0)
    {
      outq->first = *frame;
      return;
    }
  make_place (outq, outq->n - 2);
  outq->more->frames[outq->more->head + outq->n - 2] = *frame;
}

/* A line feed that belongs to no stream, for texts that have no end of their own. */
static void
append_join (SrvOutq *outq)
{
  SrvFrameStream stream = { NULL };
  SrvFrame lf = srv_frame_stream_append (&stream, "\n", 1);

  append (outq, &lf);
  srv_frame_stream_clear (&stream);
}

/**
 * srv_outq_put_behind:
 * @frame: bytes to send; the queue takes a reference of its own
 *
 * Adds to what waits, not as a part of it: what srv_outq_put() does where that is needed.
 */
void
srv_outq_put_behind (SrvOutq *outq, const SrvFrame *frame)
{
  const SrvFrame *last = outq->n > 0 ? nth (outq, outq->n - 1) : NULL;

  if (last != NULL && outq->mode == SRV_OUTQ_EXACT && srv_frame_bytes (last)[last->len - 1] != '\n')
    append_join (outq);
  append (outq, frame);
}

/**
 * srv_outq_push:
 * @frame: bytes to send; the queue takes a reference of its own
 *
 * Adds to what waits, and announces the queue in its list.
 */
void
srv_outq_push (SrvOutq *outq, const SrvFrame *frame)
{
  srv_outq_put (outq, frame);
  srv_outq_list_add (outq);
}

/**
 * srv_outq_list_add:
 *
 * Announces the queue, if it is not announced already. First come, first served.
 */
void
srv_outq_list_add (SrvOutq *outq)
{
  if (outq->listed)
    return;
  outq->listed = TRUE;
  outq->next = NULL;
  *(outq->list->head != NULL ? &outq->list->tail->next : &outq->list->head) = outq;
  outq->list->tail = outq;
}

/**
 * srv_outq_list_pop:
 *
 * Returns: (transfer none) (nullable): a queue that was announced, no longer so.
 */
SrvOutq *
srv_outq_list_pop (SrvOutqList *list)
{
  SrvOutq *outq = list->head;

  if (outq != NULL)
    {
      list->head = outq->next;
      outq->next = NULL;
      outq->listed = FALSE;
    }
  return outq;
}

/**
 * srv_outq_gather:
 * @iov: (out caller-allocates) (array length=max): what to send now
 *
 * Returns: how many of @iov were filled; 0 if nothing waits. In mode one-each, 1.
 */
int
srv_outq_gather (const SrvOutq *outq, struct iovec *iov, int max)
{
  int n = outq->mode == SRV_OUTQ_ONE_EACH ? (int) MIN (outq->n, 1) : (int) MIN ((int) outq->n, max);

  for (int i = 0; i < n; i++)
    {
      const SrvFrame *frame = nth (outq, (guint) i);

      iov[i].iov_base = (void *) srv_frame_bytes (frame);
      iov[i].iov_len = frame->len;
    }
  return n;
}

/**
 * srv_outq_sent:
 * @bytes: how many bytes the kernel took
 */
void
srv_outq_sent (SrvOutq *outq, gsize bytes)
{
  outq->bytes -= (guint32) bytes;
  while (bytes > 0)
    {
      if (bytes < outq->first.len)
        {
          outq->first.offset += (guint32) bytes;
          outq->first.len -= (guint32) bytes;
          outq->started = TRUE;
          return;
        }
      bytes -= outq->first.len;
      pop (outq);
    }
}

/**
 * srv_outq_drop_unsent:
 *
 * Drops what waits, all but the rest of a text that has begun to go out: the reader
 * is to get whole lines. Where a run of texts became one frame, the rest is up to
 * the end of the line in hand.
 */
void
srv_outq_drop_unsent (SrvOutq *outq)
{
  SrvFrame rest = outq->first;
  const guint8 *end = NULL;

  if (outq->n == 0 || !outq->started || srv_frame_bytes (&rest)[-1] == '\n')
    {
      srv_outq_clear (outq);
      return;
    }
  end = memchr (srv_frame_bytes (&rest), '\n', rest.len);
  if (end != NULL)
    rest.len = (guint32) (end + 1 - srv_frame_bytes (&rest));
  srv_frame_ref (&rest);
  srv_outq_clear (outq);
  append (outq, &rest);
  outq->started = TRUE;
  srv_frame_unref (&rest);
}
