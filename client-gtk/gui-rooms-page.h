/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "client-gtk/gui-rooms.h"

G_BEGIN_DECLS

#define GUI_TYPE_ROOMS_PAGE (gui_rooms_page_get_type ())
G_DECLARE_FINAL_TYPE (GuiRoomsPage, gui_rooms_page, GUI, ROOMS_PAGE, GtkBin)

GtkWidget *gui_rooms_page_new (GuiRooms *rooms);

void gui_rooms_page_show_room (GuiRoomsPage *page, SalRoomModel *model);
void gui_rooms_page_show_position (GuiRoomsPage *page, int position);
void gui_rooms_page_go (GuiRoomsPage *page, int by);
void gui_rooms_page_go_back (GuiRoomsPage *page);
void gui_rooms_page_focus (GuiRoomsPage *page);
void gui_rooms_page_search (GuiRoomsPage *page);
void gui_rooms_page_go_to_unread (GuiRoomsPage *page);
void gui_rooms_page_toggle_people (GuiRoomsPage *page);
void gui_rooms_page_go_to_part (GuiRoomsPage *page, int by);
const char *gui_rooms_page_get_title (GuiRoomsPage *page);

void gui_rooms_page_set_menu (GuiRoomsPage *page, GMenuModel *menu);
GtkWidget *gui_rooms_page_get_menu_button (GuiRoomsPage *page);

G_END_DECLS
