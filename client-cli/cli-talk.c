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

#include "client-cli/cli-keyring.h"
#include "client-cli/cli-print.h"
#include "common/base/sal-error.h"
#include "common/client/sal-answers.h"
#include "common/proto/sal-dialect-plain.h"

#define CONNECT_TIMEOUT_S 10

static void
on_event (CliTalk *talk, const SalClientAction *action)
{
  if (!talk->entered && action->error && g_strcmp0 (action->code, "904") == 0)
    cli_complain (_ ("this server does not know your certificate: you are not logged in"));
  if (!sal_client_event_puts_out (&action->event))
    return;
  if (talk->resume != NULL && !sal_client_event_puts_out_for_good (&action->event))
    return; /* the server stops, or is full: it may be there again */
  talk->put_out = TRUE;
  talk->status = SAL_EXIT_REFUSED;
  if (talk->quiet)
    cli_complain ("%s", action->text);
}

/* What was refused, with the reason if the server has said one. */
static void
complain_of_message (CliTalk *talk, const SalClientAction *action)
{
  const char *why = action->event.text;
  gboolean elsewhere = action->place != NULL && talk->style.terminal &&
                       g_strcmp0 (action->place, cli_talk_here (talk)) != 0;

  if (g_strcmp0 (action->code, "no-room") == 0)
    cli_complain (_ ("not sent, no room was named (irc://HOST/ROOM or --room): %s"), action->text);
  else if (why != NULL && *why != '\0' && elsewhere)
    /* TRANSLATORS: to whom, what, why not */
    cli_complain (_ ("not sent to %s: %s (%s)"), action->place, action->text, why);
  else if (why != NULL && *why != '\0')
    cli_complain (_ ("not sent: %s (%s)"), action->text, why);
  else
    cli_complain (_ ("not sent: %s"), action->text);
}

/* Says what became of a message that the end has come before. @unknown: it may have been read or not; else it
 * was not */
