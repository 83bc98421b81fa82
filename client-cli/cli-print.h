/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

void cli_print (const char *text);
void cli_complain (const char *format, ...) G_GNUC_PRINTF (1, 2);
int cli_fail (const GError *error);
gboolean cli_may_colour (void);

G_END_DECLS
