/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

guint sal_columns_of_char (gunichar c);
guint sal_columns_of_text (const char *text);
const char *sal_columns_skip (const char *text, guint columns);

G_END_DECLS
