/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One entry of a room as a row. There are never more than some 150 of these, but each
 * that comes is made while people watch: so a row has as few widgets as its entry needs
 * (the plainest a box and a label), and what only some people need is made when it is
 * asked for: accessible names, selecting within the text, menus, explanations.
 *
 *     row -> box -> head (name, time)                    first of a group only
 *                -> line -> the text; for ours: the text, its state
 *
 * A row decides nothing. What can be done with a message are actions of the group
 * "messages", which the list has; their parameter is the entry's number.
 */
#include "config.h"

#include "client-gtk/gui-message-row.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client-gtk/gui-fold.h"
#include "client-gtk/gui-label.h"
#include "client-gtk/gui-mention.h"
#include "client-gtk/gui-message-text.h"
#include "client-gtk/gui-sentence.h"
#include "client-gtk/gui-state-mark.h"
#include "client-gtk/gui-text.h"

#define NAME_MAX_WIDTH_CHARS 40
#define REASON_MIN_WIDTH_CHARS 8
#define REASON_WIDTH_CHARS 40
#define HEAD_SPACING 8

struct _GuiMessageRow
{
  GtkListBoxRow parent;
  SalEntry *entry;   /* (owned): the last of those that are told together */
  GPtrArray *folded; /* (owned) (nullable): all of them, oldest first, if they are several */
  char *our_name;    /* (owned) (nullable): whom mentions are of */
  char *before;      /* (owned) (nullable): what stands above the row, for accessibility */
  gboolean first;    /* of a group: with name and time */
  gboolean whole;    /* a long text is shown to its end, those together one by one */
  gboolean stale;    /* more has been folded into it than it shows */
  gboolean spoken;   /* somebody has asked for the accessible object */

  GtkWidget *box;     /* (unowned) */
  GtkWidget *head;    /* (unowned) (nullable) */
  GtkWidget *line;    /* (unowned) (nullable): of ours, holds the text and its state */
  GtkWidget *text;    /* (unowned) */
  GtkWidget *more;    /* (unowned) (nullable): shows the rest of a long text */
  GtkWidget *mark;    /* (unowned) (nullable): of ours, its state */
  GtkWidget *problem; /* (unowned) (nullable): the state in words, which explains it */
  GtkWidget *popover; /* (unowned) (nullable, weak): the explanation */
};

G_DEFINE_FINAL_TYPE (GuiMessageRow, gui_message_row, GTK_TYPE_LIST_BOX_ROW)

static void
add_class (GtkWidget *widget, const char *name)
{
  gtk_style_context_add_class (gtk_widget_get_style_context (widget), name);
}

static void
set_class (GtkWidget *widget, const char *name, gboolean wanted)
{
  GtkStyleContext *style = gtk_widget_get_style_context (widget);

  if (wanted)
    gtk_style_context_add_class (style, name);
  else
    gtk_style_context_remove_class (style, name);
}

static gboolean
is_said (const SalEntry *entry)
{
  return entry->kind == SAL_ENTRY_MESSAGE || entry->kind == SAL_ENTRY_ACTION ||
         entry->kind == SAL_ENTRY_NOTICE;
}

static gboolean
is_problem (const SalEntry *entry)
{
  return entry->own && is_said (entry) &&
         (entry->state == SAL_MESSAGE_FAILED || entry->state == SAL_MESSAGE_UNKNOWN);
}

/* The text. */

static gboolean
on_activate_link (GtkLabel *label, const char *uri, GuiMessageRow *row)
{
  GtkWidget *window = gtk_widget_get_toplevel (GTK_WIDGET (row));
  g_autoptr (GError) error = NULL;

  if (!gui_text_is_link (uri))
    return TRUE;
  if (!gtk_show_uri_on_window (GTK_IS_WINDOW (window) ? GTK_WINDOW (window) : NULL, uri,
                               gtk_get_current_event_time (), &error))
    g_info ("cannot open a link: %s", error->message);
  return TRUE;
}

