/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a person wants to hear: masks of those who are not heard (`Bob`, `*!*@example.org`), and words
 * that are as good as their name. Both are written as people write lists: masks with commas or
 * spaces between them, words with commas, because a word may be two. Pure; bounded, because each
 * of them is looked at for each message.
 *
 * Case is folded as in Unicode, on all servers alike: a person types `bob` and means Bob.
 */
#include "config.h"

#include "common/client/sal-filter.h"

#include <string.h>

#include "common/client/sal-mention.h"
#include "common/proto/sal-irc-mask.h"

#define MASKS_MAX 200
#define WORDS_MAX 50
#define ENTRY_MAX_BYTES 200
#define MASK_SEPARATORS ", \t\n"

struct _SalFilter
{
  GPtrArray *masks; /* (owned) of char * (owned): complete, folded */
  GPtrArray *words; /* (owned) of char * (owned) */
};

static GPtrArray *
split (const char *list, const char *separators, guint most, gsize longest)
{
  g_auto (GStrv) parts = g_strsplit_set (list != NULL ? list : "", separators, -1);
  GPtrArray *found = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; parts[i] != NULL && found->len < most; i++)
    {
      const char *part = g_strstrip (parts[i]);

      if (*part != '\0' && strlen (part) <= longest && g_utf8_validate (part, -1, NULL))
        g_ptr_array_add (found, g_strdup (part));
    }
  return found;
}

/* The masks that count. */
static GPtrArray *
split_masks (const char *list)
{
  return split (list, MASK_SEPARATORS, MASKS_MAX, ENTRY_MAX_BYTES);
}

/* Of a list that is to be written again nothing is lost. */
static GPtrArray *
split_all (const char *list)
{
  return split (list, MASK_SEPARATORS, G_MAXUINT, G_MAXSIZE);
}

static char *
join (const GPtrArray *masks)
{
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < masks->len; i++)
    g_string_append_printf (list, "%s%s", i > 0 ? ", " : "", (const char *) masks->pdata[i]);
  return g_string_free (list, FALSE);
}

static char *
complete (const char *mask)
{
  g_autofree char *whole = sal_irc_mask_complete (mask);

  return g_utf8_casefold (whole, -1);
}

/* Whether somebody is meant: what is left of a mask that has only been begun would fit everybody. */
static gboolean
means_somebody (const char *mask)
{
  return mask[strspn (mask, "*?!@")] != '\0';
}

/* Returns: where @mask is in @masks, or -1. */
static int
find (const GPtrArray *masks, const char *mask)
{
  g_autofree char *wanted = complete (mask);

  for (guint i = 0; i < masks->len; i++)
    {
      g_autofree char *there = complete (masks->pdata[i]);

      if (g_str_equal (there, wanted))
        return (int) i;
    }
  return -1;
}

static void
filter_clear (gpointer data)
{
  SalFilter *filter = data;

  g_ptr_array_unref (filter->masks);
  g_ptr_array_unref (filter->words);
}

/**
 * sal_filter_new:
 * @ignored: masks of those who are not heard
 * @words: words that are as good as the person's name
 *
 * Both are lists, and may be empty. What is too long, too many or no UTF-8 is passed over, and so is a
 * mask of nothing but wildcards and their separators.
 *
 * Returns: (transfer full)
 */
SalFilter *
sal_filter_new (const char *ignored, const char *words)
{
  SalFilter *filter = g_atomic_rc_box_new0 (SalFilter);
  g_autoptr (GPtrArray) masks = split_masks (ignored);

  filter->words = split (words, ",\n", WORDS_MAX, ENTRY_MAX_BYTES);
  filter->masks = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < masks->len; i++)
    if (means_somebody (masks->pdata[i]))
      g_ptr_array_add (filter->masks, complete (masks->pdata[i]));
  return filter;
}

/**
 * sal_filter_ref:
 *
 * Returns: (transfer full)
 */
