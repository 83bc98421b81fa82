/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The mouse over the messages. Drawn within one message it selects some of its text,
 * which the label does; drawn out of it, it selects whole messages; beyond the edge, the
 * messages scroll along. A click selects nothing and clears what was selected. Fingers
 * scroll, so none of this is for them.
 */
#include "config.h"

#include "client-gtk/gui-message-pointer.h"

/* Of the distance to the edge, what is scrolled in a frame. */
#define SCROLL_PART 0.15

struct _GuiMessagePointer
{
  GuiMessageWindow *window;       /* (unowned) */
  GuiMessageSelection *selection; /* (unowned) */
  GtkListBox *box;                /* (unowned) */
  GtkAdjustment *scroll;          /* (owned) */
  GtkGesture *drag;               /* (owned) */
  guint64 start;                  /* the message where it began; 0: there is none */
  double x;
  double y;      /* where it began, in the list box */
  double beyond; /* how far the pointer is beyond the edge; negative above */
  guint tick;
};

static gboolean
is_touch (GtkGesture *gesture)
{
  const GdkEvent *event = gtk_gesture_get_last_event (gesture, NULL);
  GdkDevice *device = event != NULL ? gdk_event_get_source_device (event) : NULL;

  return device != NULL && gdk_device_get_source (device) == GDK_SOURCE_TOUCHSCREEN;
}

static gboolean
has_shift (GtkGesture *gesture)
{
  const GdkEvent *event = gtk_gesture_get_last_event (gesture, NULL);
  GdkModifierType state = 0;

  return event != NULL && gdk_event_get_state (event, &state) && (state & GDK_SHIFT_MASK) != 0;
}

/* The part of the list box that is on the screen. */
static void
get_visible (GuiMessagePointer *pointer, double *top, double *bottom)
{
  GtkAllocation place;

  gtk_widget_get_allocation (GTK_WIDGET (pointer->box), &place);
  *top = gtk_adjustment_get_value (pointer->scroll) - place.y;
  *bottom = *top + gtk_adjustment_get_page_size (pointer->scroll);
}

static void
forget_texts (GuiMessagePointer *pointer, guint64 except)
{
  for (guint i = 0; i < gui_message_window_count (pointer->window); i++)
    {
      GuiMessageRow *row = gui_message_window_get (pointer->window, i);

      if (gui_message_row_get_id (row) != except)
        gui_message_row_forget_selection (row);
    }
}

static void
select_to (GuiMessagePointer *pointer, double y)
{
  double top = 0;
  double bottom = 0;
  GuiMessageRow *row = NULL;
  guint64 id = 0;

  get_visible (pointer, &top, &bottom);
  pointer->beyond = y < top ? y - top : y > bottom ? y - bottom : 0;
  row = gui_message_window_find_at_y (pointer->window, (int) CLAMP (y, top, bottom - 1));
  id = row != NULL ? gui_message_row_get_id (row) : pointer->start;
  if (gui_message_selection_is_empty (pointer->selection))
    {
      if (id == pointer->start)
        return;
      /* From here on it is ours, and not the label's in which it began. */
      gtk_gesture_set_state (pointer->drag, GTK_EVENT_SEQUENCE_CLAIMED);
      forget_texts (pointer, 0);
      gui_message_selection_begin (pointer->selection, pointer->start);
    }
  gui_message_selection_extend (pointer->selection, id);
}

static gboolean
on_tick (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  GuiMessagePointer *pointer = data;
  double dx = 0;
  double dy = 0;
  double before = gtk_adjustment_get_value (pointer->scroll);

  if (pointer->beyond == 0 ||
      !gtk_gesture_drag_get_offset (GTK_GESTURE_DRAG (pointer->drag), &dx, &dy))
    {
      pointer->tick = 0;
      return G_SOURCE_REMOVE;
    }
  gtk_adjustment_set_value (pointer->scroll, before + pointer->beyond * SCROLL_PART);
  /* The pointer does not move on the screen, but over the list it does. */
  pointer->y += gtk_adjustment_get_value (pointer->scroll) - before;
  select_to (pointer, pointer->y + dy);
  return G_SOURCE_CONTINUE;
}

static void
on_drag_begin (GtkGesture *gesture, double x, double y, GuiMessagePointer *pointer)
{
  GuiMessageRow *row = gui_message_window_find_at_y (pointer->window, (int) y);

  if (is_touch (gesture) || row == NULL)
    {
      gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_DENIED);
      return;
    }
  pointer->x = x;
  pointer->y = y;
  pointer->beyond = 0;
  pointer->start = gui_message_row_get_id (row);
  if (has_shift (gesture) && !gui_message_selection_is_empty (pointer->selection))
    {
      gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
      gui_message_selection_extend (pointer->selection, pointer->start);
      return;
    }
  gui_message_selection_clear (pointer->selection);
  forget_texts (pointer, pointer->start);
}

static void
on_drag_update (GtkGesture *gesture, double dx, double dy, GuiMessagePointer *pointer)
{
  if (pointer->start == 0)
    return;
  select_to (pointer, pointer->y + dy);
  if (pointer->beyond != 0 && pointer->tick == 0 &&
      !gui_message_selection_is_empty (pointer->selection))
    pointer->tick =
        gtk_widget_add_tick_callback (GTK_WIDGET (pointer->box), on_tick, pointer, NULL);
}

/* Whoever has selected something wants to do something with it: so keys go there. */
static void
on_drag_end (GtkGesture *gesture, double dx, double dy, GuiMessagePointer *pointer)
{
  double top = 0;
  double bottom = 0;
  GuiMessageRow *row = NULL;

  pointer->start = 0;
  pointer->beyond = 0;
  if (gui_message_selection_is_empty (pointer->selection))
    return;
  get_visible (pointer, &top, &bottom);
  row = gui_message_window_find_at_y (pointer->window,
                                      (int) CLAMP (pointer->y + dy, top, bottom - 1));
  if (row != NULL)
    gtk_widget_grab_focus (GTK_WIDGET (row));
}

/**
 * gui_message_pointer_new:
 * @window: (transfer none): the rows
 * @selection: (transfer none): what is drawn over them
 * @box: (transfer none): where they are
 * @scroll: how the list box is scrolled
 *
 * Returns: (transfer full)
 */
GuiMessagePointer *
gui_message_pointer_new (GuiMessageWindow *window,
                         GuiMessageSelection *selection,
                         GtkListBox *box,
                         GtkAdjustment *scroll)
{
  GuiMessagePointer *pointer = g_new0 (GuiMessagePointer, 1);

  pointer->window = window;
  pointer->selection = selection;
  pointer->box = box;
  pointer->scroll = g_object_ref (scroll);
  pointer->drag = gtk_gesture_drag_new (GTK_WIDGET (box));
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (pointer->drag), GDK_BUTTON_PRIMARY);
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (pointer->drag),
                                              GTK_PHASE_CAPTURE);
  g_signal_connect (pointer->drag, "drag-begin", G_CALLBACK (on_drag_begin), pointer);
  g_signal_connect (pointer->drag, "drag-update", G_CALLBACK (on_drag_update), pointer);
  g_signal_connect (pointer->drag, "drag-end", G_CALLBACK (on_drag_end), pointer);
  return pointer;
}

/**
 * gui_message_pointer_free:
 * @pointer: (nullable) (transfer full): before its list box goes
 */
void
gui_message_pointer_free (GuiMessagePointer *pointer)
{
  if (pointer == NULL)
    return;
  if (pointer->tick != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (pointer->box), pointer->tick);
  g_clear_object (&pointer->drag);
  g_clear_object (&pointer->scroll);
  g_free (pointer);
}
