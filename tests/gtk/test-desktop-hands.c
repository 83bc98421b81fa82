/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The desktop client for those who use it otherwise: with keys alone, hearing it, in
 * another language.
 */
#include "config.h"

#include <string.h>

#include "tests/gtk/gtk-driver.h"

#define MENTIONS "When I am mentioned"

/* From the start of the program to its end without a mouse. */
static void
test_keys_only (void)
{
  g_autoptr (TestServer) server = test_server_start (NULL);
  g_autoptr (TestPeer) eva = test_peer_join (server->port, "Eva");
  g_autoptr (TestFolder) folder = driver_folder_new (NULL);
  g_autoptr (TestApp) app = test_app_start (folder, NULL, NULL);
  g_autofree char *address = g_strdup_printf ("127.0.0.1:%u", server->port);

  test_desktop_key ("ctrl+n");
  test_app_expect (app, "text", "Your name");
  test_app_focus (app);
  test_app_expect_focus (app, "text", "Address");
  test_desktop_key ("ctrl+a");
  test_desktop_type (address);
  test_desktop_key ("Tab ctrl+a");
  test_app_expect_focus (app, "text", "Your name");
  test_desktop_type ("Ada\n");
  test_peer_expect_later (eva, "> Ada(");
  test_app_expect_focus (app, "text", "Message");

  test_app_focus (app);
  test_desktop_type ("typed by hand\n");
  test_peer_expect_later (eva, ": typed by hand\n");
  test_peer_send (eva, "an answer\n");
  test_app_expect_row (app, "Messages", "Eva, ", "an answer");

  /* To the messages, up, down, and back; what is copied there can be pasted here. */
  test_desktop_key ("shift+Tab");
  test_app_expect_row_focus (app, "Messages", "an answer");
  test_desktop_key ("Up");
  test_app_expect_row_focus (app, "Messages", "typed by hand");
  test_desktop_key ("ctrl+c Tab");
  test_app_expect_focus (app, "text", "Message");
  test_desktop_key ("ctrl+v");
  test_app_expect_text (app, "Message", "typed by hand");

  test_desktop_key ("ctrl+q");
  test_app_expect_end (app);
  test_peer_expect_later (eva, "has left this room.\n");
}

/* What is typed over the messages is meant for the entry. */
static void
test_typing_over_messages (void)
{
  g_autoptr (TestServer) server = test_server_start (NULL);
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (TestApp) app = driver_enter (folder, server->port);

  driver_say (app, "one");
  test_app_expect_row (app, "Messages", "one", "Delivered");
  test_app_expect_focus (app, "text", "Message");
  test_desktop_key ("shift+Tab");
  test_app_expect_row_focus (app, "Messages", "one");
  test_desktop_type ("two");
  test_app_expect_text (app, "Message", "two");
  test_app_expect_focus (app, "text", "Message");
}

/* Several messages at once, as they are read. */
static void
test_copy_several (void)
{
  g_autoptr (TestServer) server = test_server_start (NULL);
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (TestApp) app = driver_enter (folder, server->port);
  g_autofree char *text = NULL;

  driver_say (app, "one");
  driver_say (app, "two");
  driver_say (app, "three");
  test_app_expect_row (app, "Messages", "three", "Delivered");
  test_app_expect_row (app, "Messages", "one", "Delivered");
  test_app_expect_focus (app, "text", "Message");
  test_desktop_key ("shift+Tab");
  test_app_expect_row_focus (app, "Messages", "three");
  test_desktop_key ("shift+Up ctrl+c Tab ctrl+v");
  while (text == NULL || strstr (text, "three") == NULL)
    {
      test_app_expect (app, "text", "Message");
      g_free (text);
      text = test_app_get_text (app, "text", "Message");
    }
  g_assert_nonnull (strstr (text, "Ada: two\n"));
  g_assert_nonnull (strstr (text, "Ada: three"));
  g_assert_null (strstr (text, "one"));
}

