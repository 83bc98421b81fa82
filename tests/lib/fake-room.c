/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A room for tests of those who show one: SalRoomModel without a connection and without a
 * file. Linked in place of sal-room-model.c, which the linker then does not look at. Its
 * story has any number of entries, made up when they are read; what the test adds comes
 * after them.
 */
#include "tests/lib/fake-room.h"

struct _SalRoomModel
{
  GObject parent;
  guint64 made_up;     /* entries 1 to this are made up */
  FakeRoomStory story; /* (nullable) */
  gpointer data;
  GPtrArray *added;    /* (owned): of SalEntry (owned), in order */
  GHashTable *instead; /* (owned): id -> SalEntry (owned): made up ones that were changed */
  GHashTable *gone;    /* (owned): id: made up ones that were removed */
  guint64 last_id;
  guint64 read_id;
  guint unread;
  guint reads;
  guint64 missing; /* so many entries that are gone somebody has */
  guint64 asked;   /* those before this one were asked for */
  guint asks;      /* so often */
  char *draft;
};

G_DEFINE_FINAL_TYPE (SalRoomModel, sal_room_model, G_TYPE_OBJECT)

static void
sal_room_model_finalize (GObject *object)
{
  SalRoomModel *model = SAL_ROOM_MODEL (object);

  g_ptr_array_unref (model->added);
  g_hash_table_unref (model->instead);
  g_hash_table_unref (model->gone);
  g_free (model->draft);
  G_OBJECT_CLASS (sal_room_model_parent_class)->finalize (object);
}

