/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What rooms there are on a server, to look for one and go into it. The server may have tens of
 * thousands of them, which come in no order and not at once: so what has come is read in pieces,
 * one a frame, and shown a few times a second. What is typed looks in what is here already; the server
 * is asked when the window opens and nothing is known, or when somebody wants it.
 *
 * Signal:
 *   joining (SalRoomModel *)   somebody wants to be in that room; the window is hidden
 */
#include "config.h"

#include "client-gtk/gui-room-list.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client-gtk/gui-found-rooms.h"
#include "client-gtk/gui-label.h"
#include "client-gtk/gui-list-rows.h"
#include "client-gtk/gui-table-view.h"
#include "client-gtk/gui-text.h"

/* While rooms come, the list is not shown anew more often than this. */
#define REST_US (300 * 1000)
/* A list that is older is asked for again when the window opens. */
#define FRESH_US (10 * G_TIME_SPAN_MINUTE)
/* No room is as full. */
#define LEAST_MAX 100000
/* So many figures a number of people has; one that is longer comes from nowhere. */
#define PEOPLE_WIDTH "0000000"
/* Of a name and of a topic, so much is shown in its row; of a topic, all below the pointer. */
#define TOPIC_WEIGHT 200
#define NAME_WIDTH_CHARS 18
#define WORDS_MAX_CHARS 200
/* Pixels beside what is in a cell. */
#define CELL_PAD 8

struct _GuiRoomList
{
  GtkWindow parent;
  SalServer *server;    /* (owned) (nullable): while it is shown */
  GListModel *rooms;    /* (owned) (nullable): of the server */
  GuiFoundRooms *found; /* (owned) (nullable): of those */
  gint64 asked_us;      /* when the server was asked; 0: not by this window */
  GError *problem;      /* (owned) (nullable): it could not be asked, or the room not joined */

  GtkEntry *words;
  GtkSpinButton *least;
  GtkTreeView *view;
  GtkTreeViewColumn *columns[3]; /* by GuiFoundOrder */
  GuiListRows *rows;             /* (owned) (nullable): while the view has them */
  GtkSpinner *spinner;
  GtkLabel *note;
  GtkWidget *refresh_button;
  GtkWidget *join_button;

  GuiFoundOrder order;
  gboolean descending;
  gboolean changed;      /* what is shown is not what should be */
  gboolean wish_changed; /* it is because something else is looked for, or sorted by */
  gboolean again; /* the server is asked again: what it said before is shown until it is done */
  guint tick;
  gint64 rest_until_us;
};

G_DEFINE_FINAL_TYPE (GuiRoomList, gui_room_list, GTK_TYPE_WINDOW)

static guint joining_signal;

/* What it says. */

static SalRoomListState
get_state (GuiRoomList *list)
{
  return list->server != NULL ? sal_room_list_get_state (sal_server_get_room_list (list->server))
                              : SAL_ROOM_LIST_UNKNOWN;
}

/* Returns: (transfer full): "12 of 3,400 rooms" */
static char *
count_to_text (GuiRoomList *list)
{
  guint n = g_list_model_get_n_items (list->rooms);
  guint shown = g_list_model_get_n_items (G_LIST_MODEL (list->found));

  if (get_state (list) == SAL_ROOM_LIST_LOADING && n == 0)
    return g_strdup_printf (_ ("Asking %s for its rooms…"), sal_server_get_host (list->server));
  if (get_state (list) == SAL_ROOM_LIST_LOADING)
    return g_strdup_printf (ngettext ("%u room so far…", "%u rooms so far…", n), n);
  if (n == 0)
    return g_strdup (_ ("The server shows no rooms."));
  if (shown < n)
    /* TRANSLATORS: how many are shown, and how many there are; the plural is that of the latter */
    return g_strdup_printf (ngettext ("%u of %u room", "%u of %u rooms", n), shown, n);
  return g_strdup_printf (ngettext ("%u room", "%u rooms", n), n);
}

/* Returns: (transfer none) (nullable): what is wrong, or to be known. */
static const char *
get_problem (GuiRoomList *list)
{
  const GError *error = sal_room_list_get_error (sal_server_get_room_list (list->server));

  if (list->problem != NULL)
    return list->problem->message;
  if (error != NULL)
    return error->message;
  if (get_state (list) == SAL_ROOM_LIST_CUT)
    return _ ("There are more. To see others, ask for rooms with more people.");
  return NULL;
}

