/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The conversations on a server: which there are, and to which of them belongs what the client
 * tells. A server of the plain dialect has one room, its main one. In IRC the main one is the
 * server's own, where it says what concerns no room; rooms come by being joined, conversations
 * with one person when either of the two begins. A salottod that is reached by a plain address
 * speaks IRC with us: then the main one is the room that it led us into, and there may be others
 * beside it.
 */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "common/base/sal-error.h"
#include "common/base/sal-limits.h"
#include "common/client/sal-room-private.h"
#include "common/client/sal-server-private.h"
#include "common/proto/sal-text.h"

/* Strangers can make us open so many conversations; what more of them say is told in the main
 * one. */
#define STRANGERS_MAX 50
/* Messages that are on their way at a time. */
#define GIVEN_MAX (SAL_CLIENT_LABELS / 2)
/* No server has longer names. */
#define PLACE_MAX_BYTES 300

/**
 * sal_server_is_plain:
 *
 * Returns: whether its address is one of the plain dialect, whatever is spoken there.
 */
gboolean
sal_server_is_plain (const SalServer *server)
{
  return server->uri->scheme != SAL_SCHEME_IRC && server->uri->scheme != SAL_SCHEME_IRCS;
}

/**
 * sal_server_speaks_irc:
 *
 * Returns: whether IRC is spoken on the connection of now.
 */
gboolean
sal_server_speaks_irc (const SalServer *server)
{
  return server->client != NULL && sal_client_is_irc (server->client);
}

/**
 * sal_server_has_rooms:
 *
 * Returns: whether there can be more than one conversation: it is an IRC server by its address, or
 *   has been found to be one.
 */
gboolean
sal_server_has_rooms (SalServer *server)
{
  return !sal_server_is_plain (server) || server->rooms->len > 1 || sal_server_speaks_irc (server);
}

/* The list. */

static SalRoomModel *
append_room (SalServer *server, const SalStoredRoom *row)
{
  SalRoomModel *room = sal_room_new (server, row);

  g_ptr_array_add (server->rooms, room);
  return room;
}

/* Returns: (transfer none) (nullable): a room that is new in the list and in the store. */
static SalRoomModel *
make_room (SalServer *server, SalRoomKind kind, const char *place, gboolean joined, GError **error)
{
  gint64 id = sal_store_add_room (server->store, server->row->id, kind, place, error);
  g_autoptr (SalStoredRoom) row = NULL;
  SalRoomModel *room = NULL;

  if (id == 0)
    return NULL;
  row = sal_store_get_room (server->store, id);
  row->joined = joined;
  sal_store_update_room (server->store, row);
  room = append_room (server, row);
  if (kind == SAL_ROOM_PRIVATE)
    sal_server_meet (server, room);
  g_list_model_items_changed (G_LIST_MODEL (server), server->rooms->len - 1, 0, 1);
  return room;
}

static int
compare_ids (gconstpointer a, gconstpointer b)
{
  gint64 first = (*(const SalStoredRoom *const *) a)->id;
  gint64 second = (*(const SalStoredRoom *const *) b)->id;

  return (first > second) - (first < second);
}

/**
 * sal_server_load_rooms:
 *
 * Takes the rooms from the store; makes the main one if it is missing. What the last process sent
 * can be asked for only by who is called as it was: so that is the name to come back under.
 */
gboolean
sal_server_load_rooms (SalServer *server, GError **error)
{
  g_autoptr (GPtrArray) rows = sal_store_list_rooms (server->store, server->row->id);
  SalRoomKind main_kind = sal_server_is_plain (server) ? SAL_ROOM_CHANNEL : SAL_ROOM_SERVER;
  const char *sent_name = NULL;

  g_ptr_array_sort (rows, compare_ids); /* the main one was the first */
  for (guint i = 0; i < rows->len; i++)
    {
      SalRoomModel *room = append_room (server, rows->pdata[i]);

      if (server->main == NULL && room->row->kind == main_kind)
        server->main = room;
      if (sent_name == NULL)
        sent_name = sal_story_get_sent_name (room->story);
    }
  if (sent_name != NULL)
    sal_server_set_current_name (server, sent_name);
  if (server->main == NULL)
    server->main = make_room (server, main_kind, "", TRUE, error);
  if (server->main != NULL && *server->main->place == '\0' && sal_server_is_plain (server) &&
      server->uri->scheme != SAL_SCHEME_UNIX && server->uri->path != NULL)
    sal_room_set_place (server->main, server->uri->path);
  return server->main != NULL;
}

/**
 * sal_server_unload_rooms:
 *
 * The server goes; whoever still holds one of its rooms has a room without a server.
 */
