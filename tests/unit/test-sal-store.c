/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The store of the desktop client on real files: what comes back in which order, while
 * it is on its way to the disk and after it has arrived, and after the program was
 * started anew.
 */
#include "config.h"

#include "common/client/sal-store.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "common/sqlite/sal-sqlite.h"
#include "tests/unit/store-driver.h"

typedef struct
{
  char *dir;
  char *path;
  SalStore *store; /* (nullable) */
  gint64 room;
  guint failed;
  guint recovered;
  char *message; /* (nullable): of the last failure */
} Fixture;

static void
on_failed (SalStore *store, const GError *error, gpointer data)
{
  Fixture *f = data;

  g_assert_nonnull (error);
  g_free (f->message);
  f->message = g_strdup (error->message);
  f->failed++;
}

static void
on_recovered (SalStore *store, gpointer data)
{
  ((Fixture *) data)->recovered++;
}

static void
open_store (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  f->store = sal_store_open (f->path, &error);
  g_assert_no_error (error);
  g_assert_nonnull (f->store);
  g_signal_connect (f->store, "failed", G_CALLBACK (on_failed), f);
  g_signal_connect (f->store, "recovered", G_CALLBACK (on_recovered), f);
  f->room = sal_store_add_room (f->store, "salotto://example.org/tea", "Ada", &error);
  g_assert_no_error (error);
  g_assert_cmpint (f->room, >, 0);
}

static void
close_store (Fixture *f)
{
  if (f->store != NULL)
    sal_store_close (f->store);
  g_clear_object (&f->store);
}

static void
reopen_store (Fixture *f)
{
  close_store (f);
  open_store (f);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->dir = test_dir_new ();
  f->path = g_build_filename (f->dir, "salotto", "rooms.db", NULL);
  open_store (f);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  close_store (f);
  test_dir_remove (f->dir);
  g_free (f->message);
  g_free (f->path);
  g_free (f->dir);
}

static void
put_entry (Fixture *f, const SalEntry *like)
{
  g_autoptr (SalEntry) entry = sal_entry_new (like);

  sal_store_put (f->store, f->room, entry);
}

static void
put (Fixture *f, guint64 id, const char *text)
{
  put_entry (f, &(SalEntry){ .id = id,
                             .time_us = (gint64) id * 1000,
                             .kind = SAL_ENTRY_MESSAGE,
                             .name = "Brook",
                             .text = text });
}

static void
put_many (Fixture *f, guint64 first, guint64 last)
{
  for (guint64 id = first; id <= last; id++)
    {
      g_autofree char *text = g_strdup_printf ("message %" G_GUINT64_FORMAT, id);

      put (f, id, text);
    }
}

static gboolean
on_kept (gpointer data)
{
  ++*(guint *) data;
  return G_SOURCE_REMOVE;
}

static void
await (guint *count, guint n)
{
  while (*count < n)
    g_main_context_iteration (NULL, TRUE);
}

static void
keep (Fixture *f)
{
  guint kept = 0;

  sal_store_when_kept (f->store, on_kept, &kept);
  g_assert_cmpuint (kept, ==, 0); /* never at once */
  await (&kept, 1);
}

/* The numbers of @entries, such as `1 2 3`; frees them. */
static char *
numbers (GPtrArray *entries)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < entries->len; i++)
    g_string_append_printf (text, "%s%" G_GUINT64_FORMAT, i > 0 ? " " : "",
                            ((SalEntry *) entries->pdata[i])->id);
  g_ptr_array_unref (entries);
  return g_string_free (text, FALSE);
}

static void
expect (GPtrArray *entries, const char *expected)
{
  g_autofree char *text = numbers (entries);

  g_assert_cmpstr (text, ==, expected);
}

#define before(id, most) sal_store_read_before (f->store, f->room, id, most)
#define after(id, most) sal_store_read_after (f->store, f->room, id, most)

static void
test_order (Fixture *f, gconstpointer data)
{
  expect (before (0, 10), "");
  expect (after (0, 10), "");
  g_assert_cmpuint (sal_store_last_id (f->store, f->room), ==, 0);
  put (f, 3, "c");
  put (f, 1, "a");
  put (f, 2, "b");
  for (int round = 0; round < 3; round++)
    {
      expect (before (0, 10), "1 2 3");
      expect (before (G_MAXUINT64, 2), "2 3");
      expect (before (3, 10), "1 2");
      expect (before (1, 10), "");
      expect (after (0, 10), "1 2 3");
      expect (after (0, 2), "1 2");
      expect (after (2, 10), "3");
      expect (after (3, 10), "");
      expect (before (0, 0), "");
      g_assert_cmpuint (sal_store_last_id (f->store, f->room), ==, 3);
      if (round == 0)
        keep (f);
      else
        reopen_store (f);
    }
}

