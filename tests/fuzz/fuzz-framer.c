/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The framer, with segments and times that the input chooses. The driver of the unit
 * tests checks bounds, memory and timers at every step; here the laws are added.
 *
 * The input: a byte for the role and the limit, then steps: a byte below 128 is the
 * length of a segment, one below 160 a segment of one repeated byte, others let time pass.
 */
#include "config.h"

#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "tests/unit/framer-driver.h"

static void
play (FramerRun *run, FuzzInput input, GByteArray *all)
{
  gint64 now_us = 0;

  while (input.left > 0)
    {
      guint8 step = fuzz_take_byte (&input);
      gsize len = 0;
      const guint8 *bytes = NULL;

      if (step < 128)
        {
          bytes = fuzz_take_bytes (&input, step, &len);
          framer_run_feed (run, now_us, bytes, len);
          g_byte_array_append (all, bytes, (guint) len);
        }
      else if (step < 160)
        {
          g_autofree guint8 *run_of = NULL;

          len = (gsize) (step - 127) * 64;
          run_of = g_malloc (len);
          memset (run_of, fuzz_take_byte (&input), len);
          framer_run_feed (run, now_us, run_of, len);
          g_byte_array_append (all, run_of, (guint) len);
        }
      else
        {
          now_us += (step - 159) * (step % 2 ? 5000 : 40000);
          framer_run_until (run, now_us);
        }
    }
  framer_run_settle (run);
  framer_run_finish (run, run->now_us);
}

/* Nothing of what a client receives is lost or doubled. */
static void
check_client_bytes (const FramerRun *run, const GByteArray *all)
{
  g_autoptr (GByteArray) got = g_byte_array_new ();

  for (guint i = 0; i < run->units->len; i++)
    {
      const FramerUnit *unit = run->units->pdata[i];

      g_byte_array_append (got, unit->bytes->data, unit->bytes->len);
      if (unit->ended)
        g_byte_array_append (got, (const guint8 *) "\n", 1);
    }
  g_assert_cmpmem (got->data, got->len, all->data, all->len);
}

/* Text of a line peer: no byte that a rule about segments looks at. */
static gboolean
is_plain_lines (const GByteArray *all)
{
  for (guint i = 0; i < all->len; i++)
    {
      guint8 c = all->data[i];

      if ((c < 0x20 && c != '\n' && c != '\r') || c == 0x7F || c == 0xFF)
        return FALSE;
    }
  return TRUE;
}

static char *
cut_and_rendered (const GByteArray *all, gsize limit, gsize piece)
{
  g_autoptr (FramerRun) run = framer_run_new (SAL_FRAMER_SERVER, limit);

  for (gsize at = 0; at < all->len; at += piece)
    framer_run_feed (run, 0, all->data + at, MIN (piece, all->len - at));
  framer_run_finish (run, 0);
  return framer_run_render (run, FALSE);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  FuzzInput input = { data, size };
  guint8 options = fuzz_take_byte (&input);
  SalFramerRole role = options & 1 ? SAL_FRAMER_CLIENT : SAL_FRAMER_SERVER;
  gsize limit = options & 2 ? 4096 : 256;
  g_autoptr (FramerRun) whole = framer_run_new (role, limit);
  g_autoptr (FramerRun) pushed = framer_run_new (role, limit);
  g_autoptr (GByteArray) all = g_byte_array_new ();
  g_autoptr (GByteArray) again = g_byte_array_new ();
  g_autofree char *a = NULL;
  g_autofree char *b = NULL;

  pushed->push_single = TRUE;
  play (whole, input, all);
  play (pushed, input, again);
  a = framer_run_render (whole, TRUE);
  b = framer_run_render (pushed, TRUE);
  g_assert_cmpstr (a, ==, b);

  if (role == SAL_FRAMER_CLIENT)
    check_client_bytes (whole, all);
  else if (is_plain_lines (all))
    {
      g_autofree char *one = cut_and_rendered (all, limit, all->len + 1);
      g_autofree char *single = cut_and_rendered (all, limit, 1);
      g_autofree char *some = cut_and_rendered (all, limit, 7);

      g_assert_cmpstr (one, ==, single);
      g_assert_cmpstr (one, ==, some);
    }
  return 0;
}
