/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Cleaning of bytes: what comes out may be shown, whatever went in.
 */
#include "config.h"

#include <string.h>

#include "common/proto/sal-text.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GString) line = g_string_new ("before");
  g_autoptr (GString) unit = g_string_new ("before");
  gboolean something = FALSE;
  gsize tail = 0;

  sal_text_clean_line (line, data, size);
  g_assert_true (g_str_has_prefix (line->str, "before"));
  g_assert_cmpuint (line->len - 6, <=, 3 * size);
  fuzz_check_clean (line->str, line->len);

  something = sal_text_clean (unit, data, size);
  g_assert_true (g_str_has_prefix (unit->str, "before"));
  g_assert_cmpint (something, ==, unit->len > 6);
  fuzz_check_clean (unit->str, unit->len);
  /* A unit is its line without the white space around it. */
  g_assert_nonnull (strstr (line->str + 6, unit->str + 6));
  if (something)
    {
      g_assert_false (g_unichar_isspace (g_utf8_get_char (unit->str + 6)));
      g_assert_false (
          g_unichar_isspace (g_utf8_get_char (g_utf8_prev_char (unit->str + unit->len))));
    }

  /* The beginning of a character at the end: without it, nothing is incomplete. */
  tail = sal_text_incomplete_tail (data, size);
  g_assert_cmpuint (tail, <=, MIN (size, 3));
  if (tail > 0)
    {
      const char *end = NULL;

      g_assert_false (g_utf8_validate_len ((const char *) data + size - tail, tail, &end));
      g_assert_true (end == (const char *) data + size - tail);
    }

  for (gsize most = 0; most <= line->len && most < 16; most++)
    {
      gsize fits = sal_text_fit (line->str, line->len, most);

      g_assert_cmpuint (fits, <=, most);
      g_assert_cmpuint (fits + 4, >, MIN (most, line->len));
      g_assert_true (g_utf8_validate_len (line->str, fits, NULL));
    }
  return 0;
}
