/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What would become of a text if it were sent: each line is a message of its own, and
 * some texts should not go before somebody has thought again. Pure.
 */
#include "config.h"

#include "client-gtk/gui-lines.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "common/proto/sal-text.h"

/* Whoever sends this is put out of the room: by the protocol (the plain dialect, C4),
 * or because it is a command that every server of ours understands (S23). */
static gboolean
is_leaving_word (const char *message)
{
  if (*message == '/')
    message++;
  return g_ascii_strcasecmp (message, "quit") == 0 || g_ascii_strcasecmp (message, "exit") == 0;
}

/* The first reason not to send counts, and what is too long before what is meant
 * otherwise: it would be refused in any case. */
static void
judge (GuiLines *lines, gboolean any_word, const char *message, guint number)
{
  gsize bytes = strlen (message);

  if (bytes > SAL_MESSAGE_MAX_BYTES && lines->verdict != GUI_LINES_TOO_LONG)
    {
      lines->verdict = GUI_LINES_TOO_LONG;
      lines->number = number;
      lines->bytes = bytes;
    }
  else if (lines->verdict == GUI_LINES_NOTHING && !any_word && is_leaving_word (message))
    {
      lines->verdict = GUI_LINES_WORD;
      lines->number = number;
      lines->word = message;
    }
}

/**
 * gui_lines_new:
 * @text: what was typed, with line feeds between lines
 * @any_word: no word leaves the room where this is sent
 *
 * Returns: (transfer full)
 */
GuiLines *
gui_lines_new (const char *text, gboolean any_word)
{
  GuiLines *lines = g_new0 (GuiLines, 1);
  g_auto (GStrv) typed = g_strsplit (text, "\n", -1);

  lines->messages = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; typed[i] != NULL; i++)
    {
      g_autoptr (GString) message = g_string_new (NULL);

      if (!sal_text_clean (message, typed[i], strlen (typed[i])))
        continue;
      g_ptr_array_add (lines->messages, g_string_free (g_steal_pointer (&message), FALSE));
      judge (lines, any_word, lines->messages->pdata[lines->messages->len - 1], i + 1);
    }
  if (lines->verdict == GUI_LINES_WORD && lines->messages->len == 1)
    lines->verdict = GUI_LINES_LEAVE;
  if (lines->verdict != GUI_LINES_NOTHING || lines->messages->len == 0)
    return lines;
  if (lines->messages->len > GUI_LINES_MOST)
    lines->verdict = GUI_LINES_TOO_MANY;
  else if (lines->messages->len > GUI_LINES_UNASKED)
    lines->verdict = GUI_LINES_MANY;
  else
    lines->verdict = GUI_LINES_GOOD;
  return lines;
}

/**
 * gui_lines_free:
 */
void
gui_lines_free (GuiLines *lines)
{
  g_ptr_array_unref (lines->messages);
  g_free (lines);
}

/**
 * gui_lines_has_any:
 * @text: what was typed
 *
 * Returns: whether there is anything to send in it; cheap enough for every key.
 */
gboolean
gui_lines_has_any (const char *text)
{
  while (*text != '\0' && g_unichar_isspace (g_utf8_get_char (text)))
    text = g_utf8_next_char (text);
  return *text != '\0';
}
