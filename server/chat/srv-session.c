/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One person's conversation with the server: who they are, where they are, what
 * they may do. Commands come in from a dialect, answers from the log; events go out.
 * No descriptor, no bytes, no clock: the connection that carries it provides those.
 *
 * Nothing is shown before the log has it, so a session asks and waits:
 *
 *     NEW --name--> ENTERING --join is back--> IN --/join--> MOVING --join is back--> IN
 *     IN, MOVING --quit, FIN, put out--> LEAVING --leave is back--> OVER
 *     NEW --quit, FIN, put out--> OVER
 *
 * While it is ENTERING or MOVING, or too much of what it said is on its way, it is
 * not given anything new (srv_session_is_waiting()), so TCP holds the sender back.
 *
 * It is one piece because it is one machine: commands, the log's answers and the connection's
 * ends each lead from state to state.
 */
#include "config.h"

#include "server/chat/srv-session.h"

#include <string.h>

#include "common/proto/sal-dialect-plain.h"
#include "common/proto/sal-name.h"
#include "server/chat/srv-irc.h"

/* How many bytes of names a line of `/who` holds. */
#define WHO_LINE_BYTES 400

/* A command that has to wait for its turn. */
typedef struct
{
  SalCommand command;
  char *text;      /* (owned) (nullable): its text */
  SalNote refusal; /* a message: not taken, for this reason */
} Deferred;

struct _SrvSessionExtra
{
  char *pending;      /* (owned) (nullable): a message that came with the name (S22) */
  char *previous;     /* (owned) (nullable): a GRefString: the room it is moving from */
  char *last_words;   /* (owned) (nullable): why it leaves */
  Deferred *deferred; /* (owned) (nullable): waits until what was said before it is back */
};

static void
deferred_free (Deferred *deferred)
{
  g_free (deferred->text);
  g_free (deferred);
}

static SrvSessionExtra *
extra_of (SrvSession *session)
{
  if (session->extra == NULL)
    session->extra = g_new0 (SrvSessionExtra, 1);
  return session->extra;
}

/* Who has nothing of it any more needs no memory for it. */
static void
forget_extra (SrvSession *session)
{
  const SrvSessionExtra *extra = session->extra;

  if (extra != NULL && extra->pending == NULL && extra->previous == NULL &&
      extra->last_words == NULL && extra->deferred == NULL)
    g_clear_pointer (&session->extra, g_free);
}

static void
extra_free (SrvSessionExtra *extra)
{
  g_free (extra->pending);
  g_clear_pointer (&extra->previous, g_ref_string_release);
  g_free (extra->last_words);
  g_clear_pointer (&extra->deferred, deferred_free);
  g_free (extra);
}

/* Returns: (transfer full) (nullable) */
static char *
take_pending (SrvSession *session)
{
  return session->extra != NULL ? g_steal_pointer (&session->extra->pending) : NULL;
}

/* Returns: (transfer full) (nullable) */
static char *
take_previous (SrvSession *session)
{
  return session->extra != NULL ? g_steal_pointer (&session->extra->previous) : NULL;
}

/* Returns: (transfer full) (nullable) */
static Deferred *
take_deferred (SrvSession *session)
{
  return session->extra != NULL ? g_steal_pointer (&session->extra->deferred) : NULL;
}

/* (nullable) */
static const char *
last_words (const SrvSession *session)
{
  return session->extra != NULL ? session->extra->last_words : NULL;
}

/**
 * srv_session_init:
 * @session: (out caller-allocates)
 * @connection: its number, for the entries that it asks for
 * @who: (transfer full): who it will be; they have no name yet
 * @room: the room to enter
 */
void
srv_session_init (SrvSession *session,
                  const SrvSessionHost *host,
                  guint64 connection,
                  SrvPerson *who,
                  const char *room)
{
  *session = (SrvSession){
    .host = host,
    .connection = connection,
    .who = who,
    .room = g_ref_string_new (room),
  };
}

/**
 * srv_session_clear:
 */
void
srv_session_clear (SrvSession *session)
{
  g_clear_pointer (&session->who, srv_person_unref);
  g_clear_pointer (&session->room, g_ref_string_release);
  g_clear_pointer (&session->extra, extra_free);
  g_clear_pointer (&session->irc, srv_irc_free);
}

/**
 * srv_session_become_irc:
 * @session: that has not said its name
 * @irc: (transfer full)
 *
 * It speaks IRC from now on.
 */
