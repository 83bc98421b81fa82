/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The window: the rooms on one side, the one that is looked at on the other; one beside
 * the other or, where it is narrow, one at a time. What is in a room is the affair of
 * GuiRoomView, which is made when somebody first looks at the room.
 */
#include "config.h"

#include "client-gtk/gui-window.h"

#include <glib/gi18n.h>

#include "client-gtk/gui-connect-dialog.h"
#include "client-gtk/gui-room-row.h"
#include "client-gtk/gui-room-view.h"

struct _GuiWindow
{
  HdyApplicationWindow parent;
  GuiApplication *app; /* (unowned) */
  GListModel *rooms;   /* (owned): of SalRoomModel */
  SalRoomModel *room;  /* (owned) (nullable): the one that is looked at */
  GHashTable *shown;   /* SalRoomModel (owned) -> its GuiRoomView (unowned) */
  GtkWidget *dialog;   /* (unowned) (nullable): "Join a room" */
  int width, height;   /* while it is not maximized */
  gboolean maximized;

  GtkStack *pages;
  HdyLeaflet *leaflet;
  HdyHeaderBar *room_bar;
  HdyHeaderGroup *header_group;
  GtkWidget *sidebar;
  GtkWidget *content;
  GtkListBox *list;
  GtkStack *views;
  GtkMenuButton *menu_button;
  GtkMenuButton *empty_menu_button;
  GtkMenuButton *room_menu_button;
  GtkWidget *empty_join_button;
  GtkWidget *retry_button;
  HdyStatusPage *trouble;
};

G_DEFINE_FINAL_TYPE (GuiWindow, gui_window, HDY_TYPE_APPLICATION_WINDOW)

/* The room that is looked at. */

/* Why it is not connected, and until when, is said in the room. */
static char *
presence_to_subtitle (SalRoomModel *model)
{
  SalPresence presence = sal_room_model_get_presence (model);

  if (presence == SAL_PRESENCE_OFFLINE || presence == SAL_PRESENCE_WAITING)
    return g_strdup (_ ("Not connected"));
  return gui_presence_to_text (model);
}

static void
update_bar (GuiWindow *window)
{
  const char *title = sal_room_model_get_title (window->room);
  g_autofree char *presence = presence_to_subtitle (window->room);
  g_autofree char *window_title = NULL;
  g_autoptr (GMenuModel) menu = gui_room_row_menu_new (window->room);

  hdy_header_bar_set_title (window->room_bar, title);
  hdy_header_bar_set_subtitle (window->room_bar, presence);
  gtk_menu_button_set_menu_model (window->room_menu_button, menu);
  /* TRANSLATORS: the title of the window in lists of windows: a room, and this program */
  window_title = g_strdup_printf (_ ("%s – Salotto"), title);
  gtk_window_set_title (GTK_WINDOW (window), window_title);
}

static void
set_room (GuiWindow *window, SalRoomModel *model)
{
  if (window->room == model)
    return;
  if (window->room != NULL)
    g_signal_handlers_disconnect_by_data (window->room, window);
  g_set_object (&window->room, model);
  if (model == NULL)
    return;
  g_signal_connect_swapped (model, "presence", G_CALLBACK (update_bar), window);
  g_signal_connect_swapped (model, "name", G_CALLBACK (update_bar), window);
  update_bar (window);
}

static GuiRoomView *
get_view (GuiWindow *window, SalRoomModel *model)
{
  GuiRoomView *view = g_hash_table_lookup (window->shown, model);

  if (view != NULL)
    return view;
  view = GUI_ROOM_VIEW (gui_room_view_new (model));
  gtk_widget_show (GTK_WIDGET (view));
  gtk_container_add (GTK_CONTAINER (window->views), GTK_WIDGET (view));
  g_hash_table_insert (window->shown, g_object_ref (model), view);
  return view;
}

static int
position_of (GuiWindow *window, SalRoomModel *model)
{
  guint n = g_list_model_get_n_items (window->rooms);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (SalRoomModel) item = g_list_model_get_item (window->rooms, i);

      if (item == model)
        return (int) i;
    }
  return -1;
}

