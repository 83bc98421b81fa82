/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "common/term/sal-line-editor.h"

G_BEGIN_DECLS

typedef struct _CliInput CliInput;

CliInput *cli_input_new (const char *prompt,
                         const char *const *completions,
                         SalLineFunc on_line,
                         gpointer data);
void cli_input_free (CliInput *input);
gboolean cli_input_is_terminal (const CliInput *input);
void cli_input_pause (CliInput *input, gboolean paused);
void cli_input_take_lines_back (CliInput *input, gboolean take_back);
void cli_input_set_prompt (CliInput *input, const char *prompt);
void cli_input_set_completer (CliInput *input, SalCompleteFunc completer);
void cli_input_hold_pastes (CliInput *input);
void cli_input_bind_meta (CliInput *input, char key, SalKeyFunc func);
gboolean cli_input_clear (CliInput *input);
gboolean cli_input_is_pasted (const CliInput *input);
void cli_input_ask_secret (CliInput *input, const char *prompt);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliInput, cli_input_free)

G_END_DECLS
