/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a room is about, in one line, with links. All of it, who has said so and when, and the
 * entry in which it can be changed are in what the button beside it opens. Whether somebody
 * may change it, the server decides: its answer comes into the room.
 */
#include "config.h"

#include "client-gtk/gui-topic-bar.h"

#include <glib/gi18n.h>

#include "client-gtk/gui-label.h"
#include "client-gtk/gui-message-text.h"
#include "client-gtk/gui-sentence.h"
#include "client-gtk/gui-text.h"

#define POPOVER_WIDTH 320
/* Of a topic as long as a server can make it, so much is shown. */
#define SHOWN_WEIGHT 1024
/* A flood of topics is shown so often. */
#define UPDATE_MS 50

struct _GuiTopicBar
{
  GtkBin parent;
  SalRoomModel *model; /* (owned) */
  GtkBin *line;        /* has the topic */
  GtkMenuButton *button;
  GtkBin *whole;   /* likewise, all of it; in the popover */
  GtkLabel *by;    /* likewise */
  GtkEntry *entry; /* likewise */
  GtkLabel *note;  /* likewise: what is wrong with what was typed */
  guint update;    /* of the main loop: the line is not up to date */
};

G_DEFINE_FINAL_TYPE (GuiTopicBar, gui_topic_bar, GTK_TYPE_BIN)

/* Returns: (transfer full) (nullable): "Eva, Monday, 3 March 2025, 14:05" */
static char *
format_origin (SalRoomModel *model)
{
  const char *by = sal_room_model_get_topic_by (model);
  gint64 time_us = sal_room_model_get_topic_us (model);
  g_autofree char *moment = time_us > 0 ? gui_sentence_moment (time_us) : NULL;
  g_autofree char *tame = by != NULL ? gui_text_limit_marks (by) : NULL;

  if (tame != NULL && moment != NULL)
    /* TRANSLATORS: who has set a topic, and when */
    return g_strdup_printf (_ ("Set by %s: %s"), tame, moment);
  return g_steal_pointer (&moment);
}

/* Returns: (transfer full): what can be shown of the topic, "" if there is none. */
static char *
dup_shown (GuiTopicBar *bar)
{
  const char *topic = sal_room_model_get_topic (bar->model);
  g_autofree char *tame = gui_text_limit_marks (topic != NULL ? topic : "");
  char *start = gui_text_shorten (tame, SHOWN_WEIGHT);

  return start != NULL ? start : g_steal_pointer (&tame);
}

/* A text with links gets a label of its own: when there are other links in the same label, what GTK
 * has for accessible programs of those before is dead, and somebody may be asking for it. */
static GtkLabel *
put_text (GtkBin *place, const char *words)
{
  GtkWidget *before = gtk_bin_get_child (place);
  GtkWidget *text = gui_message_text_new ();

  if (before != NULL)
    gtk_widget_destroy (before);
  atk_object_set_name (gtk_widget_get_accessible (text), _ ("Topic of the room"));
  gui_message_text_set (GUI_MESSAGE_TEXT (text), words);
  gtk_container_add (GTK_CONTAINER (place), text);
  return GTK_LABEL (text);
}

static void
update (GuiTopicBar *bar)
{
  g_autofree char *shown = dup_shown (bar);
  g_autofree char *origin = format_origin (bar->model);
  GtkLabel *line = put_text (bar->line, *shown != '\0' ? shown : _ ("No topic"));

  gtk_label_set_line_wrap (line, FALSE);
  gtk_label_set_ellipsize (line, PANGO_ELLIPSIZE_END);
  gtk_label_set_single_line_mode (line, TRUE);
  gtk_label_set_max_width_chars (line, -1);
  gtk_widget_set_tooltip_text (GTK_WIDGET (line), *shown != '\0' ? shown : NULL);
  gtk_label_set_text (bar->by, origin != NULL ? origin : "");
  gtk_widget_set_visible (GTK_WIDGET (bar->by), origin != NULL);
}

static gboolean
on_update (gpointer data)
{
  GuiTopicBar *bar = data;

  bar->update = 0;
  update (bar);
  return G_SOURCE_REMOVE;
}

static void
queue_update (GuiTopicBar *bar)
{
  if (bar->update == 0)
    bar->update = g_timeout_add (UPDATE_MS, on_update, bar);
}

static void
close_popover (GuiTopicBar *bar)
{
  gtk_popover_popdown (gtk_menu_button_get_popover (bar->button));
}

static void
on_set (GuiTopicBar *bar)
{
  g_autoptr (GError) error = NULL;

  if (sal_room_model_set_topic (bar->model, gtk_entry_get_text (bar->entry), &error))
    close_popover (bar);
  else
    gtk_label_set_text (bar->note, error->message);
  gtk_widget_set_visible (GTK_WIDGET (bar->note), error != NULL);
}

