/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What goes to a server and what comes from it, line by line as it is, for those who want to
 * know. Bounded: the oldest lines go. Of a flood, what comes between two frames is shown at
 * once. It is looked at while it is open and costs nothing otherwise.
 */
#include "config.h"

#include "client-gtk/gui-raw-window.h"

#include <glib/gi18n.h>
#include <string.h>

#include "common/proto/sal-text.h"

#define LINES_MAX 2000
/* Of a line, so much is shown; one of many-line messages may be long. */
#define LINE_MAX_BYTES 1024
#define WIDTH 640
#define HEIGHT 420

struct _GuiRawWindow
{
  GtkWindow parent;
  SalServer *server; /* (owned) (nullable) */
  GtkTextView *view;
  GtkTextBuffer *buffer; /* (unowned) */
  GtkToggleButton *follow;
  GQueue news; /* of char * (owned): not shown yet */
  guint tick;
};

G_DEFINE_FINAL_TYPE (GuiRawWindow, gui_raw_window, GTK_TYPE_WINDOW)

static void
append (GString *text, const char *line)
{
  gsize len = strlen (line);
  gsize fit = sal_text_fit (line, len, LINE_MAX_BYTES);

  g_string_append_len (text, line, (gssize) fit);
  g_string_append (text, fit < len ? "…\n" : "\n");
}

static void
take_oldest (GuiRawWindow *window)
{
  int extra = gtk_text_buffer_get_line_count (window->buffer) - 1 - LINES_MAX;
  GtkTextIter start;
  GtkTextIter end;

  if (extra <= 0)
    return;
  gtk_text_buffer_get_start_iter (window->buffer, &start);
  gtk_text_buffer_get_iter_at_line (window->buffer, &end, extra);
  gtk_text_buffer_delete (window->buffer, &start, &end);
}

static void
show (GuiRawWindow *window, const char *text)
{
  GtkTextIter end;

  gtk_text_buffer_get_end_iter (window->buffer, &end);
  gtk_text_buffer_insert (window->buffer, &end, text, -1);
  take_oldest (window);
  if (!gtk_toggle_button_get_active (window->follow))
    return;
  gtk_text_buffer_get_end_iter (window->buffer, &end);
  gtk_text_view_scroll_to_mark (window->view,
                                gtk_text_buffer_create_mark (window->buffer, "end", &end, FALSE), 0,
                                FALSE, 0, 0);
}

static gboolean
on_tick (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  GuiRawWindow *window = GUI_RAW_WINDOW (widget);
  g_autoptr (GString) text = g_string_new (NULL);
  char *line = NULL;

  window->tick = 0;
  while ((line = g_queue_pop_head (&window->news)) != NULL)
    {
      append (text, line);
      g_free (line);
    }
  show (window, text->str);
  return G_SOURCE_REMOVE;
}

static void
on_raw (SalServer *server, gboolean sent, const char *line, GuiRawWindow *window)
{
  g_queue_push_tail (&window->news, g_strconcat (sent ? "> " : "< ", line, NULL));
  if (window->news.length > LINES_MAX)
    g_free (g_queue_pop_head (&window->news));
  if (window->tick == 0)
    window->tick = gtk_widget_add_tick_callback (GTK_WIDGET (window), on_tick, NULL, NULL);
}

static void
forget_server (GuiRawWindow *window)
{
  if (window->server != NULL)
    g_signal_handlers_disconnect_by_data (window->server, window);
  g_clear_object (&window->server);
  g_queue_clear_full (&window->news, g_free);
  if (window->buffer != NULL)
    gtk_text_buffer_set_text (window->buffer, "", 0);
}

static void
gui_raw_window_hide (GtkWidget *widget)
{
  forget_server (GUI_RAW_WINDOW (widget));
  GTK_WIDGET_CLASS (gui_raw_window_parent_class)->hide (widget);
}

static void
gui_raw_window_destroy (GtkWidget *widget)
{
  GuiRawWindow *window = GUI_RAW_WINDOW (widget);

  window->buffer = NULL;
  forget_server (window);
  GTK_WIDGET_CLASS (gui_raw_window_parent_class)->destroy (widget);
}

