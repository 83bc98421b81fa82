/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A report for the terminal.
 */
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "common/base/sal-columns.h"
#include "lab/bench/lab-report.h"
#include "lab/bench/lab-socket-table.h"
#include "lab/bench/lab-world.h"
#include "lab/view/lab-view.h"
#include "lab/view/lab-words.h"

/* What is no terminal, and those that are wider, have lines of this length. */
#define COLUMNS 88

typedef struct
{
  GString *out;
  gboolean colour;
  guint columns;  /* of words */
  guint terminal; /* 0: there is none */
} Page;

static void
append_underlined (GString *out, const char *text, char line)
{
  g_string_append_printf (out, "%s\n", text);
  for (guint i = sal_columns_of_text (text); i > 0; i--)
    g_string_append_c (out, line);
  g_string_append (out, "\n\n");
}

static void
append_wrapped (const Page *page, const char *indent, const char *text)
{
  lab_words_wrap (text, indent, page->columns, page->out);
}

/* Nothing if there is no such thing. */
static void
append_fact (const Page *page, const char *what, const char *text)
{
  g_autofree char *indent = g_strdup_printf ("%s ", what);

  if (text != NULL)
    append_wrapped (page, indent, text);
}

static void
append_indented (GString *out, const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    if (*lines[i] != '\0')
      g_string_append_printf (out, "    %s\n", lines[i]);
}

static void
append_item (const Page *page, const LabItem *item)
{
  GString *out = page->out;
  g_autoptr (GString) table = NULL;

  switch (item->kind)
    {
    case LAB_ITEM_COMMAND:
      g_string_append_printf (out, "  %s %s\n", item->host, item->text);
      break;
    case LAB_ITEM_OUTPUT:
      g_string_append_printf (out, "  %*s %s\n", (int) strlen (item->host), "", item->text);
      break;
    case LAB_ITEM_REMARK:
      append_wrapped (page, "  * ", item->text);
      break;
    case LAB_ITEM_SAMPLE:
      table = g_string_new (NULL);
      /* Less what it is moved to the right by. */
      lab_socket_table_text (table, item->sockets, FALSE,
                             page->terminal > 4 ? page->terminal - 4 : page->terminal, 0);
      g_string_append_printf (out, _ ("  The sockets of %s:"), item->host);
      g_string_append_c (out, '\n');
      append_indented (out, table->str);
      break;
    default:
      break;
    }
}

/* A datagram or an ICMP error, which are on no ladder. */
static void
append_other (const Page *page, const LabFinding *finding)
{
  g_autoptr (GString) words = g_string_new (NULL);
  g_autofree char *line = NULL;

  lab_report_explain (finding, words);
  line = g_strdup_printf (_ ("Frame %u: "), (guint) finding->segment.number);
  g_string_prepend (words, line);
  append_wrapped (page, "    ", words->str);
}

/* The frames of a step as one ladder for each connection, and those that are of none. */
static void
append_frames (const Page *page, const LabCapture *capture, guint64 after, guint64 last)
{
  GString *out = page->out;
  g_autoptr (GPtrArray) streams = lab_capture_find_streams (capture, after, last);
  g_autofree char *title = lab_capture_title (capture, after, last);
  const LabViewOptions options = { .ladder = TRUE,
                                   .colour = page->colour,
                                   .columns = page->terminal };
  LabView *view = lab_view_new (LAB_FORMAT_TEXT, &options, out);

  g_string_append_printf (out, "  %s\n\n", title);
  if (after == last)
    {
      lab_view_free (view);
      return;
    }
  lab_view_begin (view);
  for (guint i = 0; i < capture->findings->len; i++)
    {
      const LabFinding *finding = &g_array_index (capture->findings, LabFinding, i);

      if (finding->segment.number <= after || finding->segment.number > last)
        continue;
      if (finding->segment.kind == LAB_KIND_TCP)
        lab_view_packet (view, finding);
      else
        append_other (page, finding);
    }
  for (guint i = 0; i < streams->len; i++)
    lab_view_connection (view, g_ptr_array_index (streams, i));
  lab_view_end (view);
  lab_view_free (view);
  g_string_append_c (out, '\n');
}

static void
append_step (const Page *page, const LabReport *report, guint number)
{
  GString *out = page->out;
  const LabStep *step = g_ptr_array_index (report->steps, number);
  g_autofree char *title = g_strdup_printf ("%u. %s", number + 1, step->title);

  append_underlined (out, title, '-');
  for (guint i = 0; i < step->items->len; i++)
    append_item (page, g_ptr_array_index (step->items, i));
  g_string_append_c (out, '\n');
  if (report->captures->len > 0)
    append_frames (page, g_ptr_array_index (report->captures, report->vantage),
                   step->first[report->vantage], step->last[report->vantage]);
}

static void
append_question (const Page *page, const LabQuestion *question)
{
  GString *out = page->out;

  append_wrapped (page, "", question->text);
  for (guint i = 0; i < question->claims->len; i++)
    {
      const LabClaim *claim = g_ptr_array_index (question->claims, i);

      append_wrapped (page, claim->holds ? "  ✓ " : "  ✗ ", claim->text);
      if (claim->evidence != NULL)
        g_string_append_printf (out, "      (%s)\n", claim->evidence);
    }
  g_string_append_c (out, '\n');
}

/**
 * lab_report_text:
 * @screen: (nullable): the terminal that it is for
 */
void
lab_report_text (const LabReport *report, const LabScreen *screen, GString *out)
{
  Page page = { .out = out, .columns = COLUMNS };

  if (screen != NULL)
    {
      page.colour = screen->colour;
      page.terminal = screen->columns;
      if (screen->columns > 0)
        page.columns = MIN (screen->columns, COLUMNS);
    }
  append_underlined (out, report->title, '=');
  append_wrapped (&page, "", report->about);
  g_string_append_c (out, '\n');
  append_fact (&page, _ ("Asked for in:"), report->source);
  append_fact (&page, _ ("Laid down in:"), report->standard);
  append_fact (&page, _ ("Seen on:"), report->system);
  g_string_append_c (out, '\n');
  for (guint i = 0; i < report->steps->len; i++)
    append_step (&page, report, i);
  if (report->questions->len > 0)
    append_underlined (out, _ ("Questions and answers"), '-');
  for (guint i = 0; i < report->questions->len; i++)
    append_question (&page, g_ptr_array_index (report->questions, i));
  if (report->differences->len > 0)
    append_underlined (out, _ ("Where this system differs from the documents"), '-');
  for (guint i = 0; i < report->differences->len; i++)
    append_wrapped (&page, "  * ", g_ptr_array_index (report->differences, i));
}
