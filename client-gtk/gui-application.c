/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The program as a whole: one of it runs per person, and later starts tell the first
 * one what they want. It owns the store and the rooms, each once, joins again those that
 * were not left, and sees to it that everybody gets a goodbye at the end. It knows
 * nothing of how a room looks.
 *
 * A room is known here from the first try to join it (`models`), and shown in lists
 * once it is kept (`rooms`), so that a wrong address leaves nothing behind.
 */
#include "config.h"

#include "client-gtk/gui-application.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <handy.h>
#include <stdio.h>

#include "client-gtk/gui-address.h"
#include "client-gtk/gui-notifier.h"
#include "client-gtk/gui-preferences.h"
#include "client-gtk/gui-style.h"
#include "client-gtk/gui-window.h"
#include "common/base/sal-error.h"
#include "common/base/sal-log.h"
#include "common/proto/sal-name.h"

#define APP_ID "org.salotto.Salotto"

/* How long the goodbyes may take when the program ends. */
#define QUIT_MS 1000

struct _GuiApplication
{
  GtkApplication parent;
  GSettings *settings;   /* (owned): from the start-up on */
  SalStore *store;       /* (owned) (nullable): while it cannot be opened */
  char *temporary;       /* (owned) (nullable): the folder of a store for this time only */
  GHashTable *models;    /* of SalRoomModel (owned): every room that is known */
  GListStore *rooms;     /* (owned): those of them that are kept */
  GPtrArray *forgotten;  /* of SalRoomModel (unowned): to be deleted when left */
  GPtrArray *waiting;    /* of char (owned): addresses to open when there is a store */
  GuiNotifier *notifier; /* (owned) */
  GuiWindow *window;     /* (unowned) (nullable) */
  guint quit_timeout;    /* of the main loop: not 0 while the program ends */
};

G_DEFINE_FINAL_TYPE (GuiApplication, gui_application, GTK_TYPE_APPLICATION)

static void
complain (const char *message)
{
  fprintf (stderr, "salotto: %s\n", message);
}

/* Names. */

/**
 * gui_application_dup_name:
 *
 * Returns: (transfer full): who to be in a new room: the name in the preferences, or
 * else the login name.
 */
char *
gui_application_dup_name (GuiApplication *app)
{
  g_autofree char *preferred = g_settings_get_string (app->settings, "name");
  char *name = sal_name_from_text (preferred);

  if (name == NULL)
    name = sal_name_from_text (g_get_user_name ());
  return name != NULL ? name : g_strdup ("salotto");
}

/* Rooms. */

static gboolean
is_active (SalRoomModel *model)
{
  SalPresence presence = sal_room_model_get_presence (model);

  return presence != SAL_PRESENCE_OFFLINE && presence != SAL_PRESENCE_LEAVING;
}

static gboolean
all_are_offline (GuiApplication *app)
{
  GHashTableIter iter;
  gpointer model = NULL;

  g_hash_table_iter_init (&iter, app->models);
  while (g_hash_table_iter_next (&iter, &model, NULL))
    if (sal_room_model_get_presence (model) != SAL_PRESENCE_OFFLINE)
      return FALSE;
  return TRUE;
}

/* The rooms to join again next time are those that are not left now. */
static void
remember_joined (GuiApplication *app)
{
  g_autoptr (GPtrArray) uris = g_ptr_array_new ();
  g_auto (GStrv) before = NULL;
  guint n = g_list_model_get_n_items (G_LIST_MODEL (app->rooms));

  if (app->temporary != NULL)
    return;
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (SalRoomModel) model = g_list_model_get_item (G_LIST_MODEL (app->rooms), i);

      if (is_active (model))
        g_ptr_array_add (uris, (gpointer) sal_room_model_get_uri (model));
    }
  g_ptr_array_add (uris, NULL);
  before = g_settings_get_strv (app->settings, "joined");
  if (!g_strv_equal ((const char *const *) before, (const char *const *) uris->pdata))
    g_settings_set_strv (app->settings, "joined", (const char *const *) uris->pdata);
}

static void
delete_room (GuiApplication *app, SalRoomModel *model)
{
  g_ptr_array_remove (app->forgotten, model);
  g_signal_handlers_disconnect_by_data (model, app);
  gui_notifier_unwatch (app->notifier, model);
  sal_store_forget_room (app->store, sal_room_model_get_id (model));
  g_hash_table_remove (app->models, model);
}

