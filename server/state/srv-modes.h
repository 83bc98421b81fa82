/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "server/state/srv-state.h"

G_BEGIN_DECLS

/* A room's modes that are on or off: bits. */
enum
{
  SRV_MODE_INVITE_ONLY = 1 << 0, /* i */
  SRV_MODE_MODERATED = 1 << 1,   /* m */
  SRV_MODE_NO_OUTSIDE = 1 << 2,  /* n */
  SRV_MODE_SECRET = 1 << 3,      /* s */
  SRV_MODE_TOPIC = 1 << 4,       /* t */
  SRV_MODE_NO_CTCP = 1 << 5,     /* C */
  SRV_MODE_REGISTERED = 1 << 6,  /* R */
  SRV_MODE_PERMANENT = 1 << 7,   /* P: belongs to an account */
};

/* What a room begins with. */
#define SRV_MODES_DEFAULT (SRV_MODE_NO_OUTSIDE | SRV_MODE_TOPIC)

/* What a letter of a mode takes. */
typedef enum
{
  SRV_MODE_UNKNOWN,
  SRV_MODE_FLAG,   /* nothing (type D) */
  SRV_MODE_LIST,   /* a mask; none: to be told the list (type A) */
  SRV_MODE_KEY,    /* a word (type B) */
  SRV_MODE_LIMIT,  /* a number, when it is set (type C) */
  SRV_MODE_STATUS, /* somebody's name */
} SrvModeType;

typedef struct
{
  char letter;
  SrvModeType type;
  guint bit; /* flag: of SRV_MODE; list: SrvListKind; status: SRV_RANK */
} SrvModeInfo;

/* One change of a mode. The parameter lies in what it was read from. */
typedef struct
{
  const SrvModeInfo *info; /* (nullable): unknown letter */
  char letter;
  gboolean set;
  const char *param; /* (nullable) */
} SrvModeChange;

#define SRV_MODES_TYPES "Ibe,k,l,CPRimnst"
#define SRV_MODES_LETTERS "CIPRbeiklmnostv"
#define SRV_MODES_WITH_PARAMS "Ibeklov"
#define SRV_UMODES_LETTERS "Bimow"

/* Those that one can only give up. */
#define SRV_UMODES_GIVEN (SRV_UMODE_MODERATOR | SRV_UMODE_OPERATOR)

const SrvModeInfo *srv_mode_info (char letter);
GArray *srv_modes_parse (const char *modes, const char *const *params, guint n_params);
void srv_modes_append_change (GString *letters, GString *params, const SrvModeChange *change);
void srv_modes_append_set (GString *out, const SrvChannel *channel, gboolean with_key);
void srv_modes_apply (SrvState *state, SrvChannel *channel, const SrvEntry *entry);
const SrvMask *srv_modes_find_mask (const SrvChannel *channel, SrvListKind list, const char *mask);
gboolean srv_modes_list_matches (const SrvChannel *channel, SrvListKind list, const SrvUser *user);

void srv_umodes_append (GString *out, guint modes);
guint srv_umode_bit (char letter);
void srv_umodes_apply (SrvUser *user, const char *text);

G_END_DECLS
