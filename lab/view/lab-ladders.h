/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab/view/lab-ladder.h"

G_BEGIN_DECLS

/* The ladders of all connections that are not over yet. */
typedef struct LabLadders LabLadders;

LabLadders *lab_ladders_new (gboolean absolute);
void lab_ladders_free (LabLadders *ladders);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabLadders, lab_ladders_free)

void lab_ladders_add (LabLadders *ladders, const LabFinding *finding);
LabLadder *lab_ladders_take (LabLadders *ladders, const LabConnection *connection);

G_END_DECLS
