/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/client/sal-entry.h"

G_BEGIN_DECLS

char *gui_sentence_clock_format (const char *format, const char *twelve);
char *gui_sentence_clock (gint64 time_us);
char *gui_sentence_day (gint64 time_us, gint64 now_us);
char *gui_sentence_moment (gint64 time_us);
gint64 gui_sentence_day_number (gint64 time_us);

const char *gui_sentence_state (const SalEntry *entry);
char *gui_sentence_line (const SalEntry *entry);
char *gui_sentence_spoken (const SalEntry *entry);
char *gui_sentence_copied (const SalEntry *entry, gboolean with_day);

G_END_DECLS
