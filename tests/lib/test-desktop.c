/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A desktop of a test's own: a screen that nobody sees, a session bus with the service
 * for accessible programs on it, somebody who collects notifications, and the hands and
 * eyes of a person. There is no window manager; what one would do here (give the
 * keyboard to the newest window, ask a window to close) is done by these functions.
 *
 * One desktop for a test program, which takes a while to come up. It ends with the
 * program, however that ends.
 *
 * It is one piece because screen, buses and hands come up and go in one order, which must hold
 * however a test ends.
 */
#include "config.h"

#include "tests/lib/test-desktop.h"

#include <X11/XKBlib.h>
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/extensions/XTest.h>
#include <X11/keysym.h>
#include <errno.h>
#include <gdk/gdk.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/mount.h>

#include "tests/lib/test-widget.h"

#define SCREEN "1280x900x24"
#define SCREEN_SOCKETS "/tmp/.X11-unix"

/* Out of the way of the windows, so that nothing is pointed at. */
#define FAR_X 1279
#define FAR_Y 899

/* A picture is taken when the screen has not changed for so long; what never stands
 * still is taken as it is after some tries. */
#define STILL_US (40 * 1000)
#define STILL_TRIES 50

/* The only service of the session, besides what programs offer themselves. */
#define A11Y_SERVICE "org.a11y.Bus.service"

#define REGISTRY "org.a11y.atspi.Registry"
#define REGISTRY_PATH "/org/a11y/atspi/registry"
#define EVENTS "type='signal',interface='org.a11y.atspi.Event.Object',member="

static struct
{
  TestFolder *folder;   /* (owned): of the screen and the buses */
  TestProcess *screen;  /* (owned) */
  TestProcess *session; /* (owned) */
  char *display_name;   /* (owned) */
  char *address;        /* (owned): of the session bus */
  Display *display;
  GThread *thread; /* (owned): shows notifications */
  GMainContext *context;
  GMainLoop *loop;
  GDBusConnection *bus;       /* (owned): of the session */
  GDBusConnection *a11y;      /* (owned) */
  GAsyncQueue *notifications; /* (owned): of char * */
  guint filter;               /* of @a11y, while somebody listens */
  GMutex hearing;
  GString *heard; /* (owned) (nullable): under @hearing: while somebody listens */
  int notified;   /* the number of the last one; atomic */
} desktop;

/* The screen and the buses. */

/* A window may go while it is being looked at. */
static int
ignore_error (Display *display, XErrorEvent *event)
{
  return 0;
}

static void
start_screen (gboolean apart)
{
  /* Without -noreset it starts anew whenever its last client leaves, just as the next
   * one may be connecting. */
  const char *const argv[] = { "Xvfb",    "-displayfd", "1",    "-noreset",
                               "-screen", "0",          SCREEN, "-nolisten",
                               "tcp",     "-dpi",       "96",   apart ? "-nolock" : NULL,
                               NULL };
  g_autofree char *number = NULL;

  desktop.screen = test_process_start (desktop.folder, argv, NULL);
  number = test_process_take_line (desktop.screen, TEST_DESKTOP_PATIENCE_MS);
  if (number == NULL)
    {
      g_autofree char *errors = test_process_get_errors (desktop.screen);

      g_error ("Xvfb did not start: %s", errors);
    }
  desktop.display_name = g_strconcat (":", number, NULL);
  g_setenv ("DISPLAY", desktop.display_name, TRUE);
  desktop.display = XOpenDisplay (desktop.display_name);
  if (desktop.display == NULL)
    g_error ("cannot open the screen %s", desktop.display_name);
  XSetErrorHandler (ignore_error);
  XWarpPointer (desktop.display, None, DefaultRootWindow (desktop.display), 0, 0, 0, 0, FAR_X,
                FAR_Y);
  XSync (desktop.display, False);
}

