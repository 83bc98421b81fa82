/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From packets to findings: dissects each packet, finds its connection, and tells the
 * sink. Keeps what it must and no more: a connection that is over is reported and
 * forgotten when nothing more has come for a while, and of too many at a time the ones
 * that have been silent for longest are.
 */
#include "config.h"

#include "lab/track/lab-trace.h"

#include <string.h>

#include "lab/dissect/lab-dissect.h"
#include "lab/track/lab-conn.h"
#include "lab/track/lab-flow.h"

/* What all connections together remember of segments in flight. */
#define FLIGHT_BUDGET_BYTES (12 * 1024 * 1024)
/* ... and of chat that came before its time. */
#define CHAT_BUDGET_BYTES (16 * 1024 * 1024)

struct LabTrace
{
  LabTraceOptions options;
  LabTraceSink sink;
  gpointer user_data;
  LabDissector *dissector; /* (owned) */
  LabFlowTable *flows;     /* (owned): owns the connections, too */
  LabLink by_age;          /* previous: the last to have spoken; next: the first */
  LabLink over;
  LabChatLines lines;
  LabFinding finding;
  guint32 next_stream;
  gsize flight_budget;
  gsize chat_budget;
  gboolean told[LAB_N_NOTICES];
};

/**
 * lab_trace_options_init:
 * @options: (out caller-allocates): what is used unless somebody wants it otherwise
 */
void
lab_trace_options_init (LabTraceOptions *options)
{
  memset (options, 0, sizeof *options);
  options->linger_ns = LAB_TRACE_LINGER_NS;
  options->max_connections = LAB_TRACE_MAX_CONNECTIONS;
  options->chat_port = LAB_TRACE_CHAT_PORT;
}

/**
 * lab_trace_new:
 * @options: (nullable): what is wanted; copied
 * @sink: who is told; copied
 * @user_data: given to the functions of @sink
 *
 * Returns: (transfer full): a trace of one capture
 */
LabTrace *
lab_trace_new (const LabTraceOptions *options, const LabTraceSink *sink, gpointer user_data)
{
  LabTrace *trace = NULL;

  g_return_val_if_fail (sink != NULL && sink->packet != NULL && sink->connection != NULL, NULL);

  trace = g_new0 (LabTrace, 1);
  if (options != NULL)
    trace->options = *options;
  else
    lab_trace_options_init (&trace->options);
  trace->options.max_connections = MAX (trace->options.max_connections, 1);
  trace->sink = *sink;
  trace->user_data = user_data;
  trace->dissector = lab_dissector_new ();
  /* Where it lies in memory nobody who writes a capture knows. */
  trace->flows = lab_flow_table_new (GPOINTER_TO_SIZE (trace));
  trace->flight_budget = FLIGHT_BUDGET_BYTES;
  trace->chat_budget = CHAT_BUDGET_BYTES;
  lab_chat_lines_init (&trace->lines);
  return trace;
}

static void
notice (LabTrace *trace, LabNotice what)
{
  if (trace->told[what])
    return;
  trace->told[what] = TRUE;
  if (trace->sink.notice != NULL)
    trace->sink.notice (what, trace->user_data);
}

/* Lists. The trace is the head of a ring whose other members are connections. */

static LabLink *
link_of (LabTrace *trace, LabConn *conn, gboolean over)
{
  if (conn == NULL)
    return over ? &trace->over : &trace->by_age;
  return over ? &conn->over : &conn->by_age;
}

static void
unlink_conn (LabTrace *trace, LabConn *conn, gboolean over)
{
  LabLink *link = link_of (trace, conn, over);

  link_of (trace, link->previous, over)->next = link->next;
  link_of (trace, link->next, over)->previous = link->previous;
}

static void
append_conn (LabTrace *trace, LabConn *conn, gboolean over)
{
  LabLink *head = link_of (trace, NULL, over);
  LabLink *link = link_of (trace, conn, over);

  link->next = NULL;
  link->previous = head->previous;
  link_of (trace, head->previous, over)->next = conn;
  head->previous = conn;
}

static gboolean
ends_are_gone (const LabConn *conn)
{
  for (guint side = 0; side < LAB_N_SIDES; side++)
    switch (conn->report.end[side].state)
      {
      case LAB_CLOSED:
      case LAB_LISTEN:
      case LAB_TIME_WAIT:
        break;
      default:
        return FALSE;
      }
  return TRUE;
}

static void
touch (LabTrace *trace, LabConn *conn)
{
  unlink_conn (trace, conn, FALSE);
  append_conn (trace, conn, FALSE);
  if (conn->is_over)
    unlink_conn (trace, conn, TRUE);
  conn->is_over = ends_are_gone (conn);
  if (conn->is_over)
    append_conn (trace, conn, TRUE);
}

/* Connections */

static void
set_waiting (LabConn *conn, gboolean waiting)
{
  if (conn->listener == NULL || conn->waiting == (guint) waiting)
    return;
  conn->waiting = waiting;
  conn->listener->waiting += waiting ? 1u : -1u;
}