static void show_text (GuiMessageRow *row);

static void
on_more (GtkButton *button, GuiMessageRow *row)
{
  row->whole = TRUE;
  show_text (row);
}

static void
show_more_button (GuiMessageRow *row, gboolean wanted)
{
  const char *words = row->folded != NULL ? _ ("Show each") : _ ("Show all");

  if (!wanted && row->more != NULL)
    {
      gtk_widget_destroy (row->more);
      row->more = NULL;
    }
  else if (wanted && row->more == NULL)
    {
      row->more = gtk_button_new_with_label (words);
      gtk_widget_set_halign (row->more, row->folded != NULL ? GTK_ALIGN_CENTER
                                        : row->entry->own   ? GTK_ALIGN_END
                                                            : GTK_ALIGN_START);
      add_class (row->more, "flat");
      add_class (row->more, "more");
      g_signal_connect (row->more, "clicked", G_CALLBACK (on_more), row);
      gtk_box_pack_end (GTK_BOX (row->box), row->more, FALSE, FALSE, 0);
      gtk_widget_show_all (row->more);
    }
}

static void
show_line (GuiMessageRow *row)
{
  g_autofree char *line = gui_sentence_line (row->entry);
  g_autofree char *tame = gui_text_limit_marks (line);
  g_autofree char *start = row->whole ? NULL : gui_text_shorten (tame, GUI_TEXT_SHOWN_WEIGHT);
  const char *shown = start != NULL ? start : tame;

  gui_message_text_set (GUI_MESSAGE_TEXT (row->text), shown);
  if (is_said (row->entry))
    set_class (row->text, "emoji", gui_text_is_emoji (shown));
  show_more_button (row, start != NULL);
}

/* People who came and went. They can all be looked at, one by one. */
static void
show_folded (GuiMessageRow *row)
{
  g_autofree char *text =
      row->whole ? gui_fold_to_lines (row->folded) : gui_fold_to_text (row->folded);
  g_autofree char *tame = gui_text_limit_marks (text);

  gui_message_text_set (GUI_MESSAGE_TEXT (row->text), tame);
  show_more_button (row, !row->whole && row->folded->len > 2);
}

static void
show_text (GuiMessageRow *row)
{
  if (row->folded != NULL)
    {
      show_folded (row);
      return;
    }
  show_line (row);
}

/* The state of a message of ours. */

static GtkWidget *
create_action_button (const char *words, const char *action, guint64 id)
{
  GtkWidget *button = gtk_button_new_with_label (words);

  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  gtk_actionable_set_action_target_value (GTK_ACTIONABLE (button), g_variant_new_uint64 (id));
  return button;
}

static GtkWidget *
create_explanation (const char *words, const char *class)
{
  GtkWidget *label = g_object_new (
      GTK_TYPE_LABEL, "label", words, "wrap", TRUE, "wrap-mode", PANGO_WRAP_WORD_CHAR, "xalign",
      0.0f, "width-chars", REASON_MIN_WIDTH_CHARS, "max-width-chars", REASON_WIDTH_CHARS, NULL);

  gui_label_show_verbatim (GTK_LABEL (label));
  add_class (label, class);
  return label;
}

/* Why a message did not arrive, or may not have, and what can be done about it. */
static GtkWidget *
create_popover (GuiMessageRow *row)
{
  const SalEntry *entry = row->entry;
  gboolean failed = entry->state == SAL_MESSAGE_FAILED;
  GtkWidget *popover = gtk_popover_new (row->problem);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *remedy = failed
                          ? create_action_button (_ ("Send again"), "messages.say-again", entry->id)
                          : create_action_button (_ ("Put it into the entry again"),
                                                  "messages.edit-again", entry->id);

  add_class (popover, "explanation");
  gtk_container_add (GTK_CONTAINER (box),
                     create_explanation (gui_sentence_state (entry), "explanation-title"));
  if (!failed)
    gtk_container_add (GTK_CONTAINER (box),
                       create_explanation (_ ("The connection broke before this came back. It may "
                                              "have been read or not."),
                                           "explanation-text"));
  else if (entry->reason != NULL)
    gtk_container_add (GTK_CONTAINER (box), create_explanation (entry->reason, "explanation-text"));
  gtk_container_add (GTK_CONTAINER (box), remedy);
  gtk_container_add (GTK_CONTAINER (box),
                     create_action_button (_ ("Discard"), "messages.discard", entry->id));
  gtk_container_add (GTK_CONTAINER (popover), box);
  gtk_widget_show_all (box);
  g_signal_connect_swapped (remedy, "clicked", G_CALLBACK (gtk_popover_popdown), popover);
  return popover;
}

