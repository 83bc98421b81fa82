/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What one person has seen and written, in an SQLite file, for a window that never waits
 * for a disk.
 *
 * Whatever is put goes into a group in memory, which a thread writes (sal-store-thread).
 * Servers and rooms are few and are all in memory; entries are read from the file by their key, in
 * the thread that asks, together with what has not reached the file yet
 * (sal-store-reader). Waiting for the writer instead would be simpler and wrong twice: a
 * disk that stalls would hold up the window, and with one that fails nothing could be
 * read back.
 *
 * Putting never blocks either. What waits is bounded in bytes: while the disk is slower
 * than a flood, or fails, the oldest entries that wait are given up and a gap is shown in
 * their place. What the user wrote and is not done with is never given up.
 *
 * Signals, in the main context that was the thread's default in sal_store_open():
 *   failed (GError *)   something could not be written or read; once per outage
 *   recovered ()        everything that had waited has been written
 *
 * All functions are called in the thread of sal_store_open(). After sal_store_close()
 * they do nothing, and find nothing.
 */
#include "config.h"

#include "common/client/sal-store.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <sys/file.h>

#include "common/base/sal-error.h"
#include "common/base/sal-fd.h"
#include "common/base/sal-limits.h"
#include "common/client/sal-store-index.h"
#include "common/client/sal-store-private.h"
#include "common/client/sal-store-writer.h"
#include "common/sqlite/sal-sqlite.h"

/* Entries that are looked at to count those that somebody else has said. */
#define COUNT_LOOKS (10 * SAL_STORE_COUNT_MAX)

G_DEFINE_FINAL_TYPE (SalStore, sal_store, G_TYPE_OBJECT)

enum
{
  FAILED,
  RECOVERED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
on_failed (GObject *owner, const GError *error)
{
  g_signal_emit (owner, signals[FAILED], 0, error);
}

static void
on_recovered (GObject *owner)
{
  g_signal_emit (owner, signals[RECOVERED], 0);
}

static const SalStoreHooks hooks = { .failed = on_failed, .recovered = on_recovered };

/* Opening. */

static void
sal_store_init (SalStore *store)
{
  store->lock_fd = -1;
  store->closed = TRUE;
  store->home = pthread_self ();
  store->rooms = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL,
                                        (GDestroyNotify) sal_store_read_room_free);
  store->servers = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL,
                                          (GDestroyNotify) sal_stored_server_free);
}

/* Two programs on one file would give the same numbers to different entries. Tools that
 * look into the file do not mind this lock. */
static gboolean
lock_file (SalStore *store, GError **error)
{
  g_autofree char *lock_path = g_strconcat (store->path, "-lock", NULL);
  int saved = 0;

  store->lock_fd = open (lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (store->lock_fd >= 0 && flock (store->lock_fd, LOCK_EX | LOCK_NB) == 0)
    return TRUE;
  saved = errno;
  if (saved == EWOULDBLOCK)
    g_set_error (error, SAL_ERROR, SAL_EXIT_FAILED,
                 _ ("%s is in use by another Salotto; close that one first"), store->path);
  else
    g_set_error (error, SAL_ERROR, SAL_EXIT_FAILED, "%s: %s", lock_path, g_strerror (saved));
  return FALSE;
}

/* The folder and the file belong to one person. SQLite gives the files beside it the
 * same mode. What goes wrong here goes wrong again when SQLite opens it, and is told
 * then. */
static gboolean
make_private (SalStore *store, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (store->path);
  int fd = -1;

  if (g_mkdir_with_parents (folder, 0700) != 0)
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_FAILED, "%s: %s", folder, g_strerror (errno));
      return FALSE;
    }
  /* Before the file is touched: closing a descriptor of it takes away the locks that
   * SQLite has on it in this process. */
  if (!lock_file (store, error))
    return FALSE;
  fd = open (store->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  sal_fd_close (&fd);
  return TRUE;
}

