/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A server with rooms: going into several and out again, who is there and who is away, private
 * conversations, topics, commands and what is wrong with them, looking for words, what goes
 * to and fro. The others are played by hand, in plain IRC.
 */
#include "config.h"

#include <string.h>

#include "tests/gtk/gtk-driver.h"

#define BUTTONS "push button"
#define TABLE "table|tree table"
/* As narrow as a telephone. */
#define NARROW 360
/* Longer than the window is wide. */
#define TOPIC                                                                                      \
  "All about <b>tea</b>, its leaves and the water it needs, and where the next meeting is: in "    \
  "the old library on the second floor, on Thursday at eight; bring a cup of your own"
/* More messages than a server tells to somebody who comes. */
#define OLDER 300
/* More than it tells to somebody who comes back, and where that ends. */
#define MISSED 2150
#define GAP "You were not here for a while"
#define LAST_TOLD "missed 1990"
#define FIRST_MISSING "missed 2010"
#define AFTER_NEXT_GAP "missed 2054" /* a page is a hundred */
#define LAST_MISSED "missed 2149"

typedef struct
{
  TestServer *server; /* (owned) */
  TestPeer *eva;      /* (owned): an IRC client */
  TestFolder *folder; /* (owned) */
  TestApp *app;       /* (owned) */
} Scene;

/* @keeps: (nullable): the server's log is a file, and keeps all that was said */
static void
scene_open (Scene *scene, gconstpointer keeps)
{
  TestFolder *folder = test_folder_new ();
  g_autofree char *log = test_folder_file (folder, "log.db");
  g_autofree char *sqlite = g_strconcat ("sqlite:", log, NULL);
  const char *const options[] = { "--log", keeps != NULL ? sqlite : "memory", NULL };

  /* So that an account can be made here, quickly. */
  test_folder_write (folder, "salotto/salottod.conf",
                     "[accounts]\npasswords = loopback\niterations = 4096\n");
  scene->folder = driver_folder_new ("Ada");
  scene->server = test_server_start_in (folder, options, NULL);
  scene->eva = driver_join_irc (scene->server->port, "Eva", "#tea");
  test_irc_say (scene->eva, "TOPIC #tea :" TOPIC);
  test_peer_expect_later (scene->eva, "TOPIC");
  scene->app = driver_enter_irc (scene->folder, scene->server->port, "tea");
  test_peer_expect_later (scene->eva, "JOIN");
}

static void
scene_close (Scene *scene, gconstpointer data)
{
  test_app_free (scene->app);
  test_peer_free (scene->eva);
  test_server_free (scene->server);
  test_folder_free (scene->folder);
}

static void
test_rooms (Scene *scene, gconstpointer data)
{
  TestApp *app = scene->app;

  test_app_expect_label (app, "Topic of the room", "All about <b>tea</b>");
  test_app_expect_gone (app, BUTTONS, "Back to the rooms"); /* they are beside it */
  driver_say (app, TEST_ACCENTS);
  test_peer_expect_later (scene->eva, "PRIVMSG #tea :" TEST_ACCENTS);
  test_app_expect_row (app, "Messages", "Ada, ", TEST_ACCENTS, "Delivered");
  test_irc_say (scene->eva, "PRIVMSG #tea :sì");
  test_app_expect_row (app, "Messages", "Eva, ", "sì");

  driver_say (scene->app, "/join coffee");
  test_app_expect_row (app, "Rooms", "coffee", ", connected");
  test_app_expect_rows (app, "Messages", 0, "sì");
  test_irc_say (scene->eva, "PRIVMSG #tea :are you there?");
  test_irc_say (scene->eva, "PRIVMSG #tea :Ada!");
  test_app_expect_row (app, "Rooms", "tea", "2 unread messages", "1 names you");
  test_desktop_shoot ("rooms");
  test_app_focus (app);
  test_desktop_key ("ctrl+Page_Down");
  test_app_expect_row (app, "Messages", "are you there?");
  test_app_expect_rows (app, "Rooms", 0, "unread");

  driver_say (scene->app, "/part");
  test_peer_expect_later (scene->eva, "PART #tea");
  test_app_expect_row (app, "Rooms", "tea", "not connected");
}

