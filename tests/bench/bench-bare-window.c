/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The least that a program of GTK 3 can show: a window with a line of text.
 *
 *     --titled   under a header bar with the buttons of a window, which need the icon theme
 *     --naked    without whatever can be left out: no application on the session bus, no
 *                GVfs, no accessibility, no module for input, and a theme in which there is
 *                nothing. No program could be used like that; it is what GTK 3 itself takes
 *
 * What `start` measures of the desktop client is to be read beside them.
 */
#include "config.h"

#include <gtk/gtk.h>
#include <string.h>

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

/* An empty theme where GTK looks for those of a person. */
static void
undress (void)
{
  g_autofree char *folder =
      g_build_filename (g_get_user_data_dir (), "themes", "Naked", "gtk-3.0", NULL);
  g_autofree char *file = g_build_filename (folder, "gtk.css", NULL);

  g_mkdir_with_parents (folder, 0700);
  g_file_set_contents (file, "", 0, NULL);
  g_setenv ("GTK_THEME", "Naked", TRUE);
  g_setenv ("GIO_USE_VFS", "local", TRUE);
  g_setenv ("GIO_USE_VOLUME_MONITOR", "unix", TRUE);
  g_setenv ("GSETTINGS_BACKEND", "memory", TRUE);
  g_setenv ("GTK_IM_MODULE", "gtk-im-context-simple", TRUE);
  g_setenv ("NO_AT_BRIDGE", "1", TRUE);
}

static int
show_naked (void)
{
  GtkWidget *window = NULL;

  undress ();
  gtk_init (NULL, NULL);
  window = gtk_window_new (GTK_WINDOW_TOPLEVEL);
  gtk_window_set_default_size (GTK_WINDOW (window), 900, 640);
  gtk_container_add (GTK_CONTAINER (window), gtk_label_new ("The least there can be"));
  gtk_widget_show_all (window);
  gtk_main ();
  return 0;
}

int
main (int argc, char **argv)
{
  g_autoptr (GtkApplication) application = NULL;

  if (argc > 1 && strcmp (argv[1], "--naked") == 0)
    return show_naked ();
  application = gtk_application_new ("org.salotto.BareWindow", G_APPLICATION_DEFAULT_FLAGS);
  g_signal_connect (application, "activate", G_CALLBACK (on_activate), argc > 1 ? argv[1] : NULL);
  return g_application_run (G_APPLICATION (application), 1, argv);
}
