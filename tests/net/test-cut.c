/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A conversation that is cut at each of its bytes (of what comes down at every 14th in the suite,
 * and at each in `./dev soak`). A client as the desktop has it talks to a salottod through a proxy,
 * which cuts the connection after a byte: each byte of what goes up, and of what comes down, some
 * by FIN and some by RST. The client comes back by itself. Whatever was cut: each message is in the
 * log once, in the order in which it was typed; the client's story is what the log has; and nothing
 * is called delivered that is not there.
 *
 * salotto-cli comes back where it is asked to, and then the same is true of it. Where it is not, what
 * it says of a message that was cut has to be true.
 *
 * The conversations run side by side, each in a room and under a name of its own. Somebody else,
 * whose connection is not cut, is in all of these rooms, and speaks there before the client has
 * come, when it has said something, and while its connection is gone.
 */
#include "config.h"

#include <sqlite3.h>
#include <string.h>
#include <sys/wait.h>

#include "tests/lib/cut-proxy.h"
#include "tests/lib/test-client.h"

/* How many conversations at a time. */
#define LANES 180
/* How many programs at a time. */
#define CLIS 8
/* The rooms of one who speaks in them; a salottod allows a hundred. */
#define ROOMS 90
/* What is said in each. */
#define MESSAGES 4

typedef struct
{
  TestFolder *folder;   /* (owned) */
  TestServer *salottod; /* (owned) */
  CutProxy *proxy;      /* (owned) */
  char *log;            /* (owned): the server's file */
  SalStore *store;      /* (owned): for the conversations of now */
  guint n_stores;
  guint n_lanes; /* used so far */
} Fixture;

/* One conversation. */
typedef struct
{
  Fixture *f;
  guint lane;
  char *place;        /* (owned) */
  SalServer *server;  /* (owned) */
  SalRoomModel *room; /* (unowned) */
  TestPeer *other;    /* (unowned) */
  guint said;
  guint other_said;
} Talk;

/* Nobody has thousands of rooms: a new one for those that run side by side. */
static void
open_store (Fixture *f)
{
  g_autofree char *name = g_strdup_printf ("client-%u.db", f->n_stores++);
  g_autofree char *path = test_folder_file (f->folder, name);
  g_autoptr (GError) error = NULL;

  f->store = sal_store_open (path, &error);
  g_assert_no_error (error);
}

static void
close_store (Fixture *f)
{
  sal_store_close (f->store);
  g_clear_object (&f->store);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autofree char *sqlite = NULL;

  f->folder = test_folder_new ();
  f->log = test_folder_file (f->folder, "log.db");
  sqlite = g_strconcat ("sqlite:", f->log, NULL);
  {
    const char *options[] = { "--log", sqlite, NULL };

    f->salottod = test_server_start_in (test_folder_new (), options, NULL);
  }
  f->proxy = cut_proxy_new (f->salottod->port);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  cut_proxy_free (f->proxy);
  test_server_stop (f->salottod);
  test_server_free (f->salottod);
  g_free (f->log);
  test_folder_free (f->folder);
}

static void
say_other (Talk *talk)
{
  g_autofree char *line = g_strdup_printf ("PRIVMSG %s :%c of %u\n", talk->place,
                                           'a' + (int) talk->other_said++, talk->lane);

  test_peer_send (talk->other, line);
}

/* Coming back is the client's; only the waiting is shortened. */
static void
on_presence (SalServer *server, Talk *talk)
{
  if (sal_server_get_presence (server) != SAL_PRESENCE_WAITING)
    return;
  say_other (talk);
  sal_server_hurry (server);
}

static void
say_next (Talk *talk)
{
  g_autofree char *text = g_strdup_printf ("%u of %u", ++talk->said, talk->lane);

  test_client_say (talk->room, text);
}

/* With each message that has come back the next is said; the first two wait for the connection. */
static void
on_added (SalRoomModel *room, const SalEntry *entry, Talk *talk)
{
  if (!entry->own || entry->state != SAL_MESSAGE_DELIVERED || talk->said == MESSAGES)
    return;
  say_next (talk);
  if (talk->said == MESSAGES)
    say_other (talk);
}

