/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One connection while it lives: both ends, their states, and the report that grows.
 */
#pragma once

#include "lab/track/lab-analysis.h"
#include "lab/track/lab-end.h"
#include "lab/track/lab-stream.h"
#include "lab/track/lab-trace.h"

G_BEGIN_DECLS

/* What is shared by the connections to one address and port: how many of them nobody at
 * the server's end seems to have accepted yet. */
typedef struct
{
  LabAddress address;
  guint16 port;
  guint refs;
  guint waiting;
} LabListener;

typedef struct LabConn LabConn;

/* A place in a list; a connection is in two of them. */
typedef struct
{
  LabConn *previous;
  LabConn *next;
} LabLink;

struct LabConn
{
  LabConnection report;
  LabEnd end[LAB_N_SIDES];
  LabRoundTrip round_trip;
  LabConn *next_in_bucket;
  guint64 hash;
  LabLink by_age;        /* of the last segment */
  LabLink over;          /* likewise, of connections that are over */
  LabListener *listener; /* (unowned) (nullable) */
  LabStream *streams;    /* (owned) (nullable): one of each end */
  /* A SYN that did not fit, and could yet be the beginning of another connection. */
  LabOffer pending; /* its frame is 0 if there is none */
  gint64 pending_time_ns;
  LabSide pending_side;
  guint is_over : 1;
  guint midstream : 1;       /* no SYN of either end was seen */
  guint waiting : 1;         /* counted in listener->waiting */
  guint reused : 1;          /* its pair of ports was in use before */
  guint server_was_last : 1; /* to send something, an RST aside */
};

void lab_conn_init (LabConn *conn, const LabSegment *first, const char *scope);
LabSide lab_conn_side (const LabConn *conn, const LabSegment *segment);
gboolean lab_conn_begins_another (const LabConn *conn, const LabSegment *segment);
gboolean lab_conn_was_taken_over (const LabConn *conn, const LabSegment *segment);
void lab_conn_begin_from_pending (LabConn *conn, const LabConn *old, gsize *budget);
void lab_conn_restart (LabConn *conn, const LabSegment *segment, gsize *budget);
void lab_conn_add (LabConn *conn, LabFinding *finding, gsize *budget);
void lab_conn_add_malformed (LabConn *conn, LabFinding *finding);
void lab_conn_conclude (LabConn *conn);

/* lab-conn-states.c */
gboolean lab_conn_follow (LabConn *conn, LabSide from, LabFinding *finding);
void lab_conn_note_path (LabConn *conn);

/* lab-conn-event.c */
void lab_conn_name_event (LabConn *conn, LabFinding *finding);

G_END_DECLS
