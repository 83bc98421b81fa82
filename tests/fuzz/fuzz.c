/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What all fuzz targets share: how they start, how they take their input apart, and
 * what text must look like that may be shown to people. Part of every target, with
 * libFuzzer and without.
 */
#include "config.h"

#include "tests/fuzz/fuzz.h"

/**
 * LLVMFuzzerInitialize:
 *
 * Called once, before the first input.
 */
int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  g_setenv ("TZ", "UTC", TRUE);
  g_setenv ("XDG_CONFIG_HOME", "/nonexistent", TRUE);
  /* Warnings are not: GKeyFile has one for a file that is wrong in two ways at once. */
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  return 0;
}

/**
 * fuzz_take_byte:
 *
 * Returns: the next byte, or 0 when there is none.
 */
guint8
fuzz_take_byte (FuzzInput *input)
{
  if (input->left == 0)
    return 0;
  input->left--;
  return *input->at++;
}

/**
 * fuzz_take_bytes:
 * @len: (out): how many there are, perhaps fewer than @most
 *
 * Returns: (transfer none): the next bytes.
 */
const guint8 *
fuzz_take_bytes (FuzzInput *input, gsize most, gsize *len)
{
  const guint8 *bytes = input->at;

  *len = MIN (most, input->left);
  input->at += *len;
  input->left -= *len;
  return bytes;
}

/**
 * fuzz_check_clean:
 *
 * Checks that @text can drive no terminal, begins no second line and turns no text
 * around (S6, S20).
 */
void
fuzz_check_clean (const char *text, gsize len)
{
  g_assert_true (g_utf8_validate_len (text, len, NULL));
  for (const char *at = text; at < text + len; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      g_assert_false (g_unichar_iscntrl (c));
      g_assert_false (c == 0x2028 || c == 0x2029 || c == 0x061C || c == 0x200E || c == 0x200F);
      g_assert_false ((c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069));
    }
}
