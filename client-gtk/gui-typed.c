/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A walk through what was sent before, from a draft that is not finished and back to
 * it, as in a shell: what is changed on the way is there again when one comes back to
 * it, until the walk ends. Pure; what was sent is never changed by it.
 */
#include "config.h"

#include "client-gtk/gui-typed.h"

struct _GuiTyped
{
  GPtrArray *sent;  /* (owned): as it was sent, newest first */
  GPtrArray *texts; /* (owned): as it is now; the first is the draft, then those of @sent */
  guint at;         /* in @texts */
};

/**
 * gui_typed_new:
 * @draft: what is in the entry
 * @typed: (transfer none) (element-type utf8): what was sent, newest first
 *
 * Returns: (transfer full): a walk that begins at the draft. The same text sent several
 *   times running is there once.
 */
GuiTyped *
gui_typed_new (const char *draft, GPtrArray *typed)
{
  GuiTyped *walk = g_new0 (GuiTyped, 1);

  walk->sent = g_ptr_array_new_with_free_func (g_free);
  walk->texts = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (walk->texts, g_strdup (draft));
  for (guint i = 0; i < typed->len; i++)
    {
      if (i > 0 && g_str_equal (typed->pdata[i], typed->pdata[i - 1]))
        continue;
      g_ptr_array_add (walk->sent, g_strdup (typed->pdata[i]));
      g_ptr_array_add (walk->texts, g_strdup (typed->pdata[i]));
    }
  return walk;
}

/**
 * gui_typed_free:
 */
void
gui_typed_free (GuiTyped *walk)
{
  g_ptr_array_unref (walk->sent);
  g_ptr_array_unref (walk->texts);
  g_free (walk);
}

static const char *
go (GuiTyped *walk, const char *current, guint to)
{
  g_free (walk->texts->pdata[walk->at]);
  walk->texts->pdata[walk->at] = g_strdup (current);
  walk->at = to;
  return walk->texts->pdata[to];
}

/**
 * gui_typed_older:
 * @current: what is in the entry
 *
 * Returns: (transfer none) (nullable): what was sent before that; %NULL if there is no more.
 */
const char *
gui_typed_older (GuiTyped *walk, const char *current)
{
  return walk->at + 1 < walk->texts->len ? go (walk, current, walk->at + 1) : NULL;
}

/**
 * gui_typed_newer:
 * @current: what is in the entry
 *
 * Returns: (transfer none) (nullable): what was sent after that, at last the draft; %NULL
 *   if that is it.
 */
const char *
gui_typed_newer (GuiTyped *walk, const char *current)
{
  return walk->at > 0 ? go (walk, current, walk->at - 1) : NULL;
}

/**
 * gui_typed_get_draft:
 *
 * Returns: (transfer none) (nullable): the draft that is set aside while something else is
 *   in the entry; %NULL while the draft is what is there.
 */
const char *
gui_typed_get_draft (GuiTyped *walk)
{
  return walk->at > 0 ? walk->texts->pdata[0] : NULL;
}

/**
 * gui_typed_to_keep:
 * @current: what is in the entry
 *
 * Returns: (transfer none): what would be lost if the program ended now: @current, or the
 *   draft, if @current is only what was sent before.
 */
const char *
gui_typed_to_keep (GuiTyped *walk, const char *current)
{
  if (walk->at > 0 && g_str_equal (current, walk->sent->pdata[walk->at - 1]))
    return walk->texts->pdata[0];
  return current;
}
