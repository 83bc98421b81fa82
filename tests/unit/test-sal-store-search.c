/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Finding things in the store of the desktop client: words of what was said, and what a
 * server calls a message. Also what becomes of a file that version 1 of this program has
 * written: tests/data/client/rooms-1.db is one.
 */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "common/client/sal-store-index.h"
#include "common/sqlite/sal-sqlite.h"
#include "tests/unit/entries-driver.h"
#include "tests/unit/store-driver.h"

#define before(id, most) sal_store_read_before (run->store, run->room, id, most)
#define search(words, before, most, expected) entries_search (run, words, before, most, expected)

static void
put_said (EntriesRun *run, guint64 id, SalEntryKind kind, const char *text)
{
  entries_run_put_like (run, &(SalEntry){ .id = id, .kind = kind, .name = "Brook", .text = text });
}

static void
put_own (EntriesRun *run, guint64 id, SalMessageState state, gboolean pending, const char *text)
{
  entries_run_put_like (run, &(SalEntry){ .id = id,
                                          .kind = SAL_ENTRY_MESSAGE,
                                          .own = TRUE,
                                          .state = state,
                                          .pending = pending,
                                          .name = "Ada",
                                          .text = text });
}

static void
test_words (EntriesRun *run, gconstpointer data)
{
  search ("tea", 0, 10, "");
  put_said (run, 1, SAL_ENTRY_MESSAGE, "Lemon TEA, perché no?");
  put_said (run, 2, SAL_ENTRY_ACTION, "drinks tea");
  put_said (run, 3, SAL_ENTRY_TEXT, "<relay> teatime");
  put_said (run, 4, SAL_ENTRY_NOTICE, "tea is ready");
  put_said (run, 5, SAL_ENTRY_NOTE, "tea is not in notes");
  put_said (run, 6, SAL_ENTRY_JOIN, NULL);
  put_said (run, 7, SAL_ENTRY_MESSAGE, "don't \"quote\" OR NEAR(*) -");
  put_said (run, 8, SAL_ENTRY_MESSAGE, "чай и 茶 🙂");
  entries_run_keep (run);
  for (int i = 0; i < 2; i++)
    {
      search ("tea", 0, 10, "4 3 2 1");
      search ("tea ", 0, 10, "4 2 1"); /* the word is typed to its end */
      search ("te", 0, 10, "4 3 2 1");
      search ("tea", 0, 2, "4 3");
      search ("tea", 3, 2, "2 1");
      search ("tea", 0, 0, "");
      search ("lemon tea", 0, 10, "1");
      search ("TEA Le", 0, 10, "1");
      search ("PERCHE", 0, 10, "1");
      search ("tea milk", 0, 10, "");
      search ("don't quote", 0, 10, "7");
      search ("\"quote\" OR tea", 0, 10, "");
      search ("NEAR(", 0, 10, "7");
      search ("ЧАЙ", 0, 10, "8");
      search ("茶", 0, 10, "8");
      search ("", 0, 10, "");
      search (" -*\"'()^:{}+ ", 0, 10, "");
      search ("\xff\xfe tea", 0, 10, "4 3 2 1");
      entries_run_reopen (run);
    }
  g_assert_cmpuint (run->failed, ==, 0);
}