void
sal_server_unload_rooms (SalServer *server)
{
  for (guint i = 0; i < server->rooms->len; i++)
    sal_room_detach (server->rooms->pdata[i]);
  g_ptr_array_set_size (server->rooms, 0);
  server->main = NULL;
}

/**
 * sal_server_get_main_room:
 *
 * Returns: (transfer none): the room of a plain server, or the server's own conversation.
 */
SalRoomModel *
sal_server_get_main_room (SalServer *server)
{
  return server->main;
}

/**
 * sal_server_find_room:
 * @place: a room's name or a nickname, in whatever case
 *
 * Returns: (transfer none) (nullable)
 */
SalRoomModel *
sal_server_find_room (SalServer *server, const char *place)
{
  for (guint i = 0; i < server->rooms->len; i++)
    if (sal_room_is_at (server->rooms->pdata[i], place))
      return server->rooms->pdata[i];
  return NULL;
}

/**
 * sal_server_is_room_name:
 * @place: a name that somebody has typed
 *
 * Returns: whether the server takes it for a room's rather than a person's: of `#tea` all do, of
 *   `+tea` some. Where that is not known yet, every sign that has ever begun a room's name counts.
 */
gboolean
sal_server_is_room_name (SalServer *server, const char *place)
{
  const SalIrcSupport *support =
      sal_server_speaks_irc (server) ? sal_client_get_support (server->client) : NULL;

  return support != NULL ? sal_irc_support_is_channel (support, place)
                         : *place != '\0' && strchr ("#&+!", *place) != NULL;
}

/* A name that can stand in a line of IRC, and is no more than one parameter. */
static gboolean
check_place (const char *place, GError **error)
{
  g_autoptr (GString) clean = g_string_new (NULL);
  gboolean valid = sal_text_clean (clean, place, strlen (place));

  if (valid && *place != '\0' && *place != ':' && strlen (place) <= PLACE_MAX_BYTES &&
      strpbrk (place, " ,\a\r\n") == NULL && g_str_equal (clean->str, place))
    return TRUE;
  g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE, _ ("“%s” is no name of a room or a person"),
               clean->str);
  return FALSE;
}

static void
join_now (SalServer *server, SalRoomModel *room)
{
  g_autoptr (SalEntry) last = sal_story_find_last_known (room->story, G_MAXUINT64);
  SalClientRoom join = {
    .name = room->place,
    .key = room->key,
    .msgid = last != NULL ? last->msgid : NULL,
    .time_us = last != NULL ? last->time_us : 0,
    .latest = 100,
  };

  if (server->presence == SAL_PRESENCE_IN && sal_server_speaks_irc (server) &&
      room->state != SAL_ROOM_IN && room->state != SAL_ROOM_JOINING)
    {
      room->resuming = TRUE;
      sal_client_join (server->client, &join);
    }
}

/**
 * sal_server_join:
 * @place: `#tea`, or another name that the server takes for a room's; without any sign of a room
 *   it gets a `#`
 * @key: (nullable): the room's password
 *
 * Goes into a room, now or when the server is reached; it is in the list from now on.
 *
 * Returns: (transfer none) (nullable): the room, or %NULL with an error in words for people.
 */
SalRoomModel *
sal_server_join (SalServer *server, const char *place, const char *key, GError **error)
{
  g_autofree char *name =
      sal_server_is_room_name (server, place) ? g_strdup (place) : g_strconcat ("#", place, NULL);
  SalRoomModel *room = NULL;

  if (*place == '\0' || !check_place (name, error))
    {
      if (*place == '\0')
        (void) check_place ("", error);
      return NULL;
    }
  room = sal_server_find_room (server, name);
  if (room == NULL)
    room = make_room (server, SAL_ROOM_CHANNEL, name, TRUE, error);
  if (room == NULL)
    return NULL;
  g_free (room->key);
  room->key = g_strdup (key);
  if (!room->row->joined)
    {
      room->row->joined = TRUE;
      sal_room_save (room);
    }
  join_now (server, room);
  return room;
}

/**
 * sal_server_talk_to:
 * @nick: somebody's name
 *
 * Returns: (transfer none) (nullable): the conversation with them, which is made if it is new; %NULL
 *   with an error in words for people.
 */
SalRoomModel *
sal_server_talk_to (SalServer *server, const char *nick, GError **error)
{
  SalRoomModel *room = NULL;

  if (!check_place (nick, error))
    return NULL;
  room = sal_server_find_room (server, nick);
  return room != NULL ? room : make_room (server, SAL_ROOM_PRIVATE, nick, FALSE, error);
}

