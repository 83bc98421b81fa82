/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Findings as NDJSON (salotto-lab-trace-json(5)): one object a line, flat keys, those of
 * tshark where it has them. A capture has millions of lines, so text is written straight
 * into the buffer: room is made once for a line, and only what comes from the network as
 * text (chat) or is composed (sentences) is escaped.
 */
#include "config.h"

#include "lab/view/lab-view-json.h"

#include <string.h>

#include "common/base/sal-json.h"
#include "lab/explain/lab-explain.h"

/* More than all keys of a line and their numbers need; texts come on top. */
#define LINE_BYTES 4096

/* Where the next byte goes. */
typedef char *Out;

static inline Out
put_bytes (Out out, const char *bytes, gsize len)
{
  memcpy (out, bytes, len);
  return out + len;
}

#define PUT(out, literal) put_bytes (out, "" literal "", sizeof (literal) - 1)

static inline Out
put_u64 (Out out, guint64 value)
{
  char digits[20];
  guint n = sizeof digits;

  do
    digits[--n] = (char) ('0' + value % 10);
  while ((value /= 10) != 0);
  return put_bytes (out, digits + n, sizeof digits - n);
}

/* Nanoseconds as seconds with nine decimals. */
static Out
put_seconds (Out out, gint64 ns)
{
  guint64 magnitude = ns < 0 ? -(guint64) ns : (guint64) ns;
  guint64 fraction = magnitude % 1000000000;

  if (ns < 0)
    *out++ = '-';
  out = put_u64 (out, magnitude / 1000000000);
  *out = '.';
  for (guint i = 9; i > 0; i--)
    {
      out[i] = (char) ('0' + fraction % 10);
      fraction /= 10;
    }
  return out + 10;
}

static Out
put_address (Out out, const LabAddress *address)
{
  char text[LAB_ADDRESS_TEXT];

  return put_bytes (out, text, lab_address_to_text (address, text));
}

static Out
put_word (Out out, const char *word)
{
  return put_bytes (out, word, strlen (word));
}

#define KEY_U64(out, key, value) put_u64 (PUT (out, ",\"" key "\":"), value)
#define KEY_TRUE(out, key) PUT (out, ",\"" key "\":true")
#define KEY_SECONDS(out, key, ns) put_seconds (PUT (out, ",\"" key "\":"), ns)
#define KEY_WORD(out, key, word) PUT (put_word (PUT (out, ",\"" key "\":\""), word), "\"")

static Out
put_frame (Out out, const LabSegment *segment)
{
  out = PUT (out, "{\"type\":\"packet\"");
  out = KEY_U64 (out, "frame.number", segment->number);
  if (segment->has_time)
    {
      out = PUT (out, ",\"frame.time_epoch\":\"");
      out = put_seconds (out, segment->time_ns);
      *out++ = '"';
    }
  if (segment->has_interface)
    out = KEY_U64 (out, "frame.interface_id", segment->interface_id);
  return out;
}

static Out
put_addresses (Out out, const LabSegment *segment)
{
  if (segment->src.family == 4)
    {
      out = put_address (PUT (out, ",\"ip.src\":\""), &segment->src);
      out = put_address (PUT (out, "\",\"ip.dst\":\""), &segment->dst);
      *out++ = '"';
    }
  else if (segment->src.family == 6)
    {
      out = put_address (PUT (out, ",\"ipv6.src\":\""), &segment->src);
      out = put_address (PUT (out, "\",\"ipv6.dst\":\""), &segment->dst);
      *out++ = '"';
    }
  return out;
}

/* Of a malformed header as much as could be read. */
static Out
put_header (Out out, const LabFinding *finding)
{
  const LabSegment *segment = &finding->segment;
  gboolean whole = segment->fault == LAB_FAULT_NONE;

  if (segment->has & LAB_HAS_PORTS)
    {
      out = KEY_U64 (out, "tcp.srcport", segment->src_port);
      out = KEY_U64 (out, "tcp.dstport", segment->dst_port);
    }
  if (segment->has & LAB_HAS_SEQ)
    {
      out = KEY_U64 (out, "tcp.seq", whole ? finding->seq : segment->seq);
      out = KEY_U64 (out, "tcp.seq_raw", segment->seq);
    }
  if (segment->has & LAB_HAS_ACK)
    {
      out = KEY_U64 (out, "tcp.ack", whole ? finding->ack : segment->ack);
      out = KEY_U64 (out, "tcp.ack_raw", segment->ack);
    }
  if (segment->has & LAB_HAS_FLAGS)
    {
      out = KEY_U64 (out, "tcp.hdr_len", segment->hdr_len);
      if (whole)
        out = KEY_U64 (out, "tcp.len", segment->len);
      out = KEY_U64 (out, "tcp.flags", segment->flags);
    }
  if (segment->has & LAB_HAS_WINDOW)
    {
      out = KEY_U64 (out, "tcp.window_size_value", segment->window);
      out = KEY_U64 (out, "tcp.window_size", whole ? finding->window : segment->window);
    }
  if (segment->has & LAB_HAS_URGENT)
    out = KEY_U64 (out, "tcp.urgent_pointer", segment->urgent);
  return out;
}

