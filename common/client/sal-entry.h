/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "common/client/sal-outbox.h"

G_BEGIN_DECLS

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
} SalEntry;

SalEntry *sal_entry_new (const SalEntry *like);
SalEntry *sal_entry_ref (const SalEntry *entry);
void sal_entry_unref (SalEntry *entry);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SalEntry, sal_entry_unref)

G_END_DECLS
