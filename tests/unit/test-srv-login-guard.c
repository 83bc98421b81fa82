/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who has to wait for how long before a password is looked at.
 */
#include "config.h"

#include "server/accounts/srv-login-guard.h"

#include "common/base/sal-limits.h"

#define T0 ((gint64) 1000 * G_USEC_PER_SEC)
#define HERE 7
#define MS ((gint64) 1000)

static guint
try_all (SrvLoginGuard *guard, guint64 site, const char *account, gint64 now_us)
{
  guint n = 0;

  while (n < 1000 && srv_login_guard_enter (guard, site, account, now_us) == 0)
    n++;
  return n;
}

/* Waits of one guess after another at the same moment, in milliseconds; -1: sent away. */
static char *
waits (SrvLoginGuard *guard, guint64 site, const char *account, gint64 now_us, guint n)
{
  g_autoptr (GString) all = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    {
      gint64 wait_us = srv_login_guard_enter (guard, site, account, now_us);

      g_string_append_printf (all, i > 0 ? " %d" : "%d", wait_us < 0 ? -1 : (int) (wait_us / MS));
    }
  return g_string_free (g_steal_pointer (&all), FALSE);
}

/* One person mistypes for nothing; a guesser soon waits longer and longer. */
static void
test_account (void)
{
  g_autoptr (SrvLoginGuard) guard = srv_login_guard_new ();
  g_autofree char *at_once = waits (guard, HERE, "anna", T0, 10);

  g_assert_cmpstr (at_once, ==, "0 0 0 0 0 500 1500 3500 7500 -1");
  /* From elsewhere it is the same account. */
  g_assert_cmpint (srv_login_guard_enter (guard, 8, "anna", T0), <, 0);
  /* Other accounts are not. */
  g_assert_cmpint (srv_login_guard_enter (guard, 8, "bea", T0), ==, 0);
}

/* Guesses at many accounts from one address. */
static void
test_address (void)
{
  g_autoptr (SrvLoginGuard) guard = srv_login_guard_new ();

  for (guint i = 0; i < SAL_LOGIN_FREE_PER_ADDRESS + 1; i++)
    {
      g_autofree char *account = g_strdup_printf ("a%u", i);

      g_assert_cmpint (srv_login_guard_enter (guard, HERE, account, T0), ==, 0);
    }
  g_assert_cmpint (srv_login_guard_enter (guard, HERE, "b", T0), ==, SAL_LOGIN_DELAY_US);
  g_assert_cmpint (srv_login_guard_enter (guard, HERE, "c", T0), ==, 3 * SAL_LOGIN_DELAY_US);
  g_assert_cmpint (srv_login_guard_enter (guard, 8, "d", T0), ==, 0);
}

/* Whoever is sent away is told when it makes sense to come again, and then it does. */
static void
test_sent_away (void)
{
  g_autoptr (SrvLoginGuard) guard = srv_login_guard_new ();
  g_autofree char *all G_GNUC_UNUSED = waits (guard, HERE, "anna", T0, 9);
  gint64 wait_us = srv_login_guard_enter (guard, HERE, "anna", T0);

  g_assert_cmpint (wait_us, ==, -15500 * MS);
  g_assert_cmpint (srv_login_guard_enter (guard, HERE, "anna", T0), ==, wait_us);
  g_assert_cmpint (srv_login_guard_enter (guard, HERE, "anna", T0 - wait_us), ==, 0);
  /* The most that two places are apart. */
  g_assert_cmpint (srv_login_guard_enter (guard, HERE, "anna", T0 - wait_us), ==, -16000 * MS);
}

static void
test_waits_are_bounded (void)
{
  g_autoptr (SrvLoginGuard) guard = srv_login_guard_new ();
  gint64 now_us = T0;

  for (int i = 0; i < 100; i++)
    {
      gint64 wait_us = srv_login_guard_enter (guard, HERE, "anna", now_us);

      g_assert_cmpint (wait_us, >=, -SAL_LOGIN_DELAY_MAX_US);
      g_assert_cmpint (wait_us, <=, SAL_LOGIN_WAIT_MAX_US);
      now_us += wait_us < 0 ? -wait_us : wait_us;
    }
}

