/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The stream of bytes, over a pair of sockets that no other process sees, plain and with
 * TLS.
 */
#include "config.h"

#include "server/net/srv-link.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/lib/test-process.h"
#include "tests/unit/tls-driver.h"

typedef struct
{
  SrvLink link;
  int peer;
  TlsClient *client; /* (nullable): the peer's TLS */
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  f->link.fd = fds[0];
  f->peer = fds[1];
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  srv_link_close (&f->link);
  if (f->peer >= 0)
    close (f->peer);
}

static void
test_read (Fixture *f, gconstpointer data)
{
  char buffer[16];
  gsize n = 99;

  /* The socket itself would block; the link does not. */
  g_assert_cmpint (srv_link_read (&f->link, buffer, sizeof buffer, &n), ==, SRV_LINK_AGAIN);
  g_assert_cmpuint (n, ==, 0);
  g_assert_cmpint (write (f->peer, "ciao a tutti quanti", 19), ==, 19);
  g_assert_cmpint (srv_link_read (&f->link, buffer, sizeof buffer, &n), ==, SRV_LINK_OK);
  g_assert_cmpmem (buffer, n, "ciao a tutti qua", 16);
  g_assert_cmpint (srv_link_read (&f->link, buffer, sizeof buffer, &n), ==, SRV_LINK_OK);
  g_assert_cmpmem (buffer, n, "nti", 3);
  g_assert_cmpint (write (f->peer, "x", 1), ==, 1);
  g_assert_cmpint (srv_link_read (&f->link, buffer, sizeof buffer, &n), ==, SRV_LINK_OK);
  g_assert_cmpmem (buffer, n, "x", 1);
  g_assert_cmpint (shutdown (f->peer, SHUT_WR), ==, 0);
  g_assert_cmpint (srv_link_read (&f->link, buffer, sizeof buffer, &n), ==, SRV_LINK_EOF);
  g_assert_cmpuint (n, ==, 0);
}

static void
test_read_after_reset (Fixture *f, gconstpointer data)
{
  char buffer[16];
  gsize n = 0;

  /* A peer that closes with unread input resets the connection. */
  g_assert_cmpint (write (f->link.fd, "x", 1), ==, 1);
  close (f->peer);
  f->peer = -1;
  g_assert_cmpint (srv_link_read (&f->link, buffer, sizeof buffer, &n), ==, SRV_LINK_ERROR);
}

static void
test_write (Fixture *f, gconstpointer data)
{
  struct iovec iov[] = { { (void *) "uno\n", 4 }, { (void *) "due\n", 4 } };
  char buffer[16];
  gsize n = 0;

  g_assert_cmpint (srv_link_write (&f->link, iov, 1, &n), ==, SRV_LINK_OK);
  g_assert_cmpuint (n, ==, 4);
  g_assert_cmpint (srv_link_write (&f->link, iov, 2, &n), ==, SRV_LINK_OK);
  g_assert_cmpuint (n, ==, 8);
  iov[0].iov_len = 1;
  g_assert_cmpint (srv_link_write (&f->link, iov, 1, &n), ==, SRV_LINK_OK);
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpint (read (f->peer, buffer, sizeof buffer), ==, 13);
  g_assert_cmpmem (buffer, 13, "uno\nuno\ndue\nu", 13);
}

/* A peer that does not read is nobody to wait for. */
static void
test_write_until_full (Fixture *f, gconstpointer data)
{
  g_autofree char *block = g_strnfill (100000, 'x');
  struct iovec iov[] = { { block, 100000 }, { block, 100000 } };
  gsize total = 0;
  gsize n = 0;
  SrvLinkStatus status = SRV_LINK_OK;
  int calls = 0;

  for (; (status = srv_link_write (&f->link, iov, 1 + calls % 2, &n)) == SRV_LINK_OK; calls++)
    {
      g_assert_cmpuint (n, >, 0);
      total += n;
      g_assert_cmpint (calls, <, 1000);
    }
  g_assert_cmpint (status, ==, SRV_LINK_AGAIN);
  g_assert_cmpuint (n, ==, 0);
  g_assert_cmpuint (total, >, 0);
}

/* Nor may one that is gone kill the process. */
static void
test_write_to_nobody (Fixture *f, gconstpointer data)
{
  struct iovec iov[] = { { (void *) "uno\n", 4 }, { (void *) "due\n", 4 } };
  gsize n = 0;

  close (f->peer);
  f->peer = -1;
  g_assert_cmpint (srv_link_write (&f->link, iov, 1, &n), ==, SRV_LINK_ERROR);
  g_assert_cmpint (srv_link_write (&f->link, iov, 2, &n), ==, SRV_LINK_ERROR);
}

