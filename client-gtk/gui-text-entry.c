/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A text of a few lines that somebody types: a GtkTextView with what GTK 3 has only in
 * its entry of one line, a placeholder, and with what it has nowhere, undoing.
 *
 * However text gets in (keys, paste, drop, input method, assistive technology), it is
 * plain and of the characters that messages may have: the line ends of other systems
 * are line feeds, what drives a terminal or turns the direction of text around is left
 * out. So what is seen here is what others will see.
 *
 * Signals: full (), too much was to be put in and was refused.
 */
#include "config.h"

#include "client-gtk/gui-text-entry.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client-gtk/gui-undo.h"
#include "common/proto/sal-text.h"

struct _GuiTextEntry
{
  GtkTextView parent;
  GuiUndo *undo;      /* (owned) */
  char *placeholder;  /* (owned) (nullable) */
  gboolean composing; /* an input method shows something that is not in the text yet */
};

G_DEFINE_FINAL_TYPE (GuiTextEntry, gui_text_entry, GTK_TYPE_TEXT_VIEW)

enum
{
  PROP_PLACEHOLDER_TEXT = 1,
};

enum
{
  FULL,
  UNDO,
  REDO,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* What goes in. */

/* The line ends that GTK shows as such, each as one line feed, and clean text between. */
static GString *
clean (const char *text, gsize len)
{
  GString *out = g_string_sized_new (len);
  const char *end = text + len;

  while (TRUE)
    {
      int line_end = 0;
      int next_line = 0;

      pango_find_paragraph_boundary (text, (int) (end - text), &line_end, &next_line);
      sal_text_clean_line (out, text, (gsize) line_end);
      if (next_line == line_end)
        return out;
      g_string_append_c (out, '\n');
      text += next_line;
    }
}

static void
on_insert (GtkTextBuffer *buffer, GtkTextIter *at, const char *text, int len, GuiTextEntry *entry)
{
  gsize bytes = len < 0 ? strlen (text) : (gsize) len;
  g_autoptr (GString) good = NULL;

  if (gtk_text_buffer_get_char_count (buffer) + g_utf8_strlen (text, (gssize) bytes) >
      GUI_TEXT_ENTRY_MAX_CHARS)
    {
      g_signal_stop_emission_by_name (buffer, "insert-text");
      g_signal_emit (entry, signals[FULL], 0);
      return;
    }
  good = clean (text, bytes);
  if (good->len == bytes && memcmp (good->str, text, bytes) == 0)
    return;
  g_signal_stop_emission_by_name (buffer, "insert-text");
  gtk_text_buffer_insert (buffer, at, good->str, (int) good->len);
}

static void
on_preedit_changed (GtkTextView *view, const char *preedit, gpointer data)
{
  GUI_TEXT_ENTRY (view)->composing = *preedit != '\0';
}

/* The placeholder. */

static void
draw_placeholder (GuiTextEntry *entry, cairo_t *cr)
{
  GtkWidget *widget = GTK_WIDGET (entry);
  GtkTextView *view = GTK_TEXT_VIEW (entry);
  GtkStyleContext *style = gtk_widget_get_style_context (widget);
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (widget, entry->placeholder);
  int left = gtk_text_view_get_left_margin (view);
  GdkRectangle visible;
  GtkTextIter start;
  GdkRectangle cursor;

  gtk_text_view_get_visible_rect (view, &visible);
  gtk_text_buffer_get_start_iter (gtk_text_view_get_buffer (view), &start);
  gtk_text_view_get_iter_location (view, &start, &cursor);
  /* Beside the cursor, which is where the next character will be: on the right for somebody
   * with a keyboard for a script that begins there. */
  pango_layout_set_auto_dir (layout, FALSE);
  pango_layout_set_alignment (layout,
                              cursor.x > visible.width / 2 ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
  pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
  pango_layout_set_width (
      layout, MAX (0, visible.width - left - gtk_text_view_get_right_margin (view)) * PANGO_SCALE);

  gtk_style_context_save (style);
  gtk_style_context_add_class (style, "placeholder");
  gtk_render_layout (style, cr, left, cursor.y, layout);
  gtk_style_context_restore (style);
}

static void
gui_text_entry_draw_layer (GtkTextView *view, GtkTextViewLayer layer, cairo_t *cr)
{
  GuiTextEntry *entry = GUI_TEXT_ENTRY (view);

  if (layer == GTK_TEXT_VIEW_LAYER_BELOW_TEXT && entry->placeholder != NULL && !entry->composing &&
      gtk_text_buffer_get_char_count (gtk_text_view_get_buffer (view)) == 0)
    draw_placeholder (entry, cr);
}

static void
gui_text_entry_set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  GuiTextEntry *entry = GUI_TEXT_ENTRY (object);

  g_return_if_fail (id == PROP_PLACEHOLDER_TEXT);
  g_free (entry->placeholder);
  entry->placeholder = g_value_dup_string (value);
  gtk_widget_queue_draw (GTK_WIDGET (entry));
}

static void
gui_text_entry_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  g_return_if_fail (id == PROP_PLACEHOLDER_TEXT);
  g_value_set_string (value, GUI_TEXT_ENTRY (object)->placeholder);
}

