/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The formats that a trace can be shown in. A view gets findings and connections and
 * appends text to a string, which its owner writes and empties whenever it likes; it does
 * no output of its own.
 */
#include "config.h"

#include "lab/view/lab-view.h"

#include "lab/view/lab-view-json.h"
#include "lab/view/lab-view-private.h"

static void
json_packet (LabView *view, const LabFinding *finding)
{
  lab_view_json_packet (finding, view->out);
}

static void
json_connection (LabView *view, const LabConnection *connection)
{
  lab_view_json_connection (connection, view->out);
}

static const LabViewClass json_class = { .size = sizeof (LabView),
                                         .packet = json_packet,
                                         .connection = json_connection };

/**
 * lab_view_format_name:
 *
 * Returns: what is typed for @format.
 */
const char *
lab_view_format_name (LabViewFormat format)
{
  static const char *const names[LAB_N_FORMATS] = { "text", "json", "svg", "html", "summary" };

  g_return_val_if_fail (format < LAB_N_FORMATS, "");
  return names[format];
}

static const LabViewClass *
find_class (LabViewFormat format, const LabViewOptions *options)
{
  switch (format)
    {
    case LAB_FORMAT_JSON:
      return &json_class;
    case LAB_FORMAT_SVG:
      return &lab_view_svg_class;
    case LAB_FORMAT_HTML:
      return &lab_view_html_class;
    case LAB_FORMAT_SUMMARY:
      return &lab_view_summary_class;
    case LAB_FORMAT_TEXT:
    case LAB_N_FORMATS:
    default:
      return options->ladder ? &lab_view_ladder_class : &lab_view_text_class;
    }
}

/**
 * lab_view_new:
 * @out: (transfer none): what it writes is appended here
 *
 * Returns: (transfer full): a view that has seen nothing yet.
 */
LabView *
lab_view_new (LabViewFormat format, const LabViewOptions *options, GString *out)
{
  const LabViewClass *class = find_class (format, options);
  LabView *view = g_malloc0 (class->size);

  view->class = class;
  view->options = *options;
  view->out = out;
  return view;
}

/**
 * lab_view_free:
 * @view: (nullable) (transfer full)
 */
void
lab_view_free (LabView *view)
{
  if (view == NULL)
    return;
  if (view->class->clear != NULL)
    view->class->clear (view);
  g_free (view);
}

/**
 * lab_view_begin:
 *
 * Before anything else.
 */
void
lab_view_begin (LabView *view)
{
  if (view->class->begin != NULL)
    view->class->begin (view);
}

/**
 * lab_view_packet:
 *
 * Shows a TCP segment.
 */
void
lab_view_packet (LabView *view, const LabFinding *finding)
{
  if (view->class->packet != NULL)
    view->class->packet (view, finding);
}

/**
 * lab_view_other:
 *
 * Shows a UDP datagram, or an ICMP error.
 */
void
lab_view_other (LabView *view, const LabFinding *finding)
{
  if (view->class->other != NULL)
    view->class->other (view, finding);
}

/**
 * lab_view_lists_others:
 *
 * Returns: whether each UDP datagram and ICMP error is shown, also one that belongs to no
 * connection.
 */
gboolean
lab_view_lists_others (const LabView *view)
{
  return view->class->lists_others;
}

/**
 * lab_view_connection:
 *
 * Shows a connection that is over, or all there is of it.
 */
void
lab_view_connection (LabView *view, const LabConnection *connection)
{
  if (view->class->connection != NULL)
    view->class->connection (view, connection);
}

/**
 * lab_view_end:
 *
 * After everything else.
 */
void
lab_view_end (LabView *view)
{
  if (view->class->end != NULL)
    view->class->end (view);
}
