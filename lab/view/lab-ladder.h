/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab/track/lab-trace.h"

G_BEGIN_DECLS

typedef enum
{
  LAB_ROW_SEGMENT,
  LAB_ROW_PAUSE,    /* nothing was sent for a while; the time is not drawn to scale */
  LAB_ROW_ERROR,    /* an ICMP error that answers a segment; `remark` says what */
  LAB_ROW_LEFT_OUT, /* segments that are too many to be drawn */
} LabRowKind;

/* A step down the ladder. */
typedef struct
{
  LabRowKind kind;
  guint64 frame;
  guint64 left_out;      /* LAB_ROW_LEFT_OUT: how many */
  gint64 since_start_ns; /* of the connection */
  gint64 pause_ns;       /* since the segment before */
  LabSide from;
  guint16 flags;
  guint32 seq; /* as they are to be shown */
  guint32 ack;
  guint32 len;
  guint32 has;           /* LAB_HAS_ bits */
  guint32 analysis;      /* LAB_ANALYSIS_ bits */
  gboolean is_resent;    /* some of it was sent before */
  gboolean is_overtaken; /* none of it was, but something behind it */
  gboolean is_lost;      /* it seems that it never arrived, because of what came later */
  LabState before[LAB_N_SIDES];
  LabState state[LAB_N_SIDES];
  gboolean assumed[LAB_N_SIDES];
  char *remark;   /* (owned) (nullable) */
  char *chat;     /* (owned) (nullable) */
  char *sentence; /* (owned) (nullable): what happened */

  /* Where it is drawn; see lab_ladder_lay_out(). */
  double top;
  double leaves; /* y of the arrow at its sender, and ... */
  double comes;  /* ... at its receiver, or where it is lost */
} LabLadderRow;

/* One end's state, from a height to another. */
typedef struct
{
  LabState state;
  gboolean assumed;
  double top;
  double bottom;
} LabLadderSpan;

/* The ladder of one connection. */
typedef struct LabLadder LabLadder;

/* Rows of a connection that are kept: some at its beginning, and as many at its end. */
#define LAB_LADDER_ROWS 1000

LabLadder *lab_ladder_new (guint most_rows, gboolean absolute);
void lab_ladder_free (LabLadder *ladder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabLadder, lab_ladder_free)

void lab_ladder_add (LabLadder *ladder, const LabFinding *finding);
guint lab_ladder_get_size (const LabLadder *ladder);

void lab_ladder_lay_out (LabLadder *ladder);
const GPtrArray *lab_ladder_get_rows (const LabLadder *ladder);
const GArray *lab_ladder_get_spans (const LabLadder *ladder, LabSide side);
double lab_ladder_get_height (const LabLadder *ladder);

void lab_ladder_row_label (const LabLadderRow *row, GString *out);

G_END_DECLS
