/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Any capture through the whole trace into a view: what comes out is text that can
 * drive no terminal, and in drawings and pages nothing that is not ours.
 */
#include "config.h"

#include <string.h>

#include "lab/capture/lab-capture-reader.h"
#include "lab/view/lab-view.h"
#include "tests/fuzz/fuzz.h"

#define OUT_BYTES (128 * 1024)

static void
on_packet (const LabFinding *finding, gpointer data)
{
  lab_view_packet (data, finding);
}

static void
on_other (const LabFinding *finding, gpointer data)
{
  lab_view_other (data, finding);
}

static void
on_connection (const LabConnection *connection, gpointer data)
{
  lab_view_connection (data, connection);
}

static void
trace (LabView *view, const guint8 *data, gsize size)
{
  static const LabTraceSink sink = { on_packet, on_connection, on_other, NULL };
  g_autoptr (LabCaptureReader) reader = lab_capture_reader_new ();
  g_autoptr (LabTrace) tracer = NULL;
  LabTraceOptions options = { 0 };
  LabPacket packet = { 0 };
  gsize used = 0;
  gboolean goes_on = TRUE;

  lab_trace_options_init (&options);
  options.chat_all = TRUE;
  tracer = lab_trace_new (&options, &sink, view);
  for (gsize at = 0; goes_on; at += used)
    switch (lab_capture_reader_next (reader, data + at, size - at, &used, &packet))
      {
      case LAB_CAPTURE_PACKET:
        lab_trace_push (tracer, &packet);
        break;
      case LAB_CAPTURE_PASSED:
        break;
      case LAB_CAPTURE_MORE:
      case LAB_CAPTURE_BROKEN:
      default:
        goes_on = FALSE;
        break;
      }
  lab_trace_finish (tracer);
}

static void
check (LabViewFormat format, const GString *out)
{
  g_assert_true (g_utf8_validate_len (out->str, out->len, NULL));
  for (gsize i = 0; i < out->len; i++)
    g_assert_true ((guchar) out->str[i] >= ' ' || out->str[i] == '\n' || out->str[i] == '\t');
  if (format == LAB_FORMAT_SVG || format == LAB_FORMAT_HTML)
    {
      g_assert_null (strstr (out->str, "<script"));
      g_assert_null (strstr (out->str, "href=\"h"));
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const struct
  {
    LabViewFormat format;
    LabViewOptions options;
  } kinds[] = {
    { LAB_FORMAT_TEXT, { .hex = TRUE, .verbose = TRUE, .diagram = TRUE } },
    { LAB_FORMAT_TEXT, { .ladder = TRUE, .absolute = TRUE } },
    { LAB_FORMAT_JSON, { 0 } },
    { LAB_FORMAT_SVG, { 0 } },
    { LAB_FORMAT_SVG, { .diagram = TRUE } },
    { LAB_FORMAT_HTML, { .diagram = TRUE } },
    { LAB_FORMAT_SUMMARY, { 0 } },
  };
  /* One of them, chosen by the input: all would take too long for many inputs. */
  gsize kind = size > 0 ? data[size - 1] % G_N_ELEMENTS (kinds) : 0;
  g_autoptr (GString) out = g_string_sized_new (OUT_BYTES);
  g_autoptr (LabView) view = lab_view_new (kinds[kind].format, &kinds[kind].options, out);

  lab_view_begin (view);
  trace (view, data, size);
  lab_view_end (view);
  check (kinds[kind].format, out);
  return 0;
}