static void
focus_list (GuiWindow *window)
{
  int position = window->room != NULL ? position_of (window, window->room) : -1;
  GtkListBoxRow *row = gtk_list_box_get_row_at_index (window->list, MAX (position, 0));

  if (row != NULL)
    gtk_widget_grab_focus (GTK_WIDGET (row));
}

/* Beside the list the room that is looked at is marked in it; alone, the list has
 * nothing to mark. */
static void
update_selection (GuiWindow *window)
{
  int position = window->room != NULL ? position_of (window, window->room) : -1;

  if (hdy_leaflet_get_folded (window->leaflet))
    {
      gtk_list_box_set_selection_mode (window->list, GTK_SELECTION_NONE);
      if (hdy_leaflet_get_visible_child (window->leaflet) == window->sidebar)
        focus_list (window);
      return;
    }
  gtk_list_box_set_selection_mode (window->list, GTK_SELECTION_SINGLE);
  gtk_list_box_select_row (
      window->list, position < 0 ? NULL : gtk_list_box_get_row_at_index (window->list, position));
}

/* Makes the room the one that is looked at, or would be if the window were wider. */
static void
choose_room (GuiWindow *window, SalRoomModel *model)
{
  GuiRoomView *view = get_view (window, model);

  gtk_stack_set_visible_child (window->views, GTK_WIDGET (view));
  set_room (window, model);
  update_selection (window);
}

/**
 * gui_window_show_room:
 * @model: one of the rooms that are kept
 */
void
gui_window_show_room (GuiWindow *window, SalRoomModel *model)
{
  choose_room (window, model);
  hdy_leaflet_set_visible_child (window->leaflet, window->content);
  gui_room_view_focus (g_hash_table_lookup (window->shown, model));
}

static void
on_row_activated (GtkListBox *list, GtkListBoxRow *row, GuiWindow *window)
{
  gui_window_show_room (window, gui_room_row_get_model (GUI_ROOM_ROW (row)));
}

/* The rooms. */

static GtkWidget *
make_row (gpointer item, gpointer data)
{
  return gui_room_row_new (item);
}

static void
drop_views (GuiWindow *window)
{
  GHashTableIter iter;
  gpointer model = NULL, view = NULL;

  g_hash_table_iter_init (&iter, window->shown);
  while (g_hash_table_iter_next (&iter, &model, &view))
    if (position_of (window, model) < 0)
      {
        gtk_widget_destroy (GTK_WIDGET (view));
        g_hash_table_iter_remove (&iter);
      }
}

static void
on_rooms_changed (GuiWindow *window, guint position, guint removed, guint added)
{
  guint n = g_list_model_get_n_items (window->rooms);

  if (window->room != NULL && position_of (window, window->room) < 0)
    {
      set_room (window, NULL);
      hdy_leaflet_set_visible_child (window->leaflet, window->sidebar);
    }
  drop_views (window);
  if (n == 0)
    {
      gtk_window_set_title (GTK_WINDOW (window), _ ("Salotto"));
      gtk_stack_set_visible_child_name (window->pages, "empty");
      gtk_widget_grab_focus (window->empty_join_button);
      return;
    }
  if (window->room == NULL)
    {
      g_autoptr (SalRoomModel) first = g_list_model_get_item (window->rooms, MIN (position, n - 1));

      choose_room (window, first);
    }
  else
    update_selection (window);
  gtk_stack_set_visible_child_name (window->pages, "rooms");
}

static SalRoomModel *
dup_room_by_id (GuiWindow *window, gint64 id)
{
  guint n = g_list_model_get_n_items (window->rooms);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (SalRoomModel) model = g_list_model_get_item (window->rooms, i);

      if (sal_room_model_get_id (model) == id)
        return g_steal_pointer (&model);
    }
  return NULL;
}

/* Joining. */

static GuiConnectDialog *
open_dialog (GuiWindow *window)
{
  if (window->dialog == NULL)
    {
      window->dialog = gui_connect_dialog_new (window->app, GTK_WINDOW (window));
      g_object_add_weak_pointer (G_OBJECT (window->dialog), (gpointer *) &window->dialog);
    }
  gtk_window_present (GTK_WINDOW (window->dialog));
  return GUI_CONNECT_DIALOG (window->dialog);
}

