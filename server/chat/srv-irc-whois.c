/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * WHOIS, WHOWAS, ISON and USERHOST: who somebody is or was.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/sal-limits.h"
#include "common/proto/sal-name.h"
#include "common/proto/sal-utc.h"
#include "server/chat/srv-irc-private.h"
#include "server/state/srv-modes.h"

static void
split_host (const char *whole, char **user, const char **host)
{
  const char *at = strchr (whole, '@');

  *user = at != NULL ? g_strndup (whole, (gsize) (at - whole)) : g_strdup (whole);
  *host = at != NULL ? at + 1 : "*";
}

static void
send_rooms (SrvIrc *irc, const SrvUser *user)
{
  const SrvUser *me = srv_irc_me (irc);
  g_autoptr (GString) rooms = g_string_new (NULL);
  gsize space = srv_irc_space (irc) - strlen (user->who->name) - strlen (" :");

  for (guint i = 0; i < user->n_memberships; i++)
    {
      const SrvMembership *membership = srv_user_get_membership (user, i);
      gboolean shared = srv_state_find_membership (me, membership->channel) != NULL;

      if (user != me && !shared && !(me->modes & SRV_UMODE_OPERATOR) &&
          ((membership->channel->modes & SRV_MODE_SECRET) || (user->modes & SRV_UMODE_INVISIBLE)))
        continue;
      if (rooms->len + strlen (" @#") + strlen (membership->channel->name) > space)
        {
          srv_irc_reply (irc, RPL_WHOISCHANNELS, "%s :%s", user->who->name, rooms->str);
          g_string_truncate (rooms, 0);
        }
      if (rooms->len > 0)
        g_string_append_c (rooms, ' ');
      if (membership->rank & SRV_RANK_OPERATOR)
        g_string_append_c (rooms, '@');
      else if (membership->rank & SRV_RANK_VOICE)
        g_string_append_c (rooms, '+');
      g_string_append_printf (rooms, "#%s", membership->channel->name);
    }
  if (rooms->len > 0)
    srv_irc_reply (irc, RPL_WHOISCHANNELS, "%s :%s", user->who->name, rooms->str);
}

static const char *
server_info (const SrvIrc *irc)
{
  return irc->hub->config.description != NULL ? irc->hub->config.description : "Salotto";
}

static void
send_whois (SrvIrc *irc, const SrvUser *user)
{
  const SrvUser *me = srv_irc_me (irc);
  g_autofree char *name = NULL;
  const char *host = NULL;
  gint64 idle_s = srv_irc_wall_us (irc) / G_USEC_PER_SEC - MAX (user->spoke_s, user->since_s);

  split_host (user->who->host, &name, &host);
  srv_irc_reply (irc, RPL_WHOISUSER, "%s %s %s * :%s", user->who->name, name, host,
                 srv_person_get_real_name (user->who));
  send_rooms (irc, user);
  srv_irc_reply (irc, RPL_WHOISSERVER, "%s %s :%s", user->who->name, srv_irc_server (irc),
                 server_info (irc));
  if (user->modes & SRV_UMODE_OPERATOR)
    srv_irc_reply (irc, RPL_WHOISOPERATOR, "%s :is an IRC operator", user->who->name);
  if (user == me || (me->modes & SRV_UMODE_OPERATOR))
    srv_irc_reply (irc, RPL_WHOISACTUALLY, "%s %s :Is actually using host", user->who->name, host);
  if (user->who->secure)
    srv_irc_say (irc, "671 %s %s :is using a secure connection", srv_irc_get_nick (irc),
                 user->who->name);
  srv_irc_tell_away (irc, user);
  if (user->modes & SRV_UMODE_BOT)
    srv_irc_reply (irc, RPL_WHOISBOT, "%s :is a bot", user->who->name);
  if (user->who->account != NULL)
    srv_irc_reply (irc, RPL_WHOISACCOUNT, "%s %s :is logged in as", user->who->name,
                   user->who->account);
  srv_irc_reply (irc, RPL_WHOISIDLE,
                 "%s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " :seconds idle, signon time",
                 user->who->name, MAX (idle_s, 0), (gint64) user->since_s);
}

/**
 * srv_irc_handle_whois:
 */
