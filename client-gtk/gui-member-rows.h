/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "common/client/sal-member.h"

G_BEGIN_DECLS

/* Its one column. */
#define GUI_MEMBER_ROWS_MEMBER 0

#define GUI_TYPE_MEMBER_ROWS (gui_member_rows_get_type ())
G_DECLARE_FINAL_TYPE (GuiMemberRows, gui_member_rows, GUI, MEMBER_ROWS, GObject)

GuiMemberRows *gui_member_rows_new (GListModel *members);
SalMember *gui_member_rows_get (GuiMemberRows *rows, GtkTreeIter *iter);

G_END_DECLS
