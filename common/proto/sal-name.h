/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *sal_name_from_text (const char *text);
char *sal_name_with_suffix (const char *name, guint number);
char *sal_name_key (const char *name);
gboolean sal_name_is_key (const char *name);
gboolean sal_name_is_same (const char *a, const char *b);
gpointer sal_name_look_up (GHashTable *table, const char *name);

char *sal_room_from_text (const char *text);

const char *sal_name_split_first_unit (const char *text, char **name);

G_END_DECLS
