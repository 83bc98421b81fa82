/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whether a chat room does what it promises: everybody gets every message once,
 * unharmed, and all get them in the same order.
 *
 * If that is so, then all members of a room receive the same bytes. So the first one
 * to receive something extends the room's stream, and only there is each line taken
 * apart and checked: who sent it, as which number, whether a byte of it is wrong. For
 * all others it is enough to compare memory, and that is what makes it cheap enough to
 * do for every delivery of a server that makes ten million a second.
 *
 * A receiver who gets something else than the room's stream is set apart and checked
 * line by line from there on, so that the report can say what happened to it.
 *
 * No I/O and no clock in here.
 */
#include "config.h"

#include "bench-stream.h"

#include <string.h>

#include "bench-message.h"

/* How many findings are kept in words. */
#define MAX_FINDINGS 8

/* How many missing messages of one tracker are remembered one by one, to tell what
 * was overtaken from what never comes. */
#define MAX_MISSING 4096

/* A stream longer than this is looked at for what everybody has already. */
#define TRIM_BYTES (1024 * 1024)

/* A line of the stream. */
typedef struct
{
  guint64 end;    /* in bytes of the stream */
  guint32 sender; /* BENCH_NO_SENDER: it is no delivery */
  guint64 next;   /* the number that should have come from this sender */
  gint64 sent_ns;
} Line;

typedef struct
{
  guint32 sender;
  guint64 seq;
} Missing;

/* How far a receiver is with each sender. */
struct _BenchTracker
{
  guint64 *next;   /* (owned): by sender: the number that should come next */
  guint64 sum;     /* of all next */
  GArray *missing; /* (owned) of Missing */
  gboolean faulty; /* it has seen worse than another order */
};

struct _BenchStream
{
  BenchCheck *check; /* (unowned) */
  guint room;
  guint64 sent;       /* messages, by all senders of the room */
  GPtrArray *readers; /* (owned) of BenchReader (unowned) */
  BenchTracker *seen; /* (owned): of the stream itself */

  char *bytes;        /* (owned): the stream from `base` on */
  gsize size;         /* allocated */
  guint64 base;       /* what everybody has is forgotten */
  guint64 end;        /* how long the stream is */
  guint64 parsed;     /* up to the end of the last whole line */
  GArray *lines;      /* (owned) of Line: from `first_line` on */
  guint64 first_line; /* how many are forgotten */
  gsize trim_at;
};

/* Trackers. */

static BenchTracker *
tracker_new (guint n_senders)
{
  BenchTracker *tracker = g_new0 (BenchTracker, 1);

  tracker->next = g_new0 (guint64, n_senders);
  tracker->missing = g_array_new (FALSE, FALSE, sizeof (Missing));
  return tracker;
}

static void
tracker_free (BenchTracker *tracker)
{
  if (tracker == NULL)
    return;
  g_free (tracker->next);
  g_array_unref (tracker->missing);
  g_free (tracker);
}

static gboolean
take_missing (BenchTracker *tracker, guint32 sender, guint64 seq)
{
  for (guint i = 0; i < tracker->missing->len; i++)
    {
      const Missing *missing = &g_array_index (tracker->missing, Missing, i);

      if (missing->sender == sender && missing->seq == seq)
        {
          g_array_remove_index_fast (tracker->missing, i);
          return TRUE;
        }
    }
  return FALSE;
}

static void
find (BenchCheck *check, const BenchReader *reader, const char *what, const char *line, gsize len)
{
  g_autofree char *shown = NULL;
  g_autofree char *escaped = NULL;

  if (check->findings->len >= MAX_FINDINGS)
    return;
  shown = g_strndup (line, MIN (len, 160));
  escaped = g_strescape (shown, NULL);
  g_ptr_array_add (check->findings,
                   g_strdup_printf ("receiver %u: %s: \"%s\"", reader->id, what, escaped));
}

