/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What to read: entries of one room, or of all, on one side of a point. */
typedef struct
{
  char *room;         /* (owned) (nullable): NULL for all */
  gboolean backwards; /* the last ones before the point; else the first ones after it */
  guint64 seq;        /* the point: a number, itself not included; 0 for the end of the log
                         (backwards) or its beginning */
  gint64 time_us;     /* the point, where it is narrower: entries before this time (backwards)
                         or not before it; 0 for none */
  gboolean said_only; /* leave out who came and went */
  guint limit;
} SrvLogQuery;

SrvLogQuery *srv_log_query_new (const char *room, guint limit);
void srv_log_query_free (SrvLogQuery *query);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SrvLogQuery, srv_log_query_free)

G_END_DECLS
