/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One connection's way of logging in: SASL (RFC 4422) as it travels on IRC (IRCv3
 * sasl-3.2), OPER, REGISTER and VERIFY, passwords in one's own words. It belongs to the thread of its connection. What
 * takes time, or has to wait because others have guessed, goes into the accounts' pool as
 * a job and comes back by mail; the job has a copy of everything it needs, so the login
 * may be freed meanwhile.
 *
 * PLAIN (RFC 4616) and EXTERNAL (RFC 4422, appendix A) are one message each and are read
 * here: the library's PLAIN lets no password through that has a character younger than
 * Unicode 3.2.
 */
#include "config.h"

#include "server/accounts/srv-login-exchange.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "common/base/sal-wipe.h"
#include "common/proto/sal-name.h"
#include "server/accounts/srv-accounts-private.h"
#include "server/accounts/srv-sasl-input.h"
#include "server/accounts/srv-scram.h"

typedef enum
{
  MECHANISM_NONE,
  MECHANISM_PLAIN,
  MECHANISM_SCRAM,
  MECHANISM_EXTERNAL,
} Mechanism;

typedef struct
{
  SrvLogin *login;       /* (unowned) (nullable): NULL: it is gone; its own thread only */
  SrvAccounts *accounts; /* (unowned) */
  SrvMailbox *mailbox;   /* (unowned) */
  SrvLoginKind kind;
  SrvAddress address;
  guint64 connection;
  char *name;          /* (owned): whose password it is said to be */
  guint64 generation;  /* of the keys that it was looked at with; 0: none were */
  char *secret;        /* (owned): wiped: password or code */
  char *wanted;        /* (owned) (nullable): wiped: PASSWORD: the one from now on */
  char *email;         /* (owned) (nullable) */
  SrvScram *scram;     /* (owned) (nullable): AUTHENTICATE: its last message, else PLAIN */
  GString *message;    /* (owned): what was said; then what to say */
  SrvAccount *pending; /* (owned) (nullable) */
  SrvVerdict verdict;
} Job;

struct _SrvLogin
{
  SrvAccounts *accounts; /* (unowned) */
  SrvLoginPeer peer;
  char *fingerprint;   /* (owned) (nullable) */
  SrvMailbox *mailbox; /* (unowned) */
  SrvLoginFunc on_answer;
  gpointer data;

  Job *job; /* (unowned) (nullable): what is being done */
  Mechanism mechanism;
  GString *partial;    /* (owned): of a message in several lines */
  SrvScram *scram;     /* (owned) (nullable) */
  gboolean challenged; /* SCRAM: the first of its messages was answered */
  guint64 generation;  /* SCRAM: of the keys */
  char *proven;        /* (owned) (nullable): SCRAM: whose password it was; one line is missing */
  SrvAccount *pending; /* (owned) (nullable): registered, waits for the code */
};

static void
job_free (Job *job)
{
  g_free (job->name);
  sal_wipe (job->secret);
  sal_wipe (job->wanted);
  g_free (job->email);
  srv_scram_free (job->scram);
  sal_wipe_string (job->message);
  srv_account_free (job->pending);
  g_free (job);
}

/* The exchange is over, one way or the other. */
static void
reset (SrvLogin *login)
{
  login->mechanism = MECHANISM_NONE;
  login->challenged = FALSE;
  login->generation = 0;
  explicit_bzero (login->partial->str, login->partial->len);
  g_string_truncate (login->partial, 0);
  g_clear_pointer (&login->scram, srv_scram_free);
  g_clear_pointer (&login->proven, g_free);
}

/**
 * srv_login_new:
 * @accounts: (transfer none): must outlive every request
 * @peer: who it is; copied
 * @mailbox: (transfer none): of the thread that calls; must outlive @accounts
 * @on_answer: called with @data for each request, also from within srv_login_ask()
 */
SrvLogin *
srv_login_new (SrvAccounts *accounts,
               const SrvLoginPeer *peer,
               SrvMailbox *mailbox,
               SrvLoginFunc on_answer,
               gpointer data)
{
  SrvLogin *login = g_new0 (SrvLogin, 1);

  login->accounts = accounts;
  login->peer = *peer;
  login->peer.fingerprint = login->fingerprint = g_strdup (peer->fingerprint);
  login->mailbox = mailbox;
  login->on_answer = on_answer;
  login->data = data;
  login->partial = g_string_new (NULL);
  return login;
}

/**
 * srv_login_free:
 * @login: (nullable) (transfer full)
 *
 * What it has asked is not answered any more.
 */
