/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A line for each segment in the manner of tcpdump, with the states of both ends after it
 * in front; and of each connection the story and the answers that a lab asks for.
 */
#include "config.h"

#include <string.h>
#include <time.h>

#include "lab/explain/lab-explain.h"
#include "lab/explain/lab-lessons.h"
#include "lab/view/lab-diagram.h"
#include "lab/view/lab-paint.h"
#include "lab/view/lab-view-private.h"
#include "lab/view/lab-words.h"

#define NS_PER_SECOND 1000000000
#define STATE_WIDTH 13 /* SYN-RECEIVED, and a mark */
#define HEX_BYTES 16

/* What lines below a segment are moved to the right by. */
#define INDENT "      "

typedef struct
{
  LabView base;
  LabLessons *lessons; /* (owned) */
  gint64 second;       /* whose time of day is known */
  char clock[16];
  gboolean was_line; /* the last thing written is a segment's line */
} TextView;

static TextView *
text_view (LabView *view)
{
  return (TextView *) (void *) view;
}

static void
text_begin (LabView *view)
{
  text_view (view)->lessons = lab_lessons_new ();
  text_view (view)->second = -1;
  lab_paint_begin (view->options.colour, LAB_PAINT_FAINT, view->out);
  g_string_append (view->out, "  No. Time            Conn. Client        Server        Segment");
  lab_paint_end (view->options.colour, view->out);
  g_string_append_c (view->out, '\n');
  text_view (view)->was_line = TRUE;
}

static void
text_clear (LabView *view)
{
  lab_lessons_free (text_view (view)->lessons);
}

/* The time of day as tcpdump shows it; the same second is not looked up again. */
static void
append_clock (TextView *view, const LabSegment *segment)
{
  gint64 second = segment->time_ns / NS_PER_SECOND;

  if (!segment->has_time)
    {
      g_string_append (view->base.out, "--:--:--.------");
      return;
    }
  if (second != view->second)
    {
      time_t when = (time_t) second;
      struct tm parts = { 0 };

      localtime_r (&when, &parts);
      strftime (view->clock, sizeof view->clock, "%H:%M:%S", &parts);
      view->second = second;
    }
  g_string_append_printf (view->base.out, "%s.%06d", view->clock,
                          (int) (segment->time_ns % NS_PER_SECOND / 1000));
}

static void
append_state (const LabView *view, LabState state, gboolean assumed)
{
  const char *name = lab_state_name (state);
  int width = (int) strlen (name) + (assumed ? 1 : 0);

  lab_paint_begin (view->options.colour, lab_paint_of_state (state), view->out);
  g_string_append_printf (view->out, "%s%s", name, assumed ? "?" : "");
  lab_paint_end (view->options.colour, view->out);
  g_string_append_printf (view->out, "%*s", STATE_WIDTH + 1 - width, "");
}

/* `10.0.0.1.4000 > 10.0.0.2.80`, as tcpdump joins address and port. */
static void
append_ends (const LabView *view, const LabSegment *segment)
{
  char from[LAB_SCOPED_ADDRESS_TEXT];
  char to[LAB_SCOPED_ADDRESS_TEXT];

  lab_address_to_scoped_text (&segment->src, view->options.scope, from);
  lab_address_to_scoped_text (&segment->dst, view->options.scope, to);
  g_string_append_printf (view->out, "%s.%u > %s.%u: ", from, segment->src_port, to,
                          segment->dst_port);
}

/* Number, time, and of which connection. */
static void
append_head (TextView *view, const LabFinding *finding)
{
  GString *out = view->base.out;
  char conn[16] = "";

  if (finding->connection != NULL)
    g_snprintf (conn, sizeof conn, "#%u", finding->stream);
  g_string_append_printf (out, "%5" G_GUINT64_FORMAT " ", finding->segment.number);
  append_clock (view, &finding->segment);
  g_string_append_printf (out, " %-5s ", conn);
}

