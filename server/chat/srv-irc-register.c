/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Coming in and going: PASS, NICK, USER, QUIT, and the welcome. A client is registered when
 * it has said who it is, has ended the negotiation it began, and the log has given it the
 * name it asked for.
 */
#include "config.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "common/proto/sal-dialect-plain.h"
#include "common/proto/sal-irc-mask.h"
#include "common/proto/sal-utc.h"
#include "server/chat/srv-irc-private.h"
#include "server/state/srv-modes.h"

/* `ACCOUNT:PASSWORD`, for clients that can send a password and know no SASL. Once: it asks for
 * nothing before it, so it would be the cheapest way to guess. */
static void
log_in_by_pass (SrvIrc *irc, const char *text)
{
  const char *colon = strchr (text, ':');
  g_autofree char *name = colon != NULL ? g_strndup (text, (gsize) (colon - text)) : NULL;
  g_autofree char *mechanisms = irc->session->host->mechanisms (irc->session);
  SrvLoginRequest request = { .kind = SRV_LOGIN_IDENTIFY, .name = name };

  if (name == NULL || *name == '\0' || colon[1] == '\0' || mechanisms == NULL ||
      irc->introduction->account != NULL)
    return;
  if (irc->tried_pass)
    {
      srv_irc_say (irc, "NOTICE %s :Not logged in: PASS is taken once in a connection",
                   srv_irc_get_nick (irc));
      return;
    }
  irc->tried_pass = TRUE;
  request.text = colon + 1;
  srv_irc_ask_login (irc, &request, SRV_IRC_BY_PASS);
}

/**
 * srv_irc_handle_pass:
 */
void
srv_irc_handle_pass (SrvIrc *irc, const SalIrcLine *line)
{
  const char *password = irc->hub->config.password;

  if (irc->registered)
    srv_irc_reply (irc, ERR_ALREADYREGISTERED, ":You may not reregister");
  else if (g_strcmp0 (line->params[0], password) == 0)
    irc->knows_password = TRUE;
  else
    log_in_by_pass (irc, line->params[0]);
}

/* The user name that others see: letters, digits and a few signs. A tilde says that nobody
 * has vouched for it. */
static char *
clean_user (const char *text)
{
  GString *user = g_string_new ("~");

  for (; *text != '\0' && user->len < SAL_USER_NAME_BYTES; text++)
    if (g_ascii_isalnum (*text) || strchr ("-_.", *text) != NULL)
      g_string_append_c (user, *text);
  if (user->len == 1)
    g_string_append (user, "user");
  return g_string_free (user, FALSE);
}

/**
 * srv_irc_handle_user:
 */
void
srv_irc_handle_user (SrvIrc *irc, const SalIrcLine *line)
{
  if (irc->introduction == NULL || irc->introduction->user != NULL)
    {
      srv_irc_reply (irc, ERR_ALREADYREGISTERED, ":You may not reregister");
      return;
    }
  if (line->params[0][0] == '\0' || line->params[3][0] == '\0')
    {
      srv_irc_reply (irc, ERR_NEEDMOREPARAMS, "USER :Not enough parameters");
      return;
    }
  irc->introduction->user = clean_user (line->params[0]);
  irc->introduction->real_name = srv_irc_take_text (irc, SRV_IRC_TEXT_USER, line->params[3], 0);
  srv_irc_tell_cut (irc);
  srv_irc_try_register (irc);
}

static void
change_nick (SrvIrc *irc, const char *nick)
{
  SrvEntry fields = srv_irc_fields (irc, SRV_ENTRY_NICK);

  fields.target = nick;
  srv_irc_post (irc, &fields);
}

/**
 * srv_irc_handle_nick:
 */
void
srv_irc_handle_nick (SrvIrc *irc, const SalIrcLine *line)
{
  const char *nick = line->n_params > 0 ? line->params[0] : "";
  const SrvUser *other = NULL;

  if (*nick == '\0')
    {
      srv_irc_reply (irc, ERR_NONICKNAMEGIVEN, ":No nickname given");
      return;
    }
  if (!sal_irc_is_nickname (nick))
    {
      srv_irc_reply (irc, ERR_ERRONEUSNICKNAME, "%s :Erroneous nickname", srv_irc_echo (nick));
      return;
    }
  if (irc->registered)
    {
      change_nick (irc, nick);
      return;
    }
  other = srv_state_find_user (irc->hub->state, nick);
  if (other != NULL && (irc->introduction->account == NULL ||
                        g_strcmp0 (other->who->account, irc->introduction->account) != 0))
    {
      srv_irc_reply (irc, ERR_NICKNAMEINUSE, "%s :Nickname is already in use", nick);
      g_free (irc->introduction->refused_nick);
      irc->introduction->refused_nick = g_strdup (nick);
      return;
    }
  g_clear_pointer (&irc->introduction->refused_nick, g_free);
  g_free (irc->introduction->nick);
  irc->introduction->nick = g_strdup (nick);
  srv_irc_try_register (irc);
}

