/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a room has of the past, on a server that keeps it (CHATHISTORY).
 *
 * What was missed in a room of IRC the client asks for by itself when it joins, and tells it
 * before anything that is said later. In private nobody joins: there what was missed is asked for
 * here, and what is said meanwhile is held back, so that the story has it in its order.
 *
 * What is older than the story, or behind one of its gaps, is fetched when somebody wants to read
 * it, page by page, and put where it belongs (sal_story_insert_before()).
 */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "common/base/sal-limits.h"
#include "common/client/sal-client-action.h"
#include "common/client/sal-room-private.h"

/* Messages of one page. */
#define PAGE 100
/* What may be held back. Whatever more comes is in the next page of what was missed. */
#define HELD_MAX 500

/* Not every server takes a msgid for a point: there it is the time. */
static gboolean
ask (SalRoomModel *room, SalHistoryPage page, const SalEntry *from)
{
  return sal_client_read_past (room->server->client, room->place, page, from->msgid, from->time_us,
                               PAGE);
}

/* What was missed in private. */

/* Asks for what is behind @from. */
static gboolean
ask_for_missed (SalRoomModel *room, const SalEntry *from)
{
  SalEntry *keep = sal_entry_new (from);

  g_clear_pointer (&room->missed_from, sal_entry_unref);
  g_clear_pointer (&room->reached, sal_entry_unref);
  room->missed_from = keep;
  return ask (room, SAL_HISTORY_AFTER, keep);
}

/* The next page is what is behind the last event of this one, whether the story has it or does without it.
 * A page that has led no further would come again and again. */
static gboolean
ask_for_more (SalRoomModel *room)
{
  g_autoptr (SalEntry) reached = g_steal_pointer (&room->reached);

  return reached != NULL && sal_entry_is_behind (reached, room->missed_from) &&
         ++room->pages < SAL_CLIENT_RESUME_PAGES && ask_for_missed (room, reached);
}

static void
release_held (SalRoomModel *room)
{
  g_autoptr (GPtrArray) held = g_steal_pointer (&room->held);

  for (guint i = 0; held != NULL && i < held->len; i++)
    {
      const SalEntry *like = held->pdata[i];

      if (like->msgid != NULL && sal_story_find_msgid (room->story, like->msgid) != 0)
        continue;
      sal_room_tell_due_gap (room);
      sal_entry_unref (sal_story_add (room->story, like));
    }
}

/**
 * sal_room_begin_catching_up:
 * @from: behind which it was asked for
 * @pages: how many pages have come already, of nothing that anybody wants to hear
 *
 * What was said in private while we were not there is on its way.
 */
void
sal_room_begin_catching_up (SalRoomModel *room, const SalEntry *from, guint pages)
{
  g_clear_pointer (&room->missed_from, sal_entry_unref);
  room->missed_from = sal_entry_new (from);
  room->pages = pages;
  room->catching_up = TRUE;
  if (room->held == NULL)
    room->held = g_ptr_array_new_with_free_func ((GDestroyNotify) sal_entry_unref);
}

/* Nothing of what was missed will come any more. */
static void
stop_catching_up (SalRoomModel *room)
{
  room->catching_up = FALSE;
  release_held (room);
}

/**
 * sal_room_catch_up:
 *
 * Asks for what was said in private while we were not there; of somebody new, since we were on the
 * server last.
 */
void
sal_room_catch_up (SalRoomModel *room)
{
  g_autoptr (SalEntry) last = sal_story_find_last_known (room->story, G_MAXUINT64);
  SalEntry before = { .time_us = room->server->known_us };
  const SalEntry *from = last != NULL ? last : &before;

  if (last == NULL && before.time_us == 0)
    return;
  /* What comes while it is being asked for is to be held back, too. */
  sal_room_begin_catching_up (room, from, 0);
  g_clear_pointer (&room->reached, sal_entry_unref);
  if (!ask (room, SAL_HISTORY_AFTER, room->missed_from))
    stop_catching_up (room);
}

