/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The rules of the client (C1 to C8) one by one: salotto-cli against a server that is
 * played by hand, so that every byte and every pause is seen. What comes of them with
 * whole servers of other authors: test-interop-client.c.
 */
#include "config.h"

#include <arpa/inet.h>
#include <linux/tcp.h> /* the C library knows the beginning of tcp_info only */
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/lib/test-foreign.h"
#include "tests/lib/test-pace.h"
#include "tests/lib/test-peer.h"

#define HOST "127.0.0.1"

/* What the exit status says when the server was the one that ended. */
#define ENDED_BY_PEER 8

static void
type (TestProcess *process, const char *line)
{
  test_process_write (process, line);
  test_process_write (process, "\n");
}

static void
expect_line (TestProcess *process, const char *wanted)
{
  g_autofree char *line = test_process_take_line (process, TEST_PATIENCE_MS);

  g_assert_cmpstr (line, ==, wanted);
}

/* How long what the client may not wait for can take at most: the second that the rules
 * allow, and what a busy machine adds; under a sanitizer three times that. Who fails while the
 * machine stood still is played again. */
#define PROMPTLY_US (TEST_PATIENCE_MS / 12 * G_GINT64_CONSTANT (1000))

/* It ends by itself, and soon after @since_us. */
static void
expect_prompt_exit (TestProcess *process, int status, gint64 since_us)
{
  test_process_expect_exit (process, status);
  g_assert_cmpint (g_get_monotonic_time () - since_us, <, PROMPTLY_US);
}

/* Nothing but @text is printed until the end. */
static void
expect_last_output (TestProcess *process, const char *text)
{
  g_autofree char *left = NULL;

  g_assert_true (test_process_wait (process, TEST_PATIENCE_MS));
  left = g_strndup ((const char *) process->output->data, process->output->len);
  g_assert_cmpstr (left, ==, text);
}

static void
expect_complaint (TestProcess *process, const char *text)
{
  g_autofree char *errors = test_process_get_errors (process);

  if (strstr (errors, text) == NULL)
    g_error ("it should have said “%s”; it said: %s", text, errors);
}

/* A server played by hand, and one client of ours. */

typedef struct
{
  TestFolder *folder; /* (owned) */
  int listener;
  char *where; /* (owned): HOST:PORT */
  TestProcess *ada;
  TestPeer *server; /* our end of her connection */
} Stage;

static void
open_stage (Stage *stage, gconstpointer data)
{
  struct sockaddr_in address = { .sin_family = AF_INET };
  socklen_t len = sizeof address;

  stage->folder = test_folder_new ();
  inet_pton (AF_INET, HOST, &address.sin_addr);
  stage->listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (bind (stage->listener, (struct sockaddr *) &address, len), ==, 0);
  g_assert_cmpint (listen (stage->listener, 4), ==, 0);
  g_assert_cmpint (getsockname (stage->listener, (struct sockaddr *) &address, &len), ==, 0);
  stage->where = g_strdup_printf (HOST ":%u", ntohs (address.sin_port));
}

static void
close_stage (Stage *stage, gconstpointer data)
{
  test_process_free (stage->ada);
  test_peer_free (stage->server);
  close (stage->listener);
  test_folder_free (stage->folder);
  g_free (stage->where);
}

/* Starts the client, with @option and @value if there are any, and takes its
 * connection. */
static void
let_in (Stage *stage, const char *option, const char *value, const char *const *env)
{
  const char *argv[] = { test_program ("SALOTTO_CLI"),  stage->where, "--name", "Ada", option,
                         option != NULL ? value : NULL, NULL };
  int fd = -1;

  stage->ada = test_process_start (stage->folder, argv, env);
  fd = accept (stage->listener, NULL, NULL);
  g_assert_cmpint (fd, >=, 0);
  stage->server = test_peer_new (fd);
}

/* A server that reads lines and ends its own. */
static void
let_in_by_lines (Stage *stage)
{
  let_in (stage, NULL, NULL, NULL);
  test_peer_send (stage->server, "Good evening.\n");
  test_peer_expect (stage->server, "Ada\n");
  expect_line (stage->ada, "Good evening.");
}

