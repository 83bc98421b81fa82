/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The store of the desktop client on real files: what comes back in which order, while
 * it is on its way to the disk and after it has arrived, after the program was started
 * anew and after it was killed; what is not kept for ever; and files that are none of
 * ours. Disks that fail are in test-sal-store-faults.
 *
 * It is one piece because the cases share one store with one vocabulary of what is in it.
 */
#include "config.h"

#include "common/client/sal-store.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/sal-error.h"
#include "common/base/sal-limits.h"
#include "common/sqlite/sal-sqlite.h"
#include "tests/unit/entries-driver.h"
#include "tests/unit/store-driver.h"

#define before(id, most) sal_store_read_before (run->store, run->room, id, most)
#define after(id, most) sal_store_read_after (run->store, run->room, id, most)

/* What is read is the same while it waits, when it is in the file, and for the next
 * process: the step from one of these to the next. */
static gboolean
next_state (EntriesRun *run, int *state)
{
  if (*state == 0)
    entries_run_keep (run);
  else if (*state == 1)
    entries_run_reopen (run);
  return ++*state < 3;
}

#define IN_EVERY_STATE for (int where = 0, more = 1; more; more = next_state (run, &where))

static void
test_order (EntriesRun *run, gconstpointer data)
{
  entries_expect (before (0, 10), "");
  entries_expect (after (0, 10), "");
  g_assert_cmpuint (sal_store_last_id (run->store, run->room), ==, 0);
  entries_run_put (run, 3, "c");
  entries_run_put (run, 1, "a");
  entries_run_put (run, 2, "b");
  IN_EVERY_STATE
  {
    entries_expect (before (0, 10), "1 2 3");
    entries_expect (before (G_MAXUINT64, 2), "2 3");
    entries_expect (before (3, 10), "1 2");
    entries_expect (before (1, 10), "");
    entries_expect (after (0, 10), "1 2 3");
    entries_expect (after (0, 2), "1 2");
    entries_expect (after (2, 10), "3");
    entries_expect (after (3, 10), "");
    entries_expect (after (G_MAXUINT64, 10), "");
    entries_expect (before (0, 0), "");
    entries_expect (after (0, 0), "");
    g_assert_cmpuint (sal_store_last_id (run->store, run->room), ==, 3);
  }
}

