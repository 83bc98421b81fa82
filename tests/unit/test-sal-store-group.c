/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What waits for the disk: that it merges, that two groups become one, and what is given
 * up when it is too much.
 */
#include "config.h"

#include "common/client/sal-store-group.h"

#include "common/base/sal-limits.h"

#include <string.h>

static void
put (SalStoreGroup *group, gint64 room, guint64 id, const char *text, gboolean pending)
{
  g_autoptr (SalEntry) entry = sal_entry_new (
      &(SalEntry){ .id = id, .kind = SAL_ENTRY_MESSAGE, .text = text, .pending = pending });

  sal_store_group_put (group, room, entry);
}

/* `1:a 2- 3:~`: entries with their text, removed ones, gaps. */
static char *
changes (const SalStoreGroup *group, gint64 room)
{
  GString *text = g_string_new (NULL);

  for (GTreeNode *at = sal_store_group_seek (group, room, 0, FALSE); at != NULL;
       at = g_tree_node_next (at))
    {
      const SalStoreChange *change = g_tree_node_value (at);

      g_string_append_printf (text, "%s%" G_GUINT64_FORMAT, text->len > 0 ? " " : "", change->id);
      if (change->entry == NULL)
        g_string_append_c (text, '-');
      else if (change->entry->kind == SAL_ENTRY_GAP)
        g_string_append (text, ":~");
      else
        g_string_append_printf (text, ":%.1s", change->entry->text);
    }
  return g_string_free (text, FALSE);
}

static void
expect (const SalStoreGroup *group, gint64 room, const char *expected)
{
  g_autofree char *text = changes (group, room);
  gsize bytes = 0;
  GHashTableIter iter;
  gpointer value = NULL;

  g_assert_cmpstr (text, ==, expected);
  g_hash_table_iter_init (&iter, group->rooms);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    bytes += ((SalStoreRoomGroup *) value)->bytes;
  g_assert_cmpuint (group->bytes, ==, bytes);
}

static void
test_merges (void)
{
  g_autoptr (SalStoreGroup) group = sal_store_group_new ();
  gsize bytes = 0;

  g_assert_true (sal_store_group_is_empty (group));
  put (group, 1, 2, "a", TRUE);
  bytes = group->bytes;
  g_assert_cmpuint (bytes, >, 0);
  put (group, 1, 2, "b", TRUE);
  g_assert_cmpuint (group->bytes, ==, bytes);
  put (group, 1, 2, "cc", TRUE);
  g_assert_cmpuint (group->bytes, ==, bytes + 1);
  put (group, 1, 1, "d", FALSE);
  put (group, 2, 1, "e", FALSE);
  expect (group, 1, "1:d 2:c");
  expect (group, 2, "1:e");
  expect (group, 3, "");
  sal_store_group_remove (group, 1, 2);
  expect (group, 1, "1:d 2-");
  put (group, 1, 2, "f", FALSE);
  expect (group, 1, "1:d 2:f");
  g_assert_false (sal_store_group_is_empty (group));
}

static guint64
seek (const SalStoreGroup *group, guint64 id, gboolean backwards)
{
  GTreeNode *at = sal_store_group_seek (group, 1, id, backwards);

  return at != NULL ? ((SalStoreChange *) g_tree_node_value (at))->id : 0;
}

static void
test_seek (void)
{
  g_autoptr (SalStoreGroup) group = sal_store_group_new ();

  g_assert_cmpuint (seek (group, 1, FALSE), ==, 0);
  for (guint64 id = 2; id <= 6; id += 2)
    put (group, 1, id, "x", FALSE);
  g_assert_cmpuint (seek (group, 0, FALSE), ==, 2);
  g_assert_cmpuint (seek (group, 2, FALSE), ==, 4);
  g_assert_cmpuint (seek (group, 3, FALSE), ==, 4);
  g_assert_cmpuint (seek (group, 6, FALSE), ==, 0);
  g_assert_cmpuint (seek (group, G_MAXUINT64, FALSE), ==, 0);
  g_assert_cmpuint (seek (group, G_MAXUINT64, TRUE), ==, 6);
  g_assert_cmpuint (seek (group, 6, TRUE), ==, 4);
  g_assert_cmpuint (seek (group, 3, TRUE), ==, 2);
  g_assert_cmpuint (seek (group, 2, TRUE), ==, 0);
}

static void
add_typed (SalStoreGroup *group, gint64 first, gint64 last)
{
  for (gint64 id = first; id <= last; id++)
    sal_store_group_add_typed (group, 1, id, "typed");
}

