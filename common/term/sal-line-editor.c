/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A line that somebody types on a terminal while other lines arrive: GNU readline's
 * callback interface in a GLib main loop. Whatever prints goes through print(), or calls
 * hide() before and show() after, and the line being typed is never torn.
 *
 * What is printed without a newline is an open line: it stands above the line being
 * typed all the same, and goes on there when its rest is printed. Of a long one, only
 * what stands in its last row is written again.
 *
 * Where pastes are held, what is pasted stays in the line, with its newlines, until it is entered, and goes
 * out line by line then: nothing is said by a hand that slipped. A terminal that cannot tell what is
 * pasted sends it as if it were typed.
 *
 * Ctrl-Z gives the terminal back as it was, and takes it again when the process goes on.
 *
 * readline keeps its state in globals, so there is one editor a process.
 */
#include "config.h"

#include "common/term/sal-line-editor.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "common/base/sal-columns.h"
#include "common/base/sal-fd.h"

/* readline's headers come last: they need stdio and define common names. */
#include <readline/history.h>
#include <readline/readline.h>

#define HISTORY_LINES 500

/* What of an open line is written again. */
#define OPEN_ROW_BYTES 4096

/* ECMA-48: up to the beginning of the row before, and nothing in it any more. */
#define ROW_BEFORE_AGAIN "\033[A\r\033[K"

struct _SalLineEditor
{
  char *prompt;                   /* (owned) */
  const char *const *completions; /* (unowned) (nullable) */
  SalCompleteFunc completer;      /* (nullable): in place of those */
  SalKeyFunc on_meta;             /* (nullable): for one key with Alt */
  SalLineFunc on_line;
  gpointer data;
  guint input;
  guint resize;
  GString *open;    /* (owned): the last row of an open line that stands above */
  int open_columns; /* how wide the screen was then; 0: no line is open */
  gboolean hidden;
  gboolean ended;     /* nothing more is typed: Ctrl-D, or the terminal is gone */
  gboolean between;   /* a line was entered, and the prompt for the next one is still to come */
  gboolean take_back; /* a line goes off the screen when it is entered */
  gboolean secret;    /* the next line is not shown and not remembered */
  gboolean holds;     /* pastes are held */
  gboolean pasted;    /* several lines have been entered at once, of which this is one */
  int stop[2];        /* a pipe by which the signal of Ctrl-Z comes into the main loop */
  guint stop_source;
  struct sigaction stop_before;
};

static SalLineEditor *the_editor;

/* Suspending. */

static int stop_fd = -1;

static void
on_stop_signal (int number)
{
  int saved = errno;

  (void) !write (stop_fd, "", 1);
  errno = saved;
}

/* Stops here and goes on here; the shell has the terminal meanwhile. */
static gboolean
on_stop (int fd, GIOCondition condition, gpointer data)
{
  SalLineEditor *editor = data;
  gboolean hidden = editor->hidden;
  char bytes[16];

  (void) !read (fd, bytes, sizeof bytes);
  sal_line_editor_hide ();
  if (!editor->ended)
    rl_deprep_terminal ();
  (void) raise (SIGSTOP);
  if (editor->ended)
    return G_SOURCE_CONTINUE; /* the terminal was given back before, for good */
  rl_prep_terminal (1);
  rl_resize_terminal ();
  editor->hidden = TRUE;
  if (!hidden)
    sal_line_editor_show ();
  return G_SOURCE_CONTINUE;
}

static void
catch_stop (SalLineEditor *editor)
{
  struct sigaction caught = { .sa_handler = on_stop_signal, .sa_flags = SA_RESTART };

  editor->stop[0] = editor->stop[1] = -1;
  sigaction (SIGTSTP, NULL, &editor->stop_before);
  /* A shell without job control has it ignored, and could not let us go on. */
  if (editor->stop_before.sa_handler == SIG_IGN ||
      !g_unix_open_pipe (editor->stop, FD_CLOEXEC, NULL))
    return;
  stop_fd = editor->stop[1];
  editor->stop_source = g_unix_fd_add (editor->stop[0], G_IO_IN, on_stop, editor);
  sigaction (SIGTSTP, &caught, NULL);
}

