/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The log with its threads, over a store of the test's own that can be held in the middle
 * of a group, made to fail, and counted.
 *
 * It is one piece because all cases hold the same store still at some point, and what they look
 * at are its counts.
 */
#include "config.h"

#include "server/log/srv-log.h"

#include <pthread.h>
#include <string.h>

#include "common/base/sal-limits.h"
#include "server/log/srv-log-memory.h"
#include "tests/unit/log-driver.h"

/* What was logged; warnings are no failures here. */
static gint warnings;
static gint messages;

static GLogWriterOutput
count_logged (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  switch (level & G_LOG_LEVEL_MASK)
    {
    case G_LOG_LEVEL_WARNING:
      g_atomic_int_inc (&warnings);
      return G_LOG_WRITER_HANDLED;
    case G_LOG_LEVEL_MESSAGE:
      g_atomic_int_inc (&messages);
      return G_LOG_WRITER_HANDLED;
    default:
      return g_log_writer_default (level, fields, n_fields, data);
    }
}

/* The clock. */
static gint64 now_us = G_GINT64_CONSTANT (1000000000);

static gint64
fake_clock (void)
{
  return __atomic_load_n (&now_us, __ATOMIC_SEQ_CST);
}

static void
set_clock (gint64 to_us)
{
  __atomic_store_n (&now_us, to_us, __ATOMIC_SEQ_CST);
}

/* The store. */

typedef struct
{
  SrvLogStore store; /* first */
  pthread_mutex_t mutex;
  pthread_cond_t cond;
  GPtrArray *kept;  /* of SrvEntry (owned) */
  GPtrArray *group; /* of SrvEntry (owned): begun, not committed */
  GArray *groups;   /* of guint: how many entries each committed group had */
  gboolean in_group;
  gboolean hold; /* commits wait */
  gboolean held; /* one does */
  gboolean fail_begin, fail_commit, fail_read;
  int fail_insert; /* at the nth entry of each group; 0: at none */
  guint rollbacks;
  guint maintained;
  guint since_maintained; /* groups */
  guint most_in_a_row;    /* groups without maintenance between them */
  guint maintain_more;    /* so often there is more to do */
  gint64 age_us;
  guint64 bytes;
  GPtrArray **left; /* (nullable): where to leave what was kept when it is freed */
} FakeStore;

static gboolean
fail (GError **error, const char *what)
{
  g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_NOSPC, "%s failed", what);
  return FALSE;
}

static gboolean
fake_begin (SrvLogStore *store, guint64 *last_seq, gint64 *last_time_us, GError **error)
{
  FakeStore *self = (FakeStore *) store;
  const SrvEntry *last = NULL;
  gboolean fails = FALSE;

  pthread_mutex_lock (&self->mutex);
  g_assert_false (self->in_group);
  fails = self->fail_begin;
  self->in_group = !fails;
  last = self->kept->len > 0 ? self->kept->pdata[self->kept->len - 1] : NULL;
  *last_seq = last != NULL ? last->seq : 0;
  *last_time_us = last != NULL ? last->time_us : 0;
  pthread_mutex_unlock (&self->mutex);
  return !fails || fail (error, "begin");
}

static gboolean
fake_insert (SrvLogStore *store, SrvEntry *entry, GError **error)
{
  FakeStore *self = (FakeStore *) store;
  gboolean fails = FALSE;

  pthread_mutex_lock (&self->mutex);
  g_assert_true (self->in_group);
  g_ptr_array_add (self->group, srv_entry_ref (entry));
  fails = self->fail_insert > 0 && self->group->len >= (guint) self->fail_insert;
  pthread_mutex_unlock (&self->mutex);
  return !fails || fail (error, "insert");
}

static gboolean
fake_commit (SrvLogStore *store, GError **error)
{
  FakeStore *self = (FakeStore *) store;
  gboolean fails = FALSE;

  pthread_mutex_lock (&self->mutex);
  g_assert_true (self->in_group);
  while (self->hold)
    {
      self->held = TRUE;
      pthread_cond_broadcast (&self->cond);
      pthread_cond_wait (&self->cond, &self->mutex);
    }
  self->held = FALSE;
  fails = self->fail_commit;
  if (!fails)
    {
      g_array_append_val (self->groups, self->group->len);
      self->since_maintained++;
      self->most_in_a_row = MAX (self->most_in_a_row, self->since_maintained);
      for (guint i = 0; i < self->group->len; i++)
        g_ptr_array_add (self->kept, srv_entry_ref (self->group->pdata[i]));
      g_ptr_array_set_size (self->group, 0);
      self->in_group = FALSE;
    }
  pthread_mutex_unlock (&self->mutex);
  return !fails || fail (error, "commit");
}

static void
fake_rollback (SrvLogStore *store)
{
  FakeStore *self = (FakeStore *) store;

  pthread_mutex_lock (&self->mutex);
  g_assert_true (self->in_group);
  g_ptr_array_set_size (self->group, 0);
  self->in_group = FALSE;
  self->rollbacks++;
  pthread_mutex_unlock (&self->mutex);
}

static gboolean
fake_read (SrvLogStore *store, const SrvLogQuery *query, GPtrArray *entries, GError **error)
{
  FakeStore *self = (FakeStore *) store;
  gboolean fails = FALSE;
  guint n = 0;

  pthread_mutex_lock (&self->mutex);
  fails = self->fail_read;
  for (guint k = 0; !fails && k < self->kept->len && n < query->limit; k++)
    {
      SrvEntry *entry = self->kept->pdata[query->backwards ? self->kept->len - 1 - k : k];

      if (query->backwards || entry->seq > query->seq)
        {
          g_ptr_array_add (entries, srv_entry_ref (entry));
          n++;
        }
    }
  pthread_mutex_unlock (&self->mutex);
  return !fails || fail (error, "read");
}

