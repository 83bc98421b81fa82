/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * CHATHISTORY (draft/chathistory, draft/event-playback): reading the log from the past. Where
 * a page reaches the end of what there is in its direction, the batch says so with the tag
 * draft/chathistory-end, because a short page alone does not.
 */
#include "config.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "common/proto/sal-name.h"
#include "common/proto/sal-text.h"
#include "server/chat/srv-irc-private.h"

#define END_TAG "draft/chathistory-end"
#define MS_US 1000

/* Where in the story: a message, or a moment in milliseconds (from 1 on), or neither. */
typedef struct
{
  guint64 seq;
  gint64 time_us;
} Point;

/* A question that is being answered. */
typedef struct
{
  char *target;           /* (owned): as asked for */
  const char *subcommand; /* (unowned): static */
  guint limit;
  SrvLogQuery *second; /* (owned) (nullable) */
  GPtrArray *first;    /* (owned) (nullable): the first half */
  gboolean probing;    /* between a message and a moment: which of them comes first? */
  guint64 needed_seq;  /* from this number on nothing may be gone; 0: whatever there is */
  gboolean needs_all;  /* ...also if the page is full */
  Point points[2];     /* those */
  gboolean descending; /* targets: the newest first */
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  g_free (question->target);
  srv_log_query_free (question->second);
  g_clear_pointer (&question->first, g_ptr_array_unref);
  g_free (question);
}

static void G_GNUC_PRINTF (4, 5)
    refuse (SrvIrc *irc, const char *code, const char *subcommand, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  srv_irc_fail (irc, "CHATHISTORY", code, "%s %s", srv_irc_echo (subcommand), text);
}

/* Returns FALSE if that has been refused. */
static gboolean
parse_point (SrvIrc *irc, const char *subcommand, const char *text, Point *point)
{
  *point = (Point){ 0 };
  if (g_str_has_prefix (text, "msgid="))
    {
      if (sal_irc_msgid_parse (text + strlen ("msgid="), irc->hub->log_id, &point->seq) &&
          point->seq <= G_MAXINT64) /* beyond are those of what is not kept */
        return TRUE;
      refuse (irc, "MESSAGE_ERROR", subcommand, "%s :There is no such message",
              srv_irc_echo (text));
      return FALSE;
    }
  if (g_str_has_prefix (text, "timestamp="))
    {
      if (sal_irc_parse_time (text + strlen ("timestamp="), &point->time_us))
        {
          point->time_us = MAX (point->time_us - point->time_us % MS_US, 1);
          return TRUE;
        }
      refuse (irc, "INVALID_PARAMS", subcommand, "%s :That is no timestamp", srv_irc_echo (text));
      return FALSE;
    }
  refuse (irc, "INVALID_PARAMS", subcommand,
          "%s :A message is named msgid= or timestamp=", srv_irc_echo (text));
  return FALSE;
}

static void
go_before (SrvLogQuery *query, const Point *point)
{
  query->backwards = TRUE;
  query->seq = point->time_us == 0 ? MAX (point->seq, 1) : 0; /* nothing is before the first */
  query->time_us = point->time_us;
}

static void
go_after (SrvLogQuery *query, const Point *point)
{
  query->backwards = FALSE;
  query->seq = point->seq;
  query->time_us = point->time_us != 0 ? point->time_us + MS_US : 0;
}

static void
stop_at (SrvLogQuery *query, const Point *point)
{
  query->until_seq = point->seq;
  query->until_us = point->time_us == 0 ? 0
                    : query->backwards  ? point->time_us + MS_US
                                        : point->time_us;
}

static gboolean
is_moment (const Point *point)
{
  return point->time_us != 0;
}

/* What is after @point must all be there still. */
static void
need_after (Question *question, const Point *point)
{
  if (!is_moment (point))
    question->needed_seq = point->seq + 1;
}

/* From the first of the points to the second, in the order of the story if @forwards. */
static void
go_between (SrvLogQuery *query, Question *question, gboolean forwards)
{
  const Point *points = question->points;

  if (forwards)
    go_after (query, &points[0]);
  else
    go_before (query, &points[0]);
  stop_at (query, &points[1]);
  question->needs_all = forwards;
  need_after (question, &points[forwards ? 0 : 1]);
}

/* The name under which the log has what was said in @target; NULL if it is not the client's to
 * read. */
