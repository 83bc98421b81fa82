/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the desktop client looks like: a picture of each of its faces for people to look
 * at, and what a program can say of them by itself: that dark is dark, that a narrow
 * window has everything in it, that right to left is the other way round.
 */
#include "config.h"

#include <signal.h>

#include "tests/gtk/gtk-driver.h"

/* As narrow as a telephone. */
#define NARROW 360

/* A room in which something is going on. */
typedef struct
{
  TestFolder *folder; /* (owned) */
  TestServer *server; /* (owned) */
  TestPeer *eva;      /* (owned) */
  TestPeer *bruno;    /* (owned) */
  TestApp *app;       /* (owned) */
} Scene;

static TestPeer *
join_salon (Scene *scene, const char *name)
{
  TestPeer *peer = test_peer_join (scene->server->port, name);

  test_peer_send (peer, "/join salon\n");
  test_peer_expect_later (peer, "salon");
  return peer;
}

static void
scene_open (Scene *scene, const char *settings, const char *scheme, const char *const *env)
{
  g_autofree char *keyfile =
      g_strdup_printf ("[org/salotto/Salotto]\nname='Ada'\ncolor-scheme='%s'\n", scheme);
  g_autofree char *uri = NULL;

  scene->folder = driver_folder_new (NULL);
  test_desktop_write_settings (scene->folder, settings);
  test_folder_write (scene->folder, "glib-2.0/settings/keyfile", keyfile);
  scene->server = test_server_start (NULL);
  scene->eva = join_salon (scene, "Eva");
  uri = driver_uri (scene->server->port, "salon");
  scene->app = test_app_start (scene->folder, (const char *const[]){ uri, NULL }, env);
}

static void
scene_close (Scene *scene)
{
  test_app_free (scene->app);
  test_peer_free (scene->bruno);
  test_peer_free (scene->eva);
  test_server_free (scene->server);
  test_folder_free (scene->folder);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Scene, scene_close)

/* Waits until the window has shown a line with this in it, and goes on. */
static void
let_say (Scene *scene, TestPeer *peer, const char *text)
{
  g_autofree char *line = g_strconcat (text, "\n", NULL);

  test_peer_send (peer, line);
  test_peer_expect_later (scene->eva, text);
}

/* The names of widgets are not asked for: they are in some language. */
static void
converse (Scene *scene)
{
  test_peer_expect_later (scene->eva, "> Ada(");
  scene->bruno = join_salon (scene, "Bruno");
  let_say (scene, scene->eva, "Good morning, everybody!");
  let_say (scene, scene->eva,
           "Who has looked at the traces of yesterday? The second one has three "
           "retransmissions in a row, and I do not understand where the "
           "acknowledgement of the first segment went.");
  let_say (scene, scene->bruno,
           "I have. See https://www.rfc-editor.org/rfc/rfc9293#section-3.8 🙂");
  let_say (scene, scene->bruno, "It is the delayed one, perché il primo era già perso.");
  let_say (scene, scene->eva, "Ada, what do you think?");
  test_app_focus (scene->app);
  test_desktop_type ("I think that Bruno is right\n");
  test_peer_expect_later (scene->eva, "I think that Bruno is right");
  let_say (scene, scene->bruno, "شكرا جزيلا, and שלום to those who read from right to left");
  test_peer_send (scene->bruno, "/me goes for a coffee ☕\n");
  test_peer_expect_later (scene->eva, "goes for a coffee");
  test_desktop_type ("Until later, then\n");
  test_peer_expect_later (scene->eva, "Until later, then");
  test_peer_send (scene->bruno, "quit\n");
  test_peer_expect_later (scene->eva, "has left this room.\n");
}

static void
test_light (void)
{
  g_auto (Scene) scene = { 0 };

  scene_open (&scene, NULL, "light", NULL);
  converse (&scene);
  test_app_expect_row (scene.app, "Messages", "Bruno left");
  test_desktop_shoot ("light");
  g_assert_cmpfloat (test_desktop_brightness (), >, 0.75);
}

static void
test_dark (void)
{
  g_auto (Scene) scene = { 0 };

  scene_open (&scene, NULL, "dark", NULL);
  converse (&scene);
  test_app_expect_row (scene.app, "Messages", "Bruno left");
  test_desktop_shoot ("dark");
  g_assert_cmpfloat (test_desktop_brightness (), <, 0.3);
}

