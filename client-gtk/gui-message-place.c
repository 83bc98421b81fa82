/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where the reader is. Either they follow the end, or they are at a message, the anchor:
 * whatever comes, goes, grows or is wrapped anew, the anchor stays where it is on the
 * screen. So there is one rule after every layout, settle(), and one after everything that
 * the reader does, remember(). GTK also scrolls on its own account, when what is scrolled
 * becomes shorter or the focus moves; the two must be told apart.
 */
#include "config.h"

#include "client-gtk/gui-message-place.h"

/* Pixels from the end that are the end still: no more than rounding makes. */
#define END_PX 2
/* Another page is read when the edge of the window is as near as this many screens. */
#define EDGE_SCREENS 1.5

struct _GuiMessagePlace
{
  GuiMessageWindow *window;    /* (unowned) */
  GtkListBox *box;             /* (unowned) */
  GtkScrolledWindow *scroller; /* (unowned) */
  GtkAdjustment *scroll;       /* (owned) */
  GFunc changed;
  gpointer data;

  gboolean follow;
  guint64 anchor;    /* while not following: an entry, ... */
  int anchor_offset; /* ... and where its row is on the screen */
  gboolean settling; /* it is not the reader who scrolls */
  gboolean seek;     /* the next layout shows where reading stopped */
  double upper;      /* of the scroll after the last layout */
  double page_size;
};

/* The y of a row in what is scrolled. */
static int
y_of (GuiMessagePlace *place, GuiMessageRow *row)
{
  GtkAllocation box;
  GtkAllocation at;

  gtk_widget_get_allocation (GTK_WIDGET (place->box), &box);
  gtk_widget_get_allocation (GTK_WIDGET (row), &at);
  return box.y + at.y;
}

static GuiMessageRow *
row_on_screen (GuiMessagePlace *place, double y)
{
  GtkAllocation box;

  gtk_widget_get_allocation (GTK_WIDGET (place->box), &box);
  return gui_message_window_find_at_y (
      place->window, (int) (gtk_adjustment_get_value (place->scroll) + y) - box.y);
}

static double
end_of (GuiMessagePlace *place)
{
  return gtk_adjustment_get_upper (place->scroll) - gtk_adjustment_get_page_size (place->scroll);
}

static void
remember (GuiMessagePlace *place)
{
  double value = gtk_adjustment_get_value (place->scroll);
  GuiMessageRow *row = row_on_screen (place, 0);

  place->follow = gui_message_window_has_newest (place->window) && value >= end_of (place) - END_PX;
  if (row == NULL)
    return;
  place->anchor = gui_message_row_get_id (row);
  place->anchor_offset = y_of (place, row) - (int) value;
}

static void
scroll_to (GuiMessagePlace *place, double value)
{
  if (ABS (gtk_adjustment_get_value (place->scroll) - value) < 0.5)
    return;
  place->settling = TRUE;
  /* A finger, or the momentum it has given, would move it back to where it was. */
  gtk_scrolled_window_set_kinetic_scrolling (place->scroller, FALSE);
  gtk_adjustment_set_value (place->scroll, value);
  gtk_scrolled_window_set_kinetic_scrolling (place->scroller, TRUE);
  place->settling = FALSE;
}

static void
settle (GuiMessagePlace *place)
{
  GuiMessageRow *row = NULL;

  if (place->follow)
    scroll_to (place, end_of (place));
  else if ((row = gui_message_window_find_from (place->window, place->anchor)) != NULL)
    scroll_to (place, y_of (place, row) - place->anchor_offset);
}

static void
tell (GuiMessagePlace *place)
{
  place->changed (place, place->data);
}

static void
on_scrolled (GuiMessagePlace *place)
{
  gboolean laid_out = place->upper == gtk_adjustment_get_upper (place->scroll) &&
                      place->page_size == gtk_adjustment_get_page_size (place->scroll);

  if (place->settling || !laid_out)
    return;
  remember (place);
  tell (place);
}

