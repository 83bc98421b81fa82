/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The list of a server's rooms: asking for it, looking in it, going into one of them, by keys, by
 * the mouse and by commands; servers that have very many rooms, that have none to show, that do not
 * answer, and that mean harm.
 */
#include "config.h"

#include <string.h>

#include "tests/gtk/gtk-driver.h"
#include "tests/gtk/turns.h"

#define TABLE "table|tree table"
#define CELL "table cell"
#define WORDS "Search names and topics"
#define LEAST "People who are there at least"
#define AGAIN "Ask the server again"
/* Of the hand-made server: more than are kept. */
#define MANY 30000
/* What all of them may need. */
#define MORE_MEMORY (96 * 1024 * 1024)
#define NARROW 360

typedef struct
{
  TestServer *server; /* (owned) */
  TestPeer *eva;      /* (owned) */
  TestFolder *folder; /* (owned) */
  TestApp *app;       /* (owned) */
} Scene;

/* Rooms about which something is said, one with more people than the others. */
static void
make_rooms (Scene *scene)
{
  static const char lines[] = "JOIN #coffee,#Cocoa,#empty\r\n"
                              "TOPIC #coffee :Perché no? Beans and mills\r\n"
                              "TOPIC #Cocoa :Beans, and <b>milk</b>\r\n";

  test_peer_send (scene->eva, lines);
  test_irc_catch_up (scene->eva);
}

static void
scene_open (Scene *scene, gconstpointer plain)
{
  const char *const options[] = { "--log", "memory", NULL };

  scene->folder = driver_folder_new ("Ada");
  scene->server = test_server_start (options);
  scene->eva = driver_join_irc (scene->server->port, "Eva", "#tea");
  make_rooms (scene);
  scene->app = plain != NULL ? driver_enter (scene->folder, scene->server->port)
                             : driver_enter_irc (scene->folder, scene->server->port, "tea");
  scene->app->looks_into_rows = TRUE;
}

static void
scene_close (Scene *scene, gconstpointer data)
{
  test_app_free (scene->app);
  test_peer_free (scene->eva);
  test_server_free (scene->server);
  test_folder_free (scene->folder);
}

/* Without the mouse, from asking to speaking there. */
static void
test_keys (Scene *scene, gconstpointer data)
{
  TestApp *app = scene->app;

  test_app_focus (app);
  test_desktop_key ("ctrl+l");
  test_app_expect (app, CELL, "#coffee");
  test_app_expect_words (app, "4 rooms");
  test_app_expect (app, CELL, "Beans, and <b>milk</b>");
  test_app_expect_words (app, "(you are there)");
  test_app_expect_focus (app, "text", WORDS);
  test_desktop_shoot ("room-list");
  test_app_focus (app);
  test_desktop_type ("perche");
  test_app_expect_words (app, "1 of 4 rooms");
  test_app_expect_gone (app, CELL, "#Cocoa");
  test_desktop_key ("Return");
  test_app_expect_focus (app, CELL, "#coffee");
  test_desktop_key ("Return");
  test_app_expect_row (app, "Rooms", "#coffee", ", connected");
  test_app_expect_gone (app, TABLE, "Rooms of the server");
  test_app_focus (app);
  driver_say (app, "hello");
  test_peer_expect_later (scene->eva, "PRIVMSG #coffee :hello");
}

/* Who does not wait for what is found goes into that, and not into what was on top before. */
static void
test_fast_keys (Scene *scene, gconstpointer data)
{
  TestApp *app = scene->app;

  test_app_focus (app);
  test_desktop_key ("ctrl+l");
  test_app_expect_words (app, "4 rooms");
  test_app_expect_focus (app, "text", WORDS);
  test_desktop_type ("perche\n\n");
  test_app_expect_row (app, "Rooms", "#coffee", ", connected");
  test_app_expect_gone (app, TABLE, "Rooms of the server");
}

/* As somebody who writes commands; at an address of the plain dialect, too. */
static void
test_command (Scene *scene, gconstpointer data)
{
  TestApp *app = scene->app;

  driver_say (app, "/list *beans* cocoa");
  test_app_expect_words (app, "1 of ");
  test_app_expect (app, CELL, "#Cocoa");
  test_app_expect_gone (app, CELL, "#coffee");
  test_app_focus (app);
  test_desktop_key ("Escape");
  test_app_expect_gone (app, TABLE, "Rooms of the server");
  /* It is there again, as it was left. */
  test_app_focus (app);
  test_desktop_key ("ctrl+l");
  test_app_expect_text (app, WORDS, "*beans* cocoa");
  test_app_expect (app, CELL, "#Cocoa");
}