void
srv_login_free (SrvLogin *login)
{
  if (login == NULL)
    return;
  if (login->job != NULL)
    login->job->login = NULL;
  reset (login);
  sal_wipe_string (login->partial);
  srv_account_free (login->pending);
  g_free (login->fingerprint);
  g_free (login);
}

static void
answer (SrvLogin *login, SrvLoginKind kind, SrvVerdict verdict)
{
  SrvLoginAnswer said = { .kind = kind, .verdict = verdict };

  login->on_answer (&said, login->data);
}

static void
answer_lines (SrvLogin *login, const char *message, gsize len)
{
  g_auto (GStrv) lines = srv_sasl_output (message, len);
  SrvLoginAnswer said = { .kind = SRV_LOGIN_AUTHENTICATE,
                          .verdict = SRV_VERDICT_CONTINUE,
                          .lines = (const char *const *) lines };

  login->on_answer (&said, login->data);
}

/* They are who they say, if that account is still there and its password is the one that they
 * have shown. @generation: as srv_accounts_dup_proven() has it. */
static void
answer_account (SrvLogin *login, SrvLoginKind kind, const char *name, guint64 generation)
{
  g_autofree char *written = srv_accounts_dup_proven (login->accounts, name, generation);
  SrvLoginAnswer said = { .kind = kind, .verdict = SRV_VERDICT_OK, .account = written };

  if (written == NULL)
    said.verdict = SRV_VERDICT_WRONG;
  else
    said.role = srv_accounts_get_role (login->accounts, written);
  if (kind == SRV_LOGIN_OPER && said.verdict == SRV_VERDICT_OK && said.role == SRV_ROLE_USER)
    said.verdict = SRV_VERDICT_NO_OPERATOR;
  login->on_answer (&said, login->data);
}

/* Jobs. */

static void
on_job_done (gpointer owner, gpointer letter)
{
  Job *job = letter;
  SrvLogin *login = job->login;

  if (login == NULL)
    {
      job_free (job);
      return;
    }
  login->job = NULL;
  if (job->verdict == SRV_VERDICT_VERIFY || job->kind == SRV_LOGIN_VERIFY)
    {
      srv_account_free (login->pending);
      login->pending = g_steal_pointer (&job->pending);
    }
  if (job->verdict == SRV_VERDICT_OK && job->scram != NULL)
    {
      login->proven = g_strdup (job->name);
      answer_lines (login, job->message->str, job->message->len);
    }
  else
    {
      if (job->kind == SRV_LOGIN_AUTHENTICATE)
        reset (login);
      if (job->verdict == SRV_VERDICT_OK)
        answer_account (login, job->kind, job->name, job->generation);
      else
        {
          SrvLoginAnswer said = { .kind = job->kind,
                                  .verdict = job->verdict,
                                  .account = job->name };

          login->on_answer (&said, login->data);
        }
    }
  job_free (job);
}

static SrvVerdict
check_password (Job *job)
{
  SrvScramKeys keys;
  gboolean right = FALSE;

  job->generation = srv_accounts_find_keys (job->accounts, job->name, &keys);
  right = srv_scram_matches (&keys, job->secret);
  explicit_bzero (&keys, sizeof keys);
  return right ? SRV_VERDICT_OK : SRV_VERDICT_WRONG;
}

/* Only who knows the password can have another. */
static SrvVerdict
change_password (Job *job)
{
  SrvVerdict verdict = check_password (job);
  guint64 shown = job->generation;

  job->generation = 0; /* what they have shown is not the password any more */
  return verdict == SRV_VERDICT_OK ? srv_accounts_set_password (job->accounts, job->name,
                                                                job->wanted, shown, job->connection)
                                   : verdict;
}

static SrvVerdict
check_proof (const Job *job)
{
  g_autoptr (GString) said = g_string_new_len (job->message->str, (gssize) job->message->len);

  return srv_scram_step (job->scram, said->str, said->len, job->message) == SRV_SCRAM_DONE
             ? SRV_VERDICT_OK
             : SRV_VERDICT_WRONG;
}

static SrvVerdict
do_job (Job *job)
{
  switch (job->kind)
    {
    case SRV_LOGIN_AUTHENTICATE:
      return job->scram != NULL ? check_proof (job) : check_password (job);
    case SRV_LOGIN_OPER:
    case SRV_LOGIN_IDENTIFY:
      return check_password (job);
    case SRV_LOGIN_PASSWORD:
      return change_password (job);
    case SRV_LOGIN_REGISTER:
      return srv_accounts_register (job->accounts, job->name, job->secret, job->email,
                                    &job->pending);
    case SRV_LOGIN_VERIFY:
      return srv_accounts_verify (job->accounts, &job->pending, job->secret);
    default:
      g_assert_not_reached ();
    }
}

