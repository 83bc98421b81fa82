/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Several messages that are selected: a range of the story, from where it began to where
 * it was drawn. It is kept in numbers of entries, not in rows: those come and go while the
 * reader scrolls, and the range stays. Within one message its label selects.
 */
#include "config.h"

#include "client-gtk/gui-message-selection.h"

#include "client-gtk/gui-fold.h"
#include "client-gtk/gui-sentence.h"

/* What is copied at most: more than anybody selects by hand. */
#define COPY_MAX_ENTRIES 10000
#define COPY_PAGE 500

struct _GuiMessageSelection
{
  SalRoomModel *model;      /* (owned) */
  GuiMessageWindow *window; /* (unowned) */
  GtkListBox *box;          /* (unowned) */
  guint64 from;             /* where it began; 0: nothing is selected */
  guint64 to;               /* where it has been drawn */
  guint64 from_first;       /* of those that are told together there */
  guint64 to_first;         /* likewise */
  gulong handler;
  gboolean updating;
};

/**
 * gui_message_selection_new:
 * @window: (transfer none): its rows are selected
 * @box: (transfer none): where they are
 *
 * Returns: (transfer full): a selection of nothing.
 */
GuiMessageSelection *
gui_message_selection_new (SalRoomModel *model, GuiMessageWindow *window, GtkListBox *box)
{
  GuiMessageSelection *selection = g_new0 (GuiMessageSelection, 1);

  selection->model = g_object_ref (model);
  selection->window = window;
  selection->box = box;
  /* The list box also selects when it thinks that a row was clicked; but not here. */
  selection->handler = g_signal_connect_swapped (
      box, "selected-rows-changed", G_CALLBACK (gui_message_selection_update_rows), selection);
  return selection;
}

/**
 * gui_message_selection_free:
 * @selection: (nullable) (transfer full): before its list box goes
 */
void
gui_message_selection_free (GuiMessageSelection *selection)
{
  if (selection == NULL)
    return;
  g_clear_signal_handler (&selection->handler, selection->box);
  g_clear_object (&selection->model);
  g_free (selection);
}

/**
 * gui_message_selection_update_rows:
 *
 * Call it when there are other rows than before.
 */
void
gui_message_selection_update_rows (GuiMessageSelection *selection)
{
  if (selection->updating)
    return;
  selection->updating = TRUE;
  gtk_list_box_set_selection_mode (selection->box, selection->from != 0 ? GTK_SELECTION_MULTIPLE
                                                                        : GTK_SELECTION_NONE);
  for (guint i = 0; selection->from != 0 && i < gui_message_window_count (selection->window); i++)
    {
      GuiMessageRow *row = gui_message_window_get (selection->window, i);

      if (gui_message_selection_contains (selection, gui_message_row_get_id (row)))
        gtk_list_box_select_row (selection->box, GTK_LIST_BOX_ROW (row));
      else
        gtk_list_box_unselect_row (selection->box, GTK_LIST_BOX_ROW (row));
    }
  selection->updating = FALSE;
}

/* A row is known by the last of what is told in it. */
static guint64
first_of (GuiMessageSelection *selection, guint64 id)
{
  GuiMessageRow *row = gui_message_window_find (selection->window, id);

  return row != NULL ? gui_message_row_get_first_id (row) : id;
}

/**
 * gui_message_selection_begin:
 *
 * Selects one message.
 */
void
gui_message_selection_begin (GuiMessageSelection *selection, guint64 id)
{
  selection->from = selection->to = id;
  selection->from_first = selection->to_first = first_of (selection, id);
  gui_message_selection_update_rows (selection);
}

/**
 * gui_message_selection_extend:
 *
 * Selects from where it began to @id; if nothing was selected, it begins there.
 */
void
gui_message_selection_extend (GuiMessageSelection *selection, guint64 id)
{
  if (selection->from == 0)
    {
      selection->from = id;
      selection->from_first = first_of (selection, id);
    }
  if (selection->to == id)
    return;
  selection->to = id;
  selection->to_first = first_of (selection, id);
  gui_message_selection_update_rows (selection);
}

/**
 * gui_message_selection_clear:
 */
void
gui_message_selection_clear (GuiMessageSelection *selection)
{
  if (selection->from == 0)
    return;
  selection->from = selection->to = 0;
  gui_message_selection_update_rows (selection);
}

/**
 * gui_message_selection_is_empty:
 */
gboolean
gui_message_selection_is_empty (GuiMessageSelection *selection)
{
  return selection->from == 0;
}

/**
 * gui_message_selection_contains:
 */
gboolean
gui_message_selection_contains (GuiMessageSelection *selection, guint64 id)
{
  return selection->from != 0 && id >= MIN (selection->from, selection->to) &&
         id <= MAX (selection->from, selection->to);
}

/**
 * gui_message_selection_is_single:
 *
 * Returns: whether it is one message.
 */
gboolean
gui_message_selection_is_single (GuiMessageSelection *selection)
{
  return selection->from != 0 && selection->from == selection->to;
}

/* Returns: (transfer full): what is selected, from the story. */
static GPtrArray *
read_entries (GuiMessageSelection *selection)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func ((GDestroyNotify) sal_entry_unref);
  guint64 id = MIN (selection->from_first, selection->to_first) - 1;
  guint64 last = MAX (selection->from, selection->to);

  while (id < last && entries->len < COPY_MAX_ENTRIES)
    {
      g_autoptr (GPtrArray) page = sal_room_model_read_after (selection->model, id, COPY_PAGE);

      if (page->len == 0)
        break;
      for (guint i = 0; i < page->len; i++)
        {
          const SalEntry *entry = page->pdata[i];

          id = entry->id;
          if (id <= last)
            g_ptr_array_add (entries, sal_entry_ref (entry));
        }
    }
  return entries;
}

/**
 * gui_message_selection_to_texts:
 *
 * Returns: (transfer full) (nullable): of several messages a line each, as they were said; %NULL if
 *   not several are selected.
 */
char *
gui_message_selection_to_texts (GuiMessageSelection *selection)
{
  g_autoptr (GPtrArray) entries = NULL;
  GString *out = NULL;

  if (selection->from == 0 || gui_message_selection_is_single (selection))
    return NULL;
  entries = read_entries (selection);
  out = g_string_new (NULL);
  for (guint i = 0; i < entries->len; i++)
    {
      g_autofree char *line = gui_sentence_line (entries->pdata[i]);

      g_string_append (out, line);
      g_string_append_c (out, '\n');
    }
  return g_string_free (out, FALSE);
}

/**
 * gui_message_selection_to_text:
 *
 * Returns: (transfer full) (nullable): of one message, or of what is told together, its text; of
 *   several a line each with time and name; %NULL if nothing is selected.
 */
char *
gui_message_selection_to_text (GuiMessageSelection *selection)
{
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GString) out = g_string_new (NULL);
  const SalEntry *first = NULL;
  const SalEntry *last = NULL;
  gboolean with_day = FALSE;

  if (selection->from == 0)
    return NULL;
  entries = read_entries (selection);
  if (entries->len == 0)
    return NULL;
  first = entries->pdata[0];
  last = entries->pdata[entries->len - 1];
  if (gui_message_selection_is_single (selection))
    return gui_fold_to_text (entries);
  with_day = gui_sentence_day_number (first->time_us) != gui_sentence_day_number (last->time_us);
  for (guint i = 0; i < entries->len; i++)
    {
      g_autofree char *line = gui_sentence_copied (entries->pdata[i], with_day);

      g_string_append (out, line);
      g_string_append_c (out, '\n');
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}
