/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean test_file_wait_for_text (const char *path, const char *text, int ms);
int test_file_open_fifo (const char *path, int ms);

G_END_DECLS
