/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A ladder as SVG 1.1: the pieces, which the SVG view puts into one drawing and the HTML
 * view into several that a printer can break between.
 *
 * Whatever is not written here is escaped, whether it can come from a capture or not.
 * There are no scripts, no links, no fonts and no pictures in it, and no style attributes,
 * so that a Content-Security-Policy may forbid all of that.
 */
#include "config.h"

#include "lab/view/lab-svg.h"

#include <math.h>
#include <string.h>

#include "lab/view/lab-words.h"

#define NS_PER_SECOND 1000000000

/* Across: time, the client's states, its pole, the rungs, the server's pole and states, the
 * number of the frame. */
#define TIME_X 84.0
#define CLIENT_X 236.0
#define SERVER_X 724.0
#define FRAME_X 946.0
#define POLE 8.0
#define STATE_GAP 14.0
#define HEAD_ARROW 9.0
#define LOST_AT 0.78 /* of the way */
#define STATE_BASELINE 12.0

#define CHAT_CHARS 72 /* that fit between the poles */

#define PI 3.14159265358979323846

/* Drawn on white. The colours differ in brightness too, and each state has its name beside
 * its pole. */
const char lab_svg_style[] =
    "svg{font-family:'Liberation Sans',Arial,Helvetica,sans-serif;font-size:12.5px}"
    ".paper{fill:#fff}"
    "text{fill:#1f2328}"
    ".faint{fill:#636c76;font-size:11.5px}"
    ".right{text-anchor:end}"
    ".middle{text-anchor:middle}"
    ".head{font-weight:bold;font-size:14px}"
    ".state{font-weight:bold;font-size:11.5px}"
    ".assumed-name{font-style:italic;font-weight:normal}"
    ".remark{fill:#b42318;font-size:11.5px}"
    ".chat{fill:#6f2dbd;font-style:italic}"
    ".closed{fill:#afb8c1}"
    ".listen{fill:#8c959f}"
    ".syn-sent{fill:#e3b341}"
    ".syn-received{fill:#d4831c}"
    ".established{fill:#1a7f37}"
    ".fin-wait-1{fill:#54aeff}"
    ".fin-wait-2{fill:#0969da}"
    ".close-wait{fill:#8250df}"
    ".closing{fill:#0b7285}"
    ".last-ack{fill:#bf3989}"
    ".time-wait{fill:#3b4a9e}"
    ".assumed{fill-opacity:.4}"
    ".arrow{stroke:#424a53;stroke-width:1.3;fill:none}"
    ".tip{fill:#424a53;stroke:none}"
    ".data{stroke-width:2.2}"
    ".resent{stroke:#b42318}"
    ".tip.resent{fill:#b42318;stroke:none}"
    ".reset{stroke:#b42318;stroke-width:2.2}"
    ".tip.reset{fill:#b42318;stroke:none}"
    ".lost{stroke-dasharray:7 4}"
    ".cross{stroke:#b42318;stroke-width:2.4;fill:none}"
    ".pause{stroke:#8c959f;stroke-width:1;stroke-dasharray:2 4;fill:none}"
    ".break{stroke:#fff;stroke-width:7;fill:none}"
    ".break-edge{stroke:#8c959f;stroke-width:1.2;fill:none}"
    ".box{fill:#f6f8fa;stroke:#afb8c1}"
    ".been{fill:#fff;stroke:#424a53;stroke-width:1.6}"
    ".way{stroke:#c4ccd4;stroke-width:1.2;fill:none}"
    ".way-tip{fill:#c4ccd4}"
    ".client-way{stroke:#0969da;stroke-width:3;fill:none}"
    ".client-fill{fill:#0969da}"
    ".server-way{stroke:#d4831c;stroke-width:3;fill:none}"
    ".server-fill{fill:#d4831c}"
    ".cause{font-size:11px;fill:#636c76;paint-order:stroke;stroke:#fff;stroke-width:4px;"
    "stroke-linejoin:round}"
    ".walked{fill:#1f2328}"
    ".step{fill:#fff;font-size:10px;font-weight:bold;text-anchor:middle}";

