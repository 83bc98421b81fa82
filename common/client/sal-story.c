/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What one person has of a room: entry after entry, in a file, and among them the
 * person's own messages of which more may become. It knows what is in the story and
 * nothing of connections.
 */
#include "config.h"

#include "common/client/sal-story.h"

struct _SalStory
{
  SalStore *store; /* (owned) */
  gint64 room;
  const SalStoryHooks *hooks; /* (unowned) */
  gpointer data;
  guint64 last_id;
  guint64 read_id;
  guint unread;
  GHashTable *pending; /* (owned): number -> SalEntry (owned): ours that are not finished */
  GArray *queued;      /* (owned): numbers of those that are to be sent, in this order */
  gboolean missed;     /* there is a story, and this connection has added nothing to it yet */
};

static gboolean
is_said (const SalEntry *entry)
{
  return entry->kind == SAL_ENTRY_MESSAGE || entry->kind == SAL_ENTRY_ACTION ||
         entry->kind == SAL_ENTRY_TEXT;
}

static void
set_unread (SalStory *story, guint unread)
{
  if (story->unread == unread)
    return;
  story->unread = unread;
  story->hooks->unread (story->data);
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

      /* It had been given to a connection: nobody knows. */
      if (mine->state == SAL_MESSAGE_SENT)
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
  story->unread = (guint) sal_store_count_after (store, room, read_id);
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
  story->missed = story->last_id > 0;
}

/**
 * sal_story_add:
 * @like: what to add; its number and time are given here
 *
 * Returns: (transfer full): the entry, at the end of the story.
 */
SalEntry *
sal_story_add (SalStory *story, const SalEntry *like)
{
  SalEntry with_place = *like;
  SalEntry *entry = NULL;

  if (story->missed && !like->pending)
    {
      story->missed = FALSE;
      if (!ends_with_gap (story))
        sal_entry_unref (sal_story_add (story, &(SalEntry){ .kind = SAL_ENTRY_GAP }));
    }
  with_place.id = ++story->last_id;
  with_place.time_us = g_get_real_time ();
  entry = sal_entry_new (&with_place);
  sal_store_put (story->store, story->room, entry);
  if (entry->own)
    remember_pending (story, entry);
  story->hooks->added (entry, story->data);
  if (is_said (entry) && !entry->own)
    set_unread (story, story->unread + 1);
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
  SalEntry *entry = sal_entry_new (like);

  sal_store_put (story->store, story->room, entry);
  if (entry->own)
    remember_pending (story, entry);
  story->hooks->changed (entry, story->data);
  return entry;
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
 * Returns: the highest number that was given, 0 for none.
 */
guint64
sal_story_get_last_id (const SalStory *story)
{
  return story->last_id;
}

/**
 * sal_story_set_read_id:
 * @id: this entry and all before it have been seen
 */
void
sal_story_set_read_id (SalStory *story, guint64 id)
{
  story->read_id = id;
  set_unread (story, id >= story->last_id
                         ? 0
                         : (guint) sal_store_count_after (story->store, story->room, id));
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
