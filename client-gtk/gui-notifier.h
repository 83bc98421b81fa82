/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "common/client/sal-server.h"

G_BEGIN_DECLS

typedef struct _GuiNotifier GuiNotifier;

GuiNotifier *gui_notifier_new (GtkApplication *app, GSettings *settings);
void gui_notifier_free (GuiNotifier *notifier);

void gui_notifier_watch (GuiNotifier *notifier, SalServer *server);
void gui_notifier_unwatch (GuiNotifier *notifier, SalServer *server);

G_END_DECLS
