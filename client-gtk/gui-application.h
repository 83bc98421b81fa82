/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "common/client/sal-room-model.h"
#include "common/client/sal-store.h"

G_BEGIN_DECLS

#define GUI_TYPE_APPLICATION (gui_application_get_type ())
G_DECLARE_FINAL_TYPE (GuiApplication, gui_application, GUI, APPLICATION, GtkApplication)

GuiApplication *gui_application_new (void);

SalStore *gui_application_get_store (GuiApplication *app);
GSettings *gui_application_get_settings (GuiApplication *app);
GListModel *gui_application_get_rooms (GuiApplication *app);
char *gui_application_dup_name (GuiApplication *app);

gboolean gui_application_open_store (GuiApplication *app, gboolean temporary, GError **error);

SalRoomModel *
gui_application_open_room (GuiApplication *app, const char *uri, const char *name, GError **error);
SalRoomModel *
gui_application_try_room (GuiApplication *app, const char *uri, const char *name, GError **error);
void gui_application_keep_room (GuiApplication *app, SalRoomModel *model);
gboolean gui_application_keeps_room (GuiApplication *app, SalRoomModel *model);
void gui_application_show_room (GuiApplication *app, SalRoomModel *model);
void gui_application_forget_room (GuiApplication *app, SalRoomModel *model);

G_END_DECLS
