/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * salotto: the desktop client. Languages and logging are seen to here; the rest is in
 * the library beside it.
 */
#include "config.h"

#include <glib/gi18n.h>

#include "client-gtk/gui-application.h"
#include "common/base/sal-program.h"

int
main (int argc, char **argv)
{
  g_autoptr (GuiApplication) app = NULL;

  sal_program_init ("salotto");
  g_set_application_name (_ ("Salotto"));

  app = gui_application_new ();
  return g_application_run (G_APPLICATION (app), argc, argv);
}
