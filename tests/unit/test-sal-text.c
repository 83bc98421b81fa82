/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rule S20: from the bytes of a peer to text that can be shown to anybody.
 */
#include "config.h"

#include "common/proto/sal-text.h"

#include <string.h>

#include "common/base/sal-number.h"

#define R "\xEF\xBF\xBD" /* U+FFFD */

typedef struct
{
  const char *name;
  const char *bytes;
  gsize len;
  const char *text; /* NULL: nothing is left */
} Row;

#define B(literal) literal, sizeof (literal) - 1

static const Row clean_rows[] = {
  { "ascii-stays", B ("Hello, world! ~"), "Hello, world! ~" },
  { "accents-stay", B ("perch\xC3\xA9 s\xC3\xAC"), "perch\xC3\xA9 s\xC3\xAC" },
  { "emoji-stay", B ("\xF0\x9F\x98\x80\xF0\x9F\x91\x8D\xF0\x9F\x8F\xBD"),
    "\xF0\x9F\x98\x80\xF0\x9F\x91\x8D\xF0\x9F\x8F\xBD" },
  { "other-scripts-stay", B ("\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D \xE4\xBD\xA0\xE5\xA5\xBD"),
    "\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D \xE4\xBD\xA0\xE5\xA5\xBD" },
  { "combining-marks-stay", B ("e\xCC\x81"), "e\xCC\x81" },
  { "the-last-character-of-unicode-stays", B ("\xF4\x8F\xBF\xBF"), "\xF4\x8F\xBF\xBF" },
  { "the-replacement-character-stays", B (R), R },

  /* Each invalid byte becomes one U+FFFD. */
  { "latin-1-becomes-replacements", B ("perch\xE8 s\xEC"), "perch" R " s" R },
  { "a-lone-continuation-byte",
    B ("a\x80"
       "b\xBF"),
    "a" R "b" R },
  { "bytes-that-are-never-utf-8", B ("\xC0\xC1\xF5\xF8\xFC\xFE\xFF"), R R R R R R R },
  { "overlong-nul", B ("\xC0\x80"), R R },
  { "overlong-slash-of-2", B ("\xC0\xAF"), R R },
  { "overlong-of-3", B ("\xE0\x80\xAF"), R R R },
  { "overlong-of-4", B ("\xF0\x80\x80\xAF"), R R R R },
  { "surrogates", B ("\xED\xA0\x80\xED\xBF\xBF"), R R R R R R },
  { "beyond-unicode", B ("\xF4\x90\x80\x80"), R R R R },
  { "five-bytes", B ("\xF8\x88\x80\x80\x80"), R R R R R },
  { "truncated-of-2", B ("a\xC3"), "a" R },
  { "truncated-of-3", B ("a\xE2\x82"), "a" R R },
  { "truncated-of-4", B ("a\xF0\x9F\x98"), "a" R R R },
  { "truncated-and-then-good",
    B ("\xE2\x82"
       "a"),
    R R "a" },
  { "truncated-and-then-another", B ("\xF0\x9F\xC3\xA8"), R R "\xC3\xA8" },

  /* Controls. */
  { "tab-becomes-a-space", B ("a\tb"), "a b" },
  { "an-escape-sequence-is-harmless",
    B ("\x1B[2J\x07"
       "ciao"),
    "[2Jciao" },
  { "bs-and-del-are-dropped",
    B ("a\bb\x7F"
       "c"),
    "abc" },
  { "nul-is-dropped", B ("a\0b"), "ab" },
  { "cr-and-lf-are-dropped", B ("a\r\nb\rc\nd"), "abcd" },
  { "c1-is-dropped",
    B ("a\xC2\x80\xC2\x9B"
       "2J\xC2\x9F"
       "b"),
    "a2Jb" },
  { "next-line-of-c1-is-dropped",
    B ("a\xC2\x85"
       "b"),
    "ab" },
  { "line-and-paragraph-separator-become-spaces",
    B ("a\xE2\x80\xA8"
       "b\xE2\x80\xA9"
       "c"),
    "a b c" },

  /* Direction. */
  { "left-to-right-and-right-to-left-mark",
    B ("a\xE2\x80\x8E"
       "b\xE2\x80\x8F"
       "c"),
    "abc" },
  { "arabic-letter-mark",
    B ("a\xD8\x9C"
       "b"),
    "ab" },
  { "embeddings-and-overrides",
    B ("a\xE2\x80\xAA"
       "b\xE2\x80\xAB"
       "c\xE2\x80\xAC"
       "d\xE2\x80\xAD"
       "e\xE2\x80\xAE"
       "f"),
    "abcdef" },
  { "isolates",
    B ("a\xE2\x81\xA6"
       "b\xE2\x81\xA7"
       "c\xE2\x81\xA8"
       "d\xE2\x81\xA9"
       "e"),
    "abcde" },
  { "the-neighbours-of-those-stay",
    B ("\xE2\x80\x8D\xE2\x80\xAF"
       "a\xE2\x81\xA5\xE2\x81\xAA"),
    "\xE2\x80\x8D\xE2\x80\xAF"
    "a\xE2\x81\xA5\xE2\x81\xAA" },

  /* The beginning and the ends. */
  { "a-byte-order-mark-at-the-beginning-is-dropped",
    B ("\xEF\xBB\xBF"
       "ciao"),
    "ciao" },
  { "only-one-byte-order-mark-is-dropped",
    B ("\xEF\xBB\xBF\xEF\xBB\xBF"
       "a"),
    "\xEF\xBB\xBF"
    "a" },
  { "a-byte-order-mark-inside-stays",
    B ("a\xEF\xBB\xBF"
       "b"),
    "a\xEF\xBB\xBF"
    "b" },
  { "half-a-byte-order-mark-is-invalid", B ("\xEF\xBB"), R R },
  { "white-space-is-trimmed", B (" \t a b \t "), "a b" },
  { "unicode-white-space-is-trimmed",
    B ("\xC2\xA0\xE3\x80\x80"
       "a\xE2\x80\x83\xE2\x80\xA8"),
    "a" },
  { "white-space-inside-stays", B ("a  b"), "a  b" },
  { "a-no-break-space-inside-stays",
    B ("a\xC2\xA0"
       "b"),
    "a\xC2\xA0"
    "b" },
  { "what-is-dropped-does-not-hide-white-space", B ("\x01 a \x01"), "a" },
  { "nothing-is-nothing", B (""), NULL },
  { "spaces-are-nothing", B (" \t\xC2\xA0"), NULL },
  { "controls-are-nothing", B ("\x01\x02\x1B\0\x7F"), NULL },
  { "a-byte-order-mark-is-nothing", B ("\xEF\xBB\xBF"), NULL },
  { "direction-is-nothing", B ("\xE2\x80\xAE"), NULL },
};

