/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the log may expect of any store: every test here runs on the memory log and on
 * the SQLite log. Then what the memory log promises of its size.
 */
#include "config.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "server/log/srv-log-memory.h"
#include "server/log/srv-log-sqlite.h"
#include "tests/unit/store-driver.h"

#define SECOND ((gint64) G_USEC_PER_SEC)

typedef struct
{
  char *dir; /* (nullable) */
  SrvLogStore *store;
} Fixture;

static void
set_up (Fixture *f, gconstpointer kind)
{
  if (g_str_equal (kind, "sqlite"))
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *path = NULL;

      f->dir = test_dir_new ();
      path = g_build_filename (f->dir, "rooms.db", NULL);
      f->store = srv_log_sqlite_new (path, SRV_SYNC_NORMAL, &error);
      g_assert_no_error (error);
    }
  else
    f->store = srv_log_memory_new ();
  g_assert_nonnull (f->store);
}

static void
tear_down (Fixture *f, gconstpointer kind)
{
  f->store->klass->free (f->store);
  if (f->dir != NULL)
    test_dir_remove (f->dir);
  g_free (f->dir);
}

/* A small log of two rooms:
 *   1 boot; 2 Ada comes to tea; 3 Ada: uno; 4 Bob comes to Coffee; 5 Bob: due;
 *   6 Ada waves; 7 Ada: tre; 8 Bob: quattro; 9 Ada leaves tea
 * at 10, 20, ... seconds. */
static void
fill (SrvLogStore *store)
{
  store_add (store, 10 * SECOND, SRV_ENTRY_BOOT, "", "", NULL);
  store_add (store, 20 * SECOND, SRV_ENTRY_JOIN, "tea", "Ada", NULL);
  store_add (store, 30 * SECOND, SRV_ENTRY_MESSAGE, "tea", "Ada", "uno");
  store_add (store, 40 * SECOND, SRV_ENTRY_JOIN, "Coffee", "Bob", NULL);
  store_add (store, 50 * SECOND, SRV_ENTRY_MESSAGE, "Coffee", "Bob", "due");
  store_add (store, 60 * SECOND, SRV_ENTRY_ACTION, "tea", "Ada", "waves");
  store_add (store, 70 * SECOND, SRV_ENTRY_MESSAGE, "tea", "Ada", "tre");
  store_add (store, 80 * SECOND, SRV_ENTRY_MESSAGE, "Coffee", "Bob", "quattro");
  store_add (store, 90 * SECOND, SRV_ENTRY_LEAVE, "tea", "Ada", NULL);
}

