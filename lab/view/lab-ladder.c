/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The ladder of a connection: its two ends as poles, its segments as rungs. This file
 * knows what is drawn at which height, and nothing about drawing, so that text, SVG and a
 * window show the same. One unit is a CSS pixel at normal size.
 *
 * Heights follow the order of segments, not their times: a connection is idle for most of
 * its life. A pause that somebody would notice is drawn as a break with its length.
 *
 * Of a connection that is too long for anybody to look at, the beginning and the end are
 * kept, and between them it is said how much is missing.
 */
#include "config.h"

#include "lab/view/lab-ladder.h"

#include <string.h>

#include "lab/explain/lab-explain.h"
#include "lab/view/lab-words.h"

#define PAUSE_NS (100 * 1000 * 1000) /* a break from here on */

/* Heights. */
#define MARGIN 14.0
#define LABEL 20.0  /* above the arrow */
#define SLOPE 12.0  /* the receiver's end is lower: it takes time to get there */
#define REMARK 15.0 /* each line below the arrow */
#define BELOW 10.0
#define PAUSE 34.0

struct LabLadder
{
  guint most_rows;
  gboolean absolute;
  GPtrArray *first; /* (owned) (element-type LabLadderRow) */
  GQueue last;      /* (owned) (element-type LabLadderRow) */
  guint64 left_out;

  GPtrArray *rows;            /* (owned) (nullable): all of the above and what is between them */
  GArray *spans[LAB_N_SIDES]; /* (owned) (element-type LabLadderSpan) */
  double height;
};

static void
row_free (gpointer data)
{
  LabLadderRow *row = data;

  g_free (row->remark);
  g_free (row->chat);
  g_free (row->sentence);
  g_free (row);
}

/**
 * lab_ladder_new:
 * @most_rows: segments that are kept at each of both ends of the ladder
 * @absolute: whether the numbers are those of the wire
 *
 * Returns: (transfer full): an empty ladder.
 */
LabLadder *
lab_ladder_new (guint most_rows, gboolean absolute)
{
  LabLadder *ladder = g_new0 (LabLadder, 1);

  ladder->most_rows = MAX (most_rows, 1);
  ladder->absolute = absolute;
  ladder->first = g_ptr_array_new_with_free_func (row_free);
  g_queue_init (&ladder->last);
  for (int side = 0; side < LAB_N_SIDES; side++)
    ladder->spans[side] = g_array_new (FALSE, FALSE, sizeof (LabLadderSpan));
  return ladder;
}

/**
 * lab_ladder_free:
 * @ladder: (nullable) (transfer full)
 */
void
lab_ladder_free (LabLadder *ladder)
{
  if (ladder == NULL)
    return;
  if (ladder->rows != NULL)
    g_ptr_array_unref (ladder->rows);
  g_ptr_array_unref (ladder->first);
  g_queue_clear_full (&ladder->last, row_free);
  for (int side = 0; side < LAB_N_SIDES; side++)
    g_array_unref (ladder->spans[side]);
  g_free (ladder);
}

/**
 * lab_ladder_get_size:
 *
 * Returns: how many rows are kept.
 */
guint
lab_ladder_get_size (const LabLadder *ladder)
{
  return ladder->first->len + ladder->last.length;
}

static gboolean
carries_same (const LabLadderRow *row, const LabLadderRow *again)
{
  return row->kind == LAB_ROW_SEGMENT && row->from == again->from && row->seq == again->seq &&
         (row->len > 0 || (row->flags & again->flags & (LAB_SYN | LAB_FIN)) != 0);
}

/* Returns: (nullable): the last segment before it that carried the same. */
static LabLadderRow *
find_same (LabLadder *ladder, const LabLadderRow *again)
{
  for (GList *link = ladder->last.tail; link != NULL; link = link->prev)
    if (carries_same (link->data, again))
      return link->data;
  for (guint i = ladder->first->len; i > 0; i--)
    if (carries_same (ladder->first->pdata[i - 1], again))
      return ladder->first->pdata[i - 1];
  return NULL;
}

static LabLadderRow *
last_row (LabLadder *ladder)
{
  if (ladder->last.length > 0)
    return g_queue_peek_tail (&ladder->last);
  return ladder->first->len > 0 ? ladder->first->pdata[ladder->first->len - 1] : NULL;
}

/* Whether @answer acknowledges everything that @row sent. */
static gboolean
answers (const LabLadderRow *answer, const LabLadderRow *row)
{
  guint32 end = row->seq + row->len + ((row->flags & LAB_SYN) != 0) + ((row->flags & LAB_FIN) != 0);

  return answer->from != row->from && (answer->flags & LAB_ACK) != 0 &&
         (gint32) (answer->ack - end) >= 0;
}

/* A segment was sent again, and not for nothing: then it was lost, or the answer to it was
 * if there is one. */
static void
mark_lost (LabLadder *ladder, const LabLadderRow *again)
{
  LabLadderRow *latest = last_row (ladder);
  LabLadderRow *row = NULL;

  if (!again->is_resent)
    return;
  row = find_same (ladder, again);
  if (row == NULL)
    return;
  if (latest != NULL && latest != row && answers (latest, row))
    latest->is_lost = TRUE;
  else if (!(again->analysis & LAB_ANALYSIS_SPURIOUS_RETRANSMISSION))
    row->is_lost = TRUE;
}

