/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The few things that every program does with file descriptors.
 */
#include "config.h"

#include "common/base/sal-fd.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

/**
 * sal_fd_raise_limit:
 *
 * Raises the soft limit of open descriptors to the hard one: the default of
 * 1024 is there for programs that use select(), which ours do not.
 *
 * Returns: how many descriptors this process may have open.
 */
guint
sal_fd_raise_limit (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) < 0)
    return 1024;
  if (limit.rlim_cur < limit.rlim_max)
    {
      rlim_t before = limit.rlim_cur;

      limit.rlim_cur = limit.rlim_max;
      if (setrlimit (RLIMIT_NOFILE, &limit) < 0)
        limit.rlim_cur = before;
    }
  return (guint) MIN (limit.rlim_cur, (rlim_t) G_MAXINT);
}

/**
 * sal_fd_write_all:
 *
 * Writes all of @data, waiting where the descriptor is not ready. For files and
 * terminals, never for a peer that may not be reading.
 *
 * Returns: %FALSE with errno set if not everything could be written.
 */
gboolean
sal_fd_write_all (int fd, const void *data, gsize len)
{
  const char *at = data;

  while (len > 0)
    {
      ssize_t n = write (fd, at, len);

      if (n > 0)
        {
          at += n;
          len -= (gsize) n;
        }
      else if (n < 0 && errno == EAGAIN)
        (void) poll (&(struct pollfd){ .fd = fd, .events = POLLOUT }, 1, -1);
      else if (n < 0 && errno != EINTR)
        return FALSE;
    }
  return TRUE;
}

/**
 * sal_fd_detach_terminal:
 * @fd: standard output or standard error
 *
 * If @fd is a terminal, makes it one that is never waited for: writing fails with EAGAIN
 * while somebody has stopped it (Ctrl-S), or the network to it hangs. For a program that
 * others depend on. The descriptor gets a file description of its own, so that nothing
 * changes for the shell and others who share the terminal.
 */
void
sal_fd_detach_terminal (int fd)
{
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);
  int own = isatty (fd) ? open (path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) : -1;

  if (own < 0)
    return;
  (void) dup2 (own, fd);
  close (own);
}

/**
 * sal_fd_close:
 * @fd: (inout): a descriptor, or -1
 *
 * Closes @fd unless it is -1, and makes it -1.
 */
void
sal_fd_close (int *fd)
{
  int old = *fd;

  *fd = -1;
  if (old >= 0)
    close (old);
}
