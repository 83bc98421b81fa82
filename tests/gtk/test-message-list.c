/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The messages of a room with real widgets on a screen, and a room that is made up: so it
 * has 100,000 entries at once, and says what the test wants, when it wants it. What is
 * looked at is what a reader sees: which messages, in which order, where on the screen.
 *
 * It is one piece because all of it is told through the same made-up room and the same view, and
 * each case is short.
 */
#include "config.h"

#include "client-gtk/gui-message-list.h"

#include <handy.h>
#include <string.h>

#include "client-gtk/gui-end-button.h"
#include "client-gtk/gui-message-row.h"
#include "client-gtk/gui-message-window.h"
#include "client-gtk/gui-state-mark.h"
#include "tests/lib/fake-room.h"

#define STORY 100000
#define WIDTH 500
#define HEIGHT 600
#define PATIENCE_US (20 * G_TIME_SPAN_SECOND)
/* Frames until nothing moves any more. */
#define CALM_FRAMES 2
/* 2020-05-03 18:22, and then a message every 40 seconds. */
#define STORY_US G_GINT64_CONSTANT (1588530120000000)

typedef struct
{
  SalRoomModel *model;
  GtkWidget *window;
  GuiMessageList *list;
  GtkListBox *box;
  GtkAdjustment *scroll;
} Fixture;

/* The room. */

static const char *const people[] = { "Grace", "Margaret", "Ada", "Barbara" };

static SalEntry *
story (guint64 id, gpointer data)
{
  static const char *const words[] = { "a",  "message", "that",   "is",   "as", "long",
                                       "as", "its",     "number", "says", "or", "so" };
  g_autoptr (GString) text = g_string_new (NULL);
  SalEntry like = { .id = id, .time_us = STORY_US + (gint64) id * 40 * G_TIME_SPAN_SECOND };

  g_string_printf (text, "%" G_GUINT64_FORMAT, id);
  for (guint i = 0; i < id * 7919 % 29; i++)
    g_string_append_printf (text, " %s", words[i % G_N_ELEMENTS (words)]);
  like.kind = id % 17 == 0 ? SAL_ENTRY_JOIN : SAL_ENTRY_MESSAGE;
  like.name = people[id / 3 % G_N_ELEMENTS (people)];
  like.own = g_str_equal (like.name, "Ada");
  like.state = SAL_MESSAGE_DELIVERED;
  like.text = text->str;
  return sal_entry_new (&like);
}

/* Somebody says something. */
static guint64
hear (Fixture *f, const char *text)
{
  return fake_room_add (f->model,
                        &(SalEntry){ .kind = SAL_ENTRY_MESSAGE, .name = "Grace", .text = text });
}

static guint64
say (Fixture *f, const char *text)
{
  g_assert_true (sal_room_model_say (f->model, text, NULL));
  return sal_room_model_get_last_id (f->model);
}

static void
hear_many (Fixture *f, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *text = g_strdup_printf ("more %u", i);

      hear (f, text);
    }
}

/* Frames. */

static void
on_painted (GdkFrameClock *frames, gpointer data)
{
  *(gboolean *) data = TRUE;
}

static void
wait_for_frame (Fixture *f)
{
  GdkFrameClock *frames = gtk_widget_get_frame_clock (f->window);
  gint64 until_us = g_get_monotonic_time () + PATIENCE_US;
  gboolean painted = FALSE;
  gulong handler = g_signal_connect (frames, "after-paint", G_CALLBACK (on_painted), &painted);

  gtk_widget_queue_draw (f->window);
  while (!painted && g_get_monotonic_time () < until_us)
    gtk_main_iteration ();
  g_assert_true (painted);
  g_signal_handler_disconnect (frames, handler);
}

static void
calm (Fixture *f)
{
  for (int i = 0; i < CALM_FRAMES; i++)
    wait_for_frame (f);
}

/* Eyes. */

static void
search (GtkWidget *widget, gpointer data)
{
  gpointer *wanted = data;

  if (wanted[1] == NULL && g_type_is_a (G_OBJECT_TYPE (widget), (GType) wanted[0]))
    wanted[1] = widget;
  if (wanted[1] == NULL && GTK_IS_CONTAINER (widget))
    gtk_container_forall (GTK_CONTAINER (widget), search, data);
}

/* The first widget of a type. */
static gpointer
find (gpointer within, GType type)
{
  gpointer wanted[2] = { (gpointer) type, NULL };

  search (within, wanted);
  return wanted[1];
}

static guint
count_rows (Fixture *f)
{
  g_autoptr (GList) rows = gtk_container_get_children (GTK_CONTAINER (f->box));

  return g_list_length (rows);
}

static GuiMessageRow *
row_at (Fixture *f, int index)
{
  GtkListBoxRow *row = gtk_list_box_get_row_at_index (f->box, index);

  return row != NULL ? GUI_MESSAGE_ROW (row) : NULL;
}

static GuiMessageRow *
last_row (Fixture *f)
{
  return row_at (f, (int) count_rows (f) - 1);
}

static guint64
first_id (Fixture *f)
{
  return gui_message_row_get_id (row_at (f, 0));
}

static guint64
last_id (Fixture *f)
{
  return gui_message_row_get_id (last_row (f));
}

static GuiMessageRow *
row_of (Fixture *f, guint64 id)
{
  GuiMessageRow *row = NULL;

  for (int i = 0; (row = row_at (f, i)) != NULL; i++)
    if (gui_message_row_get_id (row) == id)
      return row;
  return NULL;
}

static const char *
text_of (GuiMessageRow *row)
{
  return gtk_label_get_text (gui_message_row_get_label (row));
}

/* Where a row is on the screen. */
static int
y_of (Fixture *f, GuiMessageRow *row)
{
  int y = 0;

  g_assert_nonnull (row);
  g_assert_true (
      gtk_widget_translate_coordinates (GTK_WIDGET (row), GTK_WIDGET (f->list), 0, 0, NULL, &y));
  return y;
}

static int
height_of (Fixture *f)
{
  return gtk_widget_get_allocated_height (GTK_WIDGET (f->list));
}

/* The first row that is on the screen from its beginning. */
static GuiMessageRow *
top_row (Fixture *f)
{
  GuiMessageRow *row = NULL;

  for (int i = 0; (row = row_at (f, i)) != NULL; i++)
    if (y_of (f, row) >= 0)
      return row;
  g_assert_not_reached ();
}

static gboolean
is_at_end (Fixture *f)
{
  gboolean at_end = FALSE;

  g_object_get (f->list, "at-end", &at_end, NULL);
  return at_end;
}

/* Whether the end of the last row is the end of what is on the screen. */
static gboolean
shows_end (Fixture *f)
{
  GtkWidget *row = GTK_WIDGET (last_row (f));
  int below =
      height_of (f) - y_of (f, GUI_MESSAGE_ROW (row)) - gtk_widget_get_allocated_height (row);

  return below >= 0 && below < 20;
}

/* Returns: the button that leads down, if it is there to be pressed. */
static GtkWidget *
end_button (Fixture *f)
{
  GtkRevealer *revealer = find (f->list, GUI_TYPE_END_BUTTON);

  g_assert_nonnull (revealer);
  return gtk_revealer_get_reveal_child (revealer) ? find (revealer, GTK_TYPE_BUTTON) : NULL;
}

static gboolean
has_focus (Fixture *f, GtkWidget *widget)
{
  return gtk_window_get_focus (GTK_WINDOW (f->window)) == widget;
}

/* The entry of the row with the focus. */
static guint64
focus_id (Fixture *f)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (f->window));

  g_assert_true (GUI_IS_MESSAGE_ROW (focus));
  return gui_message_row_get_id (GUI_MESSAGE_ROW (focus));
}

/* Rows are few, and their entries follow one another. */
static void
assert_window (Fixture *f)
{
  guint64 id = 0;
  GuiMessageRow *row = NULL;
  int n = 0;

  for (; (row = row_at (f, n)) != NULL; n++)
    {
      if (n > 0)
        g_assert_cmpuint (gui_message_row_get_first_id (row), ==, id + 1);
      id = gui_message_row_get_id (row);
    }
  g_assert_cmpint (n, <=, 150);
}

/* Hands. */

static void
scroll_by (Fixture *f, double pixels)
{
  gtk_adjustment_set_value (f->scroll, gtk_adjustment_get_value (f->scroll) + pixels);
}

static void
scroll_up (Fixture *f)
{
  scroll_by (f, -1000);
  calm (f);
  g_assert_false (is_at_end (f));
}

static void
press (Fixture *f, guint key, GdkModifierType modifiers)
{
  g_autoptr (GdkEvent) event = gdk_event_new (GDK_KEY_PRESS);
  GdkDisplay *display = gtk_widget_get_display (f->window);
  g_autofree GdkKeymapKey *keys = NULL;
  int n = 0;

  event->key.window = g_object_ref (gtk_widget_get_window (f->window));
  event->key.time = GDK_CURRENT_TIME;
  event->key.state = modifiers;
  event->key.keyval = key;
  event->key.string = g_strdup ("");
  if (gdk_keymap_get_entries_for_keyval (gdk_keymap_get_for_display (display), key, &keys, &n))
    event->key.hardware_keycode = (guint16) keys[0].keycode;
  gdk_event_set_device (event, gdk_seat_get_keyboard (gdk_display_get_default_seat (display)));
  gtk_main_do_event (event);
}

