/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The other end of a TLS connection, for tests: OpenSSL on a blocking socket, which is
 * what most programs are that join a room.
 */
#include "config.h"

#include "tests/lib/test-tls-peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "tests/lib/test-peer.h"

/**
 * test_tls_peer_new:
 * @version: the only one it speaks, such as %TLS1_2_VERSION; 0: any
 *
 * Returns: (transfer full): a peer that has connected and said nothing yet.
 */
TestTlsPeer *
test_tls_peer_new (guint16 port, int version)
{
  TestTlsPeer *peer = g_new0 (TestTlsPeer, 1);
  struct sockaddr_in in = { .sin_family = AF_INET,
                            .sin_port = htons (port),
                            .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  struct timeval patience = { .tv_sec = TEST_PATIENCE_MS / 1000 };
  socklen_t len = sizeof in;
  int one = 1;

  peer->fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (connect (peer->fd, (struct sockaddr *) &in, sizeof in), ==, 0);
  (void) setsockopt (peer->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  (void) setsockopt (peer->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  g_assert_cmpint (getsockname (peer->fd, (struct sockaddr *) &in, &len), ==, 0);
  peer->address = g_strdup_printf ("('127.0.0.1', %u)", ntohs (in.sin_port));
  peer->received = g_string_new (NULL);
  peer->context = SSL_CTX_new (TLS_client_method ());
  if (version != 0)
    {
      SSL_CTX_set_security_level (peer->context, 0); /* old versions are to be tried, too */
      g_assert_true (SSL_CTX_set_min_proto_version (peer->context, version));
      g_assert_true (SSL_CTX_set_max_proto_version (peer->context, version));
    }
  peer->ssl = SSL_new (peer->context);
  g_assert_true (SSL_set_fd (peer->ssl, peer->fd));
  SSL_set_connect_state (peer->ssl);
  return peer;
}

/* A socket with a timeout does not go on by itself where this process was stopped. */
static gboolean
was_interrupted (const TestTlsPeer *peer, int n)
{
  return n <= 0 && errno == EINTR && SSL_get_error (peer->ssl, n) == SSL_ERROR_WANT_READ;
}

static int
read_some (TestTlsPeer *peer, char *buffer, int size)
{
  int n = 0;

  do
    n = SSL_read (peer->ssl, buffer, size);
  while (was_interrupted (peer, n));
  return n;
}

/**
 * test_tls_peer_shake_hands:
 */
void
test_tls_peer_shake_hands (TestTlsPeer *peer)
{
  int n = 0;

  do
    n = SSL_do_handshake (peer->ssl);
  while (was_interrupted (peer, n));
  if (n != 1)
    g_error ("no handshake: error %d, %s; %s", SSL_get_error (peer->ssl, n), g_strerror (errno),
             ERR_reason_error_string (ERR_peek_error ()));
}

/**
 * test_tls_peer_connect:
 *
 * Returns: (transfer full): a peer that has shaken hands.
 */
TestTlsPeer *
test_tls_peer_connect (guint16 port)
{
  TestTlsPeer *peer = test_tls_peer_new (port, 0);

  test_tls_peer_shake_hands (peer);
  return peer;
}

/**
 * test_tls_peer_join:
 *
 * Returns: (transfer full): a peer that is in the room and ends its lines with LF.
 */
TestTlsPeer *
test_tls_peer_join (guint16 port, const char *name)
{
  TestTlsPeer *peer = test_tls_peer_connect (port);
  g_autofree char *line = g_strconcat (name, "\n", NULL);

  test_tls_peer_send (peer, line);
  test_tls_peer_expect (peer, TEST_HINT);
  return peer;
}

/**
 * test_tls_peer_free:
 * @peer: (nullable) (transfer full): closed without a word, if it is open
 */
void
test_tls_peer_free (TestTlsPeer *peer)
{
  if (peer == NULL)
    return;
  SSL_free (peer->ssl);
  SSL_CTX_free (peer->context);
  if (peer->fd >= 0)
    close (peer->fd);
  g_string_free (peer->received, TRUE);
  g_free (peer->address);
  g_free (peer);
}

/**
 * test_tls_peer_send:
 */
void
test_tls_peer_send (TestTlsPeer *peer, const char *text)
{
  g_assert_cmpint (SSL_write (peer->ssl, text, (int) strlen (text)), ==, (int) strlen (text));
}

/**
 * test_tls_peer_read:
 *
 * Waits for one record.
 *
 * Returns: %FALSE at the end, in whatever way it came.
 */
gboolean
test_tls_peer_read (TestTlsPeer *peer)
{
  char buffer[16384];
  int n = read_some (peer, buffer, sizeof buffer);

  if (n <= 0)
    return FALSE;
  g_string_append_len (peer->received, buffer, n);
  return TRUE;
}

/**
 * test_tls_peer_end_writing:
 *
 * close_notify; the socket stays as it is.
 */
void
test_tls_peer_end_writing (TestTlsPeer *peer)
{
  (void) SSL_shutdown (peer->ssl);
}

/**
 * test_tls_peer_send_last:
 * @text: less than a segment
 *
 * Text and close_notify in one segment, so that whoever reads gets both at once.
 */
void
test_tls_peer_send_last (TestTlsPeer *peer, const char *text)
{
  int on = 1;
  int off = 0;

  g_assert_cmpint (setsockopt (peer->fd, IPPROTO_TCP, TCP_CORK, &on, sizeof on), ==, 0);
  test_tls_peer_send (peer, text);
  test_tls_peer_end_writing (peer);
  g_assert_cmpint (setsockopt (peer->fd, IPPROTO_TCP, TCP_CORK, &off, sizeof off), ==, 0);
}

/**
 * test_tls_peer_dup_fingerprint:
 *
 * Returns: (transfer full): of the server's certificate, "AB:CD:...".
 */
char *
test_tls_peer_dup_fingerprint (const TestTlsPeer *peer)
{
  guint8 digest[EVP_MAX_MD_SIZE];
  guint len = 0;
  GString *text = g_string_new (NULL);

  g_assert_true (X509_digest (SSL_get0_peer_certificate (peer->ssl), EVP_sha256 (), digest, &len));
  for (guint i = 0; i < len; i++)
    g_string_append_printf (text, i == 0 ? "%02X" : ":%02X", digest[i]);
  return g_string_free (text, FALSE);
}

static void
fail (TestTlsPeer *peer, const char *wanted, const char *file, int line, const char *func)
{
  g_autofree char *message =
      g_strdup_printf ("no \"%s\" has come, but \"%s\"", wanted, peer->received->str);

  g_assertion_message (G_LOG_DOMAIN, file, line, func, message);
}

/**
 * test_tls_peer_expect_at:
 */
void
test_tls_peer_expect_at (
    TestTlsPeer *peer, const char *text, const char *file, int line, const char *func)
{
  const char *found = NULL;
  gsize len = strlen (text);
  gsize searched = 0;

  /* What has been searched is not searched again: there may be megabytes before it, and who is
   * put out has two seconds to read them. */
  while ((found = strstr (peer->received->str + searched, text)) == NULL)
    {
      searched = peer->received->len >= len ? peer->received->len - len + 1 : 0;
      if (!test_tls_peer_read (peer))
        {
          fail (peer, text, file, line, func);
          return;
        }
    }
  g_string_erase (peer->received, 0, found - peer->received->str + (gssize) strlen (text));
}

/**
 * test_tls_peer_expect_end_at:
 */
void
test_tls_peer_expect_end_at (TestTlsPeer *peer, const char *file, int line, const char *func)
{
  char byte = 0;
  int n = read_some (peer, &byte, 1);

  if (peer->received->len > 0 || SSL_get_error (peer->ssl, n) != SSL_ERROR_ZERO_RETURN ||
      recv (peer->fd, &byte, 1, 0) != 0)
    fail (peer, "close_notify and FIN", file, line, func);
}
