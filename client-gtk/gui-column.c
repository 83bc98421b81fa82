/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A part of the window that is as wide as it was told to be wished for, whatever the words in
 * it are. A label that can be cut short still wishes for room for its whole text, and by
 * such wishes HdyLeaflet decides whether two parts fit beside one another: a long topic
 * would fold a wide window.
 *
 * Property, for templates:
 *   wanted-width (int)   the natural width in pixels, if what is in it can do with that
 */
#include "config.h"

#include "client-gtk/gui-column.h"

struct _GuiColumn
{
  GtkBox parent;
  int wanted_width;
};

G_DEFINE_FINAL_TYPE (GuiColumn, gui_column, GTK_TYPE_BOX)

enum
{
  PROP_WANTED_WIDTH = 1
};

static void
gui_column_get_preferred_width (GtkWidget *widget, int *minimum, int *natural)
{
  GTK_WIDGET_CLASS (gui_column_parent_class)->get_preferred_width (widget, minimum, natural);
  *natural = MAX (*minimum, GUI_COLUMN (widget)->wanted_width);
}

static void
gui_column_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  g_value_set_int (value, GUI_COLUMN (object)->wanted_width);
}

static void
gui_column_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GUI_COLUMN (object)->wanted_width = g_value_get_int (value);
  gtk_widget_queue_resize (GTK_WIDGET (object));
}

static void
gui_column_class_init (GuiColumnClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = gui_column_get_property;
  object_class->set_property = gui_column_set_property;
  g_object_class_install_property (object_class, PROP_WANTED_WIDTH,
                                   g_param_spec_int ("wanted-width", NULL, NULL, 0, G_MAXINT, 0,
                                                     G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS));
  GTK_WIDGET_CLASS (klass)->get_preferred_width = gui_column_get_preferred_width;
}

static void
gui_column_init (GuiColumn *column)
{
}
