/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Writing and sending, and the view of a room around it, with real widgets, a real room
 * and a real file. Keys are pressed as the window system would report them; what is on
 * the other side of the network is played by hand.
 *
 * It is one piece because every case needs the same window, room and played server, which are
 * most of what there is to set up.
 */
#include "config.h"

#include "client-gtk/gui-composer.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

#include "client-gtk/gui-message-list.h"
#include "client-gtk/gui-room-view.h"
#include "client-gtk/gui-text-entry.h"
#include "common/client/sal-server.h"

#define PATIENCE_US (20 * G_TIME_SPAN_SECOND)
/* For what must not happen: far longer than it would take. */
#define A_WHILE_US (G_TIME_SPAN_SECOND / 5)

typedef struct
{
  char *folder; /* (owned) */
  SalStore *store;
  SalServer *server_model;
  SalRoomModel *model;
  GtkWidget *window; /* (nullable) */
  GuiComposer *composer;
  GuiRoomView *view; /* (nullable): around the composer */
  GuiTextEntry *entry;
  GtkWidget *send;
  guint sent;
  GSocketService *service; /* (nullable): somebody listens */
  GPtrArray *guests;       /* (owned): their connections */
  guint16 port;
  gboolean irc; /* the room is a conversation with a program of an IRC server */
} Fixture;

/* Waiting: the main loop runs meanwhile. */

static gboolean
on_tick (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

#define wait_at_most(condition, us)                                                                \
  G_STMT_START                                                                                     \
  {                                                                                                \
    gint64 until_us = g_get_monotonic_time () + (us);                                              \
    guint tick = g_timeout_add (20, on_tick, NULL);                                                \
    while (!(condition) && g_get_monotonic_time () < until_us)                                     \
      g_main_context_iteration (NULL, TRUE);                                                       \
    g_source_remove (tick);                                                                        \
  }                                                                                                \
  G_STMT_END

#define wait_until(condition)                                                                      \
  G_STMT_START                                                                                     \
  {                                                                                                \
    wait_at_most (condition, PATIENCE_US);                                                         \
    g_assert_true (condition);                                                                     \
  }                                                                                                \
  G_STMT_END

#define wait_a_while() wait_at_most (FALSE, A_WHILE_US)

/* Eyes and hands. */

typedef struct
{
  GType type;
  const char *name;
  GtkWidget *found;
} Search;

static void
search (GtkWidget *widget, gpointer data)
{
  Search *wanted = data;
  const char *name = atk_object_get_name (gtk_widget_get_accessible (widget));

  if (wanted->found == NULL && g_type_is_a (G_OBJECT_TYPE (widget), wanted->type) &&
      (wanted->name == NULL || g_strcmp0 (name, wanted->name) == 0))
    wanted->found = widget;
  if (wanted->found == NULL && GTK_IS_CONTAINER (widget))
    gtk_container_forall (GTK_CONTAINER (widget), search, data);
}

/* The first widget of that type and accessible name. */
static GtkWidget *
find (Fixture *f, GType type, const char *name)
{
  Search wanted = { type, name, NULL };

  search (f->window, &wanted);
  return wanted.found;
}

static GtkWidget *
find_button (Fixture *f, const char *name)
{
  GtkWidget *button = find (f, GTK_TYPE_BUTTON, name);

  g_assert_nonnull (button);
  return button;
}

static gboolean
is_shown (Fixture *f, const char *button)
{
  GtkWidget *widget = find (f, GTK_TYPE_BUTTON, button);

  return widget != NULL && gtk_widget_get_mapped (widget) &&
         gtk_widget_get_allocated_width (widget) > 1;
}

typedef struct
{
  const char *part;
  gboolean found;
} Words;

static void
search_words (GtkWidget *widget, gpointer data)
{
  Words *words = data;

  if (GTK_IS_LABEL (widget) && gtk_widget_get_mapped (widget) &&
      strstr (gtk_label_get_text (GTK_LABEL (widget)), words->part) != NULL)
    words->found = TRUE;
  if (GTK_IS_CONTAINER (widget))
    gtk_container_forall (GTK_CONTAINER (widget), search_words, data);
}

/* Whether these words can be read somewhere. */
static gboolean
says (Fixture *f, const char *part)
{
  Words words = { part, FALSE };

  search_words (f->window, &words);
  return words.found;
}

static void
send_key (Fixture *f, GdkEventType what, guint key, GdkModifierType modifiers)
{
  g_autoptr (GdkEvent) event = gdk_event_new (what);
  GdkDisplay *display = gtk_widget_get_display (f->window);
  g_autofree GdkKeymapKey *keys = NULL;
  int n = 0;

  event->key.window = g_object_ref (gtk_widget_get_window (f->window));
  event->key.time = GDK_CURRENT_TIME;
  event->key.state = modifiers;
  event->key.keyval = key;
  event->key.string = g_strdup ("");
  if (gdk_keymap_get_entries_for_keyval (gdk_keymap_get_for_display (display), key, &keys, &n))
    {
      event->key.hardware_keycode = (guint16) keys[0].keycode;
      event->key.group = (guint8) keys[0].group;
    }
  gdk_event_set_device (event, gdk_seat_get_keyboard (gdk_display_get_default_seat (display)));
  gtk_main_do_event (event);
}

static void
press_with (Fixture *f, guint key, GdkModifierType modifiers)
{
  send_key (f, GDK_KEY_PRESS, key, modifiers);
}

static void
press (Fixture *f, guint key)
{
  press_with (f, key, 0);
}

static void
type (Fixture *f, const char *text)
{
  for (; *text != '\0'; text = g_utf8_next_char (text))
    if (*text == '\n')
      press_with (f, GDK_KEY_Return, GDK_SHIFT_MASK);
    else
      press (f, gdk_unicode_to_keyval (g_utf8_get_char (text)));
}

static GtkTextBuffer *
buffer_of (Fixture *f)
{
  return gtk_text_view_get_buffer (GTK_TEXT_VIEW (f->entry));
}

static void
paste (Fixture *f, const char *text)
{
  gtk_text_buffer_begin_user_action (buffer_of (f));
  gtk_text_buffer_insert_interactive_at_cursor (buffer_of (f), text, -1, TRUE);
  gtk_text_buffer_end_user_action (buffer_of (f));
}

static gboolean
has_focus (Fixture *f, gpointer widget)
{
  return gtk_window_get_focus (GTK_WINDOW (f->window)) == widget;
}

#define assert_entry(f, expected)                                                                  \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *found_ = gui_text_entry_dup_text ((f)->entry);                                \
    g_assert_cmpstr (found_, ==, expected);                                                        \
  }                                                                                                \
  G_STMT_END