static void
update_note (GuiRoomList *list)
{
  gboolean loading = get_state (list) == SAL_ROOM_LIST_LOADING;
  gboolean unknown = get_state (list) == SAL_ROOM_LIST_UNKNOWN;
  g_autofree char *count = unknown ? NULL : count_to_text (list);
  const char *problem = get_problem (list);
  g_autofree char *both = problem != NULL && g_list_model_get_n_items (list->rooms) > 0
                              ? g_strdup_printf ("%s. %s", count, problem)
                              : NULL;

  gtk_label_set_text (list->note, both != NULL ? both : problem != NULL ? problem : count);
  gtk_widget_set_visible (GTK_WIDGET (list->spinner), loading);
  g_object_set (list->spinner, "active", loading, NULL);
  gtk_widget_set_sensitive (list->refresh_button, !loading);
}

static void
set_problem (GuiRoomList *list, GError *problem)
{
  g_clear_error (&list->problem);
  list->problem = problem;
  update_note (list);
}

/* The rows. */

static void
update_join_button (GuiRoomList *list)
{
  g_autoptr (SalListedRoom) chosen = gui_list_rows_dup_chosen (list->view);

  gtk_widget_set_sensitive (list->join_button, chosen != NULL);
}

static void
choose (GuiRoomList *list, guint position)
{
  g_autoptr (GtkTreePath) path = gtk_tree_path_new_from_indices ((int) position, -1);

  gtk_tree_view_set_cursor (list->view, path, NULL, FALSE);
}

/* Returns: where that room is now, -1 for nowhere. A server that is asked again tells of it anew. */
static int
position_of (GuiRoomList *list, SalListedRoom *wanted)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (list->found));

  for (guint i = 0; i < n && wanted != NULL; i++)
    {
      g_autoptr (SalListedRoom) room = g_list_model_get_item (G_LIST_MODEL (list->found), i);

      if (room == wanted ||
          g_str_equal (sal_listed_room_get_name (room), sal_listed_room_get_name (wanted)))
        return (int) i;
    }
  return -1;
}

/* The cursor goes with the room on which it was. */
static void
choose_room (GuiRoomList *list, SalListedRoom *wanted)
{
  int position = position_of (list, wanted);

  if (position >= 0)
    choose (list, (guint) position);
}

/* Returns: (transfer full) (nullable): the room on top of what can be seen, if somebody has scrolled
 * there: who looks at the beginning of the list sees what comes to be there. */
static SalListedRoom *
dup_top (GuiRoomList *list)
{
  GtkAdjustment *adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (list->view));
  g_autoptr (GtkTreePath) first = NULL;
  GtkTreeIter iter;

  if (list->rows == NULL || gtk_adjustment_get_value (adjustment) <= 0 ||
      !gtk_tree_view_get_visible_range (list->view, &first, NULL) ||
      !gtk_tree_model_get_iter (GTK_TREE_MODEL (list->rows), &iter, first))
    return NULL;
  return gui_list_rows_get (list->rows, &iter);
}

static void
scroll_to_room (GuiRoomList *list, SalListedRoom *top)
{
  int position = position_of (list, top);
  g_autoptr (GtkTreePath) path = NULL;

  if (position < 0)
    return;
  path = gtk_tree_path_new_from_indices (position, -1);
  gtk_tree_view_scroll_to_cell (list->view, path, NULL, TRUE, 0, 0);
}

/* GTK takes the sign off when a view gets other rows. */
static void
show_sign (GuiRoomList *list)
{
  for (guint i = 0; i < G_N_ELEMENTS (list->columns); i++)
    gtk_tree_view_column_set_sort_indicator (list->columns[i], i == list->order);
  gtk_tree_view_column_set_sort_order (list->columns[list->order],
                                       list->descending ? GTK_SORT_DESCENDING : GTK_SORT_ASCENDING);
}

static void
take_rows (GuiRoomList *list)
{
  gtk_tree_view_set_model (list->view, NULL);
  g_clear_object (&list->rows);
}

