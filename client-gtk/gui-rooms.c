/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The rooms of a person, each once, and the store in which they are kept. A room is
 * known here from the first try to join it (`models`), and in the list once it is kept
 * (`list`), so that a wrong address leaves nothing behind. Rooms that were not left are
 * joined again the next time.
 *
 * It knows nothing of how a room looks, and does not connect by itself later than that:
 * the model of a room does.
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
#include "common/client/sal-server.h"
#include "common/proto/sal-name.h"

struct _GuiRooms
{
  GSettings *settings;       /* (owned) */
  GuiNotifier *notifier;     /* (unowned) */
  SalStore *store;           /* (owned) (nullable): while it cannot be opened */
  char *temporary;           /* (owned) (nullable): the folder of a store for this time only */
  GHashTable *models;        /* of SalRoomModel (owned) -> its SalServer (owned): every room that
                                is known */
  GListStore *list;          /* (owned): those of them that are kept */
  GPtrArray *forgotten;      /* of SalRoomModel (unowned): to be deleted when left */
  GuiRoomsLeft left;         /* (nullable): while all rooms are being left */
  gpointer data;             /* for it */
  GuiRoomsQuestion question; /* (nullable): somebody can be asked */
  gpointer question_data;    /* for it */
};

static gboolean
is_active (SalRoomModel *model)
{
  SalPresence presence = sal_room_model_get_presence (model);

  return presence != SAL_PRESENCE_OFFLINE && presence != SAL_PRESENCE_LEAVING;
}

static gboolean
all_are_offline (GuiRooms *rooms)
{
  GHashTableIter iter;
  gpointer model = NULL;

  g_hash_table_iter_init (&iter, rooms->models);
  while (g_hash_table_iter_next (&iter, &model, NULL))
    if (sal_room_model_get_presence (model) != SAL_PRESENCE_OFFLINE)
      return FALSE;
  return TRUE;
}

/* The rooms to join again next time are those that are not left now; the end of the
 * program leaves them all and changes nothing of that. */
static void
remember_joined (GuiRooms *rooms)
{
  g_autoptr (GPtrArray) uris = g_ptr_array_new ();
  g_auto (GStrv) before = g_settings_get_strv (rooms->settings, "joined");
  guint n = g_list_model_get_n_items (G_LIST_MODEL (rooms->list));

  if (rooms->temporary != NULL || rooms->left != NULL)
    return;
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (SalRoomModel) model = g_list_model_get_item (G_LIST_MODEL (rooms->list), i);

      if (is_active (model))
        g_ptr_array_add (uris, (gpointer) sal_room_model_get_uri (model));
    }
  g_ptr_array_add (uris, NULL);
  if (!g_strv_equal ((const char *const *) before, (const char *const *) uris->pdata))
    g_settings_set_strv (rooms->settings, "joined", (const char *const *) uris->pdata);
}

static void
drop_model (GuiRooms *rooms, SalRoomModel *model)
{
  g_ptr_array_remove (rooms->forgotten, model);
  g_signal_handlers_disconnect_by_data (model, rooms);
  gui_notifier_unwatch (rooms->notifier, model);
  sal_server_forget (g_hash_table_lookup (rooms->models, model));
  g_hash_table_remove (rooms->models, model);
}

static void
on_presence (SalRoomModel *model, GuiRooms *rooms)
{
  g_autoptr (SalRoomModel) keep G_GNUC_UNUSED = g_object_ref (model);

  if (g_ptr_array_find (rooms->forgotten, model, NULL) &&
      sal_room_model_get_presence (model) == SAL_PRESENCE_OFFLINE)
    drop_model (rooms, model);
  remember_joined (rooms);
  if (rooms->question != NULL && sal_room_model_get_offered (model) != NULL)
    rooms->question (model, rooms->question_data);
  if (rooms->left != NULL && all_are_offline (rooms))
    rooms->left (rooms->data);
}

static SalRoomModel *
find_model (GuiRooms *rooms, const char *uri)
{
  GHashTableIter iter;
  gpointer model = NULL;

  g_hash_table_iter_init (&iter, rooms->models);
  while (g_hash_table_iter_next (&iter, &model, NULL))
    if (g_str_equal (sal_room_model_get_uri (model), uri))
      return model;
  return NULL;
}