/* Shows where reading stopped, if the end is further down than what fits on the screen. */
static void
find_unread (GuiMessagePlace *place)
{
  guint64 read = gui_message_window_get_unread_after (place->window);
  GuiMessageRow *row = gui_message_window_find_from (place->window, read + 1);
  GtkWidget *header = NULL;
  int above = 0;

  place->seek = FALSE;
  if (row == NULL)
    return;
  header = gtk_list_box_row_get_header (GTK_LIST_BOX_ROW (row));
  above = header != NULL ? gtk_widget_get_allocated_height (header) : 0;
  if (gui_message_window_has_newest (place->window) && y_of (place, row) - above >= end_of (place))
    return;
  place->follow = FALSE;
  place->anchor = gui_message_row_get_id (row);
  place->anchor_offset = above;
}

static void
on_laid_out (GuiMessagePlace *place)
{
  if (place->seek && gtk_adjustment_get_page_size (place->scroll) > 1)
    find_unread (place);
  settle (place);
  place->upper = gtk_adjustment_get_upper (place->scroll);
  place->page_size = gtk_adjustment_get_page_size (place->scroll);
  tell (place);
}

/* Whether to read more where @here pixels are left, while there are @there on the other
 * side. If that takes a page from there, there must be enough of it: or the window would
 * move to and fro. */
static gboolean
needs_page (GuiMessagePlace *place, double here, double there)
{
  guint rows = gui_message_window_count (place->window);
  double page = place->upper / MAX (rows, 1) * GUI_WINDOW_PAGE_ROWS;

  return place->page_size > 1 && here < EDGE_SCREENS * place->page_size &&
         (rows + GUI_WINDOW_PAGE_ROWS <= GUI_WINDOW_MAX_ROWS || here + page < there);
}

/**
 * gui_message_place_wants_gap:
 *
 * Returns: whether the reader has gone back to where something is missing, or further, and the server
 *   is to be asked for it; or is where it can be shown what that has answered. Whoever follows the
 *   end is not looking for anything, unless that is all there is to see.
 */
gboolean
gui_message_place_wants_gap (GuiMessagePlace *place)
{
  double value = gtk_adjustment_get_value (place->scroll);
  gboolean answered = FALSE;
  GuiMessageRow *row = gui_message_window_get_gap (place->window, &answered);

  if (row == NULL || gui_message_window_waits (place->window) || place->page_size <= 1)
    return FALSE;
  if (answered)
    return y_of (place, row) < value + place->page_size;
  return y_of (place, row) >= value && !(place->follow && end_of (place) >= 1);
}

/**
 * gui_message_place_wants_older:
 *
 * Returns: whether the reader is so near the first row that a page before it is due.
 */
gboolean
gui_message_place_wants_older (GuiMessagePlace *place)
{
  double value = gtk_adjustment_get_value (place->scroll);

  return !gui_message_window_has_oldest (place->window) &&
         !gui_message_window_waits (place->window) &&
         needs_page (place, value, end_of (place) - value);
}

/**
 * gui_message_place_wants_newer:
 *
 * Returns: whether the reader is so near the last row that a page after it is due.
 */
gboolean
gui_message_place_wants_newer (GuiMessagePlace *place)
{
  double value = gtk_adjustment_get_value (place->scroll);

  return !gui_message_window_has_newest (place->window) &&
         needs_page (place, end_of (place) - value, value);
}

/**
 * gui_message_place_follows:
 *
 * Returns: whether the newest message is on the screen, and will be when there is a newer
 *   one.
 */
gboolean
gui_message_place_follows (GuiMessagePlace *place)
{
  return place->follow;
}

/**
 * gui_message_place_follow:
 *
 * The reader is at the end. The window must be there.
 */
void
gui_message_place_follow (GuiMessagePlace *place)
{
  place->seek = FALSE;
  place->follow = TRUE;
  settle (place);
  tell (place);
}

/**
 * gui_message_place_stay_at:
 * @id: an entry that has a row
 *
 * The reader is where this message is the first on the screen.
 */
void
gui_message_place_stay_at (GuiMessagePlace *place, guint64 id)
{
  place->seek = FALSE;
  place->follow = FALSE;
  place->anchor = id;
  place->anchor_offset = 0;
  tell (place);
}

