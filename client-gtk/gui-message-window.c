/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A window onto the story of a room: the rows that are there right now, always of entries
 * that follow one another, and how the window moves. A room has any number of entries, and
 * a list box with a row for each would take seconds; 150 rows cost the same at any length.
 * It also knows what a row looks like because of the one before it: whether it begins a
 * group, a day, or what is unread.
 *
 * Where the reader is in it, and what is to be seen on the screen, is the list's business:
 * whatever this does, it does not scroll.
 *
 * It is one piece: every way in which the window moves keeps the same few things true of its
 * rows and of what it knows about both ends.
 */
#include "config.h"

#include "client-gtk/gui-message-window.h"

#include <glib/gi18n.h>

#include "client-gtk/gui-fold.h"
#include "client-gtk/gui-sentence.h"
#include "client-gtk/gui-text.h"

/* After so long, a message of the same person begins a new group. */
#define GROUP_US (5 * G_TIME_SPAN_MINUTE)

struct _GuiMessageWindow
{
  SalRoomModel *model; /* (owned) */
  GtkListBox *box;     /* (unowned) */
  GPtrArray *rows;     /* (owned): of GuiMessageRow (unowned), oldest first */
  SalEntry *before;    /* (owned) (nullable): the entry before the first row, if it is known */
  gboolean has_oldest;
  gboolean waits;   /* for older entries that the server has been asked for */
  GHashTable *gaps; /* (owned): first entry behind each gap that the server has been asked about */
  guint64 asked;    /* the last of them */
  gboolean filled;  /* there is more between it and the row before it than the window has */
  gboolean has_newest;
  gboolean busy;        /* several rows change: what stands above them is done once, afterwards */
  guint64 unread_after; /* the entry after which the unread ones begin; 0 for none */
  gint64 now_us;        /* the day that is "today" */
};

/* What stands above the rows. */

static gboolean
is_said (const SalEntry *entry)
{
  return entry->kind == SAL_ENTRY_MESSAGE || entry->kind == SAL_ENTRY_ACTION ||
         entry->kind == SAL_ENTRY_NOTICE || entry->kind == SAL_ENTRY_TEXT;
}

static gboolean
begins_group (const SalEntry *entry, const SalEntry *before)
{
  if (before == NULL || !is_said (before) || !before->own != !entry->own ||
      g_strcmp0 (before->name, entry->name) != 0 || entry->time_us - before->time_us > GROUP_US ||
      entry->time_us < before->time_us)
    return TRUE;
  /* What somebody does says who it is in its text, so it needs no name above it, but what
   * is said after it does. */
  return entry->kind != SAL_ENTRY_ACTION && before->kind != entry->kind;
}

static GtkWidget *
create_header_label (const char *words, const char *class)
{
  GtkWidget *label = gtk_label_new (words);

  gtk_style_context_add_class (gtk_widget_get_style_context (label), class);
  gtk_widget_show (label);
  return label;
}

static GtkWidget *
create_day (const char *day)
{
  GtkWidget *label = create_header_label (day, "day");

  gtk_widget_set_halign (label, GTK_ALIGN_CENTER);
  return label;
}

/* Returns: (transfer floating) */
static GtkWidget *
create_header (const char *day, gboolean unread)
{
  GtkWidget *box = NULL;

  if (!unread)
    return create_day (day);
  box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  if (day != NULL)
    gtk_container_add (GTK_CONTAINER (box), create_day (day));
  gtk_container_add (GTK_CONTAINER (box), create_header_label (_ ("Unread messages"), "unread"));
  gtk_widget_show (box);
  return box;
}

