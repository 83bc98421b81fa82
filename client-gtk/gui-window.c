/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The window: what it shows depends on whether there are rooms and whether they can be
 * opened; the windows in front of it; its actions. Everything is made when it is first
 * wanted, and what people do not see at once after the first frame, so that the window
 * is there quickly.
 */
#include "config.h"

#include "client-gtk/gui-window.h"

#include <glib/gi18n.h>

#include "client-gtk/gui-address.h"
#include "client-gtk/gui-companions.h"
#include "client-gtk/gui-connect-dialog.h"
#include "client-gtk/gui-label.h"
#include "client-gtk/gui-questions.h"
#include "client-gtk/gui-rooms-page.h"
#include "client-gtk/gui-style.h"

/* Pixels. */
#define DIALOG_WIDTH 420

#define APP_ICON "org.salotto.Salotto"

struct _GuiWindow
{
  HdyApplicationWindow parent;
  GuiRooms *rooms;           /* (unowned) */
  GListModel *list_model;    /* (unowned): of SalRoomModel, of the rooms */
  GSettings *settings;       /* (owned) */
  char *address;             /* (owned) (nullable): to be opened when the store is */
  GuiQuestions *questions;   /* (owned): of servers */
  GuiCompanions *companions; /* (owned): windows in front of this one */
  GMenuModel *menu;          /* (owned) (nullable): from the first frame on */
  int width, height;         /* while it is not maximized */
  gboolean maximized;
  gboolean painted;

  GtkStack *pages;
  GuiRoomsPage *rooms_page; /* (nullable): until there is a room */
  GtkWidget *welcome_page;  /* (nullable): until there is none */
  GtkWidget *welcome_menu_button;
  GtkImage *welcome_icon;
  GtkWidget *join_button;
  GtkWidget *trouble_page; /* (nullable): until the store cannot be opened */
  GtkLabel *trouble;       /* what it is */
  GtkWidget *retry_button;

  /* (unowned) (nullable, weak): made when they are first wanted, then hidden and shown. */
  GtkWidget *dialog;   /* to join a room */
  GtkWidget *question; /* whether to forget a room ... */
  gint64 in_question;  /* ... which has this number */
};

G_DEFINE_FINAL_TYPE (GuiWindow, gui_window, HDY_TYPE_APPLICATION_WINDOW)

/* Pages. */

/* What the pages get after the first frame: menus, which are made of many widgets, and the
 * picture, which needs librsvg and all that it stands on. */
static void
complete_pages (GuiWindow *window)
{
  if (window->menu == NULL)
    return;
  if (window->rooms_page != NULL)
    gui_rooms_page_set_menu (window->rooms_page, window->menu);
  if (window->welcome_page == NULL)
    return;
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (window->welcome_menu_button), window->menu);
  gtk_image_set_from_icon_name (window->welcome_icon, APP_ICON, GTK_ICON_SIZE_DIALOG);
}

static void
update_title (GuiWindow *window)
{
  gboolean has_rooms = g_list_model_get_n_items (window->list_model) > 0;
  const char *room = has_rooms ? gui_rooms_page_get_title (window->rooms_page) : NULL;
  g_autofree char *title = NULL;

  if (room != NULL)
    /* TRANSLATORS: the title of the window in lists of windows: a room, and this program */
    title = g_strdup_printf (_ ("%s – Salotto"), room);
  gtk_window_set_title (GTK_WINDOW (window), title != NULL ? title : _ ("Salotto"));
}

static void
show_rooms_page (GuiWindow *window)
{
  gboolean first = window->rooms_page == NULL;

  if (first)
    {
      window->rooms_page = GUI_ROOMS_PAGE (gui_rooms_page_new (window->rooms));
      g_signal_connect_swapped (window->rooms_page, "title", G_CALLBACK (update_title), window);
      g_signal_connect_swapped (window->rooms_page, "raw-wanted",
                                G_CALLBACK (gui_companions_show_raw), window->companions);
      g_signal_connect_swapped (window->rooms_page, "help-wanted",
                                G_CALLBACK (gui_companions_show_help), window->companions);
      g_signal_connect_swapped (window->rooms_page, "list-wanted",
                                G_CALLBACK (gui_companions_show_list), window->companions);
      gtk_container_add (GTK_CONTAINER (window->pages), GTK_WIDGET (window->rooms_page));
      complete_pages (window);
    }
  gtk_stack_set_visible_child (window->pages, GTK_WIDGET (window->rooms_page));
  if (first)
    gui_rooms_page_focus (window->rooms_page);
}

