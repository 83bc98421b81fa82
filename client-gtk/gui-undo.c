/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Taking back what was typed, for the buffer of a GtkTextView: GTK 3 has nothing for it.
 *
 * What happens in one user action is one step, whoever caused it: a paste over a
 * selection is a deletion and an insertion, and both go back together. Characters typed
 * one after another are one step a word. A step is what it did to the buffer, so it can
 * be played in both directions.
 */
#include "config.h"

#include "client-gtk/gui-undo.h"

#include <string.h>

/* Steps that are kept; a step is a word or a paste. */
#define STEPS_MAX 400

typedef struct
{
  gboolean inserted; /* else deleted */
  int offset;        /* in characters */
  char *text;        /* (owned) */
} Change;

typedef struct
{
  GPtrArray *changes; /* (owned): in the order in which they were made */
  gboolean typed;     /* one character after another, so far */
} Step;

struct _GuiUndo
{
  GtkTextBuffer *buffer; /* (owned) */
  GPtrArray *steps;      /* (owned): the last is the newest */
  guint done;            /* so many of them can be undone, the others redone */
  Step *step;            /* (owned) (nullable): what this user action has done so far */
  gboolean in_action;
  gboolean playing;
};

static void
change_free (Change *change)
{
  g_free (change->text);
  g_free (change);
}

static Step *
step_new (void)
{
  Step *step = g_new0 (Step, 1);

  step->changes = g_ptr_array_new_with_free_func ((GDestroyNotify) change_free);
  return step;
}

static void
step_free (Step *step)
{
  g_ptr_array_unref (step->changes);
  g_free (step);
}

static gboolean
is_one_char (const char *text)
{
  return *text != '\0' && *text != '\n' && *g_utf8_next_char (text) == '\0';
}

/* Whether @text, typed at @offset, goes on with the word, or with the gap after it. */
static gboolean
continues_word (const Change *last, int offset, const char *text)
{
  const char *end = last->text + strlen (last->text);

  if (offset != last->offset + (int) g_utf8_strlen (last->text, -1))
    return FALSE;
  return !g_unichar_isspace (g_utf8_get_char (g_utf8_prev_char (end))) ||
         g_unichar_isspace (g_utf8_get_char (text));
}

/* Makes the newest step longer by a character that was typed or taken away next to it. */
static gboolean
extend (GuiUndo *undo, const Change *change)
{
  Step *newest = undo->done > 0 ? undo->steps->pdata[undo->done - 1] : NULL;
  Change *last = NULL;
  char *joined = NULL;

  if (newest == NULL || !newest->typed || undo->done < undo->steps->len)
    return FALSE;
  last = newest->changes->pdata[0];
  if (last->inserted != change->inserted)
    return FALSE;
  if (change->inserted && continues_word (last, change->offset, change->text))
    joined = g_strconcat (last->text, change->text, NULL);
  else if (!change->inserted && change->offset == last->offset - 1)
    joined = g_strconcat (change->text, last->text, NULL); /* Backspace */
  else if (!change->inserted && change->offset == last->offset)
    joined = g_strconcat (last->text, change->text, NULL); /* Delete */
  else
    return FALSE;
  g_free (last->text);
  last->text = joined;
  last->offset = MIN (last->offset, change->offset);
  return TRUE;
}

/* The user action, if any, is over: what it did is a step. */
static void
finish_step (GuiUndo *undo)
{
  Step *step = g_steal_pointer (&undo->step);

  if (step == NULL)
    return;
  if (step->changes->len == 1)
    {
      const Change *change = step->changes->pdata[0];

      step->typed = is_one_char (change->text);
      if (step->typed && extend (undo, change))
        {
          step_free (step);
          return;
        }
    }
  g_ptr_array_set_size (undo->steps, (int) undo->done); /* what was undone does not come back */
  if (undo->steps->len == STEPS_MAX)
    g_ptr_array_remove_index (undo->steps, 0);
  g_ptr_array_add (undo->steps, step);
  undo->done = undo->steps->len;
}

static void
note (GuiUndo *undo, gboolean inserted, int offset, char *text)
{
  Change *change = NULL;

  if (undo->playing || *text == '\0')
    {
      g_free (text);
      return;
    }
  change = g_new (Change, 1);
  *change = (Change){ .inserted = inserted, .offset = offset, .text = text };
  if (undo->step == NULL)
    undo->step = step_new ();
  g_ptr_array_add (undo->step->changes, change);
  if (!undo->in_action)
    finish_step (undo);
}

