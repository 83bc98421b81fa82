/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The window program as a person uses it who cannot see the screen: widgets are found by
 * what they are and what they are called, through the accessibility bus. Whatever is
 * expected may take its time; when it does not come, the test fails and shows what is
 * there instead.
 *
 * It is one piece because finding a widget, acting on it and saying what was there instead share
 * one way of naming things.
 */
#include "config.h"

#include "tests/lib/test-app.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "tests/lib/test-desktop.h"
#include "tests/lib/test-widget.h"

#define BUS_NAME "org.salotto.Salotto"

/* After what is given: the last one counts. Something may be preloaded, too; and memory that the
 * program has given back must not count for long, where it is measured. */
#define ASAN_IN_A_HURRY                                                                            \
  ":fast_unwind_on_malloc=1:detect_leaks=0:verify_asan_link_order=0:quarantine_size_mb=16"

/* Of a list that is shown when a test fails. */
#define SHOWN_ROWS 12
#define SHOWN_BYTES 400

#define LISTS "list box|list"
/* What is not looked into unless it is asked for: there may be thousands of rows. */
static const char *const lists[] = { "list box", "list", "table", "tree table", NULL };

/* What a test waits for, with what it needs to know. */
typedef struct
{
  const char *role;
  const char *name;
  const char *text;
  const char *const *parts;
  guint n;
} Wish;

typedef gboolean (*IsTrue) (TestApp *app, const Wish *wish);

typedef gboolean (*Fits) (const TestSight *sight, gconstpointer data);

/* Widgets. */

/* Whether @role is one of @roles, which have bars between them. */
static gboolean
is_role (const char *role, const char *roles)
{
  g_auto (GStrv) words = g_strsplit (roles, "|", -1);

  return g_strv_contains ((const char *const *) words, role);
}

/* Returns: (transfer full): its windows and what is in them. */
static TestSight *
look (TestApp *app)
{
  return test_widget_look (app->root, app->looks_into_rows ? NULL : lists);
}

/* Returns: (transfer none) (nullable): the first in the order of reading. */
static const TestSight *
first_that_fits (const TestSight *sight, Fits fits, gconstpointer data)
{
  const TestSight *found = NULL;

  if (fits (sight, data))
    return sight;
  for (guint i = 0; i < sight->children->len && found == NULL; i++)
    found = first_that_fits (sight->children->pdata[i], fits, data);
  return found;
}

/* The same in all windows, those in front first. */
static const TestSight *
first_in_windows (const TestSight *program, Fits fits, gconstpointer data)
{
  const TestSight *found = NULL;

  for (guint i = program->children->len; i > 0 && found == NULL; i--)
    found = first_that_fits (program->children->pdata[i - 1], fits, data);
  return found;
}

static gboolean
fits_wish (const TestSight *sight, gconstpointer data)
{
  const Wish *wish = data;

  return (wish->role == NULL || is_role (sight->role, wish->role)) &&
         (wish->name == NULL || g_str_equal (sight->name, wish->name));
}

/* Returns: (transfer full) (nullable): among what can be seen now, in the window in front
 * rather than in another. */
static TestWidget *
look_for (TestApp *app, const char *role, const char *name)
{
  const Wish wish = { .role = role, .name = name };
  g_autoptr (TestSight) program = look (app);
  const TestSight *found = first_in_windows (program, fits_wish, &wish);

  return found != NULL ? test_widget_copy (found->widget) : NULL;
}

/* What a failed test shows. */