/* With the mouse, and a room by its name alone. */
static void
test_mouse (Scene *scene, gconstpointer data)
{
  TestApp *app = scene->app;

  test_app_press (app, "Join a room");
  test_app_expect_words (app, "#ROOM on 127.0.0.1");
  test_app_write (app, "Address", "#coffee");
  test_app_press_role (app, BUTTONS, "Connect");
  test_app_expect_row (app, "Rooms", "coffee", ", connected");
  test_app_expect_label (app, "Topic of the room", "No topic");
  test_irc_say (scene->eva, "PRIVMSG #tea :read this");
  test_app_expect_row (app, "Rooms", "tea", "1 unread");
  test_app_focus (app);
  test_app_click_row (app, "Rooms", "#tea", 1);
  test_app_expect_row (app, "Messages", "read this");
  test_app_click_row (app, "Rooms", "#coffee", 3);
  test_app_press_role (app, "menu item", "Search…");
  test_app_expect_focus (app, "text", "Search in this room");
  test_app_expect_rows (app, "Messages", 0, "read this");
  test_app_focus (app);
  test_app_click_row (app, "Rooms", "#coffee", 3);
  test_app_press_role (app, "menu item", "Leave");
  test_app_expect_row (app, "Rooms", "coffee", "not connected");
}

static void
test_private (Scene *scene, gconstpointer data)
{
  g_autofree char *notification = NULL;

  test_app_unfocus (scene->app);
  test_irc_say (scene->eva, "PRIVMSG Ada :between us");
  notification = test_desktop_take_notification (TEST_PATIENCE_MS);
  g_assert_nonnull (notification);
  g_assert_nonnull (strstr (notification, "between us"));
  test_desktop_click_notification ();
  test_app_expect_row (scene->app, "Messages", "Eva, ", "between us");
  test_app_focus (scene->app);
  driver_say (scene->app, "nobody hears");
  test_peer_expect_later (scene->eva, "PRIVMSG Eva :nobody hears");
  test_app_expect_row (scene->app, "Messages", "nobody hears", "Delivered");
  /* And from here. */
  driver_say (scene->app, "/msg Eva one more thing");
  test_peer_expect_later (scene->eva, "PRIVMSG Eva :one more thing");
  /* It can be forgotten, and there is nothing to leave. */
  test_app_press (scene->app, "Room menu");
  test_app_expect (scene->app, TEST_PRESSABLE, "Forget…");
  g_assert_false (test_app_shows (scene->app, TEST_PRESSABLE, "Leave"));
}

static void
test_people (Scene *scene, gconstpointer data)
{
  TestApp *app = scene->app;

  app->looks_into_rows = TRUE;
  test_app_press (app, "People in this room");
  test_app_expect_words (app, "2 people here");
  test_app_expect (app, TABLE, "People");
  test_app_expect (app, "table cell", "Eva");
  test_app_expect (app, "table cell", "operator");
  test_irc_say (scene->eva, "AWAY :lunch");
  test_app_expect (app, "table cell", "operator, away");
  test_desktop_shoot ("people");
  test_irc_say (scene->eva, "PART #tea");
  test_app_expect_words (app, "1 person here");
  test_app_expect_row (app, "Messages", "Eva left");
  test_app_focus (app);
  test_desktop_key ("F9");
  test_app_expect_gone (app, TABLE, "People");
}

/* Being away oneself, also in rooms where one goes then. */
static void
test_own_away (Scene *scene, gconstpointer data)
{
  TestApp *app = scene->app;

  app->looks_into_rows = TRUE;
  test_app_press (app, "People in this room");
  test_app_expect (app, "table cell", "operator");
  driver_say (app, "/away tea");
  test_app_expect (app, "table cell", "you, away");
  test_app_expect_row (app, "Rooms", "#tea, ", ", connected, away");
  test_desktop_shoot ("own-away");
  driver_say (app, "/join #coffee");
  test_app_expect_row (app, "Rooms", "#coffee, ", ", connected, away");
  /* Where nobody is, it is said as well. */
  driver_say (app, "/query Eva");
  test_app_expect_row (app, "Rooms", "Eva, ", ", connected, away");
  test_app_expect (app, "label", "Connected as Ada, away");
  test_app_focus (app);
  test_desktop_key ("alt+1");
  test_app_expect (app, "label", "Connected as Ada, away");
  test_app_expect_words (app, "away · 127.0.0.1");
  driver_say (app, "/back");
  test_app_expect_rows (app, "Rooms", 0, ", away");
  test_app_expect (app, "label", "Connected as Ada");
}

