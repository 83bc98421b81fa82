/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "common/client/sal-server.h"

G_BEGIN_DECLS

#define GUI_TYPE_COMPOSER (gui_composer_get_type ())
G_DECLARE_FINAL_TYPE (GuiComposer, gui_composer, GUI, COMPOSER, GtkBox)

GtkWidget *gui_composer_new (SalRoomModel *model);
void gui_composer_insert (GuiComposer *composer, const char *text);
void gui_composer_mention (GuiComposer *composer, const char *name);
void gui_composer_tell (GuiComposer *composer, const char *text);
void gui_composer_complain (GuiComposer *composer, const char *text);
void gui_composer_focus (GuiComposer *composer);
gboolean gui_composer_take_key (GuiComposer *composer, GdkEventKey *event);

G_END_DECLS