static void
test_fields (EntriesRun *run, gconstpointer data)
{
  static const SalEntry rows[] = {
    { 1, 1700000000123456, SAL_ENTRY_JOIN, FALSE, SAL_MESSAGE_QUEUED, FALSE, "Zoë", NULL, NULL },
    { 2, -5, SAL_ENTRY_MESSAGE, TRUE, SAL_MESSAGE_FAILED, FALSE, "Ada", "<b>&amp;", "no such" },
    { 3, 0, SAL_ENTRY_GAP, FALSE, SAL_MESSAGE_QUEUED, FALSE, NULL, NULL, NULL },
    { 4, 9, SAL_ENTRY_TEXT, FALSE, SAL_MESSAGE_QUEUED, FALSE, NULL, "", NULL },
    { 5, 9, SAL_ENTRY_NOTE, FALSE, SAL_MESSAGE_QUEUED, FALSE, NULL, "two\nlines", NULL },
    { 6, 9, SAL_ENTRY_KICK, FALSE, SAL_MESSAGE_QUEUED, FALSE, "Op", "out", NULL, "Zoë", "m6", NULL,
      TRUE },
    { 7, 9, SAL_ENTRY_MESSAGE, TRUE, SAL_MESSAGE_SENT, TRUE, "Ada", "x", NULL, NULL, NULL,
      "n0nce" },
    { G_MAXINT64, 9, SAL_ENTRY_ACTION, TRUE, SAL_MESSAGE_UNKNOWN, TRUE, "", "waves", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    entries_run_put_like (run, &rows[i]);
  IN_EVERY_STATE
  {
    g_autoptr (GPtrArray) entries = after (0, 100);

    g_assert_cmpuint (entries->len, ==, G_N_ELEMENTS (rows));
    for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
      {
        const SalEntry *entry = entries->pdata[i];

        g_assert_cmpuint (entry->id, ==, rows[i].id);
        g_assert_cmpint (entry->time_us, ==, rows[i].time_us);
        g_assert_cmpint (entry->kind, ==, rows[i].kind);
        g_assert_cmpint (entry->own, ==, rows[i].own);
        g_assert_cmpint (entry->state, ==, rows[i].state);
        g_assert_cmpint (entry->pending, ==, rows[i].pending);
        g_assert_cmpstr (entry->name, ==, rows[i].name);
        g_assert_cmpstr (entry->text, ==, rows[i].text);
        g_assert_cmpstr (entry->reason, ==, rows[i].reason);
        g_assert_cmpstr (entry->target, ==, rows[i].target);
        g_assert_cmpstr (entry->msgid, ==, rows[i].msgid);
        g_assert_cmpstr (entry->nonce, ==, rows[i].nonce);
        g_assert_cmpint (entry->mention, ==, rows[i].mention);
      }
  }
}

/* Removed and replaced, half of it in the file and half on its way. */
static void
test_paging (EntriesRun *run, gconstpointer data)
{
  entries_run_put_many (run, 1, 20);
  entries_run_keep (run);
  for (guint64 id = 2; id <= 20; id += 2)
    sal_store_remove (run->store, run->room, id);
  entries_run_put_many (run, 21, 30);
  sal_store_remove (run->store, run->room, 25);
  sal_store_remove (run->store, run->room, 99); /* was never there */
  entries_run_put (run, 4, "again");
  IN_EVERY_STATE
  {
    entries_expect (before (0, 5), "26 27 28 29 30");
    entries_expect (before (26, 5), "19 21 22 23 24");
    entries_expect (before (7, 3), "3 4 5");
    entries_expect (before (4, 3), "1 3");
    entries_expect (after (0, 4), "1 3 4 5");
    entries_expect (after (17, 4), "19 21 22 23");
    entries_expect (after (24, 2), "26 27");
  }
}

/* A message of ours goes its way; every step is seen at once. */
static void
test_replaces (EntriesRun *run, gconstpointer data)
{
  SalEntry like = { .id = 1, .kind = SAL_ENTRY_MESSAGE, .own = TRUE, .text = "hello" };

  for (int state = SAL_MESSAGE_QUEUED; state <= SAL_MESSAGE_DELIVERED; state++)
    {
      g_autoptr (GPtrArray) entries = NULL;

      like.state = (SalMessageState) state;
      like.pending = state != SAL_MESSAGE_DELIVERED;
      entries_run_put_like (run, &like);
      if (state == SAL_MESSAGE_SENT)
        entries_run_keep (run);
      entries = before (0, 10);
      g_assert_cmpuint (entries->len, ==, 1);
      g_assert_cmpint (((SalEntry *) entries->pdata[0])->state, ==, state);
      entries_expect (sal_store_read_pending (run->store, run->room), like.pending ? "1" : "");
    }
  entries_run_keep (run);
  entries_expect (sal_store_read_pending (run->store, run->room), "");
  g_assert_cmpint (entries_run_get (run, "SELECT entries FROM room"), ==, 1);
}

static void
put_pending (EntriesRun *run, guint64 id)
{
  entries_run_put_like (
      run, &(SalEntry){ .id = id, .kind = SAL_ENTRY_MESSAGE, .own = TRUE, .pending = TRUE });
}

static void
test_pending (EntriesRun *run, gconstpointer data)
{
  entries_run_put_many (run, 1, 5);
  for (guint64 id = 6; id <= 9; id++)
    put_pending (run, id);
  entries_expect (sal_store_read_pending (run->store, run->room), "6 7 8 9");
  entries_run_keep (run);
  entries_expect (sal_store_read_pending (run->store, run->room), "6 7 8 9");
  sal_store_remove (run->store, run->room, 7);
  entries_run_put (run, 8, "delivered");
  put_pending (run, 10);
  IN_EVERY_STATE
  entries_expect (sal_store_read_pending (run->store, run->room), "6 9 10");
}

/* A number is never used twice, or somebody would have read what comes later. */
static void
test_last_id (EntriesRun *run, gconstpointer data)
{
  entries_run_put_many (run, 1, 5);
  sal_store_remove (run->store, run->room, 5);
  sal_store_remove (run->store, run->room, 4);
  IN_EVERY_STATE
  {
    g_assert_cmpuint (sal_store_last_id (run->store, run->room), ==, 5);
    entries_expect (before (0, 1), "3");
  }
  g_assert_cmpuint (sal_store_last_id (run->store, run->room + 1), ==, 0);
}

static void
test_count (EntriesRun *run, gconstpointer data)
{
  static const SalEntryKind kinds[] = { SAL_ENTRY_MESSAGE, SAL_ENTRY_ACTION, SAL_ENTRY_JOIN,
                                        SAL_ENTRY_LEAVE,   SAL_ENTRY_NOTE,   SAL_ENTRY_TEXT,
                                        SAL_ENTRY_GAP };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    for (int own = 0; own < 2; own++)
      entries_run_put_like (
          run, &(SalEntry){ .id = 2 * i + (guint) own + 1, .kind = kinds[i], .own = own != 0 });
  IN_EVERY_STATE
  {
    g_assert_cmpuint (sal_store_count_after (run->store, run->room, 0, NULL), ==, 3);
    g_assert_cmpuint (sal_store_count_after (run->store, run->room, 1, NULL), ==, 2);
    g_assert_cmpuint (sal_store_count_after (run->store, run->room, 14, NULL), ==, 0);
  }
  entries_run_put_many (run, 15, 2000);
  IN_EVERY_STATE
  {
    g_assert_cmpuint (sal_store_count_after (run->store, run->room, 0, NULL), ==,
                      SAL_STORE_COUNT_MAX);
    g_assert_cmpuint (sal_store_count_after (run->store, run->room, 1000, NULL), ==, 1000);
    g_assert_cmpuint (sal_store_count_after (run->store, run->room, 1001, NULL), ==, 999);
  }
}

/* `kind place topic draft joined last_used read_id`, one room a line. */
static char *
rooms (EntriesRun *run, gint64 server)
{
  g_autoptr (GPtrArray) list = sal_store_list_rooms (run->store, server);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < list->len; i++)
    {
      const SalStoredRoom *room = list->pdata[i];

      g_string_append_printf (text, "%d|%s|%s|%s|%d|%" G_GINT64_FORMAT "|%" G_GUINT64_FORMAT "\n",
                              (int) room->kind, room->place, room->topic, room->draft, room->joined,
                              room->last_used_us, room->read_id);
    }
  return g_string_free (text, FALSE);
}

static void
test_rooms (EntriesRun *run, gconstpointer data)
{
  static const struct
  {
    const char *place;
    SalRoomKind kind;
  } rows[] = { { "#tea", SAL_ROOM_CHANNEL },
               { "#1", SAL_ROOM_CHANNEL },
               { "bob", SAL_ROOM_PRIVATE },
               { "", SAL_ROOM_SERVER } };
  gint64 server = sal_store_add_server (run->store, "irc://example.org", "Ada", NULL);
  gint64 last = run->room;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (SalStoredRoom) room = NULL;
      gint64 id = 0;

      g_assert_null (sal_store_find_room (run->store, server, rows[i].kind, rows[i].place));
      id = sal_store_add_room (run->store, server, rows[i].kind, rows[i].place, NULL);
      g_assert_cmpint (id, >, last);
      last = id;
      g_assert_cmpint (sal_store_add_room (run->store, server, rows[i].kind, rows[i].place, NULL),
                       ==, id);
      room = sal_store_find_room (run->store, server, rows[i].kind, rows[i].place);
      g_assert_cmpint (room->id, ==, id);
      room->last_used_us = 10 - i;
      room->read_id = i;
      room->joined = i % 2 == 0;
      g_free (room->topic);
      room->topic = g_strdup (i == 0 ? "tea, and nothing else" : "");
      g_free (room->draft);
      room->draft = g_strdup (i == 1 ? "half a sente" : "");
      room->server = 99;             /* stays, */
      room->kind = SAL_ROOM_CHANNEL; /* and so does this, */
      if (i == 1)
        {
          g_free (room->place);
          room->place = g_strdup ("#tea"); /* and this, because another is there */
        }
      sal_store_update_room (run->store, room);
    }
  IN_EVERY_STATE
  {
    g_autofree char *text = rooms (run, server);
    g_autofree char *all = rooms (run, 0);
    g_autoptr (SalStoredRoom) room = sal_store_get_room (run->store, last);

    g_assert_cmpstr (text, ==,
                     "1|#tea|tea, and nothing else||1|10|0\n"
                     "1|#1||half a sente|0|9|1\n"
                     "2|bob|||1|8|2\n"
                     "3||||0|7|3\n");
    g_assert_true (g_str_has_prefix (all, text));
    g_assert_cmpstr (all + strlen (text), ==, "1||||0|0|0\n");
    g_assert_cmpint (room->server, ==, server);
    g_assert_null (sal_store_get_room (run->store, 99));
  }
}

