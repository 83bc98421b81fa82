/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The window with the rooms of a server, and the rooms of a person, in the test's own process: how
 * the rows look and where they stay, which nobody can ask a program about, and what is left of
 * rooms that are gone.
 */
#include "config.h"

#include <glib/gstdio.h>
#include <gtk/gtk.h>

#include "client-gtk/gui-list-rows.h"
#include "client-gtk/gui-password-dialog.h"
#include "client-gtk/gui-questions.h"
#include "client-gtk/gui-room-list.h"
#include "client-gtk/gui-rooms.h"
#include "common/client/sal-server-private.h"
#include "tests/lib/test-process.h"

/* More than fit into the window. */
#define ROOMS 200

/* Nobody answers there, and nobody is asked. */
#define URI "irc://127.0.0.1:1"

typedef struct
{
  TestFolder *folder;  /* (owned) */
  SalStore *store;     /* (owned) */
  SalServer *server;   /* (owned) */
  SalRoomList *listed; /* (unowned): its rooms */
  GtkWidget *window;   /* (owned) */
  GtkTreeView *view;   /* (unowned) */
  guint patience;      /* of the main loop: until then, all has to be as it should */
} Fixture;

static gboolean
on_patience_over (gpointer data)
{
  g_error ("the window does not show what it should");
  return G_SOURCE_REMOVE;
}

static void
find_view (GtkWidget *widget, gpointer data)
{
  GtkTreeView **view = data;

  if (GTK_IS_TREE_VIEW (widget))
    *view = GTK_TREE_VIEW (widget);
  else if (GTK_IS_CONTAINER (widget))
    gtk_container_forall (GTK_CONTAINER (widget), find_view, data);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_autoptr (SalStoredServer) row = NULL;
  g_autoptr (GError) error = NULL;

  f->patience = g_timeout_add (3 * TEST_PATIENCE_MS, on_patience_over, NULL);
  f->folder = test_folder_new ();
  path = test_folder_file (f->folder, "rooms.db");
  f->store = sal_store_open (path, &error);
  g_assert_no_error (error);
  g_assert_cmpint (sal_store_add_server (f->store, URI, "Ada", &error), >, 0);
  row = sal_store_find_server (f->store, URI);
  f->server = sal_server_new (f->store, row, &error);
  g_assert_no_error (error);
  f->listed = sal_server_get_room_list (f->server);
  f->window = g_object_ref_sink (gui_room_list_new ());
  gtk_window_set_default_size (GTK_WINDOW (f->window), 500, 400);
  gui_room_list_show_server (GUI_ROOM_LIST (f->window), f->server, NULL);
  gtk_window_present (GTK_WINDOW (f->window));
  find_view (f->window, &f->view);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_source_remove (f->patience);
  gtk_widget_destroy (f->window);
  g_object_unref (f->window);
  g_assert_finalize_object (f->server);
  sal_store_close (f->store);
  g_assert_finalize_object (f->store);
  test_folder_free (f->folder);
}

/* As a server tells of them; not the fullest first. */
static void
list_rooms (Fixture *f, guint more)
{
  for (guint i = 0; i < ROOMS; i++)
    {
      g_autofree char *name = g_strdup_printf ("#room%u", i);

      sal_room_list_add (f->listed, name, i + more, "what is said there");
    }
  sal_room_list_end (f->listed, SAL_ROOM_LIST_COMPLETE, NULL);
}

/* Returns: (transfer full) (nullable): the room in that row. */
static SalListedRoom *
dup_room (Fixture *f, GtkTreePath *path)
{
  GtkTreeModel *model = gtk_tree_view_get_model (f->view);
  GtkTreeIter iter;

  if (model == NULL || !gtk_tree_model_get_iter (model, &iter, path))
    return NULL;
  return gui_list_rows_get (GUI_LIST_ROWS (model), &iter);
}

/* Returns: (transfer full) (nullable): the room on top of what can be seen. */
static SalListedRoom *
dup_top (Fixture *f)
{
  g_autoptr (GtkTreePath) first = NULL;

  return gtk_tree_view_get_visible_range (f->view, &first, NULL) ? dup_room (f, first) : NULL;
}

