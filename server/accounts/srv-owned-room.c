/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A room that belongs to an account, as a value: what is left of it when everybody has
 * gone.
 */
#include "config.h"

#include "server/accounts/srv-owned-room.h"

static void
mask_free (gpointer data)
{
  SrvRoomMask *mask = data;

  g_free (mask->mask);
  g_free (mask->setter);
  g_free (mask);
}

/**
 * srv_owned_room_new:
 * @name: of the room, without #
 * @founder: an account
 *
 * Returns: (transfer full): a room without modes and masks.
 */
SrvOwnedRoom *
srv_owned_room_new (const char *name, const char *founder)
{
  SrvOwnedRoom *room = g_new0 (SrvOwnedRoom, 1);

  room->name = g_strdup (name);
  room->founder = g_strdup (founder);
  room->modes = g_strdup ("");
  room->masks = g_ptr_array_new_with_free_func (mask_free);
  return room;
}

/**
 * srv_owned_room_copy:
 *
 * Returns: (transfer full)
 */
SrvOwnedRoom *
srv_owned_room_copy (const SrvOwnedRoom *room)
{
  SrvOwnedRoom *copy = srv_owned_room_new (room->name, room->founder);

  g_free (copy->modes);
  copy->modes = g_strdup (room->modes);
  copy->key = g_strdup (room->key);
  copy->limit = room->limit;
  copy->topic = g_strdup (room->topic);
  copy->topic_by = g_strdup (room->topic_by);
  copy->topic_us = room->topic_us;
  for (guint i = 0; i < room->masks->len; i++)
    {
      const SrvRoomMask *mask = room->masks->pdata[i];

      srv_owned_room_add_mask (copy, mask->list, mask->mask, mask->setter, mask->set_us);
    }
  return copy;
}

/**
 * srv_owned_room_free:
 * @room: (nullable) (transfer full)
 */
void
srv_owned_room_free (SrvOwnedRoom *room)
{
  if (room == NULL)
    return;
  g_free (room->name);
  g_free (room->founder);
  g_free (room->modes);
  g_free (room->key);
  g_free (room->topic);
  g_free (room->topic_by);
  g_ptr_array_unref (room->masks);
  g_free (room);
}

/**
 * srv_owned_room_add_mask:
 * @list: the letter of its list
 * @setter: who has put it there
 * @set_us: when, since 1970
 */
void
srv_owned_room_add_mask (
    SrvOwnedRoom *room, char list, const char *mask, const char *setter, gint64 set_us)
{
  SrvRoomMask *added = g_new0 (SrvRoomMask, 1);

  added->list = list;
  added->mask = g_strdup (mask);
  added->setter = g_strdup (setter);
  added->set_us = set_us;
  g_ptr_array_add (room->masks, added);
}