static gboolean
on_quit_timeout (gpointer data)
{
  GuiApplication *app = data;

  app->quit_timeout = 0;
  g_application_quit (G_APPLICATION (app));
  return G_SOURCE_REMOVE;
}

static void
on_presence (SalRoomModel *model, GuiApplication *app)
{
  g_autoptr (SalRoomModel) keep G_GNUC_UNUSED = g_object_ref (model);

  if (g_ptr_array_find (app->forgotten, model, NULL) &&
      sal_room_model_get_presence (model) == SAL_PRESENCE_OFFLINE)
    delete_room (app, model);
  if (app->quit_timeout == 0)
    remember_joined (app);
  else if (all_are_offline (app))
    g_application_quit (G_APPLICATION (app));
}

static SalRoomModel *
find_model (GuiApplication *app, const char *uri)
{
  GHashTableIter iter;
  gpointer model = NULL;

  g_hash_table_iter_init (&iter, app->models);
  while (g_hash_table_iter_next (&iter, &model, NULL))
    if (g_str_equal (sal_room_model_get_uri (model), uri))
      return model;
  return NULL;
}

static SalRoomModel *
add_model (GuiApplication *app, const SalStoredRoom *room, GError **error)
{
  SalRoomModel *model = sal_room_model_new (app->store, room, error);

  if (model == NULL)
    return NULL;
  g_hash_table_add (app->models, model);
  g_signal_connect (model, "presence", G_CALLBACK (on_presence), app);
  gui_notifier_watch (app->notifier, model);
  return model;
}

static SalRoomModel *
create_model (GuiApplication *app, const char *uri, const char *name, GError **error)
{
  g_autoptr (SalStoredRoom) room = sal_store_find_room (app->store, uri);
  g_autofree char *default_name = NULL;

  if (room == NULL)
    {
      if (name == NULL)
        name = default_name = gui_application_dup_name (app);
      if (sal_store_add_room (app->store, uri, name, error) == 0)
        return NULL;
      room = sal_store_find_room (app->store, uri);
      if (room == NULL)
        {
          g_set_error (error, SAL_ERROR, SAL_EXIT_FAILED, _ ("“%s” could not be stored"), uri);
          return NULL;
        }
    }
  return add_model (app, room, error);
}

/**
 * gui_application_try_room:
 * @uri: where, as people write it
 * @name: (nullable): who to be there; %NULL: as the last time, or the usual name
 *
 * Begins to join a room. It is in no list until gui_application_keep_room(); one that
 * does not come to anything goes away with gui_application_forget_room().
 *
 * Returns: (transfer none): the room, or %NULL with a #SAL_ERROR in words for people.
 */
SalRoomModel *
gui_application_try_room (GuiApplication *app, const char *uri, const char *name, GError **error)
{
  g_autofree char *normal = gui_address_normalize (uri, error);
  SalRoomModel *model = NULL;

  g_return_val_if_fail (app->store != NULL, NULL);
  if (normal == NULL)
    return NULL;
  model = find_model (app, normal);
  if (model == NULL)
    model = create_model (app, normal, name, error);
  if (model == NULL)
    return NULL;

  g_ptr_array_remove (app->forgotten, model);
  if (name != NULL && g_strcmp0 (name, sal_room_model_get_name (model)) != 0)
    sal_room_model_set_name (model, name);
  if (!is_active (model) || sal_room_model_get_presence (model) == SAL_PRESENCE_WAITING)
    sal_room_model_connect (model);
  return model;
}

/**
 * gui_application_keep_room:
 *
 * The room is in the lists from now on; nothing changes if it is already.
 */
void
gui_application_keep_room (GuiApplication *app, SalRoomModel *model)
{
  if (gui_application_keeps_room (app, model))
    return;
  g_list_store_insert (app->rooms, 0, model);
  remember_joined (app);
}

/**
 * gui_application_keeps_room:
 *
 * Returns: whether the room is in the lists.
 */
gboolean
gui_application_keeps_room (GuiApplication *app, SalRoomModel *model)
{
  return g_list_store_find (app->rooms, model, NULL);
}

/**
 * gui_application_open_room:
 * @uri: where, as people write it
 * @name: (nullable): who to be there; %NULL: as the last time, or the usual name
 *
 * Keeps the room, and joins it unless one is in it already.
 *
 * Returns: (transfer none): the room, or %NULL with a #SAL_ERROR in words for people.
 */
SalRoomModel *
gui_application_open_room (GuiApplication *app, const char *uri, const char *name, GError **error)
{
  SalRoomModel *model = gui_application_try_room (app, uri, name, error);

  if (model != NULL)
    gui_application_keep_room (app, model);
  return model;
}

