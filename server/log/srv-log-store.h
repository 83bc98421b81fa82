/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where a log keeps its entries: the interface between the log and a store. All
 * calls but read() and get_gone() come from the log's thread; these come from any thread, at the
 * same time.
 */
#pragma once

#include <glib.h>

#include "server/log/srv-entry.h"
#include "server/log/srv-log-query.h"

G_BEGIN_DECLS

typedef struct _SrvLogStore SrvLogStore;

typedef struct
{
  /* A group of entries is about to be written. @last_seq, @last_time_us: (out): where
   * the log ends. */
  gboolean (*begin) (SrvLogStore *store, guint64 *last_seq, gint64 *last_time_us, GError **error);
  gboolean (*insert) (SrvLogStore *store, SrvEntry *entry, GError **error);
  /* When it returns TRUE the group is as safe as the store makes it. */
  gboolean (*commit) (SrvLogStore *store, GError **error);
  void (*rollback) (SrvLogStore *store);
  /* Takes the words out of an entry, as part of the group. */
  gboolean (*redact) (SrvLogStore *store, guint64 seq, GError **error);
  /* (nullable): sees to it that the words are nowhere else either, between two groups. Returns 0 if
   * that is so, or in how many microseconds to call it again. */
  gint64 (*wipe) (SrvLogStore *store);

  /* The entry with a number, and the one of @room that was posted with @nonce at @since_us or
   * later; also of the group in hand. (transfer full) (nullable) */
  SrvEntry *(*find) (SrvLogStore *store, guint64 seq);
  SrvEntry *(*find_nonce) (SrvLogStore *store,
                           const char *room,
                           const char *nonce,
                           gint64 since_us);

  /* Appends entries to @entries, starting from the point of the query. */
  gboolean (*read) (SrvLogStore *store,
                    const SrvLogQuery *query,
                    GPtrArray *entries,
                    GError **error);
  /* (nullable): up to which number entries of @room may be gone: none of those behind it. From the
   * thread that reads, after it has read. */
  guint64 (*get_gone) (SrvLogStore *store, const char *room);

  /* One short step of retention, when the log has nothing else to do. Returns whether
   * there is more. */
  gboolean (*maintain) (SrvLogStore *store, gint64 now_us);
  void (*set_retention) (SrvLogStore *store, gint64 age_us, guint64 bytes);
  void (*free) (SrvLogStore *store);
} SrvLogStoreClass;

struct _SrvLogStore
{
  const SrvLogStoreClass *klass;
  guint8 id[16]; /* of the log, for ever; once begin() has succeeded */
};

G_END_DECLS