/**
 * srv_irc_try_register:
 *
 * Asks the log for the name if everything else is there.
 */
void
srv_irc_try_register (SrvIrc *irc)
{
  SrvEntry fields;

  if (irc->registered || irc->negotiating || irc->introduction->nick == NULL ||
      irc->introduction->user == NULL || irc->session->state != SRV_SESSION_NEW)
    return;
  if (irc->hub->config.password != NULL && !irc->knows_password)
    {
      srv_irc_reply (irc, ERR_PASSWDMISMATCH, ":Password incorrect");
      srv_irc_end (irc, "Bad password");
      return;
    }
  srv_irc_abort_sasl (irc);
  g_free (irc->introduction->source);
  irc->introduction->source =
      g_strconcat (irc->introduction->user, "@", srv_irc_get_host (irc), NULL);
  fields = srv_irc_fields (irc, SRV_ENTRY_CONNECT);
  fields.text = irc->introduction->real_name;
  fields.nonce = irc->introduction->token;
  irc->session->state = SRV_SESSION_ENTERING;
  srv_irc_post (irc, &fields);
}

static void
welcome (SrvIrc *irc)
{
  const SrvIrcConfig *config = &irc->hub->config;
  const SrvUser *me = srv_irc_me (irc);
  g_autoptr (GString) started = g_string_new (NULL);
  const SalIrcLine nothing = { .verb = "" };

  sal_utc_append (started, config->started_us);
  srv_irc_reply (irc, RPL_WELCOME, ":Welcome to the %s network, %s!%s",
                 config->network != NULL ? config->network : config->name, me->who->name,
                 me->who->host);
  srv_irc_reply (irc, RPL_YOURHOST, ":Your host is %s, running version salotto-%s", config->name,
                 SALOTTO_VERSION);
  srv_irc_reply (irc, RPL_CREATED, ":This server was started %s", started->str);
  srv_irc_reply (irc, RPL_MYINFO,
                 "%s salotto-%s " SRV_UMODES_LETTERS " " SRV_MODES_LETTERS
                 " " SRV_MODES_WITH_PARAMS,
                 config->name, SALOTTO_VERSION);
  srv_irc_send_isupport (irc);
  srv_irc_handle_lusers (irc, &nothing);
  srv_irc_handle_motd (irc, &nothing);
}

/**
 * srv_irc_introduction_free:
 * @introduction: (transfer full)
 */
void
srv_irc_introduction_free (SrvIrcIntroduction *introduction)
{
  g_free (introduction->nick);
  g_free (introduction->refused_nick);
  g_free (introduction->user);
  g_free (introduction->real_name);
  g_free (introduction->account);
  g_free (introduction->source);
  g_free (introduction->token);
  g_free (introduction);
}

/**
 * srv_irc_on_connect:
 *
 * The log has given the name.
 */
void
srv_irc_on_connect (SrvIrc *irc, const SrvEntry *entry)
{
  SrvSession *session = irc->session;
  gboolean logged_out = FALSE;

  srv_session_set_person (session, entry->who);
  if (session->state == SRV_SESSION_LEAVING)
    return;
  session->state = SRV_SESSION_IN;
  irc->registered = TRUE;
  logged_out = irc->introduction->account == NULL && srv_irc_me (irc)->who->account != NULL;
  /* From now on the state knows all of it. */
  g_clear_pointer (&irc->introduction, srv_irc_introduction_free);
  welcome (irc);
  if (logged_out)
    srv_irc_log_in (irc, NULL); /* while the log gave it its name with that account */
}

/**
 * srv_irc_handle_quit:
 */
void
srv_irc_handle_quit (SrvIrc *irc, const SalIrcLine *line)
{
  const char *said = line->n_params > 0 ? line->params[0] : "";
  g_autofree char *reason = srv_irc_take_text (
      irc, SRV_IRC_TEXT_QUIT, said, srv_irc_around (irc, "QUIT", NULL) + strlen ("Quit: "));

  srv_irc_tell_cut (irc);
  srv_session_set_last_words (irc->session, *reason != '\0' ? g_strconcat ("Quit: ", reason, NULL)
                                                            : g_strdup ("Quit"));
  srv_session_goodbye (irc->session);
}

/**
 * srv_irc_handle_ping:
 */
void
srv_irc_handle_ping (SrvIrc *irc, const SalIrcLine *line)
{
  if (line->params[0][0] == '\0')
    srv_irc_reply (irc, ERR_NOORIGIN, ":No origin specified");
  else
    srv_irc_say (irc, "PONG %s :%s", srv_irc_server (irc), line->params[0]);
}

/**
 * srv_irc_handle_pong:
 *
 * That something came is enough.
 */
void
srv_irc_handle_pong (SrvIrc *irc, const SalIrcLine *line)
{
}
