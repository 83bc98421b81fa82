/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A report as a page to look at and to print. It contains everything it needs: no script, no
 * link to anywhere, and a Content-Security-Policy that forbids all but its style sheet, named
 * by its check sum. Every byte that a program or a network has said is escaped.
 */
#include "config.h"

#include <glib/gi18n.h>
#include <netinet/in.h>
#include <string.h>

#include "lab/bench/lab-report.h"
#include "lab/bench/lab-socket-table.h"
#include "lab/explain/lab-explain.h"
#include "lab/view/lab-diagram.h"
#include "lab/view/lab-html.h"
#include "lab/view/lab-svg.h"

#define MOST_ROWS 400

static const char page_style[] =
    ":root{color-scheme:light dark}"
    "body{margin:0 auto;max-width:1000px;padding:0 20px 40px;"
    "font:16px/1.5 'Liberation Sans',Arial,Helvetica,sans-serif;color:#1f2328;background:#fff}"
    "h1{font-size:26px;margin:28px 0 4px}"
    "h2{font-size:20px;margin:40px 0 10px;padding-top:10px;border-top:3px solid #d1d9e0}"
    "h3{font-size:16px;margin:22px 0 6px}"
    "p{margin:6px 0;max-width:52em}"
    ".about{font-size:17px}"
    ".source{color:#636c76;font-size:14px}"
    "ol.toc{columns:2;font-size:14.5px}"
    ".shell{background:#f6f8fa;border:1px solid #d1d9e0;border-radius:6px;padding:8px 12px;"
    "font:13.5px/1.45 'Liberation Mono',monospace;margin:8px 0;white-space:pre-wrap;"
    "overflow-wrap:anywhere}"
    ".shell b{color:#0550ae}.shell i{font-style:normal;color:#57606a}"
    ".remark{border-left:4px solid #0969da;padding:4px 12px;background:#f0f6ff;margin:8px 0}"
    ".table{overflow-x:auto}"
    "table{border-collapse:collapse;font-size:13.5px;font-variant-numeric:tabular-nums;"
    "margin:4px 0 12px}"
    "caption{text-align:left;font-weight:bold;padding:4px 0}"
    "th,td{text-align:left;padding:3px 14px 3px 0;border-bottom:1px solid #d1d9e0;"
    "white-space:nowrap}"
    "th.number,td.number{text-align:right}"
    ".none{color:#636c76;font-size:14.5px}"
    ".ladder svg,.diagram svg{display:block;width:100%;height:auto;overflow:visible}"
    ".diagram svg{max-width:720px}"
    "ul.answers{list-style:none;padding-left:0;margin:4px 0}"
    "ul.answers li{margin:6px 0;padding-left:1.6em;text-indent:-1.6em}"
    ".yes{color:#1a7f37;font-weight:bold}.no{color:#b42318;font-weight:bold}"
    ".evidence{display:block;text-indent:0;color:#636c76;font-size:13.5px}"
    "summary{cursor:pointer;font-size:14.5px}"
    "details li{font-size:14px}"
    "footer{margin-top:40px;font-size:13px;color:#636c76}";

static const char page_dark_style[] =
    "body{color:#e6edf3;background:#0d1117}h2{border-top-color:#30363d}"
    "th,td{border-bottom-color:#30363d}.shell{background:#161b22;border-color:#30363d}"
    ".shell b{color:#79c0ff}.shell i,.source,.none,.evidence,footer{color:#9198a1}"
    ".remark{background:#121d2f;border-left-color:#58a6ff}.yes{color:#3fb950}.no{color:#f85149}";

static const char page_print_style[] =
    "body{max-width:none;padding:0;font-size:10.5pt}h2,h3,caption{break-after:avoid}"
    ".ladder svg,.diagram svg,tr,li,.remark{break-inside:avoid}"
    "details>:not(summary){display:block}ol.toc{display:none}"
    ".table{overflow:visible}table{font-size:8.5pt}th,td{padding-right:8px;white-space:normal}"
    ".ladder svg:first-child{break-after:avoid}.shell{font-size:9pt}";

