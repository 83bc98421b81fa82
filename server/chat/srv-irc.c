/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A conversation in IRC: which commands there are, in which order they are carried out, and
 * what the log's answers are to them. What a command does stands in the other srv-irc files,
 * by what it is about.
 *
 * Answers come in the order of the commands. A command that asks something of the log is
 * `busy` until everything it asked for is back, and the next one waits (TCP holds the sender
 * back). Only messages may follow one another on their way to the log; whatever else comes
 * waits until they are back.
 */
#include "config.h"

#include "server/chat/srv-irc.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "common/base/sal-wipe.h"
#include "common/proto/sal-dialect-plain.h"
#include "common/proto/sal-guard.h"
#include "common/proto/sal-name.h"
#include "server/chat/srv-irc-private.h"

static const SrvIrcCommand commands[] = {
  { "CAP", srv_irc_handle_cap, 1, SRV_IRC_EARLY },
  { "PASS", srv_irc_handle_pass, 1, SRV_IRC_EARLY },
  { "NICK", srv_irc_handle_nick, 0, SRV_IRC_EARLY },
  { "USER", srv_irc_handle_user, 4, SRV_IRC_EARLY },
  { "AUTHENTICATE", srv_irc_handle_authenticate, 1, SRV_IRC_EARLY },
  { "REGISTER", srv_irc_handle_register, 3, SRV_IRC_EARLY },
  { "VERIFY", srv_irc_handle_verify, 2, SRV_IRC_EARLY },
  { "OPER", srv_irc_handle_oper, 2, 0 },
  { "PING", srv_irc_handle_ping, 1, SRV_IRC_EARLY },
  { "PONG", srv_irc_handle_pong, 0, SRV_IRC_EARLY },
  { "QUIT", srv_irc_handle_quit, 0, SRV_IRC_EARLY },

  { "NICKSERV", srv_irc_handle_nickserv, 0, 0 },
  { "NS", srv_irc_handle_nickserv, 0, 0 },

  { "PRIVMSG", srv_irc_handle_privmsg, 0, SRV_IRC_SAYS },
  { "NOTICE", srv_irc_handle_notice, 0, SRV_IRC_SAYS },
  { "TAGMSG", srv_irc_handle_tagmsg, 0, SRV_IRC_SAYS },
  { "BATCH", srv_irc_handle_batch, 1, 0 },
  { "REDACT", srv_irc_handle_redact, 2, SRV_IRC_NOT_EMPTY },

  { "JOIN", srv_irc_handle_join, 1, SRV_IRC_NOT_EMPTY },
  { "PART", srv_irc_handle_part, 1, SRV_IRC_NOT_EMPTY },
  { "TOPIC", srv_irc_handle_topic, 1, SRV_IRC_NOT_EMPTY },
  { "NAMES", srv_irc_handle_names, 0, 0 },
  { "LIST", srv_irc_handle_list, 0, 0 },
  { "INVITE", srv_irc_handle_invite, 0, 0 },
  { "KICK", srv_irc_handle_kick, 2, SRV_IRC_NOT_EMPTY },
  { "MODE", srv_irc_handle_mode, 1, SRV_IRC_NOT_EMPTY },

  { "WHO", srv_irc_handle_who, 0, 0 },
  { "WHOIS", srv_irc_handle_whois, 0, 0 },
  { "WHOWAS", srv_irc_handle_whowas, 0, 0 },
  { "ISON", srv_irc_handle_ison, 1, SRV_IRC_NOT_EMPTY },
  { "USERHOST", srv_irc_handle_userhost, 1, SRV_IRC_NOT_EMPTY },
  { "MONITOR", srv_irc_handle_monitor, 1, SRV_IRC_NOT_EMPTY },
  { "CHATHISTORY", srv_irc_handle_chathistory, 0, 0 },
  { "MARKREAD", srv_irc_handle_markread, 0, 0 },

  { "AWAY", srv_irc_handle_away, 0, 0 },
  { "SETNAME", srv_irc_handle_setname, 1, 0 },
  { "KILL", srv_irc_handle_kill, 1, 0 },
  { "CHGHOST", srv_irc_handle_chghost, 2, SRV_IRC_OPERATOR },
  { "WALLOPS", srv_irc_handle_wallops, 1, 0 },

  { "MOTD", srv_irc_handle_motd, 0, 0 },
  { "LUSERS", srv_irc_handle_lusers, 0, 0 },
  { "VERSION", srv_irc_handle_version, 0, 0 },
  { "TIME", srv_irc_handle_time, 0, 0 },
  { "INFO", srv_irc_handle_info, 0, 0 },
  { "ADMIN", srv_irc_handle_admin, 0, 0 },
  { "LINKS", srv_irc_handle_links, 0, 0 },
  { "STATS", srv_irc_handle_stats, 0, 0 },
  { "HELP", srv_irc_handle_help, 0, 0 },
  { "HELPOP", srv_irc_handle_help, 0, 0 },
};

