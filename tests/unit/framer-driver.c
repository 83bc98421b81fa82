/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Drives a framer through segments and times, as a connection would, and writes
 * down what comes out. On the way it checks what must hold at every moment,
 * whatever the input: bounds, memory, and which timers may run. The unit tests and
 * the fuzz targets share it.
 */
#include "config.h"

#include "tests/unit/framer-driver.h"

#include <malloc.h>
#include <string.h>

static void
unit_free (gpointer data)
{
  FramerUnit *unit = data;

  g_byte_array_unref (unit->bytes);
  g_free (unit);
}

/**
 * framer_run_new:
 *
 * Returns: (transfer full): a framer at time 0 that has seen nothing.
 */
FramerRun *
framer_run_new (SalFramerRole role, gsize limit_bytes)
{
  FramerRun *run = g_new0 (FramerRun, 1);

  sal_framer_init (&run->framer, role, limit_bytes);
  run->units = g_ptr_array_new_with_free_func (unit_free);
  return run;
}

/**
 * framer_run_free:
 * @run: (nullable) (transfer full)
 */
void
framer_run_free (FramerRun *run)
{
  if (run == NULL)
    return;
  sal_framer_clear (&run->framer);
  g_ptr_array_unref (run->units);
  g_free (run);
}

/* A unit keeps the bounds that were promised for it. */
static void
check_unit (const FramerRun *run, const SalUnit *unit)
{
  gboolean client = run->framer.role == SAL_FRAMER_CLIENT;

  switch (unit->kind)
    {
    case SAL_UNIT_TEXT:
      g_assert_cmpuint (unit->len, <=, run->framer.limit);
      g_assert_true (unit->ended || unit->len > 0);
      break;
    case SAL_UNIT_CUT:
      g_assert_false (client);
      g_assert_false (unit->ended);
      g_assert_cmpuint (unit->len, <=, run->framer.limit);
      g_assert_cmpuint (unit->len, >, run->framer.limit - 4);
      break;
    case SAL_UNIT_REPLY:
      g_assert_false (client);
      g_assert_cmpuint (unit->len, ==, 3);
      break;
    default:
      g_assert_false (client);
      g_assert_cmpuint (unit->len, ==, 0);
      break;
    }
  if (!client)
    g_assert_false (unit->continues);
}

/* Memory: nothing pending, nothing owned; else not much more than what is pending. */
static void
check_memory (const SalFramer *framer)
{
  guint32 pending = framer->write - framer->unit_end;

  g_assert_cmpint (sal_framer_has_partial (framer), ==, pending > 0);
  g_assert_cmpuint (pending, <=, framer->limit);
  if (pending == 0)
    {
      g_assert_null (framer->buf);
      g_assert_cmpuint (framer->size, ==, 0);
    }
  else
    {
      g_assert_cmpuint (framer->size, <=, MAX (1024, 4 * pending + 4));
      g_assert_cmpuint (malloc_usable_size (framer->buf), <=, 2 * framer->size + 64);
    }
}

/* Which timer may run in which class, and that it is not due yet. */
static void
check_timer (FramerRun *run)
{
  SalFramer *framer = &run->framer;
  SalFramerTimer timer = sal_framer_timer (framer);
  SalFramer before = *framer;

  if (timer == SAL_FRAMER_TIMER_NONE)
    {
      g_assert_cmpint (sal_framer_due_us (framer), ==, G_MAXINT64);
      return;
    }
  g_assert_cmpint (sal_framer_due_us (framer), >, run->now_us);
  g_assert_cmpint (sal_framer_due_us (framer), <=,
                   run->now_us + sal_framer_timer_length_us (timer));

  /* Before its time, a tick does nothing. */
  sal_framer_tick (framer, sal_framer_due_us (framer) - 1);
  g_assert_cmpmem (&before, sizeof before, framer, sizeof *framer);

  if (framer->role == SAL_FRAMER_CLIENT)
    g_assert_true (timer == SAL_FRAMER_TIMER_CLIENT_GAP || timer == SAL_FRAMER_TIMER_SPLIT_CHAR);
  else if (sal_framer_peer_class (framer) == SAL_PEER_UNKNOWN)
    g_assert_true (timer == SAL_FRAMER_TIMER_FIRST_UNIT || timer == SAL_FRAMER_TIMER_FIRST_KEY);
  else
    {
      /* A line is never flushed by time (S12). */
      g_assert_cmpint (sal_framer_peer_class (framer), ==, SAL_PEER_RAW);
      g_assert_true (timer == SAL_FRAMER_TIMER_RAW_GAP || timer == SAL_FRAMER_TIMER_SPLIT_CHAR);
      g_assert_true (sal_framer_has_partial (framer));
    }
}

static void
drain (FramerRun *run)
{
  SalPeerClass before = sal_framer_peer_class (&run->framer);
  SalUnit unit;
  gsize n = 0;

  while (sal_framer_next (&run->framer, run->now_us, &unit))
    {
      FramerUnit *kept = g_new0 (FramerUnit, 1);

      check_unit (run, &unit);
      kept->kind = unit.kind;
      kept->bytes = g_byte_array_new ();
      g_byte_array_append (kept->bytes, unit.bytes, (guint) unit.len);
      kept->ended = unit.ended;
      kept->continues = unit.continues;
      kept->at_us = run->now_us;
      g_ptr_array_add (run->units, kept);

      /* Every unit takes something off the input, so this ends. */
      g_assert_cmpuint (++n, <=, run->fed + 2);
    }
  check_memory (&run->framer);
  check_timer (run);

  if (before == SAL_PEER_LINE)
    g_assert_cmpint (sal_framer_peer_class (&run->framer), ==, SAL_PEER_LINE);
  if (before == SAL_PEER_RAW)
    g_assert_cmpint (sal_framer_peer_class (&run->framer), !=, SAL_PEER_UNKNOWN);
}

