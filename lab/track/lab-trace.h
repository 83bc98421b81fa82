/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The trace: packets in, findings out. A finding is what is known after one segment, and
 * what this segment was; a connection is what is known of all of them. They are the only
 * input of the explanations and of every view.
 *
 * The keys of `--format json` (salotto-lab-trace-json(5)) are these fields.
 */
#pragma once

#include "lab/dissect/lab-packet.h"
#include "lab/dissect/lab-segment.h"
#include "lab/track/lab-machine.h"

G_BEGIN_DECLS

/* The two ends of a connection; they index arrays of two. */
typedef enum
{
  LAB_CLIENT,
  LAB_SERVER,
  LAB_N_SIDES
} LabSide;

static inline LabSide
lab_side_other (LabSide side)
{
  return side == LAB_CLIENT ? LAB_SERVER : LAB_CLIENT;
}

/* What a segment was, in one word (`salotto.event`). When several fit, the one that
 * changed a state wins, then the rarer one. */
typedef enum
{
  LAB_EVENT_NONE,
  LAB_EVENT_SYN,
  LAB_EVENT_SYN_RETRANSMISSION,
  LAB_EVENT_SYN_ACK,
  LAB_EVENT_SYN_ACK_RETRANSMISSION,
  LAB_EVENT_SIMULTANEOUS_OPEN,
  LAB_EVENT_ESTABLISHED,
  LAB_EVENT_REFUSED,
  LAB_EVENT_DATA,
  LAB_EVENT_ACK,
  LAB_EVENT_DUPLICATE_ACK,
  LAB_EVENT_RETRANSMISSION,
  LAB_EVENT_FAST_RETRANSMISSION,
  LAB_EVENT_SPURIOUS_RETRANSMISSION,
  LAB_EVENT_OUT_OF_ORDER,
  LAB_EVENT_GAP,
  LAB_EVENT_KEEP_ALIVE,
  LAB_EVENT_KEEP_ALIVE_ACK,
  LAB_EVENT_ZERO_WINDOW,
  LAB_EVENT_WINDOW_PROBE,
  LAB_EVENT_WINDOW_PROBE_ACK,
  LAB_EVENT_WINDOW_UPDATE,
  LAB_EVENT_WINDOW_FULL,
  LAB_EVENT_FIN,
  LAB_EVENT_FIN_ACK,
  LAB_EVENT_HALF_CLOSE,
  LAB_EVENT_SIMULTANEOUS_CLOSE,
  LAB_EVENT_FIN_RETRANSMISSION,
  LAB_EVENT_LAST_ACK,
  LAB_EVENT_TIME_WAIT_ACK,
  LAB_EVENT_RST,
  LAB_EVENT_RST_IGNORED,
  LAB_EVENT_CHALLENGE_ACK,
  LAB_EVENT_PORTS_REUSED,
  LAB_EVENT_BACKLOG_SUSPECTED,
  LAB_EVENT_URGENT,
  LAB_EVENT_MALFORMED,
  LAB_N_EVENTS
} LabEvent;

/* The `tcp.analysis.*` keys that are true or absent. */
enum
{
  LAB_ANALYSIS_ZERO_WINDOW = 1 << 0,
  LAB_ANALYSIS_ZERO_WINDOW_PROBE = 1 << 1,
  LAB_ANALYSIS_ZERO_WINDOW_PROBE_ACK = 1 << 2,
  LAB_ANALYSIS_WINDOW_FULL = 1 << 3,
  LAB_ANALYSIS_WINDOW_UPDATE = 1 << 4,
  LAB_ANALYSIS_KEEP_ALIVE = 1 << 5,
  LAB_ANALYSIS_KEEP_ALIVE_ACK = 1 << 6,
  LAB_ANALYSIS_DUPLICATE_ACK = 1 << 7, /* duplicate_ack_num, duplicate_ack_frame */
  LAB_ANALYSIS_LOST_SEGMENT = 1 << 8,
  LAB_ANALYSIS_ACK_LOST_SEGMENT = 1 << 9,
  LAB_ANALYSIS_RETRANSMISSION = 1 << 10,
  LAB_ANALYSIS_FAST_RETRANSMISSION = 1 << 11,
  LAB_ANALYSIS_SPURIOUS_RETRANSMISSION = 1 << 12,
  LAB_ANALYSIS_OUT_OF_ORDER = 1 << 13,
  LAB_ANALYSIS_REUSED_PORTS = 1 << 14,
};

/* All kinds of sending again. */
#define LAB_ANALYSIS_RETRANSMISSIONS                                                               \
  (LAB_ANALYSIS_RETRANSMISSION | LAB_ANALYSIS_FAST_RETRANSMISSION |                                \
   LAB_ANALYSIS_SPURIOUS_RETRANSMISSION)