/* What the person has said in the room so far, with | between. */
static char *
dup_said (Fixture *f)
{
  g_autoptr (GPtrArray) entries = sal_room_model_read_before (f->model, G_MAXUINT64, 1000);
  g_autoptr (GString) said = g_string_new (NULL);

  for (guint i = 0; i < entries->len; i++)
    {
      const SalEntry *entry = entries->pdata[i];

      if (entry->own && entry->kind == SAL_ENTRY_MESSAGE)
        g_string_append_printf (said, "%s%s", said->len > 0 ? "|" : "", entry->text);
    }
  return g_string_free (g_steal_pointer (&said), FALSE);
}

#define assert_said(f, expected)                                                                   \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *said_ = dup_said (f);                                                         \
    g_assert_cmpstr (said_, ==, expected);                                                         \
  }                                                                                                \
  G_STMT_END

/* The room and the window. */

static void
count (guint *n)
{
  (*n)++;
}

static void
open_room (Fixture *f)
{
  g_autofree char *path = g_build_filename (f->folder, "rooms.db", NULL);
  g_autofree char *uri = g_strdup_printf ("%s://127.0.0.1:%u", f->irc ? "irc" : "plain", f->port);
  g_autoptr (GError) error = NULL;
  g_autoptr (SalStoredServer) server = NULL;

  f->store = sal_store_open (path, &error);
  g_assert_no_error (error);
  g_assert_cmpint (sal_store_add_server (f->store, uri, "Ada", &error), >, 0);
  server = sal_store_find_server (f->store, uri);
  f->server_model = sal_server_new (f->store, server, &error);
  g_assert_no_error (error);
  f->model = f->irc ? sal_server_talk_to (f->server_model, "NickServ", &error)
                    : sal_server_get_main_room (f->server_model);
  g_assert_no_error (error);
}

/* What a window manager would do. */
static void
give_keyboard (Fixture *f)
{
  g_autoptr (GdkEvent) event = gdk_event_new (GDK_FOCUS_CHANGE);

  event->focus_change.window = g_object_ref (gtk_widget_get_window (f->window));
  event->focus_change.in = TRUE;
  gdk_event_set_device (event, gdk_seat_get_keyboard (gdk_display_get_default_seat (
                                   gtk_widget_get_display (f->window))));
  gtk_main_do_event (event);
  g_assert_true (gtk_window_has_toplevel_focus (GTK_WINDOW (f->window)));
}

static void
show (Fixture *f, GtkWidget *widget)
{
  f->window = gtk_window_new (GTK_WINDOW_TOPLEVEL);
  gtk_window_set_default_size (GTK_WINDOW (f->window), 500, 400);
  gtk_widget_set_valign (widget, GTK_IS_BOX (widget) ? GTK_ALIGN_FILL : GTK_ALIGN_END);
  gtk_container_add (GTK_CONTAINER (f->window), widget);
  gtk_widget_show (widget);
  gtk_widget_show (f->window);
  f->composer = GUI_COMPOSER (find (f, GUI_TYPE_COMPOSER, NULL));
  f->entry = GUI_TEXT_ENTRY (find (f, GUI_TYPE_TEXT_ENTRY, "Message"));
  f->send = find_button (f, "Send");
  g_signal_connect_swapped (f->composer, "sent", G_CALLBACK (count), &f->sent);
  gui_composer_focus (f->composer);
  wait_until (gtk_widget_get_mapped (GTK_WIDGET (f->entry)));
  give_keyboard (f);
}

static void
show_composer (Fixture *f)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  gtk_box_pack_end (GTK_BOX (box), gui_composer_new (f->model), FALSE, FALSE, 0);
  show (f, box);
}

static void
show_view (Fixture *f)
{
  f->view = GUI_ROOM_VIEW (gui_room_view_new (f->model));
  show (f, GTK_WIDGET (f->view));
}

static void
close_window (Fixture *f)
{
  g_clear_pointer (&f->window, gtk_widget_destroy);
  f->view = NULL;
}

static void
close_room (Fixture *f)
{
  close_window (f);
  f->model = NULL;
  g_clear_object (&f->server_model);
  sal_store_close (f->store);
  g_clear_object (&f->store);
}

/* As when the program ends and is started again. */
static void
restart (Fixture *f)
{
  close_room (f);
  open_room (f);
  show_composer (f);
}

/* A port on which nobody listens. */
static guint16
find_closed_port (void)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, NULL);

  g_assert_cmpuint (port, >, 0);
  g_socket_listener_close (listener);
  return port;
}

static void
set_up_room (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  f->folder = g_dir_make_tmp ("salotto-XXXXXX", &error);
  g_assert_no_error (error);
  f->port = find_closed_port ();
  f->guests = g_ptr_array_new_with_free_func (g_object_unref);
  open_room (f);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  set_up_room (f, data);
  show_composer (f);
}

static void
set_up_irc (Fixture *f, gconstpointer data)
{
  f->irc = TRUE;
  set_up (f, data);
}

