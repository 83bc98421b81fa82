/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Accounts as IRC has them: AUTHENTICATE (IRCv3 sasl-3.2), REGISTER and VERIFY (IRCv3
 * account-registration, a draft), OPER, and how the two other ways to ask are answered (PASS,
 * and NickServ, which is in srv-irc-services.c). What is asked goes to whoever keeps accounts; the
 * answer becomes numerics and standard replies here. While it is awaited the next command
 * waits.
 */
#include "config.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "common/proto/sal-name.h"
#include "server/chat/srv-irc-private.h"
#include "server/state/srv-modes.h"

/**
 * srv_irc_ask_login:
 *
 * Asks whoever keeps the accounts; the command in hand waits for the answer.
 */
void
srv_irc_ask_login (SrvIrc *irc, const SrvLoginRequest *request, SrvIrcAsker asker)
{
  irc->asked_by = asker & 3u;
  if (irc->session->host->login (irc->session, request))
    srv_irc_hold (irc);
}

static void
ask (SrvIrc *irc, const SrvLoginRequest *request)
{
  srv_irc_ask_login (irc, request, SRV_IRC_BY_COMMAND);
}

static const char *
own_name (const SrvIrc *irc)
{
  return srv_session_is_named (irc->session) ? irc->session->who->name
         : irc->introduction != NULL         ? irc->introduction->nick
                                             : NULL;
}

/* Before registration a nickname is only wished for: somebody else may have it by now. */
static gboolean
is_taken (const SrvIrc *irc, const char *nick)
{
  const SrvUser *holder = srv_state_find_user (irc->hub->state, nick);

  return holder != NULL && holder != srv_irc_me (irc);
}

/* What it is logged in to, or will be when the log has heard of it. */
static const char *
own_account (const SrvIrc *irc)
{
  const SrvUser *me = srv_irc_me (irc);

  if (irc->introduction != NULL)
    return irc->introduction->account;
  if (irc->accounts_asked > 0)
    return irc->account_asked;
  return me != NULL ? me->who->account : NULL;
}

/* The commands. */

/**
 * srv_irc_handle_authenticate:
 */
void
srv_irc_handle_authenticate (SrvIrc *irc, const SalIrcLine *line)
{
  SrvLoginRequest request = { .kind = SRV_LOGIN_AUTHENTICATE, .text = line->params[0] };

  ask (irc, &request);
}

/**
 * srv_irc_abort_sasl:
 *
 * Who completes registration in the middle of an exchange comes in without an account, and is told
 * so (IRCv3 sasl-3.1).
 */
void
srv_irc_abort_sasl (SrvIrc *irc)
{
  SrvLoginRequest request = { .kind = SRV_LOGIN_AUTHENTICATE, .text = "*" };

  if (irc->in_sasl)
    ask (irc, &request);
}

/**
 * srv_irc_handle_oper:
 */
void
srv_irc_handle_oper (SrvIrc *irc, const SalIrcLine *line)
{
  SrvLoginRequest request = { .kind = SRV_LOGIN_OPER,
                              .name = line->params[0],
                              .text = line->params[1] };

  ask (irc, &request);
}

static gboolean
may_register_early (const SrvIrc *irc)
{
  g_autofree char *value = irc->session->host->registration (irc->session);
  g_auto (GStrv) words = g_strsplit (value != NULL ? value : "", ",", -1);

  return g_strv_contains ((const char *const *) words, "before-connect");
}

/* An account bears the name of who makes it, so nobody can take the name of somebody who is
 * here. */