static void
show_welcome_page (GuiWindow *window)
{
  if (window->welcome_page == NULL)
    {
      g_autoptr (GtkBuilder) builder =
          gtk_builder_new_from_resource ("/org/salotto/Salotto/gui-welcome.ui");

      window->welcome_page = GTK_WIDGET (gtk_builder_get_object (builder, "page"));
      window->join_button = GTK_WIDGET (gtk_builder_get_object (builder, "join_button"));
      window->welcome_icon = GTK_IMAGE (gtk_builder_get_object (builder, "icon"));
      window->welcome_menu_button = GTK_WIDGET (gtk_builder_get_object (builder, "menu_button"));
      /* Without a menu yet it would be grey for a moment. */
      gtk_widget_set_sensitive (window->welcome_menu_button, TRUE);
      gtk_container_add (GTK_CONTAINER (window->pages), window->welcome_page);
      complete_pages (window);
    }
  gtk_stack_set_visible_child (window->pages, window->welcome_page);
  gtk_widget_grab_focus (window->join_button);
}

/* The page for as many rooms as there are. */
static void
show_rooms (GuiWindow *window)
{
  if (g_list_model_get_n_items (window->list_model) > 0)
    show_rooms_page (window);
  else
    show_welcome_page (window);
  update_title (window);
}

/**
 * gui_window_show_room:
 * @model: one of the rooms that are kept
 */
void
gui_window_show_room (GuiWindow *window, SalRoomModel *model)
{
  gui_rooms_page_show_room (window->rooms_page, model);
}

static void
on_joining (SalRoomModel *room, gpointer window)
{
  gui_window_show_room (window, room);
}

static SalRoomModel *
dup_room_by_id (GuiWindow *window, gint64 id)
{
  int position = gui_rooms_find_id (window->rooms, id);

  return position < 0 ? NULL : g_list_model_get_item (window->list_model, (guint) position);
}

/* Joining. */

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
      gui_companions_keep (GTK_WINDOW (window), &window->dialog,
                           gui_connect_dialog_new (window->rooms, window->settings));
      g_signal_connect (window->dialog, "entered", G_CALLBACK (on_entered), window);
      gui_questions_set_dialog (window->questions, GTK_WINDOW (window->dialog));
    }
  if (!gtk_widget_get_visible (window->dialog))
    {
      gui_connect_dialog_reset (GUI_CONNECT_DIALOG (window->dialog));
      gui_companions_fit (GTK_WINDOW (window), window->dialog, DIALOG_WIDTH, 1);
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

static void
make_trouble_page (GuiWindow *window)
{
  g_autoptr (GtkBuilder) builder =
      gtk_builder_new_from_resource ("/org/salotto/Salotto/gui-trouble.ui");

  window->trouble_page = GTK_WIDGET (gtk_builder_get_object (builder, "page"));
  window->trouble = GTK_LABEL (gtk_builder_get_object (builder, "reason"));
  gui_label_show_verbatim (window->trouble);
  window->retry_button = GTK_WIDGET (gtk_builder_get_object (builder, "retry_button"));
  g_signal_connect_swapped (window->retry_button, "clicked", G_CALLBACK (on_retry), window);
  g_signal_connect_swapped (gtk_builder_get_object (builder, "go_on_button"), "clicked",
                            G_CALLBACK (on_go_on), window);
  gtk_container_add (GTK_CONTAINER (window->pages), window->trouble_page);
}

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

  if (window->trouble_page == NULL)
    make_trouble_page (window);
  update_title (window);
  gtk_label_set_text (window->trouble, text);
  gtk_stack_set_visible_child (window->pages, window->trouble_page);
  gtk_widget_grab_focus (window->retry_button);
}

/* Actions. */

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
      gui_companions_keep (GTK_WINDOW (window), &window->question, question_new ());
      g_signal_connect (window->question, "response", G_CALLBACK (on_forget_response), window);
    }
  text = g_strdup_printf (_ ("Forget “%s”?"), sal_room_model_get_title (model));
  g_object_set (window->question, "text", text, NULL);
  window->in_question = sal_room_model_get_id (model);
  gtk_window_present (GTK_WINDOW (window->question));
}