static Talk *
begin (Fixture *f, TestPeer *other, guint64 up, guint64 down)
{
  Talk *talk = g_new0 (Talk, 1);
  g_autofree char *address = NULL;
  g_autofree char *uri = NULL;
  g_autofree char *name = NULL;
  g_autoptr (SalStoredServer) row = NULL;

  talk->f = f;
  talk->other = other;
  talk->lane = ++f->n_lanes;
  cut_proxy_plan (f->proxy, talk->lane, up, down, talk->lane % 2 == 0);
  address = cut_proxy_address (talk->lane);
  uri = g_strdup_printf ("irc://%s:%u", address, cut_proxy_get_port (f->proxy));
  name = g_strdup_printf ("ada%u", talk->lane);
  talk->place = g_strdup_printf ("#r%u", talk->lane);
  g_assert_cmpint (sal_store_add_server (f->store, uri, name, NULL), >, 0);
  row = sal_store_find_server (f->store, uri);
  talk->server = sal_server_new (f->store, row, NULL);
  talk->room = sal_server_join (talk->server, talk->place, NULL, NULL);
  g_signal_connect (talk->server, "presence", G_CALLBACK (on_presence), talk);
  g_signal_connect (talk->room, "added", G_CALLBACK (on_added), talk);
  {
    g_autofree char *line = g_strdup_printf ("JOIN %s\n", talk->place);

    test_peer_send (other, line);
  }
  say_other (talk);
  say_next (talk);
  say_next (talk);
  sal_server_connect (talk->server);
  return talk;
}

/* Everything was said, its fate is known, and what the other has said is there. */
static gboolean
is_over (Talk *talk)
{
  g_autoptr (GPtrArray) entries = NULL;
  guint said = 0;

  (void) test_peer_read (talk->other, 0); /* so that the server does not wait for it */
  g_byte_array_set_size (talk->other->received, 0);
  if (talk->said < MESSAGES || sal_room_model_get_presence (talk->room) != SAL_PRESENCE_IN)
    return FALSE;
  entries = sal_room_model_read_before (talk->room, G_MAXUINT64, 100);
  for (guint i = 0; i < entries->len; i++)
    {
      const SalEntry *entry = entries->pdata[i];

      if (entry->own && entry->pending)
        return FALSE;
      said += entry->kind == SAL_ENTRY_MESSAGE ? 1 : 0;
    }
  return said >= MESSAGES + talk->other_said;
}

/* Returns: (transfer full): what the server has in @place, `1 of 7, 2 of 7`. */
static char *
read_log (sqlite3 *db, const char *place)
{
  sqlite3_stmt *select = NULL;
  GString *text = g_string_new (NULL);

  g_assert_cmpint (
      sqlite3_prepare_v2 (db,
                          "SELECT entry.text FROM entry JOIN room ON room.id = entry.room"
                          " WHERE room.name = ? AND entry.text LIKE '% of %' ORDER BY entry.seq",
                          -1, &select, NULL),
      ==, SQLITE_OK);
  sqlite3_bind_text (select, 1, place + 1, -1, SQLITE_TRANSIENT);
  while (sqlite3_step (select) == SQLITE_ROW)
    g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "",
                            (const char *) sqlite3_column_text (select, 0));
  sqlite3_finalize (select);
  return g_string_free (text, FALSE);
}

/* Returns: (transfer full): the same of what the client has. While the server has not noticed that
 * the first connection is gone, the client gets another name. */
static char *
read_story (SalRoomModel *room)
{
  g_autoptr (GPtrArray) entries = sal_room_model_read_after (room, 0, 1000);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < entries->len; i++)
    {
      const SalEntry *entry = entries->pdata[i];

      if (entry->kind != SAL_ENTRY_MESSAGE)
        continue;
      g_assert_cmpint (entry->own, ==, g_ascii_isdigit (*entry->text));
      g_assert_cmpint (entry->state, ==, SAL_MESSAGE_DELIVERED);
      g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", entry->text);
    }
  return g_string_free (text, FALSE);
}

/* What went over the wire, and what came of it, for whoever has to find out why. */
static void
explain (Talk *talk)
{
  g_autoptr (GPtrArray) raw = sal_server_dup_raw (talk->server);
  g_autofree char *story = test_client_story (talk->room);

  for (guint i = 0; i < raw->len; i++)
    g_test_message ("%s", (char *) raw->pdata[i]);
  g_test_message ("%u connections, %u said, %u by the other, presence %d, as %s: %s",
                  cut_proxy_count_connections (talk->f->proxy, talk->lane), talk->said,
                  talk->other_said, (int) sal_room_model_get_presence (talk->room),
                  sal_server_get_name (talk->server), story);
}

static void
await_over (Talk *talk)
{
  gint64 until_us = g_get_monotonic_time () + 3 * TEST_PATIENCE_MS * 1000; /* for all of them */
  guint tick = g_timeout_add (50, test_client_tick, NULL);

  while (!is_over (talk) && g_get_monotonic_time () < until_us)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (tick);
  if (!is_over (talk))
    explain (talk);
  g_assert_true (is_over (talk));
}

