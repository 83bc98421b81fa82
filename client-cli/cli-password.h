/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *cli_password_read (int fd, GError **error);
char *cli_password_ask (const char *prompt, GError **error);
void cli_password_free (char *password);

G_END_DECLS
