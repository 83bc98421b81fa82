/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Datagrams that come in pieces (RFC 791, 3.2; RFC 8200, 4.5). Whoever sends fragments
 * may never send the last one, so what waits is bounded in number, bytes and time; the
 * oldest is given up first. Where pieces overlap, the first to come counts.
 */
#include "config.h"

#include "lab/dissect/lab-reassembly.h"

#include <string.h>

#define DATAGRAM_MAX_BYTES 65535
/* Unfinished datagrams and their bytes, and how long one waits (RFC 8200: 60 seconds). */
#define DATAGRAMS_MAX 512
#define BYTES_MAX (4 * 1024 * 1024)
#define WAIT_NS ((gint64) 60 * 1000 * 1000 * 1000)
/* Pieces of one datagram that touch no other; more only come from somebody who means harm. */
#define RANGES_MAX 512

typedef struct
{
  guint32 from;
  guint32 to;
} Range;

typedef struct
{
  LabFragment key; /* addresses, id and protocol; the first piece's protocol in the end */
  guint8 *bytes;   /* (owned): `size` of them */
  guint32 size;    /* room for what has come */
  guint32 total;   /* bytes of the whole datagram, 0 while its end has not come */
  GArray *ranges;  /* (owned) (element-type Range): sorted, apart from one another */
  gint64 since_ns;
} Datagram;

struct LabReassembly
{
  GQueue waiting;  /* (owned) (element-type Datagram): oldest first */
  GQueue complete; /* (owned) (element-type Datagram): given out, until released */
  gsize bytes;     /* of those that wait */
  gboolean was_full;
};

static void
datagram_free (Datagram *datagram)
{
  g_free (datagram->bytes);
  g_array_unref (datagram->ranges);
  g_free (datagram);
}

/**
 * lab_reassembly_new:
 *
 * Returns: (transfer full): a place where pieces wait for one another.
 */
LabReassembly *
lab_reassembly_new (void)
{
  LabReassembly *reassembly = g_new0 (LabReassembly, 1);

  g_queue_init (&reassembly->waiting);
  g_queue_init (&reassembly->complete);
  return reassembly;
}

/**
 * lab_reassembly_free:
 * @reassembly: (transfer full) (nullable): what was made by lab_reassembly_new()
 */
void
lab_reassembly_free (LabReassembly *reassembly)
{
  if (reassembly == NULL)
    return;
  g_queue_clear_full (&reassembly->waiting, (GDestroyNotify) datagram_free);
  g_queue_clear_full (&reassembly->complete, (GDestroyNotify) datagram_free);
  g_free (reassembly);
}

/**
 * lab_reassembly_release:
 *
 * The bytes that lab_reassembly_push() has returned are no longer needed.
 */
void
lab_reassembly_release (LabReassembly *reassembly)
{
  if (reassembly->complete.length > 0)
    g_queue_clear_full (&reassembly->complete, (GDestroyNotify) datagram_free);
}

/**
 * lab_reassembly_was_full:
 *
 * Returns: whether a datagram was ever given up because too many were waiting.
 */
gboolean
lab_reassembly_was_full (const LabReassembly *reassembly)
{
  return reassembly->was_full;
}

static void
give_up (LabReassembly *reassembly, GList *link)
{
  Datagram *datagram = link->data;

  reassembly->bytes -= datagram->size;
  g_queue_delete_link (&reassembly->waiting, link);
  datagram_free (datagram);
}

static void
make_room (LabReassembly *reassembly, gint64 now_ns)
{
  GList *oldest = NULL;

  while ((oldest = reassembly->waiting.head) != NULL)
    {
      const Datagram *datagram = oldest->data;

      if (reassembly->waiting.length > DATAGRAMS_MAX || reassembly->bytes > BYTES_MAX)
        reassembly->was_full = TRUE;
      else if (now_ns - datagram->since_ns <= WAIT_NS)
        return;
      give_up (reassembly, oldest);
    }
}

