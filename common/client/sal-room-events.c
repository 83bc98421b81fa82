/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a client tells of a room becomes entries of its story, its members and its topic. An entry
 * that the server has a name for is added once, whichever way it comes: as it is said, in what was
 * missed, in a page of the past, or as the answer to a message that was sent twice.
 */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "common/base/sal-error.h"
#include "common/client/sal-answers.h"
#include "common/client/sal-client-machine.h"
#include "common/client/sal-mention.h"
#include "common/client/sal-room-private.h"

/* A line that never ends becomes a new entry here. */
#define ENTRY_MAX_BYTES 8192

static gboolean
is_said (SalEntryKind kind)
{
  return kind == SAL_ENTRY_MESSAGE || kind == SAL_ENTRY_ACTION || kind == SAL_ENTRY_NOTICE;
}

/* Whether the person is to be told of it now. */
static gboolean
names_us (SalRoomModel *room, const SalEntry *like)
{
  if (like->own)
    return FALSE;
  if (room->row->kind == SAL_ROOM_PRIVATE)
    return like->kind == SAL_ENTRY_MESSAGE || like->kind == SAL_ENTRY_ACTION;
  return sal_mention_in_entry (like, sal_room_model_get_name (room)) ||
         (like->text != NULL && is_said (like->kind) &&
          sal_filter_has_word (room->server->filter, like->text));
}

/* An entry has come once more. When it was told as somebody's of another name, it was the name that
 * we had before. */
static void
add_again (SalRoomModel *room, guint64 id, const SalEntry *again)
{
  g_autoptr (SalEntry) entry = again->own ? sal_story_find (room->story, id) : NULL;
  SalEntry like = { 0 };

  if (entry == NULL || entry->own)
    return;
  like = *entry;
  like.own = TRUE;
  like.state = SAL_MESSAGE_DELIVERED;
  like.mention = FALSE;
  sal_entry_unref (sal_story_replace (room->story, &like));
}

/* Returns: (transfer full) (nullable): the entry, if it is new and at the end of the story now. */
static SalEntry *
add (SalRoomModel *room, const SalEntry *like, gboolean past)
{
  SalEntry with_mention = *like;
  SalEntry *entry = NULL;
  guint64 known = 0;

  with_mention.mention = names_us (room, like);
  if (sal_room_take_past (room, &with_mention, past))
    return NULL;
  known = like->msgid != NULL ? sal_story_find_msgid (room->story, like->msgid) : 0;
  if (known != 0)
    {
      add_again (room, known, like);
      return NULL;
    }
  sal_room_tell_due_gap (room);
  entry = past ? sal_story_add_missed (room->story, &with_mention)
               : sal_story_add (room->story, &with_mention);
  if (entry->mention && !past)
    g_signal_emit_by_name (room->server, "notified", room, entry);
  return entry;
}

/* The plain dialect. */

/* To some there is no use in knocking again. */
static void
note_put_out (SalRoomModel *room, const SalEvent *event, const char *line)
{
  if (sal_client_event_puts_out (event))
    sal_server_put_out (room->server, line, sal_client_event_puts_out_for_good (event));
}

static gboolean
may_refuse_a_message (const SalEvent *event)
{
  return event->note == SAL_NOTE_NOT_KEPT || event->note == SAL_NOTE_MUTED ||
         event->note == SAL_NOTE_LIMIT;
}

static void
add_note (SalRoomModel *room, const char *line, gint64 time_us, gboolean may_refuse)
{
  SalEntry *entry = sal_story_add (
      room->story, &(SalEntry){ .kind = SAL_ENTRY_NOTE, .text = line, .time_us = time_us });

  g_clear_pointer (&room->refusal, sal_entry_unref);
  if (may_refuse)
    room->refusal = sal_entry_ref (entry);
  sal_entry_unref (entry);
}

