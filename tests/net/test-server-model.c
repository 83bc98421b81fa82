/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A server with several rooms as one person has it (SalServer, SalRoomModel), against a real
 * salottod in IRC, with a real file; against servers by others, played by hand, where only they
 * would do what is tested.
 *
 * It is one piece because the cases share the two people, their files and their server, and most
 * are short.
 */
#include "config.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/sal-error.h"
#include "common/client/sal-room-private.h"
#include "tests/lib/test-client.h"
#include "tests/lib/test-irc.h"

typedef struct
{
  TestFolder *folder;   /* (owned): of the clients */
  TestServer *salottod; /* (owned) */
  guint16 port;
  TestClient *ada; /* (owned) */
} Fixture;

static void
start_salottod (Fixture *f)
{
  g_autofree char *listen =
      g_strdup_printf ("plain://127.0.0.1:%u", f->port != 0 ? f->port : test_reserve_port ());
  g_autofree char *log = test_folder_file (f->folder, "log.db");
  g_autofree char *sqlite = g_strconcat ("sqlite:", log, NULL);
  const char *options[] = { "--log", sqlite, "--listen", listen, NULL };
  TestFolder *folder = test_folder_new ();

  /* Passwords are taken on this machine, and cheap. */
  test_folder_write (folder, "salotto/salottod.conf",
                     "[accounts]\npasswords = loopback\niterations = 4096\n");
  f->salottod = test_server_start_in (folder, options, NULL);
  f->port = f->salottod->port;
}

static void
stop_salottod (Fixture *f, int signal_number)
{
  test_process_signal (f->salottod->process, signal_number);
  g_assert_true (test_process_wait (f->salottod->process, TEST_PATIENCE_MS));
  g_clear_pointer (&f->salottod, test_server_free);
}

static char *
uri_of (Fixture *f)
{
  return g_strdup_printf ("irc://127.0.0.1:%u", f->port);
}

static TestClient *
new_client (Fixture *f, const char *name)
{
  g_autofree char *file = g_strconcat (name, ".db", NULL);
  g_autofree char *path = test_folder_file (f->folder, file);
  g_autofree char *uri = uri_of (f);

  return test_client_new (path, uri, name);
}

static SalRoomModel *
join (TestClient *client, const char *place)
{
  g_autoptr (GError) error = NULL;
  SalRoomModel *room = sal_server_join (client->server, place, NULL, &error);

  g_assert_no_error (error);
  sal_server_connect (client->server);
  test_wait_for (room, SAL_PRESENCE_IN);
  return room;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->folder = test_folder_new ();
  start_salottod (f);
  f->ada = new_client (f, "ada");
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_clear_pointer (&f->ada, test_client_free);
  if (f->salottod != NULL)
    test_server_stop (f->salottod);
  test_server_free (f->salottod);
  test_folder_free (f->folder);
}

static void
count_up (guint *number)
{
  ++*number;
}

/* Each room has its own story, its people and its topic. */
static void
test_rooms (Fixture *f, gconstpointer data)
{
  g_autoptr (TestClient) bob = new_client (f, "bob");
  SalRoomModel *tea = join (f->ada, "#tea");
  SalRoomModel *cake = join (f->ada, "cake");
  SalRoomModel *his = join (bob, "#TEA");
  g_autofree char *members = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (sal_server_has_rooms (f->ada->server));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->ada->server)), ==, 3);
  g_assert_cmpstr (sal_room_model_get_place (cake), ==, "#cake");
  g_assert_true (sal_server_find_room (f->ada->server, "#Cake") == cake);
  test_client_say (tea, "for tea");
  test_client_say (cake, "for cake");
  test_client_say (tea, "/me pours");
  test_wait_for_story (his, "ada: for tea, *ada pours");
  test_wait_for_story (tea, "ada: for tea, *ada pours");
  test_wait_for_story (cake, "ada: for cake");
  test_client_say (his, "thank you, Ada!");
  test_wait_until (f->ada->notified->len == 1);
  g_assert_cmpuint (sal_room_model_count_mentions (tea), ==, 1);
  g_assert_cmpuint (sal_room_model_count_unread (tea), ==, 1);
  sal_room_model_set_read_id (tea, sal_room_model_get_last_id (tea));
  g_assert_cmpuint (sal_room_model_count_mentions (tea), ==, 0);

  members = test_client_members (tea);
  g_assert_cmpstr (members, ==, "@ada bob");
  g_assert_true (sal_member_is_own (sal_room_model_find_member (tea, "ADA")));
  g_assert_true (sal_room_model_set_topic (tea, "what is poured", &error));
  test_wait_until (g_strcmp0 (sal_room_model_get_topic (his), "what is poured") == 0);
  g_assert_cmpstr (sal_room_model_get_topic_by (his), ==, "ada");

  /* Another name is a name everywhere. */
  sal_server_set_name (bob->server, "robert");
  test_wait_until (sal_room_model_find_member (tea, "robert") != NULL);
  g_assert_null (sal_room_model_find_member (tea, "bob"));
  test_wait_until (g_str_equal (sal_server_get_name (bob->server), "robert"));

  sal_room_model_leave (his);
  test_wait_for (his, SAL_PRESENCE_OFFLINE);
  test_wait_until (sal_room_model_find_member (tea, "robert") == NULL);
  g_assert_cmpint (sal_server_get_presence (bob->server), ==, SAL_PRESENCE_IN);
  g_assert_cmpuint (g_list_model_get_n_items (sal_room_model_get_members (his)), ==, 0);
}

/* A room that is wanted while the connection is being made is joined as well. */
static void
test_late_room (Fixture *f, gconstpointer data)
{
  SalServer *server = f->ada->server;
  SalRoomModel *tea = sal_server_join (server, "#tea", NULL, NULL);
  SalRoomModel *cake = NULL;

  sal_server_connect (server);
  test_wait_for (tea, SAL_PRESENCE_CONNECTING);
  cake = sal_server_join (server, "#cake", NULL, NULL);
  test_wait_for (tea, SAL_PRESENCE_IN);
  test_wait_for (cake, SAL_PRESENCE_IN);
}

/* That one is away is known wherever one is, not only among people, and of this connection alone. */
static void
test_away (Fixture *f, gconstpointer data)
{
  SalServer *server = f->ada->server;
  SalRoomModel *tea = join (f->ada, "#tea");
  SalRoomModel *main = sal_server_get_main_room (server);
  SalRoomModel *private = sal_server_talk_to (server, "bob", NULL);
  guint changes = 0;

  g_signal_connect_swapped (main, "name", G_CALLBACK (count_up), &changes);
  sal_client_command (server->client, "", "AWAY :lunch");
  test_wait_until (sal_room_model_is_away (main));
  g_assert_true (sal_room_model_is_away (private));
  test_wait_until (sal_room_model_is_away (tea));
  g_assert_cmpuint (changes, ==, 1);
  sal_client_command (server->client, "", "AWAY");
  test_wait_until (!sal_room_model_is_away (main));
  g_assert_false (sal_room_model_is_away (private));
  test_wait_until (!sal_room_model_is_away (tea));
  g_assert_cmpuint (changes, ==, 2);
  sal_client_command (server->client, "", "AWAY :supper");
  test_wait_until (sal_room_model_is_away (main));
  stop_salottod (f, SIGKILL);
  test_wait_until (!sal_room_model_is_away (main));
  start_salottod (f);
}

