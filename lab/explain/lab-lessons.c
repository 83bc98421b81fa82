/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The answers that every lab asks for, from what one connection showed. How it began and
 * ended is in the connection itself; acknowledgments and what was sent again are noted
 * while they pass (lab-notes).
 *
 * Numbers are those of the wire, as the labs want them.
 */
#include "config.h"

#include "lab/explain/lab-lessons.h"

#include "lab/explain/lab-explain.h"
#include "lab/explain/lab-notes.h"
#include "lab/explain/lab-phrase.h"

struct LabLessons
{
  GHashTable *notes; /* (owned): stream -> LabNotes */
};

/**
 * lab_lessons_new:
 *
 * Returns: (transfer full): lessons of no connection yet.
 */
LabLessons *
lab_lessons_new (void)
{
  LabLessons *lessons = g_new0 (LabLessons, 1);

  lessons->notes = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) lab_notes_free);
  return lessons;
}

/**
 * lab_lessons_free:
 * @lessons: (nullable) (transfer full)
 */
void
lab_lessons_free (LabLessons *lessons)
{
  if (lessons == NULL)
    return;
  g_hash_table_unref (lessons->notes);
  g_free (lessons);
}

/**
 * lab_lessons_add:
 *
 * Notes a segment, if it belongs to a connection.
 */
void
lab_lessons_add (LabLessons *lessons, const LabFinding *finding)
{
  LabNotes *notes = NULL;

  if (finding->connection == NULL)
    return;
  notes = g_hash_table_lookup (lessons->notes, GUINT_TO_POINTER (finding->stream));
  if (notes == NULL)
    {
      notes = lab_notes_new ();
      g_hash_table_insert (lessons->notes, GUINT_TO_POINTER (finding->stream), notes);
    }
  lab_notes_add (notes, finding);
}

static void
add_line (GPtrArray *lines, GString *line)
{
  g_ptr_array_add (lines, g_string_free (line, FALSE));
}

static void
add_text (GPtrArray *lines, const char *text)
{
  g_ptr_array_add (lines, g_strdup (text));
}

/* "Segment 8: " */
static GString *
begin_segment (guint64 frame)
{
  GString *line = g_string_new ("Segment ");

  lab_phrase_number (line, frame);
  lab_phrase_word (line, ": ");
  return line;
}

static void
append_plus_one (GString *line, guint32 number)
{
  lab_phrase_number (line, number);
  lab_phrase_word (line, " + 1 = ");
  lab_phrase_number (line, number + 1);
}

/* The second segment of the handshake. */
static void
add_answer (const LabConnection *connection, GPtrArray *lines)
{
  const LabOffer *client = &connection->end[LAB_CLIENT].offer;
  const LabOffer *server = &connection->end[LAB_SERVER].offer;
  guint32 taken = server->ack - client->isn;
  GString *line = begin_segment (server->frame);

  lab_phrase_word (line, server->has_ack ? "the server sends a SYN with its own, "
                                         : "the server sends a SYN, too, with its own, ");
  lab_phrase_number (line, server->isn);
  if (!server->has_ack)
    lab_phrase_word (line, ", before it has seen that of the client");
  if (server->has_ack && client->frame != 0)
    {
      lab_phrase_word (line, ", and acknowledges ");
      if (taken == 1)
        {
          append_plus_one (line, client->isn);
          lab_phrase_word (line, "; a SYN takes one number");
        }
      else
        {
          lab_phrase_number (line, server->ack);
          lab_phrase_word (line, ": the SYN and the data that came with it");
        }
    }
  lab_phrase_word (line, ".");
  add_line (lines, line);
  if (!server->has_ack && (connection->completeness & LAB_COMPLETE_SYN_ACK) != 0)
    add_text (lines,
              "Then each acknowledges the SYN of the other, and the connection is established: "
              "both have opened at once.");
}

