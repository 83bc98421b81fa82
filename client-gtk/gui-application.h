/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "client-gtk/gui-rooms.h"

G_BEGIN_DECLS

#define GUI_TYPE_APPLICATION (gui_application_get_type ())
G_DECLARE_FINAL_TYPE (GuiApplication, gui_application, GUI, APPLICATION, GtkApplication)

GuiApplication *gui_application_new (void);
gboolean gui_application_was_forsaken (GuiApplication *app, int status);

G_END_DECLS
