/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab/track/lab-trace.h"

G_BEGIN_DECLS

/* A box of the diagram. CLOSED has two, as in the RFC: where a connection begins and where
 * it ends. */
typedef struct
{
  LabState state;
  gboolean is_end; /* the CLOSED at the bottom */
  double x;        /* of its middle */
  double y;
} LabDiagramNode;

/* What leads from one to another. */
typedef struct
{
  LabState from;
  LabState to;
  const char *cause;  /* what happens to the end */
  const char *effect; /* (nullable): what it sends then */
} LabDiagramEdge;

#define LAB_DIAGRAM_WIDTH 780.0
#define LAB_DIAGRAM_HEIGHT 680.0
#define LAB_DIAGRAM_BOX_WIDTH 150.0
#define LAB_DIAGRAM_BOX_HEIGHT 42.0

#define LAB_DIAGRAM_NODES 12
#define LAB_DIAGRAM_EDGES 17

extern const LabDiagramNode lab_diagram_nodes[LAB_DIAGRAM_NODES];
extern const LabDiagramEdge lab_diagram_edges[LAB_DIAGRAM_EDGES];

const LabDiagramNode *lab_diagram_find_node (LabState state, gboolean is_end);
int lab_diagram_find_edge (LabState from, LabState to);
guint lab_diagram_n_steps (const LabEndReport *end);

void lab_view_diagram_text (const LabConnection *connection, gboolean colour, GString *out);
void lab_view_diagram_svg (const LabConnection *connection, GString *out);

G_END_DECLS