static void
append_element (GString *out, const char *open, const char *text, const char *close)
{
  g_string_append (out, open);
  lab_xml_escape (text, out);
  g_string_append (out, close);
}

/* Nothing if there is no such thing. */
static void
append_fact (GString *out, const char *what, const char *text, const char *close)
{
  if (text == NULL)
    return;
  append_element (out, "", what, " ");
  append_element (out, "", text, close);
}

static void
append_head (GString *out, const LabReport *report)
{
  const LabHtmlStyle style = { .all = page_style,
                               .dark = page_dark_style,
                               .print = page_print_style };

  /* TRANSLATORS: the code of the language that this is translated into */
  lab_html_begin (C_ ("HTML", "en"), report->title, &style, out);
  append_element (out, "<p class=\"about\">", report->about, "</p>\n");
  g_string_append (out, "<p class=\"source\">");
  append_fact (out, _ ("Asked for in:"), report->source, "<br>\n");
  append_fact (out, _ ("Laid down in:"), report->standard, "<br>\n");
  append_fact (out, _ ("Seen on:"), report->system, "</p>\n");
  g_string_append (out, "<ol class=\"toc\">\n");
  for (guint i = 0; i < report->steps->len; i++)
    {
      const LabStep *step = g_ptr_array_index (report->steps, i);

      g_string_append_printf (out, "<li><a href=\"#s%u\">", i + 1);
      append_element (out, "", step->title, "</a></li>\n");
    }
  append_element (out, "<li><a href=\"#answers\">", _ ("Questions and answers"),
                  "</a></li>\n</ol>\n");
}

/* Sockets. */

static void
append_cell (GString *out, const char *text, gboolean number)
{
  append_element (out, number ? "<td class=\"number\">" : "<td>", text, "</td>");
}

static void
append_number (GString *out, guint32 number)
{
  char text[16];

  g_snprintf (text, sizeof text, "%u", number);
  append_cell (out, text, TRUE);
}

static void
append_socket (GString *out, const LabSocket *socket)
{
  g_autofree char *local = lab_socket_end_text (&socket->local, socket->local_port);
  g_autofree char *remote = lab_socket_end_text (&socket->remote, socket->remote_port);
  g_autofree char *timer = lab_socket_timer_text (socket);
  g_autofree char *owner = lab_socket_owner_text (socket);
  g_autofree char *state = g_strdup_printf ("%s%s", socket->protocol == IPPROTO_UDP ? "udp " : "",
                                            lab_socket_state_name (socket));

  g_string_append (out, "<tr>");
  append_cell (out, state, FALSE);
  append_number (out, socket->recv_q);
  append_number (out, socket->send_q);
  append_cell (out, local, FALSE);
  append_cell (out, remote, FALSE);
  append_cell (out, timer, FALSE);
  append_cell (out, owner, FALSE);
  g_string_append (out, "</tr>\n");
}

static void
append_sample (GString *out, const LabItem *item)
{
  if (item->sockets->len == 0)
    {
      g_autofree char *text = g_strdup_printf (_ ("%s: the kernel lists no socket."), item->host);

      append_element (out, "<p class=\"none\">", text, "</p>\n");
      return;
    }
  g_string_append (out, "<div class=\"table\"><table>\n");
  {
    g_autofree char *caption = g_strdup_printf (_ ("Sockets of %s"), item->host);

    append_element (out, "<caption>", caption, "</caption>\n<tr>");
  }
  append_element (out, "<th>", _ ("State"), "</th>");
  append_element (out, "<th class=\"number\">", _ ("Recv-Q"), "</th>");
  append_element (out, "<th class=\"number\">", _ ("Send-Q"), "</th>");
  append_element (out, "<th>", _ ("Local address"), "</th>");
  append_element (out, "<th>", _ ("Remote address"), "</th>");
  append_element (out, "<th>", _ ("Timer"), "</th>");
  append_element (out, "<th>", _ ("Owner"), "</th></tr>\n");
  for (guint i = 0; i < item->sockets->len; i++)
    append_socket (out, g_ptr_array_index (item->sockets, i));
  g_string_append (out, "</table></div>\n");
}

