/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Raw peers and servers for tests: sockets that send exactly these bytes and expect
 * exactly those, with a deadline, and say what came instead.
 */
#include "config.h"

#include "tests/lib/test-peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/script/sal-script.h"
#include "tests/lib/test-last-words.h"

/**
 * test_reserve_port:
 *
 * Returns: a port of 127.0.0.1 for a server that is to be found there again when it is started
 *   anew, or that cannot listen on one of the kernel's choice. Until this program ends nobody else
 *   gets it from the kernel, neither while the server is dead nor before it is there.
 */
guint16
test_reserve_port (void)
{
  struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t len = sizeof in;
  int one = 1;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  /* Bound and never listening: who has SO_REUSEADDR, as servers do, may bind it as well if asked to,
   * but the kernel does not choose it. */
  g_assert_no_errno (setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one));
  g_assert_no_errno (bind (fd, (struct sockaddr *) &in, sizeof in));
  g_assert_no_errno (getsockname (fd, (struct sockaddr *) &in, &len));
  return ntohs (in.sin_port);
}

/**
 * test_has_ipv6:
 *
 * Returns: whether there is ::1; if not, say %TEST_NO_IPV6.
 */
gboolean
test_has_ipv6 (void)
{
  struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
  int fd = socket (AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  gboolean has = fd >= 0 && bind (fd, (struct sockaddr *) &in6, sizeof in6) == 0;

  if (fd >= 0)
    close (fd);
  return has;
}

static guint16
port_of (const char *ready_line)
{
  const char *colon = strrchr (ready_line, ':');

  return colon != NULL ? (guint16) g_ascii_strtoull (colon + 1, NULL, 10) : 0;
}

/* Returns: a connection to the control socket; -1 if there is none. */
static int
connect_control (const TestServer *server)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  g_autofree char *path = test_folder_file (server->folder, "salotto/control");
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpuint (strlen (path), <, sizeof address.sun_path);
  strcpy (address.sun_path, path);
  if (connect (fd, (struct sockaddr *) &address, sizeof address) == 0)
    return fd;
  close (fd);
  return -1;
}

/* What its console says now: who is there, and which numbers are not 0. */
static void
write_server_s_last_words (gpointer data)
{
  static const char words[] = "who\nstats\n";
  const TestServer *server = data;
  struct timeval patience = { .tv_sec = 1 };
  g_autoptr (GString) said = g_string_new (NULL);
  g_auto (GStrv) lines = NULL;
  char buffer[4096];
  ssize_t n = 0;
  int fd = server->folder != NULL && server->process->pid > 0 ? connect_control (server) : -1;

  if (fd < 0)
    return;
  fprintf (stderr, "the server at port %u\n", server->port);
  (void) setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  (void) send (fd, words, sizeof words - 1, MSG_NOSIGNAL);
  (void) shutdown (fd, SHUT_WR);
  while ((n = recv (fd, buffer, sizeof buffer, 0)) > 0)
    g_string_append_len (said, buffer, n);
  close (fd);
  lines = g_strsplit (said->str, "\n", -1);
  g_string_truncate (said, 0);
  for (gsize i = 0; lines[i] != NULL; i++)
    if (*lines[i] != '\0' && !g_regex_match_simple ("^[a-z-]+ +0$", lines[i], 0, 0))
      {
        g_auto (GStrv) parts = g_strsplit_set (lines[i], " ", -1);

        for (gsize k = 0; parts[k] != NULL; k++)
          if (*parts[k] != '\0')
            g_string_append_printf (said, "%s ", parts[k]);
        g_string_append (said, "; ");
      }
  test_last_words_write ("console:", said->str, -1);
}

/**
 * test_server_start_process:
 * @folder: (transfer full): where it lives
 * @process: (transfer full): a salottod that has just been started
 *
 * Waits until it is ready.
 */
TestServer *
test_server_start_process (TestFolder *folder, TestProcess *process)
{
  TestServer *server = g_new0 (TestServer, 1);
  g_autofree char *line = test_process_take_line (process, TEST_PATIENCE_MS);

  server->folder = folder;
  server->process = process;
  if (line == NULL || !g_str_has_prefix (line, "listening on "))
    {
      g_autofree char *errors = test_process_get_errors (process);

      g_error ("the server did not start: %s", errors);
    }
  server->port = port_of (line);
  test_last_words_add (write_server_s_last_words, server);
  return server;
}