static void
double_click (TestApp *app, const char *cell)
{
  TestPlace place = test_app_get_place (app, CELL, cell);
  int x = place.x + place.width / 2;
  int y = place.y + place.height / 2;

  test_desktop_click (x, y, 1);
  test_desktop_click (x, y, 1);
}

/* Waits until @upper stands over @lower. A table says nothing of itself when it is sorted, so it is
 * looked at. */
static void
expect_above (TestApp *app, const char *upper, const char *lower)
{
  gint64 until_us = g_get_monotonic_time () + app->patience_ms * G_TIME_SPAN_MILLISECOND;

  while (test_app_get_place (app, CELL, upper).y >= test_app_get_place (app, CELL, lower).y)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, until_us);
      g_usleep (TEST_LOOK_AGAIN_US);
    }
}

/* By the menu, sorting, and two clicks on a room. */
static void
test_mouse (Scene *scene, gconstpointer data)
{
  TestApp *app = scene->app;

  test_app_focus (app);
  test_app_click_row (app, "Rooms", "#tea", 3);
  test_app_press_role (app, "menu item", "Other rooms of the server…");
  test_app_expect (app, CELL, "#coffee");
  /* At first the fullest room is on top; then by name, from both ends. */
  g_assert_cmpint (test_app_get_place (app, CELL, "#tea").y, <,
                   test_app_get_place (app, CELL, "#Cocoa").y);
  test_app_press_role (app, "table column header", "Room");
  expect_above (app, "#Cocoa", "#tea");
  test_app_press_role (app, "table column header", "Room");
  expect_above (app, "#tea", "#Cocoa");
  test_app_focus (app);
  double_click (app, "#Cocoa");
  test_app_expect_row (app, "Rooms", "#Cocoa", ", connected");
  test_app_expect_gone (app, TABLE, "Rooms of the server");
}

static void
type_least (TestApp *app, const char *people)
{
  test_app_focus (app);
  test_app_grab (app, "spin button", LEAST);
  test_desktop_key ("ctrl+a");
  test_desktop_type (people);
}

/* Only rooms with some people; and a room that is new since is there when the server is asked
 * again. */
static void
test_again (Scene *scene, gconstpointer data)
{
  TestApp *app = scene->app;

  test_app_focus (app);
  test_desktop_key ("ctrl+l");
  test_app_expect (app, CELL, "#coffee");
  type_least (app, "2\n");
  test_app_expect_words (app, "1 of 4 rooms");
  type_least (app, "0\n");
  test_app_expect_words (app, "4 rooms");
  test_irc_say (scene->eva, "JOIN #later");
  test_irc_catch_up (scene->eva);
  test_app_press (app, AGAIN);
  test_app_expect (app, CELL, "#later");
}

/* In a narrow window, all of it is there. */
static void
test_narrow (Scene *scene, gconstpointer data)
{
  TestPlace place = { 0 };

  test_desktop_resize (NARROW, 640);
  test_app_expect (scene->app, "push button", "Back to the rooms");
  test_app_focus (scene->app);
  test_desktop_key ("ctrl+l");
  test_app_expect (scene->app, CELL, "#coffee");
  test_desktop_shoot ("room-list-narrow");
  place = test_app_get_place (scene->app, "push button", "Join");
  g_assert_cmpint (place.width, >, 0);
  place = test_app_get_place (scene->app, TABLE, "Rooms of the server");
  g_assert_cmpint (place.width, <=, NARROW);
}

static void
test_names (Scene *scene, gconstpointer data)
{
  g_autoptr (GPtrArray) nameless = NULL;

  test_app_focus (scene->app);
  test_desktop_key ("ctrl+l");
  test_app_write (scene->app, WORDS, "beans"); /* of others, the topic is an empty cell */
  test_app_expect_words (scene->app, "2 of 4 rooms");
  nameless = test_app_find_nameless (scene->app);
  for (guint i = 0; i < nameless->len; i++)
    g_error ("a %s has no name", (const char *) nameless->pdata[i]);
}

