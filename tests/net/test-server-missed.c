/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What was missed, where it is not as usual: by whom the person does not want to hear, on a server that
 * has lost it, and of ourselves under another name; SalServer against a real salottod.
 */
#include "config.h"

#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/sal-limits.h"
#include "common/client/sal-room-private.h"
#include "tests/lib/test-client.h"
#include "tests/lib/test-irc.h"

typedef struct
{
  TestFolder *folder;   /* (owned): of the clients */
  TestServer *salottod; /* (owned) */
  guint16 port;
  TestClient *ada;  /* (owned) */
  TestPeer *phone;  /* (owned) (nullable): another device of hers */
  GPtrArray *peers; /* (owned) of TestPeer (owned) */
} Fixture;

static void
start_salottod (Fixture *f)
{
  g_autofree char *listen =
      g_strdup_printf ("plain://127.0.0.1:%u", f->port != 0 ? f->port : test_reserve_port ());
  const char *options[] = { "--log", "memory", "--listen", listen, NULL };
  TestFolder *folder = test_folder_new ();

  /* Passwords are taken on this machine, and cheap. */
  test_folder_write (folder, "salotto/salottod.conf",
                     "[accounts]\npasswords = loopback\niterations = 4096\n");
  f->salottod = test_server_start_in (folder, options, NULL);
  f->port = f->salottod->port;
}

/* Everybody else goes, and all that was said is lost. */
static void
start_anew (Fixture *f)
{
  test_process_signal (f->salottod->process, SIGKILL);
  g_assert_true (test_process_wait (f->salottod->process, TEST_PATIENCE_MS));
  g_clear_pointer (&f->salottod, test_server_free);
  g_ptr_array_set_size (f->peers, 0);
  start_salottod (f);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_autofree char *uri = NULL;

  f->folder = test_folder_new ();
  f->peers = g_ptr_array_new_with_free_func ((GDestroyNotify) test_peer_free);
  start_salottod (f);
  path = test_folder_file (f->folder, "ada.db");
  uri = g_strdup_printf ("irc://127.0.0.1:%u", f->port);
  f->ada = test_client_new (path, uri, "ada");
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_ptr_array_unref (f->peers);
  test_client_free (f->ada);
  test_server_stop (f->salottod);
  test_server_free (f->salottod);
  test_folder_free (f->folder);
}

static void
leave (Fixture *f)
{
  sal_server_suspend (f->ada->server);
  test_wait_until (sal_server_get_presence (f->ada->server) == SAL_PRESENCE_OFFLINE);
}

static void
come_back (Fixture *f)
{
  sal_server_connect (f->ada->server);
  test_wait_until (sal_server_get_presence (f->ada->server) == SAL_PRESENCE_IN);
}

static SalRoomModel *
join_tea (Fixture *f)
{
  SalRoomModel *tea = sal_server_join (f->ada->server, "#tea", NULL, NULL);

  sal_server_connect (f->ada->server);
  test_wait_for (tea, SAL_PRESENCE_IN);
  test_wait_until (!tea->resuming); /* what is said is sent at once */
  return tea;
}

static TestPeer *
come (Fixture *f, const char *nick)
{
  TestPeer *peer = test_irc_come (f->port, nick, "");

  g_ptr_array_add (f->peers, peer);
  return peer;
}

/* Ada has an account, was on the server and has gone; another device of hers is there, so that what is said
 * to her is kept. */
static void
send_ada_away (Fixture *f)
{
  test_irc_say ((f->phone = test_peer_connect (f->port)),
                "CAP REQ :sasl echo-message\r\nNICK ada\r\nUSER u 0 * :x\r\nCAP END\r\n"
                "REGISTER * * :open sesame");
  g_ptr_array_add (f->peers, f->phone);
  test_peer_expect_later (f->phone, " REGISTER SUCCESS ");
  sal_server_answer_password (f->ada->server, "ada", "open sesame", FALSE);
  (void) join_tea (f);
  leave (f);
}

static void
say_much (TestPeer *peer, guint n)
{
  for (guint i = 1; i <= n; i++)
    test_irc_say (peer, "PRIVMSG ada :number %u", i);
  test_irc_catch_up (peer);
}

/* Whom Ada does not want to hear is known by the host only, which no list of names has. */
static void
ignore_bob (Fixture *f)
{
  g_autoptr (SalFilter) filter = sal_filter_new ("*!*bob@*", "");

  sal_server_set_filter (f->ada->server, filter);
}

