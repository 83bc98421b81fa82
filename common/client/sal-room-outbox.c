/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Our own messages in a room: which may be sent, and what became of each.
 *
 *     QUEUED --kept as SENT--> SENT --it came back--> its entry goes, the room's comes
 *        ^                       |--the server refused it--> FAILED
 *        |                       |--nothing came back in time--> SENT, and that is all
 *        +--it never left--------+--the connection broke--> UNKNOWN, or with a nonce:
 *                                                           SENT, and given again
 *
 * It is handed to the connection only when the file says SENT: a process that dies in
 * between leaves a message that is UNKNOWN, never one that is sent twice. QUEUED ones
 * are sent when the room is reached again, also by the next process. To a salottod in IRC it
 * is given with a nonce, by which the server knows it again: then it is never UNKNOWN, but is
 * given to the next connection as well, and the log has it once.
 */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "common/base/sal-error.h"
#include "common/base/sal-limits.h"
#include "common/client/sal-client-action.h"
#include "common/client/sal-irc-secret.h"
#include "common/client/sal-room-private.h"
#include "common/proto/sal-text.h"

/* A salottod knows a nonce for seven days. A clock may be wrong. */
#define NONCE_US (6 * G_TIME_SPAN_DAY)
/* How long to wait for the name under which a message was sent: a server that has not noticed yet
 * that our last connection is gone has given us another. */
#define NAME_US (60 * G_TIME_SPAN_SECOND)
/* How wrong a clock may be. */
#define SKEW_US (10 * G_TIME_SPAN_MINUTE)

typedef struct
{
  guint64 id;
  gboolean again; /* it has been with a server, which will know it by its nonce */
} BatchItem;

/* Messages that wait until the file says that they are sent. */
typedef struct
{
  SalRoomModel *room; /* (owned) */
  SalClient *client;  /* (owned): for whom */
  GArray *items;      /* (owned) of BatchItem */
} Batch;

/* Whether the server knows a message again by its nonce. */
static gboolean
knows_nonces (SalRoomModel *room)
{
  return sal_server_speaks_irc (room->server) && sal_client_is_ours (room->server->client);
}

/* What the server calls us now. The story may be told of it later. */
static const char *
name_of_now (SalRoomModel *room)
{
  return sal_client_get_name (room->server->client);
}

/* Whether the server would know @mine again by its nonce: that is good for the same account, or the name that
 * the file has for it. */
static gboolean
is_in_our_name (SalRoomModel *room, const SalEntry *mine)
{
  return sal_client_get_account (room->server->client) != NULL ||
         g_str_equal (mine->name, name_of_now (room));
}

/* Whether @batch is still for who we are: a name may have been given while the file was written. */
static gboolean
may_give (const Batch *batch, const SalEntry *mine)
{
  SalRoomModel *room = batch->room;

  return room->server != NULL && room->server->client == batch->client &&
         sal_room_is_reached (room) && (!knows_nonces (room) || is_in_our_name (room, mine));
}

static gboolean
on_kept (gpointer data)
{
  Batch *batch = data;
  g_autoptr (SalRoomModel) room = batch->room; /* perhaps the last to hold it */

  for (guint i = 0; i < batch->items->len; i++)
    {
      const BatchItem *item = &g_array_index (batch->items, BatchItem, i);
      const SalEntry *found = sal_story_get_pending (room->story, item->id);
      g_autoptr (SalEntry) mine = found != NULL ? sal_entry_ref (found) : NULL;

      if (mine == NULL)
        continue;
      if (may_give (batch, mine))
        {
          if (!item->again)
            sal_story_tell (room->story, mine);
          if (!sal_server_give (room->server, room, mine, item->again))
            sal_story_set_state (room->story, mine, SAL_MESSAGE_FAILED, FALSE, NULL);
          continue;
        }
      if (!item->again)
        sal_story_set_state (room->story, mine, SAL_MESSAGE_QUEUED, TRUE, NULL);
      sal_story_queue (room->story, item->id);
    }
  g_object_unref (batch->client);
  g_array_unref (batch->items);
  g_free (batch);
  room->keeping = FALSE;
  if (room->server != NULL)
    sal_room_send_queued (room);
  return G_SOURCE_REMOVE;
}