/* The file that says how the service for accessible programs is started. */
static char *
find_a11y_service (void)
{
  const char *const *folders = g_get_system_data_dirs ();

  for (gsize i = 0; folders[i] != NULL; i++)
    {
      g_autofree char *file =
          g_build_filename (folders[i], "dbus-1", "services", A11Y_SERVICE, NULL);
      char *text = NULL;

      if (g_file_get_contents (file, &text, NULL, NULL))
        return text;
    }
  g_error ("%s is not installed; ./dev deps test installs at-spi2-core", A11Y_SERVICE);
}

static void
start_session (void)
{
  static const char format[] = "<busconfig>\n"
                               "  <type>session</type>\n"
                               "  <listen>unix:dir=%s</listen>\n"
                               "  <auth>EXTERNAL</auth>\n"
                               "  <servicedir>%s/services</servicedir>\n"
                               "  <policy context='default'>\n"
                               "    <allow send_destination='*' eavesdrop='true'/>\n"
                               "    <allow eavesdrop='true'/>\n"
                               "    <allow own='*'/>\n"
                               "  </policy>\n"
                               "</busconfig>\n";
  g_autofree char *config = g_strdup_printf (format, desktop.folder->path, desktop.folder->path);
  g_autofree char *file = test_folder_file (desktop.folder, "session.conf");
  g_autofree char *option = g_strconcat ("--config-file=", file, NULL);
  g_autofree char *service = find_a11y_service ();
  g_auto (GStrv) env = test_desktop_environment (NULL);
  const char *argv[] = { "dbus-daemon", option, "--nofork", "--print-address", NULL };

  test_folder_write (desktop.folder, "session.conf", config);
  test_folder_write (desktop.folder, "services/" A11Y_SERVICE, service);
  desktop.session = test_process_start (desktop.folder, argv, (const char *const *) env);
  desktop.address = test_process_take_line (desktop.session, TEST_DESKTOP_PATIENCE_MS);
  if (desktop.address == NULL)
    {
      g_autofree char *errors = test_process_get_errors (desktop.session);

      g_error ("dbus-daemon did not start: %s", errors);
    }
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", desktop.address, TRUE);
  /* What this machine does with its network and its battery is no concern of the tests. */
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", desktop.address, TRUE);
}

/* Notifications. */

static const char notifications_xml[] =
    "<node><interface name='org.freedesktop.Notifications'>"
    "<method name='GetCapabilities'><arg type='as' direction='out'/></method>"
    "<method name='GetServerInformation'><arg type='s' direction='out'/>"
    "<arg type='s' direction='out'/><arg type='s' direction='out'/>"
    "<arg type='s' direction='out'/></method>"
    "<method name='Notify'><arg type='s' direction='in'/><arg type='u' direction='in'/>"
    "<arg type='s' direction='in'/><arg type='s' direction='in'/><arg type='s' direction='in'/>"
    "<arg type='as' direction='in'/><arg type='a{sv}' direction='in'/>"
    "<arg type='i' direction='in'/><arg type='u' direction='out'/></method>"
    "<method name='CloseNotification'><arg type='u' direction='in'/></method>"
    "</interface></node>";

static void
on_notification_call (GDBusConnection *bus,
                      const char *sender,
                      const char *path,
                      const char *interface,
                      const char *method,
                      GVariant *arguments,
                      GDBusMethodInvocation *invocation,
                      gpointer data)
{
  GVariant *answer = NULL;
  char *notification = NULL;

  if (g_str_equal (method, "Notify"))
    {
      const char *title = NULL;
      const char *body = NULL;

      g_variant_get_child (arguments, 3, "&s", &title);
      g_variant_get_child (arguments, 4, "&s", &body);
      notification = g_strconcat (title, "\n", body, NULL);
      answer = g_variant_new ("(u)", (guint32) g_atomic_int_add (&desktop.notified, 1) + 1);
    }
  else if (g_str_equal (method, "GetCapabilities"))
    answer = g_variant_new_parsed ("(['body', 'actions'],)");
  else if (g_str_equal (method, "GetServerInformation"))
    answer = g_variant_new ("(ssss)", "test", "test", "1", "1.2");
  g_dbus_method_invocation_return_value (invocation, answer);
  /* Who is told now may click, and the program knows by which number. */
  if (notification != NULL)
    g_async_queue_push (desktop.notifications, notification);
}