/* Somebody on whom the keyboard is gets another role, and with it another place. */
static void
test_people_role (Scene *scene, gconstpointer data)
{
  g_autoptr (TestPeer) bob = driver_join_irc (scene->server->port, "Bob", "#tea");
  TestApp *app = scene->app;

  app->looks_into_rows = TRUE;
  test_app_focus (app);
  test_desktop_key ("F9");
  test_app_expect (app, "table cell", "Bob");
  test_app_grab (app, TABLE, "People");
  test_desktop_key ("End");
  test_app_expect_focus (app, "table cell", "Bob");
  test_irc_say (scene->eva, "MODE #tea +v Bob");
  test_app_expect (app, "table cell", "has a voice");
  test_app_expect_focus (app, "table cell", "Bob");
  test_irc_say (scene->eva, "MODE #tea -v Bob");
  test_app_expect_gone (app, "table cell", "has a voice");
  test_app_expect_focus (app, "table cell", "Bob");
}

/* Somebody on whom the keyboard is goes to lunch, and then the server goes. */
static void
test_people_keyboard (Scene *scene, gconstpointer data)
{
  TestApp *app = scene->app;

  app->looks_into_rows = TRUE;
  test_app_focus (app);
  test_desktop_key ("F9");
  test_app_expect (app, "table cell", "operator");
  test_app_grab (app, TABLE, "People");
  test_desktop_key ("Home");
  test_app_expect_focus (app, "table cell", "Eva");
  test_irc_say (scene->eva, "AWAY :lunch");
  test_app_expect (app, "table cell", "operator, away");
  test_app_expect_focus (app, "table cell", "Eva");
  test_desktop_key ("Return");
  test_app_expect_row (app, "Rooms", "Eva, ");
  test_app_click_row (app, "Rooms", "#tea", 1);
  test_app_grab (app, TABLE, "People");
  test_app_expect_focus (app, "table cell", "Eva");
  test_server_stop (scene->server);
  test_app_expect_row (app, "Rooms", "#tea, ", "trying again soon");
  test_app_expect_gone (app, "table cell", "operator, away");
}

static void
test_topic (Scene *scene, gconstpointer data)
{
  TestApp *app = scene->app;

  test_app_press (app, "Change the topic");
  test_app_expect_words (app, "bring a cup of your own");
  test_app_write (app, "Topic", "Green tea");
  test_app_press (app, "Set topic");
  /* She made the room, and let nobody else set it. */
  test_app_expect_row (app, "Messages", "The server, ", "operator");
  test_irc_say (scene->eva, "MODE #tea +o Ada");
  driver_say (scene->app, "/topic Green tea");
  test_app_expect_label (app, "Topic of the room", "Green tea");
  test_app_expect_row (app, "Messages", "Ada has set the topic to “Green tea”");
}

/* Somebody reads the whole of it, and writes another, while it changes. */
static void
test_topic_changes_while_open (Scene *scene, gconstpointer data)
{
  TestApp *app = scene->app;

  test_app_press (app, "Change the topic");
  test_app_expect_words (app, "bring a cup of your own");
  test_app_write (app, "Topic", "Green tea");
  test_irc_say (scene->eva, "TOPIC #tea :Black tea");
  test_app_expect_row (app, "Messages", "Eva has set the topic to “Black tea”");
  test_app_expect_no_words (app, "bring a cup of your own");
  test_app_expect_text (app, "Topic", "Green tea");
}

static void
test_commands (Scene *scene, gconstpointer data)
{
  TestApp *app = scene->app;

  test_app_write (app, "Message", "/frobnicate");
  test_app_press (app, "Send");
  test_app_expect_words (app, "There is no command /frobnicate");
  test_app_expect_text (app, "Message", "/frobnicate");
  test_app_write (app, "Message", "/kick");
  test_app_press (app, "Send");
  test_app_expect_words (app, "It is written so: /kick NAME [WHY]");
  test_app_write (app, "Message", "");

  driver_say (scene->app, "/me waves");
  test_app_expect_row (app, "Messages", "Ada waves", "Delivered");
  driver_say (scene->app, "//shrug is said");
  test_peer_expect_later (scene->eva, ":/shrug is said");
  driver_say (scene->app, "/nick Lovelace");
  test_peer_expect_later (scene->eva, "NICK");
  test_app_expect_row (app, "Messages", "Ada is now called Lovelace");
  driver_say (scene->app, "/whois Eva");
  test_app_expect_row (app, "Messages", "The server, ", "Eva", "#tea");

  test_app_write (app, "Message", "");
  test_app_focus (app);
  test_app_grab (app, "text", "Message");
  test_desktop_type ("/he");
  test_desktop_key ("Tab");
  test_app_expect_text (app, "Message", "/help ");
  test_desktop_key ("Return");
  test_app_expect_row (app, "Commands", "/join ROOM [PASSWORD]");
  test_desktop_shoot ("help");
  test_app_focus (app);
  test_desktop_key ("Escape");
  test_app_expect_gone (app, "list box", "Commands");
  test_app_focus (app);
  test_app_grab (app, "text", "Message");
  test_desktop_type ("ev");
  test_desktop_key ("Tab");
  test_app_expect_text (app, "Message", "Eva: ");
}