/* `uri name account last_used wanted`, one server a line. */
static char *
servers (EntriesRun *run)
{
  g_autoptr (GPtrArray) list = sal_store_list_servers (run->store);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < list->len; i++)
    {
      const SalStoredServer *server = list->pdata[i];

      g_string_append_printf (text, "%s|%s|%s|%" G_GINT64_FORMAT "|%d\n", server->uri, server->name,
                              server->account, server->last_used_us, server->wanted);
    }
  return g_string_free (text, FALSE);
}

static void
test_servers (EntriesRun *run, gconstpointer data)
{
  g_autoptr (SalStoredServer) known = NULL;
  gint64 first = sal_store_add_server (run->store, "irc://example.org", "Ada", NULL);
  gint64 second = sal_store_add_server (run->store, "ircs://example.org", NULL, NULL);

  g_assert_cmpint (first, !=, second);
  g_assert_cmpint (sal_store_add_server (run->store, "irc://example.org", "Zoë", NULL), ==, first);
  known = sal_store_find_server (run->store, "irc://example.org");
  known->last_used_us = 7;
  known->wanted = TRUE;
  g_free (known->account);
  known->account = g_strdup ("ada");
  g_free (known->uri);
  known->uri = g_strdup ("ircs://example.org"); /* stays */
  sal_store_update_server (run->store, known);
  IN_EVERY_STATE
  {
    g_autofree char *text = servers (run);

    g_assert_cmpstr (text, ==,
                     "irc://example.org|Ada|ada|7|1\n"
                     "ircs://example.org|||0|0\n"
                     "salotto://example.org/tea|Ada||0|0\n");
  }
  g_assert_null (sal_store_find_server (run->store, "irc://example.net"));
}

/* A server goes with its rooms, and what others have stays. */
static void
test_forget_server (EntriesRun *run, gconstpointer data)
{
  for (int round = 0; round < 3; round++)
    {
      gint64 server = sal_store_add_server (run->store, "irc://example.org", "Ada", NULL);
      gint64 tea = run->room;
      g_autoptr (SalStoredServer) gone = sal_store_find_server (run->store, "irc://example.org");

      if (round == 1)
        entries_run_keep (run);
      run->room = sal_store_add_room (run->store, server, SAL_ROOM_CHANNEL, "#a", NULL);
      entries_run_put_many (run, 1, 5);
      g_assert_cmpint (sal_store_add_room (run->store, server, SAL_ROOM_PRIVATE, "bob", NULL), >,
                       0);
      if (round == 2)
        entries_run_keep (run);
      sal_store_forget_server (run->store, server);
      sal_store_forget_server (run->store, server);
      sal_store_update_server (run->store, gone); /* too late */
      g_assert_null (sal_store_find_server (run->store, "irc://example.org"));
      entries_expect (before (0, 10), "");
      run->room = tea;
      entries_run_reopen (run);
      g_assert_cmpint (entries_run_get (run, "SELECT count(*) FROM server"), ==, 1);
      g_assert_cmpint (entries_run_get (run, "SELECT count(*) FROM room"), ==, 1);
      g_assert_cmpint (entries_run_get (run, "SELECT count(*) FROM entry"), ==, 0);
    }
}

/* A room that was just made has its entries in the same transaction. */
static void
test_forget (EntriesRun *run, gconstpointer data)
{
  const char *uri = "tcp://example.org/secret";

  for (int round = 0; round < 4; round++)
    {
      gint64 room = entries_add_room (run->store, uri);
      gint64 server = entries_server_of (run->store, room);
      gint64 tea = run->room;
      SalStoredRoom gone = { .id = room };

      run->room = room;
      entries_run_put_many (run, 1, 10);
      sal_store_add_typed (run->store, room, "hush");
      if (round % 2 == 1)
        entries_run_keep (run);
      entries_run_put_many (run, 5, 15);
      sal_store_forget_room (run->store, room);
      /* Whoever still holds it does no harm. */
      entries_run_put (run, 16, "late");
      sal_store_remove (run->store, room, 16);
      sal_store_add_typed (run->store, room, "late");
      sal_store_update_room (run->store, &gone);
      sal_store_forget_room (run->store, room);
      g_assert_null (sal_store_find_room (run->store, server, SAL_ROOM_CHANNEL, ""));
      entries_expect (before (0, 100), "");
      entries_expect (after (0, 100), "");
      g_assert_cmpuint (sal_store_count_after (run->store, room, 0, NULL), ==, 0);
      if (round < 2)
        {
          /* Made again at once, it is another. */
          gint64 other = entries_add_room (run->store, uri);

          g_assert_cmpint (other, >, room);
          run->room = other;
          entries_expect (before (0, 100), "");
          g_assert_cmpuint (sal_store_last_id (run->store, other), ==, 0);
          sal_store_forget_room (run->store, other);
        }
      run->room = tea;
      entries_run_keep (run);
      g_assert_cmpint (entries_run_get (run, "SELECT count(*) FROM entry"), ==, 0);
      g_assert_cmpint (entries_run_get (run, "SELECT count(*) FROM typed"), ==, 0);
      g_assert_cmpint (entries_run_get (run, "SELECT count(*) FROM room"), ==, 1);
      entries_run_reopen (run);
    }
  g_assert_cmpuint (run->failed, ==, 0);
}

/* The disk has its space back. */
static void
test_forget_space (EntriesRun *run, gconstpointer data)
{
  gint64 tea = run->room;
  gint64 pages = 0;

  entries_run_keep (run);
  pages = entries_run_get (run, "PRAGMA page_count");
  run->room = entries_add_room (run->store, "tcp://example.org/long");
  entries_run_put_many (run, 1, 20000);
  entries_run_keep (run);
  g_assert_cmpint (entries_run_get (run, "PRAGMA page_count"), >, 5 * pages);
  sal_store_forget_room (run->store, run->room);
  run->room = tea;
  entries_run_keep (run);
  g_assert_cmpint (entries_run_get (run, "PRAGMA page_count"), <=, pages + 2);
}

/* Whether this word is anywhere in the files of the store. */
static gboolean
is_on_disk (EntriesRun *run, const char *word)
{
  static const char *const endings[] = { "", "-wal", "-journal" };

  for (gsize i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      g_autofree char *path = g_strconcat (run->path, endings[i], NULL);
      g_autofree char *bytes = NULL;
      gsize len = 0;

      if (g_file_get_contents (path, &bytes, &len, NULL) &&
          memmem (bytes, len, word, strlen (word)) != NULL)
        return TRUE;
    }
  return FALSE;
}

/* Of what is deleted nothing is left: of a room at once, of a message when the file is
 * closed. */