/* The error of a file that stays broken, with what to do about it. */
static GError *
with_remedy (GError *error)
{
  int code = error->code & 0xFF;
  g_autoptr (GError) given = error;

  if (given->domain == SAL_SQLITE_ERROR && (code == SQLITE_CORRUPT || code == SQLITE_NOTADB))
    return g_error_new (SAL_ERROR, SAL_EXIT_FAILED,
                        _ ("%s; move this file away to start with an empty one"), given->message);
  if (given->domain == SAL_SQLITE_ERROR)
    return g_error_new (SAL_ERROR, SAL_EXIT_FAILED,
                        _ ("%s; see that the file and its folder can be written to"),
                        given->message);
  return g_steal_pointer (&given);
}

static gboolean
load_servers (SalStore *store, GError **error)
{
  g_autoptr (GPtrArray) servers = sal_store_reader_list_servers (store->reader, error);

  if (servers == NULL)
    return FALSE;
  g_ptr_array_set_free_func (servers, NULL);
  for (guint i = 0; i < servers->len; i++)
    {
      SalStoredServer *server = servers->pdata[i];

      g_hash_table_insert (store->servers, &server->id, server);
      store->last_server = MAX (store->last_server, server->id);
    }
  return TRUE;
}

static gboolean
load_rooms (SalStore *store, GError **error)
{
  g_autoptr (GPtrArray) rooms =
      sal_store_reader_list_rooms (store->reader, &store->last_typed, error);

  if (rooms == NULL)
    return FALSE;
  g_ptr_array_set_free_func (rooms, NULL);
  for (guint i = 0; i < rooms->len; i++)
    {
      SalStoreReadRoom *room = rooms->pdata[i];

      g_hash_table_insert (store->rooms, &room->row->id, room);
      store->last_room = MAX (store->last_room, room->row->id);
    }
  return TRUE;
}

static gboolean
open_files (SalStore *store, GError **error)
{
  g_autoptr (SalStoreWriter) writer = sal_store_writer_new (store->path);
  g_autoptr (GError) writing = NULL;
  g_autoptr (GError) reading = NULL;

  store->reader = sal_store_reader_new (store->path);
  if (!sal_store_writer_open (writer, &writing) && sal_sqlite_is_unusable (writing))
    {
      g_propagate_error (error, with_remedy (g_steal_pointer (&writing)));
      return FALSE;
    }
  if (!load_servers (store, &reading) || !load_rooms (store, &reading))
    {
      /* A file of an earlier version that cannot be brought to this one cannot be read, either. */
      g_propagate_error (error, with_remedy (writing != NULL ? g_steal_pointer (&writing)
                                                             : g_steal_pointer (&reading)));
      return FALSE;
    }
  store->thread =
      sal_store_thread_new (G_OBJECT (store), &hooks, g_steal_pointer (&writer), writing);
  return TRUE;
}

/**
 * sal_store_open:
 * @path: the file; made if it is missing, like its folder
 *
 * A file that cannot be written just now (full, locked, read-only) is no error as long
 * as it can be read: it is tried again, and "failed" is emitted. A file that is corrupt,
 * of a newer version or of another program is never replaced.
 *
 * Returns: (transfer full): the store, or %NULL with an error for the user that names the
 * file and what can be done.
 */
SalStore *
sal_store_open (const char *path, GError **error)
{
  g_autoptr (SalStore) store = g_object_new (SAL_TYPE_STORE, NULL);

  store->path = g_strdup (path);
  if (!make_private (store, error) || !open_files (store, error))
    return NULL;
  store->closed = FALSE;
  return g_steal_pointer (&store);
}

/**
 * sal_store_close:
 *
 * Writes what waits and gives the file free. Signals and callbacks that are due come
 * before it returns, none after. Twice is as good as once.
 */
void
sal_store_close (SalStore *store)
{
  g_return_if_fail (SAL_IS_STORE (store));

  if (store->closed)
    return;
  store->closed = TRUE;
  sal_store_thread_stop (store->thread);
  g_clear_pointer (&store->reader, sal_store_reader_free);
  sal_fd_close (&store->lock_fd);
}

static void
sal_store_dispose (GObject *object)
{
  sal_store_close (SAL_STORE (object));
  G_OBJECT_CLASS (sal_store_parent_class)->dispose (object);
}