void
srv_session_become_irc (SrvSession *session, SrvIrc *irc)
{
  g_return_if_fail (session->state == SRV_SESSION_NEW && session->irc == NULL);
  session->irc = irc;
}

static void
tell (SrvSession *session, SalEventKind kind)
{
  SalEvent event = { .kind = kind, .name = session->who->name, .room = session->room };

  session->host->tell (session, &event);
}

static void
tell_note (SrvSession *session, SalNote note, const char *text, guint64 number)
{
  SalEvent event = {
    .kind = SAL_EVENT_NOTE, .note = note, .room = session->room, .text = text, .number = number
  };

  session->host->tell (session, &event);
}

static SrvEntry *
entry_of (const SrvSession *session, SrvEntryKind kind, const char *name, const char *text)
{
  gboolean is_first = kind == SRV_ENTRY_JOIN && session->state == SRV_SESSION_ENTERING;
  SrvEntry fields = { .kind = (guint8) kind,
                      .flags = is_first ? SRV_ENTRY_FLAG_FIRST : 0,
                      .origin = { .connection = session->connection },
                      .room = session->room,
                      .who = session->who,
                      .name = name,
                      .address = session->who->address,
                      .host = session->who->host,
                      .text = text };

  return srv_entry_new_from (&fields);
}

static void
post (SrvSession *session, SrvEntryKind kind, const char *name, const char *text)
{
  session->host->post (session, entry_of (session, kind, name, text));
}

static void
end (SrvSession *session, SrvEnd how)
{
  session->state = SRV_SESSION_OVER;
  session->present = NULL;
  session->host->end (session, how);
}

/**
 * srv_session_is_named:
 *
 * Returns: whether the person has said a name, so that others may know of them.
 */
gboolean
srv_session_is_named (const SrvSession *session)
{
  return *session->who->name != '\0';
}

/**
 * srv_session_set_person:
 * @who: (transfer none): as the log says
 */
void
srv_session_set_person (SrvSession *session, SrvPerson *who)
{
  SrvPerson *before = session->who;

  session->who = srv_person_ref (who);
  srv_person_unref (before);
}

/**
 * srv_session_is_waiting:
 *
 * Returns: whether the session takes nothing new until the log has answered.
 */
gboolean
srv_session_is_waiting (const SrvSession *session)
{
  if (session->irc != NULL && srv_irc_is_waiting (session->irc))
    return TRUE;
  return session->state == SRV_SESSION_ENTERING || session->state == SRV_SESSION_MOVING ||
         session->reading || (session->extra != NULL && session->extra->deferred != NULL) ||
         session->posts >= SAL_POSTS_IN_FLIGHT;
}

/**
 * srv_session_greet:
 *
 * The server speaks first.
 */
void
srv_session_greet (SrvSession *session)
{
  tell (session, SAL_EVENT_GREETING);
  tell (session, SAL_EVENT_NAME_WANTED);
}

static void
say_goodbye (SrvSession *session)
{
  if (session->irc != NULL && (session->saying_goodbye || session->put_out))
    srv_irc_say_end (session->irc, last_words (session) != NULL ? last_words (session) : "Goodbye");
  else if (session->saying_goodbye)
    tell (session, SAL_EVENT_GOODBYE);
}

/* Leaving: the entry goes through the log like everything else, so that it comes
 * after what was said before it. */
static void
leave (SrvSession *session)
{
  SrvEntry *entry = NULL;

  if (session->state >= SRV_SESSION_LEAVING)
    return;
  if (session->state == SRV_SESSION_NEW)
    {
      say_goodbye (session);
      end (session, session->put_out ? SRV_END_PROMPT : SRV_END_POLITE);
      return;
    }
  entry = entry_of (session, SRV_ENTRY_LEAVE, session->who->name, last_words (session));
  entry->final = TRUE;
  session->state = SRV_SESSION_LEAVING;
  session->host->post (session, entry);
}

static void
left (SrvSession *session)
{
  say_goodbye (session);
  end (session, session->put_out ? SRV_END_PROMPT : SRV_END_POLITE);
}

/* S25: three errors in a row end the connection. */
static void
count_error (SrvSession *session)
{
  SalEvent why = { .kind = SAL_EVENT_NOTE, .note = SAL_NOTE_TOO_MANY_ERRORS };

  if (++session->errors >= SAL_ERRORS_IN_A_ROW)
    srv_session_put_out (session, &why);
}