static void
release_stop (SalLineEditor *editor)
{
  if (editor->stop_source == 0)
    return;
  sigaction (SIGTSTP, &editor->stop_before, NULL);
  g_clear_handle_id (&editor->stop_source, g_source_remove);
  stop_fd = -1;
  sal_fd_close (&editor->stop[0]);
  sal_fd_close (&editor->stop[1]);
}

/* What is typed stays off the screen; the prompt and the cursor behind it are there. */
static void
redisplay_secret (void)
{
  char nothing[] = "";
  char *line = rl_line_buffer;
  int point = rl_point;
  int end = rl_end;

  rl_line_buffer = nothing;
  rl_point = rl_end = 0;
  rl_redisplay ();
  rl_line_buffer = line;
  rl_point = point;
  rl_end = end;
}

static void
end_secret (SalLineEditor *editor)
{
  editor->secret = FALSE;
  rl_redisplay_function = rl_redisplay;
  rl_set_prompt (editor->prompt);
}

static void
take_off (SalLineEditor *editor)
{
  if (editor->hidden || editor->between)
    return;
  rl_clear_visible_line ();
  fflush (stdout);
  editor->hidden = TRUE;
}

/* What is above the line being typed is over: something else is printed there. */
static void
close_open_line (SalLineEditor *editor)
{
  editor->open_columns = 0;
}

static int
screen_columns (void)
{
  int rows = 0;
  int columns = 0;

  rl_get_screen_size (&rows, &columns);
  return columns;
}

/* Where the escape sequence (ECMA-48, 5.4) at @at ends. */
static const char *
skip_escape (const char *at)
{
  at++;
  if (*at != '[')
    return at;
  for (at++; *at != '\0' && (*at < '@' || *at > '~'); at++)
    ;
  return *at != '\0' ? at + 1 : at;
}

/* Keeps of @text, an open line that begins in the first column, what stands in its last
 * row when the screen has @columns of them. */
static void
keep_last_row (SalLineEditor *editor, const char *text, int columns)
{
  const char *row = text;
  int column = 0;

  for (const char *at = text; *at != '\0';)
    if (*at == '\033')
      at = skip_escape (at);
    else
      {
        int width = (int) sal_columns_of_char (g_utf8_get_char (at));

        if (column + width > columns)
          {
            row = at;
            column = 0;
          }
        column += width;
        at = g_utf8_next_char (at);
      }
  /* A row of nothing but accents could be of any length. */
  if (strlen (row) > OPEN_ROW_BYTES)
    return;
  g_string_assign (editor->open, row);
  editor->open_columns = columns;
}

static gboolean
write_out (const char *text)
{
  return sal_fd_write_all (STDOUT_FILENO, text, strlen (text));
}

/* Prints where the line being typed has been taken off. What becomes of a terminal is seen
 * when it is read. */
static void
write_above (SalLineEditor *editor, const char *text)
{
  int columns = screen_columns ();
  gboolean goes_on = editor->open_columns > 0 && editor->open_columns == columns;
  g_autofree char *all = NULL;
  const char *last = NULL;

  if (!goes_on && *text == '\n')
    text++; /* the end of a line that does not stand there any more */
  all = g_strconcat (goes_on ? editor->open->str : "", text, NULL);
  if (goes_on)
    (void) write_out (ROW_BEFORE_AGAIN);
  (void) write_out (all);
  close_open_line (editor);
  last = strrchr (all, '\n');
  last = last != NULL ? last + 1 : all;
  if (*last == '\0')
    return;
  (void) write_out ("\n");
  if (columns > 1 && g_strcmp0 (rl_terminal_name, "dumb") != 0)
    keep_last_row (editor, last, columns);
}

/* Gives what was entered; of a paste, line by line. One line with its end is as good as typed: a password
 * in a command must not be said to everybody because of that. */
static void
give (SalLineEditor *editor, char *line)
{
  g_auto (GStrv) lines = NULL;
  gsize len = strlen (line);

  while (len > 0 && strchr ("\r\n", line[len - 1]) != NULL)
    line[--len] = '\0';
  if (strpbrk (line, "\r\n") == NULL)
    {
      editor->on_line (line, editor->data);
      return;
    }
  lines = g_strsplit_set (line, "\r\n", -1);
  for (guint i = 0; lines[i] != NULL && the_editor == editor; i++)
    {
      editor->pasted = TRUE;
      editor->on_line (lines[i], editor->data);
    }
  if (the_editor == editor)
    editor->pasted = FALSE;
}

