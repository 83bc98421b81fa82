/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "common/client/sal-server.h"

G_BEGIN_DECLS

#define GUI_TYPE_ROOM_VIEW (gui_room_view_get_type ())
G_DECLARE_FINAL_TYPE (GuiRoomView, gui_room_view, GUI, ROOM_VIEW, GtkBox)

/* Between which the keyboard goes, from left to right. */
typedef enum
{
  GUI_ROOM_MESSAGES,
  GUI_ROOM_COMPOSER,
  GUI_ROOM_PEOPLE,
  GUI_ROOM_N_PARTS,
} GuiRoomPart;

GtkWidget *gui_room_view_new (SalRoomModel *model);
SalRoomModel *gui_room_view_get_model (GuiRoomView *view);
void gui_room_view_search (GuiRoomView *view, const char *words);
void gui_room_view_focus (GuiRoomView *view);
void gui_room_view_go_to_unread (GuiRoomView *view);
int gui_room_view_get_part (GuiRoomView *view);
gboolean gui_room_view_focus_part (GuiRoomView *view, GuiRoomPart part);

char *gui_presence_to_text (SalRoomModel *model);

G_END_DECLS
