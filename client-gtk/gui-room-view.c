/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A room as it is looked at: what it is about, a line that says how the connection is whenever
 * there is something to say or to do about it, then what was said, then where to write; who is
 * there on the other side, or in front of it where it is narrow. It knows how these work
 * together, what commands do, and the state of a connection in words; connecting is the room
 * model's business. What is not in every room, or not at once, is made when it is wanted.
 *
 * Signals:
 *   go-to (SalRoomModel *)   another room is to be looked at
 *   raw-wanted ()              what goes to the server and comes from it
 *   help-wanted (char *)       what can be typed; about one command unless %NULL
 *   list-wanted (char *)       what rooms there are on the server; those with these words
 */
#include "config.h"

#include "client-gtk/gui-room-view.h"

#include <glib/gi18n.h>
#include <handy.h>
#include <string.h>

#include "client-gtk/gui-command.h"
#include "client-gtk/gui-composer.h"
#include "client-gtk/gui-ignored.h"
#include "client-gtk/gui-label.h"
#include "client-gtk/gui-member-list.h"
#include "client-gtk/gui-message-list.h"
#include "client-gtk/gui-person-menu.h"
#include "client-gtk/gui-search-bar.h"
#include "client-gtk/gui-topic-bar.h"
#include "common/proto/sal-text.h"

/* Connecting is not spoken of before it takes longer than this: usually it does not,
 * and a line that comes and goes in a moment would only move the messages. */
#define SPEAK_MS 400
/* A reason may be a server's own words. */
#define REASON_MAX_BYTES 200

struct _GuiRoomView
{
  GtkBox parent;
  SalRoomModel *model; /* (owned) */
  GtkRevealer *connection_revealer;
  GtkSpinner *spinner;
  GtkLabel *connection;
  GtkButton *connect_button;
  GuiMessageList *list;
  GuiComposer *composer;
  GtkBox *conversation; /* all but the people */
  HdyFlap *flap;
  GuiTopicBar *topic;     /* (nullable): until there is one, or can be */
  GuiSearchBar *search;   /* (nullable): until it is wanted */
  GuiMemberList *members; /* (nullable): until somebody looks at them */
  gulong members_handler;
  guint countdown; /* source: while the text has seconds in it */
  guint speak;     /* source: until the line is shown */
};

G_DEFINE_FINAL_TYPE (GuiRoomView, gui_room_view, GTK_TYPE_BOX)

enum
{
  GO_TO,
  SHOW_RAW,
  SHOW_HELP,
  SHOW_LIST,
  N_SIGNALS
};

enum
{
  PROP_0,
  PROP_HAS_PEOPLE,
  PROP_SHOWS_PEOPLE,
  N_PROPS
};

static guint signals[N_SIGNALS];
static GParamSpec *props[N_PROPS];

/* The state in words. */

/* Returns: (transfer full) (nullable): the error, not too long, and ready to have a sentence
 * after it. */
static char *
dup_reason (SalRoomModel *model)
{
  const GError *error = sal_room_model_get_error (model);
  gsize len = error != NULL ? strlen (error->message) : 0;
  gsize fit = 0;

  while (len > 0 && (error->message[len - 1] == '.' || error->message[len - 1] == ' '))
    len--;
  if (len == 0)
    return NULL;
  fit = sal_text_fit (error->message, len, REASON_MAX_BYTES);
  return g_strdup_printf ("%.*s%s", (int) fit, error->message, fit < len ? "…" : "");
}