static const struct
{
  const char *name;
  SrvLogQuery query;
  const char *numbers;
} reads[] = {
  { "all-forwards", { .limit = 100 }, "1 2 3 4 5 6 7 8 9" },
  { "all-backwards", { .backwards = TRUE, .limit = 100 }, "9 8 7 6 5 4 3 2 1" },
  { "the-first-ones", { .limit = 3 }, "1 2 3" },
  { "the-last-ones", { .backwards = TRUE, .limit = 3 }, "9 8 7" },
  { "none-at-all", { .limit = 0 }, "" },
  { "after-a-number", { .seq = 6, .limit = 100 }, "7 8 9" },
  { "after-the-last-number", { .seq = 9, .limit = 100 }, "" },
  { "after-a-number-that-is-not-there-yet", { .seq = 1000, .limit = 100 }, "" },
  { "before-a-number", { .backwards = TRUE, .seq = 4, .limit = 100 }, "3 2 1" },
  { "before-the-first-number", { .backwards = TRUE, .seq = 1, .limit = 100 }, "" },
  { "before-a-number-with-a-limit", { .backwards = TRUE, .seq = 9, .limit = 2 }, "8 7" },
  { "from-a-time-on", { .time_us = 70 * SECOND, .limit = 100 }, "7 8 9" },
  { "from-between-two-times-on", { .time_us = 65 * SECOND, .limit = 100 }, "7 8 9" },
  { "from-before-all-times-on", { .time_us = 1, .limit = 2 }, "1 2" },
  { "from-after-all-times-on", { .time_us = 91 * SECOND, .limit = 100 }, "" },
  { "before-a-time", { .backwards = TRUE, .time_us = 40 * SECOND, .limit = 100 }, "3 2 1" },
  { "before-between-two-times", { .backwards = TRUE, .time_us = 45 * SECOND, .limit = 2 }, "4 3" },
  { "before-all-times", { .backwards = TRUE, .time_us = 10 * SECOND, .limit = 100 }, "" },
  { "before-after-all-times", { .backwards = TRUE, .time_us = 1000 * SECOND, .limit = 2 }, "9 8" },
  { "number-narrower-than-time", { .seq = 7, .time_us = 30 * SECOND, .limit = 100 }, "8 9" },
  { "time-narrower-than-number", { .seq = 2, .time_us = 80 * SECOND, .limit = 100 }, "8 9" },
  { "number-narrower-than-time-backwards",
    { .backwards = TRUE, .seq = 3, .time_us = 80 * SECOND, .limit = 100 },
    "2 1" },
  { "time-narrower-than-number-backwards",
    { .backwards = TRUE, .seq = 9, .time_us = 30 * SECOND, .limit = 100 },
    "2 1" },
  { "what-was-said", { .said_only = TRUE, .limit = 100 }, "3 5 6 7 8" },
  { "what-was-said-backwards", { .backwards = TRUE, .said_only = TRUE, .limit = 2 }, "8 7" },
  { "one-room", { .room = (char *) "tea", .limit = 100 }, "2 3 6 7 9" },
  { "one-room-backwards", { .room = (char *) "tea", .backwards = TRUE, .limit = 3 }, "9 7 6" },
  { "a-room-in-any-case", { .room = (char *) "COFFEE", .limit = 100 }, "4 5 8" },
  { "no-such-room", { .room = (char *) "cellar", .limit = 100 }, "" },
  { "what-was-said-in-a-room",
    { .room = (char *) "tea", .said_only = TRUE, .limit = 100 },
    "3 6 7" },
  { "the-last-said-in-a-room",
    { .room = (char *) "tea", .backwards = TRUE, .said_only = TRUE, .limit = 2 },
    "7 6" },
  { "said-in-a-room-before-a-number",
    { .room = (char *) "Tea", .backwards = TRUE, .said_only = TRUE, .seq = 7, .limit = 1 },
    "6" },
  { "said-in-a-room-from-a-time-on",
    { .room = (char *) "coffee", .said_only = TRUE, .time_us = 51 * SECOND, .limit = 9 },
    "8" },
};

static void
test_reads (Fixture *f, gconstpointer kind)
{
  fill (f->store);
  for (gsize i = 0; i < G_N_ELEMENTS (reads); i++)
    {
      g_autofree char *numbers = store_read (f->store, &reads[i].query);

      g_test_message ("%s", reads[i].name);
      g_assert_cmpstr (numbers, ==, reads[i].numbers);
    }
}

static void
test_empty (Fixture *f, gconstpointer kind)
{
  guint64 seq = 99;
  gint64 time_us = 99;
  SrvLogQuery all = { .limit = 10 };
  SrvLogQuery back = { .backwards = TRUE, .time_us = 5, .limit = 10 };
  g_autofree char *a = store_read (f->store, &all);
  g_autofree char *b = store_read (f->store, &back);

  g_assert_cmpstr (a, ==, "");
  g_assert_cmpstr (b, ==, "");
  g_assert_true (f->store->klass->begin (f->store, &seq, &time_us, NULL));
  g_assert_cmpuint (seq, ==, 0);
  g_assert_cmpint (time_us, ==, 0);
  g_assert_true (f->store->klass->commit (f->store, NULL));
}

static void
test_knows_where_it_ends (Fixture *f, gconstpointer kind)
{
  guint64 seq = 0;
  gint64 time_us = 0;

  fill (f->store);
  g_assert_true (f->store->klass->begin (f->store, &seq, &time_us, NULL));
  g_assert_cmpuint (seq, ==, 9);
  g_assert_cmpint (time_us, ==, 90 * SECOND);
  g_assert_true (f->store->klass->commit (f->store, NULL));
}