/* Is @line (with its end) a message of somebody in this room, unharmed? */
static gboolean
read_line (const BenchStream *stream, const char *line, gsize len, BenchMessage *message)
{
  const BenchCheck *check = stream->check;
  const BenchSender *sender = NULL;
  gsize body = len - 1;
  gsize prefix = 0;

  if (body > 0 && line[body - 1] == '\r')
    body--;
  if (body + 1 < check->message_size)
    return FALSE;
  prefix = body + 1 - check->message_size;
  if (!bench_message_read (line + prefix, body - prefix, check->message_size, message) ||
      message->sender >= check->n_senders)
    return FALSE;
  sender = &check->senders[message->sender];
  return sender->room == stream->room && sender->prefix->len == prefix &&
         memcmp (sender->prefix->str, line, prefix) == 0;
}

/* Judges one line in the place where @tracker is. @expected is the number that should
 * have come. Returns whether it is a delivery that had not been made before. */
static gboolean
judge (const BenchReader *reader,
       BenchTracker *tracker,
       const char *line,
       gsize len,
       BenchMessage *message,
       guint64 *expected)
{
  BenchCheck *check = reader->stream->check;
  guint64 *next = NULL;

  if (!read_line (reader->stream, line, len, message))
    {
      gboolean ours = bench_message_is_in (line, len);

      (*(ours ? &check->tally.damaged : &check->tally.foreign))++;
      find (check, reader, ours ? "damaged" : "not sent by us", line, len);
      tracker->faulty = TRUE;
      return FALSE;
    }

  next = &tracker->next[message->sender];
  *expected = *next;
  if (message->seq == *next)
    {
      (*next)++;
      tracker->sum++;
      return TRUE;
    }
  tracker->faulty = TRUE;
  if (message->seq < *next)
    {
      gboolean late = take_missing (tracker, message->sender, message->seq);

      check->tally.lost -= late;
      (*(late ? &check->tally.misordered : &check->tally.doubled))++;
      find (check, reader, late ? "out of order" : "doubled", line, len);
      return late;
    }
  check->tally.lost += message->seq - *next;
  find (check, reader, "something is missing before", line, len);
  for (guint64 seq = *next; seq < message->seq && tracker->missing->len < MAX_MISSING; seq++)
    {
      Missing missing = { message->sender, seq };

      g_array_append_val (tracker->missing, missing);
    }
  tracker->sum += message->seq + 1 - *next;
  *next = message->seq + 1;
  return TRUE;
}

static inline void
deliver (BenchReader *reader, guint32 sender, gint64 sent_ns, gint64 now_ns)
{
  BenchCheck *check = reader->stream->check;

  check->deliveries++;
  bench_histogram_add (&check->delivery, now_ns - sent_ns);
  if (sender == reader->sender)
    {
      reader->acknowledged++;
      bench_histogram_add (&check->echo, now_ns - sent_ns);
    }
}

/* The stream. */

static Line *
line_at (const BenchStream *stream, guint64 number)
{
  return &g_array_index (stream->lines, Line, number - stream->first_line);
}

static guint64
n_lines (const BenchStream *stream)
{
  return stream->first_line + stream->lines->len;
}

/* Forget what everybody has. */
static void
trim (BenchStream *stream)
{
  guint64 base = stream->parsed;
  guint64 line = n_lines (stream);

  if (stream->end - stream->base < stream->trim_at)
    return;
  for (guint i = 0; i < stream->readers->len; i++)
    {
      const BenchReader *reader = stream->readers->pdata[i];

      if (reader->apart == NULL)
        line = MIN (line, reader->next);
    }
  if (line < n_lines (stream))
    base = line == stream->first_line ? stream->base : line_at (stream, line - 1)->end;
  memmove (stream->bytes, stream->bytes + (base - stream->base), stream->end - base);
  stream->base = base;
  g_array_remove_range (stream->lines, 0, (guint) (line - stream->first_line));
  stream->first_line = line;
  stream->trim_at = MAX (TRIM_BYTES, 2 * (stream->end - base));
}

