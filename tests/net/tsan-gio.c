/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What ThreadSanitizer is to pass over in programs that use GIO as clients do: TLS, the keyring
 * and slow work go to a pool of threads and back under locks of GLib's, which is not built for
 * it, so each hand-over looks like a race. Only such programs have this; in the server, whose
 * threads use locks that are seen, nothing is passed over but what the file races-of-others
 * names. Linked when the build has ThreadSanitizer.
 */
#include "config.h"

const char *__tsan_default_suppressions (void);

const char *
__tsan_default_suppressions (void)
{
  return "race:libgio-2.0.so.0\n"
         "race:libgiognutls.so\n"
         "race:libgnutls.so.30\n"
         "race:libtasn1.so.6\n"
         "race:libglib-2.0.so.0\n"
         "race:^g_type_free_instance$\n"
         "race:libsecret-1.so.0\n";
}
