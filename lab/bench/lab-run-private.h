/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * For lab-run.c, lab-run-seen.c and lab-experiment.c alone.
 */
#pragma once

#include "lab/bench/lab-run.h"
#include "lab/dissect/lab-dissect.h"

G_BEGIN_DECLS

/* The network is quiet when nothing passes for longer than an acknowledgment may be delayed
 * (40 ms on Linux). */
#define LAB_RUN_QUIET_MS 60
#define LAB_RUN_MOST_QUIET_MS 3000

struct _LabRun
{
  const LabExperiment *experiment;
  const char *capture; /* what captures are named after */
  char *program;       /* (owned): this program */
  gboolean ask;        /* --step */
  LabWorld *world;     /* (owned) */
  LabHost *romeo;
  LabHost *juliet;
  LabReport *report; /* (owned) */
  LabStep *step;     /* (nullable) */
  LabQuestion *question;
  GPtrArray *no_sockets;                   /* (owned): empty */
  LabDissector *dissector;                 /* (owned) */
  GArray *segments[LAB_REPORT_MOST_HOSTS]; /* (owned): of LabSegment, by host */
  GPtrArray *kept;                         /* (owned): texts */
  GError *error;                           /* (owned) (nullable) */
};

/* How long something may take that has to happen at once, generously, because machines are
 * busy; and that what a timer of the kernel has to do with. */
static inline guint
lab_run_patience_ms (const LabRun *run)
{
  return 15000 + run->experiment->seconds * 1000;
}

void lab_run_end_step (LabRun *run);

G_END_DECLS
