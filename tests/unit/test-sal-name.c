/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rules S21 and S22: whatever is sent first becomes a name, and a name stays a name.
 */
#include "config.h"

#include "common/proto/sal-name.h"

#include <string.h>

#include "common/base/sal-limits.h"

#define E_ACUTE "\xC3\xA9"
#define EMOJI "\xF0\x9F\x98\x80"

typedef struct
{
  const char *text;
  const char *name;
} NameRow;

static const NameRow name_rows[] = {
  { "Antonio", "Antonio" },
  { "x", "x" },
  { "Bob('1.2.3.4', 5)", "Bob_1_2_3_4_5_" },
  { "Bob ('1.2.3.4', 5): ciao", "Bob_1_2_3_4_5_ciao" },
  { "Mario Rossi", "Mario_Rossi" },
  { "a  b", "a_b" },
  { "a.,;:!?b", "a_b" },
  { "> Ada", "_Ada" },
  { "-- note", "--_note" },
  { "a__b", "a__b" },
  { "a_ _b", "a___b" },
  { "_", "_" },
  { "!!!", "_" },
  { "_-[]{}^|", "_-[]{}^|" },
  { "a@b/c\\d\"e'f`g~h", "a_b_c_d_e_f_g_h" },
  { "#chan", "_chan" },
  { "%s%n", "_s_n" },
  { "42", "42" },
  { "Ren" E_ACUTE, "Ren" E_ACUTE },
  { "Rene\xCC\x81", "Ren" E_ACUTE }, /* composed */
  { "q\xCC\x81", "q\xCC\x81" },      /* no composed form: the mark stays */
  { "\xCC\x81x", "\xCC\x81x" },      /* a mark with nothing before it */
  { "a" EMOJI "b", "a_b" },
  { EMOJI EMOJI EMOJI, "_" },
  { "\xE4\xBD\xA0\xE5\xA5\xBD", "\xE4\xBD\xA0\xE5\xA5\xBD" }, /* ideographs */
  { "\xD9\xA3\xD9\xA4", "\xD9\xA3\xD9\xA4" },                 /* digits of another script */
  { "\xE0\xA4\xB9\xE0\xA4\xBF", "\xE0\xA4\xB9\xE0\xA4\xBF" }, /* a spacing mark */
  { "x\xC2\xB2", "x_" },                                      /* a superscript is no digit */
  { "\xE2\x85\xA7", "_" },                                    /* nor is a roman numeral */
  { "a\xE2\x80\x8D"
    "b",
    "a_b" }, /* zero width joiner */
  { "a\xC2\xA0"
    "b",
    "a_b" },
  { "\xEF\xBF\xBD", "_" },
  { "\xE2\x84\xAB", "\xC3\x85" }, /* the angstrom sign is a letter */
};

static void
test_from_text (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (name_rows); i++)
    {
      g_autofree char *name = sal_name_from_text (name_rows[i].text);

      g_test_message ("%s", name_rows[i].text);
      g_assert_cmpstr (name, ==, name_rows[i].name);
    }
  g_assert_null (sal_name_from_text (""));
}

static void
test_long_names (void)
{
  static const char *const letters[] = { "x", E_ACUTE, "\xE4\xBD\xA0", "\xF0\x90\x90\x80" };

  for (gsize i = 0; i < G_N_ELEMENTS (letters); i++)
    for (glong n = 31; n <= 200; n = n < 34 ? n + 1 : 200 + (n == 200))
      {
        g_autoptr (GString) text = g_string_new (NULL);
        g_autofree char *name = NULL;

        for (glong c = 0; c < n; c++)
          g_string_append (text, letters[i]);
        name = sal_name_from_text (text->str);
        g_assert_cmpint (g_utf8_strlen (name, -1), ==, MIN (n, 32));
        g_assert_true (g_str_has_prefix (text->str, name));
      }
}

/* The cut is made in the composed form: what counts is characters, not how they came. */
static void
test_long_name_of_marks (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *name = NULL;

  for (int c = 0; c < 40; c++)
    g_string_append (text, "e\xCC\x81");
  name = sal_name_from_text (text->str);
  g_assert_cmpint (g_utf8_strlen (name, -1), ==, 32);
  g_assert_cmpuint (strlen (name), ==, 64);
}