/* The first one to receive something. */
static void
extend (BenchReader *reader, const char *bytes, gsize len)
{
  BenchStream *stream = reader->stream;
  const char *end = NULL;

  trim (stream);
  if (stream->end - stream->base + len > stream->size)
    {
      stream->size = 2 * (stream->end - stream->base + len);
      stream->bytes = g_realloc (stream->bytes, stream->size);
    }
  memcpy (stream->bytes + (stream->end - stream->base), bytes, len);
  stream->end += len;

  for (;;)
    {
      const char *line = stream->bytes + (stream->parsed - stream->base);
      gsize left = stream->end - stream->parsed;
      Line record = { .sender = BENCH_NO_SENDER };
      BenchMessage message;

      end = memchr (line, '\n', left);
      if (end == NULL)
        return;
      if (judge (reader, stream->seen, line, (gsize) (end + 1 - line), &message, &record.next))
        {
          record.sender = message.sender;
          record.sent_ns = message.sent_ns;
        }
      stream->parsed += (guint64) (end + 1 - line);
      record.end = stream->parsed;
      g_array_append_val (stream->lines, record);
    }
}

/* Receivers. */

static void
push_apart (BenchReader *reader, const char *bytes, gsize len, gint64 now_ns)
{
  GString *partial = reader->partial;
  const char *end = NULL;

  g_string_append_len (partial, bytes, (gssize) len);
  while ((end = memchr (partial->str, '\n', partial->len)) != NULL)
    {
      gsize line = (gsize) (end + 1 - partial->str);
      BenchMessage message;
      guint64 expected = 0;

      if (judge (reader, reader->apart, partial->str, line, &message, &expected))
        deliver (reader, message.sender, message.sent_ns, now_ns);
      g_string_erase (partial, 0, (gssize) line);
    }
}

/* What @reader gets is not the room's stream: from the line in hand on it is judged by
 * itself. */
static void
set_apart (BenchReader *reader)
{
  BenchStream *stream = reader->stream;
  BenchTracker *apart = tracker_new (stream->check->n_senders);
  guint64 line_start =
      reader->next == stream->first_line ? stream->base : line_at (stream, reader->next - 1)->end;

  /* How far it was with each sender: as far as the stream, less what it lacks. */
  memcpy (apart->next, stream->seen->next, stream->check->n_senders * sizeof (guint64));
  apart->sum = stream->seen->sum;
  for (guint64 i = n_lines (stream); i-- > reader->next;)
    {
      const Line *line = line_at (stream, i);

      if (line->sender == BENCH_NO_SENDER || line->next >= apart->next[line->sender])
        continue;
      apart->sum -= apart->next[line->sender] - line->next;
      apart->next[line->sender] = line->next;
    }
  reader->apart = apart;
  reader->partial = g_string_new_len (stream->bytes + (line_start - stream->base),
                                      (gssize) (reader->at - line_start));
}

/**
 * bench_reader_push:
 * @bytes: what it has received
 * @now_ns: when, on the clock of the messages
 */
void
bench_reader_push (BenchReader *reader, const char *bytes, gsize len, gint64 now_ns)
{
  BenchStream *stream = reader->stream;
  gsize known = 0;

  if (reader->apart == NULL)
    {
      known = MIN (len, stream->end - reader->at);
      if (memcmp (stream->bytes + (reader->at - stream->base), bytes, known) != 0)
        set_apart (reader);
    }
  if (reader->apart != NULL)
    {
      push_apart (reader, bytes, len, now_ns);
      return;
    }

  reader->at += known;
  if (known < len)
    {
      extend (reader, bytes + known, len - known);
      reader->at = stream->end;
    }
  while (reader->next < n_lines (stream))
    {
      const Line *line = line_at (stream, reader->next);

      if (line->end > reader->at)
        break;
      if (line->sender != BENCH_NO_SENDER)
        deliver (reader, line->sender, line->sent_ns, now_ns);
      reader->next++;
    }
}

/**
 * bench_reader_end:
 *
 * Its connection has ended: it receives nothing more.
 */
void
bench_reader_end (BenchReader *reader)
{
  if (reader->apart == NULL)
    set_apart (reader); /* so that the room's stream need not wait for it */
  reader->apart->faulty = TRUE;
  find (reader->stream->check, reader, "the connection has ended", "", 0);
}

/**
 * bench_reader_clear:
 */
void
bench_reader_clear (BenchReader *reader)
{
  g_clear_pointer (&reader->apart, tracker_free);
  if (reader->partial != NULL)
    g_string_free (g_steal_pointer (&reader->partial), TRUE);
}

/**
 * bench_stream_new:
 * @check: (transfer none): where findings are counted
 * @room: its number
 */
