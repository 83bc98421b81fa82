/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What an experiment has done, seen and found, whatever it is shown as. Nothing is asked of
 * the system here.
 */
#include "config.h"

#include "lab/bench/lab-report.h"

#include <glib/gi18n.h>
#include <string.h>

#include "lab/bench/lab-world.h"
#include "lab/explain/lab-explain.h"

static void
item_free (gpointer data)
{
  LabItem *item = data;

  g_free (item->host);
  g_free (item->text);
  g_clear_pointer (&item->sockets, g_ptr_array_unref);
  g_free (item);
}

static void
step_free (gpointer data)
{
  LabStep *step = data;

  g_free (step->title);
  g_ptr_array_unref (step->items);
  g_free (step);
}

static void
claim_free (gpointer data)
{
  LabClaim *claim = data;

  g_free (claim->text);
  g_free (claim->evidence);
  g_free (claim);
}

static void
question_free (gpointer data)
{
  LabQuestion *question = data;

  g_free (question->text);
  g_ptr_array_unref (question->claims);
  g_free (question);
}

static void
capture_free (gpointer data)
{
  LabCapture *capture = data;

  g_free (capture->host);
  g_free (capture->address);
  g_free (capture->file);
  g_ptr_array_unref (capture->frames);
  g_array_unref (capture->findings);
  g_ptr_array_unref (capture->connections);
  g_ptr_array_unref (capture->kept);
  g_free (capture);
}

/**
 * lab_report_new:
 */
LabReport *
lab_report_new (void)
{
  LabReport *report = g_new0 (LabReport, 1);

  report->steps = g_ptr_array_new_with_free_func (step_free);
  report->questions = g_ptr_array_new_with_free_func (question_free);
  report->differences = g_ptr_array_new_with_free_func (g_free);
  report->captures = g_ptr_array_new_with_free_func (capture_free);
  return report;
}

/**
 * lab_report_free:
 * @report: (nullable) (transfer full)
 */
void
lab_report_free (LabReport *report)
{
  if (report == NULL)
    return;
  g_ptr_array_unref (report->steps);
  g_ptr_array_unref (report->questions);
  g_ptr_array_unref (report->differences);
  g_ptr_array_unref (report->captures);
  g_free (report->system);
  g_free (report);
}

/**
 * lab_report_add_step:
 *
 * Returns: (transfer none)
 */
LabStep *
lab_report_add_step (LabReport *report, const char *title)
{
  LabStep *step = g_new0 (LabStep, 1);

  step->title = g_strdup (title);
  step->items = g_ptr_array_new_with_free_func (item_free);
  g_ptr_array_add (report->steps, step);
  return step;
}

static LabItem *
add_item (LabStep *step, LabItemKind kind, const char *host)
{
  LabItem *item = g_new0 (LabItem, 1);

  item->kind = kind;
  item->host = g_strdup (host);
  item->time_us = g_get_real_time ();
  g_ptr_array_add (step->items, item);
  return item;
}

/**
 * lab_step_add:
 * @host: (nullable): where
 */
void
lab_step_add (LabStep *step, LabItemKind kind, const char *host, const char *text)
{
  add_item (step, kind, host)->text = g_strdup (text);
}

/**
 * lab_step_add_sample:
 * @sockets: (transfer full): of #LabSocket
 */
void
lab_step_add_sample (LabStep *step, const char *host, GPtrArray *sockets)
{
  add_item (step, LAB_ITEM_SAMPLE, host)->sockets = sockets;
}

/**
 * lab_report_add_question:
 *
 * Returns: (transfer none)
 */
LabQuestion *
lab_report_add_question (LabReport *report, const char *text)
{
  LabQuestion *question = g_new0 (LabQuestion, 1);

  question->text = g_strdup (text);
  question->claims = g_ptr_array_new_with_free_func (claim_free);
  g_ptr_array_add (report->questions, question);
  return question;
}

/**
 * lab_question_add:
 * @holds: whether what was seen bears it out
 * @evidence: (nullable)
 */
void
lab_question_add (LabQuestion *question, gboolean holds, const char *text, const char *evidence)
{
  LabClaim *claim = g_new0 (LabClaim, 1);

  claim->holds = holds;
  claim->text = g_strdup (text);
  claim->evidence = g_strdup (evidence);
  g_ptr_array_add (question->claims, claim);
}

/**
 * lab_report_count_claims:
 * @only_borne_out: those that hold; else all of them
 */
guint
lab_report_count_claims (const LabReport *report, gboolean only_borne_out)
{
  guint n = 0;

  for (guint i = 0; i < report->questions->len; i++)
    {
      const LabQuestion *question = g_ptr_array_index (report->questions, i);

      for (guint c = 0; c < question->claims->len; c++)
        if (!only_borne_out || ((const LabClaim *) g_ptr_array_index (question->claims, c))->holds)
          n++;
    }
  return n;
}

static void
frame_free (gpointer data)
{
  g_free (((LabFrame *) data)->bytes);
  g_free (data);
}

/**
 * lab_report_add_capture:
 * @name: what captures of this experiment are named after
 *
 * Returns: (transfer none): the capture of a host, without a frame.
 */