typedef enum
{
  GIVE,
  WAIT, /* for the name of before */
  GIVE_UP,
} Fate;

/* What to do with a message that has been with a server already. A nonce is good for who has sent
 * it: the same account, or the same name. Another name than the one that we want is not asked for again,
 * so it is not waited for: then only the past can tell whether the message is there. */
static Fate
fate_of (SalRoomModel *room, const SalEntry *mine)
{
  SalServer *server = room->server;

  if (!knows_nonces (room) || g_get_real_time () - mine->time_us > NONCE_US)
    return GIVE_UP;
  if (is_in_our_name (room, mine))
    return GIVE;
  if (room->resuming)
    return WAIT;
  return sal_irc_support_same (sal_client_get_support (server->client), mine->name,
                               sal_client_get_wanted_name (server->client)) &&
                 g_get_monotonic_time () - server->in_since_us < NAME_US
             ? WAIT
             : GIVE_UP;
}

/* Returns whether @mine is to be given to the client. */
static gboolean
prepare (SalRoomModel *room, const SalEntry *mine, BatchItem *item)
{
  g_autofree char *nonce = knows_nonces (room) ? g_uuid_string_random () : NULL;
  SalEntry like = *mine;

  item->id = mine->id;
  item->again = mine->state == SAL_MESSAGE_SENT;
  if (item->again && fate_of (room, mine) == GIVE_UP)
    {
      sal_story_set_state (room->story, mine, SAL_MESSAGE_UNKNOWN, FALSE, NULL);
      return FALSE;
    }
  if (item->again)
    return TRUE;
  like.state = SAL_MESSAGE_SENT;
  like.nonce = nonce;
  like.name = name_of_now (room);
  sal_story_prepare (room->story, &like);
  return TRUE;
}

static gboolean
on_name_due (gpointer data)
{
  SalRoomModel *room = data;

  room->name_timer = 0;
  sal_room_send_queued (room);
  return G_SOURCE_REMOVE;
}

/* Whether @mine, and with it all that comes after it, waits for the name under which it was sent. */
static gboolean
must_wait (SalRoomModel *room, const SalEntry *mine)
{
  return mine->state == SAL_MESSAGE_SENT && fate_of (room, mine) == WAIT;
}

/* Whether we have another name that we have not been told of: before that is told comes back what waited under the
 * name of before, and that goes first. */
static gboolean
is_being_renamed (SalRoomModel *room)
{
  return knows_nonces (room) && !g_str_equal (name_of_now (room), room->server->name);
}

/**
 * sal_room_send_queued:
 *
 * What waits is sent, if we are there.
 */
void
sal_room_send_queued (SalRoomModel *room)
{
  g_autoptr (GArray) ids = NULL;
  g_autoptr (GArray) items = NULL;
  guint room_for = 0;
  gboolean waits = FALSE;
  Batch *batch = NULL;

  /* One group after the other: what one connection did not take any more is queued again before
   * what was typed later is given to the next. */
  if (!sal_room_is_reached (room) || room->keeping || is_being_renamed (room))
    return;
  ids = sal_story_take_queue (room->story);
  items = g_array_new (FALSE, FALSE, sizeof (BatchItem));
  room_for = sal_server_count_free (room->server);
  for (guint i = 0; i < ids->len; i++)
    {
      const SalEntry *mine = sal_story_get_pending (room->story, g_array_index (ids, guint64, i));
      BatchItem item = { 0 };

      waits = waits || (mine != NULL && must_wait (room, mine));
      if (mine != NULL && (waits || items->len >= room_for))
        sal_story_queue (room->story, mine->id);
      else if (mine != NULL && prepare (room, mine, &item))
        g_array_append_val (items, item);
    }
  if (waits && room->name_timer == 0)
    room->name_timer = g_timeout_add_seconds (NAME_US / G_TIME_SPAN_SECOND + 1, on_name_due, room);
  if (items->len == 0)
    return;
  batch = g_new0 (Batch, 1);
  batch->room = g_object_ref (room);
  batch->client = g_object_ref (room->server->client);
  batch->items = g_steal_pointer (&items);
  room->keeping = TRUE;
  sal_store_when_kept (room->store, on_kept, batch);
}

