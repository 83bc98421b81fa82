/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The programs of the TCP bench, as people start them: echo servers of every model, their
 * client, the file server, the fake server, the socket shell and the socket table, against
 * well-behaved and other peers.
 *
 * It is one piece because each program has a few short cases, all with the same peers.
 */
#include "config.h"

#include <glib/gstdio.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/sal-exit.h"
#include "tests/lib/test-peer.h"
#include "tests/lib/test-process.h"

static const char *const models[] = { "sequential", "fork",  "thread", "select",
                                      "poll",       "epoll", "sigio" };

/* The tests read what it says. */
static const char *const english[] = { "LC_ALL=C.UTF-8", "LANGUAGE=", NULL };

/* Where servers that listen everywhere are reached; half of the cases do it over IPv6. */
static const char *
here (void)
{
  return test_has_ipv6 () ? "::1" : "127.0.0.1";
}

typedef struct
{
  TestFolder *folder;
  TestProcess *process;
  guint16 port;
} Bench;

static TestProcess *
start (const TestFolder *folder, const char *const *words)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();

  g_ptr_array_add (argv, (gpointer) test_program ("SALOTTO_LAB"));
  for (; *words != NULL; words++)
    g_ptr_array_add (argv, (gpointer) *words);
  g_ptr_array_add (argv, NULL);
  return test_process_start (folder, (const char *const *) argv->pdata, english);
}

#define START(folder, ...) start (folder, (const char *const[]){ __VA_ARGS__, NULL })

/* Starts a server and takes its port from the line that says where it listens. */
static void
bench_start_words (Bench *bench, const char *const *words)
{
  g_autofree char *line = NULL;
  const char *colon = NULL;

  bench->folder = test_folder_new ();
  bench->process = start (bench->folder, words);
  do
    {
      g_free (line);
      line = test_process_take_line (bench->process, TEST_PATIENCE_MS);
      if (line == NULL)
        g_error ("it does not listen");
    }
  while (!g_str_has_prefix (line, "listening on "));
  *strstr (line, " (") = '\0';
  colon = strrchr (line, ':');
  bench->port = (guint16) atoi (colon + 1);
  g_assert_cmpuint (bench->port, >, 0);
}

#define bench_start(bench, ...)                                                                    \
  bench_start_words (bench, (const char *const[]){ __VA_ARGS__, NULL })

static void
bench_clear (Bench *bench)
{
  test_process_free (bench->process);
  test_folder_free (bench->folder);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Bench, bench_clear)

static void
expect_said (Bench *bench, const char *text)
{
  if (!test_process_wait_for_output (bench->process, text, TEST_PATIENCE_MS))
    g_error ("it did not say “%s”", text);
}

/* Echo servers. */

static void
test_echo_returns_what_it_gets (gconstpointer data)
{
  g_auto (Bench) bench = { 0 };
  g_autoptr (TestPeer) four = NULL;
  g_autoptr (TestPeer) six = NULL;

  bench_start (&bench, "echo-server", "0", "--model", data);
  four = test_peer_connect_to ("127.0.0.1", bench.port);
  test_peer_send_bytes (four, "a\0b\r\n", 5);
  test_peer_expect_at (four, "a\0b\r\n", 5, __FILE__, __LINE__, G_STRFUNC);
  test_peer_half_close (four);
  test_peer_expect_end (four);
  expect_said (&bench, "closed by the client after 5 bytes");

  if (!test_has_ipv6 ())
    {
      g_test_skip (TEST_NO_IPV6);
      return;
    }
  six = test_peer_connect_to ("::1", bench.port);
  test_peer_send (six, "over IPv6");
  test_peer_expect (six, "over IPv6");
}

static void
test_echo_greets_and_says_farewell (gconstpointer data)
{
  g_auto (Bench) bench = { 0 };
  g_autoptr (TestPeer) peer = NULL;

  bench_start (&bench, "echo-server", "0", "--model", data, "--greeting", "Welcome\\n", "--prefix",
               "> ", "--farewell", "Goodbye\\n");
  peer = test_peer_connect (bench.port);
  test_peer_expect (peer, "Welcome\n");
  test_peer_send (peer, "ciao\n");
  test_peer_expect (peer, "> ciao\n");
  test_peer_half_close (peer);
  test_peer_expect (peer, "Goodbye\n");
  test_peer_expect_end (peer);
}

/* Clients that vanish in every way; the server serves the next one all the same. */
static void
test_echo_survives_clients_that_vanish (gconstpointer data)
{
  g_auto (Bench) bench = { 0 };
  g_autoptr (TestPeer) last = NULL;

  bench_start (&bench, "echo-server", "0", "--model", data, "--greeting", "hello");
  for (int i = 0; i < 30; i++)
    {
      g_autoptr (TestPeer) peer = test_peer_connect (bench.port);

      test_peer_send (peer, "nobody will read the answer");
      if (i % 3 == 0)
        test_peer_reset (peer);
      else if (i % 3 == 1)
        test_peer_close (peer);
      else
        test_peer_half_close (peer);
    }
  last = test_peer_connect (bench.port);
  test_peer_expect (last, "hello");
  test_peer_send (last, "still there?");
  test_peer_expect (last, "still there?");
}

