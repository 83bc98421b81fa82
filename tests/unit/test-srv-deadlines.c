/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "server/net/srv-deadlines.h"

#define QUEUES 3
#define N 40

static void
test_nothing (void)
{
  g_autoptr (SrvDeadlines) deadlines = srv_deadlines_new (QUEUES);
  SrvDeadline never = { 0 };

  g_assert_cmpint (srv_deadlines_next_us (deadlines), ==, G_MAXINT64);
  g_assert_null (srv_deadlines_pop_due (deadlines, G_MAXINT64));
  g_assert_false (srv_deadline_is_armed (&never));
  srv_deadlines_disarm (deadlines, &never);
  g_assert_false (srv_deadline_is_armed (&never));
}

static void
test_due (void)
{
  g_autoptr (SrvDeadlines) deadlines = srv_deadlines_new (QUEUES);
  SrvDeadline a = { 0 };

  srv_deadlines_arm (deadlines, &a, 1, 100);
  g_assert_true (srv_deadline_is_armed (&a));
  g_assert_cmpint (srv_deadlines_next_us (deadlines), ==, 100);
  g_assert_null (srv_deadlines_pop_due (deadlines, 99));
  g_assert_true (srv_deadlines_pop_due (deadlines, 100) == &a);
  g_assert_false (srv_deadline_is_armed (&a));
  g_assert_cmpint (a.queue, ==, 1); /* its owner can still tell which it was */
  g_assert_null (srv_deadlines_pop_due (deadlines, G_MAXINT64));
  g_assert_cmpint (srv_deadlines_next_us (deadlines), ==, G_MAXINT64);
}

static void
test_order_within_a_queue (void)
{
  g_autoptr (SrvDeadlines) deadlines = srv_deadlines_new (QUEUES);
  SrvDeadline d[4] = { 0 };

  /* The third one is of a shorter length, as after a reload. */
  srv_deadlines_arm (deadlines, &d[0], 0, 100);
  srv_deadlines_arm (deadlines, &d[1], 0, 200);
  srv_deadlines_arm (deadlines, &d[2], 0, 50);
  srv_deadlines_arm (deadlines, &d[3], 0, 150);
  g_assert_cmpint (srv_deadlines_next_us (deadlines), ==, 50);
  g_assert_true (srv_deadlines_pop_due (deadlines, 1000) == &d[2]);
  g_assert_true (srv_deadlines_pop_due (deadlines, 1000) == &d[0]);
  g_assert_true (srv_deadlines_pop_due (deadlines, 1000) == &d[3]);
  g_assert_true (srv_deadlines_pop_due (deadlines, 1000) == &d[1]);
}

/* Who has waited longest is first, so that one kind cannot keep another from its turn. */
static void
test_order_of_queues (void)
{
  g_autoptr (SrvDeadlines) deadlines = srv_deadlines_new (QUEUES);
  SrvDeadline d[4] = { 0 };

  srv_deadlines_arm (deadlines, &d[0], 0, 200);
  srv_deadlines_arm (deadlines, &d[1], 2, 100);
  srv_deadlines_arm (deadlines, &d[2], 1, 200);
  srv_deadlines_arm (deadlines, &d[3], 1, 201);
  g_assert_true (srv_deadlines_pop_due (deadlines, 200) == &d[1]);
  g_assert_true (srv_deadlines_pop_due (deadlines, 200) == &d[0]);
  g_assert_true (srv_deadlines_pop_due (deadlines, 200) == &d[2]);
  g_assert_null (srv_deadlines_pop_due (deadlines, 200));
  g_assert_true (srv_deadlines_pop_due (deadlines, 201) == &d[3]);
}

static void
test_same_time_keeps_the_order_of_arming (void)
{
  g_autoptr (SrvDeadlines) deadlines = srv_deadlines_new (QUEUES);
  SrvDeadline d[5] = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (d); i++)
    srv_deadlines_arm (deadlines, &d[i], 2, 7);
  for (guint i = 0; i < G_N_ELEMENTS (d); i++)
    g_assert_true (srv_deadlines_pop_due (deadlines, 7) == &d[i]);
}

