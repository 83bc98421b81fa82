/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What was said in a room, as it is read: a window of rows (gui-message-window) in a
 * scrolled window, and where the reader is in it (gui-message-place). This file brings
 * them together: what the room tells is only noted (gui-message-news) and shown once a
 * frame, pages are read before the reader gets to them, and what is on the screen of
 * somebody who looks at it has been read. And the keys. It is one piece because each of
 * these decides what the same frame shows, and must know of the others.
 *
 * Signals:
 *   edit-again (char *)         the reader wants this text in the composer
 *   fill-menu (GMenu *, const SalEntry *)   more may be added to the menu of this entry
 * Properties:
 *   at-end                      whether the newest message is on the screen and followed
 */
#include "config.h"

#include "client-gtk/gui-message-list.h"

#include <glib/gi18n.h>

#include "client-gtk/gui-announcer.h"
#include "client-gtk/gui-end-button.h"
#include "client-gtk/gui-message-menu.h"
#include "client-gtk/gui-message-news.h"
#include "client-gtk/gui-message-place.h"
#include "client-gtk/gui-message-pointer.h"
#include "client-gtk/gui-message-selection.h"
#include "client-gtk/gui-message-window.h"
#include "client-gtk/gui-text.h"

/* Of a flood, so many pictures a second are enough; the rest of the time is for keys. */
#define FLOOD_REST_US (100 * 1000)
/* A machine that sleeps stops the clock that waits for midnight. */
#define LONGEST_WAIT_S 3600

struct _GuiMessageList
{
  GtkBin parent;
  SalRoomModel *model; /* (owned) */
  GtkListBox *box;
  GtkScrolledWindow *scroller;
  GuiEndButton *end_button;
  GuiMessageWindow *window;       /* (owned) */
  GuiMessagePlace *place;         /* (owned) */
  GuiMessageSelection *selection; /* (owned) */
  GuiMessagePointer *pointer;     /* (owned) */
  GuiMessageMenu *menu;           /* (owned) */
  GuiMessageNews *news;           /* (owned) */
  GuiAnnouncer *announcer;        /* (owned) */

  guint64 found;   /* what was looked for; 0: nothing */
  gboolean at_end; /* as it was told last */
  guint tick;
  gboolean showed_news; /* in the last frame in which something was done */
  gint64 rest_until_us;
  guint midnight;      /* source */
  GtkWidget *toplevel; /* (unowned) (nullable, weak) */
  gulong active_handler;
};

G_DEFINE_FINAL_TYPE (GuiMessageList, gui_message_list, GTK_TYPE_BIN)

enum
{
  PROP_0,
  PROP_AT_END,
  N_PROPS
};

enum
{
  EDIT_AGAIN,
  FILL_MENU,
  N_SIGNALS
};

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

static void queue_tick (GuiMessageList *list);

/* Reading. */

static gboolean
is_looked_at (GuiMessageList *list)
{
  return gtk_widget_get_mapped (GTK_WIDGET (list)) && list->toplevel != NULL &&
         gtk_window_is_active (GTK_WINDOW (list->toplevel));
}

/* What is on the screen of somebody who looks at it has been read. */
static void
note_read (GuiMessageList *list)
{
  guint64 newest = gui_message_window_get_last_id (list->window);

  if (is_looked_at (list) && gui_message_place_follows (list->place) &&
      gui_message_window_has_newest (list->window) &&
      sal_room_model_get_read_id (list->model) < newest)
    sal_room_model_set_read_id (list->model, newest);
}

/* The line above what is unread: it is drawn where somebody who was away stopped reading,
 * and stays until they have written something or been away again. */
static void
update_unread_line (GuiMessageList *list)
{
  guint64 read = sal_room_model_get_read_id (list->model);
  gboolean reads = is_looked_at (list) && gui_message_place_follows (list->place);

  for (guint i = 0; i < list->news->added->len; i++)
    {
      const SalEntry *entry = list->news->added->pdata[i];

      if (entry->own && entry->pending)
        gui_message_window_set_unread_after (list->window, 0);
    }
  if (!reads && read > 0 && sal_room_model_count_unread (list->model) > 0 &&
      (!is_looked_at (list) || gui_message_window_get_unread_after (list->window) == 0))
    gui_message_window_set_unread_after (list->window, read);
}

