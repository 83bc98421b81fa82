/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What people say of themselves (AWAY, SETNAME), and what operators of the server may do
 * (KILL, WALLOPS). How one becomes an operator or logs in is in srv-irc-account.c.
 */
#include "config.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "server/chat/srv-irc-private.h"

/**
 * srv_irc_handle_away:
 */
void
srv_irc_handle_away (SrvIrc *irc, const SalIrcLine *line)
{
  SrvEntry fields = srv_irc_fields (irc, SRV_ENTRY_AWAY);
  g_autofree char *text = line->n_params > 0 && *line->params[0] != '\0'
                              ? srv_irc_take_text (irc, SRV_IRC_TEXT_AWAY, line->params[0],
                                                   srv_irc_around (irc, "AWAY", NULL))
                              : NULL;

  fields.text = text;
  srv_irc_post (irc, &fields);
}

/**
 * srv_irc_tell_away:
 * @user: (nullable): who is spoken to, invited, or asked about
 *
 * Tells the client, if they are away (RFC 2812, 3.2.7, 3.3.1 and 3.6.2).
 */
void
srv_irc_tell_away (SrvIrc *irc, const SrvUser *user)
{
  if (user != NULL && srv_user_get_away (user) != NULL)
    srv_irc_reply (irc, RPL_AWAY, "%s :%s", user->who->name, srv_user_get_away (user));
}

/**
 * srv_irc_handle_setname:
 */
void
srv_irc_handle_setname (SrvIrc *irc, const SalIrcLine *line)
{
  SrvEntry fields = srv_irc_fields (irc, SRV_ENTRY_SETNAME);

  if (strlen (line->params[0]) > SAL_REAL_NAME_BYTES || *line->params[0] == '\0')
    {
      srv_irc_fail (irc, "SETNAME", "INVALID_REALNAME", ":A real name has between 1 and %d bytes",
                    SAL_REAL_NAME_BYTES);
      return;
    }
  fields.text = line->params[0];
  srv_irc_post (irc, &fields);
}

/**
 * srv_irc_become_operator:
 * @role: not that of everybody
 *
 * The client has shown that it has a role on this server.
 */
void
srv_irc_become_operator (SrvIrc *irc, SrvRole role)
{
  SrvEntry fields = srv_irc_fields (irc, SRV_ENTRY_UMODE);

  srv_irc_reply (irc, RPL_YOUREOPER, ":You are now %s",
                 role == SRV_ROLE_OPERATOR ? "an IRC operator" : "a moderator of all channels");
  irc->role_asked = role;
  fields.text = role == SRV_ROLE_OPERATOR ? "+o" : "+m";
  srv_irc_post (irc, &fields);
}

/**
 * srv_irc_log_in:
 * @account: (nullable): %NULL: it logs out
 *
 * The client has shown whose it is. Before registration that is only noted.
 */
void
srv_irc_log_in (SrvIrc *irc, const char *account)
{
  SrvEntry fields;

  if (irc->introduction != NULL)
    {
      g_free (irc->introduction->account);
      irc->introduction->account = g_strdup (account);
      return;
    }
  fields = srv_irc_fields (irc, SRV_ENTRY_ACCOUNT);
  fields.account = account;
  if (account == NULL)
    fields.flags |= SRV_ENTRY_FLAG_SERVER; /* nobody asks for that */
  g_free (irc->account_asked);
  irc->account_asked = g_strdup (account);
  irc->accounts_asked++;
  srv_irc_post (irc, &fields);
}

/**
 * srv_irc_handle_kill:
 */
void
srv_irc_handle_kill (SrvIrc *irc, const SalIrcLine *line)
{
  const SrvUser *me = srv_irc_me (irc);
  const SrvUser *user = srv_state_find_user (irc->hub->state, line->params[0]);
  SrvEntry fields = srv_irc_fields (irc, SRV_ENTRY_KILL);
  g_autofree char *reason = NULL;
  g_autofree char *text = NULL;
  gsize around = 0;

  if (!(me->modes & SRV_UMODE_OPERATOR))
    {
      srv_irc_reply (irc, ERR_NOPRIVILEGES, ":Permission denied: you are not an IRC operator");
      return;
    }
  /* It is the other one who quits. */
  if (user != NULL)
    around = strlen (":! QUIT :Killed ( ())") + strlen (user->who->name) +
             strlen (user->who->host) + strlen (me->who->name);
  reason = srv_irc_take_text (irc, SRV_IRC_TEXT_KILL,
                              line->n_params > 1 ? line->params[1] : "No reason", around);
  text = g_strdup_printf ("Killed (%s (%s))", me->who->name, reason);
  fields.target = line->params[0];
  fields.text = text;
  srv_irc_post (irc, &fields);
}

/**
 * srv_irc_handle_wallops:
 */
void
srv_irc_handle_wallops (SrvIrc *irc, const SalIrcLine *line)
{
  SrvEntry fields = srv_irc_fields (irc, SRV_ENTRY_WALLOPS);
  g_autofree char *text = srv_irc_take_text (irc, SRV_IRC_TEXT_WALLOPS, line->params[0],
                                             srv_irc_around (irc, "WALLOPS", NULL));

  fields.text = text;
  srv_irc_post (irc, &fields);
}

static gboolean
is_shown_host (const char *text)
{
  if (*text == '\0' || *text == ':' || strlen (text) > SAL_HOST_BYTES)
    return FALSE;
  for (; *text != '\0'; text++)
    if (!g_ascii_isalnum (*text) && strchr ("-.:/_", *text) == NULL)
      return FALSE;
  return TRUE;
}

/**
 * srv_irc_handle_chghost:
 *
 * An operator gives somebody another host to be shown with.
 */
void
srv_irc_handle_chghost (SrvIrc *irc, const SalIrcLine *line)
{
  const SrvUser *user = srv_state_find_user (irc->hub->state, line->params[0]);
  const char *at = user != NULL ? strchr (user->who->host, '@') : NULL;
  g_autofree char *host = NULL;
  SrvEntry fields = srv_irc_fields (irc, SRV_ENTRY_CHGHOST);

  if (at == NULL)
    {
      srv_irc_reply (irc, ERR_NOSUCHNICK, "%s :No such nick", srv_irc_echo (line->params[0]));
      return;
    }
  if (!is_shown_host (line->params[1]))
    {
      srv_irc_fail (irc, "CHGHOST", "INVALID_HOST",
                    ":A host has letters, digits and -.:/_ only, at most %d bytes", SAL_HOST_BYTES);
      return;
    }
  host =
      g_strdup_printf ("%.*s@%s", (int) (at - user->who->host), user->who->host, line->params[1]);
  fields.text = line->params[0];
  fields.target = host;
  srv_irc_post (irc, &fields);
}