static SalRoomModel *
add_model (GuiRooms *rooms, const SalStoredServer *stored, GError **error)
{
  SalServer *server = sal_server_new (rooms->store, stored, error);
  SalRoomModel *model = NULL;

  if (server == NULL)
    return NULL;
  model = sal_server_get_main_room (server);
  g_hash_table_insert (rooms->models, g_object_ref (model), server);
  g_signal_connect (model, "presence", G_CALLBACK (on_presence), rooms);
  gui_notifier_watch (rooms->notifier, model);
  return model;
}

static SalRoomModel *
create_model (GuiRooms *rooms, const char *uri, const char *name, GError **error)
{
  g_autoptr (SalStoredServer) server = NULL;
  g_autofree char *default_name = gui_rooms_dup_name (rooms);

  if (sal_store_add_server (rooms->store, uri, name != NULL ? name : default_name, error) == 0)
    return NULL;
  server = sal_store_find_server (rooms->store, uri);
  if (server == NULL)
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_FAILED, _ ("“%s” could not be stored"), uri);
      return NULL;
    }
  return add_model (rooms, server, error);
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

/* Where one went with TLS, one does not go without it by leaving out a word: somebody who
 * listens in could have seen to it that this is all that works. What never leaves this
 * machine is another matter, and so is saying plain:// on purpose. */
static gboolean
check_downgrade (const char *typed, const char *normal, GError **error)
{
  g_autofree char *file = sal_known_servers_file ();
  g_autoptr (SalUri) uri = sal_uri_parse_client (normal, NULL);
  g_autoptr (GInetAddress) address = NULL;
  g_autoptr (GError) local = NULL;
  guint16 port = 0;

  if (uri == NULL || uri->scheme != SAL_SCHEME_PLAIN || strstr (typed, "://") != NULL)
    return TRUE;
  address = g_inet_address_new_from_string (uri->host);
  if (g_str_equal (uri->host, "localhost") ||
      (address != NULL && g_inet_address_get_is_loopback (address)))
    return TRUE;
  port = sal_known_servers_find (file, uri->host, &local);
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (port == 0)
    return TRUE;
  g_set_error (error, SAL_ERROR, SAL_EXIT_TLS,
               /* TRANSLATORS: a host; the host with its port; what was typed */
               _ ("%s is known to speak TLS: use plains://%s:%u, or plain://%s to do without it "
                  "on purpose"),
               uri->host, uri->host, port, typed);
  return FALSE;
}

/**
 * gui_rooms_try:
 * @uri: where, as people write it
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
  g_autofree char *normal = gui_address_normalize (uri, error);
  SalRoomModel *model = NULL;

  g_return_val_if_fail (rooms->store != NULL, NULL);
  if (normal == NULL || !check_downgrade (uri, normal, error))
    return NULL;
  model = find_model (rooms, normal);
  if (model == NULL)
    model = create_model (rooms, normal, name, error);
  if (model == NULL)
    return NULL;

  g_ptr_array_remove (rooms->forgotten, model);
  if (name != NULL && g_strcmp0 (name, sal_room_model_get_name (model)) != 0)
    sal_room_model_set_name (model, name);
  sal_room_model_connect (model);
  return model;
}

/**
 * gui_rooms_keep:
 *
 * The room is in the list from now on; nothing changes if it is already.
 */
void
gui_rooms_keep (GuiRooms *rooms, SalRoomModel *model)
{
  if (gui_rooms_keeps (rooms, model))
    return;
  g_list_store_insert (rooms->list, 0, model);
  remember_joined (rooms);
}

/**
 * gui_rooms_keeps:
 *
 * Returns: whether the room is in the list.
 */
gboolean
gui_rooms_keeps (GuiRooms *rooms, SalRoomModel *model)
{
  return g_list_store_find (rooms->list, model, NULL);
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
      g_autoptr (SalRoomModel) model = g_list_model_get_item (G_LIST_MODEL (rooms->list), i);

      if (sal_room_model_get_id (model) == id)
        return (int) i;
    }
  return -1;
}

/**
 * gui_rooms_forget:
 *
 * Leaves the room and deletes everything that is kept of it.
 */
void
gui_rooms_forget (GuiRooms *rooms, SalRoomModel *model)
{
  g_autoptr (SalRoomModel) keep G_GNUC_UNUSED = g_object_ref (model);
  guint position = 0;

  if (g_list_store_find (rooms->list, model, &position))
    g_list_store_remove (rooms->list, position);
  if (!g_ptr_array_find (rooms->forgotten, model, NULL))
    g_ptr_array_add (rooms->forgotten, model);
  sal_room_model_leave (model);
  if (g_hash_table_contains (rooms->models, model) &&
      sal_room_model_get_presence (model) == SAL_PRESENCE_OFFLINE)
    drop_model (rooms, model);
  remember_joined (rooms);
}