static void
update_end_button (GuiMessageList *list)
{
  gui_end_button_update (list->end_button, !gui_message_place_follows (list->place),
                         sal_room_model_count_unread (list->model));
}

static gboolean
wants_page (GuiMessageList *list)
{
  return gui_message_place_wants_gap (list->place) || gui_message_place_wants_older (list->place) ||
         gui_message_place_wants_newer (list->place);
}

/* The reader has moved, or everything has been laid out anew. */
static void
on_place_changed (gpointer place, gpointer data)
{
  GuiMessageList *list = data;
  gboolean at_end = gui_message_place_follows (list->place);

  if (at_end != list->at_end)
    {
      list->at_end = at_end;
      update_end_button (list);
      g_object_notify_by_pspec (G_OBJECT (list), props[PROP_AT_END]);
    }
  note_read (list);
  if (wants_page (list))
    queue_tick (list);
}

/* Returns: (nullable): the row in which the focus is. */
static GuiMessageRow *
get_focus_row (GuiMessageList *list)
{
  GtkWidget *focus =
      list->toplevel != NULL ? gtk_window_get_focus (GTK_WINDOW (list->toplevel)) : NULL;

  if (focus == NULL || !gtk_widget_is_ancestor (focus, GTK_WIDGET (list->box)))
    return NULL;
  focus = gtk_widget_get_ancestor (focus, GUI_TYPE_MESSAGE_ROW);
  return focus != NULL ? GUI_MESSAGE_ROW (focus) : NULL;
}

/* What is new. */

/* Returns: the index of the message of ours that has come in the place of @old, or the
 * length. */
static guint
find_successor (GPtrArray *added, const SalEntry *old)
{
  for (guint i = 0; i < added->len; i++)
    {
      const SalEntry *entry = added->pdata[i];

      if (entry->own && entry->kind == old->kind && g_strcmp0 (entry->text, old->text) == 0)
        return i;
    }
  return added->len;
}

/* Returns: (transfer full): for each of the added entries the number of the one in whose
 * place it comes, or 0; those are no longer among the removed. */
static guint64 *
match_removed (GuiMessageList *list)
{
  GuiMessageNews *news = list->news;
  guint64 *places = g_new0 (guint64, news->added->len + 1);

  for (guint i = 0; i < news->removed->len;)
    {
      guint64 id = g_array_index (news->removed, guint64, i);
      GuiMessageRow *row = gui_message_window_find (list->window, id);
      const SalEntry *old = row != NULL ? gui_message_row_get_entry (row) : NULL;
      guint at = old != NULL && old->own ? find_successor (news->added, old) : news->added->len;

      if (at < news->added->len && places[at] == 0)
        {
          places[at] = id;
          g_array_remove_index (news->removed, i);
        }
      else
        i++;
    }
  return places;
}

static void
show_added (GuiMessageList *list)
{
  GuiMessageNews *news = list->news;
  g_autofree guint64 *places = match_removed (list);

  for (guint i = 0; i < news->added->len; i++)
    {
      const SalEntry *entry = news->added->pdata[i];

      if (places[i] != 0 && gui_message_window_reuse (list->window, places[i], entry))
        continue;
      if (places[i] != 0)
        gui_message_window_remove (list->window, places[i]);
      /* Who follows the end does not look at the beginning. */
      if (gui_message_place_follows (list->place) &&
          gui_message_window_count (list->window) == GUI_WINDOW_MAX_ROWS)
        gui_message_window_trim_start (list->window);
      gui_message_window_append (list->window, entry);
    }
  gui_message_window_refresh (list->window);
}

/* Returns: whether to show only the end of what is new: there is too much of it for one
 * frame. */
