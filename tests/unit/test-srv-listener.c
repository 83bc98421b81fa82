/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a listener says before it listens, how it fails, and whom it still lets in when
 * it closes. Everything else about listening is tried in the suite net.
 */
#include "config.h"

#include "server/net/srv-listener.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/sal-error.h"
#include "common/base/sal-limits.h"

static void
on_due (SrvDeadline *deadline, gpointer data)
{
  srv_listener_resume (deadline);
}

static void
on_turn_end (gpointer data)
{
}

static const SrvReactorHooks hooks = { .due = on_due, .turn_end = on_turn_end };

typedef struct
{
  GMainContext *context;
  SrvReactor *reactor;
  SalUri *uri;
  SrvListener *listener;
  guint accepted;
  int user_timeout_ms; /* of who was accepted last */
  int unsent_bytes;    /* ... and what the kernel lets wait for them */
} Fixture;

static void
on_accept (SrvListener *listener, int fd, const SrvAddress *peer, gpointer data)
{
  Fixture *f = data;
  socklen_t len = sizeof f->user_timeout_ms;

  f->accepted++;
  f->user_timeout_ms = -1;
  (void) getsockopt (fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &f->user_timeout_ms, &len);
  f->unsent_bytes = -1;
  (void) getsockopt (fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &f->unsent_bytes, &len);
  close (fd);
}

static void
on_refuse (SrvListener *listener, int fd, gpointer data)
{
}

static void
set_up (Fixture *f, gconstpointer text)
{
  g_autoptr (GError) error = NULL;

  f->context = g_main_context_new ();
  f->reactor = srv_reactor_new (f->context, 1, &hooks, f);
  f->uri = sal_uri_parse_listener (text, &error);
  g_assert_no_error (error);
  f->listener = srv_listener_new (f->uri, f->reactor, 0, on_accept, on_refuse, f);
}

static void
tear_down (Fixture *f, gconstpointer text)
{
  srv_listener_free (f->listener);
  sal_uri_free (f->uri);
  srv_reactor_free (f->reactor);
  g_main_context_unref (f->context);
}

static void
test_closed_at_first (Fixture *f, gconstpointer text)
{
  g_assert_false (srv_listener_is_open (f->listener));
  g_assert_false (srv_listener_is_inherited (f->listener));
  g_assert_true (srv_listener_get_uri (f->listener) == f->uri);
  srv_listener_close (f->listener);
  srv_listener_close (f->listener);
  g_assert_false (srv_listener_is_open (f->listener));
  srv_listener_free (NULL);
}

static void
test_path_too_long (Fixture *f, gconstpointer text)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (srv_listener_open (f->listener, 1024, &error));
  g_assert_error (error, SAL_ERROR, SAL_EXIT_UNREACHABLE);
  g_assert_nonnull (strstr (error->message, text));
  g_assert_nonnull (strstr (error->message, "too long"));
  g_assert_false (srv_listener_is_open (f->listener));
}

/* What systemd hands over may be no listening socket at all; it is closed then. */
static void
test_adopts_no_listener (Fixture *f, gconstpointer text)
{
  g_autoptr (GError) error = NULL;
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  g_assert_false (srv_listener_adopt (f->listener, fds[0], &error));
  g_assert_error (error, SAL_ERROR, SAL_EXIT_UNREACHABLE);
  g_assert_cmpint (fcntl (fds[0], F_GETFD), ==, -1);
  g_assert_false (srv_listener_is_open (f->listener));
  close (fds[1]);
}