/* A right password takes itself back, and nothing else. */
static void
test_passed (void)
{
  g_autoptr (SrvLoginGuard) guard = srv_login_guard_new ();

  for (int i = 0; i < 100; i++)
    {
      g_assert_cmpint (srv_login_guard_enter (guard, HERE, "anna", T0), ==, 0);
      srv_login_guard_passed (guard, HERE, "anna", T0);
    }
  /* Who logs in between guesses at somebody else's account is slowed down all the same. */
  for (guint i = 0; i < SAL_LOGIN_FREE_PER_ACCOUNT + 1; i++)
    {
      g_assert_cmpint (srv_login_guard_enter (guard, HERE, "bea", T0), ==, 0);
      g_assert_cmpint (srv_login_guard_enter (guard, HERE, "anna", T0), ==, 0);
      srv_login_guard_passed (guard, HERE, "anna", T0);
    }
  g_assert_cmpint (srv_login_guard_enter (guard, HERE, "bea", T0), >, 0);
}

/* Nobody can lock somebody out of where they come from. */
static void
test_trusted (void)
{
  g_autoptr (SrvLoginGuard) guard = srv_login_guard_new ();

  g_assert_cmpint (srv_login_guard_enter (guard, HERE, "anna", T0), ==, 0);
  srv_login_guard_passed (guard, HERE, "anna", T0);
  (void) try_all (guard, 8, "anna", T0);
  g_assert_cmpint (srv_login_guard_enter (guard, 9, "anna", T0), !=, 0);
  g_assert_cmpint (srv_login_guard_enter (guard, HERE, "anna", T0), ==, 0);
  g_assert_cmpint (srv_login_guard_enter (guard, HERE, "bea", T0), ==, 0);
}

static void
test_withdraw (void)
{
  g_autoptr (SrvLoginGuard) guard = srv_login_guard_new ();

  for (int i = 0; i < 100; i++)
    {
      g_assert_cmpint (srv_login_guard_enter (guard, HERE, "anna", T0), ==, 0);
      srv_login_guard_withdraw (guard, HERE, "anna", T0);
    }
  srv_login_guard_withdraw (guard, 8, "nobody", T0);
  /* It was no proof either. */
  (void) try_all (guard, 8, "anna", T0);
  g_assert_cmpint (srv_login_guard_enter (guard, HERE, "anna", T0), !=, 0);
}

static void
test_forgets (void)
{
  g_autoptr (SrvLoginGuard) guard = srv_login_guard_new ();

  (void) try_all (guard, HERE, "anna", T0);
  g_assert_cmpint (srv_login_guard_enter (guard, HERE, "anna", T0 + SAL_LOGIN_FORGET_US - 1), ==,
                   0);
  g_assert_cmpint (srv_login_guard_enter (guard, HERE, "anna", T0 + SAL_LOGIN_FORGET_US - 1), >, 0);
  g_assert_cmpuint (try_all (guard, HERE, "anna", T0 + 2 * SAL_LOGIN_FORGET_US), ==,
                    SAL_LOGIN_FREE_PER_ACCOUNT + 1);
}

/* A table that strangers fill has an end; those of long ago go first. */
static void
test_bounded (void)
{
  g_autoptr (SrvLoginGuard) guard = srv_login_guard_new ();

  (void) try_all (guard, HERE, "anna", T0);
  for (guint i = 0; i < SAL_LOGIN_SUBJECTS; i++)
    {
      g_autofree char *account = g_strdup_printf ("a%u", i);

      (void) srv_login_guard_enter (guard, 1000 + i, account, T0 + 1);
      if (i % 1000 == 0)
        g_assert_cmpint (srv_login_guard_enter (guard, HERE, "anna", T0 + 1), !=, 0);
    }
  g_assert_cmpint (srv_login_guard_enter (guard, 1000, "a0", T0 + 1), ==, 0);
}