/**
 * gui_window_join:
 * @uri: (nullable): an address to begin with
 * @error: (nullable): what is wrong with it
 *
 * Opens the dialog "Join a room", or brings it forward.
 */
void
gui_window_join (GuiWindow *window, const char *uri, const GError *error)
{
  GuiConnectDialog *dialog = open_dialog (window);

  if (uri != NULL)
    gui_connect_dialog_fill (dialog, uri, error);
}

/* Without a store. */

/**
 * gui_window_show_trouble:
 * @error: why the store cannot be opened
 *
 * Asks what to do about it.
 */
void
gui_window_show_trouble (GuiWindow *window, const GError *error)
{
  g_autofree char *text =
      g_strdup_printf ("%s\n\n%s", error->message,
                       _ ("Your rooms and what was said in them are kept in this file."));
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  hdy_status_page_set_description (window->trouble, escaped);
  gtk_stack_set_visible_child_name (window->pages, "trouble");
  gtk_widget_grab_focus (window->retry_button);
}

static void
try_store (GuiWindow *window, gboolean temporary)
{
  g_autoptr (GError) error = NULL;

  if (!gui_application_open_store (window->app, temporary, &error))
    gui_window_show_trouble (window, error);
  else
    on_rooms_changed (window, 0, 0, 0);
}

static void
on_retry (GuiWindow *window)
{
  try_store (window, FALSE);
}

static void
on_go_on (GuiWindow *window)
{
  try_store (window, TRUE);
}

/* Actions. */

static void
on_connect_room (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  g_autoptr (SalRoomModel) model = dup_room_by_id (data, g_variant_get_int64 (parameter));

  if (model != NULL)
    sal_room_model_connect (model);
}

static void
on_leave_room (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  g_autoptr (SalRoomModel) model = dup_room_by_id (data, g_variant_get_int64 (parameter));

  if (model != NULL)
    sal_room_model_leave (model);
}

static void
on_forget_response (GtkDialog *dialog, int response, GuiWindow *window)
{
  SalRoomModel *model = g_object_get_data (G_OBJECT (dialog), "room");

  if (response == GTK_RESPONSE_ACCEPT && gui_application_keeps_room (window->app, model))
    gui_application_forget_room (window->app, model);
  gtk_widget_destroy (GTK_WIDGET (dialog));
}

static void
on_forget_room (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GuiWindow *window = data;
  g_autoptr (SalRoomModel) model = dup_room_by_id (window, g_variant_get_int64 (parameter));
  GtkWidget *dialog = NULL;
  GtkWidget *forget = NULL;

  if (model == NULL)
    return;
  dialog = gtk_message_dialog_new (
      GTK_WINDOW (window), GTK_DIALOG_MODAL | GTK_DIALOG_DESTROY_WITH_PARENT, GTK_MESSAGE_QUESTION,
      GTK_BUTTONS_NONE, _ ("Forget “%s”?"), sal_room_model_get_title (model));
  gtk_message_dialog_format_secondary_text (
      GTK_MESSAGE_DIALOG (dialog),
      _ ("You leave it, and what was said there is deleted from this computer."));
  gtk_dialog_add_button (GTK_DIALOG (dialog), _ ("_Cancel"), GTK_RESPONSE_CANCEL);
  forget = gtk_dialog_add_button (GTK_DIALOG (dialog), _ ("_Forget"), GTK_RESPONSE_ACCEPT);
  gtk_style_context_add_class (gtk_widget_get_style_context (forget), "destructive-action");
  gtk_dialog_set_default_response (GTK_DIALOG (dialog), GTK_RESPONSE_CANCEL);
  g_object_set_data_full (G_OBJECT (dialog), "room", g_object_ref (model), g_object_unref);
  g_signal_connect (dialog, "response", G_CALLBACK (on_forget_response), window);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
show_position (GuiWindow *window, int position)
{
  g_autoptr (SalRoomModel) model = NULL;

  if (position >= 0)
    model = g_list_model_get_item (window->rooms, (guint) position);
  if (model != NULL)
    gui_window_show_room (window, model);
}

static void
on_room (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  show_position (data, g_variant_get_int32 (parameter) - 1);
}

static void
go (GuiWindow *window, int by)
{
  int n = (int) g_list_model_get_n_items (window->rooms);

  if (n > 0 && window->room != NULL)
    show_position (window, (position_of (window, window->room) + by + n) % n);
}

static void
on_previous_room (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  go (data, -1);
}

static void
on_next_room (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  go (data, 1);
}

static void
on_back (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GuiWindow *window = data;

  if (!hdy_leaflet_get_folded (window->leaflet))
    return;
  hdy_leaflet_set_visible_child (window->leaflet, window->sidebar);
  focus_list (window);
}

static void
on_menu (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GuiWindow *window = data;
  GtkMenuButton *button = window->menu_button;

  if (g_str_equal (gtk_stack_get_visible_child_name (window->pages), "empty"))
    button = window->empty_menu_button;
  else if (hdy_leaflet_get_folded (window->leaflet) &&
           hdy_leaflet_get_visible_child (window->leaflet) == window->content)
    button = window->room_menu_button;
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button),
                                !gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (button)));
}