/**
 * test_server_start_in:
 * @folder: (transfer full): where it lives; a server may be started again in the folder
 *   of one that was killed
 * @options: (nullable) (array zero-terminated=1): instead of the log in memory
 * @extra_env: (nullable) (array zero-terminated=1): `NAME=VALUE`
 *
 * Starts salottod on a port of loopback that the kernel chooses, unless @options say
 * where to listen, and waits until it is ready.
 */
TestServer *
test_server_start_in (TestFolder *folder, const char *const *options, const char *const *extra_env)
{
  static const char *const usual[] = { "--log", "memory", NULL };
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  gboolean listens = FALSE;

  if (options == NULL)
    options = usual;
  g_ptr_array_add (argv, (gpointer) test_program ("SALOTTOD"));
  for (gsize i = 0; options[i] != NULL; i++)
    {
      g_ptr_array_add (argv, (gpointer) options[i]);
      listens |= g_str_equal (options[i], "--listen");
    }
  if (!listens)
    {
      g_ptr_array_add (argv, (gpointer) "--listen");
      g_ptr_array_add (argv, (gpointer) "plain://127.0.0.1:0");
    }
  g_ptr_array_add (argv, NULL);

  return test_server_start_process (
      folder, test_process_start (folder, (const char *const *) argv->pdata, extra_env));
}

/**
 * test_server_start:
 * @options: (nullable) (array zero-terminated=1)
 */
TestServer *
test_server_start (const char *const *options)
{
  return test_server_start_in (test_folder_new (), options, NULL);
}

/**
 * test_server_start_with_log:
 * @folder: (transfer full): where it lives, and its log, which outlives it
 * @port: of loopback; 0 for a new one, which stays reserved for the next server in this test
 */
TestServer *
test_server_start_with_log (TestFolder *folder, guint16 port)
{
  g_autofree char *listener =
      g_strdup_printf ("plain://127.0.0.1:%u", port != 0 ? port : test_reserve_port ());
  const char *const options[] = { "--log", "sqlite:rooms.db", "--listen", listener, NULL };

  return test_server_start_in (folder, options, NULL);
}

/**
 * test_server_kill:
 *
 * SIGKILL.
 *
 * Returns: (transfer full): its folder, for the next one.
 */
TestFolder *
test_server_kill (TestServer *server)
{
  test_process_signal (server->process, SIGKILL);
  g_assert_true (test_process_wait (server->process, TEST_PATIENCE_MS));
  return g_steal_pointer (&server->folder);
}

/**
 * test_server_free:
 * @server: (nullable) (transfer full): killed if it still runs
 */
void
test_server_free (TestServer *server)
{
  if (server == NULL)
    return;
  test_last_words_remove (server);
  test_process_free (server->process);
  test_folder_free (server->folder);
  g_free (server);
}

/**
 * test_server_stop_at:
 *
 * SIGTERM; the test fails unless the server ends with status 0 and without having
 * called anything a bug.
 */
void
test_server_stop_at (TestServer *server, const char *file, int line, const char *func)
{
  g_autofree char *errors = NULL;

  test_process_signal (server->process, SIGTERM);
  test_process_expect_exit_at (server->process, 0, file, line, func);
  errors = test_process_get_errors (server->process);
  if (strstr (errors, "BUG") != NULL)
    g_assertion_message (G_LOG_DOMAIN, file, line, func, errors);
}

/* Peers that have not been freed, of any server. */
static GHashTable *live_peers;

/**
 * test_server_finish_at:
 * @server: (transfer full): stopped and freed
 *
 * Closes all peers of this program before, so that the server does not wait for their FIN: that is
 * a second for each test.
 */
void
test_server_finish_at (TestServer *server, const char *file, int line, const char *func)
{
  GHashTableIter iter;
  gpointer peer = NULL;

  if (live_peers != NULL)
    {
      g_hash_table_iter_init (&iter, live_peers);
      while (g_hash_table_iter_next (&iter, &peer, NULL))
        test_peer_close (peer);
    }
  test_server_stop_at (server, file, line, func);
  test_server_free (server);
}