/**
 * sal_server_forget_room:
 *
 * Leaves the room and deletes all that is kept of it. The main one stays: it goes with the server.
 */
void
sal_server_forget_room (SalServer *server, SalRoomModel *room)
{
  guint position = 0;
  GHashTableIter iter;
  gpointer given = NULL;

  if (room == server->main || !g_ptr_array_find (server->rooms, room, &position))
    return;
  if (room->row->kind == SAL_ROOM_CHANNEL)
    sal_room_model_leave (room);
  g_hash_table_iter_init (&iter, server->given);
  while (g_hash_table_iter_next (&iter, NULL, &given))
    if (((SalGiven *) given)->room == room)
      g_hash_table_iter_remove (&iter);
  g_object_ref (room);
  sal_room_detach (room);
  sal_store_forget_room (server->store, room->row->id);
  g_ptr_array_remove_index (server->rooms, position);
  g_list_model_items_changed (G_LIST_MODEL (server), position, 1, 0);
  sal_room_close (room);
  g_object_unref (room);
}

/* The connection. */

/* Calls @what for every room; some of that may add to the list or take from it. */
static void
for_each_room (SalServer *server, void (*what) (SalRoomModel *room))
{
  g_autoptr (GPtrArray) rooms =
      g_ptr_array_copy (server->rooms, (GCopyFunc) (void (*) (void)) g_object_ref, NULL);

  g_ptr_array_set_free_func (rooms, g_object_unref);
  for (guint i = 0; i < rooms->len; i++)
    if (((SalRoomModel *) rooms->pdata[i])->server != NULL)
      what (rooms->pdata[i]);
}

/**
 * sal_server_begin_connection:
 */
void
sal_server_begin_connection (SalServer *server)
{
  for_each_room (server, sal_room_begin_connection);
}

/**
 * sal_server_end_connection:
 *
 * The client is gone, and with it what it did not say of the messages it was given.
 */
void
sal_server_end_connection (SalServer *server)
{
  g_autoptr (GArray) given = g_array_new (FALSE, FALSE, sizeof (SalGiven));
  GHashTableIter iter;
  gpointer value = NULL;

  g_hash_table_iter_init (&iter, server->given);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_array_append_vals (given, value, 1);
  g_hash_table_remove_all (server->given);
  server->away = FALSE;
  for (guint i = 0; i < given->len; i++)
    {
      const SalGiven *one = &g_array_index (given, SalGiven, i);

      /* A room may be forgotten because of what became of another. */
      if (g_ptr_array_find (server->rooms, one->room, NULL))
        sal_room_settle (one->room, one->entry);
    }
  for_each_room (server, sal_room_end_connection);
  g_ptr_array_set_size (server->strangers, 0);
  sal_server_stop_listing (server);
}

static void
tell_name (SalRoomModel *room)
{
  g_signal_emit_by_name (room, "name");
}

static void
on_name (SalRoomModel *room)
{
  tell_name (room);
  if (room->server != NULL)
    sal_room_send_queued (room); /* what waits for its name */
}

/**
 * sal_server_name_changed:
 */
void
sal_server_name_changed (SalServer *server)
{
  for_each_room (server, on_name);
}

/**
 * sal_server_presence_changed:
 */
void
sal_server_presence_changed (SalServer *server)
{
  for_each_room (server, sal_room_presence_changed);
}

/**
 * sal_server_count_free:
 *
 * Returns: how many messages the client may be given now: it remembers a limited number of
 *   questions, and receipts of more would not be known.
 */
guint
sal_server_count_free (const SalServer *server)
{
  guint given = g_hash_table_size (server->given);

  return given < GIVEN_MAX ? GIVEN_MAX - given : 0;
}

/**
 * sal_server_give:
 * @mine: a message of ours that the file has as sent
 * @again: it has been with a server
 *
 * Gives it to the client.
 *
 * Returns: %FALSE if the client cannot take it.
 */
gboolean
sal_server_give (SalServer *server, SalRoomModel *room, const SalEntry *mine, gboolean again)
{
  guint64 number = 0;
  SalGiven given = { .room = room, .entry = mine->id, .again = again };
  const char *place = *room->place != '\0' ? room->place : NULL;

  /* What becomes of it may be told before it has a number. */
  server->giving = given;
  number = sal_client_say_to (server->client, place, mine->text, mine->nonce);
  server->giving = (SalGiven){ 0 };
  if (number == 0)
    return FALSE;
  if (sal_story_get_pending (room->story, mine->id) != NULL)
    g_hash_table_replace (server->given, g_memdup2 (&number, sizeof number),
                          g_memdup2 (&given, sizeof given));
  return TRUE;
}

