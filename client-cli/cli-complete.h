/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client-cli/cli-talk.h"

G_BEGIN_DECLS

char **cli_complete (CliTalk *talk, const char *line, gsize start, const char *word);

G_END_DECLS
