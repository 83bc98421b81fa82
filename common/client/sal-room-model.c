/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One conversation as one person has it: the story of what was said with the person's own
 * messages and what became of each, who is there, what is typed and not sent yet. It decides which
 * messages may be sent; windows show it and decide nothing. The connection is its server's
 * (sal-server); what is told there becomes entries in sal-room-events and sal-room-history; our own
 * messages go their way in sal-room-outbox. A third of this file are getters.
 *
 * Signals:
 *   presence ()                 the state of the connection or of the room, or its error, has
 *                               changed
 *   name ()                     who we are has changed, or whether we are away
 *   topic ()                    the topic has changed, or the room's title
 *   added (SalEntry *)          an entry at the end of the story
 *   changed (SalEntry *)        the entry of that number is now this
 *   removed (guint64)           the entry of that number is gone
 *   unread ()                   how many are unread, or name us, has changed
 *   read ()                     up to where the person has read has changed, perhaps on another
 *                               device
 *   older (guint, gboolean)     what sal_room_model_fetch_older() asked for: how many entries are
 *                               new before the one it named, and whether there may be more
 *   closed ()                   the room is forgotten
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

G_DEFINE_FINAL_TYPE (SalRoomModel, sal_room_model, G_TYPE_OBJECT)

enum
{
  PRESENCE,
  NAME,
  TOPIC,
  ADDED,
  CHANGED,
  REMOVED,
  UNREAD,
  READ,
  OLDER,
  CLOSED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
sal_room_model_finalize (GObject *object)
{
  SalRoomModel *room = SAL_ROOM_MODEL (object);

  g_clear_pointer (&room->story, sal_story_free);
  g_clear_pointer (&room->row, sal_stored_room_free);
  g_clear_object (&room->store);
  g_clear_object (&room->members);
  g_clear_error (&room->refused);
  g_clear_pointer (&room->open, sal_entry_unref);
  g_clear_pointer (&room->refusal, sal_entry_unref);
  g_clear_pointer (&room->held, g_ptr_array_unref);
  g_clear_pointer (&room->page, g_ptr_array_unref);
  g_clear_pointer (&room->left_out, sal_entry_unref);
  g_clear_pointer (&room->missed_from, sal_entry_unref);
  g_clear_pointer (&room->reached, sal_entry_unref);
  g_free (room->topic_by);
  g_free (room->place);
  g_free (room->title);
  g_free (room->uri);
  g_free (room->key);
  G_OBJECT_CLASS (sal_room_model_parent_class)->finalize (object);
}

static void
sal_room_model_class_init (SalRoomModelClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = sal_room_model_finalize;
#define SIGNAL(name, ...)                                                                          \
  g_signal_new (name, type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, __VA_ARGS__)
  signals[PRESENCE] = SIGNAL ("presence", 0);
  signals[NAME] = SIGNAL ("name", 0);
  signals[TOPIC] = SIGNAL ("topic", 0);
  signals[ADDED] = SIGNAL ("added", 1, G_TYPE_POINTER);
  signals[CHANGED] = SIGNAL ("changed", 1, G_TYPE_POINTER);
  signals[REMOVED] = SIGNAL ("removed", 1, G_TYPE_UINT64);
  signals[UNREAD] = SIGNAL ("unread", 0);
  signals[READ] = SIGNAL ("read", 0);
  signals[OLDER] = SIGNAL ("older", 2, G_TYPE_UINT, G_TYPE_BOOLEAN);
  signals[CLOSED] = SIGNAL ("closed", 0);
#undef SIGNAL
}

static void
sal_room_model_init (SalRoomModel *room)
{
  room->members = sal_members_new ();
}

/* The story. */

static void
on_added (const SalEntry *entry, gpointer data)
{
  g_signal_emit (data, signals[ADDED], 0, entry);
}

static void
on_changed (const SalEntry *entry, gpointer data)
{
  g_signal_emit (data, signals[CHANGED], 0, entry);
}

static void
on_removed (guint64 id, gpointer data)
{
  g_signal_emit (data, signals[REMOVED], 0, id);
}

static void
on_unread (gpointer data)
{
  g_signal_emit (data, signals[UNREAD], 0);
}

static const SalStoryHooks story_hooks = {
  .added = on_added,
  .changed = on_changed,
  .removed = on_removed,
  .unread = on_unread,
};

/**
 * sal_room_emit_topic:
 */
void
sal_room_emit_topic (SalRoomModel *room)
{
  g_signal_emit (room, signals[TOPIC], 0);
}

/**
 * sal_room_emit_older:
 */
void
sal_room_emit_older (SalRoomModel *room, guint n, gboolean more)
{
  g_signal_emit (room, signals[OLDER], 0, n, more);
}

/* Where it is. */

static gboolean
is_main (SalRoomModel *room)
{
  return room->server != NULL && room->server->main == room;
}

/**
 * sal_room_new:
 * @server: (unowned): whose room it is; the first one is its main one
 * @row: what is kept of it; copied
 *
 * Returns: (transfer full)
 */
SalRoomModel *
sal_room_new (SalServer *server, const SalStoredRoom *row)
{
  SalRoomModel *room = g_object_new (SAL_TYPE_ROOM_MODEL, NULL);

  room->server = server;
  room->store = g_object_ref (server->store);
  room->row = sal_stored_room_copy (row);
  room->place = g_strdup (row->place);
  sal_room_name (room, server);
  room->story = sal_story_new (server->store, row->id, row->read_id, &story_hooks, room);
  return room;
}

/**
 * sal_room_detach:
 *
 * The server goes. From now on the room can be read, and that is all.
 */
void
sal_room_detach (SalRoomModel *room)
{
  g_clear_handle_id (&room->name_timer, g_source_remove);
  room->server = NULL;
}

/**
 * sal_room_close:
 *
 * All that was kept of it is deleted.
 */
void
sal_room_close (SalRoomModel *room)
{
  g_signal_emit (room, signals[CLOSED], 0);
}

/**
 * sal_room_save:
 *
 * What is kept of the room besides its entries has changed.
 */
void
sal_room_save (SalRoomModel *room)
{
  SalStoredRoom row = *room->row;

  /* A password that is being typed is held in memory only. */
  if (sal_irc_is_secret_typed (room->place, row.draft))
    row.draft = (char *) "";
  sal_store_update_room (room->store, &row);
}

/* The connection. */

/**
 * sal_room_is_reached:
 *
 * Returns: whether what is said now gets there.
 */
gboolean
sal_room_is_reached (SalRoomModel *room)
{
  return sal_room_model_get_presence (room) == SAL_PRESENCE_IN;
}

/**
 * sal_room_begin_connection:
 */
void
sal_room_begin_connection (SalRoomModel *room)
{
  room->state = SAL_ROOM_OUT;
  g_clear_error (&room->refused);
  sal_story_begin_connection (room->story);
}

/**
 * sal_room_end_connection:
 */
void
sal_room_end_connection (SalRoomModel *room)
{
  sal_room_stop_fetching (room);
  g_clear_pointer (&room->open, sal_entry_unref);
  g_clear_pointer (&room->refusal, sal_entry_unref);
  g_clear_handle_id (&room->name_timer, g_source_remove);
  room->state = SAL_ROOM_OUT;
  sal_room_on_members (room, NULL);
}

/**
 * sal_room_presence_changed:
 */
void
sal_room_presence_changed (SalRoomModel *room)
{
  g_signal_emit (room, signals[PRESENCE], 0);
}

/**
 * sal_room_reached:
 *
 * We are on the server; in IRC that is not yet in a room.
 */
void
sal_room_reached (SalRoomModel *room)
{
  gboolean irc = sal_server_speaks_irc (room->server);

  if (!irc && is_main (room))
    {
      room->row->last_used_us = g_get_real_time ();
      sal_room_save (room);
    }
  if (irc && room->row->kind == SAL_ROOM_PRIVATE)
    sal_room_catch_up (room);
  sal_room_send_queued (room);
}

/* What windows ask for. */

/**
 * sal_room_model_connect:
 *
 * Wants to be here from now on. In a room of IRC that means to join it, and to connect to its
 * server if that is not wanted yet; everywhere else, to connect at once, also when the next try
 * would be later.
 */
void
sal_room_model_connect (SalRoomModel *room)
{
  if (room->server == NULL)
    return;
  if (room->row->kind == SAL_ROOM_CHANNEL && !is_main (room))
    (void) sal_server_join (room->server, room->place, room->key, NULL);
  else if (is_main (room) && room->server->presence == SAL_PRESENCE_IN &&
           sal_server_speaks_irc (room->server) && room->row->kind == SAL_ROOM_CHANNEL)
    (void) sal_server_join (room->server, room->place, room->key, NULL);
  if (room->server->presence != SAL_PRESENCE_IN)
    sal_server_connect (room->server);
}

/**
 * sal_room_model_leave:
 *
 * Leaves and does not come back by itself: the room of IRC; at the server's own conversation and in
 * the room of a plain address, the server. #SalRoomModel::presence tells when it is done.
 */
void
sal_room_model_leave (SalRoomModel *room)
{
  if (room->server == NULL)
    return;
  if (is_main (room))
    {
      sal_server_leave (room->server);
      return;
    }
  if (room->row->kind != SAL_ROOM_CHANNEL)
    return;
  if (room->row->joined)
    {
      room->row->joined = FALSE;
      sal_room_save (room);
    }
  if (room->server->presence == SAL_PRESENCE_IN && sal_server_speaks_irc (room->server) &&
      (room->state == SAL_ROOM_IN || room->state == SAL_ROOM_JOINING))
    sal_client_part (room->server->client, room->place, NULL);
  else
    sal_room_presence_changed (room);
}

/**
 * sal_room_model_get_presence:
 *
 * Returns: that of the server; while we are on it, %SAL_PRESENCE_OFFLINE in a room of IRC that we
 *   are not in, and %SAL_PRESENCE_ENTERING in one that we are joining.
 */
SalPresence
sal_room_model_get_presence (SalRoomModel *room)
{
  SalServer *server = room->server;

  if (server == NULL)
    return SAL_PRESENCE_OFFLINE;
  if (server->presence != SAL_PRESENCE_IN)
    return server->presence;
  if (!sal_server_speaks_irc (server))
    return is_main (room) ? SAL_PRESENCE_IN : SAL_PRESENCE_OFFLINE;
  if (room->row->kind != SAL_ROOM_CHANNEL || room->state == SAL_ROOM_IN)
    return SAL_PRESENCE_IN;
  /* Whoever is let in by a plain address has not asked for a room of IRC. */
  if (room->state == SAL_ROOM_JOINING || (is_main (room) && room->state == SAL_ROOM_OUT))
    return SAL_PRESENCE_ENTERING;
  return SAL_PRESENCE_OFFLINE;
}

/**
 * sal_room_model_get_error:
 *
 * Returns: (transfer none) (nullable): why we are not there, as a sentence.
 */
const GError *
sal_room_model_get_error (SalRoomModel *room)
{
  if (room->server == NULL)
    return NULL;
  return room->server->presence == SAL_PRESENCE_IN ? room->refused : room->server->error;
}

/**
 * sal_room_model_get_retry_us:
 *
 * Returns: when the next try to connect is, of the monotonic clock, while waiting for it.
 */
gint64
sal_room_model_get_retry_us (SalRoomModel *room)
{
  return room->server != NULL ? room->server->retry_us : 0;
}

/**
 * sal_room_model_get_server:
 *
 * Returns: (transfer none) (nullable): whose room it is; %NULL when that has gone.
 */
SalServer *
sal_room_model_get_server (SalRoomModel *room)
{
  return room->server;
}

/**
 * sal_room_model_get_kind:
 */
SalRoomKind
sal_room_model_get_kind (SalRoomModel *room)
{
  return room->row->kind;
}

/**
 * sal_room_model_get_place:
 *
 * Returns: (transfer none): the room's name or the other person's, as the server spells it; "" for
 *   the server's own conversation, and while the room of a plain address has no name.
 */
const char *
sal_room_model_get_place (SalRoomModel *room)
{
  return room->place;
}

/**
 * sal_room_model_get_id:
 *
 * Returns: the room's number in the store.
 */
gint64
sal_room_model_get_id (SalRoomModel *room)
{
  return room->row->id;
}

/**
 * sal_room_model_get_uri:
 *
 * Returns: (transfer none): its address, by which it can be opened again.
 */
const char *
sal_room_model_get_uri (SalRoomModel *room)
{
  return room->uri;
}

/**
 * sal_room_model_get_title:
 *
 * Returns: (transfer none): what to call the room in few words.
 */
const char *
sal_room_model_get_title (SalRoomModel *room)
{
  return room->title;
}

/**
 * sal_room_model_get_host:
 *
 * Returns: (transfer none): where it is, with the port.
 */
const char *
sal_room_model_get_host (SalRoomModel *room)
{
  return room->server != NULL ? room->server->host : "";
}

/**
 * sal_room_model_get_name:
 *
 * Returns: (transfer none): who we are there, as the server has it, or as we shall ask
 *   it to.
 */
const char *
sal_room_model_get_name (SalRoomModel *room)
{
  return room->server != NULL ? room->server->name : "";
}

/**
 * sal_room_model_set_name:
 *
 * As sal_server_set_name().
 */
void
sal_room_model_set_name (SalRoomModel *room, const char *name)
{
  if (room->server != NULL)
    sal_server_set_name (room->server, name);
}

/**
 * sal_room_model_get_last_used_us:
 *
 * Returns: when we were let in last, since 1970; 0 for never.
 */
gint64
sal_room_model_get_last_used_us (SalRoomModel *room)
{
  return room->row->last_used_us;
}

/**
 * sal_room_model_get_topic:
 *
 * Returns: (transfer none) (nullable): as it was last known.
 */
const char *
sal_room_model_get_topic (SalRoomModel *room)
{
  return *room->row->topic != '\0' ? room->row->topic : NULL;
}

/**
 * sal_room_model_get_topic_by:
 *
 * Returns: (transfer none) (nullable): who has set it, if that is known.
 */
const char *
sal_room_model_get_topic_by (SalRoomModel *room)
{
  return room->topic_by;
}

/**
 * sal_room_model_get_topic_us:
 *
 * Returns: when it was set, since 1970; 0: unknown.
 */
gint64
sal_room_model_get_topic_us (SalRoomModel *room)
{
  return room->topic_us;
}

/**
 * sal_room_model_set_topic:
 * @topic: "" for none
 *
 * Asks the server for it; #SalRoomModel::topic tells if it agrees, an entry if it does not.
 *
 * Returns: %FALSE if this is no room of IRC that we are in.
 */
gboolean
sal_room_model_set_topic (SalRoomModel *room, const char *topic, GError **error)
{
  g_autofree char *line = NULL;

  if (room->row->kind != SAL_ROOM_CHANNEL || room->state != SAL_ROOM_IN)
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE, _ ("you are not in %s"), room->title);
      return FALSE;
    }
  line = g_strdup_printf ("TOPIC %s :%s", room->place, topic);
  sal_client_command (room->server->client, room->place, line);
  return TRUE;
}