static gboolean
may_speak (SrvSession *session, gint64 now_us)
{
  guint rate = session->host->limit (session, SAL_LIMIT_MESSAGES_PER_SECOND);
  guint burst = session->host->limit (session, SAL_LIMIT_MESSAGE_BURST);

  return srv_quota_take (&session->quota, rate, burst, now_us);
}

static void
tell_refusal (SrvSession *session, SalNote refusal)
{
  if (refusal == SAL_NOTE_LIMIT)
    tell_note (session, SAL_NOTE_LIMIT, sal_limit_key (SAL_LIMIT_MESSAGES_PER_SECOND),
               session->host->limit (session, SAL_LIMIT_MESSAGES_PER_SECOND));
  else
    tell_note (session, refusal, NULL, 0);
}

static void
defer (SrvSession *session, const SalCommand *command, SalNote refusal)
{
  Deferred *deferred = g_new (Deferred, 1);

  *deferred = (Deferred){ *command, g_strdup (command->text), refusal };
  extra_of (session)->deferred = deferred;
}

/* In its turn as well, or a client would take it for the answer to an earlier message. */
static void
refuse (SrvSession *session, SalNote refusal)
{
  const SalCommand refused = { .kind = SAL_COMMAND_SAY };

  if (session->posts == 0)
    tell_refusal (session, refusal);
  else
    defer (session, &refused, refusal);
}

static void
say (SrvSession *session, SrvEntryKind kind, const char *text)
{
  if (session->muted)
    {
      refuse (session, SAL_NOTE_MUTED);
      return;
    }
  session->posts++;
  post (session, kind, session->who->name, text);
}

static void
introduce (SrvSession *session, const char *text)
{
  g_autofree char *wanted = NULL;
  const char *message = sal_name_split_first_unit (text, &wanted);

  if (message != NULL)
    extra_of (session)->pending = g_strdup (message);
  session->state = SRV_SESSION_ENTERING;
  post (session, SRV_ENTRY_JOIN, wanted, NULL);
}

/* S21: who presses Return without a name is asked again, now and then. */
static void
blank (SrvSession *session)
{
  if (session->state == SRV_SESSION_NEW && ++session->blanks % 3 == 0)
    tell (session, SAL_EVENT_NAME_WANTED);
}

static void
move (SrvSession *session, const char *text)
{
  g_autofree char *room = sal_room_from_text (text);
  char *previous = NULL;

  if (room == NULL)
    {
      tell_note (session, SAL_NOTE_MISUSED, "/join", 0);
      return;
    }
  if (sal_name_is_same (session->room, room))
    {
      tell_note (session, SAL_NOTE_MOVED, NULL, 0);
      return;
    }
  session->state = SRV_SESSION_MOVING;
  post (session, SRV_ENTRY_LEAVE, session->who->name, NULL);
  previous = take_previous (session);
  g_clear_pointer (&previous, g_ref_string_release);
  extra_of (session)->previous = session->room;
  session->room = g_ref_string_new (room);
  post (session, SRV_ENTRY_JOIN, session->who->name, NULL);
}

static void
who (SrvSession *session)
{
  g_autoptr (GPtrArray) names = NULL;
  g_autoptr (GString) line = g_string_new (NULL);
  guint present = 0;

  if (session->present == NULL)
    return;
  names = srv_room_list (session->present, SAL_WHO_NAMES);
  present = srv_room_count (session->present);
  if (present > names->len)
    g_ptr_array_add (names, (gpointer) "...");
  for (guint i = 0; i < names->len; i++)
    {
      g_string_append (line, names->pdata[i]);
      if (i + 1 < names->len && line->len < WHO_LINE_BYTES)
        g_string_append (line, ", ");
      else
        {
          tell_note (session, SAL_NOTE_WHO, line->str, present);
          g_string_truncate (line, 0);
        }
    }
}

static void
history (SrvSession *session, guint number)
{
  session->reading = TRUE;
  session->host->read (session, srv_log_query_new (session->room, number));
}

/* What is answered to this person alone. */
static void
answer (SrvSession *session, const SalCommand *command)
{
  switch (command->kind)
    {
    case SAL_COMMAND_JOIN:
      move (session, command->text);
      break;
    case SAL_COMMAND_WHO:
      who (session);
      break;
    case SAL_COMMAND_HISTORY:
      history (session, command->number);
      break;
    case SAL_COMMAND_HELP:
      tell_note (session, SAL_NOTE_HELP, NULL, 0);
      break;
    case SAL_COMMAND_MISUSED:
      tell_note (session, SAL_NOTE_MISUSED, command->text, 0);
      break;
    default:
      break;
    }
}

