/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Views, the ladder and what they share, from findings made by hand: what is too much, what
 * is hostile, what was lost.
 */
#include "config.h"

#include <locale.h>
#include <string.h>

#include "common/base/sal-columns.h"
#include "lab/view/lab-ladder.h"
#include "lab/view/lab-svg.h"
#include "lab/view/lab-view.h"
#include "lab/view/lab-words.h"

#define MS (1000 * 1000)

static void
test_escape (void)
{
  static const struct
  {
    const char *text;
    const char *wanted;
  } rows[] = {
    { "", "" },
    { "plain è 😀", "plain è 😀" },
    { "<script>alert(\"1\")</script>", "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;" },
    { "a&b'c", "a&amp;b&#39;c" },
    { "\033[31m\r\n\t", "�[31m���" },
    { "\x7f\xc2\x9b", "��" },
    { "\xff\xc3", "��" },
    { "\xef\xbf\xbf", "�" }, /* U+FFFF is in no XML */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GString) out = g_string_new (NULL);

      lab_xml_escape (rows[i].text, out);
      g_assert_cmpstr (out->str, ==, rows[i].wanted);
    }
}

static void
test_durations (void)
{
  static const struct
  {
    gint64 ns;
    const char *wanted;
  } rows[] = {
    { 0, "0 s" },
    { 999, "999 ns" },
    { 25000, "25.0 µs" },
    { 1500 * 1000, "1.50 ms" },
    { 123 * MS, "123 ms" },
    { G_GINT64_CONSTANT (1070) * MS, "1.07 s" },
    { G_GINT64_CONSTANT (90061) * 1000 * MS, "90061 s" },
    { -25000, "−25.0 µs" },
    { G_MININT64, "−9223372037 s" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GString) out = g_string_new (NULL);

      lab_words_duration (rows[i].ns, out);
      g_assert_cmpstr (out->str, ==, rows[i].wanted);
    }
}

/* The text around a duration is English in every locale, so its point is none of theirs;
 * where no such locale is installed there is nothing to be seen. */
static void
test_durations_in_other_locales (void)
{
  static const char *const locales[] = { "it_IT.UTF-8", "fr_FR.UTF-8", "es_ES.UTF-8",
                                         "de_DE.UTF-8" };

  for (gsize i = 0; i < G_N_ELEMENTS (locales); i++)
    {
      g_autoptr (GString) out = g_string_new (NULL);

      if (setlocale (LC_NUMERIC, locales[i]) == NULL)
        continue;
      lab_words_duration (25000, out);
      setlocale (LC_NUMERIC, "C");
      g_assert_cmpstr (out->str, ==, "25.0 µs");
    }
}

static void
test_flags (void)
{
  static const struct
  {
    guint16 flags;
    const char *letters;
    const char *names;
  } rows[] = {
    { 0, "none", "no flags" },
    { LAB_SYN, "S", "SYN" },
    { LAB_SYN | LAB_ACK, "S.", "SYN, ACK" },
    { LAB_FIN | LAB_PSH | LAB_ACK, "FP.", "FIN, PSH, ACK" },
    { LAB_RST, "R", "RST" },
    { LAB_SYN | LAB_ECE | LAB_CWR | LAB_AE, "SEWe", "SYN, ECE, CWR, AE" },
    { LAB_URG | LAB_ACK, ".U", "ACK, URG" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GString) letters = g_string_new (NULL);
      g_autoptr (GString) names = g_string_new (NULL);

      lab_words_flags (rows[i].flags, letters);
      lab_words_flag_names (rows[i].flags, names);
      g_assert_cmpstr (letters->str, ==, rows[i].letters);
      g_assert_cmpstr (names->str, ==, rows[i].names);
    }
}

static void
test_cut (void)
{
  g_autoptr (GString) out = g_string_new (NULL);

  lab_words_cut ("perché sì", 9, out);
  g_string_append_c (out, '|');
  lab_words_cut ("perché sì", 7, out);
  g_string_append_c (out, '|');
  lab_words_cut ("", 3, out);
  g_string_append_c (out, '|');
  lab_words_cut ("日本語", 6, out);
  g_string_append_c (out, '|');
  lab_words_cut ("日本語", 5, out);
  g_string_append_c (out, '|');
  lab_words_cut ("日本語", 4, out);
  g_assert_cmpstr (out->str, ==, "perché sì|perché…||日本語|日本…|日…");
}