/**
 * gui_application_show_room:
 *
 * Brings a room that is kept before the eyes.
 */
void
gui_application_show_room (GuiApplication *app, SalRoomModel *model)
{
  g_application_activate (G_APPLICATION (app));
  gui_window_show_room (app->window, model);
}

/**
 * gui_application_forget_room:
 *
 * Leaves the room and deletes everything that is kept of it.
 */
void
gui_application_forget_room (GuiApplication *app, SalRoomModel *model)
{
  g_autoptr (SalRoomModel) keep G_GNUC_UNUSED = g_object_ref (model);
  guint position = 0;

  if (g_list_store_find (app->rooms, model, &position))
    g_list_store_remove (app->rooms, position);
  if (!g_ptr_array_find (app->forgotten, model, NULL))
    g_ptr_array_add (app->forgotten, model);
  sal_room_model_leave (model);
  if (g_hash_table_contains (app->models, model) &&
      sal_room_model_get_presence (model) == SAL_PRESENCE_OFFLINE)
    delete_room (app, model);
  remember_joined (app);
}

/* The store. */

static void
update_actions (GuiApplication *app)
{
  GAction *join = g_action_map_lookup_action (G_ACTION_MAP (app), "join");

  g_simple_action_set_enabled (G_SIMPLE_ACTION (join), app->store != NULL);
}

static int
compare_last_used (gconstpointer a, gconstpointer b)
{
  const SalStoredRoom *first = *(SalStoredRoom *const *) a;
  const SalStoredRoom *second = *(SalStoredRoom *const *) b;

  return (first->last_used_us < second->last_used_us) -
         (first->last_used_us > second->last_used_us);
}

static void
load_rooms (GuiApplication *app)
{
  g_autoptr (GPtrArray) stored = sal_store_list_rooms (app->store);
  g_auto (GStrv) joined = g_settings_get_strv (app->settings, "joined");

  g_ptr_array_sort (stored, compare_last_used);
  for (guint i = 0; i < stored->len; i++)
    {
      g_autoptr (GError) error = NULL;
      SalRoomModel *model = add_model (app, stored->pdata[i], &error);

      if (model != NULL)
        g_list_store_append (app->rooms, model);
      else
        g_warning (_ ("a stored room is left out: %s"), error->message);
    }
  for (guint i = 0; joined[i] != NULL; i++)
    {
      SalRoomModel *model = find_model (app, joined[i]);

      if (model != NULL)
        sal_room_model_connect (model);
    }
}

static void
remove_temporary (GuiApplication *app)
{
  g_autoptr (GDir) dir = NULL;
  const char *name = NULL;

  if (app->temporary == NULL)
    return;
  dir = g_dir_open (app->temporary, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (app->temporary, name, NULL);

      (void) g_unlink (path);
    }
  (void) g_rmdir (app->temporary);
  g_clear_pointer (&app->temporary, g_free);
}

static char *
store_folder (GuiApplication *app, gboolean temporary, GError **error)
{
  char *folder = NULL;

  if (temporary)
    {
      app->temporary = g_dir_make_tmp ("salotto-XXXXXX", error);
      return g_strdup (app->temporary);
    }
  folder = g_build_filename (g_get_user_data_dir (), "salotto", NULL);
  (void) g_mkdir_with_parents (folder, 0700); /* the store says what is wrong with it */
  return folder;
}

/**
 * gui_application_open_store:
 * @temporary: not the person's own store, but one that is deleted at the end
 *
 * Opens the store, and with it the rooms that are kept, and those that somebody asked
 * for before it was there.
 *
 * Returns: whether it went well; if not, @error names the file and what is wrong.
 */
gboolean
gui_application_open_store (GuiApplication *app, gboolean temporary, GError **error)
{
  g_autofree char *folder = store_folder (app, temporary, error);
  g_autofree char *path = NULL;
  g_autoptr (GPtrArray) waiting = NULL;

  g_return_val_if_fail (app->store == NULL, FALSE);
  if (folder == NULL)
    return FALSE;
  path = g_build_filename (folder, "rooms.db", NULL);
  app->store = sal_store_open (path, error);
  if (app->store == NULL)
    {
      remove_temporary (app);
      return FALSE;
    }
  update_actions (app);
  load_rooms (app);

  waiting = g_steal_pointer (&app->waiting);
  app->waiting = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < waiting->len; i++)
    {
      g_autoptr (GError) local = NULL;
      SalRoomModel *model = gui_application_open_room (app, waiting->pdata[i], NULL, &local);

      if (model != NULL)
        gui_application_show_room (app, model);
      else
        g_warning ("%s", local->message);
    }
  return TRUE;
}