static void
own_name (const char *name)
{
  g_autoptr (GVariant) owned = NULL;
  g_autoptr (GError) error = NULL;

  owned = g_dbus_connection_call_sync (
      desktop.bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
      "RequestName", g_variant_new ("(su)", name, 0), NULL, G_DBUS_CALL_FLAGS_NONE,
      TEST_DESKTOP_PATIENCE_MS, NULL, &error);
  g_assert_no_error (error);
}

static gpointer
show_notifications (gpointer data)
{
  static const GDBusInterfaceVTable vtable = { .method_call = on_notification_call };
  g_autoptr (GDBusNodeInfo) info = g_dbus_node_info_new_for_xml (notifications_xml, NULL);
  g_autoptr (GError) error = NULL;

  g_main_context_push_thread_default (desktop.context);
  g_dbus_connection_register_object (desktop.bus, "/org/freedesktop/Notifications",
                                     info->interfaces[0], &vtable, NULL, NULL, &error);
  g_assert_no_error (error);
  own_name ("org.freedesktop.Notifications");
  g_main_loop_run (desktop.loop);
  g_main_context_pop_thread_default (desktop.context);
  return NULL;
}

static void
start_notifications (void)
{
  g_autoptr (GError) error = NULL;

  desktop.notifications = g_async_queue_new_full (g_free);
  desktop.context = g_main_context_new ();
  desktop.loop = g_main_loop_new (desktop.context, FALSE);
  desktop.bus =
      g_dbus_connection_new_for_address_sync (desktop.address,
                                              G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                  G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                              NULL, NULL, &error);
  g_assert_no_error (error);
  desktop.thread = g_thread_new ("notifications", show_notifications, NULL);
}

/**
 * test_desktop_take_notification:
 *
 * Returns: (transfer full) (nullable): title and text of the next notification, with a
 *   newline between them; %NULL if none comes in @ms.
 */
char *
test_desktop_take_notification (int ms)
{
  return g_async_queue_timeout_pop (desktop.notifications, (guint64) ms * 1000);
}

/**
 * test_desktop_click_notification:
 *
 * Clicks the notification that was shown last.
 */
void
test_desktop_click_notification (void)
{
  guint32 number = (guint32) g_atomic_int_get (&desktop.notified);
  g_autoptr (GError) error = NULL;

  g_dbus_connection_emit_signal (desktop.bus, NULL, "/org/freedesktop/Notifications",
                                 "org.freedesktop.Notifications", "ActionInvoked",
                                 g_variant_new ("(us)", number, "default"), &error);
  g_assert_no_error (error);
}

/**
 * test_desktop_forget_notifications:
 *
 * Those of an earlier case.
 */
void
test_desktop_forget_notifications (void)
{
  char *text = NULL;

  while ((text = g_async_queue_try_pop (desktop.notifications)) != NULL)
    g_free (text);
}

/* Listening. */

/* What is listened for. */
static const struct
{
  const char *event; /* as the registry has it */
  const char *match;
} events[] = {
  { "object:text-changed", EVENTS "'TextChanged'" },
  { "object:announcement", EVENTS "'Announcement'" },
};

static void
hear (const char *format, const char *words)
{
  g_mutex_lock (&desktop.hearing);
  if (desktop.heard != NULL)
    {
      g_string_append (desktop.heard, format);
      g_string_append_printf (desktop.heard, "%s\n", words);
    }
  g_mutex_unlock (&desktop.hearing);
}

/* A text was written, or something was written into one, or is to be read aloud. Called by the thread
 * of the bus. */
static GDBusMessage *
on_message (GDBusConnection *bus, GDBusMessage *message, gboolean incoming, gpointer data)
{
  GVariant *body = g_dbus_message_get_body (message);
  const char *member = g_dbus_message_get_member (message);
  g_autoptr (GVariant) words = NULL;
  const char *what = NULL;

  if (!incoming || body == NULL || !g_variant_is_of_type (body, G_VARIANT_TYPE ("(siiva{sv})")))
    return message;
  g_variant_get_child (body, 0, "&s", &what);
  g_variant_get_child (body, 3, "v", &words);
  if (g_strcmp0 (member, "Announcement") == 0)
    hear ("announced: ", g_variant_is_of_type (words, G_VARIANT_TYPE_STRING)
                             ? g_variant_get_string (words, NULL)
                             : what);
  else if (g_strcmp0 (member, "TextChanged") == 0 && g_str_has_prefix (what, "insert") &&
           g_variant_is_of_type (words, G_VARIANT_TYPE_STRING))
    hear ("", g_variant_get_string (words, NULL));
  return message;
}

