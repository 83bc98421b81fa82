/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One end of a connection, used twice: the numbers that it has sent and acknowledged.
 */
#pragma once

#include "lab/dissect/lab-segment.h"
#include "lab/track/lab-trace.h"

G_BEGIN_DECLS

/* Something sent and not acknowledged. */
typedef struct
{
  gint64 time_ns;
  guint64 frame : 63;
  guint64 is_rest : 1; /* a part has been acknowledged; seq is behind it */
  guint32 seq;
  guint32 next; /* the number after its last */
} LabFlight;

enum
{
  LAB_SCALE_UNKNOWN = -1, /* no SYN with its options was seen */
  LAB_SCALE_UNUSED = -2,  /* the option is not in use */
};

/* Everything is a raw number. */
typedef struct
{
  /* What tcp.analysis.* is about; see lab-analysis.c. */
  gint64 next_time_ns;
  gint64 last_ack_time_ns;
  guint64 next_frame;
  guint64 first_ack_frame; /* of those that acknowledge last_ack */
  LabFlight *flight;       /* (owned) (nullable): oldest first, from flight_head on */
  guint32 flight_head;
  guint32 flight_end;
  guint32 flight_size;
  guint32 base;       /* relative numbers count from here */
  guint32 next;       /* highest number sent, plus its length */
  guint32 contiguous; /* ... without a gap */
  guint32 last_ack;
  guint32 last_window; /* as in the header; G_MAXUINT32: none yet */
  guint32 last_analysis;
  guint32 sacked_bytes;  /* in the blocks of the last segment */
  gint32 duplicate_acks; /* in a row; -1: see lab-analysis.c */
  gint8 scale;           /* or a LAB_SCALE_ */
  guint has_base : 1;
  guint has_next : 1;
  guint has_contiguous : 1;
  guint gap : 1;              /* something is missing, so what is in flight is not known */
  guint before_first_ack : 1; /* its SYN was its last segment: the window is not scaled yet */
  guint flight_sorted : 1;

  /* What the states are about; see lab-conn.c. */
  guint heard : 1;        /* it has sent something */
  guint proven : 1;       /* ... that proves that it is synchronized */
  guint sent_ack : 1;     /* ... that acknowledges */
  guint sent_syn : 1;     /* a SYN without ACK; its number is isn */
  guint sent_syn_ack : 1; /* ... and with */
  guint sent_fin : 1;     /* fin is its number */
  guint sent_data : 1;
  guint counts_bytes : 1; /* first_data and end_of_data are set */
  guint heard_rst : 1;    /* it has sent an RST, whether it counted or not */
  guint isn_known : 1;
  guint challenged : 1; /* the other end has sent what RFC 9293 answers with an ACK */
  guint rst_counted : 1;
  guint32 isn;
  guint32 fin;
  guint32 sent;        /* highest number sent, plus its length; nothing is left out */
  guint32 received;    /* what the other end has without a gap, as far as anybody can tell */
  guint32 max_ack;     /* highest acknowledgment sent, if sent_ack */
  guint32 right_edge;  /* highest number that it has allowed, if sent_ack */
  guint32 first_data;  /* lowest number of data */
  guint32 end_of_data; /* highest, plus 1 */
} LabEnd;

void lab_end_init (LabEnd *end);
void lab_end_clear (LabEnd *end, gsize *budget);

void lab_end_fly (LabEnd *end, const LabFlight *flight, gsize *budget);
gboolean lab_end_acknowledged (LabEnd *end, guint32 ack, LabFlight *exact, gsize *budget);
gboolean lab_end_in_flight (const LabEnd *end, guint32 *first, guint32 *last);
gboolean lab_end_find_flight (const LabEnd *end, guint32 seq, LabFlight *found);

G_END_DECLS
