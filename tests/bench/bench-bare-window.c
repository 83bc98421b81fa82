/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The least that a program of GTK 3 can show: a window with a line of text; with --titled,
 * under a header bar with the buttons of a window, which need the icon theme. What `start`
 * measures of the desktop client is to be read beside both.
 */
#include "config.h"

#include <gtk/gtk.h>

static void
give_title (GtkWindow *window)
{
  GtkWidget *bar = gtk_header_bar_new ();

  gtk_header_bar_set_title (GTK_HEADER_BAR (bar), "Bare");
  gtk_header_bar_set_show_close_button (GTK_HEADER_BAR (bar), TRUE);
  gtk_window_set_titlebar (window, bar);
}

static void
on_activate (GtkApplication *application, gpointer titled)
{
  GtkWidget *window = gtk_application_window_new (application);

  gtk_window_set_default_size (GTK_WINDOW (window), 900, 640);
  if (titled != NULL)
    give_title (GTK_WINDOW (window));
  gtk_container_add (GTK_CONTAINER (window), gtk_label_new ("The least there can be"));
  gtk_widget_show_all (window);
}

int
main (int argc, char **argv)
{
  g_autoptr (GtkApplication) application =
      gtk_application_new ("org.salotto.BareWindow", G_APPLICATION_DEFAULT_FLAGS);

  g_signal_connect (application, "activate", G_CALLBACK (on_activate), argc > 1 ? argv[1] : NULL);
  return g_application_run (G_APPLICATION (application), 1, argv);
}
