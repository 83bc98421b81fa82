/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Those of a server's rooms in whose names and topics some words are, in an order: a GListModel
 * of SalListedRoom over the list as it came. There may be tens of thousands: so reading them is done
 * in pieces (gui_found_rooms_read()), and the list changes only when its owner says so
 * (gui_found_rooms_update()), all at once. Nothing of it takes a frame's time.
 */
#include "config.h"

#include "client-gtk/gui-found-rooms.h"

#include <string.h>

/* So many are read at a time. */
#define READ_AT_ONCE 1000
/* Nobody looks for more words. */
#define WORDS_MAX 16
/* What servers put before the name of a room. */
#define SIGNS "#&+!"

/* A room as it is compared and searched. */
typedef struct
{
  SalListedRoom *room; /* (owned) */
  char *folded;        /* (owned): its name, a tab, its topic, without case or accents */
  char *letters;       /* (in folded): the name without its signs */
  char *topic;         /* (in folded) */
} Row;

struct _GuiFoundRooms
{
  GObject parent;
  GListModel *rooms; /* (owned): all of them */
  GPtrArray *rows;   /* (owned) (element-type Row): those that have been read */
  GPtrArray *found;  /* (owned) (element-type SalListedRoom): what the list has */
  char **words;      /* (owned): folded */
  guint least;       /* people */
  GuiFoundOrder order;
  gboolean descending;
};

static void list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GuiFoundRooms,
                               gui_found_rooms,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static GType
get_item_type (GListModel *list)
{
  return SAL_TYPE_LISTED_ROOM;
}

static guint
get_n_items (GListModel *list)
{
  return GUI_FOUND_ROOMS (list)->found->len;
}