static void
on_explain (GtkButton *button, GuiMessageRow *row)
{
  gui_message_row_explain (row);
}

/* Signs for everything; what needs the reader's attention is also said, and answers. */
static void
show_state (GuiMessageRow *row)
{
  const SalEntry *entry = row->entry;
  const char *words = gui_sentence_state (entry);

  gui_state_mark_set_state (GUI_STATE_MARK (row->mark), entry->state, words);
  for (guint i = 0; i < 2; i++)
    {
      GtkWidget *widget = i == 0 ? row->text : row->mark;

      set_class (widget, "failed", entry->state == SAL_MESSAGE_FAILED);
      set_class (widget, "unknown", entry->state == SAL_MESSAGE_UNKNOWN);
    }
  g_clear_pointer (&row->problem, gtk_widget_destroy);
  if (!is_problem (entry))
    return;
  row->problem = gtk_button_new_with_label (words);
  gtk_widget_set_halign (row->problem, GTK_ALIGN_END);
  add_class (row->problem, "flat");
  add_class (row->problem, "problem");
  add_class (row->problem, entry->state == SAL_MESSAGE_FAILED ? "failed" : "unknown");
  g_signal_connect (row->problem, "clicked", G_CALLBACK (on_explain), row);
  gtk_box_pack_end (GTK_BOX (row->box), row->problem, FALSE, FALSE, 0);
  gtk_widget_show (row->problem);
}

/* The whole row. */

static GtkWidget *
create_time (GuiMessageRow *row)
{
  g_autofree char *clock = gui_sentence_clock (row->entry->time_us);
  GtkWidget *label = gtk_label_new (clock);

  add_class (label, "time");
  return label;
}

static void
show_head (GuiMessageRow *row)
{
  const SalEntry *entry = row->entry;
  gboolean wanted = row->first && (is_said (entry) || entry->kind == SAL_ENTRY_TEXT);

  g_clear_pointer (&row->head, gtk_widget_destroy);
  set_class (GTK_WIDGET (row), "first", wanted);
  if (!wanted)
    return;
  if (entry->own || entry->kind == SAL_ENTRY_ACTION || entry->kind == SAL_ENTRY_TEXT ||
      entry->name == NULL)
    {
      row->head = create_time (row);
      gtk_widget_set_halign (row->head, entry->own ? GTK_ALIGN_END : GTK_ALIGN_START);
    }
  else
    {
      g_autofree char *tame = gui_text_limit_marks (entry->name);
      g_autofree char *start = gui_text_shorten (tame, GUI_TEXT_NAME_WEIGHT);
      g_autofree char *colour = g_strdup_printf ("sender-%u", gui_text_colour (entry->name));
      GtkWidget *name =
          g_object_new (GTK_TYPE_LABEL, "label", start != NULL ? start : tame, "ellipsize",
                        PANGO_ELLIPSIZE_END, "max-width-chars", NAME_MAX_WIDTH_CHARS, NULL);

      row->head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, HEAD_SPACING);
      add_class (name, "sender");
      add_class (name, colour);
      gtk_container_add (GTK_CONTAINER (row->head), name);
      gtk_container_add (GTK_CONTAINER (row->head), create_time (row));
    }
  add_class (row->head, "head");
  gtk_box_pack_start (GTK_BOX (row->box), row->head, FALSE, FALSE, 0);
  gtk_box_reorder_child (GTK_BOX (row->box), row->head, 0);
  gtk_widget_show_all (row->head);
}