/**
 * sal_room_settle:
 * @entry: a message that was given to a client that is gone and did not say what became of it
 */
void
sal_room_settle (SalRoomModel *room, guint64 entry)
{
  const SalEntry *mine = sal_story_get_pending (room->story, entry);

  if (mine == NULL || mine->state != SAL_MESSAGE_SENT)
    return;
  if (mine->nonce != NULL)
    sal_story_queue (room->story, entry);
  else
    sal_story_set_state (room->story, mine, SAL_MESSAGE_SENT, FALSE, NULL);
}

/**
 * sal_room_recognise:
 * @like: of the server's past, from somebody of another name than ours
 *
 * What we have said under a name that is not ours any more can only be found in the past.
 *
 * Returns: whether @like is a message of ours of which nobody knew what had become; then it is delivered.
 */
gboolean
sal_room_recognise (SalRoomModel *room, const SalEntry *like)
{
  guint64 id = 0;

  if (like->own || like->msgid == NULL || sal_story_find_msgid (room->story, like->msgid) != 0)
    return FALSE;
  id = sal_story_find_sent (room->story, like, SKEW_US);
  if (id == 0)
    return FALSE;
  sal_story_drop (room->story, id); /* the room's own entry of it comes now */
  return TRUE;
}

static void
say (SalRoomModel *room, SalEntryKind kind, const char *clean)
{
  g_autoptr (SalEntry) entry = NULL;

  sal_room_tell_due_gap (room);
  entry = sal_story_add (room->story, &(SalEntry){ .kind = kind,
                                                   .own = TRUE,
                                                   .pending = TRUE,
                                                   .state = SAL_MESSAGE_QUEUED,
                                                   .name = sal_room_model_get_name (room),
                                                   .text = clean });
  sal_story_queue (room->story, entry->id);
  sal_room_send_queued (room);
}

/* Says what is not to be kept: now, or not at all. What the server answers is told here. */
static gboolean
say_secret (SalRoomModel *room, const char *clean, const char *hidden, GError **error)
{
  SalServer *server = room->server;
  g_autofree char *line = NULL;

  if (!sal_room_is_reached (room) || !sal_server_speaks_irc (server))
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
                   _ ("there is no connection to %s now, and a password is not kept until there "
                      "is one"),
                   server->host);
      return FALSE;
    }
  line = g_strdup_printf ("PRIVMSG %s :%s", room->place, clean);
  sal_client_command (server->client, room->place, line);
  explicit_bzero (line, strlen (line));
  if (!sal_client_has_receipts (server->client)) /* else it comes back, and is hidden there */
    {
      g_autoptr (SalEntry) entry G_GNUC_UNUSED =
          sal_story_add (room->story, &(SalEntry){ .kind = SAL_ENTRY_MESSAGE,
                                                   .own = TRUE,
                                                   .state = SAL_MESSAGE_SENT,
                                                   .name = sal_room_model_get_name (room),
                                                   .text = hidden });
    }
  return TRUE;
}

/* By the plain dialect, a word alone leaves (C4, S23). */
static gboolean
leaves (SalRoomModel *room, const char *text)
{
  return sal_server_is_plain (room->server) && sal_client_is_leaving_word (text + (*text == '/'));
}

/* A command is carried out now or not at all, and only by who knows it: by us in IRC, by the
 * server on the plain dialect; which of them it is shows when we are there. */
