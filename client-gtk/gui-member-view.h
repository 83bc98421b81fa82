/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Of a longer list, so many rows are children of its accessible object. */
#define GUI_MEMBER_VIEW_CHILD_ROWS 200

#define GUI_TYPE_MEMBER_VIEW (gui_member_view_get_type ())
G_DECLARE_FINAL_TYPE (GuiMemberView, gui_member_view, GUI, MEMBER_VIEW, GtkTreeView)

GtkWidget *gui_member_view_new (void);

G_END_DECLS
