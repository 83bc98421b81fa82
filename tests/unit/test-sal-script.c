/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The grammar of conversations written down, and what a pattern matches.
 */
#include "config.h"

#include "common/script/sal-script.h"

#include <string.h>

#include "common/base/sal-error.h"

static GPtrArray *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *steps = sal_script_parse (text, "script", &error);

  g_assert_no_error (error);
  return steps;
}

static void
test_steps (void)
{
  g_autoptr (GPtrArray) steps = parse ("# a comment\n"
                                       "\n"
                                       "connect\n"
                                       "  say  ciao a tutti \n"
                                       "W: send \"\\x41\\n\\r\\t\\0\\e\\a\\\\\\\"\" within 7\n"
                                       "within 250\n"
                                       "expect \"x\"\n"
                                       "expect \"x\" within 10ms\n"
                                       "not /a\\/b+/\n"
                                       "W:expect-end\n"
                                       "wait 30\n"
                                       "half-close\nclose\nreset");
  static const struct
  {
    SalStepKind kind;
    guint line;
    const char *who;
    const char *bytes;
    gsize len;
    guint time_ms;
  } wanted[] = {
    { SAL_STEP_CONNECT, 3, "", NULL, 0, 5000 },
    { SAL_STEP_SEND, 4, "", "ciao a tutti\n", 13, 5000 },
    { SAL_STEP_SEND, 5, "W", "A\n\r\t\0\x1B\a\\\"", 9, 7 },
    { SAL_STEP_EXPECT, 7, "", "x", 1, 250 },
    { SAL_STEP_EXPECT, 8, "", "x", 1, 10 },
    { SAL_STEP_NOT, 9, "", NULL, 0, 300 },
    { SAL_STEP_EXPECT_END, 10, "W", NULL, 0, 250 },
    { SAL_STEP_WAIT, 11, "", NULL, 0, 30 },
    { SAL_STEP_HALF_CLOSE, 12, "", NULL, 0, 250 },
    { SAL_STEP_CLOSE, 13, "", NULL, 0, 250 },
    { SAL_STEP_RESET, 14, "", NULL, 0, 250 },
  };

  g_assert_cmpuint (steps->len, ==, G_N_ELEMENTS (wanted));
  for (gsize i = 0; i < G_N_ELEMENTS (wanted); i++)
    {
      const SalStep *step = steps->pdata[i];
      gsize len = 0;
      const void *bytes = step->bytes != NULL ? g_bytes_get_data (step->bytes, &len) : NULL;

      g_assert_cmpint (step->kind, ==, wanted[i].kind);
      g_assert_cmpuint (step->line, ==, wanted[i].line);
      g_assert_cmpstr (step->who, ==, wanted[i].who);
      g_assert_cmpmem (bytes, len, wanted[i].bytes, wanted[i].len);
      g_assert_cmpuint (step->time_ms, ==, wanted[i].time_ms);
    }
  g_assert_nonnull (((SalStep *) steps->pdata[5])->regex);
}

