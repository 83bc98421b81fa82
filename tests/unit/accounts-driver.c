/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Asks the accounts, and waits for their answers as a worker would.
 */
#include "config.h"

#include "tests/unit/accounts-driver.h"

#include <arpa/inet.h>
#include <gsasl.h>
#include <netinet/in.h>
#include <string.h>

#include "common/base/sal-limits.h"

static gint64 clock_offset_us;

static gint64
clock_us (void)
{
  return g_get_monotonic_time () + __atomic_load_n (&clock_offset_us, __ATOMIC_RELAXED);
}

/**
 * accounts_clock_forward:
 *
 * So much time passes for all accounts of this process.
 */
void
accounts_clock_forward (gint64 us)
{
  __atomic_add_fetch (&clock_offset_us, us, __ATOMIC_RELAXED);
}

static void
on_due (SrvDeadline *deadline, gpointer data)
{
}

static void
on_turn_end (gpointer data)
{
}

static const SrvReactorHooks hooks = { .due = on_due, .turn_end = on_turn_end };

static void
open_accounts (AccountsRun *run, const char *path)
{
  g_autoptr (GError) error = NULL;

  run->accounts = srv_accounts_new (path, clock_us, &error);
  g_assert_no_error (error);
  srv_accounts_configure (run->accounts, &run->config);
}

/**
 * accounts_run_new:
 * @path: (nullable): of the file
 *
 * Registration is open, passwords are let through on this machine, and keys are cheap.
 */
AccountsRun *
accounts_run_new (const char *path)
{
  AccountsRun *run = g_new0 (AccountsRun, 1);

  run->context = g_main_context_new ();
  run->reactor = srv_reactor_new (run->context, 1, &hooks, run);
  run->mailbox = srv_mailbox_new (run->reactor, run);
  run->said = g_string_new (NULL);
  run->config = (SrvAccountsConfig){
    .registration = SRV_REGISTRATION_OPEN,
    .local_passwords = TRUE,
    .iterations = SAL_ITERATIONS_MIN,
    .max_accounts = 1000,
  };
  open_accounts (run, path);
  return run;
}

/**
 * accounts_run_free:
 * @run: (nullable) (transfer full)
 */
void
accounts_run_free (AccountsRun *run)
{
  if (run == NULL)
    return;
  srv_accounts_free (run->accounts);
  srv_mailbox_free (run->mailbox);
  srv_reactor_free (run->reactor);
  g_main_context_unref (run->context);
  g_string_free (run->said, TRUE);
  g_free (run);
}

/**
 * accounts_run_reopen:
 *
 * The server ends and starts again.
 */
void
accounts_run_reopen (AccountsRun *run, const char *path)
{
  srv_accounts_free (run->accounts);
  open_accounts (run, path);
}

static void
wait_for (AccountsRun *run, guint answers)
{
  while (run->answers < answers)
    g_main_context_iteration (run->context, TRUE);
}

typedef struct
{
  AccountsRun *run;
  SrvChangeResult result;
} Change;

static void
on_changed (SrvChangeResult result, const char *message, gpointer data)
{
  Change *change = data;

  change->run->answers++;
  change->result = result;
  g_string_assign (change->run->said, message != NULL ? message : "");
}

/**
 * accounts_run_change:
 *
 * Returns: what has become of it; the store's message, if any, is in @run's `said`.
 */
SrvChangeResult
accounts_run_change (
    AccountsRun *run, SrvChangeKind kind, const char *name, const char *text, SrvRole role)
{
  Change change = { run, SRV_UNCHANGED_FAILED };
  guint answers = run->answers;

  srv_accounts_change (run->accounts, kind, name, text, role, run->mailbox, on_changed, &change);
  g_assert_cmpuint (run->answers, ==, answers);
  wait_for (run, answers + 1);
  return change.result;
}

/**
 * accounts_run_add:
 *
 * Makes an account, which must succeed.
 */
