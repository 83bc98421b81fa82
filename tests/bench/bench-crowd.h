/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "bench-dialect.h"
#include "bench-stream.h"

G_BEGIN_DECLS

typedef struct _BenchCrowd BenchCrowd;

/* Who there is. */
typedef struct
{
  const BenchDialect *dialect;
  const char *name; /* with which everybody's begins, at most 4 bytes */
  const char *room; /* with which the rooms' names begin */
  guint16 port;
  gboolean tls;
  guint clients;    /* members of the rooms where something is said */
  guint rooms;      /* that they are spread over */
  guint senders;    /* that many of them, spread over the rooms */
  guint idle;       /* others, who are silent */
  guint idle_room;  /* in rooms of so many; 0: they only connect */
  guint connecting; /* how many may be on their way in at once */
  gboolean first;   /* the senders are those who come in first, else they are spread */
  guint message_size;
} BenchCrowdConfig;

/* How much they say: `window` messages of each sender on their way at a time, or, if
 * `rate` is not 0, so many a second of all senders together whatever comes back; until
 * `length_ns` is over, or each sender has sent `most`, if that is not 0. */
typedef struct
{
  guint window;
  double rate;
  gint64 length_ns;
  guint64 most;
} BenchTalk;

BenchCrowd *bench_crowd_new (const BenchCrowdConfig *config, BenchCheck *check);
void bench_crowd_free (BenchCrowd *crowd);

gboolean bench_crowd_enter (BenchCrowd *crowd, GError **error);
void bench_crowd_settle (BenchCrowd *crowd, gint64 quiet_ns);
guint64 bench_crowd_watch (BenchCrowd *crowd, gint64 length_ns);
void bench_crowd_begin (BenchCrowd *crowd);
void bench_crowd_talk (BenchCrowd *crowd, const BenchTalk *talk);
gint64 bench_crowd_finish (BenchCrowd *crowd, gint64 patience_ns);
void bench_crowd_leave (BenchCrowd *crowd);

guint64 bench_crowd_arrivals (const BenchCrowd *crowd);
guint64 bench_crowd_expected_arrivals (const BenchCrowd *crowd);
guint64 bench_crowd_sent (const BenchCrowd *crowd);
guint64 bench_crowd_reads (const BenchCrowd *crowd);
guint bench_crowd_cut_off (const BenchCrowd *crowd);

G_END_DECLS