/* A child that has served its client does not stay as a zombie until the next one comes. */
static void
test_fork_leaves_no_zombie (void)
{
  g_auto (Bench) bench = { 0 };
  g_autoptr (TestPeer) peer = NULL;
  g_autofree char *path = NULL;
  g_autofree char *children = NULL;
  gint64 end_us = g_get_monotonic_time () + (gint64) TEST_PATIENCE_MS * 1000;

  bench_start (&bench, "echo-server", "0", "--model", "fork");
  path = g_strdup_printf ("/proc/%d/task/%d/children", (int) bench.process->pid,
                          (int) bench.process->pid);
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_test_skip ("this kernel does not list the children of a process");
      return;
    }
  peer = test_peer_connect (bench.port);
  test_peer_send (peer, "x");
  test_peer_expect (peer, "x");
  test_peer_half_close (peer);
  test_peer_expect_end (peer);
  do
    {
      g_free (g_steal_pointer (&children));
      g_assert_true (g_file_get_contents (path, &children, NULL, NULL));
    }
  while (*children != '\0' && g_get_monotonic_time () < end_us);
  g_assert_cmpstr (children, ==, "");
}

/* A megabyte from somebody who does not read meanwhile: the server reads no more than it can
 * send, and nothing is lost. */
static void
test_echo_holds_back_who_does_not_read (gconstpointer data)
{
  g_auto (Bench) bench = { 0 };
  g_autoptr (TestProcess) client = NULL;
  g_autofree char *port = NULL;

  bench_start (&bench, "echo-server", "0", "--model", data);
  port = g_strdup_printf ("%u", bench.port);
  client = START (bench.folder, "echo-client", here (), port, "--count", "20", "--size", "65536",
                  "--timeout", "20");
  test_process_expect_exit (client, SAL_EXIT_OK);
  expect_said (&bench, "closed by the client after 1310720 bytes");
}

static void
test_echo_serves_many_at_a_time (gconstpointer data)
{
  g_auto (Bench) bench = { 0 };
  TestPeer *peers[20] = { 0 };

  bench_start (&bench, "echo-server", "0", "--model", data, "--backlog", "32");
  for (gsize i = 0; i < G_N_ELEMENTS (peers); i++)
    peers[i] = test_peer_connect (bench.port);
  for (gsize i = G_N_ELEMENTS (peers); i-- > 0;)
    {
      test_peer_send (peers[i], "me too");
      test_peer_expect (peers[i], "me too");
    }
  for (gsize i = 0; i < G_N_ELEMENTS (peers); i++)
    test_peer_free (peers[i]);
}

static void
test_sequential_lets_others_wait (void)
{
  g_auto (Bench) bench = { 0 };
  g_autoptr (TestPeer) first = NULL;
  g_autoptr (TestPeer) second = NULL;

  bench_start (&bench, "echo-server", "0");
  first = test_peer_connect (bench.port);
  second = test_peer_connect (bench.port); /* opened by the kernel */
  test_peer_send (second, "second");
  test_peer_send (first, "first");
  test_peer_expect (first, "first");
  test_peer_expect_nothing (second, 100);
  test_peer_close (first);
  test_peer_expect (second, "second");
}

static void
test_leak_close_never_closes (gconstpointer data)
{
  g_auto (Bench) bench = { 0 };
  g_autoptr (TestPeer) peer = NULL;
  g_autoptr (TestPeer) next = NULL;

  bench_start (&bench, "echo-server", "0", "--model", data, "--leak-close");
  peer = test_peer_connect (bench.port);
  test_peer_half_close (peer);
  expect_said (&bench, "closed by the client after 0 bytes");
  test_peer_expect_nothing (peer, 100);
  next = test_peer_connect (bench.port);
  test_peer_send (next, "x");
  test_peer_expect (next, "x");
}

static void
test_inetd_serves_the_connection_it_is_given (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autoptr (TestPeer) client = NULL;
  const char *argv[] = { test_program ("SALOTTO_LAB"), "echo-server", "--inetd", NULL };
  int fd = socket (AF_INET, SOCK_STREAM, 0);
  struct sockaddr_storage address = { 0 };
  socklen_t len = sizeof address;
  GPid pid = 0;
  int inner = -1;

  /* What inetd does: accept, then the connection on descriptors 0, 1 and 2. */
  g_assert_cmpint (listen (fd, 1), ==, 0);
  g_assert_cmpint (getsockname (fd, (struct sockaddr *) &address, &len), ==, 0);
  client =
      test_peer_connect_to ("127.0.0.1", g_ntohs (((struct sockaddr_in *) &address)->sin_port));
  inner = accept (fd, NULL, NULL);
  g_assert_true (g_spawn_async_with_fds (folder->path, (char **) argv, NULL,
                                         G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, inner, inner,
                                         inner, NULL));
  close (inner);
  close (fd);
  test_peer_send (client, "echo");
  test_peer_expect (client, "echo");
  test_peer_half_close (client);
  test_peer_expect_end (client); /* not a word but the echo */
  g_spawn_close_pid (pid);
}