/* What is typed never means more than its words, and there is an end to them. */
static void
test_query (void)
{
  static const struct
  {
    const char *words, *query;
  } rows[] = {
    { "tea", "\"tea\"*" },
    { "tea ", "\"tea\"" },
    { "a b", "\"a\" \"b\"*" },
    { "\"a\" AND b*", "\"a\" \"AND\" \"b\"" },
    { "it's", "\"it\" \"s\"*" },
    { "", NULL },
    { "*", NULL },
    { "e\xcc\x81", "\"e\xcc\x81\"*" },
    { "\xcc\x81", NULL },
    { "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17",
      "\"1\" \"2\" \"3\" \"4\" \"5\" \"6\" \"7\" \"8\" \"9\" \"10\" \"11\" \"12\" \"13\" \"14\" "
      "\"15\""
      " \"16\"" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *query = sal_store_index_query (rows[i].words);

      g_assert_cmpstr (query, ==, rows[i].query);
    }
}

/* What becomes of an entry becomes of its words. */
static void
test_follows (EntriesRun *run, gconstpointer data)
{
  gint64 tea = run->room;
  gint64 other = entries_add_room (run->store, "tcp://example.org/other");

  put_own (run, 1, SAL_MESSAGE_SENT, TRUE, "lemon");
  put_said (run, 2, SAL_ENTRY_TEXT, "lemon half");
  put_said (run, 3, SAL_ENTRY_MESSAGE, "lemon gone");
  run->room = other;
  put_said (run, 9, SAL_ENTRY_MESSAGE, "lemon elsewhere");
  run->room = tea;
  entries_run_keep (run);
  search ("lemon", 0, 10, "3 2"); /* not what may still be taken back */
  put_own (run, 1, SAL_MESSAGE_UNKNOWN, FALSE, "lemon");
  put_said (run, 2, SAL_ENTRY_TEXT, "half a cake");
  sal_store_remove (run->store, run->room, 3);
  search ("gone", 0, 10, ""); /* at once */
  entries_run_keep (run);
  search ("lemon", 0, 10, "1");
  search ("half cake", 0, 10, "2");
  put_said (run, 2, SAL_ENTRY_TEXT, "half a cake"); /* the same once more */
  sal_store_remove (run->store, run->room, 1);
  sal_store_remove (run->store, run->room, 1);
  entries_run_keep (run);
  search ("lemon", 0, 10, "");
  search ("cake", 0, 10, "2");
  entries_run_reopen (run);
  search ("cake", 0, 10, "2");
  sal_store_forget_room (run->store, tea);
  run->room = other;
  entries_run_keep (run);
  search ("lemon", 0, 10, "9");
  g_assert_cmpint (entries_run_get (run, "SELECT count(*) FROM said_1 WHERE said_1 MATCH 'lemon'"),
                   ==, 0);
  g_assert_cmpuint (run->failed, ==, 0);
}

/* The index and the entries say the same after a long and busy life. */
static void
test_integrity (EntriesRun *run, gconstpointer data)
{
  static const char *const words[] = { "tea", "lemon", "cake", "milk" };
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);

  for (int i = 0; i < 4000; i++)
    {
      guint64 id = (guint64) g_rand_int_range (rand, 1, 500);

      if (g_rand_int_range (rand, 0, 4) == 0)
        sal_store_remove (run->store, run->room, id);
      else
        put_own (run, id, SAL_MESSAGE_UNKNOWN, g_rand_boolean (rand),
                 words[g_rand_int_range (rand, 0, 4)]);
      if (i % 37 == 0)
        entries_run_keep (run);
    }
  entries_run_keep (run);
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    {
      g_autoptr (GPtrArray) all = before (0, 1000);
      g_autoptr (GString) expected = g_string_new (NULL);

      for (guint j = all->len; j-- > 0;)
        {
          const SalEntry *entry = all->pdata[j];

          if (!entry->pending && g_str_equal (entry->text, words[i]))
            g_string_append_printf (expected, "%s%" G_GUINT64_FORMAT, expected->len > 0 ? " " : "",
                                    entry->id);
        }
      search (words[i], 0, 1000, expected->str);
    }
}

static void
put_called (EntriesRun *run, guint64 id, const char *msgid)
{
  entries_run_put_like (
      run, &(SalEntry){ .id = id, .kind = SAL_ENTRY_MESSAGE, .text = "x", .msgid = msgid });
}

#define expect_msgid(msgid, id)                                                                    \
  g_assert_cmpuint (sal_store_find_msgid (run->store, run->room, msgid), ==, id)

