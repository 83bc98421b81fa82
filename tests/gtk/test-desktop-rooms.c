/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The rooms of a person: leaving one and coming back, forgetting it, going from one to
 * another, and what happens when the file they are kept in cannot be read. And what the
 * desktop brings: notifications that are clicked, links that are opened, programs that
 * hand over an address.
 */
#include "config.h"

#include <stdio.h>
#include <sys/stat.h>

#include "tests/gtk/gtk-driver.h"

static TestApp *
enter_two (const TestFolder *folder, TestServer *first, TestServer *second)
{
  TestApp *app = driver_enter (folder, first->port);
  g_autofree char *uri = driver_uri (second->port, NULL);
  g_autoptr (TestProcess) process =
      test_app_start_second (folder, (const char *const[]){ uri, NULL });

  test_process_expect_exit (process, 0);
  test_app_expect_rows (app, "Rooms", 2, ", connected");
  return app;
}

/* Leaving on purpose lasts, until one wants back in. */
static void
test_leave (void)
{
  g_autoptr (TestServer) server = test_server_start (NULL);
  g_autoptr (TestPeer) eva = test_peer_join (server->port, "Eva");
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (TestApp) app = driver_enter (folder, server->port);

  test_app_press (app, "Room menu");
  test_app_press (app, "Leave");
  test_peer_expect_later (eva, "has left this room.\n");
  test_app_expect_row (app, "Rooms", ", not connected");
  driver_say (app, "for when I am back");
  test_app_expect_row (app, "Messages", "for when I am back", "Waiting to be sent");

  test_app_press (app, "Room menu");
  test_app_press_role (app, "menu item|check menu item|push button", "Connect");
  test_peer_expect_later (eva, ": for when I am back\n");
  test_app_expect_row (app, "Messages", "for when I am back", "Delivered");
}

static void
test_forget (void)
{
  g_autoptr (TestServer) first = test_server_start (NULL);
  g_autoptr (TestServer) second = test_server_start (NULL);
  g_autoptr (TestPeer) eva = test_peer_join (second->port, "Eva");
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (TestApp) app = enter_two (folder, first, second);
  g_autofree char *uri = driver_uri (second->port, NULL);
  g_autoptr (TestProcess) process = NULL;

  driver_say (app, "nobody will know");
  test_app_expect_row (app, "Messages", "nobody will know", "Delivered");
  test_app_press (app, "Room menu");
  test_app_press (app, "Forget…");
  test_app_press_role (app, "push button", "Cancel");
  test_app_expect_rows (app, "Rooms", 2, ", connected");

  test_app_press (app, "Room menu");
  test_app_press (app, "Forget…");
  test_app_press_role (app, "push button", "Forget");
  test_peer_expect_later (eva, "has left this room.\n");
  test_app_expect_rows (app, "Rooms", 1, "");
  process = test_app_start_second (folder, (const char *const[]){ uri, NULL });
  test_process_expect_exit (process, 0);
  test_app_expect_rows (app, "Rooms", 2, ", connected");
  driver_go_to (app, second->port);
  test_app_expect_rows (app, "Messages", 0, "nobody will know");
}

/* The keys for the next and the previous room. */
static void
test_next_room (void)
{
  g_autoptr (TestServer) first = test_server_start (NULL);
  g_autoptr (TestServer) second = test_server_start (NULL);
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (TestApp) app = enter_two (folder, first, second);

  driver_say (app, "in the second");
  test_app_expect_row (app, "Messages", "in the second", "Delivered");
  test_app_focus (app);
  test_desktop_key ("ctrl+Page_Down");
  test_app_expect_rows (app, "Messages", 0, "in the second");
  test_app_expect_focus (app, "text", "Message");
  driver_say (app, "in the first");
  test_app_expect_row (app, "Messages", "in the first", "Delivered");
  test_desktop_key ("ctrl+Page_Up");
  test_app_expect_row (app, "Messages", "in the second", "Delivered");
}

/* The window opens in the room that was looked at last, whichever was joined last, and what is
 * typed goes there. */
