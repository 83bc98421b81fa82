/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * salotto: the desktop client. Languages and logging are seen to here; the rest is in
 * the library beside it.
 */
#include "config.h"

#include <glib/gi18n.h>
#include <locale.h>
#include <signal.h>

#include "client-gtk/gui-application.h"
#include "common/base/sal-log.h"

int
main (int argc, char **argv)
{
  const char *locale_dir = g_getenv ("SALOTTO_LOCALEDIR");
  g_autoptr (GuiApplication) app = NULL;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, locale_dir != NULL ? locale_dir : SALOTTO_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  sal_log_init ("salotto");
  signal (SIGPIPE, SIG_IGN);
  g_set_application_name (_ ("Salotto"));

  app = gui_application_new ();
  return g_application_run (G_APPLICATION (app), argc, argv);
}