void
accounts_run_add (AccountsRun *run, const char *name, const char *password, SrvRole role)
{
  g_assert_cmpint (accounts_run_change (run, SRV_CHANGE_ADD, name, password, role), ==,
                   SRV_CHANGED);
}

/**
 * accounts_peer:
 * @host: an address, or "tls ADDRESS", or "unix"
 */
SrvLoginPeer
accounts_peer (const char *host)
{
  struct sockaddr_storage storage = { .ss_family = AF_UNIX };
  struct sockaddr_in *in = (struct sockaddr_in *) &storage;
  struct sockaddr_in6 *in6 = (struct sockaddr_in6 *) &storage;
  SrvLoginPeer peer = { .tls = g_str_has_prefix (host, "tls ") };
  const char *address = peer.tls ? host + 4 : host;

  if (inet_pton (AF_INET, address, &in->sin_addr) == 1)
    in->sin_family = AF_INET;
  else if (inet_pton (AF_INET6, address, &in6->sin6_addr) == 1)
    in6->sin6_family = AF_INET6;
  peer.address = srv_address_from_sockaddr (&storage);
  return peer;
}

static const char *const verdict_names[SRV_N_VERDICTS] = {
  [SRV_VERDICT_OK] = "ok",
  [SRV_VERDICT_CONTINUE] = "continue",
  [SRV_VERDICT_MORE] = "more",
  [SRV_VERDICT_WRONG] = "wrong",
  [SRV_VERDICT_TOO_SOON] = "too-soon",
  [SRV_VERDICT_BUSY] = "busy",
  [SRV_VERDICT_TOO_LONG] = "too-long",
  [SRV_VERDICT_TOO_MUCH] = "too-much",
  [SRV_VERDICT_ABORTED] = "aborted",
  [SRV_VERDICT_NO_MECHANISM] = "no-mechanism",
  [SRV_VERDICT_NOT_HERE] = "not-here",
  [SRV_VERDICT_NO_OPERATOR] = "no-operator",
  [SRV_VERDICT_VERIFY] = "verify",
  [SRV_VERDICT_CLOSED] = "closed",
  [SRV_VERDICT_EXISTS] = "exists",
  [SRV_VERDICT_BAD_NAME] = "bad-name",
  [SRV_VERDICT_BAD_PASSWORD] = "bad-password",
  [SRV_VERDICT_BAD_EMAIL] = "bad-email",
  [SRV_VERDICT_TOO_MANY] = "too-many",
};

static void
on_answer (const SrvLoginAnswer *answer, gpointer data)
{
  AccountsRun *run = data;

  run->answers++;
  g_string_assign (run->said, verdict_names[answer->verdict]);
  if (answer->account != NULL)
    g_string_append_printf (run->said, " %s", answer->account);
  if (answer->role != SRV_ROLE_USER)
    g_string_append_printf (run->said, " role=%d", answer->role);
  if (answer->seconds > 0)
    g_string_append_printf (run->said, " %us", answer->seconds);
  for (gsize i = 0; answer->lines != NULL && answer->lines[i] != NULL; i++)
    g_string_append_printf (run->said, " %s", answer->lines[i]);
}

/**
 * accounts_run_login:
 *
 * Returns: (transfer full): a connection's login.
 */
SrvLogin *
accounts_run_login (AccountsRun *run, const SrvLoginPeer *peer)
{
  return srv_login_new (run->accounts, peer, run->mailbox, on_answer, run);
}

/**
 * accounts_run_ask:
 *
 * Returns: (transfer none): the answer: the verdict, then what belongs to it.
 */
const char *
accounts_run_ask (AccountsRun *run, SrvLogin *login, const SrvLoginRequest *request)
{
  guint answers = run->answers;

  g_string_truncate (run->said, 0);
  srv_login_ask (login, request);
  g_assert_cmpint (srv_login_is_waiting (login), ==, run->answers == answers);
  wait_for (run, answers + 1);
  g_assert_cmpuint (run->answers, ==, answers + 1);
  g_assert_false (srv_login_is_waiting (login));
  return run->said->str;
}

