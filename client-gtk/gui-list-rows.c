/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A list as GtkTreeView takes it: a GListModel in the clothes of a GtkTreeModel. Nothing is
 * copied, and a row costs nothing but its place: a list box with a widget for each of 5,000 people
 * would take seconds.
 */
#include "config.h"

#include "client-gtk/gui-list-rows.h"

struct _GuiListRows
{
  GObject parent;
  GListModel *items; /* (owned) */
  guint n;           /* as far as the view has been told */
  int stamp;
};

static void tree_model_init (GtkTreeModelIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GuiListRows,
                               gui_list_rows,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GTK_TYPE_TREE_MODEL, tree_model_init))

static guint
index_of (const GtkTreeIter *iter)
{
  return GPOINTER_TO_UINT (iter->user_data);
}

/* Returns: whether there is such a row. */
static gboolean
point_at (GuiListRows *rows, GtkTreeIter *iter, guint index)
{
  *iter = (GtkTreeIter){ 0 };
  if (index >= rows->n)
    return FALSE;
  iter->stamp = rows->stamp;
  iter->user_data = GUINT_TO_POINTER (index);
  return TRUE;
}

/* What views ask. */

static GtkTreeModelFlags
get_flags (GtkTreeModel *model)
{
  return GTK_TREE_MODEL_LIST_ONLY;
}

static int
get_n_columns (GtkTreeModel *model)
{
  return 1;
}

static GType
get_column_type (GtkTreeModel *model, int column)
{
  return g_list_model_get_item_type (GUI_LIST_ROWS (model)->items);
}

static gboolean
get_iter (GtkTreeModel *model, GtkTreeIter *iter, GtkTreePath *path)
{
  int index = gtk_tree_path_get_indices (path)[0];

  return index >= 0 && gtk_tree_path_get_depth (path) == 1 &&
         point_at (GUI_LIST_ROWS (model), iter, (guint) index);
}

static GtkTreePath *
get_path (GtkTreeModel *model, GtkTreeIter *iter)
{
  return gtk_tree_path_new_from_indices ((int) index_of (iter), -1);
}

static void
get_value (GtkTreeModel *model, GtkTreeIter *iter, int column, GValue *value)
{
  GListModel *items = GUI_LIST_ROWS (model)->items;

  g_value_init (value, g_list_model_get_item_type (items));
  g_value_take_object (value, g_list_model_get_item (items, index_of (iter)));
}

static gboolean
iter_next (GtkTreeModel *model, GtkTreeIter *iter)
{
  return point_at (GUI_LIST_ROWS (model), iter, index_of (iter) + 1);
}

static gboolean
iter_previous (GtkTreeModel *model, GtkTreeIter *iter)
{
  return point_at (GUI_LIST_ROWS (model), iter, index_of (iter) - 1);
}

static gboolean
iter_children (GtkTreeModel *model, GtkTreeIter *iter, GtkTreeIter *parent)
{
  return parent == NULL && point_at (GUI_LIST_ROWS (model), iter, 0);
}

static gboolean
iter_has_child (GtkTreeModel *model, GtkTreeIter *iter)
{
  return FALSE;
}

static int
iter_n_children (GtkTreeModel *model, GtkTreeIter *iter)
{
  return iter == NULL ? (int) GUI_LIST_ROWS (model)->n : 0;
}

static gboolean
iter_nth_child (GtkTreeModel *model, GtkTreeIter *iter, GtkTreeIter *parent, int n)
{
  return parent == NULL && n >= 0 && point_at (GUI_LIST_ROWS (model), iter, (guint) n);
}

static gboolean
iter_parent (GtkTreeModel *model, GtkTreeIter *iter, GtkTreeIter *child)
{
  return FALSE;
}