static void
remove_folder (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name = NULL;

  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);

      g_assert_cmpint (g_unlink (file), ==, 0);
    }
  g_assert_cmpint (g_rmdir (path), ==, 0);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  GObject *model = G_OBJECT (g_object_ref (f->model));

  close_room (f);
  g_assert_finalize_object (model);
  if (f->service != NULL)
    g_socket_service_stop (f->service);
  g_clear_object (&f->service);
  g_ptr_array_unref (f->guests);
  remove_folder (f->folder);
  g_free (f->folder);
}

/* Sending. */

static void
test_nothing_to_send (Fixture *f, gconstpointer data)
{
  g_assert_false (gtk_widget_get_sensitive (f->send));
  press (f, GDK_KEY_Return);
  type (f, " \n ");
  g_assert_false (gtk_widget_get_sensitive (f->send));
  press (f, GDK_KEY_Return);
  assert_entry (f, " \n ");
  type (f, "x");
  g_assert_true (gtk_widget_get_sensitive (f->send));
  press (f, GDK_KEY_BackSpace);
  g_assert_false (gtk_widget_get_sensitive (f->send));
  assert_said (f, "");
  g_assert_cmpuint (f->sent, ==, 0);
}

static void
test_return_sends (Fixture *f, gconstpointer data)
{
  static const struct
  {
    guint key;
    GdkModifierType modifiers;
  } rows[] = {
    { GDK_KEY_Return, 0 },
    { GDK_KEY_KP_Enter, 0 },
    { GDK_KEY_ISO_Enter, 0 },
    { GDK_KEY_Return, GDK_CONTROL_MASK },
    { GDK_KEY_Return, GDK_LOCK_MASK | GDK_MOD2_MASK }, /* Caps Lock, Num Lock */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      type (f, " perché? ");
      press_with (f, rows[i].key, rows[i].modifiers);
      assert_entry (f, "");
      g_assert_cmpuint (f->sent, ==, i + 1);
    }
  assert_said (f, "perché?|perché?|perché?|perché?|perché?");
  g_assert_false (gtk_widget_get_sensitive (f->send));
  g_assert_true (has_focus (f, f->entry));
}

static void
test_button_sends (Fixture *f, gconstpointer data)
{
  type (f, "ciao");
  gtk_button_clicked (GTK_BUTTON (f->send));
  assert_said (f, "ciao");
  assert_entry (f, "");
}

static void
test_lines (Fixture *f, gconstpointer data)
{
  type (f, "one\n\ntwo\nthree\n");
  assert_said (f, "");
  press (f, GDK_KEY_Return);
  assert_said (f, "one|two|three");
  assert_entry (f, "");
  g_assert_cmpuint (f->sent, ==, 1);
}

/* A paste of many lines is not sent before somebody has said so. */
static void
test_many_lines (Fixture *f, gconstpointer data)
{
  paste (f, "1\r\n2\r\n3\r\n4");
  g_assert_false (says (f, "messages?"));
  press (f, GDK_KEY_Return);
  wait_until (says (f, "Send 4 lines as 4 messages?"));
  g_assert_true (has_focus (f, find_button (f, "Keep editing")));
  press (f, GDK_KEY_Return); /* pressed twice by mistake */
  wait_until (!says (f, "messages?"));
  assert_said (f, "");
  assert_entry (f, "1\n2\n3\n4");
  g_assert_true (has_focus (f, f->entry));

  press (f, GDK_KEY_Return);
  wait_until (says (f, "messages?"));
  press (f, GDK_KEY_Escape);
  wait_until (!says (f, "messages?"));
  g_assert_true (has_focus (f, f->entry));

  press (f, GDK_KEY_Return);
  wait_until (says (f, "messages?"));
  gui_composer_focus (f->composer);
  type (f, "!"); /* goes on writing */
  wait_until (!says (f, "messages?"));
  assert_said (f, "");

  press (f, GDK_KEY_Return);
  wait_until (is_shown (f, "Send all"));
  press (f, GDK_KEY_Tab);
  g_assert_true (has_focus (f, find_button (f, "Send all")));
  press (f, GDK_KEY_Return);
  wait_until (!says (f, "messages?"));
  assert_said (f, "1|2|3|4!");
  assert_entry (f, "");
  g_assert_true (has_focus (f, f->entry));
}

static void
confirm_all (Fixture *f)
{
  press (f, GDK_KEY_Return);
  wait_until (is_shown (f, "Send all"));
  gtk_button_clicked (GTK_BUTTON (find_button (f, "Send all")));
}

static void
delete_first_line (Fixture *f)
{
  GtkTextIter start, end;

  gtk_text_buffer_get_iter_at_line (buffer_of (f), &start, 0);
  gtk_text_buffer_get_iter_at_line (buffer_of (f), &end, 1);
  gtk_text_buffer_delete (buffer_of (f), &start, &end);
}

/* What begins with a slash is said as it stands in a paste that was looked at, also when
 * the paste stops half way (at a password, which is not kept until there is a connection). */
static void
test_paste_stops (Fixture *f, gconstpointer data)
{
  paste (f, "1\nIDENTIFY x\n//3\n/4\n5");
  confirm_all (f);
  wait_until (says (f, "a password is not kept"));
  assert_said (f, "1");
  assert_entry (f, "IDENTIFY x\n//3\n/4\n5"); /* will be asked about again */
  delete_first_line (f);
  paste (f, "\n6");
  confirm_all (f);
  assert_said (f, "1|//3|/4|5|6");
  assert_entry (f, "");

  /* So few are left that nobody asks; they are the same messages nevertheless. */
  paste (f, "first\nIDENTIFY x\n/a\n//b");
  confirm_all (f);
  assert_entry (f, "IDENTIFY x\n//a\n///b");
  delete_first_line (f);
  press (f, GDK_KEY_Return);
  assert_said (f, "1|//3|/4|5|6|first|/a|//b");
}

