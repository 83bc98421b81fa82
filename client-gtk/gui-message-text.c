/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A label for what somebody has written. To find out how wide it might be, a GtkLabel lays
 * out its text three times before it is laid out for the width that there is: in one line,
 * as narrow as can be, and as wide as may be. With the texts of some scripts, or of some
 * people, that is most of what a row costs. Of a long text the answers are known: it may
 * become narrow, and it will fill a line.
 */
#include "config.h"

#include "client-gtk/gui-message-text.h"

#include "client-gtk/gui-label.h"
#include "client-gtk/gui-text.h"

/* Lines longer than this are hard to read. */
#define MAX_WIDTH_CHARS 64
/* The narrowest that a text is broken to. */
#define MIN_WIDTH_CHARS 8

struct _GuiMessageText
{
  GtkLabel parent;
  gboolean is_long; /* surely more than a line */
};

G_DEFINE_FINAL_TYPE (GuiMessageText, gui_message_text, GTK_TYPE_LABEL)

/* As wide as GtkLabel has so many characters. */
static int
chars_to_pixels (GtkWidget *widget, int chars)
{
  PangoContext *context = gtk_widget_get_pango_context (widget);
  PangoFontMetrics *metrics = pango_context_get_metrics (
      context, pango_context_get_font_description (context), pango_context_get_language (context));
  int width = MAX (pango_font_metrics_get_approximate_char_width (metrics),
                   pango_font_metrics_get_approximate_digit_width (metrics));

  pango_font_metrics_unref (metrics);
  return PANGO_PIXELS (chars * width);
}

static void
gui_message_text_get_preferred_width (GtkWidget *widget, int *minimum, int *natural)
{
  GtkStyleContext *style = gtk_widget_get_style_context (widget);
  GtkBorder padding;

  if (!GUI_MESSAGE_TEXT (widget)->is_long)
    {
      GTK_WIDGET_CLASS (gui_message_text_parent_class)
          ->get_preferred_width (widget, minimum, natural);
      return;
    }
  gtk_style_context_get_padding (style, gtk_style_context_get_state (style), &padding);
  *minimum = chars_to_pixels (widget, MIN_WIDTH_CHARS) + padding.left + padding.right;
  *natural = chars_to_pixels (widget, MAX_WIDTH_CHARS) + padding.left + padding.right;
}

static void
gui_message_text_class_init (GuiMessageTextClass *klass)
{
  GTK_WIDGET_CLASS (klass)->get_preferred_width = gui_message_text_get_preferred_width;
}

static void
gui_message_text_init (GuiMessageText *text)
{
  gui_label_show_verbatim (GTK_LABEL (text));
}

/**
 * gui_message_text_new:
 *
 * Returns: (transfer floating): a label, visible and empty.
 */
GtkWidget *
gui_message_text_new (void)
{
  return g_object_new (GUI_TYPE_MESSAGE_TEXT, "visible", TRUE, "wrap", TRUE, "wrap-mode",
                       PANGO_WRAP_WORD_CHAR, "xalign", 0.0f, "max-width-chars", MAX_WIDTH_CHARS,
                       "track-visited-links", FALSE, NULL);
}

/**
 * gui_message_text_set:
 * @words: UTF-8, made ready to be shown; links in it become links
 */
void
gui_message_text_set (GuiMessageText *text, const char *words)
{
  GtkLabel *label = GTK_LABEL (text);
  g_autofree char *markup = gui_text_to_markup (words);
  glong chars = g_utf8_strlen (words, -1);

  text->is_long = chars > 2 * MAX_WIDTH_CHARS;
  gtk_label_set_width_chars (label, (int) MIN (MIN_WIDTH_CHARS, chars));
  if (markup != NULL)
    gtk_label_set_markup (label, markup);
  else
    gtk_label_set_text (label, words);
}