/* Whether it is about something that can be guessed. */
static gboolean
is_guess (const Job *job)
{
  return job->kind != SRV_LOGIN_REGISTER;
}

static void
run_job (gpointer data, gboolean cancelled)
{
  Job *job = data;

  job->verdict = cancelled ? SRV_VERDICT_BUSY : do_job (job);
  if (is_guess (job) && job->verdict == SRV_VERDICT_OK)
    srv_accounts_passed (job->accounts, &job->address, job->name);
  else if (is_guess (job) && job->verdict != SRV_VERDICT_WRONG)
    srv_accounts_withdraw (job->accounts, &job->address, job->name);
  srv_mailbox_post (job->mailbox, on_job_done, job);
}

static Job *
job_new (SrvLogin *login, SrvLoginKind kind, const char *name, const char *secret)
{
  Job *job = g_new0 (Job, 1);

  job->login = login;
  job->accounts = login->accounts;
  job->mailbox = login->mailbox;
  job->kind = kind;
  job->address = login->peer.address;
  job->connection = login->peer.connection;
  job->name = g_strdup (name);
  job->secret = g_strdup (secret);
  return job;
}

static void
answer_too_soon (SrvLogin *login, SrvLoginKind kind, gint64 wait_us)
{
  SrvLoginAnswer said = { .kind = kind,
                          .verdict = SRV_VERDICT_TOO_SOON,
                          .seconds = (guint) (wait_us / G_USEC_PER_SEC) + 1 };

  if (kind == SRV_LOGIN_AUTHENTICATE)
    reset (login);
  login->on_answer (&said, login->data);
}

/* @job: (transfer full) */
static void
start_job (SrvLogin *login, Job *job)
{
  SrvLoginKind kind = job->kind;
  gboolean guess = is_guess (job);
  gint64 wait_us = guess ? srv_accounts_enter (login->accounts, &job->address, job->name) : 0;

  if (wait_us < 0)
    {
      login->pending = login->pending != NULL ? login->pending : g_steal_pointer (&job->pending);
      job_free (job);
      answer_too_soon (login, kind, -wait_us);
      return;
    }
  login->job = job;
  if (srv_accounts_push (login->accounts, run_job, job, wait_us))
    return;
  login->job = NULL;
  login->pending = login->pending != NULL ? login->pending : g_steal_pointer (&job->pending);
  if (guess)
    srv_accounts_withdraw (login->accounts, &job->address, job->name);
  job_free (job);
  if (kind == SRV_LOGIN_AUTHENTICATE)
    reset (login);
  answer (login, kind, SRV_VERDICT_BUSY);
}

/* SASL. */

static void
fail (SrvLogin *login, SrvVerdict verdict)
{
  reset (login);
  answer (login, SRV_LOGIN_AUTHENTICATE, verdict);
}

/* Acting as somebody else is not for anybody (RFC 4422, 3.4.1). */
static gboolean
is_same_name (const char *other, const char *name)
{
  if (other == NULL || *other == '\0')
    return TRUE;
  return g_utf8_validate (other, -1, NULL) && sal_name_is_same (other, name);
}

static void
do_plain (SrvLogin *login, const GString *message)
{
  const char *end = message->str + message->len;
  const char *other = message->str;
  const char *name = memchr (other, '\0', message->len);
  const char *password = name != NULL ? memchr (name + 1, '\0', (gsize) (end - name - 1)) : NULL;

  if (password == NULL || memchr (password + 1, '\0', (gsize) (end - password - 1)) != NULL ||
      name + 1 == password || password + 1 == end || !g_utf8_validate (name + 1, -1, NULL) ||
      !g_utf8_validate (password + 1, -1, NULL) || !is_same_name (other, name + 1))
    {
      fail (login, SRV_VERDICT_WRONG);
      return;
    }
  start_job (login, job_new (login, SRV_LOGIN_AUTHENTICATE, name + 1, password + 1));
}

static void
do_external (SrvLogin *login, const GString *message)
{
  g_autofree char *name =
      srv_accounts_dup_by_certificate (login->accounts, login->peer.fingerprint);

  if (name == NULL || memchr (message->str, '\0', message->len) != NULL ||
      !is_same_name (message->str, name))
    {
      fail (login, SRV_VERDICT_WRONG);
      return;
    }
  reset (login);
  answer_account (login, SRV_LOGIN_AUTHENTICATE, name, 0);
}