/* Whoever looks for a room is told of those of the server, once each, and of the many in few turns. */
static void
test_room_list (Fixture *f, gconstpointer data)
{
  g_autoptr (TestPeer) peer = test_irc_come (f->port, "eva", NULL);
  SalRoomList *list = sal_server_get_room_list (f->ada->server);
  SalRoomModel *room = NULL;
  g_autoptr (SalListedRoom) tea = NULL;
  g_autoptr (GError) error = NULL;
  guint changes = 0;

  g_assert_cmpint (sal_room_list_get_state (list), ==, SAL_ROOM_LIST_UNKNOWN);
  g_assert_false (sal_server_list_rooms (f->ada->server, 0, &error));
  g_assert_nonnull (strstr (error->message, "no connection"));
  room = join (f->ada, "#tea");
  g_assert_true (sal_room_model_set_topic (room, "green", NULL));
  test_wait_until (g_strcmp0 (sal_room_model_get_topic (room), "green") == 0);
  for (guint i = 0; i < 20; i++)
    test_irc_say (peer, "JOIN #room%u", i);
  test_irc_say (peer, "JOIN #tea");
  test_irc_catch_up (peer);
  g_signal_connect_swapped (list, "items-changed", G_CALLBACK (count_up), &changes);

  g_assert_true (sal_server_list_rooms (f->ada->server, 2, NULL));
  g_assert_cmpint (sal_room_list_get_state (list), ==, SAL_ROOM_LIST_LOADING);
  test_wait_until (sal_room_list_get_state (list) == SAL_ROOM_LIST_COMPLETE);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), ==, 1);
  tea = g_list_model_get_item (G_LIST_MODEL (list), 0);
  g_assert_cmpstr (sal_listed_room_get_name (tea), ==, "#tea");
  g_assert_cmpstr (sal_listed_room_get_topic (tea), ==, "green");
  g_assert_cmpuint (sal_listed_room_get_people (tea), ==, 2);
  g_assert_null (sal_room_list_get_error (list));

  g_assert_true (sal_server_list_rooms (f->ada->server, 0, NULL));
  g_assert_true (sal_server_list_rooms (f->ada->server, 0, NULL));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), ==, 0);
  test_wait_until (sal_room_list_get_state (list) == SAL_ROOM_LIST_COMPLETE);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), >=, 21);
  g_assert_cmpuint (changes, <, 10);

  /* The server dies before it can answer. */
  test_process_signal (f->salottod->process, SIGSTOP);
  g_assert_true (sal_server_list_rooms (f->ada->server, 0, NULL));
  test_process_signal (f->salottod->process, SIGKILL);
  test_wait_until (sal_room_list_get_state (list) == SAL_ROOM_LIST_FAILED);
  g_assert_nonnull (sal_room_list_get_error (list));
  g_assert_true (test_process_wait (f->salottod->process, TEST_PATIENCE_MS));
  g_clear_pointer (&f->salottod, test_server_free);
}

/* Both begin to talk in private; nobody else reads it. */
static void
test_private (Fixture *f, gconstpointer data)
{
  g_autoptr (TestClient) bob = new_client (f, "bob");
  SalRoomModel *tea = join (f->ada, "#tea");
  SalRoomModel *his = NULL;
  SalRoomModel *hers = NULL;

  (void) join (bob, "#tea");
  hers = sal_server_talk_to (f->ada->server, "bob", NULL);
  g_assert_cmpint (sal_room_model_get_kind (hers), ==, SAL_ROOM_PRIVATE);
  test_client_say (hers, "between us");
  test_wait_until ((his = sal_server_find_room (bob->server, "ada")) != NULL);
  test_wait_for_story (his, "ada: between us");
  test_wait_until (bob->notified->len == 1);
  test_client_say (his, "of course");
  test_wait_for_story (hers, "ada: between us, bob: of course");
  test_wait_for_story (his, "ada: between us, bob: of course");
  test_wait_for_story (tea, "");
  g_assert_cmpuint (sal_room_model_count_mentions (his), ==, 1);
  sal_server_set_name (bob->server, "robert");
  test_wait_until (g_str_equal (sal_room_model_get_place (hers), "robert"));
  g_assert_cmpstr (sal_room_model_get_title (hers), ==, "robert");
  test_client_say (hers, "the same as before");
  test_wait_for_story (his, "ada: between us, bob: of course, ada: the same as before");
  sal_server_forget_room (bob->server, his);
  g_assert_null (sal_server_find_room (bob->server, "ada"));
  g_assert_null (sal_server_talk_to (bob->server, "no body", NULL));
  g_assert_null (sal_server_join (bob->server, "", NULL, NULL));
}

/* The server dies while they talk. What was said meanwhile, and before, is there once, in the order
 * of the log, without a gap; and the rooms are those of before. */
static void
test_resume (Fixture *f, gconstpointer data)
{
  g_autoptr (TestClient) bob = new_client (f, "bob");
  SalRoomModel *tea = join (f->ada, "#tea");
  SalRoomModel *his = join (bob, "#tea");

  test_client_say (tea, "one");
  test_wait_for_story (his, "ada: one");
  sal_server_leave (f->ada->server);
  test_wait_for (tea, SAL_PRESENCE_OFFLINE);
  test_client_say (his, "two");
  test_client_say (his, "three");
  test_wait_for_story (his, "ada: one, bob: two, bob: three");
  test_client_say (tea, "four");
  g_assert_true (test_client_has (tea, "four", SAL_MESSAGE_QUEUED, TRUE));
  stop_salottod (f, SIGKILL);
  start_salottod (f);
  sal_server_connect (f->ada->server);
  sal_server_hurry (bob->server);
  test_wait_for_story (tea, "ada: one, bob: two, bob: three, ada: four");
  test_wait_for_story (his, "ada: one, bob: two, bob: three, ada: four");
  g_assert_cmpuint (sal_room_model_count_unread (tea), ==, 2);
  g_assert_cmpuint (f->ada->notified->len, ==, 0); /* it is of the past */
}

/* Who was called otherwise than they want comes back so at first: what was said then goes on under
 * that name. */
static void
test_last_name (Fixture *f, gconstpointer data)
{
  g_autoptr (TestClient) other = new_client (f, "Ada");
  SalRoomModel *tea = NULL;

  join (other, "#tea");
  tea = join (f->ada, "#tea");
  g_assert_cmpstr (sal_server_get_name (f->ada->server), ==, "ada_2");
  stop_salottod (f, SIGKILL);
  sal_server_leave (other->server);
  test_client_say (tea, "held");
  start_salottod (f);
  sal_server_hurry (f->ada->server);
  test_wait_for_story (tea, "ada_2: held");
}

/* A name that was sent as a line of its own is the one to come back under, also for the next process;
 * one that was refused, however it was asked for, is not. */
static void
test_quoted_name (Fixture *f, gconstpointer data)
{
  SalRoomModel *tea = join (f->ada, "#tea");
  SalServer *server = f->ada->server;

  sal_client_command (server->client, "#tea", "NICK :Eva");
  test_wait_until (g_str_equal (sal_server_get_name (server), "Eva"));
  sal_client_command (server->client, "#tea", "NICK 1nvalid");
  sal_server_set_name (server, "2nvalid");
  test_client_say (tea, "as Eva");
  test_wait_for_story (tea, "Eva: as Eva");
  stop_salottod (f, SIGKILL);
  start_salottod (f);
  sal_server_hurry (server);
  test_client_say (tea, "still");
  test_wait_for_story (tea, "Eva: as Eva, Eva: still");
  g_assert_cmpstr (server->row->name, ==, "Eva");
  g_clear_pointer (&f->ada, test_client_free);
  f->ada = new_client (f, "ada");
  g_assert_cmpstr (sal_server_get_name (f->ada->server), ==, "Eva");
}

/* The server has not answered whether we may come in: that is said, and what waits to be said there
 * is not lost. */
