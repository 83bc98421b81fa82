/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Lines from whoever uses the program: typed at a terminal, with editing and history,
 * or read from a pipe or file.
 */
#include "config.h"

#include "client-cli/cli-input.h"

#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <unistd.h>

/* A line of more than this is given in pieces; who gets it says that it is too long. */
#define LINE_BYTES (64 * 1024)

struct _CliInput
{
  SalLineEditor *editor; /* (owned) (nullable): at a terminal */
  SalLineFunc on_line;
  gpointer data;
  GString *partial; /* (owned) */
  guint source;
  gboolean paused;
  gboolean at_end;    /* nothing more will be read */
  gboolean end_given; /* and whoever uses the lines knows */
};

static void
give_lines (CliInput *input)
{
  char *newline = NULL;

  while (!input->paused && (newline = memchr (input->partial->str, '\n', input->partial->len)))
    {
      g_autofree char *line =
          g_strndup (input->partial->str, (gsize) (newline - input->partial->str));

      g_string_erase (input->partial, 0, newline + 1 - input->partial->str);
      input->on_line (line, input->data);
    }
  if (input->partial->len > LINE_BYTES && !input->paused)
    {
      g_autofree char *line = g_strndup (input->partial->str, input->partial->len);

      g_string_truncate (input->partial, 0);
      input->on_line (line, input->data);
    }
  if (!input->at_end || input->paused)
    return;
  if (input->partial->len > 0)
    {
      g_autofree char *line = g_strndup (input->partial->str, input->partial->len);

      g_string_truncate (input->partial, 0);
      input->on_line (line, input->data);
    }
  if (!input->paused && !input->end_given)
    {
      input->end_given = TRUE;
      input->on_line (NULL, input->data);
    }
}

static gboolean
on_readable (int fd, GIOCondition condition, gpointer data)
{
  CliInput *input = data;
  char bytes[4096];
  ssize_t n = read (fd, bytes, sizeof bytes);

  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return G_SOURCE_CONTINUE;
  if (n > 0)
    g_string_append_len (input->partial, bytes, n);
  else
    {
      input->at_end = TRUE;
      input->source = 0;
    }
  give_lines (input);
  return n > 0 && input->source != 0 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void
watch (CliInput *input)
{
  if (input->source == 0 && !input->at_end)
    input->source = g_unix_fd_add (STDIN_FILENO, G_IO_IN | G_IO_HUP | G_IO_ERR, on_readable, input);
}

/**
 * cli_input_new:
 * @prompt: shown at a terminal
 * @completions: (nullable) (transfer none): what Tab offers there
 * @on_line: called with @data for each line, and with %NULL at the end of the input
 */
CliInput *
cli_input_new (const char *prompt,
               const char *const *completions,
               SalLineFunc on_line,
               gpointer data)
{
  CliInput *input = g_new0 (CliInput, 1);

  input->on_line = on_line;
  input->data = data;
  input->partial = g_string_new (NULL);
  if (isatty (STDIN_FILENO) && isatty (STDOUT_FILENO))
    input->editor = sal_line_editor_new (prompt, completions, on_line, data);
  else
    watch (input);
  return input;
}

/**
 * cli_input_free:
 * @input: (nullable) (transfer full)
 */
void
cli_input_free (CliInput *input)
{
  if (input == NULL)
    return;
  g_clear_pointer (&input->editor, sal_line_editor_free);
  g_clear_handle_id (&input->source, g_source_remove);
  g_string_free (input->partial, TRUE);
  g_free (input);
}

/**
 * cli_input_is_terminal:
 *
 * Returns: whether a person types, on a terminal.
 */
gboolean
cli_input_is_terminal (const CliInput *input)
{
  return input->editor != NULL;
}

/**
 * cli_input_pause:
 * @paused: whether to leave the input alone
 *
 * For a pipe that is faster than the network. At a terminal nothing happens.
 */
void
cli_input_pause (CliInput *input, gboolean paused)
{
  if (input->editor != NULL || input->paused == paused)
    return;
  input->paused = paused;
  if (paused)
    g_clear_handle_id (&input->source, g_source_remove);
  else
    {
      give_lines (input);
      if (!input->paused)
        watch (input);
    }
}

/**
 * cli_input_take_lines_back:
 * @take_back: whether a line that was typed goes off the screen
 *
 * With a server that shows one's own messages the typed line would stand there twice.
 */
void
cli_input_take_lines_back (CliInput *input, gboolean take_back)
{
  if (input->editor != NULL)
    sal_line_editor_take_lines_back (input->editor, take_back);
}

/**
 * cli_input_set_prompt:
 *
 * At a terminal: what stands before the line from now on.
 */
void
cli_input_set_prompt (CliInput *input, const char *prompt)
{
  if (input->editor != NULL)
    sal_line_editor_set_prompt (input->editor, prompt);
}

/**
 * cli_input_set_completer:
 *
 * See sal_line_editor_set_completer(); nothing happens where nobody types.
 */
void
cli_input_set_completer (CliInput *input, SalCompleteFunc completer)
{
  if (input->editor != NULL)
    sal_line_editor_set_completer (input->editor, completer);
}

/**
 * cli_input_hold_pastes:
 *
 * See sal_line_editor_hold_pastes(); nothing happens where nobody types.
 */
void
cli_input_hold_pastes (CliInput *input)
{
  if (input->editor != NULL)
    sal_line_editor_hold_pastes (input->editor);
}

/**
 * cli_input_bind_meta:
 *
 * See sal_line_editor_bind_meta(); nothing happens where nobody types.
 */
void
cli_input_bind_meta (CliInput *input, char key, SalKeyFunc func)
{
  if (input->editor != NULL)
    sal_line_editor_bind_meta (input->editor, key, func);
}

/**
 * cli_input_clear:
 *
 * See sal_line_editor_clear().
 *
 * Returns: %FALSE, too, where nobody types.
 */
gboolean
cli_input_clear (CliInput *input)
{
  return input->editor != NULL && sal_line_editor_clear (input->editor);
}

/**
 * cli_input_is_pasted:
 *
 * Returns: within on_line, whether the line is one of several that a person has entered at once.
 */
gboolean
cli_input_is_pasted (const CliInput *input)
{
  return input->editor != NULL && sal_line_editor_is_pasted (input->editor);
}

/**
 * cli_input_ask_secret:
 * @prompt: shown at a terminal
 *
 * The next line is a password, which is not shown while it is typed.
 */
void
cli_input_ask_secret (CliInput *input, const char *prompt)
{
  if (input->editor != NULL)
    sal_line_editor_ask_secret (input->editor, prompt);
}
