/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The preferences: a window over the settings. What is changed holds at once.
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
  GObject *notify = gtk_builder_get_object (builder, "notify");
  g_autofree char *login = sal_name_from_text (g_get_user_name ());

  gtk_entry_set_placeholder_text (GTK_ENTRY (name), login);
  g_settings_bind (settings, "name", name, "text", G_SETTINGS_BIND_DEFAULT);
  fill_schemes (HDY_COMBO_ROW (scheme));
  g_settings_bind_with_mapping (settings, "color-scheme", scheme, "selected-index",
                                G_SETTINGS_BIND_DEFAULT, scheme_to_index, index_to_scheme, NULL,
                                NULL);
  g_settings_bind (settings, "mention-words", gtk_builder_get_object (builder, "words"), "text",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "ignored", gtk_builder_get_object (builder, "ignored"), "text",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "notify-mentions", notify, "active", G_SETTINGS_BIND_DEFAULT);
  return GTK_WIDGET (gtk_builder_get_object (builder, "window"));
}