static gboolean
fake_maintain (SrvLogStore *store, gint64 at_us)
{
  FakeStore *self = (FakeStore *) store;
  gboolean more = FALSE;

  pthread_mutex_lock (&self->mutex);
  g_assert_false (self->in_group);
  self->maintained++;
  self->since_maintained = 0;
  more = self->maintain_more > 0;
  self->maintain_more -= more;
  pthread_cond_broadcast (&self->cond);
  pthread_mutex_unlock (&self->mutex);
  return more;
}

static void
fake_set_retention (SrvLogStore *store, gint64 age_us, guint64 bytes)
{
  FakeStore *self = (FakeStore *) store;

  pthread_mutex_lock (&self->mutex);
  self->age_us = age_us;
  self->bytes = bytes;
  pthread_mutex_unlock (&self->mutex);
}

static void
fake_free (SrvLogStore *store)
{
  FakeStore *self = (FakeStore *) store;

  g_assert_false (self->in_group);
  if (self->left != NULL)
    *self->left = g_steal_pointer (&self->kept);
  g_clear_pointer (&self->kept, g_ptr_array_unref);
  g_ptr_array_unref (self->group);
  g_array_unref (self->groups);
  pthread_cond_destroy (&self->cond);
  pthread_mutex_destroy (&self->mutex);
  g_free (self);
}

static const SrvLogStoreClass fake_class = {
  .begin = fake_begin,
  .insert = fake_insert,
  .commit = fake_commit,
  .rollback = fake_rollback,
  .read = fake_read,
  .maintain = fake_maintain,
  .set_retention = fake_set_retention,
  .free = fake_free,
};

static FakeStore *
fake_new (void)
{
  FakeStore *self = g_new0 (FakeStore, 1);

  self->store.klass = &fake_class;
  pthread_mutex_init (&self->mutex, NULL);
  pthread_cond_init (&self->cond, NULL);
  self->kept = g_ptr_array_new_with_free_func ((GDestroyNotify) srv_entry_unref);
  self->group = g_ptr_array_new_with_free_func ((GDestroyNotify) srv_entry_unref);
  self->groups = g_array_new (FALSE, FALSE, sizeof (guint));
  return self;
}

/* The next commit waits, and does not return until fake_let_go(). */
static void
fake_hold (FakeStore *self)
{
  pthread_mutex_lock (&self->mutex);
  self->hold = TRUE;
  pthread_mutex_unlock (&self->mutex);
}

static void
fake_wait_until_held (FakeStore *self)
{
  pthread_mutex_lock (&self->mutex);
  while (!self->held)
    pthread_cond_wait (&self->cond, &self->mutex);
  pthread_mutex_unlock (&self->mutex);
}

static void
fake_let_go (FakeStore *self)
{
  pthread_mutex_lock (&self->mutex);
  self->hold = FALSE;
  pthread_cond_broadcast (&self->cond);
  pthread_mutex_unlock (&self->mutex);
}

static void
fake_fail (FakeStore *self, gboolean begin, int insert, gboolean commit)
{
  pthread_mutex_lock (&self->mutex);
  self->fail_begin = begin;
  self->fail_insert = insert;
  self->fail_commit = commit;
  pthread_mutex_unlock (&self->mutex);
}

static guint
fake_group (FakeStore *self, guint i)
{
  guint n = 0;

  pthread_mutex_lock (&self->mutex);
  g_assert_cmpuint (i, <, self->groups->len);
  n = g_array_index (self->groups, guint, i);
  pthread_mutex_unlock (&self->mutex);
  return n;
}

static guint
fake_n_groups (FakeStore *self)
{
  guint n = 0;

  pthread_mutex_lock (&self->mutex);
  n = self->groups->len;
  pthread_mutex_unlock (&self->mutex);
  return n;
}

static void
assert_numbers (const LogReader *reader, const char *expected)
{
  g_autofree char *numbers = log_reader_numbers (reader);

  g_assert_cmpstr (numbers, ==, expected);
}

/* Order. */

static void
test_boot_first (void)
{
  g_autoptr (LogRun) run = log_run_new (&fake_new ()->store, fake_clock, NULL);
  const SrvEntry *boot = log_run_wait (run, 1);

  g_assert_cmpint (boot->kind, ==, SRV_ENTRY_BOOT);
  g_assert_cmpuint (boot->seq, ==, 1);
  g_assert_cmpuint (boot->origin.connection, ==, 0);
  g_assert_cmpint (boot->time_us, ==, fake_clock ());
}

static void
test_order (void)
{
  g_autoptr (LogRun) run = log_run_new (&fake_new ()->store, fake_clock, NULL);

  for (int i = 0; i < 500; i++)
    {
      g_autofree char *text = g_strdup_printf ("%d", i);

      log_run_say (run, text);
    }
  (void) log_run_wait (run, 501);
  for (guint i = 0; i < 500; i++)
    {
      const SrvEntry *entry = run->reader.entries->pdata[i + 1];
      g_autofree char *text = g_strdup_printf ("%u", i);

      g_assert_cmpuint (entry->seq, ==, i + 2);
      g_assert_cmpint (entry->status, ==, SRV_ENTRY_COMMITTED);
      g_assert_cmpstr (entry->text, ==, text);
      g_assert_cmpuint (entry->origin.connection, ==, 7);
    }
}

/* Nothing is shown before it is kept. */
static void
test_nothing_before_the_commit (void)
{
  FakeStore *store = fake_new ();
  g_autoptr (LogRun) run = log_run_new (&store->store, fake_clock, NULL);

  log_run_flush (run);
  fake_hold (store);
  log_run_say (run, "uno");
  fake_wait_until_held (store);
  while (g_main_context_iteration (run->context, FALSE))
    ;
  assert_numbers (&run->reader, "1");
  fake_let_go (store);
  (void) log_run_wait (run, 2);
}

