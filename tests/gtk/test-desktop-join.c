/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Into a room with the desktop client: through the dialog, with what can go wrong there
 * said where it was typed; with an address on the command line; and a second time, when
 * the window is there already.
 */
#include "config.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/gtk/gtk-driver.h"

#define BUTTONS "push button"

static void
open_dialog (TestApp *app)
{
  test_app_press (app, "Join a room");
  test_app_expect (app, "text", "Your name");
  test_app_focus (app);
}

static void
fill_dialog (TestApp *app, const char *address, const char *name)
{
  test_app_write (app, "Address", address);
  test_app_write (app, "Your name", name);
}

static char *
address_of (guint16 port)
{
  return g_strdup_printf ("127.0.0.1:%u", port);
}

/* A room on this port has taken her in. */
static void
expect_in (TestApp *app)
{
  test_app_expect_gone (app, "text", "Your name");
  test_app_expect_row (app, "Rooms", ", connected");
  test_app_expect (app, "text", "Message");
}

static void
test_dialog (void)
{
  g_autoptr (TestServer) server = test_server_start (NULL);
  g_autoptr (TestPeer) eva = test_peer_join (server->port, "Eva");
  g_autoptr (TestFolder) folder = driver_folder_new (NULL);
  g_autoptr (TestApp) app = test_app_start (folder, NULL, NULL);
  g_autofree char *address = address_of (server->port);

  open_dialog (app);
  fill_dialog (app, address, "Ada");
  test_app_press_role (app, BUTTONS, "Connect");
  test_peer_expect_later (eva, "> Ada(");
  expect_in (app);
  driver_say (app, "Buongiorno");
  test_peer_expect_later (eva, ": Buongiorno\n");
  test_app_expect_row (app, "Messages", "Ada", "Buongiorno", "Delivered");
  driver_leave (app);
  test_server_stop (server);
}

/* From the first key to the last: what is typed goes where a person expects it. */
static void
test_return_connects (void)
{
  g_autoptr (TestServer) server = test_server_start (NULL);
  g_autoptr (TestPeer) eva = test_peer_join (server->port, "Eva");
  g_autoptr (TestFolder) folder = driver_folder_new (NULL);
  g_autoptr (TestApp) app = test_app_start (folder, NULL, NULL);
  g_autofree char *address = address_of (server->port);

  open_dialog (app);
  test_app_write (app, "Address", address);
  test_app_write (app, "Your name", "");
  test_app_grab (app, "text", "Your name");
  test_desktop_type ("Ada\n");
  test_peer_expect_later (eva, "> Ada(");
  expect_in (app);
  test_app_expect_focus (app, "text", "Message");
}

/* The next room is joined under the name of the first, and both are offered again. */
static void
test_rooms_are_remembered (void)
{
  g_autoptr (TestServer) server = test_server_start (NULL);
  g_autoptr (TestFolder) folder = driver_folder_new (NULL);
  g_autoptr (TestApp) app = test_app_start (folder, NULL, NULL);
  g_autofree char *address = address_of (server->port);
  g_autofree char *salon = driver_uri (server->port, "salon");

  open_dialog (app);
  fill_dialog (app, address, "Ada");
  test_app_press_role (app, BUTTONS, "Connect");
  expect_in (app);
  open_dialog (app);
  test_app_expect_text (app, "Your name", "Ada");
  test_app_write (app, "Address", salon);
  test_app_press_role (app, BUTTONS, "Connect");
  test_app_expect_gone (app, "text", "Your name");
  test_app_expect_rows (app, "Rooms", 2, ", connected");
  driver_leave (app);
  test_app_free (g_steal_pointer (&app));

  app = test_app_start (folder, NULL, NULL);
  open_dialog (app);
  test_app_expect_rows (app, "Rooms", 2, "as Ada");
  test_app_expect_row (app, "Rooms", "salon", "as Ada");
}

/* What can go wrong is said in the dialog, which is still there, with what was typed. */

typedef struct
{
  const char *path;
  const char *address;
  const char *name;
  const char *at; /* which entry has the keyboard then */
  const char *words;
} Mistake;

