/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The past (draft/chathistory): pages that somebody asks for, and, at every join, what was missed
 * since the last message that is known. While that is being told, what happens in the room waits,
 * so that everything is told in the order of the room; what came both ways is told once, by its
 * msgid. Where the connection ends meanwhile, what waited is dropped, because the next resume
 * begins before it.
 *
 * A server that begins and does not end, or does not begin, is not waited for for ever: then the
 * page has failed, and whatever still comes of it is passed over, because it would come after what
 * was said later.
 */
#include "config.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "common/client/sal-irc-machine-private.h"
#include "common/proto/sal-dialect-irc.h"

#define PAGE_MESSAGES 100

/* How long a page may take. Servers tell several of them one after the other, so what counts is
 * how long nothing of any came; but somebody waits to speak. */
#define QUIET_US (20 * 1000 * 1000)
#define PAGE_US (120 * 1000 * 1000)

void
sal_irc_place_free (gpointer data)
{
  SalIrcPlace *own = data;

  if (own == NULL)
    return;
  g_free (own->msgid);
  g_queue_clear_full (&own->held, sal_irc_item_free);
  g_clear_pointer (&own->seen, g_hash_table_unref);
  g_free (own);
}

/* Up to where the batches of @place that are still to come are an answer: the oldest question that has
 * no label. */
SalIrcAsked *
sal_irc_asked_history (SalIrcMachine *machine, const char *place)
{
  for (guint i = 0; i < machine->asked->len; i++)
    {
      SalIrcAsked *asked = machine->asked->pdata[i];

      if (asked->kind == SAL_IRC_ASKED_HISTORY && asked->label == NULL &&
          sal_irc_support_same (&machine->rooms.support, asked->place, place))
        return asked;
    }
  return NULL;
}

/* A server that gives no labels back may never answer what was given up: the next answer is taken
 * for that to the next question. */
static void
forget_late (SalIrcMachine *machine, const char *place)
{
  SalIrcAsked *asked = sal_irc_asked_history (machine, place);

  if (asked != NULL && asked->late)
    sal_irc_answered (machine, asked);
}

static guint
page_limit (const SalIrcMachine *machine, guint most)
{
  guint limit =
      machine->rooms.support.history != 0 ? machine->rooms.support.history : PAGE_MESSAGES;

  return CLAMP (most, 1, limit);
}

static SalIrcAsked *
ask_page (SalIrcMachine *machine,
          const char *place,
          SalHistoryPage page,
          const char *msgid,
          gint64 time_us,
          guint most,
          gboolean resume)
{
  static const char *const words[] = {
    [SAL_HISTORY_LATEST] = "LATEST",
    [SAL_HISTORY_BEFORE] = "BEFORE",
    [SAL_HISTORY_AFTER] = "AFTER",
  };
  g_autoptr (GString) point = g_string_new (NULL);
  SalIrcAsked *asked = NULL;

  if (msgid != NULL && machine->rooms.support.history_by_msgid)
    g_string_append_printf (point, "msgid=%s", msgid);
  else if (time_us != 0)
    {
      g_string_append (point, "timestamp=");
      sal_irc_append_time (point, time_us);
    }
  else
    {
      g_string_append_c (point, '*');
      page = SAL_HISTORY_LATEST;
    }
  forget_late (machine, place);
  asked = sal_irc_ask_line (machine, SAL_IRC_ASKED_HISTORY, place, "CHATHISTORY %s %s %s %u",
                            words[page], place, point->str, page_limit (machine, most));
  asked->sent_us = sal_irc_sent_by_us (machine);
  asked->page = page;
  asked->resume = resume;
  asked->from_us = g_str_has_prefix (point->str, "msgid=") ? time_us : 0;
  asked->limit = page_limit (machine, most);
  return asked;
}

/* Whether @page begins where the server can find it: a question for what is after a point must not
 * become one for the latest. */
static gboolean
is_point (const SalIrcMachine *machine, SalHistoryPage page, const char *msgid, gint64 time_us)
{
  return page == SAL_HISTORY_LATEST || time_us != 0 ||
         (msgid != NULL && machine->rooms.support.history_by_msgid);
}

/**
 * sal_irc_machine_read_past:
 *
 * See sal_client_read_past().
 */