static void
test_inetd_without_a_connection_says_so (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autoptr (TestProcess) process = START (folder, "echo-server", "--inetd");

  test_process_expect_exit (process, SAL_EXIT_USAGE);
}

static void
expect_refusal (int status, const char *message, const char *const *words)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autoptr (TestProcess) process = start (folder, words);
  g_autofree char *errors = NULL;

  test_process_expect_exit (process, status);
  errors = test_process_get_errors (process);
  if (strstr (errors, message) == NULL)
    g_error ("“%s” is not in: %s", message, errors);
}

#define EXPECT_REFUSAL(status, message, ...)                                                       \
  expect_refusal (status, message, (const char *const[]){ __VA_ARGS__, NULL })

static void
test_bad_input_is_named (void)
{
  g_auto (Bench) bench = { 0 };
  g_autofree char *port = NULL;

  EXPECT_REFUSAL (SAL_EXIT_USAGE, "“99999” is no port", "echo-server", "99999");
  EXPECT_REFUSAL (SAL_EXIT_USAGE, "“juliet” is no place", "echo-server", "juliet");
  EXPECT_REFUSAL (SAL_EXIT_USAGE, "--model: “magic”", "echo-server", "0", "--model", "magic");
  EXPECT_REFUSAL (SAL_EXIT_USAGE, "--reuseaddr: “maybe”", "echo-server", "0", "--reuseaddr",
                  "maybe");
  EXPECT_REFUSAL (SAL_EXIT_USAGE, "--stage: “late”", "fake-server", "4000", "--stage", "late");
  EXPECT_REFUSAL (SAL_EXIT_USAGE, "--state: “MAYBE”", "sockets", "--state", "MAYBE");
  EXPECT_REFUSAL (SAL_EXIT_USAGE, "--address: “x.”", "sockets", "--address", "x.");
  EXPECT_REFUSAL (SAL_EXIT_USAGE, "there is no interface nix", "sockets", "--address",
                  "[fe80::1%nix]");
  EXPECT_REFUSAL (SAL_EXIT_USAGE, "“x%nix” is no address", "sockets", "--address", "x%nix");
  EXPECT_REFUSAL (SAL_EXIT_FAILED, "EINVAL", "echo-server", "0", "--maxseg", "87");
  EXPECT_REFUSAL (SAL_EXIT_USAGE, "cannot open the folder", "file-server", "/nowhere", "0");
  EXPECT_REFUSAL (SAL_EXIT_USAGE, "there is no verb “nonsense”", "nonsense");
  EXPECT_REFUSAL (SAL_EXIT_USAGE, "unexpected argument “4001”", "fake-server", "4000", "4001");
  EXPECT_REFUSAL (SAL_EXIT_USAGE, "--count: a number from 1", "echo-client", "h", "4", "--count",
                  "0");

  bench_start (&bench, "echo-server", "0");
  port = g_strdup_printf ("%u", bench.port);
  EXPECT_REFUSAL (SAL_EXIT_UNREACHABLE, "EADDRINUSE", "echo-server", port);
}

/* The client. */

static void
test_client_half_closes_and_waits (void)
{
  g_auto (Bench) bench = { 0 };
  g_autoptr (TestProcess) client = NULL;
  g_autofree char *port = NULL;

  bench_start (&bench, "echo-server", "0", "--farewell", "bye\\n");
  port = g_strdup_printf ("%u", bench.port);
  client = START (bench.folder, "echo-client", "localhost", port);
  test_process_write (client, "one\ntwo\n");
  g_assert_true (test_process_wait_for_output (client, "one\ntwo\n", TEST_PATIENCE_MS));
  test_process_end_input (client);
  test_process_expect_exit (client, SAL_EXIT_OK);
  g_assert_true (test_process_wait_for_output (client, "bye\n", 0));
}

static void
test_client_notices_what_is_no_echo (void)
{
  g_auto (Bench) bench = { 0 };
  g_autoptr (TestProcess) client = NULL;
  g_autofree char *port = NULL;

  bench_start (&bench, "echo-server", "0", "--prefix", ">");
  port = g_strdup_printf ("%u", bench.port);
  client = START (bench.folder, "echo-client", "127.0.0.1", port, "--count", "1");
  test_process_expect_exit (client, SAL_EXIT_PROTOCOL);
}

static void
test_client_gives_up_in_time (void)
{
  g_auto (Bench) bench = { 0 };
  g_autoptr (TestProcess) client = NULL;
  g_autofree char *port = NULL;

  bench_start (&bench, "fake-server", "0");
  port = g_strdup_printf ("%u", bench.port);
  client = START (bench.folder, "echo-client", "127.0.0.1", port, "--count", "1", "--timeout", "1");
  test_process_expect_exit (client, SAL_EXIT_TIMEOUT);
}