/* Whom the person wants to hear. */

/**
 * sal_server_set_filter:
 * @filter: (transfer none): whose words are passed over from now on, and of which words the person
 *   wants to be told as of their name; what is in the stories stays
 */
void
sal_server_set_filter (SalServer *server, SalFilter *filter)
{
  g_clear_pointer (&server->filter, sal_filter_unref);
  server->filter = sal_filter_ref (filter);
  if (server->client != NULL)
    sal_client_set_filter (server->client, filter);
}

/**
 * sal_server_ignores:
 * @action: an event
 *
 * Returns: whether somebody says something here whom the person does not want to hear.
 */
gboolean
sal_server_ignores (const SalServer *server, const SalClientAction *action)
{
  return sal_client_action_is_ignored (action, server->filter);
}

/* What the client tells. */

static guint
count_private (SalServer *server)
{
  guint n = 0;

  for (guint i = 0; i < server->rooms->len; i++)
    n += ((SalRoomModel *) server->rooms->pdata[i])->row->kind == SAL_ROOM_PRIVATE ? 1 : 0;
  return n;
}

/**
 * sal_server_takes_stranger:
 *
 * Returns: whether a conversation may be opened for what somebody says.
 */
gboolean
sal_server_takes_stranger (SalServer *server, const char *place)
{
  return check_place (place, NULL) &&
         count_private (server) + server->strangers->len < STRANGERS_MAX;
}

/**
 * sal_server_make_private:
 *
 * Returns: (transfer none) (nullable): a new conversation with somebody.
 */
SalRoomModel *
sal_server_make_private (SalServer *server, const char *place)
{
  return make_room (server, SAL_ROOM_PRIVATE, place, FALSE, NULL);
}

/* Somebody speaks to us, or we to them from another device: that opens a conversation. A notice
 * does not: it is what services and servers send. */
static gboolean
opens_a_conversation (const SalEvent *event)
{
  return event->kind == SAL_EVENT_MESSAGE || event->kind == SAL_EVENT_ACTION;
}

static SalRoomModel *
room_of_event (SalServer *server, const SalClientAction *action)
{
  SalRoomModel *room = NULL;

  if (action->place == NULL)
    return server->main;
  room = sal_server_find_room (server, action->place);
  if (room != NULL)
    return room;
  if (sal_server_is_room_name (server, action->place) || sal_server_ignores (server, action))
    return server->main;
  if (sal_server_is_stranger (server, action->place) ||
      (opens_a_conversation (&action->event) && sal_server_takes_stranger (server, action->place)))
    room = sal_server_make_private (server, action->place);
  return room != NULL ? room : server->main;
}

/* The main room of a plain address, which is not known by its name yet, is the one that the server
 * led us into. */
static SalRoomModel *
room_of_state (SalServer *server, const SalClientAction *action)
{
  SalRoomModel *room = sal_server_find_room (server, action->place);
  const char *home = sal_client_get_home (server->client);

  if (room == NULL && sal_server_is_plain (server) && server->main->state == SAL_ROOM_OUT &&
      home != NULL &&
      sal_irc_support_same (sal_client_get_support (server->client), home, action->place))
    room = server->main;
  if (room == NULL && (action->room_state == SAL_ROOM_IN || action->room_state == SAL_ROOM_JOINING))
    room = make_room (server, SAL_ROOM_CHANNEL, action->place, TRUE, NULL);
  if (room != NULL)
    sal_room_set_place (room, action->place);
  return room;
}

/* A private conversation goes on under the other's new name, unless there is one already. */
static void
follow_name (SalServer *server, const SalEvent *event)
{
  SalRoomModel *room = NULL;
  const SalRoomModel *other = NULL;

  if (event->past || event->name == NULL || event->target == NULL)
    return;
  room = sal_server_find_room (server, event->name);
  other = sal_server_find_room (server, event->target);
  if (room == NULL || room->row->kind != SAL_ROOM_PRIVATE || (other != NULL && other != room))
    return;
  sal_room_set_place (room, event->target);
  sal_room_emit_topic (room);
}

/* We are called otherwise in IRC. If that is what was wished for, by whatever command, it is the name
 * to come back under; if it was done to us, or is a number behind our name, it is not. */
static void
keep_wanted_name (SalServer *server)
{
  const char *wanted = sal_client_get_wanted_name (server->client);

  if (!g_str_equal (sal_client_get_name (server->client), wanted) ||
      g_str_equal (server->row->name, wanted))
    return;
  g_free (server->row->name);
  server->row->name = g_strdup (wanted);
  sal_store_update_server (server->store, server->row);
}

