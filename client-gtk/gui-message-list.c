/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What was said in a room, as it is read: the window of rows (gui-message-window) in a
 * scrolled window, and where the reader is in it. The reader either follows the end, or is
 * at a message, the anchor: whatever comes, goes, grows or wraps anew, the anchor stays
 * where it is on the screen. So there is one rule after every layout, settle().
 *
 * What the room tells is only noted (gui-message-news) and shown once a frame.
 *
 * It is one piece because all of it moves the one adjustment, by scrolling, following,
 * paging or settling, and each has to know what the others are about.
 *
 * Signals:
 *   edit-again (char *)         the reader wants this text in the composer
 * Properties:
 *   at-end                      whether the newest message is on the screen and followed
 */
#include "config.h"

#include "client-gtk/gui-message-list.h"

#include <glib/gi18n.h>

#include "client-gtk/gui-message-news.h"
#include "client-gtk/gui-message-pointer.h"
#include "client-gtk/gui-message-selection.h"
#include "client-gtk/gui-message-window.h"
#include "client-gtk/gui-sentence.h"

/* Pixels from the end that are the end still: no more than rounding makes. */
#define END_PX 2
/* Another page is read when the edge of the window is as near as this many screens. */
#define EDGE_SCREENS 1.5
/* Of a flood, so many pictures a second are enough; the rest of the time is for keys. */
#define FLOOD_REST_US (100 * 1000)
#define BUTTON_MARGIN 12
/* New messages that are counted. */
#define COUNT_MAX 999

struct _GuiMessageList
{
  GtkBin parent;
  SalRoomModel *model; /* (owned) */
  GtkListBox *box;
  GtkScrolledWindow *scroller;
  GtkAdjustment *scroll;
  GtkRevealer *end_revealer;
  GtkWidget *end_button;
  GtkLabel *end_count;
  guint end_count_shown;
  GuiMessageWindow *window;       /* (owned) */
  GuiMessageSelection *selection; /* (owned) */
  GuiMessagePointer *pointer;     /* (owned) */
  GuiMessageNews *news;           /* (owned) */
  GSimpleActionGroup *actions;    /* (owned) */
  GtkGesture *click;              /* (owned): the second button */
  GtkGesture *press;              /* (owned): a long press */

  gboolean follow;
  guint64 anchor;    /* while not following: an entry, ... */
  int anchor_offset; /* ... and where its row is on the screen */
  gboolean settling; /* it is not the reader who scrolls */
  gboolean seek;     /* the next layout shows where reading stopped */
  double upper;      /* of the scroll after the last layout */
  double page_size;

  guint tick;
  gint64 rest_until_us;
  guint midnight;      /* source */
  GtkWidget *toplevel; /* (unowned) (nullable) */
  gulong active_handler;
  guint64 menu_id; /* the message the menu is about */
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
  N_SIGNALS
};

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

static void queue_tick (GuiMessageList *list);

/* Where the reader is. */

/* The y of a row in what is scrolled. */
static int
y_of (GuiMessageList *list, GuiMessageRow *row)
{
  GtkAllocation box;
  GtkAllocation place;

  gtk_widget_get_allocation (GTK_WIDGET (list->box), &box);
  gtk_widget_get_allocation (GTK_WIDGET (row), &place);
  return box.y + place.y;
}

static GuiMessageRow *
row_on_screen (GuiMessageList *list, double y)
{
  GtkAllocation box;

  gtk_widget_get_allocation (GTK_WIDGET (list->box), &box);
  return gui_message_window_find_at_y (list->window,
                                       (int) (gtk_adjustment_get_value (list->scroll) + y) - box.y);
}

static double
end_of (GuiMessageList *list)
{
  return gtk_adjustment_get_upper (list->scroll) - gtk_adjustment_get_page_size (list->scroll);
}

