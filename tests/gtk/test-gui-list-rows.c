/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A list as rows: what a tree view is told when something comes, goes, or is another.
 */
#include "config.h"

#include "client-gtk/gui-list-rows.h"

typedef struct
{
  GListStore *store; /* (owned): of GSimpleAction, which have names */
  GuiListRows *rows; /* (owned) */
  GString *told;     /* (owned): of the rows, since it was looked at last */
} Fixture;

static GSimpleAction *
item_new (const char *name)
{
  return g_simple_action_new (name, NULL);
}

static void
tell (Fixture *f, const char *what, GtkTreePath *path)
{
  g_string_append_printf (f->told, "%s%d", what, gtk_tree_path_get_indices (path)[0]);
}

/* Whoever is told may ask about all rows that there are. */
static void
ask_all (Fixture *f)
{
  GtkTreeModel *model = GTK_TREE_MODEL (f->rows);
  int n = gtk_tree_model_iter_n_children (model, NULL);
  GtkTreeIter iter;

  for (int i = 0; i < n; i++)
    {
      g_autoptr (GObject) item = NULL;

      g_assert_true (gtk_tree_model_iter_nth_child (model, &iter, NULL, i));
      item = gui_list_rows_get (f->rows, &iter);
      g_assert_nonnull (item);
    }
}

static void
on_changed (GtkTreeModel *model, GtkTreePath *path, GtkTreeIter *iter, Fixture *f)
{
  tell (f, "=", path);
  ask_all (f);
}

static void
on_inserted (GtkTreeModel *model, GtkTreePath *path, GtkTreeIter *iter, Fixture *f)
{
  tell (f, "+", path);
  ask_all (f);
}

static void
on_deleted (GtkTreeModel *model, GtkTreePath *path, Fixture *f)
{
  tell (f, "-", path);
  ask_all (f);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  static const char *const names[] = { "ada", "bob", "eva" };

  f->store = g_list_store_new (G_TYPE_SIMPLE_ACTION);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GSimpleAction) item = item_new (names[i]);

      g_list_store_append (f->store, item);
    }
  f->rows = gui_list_rows_new (G_LIST_MODEL (f->store));
  f->told = g_string_new (NULL);
  g_signal_connect (f->rows, "row-changed", G_CALLBACK (on_changed), f);
  g_signal_connect (f->rows, "row-inserted", G_CALLBACK (on_inserted), f);
  g_signal_connect (f->rows, "row-deleted", G_CALLBACK (on_deleted), f);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_assert_finalize_object (f->rows);
  g_assert_finalize_object (f->store);
  g_string_free (f->told, TRUE);
}

static void
expect_told (Fixture *f, const char *told)
{
  g_assert_cmpstr (f->told->str, ==, told);
  g_string_truncate (f->told, 0);
  g_assert_cmpint (gtk_tree_model_iter_n_children (GTK_TREE_MODEL (f->rows), NULL), ==,
                   (int) g_list_model_get_n_items (G_LIST_MODEL (f->store)));
}

/* A view keeps its cursor and its place on a row that only changes. */
static void
test_replaced (Fixture *f, gconstpointer data)
{
  g_autoptr (GSimpleAction) other = item_new ("bob-2");
  g_autoptr (GSimpleAction) more = item_new ("bob-3");
  gpointer two[] = { more, other };

  g_list_store_splice (f->store, 1, 1, (gpointer *) &other, 1);
  expect_told (f, "=1");
  g_list_store_splice (f->store, 1, 1, two, 2);
  expect_told (f, "+2=1");
}

static void
test_comes_and_goes (Fixture *f, gconstpointer data)
{
  g_autoptr (GSimpleAction) zoe = item_new ("zoe");

  g_list_store_insert (f->store, 3, zoe);
  expect_told (f, "+3");
  g_list_store_remove (f->store, 0);
  expect_told (f, "-0");
  g_list_store_splice (f->store, 0, 2, (gpointer *) &zoe, 1);
  expect_told (f, "-1=0");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, test) g_test_add ("/gtk/list-rows/" name, Fixture, NULL, set_up, test, tear_down)
  ADD ("replaced", test_replaced);
  ADD ("comes-and-goes", test_comes_and_goes);
#undef ADD
  return g_test_run ();
}
