/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The rooms on one side, the one that is looked at on the other; beside one another or,
 * where it is narrow, one at a time. What is in a room is the affair of GuiRoomView,
 * which is made when somebody first looks at the room.
 *
 * Signal:
 *   title ()   another room is looked at, or its name has changed
 *   raw-wanted (SalRoomModel *)   somebody wants to see what goes to and fro
 *   help-wanted (char *)          ... what can be typed
 *   list-wanted (SalRoomModel *, char *)   ... what rooms its server has
 */
#include "config.h"

#include "client-gtk/gui-rooms-page.h"

#include <glib/gi18n.h>
#include <handy.h>

#include "client-gtk/gui-column.h"
#include "client-gtk/gui-room-actions.h"
#include "client-gtk/gui-room-row.h"
#include "client-gtk/gui-room-view.h"
#include "client-gtk/gui-tab-stop.h"
#include "client-gtk/gui-text.h"

struct _GuiRoomsPage
{
  GtkBin parent;
  GuiRooms *keeper;   /* (unowned): knows which was looked at last */
  GListModel *rooms;  /* (owned): of SalRoomModel */
  SalRoomModel *room; /* (owned) (nullable): the one that is looked at */
  GHashTable *shown;  /* SalRoomModel (owned) -> its GuiRoomView (unowned) */

  HdyLeaflet *leaflet;
  HdyHeaderBar *room_bar;
  GtkLabel *room_title;
  GtkLabel *room_subtitle;
  HdyHeaderGroup *header_group;
  GtkWidget *sidebar;
  GtkWidget *content;
  GtkListBox *list;
  GtkGesture *click; /* (owned): with the second button, on a row */
  GtkGesture *press; /* (owned): long, with a finger */
  GtkStack *views;
  GtkMenuButton *menu_button;
  GtkMenuButton *room_menu_button;
  GtkToggleButton *people_button;
  GBinding *people_shown; /* (unowned) (nullable): of the room that is looked at */
  GBinding *people_there; /* (unowned) (nullable): likewise */
};

G_DEFINE_FINAL_TYPE (GuiRoomsPage, gui_rooms_page, GTK_TYPE_BIN)

static guint title_signal;
static guint raw_signal;
static guint help_signal;
static guint list_signal;

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
update_bar (GuiRoomsPage *page)
{
  g_autofree char *presence = presence_to_subtitle (page->room);
  g_autofree char *title = gui_text_limit_marks (sal_room_model_get_title (page->room));

  gtk_label_set_text (page->room_title, title);
  gtk_label_set_text (page->room_subtitle, presence);
  g_signal_emit (page, title_signal, 0);
}

static void
set_room (GuiRoomsPage *page, SalRoomModel *model)
{
  if (page->room == model)
    return;
  if (page->room != NULL)
    g_signal_handlers_disconnect_by_data (page->room, page);
  g_set_object (&page->room, model);
  if (model == NULL)
    return;
  g_signal_connect_swapped (model, "presence", G_CALLBACK (update_bar), page);
  g_signal_connect_swapped (model, "name", G_CALLBACK (update_bar), page);
  gui_room_actions_insert (GTK_WIDGET (page->room_bar), model);
  update_bar (page);
}

static int
position_of (GuiRoomsPage *page, SalRoomModel *model)
{
  guint n = g_list_model_get_n_items (page->rooms);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (SalRoomModel) item = g_list_model_get_item (page->rooms, i);

      if (item == model)
        return (int) i;
    }
  return -1;
}

static void
on_go_to (GuiRoomsPage *page, SalRoomModel *model)
{
  if (position_of (page, model) >= 0)
    gui_rooms_page_show_room (page, model);
}

static void
on_show_raw (GuiRoomView *view, GuiRoomsPage *page)
{
  g_signal_emit (page, raw_signal, 0, gui_room_view_get_model (view));
}

static void
on_show_help (GuiRoomsPage *page, const char *command)
{
  g_signal_emit (page, help_signal, 0, command);
}