static gboolean
may_register (SrvIrc *irc, const char *account)
{
  const char *wanted = g_str_equal (account, "*") ? own_name (irc) : account;

  if (own_account (irc) != NULL)
    srv_irc_fail (irc, "REGISTER", "ALREADY_AUTHENTICATED", "%s :You are logged in already",
                  srv_irc_echo (own_account (irc)));
  else if (!irc->registered && !may_register_early (irc))
    srv_irc_fail (irc, "REGISTER", "COMPLETE_CONNECTION_REQUIRED",
                  "%s :Complete the connection first", srv_irc_echo (account));
  else if (own_name (irc) != NULL && is_taken (irc, own_name (irc)))
    srv_irc_fail (irc, "REGISTER", "ACCOUNT_EXISTS", "%s :That name is in use", own_name (irc));
  else if (own_name (irc) == NULL && irc->introduction != NULL &&
           irc->introduction->refused_nick != NULL)
    srv_irc_fail (irc, "REGISTER", "ACCOUNT_EXISTS", "%s :That name is in use",
                  irc->introduction->refused_nick);
  else if (own_name (irc) == NULL)
    srv_irc_fail (irc, "REGISTER", "NEED_NICK", "%s :Choose a nickname first",
                  srv_irc_echo (account));
  else if (!sal_name_is_same (wanted, own_name (irc)))
    srv_irc_fail (irc, "REGISTER", "ACCOUNT_NAME_MUST_BE_NICK",
                  "%s :An account has the name of your nickname", srv_irc_echo (account));
  else
    return TRUE;
  return FALSE;
}

/**
 * srv_irc_handle_register:
 */
void
srv_irc_handle_register (SrvIrc *irc, const SalIrcLine *line)
{
  SrvLoginRequest request = { .kind = SRV_LOGIN_REGISTER,
                              .name = own_name (irc),
                              .text = line->params[2],
                              .email = line->params[1] };

  if (may_register (irc, line->params[0]))
    ask (irc, &request);
}

/**
 * srv_irc_handle_verify:
 */
void
srv_irc_handle_verify (SrvIrc *irc, const SalIrcLine *line)
{
  const char *mine = own_name (irc);
  SrvLoginRequest request = { .kind = SRV_LOGIN_VERIFY,
                              .name = line->params[0],
                              .text = line->params[1],
                              .wanted = mine != NULL && !is_taken (irc, mine) ? mine : "*" };

  if (own_account (irc) != NULL)
    srv_irc_fail (irc, "VERIFY", "ALREADY_AUTHENTICATED", "%s :You are logged in already",
                  srv_irc_echo (own_account (irc)));
  else
    ask (irc, &request);
}

/* The answers. */

/* Returns (transfer full): how 900 and 901 call the client. */
static char *
dup_mask (const SrvIrc *irc)
{
  const SrvUser *me = srv_irc_me (irc);
  const SrvIrcIntroduction *said = irc->introduction;

  return me != NULL
             ? g_strconcat (me->who->name, "!", me->who->host, NULL)
             : g_strdup_printf ("%s!%s@%s", said != NULL && said->nick != NULL ? said->nick : "*",
                                said != NULL && said->user != NULL ? said->user : "*",
                                srv_irc_get_host (irc));
}

/**
 * srv_irc_tell_logged_in:
 *
 * From now on the client is logged in to @account, and knows it.
 */
void
srv_irc_tell_logged_in (SrvIrc *irc, const char *account)
{
  g_autofree char *mask = dup_mask (irc);

  srv_irc_reply (irc, RPL_LOGGEDIN, "%s %s :You are now logged in as %s", mask, account, account);
  srv_irc_log_in (irc, account);
}