static void
test_unanswered_join (Fixture *f, gconstpointer data)
{
  SalRoomModel *tea = join (f->ada, "#tea");
  SalClientAction joining = { .kind = SAL_ACTION_ROOM, .room_state = SAL_ROOM_JOINING };
  SalClientAction late = { .kind = SAL_ACTION_ROOM, .room_state = SAL_ROOM_REFUSED };

  joining.place = late.place = "#tea";
  late.code = "late";
  sal_room_on_state (tea, &joining);
  test_client_say (tea, "waits");
  sal_room_on_state (tea, &late);
  g_assert_cmpint (sal_room_model_get_presence (tea), ==, SAL_PRESENCE_OFFLINE);
  g_assert_cmpstr (sal_room_model_get_error (tea)->message, ==,
                   "the server does not answer whether you may come in");
  g_assert_true (test_client_has (tea, "waits", SAL_MESSAGE_QUEUED, TRUE));
  late.room_state = SAL_ROOM_IN;
  sal_room_on_state (tea, &late);
  g_assert_null (sal_room_model_get_error (tea));
  test_wait_for_story (tea, "ada: waits");
}

static void
forget (SalRoomModel *room, SalServer *server)
{
  g_signal_handlers_disconnect_by_data (room, server);
  sal_server_forget_room (server, room);
}

/* A window may forget a room when it hears that it was refused, and that may be the last of it: what is
 * read of it then, the address sanitizer finds. */
static void
test_forgotten_as_refused (Fixture *f, gconstpointer data)
{
  SalRoomModel *tea = join (f->ada, "#tea");
  gpointer known = tea;
  const SalClientAction refused = {
    .kind = SAL_ACTION_ROOM, .room_state = SAL_ROOM_REFUSED, .place = "#tea", .text = "Not you"
  };

  g_object_add_weak_pointer (G_OBJECT (tea), &known);
  g_signal_connect (tea, "presence", G_CALLBACK (forget), f->ada->server);
  sal_room_on_state (tea, &refused);
  g_assert_null (known);
}

/* Whom one ignores is not heard, in the room, in private, and in the past; a word of one's own is as
 * good as one's name. */
static void
test_filter (Fixture *f, gconstpointer data)
{
  g_autoptr (TestClient) bob = new_client (f, "bob");
  g_autoptr (TestClient) eva = new_client (f, "eva");
  g_autoptr (SalFilter) none = sal_filter_new ("", "");
  g_autoptr (SalFilter) filter = sal_filter_new ("BOB", "teapot");
  SalRoomModel *tea = join (f->ada, "#tea");
  SalRoomModel *his = join (bob, "#tea");
  SalRoomModel *hers = join (eva, "#tea");

  sal_server_set_filter (f->ada->server, filter);
  test_client_say (sal_server_talk_to (bob->server, "ada", NULL), "ada?");
  test_client_say (his, "ada, ada!");
  test_client_say (his, "/me shouts at ada");
  test_wait_for_story (hers, "bob: ada, ada!, *bob shouts at ada");
  test_client_say (hers, "where is the Teapot?");
  test_client_say (hers, "and the pot?");
  test_wait_for_story (tea, "eva: where is the Teapot?, eva: and the pot?");
  g_assert_null (sal_server_find_room (f->ada->server, "bob"));
  g_assert_cmpuint (f->ada->notified->len, ==, 1);
  g_assert_cmpuint (sal_room_model_count_mentions (tea), ==, 1);

  /* What was missed, too. */
  sal_server_suspend (f->ada->server);
  test_wait_for (tea, SAL_PRESENCE_OFFLINE);
  test_client_say (his, "now she is gone");
  test_wait_until (test_client_count (hers, "now she is gone") == 1);
  test_client_say (hers, "is she?");
  test_wait_until (test_client_count (his, "is she?") == 1);
  sal_server_connect (f->ada->server);
  test_wait_for_story (tea, "eva: where is the Teapot?, eva: and the pot?, eva: is she?");
  sal_server_set_filter (f->ada->server, none);
  test_client_say (his, "hello");
  test_wait_for_story (tea,
                       "eva: where is the Teapot?, eva: and the pot?, eva: is she?, bob: hello");
}

/* The server stands still, and all that it has sent is read. A client asks further when it has
 * come in; an answer to that which is read later is the server heard later. */
