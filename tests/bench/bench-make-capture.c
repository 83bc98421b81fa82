/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A large capture to measure with: bench-make-capture FILE [CONNECTIONS [LIVE]]. The same
 * file every time; 20,000 connections make 441 MB and 1.54 million segments.
 *
 * A connection opens, sends lines that are acknowledged one by one, and closes. One line in
 * a hundred is lost behind the place of capture and sent again. LIVE connections are open
 * at a time, 200 unless said.
 */
#include "config.h"

#include <arpa/inet.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>

#define LIVE 200
#define LINES 35
#define LINE_BYTES 448
#define STEP_US 50 /* between two segments */

#define FIN 0x01
#define SYN 0x02
#define PSH 0x08
#define ACK 0x10

/* What of a connection was sent so far. */
typedef struct
{
  guint number;
  guint line;
  guint32 next[2]; /* the number each end sends next: client, server */
  gboolean is_open;
} Talk;

typedef struct
{
  FILE *file;
  guint64 time_us;
  guint64 segments;
  guint8 frame[2048];
} Maker;

static void
put_u16 (guint8 *at, guint value)
{
  at[0] = (guint8) (value >> 8);
  at[1] = (guint8) value;
}

static void
put_u32 (guint8 *at, guint32 value)
{
  put_u16 (at, value >> 16);
  put_u16 (at + 2, value & 0xFFFF);
}

static guint
checksum (const guint8 *bytes, gsize len)
{
  guint32 sum = 0;

  for (gsize i = 0; i < len; i += 2)
    sum += (guint32) bytes[i] << 8 | bytes[i + 1];
  while (sum >> 16)
    sum = (sum & 0xFFFF) + (sum >> 16);
  return ~sum & 0xFFFF;
}

/* Timestamps, and in a SYN what else Linux offers. Returns: their length. */
static gsize
put_options (guint8 *at, guint flags, guint64 time_us)
{
  static const guint8 syn[] = { 2, 4, 5, 0xB4, 4, 2 };
  static const guint8 plain[] = { 1, 1 };
  gsize len = flags & SYN ? sizeof syn : sizeof plain;

  memcpy (at, flags & SYN ? syn : plain, len);
  at[len] = 8;
  at[len + 1] = 10;
  put_u32 (at + len + 2, (guint32) (time_us / 1000));
  put_u32 (at + len + 6, flags & SYN ? 0 : (guint32) (time_us / 1000) - 1);
  len += 10;
  if (flags & SYN)
    {
      memcpy (at + len, "\1\3\3\7", 4);
      len += 4;
    }
  return len;
}

/* A segment of one end, with @len bytes of data. */
static void
put_segment (Maker *maker,
             const Talk *talk,
             gboolean server,
             guint flags,
             guint32 seq,
             guint32 ack,
             gsize len)
{
  guint8 *ip = maker->frame + 14;
  guint8 *tcp = ip + 20;
  guint32 client = 0x0A000000 | (talk->number >> 8 & 0xFFFF);
  guint32 listener = 0x0A4D0002;
  guint port = 10000 + (talk->number & 0xFF) * 200 + talk->number % 199;
  gsize header = 20 + put_options (tcp + 20, flags, maker->time_us);
  gsize total = 20 + header + len;
  guint32 record[4] = { (guint32) (maker->time_us / G_USEC_PER_SEC),
                        (guint32) (maker->time_us % G_USEC_PER_SEC), (guint32) (14 + total),
                        (guint32) (14 + total) };

  memset (maker->frame, 2, 12);
  put_u16 (maker->frame + 12, 0x0800);
  memset (ip, 0, 20);
  ip[0] = 0x45;
  put_u16 (ip + 2, (guint) total);
  put_u16 (ip + 6, 0x4000);
  ip[8] = 64;
  ip[9] = 6;
  put_u32 (ip + 12, server ? listener : client);
  put_u32 (ip + 16, server ? client : listener);
  put_u16 (ip + 10, checksum (ip, 20));
  put_u16 (tcp, server ? 5050 : port);
  put_u16 (tcp + 2, server ? port : 5050);
  put_u32 (tcp + 4, seq);
  put_u32 (tcp + 8, ack);
  tcp[12] = (guint8) (header / 4 << 4);
  tcp[13] = (guint8) flags;
  put_u16 (tcp + 14, 502);
  put_u32 (tcp + 16, 0);
  memset (tcp + header, 'a' + (int) (talk->line % 26), len);
  if (fwrite (record, sizeof record, 1, maker->file) != 1 ||
      fwrite (maker->frame, 14 + total, 1, maker->file) != 1)
    g_error ("the capture cannot be written");
  maker->time_us += STEP_US;
  maker->segments++;
}

