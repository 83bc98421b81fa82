/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rooms over TLS with the desktop client: who is asked whether a server is the right one,
 * and when; that a changed key is never taken without having been asked, and is a warning;
 * that nothing goes in clear where it was encrypted before; what is said about it.
 */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "tests/gtk/gtk-driver.h"

#define HOST "127.0.0.1"
#define BUTTONS "push button"
#define NEW "Is this the right server?"
#define CHANGED "has another key than the last time"
#define TRUST "Trust and connect"
#define TRUST_NEW "Trust the new key"
#define ASKED "Whoever runs this server has told me that this is its key"
#define REFUSE "Do not connect"

/* As narrow as a telephone. */
#define NARROW 360

typedef struct
{
  TestServer *server; /* (owned) */
  guint16 port;       /* of TLS */
  TestPeer *eva;      /* (owned): who came in clear */
  TestFolder *folder; /* (owned): of the window */
  char *uri;          /* (owned) */
  char *pin;          /* (owned): what the server says of its key */
  TestApp *app;       /* (owned) (nullable) */
} Room;

static void
start_server (Room *room, TestFolder *folder)
{
  g_autofree char *listener = g_strdup_printf ("plains://" HOST ":%u", room->port);
  const char *options[] = { "--log",    "memory", "--listen", "plain://" HOST ":0",
                            "--listen", listener, NULL };
  g_autofree char *line = NULL;
  g_autofree char *said = NULL;
  const char *pin = NULL;

  room->server = test_server_start_in (folder, options, NULL);
  line = test_process_take_line (room->server->process, TEST_PATIENCE_MS);
  room->port = (guint16) g_ascii_strtoull (strrchr (line, ':') + 1, NULL, 10);
  room->eva = test_peer_join (room->server->port, "Eva");
  said = test_server_control (room->server, "certificate");
  pin = strstr (said, "pin-sha256:");
  g_assert_nonnull (pin);
  g_free (room->pin);
  room->pin = g_strndup (pin, strcspn (pin, "\n"));
}

static void
open_room (Room *room, gconstpointer data)
{
  start_server (room, test_folder_new ());
  room->folder = driver_folder_new ("Ada");
  room->uri = g_strdup_printf ("plains://" HOST ":%u", room->port);
}

static void
close_room (Room *room, gconstpointer data)
{
  test_app_free (room->app);
  test_peer_free (room->eva);
  test_server_free (room->server);
  test_folder_free (room->folder);
  g_free (room->uri);
  g_free (room->pin);
}

static void
start_window (Room *room)
{
  room->app = test_app_start (room->folder, (const char *const[]){ room->uri, NULL }, NULL);
}

/* The server is set up anew, and has another key then. */
static void
change_key (Room *room)
{
  TestFolder *folder = g_steal_pointer (&room->server->folder);
  g_autofree char *key = test_folder_file (folder, "salotto/tls/key.pem");

  test_server_stop (room->server);
  test_server_free (g_steal_pointer (&room->server));
  g_clear_pointer (&room->eva, test_peer_free);
  g_assert_cmpint (g_unlink (key), ==, 0);
  start_server (room, folder);
}

static void
trust (Room *room)
{
  test_app_expect_words (room->app, NEW);
  test_app_press (room->app, TRUST);
  test_app_expect_row (room->app, "Rooms", ", connected");
}

static void
expect_security (Room *room, const char *title, const char *why)
{
  test_app_press (room->app, "Room menu");
  test_app_press (room->app, "Security");
  test_app_expect_words (room->app, title);
  test_app_expect_words (room->app, why);
}

static void
close_security (Room *room)
{
  test_app_press_role (room->app, BUTTONS, "Close");
  test_app_expect_gone (room->app, BUTTONS, "Close");
}

/* What was said to the server before, and whether it was remembered. */
static char *
known (Room *room)
{
  g_autofree char *file = test_folder_file (room->folder, "salotto/known-servers");
  char *text = NULL;

  (void) g_file_get_contents (file, &text, NULL, NULL);
  return text;
}

