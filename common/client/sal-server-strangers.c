/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who has spoken to us in private while we were away, and has no conversation in the list. Servers tell
 * only their names (CHATHISTORY TARGETS), and whom the person does not want to hear may be known by the
 * host: so what was said is asked for first, and the first words that are to be heard open a
 * conversation. Nobody is overlooked: where the server does not tell what was said, it is opened, too, and
 * says so.
 */
#include "config.h"

#include "common/base/sal-limits.h"
#include "common/client/sal-room-private.h"
#include "common/client/sal-server-private.h"

/* Messages of one page. */
#define PAGE 100

typedef struct
{
  char *place;       /* (owned) */
  SalEntry *from;    /* (owned): behind which the page was asked for */
  SalEntry *reached; /* (owned) (nullable): the last one of it */
  guint pages;
} Stranger;

static void
stranger_free (gpointer data)
{
  Stranger *stranger = data;

  g_free (stranger->place);
  sal_entry_unref (stranger->from);
  g_clear_pointer (&stranger->reached, sal_entry_unref);
  g_free (stranger);
}

/**
 * sal_server_strangers_new:
 *
 * Returns: (transfer full): a list of nobody.
 */
GPtrArray *
sal_server_strangers_new (void)
{
  return g_ptr_array_new_with_free_func (stranger_free);
}

static Stranger *
find (const SalServer *server, const char *place)
{
  const SalIrcSupport *support =
      sal_server_speaks_irc (server) ? sal_client_get_support (server->client) : NULL;

  for (guint i = 0; support != NULL && i < server->strangers->len; i++)
    {
      Stranger *stranger = server->strangers->pdata[i];

      if (sal_irc_support_same (support, stranger->place, place))
        return stranger;
    }
  return NULL;
}

static gboolean
ask (SalServer *server, const Stranger *stranger)
{
  return sal_client_read_past (server->client, stranger->place, SAL_HISTORY_AFTER,
                               stranger->from->msgid, stranger->from->time_us, PAGE);
}

/**
 * sal_server_on_missed:
 * @action: somebody has spoken to us in private while we were away, perhaps somebody new
 */
void
sal_server_on_missed (SalServer *server, const SalClientAction *action)
{
  SalRoomModel *room = sal_server_find_room (server, action->place);
  Stranger *stranger = NULL;

  if (room != NULL)
    {
      if (room->row->kind == SAL_ROOM_PRIVATE && !room->catching_up)
        sal_room_catch_up (room);
      return;
    }
  if (sal_filter_ignores (server->filter, action->place, NULL) || server->known_us == 0 ||
      find (server, action->place) != NULL || !sal_server_takes_stranger (server, action->place))
    return;
  stranger = g_new0 (Stranger, 1);
  stranger->place = g_strdup (action->place);
  stranger->from = sal_entry_new (&(SalEntry){ .time_us = server->known_us });
  g_ptr_array_add (server->strangers, stranger);
  if (!ask (server, stranger))
    g_ptr_array_remove (server->strangers, stranger);
}

/**
 * sal_server_is_stranger:
 *
 * Returns: whether it is being asked what somebody has said there who is in no conversation yet.
 */
gboolean
sal_server_is_stranger (const SalServer *server, const char *place)
{
  return find (server, place) != NULL;
}

/**
 * sal_server_passes_over:
 * @action: an event at a place that is no conversation
 *
 * Returns: whether it is of the past of somebody whom the person does not want to hear: nothing is opened
 *   for that, but the next page begins behind it.
 */
gboolean
sal_server_passes_over (SalServer *server, const SalClientAction *action)
{
  const SalEvent *event = &action->event;
  Stranger *stranger = event->past && action->place != NULL ? find (server, action->place) : NULL;

  if (stranger == NULL || !sal_server_ignores (server, action))
    return FALSE;
  g_clear_pointer (&stranger->reached, sal_entry_unref);
  stranger->reached =
      sal_entry_new (&(SalEntry){ .time_us = event->time_us, .msgid = event->msgid });
  return TRUE;
}

/**
 * sal_server_meet:
 * @room: a new conversation
 *
 * If it is with a stranger, what is being asked for belongs there.
 */
void
sal_server_meet (SalServer *server, SalRoomModel *room)
{
  Stranger *stranger = find (server, room->place);

  if (stranger == NULL)
    return;
  sal_room_begin_catching_up (room, stranger->from, stranger->pages);
  g_ptr_array_remove (server->strangers, stranger);
}

/**
 * sal_server_on_strangers_page:
 * @action: a page has come for which there is no conversation
 */
void
sal_server_on_strangers_page (SalServer *server, const SalClientAction *action)
{
  Stranger *stranger = find (server, action->place);
  SalEntry *reached = NULL;

  if (stranger == NULL || action->page != SAL_HISTORY_AFTER)
    return;
  if (action->code != NULL)
    {
      SalRoomModel *room = sal_server_make_private (server, action->place);

      if (room != NULL)
        sal_room_on_history (room, action);
      return;
    }
  reached = g_steal_pointer (&stranger->reached);
  if (action->more && reached != NULL && sal_entry_is_behind (reached, stranger->from) &&
      ++stranger->pages < SAL_CLIENT_RESUME_PAGES)
    {
      sal_entry_unref (stranger->from);
      stranger->from = reached;
      if (ask (server, stranger))
        return;
    }
  else
    g_clear_pointer (&reached, sal_entry_unref);
  g_ptr_array_remove (server->strangers, stranger);
}