/**
 * srv_irc_new:
 * @session: (transfer none): that has begun to speak IRC
 * @token: by which it is known while it has no account; nobody else ever has it
 * @secure: whether nobody on the way can read what it says
 */
SrvIrc *
srv_irc_new (SrvSession *session, SrvHub *hub, const char *token, gboolean secure)
{
  SrvIrc *irc = g_new0 (SrvIrc, 1);

  irc->session = session;
  irc->hub = hub;
  hub->n_irc++;
  irc->introduction = g_new0 (SrvIrcIntroduction, 1);
  irc->introduction->token = g_strdup (token);
  irc->secure = secure != FALSE;
  return irc;
}

static void
clear_pending (SrvIrc *irc)
{
  if (irc->pending != NULL && irc->pending_free != NULL)
    irc->pending_free (irc->pending);
  irc->pending = NULL;
}

/**
 * srv_irc_free:
 * @irc: (nullable) (transfer full)
 */
void
srv_irc_free (SrvIrc *irc)
{
  if (irc == NULL)
    return;
  irc->hub->n_irc--;
  srv_irc_monitor_clear (irc);
  srv_irc_lines_free (irc->lines);
  srv_markers_free (irc->markers);
  clear_pending (irc);
  g_clear_pointer (&irc->introduction, srv_irc_introduction_free);
  g_free (irc->role_account);
  g_free (irc->account_asked);
  g_free (irc->label);
  g_clear_pointer (&irc->answer, g_ptr_array_unref);
  sal_wipe_string (irc->deferred);
  g_free (irc);
}

/**
 * srv_irc_get_caps:
 *
 * Returns: what the client has negotiated.
 */
guint
srv_irc_get_caps (const SrvIrc *irc)
{
  return irc->caps;
}

/**
 * srv_irc_is_waiting:
 *
 * Returns: whether nothing new is taken until something is back.
 */
gboolean
srv_irc_is_waiting (const SrvIrc *irc)
{
  return irc->deferred != NULL || irc->busy || irc->in_flight >= SAL_POSTS_IN_FLIGHT;
}

/**
 * srv_irc_find_command:
 * @verb: in any case
 *
 * Returns: (nullable): its row.
 */
const SrvIrcCommand *
srv_irc_find_command (const char *verb)
{
  char first = g_ascii_toupper (*verb);

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (commands[i].verb[0] == first && g_ascii_strcasecmp (commands[i].verb, verb) == 0)
      return &commands[i];
  return NULL;
}

/**
 * srv_irc_end:
 * @reason: told to the client
 *
 * The conversation is over, without asking the log.
 */
void
srv_irc_end (SrvIrc *irc, const char *reason)
{
  srv_irc_say_end (irc, reason);
  irc->session->state = SRV_SESSION_OVER;
  irc->session->host->end (irc->session, SRV_END_PROMPT);
}

/**
 * srv_irc_say_end:
 *
 * The last line that the client gets.
 */
