/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where a room is: its name on the server, in whatever case somebody writes it, its address for
 * people and for the next time, and what the client knows of it under that name.
 */
#include "config.h"

#include <string.h>

#include "common/client/sal-room-private.h"

/* `irc://host:port/tea`, `irc://host:port/%23%23tea`, `irc://host:port/bob,isnick`. */
static char *
make_uri (SalRoomModel *room, SalServer *server)
{
  const char *name = room->place;
  g_autofree char *escaped = NULL;

  if (server->main == room || server->main == NULL)
    return g_strdup (server->row->uri);
  if (*name == '#' && strchr ("#&+!", name[1]) == NULL)
    name++;
  escaped = g_uri_escape_string (name, NULL, TRUE);
  return g_strconcat (server->row->uri, "/", escaped,
                      room->row->kind == SAL_ROOM_PRIVATE ? ",isnick" : "", NULL);
}

/**
 * sal_room_name:
 *
 * Gives it a title and an address, by its place.
 */
void
sal_room_name (SalRoomModel *room, SalServer *server)
{
  gboolean own_name = room->row->kind != SAL_ROOM_SERVER && *room->place != '\0' &&
                      !(server->main == room || server->main == NULL);

  g_free (room->title);
  room->title = g_strdup (own_name ? room->place : server->title);
  g_free (room->uri);
  room->uri = make_uri (room, server);
}

/**
 * sal_room_set_place:
 * @place: as the server spells it
 */
void
sal_room_set_place (SalRoomModel *room, const char *place)
{
  if (g_str_equal (room->place, place))
    return;
  g_free (room->place);
  room->place = g_strdup (place);
  g_free (room->row->place);
  room->row->place = g_strdup (place);
  sal_room_save (room);
  sal_room_name (room, room->server);
}

/**
 * sal_room_is_at:
 * @place: in whatever case; of a room perhaps without its `#`
 *
 * Returns: whether that is this room.
 */
gboolean
sal_room_is_at (SalRoomModel *room, const char *place)
{
  static const SalIrcSupport usual = { .casemapping = SAL_CASEMAPPING_RFC1459 };
  const SalIrcSupport *support =
      sal_server_speaks_irc (room->server) ? sal_client_get_support (room->server->client) : NULL;
  const char *own = room->place;

  if (*own == '\0' || *place == '\0')
    return FALSE;
  if (room->row->kind == SAL_ROOM_CHANNEL && *place == '#' && strchr ("#&+!", *own) == NULL)
    place++;
  return sal_irc_support_same (support != NULL ? support : &usual, own, place);
}

/**
 * sal_room_get_irc:
 *
 * Returns: (transfer none) (nullable): what the client knows of the room.
 */
SalIrcRoom *
sal_room_get_irc (SalRoomModel *room)
{
  const SalIrcRooms *rooms = room->server != NULL && room->server->client != NULL
                                 ? sal_client_get_rooms (room->server->client)
                                 : NULL;

  return rooms != NULL && *room->place != '\0' ? sal_irc_rooms_find (rooms, room->place) : NULL;
}
