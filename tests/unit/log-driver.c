/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The log as a worker meets it: entries go in, batches and answers come back by a
 * mailbox of a reactor, in a loop of the test's own. Waiting is for what is to come,
 * never for a time; what does not come ends the test.
 */
#include "config.h"

#include "tests/unit/log-driver.h"

#define PATIENCE_US (60 * G_TIME_SPAN_SECOND)

static void
on_due (SrvDeadline *deadline, gpointer data)
{
  g_assert_null (deadline); /* nothing is ever armed here */
}

static void
on_turn_end (gpointer data)
{
}

static const SrvReactorHooks hooks = { .due = on_due, .turn_end = on_turn_end };

static void
on_batch (gpointer owner, gpointer letter)
{
  LogReader *reader = owner;
  g_autoptr (SrvLogBatch) batch = letter;

  if (batch->n == 0)
    {
      reader->empty++; /* there is room again */
      return;
    }
  reader->batches++;
  for (guint i = 0; i < batch->n; i++)
    g_ptr_array_add (reader->entries, srv_entry_ref (batch->entries[i]));
  if (reader == &reader->run->reader)
    g_string_append_c (reader->run->order, 'b');
}

static void
on_answer (gpointer owner, gpointer letter)
{
  LogRun *run = ((LogReader *) owner)->run;

  g_clear_pointer (&run->answer, srv_log_answer_free);
  run->answer = letter;
  g_string_append_c (run->order, 'a');
}

static void
on_flushed (gpointer owner, gpointer letter)
{
  LogRun *run = letter;

  g_assert_true (((LogReader *) owner)->run == run);
  run->flushes++;
  g_string_append_c (run->order, 'f');
}

/**
 * log_reader_init:
 * @after: as for srv_log_subscribe()
 */
void
log_reader_init (LogReader *reader, LogRun *run, guint64 after)
{
  *reader = (LogReader){ .run = run };
  reader->mailbox = srv_mailbox_new (run->reactor, reader);
  reader->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) srv_entry_unref);
  srv_log_subscribe (run->log, reader->mailbox, on_batch, after);
}

/**
 * log_reader_clear:
 *
 * Once the log is gone.
 */
void
log_reader_clear (LogReader *reader)
{
  srv_mailbox_free (reader->mailbox);
  g_ptr_array_unref (reader->entries);
}

/**
 * log_reader_numbers:
 *
 * Returns: (transfer full): the numbers of what came, such as `1 2 3`.
 */
char *
log_reader_numbers (const LogReader *reader)
{
  GString *numbers = g_string_new (NULL);

  for (guint i = 0; i < reader->entries->len; i++)
    g_string_append_printf (numbers, "%s%" G_GUINT64_FORMAT, i > 0 ? " " : "",
                            ((SrvEntry *) reader->entries->pdata[i])->seq);
  return g_string_free (numbers, FALSE);
}

static LogRun *
run_new (SrvLogStore *store, SrvWallClock clock, const char *const *reserved, guint64 after)
{
  LogRun *run = g_new0 (LogRun, 1);

  run->context = g_main_context_new ();
  run->reactor = srv_reactor_new (run->context, 1, &hooks, run);
  run->order = g_string_new (NULL);
  run->log = srv_log_new (store, clock, reserved);
  log_reader_init (&run->reader, run, after);
  return run;
}

/**
 * log_run_new:
 * @store: (transfer full)
 *
 * Returns: (transfer full): a log that works, with one reader from the beginning on.
 */
LogRun *
log_run_new (SrvLogStore *store, SrvWallClock clock, const char *const *reserved)
{
  return run_new (store, clock, reserved, 0);
}

/**
 * log_run_new_quiet:
 * @store: (transfer full)
 *
 * Returns: (transfer full): the same, with a reader of what comes, as workers are, so
 * that nothing is read from the store unless somebody asks.
 */