static const char *
class_of (const SalEntry *entry)
{
  switch (entry->kind)
    {
    case SAL_ENTRY_MESSAGE:
    case SAL_ENTRY_ACTION:
    case SAL_ENTRY_NOTICE:
      return "bubble";
    case SAL_ENTRY_NOTE:
      return "note";
    case SAL_ENTRY_TEXT:
      return "plain";
    case SAL_ENTRY_GAP:
      return "gap";
    default:
      return "quiet";
    }
}

static void
build (GuiMessageRow *row)
{
  const SalEntry *entry = row->entry;
  gboolean said = is_said (entry);
  gboolean own = entry->own && said;

  if (row->box != NULL)
    gtk_widget_destroy (row->box);
  row->head = row->line = row->more = row->mark = row->problem = NULL;
  row->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  row->text = gui_message_text_new ();
  g_signal_connect (row->text, "activate-link", G_CALLBACK (on_activate_link), row);
  add_class (row->text, class_of (entry));
  if (!said && entry->kind != SAL_ENTRY_TEXT)
    g_object_set (row->text, "justify", GTK_JUSTIFY_CENTER, "xalign", 0.5f, NULL);
  gtk_widget_set_halign (row->text, said                            ? GTK_ALIGN_START
                                    : entry->kind == SAL_ENTRY_TEXT ? GTK_ALIGN_FILL
                                                                    : GTK_ALIGN_CENTER);
  if (own)
    {
      row->line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
      gtk_widget_set_halign (row->line, GTK_ALIGN_END);
      row->mark = gui_state_mark_new ();
      gtk_widget_set_valign (row->mark, GTK_ALIGN_END);
      gtk_box_pack_start (GTK_BOX (row->line), row->text, FALSE, TRUE, 0);
      gtk_box_pack_start (GTK_BOX (row->line), row->mark, FALSE, FALSE, 0);
      gtk_box_pack_start (GTK_BOX (row->box), row->line, FALSE, FALSE, 0);
      add_class (row->text, "own");
    }
  else
    gtk_box_pack_start (GTK_BOX (row->box), row->text, FALSE, FALSE, 0);
  set_class (row->text, "notice", entry->kind == SAL_ENTRY_NOTICE);
  set_class (row->text, "action", entry->kind == SAL_ENTRY_ACTION);
  set_class (row->text, "mention",
             entry->mention ||
                 (row->our_name != NULL && gui_mention_in_entry (entry, row->our_name)));
  show_head (row);
  show_text (row);
  if (own)
    show_state (row);
  gtk_widget_show_all (row->box);
  gtk_container_add (GTK_CONTAINER (row), row->box);
}

static char *
speak_folded (GuiMessageRow *row)
{
  g_autofree char *clock = gui_sentence_clock (row->entry->time_us);
  g_autofree char *text = gui_fold_to_text (row->folded);

  /* TRANSLATORS: read aloud: what happened, when. */
  return g_strdup_printf (_ ("%s, %s"), text, clock);
}

static void
speak (GuiMessageRow *row, AtkObject *accessible)
{
  g_autofree char *sentence =
      row->folded != NULL ? speak_folded (row) : gui_sentence_spoken (row->entry);

  atk_object_set_name (accessible, sentence);
  atk_object_set_description (accessible, row->before != NULL ? row->before : "");
}

/* Only for those who ask: most people do not have their screen read to them. */
static AtkObject *
gui_message_row_get_accessible (GtkWidget *widget)
{
  GuiMessageRow *row = GUI_MESSAGE_ROW (widget);
  AtkObject *accessible = GTK_WIDGET_CLASS (gui_message_row_parent_class)->get_accessible (widget);

  if (!row->spoken)
    {
      row->spoken = TRUE;
      speak (row, accessible);
    }
  return accessible;
}

