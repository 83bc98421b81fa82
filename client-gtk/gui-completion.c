/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The names that somebody may be about to type. Pure: who is there is told.
 */
#include "config.h"

#include "client-gtk/gui-completion.h"

#include <string.h>

#include "common/proto/sal-name.h"

/* What names are made of (rule S21 of the plain dialect). */
static gboolean
is_of_name (gunichar c)
{
  return g_unichar_isalnum (c) || g_unichar_ismark (c) ||
         (c < 0x80 && c != 0 && strchr ("_-[]{}^|", (int) c) != NULL);
}

/**
 * gui_completion_word_start:
 * @text: a line
 * @cursor: where the cursor is in it, in bytes
 *
 * Returns: where, in bytes, the beginning of a name that ends at @cursor begins; @cursor if
 *   there is none.
 */
gsize
gui_completion_word_start (const char *text, gsize cursor)
{
  const char *at = text + cursor;

  while (at > text)
    {
      const char *before = g_utf8_find_prev_char (text, at);

      if (before == NULL || !is_of_name (g_utf8_get_char (before)))
        break;
      at = before;
    }
  return (gsize) (at - text);
}

/**
 * gui_completion_find:
 * @word: how a name begins, in whatever case
 * @names: (element-type utf8): in the order in which they are to be offered
 *
 * Returns: (transfer full) (element-type utf8): those that begin so, each once.
 */
GPtrArray *
gui_completion_find (const char *word, GPtrArray *names)
{
  GPtrArray *found = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *wanted = sal_name_key (word);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < names->len && *word != '\0'; i++)
    {
      char *key = sal_name_key (names->pdata[i]);
      gboolean begins_so = g_str_has_prefix (key, wanted);

      if (g_hash_table_add (seen, key) && begins_so)
        g_ptr_array_add (found, g_strdup (names->pdata[i]));
    }
  return found;
}
