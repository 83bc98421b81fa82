/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the verbs that talk have in common: connect, show what happens, leave well when
 * asked by a signal, and turn the end into an exit status.
 */
#include "config.h"

#include "client-cli/cli-talk.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <signal.h>
#include <unistd.h>

#include "client-cli/cli-answers.h"
#include "client-cli/cli-commands.h"
#include "client-cli/cli-input.h"
#include "common/base/sal-error.h"
#include "common/proto/sal-dialect-plain.h"

#define CONNECT_TIMEOUT_S 10

static void
on_event (CliTalk *talk, const SalClientAction *action)
{
  if (!talk->entered && action->error && g_strcmp0 (action->code, "904") == 0)
    cli_complain (_ ("this server does not know your certificate: you are not logged in"));
  if (!sal_client_event_puts_out (&action->event))
    return;
  talk->status = SAL_EXIT_REFUSED;
  if (talk->quiet)
    cli_complain ("%s", action->text);
}

/* What was refused, with the reason if the server has said one. */
static void
complain_of_message (const SalClientAction *action)
{
  const char *why = action->event.text;

  if (g_strcmp0 (action->code, "no-room") == 0)
    cli_complain (_ ("not sent, no room was named (irc://HOST/ROOM or --room): %s"), action->text);
  else if (why != NULL && *why != '\0')
    cli_complain (_ ("not sent: %s (%s)"), action->text, why);
  else
    cli_complain (_ ("not sent: %s"), action->text);
}

static void
count_message (CliTalk *talk, const SalClientAction *action)
{
  switch (action->state)
    {
    case SAL_MESSAGE_DELIVERED:
      talk->delivered++;
      break;
    case SAL_MESSAGE_FAILED:
      talk->failed++;
      complain_of_message (action);
      break;
    case SAL_MESSAGE_QUEUED:
      talk->failed++;
      cli_complain (_ ("not sent, the conversation was over: %s"), action->text);
      break;
    case SAL_MESSAGE_UNKNOWN:
      talk->unknown++;
      cli_complain (_ ("the connection broke before this came back; it may have been read or "
                       "not: %s"),
                    action->text);
      break;
    case SAL_MESSAGE_SENT:
      if (!action->late)
        return;
      talk->sent_only++;
      break;
    }
  if (talk->on_message != NULL)
    talk->on_message (talk);
}

static void
render (CliTalk *talk, const SalClientAction *action)
{
  g_autoptr (GString) out = g_string_new (NULL);

  if (talk->quiet)
    return;
  talk->style.here = cli_talk_here (talk);
  cli_render_action (out, action, g_get_real_time (), &talk->style);
  cli_print (out->str);
}

/**
 * cli_talk_show:
 * @event: in a form that the plain dialect has
 *
 * Shows something that no server has said in these words.
 */
void
cli_talk_show (CliTalk *talk, const SalEvent *event)
{
  g_autoptr (GString) line = g_string_new (NULL);
  SalClientAction action = { .kind = SAL_ACTION_EVENT, .event = *event, .ended = TRUE };

  sal_dialect_plain.encode (line, event, sal_plain_variant (SAL_PLAIN_LF, SAL_PLAIN_ENGLISH));
  g_strchomp (line->str);
  action.text = line->str;
  render (talk, &action);
}

/* A room's name as people say it. */
static const char *
bare_room (const char *place)
{
  return *place == '#' ? place + 1 : place;
}

/**
 * cli_talk_here:
 *
 * Returns: (transfer none) (nullable): the room or the person that what is typed goes to; %NULL: in
 *   the one room of the plain dialect, or nowhere.
 */
const char *
cli_talk_here (CliTalk *talk)
{
  return talk->here != NULL ? talk->here : sal_client_get_home (talk->client);
}

/**
 * cli_talk_go:
 * @place: (nullable): home
 *
 * What is typed goes there from now on.
 */
void
cli_talk_go (CliTalk *talk, const char *place)
{
  char *copy = g_strdup (place);

  g_free (talk->here);
  talk->here = copy;
  if (place != NULL && sal_irc_rooms_find (sal_client_get_rooms (talk->client), place) != NULL)
    {
      g_free (talk->room);
      talk->room = g_strdup (place);
    }
  if (talk->on_place != NULL)
    talk->on_place (talk);
}

static gboolean
is_home (CliTalk *talk, const char *place)
{
  return place != NULL && g_strcmp0 (place, sal_client_get_home (talk->client)) == 0;
}

/* Is the server's own talk worth a person's time? It says who it is, what it can do and how many are
 * there; the message of the day is for those who look at a terminal. */
