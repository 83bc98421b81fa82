/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The story of a room: what is added at its end, what is filled in before it and into its gaps,
 * and what the hooks tell of it. At every step what the file has is what was told.
 */
#include "config.h"

#include "common/client/sal-story.h"

#include <string.h>

#include "tests/unit/entries-driver.h"

typedef struct
{
  EntriesRun run;
  SalStory *story;
  GString *told; /* (owned) */
} Fixture;

static void
on_added (const SalEntry *entry, gpointer data)
{
  g_string_append_printf (((Fixture *) data)->told, "+%s ",
                          entry->kind == SAL_ENTRY_GAP ? "gap" : entry->text);
}

static void
on_changed (const SalEntry *entry, gpointer data)
{
  g_string_append_printf (((Fixture *) data)->told, "=%s ", entry->text);
}

static void
on_removed (guint64 id, gpointer data)
{
  g_string_append (((Fixture *) data)->told, "- ");
}

static void
on_unread (gpointer data)
{
}

static const SalStoryHooks hooks = {
  .added = on_added,
  .changed = on_changed,
  .removed = on_removed,
  .unread = on_unread,
};

static void
open_story (Fixture *f)
{
  g_autoptr (SalStoredRoom) row = sal_store_get_room (f->run.store, f->run.room);

  f->story = sal_story_new (f->run.store, f->run.room, row->read_id, &hooks, f);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  entries_run_set_up (&f->run, data);
  f->told = g_string_new (NULL);
  open_story (f);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  sal_story_free (f->story);
  g_string_free (f->told, TRUE);
  entries_run_tear_down (&f->run, data);
}

/* As when the program is started again. */
static void
reopen (Fixture *f)
{
  g_clear_pointer (&f->story, sal_story_free);
  entries_run_reopen (&f->run);
  open_story (f);
}

static void
expect_told (Fixture *f, const char *expected)
{
  g_assert_cmpstr (f->told->str, ==, expected);
  g_string_truncate (f->told, 0);
}

/* `a b | c`: the texts, and a bar for a gap. */
static void
expect_story (Fixture *f, const char *expected)
{
  g_autoptr (GPtrArray) entries = sal_story_read_after (f->story, 0, 10000);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < entries->len; i++)
    {
      const SalEntry *entry = entries->pdata[i];

      g_string_append_printf (text, "%s%s", i > 0 ? " " : "",
                              entry->kind == SAL_ENTRY_GAP ? "|" : entry->text);
    }
  g_assert_cmpstr (text->str, ==, expected);
}

/* A message that a server calls by its text, and says at the second that its first letter is. */
static SalEntry
called (const char *text)
{
  return (SalEntry){ .kind = SAL_ENTRY_MESSAGE,
                     .name = "Brook",
                     .text = text,
                     .msgid = text,
                     .time_us = (gint64) *text * G_USEC_PER_SEC };
}

static void
add (Fixture *f, const char *texts)
{
  g_auto (GStrv) list = g_strsplit (texts, " ", -1);

  for (int i = 0; list[i] != NULL; i++)
    {
      SalEntry like = called (list[i]);

      sal_entry_unref (sal_story_add (f->story, &like));
    }
}

static guint64
id_of (Fixture *f, const char *text)
{
  guint64 id = sal_story_find_msgid (f->story, text);

  g_assert_cmpuint (id, >, 0);
  return id;
}

/* A page that the server has given. Returns how many of it were new. */
static guint
insert (Fixture *f, const char *before, const char *texts, gboolean more)
{
  g_auto (GStrv) list = g_strsplit (texts, " ", -1);
  g_autoptr (GPtrArray) page = g_ptr_array_new_with_free_func ((GDestroyNotify) sal_entry_unref);

  for (int i = 0; *texts != '\0' && list[i] != NULL; i++)
    {
      SalEntry like = called (list[i]);

      g_ptr_array_add (page, sal_entry_new (&like));
    }
  return sal_story_insert_before (f->story, id_of (f, before), page, more);
}