static char *
story_of (SrvIrc *irc, const char *target)
{
  const SrvUser *me = srv_irc_me (irc);
  const SrvUser *other = NULL;
  const SrvChannel *channel = NULL;

  if (srv_irc_is_channel (target))
    {
      channel = srv_irc_find_channel (irc, target);
      if (channel == NULL || srv_state_find_membership (me, channel) == NULL)
        return NULL;
      return g_strdup (channel->name);
    }
  other = srv_state_find_user (irc->hub->state, target);
  if (other != NULL)
    return srv_user_conversation (me, other);
  /* Who is not here is known by their account. */
  {
    SrvPerson person = { .account = target };
    const SrvUser absent = { .who = &person };

    return srv_user_conversation (me, &absent);
  }
}

/* Batches. */

static char *
open_batch (SrvIrc *irc, const char *type, const char *target, gboolean complete)
{
  char *name = g_strdup_printf ("h%u", ++irc->batches);
  g_autofree char *line = g_strdup_printf (
      "%s:%s BATCH +%s %s%s%s",
      complete && (irc->caps & SAL_IRC_CAP_MESSAGE_TAGS) ? "@" END_TAG " " : "",
      srv_irc_server (irc), name, type, target != NULL ? " " : "", target != NULL ? target : "");

  srv_irc_emit (irc, line);
  return name;
}

static void
close_batch (SrvIrc *irc, const char *name)
{
  srv_irc_say (irc, "BATCH -%s", name);
}

static void
send_past (SrvIrc *irc, const Question *question, const GPtrArray *entries, gboolean complete)
{
  g_autofree char *batch = NULL;

  if (!(irc->caps & SAL_IRC_CAP_BATCH))
    batch = NULL;
  else
    batch = open_batch (irc, "chathistory", question->target, complete);
  for (guint i = 0; i < entries->len; i++)
    {
      g_autofree char *msgid = NULL;
      SalEvent event;

      srv_irc_event_from_entry (irc->hub, &event, entries->pdata[i], &msgid);
      event.past = TRUE;
      event.batch = batch;
      srv_irc_emit_event (irc, &event);
    }
  if (batch != NULL)
    close_batch (irc, batch);
}

static void on_page (SrvIrc *irc, GPtrArray *entries, guint64 gone_seq, gboolean failed);

/* Whoever asks for what was said since a message has all before it, and would take what is left for all
 * that was said. A full page that comes from the other side has not got there yet. */
static gboolean
is_forgotten (const Question *question, const GPtrArray *entries, guint64 gone_seq)
{
  return question->needed_seq != 0 && question->needed_seq <= gone_seq &&
         (question->needs_all || entries->len < question->limit);
}

/* It is known now when the message was said; where there is none any more, later than all. If it is
 * forgotten, so is all before it, and perhaps it was said on the other side of the moment. */
static void
on_probe (SrvIrc *irc, Question *question, const GPtrArray *entries)
{
  const SrvEntry *found = entries->len > 0 ? entries->pdata[0] : NULL;
  gint64 said_us = found != NULL ? found->time_us : G_MAXINT64;
  gboolean from_moment = is_moment (&question->points[0]);
  gboolean forwards =
      from_moment ? question->points[0].time_us < said_us : said_us < question->points[1].time_us;
  SrvLogQuery *query = g_steal_pointer (&question->second);

  question->probing = FALSE;
  go_between (query, question, forwards);
  if (forwards == from_moment) /* what was before the message */
    {
      question->needed_seq = question->points[from_moment ? 1 : 0].seq;
      question->needs_all = TRUE;
    }
  irc->on_past = on_page;
  srv_irc_read (irc, query);
}

static void
on_page (SrvIrc *irc, GPtrArray *entries, guint64 gone_seq, gboolean failed)
{
  Question *question = irc->pending;
  gboolean complete = FALSE;

  if (failed)
    {
      refuse (irc, "MESSAGE_ERROR", "*", "%s :The log cannot be read now", question->target);
      return;
    }
  if (question->probing)
    {
      on_probe (irc, question, entries);
      return;
    }
  if (is_forgotten (question, entries, gone_seq))
    {
      refuse (irc, "MESSAGE_ERROR", question->subcommand, "%s :There is no such message any more",
              question->target);
      return;
    }
  if (question->second != NULL)
    {
      question->first = g_ptr_array_ref (entries);
      irc->on_past = on_page;
      srv_irc_read (irc, g_steal_pointer (&question->second));
      return;
    }
  if (question->first != NULL)
    {
      for (guint i = 0; i < entries->len; i++)
        g_ptr_array_add (question->first, srv_entry_ref (entries->pdata[i]));
      send_past (irc, question, question->first, FALSE);
      return;
    }
  complete = entries->len < question->limit;
  send_past (irc, question, entries, complete);
}

