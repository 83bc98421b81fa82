/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A question to the log.
 */
#include "config.h"

#include "server/log/srv-log-query.h"

#include <string.h>

#include "common/proto/sal-name.h"

/**
 * srv_log_query_new:
 * @room: (nullable): which room, or all
 *
 * Returns: (transfer full): a query for the last @limit messages.
 */
SrvLogQuery *
srv_log_query_new (const char *room, guint limit)
{
  SrvLogQuery *query = g_new0 (SrvLogQuery, 1);

  query->room = g_strdup (room);
  query->backwards = TRUE;
  query->said_only = TRUE;
  query->limit = limit;
  return query;
}

/**
 * srv_log_query_names:
 * @query: for the conversations of a party
 * @key: the key of a room's name, or of a conversation's
 *
 * Returns: whether @query asks about it.
 */
gboolean
srv_log_query_names (const SrvLogQuery *query, const char *key)
{
  const char *comma = NULL;

  if (*key == '@')
    {
      comma = strchr (key, ',');
      return comma != NULL && (strcmp (comma + 1, query->party) == 0 ||
                               (strlen (query->party) == (gsize) (comma - key - 1) &&
                                g_str_has_prefix (key + 1, query->party)));
    }
  for (guint i = 0; query->rooms != NULL && query->rooms[i] != NULL; i++)
    {
      g_autofree char *room = sal_name_key (query->rooms[i]);

      if (g_str_equal (room, key))
        return TRUE;
    }
  return FALSE;
}

static int
compare_times (gconstpointer a, gconstpointer b, gpointer backwards)
{
  const SrvEntry *x = *(const SrvEntry *const *) a;
  const SrvEntry *y = *(const SrvEntry *const *) b;
  int order = x->time_us < y->time_us ? -1 : x->time_us > y->time_us;

  return GPOINTER_TO_INT (backwards) ? -order : order;
}

/**
 * srv_log_query_limit_targets:
 * @entries: of #SrvEntry (owned), one of each conversation, in any order
 *
 * Leaves as many as @query asks for, from the point on: the first ones, or backwards the last
 * ones.
 */
void
srv_log_query_limit_targets (const SrvLogQuery *query, GPtrArray *entries)
{
  g_ptr_array_sort_with_data (entries, compare_times, GINT_TO_POINTER (query->backwards));
  if (entries->len > query->limit)
    g_ptr_array_set_size (entries, (int) query->limit);
}

/**
 * srv_log_query_add_target:
 * @entry: (transfer full): the last one of a conversation
 *
 * Adds it, and holds never much more than @query asks for: somebody may have talked to
 * thousands.
 */
void
srv_log_query_add_target (const SrvLogQuery *query, GPtrArray *entries, SrvEntry *entry)
{
  g_ptr_array_add (entries, entry);
  if (entries->len / 2 > query->limit)
    srv_log_query_limit_targets (query, entries);
}

/**
 * srv_log_query_free:
 * @query: (nullable) (transfer full)
 */
void
srv_log_query_free (SrvLogQuery *query)
{
  if (query == NULL)
    return;
  g_free (query->room);
  g_free (query->party);
  g_strfreev (query->rooms);
  g_free (query);
}