/* Frames. */

static gboolean
is_in (const LabFinding *finding, guint64 after, guint64 last)
{
  return finding->segment.number > after && finding->segment.number <= last;
}

static gboolean
is_of (const LabFinding *finding, const LabConnection *connection)
{
  return finding->connection != NULL && finding->stream == connection->stream;
}

static void
append_words (GString *out, const char *open, const LabFinding *finding)
{
  g_autoptr (GString) words = g_string_new (NULL);

  lab_report_explain (finding, words);
  g_string_append (out, open);
  g_string_append_printf (out, _ ("Frame %u: "), (guint) finding->segment.number);
  append_element (out, "", words->str, "</li>\n");
}

static void
append_ladder (GString *out,
               const LabCapture *capture,
               const LabConnection *connection,
               guint64 after,
               guint64 last)
{
  g_autoptr (LabLadder) ladder = lab_ladder_new (MOST_ROWS, FALSE);

  for (guint i = 0; i < capture->findings->len; i++)
    {
      const LabFinding *finding = &g_array_index (capture->findings, LabFinding, i);

      if (is_in (finding, after, last) && is_of (finding, connection) &&
          finding->segment.kind == LAB_KIND_TCP)
        lab_ladder_add (ladder, finding);
    }
  if (lab_ladder_get_size (ladder) == 0)
    return;
  lab_ladder_lay_out (ladder);
  lab_html_ladder (connection, ladder, _ ("The two ends"),
                   _ ("The ladder; its segments are described below"), out);
  append_element (out, "<details><summary>", _ ("In words"), "</summary>\n<ul>\n");
  for (guint i = 0; i < capture->findings->len; i++)
    {
      const LabFinding *finding = &g_array_index (capture->findings, LabFinding, i);

      if (is_in (finding, after, last) && is_of (finding, connection))
        append_words (out, "<li>", finding);
    }
  g_string_append (out, "</ul></details>\n");
}

/* Datagrams and errors, which are of no connection. */
static void
append_others (GString *out, const LabCapture *capture, guint64 after, guint64 last)
{
  gboolean any = FALSE;

  for (guint i = 0; i < capture->findings->len; i++)
    {
      const LabFinding *finding = &g_array_index (capture->findings, LabFinding, i);

      if (!is_in (finding, after, last) || finding->connection != NULL)
        continue;
      g_string_append (out, any ? "" : "<ul>\n");
      append_words (out, "<li>", finding);
      any = TRUE;
    }
  g_string_append (out, any ? "</ul>\n" : "");
}

static void
append_frames (GString *out, const LabCapture *capture, guint64 after, guint64 last)
{
  g_autoptr (GPtrArray) streams = lab_capture_find_streams (capture, after, last);
  g_autofree char *title = lab_capture_title (capture, after, last);

  append_element (out, "<p class=\"none\">", title, "</p>\n");
  for (guint i = 0; i < streams->len; i++)
    append_ladder (out, capture, g_ptr_array_index (streams, i), after, last);
  append_others (out, capture, after, last);
}

static void
append_step (GString *out, const LabReport *report, guint number)
{
  const LabStep *step = g_ptr_array_index (report->steps, number - 1);
  gboolean in_shell = FALSE;

  g_string_append_printf (out, "<section id=\"s%u\">\n<h2>%u. ", number, number);
  append_element (out, "", step->title, "</h2>\n");
  for (guint i = 0; i < step->items->len; i++)
    {
      const LabItem *item = g_ptr_array_index (step->items, i);
      gboolean shell = item->kind == LAB_ITEM_COMMAND || item->kind == LAB_ITEM_OUTPUT;

      if (shell != in_shell)
        g_string_append (out, shell ? "<div class=\"shell\">" : "</div>\n");
      else if (shell)
        g_string_append_c (out, '\n');
      in_shell = shell;
      if (item->kind == LAB_ITEM_COMMAND)
        {
          append_element (out, "<b>", item->host, "</b> ");
          lab_xml_escape (item->text, out);
        }
      else if (item->kind == LAB_ITEM_OUTPUT)
        append_element (out, "<i>", item->text, "</i>");
      else if (item->kind == LAB_ITEM_REMARK)
        append_element (out, "<p class=\"remark\">", item->text, "</p>\n");
      else
        append_sample (out, item);
    }
  g_string_append (out, in_shell ? "</div>\n" : "");
  if (report->captures->len > 0)
    append_frames (out, g_ptr_array_index (report->captures, report->vantage),
                   step->first[report->vantage], step->last[report->vantage]);
  g_string_append (out, "</section>\n");
}

