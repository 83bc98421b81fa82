/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "bench-histogram.h"

G_BEGIN_DECLS

typedef struct _BenchStream BenchStream;
typedef struct _BenchTracker BenchTracker;

#define BENCH_NO_SENDER G_MAXUINT32

/* Somebody who sends. */
typedef struct
{
  guint room;
  GString *prefix; /* (owned): what the server puts before this sender's messages */
  guint64 sent;
} BenchSender;

/* What went wrong, counted in deliveries. */
typedef struct
{
  guint64 lost;
  guint64 doubled;
  guint64 misordered; /* a sender's messages overtook one another */
  guint64 diverged;   /* receivers who saw another order than the rest of their room */
  guint64 damaged;
  guint64 foreign; /* lines that nobody sent to this room */
} BenchTally;

/* What all rooms of a run share. */
typedef struct
{
  gsize message_size;
  BenchSender *senders; /* (owned) */
  guint n_senders;
  BenchTally tally;
  GPtrArray *findings; /* (owned) of char*: the first few, in words */
  guint64 deliveries;
  BenchHistogram delivery;
  BenchHistogram echo; /* deliveries to the sender itself */
} BenchCheck;

/* One receiver. A value, embedded in the client. */
typedef struct
{
  BenchStream *stream; /* (unowned) */
  guint32 id;
  guint32 sender;       /* that it is itself, or BENCH_NO_SENDER */
  guint64 at;           /* how many bytes of the room's stream it has received */
  guint64 next;         /* the first line that it does not have completely */
  guint64 acknowledged; /* its own messages that have come back */
  BenchTracker *apart;  /* (owned) (nullable): since it has seen something else */
  GString *partial;     /* (owned) (nullable): a line in progress, if apart */
} BenchReader;

void bench_check_init (BenchCheck *check, gsize message_size, guint n_senders);
void bench_check_clear (BenchCheck *check);
gboolean bench_check_is_clean (const BenchCheck *check);

BenchStream *bench_stream_new (BenchCheck *check, guint room);
void bench_stream_free (BenchStream *stream);
void bench_stream_add (BenchStream *stream, BenchReader *reader);
void bench_stream_note_sent (BenchStream *stream);
gboolean bench_stream_is_complete (const BenchStream *stream);
void bench_stream_finish (BenchStream *stream);

void bench_reader_push (BenchReader *reader, const char *bytes, gsize len, gint64 now_ns);
void bench_reader_end (BenchReader *reader);
void bench_reader_clear (BenchReader *reader);

G_END_DECLS
