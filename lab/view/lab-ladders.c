/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A ladder grows until its connection is over. So that a capture of any length fits into
 * memory, ladders share a number of rows: while most of it is taken, connections that
 * begin get a short ladder.
 */
#include "config.h"

#include "lab/view/lab-ladders.h"

/* About 60 MB, if all of them were in use. */
#define MOST_ROWS 200000
#define SHORT_ROWS 20

struct LabLadders
{
  gboolean absolute;
  GHashTable *ladders; /* (owned): stream -> LabLadder */
  guint rows;
};

/**
 * lab_ladders_new:
 */
LabLadders *
lab_ladders_new (gboolean absolute)
{
  LabLadders *ladders = g_new0 (LabLadders, 1);

  ladders->absolute = absolute;
  ladders->ladders = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) lab_ladder_free);
  return ladders;
}

/**
 * lab_ladders_free:
 * @ladders: (nullable) (transfer full)
 */
void
lab_ladders_free (LabLadders *ladders)
{
  if (ladders == NULL)
    return;
  g_hash_table_unref (ladders->ladders);
  g_free (ladders);
}

/**
 * lab_ladders_add:
 *
 * Adds a segment to the ladder of its connection, if it has one.
 */
void
lab_ladders_add (LabLadders *ladders, const LabFinding *finding)
{
  LabLadder *ladder = NULL;
  guint before = 0;

  if (finding->connection == NULL)
    return;
  ladder = g_hash_table_lookup (ladders->ladders, GUINT_TO_POINTER (finding->stream));
  if (ladder == NULL)
    {
      ladder = lab_ladder_new (ladders->rows < MOST_ROWS ? LAB_LADDER_ROWS : SHORT_ROWS,
                               ladders->absolute);
      g_hash_table_insert (ladders->ladders, GUINT_TO_POINTER (finding->stream), ladder);
    }
  before = lab_ladder_get_size (ladder);
  lab_ladder_add (ladder, finding);
  ladders->rows += lab_ladder_get_size (ladder) - before;
}

/**
 * lab_ladders_take:
 *
 * Returns: (transfer full) (nullable): the ladder of a connection that is over, laid out;
 * %NULL if none of its segments was to be shown.
 */
LabLadder *
lab_ladders_take (LabLadders *ladders, const LabConnection *connection)
{
  gpointer ladder = NULL;

  if (!g_hash_table_steal_extended (ladders->ladders, GUINT_TO_POINTER (connection->stream), NULL,
                                    &ladder))
    return NULL;
  ladders->rows -= lab_ladder_get_size (ladder);
  lab_ladder_lay_out (ladder);
  return ladder;
}