static void
test_shred (EntriesRun *run, gconstpointer data)
{
  gint64 tea = run->room;
  gint64 secret = entries_add_room (run->store, "tcp://example.org/secret");
  g_autoptr (SalStoredRoom) row = sal_store_get_room (run->store, secret);

  g_free (row->draft);
  row->draft = g_strdup ("marmalade in the draft");
  sal_store_update_room (run->store, row);
  sal_store_add_typed (run->store, secret, "marmalade that was typed");
  run->room = secret;
  entries_run_put (run, 1, "marmalade that was said");
  entries_run_put_many (run, 2, 300);
  run->room = tea;
  entries_run_put (run, 1, "chutney");
  entries_run_put (run, 2, "chutney is still here, with piccalilli");
  entries_run_put_many (run, 3, 300);
  entries_run_reopen (run);
  g_assert_true (is_on_disk (run, "marmalade"));

  sal_store_forget_room (run->store, secret);
  entries_run_keep (run);
  g_assert_false (is_on_disk (run, "marmalade"));
  entries_search (run, "chutney", 0, 10, "2 1");
  sal_store_remove (run->store, tea, 2);
  entries_run_reopen (run);
  g_assert_false (is_on_disk (run, "still here"));
  g_assert_false (is_on_disk (run, "piccalilli")); /* nor its words */
  g_assert_true (is_on_disk (run, "chutney"));
}

static char *
typed (EntriesRun *run, guint most)
{
  g_autoptr (GPtrArray) texts = sal_store_read_typed (run->store, run->room, most);

  g_ptr_array_set_free_func (texts, NULL);
  g_ptr_array_add (texts, NULL);
  {
    g_auto (GStrv) list = (GStrv) g_memdup2 (texts->pdata, texts->len * sizeof (char *));

    return g_strjoinv (" ", list);
  }
}

static void
expect_typed (EntriesRun *run, guint most, const char *expected)
{
  g_autofree char *text = typed (run, most);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_typed (EntriesRun *run, gconstpointer data)
{
  gint64 other = entries_add_room (run->store, "tcp://example.org/other");

  expect_typed (run, 10, "");
  for (int i = 1; i <= 3; i++)
    {
      g_autofree char *text = g_strdup_printf ("%d", i);

      sal_store_add_typed (run->store, run->room, text);
      sal_store_add_typed (run->store, other, "elsewhere");
      if (i == 2)
        entries_run_keep (run);
    }
  IN_EVERY_STATE
  {
    expect_typed (run, 10, "3 2 1");
    expect_typed (run, 2, "3 2");
    expect_typed (run, 1, "3");
    expect_typed (run, 0, "");
  }
  for (int i = 4; i <= 1000; i++)
    {
      g_autofree char *text = g_strdup_printf ("%d", i);

      sal_store_add_typed (run->store, run->room, text);
      if (i % 90 == 0)
        entries_run_keep (run);
    }
  IN_EVERY_STATE
  {
    g_autoptr (GPtrArray) all = sal_store_read_typed (run->store, run->room, 1000);

    g_assert_cmpuint (all->len, ==, SAL_STORE_TYPED);
    g_assert_cmpstr (all->pdata[SAL_STORE_TYPED - 1], ==, "801");
    expect_typed (run, 3, "1000 999 998");
  }
  g_assert_cmpint (entries_run_get (run, "SELECT count(*) FROM typed"), ==, SAL_STORE_TYPED + 3);
}

/* A store like any other, only slower: what all reads must agree with. */
typedef struct
{
  GTree *entries; /* id -> SalEntry */
  guint64 last;
} Model;

static int
compare_ids (gconstpointer a, gconstpointer b, gpointer data)
{
  guint64 first = *(const guint64 *) a;
  guint64 second = *(const guint64 *) b;

  return first < second ? -1 : first > second;
}

static char *
model_numbers (
    const Model *model, guint64 from, guint64 to, gboolean pending, gboolean last, guint most)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new ();
  g_autoptr (GPtrArray) some = g_ptr_array_new_with_free_func ((GDestroyNotify) sal_entry_unref);

  for (GTreeNode *at = g_tree_node_first (model->entries); at != NULL; at = g_tree_node_next (at))
    {
      const SalEntry *entry = g_tree_node_value (at);

      if (entry->id > from && entry->id < to && (!pending || entry->pending))
        g_ptr_array_add (all, (gpointer) entry);
    }
  for (guint i = 0; i < all->len; i++)
    if (last ? all->len - i <= most : i < most)
      g_ptr_array_add (some, sal_entry_ref (all->pdata[i]));
  return entries_numbers (g_steal_pointer (&some));
}

static void
compare (EntriesRun *run, const Model *model, GRand *rand)
{
  guint64 id = (guint64) g_rand_int_range (rand, 1, (gint32) model->last + 3);
  guint most = (guint) g_rand_int_range (rand, 1, 20);
  g_autofree char *earlier = model_numbers (model, 0, id, FALSE, TRUE, most);
  g_autofree char *later = model_numbers (model, id, G_MAXUINT64, FALSE, FALSE, most);
  g_autofree char *pending = model_numbers (model, 0, G_MAXUINT64, TRUE, FALSE, G_MAXUINT);

  entries_expect (before (id, most), earlier);
  entries_expect (after (id, most), later);
  entries_expect (sal_store_read_pending (run->store, run->room), pending);
  g_assert_cmpuint (sal_store_last_id (run->store, run->room), ==, model->last);
}

static void
put_random (EntriesRun *run, Model *model, GRand *rand)
{
  guint64 id = g_rand_boolean (rand)
                   ? model->last + 1
                   : (guint64) g_rand_int_range (rand, 1, (gint32) model->last + 2);
  SalEntry like = {
    .id = id, .kind = SAL_ENTRY_MESSAGE, .pending = g_rand_int_range (rand, 0, 5) == 0, .text = "x"
  };
  SalEntry *entry = sal_entry_new (&like);

  sal_store_put (run->store, run->room, entry);
  g_tree_replace (model->entries, &entry->id, entry);
  model->last = MAX (model->last, id);
}

