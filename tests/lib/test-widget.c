/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Widgets of other programs, as AT-SPI has them: what screen readers use. The calls are
 * made by ourselves; libatspi 2.46 waits for itself for ever when it keeps no copies of
 * what programs have said (a new widget is announced while it awaits an answer), and its
 * copies lag behind.
 *
 * Every function asks the program and waits for its answer, so a program that hangs is
 * noticed. A tree is asked for level by level, all the widgets of one at once: a program
 * that is busy answers a hundred questions as soon as one. Nothing is known here of
 * windows or of what a test wants.
 */
#include "config.h"

#include "tests/lib/test-widget.h"

#include "tests/lib/test-process.h"

#define ACCESSIBLE "org.a11y.atspi.Accessible"
#define ACTION "org.a11y.atspi.Action"
#define COMPONENT "org.a11y.atspi.Component"
#define PROPERTIES "org.freedesktop.DBus.Properties"
#define EDITABLE "org.a11y.atspi.EditableText"
#define TEXT "org.a11y.atspi.Text"
#define TABLE "org.a11y.atspi.Table"
#define REGISTRY "org.a11y.atspi.Registry"
#define ROOT "/org/a11y/atspi/accessible/root"

static GVariant *
call (const TestWidget *widget,
      const char *interface,
      const char *method,
      GVariant *arguments,
      const char *answer)
{
  return g_dbus_connection_call_sync (widget->bus, widget->owner, widget->path, interface, method,
                                      arguments, G_VARIANT_TYPE (answer), G_DBUS_CALL_FLAGS_NONE,
                                      TEST_PATIENCE_MS, NULL, NULL);
}

/**
 * test_widget_connect:
 * @session_address: of a session bus
 *
 * Returns: (transfer full): the bus for accessible programs of that session.
 */
GDBusConnection *
test_widget_connect (const char *session_address)
{
  static const GDBusConnectionFlags flags = G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                            G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION;
  TestWidget launcher = { .owner = (char *) "org.a11y.Bus", .path = (char *) "/org/a11y/bus" };
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) session =
      g_dbus_connection_new_for_address_sync (session_address, flags, NULL, NULL, &error);
  g_autoptr (GVariant) answer = NULL;
  GDBusConnection *bus = NULL;
  const char *address = NULL;

  g_assert_no_error (error);
  launcher.bus = session;
  answer = call (&launcher, "org.a11y.Bus", "GetAddress", NULL, "(s)");
  if (answer == NULL)
    g_error ("the bus for accessible programs does not start");
  g_variant_get (answer, "(&s)", &address);
  bus = g_dbus_connection_new_for_address_sync (address, flags, NULL, NULL, &error);
  g_assert_no_error (error);
  return bus;
}

static TestWidget *
widget_new (GDBusConnection *bus, const char *owner, const char *path)
{
  TestWidget *widget = g_new0 (TestWidget, 1);

  widget->bus = bus;
  widget->owner = g_strdup (owner);
  widget->path = g_strdup (path);
  return widget;
}

/**
 * test_widget_free:
 * @widget: (nullable) (transfer full)
 */
void
test_widget_free (TestWidget *widget)
{
  if (widget == NULL)
    return;
  g_free (widget->owner);
  g_free (widget->path);
  g_free (widget);
}

/**
 * test_widget_copy:
 *
 * Returns: (transfer full): the same widget.
 */
TestWidget *
test_widget_copy (const TestWidget *widget)
{
  return widget_new (widget->bus, widget->owner, widget->path);
}

static pid_t
get_pid (GDBusConnection *bus, const char *owner)
{
  const TestWidget daemon = { .bus = bus,
                              .owner = (char *) "org.freedesktop.DBus",
                              .path = (char *) "/org/freedesktop/DBus" };
  g_autoptr (GVariant) answer = call (&daemon, "org.freedesktop.DBus", "GetConnectionUnixProcessID",
                                      g_variant_new ("(s)", owner), "(u)");
  guint32 pid = 0;

  if (answer != NULL)
    g_variant_get (answer, "(u)", &pid);
  return (pid_t) pid;
}

/**
 * test_widget_find_program:
 *
 * Returns: (transfer full) (nullable): what has the windows of a program for its
 *   children, if the program is there.
 */
TestWidget *
test_widget_find_program (GDBusConnection *bus, pid_t pid)
{
  const TestWidget registry = { .bus = bus, .owner = (char *) REGISTRY, .path = (char *) ROOT };
  g_autoptr (GPtrArray) programs = test_widget_get_children (&registry);

  for (guint i = 0; i < programs->len; i++)
    {
      const TestWidget *program = programs->pdata[i];

      if (get_pid (bus, program->owner) == pid)
        return test_widget_copy (program);
    }
  return NULL;
}