/* What arrives while one group is being kept forms the next one. */
static void
test_group_commit (void)
{
  FakeStore *store = fake_new ();
  g_autoptr (LogRun) run = log_run_new (&store->store, fake_clock, NULL);

  log_run_flush (run);
  fake_hold (store);
  log_run_say (run, "alone");
  fake_wait_until_held (store);
  for (int i = 0; i < 200; i++)
    log_run_say (run, "together");
  fake_let_go (store);
  (void) log_run_wait (run, 202);
  g_assert_cmpuint (fake_n_groups (store), ==, 3); /* boot, the first, all others */
  g_assert_cmpuint (fake_group (store, 1), ==, 1);
  g_assert_cmpuint (fake_group (store, 2), ==, 200);
}

static GPtrArray *
many (guint n)
{
  GPtrArray *entries = g_ptr_array_new ();

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (entries,
                     srv_entry_new (SRV_ENTRY_MESSAGE, (SrvOrigin){ 0 }, "tea", "Ada", "", "ciao"));
  return entries;
}

static void
test_appended_together (void)
{
  FakeStore *store = fake_new ();
  g_autoptr (LogRun) run = log_run_new (&store->store, fake_clock, NULL);
  g_autoptr (GPtrArray) entries = many (50);
  g_autoptr (GPtrArray) none = g_ptr_array_new ();

  log_run_flush (run);
  srv_log_append (run->log, none);
  srv_log_append (run->log, entries);
  g_assert_cmpuint (entries->len, ==, 0);
  (void) log_run_wait (run, 51);
  g_assert_cmpuint (fake_n_groups (store), ==, 2);
  g_assert_cmpuint (fake_group (store, 1), ==, 50);
  g_assert_cmpuint (run->reader.batches, ==, 2);
}

/* The first of very many does not wait for the last. */
static void
test_large_groups_are_split (void)
{
  FakeStore *store = fake_new ();
  g_autoptr (LogRun) run = log_run_new (&store->store, fake_clock, NULL);
  g_autoptr (GPtrArray) entries = many (10000);

  log_run_flush (run);
  srv_log_append (run->log, entries);
  (void) log_run_wait (run, 10001);
  g_assert_cmpuint (fake_n_groups (store), >=, 3);
  for (guint i = 0; i < 10001; i++)
    g_assert_cmpuint (((SrvEntry *) run->reader.entries->pdata[i])->seq, ==, i + 1);
}

/* Names and rooms have one judge. */

/* Whoever sends a message again does not know that the first is being kept at that moment. */
static void
test_sent_twice_at_once (void)
{
  g_autoptr (LogRun) run = log_run_new (srv_log_memory_new (), fake_clock, NULL);
  g_autoptr (GPtrArray) entries = g_ptr_array_new ();
  const SrvEntry fields = { .kind = SRV_ENTRY_MESSAGE,
                            .origin = { .connection = 7 },
                            .room = "tea",
                            .name = "Ada",
                            .address = "('192.0.2.7', 1)",
                            .text = "once",
                            .nonce = "0123456789abcdef0123456789abcdef" };
  const SrvEntry *again = NULL;

  log_run_append (run, SRV_ENTRY_JOIN, 7, "tea", "Ada", NULL);
  (void) log_run_wait (run, 2);
  g_ptr_array_add (entries, srv_entry_new_from (&fields));
  g_ptr_array_add (entries, srv_entry_new_from (&fields));
  srv_log_append (run->log, entries);
  again = log_run_wait (run, 4);
  g_assert_cmpint (again->status, ==, SRV_ENTRY_KNOWN);
  g_assert_cmpint (((SrvEntry *) run->reader.entries->pdata[2])->status, ==, SRV_ENTRY_COMMITTED);
  g_assert_cmpuint (again->seq, ==, ((SrvEntry *) run->reader.entries->pdata[2])->seq);
}

static void
test_names (void)
{
  g_autoptr (LogRun) run = log_run_new (&fake_new ()->store, fake_clock, NULL);
  static const char *const expected[] = { "Ada", "ADA_2", "Ada_3", "ADA_2", "ada_2" };

  log_run_append (run, SRV_ENTRY_JOIN, 1, "tea", "Ada", NULL);
  log_run_append (run, SRV_ENTRY_JOIN, 2, "tea", "ADA", NULL);
  log_run_append (run, SRV_ENTRY_JOIN, 3, "tea", "Ada", NULL);
  log_run_leave (run, 2, "tea", ""); /* who may not have heard of its name yet */
  log_run_append (run, SRV_ENTRY_JOIN, 4, "tea", "ada", NULL);
  (void) log_run_wait (run, 6);
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    g_assert_cmpstr (((SrvEntry *) run->reader.entries->pdata[i + 1])->name, ==, expected[i]);
  g_assert_true (((SrvEntry *) run->reader.entries->pdata[4])->final);
}

/* Who only changes rooms keeps the name. */
static void
test_moving_keeps_the_name (void)
{
  g_autoptr (LogRun) run = log_run_new (&fake_new ()->store, fake_clock, NULL);
  static const char *const expected[] = { "Ada", "Ada", "Ada_2", "Ada" };

  log_run_append (run, SRV_ENTRY_JOIN, 1, "tea", "Ada", NULL);
  log_run_append (run, SRV_ENTRY_LEAVE, 1, "tea", "Ada", NULL);
  log_run_append (run, SRV_ENTRY_JOIN, 2, "tea", "Ada", NULL);
  log_run_append (run, SRV_ENTRY_JOIN, 1, "coffee", "Ada", NULL);
  (void) log_run_wait (run, 5);
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    g_assert_cmpstr (((SrvEntry *) run->reader.entries->pdata[i + 1])->name, ==, expected[i]);
}