static void
test_random (EntriesRun *run, gconstpointer data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (0x5a1);
  Model model = { .entries =
                      g_tree_new_full (compare_ids, NULL, NULL, (GDestroyNotify) sal_entry_unref) };

  for (int step = 0; step < 4000; step++)
    {
      guint64 id = 0;

      switch (g_rand_int_range (rand, 0, 10))
        {
        case 0:
          compare (run, &model, rand);
          break;
        case 1:
          if (g_rand_int_range (rand, 0, 20) == 0)
            entries_run_keep (run);
          break;
        case 2:
          if (g_rand_int_range (rand, 0, 60) == 0)
            entries_run_reopen (run);
          break;
        case 3:
        case 4:
          if (model.last == 0)
            break;
          id = (guint64) g_rand_int_range (rand, 1, (gint32) model.last + 1);
          sal_store_remove (run->store, run->room, id);
          g_tree_remove (model.entries, &id);
          break;
        default:
          put_random (run, &model, rand);
          break;
        }
    }
  entries_run_keep (run);
  compare (run, &model, rand);
  /* Counted along, and right. */
  g_assert_cmpint (entries_run_get (run, "SELECT entries FROM room"), ==,
                   g_tree_nnodes (model.entries));
  g_assert_cmpint (entries_run_get (run, "SELECT count(*) FROM entry"), ==,
                   g_tree_nnodes (model.entries));
  g_tree_unref (model.entries);
}

/* Everybody talks at once, and what was said a moment ago is read back. */
static void
test_flood (EntriesRun *run, gconstpointer data)
{
  for (guint64 id = 1; id <= 30000; id++)
    {
      entries_run_put (run, id, "spam spam spam spam spam spam spam spam spam spam");
      if (id % 1000 == 0)
        {
          g_autoptr (GPtrArray) last = before (0, 150);

          g_assert_cmpuint (last->len, ==, 150);
          for (guint i = 0; i < 150; i++)
            g_assert_cmpuint (((SalEntry *) last->pdata[i])->id, ==, id - 149 + i);
        }
    }
  entries_run_keep (run);
  g_assert_cmpint (entries_run_get (run, "SELECT count(*) FROM entry"), ==, 30000);
  g_assert_cmpuint (run->failed, ==, 0);
}

/* Every statement that a store runs, as SQLite saw it. */
static pthread_mutex_t traced_mutex = PTHREAD_MUTEX_INITIALIZER;
static GHashTable *traced; /* under the mutex */

static int
on_statement (unsigned int kind, void *data, void *statement, void *text)
{
  pthread_mutex_lock (&traced_mutex);
  g_hash_table_add (traced, g_strdup (sqlite3_sql (statement)));
  pthread_mutex_unlock (&traced_mutex);
  return 0;
}

static int
trace (sqlite3 *db, const char **error, const struct sqlite3_api_routines *api)
{
  return sqlite3_trace_v2 (db, SQLITE_TRACE_STMT, on_statement, NULL);
}

/* From the next store that is opened. */
static void
begin_trace (void)
{
  traced = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_assert_cmpint (sqlite3_auto_extension ((void (*) (void)) trace), ==, SQLITE_OK);
}

/* Once that store is closed. */
static void
end_trace (void)
{
  (void) sqlite3_cancel_auto_extension ((void (*) (void)) trace);
  g_clear_pointer (&traced, g_hash_table_unref);
}

static void
await_statement (const char *sql)
{
  gboolean seen = FALSE;

  while (!seen)
    {
      pthread_mutex_lock (&traced_mutex);
      seen = g_hash_table_remove (traced, sql);
      pthread_mutex_unlock (&traced_mutex);
      g_thread_yield ();
    }
}

/* What is being written just now is not kept yet. */
static void
test_not_kept_yet (EntriesRun *run, gconstpointer data)
{
  sqlite3 *other = NULL;
  guint kept = 0;

  entries_run_close (run);
  begin_trace ();
  entries_run_open (run);
  entries_run_put (run, 1, "x");
  entries_run_keep (run);
  other = sal_sqlite_open (run->path, 0, NULL);
  g_assert_true (sal_sqlite_exec (other, "BEGIN IMMEDIATE", NULL));
  pthread_mutex_lock (&traced_mutex);
  g_hash_table_remove_all (traced);
  pthread_mutex_unlock (&traced_mutex);
  entries_run_put (run, 2, "x");
  await_statement ("BEGIN IMMEDIATE"); /* the writer's: it waits for the lock */
  sal_store_when_kept (run->store, entries_count_up, &kept);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpuint (kept, ==, 0);
  entries_expect (before (0, 10), "1 2");
  g_assert_true (sal_sqlite_exec (other, "COMMIT", NULL));
  entries_run_await (&kept, 1);
  g_assert_cmpint (sal_sqlite_get_int (other, "SELECT count(*) FROM entry", -1), ==, 2);
  g_assert_cmpuint (run->failed, ==, 0);
  sqlite3_close (other);
  entries_run_close (run);
  end_trace ();
}

typedef struct
{
  EntriesRun *run;
  GString *order;
  char name;
} Waiter;

static gboolean
on_waiter (gpointer data)
{
  Waiter *waiter = data;

  g_string_append_c (waiter->order, waiter->name);
  return G_SOURCE_CONTINUE; /* once all the same */
}

static gboolean
on_waiter_closes (gpointer data)
{
  Waiter *waiter = data;

  (void) on_waiter (waiter);
  sal_store_close (waiter->run->store);
  g_string_append_c (waiter->order, '.');
  return G_SOURCE_REMOVE;
}

static void
test_when_kept (EntriesRun *run, gconstpointer data)
{
  g_autoptr (GString) order = g_string_new (NULL);
  Waiter a = { run, order, 'a' };
  Waiter b = { run, order, 'b' };
  Waiter c = { run, order, 'c' };

  entries_run_put_many (run, 1, 100);
  sal_store_when_kept (run->store, on_waiter, &a);
  sal_store_when_kept (run->store, on_waiter, &b);
  entries_run_put_many (run, 101, 200);
  sal_store_when_kept (run->store, on_waiter, &c);
  g_assert_cmpuint (order->len, ==, 0);
  while (order->len < 3)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (order->str, ==, "abc");
  g_assert_cmpint (entries_run_get (run, "SELECT count(*) FROM entry"), ==, 200);

  /* There is nothing to wait for. */
  sal_store_when_kept (run->store, on_waiter, &a);
  g_assert_cmpuint (order->len, ==, 3);
  entries_run_keep (run);
  g_assert_cmpstr (order->str, ==, "abca");

  /* Who closes the store lets the others have their turn first. */
  entries_run_put (run, 201, "bye");
  sal_store_when_kept (run->store, on_waiter_closes, &b);
  sal_store_when_kept (run->store, on_waiter, &c);
  while (order->len < 7)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (order->str, ==, "abcabc.");
  g_assert_cmpint (entries_run_get (run, "SELECT count(*) FROM entry"), ==, 201);
}