static void
undo_or_redo (GuiTextEntry *entry, gboolean (*which) (GuiUndo *))
{
  if (which (entry->undo))
    gtk_text_view_scroll_mark_onscreen (
        GTK_TEXT_VIEW (entry),
        gtk_text_buffer_get_insert (gtk_text_view_get_buffer (GTK_TEXT_VIEW (entry))));
  else
    gtk_widget_error_bell (GTK_WIDGET (entry));
}

static void
on_undo (GuiTextEntry *entry)
{
  undo_or_redo (entry, gui_undo_undo);
}

static void
on_redo (GuiTextEntry *entry)
{
  undo_or_redo (entry, gui_undo_redo);
}

/* GTK's menu of a text view has what is done with the clipboard; what is done with changes
 * stands above it, as everywhere else. */
static void
gui_text_entry_populate_popup (GtkTextView *view, GtkWidget *popup)
{
  GuiTextEntry *entry = GUI_TEXT_ENTRY (view);
  const struct
  {
    const char *label;
    GCallback callback;
    gboolean possible;
  } rows[] = {
    { _ ("_Undo"), G_CALLBACK (on_undo), gui_undo_can_undo (entry->undo) },
    { _ ("_Redo"), G_CALLBACK (on_redo), gui_undo_can_redo (entry->undo) },
  };
  GtkWidget *line = NULL;

  if (!GTK_IS_MENU (popup)) /* that of a finger has no room for words */
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      GtkWidget *item = gtk_menu_item_new_with_mnemonic (rows[i].label);

      gtk_widget_set_sensitive (item, rows[i].possible);
      g_signal_connect_object (item, "activate", rows[i].callback, entry, G_CONNECT_SWAPPED);
      gtk_menu_shell_insert (GTK_MENU_SHELL (popup), item, (int) i);
      gtk_widget_show (item);
    }
  line = gtk_separator_menu_item_new ();
  gtk_menu_shell_insert (GTK_MENU_SHELL (popup), line, G_N_ELEMENTS (rows));
  gtk_widget_show (line);
}

static void
gui_text_entry_finalize (GObject *object)
{
  GuiTextEntry *entry = GUI_TEXT_ENTRY (object);

  gui_undo_free (entry->undo);
  g_free (entry->placeholder);
  G_OBJECT_CLASS (gui_text_entry_parent_class)->finalize (object);
}