static gboolean
same_datagram (const LabFragment *a, const LabFragment *b)
{
  /* The pieces of an IPv6 datagram may name different protocols (RFC 8200, 4.5); the
   * first piece's counts. */
  return a->id == b->id && (a->protocol == b->protocol || a->src.family == 6) &&
         lab_address_equal (&a->src, &b->src) && lab_address_equal (&a->dst, &b->dst);
}

static GList *
find (LabReassembly *reassembly, const LabFragment *fragment)
{
  for (GList *l = reassembly->waiting.tail; l != NULL; l = l->prev)
    if (same_datagram (&((Datagram *) l->data)->key, fragment))
      return l;
  return NULL;
}

static GList *
start (LabReassembly *reassembly, const LabFragment *fragment)
{
  Datagram *datagram = g_new0 (Datagram, 1);

  datagram->key = *fragment;
  datagram->key.bytes = NULL;
  datagram->since_ns = fragment->time_ns;
  datagram->ranges = g_array_new (FALSE, FALSE, sizeof (Range));
  g_queue_push_tail (&reassembly->waiting, datagram);
  return reassembly->waiting.tail;
}

/* Notes that @from to @to have come, and writes those bytes of them that are new. */
static void
fill (Datagram *datagram, guint32 from, guint32 to, const guint8 *bytes)
{
  GArray *ranges = datagram->ranges;
  Range whole = { from, to };
  guint32 at = from;
  guint i = 0;
  guint first = 0;

  while (i < ranges->len && g_array_index (ranges, Range, i).to < from)
    i++;
  first = i;
  for (; i < ranges->len && g_array_index (ranges, Range, i).from <= to; i++)
    {
      Range old = g_array_index (ranges, Range, i);

      if (old.from > at)
        memcpy (datagram->bytes + at, bytes + (at - from), old.from - at);
      at = MAX (at, old.to);
      whole.from = MIN (whole.from, old.from);
      whole.to = MAX (whole.to, old.to);
    }
  if (at < to)
    memcpy (datagram->bytes + at, bytes + (at - from), to - at);
  if (i > first)
    g_array_remove_range (ranges, first, i - first);
  g_array_insert_val (ranges, first, whole);
}

/**
 * lab_reassembly_push:
 * @fragment: a piece; its bytes are copied
 * @len: (out): bytes of the whole datagram
 * @protocol: (out): what the datagram carries
 *
 * Returns: (nullable): the whole datagram, if this piece was the last one that was
 *   missing; it stays valid until lab_reassembly_release()
 */
const guint8 *
lab_reassembly_push (LabReassembly *reassembly,
                     const LabFragment *fragment,
                     guint32 *len,
                     guint8 *protocol)
{
  GList *link = NULL;
  Datagram *datagram = NULL;
  guint32 end = fragment->offset + fragment->len;
  const Range *range = NULL;

  if (fragment->len == 0 || fragment->offset > DATAGRAM_MAX_BYTES || end > DATAGRAM_MAX_BYTES)
    return NULL; /* no datagram is so long: this is an attack of 1996 */

  make_room (reassembly, fragment->time_ns);
  link = find (reassembly, fragment);
  if (link == NULL)
    link = start (reassembly, fragment);
  datagram = link->data;
  if (datagram->total != 0 && end > datagram->total)
    return NULL;
  if (!fragment->more && datagram->total == 0)
    datagram->total = MAX (end, datagram->size);
  if (fragment->offset == 0)
    datagram->key.protocol = fragment->protocol;

  if (end > datagram->size)
    {
      datagram->bytes = g_realloc (datagram->bytes, end);
      reassembly->bytes += end - datagram->size;
      datagram->size = end;
    }
  fill (datagram, fragment->offset, end, fragment->bytes);
  if (datagram->ranges->len > RANGES_MAX)
    {
      give_up (reassembly, link);
      return NULL;
    }

  range = &g_array_index (datagram->ranges, Range, 0);
  if (datagram->total == 0 || range->from != 0 || range->to < datagram->total)
    return NULL;
  reassembly->bytes -= datagram->size;
  g_queue_unlink (&reassembly->waiting, link);
  g_queue_push_tail_link (&reassembly->complete, link);
  *len = datagram->total;
  *protocol = datagram->key.protocol;
  return datagram->bytes;
}
