/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab/view/lab-ladder.h"

G_BEGIN_DECLS

/* Style sheets of a page: for everybody, for a dark screen on top, for paper on top. */
typedef struct
{
  const char *all;
  const char *dark;
  const char *print;
} LabHtmlStyle;

void
lab_html_begin (const char *language, const char *title, const LabHtmlStyle *style, GString *out);
void
lab_html_begin_drawing (double width, double top, double height, const char *label, GString *out);
void lab_html_ladder (const LabConnection *connection,
                      const LabLadder *ladder,
                      const char *head_label,
                      const char *rows_label,
                      GString *out);

G_END_DECLS
