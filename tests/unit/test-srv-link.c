/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The stream of bytes, over a pair of sockets that no other process sees.
 */
#include "config.h"

#include "server/net/srv-link.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct
{
  SrvLink link;
  int peer;
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

  srv_link_end_writing (&f->link);
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
  return g_test_run ();
}
