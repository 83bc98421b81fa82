/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client-cli/cli-talk.h"

G_BEGIN_DECLS

extern const char *const cli_commands_completions[];

gboolean cli_commands_take (CliTalk *talk, const char *line, gboolean strict, const char **said);
void cli_commands_begin (CliTalk *talk);

G_END_DECLS