static gboolean
is_flood (GuiMessageNews *news)
{
  guint weight = 0;

  for (guint i = 0; i < news->added->len; i++)
    weight += gui_text_weigh (((SalEntry *) news->added->pdata[i])->text);
  return news->overflowed || weight > GUI_WINDOW_WEIGHT;
}

static void
show_news (GuiMessageList *list)
{
  GuiMessageNews *news = list->news;
  gboolean flood = is_flood (news);

  update_unread_line (list);
  if (flood && gui_message_place_follows (list->place))
    gui_message_window_open_at_end (list->window, GUI_NEWS_MAX);
  else
    {
      for (guint i = 0; i < news->changed->len; i++)
        gui_message_window_change (list->window, news->changed->pdata[i]);
      if (flood)
        gui_message_window_let_go_of_end (list->window);
      else
        show_added (list);
      for (guint i = 0; i < news->removed->len; i++)
        gui_message_window_remove (list->window, g_array_index (news->removed, guint64, i));
    }
  if (flood)
    list->rest_until_us = g_get_monotonic_time () + FLOOD_REST_US;
  gui_message_news_clear (news);
  note_read (list);
}

static void
move_window (GuiMessageList *list)
{
  if (gui_message_place_wants_gap (list->place))
    gui_message_window_look_into_gap (list->window);
  else if (gui_message_place_wants_older (list->place))
    gui_message_window_page_before (list->window);
  else
    gui_message_window_page_after (list->window);
}

/* One thing a frame: what is new, or a page; in turn, if there is always something new. In a
 * flood, nobody who follows it needs what is above the screen. */
static gboolean
on_tick (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  GuiMessageList *list = GUI_MESSAGE_LIST (widget);
  gboolean had_focus = get_focus_row (list) != NULL;
  gboolean rests = g_get_monotonic_time () < list->rest_until_us;
  gboolean page = wants_page (list) && !(rests && gui_message_place_follows (list->place));
  gboolean news = !gui_message_news_is_empty (list->news) && !rests && !(page && list->showed_news);

  list->showed_news = news;
  if (news)
    show_news (list);
  else if (page)
    move_window (list);
  if (news || page)
    gui_message_selection_update_rows (list->selection);
  if (had_focus && get_focus_row (list) == NULL)
    gui_message_place_keep_focus (list->place);
  update_end_button (list);
  if (!gui_message_news_is_empty (list->news) || (rests && wants_page (list)))
    return G_SOURCE_CONTINUE;
  list->tick = 0;
  return G_SOURCE_REMOVE;
}

/* Shows the room to somebody who comes to it. */
static void
open (GuiMessageList *list)
{
  guint64 read = sal_room_model_get_read_id (list->model);

  gui_message_news_clear (list->news);
  gui_message_window_open_at_end (list->window, GUI_WINDOW_FIRST_ROWS);
  if (read == 0 || sal_room_model_count_unread (list->model) == 0)
    return;
  if (!gui_message_window_has_oldest (list->window) &&
      gui_message_row_get_id (gui_message_window_get (list->window, 0)) > read)
    gui_message_window_open_around (list->window, read);
  gui_message_window_set_unread_after (list->window, read);
  gui_message_place_seek_unread (list->place);
}

/* Nobody sees a room that is not on the screen; what it has told is shown when it is. */
static void
queue_tick (GuiMessageList *list)
{
  if (list->tick == 0 && gtk_widget_get_mapped (GTK_WIDGET (list)))
    list->tick = gtk_widget_add_tick_callback (GTK_WIDGET (list), on_tick, NULL, NULL);
}

/* What the room tells. */

static void
on_added (SalRoomModel *model, const SalEntry *entry, GuiMessageList *list)
{
  gui_message_news_add (list->news, entry);
  if (is_looked_at (list) && gui_message_place_follows (list->place))
    gui_announcer_hear (list->announcer, entry);
  queue_tick (list);
}