static void
hear_the_last_of_salottod (Fixture *f, SalRoomModel *room)
{
  int status = 0;

  test_client_say (room, "asked last");
  test_wait_for_story (room, "ada: asked last");
  test_process_signal (f->salottod->process, SIGSTOP);
  g_assert_cmpint (waitpid (f->salottod->process->pid, &status, WUNTRACED), ==,
                   f->salottod->process->pid);
  g_assert_true (WIFSTOPPED (status));
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

/* When the network is another, the next try is not waited for. */
static void
test_network (Fixture *f, gconstpointer data)
{
  SalRoomModel *tea = join (f->ada, "#tea");

  stop_salottod (f, SIGKILL);
  test_wait_for (tea, SAL_PRESENCE_WAITING);
  g_signal_emit_by_name (g_network_monitor_get_default (), "network-changed", TRUE);
  g_assert_cmpint (sal_server_get_presence (f->ada->server), ==, SAL_PRESENCE_CONNECTING);
}

/* Whoever has slept asks for what was said since the server was heard last, not since the break was
 * noticed. */
static void
test_slept (Fixture *f, gconstpointer data)
{
  SalRoomModel *tea = join (f->ada, "#tea");
  gint64 killed_us = 0;

  hear_the_last_of_salottod (f, tea);
  killed_us = g_get_real_time ();
  stop_salottod (f, SIGKILL);
  while (g_get_real_time () <= killed_us) /* nobody looks meanwhile */
    g_thread_yield ();
  test_wait_for (tea, SAL_PRESENCE_WAITING);
  g_assert_cmpint (f->ada->server->row->last_used_us, <=, killed_us);
}

/* With a message on its way: whether it has arrived or not, it is there once. */
static void
test_resend (Fixture *f, gconstpointer data)
{
  SalRoomModel *tea = join (f->ada, "#tea");

  test_client_say (tea, "before");
  test_wait_for_story (tea, "ada: before");
  for (guint i = 0; i < 6; i++)
    {
      g_autofree char *text = g_strdup_printf ("on its way %u", i);

      if (i % 2 == 0)
        test_process_signal (f->salottod->process, SIGSTOP); /* it does not arrive */
      test_client_say (tea, text);
      test_wait_until (test_client_has (tea, text, SAL_MESSAGE_SENT, TRUE));
      while (i % 2 == 0 && g_main_context_iteration (NULL, FALSE))
        continue;
      stop_salottod (f, SIGKILL);
      start_salottod (f);
      test_wait_until (sal_room_model_get_presence (tea) != SAL_PRESENCE_IN);
      sal_server_hurry (f->ada->server);
      test_wait_until (test_client_has (tea, text, SAL_MESSAGE_DELIVERED, FALSE));
      g_assert_cmpuint (test_client_count (tea, text), ==, 1);
    }
  test_wait_for_story (tea, "ada: before, ada: on its way 0, ada: on its way 1, ada: on its way 2, "
                            "ada: on its way 3, ada: on its way 4, ada: on its way 5");
}

/* The program ends with a message on its way; the next one asks the server for it. */
static void
test_client_ends (Fixture *f, gconstpointer data)
{
  SalRoomModel *tea = join (f->ada, "#tea");

  test_process_signal (f->salottod->process, SIGSTOP);
  test_client_say (tea, "on its way");
  test_wait_until (test_client_has (tea, "on its way", SAL_MESSAGE_SENT, TRUE));
  g_clear_pointer (&f->ada, test_client_free);
  test_process_signal (f->salottod->process, SIGCONT);
  f->ada = new_client (f, "ada");
  tea = sal_server_find_room (f->ada->server, "#tea");
  g_assert_true (test_client_has (tea, "on its way", SAL_MESSAGE_SENT, TRUE));
  test_client_say (tea, "after it");
  sal_server_connect (f->ada->server);
  test_wait_for_story (tea, "ada: on its way, ada: after it");
}

/* Text after text by somebody who is not one of these clients. */
static void
fill_log (Fixture *f, const char *room, guint n)
{
  g_autoptr (TestPeer) peer = test_peer_connect (f->port);
  g_autoptr (GString) lines = g_string_new ("CAP LS 302\nNICK carla\nUSER c 0 * :c\nCAP END\n");

  g_string_append_printf (lines, "JOIN %s\n", room);
  for (guint i = 1; i <= n; i++)
    g_string_append_printf (lines, "PRIVMSG %s :message %u\n", room, i);
  g_string_append (lines, "PING :all said\n");
  test_peer_send (peer, lines->str);
  test_peer_expect_later (peer, "all said");
  test_peer_send (peer, "QUIT\n");
}

static void
on_older (SalRoomModel *room, guint n, gboolean more, guint *result)
{
  result[0]++;
  result[1] += n;
  result[2] = more ? 1 : 0;
}

static guint64
first_id (SalRoomModel *room)
{
  g_autoptr (GPtrArray) first = sal_room_model_read_after (room, 0, 1);

  return first->len > 0 ? ((SalEntry *) first->pdata[0])->id : 0;
}

static void
expect_all (SalRoomModel *room, guint n)
{
  g_autoptr (GString) expected = g_string_new (NULL);
  g_autofree char *story = test_client_story (room);

  for (guint i = 1; i <= n; i++)
    g_string_append_printf (expected, "%scarla: message %u", i > 1 ? ", " : "", i);
  g_assert_cmpstr (story, ==, expected->str);
}

/* Scrolled back to the beginning of the room: page after page from the server, kept in order. */
static void
test_older (Fixture *f, gconstpointer data)
{
  guint told[3] = { 0 };
  SalRoomModel *tea = NULL;
  guint pages = 0;

  fill_log (f, "#tea", 430);
  tea = join (f->ada, "#tea");
  test_wait_until (test_client_count (tea, "message 430") == 1);
  g_assert_cmpuint (test_client_count (tea, "message 1"), ==, 0);
  g_signal_connect (tea, "older", G_CALLBACK (on_older), told);
  while (sal_room_model_has_older (tea))
    {
      guint64 first = first_id (tea);

      g_assert_true (sal_room_model_fetch_older (tea, first));
      g_assert_true (sal_room_model_fetch_older (tea, first)); /* it is on its way */
      pages++;
      test_wait_until (told[0] == pages);
      if (pages == 2)
        {
          /* In between, the program is started again. */
          test_client_close (f->ada);
          g_clear_pointer (&f->ada, test_client_free);
          f->ada = new_client (f, "ada");
          tea = join (f->ada, "#tea");
          g_signal_connect (tea, "older", G_CALLBACK (on_older), told);
        }
    }
  g_assert_cmpuint (told[2], ==, 0);
  g_assert_false (sal_room_model_fetch_older (tea, first_id (tea)));
  expect_all (tea, 430);
  g_assert_cmpuint (told[1], >=, 330); /* and who came and went */
  g_clear_pointer (&f->ada, test_client_free);
  f->ada = new_client (f, "ada");
  expect_all (sal_server_find_room (f->ada->server, "#tea"), 430);
}

/* Comes and goes, under the name of the client, and says nothing. */
static void
come_and_go (Fixture *f, guint times)
{
  g_autoptr (TestPeer) peer = test_peer_connect (f->port);
  g_autoptr (GString) lines = g_string_new ("CAP LS 302\nNICK ada\nUSER a 0 * :a\nCAP END\n");

  for (guint i = 0; i < times; i++)
    g_string_append (lines, "JOIN #tea\nPART #tea\n");
  g_string_append (lines, "QUIT\n");
  test_peer_send (peer, lines->str);
  while (!peer->ended)
    (void) test_peer_read (peer, 1000);
}

/* Pages of nothing but one's own coming and going, the newest one and those before it, are not the
 * beginning. */
static void
test_own_comings (Fixture *f, gconstpointer data)
{
  guint told[3] = { 0 };
  SalRoomModel *tea = NULL;
  SalRoomModel *cake = NULL;
  guint pages = 0;

  fill_log (f, "#tea", 3);
  come_and_go (f, 130);
  tea = join (f->ada, "#tea");
  g_signal_connect (tea, "older", G_CALLBACK (on_older), told);
  test_wait_until (!tea->resuming);
  for (pages = 0; sal_room_model_has_older (tea) && pages < 10; pages++)
    {
      g_assert_true (sal_room_model_fetch_older (tea, first_id (tea)));
      test_wait_until (told[0] == pages + 1);
    }
  g_assert_cmpuint (pages, >=, 2);
  g_assert_false (sal_room_model_has_older (tea));
  expect_all (tea, 3);
  /* Where there is nothing else, that we have come is no news. */
  cake = join (f->ada, "#cake");
  test_wait_until (!cake->resuming);
  g_assert_cmpuint (first_id (cake), ==, 0);
}

static guint
count_found (SalRoomModel *room, const char *words)
{
  g_autoptr (GPtrArray) found = sal_room_model_search (room, words, 0, 10);

  return found->len;
}

/* The search finds what was fetched, too. */
static void
test_search (Fixture *f, gconstpointer data)
{
  SalRoomModel *tea = NULL;
  g_autoptr (GPtrArray) found = NULL;

  fill_log (f, "#tea", 50);
  tea = join (f->ada, "#tea");
  test_wait_until (test_client_count (tea, "message 50") == 1);
  test_wait_until (count_found (tea, "message 42") == 1);
  found = sal_room_model_search (tea, "message 42", 0, 10);
  g_assert_cmpstr (((SalEntry *) found->pdata[0])->text, ==, "message 42");
}

/* Put out of a room: it says why, and does not come back by itself. */
static void
test_kicked (Fixture *f, gconstpointer data)
{
  g_autoptr (TestClient) bob = new_client (f, "bob");
  SalRoomModel *tea = join (f->ada, "#tea");
  SalRoomModel *his = join (bob, "#tea");

  g_assert_true (sal_server_quote (f->ada->server, "KICK #tea bob :no sugar", NULL));
  test_wait_for (his, SAL_PRESENCE_OFFLINE);
  g_assert_nonnull (sal_room_model_get_error (his));
  test_wait_until (sal_room_model_find_member (tea, "bob") == NULL);
  /* A room that does not let us in says so, in its place. */
  g_assert_true (sal_server_quote (f->ada->server, "MODE #tea +i", NULL));
  sal_room_model_connect (his);
  test_wait_until (sal_room_model_get_error (his) != NULL &&
                   sal_room_model_get_presence (his) == SAL_PRESENCE_OFFLINE);
  sal_server_leave (bob->server);
  test_wait_for (his, SAL_PRESENCE_OFFLINE);
  /* What was typed there waits, and is sent when he is let in. */
  test_client_say (his, "may I?");
  g_assert_true (sal_server_quote (f->ada->server, "MODE #tea -i", NULL));
  (void) join (bob, "#tea");
  test_wait_until (test_client_has (his, "may I?", SAL_MESSAGE_DELIVERED, FALSE));
  test_wait_until (test_client_count (tea, "may I?") == 1);
}

/* A plain address of a salottod is one room, and has all that IRC has. */
static void
test_plain_address (Fixture *f, gconstpointer data)
{
  g_autofree char *path = test_folder_file (f->folder, "carla.db");
  g_autofree char *uri = g_strdup_printf ("plain://127.0.0.1:%u", f->port);
  TestClient *carla = test_client_new (path, uri, "carla");
  SalRoomModel *main_room = sal_server_get_main_room (carla->server);
  SalRoomModel *tea = NULL;

  sal_server_connect (carla->server);
  test_wait_for (main_room, SAL_PRESENCE_IN);
  g_assert_cmpstr (sal_room_model_get_place (main_room), ==, "#lobby");
  g_assert_cmpstr (sal_room_model_get_uri (main_room), ==, uri);
  g_assert_cmpuint (g_list_model_get_n_items (sal_room_model_get_members (main_room)), ==, 1);
  test_client_say (main_room, "hello");
  test_wait_for_story (main_room, "carla: hello");
  tea = join (carla, "#tea");
  g_assert_true (sal_server_find_room (carla->server, "#lobby") == main_room);
  sal_server_suspend (carla->server); /* so that the name is free */
  test_wait_for (main_room, SAL_PRESENCE_OFFLINE);
  g_assert_true (sal_server_is_wanted (carla->server));
  test_client_free (carla);
  carla = test_client_new (path, uri, "carla");
  main_room = sal_server_get_main_room (carla->server);
  tea = sal_server_find_room (carla->server, "#tea");
  g_assert_nonnull (tea);
  sal_server_connect (carla->server);
  test_wait_for (main_room, SAL_PRESENCE_IN);
  test_wait_for (tea, SAL_PRESENCE_IN);
  test_client_say (main_room, "again");
  test_wait_for_story (main_room, "carla: hello, carla: again");
  test_client_free (carla);
}

/* The client talks only while its main loop runs. */
static void
await_line (TestPeer *server, const char *text)
{
  while (server->received->len == 0 ||
         memmem (server->received->data, server->received->len, text, strlen (text)) == NULL)
    {
      g_assert_false (server->ended);
      g_main_context_iteration (NULL, FALSE);
      (void) test_peer_read (server, 1);
    }
}

static void
welcome (TestPeer *server)
{
  await_line (server, "USER ");
  test_peer_send (server, ":x CAP * LS :\r\n");
  await_line (server, "CAP END");
  test_peer_send (server, ":x 001 ada :Welcome\r\n:x 422 ada :No MOTD\r\n");
  await_line (server, "JOIN #tea");
  test_peer_send (server, ":ada!a@x JOIN #tea\r\n:x 353 ada = #tea :ada @bob\r\n"
                          ":x 366 ada #tea :End\r\n");
}

/* A server by somebody else: what was sent is not said again by itself. */
static void
test_foreign (Fixture *f, gconstpointer data)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t len = sizeof address;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_autofree char *path = test_folder_file (f->folder, "foreign.db");
  g_autofree char *uri = NULL;
  g_autoptr (TestClient) ada = NULL;
  g_autoptr (TestPeer) server = NULL;
  SalRoomModel *tea = NULL;

  g_assert_no_errno (bind (fd, (struct sockaddr *) &address, len));
  g_assert_no_errno (listen (fd, 4));
  g_assert_no_errno (getsockname (fd, (struct sockaddr *) &address, &len));
  uri = g_strdup_printf ("irc://127.0.0.1:%u", ntohs (address.sin_port));
  ada = test_client_new (path, uri, "ada");
  tea = sal_server_join (ada->server, "#tea", NULL, NULL);
  for (int i = 0; i < 2; i++)
    {
      int accepted = -1;

      sal_server_connect (ada->server);
      test_wait_until (sal_server_get_presence (ada->server) == SAL_PRESENCE_ENTERING);
      accepted = accept (fd, NULL, NULL);
      g_assert_cmpint (accepted, >=, 0);
      g_clear_pointer (&server, test_peer_free);
      server = test_peer_new (accepted);
      welcome (server);
      test_wait_for (tea, SAL_PRESENCE_IN);
      if (i == 0)
        {
          test_client_say (tea, "hello?");
          /* No echo: that it was sent is all that is ever known. */
          await_line (server, "PING :salotto-1");
          test_peer_send (server, ":x PONG x :salotto-1\r\n");
          test_wait_until (test_client_has (tea, "hello?", SAL_MESSAGE_SENT, FALSE));
          test_peer_send (server, ":bob!b@x PRIVMSG #tea :hello ada\r\n"
                                  ":bob!b@x PRIVMSG ada :psst\r\n");
          test_wait_until (sal_server_find_room (ada->server, "bob") != NULL);
          test_peer_reset (server);
          test_wait_until (sal_server_get_presence (ada->server) == SAL_PRESENCE_WAITING);
        }
    }
  test_peer_send (server, ":bob!b@x PRIVMSG #tea :back again\r\n");
  test_wait_for_story (tea, "ada: hello? (sent), bob: hello ada, |, bob: back again");
  g_assert_null (memmem (server->received->data, server->received->len, "PRIVMSG", 7));
  close (fd);
}