void
srv_irc_say_end (SrvIrc *irc, const char *reason)
{
  g_autofree char *line =
      g_strdup_printf ("ERROR :Closing link: %s (%s)", srv_irc_get_host (irc), reason);

  srv_irc_collect_end (irc);
  srv_irc_emit (irc, line);
}

/**
 * srv_irc_note:
 * @event: something for this person alone that has no form of its own in IRC
 */
void
srv_irc_note (SrvIrc *irc, const SalEvent *event)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (event->kind != SAL_EVENT_NOTE)
    return;
  sal_dialect_plain.encode (text, event, sal_plain_variant (SAL_PLAIN_LF, SAL_PLAIN_ENGLISH));
  g_strchomp (text->str);
  srv_irc_say (irc, "NOTICE %s :%s", srv_irc_get_nick (irc),
               g_str_has_prefix (text->str, "-- ") ? text->str + 3 : text->str);
}

/* Commands. */

static gboolean
is_operator (const SrvIrc *irc)
{
  const SrvUser *me = srv_irc_me (irc);

  return me != NULL && (me->modes & SRV_UMODE_OPERATOR);
}

/* What kind of message @line asks for: to a notice no error is an answer. */
static SrvEntryKind
kind_of (const SalIrcLine *line)
{
  return g_ascii_strcasecmp (line->verb, "NOTICE") == 0 ? SRV_ENTRY_NOTICE : SRV_ENTRY_MESSAGE;
}

static gboolean
may_run (SrvIrc *irc, const SrvIrcCommand *command, const SalIrcLine *line)
{
  if (command == NULL)
    {
      if (irc->registered)
        srv_irc_reply (irc, ERR_UNKNOWNCOMMAND, "%s :Unknown command", srv_irc_echo (line->verb));
      else
        srv_irc_reply (irc, ERR_NOTREGISTERED, ":You have not registered");
    }
  else if (!irc->registered && !(command->flags & SRV_IRC_EARLY))
    {
      if (!srv_irc_is_silent (irc, kind_of (line)))
        srv_irc_reply (irc, ERR_NOTREGISTERED, ":You have not registered");
    }
  else if (line->n_params < command->params ||
           (command->params > 0 && (command->flags & SRV_IRC_NOT_EMPTY) &&
            line->params[0][0] == '\0'))
    srv_irc_reply (irc, ERR_NEEDMOREPARAMS, "%s :Not enough parameters", command->verb);
  else if ((command->flags & SRV_IRC_OPERATOR) && !is_operator (irc))
    srv_irc_reply (irc, ERR_NOPRIVILEGES, ":Permission denied: you are not an IRC operator");
  else
    return TRUE;
  return FALSE;
}

static const char *
label_of (const SrvIrc *irc, const SalIrcLine *line)
{
  const char *label = NULL;

  if ((irc->caps & SAL_IRC_CAP_LABELED_RESPONSE) && (irc->caps & SAL_IRC_CAP_BATCH))
    label = sal_irc_line_get_tag (line, "label");
  return label != NULL && *label != '\0' && strlen (label) <= SAL_LABEL_BYTES &&
                 g_utf8_validate (label, -1, NULL)
             ? label
             : NULL;
}

/**
 * srv_irc_is_silent:
 * @kind: of what the client says
 *
 * Programs could answer each other for ever, so to a notice nothing is ever answered (RFC 2812,
 * 3.3.2), unless the client waits for an answer with a label.
 *
 * Returns: whether it is not told what is wrong.
 */
gboolean
srv_irc_is_silent (const SrvIrc *irc, SrvEntryKind kind)
{
  return kind == SRV_ENTRY_NOTICE && irc->answer == NULL;
}

/* Everything that the command in hand asked for is back. */
static void
finish (SrvIrc *irc)
{
  if (irc->in_flight > 0 || irc->reading)
    return;
  irc->busy = FALSE;
  irc->cut = SRV_IRC_TEXT_NONE;
  clear_pending (irc);
  srv_irc_collect_end (irc);
}

