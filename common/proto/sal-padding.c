/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What stands behind LF and NUL in a segment (rule S17). C programs read a line with
 * fgets() and send either the text with its NUL, or the whole array, with whatever an
 * earlier text left behind in it. Of the second kind everything behind the NUL must be
 * dropped; but when such a program is fast, or was held back, one segment has several
 * of its sends, and with the old bytes of the first the others would be dropped, too.
 *
 * Nothing in one array says how long it is. In two that follow each other something
 * does: fgets() changes nothing behind its NUL, so what is old in the second stands at
 * the same place in the first; or both are zero there.
 *
 * Pure: bytes in, an answer out.
 */
#include "config.h"

#include "common/proto/sal-padding.h"

#include <string.h>

/* How many sizes are tried. Behind a text each older, longer one may have left its NUL;
 * there are seldom more than two of those. */
#define CANDIDATES 16

/* So many bytes behind texts must be old before that is taken for a proof. */
#define EVIDENCE_BYTES 4

/**
 * sal_padding_is_none:
 * @bytes: a segment
 *
 * Returns: whether every LF in it is followed by NUL and every NUL follows an LF, as when
 *   each text is sent with its NUL and nothing else. At both ends one of the two may be in
 *   another segment.
 */
gboolean
sal_padding_is_none (const guint8 *bytes, gsize len)
{
  for (gsize i = 0; i < len; i++)
    {
      if (bytes[i] == '\0' && i > 0 && bytes[i - 1] != '\n')
        return FALSE;
      if (bytes[i] == '\n' && i + 1 < len && bytes[i + 1] != '\0')
        return FALSE;
    }
  return TRUE;
}

static gboolean
is_zero (const guint8 *bytes, gsize len)
{
  return len == 0 || (bytes[0] == 0 && memcmp (bytes, bytes + 1, len - 1) == 0);
}

/* Can @next, of which there are @len bytes, be the array @size bytes before it, with
 * another line read into it? Adds to @evidence how many bytes say so. */
static gboolean
may_follow (const guint8 *next, gsize len, gsize size, gsize *evidence)
{
  const guint8 *nul = memchr (next, '\0', len);
  const guint8 *old = nul != NULL ? nul + 1 : NULL;
  gsize n_old = 0;

  if (nul == next)
    return FALSE; /* an empty line has its LF */
  if (nul == NULL)
    return len < size; /* its rest is in the next segment */
  if (nul[-1] != '\n')
    return nul == next + size - 1; /* the line was longer than the array */
  n_old = len - (gsize) (old - next);
  *evidence += n_old;
  return memcmp (old, old - size, n_old) == 0 || is_zero (old, n_old);
}

static gboolean
is_made_of (const guint8 *bytes, gsize len, gsize size)
{
  gsize evidence = 0;

  for (gsize at = size; at < len; at += size)
    if (!may_follow (bytes + at, MIN (size, len - at), size, &evidence))
      return FALSE;
  return evidence >= EVIDENCE_BYTES;
}

/**
 * sal_padding_measure:
 * @bytes: from the beginning of a text that ends with LF and NUL to the segment's end
 * @least: they are known to be at least so long
 *
 * Returns: how long the arrays are that this was sent from; 0 if it does not show that
 *   there are several.
 */
gsize
sal_padding_measure (const guint8 *bytes, gsize len, gsize least)
{
  const guint8 *end = memmem (bytes, len, "\n", 2);
  gsize size = end != NULL ? (gsize) (end - bytes) + 2 : len;

  for (guint tried = 0; tried < CANDIDATES; size++)
    {
      /* The next one begins where the NULs at the end of the first are over. */
      const guint8 *nul = size < len ? memchr (bytes + size - 1, '\0', len - size) : NULL;

      if (nul == NULL)
        return 0;
      size = (gsize) (nul - bytes) + 1;
      if (bytes[size] == '\0')
        continue;
      if (size >= least && is_made_of (bytes, len, size))
        return size;
      tried++;
    }
  return 0;
}