/* Text that can be selected has a window and two gestures, and takes the focus: so it can
 * be selected only where the pointer is. What was selected stays so. */
static void
gui_message_row_state_flags_changed (GtkWidget *widget, GtkStateFlags before)
{
  GuiMessageRow *row = GUI_MESSAGE_ROW (widget);
  gboolean hovered = (gtk_widget_get_state_flags (widget) & GTK_STATE_FLAG_PRELIGHT) != 0;
  gboolean was_hovered = (before & GTK_STATE_FLAG_PRELIGHT) != 0;

  GTK_WIDGET_CLASS (gui_message_row_parent_class)->state_flags_changed (widget, before);
  if (hovered != was_hovered && row->entry->kind != SAL_ENTRY_GAP)
    {
      GtkLabel *label = GTK_LABEL (row->text);

      if (hovered || !gtk_label_get_selection_bounds (label, NULL, NULL))
        gtk_label_set_selectable (label, hovered);
    }
}

static void
gui_message_row_finalize (GObject *object)
{
  GuiMessageRow *row = GUI_MESSAGE_ROW (object);

  g_clear_weak_pointer (&row->popover);
  g_clear_pointer (&row->entry, sal_entry_unref);
  g_clear_pointer (&row->folded, g_ptr_array_unref);
  g_free (row->our_name);
  g_free (row->before);
  G_OBJECT_CLASS (gui_message_row_parent_class)->finalize (object);
}

static void
gui_message_row_class_init (GuiMessageRowClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gui_message_row_finalize;
  GTK_WIDGET_CLASS (klass)->get_accessible = gui_message_row_get_accessible;
  GTK_WIDGET_CLASS (klass)->state_flags_changed = gui_message_row_state_flags_changed;
}

static void
gui_message_row_init (GuiMessageRow *row)
{
  add_class (GTK_WIDGET (row), "message");
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
}

/**
 * gui_message_row_new:
 * @our_name: (nullable): who we are in the room
 *
 * Returns: (transfer floating): a row, visible.
 */
GtkWidget *
gui_message_row_new (const SalEntry *entry, const char *our_name)
{
  GuiMessageRow *row = g_object_new (GUI_TYPE_MESSAGE_ROW, NULL);

  row->entry = sal_entry_ref (entry);
  row->our_name = g_strdup (our_name);
  build (row);
  gtk_widget_show (GTK_WIDGET (row));
  return GTK_WIDGET (row);
}

/* Whether what differs are only text and state. */
static gboolean
has_same_shape (const SalEntry *a, const SalEntry *b)
{
  return a->kind == b->kind && !a->own == !b->own && g_strcmp0 (a->name, b->name) == 0;
}

/**
 * gui_message_row_set_entry:
 * @entry: what has become of the row's entry, or another in its place
 *
 * Changes as little as possible, so that nothing flickers.
 */
void
gui_message_row_set_entry (GuiMessageRow *row, const SalEntry *entry)
{
  g_autoptr (SalEntry) old = g_steal_pointer (&row->entry);

  row->entry = sal_entry_ref (entry);
  g_clear_pointer (&row->folded, g_ptr_array_unref);
  if (!has_same_shape (old, entry))
    build (row);
  else
    {
      if (old == entry || g_strcmp0 (old->text, entry->text) != 0)
        show_text (row);
      if (row->line != NULL)
        show_state (row);
      if (row->head != NULL && old->time_us != entry->time_us)
        show_head (row);
    }
  if (row->spoken)
    speak (row, gtk_widget_get_accessible (GTK_WIDGET (row)));
}

/**
 * gui_message_row_get_entry:
 *
 * Returns: (transfer none)
 */
const SalEntry *
gui_message_row_get_entry (GuiMessageRow *row)
{
  return row->entry;
}

/**
 * gui_message_row_get_id:
 */
guint64
gui_message_row_get_id (GuiMessageRow *row)
{
  return row->entry->id;
}

