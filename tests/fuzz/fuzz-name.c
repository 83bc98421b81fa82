/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Names: whatever somebody sends first becomes one, and it stays what it is.
 */
#include "config.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "common/proto/sal-name.h"
#include "common/proto/sal-text.h"
#include "tests/fuzz/fuzz.h"

static void
check_name (const char *name)
{
  g_autofree char *again = sal_name_from_text (name);
  g_autofree char *nfc = g_utf8_normalize (name, -1, G_NORMALIZE_NFC);
  g_autofree char *key = sal_name_key (name);
  g_autofree char *with = sal_name_with_suffix (name, 2);
  g_autofree char *with_key = sal_name_key (with);
  g_autofree char *with_again = sal_name_from_text (with);

  fuzz_check_clean (name, strlen (name));
  g_assert_cmpstr (again, ==, name);
  g_assert_cmpstr (nfc, ==, name);
  g_assert_cmpint (g_utf8_strlen (name, -1), >, 0);
  g_assert_cmpint (g_utf8_strlen (name, -1), <=, SAL_NAME_MAX_CHARS);
  g_assert_null (strpbrk (name, " '(),:;<>\"#@%\\/`~*!?.&$+="));
  g_assert_true (g_utf8_validate (key, -1, NULL));

  g_assert_cmpint (g_utf8_strlen (with, -1), <=, SAL_NAME_MAX_CHARS);
  g_assert_true (g_str_has_suffix (with, "_2"));
  g_assert_cmpstr (with_again, ==, with);
  if (!g_str_equal (with, name))
    g_assert_cmpstr (with_key, !=, key);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *name = NULL;
  g_autofree char *first = NULL;
  g_autofree char *room = NULL;
  const char *message = NULL;

  if (!sal_text_clean (text, data, size))
    return 0;
  name = sal_name_from_text (text->str);
  check_name (name);

  message = sal_name_split_first_unit (text->str, &first);
  check_name (first);
  if (message == NULL)
    g_assert_cmpstr (first, ==, name);
  else
    {
      g_assert_true (message > text->str && message < text->str + text->len);
      g_assert_cmpint (*message, !=, ' ');
    }

  room = sal_room_from_text (text->str);
  if (room != NULL)
    {
      g_autofree char *again = sal_room_from_text (room);

      fuzz_check_clean (room, strlen (room));
      g_assert_cmpstr (again, ==, room);
      g_assert_cmpuint (strlen (room), <=, SAL_ROOM_MAX_BYTES);
      g_assert_cmpuint (strlen (room), >, 0);
    }
  return 0;
}