/* Our end of the stream; the other direction goes on. */
static void
test_end_writing (Fixture *f, gconstpointer data)
{
  char buffer[16];
  gsize n = 0;

  g_assert_null (srv_link_get_tls_version (&f->link));
  g_assert_null (srv_link_dup_peer_fingerprint (&f->link));
  g_assert_cmpint (srv_link_end_writing (&f->link), ==, SRV_LINK_OK);
  g_assert_cmpint (read (f->peer, buffer, sizeof buffer), ==, 0);
  g_assert_cmpint (write (f->peer, "ciao", 4), ==, 4);
  g_assert_cmpint (srv_link_read (&f->link, buffer, sizeof buffer, &n), ==, SRV_LINK_OK);
  g_assert_cmpmem (buffer, n, "ciao", 4);
}

static void
test_close (Fixture *f, gconstpointer abort_too)
{
  int fd = f->link.fd;
  char buffer[1];

  (abort_too ? srv_link_abort : srv_link_close) (&f->link);
  g_assert_cmpint (f->link.fd, ==, -1);
  g_assert_cmpint (fcntl (fd, F_GETFD), ==, -1);
  g_assert_cmpint (read (f->peer, buffer, 1), ==, 0);
  srv_link_close (&f->link);
  srv_link_abort (&f->link);
  g_assert_cmpint (f->link.fd, ==, -1);
}

/* With TLS. */

/* What the client has to say goes into its socket. */
static void
push_out (Fixture *f)
{
  g_autoptr (GByteArray) sealed = tls_client_take (f->client);

  g_assert_cmpint (write (f->peer, sealed->data, sealed->len), ==, (ssize_t) sealed->len);
}

/* What is in its socket goes into the client. Returns whether the stream has ended. */
static gboolean
pull_in (Fixture *f)
{
  char buffer[65536];
  ssize_t n = 0;

  while ((n = recv (f->peer, buffer, sizeof buffer, MSG_DONTWAIT)) > 0)
    tls_client_feed (f->client, buffer, (gsize) n);
  return n == 0;
}

static void
set_up_tls (Fixture *f, gconstpointer version)
{
  SrvLinkStatus status = SRV_LINK_AGAIN;

  set_up (f, NULL);
  f->client = tls_client_new (GPOINTER_TO_INT (version));
  f->link.tls = srv_tls_new (tls_driver_context ());
  g_assert_cmpint (srv_link_handshake (&f->link), ==, SRV_LINK_AGAIN); /* nobody has begun */
  for (int i = 0; i < 4 && status == SRV_LINK_AGAIN; i++)
    {
      (void) SSL_do_handshake (f->client->ssl);
      push_out (f);
      status = srv_link_handshake (&f->link);
      g_assert_false (srv_link_has_unsent (&f->link));
      (void) pull_in (f);
    }
  g_assert_cmpint (status, ==, SRV_LINK_OK);
  g_assert_cmpint (SSL_do_handshake (f->client->ssl), ==, 1);
  g_assert_cmpstr (srv_link_get_tls_version (&f->link), ==, SSL_get_version (f->client->ssl));
  g_assert_null (srv_link_dup_peer_fingerprint (&f->link));
}

static void
tear_down_tls (Fixture *f, gconstpointer version)
{
  tls_client_free (f->client);
  tear_down (f, NULL);
}

static gboolean
is_readable (Fixture *f)
{
  struct pollfd fds = { .fd = f->link.fd, .events = POLLIN };

  return poll (&fds, 1, 0) == 1;
}

/* Everything that has come is had by reading whenever the socket is readable: nothing is
 * left where epoll does not see it. */
static void
test_tls_read (Fixture *f, gconstpointer version)
{
  static const gsize sizes[] = { 1, 16384, 100, 16384, 3, 16000, 16384 };
  g_autofree char *block = g_strnfill (16384, 'x');
  char buffer[SRV_TLS_PLAIN_BYTES];
  gsize sent = 0;
  gsize got = 0;
  int reads = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      tls_client_write (f->client, block, sizes[i]);
      sent += sizes[i];
    }
  push_out (f);
  while (is_readable (f))
    {
      gsize n = 0;
      SrvLinkStatus status = srv_link_read (&f->link, buffer, sizeof buffer, &n);

      g_assert_cmpint (status, ==, n > 0 ? SRV_LINK_OK : SRV_LINK_AGAIN);
      got += n;
      g_assert_cmpint (++reads, <, 20);
    }
  g_assert_cmpuint (got, ==, sent);
}