static gboolean
is_window_active (GuiMessageList *list)
{
  return list->toplevel != NULL && gtk_window_is_active (GTK_WINDOW (list->toplevel));
}

static gboolean
is_reading (GuiMessageList *list)
{
  return list->follow && gtk_widget_get_mapped (GTK_WIDGET (list)) && is_window_active (list);
}

/* What is on the screen of somebody who looks at it has been read. */
static void
note_read (GuiMessageList *list)
{
  guint64 newest = gui_message_window_get_last_id (list->window);

  if (is_reading (list) && gui_message_window_has_newest (list->window) &&
      sal_room_model_get_read_id (list->model) < newest)
    sal_room_model_set_read_id (list->model, newest);
}

/* Only for those who look at it: in a flood the number is another one all the time. */
static void
update_end_button (GuiMessageList *list)
{
  guint n = sal_room_model_count_unread (list->model);
  g_autofree char *count = NULL;
  g_autofree char *words = NULL;

  gtk_revealer_set_reveal_child (list->end_revealer, !list->follow);
  if (list->follow || n == list->end_count_shown)
    return;
  list->end_count_shown = n;
  count = n > COUNT_MAX ? g_strdup_printf ("%u+", COUNT_MAX) : g_strdup_printf ("%u", n);
  words = n > 0 ? g_strdup_printf (ngettext ("%u new message", "%u new messages", n), n) : NULL;
  gtk_label_set_text (list->end_count, count);
  gtk_widget_set_visible (GTK_WIDGET (list->end_count), n > 0);
  gtk_widget_set_tooltip_text (list->end_button, n > 0 ? words : _ ("Go to newest messages"));
  atk_object_set_description (gtk_widget_get_accessible (list->end_button), n > 0 ? words : "");
}

static void
set_follow (GuiMessageList *list, gboolean follow)
{
  if (list->follow == follow)
    return;
  list->follow = follow;
  update_end_button (list);
  g_object_notify_by_pspec (G_OBJECT (list), props[PROP_AT_END]);
}

/* The reader is here now. */
static void
remember_place (GuiMessageList *list)
{
  double value = gtk_adjustment_get_value (list->scroll);
  GuiMessageRow *row = row_on_screen (list, 0);

  set_follow (list,
              gui_message_window_has_newest (list->window) && value >= end_of (list) - END_PX);
  if (row == NULL)
    return;
  list->anchor = gui_message_row_get_id (row);
  list->anchor_offset = y_of (list, row) - (int) value;
}

static void
scroll_to (GuiMessageList *list, double value)
{
  if (ABS (gtk_adjustment_get_value (list->scroll) - value) < 0.5)
    return;
  list->settling = TRUE;
  /* A finger, or the momentum it has given, would move it back to where it was. */
  gtk_scrolled_window_set_kinetic_scrolling (list->scroller, FALSE);
  gtk_adjustment_set_value (list->scroll, value);
  gtk_scrolled_window_set_kinetic_scrolling (list->scroller, TRUE);
  list->settling = FALSE;
}

static void
settle (GuiMessageList *list)
{
  GuiMessageRow *row = NULL;

  if (list->follow)
    scroll_to (list, end_of (list));
  else if ((row = gui_message_window_find_from (list->window, list->anchor)) != NULL)
    scroll_to (list, y_of (list, row) - list->anchor_offset);
}

