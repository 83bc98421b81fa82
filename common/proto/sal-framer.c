/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The common framing module: where one message ends and the next begins, for
 * peers that have agreed on nothing. Bytes and a time go in, units come out;
 * there is no I/O and no clock here. Rule numbers are those of the plain dialect
 * (ARCHITECTURE.md, "Where one message ends").
 *
 * Use: push() what one read returned, call next() until it says FALSE, arrange
 * for tick() when due_us() has come, call finish() at the peer's end of stream,
 * and next() again after both.
 *
 * What is pushed between two runs of next() is one segment. A few rules are about
 * segments (one byte alone, LF followed by NUL, UTF-16); for all others it makes
 * no difference how the input is cut. A segment may hold several sends of a peer that is
 * fast; sal-padding knows how arrays that follow each other are told apart.
 *
 * One buffer serves for all: decoding never makes bytes more, so a unit is decoded
 * in place behind the read mark, and a connection that has nothing pending owns no
 * memory:
 *
 *     | done | unit in progress |  gap  | input not looked at |
 *     0      unit_end           write   read                  fill
 *
 * What is in the buffer may be a password, so no byte that has been in it is left in memory
 * when it is done with.
 *
 * All rules work on this buffer and its marks, so they are one piece.
 */
#include "config.h"

#include "common/proto/sal-framer.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "common/proto/sal-padding.h"
#include "common/proto/sal-text.h"

/* TELNET, RFC 854 and RFC 860. */
enum
{
  TELNET_BREAK = 243,
  TELNET_INTERRUPT = 244,
  TELNET_SB = 250,
  TELNET_WILL = 251,
  TELNET_WONT = 252,
  TELNET_DO = 253,
  TELNET_DONT = 254,
  TELNET_IAC = 255,
  TELNET_SE = 240,
};

enum
{
  STATE_DATA,
  STATE_IAC,     /* after IAC */
  STATE_WILL,    /* after IAC WILL */
  STATE_DO,      /* after IAC DO */
  STATE_REFUSAL, /* after IAC WONT or DONT */
  STATE_SB,      /* in a subnegotiation */
  STATE_SB_IAC,  /* in a subnegotiation, after IAC */
};

/* What is behind LF and NUL (S17). */
enum
{
  BEHIND_UNKNOWN, /* not looked at in this segment */
  BEHIND_OLD,     /* old bytes, up to the segment's end */
  BEHIND_ARRAYS,  /* old bytes up to the end of an array, and then the next one */
  BEHIND_TEXT,    /* the next text */
};

/**
 * sal_framer_init:
 * @framer: (out caller-allocates): the framer
 * @role: whose input this is
 * @limit_bytes: the longest unit (server, S18) or part of a line (client)
 */
void
sal_framer_init (SalFramer *framer, SalFramerRole role, gsize limit_bytes)
{
  *framer = (SalFramer){ .role = role, .limit = (guint32) limit_bytes };
  if (role != SAL_FRAMER_SERVER)
    framer->peer_class = SAL_PEER_LINE;
}

/**
 * sal_framer_become_irc:
 * @framer: a server's, which has just given a unit
 * @limit_bytes: the longest line from here on
 *
 * The peer has shown that it speaks IRC: what comes next is lines of that.
 */
void
sal_framer_become_irc (SalFramer *framer, gsize limit_bytes)
{
  framer->role = SAL_FRAMER_IRC;
  framer->peer_class = SAL_PEER_LINE;
  framer->limit = (guint32) limit_bytes;
  framer->timer = SAL_FRAMER_TIMER_NONE;
  framer->telnet_state = STATE_DATA;
  framer->keystrokes = framer->after_cr = framer->flush = FALSE;
}

/**
 * sal_framer_clear:
 *
 * Frees what the framer holds. It may be initialised again.
 */
void
sal_framer_clear (SalFramer *framer)
{
  if (framer->buf != NULL)
    explicit_bzero (framer->buf, framer->fill);
  g_clear_pointer (&framer->buf, g_free);
  framer->size = framer->fill = framer->read = framer->write = framer->unit_end = 0;
}