static void
sal_room_model_class_init (SalRoomModelClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = sal_room_model_finalize;
  for (guint i = 0; i < 4; i++)
    g_signal_new (((const char *[]){ "presence", "name", "unread", "read" })[i], type,
                  G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  for (guint i = 0; i < 2; i++)
    g_signal_new (((const char *[]){ "added", "changed" })[i], type, G_SIGNAL_RUN_LAST, 0, NULL,
                  NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
  g_signal_new ("older", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_UINT,
                G_TYPE_BOOLEAN);
  g_signal_new ("removed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                G_TYPE_UINT64);
}

static void
sal_room_model_init (SalRoomModel *model)
{
  model->added = g_ptr_array_new_with_free_func ((GDestroyNotify) sal_entry_unref);
  model->instead =
      g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify) sal_entry_unref);
  model->gone = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  model->draft = g_strdup ("");
}

/**
 * fake_room_new:
 * @entries: how many there are already
 * @story: (nullable): makes them up; needed if there are any
 *
 * Returns: (transfer full)
 */
SalRoomModel *
fake_room_new (guint64 entries, FakeRoomStory story, gpointer data)
{
  SalRoomModel *model = g_object_new (SAL_TYPE_ROOM_MODEL, NULL);

  model->made_up = model->last_id = entries;
  model->story = story;
  model->data = data;
  return model;
}

/* Returns: (transfer full) (nullable) */
static SalEntry *
make_up (SalRoomModel *model, guint64 id)
{
  SalEntry *entry = g_hash_table_lookup (model->instead, &id);

  if (g_hash_table_contains (model->gone, &id))
    return NULL;
  return entry != NULL ? sal_entry_ref (entry) : model->story (id, model->data);
}

/* Returns: the index among the added ones, or their number. */
static guint
find_added (SalRoomModel *model, guint64 id)
{
  guint i = 0;

  while (i < model->added->len && ((SalEntry *) model->added->pdata[i])->id != id)
    i++;
  return i;
}

/**
 * fake_room_add:
 * @like: its number is chosen here; without a time it is now
 *
 * Returns: the number.
 */
guint64
fake_room_add (SalRoomModel *model, const SalEntry *like)
{
  SalEntry copy = *like;
  g_autoptr (SalEntry) entry = NULL;

  copy.id = ++model->last_id;
  if (copy.time_us == 0)
    copy.time_us = g_get_real_time ();
  entry = sal_entry_new (&copy);
  g_ptr_array_add (model->added, sal_entry_ref (entry));
  g_signal_emit_by_name (model, "added", entry);
  if (!entry->own)
    {
      model->unread++;
      g_signal_emit_by_name (model, "unread");
    }
  return copy.id;
}

/**
 * fake_room_change:
 * @entry: what the one of its number has become
 */
void
fake_room_change (SalRoomModel *model, const SalEntry *entry)
{
  guint index = find_added (model, entry->id);
  g_autoptr (SalEntry) copy = sal_entry_new (entry);

  if (index < model->added->len)
    {
      sal_entry_unref (model->added->pdata[index]);
      model->added->pdata[index] = sal_entry_ref (copy);
    }
  else
    g_hash_table_replace (model->instead, g_memdup2 (&entry->id, sizeof entry->id),
                          sal_entry_ref (copy));
  g_signal_emit_by_name (model, "changed", copy);
}

/**
 * fake_room_remove:
 */
void
fake_room_remove (SalRoomModel *model, guint64 id)
{
  guint index = find_added (model, id);

  if (index < model->added->len)
    g_ptr_array_remove_index (model->added, index);
  else
    g_hash_table_add (model->gone, g_memdup2 (&id, sizeof id));
  g_signal_emit_by_name (model, "removed", id);
}

/**
 * fake_room_deliver:
 * @id: a message of ours that was added
 *
 * The room gives it back: it comes in the room's order, and the one that waited goes.
 */
void
fake_room_deliver (SalRoomModel *model, guint64 id)
{
  g_autoptr (SalEntry) mine = sal_entry_ref (model->added->pdata[find_added (model, id)]);
  SalEntry like = *mine;

  like.state = SAL_MESSAGE_DELIVERED;
  like.pending = FALSE;
  fake_room_add (model, &like);
  fake_room_remove (model, id);
}

/**
 * fake_room_set_read:
 * @unread: how many there are after it
 */
void
fake_room_set_read (SalRoomModel *model, guint64 id, guint unread)
{
  model->read_id = id;
  model->unread = unread;
  g_signal_emit_by_name (model, "unread");
}

/**
 * fake_room_make_gap:
 * @id: of a made up entry
 * @n: so many behind it are not there, and can be asked for
 */
void
fake_room_make_gap (SalRoomModel *model, guint64 id, guint n)
{
  fake_room_change (model, &(SalEntry){ .id = id, .kind = SAL_ENTRY_GAP, .time_us = 1 });
  model->missing = n;
  for (guint i = 1; i <= n; i++)
    fake_room_remove (model, id + i);
}

/**
 * fake_room_answer:
 * @n: what is there of what was asked for: so many
 */
void
fake_room_answer (SalRoomModel *model, guint n)
{
  for (guint64 i = 1; i <= n; i++)
    {
      guint64 id = model->asked - i;

      g_hash_table_remove (model->gone, &id);
    }
  g_signal_emit_by_name (model, "older", n, TRUE);
}

/**
 * fake_room_count_asks:
 * @id: (out): of the entry before which something was asked for, the last time
 *
 * Returns: how often it was.
 */
guint
fake_room_count_asks (SalRoomModel *model, guint64 *id)
{
  *id = model->asked;
  return model->asks;
}

/**
 * fake_room_count_reads:
 *
 * Returns: how often entries were read.
 */
guint
fake_room_count_reads (SalRoomModel *model)
{
  return model->reads;
}

/* What the header promises. */

GPtrArray *
sal_room_model_read_before (SalRoomModel *model, guint64 id, guint most)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func ((GDestroyNotify) sal_entry_unref);

  model->reads++;
  id = id != 0 ? id : G_MAXUINT64;
  for (guint i = model->added->len; i > 0 && entries->len < most; i--)
    if (((SalEntry *) model->added->pdata[i - 1])->id < id)
      g_ptr_array_add (entries, sal_entry_ref (model->added->pdata[i - 1]));
  for (guint64 at = MIN (id - 1, model->made_up); at > 0 && entries->len < most; at--)
    {
      SalEntry *entry = make_up (model, at);

      if (entry != NULL)
        g_ptr_array_add (entries, entry);
    }
  for (guint i = 0; i < entries->len / 2; i++)
    {
      gpointer other = entries->pdata[entries->len - 1 - i];

      entries->pdata[entries->len - 1 - i] = entries->pdata[i];
      entries->pdata[i] = other;
    }
  return entries;
}