gboolean
sal_irc_machine_read_past (SalIrcMachine *machine,
                           const char *place,
                           SalHistoryPage page,
                           const char *msgid,
                           gint64 time_us,
                           guint most,
                           gint64 now_us)
{
  const SalIrcRoom *room = sal_irc_rooms_find (&machine->rooms, place);

  machine->now_us = MAX (machine->now_us, now_us);
  if (!sal_irc_machine_has_history (machine) || (room != NULL && room->state != SAL_ROOM_IN) ||
      strpbrk (place, " ,\r\n") != NULL || *place == '\0' ||
      (msgid != NULL && strpbrk (msgid, " \r\n") != NULL) ||
      !is_point (machine, page, msgid, time_us))
    return FALSE;
  (void) ask_page (machine, room != NULL ? room->name : place, page, msgid, time_us, most, FALSE);
  return TRUE;
}

/**
 * sal_irc_machine_mark_read:
 *
 * See sal_client_mark_read().
 */
void
sal_irc_machine_mark_read (SalIrcMachine *machine, const char *place, gint64 time_us, gint64 now_us)
{
  g_autoptr (GString) time = g_string_new (NULL);

  machine->now_us = MAX (machine->now_us, now_us);
  if (machine->state != SAL_IRC_IN || !(machine->caps & SAL_IRC_CAP_READ_MARKER))
    return;
  sal_irc_append_time (time, time_us);
  (void) sal_irc_ask_line (machine, SAL_IRC_ASKED_QUIETLY, place, "MARKREAD %s timestamp=%s", place,
                           time->str);
}

/* What was missed. */

/* The end of time, as far as it can be written. */
#define FAR_US (G_GINT64_CONSTANT (253402300799) * G_USEC_PER_SEC)

/* Asks with whom something was said in private since we were there last, the newest first. */
void
sal_irc_ask_missed (SalIrcMachine *machine)
{
  g_autoptr (GString) line = g_string_new ("CHATHISTORY TARGETS timestamp=");

  if (machine->known_us == 0 || !sal_irc_machine_has_history (machine))
    return;
  machine->missed = page_limit (machine, PAGE_MESSAGES);
  sal_irc_append_time (line, FAR_US);
  g_string_append (line, " timestamp=");
  sal_irc_append_time (line, machine->known_us);
  (void) sal_irc_ask_line (machine, SAL_IRC_ASKED_QUIETLY, NULL, "%s %u", line->str,
                           machine->missed);
}

/* `CHATHISTORY TARGETS name timestamp`. Rooms are resumed anyway. */
void
sal_irc_on_targets (SalIrcMachine *machine, const SalIrcLine *line)
{
  const char *time = NULL;
  SalIrcItem *item = NULL;
  gint64 time_us = 0;

  if (line->n_params < 3 || g_ascii_strcasecmp (line->params[0], "TARGETS") != 0 ||
      machine->missed == 0)
    return;
  machine->missed--;
  time = g_str_has_prefix (line->params[2], "timestamp=") ? line->params[2] + strlen ("timestamp=")
                                                          : line->params[2];
  if (sal_irc_support_is_channel (&machine->rooms.support, line->params[1]) ||
      !sal_irc_parse_time (time, &time_us))
    return;
  item = sal_irc_push_at (machine, SAL_ACTION_MISSED, line->params[1]);
  item->action.time_us = time_us;
}

/* We are in @room: asks for what was said since it was last known. */
void
sal_irc_begin_resume (SalIrcMachine *machine, SalIrcRoom *room)
{
  SalIrcPlace *own = sal_irc_place_of (room);
  gboolean known = own->msgid != NULL || own->time_us != 0;

  if (own->resuming || own->no_resume || (!known && own->latest == 0) ||
      !sal_irc_machine_has_history (machine))
    return;
  own->resuming = TRUE;
  own->pages = own->told = 0;
  own->seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  (void) ask_page (machine, room->name, known ? SAL_HISTORY_AFTER : SAL_HISTORY_LATEST, own->msgid,
                   own->time_us, known ? PAGE_MESSAGES : own->latest, TRUE);
}

static void
tell_held (SalIrcMachine *machine, SalIrcPlace *own, GHashTable *seen)
{
  SalIrcItem *item = NULL;

  while ((item = g_queue_pop_head (&own->held)) != NULL)
    if (item->action.event.msgid != NULL && g_hash_table_contains (seen, item->action.event.msgid))
      sal_irc_item_free (item);
    else
      g_queue_push_tail (&machine->actions, item);
}

