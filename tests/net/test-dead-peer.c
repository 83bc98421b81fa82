/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A client whose peer is gone without a word: the machine has lost its power, a wire is cut. Nothing is
 * refused and nothing is closed; nothing is acknowledged either, and the kernel would go on trying
 * for a quarter of an hour. Here the peer's kernel drops whatever comes (a filter on its socket,
 * before TCP sees it), which takes no network namespace and no privileges. The times that the
 * client has set are read, and then made short, at its own socket, because nobody wants to wait a
 * minute for a test.
 */
#include "config.h"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/client/sal-transport.h"
#include "tests/lib/test-peer.h"

typedef struct
{
  int listener;
  guint16 port;
  int accepted; /* the peer's socket */
  int socket;   /* the client's, which the transport owns */
  SalTransport *transport;
  GError *broken;
  gboolean connected;
} Fixture;

static void
on_received (const guint8 *bytes, gsize len, gpointer data)
{
  g_assert_not_reached ();
}

static void
on_ended (gpointer data)
{
  g_assert_not_reached ();
}

static void
on_broken (const GError *error, gpointer data)
{
  Fixture *f = data;

  g_assert_null (f->broken);
  f->broken = g_error_copy (error);
}

static const SalTransportHooks hooks = { on_received, on_ended, on_broken };

static void
on_connected (GObject *source, GAsyncResult *result, gpointer data)
{
  Fixture *f = data;
  g_autoptr (GError) error = NULL;

  f->transport = sal_transport_connect_finish (result, &error);
  g_assert_no_error (error);
  f->connected = TRUE;
}

static guint16
port_of (int (*get) (int, struct sockaddr *, socklen_t *), int fd)
{
  struct sockaddr_in6 address = { 0 };
  socklen_t len = sizeof address;

  if (get (fd, (struct sockaddr *) &address, &len) != 0)
    return 0;
  return ntohs (address.sin6_port); /* at the same place in both families */
}

/* The one of our descriptors that is connected to @port. */
static int
find_socket_to (guint16 port)
{
  g_autoptr (GDir) folder = g_dir_open ("/proc/self/fd", 0, NULL);
  const char *name = NULL;

  while ((name = g_dir_read_name (folder)) != NULL)
    {
      int fd = (int) g_ascii_strtoll (name, NULL, 10);

      if (port_of (getpeername, fd) == port)
        return fd;
    }
  g_assert_not_reached ();
}

static void
listen_at (Fixture *f, const char *host)
{
  struct sockaddr_in v4 = { .sin_family = AF_INET };
  struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_addr = in6addr_loopback };
  gboolean six = strchr (host, ':') != NULL;

  v4.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  f->listener = socket (six ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_no_errno (f->listener);
  g_assert_no_errno (bind (f->listener, six ? (struct sockaddr *) &v6 : (struct sockaddr *) &v4,
                           six ? sizeof v6 : sizeof v4));
  g_assert_no_errno (listen (f->listener, 1));
  f->port = port_of (getsockname, f->listener);
}

static void
set_up (Fixture *f, gconstpointer host)
{
  g_autofree char *text = NULL;
  g_autoptr (SalUri) uri = NULL;
  SalTransportOptions options = { 0 };

  listen_at (f, host);
  text = g_strdup_printf ("plain://%s:%u", (const char *) host, f->port);
  uri = sal_uri_parse_client (text, NULL);
  sal_transport_connect_async (uri, &options, &hooks, f, NULL, on_connected, f);
  while (!f->connected)
    g_main_context_iteration (NULL, TRUE);
  f->accepted = accept (f->listener, NULL, NULL);
  g_assert_no_errno (f->accepted);
  f->socket = find_socket_to (f->port);
}

static void
tear_down (Fixture *f, gconstpointer host)
{
  sal_transport_close (f->transport);
  g_clear_object (&f->transport);
  g_clear_error (&f->broken);
  close (f->accepted);
  close (f->listener);
}

static int
get_option (const Fixture *f, int level, int name)
{
  int value = 0;
  socklen_t len = sizeof value;

  g_assert_no_errno (getsockopt (f->socket, level, name, &value, &len));
  return value;
}

static void
set_option (const Fixture *f, int name, int value)
{
  g_assert_no_errno (setsockopt (f->socket, IPPROTO_TCP, name, &value, sizeof value));
}

/* From now on nothing that is sent to the peer is acknowledged. */
static void
vanish (Fixture *f)
{
  struct sock_filter nothing[] = { BPF_STMT (BPF_RET | BPF_K, 0) };
  struct sock_fprog program = { .len = G_N_ELEMENTS (nothing), .filter = nothing };

  g_assert_no_errno (
      setsockopt (f->accepted, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program));
}

static gboolean
on_tick (gpointer data)
{
  return G_SOURCE_CONTINUE; /* lets the loop below look at its clock */
}

static void
expect_broken (Fixture *f)
{
  gint64 until_us = g_get_monotonic_time () + TEST_PATIENCE_MS * 1000;
  guint tick = g_timeout_add (100, on_tick, NULL);

  while (f->broken == NULL && g_get_monotonic_time () < until_us)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (tick);
  g_assert_error (f->broken, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
}

/* Something was said, and nobody takes it: a minute, and not a quarter of an hour. */
static void
test_unacknowledged (Fixture *f, gconstpointer host)
{
  g_assert_cmpint (get_option (f, IPPROTO_TCP, TCP_USER_TIMEOUT), ==, 60 * 1000);
  set_option (f, TCP_USER_TIMEOUT, 500);
  vanish (f);
  sal_transport_send (f->transport, "anybody?\n", strlen ("anybody?\n"));
  expect_broken (f);
}

/* Nothing is said: the kernel asks by itself, and a silent room is not taken for a living one. */
static void
test_silent (Fixture *f, gconstpointer host)
{
  g_assert_cmpint (get_option (f, SOL_SOCKET, SO_KEEPALIVE), ==, 1);
  g_assert_cmpint (get_option (f, IPPROTO_TCP, TCP_KEEPIDLE), ==, 30);
  g_assert_cmpint (get_option (f, IPPROTO_TCP, TCP_KEEPINTVL), ==, 10);
  g_assert_cmpint (get_option (f, IPPROTO_TCP, TCP_KEEPCNT), ==, 3);
  set_option (f, TCP_KEEPINTVL, 1);
  set_option (f, TCP_USER_TIMEOUT, 500);
  vanish (f);
  set_option (f, TCP_KEEPIDLE, 1);
  expect_broken (f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/net/dead-peer/what-was-sent-is-not-acknowledged", Fixture, "127.0.0.1", set_up,
              test_unacknowledged, tear_down);
  g_test_add ("/net/dead-peer/nothing-is-said", Fixture, "127.0.0.1", set_up, test_silent,
              tear_down);
  if (test_has_ipv6 ())
    g_test_add ("/net/dead-peer/over-ipv6", Fixture, "[::1]", set_up, test_unacknowledged,
                tear_down);
  return g_test_run ();
}
