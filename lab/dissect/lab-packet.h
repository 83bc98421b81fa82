/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One packet as a source gives it: what was captured, nothing understood yet.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A value type. The bytes belong to the source and stay valid until it is asked for the
 * next packet. */
typedef struct
{
  guint64 number;         /* place in the file, from 1, counting every packet */
  gint64 time_ns;         /* since 1970, UTC */
  guint32 interface_id;   /* of a pcapng file, else 0 */
  guint16 link_type;      /* LINKTYPE_ as files have it (not the DLT_ of one system) */
  gboolean has_time;      /* the file says when (a simple packet block does not) */
  gboolean has_interface; /* pcapng with more than one interface */
  guint32 captured_len;   /* bytes that are there */
  guint32 wire_len;       /* bytes that were on the wire, at least captured_len */
  const guint8 *bytes;
} LabPacket;

G_END_DECLS
