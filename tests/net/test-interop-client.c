/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * salotto-cli in servers of other authors: two people talk there with our client, and
 * what the servers took for a name and for a message shows that both directions are
 * intact. The rules that make it so: test-client-rules.c.
 */
#include "config.h"

#include <string.h>

#include "tests/lib/test-foreign.h"
#include "tests/lib/test-pace.h"

#define HOST "127.0.0.1"
#define SERVERS "/net/interop/4-other-authors/our-client/"

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

typedef struct
{
  TestFolder *folder;
  TestProcess *server;
  char *where; /* HOST:PORT */
} Place;

/* A server in which two people talk. */
typedef struct
{
  const char *path;    /* of the test */
  const char *argv[7]; /* what starts it */
  gboolean is_ours;    /* in tests/net/peers: prints its port, names and messages */
} Foreign;

static void
open_place (Place *place, const char *const *argv, gboolean is_ours)
{
  guint16 port = 0;

  place->folder = test_folder_new ();
  place->server = test_foreign_start (place->folder, argv);
  port = is_ours ? test_foreign_port (place->server) : test_listening_port (place->server);
  place->where = g_strdup_printf (HOST ":%u", port);
}

static void
close_place (Place *place)
{
  test_process_free (place->server);
  test_folder_free (place->folder);
  g_free (place->where);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Place, close_place)

static TestProcess *
join (Place *place, const char *name, const char *option, const char *value)
{
  const char *argv[] = { "SALOTTO_CLI", place->where, "--name",
                         name,          option,       option != NULL ? value : NULL,
                         NULL };

  return test_foreign_start (place->folder, argv);
}

static const Foreign foreign[] = {
  { "python-unframed-homework", { "server-homework", HOST }, TRUE },
  { "python-unframed-windows", { "server-window", HOST }, TRUE },
  { "python-unframed-cue-word", { "server-cue-word", HOST }, TRUE },
  { "c-lines-with-a-prompt", { "server-prompt", HOST }, TRUE },
  { "java-lines-with-prompts", { "PromptServer", HOST }, TRUE },
};

/* Servers of ours say what they took for a name and for a message. */
static void
test_foreign_server (gconstpointer data)
{
  const Foreign *row = data;
  g_auto (Place) place = { 0 };
  g_autoptr (TestProcess) ada = NULL;
  g_autoptr (TestProcess) eva = NULL;

  open_place (&place, row->argv, TRUE);
  ada = join (&place, "Ada", NULL, NULL);
  test_expect_output (place.server, "name 'Ada'\n");
  eva = join (&place, "Eva", NULL, NULL);
  test_expect_output (place.server, "name 'Eva'\n");

  type (ada, TEST_ACCENTS);
  test_expect_output (place.server, "Ada '" TEST_ACCENTS "'\n");
  test_expect_output (eva, TEST_ACCENTS);
  type (eva, "sì, " TEST_ACCENTS);
  test_expect_output (place.server, "Eva 'sì, " TEST_ACCENTS "'\n");
  test_expect_output (ada, "sì, " TEST_ACCENTS);

  type (ada, "quit");
  test_process_end_input (eva);
  test_process_expect_exit (ada, 0);
  test_process_expect_exit (eva, 0);
  test_expect_output (place.server, " has gone\n");
  test_expect_output (place.server, " has gone\n");
}

static const Foreign relays[] = {
  { "c-relay-without-a-greeting", { "server-relay", HOST }, TRUE },
  { "ncat-broker", { "ncat", "-l", HOST, "0", "--broker" }, FALSE },
};

/* Whatever one says, the other gets; the names as well. */
static void
test_relay (gconstpointer data)
{
  const Foreign *row = data;
  g_auto (Place) place = { 0 };
  g_autoptr (TestProcess) ada = NULL;
  g_autoptr (TestProcess) eva = NULL;

  open_place (&place, row->argv, row->is_ours);
  ada = join (&place, "Ada", NULL, NULL);
  if (row->is_ours)
    test_expect_output (place.server, "1 is there\n");
  eva = join (&place, "Eva", NULL, NULL);
  test_expect_output (ada, "Eva\n");
  type (ada, TEST_ACCENTS);
  test_expect_output (eva, TEST_ACCENTS "\n");
  type (eva, "sì, " TEST_ACCENTS);
  expect_line (ada, "sì, " TEST_ACCENTS);
  type (ada, "quit");
  test_expect_output (eva, "quit\n");
  test_process_expect_exit (ada, 0);
  test_process_end_input (eva);
  test_process_expect_exit (eva, 0);
}

/* It numbers people, and writes every byte beyond ASCII as an escape. */
static void
test_ncat_chat (void)
{
  static const char *const argv[] = { "ncat", "-l", HOST, "0", "--chat", NULL };
  g_auto (Place) place = { 0 };
  g_autoptr (TestProcess) ada = NULL;
  g_autoptr (TestProcess) eva = NULL;

  open_place (&place, argv, FALSE);
  ada = join (&place, "Ada", NULL, NULL);
  test_expect_output (ada, "is connected as");
  eva = join (&place, "Eva", NULL, NULL);
  test_expect_output (ada, "> Eva\n");
  type (ada, "plain words");
  test_expect_output (eva, "plain words\n"); /* in one segment with the name, it may be */
  type (eva, "perché, caffè");
  test_expect_output (ada, "> perch\\303\\251, caff\\303\\250\n");
  type (ada, "quit");
  test_process_expect_exit (ada, 0);
  test_process_end_input (eva);
  test_process_expect_exit (eva, 0);
}

