/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Colours: light, dark or as the desktop has it, by the preferences; and our own style
 * sheets on top of the theme's. style.css holds for all of them and takes its colours by
 * name; style-dark.css gives other values to the names. With high contrast the theme's
 * own colours are the better ones, so nothing but their names is ours.
 */
#include "config.h"

#include "client-gtk/gui-style.h"

#include <handy.h>

#define RESOURCES "/org/salotto/Salotto/"

static void
on_color_scheme_changed (GSettings *settings)
{
  g_autofree char *scheme = g_settings_get_string (settings, "color-scheme");
  HdyStyleManager *manager = hdy_style_manager_get_default ();

  if (g_str_equal (scheme, "light"))
    hdy_style_manager_set_color_scheme (manager, HDY_COLOR_SCHEME_FORCE_LIGHT);
  else if (g_str_equal (scheme, "dark"))
    hdy_style_manager_set_color_scheme (manager, HDY_COLOR_SCHEME_FORCE_DARK);
  else
    hdy_style_manager_set_color_scheme (manager, HDY_COLOR_SCHEME_PREFER_LIGHT);
}

static GtkCssProvider *
add_sheet (void)
{
  GtkCssProvider *provider = gtk_css_provider_new ();

  gtk_style_context_add_provider_for_screen (gdk_screen_get_default (),
                                             GTK_STYLE_PROVIDER (provider),
                                             GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
  return provider; /* lives as long as the screen */
}

static void
on_theme_changed (GtkCssProvider *palette)
{
  HdyStyleManager *manager = hdy_style_manager_get_default ();
  const char *name = RESOURCES "style-light.css";

  if (hdy_style_manager_get_high_contrast (manager))
    name = RESOURCES "style-high-contrast.css";
  else if (hdy_style_manager_get_dark (manager))
    name = RESOURCES "style-dark.css";
  gtk_css_provider_load_from_resource (palette, name);
}

/**
 * gui_style_init:
 * @settings: followed from now on
 *
 * Call it once, when there is a display.
 */
void
gui_style_init (GSettings *settings)
{
  HdyStyleManager *manager = hdy_style_manager_get_default ();
  GtkCssProvider *palette = NULL;

  g_signal_connect (settings, "changed::color-scheme", G_CALLBACK (on_color_scheme_changed), NULL);
  on_color_scheme_changed (settings);

  palette = add_sheet ();
  g_signal_connect_swapped (manager, "notify::dark", G_CALLBACK (on_theme_changed), palette);
  g_signal_connect_swapped (manager, "notify::high-contrast", G_CALLBACK (on_theme_changed),
                            palette);
  on_theme_changed (palette);
  gtk_css_provider_load_from_resource (add_sheet (), RESOURCES "style.css");
}
