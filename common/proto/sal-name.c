/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Names of people and rooms: which characters they are made of, when two are the
 * same, and how a text somebody sent becomes one (rules S21 and S22). Who holds
 * which name is known elsewhere.
 */
#include "config.h"

#include "common/proto/sal-name.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "common/proto/sal-text.h"

/* Plain characters of names are known without asking Unicode. */
static gboolean
is_ascii_name_char (char c)
{
  return g_ascii_isalnum (c) || (c != '\0' && strchr ("_-[]{}^|", c) != NULL);
}

static gboolean
is_name_char (gunichar c)
{
  switch (g_unichar_type (c))
    {
    case G_UNICODE_LOWERCASE_LETTER:
    case G_UNICODE_MODIFIER_LETTER:
    case G_UNICODE_OTHER_LETTER:
    case G_UNICODE_TITLECASE_LETTER:
    case G_UNICODE_UPPERCASE_LETTER:
    case G_UNICODE_SPACING_MARK:
    case G_UNICODE_ENCLOSING_MARK:
    case G_UNICODE_NON_SPACING_MARK:
    case G_UNICODE_DECIMAL_NUMBER:
      return TRUE;
    default:
      return c < 0x80 && c != '\0' && strchr ("_-[]{}^|", (int) c) != NULL;
    }
}

/* Most names are names already; to see that costs a hundredth of making one. */
static gboolean
is_ascii_name (const char *text)
{
  while (is_ascii_name_char (*text))
    text++;
  return *text == '\0';
}

/* Everything that cannot be in a name becomes one underscore a run. */
static char *
to_name_alphabet (const char *text)
{
  g_autofree char *nfc = NULL;
  GString *out = NULL;
  gboolean in_run = FALSE;

  if (is_ascii_name (text))
    return g_strdup (text);
  nfc = g_utf8_normalize (text, -1, G_NORMALIZE_NFC);
  out = g_string_new (NULL);
  for (const char *at = nfc != NULL ? nfc : ""; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      if (is_name_char (c))
        g_string_append_unichar (out, c);
      else if (!in_run)
        g_string_append_c (out, '_');
      in_run = !is_name_char (c);
    }
  return g_string_free (out, FALSE);
}

static void
cut_chars (char *text, glong chars)
{
  if (g_utf8_strlen (text, -1) > chars)
    *g_utf8_offset_to_pointer (text, chars) = '\0';
}

/**
 * sal_name_from_text:
 * @text: clean text, not empty
 *
 * Makes a name of whatever was sent: NFC, only letters, marks, digits and
 * `_-[]{}^|`, at most %SAL_NAME_MAX_CHARS characters (S21). The name of a name is
 * that name.
 *
 * Returns: (transfer full): a name; %NULL only if @text is empty.
 */
char *
sal_name_from_text (const char *text)
{
  g_autofree char *name = to_name_alphabet (text);

  cut_chars (name, SAL_NAME_MAX_CHARS);
  return *name != '\0' ? g_steal_pointer (&name) : NULL;
}

/**
 * sal_name_with_suffix:
 *
 * Returns: (transfer full): `NAME_2` and the like, with @name shortened so that the
 * whole stays within %SAL_NAME_MAX_CHARS characters (S21).
 */
char *
sal_name_with_suffix (const char *name, guint number)
{
  g_autofree char *suffix = g_strdup_printf ("_%u", number);
  g_autofree char *base = g_strdup (name);

  cut_chars (base, SAL_NAME_MAX_CHARS - (glong) strlen (suffix));
  return g_strconcat (base, suffix, NULL);
}

/* Returns FALSE if @name is not ASCII, or its key does not fit. */
static gboolean
fold_ascii (const char *name, char *key, gsize size)
{
  gsize i = 0;

  for (; i < size && name[i] != '\0'; i++)
    {
      if ((guchar) name[i] >= 0x80)
        return FALSE;
      key[i] = name[i] >= 'A' && name[i] <= 'Z' ? (char) (name[i] | 0x20) : name[i];
    }
  if (i == size)
    return FALSE;
  key[i] = '\0';
  return TRUE;
}