/**
 * gui_message_place_show:
 * @id: an entry that has a row
 *
 * The reader is where this message is in the upper half of the screen.
 */
void
gui_message_place_show (GuiMessagePlace *place, guint64 id)
{
  GuiMessageRow *row = gui_message_window_find_from (place->window, id);

  gui_message_place_stay_at (place, id);
  place->anchor_offset = (int) (gtk_adjustment_get_page_size (place->scroll) / 3);
  /* A row that is new has no place yet; the layout that follows will find it. */
  if (row != NULL && gtk_widget_get_allocated_height (GTK_WIDGET (row)) > 1)
    settle (place);
}

/**
 * gui_message_place_seek_unread:
 *
 * The reader comes back, and begins where the unread line is; at the end, if the line is on
 * the screen there. Which of both it is shows at the next layout.
 */
void
gui_message_place_seek_unread (GuiMessagePlace *place)
{
  place->seek = TRUE;
}

/**
 * gui_message_place_get_last_on_screen:
 *
 * Returns: (transfer none) (nullable)
 */
GuiMessageRow *
gui_message_place_get_last_on_screen (GuiMessagePlace *place)
{
  guint rows = gui_message_window_count (place->window);

  if (place->follow && rows > 0)
    return gui_message_window_get (place->window, rows - 1);
  return row_on_screen (place, place->page_size - 1);
}

/* Moves the focus to a row without showing it: the layout that follows puts everything
 * where the reader has it. */
static void
focus_quietly (GuiMessagePlace *place, GuiMessageRow *row)
{
  place->settling = TRUE;
  gtk_widget_grab_focus (GTK_WIDGET (row));
  place->settling = FALSE;
}

/**
 * gui_message_place_focus:
 *
 * Moves the focus to a row, which shows it.
 */
void
gui_message_place_focus (GuiMessagePlace *place, GuiMessageRow *row)
{
  /* A row that is new has no place yet where it could be shown. */
  if (gtk_widget_get_allocated_height (GTK_WIDGET (row)) > 1)
    gtk_widget_grab_focus (GTK_WIDGET (row));
  else
    focus_quietly (place, row);
}

/**
 * gui_message_place_keep_focus:
 *
 * The row that had the focus has gone: a row that is on the screen gets it. Before the next
 * layout.
 */
void
gui_message_place_keep_focus (GuiMessagePlace *place)
{
  guint rows = gui_message_window_count (place->window);

  if (rows > 0)
    focus_quietly (place, place->follow
                              ? gui_message_window_get (place->window, rows - 1)
                              : gui_message_window_find_from (place->window, place->anchor));
}

/**
 * gui_message_place_new:
 * @window: (transfer none): the rows
 * @box: (transfer none): where they are
 * @scroller: (transfer none): what scrolls them
 * @changed: called with the place and @data when the reader has moved, or after a layout
 *
 * Returns: (transfer full): a reader who follows the end.
 */
GuiMessagePlace *
gui_message_place_new (GuiMessageWindow *window,
                       GtkListBox *box,
                       GtkScrolledWindow *scroller,
                       GFunc changed,
                       gpointer data)
{
  GuiMessagePlace *place = g_new0 (GuiMessagePlace, 1);

  place->window = window;
  place->box = box;
  place->scroller = scroller;
  place->scroll = g_object_ref (gtk_scrolled_window_get_vadjustment (scroller));
  place->changed = changed;
  place->data = data;
  place->follow = TRUE;
  g_signal_connect_swapped (place->scroll, "value-changed", G_CALLBACK (on_scrolled), place);
  g_signal_connect_data (scroller, "size-allocate", G_CALLBACK (on_laid_out), place, NULL,
                         G_CONNECT_AFTER | G_CONNECT_SWAPPED);
  return place;
}

/**
 * gui_message_place_free:
 * @place: (nullable) (transfer full): before its scrolled window goes
 */
void
gui_message_place_free (GuiMessagePlace *place)
{
  if (place == NULL)
    return;
  g_signal_handlers_disconnect_by_data (place->scroll, place);
  g_signal_handlers_disconnect_by_data (place->scroller, place);
  g_clear_object (&place->scroll);
  g_free (place);
}