/* Questions and answers. */

static GVariant *
name_question (void)
{
  return g_variant_new ("(ss)", ACCESSIBLE, "Name");
}

static char *
to_role (GVariant *answer)
{
  char *role = NULL;

  if (answer == NULL)
    return g_strdup ("");
  g_variant_get (answer, "(s)", &role);
  return role;
}

static char *
to_name (GVariant *answer)
{
  g_autoptr (GVariant) name = NULL;

  if (answer == NULL)
    return g_strdup ("");
  g_variant_get (answer, "(v)", &name);
  return g_variant_dup_string (name, NULL);
}

static guint64
to_states (GVariant *answer)
{
  g_autoptr (GVariant) words = answer != NULL ? g_variant_get_child_value (answer, 0) : NULL;
  guint32 low = 0;
  guint32 high = 0;

  if (words == NULL || g_variant_n_children (words) != 2)
    return 0;
  g_variant_get_child (words, 0, "u", &low);
  g_variant_get_child (words, 1, "u", &high);
  return (guint64) high << 32 | low;
}

static GPtrArray *
to_children (GDBusConnection *bus, GVariant *answer)
{
  GPtrArray *children = g_ptr_array_new_with_free_func ((GDestroyNotify) test_widget_free);
  g_autoptr (GVariantIter) iter = NULL;
  const char *owner = NULL;
  const char *path = NULL;

  if (answer == NULL)
    return children;
  g_variant_get (answer, "(a(so))", &iter);
  while (g_variant_iter_next (iter, "(&s&o)", &owner, &path))
    if (!g_str_has_suffix (path, "/null"))
      g_ptr_array_add (children, widget_new (bus, owner, path));
  return children;
}

/**
 * test_widget_get_role:
 *
 * Returns: (transfer full): what it is, in the words of ATK.
 */
char *
test_widget_get_role (const TestWidget *widget)
{
  g_autoptr (GVariant) answer = call (widget, ACCESSIBLE, "GetRoleName", NULL, "(s)");

  return to_role (answer);
}

/**
 * test_widget_get_name:
 *
 * Returns: (transfer full): what it is called, "" if it has no name.
 */
char *
test_widget_get_name (const TestWidget *widget)
{
  g_autoptr (GVariant) answer = call (widget, PROPERTIES, "Get", name_question (), "(v)");

  return to_name (answer);
}

/**
 * test_widget_get_states:
 *
 * Returns: a bit for each #TestState.
 */
guint64
test_widget_get_states (const TestWidget *widget)
{
  g_autoptr (GVariant) answer = call (widget, ACCESSIBLE, "GetState", NULL, "(au)");

  return to_states (answer);
}

/**
 * test_widget_has_state:
 */
gboolean
test_widget_has_state (const TestWidget *widget, TestState state)
{
  return (test_widget_get_states (widget) >> state & 1) != 0;
}

/**
 * test_widget_get_children:
 *
 * Returns: (transfer full) (element-type TestWidget): those there are now.
 */
GPtrArray *
test_widget_get_children (const TestWidget *widget)
{
  g_autoptr (GVariant) answer = call (widget, ACCESSIBLE, "GetChildren", NULL, "(a(so))");

  return to_children (widget->bus, answer);
}

/**
 * test_widget_get_n_rows:
 *
 * Returns: how many rows a table has; 0 if it is none.
 */
int
test_widget_get_n_rows (const TestWidget *table)
{
  g_autoptr (GVariant) answer =
      call (table, PROPERTIES, "Get", g_variant_new ("(ss)", TABLE, "NRows"), "(v)");
  g_autoptr (GVariant) n = NULL;

  if (answer == NULL)
    return 0;
  g_variant_get (answer, "(v)", &n);
  return g_variant_get_int32 (n);
}

/**
 * test_widget_get_cell:
 * @row: from 0
 * @column: from 0
 *
 * Returns: (transfer full) (nullable): that cell of a table, also one that cannot be seen now.
 */
TestWidget *
test_widget_get_cell (const TestWidget *table, int row, int column)
{
  g_autoptr (GVariant) answer =
      call (table, TABLE, "GetAccessibleAt", g_variant_new ("(ii)", row, column), "((so))");
  const char *owner = NULL;
  const char *path = NULL;

  if (answer == NULL)
    return NULL;
  g_variant_get (answer, "((&s&o))", &owner, &path);
  return g_str_has_suffix (path, "/null") ? NULL : widget_new (table->bus, owner, path);
}

/* Looking at many at once. */

/* What is asked of every widget. */
enum
{
  ROLE,
  NAME,
  STATES,
  CHILDREN,
  N_QUESTIONS
};

