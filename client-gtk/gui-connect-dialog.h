/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "client-gtk/gui-rooms.h"

G_BEGIN_DECLS

#define GUI_TYPE_CONNECT_DIALOG (gui_connect_dialog_get_type ())
G_DECLARE_FINAL_TYPE (GuiConnectDialog, gui_connect_dialog, GUI, CONNECT_DIALOG, GtkDialog)

GtkWidget *gui_connect_dialog_new (GuiRooms *rooms, GSettings *settings);
void gui_connect_dialog_reset (GuiConnectDialog *dialog);
void gui_connect_dialog_fill (GuiConnectDialog *dialog, const char *uri, const GError *error);

G_END_DECLS