static void
test_search (Scene *scene, gconstpointer data)
{
  TestApp *app = scene->app;
  g_autoptr (GString) lines = g_string_new ("PRIVMSG #tea :perché no?\r\n");

  for (int i = 0; i < 200; i++)
    g_string_append_printf (lines, "PRIVMSG #tea :number %d\r\n", i);
  g_string_append (lines, "PRIVMSG #tea :perche si\r\n");
  test_peer_send (scene->eva, lines->str);
  test_app_expect_row (app, "Messages", "perche si");
  test_app_focus (app);
  test_desktop_key ("ctrl+f");
  test_app_expect_focus (app, "text", "Search in this room");
  test_desktop_type ("perche");
  test_app_expect (app, BUTTONS, "Older");
  test_app_press (app, "Older");
  test_app_expect_row (app, "Messages", "perché no?");
  test_desktop_shoot ("search");
  test_app_press (app, "Older");
  test_app_expect_words (app, "Nothing before that");
  test_app_press (app, "Newer");
  test_app_expect_row (app, "Messages", "perche si");
  test_desktop_key ("Escape");
  test_app_expect_focus (app, "text", "Message");
}

/* Scrolls back until there is a row with this in it. */
static void
scroll_back_to (TestApp *app, const char *part)
{
  const char *const parts[] = { part, NULL };
  gint64 until_us = g_get_monotonic_time () + 3 * app->patience_ms * G_TIME_SPAN_MILLISECOND;

  test_app_focus (app);
  while (test_app_count_rows (app, "Messages", parts) == 0 && g_get_monotonic_time () < until_us)
    test_desktop_key ("Page_Up Page_Up Page_Up");
  test_app_expect_row (app, "Messages", part);
}

/* What was said before one came is scrolled back to: the server is asked for it, and afterwards
 * it is there without a server. */
static void
test_older (Scene *scene, gconstpointer data)
{
  g_autoptr (GString) lines = g_string_new ("JOIN #coffee\r\n");

  g_string_append (lines, "PRIVMSG #coffee :the very first\r\n");
  for (int i = 0; i < OLDER; i++)
    g_string_append_printf (lines, "PRIVMSG #coffee :number %d\r\n", i);
  g_string_append (lines, "PING done\r\n");
  test_peer_send (scene->eva, lines->str);
  test_peer_expect_later (scene->eva, "PONG ");
  driver_say (scene->app, "/join coffee");
  test_app_expect_row (scene->app, "Rooms", "coffee", ", connected");
  test_app_expect_row (scene->app, "Messages", "number 299");
  scroll_back_to (scene->app, "the very first");
  driver_leave (scene->app);
  g_clear_pointer (&scene->app, test_app_free);

  /* Who comes back is told what the others did meanwhile, not what they did themselves. */
  scene->app = driver_enter_irc (scene->folder, scene->server->port, "coffee");
  test_irc_say (scene->eva, "PRIVMSG #coffee :welcome back");
  test_app_expect_row (scene->app, "Messages", "welcome back");
  test_app_expect_rows (scene->app, "Messages", 0, "Ada left");
  test_server_stop (scene->server);
  test_app_expect_row (scene->app, "Rooms", "coffee", "trying again");
  scroll_back_to (scene->app, "the very first");
}

/* Goes to and fro where something is missing, as somebody who has passed it before the server has
 * answered, until there is a row with this in it. */
