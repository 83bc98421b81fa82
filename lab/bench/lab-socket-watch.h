/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "lab/bench/lab-diag.h"

G_BEGIN_DECLS

/* Nobody tells when a socket changes; so it is looked at again and again. */
#define LAB_WATCH_MS 50

typedef struct _LabSocketWatch LabSocketWatch;

/* A socket that was not there, is not there any more, or is another than before. */
typedef struct
{
  const LabSocket *before; /* (nullable) (unowned) */
  const LabSocket *after;  /* (nullable) (unowned) */
} LabSocketChange;

LabSocketWatch *lab_socket_watch_new (void);
void lab_socket_watch_free (LabSocketWatch *watch);
GArray *lab_socket_watch_take (LabSocketWatch *watch, GPtrArray *sockets);
void
lab_socket_change_text (GString *out, const LabSocketChange *change, gint64 time_us, guint columns);
void lab_socket_change_json (GString *out, const LabSocketChange *change, gint64 time_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabSocketWatch, lab_socket_watch_free)

G_END_DECLS
