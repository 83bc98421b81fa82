/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a test program says when it fails: an assertion alone, from a machine that nobody can
 * look at, is not enough to mend anything. Programs that were started, peers and servers that
 * are open then say what became of them, in a few lines each.
 *
 * That happens in the handler of the signal by which the program ends. Little is allowed in such
 * a handler; but whoever has failed an assertion stands in no library function, and if the
 * program is in a worse state than that, an alarm ends it.
 */
#include "config.h"

#include "tests/lib/test-last-words.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Those who were added last are nearest to what failed. */
#define SPEAKERS 8

#define SECONDS 10

#define SHOWN_BYTES 600

typedef struct
{
  TestLastWords write;
  gpointer data;
} Speaker;

static GQueue speakers = G_QUEUE_INIT; /* of Speaker (owned): the newest first */
static GHashTable *links;              /* (owned): data -> link of `speakers` */

static const int signals[] = { SIGABRT, SIGTRAP, SIGSEGV, SIGBUS, SIGTERM };

static void
on_signal (int signal_number)
{
  guint n = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    signal (signals[i], SIG_DFL);
  signal (SIGALRM, SIG_DFL);
  alarm (SECONDS);
  for (const GList *at = speakers.head; at != NULL && n < SPEAKERS; at = at->next, n++)
    {
      const Speaker *speaker = at->data;

      speaker->write (speaker->data);
    }
  if (speakers.length > n)
    fprintf (stderr, "... and %u more\n", speakers.length - n);
  raise (signal_number);
}

/* Not where somebody has a handler of their own, as sanitizers do. */
static void
start_listening (void)
{
  links = g_hash_table_new (NULL, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      struct sigaction old;

      if (sigaction (signals[i], NULL, &old) == 0 && old.sa_handler == SIG_DFL)
        signal (signals[i], on_signal);
    }
}

/**
 * test_last_words_add:
 * @data: (unowned): not yet added
 */
void
test_last_words_add (TestLastWords write, gpointer data)
{
  Speaker *speaker = g_new0 (Speaker, 1);

  if (links == NULL)
    start_listening ();
  speaker->write = write;
  speaker->data = data;
  g_queue_push_head (&speakers, speaker);
  g_hash_table_insert (links, data, speakers.head);
}

/**
 * test_last_words_remove:
 */
void
test_last_words_remove (gpointer data)
{
  GList *link = g_hash_table_lookup (links, data);

  g_hash_table_remove (links, data);
  g_free (link->data);
  g_queue_delete_link (&speakers, link);
}

/**
 * test_last_words_write:
 * @len: -1 if @bytes ends with a NUL
 *
 * For a #TestLastWords: the end of @bytes, below @title; nothing if there are none.
 */
void
test_last_words_write (const char *title, const char *bytes, gssize len)
{
  gsize all = len < 0 ? strlen (bytes) : (gsize) len;
  gsize from = all > SHOWN_BYTES ? all - SHOWN_BYTES : 0;

  if (all == 0)
    return;
  fprintf (stderr, "  %s%s", title, from > 0 ? " ..." : " ");
  for (gsize i = from; i < all; i++)
    {
      guchar c = (guchar) bytes[i];

      if (c == '\n')
        fputs (i + 1 < all ? "\n    " : "\\n", stderr);
      else if (c < 0x20 || c == 0x7f)
        fprintf (stderr, "\\x%02x", c);
      else
        fputc (c, stderr);
    }
  fputc ('\n', stderr);
}
