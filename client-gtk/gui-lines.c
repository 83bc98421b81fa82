/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What would become of a text if it were sent: each line is a message of its own, and
 * some texts should not go before somebody has thought again, for a reason that is told. Pure.
 */
#include "config.h"

#include "client-gtk/gui-lines.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client-gtk/gui-command.h"
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
 * gui_lines_find_command:
 *
 * For where there are commands. One is one only by itself: in a few lines it might be meant either
 * way, and what was meant for the server alone, a password perhaps, must not be said in the room.
 * Many lines are asked about in any case.
 */
void
gui_lines_find_command (GuiLines *lines)
{
  if (lines->verdict != GUI_LINES_GOOD)
    return;
  for (guint i = 0; i < lines->messages->len && lines->verdict == GUI_LINES_GOOD; i++)
    if (gui_command_is_one (lines->messages->pdata[i]))
      {
        lines->verdict = GUI_LINES_COMMAND;
        lines->word = lines->messages->pdata[i];
      }
}

/**
 * gui_lines_explain:
 *
 * Returns: (transfer full) (nullable): why they are not sent, or not before somebody has thought
 *   again; %NULL if they are.
 */
char *
gui_lines_explain (const GuiLines *lines)
{
  guint n = lines->messages->len;

  switch (lines->verdict)
    {
    case GUI_LINES_MANY:
      /* TRANSLATORS: n is always more than three. */
      return g_strdup_printf (
          ngettext ("Send %u line as %u message?", "Send %u lines as %u messages?", n), n, n);
    case GUI_LINES_TOO_MANY:
      return g_strdup_printf (
          _ ("Too much to send at once: these are %u lines, and at most %d are sent."), n,
          GUI_LINES_MOST);
    case GUI_LINES_TOO_LONG:
      if (n == 1)
        return g_strdup_printf (
            _ ("Too long to send: this has %zu bytes, and a message has at most %d."), lines->bytes,
            SAL_MESSAGE_MAX_BYTES);
      return g_strdup_printf (
          _ ("Too long to send: line %u has %zu bytes, and a message has at most %d."),
          lines->number, lines->bytes, SAL_MESSAGE_MAX_BYTES);
    case GUI_LINES_LEAVE:
      return g_strdup_printf (_ ("“%s” leaves the room. It cannot be sent as a message."),
                              lines->word);
    case GUI_LINES_WORD:
      return g_strdup_printf (
          _ ("“%s” in line %u would leave the room. It cannot be sent as a message."), lines->word,
          lines->number);
    case GUI_LINES_COMMAND:
      return g_strdup_printf (_ ("“%.*s” is a command, which works only by itself. Two slashes "
                                 "say it."),
                              (int) strcspn (lines->word, " "), lines->word);
    case GUI_LINES_NOTHING:
    case GUI_LINES_GOOD:
    default:
      return NULL;
    }
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
