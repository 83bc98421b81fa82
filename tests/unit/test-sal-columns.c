/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How wide text is on a terminal, and where it is cut to fit.
 */
#include "config.h"

#include <glib.h>

#include "common/base/sal-columns.h"

static void
test_widths (void)
{
  static const struct
  {
    const char *text;
    guint columns;
  } rows[] = {
    { "", 0 },          { "ciao", 4 },
    { "perché", 6 },    { "perche\u0301", 6 }, /* an accent that combines */
    { "日本語", 6 },                           /* wide */
    { "한국어", 6 },                           /* wide, composed */
    { "ﾊﾝｶｸ", 4 },                             /* half-width */
    { "🎉", 2 },                                /* emoji */
    { "a\u200bb", 2 },                         /* a space of no width */
    { "שלום", 4 },                             /* right to left */
    { "ไทย\u0e49", 3 },                        /* a mark above the letter */
    { "a\tb", 2 },                             /* a control character */
    { "👩\u200d🚀", 4 },                         /* joined: at most its parts */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      if (sal_columns_of_text (rows[i].text) != rows[i].columns)
        g_test_message ("%s", rows[i].text);
      g_assert_cmpuint (sal_columns_of_text (rows[i].text), ==, rows[i].columns);
    }
}

static void
test_cuts (void)
{
  static const struct
  {
    const char *text;
    guint columns;
    gsize bytes; /* that stay */
  } rows[] = {
    { "ciao", 4, 4 }, { "ciao", 3, 3 },     { "ciao", 0, 0 },
    { "日本", 4, 6 }, { "日本", 3, 3 },     /* half a character is none */
    { "日本", 1, 0 }, { "e\u0301x", 1, 3 }, /* its accent stays with it */
    { "", 5, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpuint ((gsize) (sal_columns_skip (rows[i].text, rows[i].columns) - rows[i].text), ==,
                      rows[i].bytes);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sal/columns/of-text", test_widths);
  g_test_add_func ("/sal/columns/cut-to-fit", test_cuts);
  return g_test_run ();
}