/* It does nothing and says nothing, but it does not fall over. */
static void
test_closed (EntriesRun *run, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  guint kept = 0;

  entries_run_put_many (run, 1, 3);
  sal_store_when_kept (run->store, entries_count_up, &kept);
  sal_store_close (run->store);
  g_assert_cmpuint (kept, ==, 1);
  sal_store_close (run->store);
  entries_run_put (run, 4, "late");
  sal_store_remove (run->store, run->room, 1);
  sal_store_add_typed (run->store, run->room, "late");
  sal_store_forget_room (run->store, run->room);
  entries_expect (before (0, 10), "");
  entries_expect (sal_store_read_pending (run->store, run->room), "");
  expect_typed (run, 10, "");
  g_assert_cmpuint (sal_store_last_id (run->store, run->room), ==, 0);
  g_assert_null (sal_store_find_server (run->store, "salotto://example.org/tea"));
  g_assert_null (sal_store_get_room (run->store, run->room));
  g_assert_cmpint (sal_store_add_server (run->store, "tcp://x", "Ada", &error), ==, 0);
  g_assert_error (error, SAL_ERROR, SAL_EXIT_FAILED);
  g_clear_error (&error);
  g_assert_cmpint (sal_store_add_room (run->store, 1, SAL_ROOM_CHANNEL, "", &error), ==, 0);
  g_assert_error (error, SAL_ERROR, SAL_EXIT_FAILED);
  entries_search (run, "message", 0, 10, "");
  g_assert_cmpuint (sal_store_find_msgid (run->store, run->room, "x"), ==, 0);
  sal_store_when_kept (run->store, entries_count_up, &kept);
  g_assert_cmpuint (kept, ==, 1);
  entries_run_await (&kept, 2);
  g_assert_cmpint (entries_run_get (run, "SELECT count(*) FROM entry"), ==, 3);
}

/* Nobody else's main loop hears of it. */
static void
test_context (EntriesRun *run, gconstpointer data)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  guint kept = 0;

  entries_run_close (run);
  g_main_context_push_thread_default (context);
  entries_run_open (run);
  g_main_context_pop_thread_default (context);
  entries_run_put (run, 1, "x");
  sal_store_when_kept (run->store, entries_count_up, &kept);
  while (entries_run_get (run, "SELECT count(*) FROM entry") == 0)
    (void) g_main_context_iteration (NULL, FALSE);
  (void) g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (kept, ==, 0);
  while (kept == 0)
    g_main_context_iteration (context, TRUE);
}

static guint
mode_of (const char *path)
{
  struct stat status;

  g_assert_cmpint (stat (path, &status), ==, 0);
  return status.st_mode & 0777;
}

static void
test_private (EntriesRun *run, gconstpointer data)
{
  static const char *const ends[] = { "", "-wal", "-shm", "-lock" };
  g_autofree char *path = g_build_filename (run->dir, "a", "b", "rooms.db", NULL);
  g_autofree char *folder = g_path_get_dirname (path);
  mode_t mask = umask (0);

  entries_run_close (run);
  g_free (run->path);
  run->path = g_steal_pointer (&path);
  entries_run_open (run);
  umask (mask);
  entries_run_put (run, 1, "private");
  entries_run_keep (run);
  g_assert_cmpuint (mode_of (folder), ==, 0700);
  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autofree char *file = g_strconcat (run->path, ends[i], NULL);

      g_assert_cmpuint (mode_of (file), ==, 0600);
    }
}

static void
test_retention (EntriesRun *run, gconstpointer data)
{
  g_autoptr (SalEntry) entry =
      sal_entry_new (&(SalEntry){ .id = 1, .kind = SAL_ENTRY_MESSAGE, .pending = TRUE });
  gint64 other = entries_add_room (run->store, "tcp://example.org/other");
  gint64 most = 0;

  sal_store_put (run->store, other, entry);
  put_pending (run, 2);
  for (guint64 id = 3; id <= SAL_STORE_ENTRIES + 5000; id++)
    {
      entries_run_put (run, id, "x");
      if (id % 20000 == 0 || (id > SAL_STORE_ENTRIES && id % 500 == 0))
        {
          entries_run_keep (run);
          most = MAX (most, entries_run_get (run, "SELECT max(entries) FROM room"));
        }
    }
  g_assert_cmpint (most, <=, SAL_STORE_ENTRIES);
  g_assert_cmpint (most, >, SAL_STORE_ENTRIES - 1000);
  g_assert_cmpint (entries_run_get (run, "SELECT count(*) FROM entry WHERE room = 1"), ==,
                   entries_run_get (run, "SELECT entries FROM room WHERE id = 1"));
  /* What the user is not done with stays, and so does the newest. */
  entries_expect (sal_store_read_pending (run->store, run->room), "2");
  entries_expect (before (0, 2), "204999 205000");
  g_assert_cmpint (entries_run_get (run, "SELECT count(*) FROM entry WHERE room = 2"), ==, 1);
  g_assert_cmpuint (run->failed, ==, 0);
}

/* Nothing that is done for an entry looks at all entries, whatever the statement. */
static void
test_plans (EntriesRun *run, gconstpointer data)
{
  GHashTableIter iter;
  gpointer key = NULL;
  sqlite3 *db = NULL;
  guint checked = 0;

  entries_run_close (run);
  begin_trace ();
  entries_run_open (run);
  entries_run_put_many (run, 1, 100000);
  entries_run_keep (run);
  entries_run_put_many (run, 50000, 50100);
  sal_store_remove (run->store, run->room, 7);
  put_pending (run, 100001);
  sal_store_add_typed (run->store, run->room, "typed");
  entries_run_keep (run);
  entries_expect (before (50000, 2), "49998 49999");
  entries_expect (after (50000, 2), "50001 50002");
  entries_expect (sal_store_read_pending (run->store, run->room), "100001");
  expect_typed (run, 10, "typed");
  entries_search (run, "message 42 ", 0, 10, "42");
  g_assert_cmpuint (sal_store_find_msgid (run->store, run->room, "none"), ==, 0);
  entries_run_put_many (run, 100002, SAL_STORE_ENTRIES + 10); /* so that it trims */
  sal_store_forget_room (run->store, entries_add_room (run->store, "tcp://example.org/x"));
  entries_run_keep (run);
  entries_run_close (run);

  db = sal_sqlite_open (run->path, 0, NULL);
  g_hash_table_iter_init (&iter, traced);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      g_autofree char *explain = g_strconcat ("EXPLAIN QUERY PLAN ", key, NULL);
      sqlite3_stmt *plan = NULL;
      gboolean row = FALSE;

      if (strstr (key, "entry") == NULL && strstr (key, "typed") == NULL)
        continue;
      if (g_str_has_prefix (key, "CREATE") || g_str_has_prefix (key, "BEGIN"))
        continue;
      plan = sal_sqlite_prepare (db, explain, NULL);
      g_assert_nonnull (plan);
      while (sal_sqlite_step (plan, &row, NULL) && row)
        {
          const char *detail = (const char *) sqlite3_column_text (plan, 3);

          g_test_message ("%s: %s", (char *) key, detail);
          g_assert_null (strstr (detail, "SCAN entry"));
          g_assert_null (strstr (detail, "SCAN typed"));
          g_assert_true (strstr (detail, "SCAN words") == NULL ||
                         strstr (detail, "VIRTUAL TABLE INDEX") != NULL);
          g_assert_null (strstr (detail, "TEMP B-TREE"));
        }
      sqlite3_finalize (plan);
      checked++;
    }
  sqlite3_close (db);
  /* Three walks, two readings of what was typed, the search, and what the writer does. */
  g_assert_cmpuint (checked, >=, 14);
  end_trace ();
}

