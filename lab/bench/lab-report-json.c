/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A report for programs: NDJSON, one object for each thing that was done, seen or answered,
 * in the order of the report. See salotto-lab(1).
 */
#include "config.h"

#include "common/base/sal-json.h"
#include "lab/bench/lab-report.h"
#include "lab/bench/lab-socket-table.h"

static void
append_item (GString *out, guint step, const LabItem *item)
{
  static const char *const types[] = { "command", "output", "remark", "sample" };

  sal_json_begin (out);
  sal_json_string (out, "type", types[item->kind]);
  sal_json_int (out, "step", step);
  sal_json_time (out, "time", item->time_us);
  if (item->host != NULL)
    sal_json_string (out, "host", item->host);
  if (item->text != NULL)
    sal_json_string (out, "text", item->text);
  if (item->sockets != NULL)
    sal_json_int (out, "sockets", item->sockets->len);
  sal_json_end (out);
  for (guint i = 0; item->sockets != NULL && i < item->sockets->len; i++)
    {
      sal_json_begin (out);
      sal_json_string (out, "type", "socket");
      sal_json_int (out, "step", step);
      sal_json_string (out, "host", item->host);
      lab_socket_json_members (out, g_ptr_array_index (item->sockets, i));
      sal_json_end (out);
    }
}

static void
append_step (GString *out, const LabReport *report, guint number)
{
  const LabStep *step = g_ptr_array_index (report->steps, number - 1);

  sal_json_begin (out);
  sal_json_string (out, "type", "step");
  sal_json_int (out, "step", number);
  sal_json_string (out, "title", step->title);
  sal_json_end (out);
  for (guint i = 0; i < step->items->len; i++)
    append_item (out, number, g_ptr_array_index (step->items, i));
  for (guint i = 0; i < report->captures->len; i++)
    {
      const LabCapture *capture = g_ptr_array_index (report->captures, i);

      sal_json_begin (out);
      sal_json_string (out, "type", "frames");
      sal_json_int (out, "step", number);
      sal_json_string (out, "host", capture->host);
      sal_json_string (out, "file", capture->file);
      sal_json_int (out, "after", (gint64) step->first[i]);
      sal_json_int (out, "last", (gint64) step->last[i]);
      sal_json_end (out);
    }
}

static void
append_claim (GString *out, const LabQuestion *question, const LabClaim *claim)
{
  sal_json_begin (out);
  sal_json_string (out, "type", "answer");
  sal_json_string (out, "question", question->text);
  sal_json_string (out, "text", claim->text);
  if (claim->evidence != NULL)
    sal_json_string (out, "evidence", claim->evidence);
  sal_json_bool (out, "holds", claim->holds);
  sal_json_end (out);
}

/**
 * lab_report_json:
 */
void
lab_report_json (const LabReport *report, GString *out)
{
  sal_json_begin (out);
  sal_json_string (out, "type", "experiment");
  sal_json_string (out, "name", report->name);
  sal_json_string (out, "title", report->title);
  sal_json_string (out, "system", report->system);
  sal_json_string (out, "network", report->ipv6 ? "IPv6" : "IPv4");
  sal_json_time (out, "time", report->started_us);
  sal_json_int (out, "took_us", report->took_us);
  sal_json_end (out);
  for (guint i = 1; i <= report->steps->len; i++)
    append_step (out, report, i);
  for (guint i = 0; i < report->questions->len; i++)
    {
      const LabQuestion *question = g_ptr_array_index (report->questions, i);

      for (guint c = 0; c < question->claims->len; c++)
        append_claim (out, question, g_ptr_array_index (question->claims, c));
    }
  for (guint i = 0; i < report->differences->len; i++)
    {
      sal_json_begin (out);
      sal_json_string (out, "type", "difference");
      sal_json_string (out, "text", g_ptr_array_index (report->differences, i));
      sal_json_end (out);
    }
}