static void
test_too_long (Fixture *f, gconstpointer data)
{
  g_autofree char *line = g_strnfill (4100, 'x');
  g_autofree char *text = g_strconcat ("before\n", line, NULL);

  paste (f, text);
  press (f, GDK_KEY_Return);
  wait_until (says (f, "4100") && says (f, "4096") && says (f, "line 2"));
  assert_said (f, "");
  assert_entry (f, text);
  press (f, GDK_KEY_BackSpace);
  wait_until (!says (f, "4096"));

  gui_text_entry_set_text (f->entry, line);
  press (f, GDK_KEY_Return);
  wait_until (says (f, "4100") && says (f, "4096") && !says (f, "line"));
  for (guint i = 0; i < 4; i++)
    press (f, GDK_KEY_BackSpace);
  press (f, GDK_KEY_Return);
  line[4096] = '\0';
  assert_said (f, line);
}

static void
test_too_many (Fixture *f, gconstpointer data)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < 1001; i++)
    g_string_append (text, "x\n");
  paste (f, text->str);
  press (f, GDK_KEY_Return);
  wait_until (says (f, "1001") && says (f, "at most 1000"));
  g_assert_false (is_shown (f, "Send all"));
  assert_said (f, "");
  assert_entry (f, text->str);
}

/* A word that would leave is never sent; it leaves, if that is what is meant. */
static void
test_leaving_words (Fixture *f, gconstpointer data)
{
  static const char *const words[] = { "quit", "EXIT", " Quit\n", "/quit", "/exit" };

  sal_room_model_connect (f->model);
  wait_until (sal_room_model_get_presence (f->model) == SAL_PRESENCE_WAITING);
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    {
      gui_text_entry_set_text (f->entry, words[i]);
      press (f, GDK_KEY_Return);
      wait_until (says (f, "leaves the room"));
      press (f, GDK_KEY_Escape);
      wait_until (!says (f, "leaves the room"));
      assert_entry (f, words[i]);
    }
  gui_text_entry_set_text (f->entry, "bye all\nquit");
  press (f, GDK_KEY_Return);
  wait_until (says (f, "“quit” in line 2"));
  g_assert_false (is_shown (f, "Leave"));
  press (f, GDK_KEY_Escape);
  g_assert_cmpint (sal_room_model_get_presence (f->model), !=, SAL_PRESENCE_OFFLINE);

  gui_text_entry_set_text (f->entry, "quit");
  press (f, GDK_KEY_Return);
  wait_until (is_shown (f, "Leave"));
  gtk_button_clicked (GTK_BUTTON (find_button (f, "Leave")));
  wait_until (sal_room_model_get_presence (f->model) == SAL_PRESENCE_OFFLINE);
  assert_entry (f, "");
  assert_said (f, "");
}

/* Said quietly, and only when it matters. */
static void
test_offline (Fixture *f, gconstpointer data)
{
  g_assert_false (says (f, "Messages wait here"));
  type (f, "x");
  wait_until (says (f, "sent when you connect"));
  press (f, GDK_KEY_BackSpace);
  wait_until (!says (f, "Messages wait here"));
  type (f, "hello");
  press (f, GDK_KEY_Return);
  assert_said (f, "hello");
  wait_until (says (f, "sent when you connect"));
  sal_room_model_connect (f->model);
  wait_until (sal_room_model_get_presence (f->model) == SAL_PRESENCE_WAITING);
  wait_until (says (f, "when the connection is back"));
}

/* What was sent before, and the draft. */

static void
test_history (Fixture *f, gconstpointer data)
{
  press (f, GDK_KEY_Up); /* nothing there yet */
  assert_entry (f, "");
  type (f, "one");
  press (f, GDK_KEY_Return);
  type (f, "two\nthree");
  press (f, GDK_KEY_Return);
  restart (f);

  type (f, "draft\nof two lines");
  press (f, GDK_KEY_Up); /* the first line is another */
  assert_entry (f, "draft\nof two lines");
  press (f, GDK_KEY_Up);
  assert_entry (f, "three");
  press (f, GDK_KEY_KP_Up);
  assert_entry (f, "two");
  type (f, "!");
  press (f, GDK_KEY_Up);
  assert_entry (f, "one");
  press (f, GDK_KEY_Up);
  assert_entry (f, "one");
  press (f, GDK_KEY_Down);
  assert_entry (f, "two!");
  press (f, GDK_KEY_Down);
  press (f, GDK_KEY_KP_Down);
  assert_entry (f, "draft\nof two lines");
  press (f, GDK_KEY_Down);
  assert_entry (f, "draft\nof two lines");

  press (f, GDK_KEY_Home);
  press (f, GDK_KEY_Up);
  press (f, GDK_KEY_Up);
  press (f, GDK_KEY_Up);
  assert_entry (f, "two!");
  press (f, GDK_KEY_Return);
  assert_said (f, "one|two|three|two!");
  assert_entry (f, "draft\nof two lines"); /* not lost by sending something else */
}

/* A long line is shown as several; Up goes through them first. */
static void
test_history_wrapped (Fixture *f, gconstpointer data)
{
  g_autofree char *line = g_strnfill (200, 'x');

  type (f, "one");
  press (f, GDK_KEY_Return);
  paste (f, line);
  wait_until (!gui_text_entry_is_on_first_line (f->entry));
  press (f, GDK_KEY_Up);
  assert_entry (f, line);
  press_with (f, GDK_KEY_Home, GDK_CONTROL_MASK);
  g_assert_false (gui_text_entry_is_on_last_line (f->entry));
  press (f, GDK_KEY_Up);
  assert_entry (f, "one");
}