/**
 * test_server_control:
 * @word: a line for the operator's console
 *
 * Returns: (transfer full): the answer, with its last line `ok` or `error`.
 */
char *
test_server_control (TestServer *server, const char *word)
{
  g_autoptr (TestPeer) peer = NULL;
  int fd = connect_control (server);

  g_assert_cmpint (fd, >=, 0);
  peer = test_peer_new (fd);
  test_peer_send (peer, word);
  test_peer_send (peer, "\n");
  for (;;)
    {
      g_autofree char *text = g_string_free (
          g_string_new_len ((const char *) peer->received->data, peer->received->len), FALSE);

      if (g_str_equal (text, "ok\n") || g_str_equal (text, "error\n") ||
          g_str_has_suffix (text, "\nok\n") || g_str_has_suffix (text, "\nerror\n"))
        return g_steal_pointer (&text);
      if (!test_peer_read (peer, TEST_PATIENCE_MS))
        g_error ("no answer to “%s”: %s", word, text);
    }
}

static void
write_peer_s_last_words (gpointer data)
{
  const TestPeer *peer = data;

  fprintf (stderr, "a peer at %s%s\n", peer->address,
           peer->reset    ? ", which was reset"
           : peer->ended  ? ", which has read the end"
           : peer->fd < 0 ? ", which has closed"
                          : "");
  test_last_words_write ("has read, and nobody has taken it:", (const char *) peer->received->data,
                         peer->received->len);
}

/**
 * test_peer_new:
 * @fd: (transfer full): a connected socket
 */
TestPeer *
test_peer_new (int fd)
{
  TestPeer *peer = g_new0 (TestPeer, 1);
  struct sockaddr_storage own = { 0 };
  socklen_t len = sizeof own;
  char host[INET6_ADDRSTRLEN] = "local";
  int one = 1;

  peer->fd = fd;
  peer->received = g_byte_array_new ();
  (void) setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  getsockname (fd, (struct sockaddr *) &own, &len);
  if (own.ss_family == AF_INET)
    {
      inet_ntop (AF_INET, &((struct sockaddr_in *) &own)->sin_addr, host, sizeof host);
      peer->port = ntohs (((struct sockaddr_in *) &own)->sin_port);
    }
  else if (own.ss_family == AF_INET6)
    {
      inet_ntop (AF_INET6, &((struct sockaddr_in6 *) &own)->sin6_addr, host, sizeof host);
      peer->port = ntohs (((struct sockaddr_in6 *) &own)->sin6_port);
    }
  peer->address = g_strdup_printf ("('%s', %u)", host, peer->port);
  test_last_words_add (write_peer_s_last_words, peer);
  if (live_peers == NULL)
    live_peers = g_hash_table_new (NULL, NULL);
  g_hash_table_add (live_peers, peer);
  return peer;
}

/* Crowds need more descriptors than most people have at first. */
static void
allow_many_descriptors (void)
{
  struct rlimit limit;

  g_assert_no_errno (getrlimit (RLIMIT_NOFILE, &limit));
  limit.rlim_cur = limit.rlim_max;
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &limit));
}

static TestPeer *
connect_to (const char *host, guint16 port, int receive_buffer)
{
  struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons (port) };
  struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons (port) };
  gboolean v4 = inet_pton (AF_INET, host, &in.sin_addr) == 1;
  int fd = -1;

  g_assert_true (v4 || inet_pton (AF_INET6, host, &in6.sin6_addr) == 1);
  fd = socket (v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 && errno == EMFILE)
    {
      allow_many_descriptors ();
      fd = socket (v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    }
  g_assert_no_errno (fd);
  /* Only before the handshake: the window that was offered then cannot be taken back. */
  if (receive_buffer > 0)
    g_assert_no_errno (
        setsockopt (fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer));
  if (connect (fd, v4 ? (struct sockaddr *) &in : (struct sockaddr *) &in6,
               v4 ? sizeof in : sizeof in6) < 0)
    g_error ("cannot connect to %s port %u: %s", host, port, g_strerror (errno));
  return test_peer_new (fd);
}

/**
 * test_peer_connect_to:
 * @host: an IPv4 or IPv6 address
 */
TestPeer *
test_peer_connect_to (const char *host, guint16 port)
{
  return connect_to (host, port, 0);
}

/**
 * test_peer_connect:
 */