static void
on_show_list (GuiRoomView *view, const char *words, GuiRoomsPage *page)
{
  g_signal_emit (page, list_signal, 0, gui_room_view_get_model (view), words);
}

static void
unbind_people (GuiRoomsPage *page)
{
  g_clear_pointer (&page->people_shown, g_binding_unbind);
  g_clear_pointer (&page->people_there, g_binding_unbind);
}

/* The button shows whether people are shown in this room, and is there where they are known. */
static void
bind_people (GuiRoomsPage *page, GuiRoomView *view)
{
  unbind_people (page);
  page->people_shown = g_object_bind_property (view, "shows-people", page->people_button, "active",
                                               G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL);
  page->people_there = g_object_bind_property (view, "has-people", page->people_button, "visible",
                                               G_BINDING_SYNC_CREATE);
}

static GuiRoomView *
get_view (GuiRoomsPage *page, SalRoomModel *model)
{
  GuiRoomView *view = g_hash_table_lookup (page->shown, model);

  if (view != NULL)
    return view;
  view = GUI_ROOM_VIEW (gui_room_view_new (model));
  gtk_widget_show (GTK_WIDGET (view));
  gtk_container_add (GTK_CONTAINER (page->views), GTK_WIDGET (view));
  g_signal_connect_swapped (view, "go-to", G_CALLBACK (on_go_to), page);
  g_signal_connect (view, "raw-wanted", G_CALLBACK (on_show_raw), page);
  g_signal_connect_swapped (view, "help-wanted", G_CALLBACK (on_show_help), page);
  g_signal_connect (view, "list-wanted", G_CALLBACK (on_show_list), page);
  g_hash_table_insert (page->shown, g_object_ref (model), view);
  return view;
}

static void
focus_list (GuiRoomsPage *page)
{
  int position = page->room != NULL ? position_of (page, page->room) : -1;
  GtkListBoxRow *row = gtk_list_box_get_row_at_index (page->list, MAX (position, 0));

  if (row != NULL)
    gtk_widget_grab_focus (GTK_WIDGET (row));
}

/* Beside the list the room that is looked at is marked in it; alone, the list has
 * nothing to mark. */
static void
update_selection (GuiRoomsPage *page)
{
  int position = page->room != NULL ? position_of (page, page->room) : -1;

  if (hdy_leaflet_get_folded (page->leaflet))
    {
      gtk_list_box_set_selection_mode (page->list, GTK_SELECTION_NONE);
      if (hdy_leaflet_get_visible_child (page->leaflet) == page->sidebar)
        focus_list (page);
      return;
    }
  gtk_list_box_set_selection_mode (page->list, GTK_SELECTION_SINGLE);
  gtk_list_box_select_row (
      page->list, position < 0 ? NULL : gtk_list_box_get_row_at_index (page->list, position));
}

/* A window that is made narrow keeps what somebody was reading; one that opens narrow begins with
 * the list, as it does on a phone. */
static void
on_folded (GuiRoomsPage *page)
{
  if (hdy_leaflet_get_folded (page->leaflet) && page->room != NULL &&
      gtk_widget_get_mapped (GTK_WIDGET (page)))
    hdy_leaflet_set_visible_child (page->leaflet, page->content);
  update_selection (page);
}

/* Makes the room the one that is looked at, or would be if the window were wider. */
static void
choose_room (GuiRoomsPage *page, SalRoomModel *model)
{
  GuiRoomView *view = get_view (page, model);

  gtk_stack_set_visible_child (page->views, GTK_WIDGET (view));
  bind_people (page, view);
  set_room (page, model);
  update_selection (page);
  gui_rooms_note_looked_at (page->keeper, model);
}

/**
 * gui_rooms_page_show_room:
 * @model: one of the rooms that are kept
 *
 * Brings it before the eyes, and the keyboard to it.
 */
void
gui_rooms_page_show_room (GuiRoomsPage *page, SalRoomModel *model)
{
  choose_room (page, model);
  hdy_leaflet_set_visible_child (page->leaflet, page->content);
  gui_room_view_focus (g_hash_table_lookup (page->shown, model));
}

