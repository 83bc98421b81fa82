/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What people say and do: where it belongs, what it changes in rooms, and which message of ours it
 * is the receipt of. What is read from the past changes nothing.
 */
#include "config.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "common/client/sal-irc-machine-private.h"
#include "common/client/sal-irc-secret.h"
#include "common/proto/sal-dialect-irc.h"
#include "common/proto/sal-dialect-plain.h"
#include "common/proto/sal-irc-parse.h"
#include "common/proto/sal-name.h"

#define JOIN_US (30 * 1000 * 1000) /* how long a room may leave us at its door */

/* Telling. */

/* What has no form in the plain dialect, in words like its others. Modes have one, for people
 * who do not know the letters and for those of a salottod; here each server has its own. */
static void
append_otherwise (GString *out, const SalEvent *event)
{
  if (event->kind == SAL_EVENT_MODE)
    g_string_append_printf (out, "-- %s: MODE %s", event->name, event->text);
  else if (event->text != NULL)
    g_string_append (out, event->text);
}

static char *
as_plain_line (const SalClientAction *action)
{
  SalEvent event = action->event;
  gboolean said = event.kind == SAL_EVENT_MESSAGE || event.kind == SAL_EVENT_ACTION ||
                  event.kind == SAL_EVENT_NOTICE;
  g_autoptr (GString) out = g_string_new (NULL);

  event.past &= said && event.time_us != 0; /* there, only what was said has a past */
  if (said && action->own && event.target != NULL && !event.past)
    g_string_append_printf (out, "-- %s says to %s alone: %s", event.name, event.target,
                            event.text);
  else if (event.kind != SAL_EVENT_MODE)
    sal_dialect_plain.encode (out, &event, sal_plain_variant (SAL_PLAIN_LF, SAL_PLAIN_ENGLISH));
  if (out->len == 0)
    append_otherwise (out, &event);
  if (out->len > 0 && out->str[out->len - 1] == '\n')
    g_string_truncate (out, out->len - 1);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* Tells an event at @place (nullable), or keeps it until what was missed there has been told.
 * Takes @item over. */
void
sal_irc_tell_event (SalIrcMachine *machine, SalIrcItem *item, const char *place)
{
  SalIrcRoom *room = place != NULL ? sal_irc_rooms_find (&machine->rooms, place) : NULL;
  SalIrcPlace *own = room != NULL ? room->own : NULL;

  item->action.place = sal_irc_item_keep_word (item, room != NULL ? room->name : place);
  if (item->action.text == NULL)
    {
      g_autofree char *line = as_plain_line (&item->action);

      item->action.text = sal_irc_item_keep (item, line);
    }
  if (own == NULL || !own->resuming || item->action.event.past)
    {
      g_queue_push_tail (&machine->actions, item);
      return;
    }
  g_queue_push_tail (&own->held, item);
  if (own->held.length > SAL_CLIENT_HELD_EVENTS)
    sal_irc_end_resume (machine, room, TRUE, NULL, NULL);
}

/* @nick: (nullable): everybody may have changed */
void
sal_irc_members_changed (SalIrcMachine *machine, const char *place, const char *nick)
{
  SalIrcItem *item = sal_irc_push_at (machine, SAL_ACTION_MEMBERS, place);

  item->action.text = sal_irc_item_keep_word (item, nick);
}

static void
user_changed (SalIrcMachine *machine, const char *nick)
{
  g_autoptr (GPtrArray) rooms = sal_irc_rooms_of_user (&machine->rooms, nick);

  for (guint i = 0; i < rooms->len; i++)
    sal_irc_members_changed (machine, ((SalIrcRoom *) rooms->pdata[i])->name, nick);
}

/* The event of a line; the address of its author as the plain dialect shows people of IRC. */
SalIrcItem *
sal_irc_item_from_line (SalIrcMachine *machine, const SalIrcLine *line, gboolean past)
{
  SalIrcItem *item = sal_irc_item_new (SAL_ACTION_EVENT);
  SalEvent *event = &item->action.event;
  const char *at = NULL;
  g_autofree char *address = NULL;

  item->scratch = g_string_new (NULL);
  sal_irc_event_from_line (event, line, item->scratch);
  if (event->name == NULL || *event->name == '\0')
    event->name = "*";
  at = event->host != NULL ? strchr (event->host, '@') : NULL;
  address = sal_plain_format_address (at != NULL ? at + 1 : event->name, 0);
  event->address = sal_irc_item_keep (item, address);
  event->past = past;
  item->action.ended = TRUE;
  item->action.own = sal_irc_is_me (machine, event->name);
  return item;
}

/* Rooms. */

/* A room's name as it goes on the wire: with its `#`, and without what no name can have. */
char *
sal_irc_spell_room (const SalIrcMachine *machine, const char *name)
{
  g_autofree char *clean = NULL;

  if (strpbrk (name, " ,\r\n\a") == NULL &&
      sal_irc_support_is_channel (&machine->rooms.support, name))
    return g_strdup (name);
  clean = sal_room_from_text (name);
  return g_strconcat ("#", clean != NULL ? clean : "_", NULL);
}

void
sal_irc_room_changed (SalIrcMachine *machine,
                      SalIrcRoom *room,
                      SalRoomState state,
                      const char *code,
                      const char *text)
{
  SalIrcItem *item = NULL;
  g_autoptr (GString) clean = g_string_new (NULL);

  room->state = state;
  if (text != NULL)
    sal_irc_append_clean (clean, text);
  item = sal_irc_push_at (machine, SAL_ACTION_ROOM, room->name);
  item->action.room_state = state;
  item->action.code = sal_irc_item_keep_word (item, code);
  item->action.text = clean->len > 0 ? sal_irc_item_keep (item, clean->str) : NULL;
}

/* We are not in @room any more, or did not get in. */
static void
out_of_room (SalIrcMachine *machine,
             SalIrcRoom *room,
             SalRoomState state,
             const char *code,
             const char *text)
{
  SalIrcPlace *own = sal_irc_place_of (room);

  if (own->resuming)
    sal_irc_end_resume (machine, room, TRUE, NULL, NULL);
  sal_irc_room_remove_members (&machine->rooms, room);
  sal_irc_room_changed (machine, room, state, code, text);
  sal_irc_messages_to_fail (machine, room->name, code, text);
}

/* The server has not let us into @room. @text: (nullable): its words */
void
sal_irc_room_refused (SalIrcMachine *machine, SalIrcRoom *room, const char *code, const char *text)
{
  out_of_room (machine, room, SAL_ROOM_REFUSED, code, text);
}

/* Is the fate of a room still to come? */
gboolean
sal_irc_is_on_the_way (const SalIrcMachine *machine)
{
  GHashTableIter iter;
  gpointer room = NULL;

  g_hash_table_iter_init (&iter, machine->rooms.rooms);
  while (g_hash_table_iter_next (&iter, NULL, &room))
    if (((SalIrcRoom *) room)->state == SAL_ROOM_JOINING)
      return TRUE;
  return FALSE;
}

static void
send_join (SalIrcMachine *machine, SalIrcRoom *room)
{
  sal_irc_room_changed (machine, room, SAL_ROOM_JOINING, NULL, NULL);
  (void) sal_irc_ask_line (machine, SAL_IRC_ASKED_QUIETLY, room->name, "JOIN %s%s%s", room->name,
                           room->key != NULL ? " " : "", room->key != NULL ? room->key : "");
  sal_irc_place_of (room)->join_us = sal_irc_sent_by_us (machine);
}

static gint64
join_due_us (const SalIrcRoom *room)
{
  const SalIrcPlace *own = room->own;

  return room->state == SAL_ROOM_JOINING && own != NULL ? own->join_us + JOIN_US : G_MAXINT64;
}

gint64
sal_irc_joins_due_us (const SalIrcMachine *machine)
{
  gint64 first_us = G_MAXINT64;
  GHashTableIter iter;
  gpointer room = NULL;

  if (machine->state != SAL_IRC_IN)
    return G_MAXINT64;
  g_hash_table_iter_init (&iter, machine->rooms.rooms);
  while (g_hash_table_iter_next (&iter, NULL, &room))
    first_us = MIN (first_us, join_due_us (room));
  return first_us;
}

/* What is said to a room waits at its door with us, and whoever reads a script waits for both; so a
 * server that says neither yes nor no is taken for one that says no. If it lets us in later, we are in. */
void
sal_irc_check_joins (SalIrcMachine *machine)
{
  g_autoptr (GPtrArray) rooms = NULL;

  if (machine->now_us < sal_irc_joins_due_us (machine))
    return;
  rooms = sal_irc_rooms_list (&machine->rooms);
  for (guint i = 0; i < rooms->len; i++)
    if (machine->now_us >= join_due_us (rooms->pdata[i]))
      sal_irc_room_refused (machine, rooms->pdata[i], "late", NULL);
}

/* Registered: goes into all rooms that were wished for. */
void
sal_irc_join_rooms (SalIrcMachine *machine)
{
  g_autoptr (GPtrArray) rooms = sal_irc_rooms_list (&machine->rooms);

  for (guint i = 0; i < rooms->len; i++)
    if (((SalIrcRoom *) rooms->pdata[i])->state == SAL_ROOM_JOINING)
      send_join (machine, rooms->pdata[i]);
}

/**
 * sal_irc_machine_join:
 *
 * See sal_client_join(). Before we are registered it is only remembered.
 */
void
sal_irc_machine_join (SalIrcMachine *machine, const SalClientRoom *wish, gint64 now_us)
{
  g_autofree char *name = sal_irc_spell_room (machine, wish->name);
  SalIrcRoom *room = sal_irc_rooms_add (&machine->rooms, name);
  SalIrcPlace *own = room != NULL ? sal_irc_place_of (room) : NULL;

  machine->now_us = MAX (machine->now_us, now_us);
  if (room == NULL || room->state == SAL_ROOM_IN)
    return;
  g_free (room->key);
  room->key = wish->key != NULL && *wish->key != '\0' && strpbrk (wish->key, " ,:\r\n") == NULL
                  ? g_strdup (wish->key)
                  : NULL;
  g_free (own->msgid);
  own->msgid = g_strdup (wish->msgid);
  own->time_us = wish->time_us;
  own->latest = wish->latest;
  own->no_resume = wish->no_resume;
  if (machine->state == SAL_IRC_IN)
    send_join (machine, room);
  else
    room->state = SAL_ROOM_JOINING;
}

/**
 * sal_irc_machine_part:
 *
 * See sal_client_part().
 */
void
sal_irc_machine_part (SalIrcMachine *machine, const char *place, const char *reason, gint64 now_us)
{
  SalIrcRoom *room = sal_irc_rooms_find (&machine->rooms, place);

  machine->now_us = MAX (machine->now_us, now_us);
  if (room == NULL)
    return;
  if (machine->state == SAL_IRC_IN && room->state == SAL_ROOM_IN)
    (void) sal_irc_ask_line (machine, SAL_IRC_ASKED_COMMAND, room->name, "PART %s%s%s", room->name,
                             reason != NULL ? " :" : "", reason != NULL ? reason : "");
  else
    out_of_room (machine, room, SAL_ROOM_LEFT, NULL, NULL);
}

/* Coming and going. */

static void
note_user (SalIrcMachine *machine, const SalEvent *event)
{
  SalIrcUser *user = sal_irc_rooms_find_user (&machine->rooms, event->name);

  if (user == NULL)
    return;
  if (event->host != NULL)
    sal_irc_rooms_set_host (user, event->host);
  if (event->bot)
    user->bot = TRUE;
}

static void
on_own_join (SalIrcMachine *machine, SalIrcItem *item)
{
  const SalEvent *event = &item->action.event;
  SalIrcRoom *room = sal_irc_rooms_add (&machine->rooms, event->room);
  SalIrcMember *own = NULL;
  g_autofree char *host = g_strdup (event->host);

  if (room == NULL)
    {
      sal_irc_item_free (item);
      return;
    }
  if (host != NULL)
    {
      g_free (machine->host);
      machine->host = g_strdup (host);
    }
  g_free (room->name);
  room->name = g_strdup (event->room); /* as the server spells it */
  sal_irc_room_remove_members (&machine->rooms, room);
  sal_irc_room_set_topic (room, NULL, NULL, 0);
  own = sal_irc_room_add_member (&machine->rooms, room, machine->nick);
  if (own != NULL)
    own->user->away = machine->is_away;
  note_user (machine, event);
  sal_irc_tell_event (machine, item, room->name);
  sal_irc_room_changed (machine, room, SAL_ROOM_IN, NULL, NULL);
  if (machine->greeted && !machine->hinted)
    {
      SalIrcItem *hint = sal_irc_item_new (SAL_ACTION_EVENT);

      machine->hinted = TRUE;
      hint->action.event = (SalEvent){ .kind = SAL_EVENT_HINT };
      hint->action.ended = TRUE;
      sal_irc_tell_event (machine, hint, room->name);
    }
  sal_irc_begin_resume (machine, room);
}

static void
on_join (SalIrcMachine *machine, SalIrcItem *item)
{
  const SalEvent *event = &item->action.event;
  SalIrcRoom *room = sal_irc_rooms_find (&machine->rooms, event->room);
  SalIrcMember *member = NULL;
  g_autofree char *nick = g_strdup (event->name);

  if (item->action.own)
    {
      on_own_join (machine, item);
      return;
    }
  if (room == NULL || room->state != SAL_ROOM_IN)
    {
      sal_irc_item_free (item);
      return;
    }
  member = sal_irc_room_add_member (&machine->rooms, room, nick);
  note_user (machine, event);
  if (member != NULL)
    {
      sal_irc_rooms_set_account (member->user, event->account);
      if (event->real_name != NULL)
        sal_irc_rooms_set_real_name (member->user, event->real_name);
    }
  sal_irc_tell_event (machine, item, room->name);
  sal_irc_members_changed (machine, room->name, nick);
}

/* @nick has left @room, by itself or not. */
static void
on_gone (SalIrcMachine *machine, SalIrcItem *item, const char *nick)
{
  const SalEvent *event = &item->action.event;
  SalIrcRoom *room = sal_irc_rooms_find (&machine->rooms, event->room);
  g_autofree char *who = g_strdup (nick);
  g_autofree char *why = g_strdup (event->text);
  gboolean kicked = event->kind == SAL_EVENT_KICK;

  if (room == NULL || room->state != SAL_ROOM_IN)
    {
      sal_irc_item_free (item);
      return;
    }
  sal_irc_tell_event (machine, item, room->name);
  if (sal_irc_is_me (machine, who))
    out_of_room (machine, room, SAL_ROOM_LEFT, kicked ? "KICK" : NULL, why);
  else if (sal_irc_room_remove_member (&machine->rooms, room, who))
    sal_irc_members_changed (machine, room->name, who);
}

static void
on_quit (SalIrcMachine *machine, const SalIrcLine *line, SalIrcItem *item)
{
  g_autofree char *nick = g_strdup (item->action.event.name);
  g_autoptr (GPtrArray) rooms = sal_irc_rooms_of_user (&machine->rooms, nick);

  sal_irc_item_free (item);
  if (sal_irc_is_me (machine, nick))
    return; /* ERROR and the end follow */
  for (guint i = 0; i < rooms->len; i++)
    {
      SalIrcRoom *room = rooms->pdata[i];
      SalIrcItem *one = sal_irc_item_from_line (machine, line, FALSE);

      one->action.event.room = sal_irc_item_keep (one, room->name);
      sal_irc_tell_event (machine, one, room->name);
      sal_irc_room_remove_member (&machine->rooms, room, nick);
      sal_irc_members_changed (machine, room->name, nick);
    }
  sal_irc_on_nick_free (machine, nick);
}

/* InspIRCd, when it gives labels back, writes the new name where the old one belongs, in the answer
 * to whoever has asked for it. */
static gboolean
is_answer_to_ours (const SalIrcMachine *machine, const SalEvent *event)
{
  const char *asked = machine->reclaiming ? machine->wanted : machine->next_wanted;

  return g_str_equal (event->name, event->target) && !sal_irc_is_me (machine, event->name) &&
         asked != NULL && sal_irc_support_same (&machine->rooms.support, event->target, asked);
}

static void
on_nick (SalIrcMachine *machine, const SalIrcLine *line, SalIrcItem *item)
{
  gboolean answer = is_answer_to_ours (machine, &item->action.event);
  gboolean own = item->action.own || answer;
  g_autofree char *from = g_strdup (answer ? machine->nick : item->action.event.name);
  g_autofree char *to = g_strdup (item->action.event.target);
  g_autoptr (GPtrArray) rooms = sal_irc_rooms_of_user (&machine->rooms, from);

  if (*to == '\0')
    {
      sal_irc_item_free (item);
      return;
    }
  if (own)
    sal_irc_named (machine, to);
  sal_irc_rooms_rename_user (&machine->rooms, from, to);
  if (rooms->len == 0 && own)
    sal_irc_tell_event (machine, item, NULL);
  else
    sal_irc_item_free (item);
  for (guint i = 0; i < rooms->len; i++)
    {
      SalIrcRoom *room = rooms->pdata[i];
      SalIrcItem *one = sal_irc_item_from_line (machine, line, FALSE);

      one->action.own = own;
      if (answer)
        one->action.event.name = sal_irc_item_keep (one, from);
      sal_irc_tell_event (machine, one, room->name);
      sal_irc_members_changed (machine, room->name, to);
    }
  if (!own)
    sal_irc_on_nick_free (machine, from);
}

/* Modes. */

static void
apply_modes (SalIrcMachine *machine, SalIrcRoom *room, const SalIrcLine *line)
{
  const SalIrcSupport *support = &machine->rooms.support;
  gboolean setting = TRUE;
  guint next = 2;

  for (const char *at = line->params[1]; *at != '\0'; at++)
    {
      char prefix = sal_irc_support_prefix_of (support, *at);
      const char *param = NULL;

      if (*at == '+' || *at == '-')
        {
          setting = *at == '+';
          continue;
        }
      if (sal_irc_support_mode_takes_param (support, *at, setting) && next < line->n_params)
        param = line->params[next++];
      if (*at == 'k' && setting && param != NULL && g_str_equal (support->modes_param, "k"))
        {
          g_free (room->key);
          room->key = g_strndup (param, SAL_CLIENT_NAME_BYTES);
        }
      if (prefix == '\0' || param == NULL)
        continue;
      sal_irc_room_set_rank (&machine->rooms, room, param, prefix, setting);
      sal_irc_members_changed (machine, room->name, param);
    }
}

static void
on_mode (SalIrcMachine *machine, const SalIrcLine *line, SalIrcItem *item)
{
  SalIrcRoom *room = sal_irc_rooms_find (&machine->rooms, item->action.event.room);

  if (room == NULL && sal_irc_support_is_channel (&machine->rooms.support, line->params[0]))
    {
      sal_irc_item_free (item);
      return;
    }
  sal_irc_tell_event (machine, item, room != NULL ? room->name : NULL);
  if (room != NULL)
    apply_modes (machine, room, line);
}

static void
on_topic (SalIrcMachine *machine, SalIrcItem *item)
{
  const SalEvent *event = &item->action.event;
  SalIrcRoom *room = sal_irc_rooms_find (&machine->rooms, event->room);

  if (room == NULL)
    {
      sal_irc_item_free (item);
      return;
    }
  sal_irc_room_set_topic (room, event->text, event->name, event->time_us);
  sal_irc_tell_event (machine, item, room->name);
  (void) sal_irc_push_at (machine, SAL_ACTION_TOPIC, room->name);
}

static void
on_invite (SalIrcMachine *machine, SalIrcItem *item)
{
  const SalIrcRoom *room = sal_irc_rooms_find (&machine->rooms, item->action.event.room);

  sal_irc_tell_event (machine, item,
                      room != NULL && room->state == SAL_ROOM_IN ? room->name : NULL);
}

/* Somebody is known better. */
static void
on_user_change (SalIrcMachine *machine, SalIrcItem *item)
{
  const SalEvent *event = &item->action.event;
  SalIrcUser *user = sal_irc_rooms_find_user (&machine->rooms, event->name);

  if (user != NULL)
    {
      if (event->kind == SAL_EVENT_AWAY)
        user->away = event->text != NULL && *event->text != '\0';
      else if (event->kind == SAL_EVENT_ACCOUNT)
        sal_irc_rooms_set_account (user, event->account);
      else if (event->kind == SAL_EVENT_CHGHOST)
        sal_irc_rooms_set_host (user, event->target);
      else
        sal_irc_rooms_set_real_name (user, event->text);
    }
  if (item->action.own && event->kind == SAL_EVENT_CHGHOST)
    {
      g_free (machine->host);
      machine->host = g_strdup (event->target);
    }
  user_changed (machine, event->name);
  sal_irc_item_free (item);
}

/* What is said. */

/* Where something that was said belongs, and to whom alone it was said. @written: the target on the
 * wire. Returns it, within the event or the machine; NULL: the server. */
static const char *
place_of_said (SalIrcMachine *machine, SalClientAction *action, const char *written)
{
  const SalIrcSupport *support = &machine->rooms.support;
  SalEvent *event = &action->event;

  if (*written != '\0' && strchr (support->statusmsg, *written) != NULL &&
      sal_irc_support_is_channel (support, written + 1))
    event->status = *written++;
  event->room = NULL;
  if (sal_irc_support_is_channel (support, written))
    {
      event->room = written;
      return written;
    }
  if (action->own)
    {
      event->target = written;
      return written;
    }
  if (g_strcmp0 (event->name, machine->server) == 0)
    return NULL;
  if (event->host == NULL && sal_irc_rooms_find_user (&machine->rooms, event->name) == NULL &&
      (strchr (event->name, '.') != NULL || g_str_equal (event->name, "*") ||
       !sal_irc_is_me (machine, written)))
    return NULL;
  event->target = written;
  return event->name;
}

/* Tells what was said; takes @item over. @batch: (nullable): it lies in. @asked: (nullable): what
 * it answers. */
void
sal_irc_tell_said (SalIrcMachine *machine, SalIrcItem *item, SalIrcBatch *batch, SalIrcAsked *asked)
{
  SalEvent *event = &item->action.event;
  const char *place = place_of_said (machine, &item->action, event->room);
  SalIrcBatch *past = sal_irc_batch_in (machine, batch, "chathistory");
  SalMessage *said = NULL;
  g_autofree char *msgid = g_strdup (event->msgid);
  SalEvent receipt = { .msgid = msgid, .time_us = event->time_us };

  if (past != NULL && sal_irc_is_late (past))
    {
      sal_irc_item_free (item);
      return;
    }
  if (past != NULL && past->target != NULL)
    place = past->target;
  if (event->text != NULL && *event->text == '\001')
    {
      sal_irc_on_request (machine, event);
      sal_irc_item_free (item);
      return;
    }
  if (past != NULL)
    sal_irc_note_past (machine, past, event);
  else if (place == NULL && event->kind == SAL_EVENT_NOTICE)
    {
      event->kind = SAL_EVENT_TEXT;
      sal_irc_list_notice (machine, event->text);
    }
  if (event->kind == SAL_EVENT_TEXT)
    item->action.text = event->text;
  if (!event->past)
    note_user (machine, event);
  if (item->action.own && !event->past)
    said = sal_irc_find_said (machine, place, event, asked);
  if (said != NULL)
    item->action.message = said->lines <= 1 ? said->id : 0;
  if (item->action.own && place != NULL && event->text != NULL)
    {
      g_autofree char *hidden = sal_irc_hide_in_words (place, event->text);

      if (hidden != NULL)
        event->text = sal_irc_item_keep (item, hidden);
    }
  sal_irc_tell_event (machine, item, place);
  if (said != NULL)
    sal_irc_came_back (machine, said, &receipt);
}

static void
on_past_event (SalIrcMachine *machine, SalIrcItem *item, SalIrcBatch *past)
{
  if (sal_irc_is_late (past))
    {
      sal_irc_item_free (item);
      return;
    }
  sal_irc_note_past (machine, past, &item->action.event);
  sal_irc_tell_event (machine, item, past->target);
}

void
sal_irc_on_event (SalIrcMachine *machine,
                  const SalIrcLine *line,
                  SalIrcBatch *batch,
                  SalIrcAsked *asked)
{
  SalIrcBatch *past = sal_irc_batch_in (machine, batch, "chathistory");
  SalIrcItem *item = sal_irc_item_from_line (machine, line, past != NULL);

  switch (item->action.event.kind)
    {
    case SAL_EVENT_MESSAGE:
    case SAL_EVENT_ACTION:
    case SAL_EVENT_NOTICE:
      sal_irc_tell_said (machine, item, batch, asked);
      return;
    case SAL_EVENT_TEXT:
    case SAL_EVENT_TAGMSG:
      sal_irc_item_free (item); /* nothing that people would see */
      return;
    case SAL_EVENT_WALLOPS:
      item->action.text = item->action.event.text;
      sal_irc_tell_event (machine, item, NULL);
      return;
    default:
      break;
    }
  if (past != NULL)
    {
      on_past_event (machine, item, past);
      return;
    }
  switch (item->action.event.kind)
    {
    case SAL_EVENT_JOIN:
      on_join (machine, item);
      break;
    case SAL_EVENT_LEAVE:
      on_gone (machine, item, item->action.event.name);
      break;
    case SAL_EVENT_KICK:
      on_gone (machine, item, item->action.event.target);
      break;
    case SAL_EVENT_QUIT:
      on_quit (machine, line, item);
      break;
    case SAL_EVENT_NICK:
      on_nick (machine, line, item);
      break;
    case SAL_EVENT_MODE:
      on_mode (machine, line, item);
      break;
    case SAL_EVENT_TOPIC:
      on_topic (machine, item);
      break;
    case SAL_EVENT_INVITE:
      on_invite (machine, item);
      break;
    case SAL_EVENT_REDACT:
      {
        const char *place = place_of_said (machine, &item->action, item->action.event.room);

        sal_irc_tell_event (machine, item, place);
        break;
      }
    default:
      on_user_change (machine, item);
      break;
    }
}
