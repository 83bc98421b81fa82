/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Names that are written instead of typed: the word before the cursor becomes each of the
 * names that begin like it, one after another, and then itself again. At the beginning
 * of a line somebody is spoken to, so a colon follows the name. Who is there is told;
 * the first in the list are offered first.
 */
#include "config.h"

#include "client-gtk/gui-completion.h"

#include <string.h>

#include "common/proto/sal-name.h"

struct _GuiCompletion
{
  GtkTextBuffer *buffer; /* (owned) */
  GPtrArray *texts;      /* (owned) (element-type utf8): what was typed, then the names */
  guint at;              /* in @texts */
  int start;             /* of the text in the buffer, in characters */
  int length;
};

/* What names are made of (rule S21 of the plain dialect). */
static gboolean
is_of_name (gunichar c)
{
  return g_unichar_isalnum (c) || g_unichar_ismark (c) ||
         (c < 0x80 && c != 0 && strchr ("_-[]{}^|", (int) c) != NULL);
}

/* Where, in @line, the beginning of a name begins that ends where @line does. */
static const char *
find_word (const char *line)
{
  const char *word = line + strlen (line);

  while (word > line)
    {
      const char *before = g_utf8_prev_char (word);

      if (!is_of_name (g_utf8_get_char (before)))
        break;
      word = before;
    }
  return word;
}

/* Appends the names that begin like @word, in whatever case, each once. */
static void
add_names (GPtrArray *texts, const char *word, GPtrArray *people, const char *after)
{
  g_autofree char *wanted = sal_name_key (word);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < people->len; i++)
    {
      char *key = sal_name_key (people->pdata[i]);
      gboolean begins_so = g_str_has_prefix (key, wanted);

      if (g_hash_table_add (seen, key) && begins_so)
        g_ptr_array_add (texts, g_strconcat (people->pdata[i], after, NULL));
    }
}

/**
 * gui_completion_new:
 * @buffer: what is typed, with the cursor in it
 * @people: (element-type utf8): names, in the order in which they are offered
 * @commands: (element-type utf8) (nullable): what may stand behind a slash that begins a line
 *
 * Returns: (transfer full) (nullable): %NULL if there is no name that begins like the word
 *   before the cursor, or no word. Nothing is written yet.
 */
GuiCompletion *
gui_completion_new (GtkTextBuffer *buffer, GPtrArray *people, GPtrArray *commands)
{
  g_autofree char *line = NULL;
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  const char *word = NULL;
  GuiCompletion *completion = NULL;
  GtkTextIter start;
  GtkTextIter cursor;

  gtk_text_buffer_get_iter_at_mark (buffer, &cursor, gtk_text_buffer_get_insert (buffer));
  start = cursor;
  gtk_text_iter_set_line_offset (&start, 0);
  line = gtk_text_buffer_get_slice (buffer, &start, &cursor, TRUE);
  word = find_word (line);
  if (*word == '\0')
    return NULL;
  g_ptr_array_add (texts, g_strdup (word));
  if (commands != NULL && *line == '/' && word == line + 1)
    add_names (texts, word, commands, " ");
  else
    add_names (texts, word, people, word == line ? ": " : " ");
  if (texts->len == 1)
    return NULL;

  completion = g_new0 (GuiCompletion, 1);
  completion->buffer = g_object_ref (buffer);
  completion->texts = g_steal_pointer (&texts);
  completion->length = (int) g_utf8_strlen (word, -1);
  completion->start = gtk_text_iter_get_offset (&cursor) - completion->length;
  return completion;
}

/**
 * gui_completion_free:
 */
void
gui_completion_free (GuiCompletion *completion)
{
  g_object_unref (completion->buffer);
  g_ptr_array_unref (completion->texts);
  g_free (completion);
}

/**
 * gui_completion_is_at_cursor:
 *
 * Returns: whether the cursor is still where gui_completion_next() has left it. Somebody
 *   else has to see whether the text was changed.
 */
gboolean
gui_completion_is_at_cursor (GuiCompletion *completion)
{
  GtkTextIter cursor;

  gtk_text_buffer_get_iter_at_mark (completion->buffer, &cursor,
                                    gtk_text_buffer_get_insert (completion->buffer));
  return gtk_text_iter_get_offset (&cursor) == completion->start + completion->length;
}

/**
 * gui_completion_next:
 * @backwards: the one before instead
 *
 * Writes the next name, as one step that can be undone. A name that is the only one is
 * written once.
 *
 * Returns: whether there was another.
 */
gboolean
gui_completion_next (GuiCompletion *completion, gboolean backwards)
{
  GtkTextBuffer *buffer = completion->buffer;
  guint n = completion->texts->len;
  const char *text = NULL;
  GtkTextIter start;
  GtkTextIter end;

  if (n == 2 && completion->at == 1)
    return FALSE;
  completion->at = (completion->at + (backwards ? n - 1 : 1)) % n;
  text = completion->texts->pdata[completion->at];
  gtk_text_buffer_get_iter_at_offset (buffer, &start, completion->start);
  gtk_text_buffer_get_iter_at_offset (buffer, &end, completion->start + completion->length);
  gtk_text_buffer_begin_user_action (buffer);
  gtk_text_buffer_delete (buffer, &start, &end);
  gtk_text_buffer_insert (buffer, &start, text, -1);
  gtk_text_buffer_end_user_action (buffer);
  completion->length = (int) g_utf8_strlen (text, -1);
  return TRUE;
}
