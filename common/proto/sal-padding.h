/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean sal_padding_is_none (const guint8 *bytes, gsize len);
gsize sal_padding_measure (const guint8 *bytes, gsize len, gsize least);

G_END_DECLS