static void
append_numbers (const LabView *view, const LabFinding *finding)
{
  const LabSegment *segment = &finding->segment;
  gboolean absolute = view->options.absolute;
  guint32 seq = absolute ? segment->seq : finding->seq;
  GString *out = view->out;

  if (segment->len > 0)
    g_string_append_printf (out, ", seq %u:%u", seq, seq + segment->len);
  else if (segment->flags & (LAB_SYN | LAB_FIN | LAB_RST))
    g_string_append_printf (out, ", seq %u", seq);
  if (segment->flags & LAB_ACK)
    g_string_append_printf (out, ", ack %u", absolute ? segment->ack : finding->ack);
  g_string_append_printf (out, ", win %u", absolute ? segment->window : finding->window);
  if (segment->flags & LAB_URG)
    g_string_append_printf (out, ", urg %u", segment->urgent);
}

static void
append_sack (const LabView *view, const LabFinding *finding, GString *options)
{
  for (guint i = 0; i < finding->segment.n_sacks; i++)
    {
      const LabSackBlock *raw = &finding->segment.sacks[i];
      gboolean absolute = view->options.absolute;

      g_string_append_printf (options, "%s{%u:%u}", i == 0 ? ",sack " : "",
                              absolute ? raw->left : finding->sack_left[i],
                              absolute ? raw->right : finding->sack_right[i]);
    }
}

static void
append_options (const LabView *view, const LabFinding *finding)
{
  static const struct
  {
    guint32 bit;
    const char *text;
  } plain[] = { { LAB_HAS_SACK_PERM, ",sackOK" }, { LAB_HAS_MD5, ",md5" },
                { LAB_HAS_FAST_OPEN, ",tfo" },    { LAB_HAS_MPTCP, ",mptcp" },
                { LAB_HAS_AUTH, ",tcp-ao" },      { LAB_OPTIONS_CUT, ",(cut off)" },
                { LAB_OPTIONS_BAD, ",(bad)" } };
  const LabSegment *segment = &finding->segment;
  g_autoptr (GString) options = g_string_new (NULL);

  if (segment->has & LAB_HAS_MSS)
    g_string_append_printf (options, ",mss %u", segment->mss);
  for (gsize i = 0; i < G_N_ELEMENTS (plain); i++)
    if (segment->has & plain[i].bit)
      g_string_append (options, plain[i].text);
  if (segment->has & LAB_HAS_TIMESTAMPS)
    g_string_append_printf (options, ",TS val %u ecr %u", segment->tsval, segment->tsecr);
  if (segment->has & LAB_HAS_WSCALE)
    g_string_append_printf (options, ",wscale %u", segment->wscale);
  append_sack (view, finding, options);
  if (options->len > 0)
    g_string_append_printf (view->out, ", options [%s]", options->str + 1);
}

static void
append_remark (const LabView *view, const LabFinding *finding)
{
  g_autoptr (GString) remark = g_string_new (NULL);

  lab_words_remark (finding, remark);
  if (remark->len == 0)
    return;
  g_string_append_c (view->out, ' ');
  lab_paint_begin (view->options.colour, LAB_PAINT_WARNING, view->out);
  g_string_append_printf (view->out, "[%s]", remark->str);
  lab_paint_end (view->options.colour, view->out);
}

static void
append_chat (const LabView *view, const LabFinding *finding)
{
  for (guint i = 0; i < finding->n_lines; i++)
    {
      g_string_append (view->out, INDENT);
      lab_paint_begin (view->options.colour, LAB_PAINT_CHAT, view->out);
      g_string_append_printf (view->out, "%s: “%s”", lab_side_name (finding->from),
                              finding->lines[i].text);
      lab_paint_end (view->options.colour, view->out);
      g_string_append (view->out,
                       finding->lines[i].joined ? " (begun in a segment before)\n" : "\n");
    }
}

