/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The story of a connection, and of an ICMP error, in one or two sentences.
 */
#include "config.h"

#include "lab/explain/lab-explain.h"
#include "lab/explain/lab-phrase.h"

static void
append_end (GString *out, const LabEndReport *end)
{
  lab_phrase_address (out, &end->address, end->scope, end->port);
}

/* "The client 10.0.0.1:4000 connected to the server 10.0.0.2:80", or whatever came of it. */
static void
append_beginning (GString *out, const LabConnection *connection)
{
  const LabEndReport *client = &connection->end[LAB_CLIENT];
  const LabEndReport *server = &connection->end[LAB_SERVER];
  gboolean seen = client->offer.frame != 0 || server->offer.frame != 0;

  append_end (out, client);
  if (connection->to_itself)
    {
      lab_phrase_word (out, seen ? " connected to itself: one socket is both ends"
                                 : " was talking to itself when the capture began: one socket is "
                                   "both ends");
      return;
    }
  if (!seen)
    lab_phrase_word (out, " and ");
  else if (connection->outcome == LAB_OUTCOME_REFUSED ||
           connection->outcome == LAB_OUTCOME_NO_ANSWER ||
           connection->conn_state == LAB_CONN_RSTOS0 || connection->conn_state == LAB_CONN_OTH)
    lab_phrase_word (out, " tried to connect to ");
  else
    lab_phrase_word (out, " connected to ");
  append_end (out, server);
  if (!seen)
    lab_phrase_word (out, " were talking already when the capture began");
}

static void
append_amount (GString *out, guint64 bytes)
{
  if (bytes == 0)
    lab_phrase_word (out, "nothing");
  else
    lab_phrase_bytes (out, bytes);
}

static void
append_data (GString *out, const LabConnection *connection)
{
  guint64 bytes[] = { connection->end[LAB_CLIENT].bytes, connection->end[LAB_SERVER].bytes };

  if (bytes[LAB_CLIENT] == 0 && bytes[LAB_SERVER] == 0)
    {
      if ((connection->completeness & LAB_COMPLETE_ACK) &&
          connection->outcome != LAB_OUTCOME_REFUSED &&
          connection->outcome != LAB_OUTCOME_NO_ANSWER)
        lab_phrase_word (out, "; no data was sent");
      return;
    }
  if (connection->to_itself)
    {
      lab_phrase_word (out, "; it sent ");
      append_amount (out, bytes[LAB_CLIENT]);
      lab_phrase_word (out, ", which came back to it");
      return;
    }
  lab_phrase_word (out, "; the client sent ");
  append_amount (out, bytes[LAB_CLIENT]);
  lab_phrase_word (out, ", the server ");
  append_amount (out, bytes[LAB_SERVER]);
}

static LabSide
first_to_close (const LabConnection *connection)
{
  guint64 client = connection->end[LAB_CLIENT].fin_frame;
  guint64 server = connection->end[LAB_SERVER].fin_frame;

  return server == 0 || (client != 0 && client < server) ? LAB_CLIENT : LAB_SERVER;
}

/**
 * lab_explain_closes_at_once:
 *
 * Returns: whether each end closed before it had seen the FIN of the other (RFC 9293,
 *   figure 13)
 */
gboolean
lab_explain_closes_at_once (const LabConnection *connection)
{
  LabSide first = first_to_close (connection);
  const LabEndReport *second = &connection->end[lab_side_other (first)];
  guint64 acked = connection->end[first].finack_frame;

  return second->fin_frame != 0 && (acked == 0 || second->fin_frame < acked);
}