/* One that has no lines at all. */
static void
let_in_unframed (Stage *stage)
{
  let_in (stage, NULL, NULL, NULL);
  test_peer_send (stage->server, "Your name?");
  test_peer_expect (stage->server, "Ada");
  test_peer_send (stage->server, "Hello Ada");
  test_expect_output (stage->ada, "Hello Ada");
}

/* C1: lines at once; what has no end after a moment, and it goes on when its rest
 * comes. */
static void
test_half_a_line (Stage *stage, gconstpointer data)
{
  let_in_by_lines (stage);
  test_peer_send (stage->server, "one\ntwo\nhalf a l");
  expect_line (stage->ada, "one");
  expect_line (stage->ada, "two");
  test_expect_output (stage->ada, "half a l");
  test_peer_send (stage->server, "ine\nthree\n");
  expect_line (stage->ada, "ine");
  expect_line (stage->ada, "three");
}

/* C1, at a terminal: the line being typed stands below the unfinished one, which goes on
 * where it is; after something else was printed or typed there, its rest has a row of its
 * own. A screen that has no size has 80 columns. */
static void
test_half_a_line_on_a_terminal (Stage *stage, gconstpointer data)
{
  const char *argv[] = { test_program ("SALOTTO_CLI"), stage->where, "--name", "Ada", NULL };
  static const char *const env[] = { "NO_COLOR=1", "TERM=xterm", NULL };
  g_autofree char *long_line = g_strnfill (100, 'x');
  g_autofree char *last_row = NULL;
  int fd = -1;

  stage->ada = test_process_start_on_terminal (stage->folder, argv, env);
  fd = accept (stage->listener, NULL, NULL);
  g_assert_cmpint (fd, >=, 0);
  stage->server = test_peer_new (fd);
  test_peer_send (stage->server, "Good evening.\n");
  test_peer_expect (stage->server, "Ada\n");
  test_expect_output (stage->ada, "Good evening.\r\n");
  test_process_write (stage->ada, "typing");
  test_expect_output (stage->ada, "> typing");

  test_peer_send (stage->server, "half a l");
  test_expect_output (stage->ada, " half a l\r\n> typing");
  test_peer_send (stage->server, "ine, and");
  test_expect_output (stage->ada, "\033[A\r\033[K");
  test_expect_output (stage->ada, " half a line, and\r\n> typing");
  test_peer_send (stage->server, " its end\nnext\n");
  test_expect_output (stage->ada, "\033[A\r\033[K");
  test_expect_output (stage->ada, " half a line, and its end\r\n");
  test_expect_output (stage->ada, " next\r\n> typing");

  /* Of a long line only the last row: 5 for the clock, and a space. */
  test_peer_send (stage->server, long_line);
  test_expect_output (stage->ada, "xxxx\r\n> typing");
  test_peer_send (stage->server, "!");
  last_row = g_strdup_printf ("\033[A\r\033[K%s!\r\n> typing", long_line + 100 - (106 - 80));
  test_expect_output (stage->ada, last_row);

  test_process_write (stage->ada, "\r");
  test_peer_expect (stage->server, "typing\n");
  test_expect_output (stage->ada, "\r\n> ");
  test_peer_send (stage->server, "no more\n");
  expect_line (stage->ada, "\r\033[K\rno more\r");
}

/* C1: not in the middle of a character. */
static void
test_half_a_character (Stage *stage, gconstpointer data)
{
  let_in_by_lines (stage);
  test_peer_send (stage->server, "un caff\xc3");
  test_expect_output (stage->ada, "un caff");
  test_peer_send (stage->server, "\xa8 \xf0\x9f\x99");
  test_expect_output (stage->ada, "è ");
  test_peer_send (stage->server, "\x82\n");
  expect_line (stage->ada, "🙂");
}

/* C1: texts that came in one piece are shown as one. */
static void
test_glued_texts (Stage *stage, gconstpointer data)
{
  let_in_unframed (stage);
  test_peer_send (stage->server, "> Eva: uno> Eva: due");
  test_expect_output (stage->ada, "> Eva: uno> Eva: due");
}