static void
on_message (SalServer *server, const SalClientAction *action)
{
  const SalGiven *known = g_hash_table_lookup (server->given, &action->message);
  SalGiven given = known != NULL ? *known : server->giving;

  if (given.room == NULL)
    return;
  if (action->state != SAL_MESSAGE_SENT || action->late)
    g_hash_table_remove (server->given, &action->message);
  sal_room_on_message (given.room, given.entry, given.again, action);
  if (g_hash_table_size (server->given) == GIVEN_MAX / 2)
    for_each_room (server, sal_room_send_queued); /* there is room for those that wait */
}

/* The client joins what it was told of when the connection began; somebody may have wanted another room
 * since. */
static void
join_late (SalRoomModel *room)
{
  if (room->row->kind == SAL_ROOM_CHANNEL && room->row->joined && !room->resuming &&
      *room->place != '\0')
    join_now (room->server, room);
}

static void
on_ready (SalServer *server, const char *name)
{
  sal_server_on_ready (server, name);
  if (server->presence != SAL_PRESENCE_IN)
    return;
  for_each_room (server, join_late);
  for_each_room (server, sal_room_reached);
}

/**
 * sal_server_on_action:
 *
 * Something that the client has to tell goes to where it belongs.
 */
void
sal_server_on_action (SalClient *client, const SalClientAction *action, SalServer *server)
{
  g_autoptr (SalServer) keep G_GNUC_UNUSED = g_object_ref (server);
  SalRoomModel *room = NULL;

  if (action->place != NULL && action->kind != SAL_ACTION_EVENT &&
      action->kind != SAL_ACTION_ROOM && action->kind != SAL_ACTION_LISTED)
    room = sal_server_find_room (server, action->place);
  switch (action->kind)
    {
    case SAL_ACTION_EVENT:
      if (sal_server_passes_over (server, action))
        break;
      sal_room_on_event (room_of_event (server, action), action);
      if (action->event.kind == SAL_EVENT_NICK)
        {
          follow_name (server, &action->event);
          sal_server_set_current_name (server, sal_client_get_name (client));
          if (action->own)
            keep_wanted_name (server);
        }
      break;
    case SAL_ACTION_READY:
      on_ready (server, action->text);
      break;
    case SAL_ACTION_MESSAGE:
      on_message (server, action);
      break;
    case SAL_ACTION_ROOM:
      room = room_of_state (server, action);
      if (room != NULL)
        sal_room_on_state (room, action);
      break;
    case SAL_ACTION_MEMBERS:
      if (room != NULL)
        sal_room_on_members (room, action->text);
      break;
    case SAL_ACTION_TOPIC:
      if (room != NULL)
        sal_room_on_topic (room);
      break;
    case SAL_ACTION_HISTORY:
      if (room != NULL)
        sal_room_on_history (room, action);
      else
        sal_server_on_strangers_page (server, action);
      break;
    case SAL_ACTION_MISSED:
      sal_server_on_missed (server, action);
      break;
    case SAL_ACTION_GAP:
      if (room != NULL)
        sal_room_on_gap (room);
      break;
    case SAL_ACTION_LISTED:
    case SAL_ACTION_LIST_END:
      sal_server_on_listed (server, action);
      break;
    case SAL_ACTION_READ_MARKER:
      if (room != NULL)
        sal_room_on_read_marker (room, action->time_us);
      break;
    case SAL_ACTION_AWAY:
      server->away = action->own;
      for_each_room (server, tell_name);
      break;
    case SAL_ACTION_LINE:
      sal_server_add_raw (server, action->own, action->text);
      break;
    default:
      break;
    }
}

/* Addresses. */

/**
 * sal_server_split_uri:
 * @uri: as a person has it, `irc://example.org/tea`
 * @place: (out) (nullable): the room in it, as sal_server_join() takes it
 *
 * Returns: (transfer full) (nullable): the address of the server, as sal_store_find_server() knows
 *   it. On the plain dialect that is the whole address: there a room is a server.
 */
char *
sal_server_split_uri (const char *uri, char **place, GError **error)
{
  g_autoptr (SalUri) parsed = sal_uri_parse_client (uri, error);
  g_autofree char *host_port = NULL;

  *place = NULL;
  if (parsed == NULL)
    return NULL;
  if (parsed->scheme != SAL_SCHEME_IRC && parsed->scheme != SAL_SCHEME_IRCS)
    return g_strdup (uri);
  if (parsed->path != NULL && *parsed->path != '\0')
    *place = g_strdup (parsed->path);
  host_port = sal_format_host_port (parsed->host, parsed->port);
  return g_strdup_printf ("%s://%s", sal_scheme_name (parsed->scheme), host_port);
}