/**
 * sal_room_model_get_members:
 *
 * Returns: (transfer none): the #SalMember there, by their role and then their names; nobody where
 *   nobody tells, and while we are not there.
 */
GListModel *
sal_room_model_get_members (SalRoomModel *room)
{
  return G_LIST_MODEL (room->members);
}

/**
 * sal_room_model_find_member:
 *
 * Returns: (transfer none) (nullable): who is called so, in whatever case.
 */
SalMember *
sal_room_model_find_member (SalRoomModel *room, const char *name)
{
  const SalIrcRooms *rooms = room->server != NULL && room->server->client != NULL
                                 ? sal_client_get_rooms (room->server->client)
                                 : NULL;

  return rooms != NULL ? sal_members_find (room->members, rooms, name) : NULL;
}

/**
 * sal_room_model_get_last_id:
 *
 * Returns: the number of the newest entry, 0 for none.
 */
guint64
sal_room_model_get_last_id (SalRoomModel *room)
{
  return sal_story_get_last_id (room->story);
}

/**
 * sal_room_model_read_before:
 * @id: G_MAXUINT64 for the end
 * @most: how many
 *
 * Returns: (transfer full) (element-type SalEntry): the entries before that number,
 *   oldest first.
 */
GPtrArray *
sal_room_model_read_before (SalRoomModel *room, guint64 id, guint most)
{
  return sal_story_read_before (room->story, id, most);
}