static void
handle_line (char *line)
{
  SalLineEditor *editor = the_editor;
  gboolean secret = editor->secret;

  if (secret)
    {
      explicit_bzero (rl_line_buffer, strlen (rl_line_buffer));
      end_secret (editor);
    }
  close_open_line (editor); /* what was typed stands below it */
  if (line == NULL)
    {
      /* readline shows its prompt again by itself; Ctrl-D means there is no more. */
      take_off (editor);
      rl_callback_handler_remove ();
      editor->ended = TRUE;
      editor->on_line (NULL, editor->data);
      return;
    }
  if (*line != '\0' && !secret)
    add_history (line);
  /* What is printed now stands below what was typed, which readline still has. */
  editor->between = TRUE;
  give (editor, line);
  explicit_bzero (line, strlen (line));
  free (line);
  if (the_editor == editor)
    editor->between = FALSE;
}

/* Return. Where lines are taken back, the line is not left standing above. */
static int
enter (int count, int key)
{
  SalLineEditor *editor = the_editor;
  g_autofree char *line = NULL;

  if (!editor->take_back || editor->secret)
    return rl_newline (count, key);
  line = g_strdup (rl_line_buffer);
  if (*line != '\0')
    add_history (line);
  using_history ();
  rl_clear_visible_line ();
  rl_free_undo_list ();
  rl_replace_line ("", 1);
  rl_on_new_line ();
  rl_redisplay ();
  give (editor, line);
  return 0;
}

static gboolean
on_input (int fd, GIOCondition condition, gpointer data)
{
  SalLineEditor *editor = data;

  if (condition & G_IO_IN)
    rl_callback_read_char ();
  else
    {
      editor->ended = TRUE;
      editor->on_line (NULL, editor->data); /* the terminal is gone */
    }
  /* What is typed after that is for the shell; readline aborts if it is asked to read it. */
  if (the_editor != editor || !editor->ended)
    return G_SOURCE_CONTINUE;
  editor->input = 0;
  return G_SOURCE_REMOVE;
}

/* In which row below its first the cursor stands in the line being typed, on a screen of so many columns. */
static int
rows_above_cursor (int columns)
{
  g_autofree char *typed = g_strndup (rl_line_buffer, (gsize) rl_point);
  g_autofree char *all =
      g_strconcat (rl_display_prompt != NULL ? rl_display_prompt : "", typed, NULL);
  int row = 0;
  int column = 0;

  for (const char *at = all; *at != '\0';)
    {
      gunichar c = g_utf8_get_char_validated (at, -1);
      gboolean whole = c != (gunichar) -1 && c != (gunichar) -2;
      int width = whole ? (int) sal_columns_of_char (c) : 1;

      if (column + width > columns)
        {
          row++;
          column = 0;
        }
      column += width;
      at += whole ? g_unichar_to_utf8 (c, NULL) : 1;
    }
  return row;
}

/* Most terminals wrap anew what stands on them. readline goes up by as many rows as the line had before, and
 * clears; where the line has fewer now that would be the last of what others have said, so it begins
 * further down. */
static gboolean
on_resize (gpointer data)
{
  SalLineEditor *editor = data;
  struct winsize size = { 0 };
  int before = screen_columns ();

  if (editor->ended)
    {
      rl_reset_screen_size (); /* no line is there to be drawn again */
      return G_SOURCE_CONTINUE;
    }
  if (!editor->hidden && !editor->between && !editor->secret && before > 0 &&
      ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > before)
    for (int rows = rows_above_cursor (before) - rows_above_cursor (size.ws_col); rows > 0; rows--)
      (void) write_out ("\n");
  rl_resize_terminal ();
  return G_SOURCE_CONTINUE;
}

/* The next of @candidates (nullable) that begins with @text. readline frees what it gets with free(). */
static char *
next_candidate (const char *const *candidates, const char *text, gboolean whole)
{
  static int at;

  at = whole ? 0 : at;
  while (candidates != NULL && candidates[at] != NULL)
    {
      const char *candidate = candidates[at++];

      if (the_editor->completer != NULL || g_str_has_prefix (candidate, text))
        return strdup (candidate);
    }
  return NULL;
}

