/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "common/proto/sal-framer.h"
#include "server/chat/srv-hub.h"
#include "server/chat/srv-session.h"
#include "server/net/srv-address.h"
#include "server/net/srv-link.h"
#include "server/net/srv-outq.h"
#include "server/net/srv-reactor.h"
#include "server/srv-conn-login.h"
#include "server/srv-conn-waits.h"
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
  SrvHub *hub;
  SrvMailbox *mailbox; /* of this thread */
  void (*post) (SrvWorker *worker, SrvEntry *entry);
  void (*read) (SrvWorker *worker, SrvLogQuery *query, guint64 connection);
  void (*lagging) (SrvWorker *worker, SrvRoom *room);   /* more or fewer of it cannot follow */
  void (*caught_up) (SrvWorker *worker, SrvRoom *room); /* it is no longer behind */
  void (*closed) (SrvWorker *worker, SrvConn *conn);
} SrvConnHost;

struct _SrvConn
{
  SrvWatch watch;          /* first: ready() casts back */
  const SrvConnHost *host; /* (unowned) */
  SrvLink link;
  SrvAddress peer;
  guint32 told_bytes; /* answers to this peer alone that may still wait to be sent */
  SalFramer framer;
  SrvSession session;
  SrvOutq outq;
  SrvMember member;          /* says in which form it reads; and in the first of its rooms */
  SrvMember *members;        /* (nullable): all of its rooms, linked; the others are owned */
  SrvConnWaits *waits;       /* (owned) (nullable) */
  SrvDeadline life_deadline; /* login, ping, leave, drain: one after the other */
  SrvQuota bytes;            /* that it may send */
  SrvConnLogin *login;       /* (owned) (nullable) */
  guint32 taken_at_ping;     /* how many bytes its kernel had when it was asked, or answered */
  guint input_left : 1;      /* units that could not be handled yet */
  guint read_ended : 1;      /* the peer's FIN has come */
  guint finished : 1;        /* ... and the framer knows */
  guint write_ended : 1;     /* our FIN has been sent */
  guint ending : 1;          /* FIN as soon as nothing waits to be sent */
  guint gone : 1;            /* nothing can be sent any more */
  guint blocked : 1;         /* the kernel takes nothing now */
  guint closed : 1;
  guint is_irc : 1; /* it came to a port where nothing else is spoken */
};

SrvConn *
srv_conn_new (const SrvConnHost *host, guint64 id, SrvLink link, const SrvArrival *arrival);
void srv_conn_free (SrvConn *conn);

void srv_conn_greet (SrvConn *conn);
void srv_conn_turn_away (SrvConn *conn, const SalEvent *why);
void srv_conn_entry (SrvConn *conn, const SrvEntry *entry);
void srv_conn_resume (SrvConn *conn);
void srv_conn_flush (SrvConn *conn);
void srv_conn_enter_room (SrvConn *conn, SrvRoom *room);
void srv_conn_leave_room (SrvConn *conn, SrvRoom *room);
void srv_conn_leave_rooms (SrvConn *conn);
void srv_conn_set_lagging (SrvConn *conn, gboolean lagging);
gboolean srv_conn_is_room_behind (const SrvConn *conn);
void srv_conn_update_style (SrvConn *conn);
gboolean srv_conn_begins_irc (const SrvConn *conn, const SalUnit *unit);
void srv_conn_become_irc (SrvConn *conn);
void srv_conn_restyle (SrvSession *session);
char *srv_conn_sts (SrvSession *session);
void srv_conn_note_caps (SrvConn *conn, gpointer before);
void srv_conn_tell_caps (SrvConn *conn, gpointer before);
void srv_conn_spend (SrvSession *session, guint bytes);
gboolean srv_conn_is_read (const SrvConn *conn);
gboolean srv_conn_can_read_later (const SrvConn *conn);
void srv_conn_leave_out (SrvConn *conn);
void srv_conn_tell_left_out (SrvConn *conn);
void srv_conn_heard (SrvConn *conn);
void srv_conn_ping_due (SrvConn *conn);
gint64 srv_conn_wall_us (SrvSession *session);
void srv_conn_show (SrvConn *conn, const SalEvent *event);
void srv_conn_close (SrvConn *conn);
void srv_conn_due (SrvDeadline *deadline);

SrvConn *srv_conn_from_session (SrvSession *session);
SrvConn *srv_conn_from_outq (SrvOutq *outq);
SrvConn *srv_conn_from_member (SrvMember *member);

G_END_DECLS