/**
 * gui_application_get_store:
 *
 * Returns: (transfer none) (nullable): where rooms are kept; %NULL while it cannot be
 * opened.
 */
SalStore *
gui_application_get_store (GuiApplication *app)
{
  return app->store;
}

/**
 * gui_application_get_settings:
 *
 * Returns: (transfer none): the preferences.
 */
GSettings *
gui_application_get_settings (GuiApplication *app)
{
  return app->settings;
}

/**
 * gui_application_get_rooms:
 *
 * Returns: (transfer none): the #SalRoomModel of every room that is kept, the newest
 * first.
 */
GListModel *
gui_application_get_rooms (GuiApplication *app)
{
  return G_LIST_MODEL (app->rooms);
}

/* The end. */

static void
quit (GuiApplication *app)
{
  g_autoptr (GPtrArray) models = NULL;
  GHashTableIter iter;
  gpointer model = NULL;

  if (app->quit_timeout != 0)
    return;
  /* From here on rooms are left, but not for good: remember_joined() has been. */
  app->quit_timeout = g_timeout_add (QUIT_MS, on_quit_timeout, app);
  for (GList *at = gtk_application_get_windows (GTK_APPLICATION (app)); at != NULL; at = at->next)
    gtk_widget_hide (at->data);
  /* Some go from the table by being left. */
  models = g_ptr_array_new_with_free_func (g_object_unref);
  g_hash_table_iter_init (&iter, app->models);
  while (g_hash_table_iter_next (&iter, &model, NULL))
    g_ptr_array_add (models, g_object_ref (model));
  for (guint i = 0; i < models->len; i++)
    sal_room_model_leave (models->pdata[i]);
  if (all_are_offline (app))
    g_application_quit (G_APPLICATION (app));
}

/* Somebody has started the program while it was ending. */
static void
go_on (GuiApplication *app)
{
  g_auto (GStrv) joined = NULL;

  if (app->quit_timeout == 0)
    return;
  g_clear_handle_id (&app->quit_timeout, g_source_remove);
  joined = g_settings_get_strv (app->settings, "joined");
  for (guint i = 0; joined[i] != NULL; i++)
    {
      SalRoomModel *model = find_model (app, joined[i]);

      if (model != NULL)
        sal_room_model_connect (model);
    }
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
  if (app->store != NULL)
    gui_window_join (app->window, NULL, NULL);
}

static void
on_show_room (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GuiApplication *app = data;
  guint n = g_list_model_get_n_items (G_LIST_MODEL (app->rooms));

  g_application_activate (G_APPLICATION (app));
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (SalRoomModel) model = g_list_model_get_item (G_LIST_MODEL (app->rooms), i);

      if (sal_room_model_get_id (model) == g_variant_get_int64 (parameter))
        gui_application_show_room (app, model);
    }
}

static void
on_preferences (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GuiApplication *app = data;

  g_application_activate (G_APPLICATION (app));
  gui_preferences_show (GTK_WINDOW (app->window), app->settings);
}

static void
on_about (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GuiApplication *app = data;

  g_application_activate (G_APPLICATION (app));
  gtk_show_about_dialog (GTK_WINDOW (app->window), "modal", TRUE, "program-name", _ ("Salotto"),
                         "version", SALOTTO_VERSION, "logo-icon-name", APP_ID, "comments",
                         _ ("A chat room that a desk, a class or a company runs itself"),
                         "license-type", GTK_LICENSE_GPL_3_0, "copyright",
                         _ ("© 2026 The Salotto authors"), "translator-credits",
                         /* TRANSLATORS: your name, one translator a line */
                         _ ("translator-credits"), NULL);
}

static void
on_quit (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  quit (data);
}

static const GActionEntry actions[] = {
  { .name = "join", .activate = on_join },
  { .name = "show-room", .activate = on_show_room, .parameter_type = "x" },
  { .name = "preferences", .activate = on_preferences },
  { .name = "about", .activate = on_about },
  { .name = "quit", .activate = on_quit },
};

