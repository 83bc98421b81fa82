/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What one person has of a room: entry after entry, in a file, and among them the
 * person's own messages of which more may become. It knows what is in the story and
 * nothing of connections.
 *
 * Numbers of entries only ever say what comes before what, so there is room between them
 * where something may be missing: below the first entry, and behind each gap. What a server
 * still has of the past gets its numbers there (sal_story_insert_before()), and a story that
 * was filled up reads like one that never had a gap.
 */
#include "config.h"

#include "common/client/sal-story.h"

/* How many entries can be put behind a gap: more than are ever kept. */
#define GAP_SPACE ((guint64) 1 << 24)
/* How far to look for an entry that the server has a name for, among joins and notes. */
#define LOOKS 1000
#define LOOKS_AT_ONCE 50
/* So much may a server's clock and ours differ. */
#define CLOCKS_APART_US (2 * G_TIME_SPAN_MINUTE)

struct _SalStory
{
  SalStore *store; /* (owned) */
  gint64 room;
  const SalStoryHooks *hooks; /* (unowned) */
  gpointer data;
  guint64 last_id;
  guint64 read_id;
  guint unread;
  guint mentions;      /* among the unread */
  GHashTable *pending; /* (owned): number -> SalEntry (owned): ours that are not finished */
  GArray *queued;      /* (owned): numbers of those that are to be sent, in this order */
  gboolean missed;     /* there is a story, and this connection has added nothing to it yet */
};

static gboolean
is_said (const SalEntry *entry)
{
  return entry->kind == SAL_ENTRY_MESSAGE || entry->kind == SAL_ENTRY_ACTION ||
         entry->kind == SAL_ENTRY_TEXT || entry->kind == SAL_ENTRY_NOTICE;
}

static void
set_unread (SalStory *story, guint unread, guint mentions)
{
  if (story->unread == unread && story->mentions == mentions)
    return;
  story->unread = unread;
  story->mentions = mentions;
  story->hooks->unread (story->data);
}

static void
count_unread (SalStory *story)
{
  guint mentions = 0;
  guint unread = 0;

  if (story->read_id < story->last_id)
    unread = (guint) sal_store_count_after (story->store, story->room, story->read_id, &mentions);
  set_unread (story, unread, mentions);
}

static void
remember_pending (SalStory *story, const SalEntry *entry)
{
  if (entry->pending)
    g_hash_table_replace (story->pending, g_memdup2 (&entry->id, sizeof entry->id),
                          sal_entry_ref (entry));
  else
    g_hash_table_remove (story->pending, &entry->id);
}

static gboolean
ends_with_gap (SalStory *story)
{
  g_autoptr (GPtrArray) last = sal_story_read_before (story, G_MAXUINT64, 1);

  return last->len > 0 && ((SalEntry *) last->pdata[0])->kind == SAL_ENTRY_GAP;
}

/* What the last process left unfinished. */
static void
take_up (SalStory *story)
{
  g_autoptr (GPtrArray) pending = sal_store_read_pending (story->store, story->room);

  for (guint i = 0; i < pending->len; i++)
    {
      const SalEntry *mine = pending->pdata[i];

      /* It had been given to a connection: nobody knows, unless it can be asked for. */
      if (mine->state == SAL_MESSAGE_SENT && mine->nonce == NULL)
        {
          sal_story_set_state (story, mine, SAL_MESSAGE_UNKNOWN, FALSE, NULL);
          continue;
        }
      remember_pending (story, mine);
      sal_story_queue (story, mine->id);
    }
}

/**
 * sal_story_new:
 * @store: (transfer none)
 * @room: its number there
 * @read_id: the last entry that was seen
 * @hooks: (transfer none): called with @data from now on, also from here
 *
 * Returns: (transfer full): the story as the file has it.
 */