static void
show (const TestSight *sight, int depth)
{
  static const struct
  {
    TestState state;
    const char *word;
  } states[] = {
    { TEST_STATE_FOCUSED, "focused" },     { TEST_STATE_ACTIVE, "active" },
    { TEST_STATE_CHECKED, "checked" },     { TEST_STATE_SELECTED, "selected" },
    { TEST_STATE_FOCUSABLE, "focusable" },
  };
  g_autofree char *text = test_widget_get_text (sight->widget);

  fprintf (stderr, "# %*s%s “%s”", depth * 2, "", sight->role, sight->name);
  if (text != NULL && !g_str_equal (text, sight->name))
    fprintf (stderr, " says “%.*s”", SHOWN_BYTES, text);
  for (gsize i = 0; i < G_N_ELEMENTS (states); i++)
    if (test_sight_has_state (sight, states[i].state))
      fprintf (stderr, " %s", states[i].word);
  if (!test_sight_has_state (sight, TEST_STATE_SENSITIVE))
    fprintf (stderr, " insensitive");
  fprintf (stderr, "\n");
}

static void
show_all (const TestSight *sight, int depth)
{
  guint first = 0;

  show (sight, depth);
  if (is_role (sight->role, LISTS) && sight->children->len > SHOWN_ROWS)
    {
      first = sight->children->len - SHOWN_ROWS;
      fprintf (stderr, "# %*s(%u rows before these)\n", depth * 2 + 2, "", first);
    }
  for (guint i = first; i < sight->children->len; i++)
    show_all (sight->children->pdata[i], depth + 1);
}

static gboolean
still_runs (TestApp *app)
{
  return !test_process_wait (app->process, 0);
}

/**
 * test_app_fail_at:
 *
 * Fails the test, with everything that may tell why.
 */
void
test_app_fail_at (TestApp *app, const char *message, TEST_WHERE)
{
  g_autofree char *errors = NULL;
  g_autofree char *picture = g_strdup_printf ("failed%s", g_test_get_path ());

  if (still_runs (app))
    {
      g_autoptr (TestSight) sight = test_widget_look (app->root, NULL);

      show_all (sight, 0);
      g_strdelimit (picture, "/", '-');
      test_desktop_shoot (picture);
      fprintf (stderr, "# the screen is in %s/%s.png\n", test_program ("TEST_PICTURES"), picture);
    }
  else
    fprintf (stderr, "# the program has ended (%d)\n", app->process->status);
  errors = test_process_get_errors (app->process);
  fprintf (stderr, "# it complained: %s\n", errors);
  g_assertion_message (G_LOG_DOMAIN, file, line, func, message);
  abort ();
}

/* Waiting. */

static gboolean
becomes_true (TestApp *app, IsTrue is_true, const Wish *wish)
{
  gint64 until_us = g_get_monotonic_time () + app->patience_ms * G_TIME_SPAN_MILLISECOND;

  while (still_runs (app))
    {
      if (is_true (app, wish))
        return TRUE;
      if (g_get_monotonic_time () > until_us)
        return FALSE;
      g_usleep (TEST_LOOK_AGAIN_US);
    }
  return FALSE;
}

static void G_GNUC_PRINTF (7, 8)
    expect (TestApp *app, IsTrue is_true, const Wish *wish, TEST_WHERE, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  if (becomes_true (app, is_true, wish))
    return;
  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  test_app_fail_at (app, message, file, line, func);
}

/* Its start and its end. */

/* What GTK 3.24 says when it is asked about a header bar or a popover that has just gone.
 * Asking first whether it is still there leaves a moment in between. */
static const char *const mistakes_of_gtk[] = {
  "salotto: BUG: gtk_container_forall: assertion 'GTK_IS_CONTAINER (container)' failed",
  "salotto: BUG: gtk_popover_get_modal: assertion 'GTK_IS_POPOVER (popover)' failed",
  NULL,
};

/* A program that has nothing to complain about says nothing. */
static void
expect_no_complaint (TestApp *app, TEST_WHERE)
{
  g_autofree char *errors = test_process_get_errors (app->process);
  g_auto (GStrv) lines = g_strsplit (errors != NULL ? errors : "", "\n", -1);

  for (gsize i = 0; lines[i] != NULL; i++)
    if (*lines[i] != '\0' && !g_strv_contains (mistakes_of_gtk, lines[i]))
      test_app_fail_at (app, "the program has complained", file, line, func);
}

