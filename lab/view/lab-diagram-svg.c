/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The state diagram as SVG: the boxes and arrows of the RFC, and on them the way of the
 * client and that of the server, with numbers.
 */
#include "config.h"

#include <math.h>

#include "lab/view/lab-diagram.h"
#include "lab/view/lab-svg.h"

#define TIP 9.0
#define CAUSE_GAP 10.0
#define ROUND 36.0    /* how far from the boxes a way goes round them */
#define WAY_APART 5.0 /* the ways of both ends, where they are the same */

typedef struct
{
  double x;
  double y;
} Point;

/* Where the line from the middle of @node towards @to leaves its box. */
static Point
leave_box (const LabDiagramNode *node, Point to)
{
  double dx = to.x - node->x;
  double dy = to.y - node->y;
  double by_width = dx != 0 ? LAB_DIAGRAM_BOX_WIDTH / 2 / fabs (dx) : INFINITY;
  double by_height = dy != 0 ? LAB_DIAGRAM_BOX_HEIGHT / 2 / fabs (dy) : INFINITY;
  double part = fmin (fmin (by_width, by_height), 1);

  return (Point){ node->x + dx * part, node->y + dy * part };
}

static void
append_line (Point from, Point to, const char *class, GString *out)
{
  g_string_append (out, "<line");
  lab_svg_attribute ("x1", from.x, out);
  lab_svg_attribute ("y1", from.y, out);
  lab_svg_attribute ("x2", to.x, out);
  lab_svg_attribute ("y2", to.y, out);
  g_string_append_printf (out, " class=\"%s\"/>\n", class);
}

static void
append_point (Point point, char before, GString *out)
{
  g_string_append_c (out, before);
  lab_svg_number (point.x, out);
  g_string_append_c (out, ',');
  lab_svg_number (point.y, out);
}

/* An arrow that ends at @to. */
static void
append_arrow (Point from, Point to, const char *line, const char *tip, GString *out)
{
  double length = fmax (hypot (to.x - from.x, to.y - from.y), 1);
  double dx = (to.x - from.x) / length * TIP;
  double dy = (to.y - from.y) / length * TIP;

  append_line (from, (Point){ to.x - dx / 2, to.y - dy / 2 }, line, out);
  g_string_append_printf (out, "<polygon class=\"%s\" points=\"", tip);
  append_point (to, ' ', out);
  append_point ((Point){ to.x - dx - dy / 2, to.y - dy + dx / 2 }, ' ', out);
  append_point ((Point){ to.x - dx + dy / 2, to.y - dy - dx / 2 }, ' ', out);
  g_string_append (out, "\"/>\n");
}

/* From box to box; moved to its left by @aside. */
static void
connect_boxes (
    const LabDiagramNode *from, const LabDiagramNode *to, double aside, Point *start, Point *end)
{
  double length = fmax (hypot (to->x - from->x, to->y - from->y), 1);
  double dx = (to->y - from->y) / length * aside;
  double dy = -(to->x - from->x) / length * aside;

  *start = leave_box (from, (Point){ to->x, to->y });
  *end = leave_box (to, (Point){ from->x, from->y });
  start->x += dx;
  end->x += dx;
  start->y += dy;
  end->y += dy;
}

static const LabDiagramNode *
edge_from (const LabDiagramEdge *edge)
{
  return lab_diagram_find_node (edge->from, FALSE);
}

static const LabDiagramNode *
edge_to (const LabDiagramEdge *edge)
{
  return lab_diagram_find_node (edge->to, TRUE);
}

/* The node of a step; the CLOSED that something begins with is the upper one. */
static const LabDiagramNode *
step_node (const LabEndReport *end, guint step)
{
  return lab_diagram_find_node ((LabState) end->steps[step], step > 0);
}

static gboolean
has_walked (const LabEndReport *end, LabState from, LabState to)
{
  for (guint i = 1; i < lab_diagram_n_steps (end); i++)
    if (end->steps[i - 1] == from && end->steps[i] == to)
      return TRUE;
  return FALSE;
}

static gboolean
has_anybody_walked (const LabConnection *connection, const LabDiagramEdge *edge)
{
  return has_walked (&connection->end[LAB_CLIENT], edge->from, edge->to) ||
         has_walked (&connection->end[LAB_SERVER], edge->from, edge->to);
}