/* Who speaks in all rooms. */
static TestPeer *
invite_other (Fixture *f)
{
  TestPeer *other = test_peer_connect (f->salottod->port);

  g_autofree char *hello =
      g_strdup_printf ("CAP LS 302\nNICK bob%u\nUSER b 0 * :b\nCAP END\n", f->n_lanes);

  test_peer_send (other, hello);
  test_peer_expect_later (other, " 001 ");
  return other;
}

static void
free_other (gpointer other)
{
  test_peer_free (other);
}

/* The same without what the other has said. */
static char *
only_own (const char *texts)
{
  g_auto (GStrv) list = g_strsplit (texts, ", ", -1);
  GString *own = g_string_new (NULL);

  for (guint i = 0; list[i] != NULL; i++)
    if (g_ascii_isdigit (*list[i]))
      g_string_append_printf (own, "%s%s", own->len > 0 ? ", " : "", list[i]);
  return g_string_free (own, FALSE);
}

static void
end (Talk *talk, sqlite3 *db)
{
  g_autoptr (GString) expected = g_string_new (NULL);
  g_autofree char *log = read_log (db, talk->place);
  g_autofree char *own = only_own (log);
  g_autofree char *story = read_story (talk->room);

  for (guint i = 1; i <= MESSAGES; i++)
    g_string_append_printf (expected, "%s%u of %u", i > 1 ? ", " : "", i, talk->lane);
  if (!g_str_equal (own, expected->str) || !g_str_equal (story, log))
    explain (talk);
  g_assert_cmpstr (own, ==, expected->str);
  g_assert_cmpstr (story, ==, log);
  g_signal_handlers_disconnect_by_data (talk->server, talk);
  g_assert_finalize_object (talk->server);
  g_free (talk->place);
  g_free (talk);
}

/* Conversations, each cut at another byte: the first of them at @from, then every @step. */
static void
run_all (Fixture *f, gboolean upwards, guint64 from, guint64 to, guint64 step)
{
  sqlite3 *db = NULL;

  g_assert_cmpint (sqlite3_open_v2 (f->log, &db, SQLITE_OPEN_READONLY, NULL), ==, SQLITE_OK);
  while (from < to)
    {
      g_autoptr (GPtrArray) talks = g_ptr_array_new ();
      g_autoptr (GPtrArray) others = g_ptr_array_new_with_free_func (free_other);

      open_store (f);
      for (; from < to && talks->len < LANES; from += step)
        {
          if (talks->len % ROOMS == 0)
            g_ptr_array_add (others, invite_other (f));
          g_ptr_array_add (talks, begin (f, others->pdata[others->len - 1],
                                         upwards ? from : CUT_NEVER, upwards ? CUT_NEVER : from));
        }
      for (guint i = 0; i < talks->len; i++)
        await_over (talks->pdata[i]);
      for (guint i = 0; i < talks->len; i++)
        end (talks->pdata[i], db);
      close_store (f);
    }
  sqlite3_close (db);
}

/* How long the conversation is when nobody cuts it. */
static void
measure (Fixture *f, guint64 *up, guint64 *down)
{
  sqlite3 *db = NULL;
  g_autoptr (TestPeer) other = invite_other (f);
  Talk *talk = NULL;

  open_store (f);
  talk = begin (f, other, CUT_NEVER, CUT_NEVER);
  await_over (talk);
  cut_proxy_get_bytes (f->proxy, talk->lane, up, down);
  g_assert_cmpuint (cut_proxy_count_connections (f->proxy, talk->lane), ==, 1);
  g_assert_cmpint (sqlite3_open_v2 (f->log, &db, SQLITE_OPEN_READONLY, NULL), ==, SQLITE_OK);
  end (talk, db);
  close_store (f);
  sqlite3_close (db);
  g_test_message ("%" G_GUINT64_FORMAT " bytes up, %" G_GUINT64_FORMAT " down", *up, *down);
}

static void
test_up (Fixture *f, gconstpointer data)
{
  guint64 up = 0;
  guint64 down = 0;

  measure (f, &up, &down);
  run_all (f, TRUE, 0, up, 1);
}

static void
test_down (Fixture *f, gconstpointer data)
{
  guint64 up = 0;
  guint64 down = 0;

  measure (f, &up, &down);
  run_all (f, FALSE, 0, down, g_test_slow () ? 1 : 14);
}

/* salotto-cli. A verb for scripts does not come back by itself. It says so by its status: what it calls delivered is in
 * the log, once; what it does not may be there or not, but not twice. */

