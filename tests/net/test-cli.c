/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * salotto-cli as people and scripts use it: every verb, what it prints, and the exit
 * status it ends with.
 */
#include "config.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/lib/test-pace.h"
#include "tests/lib/test-peer.h"

#define MAX_ARGS 12

/* salotto-cli with arguments; $ in one of them stands for the server's address. */
static TestProcess *
start_cli (TestFolder *folder, guint16 port, const char *first, ...)
{
  const char *argv[MAX_ARGS + 2] = { test_program ("SALOTTO_CLI"), first };
  g_autofree char *address = g_strdup_printf ("127.0.0.1:%u", port);
  va_list args;

  va_start (args, first);
  for (guint i = 2; (argv[i] = va_arg (args, const char *)) != NULL; i++)
    {
      g_assert_cmpuint (i, <, MAX_ARGS);
      if (g_str_equal (argv[i], "$"))
        argv[i] = address;
    }
  va_end (args);
  return test_process_start (folder, argv, NULL);
}

/* Somebody who waits for one connection: a server by another author. */
typedef struct
{
  int fd;
  guint16 port;
} Foreign;

static Foreign
foreign_listen (void)
{
  struct sockaddr_in any = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t len = sizeof any;
  Foreign foreign = { .fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) };

  g_assert_cmpint (bind (foreign.fd, (struct sockaddr *) &any, sizeof any), ==, 0);
  g_assert_cmpint (listen (foreign.fd, 4), ==, 0);
  g_assert_cmpint (getsockname (foreign.fd, (struct sockaddr *) &any, &len), ==, 0);
  foreign.port = ntohs (any.sin_port);
  return foreign;
}

static TestPeer *
foreign_accept (Foreign *foreign)
{
  int fd = accept (foreign->fd, NULL, NULL);

  g_assert_cmpint (fd, >=, 0);
  close (foreign->fd);
  return test_peer_new (fd);
}

static void
expect_output (TestProcess *process, const char *text)
{
  if (!test_process_wait_for_output (process, text, TEST_PATIENCE_MS))
    {
      g_autofree char *got = g_strndup ((const char *) process->output->data, process->output->len);
      g_autofree char *errors = test_process_get_errors (process);

      g_error ("expected “%s”; got “%s”; it complained: %s", text, got, errors);
    }
}

static gboolean
complains (const TestProcess *process, const char *text)
{
  g_autofree char *errors = test_process_get_errors (process);

  return strstr (errors, text) != NULL;
}

static void
expect_complaint (TestProcess *process, const char *text)
{
  g_autofree char *errors = test_process_get_errors (process);

  if (strstr (errors, text) == NULL)
    g_error ("expected the complaint “%s”; got “%s”", text, errors);
}

/* chat */

static void
test_chat_from_a_pipe (void)
{
  TestServer *server = test_server_start (NULL);
  g_autoptr (TestPeer) w = test_peer_join (server->port, "W");
  g_autoptr (TestProcess) cli =
      start_cli (server->folder, server->port, "chat", "$", "--name", "Ada", NULL);

  test_process_write (cli, "ciao \xc3\xa8 \xf0\x9f\x98\x80\n\nsecond\nno end");
  test_process_end_input (cli);
  test_peer_expect_later (w, ": ciao \xc3\xa8 \xf0\x9f\x98\x80\n");
  test_peer_expect_later (w, ": second\n");
  test_peer_expect_later (w, ": no end\n");
  test_process_expect_exit (cli, 0);
  /* Not on a terminal: the server's lines as they came, up to the last receipt. */
  expect_output (cli, "Welcome to the room!!\nPlease type your name first:\nHi Ada");
  expect_output (cli, ": no end\nGoodbye and see you soon\n");
  test_server_finish (server);
}

static void
test_chat_without_a_verb (void)
{
  TestServer *server = test_server_start (NULL);
  g_autofree char *address = g_strdup_printf ("plain://127.0.0.1:%u/tea", server->port);
  const char *const argv[] = { test_program ("SALOTTO_CLI"), address, "--name", "Ada", NULL };
  g_autoptr (TestProcess) cli = test_process_start (server->folder, argv, NULL);

  test_process_write (cli, "/who\nquit\n");
  expect_output (cli, "-- You are in tea now.\n");
  expect_output (cli, "-- In tea (1): Ada\n");
  expect_output (cli, "Goodbye and see you soon\n");
  test_process_expect_exit (cli, 0);
  test_server_finish (server);
}