static void
test_msgid (EntriesRun *run, gconstpointer data)
{
  gint64 tea = run->room;
  gint64 other = entries_add_room (run->store, "tcp://example.org/other");

  put_called (run, 1, "a");
  put_called (run, 2, NULL);
  put_called (run, 3, "c");
  for (int i = 0; i < 3; i++)
    {
      expect_msgid ("a", 1);
      expect_msgid ("c", 3);
      expect_msgid ("b", 0);
      run->room = other;
      expect_msgid ("a", 0);
      run->room = tea;
      if (i == 0)
        entries_run_keep (run);
      else
        entries_run_reopen (run);
    }
  sal_store_remove (run->store, tea, 1);
  expect_msgid ("a", 0);
  put_called (run, 4, "a");
  expect_msgid ("a", 4);
  entries_run_keep (run);
  expect_msgid ("a", 4);
  /* Whoever does not look loses the copy, not what comes after it. */
  put_called (run, 5, "a");
  put_called (run, 6, "f");
  entries_run_keep (run);
  entries_expect (before (0, 10), "2 3 4 6");
  expect_msgid ("a", 4);
  search ("x", 0, 10, "6 4 3 2");
  g_assert_cmpint (entries_run_get (run, "SELECT entries FROM room WHERE id = 1"), ==, 4);
  run->room = other;
  put_called (run, 1, "a"); /* another room may have it */
  entries_run_keep (run);
  expect_msgid ("a", 1);
  run->room = tea;
  g_assert_cmpuint (run->failed, ==, 0);
}

/* Version 1. */

static void
open_version_1 (EntriesRun *run, const char *file)
{
  g_autofree char *bytes = NULL;
  gsize len = 0;

  entries_run_close (run);
  g_unlink (run->path);
  g_assert_true (g_file_get_contents (file, &bytes, &len, NULL));
  g_assert_true (g_file_set_contents (run->path, bytes, (gssize) len, NULL));
  g_assert_cmpint (entries_run_get (run, "PRAGMA user_version"), ==, 1);
}

/* `kind|own|state|pending|name|text|reason`, one entry a line. */
static char *
story (SalStore *store, gint64 room)
{
  g_autoptr (GPtrArray) entries = sal_store_read_after (store, room, 0, 1000);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < entries->len; i++)
    {
      const SalEntry *entry = entries->pdata[i];

      g_string_append_printf (text, "%d|%d|%d|%d|%s|%s|%s\n", (int) entry->kind, entry->own,
                              (int) entry->state, entry->pending, entry->name ? entry->name : "",
                              entry->text ? entry->text : "", entry->reason ? entry->reason : "");
    }
  return g_string_free (text, FALSE);
}

