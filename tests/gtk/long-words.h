/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <string.h>

G_BEGIN_DECLS

/**
 * long_words_make:
 * @text: with formats for numbers and words in it, perhaps
 *
 * Returns: (transfer full): the same with each vowel twice, which is as long as German is: it can
 *   still be read, and what is not translated is seen.
 */
static inline char *
long_words_make (const char *text)
{
  GString *longer = g_string_new (NULL);

  while (*text != '\0')
    {
      /* A format stays what it is, to the letter that ends it. */
      gsize len = *text == '%' ? 1 + strspn (text + 1, "0123456789.'-+#$*zl") : 0;

      if (len > 0 && text[len] != '\0')
        len++;
      g_string_append_len (longer, text, (gssize) MAX (len, 1));
      if (len == 0 && strchr ("aeiouAEIOU", *text) != NULL)
        g_string_append_c (longer, g_ascii_tolower (*text));
      text += MAX (len, 1);
    }
  return g_string_free (longer, FALSE);
}

G_END_DECLS