static void
look_around_for (TestApp *app, const char *part)
{
  const char *const parts[] = { part, NULL };
  gint64 until_us = g_get_monotonic_time () + app->patience_ms * G_TIME_SPAN_MILLISECOND;

  test_app_focus (app);
  while (test_app_count_rows (app, "Messages", parts) == 0 && g_get_monotonic_time () < until_us)
    {
      test_desktop_key ("Page_Up Page_Up");
      if (test_app_count_rows (app, "Messages", parts) == 0)
        test_desktop_key ("Page_Down Page_Down");
    }
  test_app_expect_row (app, "Messages", part);
}

/* More was said meanwhile than is told to who comes back: the window says that something is missing
 * there, and who scrolls back over it reads all of it. */
static void
test_gap (Scene *scene, gconstpointer data)
{
  g_autoptr (GString) lines = g_string_new (NULL);

  driver_say (scene->app, "before");
  test_app_expect_row (scene->app, "Messages", "before", "Delivered");
  driver_leave (scene->app);
  g_clear_pointer (&scene->app, test_app_free);
  for (int i = 0; i < MISSED; i++)
    g_string_append_printf (lines, "PRIVMSG #tea :missed %d\r\n", i);
  g_string_append (lines, "PING done\r\n");
  test_peer_send (scene->eva, lines->str);
  test_peer_expect_later (scene->eva, "PONG ");

  scene->app = driver_enter_irc (scene->folder, scene->server->port, "tea");
  test_app_expect_row (scene->app, "Messages", GAP);
  test_irc_say (scene->eva, "PRIVMSG #tea :welcome back");
  test_app_expect_row (scene->app, "Messages", "welcome back");
  test_app_expect_rows (scene->app, "Messages", 0, LAST_MISSED);
  test_desktop_shoot ("gap");
  look_around_for (scene->app, LAST_MISSED);
  scroll_back_to (scene->app, AFTER_NEXT_GAP);
  look_around_for (scene->app, FIRST_MISSING);
  scroll_back_to (scene->app, LAST_TOLD);
  test_app_expect_rows (scene->app, "Messages", 0, GAP);
  test_app_expect_rows (scene->app, "Messages", 1, LAST_TOLD);
  test_app_expect_rows (scene->app, "Messages", 1, FIRST_MISSING);
}

/* Who is ignored is not heard, by a command and by the menu, until that is taken back. */
static void
test_ignored (Scene *scene, gconstpointer data)
{
  TestApp *app = scene->app;

  driver_say (app, "/ignore eva");
  test_app_expect_words (app, "What eva says is not shown from now on");
  test_irc_say (scene->eva, "PRIVMSG #tea :can you hear me?");
  test_irc_say (scene->eva, "PRIVMSG Ada :and now?");
  driver_say (app, "an answer");
  test_peer_expect_later (scene->eva, "an answer"); /* so what was before it has come */
  test_app_expect_row (app, "Messages", "an answer", "Delivered");
  test_app_expect_rows (app, "Messages", 0, "can you hear me?");
  test_app_expect_rows (app, "Rooms", 0, "Eva");
  driver_say (app, "/ignore");
  test_app_expect_words (app, "Not shown is what these say: eva");
  driver_say (app, "/unignore bob");
  test_app_expect_words (app, "bob is not in the list of those whom you ignore");

  test_app_press (app, "People in this room");
  test_app_grab (app, TABLE, "People");
  test_app_focus (app);
  test_desktop_key ("Home Menu"); /* she leads the room, so she is the first */
  test_app_press_role (app, "menu item", "Show what they say");
  test_irc_say (scene->eva, "PRIVMSG #tea :at last");
  test_app_expect_row (app, "Messages", "at last");
}

/* What can be done about somebody, where they are in the list and where they have said something:
 * only what one may do. */
