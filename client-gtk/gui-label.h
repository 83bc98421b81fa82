/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

void gui_label_show_verbatim (GtkLabel *label);

G_END_DECLS
