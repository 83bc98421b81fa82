/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *sal_ignored_change (const char *list, const char *mask, gboolean ignored, GError **error);
char *sal_ignored_to_text (const char *list, const char *mask, gboolean ignored);

G_END_DECLS