static void
update_header (GtkListBoxRow *list_row, GtkListBoxRow *list_row_before, gpointer data)
{
  GuiMessageWindow *window = data;
  GuiMessageRow *row = GUI_MESSAGE_ROW (list_row);
  const SalEntry *entry = gui_message_row_get_entry (row);
  const SalEntry *before = list_row_before != NULL
                               ? gui_message_row_get_entry (GUI_MESSAGE_ROW (list_row_before))
                               : window->before;
  guint64 id_before = before != NULL ? before->id : 0;
  gboolean unread = FALSE;
  gboolean new_day = FALSE;
  g_autofree char *day = NULL;
  g_autofree char *words = NULL;

  if (window->busy)
    return;
  unread = window->unread_after > 0 && id_before <= window->unread_after &&
           entry->id > window->unread_after;
  new_day = before == NULL ||
            gui_sentence_day_number (entry->time_us) != gui_sentence_day_number (before->time_us);
  if (new_day)
    day = gui_sentence_day (entry->time_us, window->now_us);
  words = day != NULL && unread ? g_strdup_printf ("%s. %s", day, _ ("Unread messages"))
          : unread              ? g_strdup (_ ("Unread messages"))
                                : g_strdup (day);
  gui_message_row_set_first (row, new_day || unread || begins_group (entry, before));
  if (gui_message_row_set_before (row, words))
    gtk_list_box_row_set_header (list_row, words != NULL ? create_header (day, unread) : NULL);
}

static void
begin (GuiMessageWindow *window)
{
  window->busy = TRUE;
}

static void
end (GuiMessageWindow *window)
{
  window->busy = FALSE;
  gui_message_window_refresh (window);
  gtk_list_box_invalidate_headers (window->box);
}

/* Rows. */

/* The line above what is unread stands between two rows. */
static gboolean
is_line_between (GuiMessageWindow *window, guint64 before, guint64 after)
{
  return window->unread_after >= before && window->unread_after < after;
}

/* Whether the entry was told together with those of the last row, or of the first. */
static gboolean
fold (GuiMessageWindow *window, const SalEntry *entry, gboolean first)
{
  GuiMessageRow *row = NULL;

  if (window->rows->len == 0 || !gui_fold_is_passage (entry))
    return FALSE;
  row = window->rows->pdata[first ? 0 : window->rows->len - 1];
  if (first ? is_line_between (window, entry->id, gui_message_row_get_first_id (row))
            : is_line_between (window, gui_message_row_get_id (row), entry->id))
    return FALSE;
  return gui_message_row_fold (row, entry, first);
}

static void
insert (GuiMessageWindow *window, const SalEntry *entry, guint index)
{
  GtkWidget *row = gui_message_row_new (entry, sal_room_model_get_name (window->model));

  g_ptr_array_insert (window->rows, (int) index, row);
  gtk_list_box_insert (window->box, row, (int) index);
}

static void
add_first (GuiMessageWindow *window, const SalEntry *entry)
{
  if (!fold (window, entry, TRUE))
    insert (window, entry, 0);
}

static void
add_last (GuiMessageWindow *window, const SalEntry *entry)
{
  if (!fold (window, entry, FALSE))
    insert (window, entry, window->rows->len);
}

static void
drop (GuiMessageWindow *window, guint index)
{
  GtkWidget *row = window->rows->pdata[index];

  g_ptr_array_remove_index (window->rows, index);
  gtk_container_remove (GTK_CONTAINER (window->box), row);
}

static void
set_before (GuiMessageWindow *window, const SalEntry *entry)
{
  SalEntry *old = window->before;

  window->before = entry != NULL ? sal_entry_ref (entry) : NULL;
  g_clear_pointer (&old, sal_entry_unref);
}

/* Removes @n rows at the beginning. What they were stays known, so that nothing about the
 * rows that remain has to change. */
static void
drop_first (GuiMessageWindow *window, guint n)
{
  if (n == 0)
    return;
  set_before (window, gui_message_row_get_entry (window->rows->pdata[n - 1]));
  for (guint i = 0; i < n; i++)
    drop (window, 0);
  window->has_oldest = FALSE;
}

static void
drop_last (GuiMessageWindow *window, guint n)
{
  if (n == 0)
    return;
  for (guint i = 0; i < n; i++)
    drop (window, window->rows->len - 1);
  window->has_newest = FALSE;
}

static guint64
first_id (GuiMessageWindow *window)
{
  return gui_message_row_get_first_id (window->rows->pdata[0]);
}

static guint64
last_id (GuiMessageWindow *window)
{
  return gui_message_row_get_id (window->rows->pdata[window->rows->len - 1]);
}