static TestProcess *
start (const TestFolder *folder, const char *const *arguments, const char *const *extra_env)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GStrvBuilder) extra = g_strv_builder_new ();
  const char *given = g_getenv ("ASAN_OPTIONS");
  g_autofree char *asan = NULL;
  g_auto (GStrv) words = NULL;
  g_auto (GStrv) env = NULL;

  /* Complaints are looked for in what it has said; they do not end it. */
  g_strv_builder_add (extra, "G_DEBUG=");
  /* A window makes so many small things that it takes half a minute to come up when the
   * address sanitizer looks thoroughly where each was made. What is left at the end is
   * looked for by the tests of single widgets. */
  asan = g_strdup_printf ("ASAN_OPTIONS=%s" ASAN_IN_A_HURRY, given != NULL ? given : "");
  g_strv_builder_add (extra, asan);
  if (extra_env != NULL)
    g_strv_builder_addv (extra, (const char **) extra_env);
  words = g_strv_builder_end (extra);
  env = test_desktop_environment ((const char *const *) words);
  g_ptr_array_add (argv, (gpointer) test_program ("SALOTTO"));
  for (gsize i = 0; arguments != NULL && arguments[i] != NULL; i++)
    g_ptr_array_add (argv, (gpointer) arguments[i]);
  g_ptr_array_add (argv, NULL);
  return test_process_start (folder, (const char *const *) argv->pdata, (const char *const *) env);
}

static gboolean
has_root (TestApp *app, const Wish *wish)
{
  g_autoptr (GPtrArray) windows = NULL;

  if (app->root == NULL)
    app->root = test_widget_find_program (test_desktop_get_accessibility_bus (), app->process->pid);
  if (app->root == NULL)
    return FALSE;
  windows = test_widget_get_children (app->root);
  return windows->len > 0;
}

/**
 * test_app_start:
 * @folder: its home; one of an earlier start has what was kept there
 * @arguments: (nullable) (array zero-terminated=1)
 * @extra_env: (nullable) (array zero-terminated=1): `NAME=VALUE`
 *
 * Returns: (transfer full): the window program, with a window, and with the keyboard.
 */
TestApp *
test_app_start (const TestFolder *folder,
                const char *const *arguments,
                const char *const *extra_env)
{
  TestApp *app = g_new0 (TestApp, 1);

  app->patience_ms = TEST_DESKTOP_PATIENCE_MS;
  test_desktop_wait_until_free (BUS_NAME);
  test_desktop_forget_notifications ();
  app->process = start (folder, arguments, extra_env);
  if (!becomes_true (app, has_root, NULL))
    {
      g_autofree char *errors = test_process_get_errors (app->process);

      g_error ("%s shows no window on the accessibility bus: %s", test_program ("SALOTTO"), errors);
    }
  test_app_focus (app);
  return app;
}

/**
 * test_app_start_second:
 *
 * Returns: (transfer full): the program, started while it already runs.
 */
TestProcess *
test_app_start_second (const TestFolder *folder, const char *const *arguments)
{
  return start (folder, arguments, NULL);
}

/**
 * test_app_free:
 * @app: (nullable) (transfer full): killed if it still runs
 *
 * The test fails if the program has complained of anything.
 */
void
test_app_free (TestApp *app)
{
  if (app == NULL)
    return;
  expect_no_complaint (app, TEST_HERE);
  test_process_free (app->process);
  g_clear_pointer (&app->root, test_widget_free);
  g_free (app);
}

/**
 * test_app_kill:
 *
 * SIGKILL, and the kernel has done it.
 */
void
test_app_kill (TestApp *app)
{
  test_process_signal (app->process, SIGKILL);
  test_process_wait (app->process, TEST_DESKTOP_PATIENCE_MS);
}

/**
 * test_app_expect_end_at:
 */
void
test_app_expect_end_at (TestApp *app, TEST_WHERE)
{
  test_process_expect_exit_at (app->process, 0, file, line, func);
  expect_no_complaint (app, file, line, func);
}

