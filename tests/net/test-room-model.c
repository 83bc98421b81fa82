/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A room as one person has it, with a real server, a real file and peers played by
 * hand. In every case the story as the signals tell it must be the story in the file.
 */
#include "config.h"

#include "common/client/sal-server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/sal-error.h"
#include "tests/lib/test-client.h"
#include "tests/lib/test-peer.h"

typedef struct
{
  TestFolder *folder; /* (owned) */
  TestServer *server; /* (owned) (nullable) */
  guint16 port;
  SalStore *store;
  SalServer *place;    /* (owned): the server as the client has it */
  SalRoomModel *model; /* (unowned): its main room */
  GPtrArray *story;    /* (owned) of SalEntry: as the signals tell it */
  guint unread_signals;
} Fixture;

static int
place_of (Fixture *f, guint64 id)
{
  for (guint i = 0; i < f->story->len; i++)
    if (((SalEntry *) f->story->pdata[i])->id == id)
      return (int) i;
  return -1;
}

static void
on_added (SalRoomModel *model, const SalEntry *entry, Fixture *f)
{
  const SalEntry *last = f->story->len > 0 ? f->story->pdata[f->story->len - 1] : NULL;

  g_assert_true (last == NULL || last->id < entry->id);
  g_ptr_array_add (f->story, sal_entry_ref (entry));
}

/* What is called sent is so in the file, whatever becomes of the process in the next moment. */
static void
expect_kept (Fixture *f, const SalEntry *entry)
{
  g_autofree char *path = test_folder_file (f->folder, "rooms.db");
  sqlite3_stmt *select = NULL;
  sqlite3 *db = NULL;

  g_assert_cmpint (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READONLY, NULL), ==, SQLITE_OK);
  g_assert_cmpint (
      sqlite3_prepare_v2 (db, "SELECT state FROM entry WHERE id = ?", -1, &select, NULL), ==,
      SQLITE_OK);
  sqlite3_bind_int64 (select, 1, (gint64) entry->id);
  g_assert_cmpint (sqlite3_step (select), ==, SQLITE_ROW);
  g_assert_cmpint (sqlite3_column_int (select, 0), ==, SAL_MESSAGE_SENT);
  sqlite3_finalize (select);
  sqlite3_close (db);
}

static void
on_changed (SalRoomModel *model, const SalEntry *entry, Fixture *f)
{
  int i = place_of (f, entry->id);

  if (entry->state == SAL_MESSAGE_SENT && entry->pending)
    expect_kept (f, entry);

  g_assert_cmpint (i, >=, 0);
  sal_entry_unref (f->story->pdata[i]);
  f->story->pdata[i] = sal_entry_ref (entry);
}

static void
on_removed (SalRoomModel *model, guint64 id, Fixture *f)
{
  int i = place_of (f, id);

  g_assert_cmpint (i, >=, 0);
  g_ptr_array_remove_index (f->story, (guint) i);
}

static void
on_unread (SalRoomModel *model, Fixture *f)
{
  f->unread_signals++;
}

/* Opens the file as a program that starts does. */
static void
open_model (Fixture *f, const char *room)
{
  g_autofree char *path = test_folder_file (f->folder, "rooms.db");
  g_autofree char *uri = g_strdup_printf ("plain://127.0.0.1:%u%s", f->port, room);
  g_autoptr (GError) error = NULL;
  g_autoptr (SalStoredServer) stored = NULL;

  f->store = sal_store_open (path, &error);
  g_assert_no_error (error);
  g_assert_cmpint (sal_store_add_server (f->store, uri, "Ada", &error), >, 0);
  g_assert_no_error (error);
  stored = sal_store_find_server (f->store, uri);
  f->place = sal_server_new (f->store, stored, &error);
  g_assert_no_error (error);
  f->model = sal_server_get_main_room (f->place);
  f->story = sal_room_model_read_before (f->model, G_MAXUINT64, 1000);
  g_signal_connect (f->model, "added", G_CALLBACK (on_added), f);
  g_signal_connect (f->model, "changed", G_CALLBACK (on_changed), f);
  g_signal_connect (f->model, "removed", G_CALLBACK (on_removed), f);
  g_signal_connect (f->model, "unread", G_CALLBACK (on_unread), f);
}