/* The mouse in the middle of a row's height. */
static void
point (Fixture *f, GdkEventType what, GuiMessageRow *row, guint button, GdkModifierType modifiers)
{
  g_autoptr (GdkEvent) event = gdk_event_new (what);
  GdkWindow *window = gtk_widget_get_window (GTK_WIDGET (f->box));
  GdkDevice *mouse =
      gdk_seat_get_pointer (gdk_display_get_default_seat (gtk_widget_get_display (f->window)));
  int x = 0;
  int y = 0;

  /* Rows have no windows of their own. */
  gtk_widget_translate_coordinates (GTK_WIDGET (row), GTK_WIDGET (f->box), 100,
                                    gtk_widget_get_allocated_height (GTK_WIDGET (row)) / 2, &x, &y);
  if (what == GDK_MOTION_NOTIFY)
    {
      event->motion.window = g_object_ref (window);
      event->motion.x = x;
      event->motion.y = y;
      event->motion.state = modifiers | GDK_BUTTON1_MASK;
    }
  else
    {
      event->button.window = g_object_ref (window);
      event->button.x = x;
      event->button.y = y;
      event->button.state = modifiers;
      event->button.button = button;
    }
  gdk_event_set_device (event, mouse);
  gdk_event_set_source_device (event, mouse);
  gtk_main_do_event (event);
}

static void
click (Fixture *f, GuiMessageRow *row, guint button, GdkModifierType modifiers)
{
  point (f, GDK_BUTTON_PRESS, row, button, modifiers);
  point (f, GDK_BUTTON_RELEASE, row, button, modifiers);
}

static void
drag (Fixture *f, GuiMessageRow *from, GuiMessageRow *to)
{
  point (f, GDK_BUTTON_PRESS, from, 1, 0);
  point (f, GDK_MOTION_NOTIFY, to, 1, 0);
  point (f, GDK_BUTTON_RELEASE, to, 1, 0);
}

static void
activate (Fixture *f, const char *action, guint64 id)
{
  GActionGroup *actions = gtk_widget_get_action_group (GTK_WIDGET (f->list), "messages");

  g_assert_true (g_action_group_has_action (actions, action));
  g_action_group_activate_action (actions, action, id != 0 ? g_variant_new_uint64 (id) : NULL);
}

static char *
clipboard (Fixture *f)
{
  return gtk_clipboard_wait_for_text (
      gtk_widget_get_clipboard (f->window, GDK_SELECTION_CLIPBOARD));
}

#define assert_clipboard(f, expected)                                                              \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *text_ = clipboard (f);                                                        \
    g_assert_cmpstr (text_, ==, expected);                                                         \
  }                                                                                                \
  G_STMT_END

/* What a window manager would do. */
static void
set_active (Fixture *f, gboolean active)
{
  g_autoptr (GdkEvent) event = gdk_event_new (GDK_FOCUS_CHANGE);

  event->focus_change.window = g_object_ref (gtk_widget_get_window (f->window));
  event->focus_change.in = active;
  gdk_event_set_device (event, gdk_seat_get_keyboard (gdk_display_get_default_seat (
                                   gtk_widget_get_display (f->window))));
  gtk_main_do_event (event);
}

/* Opening and closing. */

static void
open_list (Fixture *f, SalRoomModel *model)
{
  f->model = model;
  f->window = gtk_window_new (GTK_WINDOW_TOPLEVEL);
  gtk_window_set_default_size (GTK_WINDOW (f->window), WIDTH, HEIGHT);
  f->list = GUI_MESSAGE_LIST (gui_message_list_new (model));
  f->box = find (f->list, GTK_TYPE_LIST_BOX);
  f->scroll = gtk_scrolled_window_get_vadjustment (find (f->list, GTK_TYPE_SCROLLED_WINDOW));
  gtk_container_add (GTK_CONTAINER (f->window), GTK_WIDGET (f->list));
  gtk_widget_show (GTK_WIDGET (f->list));
  gtk_widget_show (f->window);
  calm (f);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  open_list (f, fake_room_new (GPOINTER_TO_SIZE (data), story, NULL));
  set_active (f, TRUE);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  GObject *list = G_OBJECT (g_object_ref (f->list));

  gtk_widget_destroy (f->window);
  g_assert_finalize_object (list);
  g_assert_finalize_object (G_OBJECT (f->model));
}

/* Opening. */

static void
test_opens_at_end (Fixture *f, gconstpointer data)
{
  g_assert_cmpuint (last_id (f), ==, STORY);
  g_assert_cmpuint (count_rows (f), >=, 30);
  assert_window (f);
  g_assert_true (is_at_end (f));
  g_assert_true (shows_end (f));
  g_assert_null (end_button (f));
}

static void
test_empty (Fixture *f, gconstpointer data)
{
  g_assert_cmpuint (count_rows (f), ==, 0);
  g_assert_true (is_at_end (f));
  gui_message_list_go_to_end (f->list);
  gui_message_list_focus (f->list);
  press (f, GDK_KEY_Up, 0);
  press (f, GDK_KEY_Tab, 0);
  hear (f, "the first");
  calm (f);
  g_assert_cmpuint (count_rows (f), ==, 1);
  g_assert_cmpstr (text_of (row_at (f, 0)), ==, "the first");
  /* At the bottom, where the next ones will be. */
  g_assert_true (shows_end (f));
}

static void
test_few (Fixture *f, gconstpointer data)
{
  g_assert_cmpuint (first_id (f), ==, 1);
  g_assert_cmpuint (last_id (f), ==, 3);
  g_assert_true (is_at_end (f));
  g_assert_true (shows_end (f));
}

/* Paging. */

/* One step with the anchor watched; returns FALSE if there is nothing more. */
static gboolean
step (Fixture *f, double pixels)
{
  double before = gtk_adjustment_get_value (f->scroll);
  GuiMessageRow *row = top_row (f);
  guint64 id = gui_message_row_get_id (row);
  int y = y_of (f, row);
  double moved = 0;

  scroll_by (f, pixels);
  /* As far as there was something to scroll to at once. */
  moved = gtk_adjustment_get_value (f->scroll) - before;
  calm (f);
  assert_window (f);
  /* Where it must be, to the pixel; if it has not been taken away meanwhile. */
  if (row_of (f, id) != NULL)
    g_assert_cmpint (ABS (y_of (f, row_of (f, id)) - (y - (int) moved)), <=, 1);
  return ABS (moved) >= 1;
}

static void
test_paging (Fixture *f, gconstpointer data)
{
  guint64 top = first_id (f);

  for (int i = 0; i < 40; i++)
    g_assert_true (step (f, -550));
  g_assert_cmpuint (first_id (f), <, top - 200);
  g_assert_cmpuint (count_rows (f), >=, 100);
  g_assert_false (is_at_end (f));
  top = first_id (f);
  for (int i = 0; i < 200 && !is_at_end (f); i++)
    step (f, 700);
  g_assert_cmpuint (last_id (f), ==, STORY);
  g_assert_true (is_at_end (f));
  g_assert_true (shows_end (f));
}

/* Who scrolls back to where something is missing has the server asked for it: once, and not while
 * only what is new is read. What it has is put there, each entry once. */
static void
test_gap (Fixture *f, gconstpointer data)
{
  guint64 gap = STORY - 20;
  guint64 asked = 0;

  fake_room_make_gap (f->model, gap, 15);
  calm (f);
  g_assert_cmpuint (fake_room_count_asks (f->model, &asked), ==, 0);
  while (fake_room_count_asks (f->model, &asked) == 0 && first_id (f) > STORY / 2)
    {
      scroll_by (f, -100);
      calm (f);
    }
  g_assert_cmpuint (asked, ==, gap + 16);

  /* Not all of it: there is still something missing, and the next question is for that. */
  fake_room_answer (f->model, 10);
  calm (f);
  g_assert_cmpuint (gui_message_row_get_first_id (row_of (f, gap + 6)), ==, gap + 6);
  for (int i = 0; i < 30; i++)
    {
      scroll_by (f, -100);
      calm (f);
    }
  g_assert_cmpuint (fake_room_count_asks (f->model, &asked), ==, 2);
  g_assert_cmpuint (asked, ==, gap + 6);
  fake_room_answer (f->model, 5);
  fake_room_remove (f->model, gap);
  scroll_by (f, 2000);
  calm (f);
  while (!is_at_end (f))
    {
      scroll_by (f, 500);
      calm (f);
    }
  /* It is read again page by page. */
  for (int i = 0; i < 20 && first_id (f) > gap; i++)
    calm (f);
  for (guint64 id = gap + 2; id <= STORY; id++)
    g_assert_true (row_of (f, id) != NULL || id % 17 == 0);
  g_assert_cmpuint (fake_room_count_asks (f->model, &asked), ==, 2);
}

