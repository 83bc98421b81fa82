/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab/track/lab-end.h"

G_BEGIN_DECLS

/* The round trip of the handshake, as the analysis understands it. */
typedef struct
{
  gint64 syn_time_ns;    /* of the last SYN */
  gint64 initial_rtt_ns; /* 0: not known yet */
  gboolean has_syn;
} LabRoundTrip;

void lab_analysis_add (
    LabEnd *sender, LabEnd *receiver, LabRoundTrip *round_trip, LabFinding *finding, gsize *budget);
void lab_analysis_take_options (LabEnd *sender, LabEnd *receiver, const LabSegment *segment);

G_END_DECLS
