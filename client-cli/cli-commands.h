/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client-cli/cli-talk.h"

G_BEGIN_DECLS

gboolean cli_commands_take (CliTalk *talk, const char *line, gboolean strict, const char **said);
const char *cli_commands_get_name (guint i);
void cli_commands_begin (CliTalk *talk);

G_END_DECLS
