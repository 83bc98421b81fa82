/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Bytes for the operator's console: lines however they are cut, and the words that can
 * be tried without a server.
 *
 * The input: a byte for how to cut, then what is typed.
 */
#include "config.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "common/proto/sal-text.h"
#include "server/admin/srv-console.h"
#include "tests/fuzz/fuzz.h"

/* Would this word do something to a server? */
static gboolean
needs_server (const char *line)
{
  static const char *const harmless[] = { "help", "log" };
  g_autoptr (GString) clean = g_string_new (NULL);
  g_auto (GStrv) words = srv_console_words ();

  if (!sal_text_clean (clean, line, strlen (line)))
    return FALSE;
  g_string_truncate (clean, strcspn (clean->str, " "));
  for (gsize i = 0; i < G_N_ELEMENTS (harmless); i++)
    if (g_str_equal (clean->str, harmless[i]))
      return FALSE;
  return g_strv_contains ((const char *const *) words, clean->str);
}

static void
add_line (const char *line, gpointer lines)
{
  g_ptr_array_add (lines, g_strdup (line));
}

static void
execute (const char *line)
{
  g_autoptr (GString) out = g_string_new (NULL);

  if (line != NULL && needs_server (line))
    return;
  (void) srv_console_execute (NULL, line, out);
  g_assert_true (out->len == 0 || g_str_has_suffix (out->str, "\n"));
  g_assert_true (g_utf8_validate_len (out->str, out->len, NULL));
  for (gsize i = 0; i < out->len; i++)
    g_assert_true ((guchar) out->str[i] >= 0x20 || out->str[i] == '\n');
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  FuzzInput input = { data, size };
  gsize piece = 1 + (gsize) fuzz_take_byte (&input);
  g_autoptr (GPtrArray) whole = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) cut = g_ptr_array_new_with_free_func (g_free);
  SrvConsoleInput one;
  SrvConsoleInput many;

  srv_console_input_init (&one);
  srv_console_input_init (&many);
  srv_console_input_push (&one, (const char *) input.at, input.left, add_line, whole);
  for (gsize at = 0; at < input.left; at += piece)
    srv_console_input_push (&many, (const char *) input.at + at, MIN (piece, input.left - at),
                            add_line, cut);
  g_assert_cmpuint (one.partial->len, <=, SAL_CONSOLE_LINE_BYTES);
  g_assert_cmpstr (one.partial->str, ==, many.partial->str);
  g_assert_cmpuint (whole->len, ==, cut->len);
  for (guint i = 0; i < whole->len; i++)
    {
      g_assert_cmpstr (whole->pdata[i], ==, cut->pdata[i]);
      execute (whole->pdata[i]);
    }
  srv_console_input_clear (&one);
  srv_console_input_clear (&many);
  return 0;
}