static void
on_scrolled (GuiMessageList *list)
{
  gboolean laid_out = list->upper == gtk_adjustment_get_upper (list->scroll) &&
                      list->page_size == gtk_adjustment_get_page_size (list->scroll);

  if (list->settling || !laid_out)
    return;
  remember_place (list);
  note_read (list);
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

/* Moves the focus to a row without showing it: the layout that follows puts everything
 * where the reader has it. */
static void
focus_quietly (GuiMessageList *list, GuiMessageRow *row)
{
  list->settling = TRUE;
  gtk_widget_grab_focus (GTK_WIDGET (row));
  list->settling = FALSE;
}

/* Moves the focus to a row, which shows it; a row that is new has no place yet where it
 * could be shown. */
static void
focus_row (GuiMessageList *list, GuiMessageRow *row)
{
  if (gtk_widget_get_allocated_height (GTK_WIDGET (row)) > 1)
    gtk_widget_grab_focus (GTK_WIDGET (row));
  else
    focus_quietly (list, row);
}

/* The window of rows. */

/* Whether to read more where @here pixels are left, while there are @there on the other
 * side. If that takes a page from there, there must be enough of it: or the window would
 * move to and fro. */
static gboolean
needs_page (GuiMessageList *list, double here, double there)
{
  guint rows = gui_message_window_count (list->window);
  double page = list->upper / MAX (rows, 1) * GUI_WINDOW_PAGE_ROWS;

  return here < EDGE_SCREENS * list->page_size &&
         (rows + GUI_WINDOW_PAGE_ROWS <= GUI_WINDOW_MAX_ROWS || here + page < there);
}

static gboolean
near_start (GuiMessageList *list)
{
  double value = gtk_adjustment_get_value (list->scroll);

  return !gui_message_window_has_oldest (list->window) &&
         needs_page (list, value, end_of (list) - value);
}

static gboolean
near_end (GuiMessageList *list)
{
  double value = gtk_adjustment_get_value (list->scroll);

  return !gui_message_window_has_newest (list->window) &&
         needs_page (list, end_of (list) - value, value);
}

/* The row that had the focus may have gone with the others of its page: then a row that is
 * on the screen has it. */
static void
keep_focus (GuiMessageList *list, gboolean had_focus)
{
  guint rows = gui_message_window_count (list->window);

  if (!had_focus || get_focus_row (list) != NULL || rows == 0)
    return;
  focus_quietly (list, list->follow ? gui_message_window_get (list->window, rows - 1)
                                    : gui_message_window_find_from (list->window, list->anchor));
}

/* Who comes back begins to read where they stopped, if the end is further down than what
 * fits on the screen. */
static void
seek_unread (GuiMessageList *list)
{
  guint64 read = gui_message_window_get_unread_after (list->window);
  GuiMessageRow *row = gui_message_window_find_from (list->window, read + 1);
  GtkWidget *header = NULL;
  int above = 0;

  if (!list->seek || gtk_adjustment_get_page_size (list->scroll) <= 1)
    return;
  list->seek = FALSE;
  if (row == NULL)
    return;
  header = gtk_list_box_row_get_header (GTK_LIST_BOX_ROW (row));
  above = header != NULL ? gtk_widget_get_allocated_height (header) : 0;
  if (gui_message_window_has_newest (list->window) && y_of (list, row) - above >= end_of (list))
    return;
  set_follow (list, FALSE);
  list->anchor = gui_message_row_get_id (row);
  list->anchor_offset = above;
}

static void
on_laid_out (GuiMessageList *list)
{
  seek_unread (list);
  settle (list);
  list->upper = gtk_adjustment_get_upper (list->scroll);
  list->page_size = gtk_adjustment_get_page_size (list->scroll);
  if (near_start (list) || near_end (list))
    queue_tick (list);
}

/* Returns: whether there are other rows now. */
static gboolean
move_window (GuiMessageList *list)
{
  if (list->page_size <= 1)
    return FALSE;
  if (near_start (list))
    return gui_message_window_page_before (list->window);
  if (near_end (list))
    return gui_message_window_page_after (list->window);
  return FALSE;
}

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
      if (list->follow && gui_message_window_count (list->window) == GUI_WINDOW_MAX_ROWS)
        gui_message_window_trim_start (list->window);
      gui_message_window_append (list->window, entry);
    }
}

/* The line above what is unread: it is drawn where somebody who was away stopped reading,
 * and stays until they have written something or been away again. */
