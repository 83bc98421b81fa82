/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "common/client/sal-irc-support.h"

G_BEGIN_DECLS

typedef struct _CliUnread CliUnread;

CliUnread *cli_unread_new (void);
void cli_unread_free (CliUnread *unread);
void cli_unread_add (CliUnread *unread, const char *place, const char *line, gboolean for_us);
guint cli_unread_take (CliUnread *unread, const char *place, GString *lines);
void cli_unread_rename (CliUnread *unread, const char *from, const char *to);
const char *
cli_unread_spell (const CliUnread *unread, const SalIrcSupport *support, const char *name);
const char *cli_unread_next (const CliUnread *unread);
char *cli_unread_to_text (const CliUnread *unread, guint columns);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliUnread, cli_unread_free)

G_END_DECLS
