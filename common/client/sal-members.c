/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who is in a room, as a GListModel of SalMember: sorted by role, then by name. One of thousands
 * who comes or goes costs as little as one of three: a balanced tree, and a table of names.
 */
#include "config.h"

#include "common/client/sal-members.h"

#include <gio/gio.h>
#include <string.h>

typedef struct
{
  SalMember *member; /* (owned) */
  char *name;        /* (owned): folded, as the server does */
  char *sort;        /* (owned): by what it is sorted */
} Item;

struct _SalMembers
{
  GObject parent;
  GSequence *items;  /* (owned) of Item (owned) */
  GHashTable *names; /* (owned): folded name (of the item) -> its place in the sequence */
};

static void sal_members_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SalMembers,
                               sal_members,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL,
                                                      sal_members_list_model_init))

static void
item_free (gpointer data)
{
  Item *item = data;

  g_object_unref (item->member);
  g_free (item->name);
  g_free (item->sort);
  g_free (item);
}

static void
sal_members_finalize (GObject *object)
{
  SalMembers *members = SAL_MEMBERS (object);

  g_hash_table_unref (members->names);
  g_sequence_free (members->items);
  G_OBJECT_CLASS (sal_members_parent_class)->finalize (object);
}

static void
sal_members_class_init (SalMembersClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sal_members_finalize;
}

static void
sal_members_init (SalMembers *members)
{
  members->items = g_sequence_new (item_free);
  members->names = g_hash_table_new (g_str_hash, g_str_equal);
}

static GType
get_item_type (GListModel *list)
{
  return SAL_TYPE_MEMBER;
}

static guint
get_n_items (GListModel *list)
{
  return (guint) g_sequence_get_length (SAL_MEMBERS (list)->items);
}

static gpointer
get_item (GListModel *list, guint position)
{
  GSequenceIter *at = g_sequence_get_iter_at_pos (SAL_MEMBERS (list)->items, (int) position);

  return g_sequence_iter_is_end (at) ? NULL : g_object_ref (((Item *) g_sequence_get (at))->member);
}

static void
sal_members_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

/**
 * sal_members_new:
 *
 * Returns: (transfer full): nobody.
 */
SalMembers *
sal_members_new (void)
{
  return g_object_new (SAL_TYPE_MEMBERS, NULL);
}

static int
compare (gconstpointer a, gconstpointer b, gpointer data)
{
  return strcmp (((const Item *) a)->sort, ((const Item *) b)->sort);
}

static Item *
make_item (const SalIrcRooms *rooms, const SalIrcMember *like, const char *own)
{
  Item *item = g_new0 (Item, 1);
  g_autofree char *folded = g_utf8_casefold (like->user->nick, -1);
  gboolean is_own = own != NULL && sal_irc_support_same (&rooms->support, like->user->nick, own);

  item->member = sal_member_new (like, is_own);
  item->name = sal_irc_support_fold (&rooms->support, like->user->nick);
  /* The name as it is comes last, so that no two are alike. */
  item->sort =
      g_strdup_printf ("%d%s\x01%s", (int) sal_member_get_role (item->member), folded, item->name);
  return item;
}

/**
 * sal_members_reset:
 * @room: (nullable): %NULL for nobody
 * @own: (nullable): who we are
 *
 * These are there, and nobody else.
 */
void
sal_members_reset (SalMembers *members,
                   const SalIrcRooms *rooms,
                   const SalIrcRoom *room,
                   const char *own)
{
  guint before = get_n_items (G_LIST_MODEL (members));
  GSequence *items = g_sequence_new (item_free);
  GHashTableIter iter;
  gpointer value = NULL;
  guint after = 0;

  if (room != NULL && room->members != NULL)
    {
      g_hash_table_iter_init (&iter, room->members);
      while (g_hash_table_iter_next (&iter, NULL, &value))
        g_sequence_append (items, make_item (rooms, value, own));
      g_sequence_sort (items, compare, NULL);
    }
  g_hash_table_remove_all (members->names);
  g_sequence_free (members->items);
  members->items = items;
  for (GSequenceIter *at = g_sequence_get_begin_iter (items); !g_sequence_iter_is_end (at);
       at = g_sequence_iter_next (at))
    g_hash_table_replace (members->names, ((Item *) g_sequence_get (at))->name, at);
  after = get_n_items (G_LIST_MODEL (members));
  if (before > 0 || after > 0)
    g_list_model_items_changed (G_LIST_MODEL (members), 0, before, after);
}

static void
remove_name (SalMembers *members, const char *folded)
{
  GSequenceIter *at = g_hash_table_lookup (members->names, folded);
  guint position = 0;

  if (at == NULL)
    return;
  position = (guint) g_sequence_iter_get_position (at);
  g_hash_table_remove (members->names, folded);
  g_sequence_remove (at);
  g_list_model_items_changed (G_LIST_MODEL (members), position, 1, 0);
}

/* Returns whether somebody stays where they were: @item is theirs now. */
static gboolean
replace_in_place (SalMembers *members, Item *item)
{
  GSequenceIter *at = g_hash_table_lookup (members->names, item->name);

  if (at == NULL || !g_str_equal (((Item *) g_sequence_get (at))->sort, item->sort))
    return FALSE;
  g_hash_table_replace (members->names, item->name, at); /* its key lies in the old one */
  g_sequence_set (at, item);
  g_list_model_items_changed (G_LIST_MODEL (members), (guint) g_sequence_iter_get_position (at), 1,
                              1);
  return TRUE;
}

/**
 * sal_members_update:
 * @name: who has come, gone or changed, as they are called now
 */
void
sal_members_update (SalMembers *members,
                    const SalIrcRooms *rooms,
                    const SalIrcRoom *room,
                    const char *name,
                    const char *own)
{
  g_autofree char *folded = sal_irc_support_fold (&rooms->support, name);
  const SalIrcMember *like = room != NULL ? sal_irc_room_find_member (rooms, room, name) : NULL;
  GSequenceIter *at = NULL;
  Item *item = NULL;

  if (like == NULL)
    {
      remove_name (members, folded);
      return;
    }
  item = make_item (rooms, like, own);
  if (replace_in_place (members, item))
    return;
  remove_name (members, folded);
  at = g_sequence_insert_sorted (members->items, item, compare, NULL);
  g_hash_table_replace (members->names, item->name, at);
  g_list_model_items_changed (G_LIST_MODEL (members), (guint) g_sequence_iter_get_position (at), 0,
                              1);
}

/**
 * sal_members_rename:
 *
 * Whoever was @from goes; sal_members_update() brings them back under their name of now.
 */
void
sal_members_rename (SalMembers *members, const SalIrcRooms *rooms, const char *from, const char *to)
{
  g_autofree char *before = sal_irc_support_fold (&rooms->support, from);
  g_autofree char *after = sal_irc_support_fold (&rooms->support, to);

  if (!g_str_equal (before, after))
    remove_name (members, before);
}

/**
 * sal_members_find:
 *
 * Returns: (transfer none) (nullable): who is called so.
 */
SalMember *
sal_members_find (SalMembers *members, const SalIrcRooms *rooms, const char *name)
{
  g_autofree char *folded = sal_irc_support_fold (&rooms->support, name);
  GSequenceIter *at = g_hash_table_lookup (members->names, folded);

  return at != NULL ? ((Item *) g_sequence_get (at))->member : NULL;
}
