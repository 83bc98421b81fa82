/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who is where, in tables keyed by folded names, so that a flood of joins costs what each
 * line costs. A user is one structure, shared by all rooms in which they are seen, and goes
 * with the last of them.
 */
#include "config.h"

#include "common/client/sal-irc-rooms.h"

#include <string.h>

#include "common/base/sal-limits.h"

static void
user_free (gpointer data)
{
  SalIrcUser *user = data;

  g_free (user->nick);
  g_free (user->host);
  g_free (user->account);
  g_free (user->real_name);
  g_free (user);
}

static void
room_free (gpointer data)
{
  SalIrcRoom *room = data;

  g_free (room->name);
  g_free (room->key);
  g_free (room->topic);
  g_free (room->topic_by);
  g_hash_table_unref (room->members);
  if (room->free_own != NULL)
    room->free_own (room->own);
  g_free (room);
}

/**
 * sal_irc_rooms_init:
 */
void
sal_irc_rooms_init (SalIrcRooms *rooms)
{
  sal_irc_support_init (&rooms->support);
  rooms->rooms = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, room_free);
  rooms->users = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, user_free);
}

/**
 * sal_irc_rooms_clear:
 */
void
sal_irc_rooms_clear (SalIrcRooms *rooms)
{
  g_clear_pointer (&rooms->rooms, g_hash_table_unref);
  g_clear_pointer (&rooms->users, g_hash_table_unref);
  sal_irc_support_clear (&rooms->support);
}

/**
 * sal_irc_rooms_find:
 *
 * Returns: (transfer none) (nullable): the room @name, if we have ever wanted to be in it.
 */
SalIrcRoom *
sal_irc_rooms_find (const SalIrcRooms *rooms, const char *name)
{
  g_autofree char *key = sal_irc_support_fold (&rooms->support, name);

  return g_hash_table_lookup (rooms->rooms, key);
}

/**
 * sal_irc_rooms_add:
 *
 * Returns: (transfer none) (nullable): the room @name, new if it was not there; %NULL if there
 *   are too many.
 */
SalIrcRoom *
sal_irc_rooms_add (SalIrcRooms *rooms, const char *name)
{
  SalIrcRoom *room = sal_irc_rooms_find (rooms, name);

  if (room != NULL)
    return room;
  if (g_hash_table_size (rooms->rooms) >= SAL_CLIENT_ROOMS || strlen (name) > SAL_CLIENT_NAME_BYTES)
    return NULL;
  room = g_new0 (SalIrcRoom, 1);
  room->name = g_strdup (name);
  room->free_own = rooms->free_own;
  room->members = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_hash_table_insert (rooms->rooms, sal_irc_support_fold (&rooms->support, name), room);
  return room;
}

/**
 * sal_irc_rooms_remove:
 *
 * Forgets @room and who was seen only there.
 */
void
sal_irc_rooms_remove (SalIrcRooms *rooms, SalIrcRoom *room)
{
  g_autofree char *key = sal_irc_support_fold (&rooms->support, room->name);

  sal_irc_room_remove_members (rooms, room);
  g_hash_table_remove (rooms->rooms, key);
}

static int
compare_rooms (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(const SalIrcRoom *const *) a)->name, (*(const SalIrcRoom *const *) b)->name);
}

/**
 * sal_irc_rooms_list:
 *
 * Returns: (transfer container): all #SalIrcRoom, by name.
 */
GPtrArray *
sal_irc_rooms_list (const SalIrcRooms *rooms)
{
  GPtrArray *list = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer room = NULL;

  g_hash_table_iter_init (&iter, rooms->rooms);
  while (g_hash_table_iter_next (&iter, NULL, &room))
    g_ptr_array_add (list, room);
  g_ptr_array_sort (list, compare_rooms);
  return list;
}

/**
 * sal_irc_rooms_find_user:
 *
 * Returns: (transfer none) (nullable): who @nick is, if they are seen in a room.
 */
SalIrcUser *
sal_irc_rooms_find_user (const SalIrcRooms *rooms, const char *nick)
{
  g_autofree char *key = sal_irc_support_fold (&rooms->support, nick);

  return g_hash_table_lookup (rooms->users, key);
}

static SalIrcUser *
add_user (SalIrcRooms *rooms, const char *nick)
{
  SalIrcUser *user = sal_irc_rooms_find_user (rooms, nick);

  if (user != NULL)
    return user;
  if (g_hash_table_size (rooms->users) >= SAL_CLIENT_USERS || strlen (nick) > SAL_CLIENT_NAME_BYTES)
    return NULL;
  user = g_new0 (SalIrcUser, 1);
  user->nick = g_strdup (nick);
  g_hash_table_insert (rooms->users, sal_irc_support_fold (&rooms->support, nick), user);
  return user;
}

