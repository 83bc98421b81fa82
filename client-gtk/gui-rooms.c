/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The servers of a person, each once, with their rooms, and the store in which they are kept.
 * A server is known here from the first try to get there, and its rooms are in the list once
 * one is kept, so that a wrong address leaves nothing behind.
 *
 * The list is flat, as a sidebar has it: server by server, the newest first; of each first
 * the conversation with the server itself (of a plain server: its one room), then rooms, then
 * people. How a room looks is known elsewhere; when to connect again, its server knows.
 */
#include "config.h"

#include "client-gtk/gui-rooms.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>

#include "client-gtk/gui-address.h"
#include "common/base/sal-error.h"
#include "common/base/sal-uri.h"
#include "common/client/sal-known-servers.h"
#include "common/proto/sal-name.h"

struct _GuiRooms
{
  GSettings *settings;       /* (owned) */
  SalFilter *filter;         /* (owned): of the settings; the servers' */
  GuiNotifier *notifier;     /* (unowned) */
  SalStore *store;           /* (owned) (nullable): while it cannot be opened */
  char *temporary;           /* (owned) (nullable): the folder of a store for this time only */
  GPtrArray *servers;        /* (owned) (element-type SalServer): in the order of the list */
  GHashTable *tried;         /* of SalServer and SalRoomModel (owned): not kept yet */
  GListStore *list;          /* (owned): of SalRoomModel */
  char *looked_at;           /* (owned) (nullable): address of the room that is looked at */
  gboolean joining;          /* a room has just been made that is not to be seen yet */
  GuiRoomsLeft left;         /* (nullable): while all rooms are being left */
  gpointer data;             /* for it */
  GuiRoomsQuestion question; /* (nullable): somebody can be asked */
  gpointer question_data;    /* for it */
};

/* The list. */

static int
rank_of (SalRoomModel *room)
{
  if (room == sal_server_get_main_room (sal_room_model_get_server (room)))
    return 0;
  return sal_room_model_get_kind (room) == SAL_ROOM_CHANNEL ? 1 : 2;
}

static int
compare_rooms (gconstpointer a, gconstpointer b)
{
  SalRoomModel *first = *(SalRoomModel *const *) a;
  SalRoomModel *second = *(SalRoomModel *const *) b;
  g_autofree char *first_key = NULL;
  g_autofree char *second_key = NULL;
  int by_rank = rank_of (first) - rank_of (second);

  if (by_rank != 0)
    return by_rank;
  first_key = g_utf8_casefold (sal_room_model_get_title (first), -1);
  second_key = g_utf8_casefold (sal_room_model_get_title (second), -1);
  return g_utf8_collate (first_key, second_key);
}

static void
append_rooms (GuiRooms *rooms, SalServer *server, GPtrArray *all)
{
  g_autoptr (GPtrArray) some = g_ptr_array_new ();
  guint n = g_list_model_get_n_items (G_LIST_MODEL (server));

  if (g_hash_table_contains (rooms->tried, server))
    return;
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (SalRoomModel) room = g_list_model_get_item (G_LIST_MODEL (server), i);

      if (!g_hash_table_contains (rooms->tried, room))
        g_ptr_array_add (some, room); /* the server has it */
    }
  g_ptr_array_sort (some, compare_rooms);
  g_ptr_array_extend (all, some, NULL, NULL);
}

static gboolean
is_at (GuiRooms *rooms, guint position, SalRoomModel *room)
{
  g_autoptr (SalRoomModel) there = g_list_model_get_item (G_LIST_MODEL (rooms->list), position);

  return there == room;
}

/* Makes the list what it should be, with as few changes as there are: what is looked at must
 * not go for a moment. */
static void
update_list (GuiRooms *rooms)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new ();
  guint position = 0;

  for (guint i = 0; i < rooms->servers->len; i++)
    append_rooms (rooms, rooms->servers->pdata[i], all);
  if (g_list_model_get_n_items (G_LIST_MODEL (rooms->list)) == 0 && all->len > 0)
    {
      /* At once: who is told of them looks for the one to begin with. */
      g_list_store_splice (rooms->list, 0, 0, all->pdata, all->len);
      return;
    }
  for (guint i = g_list_model_get_n_items (G_LIST_MODEL (rooms->list)); i > 0; i--)
    {
      g_autoptr (SalRoomModel) room = g_list_model_get_item (G_LIST_MODEL (rooms->list), i - 1);

      if (!g_ptr_array_find (all, room, NULL))
        g_list_store_remove (rooms->list, i - 1);
    }
  for (guint i = 0; i < all->len; i++)
    {
      if (is_at (rooms, i, all->pdata[i]))
        continue;
      if (g_list_store_find (rooms->list, all->pdata[i], &position))
        g_list_store_remove (rooms->list, position);
      g_list_store_insert (rooms->list, i, all->pdata[i]);
    }
}

