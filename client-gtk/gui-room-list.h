/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "common/client/sal-server.h"

G_BEGIN_DECLS

#define GUI_TYPE_ROOM_LIST (gui_room_list_get_type ())
G_DECLARE_FINAL_TYPE (GuiRoomList, gui_room_list, GUI, ROOM_LIST, GtkWindow)

GtkWidget *gui_room_list_new (void);
void gui_room_list_show_server (GuiRoomList *list, SalServer *server, const char *words);

G_END_DECLS