TestPeer *
test_peer_connect (guint16 port)
{
  return connect_to ("127.0.0.1", port, 0);
}

/**
 * test_peer_connect_narrow:
 * @receive_buffer: bytes that the kernel keeps for it at most, about
 *
 * Returns: (transfer full): somebody for whom the kernel does not swallow what they have not
 *   read, as over a real network.
 */
TestPeer *
test_peer_connect_narrow (guint16 port, int receive_buffer)
{
  return connect_to ("127.0.0.1", port, receive_buffer);
}

static gboolean
on_late (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return G_SOURCE_REMOVE;
}

static void
on_accepted (GObject *listener, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

/**
 * test_peer_accept:
 *
 * Returns: (transfer full): the next who connects to a server that is played by hand.
 */
GSocketConnection *
test_peer_accept (GSocketListener *listener)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GSource *late = g_timeout_source_new (TEST_PATIENCE_MS);
  GSocketConnection *connection = NULL;

  g_source_set_callback (late, G_SOURCE_FUNC (on_late), cancellable, NULL);
  g_source_attach (late, context);
  g_main_context_push_thread_default (context);
  g_socket_listener_accept_async (listener, cancellable, on_accepted, &result);
  while (result == NULL)
    g_main_context_iteration (context, TRUE);
  connection = g_socket_listener_accept_finish (listener, result, NULL, &error);
  g_main_context_pop_thread_default (context);
  g_source_destroy (late);
  g_source_unref (late);
  if (connection == NULL)
    g_error ("nobody has connected: %s", error->message);
  return connection;
}

/**
 * test_peer_free:
 * @peer: (nullable) (transfer full): closed first
 */
void
test_peer_free (TestPeer *peer)
{
  if (peer == NULL)
    return;
  test_last_words_remove (peer);
  g_hash_table_remove (live_peers, peer);
  test_peer_close (peer);
  g_byte_array_unref (peer->received);
  g_free (peer->address);
  g_free (peer);
}

/**
 * test_peer_send_bytes:
 */
void
test_peer_send_bytes (TestPeer *peer, const void *bytes, gsize len)
{
  const char *at = bytes;

  while (len > 0)
    {
      ssize_t n = send (peer->fd, at, len, MSG_NOSIGNAL);

      g_assert_cmpint (n, >, 0);
      at += n;
      len -= (gsize) n;
    }
}

/**
 * test_peer_send:
 */
void
test_peer_send (TestPeer *peer, const char *text)
{
  test_peer_send_bytes (peer, text, strlen (text));
}

/**
 * test_peer_half_close:
 */
void
test_peer_half_close (TestPeer *peer)
{
  g_assert_cmpint (shutdown (peer->fd, SHUT_WR), ==, 0);
}

/**
 * test_peer_close:
 */
void
test_peer_close (TestPeer *peer)
{
  if (peer->fd >= 0)
    close (peer->fd);
  peer->fd = -1;
}

/**
 * test_peer_reset:
 */
