/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What people are told who change the list of those whose words are not shown: in the window and at a
 * terminal the same, as it is the same list. It does not know where that is kept.
 */
#include "config.h"

#include "common/client/sal-ignored.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "common/base/sal-error.h"
#include "common/client/sal-filter.h"
#include "common/proto/sal-text.h"

static void
set_error (GError **error, const char *mask, gboolean ignored)
{
  g_autofree char *alone = sal_filter_add ("", mask);

  if (!ignored)
    g_set_error (error, SAL_ERROR, SAL_EXIT_FAILED,
                 _ ("%s is not in the list of those whom you ignore; /ignore shows it"), mask);
  else if (alone == NULL)
    g_set_error (
        error, SAL_ERROR, SAL_EXIT_FAILED,
        _ ("“%s” cannot be ignored: a mask is one word without commas, of at most 200 bytes, "
           "and more than wildcards"),
        mask);
  else
    g_set_error (error, SAL_ERROR, SAL_EXIT_FAILED,
                 _ ("%s is not ignored: the list is full; /unignore takes somebody out of it"),
                 mask);
}

/**
 * sal_ignored_change:
 * @list: as it is kept
 * @mask: a name, or a mask
 * @ignored: whether it is to be in the list
 *
 * Returns: (transfer full): the list as it is to be kept; %NULL with a sentence for people if @mask cannot be
 *   in it, or was not there.
 */
char *
sal_ignored_change (const char *list, const char *mask, gboolean ignored, GError **error)
{
  char *changed = ignored ? sal_filter_add (list, mask) : sal_filter_remove (list, mask);

  if (changed == NULL)
    set_error (error, mask, ignored);
  return changed;
}

/**
 * sal_ignored_to_text:
 * @list: as it is kept, by whomever
 * @mask: (nullable): what has just been changed; %NULL: nothing was
 *
 * Returns: (transfer full): that, or who is in the list, as a sentence for people, clean.
 */
char *
sal_ignored_to_text (const char *list, const char *mask, gboolean ignored)
{
  g_autofree char *line = g_strdelimit (g_strdup (list), "\r\n", ' ');
  g_autoptr (GString) clean = g_string_new (NULL);

  if (mask == NULL)
    return sal_text_clean (clean, line, strlen (line))
               ? g_strdup_printf (_ ("Not shown is what these say: %s"), clean->str)
               : g_strdup (_ ("What everybody says is shown."));
  if (!ignored)
    return g_strdup_printf (_ ("What %s says is shown."), mask);
  return g_strdup_printf (
      _ ("What %s says is not shown from now on. /unignore %s takes that back."), mask, mask);
}