/* Servers. */

static gboolean
is_gone (SalServer *server)
{
  return sal_server_get_presence (server) == SAL_PRESENCE_OFFLINE;
}

static gboolean
all_are_gone (GuiRooms *rooms)
{
  for (guint i = 0; i < rooms->servers->len; i++)
    if (!is_gone (rooms->servers->pdata[i]))
      return FALSE;
  return TRUE;
}

static void
on_presence (SalServer *server, GuiRooms *rooms)
{
  if (rooms->left != NULL && all_are_gone (rooms))
    rooms->left (rooms->data);
}

static void
on_question (SalServer *server, GuiRooms *rooms)
{
  if (rooms->question != NULL)
    rooms->question (server, rooms->question_data);
}

/* Returns: whether it is a room that its server has forgotten. */
static gboolean
is_forgotten (gpointer tried, gpointer value, gpointer data)
{
  return SAL_IS_ROOM_MODEL (tried) && sal_room_model_get_server (tried) == NULL;
}

static void
on_items_changed (GListModel *server, guint position, guint removed, guint added, GuiRooms *rooms)
{
  if (removed > 0) /* whoever has had it forgotten */
    g_hash_table_foreach_remove (rooms->tried, is_forgotten, NULL);
  if (!rooms->joining)
    update_list (rooms);
}

static void
drop_server (GuiRooms *rooms, SalServer *server)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (server));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (SalRoomModel) room = g_list_model_get_item (G_LIST_MODEL (server), i);

      g_hash_table_remove (rooms->tried, room);
    }
  g_signal_handlers_disconnect_by_data (server, rooms);
  gui_notifier_unwatch (rooms->notifier, server);
  g_hash_table_remove (rooms->tried, server);
  g_ptr_array_remove (rooms->servers, server);
}

static void
on_forgotten (SalServer *server, GuiRooms *rooms)
{
  drop_server (rooms, server);
  update_list (rooms);
  if (rooms->left != NULL && all_are_gone (rooms))
    rooms->left (rooms->data);
}

static SalServer *
find_server (GuiRooms *rooms, const char *uri)
{
  for (guint i = 0; i < rooms->servers->len; i++)
    if (g_str_equal (sal_server_get_uri (rooms->servers->pdata[i]), uri))
      return rooms->servers->pdata[i];
  return NULL;
}

static SalServer *
add_server (GuiRooms *rooms, const SalStoredServer *row, gboolean first, GError **error)
{
  SalServer *server = sal_server_new (rooms->store, row, error);

  if (server == NULL)
    return NULL;
  g_ptr_array_insert (rooms->servers, first ? 0 : -1, server);
  g_signal_connect (server, "presence", G_CALLBACK (on_presence), rooms);
  g_signal_connect (server, "question", G_CALLBACK (on_question), rooms);
  g_signal_connect (server, "items-changed", G_CALLBACK (on_items_changed), rooms);
  g_signal_connect (server, "forgotten", G_CALLBACK (on_forgotten), rooms);
  gui_notifier_watch (rooms->notifier, server);
  sal_server_set_filter (server, rooms->filter);
  return server;
}

/* One that was never tried before. */
static SalServer *
create_server (GuiRooms *rooms, const char *uri, const char *name, GError **error)
{
  g_autoptr (SalStoredServer) row = NULL;
  g_autofree char *default_name = gui_rooms_dup_name (rooms);
  SalServer *server = NULL;

  if (sal_store_add_server (rooms->store, uri, name != NULL ? name : default_name, error) == 0)
    return NULL;
  row = sal_store_find_server (rooms->store, uri);
  if (row == NULL)
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_FAILED, _ ("“%s” could not be stored"), uri);
      return NULL;
    }
  server = add_server (rooms, row, TRUE, error);
  if (server != NULL)
    g_hash_table_add (rooms->tried, g_object_ref (server));
  return server;
}