/* A server that does not tell all that was missed, or not in time: the room says so, and has a gap there. */
static void
test_not_told (Fixture *f, gconstpointer data)
{
  SalClientAction late = { .kind = SAL_ACTION_HISTORY,
                           .place = "#tea",
                           .page = SAL_HISTORY_AFTER,
                           .resume = TRUE,
                           .more = TRUE,
                           .code = "late" };
  SalClientAction page = { .kind = SAL_ACTION_HISTORY,
                           .place = "bob",
                           .page = SAL_HISTORY_AFTER,
                           .more = TRUE,
                           .number = 100 };
  SalEntry like = { .kind = SAL_ENTRY_MESSAGE, .name = "bob", .text = "psst", .time_us = 1 };
  SalRoomModel *tea = join (f->ada, "#tea");
  SalRoomModel *bob = sal_server_talk_to (f->ada->server, "bob", NULL);
  g_autoptr (GPtrArray) last = NULL;
  guint64 last_id = 0;

  test_client_say (tea, "one");
  test_wait_for_story (tea, "ada: one");
  sal_room_on_history (tea, &late);
  last = sal_story_read_before (tea->story, G_MAXUINT64, 1);
  g_assert_cmpint (((SalEntry *) last->pdata[0])->kind, ==, SAL_ENTRY_NOTE);
  g_assert_nonnull (strstr (((SalEntry *) last->pdata[0])->text, "in time"));
  /* Once, however often it is asked. */
  last_id = sal_story_get_last_id (tea->story);
  sal_story_begin_connection (tea->story);
  sal_room_on_history (tea, &late);
  g_assert_cmpuint (sal_story_get_last_id (tea->story), ==, last_id);
  test_client_say (tea, "two");
  test_wait_for_story (tea, "ada: one, |, ada: two");

  /* By their time, the next page would begin where this one did. */
  sal_entry_unref (sal_story_add (bob->story, &like));
  sal_room_begin_catching_up (bob, &like, 0);
  sal_room_note_past (bob, &(SalEvent){ .time_us = like.time_us });
  sal_room_on_history (bob, &page);
  sal_entry_unref (sal_story_add (bob->story, &like));
  test_wait_for_story (bob, "bob: psst, |, bob: psst");
}

/* What comes in the place of a page, of one that was given up, is not put at the top, and says nothing
 * of what is there. */
