/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The two sides of a session, played: the connection above it, which writes down what
 * it is asked for, and the log below it, which answers when it is told to, as the
 * worker would pass it on. It holds the session to what it may do at all: nothing
 * after the end, one end, one leave.
 */
#include "config.h"

#include "tests/unit/session-driver.h"

#include <string.h>

static const char *const event_names[] = {
  [SAL_EVENT_TEXT] = "text",
  [SAL_EVENT_GREETING] = "greeting",
  [SAL_EVENT_NAME_WANTED] = "name-wanted",
  [SAL_EVENT_WELCOME] = "welcome",
  [SAL_EVENT_HINT] = "hint",
  [SAL_EVENT_MESSAGE] = "message",
  [SAL_EVENT_ACTION] = "action",
  [SAL_EVENT_JOIN] = "join",
  [SAL_EVENT_LEAVE] = "leave",
  [SAL_EVENT_GOODBYE] = "goodbye",
  [SAL_EVENT_QUIT_ECHO] = "quit-echo",
  [SAL_EVENT_NOTE] = "note",
};

static const char *const note_names[SAL_N_NOTES] = {
  [SAL_NOTE_HELP] = "help",
  [SAL_NOTE_WHO] = "who",
  [SAL_NOTE_NO_HISTORY] = "no-history",
  [SAL_NOTE_MISUSED] = "misused",
  [SAL_NOTE_MOVED] = "moved",
  [SAL_NOTE_LIMIT] = "limit",
  [SAL_NOTE_NOT_KEPT] = "not-kept",
  [SAL_NOTE_NO_READING] = "no-reading",
  [SAL_NOTE_MUTED] = "muted",
  [SAL_NOTE_BANNED] = "banned",
  [SAL_NOTE_KICKED] = "kicked",
  [SAL_NOTE_NOT_PUBLIC] = "not-public",
  [SAL_NOTE_STOPPED] = "stopped",
  [SAL_NOTE_TLS_ONLY] = "tls-only",
  [SAL_NOTE_TOO_MANY_ERRORS] = "too-many-errors",
};

static const char *const end_names[] = {
  [SRV_END_POLITE] = "polite",
  [SRV_END_PROMPT] = "prompt",
  [SRV_END_HTTP] = "http",
  [SRV_END_TLS] = "tls",
};

static void
add_word (GString *record, const char *word)
{
  if (word != NULL && *word != '\0')
    g_string_append_printf (record, " %s", word);
}

/* The words of an event that its dialects use. */
static void
tell (SrvSession *session, const SalEvent *event)
{
  SessionRun *run = (SessionRun *) session;

  g_assert_false (run->ended);
  g_string_append_printf (run->record, "tell %s%s", event->past ? "past " : "",
                          event->kind == SAL_EVENT_NOTE ? note_names[event->note]
                                                        : event_names[event->kind]);
  if (event->kind == SAL_EVENT_NOTE)
    {
      if (event->note == SAL_NOTE_MOVED || event->note == SAL_NOTE_NO_HISTORY ||
          event->note == SAL_NOTE_WHO)
        add_word (run->record, event->room);
      add_word (run->record, event->text);
      if (event->note == SAL_NOTE_LIMIT || event->note == SAL_NOTE_WHO)
        g_string_append_printf (run->record, " %" G_GUINT64_FORMAT, event->number);
    }
  else if (event->kind != SAL_EVENT_GREETING && event->kind != SAL_EVENT_NAME_WANTED &&
           event->kind != SAL_EVENT_HINT && event->kind != SAL_EVENT_GOODBYE)
    {
      add_word (run->record, event->name);
      add_word (run->record, event->text);
    }
  g_string_append_c (run->record, '\n');
}

static void
post (SrvSession *session, SrvEntry *entry)
{
  SessionRun *run = (SessionRun *) session;

  g_assert_false (run->ended);
  g_assert_cmpuint (run->leaves, ==, 0);
  g_assert_cmpuint (entry->origin.connection, ==, 7);
  g_assert_cmpstr (entry->address, ==, "('192.0.2.7', 1)");
  g_string_append_printf (run->record, "post %s %s", srv_entry_kind_name (entry->kind),
                          entry->room);
  add_word (run->record, entry->name);
  add_word (run->record, entry->text);
  if (entry->final)
    {
      g_assert_cmpint (entry->kind, ==, SRV_ENTRY_LEAVE);
      g_string_append (run->record, " (final)");
      run->leaves++;
    }
  g_string_append_c (run->record, '\n');
  g_queue_push_tail (&run->posted, entry);
}

