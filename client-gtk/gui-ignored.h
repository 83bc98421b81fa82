/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean gui_ignored_has (const char *mask);
gboolean gui_ignored_set (const char *mask, gboolean ignored, GError **error);
char *gui_ignored_to_text (const char *mask, gboolean ignored);

G_END_DECLS