/* A line that arrives never tears the line being typed, and a server that shows one's
 * own words shows them once. */
static void
test_chat_on_a_terminal (void)
{
  TestServer *server = test_server_start (NULL);
  g_autoptr (TestPeer) w = test_peer_join (server->port, "W");
  g_autofree char *address = g_strdup_printf ("127.0.0.1:%u", server->port);
  const char *const argv[] = { test_program ("SALOTTO_CLI"), address, "--name", "Ada", NULL };
  static const char *const env[] = { "NO_COLOR=1", NULL };
  g_autoptr (TestProcess) cli = test_process_start_on_terminal (server->folder, argv, env);

  expect_output (cli, "everyone reads it\r\n");
  test_process_write (cli, "half a li");
  expect_output (cli, "> half a li");
  test_peer_send (w, "from W\n");
  expect_output (cli, "W: from W\r\n");
  expect_output (cli, "> half a li");
  test_process_write (cli, "ne\r");
  expect_output (cli, "Ada: half a line\r\n");
  test_peer_expect_later (w, ": half a line\n");
  test_process_write (cli, "\x04"); /* Ctrl-D */
  expect_output (cli, "Goodbye and see you soon");
  test_process_expect_exit (cli, 0);
  test_peer_expect_later (w, "has left this room.\n");
  test_server_finish (server);
}

static void
test_chat_interrupted (void)
{
  TestServer *server = test_server_start (NULL);
  g_autoptr (TestPeer) w = test_peer_join (server->port, "W");
  g_autoptr (TestProcess) cli =
      start_cli (server->folder, server->port, "chat", "$", "--name", "Ada", NULL);

  expect_output (cli, "everyone reads it\n");
  test_process_signal (cli, SIGINT);
  expect_output (cli, "Goodbye and see you soon\n");
  test_process_expect_exit (cli, 0);
  test_peer_expect_later (w, "has left this room.\n");
  test_server_finish (server);
}

static void
test_chat_when_the_server_dies (void)
{
  TestServer *server = test_server_start (NULL);
  g_autoptr (TestProcess) cli =
      start_cli (server->folder, server->port, "chat", "$", "--name", "Ada", NULL);

  expect_output (cli, "everyone reads it\n");
  test_process_signal (server->process, SIGKILL);
  test_process_expect_exit (cli, 8);
  test_server_free (server);
}

static void
test_line_that_is_too_long (void)
{
  TestServer *server = test_server_start (NULL);
  g_autoptr (TestProcess) cli =
      start_cli (server->folder, server->port, "chat", "$", "--name", "Ada", NULL);
  g_autofree char *text = g_strnfill (5000, 'x');

  test_process_write (cli, "short\n");
  test_process_write (cli, text);
  test_process_write (cli, "\nafter\n");
  test_process_end_input (cli);
  test_process_expect_exit (cli, 1);
  expect_complaint (cli, "line 2 has 5000 bytes and was not sent; a message has at most 4096");
  expect_output (cli, ": short\n");
  expect_output (cli, ": after\n");
  test_server_finish (server);
}

static void
test_json (void)
{
  TestServer *server = test_server_start (NULL);
  g_autoptr (TestProcess) cli =
      start_cli (server->folder, server->port, "chat", "$", "--json", "--name", "Ada", NULL);

  test_process_write (cli, "say \"x\\y\"\n");
  test_process_end_input (cli);
  test_process_expect_exit (cli, 0);
  expect_output (cli, "{\"type\":\"greeting\",\"time\":\"2");
  expect_output (cli, "{\"type\":\"ready\",");
  expect_output (cli, "\"text\":\"say \\\"x\\\\y\\\"\",\"own\":true,\"line\":\"> Ada(");
  expect_output (cli, "\"message\":1,\"state\":\"delivered\",\"text\":\"say \\\"x\\\\y\\\"\"}\n");
  expect_output (cli, "{\"type\":\"end\",");
  expect_output (cli, "\"how\":\"quit\",\"status\":0}\n");
  test_server_finish (server);
}