/* C1: nothing that a server sends can drive a terminal. */
static void
test_escapes (Stage *stage, gconstpointer data)
{
  let_in_by_lines (stage);
  test_peer_send (stage->server, "\x1b[2J\x1b]0;title\x07 a\rb\bc\x7f \xc2\x9b"
                                 "31m \xe2\x80\xae"
                                 "dne\ttab\n");
  expect_line (stage->ada, "[2J]0;title abc 31m dne tab");
}

/* C2: who ends lines gets lines. */
static void
test_greeting_with_lf (Stage *stage, gconstpointer data)
{
  let_in_by_lines (stage);
  type (stage->ada, TEST_ACCENTS);
  test_peer_expect (stage->server, TEST_ACCENTS "\n");
}

/* C2: so does who says nothing. */
static void
test_silence (Stage *stage, gconstpointer data)
{
  let_in (stage, NULL, NULL, NULL);
  type (stage->ada, TEST_ACCENTS);
  test_peer_expect (stage->server, "Ada\n" TEST_ACCENTS "\n");
  test_peer_send (stage->server, "late");
  test_expect_output (stage->ada, "late");
  type (stage->ada, "lines for good");
  test_peer_expect (stage->server, "lines for good\n");
}

/* C2: a prompt without LF, and the name is not answered before its end has come. */
static void
test_prompt_of_a_line_reader (Stage *stage, gconstpointer data)
{
  let_in (stage, NULL, NULL, NULL);
  test_peer_send (stage->server, "Hello.\nNome: ");
  test_peer_expect (stage->server, "Ada");
  test_peer_expect_nothing (stage->server, 200);
  test_peer_expect (stage->server, "\n");
  test_peer_send (stage->server, "Ciao Ada.\n");
  test_expect_output (stage->ada, "Hello.\nNome: Ciao Ada.\n");
  type (stage->ada, TEST_ACCENTS);
  test_peer_expect (stage->server, TEST_ACCENTS "\n");
}

/* C2: a greeting without LF, and the bare name is answered. */
static void
test_unframed_server (Stage *stage, gconstpointer data)
{
  let_in (stage, NULL, NULL, NULL);
  test_peer_send (stage->server, "Welcome\nwho are you?");
  test_peer_expect (stage->server, "Ada");
  test_peer_send (stage->server, "Ciao Ada\n");
  test_expect_output (stage->ada, "Ciao Ada");
  type (stage->ada, TEST_ACCENTS);
  test_peer_expect (stage->server, TEST_ACCENTS);
  test_peer_expect_nothing (stage->server, 300);
}

typedef struct
{
  const char *eol;
  const char *greeting;
  const char *name;
  const char *text;
} Forced;

static const Forced forced[] = {
  { "lf", "Nome: ", "Ada\n", TEST_ACCENTS "\n" },
  { "crlf", "Nome: ", "Ada\r\n", TEST_ACCENTS "\r\n" },
  { "none", "Good evening.\n", "Ada", TEST_ACCENTS },
};

/* C2: whoever knows better says so. */
static void
test_forced_eol (Stage *stage, gconstpointer data)
{
  const Forced *row = data;

  let_in (stage, "--eol", row->eol, NULL);
  test_peer_send (stage->server, row->greeting);
  test_peer_expect (stage->server, row->name);
  test_peer_expect_nothing (stage->server, 50);
  type (stage->ada, TEST_ACCENTS);
  test_peer_expect (stage->server, row->text);
  test_peer_expect_nothing (stage->server, 50);
}

/* How many segments with data have come, as the kernel has counted them: however late
 * we look. */
static guint
count_segments (const TestPeer *peer)
{
  struct tcp_info info = { 0 };
  socklen_t len = sizeof info;

  g_assert_cmpint (getsockopt (peer->fd, IPPROTO_TCP, TCP_INFO, &info, &len), ==, 0);
  return info.tcpi_data_segs_in;
}

/* C3: a whole file typed at once leaves as one send for each message, with a tenth of a
 * second between two. */