/* A line of a server of ours that is for us alone. */
static void
on_note (SalRoomModel *room, const SalClientAction *action)
{
  const char *line = g_str_has_prefix (action->text, "-- ") ? action->text + 3 : action->text;
  gboolean is_note = action->event.kind == SAL_EVENT_NOTE;

  if (*line == '\0' || (room->server->presence != SAL_PRESENCE_IN && is_note &&
                        action->event.note == SAL_NOTE_MOVED))
    return;
  if (is_note)
    note_put_out (room, &action->event, line);
  add_note (room, line, 0, is_note && may_refuse_a_message (&action->event));
}

/* A line of a server that is not ours, or a piece of one. */
static void
on_text (SalRoomModel *room, const SalClientAction *action)
{
  gsize len = strlen (action->text);

  if (action->continues && room->open != NULL && strlen (room->open->text) + len <= ENTRY_MAX_BYTES)
    {
      g_autofree char *text = g_strconcat (room->open->text, action->text, NULL);
      SalEntry like = *room->open;
      SalEntry *entry = NULL;

      like.text = text;
      entry = sal_story_replace (room->story, &like);
      g_clear_pointer (&room->open, sal_entry_unref);
      room->open = entry;
    }
  else if (len > 0)
    {
      g_clear_pointer (&room->open, sal_entry_unref);
      room->open = add (room, &(SalEntry){ .kind = SAL_ENTRY_TEXT, .text = action->text }, FALSE);
    }
  if (action->ended)
    g_clear_pointer (&room->open, sal_entry_unref);
}

/* Whether it means the same whoever says it. A salottod that turns us away does so
 * before its greeting. */
static gboolean
is_understood (const SalEvent *event)
{
  return event->kind == SAL_EVENT_MESSAGE || event->kind == SAL_EVENT_ACTION ||
         event->kind == SAL_EVENT_JOIN || event->kind == SAL_EVENT_LEAVE ||
         event->kind == SAL_EVENT_NOTE;
}

static void
on_plain_event (SalRoomModel *room, const SalClientAction *action)
{
  const SalEvent *event = &action->event;
  SalEntry like = { .name = event->name, .text = event->text, .own = action->own };

  if (!sal_client_is_ours (room->server->client) && !is_understood (event))
    {
      on_text (room, action);
      return;
    }
  g_clear_pointer (&room->open, sal_entry_unref);
  if (sal_server_ignores (room->server, action))
    return;
  switch (event->kind)
    {
    case SAL_EVENT_MESSAGE:
    case SAL_EVENT_ACTION:
      like.kind = event->kind == SAL_EVENT_MESSAGE ? SAL_ENTRY_MESSAGE : SAL_ENTRY_ACTION;
      like.state = SAL_MESSAGE_DELIVERED; /* ours: it is in the room */
      break;
    case SAL_EVENT_JOIN:
      if (g_str_equal (event->name, sal_client_get_name (room->server->client)))
        return; /* we know */
      like.kind = SAL_ENTRY_JOIN;
      break;
    case SAL_EVENT_LEAVE:
      like.kind = SAL_ENTRY_LEAVE;
      break;
    case SAL_EVENT_NOTE:
    case SAL_EVENT_TEXT:
      on_note (room, action);
      return;
    default:
      return; /* courtesies, which the state of the connection says */
    }
  sal_entry_unref (add (room, &like, FALSE));
}

/* IRC. */

/* What has a place in the story. Who is away and the like is with the members. */
static SalEntryKind
kind_of (SalEventKind kind)
{
  switch (kind)
    {
    case SAL_EVENT_MESSAGE:
      return SAL_ENTRY_MESSAGE;
    case SAL_EVENT_ACTION:
      return SAL_ENTRY_ACTION;
    case SAL_EVENT_NOTICE:
    case SAL_EVENT_WALLOPS:
      return SAL_ENTRY_NOTICE;
    case SAL_EVENT_JOIN:
      return SAL_ENTRY_JOIN;
    case SAL_EVENT_LEAVE:
      return SAL_ENTRY_LEAVE;
    case SAL_EVENT_QUIT:
      return SAL_ENTRY_QUIT;
    case SAL_EVENT_NICK:
      return SAL_ENTRY_NICK;
    case SAL_EVENT_TOPIC:
      return SAL_ENTRY_TOPIC;
    case SAL_EVENT_KICK:
      return SAL_ENTRY_KICK;
    case SAL_EVENT_MODE:
      return SAL_ENTRY_MODE;
    case SAL_EVENT_INVITE:
      return SAL_ENTRY_INVITE;
    default:
      return 0;
    }
}