GPtrArray *
sal_room_model_read_after (SalRoomModel *model, guint64 id, guint most)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func ((GDestroyNotify) sal_entry_unref);

  model->reads++;
  for (guint64 at = id + 1; at <= model->made_up && entries->len < most; at++)
    {
      SalEntry *entry = make_up (model, at);

      if (entry != NULL)
        g_ptr_array_add (entries, entry);
    }
  for (guint i = 0; i < model->added->len && entries->len < most; i++)
    if (((SalEntry *) model->added->pdata[i])->id > id)
      g_ptr_array_add (entries, sal_entry_ref (model->added->pdata[i]));
  return entries;
}

guint64
sal_room_model_get_last_id (SalRoomModel *model)
{
  return model->last_id;
}

guint64
sal_room_model_get_read_id (SalRoomModel *model)
{
  return model->read_id;
}

void
sal_room_model_set_read_id (SalRoomModel *model, guint64 id)
{
  fake_room_set_read (model, id, 0);
}

guint
sal_room_model_count_unread (SalRoomModel *model)
{
  return model->unread;
}

const char *
sal_room_model_get_name (SalRoomModel *model)
{
  return "Ada";
}

gboolean
sal_room_model_say (SalRoomModel *model, const char *text, GError **error)
{
  fake_room_add (model, &(SalEntry){ .kind = SAL_ENTRY_MESSAGE,
                                     .own = TRUE,
                                     .pending = TRUE,
                                     .state = SAL_MESSAGE_QUEUED,
                                     .name = "Ada",
                                     .text = text });
  return TRUE;
}

gboolean
sal_room_model_say_again (SalRoomModel *model, guint64 id)
{
  g_autoptr (SalEntry) mine = sal_entry_ref (model->added->pdata[find_added (model, id)]);

  fake_room_remove (model, id);
  return sal_room_model_say (model, mine->text, NULL);
}

gboolean
sal_room_model_discard (SalRoomModel *model, guint64 id)
{
  fake_room_remove (model, id);
  return TRUE;
}

void
sal_room_model_connect (SalRoomModel *model)
{
}

void
sal_room_model_leave (SalRoomModel *model)
{
}

SalPresence
sal_room_model_get_presence (SalRoomModel *model)
{
  return SAL_PRESENCE_IN;
}

const GError *
sal_room_model_get_error (SalRoomModel *model)
{
  return NULL;
}

gint64
sal_room_model_get_retry_us (SalRoomModel *model)
{
  return 0;
}

gint64
sal_room_model_get_id (SalRoomModel *model)
{
  return 1;
}

const char *
sal_room_model_get_uri (SalRoomModel *model)
{
  return "plain://localhost/tea";
}

const char *
sal_room_model_get_title (SalRoomModel *model)
{
  return "tea";
}

const char *
sal_room_model_get_host (SalRoomModel *model)
{
  return "localhost";
}

void
sal_room_model_set_name (SalRoomModel *model, const char *name)
{
}

gint64
sal_room_model_get_last_used_us (SalRoomModel *model)
{
  return 0;
}

const char *
sal_room_model_get_draft (SalRoomModel *model)
{
  return model->draft;
}

void
sal_room_model_set_draft (SalRoomModel *model, const char *text)
{
  g_free (model->draft);
  model->draft = g_strdup (text);
}

GPtrArray *
sal_room_model_read_typed (SalRoomModel *model, guint most)
{
  return g_ptr_array_new_with_free_func (g_free);
}

gboolean
sal_room_model_has_older (SalRoomModel *model)
{
  return FALSE;
}

gboolean
sal_room_model_fetch_older (SalRoomModel *model, guint64 id)
{
  if (model->missing == 0)
    return FALSE;
  model->asked = id;
  model->asks++;
  return TRUE;
}