static void
on_changed (SalRoomModel *model, const SalEntry *entry, GuiMessageList *list)
{
  gui_message_news_change (list->news, entry,
                           gui_message_window_find (list->window, entry->id) != NULL);
  queue_tick (list);
}

static void
on_removed (SalRoomModel *model, guint64 id, GuiMessageList *list)
{
  gui_message_news_remove (list->news, id, gui_message_window_find (list->window, id) != NULL);
  queue_tick (list);
}

/* The server has answered what was asked of the past. */
static void
on_older (SalRoomModel *model, guint n, gboolean more, GuiMessageList *list)
{
  gui_message_window_take_older (list->window, n);
  queue_tick (list);
}

static void
on_presence (GuiMessageList *list)
{
  if (sal_room_model_get_presence (list->model) != SAL_PRESENCE_IN)
    return;
  gui_message_window_reach (list->window);
  queue_tick (list);
}

/* The read marker was moved, perhaps on another device: what was unread is not any more. */
static void
on_read (GuiMessageList *list)
{
  if (gui_message_window_get_unread_after (list->window) > 0 &&
      sal_room_model_count_unread (list->model) == 0 && !is_looked_at (list))
    gui_message_window_set_unread_after (list->window, 0);
  update_end_button (list);
}

/* Days. */

static void schedule_midnight (GuiMessageList *list);

static gboolean
on_midnight (gpointer data)
{
  GuiMessageList *list = data;

  list->midnight = 0;
  gui_message_window_update_days (list->window);
  schedule_midnight (list);
  return G_SOURCE_REMOVE;
}

static void
schedule_midnight (GuiMessageList *list)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  int passed_s = g_date_time_get_hour (now) * 3600 + g_date_time_get_minute (now) * 60 +
                 g_date_time_get_second (now);
  int left_s = 24 * 3600 - passed_s + 1;

  list->midnight =
      g_timeout_add_seconds ((guint) CLAMP (left_s, 1, LONGEST_WAIT_S), on_midnight, list);
}

/* Keys. */

/* Returns: (nullable): the row that many rows further down. */
static GuiMessageRow *
get_neighbour (GuiMessageList *list, GuiMessageRow *row, int step)
{
  int index = gtk_list_box_row_get_index (GTK_LIST_BOX_ROW (row)) + step;

  if (index < 0 || index >= (int) gui_message_window_count (list->window))
    return NULL;
  return gui_message_window_get (list->window, (guint) index);
}

static void
extend_selection (GuiMessageList *list, GuiMessageRow *row, int step)
{
  GuiMessageRow *next = get_neighbour (list, row, step);

  if (gui_message_selection_is_empty (list->selection))
    gui_message_selection_begin (list->selection, gui_message_row_get_id (row));
  if (next == NULL)
    return;
  gui_message_selection_extend (list->selection, gui_message_row_get_id (next));
  gui_message_place_focus (list->place, next);
}

static void
go_to_start (GuiMessageList *list)
{
  GuiMessageRow *row = NULL;

  if (!gui_message_window_has_oldest (list->window))
    gui_message_window_open_around (list->window, 0);
  if (gui_message_window_count (list->window) == 0)
    return;
  gui_message_selection_update_rows (list->selection);
  row = gui_message_window_get (list->window, 0);
  gui_message_place_stay_at (list->place, gui_message_row_get_id (row));
  gui_message_place_focus (list->place, row);
}

static void
go_to_end (GuiMessageList *list)
{
  gui_message_list_go_to_end (list);
  (void) gui_message_list_focus (list);
}

/* Up, Down and their like, with a row that has the focus. */
static gboolean
walk (GuiMessageList *list, GuiMessageRow *row, int step, GdkModifierType state)
{
  if (state == GDK_SHIFT_MASK)
    {
      extend_selection (list, row, step);
      return TRUE;
    }
  /* From the first row, GTK would go on to what is above the list. */
  return step < 0 && get_neighbour (list, row, step) == NULL;
}

