/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Lines of AUTHENTICATE from a stranger: put together, taken apart, and given to PLAIN,
 * SCRAM and EXTERNAL. Nobody knows a password, so nobody gets in.
 *
 * The input is lines; a line that begins with = is given to SASL in base64 as it stands,
 * so that what is inside can be tried without being encoded.
 */
#include "config.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "server/accounts/srv-sasl-input.h"
#include "server/accounts/srv-scram.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/accounts-driver.h"

/* As long as a line of IRC may be, and a bit. */
#define LINE_BYTES 600
#define LINES 40

static void
nobody (const char *name, SrvScramKeys *keys, gpointer data)
{
  srv_scram_pretend (keys, (const guint8 *) "secret", 6, name, 1);
}

/* The two pure parts by themselves, with bytes that no line could have. */
static void
check_parts (const char *line, gsize len, GString *partial, SrvScram **scram)
{
  g_autofree char *copy = g_strndup (line, len);
  g_autoptr (GString) message = g_string_new (NULL);
  g_autoptr (GString) output = g_string_new (NULL);
  SrvSaslInputStep step = srv_sasl_input_push (partial, copy, message);
  SrvScramStep proof = SRV_SCRAM_FAILED;

  g_assert_cmpuint (partial->len, <=, SAL_SASL_MAX_BYTES);
  if (step != SRV_SASL_INPUT_MORE)
    g_assert_cmpuint (partial->len, ==, 0);
  if (step == SRV_SASL_INPUT_COMPLETE)
    {
      g_auto (GStrv) lines = srv_sasl_output (message->str, message->len);

      g_assert_cmpuint (message->len, <=, SAL_SASL_MAX_BYTES);
      for (gsize i = 0; lines[i] != NULL; i++)
        g_assert_cmpuint (strlen (lines[i]), <=, SAL_SASL_LINE_BYTES);
    }
  proof = srv_scram_step (*scram, line, len, output);
  g_assert_cmpint (proof, !=, SRV_SCRAM_DONE);
  if (proof == SRV_SCRAM_FAILED)
    {
      srv_scram_free (*scram);
      *scram = srv_scram_new (nobody, NULL);
    }
}

/* And all of it together, with real accounts. */
static void
check_login (AccountsRun *run, SrvLogin *login, const char *line, gsize len)
{
  g_autofree char *text =
      *line == '=' ? g_base64_encode ((const guchar *) line + 1, len - 1) : g_strndup (line, len);

  if (!g_utf8_validate (text, -1, NULL))
    return;
  (void) accounts_run_say (run, login, text);
  g_assert_false (g_str_has_prefix (run->said->str, "ok"));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static AccountsRun *run;
  static guint32 host;
  SrvLoginPeer peer = accounts_peer ("tls 10.0.0.0");
  SrvLogin *login = NULL;
  g_autoptr (GString) partial = g_string_new (NULL);
  SrvScram *scram = srv_scram_new (nobody, NULL);
  const char *at = (const char *) data;
  const char *end = at + size;

  if (run == NULL)
    {
      run = accounts_run_new (":memory:");
      run->config.iterations = 1; /* who does not exist has as few */
      srv_accounts_configure (run->accounts, &run->config);
    }
  /* Each from somewhere else and late enough, so that nobody has to wait. */
  host++;
  memcpy (peer.address.bytes, &host, sizeof host);
  peer.fingerprint = "00";
  accounts_clock_forward (SAL_LOGIN_FORGET_US);
  login = accounts_run_login (run, &peer);
  for (guint i = 0; at < end && i < LINES; i++)
    {
      const char *newline = memchr (at, '\n', (gsize) (end - at));
      gsize len = MIN ((gsize) ((newline != NULL ? newline : end) - at), LINE_BYTES);

      if (len > 0)
        {
          check_parts (at, len, partial, &scram);
          check_login (run, login, at, len);
        }
      if (i % 4 == 3)
        accounts_clock_forward (SAL_LOGIN_FORGET_US);
      at = newline != NULL ? newline + 1 : end;
    }
  srv_login_free (login);
  srv_scram_free (scram);
  return 0;
}