static void
append_ending (GString *out, const LabConnection *connection)
{
  LabSide first = first_to_close (connection);

  switch (connection->outcome)
    {
    case LAB_OUTCOME_REFUSED:
      lab_phrase_word (out, ", and was refused: nobody listens there.");
      break;
    case LAB_OUTCOME_NO_ANSWER:
      lab_phrase_word (out, ", and nobody answered.");
      break;
    case LAB_OUTCOME_OPEN:
      lab_phrase_word (out, ". It was still open at the end of the capture.");
      break;
    case LAB_OUTCOME_HALF_CLOSED:
      lab_phrase_word (out, ". Only the ");
      lab_phrase_word (out, lab_side_name (first));
      lab_phrase_word (out, " has closed its side.");
      break;
    case LAB_OUTCOME_CLOSED:
      if (connection->to_itself)
        {
          lab_phrase_word (out, ". It has closed.");
          break;
        }
      if (lab_explain_closes_at_once (connection))
        {
          lab_phrase_word (out, ". Both closed at once.");
          break;
        }
      lab_phrase_word (out, ". The ");
      lab_phrase_word (out, lab_side_name (first));
      lab_phrase_word (out, " closed first, then the ");
      lab_phrase_word (out, lab_side_name (lab_side_other (first)));
      lab_phrase_word (out, ".");
      break;
    case LAB_OUTCOME_RESET_BY_CLIENT:
      lab_phrase_word (out, connection->to_itself ? ". It aborted that (RST)."
                                                  : ". The client reset it (RST).");
      break;
    case LAB_OUTCOME_RESET_BY_SERVER:
      lab_phrase_word (out, ". The server reset it (RST).");
      break;
    default:
      lab_phrase_word (out, ". What became of it the capture does not tell.");
      break;
    }
}

static void
append_troubles (GString *out, const LabConnection *connection)
{
  guint64 again =
      connection->end[LAB_CLIENT].retransmissions + connection->end[LAB_SERVER].retransmissions;

  if (again == 0)
    return;
  g_string_append_c (out, ' ');
  lab_phrase_times (out, again, "segment was sent again.", "segments were sent again.");
}

/**
 * lab_explain_connection:
 * @connection: a connection
 * @out: where to append; plain ASCII, without quotes and backslashes
 */
void
lab_explain_connection (const LabConnection *connection, GString *out)
{
  append_beginning (out, connection);
  append_data (out, connection);
  append_ending (out, connection);
  append_troubles (out, connection);
}

static const char *
icmp_meaning (const LabSegment *segment)
{
  gboolean v6 = segment->src.family == 6;

  switch (segment->icmp_type)
    {
    case 1: /* ICMPv6 */
      switch (segment->icmp_code)
        {
        case 1:
        case 5:
          return "the packet is forbidden there";
        case 3:
          return "the host cannot be reached";
        case 4:
          return "nobody listens on that port";
        default:
          return "there is no way to the network";
        }
    case 2:
      return "the packet is too big";
    case 3:
      if (v6)
        return "the packet was on its way for too long";
      switch (segment->icmp_code)
        {
        case 1:
        case 7:
        case 12:
          return "the host cannot be reached";
        case 2:
          return "the host does not know the protocol";
        case 3:
          return "nobody listens on that port";
        case 4:
          return "the packet is too big and must not be cut";
        case 9:
        case 10:
        case 13:
          return "the packet is forbidden there";
        default:
          return "there is no way to the network";
        }
    case 4:
      return v6 ? "the packet's header is wrong" : "it has too much to do";
    case 5:
      return "there is a better way";
    case 11:
      return "the packet was on its way for too long";
    default:
      return "the packet's header is wrong";
    }
}

/**
 * lab_explain_icmp:
 * @segment: one of LAB_KIND_ICMP
 * @out: where to append; plain ASCII, without quotes and backslashes
 */
void
lab_explain_icmp (const LabSegment *segment, GString *out)
{
  const LabQuote *quote = &segment->quote;
  char text[LAB_ADDRESS_TEXT];

  lab_address_to_text (&segment->src, text);
  lab_phrase_word (out, text);
  lab_phrase_word (out, " says: ");
  lab_phrase_word (out, icmp_meaning (segment));
  if (segment->icmp_mtu != 0)
    {
      lab_phrase_word (out, " (at most ");
      lab_phrase_bytes (out, segment->icmp_mtu);
      lab_phrase_word (out, ")");
    }
  if (quote->has_ports)
    {
      lab_phrase_word (out, quote->protocol == 6 ? "; it answers a segment from "
                                                 : "; it answers a datagram from ");
      lab_phrase_address (out, &quote->src, NULL, quote->src_port);
      lab_phrase_word (out, " to ");
      lab_phrase_address (out, &quote->dst, NULL, quote->dst_port);
    }
  lab_phrase_word (out, ".");
}
