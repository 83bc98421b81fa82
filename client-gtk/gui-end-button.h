/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define GUI_TYPE_END_BUTTON (gui_end_button_get_type ())
G_DECLARE_FINAL_TYPE (GuiEndButton, gui_end_button, GUI, END_BUTTON, GtkRevealer)

GtkWidget *gui_end_button_new (void);
void gui_end_button_update (GuiEndButton *end, gboolean wanted, guint new_messages);

G_END_DECLS
