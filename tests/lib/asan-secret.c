/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What AddressSanitizer has to be told of libsecret 0.20, which loses the etag of each version of
 * its encrypted file (SECRET_BACKEND=file): the next one takes its place. Nobody else asks GIO for
 * etags here, so those are not looked for.
 * Rejected: a suppression, because where an etag is made nothing of libsecret is on the stack; and
 * no leaks at all while a keyring is asked, because ours could be among them.
 * Linked into every program that has a keyring when the build has AddressSanitizer.
 */
#include "config.h"

#include <gio/gio.h>

#include <dlfcn.h>
#include <sanitizer/lsan_interface.h>

/* The function that ours stands in front of. */
#define REAL(name)                                                                                 \
  (((union {                                                                                       \
     void *symbol;                                                                                 \
     __typeof__ (&name) function;                                                                  \
   }){ dlsym (RTLD_NEXT, #name) })                                                                 \
       .function)

static void
ignore (gboolean done, char **etag)
{
  if (done && etag != NULL && *etag != NULL)
    __lsan_ignore_object (*etag);
}

gboolean
g_file_load_contents_finish (
    GFile *file, GAsyncResult *result, char **contents, gsize *length, char **etag, GError **error)
{
  gboolean done = REAL (g_file_load_contents_finish) (file, result, contents, length, etag, error);

  ignore (done, etag);
  return done;
}

gboolean
g_file_replace_contents_finish (GFile *file, GAsyncResult *result, char **etag, GError **error)
{
  gboolean done = REAL (g_file_replace_contents_finish) (file, result, etag, error);

  ignore (done, etag);
  return done;
}
