/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab/track/lab-trace.h"

G_BEGIN_DECLS

void lab_phrase_word (GString *out, const char *word);
void lab_phrase_number (GString *out, guint64 number);
void lab_phrase_bytes (GString *out, guint64 bytes);
void lab_phrase_times (GString *out, guint64 n, const char *one, const char *many);
void lab_phrase_duration (GString *out, gint64 ns);
void lab_phrase_address (GString *out, const LabAddress *address, const char *scope, guint16 port);

G_END_DECLS