/* Tries that are refused, with as many names as one likes, make nobody's mistakes forgotten. */
static void
test_refused_leave_no_trace (void)
{
  g_autoptr (SrvLoginGuard) guard = srv_login_guard_new ();
  gint64 later_us = T0 + G_TIME_SPAN_MINUTE;

  while (srv_login_guard_enter (guard, HERE, "anna", T0) >= 0)
    ;
  for (guint i = 0; i < 2 * SAL_LOGIN_SUBJECTS; i++)
    {
      g_autofree char *account = g_strdup_printf ("a%u", i);

      (void) srv_login_guard_enter (guard, 8, account, later_us);
    }
  g_assert_cmpint (srv_login_guard_enter (guard, 8, "bea", later_us), <, 0);
  /* By now one is looked at, but the next is as far behind it as so many mistakes make it. */
  g_assert_cmpint (srv_login_guard_enter (guard, 9, "anna", later_us), ==, 0);
  g_assert_cmpint (srv_login_guard_enter (guard, 9, "anna", later_us), <, 0);
}

/* Not even many addresses push a line out that somebody still stands in. */
static void
test_lines_stay (void)
{
  g_autoptr (SrvLoginGuard) guard = srv_login_guard_new ();

  while (srv_login_guard_enter (guard, HERE, "anna", T0) >= 0)
    ;
  for (guint i = 0; i < 2 * SAL_LOGIN_SUBJECTS; i++)
    {
      g_autofree char *account = g_strdup_printf ("a%u", i);

      g_assert_cmpint (srv_login_guard_enter (guard, 1000 + i, account, T0 + 1), ==, 0);
    }
  g_assert_cmpint (srv_login_guard_enter (guard, 8, "anna", T0 + 1), <, 0);
}

static void
test_registrations (void)
{
  g_autoptr (SrvLoginGuard) guard = srv_login_guard_new ();

  for (int i = 0; i < 5; i++)
    g_assert_true (srv_login_guard_count (guard, HERE, 5, T0 + i));
  g_assert_false (srv_login_guard_count (guard, HERE, 5, T0 + 5));
  g_assert_true (srv_login_guard_count (guard, 8, 5, T0 + 5));
  g_assert_false (srv_login_guard_count (guard, HERE, 5, T0 + G_TIME_SPAN_HOUR - 1));
  g_assert_true (srv_login_guard_count (guard, HERE, 5, T0 + G_TIME_SPAN_HOUR));
  for (int i = 0; i < 1000; i++)
    g_assert_true (srv_login_guard_count (guard, 9, 0, T0));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/accounts/guard/guesses-at-one-account-wait-longer-and-longer", test_account);
  g_test_add_func ("/accounts/guard/guesses-from-one-address-wait", test_address);
  g_test_add_func ("/accounts/guard/says-when-to-come-again", test_sent_away);
  g_test_add_func ("/accounts/guard/nobody-waits-for-ever", test_waits_are_bounded);
  g_test_add_func ("/accounts/guard/a-right-password-takes-back-itself-alone", test_passed);
  g_test_add_func ("/accounts/guard/others-cannot-lock-somebody-out", test_trusted);
  g_test_add_func ("/accounts/guard/what-was-not-looked-at-was-no-mistake", test_withdraw);
  g_test_add_func ("/accounts/guard/forgets", test_forgets);
  g_test_add_func ("/accounts/guard/remembers-so-many-and-no-more", test_bounded);
  g_test_add_func ("/accounts/guard/who-is-refused-leaves-no-trace", test_refused_leave_no_trace);
  g_test_add_func ("/accounts/guard/keeps-lines-that-somebody-stands-in", test_lines_stay);
  g_test_add_func ("/accounts/guard/counts-registrations-by-the-hour", test_registrations);
  return g_test_run ();
}