static void
test_client_says_that_the_server_closed (void)
{
  g_auto (Bench) bench = { 0 };
  g_autoptr (TestProcess) client = NULL;
  g_autofree char *port = NULL;

  bench_start (&bench, "echo-server", "0");
  port = g_strdup_printf ("%u", bench.port);
  client = START (bench.folder, "echo-client", "127.0.0.1", port);
  expect_said (&bench, "accepted");
  test_process_signal (bench.process, SIGKILL);
  test_process_expect_exit (client, SAL_EXIT_CLOSED);
}

static void
test_client_shows_no_escapes_of_the_server (void)
{
  g_auto (Bench) bench = { 0 };
  g_autoptr (TestProcess) client = NULL;
  g_autofree char *port = NULL;
  g_autofree char *line = NULL;

  bench_start (&bench, "echo-server", "0", "--greeting", "\\033[31mred\\n");
  port = g_strdup_printf ("%u", bench.port);
  client = START (bench.folder, "echo-client", "127.0.0.1", port);
  line = test_process_take_line (client, TEST_PATIENCE_MS);
  g_assert_cmpstr (line, ==, "[31mred");
}

/* Files. */

static void
test_file_arrives_as_it_is (void)
{
  g_auto (Bench) bench = { 0 };
  g_autoptr (TestFolder) files = test_folder_new ();
  g_autoptr (TestProcess) client = NULL;
  g_autofree char *port = NULL;
  g_autofree char *fetched = NULL;
  g_autofree char *path = NULL;
  g_autofree char *bytes = g_malloc (300000);
  g_autofree char *source = test_folder_file (files, "big");
  gsize len = 0;

  for (gsize i = 0; i < 300000; i++)
    bytes[i] = (char) (i * 31);
  g_assert_true (g_file_set_contents (source, bytes, 300000, NULL));
  bench_start (&bench, "file-server", files->path, "0");
  port = g_strdup_printf ("%u", bench.port);
  path = test_folder_file (bench.folder, "got");
  client = START (bench.folder, "file-client", here (), port, "big", "--output", path);
  test_process_expect_exit (client, SAL_EXIT_OK);
  g_assert_true (g_file_get_contents (path, &fetched, &len, NULL));
  g_assert_cmpmem (fetched, len, bytes, 300000);
}

static const struct
{
  const char *request;
  const char *reply;
} outside[] = {
  { "/etc/passwd", "outside of the folder that is served" },
  { "../secret", "outside of the folder that is served" },
  { "sub/../../secret", "outside of the folder that is served" },
  { "link-out", "outside of the folder that is served" },
  { "absolute-link", "outside of the folder that is served" },
  { "folder-link/secret", "outside of the folder that is served" },
  { "loop", "outside of the folder that is served" },
  { "sub", "a folder, not a file" },
  { "fifo", "not a file with bytes" },
  { "nothing", "no such file" },
  { "", "no such file" },
};

static void
test_file_server_is_a_wall (void)
{
  g_auto (Bench) bench = { 0 };
  g_autoptr (TestFolder) files = test_folder_new ();
  g_autofree char *inside = test_folder_file (files, "served");
  g_autofree char *command = NULL;

  test_folder_write (files, "secret", "nobody may see this");
  test_folder_write (files, "served/sub/plain", "inside");
  command = g_strdup_printf ("cd %s && ln -s ../secret link-out && ln -s /etc/passwd absolute-link "
                             "&& ln -s .. folder-link && ln -s loop loop && mkfifo fifo && "
                             "ln -s sub/plain good-link",
                             inside);
  g_assert_cmpint (system (command), ==, 0);
  bench_start (&bench, "file-server", inside, "0");
  for (gsize i = 0; i < G_N_ELEMENTS (outside); i++)
    {
      g_autoptr (TestPeer) peer = test_peer_connect (bench.port);

      test_peer_send (peer, outside[i].request);
      test_peer_send (peer, "\n");
      test_peer_expect_later (peer, outside[i].reply);
      test_peer_expect (peer, "\n");
      test_peer_expect_end (peer);
    }
  {
    g_autoptr (TestPeer) peer = test_peer_connect (bench.port);

    test_peer_send (peer, "good-link\r\n"); /* a link that stays inside */
    test_peer_expect (peer, "inside");
    test_peer_expect_end (peer);
  }
}

