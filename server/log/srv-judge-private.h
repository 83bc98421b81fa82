/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of the judge share.
 */
#pragma once

#include "server/log/srv-claims.h"
#include "server/log/srv-judge.h"

G_BEGIN_DECLS

/* Parameters of one change of modes that the server itself makes, in bytes: it must fit into a line
 * of IRC with everything around it. */
#define SRV_JUDGE_PARAMS_BYTES 230

struct _SrvJudge
{
  const SrvJudgeHost *host; /* (unowned) */
  gpointer data;
  SrvState *state;            /* (owned) */
  SrvClaims *claims;          /* (owned) */
  GHashTable *reserved_names; /* (owned): set of keys */
  GHashTable *reserved_rooms; /* (owned): set of keys */
  const SrvOwners *owners;    /* (unowned) (nullable) */
  gpointer owners_data;
  const char *account;  /* (unowned) (nullable): of who asks for a name now */
  GHashTable *founders; /* (owned): key of a room that is owned -> account (owned) */
  guint64 groups;       /* requests judged */
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

/* srv-judge.c */
guint srv_judge_may_join (const Verdict *verdict, const SrvUser *user, const SrvChannel *channel);

/* srv-judge-modes.c */
void srv_judge_modes (Verdict *verdict, SrvChannel *channel);

/* srv-judge-rooms.c */
SrvOwnedRoom *srv_judge_find_room (const SrvJudge *judge, const char *room);
gboolean srv_judge_is_founder (const SrvJudge *judge, const char *key, const char *account);
guint srv_judge_may_enter (const Verdict *verdict, const SrvOwnedRoom *room);
void srv_judge_note_room (SrvJudge *judge, const char *key, const SrvOwnedRoom *room);
void srv_judge_wake_room (Verdict *verdict, const SrvOwnedRoom *room);
void srv_judge_greet_founder (Verdict *verdict, const SrvChannel *channel);
void srv_judge_keep_room (SrvJudge *judge, const SrvChannel *channel);
guint srv_judge_own_room (Verdict *verdict, const SrvChannel *channel, gboolean set);

G_END_DECLS