/* The arrows that nobody went along; the others are drawn as ways. */
static void
append_edges (const LabConnection *connection, GString *out)
{
  for (int i = 0; i < LAB_DIAGRAM_EDGES; i++)
    {
      const LabDiagramEdge *edge = &lab_diagram_edges[i];
      Point start = { 0 };
      Point end = { 0 };

      if (has_anybody_walked (connection, edge))
        continue;
      connect_boxes (edge_from (edge), edge_to (edge), 0, &start, &end);
      append_arrow (start, end, "way", "way-tip", out);
    }
}

/* What leads along an arrow: beside it if it is upright, at the outer side, else on it. */
static void
append_cause (const LabDiagramEdge *edge, const char *class, GString *out)
{
  const char *anchor = "middle";
  g_autofree char *classes = NULL;
  Point start = { 0 };
  Point end = { 0 };
  double x = 0;
  double y = 0;

  connect_boxes (edge_from (edge), edge_to (edge), 0, &start, &end);
  x = (start.x + end.x) / 2;
  y = (start.y + end.y) / 2;
  if (fabs (start.x - end.x) < 1)
    {
      anchor = x < LAB_DIAGRAM_WIDTH / 3 ? "right" : "left";
      x += x < LAB_DIAGRAM_WIDTH / 3 ? -CAUSE_GAP : CAUSE_GAP;
    }
  classes = g_strdup_printf ("%s %s", class, anchor);
  lab_svg_text (x, y - (edge->effect != NULL ? 2 : -4), classes, edge->cause, out);
  if (edge->effect != NULL)
    lab_svg_text (x, y + 12, classes, edge->effect, out);
}

static void
append_causes (const LabConnection *connection, GString *out)
{
  for (int i = 0; i < LAB_DIAGRAM_EDGES; i++)
    append_cause (&lab_diagram_edges[i],
                  has_anybody_walked (connection, &lab_diagram_edges[i]) ? "cause walked" : "cause",
                  out);
}

/* Whether a step that the figure does not have would lead straight through other boxes:
 * down a column. It goes round them, at the outer side. */
static gboolean
goes_round (const LabDiagramNode *from, const LabDiagramNode *to)
{
  return from->x == to->x && lab_diagram_find_edge (from->state, to->state) < 0;
}

static double
round_x (const LabDiagramNode *node, LabSide side)
{
  return node->x + LAB_DIAGRAM_BOX_WIDTH / 2 + (side == LAB_CLIENT ? ROUND : ROUND / 2);
}

static void
append_round (const LabDiagramNode *from,
              const LabDiagramNode *to,
              LabSide side,
              const char *line,
              const char *fill,
              GString *out)
{
  double edge = from->x + LAB_DIAGRAM_BOX_WIDTH / 2;
  double x = round_x (from, side);

  append_line ((Point){ edge, from->y }, (Point){ x, from->y }, line, out);
  append_line ((Point){ x, from->y }, (Point){ x, to->y }, line, out);
  append_arrow ((Point){ x, to->y }, (Point){ edge, to->y }, line, fill, out);
}

/* A reset leads to CLOSED from anywhere; the figure has no arrows for that. */
static void
append_resets (const LabConnection *connection, GString *out)
{
  if (connection->end[LAB_CLIENT].rst_frame == 0 && connection->end[LAB_SERVER].rst_frame == 0)
    return;
  for (int side = 0; side < LAB_N_SIDES; side++)
    {
      const LabEndReport *report = &connection->end[side];

      for (guint i = 1; i < lab_diagram_n_steps (report); i++)
        {
          Point start = { 0 };
          Point end = { 0 };

          if (report->steps[i] != LAB_CLOSED ||
              lab_diagram_find_edge ((LabState) report->steps[i - 1], LAB_CLOSED) >= 0)
            continue;
          connect_boxes (step_node (report, i - 1), step_node (report, i), 0, &start, &end);
          if (goes_round (step_node (report, i - 1), step_node (report, i)))
            start.x = end.x = round_x (step_node (report, i), (LabSide) side);
          /* Near its beginning: half-way it may pass behind a box. */
          lab_svg_text (start.x + (end.x - start.x) / 4, start.y + (end.y - start.y) / 4 + 4,
                        "cause walked middle", "RST", out);
        }
    }
}