static void
append_random_char (GRand *rand, GString *text)
{
  static const gunichar first[] = {
    0x20, 0x20, 0xC0, 0x300, 0x1100, 0x900, 0x1E00, 0x2100, 0x1F600
  };
  gunichar c = first[g_rand_int_range (rand, 0, G_N_ELEMENTS (first))] +
               (gunichar) g_rand_int_range (rand, 0, 96);

  if (c != 0x7F)
    g_string_append_unichar (text, c);
}

/* Laws of a name: it is the name of itself, in NFC, in its alphabet, not too long. */
static void
test_laws (void)
{
  guint32 seed = 0x11a3e;
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);

  for (int round = 0; round < 20000; round++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autofree char *name = NULL;
      g_autofree char *again = NULL;
      g_autofree char *nfc = NULL;

      for (int n = g_rand_int_range (rand, 1, 50); n > 0; n--)
        append_random_char (rand, text);
      if (text->len == 0)
        continue;
      name = sal_name_from_text (text->str);
      again = sal_name_from_text (name);
      nfc = g_utf8_normalize (name, -1, G_NORMALIZE_NFC);
      if (!g_str_equal (again, name))
        g_test_message ("seed %#x, round %d", seed, round);
      g_assert_cmpstr (again, ==, name);
      g_assert_cmpstr (nfc, ==, name);
      g_assert_cmpint (g_utf8_strlen (name, -1), <=, SAL_NAME_MAX_CHARS);
      g_assert_cmpint (g_utf8_strlen (name, -1), >, 0);
      g_assert_null (strpbrk (name, " '(),:;<>\"#@%\\/`~*!?.&$+="));
    }
}

