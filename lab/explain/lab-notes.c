/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which segment acknowledged what, and which sent something again: the first ones of each
 * connection, as many as fit on a screen. A note is a byte and some numbers of variable
 * length, mostly differences from the note before; that is 8 bytes where a line of text
 * would have a hundred.
 *
 * Numbers are those of the wire, as the labs want them.
 */
#include "config.h"

#include "lab/explain/lab-notes.h"

#include <string.h>

#include "lab/explain/lab-phrase.h"

/* Lines of an answer. */
#define MOST_LINES 16

/* A packed note at its longest: its first byte and five numbers. */
#define MOST_BYTES (1 + 5 * 10)
/* Room is made for some notes at a time. */
#define GROWTH 32

/* What a packed note begins with. */
enum
{
  HEAD_RESENT = 1 << 0,
  HEAD_SERVER = 1 << 1, /* the server sent it */
  HEAD_SYN = 1 << 2,    /* what is acknowledged or sent again has it */
  HEAD_FIN = 1 << 3,
  HEAD_PART = 1 << 4, /* acknowledged: a part of it had been before */
  HEAD_ACK = 1 << 4,  /* sent again: acknowledges something itself */
  HEAD_AFTER = 1 << 5,
  HEAD_FAST = 1 << 6,
  HEAD_NEEDLESS = 1 << 7,
};

typedef struct
{
  guint8 head;
  guint64 frame;
  guint64 earlier; /* of what is acknowledged, or was sent first; 0 if that is not known */
  guint32 seq;     /* first number of that, or of what is sent again */
  guint32 len;     /* its bytes of data */
  gint64 after_us; /* since it was sent first, with HEAD_AFTER */
} Note;

/* What the next note is a difference from. */
typedef struct
{
  guint64 frame;
  guint32 seq[LAB_N_SIDES];
} Last;

struct LabNotes
{
  Last last;
  guint8 *bytes; /* (owned) (nullable) */
  guint16 len;
  guint16 size;
  guint8 n[LAB_N_NOTES];
  guint64 left_out[LAB_N_NOTES];
};

/**
 * lab_notes_new:
 *
 * Returns: (transfer full): of a connection that nothing was noted of
 */
LabNotes *
lab_notes_new (void)
{
  return g_new0 (LabNotes, 1);
}

/**
 * lab_notes_free:
 * @notes: (nullable) (transfer full)
 */
void
lab_notes_free (LabNotes *notes)
{
  if (notes == NULL)
    return;
  g_free (notes->bytes);
  g_free (notes);
}

/* Packing */

/* Seven bits a byte, the lowest first. Returns: where the next one goes. */
static guint8 *
put_number (guint8 *at, guint64 number)
{
  while (number >= 0x80)
    {
      *at++ = (guint8) (number | 0x80);
      number >>= 7;
    }
  *at++ = (guint8) number;
  return at;
}

/* So that small numbers below 0 are short, too. */
static guint8 *
put_difference (guint8 *at, gint64 difference)
{
  return put_number (at, (guint64) difference << 1 ^ (guint64) (difference >> 63));
}

static guint64
take_number (const guint8 **at)
{
  guint64 number = 0;
  guint shift = 0;

  while (**at & 0x80)
    {
      number |= (guint64) (*(*at)++ & 0x7F) << shift;
      shift += 7;
    }
  return number | (guint64) * (*at)++ << shift;
}

static gint64
take_difference (const guint8 **at)
{
  guint64 number = take_number (at);

  return (gint64) (number >> 1 ^ (0 - (number & 1)));
}

/* Whose numbers a note is about. */
static guint
side_of_numbers (guint8 head)
{
  gboolean by_server = (head & HEAD_SERVER) != 0;

  return by_server == ((head & HEAD_RESENT) != 0) ? LAB_SERVER : LAB_CLIENT;
}