/* Who is new is asked about, with what can be compared, once. */
static void
test_first_use (Room *room, gconstpointer data)
{
  g_autofree char *before = NULL;

  start_window (room);
  test_app_expect_words (room->app, NEW);
  test_app_expect_words (room->app, room->pin);
  test_app_expect (room->app, "label", "Fingerprint of its certificate (SHA-256)");
  test_app_expect_focus (room->app, BUTTONS, REFUSE);
  before = known (room);
  g_assert_null (before);
  test_desktop_shoot ("certificate-new");
  trust (room);
  driver_say (room->app, TEST_ACCENTS);
  test_peer_expect_later (room->eva, ": " TEST_ACCENTS "\n");
  test_app_expect_row (room->app, "Messages", TEST_ACCENTS, "Delivered");
  expect_security (room, "Encrypted", "You have decided to trust this key.");
  test_app_expect_words (room->app, room->pin);
  test_app_expect_words (room->app, "TLS 1.3");
  test_desktop_shoot ("security");
  close_security (room);
  driver_leave (room->app);
  g_clear_pointer (&room->app, test_app_free);

  start_window (room);
  test_app_expect_row (room->app, "Rooms", ", connected");
  expect_security (room, "Encrypted", "The server has the same key as the last time.");
  close_security (room);
}

/* Who is not trusted hears nothing, and is not called again by itself. */
static void
test_refused (Room *room, gconstpointer data)
{
  g_autofree char *after = NULL;

  start_window (room);
  test_app_expect_words (room->app, NEW);
  test_app_press (room->app, REFUSE);
  test_app_expect_label (room->app, "Connection", "Not connected");
  test_app_expect (room->app, BUTTONS, "Connect");
  after = known (room);
  g_assert_null (after);
  expect_security (room, "Not connected", "There is no connection");
  close_security (room);

  test_app_press_role (room->app, BUTTONS, "Connect");
  trust (room);
  driver_say (room->app, "after all");
  /* She has not been there before. */
  test_peer_expect_later (room->eva, "> Ada(");
  test_peer_expect_later (room->eva, ": after all\n");
}

/* A key that has changed is a warning, and is taken only by somebody who says that they have
 * asked. What waits to be sent is not sent before. */
static void
test_changed_key (Room *room, gconstpointer data)
{
  g_autofree char *old = NULL;
  g_autofree char *now = NULL;

  start_window (room);
  trust (room);
  old = g_strdup (room->pin);
  change_key (room);
  g_assert_cmpstr (old, !=, room->pin);
  test_app_expect_words (room->app, CHANGED);
  test_app_expect_words (room->app, room->pin);
  test_app_expect_focus (room->app, BUTTONS, REFUSE);
  test_desktop_shoot ("certificate-changed");
  /* Return does what is safe, and so does Escape. */
  test_desktop_key ("Return");
  test_app_expect_label (room->app, "Connection", "Not connected");
  now = known (room);
  g_assert_nonnull (strstr (now, old));

  driver_say (room->app, "for her only");
  test_app_expect_row (room->app, "Messages", "for her only", "Waiting to be sent");
  test_app_press_role (room->app, BUTTONS, "Connect");
  test_app_expect_words (room->app, CHANGED);
  test_app_focus (room->app);
  test_desktop_key ("Escape");
  test_app_expect_gone (room->app, BUTTONS, REFUSE);
  test_app_expect_row (room->app, "Messages", "for her only", "Waiting to be sent");

  test_app_press_role (room->app, BUTTONS, "Connect");
  test_app_press_role (room->app, "check box", ASKED);
  test_app_press (room->app, TRUST_NEW);
  test_app_expect_row (room->app, "Rooms", ", connected");
  test_peer_expect_later (room->eva, ": for her only\n");
  test_app_expect_row (room->app, "Messages", "for her only", "Delivered");
}

/* A question goes with the reason for it: the server ends, and somebody has it called again. */
static void
test_withdrawn (Room *room, gconstpointer data)
{
  g_autoptr (TestProcess) second = NULL;

  start_window (room);
  test_app_expect_words (room->app, NEW);
  test_server_stop (room->server);
  second = test_app_start_second (room->folder, (const char *const[]){ room->uri, NULL });
  test_process_expect_exit (second, 0);
  test_app_expect_row (room->app, "Rooms", "trying again soon");
  test_app_expect_gone (room->app, BUTTONS, REFUSE);
}