static void
test_keys (void)
{
  static const struct
  {
    const char *a;
    const char *b;
    gboolean same;
  } rows[] = {
    { "Ada", "ada", TRUE },
    { "Ada", "ADA", TRUE },
    { "Ada", "Ada_2", FALSE },
    { "Ren\xC3\xA9", "REN\xC3\x89", TRUE },
    { "Rene", "Ren\xC3\xA9", FALSE },
    { "Stra\xC3\x9F"
      "e",
      "STRASSE", TRUE },
    { "Stra\xC3\x9F"
      "e",
      "STRA\xE1\xBA\x9E"
      "E",
      TRUE },
    { "\xCE\xA3\xCE\x9F\xCE\xA6\xCE\x9F\xCE\xA3", "\xCF\x83\xCE\xBF\xCF\x86\xCE\xBF\xCF\x82",
      TRUE },
    /* Turkish: the one rule for everybody is that of Unicode, which keeps the i's with
     * and without a dot apart, and I belongs to i. */
    { "ISIK", "isik", TRUE },
    { "I\xC5\x9EIK", "\xC4\xB1\xC5\x9F\xC4\xB1k", FALSE },
    { "\xC4\xB0zmir", "izmir", FALSE },
    { "\xC4\xB0zmir", "i\xCC\x87zmir", TRUE },
    { "\xD0\x90\xD0\x94\xD0\x90", "\xD0\xB0\xD0\xB4\xD0\xB0", TRUE },
    { "A[]", "a[]", TRUE },
    { "a[", "a{", FALSE }, /* IRC's own idea of case is not ours */
    { "a_b", "a-b", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *a = sal_name_key (rows[i].a);
      g_autofree char *b = sal_name_key (rows[i].b);

      g_test_message ("%s and %s", rows[i].a, rows[i].b);
      g_assert_cmpint (g_strcmp0 (a, b) == 0, ==, rows[i].same);
    }
}

static void
test_suffixes (void)
{
  static const char long_name[] = "abcdefghijklmnopqrstuvwxyz012345"; /* 32 */
  static const struct
  {
    const char *name;
    guint number;
    const char *with;
  } rows[] = {
    { "Ada", 2, "Ada_2" },
    { "Ada", 10, "Ada_10" },
    { "Ada_2", 2, "Ada_2_2" },
    { long_name, 2, "abcdefghijklmnopqrstuvwxyz0123_2" },
    { long_name, 99, "abcdefghijklmnopqrstuvwxyz012_99" },
    { long_name, 10000, "abcdefghijklmnopqrstuvwxyz_10000" },
    { "abcdefghijklmnopqrstuvwxyz0123", 2, "abcdefghijklmnopqrstuvwxyz0123_2" },
    { "abcdefghijklmnopqrstuvwxyz01234", 2, "abcdefghijklmnopqrstuvwxyz0123_2" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *with = sal_name_with_suffix (rows[i].name, rows[i].number);
      g_autofree char *name = sal_name_from_text (with);

      g_assert_cmpstr (with, ==, rows[i].with);
      g_assert_cmpstr (name, ==, with); /* it is a name */
    }
}

/* Characters are counted, not bytes. */
static void
test_suffix_of_accents (void)
{
  g_autoptr (GString) name = g_string_new (NULL);
  g_autofree char *with = NULL;

  for (int i = 0; i < 32; i++)
    g_string_append (name, E_ACUTE);
  with = sal_name_with_suffix (name->str, 4294967295u);
  g_assert_cmpint (g_utf8_strlen (with, -1), ==, 32);
  g_assert_true (g_str_has_suffix (with, E_ACUTE "_4294967295"));
  g_assert_true (g_utf8_validate (with, -1, NULL));
}

static void
test_rooms (void)
{
  static const struct
  {
    const char *text;
    const char *room;
  } rows[] = {
    { "lobby", "lobby" },
    { "#lobby", "lobby" },
    { "##lobby", "lobby" },
    { "Tea Room", "Tea_Room" },
    { "a#b", "a_b" },
    { "caff\xC3\xA8", "caff\xC3\xA8" },
    { "caffe\xCC\x80", "caff\xC3\xA8" },
    { "#", NULL },
    { "###", NULL },
    { "", NULL },
    { "!", "_" },
    { "01234567890123456789012345678901234567890123456789", /* 50 bytes */
      "01234567890123456789012345678901234567890123456789" },
    { "01234567890123456789012345678901234567890123456789x",
      "01234567890123456789012345678901234567890123456789" },
    { "0123456789012345678901234567890123456789012345678" E_ACUTE,
      "0123456789012345678901234567890123456789012345678" },
    { "012345678901234567890123456789012345678901234567" E_ACUTE,
      "012345678901234567890123456789012345678901234567" E_ACUTE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *room = sal_room_from_text (rows[i].text);
      g_autofree char *again = room != NULL ? sal_room_from_text (room) : NULL;

      g_test_message ("%s", rows[i].text);
      g_assert_cmpstr (room, ==, rows[i].room);
      g_assert_cmpstr (again, ==, rows[i].room);
    }
}

static void
test_first_units (void)
{
  static const struct
  {
    const char *text;
    const char *name;
    const char *message;
  } rows[] = {
    /* S21: the whole is the name. */
    { "Antonio", "Antonio", NULL },
    { "Mario Rossi", "Mario_Rossi", NULL },
    { "Marta:", "Marta_", NULL },
    { "Marta:ciao", "Marta_ciao", NULL },
    { ": ciao", "_ciao", NULL },
    { "[Marta]", "[Marta]", NULL },
    { "[Marta]ciao", "[Marta]ciao", NULL },
    { "[] ciao", "[]_ciao", NULL },
    { "[Marta ciao", "[Marta_ciao", NULL },
    { "http://example.org/", "http_example_org_", NULL },
    { "this is more than thirty-two characters: yes", "this_is_more_than_thirty-two_cha", NULL },
    /* S22: a name and a message. */
    { "Marta: ciao", "Marta", "ciao" },
    { "Marta: ciao: a tutti", "Marta", "ciao: a tutti" },
    { "Marta:   ciao", "Marta", "ciao" },
    { "[Marta] ciao", "Marta", "ciao" },
    { "[Marta]  ciao: bella", "Marta", "ciao: bella" },
    { "[Mario Rossi] ciao", "Mario_Rossi", "ciao" },
    { "[a] [b] c", "a", "[b] c" },
    { "Ren\xC3\xA9: \xC3\xA8 qui", "Ren\xC3\xA9", "\xC3\xA8 qui" },
    { "Bob('1.2.3.4', 5): hi", "Bob_1_2_3_4_5_", "hi" },
    { "abcdefghijklmnopqrstuvwxyz012345: x", "abcdefghijklmnopqrstuvwxyz012345", "x" },
    { "abcdefghijklmnopqrstuvwxyz0123456: x", "abcdefghijklmnopqrstuvwxyz012345", NULL },
    { "!: x", "_", "x" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *name = NULL;
      const char *message = sal_name_split_first_unit (rows[i].text, &name);

      g_test_message ("%s", rows[i].text);
      g_assert_cmpstr (name, ==, rows[i].name);
      g_assert_cmpstr (message, ==, rows[i].message);
      /* It lies within the text. */
      if (message != NULL)
        g_assert_true (message > rows[i].text && message < rows[i].text + strlen (rows[i].text));
    }
}

static void
test_look_up (void)
{
  static const char *const names[] = {
    "Ada",
    "lobby",
    "a[]^_b",
    "Ren\xC3\x89",
    "room-with-a-name-that-is-longer-than-any-room-of-ours-x",
    "",
  };
  static const char *const strangers[] = { "Ad", "Adaa", "a[]^?b", "Rene", "lobby\xFF", "\xC3" };
  g_autoptr (GHashTable) table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    g_hash_table_insert (table, sal_name_key (names[i]), (gpointer) names[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *upper = g_utf8_strup (names[i], -1);
      g_autofree char *lower = g_utf8_strdown (names[i], -1);

      g_assert_cmpstr (sal_name_look_up (table, names[i]), ==, names[i]);
      g_assert_cmpstr (sal_name_look_up (table, upper), ==, names[i]);
      g_assert_cmpstr (sal_name_look_up (table, lower), ==, names[i]);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (strangers); i++)
    g_assert_null (sal_name_look_up (table, strangers[i]));
}

/* What is said to be a key is one, and two names are the same if their keys are. */
static void
test_same (void)
{
  static const char *const names[] = { "",       "ann",     "Ann",         "a_2",
                                       "A_2",    "[x]^|-",  "{x}^",        "\u00e8",
                                       "\u00c8", "e\u0300", "stra\u00dfe", "STRASSE" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *key = sal_name_key (names[i]);

      if (sal_name_is_key (names[i]))
        g_assert_cmpstr (key, ==, names[i]);
      for (gsize j = 0; j < G_N_ELEMENTS (names); j++)
        {
          g_autofree char *other = sal_name_key (names[j]);

          g_assert_cmpint (sal_name_is_same (names[i], names[j]), ==, g_str_equal (key, other));
        }
    }
  g_assert_true (sal_name_is_key ("ann_2"));
  g_assert_false (sal_name_is_key ("annA"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/proto/name/any-text-becomes-a-name", test_from_text);
  g_test_add_func ("/proto/name/a-long-text-is-cut-to-32-characters", test_long_names);
  g_test_add_func ("/proto/name/characters-are-counted-composed", test_long_name_of_marks);
  g_test_add_func ("/proto/name/law/the-name-of-a-name-is-that-name", test_laws);
  g_test_add_func ("/proto/name/case-does-not-tell-names-apart", test_keys);
  g_test_add_func ("/proto/name/two-are-the-same-by-their-keys", test_same);
  g_test_add_func ("/proto/name/case-does-not-matter-to-look-one-up", test_look_up);
  g_test_add_func ("/proto/name/a-number-is-appended-within-32-characters", test_suffixes);
  g_test_add_func ("/proto/name/a-number-is-appended-to-accents", test_suffix_of_accents);
  g_test_add_func ("/proto/name/room-names", test_rooms);
  g_test_add_func ("/proto/name/the-first-unit-may-hold-a-message", test_first_units);
  return g_test_run ();
}