static void
expect_inside (TestApp *app, const char *role, const char *name, int width)
{
  TestPlace place = test_app_get_place (app, role, name);

  g_assert_cmpint (place.width, >, 0);
  g_assert_cmpint (place.x, >=, 0);
  g_assert_cmpint (place.x + place.width, <=, width);
}

static void
test_narrow (void)
{
  g_auto (Scene) scene = { 0 };
  int width = 0;
  int height = 0;

  scene_open (&scene, NULL, "light", NULL);
  converse (&scene);
  test_app_expect_row (scene.app, "Messages", "Bruno left");
  test_desktop_resize (NARROW, 640);
  test_app_expect (scene.app, "push button", "Back to the rooms");
  test_desktop_shoot ("narrow");
  test_desktop_get_size (&width, &height);
  g_assert_cmpint (width, ==, NARROW);
  expect_inside (scene.app, "text", "Message", NARROW);
  expect_inside (scene.app, "push button", "Send", NARROW);

  test_app_press (scene.app, "Back to the rooms");
  test_app_expect (scene.app, "list box|list", "Rooms");
  test_desktop_shoot ("narrow-rooms");
  test_app_press (scene.app, "Join a room");
  test_app_focus (scene.app);
  test_desktop_shoot ("narrow-dialog");
}

static void
test_right_to_left (void)
{
  g_autofree char *preload = g_strconcat ("LD_PRELOAD=", test_program ("RIGHT_TO_LEFT"), NULL);
  const char *const env[] = { preload, NULL };
  g_auto (Scene) scene = { 0 };
  TestPlace message = { 0 };
  TestPlace send = { 0 };

  scene_open (&scene, NULL, "light", env);
  converse (&scene);
  test_app_expect_row (scene.app, "Messages", "Bruno left");
  test_desktop_shoot ("right-to-left");
  message = test_app_get_place (scene.app, "text", "Message");
  send = test_app_get_place (scene.app, "push button", "Send");
  g_assert_cmpint (message.width, >, 0);
  g_assert_cmpint (send.width, >, 0);
  g_assert_cmpint (send.x + send.width, <=, message.x);
}

/* Text twice as large. */
static void
test_large (void)
{
  static const char *const env[] = { "GDK_DPI_SCALE=2", NULL };
  g_auto (Scene) scene = { 0 };
  int width = 0;
  int height = 0;

  scene_open (&scene, NULL, "light", env);
  converse (&scene);
  test_app_expect_row (scene.app, "Messages", "Bruno left");
  test_desktop_shoot ("large");
  test_desktop_get_size (&width, &height);
  g_assert_cmpint (width, <=, 1280);
  g_assert_cmpint (height, <=, 900);
  expect_inside (scene.app, "text", "Message", width);
  expect_inside (scene.app, "push button", "Send", width);
}

static void
test_high_contrast (void)
{
  g_auto (Scene) scene = { 0 };

  scene_open (&scene, "gtk-theme-name=HighContrast\n", "light", NULL);
  converse (&scene);
  test_app_expect_row (scene.app, "Messages", "Bruno left");
  test_desktop_shoot ("high-contrast");
}

static void
test_italian (void)
{
  static const char *const italian[] = { "LANGUAGE=it", NULL };
  g_auto (Scene) scene = { 0 };

  scene_open (&scene, NULL, "light", italian);
  converse (&scene);
  test_app_expect_row (scene.app, "Messaggi", "Bruno è uscito");
  test_desktop_shoot ("italian");
}

/* A room that cannot be reached, with messages in every state. */
static void
test_trouble (void)
{
  g_auto (Scene) scene = { 0 };
  g_autofree char *muted = NULL;

  scene_open (&scene, NULL, "light", NULL);
  converse (&scene);
  muted = test_server_control (scene.server, "mute Ada");
  driver_say (scene.app, "Nobody reads this one");
  test_app_expect_row (scene.app, "Messages", "Nobody reads this one", "Not sent");
  g_free (muted);
  muted = test_server_control (scene.server, "unmute Ada");
  test_process_signal (scene.server->process, SIGSTOP);
  driver_say (scene.app, "Perhaps this one");
  test_app_expect_row (scene.app, "Messages", "Perhaps this one", "Sent");
  test_process_signal (scene.server->process, SIGKILL);
  /* It may not have arrived, unless this machine has taken too long for it. */
  test_app_expect_rows (scene.app, "Rooms", 0, ", connected");
  driver_say (scene.app, "And this one when you are back");
  test_app_expect_row (scene.app, "Messages", "And this one", "Waiting to be sent");
  test_desktop_shoot ("trouble");
}

