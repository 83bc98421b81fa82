/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "common/client/sal-entry.h"

G_BEGIN_DECLS

#define GUI_TYPE_STATE_MARK (gui_state_mark_get_type ())
G_DECLARE_FINAL_TYPE (GuiStateMark, gui_state_mark, GUI, STATE_MARK, GtkDrawingArea)

GtkWidget *gui_state_mark_new (void);
void gui_state_mark_set_state (GuiStateMark *mark, SalMessageState state, const char *words);

G_END_DECLS