/* What comes back is what went in. */
static void
test_all_of_an_entry (Fixture *f, gconstpointer kind)
{
  static const char text[] = "perch\xC3\xA9 'no' \"s\xC3\xAC\" \xF0\x9F\x98\x80; DROP TABLE entry";
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) srv_entry_unref);
  SrvLogQuery all = { .limit = 10 };
  const SrvEntry *said = NULL;
  const SrvEntry *came = NULL;

  store_add (f->store, 123456789, SRV_ENTRY_MESSAGE, "caff\xC3\xA8", "Ren\xC3\xA9", text);
  store_add (f->store, 123456790, SRV_ENTRY_JOIN, "tea", "Ada", NULL);
  g_assert_true (f->store->klass->read (f->store, &all, entries, NULL));
  g_assert_cmpuint (entries->len, ==, 2);
  said = entries->pdata[0];
  g_assert_cmpuint (said->seq, ==, 1);
  g_assert_cmpint (said->time_us, ==, 123456789);
  g_assert_cmpint (said->kind, ==, SRV_ENTRY_MESSAGE);
  g_assert_cmpint (said->status, ==, SRV_ENTRY_COMMITTED);
  g_assert_cmpstr (said->room, ==, "caff\xC3\xA8");
  g_assert_cmpstr (said->name, ==, "Ren\xC3\xA9");
  g_assert_cmpstr (said->address, ==, "('192.0.2.7', 1)");
  g_assert_cmpstr (said->text, ==, text);
  came = entries->pdata[1];
  g_assert_cmpint (came->kind, ==, SRV_ENTRY_JOIN);
  g_assert_null (came->text);
}

/* All strings, some of them shared with somebody who is gone when it is read. */
static void
test_all_strings_of_an_entry (Fixture *f, gconstpointer kind)
{
  SrvPerson *ada = srv_person_new (
      &(SrvPersonFields){ .name = "Ada", .host = "~ada@h", .address = "a", .account = "ada" });
  const SrvEntry said = { .kind = SRV_ENTRY_MESSAGE,
                          .room = "tea",
                          .name = ada->name,
                          .address = ada->address,
                          .host = ada->host,
                          .account = "lovelace",
                          .text = "ciao",
                          .target = "Bob",
                          .tags = "+a=b",
                          .nonce = "n1",
                          .who = ada };
  const SrvEntry redacts = { .kind = SRV_ENTRY_REDACT, .room = "tea", .name = "Bob", .number = 7 };
  SrvEntry *entries[] = { srv_entry_new_from (&said), srv_entry_new_from (&redacts) };
  g_autoptr (GPtrArray) read = g_ptr_array_new_with_free_func ((GDestroyNotify) srv_entry_unref);
  SrvLogQuery all = { .limit = 10 };
  const SrvEntry *entry = NULL;

  g_assert_true (store_append (f->store, SECOND, entries, G_N_ELEMENTS (entries)));
  srv_entry_unref (entries[0]);
  srv_entry_unref (entries[1]);
  srv_person_unref (ada);
  g_assert_true (f->store->klass->read (f->store, &all, read, NULL));
  g_assert_cmpuint (read->len, ==, 2);
  entry = read->pdata[0];
  g_assert_cmpstr (entry->name, ==, "Ada");
  g_assert_cmpstr (entry->address, ==, "a");
  g_assert_cmpstr (entry->host, ==, "~ada@h");
  g_assert_cmpstr (entry->account, ==, "lovelace");
  g_assert_cmpstr (entry->text, ==, "ciao");
  g_assert_cmpstr (entry->target, ==, "Bob");
  g_assert_cmpstr (entry->tags, ==, "+a=b");
  g_assert_cmpstr (entry->nonce, ==, "n1");
  g_assert_cmpuint (entry->number, ==, 0);
  entry = read->pdata[1];
  g_assert_cmpint (entry->kind, ==, SRV_ENTRY_REDACT);
  g_assert_cmpuint (entry->number, ==, 7);
  g_assert_cmpstr (entry->name, ==, "Bob");
  g_assert_null (entry->host);
  g_assert_null (entry->nonce);
}

/* Reading adds to what was there, and the limit is about what it adds. */
static void
test_adds_to_the_array (Fixture *f, gconstpointer kind)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) srv_entry_unref);
  SrvLogQuery two = { .limit = 2 };

  fill (f->store);
  for (int i = 0; i < 3; i++)
    g_assert_true (f->store->klass->read (f->store, &two, entries, NULL));
  g_assert_cmpuint (entries->len, ==, 6);
}