static char *
complete (const char *text, int state)
{
  static char **candidates;
  SalLineEditor *editor = the_editor;

  close_open_line (editor); /* perhaps there are several, and they are listed */
  if (editor->completer == NULL)
    return next_candidate (editor->completions, text, state == 0);
  if (state == 0)
    {
      gsize start = (gsize) rl_point - MIN (strlen (text), (gsize) rl_point);

      g_clear_pointer (&candidates, g_strfreev);
      candidates = editor->completer (rl_line_buffer, start, text, editor->data);
      rl_completion_append_character = '\0'; /* they have what stands behind them */
    }
  return next_candidate ((const char *const *) candidates, text, state == 0);
}

/**
 * sal_line_editor_new:
 * @prompt: shown before the line
 * @completions: (nullable) (array zero-terminated=1) (transfer none): what Tab offers
 * @on_line: called with @data for each line
 *
 * Standard input must be a terminal.
 *
 * Returns: (transfer full): the one editor of this process.
 */
SalLineEditor *
sal_line_editor_new (const char *prompt,
                     const char *const *completions,
                     SalLineFunc on_line,
                     gpointer data)
{
  SalLineEditor *editor = g_new0 (SalLineEditor, 1);

  g_return_val_if_fail (the_editor == NULL, NULL);

  the_editor = editor;
  editor->prompt = g_strdup (prompt);
  editor->open = g_string_new (NULL);
  editor->completions = completions;
  editor->on_line = on_line;
  editor->data = data;

  rl_readline_name = "salotto";
  rl_catch_signals = 0;
  rl_catch_sigwinch = 0;
  rl_completion_entry_function = complete;
  rl_variable_bind ("enable-bracketed-paste", "off");
  rl_variable_bind ("completion-ignore-case", "on");
  rl_basic_word_break_characters = " ";
  using_history ();
  stifle_history (HISTORY_LINES);
  rl_bind_key ('\r', enter);
  rl_bind_key ('\n', enter);
  rl_callback_handler_install (editor->prompt, handle_line);
  editor->input = g_unix_fd_add (STDIN_FILENO, G_IO_IN | G_IO_HUP | G_IO_ERR, on_input, editor);
  editor->resize = g_unix_signal_add (SIGWINCH, on_resize, editor);
  catch_stop (editor);
  return editor;
}

/**
 * sal_line_editor_free:
 * @editor: (nullable) (transfer full)
 *
 * Gives the terminal back as it was.
 */
void
sal_line_editor_free (SalLineEditor *editor)
{
  if (editor == NULL)
    return;
  sal_line_editor_hide ();
  g_string_free (editor->open, TRUE);
  g_clear_handle_id (&editor->input, g_source_remove);
  g_clear_handle_id (&editor->resize, g_source_remove);
  release_stop (editor);
  rl_callback_handler_remove ();
  clear_history ();
  the_editor = NULL;
  g_free (editor->prompt);
  g_free (editor);
}

/**
 * sal_line_editor_set_completer:
 * @completer: (nullable): asked for what Tab may make of a word, with the data of on_line; in place of the
 *   words given to sal_line_editor_new()
 */
void
sal_line_editor_set_completer (SalLineEditor *editor, SalCompleteFunc completer)
{
  editor->completer = completer;
}

static int
on_meta_key (int count, int key)
{
  if (the_editor != NULL && the_editor->on_meta != NULL)
    the_editor->on_meta (the_editor->data);
  return 0;
}

/**
 * sal_line_editor_bind_meta:
 * @key: a letter; what ~/.inputrc has bound it to with Alt stays
 * @func: called with the data of on_line
 *
 * One key only: who binds another one has that.
 */
void
sal_line_editor_bind_meta (SalLineEditor *editor, char key, SalKeyFunc func)
{
  const char sequence[] = { '\033', key, '\0' };

  editor->on_meta = func;
  rl_bind_keyseq_if_unbound (sequence, on_meta_key);
}

/**
 * sal_line_editor_hold_pastes:
 *
 * From now on what is pasted waits for Enter, if the terminal can tell it from what is typed.
 */