/* In a process of its own: writes, says what is kept, and dies in the middle of it. */
static void
test_dies (void)
{
  const char *path = g_getenv ("SALOTTO_TEST_STORE");
  guint rounds = (guint) g_ascii_strtoull (g_getenv ("SALOTTO_TEST_ROUNDS"), NULL, 10);
  g_autofree char *told_path = g_strconcat (path, "-told", NULL);
  EntriesRun run = { .path = (char *) path };
  guint64 id = 0;
  int told = open (told_path, O_WRONLY | O_CREAT | O_APPEND, 0600);

  g_assert_cmpint (told, >=, 0);
  entries_run_open (&run);
  id = sal_store_last_id (run.store, run.room);
  for (guint round = 1; round <= rounds; round++)
    {
      entries_run_put_many (&run, id + 1, id + round);
      id += round;
      put_pending (&run, ++id);
      entries_run_keep (&run);
      g_assert_cmpint (write (told, &id, sizeof id), ==, sizeof id);
    }
  entries_run_put_many (&run, id + 1, id + 5000);
  kill (getpid (), SIGKILL);
}

static void
test_killed (EntriesRun *run, gconstpointer data)
{
  g_autofree char *told_path = g_strconcat (run->path, "-told", NULL);

  entries_run_close (run);
  g_setenv ("SALOTTO_TEST_STORE", run->path, TRUE);
  for (guint round = 1; round <= 6; round++)
    {
      g_autofree char *rounds = g_strdup_printf ("%u", 3 * round);
      g_autofree char *told = NULL;
      g_autoptr (GPtrArray) entries = NULL;
      gsize len = 0;
      guint64 last = 0;
      guint pending = 0;

      g_setenv ("SALOTTO_TEST_ROUNDS", rounds, TRUE);
      g_test_trap_subprocess ("/client/store/subprocess/dies", 0, 0);
      g_test_trap_assert_failed ();
      g_assert_true (g_file_get_contents (told_path, &told, &len, NULL));
      memcpy (&last, told + len - sizeof last, sizeof last);
      g_assert_cmpuint (len / sizeof last, ==, 3 * round * (round + 1) / 2);

      entries_run_open (run);
      g_assert_cmpuint (sal_store_last_id (run->store, run->room), >=, last);
      entries = before (last + 1, 100000);
      g_assert_cmpuint (entries->len, >=, 3);
      for (guint i = 0; i < entries->len; i++)
        {
          const SalEntry *entry = entries->pdata[i];

          /* From the first to the last, none is missing. */
          g_assert_cmpuint (entry->id, ==, last - entries->len + 1 + i);
          pending += entry->pending ? 1 : 0;
        }
      g_assert_cmpuint (((SalEntry *) entries->pdata[0])->id, ==, 1);
      g_assert_cmpuint (pending, ==, 3 * round * (round + 1) / 2);
      entries_run_close (run);
    }
}

static void
expect_refused (EntriesRun *run, const char *what, const char *remedy)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (sal_store_open (run->path, &error));
  g_assert_error (error, SAL_ERROR, SAL_EXIT_FAILED);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, run->path));
  g_assert_nonnull (strstr (error->message, what));
  g_assert_nonnull (strstr (error->message, remedy));
}

/* In a process of its own. */
static void
test_refused (void)
{
  EntriesRun run = { .path = (char *) g_getenv ("SALOTTO_TEST_STORE") };

  expect_refused (&run, "in use by another Salotto", "close that one first");
}

static void
test_second (EntriesRun *run, gconstpointer data)
{
  g_setenv ("SALOTTO_TEST_STORE", run->path, TRUE);
  g_test_trap_subprocess ("/client/store/subprocess/refused", 0, 0);
  g_test_trap_assert_passed ();
  /* The first is not disturbed, nor by a second in this process. */
  expect_refused (run, "in use by another Salotto", "close that one first");
  entries_run_put_many (run, 1, 3);
  entries_run_keep (run);
  entries_expect (before (0, 10), "1 2 3");
  g_assert_cmpuint (run->failed, ==, 0);
  entries_run_reopen (run);
}

static void
run_sql (EntriesRun *run, const char *sql)
{
  g_autoptr (GError) error = NULL;
  sqlite3 *db = sal_sqlite_open (run->path, 0, &error);

  g_assert_no_error (error);
  (void) sal_sqlite_exec (db, sql, &error);
  g_assert_no_error (error);
  sqlite3_close (db);
}

static void
test_newer (EntriesRun *run, gconstpointer data)
{
  entries_run_put_many (run, 1, 3);
  entries_run_close (run);
  run_sql (run, "PRAGMA user_version = 99");
  expect_refused (run, "version 99", "use a newer program");
  g_assert_cmpint (entries_run_get (run, "SELECT count(*) FROM entry"), ==, 3);
  run_sql (run, "PRAGMA user_version = 4");
  entries_run_open (run);
  entries_expect (before (0, 10), "1 2 3");
}

static void
test_foreign (EntriesRun *run, gconstpointer data)
{
  entries_run_close (run);
  g_unlink (run->path);
  run_sql (run, "CREATE TABLE recipe (x)");
  expect_refused (run, "database of another program", "name another file");
  g_assert_cmpint (entries_run_get (run, "SELECT count(*) FROM sqlite_schema"), ==, 1);
}

/* An empty file, such as a crash may leave, is a new one. */
static void
test_version_0 (EntriesRun *run, gconstpointer data)
{
  entries_run_close (run);
  g_unlink (run->path);
  g_assert_true (g_file_set_contents (run->path, "", 0, NULL));
  entries_run_open (run);
  entries_run_put (run, 1, "x");
  IN_EVERY_STATE
  entries_expect (before (0, 10), "1");
  g_assert_cmpint (entries_run_get (run, "PRAGMA user_version"), ==, 4);
  g_assert_cmpint (entries_run_get (run, "PRAGMA application_id"), ==, 0x53616C43);
  g_assert_cmpint (entries_run_get (run, "PRAGMA auto_vacuum"), ==, 2);
}