/* Nothing is opened for somebody who is ignored by the host, however much they have said, and what somebody
 * else has said opens a conversation. */
static void
test_ignored_stranger (Fixture *f, gconstpointer data)
{
  SalRoomModel *hers = NULL;

  send_ada_away (f);
  say_much (come (f, "bob"), 250);
  say_much (come (f, "eva"), 1);
  ignore_bob (f);
  come_back (f);
  test_wait_until ((hers = sal_server_find_room (f->ada->server, "eva")) != NULL);
  test_wait_for_story (hers, "eva: number 1");
  test_wait_until (f->ada->server->strangers->len == 0);
  g_assert_null (sal_server_find_room (f->ada->server, "bob"));
  g_assert_false (hers->catching_up);
  g_assert_cmpuint (sal_room_model_count_unread (hers), ==, 1);
}

/* Of a conversation in which one is ignored, what comes behind pages of nothing else is there. */
static void
test_behind_ignored (Fixture *f, gconstpointer data)
{
  gboolean known = data != NULL;
  SalRoomModel *his = NULL;
  TestPeer *bob = NULL;

  send_ada_away (f);
  bob = come (f, "bob");
  if (known)
    {
      come_back (f);
      test_client_say (sal_server_talk_to (f->ada->server, "bob", NULL), "hello");
      his = sal_server_find_room (f->ada->server, "bob");
      test_wait_until (test_client_has (his, "hello", SAL_MESSAGE_DELIVERED, FALSE));
      leave (f);
    }
  say_much (bob, 230);
  test_irc_say (f->phone, "PRIVMSG bob :enough");
  test_peer_expect_later (f->phone, "PRIVMSG bob :enough");
  say_much (bob, 1);
  ignore_bob (f);
  come_back (f);
  test_wait_until ((his = sal_server_find_room (f->ada->server, "bob")) != NULL);
  test_wait_until (test_client_count (his, "enough") == 1);
  test_wait_until (!his->catching_up);
  test_wait_for_story (his, known ? "ada_2: hello, ada: enough" : "ada: enough");
}

/* What is said while it is being asked what a stranger has said comes behind it. */
static void
test_stranger_goes_on (Fixture *f, gconstpointer data)
{
  SalRoomModel *hers = NULL;
  SalClientAction said = { .kind = SAL_ACTION_EVENT, .place = "eva", .text = "" };

  send_ada_away (f);
  say_much (come (f, "eva"), 2);
  come_back (f);
  /* Before the answer can come. */
  test_wait_until (f->ada->server->strangers->len == 1);
  said.event = (SalEvent){
    .kind = SAL_EVENT_MESSAGE, .name = "eva", .text = "and", .time_us = g_get_real_time ()
  };
  sal_server_on_action (f->ada->server->client, &said, f->ada->server);
  hers = sal_server_find_room (f->ada->server, "eva");
  g_assert_nonnull (hers);
  test_wait_for_story (hers, "eva: number 1, eva: number 2, eva: and");
}

static void
on_older (SalRoomModel *room, guint n, gboolean more, guint *told)
{
  ++*told;
}

/* Older ones that are asked for meanwhile come afterwards, and above. */
static void
test_older_meanwhile (Fixture *f, gconstpointer data)
{
  SalRoomModel *his = NULL;
  TestPeer *bob = NULL;
  guint told = 0;

  send_ada_away (f);
  bob = come (f, "bob");
  say_much (bob, 3);
  come_back (f);
  test_wait_until ((his = sal_server_find_room (f->ada->server, "bob")) != NULL);
  test_wait_for_story (his, "bob: number 1, bob: number 2, bob: number 3");
  leave (f);
  say_much (bob, 1);
  come_back (f);
  g_signal_connect (his, "older", G_CALLBACK (on_older), &told);
  test_wait_until (his->catching_up);
  his->beginning = 0;
  g_assert_true (sal_room_model_fetch_older (his, 0));
  test_wait_until (told == 1);
  test_wait_for_story (his, "bob: number 1, bob: number 2, bob: number 3, bob: number 1");
}

static gboolean
has_note (SalRoomModel *room, const char *part)
{
  g_autoptr (GPtrArray) entries = sal_room_model_read_after (room, 0, 1000);

  for (guint i = 0; i < entries->len; i++)
    {
      const SalEntry *entry = entries->pdata[i];

      if (entry->kind == SAL_ENTRY_NOTE && strstr (entry->text, part) != NULL)
        return TRUE;
    }
  return FALSE;
}