/* Answers come in the order of what was asked: what was said before goes first. */
static void
answer_in_turn (SrvSession *session, const SalCommand *command)
{
  if (session->posts == 0)
    {
      answer (session, command);
      return;
    }
  defer (session, command, SAL_N_NOTES);
}

static void
answer_deferred (SrvSession *session)
{
  Deferred *deferred = take_deferred (session);

  if (deferred == NULL)
    return;
  forget_extra (session);
  deferred->command.text = deferred->text;
  if (deferred->command.kind == SAL_COMMAND_SAY)
    tell_refusal (session, deferred->refusal); /* what is accepted does not come here */
  else
    answer (session, &deferred->command);
  deferred_free (deferred);
}

static void
handle_in_room (SrvSession *session, const SalCommand *command, gint64 now_us)
{
  if (!may_speak (session, now_us))
    refuse (session, SAL_NOTE_LIMIT);
  else if (command->kind == SAL_COMMAND_SAY)
    say (session, SRV_ENTRY_MESSAGE, command->text);
  else if (command->kind == SAL_COMMAND_ACT)
    say (session, SRV_ENTRY_ACTION, command->text);
  else
    answer_in_turn (session, command);
}

/**
 * srv_session_handle:
 * @command: what the person asks
 * @now_us: the time, by any clock that does not go back
 *
 * Not to be called while srv_session_is_waiting(). What comes after leaving is
 * ignored.
 */
void
srv_session_handle (SrvSession *session, const SalCommand *command, gint64 now_us)
{
  if (session->state >= SRV_SESSION_LEAVING)
    return;

  switch (command->kind)
    {
    case SAL_COMMAND_NONE:
      break;
    case SAL_COMMAND_BLANK:
      blank (session);
      break;
    case SAL_COMMAND_QUIT:
      if (command->text != NULL)
        {
          SalEvent echo = { .kind = SAL_EVENT_QUIT_ECHO, .text = command->text };

          session->host->tell (session, &echo);
        }
      srv_session_goodbye (session);
      break;
    case SAL_COMMAND_GARBLED:
      count_error (session);
      break;
    case SAL_COMMAND_HTTP:
      end (session, SRV_END_HTTP);
      break;
    case SAL_COMMAND_TLS:
      end (session, SRV_END_TLS);
      break;
    default:
      /* A good message resets the count; a piece cut off one does not. */
      if (!command->cut)
        session->errors = 0;
      if (session->state == SRV_SESSION_NEW)
        introduce (session, command->text);
      else
        handle_in_room (session, command, now_us);
      if (command->cut)
        count_error (session);
      break;
    }
}

/* Who the log says they are. */
static void
take_person (SrvSession *session, const SrvEntry *entry)
{
  g_autoptr (SrvPerson) who =
      entry->who != NULL ? srv_person_ref (entry->who) : srv_entry_make_person (entry);

  srv_session_set_person (session, who);
}

static void
joined (SrvSession *session, const SrvEntry *entry)
{
  gboolean first = session->state == SRV_SESSION_ENTERING;
  g_autofree char *pending = take_pending (session);
  char *previous = take_previous (session);

  take_person (session, entry);
  g_clear_pointer (&previous, g_ref_string_release);
  forget_extra (session);
  g_ref_string_release (session->room);
  session->room = srv_room_share_name (session->present, entry->room);
  if (session->state == SRV_SESSION_LEAVING)
    return;
  session->state = SRV_SESSION_IN;
  if (first)
    {
      tell (session, SAL_EVENT_WELCOME);
      tell (session, SAL_EVENT_HINT);
    }
  else
    tell_note (session, SAL_NOTE_MOVED, NULL, 0);
  if (pending != NULL)
    say (session, SRV_ENTRY_MESSAGE, pending);
}

/* The rules of a room do not let this person in: back to where they were, or out. */
static void
not_let_in (SrvSession *session, const SrvEntry *entry)
{
  SalEvent why = { .kind = SAL_EVENT_NOTE, .note = SAL_NOTE_REFUSED, .room = entry->room };
  char *previous = NULL;

  if (session->state == SRV_SESSION_LEAVING)
    return;
  if (session->state == SRV_SESSION_MOVING)
    previous = take_previous (session);
  if (previous != NULL)
    {
      forget_extra (session);
      session->host->tell (session, &why);
      g_ref_string_release (session->room);
      session->room = previous;
      post (session, SRV_ENTRY_JOIN, session->who->name, NULL);
      return;
    }
  srv_session_put_out (session, &why);
}