/**
 * test_app_get_memory:
 *
 * Returns: how many bytes of the machine's memory it occupies.
 */
guint64
test_app_get_memory (TestApp *app)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/status", (int) app->process->pid);
  g_autofree char *text = NULL;
  const char *at = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  at = strstr (text, "VmRSS:");
  g_assert_nonnull (at);
  return g_ascii_strtoull (at + strlen ("VmRSS:"), NULL, 10) * 1024;
}

/**
 * test_app_measure_answer:
 *
 * Returns: how long it takes, in microseconds, to answer the shortest question there is:
 *   what its main loop does at once makes everybody wait, also the person in front.
 */
gint64
test_app_measure_answer (TestApp *app)
{
  gint64 since_us = g_get_monotonic_time ();
  g_autofree char *role = test_widget_get_role (app->root);

  g_assert_cmpstr (role, ==, "application");
  return g_get_monotonic_time () - since_us;
}

/* The keyboard. */

/* The newest of its windows: without a window manager, the one that is in front. */
static TestWidget *
newest_window (TestApp *app)
{
  g_autoptr (GPtrArray) windows = test_widget_get_children (app->root);

  for (guint i = windows->len; i > 0; i--)
    if (test_widget_has_state (windows->pdata[i - 1], TEST_STATE_SHOWING))
      return test_widget_copy (windows->pdata[i - 1]);
  return NULL;
}

static gboolean
is_active (TestApp *app, const Wish *wish)
{
  g_autoptr (TestWidget) window = NULL;

  test_desktop_focus ();
  window = newest_window (app);
  return window != NULL && test_widget_has_state (window, TEST_STATE_ACTIVE);
}

/**
 * test_app_focus:
 *
 * Gives the keyboard to the newest window of the program.
 */
void
test_app_focus (TestApp *app)
{
  expect (app, is_active, NULL, TEST_HERE, "its window does not become active");
}

static gboolean
is_not_active (TestApp *app, const Wish *wish)
{
  g_autoptr (TestWidget) window = newest_window (app);

  return window != NULL && !test_widget_has_state (window, TEST_STATE_ACTIVE);
}

/**
 * test_app_unfocus:
 *
 * The person has gone to another window.
 */
void
test_app_unfocus (TestApp *app)
{
  test_desktop_unfocus ();
  expect (app, is_not_active, NULL, TEST_HERE, "its window stays active");
}

static gboolean
is_focused (TestApp *app, const Wish *wish)
{
  /* A window manager gives the keyboard back to a window that is in front again. */
  test_desktop_focus ();
  return test_app_has_focus (app, wish->role, wish->name);
}

/**
 * test_app_has_focus:
 *
 * Returns: whether this widget has the keyboard now.
 */
gboolean
test_app_has_focus (TestApp *app, const char *role, const char *name)
{
  g_autoptr (TestWidget) widget = look_for (app, role, name);

  return widget != NULL && test_widget_has_state (widget, TEST_STATE_FOCUSED);
}

/**
 * test_app_expect_focus_at:
 */
void
test_app_expect_focus_at (TestApp *app, const char *role, const char *name, TEST_WHERE)
{
  Wish wish = { .role = role, .name = name };

  expect (app, is_focused, &wish, file, line, func, "%s “%s” does not get the keyboard", role,
          name);
}

static gboolean
can_grab (TestApp *app, const Wish *wish)
{
  g_autoptr (TestWidget) widget = look_for (app, wish->role, wish->name);

  return widget != NULL && test_widget_grab (widget);
}

/**
 * test_app_grab_at:
 *
 * Moves the keyboard to this widget.
 */
void
test_app_grab_at (TestApp *app, const char *role, const char *name, TEST_WHERE)
{
  Wish wish = { .role = role, .name = name };

  expect (app, can_grab, &wish, file, line, func, "%s “%s” does not take the keyboard", role, name);
}

/* Widgets that are there, or are not. */