static void
on_opened (GuiTopicBar *bar)
{
  const char *topic = sal_room_model_get_topic (bar->model);
  g_autofree char *whole = NULL;

  if (!gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (bar->button)))
    return;
  whole = dup_shown (bar);
  (void) put_text (bar->whole, whole);
  gtk_widget_set_visible (GTK_WIDGET (bar->whole), *whole != '\0');
  gtk_widget_hide (GTK_WIDGET (bar->note));
  gtk_entry_set_text (bar->entry, topic != NULL ? topic : "");
  gtk_widget_grab_focus (GTK_WIDGET (bar->entry));
}

static GtkWidget *
label_new (const char *style)
{
  GtkWidget *label = gtk_label_new ("");

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_line_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_style_context_add_class (gtk_widget_get_style_context (label), style);
  gui_label_show_verbatim (GTK_LABEL (label));
  return label;
}

static GtkWidget *
create_popover (GuiTopicBar *bar)
{
  GtkWidget *popover = gtk_popover_new (GTK_WIDGET (bar->button));
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *whole = gtk_event_box_new ();
  GtkWidget *entry = gtk_entry_new ();
  GtkWidget *set = gtk_button_new_with_mnemonic (_ ("_Set topic"));
  GtkWidget *by = label_new ("field-note");
  GtkWidget *note = label_new ("field-note");

  bar->whole = GTK_BIN (whole);
  bar->by = GTK_LABEL (by);
  bar->entry = GTK_ENTRY (entry);
  bar->note = GTK_LABEL (note);
  gtk_style_context_add_class (gtk_widget_get_style_context (note), GTK_STYLE_CLASS_ERROR);
  gtk_style_context_add_class (gtk_widget_get_style_context (popover), "explanation");
  atk_object_set_name (gtk_widget_get_accessible (entry), _ ("Topic"));
  gtk_widget_set_size_request (box, POPOVER_WIDTH, -1);
  gtk_widget_set_halign (set, GTK_ALIGN_END);
  gtk_container_add (GTK_CONTAINER (box), whole);
  gtk_container_add (GTK_CONTAINER (box), by);
  gtk_container_add (GTK_CONTAINER (box), entry);
  gtk_container_add (GTK_CONTAINER (box), note);
  gtk_container_add (GTK_CONTAINER (box), set);
  gtk_container_add (GTK_CONTAINER (popover), box);
  g_signal_connect_swapped (entry, "activate", G_CALLBACK (on_set), bar);
  g_signal_connect_swapped (set, "clicked", G_CALLBACK (on_set), bar);
  gtk_widget_show_all (box);
  gtk_widget_hide (note);
  return popover;
}

static void
gui_topic_bar_dispose (GObject *object)
{
  GuiTopicBar *bar = GUI_TOPIC_BAR (object);

  if (bar->model != NULL)
    g_signal_handlers_disconnect_by_data (bar->model, bar);
  g_clear_handle_id (&bar->update, g_source_remove);
  g_clear_object (&bar->model);
  G_OBJECT_CLASS (gui_topic_bar_parent_class)->dispose (object);
}

static void
gui_topic_bar_class_init (GuiTopicBarClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = gui_topic_bar_dispose;
}

static void
gui_topic_bar_init (GuiTopicBar *bar)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *line = gtk_event_box_new ();
  GtkWidget *button = gtk_menu_button_new ();

  gtk_style_context_add_class (gtk_widget_get_style_context (box), "topic-bar");
  bar->line = GTK_BIN (line);
  gtk_widget_set_hexpand (line, TRUE);
  bar->button = GTK_MENU_BUTTON (button);
  gtk_container_add (GTK_CONTAINER (button),
                     gtk_image_new_from_icon_name ("document-edit-symbolic", GTK_ICON_SIZE_BUTTON));
  gtk_style_context_add_class (gtk_widget_get_style_context (button), "flat");
  gtk_widget_set_tooltip_text (button, _ ("Change the topic"));
  atk_object_set_name (gtk_widget_get_accessible (button), _ ("Change the topic"));
  gtk_menu_button_set_popover (bar->button, create_popover (bar));
  g_signal_connect_swapped (button, "notify::active", G_CALLBACK (on_opened), bar);
  gtk_container_add (GTK_CONTAINER (box), line);
  gtk_container_add (GTK_CONTAINER (box), button);
  gtk_container_add (GTK_CONTAINER (bar), box);
  gtk_widget_show_all (box);
}

/**
 * gui_topic_bar_new:
 * @model: (transfer none): the room
 *
 * Returns: (transfer floating)
 */
GtkWidget *
gui_topic_bar_new (SalRoomModel *model)
{
  GuiTopicBar *bar = g_object_new (GUI_TYPE_TOPIC_BAR, NULL);

  bar->model = g_object_ref (model);
  g_signal_connect_swapped (model, "topic", G_CALLBACK (queue_update), bar);
  update (bar);
  return GTK_WIDGET (bar);
}
