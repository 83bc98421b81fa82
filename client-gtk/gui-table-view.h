/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Of a longer list, so many rows are children of its accessible object. */
#define GUI_TABLE_VIEW_CHILD_ROWS 200

#define GUI_TYPE_TABLE_VIEW (gui_table_view_get_type ())
G_DECLARE_FINAL_TYPE (GuiTableView, gui_table_view, GUI, TABLE_VIEW, GtkTreeView)

GtkWidget *gui_table_view_new (void);

G_END_DECLS