/**
 * sal_room_note_past:
 * @event: of the server's past
 *
 * It is where the page that is on its way has come to.
 */
void
sal_room_note_past (SalRoomModel *room, const SalEvent *event)
{
  if (!room->catching_up || room->page != NULL)
    return;
  g_clear_pointer (&room->reached, sal_entry_unref);
  room->reached = sal_entry_new (&(SalEntry){ .time_us = event->time_us, .msgid = event->msgid });
}

/* Whether the story ends with a gap and @line: nothing has been said since that was told. */
static gboolean
is_told (SalRoomModel *room, const char *line)
{
  g_autoptr (GPtrArray) last = sal_story_read_before (room->story, G_MAXUINT64, 2);
  const SalEntry *gap = last->len == 2 ? last->pdata[0] : NULL;
  const SalEntry *note = last->len == 2 ? last->pdata[1] : NULL;

  return gap != NULL && gap->kind == SAL_ENTRY_GAP && note->kind == SAL_ENTRY_NOTE &&
         g_strcmp0 (note->text, line) == 0;
}

/* What was missed is not there, and what is told from now on comes behind a gap; a server that never
 * tells it makes one of all the times that we came back in between. */
static void
tell_gap (SalRoomModel *room, const char *line)
{
  if (is_told (room, line))
    {
      sal_story_resumed (room->story);
      return;
    }
  sal_story_add_gap (room->story);
  sal_entry_unref (
      sal_story_add (room->story, &(SalEntry){ .kind = SAL_ENTRY_NOTE, .text = line }));
}

static void
tell_failure (SalRoomModel *room, const SalClientAction *action)
{
  g_autofree char *line =
      action->text != NULL
          ? g_strdup_printf (_ ("What was said meanwhile cannot be had: %s"), action->text)
          : g_strdup (
                _ ("The server has not told in time what was said meanwhile. Scrolling back asks "
                   "for it again."));

  tell_gap (room, line);
}

static void
tell_forgotten (SalRoomModel *room)
{
  tell_gap (room, _ ("Something may be missing here: the server does not keep any more what was "
                     "said up to where you were."));
}

/**
 * sal_room_on_gap:
 *
 * The server does not know up to where we have read, because it keeps less, or has begun anew: something
 * may be missing before what it tells now.
 */
void
sal_room_on_gap (SalRoomModel *room)
{
  if (room->row->kind == SAL_ROOM_PRIVATE)
    room->gap_due = TRUE;
  else
    tell_forgotten (room);
}

/**
 * sal_room_tell_due_gap:
 *
 * Something is about to be added to the story. A server that has begun anew has forgotten everybody with
 * whom one ever spoke in private: it is told only where the talk goes on.
 */
void
sal_room_tell_due_gap (SalRoomModel *room)
{
  if (!room->gap_due)
    return;
  room->gap_due = FALSE;
  tell_forgotten (room);
}

/* Older ones could not be asked for while something was on its way. */
static void
fetch_wanted (SalRoomModel *room)
{
  guint64 wanted = room->older_wanted;

  room->older_wanted = 0;
  if (wanted != 0 && !sal_room_model_fetch_older (room, wanted))
    sal_room_emit_older (room, 0, TRUE);
}

static void
on_missed (SalRoomModel *room, const SalClientAction *action)
{
  gboolean failed = action->code != NULL;
  gboolean overflowed = room->held != NULL && room->held->len >= HELD_MAX;

  if (!failed && (action->more || overflowed) && action->number > 0 && ask_for_more (room))
    {
      if (overflowed)
        g_ptr_array_set_size (room->held, 0);
      return;
    }
  room->catching_up = FALSE;
  if (failed)
    tell_failure (room, action);
  else if (overflowed || (action->more && action->number > 1)) /* some repeat where they begin */
    sal_story_add_gap (room->story);
  else
    sal_story_resumed (room->story);
  release_held (room);
  fetch_wanted (room);
}