LabCapture *
lab_report_add_capture (LabReport *report, const char *host, const char *address, const char *name)
{
  LabCapture *capture = g_new0 (LabCapture, 1);

  capture->host = g_strdup (host);
  capture->address = g_strdup (address);
  capture->file = g_strdup_printf ("%s-%s.pcap", host, name);
  capture->frames = g_ptr_array_new_with_free_func (frame_free);
  capture->findings = g_array_new (FALSE, FALSE, sizeof (LabFinding));
  capture->connections = g_ptr_array_new_with_free_func (g_free);
  capture->kept = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (report->captures, capture);
  return capture;
}

/* What the trace says while it reads a capture. */
static void
on_finding (const LabFinding *finding, gpointer data)
{
  LabCapture *capture = data;
  LabFinding kept = *finding;
  LabChatLine *lines = NULL;

  /* Lines of chat are the trace's own; the bytes are ours. */
  if (finding->n_lines > 0)
    {
      lines = g_memdup2 (finding->lines, finding->n_lines * sizeof *lines);
      g_ptr_array_add (capture->kept, lines);
    }
  for (guint i = 0; i < finding->n_lines; i++)
    {
      char *text = g_strdup (finding->lines[i].text);

      lines[i].text = text;
      g_ptr_array_add (capture->kept, text);
    }
  kept.lines = lines;
  g_array_append_val (capture->findings, kept);
}

static void
on_connection (const LabConnection *connection, gpointer data)
{
  LabCapture *capture = data;

  if (capture->connections->len <= connection->stream)
    g_ptr_array_set_size (capture->connections, (int) connection->stream + 1);
  g_free (g_ptr_array_index (capture->connections, connection->stream));
  g_ptr_array_index (capture->connections, connection->stream) =
      g_memdup2 (connection, sizeof *connection);
}

/* Reads frames up to number @last; what is found goes to @sink. */
static void
trace_frames (const LabCapture *capture, guint64 last, const LabTraceSink *sink, gpointer data)
{
  LabTraceOptions options;
  LabTrace *trace = NULL;

  lab_trace_options_init (&options);
  trace = lab_trace_new (&options, sink, data);
  for (guint i = 0; i < capture->frames->len && i < last; i++)
    {
      const LabFrame *frame = g_ptr_array_index (capture->frames, i);
      const LabPacket packet = lab_frame_as_packet (frame, i + 1);

      lab_trace_push (trace, &packet);
    }
  lab_trace_finish (trace);
  lab_trace_free (trace);
}

static void
trace_capture (LabCapture *capture)
{
  const LabTraceSink sink = { .packet = on_finding,
                              .connection = on_connection,
                              .other = on_finding };

  trace_frames (capture, G_MAXUINT64, &sink, capture);
  for (guint i = 0; i < capture->findings->len; i++)
    {
      LabFinding *finding = &g_array_index (capture->findings, LabFinding, i);

      if (finding->connection != NULL && finding->stream < capture->connections->len)
        finding->connection = g_ptr_array_index (capture->connections, finding->stream);
    }
}

static void
ignore_finding (const LabFinding *finding, gpointer data)
{
}

static void
collect_connection (const LabConnection *connection, gpointer data)
{
  GPtrArray *connections = data;

  g_ptr_array_add (connections, g_memdup2 (connection, sizeof *connection));
}

/**
 * lab_capture_title:
 *
 * Returns: (transfer full): which frames those above @after and not above @last are.
 */
char *
lab_capture_title (const LabCapture *capture, guint64 after, guint64 last)
{
  if (after == last)
    return g_strdup_printf (_ ("Nothing passed %s."), capture->host);
  if (last - after == 1)
    return g_strdup_printf (_ ("Frame %u of %s:"), (guint) last, capture->file);
  return g_strdup_printf (_ ("Frames %u to %u of %s:"), (guint) after + 1, (guint) last,
                          capture->file);
}

/**
 * lab_capture_find_streams:
 *
 * Returns: (transfer full): of (owned) #LabConnection, those that have a frame with a number
 * above @after and not above @last, as they were known at that frame.
 */
GPtrArray *
lab_capture_find_streams (const LabCapture *capture, guint64 after, guint64 last)
{
  const LabTraceSink sink = { .packet = ignore_finding, .connection = collect_connection };
  GPtrArray *found = g_ptr_array_new_with_free_func (g_free);

  trace_frames (capture, last, &sink, found);
  for (guint i = found->len; i-- > 0;)
    if (((const LabConnection *) g_ptr_array_index (found, i))->last_frame <= after)
      g_ptr_array_remove_index (found, i);
  return found;
}

/**
 * lab_report_trace:
 *
 * To be called once all frames are there: finds what they mean.
 */
void
lab_report_trace (LabReport *report)
{
  for (guint i = 0; i < report->captures->len; i++)
    trace_capture (g_ptr_array_index (report->captures, i));
}

/**
 * lab_report_explain:
 *
 * Appends what a frame was, in a sentence.
 */
void
lab_report_explain (const LabFinding *finding, GString *out)
{
  const LabSegment *segment = &finding->segment;

  if (segment->kind == LAB_KIND_TCP)
    lab_explain_packet (finding, out);
  else if (segment->kind == LAB_KIND_ICMP)
    lab_explain_icmp (segment, out);
  else
    g_string_append_printf (
        out,
        g_dngettext (NULL, "A UDP datagram with %u byte of data, from port %u to port %u.",
                     "A UDP datagram with %u bytes of data, from port %u to port %u.",
                     segment->len),
        segment->len, segment->src_port, segment->dst_port);
}
