/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "common/proto/sal-framer.h"
#include "server/chat/srv-session.h"
#include "server/net/srv-address.h"
#include "server/net/srv-link.h"
#include "server/net/srv-outq.h"
#include "server/net/srv-reactor.h"
#include "server/srv-worker.h"

G_BEGIN_DECLS

/* What a worker lends to its connections. */
typedef struct
{
  SrvReactor *reactor;
  const SrvWorkerConfig *config;
  SrvCounters *counters;
  SrvOutqList *outqs;             /* the queues that got something this turn */
  SrvFrameStream *private_frames; /* for what one person alone is told */
  GString *encoded;
  GString *decoded;
  guint8 *input;   /* SAL_TURN_READ_BYTES */
  gint64 drain_us; /* how long a peer may take to close */
  gboolean held;   /* the log has too much to do: nobody is read */
  SrvWorker *worker;
  void (*post) (SrvWorker *worker, SrvEntry *entry);
  void (*read) (SrvWorker *worker, SrvLogQuery *query, guint64 connection);
  void (*caught_up) (SrvWorker *worker, SrvRoom *room); /* it is no longer behind */
  void (*closed) (SrvWorker *worker, SrvConn *conn);
} SrvConnHost;

struct _SrvConn
{
  SrvWatch watch;          /* first: ready() casts back */
  const SrvConnHost *host; /* (unowned) */
  guint64 id;
  SrvLink link;
  SrvAddress peer;
  SalFramer framer;
  SrvSession session;
  SrvOutq outq;
  SrvMember member;
  SrvDeadline framer_deadline;
  SrvDeadline life_deadline;  /* login, leave, drain: one after the other */
  SrvDeadline stall_deadline; /* while something cannot be sent: lag, then stall */
  gsize unacked;              /* by the peer's kernel, when the stall deadline was armed */
  gint64 much_since_us;       /* since when more waits than a room waits for; 0: it does not */
  SrvConn *next_closed;
  guint32 told_bytes;    /* answers to this peer alone that may still wait to be sent */
  guint input_left : 1;  /* units that could not be handled yet */
  guint read_ended : 1;  /* the peer's FIN has come */
  guint finished : 1;    /* ... and the framer knows */
  guint write_ended : 1; /* our FIN has been sent */
  guint ending : 1;      /* FIN as soon as nothing waits to be sent */
  guint blocked : 1;     /* the kernel takes nothing now */
  guint closed : 1;
};

SrvConn *srv_conn_new (const SrvConnHost *host,
                       guint64 id,
                       SrvLink link,
                       const SrvAddress *peer,
                       const char *shown_address,
                       const char *room);
void srv_conn_free (SrvConn *conn);

void srv_conn_greet (SrvConn *conn);
void srv_conn_turn_away (SrvConn *conn, const SalEvent *why);
void srv_conn_entry (SrvConn *conn, const SrvEntry *entry);
void srv_conn_resume (SrvConn *conn);
void srv_conn_flush (SrvConn *conn);
void srv_conn_leave_room (SrvConn *conn);
void srv_conn_close (SrvConn *conn);
void srv_conn_due (SrvDeadline *deadline);

SrvConn *srv_conn_from_outq (SrvOutq *outq);
SrvConn *srv_conn_from_member (SrvMember *member);

G_END_DECLS
