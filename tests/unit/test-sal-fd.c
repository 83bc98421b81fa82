/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "common/base/sal-fd.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define BYTES (1024 * 1024)

static void
test_close (void)
{
  int fds[2];
  int fd = -1;

  g_assert_cmpint (pipe (fds), ==, 0);
  fd = fds[0];
  sal_fd_close (&fds[0]);
  g_assert_cmpint (fds[0], ==, -1);
  g_assert_cmpint (fcntl (fd, F_GETFD), ==, -1);
  g_assert_cmpint (errno, ==, EBADF);
  sal_fd_close (&fds[0]); /* nothing happens */
  g_assert_cmpint (fds[0], ==, -1);
  sal_fd_close (&fds[1]);

  /* 0 is a descriptor like any other. */
  fd = 0;
  sal_fd_close (&fd);
  g_assert_cmpint (fd, ==, -1);
  g_assert_cmpint (fcntl (0, F_GETFD), ==, -1);
  g_assert_cmpint (open ("/dev/null", O_RDONLY), ==, 0);
}

static gpointer
read_all (gpointer data)
{
  int fd = GPOINTER_TO_INT (data);
  GByteArray *all = g_byte_array_new ();
  guint8 buffer[5000];
  ssize_t n = 0;

  while ((n = read (fd, buffer, sizeof buffer)) > 0)
    g_byte_array_append (all, buffer, (guint) n);
  return all;
}

/* More than a pipe holds, into a descriptor that does not block. */
static void
test_write_all (void)
{
  g_autofree guint8 *bytes = g_malloc (BYTES);
  g_autoptr (GByteArray) got = NULL;
  GThread *reader = NULL;
  int fds[2];

  for (gsize i = 0; i < BYTES; i++)
    bytes[i] = (guint8) (i * 7 / 5);
  g_assert_cmpint (pipe (fds), ==, 0);
  g_assert_cmpint (fcntl (fds[1], F_SETFL, O_NONBLOCK), ==, 0);
  reader = g_thread_new ("reader", read_all, GINT_TO_POINTER (fds[0]));
  g_assert_true (sal_fd_write_all (fds[1], bytes, BYTES));
  sal_fd_close (&fds[1]);
  got = g_thread_join (reader);
  g_assert_cmpmem (got->data, got->len, bytes, BYTES);
  sal_fd_close (&fds[0]);
}

static void
test_write_fails (void)
{
  int fd = open ("/dev/null", O_RDONLY | O_CLOEXEC);

  g_assert_false (sal_fd_write_all (fd, "x", 1));
  g_assert_cmpint (errno, ==, EBADF);
  g_assert_true (sal_fd_write_all (fd, "", 0));
  sal_fd_close (&fd);
}

static void
test_raise_limit (void)
{
  struct rlimit before;
  struct rlimit after;

  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &before), ==, 0);
  before.rlim_cur = MIN (before.rlim_max, 256);
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &before), ==, 0);
  g_assert_cmpuint (sal_fd_raise_limit (), ==, MIN (before.rlim_max, (rlim_t) G_MAXINT));
  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &after), ==, 0);
  g_assert_cmpuint (after.rlim_cur, ==, before.rlim_max);
  g_assert_cmpuint (sal_fd_raise_limit (), ==, MIN (before.rlim_max, (rlim_t) G_MAXINT));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/fd/closes-once", test_close);
  g_test_add_func ("/base/fd/writes-all-where-the-descriptor-does-not-block", test_write_all);
  g_test_add_func ("/base/fd/says-when-it-cannot-write", test_write_fails);
  g_test_add_func ("/base/fd/raises-the-limit-to-what-is-allowed", test_raise_limit);
  return g_test_run ();
}
