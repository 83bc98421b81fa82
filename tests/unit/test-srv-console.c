/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Lines out of bytes for a console that is no terminal, and the words that need no
 * server. What the others do is tried on a real one, in the suite net.
 */
#include "config.h"

#include "server/admin/srv-console.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "common/base/sal-log.h"

static void
add_line (const char *line, gpointer data)
{
  g_string_append_printf (data, "%s|", line != NULL ? line : "(too long)");
}

static void
push (SrvConsoleInput *input, const char *bytes, gsize len, GString *lines)
{
  g_autofree char *copy = g_memdup2 (bytes, len);

  srv_console_input_push (input, copy, len, add_line, lines);
}

static void
test_lines (void)
{
  static const struct
  {
    const char *bytes;
    const char *lines;
  } rows[] = {
    { "", "" },
    { "who", "" },
    { "who\n", "who|" },
    { "\n", "|" },
    { "who\nrooms\nstats", "who|rooms|" },
    { "say  two  spaces \n", "say  two  spaces |" },
    { "who\r\n", "who\r|" }, /* cleaned where it is read */
    { "\xC3\xA8\n", "\xC3\xA8|" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    for (gsize piece = 1; piece <= strlen (rows[i].bytes) + 1; piece++)
      {
        SrvConsoleInput input;
        g_autoptr (GString) lines = g_string_new (NULL);

        srv_console_input_init (&input);
        for (gsize at = 0; at < strlen (rows[i].bytes); at += piece)
          push (&input, rows[i].bytes + at, MIN (piece, strlen (rows[i].bytes) - at), lines);
        g_assert_cmpstr (lines->str, ==, rows[i].lines);
        srv_console_input_clear (&input);
      }
}

/* A line that is too long is no command, not even its end. */
static void
test_long_lines (void)
{
  for (gsize len = SAL_CONSOLE_LINE_BYTES - 1; len <= SAL_CONSOLE_LINE_BYTES + 2; len++)
    {
      SrvConsoleInput input;
      g_autoptr (GString) lines = g_string_new (NULL);
      g_autofree char *text = g_strnfill (len, 'x');
      g_autofree char *expected = len <= SAL_CONSOLE_LINE_BYTES ? g_strconcat (text, "|who|", NULL)
                                                                : g_strdup ("(too long)|who|");

      srv_console_input_init (&input);
      push (&input, text, len, lines);
      push (&input, "\nwho\n", 5, lines);
      g_assert_cmpstr (lines->str, ==, expected);
      srv_console_input_clear (&input);
    }
}

static void
test_endless_line (void)
{
  SrvConsoleInput input;
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autofree char *text = g_strnfill (100000, 'x');

  srv_console_input_init (&input);
  for (int i = 0; i < 10; i++)
    push (&input, text, 100000, lines);
  g_assert_cmpuint (input.partial->len, <=, SAL_CONSOLE_LINE_BYTES);
  push (&input, "\n", 1, lines);
  g_assert_cmpstr (lines->str, ==, "(too long)|");
  srv_console_input_clear (&input);
}

/* Words. */

static void
assert_answers (const char *line, gboolean ok, const char *says)
{
  g_autoptr (GString) out = g_string_new (NULL);

  g_test_message ("%s", line != NULL ? line : "(too long)");
  g_assert_cmpint (srv_console_execute (NULL, line, out), ==, ok);
  if (says == NULL)
    g_assert_cmpstr (out->str, ==, "");
  else
    {
      g_assert_nonnull (strstr (out->str, says));
      g_assert_true (g_str_has_suffix (out->str, "\n"));
    }
}

static void
test_nothing_said (void)
{
  assert_answers ("", TRUE, NULL);
  assert_answers ("   \t\r", TRUE, NULL);
  assert_answers ("\x1B\x07", TRUE, NULL);
}

/* A wrong word gets help, not silence; and as it stands there it can drive no terminal. */
static void
test_wrong_words (void)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_auto (GStrv) words = srv_console_words ();

  assert_answers ("dance", FALSE, "dance");
  assert_answers ("WHO", FALSE, "WHO");
  assert_answers ("who's there", FALSE, "who's");
  assert_answers (NULL, FALSE, "too long");
  g_assert_false (srv_console_execute (NULL, "\x1B[2Jdance", out));
  for (gsize i = 0; i < out->len; i++)
    g_assert_true (out->str[i] == '\n' || (guchar) out->str[i] >= 0x20);
  for (guint i = 0; words[i] != NULL; i++)
    g_assert_nonnull (strstr (out->str, words[i]));
}

static void
test_help (void)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_auto (GStrv) words = srv_console_words ();
  g_auto (GStrv) lines = NULL;

  g_assert_true (srv_console_execute (NULL, "help", out));
  lines = g_strsplit (out->str, "\n", -1);
  for (guint i = 0; words[i] != NULL; i++)
    {
      g_assert_nonnull (lines[i]);
      g_assert_true (g_str_has_prefix (lines[i], words[i]));
      g_assert_cmpuint (strlen (lines[i]), >, strlen (words[i]) + 5);
    }
}

