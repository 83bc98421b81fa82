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
 * Appends a time as people say it, with three figures: "3.25 s", "41.2 ms", "7.00 us".
 */
void
lab_phrase_duration (GString *out, gint64 ns)
{
  static const struct
  {
    guint64 ns;
    const char *name;
  } units[] = { { 1000000000, " s" }, { 1000000, " ms" }, { 1000, " us" } };
  guint64 magnitude = ns < 0 ? -(guint64) ns : (guint64) ns;
  guint64 whole = 0;
  guint64 part = 1; /* of one: tenths, hundredths */
  gsize i = 0;

  while (i < G_N_ELEMENTS (units) - 1 && magnitude < units[i].ns)
    i++;
  whole = magnitude / units[i].ns;
  if (whole < 100)
    part = whole < 10 ? 100 : 10;
  /* Rounded, in parts. */
  whole = whole * part + (magnitude % units[i].ns * part + units[i].ns / 2) / units[i].ns;

  if (ns < 0)
    g_string_append_c (out, '-');
  lab_phrase_number (out, whole / part);
  if (part > 1)
    g_string_append_c (out, '.');
  for (part /= 10; part > 0; part /= 10)
    g_string_append_c (out, (char) ('0' + whole / part % 10));
  lab_phrase_word (out, units[i].name);
}

/**
 * lab_phrase_address:
 * @scope: (nullable): see lab_address_to_scoped_text()
 *
 * Appends "192.0.2.1:80" or "[2001:db8::1]:80".
 */
void
lab_phrase_address (GString *out, const LabAddress *address, const char *scope, guint16 port)
{
  char text[LAB_SCOPED_ADDRESS_TEXT];

  lab_address_to_scoped_text (address, scope, text);
  if (address->family == 6)
    g_string_append_c (out, '[');
  lab_phrase_word (out, text);
  if (address->family == 6)
    g_string_append_c (out, ']');
  g_string_append_c (out, ':');
  lab_phrase_number (out, port);
}
