/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Bytes from a peer to text that may be shown to anybody (rule S20). What leaves
 * here is valid UTF-8 without control characters, so it can neither drive a
 * terminal nor turn a line around nor begin a second one.
 */
#include "config.h"

#include "common/proto/sal-text.h"

#include <string.h>

#define REPLACEMENT 0xFFFD

/* The characters with the property Bidi_Control (UAX #9). */
static gboolean
is_bidi_control (gunichar c)
{
  return c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069);
}

/* A character as it may be shown: itself, another in its place, or 0 for none. */
static gunichar
shown_as (gunichar c)
{
  if (c == '\t')
    return ' ';
  if (c < 0x20 || (c >= 0x7F && c < 0xA0) || is_bidi_control (c))
    return 0;
  /* Line and paragraph separators begin a new line in a window. */
  if (c == 0x2028 || c == 0x2029)
    return ' ';
  return c;
}

static gboolean
is_space_at (const char *text)
{
  return g_unichar_isspace (g_utf8_get_char (text));
}

static void
trim (GString *out, gsize start)
{
  const char *at = out->str + start;

  while (*at != '\0' && is_space_at (at))
    at = g_utf8_next_char (at);
  g_string_erase (out, (gssize) start, at - (out->str + start));

  while (out->len > start)
    {
      const char *last = g_utf8_prev_char (out->str + out->len);

      if (!is_space_at (last))
        break;
      g_string_truncate (out, (gsize) (last - out->str));
    }
}

/**
 * sal_text_clean_line:
 * @out: where to append
 * @bytes: what a peer sent
 *
 * Appends @bytes as text that is safe to show, white space included: every byte that
 * is not UTF-8 becomes U+FFFD; TAB becomes a space; control characters and those that
 * turn the direction of text are dropped, and so is a byte order mark at the beginning.
 */
void
sal_text_clean_line (GString *out, const void *bytes, gsize len)
{
  const char *at = bytes;
  const char *end = at + len;

  if (len >= strlen (SAL_TEXT_BYTE_ORDER_MARK) &&
      memcmp (at, SAL_TEXT_BYTE_ORDER_MARK, strlen (SAL_TEXT_BYTE_ORDER_MARK)) == 0)
    at += strlen (SAL_TEXT_BYTE_ORDER_MARK);
  while (at < end)
    {
      gunichar c = (guchar) *at;

      if (c >= 0x20 && c < 0x7F)
        {
          g_string_append_c (out, *at++);
          continue;
        }
      if (c >= 0x80)
        c = g_utf8_get_char_validated (at, end - at);
      if (c >= 0x110000)
        {
          at++;
          c = REPLACEMENT;
        }
      else
        at += g_unichar_to_utf8 (c, NULL);
      c = shown_as (c);
      if (c != 0)
        g_string_append_unichar (out, c);
    }
}

/**
 * sal_text_clean:
 * @out: where to append
 * @bytes: what a peer sent as one unit
 *
 * Like sal_text_clean_line(), with the white space at both ends trimmed (S20).
 *
 * Returns: %FALSE if nothing is left, and then nothing was appended.
 */
gboolean
sal_text_clean (GString *out, const void *bytes, gsize len)
{
  gsize start = out->len;

  sal_text_clean_line (out, bytes, len);
  trim (out, start);
  return out->len > start;
}

static const char *
skip_digits (const char *at, guint most)
{
  while (most-- > 0 && g_ascii_isdigit (*at))
    at++;
  return at;
}

/* A colour and one behind it: `03`, `3,12`; in hexadecimal `04` takes six digits each. */
static const char *
skip_colours (const char *at, gboolean hex)
{
  const char *end = at;

  for (guint n = 0; n < 2; n++)
    {
      if (hex)
        for (end = at; end - at < 6 && g_ascii_isxdigit (*end); end++)
          ;
      else
        end = skip_digits (at, 2);
      if (end == at || n == 1 || *end != ',' || !g_ascii_isxdigit (end[1]))
        break;
      at = end + 1;
    }
  return end > at ? end : at;
}

/**
 * sal_text_strip_formatting:
 * @text: changed in place
 *
 * Takes out the colours that IRC writes as a control character and digits, so that no digits
 * are left behind. Other control characters are the business of sal_text_clean().
 */
void
sal_text_strip_formatting (char *text)
{
  char *to = text;

  for (const char *from = text; *from != '\0';)
    if (*from == '\003' || *from == '\004')
      from = skip_colours (from + 1, *from == '\004');
    else
      *to++ = *from++;
  *to = '\0';
}

/**
 * sal_text_incomplete_tail:
 *
 * Returns: how many bytes at the end of @bytes begin a UTF-8 character whose other
 * bytes are still to come; 0 to 3.
 */
gsize
sal_text_incomplete_tail (const void *bytes, gsize len)
{
  const guint8 *text = bytes;

  for (gsize back = 1; back <= MIN (len, 3); back++)
    {
      guint8 c = text[len - back];

      if ((c & 0xC0) == 0x80)
        continue;
      if (c >= 0xC0 && g_utf8_get_char_validated ((const char *) text + len - back,
                                                  (gssize) back) == (gunichar) -2)
        return back;
      break;
    }
  return 0;
}

/**
 * sal_text_fit:
 * @text: valid UTF-8 of @len bytes
 *
 * Returns: the length of the longest beginning of @text that has at most
 * @max_bytes bytes and does not cut a character.
 */
gsize
sal_text_fit (const char *text, gsize len, gsize max_bytes)
{
  if (len <= max_bytes)
    return len;
  while (max_bytes > 0 && ((guchar) text[max_bytes] & 0xC0) == 0x80)
    max_bytes--;
  return max_bytes;
}

/**
 * sal_text_break:
 * @text: valid UTF-8 of @len bytes
 * @most: bytes, more than none
 *
 * Returns: how much of @text goes into a line with room for @most bytes: up to its end, up to the
 * last space that fits, if that is in the second half, or as many characters as fit.
 */
gsize
sal_text_break (const char *text, gsize len, gsize most)
{
  gsize fits = sal_text_fit (text, len, most);
  gsize space = fits;

  if (fits == len)
    return fits;
  while (space > fits / 2 && text[space - 1] != ' ')
    space--;
  return space > fits / 2 ? space : MAX (fits, 1);
}

/**
 * sal_text_append_time:
 * @time_us: microseconds since 1970, UTC
 *
 * Appends `YYYY-MM-DD HH:MM` in local time.
 */
void
sal_text_append_time (GString *out, gint64 time_us)
{
  g_autoptr (GDateTime) when = g_date_time_new_from_unix_local (time_us / G_USEC_PER_SEC);
  g_autofree char *text = when != NULL ? g_date_time_format (when, "%F %H:%M") : NULL;

  g_string_append (out, text != NULL ? text : "(unknown time)");
}