/* A server that keeps nothing has begun anew: nobody knows what was lost, so there is a gap, with what was
 * said since behind it; in a room, and in private. */
static void
test_lost (Fixture *f, gconstpointer data)
{
  SalRoomModel *tea = join_tea (f);
  SalRoomModel *his = NULL;
  TestPeer *bob = come (f, "bob");

  test_irc_say (bob, "JOIN #tea");
  test_irc_say (bob, "PRIVMSG #tea :one");
  test_irc_say (bob, "PRIVMSG ada :psst");
  test_wait_for_story (tea, "bob: one");
  test_wait_until ((his = sal_server_find_room (f->ada->server, "bob")) != NULL);
  leave (f);
  test_irc_say (bob, "PRIVMSG #tea :lost");
  test_irc_catch_up (bob);
  start_anew (f);
  bob = come (f, "bob");
  test_irc_say (bob, "JOIN #tea");
  test_irc_say (bob, "PRIVMSG #tea :two");
  test_irc_catch_up (bob);
  come_back (f);
  test_wait_for_story (tea, "bob: one, |, bob: two");
  g_assert_true (has_note (tea, "may be missing here"));
  /* In private that is told only where the talk goes on: everybody to whom one ever spoke is forgotten. */
  test_wait_until (his->gap_due && !his->catching_up);
  g_assert_false (has_note (his, "may be missing"));
  test_irc_say (bob, "PRIVMSG ada :again");
  test_wait_for_story (his, "bob: psst, |, bob: again");
  g_assert_true (has_note (his, "may be missing"));
  test_irc_say (bob, "PRIVMSG #tea :three");
  test_wait_for_story (tea, "bob: one, |, bob: two, bob: three");

  /* Once more, and once is enough as long as nothing is said. */
  for (guint i = 0; i < 2; i++)
    {
      leave (f);
      start_anew (f);
      come_back (f);
      test_wait_until (!tea->resuming);
    }
  test_wait_for_story (tea, "bob: one, |, bob: two, bob: three, |");
}

/* A server that has forgotten, in a room where much is said, up to where we have read: there is a gap, with
 * what it still has behind it. */
static void
test_forgotten (Fixture *f, gconstpointer data)
{
  SalRoomModel *tea = join_tea (f);
  TestPeer *bob = come (f, "bob");

  test_irc_say (bob, "JOIN #tea");
  test_irc_say (bob, "PRIVMSG #tea :one");
  test_wait_for_story (tea, "bob: one");
  leave (f);
  for (guint i = 0; i < SAL_MEMORY_LOG_ENTRIES; i++)
    test_irc_say (bob, "PRIVMSG #tea :more");
  test_irc_say (bob, "PRIVMSG #tea :last");
  test_irc_catch_up (bob);
  come_back (f);
  test_wait_until (!tea->resuming);
  g_assert_true (has_note (tea, "may be missing here"));
  g_assert_cmpuint (test_client_count (tea, "last"), ==, 1);
}

/* What was on its way under a name that somebody else has by now: nobody can ask for it, so what was said
 * later does not wait for it. */
static void
test_name_taken (Fixture *f, gconstpointer data)
{
  SalRoomModel *tea = NULL;
  gint64 since_us = 0;

  (void) come (f, "ada");
  tea = join_tea (f);
  g_assert_cmpstr (sal_server_get_name (f->ada->server), ==, "ada_2");
  test_process_signal (f->salottod->process, SIGSTOP);
  test_client_say (tea, "lost");
  test_wait_until (g_hash_table_size (f->ada->server->given) == 1); /* it has left */
  leave (f);
  start_anew (f);
  (void) come (f, "ada_2");
  come_back (f);
  since_us = g_get_monotonic_time ();
  test_client_say (tea, "later");
  test_wait_until (test_client_has (tea, "later", SAL_MESSAGE_DELIVERED, FALSE));
  g_assert_true (test_client_has (tea, "lost", SAL_MESSAGE_UNKNOWN, FALSE));
  g_assert_cmpint (g_get_monotonic_time () - since_us, <, 30 * G_TIME_SPAN_SECOND);
}

