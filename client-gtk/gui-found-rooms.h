/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/client/sal-room-list.h"

G_BEGIN_DECLS

/* In which order they are shown; those that are alike, by their names. */
typedef enum
{
  GUI_FOUND_BY_NAME,
  GUI_FOUND_BY_PEOPLE,
  GUI_FOUND_BY_TOPIC, /* those without one are the last */
} GuiFoundOrder;

#define GUI_TYPE_FOUND_ROOMS (gui_found_rooms_get_type ())
G_DECLARE_FINAL_TYPE (GuiFoundRooms, gui_found_rooms, GUI, FOUND_ROOMS, GObject)

GuiFoundRooms *gui_found_rooms_new (GListModel *rooms);
void gui_found_rooms_look_for (GuiFoundRooms *found, const char *words, guint least);
void gui_found_rooms_sort (GuiFoundRooms *found, GuiFoundOrder order, gboolean descending);
gboolean gui_found_rooms_read (GuiFoundRooms *found);
void gui_found_rooms_update (GuiFoundRooms *found);

G_END_DECLS
