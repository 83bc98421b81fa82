/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/client/sal-entry.h"

G_BEGIN_DECLS

gboolean gui_mention_in_text (const char *text, const char *name);
gboolean gui_mention_in_entry (const SalEntry *entry, const char *name);
char *gui_mention_harmless (const char *text);

G_END_DECLS