/* The server goes while its rooms are looked at. */
static void
test_server_goes (Scene *scene, gconstpointer data)
{
  TestApp *app = scene->app;

  test_app_focus (app);
  test_desktop_key ("ctrl+l");
  test_app_expect (app, CELL, "#coffee");
  test_server_stop (scene->server);
  test_app_press (app, AGAIN);
  test_app_expect_words (app, "there is no connection to 127.0.0.1");
  test_app_expect (app, CELL, "#coffee"); /* what is known stays */
}

/* Servers that are played by hand. */

typedef struct
{
  Stage *stage;       /* (owned) */
  TestFolder *folder; /* (owned) */
  Turns *turns;       /* (owned) */
  TestApp *app;       /* (owned) */
} Play;

static void
play_open (Play *play, gconstpointer data)
{
  g_autofree char *uri = NULL;

  play->stage = stage_new ();
  play->folder = driver_folder_new ("Ada");
  play->turns = turns_new (play->folder);
  uri = driver_irc_uri (play->stage->port, "tea");
  play->app = test_app_start (play->folder, (const char *const[]){ uri, NULL },
                              (const char *const *) play->turns->env);
  play->app->looks_into_rows = TRUE;
  stage_let_in (play->stage);
  test_peer_expect_later (play->stage->client, "USER ");
  test_peer_send (play->stage->client, ":s 001 Ada :Welcome\r\n:s 422 Ada :No motd\r\n");
  test_peer_expect_later (play->stage->client, "JOIN #tea");
  test_peer_send (play->stage->client, ":Ada!a@h JOIN #tea\r\n:s 353 Ada = #tea :Ada Eva\r\n"
                                       ":s 366 Ada #tea :end\r\n");
  test_app_expect_row (play->app, "Rooms", "tea", ", connected");
  test_app_focus (play->app);
  test_desktop_key ("ctrl+l");
  test_peer_expect_later (play->stage->client, "LIST");
  test_app_expect_words (play->app, "for its rooms…");
}

static void
play_close (Play *play, gconstpointer data)
{
  test_app_free (play->app);
  turns_free (play->turns);
  test_folder_free (play->folder);
  stage_free (play->stage);
}

/* More rooms than anybody looks through: the window stays swift while they come, are searched and
 * sorted, and its memory is bounded. */
static void
test_many (Play *play, gconstpointer data)
{
  TestApp *app = play->app;
  g_autoptr (GString) lines = g_string_new (":s 321 Ada Channel :Users Name\r\n");
  guint64 memory = test_app_get_memory (app);

  app->looks_into_rows = FALSE;
  app->patience_ms *= 3;
  for (guint i = 0; i < MANY; i++)
    g_string_append_printf (lines,
                            ":s 322 Ada #room%u %u :[+nt] Perché %u, and a topic that is rather "
                            "long, as they are on great networks: http://www.example.org/%u\r\n",
                            i, i % 977, i, i);
  g_string_append (lines, ":s 323 Ada :End of /LIST\r\n");
  turns_begin (play->turns);
  test_peer_send (play->stage->client, lines->str);
  test_app_expect_words (app, "There are more");
  test_app_focus (app);
  test_desktop_type ("perche 1234");
  test_app_expect_words (app, "12 of ");
  app->looks_into_rows = TRUE; /* while there are few of them */
  test_app_press_role (app, "table column header", "Topic");
  app->looks_into_rows = FALSE;
  test_app_write (app, WORDS, "");
  test_app_expect_words (app, "000 rooms");
  turns_expect_short (play->turns);
  test_app_write (app, WORDS, "room1234");
  test_app_expect_words (app, "11 of ");
  g_assert_cmpuint (test_app_get_memory (app), <, memory + MORE_MEMORY);
  test_desktop_shoot ("room-list-many");
}