/* What we have said under such a name is known when it is found in what was missed. */
static void
test_recognised (Fixture *f, gconstpointer data)
{
  SalRoomModel *tea = join_tea (f);
  TestPeer *other = come (f, "ada_2");
  SalEntry sent = { .kind = SAL_ENTRY_MESSAGE,
                    .own = TRUE,
                    .pending = TRUE,
                    .state = SAL_MESSAGE_SENT,
                    .name = "ada_2",
                    .text = "was it heard?",
                    .nonce = "nonce" };
  g_autoptr (SalEntry) mine = NULL;
  g_autoptr (SalEntry) found = NULL;

  leave (f);
  mine = sal_story_add (tea->story, &sent);
  sal_story_queue (tea->story, mine->id);
  test_irc_say (other, "JOIN #tea");
  test_irc_say (other, "PRIVMSG #tea :was it heard?");
  test_irc_catch_up (other);
  come_back (f);
  test_wait_until (!tea->resuming);
  test_wait_for_story (tea, "ada_2: was it heard?");
  found = test_client_find (tea, "was it heard?");
  g_assert_true (found->own);
  g_assert_cmpint (found->state, ==, SAL_MESSAGE_DELIVERED);
}

/* A message that has been with a server, which may have it. */
static void
add_sent (SalRoomModel *room, const char *name, const char *nonce, const char *text)
{
  g_autoptr (SalEntry) mine = sal_story_add (room->story, &(SalEntry){ .kind = SAL_ENTRY_MESSAGE,
                                                                       .own = TRUE,
                                                                       .pending = TRUE,
                                                                       .state = SAL_MESSAGE_SENT,
                                                                       .name = name,
                                                                       .text = text,
                                                                       .nonce = nonce });

  sal_story_queue (room->story, mine->id);
}

/* Of what was on its way under two names each is asked for under its own: what the first connection, of which
 * the server has not noticed yet that it is gone, still says is not said again by the second. */
static void
test_two_names (Fixture *f, gconstpointer data)
{
  SalRoomModel *tea = sal_server_join (f->ada->server, "#tea", NULL, NULL);
  TestPeer *ghost = test_irc_come (f->port, "ada", "message-tags");
  TestPeer *bob = come (f, "bob");

  g_ptr_array_add (f->peers, ghost);
  test_irc_say (bob, "JOIN #tea");
  test_irc_say (ghost, "JOIN #tea");
  test_peer_expect_later (bob, ":ada!");
  test_peer_expect_later (bob, "\r\n");
  add_sent (tea, "ada_2", "nonce-1", "older");
  add_sent (tea, "ada", "nonce-2", "newer");
  sal_server_set_current_name (f->ada->server, "ada_2");
  sal_server_connect (f->ada->server);
  test_wait_for_story (tea, "ada: newer (sent), ada_2: older");
  test_irc_say (ghost, "@+salotto.local/nonce=nonce-2 PRIVMSG #tea :newer");
  test_wait_for_story (tea, "ada: newer (sent), ada_2: older, ada: newer");
  test_irc_say (ghost, "QUIT");
  test_wait_for_story (tea, "ada_2: older, ada: newer");
  test_client_say (tea, "all");
  test_wait_for_story (tea, "ada_2: older, ada: newer, ada: all");
  g_assert_true (test_client_has (tea, "newer", SAL_MESSAGE_DELIVERED, FALSE));
  test_irc_expect (bob, ":ada_2!* JOIN *#tea");
  test_irc_expect (bob, ":ada_2!* PRIVMSG #tea :older");
  test_irc_expect (bob, ":ada!* PRIVMSG #tea :newer");
  test_irc_expect (bob, ":ada!* QUIT *");
  test_irc_expect (bob, ":ada_2!* NICK *ada");
  test_irc_expect (bob, ":ada!* PRIVMSG #tea :all");
}

static void
note_sent_as (SalRoomModel *room, const SalEntry *entry, GString *names)
{
  if (entry->state == SAL_MESSAGE_SENT)
    g_string_append_printf (names, "%s ", entry->name);
}

/* What is said while the server is asked for another name is written down under that under which the server will
 * know it, whichever that is: the next process might have to ask for it. */