/**
 * gui_rooms_get_list:
 *
 * Returns: (transfer none): the #SalRoomModel of every room that is kept, the newest
 * first.
 */
GListModel *
gui_rooms_get_list (GuiRooms *rooms)
{
  return G_LIST_MODEL (rooms->list);
}

/* Questions. */

/**
 * gui_rooms_on_question:
 * @question: (nullable): called with @data whenever a room cannot go on before a person has
 *   decided whether its server is the right one
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
 * Returns: (transfer none) (nullable): a room that waits for such a decision.
 */
SalRoomModel *
gui_rooms_find_question (GuiRooms *rooms)
{
  GHashTableIter iter;
  gpointer model = NULL;

  g_hash_table_iter_init (&iter, rooms->models);
  while (g_hash_table_iter_next (&iter, &model, NULL))
    if (sal_room_model_get_offered (model) != NULL)
      return model;
  return NULL;
}

/* The store. */

static int
compare_last_used (gconstpointer a, gconstpointer b)
{
  const SalStoredServer *first = *(SalStoredServer *const *) a;
  const SalStoredServer *second = *(SalStoredServer *const *) b;

  return (first->last_used_us < second->last_used_us) -
         (first->last_used_us > second->last_used_us);
}

/* Joins the rooms that were not left. */
static void
join_again (GuiRooms *rooms)
{
  g_auto (GStrv) joined = g_settings_get_strv (rooms->settings, "joined");

  for (guint i = 0; joined[i] != NULL; i++)
    {
      SalRoomModel *model = find_model (rooms, joined[i]);

      if (model != NULL)
        sal_room_model_connect (model);
    }
}

static void
load_rooms (GuiRooms *rooms)
{
  g_autoptr (GPtrArray) stored = sal_store_list_servers (rooms->store);

  g_ptr_array_sort (stored, compare_last_used);
  for (guint i = 0; i < stored->len; i++)
    {
      g_autoptr (GError) error = NULL;
      SalRoomModel *model = add_model (rooms, stored->pdata[i], &error);

      if (model != NULL)
        g_list_store_append (rooms->list, model);
      else
        g_warning (_ ("a stored room is left out: %s"), error->message);
    }
  join_again (rooms);
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
  load_rooms (rooms);
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
  g_autoptr (GPtrArray) models = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer model = NULL;

  rooms->left = left;
  rooms->data = data;
  /* Some go from the table by being left. */
  g_hash_table_iter_init (&iter, rooms->models);
  while (g_hash_table_iter_next (&iter, &model, NULL))
    g_ptr_array_add (models, g_object_ref (model));
  for (guint i = 0; i < models->len; i++)
    sal_room_model_leave (models->pdata[i]);
  if (all_are_offline (rooms))
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
  join_again (rooms);
}

/**
 * gui_rooms_hurry:
 *
 * Rooms that wait for their next try to connect try it now.
 */
void
gui_rooms_hurry (GuiRooms *rooms)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (rooms->list));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (SalRoomModel) model = g_list_model_get_item (G_LIST_MODEL (rooms->list), i);

      sal_room_model_hurry (model);
    }
}

/**
 * gui_rooms_new:
 * @settings: (transfer none): the usual name, and what is to be joined again
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
  rooms->models = g_hash_table_new_full (NULL, NULL, g_object_unref, g_object_unref);
  rooms->list = g_list_store_new (SAL_TYPE_ROOM_MODEL);
  rooms->forgotten = g_ptr_array_new ();
  return rooms;
}

/**
 * gui_rooms_free:
 * @rooms: (nullable) (transfer full): closes the store; what waits to be written is
 */
void
gui_rooms_free (GuiRooms *rooms)
{
  GHashTableIter iter;
  gpointer model = NULL;

  if (rooms == NULL)
    return;
  g_hash_table_iter_init (&iter, rooms->models);
  while (g_hash_table_iter_next (&iter, &model, NULL))
    {
      g_signal_handlers_disconnect_by_data (model, rooms);
      gui_notifier_unwatch (rooms->notifier, model);
    }
  g_object_unref (rooms->list);
  g_hash_table_unref (rooms->models);
  g_ptr_array_unref (rooms->forgotten);
  if (rooms->store != NULL)
    sal_store_close (rooms->store);
  g_clear_object (&rooms->store);
  remove_temporary (rooms);
  g_object_unref (rooms->settings);
  g_free (rooms);
}