static void
answer_sasl (SrvIrc *irc, const SrvLoginAnswer *answer)
{
  irc->in_sasl = answer->verdict == SRV_VERDICT_CONTINUE || answer->verdict == SRV_VERDICT_MORE;
  switch (answer->verdict)
    {
    case SRV_VERDICT_OK:
      srv_irc_tell_logged_in (irc, answer->account);
      srv_irc_reply (irc, RPL_SASLSUCCESS, ":SASL authentication successful");
      break;
    case SRV_VERDICT_CONTINUE:
      for (gsize i = 0; answer->lines[i] != NULL; i++)
        {
          g_autofree char *text = g_strconcat ("AUTHENTICATE ", answer->lines[i], NULL);

          srv_irc_emit (irc, text);
        }
      break;
    case SRV_VERDICT_MORE:
      break;
    case SRV_VERDICT_TOO_SOON:
      srv_irc_reply (irc, ERR_SASLFAIL,
                     ":SASL authentication failed: too many mistakes, try again in %u seconds",
                     answer->seconds);
      break;
    case SRV_VERDICT_BUSY:
      srv_irc_reply (irc, ERR_SASLFAIL,
                     ":SASL authentication failed: the server is busy, try again later");
      break;
    case SRV_VERDICT_TOO_LONG:
      srv_irc_reply (irc, ERR_SASLTOOLONG, ":SASL message too long (%d bytes a line)",
                     SAL_SASL_LINE_BYTES);
      break;
    case SRV_VERDICT_TOO_MUCH:
      srv_irc_reply (irc, ERR_SASLFAIL,
                     ":SASL authentication failed: the message is longer than %d bytes",
                     SAL_SASL_MAX_BYTES);
      break;
    case SRV_VERDICT_ABORTED:
      srv_irc_reply (irc, ERR_SASLABORTED, ":SASL authentication aborted");
      break;
    case SRV_VERDICT_NO_MECHANISM:
      if (answer->account != NULL)
        srv_irc_reply (irc, RPL_SASLMECHS, "%s :are available SASL mechanisms", answer->account);
      srv_irc_reply (irc, ERR_SASLFAIL, ":SASL authentication failed: no such mechanism");
      break;
    default:
      srv_irc_reply (irc, ERR_SASLFAIL, ":SASL authentication failed");
      break;
    }
}

static void
answer_oper (SrvIrc *irc, const SrvLoginAnswer *answer)
{
  switch (answer->verdict)
    {
    case SRV_VERDICT_OK:
      g_free (irc->role_account);
      irc->role_account = g_strdup (answer->account);
      srv_irc_become_operator (irc, answer->role);
      break;
    case SRV_VERDICT_TOO_SOON:
      srv_irc_reply (irc, ERR_PASSWDMISMATCH, ":Too many mistakes, try again in %u seconds",
                     answer->seconds);
      break;
    case SRV_VERDICT_BUSY:
      srv_irc_reply (irc, RPL_TRYAGAIN, "OPER :The server is busy, try again later");
      break;
    case SRV_VERDICT_NOT_HERE:
      srv_irc_reply (irc, ERR_NOOPERHOST, ":Passwords are taken over TLS only");
      break;
    case SRV_VERDICT_NO_OPERATOR:
      srv_irc_reply (irc, ERR_NOOPERHOST, ":No role for your account");
      break;
    default:
      srv_irc_reply (irc, ERR_PASSWDMISMATCH, ":Password incorrect");
      break;
    }
}

typedef struct
{
  SrvVerdict verdict;
  const char *code;
  const char *text;
} Failure;

/* For REGISTER and VERIFY; the last stands for all others. */
static const Failure failures[] = {
  { SRV_VERDICT_WRONG, "INVALID_CODE", "That is not the code" },
  { SRV_VERDICT_NOT_HERE, "DISALLOWED", "Passwords are taken over TLS only" },
  { SRV_VERDICT_CLOSED, "DISALLOWED", "Accounts are made by the server's operators only" },
  { SRV_VERDICT_EXISTS, "ACCOUNT_EXISTS", "There is an account of that name" },
  { SRV_VERDICT_BAD_NAME, "BAD_ACCOUNT_NAME",
    "A name has letters, digits and _-[]{}^| only, at most " G_STRINGIFY (
        SAL_NAME_MAX_CHARS) " of them" },
  { SRV_VERDICT_BAD_PASSWORD, "UNACCEPTABLE_PASSWORD",
    "A password has at least " G_STRINGIFY (
        SAL_PASSWORD_MIN_CHARS) " characters, at most " G_STRINGIFY (SAL_PASSWORD_MAX_BYTES) " byte"
                                                                                             "s, "
                                                                                             "and "
                                                                                             "no "
                                                                                             "contr"
                                                                                             "ol "
                                                                                             "chara"
                                                                                             "cter"
                                                                                             "s" },
  { SRV_VERDICT_NOT_THEIRS, "ACCOUNT_NAME_MUST_BE_NICK",
    "An account has the name of your nickname: take that one again first" },
  { SRV_VERDICT_BAD_EMAIL, "INVALID_EMAIL", "That is not an e-mail address" },
  { SRV_VERDICT_TOO_MANY, "TEMPORARILY_UNAVAILABLE",
    "There are too many accounts, or too many were made from your address" },
  { SRV_VERDICT_BUSY, "TEMPORARILY_UNAVAILABLE", "The server is busy, try again later" },
};