static gboolean
check_command (SalRoomModel *room, const char *text, const char **words, GError **error)
{
  SalServer *server = room->server;
  gboolean irc = sal_server_has_rooms (server);
  gboolean there = server->presence == SAL_PRESENCE_IN;
  const char *command = sal_client_find_command (text, irc || !there, words);

  if (!irc)
    *words = text;
  if (command == NULL || leaves (room, text))
    return TRUE;
  if (irc)
    g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
                 _ ("there is no command /%.*s; /quote sends a line to the server as it is, and "
                    "two slashes say it"),
                 (int) strcspn (command, " "), command);
  else
    g_set_error (
        error, SAL_ERROR, SAL_EXIT_USAGE,
        _ ("there is no connection to %s now, and a command is not kept until there is one"),
        server->host);
  return FALSE;
}

/**
 * sal_room_model_say:
 * @text: what was typed, one line
 *
 * Queues a message; it is sent when the room is reached. With `/me ` in front it is an action. At
 * an address of the plain dialect, `quit` and `exit` leave, with a slash or without, as they would
 * on the wire (C4, S23). In IRC another word behind a slash is a command, of which none is known
 * here; two slashes say what begins with one (sal_client_find_command()). A password for a
 * program such as NickServ is sent and not kept.
 *
 * Returns: %FALSE if there is nothing in @text, or more than a message may have
 *   (%SAL_MESSAGE_MAX_BYTES), or nobody who would hear it, or a command; then nothing was queued.
 */
gboolean
sal_room_model_say (SalRoomModel *room, const char *text, GError **error)
{
  g_autoptr (GString) clean = g_string_new (NULL);
  const char *words = NULL;
  g_autofree char *hidden = NULL;

  if (!sal_text_clean (clean, text, strlen (text)))
    {
      g_set_error_literal (error, SAL_ERROR, SAL_EXIT_USAGE, _ ("there is nothing to send"));
      return FALSE;
    }
  if (clean->len > SAL_MESSAGE_MAX_BYTES)
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
                   _ ("a message has at most %d bytes, and this has %zu"), SAL_MESSAGE_MAX_BYTES,
                   clean->len);
      return FALSE;
    }
  words = clean->str;
  if (room->server != NULL && !check_command (room, clean->str, &words, error))
    return FALSE;
  if (room->server == NULL || room->row->kind == SAL_ROOM_SERVER)
    {
      g_set_error_literal (error, SAL_ERROR, SAL_EXIT_USAGE,
                           _ ("nobody is here to read it; join a room first"));
      return FALSE;
    }
  if (room->row->kind == SAL_ROOM_PRIVATE)
    hidden = sal_irc_hide_in_words (room->place, words);
  if (hidden != NULL)
    return say_secret (room, words, hidden, error);
  sal_store_add_typed (room->store, room->row->id, clean->str);
  if (leaves (room, clean->str))
    sal_room_model_leave (room);
  else
    say (room, SAL_ENTRY_MESSAGE, words);
  return TRUE;
}

/**
 * sal_room_model_command:
 * @line: a line of IRC
 *
 * Sends it as it is. What the server answers that names no other place is told here.
 *
 * Returns: %FALSE if nobody is there who would understand it.
 */
gboolean
sal_room_model_command (SalRoomModel *room, const char *line, GError **error)
{
  if (room->server == NULL || room->row->kind == SAL_ROOM_SERVER ||
      room->server->presence != SAL_PRESENCE_IN || !sal_client_is_irc (room->server->client))
    return room->server != NULL && sal_server_quote (room->server, line, error);
  sal_client_command (room->server->client, room->place, line);
  return TRUE;
}

/**
 * sal_room_model_add_typed:
 * @text: something that was typed here and is not a message
 *
 * It is among what sal_room_model_read_typed() returns, unless there is a password in it.
 */
void
sal_room_model_add_typed (SalRoomModel *room, const char *text)
{
  if (!sal_irc_is_secret_typed (room->place, text))
    sal_store_add_typed (room->store, room->row->id, text);
}

/**
 * sal_room_model_say_again:
 * @entry: a message of ours that the server refused
 *
 * Returns: whether it is on its way again, as a new message in place of that one. Not
 *   for messages of which nobody knows whether they were read.
 */
