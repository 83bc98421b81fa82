/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Fills a store of the desktop client with the story of one room, as people make them:
 * some talk a lot and most do not, one goes on after another within seconds and then
 * nobody says anything until the next morning, most messages are a few words and a few
 * are long, somebody comes and goes all the time. The story is the same in every run but
 * for the date: it ends now.
 *
 * Says how long that took, and what it costs to read a page of it; both through the
 * functions that the window uses.
 *
 * Usage: bench-fill-store FILE ENTRIES [URI]
 */
#include "config.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/sal-limits.h"
#include "common/client/sal-store.h"

#define DEFAULT_URI "plain://localhost/tea"
#define OWN_NAME "Ada"
#define PAGE 150
#define PAGES 200

static const char *const names[] = {
  "Brook",    "Zoë",     "Jürgen",    "Chiara",   "Maxime", "Søren",     "Ioana", "Paweł",
  "Nadia",    "Tim",     "Grace",     "Linus",    "Ольга",  "Δημήτρης",  "明",    "Samir",
  "Beatrice", "Old Joe", "night-owl", "guest-17", "Lucía",  "Françoise", "Hanna", "يوسف",
};

static const char *const words[] = {
  "the",      "a",        "of",       "and",    "is",     "that",    "room",   "tea",
  "server",   "because",  "when",     "I",      "you",    "we",      "packet", "connection",
  "tomorrow", "lecture",  "question", "answer", "really", "perhaps", "works",  "here",
  "again",    "socket",   "perché",   "però",   "déjà",   "mañana",  "Straße", "exactly",
  "window",   "somebody", "nobody",   "reads",  "writes", "then",    "not",    "yes",
};

static const char *const short_texts[] = {
  "ok", "yes", "no", "thanks!", "lol", "hello", "👍", "😀", "?", "good morning", "same here", "brb",
};

static const char *const links[] = {
  "https://www.rfc-editor.org/rfc/rfc9293.html#section-3.10.7.4",
  "http://localhost:8080/a?b=c&d=%20e",
  "https://example.org/a/rather/long/path/to/something/that/somebody/found",
};

#define PICK(rand, array) (array)[g_rand_int_range (rand, 0, G_N_ELEMENTS (array))]

static gboolean
happens (GRand *rand, double share)
{
  return g_rand_double (rand) < share;
}

/* Few have most of it: the square of a number below one is mostly small. */
static const char *
pick_name (GRand *rand)
{
  double x = g_rand_double (rand);

  return names[(gsize) (x * x * G_N_ELEMENTS (names))];
}

static char *
make_text (GRand *rand)
{
  GString *text = g_string_new (NULL);
  int n = happens (rand, 0.02)   ? g_rand_int_range (rand, 80, 400)
          : happens (rand, 0.15) ? g_rand_int_range (rand, 20, 60)
                                 : g_rand_int_range (rand, 1, 15);

  if (happens (rand, 0.15))
    {
      g_string_append (text, PICK (rand, short_texts));
      return g_string_free (text, FALSE);
    }
  for (int i = 0; i < n; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? " " : "", PICK (rand, words));
  if (happens (rand, 0.03))
    g_string_append_printf (text, " %s", PICK (rand, links));
  if (happens (rand, 0.04))
    g_string_append (text, " 🎉");
  return g_string_free (text, FALSE);
}

/* How long after the one before: an answer, a pause, or the next day. */
static gint64
make_step_us (GRand *rand)
{
  if (happens (rand, 0.002))
    return g_rand_int_range (rand, 7 * 3600, 16 * 3600) * G_TIME_SPAN_SECOND;
  if (happens (rand, 0.02))
    return g_rand_int_range (rand, 600, 7200) * G_TIME_SPAN_SECOND;
  return g_rand_int_range (rand, 200, 40000) * G_TIME_SPAN_MILLISECOND;
}

/* The next in the story; the names and the text are valid until the next call. */
static void
make_entry (GRand *rand, SalEntry *entry, char **text)
{
  const char *last = entry->name;
  gboolean said_before = entry->kind == SAL_ENTRY_MESSAGE;

  g_clear_pointer (text, g_free);
  *entry = (SalEntry){ .id = entry->id + 1, .time_us = entry->time_us + make_step_us (rand) };
  if (happens (rand, 0.0005))
    {
      entry->kind = SAL_ENTRY_GAP;
      return;
    }
  entry->name = said_before && last != NULL && happens (rand, 0.35) ? last : pick_name (rand);
  if (happens (rand, 0.08))
    {
      entry->kind = happens (rand, 0.5) ? SAL_ENTRY_JOIN : SAL_ENTRY_LEAVE;
      return;
    }
  entry->kind = happens (rand, 0.01) ? SAL_ENTRY_ACTION : SAL_ENTRY_MESSAGE;
  entry->text = *text = make_text (rand);
  if (happens (rand, 0.06))
    {
      entry->own = TRUE;
      entry->name = OWN_NAME;
      entry->state = happens (rand, 0.01) ? SAL_MESSAGE_UNKNOWN : SAL_MESSAGE_DELIVERED;
    }
}