static int
connect_to (const SrvListener *listener)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK),
                                 .sin_port = htons (srv_listener_get_port (listener)) };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (connect (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  return fd;
}

/* A machine that is gone is given up by the kernel after two minutes, also with something on its
 * way to it; but not as soon as the configuration gives up who takes nothing. */
static void
test_gives_up_in_time (Fixture *f, gconstpointer text)
{
  static const struct
  {
    guint stall_s;
    int expected_ms;
  } cases[] = { { 0, 120000 }, { 30, 120000 }, { 3600, 3630000 }, { 60, 120000 } };
  g_autoptr (GError) error = NULL;

  g_assert_true (srv_listener_open (f->listener, 16, &error));
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      int fd = -1;

      if (cases[i].stall_s > 0)
        srv_listener_set_patience (f->listener, cases[i].stall_s);
      fd = connect_to (f->listener);
      while (f->accepted == i)
        g_main_context_iteration (f->context, TRUE);
      g_assert_cmpint (f->user_timeout_ms, ==, cases[i].expected_ms);
      close (fd);
    }
}

/* Who comes as soon as it is open has what was said before. */
static void
test_patience_from_the_first (Fixture *f, gconstpointer text)
{
  g_autoptr (GError) error = NULL;
  int fd = -1;

  srv_listener_set_patience (f->listener, 3600);
  g_assert_true (srv_listener_open (f->listener, 16, &error));
  g_assert_no_error (error);
  fd = connect_to (f->listener);
  while (f->accepted == 0)
    g_main_context_iteration (f->context, TRUE);
  g_assert_cmpint (f->user_timeout_ms, ==, 3630000);
  close (fd);
}

/* Who is accepted has it from the listening socket: little waits in the kernel for who does not
 * read. */
static void
test_little_waits_in_the_kernel (Fixture *f, gconstpointer text)
{
  g_autoptr (GError) error = NULL;
  int fd = -1;

  g_assert_true (srv_listener_open (f->listener, 1024, &error));
  g_assert_no_error (error);
  fd = connect_to (f->listener);
  while (f->accepted == 0)
    g_main_context_iteration (f->context, TRUE);
  g_assert_cmpint (f->unsent_bytes, ==, SAL_KERNEL_UNSENT_BYTES);
  close (fd);
}

/* S26: who has been waiting to be accepted when it closes is still let in. */
static void
test_closes_after_the_queue (Fixture *f, gconstpointer text)
{
  g_autoptr (GError) error = NULL;
  int fds[3];

  g_assert_true (srv_listener_open (f->listener, 16, &error));
  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (fds); i++)
    fds[i] = connect_to (f->listener);
  g_assert_cmpuint (f->accepted, ==, 0);
  srv_listener_close (f->listener);
  g_assert_cmpuint (f->accepted, ==, G_N_ELEMENTS (fds));
  for (gsize i = 0; i < G_N_ELEMENTS (fds); i++)
    close (fds[i]);
}

#define LONG_PATH                                                                                  \
  "unix:///a-path-that-is-longer-than-what-the-kernel-takes-for-the-name-of-a-socket-which-is-"    \
  "one-hundred-and-eight-bytes-here"

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/net/listener/is-closed-at-first", Fixture, "plain://127.0.0.1:0", set_up,
              test_closed_at_first, tear_down);
  g_test_add ("/net/listener/names-a-path-that-is-too-long", Fixture, LONG_PATH, set_up,
              test_path_too_long, tear_down);
  g_test_add ("/net/listener/adopts-only-what-listens", Fixture, "plain://127.0.0.1:0", set_up,
              test_adopts_no_listener, tear_down);
  g_test_add ("/net/listener/closes-after-the-queue", Fixture, "plain://127.0.0.1:0", set_up,
              test_closes_after_the_queue, tear_down);
  g_test_add ("/net/listener/little-waits-in-the-kernel", Fixture, "plain://127.0.0.1:0", set_up,
              test_little_waits_in_the_kernel, tear_down);
  g_test_add ("/net/listener/gives-up-in-time-from-the-first", Fixture, "plain://127.0.0.1:0",
              set_up, test_patience_from_the_first, tear_down);
  g_test_add ("/net/listener/gives-up-in-time", Fixture, "plain://127.0.0.1:0", set_up,
              test_gives_up_in_time, tear_down);
  return g_test_run ();
}
