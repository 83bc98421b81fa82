/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

void sal_log_init (const char *program);
gboolean sal_log_is_level (const char *name);
gboolean sal_log_set_level (const char *name);
const char *sal_log_get_level (void);
gboolean sal_log_shows (GLogLevelFlags level);
const char *sal_log_level_names (void);
void sal_log_set_terminal_hooks (void (*before) (void), void (*after) (void));

char *sal_log_escape (const char *text, gsize max_bytes);

G_END_DECLS
