/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean sal_spki_find (const guint8 *der, gsize len, const guint8 **spki, gsize *spki_len);
gboolean sal_spki_is_of_kind (
    const guint8 *der, gsize len, const guint8 *key, gsize key_len, gboolean *same);
char *sal_spki_pin (const guint8 *der, gsize len);
gboolean sal_spki_is_pin (const char *text);

G_END_DECLS