static void
test_looked_at_last (void)
{
  g_autoptr (TestServer) first = test_server_start (NULL);
  g_autoptr (TestServer) second = test_server_start (NULL);
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (TestApp) app = enter_two (folder, first, second);
  g_autofree char *path = test_folder_file (folder, "salotto/rooms.db");
  g_autofree char *aside = test_folder_file (folder, "aside.db");

  driver_go_to (app, first->port);
  driver_say (app, "in the first");
  test_app_expect_row (app, "Messages", "in the first", "Delivered");
  driver_leave (app);
  test_app_free (g_steal_pointer (&app));

  app = test_app_start (folder, NULL, NULL);
  test_app_expect_rows (app, "Rooms", 2, ", connected");
  test_app_expect_row (app, "Messages", "in the first");
  test_app_expect_focus (app, "text", "Message");
  driver_leave (app);
  test_app_free (g_steal_pointer (&app));

  /* The file comes back while the window is there. */
  g_assert_cmpint (rename (path, aside), ==, 0);
  test_folder_write (folder, "salotto/rooms.db", "junk");
  app = test_app_start (folder, NULL, NULL);
  test_app_expect_words (app, "Your rooms cannot be opened");
  g_assert_cmpint (rename (aside, path), ==, 0);
  test_app_press (app, "Try again");
  test_app_expect_row (app, "Messages", "in the first");
}

/* A room by its name alone, on the server that is looked at. It has an address of the plain dialect,
 * and yet there are no second server and no second name. */
static void
test_by_name (void)
{
  g_autoptr (TestServer) server = test_server_start (NULL);
  g_autoptr (TestPeer) eva = driver_join_irc (server->port, "Eva", "#tea");
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (TestApp) app = driver_enter (folder, server->port);

  test_app_press (app, "Join a room");
  test_app_expect_words (app, "#ROOM on 127.0.0.1");
  test_app_write (app, "Your name", "");
  test_app_write (app, "Address", "#two words");
  test_app_press_role (app, "push button", "Connect");
  test_app_expect_words (app, "“#two words” is no name of a room");
  /* It is another one than #tea; the server has none that is called so. */
  test_app_write (app, "Address", "##tea");
  test_app_press_role (app, "push button", "Connect");
  test_app_expect_words (app, "Bad channel name");
  test_app_write (app, "Address", " #tea ");
  test_app_press_role (app, "push button", "Connect");
  test_app_expect_row (app, "Rooms", "#tea", ", connected");
  test_app_expect_rows (app, "Rooms", 2, ", connected");
  test_peer_expect_later (eva, ":Ada!");
  test_peer_expect_later (eva, "JOIN #tea");
  driver_say (app, "just leaves");
  test_peer_expect_later (eva, "PRIVMSG #tea :just leaves");
}

/* Also where nothing is kept: what was looked at in the preferences' own rooms does not count. */
static void
test_by_name_while_nothing_is_kept (void)
{
  g_autoptr (TestServer) first = test_server_start (NULL);
  g_autoptr (TestServer) second = test_server_start (NULL);
  g_autoptr (TestPeer) eva = driver_join_irc (first->port, "Eva", "#tea");
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autofree char *uri = driver_uri (second->port, NULL);
  g_autofree char *own = driver_uri (first->port, NULL);
  g_autoptr (TestProcess) process = NULL;
  g_autoptr (TestApp) app = NULL;

  test_folder_write (folder, "salotto/rooms.db", "junk");
  app = test_app_start (folder, (const char *const[]){ own, NULL }, NULL);
  test_app_press (app, "Go on, and keep nothing");
  test_app_expect_rows (app, "Rooms", 1, ", connected");
  process = test_app_start_second (folder, (const char *const[]){ uri, NULL });
  test_process_expect_exit (process, 0);
  test_app_expect_rows (app, "Rooms", 2, ", connected");
  driver_go_to (app, first->port);
  driver_say (app, "it is this one that is looked at");
  test_app_press (app, "Join a room");
  test_app_write (app, "Address", "#tea");
  test_app_press_role (app, "push button", "Connect");
  test_app_expect_row (app, "Rooms", "#tea", ", connected");
  test_peer_expect_later (eva, "JOIN #tea");
}

