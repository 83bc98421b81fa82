/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab/track/lab-trace.h"

G_BEGIN_DECLS

void lab_view_json_packet (const LabFinding *finding, GString *out);
void lab_view_json_connection (const LabConnection *connection, GString *out);

G_END_DECLS
