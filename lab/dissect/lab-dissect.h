/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab/dissect/lab-packet.h"
#include "lab/dissect/lab-segment.h"

G_BEGIN_DECLS

typedef struct LabDissector LabDissector;

LabDissector *lab_dissector_new (void);
void lab_dissector_free (LabDissector *dissector);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabDissector, lab_dissector_free)

gboolean lab_dissect_knows_link_type (guint16 link_type);
gboolean lab_dissector_was_full (const LabDissector *dissector);
LabKind lab_dissect (LabDissector *dissector, const LabPacket *packet, LabSegment *segment);

G_END_DECLS