/**
 * sal_room_take_past:
 * @like: what is to be added to the story
 * @past: it comes from the server's past
 *
 * Returns: whether it is kept for later, or for another place than the end.
 */
gboolean
sal_room_take_past (SalRoomModel *room, const SalEntry *like, gboolean past)
{
  if (past && room->page != NULL)
    {
      g_ptr_array_add (room->page, sal_entry_new (like));
      return TRUE;
    }
  if (past || !room->catching_up)
    return FALSE;
  if (room->held->len < HELD_MAX)
    g_ptr_array_add (room->held, sal_entry_new (like));
  return TRUE;
}

/**
 * sal_room_leave_out:
 * @like: of the server's past; the story does without it
 *
 * Of a page of nothing else its oldest entry is added all the same: it is where what is older
 * still begins.
 */
void
sal_room_leave_out (SalRoomModel *room, const SalEntry *like)
{
  if (room->left_out == NULL && like->time_us != 0)
    room->left_out = sal_entry_new (like);
}

/* What is older. */

static guint64
first_id (SalRoomModel *room)
{
  g_autoptr (GPtrArray) first = sal_story_read_after (room->story, 0, 1);

  return first->len > 0 ? ((SalEntry *) first->pdata[0])->id : 0;
}

static gboolean
can_ask (SalRoomModel *room)
{
  return room->server != NULL && sal_room_is_reached (room) &&
         sal_server_speaks_irc (room->server) && *room->place != '\0' &&
         sal_client_has_history (room->server->client);
}

/**
 * sal_room_model_has_older:
 *
 * Returns: whether the server may have something of the time before the story's first entry.
 */
gboolean
sal_room_model_has_older (SalRoomModel *room)
{
  guint64 first = 0;

  if (!can_ask (room))
    return FALSE;
  first = first_id (room);
  return first != 0 && first != room->beginning;
}

/**
 * sal_room_model_fetch_older:
 * @id: of the story's first entry, or of one that comes behind a gap
 *
 * Asks the server for what was said before it. #SalRoomModel::older tells when that is in the
 * story, and how much it is; it can be read then with sal_room_model_read_before().
 *
 * Returns: whether an answer will come, to this or to what was asked for before. %FALSE if nothing
 *   can be missing there, or nobody can be asked.
 */
gboolean
sal_room_model_fetch_older (SalRoomModel *room, guint64 id)
{
  g_autoptr (SalEntry) point = NULL;

  if (!can_ask (room))
    return FALSE;
  if (room->page != NULL || room->older_wanted != 0)
    return TRUE;
  if (id == 0)
    id = first_id (room);
  if (id == 0 || id == room->beginning)
    return FALSE;
  if (room->resuming || room->catching_up)
    {
      /* What was missed is still coming: one question at a time. */
      room->older_wanted = id;
      return TRUE;
    }
  point = sal_story_find_older_point (room->story, id);
  if (point == NULL || !ask (room, SAL_HISTORY_BEFORE, point))
    return FALSE;
  room->page = g_ptr_array_new_with_free_func ((GDestroyNotify) sal_entry_unref);
  room->page_before = id;
  /* What we have said ourselves may have the time of our own clock. */
  room->page_from_us = point->own && point->msgid != NULL ? 0 : point->time_us;
  g_clear_pointer (&room->left_out, sal_entry_unref);
  return TRUE;
}

/* Once a question was given up, a server whose answers have no label may answer it in the place of the
 * next: what is newer than what was asked for is not older. Returns whether there was such. */