static void
read_log (SrvSession *session, SrvLogQuery *query)
{
  SessionRun *run = (SessionRun *) session;

  g_assert_false (run->ended);
  g_assert_null (run->asked);
  g_assert_true (query->backwards && query->said_only);
  g_assert_true (query->seq == 0 && query->time_us == 0);
  g_string_append_printf (run->record, "read %s %u\n", query->room, query->limit);
  run->asked = query;
}

static void
end (SrvSession *session, SrvEnd how)
{
  SessionRun *run = (SessionRun *) session;

  g_assert_false (run->ended);
  g_assert_cmpint (session->state, ==, SRV_SESSION_OVER);
  g_string_append_printf (run->record, "end %s\n", end_names[how]);
  run->ended = TRUE;
}

static guint
limit_of (SrvSession *session, SalLimit limit)
{
  return ((SessionRun *) session)->limits.value[limit];
}

static const SrvSessionHost host = {
  .tell = tell,
  .post = post,
  .read = read_log,
  .end = end,
  .limit = limit_of,
};

/* The quiet host. */

static void
tell_nobody (SrvSession *session, const SalEvent *event)
{
}

static void
read_nothing (SrvSession *session, SrvLogQuery *query)
{
  srv_log_query_free (query);
}

static void
end_nothing (SrvSession *session, SrvEnd how)
{
}

static guint
allow_anything (SrvSession *session, SalLimit limit)
{
  return 0;
}

static void
send_nowhere (SrvSession *session, const char *bytes, gsize len)
{
}

static void
keep_style (SrvSession *session)
{
}

static gint64
stand_still (SrvSession *session)
{
  return SESSION_WALL_US;
}

static char *
know_passwords (SrvSession *session)
{
  return g_strdup ("PLAIN");
}

static char *
register_at_once (SrvSession *session)
{
  return g_strdup ("before-connect");
}

static char *
promise_nothing (SrvSession *session)
{
  return NULL;
}

static gint64
find_no_marker (SrvSession *session, const char *account, const char *target)
{
  return 0;
}

static void
spend_freely (SrvSession *session, guint bytes)
{
}

const SrvSessionHost session_quiet_host = {
  .tell = tell_nobody,
  .read = read_nothing,
  .end = end_nothing,
  .limit = allow_anything,
  .send = send_nowhere,
  .restyle = keep_style,
  .wall_us = stand_still,
  .mechanisms = know_passwords,
  .registration = register_at_once,
  .sts = promise_nothing,
  .marker = find_no_marker,
  .spend = spend_freely,
};

/* Sessions on the plain dialect. */

/**
 * session_run_new:
 *
 * Returns: (transfer full): a session with no limit of messages, bound for the room
 * lobby, that has done nothing yet.
 */
SessionRun *
session_run_new (void)
{
  SessionRun *run = g_new0 (SessionRun, 1);

  run->limits.value[SAL_LIMIT_MESSAGE_BURST] = 1;
  run->record = g_string_new (NULL);
  run->state = srv_state_new ();
  run->room = srv_room_new ("lobby");
  run->now_us = G_USEC_PER_SEC;
  g_queue_init (&run->posted);
  srv_session_init (&run->session, &host, 7,
                    srv_person_new (&(SrvPersonFields){ .address = "('192.0.2.7', 1)" }), "lobby");
  return run;
}

/**
 * session_run_free:
 * @run: (nullable) (transfer full)
 */
void
session_run_free (SessionRun *run)
{
  if (run == NULL)
    return;
  srv_session_clear (&run->session);
  srv_room_free (run->room);
  srv_state_free (run->state);
  srv_log_query_free (run->asked);
  g_free (run->held);
  g_queue_clear_full (&run->posted, (GDestroyNotify) srv_entry_unref);
  g_string_free (run->record, TRUE);
  g_free (run);
}