static char *
join_chat (const LabFinding *finding)
{
  g_autoptr (GString) text = NULL;

  if (finding->n_lines == 0)
    return NULL;
  text = g_string_new (NULL);
  for (guint i = 0; i < finding->n_lines; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? " / " : "", finding->lines[i].text);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
take_or_null (GString *text)
{
  gboolean is_empty = text->len == 0;
  char *taken = g_string_free (text, is_empty);

  return is_empty ? NULL : taken;
}

static LabLadderRow *
row_new (LabLadder *ladder, const LabFinding *finding)
{
  const LabSegment *segment = &finding->segment;
  LabLadderRow *row = g_new0 (LabLadderRow, 1);
  GString *remark = g_string_new (NULL);
  GString *sentence = g_string_new (NULL);

  row->kind = segment->kind == LAB_KIND_ICMP ? LAB_ROW_ERROR : LAB_ROW_SEGMENT;
  row->frame = segment->number;
  row->since_start_ns = finding->since_start_ns;
  row->pause_ns = finding->since_previous_ns;
  row->from = finding->from;
  row->flags = segment->flags;
  row->seq = ladder->absolute ? segment->seq : finding->seq;
  row->ack = ladder->absolute ? segment->ack : finding->ack;
  row->len = segment->len;
  row->has = segment->has;
  row->analysis = finding->analysis;
  row->is_resent = finding->resent;
  row->is_overtaken = finding->overtaken;
  memcpy (row->before, finding->before, sizeof row->before);
  memcpy (row->state, finding->state, sizeof row->state);
  memcpy (row->assumed, finding->assumed, sizeof row->assumed);
  if (row->kind == LAB_ROW_ERROR)
    {
      const LabLadderRow *before = last_row (ladder);

      if (before != NULL) /* by itself an error changes no state */
        memcpy (row->state, before->state, sizeof row->state);
      lab_explain_icmp (segment, sentence);
      /* What it answers is on the ladder already. */
      g_string_append_printf (remark, "ICMP: %.*s", (int) strcspn (sentence->str, ";"),
                              sentence->str);
    }
  else
    {
      lab_words_remark (finding, remark);
      lab_explain_packet (finding, sentence);
    }
  row->remark = take_or_null (remark);
  row->sentence = take_or_null (sentence);
  row->chat = join_chat (finding);
  return row;
}

/**
 * lab_ladder_add:
 * @finding: the next segment of the connection, or an ICMP error that answers one
 *
 * Adds a rung, before the ladder is laid out.
 */
void
lab_ladder_add (LabLadder *ladder, const LabFinding *finding)
{
  LabLadderRow *row = NULL;

  g_return_if_fail (ladder->rows == NULL);

  row = row_new (ladder, finding);
  mark_lost (ladder, row);
  if (ladder->first->len < ladder->most_rows)
    {
      g_ptr_array_add (ladder->first, row);
      return;
    }
  g_queue_push_tail (&ladder->last, row);
  if (ladder->last.length > ladder->most_rows)
    {
      row_free (g_queue_pop_head (&ladder->last));
      ladder->left_out++;
    }
}

static void
add_break (LabLadder *ladder, LabRowKind kind, const LabLadderRow *next, guint64 left_out)
{
  LabLadderRow *row = g_new0 (LabLadderRow, 1);

  row->kind = kind;
  row->pause_ns = next->pause_ns;
  row->since_start_ns = next->since_start_ns;
  row->left_out = left_out;
  memcpy (row->before, next->before, sizeof row->before);
  memcpy (row->state, next->before, sizeof row->state);
  memcpy (row->assumed, next->assumed, sizeof row->assumed);
  g_ptr_array_add (ladder->rows, row);
}

/* All rows into one list, with the breaks between them. */
static void
collect (LabLadder *ladder)
{
  ladder->rows = g_ptr_array_new_with_free_func (row_free);
  for (guint i = 0; i < ladder->first->len; i++)
    {
      LabLadderRow *row = ladder->first->pdata[i];

      if (i > 0 && row->pause_ns >= PAUSE_NS)
        add_break (ladder, LAB_ROW_PAUSE, row, 0);
      g_ptr_array_add (ladder->rows, row);
    }
  g_ptr_array_set_free_func (ladder->first, NULL);
  g_ptr_array_set_size (ladder->first, 0);
  for (GList *link = ladder->last.head; link != NULL; link = link->next)
    {
      LabLadderRow *row = link->data;

      if (link->prev == NULL && ladder->left_out > 0)
        add_break (ladder, LAB_ROW_LEFT_OUT, row, ladder->left_out);
      else if (row->pause_ns >= PAUSE_NS)
        add_break (ladder, LAB_ROW_PAUSE, row, 0);
      g_ptr_array_add (ladder->rows, row);
    }
  g_queue_clear (&ladder->last);
}

/* When it is known that a segment never arrived, it changes nothing at the end it never
 * reached; what changes there does so with the next one. */
static void
hold_back (LabLadder *ladder)
{
  const LabLadderRow *lost = NULL;

  for (guint i = 0; i < ladder->rows->len; i++)
    {
      LabLadderRow *row = ladder->rows->pdata[i];

      if (lost != NULL)
        {
          LabSide receiver = lab_side_other (lost->from);

          row->before[receiver] = lost->state[receiver];
          if (row->kind != LAB_ROW_SEGMENT)
            row->state[receiver] = row->before[receiver];
        }
      if (row->kind != LAB_ROW_SEGMENT)
        continue;
      lost = row->is_lost ? row : NULL;
      if (lost != NULL)
        row->state[lab_side_other (row->from)] = row->before[lab_side_other (row->from)];
    }
}

/* Gives a row its place. Returns: where the next one begins. */
static double
place (LabLadderRow *row, double y)
{
  row->top = y;
  if (row->kind != LAB_ROW_SEGMENT)
    {
      row->leaves = row->comes = y + PAUSE / 2;
      return y + PAUSE;
    }
  row->leaves = y + LABEL;
  row->comes = row->leaves + SLOPE;
  y = row->comes + BELOW;
  if (row->chat != NULL)
    y += REMARK;
  if (row->remark != NULL)
    y += REMARK;
  return y;
}

static void
add_span (GArray *spans, LabState state, gboolean assumed, double y)
{
  LabLadderSpan span = { state, assumed, y, y };
  LabLadderSpan *last = NULL;

  if (spans->len > 0)
    {
      last = &g_array_index (spans, LabLadderSpan, spans->len - 1);
      last->bottom = y;
      if (last->state == state && last->assumed == assumed)
        return;
      if (last->top >= y) /* left at once: it would have no height */
        {
          last->state = state;
          last->assumed = assumed;
          return;
        }
    }
  g_array_append_val (spans, span);
}

/* When a segment changes the state of both ends, its sender's changes first. */
static void
draw_poles (LabLadder *ladder, LabSide side)
{
  GArray *spans = ladder->spans[side];

  for (guint i = 0; i < ladder->rows->len; i++)
    {
      const LabLadderRow *row = ladder->rows->pdata[i];

      if (row->kind == LAB_ROW_ERROR)
        continue;
      if (spans->len == 0)
        add_span (spans, row->before[side], row->assumed[side], 0);
      add_span (spans, row->state[side], row->assumed[side],
                row->from == side ? row->leaves : row->comes);
    }
  if (spans->len > 0)
    g_array_index (spans, LabLadderSpan, spans->len - 1).bottom = ladder->height;
}

/**
 * lab_ladder_lay_out:
 *
 * Gives every row its place. Nothing is added afterwards.
 */
void
lab_ladder_lay_out (LabLadder *ladder)
{
  double y = MARGIN;

  g_return_if_fail (ladder->rows == NULL);

  collect (ladder);
  hold_back (ladder);
  for (guint i = 0; i < ladder->rows->len; i++)
    y = place (ladder->rows->pdata[i], y);
  ladder->height = y + MARGIN;
  for (int side = 0; side < LAB_N_SIDES; side++)
    draw_poles (ladder, (LabSide) side);
}

/**
 * lab_ladder_get_rows:
 *
 * Returns: (transfer none) (element-type LabLadderRow): from top to bottom, once the ladder
 * is laid out.
 */
const GPtrArray *
lab_ladder_get_rows (const LabLadder *ladder)
{
  return ladder->rows;
}

/**
 * lab_ladder_get_spans:
 *
 * Returns: (transfer none) (element-type LabLadderSpan): the states of one end, from top to
 * bottom without gaps.
 */
const GArray *
lab_ladder_get_spans (const LabLadder *ladder, LabSide side)
{
  return ladder->spans[side];
}

/**
 * lab_ladder_get_height:
 */
double
lab_ladder_get_height (const LabLadder *ladder)
{
  return ladder->height;
}

/**
 * lab_ladder_row_label:
 *
 * Appends what stands on the arrow: flags, numbers, length. Of anything else, what
 * it is.
 */
void
lab_ladder_row_label (const LabLadderRow *row, GString *out)
{
  switch (row->kind)
    {
    case LAB_ROW_PAUSE:
      lab_words_duration (row->pause_ns, out);
      return;
    case LAB_ROW_LEFT_OUT:
      lab_words_count (row->left_out, "segment is left out", "segments are left out", out);
      return;
    case LAB_ROW_ERROR:
      g_string_append (out, row->remark);
      return;
    case LAB_ROW_SEGMENT:
    default:
      break;
    }
  if (!(row->has & LAB_HAS_FLAGS))
    {
      g_string_append (out, "malformed");
      return;
    }
  lab_words_flag_names (row->flags, out);
  g_string_append_printf (out, " seq=%u", row->seq);
  if (row->flags & LAB_ACK)
    g_string_append_printf (out, " ack=%u", row->ack);
  if (row->len > 0)
    g_string_append_printf (out, " len=%u", row->len);
}