static void
ask (const char *owner, const char *path, const char *method, GVariant *arguments)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer G_GNUC_UNUSED =
      g_dbus_connection_call_sync (desktop.a11y, owner, path, owner, method, arguments, NULL,
                                   G_DBUS_CALL_FLAGS_NONE, TEST_DESKTOP_PATIENCE_MS, NULL, &error);

  g_assert_no_error (error);
}

/**
 * test_desktop_listen:
 *
 * From now on it is noted what is written anywhere in a program that is started after
 * this, and, after "announced: ", what is to be read aloud, so that what stands only for a moment is not missed.
 */
void
test_desktop_listen (void)
{
  g_mutex_lock (&desktop.hearing);
  if (desktop.heard == NULL)
    desktop.heard = g_string_new (NULL);
  g_string_truncate (desktop.heard, 0);
  g_mutex_unlock (&desktop.hearing);
  for (gsize i = 0; i < G_N_ELEMENTS (events); i++)
    {
      ask ("org.freedesktop.DBus", "/org/freedesktop/DBus", "AddMatch",
           g_variant_new ("(s)", events[i].match));
      /* Programs only tell what somebody has asked the registry for. */
      ask (REGISTRY, REGISTRY_PATH, "RegisterEvent",
           g_variant_new_parsed ("(%s, @as [], '')", events[i].event));
    }
  desktop.filter = g_dbus_connection_add_filter (desktop.a11y, on_message, NULL, NULL);
}

/**
 * test_desktop_stop_listening:
 *
 * All is forgotten.
 */
void
test_desktop_stop_listening (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (events); i++)
    {
      ask (REGISTRY, REGISTRY_PATH, "DeregisterEvent", g_variant_new ("(s)", events[i].event));
      ask ("org.freedesktop.DBus", "/org/freedesktop/DBus", "RemoveMatch",
           g_variant_new ("(s)", events[i].match));
    }
  g_dbus_connection_remove_filter (desktop.a11y, desktop.filter);
  g_mutex_lock (&desktop.hearing);
  if (desktop.heard != NULL)
    g_string_free (g_steal_pointer (&desktop.heard), TRUE);
  g_mutex_unlock (&desktop.hearing);
}

/**
 * test_desktop_has_heard:
 *
 * Returns: whether @part was in a text that was written since test_desktop_listen().
 */
gboolean
test_desktop_has_heard (const char *part)
{
  gboolean has = FALSE;

  g_mutex_lock (&desktop.hearing);
  has = desktop.heard != NULL && strstr (desktop.heard->str, part) != NULL;
  g_mutex_unlock (&desktop.hearing);
  return has;
}

/* Sleep. */

static void
say_sleep (gboolean about_to)
{
  g_autoptr (GError) error = NULL;

  g_dbus_connection_emit_signal (desktop.bus, NULL, "/org/freedesktop/login1",
                                 "org.freedesktop.login1.Manager", "PrepareForSleep",
                                 g_variant_new ("(b)", about_to), &error);
  g_assert_no_error (error);
}

/**
 * test_desktop_sleep_and_wake:
 *
 * Says what logind says when the machine is put to sleep, and when it has woken up. It has
 * not slept.
 */
void
test_desktop_sleep_and_wake (void)
{
  own_name ("org.freedesktop.login1");
  say_sleep (TRUE);
  say_sleep (FALSE);
}