static void
forget_place (SalIrcRooms *rooms, SalIrcUser *user)
{
  g_autofree char *key = NULL;

  if (--user->n_rooms > 0)
    return;
  key = sal_irc_support_fold (&rooms->support, user->nick);
  g_hash_table_remove (rooms->users, key);
}

static void
rekey (GHashTable *table, const char *from, const char *to)
{
  gpointer key = NULL;
  gpointer value = NULL;

  if (!g_hash_table_steal_extended (table, from, &key, &value))
    return;
  g_free (key);
  g_hash_table_insert (table, g_strdup (to), value);
}

/* Somebody of whom the server says nothing any more had the name that another gets. */
static void
remove_everywhere (SalIrcRooms *rooms, const char *nick)
{
  g_autoptr (GPtrArray) seen = sal_irc_rooms_of_user (rooms, nick);

  for (guint i = 0; i < seen->len; i++)
    sal_irc_room_remove_member (rooms, seen->pdata[i], nick);
}

/**
 * sal_irc_rooms_rename_user:
 *
 * Returns: %FALSE if nobody is seen who is called @from.
 */
gboolean
sal_irc_rooms_rename_user (SalIrcRooms *rooms, const char *from, const char *to)
{
  SalIrcUser *user = sal_irc_rooms_find_user (rooms, from);
  g_autofree char *old_key = sal_irc_support_fold (&rooms->support, from);
  g_autofree char *new_key = sal_irc_support_fold (&rooms->support, to);
  GHashTableIter iter;
  gpointer room = NULL;

  if (user == NULL || strlen (to) > SAL_CLIENT_NAME_BYTES)
    return FALSE;
  if (!g_str_equal (old_key, new_key))
    {
      remove_everywhere (rooms, to);
      g_hash_table_iter_init (&iter, rooms->rooms);
      while (g_hash_table_iter_next (&iter, NULL, &room))
        rekey (((SalIrcRoom *) room)->members, old_key, new_key);
      rekey (rooms->users, old_key, new_key);
    }
  g_free (user->nick);
  user->nick = g_strdup (to);
  return TRUE;
}

/**
 * sal_irc_rooms_of_user:
 *
 * Returns: (transfer container): the #SalIrcRoom in which @nick is seen, by name.
 */
GPtrArray *
sal_irc_rooms_of_user (const SalIrcRooms *rooms, const char *nick)
{
  GPtrArray *list = g_ptr_array_new ();
  g_autofree char *key = sal_irc_support_fold (&rooms->support, nick);
  GHashTableIter iter;
  gpointer room = NULL;

  g_hash_table_iter_init (&iter, rooms->rooms);
  while (g_hash_table_iter_next (&iter, NULL, &room))
    if (g_hash_table_contains (((SalIrcRoom *) room)->members, key))
      g_ptr_array_add (list, room);
  g_ptr_array_sort (list, compare_rooms);
  return list;
}

static void
set_bounded (char **field, const char *value)
{
  g_free (*field);
  *field = value != NULL && *value != '\0' && strlen (value) <= SAL_CLIENT_NAME_BYTES
               ? g_strdup (value)
               : NULL;
}

/**
 * sal_irc_rooms_set_host:
 * @host: (nullable): `user@host`
 */
void
sal_irc_rooms_set_host (SalIrcUser *user, const char *host)
{
  set_bounded (&user->host, host);
}

/**
 * sal_irc_rooms_set_account:
 * @account: (nullable): logged out
 */
void
sal_irc_rooms_set_account (SalIrcUser *user, const char *account)
{
  set_bounded (&user->account, account);
}

/**
 * sal_irc_rooms_set_real_name:
 */
void
sal_irc_rooms_set_real_name (SalIrcUser *user, const char *real_name)
{
  set_bounded (&user->real_name, real_name);
}

/**
 * sal_irc_room_find_member:
 *
 * Returns: (transfer none) (nullable)
 */
SalIrcMember *
sal_irc_room_find_member (const SalIrcRooms *rooms, const SalIrcRoom *room, const char *nick)
{
  g_autofree char *key = sal_irc_support_fold (&rooms->support, nick);

  return g_hash_table_lookup (room->members, key);
}

/**
 * sal_irc_room_add_member:
 *
 * Returns: (transfer none) (nullable): the member, new if they were not there; %NULL if there are
 *   more than can be kept: then the room says so.
 */