static void
show_found (GuiRoomList *list)
{
  g_autoptr (SalListedRoom) chosen = gui_list_rows_dup_chosen (list->view);
  g_autoptr (SalListedRoom) top = list->wish_changed ? NULL : dup_top (list);

  take_rows (list);
  gui_found_rooms_update (list->found);
  list->rows = gui_list_rows_new (G_LIST_MODEL (list->found));
  gtk_tree_view_set_model (list->view, GTK_TREE_MODEL (list->rows));
  show_sign (list);
  choose_room (list, chosen);
  scroll_to_room (list, top);
  list->wish_changed = FALSE;
  update_join_button (list);
  update_note (list);
}

static gboolean
on_tick (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  GuiRoomList *list = GUI_ROOM_LIST (widget);

  if (gui_found_rooms_read (list->found))
    {
      list->changed = TRUE;
      return G_SOURCE_CONTINUE; /* one thing a frame */
    }
  if (list->changed && !list->again && g_get_monotonic_time () < list->rest_until_us)
    return G_SOURCE_CONTINUE;
  if (list->changed && !list->again)
    {
      list->changed = FALSE;
      show_found (list);
      if (get_state (list) == SAL_ROOM_LIST_LOADING)
        list->rest_until_us = g_get_monotonic_time () + REST_US;
    }
  list->tick = 0;
  return G_SOURCE_REMOVE;
}

static void
queue_tick (GuiRoomList *list)
{
  if (list->tick == 0)
    list->tick = gtk_widget_add_tick_callback (GTK_WIDGET (list), on_tick, NULL, NULL);
}

static void
queue_change (GuiRoomList *list)
{
  list->changed = TRUE;
  queue_tick (list);
}

/* Cells. */

static void
set_cell (GtkCellRenderer *renderer, const char *text, guint weight)
{
  g_autofree char *tame = gui_text_limit_marks (text);
  g_autofree char *start = gui_text_shorten (tame, weight);

  g_object_set (renderer, "text", start != NULL ? start : tame, NULL);
}

static void
draw_name (GtkTreeViewColumn *column,
           GtkCellRenderer *renderer,
           GtkTreeModel *model,
           GtkTreeIter *iter,
           gpointer data)
{
  g_autoptr (SalListedRoom) room = gui_list_rows_get (GUI_LIST_ROWS (model), iter);

  set_cell (renderer, sal_listed_room_get_name (room), GUI_TEXT_NAME_WEIGHT);
}

static void
draw_people (GtkTreeViewColumn *column,
             GtkCellRenderer *renderer,
             GtkTreeModel *model,
             GtkTreeIter *iter,
             gpointer data)
{
  g_autoptr (SalListedRoom) room = gui_list_rows_get (GUI_LIST_ROWS (model), iter);
  g_autofree char *text = g_strdup_printf ("%u", sal_listed_room_get_people (room));

  g_object_set (renderer, "text", text, NULL);
}

static gboolean
is_in (GuiRoomList *list, SalListedRoom *listed)
{
  SalRoomModel *room = list->server != NULL
                           ? sal_server_find_room (list->server, sal_listed_room_get_name (listed))
                           : NULL;

  return room != NULL && sal_room_model_get_presence (room) == SAL_PRESENCE_IN;
}

static void
draw_topic (GtkTreeViewColumn *column,
            GtkCellRenderer *renderer,
            GtkTreeModel *model,
            GtkTreeIter *iter,
            gpointer data)
{
  g_autoptr (SalListedRoom) room = gui_list_rows_get (GUI_LIST_ROWS (model), iter);
  const char *topic = sal_listed_room_get_topic (room);
  g_autofree char *both = NULL;

  if (is_in (data, room))
    /* TRANSLATORS: in a list of rooms, before what a room is about; perhaps that is nothing */
    both = g_strdup_printf (_ ("(you are there) %s"), topic);
  set_cell (renderer, both != NULL ? both : topic, TOPIC_WEIGHT);
}