static void
ask (SrvIrc *irc, Question *question, SrvLogQuery *query)
{
  if (irc->pending != NULL && irc->pending_free != NULL)
    irc->pending_free (irc->pending);
  irc->pending = question;
  irc->pending_free = question_free;
  irc->on_past = on_page;
  query->said_only = !(irc->caps & SAL_IRC_CAP_EVENT_PLAYBACK);
  if (question->second != NULL)
    question->second->said_only = query->said_only;
  if (question->probing)
    query->said_only = FALSE;
  srv_irc_read (irc, query);
}

/* Targets. */

/* How the client would call the room or the person that @entry was said with. */
static char *
target_name (const SrvIrc *irc, const SrvEntry *entry)
{
  const SrvUser *me = srv_irc_me (irc);
  gboolean mine = me->who->account != NULL && entry->account != NULL
                      ? g_str_equal (me->who->account, entry->account)
                      : g_str_equal (me->who->name, entry->name);

  if (entry->room[0] != '@')
    return g_strconcat ("#", entry->room, NULL);
  return g_strdup (mine && entry->target != NULL ? entry->target : entry->name);
}

static void
on_targets (SrvIrc *irc, GPtrArray *entries, guint64 gone_seq, gboolean failed)
{
  Question *question = irc->pending;
  g_autofree char *batch = NULL;

  if (failed)
    {
      refuse (irc, "MESSAGE_ERROR", "TARGETS", ":The log cannot be read now");
      return;
    }
  if (irc->caps & SAL_IRC_CAP_BATCH)
    batch = open_batch (irc, "draft/chathistory-targets", NULL, FALSE);
  for (guint i = 0; i < entries->len; i++)
    {
      const SrvEntry *entry = entries->pdata[question->descending ? entries->len - 1 - i : i];
      g_autofree char *name = target_name (irc, entry);
      g_autoptr (GString) line = g_string_new (NULL);

      if (batch != NULL)
        g_string_append_printf (line, "@batch=%s ", batch);
      g_string_append_printf (line, ":%s CHATHISTORY TARGETS %s ", srv_irc_server (irc), name);
      sal_irc_append_time (line, entry->time_us);
      srv_irc_emit (irc, line->str);
    }
  if (batch != NULL)
    close_batch (irc, batch);
}

static void
ask_targets (SrvIrc *irc, const Point *from, const Point *to, guint limit)
{
  const SrvUser *me = srv_irc_me (irc);
  SrvLogQuery *query = srv_log_query_new (NULL, limit);
  Question *question = g_new0 (Question, 1);
  GPtrArray *rooms = g_ptr_array_new ();

  for (guint i = 0; i < me->n_memberships; i++)
    g_ptr_array_add (rooms, g_strdup (srv_user_get_membership (me, i)->channel->name));
  g_ptr_array_add (rooms, NULL);
  query->rooms = (char **) g_ptr_array_free (rooms, FALSE);
  query->party = srv_user_party (me);
  query->backwards = from->time_us > to->time_us;
  query->time_us = MIN (from->time_us, to->time_us) + MS_US;
  query->until_us = MAX (from->time_us, to->time_us);
  question->limit = limit;
  question->descending = query->backwards;
  ask (irc, question, query);
  irc->on_past = on_targets;
}

/* The command. */

static gboolean
parse_limit (SrvIrc *irc, const char *subcommand, const char *text, guint *limit)
{
  guint64 number = 0;

  if (!g_ascii_string_to_unsigned (text, 10, 1, G_MAXUINT32, &number, NULL))
    {
      refuse (irc, "INVALID_PARAMS", subcommand, "%s :The limit is a number from 1",
              srv_irc_echo (text));
      return FALSE;
    }
  *limit = (guint) MIN (number, SAL_HISTORY_MAX);
  return TRUE;
}