/**
 * gui_rooms_page_show_position:
 * @position: from 0; nothing happens where there is no such room
 */
void
gui_rooms_page_show_position (GuiRoomsPage *page, int position)
{
  g_autoptr (SalRoomModel) model = NULL;

  if (position >= 0)
    model = g_list_model_get_item (page->rooms, (guint) position);
  if (model != NULL)
    gui_rooms_page_show_room (page, model);
}

/**
 * gui_rooms_page_go:
 * @by: 1 for the next room, -1 for the previous one; behind the last one is the first
 */
void
gui_rooms_page_go (GuiRoomsPage *page, int by)
{
  int n = (int) g_list_model_get_n_items (page->rooms);

  if (n > 0 && page->room != NULL)
    gui_rooms_page_show_position (page, (position_of (page, page->room) + by + n) % n);
}

/**
 * gui_rooms_page_go_back:
 *
 * From the room to the rooms, where there is only space for one of the two.
 */
void
gui_rooms_page_go_back (GuiRoomsPage *page)
{
  if (!hdy_leaflet_get_folded (page->leaflet))
    return;
  hdy_leaflet_set_visible_child (page->leaflet, page->sidebar);
  focus_list (page);
}

/**
 * gui_rooms_page_focus:
 *
 * What is typed from now on is for the room that is looked at, if there is space for it.
 */
void
gui_rooms_page_focus (GuiRoomsPage *page)
{
  if (page->room != NULL)
    gui_room_view_focus (g_hash_table_lookup (page->shown, page->room));
}

/**
 * gui_rooms_page_search:
 *
 * Opens the bar for searching in the room that is looked at.
 */
void
gui_rooms_page_search (GuiRoomsPage *page)
{
  if (page->room != NULL)
    gui_room_view_search (g_hash_table_lookup (page->shown, page->room), NULL);
}

/**
 * gui_rooms_page_go_to_unread:
 *
 * Shows where reading stopped in the room that is looked at.
 */
void
gui_rooms_page_go_to_unread (GuiRoomsPage *page)
{
  if (page->room != NULL)
    gui_room_view_go_to_unread (g_hash_table_lookup (page->shown, page->room));
}

/**
 * gui_rooms_page_toggle_people:
 *
 * Shows who is in the room that is looked at, or shows it no longer.
 */
void
gui_rooms_page_toggle_people (GuiRoomsPage *page)
{
  if (gtk_widget_get_visible (GTK_WIDGET (page->people_button)))
    gtk_toggle_button_set_active (page->people_button,
                                  !gtk_toggle_button_get_active (page->people_button));
}

/* Returns: whether that part is to be seen: 0 for the rooms, then those of the room. */
static gboolean
focus_part (GuiRoomsPage *page, GuiRoomView *view, int part)
{
  if (part > 0)
    return gui_room_view_focus_part (view, (GuiRoomPart) (part - 1));
  if (!gtk_widget_get_mapped (page->sidebar))
    return FALSE;
  focus_list (page);
  return TRUE;
}

/**
 * gui_rooms_page_go_to_part:
 * @by: 1 for the next part of the window, -1 for the previous one
 *
 * Rooms, messages, the entry and people: the keyboard goes around them. From whatever else has it, it
 * goes as from the rooms.
 */
void
gui_rooms_page_go_to_part (GuiRoomsPage *page, int by)
{
  const int n = 1 + GUI_ROOM_N_PARTS;
  GuiRoomView *view = page->room != NULL ? g_hash_table_lookup (page->shown, page->room) : NULL;
  int now = view != NULL ? 1 + gui_room_view_get_part (view) : 0;

  for (int i = 1; i < n && view != NULL; i++)
    if (focus_part (page, view, (now + by * i + i * n) % n))
      return;
}

/**
 * gui_rooms_page_get_title:
 *
 * Returns: (transfer none) (nullable): what the room that is looked at is called.
 */
const char *
gui_rooms_page_get_title (GuiRoomsPage *page)
{
  return page->room != NULL ? sal_room_model_get_title (page->room) : NULL;
}

