/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client-gtk/gui-message-window.h"

G_BEGIN_DECLS

typedef struct _GuiMessagePlace GuiMessagePlace;

GuiMessagePlace *gui_message_place_new (GuiMessageWindow *window,
                                        GtkListBox *box,
                                        GtkScrolledWindow *scroller,
                                        GFunc changed,
                                        gpointer data);
void gui_message_place_free (GuiMessagePlace *place);

gboolean gui_message_place_follows (GuiMessagePlace *place);
void gui_message_place_follow (GuiMessagePlace *place);
void gui_message_place_stay_at (GuiMessagePlace *place, guint64 id);
void gui_message_place_show (GuiMessagePlace *place, guint64 id);
void gui_message_place_seek_unread (GuiMessagePlace *place);
gboolean gui_message_place_wants_gap (GuiMessagePlace *place);
gboolean gui_message_place_wants_older (GuiMessagePlace *place);
gboolean gui_message_place_wants_newer (GuiMessagePlace *place);
GuiMessageRow *gui_message_place_get_last_on_screen (GuiMessagePlace *place);
void gui_message_place_focus (GuiMessagePlace *place, GuiMessageRow *row);
void gui_message_place_keep_focus (GuiMessagePlace *place);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GuiMessagePlace, gui_message_place_free)

G_END_DECLS