/**
 * srv_session_entry:
 * @entry: one that this session asked for, back from the log
 */
void
srv_session_entry (SrvSession *session, const SrvEntry *entry)
{
  if (session->irc != NULL)
    {
      if ((entry->kind == SRV_ENTRY_LEAVE || entry->kind == SRV_ENTRY_QUIT) && entry->final &&
          entry->about == 0 && session->state != SRV_SESSION_OVER)
        left (session);
      else
        srv_irc_entry (session->irc, entry);
      return;
    }
  if (srv_entry_is_said (entry) && session->posts > 0)
    session->posts--;
  if (session->state == SRV_SESSION_OVER)
    return;

  if ((entry->kind == SRV_ENTRY_LEAVE || entry->kind == SRV_ENTRY_QUIT) && entry->final)
    left (session);
  else if (entry->kind == SRV_ENTRY_JOIN && entry->status == SRV_ENTRY_DENIED)
    not_let_in (session, entry);
  else if (entry->kind == SRV_ENTRY_JOIN)
    joined (session, entry);
  else if (entry->status == SRV_ENTRY_DENIED && srv_entry_is_said (entry))
    tell_note (session, SAL_NOTE_REFUSED, NULL, 0);
  else if (entry->status == SRV_ENTRY_REFUSED)
    tell_note (session, SAL_NOTE_NOT_KEPT, NULL, 0);
  if (session->posts == 0 && session->state == SRV_SESSION_IN)
    answer_deferred (session);
}

/**
 * srv_event_from_entry:
 * @event: (out): the strings stay those of @entry
 *
 * What an entry is to those who read it.
 */
void
srv_event_from_entry (SalEvent *event, const SrvEntry *entry)
{
  static const SalEventKind kinds[SRV_N_ENTRY_KINDS] = {
    [SRV_ENTRY_MESSAGE] = SAL_EVENT_MESSAGE, [SRV_ENTRY_ACTION] = SAL_EVENT_ACTION,
    [SRV_ENTRY_JOIN] = SAL_EVENT_JOIN,       [SRV_ENTRY_LEAVE] = SAL_EVENT_LEAVE,
    [SRV_ENTRY_NOTICE] = SAL_EVENT_NOTICE,   [SRV_ENTRY_TAGMSG] = SAL_EVENT_TAGMSG,
    [SRV_ENTRY_QUIT] = SAL_EVENT_QUIT,       [SRV_ENTRY_NICK] = SAL_EVENT_NICK,
    [SRV_ENTRY_TOPIC] = SAL_EVENT_TOPIC,     [SRV_ENTRY_KICK] = SAL_EVENT_KICK,
    [SRV_ENTRY_MODE] = SAL_EVENT_MODE,       [SRV_ENTRY_REDACT] = SAL_EVENT_REDACT,
    [SRV_ENTRY_UMODE] = SAL_EVENT_MODE,      [SRV_ENTRY_AWAY] = SAL_EVENT_AWAY,
    [SRV_ENTRY_ACCOUNT] = SAL_EVENT_ACCOUNT, [SRV_ENTRY_SETNAME] = SAL_EVENT_SETNAME,
    [SRV_ENTRY_CHGHOST] = SAL_EVENT_CHGHOST, [SRV_ENTRY_INVITE] = SAL_EVENT_INVITE,
    [SRV_ENTRY_WALLOPS] = SAL_EVENT_WALLOPS,
  };

  *event = (SalEvent){
    .kind = kinds[entry->kind],
    .seq = entry->seq,
    .time_us = entry->time_us,
    .room = entry->room,
    .name = entry->name,
    .address = entry->address,
    .text = entry->text,
    .host = entry->host,
    .account = entry->account,
    .target = entry->kind == SRV_ENTRY_MODE || entry->kind == SRV_ENTRY_TOPIC ? NULL /* times */
                                                                              : entry->target,
    .tags = entry->tags,
    .status = entry->status_prefix,
    .bot = (entry->flags & SRV_ENTRY_FLAG_BOT) != 0,
  };
}

/* Where to begin so that the answer fits into a send queue; the newest matter most. */
static guint
first_that_fits (const GPtrArray *entries)
{
  guint first = entries->len;

  for (gsize bytes = 0; first > 0; first--)
    {
      bytes += srv_entry_size (entries->pdata[first - 1]);
      if (bytes > SAL_HISTORY_BYTES)
        break;
    }
  return first;
}

