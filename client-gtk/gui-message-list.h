/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "common/client/sal-room-model.h"

G_BEGIN_DECLS

#define GUI_TYPE_MESSAGE_LIST (gui_message_list_get_type ())
G_DECLARE_FINAL_TYPE (GuiMessageList, gui_message_list, GUI, MESSAGE_LIST, GtkBin)

GtkWidget *gui_message_list_new (SalRoomModel *model);
void gui_message_list_show_entry (GuiMessageList *list, guint64 id);
void gui_message_list_go_to_end (GuiMessageList *list);
gboolean gui_message_list_go_to_unread (GuiMessageList *list);
gboolean gui_message_list_focus (GuiMessageList *list);

G_END_DECLS