static void
on_shortcuts (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  g_autoptr (GtkBuilder) builder =
      gtk_builder_new_from_resource ("/org/salotto/Salotto/gui-shortcuts.ui");
  GtkWindow *shortcuts = GTK_WINDOW (gtk_builder_get_object (builder, "shortcuts"));

  gtk_window_set_transient_for (shortcuts, data);
  gtk_window_present (shortcuts);
}

static void
on_close (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  gtk_window_close (data);
}

static const GActionEntry actions[] = {
  { .name = "connect-room", .activate = on_connect_room, .parameter_type = "x" },
  { .name = "leave-room", .activate = on_leave_room, .parameter_type = "x" },
  { .name = "forget-room", .activate = on_forget_room, .parameter_type = "x" },
  { .name = "room", .activate = on_room, .parameter_type = "i" },
  { .name = "previous-room", .activate = on_previous_room },
  { .name = "next-room", .activate = on_next_room },
  { .name = "back", .activate = on_back },
  { .name = "menu", .activate = on_menu },
  { .name = "shortcuts", .activate = on_shortcuts },
  { .name = "close", .activate = on_close },
};

/* The window itself. */

static void
gui_window_size_allocate (GtkWidget *widget, GtkAllocation *allocation)
{
  GuiWindow *window = GUI_WINDOW (widget);

  GTK_WIDGET_CLASS (gui_window_parent_class)->size_allocate (widget, allocation);
  if (!window->maximized)
    gtk_window_get_size (GTK_WINDOW (widget), &window->width, &window->height);
}

static gboolean
gui_window_state_event (GtkWidget *widget, GdkEventWindowState *event)
{
  GUI_WINDOW (widget)->maximized =
      (event->new_window_state &
       (GDK_WINDOW_STATE_MAXIMIZED | GDK_WINDOW_STATE_FULLSCREEN | GDK_WINDOW_STATE_TILED)) != 0;
  return GTK_WIDGET_CLASS (gui_window_parent_class)->window_state_event != NULL
             ? GTK_WIDGET_CLASS (gui_window_parent_class)->window_state_event (widget, event)
             : GDK_EVENT_PROPAGATE;
}

static void
save_size (GuiWindow *window)
{
  GSettings *settings = gui_application_get_settings (window->app);

  if (window->width > 0 && window->height > 0)
    {
      g_settings_set_int (settings, "window-width", MAX (window->width, 200));
      g_settings_set_int (settings, "window-height", MAX (window->height, 200));
    }
  g_settings_set_boolean (settings, "window-maximized",
                          gtk_window_is_maximized (GTK_WINDOW (window)));
}

static void
gui_window_hide (GtkWidget *widget)
{
  save_size (GUI_WINDOW (widget));
  GTK_WIDGET_CLASS (gui_window_parent_class)->hide (widget);
}

/* Closing the only window is quitting: the rooms get their goodbye. */
static gboolean
gui_window_delete_event (GtkWidget *widget, GdkEventAny *event)
{
  g_action_group_activate_action (G_ACTION_GROUP (GUI_WINDOW (widget)->app), "quit", NULL);
  return GDK_EVENT_STOP;
}