static void
test_beginning (Fixture *f, gconstpointer data)
{
  add (f, "m n");
  expect_told (f, "+m +n ");
  g_assert_cmpuint (insert (f, "m", "j k l", TRUE), ==, 3);
  g_assert_cmpuint (insert (f, "j", "g h i", TRUE), ==, 3);
  expect_told (f, ""); /* whoever has asked reads it */
  expect_story (f, "g h i j k l m n");
  reopen (f);
  expect_story (f, "g h i j k l m n");
  add (f, "o");
  g_assert_cmpuint (insert (f, "g", "a b g", FALSE), ==, 2); /* a page may overlap */
  expect_story (f, "a b g h i j k l m n o");
  g_assert_cmpuint (insert (f, "a", "", FALSE), ==, 0);
  /* Not in the middle. */
  g_assert_cmpuint (insert (f, "h", "x", TRUE), ==, 0);
  expect_story (f, "a b g h i j k l m n o");
}

static void
test_gap (Fixture *f, gconstpointer data)
{
  sal_story_begin_connection (f->story);
  add (f, "a b"); /* nothing was missed before the first */
  expect_told (f, "+a +b ");
  sal_story_begin_connection (f->story);
  add (f, "m n");
  expect_told (f, "+gap +m +n ");
  expect_story (f, "a b | m n");
  reopen (f);
  g_assert_cmpuint (insert (f, "m", "j k l", TRUE), ==, 3);
  expect_told (f, "");
  expect_story (f, "a b | j k l m n");
  reopen (f);
  g_assert_cmpuint (insert (f, "j", "b h i", TRUE), ==, 2);
  expect_told (f, "- "); /* it has met what was there */
  expect_story (f, "a b h i j k l m n");
  /* There is nothing before a gap that the server has nothing for. */
  sal_story_begin_connection (f->story);
  add (f, "z");
  g_string_truncate (f->told, 0);
  g_assert_cmpuint (insert (f, "z", "", FALSE), ==, 0);
  expect_told (f, "- ");
  expect_story (f, "a b h i j k l m n z");
}

/* A server that has no names for messages, but says when they were. @texts: `a1`: a message of the second
 * that the letter is */
static void
add_unnamed (GPtrArray *page, const char *texts)
{
  g_auto (GStrv) list = g_strsplit (texts, " ", -1);

  for (int i = 0; list[i] != NULL; i++)
    {
      SalEntry like = called (list[i]);

      like.msgid = NULL;
      g_ptr_array_add (page, sal_entry_new (&like));
    }
}

/* There, what is as old as what was there before the gap is what was there. */
static void
test_unnamed (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) before = g_ptr_array_new_with_free_func ((GDestroyNotify) sal_entry_unref);
  g_autoptr (GPtrArray) page = g_ptr_array_new_with_free_func ((GDestroyNotify) sal_entry_unref);
  g_autoptr (GPtrArray) further = g_ptr_array_new_with_free_func ((GDestroyNotify) sal_entry_unref);
  SalEntry own = { .kind = SAL_ENTRY_MESSAGE, .own = TRUE, .text = "own", .time_us = G_MAXINT64 };

  add_unnamed (before, "a b c1");
  for (guint i = 0; i < before->len; i++)
    sal_entry_unref (sal_story_add (f->story, before->pdata[i]));
  sal_entry_unref (sal_story_add (f->story, &own)); /* by our clock, whatever that says */
  sal_story_begin_connection (f->story);
  add (f, "m");
  add_unnamed (page, "j k l");
  g_assert_cmpuint (sal_story_insert_before (f->story, id_of (f, "m"), page, TRUE), ==, 3);
  expect_story (f, "a b c1 own | j k l m");
  add_unnamed (further, "b c1 c2 d");
  g_assert_cmpuint (sal_story_insert_before (f->story, id_of (f, "m") - 3, further, TRUE), ==, 2);
  expect_story (f, "a b c1 own c2 d j k l m");
}

