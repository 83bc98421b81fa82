/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A tree view that screen readers can ask about any number of rows. GTK's own makes an
 * accessible object for each cell when somebody asks for its children, 20,000 of them for the two
 * columns of 10,000 people, and nothing else happens for as long. Here a long list has as many
 * children as one can be bothered with; every other cell is made when it is asked for by its row and
 * column, or when the cursor comes to it, which is how screen readers go through tables.
 */
#include "config.h"

#include "client-gtk/gui-table-view.h"

#include <gtk/gtk-a11y.h>

struct _GuiTableView
{
  GtkTreeView parent;
};

G_DEFINE_FINAL_TYPE (GuiTableView, gui_table_view, GTK_TYPE_TREE_VIEW)

typedef struct
{
  GtkTreeViewAccessible parent;
} GuiTableViewAccessible;

typedef GtkTreeViewAccessibleClass GuiTableViewAccessibleClass;

GType gui_table_view_accessible_get_type (void);

G_DEFINE_TYPE (GuiTableViewAccessible, gui_table_view_accessible, GTK_TYPE_TREE_VIEW_ACCESSIBLE)

static int
get_n_children (AtkObject *object)
{
  AtkObjectClass *klass = ATK_OBJECT_CLASS (gui_table_view_accessible_parent_class);

  return MIN (klass->get_n_children (object),
              GUI_TABLE_VIEW_CHILD_ROWS * atk_table_get_n_columns (ATK_TABLE (object)));
}

static void
gui_table_view_accessible_class_init (GuiTableViewAccessibleClass *klass)
{
  ATK_OBJECT_CLASS (klass)->get_n_children = get_n_children;
}

static void
gui_table_view_accessible_init (GuiTableViewAccessible *accessible)
{
}

static void
gui_table_view_class_init (GuiTableViewClass *klass)
{
  gtk_widget_class_set_accessible_type (GTK_WIDGET_CLASS (klass),
                                        gui_table_view_accessible_get_type ());
}

static void
gui_table_view_init (GuiTableView *view)
{
}

/**
 * gui_table_view_new:
 *
 * Returns: (transfer floating)
 */
GtkWidget *
gui_table_view_new (void)
{
  return g_object_new (GUI_TYPE_TABLE_VIEW, NULL);
}