void
sal_line_editor_hold_pastes (SalLineEditor *editor)
{
  if (editor->holds || g_strcmp0 (rl_terminal_name, "dumb") == 0)
    return;
  editor->holds = TRUE;
  rl_deprep_terminal ();
  rl_variable_bind ("enable-bracketed-paste", "on");
  rl_prep_terminal (1);
}

/**
 * sal_line_editor_is_pasted:
 *
 * Returns: within on_line, whether the line is one of several that were entered at once, because they
 *   have been pasted.
 */
gboolean
sal_line_editor_is_pasted (const SalLineEditor *editor)
{
  return editor->pasted;
}

/**
 * sal_line_editor_take_lines_back:
 * @take_back: whether a line goes off the screen when it is entered, because it will
 *   come back from elsewhere
 */
void
sal_line_editor_take_lines_back (SalLineEditor *editor, gboolean take_back)
{
  editor->take_back = take_back;
}

/**
 * sal_line_editor_clear:
 *
 * For Ctrl-C, as in a shell: what was typed is gone, the key for the line before brings it back.
 *
 * Returns: whether there was anything.
 */
gboolean
sal_line_editor_clear (SalLineEditor *editor)
{
  gboolean searching = RL_ISSTATE (RL_STATE_ISEARCH | RL_STATE_NSEARCH);

  if (*rl_line_buffer == '\0' && !searching)
    return FALSE;
  if (!editor->secret && !searching)
    add_history (rl_line_buffer);
  rl_free_line_state ();
  rl_callback_sigcleanup ();
  take_off (editor);
  explicit_bzero (rl_line_buffer, strlen (rl_line_buffer));
  using_history ();
  rl_replace_line ("", 1);
  sal_line_editor_show ();
  return TRUE;
}

/**
 * sal_line_editor_set_prompt:
 * @prompt: shown before the line from now on, also if one is being typed
 */
void
sal_line_editor_set_prompt (SalLineEditor *editor, const char *prompt)
{
  gboolean hidden = editor->hidden;

  if (g_str_equal (prompt, editor->prompt))
    return;
  sal_line_editor_hide ();
  g_free (editor->prompt);
  editor->prompt = g_strdup (prompt);
  if (!editor->secret)
    rl_set_prompt (editor->prompt);
  if (!hidden)
    sal_line_editor_show ();
}

/**
 * sal_line_editor_ask_secret:
 * @prompt: shown in place of the usual one
 *
 * The next line is a password: it is not shown while it is typed, and not remembered.
 */
void
sal_line_editor_ask_secret (SalLineEditor *editor, const char *prompt)
{
  gboolean hidden = editor->hidden;

  sal_line_editor_hide ();
  editor->secret = TRUE;
  rl_redisplay_function = redisplay_secret;
  rl_set_prompt (prompt);
  if (!hidden)
    sal_line_editor_show ();
}

/**
 * sal_line_editor_hide:
 *
 * Takes the line being typed off the screen. Nothing happens where there is no
 * editor, so that whoever prints need not know.
 */
void
sal_line_editor_hide (void)
{
  if (the_editor == NULL || the_editor->between)
    return;
  take_off (the_editor);
  close_open_line (the_editor);
}

/**
 * sal_line_editor_show:
 *
 * Puts it back.
 */
void
sal_line_editor_show (void)
{
  if (the_editor == NULL || !the_editor->hidden || the_editor->between || the_editor->ended)
    return;
  the_editor->hidden = FALSE;
  rl_on_new_line ();
  (*rl_redisplay_function) ();
}

/**
 * sal_line_editor_print:
 * @text: what may be printed on a terminal: colours, but nothing else that drives it
 *
 * To standard output; where there is an editor, above the line being typed. What does not
 * end with a newline goes on with the next call.
 *
 * Returns: %FALSE with errno set if there is no terminal, and it could not be written.
 */
gboolean
sal_line_editor_print (const char *text)
{
  if (*text == '\0')
    return TRUE;
  if (the_editor == NULL)
    {
      fflush (stdout);
      return write_out (text);
    }
  take_off (the_editor);
  write_above (the_editor, text);
  sal_line_editor_show ();
  return TRUE;
}
