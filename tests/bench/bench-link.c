/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A connection of the generator, with TLS or without. Whether the server is who it says is
 * none of a generator's business, so no certificate is looked at.
 */
#include "config.h"

#include "bench-link.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

/**
 * bench_link_begin_tls:
 * @fd: a connected socket, which blocks
 * @tls: (out): its TLS
 *
 * Shakes hands; the socket does not block any more afterwards.
 */
gboolean
bench_link_begin_tls (int fd, gpointer *tls, GError **error)
{
  static SSL_CTX *context;
  SSL *ssl = NULL;

  if (context == NULL)
    {
      context = SSL_CTX_new (TLS_client_method ());
      SSL_CTX_set_mode (context, SSL_MODE_ENABLE_PARTIAL_WRITE |
                                     SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                     SSL_MODE_RELEASE_BUFFERS);
    }
  ssl = SSL_new (context);
  SSL_set_fd (ssl, fd);
  if (SSL_connect (ssl) != 1)
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "no handshake: %s",
                   ERR_reason_error_string (ERR_peek_last_error ()));
      SSL_free (ssl);
      return FALSE;
    }
  (void) fcntl (fd, F_SETFL, fcntl (fd, F_GETFL) | O_NONBLOCK);
  *tls = ssl;
  return TRUE;
}

/**
 * bench_link_send:
 * @tls: (nullable)
 *
 * Returns: how much was taken; 0 if nothing is taken now; -1 if nothing ever will be.
 */
gssize
bench_link_send (int fd, gpointer tls, const char *bytes, gsize len)
{
  gssize n = 0;
  int status = 0;

  if (tls == NULL)
    {
      n = send (fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL);
      return n >= 0 ? n : errno == EAGAIN ? 0 : -1;
    }
  status = SSL_write (tls, bytes, (int) len);
  if (status > 0)
    return status;
  return SSL_get_error (tls, status) == SSL_ERROR_WANT_WRITE ? 0 : -1;
}

/**
 * bench_link_recv:
 * @tls: (nullable)
 *
 * Returns: how much has come; 0 at the end; %BENCH_LINK_AGAIN if there is nothing now; -1 if the
 *   connection is broken.
 */
gssize
bench_link_recv (int fd, gpointer tls, char *bytes, gsize len)
{
  gssize n = 0;
  int status = 0;

  if (tls == NULL)
    {
      n = recv (fd, bytes, len, MSG_DONTWAIT);
      return n >= 0 ? n : errno == EAGAIN ? BENCH_LINK_AGAIN : -1;
    }
  status = SSL_read (tls, bytes, (int) len);
  if (status > 0)
    return status;
  switch (SSL_get_error (tls, status))
    {
    case SSL_ERROR_WANT_READ:
      return BENCH_LINK_AGAIN;
    case SSL_ERROR_ZERO_RETURN:
      return 0;
    default:
      return -1;
    }
}

/**
 * bench_link_close:
 * @tls: (inout): freed if there is one
 */
void
bench_link_close (int fd, gpointer *tls)
{
  g_clear_pointer ((SSL **) tls, SSL_free);
  close (fd);
}
