/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How many colours there are for the names of people. */
#define GUI_TEXT_N_COLOURS 8

/* What is shown of a long text and of a long name, in the weight of gui_text_weigh(). */
#define GUI_TEXT_SHOWN_WEIGHT 1000
#define GUI_TEXT_NAME_WEIGHT 64

char *gui_text_limit_marks (const char *text);
guint gui_text_weigh (const char *text);
char *gui_text_shorten (const char *text, guint most);
char *gui_text_to_markup (const char *text);
gboolean gui_text_is_link (const char *uri);
gboolean gui_text_is_emoji (const char *text);
guint gui_text_colour (const char *name);

G_END_DECLS