static LabConnection
make_connection (guint32 stream)
{
  LabConnection connection = { .stream = stream, .outcome = LAB_OUTCOME_OPEN };

  for (int side = 0; side < LAB_N_SIDES; side++)
    {
      connection.end[side].address = (LabAddress){ 4, { 10, 77, 0, (guint8) (side + 1) } };
      connection.end[side].port = (guint16) (side == LAB_CLIENT ? 40000 : 5050);
      connection.end[side].state = LAB_ESTABLISHED;
    }
  return connection;
}

/* A segment of the middle of a connection. */
static LabFinding
make_finding (const LabConnection *connection,
              guint64 frame,
              LabSide from,
              guint16 flags,
              guint32 seq,
              guint32 ack,
              guint32 len)
{
  LabFinding finding = { .connection = connection,
                         .stream = connection->stream,
                         .from = from,
                         .seq = seq,
                         .ack = ack,
                         .since_start_ns = (gint64) frame * MS,
                         .since_previous_ns = MS };

  finding.segment = (LabSegment){
    .number = frame,
    .kind = LAB_KIND_TCP,
    .has = LAB_HAS_PORTS | LAB_HAS_SEQ | LAB_HAS_ACK | LAB_HAS_FLAGS | LAB_HAS_WINDOW,
    .has_time = TRUE,
    .src = connection->end[from].address,
    .dst = connection->end[lab_side_other (from)].address,
    .src_port = connection->end[from].port,
    .dst_port = connection->end[lab_side_other (from)].port,
    .seq = seq + 1000,
    .ack = ack + 2000,
    .flags = flags,
    .len = len,
  };
  finding.event = len > 0 ? LAB_EVENT_DATA : LAB_EVENT_ACK;
  for (int side = 0; side < LAB_N_SIDES; side++)
    finding.state[side] = finding.before[side] = LAB_ESTABLISHED;
  return finding;
}

/* Of a long connection the beginning and the end are kept, and how much is between. */
static void
test_ladder_is_bounded (void)
{
  LabConnection connection = make_connection (0);
  g_autoptr (LabLadder) ladder = lab_ladder_new (3, FALSE);
  const GPtrArray *rows = NULL;
  g_autoptr (GString) frames = g_string_new (NULL);
  double y = 0;

  for (guint64 frame = 1; frame <= 100; frame++)
    {
      LabFinding finding =
          make_finding (&connection, frame, LAB_CLIENT, LAB_ACK, (guint32) frame, 1, 1);

      lab_ladder_add (ladder, &finding);
      g_assert_cmpuint (lab_ladder_get_size (ladder), <=, 6);
    }
  lab_ladder_lay_out (ladder);
  rows = lab_ladder_get_rows (ladder);
  for (guint i = 0; i < rows->len; i++)
    {
      const LabLadderRow *row = rows->pdata[i];

      g_assert_cmpfloat (row->top, >=, y);
      y = row->comes;
      if (row->kind == LAB_ROW_LEFT_OUT)
        g_string_append_printf (frames, "(%u) ", (guint) row->left_out);
      else
        g_string_append_printf (frames, "%u ", (guint) row->frame);
    }
  g_assert_cmpstr (frames->str, ==, "1 2 3 (94) 98 99 100 ");
  g_assert_cmpfloat (lab_ladder_get_height (ladder), >, y);
}

/* Where nothing is sent for long, there is a break. */
static void
test_ladder_pause (void)
{
  LabConnection connection = make_connection (0);
  g_autoptr (LabLadder) ladder = lab_ladder_new (10, FALSE);
  const gint64 pauses[] = { 500 * MS, 99 * MS, 100 * MS };
  const GPtrArray *rows = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (pauses); i++)
    {
      LabFinding finding = make_finding (&connection, i + 1, LAB_CLIENT, LAB_ACK, 1, 1, 0);

      finding.since_previous_ns = pauses[i];
      lab_ladder_add (ladder, &finding);
    }
  lab_ladder_lay_out (ladder);
  rows = lab_ladder_get_rows (ladder);
  g_assert_cmpuint (rows->len, ==, 4); /* none before the first */
  g_assert_cmpint (((const LabLadderRow *) rows->pdata[2])->kind, ==, LAB_ROW_PAUSE);
}

