/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Looking for words in what was said in a room: in all of it that is kept here, one place
 * after the other, from the newest to the oldest and back. Where they are is shown by
 * whoever has the messages.
 *
 * Signals:
 *   found (guint64)   an entry with the words; 0: none any more
 *   closed ()         the keyboard may go elsewhere
 */
#include "config.h"

#include "client-gtk/gui-search-bar.h"

#include <glib/gi18n.h>

/* Of a word that is everywhere, so many places can be gone back through. */
#define PLACES_MAX 10000

struct _GuiSearchBar
{
  GtkBin parent;
  SalRoomModel *model; /* (owned) */
  GtkSearchBar *bar;
  GtkEntry *entry;
  GtkWidget *older;
  GtkWidget *newer;
  GtkLabel *note;
  char *words;    /* (owned) (nullable): that are looked for */
  GArray *places; /* (owned): entries that were found, newest first; the last one is shown */
};

G_DEFINE_FINAL_TYPE (GuiSearchBar, gui_search_bar, GTK_TYPE_BIN)

enum
{
  FOUND,
  CLOSED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* Returns: the next older place; 0 if there is none. */
static guint64
find_older (GuiSearchBar *bar)
{
  guint n = bar->places->len;
  guint64 before = n > 0 ? g_array_index (bar->places, guint64, n - 1) : 0;
  g_autoptr (GPtrArray) entries =
      sal_room_model_search (bar->model, gtk_entry_get_text (bar->entry), before, 1);

  return entries != NULL && entries->len > 0 ? ((SalEntry *) entries->pdata[0])->id : 0;
}

static void
show (GuiSearchBar *bar, const char *note)
{
  guint n = bar->places->len;

  gtk_label_set_text (bar->note, note);
  gtk_widget_set_sensitive (bar->older, n > 0);
  gtk_widget_set_sensitive (bar->newer, n > 1);
  g_signal_emit (bar, signals[FOUND], 0, n > 0 ? g_array_index (bar->places, guint64, n - 1) : 0);
}

static void
go_older (GuiSearchBar *bar)
{
  guint64 id = 0;

  if (*gtk_entry_get_text (bar->entry) == '\0' || bar->places->len >= PLACES_MAX)
    return;
  id = find_older (bar);
  if (id != 0)
    g_array_append_val (bar->places, id);
  show (bar, id != 0 ? "" : bar->places->len > 0 ? _ ("Nothing before that") : _ ("Nothing found"));
}

static void
go_newer (GuiSearchBar *bar)
{
  if (bar->places->len < 2)
    return;
  g_array_set_size (bar->places, bar->places->len - 1);
  show (bar, "");
}

/* The entry waits for a pause in typing before it tells; whoever presses a button does not. */
static gboolean
is_new (GuiSearchBar *bar)
{
  const char *words = gtk_entry_get_text (bar->entry);

  if (g_strcmp0 (bar->words, words) == 0)
    return FALSE;
  g_free (bar->words);
  bar->words = g_strdup (words);
  g_array_set_size (bar->places, 0);
  return TRUE;
}

static void
on_changed (GuiSearchBar *bar)
{
  if (!is_new (bar))
    return;
  if (*bar->words == '\0')
    show (bar, "");
  else
    go_older (bar);
}

static void
on_older (GuiSearchBar *bar)
{
  (void) is_new (bar); /* then the newest place is the first */
  go_older (bar);
}

static void
on_mode_changed (GuiSearchBar *bar)
{
  if (gtk_search_bar_get_search_mode (bar->bar))
    return;
  g_array_set_size (bar->places, 0);
  g_clear_pointer (&bar->words, g_free);
  show (bar, "");
  g_signal_emit (bar, signals[CLOSED], 0);
}

/* Return goes on to what is older, as reading on goes; with Shift back. */
static gboolean
on_key (GtkWidget *entry, GdkEventKey *event, GuiSearchBar *bar)
{
  gboolean enter = event->keyval == GDK_KEY_Return || event->keyval == GDK_KEY_KP_Enter;
  GdkModifierType modifiers = event->state & gtk_accelerator_get_default_mod_mask ();

  if ((enter && modifiers == GDK_SHIFT_MASK) || (event->keyval == GDK_KEY_Down && modifiers == 0))
    go_newer (bar);
  else if ((enter || event->keyval == GDK_KEY_Up) && modifiers == 0)
    on_older (bar);
  else
    return GDK_EVENT_PROPAGATE;
  return GDK_EVENT_STOP;
}

static GtkWidget *
button_new (GuiSearchBar *bar, const char *icon, const char *name, void (*clicked) (GuiSearchBar *))
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon, GTK_ICON_SIZE_BUTTON);

  gtk_widget_set_tooltip_text (button, name);
  atk_object_set_name (gtk_widget_get_accessible (button), name);
  g_signal_connect_swapped (button, "clicked", G_CALLBACK (clicked), bar);
  return button;
}

