/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What was said where the person was not: how much, and the end of it as it was shown, for when they
 * come. Other clients have a window for each room; here the rooms share one, and what was said elsewhere
 * is torn apart by what was said here. Bounded: whoever opens a thousand conversations is not counted in all.
 */
#include "config.h"

#include "client-cli/cli-unread.h"

#include <string.h>

#include "common/base/sal-columns.h"

/* So many conversations are counted, ... */
#define PLACES_MAX 64
/* ... and so many lines of each are shown again. */
#define LINES_MAX 10
/* What is before the line being typed leaves room for it. */
#define SHOWN_MAX 3
#define NAME_COLUMNS 16
/* More is "a lot". */
#define COUNT_MAX 999

typedef struct
{
  char *place;  /* (owned) */
  GQueue lines; /* of char * (owned) */
  guint count;
  gboolean for_us;
} Place;

struct _CliUnread
{
  GQueue places; /* of Place (owned), in the order in which something was said there first */
};

static void
place_free (gpointer data)
{
  Place *place = data;

  g_queue_clear_full (&place->lines, g_free);
  g_free (place->place);
  g_free (place);
}

static GList *
find (const CliUnread *unread, const char *name)
{
  for (GList *at = unread->places.head; at != NULL; at = at->next)
    if (g_str_equal (((Place *) at->data)->place, name))
      return at;
  return NULL;
}

/**
 * cli_unread_new:
 *
 * Returns: (transfer full): nothing was said anywhere.
 */
CliUnread *
cli_unread_new (void)
{
  return g_new0 (CliUnread, 1);
}

/**
 * cli_unread_free:
 * @unread: (nullable) (transfer full)
 */
void
cli_unread_free (CliUnread *unread)
{
  if (unread == NULL)
    return;
  g_queue_clear_full (&unread->places, place_free);
  g_free (unread);
}

/**
 * cli_unread_add:
 * @place: a room or a person, as the server spells it
 * @line: as it would be shown there, with its newline
 * @for_us: somebody spoke of us, or to us alone
 *
 * Something was said where the person is not.
 */
void
cli_unread_add (CliUnread *unread, const char *place, const char *line, gboolean for_us)
{
  GList *at = find (unread, place);
  Place *found = at != NULL ? at->data : NULL;

  if (found == NULL)
    {
      if (unread->places.length == PLACES_MAX)
        return;
      found = g_new0 (Place, 1);
      found->place = g_strdup (place);
      g_queue_push_tail (&unread->places, found);
    }
  found->count++;
  found->for_us |= for_us;
  g_queue_push_tail (&found->lines, g_strdup (line));
  if (found->lines.length > LINES_MAX)
    g_free (g_queue_pop_head (&found->lines));
}

/**
 * cli_unread_take:
 * @lines: appended: the last of them, at most ten
 *
 * The person has come to @place.
 *
 * Returns: how much was said there.
 */
guint
cli_unread_take (CliUnread *unread, const char *place, GString *lines)
{
  GList *at = find (unread, place);
  Place *found = NULL;
  guint count = 0;

  if (at == NULL)
    return 0;
  found = at->data;
  count = found->count;
  for (GList *line = found->lines.head; line != NULL; line = line->next)
    g_string_append (lines, line->data);
  place_free (found);
  g_queue_delete_link (&unread->places, at);
  return count;
}

/**
 * cli_unread_rename:
 *
 * Who was @from is @to now.
 */
void
cli_unread_rename (CliUnread *unread, const char *from, const char *to)
{
  GList *at = find (unread, from);
  Place *found = NULL;

  if (at == NULL || find (unread, to) != NULL)
    return;
  found = at->data;
  g_free (found->place);
  found->place = g_strdup (to);
}

/**
 * cli_unread_spell:
 * @support: which names are one to the server
 *
 * Returns: (transfer none) (nullable): how the place that somebody calls @name is spelt here; %NULL: nothing
 *   was said there.
 */
const char *
cli_unread_spell (const CliUnread *unread, const SalIrcSupport *support, const char *name)
{
  for (GList *at = unread->places.head; at != NULL; at = at->next)
    if (sal_irc_support_same (support, ((Place *) at->data)->place, name))
      return ((Place *) at->data)->place;
  return NULL;
}

/**
 * cli_unread_next:
 *
 * Returns: (transfer none) (nullable): where to look first: where somebody has spoken of us or to us, else
 *   where something was said first.
 */
const char *
cli_unread_next (const CliUnread *unread)
{
  for (GList *at = unread->places.head; at != NULL; at = at->next)
    if (((Place *) at->data)->for_us)
      return ((Place *) at->data)->place;
  return unread->places.head != NULL ? ((Place *) unread->places.head->data)->place : NULL;
}

static void
append_place (GString *out, const Place *place)
{
  const char *cut = sal_columns_skip (place->place, NAME_COLUMNS);

  g_string_append_len (out, place->place, cut - place->place);
  if (*cut != '\0')
    g_string_append (out, "…");
  g_string_append_printf (out, " %u%s%s", MIN (place->count, COUNT_MAX),
                          place->count > COUNT_MAX ? "+" : "", place->for_us ? "!" : "");
}

/**
 * cli_unread_to_text:
 * @columns: it takes at most so many
 *
 * Returns: (transfer full): where how much was said, as in "#tea 3, bob 1!", the latter with an
 *   exclamation mark because it was meant for us; "" if nothing was, or there is no room to say so.
 */
char *
cli_unread_to_text (const CliUnread *unread, guint columns)
{
  g_autoptr (GString) out = g_string_new (NULL);
  guint shown = 0;

  /* Those that are for us first. */
  for (int for_us = 1; for_us >= 0; for_us--)
    for (GList *at = unread->places.head; at != NULL; at = at->next)
      {
        g_autoptr (GString) one = g_string_new (shown > 0 ? ", " : "");
        const Place *place = at->data;

        if (place->for_us != for_us)
          continue;
        append_place (one, place);
        if (shown == SHOWN_MAX ||
            sal_columns_of_text (out->str) + sal_columns_of_text (one->str) + 3 > columns)
          {
            g_string_append (out, shown > 0 ? ", …" : "");
            return g_string_free (g_steal_pointer (&out), FALSE);
          }
        g_string_append (out, one->str);
        shown++;
      }
  return g_string_free (g_steal_pointer (&out), FALSE);
}