static gboolean
is_http (SrvIrc *irc, const char *text, gsize len)
{
  if (irc->registered || !sal_guard_is_http (text, len))
    return FALSE;
  irc->session->state = SRV_SESSION_OVER;
  irc->session->host->end (irc->session, SRV_END_HTTP);
  return TRUE;
}

static gboolean
is_utf8 (SrvIrc *irc, const SalIrcLine *line, gboolean valid)
{
  if (valid)
    return TRUE;
  if (!srv_irc_is_silent (irc, kind_of (line)))
    srv_irc_fail (irc, g_utf8_validate (line->verb, -1, NULL) ? srv_irc_echo (line->verb) : "*",
                  "INVALID_UTF8", ":Message rejected: it is not valid UTF-8");
  srv_irc_lines_spoil (irc);
  return FALSE;
}

/* A message of many lines is one message, which was paid for when it began. */
static gboolean
has_quota (SrvIrc *irc)
{
  SrvSession *session = irc->session;

  return irc->lines != NULL ||
         srv_quota_take (&session->quota,
                         session->host->limit (session, SAL_LIMIT_MESSAGES_PER_SECOND),
                         session->host->limit (session, SAL_LIMIT_MESSAGE_BURST), irc->now_us);
}

static void
refuse_flood (SrvIrc *irc, const SalIrcLine *line)
{
  if (srv_irc_is_silent (irc, kind_of (line)))
    return;
  srv_irc_reply (irc, RPL_TRYAGAIN, "%s :Not accepted: the limit %s is %u here",
                 srv_irc_echo (line->verb), sal_limit_key (SAL_LIMIT_MESSAGES_PER_SECOND),
                 irc->session->host->limit (irc->session, SAL_LIMIT_MESSAGES_PER_SECOND));
}

/* Whether the line has to wait for what is on its way. A message need not wait for others,
 * unless it needs more than one answer. */
static gboolean
must_wait (const SrvIrc *irc, const SrvIrcCommand *command, const SalIrcLine *line)
{
  if (irc->in_flight == 0)
    return FALSE;
  return command == NULL || !(command->flags & SRV_IRC_SAYS) || !srv_irc_is_simple (irc, line);
}

/* @copy: of @text, to be taken apart
 *
 * Returns FALSE if the line has to wait. */
static gboolean
run (SrvIrc *irc, const char *text, gsize len, char *copy)
{
  gboolean valid = g_utf8_validate (text, (gssize) len, NULL);
  SalIrcLine line;
  const SrvIrcCommand *command = NULL;
  gboolean accepted = FALSE;
  gboolean simple = FALSE;

  if (memchr (text, '\0', len) != NULL || !sal_irc_line_parse (&line, copy))
    {
      srv_irc_lines_spoil (irc);
      return TRUE;
    }
  command = srv_irc_find_command (line.verb);
  if (must_wait (irc, command, &line))
    return FALSE;
  accepted = !valid || has_quota (irc);
  /* A refusal comes in its turn and has its label: else nobody knows what was refused. */
  if (!accepted && irc->in_flight > 0)
    return FALSE;
  simple = accepted && command != NULL && (command->flags & SRV_IRC_SAYS) && irc->lines == NULL &&
           valid && irc->registered && srv_irc_is_simple (irc, &line);
  if (!simple)
    srv_irc_collect (irc, label_of (irc, &line));
  if (!accepted)
    refuse_flood (irc, &line);
  else if (is_utf8 (irc, &line, valid) && !srv_irc_lines_take (irc, &line) &&
           may_run (irc, command, &line))
    command->handle (irc, &line);
  if (irc->session->state == SRV_SESSION_OVER)
    return TRUE;
  if (simple)
    return TRUE;
  irc->busy = irc->in_flight > 0 || irc->reading;
  if (!irc->busy)
    finish (irc);
  return TRUE;
}