static void
append_answers (GString *out, const LabReport *report)
{
  append_element (out, "<section id=\"answers\">\n<h2>", _ ("Questions and answers"), "</h2>\n");
  for (guint i = 0; i < report->questions->len; i++)
    {
      const LabQuestion *question = g_ptr_array_index (report->questions, i);

      append_element (out, "<h3>", question->text, "</h3>\n<ul class=\"answers\">\n");
      for (guint c = 0; c < question->claims->len; c++)
        {
          const LabClaim *claim = g_ptr_array_index (question->claims, c);

          g_string_append (out, claim->holds ? "<li><span class=\"yes\">✓</span> "
                                             : "<li><span class=\"no\">✗</span> ");
          lab_xml_escape (claim->text, out);
          if (claim->evidence != NULL)
            append_element (out, "<span class=\"evidence\">", claim->evidence, "</span>");
          g_string_append (out, "</li>\n");
        }
      g_string_append (out, "</ul>\n");
    }
  g_string_append (out, "</section>\n");
}

static void
append_differences (GString *out, const LabReport *report)
{
  if (report->differences->len == 0)
    return;
  append_element (out, "<section>\n<h2>", _ ("Where this system differs from the documents"),
                  "</h2>\n<ul>\n");
  for (guint i = 0; i < report->differences->len; i++)
    append_element (out, "<li>", g_ptr_array_index (report->differences, i), "</li>\n");
  g_string_append (out, "</ul>\n</section>\n");
}

/* The way of both ends of each connection through the state diagram. */
static void
append_diagrams (GString *out, const LabReport *report)
{
  const LabCapture *capture =
      report->captures->len > 0 ? g_ptr_array_index (report->captures, report->vantage) : NULL;

  for (guint i = 0; capture != NULL && i < capture->connections->len && i < 2; i++)
    {
      const LabConnection *connection = g_ptr_array_index (capture->connections, i);
      g_autoptr (GString) story = g_string_new (NULL);
      g_autofree char *title = NULL;

      if (connection == NULL)
        continue;
      lab_explain_connection (connection, story);
      title = g_strdup_printf (_ ("The states of both ends, ports %u and %u"),
                               connection->end[LAB_CLIENT].port, connection->end[LAB_SERVER].port);
      append_element (out, "<section>\n<h2>", title, "</h2>\n");
      append_element (out, "<p>", story->str, "</p>\n<div class=\"diagram\">\n");
      lab_html_begin_drawing (LAB_DIAGRAM_WIDTH, 0, LAB_DIAGRAM_HEIGHT,
                              _ ("The state diagram of RFC 9293 with the way of both ends"), out);
      lab_view_diagram_svg (connection, out);
      g_string_append (out, "</svg>\n</div>\n</section>\n");
    }
}

/**
 * lab_report_html:
 */
void
lab_report_html (const LabReport *report, GString *out)
{
  append_head (out, report);
  for (guint i = 1; i <= report->steps->len; i++)
    append_step (out, report, i);
  append_answers (out, report);
  append_differences (out, report);
  append_diagrams (out, report);
  g_string_append (out, "<footer>");
  {
    g_autofree char *text =
        g_strdup_printf (_ ("Made by salotto-lab %s. A state in italics with a question mark is "
                            "assumed: nothing its end has sent proves it yet."),
                         SALOTTO_VERSION);

    append_element (out, "", text, "</footer>\n</body>\n</html>\n");
  }
}