static void
test_draft (Fixture *f, gconstpointer data)
{
  gint64 begin_us = g_get_monotonic_time ();

  /* It is kept also while somebody never stops typing. */
  while (*sal_room_model_get_draft (f->model) == '\0')
    {
      g_assert_cmpint (g_get_monotonic_time () - begin_us, <, PATIENCE_US);
      type (f, "x");
      wait_at_most (FALSE, 10 * 1000);
    }
  gui_text_entry_set_text (f->entry, "to be\ncontinued");
  restart (f);
  assert_entry (f, "to be\ncontinued");
  g_assert_true (gtk_widget_get_sensitive (f->send));
  g_signal_emit_by_name (f->entry, "undo");
  assert_entry (f, "to be\ncontinued");
  type (f, "!");
  gtk_widget_hide (GTK_WIDGET (f->composer)); /* another room is looked at */
  g_assert_cmpstr (sal_room_model_get_draft (f->model), ==, "to be\ncontinued!");
  gtk_widget_show (GTK_WIDGET (f->composer));
  gui_composer_focus (f->composer);
  press (f, GDK_KEY_Return);
  g_assert_cmpstr (sal_room_model_get_draft (f->model), ==, "");
  restart (f);
  assert_entry (f, "");
}

/* What was sent before is no draft, but a draft that it hides is one. */
static void
test_draft_while_walking (Fixture *f, gconstpointer data)
{
  type (f, "sent");
  press (f, GDK_KEY_Return);
  type (f, "draft");
  press (f, GDK_KEY_Up);
  assert_entry (f, "sent");
  close_window (f);
  g_assert_cmpstr (sal_room_model_get_draft (f->model), ==, "draft");
  show_composer (f);
  press (f, GDK_KEY_Up);
  type (f, " again");
  close_window (f);
  g_assert_cmpstr (sal_room_model_get_draft (f->model), ==, "sent again");
}

/* Set before there are threads, for a process that ends suddenly and the one after it. */
#define CRASH_FOLDER "TEST_COMPOSER_FOLDER"

/* The program is killed a second after the last key. */
static void
test_crash (void)
{
  Fixture f = { 0 };

  if (g_test_subprocess ())
    {
      f.folder = (char *) g_getenv (CRASH_FOLDER);
      f.port = 4;
      open_room (&f);
      show_composer (&f);
      type (&f, "unfinished");
      wait_at_most (FALSE, G_TIME_SPAN_SECOND);
      raise (SIGKILL);
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_failed ();
  f.folder = g_strdup (g_getenv (CRASH_FOLDER));
  f.guests = g_ptr_array_new ();
  f.port = 4;
  open_room (&f);
  show_composer (&f);
  assert_entry (&f, "unfinished");
  tear_down (&f, NULL);
}

/* Keys. */

static void
test_undo (Fixture *f, gconstpointer data)
{
  type (f, "one two");
  press_with (f, GDK_KEY_z, GDK_CONTROL_MASK);
  assert_entry (f, "one ");
  press_with (f, GDK_KEY_Z, GDK_CONTROL_MASK | GDK_SHIFT_MASK);
  assert_entry (f, "one two");
  press_with (f, GDK_KEY_z, GDK_CONTROL_MASK);
  press_with (f, GDK_KEY_y, GDK_CONTROL_MASK);
  assert_entry (f, "one two");
  press (f, GDK_KEY_Return);
  press_with (f, GDK_KEY_z, GDK_CONTROL_MASK); /* what was sent is sent */
  assert_entry (f, "");
}

static void
add_entry (Fixture *f, guint64 id, SalEntryKind kind, const char *name, gboolean own)
{
  g_autoptr (SalEntry) entry = sal_entry_new (&(SalEntry){ .id = id,
                                                           .time_us = g_get_real_time (),
                                                           .kind = kind,
                                                           .own = own,
                                                           .state = SAL_MESSAGE_DELIVERED,
                                                           .name = name,
                                                           .text = "hello" });

  sal_store_put (f->store, sal_room_model_get_id (f->model), entry);
}

static void
test_names (Fixture *f, gconstpointer data)
{
  add_entry (f, 1, SAL_ENTRY_MESSAGE, "Adele", FALSE);
  add_entry (f, 2, SAL_ENTRY_JOIN, "adam", FALSE);
  add_entry (f, 3, SAL_ENTRY_MESSAGE, "Ada", TRUE);
  add_entry (f, 4, SAL_ENTRY_ACTION, "Bob", FALSE);

  type (f, "ad");
  press (f, GDK_KEY_Tab);
  assert_entry (f, "adam: ");
  press (f, GDK_KEY_Tab);
  assert_entry (f, "Adele: ");
  press_with (f, GDK_KEY_ISO_Left_Tab, GDK_SHIFT_MASK);
  assert_entry (f, "adam: ");
  g_assert_true (has_focus (f, f->entry));
  type (f, "ask b");
  press (f, GDK_KEY_Tab);
  assert_entry (f, "adam: ask Bob ");

  /* There is no other Bob, and no name after a space. */
  press (f, GDK_KEY_Tab);
  g_assert_false (has_focus (f, f->entry));
  press_with (f, GDK_KEY_ISO_Left_Tab, GDK_SHIFT_MASK);
  g_assert_true (has_focus (f, f->entry));
  type (f, "zed");
  press (f, GDK_KEY_Tab);
  g_assert_false (has_focus (f, f->entry));
  assert_entry (f, "adam: ask Bob zed");
}

/* Begins to enter a character by its number, as GTK's own input method has it. */
static void
begin_number (Fixture *f)
{
  press_with (f, GDK_KEY_U, GDK_CONTROL_MASK | GDK_SHIFT_MASK);
  send_key (f, GDK_KEY_RELEASE, GDK_KEY_Control_L, GDK_CONTROL_MASK);
}

/* The input method has a character in hand; Return is for it. */
static void
test_input_method (Fixture *f, gconstpointer data)
{
  begin_number (f);
  type (f, "e8");
  press (f, GDK_KEY_Return);
  assert_entry (f, "è");
  assert_said (f, "");
  press (f, GDK_KEY_dead_acute);
  type (f, "e");
  assert_entry (f, "èé");
  press (f, GDK_KEY_Return);
  assert_said (f, "èé");
}

static void
on_scroll (GuiComposer *composer, GtkScrollType scroll, GtkScrollType *last)
{
  *last = scroll;
}

static void
test_pages (Fixture *f, gconstpointer data)
{
  GtkScrollType last = GTK_SCROLL_NONE;

  g_signal_connect (f->composer, "scroll", G_CALLBACK (on_scroll), &last);
  type (f, "1\n2\n3");
  press (f, GDK_KEY_Page_Up);
  g_assert_cmpint (last, ==, GTK_SCROLL_PAGE_BACKWARD);
  press (f, GDK_KEY_KP_Page_Down);
  g_assert_cmpint (last, ==, GTK_SCROLL_PAGE_FORWARD);
  last = GTK_SCROLL_NONE;
  press_with (f, GDK_KEY_Page_Up, GDK_SHIFT_MASK); /* selects */
  g_assert_cmpint (last, ==, GTK_SCROLL_NONE);
}

static gboolean
shows_emoji (Fixture *f)
{
  GtkWidget *emoji = find (f, GTK_TYPE_FLOW_BOX_CHILD, NULL);

  return emoji != NULL && gtk_widget_get_mapped (emoji);
}

static void
test_emoji (Fixture *f, gconstpointer data)
{
  static const guint keys[] = { GDK_KEY_period, GDK_KEY_semicolon, 0 };

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      int chars = gtk_text_buffer_get_char_count (buffer_of (f));

      if (keys[i] != 0)
        press_with (f, keys[i], GDK_CONTROL_MASK);
      else
        gtk_button_clicked (GTK_BUTTON (find_button (f, "Insert emoji")));
      wait_until (shows_emoji (f));
      gtk_widget_activate (find (f, GTK_TYPE_FLOW_BOX_CHILD, NULL));
      wait_until (!shows_emoji (f));
      g_assert_cmpint (gtk_text_buffer_get_char_count (buffer_of (f)), >, chars);
    }
}