static void
targets (SrvIrc *irc, const SalIrcLine *line)
{
  Point from;
  Point to;
  guint limit = 0;

  if (line->n_params < 4)
    refuse (irc, "NEED_MORE_PARAMS", "TARGETS", ":Two timestamps and a limit are needed");
  else if (parse_point (irc, "TARGETS", line->params[1], &from) &&
           parse_point (irc, "TARGETS", line->params[2], &to) &&
           parse_limit (irc, "TARGETS", line->params[3], &limit))
    {
      if (is_moment (&from) && is_moment (&to))
        ask_targets (irc, &from, &to, limit);
      else
        refuse (irc, "INVALID_PARAMS", "TARGETS", ":Conversations are between two timestamps");
    }
}

/* From @point on, itself included. */
static void
go_from (SrvLogQuery *query, const Point *point)
{
  query->backwards = FALSE;
  query->seq = point->seq > 0 ? point->seq - 1 : 0;
  query->time_us = point->time_us;
}

/* One half is before @point, the other begins with it. */
static void
go_around (SrvLogQuery *query, Question *question, const Point *point)
{
  guint before = question->limit / 2;

  if (!is_moment (point))
    question->needed_seq = point->seq;
  question->needs_all = TRUE;
  if (before == 0)
    {
      go_from (query, point);
      return;
    }
  question->second = srv_log_query_new (query->room, question->limit - before);
  go_from (question->second, point);
  go_before (query, point);
  query->limit = before;
}

/* Between two messages, or two moments, it is known which way it goes; otherwise the message has to
 * be looked at first. Returns (transfer full): what to ask first. */
static SrvLogQuery *
between (SrvLogQuery *query, Question *question, const Point points[2])
{
  SrvLogQuery *probe = NULL;

  memcpy (question->points, points, sizeof question->points);
  if (is_moment (&points[0]) == is_moment (&points[1]))
    {
      go_between (query, question,
                  is_moment (&points[0]) ? points[0].time_us < points[1].time_us
                                         : points[0].seq < points[1].seq);
      return query;
    }
  probe = srv_log_query_new (query->room, 1);
  go_from (probe, &points[is_moment (&points[0]) ? 1 : 0]);
  question->probing = TRUE;
  question->second = query;
  return probe;
}

/* @subcommand: static */
static void
read_page (SrvIrc *irc,
           const char *subcommand,
           const char *target,
           const Point points[2],
           gboolean bounded,
           guint limit)
{
  g_autofree char *story = srv_irc_echo (target) == target ? story_of (irc, target) : NULL;
  SrvLogQuery *query = NULL;
  Question *question = NULL;

  if (story == NULL)
    {
      refuse (irc, "INVALID_TARGET", subcommand, "%s :There is nothing that you may read",
              srv_irc_echo (target));
      return;
    }
  query = srv_log_query_new (story, limit);
  question = g_new0 (Question, 1);
  question->target = g_strdup (target);
  question->subcommand = subcommand;
  question->limit = limit;
  if (g_str_equal (subcommand, "LATEST"))
    {
      query->backwards = TRUE;
      if (bounded)
        {
          stop_at (query, &points[0]);
          need_after (question, &points[0]);
        }
    }
  else if (g_str_equal (subcommand, "BEFORE"))
    go_before (query, &points[0]);
  else if (g_str_equal (subcommand, "AFTER"))
    {
      go_after (query, &points[0]);
      need_after (question, &points[0]);
      question->needs_all = TRUE;
    }
  else if (g_str_equal (subcommand, "AROUND"))
    go_around (query, question, &points[0]);
  else
    query = between (query, question, points);
  ask (irc, question, query);
}

/**
 * srv_irc_handle_chathistory:
 */