static const Mistake mistakes[] = {
  { "no-address", "", "Ada", "Address", "where is the room?" },
  { "port-too-large", "localhost:99999", "Ada", "Address", "“99999” is not a port" },
  { "port-zero", "localhost:0", "Ada", "Address", "“0” is not a port" },
  { "port-is-a-word", "localhost:chat", "Ada", "Address", "“chat” is not a port" },
  { "space-in-it", "local host", "Ada", "Address", "bad address “local host”" },
  { "scheme-of-nobody", "gopher://localhost", "Ada", "Address", "the scheme must be one of" },
  { "scheme-of-others", "http://localhost", "Ada", "Address", "the scheme must be one of" },
  /* Where one is already, one has a name. */
  { "room-of-no-server", "#tea", "", "Address", "on which server is “#tea”?" },
  { "no-name", "localhost", "", "Your name", "the others need something to call you" },
  { "name-of-spaces", "localhost", "   ", "Your name", "the others need something to call you" },
};

static void
test_mistake (gconstpointer data)
{
  const Mistake *row = data;
  g_autoptr (TestFolder) folder = driver_folder_new (NULL);
  g_autoptr (TestApp) app = test_app_start (folder, NULL, NULL);

  open_dialog (app);
  fill_dialog (app, row->address, row->name);
  test_app_press_role (app, BUTTONS, "Connect");
  test_app_expect_words (app, row->words);
  test_app_expect_text (app, "Address", row->address);
  test_app_expect_focus (app, "text", row->at);
}

/* A port on which nobody listens: it was ours a moment ago. */
static void
test_refused (void)
{
  g_autoptr (TestServer) server = test_server_start (NULL);
  g_autoptr (TestFolder) folder = driver_folder_new (NULL);
  g_autoptr (TestApp) app = test_app_start (folder, NULL, NULL);
  Stage *stage = stage_new ();
  g_autofree char *closed = address_of (stage->port);
  g_autofree char *address = address_of (server->port);

  stage_free (stage);
  open_dialog (app);
  fill_dialog (app, closed, "Ada");
  test_app_press_role (app, BUTTONS, "Connect");
  test_app_expect_words (app, "Connection refused");
  test_app_expect_text (app, "Address", closed);

  /* Nothing is left behind of the try; the same dialog does better the next time. */
  test_app_write (app, "Address", address);
  test_app_press_role (app, BUTTONS, "Connect");
  expect_in (app);
  test_app_expect_rows (app, "Rooms", 1, "");
}

/* A port whose queue is full: the kernel drops whoever knocks, as if nobody was there. */
typedef struct
{
  int listener;
  int waiting[8];
  guint16 port;
} Silence;

static void
silence_begin (Silence *silence)
{
  struct sockaddr_in address = { .sin_family = AF_INET };
  socklen_t len = sizeof address;

  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  silence->listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (bind (silence->listener, (struct sockaddr *) &address, len), ==, 0);
  g_assert_cmpint (listen (silence->listener, 0), ==, 0);
  g_assert_cmpint (getsockname (silence->listener, (struct sockaddr *) &address, &len), ==, 0);
  silence->port = ntohs (address.sin_port);
  for (gsize i = 0; i < G_N_ELEMENTS (silence->waiting); i++)
    {
      silence->waiting[i] = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
      (void) connect (silence->waiting[i], (struct sockaddr *) &address, len);
    }
}

static void
silence_end (Silence *silence)
{
  for (gsize i = 0; i < G_N_ELEMENTS (silence->waiting); i++)
    close (silence->waiting[i]);
  close (silence->listener);
}

static void
test_silent_host (void)
{
  Silence silence = { 0 };
  g_autoptr (TestFolder) folder = driver_folder_new (NULL);
  g_autoptr (TestApp) app = test_app_start (folder, NULL, NULL);
  g_autofree char *address = NULL;

  silence_begin (&silence);
  address = address_of (silence.port);
  open_dialog (app);
  fill_dialog (app, address, "Ada");
  test_app_press_role (app, BUTTONS, "Connect");
  test_app_expect_words (app, "Connecting to 127.0.0.1");
  test_app_expect_words (app, "does not answer");
  test_app_expect_text (app, "Address", address);
  silence_end (&silence);
}

