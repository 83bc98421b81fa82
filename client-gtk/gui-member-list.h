/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "common/client/sal-room-model.h"

G_BEGIN_DECLS

#define GUI_TYPE_MEMBER_LIST (gui_member_list_get_type ())
G_DECLARE_FINAL_TYPE (GuiMemberList, gui_member_list, GUI, MEMBER_LIST, GtkBox)

GtkWidget *gui_member_list_new (SalRoomModel *room);
void gui_member_list_focus (GuiMemberList *list);

G_END_DECLS
