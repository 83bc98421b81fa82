/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the log's judge has denied, as the numerics of IRC.
 */
#include "config.h"

#include "server/chat/srv-irc-private.h"
#include "server/state/srv-modes.h"

static const struct
{
  guint code;
  const char *text;
} texts[] = {
  { ERR_NOSUCHNICK, "No such nick/channel" },
  { ERR_NOSUCHCHANNEL, "No such channel" },
  { ERR_CANNOTSENDTOCHAN, "Cannot send to channel" },
  { ERR_TOOMANYCHANNELS, "You have joined too many channels (100)" },
  { ERR_NICKNAMEINUSE, "Nickname is already in use" },
  { ERR_USERNOTINCHANNEL, "They aren't on that channel" },
  { ERR_NOTONCHANNEL, "You're not on that channel" },
  { ERR_USERONCHANNEL, "is already on channel" },
  { ERR_NEEDMOREPARAMS, "Not enough parameters" },
  { ERR_CHANNELISFULL, "Cannot join channel (+l)" },
  { ERR_UNKNOWNMODE, "is unknown mode char to me" },
  { ERR_INVITEONLYCHAN, "Cannot join channel (+i)" },
  { ERR_BANNEDFROMCHAN, "Cannot join channel (+b)" },
  { ERR_BADCHANNELKEY, "Cannot join channel (+k)" },
  { ERR_BANLISTFULL, "Channel list is full (100)" },
  { ERR_NOPRIVILEGES, "Permission denied: you are not an IRC operator" },
  { ERR_CHANOPRIVSNEEDED, "You're not channel operator" },
  { ERR_INVALIDMODEPARAM, "Invalid mode parameter" },
  { SRV_DENIED_NAME_RESERVED, "Nickname is reserved for an account: log in first" },
  { SRV_DENIED_NOT_LOGGED_IN, "You must be logged in to an account" },
  { SRV_DENIED_TOO_MANY_ROOMS, "Your account has as many channels as one may have" },
  { SRV_DENIED_NOT_FOUNDER, "You're not the founder of this channel" },
};

static const char *
text_of (guint code)
{
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    if (texts[i].code == code)
      return texts[i].text;
  return "Not allowed";
}

static SalIrcNumeric
numeric_of (const SrvEntry *entry)
{
  return (SalIrcNumeric) (entry->code % 1000);
}

/* Before registration a name is all that is asked for. */
static void
connect_denied (SrvIrc *irc, const SrvEntry *entry)
{
  irc->session->state =
      irc->session->state == SRV_SESSION_ENTERING ? SRV_SESSION_NEW : irc->session->state;
  srv_irc_reply (irc, numeric_of (entry), "%s :%s", entry->name, text_of (entry->code));
  if (irc->introduction == NULL)
    return;
  g_free (irc->introduction->refused_nick);
  irc->introduction->refused_nick = g_steal_pointer (&irc->introduction->nick);
}

static void
redact_denied (SrvIrc *irc, const SrvEntry *entry)
{
  const char *sign = entry->target != NULL ? "" : "#";
  const char *target = entry->target != NULL ? srv_irc_echo (entry->target) : entry->room;
  g_autofree char *msgid = sal_irc_msgid_format (irc->hub->log_id, entry->number);

  if (entry->code == ERR_UNKNOWNERROR)
    srv_irc_fail (irc, "REDACT", "UNKNOWN_MSGID", "%s%s %s :There is no such message", sign, target,
                  msgid);
  else if (entry->code == ERR_CHANOPRIVSNEEDED)
    srv_irc_fail (irc, "REDACT", "REDACT_FORBIDDEN", "%s%s %s :You may not take this message back",
                  sign, target, msgid);
  else
    srv_irc_fail (irc, "REDACT", "INVALID_TARGET", "%s%s :You are not there", sign, target);
}

/**
 * srv_irc_on_denied:
 */
void
srv_irc_on_denied (SrvIrc *irc, const SrvEntry *entry)
{
  SalIrcNumeric code = numeric_of (entry);
  const char *text = text_of (entry->code);

  if (entry->kind == SRV_ENTRY_CONNECT)
    {
      connect_denied (irc, entry);
      return;
    }
  if (entry->kind == SRV_ENTRY_REDACT)
    {
      redact_denied (irc, entry);
      return;
    }
  if (entry->kind == SRV_ENTRY_MARK)
    {
      srv_irc_fail (irc, "MARKREAD", "INTERNAL_ERROR", "%s :It cannot be kept now", entry->target);
      return;
    }
  if (srv_irc_is_silent (irc, (SrvEntryKind) entry->kind))
    return;
  if (entry->code == SRV_DENIED_TAKEN_BACK)
    {
      srv_irc_fail (irc, srv_irc_verb_of (entry), "TAKEN_BACK",
                    ":Not said again: this message has been taken back");
      return;
    }
  switch (code)
    {
    case ERR_NOSUCHNICK:
    case ERR_NICKNAMEINUSE:
      /* Of a new host, the target is that host. */
      srv_irc_reply (irc, code, "%s :%s",
                     srv_irc_echo (entry->kind == SRV_ENTRY_CHGHOST ? entry->text : entry->target),
                     text);
      break;
    case ERR_USERNOTINCHANNEL:
    case ERR_USERONCHANNEL:
      srv_irc_reply (irc, code, "%s #%s :%s", entry->target, entry->room, text);
      break;
    case ERR_UNKNOWNMODE:
      srv_irc_reply (irc, code, "%s :%s", entry->target, text);
      break;
    case ERR_INVALIDMODEPARAM:
      srv_irc_reply (irc, code, "#%s %s * :%s", entry->room, entry->target, text);
      break;
    case ERR_BANLISTFULL:
      srv_irc_reply (irc, code, "#%s %s :%s", entry->room, entry->target, text);
      break;
    case ERR_NEEDMOREPARAMS:
      srv_irc_reply (irc, code, "MODE :%s", text);
      break;
    case ERR_NOPRIVILEGES:
      srv_irc_reply (irc, code, ":%s", text);
      break;
    default:
      srv_irc_reply (irc, code, "#%s :%s", entry->room, text);
      break;
    }
}
