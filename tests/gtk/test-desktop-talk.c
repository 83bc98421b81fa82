/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Messages in both directions: between the desktop client and every other program that
 * speaks in a room, and in rooms of other authors. What comes out of the other end is
 * what was written, with accents and emoji, once, and in the same order for all.
 */
#include "config.h"

#include <string.h>

#include "tests/gtk/gtk-driver.h"

#define HOST "127.0.0.1"

static void
type (TestProcess *process, const char *line)
{
  test_process_write (process, line);
  test_process_write (process, "\n");
}

static TestProcess *
start_cli (const TestFolder *folder, guint16 port, const char *name)
{
  g_autofree char *where = g_strdup_printf (HOST ":%u", port);
  const char *argv[] = { "SALOTTO_CLI", where, "--name", name, NULL };

  return test_foreign_start (folder, argv);
}

/* The fifth test of the homework: both of our clients in one room. */
static void
test_terminal_client (void)
{
  g_autoptr (TestServer) server = test_server_start (NULL);
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (TestApp) app = driver_enter (folder, server->port);
  g_autoptr (TestProcess) eva = start_cli (folder, server->port, "Eva");

  test_app_expect_row (app, "Messages", "Eva came in");
  driver_say (app, TEST_ACCENTS);
  test_expect_output (eva, TEST_ACCENTS "\n");
  test_app_expect_row (app, "Messages", "Ada, ", TEST_ACCENTS, "Delivered");
  type (eva, "sì, " TEST_ACCENTS);
  test_app_expect_row (app, "Messages", "Eva, ", "sì, " TEST_ACCENTS);
  type (eva, "quit");
  test_process_expect_exit (eva, 0);
  test_app_expect_row (app, "Messages", "Eva left");
  driver_leave (app);
  test_server_stop (server);
}

/* Windows of other authors. They show what one recv returns, so a message of ours must
 * come in one. */
static void
test_tkinter_client (void)
{
  g_autoptr (TestServer) server = test_server_start (NULL);
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (TestApp) app = driver_enter (folder, server->port);
  g_autofree char *port = g_strdup_printf ("%u", server->port);
  const char *argv[] = { "client-window", HOST, port, "Eva", NULL };
  g_autoptr (TestProcess) eva = test_foreign_start (folder, argv);

  test_app_expect_row (app, "Messages", "Eva came in");
  driver_say (app, TEST_ACCENTS);
  test_expect_output (eva, ": " TEST_ACCENTS "\n");
  type (eva, "sì, " TEST_ACCENTS);
  test_app_expect_row (app, "Messages", "Eva, ", "sì, " TEST_ACCENTS);
  type (eva, "{quit}");
  test_expect_output (eva, "the window is closed");
  test_app_expect_row (app, "Messages", "Eva left");
}

/* Everybody has the same order, whoever spoke. */
static void
test_order (void)
{
  g_autoptr (TestServer) server = test_server_start (NULL);
  g_autoptr (TestPeer) eva = test_peer_join (server->port, "Eva");
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (TestApp) app = driver_enter (folder, server->port);
  g_auto (GStrv) rows = NULL;
  guint at = 0;

  test_peer_expect_later (eva, "> Ada(");
  test_peer_expect_later (eva, "\n");
  for (guint i = 0; i < 10; i++)
    {
      g_autofree char *hers = g_strdup_printf ("from Eva %u\n", i);
      g_autofree char *ours = g_strdup_printf ("from Ada %u", i);

      test_peer_send (eva, hers);
      driver_say (app, ours);
    }
  test_app_expect_rows (app, "Messages", 10, "Eva, ", "from Eva");
  test_app_expect_rows (app, "Messages", 10, "Ada, ", "from Ada", "Delivered");

  rows = test_app_read_rows (app, "Messages");
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *line = test_peer_take_line (eva);
      const char *text = strstr (line, "from ");

      g_assert_nonnull (text);
      while (rows[at] != NULL && strstr (rows[at], text) == NULL)
        at++;
      if (rows[at] == NULL)
        g_error ("“%s” is not in its place", text);
    }
}

/* Somebody else has the name already. */
static void
test_name_in_use (void)
{
  g_autoptr (TestServer) server = test_server_start (NULL);
  g_autoptr (TestPeer) eva = test_peer_join (server->port, "Ada");
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (TestApp) app = driver_enter (folder, server->port);

  driver_say (app, "I am another one");
  test_peer_expect_later (eva, "> Ada_2(");
  test_peer_expect_later (eva, ": I am another one\n");
  test_app_expect_row (app, "Messages", "Ada_2, ", "I am another one", "Delivered");
}