static void
update_waiting (LabConn *conn)
{
  const LabEnd *server = &conn->end[LAB_SERVER];

  set_waiting (conn, conn->report.end[LAB_SERVER].state == LAB_ESTABLISHED &&
                         server->sent_syn_ack && !server->proven);
}

static void
conn_free (LabTrace *trace, LabConn *conn)
{
  set_waiting (conn, FALSE);
  if (conn->listener != NULL)
    lab_flow_table_drop_listener (trace->flows, conn->listener);
  for (guint side = 0; side < LAB_N_SIDES; side++)
    {
      lab_end_clear (&conn->end[side], &trace->flight_budget);
      if (conn->streams != NULL)
        lab_stream_clear (&conn->streams[side], &trace->chat_budget);
    }
  g_free (conn->streams);
  g_free (conn);
}

/* The last thing heard of a connection. */
static void
retire (LabTrace *trace, LabConn *conn)
{
  lab_conn_conclude (conn);
  trace->sink.connection (&conn->report, trace->user_data);
  unlink_conn (trace, conn, FALSE);
  if (conn->is_over)
    unlink_conn (trace, conn, TRUE);
  lab_flow_table_remove (trace->flows, conn);
  conn_free (trace, conn);
}

static void
retire_over (LabTrace *trace, gint64 now_ns)
{
  while (trace->over.next != NULL &&
         now_ns - trace->over.next->report.last_time_ns > trace->options.linger_ns)
    retire (trace, trace->over.next);
}

static void
make_room (LabTrace *trace)
{
  LabConn *oldest = NULL;

  if (lab_flow_table_size (trace->flows) < trace->options.max_connections)
    return;
  oldest = trace->over.next;
  if (oldest == NULL)
    {
      oldest = trace->by_age.next;
      oldest->report.early = TRUE;
      notice (trace, LAB_NOTICE_CONNECTIONS_CAPPED);
    }
  retire (trace, oldest);
}

static gboolean
is_chat (const LabTrace *trace, const LabSegment *segment)
{
  guint16 port = trace->options.chat_port;

  return trace->options.chat_all ||
         (port != 0 && (segment->src_port == port || segment->dst_port == port));
}

static LabConn *
begin (LabTrace *trace, const LabSegment *segment, const LabFlow *flow)
{
  LabConn *conn = NULL;

  make_room (trace);
  conn = g_new (LabConn, 1);
  lab_conn_init (conn, segment, trace->options.scope);
  conn->report.stream = trace->next_stream++;
  conn->reused = lab_flow_table_insert (trace->flows, flow, conn);
  conn->listener = lab_flow_table_get_listener (trace->flows, &conn->report.end[LAB_SERVER]);
  if (is_chat (trace, segment))
    {
      conn->report.chat = TRUE;
      conn->streams = g_new (LabStream, LAB_N_SIDES);
      lab_stream_init (&conn->streams[LAB_CLIENT], LAB_CLIENT);
      lab_stream_init (&conn->streams[LAB_SERVER], LAB_SERVER);
    }
  append_conn (trace, conn, FALSE);
  return conn;
}

/* Ends the connection whose place another takes. */
static LabConn *
replace (LabTrace *trace, LabConn *old, const LabSegment *segment, const LabFlow *flow)
{
  LabConn *conn = NULL;
  LabConn before = *old; /* for its pending SYN; nothing that it owns is touched */

  old->report.reused_by = segment->number;
  retire (trace, old);
  conn = begin (trace, segment, flow);
  if (lab_conn_was_taken_over (&before, segment))
    lab_conn_begin_from_pending (conn, &before, &trace->flight_budget);
  conn->reused = TRUE;
  return conn;
}

static LabConn *
find (LabTrace *trace, const LabSegment *segment)
{
  LabFlow flow;
  LabConn *conn = NULL;

  lab_flow_init (&flow, trace->flows, &segment->src, segment->src_port, &segment->dst,
                 segment->dst_port);
  conn = lab_flow_table_find (trace->flows, &flow);
  if (conn == NULL)
    return begin (trace, segment, &flow);
  if (segment->fault != LAB_FAULT_NONE)
    return conn;
  if (lab_conn_begins_another (conn, segment) || lab_conn_was_taken_over (conn, segment))
    return replace (trace, conn, segment, &flow);
  if ((segment->flags & (LAB_SYN | LAB_ACK | LAB_RST)) == LAB_SYN && conn->is_over &&
      !conn->end[lab_conn_side (conn, segment)].has_base)
    lab_conn_restart (conn, segment, &trace->flight_budget);
  return conn;
}

static void
read_chat (LabTrace *trace, LabConn *conn)
{
  LabFinding *finding = &trace->finding;
  LabSide from = finding->from;

  if (conn->streams == NULL)
    return;
  g_string_truncate (trace->lines.text, 0);
  g_array_set_size (trace->lines.lines, 0);
  lab_stream_add (&conn->streams[from], &finding->segment, &trace->lines, &trace->chat_budget);
  if (finding->segment.flags & LAB_ACK)
    lab_stream_acknowledged (&conn->streams[lab_side_other (from)], finding->segment.ack);
  finding->lines = lab_chat_lines_finish (&trace->lines, &finding->n_lines);
}