/* Why there is nothing to see is said; then it is asked for again. */
static void
test_refused (Play *play, gconstpointer data)
{
  test_peer_send (play->stage->client, ":s 263 Ada LIST :Please wait a while and try again.\r\n");
  test_app_expect_words (play->app, "Please wait a while and try again");
  test_app_press (play->app, AGAIN);
  test_peer_expect_later (play->stage->client, "LIST");
  test_peer_send (play->stage->client, ":s 322 Ada #one 1 :\r\n:s 323 Ada :End\r\n");
  test_app_expect (play->app, CELL, "#one");
  test_app_expect_words (play->app, "1 room");
  test_app_press (play->app, AGAIN);
  test_peer_expect_later (play->stage->client, "LIST");
  test_peer_send (play->stage->client, ":s 323 Ada :End\r\n");
  test_app_expect_words (play->app, "The server shows no rooms");
  test_app_expect_gone (play->app, CELL, "#one");
}

/* Names and topics that mean harm are shown, and nothing else happens. */
static void
test_hostile (Play *play, gconstpointer data)
{
  g_autofree char *marks = g_strnfill (300, 'x');
  g_autoptr (GString) lines = g_string_new (NULL);

  g_string_append (lines, ":s 322 Ada #<b>&amp; 4294967295 :</span>\xe2\x80\xae\x02\x1f%s\r\n");
  g_string_append (lines, ":s 322 Ada #neg -5 :\xff\xfe\r\n:s 322 Ada\r\n:s 322 Ada #few\r\n");
  g_string_append_printf (lines, ":s 322 Ada #%s 1 :%s\r\n", marks, marks);
  g_string_append (lines, ":s 322 Ada #zalgo 2 :a");
  for (guint i = 0; i < 100; i++)
    g_string_append (lines, "\xcc\x81");
  g_string_append (lines, "\r\n:s 323 Ada :End\r\n");
  test_peer_send (play->stage->client, lines->str);
  test_app_expect (play->app, CELL, "#<b>&amp;");
  test_app_expect (play->app, CELL, "#zalgo");
  test_desktop_shoot ("room-list-hostile");
  test_app_write (play->app, WORDS, "zalgo");
  test_app_expect_gone (play->app, CELL, "#<b>&amp;");
  test_app_focus (play->app);
  test_app_grab (play->app, "text", WORDS);
  test_desktop_key ("Return");
  test_app_expect_focus (play->app, CELL, "#zalgo");
  test_desktop_key ("Return");
  test_peer_expect_later (play->stage->client, "JOIN #zalgo");
  /* Nor does what one is in cover what is around its name. */
  g_string_assign (lines, ":Ada!a@h JOIN #a");
  for (guint i = 0; i < 20; i++)
    g_string_append (lines, "\xcc\x81");
  g_string_append (lines, "\r\n");
  test_peer_send (play->stage->client, lines->str);
  test_app_expect (play->app, "label", "#a\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81");
}

/* Where there is one room, that is said. */
static void
test_one_room (void)
{
  g_autoptr (Stage) stage = stage_new ();
  g_autoptr (TestFolder) folder = driver_folder_new ("Ada");
  g_autofree char *uri = driver_uri (stage->port, NULL);
  g_autoptr (TestApp) app = test_app_start (folder, (const char *const[]){ uri, NULL }, NULL);

  stage_let_in (stage);
  test_peer_expect_later (stage->client, "Ada");
  test_peer_send (stage->client, "Welcome!\n");
  test_app_expect_row (app, "Rooms", ", connected");
  test_app_focus (app);
  test_desktop_key ("ctrl+l");
  test_app_expect_words (app, "has only this one room");
}

static void
add_cases (void)
{
#define ADD(name, data, test)                                                                      \
  g_test_add ("/gtk/list/" name, Scene, data, scene_open, test, scene_close)
#define ADD_PLAY(name, test) g_test_add ("/gtk/list/" name, Play, NULL, play_open, test, play_close)
  ADD ("keys", NULL, test_keys);
  ADD ("fast-keys", NULL, test_fast_keys);
  ADD ("command", NULL, test_command);
  ADD ("plain-address", "plain", test_command);
  ADD ("mouse", NULL, test_mouse);
  ADD ("again", NULL, test_again);
  ADD ("narrow", NULL, test_narrow);
  ADD ("names", NULL, test_names);
  ADD ("server-goes", NULL, test_server_goes);
  ADD_PLAY ("many", test_many);
  ADD_PLAY ("refused", test_refused);
  ADD_PLAY ("hostile", test_hostile);
  g_test_add_func ("/gtk/list/one-room", test_one_room);
#undef ADD
#undef ADD_PLAY
}

int
main (int argc, char **argv)
{
  return driver_run (argc, argv, add_cases);
}