const char lab_svg_dark_style[] = ".paper{fill:#0d1117}"
                                  "text{fill:#e6edf3}"
                                  ".faint{fill:#9198a1}"
                                  ".remark{fill:#ff7b72}"
                                  ".chat{fill:#d2a8ff}"
                                  ".closed{fill:#484f58}"
                                  ".listen{fill:#6e7681}"
                                  ".syn-sent{fill:#e3b341}"
                                  ".syn-received{fill:#f0883e}"
                                  ".established{fill:#3fb950}"
                                  ".fin-wait-1{fill:#a5d6ff}"
                                  ".fin-wait-2{fill:#58a6ff}"
                                  ".close-wait{fill:#bc8cff}"
                                  ".closing{fill:#39c5cf}"
                                  ".last-ack{fill:#ff7bc0}"
                                  ".time-wait{fill:#8b9cf7}"
                                  ".arrow{stroke:#b1bac4}"
                                  ".tip{fill:#b1bac4}"
                                  ".resent,.reset,.cross{stroke:#ff7b72}"
                                  ".tip.resent,.tip.reset{fill:#ff7b72;stroke:none}"
                                  ".break{stroke:#0d1117}"
                                  ".box{fill:#161b22;stroke:#484f58}"
                                  ".been{fill:#0d1117;stroke:#b1bac4}"
                                  ".way{stroke:#3d444d}"
                                  ".way-tip{fill:#3d444d}"
                                  ".client-way{stroke:#58a6ff}"
                                  ".client-fill{fill:#58a6ff}"
                                  ".server-way{stroke:#f0883e}"
                                  ".server-fill{fill:#f0883e}"
                                  ".cause{fill:#9198a1;stroke:#0d1117}"
                                  ".walked{fill:#e6edf3}"
                                  ".step{fill:#0d1117}";

/**
 * lab_xml_escape:
 * @text: anything up to its zero
 *
 * Appends @text so that it is text in XML and in HTML, in an element or in a quoted
 * attribute: what means something is escaped, and what may not be there at all becomes the
 * replacement character.
 */
void
lab_xml_escape (const char *text, GString *out)
{
  for (const char *at = text; *at != '\0';)
    {
      gunichar c = g_utf8_get_char_validated (at, -1);
      gboolean is_bad = c >= 0x110000;

      at += is_bad ? 1 : g_unichar_to_utf8 (c, NULL);
      if (c == '<')
        g_string_append (out, "&lt;");
      else if (c == '>')
        g_string_append (out, "&gt;");
      else if (c == '&')
        g_string_append (out, "&amp;");
      else if (c == '"')
        g_string_append (out, "&quot;");
      else if (c == '\'')
        g_string_append (out, "&#39;");
      else if (is_bad || c < 0x20 || (c >= 0x7F && c < 0xA0) || (c & 0xFFFE) == 0xFFFE)
        g_string_append (out, "�");
      else
        g_string_append_unichar (out, c);
    }
}

/**
 * lab_svg_number:
 *
 * Appends a coordinate: with a point in every language, and no more digits than can be seen.
 */
void
lab_svg_number (double value, GString *out)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (text, sizeof text, "%.1f", value);
  if (g_str_has_suffix (text, ".0"))
    text[strlen (text) - 2] = '\0';
  g_string_append (out, text);
}

/**
 * lab_svg_attribute:
 *
 * Appends ` name="value"`.
 */
void
lab_svg_attribute (const char *name, double value, GString *out)
{
  g_string_append_printf (out, " %s=\"", name);
  lab_svg_number (value, out);
  g_string_append_c (out, '"');
}

/**
 * lab_svg_text:
 * @text: as it is to be read; it is escaped here
 *
 * Appends a piece of text.
 */
void
lab_svg_text (double x, double y, const char *class, const char *text, GString *out)
{
  g_string_append (out, "<text");
  lab_svg_attribute ("x", x, out);
  lab_svg_attribute ("y", y, out);
  g_string_append_printf (out, " class=\"%s\">", class);
  lab_xml_escape (text, out);
  g_string_append (out, "</text>\n");
}

static void
append_line (double x1, double y1, double x2, double y2, const char *class, GString *out)
{
  g_string_append (out, "<line");
  lab_svg_attribute ("x1", x1, out);
  lab_svg_attribute ("y1", y1, out);
  lab_svg_attribute ("x2", x2, out);
  lab_svg_attribute ("y2", y2, out);
  g_string_append_printf (out, " class=\"%s\"/>\n", class);
}

/* A state's name as a class: in small letters, which its words are made of already. */
static void
append_state_class (LabState state, GString *out)
{
  for (const char *at = lab_state_name (state); *at != '\0'; at++)
    g_string_append_c (out, g_ascii_tolower (*at));
}

static double
pole_x (LabSide side)
{
  return side == LAB_CLIENT ? CLIENT_X : SERVER_X;
}

