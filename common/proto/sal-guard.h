/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean sal_guard_is_http (const void *bytes, gsize len);
GBytes *sal_guard_http_answer (void);
GBytes *sal_guard_tls_alert (void);

G_END_DECLS
