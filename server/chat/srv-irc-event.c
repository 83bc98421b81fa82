/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What an entry of the log is to those who read it in IRC.
 */
#include "config.h"

#include "common/proto/sal-name.h"
#include "server/chat/srv-irc-private.h"

/**
 * srv_irc_event_from_entry:
 * @event: (out): its strings stay those of @entry, of the state, and of @msgid
 * @msgid: (out) (transfer full) (nullable)
 */
void
srv_irc_event_from_entry (const SrvHub *hub, SalEvent *event, const SrvEntry *entry, char **msgid)
{
  guint64 number = entry->number != 0 ? entry->number : entry->seq;
  const SrvUser *user = NULL;

  srv_event_from_entry (event, entry);
  *msgid = number != 0 && hub->n_irc > 0 ? sal_irc_msgid_format (hub->log_id, number) : NULL;
  event->msgid = *msgid;
  if (entry->kind == SRV_ENTRY_JOIN)
    {
      user = srv_state_get_user (hub->state, entry->origin.connection);
      event->real_name = user != NULL && entry->origin.connection != 0
                             ? srv_person_get_real_name (user->who)
                             : NULL;
    }
}

/**
 * srv_irc_relayed:
 * @entry: of this worker's rooms, or about this client
 *
 * Shows it to this client alone.
 */
void
srv_irc_relayed (SrvIrc *irc, const SrvEntry *entry)
{
  g_autofree char *msgid = NULL;
  SalEvent event;

  switch (entry->kind)
    {
    case SRV_ENTRY_AWAY:
      srv_irc_reply (irc, entry->text != NULL ? RPL_NOWAWAY : RPL_UNAWAY, "%s",
                     entry->text != NULL ? ":You have been marked as being away"
                                         : ":You are no longer marked as being away");
      return;
    case SRV_ENTRY_INVITE:
      srv_irc_reply (irc, RPL_INVITING, "%s #%s", entry->target, entry->room);
      srv_irc_tell_away (irc, srv_state_get_user (irc->hub->state, entry->about));
      return;
    case SRV_ENTRY_ACCOUNT:
    case SRV_ENTRY_WALLOPS:
      return; /* known by other answers */
    case SRV_ENTRY_KILL:
      return;
    default:
      break;
    }
  srv_irc_event_from_entry (irc->hub, &event, entry, &msgid);
  if (entry->kind == SRV_ENTRY_UMODE)
    event.target = event.name;
  /* What the server takes away by itself answers nothing that the client has asked. */
  if (entry->flags & SRV_ENTRY_FLAG_SERVER)
    srv_irc_emit_event_aside (irc, &event);
  else
    srv_irc_emit_event (irc, &event);
}