void
srv_irc_handle_whois (SrvIrc *irc, const SalIrcLine *line)
{
  const char *nick = line->n_params > 1 ? line->params[1] : line->params[0];
  const SrvUser *user = NULL;

  if (line->n_params == 0 || *nick == '\0')
    {
      srv_irc_reply (irc, ERR_NONICKNAMEGIVEN, ":No nickname given");
      return;
    }
  if (line->n_params > 1 && !srv_irc_is_this_server (irc, line->params[0]) &&
      srv_state_find_user (irc->hub->state, line->params[0]) == NULL)
    {
      srv_irc_reply (irc, ERR_NOSUCHSERVER, "%s :No such server", srv_irc_echo (line->params[0]));
      return;
    }
  user = srv_state_find_user (irc->hub->state, nick);
  if (user != NULL)
    send_whois (irc, user);
  else
    srv_irc_reply (irc, ERR_NOSUCHNICK, "%s :No such nick", srv_irc_echo (nick));
  srv_irc_reply (irc, RPL_ENDOFWHOIS, "%s :End of /WHOIS list",
                 user != NULL ? user->who->name : srv_irc_echo (nick));
}

static void
send_former (SrvIrc *irc, const SrvFormerUser *former)
{
  g_autofree char *name = NULL;
  const char *host = NULL;
  g_autoptr (GString) when = g_string_new (NULL);

  split_host (former->who->host, &name, &host);
  sal_utc_append (when, former->left_us);
  srv_irc_reply (irc, RPL_WHOWASUSER, "%s %s %s * :%s", former->who->name, name, host,
                 srv_person_get_real_name (former->who));
  srv_irc_reply (irc, RPL_WHOISSERVER, "%s %s :%s", former->who->name, srv_irc_server (irc),
                 when->str);
}

/**
 * srv_irc_handle_whowas:
 */
void
srv_irc_handle_whowas (SrvIrc *irc, const SalIrcLine *line)
{
  const char *nick = line->n_params > 0 ? line->params[0] : "";
  int most = line->n_params > 1 ? atoi (line->params[1]) : 0;
  g_autofree char *key = NULL;
  int found = 0;

  if (*nick == '\0')
    {
      srv_irc_reply (irc, ERR_NONICKNAMEGIVEN, ":No nickname given");
      return;
    }
  key = sal_name_key (nick);
  for (GList *at = irc->hub->former.head; at != NULL && (most <= 0 || found < most); at = at->next)
    if (g_str_equal (srv_person_get_key (((SrvFormerUser *) at->data)->who), key))
      {
        send_former (irc, at->data);
        found++;
      }
  if (found == 0)
    srv_irc_reply (irc, ERR_WASNOSUCHNICK, "%s :There was no such nickname", srv_irc_echo (nick));
  srv_irc_reply (irc, RPL_ENDOFWHOWAS, "%s :End of WHOWAS", srv_irc_echo (nick));
}

/**
 * srv_irc_handle_ison:
 *
 * The answer is one line, whatever was asked: clients take for gone whom it does not name, so
 * there is no second one. What does not fit is left out, as RFC 2812 has it (4.9).
 */
void
srv_irc_handle_ison (SrvIrc *irc, const SalIrcLine *line)
{
  g_autoptr (GString) here = g_string_new (NULL);
  gsize space = srv_irc_space (irc) - strlen (":");

  for (guint i = 0; i < line->n_params; i++)
    {
      g_auto (GStrv) names = g_strsplit (line->params[i], " ", -1);

      for (guint n = 0; names[n] != NULL; n++)
        {
          const SrvUser *user = srv_state_find_user (irc->hub->state, names[n]);

          if (user != NULL && here->len + 1 + strlen (user->who->name) <= space)
            g_string_append_printf (here, "%s%s", here->len > 0 ? " " : "", user->who->name);
        }
    }
  srv_irc_reply (irc, RPL_ISON, ":%s", here->str);
}

/**
 * srv_irc_handle_userhost:
 *
 * Five who have long names fit into one line no more, so there may be another.
 */
void
srv_irc_handle_userhost (SrvIrc *irc, const SalIrcLine *line)
{
  g_autoptr (GString) found = g_string_new (NULL);
  gsize space = srv_irc_space (irc) - strlen (":");

  for (guint i = 0; i < MIN (line->n_params, 5); i++)
    {
      const SrvUser *user = srv_state_find_user (irc->hub->state, line->params[i]);

      if (user != NULL && found->len > 0 &&
          found->len + strlen (" *=+") + strlen (user->who->name) + strlen (user->who->host) >
              space)
        {
          srv_irc_reply (irc, RPL_USERHOST, ":%s", found->str);
          g_string_truncate (found, 0);
        }
      if (user != NULL)
        g_string_append_printf (found, "%s%s%s=%c%s", found->len > 0 ? " " : "", user->who->name,
                                user->modes & SRV_UMODE_OPERATOR ? "*" : "",
                                srv_user_get_away (user) != NULL ? '-' : '+', user->who->host);
    }
  srv_irc_reply (irc, RPL_USERHOST, ":%s", found->str);
}