static gboolean
drop_newer (SalRoomModel *room, GPtrArray *page)
{
  guint n = page->len;

  if (!room->gave_up || room->page_from_us == 0)
    return FALSE;
  for (guint i = page->len; i-- > 0;)
    if (((SalEntry *) page->pdata[i])->time_us > room->page_from_us)
      g_ptr_array_remove_index (page, i);
  if (room->left_out != NULL && room->left_out->time_us > room->page_from_us)
    g_clear_pointer (&room->left_out, sal_entry_unref);
  return page->len < n;
}

static guint
insert_page (SalRoomModel *room, GPtrArray *page, gboolean more)
{
  g_autoptr (SalEntry) left_out = g_steal_pointer (&room->left_out);
  guint n = sal_story_insert_before (room->story, room->page_before, page, more);

  if (n > 0 || !more || left_out == NULL)
    return n;
  g_ptr_array_set_size (page, 0);
  g_ptr_array_add (page, g_steal_pointer (&left_out));
  return sal_story_insert_before (room->story, room->page_before, page, more);
}

static void
on_older (SalRoomModel *room, const SalClientAction *action)
{
  g_autoptr (GPtrArray) page = g_steal_pointer (&room->page);
  gboolean failed = action->code != NULL;
  gboolean more = action->more;
  guint n = 0;

  if (page == NULL)
    return;

  if (!failed)
    {
      gboolean at_the_top = first_id (room) == room->page_before;
      gboolean others = drop_newer (room, page);

      more = more || others;
      n = insert_page (room, page, more);
      /* A page of nothing but what is known leads nowhere. */
      more = more && (n > 0 || others || !at_the_top);
      if (at_the_top && !more)
        room->beginning = first_id (room);
    }
  sal_room_emit_older (room, n, failed || more);
}

/**
 * sal_room_stop_fetching:
 *
 * The connection is gone, and no answer will come.
 */
void
sal_room_stop_fetching (SalRoomModel *room)
{
  room->catching_up = FALSE;
  room->resuming = FALSE;
  room->gave_up = FALSE;
  /* What was held back is not added: the next time begins before it, and finds it again. */
  g_clear_pointer (&room->held, g_ptr_array_unref);
  g_clear_pointer (&room->left_out, sal_entry_unref);
  g_clear_pointer (&room->missed_from, sal_entry_unref);
  g_clear_pointer (&room->reached, sal_entry_unref);
  if (room->page == NULL && room->older_wanted == 0)
    return;
  room->older_wanted = 0;
  g_clear_pointer (&room->page, g_ptr_array_unref);
  sal_room_emit_older (room, 0, TRUE);
}

/* Whether a page of so many events is a whole one: there may be something before it. */
static gboolean
is_whole_page (SalRoomModel *room, guint number)
{
  const SalIrcRooms *rooms =
      room->server->client != NULL ? sal_client_get_rooms (room->server->client) : NULL;
  guint most = rooms != NULL ? rooms->support.history : 0;

  return number >= (most != 0 ? MIN (most, PAGE) : PAGE);
}

static void
on_resumed (SalRoomModel *room, const SalClientAction *action)
{
  g_autoptr (SalEntry) left_out = g_steal_pointer (&room->left_out);

  if (left_out != NULL && is_whole_page (room, action->number) && first_id (room) == 0)
    sal_entry_unref (sal_story_add_missed (room->story, left_out));
  room->resuming = FALSE;
  if (action->code != NULL)
    tell_failure (room, action);
  else if (action->more)
    sal_story_add_gap (room->story);
  else
    sal_story_resumed (room->story);
  fetch_wanted (room);
  sal_room_send_queued (room); /* what waited for whether it is there */
}

/**
 * sal_room_on_history:
 * @action: a page has come
 */
void
sal_room_on_history (SalRoomModel *room, const SalClientAction *action)
{
  room->gave_up |= g_strcmp0 (action->code, "late") == 0;
  if (action->resume)
    on_resumed (room, action);
  else if (action->page == SAL_HISTORY_BEFORE)
    on_older (room, action);
  else if (room->catching_up)
    on_missed (room, action);
}
