/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

void gui_style_init (GSettings *settings);
void gui_style_follow_desktop (GSettings *settings);

G_END_DECLS
