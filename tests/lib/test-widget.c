/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Widgets of other programs, as AT-SPI has them: what screen readers use. The calls are
 * made by ourselves; libatspi 2.46 waits for itself for ever when it keeps no copies of
 * what programs have said (a new widget is announced while it awaits an answer), and its
 * copies lag behind.
 *
 * Every function asks the program and waits for its answer, so a program that hangs is
 * noticed. It knows nothing of windows or of what a test wants.
 */
#include "config.h"

#include "tests/lib/test-widget.h"

#include "tests/lib/test-process.h"

#define ACCESSIBLE "org.a11y.atspi.Accessible"
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

/**
 * test_widget_get_role:
 *
 * Returns: (transfer full): what it is, in the words of ATK.
 */
char *
test_widget_get_role (const TestWidget *widget)
{
  g_autoptr (GVariant) answer = call (widget, ACCESSIBLE, "GetRoleName", NULL, "(s)");
  char *role = NULL;

  if (answer == NULL)
    return g_strdup ("");
  g_variant_get (answer, "(s)", &role);
  return role;
}

/**
 * test_widget_get_name:
 *
 * Returns: (transfer full): what it is called, "" if it has no name.
 */
char *
test_widget_get_name (const TestWidget *widget)
{
  g_autoptr (GVariant) answer = call (widget, "org.freedesktop.DBus.Properties", "Get",
                                      g_variant_new ("(ss)", ACCESSIBLE, "Name"), "(v)");
  g_autoptr (GVariant) name = NULL;

  if (answer == NULL)
    return g_strdup ("");
  g_variant_get (answer, "(v)", &name);
  return g_variant_dup_string (name, NULL);
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
  g_autoptr (GVariant) words = NULL;
  guint32 low = 0;
  guint32 high = 0;

  if (answer == NULL)
    return 0;
  words = g_variant_get_child_value (answer, 0);
  if (g_variant_n_children (words) == 2)
    {
      g_variant_get_child (words, 0, "u", &low);
      g_variant_get_child (words, 1, "u", &high);
    }
  return (guint64) high << 32 | low;
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
  GPtrArray *children = g_ptr_array_new_with_free_func ((GDestroyNotify) test_widget_free);
  g_autoptr (GVariant) answer = call (widget, ACCESSIBLE, "GetChildren", NULL, "(a(so))");
  g_autoptr (GVariantIter) iter = NULL;
  const char *owner = NULL;
  const char *path = NULL;

  if (answer == NULL)
    return children;
  g_variant_get (answer, "(a(so))", &iter);
  while (g_variant_iter_next (iter, "(&s&o)", &owner, &path))
    if (!g_str_has_suffix (path, "/null"))
      g_ptr_array_add (children, widget_new (widget->bus, owner, path));
  return children;
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
  g_autoptr (GVariant) answer =
      call (widget, "org.a11y.atspi.Text", "GetText", g_variant_new ("(ii)", 0, -1), "(s)");
  char *text = NULL;

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
  return is_done (call (widget, "org.a11y.atspi.EditableText", "SetTextContents",
                        g_variant_new ("(s)", text), "(b)"));
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
  g_autoptr (GVariant) answer = call (widget, "org.a11y.atspi.Component", "GetExtents",
                                      g_variant_new ("(u)", in_window), "((iiii))");

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
  return is_done (
      call (widget, "org.a11y.atspi.Action", "DoAction", g_variant_new ("(i)", 0), "(b)"));
}

/**
 * test_widget_grab:
 *
 * Gives it the keyboard of its window.
 */
gboolean
test_widget_grab (const TestWidget *widget)
{
  return is_done (call (widget, "org.a11y.atspi.Component", "GrabFocus", NULL, "(b)"));
}
