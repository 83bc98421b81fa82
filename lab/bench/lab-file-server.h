/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A request: a name in one line. */
#define LAB_FILE_NAME_BYTES 4096
/* How long a client may let everybody else wait: for the whole of its request, or without
 * taking a piece of the file; unless said. */
#define LAB_FILE_STALL_S 30
/* What a reply begins with that is no file but a reason. */
#define LAB_FILE_REFUSAL "salotto-lab file-server: "

gboolean lab_file_serve (int listener, int folder, guint stall_s, GError **error);
int lab_file_fetch (int fd, const char *name, int out, GError **error);

G_END_DECLS