typedef struct
{
  GVariant *answers[N_QUESTIONS]; /* (owned) (nullable) */
  guint *open;                    /* questions that were not answered yet */
} Form;

static void
on_answer (GObject *bus, GAsyncResult *result, Form *form, int question)
{
  form->answers[question] = g_dbus_connection_call_finish (G_DBUS_CONNECTION (bus), result, NULL);
  (*form->open)--;
}

static void
on_role (GObject *bus, GAsyncResult *result, gpointer data)
{
  on_answer (bus, result, data, ROLE);
}

static void
on_name (GObject *bus, GAsyncResult *result, gpointer data)
{
  on_answer (bus, result, data, NAME);
}

static void
on_states (GObject *bus, GAsyncResult *result, gpointer data)
{
  on_answer (bus, result, data, STATES);
}

static void
on_children (GObject *bus, GAsyncResult *result, gpointer data)
{
  on_answer (bus, result, data, CHILDREN);
}

static void
ask (const TestWidget *widget, Form *form, guint *open)
{
  static const struct
  {
    const char *interface;
    const char *method;
    const char *answer;
    GAsyncReadyCallback on_answer;
  } rows[N_QUESTIONS] = {
    [ROLE] = { ACCESSIBLE, "GetRoleName", "(s)", on_role },
    [NAME] = { PROPERTIES, "Get", "(v)", on_name },
    [STATES] = { ACCESSIBLE, "GetState", "(au)", on_states },
    [CHILDREN] = { ACCESSIBLE, "GetChildren", "(a(so))", on_children },
  };

  form->open = open;
  *open += N_QUESTIONS;
  for (int i = 0; i < N_QUESTIONS; i++)
    g_dbus_connection_call (widget->bus, widget->owner, widget->path, rows[i].interface,
                            rows[i].method, i == NAME ? name_question () : NULL,
                            G_VARIANT_TYPE (rows[i].answer), G_DBUS_CALL_FLAGS_NONE,
                            TEST_PATIENCE_MS, NULL, rows[i].on_answer, form);
}

static TestSight *
sight_new (const TestWidget *widget)
{
  TestSight *sight = g_new0 (TestSight, 1);

  sight->widget = test_widget_copy (widget);
  sight->children = g_ptr_array_new_with_free_func ((GDestroyNotify) test_sight_free);
  return sight;
}

/**
 * test_sight_free:
 * @sight: (nullable) (transfer full)
 */
void
test_sight_free (TestSight *sight)
{
  if (sight == NULL)
    return;
  test_widget_free (sight->widget);
  g_free (sight->role);
  g_free (sight->name);
  g_ptr_array_unref (sight->children);
  g_free (sight);
}

/**
 * test_sight_has_state:
 */
gboolean
test_sight_has_state (const TestSight *sight, TestState state)
{
  return (sight->states >> state & 1) != 0;
}

/* GTK 3.24 takes what scrolls for hidden once it has been scrolled by more than it shows.
 * What it shows is known better by what is in it. */
static gboolean
can_be_seen (const TestSight *sight)
{
  return test_sight_has_state (sight, TEST_STATE_SHOWING) || g_str_equal (sight->role, "viewport");
}

/* Fills in what was answered about a widget, and adds its children to the next level.
 * What cannot be seen has none that could. */
static void
fill_in (TestSight *sight, Form *form, const char *const *closed, GPtrArray *next, gboolean first)
{
  g_autoptr (GPtrArray) children = to_children (sight->widget->bus, form->answers[CHILDREN]);

  sight->role = to_role (form->answers[ROLE]);
  sight->name = to_name (form->answers[NAME]);
  sight->states = to_states (form->answers[STATES]);
  for (int i = 0; i < N_QUESTIONS; i++)
    g_clear_pointer (&form->answers[i], g_variant_unref);
  if ((!first && !can_be_seen (sight)) || (closed != NULL && g_strv_contains (closed, sight->role)))
    return;
  for (guint i = 0; i < children->len; i++)
    {
      TestSight *child = sight_new (children->pdata[i]);

      g_ptr_array_add (sight->children, child);
      g_ptr_array_add (next, child);
    }
}

static void
leave_out_hidden (TestSight *sight)
{
  for (guint i = sight->children->len; i > 0; i--)
    if (can_be_seen (sight->children->pdata[i - 1]))
      leave_out_hidden (sight->children->pdata[i - 1]);
    else
      g_ptr_array_remove_index (sight->children, i - 1);
}

