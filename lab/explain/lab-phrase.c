/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The pieces that sentences are made of.
 */
#include "config.h"

#include "lab/explain/lab-phrase.h"

#include <string.h>

/**
 * lab_phrase_word:
 * @word: our own words
 */
void
lab_phrase_word (GString *out, const char *word)
{
  g_string_append_len (out, word, (gssize) strlen (word));
}

/**
 * lab_phrase_number:
 *
 * Appends a number; printf() takes ten times as long, and a capture has millions.
 */
void
lab_phrase_number (GString *out, guint64 number)
{
  char digits[20];
  gsize n = sizeof digits;

  do
    digits[--n] = (char) ('0' + number % 10);
  while ((number /= 10) != 0);
  g_string_append_len (out, digits + n, (gssize) (sizeof digits - n));
}

/**
 * lab_phrase_times:
 * @one: what @n is of, if it is one
 * @many: ... and otherwise
 */
void
lab_phrase_times (GString *out, guint64 n, const char *one, const char *many)
{
  lab_phrase_number (out, n);
  g_string_append_c (out, ' ');
  lab_phrase_word (out, n == 1 ? one : many);
}

/**
 * lab_phrase_bytes:
 *
 * Appends "1 byte", "13 bytes".
 */
void
lab_phrase_bytes (GString *out, guint64 bytes)
{
  lab_phrase_times (out, bytes, "byte", "bytes");
}

/**
 * lab_phrase_duration:
 *
 * Appends a time as people say it: "3.25 s", "41.2 ms", "7 us".
 */
void
lab_phrase_duration (GString *out, gint64 ns)
{
  guint64 magnitude = ns < 0 ? -(guint64) ns : (guint64) ns;
  guint64 unit = 1000;
  const char *name = " us";

  if (magnitude >= 1000000000)
    {
      unit = 1000000000;
      name = " s";
    }
  else if (magnitude >= 1000000)
    {
      unit = 1000000;
      name = " ms";
    }
  if (ns < 0)
    g_string_append_c (out, '-');
  lab_phrase_number (out, magnitude / unit);
  if (unit > 1000)
    {
      guint64 hundredths = magnitude % unit / (unit / 100);

      if (hundredths > 0)
        {
          g_string_append_c (out, '.');
          g_string_append_c (out, (char) ('0' + hundredths / 10));
          if (hundredths % 10 != 0)
            g_string_append_c (out, (char) ('0' + hundredths % 10));
        }
    }
  lab_phrase_word (out, name);
}

/**
 * lab_phrase_address:
 *
 * Appends "192.0.2.1:80" or "[2001:db8::1]:80".
 */
void
lab_phrase_address (GString *out, const LabAddress *address, guint16 port)
{
  char text[LAB_ADDRESS_TEXT];

  lab_address_to_text (address, text);
  if (address->family == 6)
    g_string_append_c (out, '[');
  lab_phrase_word (out, text);
  if (address->family == 6)
    g_string_append_c (out, ']');
  g_string_append_c (out, ':');
  lab_phrase_number (out, port);
}