/* Returns: (transfer full): when the next try is. */
static char *
format_next_try (SalRoomModel *model)
{
  gint64 left_us = sal_room_model_get_retry_us (model) - g_get_monotonic_time ();
  guint seconds = (guint) MAX (1, (left_us + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC);

  if (seconds < 100)
    return g_strdup_printf (ngettext ("Next try in %u s", "Next try in %u s", seconds), seconds);
  return g_strdup_printf (
      ngettext ("Next try in %u minute", "Next try in %u minutes", (seconds + 30) / 60),
      (seconds + 30) / 60);
}

static char *
waiting_to_text (SalRoomModel *model)
{
  g_autofree char *reason = dup_reason (model);
  g_autofree char *next_try = format_next_try (model);

  if (reason == NULL)
    /* TRANSLATORS: %s is "Next try in 12 s". */
    return g_strdup_printf (_ ("Not connected. %s"), next_try);
  /* TRANSLATORS: the first %s is a reason, the second "Next try in 12 s". */
  return g_strdup_printf (_ ("Not connected: %s. %s"), reason, next_try);
}

static char *
offline_to_text (SalRoomModel *model)
{
  g_autofree char *reason = NULL;

  if (sal_server_get_question (sal_room_model_get_server (model)) == SAL_QUESTION_CERTIFICATE)
    return g_strdup_printf (_ ("Not connected: is %s the right server?"),
                            sal_room_model_get_host (model));
  reason = dup_reason (model);
  return reason != NULL ? g_strdup_printf (_ ("Not connected: %s"), reason)
                        : g_strdup (_ ("Not connected"));
}

/**
 * gui_presence_to_text:
 *
 * Returns: (transfer full): how the connection of the room is, in words for people. While it
 *   waits for the next try, there are seconds in it, and it is another text in the next
 *   one.
 */
char *
gui_presence_to_text (SalRoomModel *model)
{
  const char *host = sal_room_model_get_host (model);

  switch (sal_room_model_get_presence (model))
    {
    case SAL_PRESENCE_OFFLINE:
      return offline_to_text (model);
    case SAL_PRESENCE_WAITING:
      return waiting_to_text (model);
    case SAL_PRESENCE_CONNECTING:
      return g_strdup_printf (_ ("Connecting to %s…"), host);
    case SAL_PRESENCE_ENTERING:
      return g_strdup_printf (_ ("Connected to %s, entering the room…"), host);
    case SAL_PRESENCE_IN:
      if (sal_room_model_is_away (model))
        /* TRANSLATORS: under a name; others see that one is away */
        return g_strdup_printf (_ ("Connected as %s, away"), sal_room_model_get_name (model));
      return g_strdup_printf (_ ("Connected as %s"), sal_room_model_get_name (model));
    case SAL_PRESENCE_LEAVING:
      return g_strdup (_ ("Leaving the room…"));
    default:
      g_return_val_if_reached (g_strdup (""));
    }
}

/* The line. */

static gboolean on_second (gpointer data);

static void
show_text (GuiRoomView *view)
{
  g_autofree char *text = gui_presence_to_text (view->model);

  gtk_label_set_text (view->connection, text);
}

/* The text is made again when the number in it changes, not a second after it was
 * made: that would skip one now and then. */
static void
count_down (GuiRoomView *view)
{
  gint64 left_us = sal_room_model_get_retry_us (view->model) - g_get_monotonic_time ();
  gint64 until_us = left_us > 0 ? left_us % G_USEC_PER_SEC : G_USEC_PER_SEC;

  view->countdown = g_timeout_add ((guint) (until_us / 1000) + 1, on_second, view);
}

static gboolean
on_second (gpointer data)
{
  GuiRoomView *view = data;

  show_text (view);
  count_down (view);
  return G_SOURCE_REMOVE;
}

static gboolean
on_speak (gpointer data)
{
  GuiRoomView *view = data;

  view->speak = 0;
  gtk_revealer_set_reveal_child (view->connection_revealer, TRUE);
  return G_SOURCE_REMOVE;
}

static void
show_line (GuiRoomView *view, SalPresence presence)
{
  gboolean waits = presence == SAL_PRESENCE_OFFLINE || presence == SAL_PRESENCE_WAITING;

  if (waits || presence == SAL_PRESENCE_IN)
    {
      g_clear_handle_id (&view->speak, g_source_remove);
      gtk_revealer_set_reveal_child (view->connection_revealer, waits);
    }
  else if (view->speak == 0 && !gtk_revealer_get_reveal_child (view->connection_revealer))
    view->speak = g_timeout_add (SPEAK_MS, on_speak, view);
}

static void
update_connection (GuiRoomView *view)
{
  SalPresence presence = sal_room_model_get_presence (view->model);
  gboolean busy = presence == SAL_PRESENCE_CONNECTING || presence == SAL_PRESENCE_ENTERING ||
                  presence == SAL_PRESENCE_LEAVING;
  gboolean can_connect = presence == SAL_PRESENCE_OFFLINE || presence == SAL_PRESENCE_WAITING;

  g_clear_handle_id (&view->countdown, g_source_remove);
  show_text (view);
  if (presence == SAL_PRESENCE_WAITING)
    count_down (view);
  gtk_widget_set_visible (GTK_WIDGET (view->spinner), busy);
  g_object_set (view->spinner, "active", busy, NULL);
  gtk_button_set_label (view->connect_button,
                        presence == SAL_PRESENCE_WAITING ? _ ("Try now") : _ ("Connect"));
  /* Whoever has pressed it should not be left without a focus. */
  if (!can_connect && gtk_widget_has_focus (GTK_WIDGET (view->connect_button)))
    gui_composer_focus (view->composer);
  gtk_widget_set_visible (GTK_WIDGET (view->connect_button), can_connect);
  show_line (view, presence);
}

static void
on_connect_clicked (GuiRoomView *view)
{
  sal_room_model_connect (view->model);
}

/* Searching. */

static void
on_search_closed (GuiRoomView *view)
{
  gui_composer_focus (view->composer);
}

static void
on_found (GuiRoomView *view, guint64 id)
{
  gui_message_list_show_entry (view->list, id);
}

/**
 * gui_room_view_search:
 * @words: (nullable): what to look for
 *
 * Opens the bar in which it is typed.
 */
void
gui_room_view_search (GuiRoomView *view, const char *words)
{
  if (view->search == NULL)
    {
      GtkWidget *bar = gui_search_bar_new (view->model);

      view->search = GUI_SEARCH_BAR (bar);
      gtk_box_pack_start (view->conversation, bar, FALSE, FALSE, 0);
      gtk_box_reorder_child (view->conversation, bar, 0);
      g_signal_connect_swapped (bar, "found", G_CALLBACK (on_found), view);
      g_signal_connect_swapped (bar, "closed", G_CALLBACK (on_search_closed), view);
      gtk_widget_show (bar);
    }
  gui_search_bar_open (view->search, words);
}

/* The topic. */

/* Also where there is none yet: it can be set there. */
static void
update_topic (GuiRoomView *view)
{
  SalServer *server = sal_room_model_get_server (view->model);
  gboolean can_be =
      sal_room_model_get_kind (view->model) == SAL_ROOM_CHANNEL && sal_server_has_rooms (server);
  GtkWidget *bar = NULL;

  if (view->topic != NULL || !can_be)
    return;
  bar = gui_topic_bar_new (view->model);
  view->topic = GUI_TOPIC_BAR (bar);
  gtk_box_pack_start (view->conversation, bar, FALSE, FALSE, 0);
  gtk_box_reorder_child (view->conversation, bar, view->search != NULL ? 1 : 0);
  gtk_widget_show (bar);
}

/* People. */

static void
on_talk_to (GuiRoomView *view, const char *name)
{
  g_autoptr (GError) error = NULL;
  SalRoomModel *room = sal_server_talk_to (sal_room_model_get_server (view->model), name, &error);

  if (room != NULL)
    g_signal_emit (view, signals[GO_TO], 0, room);
  else
    gui_composer_complain (view->composer, error->message);
}

static void
make_members (GuiRoomView *view)
{
  GtkWidget *list = NULL;

  if (view->members != NULL)
    return;
  list = gui_member_list_new (view->model);
  view->members = GUI_MEMBER_LIST (list);
  g_signal_connect_swapped (list, "talk-to", G_CALLBACK (on_talk_to), view);
  hdy_flap_set_flap (view->flap, list);
  gtk_widget_show (list);
}

static void
on_reveal_changed (GuiRoomView *view)
{
  if (hdy_flap_get_reveal_flap (view->flap))
    make_members (view);
  g_object_notify_by_pspec (G_OBJECT (view), props[PROP_SHOWS_PEOPLE]);
}

static void
on_members_changed (GuiRoomView *view)
{
  g_object_notify_by_pspec (G_OBJECT (view), props[PROP_HAS_PEOPLE]);
}

static gboolean
has_people (GuiRoomView *view)
{
  return sal_room_model_get_kind (view->model) == SAL_ROOM_CHANNEL &&
         g_list_model_get_n_items (sal_room_model_get_members (view->model)) > 0;
}

/* Commands. */

static void
go_to (GuiRoomView *view, SalRoomModel *room, const GError *error)
{
  if (room == NULL)
    gui_composer_complain (view->composer, error->message);
  else
    g_signal_emit (view, signals[GO_TO], 0, room);
}

static void
part (GuiRoomView *view, const char *place)
{
  SalServer *server = sal_room_model_get_server (view->model);
  SalRoomModel *room = place != NULL ? sal_server_find_room (server, place) : view->model;

  if (room != NULL)
    sal_room_model_leave (room);
  else
    {
      g_autofree char *text = g_strdup_printf (_ ("You are not in “%s”"), place);

      gui_composer_complain (view->composer, text);
    }
}

static void
talk (GuiRoomView *view, const GuiCommand *command)
{
  SalServer *server = sal_room_model_get_server (view->model);
  g_autoptr (GError) error = NULL;
  SalRoomModel *room = sal_server_is_room_name (server, command->target)
                           ? sal_server_find_room (server, command->target)
                           : sal_server_talk_to (server, command->target, &error);

  if (room == NULL && error == NULL)
    g_set_error (&error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, _ ("You are not in “%s”"),
                 command->target);
  if (room != NULL && command->text != NULL && !sal_room_model_say (room, command->text, &error))
    room = NULL;
  go_to (view, room, error);
}

static void
set_topic (GuiRoomView *view, const char *topic)
{
  g_autoptr (GError) error = NULL;

  if (!sal_room_model_set_topic (view->model, topic, &error))
    gui_composer_complain (view->composer, error->message);
}

static void
send_line (GuiRoomView *view, const char *line)
{
  g_autoptr (GError) error = NULL;

  if (!sal_room_model_command (view->model, line, &error))
    gui_composer_complain (view->composer, error->message);
}

static void
ignore (GuiRoomView *view, const char *mask, gboolean ignored)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  if (mask != NULL && !gui_ignored_set (mask, ignored, &error))
    {
      gui_composer_complain (view->composer, error->message);
      return;
    }
  text = gui_ignored_to_text (mask, ignored);
  gui_composer_tell (view->composer, text);
}

