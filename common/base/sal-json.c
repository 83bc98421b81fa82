/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Flat JSON objects, one a line (RFC 8259), for programs that read what ours print.
 * Writing only.
 */
#include "config.h"

#include "common/base/sal-json.h"

/**
 * sal_json_append_quoted:
 * @value: valid UTF-8
 *
 * Appends @value as a JSON string. Control characters are escaped, and so are the two
 * line separators that some readers of lines take for the end of one.
 */
void
sal_json_append_quoted (GString *out, const char *value)
{
  g_string_append_c (out, '"');
  for (const char *at = value; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      if (c == '"' || c == '\\')
        g_string_append_printf (out, "\\%c", (char) c);
      else if (c < 0x20 || c == 0x7F || c == 0x2028 || c == 0x2029)
        g_string_append_printf (out, "\\u%04x", c);
      else
        g_string_append_unichar (out, c);
    }
  g_string_append_c (out, '"');
}

static void
append_key (GString *out, const char *key)
{
  if (out->str[out->len - 1] != '{')
    g_string_append_c (out, ',');
  sal_json_append_quoted (out, key);
  g_string_append_c (out, ':');
}

/**
 * sal_json_begin:
 *
 * Begins an object.
 */
void
sal_json_begin (GString *out)
{
  g_string_append_c (out, '{');
}

/**
 * sal_json_string:
 * @value: (nullable): valid UTF-8; %NULL: the member is left out
 */
void
sal_json_string (GString *out, const char *key, const char *value)
{
  if (value == NULL)
    return;
  append_key (out, key);
  sal_json_append_quoted (out, value);
}

/**
 * sal_json_int:
 */
void
sal_json_int (GString *out, const char *key, gint64 value)
{
  append_key (out, key);
  g_string_append_printf (out, "%" G_GINT64_FORMAT, value);
}

/**
 * sal_json_bool:
 */
void
sal_json_bool (GString *out, const char *key, gboolean value)
{
  append_key (out, key);
  g_string_append (out, value ? "true" : "false");
}

/**
 * sal_json_time:
 * @time_us: microseconds since 1970
 *
 * A time as RFC 3339 has it, in UTC, with milliseconds.
 */
void
sal_json_time (GString *out, const char *key, gint64 time_us)
{
  g_autoptr (GDateTime) when = g_date_time_new_from_unix_utc (time_us / G_USEC_PER_SEC);
  g_autofree char *text = g_date_time_format (when, "%FT%T");

  append_key (out, key);
  g_string_append_printf (out, "\"%s.%03dZ\"", text,
                          (int) (time_us % G_USEC_PER_SEC / G_TIME_SPAN_MILLISECOND));
}

/**
 * sal_json_end:
 *
 * Ends the object and the line.
 */
void
sal_json_end (GString *out)
{
  g_string_append (out, "}\n");
}