static void
test_another_page (Fixture *f, gconstpointer data)
{
  SalClientAction done = {
    .kind = SAL_ACTION_HISTORY, .place = "#tea", .page = SAL_HISTORY_BEFORE, .number = 1
  };
  SalClientAction late = { .kind = SAL_ACTION_HISTORY,
                           .place = "#tea",
                           .page = SAL_HISTORY_AFTER,
                           .resume = TRUE,
                           .code = "late" };
  SalEntry newer = { .kind = SAL_ENTRY_MESSAGE, .name = "bob", .text = "newer", .msgid = "x" };
  guint told[3] = { 0 };
  SalRoomModel *tea = NULL;

  fill_log (f, "#tea", 120);
  tea = join (f->ada, "#tea");
  test_wait_until (test_client_count (tea, "message 120") == 1);
  test_wait_until (!tea->resuming);
  sal_room_on_history (tea, &late);
  g_signal_connect (tea, "older", G_CALLBACK (on_older), told);
  g_assert_true (sal_room_model_fetch_older (tea, first_id (tea)));
  /* Before the server can answer. */
  newer.time_us = g_get_real_time () + G_USEC_PER_SEC;
  g_ptr_array_add (tea->page, sal_entry_new (&newer));
  sal_room_on_history (tea, &done);
  g_assert_cmpuint (told[0], ==, 1);
  g_assert_cmpuint (told[1], ==, 0);
  g_assert_cmpuint (told[2], ==, 1);
  g_assert_true (sal_room_model_has_older (tea));
  g_assert_cmpuint (test_client_count (tea, "newer"), ==, 0);
}

/* Logging in. */

static void
register_account (Fixture *f, const char *name)
{
  g_autoptr (TestPeer) peer = test_peer_connect (f->port);
  g_autofree char *lines = g_strdup_printf (
      "CAP REQ :sasl\nNICK %s\nUSER u 0 * :x\nCAP END\nREGISTER * * :open sesame\n", name);

  test_peer_send (peer, lines);
  test_peer_expect_later (peer, " REGISTER SUCCESS ");
  test_peer_send (peer, "QUIT\n");
  while (!peer->ended)
    (void) test_peer_read (peer, 1000);
}

/* Asked for until it is right, and then known to the next process. */
static void
test_password (Fixture *f, gconstpointer data)
{
  register_account (f, "ada");
  sal_server_set_account (f->ada->server, "ada");
  sal_server_connect (f->ada->server);
  test_wait_until (sal_server_get_question (f->ada->server) == SAL_QUESTION_PASSWORD);
  g_assert_cmpint (sal_server_get_presence (f->ada->server), ==, SAL_PRESENCE_OFFLINE);
  g_assert_null (sal_server_get_error (f->ada->server));
  sal_server_answer_password (f->ada->server, "ada", "sesame, open", TRUE);
  g_assert_cmpint (sal_server_get_question (f->ada->server), ==, SAL_QUESTION_NONE);
  test_wait_until (sal_server_get_question (f->ada->server) == SAL_QUESTION_PASSWORD);
  g_assert_error (sal_server_get_error (f->ada->server), SAL_ERROR, SAL_EXIT_REFUSED);
  /* The wrong one is in the keyring, and is not tried again. */
  sal_server_connect (f->ada->server);
  test_wait_until (sal_server_get_question (f->ada->server) == SAL_QUESTION_PASSWORD);
  g_assert_cmpint (sal_server_get_presence (f->ada->server), ==, SAL_PRESENCE_OFFLINE);
  sal_server_answer_password (f->ada->server, "ada", "open sesame", TRUE);
  test_wait_until (sal_server_get_presence (f->ada->server) == SAL_PRESENCE_IN);
  {
    g_autoptr (GPtrArray) raw = sal_server_dup_raw (f->ada->server);

    for (guint i = 0; i < raw->len; i++)
      g_assert_null (strstr (raw->pdata[i], "sesame"));
  }
  g_clear_pointer (&f->ada, test_client_free);
  f->ada = new_client (f, "ada");
  g_assert_cmpstr (sal_server_get_account (f->ada->server), ==, "ada");
  sal_server_connect (f->ada->server);
  test_wait_until (sal_server_get_presence (f->ada->server) == SAL_PRESENCE_IN);
  g_assert_cmpint (sal_server_get_question (f->ada->server), ==, SAL_QUESTION_NONE);
  /* Or without, this time. */
  g_clear_pointer (&f->ada, test_client_free);
  f->ada = new_client (f, "ada");
  sal_server_set_account (f->ada->server, "nobody");
  sal_server_connect (f->ada->server);
  test_wait_until (sal_server_get_question (f->ada->server) == SAL_QUESTION_PASSWORD);
  sal_server_leave (f->ada->server);
  g_assert_cmpint (sal_server_get_question (f->ada->server), ==, SAL_QUESTION_NONE);
}

/* What was read on one device is read on the other. */
static void
test_read_marker (Fixture *f, gconstpointer data)
{
  g_autoptr (TestClient) bob = new_client (f, "bob");
  g_autoptr (TestClient) phone = NULL;
  SalRoomModel *tea = NULL;
  SalRoomModel *there = NULL;
  SalRoomModel *his = join (bob, "#tea");

  register_account (f, "ada");
  sal_server_answer_password (f->ada->server, "ada", "open sesame", FALSE);
  tea = join (f->ada, "#tea");
  phone = new_client (f, "phone");
  sal_server_set_name (phone->server, "ada");
  sal_server_answer_password (phone->server, "ada", "open sesame", FALSE);
  there = join (phone, "#tea");
  test_client_say (his, "one");
  test_wait_for_story (tea, "bob: one");
  {
    g_autoptr (SalEntry) one = test_client_find (tea, "one");

    /* Markers are times, in milliseconds: two messages of one would be read at once. */
    while (g_get_real_time () / 1000 <= one->time_us / 1000)
      continue;
  }
  test_client_say (his, "two");
  test_wait_for_story (tea, "bob: one, bob: two");
  test_wait_for_story (there, "bob: one, bob: two");
  g_assert_cmpuint (sal_room_model_count_unread (there), ==, 2);
  {
    g_autoptr (SalEntry) one = test_client_find (tea, "one");

    sal_room_model_set_read_id (tea, one->id);
  }
  test_wait_until (sal_room_model_count_unread (there) == 1);
  sal_room_model_set_read_id (tea, sal_room_model_get_last_id (tea));
  test_wait_until (sal_room_model_count_unread (there) == 0);
}

/* Said in private to another device of the same person, while this one was away. */
static void
test_missed_in_private (Fixture *f, gconstpointer data)
{
  g_autoptr (TestClient) bob = new_client (f, "bob");
  g_autoptr (TestClient) phone = new_client (f, "phone");
  SalRoomModel *his = NULL;
  SalRoomModel *hers = NULL;
  SalRoomModel *there = NULL;

  register_account (f, "ada");
  register_account (f, "bob");
  sal_server_set_name (phone->server, "ada");
  sal_server_answer_password (f->ada->server, "ada", "open sesame", FALSE);
  sal_server_answer_password (phone->server, "ada", "open sesame", FALSE);
  sal_server_answer_password (bob->server, "bob", "open sesame", FALSE);
  (void) join (f->ada, "#tea");
  (void) join (bob, "#tea");
  his = sal_server_talk_to (bob->server, "ada", NULL);
  test_client_say (his, "one");
  test_wait_until ((hers = sal_server_find_room (f->ada->server, "bob")) != NULL);
  test_wait_for_story (hers, "bob: one");
  sal_server_leave (f->ada->server);
  test_wait_until (sal_server_get_presence (f->ada->server) == SAL_PRESENCE_OFFLINE);
  (void) join (phone, "#tea");
  /* The server may still be busy taking leave of the other. */
  test_wait_until (g_str_equal (sal_server_get_name (phone->server), "ada"));
  test_client_say (his, "two");
  test_client_say (his, "three");
  test_wait_until ((there = sal_server_find_room (phone->server, "bob")) != NULL);
  test_wait_for_story (there, "bob: two, bob: three");
  {
    /* Somebody with whom nobody has talked before. */
    g_autoptr (TestClient) eva = new_client (f, "eva");
    SalRoomModel *new = NULL;

    (void) join (eva, "#tea");
    test_client_say (sal_server_talk_to (eva->server, "ada", NULL), "are you there?");
    test_wait_until ((new = sal_server_find_room (phone->server, "eva")) != NULL);
    test_wait_for_story (new, "eva: are you there?");
    g_assert_null (sal_server_find_room (f->ada->server, "eva"));
    sal_server_connect (f->ada->server);
    test_wait_for_story (hers, "bob: one, bob: two, bob: three");
    test_wait_until ((new = sal_server_find_room (f->ada->server, "eva")) != NULL);
    test_wait_for_story (new, "eva: are you there?");
    g_assert_cmpuint (sal_room_model_count_unread (new), ==, 1);
    /* The phone has the name now. */
    test_client_say (sal_server_talk_to (eva->server, sal_server_get_name (f->ada->server), NULL),
                     "there you are");
    test_wait_for_story (new, "eva: are you there?, eva: there you are");
  }
}

