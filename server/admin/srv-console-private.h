/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of the console's words share.
 */
#pragma once

#include "server/srv-server.h"

G_BEGIN_DECLS

void srv_console_append_column (GString *out, const char *text, int width);
gboolean srv_console_fail (GString *out, const char *why);
char *srv_console_take_word (const char *rest, const char **tail);

/* srv-console-rooms.c */
gboolean srv_console_do_room (SrvServer *server, const char *rest, GString *out);

G_END_DECLS