static void
test_hex (void)
{
  Foreign foreign = foreign_listen ();
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autoptr (TestProcess) cli =
      start_cli (folder, foreign.port, "chat", "$", "--hex", "--name", "Ada", NULL);
  g_autoptr (TestPeer) peer = foreign_accept (&foreign);

  test_peer_send (peer, "Hi\x1b\n");
  expect_output (cli, " 4\n  0000  48 69 1b 0a                                      Hi..\n");
  test_peer_close (peer);
  test_process_expect_exit (cli, 8);
}

/* Sending knobs, seen by the other side. */
static void
test_sending_knobs (void)
{
  Foreign foreign = foreign_listen ();
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autoptr (TestProcess) cli = start_cli (folder, foreign.port, "chat", "$", "--eol", "crlf",
                                           "--latin1", "--split", "2", "--name", "Ada", NULL);
  g_autoptr (TestPeer) peer = foreign_accept (&foreign);

  test_peer_send (peer, "Hello\n");
  test_peer_expect (peer, "Ada\r\n");
  test_process_write (cli, "caff\xc3\xa8 \xf0\x9f\x98\x80\n");
  test_peer_expect (peer, "caff\xe8 ?\r\n");
  test_process_end_input (cli);
  test_peer_expect_end (peer);
  test_peer_close (peer);
  test_process_expect_exit (cli, 0);
}

static void
test_reset (void)
{
  Foreign foreign = foreign_listen ();
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autoptr (TestProcess) cli =
      start_cli (folder, foreign.port, "chat", "$", "--rst", "--name", "Ada", NULL);
  g_autoptr (TestPeer) peer = foreign_accept (&foreign);

  test_peer_send (peer, "Hello\n");
  test_peer_expect (peer, "Ada\n");
  test_process_end_input (cli);
  while (test_peer_read (peer, TEST_PATIENCE_MS))
    ;
  g_assert_true (peer->reset);
  test_process_expect_exit (cli, 0);
}

