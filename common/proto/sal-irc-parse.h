/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/proto/sal-event.h"
#include "common/proto/sal-irc-line.h"

G_BEGIN_DECLS

void sal_irc_event_from_line (SalEvent *event, const SalIrcLine *line, GString *scratch);
void sal_irc_parse (const char *text, GString *scratch, SalEvent *event);
void sal_irc_append_clean (GString *out, const char *text);

G_END_DECLS
