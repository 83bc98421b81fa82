/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * JSON as other programs read it.
 */
#include "config.h"

#include "common/base/sal-json.h"

static void
test_object (void)
{
  g_autoptr (GString) out = g_string_new ("before ");

  sal_json_begin (out);
  sal_json_string (out, "type", "x");
  sal_json_string (out, "none", NULL);
  sal_json_int (out, "number", G_MININT64);
  sal_json_bool (out, "yes", TRUE);
  sal_json_bool (out, "no", FALSE);
  sal_json_time (out, "time", G_GINT64_CONSTANT (1588530184007999));
  sal_json_end (out);
  g_assert_cmpstr (out->str, ==,
                   "before {\"type\":\"x\",\"number\":-9223372036854775808,\"yes\":true,"
                   "\"no\":false,\"time\":\"2020-05-03T18:23:04.007Z\"}\n");
}

static void
test_empty_object (void)
{
  g_autoptr (GString) out = g_string_new (NULL);

  sal_json_begin (out);
  sal_json_end (out);
  g_assert_cmpstr (out->str, ==, "{}\n");
}

static void
test_quoting (void)
{
  g_autoptr (GString) out = g_string_new (NULL);

  sal_json_append_quoted (out, "a\"b\\c\n\x01\x7f \xc3\xa8 \xf0\x9f\x98\x80 \xe2\x80\xa8");
  g_assert_cmpstr (out->str, ==,
                   "\"a\\\"b\\\\c\\u000a\\u0001\\u007f \xc3\xa8 \xf0\x9f\x98\x80 \\u2028\"");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/json/object", test_object);
  g_test_add_func ("/base/json/empty-object", test_empty_object);
  g_test_add_func ("/base/json/quoting", test_quoting);
  return g_test_run ();
}
