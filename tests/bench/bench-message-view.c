/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the view of a room costs the desktop client: opening, appending, floods, paging
 * through a long story, memory. Times are processor time of this process until the frame
 * that shows it has been painted, which hardly depends on what else the machine does. The
 * yardstick is a plain GtkTextView that appends the same messages in the same run: the
 * least that GTK can show lines of text with.
 *
 * The room is a real one with its file, made by bench-fill-store; what comes in is put
 * there and told as its model does. Needs a display; tests/gtk/with-display gives it one.
 *
 * Usage: bench-message-view FILE [--json FILE] [--quick]
 */
#include "config.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client-gtk/gui-message-list.h"
#include "common/client/sal-server.h"

#define BURST 1000
#define FLOOD_LINES_PER_S 10000
/* Messages that are in the GtkTextView before it is measured. */
#define TEXT_VIEW_LINES 100
#define WIDTH 640
#define HEIGHT 600

typedef struct
{
  GArray *ms;
} Samples;

static SalStore *store;
static SalStoredServer *stored; /* whose room it is */
static SalStoredRoom *room;
static guint64 last_id;
static GtkWidget *window;
static GString *json;

/* How often each thing is done. */
static guint openings = 9;
static guint appends = 200;
static guint pages = 60;
static guint far_pages = 300;
static guint flood_s = 3;

/* Time. */

static double
cpu_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double) now.tv_sec * 1000 + (double) now.tv_nsec / 1e6;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  double left = *(const double *) a;
  double right = *(const double *) b;

  return (left > right) - (left < right);
}

static Samples
samples_new (void)
{
  return (Samples){ g_array_new (FALSE, FALSE, sizeof (double)) };
}

static void
samples_add (Samples *samples, double ms)
{
  g_array_append_val (samples->ms, ms);
}

/* Returns: the sample below which that part of them is. */
static double
quantile (Samples *samples, double part)
{
  g_array_sort (samples->ms, compare);
  return g_array_index (samples->ms, double, (guint) (part * (samples->ms->len - 1)));
}

/* @most: what it should be at most, 0 for nothing in particular. */
static void
tell (const char *key, const char *words, double value, const char *unit, double most)
{
  g_string_append_printf (json, "%s\"%s\": %.3f", json->len > 1 ? ", " : "", key, value);
  printf ("  %-52s %9.2f %-3s", words, value, unit);
  if (most > 0)
    printf ("  target %g%s", most, value > most ? ", MISSED" : "");
  putchar ('\n');
}

static void
tell_samples (Samples *samples, const char *key, const char *words, double most, double most_worst)
{
  g_autofree char *median_key = g_strconcat (key, "_ms", NULL);
  g_autofree char *worst_key = g_strconcat (key, "_worst_ms", NULL);
  g_autofree char *worst_words = g_strconcat (words, ", worst", NULL);

  tell (median_key, words, quantile (samples, 0.5), "ms", most);
  tell (worst_key, worst_words, quantile (samples, 1), "ms", most_worst);
  g_array_unref (samples->ms);
}

/* Frames. */

static void
on_painted (GdkFrameClock *frames, gpointer data)
{
  *(gboolean *) data = TRUE;
}

/* Runs the main loop until a frame has been painted. */
static void
wait_for_frame (void)
{
  gboolean painted = FALSE;
  GdkFrameClock *frames = gtk_widget_get_frame_clock (window);
  gulong handler = g_signal_connect (frames, "after-paint", G_CALLBACK (on_painted), &painted);

  gtk_widget_queue_draw (window);
  while (!painted)
    gtk_main_iteration ();
  g_signal_handler_disconnect (frames, handler);
}

/* Until nothing moves any more. */
static void
wait_until_calm (void)
{
  for (int i = 0; i < 6; i++)
    wait_for_frame ();
}