/**
 * test_app_shows:
 * @role: (nullable): what it is, with bars between several; %NULL for any
 * @name: (nullable): what it is called
 *
 * Returns: whether there is such a widget now.
 */
gboolean
test_app_shows (TestApp *app, const char *role, const char *name)
{
  g_autoptr (TestWidget) widget = look_for (app, role, name);

  return widget != NULL;
}

static gboolean
is_there (TestApp *app, const Wish *wish)
{
  return test_app_shows (app, wish->role, wish->name);
}

static gboolean
is_gone (TestApp *app, const Wish *wish)
{
  return !test_app_shows (app, wish->role, wish->name);
}

/**
 * test_app_expect_at:
 */
void
test_app_expect_at (TestApp *app, const char *role, const char *name, TEST_WHERE)
{
  Wish wish = { .role = role, .name = name };

  expect (app, is_there, &wish, file, line, func, "there is no %s “%s”", role, name);
}

/**
 * test_app_expect_gone_at:
 */
void
test_app_expect_gone_at (TestApp *app, const char *role, const char *name, TEST_WHERE)
{
  Wish wish = { .role = role, .name = name };

  expect (app, is_gone, &wish, file, line, func, "%s “%s” is still there", role, name);
}

/**
 * test_app_get_place:
 *
 * Returns: where this widget is in its window; nothing if it is not there.
 */
TestPlace
test_app_get_place (TestApp *app, const char *role, const char *name)
{
  g_autoptr (TestWidget) widget = look_for (app, role, name);
  TestPlace place = { 0 };

  if (widget != NULL)
    (void) test_widget_get_place (widget, &place);
  return place;
}

static gboolean
can_press (TestApp *app, const Wish *wish)
{
  g_autoptr (TestWidget) widget = look_for (app, wish->role, wish->name);

  return widget != NULL && test_widget_has_state (widget, TEST_STATE_SENSITIVE) &&
         test_widget_press (widget);
}

/**
 * test_app_press_at:
 *
 * Presses a button, once it can be pressed.
 */
void
test_app_press_at (TestApp *app, const char *role, const char *name, TEST_WHERE)
{
  Wish wish = { .role = role, .name = name };

  expect (app, can_press, &wish, file, line, func, "“%s” cannot be pressed", name);
}

/* Texts. */

/**
 * test_app_find:
 *
 * Returns: (transfer full): this widget, which is there.
 */
TestWidget *
test_app_find (TestApp *app, const char *role, const char *name)
{
  TestWidget *widget = NULL;

  test_app_expect (app, role, name);
  widget = look_for (app, role, name);
  g_assert_nonnull (widget);
  return widget;
}

/**
 * test_app_get_text:
 *
 * Returns: (transfer full) (nullable): the text of an entry or a label, %NULL if there
 *   is no such widget.
 */
char *
test_app_get_text (TestApp *app, const char *role, const char *name)
{
  g_autoptr (TestWidget) widget = look_for (app, role, name);

  return widget != NULL ? test_widget_get_text (widget) : NULL;
}

static gboolean
can_write (TestApp *app, const Wish *wish)
{
  g_autoptr (TestWidget) widget = look_for (app, "text", wish->name);

  return widget != NULL && test_widget_set_text (widget, wish->text);
}

static gboolean
is_written (TestApp *app, const Wish *wish)
{
  g_autofree char *text = test_app_get_text (app, "text", wish->name);

  return text != NULL && g_str_equal (text, wish->text);
}

static gboolean
is_on_label (TestApp *app, const Wish *wish)
{
  g_autofree char *text = test_app_get_text (app, NULL, wish->name);

  return text != NULL && strstr (text, wish->text) != NULL;
}

/**
 * test_app_write_at:
 *
 * Puts @text into an entry, in the place of what is there.
 */
void
test_app_write_at (TestApp *app, const char *name, const char *text, TEST_WHERE)
{
  Wish wish = { .name = name, .text = text };

  expect (app, can_write, &wish, file, line, func, "nothing can be written into “%s”", name);
  expect (app, is_written, &wish, file, line, func, "“%s” does not have the text “%s”", name, text);
}