static void
on_row_activated (GtkListBox *list, GtkListBoxRow *row, GuiRoomsPage *page)
{
  gui_rooms_page_show_room (page, gui_room_row_get_model (GUI_ROOM_ROW (row)));
}

/* Menus. */

/* Rows get no buttons of their own: GtkListBox takes them. */
static void
show_row_menu (GuiRoomsPage *page, GtkGesture *gesture, double y)
{
  GtkListBoxRow *row = gtk_list_box_get_row_at_y (page->list, (int) y);

  if (row == NULL)
    return;
  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
  gui_room_row_show_menu (GUI_ROOM_ROW (row), gtk_gesture_get_last_event (gesture, NULL));
}

static void
on_click (GtkGesture *gesture, int n, double x, double y, GuiRoomsPage *page)
{
  show_row_menu (page, gesture, y);
}

static void
on_long_press (GtkGesture *gesture, double x, double y, GuiRoomsPage *page)
{
  show_row_menu (page, gesture, y);
}

static void
watch_list (GuiRoomsPage *page)
{
  page->click = gtk_gesture_multi_press_new (GTK_WIDGET (page->list));
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (page->click), GDK_BUTTON_SECONDARY);
  g_signal_connect (page->click, "pressed", G_CALLBACK (on_click), page);
  page->press = gtk_gesture_long_press_new (GTK_WIDGET (page->list));
  gtk_gesture_single_set_touch_only (GTK_GESTURE_SINGLE (page->press), TRUE);
  g_signal_connect (page->press, "pressed", G_CALLBACK (on_long_press), page);
}

/**
 * gui_rooms_page_set_menu:
 * @menu: (transfer none): the program's menu
 *
 * Menus are made of many widgets: give it when the page has been painted.
 */
void
gui_rooms_page_set_menu (GuiRoomsPage *page, GMenuModel *menu)
{
  g_autoptr (GMenuModel) room_menu = gui_room_actions_menu_new ();

  gtk_menu_button_set_menu_model (page->menu_button, menu);
  gtk_menu_button_set_menu_model (page->room_menu_button, room_menu);
}

/**
 * gui_rooms_page_get_menu_button:
 *
 * Returns: (transfer none): the button of the first menu that can be seen.
 */
GtkWidget *
gui_rooms_page_get_menu_button (GuiRoomsPage *page)
{
  gboolean only_room = hdy_leaflet_get_folded (page->leaflet) &&
                       hdy_leaflet_get_visible_child (page->leaflet) == page->content;

  return GTK_WIDGET (only_room ? page->room_menu_button : page->menu_button);
}

/* The rooms. */

static GtkWidget *
make_row (gpointer item, gpointer data)
{
  return gui_room_row_new (item);
}

static void
drop_views (GuiRoomsPage *page)
{
  GHashTableIter iter;
  gpointer model = NULL, view = NULL;

  g_hash_table_iter_init (&iter, page->shown);
  while (g_hash_table_iter_next (&iter, &model, &view))
    if (position_of (page, model) < 0)
      {
        gtk_widget_destroy (GTK_WIDGET (view));
        g_hash_table_iter_remove (&iter);
      }
}

static void
on_rooms_changed (GuiRoomsPage *page, guint position, guint removed, guint added)
{
  guint n = g_list_model_get_n_items (page->rooms);

  if (page->room != NULL && position_of (page, page->room) < 0)
    {
      unbind_people (page);
      set_room (page, NULL);
      hdy_leaflet_set_visible_child (page->leaflet, page->sidebar);
    }
  drop_views (page);
  if (page->room == NULL && n > 0)
    {
      g_autoptr (SalRoomModel) next = g_list_model_get_item (page->rooms, MIN (position, n - 1));

      choose_room (page, next);
    }
  update_selection (page);
}

/* The page itself. */