static void
start (gboolean apart)
{
  static const char *const removed[] = {
    "WAYLAND_DISPLAY",     "GTK_MODULES",        "GTK_THEME",          "GTK_DEBUG",
    "GDK_DEBUG",           "AT_SPI_BUS_ADDRESS", "GDK_SCALE",          "XAUTHORITY",
    "XDG_CURRENT_DESKTOP", "GDK_DPI_SCALE",      "DESKTOP_STARTUP_ID", "DESKTOP_SESSION",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (removed); i++)
    g_unsetenv (removed[i]);
  g_setenv ("NO_AT_BRIDGE", "0", TRUE);
  g_setenv ("GDK_BACKEND", "x11", TRUE);
  g_setenv ("GIO_USE_VFS", "local", TRUE);
  g_setenv ("GSETTINGS_BACKEND", "keyfile", TRUE);

  desktop.folder = test_folder_new ();
  test_desktop_write_settings (desktop.folder, NULL);
  start_screen (apart);
  start_session ();
  start_notifications ();
  desktop.a11y = test_widget_connect (desktop.address);
}

/**
 * test_desktop_start:
 *
 * To be called once in main(), before the cases. The desktop of whoever runs the test is
 * not used and not changed.
 */
void
test_desktop_start (void)
{
  start (FALSE);
}

/**
 * test_desktop_start_apart:
 *
 * The same, after test_net_init(). In a namespace of processes the numbers in the lock
 * files of other screens mean nothing, or somebody else; so this screen is kept where
 * nobody else sees it, and does without.
 */
void
test_desktop_start_apart (void)
{
  (void) g_mkdir (SCREEN_SOCKETS, 01777);
  if (mount ("none", SCREEN_SOCKETS, "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777") < 0)
    g_error ("cannot hide %s: %s", SCREEN_SOCKETS, g_strerror (errno));
  start (TRUE);
}

/**
 * test_desktop_stop:
 */
void
test_desktop_stop (void)
{
  g_main_loop_quit (desktop.loop);
  g_thread_join (g_steal_pointer (&desktop.thread));
  g_dbus_connection_close_sync (desktop.a11y, NULL, NULL);
  g_clear_object (&desktop.a11y);
  g_dbus_connection_close_sync (desktop.bus, NULL, NULL);
  g_clear_object (&desktop.bus);
  g_clear_pointer (&desktop.loop, g_main_loop_unref);
  g_clear_pointer (&desktop.context, g_main_context_unref);
  g_clear_pointer (&desktop.notifications, g_async_queue_unref);
  XCloseDisplay (g_steal_pointer (&desktop.display));
  g_clear_pointer (&desktop.session, test_process_free);
  g_clear_pointer (&desktop.screen, test_process_free);
  g_clear_pointer (&desktop.folder, test_folder_free);
  g_clear_pointer (&desktop.address, g_free);
  g_clear_pointer (&desktop.display_name, g_free);
}

/**
 * test_desktop_get_accessibility_bus:
 *
 * Returns: (transfer none)
 */
GDBusConnection *
test_desktop_get_accessibility_bus (void)
{
  return desktop.a11y;
}

/**
 * test_desktop_write_settings:
 * @folder: of a program that will be started
 * @more: (nullable): lines of GTK's settings.ini
 *
 * What nobody has chosen here would depend on the machine.
 */
void
test_desktop_write_settings (const TestFolder *folder, const char *more)
{
  g_autofree char *text = g_strconcat ("[Settings]\n"
                                       "gtk-font-name=Cantarell 11\n"
                                       "gtk-xft-antialias=1\n"
                                       "gtk-xft-rgba=none\n"
                                       "gtk-decoration-layout=:close\n"
                                       "gtk-enable-animations=0\n"
                                       "gtk-cursor-blink=0\n",
                                       more, NULL);

  test_folder_write (folder, "gtk-3.0/settings.ini", text);
}

/**
 * test_desktop_environment:
 * @extra: (nullable) (array zero-terminated=1): `NAME=VALUE`
 *
 * Returns: (transfer full): what a program that is to appear on this desktop needs
 *   besides what this process has.
 */
char **
test_desktop_environment (const char *const *extra)
{
  g_autoptr (GStrvBuilder) env = g_strv_builder_new ();
  g_autofree char *display = g_strconcat ("DISPLAY=", desktop.display_name, NULL);

  g_strv_builder_add (env, display);
  if (extra != NULL)
    g_strv_builder_addv (env, (const char **) extra);
  return g_strv_builder_end (env);
}