static void
test_person (Scene *scene, gconstpointer data)
{
  TestApp *app = scene->app;
  g_autoptr (TestPeer) bob = driver_join_irc (scene->server->port, "Bob", "#tea");

  test_irc_say (bob, "PRIVMSG #tea :it is me");
  test_app_expect_row (app, "Messages", "Bob, ", "it is me");
  test_app_focus (app);
  test_app_click_row (app, "Messages", "it is me", 3);
  test_app_expect (app, TEST_PRESSABLE, "Write privately");
  g_assert_false (test_app_shows (app, TEST_PRESSABLE, "Kick out of the room"));
  test_app_press_role (app, "menu item", "Who is this?");
  test_app_expect_row (app, "Messages", "The server, ", "Bob", "#tea");

  test_irc_say (scene->eva, "MODE #tea +o Ada");
  test_app_expect_row (app, "Messages", "+o Ada");
  test_app_press (app, "People in this room");
  test_app_grab (app, TABLE, "People");
  test_app_focus (app);
  test_desktop_key ("End Menu"); /* he has no rank, so he is the last */
  test_app_press_role (app, "menu item", "Give voice");
  test_peer_expect_later (bob, "MODE #tea +v Bob");
  test_app_expect_row (app, "Messages", "Ada has set the mode +v Bob");
  test_app_grab (app, TABLE, "People");
  test_app_focus (app);
  test_desktop_key ("End Menu");
  test_app_expect (app, TEST_PRESSABLE, "Take voice away");
  test_app_press_role (app, "menu item", "Kick out and ban");
  test_peer_expect_later (bob, "KICK #tea Bob");
  test_irc_say (bob, "JOIN #tea");
  test_peer_expect_later (bob, " 474 ");
}

/* A word of one's own in the preferences is as good as one's name, once it is written to its end. */
static void
test_words (Scene *scene, gconstpointer data)
{
  TestApp *app = scene->app;

  driver_say (app, "/join coffee");
  test_app_expect_row (app, "Rooms", "coffee", ", connected");
  test_app_focus (app);
  test_desktop_key ("ctrl+comma");
  test_app_write (app, "Words that mention me", "teapot, kettle");
  test_desktop_shoot ("preferences");
  test_irc_say (scene->eva, "PRIVMSG #tea :is there a kettle?");
  test_app_expect_row (app, "Rooms", "tea", "1 unread");
  test_app_focus (app);
  test_desktop_key ("Escape");
  test_irc_say (scene->eva, "PRIVMSG #tea :where is the Kettle?");
  test_app_expect_row (app, "Rooms", "tea", "2 unread", "1 names you");
}

/* People who come and go are told together. */
static void
test_folded (Scene *scene, gconstpointer data)
{
  static const char *const names[] = { "Bob", "Carla", "Dora", "Emil", "Frida" };
  g_autoptr (GPtrArray) peers = g_ptr_array_new_with_free_func ((GDestroyNotify) test_peer_free);

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    g_ptr_array_add (peers, driver_join_irc (scene->server->port, names[i], "#tea"));
  test_app_expect_row (scene->app, "Messages", "and 2 others came in");
  test_peer_send (peers->pdata[0], "PART #tea\r\n");
  test_app_expect_row (scene->app, "Messages", "Bob came in and left");
  scene->app->looks_into_rows = TRUE;
  test_app_press (scene->app, "Show each");
  test_app_expect_words (scene->app, "Dora came in");
}

static void
test_raw (Scene *scene, gconstpointer data)
{
  TestApp *app = scene->app;

  driver_say (scene->app, "/raw");
  test_app_expect_words (app, "JOIN #tea");
  test_irc_say (scene->eva, "PRIVMSG #tea :seen on the wire");
  test_app_expect_words (app, "PRIVMSG #tea :seen on the wire");
  test_desktop_shoot ("traffic");
  test_app_focus (app);
  test_desktop_key ("Escape");
  test_app_expect_gone (app, "text", "Lines");
}

static void
type_password (TestApp *app, const char *password)
{
  test_app_focus (app);
  test_app_grab (app, "password text", "Password");
  test_desktop_type (password);
}

/* Into an account, by the menu; what is wrong with the password is said. */
static void
test_login (Scene *scene, gconstpointer data)
{
  TestApp *app = scene->app;

  test_irc_say (scene->eva, "REGISTER * * :open sesame");
  test_peer_expect_later (scene->eva, " REGISTER SUCCESS ");
  test_app_press (app, "Room menu");
  test_app_press (app, "Log in…");
  test_app_write (app, "Account", "Eva");
  type_password (app, "open barley\n");
  test_app_expect_rows (app, "Rooms", 0, "tea", ", connected");
  test_app_expect_words (app, "the login was refused");
  test_desktop_shoot ("password");
  type_password (app, "open sesame\n");
  test_app_expect_row (app, "Rooms", "tea", ", connected");
  driver_say (scene->app, "/whois Ada");
  test_app_expect_row (app, "Messages", "The server, ", "Ada", "logged in");
}

