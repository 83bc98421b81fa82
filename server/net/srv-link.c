/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The bytes of one connection, over TCP or a unix socket. What lies above knows
 * neither sockets nor, later, TLS.
 */
#include "config.h"

#include "server/net/srv-link.h"

#include <errno.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "common/base/sal-fd.h"

/**
 * srv_link_read:
 * @n_read: (out): how many bytes came, when OK
 *
 * Never blocks. Interrupted and spurious wake-ups are %SRV_LINK_AGAIN.
 */
SrvLinkStatus
srv_link_read (SrvLink *link, void *buffer, gsize size, gsize *n_read)
{
  ssize_t n = recv (link->fd, buffer, size, MSG_DONTWAIT);

  *n_read = n > 0 ? (gsize) n : 0;
  if (n > 0)
    return SRV_LINK_OK;
  if (n == 0)
    return SRV_LINK_EOF;
  return errno == EAGAIN || errno == EINTR ? SRV_LINK_AGAIN : SRV_LINK_ERROR;
}

/**
 * srv_link_write:
 * @n_written: (out): how many bytes the kernel took, when OK; perhaps not all
 *
 * Never blocks, never raises SIGPIPE.
 */
SrvLinkStatus
srv_link_write (SrvLink *link, const struct iovec *iov, int n_iov, gsize *n_written)
{
  struct msghdr message = { .msg_iov = (struct iovec *) iov, .msg_iovlen = (gsize) n_iov };
  ssize_t n = n_iov == 1 ? send (link->fd, iov->iov_base, iov->iov_len, MSG_DONTWAIT | MSG_NOSIGNAL)
                         : sendmsg (link->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);

  *n_written = n > 0 ? (gsize) n : 0;
  if (n >= 0)
    return SRV_LINK_OK;
  return errno == EAGAIN || errno == EINTR ? SRV_LINK_AGAIN : SRV_LINK_ERROR;
}

/**
 * srv_link_count_unacked:
 *
 * Returns: how many bytes the kernel has taken and the peer's has not: what it still
 *   holds is no sign that nobody reads at the other end.
 */
gsize
srv_link_count_unacked (const SrvLink *link)
{
  int bytes = 0;

  return ioctl (link->fd, SIOCOUTQ, &bytes) == 0 && bytes > 0 ? (gsize) bytes : 0;
}

/**
 * srv_link_end_writing:
 *
 * Tells the peer that nothing more comes (FIN). Reading goes on.
 */
void
srv_link_end_writing (SrvLink *link)
{
  (void) shutdown (link->fd, SHUT_WR);
}

/**
 * srv_link_close:
 *
 * Closes. What was written and not yet sent still goes out, unless there is input
 * that nobody has read.
 */
void
srv_link_close (SrvLink *link)
{
  sal_fd_close (&link->fd);
}

/**
 * srv_link_abort:
 *
 * Closes with a reset, leaving no state behind in the kernel.
 */
void
srv_link_abort (SrvLink *link)
{
  struct linger linger = { .l_onoff = 1, .l_linger = 0 };

  if (link->fd >= 0)
    (void) setsockopt (link->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  sal_fd_close (&link->fd);
}