static void
expect_top (Fixture *f, const char *name, guint people)
{
  for (;;)
    {
      g_autoptr (SalListedRoom) top = dup_top (f);

      if (top != NULL && sal_listed_room_get_people (top) == people)
        {
          g_assert_cmpstr (sal_listed_room_get_name (top), ==, name);
          return;
        }
      g_main_context_iteration (NULL, TRUE);
    }
}

/* Returns: how many people are in the room on top, once somebody has scrolled there. */
static guint
scroll (Fixture *f, int row)
{
  g_autoptr (GtkTreePath) path = gtk_tree_path_new_from_indices (row, -1);
  g_autoptr (SalListedRoom) before = dup_top (f);

  gtk_tree_view_scroll_to_cell (f->view, path, NULL, TRUE, 0, 0);
  for (;;)
    {
      g_autoptr (SalListedRoom) top = dup_top (f);

      if (top != before)
        return sal_listed_room_get_people (top);
      g_main_context_iteration (NULL, TRUE);
    }
}

static void
begin (Fixture *f)
{
  sal_room_list_begin (f->listed);
  list_rooms (f, 0);
  expect_top (f, "#room199", 199);
}

/* Where somebody has scrolled to, they stay when the server is asked again; until it has answered,
 * its rooms are those of before. */
static void
test_again (Fixture *f, gconstpointer data)
{
  g_autoptr (GtkTreePath) cursor = gtk_tree_path_new_from_indices (3, -1);
  g_autoptr (GtkTreePath) moved = NULL;
  g_autoptr (SalListedRoom) chosen = NULL;
  g_autofree char *name = NULL;
  guint people = 0;

  begin (f);
  gtk_tree_view_set_cursor (f->view, cursor, NULL, FALSE);
  people = scroll (f, 100);
  name = g_strdup_printf ("#room%u", people);

  sal_room_list_begin (f->listed);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  expect_top (f, name, people);
  list_rooms (f, 1000);
  expect_top (f, name, people + 1000);
  gtk_tree_view_get_cursor (f->view, &moved, NULL);
  chosen = dup_room (f, moved);
  g_assert_cmpstr (sal_listed_room_get_name (chosen), ==, "#room196");
}

/* Whoever has not scrolled sees what is on top now. */
static void
test_again_from_above (Fixture *f, gconstpointer data)
{
  begin (f);
  sal_room_list_begin (f->listed);
  sal_room_list_add (f->listed, "#new", 5000, "");
  list_rooms (f, 0);
  expect_top (f, "#new", 5000);
}

/* What has come is shown at once if something else is looked for meanwhile. */
static void
test_look_meanwhile (Fixture *f, gconstpointer data)
{
  begin (f);
  sal_room_list_begin (f->listed);
  sal_room_list_add (f->listed, "#early", 7, "");
  gui_room_list_show_server (GUI_ROOM_LIST (f->window), f->server, "early");
  expect_top (f, "#early", 7);
}

static void
find_arrow (GtkWidget *widget, gpointer data)
{
  gboolean *found = data;

  if (GTK_IS_IMAGE (widget) && gtk_widget_get_visible (widget) &&
      gtk_widget_get_opacity (widget) > 0)
    *found = TRUE;
  else if (GTK_IS_CONTAINER (widget))
    gtk_container_forall (GTK_CONTAINER (widget), find_arrow, data);
}

static gboolean
has_arrow (Fixture *f, int column)
{
  GtkTreeViewColumn *it = gtk_tree_view_get_column (f->view, column);
  gboolean found = FALSE;

  find_arrow (gtk_tree_view_column_get_button (it), &found);
  return found;
}

/* By what they are sorted can be seen, also after other rows have come. */
static void
test_arrow (Fixture *f, gconstpointer data)
{
  begin (f);
  g_assert_false (has_arrow (f, 0));
  g_assert_true (has_arrow (f, 1));
  gtk_tree_view_column_clicked (gtk_tree_view_get_column (f->view, 0));
  expect_top (f, "#room0", 0);
  g_assert_true (has_arrow (f, 0));
  g_assert_false (has_arrow (f, 1));
  gtk_tree_view_column_clicked (gtk_tree_view_get_column (f->view, 0));
  expect_top (f, "#room99", 99);
  g_assert_cmpint (gtk_tree_view_column_get_sort_order (gtk_tree_view_get_column (f->view, 0)), ==,
                   GTK_SORT_DESCENDING);
}

