/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Coming back when the connection breaks, as the window does: after a while that grows, or as soon
 * as the network changes; into the rooms one was in, with what was said there meanwhile; and then
 * what was on its way is said again. A salottod knows a message again by its nonce, so its log has
 * it once. For other servers a message of which nobody knows whether it was read stays so.
 * Here all that is in memory only.
 */
#include "config.h"

#include "client-cli/cli-resume.h"

#include <gio/gio.h>
#include <string.h>

#include "common/base/sal-error.h"
#include "common/client/sal-back-off.h"

/* Who was let in and put out at once has not been let in. */
#define SETTLED_US (10 * G_TIME_SPAN_SECOND)
/* How long to wait for the name under which a message was sent: a server that has not noticed yet
 * that our last connection is gone has given us another. */
#define NAME_US (60 * G_TIME_SPAN_SECOND)
#define NAME_S 61
/* How wrong a clock may be. */
#define SKEW_US (10 * G_TIME_SPAN_MINUTE)
/* How much of what was said to us in private meanwhile is shown. */
#define MISSED_MAX 100
/* Whoever speaks to us in private is remembered, too. */
#define KNOWN_MAX 1000

/* A conversation, and up to where it is known. */
typedef struct
{
  char *key;   /* (owned) (nullable) */
  char *msgid; /* (owned) (nullable) */
  gint64 time_us;
  gboolean in;       /* a room that we are in */
  gboolean resuming; /* what was missed there is being told */
} Known;

/* A message that is not done with. */
typedef struct
{
  char *place; /* (owned) (nullable) */
  char *text;  /* (owned) */
  char *nonce; /* (owned) */
  char *name;  /* (owned) (nullable): who had said it, if it has been with a salottod */
  gint64 said_us;
} Said;

struct _CliResume
{
  const CliResumeHooks *hooks; /* (unowned) */
  gpointer data;
  SalClient *client; /* (unowned) (nullable): on which we have come in last */
  gboolean always;   /* on the plain dialect, too */
  SalBackOff back_off;
  GNetworkMonitor *monitor; /* (owned) */
  guint retry;
  guint name_timer;
  gint64 in_since_us; /* 0: not in */
  gint64 away_us;     /* since when, at the earliest, one is away */
  char *home;         /* (owned) (nullable): where one is at home, if one is there */
  char *name;         /* (owned) (nullable): what one was called last, ... */
  char *wanted;       /* (owned) (nullable): ... and wants to be called */
  gboolean irc;
  GHashTable *known; /* (owned): place (owned) -> Known (owned) */
  GHashTable *given; /* (owned): number of the client -> Said (owned) */
  GQueue again;      /* of Said (owned), oldest first */
  GArray *rooms;     /* (owned) of SalClientRoom: for the next connection */
  GHashTable *told;  /* (owned): names of messages of ours that came with the past */
};

static void
known_free (gpointer data)
{
  Known *known = data;

  g_free (known->key);
  g_free (known->msgid);
  g_free (known);
}

static void
said_free (gpointer data)
{
  Said *said = data;

  g_free (said->place);
  g_free (said->text);
  g_free (said->nonce);
  g_free (said->name);
  g_free (said);
}

static gboolean
on_retry (gpointer data)
{
  CliResume *resume = data;

  resume->retry = 0;
  resume->hooks->connect (resume->data);
  return G_SOURCE_REMOVE;
}

static void
on_network_changed (GNetworkMonitor *monitor, gboolean available, CliResume *resume)
{
  if (resume->retry == 0)
    return;
  g_clear_handle_id (&resume->retry, g_source_remove);
  resume->hooks->connect (resume->data);
}

/**
 * cli_resume_new:
 * @hooks: called with @data
 * @always: also where the plain dialect is spoken, and the end of the connection is that of the
 *   conversation (C5)
 */
CliResume *
cli_resume_new (const CliResumeHooks *hooks, gpointer data, gboolean always)
{
  CliResume *resume = g_new0 (CliResume, 1);

  resume->hooks = hooks;
  resume->data = data;
  resume->always = always;
  resume->known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, known_free);
  resume->given = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, said_free);
  resume->told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  resume->rooms = g_array_new (FALSE, TRUE, sizeof (SalClientRoom));
  resume->monitor = g_object_ref (g_network_monitor_get_default ());
  g_signal_connect (resume->monitor, "network-changed", G_CALLBACK (on_network_changed), resume);
  return resume;
}

/**
 * cli_resume_free:
 * @resume: (nullable) (transfer full)
 */