/* Whatever still comes of the pages of a resume that is over would come after what happened since. */
static void
pass_over_rest (SalIrcMachine *machine, const char *place)
{
  for (guint i = 0; i < machine->asked->len; i++)
    {
      SalIrcAsked *asked = machine->asked->pdata[i];

      if (asked->kind == SAL_IRC_ASKED_HISTORY && asked->resume &&
          sal_irc_support_same (&machine->rooms.support, asked->place, place))
        asked->late = TRUE;
    }
}

/* All that was missed has been told, or all that can be. @code: (nullable): it cannot; @why: (nullable):
 * the server's words */
void
sal_irc_end_resume (
    SalIrcMachine *machine, SalIrcRoom *room, gboolean more, const char *code, const char *why)
{
  SalIrcPlace *own = sal_irc_place_of (room);
  g_autoptr (GHashTable) seen = g_steal_pointer (&own->seen);
  SalIrcItem *item = NULL;

  own->resuming = FALSE;
  own->no_resume = FALSE;
  g_clear_pointer (&own->msgid,
                   g_free); /* who stays hears everything; who comes back says it anew */
  own->time_us = 0;
  own->latest = 0;
  pass_over_rest (machine, room->name);
  item = sal_irc_push_at (machine, SAL_ACTION_HISTORY, room->name);
  item->action.page = SAL_HISTORY_AFTER;
  item->action.resume = TRUE;
  item->action.more = more;
  item->action.number = own->told;
  item->action.code = sal_irc_item_keep_word (item, code);
  item->action.text = sal_irc_item_keep (item, why);
  tell_held (machine, own, seen);
}

static void
resume_further (SalIrcMachine *machine, SalIrcRoom *room, const SalIrcBatch *batch)
{
  SalIrcPlace *own = sal_irc_place_of (room);
  gboolean end =
      batch->n_events == 0 || batch->reaches_end || batch->asked->page == SAL_HISTORY_LATEST;
  /* A page that has led no further, or does not say where it ends, would come again and again. */
  gboolean stuck = !end && (batch->newest != NULL ? g_strcmp0 (batch->newest, own->msgid) == 0
                                                  : batch->newest_us <= own->time_us);

  own->told += batch->n_events;
  own->pages++;
  if (end || stuck || own->pages >= SAL_CLIENT_RESUME_PAGES)
    {
      sal_irc_end_resume (machine, room, !end && (!stuck || batch->n_events >= batch->asked->limit),
                          NULL, NULL);
      return;
    }
  g_free (own->msgid);
  own->msgid = g_strdup (batch->newest);
  own->time_us = batch->newest_us;
  (void) ask_page (machine, room->name, SAL_HISTORY_AFTER, own->msgid, own->time_us, PAGE_MESSAGES,
                   TRUE);
}

/* The answer to a question begins. */
void
sal_irc_history_begins (SalIrcMachine *machine, const SalIrcBatch *batch)
{
  SalIrcAsked *asked = batch->asked;

  if (asked == NULL || asked->kind != SAL_IRC_ASKED_HISTORY || !asked->gap || asked->late)
    return;
  asked->gap = FALSE;
  (void) sal_irc_push_at (machine, SAL_ACTION_GAP, asked->place);
}

/* A page is complete. */
void
sal_irc_history_done (SalIrcMachine *machine, SalIrcBatch *batch)
{
  SalIrcAsked *asked = batch->asked;
  SalIrcRoom *room = NULL;

  if (asked == NULL || asked->kind != SAL_IRC_ASKED_HISTORY)
    return; /* nobody has asked for it: a bouncer, a server that plays the past on its own */
  machine->past_us = machine->now_us;
  room = sal_irc_rooms_find (&machine->rooms, asked->place);
  if (asked->resume && !asked->late)
    {
      if (room != NULL && sal_irc_place_of (room)->resuming)
        resume_further (machine, room, batch);
    }
  else if (!asked->late)
    {
      SalIrcItem *item = sal_irc_push_at (machine, SAL_ACTION_HISTORY, asked->place);

      item->action.page = asked->page;
      item->action.number = batch->n_events;
      item->action.more = batch->n_events > 0 && !batch->reaches_end;
    }
  if (!batch->answers)
    sal_irc_answered (machine, asked);
}