void
test_peer_reset (TestPeer *peer)
{
  struct linger linger = { .l_onoff = 1, .l_linger = 0 };

  setsockopt (peer->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  test_peer_close (peer);
}

/**
 * test_peer_read:
 *
 * Returns: whether more bytes came within @ms. The end of the stream is noted.
 */
gboolean
test_peer_read (TestPeer *peer, int ms)
{
  struct pollfd poll_fd = { .fd = peer->fd, .events = POLLIN };
  guint8 bytes[65536];
  ssize_t n = 0;

  if (peer->ended || poll (&poll_fd, 1, ms) <= 0)
    return FALSE;
  n = recv (peer->fd, bytes, sizeof bytes, 0);
  if (n > 0)
    {
      g_byte_array_append (peer->received, bytes, (guint) n);
      peer->arrival_us = g_get_monotonic_time ();
      return TRUE;
    }
  peer->ended = TRUE;
  peer->reset = n < 0;
  return FALSE;
}

static void
fail (TestPeer *peer,
      const char *what,
      const char *wanted,
      gsize wanted_len,
      const char *file,
      int line,
      const char *func)
{
  g_autofree char *want = sal_script_show_bytes (wanted, wanted_len);
  g_autofree char *got =
      sal_script_show_bytes (peer->received->data, MIN (peer->received->len, 2000));
  g_autofree char *message = g_strdup_printf ("%s %s; got %s%s", what, want, got,
                                              peer->reset   ? " and a reset"
                                              : peer->ended ? " and the end"
                                                            : "");

  g_assertion_message (G_LOG_DOMAIN, file, line, func, message);
}

/**
 * test_peer_expect_at:
 */
void
test_peer_expect_at (
    TestPeer *peer, const char *bytes, gsize len, const char *file, int line, const char *func)
{
  while (peer->received->len < len &&
         (peer->received->len == 0 ||
          memcmp (peer->received->data, bytes, peer->received->len) == 0) &&
         test_peer_read (peer, TEST_PATIENCE_MS))
    ;
  if (peer->received->len < len || memcmp (peer->received->data, bytes, len) != 0)
    fail (peer, "expected", bytes, len, file, line, func);
  g_byte_array_remove_range (peer->received, 0, (guint) len);
}

/**
 * test_peer_expect_later_at:
 */
void
test_peer_expect_later_at (
    TestPeer *peer, const char *text, const char *file, int line, const char *func)
{
  const guint8 *found = NULL;

  for (;;)
    {
      if (peer->received->len > 0)
        found = memmem (peer->received->data, peer->received->len, text, strlen (text));
      if (found != NULL)
        break;
      if (!test_peer_read (peer, TEST_PATIENCE_MS))
        fail (peer, "expected later", text, strlen (text), file, line, func);
    }
  g_byte_array_remove_range (peer->received, 0,
                             (guint) (found - peer->received->data) + (guint) strlen (text));
}

/**
 * test_peer_expect_nothing_at:
 */
void
test_peer_expect_nothing_at (TestPeer *peer, int ms, const char *file, int line, const char *func)
{
  if (peer->received->len > 0 || test_peer_read (peer, ms) || peer->ended)
    fail (peer, "expected nothing", "", 0, file, line, func);
}

/**
 * test_peer_expect_end_at:
 */
void
test_peer_expect_end_at (TestPeer *peer, const char *file, int line, const char *func)
{
  while (peer->received->len == 0 && test_peer_read (peer, TEST_PATIENCE_MS))
    ;
  if (peer->received->len > 0 || !peer->ended || peer->reset)
    fail (peer, "expected the end", "", 0, file, line, func);
}

/**
 * test_peer_take_line:
 *
 * Returns: (transfer full) (nullable): the next line, without its LF; %NULL at the end.
 */
char *
test_peer_take_line (TestPeer *peer)
{
  for (;;)
    {
      const guint8 *newline =
          peer->received->len > 0 ? memchr (peer->received->data, '\n', peer->received->len) : NULL;

      if (newline != NULL)
        {
          guint len = (guint) (newline - peer->received->data);
          char *line = g_strndup ((const char *) peer->received->data, len);

          g_byte_array_remove_range (peer->received, 0, len + 1);
          return line;
        }
      if (!test_peer_read (peer, TEST_PATIENCE_MS))
        return NULL;
    }
}

/**
 * test_welcome:
 *
 * Returns: (transfer full): the server's welcome to @name, with its LF.
 */
char *
test_welcome (const char *name)
{
  return g_strdup_printf ("Hi %s, you are in the room now. Say 'quit' or 'exit' to leave.\n", name);
}

static TestPeer *
join (TestPeer *peer, const char *name)
{
  g_autofree char *line = g_strconcat (name, "\n", NULL);

  test_peer_expect (peer, TEST_GREETING TEST_NAME_WANTED);
  test_peer_send (peer, line);
  test_peer_expect_later (peer, TEST_HINT);
  return peer;
}

/**
 * test_peer_join:
 *
 * Returns: (transfer full): somebody in the room, whose lines end with LF.
 */
TestPeer *
test_peer_join (guint16 port, const char *name)
{
  return join (test_peer_connect (port), name);
}

/**
 * test_peer_join_narrow:
 * @receive_buffer: bytes that the kernel keeps for it at most, about
 *
 * Returns: (transfer full): somebody in the room for whom the kernel does not swallow
 *   what they have not read, as over a real network.
 */
TestPeer *
test_peer_join_narrow (guint16 port, const char *name, int receive_buffer)
{
  return join (connect_to ("127.0.0.1", port, receive_buffer), name);
}