/* Nobody has to wait for the end of the patience of a program. */
static void
test_cancelled (void)
{
  Silence silence = { 0 };
  g_autoptr (TestServer) server = test_server_start (NULL);
  g_autoptr (TestFolder) folder = driver_folder_new (NULL);
  g_autoptr (TestApp) app = test_app_start (folder, NULL, NULL);
  g_autofree char *silent = NULL;
  g_autofree char *address = address_of (server->port);

  silence_begin (&silence);
  silent = address_of (silence.port);
  open_dialog (app);
  fill_dialog (app, silent, "Ada");
  test_app_press_role (app, BUTTONS, "Connect");
  test_app_expect_words (app, "Connecting to 127.0.0.1");
  test_app_press_role (app, BUTTONS, "Cancel");
  test_app_write (app, "Address", address);
  test_app_press_role (app, BUTTONS, "Connect");
  expect_in (app);
  test_app_expect_rows (app, "Rooms", 1, "");
  silence_end (&silence);
}

/* The command line. */

static void
test_address_on_command_line (void)
{
  g_autoptr (TestServer) server = test_server_start (NULL);
  g_autoptr (TestPeer) eva = test_peer_join (server->port, "Eva");
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (TestApp) app = driver_enter (folder, server->port);

  test_peer_expect_later (eva, "> Ada(");
  test_app_expect_focus (app, "text", "Message");
}

/* The second process hands its room to the first and ends. */
static void
test_second_start (void)
{
  g_autoptr (TestServer) server = test_server_start (NULL);
  g_autoptr (TestPeer) eva = test_peer_join (server->port, "Eva");
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (TestApp) app = test_app_start (folder, NULL, NULL);
  g_autofree char *uri = driver_uri (server->port, NULL);
  g_autofree char *errors = NULL;
  g_autofree char *line = NULL;
  g_autoptr (TestProcess) second =
      test_app_start_second (folder, (const char *const[]){ uri, NULL });

  test_process_expect_exit (second, 0);
  errors = test_process_get_errors (second);
  g_assert_cmpstr (errors, ==, "");
  test_peer_expect_later (eva, "> Ada(");
  test_peer_expect_later (eva, "\n");
  expect_in (app);

  /* Once more, and it is the same room. */
  g_clear_pointer (&second, test_process_free);
  second = test_app_start_second (folder, (const char *const[]){ uri, NULL });
  test_process_expect_exit (second, 0);
  test_app_expect_rows (app, "Rooms", 1, "");
  driver_say (app, "still here");
  /* She has not left and come again for it. */
  line = test_peer_take_line (eva);
  g_assert_true (g_str_has_suffix (line, ": still here"));
}

static GDBusMessage *
on_call (GDBusConnection *bus, GDBusMessage *message, gboolean incoming, gpointer called)
{
  if (g_strcmp0 (g_dbus_message_get_member (message), "DescribeAll") == 0)
    g_atomic_int_set ((int *) called, TRUE);
  return message;
}

/* Returns: (transfer full): sets @called, atomically, when a program asks another what it can do. */
static GDBusConnection *
listen_to_calls (int *called)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) done = NULL;
  GDBusConnection *bus =
      g_dbus_connection_new_for_address_sync (g_getenv ("DBUS_SESSION_BUS_ADDRESS"),
                                              G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                  G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                              NULL, NULL, &error);

  g_assert_no_error (error);
  (void) g_dbus_connection_add_filter (bus, on_call, called, NULL);
  done = g_dbus_connection_call_sync (
      bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "AddMatch",
      g_variant_new ("(s)", "eavesdrop=true,type='method_call',member='DescribeAll'"), NULL,
      G_DBUS_CALL_FLAGS_NONE, TEST_PATIENCE_MS, NULL, &error);
  g_assert_no_error (error);
  return bus;
}