/* What is cut off in its row. */
static gboolean
on_query_tooltip (
    GtkWidget *view, int x, int y, gboolean keyboard, GtkTooltip *tooltip, GuiRoomList *list)
{
  g_autoptr (GtkTreePath) path = NULL;
  g_autoptr (SalListedRoom) room = NULL;
  g_autofree char *text = NULL;
  g_autofree char *tame = NULL;
  GtkTreeModel *model = NULL;
  GtkTreeIter iter;

  if (!gtk_tree_view_get_tooltip_context (list->view, &x, &y, keyboard, &model, &path, &iter))
    return FALSE;
  room = gui_list_rows_get (GUI_LIST_ROWS (model), &iter);
  text =
      g_strdup_printf ("%s\n%s", sal_listed_room_get_name (room), sal_listed_room_get_topic (room));
  tame = gui_text_limit_marks (g_strchomp (text));
  gtk_tooltip_set_text (tooltip, tame);
  gtk_tree_view_set_tooltip_row (list->view, tooltip, path);
  return TRUE;
}

/* What can be done. */

static void
join (GuiRoomList *list)
{
  g_autoptr (SalListedRoom) chosen = gui_list_rows_dup_chosen (list->view);
  GError *error = NULL;
  SalRoomModel *room = NULL;

  if (chosen == NULL)
    return;
  room = sal_server_join (list->server, sal_listed_room_get_name (chosen), NULL, &error);
  set_problem (list, error);
  if (room == NULL)
    return;
  g_object_ref (room);
  gtk_widget_hide (GTK_WIDGET (list));
  g_signal_emit (list, joining_signal, 0, room);
  g_object_unref (room);
}

static void
ask (GuiRoomList *list)
{
  int least = gtk_spin_button_get_value_as_int (list->least);
  GError *error = NULL;

  if (sal_server_list_rooms (list->server, (guint) least, &error))
    list->asked_us = g_get_monotonic_time ();
  set_problem (list, error);
}

/* What is to be seen is another thing, also while the server is being asked. */
static void
queue_wish (GuiRoomList *list)
{
  list->wish_changed = TRUE;
  list->again = FALSE;
  list->rest_until_us = 0;
  queue_change (list);
}

static void
on_wish_changed (GuiRoomList *list)
{
  if (list->found == NULL)
    return;
  gui_found_rooms_look_for (list->found, gtk_entry_get_text (list->words),
                            (guint) gtk_spin_button_get_value_as_int (list->least));
  queue_wish (list);
}

static void
show_order (GuiRoomList *list)
{
  show_sign (list);
  if (list->found == NULL)
    return;
  gui_found_rooms_sort (list->found, list->order, list->descending);
  queue_wish (list);
}

static void
on_column_clicked (GtkTreeViewColumn *column, GuiRoomList *list)
{
  guint order = 0;

  while (list->columns[order] != column)
    order++;
  /* Of numbers, one looks for the great ones first. */
  list->descending = list->order == order ? !list->descending : order == GUI_FOUND_BY_PEOPLE;
  list->order = order;
  show_order (list);
}

/* Return and Down lead from what is looked for to what was found. */
static void
go_to_rows (GuiRoomList *list)
{
  g_autoptr (SalListedRoom) chosen = NULL;

  /* The entry tells what was typed after a pause only: Return would go to what was found before. */
  on_wish_changed (list);
  list->changed = FALSE;
  show_found (list);
  if (g_list_model_get_n_items (G_LIST_MODEL (list->found)) == 0)
    return;
  gtk_widget_grab_focus (GTK_WIDGET (list->view));
  chosen = gui_list_rows_dup_chosen (list->view);
  if (chosen == NULL)
    choose (list, 0);
}

static gboolean
on_words_key (GtkWidget *entry, GdkEventKey *event, GuiRoomList *list)
{
  if (event->keyval != GDK_KEY_Down && event->keyval != GDK_KEY_KP_Down)
    return GDK_EVENT_PROPAGATE;
  go_to_rows (list);
  return GDK_EVENT_STOP;
}

/* What is typed over the rows is looked for. */
static gboolean
on_view_key (GtkWidget *view, GdkEventKey *event, GuiRoomList *list)
{
  guint32 c = gdk_keyval_to_unicode (event->keyval);
  GdkModifierType state = event->state & gtk_accelerator_get_default_mod_mask ();

  if ((state & ~GDK_SHIFT_MASK) != 0 || !g_unichar_isgraph (c))
    return GDK_EVENT_PROPAGATE;
  gtk_entry_grab_focus_without_selecting (list->words);
  return gtk_widget_event (GTK_WIDGET (list->words), (GdkEvent *) event);
}