static void
on_room_security (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GuiWindow *window = data;
  g_autoptr (SalRoomModel) model = dup_room_by_id (window, g_variant_get_int64 (parameter));

  if (model != NULL)
    gui_companions_show_security (window->companions, model);
}

static void
on_room_login (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GuiWindow *window = data;
  g_autoptr (SalRoomModel) model = dup_room_by_id (window, g_variant_get_int64 (parameter));

  if (model != NULL)
    gui_questions_log_in (window->questions, sal_room_model_get_server (model));
}

static void
on_room_raw (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GuiWindow *window = data;
  g_autoptr (SalRoomModel) model = dup_room_by_id (window, g_variant_get_int64 (parameter));

  if (model != NULL)
    gui_companions_show_raw (window->companions, model);
}

static void
on_room_list (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GuiWindow *window = data;
  g_autoptr (SalRoomModel) model = dup_room_by_id (window, g_variant_get_int64 (parameter));

  if (model != NULL)
    gui_companions_show_list (window->companions, model, NULL);
}

static void
on_list_rooms (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GuiWindow *window = data;
  g_autoptr (SalRoomModel) model = gui_rooms_dup_looked_at (window->rooms);

  if (model != NULL)
    gui_companions_show_list (window->companions, model, NULL);
}

static void
on_commands (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  gui_companions_show_help (GUI_WINDOW (data)->companions, NULL);
}

static void
on_room_search (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GuiWindow *window = data;
  g_autoptr (SalRoomModel) model = dup_room_by_id (window, g_variant_get_int64 (parameter));

  if (model == NULL)
    return;
  gui_window_show_room (window, model);
  gui_rooms_page_search (window->rooms_page);
}

static void
on_search (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GuiWindow *window = data;

  if (window->rooms_page != NULL)
    gui_rooms_page_search (window->rooms_page);
}

static void
on_unread (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GuiWindow *window = data;

  if (window->rooms_page != NULL)
    gui_rooms_page_go_to_unread (window->rooms_page);
}

static void
on_people (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GuiWindow *window = data;

  if (window->rooms_page != NULL)
    gui_rooms_page_toggle_people (window->rooms_page);
}

static void
on_room (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GuiWindow *window = data;

  if (window->rooms_page != NULL)
    gui_rooms_page_show_position (window->rooms_page, g_variant_get_int32 (parameter) - 1);
}

static void
on_previous_room (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GuiWindow *window = data;

  if (window->rooms_page != NULL)
    gui_rooms_page_go (window->rooms_page, -1);
}

static void
on_next_room (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GuiWindow *window = data;

  if (window->rooms_page != NULL)
    gui_rooms_page_go (window->rooms_page, 1);
}

static void
on_part (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GuiWindow *window = data;

  if (window->rooms_page != NULL)
    gui_rooms_page_go_to_part (window->rooms_page, g_variant_get_int32 (parameter));
}

static void
on_back (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GuiWindow *window = data;

  if (window->rooms_page != NULL)
    gui_rooms_page_go_back (window->rooms_page);
}

static void
on_menu (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GuiWindow *window = data;
  GtkWidget *shown = gtk_stack_get_visible_child (window->pages);
  GtkWidget *button = NULL;

  if (shown == window->welcome_page)
    button = window->welcome_menu_button;
  else if (shown != window->trouble_page)
    button = gui_rooms_page_get_menu_button (window->rooms_page);
  if (button != NULL)
    gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button),
                                  !gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (button)));
}

static void
on_shortcuts (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  gui_companions_show_shortcuts (GUI_WINDOW (data)->companions);
}

static void
on_preferences (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  gui_companions_show_preferences (GUI_WINDOW (data)->companions);
}