/**
 * test_desktop_wait_until_free:
 * @bus_name: of a program that has ended
 *
 * The kernel tells the bus; the next program may be faster.
 */
void
test_desktop_wait_until_free (const char *bus_name)
{
  gboolean owned = TRUE;

  while (owned)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) answer = g_dbus_connection_call_sync (
          desktop.bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
          "NameHasOwner", g_variant_new ("(s)", bus_name), G_VARIANT_TYPE ("(b)"),
          G_DBUS_CALL_FLAGS_NONE, TEST_DESKTOP_PATIENCE_MS, NULL, &error);

      g_assert_no_error (error);
      g_variant_get (answer, "(b)", &owned);
      if (owned)
        g_usleep (TEST_LOOK_AGAIN_US);
    }
}

/* Windows. */

static gboolean
is_shown (Window window, XWindowAttributes *attributes)
{
  return XGetWindowAttributes (desktop.display, window, attributes) != 0 &&
         attributes->map_state == IsViewable && !attributes->override_redirect &&
         attributes->class == InputOutput;
}

/* Windows that a window manager would take care of, the one on top last. */
static GArray *
shown_windows (void)
{
  GArray *shown = g_array_new (FALSE, FALSE, sizeof (Window));
  XWindowAttributes attributes = { 0 };
  Window root = None;
  Window parent = None;
  Window *windows = NULL;
  unsigned n = 0;

  if (XQueryTree (desktop.display, DefaultRootWindow (desktop.display), &root, &parent, &windows,
                  &n) == 0)
    return shown;
  for (unsigned i = 0; i < n; i++)
    if (is_shown (windows[i], &attributes))
      g_array_append_val (shown, windows[i]);
  if (windows != NULL)
    XFree (windows);
  return shown;
}

/* The window on top of all others, or None. */
static Window
top_window (XWindowAttributes *attributes)
{
  g_autoptr (GArray) shown = shown_windows ();
  Window top = shown->len > 0 ? g_array_index (shown, Window, shown->len - 1) : None;

  return top != None && is_shown (top, attributes) ? top : None;
}

static Window
expect_top_window (XWindowAttributes *attributes)
{
  gint64 until_us = g_get_monotonic_time () + TEST_DESKTOP_PATIENCE_MS * 1000;
  Window top = None;

  while ((top = top_window (attributes)) == None)
    {
      if (g_get_monotonic_time () > until_us)
        g_error ("there is no window on the screen");
      g_usleep (TEST_LOOK_AGAIN_US);
    }
  return top;
}

/**
 * test_desktop_focus:
 *
 * Gives the keyboard to the window on top, if there is one.
 */
void
test_desktop_focus (void)
{
  XWindowAttributes attributes = { 0 };
  Window top = top_window (&attributes);
  Window focused = None;
  int revert = 0;

  XGetInputFocus (desktop.display, &focused, &revert);
  if (top != None && top != focused)
    XSetInputFocus (desktop.display, top, RevertToNone, CurrentTime);
  XSync (desktop.display, False);
}

/**
 * test_desktop_unfocus:
 *
 * As if the person had gone to another window.
 */
void
test_desktop_unfocus (void)
{
  XSetInputFocus (desktop.display, None, RevertToNone, CurrentTime);
  XSync (desktop.display, False);
}

/**
 * test_desktop_get_size:
 *
 * The size of the window on top.
 */
void
test_desktop_get_size (int *width, int *height)
{
  XWindowAttributes attributes = { 0 };

  expect_top_window (&attributes);
  *width = attributes.width;
  *height = attributes.height;
}

/**
 * test_desktop_resize:
 *
 * Asks for another size of the window on top, which it may refuse.
 */
void
test_desktop_resize (int width, int height)
{
  XWindowAttributes attributes = { 0 };
  Window top = expect_top_window (&attributes);

  XMoveResizeWindow (desktop.display, top, 0, 0, (unsigned) width, (unsigned) height);
  XSync (desktop.display, False);
}