/**
 * sal_room_model_read_after:
 * @id: 0 for the beginning
 * @most: how many
 *
 * Returns: (transfer full) (element-type SalEntry): the entries after that number,
 *   oldest first.
 */
GPtrArray *
sal_room_model_read_after (SalRoomModel *room, guint64 id, guint most)
{
  return sal_story_read_after (room->story, id, most);
}

/**
 * sal_room_model_get_draft:
 *
 * Returns: (transfer none): what was typed and not sent; "" for nothing.
 */
const char *
sal_room_model_get_draft (SalRoomModel *room)
{
  return room->row->draft;
}

/**
 * sal_room_model_set_draft:
 */
void
sal_room_model_set_draft (SalRoomModel *room, const char *text)
{
  if (g_str_equal (room->row->draft, text))
    return;
  g_free (room->row->draft);
  room->row->draft = g_strdup (text);
  sal_room_save (room);
}

/**
 * sal_room_model_read_typed:
 *
 * Returns: (transfer full) (element-type utf8): what was sent from here, newest first.
 */
GPtrArray *
sal_room_model_read_typed (SalRoomModel *room, guint most)
{
  return sal_store_read_typed (room->store, room->row->id, most);
}

/**
 * sal_room_model_get_read_id:
 *
 * Returns: the newest entry that the person has seen.
 */