/* A second start without an address does not disturb anything. */
static void
test_started_again (void)
{
  g_autoptr (TestServer) server = test_server_start (NULL);
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (TestApp) app = driver_enter (folder, server->port);
  g_autoptr (TestProcess) process = NULL;

  test_app_write (app, "Message", "half a sen");
  process = test_app_start_second (folder, NULL);
  test_process_expect_exit (process, 0);
  test_app_expect_text (app, "Message", "half a sen");
  test_app_expect_row (app, "Rooms", ", connected");
}

/* The window is as large as it was. */
static void
test_size_is_kept (void)
{
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (TestApp) app = test_app_start (folder, NULL, NULL);
  int width = 0;
  int height = 0;

  test_desktop_resize (700, 500);
  while (width != 700)
    {
      TestPlace place = test_app_get_place (app, "frame", NULL);

      width = place.width;
      test_app_expect (app, "frame", NULL);
    }
  driver_leave (app);
  test_app_free (g_steal_pointer (&app));
  app = test_app_start (folder, NULL, NULL);
  test_desktop_get_size (&width, &height);
  g_assert_cmpint (width, ==, 700);
  g_assert_cmpint (height, ==, 500);
}

/* The file. */

static void
test_broken_file (void)
{
  static const char junk[] = "This is not a database, but somebody may want it back.\n";
  g_autoptr (TestServer) server = test_server_start (NULL);
  g_autoptr (TestPeer) eva = test_peer_join (server->port, "Eva");
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autofree char *path = test_folder_file (folder, "salotto/rooms.db");
  g_autofree char *address = g_strdup_printf ("127.0.0.1:%u", server->port);
  g_autofree char *kept = NULL;
  g_autoptr (TestApp) app = NULL;

  test_folder_write (folder, "salotto/rooms.db", junk);
  app = test_app_start (folder, NULL, NULL);
  test_app_expect_words (app, "Your rooms cannot be opened");
  test_app_expect_words (app, path);
  test_app_press (app, "Go on, and keep nothing");
  test_app_press (app, "Join a room");
  test_app_write (app, "Address", address);
  test_app_press_role (app, "push button", "Connect");
  test_peer_expect_later (eva, "> Ada(");
  driver_say (app, "still able to talk");
  test_peer_expect_later (eva, ": still able to talk\n");
  driver_leave (app);
  g_assert_true (g_file_get_contents (path, &kept, NULL, NULL));
  g_assert_cmpstr (kept, ==, junk);
}

/* What was in the way is taken away, and nobody has to start the program again. */
static void
test_mended_file (void)
{
  g_autoptr (TestServer) server = test_server_start (NULL);
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autofree char *path = test_folder_file (folder, "salotto/rooms.db");
  g_autofree char *uri = driver_uri (server->port, NULL);
  g_autoptr (TestApp) app = NULL;

  test_folder_write (folder, "salotto/rooms.db", "junk");
  app = test_app_start (folder, (const char *const[]){ uri, NULL }, NULL);
  test_app_expect_words (app, "Your rooms cannot be opened");
  g_assert_cmpint (remove (path), ==, 0);
  test_app_press (app, "Try again");
  test_app_expect_row (app, "Rooms", ", connected");
}

/* Only the person may read what was said. */
static void
test_file_is_private (void)
{
  g_autoptr (TestServer) server = test_server_start (NULL);
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (TestApp) app G_GNUC_UNUSED = driver_enter (folder, server->port);
  g_autofree char *path = test_folder_file (folder, "salotto/rooms.db");
  struct stat info = { 0 };

  g_assert_cmpint (stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 077, ==, 0);
}

/* The desktop. */

