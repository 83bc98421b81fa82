/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Linked into a salottod of the tests: its clock of the day is as many seconds ahead of the
 * machine's as a file says, which may change at any time; no number is none.
 */
#include "config.h"

#include <glib.h>
#include <time.h>

/* GLib's own, in front of which this one stands. */
gint64
g_get_real_time (void)
{
  struct timespec now;
  g_autofree char *ahead_s = NULL;

  (void) clock_gettime (CLOCK_REALTIME, &now);
  (void) g_file_get_contents (g_getenv ("SALOTTO_TEST_CLOCK"), &ahead_s, NULL, NULL);
  return (now.tv_sec + (ahead_s != NULL ? g_ascii_strtoll (ahead_s, NULL, 10) : 0)) *
             G_USEC_PER_SEC +
         now.tv_nsec / 1000;
}