static void
append_boxes (const LabConnection *connection, GString *out)
{
  for (int i = 0; i < LAB_DIAGRAM_NODES; i++)
    {
      const LabDiagramNode *node = &lab_diagram_nodes[i];
      gboolean been = FALSE;

      for (int side = 0; side < LAB_N_SIDES; side++)
        for (guint step = 0; step < lab_diagram_n_steps (&connection->end[side]); step++)
          been |= step_node (&connection->end[side], step) == node;
      g_string_append (out, "<rect");
      lab_svg_attribute ("x", node->x - LAB_DIAGRAM_BOX_WIDTH / 2, out);
      lab_svg_attribute ("y", node->y - LAB_DIAGRAM_BOX_HEIGHT / 2, out);
      lab_svg_attribute ("width", LAB_DIAGRAM_BOX_WIDTH, out);
      lab_svg_attribute ("height", LAB_DIAGRAM_BOX_HEIGHT, out);
      g_string_append_printf (out, " rx=\"6\" class=\"%s\"/>\n", been ? "been" : "box");
      lab_svg_text (node->x, node->y + 5, been ? "state middle" : "faint middle",
                    lab_state_name (node->state), out);
    }
}

/* The way of an end from box to box. Where both went, they go side by side. */
static void
append_way (const LabConnection *connection, LabSide side, GString *out)
{
  const LabEndReport *report = &connection->end[side];
  const LabEndReport *other = &connection->end[lab_side_other (side)];
  g_autofree char *line = g_strdup_printf ("%s-way", lab_side_name (side));
  g_autofree char *fill = g_strdup_printf ("%s-fill", lab_side_name (side));

  for (guint i = 1; i < lab_diagram_n_steps (report); i++)
    {
      gboolean both =
          has_walked (other, (LabState) report->steps[i - 1], (LabState) report->steps[i]);
      double aside = side == LAB_CLIENT ? WAY_APART : -WAY_APART;
      Point start = { 0 };
      Point end = { 0 };

      if (goes_round (step_node (report, i - 1), step_node (report, i)))
        {
          append_round (step_node (report, i - 1), step_node (report, i), side, line, fill, out);
          continue;
        }
      connect_boxes (step_node (report, i - 1), step_node (report, i), both ? aside : 0, &start,
                     &end);
      append_arrow (start, end, line, fill, out);
    }
}

static void
append_step_numbers (const LabConnection *connection, GString *out)
{
  for (int i = 0; i < LAB_DIAGRAM_NODES; i++)
    for (int side = 0; side < LAB_N_SIDES; side++)
      {
        const LabDiagramNode *node = &lab_diagram_nodes[i];
        const LabEndReport *end = &connection->end[side];
        double direction = side == LAB_CLIENT ? 1 : -1;
        double x = node->x - direction * (LAB_DIAGRAM_BOX_WIDTH / 2 - 12);
        double y = node->y - LAB_DIAGRAM_BOX_HEIGHT / 2 + 12;

        for (guint step = 0; step < lab_diagram_n_steps (end); step++)
          {
            char number[16];

            if (step_node (end, step) != node)
              continue;
            g_snprintf (number, sizeof number, "%u", step + 1);
            g_string_append (out, "<circle");
            lab_svg_attribute ("cx", x, out);
            lab_svg_attribute ("cy", y, out);
            g_string_append_printf (out, " r=\"8\" class=\"%s-fill\"/>\n",
                                    lab_side_name ((LabSide) side));
            lab_svg_text (x, y + 3.5, "step", number, out);
            x += direction * 18;
          }
      }
}

static void
append_legend (GString *out)
{
  append_line ((Point){ 560, 28 }, (Point){ 590, 28 }, "client-way", out);
  lab_svg_text (598, 32, "faint", "the way of the client", out);
  append_line ((Point){ 560, 50 }, (Point){ 590, 50 }, "server-way", out);
  lab_svg_text (598, 54, "faint", "the way of the server", out);
}

/**
 * lab_view_diagram_svg:
 *
 * Appends the contents of a drawing of LAB_DIAGRAM_WIDTH by LAB_DIAGRAM_HEIGHT.
 */
void
lab_view_diagram_svg (const LabConnection *connection, GString *out)
{
  append_legend (out);
  append_edges (connection, out);
  for (int side = 0; side < LAB_N_SIDES; side++)
    append_way (connection, (LabSide) side, out);
  append_boxes (connection, out);
  append_step_numbers (connection, out);
  append_causes (connection, out);
  append_resets (connection, out);
}