/* The part of a span that is between two heights, and its name if it begins there. */
static void
append_span (const LabLadderSpan *span, LabSide side, double top, double bottom, GString *out)
{
  double from = MAX (span->top, top);
  double to = MIN (span->bottom, bottom);
  g_autofree char *name =
      g_strdup_printf ("%s%s", lab_state_name (span->state), span->assumed ? " ?" : "");
  g_autofree char *class = g_strdup_printf ("state%s%s", side == LAB_CLIENT ? " right" : "",
                                            span->assumed ? " assumed-name" : "");

  if (to <= from)
    return;
  g_string_append (out, "<rect");
  lab_svg_attribute ("x", pole_x (side) - POLE / 2, out);
  lab_svg_attribute ("y", from, out);
  lab_svg_attribute ("width", POLE, out);
  lab_svg_attribute ("height", to - from, out);
  g_string_append (out, " class=\"");
  append_state_class (span->state, out);
  g_string_append (out, span->assumed ? " assumed\"><title>" : "\"><title>");
  g_string_append_printf (out, "%s: %s%s</title></rect>\n", lab_side_name (side),
                          lab_state_name (span->state),
                          span->assumed ? ", assumed: nothing it sent proves it" : "");
  if (span->top >= top)
    lab_svg_text (pole_x (side) + (side == LAB_CLIENT ? -STATE_GAP : STATE_GAP),
                  span->top + STATE_BASELINE, class, name, out);
}

/* What an arrow looks like. */
static const char *
arrow_class (const LabLadderRow *row)
{
  if (row->flags & LAB_RST)
    return " reset";
  if (row->is_resent || row->is_overtaken)
    return " resent";
  return row->len > 0 ? " data" : "";
}

/* The head of an arrow that comes from the one point and ends at the other. */
static void
append_tip (double x1, double y1, double x2, double y2, const char *class, GString *out)
{
  double length = sqrt ((x2 - x1) * (x2 - x1) + (y2 - y1) * (y2 - y1));
  double dx = (x2 - x1) / length * HEAD_ARROW;
  double dy = (y2 - y1) / length * HEAD_ARROW;
  const double points[6] = {
    x2, y2, x2 - dx - dy / 2, y2 - dy + dx / 2, x2 - dx + dy / 2, y2 - dy - dx / 2
  };

  g_string_append_printf (out, "<polygon class=\"tip%s\" points=\"", class);
  for (int i = 0; i < 6; i++)
    {
      if (i > 0)
        g_string_append_c (out, i % 2 == 0 ? ' ' : ',');
      lab_svg_number (points[i], out);
    }
  g_string_append (out, "\"/>\n");
}

static void
append_cross (double x, double y, GString *out)
{
  append_line (x - 5, y - 5, x + 5, y + 5, "cross", out);
  append_line (x - 5, y + 5, x + 5, y - 5, "cross", out);
}

static void
append_arrow (const LabLadderRow *row, GString *out)
{
  double direction = row->from == LAB_CLIENT ? 1 : -1;
  double x1 = pole_x (row->from) + direction * POLE / 2;
  double x2 = pole_x (lab_side_other (row->from)) - direction * (POLE / 2 + 1);
  double y2 = row->comes;
  g_autofree char *class =
      g_strdup_printf ("arrow%s%s", arrow_class (row), row->is_lost ? " lost" : "");

  if (row->is_lost)
    {
      x2 = x1 + (x2 - x1) * LOST_AT;
      y2 = row->leaves + (row->comes - row->leaves) * LOST_AT;
      append_line (x1, row->leaves, x2 - direction * 8, y2, class, out);
      append_cross (x2, y2, out);
      return;
    }
  append_line (x1, row->leaves, x2 - direction * HEAD_ARROW / 2, y2, class, out);
  append_tip (x1, row->leaves, x2, y2, arrow_class (row), out);
}

/* The words on the arrow, as oblique as it is. */
static void
append_label (const LabLadderRow *row, GString *out)
{
  g_autoptr (GString) label = g_string_new (NULL);
  double x = (CLIENT_X + SERVER_X) / 2;
  double y = (row->leaves + row->comes) / 2 - 5;
  double angle = atan ((row->comes - row->leaves) / (SERVER_X - CLIENT_X)) * 180 / PI;

  lab_ladder_row_label (row, label);
  g_string_append (out, "<text");
  lab_svg_attribute ("x", x, out);
  lab_svg_attribute ("y", y, out);
  g_string_append (out, " class=\"middle\" transform=\"rotate(");
  lab_svg_number (row->from == LAB_CLIENT ? angle : -angle, out);
  g_string_append_c (out, ' ');
  lab_svg_number (x, out);
  g_string_append_c (out, ' ');
  lab_svg_number (y, out);
  g_string_append (out, ")\">");
  lab_xml_escape (label->str, out);
  g_string_append (out, "</text>\n");
}