static void
test_file_server_survives_bad_clients (void)
{
  g_auto (Bench) bench = { 0 };
  g_autoptr (TestFolder) files = test_folder_new ();
  g_autoptr (TestPeer) gone = NULL;
  g_autoptr (TestPeer) endless = NULL;
  g_autoptr (TestPeer) good = NULL;
  g_autofree char *noise = g_strnfill (10000, 'x');

  test_folder_write (files, "a", "A");
  bench_start (&bench, "file-server", files->path, "0");
  gone = test_peer_connect (bench.port);
  test_peer_send (gone, "a");
  test_peer_reset (gone);
  endless = test_peer_connect (bench.port);
  test_peer_send (endless, noise); /* a name without an end */
  test_peer_expect_later (endless, "the name is too long\n");
  test_peer_close (endless);
  good = test_peer_connect (bench.port);
  test_peer_send (good, "a\n");
  test_peer_expect (good, "A");
  test_peer_expect_end (good);
}

/* It serves one client after the other, so whoever says nothing, or little by little, or
 * takes nothing, is put out for the sake of the next. */
static void
test_file_server_puts_out_who_stalls (void)
{
  g_auto (Bench) bench = { 0 };
  g_autoptr (TestFolder) files = test_folder_new ();
  g_autoptr (TestPeer) silent = NULL;
  g_autoptr (TestPeer) deaf = NULL;
  g_autoptr (TestPeer) good = NULL;
  g_autofree char *source = test_folder_file (files, "big");
  FILE *big = fopen (source, "we");

  /* More than the kernels on both sides hold. */
  g_assert_nonnull (big);
  g_assert_cmpint (ftruncate (fileno (big), 256 * 1024 * 1024), ==, 0);
  fclose (big);
  test_folder_write (files, "a", "A");
  bench_start (&bench, "file-server", files->path, "0", "--timeout", "1");
  silent = test_peer_connect (bench.port);
  test_peer_send (silent, "half of a na");
  deaf = test_peer_connect (bench.port);
  test_peer_send (deaf, "big\n");
  good = test_peer_connect (bench.port);
  test_peer_send (good, "a\n");
  expect_said (&bench, "no request: Connection timed out (ETIMEDOUT)");
  test_peer_expect_end (silent);
  expect_said (&bench, "not sent “big”: Connection timed out (ETIMEDOUT)");
  test_peer_expect (good, "A");
  test_peer_expect_end (good);
}

static void
test_file_client_writes_nothing_when_refused (void)
{
  g_auto (Bench) bench = { 0 };
  g_autoptr (TestFolder) files = test_folder_new ();
  g_autoptr (TestProcess) client = NULL;
  g_autofree char *port = NULL;
  g_autofree char *path = NULL;
  g_autofree char *errors = NULL;

  bench_start (&bench, "file-server", files->path, "0");
  port = g_strdup_printf ("%u", bench.port);
  path = test_folder_file (bench.folder, "got");
  client = START (bench.folder, "file-client", "127.0.0.1", port, "missing", "-o", path);
  test_process_expect_exit (client, SAL_EXIT_FAILED);
  errors = test_process_get_errors (client);
  g_assert_nonnull (strstr (errors, "no such file"));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

/* The fake server, the table and the shell. */

static void
test_fake_server_goes_from_stage_to_stage (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autoptr (TestProcess) fake = NULL;
  /* An address that nobody else on this machine uses, so any port of it is free. */
  g_autofree char *port = g_strdup_printf ("127.%d.%d.%d:4000", 1 + getpid () / 65536 % 250,
                                           getpid () / 256 % 256, 1 + getpid () % 254);

  fake = START (folder, "fake-server", port, "--step");
  for (int i = 0; i < 3; i++)
    {
      static const char *const stages[] = { "stage none\n", "stage socket\n", "stage bind\n" };

      g_assert_true (test_process_wait_for_output (fake, stages[i], TEST_PATIENCE_MS));
      g_assert_true (test_process_wait_for_output (fake, "(the kernel lists no such socket)\n",
                                                   TEST_PATIENCE_MS));
      g_assert_true (
          test_process_wait_for_output (fake, "(ECONNREFUSED). Its SYN", TEST_PATIENCE_MS));
      test_process_write (fake, "\n");
    }
  g_assert_true (test_process_wait_for_output (fake, "stage listen\n", TEST_PATIENCE_MS));
  g_assert_true (test_process_wait_for_output (fake, "LISTEN ", TEST_PATIENCE_MS));
}

static void
test_fake_server_counts_bytes_and_fin (void)
{
  g_auto (Bench) bench = { 0 };
  g_autoptr (TestPeer) peer = NULL;

  bench_start (&bench, "fake-server", "0");
  peer = test_peer_connect (bench.port);
  test_peer_send (peer, "Hello server");
  expect_said (&bench, "12");
  expect_said (&bench, "accepted by nobody");
  test_peer_half_close (peer);
  expect_said (&bench, "ESTABLISHED → CLOSE-WAIT, Recv-Q 12 → 13");
}

static char *
run_sockets (const TestFolder *folder, const char *const *words)
{
  g_autoptr (TestProcess) process = start (folder, words);

  test_process_expect_exit (process, SAL_EXIT_OK);
  return g_strndup ((const char *) process->output->data, process->output->len);
}

#define SOCKETS(folder, ...)                                                                       \
  run_sockets (folder, (const char *const[]){ "sockets", __VA_ARGS__, NULL })

static void
test_table_tells_whose_socket_it_is (void)
{
  g_auto (Bench) bench = { 0 };
  g_autoptr (TestPeer) first = NULL;
  g_autoptr (TestPeer) second = NULL;
  g_autofree char *port = NULL;
  g_autofree char *table = NULL;
  g_autofree char *json = NULL;
  g_autofree char *listener = NULL;
  g_autofree char *owner = NULL;

  bench_start (&bench, "echo-server", test_has_ipv6 () ? "[::1]:0" : "127.0.0.1:0", "--backlog",
               "7");
  port = g_strdup_printf ("%u", bench.port);
  first = test_peer_connect_to (here (), bench.port);
  test_peer_send (first, "x");
  test_peer_expect (first, "x");
  second = test_peer_connect_to (here (), bench.port);
  test_peer_send (second, "unread");

  table = SOCKETS (bench.folder, port);
  g_assert_nonnull (strstr (table, "accepted by nobody"));
  owner = g_strdup_printf ("salotto-lab pid=%d fd=", (int) bench.process->pid);
  g_assert_nonnull (strstr (table, owner));

  /* Of a listener the queues are who waits and how many may. */
  listener = SOCKETS (bench.folder, port, "--state", "listen", "--json");
  g_assert_nonnull (strstr (listener, "\"recv_q\":1,\"send_q\":7"));
  g_assert_null (strstr (listener, "ESTABLISHED"));

  json = SOCKETS (bench.folder, port, "--json", "-i", "--address", here ());
  g_assert_nonnull (strstr (json, "\"recv_q\":6"));
  g_assert_nonnull (strstr (json, "\"accepted\":false"));
  g_assert_nonnull (strstr (json, "\"snd_mss\":"));
}

static void
test_table_has_udp_and_filters (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_addr = in6addr_loopback };
  socklen_t len = sizeof address;
  int fd = -1;
  g_autofree char *port = NULL;
  g_autofree char *udp = NULL;
  g_autofree char *tcp = NULL;
  g_autofree char *elsewhere = NULL;

  if (!test_has_ipv6 ())
    {
      g_test_skip (TEST_NO_IPV6);
      return;
    }
  fd = socket (AF_INET6, SOCK_DGRAM, 0);
  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, len), ==, 0);
  g_assert_cmpint (getsockname (fd, (struct sockaddr *) &address, &len), ==, 0);
  port = g_strdup_printf ("%u", g_ntohs (address.sin6_port));
  udp = SOCKETS (folder, port, "--udp", "--address", "[::1]");
  g_assert_nonnull (strstr (udp, "udp UNCONN"));
  tcp = SOCKETS (folder, port, "--state", "listen");
  g_assert_null (strstr (tcp, "UNCONN"));
  elsewhere = SOCKETS (folder, port, "--udp", "--address", "192.0.2.1");
  g_assert_cmpstr (elsewhere, ==, "(the kernel lists no such socket)\n");
  close (fd);
}