guint64
sal_room_model_get_read_id (SalRoomModel *room)
{
  return room->row->read_id;
}

/**
 * sal_room_set_read:
 *
 * As sal_room_model_set_read_id(), but tells nobody else.
 */
void
sal_room_set_read (SalRoomModel *room, guint64 id)
{
  room->row->read_id = id;
  sal_room_save (room);
  sal_story_set_read_id (room->story, id);
  g_signal_emit (room, signals[READ], 0);
}

/**
 * sal_room_model_set_read_id:
 * @id: this entry and all before it have been seen
 *
 * Where the server keeps that for all devices of a person, it is told.
 */
void
sal_room_model_set_read_id (SalRoomModel *room, guint64 id)
{
  g_autoptr (SalEntry) last = NULL;

  if (id <= room->row->read_id)
    return;
  sal_room_set_read (room, id);
  if (room->server == NULL || !sal_server_speaks_irc (room->server) ||
      !sal_room_is_reached (room) || *room->place == '\0')
    return;
  last = sal_story_find_last_known (room->story, id + 1);
  if (last != NULL && last->msgid != NULL)
    sal_client_mark_read (room->server->client, room->place, last->time_us);
}

/**
 * sal_room_model_count_unread:
 *
 * Returns: how many messages of others have not been seen.
 */
guint
sal_room_model_count_unread (SalRoomModel *room)
{
  return sal_story_count_unread (room->story);
}

/**
 * sal_room_model_count_mentions:
 *
 * Returns: how many of those name us; in a private conversation, all.
 */
guint
sal_room_model_count_mentions (SalRoomModel *room)
{
  return sal_story_count_mentions (room->story);
}

/**
 * sal_room_model_search:
 *
 * As sal_store_search().
 */
GPtrArray *
sal_room_model_search (SalRoomModel *room, const char *words, guint64 before, guint most)
{
  return sal_store_search (room->store, room->row->id, words, before, most);
}