/* Something that begins with a slash was typed; it is no longer in the entry. */
static void
on_command (GuiRoomView *view, const char *text)
{
  g_autoptr (GuiCommand) command = gui_command_parse (text, sal_room_model_get_place (view->model));
  SalServer *server = sal_room_model_get_server (view->model);
  g_autoptr (GError) error = NULL;

  switch (command->kind)
    {
    case GUI_COMMAND_SAY:
      if (!sal_room_model_say (view->model, command->text, &error))
        gui_composer_complain (view->composer, error->message);
      break;
    case GUI_COMMAND_JOIN:
      go_to (view, sal_server_join (server, command->target, command->text, &error), error);
      break;
    case GUI_COMMAND_PART:
      part (view, command->target);
      break;
    case GUI_COMMAND_TALK:
      talk (view, command);
      break;
    case GUI_COMMAND_NICK:
      sal_server_set_name (server, command->target);
      break;
    case GUI_COMMAND_TOPIC:
      set_topic (view, command->text);
      break;
    case GUI_COMMAND_LINE:
      send_line (view, command->text);
      break;
    case GUI_COMMAND_LEAVE:
      sal_server_leave (server);
      break;
    case GUI_COMMAND_HELP:
      g_signal_emit (view, signals[SHOW_HELP], 0, command->target);
      break;
    case GUI_COMMAND_LIST:
      g_signal_emit (view, signals[SHOW_LIST], 0, command->text);
      break;
    case GUI_COMMAND_RAW:
      g_signal_emit (view, signals[SHOW_RAW], 0);
      break;
    case GUI_COMMAND_SEARCH:
      gui_room_view_search (view, *command->text != '\0' ? command->text : NULL);
      break;
    case GUI_COMMAND_IGNORE:
      ignore (view, command->target, TRUE);
      break;
    case GUI_COMMAND_HEAR:
      ignore (view, command->target, FALSE);
      break;
    case GUI_COMMAND_WRONG:
      gui_composer_insert (view->composer, text);
      gui_composer_complain (view->composer, command->text);
      break;
    }
}