/* Nor is what we have said ourselves told twice, whether it was before the gap or behind it. */
static void
test_unnamed_own (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) page = g_ptr_array_new_with_free_func ((GDestroyNotify) sal_entry_unref);
  SalEntry own = {
    .kind = SAL_ENTRY_MESSAGE, .own = TRUE, .state = SAL_MESSAGE_SENT, .name = "Ada"
  };

  add_unnamed (page, "a");
  sal_entry_unref (sal_story_add (f->story, page->pdata[0]));
  own.text = "before";
  own.time_us = 'c' * G_USEC_PER_SEC;
  sal_entry_unref (sal_story_add (f->story, &own));
  sal_story_begin_connection (f->story);
  own.text = "behind";
  own.time_us = 'k' * G_USEC_PER_SEC;
  sal_entry_unref (sal_story_add (f->story, &own));
  add (f, "m");

  g_ptr_array_set_size (page, 0);
  own.text = "before";
  own.time_us = 'b' * G_USEC_PER_SEC; /* by the server's clock */
  g_ptr_array_add (page, sal_entry_new (&own));
  add_unnamed (page, "e");
  own.text = "elsewhere"; /* from another device */
  own.time_us = 'f' * G_USEC_PER_SEC;
  g_ptr_array_add (page, sal_entry_new (&own));
  own.text = "behind";
  own.time_us = 'j' * G_USEC_PER_SEC;
  g_ptr_array_add (page, sal_entry_new (&own));
  expect_story (f, "a before | behind m");
  g_assert_cmpuint (sal_story_insert_before (f->story, id_of (f, "m") - 1, page, TRUE), ==, 2);
  expect_story (f, "a before | e elsewhere behind m");
}

/* The moment of a note is ours: what was said before it may be behind it. */
static void
test_unnamed_point (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) page = g_ptr_array_new_with_free_func ((GDestroyNotify) sal_entry_unref);
  SalEntry note = { .kind = SAL_ENTRY_NOTE, .text = "too late", .time_us = 'z' * G_USEC_PER_SEC };
  g_autoptr (SalEntry) first = NULL;
  g_autoptr (SalEntry) point = NULL;

  add_unnamed (page, "a m");
  sal_entry_unref (sal_story_add (f->story, page->pdata[0]));
  sal_story_add_gap (f->story);
  first = sal_story_add (f->story, &note);
  point = sal_story_find_older_point (f->story, first->id);
  g_assert_cmpuint (point->id, ==, first->id);
  g_clear_pointer (&point, sal_entry_unref);
  sal_entry_unref (sal_story_add (f->story, page->pdata[1]));
  point = sal_story_find_older_point (f->story, first->id);
  g_assert_cmpstr (point->text, ==, "m");
}

/* What we may have said twice is not taken for the end of the gap. */
static void
test_unnamed_twice (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) page = g_ptr_array_new_with_free_func ((GDestroyNotify) sal_entry_unref);
  SalEntry own = {
    .kind = SAL_ENTRY_MESSAGE, .own = TRUE, .state = SAL_MESSAGE_SENT, .text = "yes", .time_us = 1
  };
  SalEntry other = own;

  sal_entry_unref (sal_story_add (f->story, &own));
  other.state = SAL_MESSAGE_FAILED; /* the room has never had it */
  other.text = "no";
  sal_entry_unref (sal_story_add (f->story, &other));
  sal_story_begin_connection (f->story);
  add (f, "m");
  g_ptr_array_add (page, sal_entry_new (&own));
  other.text = "no";
  g_ptr_array_add (page, sal_entry_new (&other));
  other.kind = SAL_ENTRY_ACTION;
  other.text = "yes";
  g_ptr_array_add (page, sal_entry_new (&other));
  g_assert_cmpuint (sal_story_insert_before (f->story, id_of (f, "m"), page, TRUE), ==, 2);
  expect_story (f, "yes no | no yes m");
}