static void
update_unread_line (GuiMessageList *list)
{
  guint64 read = sal_room_model_get_read_id (list->model);
  GuiMessageNews *news = list->news;

  for (guint i = 0; i < news->added->len; i++)
    {
      const SalEntry *entry = news->added->pdata[i];

      if (entry->own && entry->pending)
        gui_message_window_set_unread_after (list->window, 0);
    }
  if (!is_reading (list) && read > 0 && sal_room_model_count_unread (list->model) > 0 &&
      (gui_message_window_get_unread_after (list->window) == 0 ||
       gtk_widget_get_mapped (GTK_WIDGET (list)) == FALSE || !is_window_active (list)))
    gui_message_window_set_unread_after (list->window, read);
}

static void
show_news (GuiMessageList *list)
{
  GuiMessageNews *news = list->news;

  update_unread_line (list);
  if (news->overflowed && list->follow)
    gui_message_window_open_at_end (list->window, GUI_NEWS_MAX);
  else
    {
      for (guint i = 0; i < news->changed->len; i++)
        gui_message_window_change (list->window, news->changed->pdata[i]);
      if (news->overflowed)
        gui_message_window_let_go_of_end (list->window);
      else
        show_added (list);
      for (guint i = 0; i < news->removed->len; i++)
        gui_message_window_remove (list->window, g_array_index (news->removed, guint64, i));
    }
  if (news->overflowed)
    list->rest_until_us = g_get_monotonic_time () + FLOOD_REST_US;
  gui_message_news_clear (news);
  note_read (list);
}

static gboolean
on_tick (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  GuiMessageList *list = GUI_MESSAGE_LIST (widget);
  gboolean had_focus = get_focus_row (list) != NULL;
  gboolean news = !gui_message_news_is_empty (list->news);

  if (news && g_get_monotonic_time () < list->rest_until_us)
    return G_SOURCE_CONTINUE;
  list->tick = 0;
  if (news)
    show_news (list);
  if (move_window (list) || news)
    gui_message_selection_update_rows (list->selection);
  keep_focus (list, had_focus);
  update_end_button (list);
  return G_SOURCE_REMOVE;
}

/* Shows the room to somebody who comes to it. */
static void
open (GuiMessageList *list)
{
  guint64 read = sal_room_model_get_read_id (list->model);

  gui_message_news_clear (list->news);
  gui_message_window_open_at_end (list->window, GUI_WINDOW_FIRST_ROWS);
  list->seek = read > 0 && sal_room_model_count_unread (list->model) > 0;
  if (!list->seek)
    return;
  if (!gui_message_window_has_oldest (list->window) &&
      gui_message_row_get_id (gui_message_window_get (list->window, 0)) > read)
    gui_message_window_open_around (list->window, read);
  gui_message_window_set_unread_after (list->window, read);
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
  guint passed = (guint) (g_date_time_get_hour (now) * 3600 + g_date_time_get_minute (now) * 60 +
                          g_date_time_get_second (now));

  /* A machine that sleeps stops this clock; an hour later it is right again. */
  list->midnight = g_timeout_add_seconds (MIN (24 * 3600 - MIN (passed, 24 * 3600 - 1), 3600),
                                          on_midnight, list);
}

/* Actions. */

static void
copy (GuiMessageList *list, guint64 id)
{
  g_autofree char *text = NULL;

  if (gui_message_selection_contains (list->selection, id) || id == 0)
    text = gui_message_selection_to_text (list->selection);
  else
    {
      GuiMessageRow *row = gui_message_window_find (list->window, id);

      text = row != NULL ? gui_sentence_line (gui_message_row_get_entry (row)) : NULL;
    }
  if (text != NULL)
    gtk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (list), GDK_SELECTION_CLIPBOARD),
                            text, -1);
}

