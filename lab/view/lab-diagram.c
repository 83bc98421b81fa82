/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The state diagram of RFC 9293 (figure 5) as boxes and arrows with places, and the way
 * that an end went through it. lab-diagram-text.c and lab-diagram-svg.c draw it.
 */
#include "config.h"

#include "lab/view/lab-diagram.h"

#define LEFT 130.0
#define MIDDLE 390.0
#define RIGHT 650.0

const LabDiagramNode lab_diagram_nodes[LAB_DIAGRAM_NODES] = {
  { LAB_CLOSED, FALSE, MIDDLE, 40 },       { LAB_LISTEN, FALSE, LEFT, 130 },
  { LAB_SYN_RECEIVED, FALSE, LEFT, 240 },  { LAB_SYN_SENT, FALSE, RIGHT, 240 },
  { LAB_ESTABLISHED, FALSE, MIDDLE, 340 }, { LAB_FIN_WAIT_1, FALSE, LEFT, 440 },
  { LAB_CLOSE_WAIT, FALSE, RIGHT, 440 },   { LAB_FIN_WAIT_2, FALSE, LEFT, 545 },
  { LAB_CLOSING, FALSE, MIDDLE, 545 },     { LAB_LAST_ACK, FALSE, RIGHT, 545 },
  { LAB_TIME_WAIT, FALSE, MIDDLE, 640 },   { LAB_CLOSED, TRUE, RIGHT, 640 },
};

const LabDiagramEdge lab_diagram_edges[LAB_DIAGRAM_EDGES] = {
  { LAB_CLOSED, LAB_LISTEN, "passive open", NULL },
  { LAB_CLOSED, LAB_SYN_SENT, "active open", "send SYN" },
  { LAB_LISTEN, LAB_SYN_RECEIVED, "receive SYN", "send SYN, ACK" },
  { LAB_LISTEN, LAB_SYN_SENT, "application sends", "send SYN" },
  { LAB_SYN_SENT, LAB_SYN_RECEIVED, "receive SYN", "send SYN, ACK" },
  { LAB_SYN_SENT, LAB_ESTABLISHED, "receive SYN, ACK", "send ACK" },
  { LAB_SYN_RECEIVED, LAB_ESTABLISHED, "receive ACK of SYN", NULL },
  { LAB_SYN_RECEIVED, LAB_FIN_WAIT_1, "close", "send FIN" },
  { LAB_ESTABLISHED, LAB_FIN_WAIT_1, "close", "send FIN" },
  { LAB_ESTABLISHED, LAB_CLOSE_WAIT, "receive FIN", "send ACK" },
  { LAB_FIN_WAIT_1, LAB_FIN_WAIT_2, "receive ACK of FIN", NULL },
  { LAB_FIN_WAIT_1, LAB_CLOSING, "receive FIN", "send ACK" },
  { LAB_FIN_WAIT_2, LAB_TIME_WAIT, "receive FIN", "send ACK" },
  { LAB_CLOSING, LAB_TIME_WAIT, "receive ACK of FIN", NULL },
  { LAB_CLOSE_WAIT, LAB_LAST_ACK, "close", "send FIN" },
  { LAB_LAST_ACK, LAB_CLOSED, "receive ACK of FIN", NULL },
  { LAB_TIME_WAIT, LAB_CLOSED, "2 MSL are over", NULL },
};

/**
 * lab_diagram_find_node:
 * @is_end: whether a connection is over by then
 *
 * Returns: (transfer none): the box of @state.
 */
const LabDiagramNode *
lab_diagram_find_node (LabState state, gboolean is_end)
{
  for (int i = 0; i < LAB_DIAGRAM_NODES; i++)
    if (lab_diagram_nodes[i].state == state &&
        (state != LAB_CLOSED || lab_diagram_nodes[i].is_end == is_end))
      return &lab_diagram_nodes[i];
  g_return_val_if_reached (&lab_diagram_nodes[0]);
}

/**
 * lab_diagram_find_edge:
 *
 * Returns: which arrow leads from one state to the other; -1 if the figure has none: a
 * reset, FIN-WAIT-1 to TIME-WAIT, or something that the capture does not show.
 */
int
lab_diagram_find_edge (LabState from, LabState to)
{
  for (int i = 0; i < LAB_DIAGRAM_EDGES; i++)
    if (lab_diagram_edges[i].from == from && lab_diagram_edges[i].to == to)
      return i;
  return -1;
}

/**
 * lab_diagram_n_steps:
 *
 * Returns: how many of the states that @end went through are known one by one.
 */
guint
lab_diagram_n_steps (const LabEndReport *end)
{
  return MIN (end->n_steps, G_N_ELEMENTS (end->steps));
}
