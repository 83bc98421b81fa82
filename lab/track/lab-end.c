/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What one end has in flight: a list that is sorted as long as nothing is sent again or
 * overtaken, which is nearly always, and then costs nothing to look through.
 */
#include "config.h"

#include "lab/track/lab-end.h"

#include <string.h>

#include "lab/track/lab-seq.h"

/* So many segments of one end are remembered; fewer once the list is out of order, since
 * every acknowledgment then looks at all of them. */
#define FLIGHT_MAX 10000
#define FLIGHT_MAX_UNSORTED 1024
/* An end may always remember these, however little is left of the budget. */
#define FLIGHT_MIN 2
/* Room for more is given back when nothing is in flight any more. */
#define FLIGHT_KEPT 64

/**
 * lab_end_init:
 * @end: (out caller-allocates): an end that nothing is known of
 */
void
lab_end_init (LabEnd *end)
{
  memset (end, 0, sizeof *end);
  end->last_window = G_MAXUINT32;
  end->scale = LAB_SCALE_UNKNOWN;
  end->flight_sorted = TRUE;
}

/**
 * lab_end_clear:
 * @budget: bytes that all ends together may still take; what this one had is added
 */
void
lab_end_clear (LabEnd *end, gsize *budget)
{
  *budget += end->flight_size * sizeof (LabFlight);
  g_clear_pointer (&end->flight, g_free);
  end->flight_head = end->flight_end = end->flight_size = 0;
  end->flight_sorted = TRUE;
}

static guint
flying (const LabEnd *end)
{
  return end->flight_end - end->flight_head;
}

/* Returns: whether there is room for one more. */
static gboolean
make_room (LabEnd *end, gsize *budget)
{
  guint32 size = end->flight_size == 0 ? FLIGHT_MIN : end->flight_size * 2;
  gsize more = (size - end->flight_size) * sizeof (LabFlight);

  if (end->flight_end < end->flight_size)
    return TRUE;
  if (end->flight_head > 0)
    {
      memmove (end->flight, end->flight + end->flight_head, flying (end) * sizeof (LabFlight));
      end->flight_end -= end->flight_head;
      end->flight_head = 0;
      /* Moving often would cost more than the room is worth. */
      if (end->flight_end <= end->flight_size / 2)
        return TRUE;
    }
  if (more > *budget && size > FLIGHT_MIN)
    return end->flight_end < end->flight_size;
  end->flight = g_renew (LabFlight, end->flight, size);
  end->flight_size = size;
  *budget -= MIN (*budget, more);
  return TRUE;
}

/**
 * lab_end_fly:
 * @flight: what @end has sent
 * @budget: bytes that all ends together may still take
 *
 * What is too much is not remembered: only advisory numbers depend on it.
 */
void
lab_end_fly (LabEnd *end, const LabFlight *flight, gsize *budget)
{
  if (flying (end) >= (end->flight_sorted ? FLIGHT_MAX : FLIGHT_MAX_UNSORTED) ||
      !make_room (end, budget))
    return;
  if (flying (end) > 0 && lab_seq_lt (flight->seq, end->flight[end->flight_end - 1].next))
    end->flight_sorted = FALSE;
  end->flight[end->flight_end++] = *flight;
}

/* Returns: whether the entry is done with. */
static gboolean
acknowledge (LabFlight *flight, guint32 ack, gboolean *found, LabFlight *exact)
{
  if (ack == flight->next)
    {
      if (!*found) /* the first sending, if there were several */
        *exact = *flight;
      *found = TRUE;
      return TRUE;
    }
  if (lab_seq_gt (flight->next, ack))
    {
      if (lab_seq_gt (ack, flight->seq))
        {
          flight->seq = ack;
          flight->is_rest = TRUE;
        }
      return FALSE;
    }
  return TRUE;
}

/**
 * lab_end_acknowledged:
 * @ack: an acknowledgment that the other end has sent
 * @exact: (out): what was sent first of all that ends exactly there
 *
 * Returns: whether there was such a thing
 */
gboolean
lab_end_acknowledged (LabEnd *end, guint32 ack, LabFlight *exact, gsize *budget)
{
  gboolean found = FALSE;

  if (end->flight_sorted)
    while (flying (end) > 0 && acknowledge (&end->flight[end->flight_head], ack, &found, exact))
      end->flight_head++;
  else
    {
      guint32 to = end->flight_head;

      for (guint32 i = end->flight_head; i < end->flight_end; i++)
        if (!acknowledge (&end->flight[i], ack, &found, exact))
          end->flight[to++] = end->flight[i];
      end->flight_end = to;
    }
  if (flying (end) == 0)
    {
      end->flight_sorted = TRUE;
      end->flight_head = end->flight_end = 0;
      if (end->flight_size > FLIGHT_KEPT)
        lab_end_clear (end, budget);
    }
  return found;
}

/**
 * lab_end_in_flight:
 * @first: (out): the lowest number in flight
 * @last: (out): the highest, plus 1
 *
 * Returns: whether there is anything
 */
gboolean
lab_end_in_flight (const LabEnd *end, guint32 *first, guint32 *last)
{
  if (flying (end) == 0)
    return FALSE;
  *first = end->flight[end->flight_head].seq - end->base;
  *last = end->flight[end->flight_end - 1].next - end->base;
  if (!end->flight_sorted)
    for (guint32 i = end->flight_head; i < end->flight_end; i++)
      {
        *first = MIN (*first, end->flight[i].seq - end->base);
        *last = MAX (*last, end->flight[i].next - end->base);
      }
  *first += end->base;
  *last += end->base;
  return TRUE;
}

/**
 * lab_end_find_flight:
 * @seq: a number that is sent again
 * @found: (out): the first sending of it
 *
 * Returns: FALSE if it is not remembered
 */
gboolean
lab_end_find_flight (const LabEnd *end, guint32 seq, LabFlight *found)
{
  for (guint32 i = end->flight_head; i < end->flight_end; i++)
    {
      const LabFlight *flight = &end->flight[i];

      if (lab_seq_le (flight->seq, seq) && lab_seq_gt (flight->next, seq))
        {
          *found = *flight;
          return TRUE;
        }
    }
  return FALSE;
}