/* Everything is there in a narrow window, one thing at a time. */
static void
test_narrow (Scene *scene, gconstpointer data)
{
  TestApp *app = scene->app;
  int width = 0;
  int height = 0;

  /* It stays at what was read. */
  test_desktop_resize (NARROW, 640);
  test_app_expect (app, BUTTONS, "Back to the rooms");
  app->looks_into_rows = TRUE;
  test_app_press (app, "People in this room");
  test_app_expect (app, "table cell", "Eva");
  test_desktop_shoot ("people-narrow");
  test_app_focus (app);
  test_desktop_key ("F9 ctrl+f");
  test_app_expect_focus (app, "text", "Search in this room");
  test_desktop_get_size (&width, &height);
  g_assert_cmpint (width, <=, NARROW);
}

/* Names of everything, for those who have it read to them. */
static void
test_names (Scene *scene, gconstpointer data)
{
  g_autoptr (GPtrArray) nameless = NULL;

  scene->app->looks_into_rows = TRUE;
  test_app_press (scene->app, "People in this room");
  test_app_expect (scene->app, "table cell", "Eva");
  test_app_focus (scene->app);
  test_desktop_key ("ctrl+f");
  test_app_expect (scene->app, "text", "Search in this room");
  nameless = test_app_find_nameless (scene->app);
  for (guint i = 0; i < nameless->len; i++)
    g_error ("a %s has no name", (const char *) nameless->pdata[i]);
}

/* Rooms of a server whose names begin with other signs are rooms, and nobody to talk to. */
static void
test_other_signs (void)
{
  g_autoptr (Stage) stage = stage_new ();
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autofree char *uri = driver_irc_uri (stage->port, "tea");
  g_autoptr (TestApp) app = test_app_start (folder, (const char *const[]){ uri, NULL }, NULL);

  stage_let_in (stage);
  test_peer_expect_later (stage->client, "USER ");
  test_peer_send (stage->client, ":s 001 Ada :Welcome\r\n"
                                 ":s 005 Ada CHANTYPES=#+ :are supported\r\n"
                                 ":s 422 Ada :No motd\r\n");
  test_peer_expect_later (stage->client, "JOIN #tea");
  test_peer_send (stage->client, ":Ada!a@h JOIN #tea\r\n:s 353 Ada = #tea :Ada\r\n"
                                 ":s 366 Ada #tea :end\r\n");
  test_app_expect_row (app, "Rooms", "tea", ", connected");
  driver_say (app, "/msg +den hello");
  test_app_expect_words (app, "You are not in “+den”");
  test_app_expect_rows (app, "Rooms", 0, "+den");
  driver_say (app, "/join +den");
  test_peer_expect_later (stage->client, "JOIN +den");
  test_peer_send (stage->client, ":Ada!a@h JOIN +den\r\n:s 353 Ada = +den :Ada\r\n"
                                 ":s 366 Ada +den :end\r\n");
  test_app_expect_row (app, "Rooms", "+den", ", connected");
  test_app_focus (app);
  test_desktop_key ("ctrl+Page_Down");
  driver_say (app, "/msg +den hello");
  test_peer_expect_later (stage->client, "PRIVMSG +den :hello");
}

static void
add_cases (void)
{
#define ADD(name, test) g_test_add ("/gtk/irc/" name, Scene, NULL, scene_open, test, scene_close)
  ADD ("rooms", test_rooms);
  ADD ("mouse", test_mouse);
  ADD ("private", test_private);
  ADD ("people", test_people);
  ADD ("people-keyboard", test_people_keyboard);
  ADD ("people-role", test_people_role);
  ADD ("own-away", test_own_away);
  ADD ("topic", test_topic);
  ADD ("topic-changes-while-open", test_topic_changes_while_open);
  ADD ("commands", test_commands);
  ADD ("search", test_search);
  g_test_add ("/gtk/irc/gap", Scene, "keeps", scene_open, test_gap, scene_close);
  ADD ("ignored", test_ignored);
  ADD ("person", test_person);
  ADD ("words", test_words);
  ADD ("folded", test_folded);
  ADD ("raw", test_raw);
  ADD ("login", test_login);
  ADD ("narrow", test_narrow);
  ADD ("names", test_names);
  ADD ("older", test_older);
#undef ADD
  g_test_add_func ("/gtk/irc/rooms-with-other-signs", test_other_signs);
}

int
main (int argc, char **argv)
{
  return driver_run (argc, argv, add_cases);
}