/* As `tcpdump -X`, from the IP header on. */
static void
append_hex (GString *out, const guint8 *bytes, gsize len)
{
  for (gsize at = 0; at < len; at += HEX_BYTES)
    {
      gsize n = MIN (len - at, HEX_BYTES);
      gsize start = out->len;

      g_string_append_printf (out, "\t0x%04x:  ", (guint) at);
      for (gsize i = 0; i < n; i++)
        g_string_append_printf (out, "%02x%s", bytes[at + i], i % 2 == 1 ? " " : "");
      g_string_append_printf (out, "%*s", (int) (start + 52 - out->len), "");
      for (gsize i = 0; i < n; i++)
        g_string_append_c (out, g_ascii_isgraph (bytes[at + i]) ? (char) bytes[at + i] : '.');
      g_string_append_c (out, '\n');
    }
}

static void
append_sentence (const LabView *view, const LabFinding *finding)
{
  g_string_append (view->out, INDENT);
  lab_explain_packet (finding, view->out);
  g_string_append_c (view->out, '\n');
}

static void
text_packet (LabView *base, const LabFinding *finding)
{
  TextView *view = text_view (base);
  const LabSegment *segment = &finding->segment;
  GString *out = base->out;

  if (!view->was_line)
    g_string_append_c (out, '\n');
  view->was_line = TRUE;
  append_head (view, finding);
  if (finding->connection != NULL)
    {
      append_state (base, finding->state[LAB_CLIENT], finding->assumed[LAB_CLIENT]);
      append_state (base, finding->state[LAB_SERVER], finding->assumed[LAB_SERVER]);
      lab_lessons_add (view->lessons, finding);
    }
  else
    g_string_append_printf (out, "%-*s %-*s ", STATE_WIDTH, "-", STATE_WIDTH, "-");
  append_ends (base, segment);
  if (segment->has & LAB_HAS_FLAGS)
    {
      g_string_append (out, "Flags [");
      lab_words_flags (segment->flags, out);
      g_string_append_c (out, ']');
      append_numbers (base, finding);
      append_options (base, finding);
      g_string_append_printf (out, ", length %u", segment->len);
    }
  else
    g_string_append (out, "TCP");
  append_remark (base, finding);
  g_string_append_c (out, '\n');
  if (base->options.verbose)
    append_sentence (base, finding);
  append_chat (base, finding);
  if (base->options.hex)
    append_hex (out, segment->ip, segment->ip_len);
}

/* A UDP datagram, or an ICMP error with what it answers. */
static void
text_other (LabView *base, const LabFinding *finding)
{
  TextView *view = text_view (base);
  const LabSegment *segment = &finding->segment;
  GString *out = base->out;

  if (!view->was_line)
    g_string_append_c (out, '\n');
  view->was_line = TRUE;
  append_head (view, finding);
  g_string_append_printf (out, "%-*s %-*s ", STATE_WIDTH, "-", STATE_WIDTH, "-");
  if (segment->kind == LAB_KIND_UDP)
    {
      append_ends (base, segment);
      g_string_append_printf (out, "UDP, length %u\n", segment->len);
    }
  else
    {
      char from[LAB_SCOPED_ADDRESS_TEXT];
      char to[LAB_SCOPED_ADDRESS_TEXT];

      lab_address_to_scoped_text (&segment->src, base->options.scope, from);
      lab_address_to_scoped_text (&segment->dst, base->options.scope, to);
      g_string_append_printf (out, "%s > %s: ICMP type %u, code %u\n" INDENT, from, to,
                              segment->icmp_type, segment->icmp_code);
      lab_paint_begin (base->options.colour, LAB_PAINT_WARNING, out);
      lab_explain_icmp (segment, out);
      lab_paint_end (base->options.colour, out);
      g_string_append_c (out, '\n');
    }
  if (base->options.hex)
    append_hex (out, segment->ip, segment->ip_len);
}