static void
test_errors_say_what_is_missing (void)
{
  static const char *const rows[][2] = {
    { "frobnicate", "there are send, say, expect" },
    { "send ciao", "\"BYTES\" belongs behind it" },
    { "expect ciao", "\"BYTES\" or /REGEX/ belongs behind it" },
    { "expect /(/", "missing terminating )" },
    { "wait soon", "a number of milliseconds belongs behind it" },
    { "expect \"x\" within soon", "a number of milliseconds belongs behind it" },
    { "close now", "“now” has no place there" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (sal_script_parse (rows[i][0], "script", &error));
      g_assert_error (error, SAL_ERROR, SAL_EXIT_USAGE);
      g_test_message ("%s", error->message);
      g_assert_nonnull (strstr (error->message, rows[i][1]));
    }
}

static void
test_errors_name_the_line (void)
{
  static const char *const bad[] = {
    "frobnicate",
    "send ciao",
    "send \"open",
    "send \"\\q\"",
    "send \"\\x4\"",
    "expect \"\"",
    "expect",
    "expect /(/",
    "expect /open",
    "expect \"x\" in 5",
    "wait",
    "wait soon",
    "within soon",
    "close now",
    "half-close 5",
    "expect \"x\" within",
    "W: W: say nothing",
    "wait 99999999999999",
    "wait 5 within 3",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *text = g_strconcat ("connect\n", bad[i], "\n", NULL);
      g_autofree char *start = g_strconcat ("script:2: not a step: ", bad[i], NULL);
      g_autoptr (GError) error = NULL;
      GPtrArray *steps = sal_script_parse (text, "script", &error);

      g_test_message ("%s", bad[i]);
      g_assert_null (steps);
      g_assert_error (error, SAL_ERROR, SAL_EXIT_USAGE);
      g_assert_true (g_str_has_prefix (error->message, start));
    }
}

static void
expect_match (const char *step_text, const char *received, gsize len, gssize wanted_end)
{
  g_autoptr (GPtrArray) steps = parse (step_text);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  gsize end = 0;

  g_byte_array_append (bytes, (const guint8 *) received, (guint) len);
  g_assert_cmpint (sal_step_matches (steps->pdata[0], bytes, 0, &end), ==, wanted_end >= 0);
  if (wanted_end >= 0)
    g_assert_cmpuint (end, ==, (gsize) wanted_end);
}

static void
test_patterns (void)
{
  expect_match ("expect \"b\"", "abc", 3, 2);
  expect_match ("expect \"x\"", "abc", 3, -1);
  expect_match ("expect \"b\"", "", 0, -1);
  expect_match ("expect \"\\0b\"", "a\0b", 3, 3);
  expect_match ("expect /b+/", "abbbc", 5, 4);
  expect_match ("expect /^b$/", "a\nb\nc", 5, 3);
  expect_match ("expect /\\xe8/", "perch\xe8", 6, 6);
  expect_match ("expect /x*/", "", 0, 0);
  expect_match ("expect /c/", "a\0c", 3, 3);
}

static void
test_passed_over (void)
{
  g_autoptr (GPtrArray) steps = parse ("expect \"a\"");
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  gsize at = 0;

  g_byte_array_append (bytes, (const guint8 *) "aba", 3);
  g_assert_true (sal_step_matches (steps->pdata[0], bytes, at, &at));
  g_assert_cmpuint (at, ==, 1);
  g_assert_true (sal_step_matches (steps->pdata[0], bytes, at, &at));
  g_assert_cmpuint (at, ==, 3);
  g_assert_false (sal_step_matches (steps->pdata[0], bytes, at, &at));
}

/* What is shown can be pasted into a script. */
static void
test_shown_bytes (void)
{
  guint8 all[256];
  g_autofree char *shown = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GPtrArray) steps = NULL;
  gsize len = 0;
  const void *bytes = NULL;

  for (guint i = 0; i < sizeof all; i++)
    all[i] = (guint8) i;
  shown = sal_script_show_bytes (all, sizeof all);
  text = g_strconcat ("send ", shown, NULL);
  steps = parse (text);
  bytes = g_bytes_get_data (((SalStep *) steps->pdata[0])->bytes, &len);
  g_assert_cmpmem (bytes, len, all, sizeof all);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/script/parse/every-step", test_steps);
  g_test_add_func ("/script/parse/errors-name-the-line", test_errors_name_the_line);
  g_test_add_func ("/script/parse/errors-say-what-is-missing", test_errors_say_what_is_missing);
  g_test_add_func ("/script/match/patterns", test_patterns);
  g_test_add_func ("/script/match/what-was-passed-over-does-not-count", test_passed_over);
  g_test_add_func ("/script/show/bytes-can-be-pasted-back", test_shown_bytes);
  return g_test_run ();
}