SalStory *
sal_story_new (
    SalStore *store, gint64 room, guint64 read_id, const SalStoryHooks *hooks, gpointer data)
{
  SalStory *story = g_new0 (SalStory, 1);

  story->store = g_object_ref (store);
  story->room = room;
  story->read_id = read_id;
  story->hooks = hooks;
  story->data = data;
  story->pending =
      g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify) sal_entry_unref);
  story->queued = g_array_new (FALSE, FALSE, sizeof (guint64));
  story->last_id = sal_store_last_id (store, room);
  if (story->last_id == 0)
    story->last_id = SAL_ENTRY_FIRST_ID - 1;
  count_unread (story);
  take_up (story);
  return story;
}

/**
 * sal_story_free:
 * @story: (nullable) (transfer full)
 */
void
sal_story_free (SalStory *story)
{
  if (story == NULL)
    return;
  g_hash_table_unref (story->pending);
  g_array_unref (story->queued);
  g_object_unref (story->store);
  g_free (story);
}

/**
 * sal_story_begin_connection:
 *
 * What comes now comes from another connection than what came before: whoever has a
 * story here and comes back has missed something.
 */
void
sal_story_begin_connection (SalStory *story)
{
  story->missed = sal_store_last_id (story->store, story->room) > 0;
}

/**
 * sal_story_resumed:
 *
 * Nothing was missed, or it has all been added.
 */
void
sal_story_resumed (SalStory *story)
{
  story->missed = FALSE;
}

/**
 * sal_story_add_gap:
 *
 * Something is missing at the end of the story; there is room for it.
 */
void
sal_story_add_gap (SalStory *story)
{
  story->missed = FALSE;
  if (sal_store_last_id (story->store, story->room) == 0 || ends_with_gap (story))
    return;
  sal_entry_unref (sal_story_add (story, &(SalEntry){ .kind = SAL_ENTRY_GAP }));
  story->last_id += GAP_SPACE;
}

/**
 * sal_story_add:
 * @like: what to add; its number is given here, and so is its time, unless it has one. Its msgid
 *   is not in the story yet
 *
 * Returns: (transfer full): the entry, at the end of the story.
 */
SalEntry *
sal_story_add (SalStory *story, const SalEntry *like)
{
  SalEntry with_place = *like;
  SalEntry *entry = NULL;

  if (story->missed && !like->pending)
    sal_story_add_gap (story);
  with_place.id = ++story->last_id;
  if (with_place.time_us == 0)
    with_place.time_us = g_get_real_time ();
  entry = sal_entry_new (&with_place);
  sal_store_put (story->store, story->room, entry);
  if (entry->own)
    remember_pending (story, entry);
  story->hooks->added (entry, story->data);
  if (is_said (entry) && !entry->own)
    set_unread (story, story->unread + 1, story->mentions + (entry->mention ? 1 : 0));
  return entry;
}

/**
 * sal_story_add_missed:
 *
 * As sal_story_add(), for what was missed: nothing is missing before it.
 *
 * Returns: (transfer full): the entry, at the end of the story.
 */
SalEntry *
sal_story_add_missed (SalStory *story, const SalEntry *like)
{
  gboolean missed = story->missed;
  SalEntry *entry = NULL;

  story->missed = FALSE;
  entry = sal_story_add (story, like);
  story->missed = missed;
  return entry;
}

/* Returns: (transfer full) (nullable) */
static SalEntry *
entry_before (SalStory *story, guint64 id)
{
  g_autoptr (GPtrArray) one = sal_story_read_before (story, id, 1);

  return one->len > 0 ? sal_entry_ref (one->pdata[0]) : NULL;
}

/* Returns: (transfer full) (nullable): the last thing that somebody else has said before @id, which has the
 * server's time. */
