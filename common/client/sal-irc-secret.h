/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *sal_irc_hide_in_line (const char *line, gboolean own);
char *sal_irc_hide_in_words (const char *target, const char *text);
gboolean sal_irc_is_secret_typed (const char *place, const char *text);

G_END_DECLS
