/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "common/client/sal-room-model.h"

G_BEGIN_DECLS

#define GUI_TYPE_TOPIC_BAR (gui_topic_bar_get_type ())
G_DECLARE_FINAL_TYPE (GuiTopicBar, gui_topic_bar, GUI, TOPIC_BAR, GtkBin)

GtkWidget *gui_topic_bar_new (SalRoomModel *model);

G_END_DECLS
