/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "server/log/srv-entry.h"

G_BEGIN_DECLS

typedef struct _SrvState SrvState;
typedef struct _SrvUser SrvUser;
typedef struct _SrvChannel SrvChannel;

/* Somebody's status in a room: bits. */
enum
{
  SRV_RANK_VOICE = 1 << 0,
  SRV_RANK_OPERATOR = 1 << 1,
};

/* Somebody's own modes: bits. */
enum
{
  SRV_UMODE_INVISIBLE = 1 << 0,
  SRV_UMODE_BOT = 1 << 1,
  SRV_UMODE_OPERATOR = 1 << 2,
  SRV_UMODE_WALLOPS = 1 << 3,
  SRV_UMODE_MODERATOR = 1 << 4, /* keeps order in every room, as its operators do */
};

/* Somebody in a room. */
typedef struct
{
  SrvUser *user;       /* (unowned) */
  SrvChannel *channel; /* (unowned) */
  guint index;         /* among the channel's members */
  guint8 rank;
} SrvMembership;

/* What hardly anybody has who speaks plain. */
typedef struct
{
  GHashTable *invited;    /* (owned) (nullable): set of SrvChannel (unowned) */
  char *away;             /* (owned) (nullable) */
  GPtrArray *memberships; /* (owned) (nullable) of SrvMembership: all of them, those that are not
                             in the user owned; NULL: there is only the first */
  gint64 named_us;        /* since when they have this name; 0: since they are here */
} SrvUserExtra;

/* Somebody who is here. Each state has one of these for everybody, so it holds what changes
 * and nothing that could be shared. */
struct _SrvUser
{
  guint64 id : 44; /* of the connection; 44 bits are five years at a hundred thousand a second */
  guint64 modes : 8;
  guint64 n_memberships : 12;
  SrvPerson *who;      /* (owned) */
  SrvUserExtra *extra; /* (owned) (nullable) */
  guint32 since_s;     /* since when they are here; seconds since 1970, UTC */
  guint32 spoke_s;     /* when they last said something; 0: not yet */
  /* In the order of the joins, see srv_user_get_membership(). Most people are in one room, so
   * the first one is in here while it lasts. */
  SrvMembership first;
};

/* A mask in one of a room's lists. */
typedef struct
{
  char *mask;   /* (owned) */
  char *key;    /* (owned): in the form in which it is compared */
  char *set_by; /* (owned) */
  gint64 set_us;
} SrvMask;

typedef enum
{
  SRV_LIST_BAN,
  SRV_LIST_EXCEPTION,
  SRV_LIST_INVITATION,
  SRV_N_LISTS
} SrvListKind;

/* A room that somebody is in. */
struct _SrvChannel
{
  char *name;                 /* (owned): as first written */
  char *key;                  /* (owned): of the name; the name, if they are the same */
  GPtrArray *members;         /* (owned) of SrvMembership (unowned) */
  guint32 modes;              /* bits, see srv-modes.h */
  guint limit;                /* 0: none */
  char *password;             /* (owned) (nullable) */
  GArray *lists[SRV_N_LISTS]; /* (owned) (nullable) of SrvMask */
  char *topic;                /* (owned) (nullable) */
  char *topic_by;             /* (owned) (nullable) */
  gint64 topic_us;
  GHashTable *invited; /* (owned) (nullable): set of SrvUser (unowned) */
  gint64 created_us;
};

SrvState *srv_state_new (void);
void srv_state_free (SrvState *state);
void srv_state_apply (SrvState *state, const SrvEntry *entry);
void srv_state_note_said (SrvState *state, const SrvEntry *entry);

SrvUser *srv_state_get_user (const SrvState *state, guint64 id);
SrvUser *srv_state_find_user (const SrvState *state, const char *name);
SrvUser *srv_state_find_user_by_key (const SrvState *state, const char *key);
SrvChannel *srv_state_find_channel (const SrvState *state, const char *name);
SrvMembership *srv_state_find_membership (const SrvUser *user, const SrvChannel *channel);
SrvMembership *
srv_state_find_in_room (const SrvState *state, const SrvUser *user, const char *room);
SrvMembership *srv_state_find_membership_by_name (const SrvUser *user, const char *room);
gboolean srv_state_is_invited (const SrvUser *user, const SrvChannel *channel);
gboolean srv_state_share_channel (const SrvUser *a, const SrvUser *b);
char *srv_user_conversation (const SrvUser *a, const SrvUser *b);
char *srv_user_party (const SrvUser *user);
SrvMembership *srv_user_get_membership (const SrvUser *user, guint i);
const char *srv_user_get_away (const SrvUser *user);
gint64 srv_user_named_us (const SrvUser *user);

void
srv_state_foreach_user (const SrvState *state, void (*func) (SrvUser *, gpointer), gpointer data);
void srv_state_foreach_channel (const SrvState *state,
                                void (*func) (SrvChannel *, gpointer),
                                gpointer data);
guint srv_state_count_users (const SrvState *state);
guint srv_state_count_mode (const SrvState *state, guint mode);
guint srv_state_count_channels (const SrvState *state);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SrvState, srv_state_free)

G_END_DECLS
