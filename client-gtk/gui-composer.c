/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where a message is written and sent. Each line is a message of its own; before much or
 * something dangerous is sent, it asks in place, and what cannot be sent stays, with the
 * reason under it. What is typed is kept by the room as its draft, so that neither a
 * crash nor another room loses it.
 *
 * It knows what a text will become (gui-lines), what was sent before (gui-typed) and
 * whose name is being typed (gui-completion), and nothing about connections: messages
 * are the room's business once they are said.
 *
 * Signals:
 *   sent ()                    something was sent
 *   scroll (GtkScrollType)     a key that moves through what is above was pressed
 *   command (char *)           something that begins with a slash, where that has a meaning
 */
#include "config.h"

#include "client-gtk/gui-composer.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client-gtk/gui-command.h"
#include "client-gtk/gui-completion.h"
#include "client-gtk/gui-lines.h"
#include "client-gtk/gui-people.h"
#include "client-gtk/gui-text-entry.h"
#include "client-gtk/gui-typed.h"
#include "common/base/sal-limits.h"

/* What is typed is kept after so long at the latest. */
#define DRAFT_MS 300
/* The entry grows to so many lines, then it scrolls. */
#define LINES_MAX 6
/* How far back the walk through what was sent goes. */
#define TYPED_MAX 500

struct _GuiComposer
{
  GtkBox parent;
  SalRoomModel *model; /* (owned) */
  GtkTextBuffer *buffer;
  GtkRevealer *question_revealer;
  GtkLabel *question;
  GtkButton *keep_button;
  GtkButton *confirm_button;
  GtkWidget *frame;
  GtkScrolledWindow *scroller;
  GuiTextEntry *entry;
  GtkWidget *send_button;
  GtkRevealer *notice_revealer;
  GtkLabel *notice;

  guint draft_timer;         /* source */
  GuiTyped *walk;            /* (owned) (nullable): begins with the first step */
  GuiCompletion *completion; /* (owned) (nullable): while Tab is pressed */
  gboolean writing;          /* the text is being changed from here */
  gboolean complained;       /* the notice says what is wrong with the text */
  gboolean waits;            /* something was said that waits for the connection */
};

G_DEFINE_FINAL_TYPE (GuiComposer, gui_composer, GTK_TYPE_BOX)