/* What can be done about a person; see gui-person-menu. */

static void
on_person_talk_to (GSimpleAction *action, GVariant *parameter, gpointer view)
{
  on_talk_to (view, g_variant_get_string (parameter, NULL));
}

static void
on_person_mention (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  gui_composer_mention (GUI_ROOM_VIEW (data)->composer, g_variant_get_string (parameter, NULL));
}

static void
on_person_command (GSimpleAction *action, GVariant *parameter, gpointer view)
{
  g_autofree const char **commands = g_variant_get_strv (parameter, NULL);

  for (guint i = 0; commands[i] != NULL; i++)
    on_command (view, commands[i]);
}

/* Who has said something is met there as well. */
static void
on_fill_menu (GuiRoomView *view, GMenu *menu, const SalEntry *entry)
{
  gboolean said = entry->kind == SAL_ENTRY_MESSAGE || entry->kind == SAL_ENTRY_ACTION;
  g_autoptr (GMenuModel) person = NULL;

  if (!said || entry->own || entry->name == NULL)
    return;
  person = gui_person_menu_new (view->model, entry->name);
  g_menu_append_section (menu, NULL, person);
}

static const GActionEntry person_actions[] = {
  { .name = "talk-to", .activate = on_person_talk_to, .parameter_type = "s" },
  { .name = "mention", .activate = on_person_mention, .parameter_type = "s" },
  { .name = "command", .activate = on_person_command, .parameter_type = "as" },
};

