/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "lab/dissect/lab-packet.h"

G_BEGIN_DECLS

typedef struct LabSource LabSource;

/* Called when no packet is there and the source is about to wait for one: the time to
 * show what has come so far. Returns after how many milliseconds it wants to be called
 * again if still none has come; -1: not before one has. */
typedef int (*LabSourceIdle) (gpointer data);

LabSource *lab_source_new_file (const char *path, GError **error);

/* What a live capture is asked for. */
typedef struct
{
  const char *interface;
  const char *filter; /* (nullable): a BPF expression */
  guint snaplen;      /* bytes of each packet; 0: all */
} LabLiveOptions;

LabSource *lab_source_new_live (const LabLiveOptions *options, GError **error);

void lab_source_free (LabSource *source);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabSource, lab_source_free)

void lab_source_set_idle (LabSource *source, LabSourceIdle idle, gpointer data);
gboolean lab_source_next (LabSource *source, LabPacket *packet, GError **error);
gboolean lab_source_is_started (const LabSource *source);
void lab_source_stop (LabSource *source);
guint64 lab_source_get_dropped (const LabSource *source);

G_END_DECLS