static void
test_action (void)
{
  g_autoptr (TestServer) server = test_server_start (NULL);
  g_autoptr (TestPeer) eva = test_peer_join (server->port, "Eva");
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (TestApp) app = driver_enter (folder, server->port);

  driver_say (app, "/me waves");
  test_app_expect_row (app, "Messages", "Ada waves", "Delivered");
  test_peer_send (eva, "/me waves back\n");
  test_app_expect_row (app, "Messages", "Eva waves back");
}

/* What the server says to us alone is shown, and is nobody's message. */
static void
test_answer_of_the_server (void)
{
  g_autoptr (TestServer) server = test_server_start (NULL);
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (TestApp) app = driver_enter (folder, server->port);

  driver_say (app, "/who");
  test_app_expect_row (app, "Messages", "The server, ", "Ada");
  test_app_expect_rows (app, "Messages", 0, "Ada, ", "/who");
}

/* Lines. */

static void
test_some_lines (void)
{
  g_autoptr (TestServer) server = test_server_start (NULL);
  g_autoptr (TestPeer) eva = test_peer_join (server->port, "Eva");
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (TestApp) app = driver_enter (folder, server->port);

  test_app_focus (app);
  test_desktop_key ("o n e shift+Return t w o Return");
  test_peer_expect_later (eva, ": one\n");
  test_peer_expect_later (eva, ": two\n");
  test_app_expect_row (app, "Messages", "Ada, ", ": one", "Delivered");
  test_app_expect_row (app, "Messages", "Ada, ", ": two", "Delivered");
  test_app_expect_text (app, "Message", "");
}

static void
test_many_lines (void)
{
  static const char text[] = "line 1\nline 2\nline 3\nline 4\nline 5";
  g_autoptr (TestServer) server = test_server_start (NULL);
  g_autoptr (TestPeer) eva = test_peer_join (server->port, "Eva");
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (TestApp) app = driver_enter (folder, server->port);

  test_app_write (app, "Message", text);
  test_app_press (app, "Send");
  test_app_expect_words (app, "Send 5 lines as 5 messages?");
  test_app_press (app, "Keep editing");
  test_app_expect_text (app, "Message", text);
  test_app_expect_rows (app, "Messages", 0, "line ");

  test_app_press (app, "Send");
  test_app_press (app, "Send all");
  for (guint i = 1; i <= 5; i++)
    {
      g_autofree char *line = g_strdup_printf (": line %u\n", i);

      test_peer_expect_later (eva, line);
    }
  test_app_expect_rows (app, "Messages", 5, "Ada, ", "line ", "Delivered");
}

/* The word that leaves is not said by accident. */
static void
test_leaving_word (void)
{
  g_autoptr (TestServer) server = test_server_start (NULL);
  g_autoptr (TestPeer) eva = test_peer_join (server->port, "Eva");
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (TestApp) app = driver_enter (folder, server->port);

  test_app_write (app, "Message", "quit");
  test_app_press (app, "Send");
  test_app_expect_words (app, "leaves the room");
  test_app_press (app, "Leave");
  test_peer_expect_later (eva, "has left this room.\n");
  test_app_expect_label (app, "Connection", "Not connected");
  test_app_press (app, "Connect");
  test_peer_expect_later (eva, "has come into the chat room.\n");
}

static void
test_too_long (void)
{
  g_autoptr (TestServer) server = test_server_start (NULL);
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (TestApp) app = driver_enter (folder, server->port);
  g_autofree char *text = g_strnfill (5000, 'x');

  test_app_write (app, "Message", text);
  test_app_press (app, "Send");
  test_app_expect_words (app, "Too long to send: this has 5000 bytes");
  test_app_expect_text (app, "Message", text);
}

/* Reading. */

static void
say_lines (TestPeer *peer, const char *word, guint n)
{
  g_autoptr (GString) lines = g_string_new (NULL);

  for (guint i = 1; i <= n; i++)
    g_string_append_printf (lines, "%s %u\n", word, i);
  test_peer_send (peer, lines->str);
}

/* Whoever reads what is above stays there, and is told how much has come below. */
static void
test_way_down (void)
{
  g_autoptr (TestServer) server = test_server_start (NULL);
  g_autoptr (TestPeer) eva = test_peer_join (server->port, "Eva");
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (TestApp) app = driver_enter (folder, server->port);

  say_lines (eva, "old", 60);
  test_app_expect_row (app, "Messages", ": old 60");
  test_app_expect_gone (app, "push button", "Go to newest messages");
  test_app_focus (app);
  test_desktop_key ("Page_Up Page_Up");
  test_app_expect (app, "push button", "Go to newest messages");

  say_lines (eva, "new", 7);
  test_app_expect_row (app, "Rooms", "7 unread messages");
  test_app_expect_words (app, "7");
  test_app_press (app, "Go to newest messages");
  test_app_expect_gone (app, "push button", "Go to newest messages");
  test_app_expect_row (app, "Messages", ": new 7");
  test_app_expect_rows (app, "Rooms", 0, "unread");
}