/* List and composer. */

static void
find_scrolled_window (GtkWidget *widget, gpointer data)
{
  GtkWidget **found = data;

  if (*found == NULL && GTK_IS_SCROLLED_WINDOW (widget))
    *found = widget;
  else if (*found == NULL && GTK_IS_CONTAINER (widget))
    gtk_container_forall (GTK_CONTAINER (widget), find_scrolled_window, found);
}

static void
on_scroll (GuiRoomView *view, GtkScrollType type)
{
  GtkWidget *scroller = NULL;
  gboolean handled = FALSE;

  find_scrolled_window (GTK_WIDGET (view->list), &scroller);
  if (scroller != NULL)
    g_signal_emit_by_name (scroller, "scroll-child", type, FALSE, &handled);
}

static gboolean
gui_room_view_key_press_event (GtkWidget *widget, GdkEventKey *event)
{
  GuiRoomView *view = GUI_ROOM_VIEW (widget);
  GtkWidget *focus = gtk_container_get_focus_child (GTK_CONTAINER (view->conversation));

  if (GTK_WIDGET_CLASS (gui_room_view_parent_class)->key_press_event (widget, event))
    return TRUE;
  /* What is typed over the messages is meant for the entry. */
  return focus == GTK_WIDGET (view->list) && gui_composer_take_key (view->composer, event);
}