static void
put_note (LabNotes *notes, const Note *note)
{
  guint32 *last_seq = &notes->last.seq[side_of_numbers (note->head)];
  guint8 packed[MOST_BYTES] = { note->head };
  guint8 *end = packed + 1;
  guint16 n = 0;

  end = put_number (end, note->frame - notes->last.frame);
  end = put_number (end, note->earlier == 0 ? 0 : note->frame - note->earlier);
  end = put_difference (end, (gint32) (note->seq - *last_seq));
  end = put_number (end, note->len);
  if (note->head & HEAD_AFTER)
    end = put_difference (end, note->after_us);
  n = (guint16) (end - packed);

  if (notes->len + n > notes->size)
    {
      notes->size = (guint16) (notes->len + n + GROWTH);
      notes->bytes = g_realloc (notes->bytes, notes->size);
    }
  memcpy (notes->bytes + notes->len, packed, n);
  notes->len = (guint16) (notes->len + n);
  notes->last.frame = note->frame;
  *last_seq = note->seq;
}

static Note
take_note (const guint8 **at, Last *last)
{
  Note note = { .head = *(*at)++ };
  guint32 *last_seq = &last->seq[side_of_numbers (note.head)];
  guint64 back = 0;

  note.frame = last->frame + take_number (at);
  back = take_number (at);
  note.earlier = back == 0 ? 0 : note.frame - back;
  note.seq = *last_seq + (guint32) take_difference (at);
  note.len = (guint32) take_number (at);
  if (note.head & HEAD_AFTER)
    note.after_us = take_difference (at);
  last->frame = note.frame;
  *last_seq = note.seq;
  return note;
}

/* Noting */

static gboolean
has_room (LabNotes *notes, LabNoteKind kind)
{
  if (notes->n[kind] >= MOST_LINES)
    {
      notes->left_out[kind]++;
      return FALSE;
    }
  notes->n[kind]++;
  return TRUE;
}

static void
note_acknowledgment (LabNotes *notes, const LabFinding *finding)
{
  const LabEndReport *other = &finding->connection->end[lab_side_other (finding->from)];
  guint32 end = finding->segment.ack;
  Note note = { .head = finding->from == LAB_SERVER ? HEAD_SERVER : 0,
                .frame = finding->segment.number,
                .earlier = finding->acks_frame,
                .seq = finding->acks_seq };

  if (finding->acks_rest)
    note.head |= HEAD_PART;
  if (other->offer.has_isn && finding->acks_seq == other->offer.isn)
    note.head |= HEAD_SYN;
  if (other->fin_frame != 0 && other->fin_seq == end - 1)
    note.head |= HEAD_FIN;
  note.len = end - note.seq - ((note.head & (HEAD_SYN | HEAD_FIN)) != 0);
  put_note (notes, &note);
}

static void
note_resent (LabNotes *notes, const LabFinding *finding)
{
  const LabSegment *segment = &finding->segment;
  Note note = { .head = HEAD_RESENT,
                .frame = segment->number,
                .earlier = finding->resends_frame,
                .seq = segment->seq,
                .len = segment->len };

  if (finding->from == LAB_SERVER)
    note.head |= HEAD_SERVER;
  if (segment->flags & LAB_SYN)
    note.head |= HEAD_SYN;
  if (segment->flags & LAB_FIN)
    note.head |= HEAD_FIN;
  if (segment->flags & LAB_ACK)
    note.head |= HEAD_ACK;
  if (finding->event == LAB_EVENT_FAST_RETRANSMISSION)
    note.head |= HEAD_FAST;
  if (finding->analysis & LAB_ANALYSIS_SPURIOUS_RETRANSMISSION)
    note.head |= HEAD_NEEDLESS;
  if (finding->resends_frame != 0)
    {
      note.head |= HEAD_AFTER;
      note.after_us = finding->resent_after_ns / 1000;
    }
  put_note (notes, &note);
}

/**
 * lab_notes_add:
 * @finding: a segment of the connection
 *
 * Notes it if it acknowledges something or sends it again.
 */
void
lab_notes_add (LabNotes *notes, const LabFinding *finding)
{
  if ((finding->has & LAB_FINDING_ACKS_FRAME) && has_room (notes, LAB_NOTE_ACKNOWLEDGMENT))
    note_acknowledgment (notes, finding);
  if (finding->resent && has_room (notes, LAB_NOTE_RESENT))
    note_resent (notes, finding);
}

/* Answering */

static void
append_segment (GString *line, const char *before, guint64 frame)
{
  lab_phrase_word (line, before);
  lab_phrase_number (line, frame);
}