static void
test_one_send_each (Stage *stage, gconstpointer data)
{
  guint before = 0;
  gint64 typed_us = 0;

  let_in_unframed (stage);
  before = count_segments (stage->server);
  typed_us = g_get_monotonic_time ();
  test_process_write (stage->ada, "uno\ndue\ntre\nquattro\ncinque\n");
  test_peer_expect (stage->server, "unoduetrequattrocinque");
  g_assert_cmpint (g_get_monotonic_time () - typed_us, >=, 4 * 100 * 1000);
  g_assert_cmpuint (count_segments (stage->server) - before, ==, 5);
}

/* C3: nor does the goodbye of somebody who is called away in the middle of a talk run into
 * what they said last. */
static void
test_called_away (Stage *stage, gconstpointer data)
{
  gint64 typed_us = 0;

  let_in_unframed (stage);
  typed_us = g_get_monotonic_time ();
  type (stage->ada, "wait a moment");
  test_peer_expect (stage->server, "wait a moment");
  test_process_signal (stage->ada, SIGINT);
  test_peer_expect (stage->server, "quit");
  g_assert_cmpint (g_get_monotonic_time () - typed_us, >=, 100 * 1000);
  test_peer_half_close (stage->server);
  test_process_expect_exit (stage->ada, 0);
}

/* C3: nothing waits until what was sent before is acknowledged. Only here, where there
 * is no time between two sends, does the acknowledgement come later than they do. */
static void
test_no_delay (Stage *stage, gconstpointer data)
{
  guint before = 0;
  int quickly = 0;

  let_in_by_lines (stage);
  g_assert_cmpint (
      setsockopt (stage->server->fd, IPPROTO_TCP, TCP_QUICKACK, &quickly, sizeof quickly), ==, 0);
  before = count_segments (stage->server);
  test_process_write (stage->ada, "uno\ndue\ntre\n");
  test_peer_expect (stage->server, "uno\ndue\ntre\n");
  g_assert_cmpuint (count_segments (stage->server) - before, ==, 3);
}

/* C4 */
static void
test_empty_lines (Stage *stage, gconstpointer data)
{
  let_in_by_lines (stage);
  test_process_write (stage->ada, "\n\n   \nciao\n\n");
  test_peer_expect (stage->server, "ciao\n");
  test_peer_expect_nothing (stage->server, 100);
}

/* C4: the word goes to the server, and is not worth more than a second of waiting. */
static void
test_quit_unanswered (Stage *stage, gconstpointer data)
{
  const char *word = data;
  g_autofree char *line = g_strconcat (word, "\n", NULL);
  gint64 typed_us = 0;

  let_in_by_lines (stage);
  typed_us = g_get_monotonic_time ();
  type (stage->ada, word);
  test_peer_expect (stage->server, line);
  expect_prompt_exit (stage->ada, 0, typed_us);
  test_peer_expect_end (stage->server);
}

/* C4: what comes before the server's FIN is shown. */
static void
test_quit_answered (Stage *stage, gconstpointer data)
{
  let_in_unframed (stage);
  type (stage->ada, "quit");
  test_peer_expect (stage->server, "quit");
  test_peer_send (stage->server, "Bye");
  test_peer_half_close (stage->server);
  test_process_expect_exit (stage->ada, 0);
  expect_last_output (stage->ada, "\nBye\n");
  test_peer_expect_end (stage->server);
}

/* C4: at the end of the input a server without lines is told `quit`... */
static void
test_end_of_input_unframed (Stage *stage, gconstpointer data)
{
  let_in_unframed (stage);
  test_process_write (stage->ada, "last words");
  test_process_end_input (stage->ada);
  test_peer_expect (stage->server, "last words");
  test_peer_expect (stage->server, "quit");
  test_process_expect_exit (stage->ada, 0);
  test_peer_expect_end (stage->server);
}

/* ... and one with lines, where the word might be read as a message, gets our FIN and
 * may still finish. */