/**
 * test_desktop_close_window:
 *
 * Asks the window on top to close, as window managers do.
 */
void
test_desktop_close_window (void)
{
  XWindowAttributes attributes = { 0 };
  Window top = expect_top_window (&attributes);
  XEvent event = { .xclient = { .type = ClientMessage, .window = top, .format = 32 } };

  event.xclient.message_type = XInternAtom (desktop.display, "WM_PROTOCOLS", False);
  event.xclient.data.l[0] = (long) XInternAtom (desktop.display, "WM_DELETE_WINDOW", False);
  event.xclient.data.l[1] = CurrentTime;
  XSendEvent (desktop.display, top, False, NoEventMask, &event);
  XSync (desktop.display, False);
}

/* Keys. */

static void
touch (KeySym symbol, gboolean down)
{
  KeyCode code = XKeysymToKeycode (desktop.display, symbol);

  if (code == 0)
    g_error ("there is no key %s on this keyboard", XKeysymToString (symbol));
  XTestFakeKeyEvent (desktop.display, code, down, CurrentTime);
}

/* Presses the key of @symbol with @modifiers held, and Shift if the key needs it. */
static void
strike (KeySym symbol, const KeySym *modifiers, gsize n)
{
  KeyCode code = XKeysymToKeycode (desktop.display, symbol);
  gboolean shift = XkbKeycodeToKeysym (desktop.display, code, 0, 0) != symbol &&
                   XkbKeycodeToKeysym (desktop.display, code, 0, 1) == symbol;

  for (gsize i = 0; i < n; i++)
    touch (modifiers[i], TRUE);
  if (shift)
    touch (XK_Shift_L, TRUE);
  touch (symbol, TRUE);
  touch (symbol, FALSE);
  if (shift)
    touch (XK_Shift_L, FALSE);
  while (n > 0)
    touch (modifiers[--n], FALSE);
}

static KeySym
modifier (const char *name)
{
  if (g_str_equal (name, "ctrl"))
    return XK_Control_L;
  if (g_str_equal (name, "shift"))
    return XK_Shift_L;
  if (g_str_equal (name, "alt"))
    return XK_Alt_L;
  g_error ("there is no modifier %s", name);
}

/**
 * test_desktop_key:
 * @keys: words that are struck one after the other, e.g. "Tab Tab shift+Up ctrl+c"; the
 *   names are those of X
 *
 * Real keys, for whichever window has the keyboard.
 */
