/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "server/log/srv-entry.h"

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
  guint64 until_seq;  /* the other end, itself not included; 0 for none */
  gint64 until_us;    /* likewise, as a time, which is not included going forwards and is
                         going backwards; 0 for none */
  gboolean said_only; /* leave out who came and went */
  guint limit;
  char *party;  /* (owned) (nullable): not entries but, for each conversation of this party and
                   each of @rooms, the last entry, if it is from time_us on and before until_us;
                   at most as many as the limit: the latest (backwards) or the first of them */
  char **rooms; /* (owned) (nullable) */
} SrvLogQuery;

SrvLogQuery *srv_log_query_new (const char *room, guint limit);
gboolean srv_log_query_names (const SrvLogQuery *query, const char *key);
void srv_log_query_add_target (const SrvLogQuery *query, GPtrArray *entries, SrvEntry *entry);
void srv_log_query_limit_targets (const SrvLogQuery *query, GPtrArray *entries);
void srv_log_query_free (SrvLogQuery *query);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SrvLogQuery, srv_log_query_free)

G_END_DECLS
