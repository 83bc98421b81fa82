/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What has happened in a room since the last frame. A room may tell ten thousand things a
 * second, a screen shows sixty pictures: what comes between two of them is gathered here
 * and shown at once. Bounded: of a flood only the end is kept, everything is in the story.
 * Pure.
 */
#include "config.h"

#include "client-gtk/gui-message-news.h"

/* Returns: (transfer full) */
GuiMessageNews *
gui_message_news_new (void)
{
  GuiMessageNews *news = g_new0 (GuiMessageNews, 1);

  news->added = g_ptr_array_new_with_free_func ((GDestroyNotify) sal_entry_unref);
  news->changed = g_ptr_array_new_with_free_func ((GDestroyNotify) sal_entry_unref);
  news->removed = g_array_new (FALSE, FALSE, sizeof (guint64));
  return news;
}

/**
 * gui_message_news_free:
 * @news: (nullable) (transfer full)
 */
void
gui_message_news_free (GuiMessageNews *news)
{
  if (news == NULL)
    return;
  g_ptr_array_unref (news->added);
  g_ptr_array_unref (news->changed);
  g_array_unref (news->removed);
  g_free (news);
}

/* Returns: the index, or the length if there is none. */
static guint
find (GPtrArray *entries, guint64 id)
{
  guint i = 0;

  while (i < entries->len && ((SalEntry *) entries->pdata[i])->id != id)
    i++;
  return i;
}

static void
put (GPtrArray *entries, guint index, const SalEntry *entry)
{
  if (index == entries->len)
    g_ptr_array_add (entries, sal_entry_ref (entry));
  else
    {
      sal_entry_unref (entries->pdata[index]);
      entries->pdata[index] = sal_entry_ref (entry);
    }
}

/**
 * gui_message_news_add:
 * @entry: a new one, at the end of the story
 */
void
gui_message_news_add (GuiMessageNews *news, const SalEntry *entry)
{
  if (news->added->len == GUI_NEWS_MAX)
    {
      g_ptr_array_remove_index (news->added, 0);
      news->overflowed = TRUE;
    }
  g_ptr_array_add (news->added, sal_entry_ref (entry));
}

/**
 * gui_message_news_change:
 * @entry: what has become of it
 * @shown: whether there is a row of it; else it is of no interest, unless it is news
 */
void
gui_message_news_change (GuiMessageNews *news, const SalEntry *entry, gboolean shown)
{
  guint index = find (news->added, entry->id);

  if (index < news->added->len)
    put (news->added, index, entry);
  else if (shown)
    put (news->changed, find (news->changed, entry->id), entry);
}

/**
 * gui_message_news_remove:
 * @shown: as above
 */
void
gui_message_news_remove (GuiMessageNews *news, guint64 id, gboolean shown)
{
  guint index = find (news->added, id);

  if (index < news->added->len)
    {
      g_ptr_array_remove_index (news->added, index);
      return;
    }
  index = find (news->changed, id);
  if (index < news->changed->len)
    g_ptr_array_remove_index (news->changed, index);
  if (shown)
    g_array_append_val (news->removed, id);
}

/**
 * gui_message_news_is_empty:
 */
gboolean
gui_message_news_is_empty (const GuiMessageNews *news)
{
  return news->added->len == 0 && news->changed->len == 0 && news->removed->len == 0 &&
         !news->overflowed;
}

/**
 * gui_message_news_clear:
 */
void
gui_message_news_clear (GuiMessageNews *news)
{
  g_ptr_array_set_size (news->added, 0);
  g_ptr_array_set_size (news->changed, 0);
  g_array_set_size (news->removed, 0);
  news->overflowed = FALSE;
}
