/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The round button over the messages that leads to the newest ones, and says how many are
 * new. It fades in when it is wanted, and cannot be reached when it is not.
 *
 * Signals:
 *   clicked ()
 */
#include "config.h"

#include "client-gtk/gui-end-button.h"

#include <glib/gi18n.h>

#define MARGIN 12
/* New messages that are counted. */
#define COUNT_MAX 999

struct _GuiEndButton
{
  GtkRevealer parent;
  GtkWidget *button; /* (unowned) */
  GtkLabel *count;   /* (unowned) */
  guint shown;       /* the number that is in it */
};

G_DEFINE_FINAL_TYPE (GuiEndButton, gui_end_button, GTK_TYPE_REVEALER)

static guint clicked_signal;

static void
on_clicked (GuiEndButton *end)
{
  g_signal_emit (end, clicked_signal, 0);
}

static void
gui_end_button_class_init (GuiEndButtonClass *klass)
{
  clicked_signal = g_signal_new ("clicked", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 0);
}

static void
gui_end_button_init (GuiEndButton *end)
{
  GtkWidget *overlay = gtk_overlay_new ();
  GtkWidget *count = gtk_label_new (NULL);

  end->button = gtk_button_new_from_icon_name ("go-down-symbolic", GTK_ICON_SIZE_BUTTON);
  end->count = GTK_LABEL (count);
  end->shown = G_MAXUINT;
  gtk_style_context_add_class (gtk_widget_get_style_context (end->button), "circular");
  gtk_style_context_add_class (gtk_widget_get_style_context (end->button), "go-to-end");
  atk_object_set_name (gtk_widget_get_accessible (end->button), _ ("Go to newest messages"));
  g_signal_connect_swapped (end->button, "clicked", G_CALLBACK (on_clicked), end);
  gtk_style_context_add_class (gtk_widget_get_style_context (count), "new-count");
  gtk_widget_set_halign (count, GTK_ALIGN_CENTER);
  gtk_widget_set_valign (count, GTK_ALIGN_START);

  gtk_container_add (GTK_CONTAINER (overlay), end->button);
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), count);
  gtk_overlay_set_overlay_pass_through (GTK_OVERLAY (overlay), count, TRUE);
  gtk_revealer_set_transition_type (GTK_REVEALER (end), GTK_REVEALER_TRANSITION_TYPE_CROSSFADE);
  g_object_set (end, "halign", GTK_ALIGN_END, "valign", GTK_ALIGN_END, "margin", MARGIN, NULL);
  gtk_container_add (GTK_CONTAINER (end), overlay);
  gtk_widget_show_all (overlay);
  gtk_widget_set_no_show_all (count, TRUE);
}

/**
 * gui_end_button_new:
 *
 * Returns: (transfer floating): a button that is not to be seen.
 */
GtkWidget *
gui_end_button_new (void)
{
  return g_object_new (GUI_TYPE_END_BUTTON, "visible", TRUE, NULL);
}

/**
 * gui_end_button_update:
 * @wanted: whether the reader is not at the end
 *
 * Cheap while it is not wanted: in a flood the number is another one all the time.
 */
void
gui_end_button_update (GuiEndButton *end, gboolean wanted, guint new_messages)
{
  guint n = new_messages;
  g_autofree char *count = NULL;
  g_autofree char *words = NULL;

  gtk_revealer_set_reveal_child (GTK_REVEALER (end), wanted);
  if (!wanted || n == end->shown)
    return;
  end->shown = n;
  count = n > COUNT_MAX ? g_strdup_printf ("%u+", COUNT_MAX) : g_strdup_printf ("%u", n);
  words = n > 0 ? g_strdup_printf (ngettext ("%u new message", "%u new messages", n), n) : NULL;
  gtk_label_set_text (end->count, count);
  gtk_widget_set_visible (GTK_WIDGET (end->count), n > 0);
  gtk_widget_set_tooltip_text (end->button, n > 0 ? words : _ ("Go to newest messages"));
  atk_object_set_description (gtk_widget_get_accessible (end->button), n > 0 ? words : "");
}