static void
on_tcp (LabTrace *trace)
{
  LabFinding *finding = &trace->finding;
  const LabSegment *segment = &finding->segment;
  LabConn *conn = NULL;

  /* A connection is known by its ports and by the rest of the header up to the window. */
  if (segment->has & LAB_HAS_WINDOW)
    conn = find (trace, segment);
  if (conn == NULL)
    finding->event = LAB_EVENT_MALFORMED;
  else if (segment->fault != LAB_FAULT_NONE)
    {
      lab_conn_add_malformed (conn, finding);
      touch (trace, conn);
    }
  else
    {
      lab_conn_add (conn, finding, &trace->flight_budget);
      read_chat (trace, conn);
      update_waiting (conn);
      touch (trace, conn);
    }
  trace->sink.packet (finding, trace->user_data);
}

/* An ICMP error is shown with the connection whose segment it answers. */
static void
on_other (LabTrace *trace)
{
  LabFinding *finding = &trace->finding;
  const LabQuote *quote = &finding->segment.quote;

  if (finding->segment.kind == LAB_KIND_ICMP && quote->protocol == 6 && quote->has_ports)
    {
      LabFlow flow;
      LabConn *conn = NULL;

      lab_flow_init (&flow, trace->flows, &quote->src, quote->src_port, &quote->dst,
                     quote->dst_port);
      conn = lab_flow_table_find (trace->flows, &flow);
      if (conn != NULL)
        {
          conn->report.icmp_errors++;
          finding->connection = &conn->report;
          finding->stream = conn->report.stream;
        }
    }
  if (trace->sink.other != NULL)
    trace->sink.other (finding, trace->user_data);
}

/**
 * lab_trace_push:
 * @packet: the next packet of the capture
 *
 * Tells the sink what there is to tell of it, and of connections that are over.
 */
void
lab_trace_push (LabTrace *trace, const LabPacket *packet)
{
  g_return_if_fail (trace != NULL && packet != NULL);

  memset (&trace->finding, 0, sizeof trace->finding);
  if (packet->has_time)
    retire_over (trace, packet->time_ns);
  switch (lab_dissect (trace->dissector, packet, &trace->finding.segment))
    {
    case LAB_KIND_TCP:
      on_tcp (trace);
      break;
    case LAB_KIND_UDP:
    case LAB_KIND_ICMP:
      on_other (trace);
      break;
    case LAB_KIND_FRAGMENT:
      if (lab_dissector_was_full (trace->dissector))
        notice (trace, LAB_NOTICE_FRAGMENTS_CAPPED);
      break;
    default:
      break;
    }
}

/**
 * lab_trace_advance:
 * @now_ns: the time, as packets would have it
 *
 * For a live trace in which no packet comes: connections that are over are reported when
 * their time has passed.
 */
void
lab_trace_advance (LabTrace *trace, gint64 now_ns)
{
  g_return_if_fail (trace != NULL);

  retire_over (trace, now_ns);
}

static gint
compare_streams (gconstpointer a, gconstpointer b)
{
  const LabConn *const *first = a;
  const LabConn *const *second = b;

  return (*first)->report.stream < (*second)->report.stream ? -1 : 1;
}

/**
 * lab_trace_finish:
 *
 * The capture is over: every connection is reported, in the order of their streams.
 */
void
lab_trace_finish (LabTrace *trace)
{
  g_autoptr (GPtrArray) left = NULL;

  g_return_if_fail (trace != NULL);

  left = g_ptr_array_new ();
  for (LabConn *conn = trace->by_age.next; conn != NULL; conn = conn->by_age.next)
    g_ptr_array_add (left, conn);
  g_ptr_array_sort (left, compare_streams);
  for (guint i = 0; i < left->len; i++)
    retire (trace, left->pdata[i]);
}

/**
 * lab_trace_n_live:
 *
 * Returns: how many connections are remembered now
 */
guint
lab_trace_n_live (const LabTrace *trace)
{
  g_return_val_if_fail (trace != NULL, 0);
  return lab_flow_table_size (trace->flows);
}

/**
 * lab_trace_free:
 * @trace: (transfer full) (nullable): what was made by lab_trace_new(); nothing more is
 *   reported
 */
void
lab_trace_free (LabTrace *trace)
{
  LabConn *next = NULL;

  if (trace == NULL)
    return;
  for (LabConn *conn = trace->by_age.next; conn != NULL; conn = next)
    {
      next = conn->by_age.next;
      conn_free (trace, conn);
    }
  lab_flow_table_free (trace->flows);
  lab_dissector_free (trace->dissector);
  lab_chat_lines_clear (&trace->lines);
  g_free (trace);
}

G_STATIC_ASSERT (sizeof (LabConn) <= 1400);