static void
test_rooms (void)
{
  g_autoptr (LogRun) run = log_run_new (&fake_new ()->store, fake_clock, NULL);
  static const char *const expected[] = { "Tea", "Tea", "Tea", "Tea", "tEA" };

  log_run_append (run, SRV_ENTRY_JOIN, 1, "Tea", "Ada", NULL);
  log_run_append (run, SRV_ENTRY_JOIN, 2, "tea", "Bob", NULL);
  log_run_leave (run, 1, "TEA", "Ada");
  log_run_leave (run, 2, "tea", "Bob");
  log_run_append (run, SRV_ENTRY_JOIN, 3, "tEA", "Zoe", NULL);
  (void) log_run_wait (run, 6);
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    g_assert_cmpstr (((SrvEntry *) run->reader.entries->pdata[i + 1])->room, ==, expected[i]);
}

static void
test_reserved_names (void)
{
  static const char *const reserved[] = { "salotto", "Server", NULL };
  g_autoptr (LogRun) run = log_run_new (&fake_new ()->store, fake_clock, reserved);

  log_run_append (run, SRV_ENTRY_JOIN, 1, "tea", "Salotto", NULL);
  log_run_append (run, SRV_ENTRY_JOIN, 2, "tea", "server", NULL);
  g_assert_cmpstr (log_run_wait (run, 2)->name, ==, "Salotto_2");
  g_assert_cmpstr (log_run_wait (run, 3)->name, ==, "server_2");
}

/* Readers. */

static void
test_subscribe (void)
{
  g_autoptr (LogRun) run = log_run_new (&fake_new ()->store, fake_clock, NULL);
  LogReader from_3;
  LogReader from_now;
  LogReader from_beyond;

  for (int i = 0; i < 5; i++)
    log_run_say (run, "before");
  log_run_flush (run);
  log_reader_init (&from_3, run, 3);
  log_reader_init (&from_now, run, G_MAXUINT64);
  log_reader_init (&from_beyond, run, 6);
  log_run_flush (run);
  log_run_say (run, "after");
  log_run_flush (run);
  assert_numbers (&run->reader, "1 2 3 4 5 6 7");
  assert_numbers (&from_3, "4 5 6 7");
  assert_numbers (&from_now, "7");
  assert_numbers (&from_beyond, "7");

  srv_log_stop (run->log);
  log_reader_clear (&from_3);
  log_reader_clear (&from_now);
  log_reader_clear (&from_beyond);
}

typedef struct
{
  SrvLog *log;
  gint stop; /* atomic */
} Writer;

static gpointer
write_on (gpointer data)
{
  Writer *writer = data;

  while (!g_atomic_int_get (&writer->stop))
    {
      g_autoptr (GPtrArray) entries = many (3);

      srv_log_append (writer->log, entries);
      g_thread_yield ();
    }
  return NULL;
}

/* From a number on, without a gap and without doubles, while others write. */
static void
test_subscribe_while_writing (void)
{
  enum
  {
    N = 20
  };
  g_autoptr (LogRun) run = log_run_new (&fake_new ()->store, fake_clock, NULL);
  Writer writer = { .log = run->log };
  GThread *thread = g_thread_new ("writer", write_on, &writer);
  LogReader readers[N];
  guint64 after[N];

  for (guint i = 0; i < N; i++)
    {
      (void) log_run_wait (run, 50 * (i + 1));
      after[i] = i % 2 ? run->reader.entries->len / 2 : 10;
      log_reader_init (&readers[i], run, after[i]);
    }
  g_atomic_int_set (&writer.stop, 1);
  g_thread_join (thread);
  log_run_flush (run);
  for (guint i = 0; i < N; i++)
    {
      guint wanted = run->reader.entries->len - (guint) after[i];

      /* Each reads the past at its own pace. */
      while (readers[i].entries->len < wanted)
        log_run_turn (run);
      g_assert_cmpuint (readers[i].entries->len, ==, wanted);
      for (guint k = 0; k < readers[i].entries->len; k++)
        g_assert_cmpuint (((SrvEntry *) readers[i].entries->pdata[k])->seq, ==, after[i] + k + 1);
    }
  srv_log_stop (run->log);
  for (guint i = 0; i < N; i++)
    log_reader_clear (&readers[i]);
}

/* Readers who come late get what they missed in portions. */
static void
test_subscribe_to_a_long_log (void)
{
  g_autoptr (LogRun) run = log_run_new (&fake_new ()->store, fake_clock, NULL);
  g_autoptr (GPtrArray) entries = many (9000);
  LogReader late;

  srv_log_append (run->log, entries);
  log_run_flush (run);
  log_reader_init (&late, run, 0);
  log_run_flush (run);
  g_assert_cmpuint (late.entries->len, ==, 9001);
  for (guint i = 0; i < late.entries->len; i++)
    g_assert_cmpuint (((SrvEntry *) late.entries->pdata[i])->seq, ==, i + 1);
  srv_log_stop (run->log);
  log_reader_clear (&late);
}

/* A store that fails. */

typedef struct
{
  const char *name;
  gboolean begin;
  int insert;
  gboolean commit;
} FailRow;

static const FailRow fail_rows[] = {
  { "begin", TRUE, 0, FALSE },
  { "first-insert", FALSE, 1, FALSE },
  { "later-insert", FALSE, 3, FALSE },
  { "commit", FALSE, 0, TRUE },
};

