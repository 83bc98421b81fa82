/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What rooms there are on a server, asked for when somebody wants to know.
 */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "common/base/sal-error.h"
#include "common/client/sal-server-private.h"

static GError *
no_connection (SalServer *server)
{
  return g_error_new (SAL_ERROR, SAL_EXIT_CLOSED, _ ("there is no connection to %s now"),
                      server->host);
}

/**
 * sal_server_get_room_list:
 *
 * Returns: (transfer none): the rooms of the server, as they were when they were asked for last.
 */
SalRoomList *
sal_server_get_room_list (SalServer *server)
{
  return server->room_list;
}

/**
 * sal_server_list_rooms:
 * @least: only rooms with so many people at least; 0: all of them
 *
 * Asks the server for its rooms. They come into sal_server_get_room_list(), which is emptied first;
 * what is being listed already goes on.
 *
 * Returns: %FALSE with an error in words for people if nobody can be asked now; then the list is as
 *   it was.
 */
gboolean
sal_server_list_rooms (SalServer *server, guint least, GError **error)
{
  if (sal_room_list_get_state (server->room_list) == SAL_ROOM_LIST_LOADING)
    return TRUE;
  if (server->presence != SAL_PRESENCE_IN)
    {
      g_propagate_error (error, no_connection (server));
      return FALSE;
    }
  if (!sal_server_speaks_irc (server))
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE, _ ("%s has only this one room"), server->host);
      return FALSE;
    }
  sal_room_list_begin (server->room_list);
  if (!sal_client_list_rooms (server->client, least))
    sal_server_stop_listing (server);
  return TRUE;
}

/**
 * sal_server_on_listed:
 * @action: a room, or that there are no more
 */
void
sal_server_on_listed (SalServer *server, const SalClientAction *action)
{
  GError *error = NULL;

  if (sal_room_list_get_state (server->room_list) != SAL_ROOM_LIST_LOADING)
    return;
  if (action->kind == SAL_ACTION_LISTED)
    {
      sal_room_list_add (server->room_list, action->place, action->number, action->text);
      return;
    }
  if (g_strcmp0 (action->code, "late") == 0)
    error = g_error_new (SAL_ERROR, SAL_EXIT_TIMEOUT, _ ("%s does not answer"), server->host);
  else if (action->text != NULL)
    error = g_error_new (SAL_ERROR, SAL_EXIT_REFUSED, _ ("the server says: %s"), action->text);
  sal_room_list_end (server->room_list,
                     action->code != NULL ? SAL_ROOM_LIST_FAILED
                     : action->more       ? SAL_ROOM_LIST_CUT
                                          : SAL_ROOM_LIST_COMPLETE,
                     error);
}

/**
 * sal_server_stop_listing:
 *
 * The connection is gone, and no more will come.
 */
void
sal_server_stop_listing (SalServer *server)
{
  if (sal_room_list_get_state (server->room_list) == SAL_ROOM_LIST_LOADING)
    sal_room_list_end (server->room_list, SAL_ROOM_LIST_FAILED, no_connection (server));
}
