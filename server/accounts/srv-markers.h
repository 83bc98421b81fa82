/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Up to where one person has read, by target. */
typedef struct _SrvMarkers SrvMarkers;

SrvMarkers *srv_markers_new (guint most);
void srv_markers_free (SrvMarkers *markers);

gint64 srv_markers_get (const SrvMarkers *markers, const char *target);
gint64 srv_markers_set (SrvMarkers *markers, const char *target, gint64 time_us, char **forgotten);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SrvMarkers, srv_markers_free)

G_END_DECLS