static SalEntry *
said_before (SalStory *story, guint64 id)
{
  for (guint looks = 0; looks < LOOKS; looks += LOOKS_AT_ONCE)
    {
      g_autoptr (GPtrArray) page = sal_story_read_before (story, id, LOOKS_AT_ONCE);

      for (guint i = page->len; i-- > 0;)
        if (is_said (page->pdata[i]) && !((SalEntry *) page->pdata[i])->own)
          return sal_entry_ref (page->pdata[i]);
      if (page->len < LOOKS_AT_ONCE)
        break;
      id = ((SalEntry *) page->pdata[0])->id;
    }
  return NULL;
}

/* Whether @like is in the story. @last: (nullable): the last entry before the gap, which tells it where the
 * server has no names for messages. */
static gboolean
is_known (SalStory *story, const SalEntry *like, const SalEntry *last)
{
  if (like->msgid != NULL)
    return sal_story_find_msgid (story, like->msgid) != 0;
  return last != NULL && last->msgid == NULL && like->time_us != 0 &&
         (like->time_us < last->time_us ||
          (like->time_us == last->time_us && g_strcmp0 (like->name, last->name) == 0 &&
           g_strcmp0 (like->text, last->text) == 0));
}

/* What the room has never had cannot be it. */
static gboolean
is_same_of_ours (const SalEntry *entry, const SalEntry *like)
{
  gint64 apart_us = entry->time_us - like->time_us;

  return entry->own && entry->msgid == NULL && entry->state != SAL_MESSAGE_QUEUED &&
         entry->state != SAL_MESSAGE_FAILED && entry->kind == like->kind &&
         g_strcmp0 (entry->text, like->text) == 0 && ABS (apart_us) < CLOCKS_APART_US;
}

/* Where the server has no names for messages, what we have said is known by its words: its time is by
 * our clock until the server gives it back, and perhaps for ever. Somebody may say the same twice:
 * this does not tell that the gap ends here.
 *
 * Returns: whether it is among the entries around a gap. */
static gboolean
is_ours_near (GPtrArray *near, const SalEntry *like)
{
  if (like->msgid != NULL || !like->own)
    return FALSE;
  for (guint i = 0; i < near->len; i++)
    if (is_same_of_ours (near->pdata[i], like))
      return TRUE;
  return FALSE;
}

/**
 * sal_story_insert_before:
 * @id: of an entry that is the first one, or comes behind a gap
 * @likes: (element-type SalEntry): what the server has of the time before it, oldest first; those
 *   that are in the story are left out: by their msgid, or else by their time, or, of ours, by
 *   their text
 * @more: there is still more before them
 *
 * Puts them there. If they reach what was there before the gap, the gap goes. Tells of that by
 * the hooks, but not of what was inserted.
 *
 * Returns: how many are new.
 */
guint
sal_story_insert_before (SalStory *story, guint64 id, const GPtrArray *likes, gboolean more)
{
  g_autoptr (SalEntry) gap = entry_before (story, id);
  g_autoptr (SalEntry) last = gap != NULL ? said_before (story, gap->id) : NULL;
  g_autoptr (GPtrArray) above = NULL;
  g_autoptr (GPtrArray) below = NULL;
  guint64 lowest = gap != NULL ? gap->id : 0;
  gboolean met = !more;
  guint n = 0;

  if (gap != NULL && gap->kind != SAL_ENTRY_GAP)
    return 0;
  above = sal_story_read_before (story, gap != NULL ? gap->id : 0, gap != NULL ? LOOKS_AT_ONCE : 0);
  below = sal_story_read_after (story, id - 1, gap != NULL ? LOOKS_AT_ONCE : 0);
  for (guint i = likes->len; i-- > 0;)
    {
      SalEntry like = *(const SalEntry *) likes->pdata[i];
      g_autoptr (SalEntry) entry = NULL;

      if (is_known (story, &like, last))
        {
          met = TRUE;
          continue;
        }
      if (is_ours_near (above, &like) || is_ours_near (below, &like))
        continue;
      if (id - n - 1 <= lowest)
        break; /* a gap of a time when there was no room left behind them */
      like.id = id - ++n;
      entry = sal_entry_new (&like);
      sal_store_put (story->store, story->room, entry);
    }
  if (gap != NULL && met)
    sal_story_drop (story, gap->id);
  if (n > 0 && story->read_id < id)
    count_unread (story);
  return n;
}