static void
test_failing_store (gconstpointer data)
{
  const FailRow *row = data;
  FakeStore *store = fake_new ();
  g_autoptr (LogRun) run = log_run_new (&store->store, fake_clock, NULL);
  g_autoptr (GPtrArray) group = g_ptr_array_new ();
  static const SrvEntryStatus expected[] = { SRV_ENTRY_REFUSED, SRV_ENTRY_PASSING,
                                             SRV_ENTRY_REFUSED, SRV_ENTRY_PASSING };

  g_atomic_int_set (&warnings, 0);
  g_atomic_int_set (&messages, 0);
  log_run_say (run, "before");
  log_run_flush (run);
  fake_fail (store, row->begin, row->insert, row->commit);
  set_clock (2000000000);

  for (int round = 0; round < 3; round++)
    {
      SrvEntry *join =
          srv_entry_new (SRV_ENTRY_JOIN, (SrvOrigin){ .connection = 9 }, "tea", "Bob", "", NULL);
      SrvEntry *leave =
          srv_entry_new (SRV_ENTRY_LEAVE, (SrvOrigin){ .connection = 9 }, "tea", "Bob", "", NULL);

      join->flags |= SRV_ENTRY_FLAG_FIRST;
      leave->final = TRUE;
      g_ptr_array_add (group, srv_entry_new (SRV_ENTRY_MESSAGE, (SrvOrigin){ 0 }, "tea", "operator",
                                             "", "lost"));
      g_ptr_array_add (group, join);
      g_ptr_array_add (group, srv_entry_new (SRV_ENTRY_ACTION, (SrvOrigin){ 0 }, "tea", "operator",
                                             "", "is lost"));
      g_ptr_array_add (group, leave);
      srv_log_append (run->log, group);
    }
  (void) log_run_wait (run, 14);
  for (guint i = 0; i < 12; i++)
    {
      const SrvEntry *entry = run->reader.entries->pdata[2 + i];

      g_assert_cmpint (entry->status, ==, expected[i % 4]);
      g_assert_cmpuint (entry->seq, ==, 0);
      g_assert_cmpint (entry->time_us, >=, 2000000000);
      g_assert_cmpint (entry->time_us, <, 2000000000 + G_TIME_SPAN_HOUR);
    }

  /* It says so once, and once that it works again. */
  g_assert_cmpint (g_atomic_int_get (&warnings), ==, 1);
  g_assert_cmpint (g_atomic_int_get (&messages), ==, 0);
  fake_fail (store, FALSE, 0, FALSE);
  log_run_say (run, "after");
  log_run_say (run, "after");
  (void) log_run_wait (run, 16);
  g_assert_cmpuint (((SrvEntry *) run->reader.entries->pdata[14])->seq, ==, 3);
  g_assert_cmpint (((SrvEntry *) run->reader.entries->pdata[14])->status, ==, SRV_ENTRY_COMMITTED);
  g_assert_cmpuint (((SrvEntry *) run->reader.entries->pdata[15])->seq, ==, 4);
  g_assert_cmpint (g_atomic_int_get (&warnings), ==, 1);
  g_assert_cmpint (g_atomic_int_get (&messages), ==, 1);
  if (!row->begin)
    g_assert_cmpuint (store->rollbacks, >, 0);
  else
    g_assert_cmpuint (store->rollbacks, ==, 0);
  set_clock (1000000000);
}

/* A log that fails at the start boots as soon as it can, before anything else. */
static void
test_late_boot (void)
{
  FakeStore *store = fake_new ();
  g_autoptr (LogRun) run = NULL;

  fake_fail (store, TRUE, 0, FALSE);
  run = log_run_new (&store->store, fake_clock, NULL);
  log_run_append (run, SRV_ENTRY_JOIN, 1, "tea", "Ada", NULL);
  log_run_say (run, "lost");
  g_assert_cmpint (log_run_wait (run, 1)->status, ==, SRV_ENTRY_PASSING);
  g_assert_cmpint (log_run_wait (run, 2)->status, ==, SRV_ENTRY_REFUSED);
  fake_fail (store, FALSE, 0, FALSE);
  log_run_say (run, "kept");
  g_assert_cmpuint (log_run_wait (run, 3)->seq, ==, 2);
  g_assert_cmpuint (store->kept->len, ==, 2);
  g_assert_cmpint (((SrvEntry *) store->kept->pdata[0])->kind, ==, SRV_ENTRY_BOOT);
  log_run_say (run, "kept");
  g_assert_cmpuint (log_run_wait (run, 4)->seq, ==, 3); /* and it boots once */
}

/* Names are judged with a failing store, too. */
static void
test_names_with_a_failing_store (void)
{
  FakeStore *store = fake_new ();
  g_autoptr (LogRun) run = log_run_new (&store->store, fake_clock, NULL);

  log_run_flush (run);
  fake_fail (store, FALSE, 0, TRUE);
  log_run_append (run, SRV_ENTRY_JOIN, 1, "tea", "Ada", NULL);
  log_run_append (run, SRV_ENTRY_JOIN, 2, "tea", "Ada", NULL);
  log_run_leave (run, 1, "tea", "Ada");
  log_run_append (run, SRV_ENTRY_JOIN, 3, "tea", "Ada", NULL);
  g_assert_cmpstr (log_run_wait (run, 3)->name, ==, "Ada_2");
  g_assert_cmpstr (log_run_wait (run, 5)->name, ==, "Ada");
}

/* Questions. */

