/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * SASL messages in AUTHENTICATE lines.
 */
#include "config.h"

#include "server/accounts/srv-sasl-input.h"

#include <string.h>

#include "common/base/sal-limits.h"

static const char *const names[] = { "more", "complete", "abort", "long", "bad" };

static void
test_lines (void)
{
  g_autofree char *full = g_strnfill (400, 'A');
  g_autofree char *longer = g_strnfill (401, 'A');
  g_autofree char *almost = g_strnfill (396, 'A');
  const struct
  {
    const char *name;
    const char *lines[8];
    const char *result; /* of the last */
    gsize len;          /* of the message */
  } rows[] = {
    { "one line", { "c2Vzc28=" }, "complete", 5 },
    { "without padding", { "c2Vz" }, "complete", 3 },
    { "nothing", { "+" }, "complete", 0 },
    { "a full line", { full }, "more", 0 },
    { "a full line and nothing", { full, "+" }, "complete", 300 },
    { "a full line and some", { full, "AAAA" }, "complete", 303 },
    { "two full lines", { full, full, "+" }, "complete", 600 },
    { "nearly full", { almost }, "complete", 297 },
    { "too long", { longer }, "long", 0 },
    { "too long at last", { full, longer }, "long", 0 },
    { "given up", { "*" }, "abort", 0 },
    { "given up in the middle", { full, "*" }, "abort", 0 },
    { "given up, then something", { full, "*", "c2Vz" }, "complete", 3 },
    { "not base64", { "c2V*" }, "bad", 0 },
    { "not base64, with a star at the end", { "c2V=*" }, "bad", 0 },
    { "blanks", { "c2 z" }, "bad", 0 },
    { "three digits", { "c2V" }, "bad", 0 },
    { "a name of a mechanism", { "PLAIN" }, "bad", 0 },
    { "padding alone", { "====" }, "bad", 0 },
    { "much padding", { "c===" }, "bad", 0 },
    { "padding in the middle", { "c2==c2Vz" }, "bad", 0 },
    { "bad, then good", { "c2V", "c2Vz" }, "complete", 3 },
    { "an umlaut", { "c2V\303\244" }, "bad", 0 },
    { "empty", { "" }, "complete", 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GString) partial = g_string_new (NULL);
      g_autoptr (GString) message = g_string_new ("before");
      SrvSaslInputStep step = SRV_SASL_INPUT_BAD;

      g_test_message ("%s", rows[i].name);
      for (gsize k = 0; rows[i].lines[k] != NULL; k++)
        step = srv_sasl_input_push (partial, rows[i].lines[k], message);
      g_assert_cmpstr (names[step], ==, rows[i].result);
      g_assert_cmpuint (message->len, ==, rows[i].len);
      if (step != SRV_SASL_INPUT_MORE)
        g_assert_cmpuint (partial->len, ==, 0);
    }
}

/* Who goes on and on gets an end. */
static void
test_endless (void)
{
  g_autofree char *full = g_strnfill (400, 'A');
  g_autoptr (GString) partial = g_string_new (NULL);
  g_autoptr (GString) message = g_string_new (NULL);
  guint n = 0;

  while (srv_sasl_input_push (partial, full, message) == SRV_SASL_INPUT_MORE)
    {
      g_assert_cmpuint (partial->len, <=, SAL_SASL_MAX_BYTES);
      g_assert_cmpuint (++n, <, 1000);
    }
  g_assert_cmpuint (n, ==, SAL_SASL_MAX_BYTES / 400);
  g_assert_cmpuint (partial->len, ==, 0);
  g_assert_cmpint (srv_sasl_input_push (partial, "c2Vz", message), ==, SRV_SASL_INPUT_COMPLETE);
}

/* What is sent is what is read, whatever its length; and only the last line is not full. */
static void
test_output (void)
{
  for (gsize len = 0; len < 1000; len++)
    {
      g_autofree char *sent = g_malloc (len + 1);
      g_auto (GStrv) lines = NULL;
      g_autoptr (GString) partial = g_string_new (NULL);
      g_autoptr (GString) message = g_string_new (NULL);
      SrvSaslInputStep step = SRV_SASL_INPUT_MORE;

      for (gsize i = 0; i < len; i++)
        sent[i] = (char) (i * 7 + len);
      lines = srv_sasl_output (sent, len);
      for (gsize i = 0; lines[i] != NULL; i++)
        {
          g_assert_cmpint (step, ==, SRV_SASL_INPUT_MORE);
          step = srv_sasl_input_push (partial, lines[i], message);
        }
      g_assert_cmpint (step, ==, SRV_SASL_INPUT_COMPLETE);
      g_assert_cmpmem (message->str, message->len, sent, len);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/accounts/sasl-input/lines", test_lines);
  g_test_add_func ("/accounts/sasl-input/has-an-end", test_endless);
  g_test_add_func ("/accounts/sasl-input/reads-what-it-writes", test_output);
  return g_test_run ();
}