/**
 * gui_rooms_dup_name:
 *
 * Returns: (transfer full): who to be in a new room: the name in the preferences, or
 * else the login name.
 */
char *
gui_rooms_dup_name (GuiRooms *rooms)
{
  g_autofree char *preferred = g_settings_get_string (rooms->settings, "name");
  char *name = sal_name_from_text (preferred);

  if (name == NULL)
    name = sal_name_from_text (g_get_user_name ());
  return name != NULL ? name : g_strdup ("salotto");
}

/* Returns: (transfer none) (nullable): the room of a server that is meant by an address. */
static SalRoomModel *
find_or_join (GuiRooms *rooms, SalServer *server, const char *place, GError **error)
{
  SalRoomModel *room = NULL;
  gboolean known = FALSE;

  if (place == NULL)
    return sal_server_get_main_room (server);
  known = sal_server_find_room (server, place) != NULL;
  if (!known)
    {
      /* It is told of at once, and is not to be seen before it is kept. */
      rooms->joining = TRUE;
      room = sal_server_join (server, place, NULL, error);
      if (room != NULL)
        g_hash_table_add (rooms->tried, g_object_ref (room));
      rooms->joining = FALSE;
    }
  else
    room = sal_server_join (server, place, NULL, error);
  return room;
}

/* @name: (nullable): who to be on the whole server from now on. */
static SalRoomModel *
try_room (GuiRooms *rooms, SalServer *server, const char *place, const char *name, GError **error)
{
  SalRoomModel *room = NULL;

  if (name != NULL && g_strcmp0 (name, sal_server_get_name (server)) != 0)
    sal_server_set_name (server, name);
  room = find_or_join (rooms, server, place, error);
  if (room != NULL)
    sal_server_connect (server);
  return room;
}

/**
 * gui_rooms_note_looked_at:
 * @room: that somebody looks at now
 *
 * The next start begins there, unless the store is for this time only.
 */
void
gui_rooms_note_looked_at (GuiRooms *rooms, SalRoomModel *room)
{
  const char *uri = sal_room_model_get_uri (room);
  g_autofree char *known = g_settings_get_string (rooms->settings, "room");

  g_free (rooms->looked_at);
  rooms->looked_at = g_strdup (uri);
  if (rooms->temporary == NULL && !g_str_equal (known, uri))
    g_settings_set_string (rooms->settings, "room", uri);
}

/* Whether somebody was in a room later than in another. In a server they are before they are in
 * its rooms. */
static gboolean
is_later (SalRoomModel *room, SalRoomModel *other)
{
  return sal_room_model_get_last_used_us (room) > sal_room_model_get_last_used_us (other);
}

/**
 * gui_rooms_dup_looked_at:
 *
 * Returns: (transfer full) (nullable): the room that was looked at last, or, if that is not known
 *   or not there any more, the one that was joined last; %NULL if there is none.
 */
SalRoomModel *
gui_rooms_dup_looked_at (GuiRooms *rooms)
{
  g_autofree char *uri = rooms->looked_at != NULL ? g_strdup (rooms->looked_at)
                                                  : g_settings_get_string (rooms->settings, "room");
  guint n = g_list_model_get_n_items (G_LIST_MODEL (rooms->list));
  g_autoptr (SalRoomModel) last = NULL;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (SalRoomModel) room = g_list_model_get_item (G_LIST_MODEL (rooms->list), i);

      if (g_str_equal (sal_room_model_get_uri (room), uri))
        return g_steal_pointer (&room);
      if (last == NULL || is_later (room, last))
        g_set_object (&last, room);
    }
  return g_steal_pointer (&last);
}

/**
 * gui_rooms_dup_server:
 *
 * Returns: (transfer full) (nullable): the server of the room that was looked at last, if it has
 *   several rooms: `#ROOM` is one of them.
 */
SalServer *
gui_rooms_dup_server (GuiRooms *rooms)
{
  g_autoptr (SalRoomModel) room = gui_rooms_dup_looked_at (rooms);
  SalServer *server = room != NULL ? sal_room_model_get_server (room) : NULL;

  return server != NULL && sal_server_has_rooms (server) ? g_object_ref (server) : NULL;
}

