/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * People coming and going, told together: what matters is who is there now that was not, and
 * who is not any more. Somebody who came and left again is said to have done both, however
 * often. Pure.
 */
#include "config.h"

#include "client-gtk/gui-fold.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client-gtk/gui-sentence.h"
#include "client-gtk/gui-text.h"

/* So many people are named; of more it is said how many they are. */
#define NAMED 3

/* What became of somebody. */
typedef struct
{
  const char *name; /* (unowned) */
  gboolean came;    /* first of all */
  gboolean is_in;   /* in the end */
} Passage;

typedef enum
{
  CAME_IN,
  LEFT,
  CAME_AND_LEFT,
  LEFT_AND_CAME,
  N_ENDS
} End;

/**
 * gui_fold_is_passage:
 *
 * Returns: whether somebody comes or goes, and nothing else is said.
 */
gboolean
gui_fold_is_passage (const SalEntry *entry)
{
  return (entry->kind == SAL_ENTRY_JOIN || entry->kind == SAL_ENTRY_LEAVE ||
          entry->kind == SAL_ENTRY_QUIT) &&
         entry->name != NULL;
}

/**
 * gui_fold_go_together:
 *
 * Returns: whether two entries, one right after the other, may be told together.
 */
gboolean
gui_fold_go_together (const SalEntry *entry, const SalEntry *next)
{
  return gui_fold_is_passage (entry) && gui_fold_is_passage (next) &&
         gui_sentence_day_number (entry->time_us) == gui_sentence_day_number (next->time_us);
}

static Passage *
find (GArray *passages, const char *name)
{
  for (guint i = 0; i < passages->len; i++)
    {
      Passage *passage = &g_array_index (passages, Passage, i);

      if (g_str_equal (passage->name, name))
        return passage;
    }
  return NULL;
}

/* Everybody once, in the order of what they did last. */
static GArray *
list_passages (const GPtrArray *entries)
{
  GArray *passages = g_array_new (FALSE, FALSE, sizeof (Passage));

  for (guint i = 0; i < entries->len; i++)
    {
      const SalEntry *entry = entries->pdata[i];
      Passage *before = find (passages, entry->name);
      gboolean is_in = entry->kind == SAL_ENTRY_JOIN;
      Passage passage = { .name = entry->name, .came = is_in, .is_in = is_in };

      if (before != NULL)
        {
          passage.came = before->came;
          g_array_remove_index (passages, (guint) (before - (Passage *) (gpointer) passages->data));
        }
      g_array_append_val (passages, passage);
    }
  return passages;
}

static End
end_of (const Passage *passage)
{
  if (passage->is_in)
    return passage->came ? CAME_IN : LEFT_AND_CAME;
  return passage->came ? CAME_AND_LEFT : LEFT;
}

/* Returns: (transfer full): "Anna, Bruno and 3 others" of those with this end, and how many
 * they are. */
static char *
list_names (GArray *passages, End end, guint *n)
{
  GString *text = g_string_new (NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  guint named = 0;

  for (guint i = 0; i < passages->len; i++)
    if (end_of (&g_array_index (passages, Passage, i)) == end)
      {
        const char *name = g_array_index (passages, Passage, i).name;
        char *start = gui_text_shorten (name, GUI_TEXT_NAME_WEIGHT);

        g_ptr_array_add (names, start != NULL ? start : g_strdup (name));
      }
  *n = names->len;
  /* One more is not worth a number. */
  named = names->len <= NAMED + 1 ? names->len : NAMED;
  for (guint i = 0; i < named; i++)
    {
      gboolean last = i + 1 == names->len;

      if (i > 0)
        /* TRANSLATORS: between names: "Anna, Bruno and Carla" */
        g_string_append (text, last ? C_ ("names", " and ") : C_ ("names", ", "));
      g_string_append (text, names->pdata[names->len - named + i]);
    }
  if (named < names->len)
    {
      guint others = names->len - named;

      /* TRANSLATORS: after "Anna, Bruno, Carla" */
      g_string_append_printf (text, ngettext (" and %u other", " and %u others", others), others);
    }
  return g_string_free (text, FALSE);
}

static void
append_end (GString *text, GArray *passages, End end)
{
  guint n = 0;
  g_autofree char *names = list_names (passages, end, &n);

  if (n == 0)
    return;
  if (text->len > 0)
    /* TRANSLATORS: between "Anna came in" and "Bruno left" */
    g_string_append (text, C_ ("passages", "; "));
  switch (end)
    {
    case CAME_IN:
      /* TRANSLATORS: %s are names, of so many people as decide about the form */
      g_string_append_printf (text, ngettext ("%s came in", "%s came in", n), names);
      break;
    case LEFT:
      g_string_append_printf (text, ngettext ("%s left", "%s left", n), names);
      break;
    case CAME_AND_LEFT:
      g_string_append_printf (text, ngettext ("%s came in and left", "%s came in and left", n),
                              names);
      break;
    case LEFT_AND_CAME:
    default:
      g_string_append_printf (text, ngettext ("%s left and came back", "%s left and came back", n),
                              names);
      break;
    }
}

/**
 * gui_fold_to_text:
 * @entries: (element-type SalEntry): that go together, oldest first
 *
 * Returns: (transfer full): what all of them together come to, in one line.
 */
char *
gui_fold_to_text (const GPtrArray *entries)
{
  g_autoptr (GArray) passages = NULL;
  GString *text = NULL;

  if (entries->len == 1)
    return gui_sentence_line (entries->pdata[0]);
  passages = list_passages (entries);
  text = g_string_new (NULL);
  append_end (text, passages, CAME_AND_LEFT);
  append_end (text, passages, LEFT_AND_CAME);
  append_end (text, passages, LEFT);
  append_end (text, passages, CAME_IN);
  return g_string_free (text, FALSE);
}

/**
 * gui_fold_to_lines:
 * @entries: (element-type SalEntry)
 *
 * Returns: (transfer full): each of them in a line of its own, with its time.
 */
char *
gui_fold_to_lines (const GPtrArray *entries)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < entries->len; i++)
    {
      const SalEntry *entry = entries->pdata[i];
      g_autofree char *clock = gui_sentence_clock (entry->time_us);
      g_autofree char *line = gui_sentence_line (entry);

      g_string_append_printf (text, "%s%s  %s", i > 0 ? "\n" : "", clock, line);
    }
  return g_string_free (text, FALSE);
}
