/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Writes something about @data to standard error; a few lines at most. */
typedef void (*TestLastWords) (gpointer data);

void test_last_words_add (TestLastWords write, gpointer data);
void test_last_words_remove (gpointer data);
void test_last_words_write (const char *title, const char *bytes, gssize len);

G_END_DECLS
