/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Memory that has held a secret, given back without it.
 */
#include "config.h"

#include "common/base/sal-wipe.h"

#include <string.h>

/**
 * sal_wipe:
 * @text: (nullable) (transfer full): a secret from g_malloc(), that ends with a NUL
 *
 * Frees it, and leaves nothing of it in memory.
 */
void
sal_wipe (gpointer text)
{
  if (text != NULL)
    explicit_bzero (text, strlen (text));
  g_free (text);
}

/**
 * sal_wipe_string:
 * @string: (nullable) (transfer full)
 *
 * Frees it, and leaves nothing in memory of what it has ever held; what it held before it last
 * had to grow may be where it was then.
 */
void
sal_wipe_string (GString *string)
{
  if (string == NULL)
    return;
  explicit_bzero (string->str, string->allocated_len);
  g_string_free (string, TRUE);
}