/**
 * gui_message_row_get_first_id:
 *
 * Returns: the first of the entries that are told together in this row.
 */
guint64
gui_message_row_get_first_id (GuiMessageRow *row)
{
  return row->folded != NULL ? ((SalEntry *) row->folded->pdata[0])->id : row->entry->id;
}

/**
 * gui_message_row_fold:
 * @entry: right before (@before) or right after those of the row
 *
 * Tells it together with them, if it is of that kind.
 *
 * Returns: whether it does.
 */
gboolean
gui_message_row_fold (GuiMessageRow *row, const SalEntry *entry, gboolean before)
{
  const SalEntry *first = row->folded != NULL ? row->folded->pdata[0] : row->entry;

  if ((row->folded != NULL && row->folded->len >= GUI_FOLD_MOST) ||
      !(before ? gui_fold_go_together (entry, first) : gui_fold_go_together (row->entry, entry)))
    return FALSE;
  if (row->folded == NULL)
    {
      row->folded = g_ptr_array_new_with_free_func ((GDestroyNotify) sal_entry_unref);
      g_ptr_array_add (row->folded, sal_entry_ref (row->entry));
    }
  g_ptr_array_insert (row->folded, before ? 0 : -1, sal_entry_ref (entry));
  if (!before)
    {
      sal_entry_unref (row->entry);
      row->entry = sal_entry_ref (entry);
    }
  row->stale = TRUE;
  return TRUE;
}

/**
 * gui_message_row_refresh:
 *
 * To be called when all that is folded into the row has been.
 */
void
gui_message_row_refresh (GuiMessageRow *row)
{
  if (!row->stale)
    return;
  row->stale = FALSE;
  show_text (row);
  if (row->spoken)
    speak (row, gtk_widget_get_accessible (GTK_WIDGET (row)));
}

/**
 * gui_message_row_set_first:
 * @first: whether name and time are shown, as on the first message of a group
 */
void
gui_message_row_set_first (GuiMessageRow *row, gboolean first)
{
  if (!row->first == !first)
    return;
  row->first = first;
  show_head (row);
}

/**
 * gui_message_row_set_before:
 * @before: (nullable): the words that stand above the row, for those who have it read to
 *   them
 *
 * Returns: whether they are others than before.
 */
gboolean
gui_message_row_set_before (GuiMessageRow *row, const char *before)
{
  if (g_strcmp0 (row->before, before) == 0)
    return FALSE;
  g_free (row->before);
  row->before = g_strdup (before);
  if (row->spoken)
    speak (row, gtk_widget_get_accessible (GTK_WIDGET (row)));
  return TRUE;
}

/**
 * gui_message_row_dup_text:
 *
 * Returns: (transfer full): what is told in the row, for the clipboard: a long text to its end, those
 *   that are told together as they are shown.
 */
char *
gui_message_row_dup_text (GuiMessageRow *row)
{
  if (row->folded == NULL)
    return gui_sentence_line (row->entry);
  return row->whole ? gui_fold_to_lines (row->folded) : gui_fold_to_text (row->folded);
}

/**
 * gui_message_row_dup_copied:
 *
 * Returns: (transfer full): the same with day, time and name; a line for each of those that are told
 *   together.
 */
char *
gui_message_row_dup_copied (GuiMessageRow *row)
{
  GString *out = NULL;

  if (row->folded == NULL)
    return gui_sentence_copied (row->entry, TRUE);
  out = g_string_new (NULL);
  for (guint i = 0; i < row->folded->len; i++)
    {
      g_autofree char *line = gui_sentence_copied (row->folded->pdata[i], TRUE);

      g_string_append_printf (out, "%s%s", i > 0 ? "\n" : "", line);
    }
  return g_string_free (out, FALSE);
}

/**
 * gui_message_row_get_label:
 *
 * Returns: (transfer none): the label with the text.
 */
GtkLabel *
gui_message_row_get_label (GuiMessageRow *row)
{
  return GTK_LABEL (row->text);
}