/* A number of people is not cut off in the window as it opens. */
static void
test_figures (Fixture *f, gconstpointer data)
{
  g_autoptr (PangoLayout) figures = gtk_widget_create_pango_layout (f->window, "1234567");
  GtkTreeViewColumn *column = gtk_tree_view_get_column (f->view, 1);
  g_autoptr (GList) cells = gtk_cell_layout_get_cells (GTK_CELL_LAYOUT (column));
  int width = 0;
  int pad = 0;

  begin (f);
  pango_layout_get_pixel_size (figures, &width, NULL);
  gtk_cell_renderer_get_padding (cells->data, &pad, NULL);
  g_assert_cmpint (gtk_tree_view_column_get_width (column), >=, width + 2 * pad);
}

/* A room that was tried and then forgotten by its server is not taken for one that comes later. */
static void
test_tried (void)
{
  g_autoptr (GtkApplication) app = gtk_application_new (NULL, G_APPLICATION_DEFAULT_FLAGS);
  g_autoptr (GSettings) settings = g_settings_new ("org.salotto.Salotto");
  GuiNotifier *notifier = gui_notifier_new (app, settings);
  GuiRooms *rooms = gui_rooms_new (settings, notifier);
  SalServer *server = NULL;
  SalRoomModel *kept = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (gui_rooms_open (rooms, TRUE, &error));
  kept = gui_rooms_try (rooms, URI "/kept", "Ada", &error);
  g_assert_no_error (error);
  gui_rooms_keep (rooms, kept);
  server = sal_room_model_get_server (kept);
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *uri = g_strdup_printf (URI "/tried%u", i);
      g_autofree char *place = g_strdup_printf ("#later%u", i);
      SalRoomModel *tried = gui_rooms_try (rooms, uri, NULL, NULL);
      SalRoomModel *later = NULL;

      g_assert_false (gui_rooms_keeps (rooms, tried));
      sal_server_forget_room (server, tried);
      /* Of the same size, it comes to lie where the other lay. */
      later = sal_server_join (server, place, NULL, NULL);
      g_assert_true (gui_rooms_keeps (rooms, later));
    }
  gui_rooms_free (rooms);
  gui_notifier_free (notifier);
}

/* The servers stand where they stood the last time, whichever was heard last. */
static void
test_order (void)
{
  g_autoptr (GtkApplication) app = gtk_application_new (NULL, G_APPLICATION_DEFAULT_FLAGS);
  g_autoptr (GSettings) settings = g_settings_new ("org.salotto.Salotto");
  GuiNotifier *notifier = gui_notifier_new (app, settings);
  GuiRooms *rooms = gui_rooms_new (settings, notifier);
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "salotto", NULL);
  g_autofree char *path = g_build_filename (folder, "rooms.db", NULL);
  g_autoptr (SalStoredServer) older = NULL;
  g_autoptr (SalRoomModel) first = NULL;
  g_autoptr (GError) error = NULL;
  SalStore *store = NULL;

  g_assert_no_errno (g_mkdir_with_parents (folder, 0700));
  store = sal_store_open (path, &error);
  g_assert_no_error (error);
  g_assert_cmpint (sal_store_add_server (store, "irc://127.0.0.1:1", "Ada", NULL), >, 0);
  g_assert_cmpint (sal_store_add_server (store, "irc://127.0.0.1:2", "Ada", NULL), >, 0);
  older = sal_store_find_server (store, "irc://127.0.0.1:1");
  older->last_used_us = g_get_real_time ();
  sal_store_update_server (store, older);
  sal_store_close (store);
  g_assert_finalize_object (store);

  g_assert_true (gui_rooms_open (rooms, FALSE, &error));
  first = g_list_model_get_item (gui_rooms_get_list (rooms), 0);
  g_assert_cmpstr (sal_room_model_get_host (first), ==, "127.0.0.1:2");
  g_clear_object (&first);
  gui_rooms_free (rooms);
  gui_notifier_free (notifier);
  g_assert_no_errno (g_unlink (path));
}