/* Nor is it there for a server that is forgotten meanwhile. */
static void
test_forgotten (Room *room, gconstpointer data)
{
  start_window (room);
  test_app_expect_words (room->app, NEW);
  test_app_press (room->app, "Room menu");
  test_app_press (room->app, "Forget…");
  test_app_press_role (room->app, BUTTONS, "Forget");
  test_app_expect_gone (room->app, BUTTONS, REFUSE);
  test_app_expect (room->app, BUTTONS, "Join a room");
}

/* In the dialog "Join a room", in front of which it is asked. */
static void
test_dialog (Room *room, gconstpointer data)
{
  room->app = test_app_start (room->folder, NULL, NULL);
  test_app_press (room->app, "Join a room");
  test_app_write (room->app, "Address", room->uri);
  test_app_press_role (room->app, BUTTONS, "Connect");
  test_app_expect_words (room->app, NEW);
  test_app_press (room->app, REFUSE);
  test_app_expect_words (room->app, "you have decided not to connect");
  test_app_expect_text (room->app, "Address", room->uri);
  test_app_press_role (room->app, BUTTONS, "Connect");
  test_app_press (room->app, TRUST);
  test_app_expect_gone (room->app, "text", "Your name");
  test_app_expect_row (room->app, "Rooms", ", connected");
}

/* Where one went with TLS, one does not go without it by leaving out a word. */
static void
test_no_way_back (Room *room, gconstpointer data)
{
  g_autofree char *line = g_strdup_printf ("salon.invalid:15103 %s\n", room->pin);

  test_folder_write (room->folder, "salotto/known-servers", line);
  room->app = test_app_start (room->folder, NULL, NULL);
  test_app_press (room->app, "Join a room");
  test_app_write (room->app, "Address", "salon.invalid");
  test_app_press_role (room->app, BUTTONS, "Connect");
  test_app_expect_words (room->app, "is known to speak TLS: use plains://salon.invalid:15103");
}

/* Without TLS it is said that there is none. */
static void
test_in_clear (Room *room, gconstpointer data)
{
  room->app = driver_enter (room->folder, room->server->port);
  expect_security (room, "Not encrypted", "can read what is said");
  test_app_expect_gone (room->app, "label", "Key of the server");
}

/* A port that speaks no TLS is no reason to speak without. */
static void
test_no_tls_there (Room *room, gconstpointer data)
{
  g_autofree char *uri = g_strdup_printf ("plains://" HOST ":%u", room->server->port);

  room->app = test_app_start (room->folder, (const char *const[]){ uri, NULL }, NULL);
  test_app_expect_label (room->app, "Connection", "no TLS with " HOST);
}

static void
test_narrow (Room *room, gconstpointer data)
{
  int width = 0;
  int height = 0;

  start_window (room);
  test_app_expect_words (room->app, NEW);
  test_app_press (room->app, REFUSE);
  test_app_expect_gone (room->app, BUTTONS, REFUSE);
  test_desktop_resize (NARROW, 640);
  change_key (room);
  test_app_press_role (room->app, BUTTONS, "Connect");
  test_app_press (room->app, TRUST);
  test_app_expect (room->app, BUTTONS, "Back to the rooms");
  change_key (room);
  test_app_expect_words (room->app, CHANGED);
  test_desktop_get_size (&width, &height);
  test_desktop_shoot ("certificate-narrow");
  g_assert_cmpint (width, <=, NARROW);
}

static void
add_cases (void)
{
#define ADD(name, test) g_test_add ("/gtk/tls/" name, Room, NULL, open_room, test, close_room)
  ADD ("first-use", test_first_use);
  ADD ("refused", test_refused);
  ADD ("changed-key", test_changed_key);
  ADD ("withdrawn", test_withdrawn);
  ADD ("forgotten", test_forgotten);
  ADD ("dialog", test_dialog);
  ADD ("no-way-back", test_no_way_back);
  ADD ("in-clear", test_in_clear);
  ADD ("no-tls-there", test_no_tls_there);
  ADD ("narrow", test_narrow);
#undef ADD
}

int
main (int argc, char **argv)
{
  return driver_run (argc, argv, add_cases);
}