static void
set_timer (SalFramer *framer, SalFramerTimer timer, gint64 now_us)
{
  framer->timer = timer;
  framer->since_us = now_us;
}

/* The peer sends lines. Whoever gets its first one may take longer over it than the timer runs,
 * and what comes behind that is to wait for its own end. */
static void
become_line (SalFramer *framer)
{
  framer->peer_class = SAL_PEER_LINE;
  framer->timer = SAL_FRAMER_TIMER_NONE;
}

/* A block may move when its size changes, and what it held would stay where it was. */
static void
resize (SalFramer *framer, gsize size)
{
  guint8 *buf = g_malloc (size);

  if (framer->buf != NULL)
    {
      memcpy (buf, framer->buf, framer->fill);
      explicit_bzero (framer->buf, framer->fill);
      g_free (framer->buf);
    }
  framer->buf = buf;
  framer->size = (guint32) size;
}

/**
 * sal_framer_push:
 * @bytes: what one read returned; copied
 * @now_us: when, on any clock that does not go back
 *
 * Adds to the segment in hand, which ends when sal_framer_next() has said %FALSE.
 */
void
sal_framer_push (SalFramer *framer, const void *bytes, gsize len, gint64 now_us)
{
  if (len == 0)
    return;
  if (framer->fill == framer->read)
    framer->segment = framer->fill;
  if (framer->size - framer->fill < len)
    {
      gsize size = MAX (framer->fill + len, 2 * (gsize) framer->size);

      g_return_if_fail (size < G_MAXUINT32 / 2);
      resize (framer, size);
    }
  memcpy (framer->buf + framer->fill, bytes, len);
  framer->fill += (guint32) len;
}

/* Step over one byte as TELNET sees it. Returns TRUE if the byte is data. */
static gboolean
telnet_step (guint8 *state, guint8 c)
{
  switch (*state)
    {
    case STATE_DATA:
      *state = c == TELNET_IAC ? STATE_IAC : STATE_DATA;
      return c != TELNET_IAC;
    case STATE_IAC:
      *state = c == TELNET_SB                         ? STATE_SB
               : c == TELNET_WILL                     ? STATE_WILL
               : c == TELNET_DO                       ? STATE_DO
               : c == TELNET_WONT || c == TELNET_DONT ? STATE_REFUSAL
                                                      : STATE_DATA;
      return c == TELNET_IAC; /* IAC IAC is the byte 255 */
    case STATE_SB:
      *state = c == TELNET_IAC ? STATE_SB_IAC : STATE_SB;
      return FALSE;
    case STATE_SB_IAC:
      *state = c == TELNET_SE ? STATE_DATA : STATE_SB;
      return FALSE;
    default:
      *state = STATE_DATA;
      return FALSE;
    }
}

/* S25: is this segment no text at all? UTF-16 shows in its byte pairs, anything
 * else in its control bytes. A pair alone says nothing: "A\0" is also a C program
 * that sends its terminator; nor does a NUL behind CR, as TELNET writes a lone one, or
 * behind LF, as C programs end a line. */
static gboolean
is_zero_pair (const guint8 *bytes, gsize i)
{
  gsize nul = bytes[i] == 0 ? i : i + 1;

  return (bytes[i] == 0) != (bytes[i + 1] == 0) &&
         (nul == 0 || (bytes[nul - 1] != '\r' && bytes[nul - 1] != '\n'));
}

static gboolean
is_binary (const guint8 *bytes, gsize len, guint8 telnet_state)
{
  gsize zero_pairs = 0;
  gsize controls = 0;
  gsize data = 0;

  for (gsize i = 0; i + 1 < len; i += 2)
    zero_pairs += is_zero_pair (bytes, i);
  if (len >= 4 && 2 * zero_pairs > len / 2)
    return TRUE;

  for (gsize i = 0; i < len; i++)
    {
      guint8 c = bytes[i];

      if ((telnet_state != STATE_DATA || c == TELNET_IAC) && !telnet_step (&telnet_state, c))
        continue;
      data++;
      controls += c < 0x20 && c != '\0' && c != '\n' && c != '\r' && c != '\t' && c != '\b';
    }
  return 4 * controls > data;
}