/**
 * framer_run_until:
 *
 * Lets time pass: every timer that is due until @at_us (and at that moment) goes off
 * at its own time.
 */
void
framer_run_until (FramerRun *run, gint64 at_us)
{
  while (sal_framer_due_us (&run->framer) <= at_us)
    {
      run->now_us = sal_framer_due_us (&run->framer);
      sal_framer_tick (&run->framer, run->now_us);
      drain (run);
    }
  run->now_us = at_us;
}

static gsize
next_piece (FramerRun *run, gsize left)
{
  if (run->push_single)
    return 1;
  if (run->push_cutter != NULL)
    return (gsize) g_rand_int_range (run->push_cutter, 1, (gint32) MIN (left, 4096) + 1);
  return left;
}

/**
 * framer_run_feed:
 * @at_us: when, not before the time of the call before
 *
 * One segment comes in. It is pushed in pieces if the run says so, which must make no
 * difference.
 */
void
framer_run_feed (FramerRun *run, gint64 at_us, const void *bytes, gsize len)
{
  framer_run_until (run, at_us);
  run->fed += len;
  for (gsize at = 0; at < len;)
    {
      gsize piece = next_piece (run, len - at);

      sal_framer_push (&run->framer, (const guint8 *) bytes + at, piece, at_us);
      at += piece;
    }
  drain (run);
}

/**
 * framer_run_settle:
 *
 * Nothing comes any more: lets time pass until nothing is waited for.
 */
void
framer_run_settle (FramerRun *run)
{
  for (int i = 0; sal_framer_timer (&run->framer) != SAL_FRAMER_TIMER_NONE; i++)
    {
      g_assert_cmpint (i, <, 3);
      framer_run_until (run, sal_framer_due_us (&run->framer));
    }
}

/**
 * framer_run_finish:
 *
 * The peer ends its stream at @at_us.
 */
void
framer_run_finish (FramerRun *run, gint64 at_us)
{
  framer_run_until (run, at_us);
  sal_framer_finish (&run->framer);
  drain (run);
  g_assert_cmpint (sal_framer_timer (&run->framer), ==, SAL_FRAMER_TIMER_NONE);
  g_assert_false (sal_framer_has_partial (&run->framer));
}

/**
 * framer_run_break_off:
 *
 * The stream ends at @at_us, and perhaps it was not the peer who ended it.
 */
void
framer_run_break_off (FramerRun *run, gint64 at_us)
{
  framer_run_until (run, at_us);
  sal_framer_break_off (&run->framer);
  drain (run);
  g_assert_cmpint (sal_framer_timer (&run->framer), ==, SAL_FRAMER_TIMER_NONE);
  g_assert_false (sal_framer_has_partial (&run->framer));
}

/**
 * framer_render_bytes:
 *
 * Returns: (transfer full): @bytes as a person can read them: what is not printable is
 * written \xHH, and a long run of one byte as `a*4096`.
 */
char *
framer_render_bytes (const void *bytes, gsize len)
{
  const char *at = bytes;
  const char *end = at + len;
  GString *out = g_string_new (NULL);

  while (at < end)
    {
      gunichar c = g_utf8_get_char_validated (at, end - at);
      gsize run = 1;

      while (at + run < end && at[run] == *at)
        run++;
      if (run >= 16)
        {
          g_string_append_printf (out, "%c*%zu", *at, run);
          at += run;
        }
      else if (c < 0x110000 && g_unichar_isprint (c) && c != '\\')
        {
          g_string_append_unichar (out, c);
          at = g_utf8_next_char (at);
        }
      else
        g_string_append_printf (out, "\\x%02X", (guchar) *at++);
    }
  return g_string_free (out, FALSE);
}

/**
 * framer_run_render:
 *
 * Returns: (transfer full): all units in one line, such as `0:Ada$ | 1050:ciao`. `$` stands
 * for a terminator, `+` for the rest of a line, the number for the milliseconds.
 */
char *
framer_run_render (const FramerRun *run, gboolean with_times)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < run->units->len; i++)
    {
      const FramerUnit *unit = run->units->pdata[i];
      g_autofree char *text = framer_render_bytes (unit->bytes->data, unit->bytes->len);

      if (i > 0)
        g_string_append (out, " | ");
      if (with_times)
        g_string_append_printf (out, "%" G_GINT64_FORMAT ":", unit->at_us / 1000);
      switch (unit->kind)
        {
        case SAL_UNIT_TEXT:
          g_string_append_printf (out, "%s%s%s", unit->continues ? "+" : "", text,
                                  unit->ended ? "$" : "");
          break;
        case SAL_UNIT_CUT:
          g_string_append_printf (out, "CUT(%s)", text);
          break;
        case SAL_UNIT_BINARY:
          g_string_append (out, "BINARY");
          break;
        case SAL_UNIT_INTERRUPT:
          g_string_append (out, "INTERRUPT");
          break;
        case SAL_UNIT_REPLY:
          g_string_append_printf (out, "REPLY(%s)", text);
          break;
        case SAL_UNIT_TLS:
          g_string_append (out, "TLS");
          break;
        }
    }
  return g_string_free (out, FALSE);
}
