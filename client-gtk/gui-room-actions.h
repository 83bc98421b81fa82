/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "common/client/sal-room-model.h"

G_BEGIN_DECLS

void gui_room_actions_insert (GtkWidget *widget, SalRoomModel *model);
GMenuModel *gui_room_actions_menu_new (void);

G_END_DECLS