/* Is the segment in hand made of texts with their NUL and nothing behind it? One that
 * ends otherwise has to be like one before. An array of which every byte was used once
 * looks so ever after; but then all segments are as long as that one. */
static gboolean
is_texts (SalFramer *framer)
{
  const guint8 *segment = framer->buf + framer->segment;
  guint32 len = framer->fill - framer->segment;
  gboolean whole = segment[len - 1] == '\0';
  gboolean several = framer->read + 1 < framer->fill;

  if (framer->least_array > 0 || !(whole || framer->texts) ||
      (whole && several && len == framer->text) || !sal_padding_is_none (segment, len))
    return FALSE;
  framer->texts = TRUE;
  framer->text = several ? framer->text : len;
  return TRUE;
}

/* The peer has sent a NUL behind an LF: does anything of it come behind that? What it
 * did before says whether it sends whole arrays, and texts alone only if it never did. */
static void
judge_padding (SalFramer *framer)
{
  guint32 from_text = framer->fill - framer->unit_end;

  if (is_texts (framer))
    {
      framer->behind_nul = BEHIND_TEXT;
      return;
    }
  framer->array = (guint32) sal_padding_measure (framer->buf + framer->unit_end, from_text,
                                                 framer->least_array);
  framer->array_end = framer->unit_end + framer->array;
  framer->behind_nul = framer->array > 0 ? BEHIND_ARRAYS : BEHIND_OLD;
  framer->least_array = MIN (framer->least_array > 0 ? framer->least_array : G_MAXUINT32,
                             framer->array > 0 ? framer->array : from_text);
}

/* The bytes up to the end of an array are old; perhaps some of them are still to come. */
static void
drop_old_bytes (SalFramer *framer)
{
  framer->old_bytes = framer->array_end > framer->fill;
  framer->read = MIN (framer->array_end, framer->fill);
}

/* An LF has been read. If a NUL follows it, the peer sent a whole buffer, and old
 * bytes come next (S17). */
static void
after_lf (SalFramer *framer)
{
  if (framer->read == framer->fill)
    {
      framer->old_bytes = TRUE; /* that matters to an array that goes on */
      return;
    }
  if (framer->buf[framer->read] != '\0')
    return;
  if (framer->behind_nul == BEHIND_UNKNOWN)
    judge_padding (framer);
  if (framer->behind_nul == BEHIND_TEXT)
    framer->read++;
  else if (framer->behind_nul == BEHIND_OLD)
    framer->read = framer->fill;
  else
    {
      while (framer->array_end <= framer->read)
        framer->array_end += framer->array;
      drop_old_bytes (framer);
    }
}

/* An array may have come in two segments. */
static void
begin_with_rest_of_array (SalFramer *framer)
{
  gboolean old_bytes = framer->old_bytes;

  framer->old_bytes = FALSE;
  if (framer->behind_nul != BEHIND_ARRAYS)
    return;
  framer->array_end += framer->segment;
  if (old_bytes)
    drop_old_bytes (framer);
}

static void
end_in_array (SalFramer *framer)
{
  while (framer->behind_nul == BEHIND_ARRAYS && framer->array_end < framer->fill)
    framer->array_end += framer->array;
  if (framer->behind_nul == BEHIND_ARRAYS && framer->array_end > framer->fill)
    framer->array_end -= framer->fill;
  else
    framer->behind_nul = BEHIND_UNKNOWN;
}

/* Rules about a segment as a whole, before anything in it is taken apart. Returns
 * TRUE if @unit was filled in. */