static void
test_insert (Fixture *f, gconstpointer data)
{
  gtk_widget_grab_focus (find_button (f, "Insert emoji"));
  gui_composer_insert (f->composer, "again");
  assert_entry (f, "again");
  g_assert_true (has_focus (f, f->entry));
  gui_composer_insert (f->composer, "and again");
  assert_entry (f, "again\nand again");
  press_with (f, GDK_KEY_Home, GDK_CONTROL_MASK);
  gui_composer_insert (f->composer, "first");
  assert_entry (f, "first\nagain\nand again");
  type (f, "!");
  assert_entry (f, "first!\nagain\nand again");
}

/* Looks. */

static int
height_of (Fixture *f)
{
  return gtk_widget_get_allocated_height (gtk_widget_get_parent (GTK_WIDGET (f->entry)));
}

static void
test_growing (Fixture *f, gconstpointer data)
{
  int one_line = height_of (f);
  int height = one_line;

  for (guint lines = 2; lines <= 6; lines++)
    {
      type (f, "x\n");
      wait_until (height_of (f) > height);
      height = height_of (f);
    }
  type (f, "x\nx\nx");
  wait_a_while ();
  g_assert_cmpint (height_of (f), ==, height);
  press (f, GDK_KEY_Escape);
  gui_text_entry_set_text (f->entry, "");
  wait_until (height_of (f) == one_line);
  /* One line of text is not higher than the button beside it. */
  g_assert_cmpint (one_line, <=, gtk_widget_get_allocated_height (f->send));
}