static void
find_keys (const char *name, SrvScramKeys *keys, gpointer data)
{
  SrvLogin *login = data;

  login->generation =
      srv_accounts_find_keys (login->accounts, g_utf8_validate (name, -1, NULL) ? name : "", keys);
}

/* The first message is answered at once, the second is a guess. After a right one the
 * peer has to see that we know the password as well, and to say so. */
static void
do_scram (SrvLogin *login, GString *message)
{
  g_autoptr (GString) output = g_string_new (NULL);
  Job *job = NULL;

  if (login->proven != NULL)
    {
      g_autofree char *name = g_steal_pointer (&login->proven);
      guint64 generation = login->generation;

      reset (login);
      if (message->len > 0)
        answer (login, SRV_LOGIN_AUTHENTICATE, SRV_VERDICT_WRONG);
      else
        answer_account (login, SRV_LOGIN_AUTHENTICATE, name, generation);
      return;
    }
  if (!login->challenged)
    {
      const char *name = NULL;

      if (login->scram == NULL)
        login->scram = srv_scram_new (find_keys, login);
      login->challenged =
          srv_scram_step (login->scram, message->str, message->len, output) == SRV_SCRAM_MORE;
      name = srv_scram_get_name (login->scram);
      if (!login->challenged || name == NULL || !g_utf8_validate (name, -1, NULL) ||
          !is_same_name (srv_scram_get_other_name (login->scram), name))
        fail (login, SRV_VERDICT_WRONG);
      else
        answer_lines (login, output->str, output->len);
      return;
    }
  job = job_new (login, SRV_LOGIN_AUTHENTICATE, srv_scram_get_name (login->scram), "");
  job->scram = g_steal_pointer (&login->scram);
  job->message = g_string_new_len (message->str, (gssize) message->len);
  start_job (login, job);
}

static void
choose (SrvLogin *login, const char *mechanism)
{
  g_autofree char *list = srv_accounts_dup_mechanisms (login->accounts, &login->peer);
  g_auto (GStrv) offered = g_strsplit (list != NULL ? list : "", ",", -1);
  g_autofree char *upper = g_ascii_strup (mechanism, -1);

  if (g_str_equal (mechanism, "*"))
    answer (login, SRV_LOGIN_AUTHENTICATE, SRV_VERDICT_ABORTED);
  else if (strlen (mechanism) > SAL_SASL_LINE_BYTES)
    answer (login, SRV_LOGIN_AUTHENTICATE, SRV_VERDICT_TOO_LONG);
  else if (g_strv_contains ((const char *const *) offered, upper))
    {
      login->mechanism = *upper == 'P'   ? MECHANISM_PLAIN
                         : *upper == 'S' ? MECHANISM_SCRAM
                                         : MECHANISM_EXTERNAL;
      answer_lines (login, "", 0);
    }
  else
    {
      SrvLoginAnswer said = { .kind = SRV_LOGIN_AUTHENTICATE,
                              .verdict = SRV_VERDICT_NO_MECHANISM,
                              .account = list };

      login->on_answer (&said, login->data);
    }
}

static void
authenticate (SrvLogin *login, const char *parameter)
{
  GString *message = NULL;

  if (login->mechanism == MECHANISM_NONE)
    {
      choose (login, parameter);
      return;
    }
  message = g_string_new (NULL);
  switch (srv_sasl_input_push (login->partial, parameter, message))
    {
    case SRV_SASL_INPUT_MORE:
      answer (login, SRV_LOGIN_AUTHENTICATE, SRV_VERDICT_MORE);
      break;
    case SRV_SASL_INPUT_ABORT:
      fail (login, SRV_VERDICT_ABORTED);
      break;
    case SRV_SASL_INPUT_LONG_LINE:
      fail (login, SRV_VERDICT_TOO_LONG);
      break;
    case SRV_SASL_INPUT_TOO_MUCH:
      fail (login, SRV_VERDICT_TOO_MUCH);
      break;
    case SRV_SASL_INPUT_COMPLETE:
      if (login->mechanism == MECHANISM_PLAIN)
        do_plain (login, message);
      else if (login->mechanism == MECHANISM_SCRAM)
        do_scram (login, message);
      else
        do_external (login, message);
      break;
    case SRV_SASL_INPUT_BAD:
    default:
      fail (login, SRV_VERDICT_WRONG);
      break;
    }
  sal_wipe_string (message);
}

/* What is no SASL. */