/* An answer of the server, or what it says without being asked. At a plain address there is no
 * place for its courtesies: only what concerns the person is told. */
static void
on_answer (SalRoomModel *room, const SalClientAction *action)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (!sal_answers_is_told (&room->list_filled, action))
    return;
  if (action->place == NULL && room->row->kind != SAL_ROOM_SERVER && !action->error)
    return;
  if (action->text == NULL || *action->text == '\0')
    return;
  sal_answers_append (text, action);
  add_note (room, text->str, action->event.time_us, action->error);
}

static void
take_back (SalRoomModel *room, const SalEvent *event)
{
  guint64 id = event->msgid != NULL ? sal_story_find_msgid (room->story, event->msgid) : 0;

  if (id != 0)
    sal_story_drop (room->story, id);
}

/* That we have come is what the room shows anyway, and who is back knows that they were gone; what
 * of the past has no name cannot be told from what is there already. */
static gboolean
is_left_out (const SalClientAction *action, const SalEntry *like)
{
  const SalEvent *event = &action->event;

  if (action->own && event->kind == SAL_EVENT_JOIN)
    return TRUE;
  if (!event->past)
    return FALSE;
  if (action->own && (like->kind == SAL_ENTRY_LEAVE || like->kind == SAL_ENTRY_QUIT))
    return TRUE;
  return like->msgid == NULL && like->kind != SAL_ENTRY_MESSAGE && like->kind != SAL_ENTRY_ACTION &&
         like->kind != SAL_ENTRY_NOTICE;
}

static void
on_irc_event (SalRoomModel *room, const SalClientAction *action)
{
  const SalEvent *event = &action->event;
  SalEntry like = { .kind = kind_of (event->kind),
                    .name = event->name,
                    .text = event->text,
                    .target = event->target,
                    .own = action->own,
                    .state = SAL_MESSAGE_DELIVERED,
                    .time_us = event->time_us,
                    .msgid = event->msgid };

  if (event->kind == SAL_EVENT_TEXT || event->kind == SAL_EVENT_NOTE)
    {
      on_answer (room, action);
      return;
    }
  if (event->kind == SAL_EVENT_REDACT)
    {
      take_back (room, event);
      return;
    }
  if (event->past)
    sal_room_note_past (room, event);
  if (like.kind == 0)
    return;
  if (event->kind == SAL_EVENT_NICK && room->server->client != NULL && !event->past)
    sal_members_rename (room->members, sal_client_get_rooms (room->server->client), event->name,
                        event->target);
  if (sal_server_ignores (room->server, action))
    like.text = "…"; /* where a page has nothing else */
  else if (!is_left_out (action, &like))
    {
      like.own |= event->past && sal_room_recognise (room, &like);
      sal_entry_unref (add (room, &like, event->past));
      return;
    }
  if (event->past)
    sal_room_leave_out (room, &like);
}

/**
 * sal_room_on_event:
 *
 * The server has said something here.
 */
void
sal_room_on_event (SalRoomModel *room, const SalClientAction *action)
{
  if (sal_server_speaks_irc (room->server))
    on_irc_event (room, action);
  else
    on_plain_event (room, action);
}

static void
set_refused (SalRoomModel *room, const char *reason)
{
  g_clear_error (&room->refused);
  if (reason != NULL)
    room->refused = g_error_new_literal (SAL_ERROR, SAL_EXIT_REFUSED, reason);
}