static void
test_notification_clicked (void)
{
  g_autoptr (TestServer) first = test_server_start (NULL);
  g_autoptr (TestServer) second = test_server_start (NULL);
  g_autoptr (TestPeer) eva = test_peer_join (first->port, "Eva");
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (TestApp) app = enter_two (folder, first, second);
  g_autofree char *notification = NULL;

  test_app_unfocus (app);
  test_peer_send (eva, "Ada, where are you?\n");
  notification = test_desktop_take_notification (TEST_PATIENCE_MS);
  g_assert_nonnull (notification);
  test_app_expect_rows (app, "Messages", 0, "Ada, where are you?");
  test_desktop_click_notification ();
  test_app_expect_row (app, "Messages", "Eva, ", "Ada, where are you?");
}

#define MESSAGE_WITH_LINK "see https://www.example.org/a?b=c&d=%20e#f, it is worth it"

/* Somebody's browser, which writes down what it is asked to show. */
static void
install_browser (const TestFolder *folder)
{
  g_autofree char *seen = test_folder_file (folder, "seen");
  g_autofree char *script = g_strdup_printf (
      "#!/bin/sh\nprintf '%%s' \"$1\" >%s.new && mv %s.new %s\n", seen, seen, seen);
  g_autofree char *path = test_folder_file (folder, "browser");
  g_autofree char *entry = g_strdup_printf ("[Desktop Entry]\nType=Application\nName=Browser\n"
                                            "Exec=%s %%u\nMimeType=x-scheme-handler/https;\n",
                                            path);

  test_folder_write (folder, "browser", script);
  g_assert_cmpint (chmod (path, 0700), ==, 0);
  test_folder_write (folder, "applications/browser.desktop", entry);
  test_folder_write (folder, "applications/mimeinfo.cache",
                     "[MIME Cache]\nx-scheme-handler/https=browser.desktop;\n");
  test_folder_write (folder, "mimeapps.list",
                     "[Default Applications]\nx-scheme-handler/https=browser.desktop;\n");
}

static void
test_link (void)
{
  g_autoptr (TestServer) server = test_server_start (NULL);
  g_autoptr (TestPeer) eva = test_peer_join (server->port, "Eva");
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autofree char *seen = test_folder_file (folder, "seen");
  g_autofree char *text = NULL;
  g_autoptr (TestApp) app = NULL;

  install_browser (folder);
  app = driver_enter (folder, server->port);
  test_peer_send (eva, MESSAGE_WITH_LINK "\n");
  test_app_expect_row (app, "Messages", "it is worth it");
  app->looks_into_rows = TRUE;
  test_app_focus (app);
  test_app_grab (app, "label", MESSAGE_WITH_LINK);
  test_app_expect_focus (app, "label", MESSAGE_WITH_LINK);
  test_desktop_key ("Return");
  while (!g_file_get_contents (seen, &text, NULL, NULL))
    test_app_expect_row (app, "Messages", "it is worth it");
  g_assert_cmpstr (text, ==, "https://www.example.org/a?b=c&d=%20e#f");
}

static void
add_cases (void)
{
  g_test_add_func ("/gtk/rooms/leave-and-come-back", test_leave);
  g_test_add_func ("/gtk/rooms/forget", test_forget);
  g_test_add_func ("/gtk/rooms/next-and-previous", test_next_room);
  g_test_add_func ("/gtk/rooms/looked-at-last", test_looked_at_last);
  g_test_add_func ("/gtk/rooms/by-name", test_by_name);
  g_test_add_func ("/gtk/rooms/by-name-while-nothing-is-kept", test_by_name_while_nothing_is_kept);
  g_test_add_func ("/gtk/rooms/started-again", test_started_again);
  g_test_add_func ("/gtk/rooms/size-of-the-window", test_size_is_kept);
  g_test_add_func ("/gtk/rooms/file/broken", test_broken_file);
  g_test_add_func ("/gtk/rooms/file/mended", test_mended_file);
  g_test_add_func ("/gtk/rooms/file/private", test_file_is_private);
  g_test_add_func ("/gtk/rooms/desktop/notification-clicked", test_notification_clicked);
  g_test_add_func ("/gtk/rooms/desktop/link", test_link);
}

int
main (int argc, char **argv)
{
  return driver_run (argc, argv, add_cases);
}
