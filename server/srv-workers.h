/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "server/srv-worker.h"

G_BEGIN_DECLS

typedef struct _SrvWorkers SrvWorkers;

/* What is told to the main thread, in it. */
typedef struct
{
  void (*closed) (const SrvAddress *peer, gpointer data); /* somebody has gone */
  void (*flushed) (gpointer data); /* what had been said until srv_workers_flush() is shown */
} SrvWorkersHooks;

typedef void (*SrvWorkerFunc) (SrvWorker *worker, gpointer data);

SrvWorkers *srv_workers_new (guint n,
                             SrvLog *log,
                             const SrvWorkerConfig *config,
                             SrvMailbox *home,
                             const SrvWorkersHooks *hooks,
                             gpointer data);
void srv_workers_end (SrvWorkers *workers);
void srv_workers_abort (SrvWorkers *workers);
void srv_workers_free (SrvWorkers *workers);

void srv_workers_configure (SrvWorkers *workers, const SrvWorkerConfig *config);
void srv_workers_take (SrvWorkers *workers, SrvLink link, const SrvArrival *arrival);
void srv_workers_turn_away (SrvWorkers *workers,
                            SrvLink link,
                            const SrvArrival *arrival,
                            const SalEvent *why);
void srv_workers_stop_reading (SrvWorkers *workers);
void srv_workers_flush (SrvWorkers *workers);
void srv_workers_close (SrvWorkers *workers);

void srv_workers_call_first (SrvWorkers *workers, SrvWorkerFunc func, gpointer data);
void srv_workers_foreach (SrvWorkers *workers, SrvConnFunc func, gpointer data);
gboolean srv_workers_with (SrvWorkers *workers, const char *name, SrvConnFunc func, gpointer data);

guint srv_workers_count (const SrvWorkers *workers);
void srv_workers_count_up (SrvWorkers *workers, SrvCounters *sum);
gboolean srv_workers_are_alive (SrvWorkers *workers, gint64 stuck_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SrvWorkers, srv_workers_free)

G_END_DECLS
