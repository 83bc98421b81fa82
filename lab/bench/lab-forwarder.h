/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "lab/bench/lab-netlink.h"
#include "lab/dissect/lab-segment.h"

G_BEGIN_DECLS

/* The router: frames in at one port, out at another, and on the way what a bad network does
 * to them. Knows bytes and a time; the sockets are somebody else's. */
typedef struct _LabForwarder LabForwarder;

typedef enum
{
  LAB_FATE_PASS,
  LAB_FATE_DROP,
  LAB_FATE_DELAY,
  LAB_FATE_DUPLICATE,
  LAB_FATE_REORDER, /* goes after the one that follows it */
  LAB_FATE_HOLD,    /* stays until the rule is removed; then all go, in their order */
} LabFate;

/* What happens to which segments. 0 leaves a field open. */
typedef struct
{
  LabAddress from; /* of the sender */
  LabAddress to;
  guint8 flags_mask; /* of the TCP flags these ... */
  guint8 flags;      /* ... must be so */
  gboolean with_data;
  guint first; /* of those that fit, from this one on (1) ... */
  guint count; /* ... so many; 0: all */
  LabFate fate;
  guint delay_ms; /* LAB_FATE_DELAY */
} LabRule;

/* What a port sends. */
typedef void (*LabForwarderSend) (guint port, const guint8 *frame, gsize len, gpointer data);

LabForwarder *lab_forwarder_new (LabForwarderSend send, gpointer data);
void lab_forwarder_free (LabForwarder *forwarder);
guint lab_forwarder_add_port (LabForwarder *forwarder,
                              const LabAddress *host,
                              const guint8 *own_mac,
                              const guint8 *host_mac);
guint lab_forwarder_add_rule (LabForwarder *forwarder, const LabRule *rule);
void lab_forwarder_remove_rule (LabForwarder *forwarder, guint rule);
guint lab_forwarder_get_hits (const LabForwarder *forwarder, guint rule);

void lab_forwarder_take (LabForwarder *forwarder, const guint8 *frame, gsize len, gint64 now_us);
void lab_forwarder_tick (LabForwarder *forwarder, gint64 now_us);
gint64 lab_forwarder_due_us (const LabForwarder *forwarder);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabForwarder, lab_forwarder_free)

G_END_DECLS