static void
gui_room_view_destroy (GtkWidget *widget)
{
  GuiRoomView *view = GUI_ROOM_VIEW (widget);

  g_clear_handle_id (&view->countdown, g_source_remove);
  g_clear_handle_id (&view->speak, g_source_remove);
  if (view->model != NULL)
    {
      g_signal_handlers_disconnect_by_data (view->model, view);
      g_signal_handlers_disconnect_by_data (sal_room_model_get_members (view->model), view);
    }
  GTK_WIDGET_CLASS (gui_room_view_parent_class)->destroy (widget);
}

static void
gui_room_view_finalize (GObject *object)
{
  g_clear_object (&GUI_ROOM_VIEW (object)->model);
  G_OBJECT_CLASS (gui_room_view_parent_class)->finalize (object);
}

static void
gui_room_view_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GuiRoomView *view = GUI_ROOM_VIEW (object);

  if (id == PROP_HAS_PEOPLE)
    g_value_set_boolean (value, has_people (view));
  else
    g_value_set_boolean (value, hdy_flap_get_reveal_flap (view->flap));
}

static void
gui_room_view_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GuiRoomView *view = GUI_ROOM_VIEW (object);
  gboolean shown = g_value_get_boolean (value);

  if (shown)
    make_members (view);
  hdy_flap_set_reveal_flap (view->flap, shown);
}

