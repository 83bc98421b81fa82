/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "common/client/sal-server.h"

G_BEGIN_DECLS

#define GUI_TYPE_RAW_WINDOW (gui_raw_window_get_type ())
G_DECLARE_FINAL_TYPE (GuiRawWindow, gui_raw_window, GUI, RAW_WINDOW, GtkWindow)

GtkWidget *gui_raw_window_new (void);
void gui_raw_window_show_server (GuiRawWindow *window, SalServer *server);

G_END_DECLS
