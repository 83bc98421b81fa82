/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The shortest and the longest message, with its line end. */
#define BENCH_MESSAGE_MIN 48
#define BENCH_MESSAGE_MAX 2048

/* What a message says of itself. */
typedef struct
{
  guint32 sender;
  guint64 seq; /* of this sender, from 0 */
  gint64 sent_ns;
} BenchMessage;

void bench_message_write (const BenchMessage *message, char *text, gsize size);
gboolean bench_message_is_in (const char *line, gsize len);
gboolean bench_message_read (const char *text, gsize len, gsize size, BenchMessage *message);

G_END_DECLS