/* A password that is said to a program of the network is sent, and kept nowhere. */
static void
test_secret (Fixture *f, gconstpointer data)
{
  g_autoptr (TestClient) services = new_client (f, "AuthServ");
  g_autofree char *path = test_folder_file (f->folder, "ada.db");
  g_autofree char *log = g_strconcat (path, "-wal", NULL);
  SalRoomModel *program = sal_server_talk_to (f->ada->server, "AuthServ", NULL);
  SalRoomModel *hers = NULL;
  g_autoptr (GPtrArray) typed = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (sal_room_model_say (program, "IDENTIFY hunter2", &error));
  g_assert_nonnull (strstr (error->message, "a password is not kept"));
  (void) join (services, "#tea");
  (void) join (f->ada, "#tea");
  sal_room_model_set_draft (program, "IDENTIFY hunter2");
  sal_room_model_add_typed (program, "/msg AuthServ IDENTIFY hunter2");
  test_client_say (program, "IDENTIFY hunter2");
  test_client_say (program, "hello");
  test_wait_for_story (program, "ada: IDENTIFY ***, ada: hello");
  test_wait_until ((hers = sal_server_find_room (services->server, "ada")) != NULL);
  test_wait_for_story (hers, "ada: IDENTIFY hunter2, ada: hello");
  typed = sal_room_model_read_typed (program, 10);
  g_assert_cmpuint (typed->len, ==, 1);
  g_assert_cmpstr (sal_room_model_get_draft (program), ==, "IDENTIFY hunter2");
  {
    g_autoptr (GPtrArray) raw = sal_server_dup_raw (f->ada->server);

    for (guint i = 0; i < raw->len; i++)
      g_assert_null (strstr (raw->pdata[i], "hunter2"));
  }
  test_client_close (f->ada);
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *bytes = NULL;
      gsize len = 0;

      if (g_file_get_contents (i == 0 ? path : log, &bytes, &len, NULL))
        g_assert_null (memmem (bytes, len, "hunter2", strlen ("hunter2")));
    }
}

/* A process that is killed while it talks. */

/* Returns: (transfer full): the numbers that the server has, one a line. */
static char *
read_log (const char *path)
{
  GString *text = g_string_new (NULL);
  sqlite3_stmt *select = NULL;
  sqlite3 *db = NULL;

  g_assert_cmpint (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READONLY, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (db,
                                       "SELECT text FROM entry WHERE text LIKE 'number %'"
                                       " ORDER BY seq",
                                       -1, &select, NULL),
                   ==, SQLITE_OK);
  while (sqlite3_step (select) == SQLITE_ROW)
    g_string_append_printf (text, "%s\n", (const char *) sqlite3_column_text (select, 0));
  sqlite3_finalize (select);
  sqlite3_close (db);
  return g_string_free (text, FALSE);
}

/* In a process of its own: says one thing after the other, and tells what its file has. */
static gboolean
on_kept (gpointer data)
{
  g_print ("kept %u\n", GPOINTER_TO_UINT (data));
  return G_SOURCE_REMOVE;
}

/* So much may be said that the room has not had: more than is on its way at a time, and no more than a busy
 * machine gets done. */
#define WAITING_MAX 300

static guint
count_waiting (SalRoomModel *room)
{
  g_autoptr (GPtrArray) entries = sal_room_model_read_after (room, 0, 100000);
  guint n = 0;

  for (guint i = 0; i < entries->len; i++)
    n += ((SalEntry *) entries->pdata[i])->pending ? 1 : 0;
  return n;
}

/* A message is done with when the room's own entry has come in its place. */
static void
on_done (SalRoomModel *room, guint64 id, guint *waiting)
{
  *waiting -= *waiting > 0;
}

G_NORETURN static void
subprocess_talks (void)
{
  const char *path = g_getenv ("TEST_CLIENT_FILE");
  const char *uri = g_getenv ("TEST_CLIENT_URI");
  guint n = (guint) atoi (g_getenv ("TEST_CLIENT_NUMBER"));
  TestClient *client = test_client_new (path, uri, "ada");
  SalRoomModel *room = sal_server_join (client->server, "#tea", NULL, NULL);
  guint waiting = count_waiting (room);

  g_signal_connect (room, "removed", G_CALLBACK (on_done), &waiting);
  sal_server_connect (client->server);
  for (;;)
    {
      g_autofree char *text = g_strdup_printf ("number %u", n);

      if (waiting < WAITING_MAX)
        {
          waiting++;
          test_client_say (room, text);
          sal_store_when_kept (client->store, on_kept, GUINT_TO_POINTER (n++));
        }
      g_main_context_iteration (NULL, TRUE);
      while (g_main_context_iteration (NULL, FALSE))
        continue;
    }
}

static TestProcess *
start_talking (Fixture *f, guint number)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *path = test_folder_file (f->folder, "killed.db");
  g_autofree char *uri = uri_of (f);
  g_autofree char *file_variable = g_strconcat ("TEST_CLIENT_FILE=", path, NULL);
  g_autofree char *uri_variable = g_strconcat ("TEST_CLIENT_URI=", uri, NULL);
  g_autofree char *number_variable = g_strdup_printf ("TEST_CLIENT_NUMBER=%u", number);
  const char *argv[] = { self, "--talk", NULL };
  const char *env[] = { file_variable, uri_variable, number_variable, NULL };

  return test_process_start (f->folder, argv, env);
}

