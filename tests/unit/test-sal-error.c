/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From an error to the exit status that scripts rely on.
 */
#include "config.h"

#include "common/base/sal-error.h"

/* The numbers are a promise. */
static void
test_numbers (void)
{
  static const struct
  {
    SalExit code;
    int number;
  } rows[] = {
    { SAL_EXIT_OK, 0 },          { SAL_EXIT_FAILED, 1 },   { SAL_EXIT_USAGE, 2 },
    { SAL_EXIT_UNREACHABLE, 3 }, { SAL_EXIT_TLS, 4 },      { SAL_EXIT_REFUSED, 5 },
    { SAL_EXIT_TIMEOUT, 6 },     { SAL_EXIT_PROTOCOL, 7 }, { SAL_EXIT_CLOSED, 8 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = g_error_new_literal (SAL_ERROR, rows[i].code, "x");

      g_assert_cmpint (rows[i].code, ==, rows[i].number);
      g_assert_cmpint (sal_error_exit_status (error), ==, rows[i].number);
    }
}

static void
test_no_error (void)
{
  g_assert_cmpint (sal_error_exit_status (NULL), ==, 0);
}

/* The code of somebody else's error means something else. */
static void
test_other_domain (void)
{
  g_autoptr (GError) error = g_error_new_literal (G_FILE_ERROR, G_FILE_ERROR_NOENT, "x");

  g_assert_cmpint (sal_error_exit_status (error), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/error/the-numbers-are-a-promise", test_numbers);
  g_test_add_func ("/base/error/no-error-is-status-0", test_no_error);
  g_test_add_func ("/base/error/another-domain-is-status-1", test_other_domain);
  return g_test_run ();
}
