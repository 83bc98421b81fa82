/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "lab/dissect/lab-packet.h"

G_BEGIN_DECLS

typedef struct LabFilter LabFilter;

LabFilter *lab_filter_new (const char *expression, GError **error);
void lab_filter_free (LabFilter *filter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabFilter, lab_filter_free)

gboolean lab_filter_matches (LabFilter *filter, const LabPacket *packet);
int lab_filter_dlt (guint16 link_type);

G_END_DECLS