/* "Segment 8 (client) " */
static void
append_who (GString *line, const Note *note)
{
  append_segment (line, "Segment ", note->frame);
  lab_phrase_word (line, note->head & HEAD_SERVER ? " (server) " : " (client) ");
}

/* "767234902 = 767234901 + 1 for the SYN" */
static void
append_sum (GString *line, const Note *note)
{
  guint32 taken = note->len + ((note->head & (HEAD_SYN | HEAD_FIN)) != 0);

  lab_phrase_number (line, (guint32) (note->seq + taken));
  lab_phrase_word (line, " = ");
  lab_phrase_number (line, note->seq);
  if (note->len > 0)
    {
      lab_phrase_word (line, " + ");
      lab_phrase_bytes (line, note->len);
    }
  if (note->head & HEAD_SYN)
    lab_phrase_word (line, " + 1 for the SYN");
  else if (note->head & HEAD_FIN)
    lab_phrase_word (line, " + 1 for the FIN");
}

static void
append_acknowledgment (GString *line, const Note *note)
{
  append_who (line, note);
  lab_phrase_word (line, "acknowledges ");
  append_segment (line, note->head & HEAD_PART ? "the rest of segment " : "segment ",
                  note->earlier);
  lab_phrase_word (line, ": ");
  append_sum (line, note);
  lab_phrase_word (line, ".");
}

static void
append_what_is_resent (GString *line, const Note *note)
{
  if (note->len > 0)
    {
      lab_phrase_bytes (line, note->len);
      lab_phrase_word (line, " from number ");
      lab_phrase_number (line, note->seq);
      if (note->head & HEAD_FIN)
        lab_phrase_word (line, " and the FIN");
    }
  else if (note->head & HEAD_SYN)
    lab_phrase_word (line, note->head & HEAD_ACK ? "the SYN,ACK" : "the SYN");
  else
    lab_phrase_word (line, "the FIN");
}

/* Why it seems that a segment was sent again. */
static void
append_reason (GString *line, const Note *note)
{
  if (note->head & HEAD_FAST)
    lab_phrase_word (line, ", because the other end asked for it with duplicate ACKs");
  else if (note->head & HEAD_NEEDLESS)
    lab_phrase_word (line, ", needlessly: it had been acknowledged");
  else if (note->head & HEAD_AFTER)
    lab_phrase_word (line, ", because no acknowledgment had come in that time");
}

static void
append_resent (GString *line, const Note *note)
{
  append_who (line, note);
  lab_phrase_word (line, "sends ");
  append_what_is_resent (line, note);
  lab_phrase_word (line, " again");
  if (note->earlier != 0)
    {
      append_segment (line, " (first in segment ", note->earlier);
      lab_phrase_word (line, ")");
    }
  if (note->head & HEAD_AFTER)
    {
      lab_phrase_word (line, " after ");
      lab_phrase_duration (line, note->after_us * 1000);
    }
  append_reason (line, note);
  lab_phrase_word (line, ".");
}

static void
add_line (GPtrArray *lines, GString *line)
{
  g_ptr_array_add (lines, g_string_free (line, FALSE));
}

/**
 * lab_notes_answer:
 * @lines: (element-type utf8): where a line for each note of this kind is added, to be freed
 *   by their new owner, and one that says how many more there were
 */
void
lab_notes_answer (const LabNotes *notes, LabNoteKind kind, GPtrArray *lines)
{
  const guint8 *at = notes->bytes;
  Last last = { 0 };

  while (notes->len > 0 && at < notes->bytes + notes->len)
    {
      Note note = take_note (&at, &last);
      GString *line = NULL;

      if (((note.head & HEAD_RESENT) != 0) != (kind == LAB_NOTE_RESENT))
        continue;
      line = g_string_new (NULL);
      if (kind == LAB_NOTE_RESENT)
        append_resent (line, &note);
      else
        append_acknowledgment (line, &note);
      add_line (lines, line);
    }
  if (notes->left_out[kind] > 0)
    {
      GString *line = g_string_new ("... and ");

      lab_phrase_times (line, notes->left_out[kind], "more.", "more.");
      add_line (lines, line);
    }
}
