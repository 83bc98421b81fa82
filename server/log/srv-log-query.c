/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A question to the log.
 */
#include "config.h"

#include "server/log/srv-log-query.h"

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
 * srv_log_query_free:
 * @query: (nullable) (transfer full)
 */
void
srv_log_query_free (SrvLogQuery *query)
{
  if (query == NULL)
    return;
  g_free (query->room);
  g_free (query);
}