LogRun *
log_run_new_quiet (SrvLogStore *store, SrvWallClock clock)
{
  return run_new (store, clock, NULL, G_MAXUINT64);
}

/**
 * log_run_free:
 * @run: (nullable) (transfer full)
 */
void
log_run_free (LogRun *run)
{
  if (run == NULL)
    return;
  srv_log_stop (run->log);
  log_reader_clear (&run->reader);
  srv_log_free (run->log);
  srv_log_answer_free (run->answer);
  srv_reactor_free (run->reactor);
  g_main_context_unref (run->context);
  g_string_free (run->order, TRUE);
  g_free (run);
}

/**
 * log_run_append:
 *
 * Posts one entry.
 */
void
log_run_append (LogRun *run,
                SrvEntryKind kind,
                guint64 connection,
                const char *room,
                const char *name,
                const char *text)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new ();
  SrvEntry *entry = srv_entry_new (kind, (SrvOrigin){ .connection = connection }, room, name,
                                   "('192.0.2.7', 1)", text);

  /* Who may speak is the judge's business; here it is about what is kept. */
  if (srv_entry_is_said (entry))
    entry->flags |= SRV_ENTRY_FLAG_SERVER;
  else if (kind == SRV_ENTRY_JOIN)
    entry->flags |= SRV_ENTRY_FLAG_FIRST;
  g_ptr_array_add (entries, entry);
  srv_log_append (run->log, entries);
  g_assert_cmpuint (entries->len, ==, 0);
}

/**
 * log_run_say:
 */
void
log_run_say (LogRun *run, const char *text)
{
  log_run_append (run, SRV_ENTRY_MESSAGE, 7, "tea", "Ada", text);
}

/**
 * log_run_leave:
 *
 * Somebody leaves the server.
 */
void
log_run_leave (LogRun *run, guint64 connection, const char *room, const char *name)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new ();
  SrvEntry *entry = srv_entry_new (SRV_ENTRY_LEAVE, (SrvOrigin){ .connection = connection }, room,
                                   name, "('192.0.2.7', 1)", NULL);

  entry->final = TRUE;
  g_ptr_array_add (entries, entry);
  srv_log_append (run->log, entries);
}

static gboolean
out_of_patience (gpointer data)
{
  g_error ("nothing came back from the log");
  return G_SOURCE_REMOVE;
}

/**
 * log_run_turn:
 *
 * Lets the loop turn once, when there is something to do.
 */
void
log_run_turn (LogRun *run)
{
  GSource *patience = g_timeout_source_new (PATIENCE_US / 1000);

  g_source_set_callback (patience, out_of_patience, NULL, NULL);
  g_source_attach (patience, run->context);
  g_main_context_iteration (run->context, TRUE);
  g_source_destroy (patience);
  g_source_unref (patience);
}

/**
 * log_run_wait:
 *
 * Waits until @n entries have come to the reader.
 *
 * Returns: (transfer none): the last of those.
 */
const SrvEntry *
log_run_wait (LogRun *run, guint n)
{
  while (run->reader.entries->len < n)
    log_run_turn (run);
  return run->reader.entries->pdata[n - 1];
}

/**
 * log_run_read:
 * @query: (transfer full)
 *
 * Asks, and waits for the answer.
 */
void
log_run_read (LogRun *run, SrvLogQuery *query, guint64 tag)
{
  g_clear_pointer (&run->answer, srv_log_answer_free);
  srv_log_read (run->log, query, run->reader.mailbox, on_answer, tag);
  while (run->answer == NULL)
    log_run_turn (run);
}

/**
 * log_run_ask_flush:
 */
void
log_run_ask_flush (LogRun *run)
{
  srv_log_flush (run->log, run->reader.mailbox, on_flushed, run);
}

/**
 * log_run_flush:
 *
 * Waits until everything has come back.
 */
void
log_run_flush (LogRun *run)
{
  guint before = run->flushes;

  log_run_ask_flush (run);
  while (run->flushes == before)
    log_run_turn (run);
}
