/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * salotto: the desktop client. Languages and logging are seen to here; the rest is in
 * the library beside it.
 */
#include "config.h"

#include <glib/gi18n.h>

#include "client-gtk/gui-application.h"
#include "common/base/sal-program.h"

/* Who starts the program while another is at its end may have asked that one. */
#define TRIES 3

int
main (int argc, char **argv)
{
  int status = 0;
  gboolean again = TRUE;

  sal_program_init ("salotto");
  g_set_application_name (_ ("Salotto"));

  for (int i = 0; i < TRIES && again; i++)
    {
      g_autoptr (GuiApplication) app = gui_application_new ();

      status = g_application_run (G_APPLICATION (app), argc, argv);
      again = gui_application_was_forsaken (app, status);
    }
  return status;
}
