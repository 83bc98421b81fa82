/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The ladder of each connection in text: a line for a segment, the states at both sides.
 */
#include "config.h"

#include <string.h>

#include "common/base/sal-columns.h"
#include "lab/explain/lab-explain.h"
#include "lab/view/lab-diagram.h"
#include "lab/view/lab-ladders.h"
#include "lab/view/lab-paint.h"
#include "lab/view/lab-view-private.h"
#include "lab/view/lab-words.h"

#define TIME_WIDTH 13
#define NARROW_TIME_WIDTH 11 /* seconds below 1000 */
#define STATE_WIDTH 13
#define FRAME_WIDTH 6
#define RUNG_WIDTH 46
/* On a terminal that is narrower than all of that, down to where no label would fit. */
#define RUNG_WIDTH_LEAST 24
/* And where that does not fit either, which is without times, down to a few letters. */
#define RUNG_WIDTH_WITHOUT_TIME 12
#define OTHERS_WIDTH (2 * (STATE_WIDTH + 2) + FRAME_WIDTH)
/* Arrow and spaces around a label. */
#define ARROW_WIDTH 4

typedef struct
{
  LabView base;
  LabLadders *ladders; /* (owned) */
  int time_width;      /* 0: there are none */
  int rung_width;
} LadderView;

static LadderView *
ladder_view (LabView *view)
{
  return (LadderView *) (void *) view;
}

static int
rung_width (const LabView *view)
{
  return ((const LadderView *) (const void *) view)->rung_width;
}

static int
time_width (const LabView *view)
{
  return ((const LadderView *) (const void *) view)->time_width;
}

static void
ladder_begin (LabView *view)
{
  LadderView *ladder = ladder_view (view);
  int columns = (int) MIN (view->options.columns, G_MAXINT16);

  ladder->time_width = TIME_WIDTH;
  ladder->rung_width = RUNG_WIDTH;
  if (columns > 0 && columns < NARROW_TIME_WIDTH + RUNG_WIDTH_LEAST + OTHERS_WIDTH)
    {
      ladder->time_width = 0;
      ladder->rung_width = CLAMP (columns - OTHERS_WIDTH, RUNG_WIDTH_WITHOUT_TIME, RUNG_WIDTH);
    }
  else if (columns > 0 && columns < TIME_WIDTH + RUNG_WIDTH + OTHERS_WIDTH)
    {
      ladder->time_width = NARROW_TIME_WIDTH;
      ladder->rung_width =
          CLAMP (columns - NARROW_TIME_WIDTH - OTHERS_WIDTH, RUNG_WIDTH_LEAST, RUNG_WIDTH);
    }
  ladder->ladders = lab_ladders_new (view->options.absolute);
}

static void
ladder_clear (LabView *view)
{
  lab_ladders_free (ladder_view (view)->ladders);
}

static void
ladder_packet (LabView *view, const LabFinding *finding)
{
  lab_ladders_add (ladder_view (view)->ladders, finding);
}

static void
repeat (GString *out, const char *text, int times)
{
  for (; times > 0; times--)
    g_string_append (out, text);
}

/* A state beside its pole, if it has just begun. Returns: how wide it is. */
static int
append_state (const LabView *view, LabState state, gboolean assumed, LabSide side, gboolean is_new)
{
  g_autofree char *name =
      is_new ? g_strdup_printf ("%s%s", lab_state_name (state), assumed ? "?" : "") : g_strdup ("");

  if (side == LAB_CLIENT)
    g_string_append_printf (view->out, "%*s", STATE_WIDTH - (int) strlen (name), "");
  lab_paint_begin (view->options.colour, lab_paint_of_state (state), view->out);
  g_string_append (view->out, name);
  lab_paint_end (view->options.colour, view->out);
  return (int) strlen (name);
}

static void
append_pole (const LabView *view, LabState state)
{
  lab_paint_begin (view->options.colour, lab_paint_of_state (state), view->out);
  g_string_append (view->out, state == LAB_CLOSED || state == LAB_LISTEN ? "┆" : "┃");
  lab_paint_end (view->options.colour, view->out);
}

/* Labels in the manner of tcpdump, each shorter than the one before. */
typedef enum
{
  SHORT_ALL,        /* [P.] 1:14 ack 1 */
  SHORT_ONE_NUMBER, /* [P.] 1:14, but [.] ack 1 */
  SHORT_LENGTH,     /* [P.] 1+13 */
  SHORT_SEQ,        /* [P.] 1 */
  SHORT_FLAGS,      /* [P.] */
  N_SHORT
} ShortLabel;