static void
check_story (Fixture *f)
{
  g_autoptr (GPtrArray) kept = sal_room_model_read_before (f->model, G_MAXUINT64, 1000);

  g_assert_cmpuint (kept->len, ==, f->story->len);
  for (guint i = 0; i < kept->len; i++)
    {
      const SalEntry *a = kept->pdata[i];
      const SalEntry *b = f->story->pdata[i];

      g_assert_cmpuint (a->id, ==, b->id);
      g_assert_cmpint (a->kind, ==, b->kind);
      g_assert_cmpint (a->state, ==, b->state);
      g_assert_cmpint (a->pending, ==, b->pending);
      g_assert_cmpstr (a->text, ==, b->text);
      g_assert_cmpstr (a->name, ==, b->name);
    }
}

/* Closes it, as at the end of a program; what was not finished stays so. */
static void
close_model (Fixture *f)
{
  if (f->model == NULL)
    return;
  check_story (f);
  f->model = NULL;
  g_assert_finalize_object (g_steal_pointer (&f->place));
  sal_store_close (f->store);
  g_clear_object (&f->store);
  g_clear_pointer (&f->story, g_ptr_array_unref);
}

static void
start_server (Fixture *f, const char *limits)
{
  g_autofree char *listen =
      g_strdup_printf ("plain://127.0.0.1:%u", f->port != 0 ? f->port : test_reserve_port ());
  g_autofree char *config = test_folder_file (f->folder, "server.conf");
  const char *options[] = { "--config", config, "--log", "memory", "--listen", listen, NULL };
  TestFolder *folder = test_folder_new ();

  test_folder_write (f->folder, "server.conf", limits);
  f->server = test_server_start_in (folder, options, NULL);
  f->port = f->server->port;
}

static void
set_up (Fixture *f, gconstpointer limits)
{
  f->folder = test_folder_new ();
  start_server (f, limits != NULL ? limits : "");
  open_model (f, "");
}

static void
tear_down (Fixture *f, gconstpointer limits)
{
  close_model (f);
  if (f->server != NULL)
    test_server_stop (f->server);
  test_server_free (f->server);
  test_folder_free (f->folder);
}

#define wait_for(f, presence_)                                                                     \
  test_wait_until (sal_room_model_get_presence ((f)->model) == (presence_))

static const SalEntry *
find (Fixture *f, SalEntryKind kind, const char *text)
{
  for (guint i = f->story->len; i-- > 0;)
    {
      const SalEntry *entry = f->story->pdata[i];

      if (entry->kind == kind && g_strcmp0 (entry->text, text) == 0)
        return entry;
    }
  return NULL;
}

static guint
count (Fixture *f, const char *text)
{
  guint n = 0;

  for (guint i = 0; i < f->story->len; i++)
    n += g_strcmp0 (((SalEntry *) f->story->pdata[i])->text, text) == 0;
  return n;
}

static gboolean
is_in_state (Fixture *f, const char *text, SalMessageState state, gboolean pending)
{
  const SalEntry *entry = find (f, SAL_ENTRY_MESSAGE, text);

  return entry != NULL && entry->own && entry->state == state && entry->pending == pending;
}

#define wait_for_state(f, text, state, pending)                                                    \
  test_wait_until (is_in_state (f, text, state, pending))

static void
say (Fixture *f, const char *text)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (sal_room_model_say (f->model, text, &error));
  g_assert_no_error (error);
}

static void
join (Fixture *f)
{
  sal_room_model_connect (f->model);
  wait_for (f, SAL_PRESENCE_IN);
}

/* What is said comes back, once, and in the room's order. */
static void
test_delivered (Fixture *f, gconstpointer data)
{
  g_autoptr (TestPeer) bob = NULL;

  join (f);
  g_assert_cmpstr (sal_room_model_get_name (f->model), ==, "Ada");
  bob = test_peer_join (f->port, "Bob");
  test_wait_until (find (f, SAL_ENTRY_JOIN, NULL) != NULL);
  say (f, "perché no? 🙂");
  g_assert_true (is_in_state (f, "perché no? 🙂", SAL_MESSAGE_QUEUED, TRUE));
  wait_for_state (f, "perché no? 🙂", SAL_MESSAGE_DELIVERED, FALSE);
  g_assert_cmpuint (count (f, "perché no? 🙂"), ==, 1);
  test_peer_expect_later (bob, ": perché no? 🙂\n");

  g_assert_cmpuint (sal_room_model_count_unread (f->model), ==, 0);
  test_peer_send (bob, "ciao\n");
  test_wait_until (find (f, SAL_ENTRY_MESSAGE, "ciao") != NULL);
  g_assert_cmpstr (find (f, SAL_ENTRY_MESSAGE, "ciao")->name, ==, "Bob");
  g_assert_cmpuint (sal_room_model_count_unread (f->model), ==, 1);
  g_assert_cmpuint (f->unread_signals, ==, 1);
  sal_room_model_set_read_id (f->model, sal_room_model_get_last_id (f->model));
  g_assert_cmpuint (sal_room_model_count_unread (f->model), ==, 0);

  say (f, "/me waves");
  test_wait_until (find (f, SAL_ENTRY_ACTION, "waves") != NULL);
  test_wait_until (count (f, "/me waves") == 0);
  g_assert_cmpint (find (f, SAL_ENTRY_ACTION, "waves")->state, ==, SAL_MESSAGE_DELIVERED);
}