static SalEntry *
put_in_place (SalStory *story, const SalEntry *like)
{
  SalEntry *entry = sal_entry_new (like);

  sal_store_put (story->store, story->room, entry);
  if (entry->own)
    remember_pending (story, entry);
  return entry;
}

/**
 * sal_story_replace:
 *
 * Returns: (transfer full): @like, in the place of the entry of its number.
 */
SalEntry *
sal_story_replace (SalStory *story, const SalEntry *like)
{
  SalEntry *entry = put_in_place (story, like);

  story->hooks->changed (entry, story->data);
  return entry;
}

/**
 * sal_story_prepare:
 *
 * Puts @like in the place of the entry of its number, as sal_story_replace() does; but nobody is
 * told before sal_story_tell(), when the file has it: what is said of a message must be true
 * also for the next process.
 */
void
sal_story_prepare (SalStory *story, const SalEntry *like)
{
  sal_entry_unref (put_in_place (story, like));
}

/**
 * sal_story_tell:
 * @entry: see sal_story_prepare()
 */
void
sal_story_tell (SalStory *story, const SalEntry *entry)
{
  story->hooks->changed (entry, story->data);
}

/**
 * sal_story_set_state:
 * @entry: a message of ours
 * @pending: more may become of it
 * @reason: (nullable): of its failure
 */
void
sal_story_set_state (SalStory *story,
                     const SalEntry *entry,
                     SalMessageState state,
                     gboolean pending,
                     const char *reason)
{
  SalEntry like = *entry;

  like.state = state;
  like.pending = pending;
  like.reason = reason;
  sal_entry_unref (sal_story_replace (story, &like));
}

/**
 * sal_story_drop:
 *
 * Takes an entry out of the story.
 */
void
sal_story_drop (SalStory *story, guint64 id)
{
  sal_store_remove (story->store, story->room, id);
  g_hash_table_remove (story->pending, &id);
  story->hooks->removed (id, story->data);
}

/**
 * sal_story_find:
 *
 * Returns: (transfer full) (nullable): the entry of that number.
 */
SalEntry *
sal_story_find (SalStory *story, guint64 id)
{
  g_autoptr (GPtrArray) one = sal_story_read_before (story, id + 1, 1);

  if (one->len == 0 || ((SalEntry *) one->pdata[0])->id != id)
    return NULL;
  return sal_entry_ref (one->pdata[0]);
}

/**
 * sal_story_find_msgid:
 *
 * Returns: the number of the entry that the server calls @msgid; 0: there is none.
 */
guint64
sal_story_find_msgid (SalStory *story, const char *msgid)
{
  return sal_store_find_msgid (story->store, story->room, msgid);
}

/**
 * sal_story_find_last_known:
 * @before: G_MAXUINT64 for the end
 *
 * What of ours is not finished is at the end of the story, however much that is, and is no place in the
 * server's past: looking for one goes on before it.
 *
 * Returns: (transfer full) (nullable): the last entry before @before that the server has a name
 *   for; if there is none near the end, the last one that tells when it was.
 */
SalEntry *
sal_story_find_last_known (SalStory *story, guint64 before)
{
  g_autoptr (SalEntry) fallback = NULL;
  guint looks = 0;

  while (looks < LOOKS)
    {
      g_autoptr (GPtrArray) page = sal_story_read_before (story, before, LOOKS_AT_ONCE);

      for (guint i = page->len; i-- > 0;)
        {
          SalEntry *entry = page->pdata[i];

          if (entry->msgid != NULL)
            return sal_entry_ref (entry);
          if (entry->pending)
            continue;
          looks++;
          if (fallback == NULL)
            fallback = sal_entry_ref (entry);
        }
      if (page->len < LOOKS_AT_ONCE)
        break;
      before = ((SalEntry *) page->pdata[0])->id;
    }
  return g_steal_pointer (&fallback);
}