/* Returns: the server of a room that is kept from now on; it comes to be above the others. */
static SalServer *
keep_server (GuiRooms *rooms, const char *uri)
{
  g_autoptr (GError) error = NULL;
  SalRoomModel *room = gui_rooms_try (rooms, uri, "Ada", &error);

  g_assert_no_error (error);
  gui_rooms_keep (rooms, room);
  return sal_room_model_get_server (room);
}

/* Returns: (nullable): the dialog that asks for a password, if it can be seen. */
static GtkWidget *
find_dialog (void)
{
  g_autoptr (GList) tops = gtk_window_list_toplevels ();

  for (GList *at = tops; at != NULL; at = at->next)
    if (GUI_IS_PASSWORD_DIALOG (at->data) && gtk_widget_get_visible (at->data))
      return at->data;
  return NULL;
}

static void
find_password (GtkWidget *widget, gpointer data)
{
  GtkEntry **entry = data;

  if (GTK_IS_ENTRY (widget) && !gtk_entry_get_visibility (GTK_ENTRY (widget)))
    *entry = GTK_ENTRY (widget);
  else if (GTK_IS_CONTAINER (widget))
    gtk_container_forall (GTK_CONTAINER (widget), find_password, data);
}

/* Somebody types a password, and another server comes to want one: what was typed stays, and they are
 * asked one after the other, each with the reason for it. */
static void
test_questions (void)
{
  g_autoptr (GtkApplication) app = gtk_application_new (NULL, G_APPLICATION_DEFAULT_FLAGS);
  g_autoptr (GSettings) settings = g_settings_new ("org.salotto.Salotto");
  GuiNotifier *notifier = gui_notifier_new (app, settings);
  GuiRooms *rooms = gui_rooms_new (settings, notifier);
  GtkWidget *window = gtk_window_new (GTK_WINDOW_TOPLEVEL);
  GuiQuestions *questions = gui_questions_new (rooms, GTK_WINDOW (window));
  g_autofree char *reason = NULL;
  g_autoptr (GError) error = NULL;
  SalServer *older = NULL;
  SalServer *newer = NULL;
  GtkWidget *dialog = NULL;
  GtkEntry *password = NULL;

  g_assert_true (gui_rooms_open (rooms, TRUE, &error));
  older = keep_server (rooms, "irc://127.0.0.1:1/older");
  newer = keep_server (rooms, "irc://127.0.0.1:2/newer");
  sal_server_wait_for_person (newer, SAL_QUESTION_PASSWORD,
                              g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "not that one"));
  dialog = find_dialog ();
  g_assert_nonnull (dialog);
  g_object_get (dialog, "secondary-text", &reason, NULL);
  g_assert_cmpstr (reason, ==, "not that one");
  find_password (dialog, &password);
  gtk_entry_set_text (password, "open ses");

  sal_server_wait_for_person (older, SAL_QUESTION_PASSWORD, NULL);
  g_assert_cmpstr (gtk_entry_get_text (password), ==, "open ses");
  sal_server_ask (older, SAL_QUESTION_NONE);
  g_assert_cmpstr (gtk_entry_get_text (password), ==, "open ses");
  sal_server_ask (older, SAL_QUESTION_PASSWORD);

  gtk_dialog_response (GTK_DIALOG (dialog), GTK_RESPONSE_CANCEL);
  g_assert_true (find_dialog () == dialog);
  g_assert_cmpstr (gtk_entry_get_text (password), ==, "");
  sal_server_ask (older, SAL_QUESTION_NONE);
  g_assert_null (find_dialog ());

  gui_questions_free (questions);
  gtk_widget_destroy (window);
  gui_rooms_free (rooms);
  gui_notifier_free (notifier);
}

int
main (int argc, char **argv)
{
  gtk_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);

#define ADD(path, func) g_test_add ("/gtk/rooms/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("asked-again", test_again);
  ADD ("asked-again-from-above", test_again_from_above);
  ADD ("looked-for-meanwhile", test_look_meanwhile);
  ADD ("arrow", test_arrow);
  ADD ("figures", test_figures);
#undef ADD
  g_test_add_func ("/gtk/rooms/tried", test_tried);
  g_test_add_func ("/gtk/rooms/order", test_order);
  g_test_add_func ("/gtk/rooms/questions", test_questions);
  return g_test_run ();
}
