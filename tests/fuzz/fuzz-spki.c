/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A server's certificate, as a client looks for the key in it: what is found lies inside,
 * and is found again in what is found.
 */
#include "config.h"

#include "common/client/sal-spki.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  /* In memory of its own, so that a byte too far is noticed. */
  g_autofree guint8 *der = g_memdup2 (data, size);
  g_autofree char *pin = sal_spki_pin (der, size);
  const guint8 *spki = NULL;
  gsize len = 0;
  gboolean same = FALSE;

  (void) sal_spki_is_of_kind (der, size, der + size / 2, size - size / 2, &same);
  g_assert_true (sal_spki_find (der, size, &spki, &len) == (pin != NULL));
  if (pin == NULL)
    return 0;
  g_assert_true (sal_spki_is_pin (pin));
  g_assert_true (spki > der && len >= 2 && spki + len <= der + size);
  g_assert_cmpint (spki[0], ==, 0x30);
  return 0;
}
