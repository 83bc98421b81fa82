/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * To be preloaded into the desktop client: everything is laid out from right to left, as
 * GTK does in languages that are written so. It asks its own translation for the
 * direction, and takes none from it in a language that the program does not speak.
 */
#include <glib.h>
#include <libintl.h>

const char *
g_dgettext (const char *domain, const char *text)
{
  return g_str_equal (text, "default:LTR") ? "default:RTL" : dgettext (domain, text);
}
