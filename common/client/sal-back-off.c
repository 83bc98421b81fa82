/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How long to wait before a server is tried again: twice as long after each failure, up
 * to a minute, and never exactly so long, so that the people of a room whose server was
 * started anew do not all come back at the same moment. Pure: the caller draws the lot.
 */
#include "config.h"

#include "common/client/sal-back-off.h"

#define FIRST_US G_USEC_PER_SEC
#define DOUBLINGS 6 /* by then it is over the ceiling */
#define CEILING_US (60 * G_USEC_PER_SEC)

/**
 * sal_back_off_next_us:
 * @random: any number, drawn for this call
 *
 * Counts a failure.
 *
 * Returns: how long to wait now, in microseconds: between the half and the whole of 1, 2,
 * 4 ... 60 seconds, at the place between them that @random has among all numbers.
 */
gint64
sal_back_off_next_us (SalBackOff *back_off, guint32 random)
{
  gint64 whole = MIN ((gint64) FIRST_US << MIN (back_off->failures, DOUBLINGS), CEILING_US);
  gint64 half = whole / 2;

  if (back_off->failures < G_MAXUINT)
    back_off->failures++;
  return half + half * (gint64) random / G_MAXUINT32;
}

/**
 * sal_back_off_reset:
 *
 * Something worked: the next failure is the first.
 */
void
sal_back_off_reset (SalBackOff *back_off)
{
  back_off->failures = 0;
}