static void
on_copy (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GuiMessageList *list = data;
  GuiMessageRow *row = gui_message_window_find (list->window, list->menu_id);

  if (row != NULL && gtk_label_get_selection_bounds (gui_message_row_get_label (row), NULL, NULL))
    g_signal_emit_by_name (gui_message_row_get_label (row), "copy-clipboard");
  else
    copy (list, list->menu_id);
}

static void
on_copy_link (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GuiMessageList *list = data;

  gtk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (list), GDK_SELECTION_CLIPBOARD),
                          g_variant_get_string (parameter, NULL), -1);
}

static void
on_say_again (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GuiMessageList *list = data;

  if (sal_room_model_say_again (list->model, g_variant_get_uint64 (parameter)))
    gui_message_list_go_to_end (list);
}

static void
on_edit_again (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GuiMessageList *list = data;
  GuiMessageRow *row = gui_message_window_find (list->window, g_variant_get_uint64 (parameter));

  if (row != NULL)
    g_signal_emit (list, signals[EDIT_AGAIN], 0, gui_message_row_get_entry (row)->text);
}

static void
on_discard (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GuiMessageList *list = data;

  sal_room_model_discard (list->model, g_variant_get_uint64 (parameter));
}

static const GActionEntry action_entries[] = {
  { .name = "copy", .activate = on_copy },
  { .name = "copy-link", .activate = on_copy_link, .parameter_type = "s" },
  { .name = "say-again", .activate = on_say_again, .parameter_type = "t" },
  { .name = "edit-again", .activate = on_edit_again, .parameter_type = "t" },
  { .name = "discard", .activate = on_discard, .parameter_type = "t" },
};

/* The menu. */

static GMenu *
create_menu (GuiMessageList *list, GuiMessageRow *row)
{
  GMenu *menu = g_menu_new ();
  g_autoptr (GMenu) own = g_menu_new ();
  const char *link = gtk_label_get_current_uri (gui_message_row_get_label (row));
  gboolean several = gui_message_selection_contains (list->selection, list->menu_id) &&
                     !gui_message_selection_is_single (list->selection);

  g_menu_append (menu, several ? _ ("_Copy messages") : _ ("_Copy"), "messages.copy");
  if (link != NULL)
    {
      g_autoptr (GMenuItem) item = g_menu_item_new (_ ("Copy _link"), NULL);

      g_menu_item_set_action_and_target (item, "messages.copy-link", "s", link);
      g_menu_append_item (menu, item);
    }
  gui_message_row_append_actions (row, own);
  if (g_menu_model_get_n_items (G_MENU_MODEL (own)) > 0)
    g_menu_append_section (menu, NULL, G_MENU_MODEL (own));
  return menu;
}

static void
show_menu (GuiMessageList *list, GuiMessageRow *row, const GdkEvent *event)
{
  g_autoptr (GMenu) model = NULL;
  GtkWidget *menu = NULL;

  list->menu_id = gui_message_row_get_id (row);
  model = create_menu (list, row);
  menu = gtk_menu_new_from_model (G_MENU_MODEL (model));
  gtk_menu_attach_to_widget (GTK_MENU (menu), GTK_WIDGET (list), NULL);
  g_signal_connect (menu, "selection-done", G_CALLBACK (gtk_widget_destroy), NULL);
  if (event != NULL)
    gtk_menu_popup_at_pointer (GTK_MENU (menu), event);
  else
    gtk_menu_popup_at_widget (GTK_MENU (menu), GTK_WIDGET (gui_message_row_get_label (row)),
                              GDK_GRAVITY_SOUTH_WEST, GDK_GRAVITY_NORTH_WEST, NULL);
}

static void
show_menu_at (GuiMessageList *list, GtkGesture *gesture, double y)
{
  GuiMessageRow *row = gui_message_window_find_at_y (list->window, (int) y);

  if (row == NULL)
    return;
  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
  show_menu (list, row, gtk_gesture_get_last_event (gesture, NULL));
}

