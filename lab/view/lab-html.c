/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What pages have in common: their head, which forbids all there is but the style sheet in
 * it, and a ladder in pieces.
 */
#include "config.h"

#include "lab/view/lab-html.h"

#include "lab/view/lab-svg.h"

/* Rows of a ladder that stay together on paper. */
#define ROWS_TOGETHER 6

/* Returns: (transfer full): the check sum of the style sheet as a policy names it. */
static char *
make_hash (const char *style)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 digest[32];
  gsize len = sizeof digest;

  g_checksum_update (checksum, (const guchar *) style, -1);
  g_checksum_get_digest (checksum, digest, &len);
  return g_base64_encode (digest, len);
}

/**
 * lab_html_begin:
 * @language: its code
 * @title: also the first heading
 * @style: those of drawings come with it
 *
 * Appends a page up to its first heading. It contains everything it needs; its
 * Content-Security-Policy names its style sheet by a check sum, and allows nothing else.
 */
void
lab_html_begin (const char *language, const char *title, const LabHtmlStyle *style, GString *out)
{
  g_autofree char *sheet =
      g_strdup_printf ("%s%s@media screen and (prefers-color-scheme:dark)"
                       "{%s%s}@media print{%s}",
                       style->all, lab_svg_style, style->dark, lab_svg_dark_style, style->print);
  g_autofree char *hash = make_hash (sheet);

  g_string_append (out, "<!DOCTYPE html>\n<html lang=\"");
  lab_xml_escape (language, out);
  g_string_append_printf (
      out,
      "\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'sha256-%s'; base-uri 'none'; form-action 'none'\">\n"
      "<meta name=\"referrer\" content=\"no-referrer\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>",
      hash);
  lab_xml_escape (title, out);
  g_string_append_printf (out, "</title>\n<style>%s</style>\n</head>\n<body>\n<h1>", sheet);
  lab_xml_escape (title, out);
  g_string_append (out, "</h1>\n");
}

/**
 * lab_html_begin_drawing:
 * @top: y of what is its upper edge
 * @label: for who cannot see it
 *
 * Appends the beginning of a drawing; `</svg>` ends it.
 */
void
lab_html_begin_drawing (double width, double top, double height, const char *label, GString *out)
{
  g_string_append (out, "<svg role=\"img\" aria-label=\"");
  lab_xml_escape (label, out);
  g_string_append (out, "\" viewBox=\"0 ");
  lab_svg_number (top, out);
  g_string_append_c (out, ' ');
  lab_svg_number (width, out);
  g_string_append_c (out, ' ');
  lab_svg_number (height, out);
  g_string_append (out, "\">\n");
}

/**
 * lab_html_ladder:
 * @ladder: laid out
 *
 * Appends the ladder in pieces, so that paper can end between two of them.
 */
void
lab_html_ladder (const LabConnection *connection,
                 const LabLadder *ladder,
                 const char *head_label,
                 const char *rows_label,
                 GString *out)
{
  guint n = lab_ladder_get_rows (ladder)->len;

  g_string_append (out, "<div class=\"ladder\">\n");
  lab_html_begin_drawing (LAB_SVG_WIDTH, 0, LAB_SVG_HEAD_HEIGHT, head_label, out);
  lab_svg_head (connection, out);
  g_string_append (out, "</svg>\n");
  for (guint first = 0; first < n; first += ROWS_TOGETHER)
    {
      guint rows = MIN (ROWS_TOGETHER, n - first);
      double top = lab_svg_row_top (ladder, first);

      lab_html_begin_drawing (LAB_SVG_WIDTH, top, lab_svg_row_top (ladder, first + rows) - top,
                              rows_label, out);
      lab_svg_rows (ladder, first, rows, out);
      g_string_append (out, "</svg>\n");
    }
  g_string_append (out, "</div>\n");
}