static gboolean
gui_room_list_key_press_event (GtkWidget *widget, GdkEventKey *event)
{
  if (GTK_WIDGET_CLASS (gui_room_list_parent_class)->key_press_event (widget, event))
    return GDK_EVENT_STOP;
  if (event->keyval != GDK_KEY_Escape)
    return GDK_EVENT_PROPAGATE;
  gtk_window_close (GTK_WINDOW (widget));
  return GDK_EVENT_STOP;
}

/* Whose rooms. */

static void
forget_server (GuiRoomList *list)
{
  if (list->view != NULL)
    take_rows (list);
  if (list->tick != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (list), list->tick);
  list->tick = 0;
  if (list->server != NULL)
    {
      g_signal_handlers_disconnect_by_data (list->rooms, list);
      g_signal_handlers_disconnect_by_data (list->server, list);
    }
  g_clear_object (&list->found);
  g_clear_object (&list->rooms);
  g_clear_object (&list->server);
  g_clear_error (&list->problem);
  list->asked_us = 0;
  list->again = FALSE;
}

static void
on_forgotten (GuiRoomList *list)
{
  gtk_widget_hide (GTK_WIDGET (list));
  forget_server (list);
}

static void
on_state (GuiRoomList *list)
{
  list->again = get_state (list) == SAL_ROOM_LIST_LOADING &&
                g_list_model_get_n_items (G_LIST_MODEL (list->found)) > 0;
  list->rest_until_us = 0;
  queue_change (list);
  update_note (list);
}

static void
set_server (GuiRoomList *list, SalServer *server)
{
  GtkHeaderBar *bar = GTK_HEADER_BAR (gtk_window_get_titlebar (GTK_WINDOW (list)));
  const char *host = sal_server_get_host (server);
  g_autofree char *title = g_strdup_printf ("%s – %s", _ ("Rooms"), host);

  forget_server (list);
  list->server = g_object_ref (server);
  list->rooms = g_object_ref (G_LIST_MODEL (sal_server_get_room_list (server)));
  list->found = gui_found_rooms_new (list->rooms);
  g_signal_connect_swapped (list->rooms, "items-changed", G_CALLBACK (queue_change), list);
  g_signal_connect_swapped (list->rooms, "state", G_CALLBACK (on_state), list);
  g_signal_connect_swapped (server, "forgotten", G_CALLBACK (on_forgotten), list);
  gtk_window_set_title (GTK_WINDOW (list), title); /* which becomes that of its bar */
  gtk_header_bar_set_title (bar, _ ("Rooms"));
  gtk_header_bar_set_subtitle (bar, host);
  show_order (list);
  on_wish_changed (list);
}

/* The window itself. */

static void
gui_room_list_destroy (GtkWidget *widget)
{
  GuiRoomList *list = GUI_ROOM_LIST (widget);

  forget_server (list);
  list->view = NULL;
  GTK_WIDGET_CLASS (gui_room_list_parent_class)->destroy (widget);
}

static void
gui_room_list_class_init (GuiRoomListClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->destroy = gui_room_list_destroy;
  widget_class->key_press_event = gui_room_list_key_press_event;
  joining_signal = g_signal_new ("joining", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 1, SAL_TYPE_ROOM_MODEL);
}

static void
add_column (GuiRoomList *list, GuiFoundOrder order, const char *title, GtkTreeCellDataFunc draw)
{
  GtkCellRenderer *renderer = gtk_cell_renderer_text_new ();
  GtkTreeViewColumn *column = gtk_tree_view_column_new ();

  g_object_set (renderer, "xpad", CELL_PAD, "ypad", 4, "ellipsize", PANGO_ELLIPSIZE_END,
                "single-paragraph-mode", TRUE, "xalign", order == GUI_FOUND_BY_PEOPLE ? 1.0f : 0.0f,
                NULL);
  gtk_tree_view_column_set_title (column, title);
  gtk_tree_view_column_set_alignment (column, order == GUI_FOUND_BY_PEOPLE ? 1.0f : 0.0f);
  gtk_tree_view_column_set_sizing (column, GTK_TREE_VIEW_COLUMN_FIXED);
  gtk_tree_view_column_set_clickable (column, TRUE);
  gtk_tree_view_column_set_resizable (column, TRUE);
  gtk_tree_view_column_set_expand (column, order == GUI_FOUND_BY_TOPIC);
  gtk_tree_view_column_pack_start (column, renderer, TRUE);
  gtk_tree_view_column_set_cell_data_func (column, renderer, draw, list, NULL);
  gtk_tree_view_append_column (list->view, column);
  g_signal_connect (column, "clicked", G_CALLBACK (on_column_clicked), list);
  list->columns[order] = column;
}

