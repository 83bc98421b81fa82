/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How long a client waits between tries: the steps, the ceiling, what chance may do, and
 * what a success does.
 */
#include "config.h"

#include "common/client/sal-back-off.h"

static void
test_steps (void)
{
  static const int seconds[] = { 1, 2, 4, 8, 16, 32, 60, 60, 60, 60 };
  SalBackOff shortest = { 0 };
  SalBackOff longest = { 0 };

  for (gsize i = 0; i < G_N_ELEMENTS (seconds); i++)
    {
      gint64 whole = seconds[i] * G_TIME_SPAN_SECOND;

      g_assert_cmpint (sal_back_off_next_us (&shortest, 0), ==, whole / 2);
      g_assert_cmpint (sal_back_off_next_us (&longest, G_MAXUINT32), ==, whole);
      g_assert_cmpuint (longest.failures, ==, i + 1);
    }
}

static void
test_chance (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  gint64 sum = 0;

  for (guint i = 0; i < 10000; i++)
    {
      SalBackOff back_off = { .failures = i % 40 };
      SalBackOff same = back_off;
      gint64 whole = sal_back_off_next_us (&same, G_MAXUINT32);
      gint64 wait = sal_back_off_next_us (&back_off, g_rand_int (rand));

      g_assert_cmpint (wait, >=, whole / 2);
      g_assert_cmpint (wait, <=, whole);
      sum += 1000 * wait / whole;
    }
  /* All of the range is used evenly. */
  g_assert_cmpint (sum / 10000, >, 740);
  g_assert_cmpint (sum / 10000, <, 760);
}

static void
test_overflow (void)
{
  SalBackOff back_off = { .failures = G_MAXUINT - 1 };

  for (int i = 0; i < 3; i++)
    g_assert_cmpint (sal_back_off_next_us (&back_off, G_MAXUINT32), ==, 60 * G_TIME_SPAN_SECOND);
  g_assert_cmpuint (back_off.failures, ==, G_MAXUINT);
}

static void
test_reset (void)
{
  SalBackOff back_off = { 0 };

  for (int i = 0; i < 5; i++)
    (void) sal_back_off_next_us (&back_off, 0);
  sal_back_off_reset (&back_off);
  g_assert_cmpint (sal_back_off_next_us (&back_off, G_MAXUINT32), ==, G_TIME_SPAN_SECOND);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/back-off/doubles-up-to-a-minute", test_steps);
  g_test_add_func ("/client/back-off/stays-between-half-and-whole", test_chance);
  g_test_add_func ("/client/back-off/counts-without-overflow", test_overflow);
  g_test_add_func ("/client/back-off/begins-again-after-a-success", test_reset);
  return g_test_run ();
}
