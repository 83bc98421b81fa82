/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sequence numbers (RFC 9293, 3.4): 32 bits that wrap around, so that "before" means
 * "less than half the circle behind".
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How far @a is behind @b; negative if @b is ahead. */
static inline gint32
lab_seq_distance (guint32 a, guint32 b)
{
  return (gint32) (a - b);
}

static inline gboolean
lab_seq_lt (guint32 a, guint32 b)
{
  return lab_seq_distance (a, b) < 0;
}

static inline gboolean
lab_seq_le (guint32 a, guint32 b)
{
  return lab_seq_distance (a, b) <= 0;
}

static inline gboolean
lab_seq_gt (guint32 a, guint32 b)
{
  return lab_seq_distance (a, b) > 0;
}

static inline gboolean
lab_seq_ge (guint32 a, guint32 b)
{
  return lab_seq_distance (a, b) >= 0;
}

static inline guint32
lab_seq_max (guint32 a, guint32 b)
{
  return lab_seq_gt (a, b) ? a : b;
}

G_END_DECLS