static gboolean
on_key (GtkWidget *box, GdkEventKey *event, GuiMessageList *list)
{
  GuiMessageRow *row = get_focus_row (list);
  GdkModifierType state = event->state & gtk_accelerator_get_default_mod_mask ();
  gboolean plain = state == 0;
  gboolean control = state == GDK_CONTROL_MASK;

  if (row == NULL)
    return FALSE;
  switch (event->keyval)
    {
    case GDK_KEY_Up:
    case GDK_KEY_KP_Up:
      return walk (list, row, -1, state);
    case GDK_KEY_Down:
    case GDK_KEY_KP_Down:
      return walk (list, row, 1, state);
    case GDK_KEY_Home:
    case GDK_KEY_KP_Home:
      if (control)
        go_to_start (list);
      else if (plain)
        gui_message_place_focus (list->place, gui_message_window_get (list->window, 0));
      return control || plain;
    case GDK_KEY_End:
    case GDK_KEY_KP_End:
      if (control || plain)
        go_to_end (list);
      return control || plain;
    case GDK_KEY_c:
    case GDK_KEY_C:
    case GDK_KEY_Insert:
      if (control)
        gui_message_menu_copy (list->menu, row);
      return control;
    case GDK_KEY_Return:
    case GDK_KEY_KP_Enter:
    case GDK_KEY_space:
      return plain && gtk_widget_is_focus (GTK_WIDGET (row)) && gui_message_row_explain (row);
    case GDK_KEY_Escape:
      if (gui_message_selection_is_empty (list->selection))
        return FALSE;
      gui_message_selection_clear (list->selection);
      return TRUE;
    default:
      return FALSE;
    }
}

static gboolean
on_popup_menu (GuiMessageList *list)
{
  GuiMessageRow *row = get_focus_row (list);

  if (row != NULL)
    gui_message_menu_show (list->menu, row, NULL);
  return row != NULL;
}

static gboolean
on_query_tooltip (
    GtkWidget *box, int x, int y, gboolean keyboard, GtkTooltip *tooltip, GuiMessageList *list)
{
  GuiMessageRow *row =
      keyboard ? get_focus_row (list) : gui_message_window_find_at_y (list->window, y);
  g_autofree char *text = NULL;

  if (row == NULL)
    return FALSE;
  if (!keyboard)
    gtk_widget_translate_coordinates (box, GTK_WIDGET (row), x, y, &x, &y);
  if (!keyboard && !gui_message_row_has_at (row, x, y))
    return FALSE;
  text = gui_message_row_get_tooltip (row);
  gtk_tooltip_set_text (tooltip, text);
  return TRUE;
}

/* The widget. */

/* The list is one stop for Tab, not as many as it has rows: it begins with the row that is
 * on the screen, and goes on to what is in that row, and out. */
static gboolean
gui_message_list_focus_in_direction (GtkWidget *widget, GtkDirectionType direction)
{
  GuiMessageList *list = GUI_MESSAGE_LIST (widget);
  GuiMessageRow *row = get_focus_row (list);
  gboolean tab = direction == GTK_DIR_TAB_FORWARD || direction == GTK_DIR_TAB_BACKWARD;
  gboolean on_button = FALSE;

  if (!tab || list->toplevel == NULL || gui_message_window_count (list->window) == 0)
    return GTK_WIDGET_CLASS (gui_message_list_parent_class)->focus (widget, direction);
  if (row != NULL)
    {
      if (gtk_widget_child_focus (GTK_WIDGET (row), direction))
        return TRUE;
      return direction == GTK_DIR_TAB_FORWARD && !list->at_end &&
             gtk_widget_child_focus (GTK_WIDGET (list->end_button), direction);
    }
  on_button = gtk_window_get_focus (GTK_WINDOW (list->toplevel)) != NULL &&
              gtk_widget_is_ancestor (gtk_window_get_focus (GTK_WINDOW (list->toplevel)),
                                      GTK_WIDGET (list->end_button));
  if (on_button && direction == GTK_DIR_TAB_FORWARD)
    return FALSE;
  if (!on_button && direction == GTK_DIR_TAB_BACKWARD && !list->at_end &&
      gtk_widget_child_focus (GTK_WIDGET (list->end_button), direction))
    return TRUE;
  (void) gui_message_list_focus (list);
  return TRUE;
}

