/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A page to look at and to print: for each connection its story, its ladder, and the
 * answers that a lab asks for. Each connection is written as soon as it is over; the list
 * of them all comes at the end, where it is known, and the style sheet shows it on top.
 *
 * The page contains everything it needs. Its Content-Security-Policy forbids all there is
 * but the style sheet in it, which it names by its check sum.
 */
#include "config.h"

#include "lab/explain/lab-explain.h"
#include "lab/explain/lab-lessons.h"
#include "lab/view/lab-diagram.h"
#include "lab/view/lab-html.h"
#include "lab/view/lab-ladders.h"
#include "lab/view/lab-svg.h"
#include "lab/view/lab-view-private.h"
#include "lab/view/lab-words.h"

static const char page_style[] =
    ":root{color-scheme:light dark}"
    "body{margin:0 auto;max-width:1000px;padding:0 20px 40px;display:flex;flex-direction:column;"
    "font:16px/1.5 'Liberation Sans',Arial,Helvetica,sans-serif;color:#1f2328;background:#fff}"
    "h1{font-size:26px;order:-2;margin:28px 0 4px}"
    "h2{font-size:20px;margin:44px 0 8px;padding-top:10px;border-top:3px solid #d1d9e0;"
    "overflow-wrap:anywhere}"
    "h3{font-size:16px;margin:24px 0 4px}"
    "nav{order:-1;overflow-x:auto}"
    "table{border-collapse:collapse;font-size:14px;font-variant-numeric:tabular-nums}"
    "th,td{text-align:left;padding:5px 16px 5px 0;border-bottom:1px solid #d1d9e0;"
    "white-space:nowrap}"
    "td.number,th.number{text-align:right}"
    "a{color:#0969da}"
    "p.story{margin:0 0 14px;max-width:50em}"
    ".ladder svg,.diagram svg{display:block;width:100%;height:auto;overflow:visible}"
    "ul,ol{margin:4px 0;padding-left:24px;font-size:14.5px}"
    "ul{list-style:none;padding-left:0}"
    "li{margin:2px 0;overflow-wrap:anywhere}"
    "ol{list-style:none;padding-left:0}"
    "ol b{display:inline-block;min-width:3.2em;text-align:right;padding-right:.8em;"
    "font-weight:normal;color:#636c76;font-variant-numeric:tabular-nums}"
    "summary{cursor:pointer;margin-top:14px;font-weight:bold;font-size:15px}"
    "footer{margin-top:40px;font-size:13px;color:#636c76}";

static const char page_dark_style[] = "body{color:#e6edf3;background:#0d1117}"
                                      "h2{border-top-color:#30363d}"
                                      "th,td{border-bottom-color:#30363d}"
                                      "a{color:#58a6ff}"
                                      "ol b,footer{color:#9198a1}";

static const char page_print_style[] =
    "body{max-width:none;padding:0;font-size:10.5pt;display:block}"
    "section+section{break-before:page}"
    "nav{overflow:visible}"
    "table{font-size:8pt}"
    "th,td{padding-right:8px}"
    "h2{border-top:none;margin-top:0}"
    "h3,h2{break-after:avoid}"
    ".ladder svg,.diagram svg,tr,li{break-inside:avoid}"
    "a{color:inherit;text-decoration:none}"
    "details>:not(summary){display:block}";

typedef struct
{
  LabView base;
  LabLadders *ladders; /* (owned) */
  LabLessons *lessons; /* (owned) */
  GString *list;       /* (owned): rows of the table of connections */
} HtmlView;

static HtmlView *
html_view (LabView *view)
{
  return (HtmlView *) (void *) view;
}

static void
html_begin (LabView *view)
{
  const LabHtmlStyle style = { .all = page_style,
                               .dark = page_dark_style,
                               .print = page_print_style };

  html_view (view)->ladders = lab_ladders_new (view->options.absolute);
  html_view (view)->lessons = lab_lessons_new ();
  html_view (view)->list = g_string_new (NULL);
  lab_html_begin ("en", "TCP connections", &style, view->out);
}

static void
html_clear (LabView *view)
{
  lab_ladders_free (html_view (view)->ladders);
  lab_lessons_free (html_view (view)->lessons);
  if (html_view (view)->list != NULL)
    g_string_free (html_view (view)->list, TRUE);
}

static void
html_packet (LabView *view, const LabFinding *finding)
{
  if (finding->connection == NULL)
    return;
  lab_ladders_add (html_view (view)->ladders, finding);
  lab_lessons_add (html_view (view)->lessons, finding);
}

/* An ICMP error that answers a segment. */
static void
html_other (LabView *view, const LabFinding *finding)
{
  lab_ladders_add (html_view (view)->ladders, finding);
}

static void
append_cell (GString *out, const char *text, gboolean is_number)
{
  g_string_append (out, is_number ? "<td class=\"number\">" : "<td>");
  lab_xml_escape (text, out);
  g_string_append (out, "</td>");
}

static void
append_number_cell (GString *out, guint64 number)
{
  char text[24];

  g_snprintf (text, sizeof text, "%" G_GUINT64_FORMAT, number);
  append_cell (out, text, TRUE);
}

static char *
end_name (const LabEndReport *end)
{
  GString *name = g_string_new (NULL);

  lab_words_end (end, name);
  return g_string_free (name, FALSE);
}