/* Why we are not there, in the server's words if it has said any. */
static const char *
reason_of (const SalClientAction *action)
{
  if (action->room_state != SAL_ROOM_REFUSED && action->room_state != SAL_ROOM_LEFT)
    return NULL;
  if (g_strcmp0 (action->code, "late") == 0)
    return _ ("the server does not answer whether you may come in");
  return action->text;
}

static void
set_joined (SalRoomModel *room, gboolean joined)
{
  if (room->row->joined == joined)
    return;
  room->row->joined = joined;
  sal_room_save (room);
}

/**
 * sal_room_on_state:
 *
 * We are in the room now, or are not.
 */
void
sal_room_on_state (SalRoomModel *room, const SalClientAction *action)
{
  gboolean was_in = room->state == SAL_ROOM_IN;

  room->state = action->room_state;
  set_refused (room, reason_of (action));
  if (room->state == SAL_ROOM_IN && !was_in)
    {
      room->row->last_used_us = g_get_real_time ();
      room->row->joined = TRUE;
      sal_room_save (room);
    }
  /* Put out, we do not come back by ourselves; of a plain address we have only this room. */
  if (room->state == SAL_ROOM_LEFT && room != room->server->main)
    set_joined (room, FALSE);
  if (room->state == SAL_ROOM_LEFT || room->state == SAL_ROOM_REFUSED)
    room->resuming = FALSE;
  if (room->state != SAL_ROOM_IN)
    sal_room_on_members (room, NULL);
  sal_room_presence_changed (room);
  if (room->state == SAL_ROOM_IN)
    sal_room_send_queued (room);
}

/**
 * sal_room_model_is_away:
 *
 * Returns: whether the server has us marked as away.
 */
gboolean
sal_room_model_is_away (SalRoomModel *room)
{
  SalMember *own = sal_room_model_find_member (room, sal_room_model_get_name (room));

  /* Where people are, it may be known from before we came. */
  return (room->server != NULL && room->server->away) || (own != NULL && sal_member_is_away (own));
}

/**
 * sal_room_on_members:
 * @name: (nullable): who has come, gone or changed; %NULL: everybody
 */
void
sal_room_on_members (SalRoomModel *room, const char *name)
{
  const SalIrcRooms *rooms =
      room->server->client != NULL ? sal_client_get_rooms (room->server->client) : NULL;
  const SalIrcRoom *irc = room->state == SAL_ROOM_IN ? sal_room_get_irc (room) : NULL;
  const char *own = sal_room_model_get_name (room);
  gboolean was_away = sal_room_model_is_away (room);

  if (name != NULL && rooms != NULL)
    sal_members_update (room->members, rooms, irc, name, own);
  else if (rooms != NULL || g_list_model_get_n_items (G_LIST_MODEL (room->members)) > 0)
    sal_members_reset (room->members, rooms, irc, own);
  if (!sal_room_model_is_away (room) != !was_away)
    g_signal_emit_by_name (room, "name");
}

/**
 * sal_room_on_topic:
 *
 * The topic is known, or another.
 */
void
sal_room_on_topic (SalRoomModel *room)
{
  const SalIrcRoom *irc = sal_room_get_irc (room);
  const char *topic = irc != NULL && irc->topic != NULL ? irc->topic : "";

  g_free (room->topic_by);
  room->topic_by = irc != NULL ? g_strdup (irc->topic_by) : NULL;
  room->topic_us = irc != NULL ? irc->topic_time_us : 0;
  if (!g_str_equal (room->row->topic, topic))
    {
      g_free (room->row->topic);
      room->row->topic = g_strdup (topic);
      sal_room_save (room);
    }
  sal_room_emit_topic (room);
}

/**
 * sal_room_on_read_marker:
 * @time_us: the person has read up to there, on some device
 */
void
sal_room_on_read_marker (SalRoomModel *room, gint64 time_us)
{
  guint64 id = time_us > 0 ? sal_story_find_time (room->story, time_us) : 0;

  if (id > room->row->read_id)
    sal_room_set_read (room, id);
}
