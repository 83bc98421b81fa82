/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <sys/uio.h>

#include "server/net/srv-frame.h"

G_BEGIN_DECLS

/* How what waits leaves (S4, S5). */
typedef enum
{
  SRV_OUTQ_GATHER,   /* all in one write */
  SRV_OUTQ_ONE_EACH, /* one text, one send: the reader takes one recv for one message */
  SRV_OUTQ_EXACT,    /* texts have no end of their own; two that wait get an LF between them */
} SrvOutqMode;

typedef struct _SrvOutq SrvOutq;

/* The queues that got something this turn. */
typedef struct
{
  SrvOutq *head;
  SrvOutq *tail; /* when there is a head */
} SrvOutqList;

/* The frames behind the first. */
typedef struct
{
  guint32 head; /* where they begin */
  guint32 size;
  SrvFrame frames[];
} SrvOutqMore;

/* What waits to be sent to one connection, as references to shared frames. Embedded
 * in the connection. */
struct _SrvOutq
{
  SrvFrame first;    /* when n > 0 */
  SrvOutqMore *more; /* (owned) (nullable): the others */
  guint32 bytes;
  guint32 n : 24; /* frames in all; a queue is bounded in bytes long before that */
  guint32 mode : 4;
  guint32 started : 1; /* part of the first frame has been sent */
  guint32 listed : 1;
  guint32 leaves_out : 1; /* its reader cannot follow: what can be read later is not put in */
  SrvOutqList *list;      /* (unowned): where to announce that something waits */
  SrvOutq *next;
};

void srv_outq_init (SrvOutq *outq, SrvOutqList *list);
void srv_outq_clear (SrvOutq *outq);
void srv_outq_push (SrvOutq *outq, const SrvFrame *frame);
void srv_outq_put_behind (SrvOutq *outq, const SrvFrame *frame);
void srv_outq_list_add (SrvOutq *outq);
SrvOutq *srv_outq_list_pop (SrvOutqList *list);
int srv_outq_gather (const SrvOutq *outq, struct iovec *iov, int max);
void srv_outq_sent (SrvOutq *outq, gsize bytes);
void srv_outq_drop_unsent (SrvOutq *outq);

/**
 * srv_outq_put:
 * @frame: bytes to send; the queue takes a reference of its own
 *
 * Adds to what waits. It goes with what comes after it, or when somebody announces the queue. In
 * line, because for nearly everybody in a room what is said lies behind what waits already.
 */
static inline void
srv_outq_put (SrvOutq *outq, const SrvFrame *frame)
{
  SrvFrame *last =
      outq->n <= 1 ? &outq->first : &outq->more->frames[outq->more->head + outq->n - 2];

  if (outq->n > 0 && last->block == frame->block && last->offset + last->len == frame->offset &&
      outq->mode == SRV_OUTQ_GATHER)
    {
      last->len += frame->len;
      outq->bytes += frame->len;
    }
  else
    srv_outq_put_behind (outq, frame);
}

G_END_DECLS