static gboolean
judge_segment (SalFramer *framer, gint64 now_us, SalUnit *unit)
{
  const guint8 *bytes = framer->buf + framer->segment;
  gsize len = framer->fill - framer->segment;

  framer->judged = TRUE;
  if (framer->role == SAL_FRAMER_CLIENT)
    return FALSE;
  begin_with_rest_of_array (framer);

  /* S27, a TLS record: type 22 (handshake), version 3.x (RFC 8446, 5.1). */
  if ((!framer->started && bytes[0] == 0x16 && len >= 2 && bytes[1] == 0x03) ||
      (framer->maybe_tls && bytes[0] == 0x03))
    {
      framer->read = framer->write = framer->unit_end = framer->fill;
      framer->timer = SAL_FRAMER_TIMER_NONE;
      *unit = (SalUnit){ .kind = SAL_UNIT_TLS };
      return TRUE;
    }
  framer->maybe_tls = !framer->started && bytes[0] == 0x16 && len == 1;

  if (framer->role == SAL_FRAMER_IRC)
    {
      framer->started = TRUE;
      return FALSE;
    }

  /* S25. Somebody pressing an arrow key sends ESC [ A, which is no program's error. */
  if (!framer->keystrokes && !framer->maybe_tls && is_binary (bytes, len, framer->telnet_state))
    {
      explicit_bzero (framer->buf + framer->segment, framer->fill - framer->segment);
      framer->read = framer->fill = framer->segment;
      framer->behind_nul = BEHIND_UNKNOWN;
      framer->judged = FALSE;
      framer->line_ends = 0;
      *unit = (SalUnit){ .kind = SAL_UNIT_BINARY };
      return TRUE;
    }

  if (!framer->started)
    {
      framer->started = TRUE;
      framer->key_first = len == 1;
      set_timer (framer,
                 framer->key_first ? SAL_FRAMER_TIMER_FIRST_KEY : SAL_FRAMER_TIMER_FIRST_UNIT,
                 now_us);
    }
  else if (framer->peer_class == SAL_PEER_UNKNOWN && framer->key_first && len == 1)
    {
      become_line (framer);
      framer->keystrokes = TRUE;
    }
  return FALSE;
}

/* What a terminal's user has taken back (S14): the last whole character. */
static void
erase_character (SalFramer *framer)
{
  while (framer->write > framer->unit_end)
    if ((framer->buf[--framer->write] & 0xC0) != 0x80)
      return;
}

static gboolean
give (SalFramer *framer, SalUnit *unit, SalUnitKind kind, guint32 end, gboolean ended)
{
  *unit = (SalUnit){
    .kind = kind,
    .bytes = framer->buf + framer->unit_end,
    .len = end - framer->unit_end,
    .ended = ended,
    .continues = framer->unended,
  };
  framer->unit_end = end;
  framer->unended = framer->role == SAL_FRAMER_CLIENT && !ended;
  return TRUE;
}

/* How many bytes at the end of the unit in progress begin a character whose rest
 * is still to come. */
static guint32
split_character (const SalFramer *framer)
{
  if (framer->write == framer->unit_end)
    return 0; /* there may be no buffer at all */
  return (guint32) sal_text_incomplete_tail (framer->buf + framer->unit_end,
                                             framer->write - framer->unit_end);
}

static gboolean
is_terminator (const SalFramer *framer, guint8 c)
{
  if (framer->role == SAL_FRAMER_CLIENT)
    return c == '\n';
  if (framer->role == SAL_FRAMER_IRC)
    return c == '\n' || c == '\r';
  return c == '\n' || c == '\r' || c == '\0'; /* S10 */
}

/* S18 for servers; a client shows what there is and goes on with the same line. In IRC the
 * rest of the line is no line. */
static gboolean
give_cut (SalFramer *framer, SalUnit *unit)
{
  guint32 tail = framer->role == SAL_FRAMER_IRC ? 0 : split_character (framer);

  framer->skipping = framer->role == SAL_FRAMER_IRC;
  return give (framer, unit, framer->role == SAL_FRAMER_CLIENT ? SAL_UNIT_TEXT : SAL_UNIT_CUT,
               framer->write - tail, FALSE);
}

/* The rest of a line that was too long is dropped. Returns FALSE if its end has not come. */
static gboolean
skip_line (SalFramer *framer)
{
  while (framer->skipping && framer->read < framer->fill)
    framer->skipping = !is_terminator (framer, framer->buf[framer->read++]);
  return !framer->skipping;
}

