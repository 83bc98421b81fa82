/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * For lab-run.c and lab-experiment.c alone.
 */
#pragma once

#include "lab/bench/lab-run.h"
#include "lab/dissect/lab-dissect.h"

G_BEGIN_DECLS

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

void lab_run_end_step (LabRun *run);

G_END_DECLS
