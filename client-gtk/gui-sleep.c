/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * When the machine wakes up. The clock by which a room waits for its next try to connect
 * stands still while the machine sleeps, so somebody who opens their laptop would look at
 * a room that is not connected for as long as was left then. systemd-logind says it on
 * the system bus, and so does elogind; where there is neither, nobody says it, and rooms
 * wait.
 */
#include "config.h"

#include "client-gtk/gui-sleep.h"

#define LOGIND "org.freedesktop.login1"
#define LOGIND_PATH "/org/freedesktop/login1"
#define LOGIND_MANAGER "org.freedesktop.login1.Manager"

struct _GuiSleep
{
  GuiSleepAwake awake;
  gpointer data;
  GCancellable *cancellable; /* (owned) */
  GDBusConnection *bus;      /* (owned) (nullable): when it is reached */
  guint subscription;
};

/* Its one argument: whether the machine is about to sleep, or has slept. */
static void
on_prepare_for_sleep (GDBusConnection *bus,
                      const char *sender,
                      const char *path,
                      const char *interface,
                      const char *signal,
                      GVariant *parameters,
                      gpointer data)
{
  GuiSleep *sleep = data;
  gboolean about_to = TRUE;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(b)")))
    return;
  g_variant_get (parameters, "(b)", &about_to);
  if (!about_to)
    sleep->awake (sleep->data);
}

static void
on_bus (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  GDBusConnection *bus = g_bus_get_finish (result, &error);
  GuiSleep *sleep = data;

  if (bus == NULL)
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        g_debug ("there is no system bus to hear of sleep from: %s", error->message);
      return;
    }
  sleep->bus = bus;
  g_dbus_connection_set_exit_on_close (bus, FALSE);
  sleep->subscription = g_dbus_connection_signal_subscribe (
      bus, LOGIND, LOGIND_MANAGER, "PrepareForSleep", LOGIND_PATH, NULL, G_DBUS_SIGNAL_FLAGS_NONE,
      on_prepare_for_sleep, sleep, NULL);
}

/**
 * gui_sleep_new:
 * @awake: called with @data in the main context whenever the machine has woken up
 *
 * Returns: (transfer full)
 */
GuiSleep *
gui_sleep_new (GuiSleepAwake awake, gpointer data)
{
  GuiSleep *sleep = g_new0 (GuiSleep, 1);

  sleep->awake = awake;
  sleep->data = data;
  sleep->cancellable = g_cancellable_new ();
  g_bus_get (G_BUS_TYPE_SYSTEM, sleep->cancellable, on_bus, sleep);
  return sleep;
}

/**
 * gui_sleep_free:
 * @sleep: (nullable) (transfer full)
 */
void
gui_sleep_free (GuiSleep *sleep)
{
  if (sleep == NULL)
    return;
  g_cancellable_cancel (sleep->cancellable);
  g_object_unref (sleep->cancellable);
  if (sleep->bus != NULL)
    g_dbus_connection_signal_unsubscribe (sleep->bus, sleep->subscription);
  g_clear_object (&sleep->bus);
  g_free (sleep);
}
