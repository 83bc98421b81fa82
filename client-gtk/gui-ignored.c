/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The list of those whose words are not shown, as it is in the settings: what commands, menus and the
 * preferences change. Whoever keeps the rooms hears of the change from there (gui-rooms).
 */
#include "config.h"

#include "client-gtk/gui-ignored.h"

#include <gio/gio.h>

#include "common/client/sal-filter.h"
#include "common/client/sal-ignored.h"

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
  g_autofree char *changed = sal_ignored_change (list, mask, ignored, error);

  if (changed == NULL)
    return FALSE;
  g_settings_set_string (settings, KEY, changed);
  return TRUE;
}

/**
 * gui_ignored_to_text:
 *
 * Returns: (transfer full): see sal_ignored_to_text()
 */
char *
gui_ignored_to_text (const char *mask, gboolean ignored)
{
  g_autofree char *list = get_list ();

  return sal_ignored_to_text (list, mask, ignored);
}