/* The byte after a CR: the LF or NUL of a pair is part of the same end. */
static gboolean
belongs_to_cr (SalFramer *framer, guint8 c)
{
  gboolean was_cr = framer->after_cr;

  framer->after_cr = FALSE;
  if (!was_cr || (c != '\n' && c != '\0'))
    return FALSE;
  framer->read++;
  if (c == '\n')
    {
      framer->crlf = TRUE;
      after_lf (framer);
    }
  return TRUE;
}

/* A terminator has been read: find out what else belongs to it, and what it says
 * about the peer. */
static void
end_of_unit (SalFramer *framer, guint8 c)
{
  if (framer->role != SAL_FRAMER_SERVER)
    return;
  if (c != '\0' && framer->peer_class == SAL_PEER_UNKNOWN)
    become_line (framer); /* S11 */
  if (c == '\n')
    after_lf (framer);
  framer->after_cr = c == '\r';
  if (framer->after_cr && framer->read < framer->fill)
    (void) belongs_to_cr (framer, framer->buf[framer->read]);
}

/* TELNET (S15). Returns TRUE if @unit was filled in; sets @data if @c is a byte of
 * the text after all. */
static gboolean
take_telnet (SalFramer *framer, guint8 c, gboolean *data, SalUnit *unit)
{
  guint8 before = framer->telnet_state;

  *data = telnet_step (&framer->telnet_state, c);
  if (before == STATE_DATA && !*data)
    {
      framer->telnet = TRUE;
      if (framer->peer_class == SAL_PEER_UNKNOWN)
        become_line (framer);
    }
  if (before == STATE_IAC && (c == TELNET_INTERRUPT || c == TELNET_BREAK))
    {
      framer->write = framer->unit_end; /* what was being typed is given up with it */
      *unit = (SalUnit){ .kind = SAL_UNIT_INTERRUPT };
      return TRUE;
    }
  if (before == STATE_DO || before == STATE_WILL)
    {
      framer->reply[0] = TELNET_IAC;
      framer->reply[1] = before == STATE_DO ? TELNET_WONT : TELNET_DONT;
      framer->reply[2] = c;
      *unit = (SalUnit){ .kind = SAL_UNIT_REPLY, .bytes = framer->reply, .len = 3 };
      return TRUE;
    }
  return FALSE;
}

/* Takes the byte in hand into the unit, and with it the printable ASCII after it, which
 * means nothing to any rule. */
static void
take_run (SalFramer *framer)
{
  const guint8 *at = framer->buf + framer->read;
  guint32 room = framer->limit - (framer->write - framer->unit_end);
  guint32 most = MIN (framer->fill - framer->read, room);
  guint32 n = 1;

  while (n < most && at[n] >= 0x20 && at[n] < 0x7F)
    n++;
  memmove (framer->buf + framer->write, at, n);
  framer->read += n;
  framer->write += n;
}

/* Take input until a unit is complete or the input is used up. */
static gboolean
decode (SalFramer *framer, SalUnit *unit)
{
  if (!skip_line (framer))
    return FALSE;
  while (framer->read < framer->fill)
    {
      guint8 c = framer->buf[framer->read];

      if (framer->role == SAL_FRAMER_SERVER &&
          (framer->telnet_state != STATE_DATA || c == TELNET_IAC))
        {
          gboolean data = FALSE;

          framer->read++;
          if (take_telnet (framer, c, &data, unit))
            return TRUE;
          if (!data)
            continue;
          framer->read--;
        }

      if (belongs_to_cr (framer, c))
        continue;
      if (is_terminator (framer, c))
        {
          framer->read++;
          end_of_unit (framer, c);
          return give (framer, unit, SAL_UNIT_TEXT, framer->write, TRUE);
        }
      if (framer->keystrokes && (c == '\b' || c == 0x7F))
        {
          framer->read++;
          erase_character (framer);
          continue;
        }
      if (framer->write - framer->unit_end >= framer->limit)
        return give_cut (framer, unit);

      take_run (framer);
    }
  return FALSE;
}

