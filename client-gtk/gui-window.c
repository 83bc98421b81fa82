/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The window: the rooms on one side, the one that is looked at on the other; one beside
 * the other or, where it is narrow, one at a time. What is in a room is the affair of
 * GuiRoomView, which is made when somebody first looks at the room.
 */
#include "config.h"

#include "client-gtk/gui-window.h"

#include <glib/gi18n.h>

#include "client-gtk/gui-address.h"
#include "client-gtk/gui-connect-dialog.h"
#include "client-gtk/gui-preferences.h"
#include "client-gtk/gui-room-row.h"
#include "client-gtk/gui-room-view.h"

/* The windows in front of this one, in pixels. */
#define DIALOG_WIDTH 420
#define PREFERENCES_WIDTH 480
#define PREFERENCES_HEIGHT 460
#define NARROWEST 320

struct _GuiWindow
{
  HdyApplicationWindow parent;
  GuiRooms *rooms;        /* (unowned) */
  GListModel *list_model; /* (unowned): of SalRoomModel, of the rooms */
  GSettings *settings;    /* (owned) */
  SalRoomModel *room;     /* (owned) (nullable): the one that is looked at */
  GHashTable *shown;      /* SalRoomModel (owned) -> its GuiRoomView (unowned) */
  char *address;          /* (owned) (nullable): to be opened when the store is */
  int width, height;      /* while it is not maximized */
  gboolean maximized;