static void
test_clean_row (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GString) behind = g_string_new (" before ");
  g_autofree char *copy = g_memdup2 (row->bytes, row->len); /* to the byte, for the sanitizer */
  g_autofree char *expected = g_strconcat (" before ", row->text, NULL);

  g_assert_cmpint (sal_text_clean (out, copy, row->len), ==, row->text != NULL);
  g_assert_cmpstr (out->str, ==, row->text != NULL ? row->text : "");

  /* It appends, and leaves alone what was there. */
  g_assert_cmpint (sal_text_clean (behind, copy, row->len), ==, row->text != NULL);
  g_assert_cmpstr (behind->str, ==, expected);
}

/* A line of a server keeps its white space: it may continue another. */
static void
test_clean_line (void)
{
  static const char bytes[] = "\xEF\xBB\xBF \ta\x1B[2J \xE8 \r";
  g_autoptr (GString) out = g_string_new ("before:");

  sal_text_clean_line (out, bytes, sizeof bytes - 1);
  g_assert_cmpstr (out->str, ==, "before:  a[2J " R " ");
  sal_text_clean_line (out, " ", 1);
  g_assert_cmpstr (out->str, ==, "before:  a[2J " R "  ");
}

/* What may be in a text that has been cleaned. */
static void
assert_clean (const GString *text)
{
  g_assert_true (g_utf8_validate_len (text->str, text->len, NULL));
  for (const char *at = text->str; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      g_assert_false (g_unichar_iscntrl (c));
      g_assert_false (c == 0x2028 || c == 0x2029 || c == 0x061C);
      g_assert_false (c == 0x200E || c == 0x200F);
      g_assert_false (c >= 0x202A && c <= 0x202E);
      g_assert_false (c >= 0x2066 && c <= 0x2069);
    }
  if (text->len > 0)
    {
      g_assert_false (g_unichar_isspace (g_utf8_get_char (text->str)));
      g_assert_false (
          g_unichar_isspace (g_utf8_get_char (g_utf8_prev_char (text->str + text->len))));
    }
}

