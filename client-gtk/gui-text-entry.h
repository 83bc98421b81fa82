/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define GUI_TYPE_TEXT_ENTRY (gui_text_entry_get_type ())
G_DECLARE_FINAL_TYPE (GuiTextEntry, gui_text_entry, GUI, TEXT_ENTRY, GtkTextView)

/* More than this does not go in at all; it is far more than anybody says at once. */
#define GUI_TEXT_ENTRY_MAX_CHARS (64 * 1024)

char *gui_text_entry_dup_text (GuiTextEntry *entry);
void gui_text_entry_set_text (GuiTextEntry *entry, const char *text);
void gui_text_entry_forget_changes (GuiTextEntry *entry);
gboolean gui_text_entry_is_on_first_line (GuiTextEntry *entry);
gboolean gui_text_entry_is_on_last_line (GuiTextEntry *entry);
int gui_text_entry_height_of_lines (GuiTextEntry *entry, int lines);

G_END_DECLS
