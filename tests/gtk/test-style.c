/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Our own colours fit those of the theme: whoever has a dark one, by whatever way, reads what we
 * write in a quiet colour.
 */
#include "config.h"

#include <gtk/gtk.h>
#include <handy.h>

#include "client-gtk/gui-style.h"

static double
brightness (GtkWidget *widget, const char *name)
{
  GdkRGBA color = { 0 };

  g_assert_true (
      gtk_style_context_lookup_color (gtk_widget_get_style_context (widget), name, &color));
  return (color.red + color.green + color.blue) / 3;
}

/* GTK's own settings ask for a dark theme; then the preferences ask for a light one, and for whatever
 * the desktop has. */
static void
test_dark (void)
{
  g_autoptr (GSettings) settings = g_settings_new ("org.salotto.Salotto");
  GtkWidget *window = gtk_window_new (GTK_WINDOW_TOPLEVEL);

  g_object_set (gtk_settings_get_default (), "gtk-application-prefer-dark-theme", TRUE, NULL);
  gui_style_init (settings);
  g_assert_cmpfloat (brightness (window, "theme_bg_color"), <, 0.3);
  g_assert_cmpfloat (brightness (window, "quiet_color"), >, 0.6);
  gui_style_follow_desktop (settings);
  g_assert_cmpfloat (brightness (window, "theme_bg_color"), <, 0.3);
  g_assert_cmpfloat (brightness (window, "quiet_color"), >, 0.6);

  g_settings_set_string (settings, "color-scheme", "light");
  g_assert_cmpfloat (brightness (window, "theme_bg_color"), >, 0.8);
  g_assert_cmpfloat (brightness (window, "quiet_color"), <, 0.5);
  g_settings_set_string (settings, "color-scheme", "system");
  g_assert_cmpfloat (brightness (window, "theme_bg_color"), <, 0.3);
  g_assert_cmpfloat (brightness (window, "quiet_color"), >, 0.6);

  /* With high contrast, as the theme has it. */
  g_object_set (gtk_settings_get_default (), "gtk-theme-name", "HighContrastInverse", NULL);
  g_assert_cmpfloat (brightness (window, "quiet_color"), ==, brightness (window, "theme_fg_color"));
  gtk_widget_destroy (window);
}

int
main (int argc, char **argv)
{
  gtk_init (&argc, &argv);
  hdy_init ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gtk/style/dark", test_dark);
  return g_test_run ();
}