static void
test_watch_shows_each_change (void)
{
  g_auto (Bench) bench = { 0 };
  g_autoptr (TestProcess) watch = NULL;
  g_autoptr (TestPeer) peer = NULL;
  g_autofree char *port = NULL;

  bench_start (&bench, "fake-server", "0");
  port = g_strdup_printf ("%u", bench.port);
  watch = START (bench.folder, "sockets", port, "--watch");
  g_assert_true (test_process_wait_for_output (watch, "LISTEN", TEST_PATIENCE_MS));
  peer = test_peer_connect_to (here (), bench.port);
  g_assert_true (test_process_wait_for_output (watch, "accepted by nobody\n", TEST_PATIENCE_MS));
  test_peer_close (peer);
  g_assert_true (
      test_process_wait_for_output (watch, "ESTABLISHED → CLOSE-WAIT", TEST_PATIENCE_MS));
}

/* On a terminal the table is drawn anew, from its upper left corner, with the latest changes
 * below. */
static void
test_watch_draws_on_a_terminal (void)
{
  g_auto (Bench) bench = { 0 };
  g_autoptr (TestProcess) watch = NULL;
  g_autoptr (TestPeer) peer = NULL;
  g_autofree char *port = NULL;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  bench_start (&bench, "fake-server", "0");
  port = g_strdup_printf ("%u", bench.port);
  {
    const char *const argv[] = { test_program ("SALOTTO_LAB"), "sockets", port, "--watch", NULL };

    watch = test_process_start_on_terminal (bench.folder, argv, english);
  }
  first = test_process_take_output (watch, "LISTEN", TEST_PATIENCE_MS);
  g_assert_nonnull (first);
  g_assert_true (g_str_has_prefix (first, "\033[H\033[J"));
  peer = test_peer_connect_to ("127.0.0.1", bench.port);
  second = test_process_take_output (watch, "accepted by nobody", TEST_PATIENCE_MS);
  g_assert_nonnull (second);
  /* Drawn once more, the listening socket as well, and only what has changed below. */
  g_assert_nonnull (strstr (second, "\033[H\033[J"));
  g_assert_nonnull (strstr (strstr (second, "\033[H\033[J"), "LISTEN"));
  test_process_signal (watch, SIGINT);
  g_assert_true (test_process_wait (watch, TEST_PATIENCE_MS));
}