static void
test_every_character (void)
{
  g_autoptr (GString) out = g_string_new (NULL);

  for (gunichar c = 1; c < 0x110000; c++)
    {
      char bytes[6];
      int len = g_unichar_to_utf8 (c, bytes);

      g_string_truncate (out, 0);
      (void) sal_text_clean (out, bytes, (gsize) len);
      assert_clean (out);
      /* What is left of one character is that character, or a replacement. */
      if (out->len > 0 && (c < 0xD800 || c > 0xDFFF))
        g_assert_cmpmem (out->str, out->len, bytes, (gsize) len);
    }
}

static void
test_random_bytes (void)
{
  guint32 seed = 0x7e47;
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_autoptr (GString) out = g_string_new (NULL);

  for (int round = 0; round < 20000; round++)
    {
      guint8 bytes[24];
      gsize len = (gsize) g_rand_int_range (rand, 0, sizeof bytes + 1);

      for (gsize i = 0; i < len; i++)
        bytes[i] = (guint8) g_rand_int_range (rand, round % 2 ? 0 : 0x70, 256);
      g_string_truncate (out, 0);
      g_assert_cmpint (sal_text_clean (out, bytes, len), ==, out->len > 0);
      g_assert_cmpuint (out->len, <=, 3 * len);
      assert_clean (out);
    }
}

typedef struct
{
  const char *name;
  const char *bytes;
  gsize len;
  gsize tail;
} TailRow;

static const TailRow tail_rows[] = {
  { "nothing", B (""), 0 },
  { "ascii", B ("abc"), 0 },
  { "a-whole-character-of-2", B ("a\xC3\xA8"), 0 },
  { "a-whole-character-of-3", B ("a\xE2\x82\xAC"), 0 },
  { "a-whole-character-of-4", B ("a\xF0\x9F\x98\x80"), 0 },
  { "1-of-2", B ("a\xC3"), 1 },
  { "1-of-3", B ("a\xE2"), 1 },
  { "2-of-3", B ("a\xE2\x82"), 2 },
  { "1-of-4", B ("a\xF0"), 1 },
  { "2-of-4", B ("a\xF0\x9F"), 2 },
  { "3-of-4", B ("a\xF0\x9F\x98"), 3 },
  { "alone-1-of-2", B ("\xC3"), 1 },
  { "alone-3-of-4", B ("\xF0\x9F\x98"), 3 },
  { "continuation-bytes-alone", B ("\x80\x80\x80\x80"), 0 },
  { "a-continuation-byte-too-many", B ("\xC3\xA8\xA8"), 0 },
  { "a-beginning-after-a-beginning", B ("\xE2\xC3"), 1 },
  { "not-at-the-end",
    B ("\xC3"
       "a"),
    0 },
  { "a-byte-that-is-never-utf-8", B ("a\xFF"), 0 },
  { "a-nul-after-a-beginning", B ("\xC3\0"), 0 },
};

static void
test_tail_row (gconstpointer data)
{
  const TailRow *row = data;
  g_autofree guint8 *copy = g_memdup2 (row->bytes, row->len);

  g_assert_cmpuint (sal_text_incomplete_tail (copy, row->len), ==, row->tail);
}

