/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is logged and in which form: levels, and text of peers made harmless. What the
 * writer prints is looked at from outside, in a process of its own.
 */
#include "config.h"

#include "common/base/sal-log.h"

#include <stdio.h>
#include <string.h>

static void
test_escape (void)
{
  static const struct
  {
    const char *text;
    gsize max_bytes;
    const char *escaped;
  } rows[] = {
    { "ciao", 100, "ciao" },
    { "", 100, "" },
    { "\x1B[2J\x07", 100, "\\033[2J\\007" },
    { "a\nsalottod: faked", 100, "a\\nsalottod: faked" },
    { "a\rb\tc", 100, "a\\rb\\tc" },
    { "perch\xC3\xA9", 100, "perch\\303\\251" },
    { "\"quoted\\\"", 100, "\\\"quoted\\\\\\\"" },
    { "\x7F", 100, "\\177" },
    { "0123456789", 4, "0123" },
    { "0123456789", 0, "" },
    { "\n\n\n", 2, "\\n\\n" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *escaped = sal_log_escape (rows[i].text, rows[i].max_bytes);

      g_assert_cmpstr (escaped, ==, rows[i].escaped);
    }
}

/* Whatever a peer sends, the log gets printable ASCII. */
static void
test_escape_every_byte (void)
{
  for (int c = 1; c < 256; c++)
    {
      char text[2] = { (char) c, '\0' };
      g_autofree char *escaped = sal_log_escape (text, 10);

      for (const char *at = escaped; *at != '\0'; at++)
        g_assert_true (g_ascii_isprint (*at));
      g_assert_cmpuint (strlen (escaped), >, 0);
    }
}

static void
test_levels (void)
{
  static const char *const names[] = { "error", "warning", "message", "info", "debug" };

  g_assert_cmpstr (sal_log_get_level (), ==, "message");
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_assert_true (sal_log_is_level (names[i]));
      g_assert_nonnull (strstr (sal_log_level_names (), names[i]));
      g_assert_true (sal_log_set_level (names[i]));
      g_assert_cmpstr (sal_log_get_level (), ==, names[i]);
    }
  g_assert_false (sal_log_is_level ("loud"));
  g_assert_false (sal_log_is_level (""));
  g_assert_false (sal_log_set_level ("loud"));
  g_assert_cmpstr (sal_log_get_level (), ==, "debug");
  g_assert_true (sal_log_set_level ("message"));
}

static void
before (void)
{
  fputs ("<", stderr);
}

static void
after (void)
{
  fputs (">", stderr);
}

static void
log_one_of_each (void)
{
  g_debug ("a debug");
  g_info ("an info");
  g_message ("a message");
  g_warning ("a warning");
}

static void
test_writer (gconstpointer level)
{
  if (g_test_subprocess ())
    {
      g_log_set_always_fatal (G_LOG_LEVEL_ERROR);
      sal_log_init ("testprog");
      sal_log_set_level (level);
      sal_log_set_terminal_hooks (before, after);
      log_one_of_each ();
      sal_log_set_terminal_hooks (NULL, NULL);
      g_log_structured (G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "MESSAGE", "no hooks");
      g_log_structured ("GLib", G_LOG_LEVEL_MESSAGE, "MESSAGE", "from below, not urgent");
      g_log_structured ("GLib", G_LOG_LEVEL_WARNING, "MESSAGE", "from below, urgent");
      return;
    }

  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
  if (g_str_equal (level, "debug"))
    g_test_trap_assert_stderr ("*<testprog: a debug\n><testprog: an info\n><testprog: a message\n"
                               "><testprog: a warning\n>testprog: no hooks\n"
                               "testprog: from below, urgent\n");
  else if (g_str_equal (level, "message"))
    g_test_trap_assert_stderr ("<testprog: a message\n><testprog: a warning\n"
                               ">testprog: no hooks\ntestprog: from below, urgent\n");
  else if (g_str_equal (level, "error"))
    g_test_trap_assert_stderr ("");
}

static GThread *main_thread;

static void
before_in_main (void)
{
  g_assert_true (g_thread_self () == main_thread);
  fputs ("<", stderr);
}

static void
after_in_main (void)
{
  g_assert_true (g_thread_self () == main_thread);
  fputs (">", stderr);
}

static gpointer
log_from_here (gpointer data)
{
  log_one_of_each ();
  return NULL;
}

/* The line being typed belongs to the thread that reads it: what others log is printed
 * there, in its turn. */
static void
test_other_threads (void)
{
  if (g_test_subprocess ())
    {
      g_log_set_always_fatal (G_LOG_LEVEL_ERROR);
      main_thread = g_thread_self ();
      g_assert_true (g_main_context_acquire (NULL)); /* as a main loop does */
      sal_log_init ("testprog");
      g_thread_join (g_thread_new ("other", log_from_here, NULL)); /* nobody types: at once */
      sal_log_set_terminal_hooks (before_in_main, after_in_main);
      g_thread_join (g_thread_new ("other", log_from_here, NULL));
      g_message ("from here");
      while (g_main_context_iteration (NULL, FALSE))
        ;
      return;
    }

  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("testprog: a message\ntestprog: a warning\n<testprog: from here\n>"
                             "<testprog: a message\n><testprog: a warning\n>");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/log/escapes-what-peers-send", test_escape);
  g_test_add_func ("/base/log/escapes-every-byte", test_escape_every_byte);
  g_test_add_func ("/base/log/levels-by-name", test_levels);
  g_test_add_data_func ("/base/log/shows-all-at-debug", "debug", test_writer);
  g_test_add_data_func ("/base/log/shows-messages-at-message", "message", test_writer);
  g_test_add_data_func ("/base/log/shows-nothing-but-bugs-at-error", "error", test_writer);
  g_test_add_func ("/base/log/prints-other-threads-where-somebody-types", test_other_threads);
  return g_test_run ();
}