/* Of more sockets than the terminal has lines none is drawn below its last line, at any size;
 * and it is drawn anew when the size changes. */
static void
test_watch_fits_its_terminal (void)
{
  static const struct winsize sizes[] = { { .ws_row = 10, .ws_col = 100 },
                                          { .ws_row = 20, .ws_col = 50 } };
  g_auto (Bench) bench = { 0 };
  g_autoptr (TestProcess) watch = NULL;
  g_autoptr (GPtrArray) peers = g_ptr_array_new_with_free_func ((GDestroyNotify) test_peer_close);
  g_autofree char *port = NULL;

  bench_start (&bench, "fake-server", "0", "--backlog", "100");
  port = g_strdup_printf ("%u", bench.port);
  for (int i = 0; i < 30; i++)
    g_ptr_array_add (peers, test_peer_connect_to (here (), bench.port));
  {
    const char *const argv[] = { test_program ("SALOTTO_LAB"), "sockets", port, "--watch", NULL };

    watch = test_process_start_on_terminal (bench.folder, argv, english);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *drawn = NULL;
      const char *at = NULL;
      guint lines = 0;

      g_assert_cmpint (ioctl (watch->in, TIOCSWINSZ, &sizes[i]), ==, 0);
      /* What was drawn for another size, smaller or larger, comes first. */
      do
        {
          g_free (drawn);
          drawn = test_process_take_output (watch, " more\r\n", TEST_PATIENCE_MS);
          g_assert_nonnull (drawn);
          at = g_strrstr (drawn, "\033[H\033[J");
          g_assert_nonnull (at);
          lines = 0;
          for (const char *c = at; *c != '\0'; c++)
            lines += *c == '\n';
        }
      while (lines >= sizes[i].ws_row || lines < sizes[i].ws_row / 2u);
    }
  test_process_signal (watch, SIGINT);
  g_assert_true (test_process_wait (watch, TEST_PATIENCE_MS));
}

static void
ask_shell (TestProcess *shell, const char *line, const char *answer)
{
  test_process_write (shell, line);
  test_process_write (shell, "\n");
  if (!test_process_wait_for_output (shell, answer, TEST_PATIENCE_MS))
    g_error ("%s was not answered by %s", line, answer);
}

static void
test_shell_makes_calls_one_at_a_time (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autoptr (TestProcess) server = START (folder, "shell");
  g_autoptr (TestProcess) client = START (folder, "shell");
  g_autoptr (TestProcess) third = START (folder, "shell");
  g_autofree char *name = NULL;
  g_autofree char *connect = NULL;

  ask_shell (server, "sock = socket tcp", "fd 3\n");
  ask_shell (server, "sock.bind 127.0.0.1 0", ": ok\n");
  test_process_write (server, "sock.getsockname\n");
  g_assert_true (test_process_wait_for_output (server, "127.0.0.1:", TEST_PATIENCE_MS));
  name = test_process_take_line (server, TEST_PATIENCE_MS);
  connect = g_strdup_printf ("sock.connect 127.0.0.1 %s", name);

  ask_shell (client, "sock = socket tcp", "fd 3\n");
  ask_shell (client, connect, ": ECONNREFUSED (Connection refused)\n");
  ask_shell (client, "six = socket tcp 6", "fd 4\n");
  ask_shell (client, "six.connect [::1] 1", ": E"); /* whatever there is of IPv6 here */
  ask_shell (client, "six.close", ": ok\n");
  ask_shell (server, "sock.listen", ": ok\n");
  ask_shell (client, connect, ": ok\n");
  ask_shell (server, "conn = sock.accept", "fd 4 from 127.0.0.1:");
  ask_shell (client, "sock.send Hello juliet", ": 12 bytes\n");
  ask_shell (server, "conn.recv 1024", ": 12 bytes \"Hello juliet\"\n");
  ask_shell (client, "sock.fill 5000", ": 5000 bytes\n");
  ask_shell (server, "conn.drain 5000", ": 5000 bytes\n");
  ask_shell (client, "sock.getsockopt linger", ": -1\n");
  ask_shell (client, "sock.setsockopt linger 0", ": ok\n");
  ask_shell (client, "sock.getsockopt linger", ": 0\n");
  ask_shell (client, "sock.setsockopt linger -1", ": ok\n");
  ask_shell (client, "sock.getsockopt linger", ": -1\n");
  ask_shell (client, "sock.setsockopt keepcnt 3", ": ok\n");
  ask_shell (client, "sock.getsockopt keepcnt", ": 3\n");
  ask_shell (client, "sock.fill 0", ": not understood; it is sock.fill BYTES\n");
  ask_shell (client, "sock.drain", ": not understood; it is sock.drain BYTES\n");
  ask_shell (client, "sock.getsockopt x", "it is sock.getsockopt OPTION; OPTION is reuseaddr|");
  ask_shell (client, "other.recv", ": not understood: there is no socket other\n");
  ask_shell (client, "sock.connect ::1 80", ": getaddrinfo: ");
  ask_shell (client, "sock.shutdown both", ": ok\n");
  ask_shell (server, "conn.recv", ": 0 bytes\n");
  ask_shell (server, "conn.nonsense", "not understood");
  test_process_end_input (third);
  test_process_expect_exit (third, SAL_EXIT_OK);
  ask_shell (client, "sock.setsockopt maxseg 87", ": EINVAL (Invalid argument)\n");
  test_process_end_input (client);
  test_process_expect_exit (client, SAL_EXIT_USAGE);
  test_process_end_input (server);
  test_process_expect_exit (server, SAL_EXIT_USAGE);
}