static void
oper (SrvLogin *login, const SrvLoginRequest *request)
{
  if (!srv_accounts_is_usable (login->accounts))
    answer (login, SRV_LOGIN_OPER, SRV_VERDICT_NO_OPERATOR);
  else if (!srv_accounts_takes_passwords (login->accounts, &login->peer))
    answer (login, SRV_LOGIN_OPER, SRV_VERDICT_NOT_HERE);
  else
    start_job (login, job_new (login, SRV_LOGIN_OPER, request->name, request->text));
}

static void
identify (SrvLogin *login, const SrvLoginRequest *request)
{
  if (!srv_accounts_is_usable (login->accounts))
    answer (login, SRV_LOGIN_IDENTIFY, SRV_VERDICT_WRONG);
  else if (!srv_accounts_takes_passwords (login->accounts, &login->peer))
    answer (login, SRV_LOGIN_IDENTIFY, SRV_VERDICT_NOT_HERE);
  else
    start_job (login, job_new (login, SRV_LOGIN_IDENTIFY, request->name, request->text));
}

static void
ask_for_password (SrvLogin *login, const SrvLoginRequest *request)
{
  SrvVerdict verdict =
      srv_accounts_may_set_password (login->accounts, &login->peer, request->wanted);
  Job *job = NULL;

  if (verdict != SRV_VERDICT_OK)
    {
      answer (login, SRV_LOGIN_PASSWORD, verdict);
      return;
    }
  job = job_new (login, SRV_LOGIN_PASSWORD, request->name, request->text);
  job->wanted = g_strdup (request->wanted);
  start_job (login, job);
}

static void
register_account (SrvLogin *login, const SrvLoginRequest *request)
{
  SrvVerdict verdict = srv_accounts_may_register (login->accounts, &login->peer, request);
  Job *job = NULL;

  if (verdict != SRV_VERDICT_OK)
    {
      SrvLoginAnswer said = { .kind = SRV_LOGIN_REGISTER,
                              .verdict = verdict,
                              .account = request->name };

      login->on_answer (&said, login->data);
      return;
    }
  job = job_new (login, SRV_LOGIN_REGISTER, request->name, request->text);
  job->email = g_strdup (request->email);
  start_job (login, job);
}

static void
verify (SrvLogin *login, const SrvLoginRequest *request)
{
  Job *job = NULL;

  if (login->pending == NULL || !is_same_name (request->name, login->pending->name))
    {
      answer (login, SRV_LOGIN_VERIFY, SRV_VERDICT_WRONG);
      return;
    }
  /* Perhaps somebody else has it by now. */
  if (!is_same_name (request->wanted, login->pending->name))
    {
      SrvLoginAnswer said = { .kind = SRV_LOGIN_VERIFY,
                              .verdict = SRV_VERDICT_NOT_THEIRS,
                              .account = login->pending->name };

      login->on_answer (&said, login->data);
      return;
    }
  job = job_new (login, SRV_LOGIN_VERIFY, login->pending->name, request->text);
  job->pending = g_steal_pointer (&login->pending);
  start_job (login, job);
}

/**
 * srv_login_ask:
 *
 * Asks something; nothing must be waiting. The answer may come before this returns.
 */
void
srv_login_ask (SrvLogin *login, const SrvLoginRequest *request)
{
  g_return_if_fail (login->job == NULL);

  switch (request->kind)
    {
    case SRV_LOGIN_AUTHENTICATE:
      authenticate (login, request->text);
      break;
    case SRV_LOGIN_OPER:
      oper (login, request);
      break;
    case SRV_LOGIN_REGISTER:
      register_account (login, request);
      break;
    case SRV_LOGIN_VERIFY:
      verify (login, request);
      break;
    case SRV_LOGIN_IDENTIFY:
      identify (login, request);
      break;
    case SRV_LOGIN_PASSWORD:
      ask_for_password (login, request);
      break;
    default:
      g_return_if_reached ();
    }
}

/**
 * srv_login_give_up:
 *
 * The peer has taken too long over an exchange, or goes on without it. If it is waiting
 * for us it goes on; else what there is of it is forgotten, without an answer.
 */
void
srv_login_give_up (SrvLogin *login)
{
  if (login->job == NULL)
    reset (login);
}

/**
 * srv_login_is_waiting:
 *
 * Returns: whether the answer to a request is still to come.
 */
gboolean
srv_login_is_waiting (const SrvLogin *login)
{
  return login->job != NULL;
}

/**
 * srv_login_is_open:
 *
 * Returns: whether an exchange of AUTHENTICATE has begun and is not over.
 */
gboolean
srv_login_is_open (const SrvLogin *login)
{
  return login->mechanism != MECHANISM_NONE;
}