static gboolean
is_worth_showing (CliTalk *talk, const SalClientAction *action)
{
  const SalEvent *event = &action->event;

  if (!sal_client_is_irc (talk->client))
    return TRUE;
  if (event->past && event->kind != SAL_EVENT_MESSAGE && event->kind != SAL_EVENT_ACTION &&
      event->kind != SAL_EVENT_NOTICE)
    return FALSE;
  if (action->code != NULL && cli_answers_is_end (action->code))
    return talk->style.json;
  if (event->kind != SAL_EVENT_TEXT || talk->options->verbose)
    return TRUE;
  if (talk->style.said_only)
    return FALSE;
  if (action->place != NULL || action->error)
    return TRUE;
  return talk->style.terminal && (action->code == NULL || g_str_equal (action->code, "372"));
}

static void
enter (CliTalk *talk)
{
  if (talk->entered)
    return;
  talk->entered = TRUE;
  if (talk->on_entered != NULL)
    talk->on_entered (talk);
}

static void
on_ready (CliTalk *talk)
{
  if (talk->options->account != NULL && !sal_client_is_irc (talk->client))
    {
      cli_complain (_ ("this server has no accounts"));
      talk->status = SAL_EXIT_REFUSED;
      sal_client_stop (talk->client);
      return;
    }
  /* In IRC one is somewhere only when the room has let one in. */
  if (!sal_client_is_irc (talk->client) || sal_client_get_home (talk->client) == NULL)
    enter (talk);
}

static void
on_room (CliTalk *talk, const SalClientAction *action)
{
  if (action->room_state == SAL_ROOM_REFUSED)
    {
      cli_complain (_ ("%s does not let you in: %s"), action->place,
                    action->text != NULL ? action->text : "-");
      if (is_home (talk, action->place) && !talk->entered)
        {
          talk->status = SAL_EXIT_REFUSED;
          if (!talk->style.terminal)
            sal_client_quit (talk->client);
        }
    }
  if (action->room_state == SAL_ROOM_JOINING)
    return;
  if (action->room_state == SAL_ROOM_LEFT && g_strcmp0 (cli_talk_here (talk), action->place) == 0)
    cli_commands_go_elsewhere (talk);
  if (talk->going != NULL &&
      sal_irc_support_same (sal_client_get_support (talk->client), talk->going, action->place))
    {
      g_clear_pointer (&talk->going, g_free);
      if (action->room_state == SAL_ROOM_IN)
        cli_talk_go (talk, action->place);
      else if (talk->on_place != NULL)
        talk->on_place (talk);
    }
  if (is_home (talk, action->place))
    {
      if (talk->on_place != NULL)
        talk->on_place (talk);
      enter (talk);
    }
}

/* We are in a room. Where a salottod has led us on its plain port its words have said so. */
static void
on_own_join (CliTalk *talk, const SalClientAction *action)
{
  gboolean led = talk->greeted && !talk->moved && talk->room_of_options == NULL;
  SalEvent moved = { .kind = SAL_EVENT_NOTE,
                     .note = SAL_NOTE_MOVED,
                     .room = bare_room (action->event.room) };

  talk->moved = TRUE;
  if (!led)
    cli_talk_show (talk, &moved);
}

static void
on_history (CliTalk *talk, const SalClientAction *action)
{
  SalEvent none = { .kind = SAL_EVENT_NOTE,
                    .note = SAL_NOTE_NO_HISTORY,
                    .room = bare_room (action->place) };

  if (action->text != NULL)
    cli_complain ("%s: %s", action->place, action->text);
  else if (action->number == 0)
    cli_talk_show (talk, &none);
}

static void
on_action (SalClient *client, const SalClientAction *action, CliTalk *talk)
{
  switch (action->kind)
    {
    case SAL_ACTION_EVENT:
      talk->greeted |= action->event.kind == SAL_EVENT_GREETING;
      if (action->own && action->event.kind == SAL_EVENT_JOIN && !action->event.past)
        on_own_join (talk, action);
      else if (is_worth_showing (talk, action))
        render (talk, action);
      on_event (talk, action);
      break;
    case SAL_ACTION_READY:
      render (talk, action);
      on_ready (talk);
      break;
    case SAL_ACTION_MESSAGE:
      render (talk, action);
      count_message (talk, action);
      break;
    case SAL_ACTION_ROOM:
      on_room (talk, action);
      break;
    case SAL_ACTION_MEMBERS:
      if (talk->asked_who && action->text == NULL)
        cli_commands_show_who (talk, action->place);
      break;
    case SAL_ACTION_HISTORY:
      on_history (talk, action);
      break;
    default:
      break;
    }
}

