/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Colours on a terminal (ECMA-48). They say nothing that the words do not say too.
 */
#include "config.h"

#include "lab/view/lab-paint.h"

/**
 * lab_paint_of_state:
 *
 * Returns: how @state looks: opening, open, closing and closed have a colour each, in
 * every view.
 */
LabPaint
lab_paint_of_state (LabState state)
{
  switch (state)
    {
    case LAB_SYN_SENT:
    case LAB_SYN_RECEIVED:
      return LAB_PAINT_OPENING;
    case LAB_ESTABLISHED:
      return LAB_PAINT_OPEN;
    case LAB_FIN_WAIT_1:
    case LAB_FIN_WAIT_2:
    case LAB_CLOSE_WAIT:
    case LAB_CLOSING:
    case LAB_LAST_ACK:
    case LAB_TIME_WAIT:
      return LAB_PAINT_CLOSING;
    case LAB_CLOSED:
    case LAB_LISTEN:
    case LAB_N_STATES:
    default:
      return LAB_PAINT_CLOSED;
    }
}

/**
 * lab_paint_begin:
 * @colour: whether there are colours
 */
void
lab_paint_begin (gboolean colour, LabPaint paint, GString *out)
{
  static const char *const codes[] = {
    [LAB_PAINT_OPENING] = "33", [LAB_PAINT_OPEN] = "32", [LAB_PAINT_CLOSING] = "36",
    [LAB_PAINT_CLOSED] = "2",   [LAB_PAINT_FAINT] = "2", [LAB_PAINT_TITLE] = "1",
    [LAB_PAINT_WARNING] = "31", [LAB_PAINT_CHAT] = "35",
  };

  if (colour)
    g_string_append_printf (out, "\033[%sm", codes[paint]);
}

/**
 * lab_paint_end:
 */
void
lab_paint_end (gboolean colour, GString *out)
{
  if (colour)
    g_string_append (out, "\033[0m");
}