static gboolean
on_frame (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  guint *frames = data;

  return --*frames > 0 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* Until everything has its place. */
static void
wait_for_layout (Fixture *f)
{
  guint frames = 2;

  gtk_widget_add_tick_callback (f->window, on_frame, &frames, NULL);
  wait_until (frames == 0);
}

static cairo_surface_t *
paint (Fixture *f)
{
  GtkWidget *widget = GTK_WIDGET (f->entry);
  cairo_surface_t *surface =
      cairo_image_surface_create (CAIRO_FORMAT_ARGB32, gtk_widget_get_allocated_width (widget),
                                  gtk_widget_get_allocated_height (widget));
  cairo_t *cr = cairo_create (surface);

  gtk_widget_draw (widget, cr);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  return surface;
}

/* Whether the entry looks different with its placeholder. */
static gboolean
shows_placeholder (Fixture *f)
{
  g_autofree char *placeholder = NULL;
  cairo_surface_t *with = NULL;
  cairo_surface_t *without = NULL;
  gboolean differ = FALSE;

  wait_for_layout (f);
  g_object_get (f->entry, "placeholder-text", &placeholder, NULL);
  g_assert_cmpstr (placeholder, ==, "Message");
  with = paint (f);
  g_object_set (f->entry, "placeholder-text", NULL, NULL);
  without = paint (f);
  g_object_set (f->entry, "placeholder-text", placeholder, NULL);
  differ = memcmp (cairo_image_surface_get_data (with), cairo_image_surface_get_data (without),
                   (gsize) cairo_image_surface_get_stride (with) *
                       (gsize) cairo_image_surface_get_height (with)) != 0;
  cairo_surface_destroy (with);
  cairo_surface_destroy (without);
  return differ;
}

static void
test_placeholder (Fixture *f, gconstpointer data)
{
  gtk_text_view_set_cursor_visible (GTK_TEXT_VIEW (f->entry), FALSE);
  g_assert_true (shows_placeholder (f));
  type (f, "x");
  g_assert_false (shows_placeholder (f));
  press (f, GDK_KEY_BackSpace);
  g_assert_true (shows_placeholder (f));
  begin_number (f);
  g_assert_false (shows_placeholder (f));
  press (f, GDK_KEY_Escape);
  wait_until (shows_placeholder (f));
  gtk_widget_set_direction (GTK_WIDGET (f->entry), GTK_TEXT_DIR_RTL);
  g_assert_true (shows_placeholder (f));
}

static void
check_name (GtkWidget *widget, gpointer data)
{
  AtkObject *accessible = gtk_widget_get_accessible (widget);
  const char *name = atk_object_get_name (accessible);

  if (GTK_IS_BUTTON (widget) || GTK_IS_TEXT_VIEW (widget))
    g_assert_true (name != NULL && *name != '\0');
  if (GTK_IS_CONTAINER (widget))
    gtk_container_forall (GTK_CONTAINER (widget), check_name, data);
}

static void
test_accessible (Fixture *f, gconstpointer data)
{
  AtkObject *entry = gtk_widget_get_accessible (GTK_WIDGET (f->entry));

  g_assert_cmpint (atk_object_get_role (entry), ==, ATK_ROLE_TEXT);
  g_assert_cmpint (atk_object_get_role (gtk_widget_get_accessible (f->send)), ==,
                   ATK_ROLE_PUSH_BUTTON);
  paste (f, "1\n2\n3\n4");
  press (f, GDK_KEY_Return); /* asks */
  check_name (f->window, NULL);
  /* Whoever hears only the button that has the focus hears what it is about. */
  g_assert_cmpstr (
      atk_object_get_description (gtk_widget_get_accessible (find_button (f, "Keep editing"))), ==,
      "Send 4 lines as 4 messages?");

  atk_editable_text_set_text_contents (ATK_EDITABLE_TEXT (entry), "by other means");
  gtk_button_clicked (GTK_BUTTON (f->send));
  assert_said (f, "by other means");
}

/* The view of the room. */

static void
set_up_view (Fixture *f, gconstpointer data)
{
  set_up_room (f, data);
  for (guint i = 1; i <= 200; i++)
    add_entry (f, i, SAL_ENTRY_MESSAGE, "Bob", FALSE);
  close_room (f);
  open_room (f);
  show_view (f);
}

static const char *
connection (Fixture *f)
{
  return gtk_label_get_text (GTK_LABEL (find (f, GTK_TYPE_LABEL, "Connection")));
}

static gboolean
shows_connection (Fixture *f)
{
  return gtk_widget_get_mapped (find (f, GTK_TYPE_LABEL, "Connection"));
}

/* A server of lines, as far as it is needed to be let in. */

static gboolean
on_readable (GSocket *socket, GIOCondition condition, gpointer data)
{
  static const char welcome[] = "Welcome, Ada\n";
  char bytes[256];
  gssize n = g_socket_receive (socket, bytes, sizeof bytes, NULL, NULL);

  if (n > 0 && memmem (bytes, (gsize) n, "Ada\n", 4) != NULL)
    g_socket_send (socket, welcome, strlen (welcome), NULL, NULL);
  return n > 0 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static gboolean
on_guest (GSocketService *service, GSocketConnection *guest, GObject *source, Fixture *f)
{
  static const char greeting[] = "Good evening.\nWho are you?\n";
  GSocket *socket = g_socket_connection_get_socket (guest);
  g_autoptr (GSource) readable = g_socket_create_source (socket, G_IO_IN, NULL);

  g_ptr_array_add (f->guests, g_object_ref (guest));
  g_socket_send (socket, greeting, strlen (greeting), NULL, NULL);
  g_source_set_callback (readable, G_SOURCE_FUNC (on_readable), NULL, NULL);
  g_source_attach (readable, NULL);
  return TRUE;
}

static void
start_server (Fixture *f)
{
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", f->port);
  g_autoptr (GError) error = NULL;

  f->service = g_socket_service_new ();
  g_socket_listener_add_address (G_SOCKET_LISTENER (f->service), address, G_SOCKET_TYPE_STREAM,
                                 G_SOCKET_PROTOCOL_TCP, NULL, NULL, &error);
  g_assert_no_error (error);
  g_signal_connect (f->service, "incoming", G_CALLBACK (on_guest), f);
}

static void
stop_server (Fixture *f)
{
  g_socket_service_stop (f->service);
  g_socket_listener_close (G_SOCKET_LISTENER (f->service));
  g_clear_object (&f->service);
  for (guint i = 0; i < f->guests->len; i++)
    g_socket_close (g_socket_connection_get_socket (f->guests->pdata[i]), NULL);
  g_ptr_array_set_size (f->guests, 0);
}

static void
test_connection (Fixture *f, gconstpointer data)
{
  g_autofree char *connecting = g_strdup_printf ("Connecting to 127.0.0.1:%u…", f->port);

  g_assert_cmpstr (connection (f), ==, "Not connected");
  wait_until (shows_connection (f));
  gtk_button_clicked (GTK_BUTTON (find_button (f, "Connect")));
  g_assert_cmpstr (connection (f), ==, connecting);
  wait_until (strstr (connection (f), "refused. Next try in ") != NULL);
  g_assert_true (g_str_has_prefix (connection (f), "Not connected: "));
  g_assert_true (shows_connection (f));

  /* It counts down. */
  wait_until (g_str_has_suffix (connection (f), "Next try in 2 s"));
  wait_until (g_str_has_suffix (connection (f), "Next try in 1 s"));

  start_server (f);
  wait_until (sal_room_model_get_presence (f->model) == SAL_PRESENCE_IN);
  g_assert_cmpstr (connection (f), ==, "Connected as Ada");
  wait_until (!shows_connection (f));

  stop_server (f);
  wait_until (g_str_has_prefix (connection (f), "Not connected: "));
  wait_until (shows_connection (f));
  sal_room_model_leave (f->model);
  g_assert_cmpstr (connection (f), ==, "Not connected");
  wait_until (is_shown (f, "Connect"));
}

static void
test_try_now (Fixture *f, gconstpointer data)
{
  gint64 left_us = 0;

  sal_room_model_connect (f->model);
  /* Until the next try is far away. */
  do
    {
      wait_until (sal_room_model_get_presence (f->model) == SAL_PRESENCE_WAITING);
      left_us = sal_room_model_get_retry_us (f->model) - g_get_monotonic_time ();
      if (left_us < 2 * G_USEC_PER_SEC)
        wait_until (sal_room_model_get_presence (f->model) != SAL_PRESENCE_WAITING);
    }
  while (left_us < 2 * G_USEC_PER_SEC);
  start_server (f);
  gtk_widget_grab_focus (find_button (f, "Try now"));
  gtk_button_clicked (GTK_BUTTON (find_button (f, "Try now")));
  g_assert_cmpint (sal_room_model_get_presence (f->model), ==, SAL_PRESENCE_CONNECTING);
  g_assert_true (has_focus (f, f->entry));
  wait_until (sal_room_model_get_presence (f->model) == SAL_PRESENCE_IN);
}

static void
test_connection_quickly (Fixture *f, gconstpointer data)
{
  start_server (f);
  sal_room_model_connect (f->model);
  wait_until (sal_room_model_get_presence (f->model) == SAL_PRESENCE_IN);
  type (f, "ciao");
  g_assert_false (says (f, "Messages wait here"));
  press (f, GDK_KEY_Return);
  wait_a_while ();
  g_assert_false (says (f, "Messages wait here"));
  g_assert_false (shows_connection (f));
}

static gboolean
is_at_end (Fixture *f)
{
  gboolean at_end = FALSE;

  g_object_get (find (f, GUI_TYPE_MESSAGE_LIST, NULL), "at-end", &at_end, NULL);
  return at_end;
}

static void
test_list_and_composer (Fixture *f, gconstpointer data)
{
  GuiMessageList *list = GUI_MESSAGE_LIST (find (f, GUI_TYPE_MESSAGE_LIST, NULL));

  wait_until (is_at_end (f));
  type (f, "x");
  press (f, GDK_KEY_Page_Up);
  wait_until (!is_at_end (f));
  press (f, GDK_KEY_Page_Down);
  wait_until (is_at_end (f));
  press (f, GDK_KEY_Page_Up);
  wait_until (!is_at_end (f));

  /* What is typed over the messages goes into the entry. */
  gui_message_list_focus (list);
  g_assert_false (has_focus (f, f->entry));
  press_with (f, GDK_KEY_Y, GDK_SHIFT_MASK);
  g_assert_true (has_focus (f, f->entry));
  assert_entry (f, "xY");
  gui_message_list_focus (list);
  press (f, GDK_KEY_F9);
  press_with (f, GDK_KEY_q, GDK_MOD1_MASK);
  g_assert_false (has_focus (f, f->entry));
  gui_room_view_focus (f->view);
  g_assert_true (has_focus (f, f->entry));

  press (f, GDK_KEY_Return);
  assert_said (f, "xY");
  wait_until (is_at_end (f));
  g_signal_emit_by_name (list, "edit-again", "xY");
  assert_entry (f, "xY");
}

static void
add_sheet (const char *name)
{
  g_autoptr (GtkCssProvider) sheet = gtk_css_provider_new ();
  g_autofree char *path = g_strconcat ("/org/salotto/Salotto/", name, NULL);

  gtk_css_provider_load_from_resource (sheet, path);
  gtk_style_context_add_provider_for_screen (gdk_screen_get_default (), GTK_STYLE_PROVIDER (sheet),
                                             GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

int
main (int argc, char **argv)
{
  int status = 0;

  /* As on a desktop without an input method of its own. */
  g_setenv ("GTK_IM_MODULE", "gtk-im-context-simple", TRUE);
  if (g_getenv (CRASH_FOLDER) == NULL)
    {
      g_autofree char *folder = g_dir_make_tmp ("salotto-XXXXXX", NULL);

      g_setenv (CRASH_FOLDER, folder, TRUE);
    }
  gtk_init (&argc, &argv);
  add_sheet ("style-light.css");
  add_sheet ("composer.css");
  g_test_init (&argc, &argv, NULL);

#define ADD(name, test) g_test_add ("/gtk/composer/" name, Fixture, NULL, set_up, test, tear_down)
  ADD ("nothing-to-send", test_nothing_to_send);
  ADD ("return-sends", test_return_sends);
  ADD ("the-button-sends", test_button_sends);
  ADD ("each-line-is-a-message", test_lines);
  ADD ("many-lines-are-asked-about", test_many_lines);
  g_test_add ("/gtk/composer/a-paste-that-stops-half-way", Fixture, NULL, set_up_irc,
              test_paste_stops, tear_down);
  ADD ("too-long-stays", test_too_long);
  ADD ("too-many-lines-stay", test_too_many);
  ADD ("words-that-leave-are-asked-about", test_leaving_words);
  ADD ("messages-wait-while-offline", test_offline);
  ADD ("what-was-sent-before", test_history);
  ADD ("up-in-a-long-line", test_history_wrapped);
  ADD ("the-draft-is-kept", test_draft);
  ADD ("the-draft-behind-what-was-sent", test_draft_while_walking);
  g_test_add_func ("/gtk/composer/the-draft-survives-a-crash", test_crash);
  ADD ("undo-and-redo", test_undo);
  ADD ("names-under-tab", test_names);
  ADD ("the-input-method-has-the-first-word", test_input_method);
  ADD ("pages-move-the-list", test_pages);
  ADD ("emoji", test_emoji);
  ADD ("insert-as-a-line", test_insert);
  ADD ("grows-up-to-six-lines", test_growing);
  ADD ("the-placeholder", test_placeholder);
  ADD ("accessible", test_accessible);
#undef ADD
#define ADD(name, test)                                                                            \
  g_test_add ("/gtk/room-view/" name, Fixture, NULL, set_up_view, test, tear_down)
  ADD ("the-connection-in-words", test_connection);
  ADD ("try-now", test_try_now);
  ADD ("a-quick-connection-is-not-spoken-of", test_connection_quickly);
  ADD ("list-and-composer", test_list_and_composer);
#undef ADD
  status = g_test_run ();
  if (!g_test_subprocess ())
    g_rmdir (g_getenv (CRASH_FOLDER)); /* if that case was not run */
  return status;
}