/* The segment is used up: what it was says how its sender works (S13), and when to
 * give what is left of it. */
static void
end_of_segment (SalFramer *framer, gint64 now_us)
{
  gboolean partial = framer->write > framer->unit_end;

  framer->judged = FALSE;
  end_in_array (framer);
  if (framer->role == SAL_FRAMER_IRC)
    return;
  if (framer->role == SAL_FRAMER_CLIENT)
    {
      set_timer (framer, partial ? SAL_FRAMER_TIMER_CLIENT_GAP : SAL_FRAMER_TIMER_NONE, now_us);
      return;
    }
  if (framer->peer_class == SAL_PEER_RAW)
    {
      framer->line_ends = framer->buf[framer->fill - 1] == '\n' ? framer->line_ends + 1 : 0;
      if (framer->line_ends >= 2)
        framer->peer_class = SAL_PEER_LINE;
    }
  if (framer->peer_class == SAL_PEER_RAW)
    set_timer (framer, partial ? SAL_FRAMER_TIMER_RAW_GAP : SAL_FRAMER_TIMER_NONE, now_us);
  else if (framer->peer_class == SAL_PEER_LINE)
    framer->timer = SAL_FRAMER_TIMER_NONE;
}

/* Forget what was given, and the buffer with it if nothing is left. */
static void
compact (SalFramer *framer)
{
  guint32 left = framer->write - framer->unit_end;

  if (left == 0)
    {
      sal_framer_clear (framer);
      return;
    }
  if (framer->unit_end > 0)
    memmove (framer->buf, framer->buf + framer->unit_end, left);
  explicit_bzero (framer->buf + left, framer->fill - left);
  framer->unit_end = 0;
  framer->write = framer->read = framer->fill = left;
  if (framer->size > 1024 && left < framer->size / 4)
    resize (framer, 2 * (gsize) left);
}

/**
 * sal_framer_next:
 * @now_us: the time of the last push
 * @unit: (out caller-allocates): the next unit
 *
 * Returns: %TRUE with a unit, or %FALSE when more input (or time) is needed.
 */
gboolean
sal_framer_next (SalFramer *framer, gint64 now_us, SalUnit *unit)
{
  /* The unit given last may have been followed by decoded bytes (a cut leaves half
   * a character behind); only when there are none can write jump to read. */
  if (framer->write == framer->unit_end)
    framer->unit_end = framer->write = framer->read;

  if (framer->read < framer->fill)
    {
      if (!framer->judged && judge_segment (framer, now_us, unit))
        return TRUE;
      if (decode (framer, unit))
        return TRUE;
      if (framer->judged)
        end_of_segment (framer, now_us);
    }
  else if (framer->judged)
    end_of_segment (framer, now_us);

  if (framer->flush)
    {
      guint32 end = framer->write - (framer->flush_tail ? 0 : split_character (framer));

      framer->flush = framer->flush_tail = FALSE;
      if (end > framer->unit_end)
        return give (framer, unit, SAL_UNIT_TEXT, end, FALSE);
    }
  compact (framer);
  return FALSE;
}

/**
 * sal_framer_tick:
 * @now_us: the time
 *
 * Tells the framer the time. When sal_framer_due_us() has come, what has arrived
 * may be a unit: call sal_framer_next(). Sooner it does nothing.
 */
void
sal_framer_tick (SalFramer *framer, gint64 now_us)
{
  SalFramerTimer timer = framer->timer;

  if (timer == SAL_FRAMER_TIMER_NONE || now_us < sal_framer_due_us (framer))
    return;

  framer->timer = SAL_FRAMER_TIMER_NONE;
  if (timer == SAL_FRAMER_TIMER_FIRST_UNIT || timer == SAL_FRAMER_TIMER_FIRST_KEY)
    {
      framer->peer_class = SAL_PEER_RAW;
      framer->maybe_tls = FALSE;
    }
  /* A gap never cuts a character (S16): a server waits for its rest with the whole
   * message, because programs that send Latin-1 end so too and must not see their
   * last letter become a message of its own; a client, which can go on with a line,
   * shows what is before it. */
  if (timer != SAL_FRAMER_TIMER_SPLIT_CHAR && split_character (framer) > 0)
    {
      set_timer (framer, SAL_FRAMER_TIMER_SPLIT_CHAR, now_us);
      framer->flush = framer->role == SAL_FRAMER_CLIENT;
    }
  else
    framer->flush = framer->flush_tail = TRUE;
}

