/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab/track/lab-trace.h"

G_BEGIN_DECLS

void lab_words_flags (guint16 flags, GString *out);
void lab_words_flag_names (guint16 flags, GString *out);
void lab_words_end (const LabEndReport *end, GString *out);
void lab_words_duration (gint64 ns, GString *out);
void lab_words_wrap (const char *text, const char *indent, guint columns, GString *out);
void lab_words_cut (const char *text, guint columns, GString *out);
guint lab_words_n_lines (const char *text);
void lab_words_count (guint64 count, const char *one, const char *many, GString *out);

/* What a segment is to be pointed out for, in few words; "" if for nothing. */
void lab_words_remark (const LabFinding *finding, GString *out);

G_END_DECLS