/* Somebody starts it while the one before is at its end, and has no ear for others any more. */
static void
test_start_at_the_end (void)
{
  g_autoptr (TestServer) server = test_server_start (NULL);
  g_autoptr (TestPeer) eva = test_peer_join (server->port, "Eva");
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (TestApp) app = test_app_start (folder, NULL, NULL);
  g_autofree char *uri = driver_uri (server->port, NULL);
  g_autoptr (TestProcess) second = NULL;
  g_autofree char *errors = NULL;
  static int called = FALSE; /* also of a filter that runs while its connection is closed */
  g_autoptr (GDBusConnection) bus = listen_to_calls (&called);

  test_process_signal (app->process, SIGSTOP);
  second = test_app_start_second (folder, (const char *const[]){ uri, NULL });
  for (int ms = 0; !g_atomic_int_get (&called); ms += TEST_LOOK_AGAIN_US / 1000)
    {
      g_assert_cmpint (ms, <, TEST_DESKTOP_PATIENCE_MS);
      g_usleep (TEST_LOOK_AGAIN_US);
    }
  test_app_kill (app);
  test_peer_expect_later (eva, "> Ada(");
  test_process_signal (second, SIGTERM);
  test_process_expect_exit (second, 0);
  errors = test_process_get_errors (second);
  g_assert_cmpstr (errors, ==, "");
  g_assert_true (g_dbus_connection_close_sync (bus, NULL, NULL));
}

/* Answers a call. */
static void
answer (GDBusConnection *bus, GDBusMessage *call, GVariant *body)
{
  g_autoptr (GDBusMessage) reply = g_dbus_message_new_method_reply (call);

  g_dbus_message_set_body (reply, body);
  (void) g_dbus_connection_send_message (bus, reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL);
}

/* Says what there is to say of itself, and goes when it is asked to do something. */
static GDBusMessage *
on_last_call (GDBusConnection *bus, GDBusMessage *message, gboolean incoming, gpointer data)
{
  const char *member = g_dbus_message_get_member (message);

  if (!incoming || g_dbus_message_get_message_type (message) != G_DBUS_MESSAGE_TYPE_METHOD_CALL)
    return message;
  if (g_str_equal (member, "DescribeAll"))
    answer (bus, message, g_variant_new_parsed ("(@a{s(bgav)} {},)"));
  else if (g_str_equal (member, "CommandLine"))
    g_dbus_connection_close (bus, NULL, NULL, NULL);
  g_object_unref (message);
  return NULL;
}

/* The one before has heard what it was asked for, and ends all the same. */
static void
test_start_in_vain (void)
{
  g_autoptr (TestServer) server = test_server_start (NULL);
  g_autoptr (TestPeer) eva = test_peer_join (server->port, "Eva");
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autofree char *uri = driver_uri (server->port, NULL);
  g_autoptr (TestProcess) second = NULL;
  g_autoptr (GVariant) owned = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) bus =
      g_dbus_connection_new_for_address_sync (g_getenv ("DBUS_SESSION_BUS_ADDRESS"),
                                              G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                  G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                              NULL, NULL, &error);

  g_assert_no_error (error);
  test_desktop_wait_until_free ("org.salotto.Salotto");
  (void) g_dbus_connection_add_filter (bus, on_last_call, NULL, NULL);
  owned = g_dbus_connection_call_sync (bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                       "org.freedesktop.DBus", "RequestName",
                                       g_variant_new ("(su)", "org.salotto.Salotto", 0), NULL,
                                       G_DBUS_CALL_FLAGS_NONE, TEST_PATIENCE_MS, NULL, &error);
  g_assert_no_error (error);
  second = test_app_start_second (folder, (const char *const[]){ uri, NULL });
  test_peer_expect_later (eva, "> Ada(");
  test_process_signal (second, SIGTERM);
  test_process_expect_exit (second, 0);
}

/* Somebody has pressed four times until the window came: one of them carries out what all were started
 * for. */