static void
show (GtkWidget *child)
{
  GtkWidget *old = gtk_bin_get_child (GTK_BIN (window));

  if (old != NULL)
    gtk_widget_destroy (old);
  gtk_container_add (GTK_CONTAINER (window), child);
  gtk_widget_show (child);
}

/* What is said. */

static const char *const people[] = { "Ada", "Grace", "Margaret", "Barbara", "Katherine" };

static char *
text_of (guint64 id)
{
  static const char *const words[] = {
    "the",   "message", "comes", "again", "when",   "room",
    "keeps", "what",    "was",   "said",  "before", "everybody"
  };
  GString *text = g_string_new (NULL);
  guint n = 3 + (guint) (id * 7919 % 23);

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? " " : "", words[(id * 31 + i * i) % 12]);
  if (id % 40 == 0)
    g_string_append (text, " https://example.org/a/page?of=this");
  return g_string_free (text, FALSE);
}

static SalServer *
join (void)
{
  SalServer *server = sal_server_new (store, stored, NULL);

  g_assert_nonnull (server);
  return server;
}

/* A message comes in. */
static void
add_one (SalRoomModel *model)
{
  guint64 id = ++last_id;
  g_autofree char *text = text_of (id);
  SalEntry like = { .id = id,
                    .time_us = g_get_real_time (),
                    .kind = SAL_ENTRY_MESSAGE,
                    .name = people[id / 3 % G_N_ELEMENTS (people)],
                    .text = text };
  g_autoptr (SalEntry) entry = NULL;

  like.own = g_str_equal (like.name, "Ada");
  like.state = SAL_MESSAGE_DELIVERED;
  entry = sal_entry_new (&like);
  sal_store_put (store, room->id, entry);
  g_signal_emit_by_name (model, "added", entry);
}

static GtkAdjustment *
find_scroll (GtkWidget *widget)
{
  GtkAdjustment *found = NULL;
  g_autoptr (GList) children = NULL;

  if (GTK_IS_SCROLLED_WINDOW (widget))
    return gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (widget));
  if (GTK_IS_CONTAINER (widget))
    children = gtk_container_get_children (GTK_CONTAINER (widget));
  for (GList *at = children; at != NULL && found == NULL; at = at->next)
    found = find_scroll (at->data);
  return found;
}

static double
resident_mb (void)
{
  g_autofree char *text = NULL;
  const char *line = NULL;

  if (!g_file_get_contents ("/proc/self/status", &text, NULL, NULL))
    return 0;
  line = strstr (text, "VmRSS:");
  return line != NULL ? g_ascii_strtod (line + 6, NULL) / 1024 : 0;
}

/* What is measured. */

static void
open_rooms (void)
{
  Samples opened = samples_new ();

  for (guint i = 0; i < openings; i++)
    {
      g_autoptr (SalServer) server = NULL;
      double start = 0;

      show (gtk_label_new ("none"));
      wait_until_calm ();
      start = cpu_ms ();
      server = join ();
      show (gui_message_list_new (sal_server_get_main_room (server)));
      wait_for_frame ();
      /* The first one finds fonts. */
      if (i > 0)
        samples_add (&opened, cpu_ms () - start);
    }
  tell_samples (&opened, "open", "open the room, to the first painted frame", 150, 0);
}

/* Returns: the median. */
static double
append (SalRoomModel *model)
{
  Samples appended = samples_new ();
  double median = 0;

  for (guint i = 0; i < appends; i++)
    {
      double start = cpu_ms ();

      add_one (model);
      wait_for_frame ();
      samples_add (&appended, cpu_ms () - start);
      wait_for_frame ();
    }
  median = quantile (&appended, 0.5);
  tell_samples (&appended, "append", "append a message, to the painted frame", 5, 100);
  return median;
}