static void
test_read (void)
{
  g_autoptr (LogRun) run = log_run_new (&fake_new ()->store, fake_clock, NULL);

  /* People find their own words in the answer, without waiting for them. */
  for (int i = 0; i < 5; i++)
    log_run_say (run, "ciao");
  log_run_read (run, srv_log_query_new ("tea", 3), 42);
  g_assert_cmpuint (run->answer->tag, ==, 42);
  g_assert_no_error (run->answer->error);
  g_assert_cmpuint (run->answer->entries->len, ==, 3);
  for (guint i = 0; i < 3; i++) /* the last ones, oldest first */
    g_assert_cmpuint (((SrvEntry *) run->answer->entries->pdata[i])->seq, ==, 4 + i);
}

static void
test_read_order (void)
{
  g_autoptr (LogRun) run = log_run_new (&fake_new ()->store, fake_clock, NULL);

  for (int i = 0; i < 9; i++)
    log_run_say (run, "ciao");
  for (guint n = 0; n <= 10; n++)
    for (int backwards = 0; backwards < 2; backwards++)
      {
        SrvLogQuery *query = srv_log_query_new (NULL, n);

        query->backwards = backwards;
        log_run_read (run, query, n);
        g_assert_cmpuint (run->answer->entries->len, ==, n);
        for (guint i = 0; i < n; i++)
          g_assert_cmpuint (((SrvEntry *) run->answer->entries->pdata[i])->seq, ==,
                            backwards ? 10 - n + 1 + i : i + 1);
      }
}

static void
test_read_fails (void)
{
  FakeStore *store = fake_new ();
  g_autoptr (LogRun) run = log_run_new (&store->store, fake_clock, NULL);

  log_run_flush (run);
  pthread_mutex_lock (&store->mutex);
  store->fail_read = TRUE;
  pthread_mutex_unlock (&store->mutex);
  log_run_read (run, srv_log_query_new ("tea", 3), 1);
  g_assert_error (run->answer->error, G_FILE_ERROR, G_FILE_ERROR_NOSPC);
  g_assert_cmpuint (run->answer->entries->len, ==, 0);
  log_run_say (run, "and it goes on");
  g_assert_cmpint (log_run_wait (run, 2)->status, ==, SRV_ENTRY_COMMITTED);
}

static void
test_flush (void)
{
  g_autoptr (LogRun) run = log_run_new (&fake_new ()->store, fake_clock, NULL);

  log_run_flush (run);
  g_string_truncate (run->order, 0);
  for (int i = 0; i < 3; i++)
    {
      log_run_say (run, "ciao");
      log_run_ask_flush (run);
    }
  while (run->flushes < 4)
    log_run_turn (run);
  g_assert_cmpstr (run->order->str, ==, "bfbfbf"); /* each behind what was before it */
}

static void
test_pending_bytes (void)
{
  FakeStore *store = fake_new ();
  g_autoptr (LogRun) run = log_run_new (&store->store, fake_clock, NULL);
  g_autofree char *text = g_strnfill (1000, 'x');

  log_run_flush (run);
  g_assert_cmpuint (srv_log_pending_bytes (run->log), ==, 0);
  fake_hold (store);
  for (int i = 0; i < 10; i++)
    log_run_say (run, text);
  fake_wait_until_held (store);
  g_assert_cmpuint (srv_log_pending_bytes (run->log), >=, 10000);
  g_assert_cmpuint (srv_log_pending_bytes (run->log), <, 13000);
  fake_let_go (store);
  log_run_flush (run);
  g_assert_cmpuint (srv_log_pending_bytes (run->log), ==, 0);

  /* With names that are judged, and with a failing store, nothing is left over. */
  fake_fail (store, FALSE, 0, TRUE);
  for (guint64 c = 1; c < 20; c++)
    log_run_append (run, SRV_ENTRY_JOIN, c, "tea", "Ada", NULL);
  log_run_say (run, text);
  log_run_flush (run);
  g_assert_cmpuint (srv_log_pending_bytes (run->log), ==, 0);
}

/* The end. */

static void
drop_answer (gpointer owner, gpointer letter)
{
  srv_log_answer_free (letter);
}

static void
test_free_keeps_everything (void)
{
  FakeStore *store = fake_new ();
  LogRun *run = log_run_new (&store->store, fake_clock, NULL);
  g_autoptr (GPtrArray) kept = NULL;
  g_autoptr (GPtrArray) entries = many (10000);

  store->left = &kept;
  for (int i = 0; i < 1000; i++)
    log_run_say (run, "ciao");
  srv_log_append (run->log, entries);
  srv_log_read (run->log, srv_log_query_new (NULL, 1), run->reader.mailbox, drop_answer, 0);
  log_run_free (run);
  g_assert_cmpuint (kept->len, ==, 11001);
  srv_log_free (NULL);
}

static void
keep_batch (gpointer owner, gpointer letter)
{
  g_ptr_array_add (owner, letter);
}

/* What a slow reader has not taken counts as waiting, so that who posts is held back; when it has
 * taken enough, everybody learns of it, also who had taken everything before. */
static void
test_slow_reader_holds_back (void)
{
  g_autoptr (LogRun) run = log_run_new_quiet (&fake_new ()->store, fake_clock);
  g_autoptr (GPtrArray) kept = g_ptr_array_new ();
  SrvMailbox *slow = srv_mailbox_new (run->reactor, kept);
  g_autofree char *text = g_strnfill (SAL_LOG_QUEUE_BYTES / 8, 'x');

  srv_log_subscribe (run->log, slow, keep_batch, G_MAXUINT64);
  log_run_flush (run);
  for (guint i = 0; i < 6; i++)
    {
      log_run_say (run, text);
      log_run_flush (run);
    }
  g_assert_false (srv_log_is_busy (run->log));
  g_assert_cmpuint (run->reader.entries->len, ==, 6);
  g_assert_cmpuint (run->reader.empty, ==, 0);
  g_assert_cmpuint (kept->len, ==, 6);
  g_assert_cmpuint (srv_log_pending_bytes (run->log), >, SAL_LOG_QUEUE_BYTES / 2);

  for (guint i = 0; i < 6; i++)
    srv_log_batch_unref (kept->pdata[i]);
  g_assert_cmpuint (srv_log_pending_bytes (run->log), ==, 0);
  while (run->reader.empty == 0 || kept->len < 7)
    log_run_turn (run);
  g_assert_cmpuint (run->reader.empty, ==, 1);
  srv_log_batch_unref (kept->pdata[6]);
  srv_log_stop (run->log);
  srv_mailbox_free (slow);
}