static void
test_fields (Fixture *f, gconstpointer data)
{
  static const SalEntry rows[] = {
    { 1, 1700000000123456, SAL_ENTRY_JOIN, FALSE, SAL_MESSAGE_QUEUED, FALSE, "Zoë", NULL, NULL },
    { 2, -5, SAL_ENTRY_MESSAGE, TRUE, SAL_MESSAGE_FAILED, FALSE, "Ada", "<b>&amp;", "no such" },
    { 3, 0, SAL_ENTRY_GAP, FALSE, SAL_MESSAGE_QUEUED, FALSE, NULL, NULL, NULL },
    { 4, 9, SAL_ENTRY_TEXT, FALSE, SAL_MESSAGE_QUEUED, FALSE, NULL, "", NULL },
    { G_MAXINT64, 9, SAL_ENTRY_ACTION, TRUE, SAL_MESSAGE_UNKNOWN, TRUE, "", "waves", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    put_entry (f, &rows[i]);
  for (int round = 0; round < 3; round++)
    {
      g_autoptr (GPtrArray) entries = after (0, 100);

      g_assert_cmpuint (entries->len, ==, G_N_ELEMENTS (rows));
      for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
        {
          const SalEntry *entry = entries->pdata[i];

          g_assert_cmpuint (entry->id, ==, rows[i].id);
          g_assert_cmpint (entry->time_us, ==, rows[i].time_us);
          g_assert_cmpint (entry->kind, ==, rows[i].kind);
          g_assert_cmpint (entry->own, ==, rows[i].own);
          g_assert_cmpint (entry->state, ==, rows[i].state);
          g_assert_cmpint (entry->pending, ==, rows[i].pending);
          g_assert_cmpstr (entry->name, ==, rows[i].name);
          g_assert_cmpstr (entry->text, ==, rows[i].text);
          g_assert_cmpstr (entry->reason, ==, rows[i].reason);
        }
      if (round == 0)
        keep (f);
      else
        reopen_store (f);
    }
}

/* Removed and replaced, half of it in the file and half on its way. */
static void
test_paging (Fixture *f, gconstpointer data)
{
  put_many (f, 1, 20);
  keep (f);
  for (guint64 id = 2; id <= 20; id += 2)
    sal_store_remove (f->store, f->room, id);
  put_many (f, 21, 30);
  sal_store_remove (f->store, f->room, 25);
  put (f, 4, "again");
  for (int round = 0; round < 3; round++)
    {
      expect (before (0, 5), "26 27 28 29 30");
      expect (before (26, 5), "19 21 22 23 24");
      expect (before (7, 3), "3 4 5");
      expect (before (4, 3), "1 3");
      expect (after (0, 4), "1 3 4 5");
      expect (after (17, 4), "19 21 22 23");
      expect (after (24, 2), "26 27");
      if (round == 0)
        keep (f);
      else
        reopen_store (f);
    }
}

static void
test_replaces (Fixture *f, gconstpointer data)
{
  SalEntry entry = { .id = 1, .kind = SAL_ENTRY_MESSAGE, .own = TRUE, .text = "hello" };

  entry.pending = TRUE;
  for (int state = SAL_MESSAGE_QUEUED; state <= SAL_MESSAGE_DELIVERED; state++)
    {
      g_autoptr (GPtrArray) entries = NULL;

      entry.state = (SalMessageState) state;
      entry.pending = state != SAL_MESSAGE_DELIVERED;
      put_entry (f, &entry);
      if (state == SAL_MESSAGE_SENT)
        keep (f);
      entries = before (0, 10);
      g_assert_cmpuint (entries->len, ==, 1);
      g_assert_cmpint (((SalEntry *) entries->pdata[0])->state, ==, state);
      expect (sal_store_read_pending (f->store, f->room), entry.pending ? "1" : "");
    }
  keep (f);
  expect (sal_store_read_pending (f->store, f->room), "");
}

static void
test_pending (Fixture *f, gconstpointer data)
{
  put_many (f, 1, 5);
  for (guint64 id = 6; id <= 9; id++)
    put_entry (f, &(SalEntry){ .id = id, .kind = SAL_ENTRY_MESSAGE, .own = TRUE, .pending = TRUE });
  expect (sal_store_read_pending (f->store, f->room), "6 7 8 9");
  keep (f);
  expect (sal_store_read_pending (f->store, f->room), "6 7 8 9");
  sal_store_remove (f->store, f->room, 7);
  put (f, 8, "delivered");
  put_entry (f, &(SalEntry){ .id = 10, .kind = SAL_ENTRY_MESSAGE, .own = TRUE, .pending = TRUE });
  for (int round = 0; round < 3; round++)
    {
      expect (sal_store_read_pending (f->store, f->room), "6 9 10");
      if (round == 0)
        keep (f);
      else
        reopen_store (f);
    }
}

#define ADD(path, func) g_test_add ("/client/store/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("entries-come-back-in-order", test_order);
  ADD ("entries-come-back-as-they-were", test_fields);
  ADD ("pages-both-ways-over-what-was-removed", test_paging);
  ADD ("a-put-replaces", test_replaces);
  ADD ("finds-what-is-pending", test_pending);
  return g_test_run ();
}