/* What looks like a command of ours and is none is an error, and nobody else reads it. */
static void
test_command (Fixture *f, gconstpointer data)
{
  g_autoptr (TestPeer) bob = NULL;
  g_autoptr (GError) error = NULL;

  join (f);
  bob = test_peer_join (f->port, "Bob");
  g_assert_false (sal_room_model_say (f->model, "/frobnicate the doors", &error));
  g_assert_error (error, SAL_ERROR, SAL_EXIT_USAGE);
  g_assert_nonnull (strstr (error->message, "/frobnicate;"));
  g_assert_cmpuint (count (f, "/frobnicate the doors"), ==, 0);
  say (f, "//frobnicate");
  wait_for_state (f, "/frobnicate", SAL_MESSAGE_DELIVERED, FALSE);
  say (f, "/usr/bin/env");
  wait_for_state (f, "/usr/bin/env", SAL_MESSAGE_DELIVERED, FALSE);
  test_peer_expect_later (bob, "> Ada('");
  test_peer_expect_later (bob, ": /frobnicate\n");
  test_peer_expect_later (bob, ": /usr/bin/env\n");
}

/* What would be a command there does not wait until somebody is there. */
static void
test_command_early (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (sal_room_model_say (f->model, "/who", &error));
  g_assert_nonnull (strstr (error->message, "a command is not kept"));
  say (f, "/usr/bin/env");
  g_assert_true (is_in_state (f, "/usr/bin/env", SAL_MESSAGE_QUEUED, TRUE));
  join (f);
  wait_for_state (f, "/usr/bin/env", SAL_MESSAGE_DELIVERED, FALSE);
  g_assert_cmpuint (count (f, "/who"), ==, 0);
}

/* What is said before there is a connection waits for it, over the end of the program. */
static void
test_queued (Fixture *f, gconstpointer data)
{
  g_autoptr (TestPeer) bob = test_peer_join (f->port, "Bob");

  say (f, "one");
  say (f, "two");
  g_assert_true (is_in_state (f, "two", SAL_MESSAGE_QUEUED, TRUE));
  close_model (f);
  open_model (f, "");
  g_assert_true (is_in_state (f, "one", SAL_MESSAGE_QUEUED, TRUE));
  say (f, "three");
  join (f);
  wait_for_state (f, "three", SAL_MESSAGE_DELIVERED, FALSE);
  test_peer_expect_later (bob, ": one\n");
  test_peer_expect_later (bob, ": two\n");
  test_peer_expect_later (bob, ": three\n");
  g_assert_cmpuint (count (f, "one") + count (f, "two") + count (f, "three"), ==, 3);
  close_model (f);
  open_model (f, "");
  join (f);
  say (f, "four");
  wait_for_state (f, "four", SAL_MESSAGE_DELIVERED, FALSE);
  {
    g_autofree char *line = NULL;

    /* Nothing was sent twice. */
    do
      g_free (g_steal_pointer (&line));
    while ((line = test_peer_take_line (bob)) != NULL && strstr (line, ": ") == NULL);
    g_assert_true (g_str_has_suffix (line, ": four"));
  }
}

/* Discarded before it was sent, it never is. */
static void
test_discarded (Fixture *f, gconstpointer data)
{
  g_autoptr (TestPeer) bob = test_peer_join (f->port, "Bob");

  say (f, "never");
  say (f, "but this");
  g_assert_true (sal_room_model_discard (f->model, find (f, SAL_ENTRY_MESSAGE, "never")->id));
  join (f);
  wait_for_state (f, "but this", SAL_MESSAGE_DELIVERED, FALSE);
  test_peer_expect_later (bob, "has come into the chat room.\n");
  {
    g_autofree char *line = test_peer_take_line (bob);

    g_assert_true (g_str_has_suffix (line, ": but this"));
  }
  g_assert_false (sal_room_model_discard (f->model, find (f, SAL_ENTRY_MESSAGE, "but this")->id));
}

