/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean srv_self_signed_make (
    const char *file, const char *key_file, const char *host_name, gint64 now_s, GError **error);

G_END_DECLS