/* F6 leads around the parts of the window; for Tab, a list is one stop, however long it is. */
static void
test_parts (void)
{
  const char *const options[] = { "--log", "memory", NULL };
  g_autoptr (TestServer) server = test_server_start (options);
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (TestApp) app = driver_enter_irc (folder, server->port, "tea");

  driver_say (app, "/join #cake");
  test_app_expect_row (app, "Rooms", "#cake", ", connected");
  driver_say (app, "/join #coffee");
  test_app_expect_row (app, "Rooms", "#coffee", ", connected");
  test_app_focus (app);
  test_desktop_key ("alt+2"); /* above the others */
  driver_say (app, "one");
  test_app_expect_row (app, "Messages", "one", "Delivered");
  test_app_expect_focus (app, "text", "Message");
  test_desktop_key ("F6");
  test_app_expect_row_focus (app, "Rooms", "#cake");
  test_desktop_key ("F6");
  test_app_expect_row_focus (app, "Messages", "one");
  test_desktop_key ("F6");
  test_app_expect_focus (app, "text", "Message");
  test_desktop_key ("F9");
  test_app_expect_words (app, "1 person here");
  test_desktop_key ("F6");
  test_app_expect_focus (app, "table|tree table|table cell", NULL);
  test_desktop_key ("F6");
  test_app_expect_row_focus (app, "Rooms", "#cake");

  test_desktop_key ("Tab");
  test_app_expect_focus (app, "toggle button", "People in this room");
  test_desktop_key ("shift+Tab");
  test_app_expect_row_focus (app, "Rooms", "#cake");
  test_desktop_key ("shift+Tab");
  test_app_expect_focus (app, "toggle button", "Main menu");
  test_desktop_key ("Tab shift+F6");
  test_app_expect_focus (app, "table|tree table|table cell", NULL);
  test_desktop_key ("shift+F6");
  test_app_expect_focus (app, "text", "Message");
}

/* Names. */

static void
expect_no_nameless (TestApp *app)
{
  g_autoptr (GPtrArray) nameless = test_app_find_nameless (app);
  g_autofree char *list = NULL;

  g_ptr_array_add (nameless, NULL);
  list = g_strjoinv (", ", (char **) nameless->pdata);
  if (*list != '\0')
    test_app_fail_at (app, list, TEST_HERE);
}

static void
test_names (void)
{
  g_autoptr (TestServer) server = test_server_start (NULL);
  g_autoptr (TestPeer) eva = test_peer_join (server->port, "Eva");
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (TestApp) app = test_app_start (folder, NULL, NULL);
  g_autofree char *uri = driver_uri (server->port, NULL);
  g_autoptr (TestProcess) second = NULL;

  expect_no_nameless (app);
  test_app_press (app, "Join a room");
  test_app_expect (app, "text", "Your name");
  expect_no_nameless (app);
  test_app_focus (app);
  test_desktop_key ("Escape");
  test_app_expect_gone (app, "text", "Your name");

  second = test_app_start_second (folder, (const char *const[]){ uri, NULL });
  test_process_expect_exit (second, 0);
  test_app_expect_row (app, "Rooms", ", connected");
  driver_say (app, "Hello https://www.example.org/ there");
  test_peer_send (eva, "and good-bye\n");
  test_app_expect_row (app, "Messages", "Eva, ", "and good-bye");
  expect_no_nameless (app);

  test_app_press (app, "Main menu");
  test_app_expect (app, TEST_PRESSABLE, "Preferences");
  expect_no_nameless (app);
  test_app_press (app, "Preferences");
  test_app_expect (app, NULL, MENTIONS);
  expect_no_nameless (app);
  test_app_focus (app);
  test_desktop_key ("Escape");
  test_app_expect_gone (app, NULL, MENTIONS);

  test_app_press (app, "Main menu");
  test_app_press (app, "Keyboard shortcuts");
  test_app_expect_words (app, "What you wrote before");
  expect_no_nameless (app);
  test_app_focus (app);
  test_desktop_key ("Escape");

  test_app_press (app, "Main menu");
  test_app_press (app, "About Salotto");
  test_app_expect_words (app, "The Salotto authors");
  test_app_focus (app);
  test_desktop_key ("Escape");
}