/* What was missed and is told does not come behind a gap. */
static void
test_missed (Fixture *f, gconstpointer data)
{
  SalEntry c = called ("c");
  SalEntry d = called ("d");

  add (f, "a");
  sal_story_begin_connection (f->story);
  sal_entry_unref (sal_story_add_missed (f->story, &c));
  sal_story_resumed (f->story);
  add (f, "e");
  expect_story (f, "a c e");
  /* All of it could not be had. */
  sal_story_begin_connection (f->story);
  sal_entry_unref (sal_story_add_missed (f->story, &d));
  sal_story_add_gap (f->story);
  sal_story_add_gap (f->story); /* one is enough */
  add (f, "z");
  expect_story (f, "a c e d | z");
  g_assert_cmpuint (insert (f, "z", "x y", TRUE), ==, 2);
  expect_story (f, "a c e d | x y z");
}

static void
test_older_point (Fixture *f, gconstpointer data)
{
  g_autoptr (SalEntry) first = NULL;
  g_autoptr (SalEntry) second = NULL;
  SalEntry *note = NULL;

  g_assert_null (sal_story_find_older_point (f->story, 0));
  note = sal_story_add (f->story, &(SalEntry){ .kind = SAL_ENTRY_NOTE, .text = "note" });
  add (f, "a b");
  first = sal_story_find_older_point (f->story, note->id);
  g_assert_cmpstr (first->msgid, ==, "a"); /* what the server has a name for */
  g_assert_null (sal_story_find_older_point (f->story, id_of (f, "a")));
  g_assert_null (sal_story_find_older_point (f->story, id_of (f, "b")));
  sal_story_begin_connection (f->story);
  add (f, "m");
  second = sal_story_find_older_point (f->story, id_of (f, "m"));
  g_assert_cmpstr (second->msgid, ==, "m");
  sal_entry_unref (note);
}

/* A gap of version 1 has no room behind it: nothing can be filled in. */
static void
test_old_gap (Fixture *f, gconstpointer data)
{
  entries_run_put (&f->run, 1, "one");
  entries_run_put_like (&f->run, &(SalEntry){ .id = 2, .kind = SAL_ENTRY_GAP });
  entries_run_put_like (
      &f->run, &(SalEntry){ .id = 3, .kind = SAL_ENTRY_MESSAGE, .text = "m", .msgid = "m" });
  reopen (f);
  g_assert_null (sal_story_find_older_point (f->story, 3));
  g_assert_cmpuint (insert (f, "m", "x y", TRUE), ==, 0);
  expect_story (f, "one | m");
}

static void
test_last_known (Fixture *f, gconstpointer data)
{
  g_autoptr (SalEntry) nothing = sal_story_find_last_known (f->story, G_MAXUINT64);
  g_autoptr (SalEntry) note = NULL;
  g_autoptr (SalEntry) last = NULL;
  g_autoptr (SalEntry) before = NULL;

  g_assert_null (nothing);
  sal_entry_unref (sal_story_add (f->story, &(SalEntry){ .kind = SAL_ENTRY_NOTE, .text = "x" }));
  note = sal_story_find_last_known (f->story, G_MAXUINT64);
  g_assert_cmpstr (note->text, ==, "x"); /* at least when it was */
  add (f, "a b");
  for (int i = 0; i < 120; i++)
    sal_entry_unref (
        sal_story_add (f->story, &(SalEntry){ .kind = SAL_ENTRY_JOIN, .name = "Zoë" }));
  last = sal_story_find_last_known (f->story, G_MAXUINT64);
  g_assert_cmpstr (last->msgid, ==, "b");
  before = sal_story_find_last_known (f->story, last->id);
  g_assert_cmpstr (before->msgid, ==, "a");
}

/* However much of ours waits for the server, what was said before is what is known of it. */
static void
test_last_known_before_ours (Fixture *f, gconstpointer data)
{
  g_autoptr (SalEntry) last = NULL;

  add (f, "a b");
  for (int i = 0; i < 2000; i++)
    sal_entry_unref (sal_story_add (f->story, &(SalEntry){ .kind = SAL_ENTRY_MESSAGE,
                                                           .own = TRUE,
                                                           .pending = TRUE,
                                                           .state = SAL_MESSAGE_QUEUED,
                                                           .text = "c" }));
  last = sal_story_find_last_known (f->story, G_MAXUINT64);
  g_assert_nonnull (last);
  g_assert_cmpstr (last->msgid, ==, "b");
}

