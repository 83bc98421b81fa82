/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "common/client/sal-server.h"

G_BEGIN_DECLS

#define GUI_TYPE_ROOM_ROW (gui_room_row_get_type ())
G_DECLARE_FINAL_TYPE (GuiRoomRow, gui_room_row, GUI, ROOM_ROW, GtkListBoxRow)

GtkWidget *gui_room_row_new (SalRoomModel *model);
SalRoomModel *gui_room_row_get_model (GuiRoomRow *row);
void gui_room_row_show_menu (GuiRoomRow *row, const GdkEvent *event);

G_END_DECLS