static gboolean
gui_raw_window_key_press_event (GtkWidget *widget, GdkEventKey *event)
{
  if (GTK_WIDGET_CLASS (gui_raw_window_parent_class)->key_press_event (widget, event))
    return GDK_EVENT_STOP;
  if (event->keyval != GDK_KEY_Escape)
    return GDK_EVENT_PROPAGATE;
  gtk_window_close (GTK_WINDOW (widget));
  return GDK_EVENT_STOP;
}

static void
gui_raw_window_class_init (GuiRawWindowClass *klass)
{
  GTK_WIDGET_CLASS (klass)->hide = gui_raw_window_hide;
  GTK_WIDGET_CLASS (klass)->destroy = gui_raw_window_destroy;
  GTK_WIDGET_CLASS (klass)->key_press_event = gui_raw_window_key_press_event;
}

static void
gui_raw_window_init (GuiRawWindow *window)
{
  GtkWidget *bar = gtk_header_bar_new ();
  GtkWidget *scroller = gtk_scrolled_window_new (NULL, NULL);
  GtkWidget *view = gtk_text_view_new ();
  GtkWidget *follow = gtk_toggle_button_new ();

  g_queue_init (&window->news);
  window->view = GTK_TEXT_VIEW (view);
  window->buffer = gtk_text_view_get_buffer (window->view);
  gtk_text_view_set_editable (window->view, FALSE);
  gtk_text_view_set_monospace (window->view, TRUE);
  gtk_text_view_set_wrap_mode (window->view, GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_left_margin (window->view, 8);
  gtk_text_view_set_right_margin (window->view, 8);
  atk_object_set_name (gtk_widget_get_accessible (view), _ ("Lines"));
  window->follow = GTK_TOGGLE_BUTTON (follow);
  gtk_toggle_button_set_active (window->follow, TRUE);
  gtk_container_add (GTK_CONTAINER (follow),
                     gtk_image_new_from_icon_name ("go-bottom-symbolic", GTK_ICON_SIZE_BUTTON));
  gtk_widget_set_tooltip_text (follow, _ ("Follow what comes"));
  atk_object_set_name (gtk_widget_get_accessible (follow), _ ("Follow what comes"));
  gtk_header_bar_pack_start (GTK_HEADER_BAR (bar), follow);
  gtk_header_bar_set_title (GTK_HEADER_BAR (bar), _ ("Traffic"));
  gtk_header_bar_set_show_close_button (GTK_HEADER_BAR (bar), TRUE);
  gtk_window_set_titlebar (GTK_WINDOW (window), bar);
  gtk_container_add (GTK_CONTAINER (scroller), view);
  gtk_container_add (GTK_CONTAINER (window), scroller);
  gtk_window_set_default_size (GTK_WINDOW (window), WIDTH, HEIGHT);
  gtk_widget_show_all (bar);
  gtk_widget_show_all (scroller);
}

/**
 * gui_raw_window_new:
 *
 * Returns: the window, not shown yet.
 */
GtkWidget *
gui_raw_window_new (void)
{
  return g_object_new (GUI_TYPE_RAW_WINDOW, NULL);
}

/**
 * gui_raw_window_show_server:
 * @server: (transfer none): followed while the window is open
 *
 * Shows what went to and fro lately, and from now on. Present it then.
 */
void
gui_raw_window_show_server (GuiRawWindow *window, SalServer *server)
{
  g_autoptr (GPtrArray) before = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  GtkHeaderBar *bar = GTK_HEADER_BAR (gtk_window_get_titlebar (GTK_WINDOW (window)));
  const char *host = sal_server_get_host (server);
  g_autofree char *title = g_strdup_printf ("%s – %s", _ ("Traffic"), host);

  if (window->server == server)
    return;
  forget_server (window);
  window->server = g_object_ref (server);
  g_signal_connect (server, "raw", G_CALLBACK (on_raw), window);
  gtk_window_set_title (GTK_WINDOW (window), title); /* which becomes that of its bar */
  gtk_header_bar_set_title (bar, _ ("Traffic"));
  gtk_header_bar_set_subtitle (bar, host);
  before = sal_server_dup_raw (server);
  for (guint i = 0; i < before->len; i++)
    append (text, before->pdata[i]);
  show (window, text->str);
}
