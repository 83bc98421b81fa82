/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A table with a line for each connection. The columns have widths that fit almost
 * everything, so that a line can be written at once and none has to be remembered.
 */
#include "config.h"

#include "lab/view/lab-view-private.h"
#include "lab/view/lab-words.h"

#define END_WIDTH 21 /* an IPv4 address and a port */

static void
summary_begin (LabView *view)
{
  g_string_append_printf (view->out, "%5s  %-*s  %-*s  %-15s  %-6s  %10s  %10s  %6s  %9s  %9s\n",
                          "Conn.", END_WIDTH, "Client", END_WIDTH, "Server", "Outcome", "State",
                          "Bytes sent", "received", "Resent", "RTT", "Duration");
}

static void
append_end (GString *out, const LabEndReport *end)
{
  gsize start = out->len;

  lab_words_end (end, out);
  while (out->len - start < END_WIDTH)
    g_string_append_c (out, ' ');
  g_string_append (out, "  ");
}

static void
append_duration (GString *out, gboolean is_known, gint64 ns)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (is_known)
    lab_words_duration (ns, text);
  else
    g_string_append_c (text, '-');
  /* Of a field's width printf() makes bytes, and a screen has characters. */
  g_string_append_printf (out, "  %*s%s", (int) MAX (9 - g_utf8_strlen (text->str, -1), 0), "",
                          text->str);
}

static void
summary_connection (LabView *view, const LabConnection *connection)
{
  const LabEndReport *client = &connection->end[LAB_CLIENT];
  const LabEndReport *server = &connection->end[LAB_SERVER];
  GString *out = view->out;

  g_string_append_printf (out, "%5u  ", connection->stream);
  append_end (out, client);
  append_end (out, server);
  g_string_append_printf (
      out, "%-15s  %-6s  %10" G_GUINT64_FORMAT "  %10" G_GUINT64_FORMAT "  %6" G_GUINT64_FORMAT,
      lab_outcome_name (connection->outcome), lab_conn_state_name (connection->conn_state),
      client->bytes, server->bytes, client->retransmissions + server->retransmissions);
  append_duration (out, connection->has_initial_rtt, connection->initial_rtt_ns);
  append_duration (out, connection->has_time, connection->last_time_ns - connection->first_time_ns);
  g_string_append_c (out, '\n');
}

const LabViewClass lab_view_summary_class = { .size = sizeof (LabView),
                                              .begin = summary_begin,
                                              .connection = summary_connection };