static void
test_killed (Fixture *f, gconstpointer data)
{
  g_autofree char *path = test_folder_file (f->folder, "killed.db");
  g_autofree char *uri = uri_of (f);
  g_autoptr (TestClient) client = NULL;
  g_autoptr (GString) expected = g_string_new (NULL);
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  SalRoomModel *room = NULL;
  guint kept = 0;
  guint said = 0;

  for (guint round = 0; round < 5; round++)
    {
      /* The numbers of this process begin where none of the one before can be. */
      TestProcess *process = start_talking (f, (round + 1) * 100000);
      guint lines = (guint) g_rand_int_range (rand, 20, 150);

      for (guint i = 0; i < lines; i++)
        {
          g_autofree char *line = test_process_take_line (process, TEST_PATIENCE_MS);

          g_assert_nonnull (line);
          kept += g_str_has_prefix (line, "kept ") ? 1 : 0;
        }
      test_process_signal (process, SIGKILL);
      g_assert_true (test_process_wait (process, TEST_PATIENCE_MS));
      test_process_free (process);
    }
  client = test_client_new (path, uri, "ada");
  room = sal_server_find_room (client->server, "#tea");
  sal_server_connect (client->server);
  test_wait_for (room, SAL_PRESENCE_IN);
  test_client_say (room, "the last one");
  test_wait_until (test_client_has (room, "the last one", SAL_MESSAGE_DELIVERED, FALSE));
  {
    g_autoptr (GPtrArray) entries = sal_room_model_read_after (room, 0, 100000);
    guint last = 0;

    for (guint i = 0; i < entries->len; i++)
      {
        const SalEntry *entry = entries->pdata[i];
        guint number = 0;

        if (entry->kind != SAL_ENTRY_MESSAGE || !g_str_has_prefix (entry->text, "number "))
          continue;
        /* None is missing between two of one process, none is there twice. */
        number = (guint) atoi (entry->text + strlen ("number "));
        g_assert_cmpint (entry->state, ==, SAL_MESSAGE_DELIVERED);
        g_assert_true (number == last + 1 || (number > last && number % 100000 == 0));
        last = number;
        said++;
        g_string_append_printf (expected, "%s\n", entry->text);
      }
  }
  g_assert_cmpuint (said, >=, kept);
  {
    g_autofree char *log = test_folder_file (f->folder, "log.db");
    g_autofree char *in_log = read_log (log);

    g_assert_cmpstr (in_log, ==, expected->str);
  }
}

/* Killed while it was called otherwise than it wants, with messages on their way: the next process
 * comes back under that name, and so is told what became of them. */
static void
test_killed_under_another_name (Fixture *f, gconstpointer data)
{
  g_autoptr (TestPeer) other = test_irc_come (f->port, "ada", "");
  g_autofree char *path = test_folder_file (f->folder, "killed.db");
  g_autofree char *uri = uri_of (f);
  g_autofree char *log = test_folder_file (f->folder, "log.db");
  g_autofree char *in_log = NULL;
  g_autoptr (TestClient) client = NULL;
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GString) expected = g_string_new (NULL);
  TestProcess *process = NULL;
  SalRoomModel *room = NULL;

  test_irc_say (other, "JOIN #tea");
  test_irc_catch_up (other);
  process = start_talking (f, 0);
  test_irc_expect (other, ":ada_2!* JOIN #tea");
  test_irc_expect (other, ":ada_2!* PRIVMSG #tea :number 0");
  test_process_signal (f->salottod->process, SIGSTOP);
  for (guint i = 0; i < 50; i++)
    {
      g_autofree char *line = test_process_take_line (process, TEST_PATIENCE_MS);

      g_assert_nonnull (line);
    }
  test_process_signal (process, SIGKILL);
  g_assert_true (test_process_wait (process, TEST_PATIENCE_MS));
  test_process_free (process);
  test_process_signal (f->salottod->process, SIGCONT);
  test_irc_say (other, "QUIT");
  test_peer_expect_later (other, "ERROR ");
  client = test_client_new (path, uri, "ada");
  g_assert_cmpstr (sal_server_get_name (client->server), ==, "ada_2");
  room = sal_server_find_room (client->server, "#tea");
  sal_server_connect (client->server);
  test_wait_for (room, SAL_PRESENCE_IN);
  g_assert_cmpstr (sal_server_get_name (client->server), ==, "ada_2");
  test_client_say (room, "the last one");
  test_wait_until (test_client_has (room, "the last one", SAL_MESSAGE_DELIVERED, FALSE));
  entries = sal_room_model_read_after (room, 0, 100000);
  for (guint i = 0; i < entries->len; i++)
    {
      const SalEntry *entry = entries->pdata[i];

      if (entry->kind != SAL_ENTRY_MESSAGE || !g_str_has_prefix (entry->text, "number "))
        continue;
      g_assert_cmpint (entry->state, ==, SAL_MESSAGE_DELIVERED);
      g_string_append_printf (expected, "%s\n", entry->text);
    }
  in_log = read_log (log);
  g_assert_cmpstr (in_log, ==, expected->str);
}

static void
test_split_uri (void)
{
  static const struct
  {
    const char *uri, *server, *place;
  } rows[] = {
    { "irc://example.org/tea", "irc://example.org:6667", "tea" },
    { "ircs://example.org", "ircs://example.org:6697", NULL },
    { "irc://[::1]:7000/tea", "irc://[::1]:7000", "tea" },
    { "plain://example.org/tea", "plain://example.org/tea", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *place = NULL;
      g_autofree char *server = sal_server_split_uri (rows[i].uri, &place, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (server, ==, rows[i].server);
      g_assert_cmpstr (place, ==, rows[i].place);
    }
  g_assert_null (sal_server_split_uri ("gopher://x", &(char *){ NULL }, NULL));
}

#define ADD(path, func)                                                                            \
  g_test_add ("/net/server-model/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  TestFolder *folder = NULL;
  g_autofree char *keyring = NULL;
  int status = 0;

  if (argc == 2 && g_str_equal (argv[1], "--talk"))
    subprocess_talks ();
  folder = test_folder_new ();
  keyring = test_folder_file (folder, "keyring");
  g_setenv ("SECRET_BACKEND", "file", TRUE);
  g_setenv ("SECRET_FILE_TEST_PATH", keyring, TRUE);
  g_setenv ("SECRET_FILE_TEST_PASSWORD", "test", TRUE);
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL); /* servers are remembered there */
  ADD ("rooms-have-their-own-story", test_rooms);
  ADD ("a-room-that-is-wanted-late-is-joined", test_late_room);
  ADD ("away-is-known-everywhere", test_away);
  ADD ("rooms-are-listed", test_room_list);
  ADD ("two-talk-in-private", test_private);
  ADD ("what-was-missed-comes-once-and-in-order", test_resume);
  ADD ("comes-back-under-the-last-name", test_last_name);
  ADD ("a-name-that-was-sent-as-a-line-is-kept", test_quoted_name);
  ADD ("a-door-that-does-not-open-is-told", test_unanswered_join);
  ADD ("a-room-is-forgotten-as-it-is-refused", test_forgotten_as_refused);
  ADD ("who-is-ignored-is-not-heard", test_filter);
  ADD ("another-network-is-tried-at-once", test_network);
  ADD ("asks-since-the-server-was-heard-last", test_slept);
  ADD ("what-was-on-its-way-is-there-once", test_resend);
  ADD ("the-next-process-asks-for-what-was-on-its-way", test_client_ends);
  ADD ("scrolls-back-to-the-beginning", test_older);
  ADD ("scrolls-back-over-its-own-coming-and-going", test_own_comings);
  ADD ("finds-what-was-missed", test_search);
  ADD ("put-out-and-not-let-in", test_kicked);
  ADD ("a-plain-address-is-a-room-of-irc", test_plain_address);
  ADD ("a-foreign-server-is-not-told-twice", test_foreign);
  ADD ("says-what-was-not-told", test_not_told);
  ADD ("a-page-of-newer-ones-is-not-older", test_another_page);
  ADD ("asks-for-the-password-until-it-is-right", test_password);
  ADD ("what-is-read-is-read-on-all-devices", test_read_marker);
  ADD ("what-was-missed-in-private-comes-too", test_missed_in_private);
  ADD ("a-password-for-a-program-is-not-kept", test_secret);
  ADD ("killed-while-it-talks", test_killed);
  ADD ("killed-under-another-name", test_killed_under_another_name);
  g_test_add_func ("/net/server-model/addresses-are-taken-apart", test_split_uri);
  status = g_test_run ();
  test_folder_free (folder);
  return status;
}