static void
test_end_of_input_by_lines (Stage *stage, gconstpointer data)
{
  let_in_by_lines (stage);
  test_process_write (stage->ada, "last words");
  test_process_end_input (stage->ada);
  test_peer_expect (stage->server, "last words\n");
  test_peer_expect_end (stage->server);
  test_peer_send (stage->server, "one more thing\n");
  expect_line (stage->ada, "one more thing");
  test_peer_close (stage->server);
  test_process_expect_exit (stage->ada, 0);
}

/* C4: even if it never finishes. */
static void
test_end_of_input_unanswered (Stage *stage, gconstpointer data)
{
  gint64 ended_us = 0;

  let_in_by_lines (stage);
  ended_us = g_get_monotonic_time ();
  test_process_end_input (stage->ada);
  test_peer_expect_end (stage->server);
  expect_prompt_exit (stage->ada, 0, ended_us);
}

/* C5: the server ends. Her keyboard is still there, and does not hold her. */
static void
test_server_ends (Stage *stage, gconstpointer data)
{
  gint64 closed_us = 0;

  let_in_by_lines (stage);
  type (stage->ada, "ciao");
  test_peer_expect (stage->server, "ciao\n");
  test_peer_send (stage->server, "I have to g");
  closed_us = g_get_monotonic_time ();
  test_peer_close (stage->server);
  expect_prompt_exit (stage->ada, ENDED_BY_PEER, closed_us);
  expect_last_output (stage->ada, "I have to g\n");
  expect_complaint (stage->ada, "the server has ended the conversation");
}

/* C5: it does so while she is sending, so what she sends last meets a closed door. */
static void
test_server_ends_while_sending (Stage *stage, gconstpointer data)
{
  let_in_by_lines (stage);
  for (int i = 0; i < 60; i++)
    type (stage->ada, "is anybody there?");
  test_peer_expect (stage->server, "is anybody there?\n");
  test_peer_send (stage->server, "Closed.\n");
  expect_line (stage->ada, "Closed.");
  test_peer_close (stage->server);
  test_process_expect_exit (stage->ada, ENDED_BY_PEER);
}

static void
test_server_resets (Stage *stage, gconstpointer data)
{
  let_in_by_lines (stage);
  test_peer_send (stage->server, "Closed.\n");
  expect_line (stage->ada, "Closed.");
  test_peer_reset (stage->server);
  test_process_expect_exit (stage->ada, ENDED_BY_PEER);
  expect_complaint (stage->ada, "the connection broke");
}

/* C5: it resets while she is writing, and her next word meets the reset before she has
 * read the server's last one. */
static void
test_reset_met_by_a_send (Stage *stage, gconstpointer data)
{
  int status = 0;

  let_in_by_lines (stage);
  type (stage->ada, "ciao");
  test_peer_expect (stage->server, "ciao\n");
  test_process_signal (stage->ada, SIGSTOP);
  g_assert_cmpint (waitpid (stage->ada->pid, &status, WUNTRACED), ==, stage->ada->pid);
  test_peer_send (stage->server, "This room is cl");
  test_peer_reset (stage->server);
  type (stage->ada, "are you there?");
  test_process_signal (stage->ada, SIGCONT);
  test_process_expect_exit (stage->ada, ENDED_BY_PEER);
  expect_last_output (stage->ada, "This room is cl\n");
  expect_complaint (stage->ada, "the connection broke: ");
  expect_complaint (stage->ada, "are you there?");
}

/* C5: at a terminal, in the middle of a line. */
static void
test_server_ends_while_typing (Stage *stage, gconstpointer data)
{
  g_autofree char *command =
      g_strdup_printf ("'%s' %s --name Ada", test_program ("SALOTTO_CLI"), stage->where);
  const char *argv[] = { "script", "-qefc", command, "/dev/null", NULL };
  gint64 closed_us = 0;
  int fd = -1;

  stage->ada = test_foreign_start (stage->folder, argv);
  fd = accept (stage->listener, NULL, NULL);
  g_assert_cmpint (fd, >=, 0);
  stage->server = test_peer_new (fd);
  test_peer_send (stage->server, "Good evening.\n");
  test_peer_expect (stage->server, "Ada\n");
  test_expect_output (stage->ada, "Good evening.");
  test_process_write (stage->ada, "what I wanted to s");
  test_expect_output (stage->ada, "wanted to s");
  test_peer_send (stage->server, "Closed.");
  closed_us = g_get_monotonic_time ();
  test_peer_close (stage->server);
  test_expect_output (stage->ada, "Closed.");
  expect_prompt_exit (stage->ada, ENDED_BY_PEER, closed_us);
}