/**
 * sal_story_find_older_point:
 * @id: of an entry that is the first one, or comes behind a gap; 0: the beginning
 *
 * Returns: (transfer full) (nullable): the first entry from @id on that the server has a name for, or
 *   else the first that somebody else has said, which has the server's time, or else that one
 *   itself: what was before it is what may be missing. %NULL if nothing is missing before @id,
 *   or the story is empty.
 */
SalEntry *
sal_story_find_older_point (SalStory *story, guint64 id)
{
  g_autoptr (SalEntry) previous = id > 0 ? entry_before (story, id) : NULL;
  g_autoptr (GPtrArray) page = NULL;
  SalEntry *said = NULL;

  if (previous != NULL && (previous->kind != SAL_ENTRY_GAP || id - previous->id <= 1))
    return NULL;
  page = sal_story_read_after (story, id > 0 ? id - 1 : 0, LOOKS_AT_ONCE);
  for (guint i = 0; i < page->len; i++)
    {
      SalEntry *entry = page->pdata[i];

      if (entry->msgid != NULL)
        return sal_entry_ref (entry);
      if (entry->kind == SAL_ENTRY_GAP)
        break;
      if (said == NULL && is_said (entry) && !entry->own)
        said = entry;
    }
  if (said != NULL)
    return sal_entry_ref (said);
  return page->len > 0 ? sal_entry_ref (page->pdata[0]) : NULL;
}

/**
 * sal_story_find_time:
 *
 * Returns: the last entry of those that are not read whose time is not after @time_us; 0: none.
 */
guint64
sal_story_find_time (SalStory *story, gint64 time_us)
{
  guint64 found = 0;
  guint64 at = story->read_id;
  gboolean more = TRUE;

  for (guint looks = 0; more && looks < LOOKS; looks += LOOKS_AT_ONCE)
    {
      g_autoptr (GPtrArray) page = sal_story_read_after (story, at, LOOKS_AT_ONCE);

      for (guint i = 0; i < page->len && more; i++)
        {
          const SalEntry *entry = page->pdata[i];

          at = entry->id;
          /* Only those that the server has given their time. */
          if (entry->msgid == NULL)
            continue;
          more = entry->time_us <= time_us;
          if (more)
            found = at;
        }
      more = more && page->len == LOOKS_AT_ONCE;
    }
  return found;
}

/**
 * sal_story_get_pending:
 *
 * Returns: (transfer none) (nullable): the message of ours of that number, if more may
 *   become of it.
 */
const SalEntry *
sal_story_get_pending (SalStory *story, guint64 id)
{
  return g_hash_table_lookup (story->pending, &id);
}

/* The oldest message that can still be asked for by its nonce. */
static const SalEntry *
oldest_sent (SalStory *story)
{
  const SalEntry *oldest = NULL;
  GHashTableIter iter;
  gpointer value = NULL;

  g_hash_table_iter_init (&iter, story->pending);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const SalEntry *mine = value;

      if (mine->state == SAL_MESSAGE_SENT && mine->nonce != NULL &&
          (oldest == NULL || mine->id < oldest->id))
        oldest = mine;
    }
  return oldest;
}

/**
 * sal_story_get_sent_name:
 *
 * Returns: (transfer none) (nullable): the name under which the oldest message was sent that can
 *   still be asked for by its nonce.
 */
const char *
sal_story_get_sent_name (SalStory *story)
{
  const SalEntry *oldest = oldest_sent (story);

  return oldest != NULL ? oldest->name : NULL;
}

/**
 * sal_story_get_sent_us:
 *
 * Returns: when that message was said, by our clock; 0: there is none.
 */
gint64
sal_story_get_sent_us (SalStory *story)
{
  const SalEntry *oldest = oldest_sent (story);

  return oldest != NULL ? oldest->time_us : 0;
}

