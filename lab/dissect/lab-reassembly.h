/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab/dissect/lab-segment.h"

G_BEGIN_DECLS

/* One piece of a datagram, IPv4 or IPv6. */
typedef struct
{
  LabAddress src;
  LabAddress dst;
  guint32 id;
  guint8 protocol; /* of what the datagram carries */
  gboolean more;   /* another piece follows this one */
  guint32 offset;  /* of its bytes in the datagram */
  guint32 len;
  const guint8 *bytes;
  gint64 time_ns;
} LabFragment;

typedef struct LabReassembly LabReassembly;

LabReassembly *lab_reassembly_new (void);
void lab_reassembly_free (LabReassembly *reassembly);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabReassembly, lab_reassembly_free)

const guint8 *lab_reassembly_push (LabReassembly *reassembly,
                                   const LabFragment *fragment,
                                   guint32 *len,
                                   guint8 *protocol);
void lab_reassembly_release (LabReassembly *reassembly);
gboolean lab_reassembly_was_full (const LabReassembly *reassembly);

G_END_DECLS
