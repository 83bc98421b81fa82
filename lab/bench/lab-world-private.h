/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * For lab-world.c and lab-world-run.c alone.
 */
#pragma once

#include "lab/bench/lab-world.h"

G_BEGIN_DECLS

struct _LabWorld
{
  LabFamily family;
  int outside;             /* where we are when we are nowhere else */
  int router;              /* namespace */
  LabForwarder *forwarder; /* (owned) */
  GPtrArray *hosts;        /* (owned): of (owned) LabHost */
  GArray *ports;           /* (owned): of int, packet sockets of the router */
  GPtrArray *processes;    /* (owned): of (owned) LabProcess */
  gint64 traffic_us;       /* when a frame passed last */
  guint64 dropped;
  gboolean wants_return;
  gboolean got_return;
};

gboolean lab_world_fail (GError **error, const char *what);
void lab_frame_free (gpointer data);
void lab_process_free (gpointer data);

G_END_DECLS
