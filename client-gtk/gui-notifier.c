/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The desktop's notifications: somebody has named us, or written to us in private, while we look
 * elsewhere; which of all that is said that is, the servers know. A room has
 * one at most, which later mentions replace, not more often than every few seconds,
 * because servers may say anything at any speed. It is withdrawn when the room has been
 * read.
 */
#include "config.h"

#include "client-gtk/gui-notifier.h"

#include "client-gtk/gui-mention.h"

/* How long a room's notification stands before another takes its place. */
#define PAUSE_MS 3000

struct _GuiNotifier
{
  GtkApplication *app; /* (unowned) */
  GSettings *settings; /* (owned) */
  GHashTable *watches; /* SalRoomModel (owned) -> Watch (owned): of which something was shown */
};

typedef struct
{
  GuiNotifier *notifier; /* (unowned) */
  SalRoomModel *model;   /* (unowned) */
  SalEntry *next;        /* (owned) (nullable): to be shown after the pause */
  guint pause;           /* of the main loop: one has just been shown */
  gboolean shown;
} Watch;

static char *
notification_id (SalRoomModel *model)
{
  return g_strdup_printf ("room-%" G_GINT64_FORMAT, sal_room_model_get_id (model));
}

static void
withdraw (Watch *watch)
{
  g_autofree char *id = notification_id (watch->model);

  g_clear_pointer (&watch->next, sal_entry_unref);
  if (watch->shown)
    g_application_withdraw_notification (G_APPLICATION (watch->notifier->app), id);
  watch->shown = FALSE;
}

static gboolean on_pause_over (gpointer data);

static void
show (Watch *watch, const SalEntry *entry)
{
  g_autofree char *id = notification_id (watch->model);
  g_autofree char *room = gui_mention_harmless (sal_room_model_get_title (watch->model));
  g_autofree char *body = gui_mention_harmless (entry->text);
  g_autofree char *title = NULL;
  g_autoptr (GNotification) notification = NULL;

  if (entry->name != NULL)
    {
      g_autofree char *name = gui_mention_harmless (entry->name);

      title = g_strdup_printf ("%s · %s", name, room);
    }
  notification = g_notification_new (title != NULL ? title : room);
  g_notification_set_body (notification, body);
  g_notification_set_default_action_and_target (notification, "app.show-room", "x",
                                                sal_room_model_get_id (watch->model));
  g_application_send_notification (G_APPLICATION (watch->notifier->app), id, notification);
  watch->shown = TRUE;
  watch->pause = g_timeout_add (PAUSE_MS, on_pause_over, watch);
}

static gboolean
on_pause_over (gpointer data)
{
  Watch *watch = data;
  g_autoptr (SalEntry) next = g_steal_pointer (&watch->next);

  watch->pause = 0;
  if (next != NULL)
    show (watch, next);
  return G_SOURCE_REMOVE;
}

static gboolean
is_looked_at (GuiNotifier *notifier)
{
  GtkWindow *window = gtk_application_get_active_window (notifier->app);

  return window != NULL && gtk_window_is_active (window);
}

static void
on_unread (SalRoomModel *model, Watch *watch)
{
  if ((watch->shown || watch->next != NULL) && sal_room_model_count_unread (model) == 0)
    withdraw (watch);
}

static void
watch_free (gpointer data)
{
  Watch *watch = data;

  g_signal_handlers_disconnect_by_data (watch->model, watch);
  withdraw (watch);
  g_clear_handle_id (&watch->pause, g_source_remove);
  g_free (watch);
}

/* The room is forgotten, and so is what was said there. */
static void
on_closed (SalRoomModel *model, Watch *watch)
{
  g_hash_table_remove (watch->notifier->watches, model);
}

static Watch *
get_watch (GuiNotifier *notifier, SalRoomModel *model)
{
  Watch *watch = g_hash_table_lookup (notifier->watches, model);

  if (watch != NULL)
    return watch;
  watch = g_new0 (Watch, 1);
  watch->notifier = notifier;
  watch->model = model;
  g_signal_connect (model, "unread", G_CALLBACK (on_unread), watch);
  g_signal_connect (model, "closed", G_CALLBACK (on_closed), watch);
  g_hash_table_insert (notifier->watches, g_object_ref (model), watch);
  return watch;
}

static void
on_notified (SalServer *server, SalRoomModel *model, SalEntry *entry, GuiNotifier *notifier)
{
  Watch *watch = NULL;

  if (is_looked_at (notifier) || !g_settings_get_boolean (notifier->settings, "notify-mentions"))
    return;
  watch = get_watch (notifier, model);
  if (watch->pause == 0)
    {
      show (watch, entry);
      return;
    }
  g_clear_pointer (&watch->next, sal_entry_unref);
  watch->next = sal_entry_ref (entry);
}

/**
 * gui_notifier_new:
 * @app: (transfer none): shows the notifications; has the action `show-room`
 * @settings: (transfer none): whether they are wanted
 *
 * Returns: (transfer full): a notifier that watches nothing yet.
 */
GuiNotifier *
gui_notifier_new (GtkApplication *app, GSettings *settings)
{
  GuiNotifier *notifier = g_new0 (GuiNotifier, 1);

  notifier->app = app;
  notifier->settings = g_object_ref (settings);
  notifier->watches = g_hash_table_new_full (NULL, NULL, g_object_unref, watch_free);
  return notifier;
}

/**
 * gui_notifier_free:
 * @notifier: (nullable) (transfer full): withdraws its notifications
 */
void
gui_notifier_free (GuiNotifier *notifier)
{
  if (notifier == NULL)
    return;
  g_hash_table_unref (notifier->watches);
  g_object_unref (notifier->settings);
  g_free (notifier);
}

/**
 * gui_notifier_watch:
 * @server: (transfer none): until gui_notifier_unwatch()
 */
void
gui_notifier_watch (GuiNotifier *notifier, SalServer *server)
{
  g_signal_connect (server, "notified", G_CALLBACK (on_notified), notifier);
}

static gboolean
is_of (gpointer model, gpointer watch, gpointer server)
{
  return sal_room_model_get_server (model) == server;
}

/**
 * gui_notifier_unwatch:
 *
 * Withdraws what is shown of its rooms.
 */
void
gui_notifier_unwatch (GuiNotifier *notifier, SalServer *server)
{
  g_signal_handlers_disconnect_by_data (server, notifier);
  g_hash_table_foreach_remove (notifier->watches, is_of, server);
}