static void
test_version_1 (EntriesRun *run, gconstpointer file)
{
  g_autoptr (SalStoredServer) romeo = NULL;
  g_autoptr (SalStoredServer) tea = NULL;
  g_autoptr (SalStoredRoom) room = NULL;
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GPtrArray) typed = NULL;
  g_autofree char *text = NULL;

  open_version_1 (run, file);
  run->store = sal_store_open (run->path, NULL);
  g_assert_nonnull (run->store);
  romeo = sal_store_find_server (run->store, "plain://romeo:15102");
  tea = sal_store_find_server (run->store, "plain://romeo:15102/tea");
  g_assert_cmpstr (romeo->name, ==, "Ada");
  g_assert_cmpstr (tea->name, ==, "Ada_2");
  g_assert_cmpint (tea->last_used_us, ==, 1763650000000000);
  room = sal_store_find_room (run->store, romeo->id, SAL_ROOM_CHANNEL, "");
  g_assert_cmpstr (room->draft, ==, "to be\ncontinued");
  g_assert_cmpint (room->last_used_us, ==, 1763640000000000);
  g_assert_true (room->joined);

  text = story (run->store, room->id);
  g_assert_cmpstr (text, ==,
                   "3|0|2|0|Bob||\n"
                   "1|0|0|0|Bob|perché no? 🙂|\n"
                   "1|1|2|0|Ada|the lemon tea is ready|\n"
                   "2|0|0|0|Bob|waves|\n"
                   "1|1|3|0|Ada|too fast|messages-per-second\n"
                   "7|0|0|0|||\n"
                   "4|0|0|0|Bob||\n"
                   "5|0|0|0||here are: Ada|\n"
                   "1|1|4|0|Ada|did you get this?|\n"
                   "1|1|1|1|Ada|on its way when the program died|\n"
                   "1|1|0|1|Ada|waits for the server|\n");
  /* What was read stays read, numbers are not used again, and there is room before the first. */
  entries = sal_store_read_before (run->store, room->id, room->read_id + 1, 1);
  g_assert_cmpstr (((SalEntry *) entries->pdata[0])->text, ==, "waves");
  g_assert_cmpint (((SalEntry *) entries->pdata[0])->time_us, ==, 1763630000000000 + 240000000);
  g_assert_cmpuint (sal_store_last_id (run->store, room->id), ==, SAL_ENTRY_FIRST_ID + 12);
  typed = sal_store_read_typed (run->store, room->id, 10);
  g_assert_cmpuint (typed->len, ==, 2);
  g_assert_cmpstr (typed->pdata[0], ==, "second typed");

  run->room = room->id;
  entries_run_put (run, SAL_ENTRY_FIRST_ID - 1, "from before, with lemon");
  entries_run_keep (run);
  g_clear_pointer (&text, g_free);
  text = story (run->store, room->id);
  g_assert_true (g_str_has_prefix (text, "1|0|0|0|Brook|from before, with lemon|\n"));
  {
    g_autoptr (GPtrArray) found = sal_store_search (run->store, room->id, "lemon", 0, 10);

    g_assert_cmpuint (found->len, ==, 2);
    g_assert_cmpstr (((SalEntry *) found->pdata[0])->text, ==, "the lemon tea is ready");
  }
  {
    g_autoptr (SalStoredRoom) second =
        sal_store_find_room (run->store, tea->id, SAL_ROOM_CHANNEL, "");
    g_autoptr (GPtrArray) found = sal_store_search (run->store, second->id, "message tea", 0, 99);

    g_assert_cmpuint (found->len, ==, 50);
  }
  g_assert_cmpint (entries_run_get (run, "SELECT count(*) FROM room WHERE indexed = 0"), ==, 0);
  g_assert_cmpint (entries_run_get (run, "SELECT sum(entries) FROM room"), ==,
                   entries_run_get (run, "SELECT count(*) FROM entry"));
  g_assert_cmpint (entries_run_get (run, "PRAGMA user_version"), ==, 4);
  entries_run_close (run);
}

/* Version 2 had a table of words for each room. */
static void
test_version_2 (EntriesRun *run, gconstpointer file)
{
  g_autofree char *path = g_build_filename (g_getenv ("CLIENT_DATA"), "rooms-2.db", NULL);
  g_autofree char *bytes = NULL;
  gsize len = 0;
  g_autoptr (SalStoredServer) server = NULL;
  g_autoptr (SalStoredRoom) tea = NULL;
  g_autoptr (SalStoredRoom) cake = NULL;
  g_autoptr (GPtrArray) found = NULL;
  g_autoptr (GPtrArray) pending = NULL;
  g_autoptr (GPtrArray) typed = NULL;
  g_autofree char *text = NULL;

  entries_run_close (run);
  g_unlink (run->path);
  g_assert_true (g_file_get_contents (path, &bytes, &len, NULL));
  g_assert_true (g_file_set_contents (run->path, bytes, (gssize) len, NULL));
  g_assert_cmpint (entries_run_get (run, "PRAGMA user_version"), ==, 2);
  run->store = sal_store_open (run->path, NULL);
  g_assert_nonnull (run->store);
  server = sal_store_find_server (run->store, "ircs://chat.example.org:6697");
  g_assert_cmpstr (server->account, ==, "ada");
  g_assert_cmpstr (server->certificate, ==, "");
  g_assert_true (server->wanted);
  tea = sal_store_find_room (run->store, server->id, SAL_ROOM_CHANNEL, "#tea");
  cake = sal_store_find_room (run->store, server->id, SAL_ROOM_CHANNEL, "#cake");
  g_assert_cmpstr (tea->topic, ==, "lemons");
  g_assert_cmpstr (tea->draft, ==, "to be continued");
  g_assert_cmpuint (tea->read_id, ==, SAL_ENTRY_FIRST_ID + 2);
  g_assert_cmpuint (sal_store_find_msgid (run->store, tea->id, "t77"), ==, SAL_ENTRY_FIRST_ID + 77);
  pending = sal_store_read_pending (run->store, tea->id);
  g_assert_cmpuint (pending->len, ==, 1);
  g_assert_cmpstr (((SalEntry *) pending->pdata[0])->nonce, ==, "n1");
  typed = sal_store_read_typed (run->store, tea->id, 10);
  g_assert_cmpuint (typed->len, ==, 2);
  text = story (run->store, cake->id);
  g_assert_cmpstr (text, ==,
                   "2|0|0|0|Bob|bakes a lemon cake|\n"
                   "8|1|2|0|Ada|perché no? 🍋|\n");
  run->room = tea->id;
  entries_run_put (run, SAL_ENTRY_FIRST_ID + 200, "one more lemon");
  entries_run_keep (run); /* by then all words are where they belong */
  found = sal_store_search (run->store, tea->id, "lemon", 0, 1000);
  g_assert_cmpuint (found->len, ==, 151);
  g_clear_pointer (&found, g_ptr_array_unref);
  found = sal_store_search (run->store, cake->id, "lem", 0, 1000);
  g_assert_cmpuint (found->len, ==, 1);
  g_assert_cmpint (entries_run_get (run, "SELECT count(*) FROM sqlite_schema"
                                         " WHERE name GLOB 'words_*'"),
                   ==, 0);
  g_assert_cmpint (entries_run_get (run, "SELECT count(*) FROM entry"), ==, 156);
  g_assert_cmpint (entries_run_get (run, "PRAGMA user_version"), ==, 4);
  entries_run_close (run);
}