void
cli_resume_free (CliResume *resume)
{
  if (resume == NULL)
    return;
  g_signal_handlers_disconnect_by_data (resume->monitor, resume);
  g_object_unref (resume->monitor);
  g_clear_handle_id (&resume->retry, g_source_remove);
  g_clear_handle_id (&resume->name_timer, g_source_remove);
  g_hash_table_unref (resume->known);
  g_hash_table_unref (resume->given);
  g_hash_table_unref (resume->told);
  g_array_unref (resume->rooms);
  g_queue_clear_full (&resume->again, said_free);
  g_free (resume->home);
  g_free (resume->name);
  g_free (resume->wanted);
  g_free (resume);
}

/* Saying. */

/* Takes @said over. Returns its number, or 0 if it could not be given to the client. */
static guint64
give (CliResume *resume, SalClient *client, Said *said)
{
  guint64 number = sal_client_say_to (client, said->place, said->text, said->nonce);

  if (number == 0)
    said_free (said);
  else
    g_hash_table_replace (resume->given, g_memdup2 (&number, sizeof number), said);
  return number;
}

/**
 * cli_resume_say:
 *
 * As sal_client_say_to(), and again if the connection breaks before it is known to be there.
 */
guint64
cli_resume_say (CliResume *resume, SalClient *client, const char *place, const char *text)
{
  Said *said = g_new0 (Said, 1);

  said->place = g_strdup (place);
  said->text = g_strdup (text);
  said->nonce = g_uuid_string_random ();
  said->said_us = g_get_real_time ();
  return give (resume, client, said);
}

/* What became of a message. Returns whether it is not told, because it will be said again. */
static gboolean
note_message (CliResume *resume, SalClient *client, const SalClientAction *action, gboolean leaving)
{
  gpointer key = NULL;
  gpointer value = NULL;
  Said *said = NULL;

  if (action->state == SAL_MESSAGE_SENT && !action->late)
    return FALSE;
  if (!g_hash_table_steal_extended (resume->given, &action->message, &key, &value))
    return FALSE;
  g_free (key);
  said = value;
  if (action->state == SAL_MESSAGE_UNKNOWN)
    {
      gboolean ours = sal_client_is_irc (client) && sal_client_is_ours (client);

      g_free (said->name);
      said->name = ours ? g_strdup (sal_client_get_name (client)) : NULL;
    }
  if (leaving || (action->state != SAL_MESSAGE_QUEUED &&
                  (action->state != SAL_MESSAGE_UNKNOWN || said->name == NULL)))
    {
      said_free (said);
      return FALSE;
    }
  g_queue_push_tail (&resume->again, said);
  return TRUE;
}

/* Returns: (nullable): there are too many */
static Known *
get_known (CliResume *resume, const char *place)
{
  Known *known = g_hash_table_lookup (resume->known, place);

  if (known == NULL && g_hash_table_size (resume->known) < KNOWN_MAX)
    {
      known = g_new0 (Known, 1);
      g_hash_table_insert (resume->known, g_strdup (place), known);
    }
  return known;
}

static gboolean
is_same (const Said *said, const SalClientAction *action)
{
  const SalEvent *event = &action->event;
  gboolean did = g_str_has_prefix (said->text, "/me ");
  const char *text = said->text + (did ? strlen ("/me ") : 0);

  return said->name != NULL && event->kind == (did ? SAL_EVENT_ACTION : SAL_EVENT_MESSAGE) &&
         event->time_us >= said->said_us - SKEW_US && g_strcmp0 (event->name, said->name) == 0 &&
         g_strcmp0 (event->text, text) == 0;
}

/* What was said under a name that is not ours any more is known when it is found in the past. */
static void
recognise (CliResume *resume, const SalClientAction *action)
{
  for (GList *at = resume->again.head; at != NULL; at = at->next)
    if (is_same (at->data, action))
      {
        Said *said = at->data;

        g_queue_delete_link (&resume->again, at);
        resume->hooks->known (resume->data, said->text, SAL_MESSAGE_DELIVERED);
        said_free (said);
        return;
      }
}

static void
note_event (CliResume *resume, const SalClientAction *action)
{
  const SalEvent *event = &action->event;
  Known *known = NULL;

  if (event->past && !action->own)
    recognise (resume, action);
  if (action->place == NULL || event->time_us == 0)
    return;
  known = get_known (resume, action->place);
  if (known == NULL || event->time_us < known->time_us)
    return;
  known->time_us = event->time_us;
  if (event->msgid != NULL)
    {
      g_free (known->msgid);
      known->msgid = g_strdup (event->msgid);
    }
  if (action->own && event->past && event->msgid != NULL)
    g_hash_table_add (resume->told, g_strdup (event->msgid));
}

static void
note_room (CliResume *resume, SalClient *client, const SalClientAction *action)
{
  const SalIrcRoom *room = sal_irc_rooms_find (sal_client_get_rooms (client), action->place);
  Known *known = get_known (resume, action->place);

  if (known == NULL || action->room_state == SAL_ROOM_JOINING)
    return;
  known->in = action->room_state == SAL_ROOM_IN;
  known->resuming = known->in && known->time_us != 0 && sal_client_has_history (client);
  g_free (known->key);
  known->key = g_strdup (room != NULL ? room->key : NULL);
}

