/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab/view/lab-ladder.h"

G_BEGIN_DECLS

#define LAB_SVG_WIDTH 960.0
#define LAB_SVG_HEAD_HEIGHT 64.0

/* How a drawing looks on paper, and on a dark screen. */
extern const char lab_svg_style[];
extern const char lab_svg_dark_style[];

void lab_xml_escape (const char *text, GString *out);
void lab_svg_number (double value, GString *out);
void lab_svg_attribute (const char *name, double value, GString *out);
void lab_svg_text (double x, double y, const char *class, const char *text, GString *out);

void lab_svg_head (const LabConnection *connection, GString *out);
void lab_svg_rows (const LabLadder *ladder, guint first, guint n, GString *out);
double lab_svg_row_top (const LabLadder *ladder, guint row);

G_END_DECLS