/* A server that has nothing, or refuses, is asked once. */
static void
test_gap_stays (Fixture *f, gconstpointer data)
{
  guint64 asked = 0;

  fake_room_make_gap (f->model, STORY - 40, 15);
  for (int i = 0; i < 60; i++)
    {
      scroll_by (f, -100);
      calm (f);
      if (fake_room_count_asks (f->model, &asked) == 1)
        fake_room_answer (f->model, 0);
    }
  g_assert_cmpuint (fake_room_count_asks (f->model, &asked), ==, 1);
  g_assert_cmpuint (first_id (f), <, STORY - 40);
  g_assert_nonnull (row_of (f, STORY - 40));
}

static void
test_small_steps (Fixture *f, gconstpointer data)
{
  for (int i = 0; i < 150; i++)
    {
      GuiMessageRow *row = top_row (f);
      guint64 id = gui_message_row_get_id (row);
      int y = y_of (f, row);

      scroll_by (f, -53);
      wait_for_frame (f);
      g_assert_cmpint (ABS (y_of (f, row_of (f, id)) - (y + 53)), <=, 1);
    }
}

static void
test_both_ends (Fixture *f, gconstpointer data)
{
  gui_message_list_focus (f->list);
  press (f, GDK_KEY_Home, GDK_CONTROL_MASK);
  calm (f);
  g_assert_cmpuint (first_id (f), ==, 1);
  g_assert_cmpuint (count_rows (f), <=, 150);
  g_assert_true (has_focus (f, GTK_WIDGET (row_at (f, 0))));
  g_assert_cmpint (y_of (f, row_at (f, 0)), >=, 0);
  g_assert_nonnull (end_button (f));
  for (int i = 0; i < 30; i++)
    g_assert_true (step (f, 600));
  g_assert_cmpuint (last_id (f), >, 200);
  for (int i = 0; i < 300 && gtk_adjustment_get_value (f->scroll) > 0; i++)
    step (f, -600);
  g_assert_cmpuint (first_id (f), ==, 1);
  gtk_button_clicked (GTK_BUTTON (end_button (f)));
  calm (f);
  g_assert_cmpuint (last_id (f), ==, STORY);
  g_assert_true (shows_end (f));
  g_assert_null (end_button (f));
}

static void
test_another_width (Fixture *f, gconstpointer data)
{
  guint64 id = 0;
  int y = 0;

  scroll_up (f);
  id = gui_message_row_get_id (top_row (f));
  for (int i = 0; i < 4; i++)
    {
      int width = i % 2 == 0 ? 340 : WIDTH;
      GuiMessageRow *row = NULL;

      y = y_of (f, row_of (f, id));
      gtk_window_resize (GTK_WINDOW (f->window), width, HEIGHT);
      do
        wait_for_frame (f);
      while (gtk_widget_get_allocated_width (GTK_WIDGET (f->list)) != width);
      calm (f);
      row = row_of (f, id);
      /* What is partly above the screen is held there; what follows it is wrapped anew. */
      g_assert_cmpint (ABS (y_of (f, row) - y), <=, 100);
    }
  gui_message_list_go_to_end (f->list);
  calm (f);
  gtk_window_resize (GTK_WINDOW (f->window), 340, HEIGHT - 200);
  do
    wait_for_frame (f);
  while (height_of (f) != HEIGHT - 200);
  calm (f);
  g_assert_true (is_at_end (f));
  g_assert_true (shows_end (f));
}

/* A screen that shows nearly all rows that there may be. */
static void
test_huge_screen (Fixture *f, gconstpointer data)
{
  guint reads = 0;

  for (int i = 0; i < 200; i++)
    fake_room_add (f->model, &(SalEntry){ .kind = SAL_ENTRY_JOIN, .name = "Grace" });
  gtk_window_resize (GTK_WINDOW (f->window), WIDTH, 2300);
  calm (f);
  scroll_by (f, -300);
  for (int i = 0; i < 10; i++)
    calm (f);
  reads = fake_room_count_reads (f->model);
  for (int i = 0; i < 5; i++)
    calm (f);
  /* It does not move to and fro. */
  g_assert_cmpuint (fake_room_count_reads (f->model), ==, reads);
  assert_window (f);
}

/* What comes in. */

static void
test_follows (Fixture *f, gconstpointer data)
{
  for (int i = 0; i < 200; i++)
    {
      hear (f, "one after another");
      wait_for_frame (f);
      g_assert_true (is_at_end (f));
    }
  calm (f);
  g_assert_cmpuint (last_id (f), ==, STORY + 200);
  g_assert_true (shows_end (f));
  assert_window (f);
}

static void
test_stays (Fixture *f, gconstpointer data)
{
  GuiMessageRow *row = NULL;
  guint64 id = 0;
  int y = 0;

  fake_room_set_read (f->model, STORY, 0);
  scroll_up (f);
  row = top_row (f);
  id = gui_message_row_get_id (row);
  y = y_of (f, row);
  g_assert_nonnull (end_button (f));
  for (int i = 0; i < 120; i++)
    {
      hear (f, "not now");
      wait_for_frame (f);
      g_assert_cmpint (y_of (f, row_of (f, id)), ==, y);
    }
  calm (f);
  g_assert_cmpint (y_of (f, row_of (f, id)), ==, y);
  assert_window (f);
  g_assert_cmpstr (atk_object_get_name (gtk_widget_get_accessible (end_button (f))), ==,
                   "Go to newest messages");
  g_assert_cmpstr (atk_object_get_description (gtk_widget_get_accessible (end_button (f))), ==,
                   "120 new messages");
  gtk_button_clicked (GTK_BUTTON (end_button (f)));
  calm (f);
  g_assert_true (is_at_end (f));
  g_assert_true (shows_end (f));
  g_assert_null (end_button (f));
  g_assert_cmpuint (last_id (f), ==, STORY + 120);
  assert_window (f);
}

static void
on_notify (GObject *object, GParamSpec *pspec, gpointer data)
{
  (*(guint *) data)++;
}

static void
test_at_end_is_told (Fixture *f, gconstpointer data)
{
  guint n = 0;

  g_signal_connect (f->list, "notify::at-end", G_CALLBACK (on_notify), &n);
  hear_many (f, 3);
  calm (f);
  g_assert_cmpuint (n, ==, 0);
  scroll_up (f);
  g_assert_cmpuint (n, ==, 1);
  scroll_by (f, 5000);
  calm (f);
  g_assert_true (is_at_end (f));
  g_assert_cmpuint (n, ==, 2);
}

static void
test_flood_at_end (Fixture *f, gconstpointer data)
{
  hear_many (f, 5000);
  calm (f);
  g_assert_true (is_at_end (f));
  g_assert_cmpuint (last_id (f), ==, STORY + 5000);
  assert_window (f);
  g_assert_true (shows_end (f));
  /* What was skipped is there for whoever looks. */
  for (int i = 0; i < 10; i++)
    g_assert_true (step (f, -550));
}

static void
test_flood_while_reading (Fixture *f, gconstpointer data)
{
  guint64 id = 0;
  int y = 0;

  scroll_up (f);
  id = gui_message_row_get_id (top_row (f));
  y = y_of (f, row_of (f, id));
  for (int i = 0; i < 5; i++)
    {
      hear_many (f, 120);
      wait_for_frame (f);
    }
  calm (f);
  g_assert_cmpint (y_of (f, row_of (f, id)), ==, y);
  assert_window (f);
  for (int i = 0; i < 400 && !is_at_end (f); i++)
    step (f, 700);
  g_assert_cmpuint (last_id (f), ==, STORY + 600);
}

/* A flood does not stop the clock: each frame, and what is typed meanwhile. */
static void
test_flood_frames (Fixture *f, gconstpointer data)
{
  gint64 longest_us = 0;

  for (int i = 0; i < 60; i++)
    {
      gint64 start_us = g_get_monotonic_time ();

      hear_many (f, 170);
      wait_for_frame (f);
      longest_us = MAX (longest_us, g_get_monotonic_time () - start_us);
    }
  g_test_message ("longest frame %d ms", (int) (longest_us / 1000));
  calm (f);
  for (int i = 0; i < 12 && last_id (f) != STORY + 60 * 170; i++)
    calm (f);
  g_assert_cmpuint (last_id (f), ==, STORY + 60 * 170);
  assert_window (f);
}

/* What changes. */

static void
test_changed (Fixture *f, gconstpointer data)
{
  g_autoptr (SalEntry) changed = NULL;
  SalEntry like = { .kind = SAL_ENTRY_TEXT, .text = "a line that" };
  guint64 id = fake_room_add (f->model, &like);
  GuiMessageRow *row = NULL;
  guint64 top = 0;
  int y = 0;

  calm (f);
  row = row_of (f, id);
  g_assert_cmpstr (text_of (row), ==, "a line that");
  like.id = id;
  like.time_us = g_get_real_time ();
  like.text = "a line that goes on and on and on and on and on and on and on and on and on and on "
              "and on and on and on";
  fake_room_change (f->model, &like);
  calm (f);
  g_assert_true (row_of (f, id) == row);
  g_assert_cmpstr (text_of (row), ==, like.text);
  g_assert_true (shows_end (f));

  /* Above what is read, it pushes nothing down. */
  scroll_by (f, -300);
  calm (f);
  row = top_row (f);
  top = gui_message_row_get_id (row);
  y = y_of (f, row);
  changed = story (top - 2, NULL);
  like = *changed;
  like.kind = SAL_ENTRY_MESSAGE;
  like.text = "This has become very much longer than it was before, and takes several lines now; "
              "it is on none of those who see what is below it. So it goes, as long as it goes.";
  fake_room_change (f->model, &like);
  calm (f);
  g_assert_cmpstr (text_of (row_of (f, top - 2)), ==, like.text);
  g_assert_cmpint (y_of (f, row_of (f, top)), ==, y);
}