/* `#ROOM`: no address, but a room of a server where one is already. What that server is called
 * does not matter, nor what can stand in an address. */
static SalRoomModel *
try_place (GuiRooms *rooms, const char *place, const char *name, GError **error)
{
  g_autoptr (SalServer) server = gui_rooms_dup_server (rooms);

  if (server == NULL)
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
                   /* TRANSLATORS: HOST and ROOM may be translated */
                   _ ("on which server is “%s”? For example ircs://HOST/ROOM"), place);
      return NULL;
    }
  return try_room (rooms, server, place, name, error);
}

/* Everything else that people write. */
static SalRoomModel *
try_address (GuiRooms *rooms, const char *typed, const char *name, GError **error)
{
  g_autofree char *normal = gui_address_normalize (typed, error);
  g_autoptr (SalUri) parsed = NULL;
  g_autofree char *where = NULL;
  g_autofree char *place = NULL;
  SalServer *server = NULL;

  if (normal == NULL)
    return NULL;
  parsed = sal_uri_parse_client (normal, error);
  if (parsed == NULL || !sal_known_servers_allow_plain (parsed, typed, error))
    return NULL;
  where = sal_server_split_uri (normal, &place, error);
  if (where == NULL)
    return NULL;
  server = find_server (rooms, where);
  if (server == NULL)
    server = create_server (rooms, where, name, error);
  return server != NULL ? try_room (rooms, server, place, name, error) : NULL;
}

/**
 * gui_rooms_try:
 * @uri: where, as people write it; `#ROOM` is on the server that is looked at
 * @name: (nullable): who to be there; %NULL: as the last time, or the usual name
 *
 * Begins to join a room, unless one is in it already. A new one is in no list until
 * gui_rooms_keep(); if nothing comes of it, it goes away with gui_rooms_forget().
 *
 * Returns: (transfer none): the room, or %NULL with a #SAL_ERROR in words for people.
 */
SalRoomModel *
gui_rooms_try (GuiRooms *rooms, const char *uri, const char *name, GError **error)
{
  g_autofree char *text = g_strstrip (g_strdup (uri));

  g_return_val_if_fail (rooms->store != NULL, NULL);
  if (*text == '#' && text[1] != '\0')
    return try_place (rooms, text, name, error);
  return try_address (rooms, text, name, error);
}

/**
 * gui_rooms_keep:
 *
 * The room is in the list from now on; nothing changes if it is already.
 */
void
gui_rooms_keep (GuiRooms *rooms, SalRoomModel *room)
{
  g_hash_table_remove (rooms->tried, sal_room_model_get_server (room));
  g_hash_table_remove (rooms->tried, room);
  update_list (rooms);
}

/**
 * gui_rooms_keeps:
 *
 * Returns: whether the room is in the list.
 */
gboolean
gui_rooms_keeps (GuiRooms *rooms, SalRoomModel *room)
{
  return g_list_store_find (rooms->list, room, NULL);
}

/**
 * gui_rooms_find_id:
 * @id: a room's number in the store
 *
 * Returns: where in the list it is, -1 if nowhere.
 */
int
gui_rooms_find_id (GuiRooms *rooms, gint64 id)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (rooms->list));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (SalRoomModel) room = g_list_model_get_item (G_LIST_MODEL (rooms->list), i);

      if (sal_room_model_get_id (room) == id)
        return (int) i;
    }
  return -1;
}

/**
 * gui_rooms_forget:
 *
 * Leaves the room and deletes everything that is kept of it. With the conversation with a
 * server goes the server, and all of its rooms.
 */
void
gui_rooms_forget (GuiRooms *rooms, SalRoomModel *room)
{
  g_autoptr (SalRoomModel) keep G_GNUC_UNUSED = g_object_ref (room);
  g_autoptr (SalServer) server = g_object_ref (sal_room_model_get_server (room));
  gboolean whole =
      room == sal_server_get_main_room (server) || g_hash_table_contains (rooms->tried, server);

  g_hash_table_remove (rooms->tried, room);
  if (whole)
    {
      g_hash_table_add (rooms->tried,
                        g_object_ref (server)); /* out of the list before it is offline */
      sal_server_forget (server);
    }
  else
    sal_server_forget_room (server, room);
  update_list (rooms);
}