/**
 * session_run_handle:
 *
 * The person asks for something. A connection would not pass it on while the session
 * waits.
 */
void
session_run_handle (SessionRun *run, const SalCommand *command)
{
  g_assert_false (srv_session_is_waiting (&run->session));
  srv_session_handle (&run->session, command, run->now_us);
}

/**
 * session_run_command:
 * @text: (nullable): in memory that is gone afterwards
 */
void
session_run_command (SessionRun *run, SalCommandKind kind, const char *text)
{
  g_autofree char *copy = g_strdup (text);
  SalCommand command = { .kind = kind, .text = copy, .number = 20 };

  session_run_handle (run, &command);
  if (copy != NULL)
    memset (copy, '?', strlen (copy));
}

/* What the log makes of an entry: a join gets a name that is free, a leave gives that
 * name up. */
static SrvEntry *
judge (SessionRun *run, SrvEntry *entry, SrvEntryStatus status)
{
  SrvEntry *judged = NULL;

  if (entry->kind == SRV_ENTRY_JOIN && run->held == NULL)
    run->held = g_strdup (run->taken != NULL ? run->taken : entry->name);
  judged = srv_entry_new (entry->kind, entry->origin, entry->room,
                          srv_entry_is_said (entry) ? entry->name : run->held, entry->address,
                          entry->text);
  judged->final = entry->final;
  judged->status = (guint8) status;
  srv_entry_unref (entry);
  return judged;
}

/* As a worker does. Presence happens, whether the log can write it or not. */
static void
apply (SessionRun *run, const SrvEntry *entry)
{
  SrvEntry fields = *entry;
  g_autoptr (SrvEntry) happened = NULL;

  fields.status = SRV_ENTRY_PASSING;
  happened = srv_entry_new_from (&fields);
  srv_state_apply (run->state, happened);
  srv_room_set_channel (run->room, srv_state_find_channel (run->state, "lobby"));
}

/**
 * session_run_come:
 *
 * Somebody else comes into the room.
 */
void
session_run_come (SessionRun *run, const char *name)
{
  static guint64 others = 1000;
  g_autoptr (SrvEntry) entry = srv_entry_new (SRV_ENTRY_JOIN, (SrvOrigin){ .connection = ++others },
                                              "lobby", name, "", NULL);

  apply (run, entry);
}

/**
 * session_run_log_answers:
 * @status: what became of the oldest entry that was posted
 *
 * Gives it back as a worker would.
 *
 * Returns: %FALSE if nothing was posted.
 */
gboolean
session_run_log_answers (SessionRun *run, SrvEntryStatus status)
{
  g_autoptr (SrvEntry) entry = NULL;

  if (g_queue_is_empty (&run->posted))
    return FALSE;
  entry = judge (run, g_queue_pop_head (&run->posted), status);
  if (entry->kind == SRV_ENTRY_JOIN)
    {
      apply (run, entry);
      if (run->session.state < SRV_SESSION_LEAVING)
        run->session.present = run->room;
    }
  else if (entry->kind == SRV_ENTRY_LEAVE)
    {
      apply (run, entry);
      run->session.present = NULL;
    }
  srv_session_entry (&run->session, entry);
  return TRUE;
}

/**
 * session_run_history:
 *
 * The log answers what the session wanted to read.
 */
void
session_run_history (SessionRun *run, GPtrArray *entries, gboolean failed)
{
  g_assert_nonnull (run->asked);
  g_clear_pointer (&run->asked, srv_log_query_free);
  srv_session_history (&run->session, entries, 0, failed);
}

/**
 * session_run_enter:
 *
 * Says @name and is let in; nothing of that stays on record.
 */
void
session_run_enter (SessionRun *run, const char *name)
{
  session_run_command (run, SAL_COMMAND_INTRODUCE, name);
  while (session_run_log_answers (run, SRV_ENTRY_COMMITTED))
    ;
  g_assert_cmpint (run->session.state, ==, SRV_SESSION_IN);
  g_string_truncate (run->record, 0);
}

/**
 * session_run_expect:
 * @lines: what is on record since the last time
 */
void
session_run_expect (SessionRun *run, const char *lines)
{
  g_assert_cmpstr (run->record->str, ==, lines);
  g_string_truncate (run->record, 0);
}