SalFilter *
sal_filter_ref (SalFilter *filter)
{
  return g_atomic_rc_box_acquire (filter);
}

/**
 * sal_filter_unref:
 */
void
sal_filter_unref (SalFilter *filter)
{
  g_atomic_rc_box_release_full (filter, filter_clear);
}

/**
 * sal_filter_ignores:
 * @filter: (nullable): nobody is ignored
 * @nick: whose words they are
 * @host: (nullable): `user@host`, if it is known
 *
 * Returns: whether the person does not want to hear them. A mask with a host fits nobody whose host
 *   is not known.
 */
gboolean
sal_filter_ignores (const SalFilter *filter, const char *nick, const char *host)
{
  g_autofree char *source = NULL;
  g_autofree char *folded = NULL;

  if (filter == NULL || filter->masks->len == 0 || nick == NULL)
    return FALSE;
  source = g_strdup_printf ("%s!%s%s", nick, host != NULL && strchr (host, '@') == NULL ? "@" : "",
                            host != NULL ? host : "@");
  folded = g_utf8_casefold (source, -1);
  for (guint i = 0; i < filter->masks->len; i++)
    if (sal_irc_mask_matches (filter->masks->pdata[i], folded))
      return TRUE;
  return FALSE;
}

/**
 * sal_filter_has_word:
 * @filter: (nullable)
 *
 * Returns: whether one of the person's words stands in @text as a word of its own, in whatever case.
 */
gboolean
sal_filter_has_word (const SalFilter *filter, const char *text)
{
  for (guint i = 0; filter != NULL && i < filter->words->len; i++)
    if (sal_mention_in_text (text, filter->words->pdata[i]))
      return TRUE;
  return FALSE;
}

/**
 * sal_filter_add:
 * @ignored: the list so far
 * @mask: one word
 *
 * Returns: (transfer full) (nullable): the list with @mask in it, once. %NULL if it would not count
 *   there: the list is full, or @mask is no word, too long, no UTF-8, or nothing but wildcards and
 *   their separators.
 */
char *
sal_filter_add (const char *ignored, const char *mask)
{
  g_autoptr (GPtrArray) masks = split_all (ignored);
  int at = 0;

  if (mask[strcspn (mask, MASK_SEPARATORS)] != '\0' || strlen (mask) > ENTRY_MAX_BYTES ||
      !g_utf8_validate (mask, -1, NULL) || !means_somebody (mask))
    return NULL;
  at = find (masks, mask);
  if (at >= MASKS_MAX || (at < 0 && masks->len >= MASKS_MAX))
    return NULL;
  if (at < 0)
    g_ptr_array_add (masks, g_strdup (mask));
  return join (masks);
}

/**
 * sal_filter_remove:
 *
 * Returns: (transfer full) (nullable): the list without @mask, however it was written; %NULL if it
 *   was not there.
 */
char *
sal_filter_remove (const char *ignored, const char *mask)
{
  g_autoptr (GPtrArray) masks = split_all (ignored);
  guint n = masks->len;

  for (int at = find (masks, mask); at >= 0; at = find (masks, mask))
    g_ptr_array_remove_index (masks, (guint) at);
  return masks->len < n ? join (masks) : NULL;
}

/**
 * sal_filter_mask_of_name:
 * @name: somebody's name
 *
 * Alone, a name with a dot or a colon in it would be taken for a host.
 *
 * Returns: (transfer full): a mask that fits whoever is called @name
 */
char *
sal_filter_mask_of_name (const char *name)
{
  return strpbrk (name, ".:") != NULL ? g_strconcat (name, "!*@*", NULL) : g_strdup (name);
}

/**
 * sal_filter_lists:
 *
 * Returns: whether @mask is in the list, as this or written in another way.
 */
gboolean
sal_filter_lists (const char *ignored, const char *mask)
{
  g_autoptr (GPtrArray) masks = split_masks (ignored);

  return find (masks, mask) >= 0;
}