/* Somebody has spoken to us in private meanwhile. */
static void
note_missed (CliResume *resume, SalClient *client, const SalClientAction *action)
{
  const Known *known = g_hash_table_lookup (resume->known, action->place);
  const char *msgid = known != NULL ? known->msgid : NULL;

  if (known == NULL || known->time_us < action->time_us)
    (void) sal_client_read_past (client, action->place, SAL_HISTORY_AFTER, msgid,
                                 msgid != NULL ? known->time_us : resume->away_us, MISSED_MAX);
}

/**
 * cli_resume_note:
 * @action: of @client
 * @leaving: what is not said now will not be
 *
 * Returns: whether it is not to be told: a message that will be said again.
 */
gboolean
cli_resume_note (CliResume *resume,
                 SalClient *client,
                 const SalClientAction *action,
                 gboolean leaving)
{
  Known *known = NULL;

  switch (action->kind)
    {
    case SAL_ACTION_EVENT:
      note_event (resume, action);
      return FALSE;
    case SAL_ACTION_ROOM:
      note_room (resume, client, action);
      return FALSE;
    case SAL_ACTION_MISSED:
      note_missed (resume, client, action);
      return FALSE;
    case SAL_ACTION_HISTORY:
      known = action->resume ? g_hash_table_lookup (resume->known, action->place) : NULL;
      if (known != NULL)
        known->resuming = FALSE;
      return FALSE;
    case SAL_ACTION_MESSAGE:
      return note_message (resume, client, action, leaving);
    default:
      return FALSE;
    }
}

/**
 * cli_resume_is_told:
 *
 * Returns: whether this is a message of ours that has been shown with the past.
 */
gboolean
cli_resume_is_told (const CliResume *resume, const SalClientAction *action)
{
  return action->own && !action->event.past && action->event.msgid != NULL &&
         g_hash_table_contains (resume->told, action->event.msgid);
}

/* Coming back. */

/* Returns: (transfer none) (nullable): where one is at home, and still is. */
static const char *
home_of (CliResume *resume, SalClient *client)
{
  const char *home = sal_client_get_home (client);
  const Known *known = home != NULL ? g_hash_table_lookup (resume->known, home) : NULL;

  return known != NULL && known->in ? home : NULL;
}

/**
 * cli_resume_wait:
 * @client: that has ended
 * @how: a #SalClientEnd
 * @error: (nullable): why it has let go
 *
 * Waits for the next try, and says so, if there is to be one: not after a goodbye, and not where
 * one is not wanted.
 *
 * Returns: whether it waits.
 */
gboolean
cli_resume_wait (CliResume *resume, SalClient *client, int how, const GError *error)
{
  /* Another key, or a certificate that we do not have; every other trouble of TLS may pass. */
  gboolean distrusted = g_error_matches (error, SAL_ERROR, SAL_EXIT_TLS);
  gint64 wait_us = 0;

  /* On the plain dialect the end of the connection is that of the conversation (C5). */
  if (!sal_client_is_irc (client) && !resume->irc && !resume->always)
    return FALSE;
  if (distrusted || how == SAL_CLIENT_END_QUIT || how == SAL_CLIENT_END_REFUSED)
    return FALSE;
  if (resume->in_since_us != 0)
    {
      g_free (resume->home);
      resume->irc = sal_client_is_irc (client);
      resume->home = g_strdup (resume->irc ? home_of (resume, client) : NULL);
      g_free (resume->name);
      g_free (resume->wanted);
      resume->name = g_strdup (sal_client_get_name (client));
      resume->wanted = g_strdup (sal_client_get_wanted_name (client));
      if (g_get_monotonic_time () - resume->in_since_us > SETTLED_US)
        sal_back_off_reset (&resume->back_off);
    }
  if (resume->in_since_us != 0)
    resume->away_us = sal_client_get_heard_us (client) - SKEW_US;
  resume->in_since_us = 0;
  resume->client = NULL;
  g_clear_handle_id (&resume->name_timer, g_source_remove);
  g_hash_table_remove_all (resume->given);
  wait_us = sal_back_off_next_us (&resume->back_off, g_random_int ());
  resume->hooks->waits (resume->data, how, error, wait_us);
  resume->retry = g_timeout_add ((guint) (wait_us / 1000), on_retry, resume);
  return TRUE;
}

/**
 * cli_resume_is_away:
 *
 * Returns: whether the next try is waited for.
 */
gboolean
cli_resume_is_away (const CliResume *resume)
{
  return resume->retry != 0;
}

/**
 * cli_resume_apply:
 * @options: (inout): for the next connection; what is put there lives as long as @resume, or until
 *   the next call of one of its functions
 *
 * Goes where one was, and asks for what was said there since.
 */