/* An arrow is drawn as one that was overtaken if it was: not wherever tshark would say so. */
static void
test_svg_of_what_was_overtaken (void)
{
  for (int overtaken = 0; overtaken < 2; overtaken++)
    {
      LabConnection connection = make_connection (0);
      LabFinding finding = make_finding (&connection, 1, LAB_CLIENT, LAB_PSH | LAB_ACK, 1, 1, 10);
      g_autoptr (LabLadder) ladder = lab_ladder_new (10, FALSE);
      g_autoptr (GString) out = g_string_new (NULL);

      finding.analysis = LAB_ANALYSIS_OUT_OF_ORDER;
      finding.overtaken = overtaken;
      lab_ladder_add (ladder, &finding);
      lab_ladder_lay_out (ladder);
      lab_svg_rows (ladder, 0, lab_ladder_get_rows (ladder)->len, out);
      g_assert_cmpint (strstr (out->str, " resent\"") != NULL, ==, overtaken);
      g_assert_cmpint (strstr (out->str, " data\"") != NULL, ==, !overtaken);
    }
}

/* What was lost, told by what was sent again: the segment itself, or the answer to it. */
static void
test_ladder_lost (void)
{
  LabConnection connection = make_connection (0);
  const struct
  {
    const char *name;
    LabFinding findings[3];
    guint32 analysis; /* of the last */
    guint lost;       /* which */
  } rows[] = {
    { "data",
      { make_finding (&connection, 1, LAB_CLIENT, LAB_ACK, 1, 1, 10),
        make_finding (&connection, 2, LAB_CLIENT, LAB_ACK, 11, 1, 10),
        make_finding (&connection, 3, LAB_CLIENT, LAB_ACK, 1, 1, 10) },
      LAB_ANALYSIS_RETRANSMISSION,
      1 },
    { "data that looks out of order",
      { make_finding (&connection, 1, LAB_CLIENT, LAB_ACK, 1, 1, 10),
        make_finding (&connection, 2, LAB_SERVER, LAB_ACK, 1, 1, 0),
        make_finding (&connection, 3, LAB_CLIENT, LAB_ACK, 1, 1, 10) },
      LAB_ANALYSIS_OUT_OF_ORDER,
      1 },
    { "the acknowledgment",
      { make_finding (&connection, 1, LAB_CLIENT, LAB_ACK, 1, 1, 10),
        make_finding (&connection, 2, LAB_SERVER, LAB_ACK, 1, 11, 0),
        make_finding (&connection, 3, LAB_CLIENT, LAB_ACK, 1, 1, 10) },
      LAB_ANALYSIS_RETRANSMISSION | LAB_ANALYSIS_SPURIOUS_RETRANSMISSION,
      2 },
    { "the acknowledgment of a FIN",
      { make_finding (&connection, 1, LAB_SERVER, LAB_FIN | LAB_ACK, 1, 1, 0),
        make_finding (&connection, 2, LAB_CLIENT, LAB_ACK, 1, 2, 0),
        make_finding (&connection, 3, LAB_SERVER, LAB_FIN | LAB_ACK, 1, 1, 0) },
      LAB_ANALYSIS_RETRANSMISSION,
      2 },
    { "nothing: a keep-alive",
      { make_finding (&connection, 1, LAB_CLIENT, LAB_ACK, 1, 1, 1),
        make_finding (&connection, 2, LAB_SERVER, LAB_ACK, 1, 2, 0),
        make_finding (&connection, 3, LAB_CLIENT, LAB_ACK, 1, 1, 1) },
      LAB_ANALYSIS_KEEP_ALIVE,
      0 },
    { "nothing: it was not seen before",
      { make_finding (&connection, 1, LAB_CLIENT, LAB_ACK, 11, 1, 10),
        make_finding (&connection, 2, LAB_SERVER, LAB_ACK, 1, 1, 0),
        make_finding (&connection, 3, LAB_CLIENT, LAB_ACK, 1, 1, 10) },
      LAB_ANALYSIS_OUT_OF_ORDER,
      0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    /* Once among the first that are kept, once among the last. */
    for (guint most = 1; most <= 3; most += 2)
      {
        g_autoptr (LabLadder) ladder = lab_ladder_new (most, FALSE);
        const GPtrArray *drawn = NULL;

        g_test_message ("%s", rows[i].name);
        for (guint j = 0; j < 3; j++)
          {
            LabFinding finding = rows[i].findings[j];

            finding.analysis = j == 2 ? rows[i].analysis : 0;
            finding.resent = finding.analysis != 0 && finding.analysis != LAB_ANALYSIS_KEEP_ALIVE;
            lab_ladder_add (ladder, &finding);
          }
        lab_ladder_lay_out (ladder);
        drawn = lab_ladder_get_rows (ladder);
        for (guint j = 0; j < drawn->len; j++)
          {
            const LabLadderRow *row = drawn->pdata[j];

            if (row->kind == LAB_ROW_SEGMENT)
              g_assert_cmpint (row->is_lost, ==, row->frame == rows[i].lost);
          }
      }
}

/* The poles have no gaps; the sender's state changes where the arrow leaves, the receiver's
 * where it comes. */
static void
test_ladder_poles (void)
{
  LabConnection connection = make_connection (0);
  g_autoptr (LabLadder) ladder = lab_ladder_new (10, FALSE);
  LabFinding fin = make_finding (&connection, 1, LAB_CLIENT, LAB_FIN | LAB_ACK, 1, 1, 0);
  const LabLadderRow *row = NULL;

  fin.state[LAB_CLIENT] = LAB_FIN_WAIT_1;
  fin.state[LAB_SERVER] = LAB_CLOSE_WAIT;
  lab_ladder_add (ladder, &fin);
  lab_ladder_lay_out (ladder);
  row = lab_ladder_get_rows (ladder)->pdata[0];
  for (int side = 0; side < LAB_N_SIDES; side++)
    {
      const GArray *spans = lab_ladder_get_spans (ladder, (LabSide) side);
      const LabLadderSpan *before = &g_array_index (spans, LabLadderSpan, 0);
      const LabLadderSpan *after = &g_array_index (spans, LabLadderSpan, 1);

      g_assert_cmpuint (spans->len, ==, 2);
      g_assert_cmpint (before->state, ==, LAB_ESTABLISHED);
      g_assert_cmpfloat (before->top, ==, 0);
      g_assert_cmpfloat (before->bottom, ==, after->top);
      g_assert_cmpfloat (after->top, ==, side == LAB_CLIENT ? row->leaves : row->comes);
      g_assert_cmpfloat (after->bottom, ==, lab_ladder_get_height (ladder));
    }
}

/* What was lost changes nothing at the end that it never reached. */
static void
test_ladder_lost_changes_nothing (void)
{
  LabConnection connection = make_connection (0);
  g_autoptr (LabLadder) ladder = lab_ladder_new (10, FALSE);
  const GArray *spans = NULL;
  const GPtrArray *rows = NULL;

  for (guint64 frame = 1; frame <= 2; frame++)
    {
      LabFinding fin = make_finding (&connection, frame, LAB_CLIENT, LAB_FIN | LAB_ACK, 1, 1, 0);

      fin.since_previous_ns = 300 * MS;
      fin.analysis = frame == 2 ? LAB_ANALYSIS_RETRANSMISSION : 0;
      fin.resent = frame == 2;
      fin.state[LAB_CLIENT] = LAB_FIN_WAIT_1;
      fin.state[LAB_SERVER] = LAB_CLOSE_WAIT;
      if (frame == 2)
        memcpy (fin.before, fin.state, sizeof fin.before);
      lab_ladder_add (ladder, &fin);
    }
  lab_ladder_lay_out (ladder);
  rows = lab_ladder_get_rows (ladder);
  g_assert_cmpuint (rows->len, ==, 3);
  spans = lab_ladder_get_spans (ladder, LAB_SERVER);
  g_assert_cmpuint (spans->len, ==, 2);
  g_assert_cmpint (g_array_index (spans, LabLadderSpan, 1).state, ==, LAB_CLOSE_WAIT);
  g_assert_cmpfloat (g_array_index (spans, LabLadderSpan, 1).top, ==,
                     ((const LabLadderRow *) rows->pdata[2])->comes);
  spans = lab_ladder_get_spans (ladder, LAB_CLIENT);
  g_assert_cmpfloat (g_array_index (spans, LabLadderSpan, 1).top, ==,
                     ((const LabLadderRow *) rows->pdata[0])->leaves);
}

static char *
show (LabViewFormat format, guint connections, const char *chat, gboolean colour)
{
  const LabViewOptions options = { .colour = colour };
  GString *out = g_string_new (NULL);
  g_autoptr (LabView) view = lab_view_new (format, &options, out);
  const LabChatLine line = { .text = chat };

  lab_view_begin (view);
  for (guint i = 0; i < connections; i++)
    {
      LabConnection connection = make_connection (i);
      LabFinding finding =
          make_finding (&connection, i + 1, LAB_CLIENT, LAB_PSH | LAB_ACK, 1, 1, 5);

      finding.n_lines = chat != NULL;
      finding.lines = &line;
      lab_view_packet (view, &finding);
      lab_view_connection (view, &connection);
    }
  lab_view_end (view);
  return g_string_free (out, FALSE);
}

static void
test_wrap (void)
{
  static const struct
  {
    const char *text;
    guint columns;
    const char *wanted;
  } rows[] = {
    { "uno due tre", 0, "✓ uno due tre\n" },
    { "uno due tre", 13, "✓ uno due tre\n" },
    { "uno due tre", 12, "✓ uno due\n  tre\n" },
    { "perché no", 8, "✓ perché\n  no\n" },
    { "日本 語", 9, "✓ 日本 語\n" },
    { "日本 語", 8, "✓ 日本\n  語\n" },
    { "longer-than-that no", 5, "✓ longer-than-that\n  no\n" },
    { "", 5, "✓ \n" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GString) out = g_string_new (NULL);

      lab_words_wrap (rows[i].text, "✓ ", rows[i].columns, out);
      g_assert_cmpstr (out->str, ==, rows[i].wanted);
    }
}

/* The ladder of a connection with the same segment once from each side. */
static char *
show_ladder (const LabConnection *connection, LabFinding *finding, guint columns)
{
  const LabViewOptions options = { .ladder = TRUE, .columns = columns };
  GString *out = g_string_new (NULL);
  g_autoptr (LabView) view = lab_view_new (LAB_FORMAT_TEXT, &options, out);

  finding->connection = connection;
  lab_view_begin (view);
  for (int side = 0; side < LAB_N_SIDES; side++)
    {
      finding->from = (LabSide) side;
      lab_view_packet (view, finding);
    }
  lab_view_connection (view, connection);
  lab_view_end (view);
  return g_string_free (out, FALSE);
}

static void
assert_fits (const char *shown, guint columns)
{
  g_auto (GStrv) lines = g_strsplit (shown, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      if (sal_columns_of_text (lines[i]) > columns)
        g_test_message ("%u columns: %s", columns, lines[i]);
      g_assert_cmpuint (sal_columns_of_text (lines[i]), <=, columns);
    }
}

static LabFinding
make_rung (guint16 flags, guint32 seq, guint32 ack, guint32 len)
{
  return (LabFinding){ .seq = seq,
                       .ack = ack,
                       .segment = { .kind = LAB_KIND_TCP,
                                    .number = 7,
                                    .has = LAB_HAS_FLAGS,
                                    .flags = flags,
                                    .len = len } };
}

/* What stands on an arrow is as much of it as there is room for; without a terminal all. */
static void
test_ladder_labels (void)
{
  static const struct
  {
    guint16 flags;
    guint32 seq;
    guint32 ack;
    guint32 len;
    guint columns;
    const char *wanted;
  } rows[] = {
    { LAB_FIN | LAB_PSH | LAB_ACK, 100000, 99, 1448, 80, " [FP.] 100000:101448 ack 99 " },
    { LAB_PSH | LAB_ACK, 1000001, 1000001, 14480, 0,
      " PSH, ACK seq=1000001 ack=1000001 len=14480 " },
    { LAB_PSH | LAB_ACK, 1000001, 1000001, 14480, 93, " [P.] 1000001:1014481 ack 1000001 " },
    { LAB_PSH | LAB_ACK, 1000001, 1000001, 14480, 97, " [P.] 1000001:1014481 ack 1000001 " },
    { LAB_ACK, 2896001, 1000001, 1448, 80, " [.] 2896001:2897449 " },
    { LAB_ACK, 2896001, 1000001, 1448, 71, " [.] 2896001+1448 " },
    { LAB_ACK, 2896001, 1000001, 0, 71, " [.] ack 1000001 " },
    { LAB_ACK, 4000000001, 4294967295, 0, 71, " [.] ack 4294967295 " },
    { LAB_PSH | LAB_ACK, 4000000001, 4294967295, 14480, 100, " [P.] 4000000001:4000014481 " },
    { LAB_PSH | LAB_ACK, 4000000001, 4294967295, 1448, 71, " [P.] 4000000001 " },
    { LAB_SYN | LAB_ACK, 4000000001, 4294967295, 0, 71, " [S.] 4000000001 " },
    { 0x1ff, 4000000001, 4294967295, 1448, 71, " [" },
    { LAB_FIN | LAB_ACK, 14, 13, 0, 50, " [F.] 14 " },
    { LAB_ACK, 14, 13, 0, 50, " [.] " },
    { LAB_PSH | LAB_ACK, 1000001, 1000001, 14480, 50, " [P.] " },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      LabFinding finding = make_rung (rows[i].flags, rows[i].seq, rows[i].ack, rows[i].len);
      LabConnection connection = make_connection (0);
      g_autofree char *shown = show_ladder (&connection, &finding, rows[i].columns);

      if (strstr (shown, rows[i].wanted) == NULL)
        g_test_message ("%s: %s", rows[i].wanted, shown);
      g_assert_nonnull (strstr (shown, rows[i].wanted));
    }
}

/* The right pole stands below itself, whatever is said between the two. */
static void
test_ladder_with_wide_chat (void)
{
  static const char *const said[] = {
    "ciao", "日本語のチャット", "🎉🎉", "perche\u0301 no",
    "한국어로 하는 아주 긴 이야기는 다 들어가지 않습니다 정말로"
  };

  for (gsize i = 0; i < G_N_ELEMENTS (said); i++)
    for (guint columns = 0; columns <= 100; columns += 20)
      {
        LabConnection connection = make_connection (0);
        LabChatLine line = { .text = said[i] };
        LabFinding finding = make_rung (LAB_ACK, 1, 1, 30);
        g_autofree char *shown = NULL;
        g_auto (GStrv) lines = NULL;
        guint place = 0;

        if (columns == 20 || columns == 40)
          continue; /* no ladder is as narrow */
        finding.n_lines = 1;
        finding.lines = &line;
        shown = show_ladder (&connection, &finding, columns);
        if (columns > 0)
          assert_fits (shown, columns);
        lines = g_strsplit (shown, "\n", -1);
        for (guint j = 0; lines[j] != NULL; j++)
          {
            char *pole = strstr (lines[j], "┃") != NULL ? g_strrstr (lines[j], "┃")
                                                        : g_strrstr (lines[j], "┆");

            if (pole == NULL)
              continue;
            *pole = '\0';
            if (place == 0)
              place = sal_columns_of_text (lines[j]);
            g_assert_cmpuint (sal_columns_of_text (lines[j]), ==, place);
          }
        g_assert_cmpuint (place, >, 0);
      }
}

/* No line of a ladder is longer than the terminal is wide: whatever the numbers, the flags,
 * the remark, the time, the frame, the addresses. */
static void
test_ladder_fits (void)
{
  static const guint32 numbers[] = { 1, 100000, 1000001, 4294967295 };
  static const guint16 flags[] = { LAB_ACK, LAB_PSH | LAB_ACK, LAB_SYN | LAB_ACK, LAB_RST, 0x1ff };
  static const guint32 lengths[] = { 0, 1, 1448, 65495 };
  const guint n = G_N_ELEMENTS (numbers) * G_N_ELEMENTS (flags) * G_N_ELEMENTS (lengths);

  /* Below 54, where there are no times, too many flags at once may be too long. */
  for (guint columns = 54; columns <= 100; columns++)
    for (guint i = 0; i < n; i++)
      {
        guint32 number = numbers[i % 4];
        LabFinding finding =
            make_rung (flags[i / 16], number, number, lengths[i / 4 % G_N_ELEMENTS (lengths)]);
        LabConnection connection = make_connection (0);
        g_autofree char *shown = NULL;

        finding.since_start_ns = (gint64) number * 1000 * MS;
        finding.segment.number = number == 4294967295 ? 1234567 : number;
        if (i % 2 == 1)
          {
            finding.resent = TRUE;
            finding.resends_frame = 1234567;
            finding.analysis = LAB_ANALYSIS_SPURIOUS_RETRANSMISSION | LAB_ANALYSIS_WINDOW_FULL |
                               LAB_ANALYSIS_REUSED_PORTS;
            for (int side = 0; side < LAB_N_SIDES; side++)
              {
                LabAddress *address = &connection.end[side].address;

                address->family = 6;
                memset (address->bytes, 0xfd, sizeof address->bytes);
              }
          }
        shown = show_ladder (&connection, &finding, columns);
        assert_fits (shown, columns);
      }
}

/* Chat that would be a page of its own stays text. */
static void
test_hostile_chat (void)
{
  const char *chat = "</title><script src=//evil>'\"&amp;";

  for (int format = 0; format < LAB_N_FORMATS; format++)
    {
      g_autofree char *out = show ((LabViewFormat) format, 1, chat, FALSE);

      if (format != LAB_FORMAT_TEXT && format != LAB_FORMAT_JSON)
        g_assert_null (strstr (out, "<script"));
      if (format == LAB_FORMAT_SVG || format == LAB_FORMAT_HTML)
        g_assert_nonnull (
            strstr (out, "&lt;/title&gt;&lt;script src=//evil&gt;&#39;&quot;&amp;amp;"));
    }
}

static void
test_no_connection (void)
{
  g_autofree char *svg = show (LAB_FORMAT_SVG, 0, NULL, FALSE);
  g_autofree char *html = show (LAB_FORMAT_HTML, 0, NULL, FALSE);
  g_autofree char *json = show (LAB_FORMAT_JSON, 0, NULL, FALSE);

  g_assert_nonnull (strstr (svg, "There is no TCP connection in it."));
  g_assert_true (g_str_has_suffix (svg, "</svg>\n"));
  g_assert_nonnull (strstr (html, "There is no TCP connection in it."));
  g_assert_true (g_str_has_suffix (html, "</html>\n"));
  g_assert_cmpstr (json, ==, "");
}

/* One drawing holds only so many. */
static void
test_many_connections (void)
{
  g_autofree char *svg = show (LAB_FORMAT_SVG, 53, NULL, FALSE);
  g_autofree char *html = show (LAB_FORMAT_HTML, 53, NULL, FALSE);

  g_assert_nonnull (strstr (svg, "Connection #49<"));
  g_assert_null (strstr (svg, "Connection #50<"));
  g_assert_nonnull (strstr (svg, "3 more connections are left out; --connection N draws one."));
  g_assert_nonnull (strstr (html, "<section id=\"c52\">"));
}

static void
test_colours (void)
{
  g_autofree char *plain = show (LAB_FORMAT_TEXT, 1, "ciao", FALSE);
  g_autofree char *coloured = show (LAB_FORMAT_TEXT, 1, "ciao", TRUE);

  g_assert_null (strchr (plain, '\033'));
  g_assert_nonnull (strstr (coloured, "\033[32mESTABLISHED\033[0m"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/view/svg/escapes-everything", test_escape);
  g_test_add_func ("/view/svg/what-was-overtaken", test_svg_of_what_was_overtaken);
  g_test_add_func ("/view/words/durations", test_durations);
  g_test_add_func ("/view/words/durations-in-other-locales", test_durations_in_other_locales);
  g_test_add_func ("/view/words/flags", test_flags);
  g_test_add_func ("/view/words/cut-between-characters", test_cut);
  g_test_add_func ("/view/words/wrapped", test_wrap);
  g_test_add_func ("/view/ladder/labels-that-fit-the-terminal", test_ladder_labels);
  g_test_add_func ("/view/ladder/no-line-is-too-long", test_ladder_fits);
  g_test_add_func ("/view/ladder/wide-chat-moves-no-pole", test_ladder_with_wide_chat);
  g_test_add_func ("/view/ladder/is-bounded", test_ladder_is_bounded);
  g_test_add_func ("/view/ladder/pauses-are-breaks", test_ladder_pause);
  g_test_add_func ("/view/ladder/what-was-lost", test_ladder_lost);
  g_test_add_func ("/view/ladder/poles-have-no-gaps", test_ladder_poles);
  g_test_add_func ("/view/ladder/lost-segment-changes-only-its-sender",
                   test_ladder_lost_changes_nothing);
  g_test_add_func ("/view/hostile-chat-stays-text", test_hostile_chat);
  g_test_add_func ("/view/no-connection", test_no_connection);
  g_test_add_func ("/view/many-connections", test_many_connections);
  g_test_add_func ("/view/colours-only-if-wanted", test_colours);
  return g_test_run ();
}