static void
test_socat_echo (void)
{
  static const char *const argv[] = { "socat", "TCP-LISTEN:0,bind=" HOST, "PIPE", NULL };
  g_auto (Place) place = { 0 };
  g_autoptr (TestProcess) ada = NULL;

  open_place (&place, argv, FALSE);
  ada = join (&place, "Ada", NULL, NULL);
  expect_line (ada, "Ada");
  type (ada, TEST_ACCENTS);
  expect_line (ada, TEST_ACCENTS);
  type (ada, "quit");
  test_process_expect_exit (ada, 0);
}

/* A cable between two ports, the second of which opens when somebody is at the first. */
static void
test_socat_relay (void)
{
  static const char *const argv[] = { "socat", "TCP-LISTEN:0,bind=" HOST, "TCP-LISTEN:0,bind=" HOST,
                                      NULL };
  g_auto (Place) place = { 0 };
  g_autofree char *first = NULL;
  g_autoptr (TestProcess) ada = NULL;
  g_autoptr (TestProcess) eva = NULL;

  open_place (&place, argv, FALSE);
  ada = join (&place, "Ada", NULL, NULL);
  first = g_steal_pointer (&place.where);
  do
    {
      g_free (place.where);
      place.where = g_strdup_printf (HOST ":%u", test_listening_port (place.server));
    }
  while (g_str_equal (place.where, first));
  eva = join (&place, "Eva", NULL, NULL);

  expect_line (eva, "Ada");
  expect_line (ada, "Eva");
  type (ada, TEST_ACCENTS);
  expect_line (eva, TEST_ACCENTS);
  type (eva, "sì, " TEST_ACCENTS);
  expect_line (ada, "sì, " TEST_ACCENTS);
  test_process_end_input (ada);
  test_process_expect_exit (ada, 0);
}

/* The one-to-one server: one talks, the other waits in the queue until `stop`. */
static void
test_one_to_one (void)
{
  static const char *const argv[] = { "server-one-to-one", HOST, NULL };
  g_auto (Place) place = { 0 };
  g_autoptr (TestProcess) ada = NULL;
  g_autoptr (TestProcess) eva = NULL;

  open_place (&place, argv, TRUE);
  ada = join (&place, "Ada", NULL, NULL);
  test_expect_output (place.server, "client 'Ada'\n");
  type (place.server, "Ciao Ada, " TEST_ACCENTS);
  test_expect_output (ada, "Ciao Ada, " TEST_ACCENTS);
  type (ada, TEST_ACCENTS);
  test_expect_output (place.server, "client '" TEST_ACCENTS "'\n");

  eva = join (&place, "Eva", NULL, NULL);
  type (place.server, "stop");
  test_expect_output (ada, "stop");
  test_process_expect_exit (ada, ENDED_BY_PEER);
  test_expect_output (place.server, "talking with");
  test_expect_output (eva, "Salute!");
  test_expect_output (place.server, "client 'Eva");
  type (place.server, "Ciao Eva");
  test_expect_output (eva, "Ciao Eva");
  type (eva, "quit");
  test_process_expect_exit (eva, 0);
  test_expect_output (place.server, "not talking");
}

/* It answers a half-closed client before it ends. */
static void
test_echo (void)
{
  static const char *const argv[] = { "server-echo", HOST, NULL };
  g_auto (Place) place = { 0 };
  g_autoptr (TestProcess) ada = NULL;

  open_place (&place, argv, TRUE);
  ada = join (&place, "Ada", "--half-close", NULL);
  test_expect_output (ada, "This is an echo; it says what you do");
  test_expect_output (ada, "= Ada");
  type (ada, TEST_ACCENTS);
  test_expect_output (ada, "= " TEST_ACCENTS);
  test_process_end_input (ada);
  test_expect_output (ada, "The echo fades");
  test_process_expect_exit (ada, 0);
  test_expect_output (place.server, "client has gone");
}

/* The known victim of a bare name. */
static void
test_whole_names (void)
{
  static const char *const argv[] = { "server-prompt", "--whole-names", HOST, NULL };
  g_auto (Place) place = { 0 };
  g_autoptr (TestProcess) ada = NULL;

  open_place (&place, argv, TRUE);
  ada = join (&place, "Ada", "--eol", "lf");
  test_expect_output (ada, "Come in.\n");
  test_expect_output (place.server, "name 'Ada'\n");
  type (ada, TEST_ACCENTS);
  test_expect_output (place.server, "Ada '" TEST_ACCENTS "'\n");
  type (ada, "quit");
  test_process_expect_exit (ada, 0);
}

static void
add_foreign (const Foreign *rows, gsize n, GTestDataFunc test)
{
  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *path = g_strconcat (SERVERS, rows[i].path, NULL);

      g_test_add_data_func (path, &rows[i], test);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_foreign (foreign, G_N_ELEMENTS (foreign), test_foreign_server);
  add_foreign (relays, G_N_ELEMENTS (relays), test_relay);
  g_test_add_func (SERVERS "ncat-chat-ascii-only", test_ncat_chat);
  g_test_add_func (SERVERS "socat-echo", test_socat_echo);
  g_test_add_func (SERVERS "socat-between-two", test_socat_relay);
  g_test_add_func (SERVERS "python-one-to-one", test_one_to_one);
  g_test_add_func (SERVERS "python-echo", test_echo);
  g_test_add_func (SERVERS "c-crashes-on-a-bare-name", test_whole_names);
  return test_pace_run ();
}
