/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The state diagram on a terminal. In each box stands when an end was there: c3 is the
 * client's third state, s2 the server's second.
 */
#include "config.h"

#include <string.h>

#include "lab/view/lab-diagram.h"
#include "lab/view/lab-paint.h"

#define MARKS_BYTES 64

/* A letter and a dot stand for a box: what is in it is filled in. */
static const struct
{
  char letter;
  LabState state;
  gboolean is_end;
} boxes[] = { { 'A', LAB_CLOSED, FALSE },       { 'B', LAB_LISTEN, FALSE },
              { 'C', LAB_SYN_RECEIVED, FALSE }, { 'D', LAB_SYN_SENT, FALSE },
              { 'E', LAB_ESTABLISHED, FALSE },  { 'F', LAB_FIN_WAIT_1, FALSE },
              { 'G', LAB_CLOSE_WAIT, FALSE },   { 'H', LAB_FIN_WAIT_2, FALSE },
              { 'I', LAB_CLOSING, FALSE },      { 'J', LAB_LAST_ACK, FALSE },
              { 'K', LAB_TIME_WAIT, FALSE },    { 'L', LAB_CLOSED, TRUE } };

#define BOX_TOP "+--------------------+"
#define BOX(letter) "|@" letter "..................|"
#define BOX_BYTES 20

static const char *const template[] = {
  "                         " BOX_TOP,
  "                         " BOX ("A"),
  "                         " BOX_TOP,
  "             passive open   |              |   active open",
  "             +--------------+              |   send SYN",
  "             v                             |",
  "  " BOX_TOP "                   |",
  "  " BOX ("B") "----------------+  |",
  "  " BOX_TOP "  application   |  |",
  "   receive SYN |            sends,         |  |",
  "   send SYN,   |            send SYN       |  |",
  "   ACK         v                           v  v",
  "  " BOX_TOP "  receive SYN   " BOX_TOP,
  "  " BOX ("C") "<---------------" BOX ("D"),
  "  " BOX_TOP "  send SYN, ACK " BOX_TOP,
  "   |     receive |                             | receive SYN, ACK",
  "   |     ACK of  |  " BOX_TOP "     | send ACK",
  "   |     SYN     +->" BOX ("E") "<----+",
  "   |                " BOX_TOP,
  "   | close           close |           | receive FIN",
  "   v send FIN     send FIN v           v send ACK",
  "  " BOX_TOP "     |           |    " BOX_TOP,
  "  " BOX ("F") "<----+           +--->" BOX ("G"),
  "  " BOX_TOP "---+ receive FIN       " BOX_TOP,
  "   | receive ACK        | send ACK            close |",
  "   v of FIN             v                  send FIN v",
  "  " BOX_TOP "  " BOX_TOP "  " BOX_TOP,
  "  " BOX ("H") "  " BOX ("I") "  " BOX ("J"),
  "  " BOX_TOP "  " BOX_TOP "  " BOX_TOP,
  "   | receive FIN           | receive ACK             | receive ACK",
  "   | send ACK              v of FIN                  v of FIN",
  "   |                      " BOX_TOP "  " BOX_TOP,
  "   +--------------------->" BOX ("K") "->" BOX ("L"),
  "                          " BOX_TOP "  " BOX_TOP,
  "                                     when 2 MSL are over",
};

static void
append_marks (char *marks, const LabEndReport *end, char letter, LabState state, gboolean is_end)
{
  for (guint i = 0; i < lab_diagram_n_steps (end); i++)
    if (end->steps[i] == state && (state != LAB_CLOSED || (i > 0) == is_end))
      g_snprintf (marks + strlen (marks), MARKS_BYTES - strlen (marks), " %c%u", letter, i + 1);
}

/* What stands in a box. */
static void
append_box (const LabConnection *connection, gboolean colour, char letter, GString *out)
{
  char marks[MARKS_BYTES] = "";
  char text[MARKS_BYTES * 2] = "";
  const LabEndReport *end = connection->end;
  gsize i = 0;

  while (i < G_N_ELEMENTS (boxes) - 1 && boxes[i].letter != letter)
    i++;
  append_marks (marks, &end[LAB_CLIENT], 'c', boxes[i].state, boxes[i].is_end);
  append_marks (marks, &end[LAB_SERVER], 's', boxes[i].state, boxes[i].is_end);
  g_snprintf (text, sizeof text, " %s%s", lab_state_name (boxes[i].state), marks);
  if (*marks != '\0')
    lab_paint_begin (colour, lab_paint_of_state (boxes[i].state), out);
  g_string_append_printf (out, "%-*.*s", BOX_BYTES, BOX_BYTES, text);
  if (*marks != '\0')
    lab_paint_end (colour, out);
}

static void
append_path (const LabEndReport *end, const char *name, GString *out)
{
  g_string_append_printf (out, "    %s: ", name);
  for (guint i = 0; i < lab_diagram_n_steps (end); i++)
    g_string_append_printf (out, "%s%s", i > 0 ? " -> " : "", lab_state_name (end->steps[i]));
  g_string_append (out, end->n_steps > lab_diagram_n_steps (end) ? " -> ...\n" : "\n");
}

/**
 * lab_view_diagram_text:
 * @colour: whether the terminal has colours
 *
 * Appends the diagram with the way of both ends through it.
 */
void
lab_view_diagram_text (const LabConnection *connection, gboolean colour, GString *out)
{
  g_string_append (out, "\n    The state diagram of RFC 9293; c1, c2 ... is the way of the client, "
                        "s1, s2 ... of the server\n\n");
  for (gsize i = 0; i < G_N_ELEMENTS (template); i++)
    {
      g_string_append (out, "    ");
      for (const char *at = template[i]; *at != '\0'; at++)
        if (*at == '@')
          {
            append_box (connection, colour, at[1], out);
            at += BOX_BYTES - 1;
          }
        else
          g_string_append_c (out, *at);
      g_string_append_c (out, '\n');
    }
  g_string_append_c (out, '\n');
  append_path (&connection->end[LAB_CLIENT], "client", out);
  append_path (&connection->end[LAB_SERVER], "server", out);
}