/**
 * gui_rooms_get_list:
 *
 * Returns: (transfer none): the #SalRoomModel of every room that is kept, as the sidebar
 *   has them.
 */
GListModel *
gui_rooms_get_list (GuiRooms *rooms)
{
  return G_LIST_MODEL (rooms->list);
}

/* Questions. */

/**
 * gui_rooms_on_question:
 * @question: (nullable): called with @data whenever a server cannot go on before a person has
 *   answered something, and when it does not wait for that any more
 */
void
gui_rooms_on_question (GuiRooms *rooms, GuiRoomsQuestion question, gpointer data)
{
  rooms->question = question;
  rooms->question_data = data;
}

/**
 * gui_rooms_find_question:
 *
 * Returns: (transfer none) (nullable): a server that waits for an answer.
 */
SalServer *
gui_rooms_find_question (GuiRooms *rooms)
{
  for (guint i = 0; i < rooms->servers->len; i++)
    if (sal_server_get_question (rooms->servers->pdata[i]) != SAL_QUESTION_NONE)
      return rooms->servers->pdata[i];
  return NULL;
}

/* The store. */

/* Until there were several rooms on a server, the preferences knew which were joined. */
static void
connect_as_before (GuiRooms *rooms)
{
  g_auto (GStrv) joined = g_settings_get_strv (rooms->settings, "joined");

  for (guint i = 0; joined[i] != NULL; i++)
    {
      SalServer *server = find_server (rooms, joined[i]);

      if (server != NULL)
        sal_server_connect (server);
    }
  if (joined[0] != NULL)
    g_settings_reset (rooms->settings, "joined");
}

/* Goes to the servers that were not left. */
static void
connect_again (GuiRooms *rooms)
{
  for (guint i = 0; i < rooms->servers->len; i++)
    if (sal_server_is_wanted (rooms->servers->pdata[i]))
      sal_server_connect (rooms->servers->pdata[i]);
}

static int
compare_age (gconstpointer a, gconstpointer b)
{
  const SalStoredServer *first = *(SalStoredServer *const *) a;
  const SalStoredServer *second = *(SalStoredServer *const *) b;

  return first->id > second->id ? -1 : first->id < second->id;
}

static void
load_servers (GuiRooms *rooms)
{
  g_autoptr (GPtrArray) rows = sal_store_list_servers (rooms->store);

  /* The store has the one on top that was used last. Of those that one is on at the same time that is
   * by chance, and people know where in the list theirs is, as do their keys. */
  g_ptr_array_sort (rows, compare_age);
  for (guint i = 0; i < rows->len; i++)
    {
      g_autoptr (GError) error = NULL;

      if (add_server (rooms, rows->pdata[i], FALSE, &error) == NULL)
        g_warning (_ ("a stored room is left out: %s"), error->message);
    }
  update_list (rooms);
  connect_as_before (rooms);
  connect_again (rooms);
}

static void
remove_temporary (GuiRooms *rooms)
{
  g_autoptr (GDir) dir = NULL;
  const char *name = NULL;

  if (rooms->temporary == NULL)
    return;
  dir = g_dir_open (rooms->temporary, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (rooms->temporary, name, NULL);

      (void) g_unlink (path);
    }
  (void) g_rmdir (rooms->temporary);
  g_clear_pointer (&rooms->temporary, g_free);
}

static char *
make_folder (GuiRooms *rooms, gboolean temporary, GError **error)
{
  char *folder = NULL;

  if (temporary)
    {
      rooms->temporary = g_dir_make_tmp ("salotto-XXXXXX", error);
      return g_strdup (rooms->temporary);
    }
  folder = g_build_filename (g_get_user_data_dir (), "salotto", NULL);
  (void) g_mkdir_with_parents (folder, 0700); /* the store says what is wrong with it */
  return folder;
}

/**
 * gui_rooms_open:
 * @temporary: not the person's own store, but one that is deleted at the end
 *
 * Opens the store, and with it the rooms that are kept. Until then there are none.
 *
 * Returns: whether it went well; if not, @error names the file and what is wrong.
 */