static void
test_removed (Fixture *f, gconstpointer data)
{
  guint64 id = hear (f, "a note that goes");
  guint before = 0;

  calm (f);
  before = count_rows (f);
  fake_room_remove (f->model, id);
  fake_room_remove (f->model, id - 3);
  calm (f);
  g_assert_cmpuint (count_rows (f), ==, before - 2);
  g_assert_null (row_of (f, id));
  g_assert_null (row_of (f, id - 3));
  /* Never seen, and gone. */
  id = hear (f, "never mind");
  fake_room_remove (f->model, id);
  calm (f);
  g_assert_null (row_of (f, id));
}

/* The row under the reader's eyes goes: the next one is where it was. */
static void
test_anchor_removed (Fixture *f, gconstpointer data)
{
  guint64 id = 0;

  scroll_up (f);
  id = gui_message_row_get_id (top_row (f));
  fake_room_remove (f->model, id);
  fake_room_remove (f->model, id - 1);
  calm (f);
  g_assert_cmpint (ABS (y_of (f, row_of (f, id + 1))), <, 120);
  g_assert_false (is_at_end (f));
}

static void
test_delivered (Fixture *f, gconstpointer data)
{
  guint64 id = say (f, "ciao");
  GuiMessageRow *row = NULL;
  guint rows = 0;
  SalEntry like = { 0 };

  calm (f);
  row = last_row (f);
  rows = count_rows (f);
  g_assert_cmpuint (gui_message_row_get_id (row), ==, id);
  like = *gui_message_row_get_entry (row);
  like.state = SAL_MESSAGE_SENT;
  fake_room_change (f->model, &like);
  calm (f);
  g_assert_true (last_row (f) == row);
  fake_room_deliver (f->model, id);
  calm (f);
  /* The same row goes on. */
  g_assert_true (last_row (f) == row);
  g_assert_cmpuint (count_rows (f), ==, rows);
  g_assert_cmpuint (gui_message_row_get_first_id (row), ==, id + 1);
  g_assert_cmpint (gui_message_row_get_entry (row)->state, ==, SAL_MESSAGE_DELIVERED);
}

/* The order is the room's: what others said in between comes before it. */
static void
test_delivered_in_order (Fixture *f, gconstpointer data)
{
  guint64 first = say (f, "same");
  guint64 second = say (f, "same");
  GuiMessageRow *row = NULL;
  guint rows = 0;

  calm (f);
  row = row_of (f, first);
  rows = count_rows (f);
  hear (f, "in between");
  fake_room_deliver (f->model, first);
  hear (f, "and after");
  calm (f);
  g_assert_cmpuint (count_rows (f), ==, rows + 2);
  g_assert_cmpuint (last_id (f), ==, second + 3);
  g_assert_true (row_of (f, second + 2) == row);
  g_assert_cmpstr (text_of (row_at (f, (int) rows + 1)), ==, "and after");
  g_assert_cmpstr (text_of (row_at (f, (int) rows)), ==, "same");
  g_assert_cmpstr (text_of (row_at (f, (int) rows - 1)), ==, "in between");
  fake_room_deliver (f->model, second);
  calm (f);
  g_assert_null (row_of (f, second));
  g_assert_cmpuint (count_rows (f), ==, rows + 2);
}

static void
test_failed (Fixture *f, gconstpointer data)
{
  guint64 id = say (f, "too fast");
  SalEntry like = { 0 };
  GtkWidget *button = NULL;
  g_autofree char *tooltip = NULL;

  calm (f);
  like = *gui_message_row_get_entry (row_of (f, id));
  like.text = "too fast";
  like.name = "Ada";
  like.state = SAL_MESSAGE_FAILED;
  like.pending = FALSE;
  like.reason = "<b>not</b> so fast";
  fake_room_change (f->model, &like);
  calm (f);
  g_assert_true (shows_end (f));
  button = find (row_of (f, id), GTK_TYPE_BUTTON);
  g_assert_cmpstr (gtk_button_get_label (GTK_BUTTON (button)), ==, "Not sent");
  tooltip = gui_message_row_get_tooltip (row_of (f, id));
  g_assert_true (g_str_has_prefix (tooltip, "Not sent: <b>not</b> so fast\n"));
  gtk_button_clicked (GTK_BUTTON (button));
  calm (f);
  gtk_button_clicked (GTK_BUTTON (button));
  calm (f);
  activate (f, "say-again", id);
  calm (f);
  g_assert_null (row_of (f, id));
  g_assert_cmpuint (last_id (f), ==, id + 1);
  g_assert_null (find (last_row (f), GTK_TYPE_BUTTON));
  activate (f, "discard", id + 1);
  calm (f);
  g_assert_cmpuint (last_id (f), ==, STORY);
}

static void
on_edit_again (GuiMessageList *list, const char *text, char **out)
{
  g_free (*out);
  *out = g_strdup (text);
}

static void
test_unknown (Fixture *f, gconstpointer data)
{
  g_autofree char *edited = NULL;
  GtkWidget *button = NULL;
  guint64 id = fake_room_add (f->model, &(SalEntry){ .kind = SAL_ENTRY_MESSAGE,
                                                     .own = TRUE,
                                                     .name = "Ada",
                                                     .text = "did it",
                                                     .state = SAL_MESSAGE_UNKNOWN });

  g_signal_connect (f->list, "edit-again", G_CALLBACK (on_edit_again), &edited);
  calm (f);
  button = find (row_of (f, id), GTK_TYPE_BUTTON);
  g_assert_cmpstr (gtk_button_get_label (GTK_BUTTON (button)), ==, "May not have arrived");
  activate (f, "edit-again", id);
  g_assert_cmpstr (edited, ==, "did it");
  /* By keys: Return on the row explains it. */
  gui_message_list_focus (f->list);
  press (f, GDK_KEY_Return, 0);
  calm (f);
}

/* What stands above a row, and how rows belong together. */

static gboolean
shows_name (GuiMessageRow *row)
{
  const char *name = gui_message_row_get_entry (row)->name;
  g_autoptr (GList) parts =
      gtk_container_get_children (GTK_CONTAINER (gtk_bin_get_child (GTK_BIN (row))));
  GtkWidget *head = parts->data;
  GtkLabel *label = GTK_IS_BOX (head) ? find (head, GTK_TYPE_LABEL) : NULL;

  return label != NULL && name != NULL && g_str_equal (gtk_label_get_text (label), name);
}

static guint64
hear_at (Fixture *f, const char *name, SalEntryKind kind, int seconds)
{
  return fake_room_add (f->model,
                        &(SalEntry){ .kind = kind,
                                     .name = name,
                                     .text = "x",
                                     .time_us = STORY_US + seconds * G_TIME_SPAN_SECOND });
}

static void
test_groups (Fixture *f, gconstpointer data)
{
  guint64 one = hear_at (f, "Grace", SAL_ENTRY_MESSAGE, 0);
  guint64 two = hear_at (f, "Grace", SAL_ENTRY_MESSAGE, 299);
  guint64 three = hear_at (f, "Grace", SAL_ENTRY_MESSAGE, 299 + 301);
  guint64 four = hear_at (f, "Bob", SAL_ENTRY_MESSAGE, 601);
  guint64 five = hear_at (f, "Bob", SAL_ENTRY_LEAVE, 602);
  guint64 six = hear_at (f, "Bob", SAL_ENTRY_MESSAGE, 603);
  guint64 seven = hear_at (f, "Bob", SAL_ENTRY_ACTION, 604);
  guint64 eight = hear_at (f, "Bob", SAL_ENTRY_MESSAGE, 605);

  calm (f);
  g_assert_true (shows_name (row_of (f, one)));
  g_assert_false (shows_name (row_of (f, two)));
  g_assert_true (shows_name (row_of (f, three)));
  g_assert_true (shows_name (row_of (f, four)));
  g_assert_true (shows_name (row_of (f, six)));
  g_assert_false (shows_name (row_of (f, seven)));
  g_assert_true (shows_name (row_of (f, eight)));
  /* Without the one that began it, the next one does. */
  fake_room_remove (f->model, one);
  fake_room_remove (f->model, five);
  calm (f);
  g_assert_true (shows_name (row_of (f, two)));
  g_assert_false (shows_name (row_of (f, six)));
}

static char *
dup_header (GuiMessageRow *row)
{
  GtkWidget *header = gtk_list_box_row_get_header (GTK_LIST_BOX_ROW (row));
  GtkLabel *label = header != NULL ? find (header, GTK_TYPE_LABEL) : NULL;

  return label != NULL ? g_strdup (gtk_label_get_text (label)) : NULL;
}

