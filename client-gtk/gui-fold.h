/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/client/sal-entry.h"

G_BEGIN_DECLS

/* So many entries are one line at most; after them a new line begins. */
#define GUI_FOLD_MOST 100

gboolean gui_fold_is_passage (const SalEntry *entry);
gboolean gui_fold_go_together (const SalEntry *entry, const SalEntry *next);
char *gui_fold_to_text (const GPtrArray *entries);
char *gui_fold_to_lines (const GPtrArray *entries);

G_END_DECLS
