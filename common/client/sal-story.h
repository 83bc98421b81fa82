/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "common/client/sal-entry.h"
#include "common/client/sal-store.h"

G_BEGIN_DECLS

typedef struct _SalStory SalStory;

/* What has become of the story. */
typedef struct
{
  void (*added) (const SalEntry *entry, gpointer data);   /* at the end */
  void (*changed) (const SalEntry *entry, gpointer data); /* the one of its number */
  void (*removed) (guint64 id, gpointer data);
  void (*unread) (gpointer data); /* how much is unread */
} SalStoryHooks;

SalStory *sal_story_new (
    SalStore *store, gint64 room, guint64 read_id, const SalStoryHooks *hooks, gpointer data);
void sal_story_free (SalStory *story);

void sal_story_begin_connection (SalStory *story);
void sal_story_resumed (SalStory *story);
void sal_story_add_gap (SalStory *story);
SalEntry *sal_story_add (SalStory *story, const SalEntry *like);
SalEntry *sal_story_add_missed (SalStory *story, const SalEntry *like);
guint sal_story_insert_before (SalStory *story, guint64 id, const GPtrArray *likes, gboolean more);
void sal_story_prepare (SalStory *story, const SalEntry *like);
void sal_story_tell (SalStory *story, const SalEntry *entry);
SalEntry *sal_story_replace (SalStory *story, const SalEntry *like);
void sal_story_set_state (SalStory *story,
                          const SalEntry *entry,
                          SalMessageState state,
                          gboolean pending,
                          const char *reason);
void sal_story_drop (SalStory *story, guint64 id);

SalEntry *sal_story_find (SalStory *story, guint64 id);
guint64 sal_story_find_msgid (SalStory *story, const char *msgid);
SalEntry *sal_story_find_last_known (SalStory *story, guint64 before);
SalEntry *sal_story_find_older_point (SalStory *story, guint64 id);
guint64 sal_story_find_time (SalStory *story, gint64 time_us);
const SalEntry *sal_story_get_pending (SalStory *story, guint64 id);
const char *sal_story_get_sent_name (SalStory *story);
gint64 sal_story_get_sent_us (SalStory *story);
guint64 sal_story_find_sent (SalStory *story, const SalEntry *like, gint64 skew_us);
void sal_story_queue (SalStory *story, guint64 id);
GArray *sal_story_take_queue (SalStory *story);

GPtrArray *sal_story_read_before (SalStory *story, guint64 id, guint most);
GPtrArray *sal_story_read_after (SalStory *story, guint64 id, guint most);
guint64 sal_story_get_last_id (const SalStory *story);
void sal_story_set_read_id (SalStory *story, guint64 id);
guint sal_story_count_unread (const SalStory *story);
guint sal_story_count_mentions (const SalStory *story);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SalStory, sal_story_free)

G_END_DECLS
