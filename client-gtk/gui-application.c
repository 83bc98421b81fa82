/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The program as a whole: the command line, the one instance per person that later
 * starts tell what they want, the actions that every part can ask for, and the end, when
 * every room gets a goodbye. What the rooms are is GuiRooms' affair, how they look
 * GuiWindow's.
 */
#include "config.h"

#include "client-gtk/gui-application.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <handy.h>
#include <stdio.h>

#include "client-gtk/gui-address.h"
#include "client-gtk/gui-sleep.h"
#include "client-gtk/gui-style.h"
#include "client-gtk/gui-window.h"
#include "common/base/sal-error.h"
#include "common/base/sal-log.h"

#define APP_ID "org.salotto.Salotto"

/* How long the goodbyes may take when the program ends. */
#define QUIT_MS 1000
/* Who starts the program while another is at its end tries so often, and rests in between. */
#define REGISTER_TRIES 20
#define REGISTER_REST_US (50 * 1000)

struct _GuiApplication
{
  GtkApplication parent;
  GSettings *settings;   /* (owned): from the start-up on */
  GuiNotifier *notifier; /* (owned): likewise */
  GuiRooms *rooms;       /* (owned): likewise */
  GuiSleep *sleep;       /* (owned): likewise */
  GuiWindow *window;     /* (unowned) (nullable) */
  guint quit_timeout;    /* of the main loop: not 0 while the program ends */
};

G_DEFINE_FINAL_TYPE (GuiApplication, gui_application, GTK_TYPE_APPLICATION)

static void
complain (const char *message)
{
  fprintf (stderr, "salotto: %s\n", message);
}

/* The end. */

static gboolean
on_quit_timeout (gpointer data)
{
  GuiApplication *app = data;

  app->quit_timeout = 0;
  g_application_quit (G_APPLICATION (app));
  return G_SOURCE_REMOVE;
}

static void
on_left (gpointer app)
{
  g_application_quit (app);
}

static void
quit (GuiApplication *app)
{
  if (app->quit_timeout != 0)
    return;
  app->quit_timeout = g_timeout_add (QUIT_MS, on_quit_timeout, app);
  for (GList *at = gtk_application_get_windows (GTK_APPLICATION (app)); at != NULL; at = at->next)
    gtk_widget_hide (at->data);
  gui_rooms_leave_all (app->rooms, on_left, app);
}

static gboolean
on_end_signal (gpointer data)
{
  GuiApplication *app = data;

  if (app->quit_timeout != 0)
    g_application_quit (G_APPLICATION (app)); /* the second one: at once */
  else
    quit (app);
  return G_SOURCE_CONTINUE;
}

/* Actions. */

static void
on_join (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GuiApplication *app = data;

  g_application_activate (G_APPLICATION (app));
  gui_window_join (app->window, NULL, NULL);
}

static void
on_show_room (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GuiApplication *app = data;
  GListModel *list = gui_rooms_get_list (app->rooms);
  int position = gui_rooms_find_id (app->rooms, g_variant_get_int64 (parameter));

  g_application_activate (G_APPLICATION (app));
  if (position >= 0)
    {
      g_autoptr (SalRoomModel) model = g_list_model_get_item (list, (guint) position);

      gui_window_show_room (app->window, model);
    }
}

static void
on_quit (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  quit (data);
}

static const GActionEntry actions[] = {
  { .name = "join", .activate = on_join },
  { .name = "show-room", .activate = on_show_room, .parameter_type = "x" },
  { .name = "quit", .activate = on_quit },
};

static const struct
{
  const char *action;
  const char *keys[3];
} accelerators[] = {
  { "app.join", { "<Primary>n" } },
  { "app.quit", { "<Primary>q" } },
  { "win.preferences", { "<Primary>comma" } },
  { "win.close", { "<Primary>w" } },
  { "win.menu", { "F10" } },
  { "win.shortcuts", { "<Primary>question", "<Primary>F1" } },
  { "win.back", { "<Alt>Left" } },
  { "win.list-rooms", { "<Primary>l" } },
  { "win.search", { "<Primary>f" } },
  { "win.unread", { "<Primary>u" } },
  { "win.people", { "F9" } },
  { "win.part(1)", { "F6" } },
  { "win.part(-1)", { "<Shift>F6" } },
  { "win.previous-room", { "<Primary>Page_Up" } },
  { "win.next-room", { "<Primary>Page_Down" } },
  { "win.room(1)", { "<Alt>1", "<Alt>KP_1" } },
  { "win.room(2)", { "<Alt>2", "<Alt>KP_2" } },
  { "win.room(3)", { "<Alt>3", "<Alt>KP_3" } },
  { "win.room(4)", { "<Alt>4", "<Alt>KP_4" } },
  { "win.room(5)", { "<Alt>5", "<Alt>KP_5" } },
  { "win.room(6)", { "<Alt>6", "<Alt>KP_6" } },
  { "win.room(7)", { "<Alt>7", "<Alt>KP_7" } },
  { "win.room(8)", { "<Alt>8", "<Alt>KP_8" } },
  { "win.room(9)", { "<Alt>9", "<Alt>KP_9" } },
};