static void
test_tls_last_words (Fixture *f, gconstpointer version)
{
  char buffer[SRV_TLS_PLAIN_BYTES];
  gsize n = 0;

  tls_client_write (f->client, "quit\n", 5);
  (void) SSL_shutdown (f->client->ssl);
  push_out (f);
  g_assert_cmpint (srv_link_read (&f->link, buffer, sizeof buffer, &n), ==, SRV_LINK_EOF);
  g_assert_cmpmem (buffer, n, "quit\n", 5);
  g_assert_false (srv_link_is_cut_off (&f->link));
}

static void
test_tls_cut_off (Fixture *f, gconstpointer version)
{
  char buffer[SRV_TLS_PLAIN_BYTES];
  gsize n = 0;

  tls_client_write (f->client, "I agr", 5);
  push_out (f);
  g_assert_cmpint (shutdown (f->peer, SHUT_WR), ==, 0);
  g_assert_cmpint (srv_link_read (&f->link, buffer, sizeof buffer, &n), ==, SRV_LINK_OK);
  g_assert_cmpmem (buffer, n, "I agr", 5);
  g_assert_cmpint (srv_link_read (&f->link, buffer, sizeof buffer, &n), ==, SRV_LINK_EOF);
  g_assert_cmpuint (n, ==, 0);
  g_assert_true (srv_link_is_cut_off (&f->link));
}

static void
test_tls_injection (Fixture *f, gconstpointer version)
{
  char buffer[SRV_TLS_PLAIN_BYTES];
  gsize n = 0;
  int result = 0;

  tls_client_write (f->client, "true", 4);
  push_out (f);
  g_assert_cmpint (write (f->peer,
                          "\x17\x03\x03\x00\x20"
                          "a record that is none of theirs.",
                          37),
                   ==, 37);
  g_assert_cmpint (srv_link_read (&f->link, buffer, sizeof buffer, &n), ==, SRV_LINK_ERROR);
  g_assert_cmpmem (buffer, n, "true", 4);
  g_assert_true (srv_link_is_cut_off (&f->link));
  (void) pull_in (f);
  result = SSL_read (f->client->ssl, buffer, 1); /* it has been told */
  g_assert_cmpint (SSL_get_error (f->client->ssl, result), ==, SSL_ERROR_SSL);
}

/* What the kernel does not take stays behind, a record at the most, and goes first. */
static void
test_tls_write_until_full (Fixture *f, gconstpointer version)
{
  g_autofree char *block = g_strnfill (100000, 'x');
  struct iovec iov[] = { { block, 100000 }, { block, 100000 } };
  g_autoptr (GString) rest = NULL;
  gsize total = 0;
  gsize got = 0;
  gsize n = 0;
  SrvLinkStatus status = SRV_LINK_OK;

  for (int i = 0; (status = srv_link_write (&f->link, iov, 2, &n)) == SRV_LINK_OK; i++)
    {
      total += n;
      g_assert_cmpint (i, <, 1000);
    }
  g_assert_cmpint (status, ==, SRV_LINK_AGAIN);
  g_assert_cmpuint (n, ==, 0);
  g_assert_true (srv_link_has_unsent (&f->link));
  g_assert_cmpint (srv_link_write (&f->link, NULL, 0, &n), ==, SRV_LINK_AGAIN);
  g_assert_cmpint (srv_link_end_writing (&f->link), ==, SRV_LINK_AGAIN);
  g_assert_true (srv_link_has_unsent (&f->link));

  for (int i = 0; srv_link_has_unsent (&f->link); i++)
    {
      g_autoptr (GString) plain = NULL;

      (void) pull_in (f);
      plain = tls_client_read (f->client);
      got += plain->len;
      (void) srv_link_write (&f->link, NULL, 0, &n);
      g_assert_cmpint (i, <, 1000);
    }
  g_assert_false (SSL_get_shutdown (f->client->ssl) & SSL_RECEIVED_SHUTDOWN);
  g_assert_cmpint (srv_link_end_writing (&f->link), ==, SRV_LINK_OK);
  g_assert_true (pull_in (f)); /* the FIN comes behind the close_notify */
  rest = tls_client_read (f->client);
  g_assert_cmpuint (got + rest->len, ==, total);
  g_assert_true (SSL_get_shutdown (f->client->ssl) & SSL_RECEIVED_SHUTDOWN);
}

/* Two ends of a TCP connection. */
static void
connect_tcp (int ends[2])
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl (INADDR_LOOPBACK) } };
  socklen_t len = sizeof address;
  int listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (bind (listener, (struct sockaddr *) &address, len), ==, 0);
  g_assert_cmpint (listen (listener, 1), ==, 0);
  g_assert_cmpint (getsockname (listener, (struct sockaddr *) &address, &len), ==, 0);
  ends[0] = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (connect (ends[0], (struct sockaddr *) &address, len), ==, 0);
  ends[1] = accept (listener, NULL, NULL);
  g_assert_cmpint (ends[1], >=, 0);
  close (listener);
}

