/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * To be preloaded into the desktop client: it speaks a language whose words are longer than those of
 * English, with every sentence that is translated at all.
 */
#include "tests/gtk/long-words.h"

/* As <libintl.h> has them, which makes macros of their like. */
char *dcgettext (const char *domain, const char *text, int category);
char *
dcngettext (const char *domain, const char *one, const char *many, unsigned long n, int category);

/* Kept for good, as translations are. */
static const char *
lengthen (const char *text)
{
  g_autofree char *longer = NULL;

  if (g_str_has_prefix (text, "default:")) /* the direction of GTK */
    return text;
  longer = long_words_make (text);
  return g_intern_string (longer);
}

char *
dcgettext (const char *domain, const char *text, int category)
{
  return (char *) lengthen (text);
}

char *
dcngettext (const char *domain, const char *one, const char *many, unsigned long n, int category)
{
  return (char *) lengthen (n == 1 ? one : many);
}

const char *
g_dgettext (const char *domain, const char *text)
{
  return lengthen (text);
}

const char *
g_dngettext (const char *domain, const char *one, const char *many, gulong n)
{
  return lengthen (n == 1 ? one : many);
}

const char *
g_dpgettext (const char *domain, const char *text, gsize offset)
{
  return lengthen (text + offset);
}

const char *
g_dpgettext2 (const char *domain, const char *context, const char *text)
{
  return lengthen (text);
}