/* So that the story ends now, its length must be known before it begins. */
static gint64
length_us (guint64 n)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (15102);
  SalEntry entry = { 0 };
  char *text = NULL;

  while (entry.id < n)
    make_entry (rand, &entry, &text);
  g_free (text);
  return entry.time_us;
}

static gboolean
on_kept (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
await_kept (SalStore *store)
{
  gboolean kept = FALSE;

  sal_store_when_kept (store, on_kept, &kept);
  while (!kept)
    g_main_context_iteration (NULL, TRUE);
}

G_NORETURN static void
on_failed (SalStore *store, const GError *error, gpointer data)
{
  fprintf (stderr, "bench-fill-store: %s\n", error->message);
  exit (1);
}

static void
fill (SalStore *store, gint64 room, guint64 n)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (15102);
  SalEntry like = { .time_us = g_get_real_time () - length_us (n) };
  char *text = NULL;
  gint64 begin_us = g_get_monotonic_time ();
  gint64 putting_us = 0;

  while (like.id < n)
    {
      g_autoptr (SalEntry) entry = NULL;
      gint64 before_us = 0;

      make_entry (rand, &like, &text);
      entry = sal_entry_new (&like);
      before_us = g_get_monotonic_time ();
      sal_store_put (store, room, entry);
      putting_us += g_get_monotonic_time () - before_us;
      if (like.id % 10000 == 0)
        await_kept (store); /* or the oldest would be given up */
    }
  g_free (text);
  await_kept (store);
  printf ("%" G_GUINT64_FORMAT " entries written in %.2f s; a put took %.2f us\n", n,
          (double) (g_get_monotonic_time () - begin_us) / G_TIME_SPAN_SECOND,
          (double) putting_us / (double) MAX (n, 1));
}

static void
read_pages (SalStore *store, gint64 room, guint64 n)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  gint64 begin_us = g_get_monotonic_time ();
  gint64 longest_us = 0;

  for (int i = 0; i < PAGES; i++)
    {
      guint64 id = (guint64) (g_rand_double (rand) * (double) n) + 1;
      gint64 before_us = g_get_monotonic_time ();

      g_ptr_array_unref (sal_store_read_before (store, room, id, PAGE));
      longest_us = MAX (longest_us, g_get_monotonic_time () - before_us);
    }
  printf ("a page of %d entries took %.0f us, at most %.0f us\n", PAGE,
          (double) (g_get_monotonic_time () - begin_us) / PAGES, (double) longest_us);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SalStore) store = NULL;
  g_autoptr (SalStoredServer) server = NULL;
  g_autoptr (SalStoredRoom) room = NULL;
  const char *uri = argc > 3 ? argv[3] : DEFAULT_URI;
  guint64 n = argc > 2 ? g_ascii_strtoull (argv[2], NULL, 10) : 0;
  GStatBuf status;
  gint64 begin_us = 0;

  if (argc < 3 || argc > 4 || n == 0 || n > SAL_STORE_ENTRIES)
    {
      fprintf (stderr, "usage: bench-fill-store FILE ENTRIES [URI]\nat most %d entries\n",
               SAL_STORE_ENTRIES);
      return 2;
    }
  begin_us = g_get_monotonic_time ();
  store = sal_store_open (argv[1], &error);
  if (store == NULL)
    {
      fprintf (stderr, "bench-fill-store: %s\n", error->message);
      return 1;
    }
  printf ("opened in %.2f ms\n", (double) (g_get_monotonic_time () - begin_us) / 1000);
  g_signal_connect (store, "failed", G_CALLBACK (on_failed), NULL);
  server = sal_store_find_server (store, uri);
  if (server != NULL)
    sal_store_forget_server (store, server->id);
  room = sal_store_get_room (
      store, sal_store_add_room (store, sal_store_add_server (store, uri, OWN_NAME, NULL),
                                 SAL_ROOM_CHANNEL, "", NULL));
  room->last_used_us = g_get_real_time ();
  room->read_id = n;
  sal_store_update_room (store, room);
  fill (store, room->id, n);
  read_pages (store, room->id, n);
  sal_store_close (store);
  if (g_stat (argv[1], &status) == 0)
    printf ("%s: %.1f MB\n", argv[1], (double) status.st_size / 1e6);
  return 0;
}