static void
test_starts_at_once (void)
{
  g_autoptr (TestServer) server = test_server_start (NULL);
  g_autoptr (TestPeer) eva = test_peer_join (server->port, "Eva");
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autofree char *uri = driver_uri (server->port, NULL);
  g_autoptr (GPtrArray) starts =
      g_ptr_array_new_with_free_func ((GDestroyNotify) test_process_free);

  test_desktop_wait_until_free ("org.salotto.Salotto");
  for (guint i = 0; i < 4; i++)
    g_ptr_array_add (starts, test_app_start_second (folder, (const char *const[]){ uri, NULL }));
  test_peer_expect_later (eva, "> Ada(");
  for (int ms = 0; starts->len > 1; ms += TEST_LOOK_AGAIN_US / 1000)
    {
      g_assert_cmpint (ms, <, TEST_DESKTOP_PATIENCE_MS);
      for (guint i = starts->len; i > 0; i--)
        {
          TestProcess *start = starts->pdata[i - 1];
          g_autofree char *errors = NULL;

          if (!test_process_wait (start, 0))
            continue;
          test_process_expect_exit (start, 0);
          errors = test_process_get_errors (start);
          g_assert_cmpstr (errors, ==, "");
          g_ptr_array_remove_index (starts, i - 1);
        }
      g_usleep (TEST_LOOK_AGAIN_US);
    }
  test_process_signal (starts->pdata[0], SIGTERM);
  test_process_expect_exit (starts->pdata[0], 0);
  test_peer_expect_later (eva, "come into the chat room.\n"); /* once, and then nothing but this: */
  test_peer_expect (eva, "> Ada(");
  test_peer_expect_later (eva, "has left this room.\n");
}

typedef struct
{
  const char *path;
  const char *argv[4];
  int status;
  const char *words; /* (nullable): on standard error */
} Wrong;

static const Wrong wrongs[] = {
  { "bad-port", { "localhost:99999" }, 2, "“99999” is not a port" },
  { "two-addresses", { "localhost", "localhost" }, 2, "unexpected argument" },
  { "unknown-option", { "--nonsense" }, 2, "--nonsense" },
  { "scheme-of-nobody", { "gopher://localhost" }, 2, "the scheme must be one of" },
  { "version", { "--version" }, 0, NULL },
  { "help", { "--help" }, 0, NULL },
};

static void
test_wrong (gconstpointer data)
{
  const Wrong *row = data;
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (TestProcess) process = test_app_start_second (folder, row->argv);
  g_autofree char *errors = NULL;

  test_process_expect_exit (process, row->status);
  errors = test_process_get_errors (process);
  if (row->words != NULL && strstr (errors, row->words) == NULL)
    g_error ("it should have said “%s”; it said: %s", row->words, errors);
  if (row->words == NULL)
    {
      g_assert_cmpstr (errors, ==, "");
      g_assert_true (test_process_wait_for_output (process, "salotto", TEST_PATIENCE_MS));
    }
}

static void
add_cases (void)
{
  g_test_add_func ("/gtk/join/dialog/connect-by-its-name", test_dialog);
  g_test_add_func ("/gtk/join/dialog/return-connects", test_return_connects);
  g_test_add_func ("/gtk/join/dialog/rooms-and-names-are-remembered", test_rooms_are_remembered);
  for (gsize i = 0; i < G_N_ELEMENTS (mistakes); i++)
    {
      g_autofree char *path = g_strconcat ("/gtk/join/mistake/", mistakes[i].path, NULL);

      g_test_add_data_func (path, &mistakes[i], test_mistake);
    }
  g_test_add_func ("/gtk/join/trouble/refused", test_refused);
  g_test_add_func ("/gtk/join/trouble/silent-host", test_silent_host);
  g_test_add_func ("/gtk/join/trouble/cancelled", test_cancelled);
  g_test_add_func ("/gtk/join/command-line/address", test_address_on_command_line);
  g_test_add_func ("/gtk/join/command-line/second-start-opens-in-the-window", test_second_start);
  g_test_add_func ("/gtk/join/command-line/start-while-another-ends", test_start_at_the_end);
  g_test_add_func ("/gtk/join/command-line/start-that-another-hears-and-ends", test_start_in_vain);
  g_test_add_func ("/gtk/join/command-line/four-starts-at-once", test_starts_at_once);
  for (gsize i = 0; i < G_N_ELEMENTS (wrongs); i++)
    {
      g_autofree char *path = g_strconcat ("/gtk/join/command-line/", wrongs[i].path, NULL);

      g_test_add_data_func (path, &wrongs[i], test_wrong);
    }
}

int
main (int argc, char **argv)
{
  return driver_run (argc, argv, add_cases);
}