/**
 * test_app_expect_text_at:
 */
void
test_app_expect_text_at (TestApp *app, const char *name, const char *text, TEST_WHERE)
{
  Wish wish = { .name = name, .text = text };

  expect (app, is_written, &wish, file, line, func, "“%s” does not have the text “%s”", name, text);
}

/**
 * test_app_expect_label_at:
 */
void
test_app_expect_label_at (TestApp *app, const char *name, const char *part, TEST_WHERE)
{
  Wish wish = { .name = name, .text = part };

  expect (app, is_on_label, &wish, file, line, func, "“%s” does not say “%s”", name, part);
}

static gboolean
says_words (const TestSight *sight, gconstpointer data)
{
  const Wish *wish = data;
  g_autofree char *text = NULL;

  if (strstr (sight->name, wish->text) != NULL)
    return TRUE;
  /* Only these have another text than their name. */
  if (!is_role (sight->role, "text|label"))
    return FALSE;
  text = test_widget_get_text (sight->widget);
  return text != NULL && strstr (text, wish->text) != NULL;
}

static gboolean
are_words_there (TestApp *app, const Wish *wish)
{
  g_autoptr (TestSight) program = look (app);

  return first_in_windows (program, says_words, wish) != NULL;
}

/**
 * test_app_expect_words_at:
 */
void
test_app_expect_words_at (TestApp *app, const char *part, TEST_WHERE)
{
  Wish wish = { .text = part };

  expect (app, are_words_there, &wish, file, line, func, "nothing says “%s”", part);
}

static gboolean
are_words_gone (TestApp *app, const Wish *wish)
{
  return !are_words_there (app, wish);
}

/**
 * test_app_expect_no_words_at:
 */
void
test_app_expect_no_words_at (TestApp *app, const char *part, TEST_WHERE)
{
  Wish wish = { .text = part };

  expect (app, are_words_gone, &wish, file, line, func, "something says “%s”", part);
}

static gboolean
was_heard (TestApp *app, const Wish *wish)
{
  return test_desktop_has_heard (wish->text);
}

/**
 * test_app_expect_heard_at:
 */
void
test_app_expect_heard_at (TestApp *app, const char *part, TEST_WHERE)
{
  Wish wish = { .text = part };

  expect (app, was_heard, &wish, file, line, func, "nothing has said “%s”", part);
}

/* Rows. */

/* Returns: (transfer full) (element-type TestSight): what can be seen of a list and what
 * it has been scrolled past. */
static GPtrArray *
look_at_rows (TestApp *app, const char *list)
{
  g_autoptr (TestWidget) widget = look_for (app, LISTS, list);

  return widget != NULL ? test_widget_look_at_children (widget)
                        : g_ptr_array_new_with_free_func ((GDestroyNotify) test_sight_free);
}

/**
 * test_app_read_rows:
 *
 * Returns: (transfer full): the names of the rows of a list, as far as there are
 *   widgets for them, oldest first.
 */
GStrv
test_app_read_rows (TestApp *app, const char *list)
{
  g_autoptr (GPtrArray) sights = look_at_rows (app, list);
  g_autoptr (GStrvBuilder) rows = g_strv_builder_new ();

  for (guint i = 0; i < sights->len; i++)
    g_strv_builder_add (rows, ((TestSight *) sights->pdata[i])->name);
  return g_strv_builder_end (rows);
}

static gboolean
has_parts (const char *row, const char *const *parts)
{
  for (gsize i = 0; parts[i] != NULL; i++)
    {
      const char *found = strstr (row, parts[i]);

      if (found == NULL)
        return FALSE;
      row = found + strlen (parts[i]);
    }
  return TRUE;
}

/**
 * test_app_count_rows:
 * @parts: (array zero-terminated=1): words, in this order
 *
 * Returns: how many rows of the list have these words in their names now.
 */
