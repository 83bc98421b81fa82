/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <handy.h>

#include "client-gtk/gui-rooms.h"

G_BEGIN_DECLS

#define GUI_TYPE_WINDOW (gui_window_get_type ())
G_DECLARE_FINAL_TYPE (GuiWindow, gui_window, GUI, WINDOW, HdyApplicationWindow)

GuiWindow *gui_window_new (GtkApplication *app, GuiRooms *rooms, GSettings *settings);

void gui_window_show_room (GuiWindow *window, SalRoomModel *model);
void gui_window_show_trouble (GuiWindow *window, const GError *error);
gboolean gui_window_open_address (GuiWindow *window, const char *uri, GError **error);
void gui_window_join (GuiWindow *window, const char *uri, const GError *error);

G_END_DECLS