/**
 * gui_message_row_forget_selection:
 *
 * Nothing within the text is selected any more.
 */
void
gui_message_row_forget_selection (GuiMessageRow *row)
{
  GtkLabel *label = GTK_LABEL (row->text);

  if (!gtk_label_get_selection_bounds (label, NULL, NULL))
    return;
  gtk_label_select_region (label, 0, 0);
  if ((gtk_widget_get_state_flags (GTK_WIDGET (row)) & GTK_STATE_FLAG_PRELIGHT) == 0)
    gtk_label_set_selectable (label, FALSE);
}

/* Whether a place in the row is on something that is there to be seen. */
static gboolean
is_on (GuiMessageRow *row, GtkWidget *widget, int x, int y)
{
  int widget_x = 0;
  int widget_y = 0;

  return widget != NULL &&
         gtk_widget_translate_coordinates (GTK_WIDGET (row), widget, x, y, &widget_x, &widget_y) &&
         widget_x >= 0 && widget_x < gtk_widget_get_allocated_width (widget) && widget_y >= 0 &&
         widget_y < gtk_widget_get_allocated_height (widget);
}

/**
 * gui_message_row_has_at:
 * @x: in the row
 * @y: in the row
 *
 * Returns: whether there is the text, or the state of a message of ours.
 */
gboolean
gui_message_row_has_at (GuiMessageRow *row, int x, int y)
{
  return is_on (row, row->text, x, y) || is_on (row, row->mark, x, y);
}

/**
 * gui_message_row_get_tooltip:
 *
 * Returns: (transfer full): when it was, and the state of a message of ours.
 */
char *
gui_message_row_get_tooltip (GuiMessageRow *row)
{
  g_autofree char *moment = gui_sentence_moment (row->entry->time_us);
  const char *state = gui_sentence_state (row->entry);

  if (state == NULL)
    return g_steal_pointer (&moment);
  if (row->entry->state == SAL_MESSAGE_FAILED && row->entry->reason != NULL)
    return g_strdup_printf ("%s: %s\n%s", state, row->entry->reason, moment);
  return g_strdup_printf ("%s\n%s", state, moment);
}

static void
append_action (GMenu *menu, const char *words, const char *action, guint64 id)
{
  g_autoptr (GMenuItem) item = g_menu_item_new (words, NULL);

  g_menu_item_set_action_and_target_value (item, action, g_variant_new_uint64 (id));
  g_menu_append_item (menu, item);
}

/**
 * gui_message_row_append_actions:
 * @menu: where to append what can be done about a message of ours that has not arrived
 */
void
gui_message_row_append_actions (GuiMessageRow *row, GMenu *menu)
{
  const SalEntry *entry = row->entry;

  if (!entry->own || !is_said (entry))
    return;
  if (entry->state == SAL_MESSAGE_FAILED)
    append_action (menu, _ ("Send again"), "messages.say-again", entry->id);
  else if (entry->state == SAL_MESSAGE_UNKNOWN)
    append_action (menu, _ ("Put it into the entry again"), "messages.edit-again", entry->id);
  if (is_problem (entry) || entry->state == SAL_MESSAGE_QUEUED)
    append_action (menu, _ ("Discard"), "messages.discard", entry->id);
}

/**
 * gui_message_row_explain:
 *
 * Says why a message of ours has not arrived, and offers what can be done; tells one by one,
 * or together again, who came and went.
 *
 * Returns: %FALSE if there is nothing to explain.
 */
gboolean
gui_message_row_explain (GuiMessageRow *row)
{
  if (row->folded != NULL)
    {
      row->whole = !row->whole;
      show_text (row);
      return TRUE;
    }
  if (!is_problem (row->entry))
    return FALSE;
  if (row->popover != NULL)
    gtk_widget_destroy (row->popover);
  /* The last one may still be fading. */
  g_set_weak_pointer (&row->popover, create_popover (row));
  gtk_popover_popup (GTK_POPOVER (row->popover));
  return TRUE;
}