/* Which numbers of a finding exist. */
enum
{
  LAB_FINDING_BYTES_IN_FLIGHT = 1 << 0,
  LAB_FINDING_ACKS_FRAME = 1 << 1, /* and ack_rtt_ns */
  LAB_FINDING_INITIAL_RTT = 1 << 2,
  LAB_FINDING_RTO = 1 << 3,
};

/* `tcp.completeness`. */
enum
{
  LAB_COMPLETE_SYN = 1,
  LAB_COMPLETE_SYN_ACK = 2,
  LAB_COMPLETE_ACK = 4,
  LAB_COMPLETE_DATA = 8,
  LAB_COMPLETE_FIN = 16,
  LAB_COMPLETE_RST = 32,
};

typedef enum
{
  LAB_OUTCOME_UNKNOWN,
  LAB_OUTCOME_REFUSED,
  LAB_OUTCOME_NO_ANSWER,
  LAB_OUTCOME_OPEN,
  LAB_OUTCOME_HALF_CLOSED,
  LAB_OUTCOME_CLOSED,
  LAB_OUTCOME_RESET_BY_CLIENT,
  LAB_OUTCOME_RESET_BY_SERVER,
  LAB_N_OUTCOMES
} LabOutcome;

/* Zeek's codes. */
typedef enum
{
  LAB_CONN_OTH,
  LAB_CONN_S0,
  LAB_CONN_REJ,
  LAB_CONN_S1,
  LAB_CONN_S2,
  LAB_CONN_S3,
  LAB_CONN_SF,
  LAB_CONN_RSTO,
  LAB_CONN_RSTR,
  LAB_CONN_RSTOS0,
  LAB_CONN_RSTRH,
  LAB_CONN_SH,
  LAB_CONN_SHR,
  LAB_N_CONN_STATES
} LabConnState;

/* What one end offered in its SYN. */
typedef struct
{
  guint64 frame; /* of its SYN; 0: it was not seen */
  guint32 isn;   /* the number its relative numbers count from; see has_isn */
  guint32 ack;   /* what its SYN acknowledges; see has_ack */
  guint32 has;   /* LAB_HAS_ bits of the options */
  guint16 mss;
  guint8 wscale;
  guint16 window;    /* of the SYN */
  guint has_isn : 1; /* the SYN was seen; else isn is the first number seen, less 1 */
  guint has_ack : 1; /* the SYN was a SYN,ACK */
} LabOffer;

/* One end, as the connection's story needs it. Everything that is a frame is 0 when
 * there was none. */
typedef struct
{
  LabAddress address;
  guint16 port;
  const char *scope; /* (nullable): see LabTraceOptions */
  LabState state;
  gboolean assumed; /* nothing this end has sent proves the state */
  LabOffer offer;

  guint64 segments;
  guint64 bytes; /* by sequence numbers, see trace-json */
  guint64 retransmissions;
  guint64 out_of_order;
  guint64 overtaken; /* of those, the ones that were not sent before */
  guint64 duplicate_acks;
  guint64 zero_windows;
  guint64 keep_alives;
  guint64 resent_bytes;

  guint32 fin_seq;      /* raw number of its FIN, if fin_frame */
  guint64 fin_frame;    /* the first */
  guint64 finack_frame; /* the segment of the other end that acknowledged it first */
  guint64 rst_frame;    /* the RST of this end that counted */
  guint32 path;         /* the states it went through: bit 1 << LabState */
  guint16 n_steps;      /* ... how many in all, returns included; the first are in steps */
  guint8 steps[12];     /* LabState */
  guint8 last_step;     /* LabState, whether it still fitted into steps or not */
} LabEndReport;

/* A connection. Owned by the trace and valid during a call of the sink; the views that
 * need it longer copy it (it is flat). Until it is over, the numbers are those so far. */
typedef struct
{
  guint32 stream; /* from 0, in the order of first segments */
  LabEndReport end[LAB_N_SIDES];
  guint64 first_frame;
  guint64 last_frame;
  gint64 first_time_ns;
  gint64 last_time_ns;
  gboolean has_time;
  guint8 completeness; /* LAB_COMPLETE_ bits */
  LabOutcome outcome;
  LabConnState conn_state;
  gboolean has_initial_rtt;
  gint64 initial_rtt_ns;
  guint64 handshake_ack_frame; /* third segment of the handshake */
  guint64 lost_segments;       /* gaps that the capture shows */
  guint64 icmp_errors;
  guint64 reused_by; /* frame of the SYN that took the pair of ports over */
  gboolean early;    /* reported before its end, because of max_connections */
  gboolean chat;     /* its bytes were read as chat lines */
  /* Both ends are one socket, which connected to its own address and port. It sends as the
   * client, and the server is always in the state that it is in. */
  gboolean to_itself;
} LabConnection;

/* A line of chat that a segment completed. */
typedef struct
{
  const char *text; /* clean UTF-8 without control characters */
  gboolean joined;  /* began in an earlier segment */
} LabChatLine;

/* What is known after one segment. Flat: a view that keeps it copies the struct, and
 * what the three pointers of `segment` and `lines` point at if it needs them. */
