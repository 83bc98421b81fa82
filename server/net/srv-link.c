/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The bytes of one connection, over TCP or a unix socket, encrypted or not. What lies
 * above knows neither sockets nor TLS: it reads and writes plaintext, and is told when
 * something still waits in here (srv_link_has_unsent()). TLS itself, without a socket,
 * is in tls/srv-tls.c.
 */
#include "config.h"

#include "server/net/srv-link.h"

#include <errno.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "common/base/sal-fd.h"

/* Records that one call takes in a handshake. An honest peer needs five; one that sends
 * its hello in a thousand pieces shares the turn with the others. */
#define HANDSHAKE_RECORDS 16

/* What the kernel says to a transfer that moved nothing. */
static SrvLinkStatus
judge (ssize_t n)
{
  if (n == 0)
    return SRV_LINK_EOF;
  return errno == EAGAIN || errno == EINTR ? SRV_LINK_AGAIN : SRV_LINK_ERROR;
}

/* Sends what TLS has made. OK: all of it. */
static SrvLinkStatus
send_sealed (SrvLink *link)
{
  gsize len = 0;
  const void *sealed = NULL;

  while ((sealed = srv_tls_peek_sealed (link->tls, &len)) != NULL)
    {
      ssize_t n = send (link->fd, sealed, len, MSG_DONTWAIT | MSG_NOSIGNAL);

      if (n <= 0)
        return judge (n);
      link->sent_bytes += (guint32) n;
      srv_tls_sealed_sent (link->tls, (gsize) n);
    }
  return SRV_LINK_OK;
}

/**
 * srv_link_handshake:
 *
 * Goes on with the handshake as far as it goes without blocking. Nothing of what the
 * peer says after it is taken from the socket.
 *
 * Returns: %SRV_LINK_OK once it is complete. What is left to be sent then will be by
 *   srv_link_write(). %SRV_LINK_ERROR: it has failed, and srv_tls_get_failure() may know
 *   why.
 */
SrvLinkStatus
srv_link_handshake (SrvLink *link)
{
  guint8 sealed[SRV_TLS_RECORD_BYTES];
  SrvTlsStatus status = SRV_TLS_MORE;
  SrvLinkStatus sent = SRV_LINK_OK;

  for (int i = 0; i < 2 * HANDSHAKE_RECORDS && status == SRV_TLS_MORE; i++)
    {
      gsize wanted = MIN (srv_tls_wants (link->tls, SRV_TLS_PLAIN_BYTES), sizeof sealed);
      ssize_t n = recv (link->fd, sealed, wanted, MSG_DONTWAIT);

      if (n <= 0)
        {
          SrvLinkStatus why = judge (n);

          if (why != SRV_LINK_AGAIN)
            return why;
          break;
        }
      status = srv_tls_handshake (link->tls, sealed, (gsize) n);
    }
  sent = send_sealed (link);
  if (status == SRV_TLS_OK)
    return SRV_LINK_OK;
  return status == SRV_TLS_MORE && sent != SRV_LINK_ERROR ? SRV_LINK_AGAIN : SRV_LINK_ERROR;
}

/**
 * srv_link_get_tls_version:
 *
 * Returns: (transfer none) (nullable): such as "TLSv1.3"; %NULL if nothing is encrypted.
 */
const char *
srv_link_get_tls_version (const SrvLink *link)
{
  return link->tls != NULL ? srv_tls_get_version (link->tls) : NULL;
}

/**
 * srv_link_dup_peer_fingerprint:
 *
 * Returns: (transfer full) (nullable): what srv_tls_dup_peer_fingerprint() says; %NULL
 *   if nothing is encrypted, or the peer has shown no certificate.
 */
char *
srv_link_dup_peer_fingerprint (const SrvLink *link)
{
  return link->tls != NULL ? srv_tls_dup_peer_fingerprint (link->tls) : NULL;
}

static SrvLinkStatus
read_tls (SrvLink *link, void *buffer, gsize size, gsize *n_read)
{
  guint8 sealed[SRV_TLS_RECORD_BYTES];
  gsize wanted = MIN (srv_tls_wants (link->tls, size), sizeof sealed);
  ssize_t n = recv (link->fd, sealed, wanted, MSG_DONTWAIT);

  if (n <= 0)
    return judge (n);
  switch (srv_tls_read (link->tls, sealed, (gsize) n, buffer, size, n_read))
    {
    case SRV_TLS_OK:
      return SRV_LINK_OK;
    case SRV_TLS_MORE:
      return SRV_LINK_AGAIN;
    case SRV_TLS_ENDED:
      return SRV_LINK_EOF;
    default:
      (void) send_sealed (link); /* the alert that says why */
      return SRV_LINK_ERROR;
    }
}

