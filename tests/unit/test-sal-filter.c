/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whom a person does not want to hear, and which words are as good as their name.
 */
#include "config.h"

#include "common/client/sal-filter.h"

#include <string.h>

static void
test_ignored (void)
{
  static const struct
  {
    const char *ignored;
    const char *nick;
    const char *host;
    gboolean is;
  } rows[] = {
    { "", "Bob", "b@h", FALSE },
    { "Bob", "Bob", "b@h", TRUE },
    { "bob", "BOB", NULL, TRUE },
    { "zoë", "ZOË", "z@h", TRUE },
    { "Bob", "Bobby", "b@h", FALSE },
    { "Bob*", "Bobby", "b@h", TRUE },
    { "Eva, Bob", "Bob", "b@h", TRUE },
    { "Eva Bob", "Bob", "b@h", TRUE },
    { " ,, Eva ,", "Bob", "b@h", FALSE },
    { "*!*@bad.example", "Bob", "b@bad.example", TRUE },
    { "*!*@*.example", "Bob", "b@BAD.example", TRUE },
    { "*!*@bad.example", "Bob", "b@good.example", FALSE },
    { "*!*@bad.example", "Bob", NULL, FALSE },
    { "bad.example", "Bob", "b@bad.example", TRUE },
    { "*", "Bob", NULL, FALSE },
    { "*@", "Bob", "b@h", FALSE },
    { "*!*@*", "Bob", "b@h", FALSE },
    { "?*", "Bob", NULL, FALSE },
    { "*, B*", "Bob", NULL, TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (SalFilter) filter = sal_filter_new (rows[i].ignored, NULL);

      if (sal_filter_ignores (filter, rows[i].nick, rows[i].host) != rows[i].is)
        g_error ("“%s” and %s", rows[i].ignored, rows[i].nick);
    }
  g_assert_false (sal_filter_ignores (NULL, "Bob", NULL));
}

static void
test_words (void)
{
  g_autoptr (SalFilter) filter = sal_filter_new ("", "salotto, green tea,, È,");

  g_assert_true (sal_filter_has_word (filter, "is Salotto down?"));
  g_assert_true (sal_filter_has_word (filter, "some GREEN TEA, please"));
  g_assert_true (sal_filter_has_word (filter, "è"));
  g_assert_false (sal_filter_has_word (filter, "salottod"));
  g_assert_false (sal_filter_has_word (filter, "green, tea"));
  g_assert_false (sal_filter_has_word (filter, ""));
  g_assert_false (sal_filter_has_word (NULL, "salotto"));
}

static void
test_list (void)
{
  g_autofree char *one = sal_filter_add ("", "Bob");
  g_autofree char *two = sal_filter_add (one, "*!*@bad.example");
  g_autofree char *same = sal_filter_add (two, "BOB!*@*");
  g_autofree char *without = sal_filter_remove (same, "bob");
  g_autofree char *none = sal_filter_remove (without, "bad.example");

  g_assert_cmpstr (two, ==, "Bob, *!*@bad.example");
  g_assert_cmpstr (same, ==, two);
  g_assert_true (sal_filter_lists (two, "bob"));
  g_assert_false (sal_filter_lists (two, "Eva"));
  g_assert_cmpstr (without, ==, "*!*@bad.example");
  g_assert_cmpstr (none, ==, "");
}

static void
test_name (void)
{
  static const char *const names[] = { "Bob", "dr.Bob", "a:b" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *mask = sal_filter_mask_of_name (names[i]);
      g_autofree char *list = sal_filter_add ("", mask);
      g_autoptr (SalFilter) filter = sal_filter_new (list, NULL);

      g_assert_true (sal_filter_ignores (filter, names[i], "u@h"));
      g_assert_false (sal_filter_ignores (filter, "Eva", names[i]));
    }
}

static void
test_refused (void)
{
  static const char *const wrong[] = { "", "*", "*!*@*", "a b", "a,b", "a\tb", "a\nb", "\xff" };
  g_autofree char *longest = g_strnfill (200, 'x');
  g_autofree char *longer = g_strnfill (201, 'x');
  g_autofree char *there = sal_filter_add ("", longest);
  g_autofree char *not_there = sal_filter_add ("", longer);

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autofree char *added = sal_filter_add ("Bob", wrong[i]);

      if (added != NULL)
        g_error ("“%s” was added", wrong[i]);
    }
  g_assert_cmpstr (there, ==, longest);
  g_assert_null (not_there);
  g_assert_null (sal_filter_remove ("Bobby, Bo*", "Bob"));
}

/* What is written to a list counts, and nothing that was in it is lost. */
static void
test_full (void)
{
  g_autofree char *list = g_strdup ("");
  g_autofree char *too_many = NULL;
  g_autofree char *same = NULL;
  g_autofree char *fewer = NULL;

  for (int i = 0; i < 200; i++)
    {
      g_autofree char *mask = g_strdup_printf ("nick%d", i);
      char *longer = sal_filter_add (list, mask);

      g_assert_nonnull (longer);
      g_free (list);
      list = longer;
    }
  g_assert_null (sal_filter_add (list, "Bob"));
  same = sal_filter_add (list, "nick199");
  g_assert_cmpstr (same, ==, list);
  too_many = g_strconcat (list, ", Bob", NULL);
  g_assert_null (sal_filter_add (too_many, "Bob"));
  fewer = sal_filter_remove (too_many, "nick0");
  g_assert_true (g_str_has_suffix (fewer, ", Bob"));
  g_assert_true (sal_filter_lists (fewer, "Bob"));
}

/* However long the lists are, a message costs a bounded time. */
static void
test_bounds (void)
{
  g_autoptr (GString) list = g_string_new (NULL);
  g_autoptr (SalFilter) filter = NULL;

  for (int i = 0; i < 10000; i++)
    g_string_append_printf (list, "nick%d,", i);
  g_string_append (list, "Bob,");
  for (int i = 0; i < 1000; i++)
    g_string_append (list, "x");
  filter = sal_filter_new (list->str, list->str);
  g_assert_true (sal_filter_ignores (filter, "nick0", NULL));
  g_assert_false (sal_filter_ignores (filter, "Bob", NULL));
  g_assert_true (sal_filter_has_word (filter, "nick0"));
  g_assert_false (sal_filter_has_word (filter, "Bob"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/filter/ignored", test_ignored);
  g_test_add_func ("/client/filter/words", test_words);
  g_test_add_func ("/client/filter/list", test_list);
  g_test_add_func ("/client/filter/name", test_name);
  g_test_add_func ("/client/filter/refused", test_refused);
  g_test_add_func ("/client/filter/full", test_full);
  g_test_add_func ("/client/filter/bounds", test_bounds);
  return g_test_run ();
}
