/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

void sal_json_begin (GString *out);
void sal_json_string (GString *out, const char *key, const char *value);
void sal_json_int (GString *out, const char *key, gint64 value);
void sal_json_bool (GString *out, const char *key, gboolean value);
void sal_json_time (GString *out, const char *key, gint64 time_us);
void sal_json_end (GString *out);

void sal_json_append_quoted (GString *out, const char *value);

G_END_DECLS