static void
tell_lost (CliTalk *talk, const char *text, gboolean unknown)
{
  if (unknown)
    {
      talk->unknown++;
      cli_complain (_ ("the connection broke before this came back; it may have been read or "
                       "not: %s"),
                    text);
    }
  else
    {
      talk->failed++;
      cli_complain (_ ("not sent, the conversation was over: %s"), text);
    }
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
      complain_of_message (talk, action);
      break;
    case SAL_MESSAGE_QUEUED:
    case SAL_MESSAGE_UNKNOWN:
      tell_lost (talk, action->text, action->state == SAL_MESSAGE_UNKNOWN);
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
  talk->style.name = sal_client_get_name (talk->client);
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

/* As the server spells it, as far as that is known: people type names in small letters. */
static const char *
spell (CliTalk *talk, const char *place)
{
  const SalIrcRooms *rooms = sal_client_get_rooms (talk->client);
  const SalIrcRoom *room = sal_irc_rooms_find (rooms, place);
  const SalIrcUser *user = room == NULL ? sal_irc_rooms_find_user (rooms, place) : NULL;
  const char *unread =
      talk->unread != NULL ? cli_unread_spell (talk->unread, &rooms->support, place) : NULL;

  if (room != NULL)
    return room->name;
  if (user != NULL)
    return user->nick;
  return unread != NULL ? unread : place;
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
  char *copy = place != NULL ? g_strdup (spell (talk, place)) : NULL;

  g_free (talk->here);
  talk->here = copy;
  if (copy != NULL && sal_irc_rooms_find (sal_client_get_rooms (talk->client), copy) != NULL)
    {
      g_free (talk->room);
      talk->room = g_strdup (copy);
    }
  cli_talk_show_unread (talk);
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

  /* Whoever has come back knows how it begins. */
  if (talk->style.terminal && talk->again &&
      (event->kind == SAL_EVENT_GREETING || event->kind == SAL_EVENT_NAME_WANTED ||
       event->kind == SAL_EVENT_HINT))
    return FALSE;
  if (!sal_client_is_irc (talk->client))
    return TRUE;
  if (event->past && event->kind != SAL_EVENT_MESSAGE && event->kind != SAL_EVENT_ACTION &&
      event->kind != SAL_EVENT_NOTICE)
    return FALSE;
  if (!sal_answers_is_told (&talk->list_filled, action))
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
  talk->was_in = TRUE;
  if (talk->resume != NULL)
    cli_resume_entered (talk->resume, talk->client);
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
  if (talk->options->save_password && !talk->was_in && talk->options->account != NULL &&
      sal_client_get_account (talk->client) != NULL && sal_client_is_password_right (talk->client))
    cli_keyring_save (talk->uri, talk->options->account, talk->options->password);
  /* In IRC one is somewhere only when the room has let one in. */
  if (!sal_client_is_irc (talk->client) || sal_client_get_home (talk->client) == NULL)
    enter (talk);
}

static void
on_room (CliTalk *talk, const SalClientAction *action)
{
  if (action->room_state == SAL_ROOM_REFUSED)
    {
      gboolean late = g_strcmp0 (action->code, "late") == 0;

      if (late)
        cli_complain (_ ("%s: the server does not answer whether you may come in"), action->place);
      else
        cli_complain (_ ("%s does not let you in: %s"), action->place,
                      action->text != NULL ? action->text : "-");
      if (is_home (talk, action->place) && !talk->entered)
        {
          talk->status = late ? SAL_EXIT_TIMEOUT : SAL_EXIT_REFUSED;
          if (!talk->style.terminal)
            sal_client_quit (talk->client);
        }
    }
  if (action->room_state == SAL_ROOM_JOINING)
    return;
  /* It has let us in after all; who is no person has left by then. */
  if (action->room_state == SAL_ROOM_IN && is_home (talk, action->place) &&
      talk->status == SAL_EXIT_TIMEOUT && talk->style.terminal && !talk->leaving)
    talk->status = SAL_EXIT_OK;
  if (action->room_state == SAL_ROOM_LEFT)
    cli_talk_forget_unread (talk, action->place);
  if (action->room_state == SAL_ROOM_LEFT && g_strcmp0 (cli_talk_here (talk), action->place) == 0)
    {
      if (talk->on_left != NULL)
        talk->on_left (talk);
    }
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
  gboolean led = talk->greeted && !talk->moved && !talk->was_in && talk->room_of_options == NULL;
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
  else if (action->code != NULL)
    cli_complain (_ ("%s: the server has not told in time what was said; going on without it"),
                  action->place);
  else if (action->resume && action->more)
    cli_complain (_ ("%s: more was said meanwhile than is shown"), action->place);
  else if (action->number == 0 && !action->resume)
    cli_talk_show (talk, &none);
}

static void
on_action (SalClient *client, const SalClientAction *action, CliTalk *talk)
{
  if (talk->resume != NULL && cli_resume_note (talk->resume, client, action, talk->leaving))
    return;
  switch (action->kind)
    {
    case SAL_ACTION_EVENT:
      if (sal_client_action_is_ignored (action, talk->style.filter))
        break;
      talk->greeted |= action->event.kind == SAL_EVENT_GREETING;
      cli_talk_follow_name (talk, action);
      if (action->own && action->event.kind == SAL_EVENT_JOIN && !action->event.past)
        on_own_join (talk, action);
      else if (is_worth_showing (talk, action) &&
               (talk->resume == NULL || !cli_resume_is_told (talk->resume, action)) &&
               !cli_talk_is_shown_already (talk, action))
        {
          render (talk, action);
          cli_talk_note_unread (talk, action);
        }
      if (talk->resume != NULL && talk->entered && action->event.kind == SAL_EVENT_NICK)
        cli_resume_entered (talk->resume, client); /* perhaps one's own name again */
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
      if (talk->asked_who && action->text == NULL && talk->on_members != NULL)
        talk->on_members (talk, action->place);
      break;
    case SAL_ACTION_HISTORY:
      on_history (talk, action);
      if (talk->resume != NULL && talk->entered && action->resume)
        cli_resume_entered (talk->resume, client); /* what waited for whether it is there */
      break;
    case SAL_ACTION_GAP:
      cli_complain (
          _ ("%s: something may be missing: the server does not keep any more what was said up "
             "to where you were"),
          action->place);
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

/* Sets the exit status, and says why, if something went wrong. */
static void
conclude (CliTalk *talk, int how, const GError *error)
{
  if (error != NULL && (talk->connected_us == 0 || how == SAL_CLIENT_END_REFUSED))
    {
      cli_complain ("%s", error->message);
      if (talk->options->from_keyring && sal_client_is_password_wrong (talk->client))
        cli_complain (
            _ ("the password was the one in the keyring; --save-password asks for another "
               "and keeps that"));
      talk->status = sal_error_exit_status (error);
    }
  else if (how != SAL_CLIENT_END_QUIT && talk->status == SAL_EXIT_OK)
    {
      /* Where nothing is shown, its last words have not been, either. */
      if (how == SAL_CLIENT_END_PEER && error != NULL && talk->quiet)
        cli_complain ("%s", error->message);
      else
        cli_complain (how == SAL_CLIENT_END_PEER ? _ ("the server has ended the conversation")
                                                 : _ ("the connection broke: %s"),
                      error != NULL ? error->message : "");
      talk->status = SAL_EXIT_CLOSED;
      if (sal_client_get_heard_us (talk->client) == 0 && !sal_scheme_is_tls (talk->uri->scheme) &&
          talk->uri->scheme != SAL_SCHEME_UNIX)
        cli_complain (_ ("it has said nothing at all: perhaps this port wants TLS (%s://)"),
                      sal_client_is_irc (talk->client) ? "ircs" : "plains");
    }
}

static void
end (CliTalk *talk, int how)
{
  static const char *const words[] = { "quit", "peer", "broken", "refused" };
  g_autoptr (GString) out = g_string_new (NULL);

  if (talk->resume != NULL)
    cli_resume_give_up (talk->resume);
  cli_render_end (out, words[how], talk->status, g_get_real_time (), &talk->style);
  cli_print (out->str);
  g_main_loop_quit (talk->loop);
}

static void
on_ended (SalClient *client, int how, const GError *error, CliTalk *talk)
{
  if (talk->resume == NULL || !talk->was_in || talk->leaving || talk->put_out ||
      !cli_resume_wait (talk->resume, client, how, error))
    {
      conclude (talk, how, error);
      end (talk, how);
      return;
    }
  talk->entered = FALSE;
  talk->moved = FALSE;
  talk->asked_who = FALSE;
  g_clear_pointer (&talk->going, g_free);
  if (talk->on_away != NULL)
    talk->on_away (talk);
}

/**
 * cli_talk_is_away:
 *
 * Returns: whether there is no connection, and the next try is waited for.
 */
gboolean
cli_talk_is_away (const CliTalk *talk)
{
  return talk->resume != NULL && cli_resume_is_away (talk->resume);
}

static gboolean
on_signal (gpointer data)
{
  CliTalk *talk = data;

  if (g_main_loop_is_running (talk->loop))
    cli_talk_leave (talk);
  else
    cli_keyring_give_up (); /* nothing else is waited for */
  return G_SOURCE_CONTINUE;
}

/* Ctrl-C: what is being typed goes first, and the second time whoever has typed it. */
static gboolean
on_interrupt (gpointer data)
{
  CliTalk *talk = data;

  if (!talk->leaving && talk->on_interrupt != NULL && talk->on_interrupt (talk))
    return G_SOURCE_CONTINUE;
  return on_signal (data);
}

/* The terminal is gone, which its end says, too. */
static gboolean
on_hangup (gpointer data)
{
  return ((CliTalk *) data)->leaving ? G_SOURCE_CONTINUE : on_signal (data);
}

/* nohup(1) has it ignored. */
static void
leave_on_hangup (CliTalk *talk)
{
  struct sigaction before;

  if (sigaction (SIGHUP, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
    g_unix_signal_add (SIGHUP, on_hangup, talk);
}

static gboolean
on_timeout (gpointer data)
{
  CliTalk *talk = data;

  cli_complain (ngettext ("gave up after %d second", "gave up after %d seconds",
                          (unsigned long) talk->options->timeout_s),
                talk->options->timeout_s);
  talk->status = SAL_EXIT_TIMEOUT;
  talk->leaving = TRUE;
  if (cli_talk_is_away (talk))
    end (talk, SAL_CLIENT_END_QUIT);
  else
    sal_client_stop (talk->client);
  return G_SOURCE_REMOVE;
}

static void
make_client (CliTalk *talk)
{
  SalTransportOptions transport = cli_options_transport (talk->options);
  SalClientOptions options = talk->client_options;

  if (talk->client != NULL)
    {
      if (talk->resume != NULL)
        cli_resume_apply (talk->resume, &options);
      g_signal_handlers_disconnect_by_data (talk->client, talk);
      g_clear_object (&talk->client);
    }
  talk->client = sal_client_new (talk->uri, &options, &transport);
  sal_client_set_filter (talk->client, talk->style.filter);
  g_signal_connect (talk->client, "connected", G_CALLBACK (on_connected), talk);
  g_signal_connect (talk->client, "chunk", G_CALLBACK (on_chunk), talk);
  g_signal_connect (talk->client, "action", G_CALLBACK (on_action), talk);
  g_signal_connect (talk->client, "ended", G_CALLBACK (on_ended), talk);
}

/* Coming back. */

static void
on_next_try (gpointer data)
{
  CliTalk *talk = data;

  talk->connected_us = 0;
  talk->again = TRUE;
  talk->greeted = FALSE;
  make_client (talk);
  sal_client_start (talk->client, CONNECT_TIMEOUT_S * 1000);
}

/* Says that the connection broke, and when it will be tried again. */
static void
on_waiting (gpointer data, int how, const GError *error, gint64 wait_us)
{
  CliTalk *talk = data;
  g_autoptr (GString) out = g_string_new (NULL);
  gboolean failed = talk->connected_us == 0 && error != NULL;
  const char *words = error != NULL ? error->message : "";
  guint seconds = (guint) ((wait_us + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC);

  cli_complain (failed                       ? "%s"
                : how == SAL_CLIENT_END_PEER ? _ ("the server has ended the conversation")
                                             : _ ("the connection broke: %s"),
                words);
  cli_complain (ngettext ("trying again in %u second", "trying again in %u seconds", seconds),
                seconds);
  cli_render_waiting (out, words, wait_us, g_get_real_time (), &talk->style);
  cli_print (out->str);
}

static void
on_known (gpointer data, const char *text, SalMessageState state)
{
  CliTalk *talk = data;

  if (state == SAL_MESSAGE_DELIVERED)
    talk->delivered++;
  else
    tell_lost (talk, text, state == SAL_MESSAGE_UNKNOWN);
}

static void
on_caught_up (gpointer data)
{
  CliTalk *talk = data;

  if (talk->on_place != NULL)
    talk->on_place (talk);
}

static const CliResumeHooks resume_hooks = { on_next_try, on_waiting, on_known, on_caught_up };

/**
 * cli_talk_init:
 * @talk: (out caller-allocates)
 * @receipts: wait for one's own messages to come back, with any server
 */
gboolean
cli_talk_init (
    CliTalk *talk, const CliOptions *options, const SalUri *uri, gboolean receipts, GError **error)
{
  *talk = (CliTalk){ .options = options };
  if (!cli_options_client (options, uri, &talk->client_options, error))
    return FALSE;
  talk->uri = sal_uri_copy (uri);
  talk->client_options.receipts = receipts;
  talk->client_options.latin1 = options->latin1;
  talk->room_of_options = talk->client_options.room;
  talk->style = (CliStyle){ .json = options->json,
                            .bell = options->bell,
                            .terminal = !options->json && !options->hex && isatty (STDOUT_FILENO),
                            .colours = cli_may_colour () };
  talk->loop = g_main_loop_new (NULL, FALSE);
  make_client (talk);
  return TRUE;
}

static void
on_filter (gpointer filter, gpointer data)
{
  CliTalk *talk = data;

  talk->style.filter = filter;
  sal_client_set_filter (talk->client, filter);
}

/**
 * cli_talk_filter:
 *
 * From now on those are not heard whom the person ignores, and what names the person stands out. For a
 * person only: a program that is to hear everything must not depend on the person's lists.
 */
void
cli_talk_filter (CliTalk *talk)
{
  talk->filter = cli_filter_new (on_filter, talk);
  on_filter (cli_filter_get (talk->filter), talk);
}

/**
 * cli_talk_come_back:
 *
 * From now on a connection that breaks is made again. Before cli_talk_run().
 */
void
cli_talk_come_back (CliTalk *talk)
{
  talk->resume = cli_resume_new (&resume_hooks, talk, talk->options->reconnect);
}

/**
 * cli_talk_say:
 *
 * As sal_client_say_to(); where connections are made again, also over their end.
 */
guint64
cli_talk_say (CliTalk *talk, const char *place, const char *text)
{
  return talk->resume != NULL ? cli_resume_say (talk->resume, talk->client, place, text)
                              : sal_client_say_to (talk->client, place, text, NULL);
}

/**
 * cli_talk_leave:
 *
 * Leaves well; asked a second time, at once.
 */
void
cli_talk_leave (CliTalk *talk)
{
  if (cli_talk_is_away (talk))
    {
      talk->leaving = TRUE;
      end (talk, SAL_CLIENT_END_QUIT);
      return;
    }
  if (talk->leaving || talk->connected_us == 0)
    {
      talk->leaving = TRUE;
      sal_client_stop (talk->client);
    }
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
  g_unix_signal_add (SIGINT, on_interrupt, talk);
  g_unix_signal_add (SIGTERM, on_signal, talk);
  leave_on_hangup (talk);
  if (talk->options->timeout_s > 0)
    g_timeout_add_seconds ((guint) talk->options->timeout_s, on_timeout, talk);
  sal_client_start (talk->client, CONNECT_TIMEOUT_S * 1000);
  g_main_loop_run (talk->loop);
  cli_keyring_finish ();
  return talk->status;
}

/**
 * cli_talk_clear:
 */
void
cli_talk_clear (CliTalk *talk)
{
  if (talk->client != NULL)
    g_signal_handlers_disconnect_by_data (talk->client, talk);
  g_clear_pointer (&talk->resume, cli_resume_free);
  g_clear_pointer (&talk->filter, cli_filter_free);
  g_clear_pointer (&talk->unread, cli_unread_free);
  g_clear_pointer (&talk->changed, g_free);
  g_clear_object (&talk->client);
  g_clear_pointer (&talk->uri, sal_uri_free);
  g_clear_pointer (&talk->here, g_free);
  g_clear_pointer (&talk->room, g_free);
  g_clear_pointer (&talk->going, g_free);
  g_clear_pointer (&talk->loop, g_main_loop_unref);
}
