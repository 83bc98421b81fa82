/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the kinds of sources have in common: all of them are bytes of a capture that come
 * out of a descriptor.
 */
#pragma once

#include "lab/capture/lab-capture-reader.h"
#include "lab/capture/lab-source.h"

G_BEGIN_DECLS

typedef struct
{
  /* Waits for bytes. Returns: how many came; 0 at the end; -1 with an error. */
  gssize (*read) (LabSource *source, guint8 *bytes, gsize len, GError **error);
  /* The bytes are at their end: was that the end, or a mishap? */
  gboolean (*finish) (LabSource *source, GError **error);
  /* (nullable) Asks for the end, from a signal handler. */
  void (*stop) (LabSource *source);
  void (*free) (LabSource *source);
} LabSourceClass;

struct LabSource
{
  const LabSourceClass *class;
  char *name;               /* (owned): what people call it */
  LabCaptureReader *reader; /* (owned) */
  guint8 *buffer;           /* (owned) */
  gsize size;
  gsize at; /* first byte that is not done with */
  gsize end;
  gboolean ended;
  guint64 packets;
  LabSourceIdle idle; /* (nullable) */
  gpointer idle_data;
  guint64 dropped; /* by the kernel, live */

  int wake_fd; /* an eventfd: readable once somebody wants the end */
  int stopped; /* atomic */
};

void lab_source_init (LabSource *source, const LabSourceClass *class, const char *name);
int lab_source_be_idle (LabSource *source);

G_END_DECLS