/* The program's life. */

static void
on_awake (gpointer data)
{
  GuiApplication *app = data;

  gui_rooms_hurry (app->rooms);
}

static void
gui_application_startup (GApplication *application)
{
  GuiApplication *app = GUI_APPLICATION (application);

  /* Pango has a thread that finds out which fonts there are. It begins with this, and is done
   * when the display is open and the theme is read. */
  (void) pango_cairo_font_map_get_default ();
  g_set_prgname (APP_ID); /* by this the desktop finds the icon of a window */
  G_APPLICATION_CLASS (gui_application_parent_class)->startup (application);
  hdy_init ();
  app->settings = g_settings_new (APP_ID);
  gui_style_init (app->settings);
  app->notifier = gui_notifier_new (GTK_APPLICATION (app), app->settings);
  app->rooms = gui_rooms_new (app->settings, app->notifier);
  app->sleep = gui_sleep_new (on_awake, app);

  g_action_map_add_action_entries (G_ACTION_MAP (app), actions, G_N_ELEMENTS (actions), app);
  for (gsize i = 0; i < G_N_ELEMENTS (accelerators); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (app), accelerators[i].action,
                                           accelerators[i].keys);
  g_unix_signal_add (SIGINT, on_end_signal, app);
  g_unix_signal_add (SIGTERM, on_end_signal, app);
}

static void
gui_application_shutdown (GApplication *application)
{
  GuiApplication *app = GUI_APPLICATION (application);

  g_clear_handle_id (&app->quit_timeout, g_source_remove);
  /* The window first: what was typed goes to the store with it. */
  if (app->window != NULL)
    gtk_widget_destroy (GTK_WIDGET (app->window));
  g_clear_pointer (&app->sleep, gui_sleep_free);
  g_clear_pointer (&app->rooms, gui_rooms_free);
  g_clear_pointer (&app->notifier, gui_notifier_free);
  g_settings_sync ();
  G_APPLICATION_CLASS (gui_application_parent_class)->shutdown (application);
}

/* The store first: the window can then begin with what is in it. */
static void
open_window (GuiApplication *app)
{
  g_autoptr (GError) error = NULL;
  gboolean opened = gui_rooms_open (app->rooms, FALSE, &error);

  app->window = gui_window_new (GTK_APPLICATION (app), app->rooms, app->settings);
  g_object_add_weak_pointer (G_OBJECT (app->window), (gpointer *) &app->window);
  if (!opened)
    gui_window_show_trouble (app->window, error);
}

static void
gui_application_activate (GApplication *application)
{
  GuiApplication *app = GUI_APPLICATION (application);

  if (app->quit_timeout != 0) /* somebody has started it while it was ending */
    {
      g_clear_handle_id (&app->quit_timeout, g_source_remove);
      gui_rooms_come_back (app->rooms);
    }
  if (app->window == NULL)
    open_window (app);
  gtk_window_present (GTK_WINDOW (app->window));
}

static void
gui_application_open (GApplication *application, GFile **files, int n_files, const char *hint)
{
  GuiApplication *app = GUI_APPLICATION (application);

  g_application_activate (application);
  for (int i = 0; i < n_files; i++)
    {
      g_autofree char *uri = g_file_get_uri (files[i]);
      g_autoptr (GError) error = NULL;

      if (!gui_window_open_address (app->window, uri, &error))
        gui_window_join (app->window, uri, error);
    }
}

/* Arguments as the option parser leaves them: (transfer container). */
static const char **
get_arguments (GVariantDict *options)
{
  const char **arguments = NULL;

  if (!g_variant_dict_lookup (options, G_OPTION_REMAINING, "^a&s", &arguments))
    return NULL;
  return arguments;
}

/* The one that was here before us is gone, or about to be: it has let go of its name, or of the bus,
 * before it has answered. One that hangs is not meant: it will not go. */
static gboolean
has_ended (const GError *error)
{
  return g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY) ||
         g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER) ||
         g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN) ||
         g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_METHOD);
}