static void
on_insert (GtkTextBuffer *buffer, GtkTextIter *at, const char *text, int len, GuiUndo *undo)
{
  note (undo, TRUE, gtk_text_iter_get_offset (at),
        g_strndup (text, len < 0 ? strlen (text) : (gsize) len));
}

static void
on_delete (GtkTextBuffer *buffer, const GtkTextIter *from, const GtkTextIter *to, GuiUndo *undo)
{
  note (undo, FALSE, MIN (gtk_text_iter_get_offset (from), gtk_text_iter_get_offset (to)),
        gtk_text_buffer_get_slice (buffer, from, to, TRUE));
}

static void
on_begin (GtkTextBuffer *buffer, GuiUndo *undo)
{
  undo->in_action = TRUE;
}

static void
on_end (GtkTextBuffer *buffer, GuiUndo *undo)
{
  undo->in_action = FALSE;
  finish_step (undo);
}

/**
 * gui_undo_new:
 * @buffer: (transfer none)
 *
 * Remembers from now on what happens to @buffer. Handlers that replace what is inserted
 * must have been connected before.
 *
 * Returns: (transfer full)
 */
GuiUndo *
gui_undo_new (GtkTextBuffer *buffer)
{
  GuiUndo *undo = g_new0 (GuiUndo, 1);

  undo->buffer = g_object_ref (buffer);
  undo->steps = g_ptr_array_new_with_free_func ((GDestroyNotify) step_free);
  g_signal_connect (buffer, "insert-text", G_CALLBACK (on_insert), undo);
  g_signal_connect (buffer, "delete-range", G_CALLBACK (on_delete), undo);
  g_signal_connect (buffer, "begin-user-action", G_CALLBACK (on_begin), undo);
  g_signal_connect (buffer, "end-user-action", G_CALLBACK (on_end), undo);
  return undo;
}

/**
 * gui_undo_free:
 */
void
gui_undo_free (GuiUndo *undo)
{
  g_signal_handlers_disconnect_by_data (undo->buffer, undo);
  g_object_unref (undo->buffer);
  g_ptr_array_unref (undo->steps);
  g_clear_pointer (&undo->step, step_free);
  g_free (undo);
}

/* Makes a change, or its opposite, and leaves the cursor where it was made. */
static void
play (GuiUndo *undo, const Change *change, gboolean insert)
{
  GtkTextIter from;
  GtkTextIter to;

  gtk_text_buffer_get_iter_at_offset (undo->buffer, &from, change->offset);
  if (insert)
    gtk_text_buffer_insert (undo->buffer, &from, change->text, -1);
  else
    {
      to = from;
      gtk_text_iter_forward_chars (&to, (int) g_utf8_strlen (change->text, -1));
      gtk_text_buffer_delete (undo->buffer, &from, &to);
    }
  gtk_text_buffer_place_cursor (undo->buffer, &from);
}

static void
play_step (GuiUndo *undo, const Step *step, gboolean forth)
{
  undo->playing = TRUE;
  gtk_text_buffer_begin_user_action (undo->buffer);
  for (guint i = 0; i < step->changes->len; i++)
    {
      const Change *change = step->changes->pdata[forth ? i : step->changes->len - 1 - i];

      play (undo, change, forth == change->inserted);
    }
  gtk_text_buffer_end_user_action (undo->buffer);
  undo->playing = FALSE;
}

/**
 * gui_undo_can_undo:
 *
 * Returns: whether there is something to take back.
 */
gboolean
gui_undo_can_undo (GuiUndo *undo)
{
  return undo->done > 0;
}

/**
 * gui_undo_can_redo:
 *
 * Returns: whether something was taken back since the last change.
 */
gboolean
gui_undo_can_redo (GuiUndo *undo)
{
  return undo->done < undo->steps->len;
}

/**
 * gui_undo_undo:
 *
 * Returns: %FALSE if there is nothing to take back.
 */
gboolean
gui_undo_undo (GuiUndo *undo)
{
  if (!gui_undo_can_undo (undo))
    return FALSE;
  play_step (undo, undo->steps->pdata[--undo->done], FALSE);
  return TRUE;
}

/**
 * gui_undo_redo:
 *
 * Returns: %FALSE if nothing was taken back since the last change.
 */
gboolean
gui_undo_redo (GuiUndo *undo)
{
  if (!gui_undo_can_redo (undo))
    return FALSE;
  play_step (undo, undo->steps->pdata[undo->done++], TRUE);
  return TRUE;
}

/**
 * gui_undo_forget:
 *
 * What the buffer holds now is the beginning.
 */
void
gui_undo_forget (GuiUndo *undo)
{
  g_clear_pointer (&undo->step, step_free);
  g_ptr_array_set_size (undo->steps, 0);
  undo->done = 0;
}
