/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a message from a client to it is from, taken apart. */
typedef struct
{
  char *nick; /* (owned) */
  char *user; /* (owned): "" where there is none */
  char *host; /* (owned): likewise */
} SalIrcSource;

gboolean sal_irc_mask_matches (const char *mask, const char *text);
char *sal_irc_mask_complete (const char *mask);
void sal_irc_source_split (SalIrcSource *source, const char *text);
void sal_irc_source_clear (SalIrcSource *source);

gboolean sal_irc_is_hostname (const char *text);
gboolean sal_irc_is_nickname (const char *text);
char *sal_irc_nickname_from_name (const char *name);

gboolean sal_irc_is_registration (const char *text, gsize len);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SalIrcSource, sal_irc_source_clear)

G_END_DECLS