static void
gui_room_view_class_init (GuiRoomViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = gui_room_view_finalize;
  G_OBJECT_CLASS (klass)->get_property = gui_room_view_get_property;
  G_OBJECT_CLASS (klass)->set_property = gui_room_view_set_property;
  props[PROP_HAS_PEOPLE] = g_param_spec_boolean ("has-people", NULL, NULL, FALSE,
                                                 G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_SHOWS_PEOPLE] = g_param_spec_boolean ("shows-people", NULL, NULL, FALSE,
                                                   G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (G_OBJECT_CLASS (klass), N_PROPS, props);
  signals[GO_TO] = g_signal_new ("go-to", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                 1, SAL_TYPE_ROOM_MODEL);
  signals[SHOW_RAW] =
      g_signal_new ("raw-wanted", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SHOW_HELP] = g_signal_new ("help-wanted", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SHOW_LIST] = g_signal_new ("list-wanted", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 1, G_TYPE_STRING);
  widget_class->destroy = gui_room_view_destroy;
  widget_class->key_press_event = gui_room_view_key_press_event;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/salotto/Salotto/gui-room-view.ui");
  gtk_widget_class_bind_template_child (widget_class, GuiRoomView, flap);
  gtk_widget_class_bind_template_child (widget_class, GuiRoomView, conversation);
  gtk_widget_class_bind_template_child (widget_class, GuiRoomView, connection_revealer);
  gtk_widget_class_bind_template_child (widget_class, GuiRoomView, spinner);
  gtk_widget_class_bind_template_child (widget_class, GuiRoomView, connection);
  gtk_widget_class_bind_template_child (widget_class, GuiRoomView, connect_button);
  gtk_widget_class_bind_template_callback (widget_class, on_connect_clicked);
}

static void
gui_room_view_init (GuiRoomView *view)
{
  g_autoptr (GSimpleActionGroup) person = g_simple_action_group_new ();

  gtk_widget_init_template (GTK_WIDGET (view));
  gui_label_show_verbatim (view->connection);
  g_action_map_add_action_entries (G_ACTION_MAP (person), person_actions,
                                   G_N_ELEMENTS (person_actions), view);
  gtk_widget_insert_action_group (GTK_WIDGET (view), "person", G_ACTION_GROUP (person));
}

/**
 * gui_room_view_new:
 * @model: the room
 *
 * Returns: (transfer floating)
 */
GtkWidget *
gui_room_view_new (SalRoomModel *model)
{
  GuiRoomView *view = g_object_new (GUI_TYPE_ROOM_VIEW, NULL);
  GtkWidget *list = gui_message_list_new (model);
  GtkWidget *composer = gui_composer_new (model);

  view->model = g_object_ref (model);
  view->list = GUI_MESSAGE_LIST (list);
  view->composer = GUI_COMPOSER (composer);
  gtk_box_pack_start (view->conversation, list, TRUE, TRUE, 0);
  gtk_box_pack_start (view->conversation, composer, FALSE, FALSE, 0);
  gtk_widget_show (list);

  g_signal_connect_swapped (list, "edit-again", G_CALLBACK (gui_composer_insert), composer);
  g_signal_connect_swapped (list, "fill-menu", G_CALLBACK (on_fill_menu), view);
  g_signal_connect_swapped (composer, "sent", G_CALLBACK (gui_message_list_go_to_end), list);
  g_signal_connect_swapped (composer, "scroll", G_CALLBACK (on_scroll), view);
  g_signal_connect_swapped (composer, "command", G_CALLBACK (on_command), view);
  g_signal_connect_swapped (view->flap, "notify::reveal-flap", G_CALLBACK (on_reveal_changed),
                            view);
  g_signal_connect_swapped (model, "topic", G_CALLBACK (update_topic), view);
  g_signal_connect_swapped (sal_room_model_get_members (model), "items-changed",
                            G_CALLBACK (on_members_changed), view);
  g_signal_connect_swapped (model, "presence", G_CALLBACK (update_connection), view);
  g_signal_connect_swapped (model, "presence", G_CALLBACK (update_topic), view);
  g_signal_connect_swapped (model, "name", G_CALLBACK (show_text), view);
  update_topic (view);
  update_connection (view);
  return GTK_WIDGET (view);
}

/**
 * gui_room_view_get_model:
 *
 * Returns: (transfer none)
 */
SalRoomModel *
gui_room_view_get_model (GuiRoomView *view)
{
  return view->model;
}

/**
 * gui_room_view_focus:
 *
 * What is typed from now on is a message for this room.
 */
void
gui_room_view_focus (GuiRoomView *view)
{
  gui_composer_focus (view->composer);
}

/**
 * gui_room_view_go_to_unread:
 *
 * Shows where reading stopped.
 */
void
gui_room_view_go_to_unread (GuiRoomView *view)
{
  if (!gui_message_list_go_to_unread (view->list))
    gui_composer_tell (view->composer, _ ("You have read everything here."));
}

/**
 * gui_room_view_get_part:
 *
 * Returns: the #GuiRoomPart that has the keyboard, -1 if none of them has.
 */
int
gui_room_view_get_part (GuiRoomView *view)
{
  GtkWidget *const parts[] = {
    [GUI_ROOM_MESSAGES] = GTK_WIDGET (view->list),
    [GUI_ROOM_COMPOSER] = GTK_WIDGET (view->composer),
    [GUI_ROOM_PEOPLE] = (GtkWidget *) view->members,
  };
  GtkWidget *top = gtk_widget_get_toplevel (GTK_WIDGET (view));
  GtkWidget *focus = GTK_IS_WINDOW (top) ? gtk_window_get_focus (GTK_WINDOW (top)) : NULL;

  for (int i = 0; i < GUI_ROOM_N_PARTS && focus != NULL; i++)
    if (parts[i] != NULL && gtk_widget_is_ancestor (focus, parts[i]))
      return i;
  return -1;
}

/**
 * gui_room_view_focus_part:
 *
 * Returns: whether that part is there, and has the keyboard now.
 */
gboolean
gui_room_view_focus_part (GuiRoomView *view, GuiRoomPart part)
{
  if (!gtk_widget_get_mapped (GTK_WIDGET (view)))
    return FALSE;
  switch (part)
    {
    case GUI_ROOM_MESSAGES:
      return gui_message_list_focus (view->list);
    case GUI_ROOM_PEOPLE:
      if (view->members == NULL || !hdy_flap_get_reveal_flap (view->flap))
        return FALSE;
      gui_member_list_focus (view->members);
      return TRUE;
    case GUI_ROOM_COMPOSER:
    case GUI_ROOM_N_PARTS:
    default:
      gui_composer_focus (view->composer);
      return TRUE;
    }
}