/* Asks about all widgets of a level, and fills in what they answer. */
static void
look_at_level (GPtrArray *level, const char *const *closed, GPtrArray *next, const TestSight *first)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autofree Form *forms = g_new0 (Form, level->len);
  guint open = 0;

  g_main_context_push_thread_default (context);
  for (guint i = 0; i < level->len; i++)
    ask (((TestSight *) level->pdata[i])->widget, &forms[i], &open);
  while (open > 0)
    g_main_context_iteration (context, TRUE);
  for (guint i = 0; i < level->len; i++)
    fill_in (level->pdata[i], &forms[i], closed, next, level->pdata[i] == first);
  g_main_context_pop_thread_default (context);
}

/**
 * test_widget_look:
 * @widget: looked at whether it can be seen or not
 * @closed: (nullable) (array zero-terminated=1): roles of widgets that are not looked into
 *
 * Returns: (transfer full): the widget and everything in it that can be seen.
 */
TestSight *
test_widget_look (const TestWidget *widget, const char *const *closed)
{
  TestSight *sight = sight_new (widget);
  GPtrArray *level = g_ptr_array_new ();

  g_ptr_array_add (level, sight);
  while (level->len > 0)
    {
      GPtrArray *next = g_ptr_array_new ();

      look_at_level (level, closed, next, sight);
      g_ptr_array_unref (level);
      level = next;
    }
  g_ptr_array_unref (level);
  leave_out_hidden (sight);
  return sight;
}

/**
 * test_widget_look_at_children:
 *
 * Returns: (transfer full) (element-type TestSight): its children, whether they can be
 *   seen or not; nothing of what is in them.
 */
GPtrArray *
test_widget_look_at_children (const TestWidget *widget)
{
  GPtrArray *sights = g_ptr_array_new_with_free_func ((GDestroyNotify) test_sight_free);
  g_autoptr (GPtrArray) children = test_widget_get_children (widget);
  g_autoptr (GPtrArray) next = g_ptr_array_new ();

  for (guint i = 0; i < children->len; i++)
    g_ptr_array_add (sights, sight_new (children->pdata[i]));
  look_at_level (sights, NULL, next, NULL);
  for (guint i = 0; i < sights->len; i++)
    g_ptr_array_set_size (((TestSight *) sights->pdata[i])->children, 0);
  return sights;
}

/* Asking for what a widget cannot do is taken for a mistake by its program. */
static gboolean
can (const TestWidget *widget, const char *interface)
{
  g_autoptr (GVariant) answer = call (widget, ACCESSIBLE, "GetInterfaces", NULL, "(as)");
  g_autofree const char **interfaces = NULL;

  if (answer == NULL)
    return FALSE;
  g_variant_get (answer, "(^a&s)", &interfaces);
  return g_strv_contains (interfaces, interface);
}

/**
 * test_widget_get_text:
 *
 * Returns: (transfer full) (nullable): the text of an entry or a label, %NULL if it is
 *   neither.
 */
char *
test_widget_get_text (const TestWidget *widget)
{
  g_autoptr (GVariant) answer = NULL;
  char *text = NULL;

  if (!can (widget, TEXT))
    return NULL;
  answer = call (widget, TEXT, "GetText", g_variant_new ("(ii)", 0, -1), "(s)");
  if (answer != NULL)
    g_variant_get (answer, "(s)", &text);
  return text;
}

static gboolean
is_done (GVariant *answer)
{
  gboolean done = FALSE;

  if (answer == NULL)
    return FALSE;
  g_variant_get (answer, "(b)", &done);
  g_variant_unref (answer);
  return done;
}

/**
 * test_widget_set_text:
 */
gboolean
test_widget_set_text (const TestWidget *widget, const char *text)
{
  return can (widget, EDITABLE) &&
         is_done (call (widget, EDITABLE, "SetTextContents", g_variant_new ("(s)", text), "(b)"));
}

/**
 * test_widget_get_place:
 *
 * Returns: whether it has one.
 */
gboolean
test_widget_get_place (const TestWidget *widget, TestPlace *place)
{
  static const guint32 in_window = 1;
  g_autoptr (GVariant) answer = NULL;

  if (!can (widget, COMPONENT))
    return FALSE;
  answer = call (widget, COMPONENT, "GetExtents", g_variant_new ("(u)", in_window), "((iiii))");
  if (answer == NULL)
    return FALSE;
  g_variant_get (answer, "((iiii))", &place->x, &place->y, &place->width, &place->height);
  return TRUE;
}

/**
 * test_widget_press:
 *
 * Does what it is there for.
 */
gboolean
test_widget_press (const TestWidget *widget)
{
  return can (widget, ACTION) &&
         is_done (call (widget, ACTION, "DoAction", g_variant_new ("(i)", 0), "(b)"));
}

/**
 * test_widget_grab:
 *
 * Gives it the keyboard of its window.
 */
gboolean
test_widget_grab (const TestWidget *widget)
{
  return can (widget, COMPONENT) && is_done (call (widget, COMPONENT, "GrabFocus", NULL, "(b)"));
}