/* A page cannot be had. */
static void
give_up (SalIrcMachine *machine, SalIrcAsked *asked, const char *code, const char *words)
{
  SalIrcRoom *room = sal_irc_rooms_find (&machine->rooms, asked->place);

  if (!asked->resume)
    {
      SalIrcItem *item = sal_irc_push_at (machine, SAL_ACTION_HISTORY, asked->place);
      item->action.page = asked->page;
      item->action.code = sal_irc_item_keep_word (item, code);
      item->action.text = sal_irc_item_keep (item, words);
    }
  else if (room != NULL && sal_irc_place_of (room)->resuming)
    sal_irc_end_resume (machine, room, TRUE, code, words);
}

/* A message that the server does not know, because it is too old or of another log, has a time. What was
 * said right behind it may be as unknown. Returns whether the page is asked for by that. */
static gboolean
ask_by_time (SalIrcMachine *machine, const SalIrcAsked *asked)
{
  SalIrcRoom *room = sal_irc_rooms_find (&machine->rooms, asked->place);
  SalIrcPlace *own = room != NULL ? room->own : NULL;
  SalIrcAsked *again = NULL;

  if (asked->from_us == 0)
    return FALSE;
  if (asked->resume && (own == NULL || !own->resuming || ++own->pages >= SAL_CLIENT_RESUME_PAGES))
    return FALSE;
  if (asked->resume)
    g_clear_pointer (&own->msgid, g_free);
  again = ask_page (machine, asked->place, asked->page, NULL, asked->from_us, asked->limit,
                    asked->resume);
  again->gap = asked->page == SAL_HISTORY_AFTER;
  return TRUE;
}

/* The server refuses a page. */
void
sal_irc_history_failed (SalIrcMachine *machine,
                        SalIrcAsked *asked,
                        const char *code,
                        const char *words)
{
  if (!asked->late && !ask_by_time (machine, asked))
    give_up (machine, asked, code, words);
}

/* Time. */

/* Whether lines of @past come after it was given up. */
gboolean
sal_irc_is_late (const SalIrcBatch *past)
{
  return past->late || (past->asked != NULL && past->asked->late);
}

/* A question, if it is one for the past, is not waited for any more. */
void
sal_irc_history_late (SalIrcMachine *machine, SalIrcAsked *asked)
{
  if (asked->kind != SAL_IRC_ASKED_HISTORY || asked->late)
    return;
  asked->late = TRUE;
  give_up (machine, asked, "late", NULL);
}

static gint64
due_us (const SalIrcMachine *machine, const SalIrcAsked *asked)
{
  if (asked->kind != SAL_IRC_ASKED_HISTORY || asked->late)
    return G_MAXINT64;
  return MIN (MAX (asked->sent_us, machine->past_us) + QUIET_US, asked->sent_us + PAGE_US);
}

gint64
sal_irc_history_due_us (const SalIrcMachine *machine)
{
  gint64 first_us = G_MAXINT64;

  for (guint i = 0; i < machine->asked->len; i++)
    first_us = MIN (first_us, due_us (machine, machine->asked->pdata[i]));
  return first_us;
}

void
sal_irc_check_history (SalIrcMachine *machine)
{
  for (guint i = 0; i < machine->asked->len; i++)
    if (machine->now_us >= due_us (machine, machine->asked->pdata[i]))
      sal_irc_history_late (machine, machine->asked->pdata[i]);
}

/* An event of the past is about to be told. */
void
sal_irc_note_past (SalIrcMachine *machine, SalIrcBatch *batch, const SalEvent *event)
{
  SalIrcRoom *room =
      batch->target != NULL ? sal_irc_rooms_find (&machine->rooms, batch->target) : NULL;
  SalIrcPlace *own = room != NULL ? room->own : NULL;

  machine->past_us = machine->now_us;
  batch->n_events++;
  if (event->time_us != 0)
    batch->newest_us = event->time_us;
  if (event->msgid == NULL)
    return;
  g_free (batch->newest);
  batch->newest = g_strdup (event->msgid);
  if (own != NULL && own->seen != NULL)
    g_hash_table_add (own->seen, g_strdup (event->msgid));
}
