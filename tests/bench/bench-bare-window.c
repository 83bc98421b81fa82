/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The least that a program of GTK 3 can show: a window with a line of text. What `start`
 * measures of the desktop client is to be read beside it.
 */
#include "config.h"

#include <gtk/gtk.h>

static void
on_activate (GtkApplication *application)
{
  GtkWidget *window = gtk_application_window_new (application);

  gtk_window_set_default_size (GTK_WINDOW (window), 900, 640);
  gtk_container_add (GTK_CONTAINER (window), gtk_label_new ("The least there can be"));
  gtk_widget_show_all (window);
}

int
main (int argc, char **argv)
{
  g_autoptr (GtkApplication) application =
      gtk_application_new ("org.salotto.BareWindow", G_APPLICATION_DEFAULT_FLAGS);

  g_signal_connect (application, "activate", G_CALLBACK (on_activate), NULL);
  return g_application_run (G_APPLICATION (application), argc, argv);
}
