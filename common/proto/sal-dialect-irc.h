/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/proto/sal-dialect.h"
#include "common/proto/sal-irc-caps.h"

G_BEGIN_DECLS

/* Between the lines of a text in an event: it is a new line, or the same one going on. */
#define SAL_IRC_NEW_LINE '\n'
#define SAL_IRC_SAME_LINE '\r'

/* Its variants are sets of capabilities: @caps & %SAL_IRC_RELAYED_CAPS. */
static inline guint
sal_irc_variant (guint caps)
{
  return caps & SAL_IRC_RELAYED_CAPS;
}

void sal_irc_append_time (GString *out, gint64 time_us);
gboolean sal_irc_parse_time (const char *text, gint64 *time_us);
char *sal_irc_msgid_format (const guint8 log_id[16], guint64 seq);
gboolean sal_irc_msgid_parse (const char *text, const guint8 log_id[16], guint64 *seq);

G_END_DECLS
