/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What several experiments begin with: a connection between two shells, `sock` on romeo and
 * `conn` on juliet.
 */
#pragma once

#include "lab/bench/lab-experiments.h"

G_BEGIN_DECLS

#define LAB_PAIR_PORT 4000

typedef struct
{
  LabHost *romeo;
  LabHost *juliet;
  LabProcess *client;
  LabProcess *server;
} LabPair;

LabPair lab_pair_start (LabRun *run);
void lab_pair_connect (LabRun *run, const LabPair *pair);
LabFrameQuery lab_pair_query (const LabHost *from, guint16 mask, guint16 flags, guint64 after);
guint64
lab_pair_find (LabRun *run, const LabHost *at, const LabHost *from, guint16 flag, guint64 after);
guint64 lab_pair_find_data (LabRun *run, const LabHost *at, const LabHost *from, guint64 after);
gint64 lab_pair_between_ns (LabRun *run, const LabHost *at, guint64 first, guint64 second);
guint lab_pair_hold (LabRun *run, const LabHost *from, guint8 mask, guint8 flags);
void lab_pair_let_go (LabRun *run, guint rule);

G_END_DECLS
