/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Numbers in digits where printf() would be most of the work: an address has several, and each who
 * comes in has several addresses.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * sal_number_put:
 * @at: where there is place for ten digits
 *
 * Writes @number in decimal digits, without an end.
 *
 * Returns: behind the last one.
 */
static inline char *
sal_number_put (char *at, guint number)
{
  guint power = 1;

  while (number / power >= 10)
    power *= 10;
  for (; power > 0; power /= 10)
    *at++ = (char) ('0' + number / power % 10);
  return at;
}

G_END_DECLS
