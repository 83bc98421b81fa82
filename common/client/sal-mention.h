/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "common/client/sal-entry.h"

G_BEGIN_DECLS

gboolean sal_mention_in_text (const char *text, const char *name);
gboolean sal_mention_in_entry (const SalEntry *entry, const char *name);

G_END_DECLS
