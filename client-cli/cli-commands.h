/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client-cli/cli-talk.h"

G_BEGIN_DECLS

gboolean cli_commands_take (CliTalk *talk, const char *line);
void cli_commands_show_who (CliTalk *talk, const char *place);

G_END_DECLS