/* Whoever hears the window is told who, when, what, and what became of it. */
static void
test_row_is_a_sentence (void)
{
  g_autoptr (TestServer) server = test_server_start (NULL);
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (TestApp) app = driver_enter (folder, server->port);
  g_auto (GStrv) rows = NULL;
  g_autoptr (GRegex) sentence =
      g_regex_new ("^Ada, [0-9]{1,2}:[0-9]{2}: How are you\\? Delivered\\.$", 0, 0, NULL);
  gboolean found = FALSE;

  driver_say (app, "How are you?");
  test_app_expect_row (app, "Messages", "How are you?", "Delivered");
  rows = test_app_read_rows (app, "Messages");
  for (gsize i = 0; rows[i] != NULL; i++)
    found |= g_regex_match (sentence, rows[i], 0, NULL);
  g_assert_true (found);
}

/* Preferences. */

static void
test_preferences (void)
{
  g_autoptr (TestServer) server = test_server_start (NULL);
  g_autoptr (TestPeer) eva = test_peer_join (server->port, "Eva");
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autoptr (TestApp) app = driver_enter (folder, server->port);
  g_autofree char *notification = NULL;

  test_app_focus (app);
  test_desktop_key ("ctrl+comma");
  test_app_press_role (app, "toggle button|check box|switch", MENTIONS);
  test_app_focus (app);
  test_desktop_key ("Escape");
  test_app_expect_gone (app, NULL, MENTIONS);
  test_app_unfocus (app);
  test_peer_send (eva, "Ada?\n");
  test_app_expect_row (app, "Messages", "Ada?");
  driver_leave (app);
  notification = test_desktop_take_notification (0);
  g_assert_null (notification);
}

/* Italian, with words that only the translation can have brought. */
static void
test_italian (void)
{
  static const char *const italian[] = { "LANGUAGE=it", NULL };
  g_autoptr (TestServer) server = test_server_start (NULL);
  g_autoptr (TestPeer) eva = test_peer_join (server->port, "Eva");
  g_autoptr (TestFolder) folder = driver_folder_new (NULL);
  g_autoptr (TestApp) app = test_app_start (folder, NULL, italian);
  g_autofree char *address = g_strdup_printf ("127.0.0.1:%u", server->port);

  test_app_press (app, "Entra in una stanza");
  test_app_write (app, "Indirizzo", address);
  test_app_write (app, "Il tuo nome", "Ada");
  test_app_press_role (app, "push button", "Connetti");
  test_peer_expect_later (eva, "> Ada(");
  test_app_write (app, "Messaggio", "perché no?");
  test_app_press (app, "Invia");
  test_peer_expect_later (eva, ": perché no?\n");
  test_app_expect_row (app, "Messaggi", "Ada, ", "perché no? Consegnato.");
}

static void
add_cases (void)
{
  g_test_add_func ("/gtk/hands/keys-only", test_keys_only);
  g_test_add_func ("/gtk/hands/typing-over-the-messages", test_typing_over_messages);
  g_test_add_func ("/gtk/hands/copying-several", test_copy_several);
  g_test_add_func ("/gtk/hands/parts-of-the-window", test_parts);
  g_test_add_func ("/gtk/hands/everything-has-a-name", test_names);
  g_test_add_func ("/gtk/hands/message-is-a-sentence", test_row_is_a_sentence);
  g_test_add_func ("/gtk/hands/preferences", test_preferences);
  g_test_add_func ("/gtk/hands/italian", test_italian);
}

int
main (int argc, char **argv)
{
  return driver_run (argc, argv, add_cases);
}