/* Whatever word our server takes for a goodbye. */
static void
test_words_that_leave (void)
{
  static const char *const words[] = { "quit\n", "/quit\n", "/Exit\n", "(quit)\n", "{quit}\n" };
  TestServer *server = test_server_start (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    {
      g_autoptr (TestProcess) cli =
          start_cli (server->folder, server->port, "chat", "$", "--name", "Ada", NULL);

      test_process_write (cli, words[i]);
      expect_output (cli, "Goodbye and see you soon\n");
      test_process_expect_exit (cli, 0);
    }
  test_server_finish (server);
}

/* send */

static void
test_send (void)
{
  TestServer *server = test_server_start (NULL);
  g_autoptr (TestPeer) w = test_peer_join (server->port, "W");
  g_autoptr (TestProcess) cli =
      start_cli (server->folder, server->port, "send", "$", "ciao", "a", "tutti", NULL);
  g_autofree char *expected = g_strdup_printf ("> %s(", g_get_user_name ());

  test_process_expect_exit (cli, 0);
  test_peer_expect_later (w, "has come into the chat room.\n");
  test_peer_expect (w, expected);
  test_peer_expect_later (w, ": ciao a tutti\n");
  g_assert_cmpuint (cli->output->len, ==, 0);
  test_server_finish (server);
}

/* Sent is not delivered: a server that does not send back gets no more than 6. */
static void
test_send_without_receipt (void)
{
  Foreign foreign = foreign_listen ();
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autoptr (TestProcess) cli =
      start_cli (folder, foreign.port, "send", "--name", "Ada", "$", "ciao", NULL);
  g_autoptr (TestPeer) peer = foreign_accept (&foreign);

  test_peer_send (peer, "Hello\n");
  test_peer_expect (peer, "Ada\nciao\n");
  test_peer_expect_end (peer);
  test_peer_close (peer);
  test_process_expect_exit (cli, 6);
  expect_complaint (cli, "did not come back in time");
}

static void
test_send_to_nobody (void)
{
  Foreign foreign = foreign_listen ();
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autoptr (TestProcess) cli = NULL;

  close (foreign.fd);
  cli = start_cli (folder, foreign.port, "send", "$", "ciao", NULL);
  test_process_expect_exit (cli, 3);
  expect_complaint (cli, "Connection refused");
}

static void
test_send_refused (void)
{
  TestServer *server = test_server_start (NULL);
  g_autofree char *answer G_GNUC_UNUSED = test_server_control (server, "ban 127.0.0.1");
  g_autoptr (TestProcess) cli = start_cli (server->folder, server->port, "send", "$", "ciao", NULL);

  test_process_expect_exit (cli, 5);
  expect_complaint (cli, "The operator has banned you from this server.");
  test_server_finish (server);
}

/* tail */

/* What is heard over IRC, on the same port, is shown in the same form; people's addresses are those
 * that IRC shows. */
static void
test_tail (void)
{
  TestServer *server = test_server_start (NULL);
  g_autoptr (TestPeer) w = test_peer_join (server->port, "W");
  g_autoptr (TestProcess) cli = start_cli (server->folder, server->port, "tail", "$", NULL);
  g_autofree char *line = NULL;

  test_peer_expect_later (w, "has come into the chat room.\n");
  test_peer_send (w, "ciao\n");
  line = test_process_take_line (cli, TEST_PATIENCE_MS);
  g_assert_true (g_str_has_prefix (line, "> W('"));
  g_assert_true (g_str_has_suffix (line, ".hidden', 0): ciao"));
  test_process_signal (cli, SIGINT);
  test_process_expect_exit (cli, 0);
  g_assert_cmpuint (cli->output->len, ==, 0);
  test_server_finish (server);
}

/* Who asks for the plain dialect gets the server's lines as they are. */
static void
test_tail_in_plain (void)
{
  TestServer *server = test_server_start (NULL);
  g_autoptr (TestPeer) w = test_peer_join (server->port, "W");
  g_autoptr (TestProcess) cli =
      start_cli (server->folder, server->port, "tail", "$", "--dialect", "plain", NULL);
  g_autofree char *line = NULL;
  g_autofree char *expected = g_strdup_printf ("> W%s: ciao", w->address);

  test_peer_expect_later (w, "has come into the chat room.\n");
  test_peer_send (w, "ciao\n");
  line = test_process_take_line (cli, TEST_PATIENCE_MS);
  g_assert_cmpstr (line, ==, expected);
  test_process_signal (cli, SIGINT);
  test_process_expect_exit (cli, 0);
  test_server_finish (server);
}

/* Whoever prints for nobody ends, and says so where that is not meant. */
static void
test_tail_without_output (void)
{
  TestServer *server = test_server_start (NULL);
  g_autoptr (TestPeer) w = test_peer_join (server->port, "W");
  g_autofree char *for_one = g_strdup_printf ("'%s' tail --name Ada 127.0.0.1:%u | head -n 1",
                                              test_program ("SALOTTO_CLI"), server->port);
  g_autofree char *full = g_strdup_printf ("exec '%s' tail --name Bob 127.0.0.1:%u >/dev/full",
                                           test_program ("SALOTTO_CLI"), server->port);
  const char *const for_one_argv[] = { "sh", "-c", for_one, NULL };
  const char *const full_argv[] = { "sh", "-c", full, NULL };
  g_autoptr (TestProcess) one = test_process_start (server->folder, for_one_argv, NULL);
  g_autoptr (TestProcess) none = NULL;

  test_peer_expect_later (w, "has come into the chat room.\n");
  test_peer_send (w, "first\n");
  expect_output (one, ": first\n");
  g_assert_false (test_process_wait (one, 0));
  test_peer_send (w, "second\n");
  test_process_expect_exit (one, 0); /* of head */
  test_peer_expect_later (w, "> Ada");
  test_peer_expect_later (w, "has left this room.\n");

  none = test_process_start (server->folder, full_argv, NULL);
  test_peer_expect_later (w, "has come into the chat room.\n");
  test_peer_send (w, "third\n");
  test_process_expect_exit (none, 1);
  expect_complaint (none, "the output cannot be written: No space left on device");
  test_server_finish (server);
}

/* run */

static TestProcess *
run_script (TestServer *server, const char *script)
{
  test_folder_write (server->folder, "script", script);
  return start_cli (server->folder, server->port, "run", "script", "$", NULL);
}

static void
test_run (void)
{
  TestServer *server = test_server_start (NULL);
  g_autoptr (TestProcess) good = NULL;
  g_autoptr (TestProcess) missing = NULL;
  g_autoptr (TestProcess) unwanted = NULL;
  g_autoptr (TestProcess) closed = NULL;
  g_autoptr (TestProcess) wrong = NULL;

  good = run_script (server, "# two actors\n"
                             "A: expect \"Welcome\"\nA: say Ada\nA: expect /Hi (Ada),/\n"
                             "A: expect \"reads it\\n\"\n"
                             "B: say Bob\nB: expect \"Hi Bob\"\nA: expect \"> Bob\"\n"
                             "A: send \"ci\"\nA: wait 100\nA: send \"ao\\n\"\n"
                             "B: expect \": ciao\\n\" within 20000\nB: not \"xyz\" within 50\n"
                             "A: half-close\nA: expect-end\nB: reset\n");
  test_process_expect_exit (good, 0);

  missing = run_script (server, "expect \"Welcome\"\nwithin 200\nexpect \"Nothing of the kind\"\n");
  test_process_expect_exit (missing, 1);
  expect_complaint (missing, "script:3: this did not come in time: expect");
  expect_complaint (missing, "what came instead (");

  unwanted = run_script (server, "not \"Welcome\" within 20000\n");
  test_process_expect_exit (unwanted, 1);
  expect_complaint (unwanted, "script:1: this came, and should not have");

  closed = run_script (server, "say quit\nexpect \"See you never\"\n");
  test_process_expect_exit (closed, 8);

  wrong = run_script (server, "expect \"x\"\nfrobnicate\n");
  test_process_expect_exit (wrong, 2);
  expect_complaint (wrong, "script:2: not a step: frobnicate");
  test_server_finish (server);
}

/* listen */

static TestProcess *
start_listen (TestFolder *folder, guint16 *port)
{
  const char *const argv[] = { test_program ("SALOTTO_CLI"), "listen", "127.0.0.1:0", NULL };
  TestProcess *cli = test_process_start (folder, argv, NULL);
  g_autofree char *line = test_process_take_line (cli, TEST_PATIENCE_MS);

  g_assert_true (g_str_has_prefix (line, "listening on 127.0.0.1:"));
  *port = (guint16) g_ascii_strtoull (strrchr (line, ':') + 1, NULL, 10);
  return cli;
}

static void
test_listen (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  guint16 port = 0;
  g_autoptr (TestProcess) cli = start_listen (folder, &port);
  g_autoptr (TestPeer) first = test_peer_connect (port);
  g_autoptr (TestPeer) second = test_peer_connect (port); /* waits in the queue */

  test_peer_expect_later (first, "leave.\n");
  test_peer_expect_nothing (second, 200);
  test_peer_send (first, "ciao\n");
  expect_output (cli, "ciao\n");
  test_process_write (cli, "ciao anche a te\n");
  test_peer_expect (first, "ciao anche a te\n");
  test_process_write (cli, "stop\n");
  test_peer_expect_end (first);
  test_peer_close (first);

  test_peer_expect_later (second, "leave.\n");
  test_peer_send (second, "quit\n");
  test_peer_expect (second, "Goodbye\n");
  test_peer_expect_end (second);
  test_peer_close (second);

  test_peer_free (second);
  second = test_peer_connect (port);
  test_peer_expect_later (second, "leave.\n");
  /* Three errors; two that come to a busy program at once are one. */
  for (int sent = 0; !second->ended; sent++)
    {
      g_assert_cmpint (sent, <, 100);
      (void) send (second->fd, "c\0i\0a\0o\0", 8, MSG_NOSIGNAL);
      g_assert_false (test_peer_read (second, 50));
    }
  test_peer_expect_end (second);
  test_peer_close (second);

  test_peer_free (second);
  second = test_peer_connect (port);
  test_peer_expect_later (second, "leave.\n");
  test_process_write (cli, "close\n");
  test_peer_expect_end (second);
  test_peer_close (second);
  test_process_expect_exit (cli, 0);
}

/* What had come before a reset is shown, and who types on when a conversation is over is
 * told that nobody hears it. */
static void
test_listen_to_somebody_rude (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  guint16 port = 0;
  g_autoptr (TestProcess) cli = start_listen (folder, &port);
  g_autoptr (TestPeer) peer = test_peer_connect (port);

  test_peer_expect_later (peer, "leave.\n");
  test_peer_send (peer, "half a l");
  test_peer_reset (peer);
  expect_output (cli, "half a l\n");
  test_peer_free (peer);

  peer = test_peer_connect (port);
  test_peer_expect_later (peer, "leave.\n");
  test_process_write (cli, "stop\nare you there?\nclose\n");
  test_peer_expect_end (peer);
  test_process_expect_exit (cli, 0); /* although the peer never closes */
  expect_complaint (cli, "nobody is here yet\n");
  expect_complaint (cli, "Connection reset by peer\n");
  g_assert_false (complains (cli, "Broken pipe"));
}

static void
test_listen_bad_address (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  guint16 port = 0;
  g_autoptr (TestProcess) cli G_GNUC_UNUSED = start_listen (folder, &port);
  g_autoptr (TestProcess) taken = start_cli (folder, port, "listen", "$", NULL);
  g_autoptr (TestProcess) bad = start_cli (folder, port, "listen", "nonsense", NULL);

  test_process_expect_exit (taken, 3);
  test_process_expect_exit (bad, 2);
}

/* probe */

typedef struct
{
  const char *greeting;
  const char *answer; /* to the empty line that those get who do not greet */
  const char *speaks;
  int status;
} Probed;

static const Probed probed[] = {
  { "SSH-2.0-x\r\n", "", "ssh", 0 },
  { "Hello\n", "", "greets-lines", 0 },
  { "Nome: ", "", "greets-unframed", 0 },
  { "NICK", "", "chat-cue", 0 },
  { "", "HTTP/1.1 400 Bad Request\r\n\r\n", "http", 0 },
  { "", "\r\n", "echo", 0 },
  { "", "", "silent", 6 },
};

/* One foreign server each, all at the same time: most of it is waiting. Whoever lags behind does
 * not greet in time, and is something else then. */
static void
test_probe (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  Foreign foreign[G_N_ELEMENTS (probed)];
  TestProcess *clis[G_N_ELEMENTS (probed)];
  TestPeer *peers[G_N_ELEMENTS (probed)];

  for (gsize i = 0; i < G_N_ELEMENTS (probed); i++)
    {
      foreign[i] = foreign_listen ();
      clis[i] = start_cli (folder, foreign[i].port, "probe", "--json", "$", NULL);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (probed); i++)
    {
      peers[i] = foreign_accept (&foreign[i]);
      test_peer_send (peers[i], probed[i].greeting);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (probed); i++)
    if (*probed[i].greeting == '\0')
      {
        test_peer_expect (peers[i], "\r\n");
        test_peer_send (peers[i], probed[i].answer);
      }
  for (gsize i = 0; i < G_N_ELEMENTS (probed); i++)
    {
      g_autofree char *expected = g_strdup_printf ("\"speaks\":\"%s\"", probed[i].speaks);

      expect_output (clis[i], expected);
      test_process_expect_exit (clis[i], probed[i].status);
      test_process_free (clis[i]);
      test_peer_free (peers[i]);
    }
}

static void
test_probe_of_ours (void)
{
  TestServer *server = test_server_start (NULL);
  g_autoptr (TestProcess) ours = start_cli (server->folder, server->port, "probe", "$", NULL);

  expect_output (ours, "salottod: a chat room for plain TCP\n");
  test_process_expect_exit (ours, 0);
  test_server_finish (server);
}

/* A machine that does not answer is not waited for as long as the kernel would: here one
 * whose queue is full, so that it drops who wants to connect. */
static void
test_probe_without_answer (void)
{
  Foreign foreign = foreign_listen ();
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autoptr (TestPeer) one = NULL;
  g_autoptr (TestPeer) two = NULL;
  g_autoptr (TestProcess) cli = NULL;

  g_assert_cmpint (listen (foreign.fd, 1), ==, 0);
  one = test_peer_connect (foreign.port);
  two = test_peer_connect (foreign.port);
  cli = start_cli (folder, foreign.port, "probe", "$", NULL);
  test_process_expect_exit (cli, 6);
  expect_complaint (cli, "does not answer");
  close (foreign.fd);
}

/* console */

static void
test_console (void)
{
  TestServer *server = test_server_start (NULL);
  g_autoptr (TestProcess) good = start_cli (server->folder, 0, "console", NULL);
  g_autoptr (TestProcess) bad = start_cli (server->folder, 0, "console", NULL);
  g_autoptr (TestProcess) nobody = start_cli (server->folder, 0, "console", "nowhere", NULL);

  test_process_write (good, "who\nrooms\n");
  test_process_end_input (good);
  expect_output (good, "nobody is here\nnobody is in any room\n");
  test_process_expect_exit (good, 0);
  test_process_write (bad, "kick Nobody\n");
  test_process_end_input (bad);
  test_process_expect_exit (bad, 1);
  test_process_expect_exit (nobody, 3);
  test_server_finish (server);
}

/* A server that dies before it has answered. */
static void
test_console_unanswered (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autofree char *path = test_folder_file (folder, "control");
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int accepted = -1;
  char word[16] = "";
  g_autoptr (TestProcess) cli = NULL;

  g_assert_cmpuint (g_strlcpy (address.sun_path, path, sizeof address.sun_path), <,
                    sizeof address.sun_path);
  g_assert_no_errno (bind (fd, (struct sockaddr *) &address, sizeof address));
  g_assert_no_errno (listen (fd, 1));
  cli = start_cli (folder, 0, "console", path, NULL);
  test_process_write (cli, "who\n");
  test_process_end_input (cli);
  accepted = accept (fd, NULL, NULL);
  g_assert_cmpint (recv (accepted, word, 4, MSG_WAITALL), ==, 4);
  g_assert_cmpstr (word, ==, "who\n");
  close (accepted);
  close (fd);
  test_process_expect_exit (cli, 8);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/cli/chat-from-a-pipe", test_chat_from_a_pipe);
  g_test_add_func ("/net/cli/chat-without-a-verb-in-a-room", test_chat_without_a_verb);
  g_test_add_func ("/net/cli/chat-on-a-terminal-tears-no-line", test_chat_on_a_terminal);
  g_test_add_func ("/net/cli/chat-interrupted-says-goodbye", test_chat_interrupted);
  g_test_add_func ("/net/cli/chat-ends-well-with-any-goodbye", test_words_that_leave);
  g_test_add_func ("/net/cli/chat-when-the-server-dies", test_chat_when_the_server_dies);
  g_test_add_func ("/net/cli/line-that-is-too-long-is-refused", test_line_that_is_too_long);
  g_test_add_func ("/net/cli/json", test_json);
  g_test_add_func ("/net/cli/hex", test_hex);
  g_test_add_func ("/net/cli/sending-knobs", test_sending_knobs);
  g_test_add_func ("/net/cli/rst-resets", test_reset);
  g_test_add_func ("/net/cli/send-waits-for-the-receipt", test_send);
  g_test_add_func ("/net/cli/send-to-nobody", test_send_to_nobody);
  g_test_add_func ("/net/cli/send-refused", test_send_refused);
  g_test_add_func ("/net/cli/tail", test_tail);
  g_test_add_func ("/net/cli/tail-in-the-plain-dialect", test_tail_in_plain);
  g_test_add_func ("/net/cli/tail-without-output", test_tail_without_output);
  g_test_add_func ("/net/cli/run", test_run);
  g_test_add_func ("/net/cli/listen", test_listen);
  g_test_add_func ("/net/cli/listen-to-somebody-rude", test_listen_to_somebody_rude);
  g_test_add_func ("/net/cli/listen-bad-address", test_listen_bad_address);
  g_test_add_func ("/net/cli/probe-of-ours", test_probe_of_ours);
  /* The build runs these by themselves: they take their time, and no processor. */
  g_test_add_func ("/net/cli-waits/send-without-receipt-is-not-delivered",
                   test_send_without_receipt);
  g_test_add_func ("/net/cli-waits/probe", test_probe);
  g_test_add_func ("/net/cli-waits/probe-without-answer", test_probe_without_answer);
  g_test_add_func ("/net/cli/console", test_console);
  g_test_add_func ("/net/cli/console-unanswered", test_console_unanswered);
  return test_pace_run ();
}
