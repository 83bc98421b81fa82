/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of the judge share.
 */
#pragma once

#include "server/log/srv-claims.h"
#include "server/log/srv-judge.h"

G_BEGIN_DECLS

struct _SrvJudge
{
  const SrvJudgeHost *host; /* (unowned) */
  gpointer data;
  SrvState *state;            /* (owned) */
  SrvClaims *claims;          /* (owned) */
  GHashTable *reserved_rooms; /* (owned): set of keys */
  const SrvOwners *owners;    /* (unowned) (nullable) */
  gpointer owners_data;
  const char *account;  /* (unowned) (nullable): of who asks for a name now */
  GHashTable *founders; /* (owned): key of a room that is owned -> account (owned) */
  guint64 groups;             /* requests judged */
  guint n_reserved;
};

/* One request being judged. */
typedef struct
{
  SrvJudge *judge;
  SrvEntry *asked;
  SrvUser *user; /* (nullable): who asks */
  GPtrArray *judged;
} Verdict;

void srv_verdict_give (Verdict *verdict, SrvEntry *entry);
void srv_verdict_deny (Verdict *verdict, guint code);
void srv_verdict_deny_target (Verdict *verdict, guint code, const char *target);
void srv_verdict_void (Verdict *verdict);
SrvEntry *srv_verdict_new (const Verdict *verdict, const SrvChannel *channel);
gboolean srv_verdict_may_change (Verdict *verdict, const SrvChannel *channel);

void srv_judge_modes (Verdict *verdict, SrvChannel *channel);

G_END_DECLS
