/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How many colours there are for the names of people. */
#define GUI_TEXT_N_COLOURS 8

char *gui_text_limit_marks (const char *text);
char *gui_text_shorten (const char *text);
char *gui_text_to_markup (const char *text);
gboolean gui_text_is_link (const char *uri);
gboolean gui_text_is_emoji (const char *text);
guint gui_text_colour (const char *name);

G_END_DECLS