/* A line of the table of connections. */
static void
add_to_list (HtmlView *view, const LabConnection *connection)
{
  const LabEndReport *client = &connection->end[LAB_CLIENT];
  const LabEndReport *server = &connection->end[LAB_SERVER];
  g_autofree char *client_name = end_name (client);
  g_autofree char *server_name = end_name (server);
  g_autoptr (GString) rtt = g_string_new (NULL);

  if (connection->has_initial_rtt)
    lab_words_duration (connection->initial_rtt_ns, rtt);
  g_string_append_printf (view->list, "<tr><td><a href=\"#c%u\">#%u</a></td>", connection->stream,
                          connection->stream);
  append_cell (view->list, client_name, FALSE);
  append_cell (view->list, server_name, FALSE);
  append_cell (view->list, lab_outcome_name (connection->outcome), FALSE);
  append_cell (view->list, lab_conn_state_name (connection->conn_state), FALSE);
  append_number_cell (view->list, client->bytes);
  append_number_cell (view->list, server->bytes);
  append_number_cell (view->list, client->retransmissions + server->retransmissions);
  append_cell (view->list, rtt->str, TRUE);
  g_string_append (view->list, "</tr>\n");
}

static void
append_diagram (GString *out, const LabConnection *connection)
{
  g_string_append (out, "<h3>The states of both ends</h3>\n<div class=\"diagram\">\n");
  lab_html_begin_drawing (
      LAB_DIAGRAM_WIDTH, 0, LAB_DIAGRAM_HEIGHT,
      "The state diagram of RFC 9293 with the way of the client and of the server", out);
  lab_view_diagram_svg (connection, out);
  g_string_append (out, "</svg>\n</div>\n");
}

static void
append_lessons (HtmlView *view, const LabConnection *connection)
{
  GString *out = view->base.out;

  for (int i = 0; i < LAB_N_LESSONS; i++)
    {
      g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);

      lab_lessons_answer (view->lessons, connection, (LabLesson) i, lines);
      if (lines->len == 0)
        continue;
      g_string_append (out, "<h3>");
      lab_xml_escape (lab_lesson_title ((LabLesson) i), out);
      g_string_append (out, "</h3>\n<ul>\n");
      for (guint j = 0; j < lines->len; j++)
        {
          g_string_append (out, "<li>");
          lab_xml_escape (lines->pdata[j], out);
          g_string_append (out, "</li>\n");
        }
      g_string_append (out, "</ul>\n");
    }
}

/* The ladder in words, for who cannot see it. */
static void
append_segments (GString *out, const LabLadder *ladder)
{
  const GPtrArray *rows = lab_ladder_get_rows (ladder);

  g_string_append (out, "<details>\n<summary>Segment by segment</summary>\n<ol>\n");
  for (guint i = 0; i < rows->len; i++)
    {
      const LabLadderRow *row = rows->pdata[i];

      if (row->kind == LAB_ROW_PAUSE)
        continue;
      g_string_append (out, "<li>");
      if (row->kind == LAB_ROW_LEFT_OUT)
        lab_ladder_row_label (row, out);
      else
        {
          g_string_append_printf (out, "<b>%" G_GUINT64_FORMAT "</b>", row->frame);
          lab_xml_escape (row->sentence != NULL ? row->sentence : "", out);
        }
      if (row->chat != NULL)
        {
          g_string_append (out, " <i>“");
          lab_xml_escape (row->chat, out);
          g_string_append (out, "”</i>");
        }
      g_string_append (out, "</li>\n");
    }
  g_string_append (out, "</ol>\n</details>\n");
}

static void
html_connection (LabView *base, const LabConnection *connection)
{
  HtmlView *view = html_view (base);
  g_autoptr (LabLadder) ladder = lab_ladders_take (view->ladders, connection);
  g_autofree char *client = end_name (&connection->end[LAB_CLIENT]);
  g_autofree char *server = end_name (&connection->end[LAB_SERVER]);
  g_autoptr (GString) story = g_string_new (NULL);
  GString *out = base->out;

  if (ladder == NULL)
    return;
  add_to_list (view, connection);
  lab_explain_connection (connection, story);
  g_string_append_printf (out, "<section id=\"c%u\">\n<h2>Connection #%u: ", connection->stream,
                          connection->stream);
  lab_xml_escape (client, out);
  g_string_append (out, " to ");
  lab_xml_escape (server, out);
  g_string_append (out, "</h2>\n<p class=\"story\">");
  lab_xml_escape (story->str, out);
  g_string_append (out, "</p>\n");
  lab_html_ladder (connection, ladder, "The two ends",
                   "The ladder; its segments are described below", out);
  append_segments (out, ladder);
  if (base->options.diagram)
    append_diagram (out, connection);
  append_lessons (view, connection);
  lab_lessons_forget (view->lessons, connection);
  g_string_append (out, "</section>\n");
}

static void
html_end (LabView *view)
{
  GString *out = view->out;

  g_string_append (out, "<nav>\n");
  if (html_view (view)->list->len == 0)
    g_string_append (out, "<p>There is no TCP connection in it.</p>\n");
  else
    {
      g_string_append (out, "<table>\n<tr><th>No.</th><th>Client</th><th>Server</th>"
                            "<th>Outcome</th><th>State</th><th class=\"number\">Bytes sent</th>"
                            "<th class=\"number\">received</th><th class=\"number\">Resent</th>"
                            "<th class=\"number\">Round trip</th></tr>\n");
      g_string_append_len (out, html_view (view)->list->str, (gssize) html_view (view)->list->len);
      g_string_append (out, "</table>\n");
    }
  g_string_append (out, "</nav>\n<footer>A state in italics with a question mark is assumed: "
                        "nothing its end has sent proves it. Heights follow the order of "
                        "segments, not their times.</footer>\n</body>\n</html>\n");
}

const LabViewClass lab_view_html_class = { .size = sizeof (HtmlView),
                                           .begin = html_begin,
                                           .packet = html_packet,
                                           .other = html_other,
                                           .connection = html_connection,
                                           .end = html_end,
                                           .clear = html_clear };
