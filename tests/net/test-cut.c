/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A conversation that is cut at each of its bytes. A client as the desktop has it talks to a
 * salottod through a proxy, which cuts the connection after a byte: each byte of what goes up, and
 * of what comes down, once by FIN and once by RST. The client comes back by itself. Whatever was
 * cut: each message is in the log once, in the order in which it was typed; the client's story is
 * what the log has; and nothing is called delivered that is not there.
 *
 * The conversations run side by side, each in a room and under a name of its own; a second person,
 * whose connection is not cut, speaks in all rooms meanwhile.
 */
#include "config.h"

#include <sqlite3.h>
#include <string.h>

#include "tests/lib/cut-proxy.h"
#include "tests/lib/test-client.h"

/* How many conversations at a time. */
#define LANES 100
/* What is said in each. */
#define MESSAGES 4

typedef struct
{
  TestFolder *folder;   /* (owned) */
  TestServer *salottod; /* (owned) */
  CutProxy *proxy;      /* (owned) */
  char *log;            /* (owned): the server's file */
  SalStore *store;      /* (owned): one for all conversations */
  guint n_lanes;        /* used so far */
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
} Talk;

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_autofree char *sqlite = NULL;
  g_autoptr (GError) error = NULL;

  f->folder = test_folder_new ();
  f->log = test_folder_file (f->folder, "log.db");
  path = test_folder_file (f->folder, "client.db");
  sqlite = g_strconcat ("sqlite:", f->log, NULL);
  {
    const char *options[] = { "--log", sqlite, NULL };

    f->salottod = test_server_start_in (test_folder_new (), options, NULL);
  }
  f->proxy = cut_proxy_new (f->salottod->port);
  f->store = sal_store_open (path, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  sal_store_close (f->store);
  g_clear_object (&f->store);
  cut_proxy_free (f->proxy);
  test_server_stop (f->salottod);
  test_server_free (f->salottod);
  g_free (f->log);
  test_folder_free (f->folder);
}

/* Coming back is the client's; only the waiting is shortened. */
static void
on_presence (SalServer *server, gpointer data)
{
  if (sal_server_get_presence (server) == SAL_PRESENCE_WAITING)
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
  if (entry->own && entry->state == SAL_MESSAGE_DELIVERED && talk->said < MESSAGES)
    say_next (talk);
}

static Talk *
begin (Fixture *f, guint64 up, guint64 down)
{
  Talk *talk = g_new0 (Talk, 1);
  g_autofree char *address = NULL;
  g_autofree char *uri = NULL;
  g_autofree char *name = NULL;
  g_autoptr (SalStoredServer) row = NULL;

  talk->f = f;
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
  g_signal_connect (talk->server, "presence", G_CALLBACK (on_presence), NULL);
  g_signal_connect (talk->room, "added", G_CALLBACK (on_added), talk);
  say_next (talk);
  say_next (talk);
  sal_server_connect (talk->server);
  return talk;
}

/* Everything was said and its fate is known. */
static gboolean
is_over (Talk *talk)
{
  g_autoptr (GPtrArray) last = NULL;

  if (talk->said < MESSAGES || sal_room_model_get_presence (talk->room) != SAL_PRESENCE_IN)
    return FALSE;
  last = sal_room_model_read_before (talk->room, G_MAXUINT64, 30);
  for (guint i = 0; i < last->len; i++)
    {
      const SalEntry *entry = last->pdata[i];

      if (entry->own && entry->pending)
        return FALSE;
    }
  return TRUE;
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

static void
end (Talk *talk, sqlite3 *db)
{
  g_autoptr (GString) expected = g_string_new (NULL);
  g_autoptr (GString) shown = g_string_new (NULL);
  g_autofree char *log = read_log (db, talk->place);
  g_autofree char *story = test_client_story (talk->room);

  for (guint i = 1; i <= MESSAGES; i++)
    {
      g_string_append_printf (expected, "%s%u of %u", i > 1 ? ", " : "", i, talk->lane);
      g_string_append_printf (shown, "%sada%u: %u of %u", i > 1 ? ", " : "", talk->lane, i,
                              talk->lane);
    }
  g_assert_cmpstr (log, ==, expected->str);
  g_assert_cmpstr (story, ==, shown->str);
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

      for (; from < to && talks->len < LANES; from += step)
        g_ptr_array_add (talks, begin (f, upwards ? from : CUT_NEVER, upwards ? CUT_NEVER : from));
      for (guint i = 0; i < talks->len; i++)
        test_wait_until (is_over (talks->pdata[i]));
      for (guint i = 0; i < talks->len; i++)
        end (talks->pdata[i], db);
    }
  sqlite3_close (db);
}

/* How long the conversation is when nobody cuts it. */
static void
measure (Fixture *f, guint64 *up, guint64 *down)
{
  sqlite3 *db = NULL;
  Talk *talk = begin (f, CUT_NEVER, CUT_NEVER);

  test_wait_until (is_over (talk));
  cut_proxy_get_bytes (f->proxy, talk->lane, up, down);
  g_assert_cmpuint (cut_proxy_count_connections (f->proxy, talk->lane), ==, 1);
  g_assert_cmpint (sqlite3_open_v2 (f->log, &db, SQLITE_OPEN_READONLY, NULL), ==, SQLITE_OK);
  end (talk, db);
  sqlite3_close (db);
  g_test_message ("%" G_GUINT64_FORMAT " bytes up, %" G_GUINT64_FORMAT " down", *up, *down);
}

static void
test_up (Fixture *f, gconstpointer data)
{
  guint64 up = 0;
  guint64 down = 0;

  measure (f, &up, &down);
  run_all (f, TRUE, 0, up, g_test_slow () ? 1 : 3);
}

static void
test_down (Fixture *f, gconstpointer data)
{
  guint64 up = 0;
  guint64 down = 0;

  measure (f, &up, &down);
  run_all (f, FALSE, 0, down, g_test_slow () ? 1 : 17);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/net/cut/at-each-byte-to-the-server", Fixture, NULL, set_up, test_up, tear_down);
  g_test_add ("/net/cut/at-each-byte-from-the-server", Fixture, NULL, set_up, test_down, tear_down);
  return g_test_run ();
}