static void
on_second_button (GtkGesture *gesture, int n, double x, double y, GuiMessageList *list)
{
  show_menu_at (list, gesture, y);
}

static void
on_long_press (GtkGesture *gesture, double x, double y, GuiMessageList *list)
{
  show_menu_at (list, gesture, y);
}

/* Keys. */

static gboolean
on_popup_menu (GuiMessageList *list)
{
  GuiMessageRow *row = get_focus_row (list);

  if (row != NULL)
    show_menu (list, row, NULL);
  return row != NULL;
}

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
  focus_row (list, next);
}

static gboolean
on_copy_key (GuiMessageList *list, GuiMessageRow *row)
{
  GtkLabel *label = gui_message_row_get_label (row);

  if (gui_message_selection_is_empty (list->selection) &&
      gtk_label_get_selection_bounds (label, NULL, NULL))
    g_signal_emit_by_name (label, "copy-clipboard");
  else
    copy (list,
          gui_message_selection_is_empty (list->selection) ? gui_message_row_get_id (row) : 0);
  return TRUE;
}

static void
go_to_start (GuiMessageList *list)
{
  if (!gui_message_window_has_oldest (list->window))
    gui_message_window_open_around (list->window, 0);
  gui_message_selection_update_rows (list->selection);
  set_follow (list, FALSE);
  if (gui_message_window_count (list->window) == 0)
    return;
  list->anchor = gui_message_row_get_id (gui_message_window_get (list->window, 0));
  list->anchor_offset = 0;
  focus_row (list, gui_message_window_get (list->window, 0));
}

