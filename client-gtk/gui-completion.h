/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gsize gui_completion_word_start (const char *text, gsize cursor);
GPtrArray *gui_completion_find (const char *word, GPtrArray *names);

G_END_DECLS