/**
 * srv_session_history:
 * @entries: of #SrvEntry, oldest first
 * @gone_seq: up to this number entries may be gone
 * @failed: the log could not be read
 *
 * The answer to a read.
 */
void
srv_session_history (SrvSession *session, GPtrArray *entries, guint64 gone_seq, gboolean failed)
{
  if (session->irc != NULL)
    {
      srv_irc_history (session->irc, entries, gone_seq, failed);
      return;
    }
  session->reading = FALSE;
  if (session->state >= SRV_SESSION_LEAVING)
    return;
  if (failed)
    tell_note (session, SAL_NOTE_NO_READING, NULL, 0);
  else if (entries->len == 0)
    tell_note (session, SAL_NOTE_NO_HISTORY, NULL, 0);
  for (guint i = first_that_fits (entries); !failed && i < entries->len; i++)
    {
      SalEvent event;

      srv_event_from_entry (&event, entries->pdata[i]);
      event.past = TRUE;
      session->host->tell (session, &event);
    }
}

/**
 * srv_session_eof:
 *
 * The peer has ended its stream without a word, or is gone (S24): nothing more is
 * said to it.
 */
void
srv_session_eof (SrvSession *session)
{
  if (session->irc != NULL && last_words (session) == NULL)
    srv_session_set_last_words (session, g_strdup ("Connection closed"));
  leave (session);
}

/**
 * srv_session_goodbye:
 *
 * The person leaves, or the server ends: they get their goodbye (S23).
 */
void
srv_session_goodbye (SrvSession *session)
{
  session->saying_goodbye = TRUE;
  leave (session);
}

/**
 * srv_session_set_last_words:
 * @words: (nullable) (transfer full)
 *
 * Why the person leaves, as those in IRC are told.
 */
void
srv_session_set_last_words (SrvSession *session, char *words)
{
  g_free (extra_of (session)->last_words);
  session->extra->last_words = words;
}

/* What is told to who speaks IRC when they have to go. */
static void
set_last_words (SrvSession *session, const SalEvent *why)
{
  g_autoptr (GString) text = g_string_new (NULL);

  sal_dialect_plain.encode (text, why, sal_plain_variant (SAL_PLAIN_LF, SAL_PLAIN_ENGLISH));
  g_strchomp (text->str);
  srv_session_set_last_words (
      session, g_strdup (g_str_has_prefix (text->str, "-- ") ? text->str + 3 : text->str));
}

/**
 * srv_session_put_out:
 * @why: told first
 *
 * The person has to go.
 */
void
srv_session_put_out (SrvSession *session, const SalEvent *why)
{
  if (session->state >= SRV_SESSION_LEAVING)
    return;
  session->put_out = TRUE;
  if (session->irc != NULL)
    set_last_words (session, why);
  else
    session->host->tell (session, why);
  leave (session);
}

/**
 * srv_session_lost:
 * @why: told to whom it concerns, if they speak IRC
 *
 * The person is not there any more.
 */
void
srv_session_lost (SrvSession *session, const char *why)
{
  if (session->state >= SRV_SESSION_LEAVING)
    return;
  session->put_out = TRUE;
  srv_session_set_last_words (session, g_strdup (why));
  leave (session);
}

/**
 * srv_session_killed:
 * @why: (nullable)
 *
 * The log has let this person go, who did not ask for it.
 */
void
srv_session_killed (SrvSession *session, const char *why)
{
  SalEvent note = { .kind = SAL_EVENT_NOTE, .note = SAL_NOTE_KICKED, .text = why };

  if (session->state == SRV_SESSION_OVER)
    return;
  session->put_out = TRUE;
  if (session->irc != NULL)
    srv_session_set_last_words (session, g_strdup (why));
  else
    session->host->tell (session, &note);
  left (session);
}

/**
 * srv_session_give_up_waiting:
 *
 * The log takes too long to give the leave back: end without it.
 */
void
srv_session_give_up_waiting (SrvSession *session)
{
  if (session->state == SRV_SESSION_LEAVING)
    left (session);
}

/**
 * srv_session_shut_down:
 *
 * The server ends: goodbye at once. No leave is asked for, because the next boot ends
 * all presence.
 */
void
srv_session_shut_down (SrvSession *session)
{
  if (session->state == SRV_SESSION_OVER)
    return;
  session->saying_goodbye = session->put_out = TRUE;
  if (session->irc != NULL)
    srv_session_set_last_words (session, g_strdup ("The server ends"));
  left (session);
}
