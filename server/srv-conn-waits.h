/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "server/net/srv-deadlines.h"

G_BEGIN_DECLS

typedef struct _SrvConn SrvConn;

/* What a connection may wait for, besides its peer. */
typedef enum
{
  SRV_WAIT_INPUT,  /* the rest of a message; or the next turn, to go on with what is there */
  SRV_WAIT_OUTPUT, /* for the peer to read: lag, then stall */
  SRV_WAIT_PAUSE,  /* it is not read, because it sent too much at once */
  SRV_N_WAITS
} SrvWait;

/* There only while it waits for one of them, which most connections hardly ever do. */
typedef struct
{
  SrvConn *conn; /* (unowned) */
  SrvDeadline deadlines[SRV_N_WAITS];
  gsize unacked;        /* by the peer's kernel, when the wait for output began */
  gint64 much_since_us; /* since when more waits than a room waits for; 0: it does not */
} SrvConnWaits;

void srv_conn_wait (SrvConn *conn, SrvWait wait, guint queue, gint64 length_us);
void srv_conn_stop_waiting (SrvConn *conn, SrvWait wait);
void srv_conn_stop_all_waiting (SrvConn *conn);
const SrvDeadline *srv_conn_get_wait (const SrvConn *conn, SrvWait wait);
void srv_conn_forget_waits (SrvConn *conn);
SrvConn *srv_conn_from_wait (SrvDeadline *deadline, SrvWait wait);

G_END_DECLS
