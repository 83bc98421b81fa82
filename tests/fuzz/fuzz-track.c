/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Segments of a few connections, made from the input so that they often fit one another:
 * whatever they are, the findings keep to what a finding is, the JSON is one line each,
 * every connection is reported once and in order, and no more live than were allowed.
 *
 * A segment is eight bytes: flags, who sends on which pair of ports, what is added to the
 * number and to the acknowledgment expected, length, window, options, time.
 */
#include "config.h"

#include <string.h>

#include "lab/track/lab-trace.h"
#include "lab/view/lab-view-json.h"
#include "tests/fuzz/fuzz.h"

#define PAIRS 4
#define MAX_CONNECTIONS 3

typedef struct
{
  GString *out;
  guint64 frame;
  guint segments;
  guint connections;
  guint32 streams;
} Heard;

static void
check_line (const GString *line)
{
  g_assert_true (g_utf8_validate_len (line->str, line->len, NULL));
  g_assert_true (g_str_has_prefix (line->str, "{\"type\":"));
  g_assert_true (g_str_has_suffix (line->str, "\"}\n"));
  g_assert_true (strchr (line->str, '\n') == line->str + line->len - 1);
}

static void
on_packet (const LabFinding *finding, gpointer data)
{
  Heard *heard = data;

  g_assert_cmpuint (finding->segment.number, ==, heard->frame);
  g_assert_cmpint (finding->event, >, LAB_EVENT_NONE);
  g_assert_cmpint (finding->event, <, LAB_N_EVENTS);
  if (finding->connection != NULL)
    {
      g_assert_cmpuint (finding->stream, ==, finding->connection->stream);
      heard->streams = MAX (heard->streams, finding->stream + 1);
      for (guint side = 0; side < LAB_N_SIDES; side++)
        {
          g_assert_cmpint (finding->state[side], <, LAB_N_STATES);
          g_assert_cmpint (finding->state[side], ==, finding->connection->end[side].state);
        }
    }
  heard->segments++;
  g_string_truncate (heard->out, 0);
  lab_view_json_packet (finding, heard->out);
  check_line (heard->out);
}

static void
on_connection (const LabConnection *connection, gpointer data)
{
  Heard *heard = data;

  heard->connections++;
  g_assert_cmpint (connection->outcome, <, LAB_N_OUTCOMES);
  g_assert_cmpint (connection->conn_state, <, LAB_N_CONN_STATES);
  g_assert_cmpuint (connection->first_frame, <=, connection->last_frame);
  g_string_truncate (heard->out, 0);
  lab_view_json_connection (connection, heard->out);
  check_line (heard->out);
}

static void
put_u16 (guint8 *at, guint16 value)
{
  at[0] = (guint8) (value >> 8);
  at[1] = (guint8) value;
}

static void
put_u32 (guint8 *at, guint32 value)
{
  put_u16 (at, (guint16) (value >> 16));
  put_u16 (at + 2, (guint16) value);
}

/* A difference that is mostly small, and sometimes anything. */
static guint32
difference (guint8 byte)
{
  if (byte < 128)
    return 0;
  return byte < 240 ? (guint32) (gint32) (byte - 184) : (guint32) (byte - 239) << 28;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const LabTraceSink sink = { on_packet, on_connection, NULL, NULL };
  FuzzInput input = { data, size };
  LabTraceOptions options;
  g_autoptr (LabTrace) trace = NULL;
  Heard heard = { .out = g_string_new (NULL) };
  guint32 next[PAIRS][2] = { { 0 } };
  guint8 bytes[20 + 60 + 256] = { 0x45 };
  LabPacket packet = { .link_type = 101, .has_time = TRUE, .bytes = bytes };

  lab_trace_options_init (&options);
  options.max_connections = MAX_CONNECTIONS;
  options.chat_all = TRUE;
  trace = lab_trace_new (&options, &sink, &heard);
  while (input.left >= 8)
    {
      gsize len = 0;
      const guint8 *step = fuzz_take_bytes (&input, 8, &len);
      guint8 flags = step[0];
      guint pair = (step[1] >> 1) % PAIRS;
      guint side = step[1] & 1;
      guint n_options = (step[6] & 3) * 4;
      guint n_data = step[4];
      guint8 *tcp = bytes + 20;
      guint32 seq = next[pair][side] + difference (step[2]);

      memset (bytes + 1, 0, sizeof bytes - 1);
      bytes[9] = 6;
      bytes[12] = bytes[16] = 10;
      bytes[15] = side == 0 ? 1 : 2;
      bytes[19] = side == 0 ? 2 : 1;
      put_u16 (bytes + 2, (guint16) (40 + n_options + n_data));
      put_u16 (tcp, (guint16) (side == 0 ? 1000 + pair : 80));
      put_u16 (tcp + 2, (guint16) (side == 0 ? 80 : 1000 + pair));
      if (pair == PAIRS - 1) /* a socket that is connected to itself */
        {
          memcpy (bytes + 16, bytes + 12, 4);
          memcpy (tcp + 2, tcp, 2);
        }
      put_u32 (tcp + 4, seq);
      put_u32 (tcp + 8, next[pair][1 - side] + difference (step[3]));
      tcp[12] = (guint8) ((20 + n_options) / 4 << 4);
      tcp[13] = flags;
      put_u16 (tcp + 14, step[5] < 16 ? 0 : (guint16) (step[5] * 4));
      if (n_options >= 4)
        memcpy (tcp + 20, "\x03\x03\x07\x01", 4);
      memset (tcp + 20 + n_options, step[7] < 128 ? 'a' : '\n', n_data);
      if (step[2] < 240)
        next[pair][side] = seq + n_data + (flags & 1) + (flags >> 1 & 1);

      packet.number = ++heard.frame;
      packet.time_ns += (gint64) step[7] * step[7] * step[7] * 10000;
      packet.captured_len = packet.wire_len = 40 + n_options + n_data;
      lab_trace_push (trace, &packet);
      g_assert_cmpuint (lab_trace_n_live (trace), <=, MAX_CONNECTIONS);
    }
  lab_trace_finish (trace);
  g_assert_cmpuint (heard.segments, ==, heard.frame);
  g_assert_cmpuint (heard.connections, ==, heard.streams);
  g_assert_cmpuint (lab_trace_n_live (trace), ==, 0);
  g_string_free (heard.out, TRUE);
  return 0;
}
