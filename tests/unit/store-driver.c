/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What tests of a log's store do again and again: write a group as the log would, read
 * and write down what came. Also a folder of their own.
 */
#include "config.h"

#include "tests/unit/store-driver.h"

#include <glib/gstdio.h>
#include <string.h>

/**
 * store_entry:
 *
 * Returns: (transfer full): an entry that has no number yet.
 */
SrvEntry *
store_entry (SrvEntryKind kind, const char *room, const char *name, const char *text)
{
  return srv_entry_new (kind, (SrvOrigin){ .connection = 7 }, room, name,
                        *name != '\0' ? "('192.0.2.7', 1)" : "", text);
}

/**
 * store_append:
 * @time_us: of all of them, or of the last entry before them where that is later
 *
 * Writes one group, numbered as the log numbers.
 *
 * Returns: %FALSE if the store could not; then the group is rolled back.
 */
gboolean
store_append (SrvLogStore *store, gint64 time_us, SrvEntry **entries, guint n)
{
  guint64 seq = 0;
  gint64 last_us = 0;

  if (!store->klass->begin (store, &seq, &last_us, NULL))
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      entries[i]->seq = ++seq;
      entries[i]->time_us = MAX (time_us, last_us);
      entries[i]->status = SRV_ENTRY_COMMITTED;
      if (!store->klass->insert (store, entries[i], NULL))
        {
          store->klass->rollback (store);
          return FALSE;
        }
    }
  if (!store->klass->commit (store, NULL))
    {
      store->klass->rollback (store);
      return FALSE;
    }
  return TRUE;
}

/**
 * store_add:
 *
 * Writes a group of one entry.
 */
void
store_add (SrvLogStore *store,
           gint64 time_us,
           SrvEntryKind kind,
           const char *room,
           const char *name,
           const char *text)
{
  g_autoptr (SrvEntry) entry = store_entry (kind, room, name, text);

  g_assert_true (store_append (store, time_us, &entry, 1));
}

/**
 * store_read:
 *
 * Returns: (transfer full): the numbers of what was read, such as `3 2 1`.
 */
char *
store_read (SrvLogStore *store, const SrvLogQuery *query)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) srv_entry_unref);
  g_autoptr (GError) error = NULL;
  gboolean ok = store->klass->read (store, query, entries, &error);
  GString *numbers = g_string_new (NULL);

  g_assert_no_error (error);
  g_assert_true (ok);
  for (guint i = 0; i < entries->len; i++)
    g_string_append_printf (numbers, "%s%" G_GUINT64_FORMAT, i > 0 ? " " : "",
                            ((SrvEntry *) entries->pdata[i])->seq);
  return g_string_free (numbers, FALSE);
}

/**
 * test_dir_new:
 *
 * Returns: (transfer full): a new folder; give it back to test_dir_remove().
 */
char *
test_dir_new (void)
{
  char *dir = g_dir_make_tmp ("salotto-test-XXXXXX", NULL);

  g_assert_nonnull (dir);
  return dir;
}

/**
 * test_dir_remove:
 *
 * Removes @dir with all that is in it.
 */
void
test_dir_remove (const char *dir)
{
  GDir *all = g_dir_open (dir, 0, NULL);
  const char *name = NULL;

  while (all != NULL && (name = g_dir_read_name (all)) != NULL)
    {
      g_autofree char *path = g_build_filename (dir, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR) && !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
        test_dir_remove (path);
      else
        g_unlink (path);
    }
  g_clear_pointer (&all, g_dir_close);
  g_rmdir (dir);
}