/* As wide as so many letters or figures, in whatever font. */
static void
set_widths (GuiRoomList *list)
{
  GtkWidget *widget = GTK_WIDGET (list->view);
  PangoContext *context = gtk_widget_get_pango_context (widget);
  PangoFontMetrics *metrics = pango_context_get_metrics (context, NULL, NULL);
  int letter = PANGO_PIXELS (pango_font_metrics_get_approximate_char_width (metrics));
  g_autoptr (PangoLayout) people = gtk_widget_create_pango_layout (widget, PEOPLE_WIDTH);
  int width = 0;

  pango_layout_get_pixel_size (people, &width, NULL);
  gtk_tree_view_column_set_fixed_width (list->columns[GUI_FOUND_BY_NAME],
                                        NAME_WIDTH_CHARS * letter);
  gtk_tree_view_column_set_min_width (list->columns[GUI_FOUND_BY_PEOPLE], width + 2 * CELL_PAD);
  pango_font_metrics_unref (metrics);
}

static GtkWidget *
view_new (GuiRoomList *list)
{
  GtkWidget *scroller = gtk_scrolled_window_new (NULL, NULL);
  GtkWidget *view = gui_table_view_new ();

  list->view = GTK_TREE_VIEW (view);
  add_column (list, GUI_FOUND_BY_NAME, _ ("Room"), draw_name);
  add_column (list, GUI_FOUND_BY_PEOPLE, _ ("People"), draw_people);
  add_column (list, GUI_FOUND_BY_TOPIC, _ ("Topic"), draw_topic);
  gtk_tree_view_set_fixed_height_mode (list->view, TRUE);
  gtk_tree_view_set_enable_search (list->view, FALSE);
  gtk_widget_set_has_tooltip (view, TRUE);
  atk_object_set_name (gtk_widget_get_accessible (view), _ ("Rooms of the server"));
  g_signal_connect_swapped (view, "row-activated", G_CALLBACK (join), list);
  g_signal_connect_swapped (view, "cursor-changed", G_CALLBACK (update_join_button), list);
  g_signal_connect (view, "query-tooltip", G_CALLBACK (on_query_tooltip), list);
  g_signal_connect (view, "key-press-event", G_CALLBACK (on_view_key), list);
  gtk_widget_set_vexpand (scroller, TRUE);
  gtk_container_add (GTK_CONTAINER (scroller), view);
  return scroller;
}

static GtkWidget *
wish_new (GuiRoomList *list)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *words = gtk_search_entry_new ();
  GtkWidget *least = gtk_spin_button_new_with_range (0, LEAST_MAX, 1);

  list->words = GTK_ENTRY (words);
  gtk_widget_set_hexpand (words, TRUE);
  gtk_entry_set_width_chars (list->words, 8); /* in a narrow window */
  gtk_entry_set_max_length (list->words, WORDS_MAX_CHARS);
  gtk_entry_set_placeholder_text (list->words, _ ("Search names and topics"));
  atk_object_set_name (gtk_widget_get_accessible (words), _ ("Search names and topics"));
  g_signal_connect_swapped (words, "search-changed", G_CALLBACK (on_wish_changed), list);
  g_signal_connect_swapped (words, "stop-search", G_CALLBACK (gtk_window_close), list);
  g_signal_connect_swapped (words, "activate", G_CALLBACK (go_to_rows), list);
  g_signal_connect (words, "key-press-event", G_CALLBACK (on_words_key), list);
  list->least = GTK_SPIN_BUTTON (least);
  gtk_entry_set_width_chars (GTK_ENTRY (least), 5);
  gtk_entry_set_icon_from_icon_name (GTK_ENTRY (least), GTK_ENTRY_ICON_PRIMARY,
                                     "system-users-symbolic");
  gtk_entry_set_icon_activatable (GTK_ENTRY (least), GTK_ENTRY_ICON_PRIMARY, FALSE);
  gtk_widget_set_tooltip_text (least, _ ("People who are there at least"));
  atk_object_set_name (gtk_widget_get_accessible (least), _ ("People who are there at least"));
  g_signal_connect_swapped (least, "value-changed", G_CALLBACK (on_wish_changed), list);
  gtk_container_add (GTK_CONTAINER (box), words);
  gtk_container_add (GTK_CONTAINER (box), least);
  gtk_style_context_add_class (gtk_widget_get_style_context (box), "room-list-wish");
  return box;
}

