/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab/track/lab-trace.h"

G_BEGIN_DECLS

/* How a state, or a part of a line, looks on a terminal that has colours. */
typedef enum
{
  LAB_PAINT_OPENING,
  LAB_PAINT_OPEN,
  LAB_PAINT_CLOSING,
  LAB_PAINT_CLOSED,
  LAB_PAINT_FAINT,
  LAB_PAINT_TITLE,
  LAB_PAINT_WARNING,
  LAB_PAINT_CHAT,
} LabPaint;

LabPaint lab_paint_of_state (LabState state);
void lab_paint_begin (gboolean colour, LabPaint paint, GString *out);
void lab_paint_end (gboolean colour, GString *out);

G_END_DECLS
