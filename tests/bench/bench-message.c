/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A message of the load generator: one line of a fixed size that says who sent it, as
 * which number and when, and whose every byte follows from that. So a reader can tell
 * from the line alone whether a single byte of it was changed on the way:
 *
 *     m00012 0000001234 00005f3a1b2c3d4e 9abcdef0 jucjdyxlkwbqvh...
 *     sender number     time             check    filler
 *
 * It has no white space at its ends, no control characters and no leading slash,
 * so that no chat server has a reason to change it.
 */
#include "config.h"

#include "bench-message.h"

#include <string.h>

enum
{
  SENDER_AT = 1,
  SENDER_LEN = 5,
  SEQ_AT = 7,
  SEQ_LEN = 10,
  TIME_AT = 18,
  TIME_LEN = 16,
  CHECK_AT = 35,
  CHECK_LEN = 8,
  FILLER_AT = 44,
};

G_STATIC_ASSERT (BENCH_MESSAGE_MIN > FILLER_AT + 2);

/* A fast, well-mixing step; the constants are those of splitmix64. */
static guint64
mix (guint64 x)
{
  x += G_GUINT64_CONSTANT (0x9E3779B97F4A7C15);
  x = (x ^ (x >> 30)) * G_GUINT64_CONSTANT (0xBF58476D1CE4E5B9);
  x = (x ^ (x >> 27)) * G_GUINT64_CONSTANT (0x94D049BB133111EB);
  return x ^ (x >> 31);
}

static void
put_number (char *at, gsize len, guint64 number, guint base)
{
  while (len-- > 0)
    {
      at[len] = "0123456789abcdef"[number % base];
      number /= base;
    }
}

static gboolean
get_number (const char *at, gsize len, guint base, guint64 *number)
{
  *number = 0;
  for (gsize i = 0; i < len; i++)
    {
      int digit = g_ascii_xdigit_value (at[i]);

      if (digit < 0 || (guint) digit >= base)
        return FALSE;
      *number = *number * base + (guint) digit;
    }
  return TRUE;
}

/**
 * bench_message_write:
 * @text: (out caller-allocates) (array length=size): not terminated by a NUL
 * @size: with the line end; from %BENCH_MESSAGE_MIN to %BENCH_MESSAGE_MAX
 */
void
bench_message_write (const BenchMessage *message, char *text, gsize size)
{
  guint64 random = mix (mix (mix (message->sender) + message->seq) + (guint64) message->sent_ns);

  memset (text, ' ', FILLER_AT);
  text[0] = 'm';
  put_number (text + SENDER_AT, SENDER_LEN, message->sender, 10);
  put_number (text + SEQ_AT, SEQ_LEN, message->seq, 10);
  put_number (text + TIME_AT, TIME_LEN, (guint64) message->sent_ns, 16);
  put_number (text + CHECK_AT, CHECK_LEN, random, 16);
  for (gsize i = FILLER_AT; i + 1 < size; i++)
    {
      if ((i - FILLER_AT) % 12 == 0)
        random = mix (random);
      text[i] = (char) ('a' + random % 26);
      random /= 26;
    }
  text[size - 1] = '\n';
}

/**
 * bench_message_is_in:
 *
 * Returns: whether something in @line was probably meant to be a message, unharmed or
 * not.
 */
gboolean
bench_message_is_in (const char *line, gsize len)
{
  for (gsize i = 0; i + SEQ_AT < len; i++)
    if (line[i] == 'm' && line[i + SEQ_AT - 1] == ' ' && g_ascii_isdigit (line[i + SENDER_AT]) &&
        g_ascii_isdigit (line[i + SEQ_AT]))
      return TRUE;
  return FALSE;
}

/**
 * bench_message_read:
 * @text: a line without its end
 * @size: what every message has, with its end
 * @message: (out): what it says
 *
 * Returns: %TRUE if it is a message and every byte is as it was written.
 */
gboolean
bench_message_read (const char *text, gsize len, gsize size, BenchMessage *message)
{
  char expected[BENCH_MESSAGE_MAX];
  guint64 sender = 0;
  guint64 sent_ns = 0;

  if (len + 1 != size || !get_number (text + SENDER_AT, SENDER_LEN, 10, &sender) ||
      !get_number (text + SEQ_AT, SEQ_LEN, 10, &message->seq) ||
      !get_number (text + TIME_AT, TIME_LEN, 16, &sent_ns))
    return FALSE;
  message->sender = (guint32) sender;
  message->sent_ns = (gint64) sent_ns;
  bench_message_write (message, expected, size);
  return memcmp (text, expected, len) == 0;
}
