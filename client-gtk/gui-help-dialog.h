/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

GtkWidget *gui_help_dialog_new (void);
void gui_help_dialog_show_command (GtkWidget *dialog, const char *name);

G_END_DECLS
