/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab/track/lab-trace.h"

G_BEGIN_DECLS

void lab_explain_packet (const LabFinding *finding, GString *out);
gboolean lab_explain_closes_at_once (const LabConnection *connection);
void lab_explain_connection (const LabConnection *connection, GString *out);
void lab_explain_icmp (const LabSegment *segment, GString *out);

G_END_DECLS
