/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Words that several views say in the same way. They are the RFCs' and English, as the
 * sentences of lab_explain are.
 */
#include "config.h"

#include "lab/view/lab-words.h"

#include "common/base/sal-columns.h"

#define NS_PER_MICROSECOND 1000
#define NS_PER_MILLISECOND 1000000
#define NS_PER_SECOND G_GINT64_CONSTANT (1000000000)

/**
 * lab_words_flags:
 *
 * Appends @flags as tcpdump writes them: `S.` is SYN and ACK.
 */
void
lab_words_flags (guint16 flags, GString *out)
{
  static const struct
  {
    guint16 flag;
    char letter;
  } letters[] = { { LAB_FIN, 'F' }, { LAB_SYN, 'S' }, { LAB_RST, 'R' },
                  { LAB_PSH, 'P' }, { LAB_ACK, '.' }, { LAB_URG, 'U' },
                  { LAB_ECE, 'E' }, { LAB_CWR, 'W' }, { LAB_AE, 'e' } };
  gsize before = out->len;

  for (gsize i = 0; i < G_N_ELEMENTS (letters); i++)
    if (flags & letters[i].flag)
      g_string_append_c (out, letters[i].letter);
  if (out->len == before)
    g_string_append (out, "none");
}

/**
 * lab_words_flag_names:
 *
 * Appends @flags by their names: `SYN, ACK`.
 */
void
lab_words_flag_names (guint16 flags, GString *out)
{
  static const struct
  {
    guint16 flag;
    const char *name;
  } names[] = { { LAB_SYN, "SYN" }, { LAB_FIN, "FIN" }, { LAB_RST, "RST" },
                { LAB_PSH, "PSH" }, { LAB_ACK, "ACK" }, { LAB_URG, "URG" },
                { LAB_ECE, "ECE" }, { LAB_CWR, "CWR" }, { LAB_AE, "AE" } };
  gsize before = out->len;

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (flags & names[i].flag)
      g_string_append_printf (out, "%s%s", out->len > before ? ", " : "", names[i].name);
  if (out->len == before)
    g_string_append (out, "no flags");
}

/**
 * lab_words_end:
 *
 * Appends an address and a port: `10.0.0.1:80`, `[fd77::1]:80`, `[fe80::1%eth0]:80`.
 */
void
lab_words_end (const LabEndReport *end, GString *out)
{
  char text[LAB_SCOPED_ADDRESS_TEXT];

  lab_address_to_scoped_text (&end->address, end->scope, text);
  g_string_append_printf (out, end->address.family == 6 ? "[%s]:%u" : "%s:%u", text, end->port);
}

/**
 * lab_words_duration:
 *
 * Appends a time span in the unit that suits it, with three figures.
 */
void
lab_words_duration (gint64 ns, GString *out)
{
  static const struct
  {
    gint64 ns;
    const char *name;
  } units[] = {
    { NS_PER_SECOND, "s" }, { NS_PER_MILLISECOND, "ms" }, { NS_PER_MICROSECOND, "µs" }, { 1, "ns" }
  };
  char number[G_ASCII_DTOSTR_BUF_SIZE] = "";
  const char *format = "%.0f";
  gsize i = 0;
  double value = 0;

  if (ns < 0)
    {
      g_string_append (out, "−"); /* a minus: clocks are set back */
      ns = ns == G_MININT64 ? G_MAXINT64 : -ns;
    }
  if (ns == 0)
    {
      g_string_append (out, "0 s");
      return;
    }
  while (ns < units[i].ns)
    i++;
  value = (double) ns / (double) units[i].ns;
  if (i < 3)
    format = value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f";
  /* The sentence around it is English in every locale. */
  g_string_append (out, g_ascii_formatd (number, sizeof number, format, value));
  g_string_append_printf (out, " %s", units[i].name);
}

/**
 * lab_words_wrap:
 * @text: valid UTF-8, one space between words
 * @indent: in front of the first line; the others begin below its end
 * @columns: how long a line may be; 0: as long as it takes
 *
 * Appends @text in lines. A word that is longer than a line stays whole.
 */
void
lab_words_wrap (const char *text, const char *indent, guint columns, GString *out)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  guint margin = sal_columns_of_text (indent);
  guint column = margin;

  g_string_append (out, indent);
  for (guint i = 0; words[i] != NULL; i++)
    {
      guint width = sal_columns_of_text (words[i]);

      if (i > 0 && columns > 0 && column + 1 + width > columns)
        {
          g_string_append_printf (out, "\n%*s", (int) margin, "");
          column = margin;
        }
      else if (i > 0)
        {
          g_string_append_c (out, ' ');
          column++;
        }
      g_string_append (out, words[i]);
      column += width;
    }
  g_string_append_c (out, '\n');
}