static void
open_talk (Maker *maker, Talk *talk, guint number)
{
  *talk = (Talk){ .number = number, .is_open = TRUE };
  talk->next[0] = number * 2654435761U;
  talk->next[1] = number * 40503U + 12345;
  put_segment (maker, talk, FALSE, SYN, talk->next[0]++, 0, 0);
  put_segment (maker, talk, TRUE, SYN | ACK, talk->next[1]++, talk->next[0], 0);
  put_segment (maker, talk, FALSE, ACK, talk->next[0], talk->next[1], 0);
}

static void
close_talk (Maker *maker, Talk *talk)
{
  put_segment (maker, talk, FALSE, FIN | ACK, talk->next[0]++, talk->next[1], 0);
  put_segment (maker, talk, TRUE, ACK, talk->next[1], talk->next[0], 0);
  put_segment (maker, talk, TRUE, FIN | ACK, talk->next[1]++, talk->next[0], 0);
  put_segment (maker, talk, FALSE, ACK, talk->next[0], talk->next[1], 0);
  talk->is_open = FALSE;
}

/* A line by one of the ends, or the end. */
static void
go_on (Maker *maker, Talk *talk)
{
  gboolean server = talk->line % 2 == 1;
  guint32 seq = talk->next[server];

  if (talk->line == LINES)
    {
      close_talk (maker, talk);
      return;
    }
  put_segment (maker, talk, server, PSH | ACK, seq, talk->next[!server], LINE_BYTES);
  if ((talk->number * LINES + talk->line) % 100 == 57)
    {
      maker->time_us += 200000;
      put_segment (maker, talk, server, PSH | ACK, seq, talk->next[!server], LINE_BYTES);
    }
  talk->next[server] += LINE_BYTES;
  put_segment (maker, talk, !server, ACK, talk->next[!server], talk->next[server], 0);
  talk->line++;
}

int
main (int argc, char **argv)
{
  const guint32 header[6] = { 0xA1B2C3D4, 0x00040002, 0, 0, 65535, 1 };
  guint connections = argc > 2 ? (guint) g_ascii_strtoull (argv[2], NULL, 10) : 20000;
  Maker maker = { .time_us = G_GINT64_CONSTANT (1732110000) * G_USEC_PER_SEC };
  guint live = argc > 3 ? (guint) g_ascii_strtoull (argv[3], NULL, 10) : LIVE;
  g_autofree Talk *talks = g_new0 (Talk, MAX (live, 1));
  guint opened = 0;
  guint open = 1;

  if (argc < 2)
    g_error ("usage: bench-make-capture FILE [CONNECTIONS [LIVE]]");
  maker.file = fopen (argv[1], "we");
  if (maker.file == NULL || fwrite (header, sizeof header, 1, maker.file) != 1)
    g_error ("%s cannot be written", argv[1]);
  while (open > 0 || opened < connections)
    {
      open = 0;
      for (guint i = 0; i < live; i++)
        {
          if (talks[i].is_open)
            go_on (&maker, &talks[i]);
          else if (opened < connections)
            open_talk (&maker, &talks[i], opened++);
          open += talks[i].is_open;
        }
    }
  if (fclose (maker.file) != 0)
    g_error ("%s cannot be written", argv[1]);
  printf ("%" G_GUINT64_FORMAT " segments in %u connections\n", maker.segments, connections);
  return 0;
}