/* What came back after the last turn is delivered when the mailbox is freed. */
static void
test_free_delivers_everything (void)
{
  g_autoptr (LogRun) run = log_run_new (&fake_new ()->store, fake_clock, NULL);

  for (int i = 0; i < 100; i++)
    log_run_say (run, "ciao");
  log_run_ask_flush (run);
  srv_log_stop (run->log);
  while (g_main_context_iteration (run->context, FALSE))
    ;
  g_assert_cmpuint (run->reader.entries->len, ==, 101);
  g_assert_cmpuint (run->flushes, ==, 1);
}

/* Time. */

static void
test_time_never_goes_back (void)
{
  static const gint64 clock_s[] = { 1000, 2000, 1500, 1, 2000, -5, 3000, 0 };
  gint64 last_us = 0;
  g_autoptr (LogRun) run = NULL;

  set_clock (500LL * G_USEC_PER_SEC);
  run = log_run_new (&fake_new ()->store, fake_clock, NULL);
  log_run_flush (run);
  for (guint i = 0; i < G_N_ELEMENTS (clock_s); i++)
    {
      const SrvEntry *entry = NULL;

      set_clock (clock_s[i] * G_USEC_PER_SEC);
      log_run_say (run, "ciao");
      entry = log_run_wait (run, i + 2);
      if (clock_s[i] * G_USEC_PER_SEC > last_us)
        g_assert_cmpint (entry->time_us, ==, clock_s[i] * G_USEC_PER_SEC);
      else
        g_assert_cmpint (entry->time_us, >, last_us);
      last_us = entry->time_us;
    }
  g_assert_cmpint (last_us, >, 3000LL * G_USEC_PER_SEC);
  set_clock (1000000000);
}

/* Says something, the @n-th entry. Returns the time of it. */
static gint64
say_at (LogRun *run, guint n)
{
  log_run_say (run, "ciao");
  return log_run_wait (run, n)->time_us;
}

/* While the clock is behind, what is said later has a later time: the more so the later it is said, but
 * the clock catches up. */
static void
test_time_does_not_stand_still (void)
{
  g_autoptr (LogRun) run = NULL;
  gint64 first_us = 0;
  gint64 heard_us = 0;
  gint64 asked_us = g_get_monotonic_time ();
  gint64 passed_us = 0;

  set_clock (2 * G_TIME_SPAN_HOUR);
  run = log_run_new (&fake_new ()->store, fake_clock, NULL);
  log_run_flush (run);
  set_clock (G_TIME_SPAN_HOUR);
  first_us = say_at (run, 2);
  heard_us = g_get_monotonic_time ();
  while (g_get_monotonic_time () < heard_us + 80 * G_TIME_SPAN_MILLISECOND)
    g_usleep (80 * G_TIME_SPAN_MILLISECOND);
  passed_us = say_at (run, 3) - first_us;
  g_assert_cmpint (passed_us, >=, 4 * G_TIME_SPAN_MILLISECOND);
  g_assert_cmpint (passed_us, <=, (g_get_monotonic_time () - asked_us) / 8);
  /* ...and if it is set back further, no more is lost. */
  set_clock (0);
  g_assert_cmpint (say_at (run, 4), >, first_us + passed_us);
  set_clock (2 * G_TIME_SPAN_HOUR + G_TIME_SPAN_MINUTE * 30);
  g_assert_cmpint (say_at (run, 5), ==, 2 * G_TIME_SPAN_HOUR + G_TIME_SPAN_MINUTE * 30);
  set_clock (1000000000);
}

static gboolean
everybody_may_use (const char *name, const char *account, gpointer data)
{
  return TRUE;
}

static SrvOwnedRoom *
owned_by_anna (const char *room, gpointer data)
{
  return srv_owned_room_new (room, "anna");
}

static gboolean
note_topic_time (const SrvOwnedRoom *room, gpointer topic_us)
{
  *(gint64 *) topic_us = room->topic_us;
  return TRUE;
}

/* What is remembered of a room has the time that its entry has, although the clock was set back. */
static void
test_one_time_for_all (void)
{
  static const SrvOwners owners = { .may_use = everybody_may_use,
                                    .find_room = owned_by_anna,
                                    .keep_room = note_topic_time };
  g_autoptr (GPtrArray) entries = g_ptr_array_new ();
  g_autoptr (LogRun) run = NULL;
  SrvEntry *topic = srv_entry_new (SRV_ENTRY_TOPIC, (SrvOrigin){ .connection = 1 }, "tea", "Ada",
                                   "('192.0.2.7', 1)", "Earl Grey");
  gint64 topic_us = 0;
  guint n = 0;

  set_clock (3000);
  run = log_run_new (&fake_new ()->store, fake_clock, NULL);
  srv_log_set_owners (run->log, &owners, &topic_us);
  log_run_append (run, SRV_ENTRY_JOIN, 1, "tea", "Ada", NULL);
  log_run_flush (run);
  set_clock (1000);
  topic->flags |= SRV_ENTRY_FLAG_SERVER;
  g_ptr_array_add (entries, topic);
  srv_log_append (run->log, entries);
  log_run_flush (run);
  n = run->reader.entries->len;
  topic = run->reader.entries->pdata[n - 1];
  g_assert_cmpint (topic->kind, ==, SRV_ENTRY_TOPIC);
  g_assert_cmpint (topic->time_us, >, 3000);
  g_assert_cmpint (topic_us, ==, topic->time_us);
  set_clock (1000000000);
}

