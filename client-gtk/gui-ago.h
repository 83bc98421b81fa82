/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *gui_ago_to_text (gint64 then_us, gint64 now_us);

G_END_DECLS
