/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a server says it can do (005, RPL_ISUPPORT): how it folds names, what begins a room's
 * name, the ranks in a room, its limits.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  SAL_CASEMAPPING_RFC1459, /* {|}~ are the small letters of [\]^; what servers had that say nothing */
  SAL_CASEMAPPING_STRICT, /* ... but ~ and ^ are two */
  SAL_CASEMAPPING_ASCII,
} SalCasemapping;

/* At most so many ranks; no server has more than six. */
#define SAL_IRC_RANKS 8

/* What was not said has the value of RFC 1459. Limits in bytes unless said; 0: unknown. */
typedef struct
{
  SalCasemapping casemapping;
  char chantypes[8];
  char prefix_modes[SAL_IRC_RANKS + 1]; /* "ov": the highest rank first, ... */
  char prefixes[SAL_IRC_RANKS + 1];     /* ... "@+" */
  char statusmsg[SAL_IRC_RANKS + 1];
  char modes_list[64];  /* channel modes that are lists (always a parameter), ... */
  char modes_param[64]; /* ... that always have a parameter, ... */
  char modes_set[64];   /* ... that have one when they are set */
  guint line_bytes;     /* of a line without its CR LF: 510 unless LINELEN says more */
  guint nick_bytes;
  guint channel_bytes;
  guint topic_bytes;
  guint away_bytes;
  guint max_targets; /* of one command; 1 if unknown */
  guint modes;       /* changes in one MODE; 3 if unknown */
  guint monitor;     /* targets; 0: there is no MONITOR */
  guint history;     /* messages a page; 0: unknown */
  gboolean history_by_msgid;
  gboolean utf8_only;
  gboolean whox;
  gboolean list_by_people; /* LIST takes `>N` */
  char bot_mode;           /* 0: none */
  char *network;           /* (owned) (nullable) */
  char *entrance;          /* (owned) (nullable): the room that a salottod leads newcomers into */
} SalIrcSupport;

void sal_irc_support_init (SalIrcSupport *support);
void sal_irc_support_clear (SalIrcSupport *support);
void sal_irc_support_take (SalIrcSupport *support, const char *token);

char *sal_irc_support_fold (const SalIrcSupport *support, const char *name);
gboolean sal_irc_support_same (const SalIrcSupport *support, const char *a, const char *b);
gboolean sal_irc_support_is_channel (const SalIrcSupport *support, const char *target);
char sal_irc_support_prefix_of (const SalIrcSupport *support, char mode);
gboolean
sal_irc_support_mode_takes_param (const SalIrcSupport *support, char mode, gboolean setting);

G_END_DECLS