static gboolean
is_sent_as (const SalEntry *mine, const SalEntry *like, gint64 skew_us)
{
  gboolean action = g_str_has_prefix (mine->text, "/me ");
  const char *text = mine->text + (action ? strlen ("/me ") : 0);

  return mine->state == SAL_MESSAGE_SENT && mine->nonce != NULL &&
         like->kind == (action ? SAL_ENTRY_ACTION : SAL_ENTRY_MESSAGE) &&
         like->time_us >= mine->time_us - skew_us && g_strcmp0 (like->name, mine->name) == 0 &&
         g_strcmp0 (like->text, text) == 0;
}

/**
 * sal_story_find_sent:
 * @like: what the server has
 * @skew_us: how wrong a clock may be
 *
 * Returns: the number of the oldest message of ours that can still be asked for by its nonce, and says
 *   the same under the same name, at no later time; 0: none.
 */
guint64
sal_story_find_sent (SalStory *story, const SalEntry *like, gint64 skew_us)
{
  guint64 found = 0;
  GHashTableIter iter;
  gpointer value = NULL;

  g_hash_table_iter_init (&iter, story->pending);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const SalEntry *mine = value;

      if (is_sent_as (mine, like, skew_us) && (found == 0 || mine->id < found))
        found = mine->id;
    }
  return found;
}

static int
compare_ids (gconstpointer a, gconstpointer b)
{
  guint64 left = *(const guint64 *) a;
  guint64 right = *(const guint64 *) b;

  return (left > right) - (left < right);
}

/**
 * sal_story_queue:
 * @id: of a pending message
 *
 * It is to be sent; those that were typed earlier go first.
 */
void
sal_story_queue (SalStory *story, guint64 id)
{
  gboolean last = story->queued->len == 0 ||
                  g_array_index (story->queued, guint64, story->queued->len - 1) < id;

  g_array_append_val (story->queued, id);
  if (!last)
    g_array_sort (story->queued, compare_ids);
}

/**
 * sal_story_take_queue:
 *
 * Returns: (transfer full) (element-type guint64): what is to be sent, in that order;
 *   nothing is queued then. Some may not be pending any more.
 */
GArray *
sal_story_take_queue (SalStory *story)
{
  GArray *queued = story->queued;

  story->queued = g_array_new (FALSE, FALSE, sizeof (guint64));
  return queued;
}

/**
 * sal_story_read_before:
 * @id: G_MAXUINT64 for the end
 *
 * Returns: (transfer full) (element-type SalEntry): at most @most entries before that
 *   number, oldest first.
 */
GPtrArray *
sal_story_read_before (SalStory *story, guint64 id, guint most)
{
  return sal_store_read_before (story->store, story->room, id, most);
}

/**
 * sal_story_read_after:
 * @id: 0 for the beginning
 *
 * Returns: (transfer full) (element-type SalEntry): at most @most entries after that
 *   number, oldest first.
 */
GPtrArray *
sal_story_read_after (SalStory *story, guint64 id, guint most)
{
  return sal_store_read_after (story->store, story->room, id, most);
}

/**
 * sal_story_get_last_id:
 *
 * Returns: the highest number that an entry has had, 0 for none.
 */
guint64
sal_story_get_last_id (const SalStory *story)
{
  return sal_store_last_id (story->store, story->room);
}

/**
 * sal_story_set_read_id:
 * @id: this entry and all before it have been seen
 */
void
sal_story_set_read_id (SalStory *story, guint64 id)
{
  story->read_id = id;
  count_unread (story);
}

/**
 * sal_story_count_unread:
 *
 * Returns: how much others have said that was not seen.
 */
guint
sal_story_count_unread (const SalStory *story)
{
  return story->unread;
}

/**
 * sal_story_count_mentions:
 *
 * Returns: in how many of those somebody speaks of us.
 */
guint
sal_story_count_mentions (const SalStory *story)
{
  return story->mentions;
}