SalIrcMember *
sal_irc_room_add_member (SalIrcRooms *rooms, SalIrcRoom *room, const char *nick)
{
  g_autofree char *key = sal_irc_support_fold (&rooms->support, nick);
  SalIrcMember *member = g_hash_table_lookup (room->members, key);
  SalIrcUser *user = NULL;

  if (member != NULL)
    return member;
  user = g_hash_table_size (room->members) < SAL_CLIENT_MEMBERS ? add_user (rooms, nick) : NULL;
  if (user == NULL)
    {
      room->cut = TRUE;
      return NULL;
    }
  user->n_rooms++;
  member = g_new0 (SalIrcMember, 1);
  member->user = user;
  g_hash_table_insert (room->members, g_steal_pointer (&key), member);
  return member;
}

/**
 * sal_irc_room_remove_member:
 *
 * Returns: %FALSE if they were not there.
 */
gboolean
sal_irc_room_remove_member (SalIrcRooms *rooms, SalIrcRoom *room, const char *nick)
{
  g_autofree char *key = sal_irc_support_fold (&rooms->support, nick);
  SalIrcMember *member = g_hash_table_lookup (room->members, key);
  SalIrcUser *user = member != NULL ? member->user : NULL;

  if (member == NULL)
    return FALSE;
  g_hash_table_remove (room->members, key);
  forget_place (rooms, user);
  return TRUE;
}

/**
 * sal_irc_room_remove_members:
 */
void
sal_irc_room_remove_members (SalIrcRooms *rooms, SalIrcRoom *room)
{
  GHashTableIter iter;
  gpointer member = NULL;

  g_hash_table_iter_init (&iter, room->members);
  while (g_hash_table_iter_next (&iter, NULL, &member))
    forget_place (rooms, ((SalIrcMember *) member)->user);
  g_hash_table_remove_all (room->members);
  room->complete = room->cut = FALSE;
}

/**
 * sal_irc_room_set_rank:
 * @prefix: `@`
 *
 * Gives a member a rank or takes it. Several ranks are kept, because taking the higher one shows
 * the lower one.
 */
void
sal_irc_room_set_rank (
    SalIrcRooms *rooms, SalIrcRoom *room, const char *nick, char prefix, gboolean has)
{
  SalIrcMember *member = sal_irc_room_find_member (rooms, room, nick);
  char old[SAL_IRC_RANKS + 1];
  gsize n = 0;

  if (member == NULL)
    return;
  g_strlcpy (old, member->prefixes, sizeof old);
  for (const char *at = rooms->support.prefixes; *at != '\0'; at++)
    if (*at == prefix ? has : strchr (old, *at) != NULL)
      member->prefixes[n++] = *at;
  member->prefixes[n] = '\0';
}

/**
 * sal_irc_room_set_topic:
 * @topic: (nullable): clean; there is none
 * @by: (nullable): unknown
 * @time_us: 0: unknown
 */
void
sal_irc_room_set_topic (SalIrcRoom *room, const char *topic, const char *by, gint64 time_us)
{
  g_free (room->topic);
  room->topic = topic != NULL && *topic != '\0' ? g_strdup (topic) : NULL;
  set_bounded (&room->topic_by, by);
  room->topic_time_us = time_us;
}

/* The server folds names in another way than was thought. */
static void
refold (SalIrcRooms *rooms)
{
  GHashTable *fresh = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, room_free);
  GHashTableIter iter;
  gpointer key = NULL;
  gpointer room = NULL;

  g_hash_table_iter_init (&iter, rooms->rooms);
  while (g_hash_table_iter_next (&iter, &key, &room))
    {
      g_hash_table_iter_steal (&iter);
      g_free (key);
      g_hash_table_insert (
          fresh, sal_irc_support_fold (&rooms->support, ((SalIrcRoom *) room)->name), room);
    }
  g_hash_table_unref (rooms->rooms);
  rooms->rooms = fresh;
}

/**
 * sal_irc_rooms_take_support:
 * @token: a parameter of 005
 *
 * See sal_irc_support_take(). How names are folded is believed only while nobody is seen
 * anywhere, as with every server that means well: the tables are keyed by it.
 */
void
sal_irc_rooms_take_support (SalIrcRooms *rooms, const char *token)
{
  SalCasemapping before = rooms->support.casemapping;

  sal_irc_support_take (&rooms->support, token);
  if (rooms->support.casemapping == before)
    return;
  if (g_hash_table_size (rooms->users) > 0)
    rooms->support.casemapping = before;
  else
    refold (rooms);
}