/* Above what is new. */
static void
test_way_down (void)
{
  g_auto (Scene) scene = { 0 };

  scene_open (&scene, NULL, "light", NULL);
  converse (&scene);
  for (guint i = 0; i < 40; i++)
    let_say (&scene, scene.eva, "One more line, so that there is something to scroll");
  test_app_expect_row (scene.app, "Messages", "Bruno left");
  test_app_focus (scene.app);
  test_desktop_key ("Page_Up Page_Up");
  test_app_expect (scene.app, "push button", "Go to newest messages");
  for (guint i = 0; i < 5; i++)
    let_say (&scene, scene.eva, "This one is new");
  test_app_expect_row (scene.app, "Rooms", "5 unread messages");
  test_desktop_shoot ("way-down");
  test_app_press (scene.app, "Go to newest messages");
  test_app_expect_gone (scene.app, "push button", "Go to newest messages");
  test_desktop_shoot ("unread-line");
}

/* Windows. */

static void
test_windows (gconstpointer data)
{
  const char *scheme = data;
  g_autoptr (TestFolder) folder = driver_folder_new (NULL);
  g_autofree char *keyfile = g_strdup_printf ("[org/salotto/Salotto]\ncolor-scheme='%s'\n", scheme);
  g_autofree char *empty = g_strconcat ("empty-", scheme, NULL);
  g_autofree char *dialog = g_strconcat ("dialog-", scheme, NULL);
  g_autofree char *mistake = g_strconcat ("mistake-", scheme, NULL);
  g_autofree char *menu = g_strconcat ("menu-", scheme, NULL);
  g_autofree char *preferences = g_strconcat ("preferences-", scheme, NULL);
  g_autofree char *shortcuts = g_strconcat ("shortcuts-", scheme, NULL);
  g_autofree char *about = g_strconcat ("about-", scheme, NULL);
  g_autoptr (TestApp) app = NULL;

  test_folder_write (folder, "glib-2.0/settings/keyfile", keyfile);
  app = test_app_start (folder, NULL, NULL);
  test_desktop_shoot (empty);

  test_app_press (app, "Join a room");
  test_app_expect (app, "text", "Your name");
  test_app_focus (app);
  test_desktop_shoot (dialog);
  test_app_write (app, "Address", "localhost:99999");
  test_app_write (app, "Your name", "Ada");
  test_app_press_role (app, "push button", "Connect");
  test_app_expect_words (app, "is not a port");
  test_desktop_shoot (mistake);
  test_desktop_key ("Escape");
  test_app_expect_gone (app, "text", "Your name");

  test_app_press (app, "Main menu");
  test_app_expect (app, TEST_PRESSABLE, "Preferences");
  test_desktop_shoot (menu);
  test_app_press (app, "Preferences");
  test_app_expect (app, NULL, "When I am mentioned");
  test_app_focus (app);
  test_desktop_shoot (preferences);
  test_desktop_key ("Escape");
  test_app_expect_gone (app, NULL, "When I am mentioned");

  test_app_press (app, "Main menu");
  test_app_press (app, "Keyboard shortcuts");
  test_app_expect_words (app, "What you wrote before");
  test_app_focus (app);
  test_desktop_shoot (shortcuts);
  test_desktop_key ("Escape");

  test_app_press (app, "Main menu");
  test_app_press (app, "About Salotto");
  test_app_expect_words (app, "The Salotto authors");
  test_app_focus (app);
  test_desktop_shoot (about);
}

static void
add_cases (void)
{
  g_test_add_func ("/gtk/looks/light", test_light);
  g_test_add_func ("/gtk/looks/dark", test_dark);
  g_test_add_func ("/gtk/looks/narrow", test_narrow);
  g_test_add_func ("/gtk/looks/right-to-left", test_right_to_left);
  g_test_add_func ("/gtk/looks/large", test_large);
  g_test_add_func ("/gtk/looks/high-contrast", test_high_contrast);
  g_test_add_func ("/gtk/looks/italian", test_italian);
  g_test_add_func ("/gtk/looks/trouble", test_trouble);
  g_test_add_func ("/gtk/looks/way-down", test_way_down);
  g_test_add_data_func ("/gtk/looks/windows/light", "light", test_windows);
  g_test_add_data_func ("/gtk/looks/windows/dark", "dark", test_windows);
}

int
main (int argc, char **argv)
{
  return driver_run (argc, argv, add_cases);
}
