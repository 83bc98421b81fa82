/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Not a peer, but a network that fails: preloaded into a client, it lets recv() do its
 * work or fail with EIO, as RECV_OUTCOMES says: a letter for each call, `.` for good and
 * `x` for failed; the last one holds for all that follow. The kernel has no way to make
 * a TCP connection fail and go on.
 */
#include "config.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

static const char *outcome;

ssize_t
recv (int fd, void *bytes, size_t len, int flags)
{
  ssize_t (*real) (int, void *, size_t, int) = NULL;
  char now = 0;

  if (outcome == NULL)
    outcome = getenv ("RECV_OUTCOMES");
  if (outcome != NULL)
    {
      now = *outcome;
      outcome += now != '\0' && outcome[1] != '\0';
    }
  if (now == 'x')
    {
      errno = EIO;
      return -1;
    }
  *(void **) &real = dlsym (RTLD_NEXT, "recv");
  return real (fd, bytes, len, flags);
}