/**
 * lab_words_cut:
 * @text: valid UTF-8
 * @columns: of a terminal, at least 1
 *
 * Appends @text, or so much of it as fits, with a sign that it goes on.
 */
void
lab_words_cut (const char *text, guint columns, GString *out)
{
  if (*sal_columns_skip (text, columns) == '\0')
    {
      g_string_append (out, text);
      return;
    }
  g_string_append_len (out, text, sal_columns_skip (text, columns - 1) - text);
  g_string_append (out, "…");
}

/**
 * lab_words_n_lines:
 *
 * Returns: how many lines end in @text.
 */
guint
lab_words_n_lines (const char *text)
{
  guint n = 0;

  for (; *text != '\0'; text++)
    n += *text == '\n';
  return n;
}

/**
 * lab_words_count:
 *
 * Appends a number of things.
 */
void
lab_words_count (guint64 count, const char *one, const char *many, GString *out)
{
  g_string_append_printf (out, "%" G_GUINT64_FORMAT " %s", count, count == 1 ? one : many);
}

static void
append_part (GString *out, gsize start, const char *text)
{
  if (out->len > start)
    g_string_append (out, ", ");
  g_string_append (out, text);
}

static void
append_resent (const LabFinding *finding, const char *what, gsize start, GString *out)
{
  append_part (out, start, what);
  if (finding->resends_frame != 0)
    g_string_append_printf (out, " of %" G_GUINT64_FORMAT, finding->resends_frame);
}

/**
 * lab_words_remark:
 *
 * Appends what is unusual about a segment.
 */
void
lab_words_remark (const LabFinding *finding, GString *out)
{
  static const struct
  {
    guint32 bit;
    const char *text;
  } others[] = { { LAB_ANALYSIS_LOST_SEGMENT, "segment before it not seen" },
                 { LAB_ANALYSIS_ACK_LOST_SEGMENT, "acknowledges what was not seen" },
                 { LAB_ANALYSIS_KEEP_ALIVE, "keep-alive" },
                 { LAB_ANALYSIS_ZERO_WINDOW, "window closed" },
                 { LAB_ANALYSIS_WINDOW_FULL, "fills the window" },
                 { LAB_ANALYSIS_WINDOW_UPDATE, "window update" },
                 { LAB_ANALYSIS_REUSED_PORTS, "ports used again" } };
  gsize start = out->len;
  guint32 analysis = finding->analysis;
  /* Some are something else than they look like, and the event knows: a probe of Linux looks
   * like a keep-alive, and the first window that is scaled like another one. */
  guint32 told = (finding->event == LAB_EVENT_WINDOW_PROBE ? LAB_ANALYSIS_KEEP_ALIVE : 0) |
                 (finding->rescaled ? LAB_ANALYSIS_WINDOW_UPDATE : 0);

  if (!finding->resent)
    {
      if (finding->overtaken)
        append_part (out, start, "out of order");
    }
  else if (finding->event == LAB_EVENT_FAST_RETRANSMISSION)
    append_resent (finding, "fast retransmission", start, out);
  else if (analysis & LAB_ANALYSIS_SPURIOUS_RETRANSMISSION)
    append_resent (finding, "needless retransmission", start, out);
  else
    append_resent (finding, "retransmission", start, out);
  if (finding->event == LAB_EVENT_TIME_WAIT_ACK)
    append_part (out, start, "last ACK again");
  else if (analysis & LAB_ANALYSIS_DUPLICATE_ACK)
    {
      append_part (out, start, "duplicate ACK");
      g_string_append_printf (out, " %u of %" G_GUINT64_FORMAT, finding->duplicate_ack_num,
                              finding->duplicate_ack_frame);
    }
  if (finding->event == LAB_EVENT_WINDOW_PROBE)
    append_part (out, start, "window probe");
  if (finding->event == LAB_EVENT_KEEP_ALIVE_ACK || (analysis & LAB_ANALYSIS_KEEP_ALIVE_ACK) != 0)
    append_part (out, start, "answer to keep-alive");
  if (finding->event == LAB_EVENT_WINDOW_PROBE_ACK)
    append_part (out, start, "answer to window probe");
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    if (analysis & others[i].bit & ~told)
      append_part (out, start, others[i].text);
  if (finding->event == LAB_EVENT_RST_IGNORED)
    append_part (out, start, "RST that does not count");
  if (finding->event == LAB_EVENT_FIN && !lab_finding_moves_an_end (finding))
    append_part (out, start, "FIN that does not count");
  if (finding->event == LAB_EVENT_CHALLENGE_ACK)
    append_part (out, start, "challenge ACK");
  if (finding->event == LAB_EVENT_BACKLOG_SUSPECTED)
    append_part (out, start, "accept queue full?");
  if (finding->event == LAB_EVENT_MALFORMED)
    append_part (out, start, "malformed");
}
