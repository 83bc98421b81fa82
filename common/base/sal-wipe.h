/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

void sal_wipe (gpointer text);
void sal_wipe_string (GString *string);

G_END_DECLS