static void
test_no_database (EntriesRun *run, gconstpointer data)
{
  g_autofree char *text = NULL;

  entries_run_close (run);
  g_assert_true (g_file_set_contents (run->path, "dear diary, this is no database\n", -1, NULL));
  expect_refused (run, "not a database", "move this file away");
  g_assert_true (g_file_get_contents (run->path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "dear diary, this is no database\n");
}

static void
overwrite (EntriesRun *run, gsize from, gsize to)
{
  g_autofree char *bytes = NULL;
  gsize len = 0;

  g_assert_true (g_file_get_contents (run->path, &bytes, &len, NULL));
  g_assert_cmpuint (len, >=, to);
  memset (bytes + from, 0xA5, to - from);
  g_assert_true (g_file_set_contents (run->path, bytes, (gssize) len, NULL));
}

/* The schema is there, its pages are not. */
static void
test_corrupt (EntriesRun *run, gconstpointer data)
{
  entries_run_put_many (run, 1, 1000);
  entries_run_close (run);
  overwrite (run, 200, 4096);
  expect_refused (run, "malformed", "move this file away");
}

/* Only some entries are lost: the rest is usable, and the user is told. */
static void
test_partly_corrupt (EntriesRun *run, gconstpointer data)
{
  gint64 page = 0;

  entries_run_put_many (run, 1, 5000);
  entries_run_close (run);
  page = entries_run_get (run, "SELECT max(pageno) FROM dbstat WHERE name = 'entry'");
  if (page <= 0)
    page = entries_run_get (run, "PRAGMA page_count") - 2;
  overwrite (run, (gsize) (page - 6) * 4096, (gsize) page * 4096);
  entries_run_open (run);
  for (guint64 id = 1; id < 5000; id += 50)
    g_ptr_array_unref (after (id, 50));
  entries_run_await (&run->failed, 1);
  g_assert_nonnull (strstr (run->message, run->path));
  g_assert_nonnull (strstr (run->message, "malformed"));
  entries_run_put (run, 5001, "still here");
  entries_expect (before (5002, 1), "5001");
  entries_run_keep (run);
  g_assert_cmpuint (run->failed, ==, 1);
  g_assert_cmpuint (run->recovered, ==, 0);
}

/* A kind of a version to come is left out. */
static void
test_unknown_kind (EntriesRun *run, gconstpointer data)
{
  entries_run_put_many (run, 1, 4);
  entries_run_close (run);
  run_sql (run, "UPDATE entry SET kind = 99 WHERE id = 2");
  run_sql (run, "UPDATE entry SET state = -1 WHERE id = 3");
  entries_run_open (run);
  entries_expect (before (0, 10), "1 4");
  entries_expect (after (0, 10), "1 4");
}

static void
test_unwritable_place (EntriesRun *run, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (run->path, "under", "a-file.db", NULL);

  g_assert_null (sal_store_open (path, &error));
  g_assert_error (error, SAL_ERROR, SAL_EXIT_FAILED);
  g_assert_nonnull (strstr (error->message, run->path));
}

static void
test_entry (void)
{
  char text[] = "hello";
  SalEntry like = { .id = 7, .kind = SAL_ENTRY_MESSAGE, .name = "Ada", .text = text };
  SalEntry *entry = sal_entry_new (&like);
  SalEntry *same = sal_entry_ref (entry);

  memset (text, 'x', 5);
  g_assert_true (same == entry);
  sal_entry_unref (entry);
  g_assert_cmpuint (same->id, ==, 7);
  g_assert_cmpstr (same->name, ==, "Ada");
  g_assert_cmpstr (same->text, ==, "hello");
  g_assert_null (same->reason);
  sal_entry_unref (same);
  sal_entry_unref (NULL);
}

#define ADD(path, func)                                                                            \
  g_test_add ("/client/store/" path, EntriesRun, NULL, entries_run_set_up, func,                   \
              entries_run_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("entries-come-back-in-order", test_order);
  ADD ("entries-come-back-as-they-were", test_fields);
  ADD ("pages-both-ways-over-what-was-removed", test_paging);
  ADD ("a-put-replaces", test_replaces);
  ADD ("finds-what-is-pending", test_pending);
  ADD ("a-number-is-never-used-twice", test_last_id);
  ADD ("counts-what-others-said-up-to-a-bound", test_count);
  ADD ("rooms-are-listed-by-last-use", test_rooms);
  ADD ("servers-are-listed-by-last-use", test_servers);
  ADD ("a-forgotten-room-is-gone", test_forget);
  ADD ("a-forgotten-server-takes-its-rooms-along", test_forget_server);
  ADD ("a-forgotten-room-takes-no-space", test_forget_space);
  ADD ("what-is-deleted-is-overwritten", test_shred);
  ADD ("the-last-things-typed-are-kept", test_typed);
  ADD ("reads-like-a-sorted-list-whatever-is-where", test_random);
  ADD ("a-flood-is-read-back-at-once", test_flood);
  ADD ("what-is-being-written-is-not-kept-yet", test_not_kept_yet);
  ADD ("tells-when-all-before-is-kept", test_when_kept);
  ADD ("does-nothing-once-closed", test_closed);
  ADD ("tells-in-the-context-of-its-thread", test_context);
  ADD ("files-are-private", test_private);
  ADD ("the-oldest-are-not-kept-for-ever", test_retention);
  ADD ("no-statement-looks-at-all-entries", test_plans);
  ADD ("what-was-kept-survives-a-kill", test_killed);
  ADD ("a-second-program-is-refused", test_second);
  ADD ("a-newer-file-is-refused", test_newer);
  ADD ("a-database-of-another-program-is-refused", test_foreign);
  ADD ("an-empty-file-is-a-new-one", test_version_0);
  ADD ("what-is-no-database-is-refused", test_no_database);
  ADD ("a-corrupt-file-is-refused", test_corrupt);
  ADD ("what-is-left-of-a-corrupt-file-is-used", test_partly_corrupt);
  ADD ("numbers-of-later-versions-are-left-out", test_unknown_kind);
  ADD ("a-place-where-no-file-can-be-is-named", test_unwritable_place);
  g_test_add_func ("/client/store/subprocess/dies", test_dies);
  g_test_add_func ("/client/store/subprocess/refused", test_refused);
  g_test_add_func ("/client/entry/is-shared-and-its-own", test_entry);
  return g_test_run ();
}