static const Failure *
find_failure (SrvVerdict verdict)
{
  guint i = 0;

  while (i + 1 < G_N_ELEMENTS (failures) && failures[i].verdict != verdict)
    i++;
  return &failures[i];
}

/**
 * srv_irc_login_failure:
 *
 * Returns: (transfer none): @verdict in words, without a full stop.
 */
const char *
srv_irc_login_failure (SrvVerdict verdict)
{
  return find_failure (verdict)->text;
}

static void
answer_failure (SrvIrc *irc, const char *verb, const SrvLoginAnswer *answer)
{
  const char *account = answer->account != NULL ? srv_irc_echo (answer->account) : "*";
  const Failure *failure = find_failure (answer->verdict);

  if (answer->verdict == SRV_VERDICT_TOO_SOON)
    {
      srv_irc_fail (irc, verb, "TEMPORARILY_UNAVAILABLE",
                    "%s :Too many mistakes, try again in %u seconds", account, answer->seconds);
      return;
    }
  srv_irc_fail (irc, verb, failure->code, "%s :%s", account, failure->text);
}

static void
answer_registration (SrvIrc *irc, const char *verb, const SrvLoginAnswer *answer)
{
  if (answer->verdict == SRV_VERDICT_VERIFY)
    srv_irc_say (irc, "%s VERIFICATION_REQUIRED %s :Say the invitation code with VERIFY", verb,
                 answer->account);
  else if (answer->verdict == SRV_VERDICT_OK)
    {
      srv_irc_say (irc, "%s SUCCESS %s :You have an account now", verb, answer->account);
      srv_irc_tell_logged_in (irc, answer->account);
    }
  else
    answer_failure (irc, verb, answer);
}

/* PASS is no place for errors that end a connection: programs that were made for other servers
 * send what has a colon in it and mean nothing by it. */
static void
answer_pass (SrvIrc *irc, const SrvLoginAnswer *answer)
{
  if (answer->verdict == SRV_VERDICT_OK)
    srv_irc_tell_logged_in (irc, answer->account);
  else if (answer->verdict == SRV_VERDICT_TOO_SOON)
    srv_irc_say (irc, "NOTICE %s :Not logged in: too many mistakes, try again in %u seconds",
                 srv_irc_get_nick (irc), answer->seconds);
  else
    srv_irc_say (irc, "NOTICE %s :Not logged in: %s", srv_irc_get_nick (irc),
                 answer->verdict == SRV_VERDICT_WRONG ? "that account or that password is wrong"
                                                      : srv_irc_login_failure (answer->verdict));
}

static void
answer_command (SrvIrc *irc, const SrvLoginAnswer *answer)
{
  switch (answer->kind)
    {
    case SRV_LOGIN_AUTHENTICATE:
      answer_sasl (irc, answer);
      break;
    case SRV_LOGIN_OPER:
      answer_oper (irc, answer);
      break;
    case SRV_LOGIN_REGISTER:
      answer_registration (irc, "REGISTER", answer);
      break;
    case SRV_LOGIN_VERIFY:
    default:
      answer_registration (irc, "VERIFY", answer);
      break;
    }
}