static void
on_chunk (SalClient *client, GBytes *chunk, CliTalk *talk)
{
  g_autoptr (GString) out = g_string_new (NULL);
  gsize len = 0;
  const guint8 *bytes = g_bytes_get_data (chunk, &len);

  if (!talk->options->hex)
    return;
  cli_render_chunk (out, bytes, len, g_get_monotonic_time () - talk->connected_us, &talk->style);
  cli_print (out->str);
}

static void
on_connected (SalClient *client, CliTalk *talk)
{
  talk->connected_us = g_get_monotonic_time ();
  cli_tell_tls (sal_client_get_tls (client), talk->options);
}

static void
on_ended (SalClient *client, int how, const GError *error, CliTalk *talk)
{
  static const char *const words[] = { "quit", "peer", "broken", "refused" };
  g_autoptr (GString) out = g_string_new (NULL);

  if (talk->connected_us == 0 && error != NULL)
    {
      cli_complain ("%s", error->message);
      talk->status = sal_error_exit_status (error);
    }
  else if (how == SAL_CLIENT_END_REFUSED && error != NULL)
    {
      cli_complain ("%s", error->message);
      talk->status = sal_error_exit_status (error);
    }
  else if (how != SAL_CLIENT_END_QUIT && talk->status == SAL_EXIT_OK)
    {
      cli_complain (how == SAL_CLIENT_END_PEER ? _ ("the server has ended the conversation")
                                               : _ ("the connection broke: %s"),
                    error != NULL ? error->message : "");
      talk->status = SAL_EXIT_CLOSED;
    }
  cli_render_end (out, words[how], talk->status, g_get_real_time (), &talk->style);
  cli_print (out->str);
  g_main_loop_quit (talk->loop);
}

static gboolean
on_signal (gpointer data)
{
  CliTalk *talk = data;

  cli_talk_leave (talk);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_timeout (gpointer data)
{
  CliTalk *talk = data;

  cli_complain (ngettext ("gave up after %d second", "gave up after %d seconds",
                          (unsigned long) talk->options->timeout_s),
                talk->options->timeout_s);
  talk->status = SAL_EXIT_TIMEOUT;
  sal_client_stop (talk->client);
  return G_SOURCE_REMOVE;
}

/**
 * cli_talk_init:
 * @talk: (out caller-allocates)
 * @receipts: wait for one's own messages to come back, with any server
 */
gboolean
cli_talk_init (
    CliTalk *talk, const CliOptions *options, const SalUri *uri, gboolean receipts, GError **error)
{
  SalTransportOptions transport = cli_options_transport (options);
  SalClientOptions client;

  *talk = (CliTalk){ .options = options };
  if (!cli_options_client (options, uri, &client, error))
    return FALSE;
  client.receipts = receipts;
  talk->room_of_options = client.room;
  client.latin1 = options->latin1;
  talk->style = (CliStyle){ .json = options->json,
                            .terminal = !options->json && !options->hex && isatty (STDOUT_FILENO),
                            .colours = cli_may_colour () };
  talk->loop = g_main_loop_new (NULL, FALSE);
  talk->client = sal_client_new (uri, &client, &transport);
  g_signal_connect (talk->client, "connected", G_CALLBACK (on_connected), talk);
  g_signal_connect (talk->client, "chunk", G_CALLBACK (on_chunk), talk);
  g_signal_connect (talk->client, "action", G_CALLBACK (on_action), talk);
  g_signal_connect (talk->client, "ended", G_CALLBACK (on_ended), talk);
  return TRUE;
}

/**
 * cli_talk_leave:
 *
 * Leaves well; asked a second time, at once.
 */
void
cli_talk_leave (CliTalk *talk)
{
  if (talk->leaving || talk->connected_us == 0)
    sal_client_stop (talk->client);
  else if (talk->options->reset)
    sal_client_reset (talk->client);
  else
    sal_client_quit (talk->client);
  talk->leaving = TRUE;
}

/**
 * cli_talk_run:
 *
 * Returns: the exit status, when the conversation is over.
 */
int
cli_talk_run (CliTalk *talk)
{
  g_unix_signal_add (SIGINT, on_signal, talk);
  g_unix_signal_add (SIGTERM, on_signal, talk);
  if (talk->options->timeout_s > 0)
    g_timeout_add_seconds ((guint) talk->options->timeout_s, on_timeout, talk);
  sal_client_start (talk->client, CONNECT_TIMEOUT_S * 1000);
  g_main_loop_run (talk->loop);
  return talk->status;
}

/**
 * cli_talk_clear:
 */
void
cli_talk_clear (CliTalk *talk)
{
  g_clear_object (&talk->client);
  g_clear_pointer (&talk->here, g_free);
  g_clear_pointer (&talk->room, g_free);
  g_clear_pointer (&talk->going, g_free);
  g_clear_pointer (&talk->loop, g_main_loop_unref);
}
