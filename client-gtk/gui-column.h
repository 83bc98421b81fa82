/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define GUI_TYPE_COLUMN (gui_column_get_type ())
G_DECLARE_FINAL_TYPE (GuiColumn, gui_column, GUI, COLUMN, GtkBox)

G_END_DECLS
