/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "lab/dissect/lab-packet.h"

G_BEGIN_DECLS

typedef struct LabWriter LabWriter;

LabWriter *lab_writer_new (const char *path, GError **error);
void lab_writer_free (LabWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabWriter, lab_writer_free)

gboolean lab_writer_add (LabWriter *writer, const LabPacket *packet, GError **error);
gboolean lab_writer_flush (LabWriter *writer, GError **error);
gboolean lab_writer_finish (LabWriter *writer, GError **error);

G_END_DECLS