static const struct
{
  const char *action;
  const char *keys[3];
} accelerators[] = {
  { "app.join", { "<Primary>n" } },
  { "app.preferences", { "<Primary>comma" } },
  { "app.quit", { "<Primary>q" } },
  { "win.close", { "<Primary>w" } },
  { "win.menu", { "F10" } },
  { "win.shortcuts", { "<Primary>question", "<Primary>F1" } },
  { "win.back", { "<Alt>Left" } },
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
gui_application_startup (GApplication *application)
{
  GuiApplication *app = GUI_APPLICATION (application);

  g_set_prgname (APP_ID); /* by this the desktop finds the icon of a window */
  G_APPLICATION_CLASS (gui_application_parent_class)->startup (application);
  hdy_init ();
  gtk_window_set_default_icon_name (APP_ID);
  app->settings = g_settings_new (APP_ID);
  gui_style_init (app->settings);
  app->notifier = gui_notifier_new (GTK_APPLICATION (app), app->settings);

  g_action_map_add_action_entries (G_ACTION_MAP (app), actions, G_N_ELEMENTS (actions), app);
  for (gsize i = 0; i < G_N_ELEMENTS (accelerators); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (app), accelerators[i].action,
                                           accelerators[i].keys);
  update_actions (app);
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
  g_clear_pointer (&app->notifier, gui_notifier_free);
  g_list_store_remove_all (app->rooms);
  g_hash_table_remove_all (app->models);
  if (app->store != NULL)
    sal_store_close (app->store);
  g_clear_object (&app->store);
  remove_temporary (app);
  g_settings_sync ();
  G_APPLICATION_CLASS (gui_application_parent_class)->shutdown (application);
}

/* The store first: the window can then begin with what is in it. */
static void
open_window (GuiApplication *app)
{
  g_autoptr (GError) error = NULL;
  gboolean has_store = gui_application_open_store (app, FALSE, &error);

  app->window = gui_window_new (app);
  g_object_add_weak_pointer (G_OBJECT (app->window), (gpointer *) &app->window);
  if (!has_store)
    gui_window_show_trouble (app->window, error);
}

static void
gui_application_activate (GApplication *application)
{
  GuiApplication *app = GUI_APPLICATION (application);

  go_on (app);
  if (app->window == NULL)
    open_window (app);
  gtk_window_present (GTK_WINDOW (app->window));
}

/* What is wrong with the address is said where it was typed, or else in the window. */
static gboolean
open_address (GuiApplication *app, const char *uri, GError **error)
{
  SalRoomModel *model = NULL;

  g_application_activate (G_APPLICATION (app));
  if (app->store == NULL)
    {
      g_ptr_array_add (app->waiting, g_strdup (uri));
      return TRUE;
    }
  model = gui_application_open_room (app, uri, NULL, error);
  if (model == NULL)
    return FALSE;
  gui_application_show_room (app, model);
  return TRUE;
}

static void
gui_application_open (GApplication *application, GFile **files, int n_files, const char *hint)
{
  GuiApplication *app = GUI_APPLICATION (application);

  for (int i = 0; i < n_files; i++)
    {
      g_autofree char *uri = g_file_get_uri (files[i]);
      g_autoptr (GError) error = NULL;

      if (!open_address (app, uri, &error))
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
    return -1;
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

  if (arguments == NULL || arguments[0] == NULL)
    g_application_activate (application);
  else if (!open_address (app, arguments[0], &error))
    {
      g_application_command_line_printerr (line, "salotto: %s\n", error->message);
      return sal_error_exit_status (error);
    }
  return SAL_EXIT_OK;
}

static void
gui_application_finalize (GObject *object)
{
  GuiApplication *app = GUI_APPLICATION (object);

  g_clear_object (&app->settings);
  g_clear_object (&app->rooms);
  g_ptr_array_unref (app->forgotten);
  g_ptr_array_unref (app->waiting);
  g_hash_table_unref (app->models);
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

  app->models = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  app->rooms = g_list_store_new (SAL_TYPE_ROOM_MODEL);
  app->forgotten = g_ptr_array_new ();
  app->waiting = g_ptr_array_new_with_free_func (g_free);
  g_application_add_main_option_entries (application, option_entries);
  g_application_set_option_context_parameter_string (application, NULL);
  g_application_set_option_context_summary (
      application, _ ("A window for chat rooms that a desk, a class or a company runs itself."));
  g_application_set_option_context_description (
      application,
      _ ("A URI is plain://HOST[:PORT][/ROOM], unix:///path, or HOST[:PORT]. If salotto runs\n"
         "already, its window opens the room. All of it: salotto(1)."));
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