/**
 * sal_framer_finish:
 *
 * The peer has ended its stream: what is left is a unit (S24). Call
 * sal_framer_next() afterwards, and push nothing more. In IRC it is none: there every line has
 * an end, so one without was cut, and nobody knows what the rest would have been.
 */
void
sal_framer_finish (SalFramer *framer)
{
  if (framer->role == SAL_FRAMER_IRC)
    {
      sal_framer_clear (framer);
      framer->timer = SAL_FRAMER_TIMER_NONE;
      return;
    }
  framer->flush = framer->flush_tail = TRUE;
  framer->timer = SAL_FRAMER_TIMER_NONE;
}

/**
 * sal_framer_break_off:
 *
 * The stream has ended where perhaps not the peer ended it, and TLS can tell: in place of
 * sal_framer_finish(), when sal_framer_next() has said %FALSE. A line without its end is
 * no unit then, because nobody knows what the rest would have been ("I agree" and "I
 * agree with nothing of this"). What a raw peer sent is one all the same: its messages
 * are whole records, and a record cannot be cut.
 */
void
sal_framer_break_off (SalFramer *framer)
{
  if (framer->peer_class == SAL_PEER_RAW)
    {
      sal_framer_finish (framer);
      return;
    }
  sal_framer_clear (framer);
  framer->timer = SAL_FRAMER_TIMER_NONE;
}

/**
 * sal_framer_timer:
 *
 * Returns: what the framer is waiting for.
 */
SalFramerTimer
sal_framer_timer (const SalFramer *framer)
{
  return framer->timer;
}

/**
 * sal_framer_timer_length_us:
 *
 * Returns: how long @timer runs, in microseconds.
 */
gint64
sal_framer_timer_length_us (SalFramerTimer timer)
{
  static const gint64 lengths[SAL_N_FRAMER_TIMERS] = {
    [SAL_FRAMER_TIMER_FIRST_UNIT] = SAL_FIRST_UNIT_US,
    [SAL_FRAMER_TIMER_FIRST_KEY] = SAL_FIRST_KEY_US,
    [SAL_FRAMER_TIMER_RAW_GAP] = SAL_RAW_GAP_US,
    [SAL_FRAMER_TIMER_SPLIT_CHAR] = SAL_SPLIT_CHAR_US,
    [SAL_FRAMER_TIMER_CLIENT_GAP] = SAL_CLIENT_GAP_US,
  };

  return lengths[timer];
}

/**
 * sal_framer_due_us:
 *
 * Returns: when sal_framer_tick() should be called, or G_MAXINT64 for never.
 */
gint64
sal_framer_due_us (const SalFramer *framer)
{
  if (framer->timer == SAL_FRAMER_TIMER_NONE)
    return G_MAXINT64;
  return framer->since_us + sal_framer_timer_length_us (framer->timer);
}

/**
 * sal_framer_peer_class:
 *
 * Returns: what the peer has shown itself to be.
 */
SalPeerClass
sal_framer_peer_class (const SalFramer *framer)
{
  return framer->peer_class;
}

/**
 * sal_framer_wants_crlf:
 *
 * Returns: whether the peer ended a line with CR LF or spoke TELNET (S4).
 */
gboolean
sal_framer_wants_crlf (const SalFramer *framer)
{
  return framer->crlf || framer->telnet;
}

/**
 * sal_framer_has_partial:
 *
 * Returns: whether a unit was begun and not ended. Only meaningful after
 * sal_framer_next() has said %FALSE.
 */
gboolean
sal_framer_has_partial (const SalFramer *framer)
{
  return framer->write > framer->unit_end;
}
