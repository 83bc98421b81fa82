/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "common/client/sal-entry.h"

G_BEGIN_DECLS

#define GUI_TYPE_MESSAGE_ROW (gui_message_row_get_type ())
G_DECLARE_FINAL_TYPE (GuiMessageRow, gui_message_row, GUI, MESSAGE_ROW, GtkListBoxRow)

GtkWidget *gui_message_row_new (const SalEntry *entry, const char *our_name);
void gui_message_row_set_entry (GuiMessageRow *row, const SalEntry *entry);
const SalEntry *gui_message_row_get_entry (GuiMessageRow *row);
guint64 gui_message_row_get_id (GuiMessageRow *row);
guint64 gui_message_row_get_first_id (GuiMessageRow *row);
gboolean gui_message_row_fold (GuiMessageRow *row, const SalEntry *entry, gboolean before);
void gui_message_row_refresh (GuiMessageRow *row);
void gui_message_row_set_first (GuiMessageRow *row, gboolean first);
gboolean gui_message_row_set_before (GuiMessageRow *row, const char *before);
char *gui_message_row_dup_text (GuiMessageRow *row);
char *gui_message_row_dup_copied (GuiMessageRow *row);
GtkLabel *gui_message_row_get_label (GuiMessageRow *row);
void gui_message_row_forget_selection (GuiMessageRow *row);
gboolean gui_message_row_has_at (GuiMessageRow *row, int x, int y);
char *gui_message_row_get_tooltip (GuiMessageRow *row);
void gui_message_row_append_actions (GuiMessageRow *row, GMenu *menu);
gboolean gui_message_row_explain (GuiMessageRow *row);

G_END_DECLS