/* Returns: the median. */
static double
append_to_text_view (void)
{
  Samples appended = samples_new ();
  GtkWidget *scroller = gtk_scrolled_window_new (NULL, NULL);
  GtkWidget *view = gtk_text_view_new ();
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (view));
  double median = 0;

  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (view), GTK_WRAP_WORD_CHAR);
  gtk_container_add (GTK_CONTAINER (scroller), view);
  gtk_widget_show (view);
  show (scroller);
  for (int i = -TEXT_VIEW_LINES; i < (int) appends; i++)
    {
      g_autofree char *text = text_of (last_id + (guint64) (i + 1000));
      g_autofree char *line = g_strdup_printf ("%s: %s\n", people[0], text);
      double start = cpu_ms ();
      GtkTextIter end;

      gtk_text_buffer_get_end_iter (buffer, &end);
      gtk_text_buffer_insert (buffer, &end, line, -1);
      gtk_text_view_scroll_to_mark (GTK_TEXT_VIEW (view), gtk_text_buffer_get_insert (buffer), 0,
                                    FALSE, 0, 1);
      wait_for_frame ();
      if (i >= 0)
        samples_add (&appended, cpu_ms () - start);
      wait_for_frame ();
    }
  median = quantile (&appended, 0.5);
  tell_samples (&appended, "textview_append", "the same in a plain GtkTextView", 0, 0);
  return median;
}

static void
burst (SalRoomModel *model)
{
  double start = cpu_ms ();

  for (int i = 0; i < BURST; i++)
    add_one (model);
  wait_for_frame ();
  tell ("burst_ms", "1,000 messages in one go, to the painted frame", cpu_ms () - start, "ms", 100);
  wait_until_calm ();
}

static void
flood (SalRoomModel *model)
{
  Samples frames = samples_new ();
  gint64 begin = g_get_monotonic_time ();
  double cpu = cpu_ms ();
  guint64 sent = 0;

  while (g_get_monotonic_time () - begin < flood_s * G_USEC_PER_SEC)
    {
      guint64 due =
          (guint64) ((g_get_monotonic_time () - begin) * FLOOD_LINES_PER_S / G_USEC_PER_SEC);
      double start = cpu_ms ();

      for (; sent < due; sent++)
        add_one (model);
      wait_for_frame ();
      samples_add (&frames, cpu_ms () - start);
    }
  tell ("flood_busy", "10,000 a second: part of a processor",
        (cpu_ms () - cpu) / (double) (g_get_monotonic_time () - begin) * 1000, "", 0);
  tell_samples (&frames, "flood_frame", "10,000 a second: a frame", 0, 100);
  wait_until_calm ();
}

static void
page (GtkWidget *list, guint n, const char *key, const char *words)
{
  GtkAdjustment *scroll = find_scroll (list);
  Samples paged = samples_new ();

  for (guint i = 0; i < n; i++)
    {
      double start = cpu_ms ();

      gtk_adjustment_set_value (scroll, gtk_adjustment_get_value (scroll) -
                                            gtk_adjustment_get_page_size (scroll) * 0.9);
      wait_for_frame ();
      samples_add (&paged, cpu_ms () - start);
    }
  if (key != NULL)
    tell_samples (&paged, key, words, 0, 100);
  else
    g_array_unref (paged.ms);
}

static void
resize (void)
{
  double start = 0;

  wait_until_calm ();
  start = cpu_ms ();
  gtk_window_resize (GTK_WINDOW (window), WIDTH - 150, HEIGHT);
  for (int width = 0; width == 0 || width > WIDTH - 100;)
    {
      wait_for_frame ();
      gtk_window_get_size (GTK_WINDOW (window), &width, NULL);
    }
  tell ("resize_ms", "another width, to the painted frame", cpu_ms () - start, "ms", 100);
  gtk_window_resize (GTK_WINDOW (window), WIDTH, HEIGHT);
  wait_until_calm ();
}

/* How much more memory there is after a long way back through the story, with the room
 * opened anew in between. */
