/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "common/proto/sal-dialect-plain.h"
#include "server/accounts/srv-accounts.h"
#include "server/chat/srv-hub.h"
#include "server/chat/srv-session.h"
#include "server/log/srv-log.h"
#include "server/net/srv-address.h"
#include "server/net/srv-link.h"
#include "server/net/srv-outq.h"
#include "server/net/srv-reactor.h"

G_BEGIN_DECLS

typedef struct _SrvWorker SrvWorker;
typedef struct _SrvConn SrvConn;

/* Into how many groups those who are asked with PING for the first time are divided. */
#define SRV_PING_QUEUES 28

/* The kinds of deadlines a worker's reactor keeps; the framer's timers come first. */
enum
{
  SRV_QUEUE_NEXT_TURN = SAL_FRAMER_TIMER_NONE,    /* at once, but not in this turn */
  SRV_QUEUE_LOGIN = SAL_N_FRAMER_TIMERS,          /* to give a name */
  SRV_QUEUE_LEAVE,                                /* for the log to give a leave back */
  SRV_QUEUE_DRAIN,                                /* for the peer to close (S23) */
  SRV_QUEUE_LAG,                                  /* for the peer to read something, at first */
  SRV_QUEUE_STALL,                                /* ... and when it has not */
  SRV_QUEUE_SASL,                                 /* to go on with an exchange */
  SRV_QUEUE_HOLD,                                 /* for the log to give back what goes with it */
  SRV_QUEUE_PRESENCE,                             /* for others who come and go */
  SRV_QUEUE_PAUSE,                                /* before somebody who sent too much is read */
  SRV_QUEUE_PONG,                                 /* IRC: to answer a PING */
  SRV_QUEUE_PING,                                 /* IRC: of silence before one; and more queues, */
  SRV_N_QUEUES = SRV_QUEUE_PING + SRV_PING_QUEUES /* see srv_conn_heard() */
};

/* What a worker must know of the configuration. */
typedef struct
{
  SrvLimits limits;
  SalPlainLanguage language;
  gboolean exact;        /* no line end for raw peers, as in the captures (S4) */
  SrvIrcConfig irc;      /* its strings must stay until another one is given */
  SrvAccounts *accounts; /* (unowned): must outlive what people ask of it */
  guint sts_seconds;     /* for how long TLS is promised; 0: it is not */
  guint16 sts_port;      /* where IRC has TLS; 0: nowhere */
} SrvWorkerConfig;

/* How somebody came in. */
typedef struct
{
  const SrvAddress *peer;
  const char *shown;    /* their address as plain people see it */
  const char *irc_host; /* ... and as people in IRC do */
  const char *room;     /* where plain people go first */
  gboolean irc;         /* the port speaks nothing else */
} SrvArrival;

/* What happened, counted. */
typedef struct
{
  guint64 connections;
  guint64 messages;
  guint64 deliveries;
  guint64 bytes_in;
  guint64 bytes_out;
  guint64 not_kept;
  guint64 dropped_slow;
  guint64 dropped_errors;
  guint64 cut_off; /* TLS streams that ended without saying so */
  guint64 limits[SAL_N_LIMITS];
} SrvCounters;

/* What a worker tells whoever owns it; all calls come from the worker's thread. */
typedef struct
{
  void (*closed) (const SrvAddress *peer, gpointer data);
  /* (nullable): it has been given to those whom it concerns here. */
  void (*delivered) (const SrvEntry *entry, gpointer data);
  /* (nullable): so many readers of a room cannot follow here now; those who speak there in
   * other workers have to know. */
  void (*lagging) (const char *room, guint lagging, gpointer data);
  /* (nullable): no worker is in a round any more; those that wait for that have to be woken. */
  void (*rounds_over) (gpointer data);
} SrvWorkerHooks;

SrvWorker *srv_worker_new (GMainContext *context,
                           guint id,
                           SrvLog *log,
                           const SrvWorkerConfig *config,
                           const SrvWorkerHooks *hooks,
                           gpointer data);
void srv_worker_free (SrvWorker *worker);
void srv_worker_configure (SrvWorker *worker, const SrvWorkerConfig *config);

void srv_worker_take (SrvWorker *worker, SrvLink link, const SrvArrival *arrival);
void srv_worker_turn_away (SrvWorker *worker,
                           SrvLink link,
                           const SrvArrival *arrival,
                           const SalEvent *why);
void srv_worker_stop_reading (SrvWorker *worker);
void srv_worker_flush (SrvWorker *worker, SrvMailFunc on_flushed, gpointer letter);
void srv_worker_close (SrvWorker *worker);
void srv_worker_abort (SrvWorker *worker);
void srv_worker_post (SrvWorker *worker, SrvEntry *entry);
gboolean srv_worker_is_waiting (const SrvWorker *worker);
guint srv_worker_count (const SrvWorker *worker);

typedef void (*SrvConnFunc) (SrvConn *conn, gpointer data);
void srv_worker_foreach (SrvWorker *worker, SrvConnFunc func, gpointer data);
SrvConn *srv_worker_find (SrvWorker *worker, const char *name);
GList *srv_worker_rooms (SrvWorker *worker);
SrvState *srv_worker_get_state (SrvWorker *worker);

SrvReactor *srv_worker_get_reactor (SrvWorker *worker);
SrvMailbox *srv_worker_get_mailbox (SrvWorker *worker);
const SrvCounters *srv_worker_get_counters (const SrvWorker *worker);
void srv_worker_note_lagging (SrvWorker *worker, guint other, const char *room, guint lagging);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SrvWorker, srv_worker_free)

G_END_DECLS