/* Rooms that share a table are told apart, also at the ends of their ranges. */
static void
test_shared_table (EntriesRun *run, gconstpointer data)
{
  gint64 rooms[40];
  gint64 first = run->room;

  for (gsize i = 0; i < G_N_ELEMENTS (rooms); i++)
    {
      g_autofree char *uri = g_strdup_printf ("tcp://example.org/%zu", i);

      rooms[i] = run->room = entries_add_room (run->store, uri);
      entries_run_put (run, 1, "lemon");
      entries_run_put (run, 2 + i, "lemon");
      entries_run_put (run, SAL_ENTRY_FIRST_ID * 2 - 2, "lemon");
    }
  entries_run_keep (run);
  for (gsize i = 0; i < G_N_ELEMENTS (rooms); i++)
    {
      g_autoptr (GPtrArray) found = sal_store_search (run->store, rooms[i], "lemon", 0, 100);

      g_assert_cmpuint (found->len, ==, 3);
      g_assert_cmpuint (((SalEntry *) found->pdata[1])->id, ==, 2 + i);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (rooms); i += 2)
    sal_store_forget_room (run->store, rooms[i]);
  run->room = first;
  entries_run_keep (run);
  for (gsize i = 0; i < G_N_ELEMENTS (rooms); i++)
    {
      g_autoptr (GPtrArray) found = sal_store_search (run->store, rooms[i], "lemon", 0, 100);

      g_assert_cmpuint (found->len, ==, i % 2 == 0 ? 0 : 3);
    }
}

static void
change_file (EntriesRun *run, const char *sql)
{
  g_autoptr (GError) error = NULL;
  sqlite3 *db = sal_sqlite_open (run->path, 0, &error);

  g_assert_no_error (error);
  sal_sqlite_exec (db, sql, &error);
  g_assert_no_error (error);
  sqlite3_close (db);
}

/* Words that an earlier version has written cannot be put where they are looked up, again and again:
 * what was said is found all the same, and what is added and removed meanwhile is right later. */