static void
test_groups (Fixture *f, gconstpointer kind)
{
  SrvEntry *entries[50];
  SrvLogQuery back = { .backwards = TRUE, .limit = 3 };
  g_autofree char *numbers = NULL;

  for (int group = 0; group < 10; group++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (entries); i++)
        entries[i] = store_entry (SRV_ENTRY_MESSAGE, "tea", "Ada", "ciao");
      g_assert_true (store_append (f->store, SECOND, entries, G_N_ELEMENTS (entries)));
      for (guint i = 0; i < G_N_ELEMENTS (entries); i++)
        srv_entry_unref (entries[i]);
    }
  numbers = store_read (f->store, &back);
  g_assert_cmpstr (numbers, ==, "500 499 498");
}

/* Entries of one time: the time finds all of them. */
static void
test_same_time (Fixture *f, gconstpointer kind)
{
  SrvLogQuery from = { .time_us = 20 * SECOND, .limit = 100 };
  SrvLogQuery before = { .backwards = TRUE, .time_us = 20 * SECOND, .limit = 100 };
  g_autofree char *a = NULL;
  g_autofree char *b = NULL;

  for (int i = 0; i < 9; i++)
    store_add (f->store, (10 + i / 3 * 10) * SECOND, SRV_ENTRY_MESSAGE, "tea", "Ada", "ciao");
  a = store_read (f->store, &from);
  b = store_read (f->store, &before);
  g_assert_cmpstr (a, ==, "4 5 6 7 8 9");
  g_assert_cmpstr (b, ==, "3 2 1");
}

typedef struct
{
  SrvLogStore *store;
  gint stop; /* atomic */
} Reader;

/* What a reader sees is a beginning of the log, whole and in order. */
static gpointer
read_on (gpointer data)
{
  Reader *reader = data;
  guint64 seen = 0;

  while (!g_atomic_int_get (&reader->stop))
    {
      g_autoptr (GPtrArray) entries =
          g_ptr_array_new_with_free_func ((GDestroyNotify) srv_entry_unref);
      SrvLogQuery all = { .limit = 100000 };

      g_assert_true (reader->store->klass->read (reader->store, &all, entries, NULL));
      g_assert_cmpuint (entries->len, >=, seen);
      g_assert_cmpuint (entries->len % 5, ==, 0); /* groups are whole */
      for (guint i = 0; i < entries->len; i++)
        g_assert_cmpuint (((SrvEntry *) entries->pdata[i])->seq, ==, i + 1);
      seen = entries->len;
    }
  return NULL;
}

static void
test_reading_while_writing (Fixture *f, gconstpointer kind)
{
  Reader reader = { .store = f->store };
  GThread *thread = NULL;
  SrvEntry *entries[5];

  thread = g_thread_new ("reader", read_on, &reader);
  for (int group = 0; group < 100; group++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (entries); i++)
        entries[i] = store_entry (SRV_ENTRY_MESSAGE, "tea", "Ada", "ciao");
      g_assert_true (store_append (f->store, SECOND, entries, G_N_ELEMENTS (entries)));
      for (guint i = 0; i < G_N_ELEMENTS (entries); i++)
        srv_entry_unref (entries[i]);
    }
  g_atomic_int_set (&reader.stop, 1);
  g_thread_join (thread);
}

/* Any log, any question: the answer of the simplest thing that could give it. */
static char *
model_read (const GPtrArray *model, const SrvLogQuery *query)
{
  GString *numbers = g_string_new (NULL);
  guint n = 0;

  for (guint k = 0; k < model->len && n < query->limit; k++)
    {
      const SrvEntry *entry = model->pdata[query->backwards ? model->len - 1 - k : k];

      if (query->room != NULL && g_ascii_strcasecmp (query->room, entry->room) != 0)
        continue;
      if (query->said_only && !srv_entry_is_said (entry))
        continue;
      if (query->backwards ? (query->seq != 0 && entry->seq >= query->seq)
                           : entry->seq <= query->seq)
        continue;
      if (query->time_us != 0 &&
          (query->backwards ? entry->time_us >= query->time_us : entry->time_us < query->time_us))
        continue;
      g_string_append_printf (numbers, "%s%" G_GUINT64_FORMAT, n++ > 0 ? " " : "", entry->seq);
    }
  return g_string_free (numbers, FALSE);
}