/* The server dies with a message on its way, and comes back. */
static void
test_server_dies (Fixture *f, gconstpointer data)
{
  join (f);
  say (f, "before");
  wait_for_state (f, "before", SAL_MESSAGE_DELIVERED, FALSE);
  test_process_signal (f->server->process, SIGSTOP);
  say (f, "on its way");
  wait_for_state (f, "on its way", SAL_MESSAGE_SENT, TRUE);
  /* It is with the kernel when the loop has nothing more to do. */
  while (g_main_context_iteration (NULL, FALSE))
    ;
  test_process_signal (f->server->process, SIGKILL);
  g_assert_true (test_process_wait (f->server->process, TEST_PATIENCE_MS));
  wait_for (f, SAL_PRESENCE_WAITING);
  g_assert_nonnull (sal_room_model_get_error (f->model));
  g_assert_cmpint (sal_room_model_get_retry_us (f->model), >, 0);
  say (f, "meanwhile");
  g_assert_true (is_in_state (f, "meanwhile", SAL_MESSAGE_QUEUED, TRUE));
  test_server_free (f->server);

  start_server (f, "");
  wait_for (f, SAL_PRESENCE_IN); /* by itself */
  wait_for_state (f, "meanwhile", SAL_MESSAGE_DELIVERED, FALSE);
  g_assert_true (is_in_state (f, "on its way", SAL_MESSAGE_DELIVERED, FALSE));
  g_assert_cmpuint (count (f, "on its way"), ==, 1);
}

/* The program dies with a message on its way. */
static void
test_client_dies (Fixture *f, gconstpointer data)
{
  join (f);
  test_process_signal (f->server->process, SIGSTOP);
  say (f, "on its way");
  wait_for_state (f, "on its way", SAL_MESSAGE_SENT, TRUE);
  close_model (f);
  test_process_signal (f->server->process, SIGCONT);
  open_model (f, "");
  g_assert_true (is_in_state (f, "on its way", SAL_MESSAGE_SENT, TRUE));
  g_assert_false (
      sal_room_model_say_again (f->model, find (f, SAL_ENTRY_MESSAGE, "on its way")->id));
  join (f);
  say (f, "after");
  wait_for_state (f, "after", SAL_MESSAGE_DELIVERED, FALSE);
  g_assert_true (is_in_state (f, "on its way", SAL_MESSAGE_DELIVERED, FALSE));
  g_assert_cmpuint (count (f, "on its way"), ==, 1);
}

/* The server refuses a message and says why; said again, it passes. */
static void
test_refused (Fixture *f, gconstpointer data)
{
  const SalEntry *refused = NULL;
  g_autofree char *last = NULL;

  join (f);
  /* More than it takes at once, however much time passes for it meanwhile. */
  for (guint i = 0; refused == NULL || refused->state != SAL_MESSAGE_FAILED; i++)
    {
      g_assert_cmpuint (i, <, 1000);
      g_free (last);
      last = g_strdup_printf ("fast %u", i);
      say (f, last);
      if (i >= 23)
        test_wait_until ((refused = find (f, SAL_ENTRY_MESSAGE, last))->state !=
                             SAL_MESSAGE_QUEUED &&
                         refused->state != SAL_MESSAGE_SENT);
    }
  g_assert_nonnull (strstr (refused->reason, "messages-per-second"));
  g_assert_null (find (f, SAL_ENTRY_NOTE, refused->reason));
  g_assert_true (is_in_state (f, "fast 0", SAL_MESSAGE_DELIVERED, FALSE));
  /* As soon as the server takes one again. */
  for (guint tries = 0; tries < 100 && !is_in_state (f, last, SAL_MESSAGE_DELIVERED, FALSE);
       tries++)
    {
      g_assert_true (sal_room_model_say_again (f->model, find (f, SAL_ENTRY_MESSAGE, last)->id));
      test_wait_until (is_in_state (f, last, SAL_MESSAGE_FAILED, FALSE) ||
                       is_in_state (f, last, SAL_MESSAGE_DELIVERED, FALSE));
      g_usleep (50 * 1000); /* the server's clock has to go on */
    }
  g_assert_true (is_in_state (f, last, SAL_MESSAGE_DELIVERED, FALSE));
  g_assert_cmpuint (count (f, last), ==, 1);
}

