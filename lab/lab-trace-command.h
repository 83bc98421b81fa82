/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab/lab-selection.h"
#include "lab/track/lab-trace.h"
#include "lab/view/lab-view.h"

G_BEGIN_DECLS

/* The command line of `salotto-lab trace`. */
typedef struct
{
  char *read;      /* (owned) (nullable): this or interface */
  char *interface; /* (owned) (nullable) */
  char *filter;    /* (owned) (nullable) */
  char *write;     /* (owned) (nullable) */
  LabViewFormat format;
  LabViewOptions view;
  LabSelection selection;
  LabTraceOptions trace;
} LabTraceCommand;

gboolean
lab_trace_command_parse (LabTraceCommand *command, int *argc, char ***argv, GError **error);
void lab_trace_command_clear (LabTraceCommand *command);

G_END_DECLS