/* GApplication registers once, and gives up if the instance that it has found ends just then. What
 * else goes wrong, it finds out by itself again, and says so. */
static void
take_place (GApplication *application)
{
  for (guint i = 0; i < REGISTER_TRIES; i++)
    {
      g_autoptr (GError) error = NULL;

      if (g_application_register (application, NULL, &error) || !has_ended (error))
        return;
      g_usleep (REGISTER_REST_US);
    }
}

/* In the process that was started, whoever carries it out then. */
static int
gui_application_handle_local_options (GApplication *application, GVariantDict *options)
{
  g_autofree const char **arguments = get_arguments (options);
  g_autofree char *uri = NULL;
  g_autoptr (GError) error = NULL;

  if (g_variant_dict_contains (options, "version"))
    {
      printf ("salotto %s\n", SALOTTO_VERSION);
      return SAL_EXIT_OK;
    }
  if (g_variant_dict_contains (options, "verbose"))
    (void) sal_log_set_level ("debug");
  if (arguments == NULL || arguments[0] == NULL)
    {
      take_place (application);
      return -1;
    }
  if (arguments[1] != NULL)
    {
      g_autofree char *message =
          g_strdup_printf (_ ("unexpected argument “%s”; see salotto --help"), arguments[1]);

      complain (message);
      return SAL_EXIT_USAGE;
    }
  uri = gui_address_normalize (arguments[0], &error);
  if (uri == NULL)
    {
      complain (error->message);
      return sal_error_exit_status (error);
    }
  take_place (application);
  return -1;
}

/* GLib's status for options that do not exist is 1, ours is 2. */
static gboolean
gui_application_local_command_line (GApplication *application, char ***arguments, int *status)
{
  gboolean done = G_APPLICATION_CLASS (gui_application_parent_class)
                      ->local_command_line (application, arguments, status);

  if (done && *status == 1 && !g_application_get_is_registered (application))
    *status = SAL_EXIT_USAGE;
  return done;
}

static int
gui_application_command_line (GApplication *application, GApplicationCommandLine *line)
{
  GuiApplication *app = GUI_APPLICATION (application);
  g_autofree const char **arguments =
      get_arguments (g_application_command_line_get_options_dict (line));
  g_autoptr (GError) error = NULL;

  g_application_activate (application);
  if (arguments == NULL || arguments[0] == NULL ||
      gui_window_open_address (app->window, arguments[0], &error))
    return SAL_EXIT_OK;
  g_application_command_line_printerr (line, "salotto: %s\n", error->message);
  return sal_error_exit_status (error);
}

static void
gui_application_finalize (GObject *object)
{
  g_clear_object (&GUI_APPLICATION (object)->settings);
  G_OBJECT_CLASS (gui_application_parent_class)->finalize (object);
}

static void
gui_application_class_init (GuiApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = gui_application_finalize;
  application_class->startup = gui_application_startup;
  application_class->shutdown = gui_application_shutdown;
  application_class->activate = gui_application_activate;
  application_class->open = gui_application_open;
  application_class->handle_local_options = gui_application_handle_local_options;
  application_class->local_command_line = gui_application_local_command_line;
  application_class->command_line = gui_application_command_line;
}

static const GOptionEntry option_entries[] = {
  { "verbose", 'v', 0, G_OPTION_ARG_NONE, NULL, N_ ("Say more"), NULL },
  { "version", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Say the version, and end"), NULL },
  { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, NULL, NULL, N_ ("[URI|HOST[:PORT]]") },
  { NULL }
};

static void
gui_application_init (GuiApplication *app)
{
  GApplication *application = G_APPLICATION (app);

  g_application_add_main_option_entries (application, option_entries);
  g_application_set_option_context_summary (
      application, _ ("A window for chat rooms that a desk, a class or a company runs itself."));
  g_application_set_option_context_description (
      application,
      _ ("A URI is plain://HOST[:PORT][/ROOM], the same with plains:// (TLS), irc:// and ircs://,\n"
         "unix:///path, or HOST[:PORT]. If salotto runs already, its window opens the room.\n"
         "All of it: salotto(1)."));
}

/**
 * gui_application_new:
 *
 * Returns: (transfer full): the program, which g_application_run() starts.
 */
GuiApplication *
gui_application_new (void)
{
  return g_object_new (GUI_TYPE_APPLICATION, "application-id", APP_ID, "flags",
                       G_APPLICATION_HANDLES_COMMAND_LINE | G_APPLICATION_HANDLES_OPEN, NULL);
}