static void
gui_window_dispose (GObject *object)
{
  GuiWindow *window = GUI_WINDOW (object);

  if (window->rooms != NULL)
    g_signal_handlers_disconnect_by_data (window->rooms, window);
  set_room (window, NULL);
  g_hash_table_remove_all (window->shown);
  g_clear_object (&window->rooms);
  G_OBJECT_CLASS (gui_window_parent_class)->dispose (object);
}

static void
gui_window_finalize (GObject *object)
{
  g_hash_table_unref (GUI_WINDOW (object)->shown);
  if (GUI_WINDOW (object)->dialog != NULL)
    g_object_remove_weak_pointer (G_OBJECT (GUI_WINDOW (object)->dialog),
                                  (gpointer *) &GUI_WINDOW (object)->dialog);
  G_OBJECT_CLASS (gui_window_parent_class)->finalize (object);
}

static void
gui_window_class_init (GuiWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gui_window_dispose;
  G_OBJECT_CLASS (klass)->finalize = gui_window_finalize;
  widget_class->size_allocate = gui_window_size_allocate;
  widget_class->window_state_event = gui_window_state_event;
  widget_class->hide = gui_window_hide;
  widget_class->delete_event = gui_window_delete_event;

  gtk_widget_class_set_template_from_resource (widget_class, "/org/salotto/Salotto/gui-window.ui");
  gtk_widget_class_bind_template_child (widget_class, GuiWindow, pages);
  gtk_widget_class_bind_template_child (widget_class, GuiWindow, leaflet);
  gtk_widget_class_bind_template_child (widget_class, GuiWindow, room_bar);
  gtk_widget_class_bind_template_child (widget_class, GuiWindow, header_group);
  gtk_widget_class_bind_template_child (widget_class, GuiWindow, sidebar);
  gtk_widget_class_bind_template_child (widget_class, GuiWindow, content);
  gtk_widget_class_bind_template_child (widget_class, GuiWindow, list);
  gtk_widget_class_bind_template_child (widget_class, GuiWindow, views);
  gtk_widget_class_bind_template_child (widget_class, GuiWindow, menu_button);
  gtk_widget_class_bind_template_child (widget_class, GuiWindow, empty_menu_button);
  gtk_widget_class_bind_template_child (widget_class, GuiWindow, room_menu_button);
  gtk_widget_class_bind_template_child (widget_class, GuiWindow, empty_join_button);
  gtk_widget_class_bind_template_child (widget_class, GuiWindow, retry_button);
  gtk_widget_class_bind_template_child (widget_class, GuiWindow, trouble);
  gtk_widget_class_bind_template_callback (widget_class, on_row_activated);
  gtk_widget_class_bind_template_callback (widget_class, on_retry);
  gtk_widget_class_bind_template_callback (widget_class, on_go_on);
}

static void
gui_window_init (GuiWindow *window)
{
  window->shown = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  gtk_widget_init_template (GTK_WIDGET (window));
  g_action_map_add_action_entries (G_ACTION_MAP (window), actions, G_N_ELEMENTS (actions), window);
  g_signal_connect_swapped (window->leaflet, "notify::folded", G_CALLBACK (update_selection),
                            window);
}

/**
 * gui_window_new:
 * @app: (transfer none): whose rooms it shows
 *
 * Returns: (transfer none): the window, not shown yet; GTK owns it.
 */
GuiWindow *
gui_window_new (GuiApplication *app)
{
  GuiWindow *window = g_object_new (GUI_TYPE_WINDOW, "application", app, NULL);
  GSettings *settings = gui_application_get_settings (app);

  window->app = app;
  window->rooms = g_object_ref (gui_application_get_rooms (app));
  gtk_list_box_bind_model (window->list, window->rooms, make_row, NULL, NULL);
  g_signal_connect_object (window->rooms, "items-changed", G_CALLBACK (on_rooms_changed), window,
                           G_CONNECT_SWAPPED);
  gtk_window_set_default_size (GTK_WINDOW (window), g_settings_get_int (settings, "window-width"),
                               g_settings_get_int (settings, "window-height"));
  if (g_settings_get_boolean (settings, "window-maximized"))
    gtk_window_maximize (GTK_WINDOW (window));
  on_rooms_changed (window, 0, 0, 0);
  return window;
}