/* @coming_back: several messages from a pipe, over however many connections; else one */
static TestProcess *
start_cli (Fixture *f, gboolean coming_back, guint64 up, guint64 down, guint *lane)
{
  TestProcess *process = NULL;
  g_autofree char *lines = NULL;
  g_autofree char *address = NULL;
  g_autofree char *uri = NULL;
  g_autofree char *name = NULL;
  g_autofree char *text = NULL;

  *lane = ++f->n_lanes;
  cut_proxy_plan (f->proxy, *lane, up, down, *lane % 2 == 0);
  address = cut_proxy_address (*lane);
  uri = g_strdup_printf ("irc://%s:%u/r%u", address, cut_proxy_get_port (f->proxy), *lane);
  name = g_strdup_printf ("--name=cli%u", *lane);
  text = g_strdup_printf ("said of %u", *lane);
  lines = g_strdup_printf ("1 of %u\n2 of %u\n3 of %u\n", *lane, *lane, *lane);
  {
    const char *says[] = { test_program ("SALOTTO_CLI"), "send", name, uri, text, NULL };
    const char *comes[] = { test_program ("SALOTTO_CLI"), "chat", "--reconnect", name, uri, NULL };

    process = test_process_start (f->folder, coming_back ? comes : says, NULL);
  }
  if (coming_back)
    test_process_write (process, lines);
  test_process_end_input (process);
  return process;
}

static void
end_cli (Fixture *f, gboolean coming_back, TestProcess *process, guint lane)
{
  gint64 until_us = g_get_monotonic_time () + 3 * TEST_PATIENCE_MS * 1000;
  guint tick = g_timeout_add (5, test_client_tick, NULL);
  g_autofree char *place = g_strdup_printf ("#r%u", lane);
  g_autofree char *log = NULL;
  sqlite3 *db = NULL;

  while (!test_process_wait (process, 0) && g_get_monotonic_time () < until_us)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (tick);
  g_assert_true (test_process_wait (process, 0));
  g_assert_true (WIFEXITED (process->status));
  g_assert_cmpint (sqlite3_open_v2 (f->log, &db, SQLITE_OPEN_READONLY, NULL), ==, SQLITE_OK);
  log = read_log (db, place);
  sqlite3_close (db);
  if (WEXITSTATUS (process->status) == 0 || *log != '\0')
    {
      g_autofree char *expected =
          coming_back ? g_strdup_printf ("1 of %u, 2 of %u, 3 of %u", lane, lane, lane)
                      : g_strdup_printf ("said of %u", lane);

      /* Whoever was there once comes back; the first connection may be to a wrong address. */
      if (coming_back)
        test_process_expect_exit (process, 0);
      g_assert_cmpstr (log, ==, expected);
    }
  test_process_free (process);
}

static void
cut_cli (Fixture *f, gboolean coming_back, guint64 step)
{
  guint64 bytes[2] = { 0 };
  guint lane = 0;
  TestProcess *process = start_cli (f, coming_back, CUT_NEVER, CUT_NEVER, &lane);

  end_cli (f, coming_back, process, lane);
  cut_proxy_get_bytes (f->proxy, lane, &bytes[0], &bytes[1]);
  for (guint direction = 0; direction < 2; direction++)
    for (guint64 at = 1; at < bytes[direction];)
      {
        TestProcess *processes[CLIS] = { NULL };
        guint lanes[CLIS] = { 0 };
        guint n = 0;

        for (; n < CLIS && at < bytes[direction]; n++, at += direction == 0 ? step / 4 + 1 : step)
          processes[n] = start_cli (f, coming_back, direction == 0 ? at : CUT_NEVER,
                                    direction == 0 ? CUT_NEVER : at, &lanes[n]);
        for (guint i = 0; i < n; i++)
          end_cli (f, coming_back, processes[i], lanes[i]);
      }
}

static void
test_cli (Fixture *f, gconstpointer data)
{
  cut_cli (f, FALSE, g_test_slow () ? 1 : 60);
}

static void
test_cli_comes_back (Fixture *f, gconstpointer data)
{
  cut_cli (f, TRUE, g_test_slow () ? 1 : 90);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL); /* servers are remembered there */
  g_test_add ("/net/cut/at-each-byte-to-the-server", Fixture, NULL, set_up, test_up, tear_down);
  g_test_add ("/net/cut/at-each-byte-from-the-server", Fixture, NULL, set_up, test_down, tear_down);
  g_test_add ("/net/cut/salotto-cli-says-what-became-of-it", Fixture, NULL, set_up, test_cli,
              tear_down);
  g_test_add ("/net/cut/salotto-cli-comes-back-and-says-it-once", Fixture, NULL, set_up,
              test_cli_comes_back, tear_down);
  return g_test_run ();
}