static GtkWidget *
note_new (GuiRoomList *list)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *note = gtk_label_new (NULL);

  list->spinner = GTK_SPINNER (gtk_spinner_new ());
  list->note = GTK_LABEL (note);
  gtk_label_set_xalign (list->note, 0);
  gtk_label_set_line_wrap (list->note, TRUE);
  gui_label_show_verbatim (list->note);
  gtk_style_context_add_class (gtk_widget_get_style_context (note), "field-note");
  gtk_container_add (GTK_CONTAINER (box), GTK_WIDGET (list->spinner));
  gtk_container_add (GTK_CONTAINER (box), note);
  gtk_style_context_add_class (gtk_widget_get_style_context (box), "room-list-note");
  return box;
}

static GtkWidget *
bar_new (GuiRoomList *list)
{
  GtkWidget *bar = gtk_header_bar_new ();

  list->refresh_button =
      gtk_button_new_from_icon_name ("view-refresh-symbolic", GTK_ICON_SIZE_BUTTON);
  gtk_widget_set_tooltip_text (list->refresh_button, _ ("Ask the server again"));
  atk_object_set_name (gtk_widget_get_accessible (list->refresh_button),
                       _ ("Ask the server again"));
  g_signal_connect_swapped (list->refresh_button, "clicked", G_CALLBACK (ask), list);
  list->join_button = gtk_button_new_with_mnemonic (_ ("_Join"));
  gtk_style_context_add_class (gtk_widget_get_style_context (list->join_button),
                               GTK_STYLE_CLASS_SUGGESTED_ACTION);
  g_signal_connect_swapped (list->join_button, "clicked", G_CALLBACK (join), list);
  gtk_header_bar_pack_start (GTK_HEADER_BAR (bar), list->refresh_button);
  gtk_header_bar_pack_end (GTK_HEADER_BAR (bar), list->join_button);
  gtk_header_bar_set_title (GTK_HEADER_BAR (bar), _ ("Rooms"));
  gtk_header_bar_set_show_close_button (GTK_HEADER_BAR (bar), TRUE);
  return bar;
}

static void
gui_room_list_init (GuiRoomList *list)
{
  GtkWidget *bar = bar_new (list);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  list->order = GUI_FOUND_BY_PEOPLE;
  list->descending = TRUE;
  gtk_window_set_titlebar (GTK_WINDOW (list), bar);
  gtk_container_add (GTK_CONTAINER (box), wish_new (list));
  gtk_container_add (GTK_CONTAINER (box), view_new (list));
  gtk_container_add (GTK_CONTAINER (box), note_new (list));
  gtk_container_add (GTK_CONTAINER (list), box);
  set_widths (list);
  show_order (list);
  gtk_widget_show_all (bar);
  gtk_widget_show_all (box);
}

/**
 * gui_room_list_new:
 *
 * Returns: the window, not shown yet. It hides by itself.
 */
GtkWidget *
gui_room_list_new (void)
{
  return g_object_new (GUI_TYPE_ROOM_LIST, NULL);
}

/**
 * gui_room_list_show_server:
 * @server: (transfer none): whose rooms
 * @words: (nullable): to look for; %NULL: what was looked for last
 *
 * Shows what rooms there are, and asks the server if that is not known, or was long ago. Present it
 * then.
 */
void
gui_room_list_show_server (GuiRoomList *list, SalServer *server, const char *words)
{
  gint64 now_us = g_get_monotonic_time ();

  if (list->server != server)
    set_server (list, server);
  if (words != NULL)
    gtk_entry_set_text (list->words, words);
  if (list->asked_us == 0 || now_us - list->asked_us > FRESH_US ||
      get_state (list) == SAL_ROOM_LIST_FAILED || list->problem != NULL)
    ask (list);
  queue_change (list);
  gtk_widget_grab_focus (GTK_WIDGET (list->words));
}