static void
append_segment (const LabLadderRow *row, GString *out)
{
  double middle = (CLIENT_X + SERVER_X) / 2;
  double below = row->comes + 11;
  char text[48];

  g_string_append (out, "<g>");
  if (row->sentence != NULL)
    {
      g_string_append (out, "<title>");
      lab_xml_escape (row->sentence, out);
      g_string_append (out, "</title>");
    }
  g_string_append_c (out, '\n');
  append_arrow (row, out);
  append_label (row, out);
  if (row->chat != NULL)
    {
      g_autoptr (GString) quoted = g_string_new ("“");

      lab_words_cut (row->chat, CHAT_CHARS, quoted);
      g_string_append (quoted, "”");
      lab_svg_text (middle, below, "middle chat", quoted->str, out);
      below += 15;
    }
  if (row->remark != NULL)
    lab_svg_text (middle, below, "middle remark", row->remark, out);
  g_ascii_formatd (text, sizeof text, "%.6f", (double) row->since_start_ns / NS_PER_SECOND);
  lab_svg_text (TIME_X, row->leaves + 4, "faint right", text, out);
  g_snprintf (text, sizeof text, "%" G_GUINT64_FORMAT, row->frame);
  lab_svg_text (FRAME_X, row->leaves + 4, "faint right", text, out);
  g_string_append (out, "</g>\n");
}

/* An ICMP error, which comes from somebody who is on neither pole. */
static void
append_error (const LabLadderRow *row, GString *out)
{
  char frame[24];

  g_snprintf (frame, sizeof frame, "%" G_GUINT64_FORMAT, row->frame);
  lab_svg_text ((CLIENT_X + SERVER_X) / 2, row->leaves + 4, "middle remark", row->remark, out);
  lab_svg_text (FRAME_X, row->leaves + 4, "faint right", frame, out);
}

/* A pole that is broken: time passes that is not drawn. */
static void
append_broken_pole (double x, double y, GString *out)
{
  append_line (x - 9, y + 3, x + 9, y - 3, "break", out);
  append_line (x - 9, y - 1, x + 9, y - 7, "break-edge", out);
  append_line (x - 9, y + 7, x + 9, y + 1, "break-edge", out);
}

static void
append_break (const LabLadderRow *row, GString *out)
{
  g_autoptr (GString) label = g_string_new (NULL);
  double middle = (CLIENT_X + SERVER_X) / 2;

  lab_ladder_row_label (row, label);
  append_broken_pole (CLIENT_X, row->leaves, out);
  append_broken_pole (SERVER_X, row->leaves, out);
  append_line (CLIENT_X + 16, row->leaves, middle - 70, row->leaves, "pause", out);
  append_line (middle + 70, row->leaves, SERVER_X - 16, row->leaves, "pause", out);
  lab_svg_text (middle, row->leaves + 4, "middle faint", label->str, out);
}

/**
 * lab_svg_head:
 *
 * Appends what is above the poles: who the ends are. It is LAB_SVG_HEAD_HEIGHT high.
 */
void
lab_svg_head (const LabConnection *connection, GString *out)
{
  lab_svg_text (TIME_X, 54, "faint right", "seconds", out);
  lab_svg_text (FRAME_X, 54, "faint right", "frame", out);
  for (int side = 0; side < LAB_N_SIDES; side++)
    {
      const LabEndReport *end = &connection->end[side];
      g_autoptr (GString) name = g_string_new (NULL);
      double x = pole_x ((LabSide) side);

      lab_words_end (end, name);
      lab_svg_text (x, 26, "head middle", side == LAB_CLIENT ? "Client" : "Server", out);
      lab_svg_text (x, 45, "middle", name->str, out);
    }
}

/**
 * lab_svg_row_top:
 * @row: a row, or the number of rows
 *
 * Returns: the height at which it begins; of the first one that of the poles.
 */
double
lab_svg_row_top (const LabLadder *ladder, guint row)
{
  const GPtrArray *rows = lab_ladder_get_rows (ladder);

  if (row == 0)
    return 0;
  return row < rows->len ? ((const LabLadderRow *) rows->pdata[row])->top
                         : lab_ladder_get_height (ladder);
}

/**
 * lab_svg_rows:
 * @first: the first row
 * @n: how many
 *
 * Appends a part of the ladder, at the heights it has in the whole.
 */
void
lab_svg_rows (const LabLadder *ladder, guint first, guint n, GString *out)
{
  const GPtrArray *rows = lab_ladder_get_rows (ladder);
  double top = lab_svg_row_top (ladder, first);
  double bottom = lab_svg_row_top (ladder, first + n);

  for (int side = 0; side < LAB_N_SIDES; side++)
    {
      const GArray *spans = lab_ladder_get_spans (ladder, (LabSide) side);

      for (guint i = 0; i < spans->len; i++)
        append_span (&g_array_index (spans, LabLadderSpan, i), (LabSide) side, top, bottom, out);
    }
  for (guint i = first; i < first + n && i < rows->len; i++)
    {
      const LabLadderRow *row = rows->pdata[i];

      if (row->kind == LAB_ROW_SEGMENT)
        append_segment (row, out);
      else if (row->kind == LAB_ROW_ERROR)
        append_error (row, out);
      else
        append_break (row, out);
    }
}