static void
on_active_changed (GuiMessageList *list)
{
  note_read (list);
  update_end_button (list);
}

static void
forget_toplevel (GuiMessageList *list)
{
  if (list->toplevel == NULL)
    return;
  g_clear_signal_handler (&list->active_handler, list->toplevel);
  g_object_remove_weak_pointer (G_OBJECT (list->toplevel), (gpointer *) &list->toplevel);
  list->toplevel = NULL;
}

static void
gui_message_list_hierarchy_changed (GtkWidget *widget, GtkWidget *previous)
{
  GuiMessageList *list = GUI_MESSAGE_LIST (widget);
  GtkWidget *toplevel = gtk_widget_get_toplevel (widget);

  forget_toplevel (list);
  if (!GTK_IS_WINDOW (toplevel))
    return;
  list->toplevel = toplevel;
  g_object_add_weak_pointer (G_OBJECT (toplevel), (gpointer *) &list->toplevel);
  list->active_handler = g_signal_connect_swapped (toplevel, "notify::is-active",
                                                   G_CALLBACK (on_active_changed), list);
}

static void
gui_message_list_map (GtkWidget *widget)
{
  GuiMessageList *list = GUI_MESSAGE_LIST (widget);

  if (!gui_message_news_is_empty (list->news) && list->at_end)
    open (list);
  else if (!gui_message_news_is_empty (list->news))
    show_news (list);
  gui_message_window_update_days (list->window);
  GTK_WIDGET_CLASS (gui_message_list_parent_class)->map (widget);
  note_read (list);
  queue_tick (list);
}

static void
gui_message_list_unmap (GtkWidget *widget)
{
  GuiMessageList *list = GUI_MESSAGE_LIST (widget);

  if (list->tick != 0)
    gtk_widget_remove_tick_callback (widget, list->tick);
  list->tick = 0;
  if (list->announcer != NULL)
    gui_announcer_forget (list->announcer);
  GTK_WIDGET_CLASS (gui_message_list_parent_class)->unmap (widget);
}

static void
gui_message_list_destroy (GtkWidget *widget)
{
  GuiMessageList *list = GUI_MESSAGE_LIST (widget);

  g_clear_handle_id (&list->midnight, g_source_remove);
  if (list->model != NULL)
    g_signal_handlers_disconnect_by_data (list->model, list);
  forget_toplevel (list);
  g_clear_pointer (&list->announcer, gui_announcer_free);
  g_clear_pointer (&list->menu, gui_message_menu_free);
  g_clear_pointer (&list->pointer, gui_message_pointer_free);
  g_clear_pointer (&list->selection, gui_message_selection_free);
  g_clear_pointer (&list->place, gui_message_place_free);
  if (list->box != NULL)
    gtk_list_box_set_header_func (list->box, NULL, NULL, NULL);
  list->box = NULL;
  GTK_WIDGET_CLASS (gui_message_list_parent_class)->destroy (widget);
}

static void
gui_message_list_finalize (GObject *object)
{
  GuiMessageList *list = GUI_MESSAGE_LIST (object);

  g_clear_pointer (&list->window, gui_message_window_free);
  g_clear_pointer (&list->news, gui_message_news_free);
  g_clear_object (&list->model);
  G_OBJECT_CLASS (gui_message_list_parent_class)->finalize (object);
}

static void
gui_message_list_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  g_value_set_boolean (value, GUI_MESSAGE_LIST (object)->at_end);
}

