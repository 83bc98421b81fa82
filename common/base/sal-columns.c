/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How wide text is on a terminal. Characters of East Asia and most emoji take two columns
 * (UAX #11), marks that combine with the character before them none.
 */
#include "config.h"

#include "common/base/sal-columns.h"

/**
 * sal_columns_of_char:
 *
 * Returns: how many columns a terminal gives to @c: 0, 1 or 2; 0 for a control character.
 */
guint
sal_columns_of_char (gunichar c)
{
  if (g_unichar_iszerowidth (c) || g_unichar_iscntrl (c))
    return 0;
  return g_unichar_iswide (c) ? 2 : 1;
}

/**
 * sal_columns_of_text:
 * @text: valid UTF-8
 *
 * Returns: how many columns @text takes. What a terminal draws as one because of a joiner
 * between the two (a family, a flag) counts as its parts, which is as much as it may take.
 */
guint
sal_columns_of_text (const char *text)
{
  guint columns = 0;

  for (; *text != '\0'; text = g_utf8_next_char (text))
    columns += sal_columns_of_char (g_utf8_get_char (text));
  return columns;
}

/**
 * sal_columns_skip:
 * @text: valid UTF-8
 *
 * Returns: (transfer none): where @text has to be cut to fit into @columns: behind the last
 * character that does, and the marks that belong to it; its end if all of it does.
 */
const char *
sal_columns_skip (const char *text, guint columns)
{
  guint taken = 0;

  while (*text != '\0')
    {
      taken += sal_columns_of_char (g_utf8_get_char (text));
      if (taken > columns)
        break;
      text = g_utf8_next_char (text);
    }
  return text;
}