/* Law: of any text, cut anywhere, the tail is what was cut off its last character. */
static void
test_tail_of_any_cut (void)
{
  static const char text[] = "a\xC3\xA8\xE2\x82\xAC\xF0\x9F\x98\x80z";

  for (gsize len = 0; len <= strlen (text); len++)
    {
      const char *end = NULL;

      (void) g_utf8_validate_len (text, len, &end);
      g_assert_cmpuint (sal_text_incomplete_tail (text, len), ==, text + len - end);
    }
}

static void
test_fit (void)
{
  static const struct
  {
    const char *text;
    gsize max_bytes;
    gsize fits;
  } rows[] = {
    { "", 0, 0 },
    { "", 5, 0 },
    { "abc", 0, 0 },
    { "abc", 2, 2 },
    { "abc", 3, 3 },
    { "abc", 4, 3 },
    { "\xC3\xA8", 1, 0 },
    { "\xC3\xA8", 2, 2 },
    { "a\xC3\xA8", 2, 1 },
    { "\xE2\x82\xAC\xE2\x82\xAC", 5, 3 },
    { "\xE2\x82\xAC\xE2\x82\xAC", 4, 3 },
    { "\xE2\x82\xAC\xE2\x82\xAC", 3, 3 },
    { "\xE2\x82\xAC\xE2\x82\xAC", 2, 0 },
    { "\xF0\x9F\x98\x80"
      "x",
      4, 4 },
    { "\xF0\x9F\x98\x80"
      "x",
      3, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *copy = g_memdup2 (rows[i].text, strlen (rows[i].text));

      g_assert_cmpuint (sal_text_fit (copy, strlen (rows[i].text), rows[i].max_bytes), ==,
                        rows[i].fits);
    }
}

static void
test_time (void)
{
  static const struct
  {
    gint64 time_us;
    const char *text;
  } rows[] = {
    { G_GINT64_CONSTANT (1588530120000000), "at 2020-05-03 18:22" },
    { G_GINT64_CONSTANT (1588530179999999), "at 2020-05-03 18:22" },
    { 0, "at 1970-01-01 00:00" },
    { G_MAXINT64, "at (unknown time)" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GString) out = g_string_new ("at ");

      sal_text_append_time (out, rows[i].time_us);
      g_assert_cmpstr (out->str, ==, rows[i].text);
    }
}

static void
test_number (void)
{
  static const guint numbers[] = { 0, 9, 10, 99, 100, 127, 255, 1024, 65535, G_MAXUINT };

  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      char text[11] = "xxxxxxxxxx";
      g_autofree char *expected = g_strdup_printf ("%u", numbers[i]);

      *sal_number_put (text, numbers[i]) = '\0';
      g_assert_cmpstr (text, ==, expected);
    }
}

int
main (int argc, char **argv)
{
  g_setenv ("TZ", "UTC", TRUE);
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (clean_rows); i++)
    {
      g_autofree char *name = g_strconcat ("/proto/text/clean/", clean_rows[i].name, NULL);

      g_test_add_data_func (name, &clean_rows[i], test_clean_row);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (tail_rows); i++)
    {
      g_autofree char *name = g_strconcat ("/proto/text/tail/", tail_rows[i].name, NULL);

      g_test_add_data_func (name, &tail_rows[i], test_tail_row);
    }
  g_test_add_func ("/proto/text/clean-line/keeps-its-white-space", test_clean_line);
  g_test_add_func ("/proto/text/clean/every-character-alone", test_every_character);
  g_test_add_func ("/proto/text/clean/any-bytes", test_random_bytes);
  g_test_add_func ("/proto/text/tail/of-a-text-cut-anywhere", test_tail_of_any_cut);
  g_test_add_func ("/proto/text/fit/cuts-between-characters", test_fit);
  g_test_add_func ("/proto/text/number-in-digits", test_number);
  g_test_add_func ("/proto/text/time-to-the-minute", test_time);
  return g_test_run ();
}