guint
test_app_count_rows (TestApp *app, const char *list, const char *const *parts)
{
  g_auto (GStrv) rows = test_app_read_rows (app, list);
  guint n = 0;

  for (gsize i = 0; rows[i] != NULL; i++)
    n += has_parts (rows[i], parts) ? 1 : 0;
  return n;
}

static gboolean
are_so_many (TestApp *app, const Wish *wish)
{
  return test_app_count_rows (app, wish->name, wish->parts) == wish->n;
}

/**
 * test_app_expect_rows_at:
 */
void
test_app_expect_rows_at (
    TestApp *app, const char *list, guint n, const char *const *parts, TEST_WHERE)
{
  Wish wish = { .name = list, .parts = parts, .n = n };
  g_autofree char *words = g_strjoinv (" … ", (char **) parts);

  expect (app, are_so_many, &wish, file, line, func, "“%s” does not have %u of “%s”", list, n,
          words);
}

static gboolean
is_row_focused (TestApp *app, const Wish *wish)
{
  g_autoptr (GPtrArray) rows = look_at_rows (app, wish->name);

  for (guint i = 0; i < rows->len; i++)
    {
      const TestSight *row = rows->pdata[i];

      if (test_sight_has_state (row, TEST_STATE_FOCUSED))
        return strstr (row->name, wish->text) != NULL;
    }
  return FALSE;
}

/**
 * test_app_expect_row_focus_at:
 */
void
test_app_expect_row_focus_at (TestApp *app, const char *list, const char *part, TEST_WHERE)
{
  Wish wish = { .name = list, .text = part };

  expect (app, is_row_focused, &wish, file, line, func, "the row “%s” does not get the keyboard",
          part);
}

static gboolean
find_row_place (TestApp *app, const Wish *wish, TestPlace *place)
{
  g_autoptr (GPtrArray) rows = look_at_rows (app, wish->name);

  for (guint i = 0; i < rows->len; i++)
    {
      const TestSight *row = rows->pdata[i];

      if (strstr (row->name, wish->text) != NULL)
        return test_widget_get_place (row->widget, place) && place->width > 1;
    }
  return FALSE;
}

static gboolean
has_place (TestApp *app, const Wish *wish)
{
  TestPlace place = { 0 };

  return find_row_place (app, wish, &place);
}

/**
 * test_app_click_row_at:
 * @button: 1 for the first, 3 for the one that opens menus
 *
 * Clicks the middle of a row with the mouse, once it is there.
 */
void
test_app_click_row_at (TestApp *app, const char *list, const char *part, guint button, TEST_WHERE)
{
  Wish wish = { .name = list, .text = part };
  TestPlace place = { 0 };

  expect (app, has_place, &wish, file, line, func, "there is no row “%s” in “%s”", part, list);
  (void) find_row_place (app, &wish, &place);
  test_desktop_click (place.x + place.width / 2, place.y + place.height / 2, button);
}

/* For those who hear the window. */

static void
add_nameless (const TestSight *sight, GPtrArray *nameless)
{
  /* What is only there to hold others says nothing by itself; links are named by the
   * text that they are in. */
  static const char holders[] = "panel|filler|scroll pane|viewport|split pane|link";

  if (*sight->name == '\0' && test_sight_has_state (sight, TEST_STATE_FOCUSABLE) &&
      !is_role (sight->role, holders))
    g_ptr_array_add (nameless, g_strdup (sight->role));
  for (guint i = 0; i < sight->children->len; i++)
    add_nameless (sight->children->pdata[i], nameless);
}

/**
 * test_app_find_nameless:
 *
 * Returns: (transfer full) (element-type utf8): what can have the keyboard now and has
 *   no name.
 */
GPtrArray *
test_app_find_nameless (TestApp *app)
{
  GPtrArray *nameless = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (TestSight) program = test_widget_look (app->root, NULL);

  add_nameless (program, nameless);
  return nameless;
}