static void
test_between_names (Fixture *f, gconstpointer data)
{
  SalRoomModel *tea = join_tea (f);
  g_autoptr (GString) names = g_string_new (NULL);
  g_autoptr (SalEntry) said = NULL;

  g_signal_connect (tea, "changed", G_CALLBACK (note_sent_as), names);
  test_process_signal (f->salottod->process, SIGSTOP);
  sal_server_set_name (f->ada->server, "eva");
  test_client_say (tea, "who says that?");
  test_wait_until (g_hash_table_size (f->ada->server->given) == 1);
  test_process_signal (f->salottod->process, SIGCONT);
  test_wait_until (test_client_has (tea, "who says that?", SAL_MESSAGE_DELIVERED, FALSE));
  said = test_client_find (tea, "who says that?");
  g_assert_cmpstr (said->name, ==, "eva");
  g_assert_cmpstr (names->str, ==, "ada eva ");
}

/* However much is said meanwhile, it keeps its order: what comes back because of the name goes before what has
 * not been given yet. */
static void
test_order_between_names (Fixture *f, gconstpointer data)
{
  SalRoomModel *tea = join_tea (f);
  g_autoptr (GPtrArray) entries = NULL;
  guint last = 0;

  test_process_signal (f->salottod->process, SIGSTOP);
  for (guint i = 1; i <= 300; i++)
    {
      g_autofree char *text = g_strdup_printf ("%u", i);

      if (i == 101)
        {
          test_wait_until (g_hash_table_size (f->ada->server->given) == 100);
          sal_server_set_name (f->ada->server, "eva");
        }
      test_client_say (tea, text);
    }
  test_wait_until (g_hash_table_size (f->ada->server->given) == SAL_CLIENT_LABELS / 2);
  test_process_signal (f->salottod->process, SIGCONT);
  test_wait_until (g_hash_table_size (f->ada->server->given) == 0 &&
                   test_client_has (tea, "300", SAL_MESSAGE_DELIVERED, FALSE));
  entries = sal_room_model_read_after (tea, 0, 1000);
  for (guint i = 0; i < entries->len; i++)
    if (((SalEntry *) entries->pdata[i])->kind == SAL_ENTRY_MESSAGE)
      g_assert_cmpint (atoi (((SalEntry *) entries->pdata[i])->text), ==, ++last);
  g_assert_cmpuint (last, ==, 300);
}

/* Of a room of which nothing is known but that we may have spoken there, what was said since comes in its order,
 * however much that is. */
static void
test_only_ours_known (Fixture *f, gconstpointer data)
{
  SalRoomModel *tea = sal_server_join (f->ada->server, "#tea", NULL, NULL);
  g_autoptr (TestPeer) first = test_irc_come (f->port, "ada", "message-tags");
  g_autoptr (GPtrArray) entries = NULL;
  guint last = 0;

  test_irc_say (come (f, "bob"), "JOIN #tea");
  test_irc_say (first, "JOIN #tea");
  add_sent (tea, "ada", "nonce-1", "1");
  for (guint i = 1; i <= 150; i++)
    test_irc_say (first, "@+salotto.local/nonce=nonce-%u PRIVMSG #tea :%u", i, i);
  test_irc_say (first, "QUIT");
  test_peer_expect_later (first, "ERROR ");
  sal_server_connect (f->ada->server);
  test_wait_until (tea->state == SAL_ROOM_IN && !tea->resuming &&
                   test_client_count (tea, "1") == 1 &&
                   test_client_has (tea, "1", SAL_MESSAGE_DELIVERED, FALSE));
  entries = sal_room_model_read_after (tea, 0, 1000);
  for (guint i = 0; i < entries->len; i++)
    if (((SalEntry *) entries->pdata[i])->kind == SAL_ENTRY_MESSAGE)
      g_assert_cmpint (atoi (((SalEntry *) entries->pdata[i])->text), ==, ++last);
  g_assert_cmpuint (last, ==, 150);
}

/* A salottod, played by hand. */
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

#define CAPS "batch draft/chathistory echo-message labeled-response message-tags server-time"

static int
listen_anywhere (guint16 *port)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t len = sizeof address;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_no_errno (bind (fd, (struct sockaddr *) &address, len));
  g_assert_no_errno (listen (fd, 4));
  g_assert_no_errno (getsockname (fd, (struct sockaddr *) &address, &len));
  *port = ntohs (address.sin_port);
  return fd;
}

