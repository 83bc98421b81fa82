/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/client/sal-entry.h"

G_BEGIN_DECLS

/* New entries that are shown one by one; of more, only the last are. */
#define GUI_NEWS_MAX 50

/* What a room has told since it was last shown. */
typedef struct
{
  GPtrArray *added;    /* (owned) (element-type SalEntry): oldest first */
  GPtrArray *changed;  /* (owned) (element-type SalEntry): at most one of each number */
  GArray *removed;     /* (owned): numbers of entries that were shown */
  gboolean overflowed; /* there were more than are in `added`; they are in the story */
} GuiMessageNews;

GuiMessageNews *gui_message_news_new (void);
void gui_message_news_free (GuiMessageNews *news);
void gui_message_news_add (GuiMessageNews *news, const SalEntry *entry);
void gui_message_news_change (GuiMessageNews *news, const SalEntry *entry, gboolean shown);
void gui_message_news_remove (GuiMessageNews *news, guint64 id, gboolean shown);
gboolean gui_message_news_is_empty (const GuiMessageNews *news);
void gui_message_news_clear (GuiMessageNews *news);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GuiMessageNews, gui_message_news_free)

G_END_DECLS
