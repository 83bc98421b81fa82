/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "common/client/sal-outbox.h"

G_BEGIN_DECLS

/* The number of a story's first entry: what the server still has of the time before finds its
 * place below. */
#define SAL_ENTRY_FIRST_ID ((guint64) 1 << 40)

/* The numbers are kept in files. */
typedef enum
{
  SAL_ENTRY_MESSAGE = 1,
  SAL_ENTRY_ACTION = 2, /* `/me` */
  SAL_ENTRY_JOIN = 3,
  SAL_ENTRY_LEAVE = 4,
  SAL_ENTRY_NOTE = 5, /* what a salottod says to us alone */
  SAL_ENTRY_TEXT = 6, /* a line of a server that is not ours, or what came of it so far */
  SAL_ENTRY_GAP = 7,  /* we were not there between the entries before and after it */
  /* What only IRC has. */
  SAL_ENTRY_NOTICE = 8,  /* name, text: a message that no program answers */
  SAL_ENTRY_QUIT = 9,    /* name, text (nullable): left the server, and with it this room */
  SAL_ENTRY_NICK = 10,   /* name, target: who that is from now on */
  SAL_ENTRY_TOPIC = 11,  /* name (nullable), text: "" for none */
  SAL_ENTRY_KICK = 12,   /* name: by whom; target: who was put out; text (nullable): why */
  SAL_ENTRY_MODE = 13,   /* name, text: the change */
  SAL_ENTRY_INVITE = 14, /* name, target: who is invited */
  SAL_ENTRY_LAST_KIND = SAL_ENTRY_INVITE
} SalEntryKind;

/* Something that was said or that happened in a room, as one person has it. Does not
 * change once it is shared. */
typedef struct
{
  guint64 id;     /* its place in this person's story of the room; later ones have more */
  gint64 time_us; /* when it came or was typed, since 1970, UTC */
  SalEntryKind kind;
  gboolean own;          /* of ours */
  SalMessageState state; /* own messages: what is known of it */
  gboolean pending;      /* own messages: more may become of it */
  const char *name;      /* (nullable): who */
  const char *text;      /* (nullable): clean text */
  const char *reason;    /* (nullable): a failed message: what the server said */
  const char *target;    /* (nullable): as the kind says */
  const char *msgid;     /* (nullable): what the server calls it; no room has one twice */
  const char *nonce;     /* (nullable): pending messages: makes sending it again harmless */
  gboolean mention;      /* somebody speaks of us */
} SalEntry;

SalEntry *sal_entry_new (const SalEntry *like);
SalEntry *sal_entry_ref (const SalEntry *entry);
gboolean sal_entry_is_behind (const SalEntry *entry, const SalEntry *other);
void sal_entry_unref (SalEntry *entry);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SalEntry, sal_entry_unref)

G_END_DECLS
