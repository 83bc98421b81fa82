/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The preferences: a window over the settings. What is changed holds at once, a list when it is
 * written.
 */
#include "config.h"

#include "client-gtk/gui-preferences.h"

#include <glib/gi18n.h>
#include <handy.h>

#include "common/proto/sal-name.h"

/* In the order in which they are shown. */
static const char *const schemes[] = { "system", "light", "dark" };

static gboolean
scheme_to_index (GValue *value, GVariant *variant, gpointer data)
{
  const char *scheme = g_variant_get_string (variant, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (schemes); i++)
    if (g_str_equal (schemes[i], scheme))
      g_value_set_int (value, (int) i);
  return TRUE;
}

static GVariant *
index_to_scheme (const GValue *value, const GVariantType *type, gpointer data)
{
  int i = g_value_get_int (value);

  return i < 0 ? NULL : g_variant_new_string (schemes[i]);
}

static char *
get_scheme_name (gpointer item, gpointer data)
{
  return hdy_value_object_dup_string (item);
}

static void
fill_schemes (HdyComboRow *row)
{
  const char *const names[] = { _ ("As the desktop"), _ ("Light"), _ ("Dark") };
  g_autoptr (GListStore) list = g_list_store_new (HDY_TYPE_VALUE_OBJECT);

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (HdyValueObject) item = hdy_value_object_new_string (names[i]);

      g_list_store_append (list, item);
    }
  hdy_combo_row_bind_name_model (row, G_LIST_MODEL (list), get_scheme_name, NULL, NULL);
}

/* A list is taken when it is written to its end: `*@example.org` begins with what fits everybody. */

#define SETTINGS "salotto-settings"
#define KEY "salotto-key"       /* of the settings */
#define LOADED "salotto-loaded" /* what the settings had when the entry took it */

static void
load_list (GtkEntry *entry, const char *key, GSettings *settings)
{
  g_autofree char *list = g_settings_get_string (settings, key);

  g_object_set_data_full (G_OBJECT (entry), LOADED, g_strdup (list), g_free);
  if (!g_str_equal (gtk_entry_get_text (entry), list))
    gtk_entry_set_text (entry, list);
}

static void
on_list_changed (GSettings *settings, const char *key, GtkEntry *entry)
{
  load_list (entry, key, settings);
}

static void
store_list (GtkEntry *entry)
{
  GSettings *settings = g_object_get_data (G_OBJECT (entry), SETTINGS);
  const char *text = gtk_entry_get_text (entry);

  if (g_strcmp0 (text, g_object_get_data (G_OBJECT (entry), LOADED)) == 0)
    return;
  g_object_set_data_full (G_OBJECT (entry), LOADED, g_strdup (text), g_free);
  g_settings_set_string (settings, g_object_get_data (G_OBJECT (entry), KEY), text);
}

static gboolean
on_list_left (GtkEntry *entry)
{
  store_list (entry);
  return GDK_EVENT_PROPAGATE;
}

/* @key: (not copied) */
static void
bind_list (GSettings *settings, const char *key, GObject *entry, GObject *window)
{
  g_autofree char *changed = g_strconcat ("changed::", key, NULL);

  g_object_set_data (entry, KEY, (gpointer) key);
  g_object_set_data_full (entry, SETTINGS, g_object_ref (settings), g_object_unref);
  load_list (GTK_ENTRY (entry), key, settings);
  g_settings_bind_writable (settings, key, entry, "sensitive", FALSE);
  g_signal_connect_object (settings, changed, G_CALLBACK (on_list_changed), entry, 0);
  g_signal_connect (entry, "activate", G_CALLBACK (store_list), NULL);
  g_signal_connect (entry, "focus-out-event", G_CALLBACK (on_list_left), NULL);
  g_signal_connect_object (window, "hide", G_CALLBACK (store_list), entry, G_CONNECT_SWAPPED);
}

/**
 * gui_preferences_new:
 * @settings: what they change
 *
 * Returns: (transfer none): a window, not shown yet; GTK owns it.
 */
GtkWidget *
gui_preferences_new (GSettings *settings)
{
  g_autoptr (GtkBuilder) builder =
      gtk_builder_new_from_resource ("/org/salotto/Salotto/gui-preferences.ui");
  GObject *name = gtk_builder_get_object (builder, "name");
  GObject *scheme = gtk_builder_get_object (builder, "color_scheme");
  GObject *window = gtk_builder_get_object (builder, "window");
  GObject *notify = gtk_builder_get_object (builder, "notify");
  g_autofree char *login = sal_name_from_text (g_get_user_name ());

  gtk_entry_set_placeholder_text (GTK_ENTRY (name), login);
  g_settings_bind (settings, "name", name, "text", G_SETTINGS_BIND_DEFAULT);
  fill_schemes (HDY_COMBO_ROW (scheme));
  g_settings_bind_with_mapping (settings, "color-scheme", scheme, "selected-index",
                                G_SETTINGS_BIND_DEFAULT, scheme_to_index, index_to_scheme, NULL,
                                NULL);
  bind_list (settings, "mention-words", gtk_builder_get_object (builder, "words"), window);
  bind_list (settings, "ignored", gtk_builder_get_object (builder, "ignored"), window);
  g_settings_bind (settings, "notify-mentions", notify, "active", G_SETTINGS_BIND_DEFAULT);
  return GTK_WIDGET (window);
}