gboolean
sal_room_model_say_again (SalRoomModel *room, guint64 entry)
{
  g_autoptr (SalEntry) mine = sal_story_find (room->story, entry);

  if (room->server == NULL || mine == NULL || !mine->own || mine->pending ||
      mine->state != SAL_MESSAGE_FAILED)
    return FALSE;
  sal_story_drop (room->story, entry);
  say (room, mine->kind, mine->text);
  return TRUE;
}

/**
 * sal_room_model_discard:
 * @entry: a message of ours that was refused, may be lost, or was not sent yet
 *
 * Returns: whether it is gone.
 */
gboolean
sal_room_model_discard (SalRoomModel *room, guint64 entry)
{
  g_autoptr (SalEntry) mine = sal_story_find (room->story, entry);

  if (mine == NULL || !mine->own || mine->state == SAL_MESSAGE_DELIVERED ||
      mine->state == SAL_MESSAGE_SENT)
    return FALSE;
  sal_story_drop (room->story, entry);
  return TRUE;
}

/* Of commands our server only says what they did (plain dialect). */
static gboolean
is_command (SalRoomModel *room, const char *text)
{
  return *text == '/' && !g_str_has_prefix (text, "/me ") &&
         !sal_server_speaks_irc (room->server) && sal_client_is_ours (room->server->client);
}

/* Nothing more will become of it. */
static void
finish_sent (SalRoomModel *room, const SalEntry *mine)
{
  SalEntry like = *mine;

  like.state = SAL_MESSAGE_SENT;
  like.pending = FALSE;
  like.nonce = NULL;
  if (g_str_has_prefix (mine->text, "/me ") && sal_server_speaks_irc (room->server))
    {
      like.kind = SAL_ENTRY_ACTION;
      like.text = mine->text + strlen ("/me ");
    }
  sal_entry_unref (sal_story_replace (room->story, &like));
}

/* @words: (nullable): what the server has said of it, if that is known */
static void
on_refused (SalRoomModel *room, const SalEntry *mine, const char *words)
{
  g_autofree char *reason = g_strdup (words);

  if (reason == NULL && room->refusal != NULL)
    {
      /* Said once is enough: at the message. */
      reason = g_strdup (room->refusal->text);
      sal_story_drop (room->story, room->refusal->id);
      g_clear_pointer (&room->refusal, sal_entry_unref);
    }
  sal_story_set_state (room->story, mine, SAL_MESSAGE_FAILED, FALSE, reason);
}

/**
 * sal_room_on_message:
 * @entry: a message of ours
 * @again: it had been with a server before this client was given it
 * @action: what became of it
 */
void
sal_room_on_message (SalRoomModel *room,
                     guint64 entry,
                     gboolean again,
                     const SalClientAction *action)
{
  const SalEntry *found = sal_story_get_pending (room->story, entry);
  g_autoptr (SalEntry) mine = found != NULL ? sal_entry_ref (found) : NULL;

  if (mine == NULL)
    return;
  switch (action->state)
    {
    case SAL_MESSAGE_SENT:
      if (is_command (room, mine->text))
        sal_story_drop (room->story, entry);
      else if (action->late && mine->nonce != NULL)
        {
          /* A busy server: to ask once more does no harm. */
          sal_story_queue (room->story, entry);
          sal_room_send_queued (room);
        }
      else if (action->late)
        finish_sent (room, mine);
      break;
    case SAL_MESSAGE_DELIVERED:
      sal_story_drop (room->story, entry); /* the room's own entry of it has just been added */
      break;
    case SAL_MESSAGE_FAILED:
      on_refused (room, mine, sal_server_speaks_irc (room->server) ? action->event.text : NULL);
      break;
    case SAL_MESSAGE_QUEUED: /* it never left, this time */
      if (!again)
        sal_story_set_state (room->story, mine, SAL_MESSAGE_QUEUED, TRUE, NULL);
      sal_story_queue (room->story, entry);
      break;
    case SAL_MESSAGE_UNKNOWN:
      if (mine->nonce != NULL)
        sal_story_queue (room->story, entry); /* the next connection asks for it */
      else
        sal_story_set_state (room->story, mine, SAL_MESSAGE_UNKNOWN, FALSE, NULL);
      break;
    }
}
