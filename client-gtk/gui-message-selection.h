/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client-gtk/gui-message-window.h"

G_BEGIN_DECLS

typedef struct _GuiMessageSelection GuiMessageSelection;

GuiMessageSelection *
gui_message_selection_new (SalRoomModel *model, GuiMessageWindow *window, GtkListBox *box);
void gui_message_selection_free (GuiMessageSelection *selection);

void gui_message_selection_begin (GuiMessageSelection *selection, guint64 id);
void gui_message_selection_extend (GuiMessageSelection *selection, guint64 id);
void gui_message_selection_clear (GuiMessageSelection *selection);
void gui_message_selection_update_rows (GuiMessageSelection *selection);
gboolean gui_message_selection_is_empty (GuiMessageSelection *selection);
gboolean gui_message_selection_contains (GuiMessageSelection *selection, guint64 id);
gboolean gui_message_selection_is_single (GuiMessageSelection *selection);
char *gui_message_selection_to_texts (GuiMessageSelection *selection);
char *gui_message_selection_to_text (GuiMessageSelection *selection);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GuiMessageSelection, gui_message_selection_free)

G_END_DECLS