typedef struct
{
  LabSegment segment;
  const LabConnection *connection; /* (nullable): none for a malformed segment, UDP, strange ICMP */
  guint32 stream;                  /* if connection */
  LabSide from;
  LabEvent event;

  guint32 seq; /* relative; tcp.seq, tcp.ack */
  guint32 ack;
  guint32 window; /* scaled */
  guint32 sack_left[LAB_SACK_BLOCKS];
  guint32 sack_right[LAB_SACK_BLOCKS];
  guint8 completeness;

  LabState state[LAB_N_SIDES];  /* after this segment */
  LabState before[LAB_N_SIDES]; /* ... and before it */
  gboolean assumed[LAB_N_SIDES];
  gboolean corrected[LAB_N_SIDES]; /* this segment proved that an earlier one was lost */

  guint32 analysis;   /* LAB_ANALYSIS_ bits */
  guint32 has;        /* LAB_FINDING_ bits */
  gboolean is_answer; /* a RST to what the other end has sent, not an abort (RFC 9293, 3.5.2) */
  gboolean rescaled;  /* the first of its end whose window is scaled: it only looks changed */
  guint32 duplicate_ack_num;
  guint64 duplicate_ack_frame;
  guint32 bytes_in_flight;
  guint64 acks_frame;
  gint64 ack_rtt_ns;
  guint32 acks_seq;   /* raw: where what is acknowledged begins; it ends at segment.ack */
  gboolean acks_rest; /* what was before acks_seq in that frame had been acknowledged */
  gint64 initial_rtt_ns;
  gint64 rto_ns;          /* as tshark counts it, see lab-analysis.c */
  gboolean resent;        /* its data, SYN or FIN was sent before, whatever it looks like */
  gboolean overtaken;     /* out of order, and never sent before */
  guint64 resends_frame;  /* the frame that was first sent with these bytes, if known ... */
  gint64 resent_after_ns; /* ... and how long ago that was */

  guint32 n_lines; /* chat */
  const LabChatLine *lines;

  gint64 since_start_ns;    /* since the connection's first segment */
  gint64 since_previous_ns; /* since its segment before this one */
} LabFinding;

/* Whether either end is in another state after it. */
static inline gboolean
lab_finding_moves_an_end (const LabFinding *finding)
{
  return finding->before[LAB_CLIENT] != finding->state[LAB_CLIENT] ||
         finding->before[LAB_SERVER] != finding->state[LAB_SERVER];
}

/* Things for people, not findings; never more than one of a kind per trace. */
typedef enum
{
  LAB_NOTICE_CONNECTIONS_CAPPED, /* max_connections reached: the longest idle are reported early */
  LAB_NOTICE_FRAGMENTS_CAPPED,   /* too many unfinished datagrams: the oldest are given up */
  LAB_N_NOTICES
} LabNotice;

typedef struct
{
  /* One TCP segment, malformed ones included; in capture order, at once. */
  void (*packet) (const LabFinding *finding, gpointer user_data);
  /* A connection is over (or the trace is); the last thing heard of it. */
  void (*connection) (const LabConnection *connection, gpointer user_data);
  /* (nullable): a UDP datagram or an ICMP error (finding->segment.kind). Of an error that
   * answers a segment, connection is that segment's. */
  void (*other) (const LabFinding *finding, gpointer user_data);
  /* (nullable) */
  void (*notice) (LabNotice notice, gpointer user_data);
} LabTraceSink;

typedef struct
{
  gint64 linger_ns;      /* a finished connection is kept so long for late segments */
  guint max_connections; /* live at a time; see LAB_NOTICE_CONNECTIONS_CAPPED */
  guint16 chat_port;     /* chat lines are read from connections of this port; 0: none */
  gboolean chat_all;     /* ... or from all of them */
  const char *scope;     /* (nullable) (unowned): interface of all packets, if known; link-local
                          * addresses mean something only together with it (RFC 4007) */
} LabTraceOptions;

#define LAB_TRACE_LINGER_NS ((gint64) 240 * 1000 * 1000 * 1000)
#define LAB_TRACE_MAX_CONNECTIONS 32768
#define LAB_TRACE_CHAT_PORT 15102

typedef struct LabTrace LabTrace;

void lab_trace_options_init (LabTraceOptions *options);

LabTrace *
lab_trace_new (const LabTraceOptions *options, const LabTraceSink *sink, gpointer user_data);
void lab_trace_free (LabTrace *trace);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabTrace, lab_trace_free)

void lab_trace_push (LabTrace *trace, const LabPacket *packet);
void lab_trace_advance (LabTrace *trace, gint64 now_ns);
void lab_trace_finish (LabTrace *trace);

guint lab_trace_n_live (const LabTrace *trace);

const char *lab_side_name (LabSide side);
const char *lab_event_name (LabEvent event);
const char *lab_outcome_name (LabOutcome outcome);
const char *lab_conn_state_name (LabConnState conn_state);

G_END_DECLS
