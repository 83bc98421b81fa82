/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whether somebody has named us, and what of a text may leave the program for the
 * desktop's notifications. Pure.
 */
#include "config.h"

#include "client-gtk/gui-mention.h"

#include "common/client/sal-mention.h"

/* What a notification shows of a message. */
#define HARMLESS_MAX_CHARS 300

/**
 * gui_mention_in_text:
 *
 * As sal_mention_in_text().
 */
gboolean
gui_mention_in_text (const char *text, const char *name)
{
  return sal_mention_in_text (text, name);
}

/**
 * gui_mention_in_entry:
 *
 * As sal_mention_in_entry().
 */
gboolean
gui_mention_in_entry (const SalEntry *entry, const char *name)
{
  return sal_mention_in_entry (entry, name);
}

/**
 * gui_mention_harmless:
 * @text: UTF-8
 *
 * Some desktops take what is in a notification for markup and some do not, and it does
 * not say which; so the characters of markup are replaced by others that look alike.
 * Ends with an ellipsis if it is long.
 *
 * Returns: (transfer full): the text, which means nothing to anybody but people.
 */
char *
gui_mention_harmless (const char *text)
{
  g_autoptr (GString) out = g_string_new (NULL);
  guint n = 0;

  for (; *text != '\0' && n < HARMLESS_MAX_CHARS; text = g_utf8_next_char (text), n++)
    switch (*text)
      {
      case '<':
        g_string_append (out, "‹");
        break;
      case '>':
        g_string_append (out, "›");
        break;
      case '&':
        g_string_append (out, "＆");
        break;
      default:
        g_string_append_unichar (out, g_utf8_get_char (text));
      }
  if (*text != '\0')
    g_string_append (out, "…");
  return g_string_free (g_steal_pointer (&out), FALSE);
}