static void
gui_message_list_class_init (GuiMessageListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->finalize = gui_message_list_finalize;
  object_class->get_property = gui_message_list_get_property;
  widget_class->destroy = gui_message_list_destroy;
  widget_class->focus = gui_message_list_focus_in_direction;
  widget_class->hierarchy_changed = gui_message_list_hierarchy_changed;
  widget_class->map = gui_message_list_map;
  widget_class->unmap = gui_message_list_unmap;

  props[PROP_AT_END] =
      g_param_spec_boolean ("at-end", NULL, NULL, TRUE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  signals[EDIT_AGAIN] = g_signal_new ("edit-again", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                      NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[FILL_MENU] = g_signal_new ("fill-menu", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                     NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_MENU, G_TYPE_POINTER);
}

static void
set_accessible_name (GtkWidget *widget, const char *name)
{
  atk_object_set_name (gtk_widget_get_accessible (widget), name);
}

static void
add_class (GtkWidget *widget, const char *name)
{
  gtk_style_context_add_class (gtk_widget_get_style_context (widget), name);
}

static GtkWidget *
create_box (GuiMessageList *list)
{
  GtkWidget *box = gtk_list_box_new ();
  GtkWidget *nothing = gtk_label_new (_ ("Nothing has been said here yet"));

  list->box = GTK_LIST_BOX (box);
  gtk_list_box_set_selection_mode (list->box, GTK_SELECTION_NONE);
  gtk_list_box_set_activate_on_single_click (list->box, FALSE);
  gtk_widget_set_valign (box, GTK_ALIGN_END);
  gtk_widget_set_has_tooltip (box, TRUE);
  add_class (box, "messages");
  set_accessible_name (box, _ ("Messages"));
  add_class (nothing, "nothing");
  gtk_widget_show (nothing);
  gtk_list_box_set_placeholder (list->box, nothing);
  g_signal_connect (box, "key-press-event", G_CALLBACK (on_key), list);
  g_signal_connect_swapped (box, "popup-menu", G_CALLBACK (on_popup_menu), list);
  g_signal_connect (box, "query-tooltip", G_CALLBACK (on_query_tooltip), list);
  return box;
}

static GtkWidget *
create_scroller (GuiMessageList *list)
{
  GtkWidget *scroller = gtk_scrolled_window_new (NULL, NULL);

  list->scroller = GTK_SCROLLED_WINDOW (scroller);
  gtk_scrolled_window_set_policy (list->scroller, GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_widget_set_vexpand (scroller, TRUE);
  gtk_widget_set_can_focus (scroller, FALSE); /* its rows can, if there are any */
  add_class (scroller, "messages-view");
  gtk_container_add (GTK_CONTAINER (scroller), create_box (list));
  return scroller;
}

static void
gui_message_list_init (GuiMessageList *list)
{
  GtkWidget *overlay = gtk_overlay_new ();

  list->at_end = TRUE;
  list->news = gui_message_news_new ();
  gtk_container_add (GTK_CONTAINER (overlay), create_scroller (list));
  list->end_button = GUI_END_BUTTON (gui_end_button_new ());
  g_signal_connect_swapped (list->end_button, "clicked", G_CALLBACK (gui_message_list_go_to_end),
                            list);
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), GTK_WIDGET (list->end_button));
  gtk_widget_show_all (overlay);
  gtk_container_add (GTK_CONTAINER (list), overlay);
}

/**
 * gui_message_list_new:
 * @model: the room
 *
 * Returns: (transfer floating): a list that follows the newest messages.
 */
GtkWidget *
gui_message_list_new (SalRoomModel *model)
{
  GuiMessageList *list = g_object_new (GUI_TYPE_MESSAGE_LIST, NULL);

  list->model = g_object_ref (model);
  list->window = gui_message_window_new (model, list->box);
  list->selection = gui_message_selection_new (model, list->window, list->box);
  list->pointer = gui_message_pointer_new (list->window, list->selection, list->box,
                                           gtk_scrolled_window_get_vadjustment (list->scroller));
  list->menu = gui_message_menu_new (list, model, list->window, list->selection, list->box);
  list->place =
      gui_message_place_new (list->window, list->box, list->scroller, on_place_changed, list);
  list->announcer = gui_announcer_new (GTK_WIDGET (list->box));
  g_signal_connect (model, "added", G_CALLBACK (on_added), list);
  g_signal_connect (model, "changed", G_CALLBACK (on_changed), list);
  g_signal_connect (model, "removed", G_CALLBACK (on_removed), list);
  g_signal_connect (model, "older", G_CALLBACK (on_older), list);
  g_signal_connect_swapped (model, "presence", G_CALLBACK (on_presence), list);
  g_signal_connect_swapped (model, "read", G_CALLBACK (on_read), list);
  g_signal_connect_swapped (model, "unread", G_CALLBACK (queue_tick), list);
  open (list);
  update_end_button (list);
  schedule_midnight (list);
  return GTK_WIDGET (list);
}

static void
set_found (GuiMessageList *list, gboolean found)
{
  GuiMessageRow *row =
      list->found != 0 ? gui_message_window_find (list->window, list->found) : NULL;
  GtkStyleContext *style = row != NULL ? gtk_widget_get_style_context (GTK_WIDGET (row)) : NULL;

  if (style != NULL && found)
    gtk_style_context_add_class (style, "found");
  else if (style != NULL)
    gtk_style_context_remove_class (style, "found");
}

/**
 * gui_message_list_show_entry:
 * @id: an entry of the room; 0: none any more
 *
 * Brings it before the eyes, and marks it. The keyboard stays where it is.
 */
void
gui_message_list_show_entry (GuiMessageList *list, guint64 id)
{
  set_found (list, FALSE);
  list->found = id;
  if (id == 0)
    return;
  if (gui_message_window_find (list->window, id) == NULL)
    gui_message_window_open_around (list->window, id - 1);
  gui_message_selection_update_rows (list->selection);
  set_found (list, TRUE);
  gui_message_place_show (list->place, id);
}

/**
 * gui_message_list_go_to_end:
 *
 * Shows the newest message, and follows from now on.
 */
void
gui_message_list_go_to_end (GuiMessageList *list)
{
  if (!gui_message_window_has_newest (list->window))
    {
      gui_message_news_clear (list->news);
      gui_message_window_open_at_end (list->window, GUI_WINDOW_FIRST_ROWS);
      gui_message_selection_update_rows (list->selection);
    }
  gui_message_place_follow (list->place);
  queue_tick (list);
}

/**
 * gui_message_list_go_to_unread:
 *
 * Shows where reading stopped, and gives the first message after that the keyboard.
 *
 * Returns: %FALSE if there is no such place: all has been read.
 */
gboolean
gui_message_list_go_to_unread (GuiMessageList *list)
{
  guint64 read = gui_message_window_get_unread_after (list->window);
  g_autoptr (GPtrArray) unread = NULL;
  GuiMessageRow *row = NULL;
  guint64 id = 0;

  if (read > 0)
    unread = sal_room_model_read_after (list->model, read, 1);
  if (unread == NULL || unread->len == 0)
    return FALSE;
  id = ((SalEntry *) unread->pdata[0])->id;
  if (gui_message_window_find_from (list->window, id) == NULL ||
      gui_message_row_get_first_id (gui_message_window_get (list->window, 0)) > id)
    gui_message_window_open_around (list->window, read);
  gui_message_selection_update_rows (list->selection);
  gui_message_place_show (list->place, id);
  row = gui_message_window_find_from (list->window, id);
  if (row != NULL)
    gui_message_place_focus (list->place, row);
  return TRUE;
}

/**
 * gui_message_list_focus:
 *
 * Keys walk over the messages from the last one on the screen.
 *
 * Returns: whether there is one.
 */
gboolean
gui_message_list_focus (GuiMessageList *list)
{
  GuiMessageRow *row = gui_message_place_get_last_on_screen (list->place);

  if (row != NULL)
    gui_message_place_focus (list->place, row);
  return row != NULL;
}