static void
gui_rooms_page_dispose (GObject *object)
{
  GuiRoomsPage *page = GUI_ROOMS_PAGE (object);

  if (page->rooms != NULL)
    g_signal_handlers_disconnect_by_data (page->rooms, page);
  g_clear_object (&page->rooms);
  g_clear_object (&page->click);
  g_clear_object (&page->press);
  unbind_people (page);
  set_room (page, NULL);
  g_hash_table_remove_all (page->shown);
  G_OBJECT_CLASS (gui_rooms_page_parent_class)->dispose (object);
}

static void
gui_rooms_page_finalize (GObject *object)
{
  g_hash_table_unref (GUI_ROOMS_PAGE (object)->shown);
  G_OBJECT_CLASS (gui_rooms_page_parent_class)->finalize (object);
}

static void
gui_rooms_page_class_init (GuiRoomsPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gui_rooms_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = gui_rooms_page_finalize;
  title_signal = g_signal_new ("title", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                               NULL, G_TYPE_NONE, 0);
  raw_signal = g_signal_new ("raw-wanted", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                             NULL, NULL, G_TYPE_NONE, 1, SAL_TYPE_ROOM_MODEL);
  help_signal = g_signal_new ("help-wanted", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                              NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  list_signal = g_signal_new ("list-wanted", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                              NULL, NULL, G_TYPE_NONE, 2, SAL_TYPE_ROOM_MODEL, G_TYPE_STRING);
  g_type_ensure (GUI_TYPE_COLUMN);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/salotto/Salotto/gui-rooms-page.ui");
  gtk_widget_class_bind_template_child (widget_class, GuiRoomsPage, leaflet);
  gtk_widget_class_bind_template_child (widget_class, GuiRoomsPage, room_bar);
  gtk_widget_class_bind_template_child (widget_class, GuiRoomsPage, room_title);
  gtk_widget_class_bind_template_child (widget_class, GuiRoomsPage, room_subtitle);
  gtk_widget_class_bind_template_child (widget_class, GuiRoomsPage, header_group);
  gtk_widget_class_bind_template_child (widget_class, GuiRoomsPage, sidebar);
  gtk_widget_class_bind_template_child (widget_class, GuiRoomsPage, content);
  gtk_widget_class_bind_template_child (widget_class, GuiRoomsPage, list);
  gtk_widget_class_bind_template_child (widget_class, GuiRoomsPage, views);
  gtk_widget_class_bind_template_child (widget_class, GuiRoomsPage, menu_button);
  gtk_widget_class_bind_template_child (widget_class, GuiRoomsPage, room_menu_button);
  gtk_widget_class_bind_template_child (widget_class, GuiRoomsPage, people_button);
  gtk_widget_class_bind_template_callback (widget_class, on_row_activated);
}

static void
gui_rooms_page_init (GuiRoomsPage *page)
{
  page->shown = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  gtk_widget_init_template (GTK_WIDGET (page));
  /* Without a menu yet they would be grey for a moment. */
  gtk_widget_set_sensitive (GTK_WIDGET (page->menu_button), TRUE);
  gtk_widget_set_sensitive (GTK_WIDGET (page->room_menu_button), TRUE);
  g_signal_connect_swapped (page->leaflet, "notify::folded", G_CALLBACK (on_folded), page);
  watch_list (page);
  gui_tab_stop_make (page->list);
}

/**
 * gui_rooms_page_new:
 * @rooms: (transfer none): what it shows; outlive it, and at least one is there now
 *
 * Returns: (transfer floating): the page, at the room that was looked at last
 */
GtkWidget *
gui_rooms_page_new (GuiRooms *rooms)
{
  GuiRoomsPage *page = g_object_new (GUI_TYPE_ROOMS_PAGE, NULL);
  g_autoptr (SalRoomModel) last = NULL;

  page->keeper = rooms;
  page->rooms = g_object_ref (gui_rooms_get_list (rooms));
  gtk_list_box_bind_model (page->list, page->rooms, make_row, NULL, NULL);
  g_signal_connect_swapped (page->rooms, "items-changed", G_CALLBACK (on_rooms_changed), page);
  last = gui_rooms_dup_looked_at (rooms);
  choose_room (page, last);
  return GTK_WIDGET (page);
}
