/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <sys/types.h>

G_BEGIN_DECLS

/* A widget of a program on the accessibility bus. It may be gone by now; then it has no
 * name, no states, no children, and nothing can be done with it. */
typedef struct
{
  GDBusConnection *bus; /* (unowned) */
  char *owner;          /* (owned): its program */
  char *path;           /* (owned) */
} TestWidget;

/* As AT-SPI numbers them. */
typedef enum
{
  TEST_STATE_ACTIVE = 1,
  TEST_STATE_CHECKED = 4,
  TEST_STATE_FOCUSABLE = 11,
  TEST_STATE_FOCUSED = 12,
  TEST_STATE_SELECTED = 23,
  TEST_STATE_SENSITIVE = 24,
  TEST_STATE_SHOWING = 25,
} TestState;

/* Where it is in its window. */
typedef struct
{
  int x;
  int y;
  int width;
  int height;
} TestPlace;

/* A widget and what could be seen of it a moment ago. */
typedef struct _TestSight TestSight;
struct _TestSight
{
  TestWidget *widget;  /* (owned) */
  char *role;          /* (owned): in the words of ATK */
  char *name;          /* (owned): "" if it has none */
  guint64 states;      /* a bit for each #TestState */
  GPtrArray *children; /* (owned): of TestSight; only what can be seen */
};

GDBusConnection *test_widget_connect (const char *session_address);
TestWidget *test_widget_find_program (GDBusConnection *bus, pid_t pid);
void test_widget_free (TestWidget *widget);
TestWidget *test_widget_copy (const TestWidget *widget);

char *test_widget_get_role (const TestWidget *widget);
char *test_widget_get_name (const TestWidget *widget);
guint64 test_widget_get_states (const TestWidget *widget);
gboolean test_widget_has_state (const TestWidget *widget, TestState state);
GPtrArray *test_widget_get_children (const TestWidget *widget);
int test_widget_get_n_rows (const TestWidget *table);
TestWidget *test_widget_get_cell (const TestWidget *table, int row, int column);
TestSight *test_widget_look (const TestWidget *widget, const char *const *closed);
GPtrArray *test_widget_look_at_children (const TestWidget *widget);
void test_sight_free (TestSight *sight);
gboolean test_sight_has_state (const TestSight *sight, TestState state);
char *test_widget_get_text (const TestWidget *widget);
gboolean test_widget_set_text (const TestWidget *widget, const char *text);
gboolean test_widget_get_place (const TestWidget *widget, TestPlace *place);
gboolean test_widget_press (const TestWidget *widget);
gboolean test_widget_grab (const TestWidget *widget);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestWidget, test_widget_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestSight, test_sight_free)

G_END_DECLS