/* Returns: (transfer none): a connection of @ada, who is in a room and waits for what was missed there. */
static TestPeer *
take_in (Fixture *f, TestClient *ada, int listener)
{
  TestPeer *server = NULL;
  int fd = -1;

  sal_server_connect (ada->server);
  test_wait_until (sal_server_get_presence (ada->server) == SAL_PRESENCE_ENTERING);
  fd = accept (listener, NULL, NULL);
  g_assert_cmpint (fd, >=, 0);
  server = test_peer_new (fd);
  g_ptr_array_add (f->peers, server);
  await_line (server, "USER ");
  test_irc_say (server, ":x CAP * LS :" CAPS);
  await_line (server, "CAP REQ ");
  test_irc_say (server, ":x CAP * ACK :" CAPS);
  await_line (server, "CAP END");
  test_irc_say (server, ":x 001 ada :Welcome");
  test_irc_say (server, ":x 004 ada x salotto-1 Bi bklov k");
  test_irc_say (server, ":x 422 ada :No MOTD");
  await_line (server, "@label=s1 JOIN #tea");
  test_irc_say (server, "@label=s1 :ada!a@x JOIN #tea");
  await_line (server, "@label=s2 CHATHISTORY ");
  return server;
}

/* A connection that ends while it is being told what was missed has said nothing: what had been with a server
 * before is still known there by its nonce. */
static void
test_nonce_stays (Fixture *f, gconstpointer data)
{
  guint16 port = 0;
  int listener = listen_anywhere (&port);
  g_autofree char *path = test_folder_file (f->folder, "nonce.db");
  g_autofree char *uri = g_strdup_printf ("irc://127.0.0.1:%u", port);
  g_autoptr (TestClient) ada = test_client_new (path, uri, "ada");
  SalRoomModel *tea = sal_server_join (ada->server, "#tea", NULL, NULL);
  TestPeer *server = NULL;

  add_sent (tea, "ada", "nonce-1", "said");
  server = take_in (f, ada, listener);
  test_client_say (tea, "not yet");
  test_wait_until (g_hash_table_size (ada->server->given) == 2);
  test_peer_close (server);
  test_wait_until (sal_server_get_presence (ada->server) == SAL_PRESENCE_WAITING);
  server = take_in (f, ada, listener);
  test_irc_say (server, "@label=s2;draft/chathistory-end :x BATCH +h chathistory #tea");
  test_irc_say (server, ":x BATCH -h");
  await_line (server, "+salotto.local/nonce=nonce-1 PRIVMSG #tea :said\r\n");
  await_line (server, " PRIVMSG #tea :not yet\r\n");
  g_assert_no_errno (close (listener));
}

#define ADD(path, func, data)                                                                      \
  g_test_add ("/net/server-missed/" path, Fixture, data, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  TestFolder *folder = test_folder_new ();
  g_autofree char *keyring = test_folder_file (folder, "keyring");
  int status = 0;

  g_setenv ("SECRET_BACKEND", "file", TRUE);
  g_setenv ("SECRET_FILE_TEST_PATH", keyring, TRUE);
  g_setenv ("SECRET_FILE_TEST_PASSWORD", "test", TRUE);
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL); /* servers are remembered there */
  ADD ("who-is-ignored-by-the-host-opens-nothing", test_ignored_stranger, NULL);
  ADD ("catches-up-behind-pages-of-ignored-ones", test_behind_ignored, "known");
  ADD ("catches-up-with-a-stranger-likewise", test_behind_ignored, NULL);
  ADD ("a-stranger-goes-on-meanwhile", test_stranger_goes_on, NULL);
  ADD ("older-ones-wait-for-what-was-missed", test_older_meanwhile, NULL);
  ADD ("what-a-server-has-lost-is-a-gap", test_lost, NULL);
  ADD ("what-a-server-has-forgotten-is-a-gap", test_forgotten, NULL);
  ADD ("a-name-that-is-taken-is-not-waited-for", test_name_taken, NULL);
  ADD ("what-was-said-under-another-name-is-found", test_recognised, NULL);
  ADD ("of-two-names-each-is-asked-for", test_two_names, NULL);
  ADD ("between-two-names-the-one-that-counts-is-kept", test_between_names, NULL);
  ADD ("what-is-said-between-two-names-keeps-its-order", test_order_between_names, NULL);
  ADD ("where-only-ours-is-known-all-comes-in-order", test_only_ours_known, NULL);
  ADD ("what-did-not-leave-again-keeps-its-nonce", test_nonce_stays, NULL);
  status = g_test_run ();
  test_folder_free (folder);
  return status;
}
