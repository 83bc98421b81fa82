/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab/track/lab-trace.h"

G_BEGIN_DECLS

/* From when on something is shown. */
typedef enum
{
  LAB_SINCE_EVER,
  LAB_SINCE_START, /* so long after the first packet */
  LAB_SINCE_DAY,   /* so long after the midnight before the first packet */
  LAB_SINCE_TIME,  /* so long after 1970 */
} LabSince;

/* What is shown of a trace. Everything is followed nevertheless, so that numbers and
 * states are the same whatever is looked at. */
typedef struct
{
  gint64 connection; /* -1: all */
  guint16 port;      /* of either end; 0: all */
  LabAddress host;   /* of either end; family 0: all */
  LabSince since;
  gint64 since_ns;
  gboolean is_started; /* since_ns is a time now */
} LabSelection;

gboolean lab_selection_set_host (LabSelection *selection, const char *text);
gboolean lab_selection_set_since (LabSelection *selection, const char *text);
void lab_selection_start (LabSelection *selection, gint64 time_ns);

gboolean lab_selection_is_everything (const LabSelection *selection);
gboolean lab_selection_has_finding (const LabSelection *selection, const LabFinding *finding);
gboolean lab_selection_has_connection (const LabSelection *selection,
                                       const LabConnection *connection);

G_END_DECLS