/* Who was put out does not come back by themselves. */
static void
test_banned (Fixture *f, gconstpointer data)
{
  g_autofree char *answer = NULL;

  join (f);
  answer = test_server_control (f->server, "ban Ada");
  wait_for (f, SAL_PRESENCE_OFFLINE);
  g_assert_cmpint (sal_room_model_get_error (f->model)->code, ==, SAL_EXIT_REFUSED);
  sal_room_model_connect (f->model);
  wait_for (f, SAL_PRESENCE_OFFLINE);
  g_assert_cmpint (sal_room_model_get_error (f->model)->code, ==, SAL_EXIT_REFUSED);
}

/* Leaving says quit; others read it. */
static void
test_leave (Fixture *f, gconstpointer data)
{
  g_autoptr (TestPeer) bob = test_peer_join (f->port, "Bob");

  join (f);
  sal_room_model_leave (f->model);
  g_assert_cmpint (sal_room_model_get_presence (f->model), ==, SAL_PRESENCE_LEAVING);
  wait_for (f, SAL_PRESENCE_OFFLINE);
  g_assert_null (sal_room_model_get_error (f->model));
  test_peer_expect_later (bob, " has left this room.\n");
  join (f);
  say (f, "quit");
  wait_for (f, SAL_PRESENCE_OFFLINE);
  g_assert_cmpuint (count (f, "quit"), ==, 0);
}

static void
test_another_name (Fixture *f, gconstpointer data)
{
  g_autoptr (TestPeer) bob G_GNUC_UNUSED = test_peer_join (f->port, "Bob");

  join (f);
  sal_room_model_set_name (f->model, "Bob"); /* somebody has it */
  test_wait_until (f->story->len > 0 &&
                   ((SalEntry *) f->story->pdata[f->story->len - 1])->kind == SAL_ENTRY_NOTE);
  g_assert_cmpstr (sal_room_model_get_name (f->model), ==, "Ada");
  sal_room_model_set_name (f->model, "Grace");
  test_wait_until (g_str_equal (sal_room_model_get_name (f->model), "Grace"));
  wait_for (f, SAL_PRESENCE_IN);
  say (f, "it is me");
  wait_for_state (f, "it is me", SAL_MESSAGE_DELIVERED, FALSE);
  g_assert_cmpstr (find (f, SAL_ENTRY_MESSAGE, "it is me")->name, ==, "Grace");
}

static void
test_room_of_the_uri (Fixture *f, gconstpointer data)
{
  g_autofree char *who = NULL;

  close_model (f);
  open_model (f, "/tea");
  g_assert_cmpstr (sal_room_model_get_title (f->model), ==, "tea");
  join (f);
  who = test_server_control (f->server, "rooms");
  g_assert_nonnull (strstr (who, "tea"));
  g_assert_cmpuint (f->story->len, ==, 0); /* that we have come in is no news */
}

/* What is typed is checked, remembered and kept. */
static void
test_typed (Fixture *f, gconstpointer data)
{
  g_autofree char *long_text = g_strnfill (4097, 'x');
  g_autofree char *longest = g_strnfill (4096, 'y');
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) typed = NULL;

  g_assert_false (sal_room_model_say (f->model, long_text, &error));
  g_assert_nonnull (strstr (error->message, "4097"));
  g_clear_error (&error);
  g_assert_false (sal_room_model_say (f->model, " \t\x1b", &error));
  g_assert_nonnull (error);
  g_assert_cmpuint (f->story->len, ==, 0);
  say (f, longest);
  say (f, "ciao");
  sal_room_model_set_draft (f->model, "half a sen");
  close_model (f);
  open_model (f, "");
  g_assert_cmpstr (sal_room_model_get_draft (f->model), ==, "half a sen");
  typed = sal_room_model_read_typed (f->model, 10);
  g_assert_cmpuint (typed->len, ==, 2);
  g_assert_cmpstr (typed->pdata[0], ==, "ciao");
}

/* Servers by other authors, played by hand. */

static int
listen_instead (Fixture *f)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t len = sizeof address;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  close_model (f);
  g_assert_no_errno (bind (fd, (struct sockaddr *) &address, len));
  g_assert_no_errno (listen (fd, 4));
  g_assert_no_errno (getsockname (fd, (struct sockaddr *) &address, &len));
  f->port = ntohs (address.sin_port);
  open_model (f, "");
  return fd;
}

static TestPeer *
accept_one (int listener)
{
  int fd = accept (listener, NULL, NULL);

  g_assert_cmpint (fd, >=, 0);
  return test_peer_new (fd);
}

