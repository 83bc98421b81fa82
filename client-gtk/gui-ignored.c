/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The list of those whose words are not shown, as it is in the settings: what commands, menus and the
 * preferences change. Whoever keeps the rooms hears of the change from there (gui-rooms).
 */
#include "config.h"

#include "client-gtk/gui-ignored.h"

#include <gio/gio.h>
#include <glib/gi18n.h>

#include "common/client/sal-filter.h"

#define SETTINGS "org.salotto.Salotto"
#define KEY "ignored"

static char *
get_list (void)
{
  g_autoptr (GSettings) settings = g_settings_new (SETTINGS);

  return g_settings_get_string (settings, KEY);
}

/**
 * gui_ignored_has:
 *
 * Returns: whether @mask is in the list, in whatever case.
 */
gboolean
gui_ignored_has (const char *mask)
{
  g_autofree char *list = get_list ();

  return sal_filter_lists (list, mask);
}

static void
set_error (GError **error, const char *mask, gboolean ignored)
{
  g_autofree char *alone = sal_filter_add ("", mask);

  if (!ignored)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                 _ ("%s is not in the list of those whom you ignore; the preferences show it"),
                 mask);
  else if (alone == NULL)
    g_set_error (
        error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        _ ("“%s” cannot be ignored: a mask is one word without commas, of at most 200 bytes, "
           "and more than wildcards"),
        mask);
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
                 _ ("%s is not ignored: the list is full; /unignore takes somebody out of it"),
                 mask);
}

/**
 * gui_ignored_set:
 * @mask: a name, or a mask
 * @ignored: whether it is to be in the list
 * @error: (out) (optional): a sentence for people
 *
 * Returns: whether that is so now. %FALSE if it cannot be in the list, or was not there.
 */
gboolean
gui_ignored_set (const char *mask, gboolean ignored, GError **error)
{
  g_autoptr (GSettings) settings = g_settings_new (SETTINGS);
  g_autofree char *list = g_settings_get_string (settings, KEY);
  g_autofree char *changed = ignored ? sal_filter_add (list, mask) : sal_filter_remove (list, mask);

  if (changed == NULL)
    {
      set_error (error, mask, ignored);
      return FALSE;
    }
  g_settings_set_string (settings, KEY, changed);
  return TRUE;
}

/**
 * gui_ignored_to_text:
 * @mask: (nullable): what has just been set; %NULL: nothing was
 *
 * Returns: (transfer full): that, or who is in the list, as a sentence for people.
 */
char *
gui_ignored_to_text (const char *mask, gboolean ignored)
{
  g_autofree char *list = get_list ();

  if (mask == NULL)
    return *list != '\0' ? g_strdup_printf (_ ("Not shown is what these say: %s"), list)
                         : g_strdup (_ ("What everybody says is shown."));
  if (!ignored)
    return g_strdup_printf (_ ("What %s says is shown."), mask);
  return g_strdup_printf (
      _ ("What %s says is not shown from now on. /unignore %s takes that back."), mask, mask);
}