/* What the peer's kernel has taken is counted as it is on the wire, as the kernel counts what it has
 * not taken: else what is said to somebody who takes nothing would look as if they did. */
static void
test_tls_count_taken (Fixture *f, gconstpointer version)
{
  struct iovec iov = { (void *) "ciao a tutti\n", 13 };
  guint32 before = f->link.sent_bytes;
  int ends[2];
  int has = 0;
  gsize n = 0;
  gint64 late_us = g_get_monotonic_time () + TEST_PATIENCE_MS * (gint64) 1000;

  connect_tcp (ends);
  g_assert_cmpint (dup2 (ends[0], f->link.fd), ==, f->link.fd);
  for (guint i = 0; i < 20; i++)
    g_assert_cmpint (srv_link_write (&f->link, &iov, 1, &n), ==, SRV_LINK_OK);
  while (srv_link_count_unacked (&f->link) > 0) /* nothing tells when the kernel has its ACK */
    {
      g_assert_cmpint (g_get_monotonic_time (), <, late_us);
      g_usleep (G_TIME_SPAN_MILLISECOND);
    }
  g_assert_cmpint (ioctl (ends[1], FIONREAD, &has), ==, 0);
  g_assert_cmpint (has, >, 20 * (int) iov.iov_len);
  g_assert_cmpuint (srv_link_count_taken (&f->link) - before, ==, (guint) has);
  close (ends[0]);
  close (ends[1]);
}

/* Reading goes on after we have ended. */
static void
test_tls_half_closed (Fixture *f, gconstpointer version)
{
  char buffer[SRV_TLS_PLAIN_BYTES];
  gsize n = 0;

  g_assert_cmpint (srv_link_end_writing (&f->link), ==, SRV_LINK_OK);
  g_assert_true (pull_in (f));
  g_assert_cmpint (SSL_read (f->client->ssl, buffer, 1), ==, 0);
  tls_client_write (f->client, "ciao", 4);
  push_out (f);
  g_assert_cmpint (srv_link_read (&f->link, buffer, sizeof buffer, &n), ==, SRV_LINK_OK);
  g_assert_cmpmem (buffer, n, "ciao", 4);
}

static void
test_tls_close (Fixture *f, gconstpointer version)
{
  srv_link_abort (&f->link);
  g_assert_cmpint (f->link.fd, ==, -1);
  g_assert_null (f->link.tls);
  srv_link_close (&f->link);
}

#define ADD_TLS(path, func)                                                                        \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_test_add (path "/1.2", Fixture, GINT_TO_POINTER (TLS1_2_VERSION), set_up_tls, func,          \
                tear_down_tls);                                                                    \
    g_test_add (path "/1.3", Fixture, GINT_TO_POINTER (TLS1_3_VERSION), set_up_tls, func,          \
                tear_down_tls);                                                                    \
  }                                                                                                \
  G_STMT_END

#define ADD(path, data, func) g_test_add (path, Fixture, data, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/net/link/reads-without-blocking", NULL, test_read);
  ADD ("/net/link/a-reset-is-an-error", NULL, test_read_after_reset);
  ADD ("/net/link/writes-one-or-many", NULL, test_write);
  ADD ("/net/link/writes-without-blocking", NULL, test_write_until_full);
  ADD ("/net/link/survives-writing-to-nobody", NULL, test_write_to_nobody);
  ADD ("/net/link/ends-writing-and-goes-on-reading", NULL, test_end_writing);
  ADD ("/net/link/closes-once", NULL, test_close);
  ADD ("/net/link/aborts-once", GINT_TO_POINTER (1), test_close);
  ADD_TLS ("/net/link/tls/leaves-nothing-unseen", test_tls_read);
  ADD_TLS ("/net/link/tls/last-words-come-with-the-end", test_tls_last_words);
  ADD_TLS ("/net/link/tls/notices-that-a-stream-was-cut", test_tls_cut_off);
  ADD_TLS ("/net/link/tls/an-injection-is-an-error", test_tls_injection);
  ADD_TLS ("/net/link/tls/writes-without-blocking", test_tls_write_until_full);
  ADD_TLS ("/net/link/tls/knows-what-was-taken", test_tls_count_taken);
  ADD_TLS ("/net/link/tls/ends-writing-and-goes-on-reading", test_tls_half_closed);
  ADD_TLS ("/net/link/tls/closes-once", test_tls_close);
  return g_test_run ();
}