static void
defer (SrvIrc *irc, const char *text, gsize len, gboolean cut)
{
  irc->deferred = g_string_new_len (text, (gssize) len);
  irc->deferred_cut = cut != FALSE;
}

static gboolean
is_too_long (SrvIrc *irc, const char *text, gsize len)
{
  gsize tags = sal_irc_tags_length (text, len);

  return tags > SAL_IRC_CLIENT_TAGS_BYTES || len - tags > SAL_IRC_LINE_BYTES;
}

/* Many commands may have a password in them, so nothing of any stays in memory. */
static gboolean
run_and_wipe (SrvIrc *irc, const char *text, gsize len)
{
  char *copy = g_strndup (text, len);
  gboolean done = run (irc, text, len, copy);

  explicit_bzero (copy, len);
  g_free (copy);
  return done;
}

/* The label of a line that is not read: of its tags what is whole. Begins the answer. */
static void
collect_too_long (SrvIrc *irc, const char *text, gsize len)
{
  gsize tags = sal_irc_tags_length (text, len);
  g_autoptr (GString) copy = g_string_new_len (text, (gssize) tags);
  const char *last = strrchr (copy->str, ';');
  SalIrcLine line;

  if (tags == len) /* the last one may go on */
    g_string_truncate (copy, last != NULL ? (gsize) (last - copy->str) : 0);
  g_string_append (copy, " *");
  if (copy->str[0] == '@' && sal_irc_line_parse (&line, copy->str))
    srv_irc_collect (irc, label_of (irc, &line));
}

static void
refuse_too_long (SrvIrc *irc, const char *text, gsize len)
{
  collect_too_long (irc, text, len);
  srv_irc_reply (irc, ERR_INPUTTOOLONG,
                 ":Input line was too long (512 bytes, and 4096 of "
                 "tags)");
  srv_irc_lines_spoil (irc);
  srv_irc_collect_end (irc);
}

/* One line, or the beginning of one that was too long to be read. Somebody who sends that is
 * no client. */
static void
take_line (SrvIrc *irc, const char *text, gsize len, gboolean cut)
{
  gboolean too_long = cut || is_too_long (irc, text, len);

  if (len == 0 || irc->session->state >= SRV_SESSION_LEAVING || is_http (irc, text, len))
    return;
  if (too_long && irc->in_flight > 0)
    defer (irc, text, len, cut);
  else if (too_long)
    {
      refuse_too_long (irc, text, len);
      if (cut)
        srv_session_put_out (irc->session, &(SalEvent){ .kind = SAL_EVENT_NOTE,
                                                        .note = SAL_NOTE_LIMIT,
                                                        .text = "unit-bytes",
                                                        .number = SRV_IRC_UNIT_BYTES });
    }
  else if (!run_and_wipe (irc, text, len))
    defer (irc, text, len, FALSE);
}

/**
 * srv_irc_handle_unit:
 * @unit: a line
 *
 * Not to be called while srv_irc_is_waiting().
 */
void
srv_irc_handle_unit (SrvIrc *irc, const SalUnit *unit, gint64 now_us)
{
  irc->now_us = now_us;
  if (unit->kind == SAL_UNIT_TLS)
    {
      irc->session->state = SRV_SESSION_OVER;
      irc->session->host->end (irc->session, SRV_END_TLS);
    }
  else if (unit->kind == SAL_UNIT_TEXT || unit->kind == SAL_UNIT_CUT)
    take_line (irc, (const char *) unit->bytes, unit->len, unit->kind == SAL_UNIT_CUT);
}

static void
take_deferred (SrvIrc *irc)
{
  GString *line = irc->deferred;

  if (line == NULL || irc->busy || irc->in_flight > 0)
    return;
  irc->deferred = NULL;
  take_line (irc, line->str, line->len, irc->deferred_cut);
  sal_wipe_string (line);
}