static gboolean
on_key (GtkWidget *box, GdkEventKey *event, GuiMessageList *list)
{
  GuiMessageRow *row = get_focus_row (list);
  GdkModifierType state = event->state & gtk_accelerator_get_default_mod_mask ();

  if (row == NULL)
    return FALSE;
  switch (event->keyval)
    {
    case GDK_KEY_Up:
    case GDK_KEY_KP_Up:
    case GDK_KEY_Down:
    case GDK_KEY_KP_Down:
      {
        int step = event->keyval == GDK_KEY_Up || event->keyval == GDK_KEY_KP_Up ? -1 : 1;

        if (state == GDK_SHIFT_MASK)
          {
            extend_selection (list, row, step);
            return TRUE;
          }
        return step < 0 && get_neighbour (list, row, step) == NULL;
      }
    case GDK_KEY_Home:
    case GDK_KEY_KP_Home:
      if (state == GDK_CONTROL_MASK)
        go_to_start (list);
      else if (state == 0)
        focus_row (list, gui_message_window_get (list->window, 0));
      return state == GDK_CONTROL_MASK || state == 0;
    case GDK_KEY_End:
    case GDK_KEY_KP_End:
      if (state != GDK_CONTROL_MASK && state != 0)
        return FALSE;
      gui_message_list_go_to_end (list);
      gui_message_list_focus (list);
      return TRUE;
    case GDK_KEY_c:
    case GDK_KEY_C:
    case GDK_KEY_Insert:
      return state == GDK_CONTROL_MASK && on_copy_key (list, row);
    case GDK_KEY_Return:
    case GDK_KEY_KP_Enter:
    case GDK_KEY_space:
      return state == 0 && gtk_widget_is_focus (GTK_WIDGET (row)) && gui_message_row_explain (row);
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

  if (!tab || gui_message_window_count (list->window) == 0)
    return GTK_WIDGET_CLASS (gui_message_list_parent_class)->focus (widget, direction);
  if (row != NULL)
    {
      if (gtk_widget_child_focus (GTK_WIDGET (row), direction))
        return TRUE;
      return direction == GTK_DIR_TAB_FORWARD && !list->follow &&
             gtk_widget_child_focus (GTK_WIDGET (list->end_revealer), direction);
    }
  if (gtk_widget_has_focus (list->end_button) && direction == GTK_DIR_TAB_FORWARD)
    return FALSE;
  if (!gtk_widget_has_focus (list->end_button) && direction == GTK_DIR_TAB_BACKWARD &&
      !list->follow && gtk_widget_child_focus (GTK_WIDGET (list->end_revealer), direction))
    return TRUE;
  gui_message_list_focus (list);
  return TRUE;
}

static void
on_active_changed (GuiMessageList *list)
{
  note_read (list);
  update_end_button (list);
}

static void
gui_message_list_hierarchy_changed (GtkWidget *widget, GtkWidget *previous)
{
  GuiMessageList *list = GUI_MESSAGE_LIST (widget);
  GtkWidget *toplevel = gtk_widget_get_toplevel (widget);

  if (list->toplevel != NULL)
    {
      g_clear_signal_handler (&list->active_handler, list->toplevel);
      g_object_remove_weak_pointer (G_OBJECT (list->toplevel), (gpointer *) &list->toplevel);
    }
  list->toplevel = GTK_IS_WINDOW (toplevel) ? toplevel : NULL;
  if (list->toplevel == NULL)
    return;
  g_object_add_weak_pointer (G_OBJECT (list->toplevel), (gpointer *) &list->toplevel);
  list->active_handler = g_signal_connect_swapped (list->toplevel, "notify::is-active",
                                                   G_CALLBACK (on_active_changed), list);
}

static void
gui_message_list_map (GtkWidget *widget)
{
  GuiMessageList *list = GUI_MESSAGE_LIST (widget);

  if (!gui_message_news_is_empty (list->news) && list->follow)
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
  GTK_WIDGET_CLASS (gui_message_list_parent_class)->unmap (widget);
}

static void
gui_message_list_destroy (GtkWidget *widget)
{
  GuiMessageList *list = GUI_MESSAGE_LIST (widget);

  g_clear_handle_id (&list->midnight, g_source_remove);
  if (list->model != NULL)
    g_signal_handlers_disconnect_by_data (list->model, list);
  if (list->scroll != NULL)
    g_signal_handlers_disconnect_by_data (list->scroll, list);
  if (list->toplevel != NULL)
    {
      g_clear_signal_handler (&list->active_handler, list->toplevel);
      g_object_remove_weak_pointer (G_OBJECT (list->toplevel), (gpointer *) &list->toplevel);
      list->toplevel = NULL;
    }
  g_clear_pointer (&list->pointer, gui_message_pointer_free);
  g_clear_pointer (&list->selection, gui_message_selection_free);
  g_clear_object (&list->click);
  g_clear_object (&list->press);
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
  g_clear_object (&list->actions);
  g_clear_object (&list->scroll);
  g_clear_object (&list->model);
  G_OBJECT_CLASS (gui_message_list_parent_class)->finalize (object);
}

static void
gui_message_list_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  g_value_set_boolean (value, GUI_MESSAGE_LIST (object)->follow);
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
  list->scroll = g_object_ref (gtk_scrolled_window_get_vadjustment (list->scroller));
  gtk_scrolled_window_set_policy (list->scroller, GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_widget_set_vexpand (scroller, TRUE);
  add_class (scroller, "messages-view");
  gtk_container_add (GTK_CONTAINER (scroller), create_box (list));
  g_signal_connect_swapped (list->scroll, "value-changed", G_CALLBACK (on_scrolled), list);
  g_signal_connect_data (scroller, "size-allocate", G_CALLBACK (on_laid_out), list, NULL,
                         G_CONNECT_AFTER | G_CONNECT_SWAPPED);
  return scroller;
}

static GtkWidget *
create_end_button (GuiMessageList *list)
{
  GtkWidget *overlay = gtk_overlay_new ();
  GtkWidget *count = gtk_label_new (NULL);
  GtkWidget *revealer = gtk_revealer_new ();

  list->end_button = gtk_button_new_from_icon_name ("go-down-symbolic", GTK_ICON_SIZE_BUTTON);
  list->end_count = GTK_LABEL (count);
  list->end_revealer = GTK_REVEALER (revealer);
  add_class (list->end_button, "circular");
  add_class (list->end_button, "go-to-end");
  set_accessible_name (list->end_button, _ ("Go to newest messages"));
  g_signal_connect_swapped (list->end_button, "clicked", G_CALLBACK (gui_message_list_go_to_end),
                            list);
  add_class (count, "new-count");
  gtk_widget_set_halign (count, GTK_ALIGN_CENTER);
  gtk_widget_set_valign (count, GTK_ALIGN_START);
  gtk_container_add (GTK_CONTAINER (overlay), list->end_button);
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), count);
  gtk_overlay_set_overlay_pass_through (GTK_OVERLAY (overlay), count, TRUE);
  gtk_revealer_set_transition_type (list->end_revealer, GTK_REVEALER_TRANSITION_TYPE_CROSSFADE);
  gtk_widget_set_halign (revealer, GTK_ALIGN_END);
  gtk_widget_set_valign (revealer, GTK_ALIGN_END);
  g_object_set (revealer, "margin", BUTTON_MARGIN, NULL);
  gtk_container_add (GTK_CONTAINER (revealer), overlay);
  gtk_widget_show_all (revealer);
  gtk_widget_set_no_show_all (count, TRUE);
  return revealer;
}