enum
{
  SENT,
  SCROLL,
  COMMAND,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* The draft. */

static gboolean
keep_draft (gpointer data)
{
  GuiComposer *composer = data;
  g_autofree char *text = gui_text_entry_dup_text (composer->entry);

  composer->draft_timer = 0;
  sal_room_model_set_draft (
      composer->model, composer->walk != NULL ? gui_typed_to_keep (composer->walk, text) : text);
  return G_SOURCE_REMOVE;
}

static void
keep_draft_now (GuiComposer *composer)
{
  if (composer->draft_timer == 0)
    return;
  g_source_remove (composer->draft_timer);
  keep_draft (composer);
}

/* Somebody who types without a pause is kept up with, too: the timer is not begun
 * again with every key. */
static void
keep_draft_soon (GuiComposer *composer)
{
  if (composer->draft_timer == 0)
    composer->draft_timer = g_timeout_add (DRAFT_MS, keep_draft, composer);
}

/* The notice under the entry. */

static void
show_notice (GuiComposer *composer, const char *text)
{
  if (text != NULL)
    gtk_label_set_text (composer->notice, text);
  gtk_revealer_set_reveal_child (composer->notice_revealer, text != NULL);
}

/* Says what is wrong with what is in the entry; it is said until that changes. */
static void
complain (GuiComposer *composer, const char *text)
{
  composer->complained = TRUE;
  gtk_style_context_add_class (gtk_widget_get_style_context (GTK_WIDGET (composer->notice)),
                               "error");
  show_notice (composer, text);
}

/* Where messages go while nobody takes them; said when it matters, and quietly. */
static void
update_notice (GuiComposer *composer)
{
  SalPresence presence = sal_room_model_get_presence (composer->model);
  gboolean away = presence == SAL_PRESENCE_OFFLINE || presence == SAL_PRESENCE_WAITING;
  gboolean typed = gtk_text_buffer_get_char_count (composer->buffer) > 0;

  if (presence == SAL_PRESENCE_IN)
    composer->waits = FALSE;
  if (composer->complained)
    return;
  gtk_style_context_remove_class (gtk_widget_get_style_context (GTK_WIDGET (composer->notice)),
                                  "error");
  if (!away || !(typed || composer->waits))
    show_notice (composer, NULL);
  else if (presence == SAL_PRESENCE_WAITING)
    show_notice (composer, _ ("Messages wait here and are sent when the connection is back."));
  else
    show_notice (composer, _ ("Messages wait here and are sent when you connect."));
}

static void
stop_complaining (GuiComposer *composer)
{
  composer->complained = FALSE;
  update_notice (composer);
}

/* The question above the entry. */

static gboolean
is_asking (GuiComposer *composer)
{
  return gtk_revealer_get_reveal_child (composer->question_revealer);
}

/* The answer that does nothing has the focus, so that a second Return sends nothing. */
static void
ask (GuiComposer *composer, const char *question, const char *confirm)
{
  gtk_label_set_text (composer->question, question);
  gtk_button_set_label (composer->confirm_button, confirm != NULL ? confirm : "");
  gtk_widget_set_visible (GTK_WIDGET (composer->confirm_button), confirm != NULL);
  gtk_revealer_set_reveal_child (composer->question_revealer, TRUE);
  atk_object_set_description (gtk_widget_get_accessible (GTK_WIDGET (composer->keep_button)),
                              question);
  gtk_widget_grab_focus (GTK_WIDGET (composer->keep_button));
}

static void
stop_asking (GuiComposer *composer)
{
  gtk_revealer_set_reveal_child (composer->question_revealer, FALSE);
}

/* Sending. */

static void
write_text (GuiComposer *composer, const char *text)
{
  composer->writing = TRUE;
  gui_text_entry_set_text (composer->entry, text);
  composer->writing = FALSE;
}

/* The entry begins anew: with the draft that was set aside for something older, if one
 * was. */
static void
begin_anew (GuiComposer *composer)
{
  g_autoptr (GuiTyped) walk = g_steal_pointer (&composer->walk);
  const char *draft = walk != NULL ? gui_typed_get_draft (walk) : NULL;

  write_text (composer, draft != NULL ? draft : "");
  gui_text_entry_forget_changes (composer->entry);
  keep_draft_soon (composer);
  keep_draft_now (composer);
}

/* A line as the room has to be told, so that it is said as it is where there are commands. */
static char *
dup_line (const char *message, gboolean quoted)
{
  return quoted ? gui_command_quote (message) : g_strdup (message);
}

/* Puts what was not taken back into the entry, to be sent later. Many lines are as they were
 * typed, because they will be asked about and quoted again; of a few, each must still say
 * what somebody has agreed to say. */
static void
put_back (GuiComposer *composer, GPtrArray *messages, guint first, gboolean quoted)
{
  gboolean asked_again = messages->len - first > GUI_LINES_UNASKED;
  g_autoptr (GString) rest = g_string_new (NULL);

  for (guint i = first; i < messages->len; i++)
    {
      g_autofree char *line = dup_line (messages->pdata[i], quoted && !asked_again);

      g_string_append_printf (rest, "%s%s", i > first ? "\n" : "", line);
    }
  write_text (composer, rest->str);
}

/* What the room does not take stays in the entry, and so does all that comes after. With
 * @quoted, no line is a command: somebody has looked at them and meant them to be said. */
static void
say_all (GuiComposer *composer, GPtrArray *messages, gboolean quoted)
{
  g_autoptr (GError) error = NULL;
  guint said = 0;

  for (; said < messages->len; said++)
    {
      g_autofree char *line = dup_line (messages->pdata[said], quoted);

      if (!sal_room_model_say (composer->model, line, &error))
        break;
    }
  if (said > 0)
    composer->waits = TRUE;
  if (said == messages->len)
    begin_anew (composer);
  else
    {
      put_back (composer, messages, said, quoted);
      complain (composer, error->message);
    }
  update_notice (composer);
  if (said > 0)
    g_signal_emit (composer, signals[SENT], 0);
}

/* Whether what is typed after a slash is for us; elsewhere it is the server's business. */
static gboolean
has_commands (GuiComposer *composer)
{
  return sal_server_has_rooms (sal_room_model_get_server (composer->model));
}

/* By the plain dialect, a word alone may leave (S23). */
static gboolean
may_say_any_word (GuiComposer *composer)
{
  return g_str_has_prefix (sal_room_model_get_uri (composer->model), "irc");
}

static void
send_command (GuiComposer *composer, const char *line)
{
  g_autofree char *command = g_strdup (line);

  sal_room_model_add_typed (composer->model, command);
  begin_anew (composer);
  g_signal_emit (composer, signals[COMMAND], 0, command);
}

/* Nothing is sent now; the question, or the sentence, is there to be seen. */
static void
think_again (GuiComposer *composer, const GuiLines *lines)
{
  g_autofree char *text = gui_lines_explain (lines);

  if (lines->verdict == GUI_LINES_MANY)
    ask (composer, text, _ ("Send all"));
  else if (lines->verdict == GUI_LINES_LEAVE)
    ask (composer, text, _ ("Leave"));
  else if (lines->verdict == GUI_LINES_WORD)
    ask (composer, text, NULL);
  else
    complain (composer, text);
}

static void
send_text (GuiComposer *composer, gboolean confirmed)
{
  g_autofree char *text = gui_text_entry_dup_text (composer->entry);
  gboolean commands = has_commands (composer);
  g_autoptr (GuiLines) lines = gui_lines_new (text, may_say_any_word (composer));

  stop_asking (composer);
  stop_complaining (composer);
  if (commands && lines->messages->len == 1 && gui_command_is_one (lines->messages->pdata[0]) &&
      (lines->verdict == GUI_LINES_GOOD || lines->verdict == GUI_LINES_LEAVE))
    {
      send_command (composer, lines->messages->pdata[0]);
      return;
    }
  if (commands)
    gui_lines_find_command (lines);
  if (lines->verdict == GUI_LINES_GOOD)
    say_all (composer, lines->messages, FALSE);
  else if (lines->verdict == GUI_LINES_MANY && confirmed)
    say_all (composer, lines->messages, commands);
  else if (lines->verdict == GUI_LINES_LEAVE && confirmed)
    {
      sal_room_model_leave (composer->model);
      begin_anew (composer);
    }
  else if (lines->verdict != GUI_LINES_NOTHING)
    think_again (composer, lines);
}

static void
on_send_clicked (GuiComposer *composer)
{
  send_text (composer, FALSE);
}

static void
on_confirm_clicked (GuiComposer *composer)
{
  gui_composer_focus (composer);
  send_text (composer, TRUE);
}

static void
on_keep_clicked (GuiComposer *composer)
{
  stop_asking (composer);
  gui_composer_focus (composer);
}

/* What was sent before. */

static gboolean
recall (GuiComposer *composer, gboolean older)
{
  g_autofree char *text = gui_text_entry_dup_text (composer->entry);
  const char *other = NULL;

  if (composer->walk == NULL && older)
    {
      g_autoptr (GPtrArray) typed = sal_room_model_read_typed (composer->model, TYPED_MAX);

      composer->walk = gui_typed_new (text, typed);
    }
  if (composer->walk == NULL)
    return FALSE;
  other = older ? gui_typed_older (composer->walk, text) : gui_typed_newer (composer->walk, text);
  if (other == NULL)
    return FALSE;
  write_text (composer, other);
  return TRUE;
}

static gboolean
on_vertical_key (GuiComposer *composer, gboolean up)
{
  if (gtk_text_buffer_get_has_selection (composer->buffer))
    return FALSE;
  return up ? gui_text_entry_is_on_first_line (composer->entry) && recall (composer, TRUE)
            : gui_text_entry_is_on_last_line (composer->entry) && recall (composer, FALSE);
}

/* Names. */

/* A name, the next one, or, with Shift, the one before; the focus moves when there is
 * no other, so that nobody is held in the entry. */
static gboolean
on_tab (GuiComposer *composer, gboolean backwards)
{
  gboolean written = FALSE;

  if (gtk_text_buffer_get_has_selection (composer->buffer))
    return FALSE;
  if (composer->completion == NULL || !gui_completion_is_at_cursor (composer->completion))
    {
      g_autoptr (GPtrArray) people = backwards ? NULL : gui_people_list (composer->model);
      g_autoptr (GPtrArray) commands = has_commands (composer) ? gui_command_names () : NULL;

      g_clear_pointer (&composer->completion, gui_completion_free);
      if (people != NULL)
        composer->completion = gui_completion_new (composer->buffer, people, commands);
    }
  if (composer->completion == NULL)
    return FALSE;
  composer->writing = TRUE;
  written = gui_completion_next (composer->completion, backwards);
  composer->writing = FALSE;
  return written;
}

/* Keys. */

static gboolean
on_escape (GuiComposer *composer)
{
  if (is_asking (composer))
    on_keep_clicked (composer);
  else if (composer->complained)
    stop_complaining (composer);
  else
    return FALSE;
  return TRUE;
}

static gboolean
scroll (GuiComposer *composer, GtkScrollType type)
{
  g_signal_emit (composer, signals[SCROLL], 0, type);
  return TRUE;
}

static gboolean
on_plain_key (GuiComposer *composer, guint key)
{
  switch (key)
    {
    case GDK_KEY_Up:
    case GDK_KEY_KP_Up:
      return on_vertical_key (composer, TRUE);
    case GDK_KEY_Down:
    case GDK_KEY_KP_Down:
      return on_vertical_key (composer, FALSE);
    case GDK_KEY_Page_Up:
    case GDK_KEY_KP_Page_Up:
      return scroll (composer, GTK_SCROLL_PAGE_BACKWARD);
    case GDK_KEY_Page_Down:
    case GDK_KEY_KP_Page_Down:
      return scroll (composer, GTK_SCROLL_PAGE_FORWARD);
    case GDK_KEY_Escape:
      return on_escape (composer);
    case GDK_KEY_Tab:
    case GDK_KEY_KP_Tab:
      return on_tab (composer, FALSE);
    default:
      return FALSE;
    }
}

static gboolean
is_return (guint key)
{
  return key == GDK_KEY_Return || key == GDK_KEY_KP_Enter || key == GDK_KEY_ISO_Enter;
}

static gboolean
is_ours (guint key)
{
  static const guint others[] = { GDK_KEY_Up,        GDK_KEY_KP_Up,        GDK_KEY_Down,
                                  GDK_KEY_KP_Down,   GDK_KEY_Page_Up,      GDK_KEY_KP_Page_Up,
                                  GDK_KEY_Page_Down, GDK_KEY_KP_Page_Down, GDK_KEY_Escape,
                                  GDK_KEY_Tab,       GDK_KEY_KP_Tab,       GDK_KEY_ISO_Left_Tab };

  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    if (key == others[i])
      return TRUE;
  return is_return (key);
}

/* An input method has the first word: what it needs, to choose among candidates for
 * instance, is none of ours. */
static gboolean
on_key_press (GtkWidget *entry, GdkEventKey *event, GuiComposer *composer)
{
  GdkModifierType modifiers = event->state & gtk_accelerator_get_default_mod_mask ();

  if (!is_ours (event->keyval))
    return FALSE;
  if (gtk_text_view_im_context_filter_keypress (GTK_TEXT_VIEW (entry), event))
    return TRUE;
  if (is_return (event->keyval) && (modifiers == 0 || modifiers == GDK_CONTROL_MASK))
    {
      send_text (composer, FALSE);
      return TRUE;
    }
  if (event->keyval == GDK_KEY_ISO_Left_Tab && modifiers == GDK_SHIFT_MASK)
    return on_tab (composer, TRUE);
  return modifiers == 0 && on_plain_key (composer, event->keyval);
}

/* The keys that reach the entry's neighbours. */
static gboolean
gui_composer_key_press_event (GtkWidget *widget, GdkEventKey *event)
{
  GuiComposer *composer = GUI_COMPOSER (widget);

  if (GTK_WIDGET_CLASS (gui_composer_parent_class)->key_press_event (widget, event))
    return TRUE;
  return event->keyval == GDK_KEY_Escape && on_escape (composer);
}

/* What happens to the entry. */

static void
on_changed (GuiComposer *composer)
{
  g_autofree char *text = gui_text_entry_dup_text (composer->entry);

  gtk_widget_set_sensitive (composer->send_button, gui_lines_has_any (text));
  if (!composer->writing)
    g_clear_pointer (&composer->completion, gui_completion_free);
  stop_asking (composer);
  stop_complaining (composer);
  keep_draft_soon (composer);
}

static void
on_full (GuiComposer *composer)
{
  g_autofree char *text = g_strdup_printf (
      _ ("That is too much: only %d characters have room here."), GUI_TEXT_ENTRY_MAX_CHARS);

  gtk_widget_error_bell (GTK_WIDGET (composer));
  complain (composer, text);
}

static void
on_emoji_clicked (GuiComposer *composer)
{
  gui_composer_focus (composer);
  g_signal_emit_by_name (composer->entry, "insert-emoji");
}

/* GTK 3 cannot style what is around the widget with the focus. */
static gboolean
on_focus_changed (GtkWidget *entry, GdkEvent *event, GuiComposer *composer)
{
  GtkStyleContext *style = gtk_widget_get_style_context (composer->frame);

  if (gtk_widget_has_focus (entry))
    gtk_style_context_add_class (style, "focused");
  else
    gtk_style_context_remove_class (style, "focused");
  return FALSE;
}

static void
on_style_updated (GuiComposer *composer)
{
  GtkScrolledWindow *scroller = composer->scroller;

  gtk_scrolled_window_set_min_content_height (scroller, -1); /* it must not be above the other */
  gtk_scrolled_window_set_max_content_height (
      scroller, gui_text_entry_height_of_lines (composer->entry, LINES_MAX));
  gtk_scrolled_window_set_min_content_height (scroller,
                                              gui_text_entry_height_of_lines (composer->entry, 1));
}

static void
gui_composer_unmap (GtkWidget *widget)
{
  keep_draft_now (GUI_COMPOSER (widget));
  GTK_WIDGET_CLASS (gui_composer_parent_class)->unmap (widget);
}

static void
gui_composer_destroy (GtkWidget *widget)
{
  GuiComposer *composer = GUI_COMPOSER (widget);

  if (composer->model != NULL)
    {
      keep_draft_now (composer);
      g_signal_handlers_disconnect_by_data (composer->buffer, composer);
      g_signal_handlers_disconnect_by_data (composer->model, composer);
      g_clear_object (&composer->model);
    }
  GTK_WIDGET_CLASS (gui_composer_parent_class)->destroy (widget);
}

static void
gui_composer_finalize (GObject *object)
{
  GuiComposer *composer = GUI_COMPOSER (object);

  g_clear_pointer (&composer->walk, gui_typed_free);
  g_clear_pointer (&composer->completion, gui_completion_free);
  G_OBJECT_CLASS (gui_composer_parent_class)->finalize (object);
}

static void
gui_composer_class_init (GuiComposerClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = gui_composer_finalize;
  widget_class->destroy = gui_composer_destroy;
  widget_class->unmap = gui_composer_unmap;
  widget_class->key_press_event = gui_composer_key_press_event;

  signals[SENT] =
      g_signal_new ("sent", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[COMMAND] = g_signal_new ("command", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SCROLL] = g_signal_new ("scroll", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, GTK_TYPE_SCROLL_TYPE);

  g_type_ensure (GUI_TYPE_TEXT_ENTRY);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/salotto/Salotto/gui-composer.ui");
  gtk_widget_class_bind_template_child (widget_class, GuiComposer, question_revealer);
  gtk_widget_class_bind_template_child (widget_class, GuiComposer, question);
  gtk_widget_class_bind_template_child (widget_class, GuiComposer, keep_button);
  gtk_widget_class_bind_template_child (widget_class, GuiComposer, confirm_button);
  gtk_widget_class_bind_template_child (widget_class, GuiComposer, frame);
  gtk_widget_class_bind_template_child (widget_class, GuiComposer, scroller);
  gtk_widget_class_bind_template_child (widget_class, GuiComposer, entry);
  gtk_widget_class_bind_template_child (widget_class, GuiComposer, send_button);
  gtk_widget_class_bind_template_child (widget_class, GuiComposer, notice_revealer);
  gtk_widget_class_bind_template_child (widget_class, GuiComposer, notice);
  gtk_widget_class_bind_template_callback (widget_class, on_keep_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_confirm_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_key_press);
  gtk_widget_class_bind_template_callback (widget_class, on_focus_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_style_updated);
  gtk_widget_class_bind_template_callback (widget_class, on_full);
  gtk_widget_class_bind_template_callback (widget_class, on_emoji_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_send_clicked);
}

static void
gui_composer_init (GuiComposer *composer)
{
  gtk_widget_init_template (GTK_WIDGET (composer));
  composer->buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (composer->entry));
}

/**
 * gui_composer_new:
 * @model: the room
 *
 * Returns: (transfer floating): a composer with the room's draft in it
 */
GtkWidget *
gui_composer_new (SalRoomModel *model)
{
  GuiComposer *composer = g_object_new (GUI_TYPE_COMPOSER, NULL);

  composer->model = g_object_ref (model);
  gui_text_entry_set_text (composer->entry, sal_room_model_get_draft (model));
  gui_text_entry_forget_changes (composer->entry);
  g_signal_connect_swapped (composer->buffer, "changed", G_CALLBACK (on_changed), composer);
  g_signal_connect_swapped (model, "presence", G_CALLBACK (update_notice), composer);
  on_changed (composer);
  return GTK_WIDGET (composer);
}

/**
 * gui_composer_insert:
 * @text: for the entry
 *
 * Puts @text where the cursor is, as a line of its own, and lets it be changed there.
 */
void
gui_composer_insert (GuiComposer *composer, const char *text)
{
  GtkTextIter at;

  gtk_text_buffer_begin_user_action (composer->buffer);
  gtk_text_buffer_get_iter_at_mark (composer->buffer, &at,
                                    gtk_text_buffer_get_insert (composer->buffer));
  if (!gtk_text_iter_starts_line (&at))
    gtk_text_buffer_insert (composer->buffer, &at, "\n", 1);
  gtk_text_buffer_insert (composer->buffer, &at, text, -1);
  if (!gtk_text_iter_ends_line (&at))
    {
      gtk_text_buffer_insert (composer->buffer, &at, "\n", 1);
      gtk_text_iter_backward_char (&at);
    }
  gtk_text_buffer_place_cursor (composer->buffer, &at);
  gtk_text_buffer_end_user_action (composer->buffer);
  gui_composer_focus (composer);
}

/**
 * gui_composer_mention:
 * @name: somebody
 *
 * Writes the name where the cursor is; at the beginning of a line they are spoken to.
 */
void
gui_composer_mention (GuiComposer *composer, const char *name)
{
  GtkTextIter at;
  g_autofree char *text = NULL;

  gtk_text_buffer_get_iter_at_mark (composer->buffer, &at,
                                    gtk_text_buffer_get_insert (composer->buffer));
  text = g_strconcat (name, gtk_text_iter_starts_line (&at) ? ": " : " ", NULL);
  gtk_text_buffer_insert_interactive_at_cursor (composer->buffer, text, -1, TRUE);
  gui_composer_focus (composer);
}

/**
 * gui_composer_complain:
 * @text: what is wrong with what was sent from here, until something is typed
 */
void
gui_composer_complain (GuiComposer *composer, const char *text)
{
  complain (composer, text);
}

/**
 * gui_composer_tell:
 * @text: what has come of a command; until something is typed
 */
void
gui_composer_tell (GuiComposer *composer, const char *text)
{
  complain (composer, text);
  gtk_style_context_remove_class (gtk_widget_get_style_context (GTK_WIDGET (composer->notice)),
                                  "error");
}

/**
 * gui_composer_focus:
 *
 * What is typed from now on goes into the entry. What is in it is not selected.
 */
void
gui_composer_focus (GuiComposer *composer)
{
  gtk_widget_grab_focus (GTK_WIDGET (composer->entry));
}

/* Whether a key begins a character, now or with those that follow. */
static gboolean
begins_text (const GdkEventKey *event)
{
  GdkModifierType not_typing = GDK_CONTROL_MASK | GDK_MOD1_MASK | GDK_SUPER_MASK | GDK_META_MASK;
  gunichar c = gdk_keyval_to_unicode (event->keyval);
  gboolean dead = event->keyval == GDK_KEY_Multi_key ||
                  (event->keyval >= GDK_KEY_dead_grave && event->keyval <= GDK_KEY_dead_greek);

  return (event->state & not_typing) == 0 && (dead || (c != 0 && !g_unichar_iscntrl (c)));
}

static gboolean
pastes (const GdkEventKey *event)
{
  GdkModifierType modifiers = event->state & gtk_accelerator_get_default_mod_mask ();

  return modifiers == GDK_CONTROL_MASK &&
         (event->keyval == GDK_KEY_v || event->keyval == GDK_KEY_V);
}

/**
 * gui_composer_take_key:
 * @event: a key that was pressed elsewhere, and that nobody there wanted
 *
 * Takes what was meant for the entry: characters, and what pastes.
 *
 * Returns: whether it was; then the entry has the focus.
 */
gboolean
gui_composer_take_key (GuiComposer *composer, GdkEventKey *event)
{
  if (!begins_text (event) && !pastes (event))
    return FALSE;
  gui_composer_focus (composer);
  return gtk_widget_event (GTK_WIDGET (composer->entry), (GdkEvent *) event);
}