  /* (unowned) (nullable): made when they are first wanted, then hidden and shown. GTK does
   * not like to be asked by a screen reader about windows that are gone. */
  GtkWidget *dialog;
  GtkWidget *preferences;
  GtkWidget *shortcuts;
  GtkWidget *question; /* whether to forget a room ... */
  gint64 in_question;  /* ... which has this number */

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
  guint n = g_list_model_get_n_items (window->list_model);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (SalRoomModel) item = g_list_model_get_item (window->list_model, i);

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

/* The page for as many rooms as there are. */
static void
show_rooms (GuiWindow *window)
{
  if (g_list_model_get_n_items (window->list_model) > 0)
    {
      gtk_stack_set_visible_child_name (window->pages, "rooms");
      return;
    }
  gtk_window_set_title (GTK_WINDOW (window), _ ("Salotto"));
  gtk_stack_set_visible_child_name (window->pages, "empty");
  gtk_widget_grab_focus (window->empty_join_button);
}

static void
on_rooms_changed (GuiWindow *window, guint position, guint removed, guint added)
{
  guint n = g_list_model_get_n_items (window->list_model);

  if (window->room != NULL && position_of (window, window->room) < 0)
    {
      set_room (window, NULL);
      hdy_leaflet_set_visible_child (window->leaflet, window->sidebar);
    }
  drop_views (window);
  if (window->room == NULL && n > 0)
    {
      g_autoptr (SalRoomModel) next =
          g_list_model_get_item (window->list_model, MIN (position, n - 1));

      choose_room (window, next);
    }
  update_selection (window);
  show_rooms (window);
}

static SalRoomModel *
dup_room_by_id (GuiWindow *window, gint64 id)
{
  int position = gui_rooms_find_id (window->rooms, id);

  return position < 0 ? NULL : g_list_model_get_item (window->list_model, (guint) position);
}

/* Joining. */

/* A window in front of this one, which is hidden when it is closed. */
static void
keep (GuiWindow *window, GtkWidget **place, GtkWidget *other)
{
  gtk_window_set_transient_for (GTK_WINDOW (other), GTK_WINDOW (window));
  g_signal_connect (other, "delete-event", G_CALLBACK (gtk_widget_hide_on_delete), NULL);
  g_set_weak_pointer (place, other);
}

/* Not wider than this window, where that is narrow. */
static void
fit (GuiWindow *window, GtkWidget *other, int width, int height)
{
  int most = 0;

  gtk_window_get_size (GTK_WINDOW (window), &most, NULL);
  gtk_window_resize (GTK_WINDOW (other), CLAMP (most - 24, NARROWEST, width), height);
}

static void
on_entered (GuiConnectDialog *dialog, SalRoomModel *model, GuiWindow *window)
{
  gui_rooms_keep (window->rooms, model);
  gui_window_show_room (window, model);
}

static GuiConnectDialog *
open_dialog (GuiWindow *window)
{
  if (window->dialog == NULL)
    {
      keep (window, &window->dialog, gui_connect_dialog_new (window->rooms, window->settings));
      g_signal_connect (window->dialog, "entered", G_CALLBACK (on_entered), window);
    }
  if (!gtk_widget_get_visible (window->dialog))
    {
      gui_connect_dialog_reset (GUI_CONNECT_DIALOG (window->dialog));
      fit (window, window->dialog, DIALOG_WIDTH, 1);
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
  GuiConnectDialog *dialog = NULL;

  if (gui_rooms_get_store (window->rooms) == NULL)
    return;
  dialog = open_dialog (window);
  if (uri != NULL)
    gui_connect_dialog_fill (dialog, uri, error);
}

/**
 * gui_window_open_address:
 * @uri: where, as people write it
 *
 * Joins the room, and shows it. While the store cannot be opened, the address waits.
 *
 * Returns: whether it is an address; if not, @error says what is wrong with it.
 */
gboolean
gui_window_open_address (GuiWindow *window, const char *uri, GError **error)
{
  SalRoomModel *model = NULL;

  if (gui_rooms_get_store (window->rooms) == NULL)
    {
      g_free (window->address);
      window->address = gui_address_normalize (uri, error);
      return window->address != NULL;
    }
  model = gui_rooms_try (window->rooms, uri, NULL, error);
  if (model == NULL)
    return FALSE;
  gui_rooms_keep (window->rooms, model);
  gui_window_show_room (window, model);
  return TRUE;
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
  g_autofree char *address = NULL;

  if (!gui_rooms_open (window->rooms, temporary, &error))
    {
      gui_window_show_trouble (window, error);
      return;
    }
  show_rooms (window);
  address = g_steal_pointer (&window->address);
  if (address != NULL && !gui_window_open_address (window, address, &error))
    gui_window_join (window, address, error);
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
on_forget_response (GtkWidget *question, int response, GuiWindow *window)
{
  g_autoptr (SalRoomModel) model = dup_room_by_id (window, window->in_question);

  gtk_widget_hide (question);
  if (response == GTK_RESPONSE_ACCEPT && model != NULL)
    gui_rooms_forget (window->rooms, model);
}

static GtkWidget *
question_new (void)
{
  GtkWidget *question =
      gtk_message_dialog_new (NULL, GTK_DIALOG_MODAL, GTK_MESSAGE_QUESTION, GTK_BUTTONS_NONE, NULL);
  GtkWidget *forget = NULL;

  gtk_message_dialog_format_secondary_text (
      GTK_MESSAGE_DIALOG (question), "%s",
      _ ("You leave it, and what was said there is deleted from this computer."));
  gtk_dialog_add_button (GTK_DIALOG (question), _ ("_Cancel"), GTK_RESPONSE_CANCEL);
  forget = gtk_dialog_add_button (GTK_DIALOG (question), _ ("_Forget"), GTK_RESPONSE_ACCEPT);
  gtk_style_context_add_class (gtk_widget_get_style_context (forget),
                               GTK_STYLE_CLASS_DESTRUCTIVE_ACTION);
  gtk_dialog_set_default_response (GTK_DIALOG (question), GTK_RESPONSE_CANCEL);
  return question;
}

static void
on_forget_room (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GuiWindow *window = data;
  g_autoptr (SalRoomModel) model = dup_room_by_id (window, g_variant_get_int64 (parameter));
  g_autofree char *text = NULL;

  if (model == NULL)
    return;
  if (window->question == NULL)
    {
      keep (window, &window->question, question_new ());
      g_signal_connect (window->question, "response", G_CALLBACK (on_forget_response), window);
    }
  text = g_strdup_printf (_ ("Forget “%s”?"), sal_room_model_get_title (model));
  g_object_set (window->question, "text", text, NULL);
  window->in_question = sal_room_model_get_id (model);
  gtk_window_present (GTK_WINDOW (window->question));
}

static void
show_position (GuiWindow *window, int position)
{
  g_autoptr (SalRoomModel) model = NULL;

  if (position >= 0)
    model = g_list_model_get_item (window->list_model, (guint) position);
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
  int n = (int) g_list_model_get_n_items (window->list_model);

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

/* GTK has given it a picture and no name. */
static void
name_search_button (GtkWidget *widget, gpointer data)
{
  if (GTK_IS_TOGGLE_BUTTON (widget))
    atk_object_set_name (gtk_widget_get_accessible (widget), _ ("Search"));
}

static void
on_shortcuts (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GuiWindow *window = data;

  if (window->shortcuts == NULL)
    {
      g_autoptr (GtkBuilder) builder =
          gtk_builder_new_from_resource ("/org/salotto/Salotto/gui-shortcuts.ui");

      keep (window, &window->shortcuts, GTK_WIDGET (gtk_builder_get_object (builder, "shortcuts")));
      gtk_container_forall (GTK_CONTAINER (gtk_window_get_titlebar (GTK_WINDOW (window->shortcuts))),
                            name_search_button, NULL);
    }
  gtk_window_present (GTK_WINDOW (window->shortcuts));
}

static void
on_preferences (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GuiWindow *window = data;

  if (window->preferences == NULL)
    keep (window, &window->preferences, gui_preferences_new (window->settings));
  if (!gtk_widget_get_visible (window->preferences))
    fit (window, window->preferences, PREFERENCES_WIDTH, PREFERENCES_HEIGHT);
  gtk_window_present (GTK_WINDOW (window->preferences));
}

static void
on_about (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  gtk_show_about_dialog (data, "modal", TRUE, "program-name", _ ("Salotto"), "version",
                         SALOTTO_VERSION, "logo-icon-name", "org.salotto.Salotto", "comments",
                         _ ("A chat room that a desk, a class or a company runs itself"),
                         "license-type", GTK_LICENSE_GPL_3_0, "copyright",
                         _ ("© 2026 The Salotto authors"), "translator-credits",
                         /* TRANSLATORS: your name, one translator a line */
                         _ ("translator-credits"), NULL);
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
  { .name = "preferences", .activate = on_preferences },
  { .name = "about", .activate = on_about },
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
  if (window->width > 0 && window->height > 0)
    {
      g_settings_set_int (window->settings, "window-width", MAX (window->width, 200));
      g_settings_set_int (window->settings, "window-height", MAX (window->height, 200));
    }
  g_settings_set_boolean (window->settings, "window-maximized",
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
  g_action_group_activate_action (G_ACTION_GROUP (gtk_window_get_application (GTK_WINDOW (widget))),
                                  "quit", NULL);
  return GDK_EVENT_STOP;
}

static void
gui_window_dispose (GObject *object)
{
  GuiWindow *window = GUI_WINDOW (object);

  if (window->list_model != NULL)
    g_signal_handlers_disconnect_by_data (window->list_model, window);
  window->list_model = NULL;
  set_room (window, NULL);
  g_hash_table_remove_all (window->shown);
  g_clear_weak_pointer (&window->dialog);
  g_clear_weak_pointer (&window->preferences);
  g_clear_weak_pointer (&window->shortcuts);
  g_clear_weak_pointer (&window->question);
  G_OBJECT_CLASS (gui_window_parent_class)->dispose (object);
}

static void
gui_window_finalize (GObject *object)
{
  GuiWindow *window = GUI_WINDOW (object);

  g_hash_table_unref (window->shown);
  g_clear_object (&window->settings);
  g_free (window->address);
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
 * @app: (transfer none): has the actions that are not the window's
 * @rooms: (transfer none): what it shows; outlive it
 * @settings: (transfer none): the preferences
 *
 * Returns: (transfer none): the window, not shown yet; GTK owns it.
 */
GuiWindow *
gui_window_new (GtkApplication *app, GuiRooms *rooms, GSettings *settings)
{
  GuiWindow *window = g_object_new (GUI_TYPE_WINDOW, "application", app, NULL);

  window->rooms = rooms;
  window->settings = g_object_ref (settings);
  window->list_model = gui_rooms_get_list (rooms);
  gtk_list_box_bind_model (window->list, window->list_model, make_row, NULL, NULL);
  g_signal_connect_swapped (window->list_model, "items-changed", G_CALLBACK (on_rooms_changed),
                            window);
  gtk_window_set_default_size (GTK_WINDOW (window), g_settings_get_int (settings, "window-width"),
                               g_settings_get_int (settings, "window-height"));
  if (g_settings_get_boolean (settings, "window-maximized"))
    gtk_window_maximize (GTK_WINDOW (window));
  on_rooms_changed (window, 0, 0, 0);
  return window;
}