/* C6: what comes is shown, once each, and what does not come is not. */
static void
test_own_messages (Stage *stage, gconstpointer data)
{
  let_in_by_lines (stage);
  type (stage->ada, "ciao");
  test_peer_expect (stage->server, "ciao\n");
  test_peer_send (stage->server, "ciao\nciao\n> Ada('" HOST "', 5): ciao\n> Eva: ciao\n");
  expect_line (stage->ada, "ciao");
  expect_line (stage->ada, "ciao");
  expect_line (stage->ada, "> Ada('" HOST "', 5): ciao");
  expect_line (stage->ada, "> Eva: ciao");
  type (stage->ada, "unheard");
  test_peer_expect (stage->server, "unheard\n");
  test_peer_close (stage->server);
  expect_last_output (stage->ada, "");
}

/* C6: nor is what she has typed taken off her screen, because perhaps it will not come
 * back. */
static void
test_typed_line_stays (Stage *stage, gconstpointer data)
{
  const char *argv[] = { test_program ("SALOTTO_CLI"), stage->where, "--name", "Ada", NULL };
  int fd = -1;

  stage->ada = test_process_start_on_terminal (stage->folder, argv, NULL);
  fd = accept (stage->listener, NULL, NULL);
  g_assert_cmpint (fd, >=, 0);
  stage->server = test_peer_new (fd);
  test_peer_send (stage->server, "Good evening.\n");
  test_peer_expect (stage->server, "Ada\n");
  test_expect_output (stage->ada, "Good evening.");
  test_process_write (stage->ada, "unheard");
  test_expect_output (stage->ada, "unheard");
  test_process_write (stage->ada, "\r");
  expect_line (stage->ada, "\r");
  test_peer_expect (stage->server, "unheard\n");
}

typedef struct
{
  const char *outcomes;
  gboolean survives;
} Failures;

/* C7: three in a row, and a good one begins to count anew. */
static void
test_failed_receives (Stage *stage, gconstpointer data)
{
  const Failures *row = data;
  g_autofree char *preload =
      g_strdup_printf ("LD_PRELOAD=%s/failing-recv.so", test_program ("NET_PEERS_BUILT"));
  g_autofree char *outcomes = g_strconcat ("RECV_OUTCOMES=", row->outcomes, NULL);
  const char *asan = g_getenv ("ASAN_OPTIONS");
  g_autofree char *asan_options =
      g_strdup_printf ("ASAN_OPTIONS=verify_asan_link_order=0:%s", asan != NULL ? asan : "");
  const char *env[] = { preload, outcomes, asan_options, NULL };

  let_in (stage, NULL, NULL, env);
  test_peer_send (stage->server, "Good evening.\n");
  if (strchr (row->outcomes, '.') != NULL)
    {
      expect_line (stage->ada, "Good evening.");
      test_peer_expect (stage->server, "Ada\n");
      test_peer_send (stage->server, "Still there?\n");
    }
  if (row->survives)
    {
      expect_line (stage->ada, "Still there?");
      return;
    }
  test_process_expect_exit (stage->ada, ENDED_BY_PEER);
  expect_complaint (stage->ada, "the connection broke");
}

static const Failures dies = { "xxx", FALSE };
static const Failures dies_later = { "xx.xxx", FALSE };
static const Failures lives = { "xx.xx.", TRUE };