/* What came later counts. */
static void
test_absorbs (void)
{
  g_autoptr (SalStoreGroup) group = sal_store_group_new ();
  SalStoreGroup *later = sal_store_group_new ();
  const SalStoreRoomGroup *room = NULL;
  SalStoredRoom row = { .id = 1, .place = (char *) "#tea", .draft = (char *) "old" };

  sal_store_group_set_row (group, &row);
  row.id = 3;
  sal_store_group_set_row (group, &row);
  put (group, 1, 1, "a", FALSE);
  put (group, 1, 2, "a", FALSE);
  put (group, 1, 3, "a", FALSE);
  sal_store_group_remove (group, 1, 4);
  put (group, 3, 1, "a", FALSE);
  add_typed (group, 1, 150);

  row.id = 1;
  row.draft = (char *) "new";
  sal_store_group_set_row (later, &row);
  put (later, 1, 2, "b", FALSE);
  sal_store_group_remove (later, 1, 3);
  put (later, 1, 4, "b", FALSE);
  put (later, 1, 5, "b", FALSE);
  put (later, 2, 1, "b", FALSE);
  add_typed (later, 151, 300);
  sal_store_group_forget (later, 3);
  sal_store_group_wait (later, (GSourceFunc) sal_store_group_is_empty, NULL);

  sal_store_group_absorb (group, later);
  expect (group, 1, "1:a 2:b 3- 4:b 5:b");
  expect (group, 2, "1:b");
  expect (group, 3, "");
  room = sal_store_group_find (group, 1);
  g_assert_cmpstr (room->row->draft, ==, "new");
  g_assert_cmpstr (room->row->topic, ==, "");
  g_assert_cmpuint (room->typed.length, ==, SAL_STORE_TYPED);
  g_assert_cmpint (((SalStoreTyped *) room->typed.head->data)->id, ==, 101);
  g_assert_cmpint (((SalStoreTyped *) room->typed.tail->data)->id, ==, 300);
  g_assert_cmpuint (group->forgotten->len, ==, 1);
  g_assert_cmpuint (group->waiters->len, ==, 1);
}

static void
test_forgets (void)
{
  g_autoptr (SalStoreGroup) group = sal_store_group_new ();

  put (group, 1, 1, "a", FALSE);
  put (group, 2, 1, "a", FALSE);
  sal_store_group_forget (group, 1);
  sal_store_group_forget (group, 2);
  expect (group, 1, "");
  g_assert_cmpuint (group->bytes, ==, 0);
  g_assert_false (sal_store_group_is_empty (group)); /* there is something to delete */
}

static void
test_sheds (void)
{
  g_autoptr (SalStoreGroup) group = sal_store_group_new ();
  g_autofree char *fat = g_strnfill (10000, 'f');

  for (guint64 id = 1; id <= 8; id++)
    put (group, 1, id, fat, id == 2 || id == 4);
  sal_store_group_remove (group, 1, 9);
  put (group, 2, 1, "s", FALSE);
  expect (group, 1, "1:f 2:f 3:f 4:f 5:f 6:f 7:f 8:f 9-");
  sal_store_group_shed (group, 90000);
  expect (group, 1, "1:f 2:f 3:f 4:f 5:f 6:f 7:f 8:f 9-");
  sal_store_group_shed (group, 75000);
  expect (group, 1, "1:~ 2:f 3:f 4:f 5:f 6:f 7:f 8:f 9-");
  sal_store_group_shed (group, 65000);
  expect (group, 1, "2:f 3:~ 4:f 5:f 6:f 7:f 8:f 9-");
  sal_store_group_shed (group, 55000);
  expect (group, 1, "2:f 4:f 5:~ 6:f 7:f 8:f 9-");
  /* What is put in place of the gap is not taken for one. */
  put (group, 1, 5, fat, FALSE);
  expect (group, 1, "2:f 4:f 5:f 6:f 7:f 8:f 9-");
  sal_store_group_shed (group, 55000);
  expect (group, 1, "2:f 4:f 5:~ 6:f 7:f 8:f 9-");
  sal_store_group_remove (group, 1, 5);
  sal_store_group_shed (group, 45000);
  expect (group, 1, "2:f 4:f 5- 6:~ 7:f 8:f 9-");
  /* What the user is not done with stays, whatever it takes. */
  sal_store_group_shed (group, 0);
  expect (group, 1, "2:f 4:f 5- 8:~ 9-");
  expect (group, 2, "1:s"); /* the largest room cannot give more */
}

/* The room that talks is the one that loses. */
static void
test_sheds_the_largest (void)
{
  g_autoptr (SalStoreGroup) group = sal_store_group_new ();
  guint64 last = 2000;

  for (guint64 id = 1; id <= 10; id++)
    put (group, 1, id, "quiet", FALSE);
  for (guint64 id = 1; id <= last; id++)
    {
      put (group, 2, id, "loud and without end", FALSE);
      sal_store_group_shed (group, 100000);
      g_assert_cmpuint (group->bytes, <=, 100000);
    }
  expect (group, 1, "1:q 2:q 3:q 4:q 5:q 6:q 7:q 8:q 9:q 10:q");
  g_assert_cmpint (g_tree_nnodes (sal_store_group_find (group, 2)->changes), >, 300);
  g_assert_nonnull (
      g_tree_lookup (sal_store_group_find (group, 2)->changes, &last)); /* the newest */
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/store-group/of-one-entry-the-last-change-counts", test_merges);
  g_test_add_func ("/client/store-group/is-walked-from-any-place", test_seek);
  g_test_add_func ("/client/store-group/takes-in-a-later-one", test_absorbs);
  g_test_add_func ("/client/store-group/forgets-a-room", test_forgets);
  g_test_add_func ("/client/store-group/gives-up-the-oldest-and-shows-a-gap", test_sheds);
  g_test_add_func ("/client/store-group/the-largest-room-gives-up", test_sheds_the_largest);
  return g_test_run ();
}