BenchStream *
bench_stream_new (BenchCheck *check, guint room)
{
  BenchStream *stream = g_new0 (BenchStream, 1);

  stream->check = check;
  stream->room = room;
  stream->readers = g_ptr_array_new ();
  stream->seen = tracker_new (check->n_senders);
  stream->lines = g_array_new (FALSE, FALSE, sizeof (Line));
  stream->trim_at = TRIM_BYTES;
  stream->bytes = g_malloc (stream->size = 1024);
  return stream;
}

/**
 * bench_stream_free:
 * @stream: (nullable) (transfer full): whose readers are not used any more
 */
void
bench_stream_free (BenchStream *stream)
{
  if (stream == NULL)
    return;
  g_ptr_array_unref (stream->readers);
  tracker_free (stream->seen);
  g_array_unref (stream->lines);
  g_free (stream->bytes);
  g_free (stream);
}

/**
 * bench_stream_add:
 * @reader: (transfer none): zeroed but for its id and sender
 *
 * To be called before anything is received in the room.
 */
void
bench_stream_add (BenchStream *stream, BenchReader *reader)
{
  reader->stream = stream;
  g_ptr_array_add (stream->readers, reader);
}

/**
 * bench_stream_note_sent:
 *
 * One more message is on its way to the room.
 */
void
bench_stream_note_sent (BenchStream *stream)
{
  stream->sent++;
}

/* How many messages of the room @reader does not have, those left out that are known
 * to be lost. */
static guint64
outstanding (const BenchReader *reader)
{
  const BenchStream *stream = reader->stream;
  const BenchTracker *tracker = reader->apart != NULL ? reader->apart : stream->seen;
  guint64 n = stream->sent - MIN (stream->sent, tracker->sum);

  for (guint64 i = reader->next; reader->apart == NULL && i < n_lines (stream); i++)
    n += line_at (stream, i)->sender != BENCH_NO_SENDER;
  return n;
}

/**
 * bench_stream_is_complete:
 *
 * Returns: whether nothing is on its way any more to anybody in the room.
 */
gboolean
bench_stream_is_complete (const BenchStream *stream)
{
  for (guint i = 0; i < stream->readers->len; i++)
    if (outstanding (stream->readers->pdata[i]) > 0)
      return FALSE;
  return TRUE;
}

/**
 * bench_stream_finish:
 *
 * Nothing more comes: what is outstanding is lost.
 */
void
bench_stream_finish (BenchStream *stream)
{
  for (guint i = 0; i < stream->readers->len; i++)
    {
      const BenchReader *reader = stream->readers->pdata[i];
      guint64 lost = outstanding (reader);

      stream->check->tally.lost += lost;
      if (lost > 0)
        find (stream->check, reader, "the last messages did not come", "", 0);
      if (reader->apart != NULL && !reader->apart->faulty && !stream->seen->faulty && lost == 0)
        {
          stream->check->tally.diverged++;
          find (stream->check, reader, "saw another order than the others", "", 0);
        }
    }
}

/**
 * bench_check_init:
 * @message_size: of every message, with its line end
 */
void
bench_check_init (BenchCheck *check, gsize message_size, guint n_senders)
{
  *check = (BenchCheck){ .message_size = message_size,
                         .n_senders = n_senders,
                         .senders = g_new0 (BenchSender, n_senders),
                         .findings = g_ptr_array_new_with_free_func (g_free) };
  for (guint i = 0; i < n_senders; i++)
    check->senders[i].prefix = g_string_new (NULL);
}

/**
 * bench_check_clear:
 */
void
bench_check_clear (BenchCheck *check)
{
  for (guint i = 0; i < check->n_senders; i++)
    g_string_free (check->senders[i].prefix, TRUE);
  g_clear_pointer (&check->senders, g_free);
  g_clear_pointer (&check->findings, g_ptr_array_unref);
}

/**
 * bench_check_is_clean:
 *
 * Returns: whether nothing was found.
 */
gboolean
bench_check_is_clean (const BenchCheck *check)
{
  const BenchTally *tally = &check->tally;

  return tally->lost == 0 && tally->doubled == 0 && tally->misordered == 0 &&
         tally->diverged == 0 && tally->damaged == 0 && tally->foreign == 0;
}