/* A server that gives nothing back: "sent" is all that can be said. */
static void
test_silent_foreign_server (Fixture *f, gconstpointer data)
{
  int listener = listen_instead (f);
  g_autoptr (TestPeer) server = NULL;

  sal_room_model_connect (f->model);
  wait_for (f, SAL_PRESENCE_ENTERING);
  server = accept_one (listener);
  wait_for (f, SAL_PRESENCE_IN);
  test_peer_expect (server, "Ada\n");
  say (f, "hello?");
  wait_for_state (f, "hello?", SAL_MESSAGE_SENT, FALSE);
  test_peer_expect (server, "hello?\n");
  test_peer_send (server, "no news");
  test_wait_until (find (f, SAL_ENTRY_TEXT, "no news") != NULL);
  test_peer_send (server, " is good news\n");
  test_wait_until (find (f, SAL_ENTRY_TEXT, "no news is good news") != NULL);
  g_assert_null (find (f, SAL_ENTRY_TEXT, "no news"));
  test_peer_close (server);
  wait_for (f, SAL_PRESENCE_WAITING);
  g_assert_true (is_in_state (f, "hello?", SAL_MESSAGE_SENT, FALSE));
  close (listener);
}

static gsize
count_bytes (Fixture *f)
{
  gsize bytes = 0;

  for (guint i = 0; i < f->story->len; i++)
    bytes += strlen (((SalEntry *) f->story->pdata[i])->text);
  return bytes;
}

/* A line without an end is cut into entries. */
static void
test_endless_line (Fixture *f, gconstpointer data)
{
  int listener = listen_instead (f);
  g_autoptr (TestPeer) server = NULL;
  g_autofree char *piece = g_strnfill (4000, 'z');

  sal_room_model_connect (f->model);
  wait_for (f, SAL_PRESENCE_ENTERING);
  server = accept_one (listener);
  wait_for (f, SAL_PRESENCE_IN);
  for (guint i = 0; i < 20; i++)
    {
      test_peer_send (server, piece);
      test_wait_until (count_bytes (f) == (i + 1) * strlen (piece));
    }
  g_assert_cmpuint (f->story->len, >=, 9);
  for (guint e = 0; e < f->story->len; e++)
    g_assert_cmpuint (strlen (((SalEntry *) f->story->pdata[e])->text), <=, 8192);
  close (listener);
}

/* Nobody there: it says so, waits, and tries at once when asked. */
static void
test_refused_connection (Fixture *f, gconstpointer data)
{
  int listener = listen_instead (f);

  close (listener);
  sal_room_model_connect (f->model);
  wait_for (f, SAL_PRESENCE_WAITING);
  g_assert_nonnull (strstr (sal_room_model_get_error (f->model)->message, "Connection refused"));
  sal_room_model_connect (f->model);
  g_assert_cmpint (sal_room_model_get_presence (f->model), ==, SAL_PRESENCE_CONNECTING);
  wait_for (f, SAL_PRESENCE_WAITING);
  sal_room_model_leave (f->model);
  g_assert_cmpint (sal_room_model_get_presence (f->model), ==, SAL_PRESENCE_OFFLINE);
}

#define ADD(path, limits, func)                                                                    \
  g_test_add ("/net/room-model/" path, Fixture, limits, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL); /* servers are remembered there */
  ADD ("what-is-said-comes-back-once", NULL, test_delivered);
  ADD ("no-command-is-said-by-mistake", NULL, test_command);
  ADD ("nor-one-that-was-typed-early", NULL, test_command_early);
  ADD ("what-waits-is-sent-once-also-after-a-restart", NULL, test_queued);
  ADD ("what-is-discarded-is-not-sent", NULL, test_discarded);
  ADD ("server-dies-and-comes-back", NULL, test_server_dies);
  ADD ("client-dies-with-a-message-on-its-way", NULL, test_client_dies);
  ADD ("refused-message-may-be-said-again",
       "[limits]\nmessages-per-second = 2\nmessage-burst = 16\n", test_refused);
  ADD ("banned-stays-out", NULL, test_banned);
  ADD ("leaving-says-so", NULL, test_leave);
  ADD ("another-name", NULL, test_another_name);
  ADD ("room-of-the-address", NULL, test_room_of_the_uri);
  ADD ("what-is-typed-is-checked-and-kept", NULL, test_typed);
  ADD ("silent-foreign-server", NULL, test_silent_foreign_server);
  ADD ("endless-line", NULL, test_endless_line);
  ADD ("connection-refused", NULL, test_refused_connection);
  return g_test_run ();
}