static void
gui_message_list_init (GuiMessageList *list)
{
  GtkWidget *overlay = gtk_overlay_new ();

  list->follow = TRUE;
  list->end_count_shown = G_MAXUINT;
  list->news = gui_message_news_new ();
  gtk_container_add (GTK_CONTAINER (overlay), create_scroller (list));
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), create_end_button (list));
  gtk_widget_show_all (overlay);
  gtk_container_add (GTK_CONTAINER (list), overlay);

  list->actions = g_simple_action_group_new ();
  g_action_map_add_action_entries (G_ACTION_MAP (list->actions), action_entries,
                                   G_N_ELEMENTS (action_entries), list);
  gtk_widget_insert_action_group (GTK_WIDGET (list), "messages", G_ACTION_GROUP (list->actions));

  list->click = gtk_gesture_multi_press_new (GTK_WIDGET (list->box));
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (list->click), GDK_BUTTON_SECONDARY);
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (list->click),
                                              GTK_PHASE_CAPTURE);
  g_signal_connect (list->click, "pressed", G_CALLBACK (on_second_button), list);
  list->press = gtk_gesture_long_press_new (GTK_WIDGET (list->box));
  gtk_gesture_single_set_touch_only (GTK_GESTURE_SINGLE (list->press), TRUE);
  g_signal_connect (list->press, "pressed", G_CALLBACK (on_long_press), list);
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
  list->pointer = gui_message_pointer_new (list->window, list->selection, list->box, list->scroll);
  g_signal_connect (model, "added", G_CALLBACK (on_added), list);
  g_signal_connect (model, "changed", G_CALLBACK (on_changed), list);
  g_signal_connect (model, "removed", G_CALLBACK (on_removed), list);
  g_signal_connect_swapped (model, "unread", G_CALLBACK (queue_tick), list);
  open (list);
  update_end_button (list);
  schedule_midnight (list);
  return GTK_WIDGET (list);
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
  set_follow (list, TRUE);
  settle (list);
  note_read (list);
  queue_tick (list);
}

/**
 * gui_message_list_focus:
 *
 * Keys walk over the messages from the last one on the screen.
 */
void
gui_message_list_focus (GuiMessageList *list)
{
  GuiMessageRow *row = NULL;

  if (list->follow && gui_message_window_count (list->window) > 0)
    row = gui_message_window_get (list->window, gui_message_window_count (list->window) - 1);
  else
    row = row_on_screen (list, list->page_size - 1);
  if (row != NULL)
    focus_row (list, row);
}