/* In a room that is not looked at, messages wait to be read. */
static void
test_unread_elsewhere (void)
{
  g_autoptr (TestServer) server = test_server_start (NULL);
  g_autoptr (TestServer) other = test_server_start (NULL);
  g_autoptr (TestPeer) eva = test_peer_join (server->port, "Eva");
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (TestApp) app = driver_enter (folder, server->port);
  g_autofree char *uri = driver_uri (other->port, NULL);
  g_autoptr (TestProcess) second =
      test_app_start_second (folder, (const char *const[]){ uri, NULL });

  test_process_expect_exit (second, 0);
  test_app_expect_rows (app, "Rooms", 2, ", connected");
  say_lines (eva, "while you were away", 3);
  test_app_expect_row (app, "Rooms", "3 unread messages");
  driver_go_to (app, server->port);
  test_app_expect_rows (app, "Messages", 3, "Eva, ", "while you were away");
  test_app_expect_rows (app, "Rooms", 0, "unread");
}

/* Notifications. */

static void
test_mention (void)
{
  g_autoptr (TestServer) server = test_server_start (NULL);
  g_autoptr (TestPeer) eva = test_peer_join (server->port, "Eva");
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (TestApp) app = driver_enter (folder, server->port);
  g_autofree char *notification = NULL;

  /* Looked at: nothing. Not looked at, but about something else: nothing either. */
  test_app_focus (app);
  test_peer_send (eva, "Ada, are you there?\n");
  test_app_expect_row (app, "Messages", "Ada, are you there?");
  test_app_unfocus (app);
  test_peer_send (eva, "I am in Granada, she is away.\n");
  test_app_expect_row (app, "Messages", "Granada");
  test_peer_send (eva, "See you, ada! <b>\n");
  notification = test_desktop_take_notification (TEST_PATIENCE_MS);
  g_assert_nonnull (notification);
  g_assert_nonnull (strstr (notification, "Eva"));
  g_assert_nonnull (strstr (notification, "See you, ada!"));
}

/* Rooms of other authors. */

typedef struct
{
  const char *path;
  const char *argv[3];
} Foreign;

static const Foreign foreign[] = {
  { "unframed-homework", { "server-homework", HOST } },
  { "unframed-windows", { "server-window", HOST } },
  { "unframed-cue-word", { "server-cue-word", HOST } },
  { "lines-with-a-prompt", { "server-prompt", HOST } },
  { "lines-with-prompts-in-java", { "PromptServer", HOST } },
};

/* Two people, one at the window and one at a terminal; the server says what it took for
 * names and messages. */
static void
test_foreign (gconstpointer data)
{
  const Foreign *row = data;
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (TestProcess) server = test_foreign_start (folder, row->argv);
  guint16 port = test_foreign_port (server);
  g_autoptr (TestApp) app = driver_enter (folder, port);
  g_autoptr (TestProcess) eva = NULL;

  test_expect_output (server, "name 'Ada'\n");
  eva = start_cli (folder, port, "Eva");
  test_expect_output (server, "name 'Eva'\n");
  driver_say (app, TEST_ACCENTS);
  test_expect_output (server, "Ada '" TEST_ACCENTS "'\n");
  test_expect_output (eva, TEST_ACCENTS);
  type (eva, "sì, " TEST_ACCENTS);
  test_expect_output (server, "Eva 'sì, " TEST_ACCENTS "'\n");
  test_app_expect_row (app, "Messages", "sì, " TEST_ACCENTS);
  driver_leave (app);
  test_expect_output (server, "Ada has gone\n");
}

/* Nothing is said by the server itself. */
static void
test_relay (void)
{
  static const char *const argv[] = { "server-relay", HOST, NULL };
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (TestProcess) server = test_foreign_start (folder, argv);
  guint16 port = test_foreign_port (server);
  g_autoptr (TestProcess) eva = start_cli (folder, port, "Eva");
  g_autoptr (TestApp) app = NULL;

  test_expect_output (server, "1 is there\n");
  app = driver_enter (folder, port);
  test_expect_output (eva, "Ada\n");
  driver_say (app, TEST_ACCENTS);
  test_expect_output (eva, TEST_ACCENTS "\n");
  type (eva, "sì, " TEST_ACCENTS);
  test_app_expect_row (app, "Messages", "sì, " TEST_ACCENTS);
  /* It never comes back, so nobody may say that it was delivered. */
  test_app_expect_row (app, "Messages", "Ada, ", TEST_ACCENTS, "Sent");
}

