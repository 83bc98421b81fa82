/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "server/log/srv-entry.h"
#include "server/log/srv-owners.h"
#include "server/state/srv-state.h"

G_BEGIN_DECLS

typedef struct _SrvJudge SrvJudge;

/* What the judge asks of the log that it judges for. */
typedef struct
{
  /* The entry with the number @seq. (transfer full) (nullable) */
  SrvEntry *(*find) (guint64 seq, gpointer data);
  /* The entry of @room that was posted with @nonce not long ago. (transfer full) (nullable) */
  SrvEntry *(*find_nonce) (const char *room, const char *nonce, gpointer data);
  /* What time it is, in microseconds since 1970, UTC. (nullable): not known */
  gint64 (*clock) (gpointer data);
} SrvJudgeHost;

SrvJudge *srv_judge_new (const SrvJudgeHost *host, gpointer data);
void srv_judge_free (SrvJudge *judge);
void srv_judge_reserve (SrvJudge *judge, const char *name);
void srv_judge_reserve_room (SrvJudge *judge, const char *room);
void srv_judge_set_owners (SrvJudge *judge, const SrvOwners *owners, gpointer data);
void srv_judge_entry (SrvJudge *judge, SrvEntry *entry, GPtrArray *judged);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SrvJudge, srv_judge_free)

G_END_DECLS