static Out
put_numbers (Out out, const guint32 *numbers, guint n)
{
  *out++ = '[';
  for (guint i = 0; i < n; i++)
    {
      if (i > 0)
        *out++ = ',';
      out = put_u64 (out, numbers[i]);
    }
  *out++ = ']';
  return out;
}

static Out
put_options (Out out, const LabFinding *finding)
{
  const LabSegment *segment = &finding->segment;

  if (segment->has & LAB_HAS_MSS)
    out = KEY_U64 (out, "tcp.options.mss_val", segment->mss);
  if (segment->has & LAB_HAS_WSCALE)
    out = KEY_U64 (out, "tcp.options.wscale.shift", segment->wscale);
  if (segment->has & LAB_HAS_SACK_PERM)
    out = KEY_TRUE (out, "tcp.options.sack_perm");
  if (segment->has & LAB_HAS_TIMESTAMPS)
    {
      out = KEY_U64 (out, "tcp.options.timestamp.tsval", segment->tsval);
      out = KEY_U64 (out, "tcp.options.timestamp.tsecr", segment->tsecr);
    }
  if (segment->n_sacks > 0)
    {
      out = PUT (out, ",\"tcp.options.sack_le\":");
      out = put_numbers (out, finding->sack_left, segment->n_sacks);
      out = PUT (out, ",\"tcp.options.sack_re\":");
      out = put_numbers (out, finding->sack_right, segment->n_sacks);
    }
  return out;
}

static const struct
{
  guint32 bit;
  const char *key;
} analysis_keys[] = {
#define ANALYSIS(BIT, name)                                                                        \
  {                                                                                                \
    LAB_ANALYSIS_##BIT, ",\"tcp.analysis." name "\":true"                                          \
  }
  ANALYSIS (ZERO_WINDOW, "zero_window"),
  ANALYSIS (ZERO_WINDOW_PROBE, "zero_window_probe"),
  ANALYSIS (ZERO_WINDOW_PROBE_ACK, "zero_window_probe_ack"),
  ANALYSIS (WINDOW_FULL, "window_full"),
  ANALYSIS (WINDOW_UPDATE, "window_update"),
  ANALYSIS (KEEP_ALIVE, "keep_alive"),
  ANALYSIS (KEEP_ALIVE_ACK, "keep_alive_ack"),
  ANALYSIS (DUPLICATE_ACK, "duplicate_ack"),
  ANALYSIS (LOST_SEGMENT, "lost_segment"),
  ANALYSIS (ACK_LOST_SEGMENT, "ack_lost_segment"),
  ANALYSIS (RETRANSMISSION, "retransmission"),
  ANALYSIS (FAST_RETRANSMISSION, "fast_retransmission"),
  ANALYSIS (SPURIOUS_RETRANSMISSION, "spurious_retransmission"),
  ANALYSIS (OUT_OF_ORDER, "out_of_order"),
  ANALYSIS (REUSED_PORTS, "reused_ports"),
#undef ANALYSIS
};

static Out
put_analysis (Out out, const LabFinding *finding)
{
  if (finding->analysis != 0)
    for (gsize i = 0; i < G_N_ELEMENTS (analysis_keys); i++)
      if (finding->analysis & analysis_keys[i].bit)
        out = put_word (out, analysis_keys[i].key);
  if (finding->analysis & LAB_ANALYSIS_DUPLICATE_ACK)
    {
      out = KEY_U64 (out, "tcp.analysis.duplicate_ack_num", finding->duplicate_ack_num);
      out = KEY_U64 (out, "tcp.analysis.duplicate_ack_frame", finding->duplicate_ack_frame);
    }
  if (finding->has & LAB_FINDING_BYTES_IN_FLIGHT)
    out = KEY_U64 (out, "tcp.analysis.bytes_in_flight", finding->bytes_in_flight);
  if (finding->has & LAB_FINDING_ACKS_FRAME)
    {
      out = KEY_U64 (out, "tcp.analysis.acks_frame", finding->acks_frame);
      /* As in tshark, no time is no round trip. */
      if (finding->ack_rtt_ns != 0)
        out = KEY_SECONDS (out, "tcp.analysis.ack_rtt", finding->ack_rtt_ns);
    }
  if (finding->has & LAB_FINDING_INITIAL_RTT)
    out = KEY_SECONDS (out, "tcp.analysis.initial_rtt", finding->initial_rtt_ns);
  if (finding->has & LAB_FINDING_RTO)
    out = KEY_SECONDS (out, "tcp.analysis.rto", finding->rto_ns);
  return out;
}

static Out
put_states (Out out, const LabFinding *finding)
{
  out = KEY_WORD (out, "salotto.client_state", lab_state_name (finding->state[LAB_CLIENT]));
  out = KEY_WORD (out, "salotto.server_state", lab_state_name (finding->state[LAB_SERVER]));
  if (finding->assumed[LAB_CLIENT])
    out = KEY_TRUE (out, "salotto.client_assumed");
  if (finding->assumed[LAB_SERVER])
    out = KEY_TRUE (out, "salotto.server_assumed");
  return KEY_WORD (out, "salotto.from", lab_side_name (finding->from));
}