void
cli_resume_apply (CliResume *resume, SalClientOptions *options)
{
  GArray *rooms = resume->rooms;
  GHashTableIter iter;
  gpointer key = NULL;
  gpointer value = NULL;

  g_hash_table_remove_all (resume->told);
  if (!resume->irc)
    return;
  g_array_set_size (rooms, 0);
  g_hash_table_iter_init (&iter, resume->known);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      const Known *known = value;
      SalClientRoom room = {
        .name = key, .key = known->key, .msgid = known->msgid, .time_us = known->time_us
      };

      if (known->in)
        g_array_append_val (rooms, room);
    }
  options->name = resume->wanted;
  options->last_name = options->account == NULL ? resume->name : NULL;
  options->room = resume->home;
  options->keep_place = TRUE;
  options->known_us = resume->away_us;
  options->rooms = (const SalClientRoom *) (void *) rooms->data;
  options->n_rooms = rooms->len;
}

typedef enum
{
  SAY,
  WAIT,    /* for the name of before */
  GIVE_UP, /* nobody knows */
} Fate;

/* Whether what was missed where @said was said is still being told. */
static gboolean
is_resuming (CliResume *resume, SalClient *client, const Said *said)
{
  const char *place = said->place != NULL ? said->place : sal_client_get_home (client);
  const Known *known = place != NULL ? g_hash_table_lookup (resume->known, place) : NULL;

  return known != NULL && known->resuming;
}

/* A nonce is good for who has sent it: the same account, or the same name. Another name than the one that
 * we want is not asked for again, so it is not waited for: then only the past can tell whether the message
 * is there. */
static Fate
fate_of (CliResume *resume, SalClient *client, const Said *said)
{
  if (said->name == NULL)
    return SAY;
  if (!sal_client_is_irc (client) || !sal_client_is_ours (client))
    return GIVE_UP;
  if (sal_client_get_account (client) != NULL ||
      g_strcmp0 (said->name, sal_client_get_name (client)) == 0)
    return SAY;
  if (is_resuming (resume, client, said))
    return WAIT;
  return g_strcmp0 (said->name, sal_client_get_wanted_name (client)) == 0 &&
                 g_get_monotonic_time () - resume->in_since_us < NAME_US
             ? WAIT
             : GIVE_UP;
}

static gboolean
on_name_due (gpointer data)
{
  CliResume *resume = data;

  resume->name_timer = 0;
  if (resume->client != NULL)
    cli_resume_entered (resume, resume->client);
  return G_SOURCE_REMOVE;
}

/**
 * cli_resume_entered:
 * @client: stays until cli_resume_wait()
 *
 * One is in, or called otherwise now, or what was missed has been told: what was on its way is said again,
 * as far as may be.
 */
void
cli_resume_entered (CliResume *resume, SalClient *client)
{
  Said *said = NULL;

  resume->client = client;
  if (resume->in_since_us == 0)
    resume->in_since_us = g_get_monotonic_time ();
  while ((said = g_queue_peek_head (&resume->again)) != NULL)
    {
      Fate fate = fate_of (resume, client, said);

      if (fate == WAIT)
        {
          if (resume->name_timer == 0)
            resume->name_timer = g_timeout_add_seconds (NAME_S, on_name_due, resume);
          return;
        }
      (void) g_queue_pop_head (&resume->again);
      if (fate == SAY)
        (void) give (resume, client, said); /* it keeps the name: it may never leave, this time */
      else
        {
          resume->hooks->known (resume->data, said->text, SAL_MESSAGE_UNKNOWN);
          said_free (said);
        }
    }
  g_clear_handle_id (&resume->name_timer, g_source_remove);
  resume->hooks->caught_up (resume->data);
}

/**
 * cli_resume_holds:
 *
 * Returns: whether something is to be said before whatever is typed now.
 */
gboolean
cli_resume_holds (const CliResume *resume)
{
  return !g_queue_is_empty ((GQueue *) &resume->again);
}

/**
 * cli_resume_awaits:
 *
 * Returns: whether something was given to the connection of which nobody knows yet whether it has
 *   arrived.
 */
gboolean
cli_resume_awaits (const CliResume *resume)
{
  return g_hash_table_size (resume->given) > 0;
}

/**
 * cli_resume_give_up:
 *
 * It is over: what was to be said again is not.
 */
void
cli_resume_give_up (CliResume *resume)
{
  Said *said = NULL;

  g_clear_handle_id (&resume->retry, g_source_remove);
  while ((said = g_queue_pop_head (&resume->again)) != NULL)
    {
      resume->hooks->known (resume->data, said->text,
                            said->name != NULL ? SAL_MESSAGE_UNKNOWN : SAL_MESSAGE_QUEUED);
      said_free (said);
    }
}