static void
on_about (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  gtk_show_about_dialog (data, "modal", TRUE, "program-name", _ ("Salotto"), "version",
                         SALOTTO_VERSION, "logo-icon-name", APP_ICON, "comments",
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
  { .name = "forget-room", .activate = on_forget_room, .parameter_type = "x" },
  { .name = "room-security", .activate = on_room_security, .parameter_type = "x" },
  { .name = "room-login", .activate = on_room_login, .parameter_type = "x" },
  { .name = "room-raw", .activate = on_room_raw, .parameter_type = "x" },
  { .name = "room-search", .activate = on_room_search, .parameter_type = "x" },
  { .name = "room-list", .activate = on_room_list, .parameter_type = "x" },
  { .name = "list-rooms", .activate = on_list_rooms },
  { .name = "search", .activate = on_search },
  { .name = "unread", .activate = on_unread },
  { .name = "people", .activate = on_people },
  { .name = "commands", .activate = on_commands },
  { .name = "room", .activate = on_room, .parameter_type = "i" },
  { .name = "previous-room", .activate = on_previous_room },
  { .name = "next-room", .activate = on_next_room },
  { .name = "part", .activate = on_part, .parameter_type = "i" },
  { .name = "back", .activate = on_back },
  { .name = "menu", .activate = on_menu },
  { .name = "shortcuts", .activate = on_shortcuts },
  { .name = "preferences", .activate = on_preferences },
  { .name = "about", .activate = on_about },
  { .name = "close", .activate = on_close },
};

/* The window itself. */

/* What may wait until the window has been painted once. */
static gboolean
on_painted (gpointer data)
{
  GuiWindow *window = data;
  g_autoptr (GtkBuilder) builder = NULL;

  if (window->list_model == NULL) /* closed meanwhile: its pages are gone */
    return G_SOURCE_REMOVE;
  builder = gtk_builder_new_from_resource ("/org/salotto/Salotto/gui-menu.ui");
  gdk_display_flush (gtk_widget_get_display (GTK_WIDGET (window)));
  window->menu = g_object_ref (G_MENU_MODEL (gtk_builder_get_object (builder, "main_menu")));
  complete_pages (window);
  gtk_window_set_default_icon_name (APP_ICON);
  gui_style_follow_desktop (window->settings);
  return G_SOURCE_REMOVE;
}

static gboolean
gui_window_draw (GtkWidget *widget, cairo_t *cr)
{
  GuiWindow *window = GUI_WINDOW (widget);
  gboolean done = GTK_WIDGET_CLASS (gui_window_parent_class)->draw (widget, cr);

  if (!window->painted)
    g_idle_add_full (G_PRIORITY_LOW, on_painted, g_object_ref (window), g_object_unref);
  window->painted = TRUE;
  return done;
}

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
  /* Of the last moment it may not have been told yet. */
  if (!window->maximized)
    gtk_window_get_size (GTK_WINDOW (window), &window->width, &window->height);
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
  g_clear_weak_pointer (&window->dialog);
  g_clear_weak_pointer (&window->question);
  g_clear_pointer (&window->questions, gui_questions_free);
  if (window->companions != NULL && window->rooms_page != NULL)
    g_signal_handlers_disconnect_by_data (window->rooms_page, window->companions);
  g_clear_pointer (&window->companions, gui_companions_free);
  G_OBJECT_CLASS (gui_window_parent_class)->dispose (object);
}

static void
gui_window_finalize (GObject *object)
{
  GuiWindow *window = GUI_WINDOW (object);

  g_clear_object (&window->menu);
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

  widget_class->draw = gui_window_draw;

  gtk_widget_class_set_template_from_resource (widget_class, "/org/salotto/Salotto/gui-window.ui");
  gtk_widget_class_bind_template_child (widget_class, GuiWindow, pages);
}

static void
gui_window_init (GuiWindow *window)
{
  gtk_widget_init_template (GTK_WIDGET (window));
  g_action_map_add_action_entries (G_ACTION_MAP (window), actions, G_N_ELEMENTS (actions), window);
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
  window->questions = gui_questions_new (rooms, GTK_WINDOW (window));
  window->companions = gui_companions_new (GTK_WINDOW (window), settings, on_joining, window);
  g_signal_connect_swapped (window->list_model, "items-changed", G_CALLBACK (show_rooms), window);
  gtk_window_set_default_size (GTK_WINDOW (window), g_settings_get_int (settings, "window-width"),
                               g_settings_get_int (settings, "window-height"));
  if (g_settings_get_boolean (settings, "window-maximized"))
    gtk_window_maximize (GTK_WINDOW (window));
  if (gui_rooms_get_store (rooms) != NULL)
    show_rooms (window);
  return window;
}
