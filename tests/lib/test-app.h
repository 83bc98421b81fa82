/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "tests/lib/test-process.h"
#include "tests/lib/test-widget.h"

G_BEGIN_DECLS

/* The window program on the test's desktop. */
typedef struct
{
  TestProcess *process;     /* (owned) */
  TestWidget *root;         /* (owned): what its windows are children of */
  int patience_ms;          /* how long to wait for what is expected */
  gboolean looks_into_rows; /* of lists, of which there may be many; else they are closed */
} TestApp;

/* What can be pressed: buttons, switches, lines of menus. */
#define TEST_PRESSABLE                                                                             \
  "push button|toggle button|check box|radio button|menu item|check menu item|radio menu item"

TestApp *test_app_start (const TestFolder *folder,
                         const char *const *arguments,
                         const char *const *extra_env);
TestProcess *test_app_start_second (const TestFolder *folder, const char *const *arguments);
void test_app_free (TestApp *app);
void test_app_kill (TestApp *app);
void test_app_focus (TestApp *app);
void test_app_unfocus (TestApp *app);
gboolean test_app_shows (TestApp *app, const char *role, const char *name);
gboolean test_app_has_focus (TestApp *app, const char *role, const char *name);
TestWidget *test_app_find (TestApp *app, const char *role, const char *name);
char *test_app_get_text (TestApp *app, const char *role, const char *name);
GStrv test_app_read_rows (TestApp *app, const char *list);
guint test_app_count_rows (TestApp *app, const char *list, const char *const *parts);
GPtrArray *test_app_find_nameless (TestApp *app);
TestPlace test_app_get_place (TestApp *app, const char *role, const char *name);
guint64 test_app_get_memory (TestApp *app);
gint64 test_app_measure_answer (TestApp *app);

/* Each waits until it is so, and fails the test if it does not become so. */
#define TEST_HERE __FILE__, __LINE__, G_STRFUNC
#define test_app_expect(app, role, name) test_app_expect_at (app, role, name, TEST_HERE)
#define test_app_expect_gone(app, role, name) test_app_expect_gone_at (app, role, name, TEST_HERE)
#define test_app_expect_focus(app, role, name) test_app_expect_focus_at (app, role, name, TEST_HERE)
#define test_app_press(app, name) test_app_press_at (app, TEST_PRESSABLE, name, TEST_HERE)
#define test_app_press_role(app, role, name) test_app_press_at (app, role, name, TEST_HERE)
#define test_app_grab(app, role, name) test_app_grab_at (app, role, name, TEST_HERE)
#define test_app_write(app, name, text) test_app_write_at (app, name, text, TEST_HERE)
/* The text of an entry is this. */
#define test_app_expect_text(app, name, text) test_app_expect_text_at (app, name, text, TEST_HERE)
/* The text of a label has this in it. */
#define test_app_expect_label(app, name, part) test_app_expect_label_at (app, name, part, TEST_HERE)
/* A text with this in it was written somewhere since test_desktop_listen(), which was called
 * before the start; it may be gone again. */
#define test_app_expect_heard(app, part) test_app_expect_heard_at (app, part, TEST_HERE)
/* Something that can be seen has this in its name or its text. */
#define test_app_expect_words(app, part) test_app_expect_words_at (app, part, TEST_HERE)
/* Nothing has, or nothing has any longer. */
#define test_app_expect_no_words(app, part) test_app_expect_no_words_at (app, part, TEST_HERE)
/* A row of a list has these words in its name, in this order. */
#define test_app_expect_row(app, list, ...)                                                        \
  test_app_expect_rows_at (app, list, 1, (const char *const[]){ __VA_ARGS__, NULL }, TEST_HERE)
/* Exactly so many rows have. */
#define test_app_expect_rows(app, list, n, ...)                                                    \
  test_app_expect_rows_at (app, list, n, (const char *const[]){ __VA_ARGS__, NULL }, TEST_HERE)
/* The row with this in its name has the keyboard. */
#define test_app_expect_row_focus(app, list, part)                                                 \
  test_app_expect_row_focus_at (app, list, part, TEST_HERE)
/* Clicks the row with this in its name, once it is there. */
#define test_app_click_row(app, list, part, button)                                                \
  test_app_click_row_at (app, list, part, button, TEST_HERE)
/* It ends by itself, without errors. */
#define test_app_expect_end(app) test_app_expect_end_at (app, TEST_HERE)

#define TEST_WHERE const char *file, int line, const char *func
void test_app_expect_at (TestApp *app, const char *role, const char *name, TEST_WHERE);
void test_app_expect_gone_at (TestApp *app, const char *role, const char *name, TEST_WHERE);
void test_app_expect_focus_at (TestApp *app, const char *role, const char *name, TEST_WHERE);
void test_app_press_at (TestApp *app, const char *role, const char *name, TEST_WHERE);
void test_app_grab_at (TestApp *app, const char *role, const char *name, TEST_WHERE);
void test_app_write_at (TestApp *app, const char *name, const char *text, TEST_WHERE);
void test_app_expect_text_at (TestApp *app, const char *name, const char *text, TEST_WHERE);
void test_app_expect_label_at (TestApp *app, const char *name, const char *part, TEST_WHERE);
void test_app_expect_no_words_at (TestApp *app, const char *part, TEST_WHERE);
void test_app_expect_heard_at (TestApp *app, const char *part, TEST_WHERE);
void test_app_expect_words_at (TestApp *app, const char *part, TEST_WHERE);
void test_app_expect_rows_at (
    TestApp *app, const char *list, guint n, const char *const *parts, TEST_WHERE);
void test_app_expect_row_focus_at (TestApp *app, const char *list, const char *part, TEST_WHERE);
void
test_app_click_row_at (TestApp *app, const char *list, const char *part, guint button, TEST_WHERE);
void test_app_expect_end_at (TestApp *app, TEST_WHERE);
void test_app_fail_at (TestApp *app, const char *message, TEST_WHERE) G_GNUC_NORETURN;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestApp, test_app_free)

G_END_DECLS