static void
test_days (Fixture *f, gconstpointer data)
{
  guint64 old = hear_at (f, "Grace", SAL_ENTRY_MESSAGE, 0);
  guint64 same = hear_at (f, "Grace", SAL_ENTRY_MESSAGE, 3600);
  guint64 next = hear_at (f, "Grace", SAL_ENTRY_MESSAGE, 3600 * 6);
  guint64 today = hear (f, "now");
  g_autofree char *old_day = NULL;
  g_autofree char *same_day = NULL;
  g_autofree char *next_day = NULL;
  g_autofree char *this_day = NULL;

  calm (f);
  old_day = dup_header (row_of (f, old));
  same_day = dup_header (row_of (f, same));
  next_day = dup_header (row_of (f, next));
  this_day = dup_header (row_of (f, today));
  g_assert_cmpstr (old_day, ==, "Sunday, 3 May 2020");
  g_assert_cmpstr (same_day, ==, NULL);
  g_assert_cmpstr (next_day, ==, "Monday, 4 May 2020");
  g_assert_cmpstr (this_day, ==, "Today");
  g_assert_cmpstr (
      atk_object_get_description (gtk_widget_get_accessible (GTK_WIDGET (row_of (f, next)))), ==,
      "Monday, 4 May 2020");
}

/* Days and groups of a row do not depend on how its page came. */
static void
test_same_from_both_sides (Fixture *f, gconstpointer data)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);

  for (int direction = -1; direction <= 1; direction += 2)
    for (int i = 0; i < 25; i++)
      {
        for (int n = 1; row_at (f, n) != NULL; n++)
          {
            guint64 id = gui_message_row_get_id (row_at (f, n));
            g_autofree char *header = dup_header (row_at (f, n));
            g_autofree char *now = g_strdup_printf ("%d %s", shows_name (row_at (f, n)), header);
            const char *before = g_hash_table_lookup (seen, &id);

            if (before != NULL)
              g_assert_cmpstr (now, ==, before);
            else
              g_hash_table_insert (seen, g_memdup2 (&id, sizeof id), g_steal_pointer (&now));
          }
        step (f, 700 * direction);
      }
  g_assert_cmpuint (g_hash_table_size (seen), >, 200);
}

/* Reading. */

static void
test_read (Fixture *f, gconstpointer data)
{
  fake_room_set_read (f->model, STORY - 1, 1);
  set_active (f, FALSE);
  hear (f, "while nobody looks");
  calm (f);
  g_assert_cmpuint (sal_room_model_get_read_id (f->model), ==, STORY - 1);
  set_active (f, TRUE);
  g_assert_cmpuint (sal_room_model_get_read_id (f->model), ==, STORY + 1);
  hear (f, "while somebody looks");
  calm (f);
  g_assert_cmpuint (sal_room_model_get_read_id (f->model), ==, STORY + 2);
  g_assert_cmpuint (sal_room_model_count_unread (f->model), ==, 0);
  scroll_up (f);
  hear (f, "further down");
  calm (f);
  g_assert_cmpuint (sal_room_model_get_read_id (f->model), ==, STORY + 2);
  gui_message_list_go_to_end (f->list);
  calm (f);
  g_assert_cmpuint (sal_room_model_get_read_id (f->model), ==, STORY + 3);
}

static void
test_unread_line (Fixture *f, gconstpointer data)
{
  guint64 id = 0;
  g_autofree char *header = NULL;

  set_active (f, TRUE);
  calm (f);
  set_active (f, FALSE);
  id = hear (f, "one");
  hear (f, "two");
  calm (f);
  header = dup_header (row_of (f, id));
  g_assert_cmpstr (header, ==, "Today"); /* and the line below it */
  g_assert_nonnull (
      strstr (atk_object_get_description (gtk_widget_get_accessible (GTK_WIDGET (row_of (f, id)))),
              "Unread messages"));
  g_assert_null (gtk_list_box_row_get_header (GTK_LIST_BOX_ROW (row_of (f, id + 1))));
  set_active (f, TRUE);
  calm (f);
  g_assert_nonnull (
      strstr (atk_object_get_description (gtk_widget_get_accessible (GTK_WIDGET (row_of (f, id)))),
              "Unread messages"));
  say (f, "I have seen it");
  calm (f);
  g_assert_null (
      strstr (atk_object_get_description (gtk_widget_get_accessible (GTK_WIDGET (row_of (f, id)))),
              "Unread messages"));
}

/* Where reading stopped, if the end is further down than the screen. */
static void
test_opens_at_unread (void)
{
  static const guint unread[] = { 2, 60, 5000 };

  for (gsize i = 0; i < G_N_ELEMENTS (unread); i++)
    {
      Fixture f = { 0 };
      SalRoomModel *model = fake_room_new (STORY, story, NULL);
      GuiMessageRow *row = NULL;

      fake_room_set_read (model, STORY - unread[i], unread[i]);
      open_list (&f, model);
      calm (&f);
      row = row_of (&f, STORY - unread[i] + 1);
      g_assert_nonnull (row);
      g_assert_nonnull (
          strstr (atk_object_get_description (gtk_widget_get_accessible (GTK_WIDGET (row))),
                  "Unread messages"));
      g_assert_cmpint (y_of (&f, row), >=, 0);
      g_assert_cmpint (y_of (&f, row), <, HEIGHT);
      assert_window (&f);
      g_assert_true (is_at_end (&f) == (unread[i] == 2));
      tear_down (&f, NULL);
    }
}

/* Another room is shown meanwhile. */
static void
test_hidden (Fixture *f, gconstpointer data)
{
  gtk_widget_hide (GTK_WIDGET (f->list));
  calm (f);
  hear_many (f, 20);
  calm (f);
  g_assert_cmpuint (last_id (f), ==, STORY);
  gtk_widget_show (GTK_WIDGET (f->list));
  calm (f);
  g_assert_cmpuint (last_id (f), ==, STORY + 20);
  assert_window (f);
  gui_message_list_go_to_end (f->list);
  calm (f);
  gtk_widget_hide (GTK_WIDGET (f->list));
  hear_many (f, 3000);
  gtk_widget_show (GTK_WIDGET (f->list));
  calm (f);
  /* It begins where reading stopped. */
  g_assert_false (is_at_end (f));
  g_assert_cmpint (y_of (f, row_of (f, STORY + 21)), >=, 0);
  g_assert_cmpint (y_of (f, row_of (f, STORY + 21)), <, HEIGHT / 2);
  assert_window (f);
  gtk_button_clicked (GTK_BUTTON (end_button (f)));
  calm (f);
  g_assert_cmpuint (last_id (f), ==, STORY + 3020);
}

/* Hostile texts. */

static char *
repeat (const char *part, guint n)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append (text, part);
  return g_string_free (text, FALSE);
}

static char **
hostile_texts (void)
{
  GStrvBuilder *texts = g_strv_builder_new ();
  g_autoptr (GString) tower = g_string_new ("Z");
  char **all = NULL;

  for (guint i = 0; i < 4000; i++)
    g_string_append_unichar (tower, 0x300 + i % 0x50);
  g_strv_builder_add (texts, tower->str);
  {
    g_autofree char *endless = repeat ("x", 8192);
    g_autofree char *wide = repeat ("漢", 2700);
    g_autofree char *mixed = repeat ("שלום abc ", 600);
    g_autofree char *markup = repeat ("<b><a href=\"x\">&amp;", 400);
    g_autofree char *links = repeat ("http://a.example/ ", 450);
    g_autofree char *emoji = repeat ("👩‍👩‍👧", 300);
    g_autofree char *arabic = repeat ("ﷺ", 2700);
    g_autofree char *spaces = repeat (" ", 4000);
    g_autofree char *joiners = repeat ("\xE2\x80\x8D", 2700);

    g_strv_builder_add_many (texts, endless, wide, mixed, markup, links, emoji, arabic, spaces,
                             joiners, "%s%n%p", "</span>", "&#x202e;", NULL);
  }
  all = g_strv_builder_end (texts);
  g_strv_builder_unref (texts);
  return all;
}

static void
test_hostile_texts (Fixture *f, gconstpointer data)
{
  g_auto (GStrv) texts = hostile_texts ();

  gtk_window_resize (GTK_WINDOW (f->window), 360, HEIGHT);
  for (guint kind = SAL_ENTRY_MESSAGE; kind <= SAL_ENTRY_TEXT; kind++)
    for (guint i = 0; texts[i] != NULL; i++)
      {
        int least = 0;
        GuiMessageRow *row = NULL;

        fake_room_add (f->model, &(SalEntry){ .kind = (SalEntryKind) kind,
                                              .name = texts[i],
                                              .text = texts[i],
                                              .reason = texts[i],
                                              .own = i % 3 == 0,
                                              .state = (SalMessageState) (i % 5) });
        wait_for_frame (f);
        row = last_row (f);
        gtk_widget_get_preferred_width (GTK_WIDGET (row), &least, NULL);
        g_assert_cmpint (least, <=, 340);
        /* What is said is not believed to be markup. */
        g_assert_null (strstr (text_of (row), "&lt;"));
        if (strlen (texts[i]) < 20 && kind == SAL_ENTRY_MESSAGE)
          g_assert_cmpstr (text_of (row), ==, texts[i]);
      }
  calm (f);
  assert_window (f);
  g_assert_true (shows_end (f));
  for (int i = 0; i < 20; i++)
    step (f, -550);
}

