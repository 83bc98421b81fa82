/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Bytes that are said to be a capture, whole and in pieces: the same packets come out.
 */
#include "config.h"

#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "tests/unit/capture-driver.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *whole = capture_read (data, size, MAX (size, 1));
  g_autofree char *pieces = capture_read (data, size, 7);

  g_assert_cmpstr (whole, ==, pieces);
  return 0;
}
