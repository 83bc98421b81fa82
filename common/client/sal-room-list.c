/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The rooms of a server, for whoever looks for one: filled while the server lists them, thousands in a
 * second. Whoever shows it is told of them a few times a second, not of each.
 *
 * Signals:
 *   state ()  the state, or the error, has changed; what has come by then is in the list
 */
#include "config.h"

#include "common/client/sal-room-list.h"

/* How long rooms wait for others before the list tells of them. */
#define GATHER_MS 100

struct _SalListedRoom
{
  GObject parent;
  char *name;  /* (owned) */
  char *topic; /* (owned) */
  guint people;
};

G_DEFINE_FINAL_TYPE (SalListedRoom, sal_listed_room, G_TYPE_OBJECT)

struct _SalRoomList
{
  GObject parent;
  GPtrArray *rooms;  /* (owned) of SalListedRoom (owned) */
  GHashTable *names; /* (owned): of those, folded (owned): servers list some twice */
  guint told;        /* how many of them are in the list as others see it */
  guint gather;      /* source */
  SalRoomListState state;
  GError *error; /* (owned) (nullable) */
};

static void sal_room_list_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SalRoomList,
                               sal_room_list,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL,
                                                      sal_room_list_list_model_init))

enum
{
  STATE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
sal_listed_room_finalize (GObject *object)
{
  SalListedRoom *room = SAL_LISTED_ROOM (object);

  g_free (room->name);
  g_free (room->topic);
  G_OBJECT_CLASS (sal_listed_room_parent_class)->finalize (object);
}

static void
sal_listed_room_class_init (SalListedRoomClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sal_listed_room_finalize;
}

static void
sal_listed_room_init (SalListedRoom *room)
{
}

/**
 * sal_listed_room_get_name:
 *
 * Returns: (transfer none): as the server spells it; sal_server_join() takes it.
 */
const char *
sal_listed_room_get_name (SalListedRoom *room)
{
  return room->name;
}

/**
 * sal_listed_room_get_people:
 *
 * Returns: how many are there, as far as the server tells.
 */
guint
sal_listed_room_get_people (SalListedRoom *room)
{
  return room->people;
}

/**
 * sal_listed_room_get_topic:
 *
 * Returns: (transfer none): clean; "" for none.
 */
const char *
sal_listed_room_get_topic (SalListedRoom *room)
{
  return room->topic;
}

static void
sal_room_list_dispose (GObject *object)
{
  g_clear_handle_id (&SAL_ROOM_LIST (object)->gather, g_source_remove);
  G_OBJECT_CLASS (sal_room_list_parent_class)->dispose (object);
}

static void
sal_room_list_finalize (GObject *object)
{
  SalRoomList *list = SAL_ROOM_LIST (object);

  g_ptr_array_unref (list->rooms);
  g_hash_table_unref (list->names);
  g_clear_error (&list->error);
  G_OBJECT_CLASS (sal_room_list_parent_class)->finalize (object);
}

static void
sal_room_list_class_init (SalRoomListClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sal_room_list_dispose;
  G_OBJECT_CLASS (klass)->finalize = sal_room_list_finalize;
  signals[STATE] =
      g_signal_new ("state", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
sal_room_list_init (SalRoomList *list)
{
  list->rooms = g_ptr_array_new_with_free_func (g_object_unref);
  list->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

static GType
get_item_type (GListModel *list)
{
  return SAL_TYPE_LISTED_ROOM;
}

static guint
get_n_items (GListModel *list)
{
  return SAL_ROOM_LIST (list)->told;
}

static gpointer
get_item (GListModel *model, guint position)
{
  SalRoomList *list = SAL_ROOM_LIST (model);

  return position < list->told ? g_object_ref (list->rooms->pdata[position]) : NULL;
}

static void
sal_room_list_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

/**
 * sal_room_list_new:
 *
 * Returns: (transfer full): a list of which nothing is known yet.
 */
SalRoomList *
sal_room_list_new (void)
{
  return g_object_new (SAL_TYPE_ROOM_LIST, NULL);
}

/**
 * sal_room_list_get_state:
 */
SalRoomListState
sal_room_list_get_state (SalRoomList *list)
{
  return list->state;
}

/**
 * sal_room_list_get_error:
 *
 * Returns: (transfer none) (nullable): why it failed, or what the server has said when it listed
 *   nothing, as a sentence for people.
 */
const GError *
sal_room_list_get_error (SalRoomList *list)
{
  return list->error;
}

static void
tell (SalRoomList *list)
{
  guint before = list->told;

  g_clear_handle_id (&list->gather, g_source_remove);
  list->told = list->rooms->len;
  if (list->told > before)
    g_list_model_items_changed (G_LIST_MODEL (list), before, 0, list->told - before);
}

static gboolean
on_gathered (gpointer data)
{
  SalRoomList *list = data;

  list->gather = 0;
  tell (list);
  return G_SOURCE_REMOVE;
}

static void
set_state (SalRoomList *list, SalRoomListState state, GError *error)
{
  g_clear_error (&list->error);
  list->error = error;
  list->state = state;
  g_signal_emit (list, signals[STATE], 0);
}

/**
 * sal_room_list_begin:
 *
 * It is asked for anew: what was there goes.
 */
void
sal_room_list_begin (SalRoomList *list)
{
  guint before = list->told;

  g_clear_handle_id (&list->gather, g_source_remove);
  list->told = 0;
  g_hash_table_remove_all (list->names);
  g_ptr_array_set_size (list->rooms, 0);
  if (before > 0)
    g_list_model_items_changed (G_LIST_MODEL (list), 0, before, 0);
  set_state (list, SAL_ROOM_LIST_LOADING, NULL);
}

/**
 * sal_room_list_add:
 * @topic: (nullable): clean
 *
 * A room that is there already is passed over.
 */
void
sal_room_list_add (SalRoomList *list, const char *name, guint people, const char *topic)
{
  SalListedRoom *room = NULL;

  if (!g_hash_table_add (list->names, g_utf8_casefold (name, -1)))
    return;
  room = g_object_new (SAL_TYPE_LISTED_ROOM, NULL);
  room->name = g_strdup (name);
  room->people = people;
  room->topic = g_strdup (topic != NULL ? topic : "");
  g_ptr_array_add (list->rooms, room);
  if (list->gather == 0)
    list->gather = g_timeout_add (GATHER_MS, on_gathered, list);
}

/**
 * sal_room_list_end:
 * @error: (transfer full) (nullable)
 *
 * Nothing more comes.
 */
void
sal_room_list_end (SalRoomList *list, SalRoomListState state, GError *error)
{
  tell (list);
  set_state (list, state, error);
}