/* C8: what cannot be read is marked; what can is shown; and then it goes on. */
static void
test_unreadable_bytes (Stage *stage, gconstpointer data)
{
  static const char utf16[] = "\xff\xfe"
                              "c\0i\0a\0o\0\n\0";
  static const char length[] = "\0\0\0\4ciao\0\0\0\5Hello\n";
  static const char block[32] = "a block of bytes";

  let_in_by_lines (stage);
  test_peer_send (stage->server, "caff\xe8 \xc0\xaf \xed\xa0\x80 nero\n");
  expect_line (stage->ada, "caff\uFFFD \uFFFD\uFFFD \uFFFD\uFFFD\uFFFD nero");
  test_peer_send_bytes (stage->server, utf16, sizeof utf16 - 1);
  expect_line (stage->ada, "\uFFFD\uFFFDciao");
  test_peer_send_bytes (stage->server, length, sizeof length - 1);
  expect_line (stage->ada, "ciaoHello");
  test_peer_send_bytes (stage->server, block, sizeof block);
  test_peer_send (stage->server, "\n{\"text\": \"" TEST_ACCENTS "\"}\n");
  expect_line (stage->ada, "a block of bytes");
  expect_line (stage->ada, "{\"text\": \"" TEST_ACCENTS "\"}");
  type (stage->ada, "ciao");
  test_peer_expect (stage->server, "ciao\n");
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*test) (Stage *, gconstpointer);
    gconstpointer data;
  } rows[] = {
    { "c1-lines-at-once-and-the-rest-after-a-moment", test_half_a_line, NULL },
    { "c1-the-rest-goes-on-at-a-terminal-too", test_half_a_line_on_a_terminal, NULL },
    { "c1-characters-are-not-split", test_half_a_character, NULL },
    { "c1-glued-texts-as-they-came", test_glued_texts, NULL },
    { "c1-nothing-drives-the-terminal", test_escapes, NULL },
    { "c2-greeting-with-lf-means-lines", test_greeting_with_lf, NULL },
    { "c2-silence-means-lines", test_silence, NULL },
    { "c2-prompt-of-a-line-reader", test_prompt_of_a_line_reader, NULL },
    { "c2-unframed-server", test_unframed_server, NULL },
    { "c2-eol-lf", test_forced_eol, &forced[0] },
    { "c2-eol-crlf", test_forced_eol, &forced[1] },
    { "c2-eol-none", test_forced_eol, &forced[2] },
    { "c3-one-send-for-each-message", test_one_send_each, NULL },
    { "c3-goodbye-keeps-its-distance", test_called_away, NULL },
    { "c3-no-delay", test_no_delay, NULL },
    { "c4-empty-lines-stay-here", test_empty_lines, NULL },
    { "c4-quit-is-not-waited-for-long", test_quit_unanswered, "quit" },
    { "c4-exit-is-not-waited-for-long", test_quit_unanswered, "EXIT" },
    { "c4-goodbye-is-shown", test_quit_answered, NULL },
    { "c4-end-of-input-says-quit-without-lines", test_end_of_input_unframed, NULL },
    { "c4-end-of-input-is-a-fin-with-lines", test_end_of_input_by_lines, NULL },
    { "c4-end-of-input-is-not-waited-for-long", test_end_of_input_unanswered, NULL },
    { "c5-fin-of-the-server-ends-it", test_server_ends, NULL },
    { "c5-fin-while-sending", test_server_ends_while_sending, NULL },
    { "c5-fin-while-typing-at-a-terminal", test_server_ends_while_typing, NULL },
    { "c5-reset-ends-it", test_server_resets, NULL },
    { "c5-reset-met-by-a-send-loses-nothing", test_reset_met_by_a_send, NULL },
    { "c6-nothing-is-guessed-away", test_own_messages, NULL },
    { "c6-typed-line-stays-on-the-screen", test_typed_line_stays, NULL },
    { "c7-three-failures-in-a-row-end-it", test_failed_receives, &dies },
    { "c7-three-failures-after-a-good-one-end-it", test_failed_receives, &dies_later },
    { "c7-two-failures-and-a-good-one-do-not", test_failed_receives, &lives },
    { "c8-unreadable-bytes-are-marked", test_unreadable_bytes, NULL },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/net/client-rules/", rows[i].path, NULL);

      g_test_add (path, Stage, rows[i].data, open_stage, rows[i].test, close_stage);
    }
  return test_pace_run ();
}
