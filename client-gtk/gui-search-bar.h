/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "common/client/sal-room-model.h"

G_BEGIN_DECLS

#define GUI_TYPE_SEARCH_BAR (gui_search_bar_get_type ())
G_DECLARE_FINAL_TYPE (GuiSearchBar, gui_search_bar, GUI, SEARCH_BAR, GtkBin)

GtkWidget *gui_search_bar_new (SalRoomModel *model);
void gui_search_bar_open (GuiSearchBar *bar, const char *words);

G_END_DECLS
