/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Its one column. */
#define GUI_LIST_ROWS_ITEM 0

#define GUI_TYPE_LIST_ROWS (gui_list_rows_get_type ())
G_DECLARE_FINAL_TYPE (GuiListRows, gui_list_rows, GUI, LIST_ROWS, GObject)

GuiListRows *gui_list_rows_new (GListModel *items);
gpointer gui_list_rows_get (GuiListRows *rows, GtkTreeIter *iter);
gpointer gui_list_rows_dup_chosen (GtkTreeView *view);

G_END_DECLS