static void
sal_store_finalize (GObject *object)
{
  SalStore *store = SAL_STORE (object);

  sal_store_thread_free (store->thread);
  sal_store_reader_free (store->reader);
  g_hash_table_unref (store->rooms);
  g_hash_table_unref (store->servers);
  sal_fd_close (&store->lock_fd);
  g_free (store->path);
  G_OBJECT_CLASS (sal_store_parent_class)->finalize (object);
}

static void
sal_store_class_init (SalStoreClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sal_store_dispose;
  G_OBJECT_CLASS (klass)->finalize = sal_store_finalize;
  signals[FAILED] = g_signal_new ("failed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_ERROR);
  signals[RECOVERED] =
      g_signal_new ("recovered", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

/* Putting. */

/**
 * sal_store_put:
 * @entry: (transfer none): one that sal_entry_new() made, with a number above 0
 *
 * Keeps it, in place of the one with the same number, if there is one. Returns at once.
 */
void
sal_store_put (SalStore *store, gint64 room, const SalEntry *entry)
{
  SalStoreReadRoom *known = NULL;

  g_return_if_fail (SAL_IS_STORE (store));
  g_return_if_fail (entry != NULL);
  g_return_if_fail (entry->id > 0 && entry->id <= G_MAXINT64);

  known = sal_store_find_read_room (store, room);
  if (known == NULL)
    return;
  known->last_id = MAX (known->last_id, entry->id);
  sal_store_group_put (sal_store_thread_begin_change (store->thread), room, entry);
  sal_store_thread_end_change (store->thread);
}

/**
 * sal_store_remove:
 *
 * Removes one entry, if it is there. Returns at once. Its number counts as used.
 */
void
sal_store_remove (SalStore *store, gint64 room, guint64 entry)
{
  g_return_if_fail (SAL_IS_STORE (store));
  g_return_if_fail (entry > 0 && entry <= G_MAXINT64);

  if (sal_store_find_read_room (store, room) == NULL)
    return;
  sal_store_group_remove (sal_store_thread_begin_change (store->thread), room, entry);
  sal_store_thread_end_change (store->thread);
}

/**
 * sal_store_add_typed:
 *
 * Keeps what was typed, as the newest. Returns at once.
 */
void
sal_store_add_typed (SalStore *store, gint64 room, const char *text)
{
  g_return_if_fail (SAL_IS_STORE (store));
  g_return_if_fail (text != NULL);

  if (sal_store_find_read_room (store, room) == NULL)
    return;
  sal_store_group_add_typed (sal_store_thread_begin_change (store->thread), room,
                             ++store->last_typed, text);
  sal_store_thread_end_change (store->thread);
}

/**
 * sal_store_when_kept:
 * @callback: called once, in the main context, never from within this function; what it
 *   returns does not matter
 *
 * Calls back when all that was put before is in the file, so that it outlives this
 * process; or could not be written, of which "failed" tells. At the latest that is within
 * sal_store_close().
 */
void
sal_store_when_kept (SalStore *store, GSourceFunc callback, gpointer data)
{
  g_return_if_fail (SAL_IS_STORE (store));
  g_return_if_fail (callback != NULL);

  sal_store_thread_when_kept (store->thread, callback, data);
}

/* Reading. */

static void
walk_room (SalStore *store, SalStoreWalk *walk, SalStoreVisit visit, gpointer data)
{
  g_autoptr (GError) error = NULL;
  gboolean ok = FALSE;

  if (sal_store_find_read_room (store, walk->room) == NULL)
    return;
  sal_store_thread_begin_read (store->thread, walk->groups);
  ok = sal_store_reader_walk (store->reader, walk, visit, data, &error);
  sal_store_thread_end_read (store->thread, ok, error);
}

/**
 * sal_store_last_id:
 *
 * Returns: the highest number that an entry of @room has ever had; 0: there was none.
 */
guint64
sal_store_last_id (SalStore *store, gint64 room)
{
  const SalStoreReadRoom *known = NULL;

  g_return_val_if_fail (SAL_IS_STORE (store), 0);

  known = sal_store_find_read_room (store, room);
  return known != NULL ? known->last_id : 0;
}

typedef struct
{
  guint64 said;
  guint mentions;
  guint looks;
} Count;

static gboolean
count_said (const SalEntry *entry, gpointer data)
{
  Count *count = data;
  gboolean said = entry->kind == SAL_ENTRY_MESSAGE || entry->kind == SAL_ENTRY_ACTION ||
                  entry->kind == SAL_ENTRY_TEXT || entry->kind == SAL_ENTRY_NOTICE;

  count->said += said && !entry->own ? 1 : 0;
  count->mentions += said && !entry->own && entry->mention ? 1 : 0;
  return count->said < SAL_STORE_COUNT_MAX && ++count->looks < COUNT_LOOKS;
}

/**
 * sal_store_count_after:
 * @mentions: (out) (optional): in how many of them somebody speaks of us
 *
 * Returns: how much others have said after entry @id; joins and the like do not count.
 * %SAL_STORE_COUNT_MAX stands for as many or more.
 */
guint64
sal_store_count_after (SalStore *store, gint64 room, guint64 id, guint *mentions)
{
  SalStoreWalk walk = { .kind = SAL_STORE_AFTER, .room = room, .id = id };
  Count count = { 0 };

  g_return_val_if_fail (SAL_IS_STORE (store), 0);

  walk_room (store, &walk, count_said, &count);
  if (mentions != NULL)
    *mentions = count.mentions;
  return count.said;
}

typedef struct
{
  GPtrArray *entries; /* (unowned) */
  guint most;
} Collection;

static gboolean
collect (const SalEntry *entry, gpointer data)
{
  Collection *collection = data;

  g_ptr_array_add (collection->entries, sal_entry_new (entry));
  return collection->entries->len < collection->most;
}

static GPtrArray *
read_entries (SalStore *store, SalStoreWalk *walk, guint most)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func ((GDestroyNotify) sal_entry_unref);
  Collection collection = { .entries = entries, .most = most };

  if (most > 0)
    walk_room (store, walk, collect, &collection);
  return entries;
}

static void
reverse (GPtrArray *array)
{
  for (guint i = 0; i < array->len / 2; i++)
    {
      gpointer *first = &array->pdata[i];
      gpointer *last = &array->pdata[array->len - 1 - i];
      gpointer swap = *first;

      *first = *last;
      *last = swap;
    }
}

/**
 * sal_store_read_before:
 * @id: of an entry, which need not be there any more; 0: the end of the room
 * @most: how many
 *
 * Returns: (transfer full) (element-type SalEntry): the entries next before it, oldest
 * first.
 */
GPtrArray *
sal_store_read_before (SalStore *store, gint64 room, guint64 id, guint most)
{
  SalStoreWalk walk = { .kind = SAL_STORE_BEFORE, .room = room, .id = id != 0 ? id : G_MAXUINT64 };
  GPtrArray *entries = NULL;

  g_return_val_if_fail (SAL_IS_STORE (store), NULL);

  entries = read_entries (store, &walk, most);
  reverse (entries);
  return entries;
}

/**
 * sal_store_read_after:
 * @id: of an entry, which need not be there any more; 0: the beginning of the room
 * @most: how many
 *
 * Returns: (transfer full) (element-type SalEntry): the entries next after it, oldest
 * first.
 */
GPtrArray *
sal_store_read_after (SalStore *store, gint64 room, guint64 id, guint most)
{
  SalStoreWalk walk = { .kind = SAL_STORE_AFTER, .room = room, .id = id };

  g_return_val_if_fail (SAL_IS_STORE (store), NULL);

  return read_entries (store, &walk, most);
}

/**
 * sal_store_read_pending:
 *
 * Returns: (transfer full) (element-type SalEntry): all messages of which more may
 * become, oldest first.
 */
GPtrArray *
sal_store_read_pending (SalStore *store, gint64 room)
{
  SalStoreWalk walk = { .kind = SAL_STORE_PENDING, .room = room };

  g_return_val_if_fail (SAL_IS_STORE (store), NULL);

  return read_entries (store, &walk, G_MAXUINT);
}

/**
 * sal_store_find_msgid:
 *
 * Returns: the number of the entry of @room that the server calls @msgid; 0: there is none.
 */
guint64
sal_store_find_msgid (SalStore *store, gint64 room, const char *msgid)
{
  SalStoreWalk where = { .room = room };
  g_autoptr (GError) error = NULL;
  gboolean ok = FALSE;
  guint64 id = 0;

  g_return_val_if_fail (SAL_IS_STORE (store), 0);
  g_return_val_if_fail (msgid != NULL, 0);

  if (sal_store_find_read_room (store, room) == NULL)
    return 0;
  sal_store_thread_begin_read (store->thread, where.groups);
  ok = sal_store_reader_find_msgid (store->reader, &where, msgid, &id, &error);
  sal_store_thread_end_read (store->thread, ok, error);
  return id;
}

/**
 * sal_store_search:
 * @words: what was typed into a search field: entries are found that have all of these words,
 *   in whatever case and with whatever accents; the last one may be the beginning of a word
 * @before: of an entry, which need not be there any more; 0: the end of the room
 * @most: how many
 *
 * Finds what was said, also by us, and is done; what is still on its way to the file is found
 * a moment later.
 *
 * Returns: (transfer full) (element-type SalEntry): what was found, the newest first.
 */
GPtrArray *
sal_store_search (SalStore *store, gint64 room, const char *words, guint64 before, guint most)
{
  SalStoreWalk where = { .room = room, .id = before != 0 ? before : G_MAXUINT64 };
  GPtrArray *entries = g_ptr_array_new_with_free_func ((GDestroyNotify) sal_entry_unref);
  Collection collection = { .entries = entries, .most = most };
  g_autofree char *query = NULL;
  g_autoptr (GError) error = NULL;
  gboolean ok = FALSE;

  g_return_val_if_fail (SAL_IS_STORE (store), entries);
  g_return_val_if_fail (words != NULL, entries);

  query = sal_store_index_query (words);
  if (sal_store_find_read_room (store, room) == NULL || query == NULL || most == 0)
    return entries;
  sal_store_thread_begin_read (store->thread, where.groups);
  ok = sal_store_reader_search (store->reader, &where, words, query, collect, &collection, &error);
  sal_store_thread_end_read (store->thread, ok, error);
  return entries;
}

/* Newest first. Returns the lowest number there is, or @lowest. */
static gint64
collect_typed (const SalStoreGroup *group, gint64 room, guint most, GPtrArray *texts, gint64 lowest)
{
  const SalStoreRoomGroup *changes = group != NULL ? sal_store_group_find (group, room) : NULL;

  if (changes == NULL)
    return lowest;
  for (GList *at = changes->typed.tail; at != NULL && texts->len < most; at = at->prev)
    {
      const SalStoreTyped *typed = at->data;

      g_ptr_array_add (texts, g_strdup (typed->text));
      lowest = typed->id;
    }
  return lowest;
}

/**
 * sal_store_read_typed:
 * @most: how many
 *
 * Returns: (transfer full) (element-type utf8): what was typed last, newest first.
 */
GPtrArray *
sal_store_read_typed (SalStore *store, gint64 room, guint most)
{
  GPtrArray *texts = g_ptr_array_new_with_free_func (g_free);
  const SalStoreGroup *groups[SAL_STORE_GROUPS] = { NULL };
  g_autoptr (GError) error = NULL;
  gint64 lowest = G_MAXINT64;
  gboolean ok = FALSE;

  g_return_val_if_fail (SAL_IS_STORE (store), texts);

  if (sal_store_find_read_room (store, room) == NULL)
    return texts;
  most = MIN (most, SAL_STORE_TYPED);
  sal_store_thread_begin_read (store->thread, groups);
  for (int i = 0; i < SAL_STORE_GROUPS; i++)
    lowest = collect_typed (groups[i], room, most, texts, lowest);
  ok = sal_store_reader_read_typed (store->reader, room, lowest, most - texts->len, texts, &error);
  sal_store_thread_end_read (store->thread, ok, error);
  return texts;
}