void
srv_irc_handle_chathistory (SrvIrc *irc, const SalIrcLine *line)
{
  static const char *const known[] = { "LATEST", "BEFORE", "AFTER", "AROUND", "BETWEEN" };
  g_autofree char *subcommand = g_ascii_strup (line->n_params > 0 ? line->params[0] : "*", -1);
  gboolean between = g_str_equal (subcommand, "BETWEEN");
  guint n_points = between ? 2 : 1;
  Point points[2] = { { 0 }, { 0 } };
  gboolean bounded = TRUE;
  const char *name = NULL;
  guint limit = 0;

  if (g_str_equal (subcommand, "TARGETS"))
    {
      targets (irc, line);
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (g_str_equal (known[i], subcommand))
      name = known[i];
  if (name == NULL)
    {
      refuse (irc, "INVALID_PARAMS", subcommand,
              ":LATEST, BEFORE, AFTER, AROUND, BETWEEN or "
              "TARGETS");
      return;
    }
  if (line->n_params < 3 + n_points)
    {
      refuse (irc, "NEED_MORE_PARAMS", subcommand, ":A target, a message and a limit are needed");
      return;
    }
  bounded = !g_str_equal (line->params[2], "*");
  if (bounded || !g_str_equal (subcommand, "LATEST"))
    for (guint i = 0; i < n_points; i++)
      if (!parse_point (irc, subcommand, line->params[2 + i], &points[i]))
        return;
  if (parse_limit (irc, subcommand, line->params[2 + n_points], &limit))
    read_page (irc, name, line->params[1], points, bounded, limit);
}

/* For those who cannot ask. */

static void on_recent (SrvIrc *irc, GPtrArray *entries, guint64 gone_seq, gboolean failed);

static void
free_queries (gpointer queries)
{
  g_queue_free_full (queries, (GDestroyNotify) srv_log_query_free);
}

/* A JOIN may name many rooms; the past is read of one after the other. */
static void
read_recent (SrvIrc *irc)
{
  SrvLogQuery *query = g_queue_pop_head (irc->pending);

  if (query == NULL)
    return;
  irc->on_past = on_recent;
  srv_irc_read (irc, query);
}

/* What a program asks another (CTCP): it would be answered today. */
static gboolean
is_for_programs (const SrvEntry *entry)
{
  return entry->kind != SRV_ENTRY_ACTION && entry->text != NULL && entry->text[0] == '\001';
}

static void
on_recent (SrvIrc *irc, GPtrArray *entries, guint64 gone_seq, gboolean failed)
{
  for (guint i = 0; !failed && i < entries->len; i++)
    {
      const SrvEntry *entry = entries->pdata[i];
      g_autofree char *msgid = NULL;
      g_autoptr (GString) text = g_string_new ("[");
      SalEvent event;

      if (is_for_programs (entry))
        continue;
      srv_irc_event_from_entry (irc->hub, &event, entry, &msgid);
      event.past = TRUE;
      if (!(irc->caps & SAL_IRC_CAP_SERVER_TIME))
        {
          sal_text_append_time (text, entry->time_us);
          g_string_append_printf (text, "] %s", entry->text != NULL ? entry->text : "");
          event.text = text->str;
        }
      srv_irc_emit_event (irc, &event);
    }
  read_recent (irc);
}

/**
 * srv_irc_show_past:
 * @join: the client has just come into its room
 *
 * Shows the last few messages before that; what is said from then on comes by itself. Not to
 * programs, which would answer them.
 */
void
srv_irc_show_past (SrvIrc *irc, const SrvEntry *join)
{
  SrvLogQuery *query = NULL;

  if (srv_irc_me (irc)->modes & SRV_UMODE_BOT)
    return;
  if (irc->pending == NULL)
    {
      irc->pending = g_queue_new ();
      irc->pending_free = free_queries;
    }
  query = srv_log_query_new (join->room, irc->hub->config.history_on_join);
  query->seq = join->seq;
  g_queue_push_tail (irc->pending, query);
  if (!irc->reading)
    read_recent (irc);
}

/* For those who could not follow. */

/**
 * srv_irc_tell_missed:
 * @room: where
 * @missed: how many messages were left out
 * @seq: the number of the first of them
 *
 * Tells the client from where on to ask for them (CHATHISTORY AFTER), up to the next message
 * that it gets.
 */
void
srv_irc_tell_missed (SrvIrc *irc, const char *room, guint missed, guint64 seq)
{
  g_autofree char *after = sal_irc_msgid_format (irc->hub->log_id, seq - 1);

  if (irc->caps & SAL_IRC_CAP_STANDARD_REPLIES)
    srv_irc_say_aside (irc,
                       "WARN CHATHISTORY MESSAGES_LEFT_OUT #%s %u msgid=%s :You could not follow: "
                       "the messages after this one are in the history",
                       room, missed, after);
  else
    srv_irc_say_aside (irc,
                       "NOTICE %s :You could not follow: %u messages in #%s were left out; read "
                       "them with CHATHISTORY AFTER #%s msgid=%s %d",
                       srv_irc_get_nick (irc), missed, room, room, after, SAL_HISTORY_MAX);
}