static void
test_hostile_flood (Fixture *f, gconstpointer data)
{
  g_auto (GStrv) texts = hostile_texts ();
  guint n = g_strv_length (texts);

  for (guint i = 0; i < 2000; i++)
    fake_room_add (f->model, &(SalEntry){ .kind = i % 2 == 0 ? SAL_ENTRY_MESSAGE : SAL_ENTRY_TEXT,
                                          .name = "x",
                                          .text = texts[i % n] });
  calm (f);
  g_assert_cmpuint (last_id (f), ==, STORY + 2000);
  assert_window (f);
}

static void
test_show_all (Fixture *f, gconstpointer data)
{
  g_autofree char *text = repeat ("blah ", 1600);
  GtkWidget *button = NULL;
  guint64 id = hear (f, text);

  calm (f);
  g_assert_cmpint (g_utf8_strlen (text_of (row_of (f, id)), -1), ==, 1001);
  button = find (row_of (f, id), GTK_TYPE_BUTTON);
  g_assert_cmpstr (gtk_button_get_label (GTK_BUTTON (button)), ==, "Show all");
  gtk_button_clicked (GTK_BUTTON (button));
  calm (f);
  g_assert_cmpstr (text_of (row_of (f, id)), ==, text);
  g_assert_null (find (row_of (f, id), GTK_TYPE_BUTTON));
}

static void
test_links (Fixture *f, gconstpointer data)
{
  guint64 id = hear (f, "see http://a.example/?b=c&d=e and file:///etc/passwd <b>");
  GtkLabel *label = NULL;

  calm (f);
  label = gui_message_row_get_label (row_of (f, id));
  g_assert_cmpstr (
      gtk_label_get_label (label), ==,
      "see <a href=\"http://a.example/?b=c&amp;d=e\">http://a.example/?b=c&amp;d=e</a> "
      "and file:///etc/passwd &lt;b&gt;");
  g_assert_cmpstr (gtk_label_get_text (label), ==,
                   "see http://a.example/?b=c&d=e and file:///etc/passwd <b>");
}

/* Keys. */

static void
test_walking (Fixture *f, gconstpointer data)
{
  guint64 id = 0;

  gui_message_list_focus (f->list);
  g_assert_true (has_focus (f, GTK_WIDGET (last_row (f))));
  for (int i = 1; i <= 200; i++)
    {
      GtkWidget *focus = NULL;

      press (f, GDK_KEY_Up, 0);
      wait_for_frame (f);
      focus = gtk_window_get_focus (GTK_WINDOW (f->window));
      g_assert_true (GUI_IS_MESSAGE_ROW (focus));
      g_assert_cmpuint (gui_message_row_get_id (GUI_MESSAGE_ROW (focus)), ==, STORY - (guint) i);
      g_assert_cmpint (y_of (f, GUI_MESSAGE_ROW (focus)), >=, -1);
      g_assert_cmpint (y_of (f, GUI_MESSAGE_ROW (focus)), <, HEIGHT);
    }
  g_assert_false (is_at_end (f));
  press (f, GDK_KEY_Down, 0);
  g_assert_true (has_focus (f, GTK_WIDGET (row_of (f, STORY - 199))));

  /* Home loads further back. */
  id = first_id (f);
  press (f, GDK_KEY_Home, 0);
  calm (f);
  g_assert_true (has_focus (f, GTK_WIDGET (row_of (f, id))));
  g_assert_cmpuint (first_id (f), <, id);
  press (f, GDK_KEY_End, 0);
  calm (f);
  g_assert_true (has_focus (f, GTK_WIDGET (row_of (f, STORY))));
  g_assert_true (shows_end (f));
  press (f, GDK_KEY_Page_Up, 0);
  calm (f);
  id = focus_id (f);
  g_assert_cmpuint (id, <, STORY - 3);
  press (f, GDK_KEY_Page_Down, 0);
  calm (f);
  g_assert_cmpuint (focus_id (f), >, id + 3);
}

static void
test_walking_from_start (Fixture *f, gconstpointer data)
{
  gui_message_list_focus (f->list);
  press (f, GDK_KEY_Home, GDK_CONTROL_MASK);
  calm (f);
  press (f, GDK_KEY_Up, 0); /* there is nothing above, and nowhere to go */
  g_assert_true (has_focus (f, GTK_WIDGET (row_of (f, 1))));
  for (int i = 2; i <= 160; i++)
    {
      press (f, GDK_KEY_Down, 0);
      wait_for_frame (f);
      g_assert_true (has_focus (f, GTK_WIDGET (row_of (f, (guint64) i))));
    }
}

/* One stop for Tab, however many rows there are. */
static void
test_tab (Fixture *f, gconstpointer data)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *above = gtk_button_new_with_label ("above");
  GtkWidget *below = gtk_button_new_with_label ("below");
  GtkWidget *focus = NULL;

  g_object_ref (f->list);
  gtk_container_remove (GTK_CONTAINER (f->window), GTK_WIDGET (f->list));
  gtk_container_add (GTK_CONTAINER (f->window), box);
  gtk_container_add (GTK_CONTAINER (box), above);
  gtk_box_pack_start (GTK_BOX (box), GTK_WIDGET (f->list), TRUE, TRUE, 0);
  g_object_unref (f->list);
  gtk_container_add (GTK_CONTAINER (box), below);
  gtk_widget_show_all (box);
  calm (f);
  hear (f, "with http://a.example");
  calm (f);
  gtk_widget_grab_focus (above);
  press (f, GDK_KEY_Tab, 0);
  g_assert_true (has_focus (f, GTK_WIDGET (last_row (f))));
  press (f, GDK_KEY_Tab, 0);
  /* The link. */
  g_assert_true (has_focus (f, GTK_WIDGET (gui_message_row_get_label (last_row (f)))));
  press (f, GDK_KEY_Tab, 0);
  g_assert_true (has_focus (f, below));
  press (f, GDK_KEY_ISO_Left_Tab, GDK_SHIFT_MASK);
  focus = gtk_window_get_focus (GTK_WINDOW (f->window));
  g_assert_true (gtk_widget_is_ancestor (focus, GTK_WIDGET (f->list)));
  gtk_widget_grab_focus (GTK_WIDGET (last_row (f)));
  press (f, GDK_KEY_ISO_Left_Tab, GDK_SHIFT_MASK);
  g_assert_true (has_focus (f, above));
  g_assert_true (is_at_end (f));

  scroll_by (f, -1000);
  calm (f);
  press (f, GDK_KEY_Tab, 0);
  focus = gtk_window_get_focus (GTK_WINDOW (f->window));
  g_assert_true (GUI_IS_MESSAGE_ROW (focus));
  g_assert_cmpint (y_of (f, GUI_MESSAGE_ROW (focus)), <, HEIGHT);
  g_assert_false (is_at_end (f));
}

/* The row with the focus goes with its page. */
static void
test_focus_stays_in_list (Fixture *f, gconstpointer data)
{
  GtkWidget *focus = NULL;
  guint64 id = 0;

  gui_message_list_focus (f->list);
  for (int i = 0; i < 30; i++)
    step (f, -550);
  focus = gtk_window_get_focus (GTK_WINDOW (f->window));
  g_assert_true (GUI_IS_MESSAGE_ROW (focus));
  g_assert_null (row_of (f, STORY));
  id = gui_message_row_get_id (top_row (f));
  calm (f);
  g_assert_cmpuint (gui_message_row_get_id (top_row (f)), ==, id);

  /* While the end is followed. */
  gui_message_list_go_to_end (f->list);
  calm (f);
  gui_message_list_focus (f->list);
  press (f, GDK_KEY_Up, 0);
  gui_message_list_go_to_end (f->list);
  for (int i = 0; i < 200; i++)
    {
      hear (f, "more and more");
      wait_for_frame (f);
      g_assert_true (is_at_end (f));
    }
  hear_many (f, 1000);
  calm (f);
  g_assert_true (is_at_end (f));
  g_assert_true (shows_end (f));
  focus = gtk_window_get_focus (GTK_WINDOW (f->window));
  g_assert_true (GUI_IS_MESSAGE_ROW (focus));
}

/* From wherever one is: at the end, or further than the rows there are. */
static void
test_go_to_unread (void)
{
  static const guint unread[] = { 60, 5000 };

  for (gsize i = 0; i < G_N_ELEMENTS (unread); i++)
    {
      Fixture f = { 0 };
      SalRoomModel *model = fake_room_new (STORY, story, NULL);
      GuiMessageRow *row = NULL;

      fake_room_set_read (model, STORY - unread[i], unread[i]);
      open_list (&f, model);
      calm (&f);
      gui_message_list_go_to_end (f.list);
      calm (&f);
      g_assert_true (is_at_end (&f));
      g_assert_true (gui_message_list_go_to_unread (f.list));
      calm (&f);
      row = row_of (&f, STORY - unread[i] + 1);
      g_assert_nonnull (row);
      g_assert_cmpint (y_of (&f, row), >=, 0);
      g_assert_cmpint (y_of (&f, row), <, HEIGHT);
      g_assert_true (gtk_widget_is_focus (GTK_WIDGET (row)));
      assert_window (&f);
      tear_down (&f, NULL);
    }
}