static gpointer
get_item (GListModel *list, guint position)
{
  GPtrArray *found = GUI_FOUND_ROOMS (list)->found;

  return position < found->len ? g_object_ref (found->pdata[position]) : NULL;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

/* Without case and accents: "perche" finds "Perché". */
static char *
fold (const char *text)
{
  g_autofree char *apart = NULL;
  g_autofree char *lower = NULL;
  GString *out = NULL;

  if (g_str_is_ascii (text))
    return g_ascii_strdown (text, -1);
  lower = g_utf8_casefold (text, -1);
  apart = g_utf8_normalize (lower, -1, G_NORMALIZE_ALL);
  out = g_string_sized_new (strlen (apart));
  for (const char *at = apart; *at != '\0'; at = g_utf8_next_char (at))
    if (g_unichar_combining_class (g_utf8_get_char (at)) == 0)
      g_string_append_len (out, at, g_utf8_next_char (at) - at);
  return g_string_free (out, FALSE);
}

static Row *
row_new (SalListedRoom *room)
{
  Row *row = g_new0 (Row, 1);
  g_autofree char *name = fold (sal_listed_room_get_name (room));
  g_autofree char *topic = fold (sal_listed_room_get_topic (room));

  row->room = g_object_ref (room);
  row->folded = g_strconcat (name, "\t", topic, NULL);
  row->letters = row->folded + strspn (row->folded, SIGNS);
  row->topic = row->folded + strlen (name) + 1;
  return row;
}

static void
row_free (gpointer data)
{
  Row *row = data;

  g_object_unref (row->room);
  g_free (row->folded);
  g_free (row);
}

static gboolean
is_found (const GuiFoundRooms *found, const Row *row)
{
  if (sal_listed_room_get_people (row->room) < found->least)
    return FALSE;
  for (guint i = 0; found->words[i] != NULL; i++)
    if (strstr (row->folded, found->words[i]) == NULL)
      return FALSE;
  return TRUE;
}

static int
compare_people (const Row *first, const Row *second)
{
  guint one = sal_listed_room_get_people (first->room);
  guint other = sal_listed_room_get_people (second->room);

  return (one > other) - (one < other);
}

static int
compare (gconstpointer a, gconstpointer b, gpointer data)
{
  const GuiFoundRooms *found = data;
  const Row *first = *(const Row *const *) a;
  const Row *second = *(const Row *const *) b;
  int by = 0;

  if (found->order == GUI_FOUND_BY_TOPIC && (*first->topic == '\0') != (*second->topic == '\0'))
    return *first->topic == '\0' ? 1 : -1;
  if (found->order == GUI_FOUND_BY_PEOPLE)
    by = compare_people (first, second);
  else if (found->order == GUI_FOUND_BY_TOPIC)
    by = strcmp (first->topic, second->topic);
  else
    by = strcmp (first->letters, second->letters);
  if (by == 0)
    return strcmp (first->letters, second->letters);
  return found->descending ? -by : by;
}

/* They are only ever added to, or all of them go. */
static void
on_items_changed (GuiFoundRooms *found, guint position, guint removed, guint added)
{
  if (removed > 0)
    g_ptr_array_set_size (found->rows, 0);
}

static void
gui_found_rooms_finalize (GObject *object)
{
  GuiFoundRooms *found = GUI_FOUND_ROOMS (object);

  g_signal_handlers_disconnect_by_data (found->rooms, found);
  g_object_unref (found->rooms);
  g_ptr_array_unref (found->rows);
  g_ptr_array_unref (found->found);
  g_strfreev (found->words);
  G_OBJECT_CLASS (gui_found_rooms_parent_class)->finalize (object);
}

static void
gui_found_rooms_class_init (GuiFoundRoomsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gui_found_rooms_finalize;
}

static void
gui_found_rooms_init (GuiFoundRooms *found)
{
  found->rows = g_ptr_array_new_with_free_func (row_free);
  found->found = g_ptr_array_new_with_free_func (g_object_unref);
  found->words = g_new0 (char *, 1);
}

/**
 * gui_found_rooms_new:
 * @rooms: (transfer none): of #SalListedRoom; followed
 *
 * Returns: (transfer full): an empty list, until rooms have been read and it is updated.
 */
GuiFoundRooms *
gui_found_rooms_new (GListModel *rooms)
{
  GuiFoundRooms *found = g_object_new (GUI_TYPE_FOUND_ROOMS, NULL);

  found->rooms = g_object_ref (rooms);
  g_signal_connect_swapped (rooms, "items-changed", G_CALLBACK (on_items_changed), found);
  return found;
}

/**
 * gui_found_rooms_look_for:
 * @words: all of them have to be in the name or the topic; "" finds every room. Stars, which
 *   people know from servers, stand for nothing
 * @least: people who have to be there
 *
 * From the next gui_found_rooms_update() on.
 */
void
gui_found_rooms_look_for (GuiFoundRooms *found, const char *words, guint least)
{
  g_autofree char *folded = fold (words);
  GPtrArray *parts = g_ptr_array_new ();
  g_auto (GStrv) split = NULL;

  g_strdelimit (folded, "*\t\n", ' ');
  split = g_strsplit (folded, " ", -1);
  for (guint i = 0; split[i] != NULL && parts->len < WORDS_MAX; i++)
    if (*split[i] != '\0')
      g_ptr_array_add (parts, g_strdup (split[i]));
  g_ptr_array_add (parts, NULL);
  g_strfreev (found->words);
  found->words = (char **) g_ptr_array_free (parts, FALSE);
  found->least = least;
}

/**
 * gui_found_rooms_sort:
 *
 * From the next gui_found_rooms_update() on.
 */
void
gui_found_rooms_sort (GuiFoundRooms *found, GuiFoundOrder order, gboolean descending)
{
  found->order = order;
  found->descending = descending;
}

/**
 * gui_found_rooms_read:
 *
 * Reads some of the rooms that have come.
 *
 * Returns: whether there were any.
 */
gboolean
gui_found_rooms_read (GuiFoundRooms *found)
{
  guint n = g_list_model_get_n_items (found->rooms);
  guint until = MIN (n, found->rows->len + READ_AT_ONCE);

  if (found->rows->len >= n)
    return FALSE;
  for (guint i = found->rows->len; i < until; i++)
    {
      g_autoptr (SalListedRoom) room = g_list_model_get_item (found->rooms, i);

      g_ptr_array_add (found->rows, row_new (room));
    }
  return TRUE;
}

/**
 * gui_found_rooms_update:
 *
 * Makes the list what it should be: of the rooms that have been read those that are looked for, in
 * order.
 */
void
gui_found_rooms_update (GuiFoundRooms *found)
{
  g_autoptr (GPtrArray) matches = g_ptr_array_new ();
  guint before = found->found->len;

  for (guint i = 0; i < found->rows->len; i++)
    if (is_found (found, found->rows->pdata[i]))
      g_ptr_array_add (matches, found->rows->pdata[i]);
  g_ptr_array_sort_with_data (matches, compare, found);
  g_ptr_array_set_size (found->found, 0);
  for (guint i = 0; i < matches->len; i++)
    g_ptr_array_add (found->found, g_object_ref (((Row *) matches->pdata[i])->room));
  g_list_model_items_changed (G_LIST_MODEL (found), 0, before, found->found->len);
}
