/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Immutable and counted: whom a person does not want to hear, and of which words they want to be told. */
typedef struct _SalFilter SalFilter;

SalFilter *sal_filter_new (const char *ignored, const char *words);
SalFilter *sal_filter_ref (SalFilter *filter);
void sal_filter_unref (SalFilter *filter);

gboolean sal_filter_ignores (const SalFilter *filter, const char *nick, const char *host);
gboolean sal_filter_has_word (const SalFilter *filter, const char *text);

char *sal_filter_add (const char *ignored, const char *mask);
char *sal_filter_remove (const char *ignored, const char *mask);
char *sal_filter_mask_of_name (const char *name);
gboolean sal_filter_lists (const char *ignored, const char *mask);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SalFilter, sal_filter_unref)

G_END_DECLS
