/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "server/log/srv-entry.h"
#include "server/log/srv-log-store.h"
#include "server/log/srv-owners.h"
#include "server/net/srv-mailbox.h"

G_BEGIN_DECLS

typedef struct _SrvLog SrvLog;

/* Wall-clock time in microseconds since 1970, injected for the tests. */
typedef gint64 (*SrvWallClock) (void);

/* Entries in the order of the log, given to every subscriber. Read only. */
typedef struct
{
  guint refs; /* atomic */
  guint n;
  gsize bytes; /* what those who posted it are held back for until everybody has taken it */
  SrvLog *log; /* (unowned) (nullable): to be told then */
  guint8 log_id[16];
  SrvEntry *entries[]; /* (owned) */
} SrvLogBatch;

/* The answer to srv_log_read(). */
typedef struct
{
  guint64 tag;        /* what the asker gave */
  GPtrArray *entries; /* (owned): of SrvEntry, oldest first */
  guint64 gone_seq;   /* up to this number entries of the room that was asked for may be gone */
  GError *error;      /* (owned) (nullable) */
} SrvLogAnswer;

SrvLog *srv_log_new (SrvLogStore *store, SrvWallClock clock, const char *const *reserved_names);
void srv_log_reserve_room (SrvLog *log, const char *room);
void srv_log_set_owners (SrvLog *log, const SrvOwners *owners, gpointer data);
void srv_log_stop (SrvLog *log);
void srv_log_free (SrvLog *log);

void srv_log_subscribe (SrvLog *log, SrvMailbox *mailbox, SrvMailFunc on_batch, guint64 after);
void srv_log_append (SrvLog *log, GPtrArray *entries);
void srv_log_read (
    SrvLog *log, SrvLogQuery *query, SrvMailbox *mailbox, SrvMailFunc on_answer, guint64 tag);
void srv_log_flush (SrvLog *log, SrvMailbox *mailbox, SrvMailFunc on_flushed, gpointer letter);
void srv_log_set_retention (SrvLog *log, gint64 age_us, guint64 bytes);

gsize srv_log_pending_bytes (const SrvLog *log);
gboolean srv_log_is_busy (const SrvLog *log);
gint64 srv_log_last_turn_us (const SrvLog *log);

void srv_log_batch_unref (SrvLogBatch *batch);
void srv_log_answer_free (SrvLogAnswer *answer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SrvLog, srv_log_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SrvLogBatch, srv_log_batch_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SrvLogAnswer, srv_log_answer_free)

G_END_DECLS