/* Selecting and copying. */

static guint
count_selected (Fixture *f)
{
  g_autoptr (GList) rows = gtk_list_box_get_selected_rows (f->box);

  return g_list_length (rows);
}

static void
hear_three (Fixture *f)
{
  fake_room_add (f->model, &(SalEntry){ .kind = SAL_ENTRY_MESSAGE,
                                        .name = "Grace",
                                        .text = "one",
                                        .time_us = STORY_US });
  fake_room_add (f->model, &(SalEntry){ .kind = SAL_ENTRY_ACTION,
                                        .name = "Bob",
                                        .text = "waves",
                                        .time_us = STORY_US + G_TIME_SPAN_MINUTE });
  fake_room_add (f->model, &(SalEntry){ .kind = SAL_ENTRY_MESSAGE,
                                        .own = TRUE,
                                        .state = SAL_MESSAGE_DELIVERED,
                                        .name = "Ada",
                                        .text = "three",
                                        .time_us = STORY_US + 2 * G_TIME_SPAN_MINUTE });
  calm (f);
}

#define THREE "[18:22] Grace: one\n[18:23] * Bob waves\n[18:24] Ada: three\n"

static void
test_copy_by_keys (Fixture *f, gconstpointer data)
{
  hear_three (f);
  gui_message_list_focus (f->list);
  press (f, GDK_KEY_c, GDK_CONTROL_MASK);
  assert_clipboard (f, "three");
  press (f, GDK_KEY_Up, GDK_SHIFT_MASK);
  press (f, GDK_KEY_Up, GDK_SHIFT_MASK);
  g_assert_cmpuint (count_selected (f), ==, 3);
  press (f, GDK_KEY_c, GDK_CONTROL_MASK);
  assert_clipboard (f, THREE);
  press (f, GDK_KEY_Down, GDK_SHIFT_MASK);
  g_assert_cmpuint (count_selected (f), ==, 2);
  press (f, GDK_KEY_c, GDK_CONTROL_MASK);
  assert_clipboard (f, "[18:23] * Bob waves\n[18:24] Ada: three\n");
  press (f, GDK_KEY_Escape, 0);
  g_assert_cmpuint (count_selected (f), ==, 0);
  press (f, GDK_KEY_c, GDK_CONTROL_MASK);
  assert_clipboard (f, "Bob waves");
}

static void
test_copy_by_mouse (Fixture *f, gconstpointer data)
{
  GuiMessageRow *row = NULL;

  hear_three (f);
  row = last_row (f);
  drag (f, row, row_of (f, gui_message_row_get_id (row) - 2));
  g_assert_cmpuint (count_selected (f), ==, 3);
  press (f, GDK_KEY_c, GDK_CONTROL_MASK);
  assert_clipboard (f, THREE);
  click (f, row, 1, 0);
  g_assert_cmpuint (count_selected (f), ==, 0);
  drag (f, row_of (f, gui_message_row_get_id (row) - 1), row);
  g_assert_cmpuint (count_selected (f), ==, 2);
  click (f, row_of (f, gui_message_row_get_id (row) - 2), 1, GDK_SHIFT_MASK);
  activate (f, "copy", 0);
}

/* The menu of the row with the keyboard, which is closed again. */
static void
open_menu (Fixture *f)
{
  GList *menus = NULL;

  press (f, GDK_KEY_Menu, 0);
  menus = gtk_menu_get_for_attach_widget (GTK_WIDGET (f->list));
  g_assert_nonnull (menus);
  gtk_menu_shell_cancel (menus->data);
}

/* The other way than usual: one with its time and name, several without. */
static void
test_copy_otherwise (Fixture *f, gconstpointer data)
{
  hear_three (f);
  gui_message_list_focus (f->list);
  open_menu (f);
  activate (f, "copy-otherwise", 0);
  assert_clipboard (f, "[2020-05-03 18:24] Ada: three");
  press (f, GDK_KEY_Up, GDK_SHIFT_MASK);
  press (f, GDK_KEY_Up, GDK_SHIFT_MASK);
  activate (f, "copy-otherwise", 0);
  assert_clipboard (f, "one\nBob waves\nthree\n");
}

/* Of people who are told together, all are copied, also if more of them come meanwhile. */
static void
test_copy_passages (Fixture *f, gconstpointer data)
{
  static const char *const names[] = { "Anna", "Bruno", "Carla" };

  hear (f, "one");
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    fake_room_add (f->model, &(SalEntry){ .kind = SAL_ENTRY_JOIN,
                                          .name = names[i],
                                          .time_us = STORY_US + (gint64) i * G_TIME_SPAN_MINUTE });
  calm (f);
  gui_message_list_focus (f->list);
  press (f, GDK_KEY_c, GDK_CONTROL_MASK);
  assert_clipboard (f, "Anna, Bruno and Carla came in");
  open_menu (f);
  fake_room_add (f->model, &(SalEntry){ .kind = SAL_ENTRY_JOIN,
                                        .name = "Dora",
                                        .time_us = STORY_US + 3 * G_TIME_SPAN_MINUTE });
  calm (f);
  activate (f, "copy", 0);
  assert_clipboard (f, "Anna, Bruno, Carla and Dora came in");
  activate (f, "copy-otherwise", 0);
  assert_clipboard (f, "[2020-05-03 18:22] -- Anna came in\n[2020-05-03 18:23] -- Bruno came in\n"
                       "[2020-05-03 18:24] -- Carla came in\n[2020-05-03 18:25] -- Dora came in");

  hear (f, "two");
  calm (f);
  gui_message_list_focus (f->list);
  press (f, GDK_KEY_Up, GDK_SHIFT_MASK);
  activate (f, "copy-otherwise", 0);
  assert_clipboard (f, "Anna came in\nBruno came in\nCarla came in\nDora came in\ntwo\n");
  press (f, GDK_KEY_Down, GDK_SHIFT_MASK);
  press (f, GDK_KEY_Escape, 0);
  press (f, GDK_KEY_Up, 0);
  press (f, GDK_KEY_Up, GDK_SHIFT_MASK);
  press (f, GDK_KEY_Down, GDK_SHIFT_MASK);
  press (f, GDK_KEY_c, GDK_CONTROL_MASK); /* of one row that is selected */
  assert_clipboard (f, "Anna, Bruno, Carla and Dora came in");
}

/* The selection is of entries: their rows may go and come. */
static void
test_copy_many (Fixture *f, gconstpointer data)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  gui_message_list_focus (f->list);
  for (int i = 0; i < 200; i++)
    {
      press (f, GDK_KEY_Up, GDK_SHIFT_MASK);
      wait_for_frame (f);
    }
  g_assert_null (row_of (f, STORY));
  press (f, GDK_KEY_c, GDK_CONTROL_MASK);
  text = clipboard (f);
  lines = g_strsplit (text, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 202);
  g_assert_nonnull (strstr (lines[0], "99800"));
  g_assert_nonnull (strstr (lines[200], "100000"));
  gui_message_list_go_to_end (f->list);
  calm (f);
  g_assert_cmpuint (count_selected (f), ==, count_rows (f));
}

static void
test_select_within (Fixture *f, gconstpointer data)
{
  GuiMessageRow *row = NULL;
  GtkLabel *label = NULL;

  hear_three (f);
  row = last_row (f);
  label = gui_message_row_get_label (row);
  g_assert_false (gtk_label_get_selectable (label));
  gtk_widget_set_state_flags (GTK_WIDGET (row), GTK_STATE_FLAG_PRELIGHT, FALSE);
  g_assert_true (gtk_label_get_selectable (label));
  gtk_label_select_region (label, 1, 3);
  gtk_widget_grab_focus (GTK_WIDGET (row));
  press (f, GDK_KEY_c, GDK_CONTROL_MASK);
  assert_clipboard (f, "hr");
  gtk_widget_unset_state_flags (GTK_WIDGET (row), GTK_STATE_FLAG_PRELIGHT);
  /* What is selected stays selected, until something else is. */
  g_assert_true (gtk_label_get_selection_bounds (label, NULL, NULL));
  click (f, row_of (f, gui_message_row_get_id (row) - 1), 1, 0);
  g_assert_false (gtk_label_get_selection_bounds (label, NULL, NULL));
  g_assert_false (gtk_label_get_selectable (label));
}

static void
test_menu (Fixture *f, gconstpointer data)
{
  GtkWidget *menu = NULL;
  g_autoptr (GList) items = NULL;

  hear_three (f);
  gui_message_list_focus (f->list);
  press (f, GDK_KEY_F10, GDK_SHIFT_MASK);
  calm (f);
  g_assert_nonnull (gtk_menu_get_for_attach_widget (GTK_WIDGET (f->list)));
  menu = gtk_menu_get_for_attach_widget (GTK_WIDGET (f->list))->data;
  items = gtk_container_get_children (GTK_CONTAINER (menu));
  gtk_menu_shell_activate_item (GTK_MENU_SHELL (menu), items->data, TRUE);
  assert_clipboard (f, "three");
  click (f, row_of (f, last_id (f) - 2), 3, 0);
  calm (f);
  activate (f, "copy", 0);
  assert_clipboard (f, "one");
}

