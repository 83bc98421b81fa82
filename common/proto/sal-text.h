/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SAL_TEXT_BYTE_ORDER_MARK "\xEF\xBB\xBF"

gboolean sal_text_clean (GString *out, const void *bytes, gsize len);
void sal_text_clean_line (GString *out, const void *bytes, gsize len);
gsize sal_text_incomplete_tail (const void *bytes, gsize len);
void sal_text_strip_formatting (char *text);
gsize sal_text_fit (const char *text, gsize len, gsize max_bytes);
gsize sal_text_break (const char *text, gsize len, gsize most);
void sal_text_append_time (GString *out, gint64 time_us);

G_END_DECLS