/* Where the row of @id is, or would be. */
static guint
index_of (GuiMessageWindow *window, guint64 id)
{
  guint low = 0;
  guint high = window->rows->len;

  while (low < high)
    {
      guint middle = (low + high) / 2;

      if (gui_message_row_get_id (window->rows->pdata[middle]) < id)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

static gboolean
is_at (GuiMessageWindow *window, guint index, guint64 id)
{
  return index < window->rows->len && gui_message_row_get_id (window->rows->pdata[index]) == id;
}

/* How many of them may be made rows at once, at least one: from the beginning, or from the
 * end. */
static guint
fit (GPtrArray *entries, guint most, gboolean from_end)
{
  guint weight = 0;
  guint n = 0;

  most = MIN (most, entries->len);
  while (n < most)
    {
      const SalEntry *entry = entries->pdata[from_end ? entries->len - 1 - n : n];

      weight += gui_text_weigh (entry->text);
      if (weight > GUI_WINDOW_WEIGHT && n > 0)
        break;
      n++;
    }
  return n;
}

/* Takes off the oldest that do not fit. What was read says whether there are more, and what
 * stands before the first row, if one entry more than @most was read. */
static void
take_last (GuiMessageWindow *window, GPtrArray *entries, guint most)
{
  guint extra = entries->len - fit (entries, most, TRUE);

  window->has_oldest = extra == 0 && !sal_room_model_has_older (window->model);
  set_before (window, extra > 0 ? entries->pdata[extra - 1] : NULL);
  if (extra > 0)
    g_ptr_array_remove_range (entries, 0, extra);
}

static void
clear (GuiMessageWindow *window)
{
  window->filled = FALSE;
  while (window->rows->len > 0)
    drop (window, window->rows->len - 1);
}

/**
 * gui_message_window_open_at_end:
 * @rows: how many rows there are afterwards at most
 *
 * Moves the window to the newest entries, from wherever it was.
 */
void
gui_message_window_open_at_end (GuiMessageWindow *window, guint rows)
{
  g_autoptr (GPtrArray) entries = sal_room_model_read_before (window->model, G_MAXUINT64, rows + 1);

  begin (window);
  clear (window);
  take_last (window, entries, rows);
  for (guint i = 0; i < entries->len; i++)
    add_last (window, entries->pdata[i]);
  window->has_newest = TRUE;
  end (window);
}

/**
 * gui_message_window_open_around:
 * @id: the last entry that is above
 *
 * Moves the window to where a page is above and the rest below.
 */
void
gui_message_window_open_around (GuiMessageWindow *window, guint64 id)
{
  guint below = GUI_WINDOW_FIRST_ROWS - GUI_WINDOW_PAGE_ROWS;
  g_autoptr (GPtrArray) older =
      sal_room_model_read_before (window->model, id + 1, GUI_WINDOW_PAGE_ROWS + 1);
  g_autoptr (GPtrArray) newer = sal_room_model_read_after (window->model, id, below + 1);
  guint n = 0;

  begin (window);
  clear (window);
  take_last (window, older, GUI_WINDOW_PAGE_ROWS);
  for (guint i = 0; i < older->len; i++)
    add_last (window, older->pdata[i]);
  n = fit (newer, below, FALSE);
  for (guint i = 0; i < n; i++)
    add_last (window, newer->pdata[i]);
  window->has_newest = n == newer->len;
  end (window);
}

/* Returns: the number of the first entry behind the newest gap about which nobody has been asked; 0:
 * there is none. */
static guint64
find_gap (GuiMessageWindow *window)
{
  for (guint i = window->rows->len; i-- > 1;)
    {
      const SalEntry *before = gui_message_row_get_entry (window->rows->pdata[i - 1]);
      guint64 id = gui_message_row_get_first_id (window->rows->pdata[i]);

      if (before->kind == SAL_ENTRY_GAP && !g_hash_table_contains (window->gaps, &id))
        return id;
    }
  return 0;
}

/**
 * gui_message_window_get_gap:
 * @answered: (out): whether the server has been asked what is missing there, and there is more now
 *   than the window has
 *
 * Returns: (transfer none) (nullable): the row behind a gap that is of use to
 *   gui_message_window_look_into_gap().
 */
GuiMessageRow *
gui_message_window_get_gap (GuiMessageWindow *window, gboolean *answered)
{
  guint64 id = window->filled ? window->asked : find_gap (window);

  *answered = window->filled;
  return id != 0 ? gui_message_window_find_from (window, id) : NULL;
}

/**
 * gui_message_window_look_into_gap:
 *
 * Asks the server what is missing before the row of gui_message_window_get_gap(), about each gap once
 * in a connection; see gui_message_window_take_older(). If it has answered, the window begins at
 * that row, and what is before it is to be read again.
 */
void
gui_message_window_look_into_gap (GuiMessageWindow *window)
{
  guint64 id = window->filled ? window->asked : find_gap (window);
  guint index = index_of (window, id);

  if (window->filled && index < window->rows->len)
    {
      begin (window);
      drop_first (window, index);
      end (window);
    }
  else if (!window->filled && id != 0)
    {
      g_hash_table_add (window->gaps, g_memdup2 (&id, sizeof id));
      window->asked = id;
      window->waits = sal_room_model_fetch_older (window->model, id);
    }
  window->filled = FALSE;
}

/**
 * gui_message_window_page_before:
 *
 * Moves the window back by a page. What is not kept here the server is asked for; see
 * gui_message_window_take_older().
 *
 * Returns: whether it has changed.
 */
gboolean
gui_message_window_page_before (GuiMessageWindow *window)
{
  g_autoptr (GPtrArray) entries = NULL;

  if (window->has_oldest || window->rows->len == 0)
    return FALSE;
  entries = sal_room_model_read_before (window->model, first_id (window), GUI_WINDOW_PAGE_ROWS + 1);
  if (entries->len == 0)
    {
      window->asked = 0;
      window->waits = sal_room_model_fetch_older (window->model, first_id (window));
      window->has_oldest = !window->waits;
      return FALSE;
    }
  begin (window);
  take_last (window, entries, GUI_WINDOW_PAGE_ROWS);
  if (window->rows->len + entries->len > GUI_WINDOW_MAX_ROWS)
    drop_last (window, window->rows->len + entries->len - GUI_WINDOW_MAX_ROWS);
  for (guint i = entries->len; i > 0; i--)
    add_first (window, entries->pdata[i - 1]);
  end (window);
  return TRUE;
}

/**
 * gui_message_window_waits:
 *
 * Returns: whether the server has been asked for older entries, and has not answered.
 */
gboolean
gui_message_window_waits (GuiMessageWindow *window)
{
  return window->waits;
}

/**
 * gui_message_window_take_older:
 * @n: how many entries it had
 *
 * The server has answered; what it has is in the story.
 */
void
gui_message_window_take_older (GuiMessageWindow *window, guint n)
{
  window->filled = n > 0 && window->asked != 0 && window->waits;
  window->waits = FALSE;
  if (window->rows->len > 0)
    window->has_oldest = FALSE; /* the next page says so */
}

/**
 * gui_message_window_reach:
 *
 * There is somebody again who can be asked for older entries.
 */
void
gui_message_window_reach (GuiMessageWindow *window)
{
  window->has_oldest = FALSE; /* likewise */
  g_hash_table_remove_all (window->gaps);
}

/**
 * gui_message_window_page_after:
 *
 * Moves the window forward by a page.
 *
 * Returns: whether it has changed.
 */
gboolean
gui_message_window_page_after (GuiMessageWindow *window)
{
  g_autoptr (GPtrArray) entries = NULL;
  guint n = 0;

  if (window->has_newest || window->rows->len == 0)
    return FALSE;
  entries = sal_room_model_read_after (window->model, last_id (window), GUI_WINDOW_PAGE_ROWS + 1);
  n = fit (entries, GUI_WINDOW_PAGE_ROWS, FALSE);
  begin (window);
  if (window->rows->len + n > GUI_WINDOW_MAX_ROWS)
    drop_first (window, window->rows->len + n - GUI_WINDOW_MAX_ROWS);
  for (guint i = 0; i < n; i++)
    add_last (window, entries->pdata[i]);
  window->has_newest = n == entries->len;
  end (window);
  return TRUE;
}

/**
 * gui_message_window_append:
 * @entry: a new one, at the end of the story
 *
 * If the window is not at the end, or is full, it will be read when the window comes there.
 */
void
gui_message_window_append (GuiMessageWindow *window, const SalEntry *entry)
{
  if (!window->has_newest || fold (window, entry, FALSE))
    return;
  if (window->rows->len == GUI_WINDOW_MAX_ROWS)
    window->has_newest = FALSE;
  else
    insert (window, entry, window->rows->len);
}

/**
 * gui_message_window_refresh:
 *
 * To be called after the last gui_message_window_append() of a frame.
 */
void
gui_message_window_refresh (GuiMessageWindow *window)
{
  for (guint i = 0; i < window->rows->len; i++)
    gui_message_row_refresh (window->rows->pdata[i]);
}

/**
 * gui_message_window_let_go_of_end:
 *
 * There are newer entries than the window has been told of.
 */
void
gui_message_window_let_go_of_end (GuiMessageWindow *window)
{
  window->has_newest = FALSE;
}

/**
 * gui_message_window_trim_start:
 *
 * Makes room for new rows, if those at the beginning are not looked at.
 */
void
gui_message_window_trim_start (GuiMessageWindow *window)
{
  window->busy = TRUE;
  drop_first (window, MIN (window->rows->len, GUI_WINDOW_PAGE_ROWS));
  window->busy = FALSE;
}

/**
 * gui_message_window_change:
 * @entry: what has become of the entry of that number
 */
void
gui_message_window_change (GuiMessageWindow *window, const SalEntry *entry)
{
  guint index = index_of (window, entry->id);

  if (is_at (window, index, entry->id))
    gui_message_row_set_entry (window->rows->pdata[index], entry);
}

/**
 * gui_message_window_remove:
 */
void
gui_message_window_remove (GuiMessageWindow *window, guint64 id)
{
  guint index = index_of (window, id);

  if (is_at (window, index, id))
    drop (window, index);
}

/**
 * gui_message_window_reuse:
 * @id: an entry that is gone
 * @entry: a new one, at the end of the story, that came in its place
 *
 * The same row goes on, so that nobody sees it vanish and come again.
 *
 * Returns: %FALSE if there is no row of @id, or the window is not at the end; then nothing
 *   was changed.
 */
gboolean
gui_message_window_reuse (GuiMessageWindow *window, guint64 id, const SalEntry *entry)
{
  guint index = index_of (window, id);
  GuiMessageRow *row = NULL;

  if (!window->has_newest || !is_at (window, index, id))
    return FALSE;
  row = window->rows->pdata[index];
  if (index + 1 < window->rows->len)
    {
      gboolean focused = gtk_widget_has_focus (GTK_WIDGET (row));

      g_object_ref (row);
      drop (window, index);
      g_ptr_array_add (window->rows, row);
      gtk_list_box_insert (window->box, GTK_WIDGET (row), -1);
      if (focused)
        gtk_widget_grab_focus (GTK_WIDGET (row));
      g_object_unref (row);
    }
  gui_message_row_set_entry (row, entry);
  gtk_list_box_row_changed (GTK_LIST_BOX_ROW (row));
  return TRUE;
}

/**
 * gui_message_window_set_unread_after:
 * @id: the last entry that was read; 0: no line
 */
void
gui_message_window_set_unread_after (GuiMessageWindow *window, guint64 id)
{
  if (window->unread_after == id)
    return;
  window->unread_after = id;
  gtk_list_box_invalidate_headers (window->box);
}

/**
 * gui_message_window_get_unread_after:
 */
guint64
gui_message_window_get_unread_after (GuiMessageWindow *window)
{
  return window->unread_after;
}

/**
 * gui_message_window_update_days:
 *
 * Call it when what was today may be yesterday.
 */
void
gui_message_window_update_days (GuiMessageWindow *window)
{
  gint64 now_us = g_get_real_time ();
  gboolean same = gui_sentence_day_number (now_us) == gui_sentence_day_number (window->now_us);

  window->now_us = now_us;
  if (!same)
    gtk_list_box_invalidate_headers (window->box);
}

/**
 * gui_message_window_has_oldest:
 *
 * Returns: whether there is nothing before the first row.
 */
gboolean
gui_message_window_has_oldest (GuiMessageWindow *window)
{
  return window->has_oldest;
}

/**
 * gui_message_window_has_newest:
 *
 * Returns: whether the last row is the newest entry.
 */
gboolean
gui_message_window_has_newest (GuiMessageWindow *window)
{
  return window->has_newest;
}

/**
 * gui_message_window_get_last_id:
 *
 * Returns: the entry of the last row; 0 if there are none.
 */
guint64
gui_message_window_get_last_id (GuiMessageWindow *window)
{
  return window->rows->len > 0 ? last_id (window) : 0;
}

/**
 * gui_message_window_count:
 *
 * Returns: how many rows there are.
 */
guint
gui_message_window_count (GuiMessageWindow *window)
{
  return window->rows->len;
}

/**
 * gui_message_window_get:
 *
 * Returns: (transfer none): the row at @index, the oldest is 0.
 */
GuiMessageRow *
gui_message_window_get (GuiMessageWindow *window, guint index)
{
  g_return_val_if_fail (index < window->rows->len, NULL);
  return window->rows->pdata[index];
}

/**
 * gui_message_window_find:
 *
 * Returns: (transfer none) (nullable): the row of that entry.
 */
GuiMessageRow *
gui_message_window_find (GuiMessageWindow *window, guint64 id)
{
  guint index = index_of (window, id);

  return is_at (window, index, id) ? window->rows->pdata[index] : NULL;
}

/**
 * gui_message_window_find_from:
 *
 * Returns: (transfer none) (nullable): the row of that entry, or else of the next one, or
 *   else the last row.
 */
GuiMessageRow *
gui_message_window_find_from (GuiMessageWindow *window, guint64 id)
{
  guint index = index_of (window, id);

  if (window->rows->len == 0)
    return NULL;
  return window->rows->pdata[MIN (index, window->rows->len - 1)];
}

/**
 * gui_message_window_find_at_y:
 * @y: in the list box
 *
 * What stands above a row belongs to it.
 *
 * Returns: (transfer none) (nullable): the row that is there, or else the nearest one.
 */
GuiMessageRow *
gui_message_window_find_at_y (GuiMessageWindow *window, int y)
{
  guint low = 0;
  guint high = window->rows->len;

  while (low < high)
    {
      guint middle = (low + high) / 2;
      GtkAllocation place;

      gtk_widget_get_allocation (window->rows->pdata[middle], &place);
      if (place.y + place.height <= y)
        low = middle + 1;
      else
        high = middle;
    }
  if (window->rows->len == 0)
    return NULL;
  return window->rows->pdata[MIN (low, window->rows->len - 1)];
}

/**
 * gui_message_window_new:
 * @box: (transfer none): empty, and filled by nobody else
 *
 * Returns: (transfer full): a window in which nothing is yet.
 */
GuiMessageWindow *
gui_message_window_new (SalRoomModel *model, GtkListBox *box)
{
  GuiMessageWindow *window = g_new0 (GuiMessageWindow, 1);

  window->model = g_object_ref (model);
  window->box = box;
  window->rows = g_ptr_array_new ();
  window->gaps = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  window->has_oldest = window->has_newest = TRUE;
  window->now_us = g_get_real_time ();
  gtk_list_box_set_header_func (box, update_header, window, NULL);
  return window;
}

/**
 * gui_message_window_free:
 * @window: (nullable) (transfer full): its rows go with the list box
 */
void
gui_message_window_free (GuiMessageWindow *window)
{
  if (window == NULL)
    return;
  g_clear_object (&window->model);
  g_clear_pointer (&window->before, sal_entry_unref);
  g_ptr_array_unref (window->rows);
  g_hash_table_unref (window->gaps);
  g_free (window);
}
