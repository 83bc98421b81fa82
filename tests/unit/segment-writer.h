/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A segment as tests write it down. The client is 10.0.0.1, port 40000; the server 10.0.0.2,
 * port 80. */
typedef struct
{
  gboolean by_client;
  guint16 flags;
  guint32 seq;     /* raw */
  guint32 ack;     /* raw; without the flag ACK it is not written */
  guint16 len;     /* bytes of data, all 0 */
  gboolean scales; /* has the option window scale, of 7 */
} WrittenSegment;

void put_number (guint8 *at, guint32 value, guint bytes);
guint write_segment (const WrittenSegment *segment, guint8 *bytes);

G_END_DECLS