static void
append_short_label (const LabLadderRow *row, ShortLabel which, GString *out)
{
  gboolean has_ack = (row->flags & LAB_ACK) != 0;
  /* All it says is what has come. */
  gboolean only_acks = has_ack && row->len == 0 && !(row->flags & (LAB_SYN | LAB_FIN | LAB_RST));

  g_string_append_c (out, '[');
  lab_words_flags (row->flags, out);
  g_string_append_c (out, ']');
  if (which == SHORT_FLAGS)
    return;
  if (which == SHORT_ALL || !only_acks)
    g_string_append_printf (out, " %u", row->seq);
  if (row->len > 0 && which <= SHORT_ONE_NUMBER)
    g_string_append_printf (out, ":%u", row->seq + row->len);
  else if (row->len > 0 && which == SHORT_LENGTH)
    g_string_append_printf (out, "+%u", row->len);
  if (has_ack && (which == SHORT_ALL || only_acks))
    g_string_append_printf (out, " ack %u", row->ack);
}

static gboolean
label_fits (const LabView *view, const char *label)
{
  return view->options.columns == 0 ||
         (int) sal_columns_of_text (label) + 2 + ARROW_WIDTH <= rung_width (view);
}

/* What stands on the arrow: as much of it as there is room for. */
static void
append_label (const LabView *view, const LabLadderRow *row, GString *out)
{
  gsize before = out->len;

  lab_ladder_row_label (row, out);
  if (!(row->has & LAB_HAS_FLAGS))
    return;
  for (int i = 0; i < N_SHORT && !label_fits (view, out->str + before); i++)
    {
      g_string_truncate (out, before);
      append_short_label (row, (ShortLabel) i, out);
    }
}

/* The arrow with its label in the middle; one that is lost ends before it is there. */
static void
append_rung (const LabView *view, const LabLadderRow *row)
{
  g_autoptr (GString) label = g_string_new (" ");
  gboolean to_server = row->from == LAB_CLIENT;
  int room = 0;
  int left = 0;
  int right = 0;

  append_label (view, row, label);
  g_string_append_c (label, ' ');
  room = rung_width (view) - 2 - (int) sal_columns_of_text (label->str);
  left = MAX (room / 2, 1);
  right = MAX (room - left, 1);
  if (row->remark != NULL)
    lab_paint_begin (view->options.colour, LAB_PAINT_WARNING, view->out);
  g_string_append (view->out, to_server ? " " : row->is_lost ? " ✕" : " ◀");
  repeat (view->out, "─", to_server ? left : left - 1);
  g_string_append (view->out, label->str);
  repeat (view->out, "─", to_server ? right - 1 : right);
  g_string_append (view->out, to_server ? row->is_lost ? "✕ " : "▶ " : " ");
  if (row->remark != NULL)
    lab_paint_end (view->options.colour, view->out);
}

/* A line between the poles that is no arrow: text in its middle. */
static void
append_between_line (const LabView *view, const LabLadderRow *row, const char *text, LabPaint paint)
{
  int width = (int) sal_columns_of_text (text);
  /* Without a terminal a line may be as long as it takes, and does not touch the poles. */
  int least = view->options.columns > 0 ? 0 : 1;
  int left = MAX ((rung_width (view) - width) / 2, least);

  g_string_append_printf (view->out, "%*s", time_width (view) + STATE_WIDTH + 1, "");
  append_pole (view, row->state[LAB_CLIENT]);
  g_string_append_printf (view->out, "%*s", left, "");
  lab_paint_begin (view->options.colour, paint, view->out);
  g_string_append (view->out, text);
  lab_paint_end (view->options.colour, view->out);
  g_string_append_printf (view->out, "%*s", MAX (rung_width (view) - width - left, least), "");
  append_pole (view, row->state[LAB_SERVER]);
  g_string_append_c (view->out, '\n');
}