static void
tree_model_init (GtkTreeModelIface *iface)
{
  iface->get_flags = get_flags;
  iface->get_n_columns = get_n_columns;
  iface->get_column_type = get_column_type;
  iface->get_iter = get_iter;
  iface->get_path = get_path;
  iface->get_value = get_value;
  iface->iter_next = iter_next;
  iface->iter_previous = iter_previous;
  iface->iter_children = iter_children;
  iface->iter_has_child = iter_has_child;
  iface->iter_n_children = iter_n_children;
  iface->iter_nth_child = iter_nth_child;
  iface->iter_parent = iter_parent;
}

/* What happens to the list. */

/* A view is told of one row at a time, and may ask about the others in between: so there are
 * as many rows as it has been told of. What is another thing at the same place is the same row, and
 * keeps the cursor. */
static void
on_items_changed (GListModel *items, guint position, guint removed, guint added, GuiListRows *rows)
{
  guint same = MIN (removed, added);
  g_autoptr (GtkTreePath) path = gtk_tree_path_new_from_indices ((int) (position + same), -1);
  GtkTreeIter iter;

  rows->stamp++;
  for (guint i = same; i < removed; i++)
    {
      rows->n--;
      gtk_tree_model_row_deleted (GTK_TREE_MODEL (rows), path);
    }
  for (guint i = same; i < added; i++)
    {
      rows->n++;
      if (point_at (rows, &iter, position + i))
        gtk_tree_model_row_inserted (GTK_TREE_MODEL (rows), path, &iter);
      gtk_tree_path_next (path);
    }
  for (guint i = 0; i < same && point_at (rows, &iter, position + i); i++)
    {
      g_autoptr (GtkTreePath) at = get_path (GTK_TREE_MODEL (rows), &iter);

      gtk_tree_model_row_changed (GTK_TREE_MODEL (rows), at, &iter);
    }
}

/**
 * gui_list_rows_get:
 *
 * Returns: (transfer full): the item of that row.
 */
gpointer
gui_list_rows_get (GuiListRows *rows, GtkTreeIter *iter)
{
  return g_list_model_get_item (rows->items, index_of (iter));
}

/**
 * gui_list_rows_dup_chosen:
 * @view: shows such rows, or nothing now
 *
 * Returns: (transfer full) (nullable): the item on whose row the cursor is.
 */
gpointer
gui_list_rows_dup_chosen (GtkTreeView *view)
{
  GtkTreeModel *model = gtk_tree_view_get_model (view);
  g_autoptr (GtkTreePath) path = NULL;
  GtkTreeIter iter;

  gtk_tree_view_get_cursor (view, &path, NULL);
  if (path == NULL || model == NULL || !gtk_tree_model_get_iter (model, &iter, path))
    return NULL;
  return gui_list_rows_get (GUI_LIST_ROWS (model), &iter);
}

static void
gui_list_rows_dispose (GObject *object)
{
  GuiListRows *rows = GUI_LIST_ROWS (object);

  if (rows->items != NULL)
    g_signal_handlers_disconnect_by_data (rows->items, rows);
  g_clear_object (&rows->items);
  rows->n = 0;
  G_OBJECT_CLASS (gui_list_rows_parent_class)->dispose (object);
}

static void
gui_list_rows_class_init (GuiListRowsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = gui_list_rows_dispose;
}

static void
gui_list_rows_init (GuiListRows *rows)
{
  rows->stamp = 1;
}

/**
 * gui_list_rows_new:
 * @items: (transfer none): of objects; followed. Take the rows off a view before several items go
 *   at once: it would ask about those that it has not been told of yet
 *
 * Returns: (transfer full)
 */
GuiListRows *
gui_list_rows_new (GListModel *items)
{
  GuiListRows *rows = g_object_new (GUI_TYPE_LIST_ROWS, NULL);

  rows->items = g_object_ref (items);
  rows->n = g_list_model_get_n_items (items);
  g_signal_connect (items, "items-changed", G_CALLBACK (on_items_changed), rows);
  return rows;
}