static void
append_title (const LabView *view, const LabConnection *connection)
{
  GString *out = view->out;

  g_string_append_c (out, '\n');
  lab_paint_begin (view->options.colour, LAB_PAINT_TITLE, out);
  g_string_append_printf (out, "Connection #%u: ", connection->stream);
  lab_words_end (&connection->end[LAB_CLIENT], out);
  g_string_append (out, " to ");
  lab_words_end (&connection->end[LAB_SERVER], out);
  lab_paint_end (view->options.colour, out);
  g_string_append_c (out, '\n');
}

static void
append_lessons (TextView *view, const LabConnection *connection)
{
  GString *out = view->base.out;

  for (int i = 0; i < LAB_N_LESSONS; i++)
    {
      g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);

      lab_lessons_answer (view->lessons, connection, (LabLesson) i, lines);
      if (lines->len == 0)
        continue;
      g_string_append (out, "\n  ");
      lab_paint_begin (view->base.options.colour, LAB_PAINT_TITLE, out);
      g_string_append (out, lab_lesson_title ((LabLesson) i));
      lab_paint_end (view->base.options.colour, out);
      g_string_append_c (out, '\n');
      for (guint j = 0; j < lines->len; j++)
        g_string_append_printf (out, "    %s\n", (const char *) lines->pdata[j]);
    }
  lab_lessons_forget (view->lessons, connection);
}

static void
append_row (GString *out, const char *name, guint64 client, guint64 server)
{
  g_string_append_printf (out, "    %-18s %12" G_GUINT64_FORMAT " %12" G_GUINT64_FORMAT "\n", name,
                          client, server);
}

/* What both ends sent, and how long it took. */
static void
append_totals (const LabView *view, const LabConnection *connection)
{
  const LabEndReport *client = &connection->end[LAB_CLIENT];
  const LabEndReport *server = &connection->end[LAB_SERVER];
  GString *out = view->out;

  g_string_append_printf (out, "\n    %-18s %12s %12s\n", "", "client", "server");
  append_row (out, "segments", client->segments, server->segments);
  append_row (out, "bytes of data", client->bytes, server->bytes);
  append_row (out, "retransmissions", client->retransmissions, server->retransmissions);
  if (client->overtaken + server->overtaken > 0)
    append_row (out, "out of order", client->overtaken, server->overtaken);
  if (client->duplicate_acks + server->duplicate_acks > 0)
    append_row (out, "duplicate ACKs", client->duplicate_acks, server->duplicate_acks);
  if (client->zero_windows + server->zero_windows > 0)
    append_row (out, "windows closed", client->zero_windows, server->zero_windows);
  g_string_append_printf (out, "    %-18s %12s%s %*s%s\n", "state", lab_state_name (client->state),
                          client->assumed ? "?" : "", client->assumed ? 11 : 12,
                          lab_state_name (server->state), server->assumed ? "?" : "");
  g_string_append_printf (out, "    outcome: %s (%s)", lab_outcome_name (connection->outcome),
                          lab_conn_state_name (connection->conn_state));
  if (connection->has_time)
    {
      g_string_append (out, "; duration ");
      lab_words_duration (connection->last_time_ns - connection->first_time_ns, out);
    }
  if (connection->has_initial_rtt)
    {
      g_string_append (out, "; round trip ");
      lab_words_duration (connection->initial_rtt_ns, out);
    }
  g_string_append_c (out, '\n');
}

static void
text_connection (LabView *base, const LabConnection *connection)
{
  append_title (base, connection);
  g_string_append (base->out, "  ");
  lab_explain_connection (connection, base->out);
  g_string_append_c (base->out, '\n');
  append_lessons (text_view (base), connection);
  append_totals (base, connection);
  if (base->options.diagram)
    lab_view_diagram_text (connection, base->options.colour, base->out);
  text_view (base)->was_line = FALSE;
}

const LabViewClass lab_view_text_class = { .size = sizeof (TextView),
                                           .lists_others = TRUE,
                                           .begin = text_begin,
                                           .packet = text_packet,
                                           .other = text_other,
                                           .connection = text_connection,
                                           .clear = text_clear };