/* As many of them as the text needs, where there is a terminal to fit. */
static void
append_between (const LabView *view, const LabLadderRow *row, const char *text, LabPaint paint)
{
  g_autoptr (GString) wrapped = g_string_new (NULL);
  g_auto (GStrv) lines = NULL;

  lab_words_wrap (text, "", view->options.columns > 0 ? (guint) rung_width (view) - 2 : 0, wrapped);
  g_string_truncate (wrapped, wrapped->len - 1);
  lines = g_strsplit (wrapped->str, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    append_between_line (view, row, lines[i], paint);
}

static void
append_break (const LabView *view, const LabLadderRow *row)
{
  g_autoptr (GString) text = g_string_new ("⋮ ");

  lab_ladder_row_label (row, text);
  g_string_append (text, " ⋮");
  append_between (view, row, text->str, LAB_PAINT_FAINT);
}

/* The states that both ends are in before anything is sent. */
static void
append_start (const LabView *view, const LabLadderRow *row)
{
  g_string_append_printf (view->out, "%*s", time_width (view), "");
  append_state (view, row->before[LAB_CLIENT], FALSE, LAB_CLIENT, TRUE);
  g_string_append_c (view->out, ' ');
  append_pole (view, row->before[LAB_CLIENT]);
  g_string_append_printf (view->out, "%*s", rung_width (view), "");
  append_pole (view, row->before[LAB_SERVER]);
  g_string_append_c (view->out, ' ');
  append_state (view, row->before[LAB_SERVER], FALSE, LAB_SERVER, TRUE);
  g_string_append_c (view->out, '\n');
}

/* Where there is a terminal to fit, a long time has fewer decimals. */
static void
append_time (const LabView *view, gint64 microseconds)
{
  g_autofree char *text = g_strdup_printf (
      "%s%" G_GINT64_FORMAT ".%06d", microseconds < 0 && microseconds > -1000000 ? "-" : "",
      microseconds / 1000000, (int) (ABS (microseconds) % 1000000));
  gsize point = strcspn (text, ".");
  gsize room = (gsize) MAX (time_width (view) - 1, 0);

  if (time_width (view) == 0)
    return;
  if (view->options.columns > 0 && strlen (text) > room)
    text[room > point + 1 ? room : point] = '\0';
  g_string_append_printf (view->out, "%*s ", (int) room, text);
}

static void
append_segment (const LabView *view, const LabLadderRow *row)
{
  GString *out = view->out;
  int width = 0;

  append_time (view, row->since_start_ns / 1000);
  append_state (view, row->state[LAB_CLIENT], row->assumed[LAB_CLIENT], LAB_CLIENT,
                row->state[LAB_CLIENT] != row->before[LAB_CLIENT]);
  g_string_append_c (out, ' ');
  append_pole (view, row->state[LAB_CLIENT]);
  append_rung (view, row);
  append_pole (view, row->state[LAB_SERVER]);
  g_string_append_c (out, ' ');
  width = append_state (view, row->state[LAB_SERVER], row->assumed[LAB_SERVER], LAB_SERVER,
                        row->state[LAB_SERVER] != row->before[LAB_SERVER]);
  g_string_append_printf (out, " %*" G_GUINT64_FORMAT "\n", STATE_WIDTH - width + FRAME_WIDTH - 1,
                          row->frame);
  if (row->remark != NULL)
    append_between (view, row, row->remark, LAB_PAINT_WARNING);
  if (row->chat != NULL)
    {
      g_autoptr (GString) quoted = g_string_new ("“");

      lab_words_cut (row->chat, (guint) rung_width (view) - 4, quoted);
      g_string_append (quoted, "”");
      append_between (view, row, quoted->str, LAB_PAINT_CHAT);
    }
}

/* Who stands at which pole; one below the other where they are too long for one line. */
static void
append_ends (const LabView *view, const LabConnection *connection)
{
  g_autoptr (GString) client = g_string_new (NULL);
  g_autoptr (GString) server = g_string_new (NULL);
  int columns = (int) MIN (view->options.columns, G_MAXINT16);
  int start = time_width (view) + STATE_WIDTH + 2 + rung_width (view);
  int end = 0;

  lab_words_end (&connection->end[LAB_CLIENT], client);
  lab_words_end (&connection->end[LAB_SERVER], server);
  if (columns > 0)
    start = MIN (start, columns - (int) server->len);
  end = time_width (view) + (int) client->len;
  g_string_append_printf (view->out, "%*s%s", time_width (view), "", client->str);
  if (columns > 0 && end + 2 > start)
    {
      g_string_append_c (view->out, '\n');
      end = 0;
    }
  g_string_append_printf (view->out, "%*s%s\n", MAX (start - end, 2), "", server->str);
}

static void
append_head (const LabView *view, const LabConnection *connection)
{
  g_autoptr (GString) story = g_string_new (NULL);

  g_string_append (view->out, "\n");
  lab_paint_begin (view->options.colour, LAB_PAINT_TITLE, view->out);
  g_string_append_printf (view->out, "Connection #%u\n", connection->stream);
  lab_paint_end (view->options.colour, view->out);
  lab_explain_connection (connection, story);
  lab_words_wrap (story->str, "  ", view->options.columns, view->out);
  g_string_append_c (view->out, '\n');
  append_ends (view, connection);
}

static void
ladder_connection (LabView *view, const LabConnection *connection)
{
  g_autoptr (LabLadder) ladder = lab_ladders_take (ladder_view (view)->ladders, connection);
  const GPtrArray *rows = NULL;

  if (ladder == NULL)
    return;
  rows = lab_ladder_get_rows (ladder);
  append_head (view, connection);
  append_start (view, rows->pdata[0]);
  for (guint i = 0; i < rows->len; i++)
    {
      const LabLadderRow *row = rows->pdata[i];

      if (row->kind == LAB_ROW_SEGMENT)
        append_segment (view, row);
      else if (row->kind == LAB_ROW_ERROR)
        append_between (view, row, row->remark, LAB_PAINT_WARNING);
      else
        append_break (view, row);
    }
  if (view->options.diagram)
    lab_view_diagram_text (connection, view->options.colour, view->out);
}

const LabViewClass lab_view_ladder_class = { .size = sizeof (LadderView),
                                             .begin = ladder_begin,
                                             .packet = ladder_packet,
                                             .other = ladder_packet,
                                             .connection = ladder_connection,
                                             .clear = ladder_clear };
