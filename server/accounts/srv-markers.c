/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Read markers of one person (draft/read-marker): times that only grow. There is an end to how
 * many are kept; what was read longest ago gives way.
 */
#include "config.h"

#include "server/accounts/srv-markers.h"

#include "common/proto/sal-name.h"

struct _SrvMarkers
{
  GHashTable *times; /* (owned): key of a target (owned) -> gint64*, microseconds (owned) */
  guint most;
};

/**
 * srv_markers_new:
 * @most: how many are kept
 */
SrvMarkers *
srv_markers_new (guint most)
{
  SrvMarkers *markers = g_new0 (SrvMarkers, 1);

  markers->times = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  markers->most = most;
  return markers;
}

/**
 * srv_markers_free:
 * @markers: (nullable) (transfer full)
 */
void
srv_markers_free (SrvMarkers *markers)
{
  if (markers == NULL)
    return;
  g_hash_table_unref (markers->times);
  g_free (markers);
}

/**
 * srv_markers_get:
 * @markers: (nullable): none yet
 * @target: a room or a person, in any case
 *
 * Returns: up to when it was read, in microseconds since 1970, UTC; 0: nobody knows.
 */
gint64
srv_markers_get (const SrvMarkers *markers, const char *target)
{
  g_autofree char *key = sal_name_key (target);
  const gint64 *known = markers != NULL ? g_hash_table_lookup (markers->times, key) : NULL;

  return known != NULL ? *known : 0;
}

/* Takes out the oldest one. Returns (transfer full) its key. */
static char *
forget_oldest (SrvMarkers *markers)
{
  GHashTableIter iter;
  gpointer key = NULL;
  gpointer time = NULL;
  gpointer oldest = NULL;
  gint64 oldest_us = G_MAXINT64;

  g_hash_table_iter_init (&iter, markers->times);
  while (g_hash_table_iter_next (&iter, &key, &time))
    if (*(const gint64 *) time < oldest_us)
      {
        oldest_us = *(const gint64 *) time;
        oldest = key;
      }
  g_hash_table_steal_extended (markers->times, oldest, &key, &time);
  g_free (time);
  return key;
}

/**
 * srv_markers_set:
 * @time_us: more than 0
 * @forgotten: (out) (transfer full) (nullable) (optional): the key of a target that has given
 *   way to it
 *
 * Returns: the time that holds now, which is a later one if that was known already.
 */
gint64
srv_markers_set (SrvMarkers *markers, const char *target, gint64 time_us, char **forgotten)
{
  g_autofree char *key = sal_name_key (target);
  gint64 *known = g_hash_table_lookup (markers->times, key);
  g_autofree char *gone = NULL;

  if (known != NULL)
    *known = MAX (*known, time_us);
  else
    {
      if (g_hash_table_size (markers->times) >= markers->most)
        gone = forget_oldest (markers);
      g_hash_table_insert (markers->times, g_steal_pointer (&key),
                           g_memdup2 (&time_us, sizeof time_us));
    }
  if (forgotten != NULL)
    *forgotten = g_steal_pointer (&gone);
  return known != NULL ? *known : time_us;
}