/**
 * srv_irc_on_login:
 * @late: whether the command that asked has been waiting for it
 *
 * The answer to what the session has asked its host with `login`.
 */
void
srv_irc_on_login (SrvIrc *irc, const SrvLoginAnswer *answer, gboolean late)
{
  static void (*const say[]) (SrvIrc *, const SrvLoginAnswer *) = {
    [SRV_IRC_BY_COMMAND] = answer_command,
    [SRV_IRC_BY_SERVICE] = srv_irc_service_answer,
    [SRV_IRC_BY_PASS] = answer_pass,
  };

  if (irc->session->state < SRV_SESSION_LEAVING)
    say[irc->asked_by](irc, answer);
  if (late)
    srv_irc_release (irc);
}

/**
 * srv_irc_on_login_timeout:
 *
 * The client has begun an exchange and does not go on with it.
 */
void
srv_irc_on_login_timeout (SrvIrc *irc)
{
  irc->in_sasl = FALSE;
  if (irc->session->state < SRV_SESSION_LEAVING)
    srv_irc_reply_aside (irc, ERR_SASLABORTED, ":SASL authentication aborted: it took too long");
}

/* Takes from the client what it has by @account: a role always, itself if @out. */
static void
take_away (SrvIrc *irc, const char *account, gboolean out, const char *why)
{
  const SrvUser *me = srv_irc_me (irc);
  const char *mine = own_account (irc);
  gboolean operates = FALSE;
  g_autofree char *mask = NULL;

  if (irc->session->state >= SRV_SESSION_LEAVING)
    return;
  if (me != NULL && irc->role_account != NULL && sal_name_is_same (irc->role_account, account))
    {
      SrvEntry fields = srv_irc_fields (irc, SRV_ENTRY_UMODE);

      operates = irc->role_asked == SRV_ROLE_OPERATOR || (me->modes & SRV_UMODE_OPERATOR);
      g_clear_pointer (&irc->role_account, g_free);
      fields.flags |= SRV_ENTRY_FLAG_SERVER;
      fields.text = operates ? "-o" : "-m";
      if (irc->role_asked != SRV_ROLE_USER || (me->modes & SRV_UMODES_GIVEN))
        srv_irc_post (irc, &fields);
    }
  if (!out || mine == NULL || !sal_name_is_same (mine, account))
    return;
  /* Perhaps a command of theirs is being answered. */
  mask = dup_mask (irc);
  srv_irc_reply_aside (irc, RPL_LOGGEDOUT, "%s :You are now logged out", mask);
  if (why != NULL)
    srv_irc_say_aside (irc, "NOTICE %s :%s", srv_irc_get_nick (irc), why);
  srv_irc_log_in (irc, NULL);
}

/**
 * srv_irc_on_heard:
 * @entry: one that this session asked for, back from the log
 *
 * Whether it still waits for the log to hear of its account or role.
 */
void
srv_irc_on_heard (SrvIrc *irc, const SrvEntry *entry)
{
  if (entry->kind == SRV_ENTRY_ACCOUNT && irc->accounts_asked > 0)
    irc->accounts_asked--;
  else if (entry->kind == SRV_ENTRY_UMODE && entry->text != NULL && entry->text[0] == '+')
    irc->role_asked = SRV_ROLE_USER;
}

/**
 * srv_irc_account_changed:
 * @account: that has another role now, or is there no more
 *
 * Who is logged in to an account that is gone is so no longer; who has a role by it has to
 * ask for it again. Others are not concerned.
 */
void
srv_irc_account_changed (SrvIrc *irc, const char *account, gboolean exists)
{
  take_away (irc, account, !exists, NULL);
}

/**
 * srv_irc_password_changed:
 * @account: whose password somebody else has changed
 *
 * Who is logged in to it, or has a role by it, has to show again that it is theirs.
 */
void
srv_irc_password_changed (SrvIrc *irc, const char *account)
{
  take_away (irc, account, TRUE, "Your account has another password now: log in again with it");
}