static void
test_not_brought_along (EntriesRun *run, gconstpointer data)
{
  g_autofree char *sql = g_strdup_printf (
      "UPDATE room SET indexed = 0; INSERT INTO said_%u (said_%u) VALUES ('delete-all');"
      "CREATE TRIGGER never BEFORE UPDATE OF indexed ON room"
      " BEGIN SELECT RAISE (ABORT, 'never'); END",
      (guint) run->room % SAL_STORE_INDEX_TABLES, (guint) run->room % SAL_STORE_INDEX_TABLES);
  g_autofree char *count = g_strdup_printf (
      "SELECT count(*) FROM said_%u WHERE said_%u MATCH 'lemon'",
      (guint) run->room % SAL_STORE_INDEX_TABLES, (guint) run->room % SAL_STORE_INDEX_TABLES);

  entries_run_put (run, 1, "a lemon");
  entries_run_put (run, 2, "a lemon, too");
  entries_run_put (run, 3, "a cake");
  entries_run_close (run);
  change_file (run, sql);
  run->store = sal_store_open (run->path, NULL);
  g_assert_nonnull (run->store);
  search ("lemon", 0, 10, "2 1");
  sal_store_remove (run->store, run->room, 1);
  entries_run_put (run, 3, "a Lémon cake");
  entries_run_put (run, 4, "lemons");
  entries_run_keep (run);
  search ("lemon", 0, 10, "4 3 2");
  search ("lemon", 4, 1, "3");
  search ("cake", 0, 10, "3");
  g_assert_cmpint (entries_run_get (run, count), ==, 0);
  entries_run_close (run);
  change_file (run, "DROP TRIGGER never");
  run->store = sal_store_open (run->path, NULL);
  entries_run_put (run, 5, "no more");
  entries_run_keep (run);
  search ("lemon", 0, 10, "4 3 2");
  g_assert_cmpint (entries_run_get (run, count), ==, 2);
  sal_store_forget_room (run->store, run->room);
  run->room = entries_add_room (run->store, "tcp://example.org/other");
  entries_run_put (run, 1, "x");
  entries_run_keep (run);
  g_assert_cmpint (entries_run_get (run, count), ==, 0);
}

/* While somebody else holds the file it cannot be brought to this version; it is not touched,
 * and the next time it can. */
static void
test_version_1_locked (EntriesRun *run, gconstpointer file)
{
  g_autoptr (GError) error = NULL;
  sqlite3 *other = NULL;

  open_version_1 (run, file);
  other = sal_sqlite_open (run->path, 0, NULL);
  g_assert_true (sal_sqlite_exec (other, "BEGIN IMMEDIATE", NULL));
  g_assert_null (sal_store_open (run->path, &error));
  g_assert_nonnull (strstr (error->message, run->path));
  g_assert_nonnull (strstr (error->message, "locked"));
  g_assert_true (sal_sqlite_exec (other, "COMMIT", NULL));
  g_assert_cmpint (sal_sqlite_get_int (other, "PRAGMA user_version", -1), ==, 1);
  sqlite3_close (other);
  run->store = sal_store_open (run->path, NULL);
  g_assert_nonnull (run->store);
}

#define ADD(path, func)                                                                            \
  g_test_add ("/client/store/" path, EntriesRun, NULL, entries_run_set_up, func,                   \
              entries_run_tear_down)
#define ADD_FILE(path, func)                                                                       \
  g_test_add ("/client/store/" path, EntriesRun, version_1, entries_run_set_up, func,              \
              entries_run_tear_down)

int
main (int argc, char **argv)
{
  g_autofree char *version_1 = NULL;

  g_test_init (&argc, &argv, NULL);
  version_1 = g_build_filename (g_getenv ("CLIENT_DATA"), "rooms-1.db", NULL);
  ADD ("finds-what-was-said", test_words);
  g_test_add_func ("/client/store/what-is-typed-means-only-its-words", test_query);
  ADD ("what-is-found-follows-the-entries", test_follows);
  ADD ("finds-what-is-there-and-nothing-else", test_integrity);
  ADD ("no-room-has-a-msgid-twice", test_msgid);
  ADD ("rooms-that-share-a-table-are-told-apart", test_shared_table);
  ADD ("a-file-of-version-2-is-brought-along", test_version_2);
  ADD ("what-cannot-be-brought-along-is-found", test_not_brought_along);
  ADD_FILE ("a-file-of-version-1-is-brought-along", test_version_1);
  ADD_FILE ("a-file-of-version-1-that-is-locked-is-not-touched", test_version_1_locked);
  return g_test_run ();
}
