/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whether somebody has named us. Pure.
 */
#include "config.h"

#include "common/client/sal-mention.h"

#include <string.h>

/* A letter, digit or mark: it would make a longer word of a name beside it. */
static gboolean
is_word_character (gunichar c)
{
  return g_unichar_isalnum (c) || g_unichar_ismark (c) || c == '_';
}

static gboolean
stands_alone (const char *text, const char *start, gsize len)
{
  gunichar after = g_utf8_get_char (start + len);

  if (start > text && is_word_character (g_utf8_get_char (g_utf8_prev_char (start))))
    return FALSE;
  return after == 0 || !is_word_character (after);
}

/* Where a name first stands alone in a text; both are case-folded already. */
static const char *
find (const char *text, const char *name)
{
  gsize len = strlen (name);

  for (const char *at = strstr (text, name); at != NULL; at = strstr (at + 1, name))
    if (stands_alone (text, at, len))
      return at;
  return NULL;
}

static char *
fold (const char *text)
{
  g_autofree char *normal = g_utf8_normalize (text, -1, G_NORMALIZE_ALL_COMPOSE);

  return g_utf8_casefold (normal != NULL ? normal : "", -1);
}

/**
 * sal_mention_in_text:
 * @text: UTF-8
 * @name: UTF-8
 *
 * Returns: whether @name stands in @text as a word of its own, in whatever case.
 */
gboolean
sal_mention_in_text (const char *text, const char *name)
{
  g_autofree char *folded_text = fold (text);
  g_autofree char *folded_name = fold (name);

  return *folded_name != '\0' && find (folded_text, folded_name) != NULL;
}

/**
 * sal_mention_in_entry:
 * @entry: what has come
 * @name: who we are
 *
 * A line of a foreign server may be what we have said ourselves, or the news of our own
 * coming: our name at its beginning says nothing.
 *
 * Returns: whether somebody speaks of us.
 */
gboolean
sal_mention_in_entry (const SalEntry *entry, const char *name)
{
  const char *text = entry->text;

  if (entry->own || text == NULL || name == NULL)
    return FALSE;
  switch (entry->kind)
    {
    case SAL_ENTRY_MESSAGE:
    case SAL_ENTRY_ACTION:
    case SAL_ENTRY_NOTICE:
      return sal_mention_in_text (text, name);
    case SAL_ENTRY_TEXT:
      while (*text != '\0' && !is_word_character (g_utf8_get_char (text)))
        text = g_utf8_next_char (text);
      while (*text != '\0' && is_word_character (g_utf8_get_char (text)))
        text = g_utf8_next_char (text);
      return sal_mention_in_text (text, name);
    default:
      return FALSE;
    }
}
