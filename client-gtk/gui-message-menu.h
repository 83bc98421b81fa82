/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client-gtk/gui-message-list.h"
#include "client-gtk/gui-message-selection.h"

G_BEGIN_DECLS

typedef struct _GuiMessageMenu GuiMessageMenu;

GuiMessageMenu *gui_message_menu_new (GuiMessageList *list,
                                      SalRoomModel *model,
                                      GuiMessageWindow *window,
                                      GuiMessageSelection *selection,
                                      GtkListBox *box);
void gui_message_menu_free (GuiMessageMenu *menu);

void gui_message_menu_show (GuiMessageMenu *menu, GuiMessageRow *row, const GdkEvent *event);
void gui_message_menu_copy (GuiMessageMenu *menu, GuiMessageRow *row);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GuiMessageMenu, gui_message_menu_free)

G_END_DECLS
