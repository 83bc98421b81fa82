/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the cases of this suite begin with: somebody who has a name, in a room, and
 * servers that are played by hand.
 */
#include "config.h"

#include "tests/gtk/gtk-driver.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/**
 * driver_run:
 * @add_cases: adds the cases of this program
 *
 * Runs them on a desktop of their own.
 *
 * Returns: the exit status of the program.
 */
int
driver_run (int argc, char **argv, void (*add_cases) (void))
{
  int status = 0;

  g_test_init (&argc, &argv, NULL);
  test_desktop_start ();
  add_cases ();
  status = g_test_run ();
  test_desktop_stop ();
  return status;
}

/**
 * driver_folder_new:
 * @name: (nullable): how the person calls themselves in new rooms
 *
 * Returns: (transfer full): the home of somebody who has never been in a room.
 */
TestFolder *
driver_folder_new (const char *name)
{
  TestFolder *folder = test_folder_new ();

  test_desktop_write_settings (folder, NULL);
  if (name != NULL)
    {
      g_autofree char *text = g_strdup_printf ("[org/salotto/Salotto]\nname='%s'\n", name);

      test_folder_write (folder, "glib-2.0/settings/keyfile", text);
    }
  return folder;
}

/**
 * driver_uri:
 * @room: (nullable)
 *
 * Returns: (transfer full): the address of a room on this machine.
 */
char *
driver_uri (guint16 port, const char *room)
{
  return g_strdup_printf ("plain://127.0.0.1:%u%s%s", port, room != NULL ? "/" : "",
                          room != NULL ? room : "");
}

/**
 * driver_enter_uri:
 *
 * Returns: (transfer full): the program, started with that address, in the room.
 */
TestApp *
driver_enter_uri (const TestFolder *folder, const char *uri)
{
  const char *argv[] = { uri, NULL };
  TestApp *app = test_app_start (folder, argv, NULL);

  test_app_expect_row (app, "Rooms", ", connected");
  return app;
}

/**
 * driver_enter:
 *
 * Returns: (transfer full): the program in the room of the server on this port.
 */
TestApp *
driver_enter (const TestFolder *folder, guint16 port)
{
  g_autofree char *uri = driver_uri (port, NULL);

  return driver_enter_uri (folder, uri);
}

/**
 * driver_irc_uri:
 * @room: with or without `#`
 *
 * Returns: (transfer full): the address of a room of an IRC server on this machine.
 */
char *
driver_irc_uri (guint16 port, const char *room)
{
  return g_strdup_printf ("irc://127.0.0.1:%u/%s", port, room);
}

/**
 * driver_join_irc:
 * @port: of a salottod
 *
 * Returns: (transfer full): somebody with a program of IRC, in the room.
 */
TestPeer *
driver_join_irc (guint16 port, const char *name, const char *room)
{
  TestPeer *peer = test_irc_come (port, name, NULL);

  test_irc_say (peer, "JOIN %s", room);
  test_peer_expect_later (peer, " 366 ");
  test_peer_expect_later (peer, "\n");
  return peer;
}

/**
 * driver_enter_irc:
 * @room: without `#`
 *
 * Returns: (transfer full): the program in that room of the IRC server on this port.
 */
TestApp *
driver_enter_irc (const TestFolder *folder, guint16 port, const char *room)
{
  g_autofree char *uri = driver_irc_uri (port, room);
  TestApp *app = test_app_start (folder, (const char *const[]){ uri, NULL }, NULL);

  test_app_expect_row (app, "Rooms", room, ", connected");
  return app;
}

/**
 * driver_say:
 *
 * Writes a message and presses Send.
 */
void
driver_say (TestApp *app, const char *text)
{
  test_app_write (app, "Message", text);
  test_app_press (app, "Send");
  test_app_expect_text (app, "Message", "");
}

/**
 * driver_go_to:
 *
 * Goes to the room of the server on this port, with the keys for it.
 */
void
driver_go_to (TestApp *app, guint16 port)
{
  g_auto (GStrv) rows = test_app_read_rows (app, "Rooms");
  g_autofree char *part = g_strdup_printf (":%u, ", port);
  guint i = 0;
  char key[] = "alt+1";

  while (rows[i] != NULL && strstr (rows[i], part) == NULL)
    i++;
  g_assert_nonnull (rows[i]);
  key[strlen (key) - 1] = (char) ('1' + i);
  test_app_focus (app);
  test_desktop_key (key);
}

/**
 * driver_leave:
 *
 * Closes the window, and waits for the end of the program.
 */
void
driver_leave (TestApp *app)
{
  test_app_focus (app);
  test_desktop_close_window ();
  test_app_expect_end (app);
}

/**
 * stage_new:
 *
 * Returns: (transfer full): a server to which somebody may connect.
 */
Stage *
stage_new (void)
{
  Stage *stage = g_new0 (Stage, 1);
  struct sockaddr_in address = { .sin_family = AF_INET };
  socklen_t len = sizeof address;

  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  stage->listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (bind (stage->listener, (struct sockaddr *) &address, len), ==, 0);
  g_assert_cmpint (listen (stage->listener, 4), ==, 0);
  g_assert_cmpint (getsockname (stage->listener, (struct sockaddr *) &address, &len), ==, 0);
  stage->port = ntohs (address.sin_port);
  return stage;
}

/**
 * stage_free:
 * @stage: (nullable) (transfer full)
 */
void
stage_free (Stage *stage)
{
  if (stage == NULL)
    return;
  test_peer_free (stage->client);
  close (stage->listener);
  g_free (stage);
}

/**
 * stage_let_in:
 *
 * Takes the next connection; the one before is closed.
 */
void
stage_let_in (Stage *stage)
{
  struct pollfd poll_fd = { .fd = stage->listener, .events = POLLIN };
  int fd = -1;

  if (poll (&poll_fd, 1, TEST_PATIENCE_MS) <= 0)
    g_error ("nobody connects");
  fd = accept4 (stage->listener, NULL, NULL, SOCK_CLOEXEC);
  g_assert_cmpint (fd, >=, 0);
  test_peer_free (stage->client);
  stage->client = test_peer_new (fd);
}
