/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab/track/lab-trace.h"

G_BEGIN_DECLS

typedef enum
{
  LAB_FORMAT_TEXT,
  LAB_FORMAT_JSON,
  LAB_FORMAT_SVG,
  LAB_FORMAT_HTML,
  LAB_FORMAT_SUMMARY,
  LAB_N_FORMATS
} LabViewFormat;

typedef struct
{
  gboolean absolute; /* numbers as they are on the wire */
  gboolean hex;      /* text: the bytes of each datagram */
  gboolean colour;   /* text: for a terminal */
  gboolean verbose;  /* text: a sentence for each segment */
  gboolean ladder;   /* text: a ladder instead of lines */
  gboolean diagram;  /* the path of both ends through the state diagram */
  guint columns;     /* ladder: those of the terminal; 0: as many as it takes */
  const char *scope; /* (nullable) (unowned): as in LabTraceOptions */
} LabViewOptions;

/* What text is written on. */
typedef struct
{
  gboolean colour;
  guint columns; /* 0: no terminal */
  guint rows;    /* likewise */
} LabScreen;

/* What people see of a trace: it gets what the trace finds, and writes text. */
typedef struct LabView LabView;

const char *lab_view_format_name (LabViewFormat format);

LabView *lab_view_new (LabViewFormat format, const LabViewOptions *options, GString *out);
void lab_view_free (LabView *view);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabView, lab_view_free)

void lab_view_begin (LabView *view);
void lab_view_packet (LabView *view, const LabFinding *finding);
void lab_view_other (LabView *view, const LabFinding *finding);
gboolean lab_view_lists_others (const LabView *view);
void lab_view_connection (LabView *view, const LabConnection *connection);
void lab_view_end (LabView *view);

G_END_DECLS