/* The words that were promised. */
static void
test_words (void)
{
  static const char *const promised[] = { "stop", "open",   "close", "who",   "rooms",
                                          "say",  "kick",   "ban",   "unban", "mute",
                                          "log",  "reload", "stats", "help" };
  g_auto (GStrv) words = srv_console_words ();

  for (gsize i = 0; i < G_N_ELEMENTS (promised); i++)
    g_assert_true (g_strv_contains ((const char *const *) words, promised[i]));
}

static void
test_words_that_need_more (void)
{
  static const char *const needy[] = { "say", "kick", "ban", "unban", "mute", "unmute" };

  for (gsize i = 0; i < G_N_ELEMENTS (needy); i++)
    {
      g_autofree char *usage = g_strdup_printf ("usage: %s ", needy[i]);
      g_autofree char *blank = g_strconcat (needy[i], "   ", NULL);

      assert_answers (needy[i], FALSE, usage);
      assert_answers (blank, FALSE, usage);
    }
}

static void
test_ban_wrongly (void)
{
  assert_answers ("ban 192.0.2.7 for ever", FALSE, "duration");
  assert_answers ("ban 192.0.2.7 for 0m", FALSE, "duration");
  assert_answers ("ban 192.0.2.7 for 5x", FALSE, "duration");
  assert_answers ("ban 192.0.2.7 for 5 m", FALSE, "duration");
  assert_answers ("ban 192.0.2.7 for -5m", FALSE, "duration");
  assert_answers ("ban 192.0.2.7 for 1000001s", FALSE, "duration");
  assert_answers ("ban 192.0.2.7 please", FALSE, "usage: ban");
}

static void
test_log_level (void)
{
  assert_answers ("log", TRUE, "message");
  assert_answers ("log debug", TRUE, NULL);
  g_assert_cmpstr (sal_log_get_level (), ==, "debug");
  assert_answers ("  log  ", TRUE, "debug");
  assert_answers ("log loud", FALSE, "error, warning, message, info, debug");
  g_assert_cmpstr (sal_log_get_level (), ==, "debug");
  assert_answers ("log message", TRUE, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/admin/console/input/lines-however-they-are-cut", test_lines);
  g_test_add_func ("/admin/console/input/a-line-that-is-too-long-is-none", test_long_lines);
  g_test_add_func ("/admin/console/input/an-endless-line-takes-bounded-memory", test_endless_line);
  g_test_add_func ("/admin/console/nothing-said-is-nothing-done", test_nothing_said);
  g_test_add_func ("/admin/console/a-wrong-word-gets-help", test_wrong_words);
  g_test_add_func ("/admin/console/help-lists-every-word", test_help);
  g_test_add_func ("/admin/console/knows-the-words-that-were-promised", test_words);
  g_test_add_func ("/admin/console/says-how-a-word-is-used", test_words_that_need_more);
  g_test_add_func ("/admin/console/refuses-a-ban-without-sense", test_ban_wrongly);
  g_test_add_func ("/admin/console/log-level", test_log_level);
  return g_test_run ();
}