/* They are due no later than they would be, less than a step earlier, and together. */
static void
test_alignment (void)
{
  for (gint64 now_us = 0; now_us < 100; now_us++)
    {
      gint64 length_us = srv_deadlines_align_us (now_us, 250, 10);

      g_assert_cmpint ((now_us + length_us) % 10, ==, 0);
      g_assert_cmpint (length_us, <=, 250);
      g_assert_cmpint (length_us, >, 240);
    }
  g_assert_cmpint (srv_deadlines_align_us (7, 250, 1), ==, 250);
}

static void
test_moving_and_disarming (void)
{
  g_autoptr (SrvDeadlines) deadlines = srv_deadlines_new (QUEUES);
  SrvDeadline d[3] = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (d); i++)
    srv_deadlines_arm (deadlines, &d[i], 0, 100 + i);
  srv_deadlines_arm (deadlines, &d[0], 1, 500); /* to another queue */
  g_assert_cmpint (srv_deadlines_next_us (deadlines), ==, 101);
  srv_deadlines_arm (deadlines, &d[1], 0, 300); /* behind the other */
  g_assert_cmpint (srv_deadlines_next_us (deadlines), ==, 102);
  srv_deadlines_disarm (deadlines, &d[2]);
  g_assert_false (srv_deadline_is_armed (&d[2]));
  srv_deadlines_disarm (deadlines, &d[2]);
  g_assert_cmpint (srv_deadlines_next_us (deadlines), ==, 300);
  g_assert_true (srv_deadlines_pop_due (deadlines, 1000) == &d[1]);
  g_assert_true (srv_deadlines_pop_due (deadlines, 1000) == &d[0]);
  g_assert_null (srv_deadlines_pop_due (deadlines, 1000));
}

/* Against the simplest thing that does the same: an array that is searched. */
static void
test_against_a_model (void)
{
  guint32 seed = 0xdead;
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);

  for (int round = 0; round < 300; round++)
    {
      g_autoptr (SrvDeadlines) deadlines = srv_deadlines_new (QUEUES);
      SrvDeadline d[N] = { 0 };
      gint64 due[N] = { 0 };
      gint64 now = 1;

      for (int step = 0; step < 200; step++)
        {
          int i = g_rand_int_range (rand, 0, N);
          gint64 next = G_MAXINT64;

          switch (g_rand_int_range (rand, 0, 4))
            {
            case 0:
            case 1:
              due[i] = now + g_rand_int_range (rand, 1, 100);
              srv_deadlines_arm (deadlines, &d[i], (guint) g_rand_int_range (rand, 0, QUEUES),
                                 due[i]);
              break;
            case 2:
              due[i] = 0;
              srv_deadlines_disarm (deadlines, &d[i]);
              break;
            default:
              now += g_rand_int_range (rand, 0, 20);
              for (SrvDeadline *popped = srv_deadlines_pop_due (deadlines, now); popped != NULL;
                   popped = srv_deadlines_pop_due (deadlines, now))
                {
                  gint64 *was = &due[popped - d];

                  g_assert_cmpint (*was, >, 0);
                  g_assert_cmpint (*was, <=, now);
                  *was = 0;
                }
              for (int k = 0; k < N; k++)
                g_assert_false (due[k] != 0 && due[k] <= now);
              break;
            }
          for (int k = 0; k < N; k++)
            {
              g_assert_cmpint (srv_deadline_is_armed (&d[k]), ==, due[k] != 0);
              if (due[k] != 0)
                next = MIN (next, due[k]);
            }
          g_assert_cmpint (srv_deadlines_next_us (deadlines), ==, next);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/deadlines/nothing-is-never-due", test_nothing);
  g_test_add_func ("/net/deadlines/due-at-its-time-and-once", test_due);
  g_test_add_func ("/net/deadlines/sorts-in-a-shorter-length", test_order_within_a_queue);
  g_test_add_func ("/net/deadlines/longest-due-is-first", test_order_of_queues);
  g_test_add_func ("/net/deadlines/same-time-keeps-the-order",
                   test_same_time_keeps_the_order_of_arming);
  g_test_add_func ("/net/deadlines/can-be-due-together", test_alignment);
  g_test_add_func ("/net/deadlines/may-be-moved-and-disarmed", test_moving_and_disarming);
  g_test_add_func ("/net/deadlines/like-a-model", test_against_a_model);
  return g_test_run ();
}