static void
answer_handshake (const LabConnection *connection, GPtrArray *lines)
{
  const LabOffer *client = &connection->end[LAB_CLIENT].offer;
  const LabOffer *server = &connection->end[LAB_SERVER].offer;
  GString *line = NULL;

  if (client->frame == 0 && server->frame == 0)
    {
      add_text (lines, "It was over before the capture began.");
      return;
    }
  if (client->frame != 0)
    {
      line = begin_segment (client->frame);
      lab_phrase_word (line, "the client sends a SYN with its initial sequence number ");
      lab_phrase_number (line, client->isn);
      lab_phrase_word (line, ".");
      add_line (lines, line);
    }
  if (connection->to_itself)
    add_text (lines,
              "It comes back to the same socket, which answers it as both ends do that open at "
              "once (RFC 9293, figure 7), and is connected to itself.");
  if (server->frame != 0)
    add_answer (connection, lines);
  if (connection->handshake_ack_frame != 0 && server->frame != 0)
    {
      line = begin_segment (connection->handshake_ack_frame);
      lab_phrase_word (line, "the client acknowledges ");
      append_plus_one (line, server->isn);
      lab_phrase_word (line, ": the connection is established");
      if (connection->has_initial_rtt)
        {
          lab_phrase_word (line, ", ");
          lab_phrase_duration (line, connection->initial_rtt_ns);
          lab_phrase_word (line, " after the first SYN");
        }
      lab_phrase_word (line, ".");
      add_line (lines, line);
    }
  else if (connection->outcome == LAB_OUTCOME_REFUSED)
    {
      line = begin_segment (connection->end[LAB_SERVER].rst_frame);
      lab_phrase_word (line, "the server answers with RST: nobody listens on that port.");
      add_line (lines, line);
    }
  else if (connection->outcome == LAB_OUTCOME_NO_ANSWER)
    add_text (lines, "Nobody answered.");
}

static void
append_offer (GString *line, const LabOffer *offer)
{
  lab_phrase_word (line, "window ");
  lab_phrase_number (line, offer->window);
  if (offer->has & LAB_HAS_MSS)
    {
      lab_phrase_word (line, ", maximum segment size ");
      lab_phrase_number (line, offer->mss);
    }
  if (offer->has & LAB_HAS_WSCALE)
    {
      lab_phrase_word (line, ", window scale ");
      lab_phrase_number (line, offer->wscale);
      lab_phrase_word (line, " (times ");
      lab_phrase_number (line, (guint64) 1 << MIN (offer->wscale, 14));
      lab_phrase_word (line, ")");
    }
  if (offer->has & LAB_HAS_SACK_PERM)
    lab_phrase_word (line, ", selective acknowledgments");
  if (offer->has & LAB_HAS_TIMESTAMPS)
    lab_phrase_word (line, ", timestamps");
  if (offer->has & LAB_HAS_MD5)
    lab_phrase_word (line, ", MD5 signatures");
  if (offer->has & LAB_HAS_FAST_OPEN)
    lab_phrase_word (line, ", Fast Open");
  if (offer->has & LAB_HAS_MPTCP)
    lab_phrase_word (line, ", Multipath TCP");
}

/* Options work only if both ends offer them; the maximum segment size is each one's own. */
static void
append_in_use (GString *line, guint32 both)
{
  static const struct
  {
    guint32 bit;
    const char *name;
  } options[] = { { LAB_HAS_WSCALE, "window scaling" },
                  { LAB_HAS_SACK_PERM, "selective acknowledgments" },
                  { LAB_HAS_TIMESTAMPS, "timestamps" } };
  gsize start = line->len;

  for (gsize i = 0; i < G_N_ELEMENTS (options); i++)
    if (both & options[i].bit)
      {
        if (line->len > start)
          lab_phrase_word (line, ", ");
        lab_phrase_word (line, options[i].name);
      }
  if (line->len == start)
    lab_phrase_word (line, "none of them");
}

static void
answer_options (const LabConnection *connection, GPtrArray *lines)
{
  const LabOffer *client = &connection->end[LAB_CLIENT].offer;
  const LabOffer *server = &connection->end[LAB_SERVER].offer;

  for (int side = 0; side < LAB_N_SIDES; side++)
    {
      const LabOffer *offer = &connection->end[side].offer;
      GString *line = NULL;

      if (offer->frame == 0)
        continue;
      line = g_string_new (side == LAB_CLIENT ? "The client offered " : "The server offered ");
      append_offer (line, offer);
      lab_phrase_word (line, ".");
      add_line (lines, line);
    }
  if (client->frame != 0 && server->frame != 0)
    {
      GString *line = g_string_new ("In use, because both ends offered it: ");

      append_in_use (line, client->has & server->has);
      lab_phrase_word (line, ".");
      add_line (lines, line);
    }
}

/* The FIN of one end, and who acknowledged it. */
static void
add_fin (const LabConnection *connection, LabSide side, gboolean is_first, GPtrArray *lines)
{
  const LabEndReport *end = &connection->end[side];
  GString *line = begin_segment (end->fin_frame);

  lab_phrase_word (line, "the ");
  lab_phrase_word (line, lab_side_name (side));
  if (is_first)
    lab_phrase_word (line, " closes first: its FIN has number ");
  else if (lab_explain_closes_at_once (connection))
    lab_phrase_word (line, " closes too, before it has seen that: its FIN has number ");
  else
    lab_phrase_word (line, " closes too: its FIN has number ");
  lab_phrase_number (line, end->fin_seq);
  if (end->finack_frame != 0)
    {
      lab_phrase_word (line, ", and segment ");
      lab_phrase_number (line, end->finack_frame);
      lab_phrase_word (line, " acknowledges it with ");
      append_plus_one (line, end->fin_seq);
    }
  else
    lab_phrase_word (line, ", and nobody acknowledges it");
  lab_phrase_word (line, ".");
  add_line (lines, line);
}

