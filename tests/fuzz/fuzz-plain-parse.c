/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a client reads out of the lines of a server, any server: if a line means
 * something, then that is what our server would write so; and whatever people say, it is
 * read as theirs.
 */
#include "config.h"

#include <string.h>

#include "common/proto/sal-dialect-plain.h"
#include "common/proto/sal-name.h"
#include "common/proto/sal-text.h"
#include "tests/fuzz/fuzz.h"

static void
check_line (const char *line)
{
  g_autoptr (GString) scratch = g_string_new (NULL);
  g_autoptr (GString) written = g_string_new (NULL);
  gboolean found = FALSE;
  SalEvent event;

  sal_dialect_plain.parse (line, scratch, &event);
  if (event.kind == SAL_EVENT_TEXT)
    {
      g_assert_cmpstr (event.text, ==, line);
      return;
    }
  g_assert_false (event.past);
  for (guint language = 0; language < SAL_PLAIN_N_LANGUAGES && !found; language++)
    {
      g_string_truncate (written, 0);
      sal_dialect_plain.encode (written, &event, sal_plain_variant (SAL_PLAIN_LF, language));
      g_string_truncate (written, written->len - 1);
      found = g_str_equal (written->str, line);
    }
  /* A number may have come with zeros in front, or be too large. */
  g_assert_true (found || (event.kind == SAL_EVENT_NOTE &&
                           (event.note == SAL_NOTE_WHO || event.note == SAL_NOTE_LIMIT)));
}

/* Somebody of this name says this. */
static void
check_said (const char *text, const char *name)
{
  static const SalEventKind kinds[] = { SAL_EVENT_MESSAGE, SAL_EVENT_ACTION };
  g_autoptr (GString) scratch = g_string_new (NULL);
  g_autoptr (GString) line = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      SalEvent event = { .kind = kinds[i], .name = name, .address = "('::1', 9)", .text = text };
      SalEvent read;

      g_string_truncate (line, 0);
      sal_dialect_plain.encode (line, &event, sal_plain_variant (SAL_PLAIN_LF, SAL_PLAIN_ENGLISH));
      g_string_truncate (line, line->len - 1);
      fuzz_check_clean (line->str, line->len);
      sal_dialect_plain.parse (line->str, scratch, &read);
      g_assert_cmpint (read.kind, ==, kinds[i]);
      g_assert_cmpstr (read.name, ==, name);
      g_assert_cmpstr (read.address, ==, event.address);
      g_assert_cmpstr (read.text, ==, text);
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GString) line = g_string_new (NULL);
  g_autoptr (GString) text = g_string_new (NULL);

  sal_text_clean_line (line, data, size);
  check_line (line->str);
  if (sal_text_clean (text, data, size))
    {
      g_autofree char *name = sal_name_from_text (text->str);

      check_said (text->str, "Ada");
      check_said (text->str, name);
    }
  return 0;
}
