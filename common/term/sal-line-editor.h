/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _SalLineEditor SalLineEditor;

/* @line: (nullable): what was typed, without its end; %NULL: Ctrl-D on an empty line. */
typedef void (*SalLineFunc) (const char *line, gpointer data);

/* What Tab may make of @word, which begins at byte @start of @line.
 * Returns: (transfer full) (array zero-terminated=1): whole words, with what is to stand behind them. */
typedef char **(*SalCompleteFunc) (const char *line, gsize start, const char *word, gpointer data);

/* A key was pressed; what is being typed stays. */
typedef void (*SalKeyFunc) (gpointer data);

SalLineEditor *sal_line_editor_new (const char *prompt,
                                    const char *const *completions,
                                    SalLineFunc on_line,
                                    gpointer data);
void sal_line_editor_free (SalLineEditor *editor);
void sal_line_editor_set_completer (SalLineEditor *editor, SalCompleteFunc completer);
void sal_line_editor_bind_meta (SalLineEditor *editor, char key, SalKeyFunc func);
void sal_line_editor_hold_pastes (SalLineEditor *editor);
gboolean sal_line_editor_is_pasted (const SalLineEditor *editor);
void sal_line_editor_take_lines_back (SalLineEditor *editor, gboolean take_back);
void sal_line_editor_set_prompt (SalLineEditor *editor, const char *prompt);
gboolean sal_line_editor_clear (SalLineEditor *editor);
void sal_line_editor_ask_secret (SalLineEditor *editor, const char *prompt);

void sal_line_editor_hide (void);
void sal_line_editor_show (void);
gboolean sal_line_editor_print (const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SalLineEditor, sal_line_editor_free)

G_END_DECLS
