/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The two shells of an experiment, their connection, and its segments in the captures.
 */
#include "config.h"

#include "lab/bench/lab-experiments-pair.h"

/**
 * lab_pair_start:
 *
 * Starts a shell on each host, and makes juliet listen on #LAB_PAIR_PORT.
 */
LabPair
lab_pair_start (LabRun *run)
{
  LabPair pair = { .romeo = lab_run_romeo (run), .juliet = lab_run_juliet (run) };

  pair.client = lab_run_start (run, pair.romeo, "shell", NULL);
  pair.server = lab_run_start (run, pair.juliet, "shell", NULL);
  lab_run_call (run, pair.server, "sock = socket @tcp", "fd ");
  lab_run_call (run, pair.server, "sock.bind @juliet 4000", "ok");
  lab_run_call (run, pair.server, "sock.listen", "ok");
  return pair;
}

/**
 * lab_pair_connect:
 *
 * Makes `sock` on romeo anew and connects it; `conn` on juliet is what has been accepted.
 */
void
lab_pair_connect (LabRun *run, const LabPair *pair)
{
  lab_run_call (run, pair->client, "sock = socket @tcp", "fd ");
  lab_run_call (run, pair->client, "sock.connect @juliet 4000", "ok");
  lab_run_call (run, pair->server, "conn = sock.accept", "fd ");
  lab_run_settle (run);
}

/**
 * lab_pair_query:
 *
 * Returns: those segments of the pair's port whose flags in @mask are @flags.
 */
LabFrameQuery
lab_pair_query (const LabHost *from, guint16 mask, guint16 flags, guint64 after)
{
  return (LabFrameQuery){
    .from = from, .port = LAB_PAIR_PORT, .mask = mask, .flags = flags, .after = after
  };
}

/**
 * lab_pair_find:
 * @flag: one flag, or several
 *
 * Returns: the number of the first segment after @after with @flag that @at has seen.
 */
guint64
lab_pair_find (LabRun *run, const LabHost *at, const LabHost *from, guint16 flag, guint64 after)
{
  const LabFrameQuery query = lab_pair_query (from, flag, flag, after);

  return lab_run_find (run, at, &query);
}

/**
 * lab_pair_find_data:
 *
 * Returns: the number of the first segment with data after @after.
 */
guint64
lab_pair_find_data (LabRun *run, const LabHost *at, const LabHost *from, guint64 after)
{
  LabFrameQuery query = lab_pair_query (from, 0, 0, after);

  query.data = TRUE;
  return lab_run_find (run, at, &query);
}

/**
 * lab_pair_between_ns:
 *
 * Returns: how long after the first of two frames of @at the second passed.
 */
gint64
lab_pair_between_ns (LabRun *run, const LabHost *at, guint64 first, guint64 second)
{
  return lab_run_segment (run, at, second)->time_ns - lab_run_segment (run, at, first)->time_ns;
}

/**
 * lab_pair_hold:
 * @from: (nullable): or anybody
 *
 * Has the router keep segments whose flags in @mask are @flags, until lab_pair_let_go().
 *
 * Returns: the rule.
 */
guint
lab_pair_hold (LabRun *run, const LabHost *from, guint8 mask, guint8 flags)
{
  LabRule rule = { .flags_mask = mask, .flags = flags, .fate = LAB_FATE_HOLD };

  if (from != NULL)
    rule.from = from->ip;
  return lab_forwarder_add_rule (lab_world_get_forwarder (lab_run_world (run)), &rule);
}

/**
 * lab_pair_let_go:
 *
 * Ends a rule of the router; what it has kept goes on its way.
 */
void
lab_pair_let_go (LabRun *run, guint rule)
{
  lab_forwarder_remove_rule (lab_world_get_forwarder (lab_run_world (run)), rule);
}
