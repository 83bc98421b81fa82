/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

guint sal_fd_raise_limit (void);
gboolean sal_fd_write_all (int fd, const void *data, gsize len);
void sal_fd_detach_terminal (int fd);
void sal_fd_close (int *fd);

G_END_DECLS
