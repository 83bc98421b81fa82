/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "server/log/srv-log.h"

G_BEGIN_DECLS

typedef struct _LogRun LogRun;

/* Somebody who reads along. */
typedef struct
{
  LogRun *run;
  SrvMailbox *mailbox; /* (owned) */
  GPtrArray *entries;  /* (owned) of SrvEntry (owned): in the order they came */
  guint batches;
  guint empty; /* those that only say that there is room again */
} LogReader;

/* A log with its threads, and a loop of its own that takes what comes back. */
struct _LogRun
{
  GMainContext *context;
  SrvReactor *reactor;
  SrvLog *log;
  LogReader reader;     /* has subscribed from the beginning */
  SrvLogAnswer *answer; /* (owned) (nullable): the last one */
  GString *order;       /* what came when: b a batch, a an answer, f a flush */
  guint flushes;
};

LogRun *log_run_new (SrvLogStore *store, SrvWallClock clock, const char *const *reserved);
LogRun *log_run_new_quiet (SrvLogStore *store, SrvWallClock clock);
void log_run_free (LogRun *run);

void log_run_append (LogRun *run,
                     SrvEntryKind kind,
                     guint64 connection,
                     const char *room,
                     const char *name,
                     const char *text);
void log_run_say (LogRun *run, const char *text);
void log_run_leave (LogRun *run, guint64 connection, const char *room, const char *name);
void log_run_read (LogRun *run, SrvLogQuery *query, guint64 tag);
void log_run_ask_flush (LogRun *run);
void log_run_flush (LogRun *run);
const SrvEntry *log_run_wait (LogRun *run, guint n);
void log_run_turn (LogRun *run);

void log_reader_init (LogReader *reader, LogRun *run, guint64 after);
void log_reader_clear (LogReader *reader);
char *log_reader_numbers (const LogReader *reader);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LogRun, log_run_free)

G_END_DECLS