/* Room for a line at the end of @out; give back where it ends with end_line(). */
static Out
begin_line (GString *out)
{
  gsize len = out->len;

  g_string_set_size (out, len + LINE_BYTES);
  return out->str + len;
}

static void
end_line (GString *out, Out end)
{
  g_string_truncate (out, (gsize) (end - out->str));
}

static void
append_lines (GString *out, const LabFinding *finding)
{
  if (finding->n_lines == 0)
    return;
  g_string_append (out, ",\"salotto.chat\":[");
  for (guint i = 0; i < finding->n_lines; i++)
    {
      if (i > 0)
        g_string_append_c (out, ',');
      sal_json_append_quoted (out, finding->lines[i].text);
    }
  g_string_append_c (out, ']');
}

/* The sentence is our own words, numbers and addresses: nothing in it needs escaping. */
static void
append_sentence (GString *out, void (*explain) (const void *fact, GString *out), const void *fact)
{
  g_string_append (out, ",\"salotto.text\":\"");
  explain (fact, out);
  g_string_append (out, "\"}\n");
}

static void
explain_packet (const void *fact, GString *out)
{
  lab_explain_packet (fact, out);
}

static void
explain_connection (const void *fact, GString *out)
{
  lab_explain_connection (fact, out);
}

/**
 * lab_view_json_packet:
 * @finding: a finding of a TCP segment
 * @out: where to append one line
 */
void
lab_view_json_packet (const LabFinding *finding, GString *out)
{
  Out at = begin_line (out);

  at = put_frame (at, &finding->segment);
  if (finding->connection != NULL)
    at = KEY_U64 (at, "tcp.stream", finding->stream);
  at = put_addresses (at, &finding->segment);
  at = put_header (at, finding);
  at = put_options (at, finding);
  if (finding->connection != NULL)
    {
      at = KEY_U64 (at, "tcp.completeness", finding->completeness);
      at = put_analysis (at, finding);
      at = put_states (at, finding);
    }
  at = KEY_WORD (at, "salotto.event", lab_event_name (finding->event));
  end_line (out, at);
  append_lines (out, finding);
  append_sentence (out, explain_packet, finding);
}

static Out
put_end (Out out, LabSide side, const LabEndReport *end)
{
  const struct
  {
    const char *key;
    guint64 value;
  } numbers[] = {
    { ".segments\":", end->segments },
    { ".bytes\":", end->bytes },
    { ".retransmissions\":", end->retransmissions },
    { ".out_of_order\":", end->out_of_order },
    { ".duplicate_acks\":", end->duplicate_acks },
    { ".zero_windows\":", end->zero_windows },
    { ".keep_alives\":", end->keep_alives },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      out = put_word (PUT (out, ",\""), lab_side_name (side));
      out = put_u64 (put_word (out, numbers[i].key), numbers[i].value);
    }
  out = put_word (PUT (out, ",\""), lab_side_name (side));
  out = put_word (PUT (out, ".state\":\""), lab_state_name (end->state));
  *out++ = '"';
  return out;
}

static Out
put_place (Out out, LabSide side, const LabEndReport *end)
{
  out = put_word (PUT (out, ",\""), lab_side_name (side));
  out = put_address (PUT (out, ".addr\":\""), &end->address);
  out = put_word (PUT (out, "\",\""), lab_side_name (side));
  return put_u64 (PUT (out, ".port\":"), end->port);
}

/**
 * lab_view_json_connection:
 * @connection: a connection that is over, or whose capture is
 * @out: where to append one line
 */
void
lab_view_json_connection (const LabConnection *connection, GString *out)
{
  Out at = begin_line (out);

  at = PUT (at, "{\"type\":\"connection\"");
  at = KEY_U64 (at, "tcp.stream", connection->stream);
  at = put_place (at, LAB_CLIENT, &connection->end[LAB_CLIENT]);
  at = put_place (at, LAB_SERVER, &connection->end[LAB_SERVER]);
  at = KEY_U64 (at, "first_frame", connection->first_frame);
  at = KEY_U64 (at, "last_frame", connection->last_frame);
  if (connection->has_time)
    {
      at = PUT (at, ",\"start\":\"");
      at = put_seconds (at, connection->first_time_ns);
      at = PUT (at, "\",\"duration\":\"");
      at = put_seconds (at, connection->last_time_ns - connection->first_time_ns);
      *at++ = '"';
    }
  at = put_end (at, LAB_CLIENT, &connection->end[LAB_CLIENT]);
  at = put_end (at, LAB_SERVER, &connection->end[LAB_SERVER]);
  at = KEY_U64 (at, "tcp.completeness", connection->completeness);
  at = KEY_WORD (at, "outcome", lab_outcome_name (connection->outcome));
  at = KEY_WORD (at, "conn_state", lab_conn_state_name (connection->conn_state));
  if (connection->has_initial_rtt)
    at = KEY_SECONDS (at, "rtt.initial", connection->initial_rtt_ns);
  end_line (out, at);
  append_sentence (out, explain_connection, connection);
}
