/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define GUI_TYPE_MESSAGE_TEXT (gui_message_text_get_type ())
G_DECLARE_FINAL_TYPE (GuiMessageText, gui_message_text, GUI, MESSAGE_TEXT, GtkLabel)

GtkWidget *gui_message_text_new (void);
void gui_message_text_set (GuiMessageText *text, const char *words);

G_END_DECLS
