/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How long to wait between tries to connect. Zeroed: nothing was tried. */
typedef struct
{
  guint failures;
} SalBackOff;

gint64 sal_back_off_next_us (SalBackOff *back_off, guint32 random);
void sal_back_off_reset (SalBackOff *back_off);

G_END_DECLS