static void
memory (void)
{
  g_autoptr (SalServer) server = join ();
  SalRoomModel *model = sal_server_get_main_room (server);
  GtkWidget *list = gui_message_list_new (model);
  double before = 0;

  show (list);
  wait_until_calm ();
  page (list, far_pages / 10, NULL, NULL);
  before = resident_mb ();
  page (list, far_pages, "far_page", "a screen back, far from the end");
  tell ("memory_growth_mb", "memory that this took", resident_mb () - before, "MB", 4);
}

static void
load_style (void)
{
  static const char *const sheets[] = { "style-light.css", "style.css", "messages.css" };

  for (guint i = 0; i < G_N_ELEMENTS (sheets); i++)
    {
      g_autoptr (GtkCssProvider) provider = gtk_css_provider_new ();
      g_autofree char *path = g_strconcat ("/org/salotto/Salotto/", sheets[i], NULL);

      gtk_css_provider_load_from_resource (provider, path);
      gtk_style_context_add_provider_for_screen (gdk_screen_get_default (),
                                                 GTK_STYLE_PROVIDER (provider),
                                                 GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
    }
}

/* Returns: whether there is a room in the file. */
static gboolean
open_store (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) servers = NULL;
  g_autoptr (GPtrArray) rooms = NULL;

  store = sal_store_open (path, &error);
  if (store == NULL)
    {
      fprintf (stderr, "bench-message-view: %s\n", error->message);
      return FALSE;
    }
  servers = sal_store_list_servers (store);
  rooms = sal_store_list_rooms (store,
                                servers->len > 0 ? ((SalStoredServer *) servers->pdata[0])->id : 0);
  if (rooms->len == 0)
    {
      fprintf (stderr, "bench-message-view: %s has no room\n", path);
      return FALSE;
    }
  stored = g_ptr_array_steal_index (servers, 0);
  room = g_ptr_array_steal_index (rooms, 0);
  last_id = sal_store_last_id (store, room->id);
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_autoptr (SalServer) server = NULL;
  SalRoomModel *model = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *json_file = NULL;
  gboolean quick = FALSE;
  GOptionEntry options[] = { { "json", 0, 0, G_OPTION_ARG_FILENAME, &json_file, NULL, "FILE" },
                             { "quick", 0, 0, G_OPTION_ARG_NONE, &quick, NULL, NULL },
                             { 0 } };
  GtkWidget *list = NULL;
  double ours = 0;

  setlocale (LC_ALL, "");
  if (!gtk_init_with_args (&argc, &argv, "FILE", options, NULL, &error) || argc != 2)
    {
      fprintf (stderr, "usage: bench-message-view FILE [--json FILE] [--quick]\n%s\n",
               error != NULL ? error->message : "");
      return 2;
    }
  if (!open_store (argv[1]))
    return EXIT_FAILURE;
  if (quick)
    {
      openings = 2;
      appends = pages = far_pages = 10;
      flood_s = 1;
    }
  json = g_string_new ("{");
  load_style ();
  window = gtk_window_new (GTK_WINDOW_TOPLEVEL);
  gtk_window_set_default_size (GTK_WINDOW (window), WIDTH, HEIGHT);
  gtk_widget_show (window);

  tell ("entries", "entries in the room", (double) last_id, "", 0);
  open_rooms ();
  server = join ();
  model = sal_server_get_main_room (server);
  list = gui_message_list_new (model);
  show (list);
  wait_until_calm ();
  ours = append (model);
  burst (model);
  flood (model);
  page (list, pages, "page", "a screen back");
  resize ();
  tell ("append_ratio", "append, of the GtkTextView's time", ours / append_to_text_view (), "", 4);
  memory ();
  g_string_append (json, "}\n");
  if (json_file != NULL && !g_file_set_contents (json_file, json->str, -1, &error))
    fprintf (stderr, "bench-message-view: %s\n", error->message);

  gtk_widget_destroy (window);
  g_clear_object (&server);
  sal_store_close (store);
  g_clear_object (&store);
  sal_stored_room_free (room);
  sal_stored_server_free (stored);
  g_string_free (json, TRUE);
  return EXIT_SUCCESS;
}
