/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "server/chat/srv-quota.h"

#define T0 G_GINT64_CONSTANT (1000000000)

static guint
take_all (SrvQuota *quota, guint rate, guint burst, gint64 now_us)
{
  guint n = 0;

  while (n < 10000 && srv_quota_take (quota, rate, burst, now_us))
    n++;
  return n;
}

static void
test_no_limit (void)
{
  SrvQuota quota = { 0 };

  for (int i = 0; i < 10000; i++)
    g_assert_true (srv_quota_take (&quota, 0, 1, T0));
}

static void
test_burst (void)
{
  static const guint bursts[] = { 1, 2, 15, 200 };

  for (gsize i = 0; i < G_N_ELEMENTS (bursts); i++)
    {
      SrvQuota quota = { 0 };

      g_assert_cmpuint (take_all (&quota, 3, bursts[i], T0), ==, bursts[i]);
      g_assert_cmpuint (take_all (&quota, 3, bursts[i], T0), ==, 0);
    }
}

/* Bytes are counted when they are there; what is too much is a debt that time pays. */
static void
test_bytes (void)
{
  SrvQuota quota = { 0 };

  g_assert_true (srv_quota_spend (&quota, 0, 0, G_MAXUINT, T0));
  g_assert_true (srv_quota_spend (&quota, 1000, 4000, 4000, T0));
  g_assert_true (srv_quota_spend (&quota, 1000, 4000, 0, T0));
  g_assert_false (srv_quota_spend (&quota, 1000, 4000, 2000, T0));
  g_assert_false (srv_quota_spend (&quota, 1000, 4000, 0, T0 + 1999 * 1000));
  g_assert_true (srv_quota_spend (&quota, 1000, 4000, 0, T0 + 2000 * 1000));
  g_assert_false (srv_quota_spend (&quota, 1000, 4000, 1, T0 + 2000 * 1000));
  g_assert_false (srv_quota_spend (&quota, 1000000, 4000000, G_MAXUINT, T0 + 2000 * 1000));
  g_assert_true (srv_quota_spend (&quota, 1000000, 4000000, 0, T0 + 10 * G_USEC_PER_SEC));
}

static void
test_rate (void)
{
  static const struct
  {
    gint64 after_us;
    guint n;
  } rows[] = {
    { 0, 0 }, { 249999, 0 }, { 250000, 1 }, { 499999, 1 }, { 1000000, 4 }, { 2400000, 9 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      SrvQuota quota = { 0 };

      g_assert_cmpuint (take_all (&quota, 4, 10, T0), ==, 10);
      g_assert_cmpuint (take_all (&quota, 4, 10, T0 + rows[i].after_us), ==, rows[i].n);
    }
}

/* Who is silent for long has the burst again and no more. */
static void
test_full_again (void)
{
  SrvQuota quota = { 0 };

  g_assert_cmpuint (take_all (&quota, 3, 15, T0), ==, 15);
  g_assert_cmpuint (take_all (&quota, 3, 15, T0 + 100 * G_USEC_PER_SEC), ==, 15);
  g_assert_cmpuint (take_all (&quota, 3, 15, T0 + 1000 * G_TIME_SPAN_DAY), ==, 15);
}

/* The largest values of the table do not overflow. */
static void
test_largest (void)
{
  SrvQuota quota = { 0 };

  for (int i = 0; i < 1000; i++)
    g_assert_true (srv_quota_take (&quota, 1000000, 1000000, T0));
  quota.used_milli = 1000000u * 1000;
  g_assert_false (srv_quota_take (&quota, 1, 1000000, T0));
  g_assert_true (srv_quota_take (&quota, 1000000, 1000000, G_MAXINT64));
}

static void
test_clock_that_stands_still_or_goes_back (void)
{
  SrvQuota quota = { 0 };

  g_assert_cmpuint (take_all (&quota, 3, 2, T0), ==, 2);
  g_assert_false (srv_quota_take (&quota, 3, 2, T0));
  g_assert_false (srv_quota_take (&quota, 3, 2, T0 - G_USEC_PER_SEC));
}

/* However often somebody tries, they get the rate: no more, and not much less. */
static void
test_trying_all_the_time (void)
{
  static const gint64 steps_us[] = { 10000, 50000, 100000, 333000 };
  static const guint rates[] = { 1, 3, 20 };

  for (gsize s = 0; s < G_N_ELEMENTS (steps_us); s++)
    for (gsize r = 0; r < G_N_ELEMENTS (rates); r++)
      {
        SrvQuota quota = { 0 };
        guint n = 0;
        guint most = MIN (rates[r] * 100, (guint) (100 * G_USEC_PER_SEC / steps_us[s]));

        (void) take_all (&quota, rates[r], 5, T0);
        for (gint64 t = steps_us[s]; t <= 100 * G_USEC_PER_SEC; t += steps_us[s])
          n += srv_quota_take (&quota, rates[r], 5, T0 + t);
        g_assert_cmpuint (n, <=, most);
        g_assert_cmpuint (n, >=, most * 95 / 100);
      }
}

/* Time that gives back less than a thousandth of a message is not lost. */
static void
test_small_steps_add_up (void)
{
  SrvQuota quota = { 0 };
  gint64 t = T0;

  g_assert_cmpuint (take_all (&quota, 1, 1, t), ==, 1);
  while (!srv_quota_take (&quota, 1, 1, t))
    {
      t += 100;
      g_assert_cmpint (t, <=, T0 + 1010000);
    }
  g_assert_cmpint (t, >=, T0 + 1000000);
}

/* Milliseconds wrap around after 49 days; who comes in the hour before is no exception. */
static void
test_before_the_wrap (void)
{
  static const gint64 before_us[] = { G_GINT64_CONSTANT (3599000000), 500000, 1000 };

  for (gsize i = 0; i < G_N_ELEMENTS (before_us); i++)
    {
      SrvQuota quota = { 0 };
      gint64 t = ((gint64) 1 << 32) * 1000 - before_us[i];

      g_assert_cmpuint (take_all (&quota, 3, 2, t), ==, 2);
      g_assert_cmpuint (take_all (&quota, 3, 2, t + G_USEC_PER_SEC), ==, 2);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/chat/quota/no-rate-is-no-limit", test_no_limit);
  g_test_add_func ("/chat/quota/the-burst-at-once", test_burst);
  g_test_add_func ("/chat/quota/then-the-rate", test_rate);
  g_test_add_func ("/chat/quota/bytes-can-be-owed", test_bytes);
  g_test_add_func ("/chat/quota/silence-gives-the-burst-back-and-no-more", test_full_again);
  g_test_add_func ("/chat/quota/the-largest-values", test_largest);
  g_test_add_func ("/chat/quota/a-clock-that-does-not-move",
                   test_clock_that_stands_still_or_goes_back);
  g_test_add_func ("/chat/quota/trying-all-the-time-gives-the-rate", test_trying_all_the_time);
  g_test_add_func ("/chat/quota/small-steps-add-up", test_small_steps_add_up);
  g_test_add_func ("/chat/quota/the-hour-before-milliseconds-wrap", test_before_the_wrap);
  return g_test_run ();
}
