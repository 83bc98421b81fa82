/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the dissectors of the layers share. Each takes the bytes of its header and what
 * follows, fills in what it knows, and calls the next; none reads behind `cap`.
 */
#pragma once

#include "lab/dissect/lab-dissect.h"
#include "lab/dissect/lab-reassembly.h"

G_BEGIN_DECLS

/* The rest of a packet: what is there, and what was on the wire. */
typedef struct
{
  const guint8 *at;
  guint32 cap; /* bytes that were captured, at most len */
  guint32 len; /* bytes that were sent */
} LabBytes;

/* Headers in headers in headers; a packet made to hurt has thousands. */
#define LAB_NESTING_MAX 32

struct LabDissector
{
  LabReassembly *reassembly; /* (owned) */
};

/* One packet being dissected. */
typedef struct
{
  LabDissector *dissector; /* (unowned) */
  LabSegment *segment;     /* (unowned): what is found goes here */
  guint depth;
} LabDissection;

static inline guint16
lab_get_u16 (const guint8 *at)
{
  return (guint16) (at[0] << 8 | at[1]);
}

static inline guint32
lab_get_u32 (const guint8 *at)
{
  return (guint32) at[0] << 24 | (guint32) at[1] << 16 | (guint32) at[2] << 8 | at[3];
}

static inline guint16
lab_get_u16_le (const guint8 *at)
{
  return (guint16) (at[1] << 8 | at[0]);
}

static inline guint32
lab_get_u32_le (const guint8 *at)
{
  return (guint32) at[3] << 24 | (guint32) at[2] << 16 | (guint32) at[1] << 8 | at[0];
}

/* Steps over @n bytes. Returns: FALSE, and nothing is left, if they were not captured. */
static inline gboolean
lab_bytes_skip (LabBytes *bytes, guint32 n)
{
  if (n > bytes->cap)
    {
      bytes->cap = 0;
      bytes->len = 0;
      return FALSE;
    }
  bytes->at += n;
  bytes->cap -= n;
  bytes->len -= n;
  return TRUE;
}

/* Leaves out what follows the first @len bytes: padding, a trailer. */
static inline void
lab_bytes_cut (LabBytes *bytes, guint32 len)
{
  bytes->len = MIN (bytes->len, len);
  bytes->cap = MIN (bytes->cap, bytes->len);
}

void lab_dissect_link (LabDissection *d, guint16 link_type, LabBytes bytes);
void lab_dissect_ethernet (LabDissection *d, LabBytes bytes);
void lab_dissect_ether_type (LabDissection *d, guint16 type, LabBytes bytes);
void lab_dissect_ip (LabDissection *d, LabBytes bytes);
void lab_dissect_ipv4 (LabDissection *d, LabBytes bytes);
void lab_dissect_ipv6 (LabDissection *d, LabBytes bytes);
void lab_dissect_protocol (LabDissection *d, guint8 protocol, LabBytes bytes);
void lab_dissect_tcp (LabDissection *d, LabBytes bytes);
void lab_dissect_udp (LabDissection *d, LabBytes bytes);
void lab_dissect_icmp (LabDissection *d, gboolean v6, LabBytes bytes);

G_END_DECLS