/* Those who do not see it. */

static void
test_accessible (Fixture *f, gconstpointer data)
{
  AtkObject *box = gtk_widget_get_accessible (GTK_WIDGET (f->box));
  guint64 id = 0;
  SalEntry like = { 0 };

  g_assert_cmpstr (atk_object_get_name (box), ==, "Messages");
  hear_three (f);
  g_assert_cmpint (atk_object_get_n_accessible_children (box), ==, (int) count_rows (f));
  g_assert_cmpstr (atk_object_get_name (gtk_widget_get_accessible (GTK_WIDGET (last_row (f)))), ==,
                   "Ada, 18:24: three. Delivered.");
  id = say (f, "four");
  calm (f);
  g_assert_true (
      g_str_has_suffix (atk_object_get_name (gtk_widget_get_accessible (GTK_WIDGET (last_row (f)))),
                        "four. Waiting to be sent."));
  g_assert_cmpstr (
      atk_object_get_name (gtk_widget_get_accessible (find (last_row (f), GUI_TYPE_STATE_MARK))),
      ==, "Waiting to be sent");
  like = *gui_message_row_get_entry (last_row (f));
  like.state = SAL_MESSAGE_SENT;
  fake_room_change (f->model, &like);
  calm (f);
  g_assert_true (g_str_has_suffix (
      atk_object_get_name (gtk_widget_get_accessible (GTK_WIDGET (row_of (f, id)))),
      "four. Sent."));
  g_assert_cmpstr (
      atk_object_get_name (gtk_widget_get_accessible (find (last_row (f), GUI_TYPE_STATE_MARK))),
      ==, "Sent");
}

static void
on_announcement (AtkObject *object, const char *text, GString *heard)
{
  g_string_append_printf (heard, "%s\n", text);
}

/* What others say is read to those who look: the first at once, of what comes right after it how
 * much it is. */
static void
test_announced (Fixture *f, gconstpointer data)
{
  g_autoptr (GString) heard = g_string_new (NULL);
  AtkObject *box = gtk_widget_get_accessible (GTK_WIDGET (f->box));
  gint64 until_us = g_get_monotonic_time () + PATIENCE_US;

  if (g_signal_lookup ("announcement", ATK_TYPE_OBJECT) == 0)
    {
      g_test_skip ("this ATK does not announce");
      return;
    }
  g_signal_connect (box, "announcement", G_CALLBACK (on_announcement), heard);
  set_active (f, FALSE);
  hear (f, "nobody looks");
  set_active (f, TRUE);
  say (f, "I know that");
  fake_room_add (f->model, &(SalEntry){ .kind = SAL_ENTRY_JOIN, .name = "Eva" });
  g_assert_cmpstr (heard->str, ==, "");
  hear (f, "one");
  g_assert_true (g_str_has_prefix (heard->str, "Grace, "));
  g_assert_true (g_str_has_suffix (heard->str, ": one\n"));
  hear_many (f, 2);
  while (strstr (heard->str, ": one\n2 new messages\n") == NULL)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, until_us);
      gtk_main_iteration ();
    }
  hear (f, "last");
  while (!g_str_has_suffix (heard->str, ": last\n"))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, until_us);
      gtk_main_iteration ();
    }
  g_signal_handlers_disconnect_by_data (box, heard);
}

/* Other people. */

static void
test_right_to_left (void)
{
  Fixture f = { 0 };

  gtk_widget_set_default_direction (GTK_TEXT_DIR_RTL);
  open_list (&f, fake_room_new (STORY, story, NULL));
  test_small_steps (&f, NULL);
  hear (&f, "שלום לכולם");
  gui_message_list_go_to_end (f.list);
  calm (&f);
  g_assert_true (shows_end (&f));
  tear_down (&f, NULL);
  gtk_widget_set_default_direction (GTK_TEXT_DIR_LTR);
}

static void
test_large_text (void)
{
  Fixture f = { 0 };
  GtkSettings *settings = gtk_settings_get_default ();
  int least = 0;

  g_object_set (settings, "gtk-xft-dpi", 2 * 96 * 1024, NULL);
  open_list (&f, fake_room_new (STORY, story, NULL));
  fake_room_add (f.model,
                 &(SalEntry){ .kind = SAL_ENTRY_MESSAGE,
                              .own = TRUE,
                              .state = SAL_MESSAGE_FAILED,
                              .text = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" });
  calm (&f);
  gtk_widget_get_preferred_width (GTK_WIDGET (f.list), &least, NULL);
  g_assert_cmpint (least, <=, 360);
  test_small_steps (&f, NULL);
  tear_down (&f, NULL);
  gtk_settings_reset_property (settings, "gtk-xft-dpi");
}

static void
load_style (void)
{
  static const char *const sheets[] = { "style-light.css", "style.css" };

  for (gsize i = 0; i < G_N_ELEMENTS (sheets); i++)
    {
      g_autoptr (GtkCssProvider) sheet = gtk_css_provider_new ();
      g_autofree char *path = g_strconcat ("/org/salotto/Salotto/", sheets[i], NULL);

      gtk_css_provider_load_from_resource (sheet, path);
      gtk_style_context_add_provider_for_screen (gdk_screen_get_default (),
                                                 GTK_STYLE_PROVIDER (sheet),
                                                 GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
    }
}

int
main (int argc, char **argv)
{
  g_setenv ("TZ", "UTC", TRUE);
  gtk_init (&argc, &argv);
  hdy_init ();
  g_test_init (&argc, &argv, NULL);
  load_style ();

#define ADD(name, n, test)                                                                         \
  g_test_add ("/gtk/message-list/" name, Fixture, GSIZE_TO_POINTER (n), set_up, test, tear_down)
  ADD ("open/at-the-end", STORY, test_opens_at_end);
  ADD ("open/nothing", 0, test_empty);
  ADD ("open/a-few", 3, test_few);
  g_test_add_func ("/gtk/message-list/open/where-reading-stopped", test_opens_at_unread);
  ADD ("page/keeps-the-place", STORY, test_paging);
  ADD ("page/in-small-steps", STORY, test_small_steps);
  ADD ("page/gap", STORY, test_gap);
  ADD ("page/gap-stays", STORY, test_gap_stays);
  ADD ("page/to-both-ends", STORY, test_both_ends);
  ADD ("page/another-width", STORY, test_another_width);
  ADD ("page/huge-screen", STORY, test_huge_screen);
  ADD ("news/followed-at-the-end", STORY, test_follows);
  ADD ("news/reader-stays", STORY, test_stays);
  ADD ("news/at-end-is-told", STORY, test_at_end_is_told);
  ADD ("news/flood-at-the-end", STORY, test_flood_at_end);
  ADD ("news/flood-while-reading", STORY, test_flood_while_reading);
  ADD ("news/flood-frames", STORY, test_flood_frames);
  ADD ("news/while-hidden", STORY, test_hidden);
  ADD ("change/text-grows", STORY, test_changed);
  ADD ("change/removed", STORY, test_removed);
  ADD ("change/removed-under-the-eyes", STORY, test_anchor_removed);
  ADD ("own/delivered-is-the-same-row", STORY, test_delivered);
  ADD ("own/delivered-in-the-order-of-the-room", STORY, test_delivered_in_order);
  ADD ("own/failed", STORY, test_failed);
  ADD ("own/unknown", STORY, test_unknown);
  ADD ("look/groups", 0, test_groups);
  ADD ("look/days", 0, test_days);
  ADD ("look/same-from-both-sides", STORY, test_same_from_both_sides);
  ADD ("read/what-is-on-the-screen", STORY, test_read);
  ADD ("read/unread-line", STORY, test_unread_line);
  g_test_add_func ("/gtk/message-list/read/go-to-unread", test_go_to_unread);
  ADD ("hostile/texts", STORY, test_hostile_texts);
  ADD ("hostile/flood", STORY, test_hostile_flood);
  ADD ("text/show-all", STORY, test_show_all);
  ADD ("text/links", STORY, test_links);
  ADD ("keys/walking", STORY, test_walking);
  ADD ("keys/walking-from-the-start", STORY, test_walking_from_start);
  ADD ("keys/tab", STORY, test_tab);
  ADD ("keys/focus-stays-in-the-list", STORY, test_focus_stays_in_list);
  ADD ("copy/by-keys", STORY, test_copy_by_keys);
  ADD ("copy/by-mouse", STORY, test_copy_by_mouse);
  ADD ("copy/otherwise", STORY, test_copy_otherwise);
  ADD ("copy/people-told-together", STORY, test_copy_passages);
  ADD ("copy/more-than-there-are-rows", STORY, test_copy_many);
  ADD ("copy/within-a-text", STORY, test_select_within);
  ADD ("copy/menu", STORY, test_menu);
  ADD ("people/accessible", STORY, test_accessible);
  ADD ("people/announced", STORY, test_announced);
  g_test_add_func ("/gtk/message-list/people/right-to-left", test_right_to_left);
  g_test_add_func ("/gtk/message-list/people/large-text", test_large_text);
  return g_test_run ();
}