static void
test_unread (Fixture *f, gconstpointer data)
{
  SalEntry mention = called ("hello");

  add (f, "d e f");
  g_assert_cmpuint (sal_story_count_unread (f->story), ==, 3);
  g_assert_cmpuint (sal_story_count_mentions (f->story), ==, 0);
  mention.mention = TRUE;
  sal_entry_unref (sal_story_add (f->story, &mention));
  g_assert_cmpuint (sal_story_count_mentions (f->story), ==, 1);
  reopen (f);
  g_assert_cmpuint (sal_story_count_unread (f->story), ==, 4);
  g_assert_cmpuint (sal_story_count_mentions (f->story), ==, 1);
  /* By the clock of the server, as another device says it. */
  g_assert_cmpuint (sal_story_find_time (f->story, 'd' * G_USEC_PER_SEC - 1), ==, 0);
  g_assert_cmpuint (sal_story_find_time (f->story, 'e' * G_USEC_PER_SEC), ==, id_of (f, "e"));
  g_assert_cmpuint (sal_story_find_time (f->story, G_MAXINT64), ==, id_of (f, "hello"));
  sal_story_set_read_id (f->story, id_of (f, "e"));
  g_assert_cmpuint (sal_story_count_unread (f->story), ==, 2);
  g_assert_cmpuint (sal_story_find_time (f->story, 'e' * G_USEC_PER_SEC), ==, 0);
  sal_story_set_read_id (f->story, id_of (f, "hello"));
  g_assert_cmpuint (sal_story_count_unread (f->story), ==, 0);
  g_assert_cmpuint (sal_story_count_mentions (f->story), ==, 0);
}

/* What was with a server when the program died: unknown, unless the server knows it again. */
static void
test_takes_up (Fixture *f, gconstpointer data)
{
  SalEntry mine = { .kind = SAL_ENTRY_MESSAGE,
                    .own = TRUE,
                    .pending = TRUE,
                    .state = SAL_MESSAGE_SENT,
                    .name = "Ada",
                    .text = "plain" };
  g_autoptr (GArray) queue = NULL;
  g_autoptr (SalEntry) plain = sal_story_add (f->story, &mine);
  g_autoptr (SalEntry) named = NULL;
  g_autoptr (SalEntry) found = NULL;

  mine.text = "named";
  mine.nonce = "n0nce";
  named = sal_story_add (f->story, &mine);
  reopen (f);
  queue = sal_story_take_queue (f->story);
  g_assert_cmpuint (queue->len, ==, 1);
  g_assert_cmpuint (g_array_index (queue, guint64, 0), ==, named->id);
  g_assert_cmpstr (sal_story_get_pending (f->story, named->id)->nonce, ==, "n0nce");
  g_assert_null (sal_story_get_pending (f->story, plain->id));
  found = sal_story_find (f->story, plain->id);
  g_assert_cmpint (found->state, ==, SAL_MESSAGE_UNKNOWN);
}

#define ADD(path, func) g_test_add ("/client/story/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("older-ones-go-before-the-first", test_beginning);
  ADD ("a-gap-is-filled-until-it-is-gone", test_gap);
  ADD ("a-gap-is-filled-by-time-where-nothing-has-a-name", test_unnamed);
  ADD ("it-is-asked-for-by-the-servers-time", test_unnamed_point);
  ADD ("nor-is-what-we-have-said-told-twice-there", test_unnamed_own);
  ADD ("what-we-may-have-said-twice-ends-no-gap", test_unnamed_twice);
  ADD ("what-was-missed-and-told-leaves-no-gap", test_missed);
  ADD ("knows-from-where-older-ones-are-missing", test_older_point);
  ADD ("a-gap-without-room-stays", test_old_gap);
  ADD ("knows-the-last-that-has-a-name", test_last_known);
  ADD ("knows-it-before-whatever-waits", test_last_known_before_ours);
  ADD ("counts-what-is-unread-and-names-us", test_unread);
  ADD ("takes-up-what-was-left-unfinished", test_takes_up);
  return g_test_run ();
}