static void
add_for_each_model (const char *name, GTestDataFunc function, gboolean sequential_too)
{
  for (gsize i = 0; i < G_N_ELEMENTS (models); i++)
    if (sequential_too || i > 0)
      {
        g_autofree char *path = g_strdup_printf ("/lab/echo-server/%s/%s", name, models[i]);

        g_test_add_data_func (path, models[i], function);
      }
}

int
main (int argc, char **argv)
{
  signal (SIGPIPE, SIG_IGN);
  g_test_init (&argc, &argv, NULL);
  add_for_each_model ("returns-what-it-gets", test_echo_returns_what_it_gets, TRUE);
  add_for_each_model ("greets-and-says-farewell", test_echo_greets_and_says_farewell, TRUE);
  add_for_each_model ("survives-clients-that-vanish", test_echo_survives_clients_that_vanish, TRUE);
  add_for_each_model ("holds-back-who-does-not-read", test_echo_holds_back_who_does_not_read, TRUE);
  add_for_each_model ("serves-many-at-a-time", test_echo_serves_many_at_a_time, FALSE);
  add_for_each_model ("leak-close-never-closes", test_leak_close_never_closes, TRUE);
  g_test_add_func ("/lab/echo-server/fork-leaves-no-zombie", test_fork_leaves_no_zombie);
  g_test_add_func ("/lab/echo-server/sequential-lets-others-wait",
                   test_sequential_lets_others_wait);
  g_test_add_func ("/lab/echo-server/inetd-serves-the-connection-it-is-given",
                   test_inetd_serves_the_connection_it_is_given);
  g_test_add_func ("/lab/echo-server/inetd-without-a-connection-says-so",
                   test_inetd_without_a_connection_says_so);
  g_test_add_func ("/lab/bad-input-is-named", test_bad_input_is_named);
  g_test_add_func ("/lab/echo-client/half-closes-and-waits", test_client_half_closes_and_waits);
  g_test_add_func ("/lab/echo-client/notices-what-is-no-echo", test_client_notices_what_is_no_echo);
  g_test_add_func ("/lab/echo-client/gives-up-in-time", test_client_gives_up_in_time);
  g_test_add_func ("/lab/echo-client/says-that-the-server-closed",
                   test_client_says_that_the_server_closed);
  g_test_add_func ("/lab/echo-client/shows-no-escapes-of-the-server",
                   test_client_shows_no_escapes_of_the_server);
  g_test_add_func ("/lab/file/arrives-as-it-is", test_file_arrives_as_it_is);
  g_test_add_func ("/lab/file/the-folder-is-a-wall", test_file_server_is_a_wall);
  g_test_add_func ("/lab/file/server-survives-bad-clients", test_file_server_survives_bad_clients);
  g_test_add_func ("/lab/file/server-puts-out-who-stalls", test_file_server_puts_out_who_stalls);
  g_test_add_func ("/lab/file/client-writes-nothing-when-refused",
                   test_file_client_writes_nothing_when_refused);
  g_test_add_func ("/lab/fake-server/goes-from-stage-to-stage",
                   test_fake_server_goes_from_stage_to_stage);
  g_test_add_func ("/lab/fake-server/counts-bytes-and-fin", test_fake_server_counts_bytes_and_fin);
  g_test_add_func ("/lab/sockets/tells-whose-socket-it-is", test_table_tells_whose_socket_it_is);
  g_test_add_func ("/lab/sockets/has-udp-and-filters", test_table_has_udp_and_filters);
  g_test_add_func ("/lab/sockets/watch-shows-each-change", test_watch_shows_each_change);
  g_test_add_func ("/lab/sockets/watch-draws-on-a-terminal", test_watch_draws_on_a_terminal);
  g_test_add_func ("/lab/sockets/watch-fits-its-terminal", test_watch_fits_its_terminal);
  g_test_add_func ("/lab/shell/makes-calls-one-at-a-time", test_shell_makes_calls_one_at_a_time);
  return g_test_run ();
}
