/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "lab/dissect/lab-segment.h"

G_BEGIN_DECLS

#define LAB_MAC_BYTES 6

/* One end of a cable. */
typedef struct
{
  const char *name; /* of the interface */
  const guint8 *mac;
  int network; /* namespace that it is in */
} LabPlug;

gboolean lab_netlink_add_cable (const LabPlug *here, const LabPlug *there, GError **error);
gboolean lab_netlink_bring_up (const char *interface, gboolean no_questions, GError **error);
gboolean lab_netlink_await_running (const char *interface, GError **error);
gboolean lab_netlink_add_address (const char *interface,
                                  const LabAddress *address,
                                  int bits,
                                  GError **error);
gboolean lab_netlink_add_default_route (const LabAddress *gateway, GError **error);
gboolean lab_netlink_add_neighbour (const char *interface,
                                    const LabAddress *address,
                                    const guint8 *mac,
                                    GError **error);
gboolean lab_netlink_switch_offloads_off (const char *interface, GError **error);

G_END_DECLS