/**
 * srv_irc_hold:
 *
 * The command in hand waits for something that is neither the log's nor the session's.
 */
void
srv_irc_hold (SrvIrc *irc)
{
  irc->in_flight++;
}

/**
 * srv_irc_release:
 *
 * It waits no more.
 */
void
srv_irc_release (SrvIrc *irc)
{
  irc->in_flight--;
  finish (irc);
  take_deferred (irc);
}

/* Answers of the log. */

/**
 * srv_irc_verb_of:
 * @entry: something said, or taken back
 *
 * Returns: (transfer none): the command that asks for it.
 */
const char *
srv_irc_verb_of (const SrvEntry *entry)
{
  return entry->kind == SRV_ENTRY_REDACT   ? "REDACT"
         : entry->kind == SRV_ENTRY_NOTICE ? "NOTICE"
         : entry->kind == SRV_ENTRY_TAGMSG ? "TAGMSG"
                                           : "PRIVMSG";
}

static void
refused (SrvIrc *irc, const SrvEntry *entry)
{
  if (!srv_irc_is_silent (irc, (SrvEntryKind) entry->kind))
    srv_irc_fail (irc, srv_irc_verb_of (entry), "NOT_KEPT",
                  ":Not sent: the room cannot write its log now. Try again later.");
}

static void
answer (SrvIrc *irc, const SrvEntry *entry)
{
  if (entry->status == SRV_ENTRY_REFUSED)
    refused (irc, entry);
  else if (entry->status == SRV_ENTRY_DENIED)
    srv_irc_on_denied (irc, entry);
  else if (srv_entry_is_said (entry))
    srv_irc_on_said (irc, entry);
  else if (entry->kind == SRV_ENTRY_MARK)
    srv_irc_on_marked (irc, entry);
  else if (entry->kind == SRV_ENTRY_CONNECT)
    srv_irc_on_connect (irc, entry);
  else if (entry->kind == SRV_ENTRY_JOIN && entry->status != SRV_ENTRY_VOID)
    srv_irc_on_joined (irc, entry);
  else if (entry->status != SRV_ENTRY_VOID)
    srv_irc_relayed (irc, entry);
}

/* A new name is one event for the client, although each of its rooms has an entry for it. */
static gboolean
is_one_event (const SrvEntry *entry)
{
  return srv_entry_holds (entry) &&
         (entry->kind == SRV_ENTRY_NICK || entry->kind == SRV_ENTRY_QUIT);
}

/**
 * srv_irc_entry:
 * @entry: one that this session asked for, back from the log
 */
void
srv_irc_entry (SrvIrc *irc, const SrvEntry *entry)
{
  gboolean last = !(entry->flags & SRV_ENTRY_FLAG_MORE);
  gboolean said = srv_entry_is_said (entry) && irc->answer == NULL;

  if (last && irc->in_flight > 0)
    irc->in_flight--;
  srv_irc_on_heard (irc, entry);
  if (irc->session->state == SRV_SESSION_OVER)
    return;
  if (said)
    srv_irc_collect (irc, entry->label);
  if (srv_entry_holds (entry) && !(entry->flags & SRV_ENTRY_FLAG_SERVER))
    srv_irc_tell_cut (irc);
  if (last || !is_one_event (entry))
    answer (irc, entry);
  if (said)
    srv_irc_collect_end (irc);
  finish (irc);
  take_deferred (irc);
}

/**
 * srv_irc_history:
 *
 * The answer to a read.
 */
void
srv_irc_history (SrvIrc *irc, GPtrArray *entries, guint64 gone_seq, gboolean failed)
{
  void (*take) (SrvIrc *, GPtrArray *, guint64, gboolean) = NULL;

  irc->reading = FALSE;
  if (irc->session->state >= SRV_SESSION_LEAVING)
    return;
  take = irc->on_past;
  irc->on_past = NULL;
  if (take != NULL)
    take (irc, entries, gone_seq, failed);
  finish (irc);
  take_deferred (irc);
}