static void
test_like_a_model (Fixture *f, gconstpointer kind)
{
  static const char *const rooms[] = { "tea", "Coffee", "x" };
  static const char *const asked[] = { "TEA", "coffee", "X", "cellar", NULL };
  guint32 seed = 0x10991;
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_autoptr (GPtrArray) model = g_ptr_array_new_with_free_func ((GDestroyNotify) srv_entry_unref);
  gint64 now_us = SECOND;

  for (int i = 0; i < 300; i++)
    {
      SrvEntry *entry =
          store_entry (g_rand_int_range (rand, 0, SRV_ENTRY_BOOT),
                       rooms[g_rand_int_range (rand, 0, G_N_ELEMENTS (rooms))], "Ada", "ciao");

      now_us += g_rand_int_range (rand, 0, 3);
      g_assert_true (store_append (f->store, now_us, &entry, 1));
      g_ptr_array_add (model, entry);
    }
  for (int i = 0; i < 1000; i++)
    {
      SrvLogQuery query = {
        .room = (char *) asked[g_rand_int_range (rand, 0, G_N_ELEMENTS (asked))],
        .backwards = g_rand_boolean (rand),
        .seq = g_rand_boolean (rand) ? (guint64) g_rand_int_range (rand, 0, 310) : 0,
        .time_us = g_rand_boolean (rand) ? SECOND + g_rand_int_range (rand, -5, 310) : 0,
        .said_only = g_rand_boolean (rand),
        .limit = (guint) g_rand_int_range (rand, 0, 30),
      };
      g_autofree char *expected = model_read (model, &query);
      g_autofree char *numbers = store_read (f->store, &query);

      if (!g_str_equal (numbers, expected))
        g_test_message ("seed %#x, question %d", seed, i);
      g_assert_cmpstr (numbers, ==, expected);
    }
}

/* The memory log alone. */

static void
test_memory_keeps_1000_a_room (void)
{
  SrvLogStore *store = srv_log_memory_new ();
  SrvLogQuery tea = { .room = (char *) "tea", .limit = 5000 };
  SrvLogQuery all = { .limit = 5000 };
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) srv_entry_unref);
  g_autofree char *first = NULL;

  store_add (store, SECOND, SRV_ENTRY_MESSAGE, "coffee", "Bob", "I stay");
  for (int i = 0; i < SAL_MEMORY_LOG_ENTRIES + 10; i++)
    store_add (store, SECOND, i % 2 ? SRV_ENTRY_MESSAGE : SRV_ENTRY_JOIN, i % 3 ? "tea" : "Tea",
               "Ada", "ciao");
  g_assert_true (store->klass->read (store, &tea, entries, NULL));
  g_assert_cmpuint (entries->len, ==, SAL_MEMORY_LOG_ENTRIES);
  g_assert_cmpuint (((SrvEntry *) entries->pdata[0])->seq, ==, 2 + 10);
  all.limit = 2;
  first = store_read (store, &all);
  g_assert_cmpstr (first, ==, "1 12");
  store->klass->free (store);
}

/* 64 MiB in all, whatever the rooms: the oldest go, of whichever room they are. */
static void
test_memory_keeps_64_mib (void)
{
  SrvLogStore *store = srv_log_memory_new ();
  g_autofree char *text = g_strnfill (64000, 'x');
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) srv_entry_unref);
  SrvLogQuery all = { .limit = 5000 };
  SrvLogQuery room0 = { .room = (char *) "room0", .limit = 5000 };
  SrvLogQuery lonely = { .room = (char *) "lonely", .limit = 1 };
  g_autofree char *gone = NULL;
  g_autofree char *numbers = NULL;
  gsize bytes = 0;
  guint64 last = 0;

  store_add (store, SECOND, SRV_ENTRY_MESSAGE, "lonely", "Bob", "I was first");
  for (int i = 0; i < 1500; i++)
    {
      g_autofree char *room = g_strdup_printf ("room%d", i % 7);

      store_add (store, SECOND, SRV_ENTRY_MESSAGE, room, "Ada", text);
    }
  g_assert_true (store->klass->read (store, &all, entries, NULL));
  for (guint i = 0; i < entries->len; i++)
    {
      const SrvEntry *entry = entries->pdata[i];

      bytes += strlen (entry->text);
      g_assert_true (i == 0 || entry->seq == last + 1); /* the oldest are gone, none between */
      last = entry->seq;
    }
  g_assert_cmpuint (last, ==, 1501);
  g_assert_cmpuint (bytes, <=, SAL_MEMORY_LOG_BYTES);
  g_assert_cmpuint (bytes, >, SAL_MEMORY_LOG_BYTES - 70000 - entries->len * 200);
  gone = store_read (store, &lonely);
  g_assert_cmpstr (gone, ==, "");
  numbers = store_read (store, &room0);
  g_assert_true (g_str_has_suffix (numbers, " 1493 1500"));
  store->klass->free (store);
}

