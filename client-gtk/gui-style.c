/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Colours: light, dark or as the desktop has it, by the preferences; and our own style
 * sheets on top of the theme's. style.css holds for all of them and takes its colours by
 * name; style-dark.css gives other values to the names. With high contrast the theme's
 * own colours are the better ones, so nothing but their names is ours.
 *
 * Whether a theme is dark is asked of the theme itself. Outside of GNOME a dark one is chosen by its
 * name, or by a line in GTK's own settings, of which libhandy takes no notice.
 */
#include "config.h"

#include "client-gtk/gui-style.h"

#include <handy.h>

#define RESOURCES "/org/salotto/Salotto/"

static GtkCssProvider *palette;
static gboolean prefers_dark; /* so GTK's own settings say */

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
    hdy_style_manager_set_color_scheme (manager, prefers_dark ? HDY_COLOR_SCHEME_FORCE_DARK
                                                              : HDY_COLOR_SCHEME_PREFER_LIGHT);
}

/* @resource: (nullable): nothing yet */
static GtkCssProvider *
add_sheet (const char *resource)
{
  GtkCssProvider *provider = gtk_css_provider_new ();

  if (resource != NULL)
    gtk_css_provider_load_from_resource (provider, resource);
  gtk_style_context_add_provider_for_screen (gdk_screen_get_default (),
                                             GTK_STYLE_PROVIDER (provider),
                                             GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
  return provider; /* lives as long as the screen */
}

/* The theme of high contrast may also have been chosen by its name. @manager: (nullable): not yet */
static gboolean
is_high_contrast (HdyStyleManager *manager)
{
  const char *given = g_getenv ("GTK_THEME"); /* before all others */
  g_autofree char *theme = g_strdup (given);

  if (theme == NULL)
    g_object_get (gtk_settings_get_default (), "gtk-theme-name", &theme, NULL);
  return (manager != NULL && hdy_style_manager_get_high_contrast (manager)) ||
         (theme != NULL && g_str_has_prefix (theme, "HighContrast"));
}

/* What is written is brighter than what it is written on. A theme that does not say is taken for a
 * light one. */
static gboolean
is_dark (void)
{
  g_autoptr (GtkStyleContext) context = gtk_style_context_new ();
  GtkWidgetPath *path = gtk_widget_path_new ();
  GdkRGBA front = { 0 };
  GdkRGBA back = { 0 };

  gtk_widget_path_append_type (path, GTK_TYPE_WINDOW);
  gtk_style_context_set_path (context, path);
  gtk_widget_path_unref (path);
  return gtk_style_context_lookup_color (context, "theme_fg_color", &front) &&
         gtk_style_context_lookup_color (context, "theme_bg_color", &back) &&
         front.red + front.green + front.blue > back.red + back.green + back.blue;
}

/* @manager: (nullable): not yet */
static void
choose_palette (HdyStyleManager *manager)
{
  const char *name = RESOURCES "style-light.css";

  if (is_high_contrast (manager))
    name = RESOURCES "style-high-contrast.css";
  else if (is_dark ())
    name = RESOURCES "style-dark.css";
  gtk_css_provider_load_from_resource (palette, name);
}

static void
on_theme_changed (GSettings *settings)
{
  HdyStyleManager *manager = hdy_style_manager_get_default ();
  gboolean dark = hdy_style_manager_get_dark (manager);

  choose_palette (manager);
  if (dark != g_settings_get_boolean (settings, "was-dark"))
    g_settings_set_boolean (settings, "was-dark", dark);
}

/**
 * gui_style_follow_desktop:
 * @settings: followed from now on
 *
 * The colours are those of the preferences and of the desktop from now on. That takes a
 * third of the time until a window is there, because libhandy reads the theme twice
 * more, so it is to be called when that has been painted.
 */
void
gui_style_follow_desktop (GSettings *settings)
{
  static gboolean following;
  HdyStyleManager *manager = NULL;

  if (following)
    return;
  following = TRUE;
  /* Libhandy complains of it, and puts it out. */
  g_object_set (gtk_settings_get_default (), "gtk-application-prefer-dark-theme", FALSE, NULL);
  manager = hdy_style_manager_get_default ();
  g_signal_connect (settings, "changed::color-scheme", G_CALLBACK (on_color_scheme_changed), NULL);
  on_color_scheme_changed (settings);
  g_signal_connect_swapped (manager, "notify::dark", G_CALLBACK (on_theme_changed), settings);
  g_signal_connect_swapped (manager, "notify::high-contrast", G_CALLBACK (on_theme_changed),
                            settings);
  g_signal_connect_swapped (gtk_settings_get_default (), "notify::gtk-theme-name",
                            G_CALLBACK (on_theme_changed), settings);
  on_theme_changed (settings);
}

/**
 * gui_style_init:
 * @settings: the preferences
 *
 * Call it once, when there is a display. Whose window was dark the last time sees no
 * light one before gui_style_follow_desktop() is called: it is, here.
 */
void
gui_style_init (GSettings *settings)
{
  g_autofree char *scheme = g_settings_get_string (settings, "color-scheme");

  g_object_get (gtk_settings_get_default (), "gtk-application-prefer-dark-theme", &prefers_dark,
                NULL);
  palette = add_sheet (NULL);
  choose_palette (NULL);
  (void) add_sheet (RESOURCES "style.css");
  if (g_str_equal (scheme, "dark") ||
      (g_str_equal (scheme, "system") && g_settings_get_boolean (settings, "was-dark")))
    gui_style_follow_desktop (settings);
}