gboolean
gui_rooms_open (GuiRooms *rooms, gboolean temporary, GError **error)
{
  g_autofree char *folder = NULL;
  g_autofree char *path = NULL;

  g_return_val_if_fail (rooms->store == NULL, FALSE);
  folder = make_folder (rooms, temporary, error);
  if (folder == NULL)
    return FALSE;
  path = g_build_filename (folder, "rooms.db", NULL);
  rooms->store = sal_store_open (path, error);
  if (rooms->store == NULL)
    {
      remove_temporary (rooms);
      return FALSE;
    }
  load_servers (rooms);
  return TRUE;
}

/**
 * gui_rooms_get_store:
 *
 * Returns: (transfer none) (nullable): where rooms are kept; %NULL while it cannot be
 * opened.
 */
SalStore *
gui_rooms_get_store (GuiRooms *rooms)
{
  return rooms->store;
}

/* The end. */

/**
 * gui_rooms_leave_all:
 * @left: called with @data when no room is left to be left, perhaps at once
 *
 * Says goodbye everywhere. What was joined is joined again the next time.
 */
void
gui_rooms_leave_all (GuiRooms *rooms, GuiRoomsLeft left, gpointer data)
{
  g_autoptr (GPtrArray) servers =
      g_ptr_array_copy (rooms->servers, (GCopyFunc) (void (*) (void)) g_object_ref, NULL);

  g_ptr_array_set_free_func (servers, g_object_unref);
  rooms->data = data;
  for (guint i = 0; i < servers->len; i++)
    sal_server_suspend (servers->pdata[i]);
  rooms->left = left;
  if (all_are_gone (rooms))
    left (data);
}

/**
 * gui_rooms_come_back:
 *
 * Takes gui_rooms_leave_all() back.
 */
void
gui_rooms_come_back (GuiRooms *rooms)
{
  rooms->left = NULL;
  connect_again (rooms);
}

/**
 * gui_rooms_hurry:
 *
 * Servers that wait for their next try to connect try it now.
 */
void
gui_rooms_hurry (GuiRooms *rooms)
{
  for (guint i = 0; i < rooms->servers->len; i++)
    sal_server_hurry (rooms->servers->pdata[i]);
}

/* Whom the person wants to hear, and of which words. */
static void
update_filter (GuiRooms *rooms)
{
  g_autofree char *ignored = g_settings_get_string (rooms->settings, "ignored");
  g_autofree char *words = g_settings_get_string (rooms->settings, "mention-words");

  g_clear_pointer (&rooms->filter, sal_filter_unref);
  rooms->filter = sal_filter_new (ignored, words);
  for (guint i = 0; i < rooms->servers->len; i++)
    sal_server_set_filter (rooms->servers->pdata[i], rooms->filter);
}

/**
 * gui_rooms_new:
 * @settings: (transfer none): the usual name
 * @notifier: (transfer none): watches them; outlives them
 *
 * Returns: (transfer full): no rooms; see gui_rooms_open().
 */
GuiRooms *
gui_rooms_new (GSettings *settings, GuiNotifier *notifier)
{
  GuiRooms *rooms = g_new0 (GuiRooms, 1);

  rooms->settings = g_object_ref (settings);
  rooms->notifier = notifier;
  rooms->servers = g_ptr_array_new_with_free_func (g_object_unref);
  rooms->tried = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  rooms->list = g_list_store_new (SAL_TYPE_ROOM_MODEL);
  g_signal_connect_swapped (settings, "changed::ignored", G_CALLBACK (update_filter), rooms);
  g_signal_connect_swapped (settings, "changed::mention-words", G_CALLBACK (update_filter), rooms);
  update_filter (rooms);
  return rooms;
}

/**
 * gui_rooms_free:
 * @rooms: (nullable) (transfer full): closes the store; what waits to be written is
 */
void
gui_rooms_free (GuiRooms *rooms)
{
  if (rooms == NULL)
    return;
  while (rooms->servers->len > 0)
    drop_server (rooms, rooms->servers->pdata[rooms->servers->len - 1]);
  g_object_unref (rooms->list);
  g_ptr_array_unref (rooms->servers);
  g_hash_table_unref (rooms->tried);
  if (rooms->store != NULL)
    sal_store_close (rooms->store);
  g_clear_object (&rooms->store);
  remove_temporary (rooms);
  g_free (rooms->looked_at);
  g_signal_handlers_disconnect_by_data (rooms->settings, rooms);
  g_object_unref (rooms->settings);
  sal_filter_unref (rooms->filter);
  g_free (rooms);
}