void
test_desktop_key (const char *keys)
{
  g_auto (GStrv) words = g_strsplit (keys, " ", -1);

  for (gsize i = 0; words[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (words[i], "+", -1);
      guint last = g_strv_length (parts) - 1;
      KeySym modifiers[4];
      KeySym symbol = XStringToKeysym (parts[last]);

      g_assert_cmpuint (last, <=, G_N_ELEMENTS (modifiers));
      if (symbol == NoSymbol)
        g_error ("there is no key %s", parts[last]);
      for (guint j = 0; j < last; j++)
        modifiers[j] = modifier (parts[j]);
      strike (symbol, modifiers, last);
    }
  XSync (desktop.display, False);
}

/**
 * test_desktop_type:
 * @text: ASCII, what is on the keyboard
 */
void
test_desktop_type (const char *text)
{
  for (const char *at = text; *at != '\0'; at++)
    {
      /* The symbols of ASCII have its numbers. */
      g_assert_true (*at == '\n' || g_ascii_isprint (*at));
      strike (*at == '\n' ? XK_Return : (KeySym) *at, NULL, 0);
    }
  XSync (desktop.display, False);
}

/**
 * test_desktop_click:
 * @x: in pixels of the window that is in front
 * @button: 1 for the first, 3 for the one that opens menus
 *
 * A real mouse, which is out of the way again then.
 */
void
test_desktop_click (int x, int y, guint button)
{
  XWindowAttributes attributes = { 0 };
  Window top = expect_top_window (&attributes);
  Window child = None;
  int root_x = 0;
  int root_y = 0;

  XTranslateCoordinates (desktop.display, top, DefaultRootWindow (desktop.display), x, y, &root_x,
                         &root_y, &child);
  XTestFakeMotionEvent (desktop.display, -1, root_x, root_y, CurrentTime);
  XTestFakeButtonEvent (desktop.display, button, True, CurrentTime);
  XTestFakeButtonEvent (desktop.display, button, False, CurrentTime);
  XTestFakeMotionEvent (desktop.display, -1, FAR_X, FAR_Y, CurrentTime);
  XSync (desktop.display, False);
}

/* Pictures. */

/* What the windows cover of the screen, all together. */
static GdkRectangle
covered (void)
{
  g_autoptr (GArray) shown = shown_windows ();
  GdkRectangle screen = { 0, 0, DisplayWidth (desktop.display, 0),
                          DisplayHeight (desktop.display, 0) };
  GdkRectangle all = { 0 };

  for (guint i = 0; i < shown->len; i++)
    {
      XWindowAttributes at = { 0 };

      if (is_shown (g_array_index (shown, Window, i), &at))
        gdk_rectangle_union (&all, &(GdkRectangle){ at.x, at.y, at.width, at.height }, &all);
    }
  return gdk_rectangle_intersect (&all, &screen, &all) ? all : screen;
}

static GdkPixbuf *
take_picture (void)
{
  GdkRectangle area = covered ();
  XImage *image = XGetImage (desktop.display, DefaultRootWindow (desktop.display), area.x, area.y,
                             (unsigned) area.width, (unsigned) area.height, AllPlanes, ZPixmap);
  GdkPixbuf *picture = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, area.width, area.height);
  guint8 *pixels = gdk_pixbuf_get_pixels (picture);

  g_assert_nonnull (image);
  for (int y = 0; y < area.height; y++)
    for (int x = 0; x < area.width; x++)
      {
        unsigned long pixel = XGetPixel (image, x, y);
        guint8 *at = pixels + y * gdk_pixbuf_get_rowstride (picture) + x * 3;

        at[0] = (guint8) (pixel >> 16);
        at[1] = (guint8) (pixel >> 8);
        at[2] = (guint8) pixel;
      }
  XDestroyImage (image);
  return picture;
}

static gboolean
are_same (GdkPixbuf *one, GdkPixbuf *other)
{
  g_autoptr (GBytes) a = gdk_pixbuf_read_pixel_bytes (one);
  g_autoptr (GBytes) b = gdk_pixbuf_read_pixel_bytes (other);

  return gdk_pixbuf_get_width (one) == gdk_pixbuf_get_width (other) && g_bytes_equal (a, b);
}

/* A picture of a screen on which nothing moves. */
static GdkPixbuf *
take_still_picture (void)
{
  GdkPixbuf *picture = take_picture ();

  for (int i = 0; i < STILL_TRIES; i++)
    {
      g_autoptr (GdkPixbuf) before = picture;

      g_usleep (STILL_US);
      picture = take_picture ();
      if (are_same (picture, before))
        break;
    }
  return picture;
}

/**
 * test_desktop_shoot:
 * @name: of a picture, without its ending
 *
 * Leaves a picture of the window in the folder that the environment variable
 * TEST_PICTURES names, for people to look at.
 */
void
test_desktop_shoot (const char *name)
{
  g_autoptr (GdkPixbuf) picture = take_still_picture ();
  g_autofree char *file = g_strconcat (test_program ("TEST_PICTURES"), "/", name, ".png", NULL);
  g_autoptr (GError) error = NULL;

  gdk_pixbuf_save (picture, file, "png", &error, NULL);
  g_assert_no_error (error);
}

/**
 * test_desktop_brightness:
 *
 * Returns: how bright the window on top is on the average, from 0 to 1.
 */
double
test_desktop_brightness (void)
{
  g_autoptr (GdkPixbuf) picture = take_still_picture ();
  int width = gdk_pixbuf_get_width (picture);
  int height = gdk_pixbuf_get_height (picture);
  guint64 sum = 0;

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width * 3; x++)
      sum += gdk_pixbuf_get_pixels (picture)[y * gdk_pixbuf_get_rowstride (picture) + x];
  return (double) sum / (255.0 * 3.0 * width * height);
}