static char *
fold (const char *name)
{
  g_autofree char *folded = g_utf8_casefold (name, -1);

  return g_utf8_normalize (folded, -1, G_NORMALIZE_NFC);
}

/**
 * sal_name_key:
 *
 * Returns: (transfer full): what two names have in common that count as the same:
 * the case-folded form.
 */
char *
sal_name_key (const char *name)
{
  gsize size = strlen (name) + 1;
  char *key = g_malloc (size);

  if (fold_ascii (name, key, size))
    return key; /* the same, at a tenth of the cost */
  g_free (key);
  return fold (name);
}

/**
 * sal_name_is_key:
 *
 * Returns: whether @name is its own key for sure, as those of small ASCII letters are; others
 *   may be.
 */
gboolean
sal_name_is_key (const char *name)
{
  while (*name != '\0' && (guchar) *name < 0x80 && !(*name >= 'A' && *name <= 'Z'))
    name++;
  return *name == '\0';
}

/**
 * sal_name_is_same:
 *
 * Returns: whether two names count as the same.
 */
gboolean
sal_name_is_same (const char *a, const char *b)
{
  g_autofree char *a_key = NULL;
  g_autofree char *b_key = NULL;

  if (sal_name_is_key (a) && sal_name_is_key (b))
    return strcmp (a, b) == 0;
  a_key = sal_name_key (a);
  b_key = sal_name_key (b);
  return strcmp (a_key, b_key) == 0;
}

/**
 * sal_name_look_up:
 * @table: from keys
 * @name: a name, or any text
 *
 * Makes no memory of its own for nearly all names: rooms are looked up several times for each
 * who comes or goes.
 *
 * Returns: (transfer none) (nullable): what @table has for who is called @name.
 */
gpointer
sal_name_look_up (GHashTable *table, const char *name)
{
  char key[SAL_ROOM_MAX_BYTES + 1];
  g_autofree char *long_key = NULL;

  if (fold_ascii (name, key, sizeof key))
    return g_hash_table_lookup (table, key);
  if (!g_utf8_validate (name, -1, NULL))
    return NULL;
  long_key = sal_name_key (name);
  return g_hash_table_lookup (table, long_key);
}

/**
 * sal_room_from_text:
 * @text: clean text, with or without `#` in front
 *
 * Returns: (transfer full): a room's name, in the alphabet of names and at most
 * %SAL_ROOM_MAX_BYTES bytes, or %NULL if nothing is left of @text.
 */
char *
sal_room_from_text (const char *text)
{
  g_autofree char *room = NULL;

  while (*text == '#')
    text++;
  room = to_name_alphabet (text);
  room[sal_text_fit (room, strlen (room), SAL_ROOM_MAX_BYTES)] = '\0';
  return *room != '\0' ? g_steal_pointer (&room) : NULL;
}

/**
 * sal_name_split_first_unit:
 * @text: the first unit of a connection, clean
 * @name: (out) (transfer full): the name in it
 *
 * Programs that wait for a cue word, or never give a name, begin with
 * `NAME: TEXT` or `[NAME] TEXT` (S22); for all others the whole is the name (S21).
 * More than %SAL_NAME_MAX_CHARS characters before the colon are a sentence, not a
 * name.
 *
 * Returns: (nullable): the message after the name, within @text.
 */
const char *
sal_name_split_first_unit (const char *text, char **name)
{
  const char *head = text;
  const char *end = NULL;
  const char *rest = NULL;

  if (*text == '[' && (end = strchr (text, ']')) != NULL && end[1] == ' ')
    {
      head = text + 1;
      rest = end + 1;
    }
  else if ((end = strstr (text, ": ")) != NULL)
    rest = end + 2;

  if (rest != NULL)
    {
      g_autofree char *candidate = g_strstrip (g_strndup (head, (gsize) (end - head)));

      while (*rest == ' ')
        rest++;
      if (*candidate != '\0' && *rest != '\0' &&
          g_utf8_strlen (candidate, -1) <= SAL_NAME_MAX_CHARS)
        {
          *name = sal_name_from_text (candidate);
          return rest;
        }
    }
  *name = sal_name_from_text (text);
  return NULL;
}
