/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * HELP and HELPOP.
 */
#include "config.h"

#include "server/chat/srv-irc-private.h"

static const struct
{
  const char *subject;
  const char *text; /* its lines */
} topics[] = {
  { "JOIN", "JOIN <channel>{,<channel>} [<key>{,<key>}]\nGo into a room." },
  { "PART", "PART <channel>{,<channel>} [:<reason>]\nGo out of a room." },
  { "PRIVMSG", "PRIVMSG <target>{,<target>} :<text>\nSay something, in a room or to one person." },
  { "NOTICE", "NOTICE <target>{,<target>} :<text>\nSay something that no program answers." },
  { "NICK", "NICK <nickname>\nBe called something else." },
  { "TOPIC", "TOPIC <channel> [:<topic>]\nRead or set what a room is about." },
  { "MODE", "MODE <channel> [<modes> [<parameters>]]\n"
            "Modes of rooms: i by invitation only, k key, l limit, m moderated, n nothing from "
            "outside,\n"
            "s secret, t topic by operators only, C no CTCP, R accounts only,\n"
            "P it belongs to your account and stays as it is when everybody has gone;\n"
            "lists: b bans, e exceptions, I invitations; status: o operator, v voice.\n"
            "MODE <nickname> [<modes>]: B I am a program, i invisible, w hear WALLOPS." },
  { "KICK", "KICK <channel> <nickname>{,<nickname>} [:<reason>]\nPut somebody out of a room." },
  { "INVITE", "INVITE <nickname> <channel>\nLet somebody in. Without anything: where you are "
              "invited." },
  { "WHOIS", "WHOIS <nickname>\nWho somebody is." },
  { "WHO", "WHO <mask> [%<fields>[,<token>]]\nWho is in a room, or is called so." },
  { "AWAY", "AWAY [:<why>]\nSay that you are not there, or are again." },
  { "MONITOR", "MONITOR +|-|C|L|S [<nickname>{,<nickname>}]\nBe told when somebody comes or "
               "goes." },
  { "CHATHISTORY", "CHATHISTORY LATEST|BEFORE|AFTER|AROUND|BETWEEN <target> ... <limit>\n"
                   "Read what was said." },
  { "NICKSERV", "NICKSERV HELP|IDENTIFY|REGISTER|VERIFY|PASSWD ...\n"
                "Log in, make an account, have another password; as /msg NickServ, or /ns." },
  { "REDACT", "REDACT <target> <msgid> [:<reason>]\nTake back what you said." },
  { "QUIT", "QUIT [:<reason>]\nLeave." },
};

static void
send_topic (SrvIrc *irc, const char *subject, const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  srv_irc_reply (irc, RPL_HELPSTART, "%s :%s", subject, lines[0]);
  for (guint i = 1; lines[i] != NULL; i++)
    srv_irc_reply (irc, RPL_HELPTXT, "%s :%s", subject, lines[i]);
  srv_irc_reply (irc, RPL_ENDOFHELP, "%s :End of /HELP.", subject);
}

static void
send_index (SrvIrc *irc)
{
  srv_irc_reply (irc, RPL_HELPSTART, "* :Commands of this server; HELP <command> tells more");
  for (guint i = 0; i < G_N_ELEMENTS (topics); i++)
    srv_irc_reply (irc, RPL_HELPTXT, "* :%s", topics[i].subject);
  srv_irc_reply (irc, RPL_ENDOFHELP, "* :End of /HELP.");
}

/**
 * srv_irc_handle_help:
 */
void
srv_irc_handle_help (SrvIrc *irc, const SalIrcLine *line)
{
  const char *subject = line->n_params > 0 ? line->params[0] : "";

  if (*subject == '\0')
    {
      send_index (irc);
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (topics); i++)
    if (g_ascii_strcasecmp (topics[i].subject, subject) == 0)
      {
        send_topic (irc, subject, topics[i].text);
        return;
      }
  srv_irc_reply (irc, ERR_HELPNOTFOUND, "%s :I know nothing about this", srv_irc_echo (subject));
}
