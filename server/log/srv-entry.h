/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _SrvEntry SrvEntry;

typedef enum
{
  SRV_ENTRY_MESSAGE,
  SRV_ENTRY_ACTION,
  SRV_ENTRY_JOIN,
  SRV_ENTRY_LEAVE,
  SRV_ENTRY_BOOT, /* the server has started: nobody is present any more */
  SRV_N_ENTRY_KINDS
} SrvEntryKind;

typedef enum
{
  SRV_ENTRY_NEW,       /* not judged yet */
  SRV_ENTRY_COMMITTED, /* in the log, under its number */
  SRV_ENTRY_PASSING,   /* presence the log could not write: shown, without a number */
  SRV_ENTRY_REFUSED,   /* a message the log could not write: for its poster only */
} SrvEntryStatus;

/* Who asked for an entry: which connection of which worker. Connection 0 is the
 * server itself. */
typedef struct
{
  guint worker;
  guint64 connection;
} SrvOrigin;

/* One entry of the log. Written by the log's thread until it is published, then
 * immutable and shared by all threads. */
struct _SrvEntry
{
  guint refs; /* atomic */
  guint8 kind;
  guint8 status;
  gboolean final; /* a leave: of the server, not only of a room */
  SrvOrigin origin;
  guint64 seq;         /* its number, from 1; 0 if it has none */
  gint64 time_us;      /* since 1970, UTC; never before the entry before it */
  const char *room;    /* (owned) */
  const char *name;    /* (owned) */
  const char *address; /* (owned): in the form in which it is shown */
  const char *text;    /* (owned) (nullable) */
};

SrvEntry *srv_entry_new (SrvEntryKind kind,
                         SrvOrigin origin,
                         const char *room,
                         const char *name,
                         const char *address,
                         const char *text);
SrvEntry *srv_entry_ref (SrvEntry *entry);
void srv_entry_unref (SrvEntry *entry);
gsize srv_entry_size (const SrvEntry *entry);

const char *srv_entry_kind_name (SrvEntryKind kind);
gboolean srv_entry_kind_from_name (const char *name, SrvEntryKind *kind);

static inline gboolean
srv_entry_is_said (const SrvEntry *entry)
{
  return entry->kind == SRV_ENTRY_MESSAGE || entry->kind == SRV_ENTRY_ACTION;
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SrvEntry, srv_entry_unref)

G_END_DECLS
