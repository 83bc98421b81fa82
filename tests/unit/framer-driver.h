/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "common/proto/sal-framer.h"

G_BEGIN_DECLS

/* A unit as it was given, kept. */
typedef struct
{
  SalUnitKind kind;
  GByteArray *bytes; /* (owned) */
  gboolean ended;
  gboolean continues;
  gint64 at_us;
} FramerUnit;

/* A framer with a clock that moves only when it is told to. */
typedef struct
{
  SalFramer framer;
  GPtrArray *units; /* (owned) of FramerUnit (owned) */
  gint64 now_us;
  gsize fed;            /* bytes so far */
  GRand *push_cutter;   /* (unowned) (nullable): pushes each segment in pieces */
  gboolean push_single; /* pushes each segment byte by byte */
} FramerRun;

FramerRun *framer_run_new (SalFramerRole role, gsize limit_bytes);
void framer_run_free (FramerRun *run);

void framer_run_until (FramerRun *run, gint64 at_us);
void framer_run_feed (FramerRun *run, gint64 at_us, const void *bytes, gsize len);
void framer_run_settle (FramerRun *run);
void framer_run_finish (FramerRun *run, gint64 at_us);
void framer_run_break_off (FramerRun *run, gint64 at_us);

char *framer_run_render (const FramerRun *run, gboolean with_times);
char *framer_render_bytes (const void *bytes, gsize len);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FramerRun, framer_run_free)

G_END_DECLS
