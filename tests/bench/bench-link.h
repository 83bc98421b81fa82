/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What bench_link_recv() returns where nothing is there now. */
#define BENCH_LINK_AGAIN (-2)

gboolean bench_link_begin_tls (int fd, gpointer *tls, GError **error);
gssize bench_link_send (int fd, gpointer tls, const char *bytes, gsize len);
gssize bench_link_recv (int fd, gpointer tls, char *bytes, gsize len);
void bench_link_close (int fd, gpointer *tls);

G_END_DECLS