/* GTK has given its close button a picture and no name. */
static void
name_close_button (GtkWidget *widget, gpointer data)
{
  AtkObject *accessible = gtk_widget_get_accessible (widget);

  if (GTK_IS_BUTTON (widget) && atk_object_get_name (accessible) == NULL)
    atk_object_set_name (accessible, _ ("Close the search"));
  else if (GTK_IS_CONTAINER (widget))
    gtk_container_forall (GTK_CONTAINER (widget), name_close_button, NULL);
}

static void
gui_search_bar_finalize (GObject *object)
{
  GuiSearchBar *bar = GUI_SEARCH_BAR (object);

  g_clear_object (&bar->model);
  g_free (bar->words);
  g_array_unref (bar->places);
  G_OBJECT_CLASS (gui_search_bar_parent_class)->finalize (object);
}

static void
gui_search_bar_class_init (GuiSearchBarClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = gui_search_bar_finalize;
  signals[FOUND] = g_signal_new ("found", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                 1, G_TYPE_UINT64);
  signals[CLOSED] =
      g_signal_new ("closed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
gui_search_bar_init (GuiSearchBar *bar)
{
  GtkWidget *search = gtk_search_bar_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *entry = gtk_search_entry_new ();
  GtkWidget *note = gtk_label_new ("");

  bar->places = g_array_new (FALSE, FALSE, sizeof (guint64));
  bar->bar = GTK_SEARCH_BAR (search);
  bar->entry = GTK_ENTRY (entry);
  bar->note = GTK_LABEL (note);
  gtk_widget_set_hexpand (entry, TRUE);
  gtk_entry_set_width_chars (bar->entry, 8); /* in a narrow window */
  gtk_entry_set_max_width_chars (bar->entry, 32);
  gtk_entry_set_placeholder_text (bar->entry, _ ("Search in this room"));
  atk_object_set_name (gtk_widget_get_accessible (entry), _ ("Search in this room"));
  gtk_style_context_add_class (gtk_widget_get_style_context (note), "field-note");
  gtk_container_add (GTK_CONTAINER (box), entry);
  gtk_container_add (GTK_CONTAINER (box), note);
  bar->older = button_new (bar, "go-up-symbolic", _ ("Older"), on_older);
  bar->newer = button_new (bar, "go-down-symbolic", _ ("Newer"), go_newer);
  gtk_widget_set_sensitive (bar->older, FALSE);
  gtk_widget_set_sensitive (bar->newer, FALSE);
  gtk_container_add (GTK_CONTAINER (box), bar->older);
  gtk_container_add (GTK_CONTAINER (box), bar->newer);
  gtk_container_add (GTK_CONTAINER (search), box);
  gtk_search_bar_connect_entry (bar->bar, bar->entry);
  gtk_search_bar_set_show_close_button (bar->bar, TRUE);
  gtk_container_add (GTK_CONTAINER (bar), search);
  g_signal_connect_swapped (entry, "search-changed", G_CALLBACK (on_changed), bar);
  g_signal_connect (entry, "key-press-event", G_CALLBACK (on_key), bar);
  g_signal_connect_swapped (search, "notify::search-mode-enabled", G_CALLBACK (on_mode_changed),
                            bar);
  name_close_button (search, NULL);
  gtk_widget_show_all (GTK_WIDGET (bar));
}

/**
 * gui_search_bar_new:
 * @model: (transfer none): the room
 *
 * Returns: (transfer floating): closed.
 */
GtkWidget *
gui_search_bar_new (SalRoomModel *model)
{
  GuiSearchBar *bar = g_object_new (GUI_TYPE_SEARCH_BAR, NULL);

  bar->model = g_object_ref (model);
  return GTK_WIDGET (bar);
}

/**
 * gui_search_bar_open:
 * @words: (nullable): to look for; %NULL: those of before
 */
void
gui_search_bar_open (GuiSearchBar *bar, const char *words)
{
  gtk_search_bar_set_search_mode (bar->bar, TRUE);
  if (words != NULL)
    gtk_entry_set_text (bar->entry, words);
  gtk_widget_grab_focus (GTK_WIDGET (bar->entry));
}
