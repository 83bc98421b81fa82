/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

void gui_tab_stop_make (GtkListBox *list);

G_END_DECLS