/* What it says of what it cannot do. */
static void
test_memory_has_no_retention (void)
{
  SrvLogStore *store = srv_log_memory_new ();
  SrvLogQuery all = { .limit = 10 };
  g_autofree char *numbers = NULL;

  store_add (store, SECOND, SRV_ENTRY_MESSAGE, "tea", "Ada", "old");
  store->klass->set_retention (store, 1, 1);
  g_assert_false (store->klass->maintain (store, 1000 * SECOND));
  numbers = store_read (store, &all);
  g_assert_cmpstr (numbers, ==, "1");
  store->klass->free (store);
}

/* With whom somebody has talked: at most as many as are asked for, the latest or the first of
 * them, whatever order the store has them in. */
static void
test_targets (Fixture *f, gconstpointer kind)
{
  static const char *const rooms[] = { "tea", "nowhere", NULL };
  SrvLogQuery query = { .party = (char *) "=ada",
                        .rooms = (char **) rooms,
                        .time_us = 1,
                        .until_us = 1000 * SECOND,
                        .limit = 3 };
  g_autofree char *first = NULL;
  g_autofree char *last = NULL;
  g_autofree char *all = NULL;
  g_autofree char *some = NULL;

  store_add (f->store, 10 * SECOND, SRV_ENTRY_MESSAGE, "tea", "Ada", "in a room");
  for (guint i = 0; i < 40; i++)
    {
      /* The later ones are not the later names. */
      g_autofree char *talk = g_strdup_printf ("@=ada,=p%u", (i * 17) % 40);

      store_add (f->store, (20 + i) * SECOND, SRV_ENTRY_MESSAGE, talk, "Ada", "hello");
    }
  store_add (f->store, 70 * SECOND, SRV_ENTRY_MESSAGE, "@=bob,=zoe", "Bob", "not hers");
  first = store_read (f->store, &query);
  g_assert_cmpstr (first, ==, "1 2 3");
  query.backwards = TRUE;
  last = store_read (f->store, &query);
  g_assert_cmpstr (last, ==, "41 40 39");
  query.limit = 100;
  all = store_read (f->store, &query);
  g_assert_true (g_str_has_suffix (all, " 3 2 1"));
  g_assert_true (g_str_has_prefix (all, "41 40 "));
  query.time_us = 30 * SECOND;
  query.until_us = 32 * SECOND;
  some = store_read (f->store, &query);
  g_assert_cmpstr (some, ==, "13 12");
}

static void
add (const char *name, void (*func) (Fixture *, gconstpointer))
{
  static const char *const kinds[] = { "memory", "sqlite" };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *path = g_strdup_printf ("/log/store/%s/%s", kinds[i], name);

      g_test_add (path, Fixture, kinds[i], set_up, func, tear_down);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("is-empty-at-first", test_empty);
  add ("knows-where-it-ends", test_knows_where_it_ends);
  add ("gives-back-what-went-in", test_all_of_an_entry);
  add ("gives-back-all-strings", test_all_strings_of_an_entry);
  add ("answers-every-question", test_reads);
  add ("limits-conversations", test_targets);
  add ("adds-to-what-was-read", test_adds_to_the_array);
  add ("takes-groups", test_groups);
  add ("finds-all-entries-of-one-time", test_same_time);
  add ("is-read-while-it-is-written", test_reading_while_writing);
  add ("answers-like-a-model", test_like_a_model);
  g_test_add_func ("/log/store/memory/keeps-1000-entries-a-room", test_memory_keeps_1000_a_room);
  g_test_add_func ("/log/store/memory/keeps-64-mib-in-all", test_memory_keeps_64_mib);
  g_test_add_func ("/log/store/memory/has-no-retention", test_memory_has_no_retention);
  return g_test_run ();
}