static void
gui_text_entry_class_init (GuiTextEntryClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GType type = G_TYPE_FROM_CLASS (klass);
  GtkBindingSet *keys = gtk_binding_set_by_class (klass);
  GdkModifierType control = GDK_CONTROL_MASK;

  object_class->finalize = gui_text_entry_finalize;
  object_class->set_property = gui_text_entry_set_property;
  object_class->get_property = gui_text_entry_get_property;
  GTK_TEXT_VIEW_CLASS (klass)->draw_layer = gui_text_entry_draw_layer;
  GTK_TEXT_VIEW_CLASS (klass)->populate_popup = gui_text_entry_populate_popup;

  g_object_class_install_property (
      object_class, PROP_PLACEHOLDER_TEXT,
      g_param_spec_string ("placeholder-text", NULL, NULL, NULL,
                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS));

  signals[FULL] =
      g_signal_new ("full", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[UNDO] =
      g_signal_new_class_handler ("undo", type, G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION,
                                  G_CALLBACK (on_undo), NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[REDO] =
      g_signal_new_class_handler ("redo", type, G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION,
                                  G_CALLBACK (on_redo), NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_binding_entry_add_signal (keys, GDK_KEY_z, control, "undo", 0);
  gtk_binding_entry_add_signal (keys, GDK_KEY_z, control | GDK_SHIFT_MASK, "redo", 0);
  gtk_binding_entry_add_signal (keys, GDK_KEY_y, control, "redo", 0);
}

static void
gui_text_entry_init (GuiTextEntry *entry)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (entry));

  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (entry), GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_accepts_tab (GTK_TEXT_VIEW (entry), FALSE);
  g_signal_connect_object (buffer, "insert-text", G_CALLBACK (on_insert), entry, 0);
  entry->undo = gui_undo_new (buffer);
  g_signal_connect (entry, "preedit-changed", G_CALLBACK (on_preedit_changed), NULL);
}

/**
 * gui_text_entry_dup_text:
 *
 * Returns: (transfer full)
 */
char *
gui_text_entry_dup_text (GuiTextEntry *entry)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (entry));
  GtkTextIter start;
  GtkTextIter end;

  gtk_text_buffer_get_bounds (buffer, &start, &end);
  return gtk_text_buffer_get_slice (buffer, &start, &end, TRUE);
}

/**
 * gui_text_entry_set_text:
 *
 * Puts @text in the place of all that is there, and the cursor at its end, as one step
 * that can be undone.
 */
void
gui_text_entry_set_text (GuiTextEntry *entry, const char *text)
{
  GtkTextView *view = GTK_TEXT_VIEW (entry);
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (view);
  GtkTextIter start;
  GtkTextIter end;

  gtk_text_buffer_begin_user_action (buffer);
  gtk_text_buffer_get_bounds (buffer, &start, &end);
  gtk_text_buffer_delete (buffer, &start, &end);
  gtk_text_buffer_insert (buffer, &start, text, -1);
  gtk_text_buffer_end_user_action (buffer);
  gtk_text_view_scroll_mark_onscreen (view, gtk_text_buffer_get_insert (buffer));
}

/**
 * gui_text_entry_forget_changes:
 *
 * What was typed so far cannot be undone any more.
 */
void
gui_text_entry_forget_changes (GuiTextEntry *entry)
{
  gui_undo_forget (entry->undo);
}

static void
get_cursor (GuiTextEntry *entry, GtkTextIter *cursor)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (entry));

  gtk_text_buffer_get_iter_at_mark (buffer, cursor, gtk_text_buffer_get_insert (buffer));
}

/**
 * gui_text_entry_is_on_first_line:
 *
 * Returns: whether the cursor is on the first line as it is shown; a long one is shown as
 * several.
 */
gboolean
gui_text_entry_is_on_first_line (GuiTextEntry *entry)
{
  GtkTextIter at;

  get_cursor (entry, &at);
  gtk_text_view_backward_display_line_start (GTK_TEXT_VIEW (entry), &at);
  return gtk_text_iter_is_start (&at);
}

/**
 * gui_text_entry_is_on_last_line:
 *
 * Returns: whether the cursor is on the last line as it is shown.
 */
gboolean
gui_text_entry_is_on_last_line (GuiTextEntry *entry)
{
  GtkTextIter at;

  get_cursor (entry, &at);
  if (gtk_text_iter_is_end (&at))
    return TRUE;
  gtk_text_view_forward_display_line_end (GTK_TEXT_VIEW (entry), &at);
  return gtk_text_iter_is_end (&at);
}

/**
 * gui_text_entry_height_of_lines:
 *
 * Returns: the height, in pixels, of an entry that shows @lines lines, margins included.
 */
int
gui_text_entry_height_of_lines (GuiTextEntry *entry, int lines)
{
  GtkTextView *view = GTK_TEXT_VIEW (entry);
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (GTK_WIDGET (entry), "X");
  int height = 0;

  pango_layout_get_pixel_size (layout, NULL, &height);
  return lines * height + gtk_text_view_get_top_margin (view) +
         gtk_text_view_get_bottom_margin (view);
}