static void
test_echo (void)
{
  static const char *const argv[] = { "server-echo", HOST, NULL };
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (TestProcess) server = test_foreign_start (folder, argv);
  guint16 port = test_foreign_port (server);
  g_autoptr (TestApp) app = driver_enter (folder, port);

  test_app_expect_row (app, "Messages", "This is an echo");
  test_app_expect_row (app, "Messages", "= Ada");
  driver_say (app, TEST_ACCENTS);
  test_app_expect_row (app, "Messages", "= " TEST_ACCENTS);
  driver_leave (app);
  test_expect_output (server, "client has gone");
}

/* What is said is read to somebody who has the screen read to them. */
static void
test_announced (void)
{
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (Stage) stage = stage_new ();
  g_autofree char *uri = driver_uri (stage->port, NULL);
  g_autoptr (TestApp) app = NULL;

  test_desktop_listen ();
  app = test_app_start (folder, (const char *const[]){ uri, NULL }, NULL);
  stage_let_in (stage);
  test_peer_expect_later (stage->client, "Ada");
  test_peer_send (stage->client, "Welcome!\n");
  test_app_expect_row (app, "Rooms", ", connected");
  test_app_focus (app);
  test_peer_send (stage->client, "> Eva('127.0.0.1', 40000): good morning\n");
  test_app_expect_row (app, "Messages", "Eva, ", "good morning");
  test_app_expect_heard (app, "announced: Eva, ");
  test_desktop_stop_listening ();
}

/* One talks, the others wait; the server ends it, and the window says so, until it tries
 * again a moment later. */
static void
test_one_to_one (void)
{
  static const char *const argv[] = { "server-one-to-one", HOST, NULL };
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (TestProcess) server = test_foreign_start (folder, argv);
  guint16 port = test_foreign_port (server);
  g_autofree char *uri = driver_uri (port, NULL);
  g_autoptr (TestApp) app = NULL;

  test_desktop_listen ();
  app = test_app_start (folder, (const char *const[]){ uri, NULL }, NULL);

  /* The answer to the name shows that it has no lines: so it comes before she is in. */
  test_expect_output (server, "client 'Ada'\n");
  type (server, "Ciao Ada, " TEST_ACCENTS);
  test_app_expect_row (app, "Messages", "Ciao Ada, " TEST_ACCENTS);
  driver_say (app, TEST_ACCENTS);
  test_expect_output (server, "client '" TEST_ACCENTS "'\n");
  type (server, "stop");
  test_app_expect_heard (app, "has ended the conversation");
  test_desktop_stop_listening ();
}

static void
add_cases (void)
{
  g_test_add_func ("/gtk/talk/with/terminal-client", test_terminal_client);
  g_test_add_func ("/gtk/talk/with/window-of-another-author", test_tkinter_client);
  g_test_add_func ("/gtk/talk/announced", test_announced);
  g_test_add_func ("/gtk/talk/order-is-the-same-for-all", test_order);
  g_test_add_func ("/gtk/talk/name-in-use", test_name_in_use);
  g_test_add_func ("/gtk/talk/action", test_action);
  g_test_add_func ("/gtk/talk/answer-of-the-server", test_answer_of_the_server);
  g_test_add_func ("/gtk/talk/lines/some-are-messages", test_some_lines);
  g_test_add_func ("/gtk/talk/lines/many-are-asked-about", test_many_lines);
  g_test_add_func ("/gtk/talk/lines/word-that-leaves", test_leaving_word);
  g_test_add_func ("/gtk/talk/lines/too-long", test_too_long);
  g_test_add_func ("/gtk/talk/reading/way-down", test_way_down);
  g_test_add_func ("/gtk/talk/reading/unread-in-another-room", test_unread_elsewhere);
  g_test_add_func ("/gtk/talk/reading/mention-notifies", test_mention);
  for (gsize i = 0; i < G_N_ELEMENTS (foreign); i++)
    {
      g_autofree char *path = g_strconcat ("/gtk/talk/foreign/", foreign[i].path, NULL);

      g_test_add_data_func (path, &foreign[i], test_foreign);
    }
  g_test_add_func ("/gtk/talk/foreign/relay-without-a-greeting", test_relay);
  g_test_add_func ("/gtk/talk/foreign/echo", test_echo);
  g_test_add_func ("/gtk/talk/foreign/one-to-one", test_one_to_one);
}

int
main (int argc, char **argv)
{
  return driver_run (argc, argv, add_cases);
}