/**
 * srv_link_read:
 * @buffer: (out caller-allocates): at least %SRV_TLS_PLAIN_BYTES where TLS may be
 * @n_read: (out): how many bytes came. They count also when an end or an error came
 *   after them
 *
 * Never blocks. Interrupted and spurious wake-ups are %SRV_LINK_AGAIN, and so are
 * records that are not complete. With TLS there may be something to be sent afterwards.
 */
SrvLinkStatus
srv_link_read (SrvLink *link, void *buffer, gsize size, gsize *n_read)
{
  ssize_t n = 0;

  *n_read = 0;
  if (link->tls != NULL)
    return read_tls (link, buffer, size, n_read);
  n = recv (link->fd, buffer, size, MSG_DONTWAIT);
  if (n <= 0)
    return judge (n);
  *n_read = (gsize) n;
  return SRV_LINK_OK;
}

/* A record at a time, and no further than the kernel takes it: what is encrypted cannot
 * be taken back, and what is not encrypted yet can still be dropped. */
static SrvLinkStatus
write_tls (SrvLink *link, const struct iovec *iov, int n_iov, gsize *n_written)
{
  SrvLinkStatus status = send_sealed (link);
  gsize n = 1;

  while (status == SRV_LINK_OK && n > 0)
    {
      if (!srv_tls_write (link->tls, iov, n_iov, *n_written, &n))
        return SRV_LINK_ERROR;
      *n_written += n;
      status = send_sealed (link);
    }
  return status == SRV_LINK_AGAIN && *n_written > 0 ? SRV_LINK_OK : status;
}

/**
 * srv_link_write:
 * @iov: what to write; may be nothing, for what waits in here already
 * @n_written: (out): how many bytes were taken, when OK; perhaps not all
 *
 * Never blocks, never raises SIGPIPE. With TLS, some of what was taken may still wait in
 * here; then the next call sends that first.
 */
SrvLinkStatus
srv_link_write (SrvLink *link, const struct iovec *iov, int n_iov, gsize *n_written)
{
  struct msghdr message = { .msg_iov = (struct iovec *) iov, .msg_iovlen = (gsize) n_iov };
  ssize_t n = 0;

  *n_written = 0;
  if (link->tls != NULL)
    return write_tls (link, iov, n_iov, n_written);
  n = n_iov == 1 ? send (link->fd, iov->iov_base, iov->iov_len, MSG_DONTWAIT | MSG_NOSIGNAL)
                 : sendmsg (link->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (n < 0)
    return judge (n);
  *n_written = (gsize) n;
  link->sent_bytes += (guint32) n;
  return SRV_LINK_OK;
}

/**
 * srv_link_has_unsent:
 *
 * Returns: whether something waits in here that the kernel has not taken. At most a
 *   record, or some words of TLS itself.
 */
gboolean
srv_link_has_unsent (const SrvLink *link)
{
  gsize len = 0;

  return link->tls != NULL && srv_tls_peek_sealed (link->tls, &len) != NULL;
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
 * srv_link_count_taken:
 *
 * Returns: how many bytes, as they are on the wire, the peer's kernel has taken so far, to be compared
 *   with what was said before: while it grows, somebody at the other end reads. It may wrap around.
 */
guint32
srv_link_count_taken (const SrvLink *link)
{
  return link->sent_bytes - (guint32) srv_link_count_unacked (link);
}

/**
 * srv_link_end_writing:
 *
 * Tells the peer that nothing more comes (close_notify, FIN). Reading goes on.
 *
 * Returns: %SRV_LINK_AGAIN if that has to wait until the kernel takes more; call it
 *   again then.
 */
SrvLinkStatus
srv_link_end_writing (SrvLink *link)
{
  if (link->tls != NULL)
    {
      srv_tls_end_writing (link->tls);
      if (send_sealed (link) == SRV_LINK_AGAIN)
        return SRV_LINK_AGAIN;
    }
  (void) shutdown (link->fd, SHUT_WR);
  return SRV_LINK_OK;
}

/**
 * srv_link_is_cut_off:
 *
 * A FIN that no close_notify came before may be an attacker's (RFC 8446, 6.1), and is
 * more often that of a program which ends without saying so. Either way it is an end; but
 * of what was not complete then nobody knows what it would have been.
 *
 * Returns: for a stream that has ended or is broken: whether anybody on the way could
 *   have ended it. Where nothing is encrypted that is so always and not asked.
 */
gboolean
srv_link_is_cut_off (const SrvLink *link)
{
  return link->tls != NULL && !srv_tls_has_ended (link->tls);
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
  g_clear_pointer (&link->tls, srv_tls_free);
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
  srv_link_close (link);
}