/* Retention. */

static void
wait_maintained (FakeStore *store, guint n)
{
  pthread_mutex_lock (&store->mutex);
  while (store->maintained < n)
    pthread_cond_wait (&store->cond, &store->mutex);
  pthread_mutex_unlock (&store->mutex);
}

static void
test_retention (void)
{
  FakeStore *store = fake_new ();
  g_autoptr (LogRun) run = log_run_new (&store->store, fake_clock, NULL);
  guint before = 0;

  wait_maintained (store, 1); /* at start */
  log_run_flush (run);
  pthread_mutex_lock (&store->mutex);
  store->maintain_more = 5;
  before = store->maintained;
  pthread_mutex_unlock (&store->mutex);
  srv_log_set_retention (run->log, 123, 456);
  wait_maintained (store, before + 6); /* as long as there is more to do */
  g_assert_cmpint (store->age_us, ==, 123);
  g_assert_cmpuint (store->bytes, ==, 456);
  log_run_say (run, "and it goes on");
  g_assert_cmpint (log_run_wait (run, 2)->status, ==, SRV_ENTRY_COMMITTED);
}

/* However many groups are taken at once, each is followed by a step of retention. */
static void
test_retention_of_each_group (void)
{
  FakeStore *store = fake_new ();
  g_autoptr (LogRun) run = log_run_new (&store->store, fake_clock, NULL);

  wait_maintained (store, 1); /* at start */
  log_run_flush (run);
  srv_log_set_retention (run->log, 123, 456);
  fake_hold (store);
  log_run_say (run, "alone");
  fake_wait_until_held (store);
  pthread_mutex_lock (&store->mutex);
  store->maintain_more = 100;
  store->since_maintained = store->most_in_a_row = 0;
  pthread_mutex_unlock (&store->mutex);
  srv_log_set_retention (run->log, 123, 456);
  for (int i = 0; i < 5; i++)
    {
      log_run_say (run, "a group");
      srv_log_reserve_room (run->log, "lobby"); /* ends it */
    }
  fake_let_go (store);
  (void) log_run_wait (run, 7);
  log_run_flush (run);
  g_assert_cmpuint (fake_n_groups (store), ==, 7);
  g_assert_cmpuint (store->most_in_a_row, <=, 2); /* the first was not looked at yet */
}

/* The watchdog sees that the thread is alive. */
static void
test_last_turn (void)
{
  FakeStore *store = fake_new ();
  gint64 before_us = g_get_monotonic_time ();
  g_autoptr (LogRun) run = log_run_new (&store->store, fake_clock, NULL);

  log_run_say (run, "ciao");
  log_run_flush (run);
  wait_maintained (store, 1);
  g_assert_cmpint (srv_log_last_turn_us (run->log), >=, before_us);
  g_assert_cmpint (srv_log_last_turn_us (run->log), <=, g_get_monotonic_time ());
}

#define ADD(path, func) g_test_add_func ("/log/log/" path, func)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_writer_func (count_logged, NULL, NULL);

  ADD ("begins-with-a-boot", test_boot_first);
  ADD ("keeps-the-order", test_order);
  ADD ("shows-nothing-before-it-is-kept", test_nothing_before_the_commit);
  ADD ("groups/what-arrives-meanwhile", test_group_commit);
  ADD ("groups/what-was-appended-together", test_appended_together);
  ADD ("groups/no-more-than-is-good", test_large_groups_are_split);
  ADD ("what-is-sent-twice-at-once-is-kept-once", test_sent_twice_at_once);
  ADD ("names/one-judge", test_names);
  ADD ("names/kept-in-another-room", test_moving_keeps_the_name);
  ADD ("names/reserved", test_reserved_names);
  ADD ("names/with-a-failing-store", test_names_with_a_failing_store);
  ADD ("rooms/one-form", test_rooms);
  ADD ("subscribe/from-a-number", test_subscribe);
  ADD ("subscribe/without-a-gap-while-others-write", test_subscribe_while_writing);
  ADD ("subscribe/to-a-long-log", test_subscribe_to_a_long_log);
  for (gsize i = 0; i < G_N_ELEMENTS (fail_rows); i++)
    {
      g_autofree char *path = g_strconcat ("/log/log/fails/", fail_rows[i].name, NULL);

      g_test_add_data_func (path, &fail_rows[i], test_failing_store);
    }
  ADD ("fails/at-the-start", test_late_boot);
  ADD ("read/finds-what-was-appended-before", test_read);
  ADD ("read/oldest-first", test_read_order);
  ADD ("read/fails", test_read_fails);
  ADD ("flush/comes-after-what-was-before-it", test_flush);
  ADD ("pending-bytes-come-down-to-nothing", test_pending_bytes);
  ADD ("groups/a-slow-reader-holds-back", test_slow_reader_holds_back);
  ADD ("free/keeps-everything", test_free_keeps_everything);
  ADD ("free/delivers-everything", test_free_delivers_everything);
  ADD ("time-never-goes-back", test_time_never_goes_back);
  ADD ("time-does-not-stand-still-either", test_time_does_not_stand_still);
  ADD ("time/is-the-same-for-the-judge", test_one_time_for_all);
  ADD ("retention-is-looked-at-until-nothing-is-left", test_retention);
  ADD ("retention-is-looked-at-after-each-group", test_retention_of_each_group);
  ADD ("says-when-it-last-did-something", test_last_turn);
  return g_test_run ();
}