/**
 * accounts_run_say:
 *
 * Returns: (transfer none): the answer to AUTHENTICATE @line.
 */
const char *
accounts_run_say (AccountsRun *run, SrvLogin *login, const char *line)
{
  SrvLoginRequest request = { .kind = SRV_LOGIN_AUTHENTICATE, .text = line };

  return accounts_run_ask (run, login, &request);
}

/* All lines of a message; returns the answer to the last. */
static const char *
say_message (AccountsRun *run, SrvLogin *login, const char *message, gsize len)
{
  g_autofree char *all = g_base64_encode ((const guchar *) message, len);
  const char *answer = NULL;
  const char *at = all;

  for (; strlen (at) >= SAL_SASL_LINE_BYTES; at += SAL_SASL_LINE_BYTES)
    {
      g_autofree char *line = g_strndup (at, SAL_SASL_LINE_BYTES);

      g_assert_cmpstr (accounts_run_say (run, login, line), ==, "more");
    }
  answer = accounts_run_say (run, login, *at != '\0' ? at : "+");
  return answer;
}

/**
 * accounts_run_plain:
 *
 * Returns: (transfer none): the answer to a login with PLAIN.
 */
const char *
accounts_run_plain (AccountsRun *run, SrvLogin *login, const char *name, const char *password)
{
  g_autoptr (GString) message = g_string_new (NULL);
  const char *answer = accounts_run_say (run, login, "PLAIN");

  if (!g_str_equal (answer, "continue +"))
    return answer;
  g_string_append_c (message, '\0');
  g_string_append_len (message, name, (gssize) strlen (name) + 1);
  g_string_append (message, password);
  return say_message (run, login, message->str, message->len);
}

/* What the server has said, decoded; in GNU SASL's memory no more than here. */
static void
take_challenge (const char *answer, GString *challenge)
{
  g_auto (GStrv) words = g_strsplit (answer, " ", -1);
  g_autoptr (GString) base64 = g_string_new (NULL);

  g_assert_cmpstr (words[0], ==, "continue");
  for (gsize i = 1; words[i] != NULL; i++)
    if (!g_str_equal (words[i], "+"))
      g_string_append (base64, words[i]);
  g_string_truncate (challenge, 0);
  if (base64->len > 0)
    {
      gsize len = 0;
      g_autofree guchar *bytes = g_base64_decode (base64->str, &len);

      g_string_append_len (challenge, (const char *) bytes, (gssize) len);
    }
}

/**
 * accounts_run_scram:
 *
 * A login with SCRAM-SHA-256, with GNU SASL's client. The server's last answer is in
 * @run's `said`.
 *
 * Returns: whether it believes that the server knows the password too.
 */
gboolean
accounts_run_scram (AccountsRun *run, SrvLogin *login, const char *name, const char *password)
{
  g_autoptr (GString) challenge = g_string_new (NULL);
  Gsasl *library = NULL;
  Gsasl_session *client = NULL;
  int code = GSASL_NEEDS_MORE;

  g_assert_cmpint (gsasl_init (&library), ==, GSASL_OK);
  g_assert_cmpint (gsasl_client_start (library, "SCRAM-SHA-256", &client), ==, GSASL_OK);
  (void) gsasl_property_set (client, GSASL_AUTHID, name);
  (void) gsasl_property_set (client, GSASL_PASSWORD, password);
  (void) accounts_run_say (run, login, "SCRAM-SHA-256");
  while (g_str_has_prefix (run->said->str, "continue"))
    {
      char *out = NULL;
      size_t len = 0;

      take_challenge (run->said->str, challenge);
      code = gsasl_step (client, challenge->str, challenge->len, &out, &len);
      if (code != GSASL_OK && code != GSASL_NEEDS_MORE)
        break;
      if (code == GSASL_OK && run->before_last != NULL)
        run->before_last (run);
      (void) say_message (run, login, out, len);
      gsasl_free (out);
    }
  gsasl_finish (client);
  gsasl_done (library);
  return code == GSASL_OK;
}