static void
add_last_state (const LabEndReport *end, LabSide side, GPtrArray *lines)
{
  const char *meaning = NULL;
  GString *line = NULL;

  switch (end->state)
    {
    case LAB_TIME_WAIT:
      meaning = " is left in TIME-WAIT for 2 MSL: its last ACK may be lost, and old segments may "
                "still be "
                "on their way.";
      break;
    case LAB_FIN_WAIT_1:
      meaning = " is left in FIN-WAIT-1: its FIN is not acknowledged.";
      break;
    case LAB_FIN_WAIT_2:
      meaning = " is left in FIN-WAIT-2: the other end has not closed.";
      break;
    case LAB_CLOSING:
      meaning = " is left in CLOSING: it has the FIN of the other end, but no ACK of its own.";
      break;
    case LAB_CLOSE_WAIT:
      meaning = " is left in CLOSE-WAIT: its program has not closed.";
      break;
    case LAB_LAST_ACK:
      meaning = " is left in LAST-ACK: its FIN is not acknowledged.";
      break;
    default:
      return;
    }
  line = g_string_new ("The ");
  lab_phrase_word (line, lab_side_name (side));
  lab_phrase_word (line, meaning);
  add_line (lines, line);
}

static void
answer_ending (const LabConnection *connection, GPtrArray *lines)
{
  guint64 client = connection->end[LAB_CLIENT].fin_frame;
  guint64 server = connection->end[LAB_SERVER].fin_frame;
  LabSide first = server != 0 && (client == 0 || server < client) ? LAB_SERVER : LAB_CLIENT;

  if (client != 0 || server != 0)
    add_fin (connection, first, TRUE, lines);
  if (client != 0 && server != 0)
    add_fin (connection, lab_side_other (first), FALSE, lines);
  for (int side = 0; side < LAB_N_SIDES; side++)
    if (connection->end[side].rst_frame != 0 && connection->outcome != LAB_OUTCOME_REFUSED)
      {
        GString *line = begin_segment (connection->end[side].rst_frame);

        lab_phrase_word (line, "the ");
        lab_phrase_word (line, lab_side_name ((LabSide) side));
        lab_phrase_word (line, " resets the connection (RST).");
        add_line (lines, line);
      }
  if (lines->len == 0 && connection->outcome == LAB_OUTCOME_OPEN)
    add_text (lines, "It was still open at the end of the capture.");
  for (int side = 0; side < (connection->to_itself ? 1 : LAB_N_SIDES); side++)
    add_last_state (&connection->end[side], (LabSide) side, lines);
}

/**
 * lab_lessons_answer:
 * @lines: (element-type utf8): where lines are added, to be freed by their new owner
 *
 * Answers a question about a connection that is over; with no line if there is nothing
 * to say.
 */
void
lab_lessons_answer (LabLessons *lessons,
                    const LabConnection *connection,
                    LabLesson lesson,
                    GPtrArray *lines)
{
  const LabNotes *notes =
      g_hash_table_lookup (lessons->notes, GUINT_TO_POINTER (connection->stream));

  switch (lesson)
    {
    case LAB_LESSON_HANDSHAKE:
      answer_handshake (connection, lines);
      break;
    case LAB_LESSON_OPTIONS:
      answer_options (connection, lines);
      break;
    case LAB_LESSON_ACKNOWLEDGMENTS:
      if (notes != NULL)
        lab_notes_answer (notes, LAB_NOTE_ACKNOWLEDGMENT, lines);
      break;
    case LAB_LESSON_RESENT:
      if (notes != NULL)
        lab_notes_answer (notes, LAB_NOTE_RESENT, lines);
      break;
    case LAB_LESSON_ENDING:
      answer_ending (connection, lines);
      break;
    case LAB_N_LESSONS:
    default:
      break;
    }
}

/**
 * lab_lessons_forget:
 *
 * Drops what was noted of a connection, once everything is answered.
 */
void
lab_lessons_forget (LabLessons *lessons, const LabConnection *connection)
{
  g_hash_table_remove (lessons->notes, GUINT_TO_POINTER (connection->stream));
}

/**
 * lab_lesson_title:
 *
 * Returns: the question in a few words.
 */
const char *
lab_lesson_title (LabLesson lesson)
{
  static const char *const titles[LAB_N_LESSONS] = {
    "How the three-way handshake went",         "Which options each end offered",
    "How acknowledgment numbers were computed", "What was sent again, and why",
    "How it ended, and who closed first",
  };

  g_return_val_if_fail (lesson < LAB_N_LESSONS, "");
  return titles[lesson];
}
