/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * People who come and go, told together: who is named, what it comes to for each of them, and
 * what is not told together.
 */
#include "config.h"

#include <glib.h>
#include <string.h>

#include "client-gtk/gui-fold.h"

/* Two o'clock on some day, UTC. */
#define NOON_US (G_GINT64_CONSTANT (1750000000) * G_USEC_PER_SEC)

/* @words: `+Anna -Bruno xCarla`: came in, left, quit.
 * Returns: (transfer full) */
static GPtrArray *
make_entries (const char *words)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func ((GDestroyNotify) sal_entry_unref);
  g_auto (GStrv) list = g_strsplit (words, " ", -1);

  for (guint i = 0; list[i] != NULL; i++)
    {
      SalEntry like = { .id = i + 1,
                        .time_us = NOON_US + i * G_USEC_PER_SEC,
                        .kind = *list[i] == '+'   ? SAL_ENTRY_JOIN
                                : *list[i] == '-' ? SAL_ENTRY_LEAVE
                                                  : SAL_ENTRY_QUIT,
                        .name = list[i] + 1 };

      g_ptr_array_add (entries, sal_entry_new (&like));
    }
  return entries;
}

static void
test_texts (void)
{
  static const struct
  {
    const char *entries;
    const char *text;
  } rows[] = {
    { "+Anna", "Anna came in" },
    { "-Anna", "Anna left" },
    { "+Anna +Bruno", "Anna and Bruno came in" },
    { "+Anna +Bruno +Carla", "Anna, Bruno and Carla came in" },
    /* Who came last is named, and one more is not worth a number. */
    { "+Anna +Bruno +Carla +Dora", "Anna, Bruno, Carla and Dora came in" },
    { "+A +B +C +D +E", "C, D, E and 2 others came in" },
    { "-Anna xBruno", "Anna and Bruno left" },
    { "+Anna -Anna", "Anna came in and left" },
    { "-Anna +Anna", "Anna left and came back" },
    { "+Anna xAnna +Anna", "Anna came in" },
    { "-Anna +Anna -Anna", "Anna left" },
    { "+Anna -Bruno", "Bruno left; Anna came in" },
    { "+A -A -B +B -C +D", "A came in and left; B left and came back; C left; D came in" },
    /* Whoever has a name of somebody else's letters is somebody else. */
    { "+anna -Anna", "Anna left; anna came in" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GPtrArray) entries = make_entries (rows[i].entries);
      g_autofree char *text = gui_fold_to_text (entries);

      g_test_message ("%s", rows[i].entries);
      g_assert_cmpstr (text, ==, rows[i].text);
    }
}

static void
test_lines (void)
{
  g_autoptr (GPtrArray) entries = make_entries ("+Anna xBruno");
  g_autofree char *text = gui_fold_to_lines (entries);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  g_assert_cmpuint (g_strv_length (lines), ==, 2);
  g_assert_true (g_str_has_suffix (lines[0], "  Anna came in"));
  g_assert_nonnull (strstr (lines[1], "  Bruno "));
}

/* As many as there may be in a line, with names as long as they may be. */
static void
test_many (void)
{
  g_autoptr (GString) words = g_string_new ("+first");
  g_autoptr (GPtrArray) entries = NULL;
  g_autofree char *text = NULL;

  for (guint i = 1; i < GUI_FOLD_MOST; i++)
    g_string_append_printf (words, " +%0200u", i);
  entries = make_entries (words->str);
  text = gui_fold_to_text (entries);
  g_assert_cmpuint (strlen (text), <, 1000);
  g_assert_nonnull (strstr (text, " and 97 others came in"));
}

static void
test_together (void)
{
  SalEntry come = { .id = 1, .time_us = NOON_US, .kind = SAL_ENTRY_JOIN, .name = "Anna" };
  SalEntry go = { .id = 2, .time_us = NOON_US, .kind = SAL_ENTRY_QUIT, .name = "Anna" };
  SalEntry said = { .id = 3, .time_us = NOON_US, .kind = SAL_ENTRY_MESSAGE, .name = "Anna" };
  SalEntry nobody = { .id = 4, .time_us = NOON_US, .kind = SAL_ENTRY_JOIN };
  SalEntry later = come;

  g_assert_true (gui_fold_go_together (&come, &go));
  g_assert_false (gui_fold_go_together (&come, &said));
  g_assert_false (gui_fold_go_together (&said, &come));
  g_assert_false (gui_fold_is_passage (&said));
  g_assert_false (gui_fold_is_passage (&nobody));
  /* Days are told apart. */
  later.time_us += G_TIME_SPAN_DAY;
  g_assert_false (gui_fold_go_together (&come, &later));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gtk/fold/texts", test_texts);
  g_test_add_func ("/gtk/fold/lines", test_lines);
  g_test_add_func ("/gtk/fold/many", test_many);
  g_test_add_func ("/gtk/fold/together", test_together);
  return g_test_run ();
}
