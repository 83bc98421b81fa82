/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * salotto-cli with servers of IRC by other authors, as Debian has them: ngircd, which knows hardly
 * anything of IRCv3 and sends nothing back, and InspIRCd, which labels and echoes.
 */
#include "config.h"

#include <arpa/inet.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/lib/test-foreign.h"

typedef struct
{
  const char *name;
  const char *running; /* what it prints when it can be talked to */
  gboolean receipts;
  const char *config;
} Kind;

static const Kind ngircd = {
  "ngircd", "Now listening on ", FALSE,
  "[Global]\nName = irc.example.net\nInfo = test\nListen = 127.0.0.1\nPorts = %PORT\n"
  "MotdPhrase = Welcome to ngircd\n[Limits]\nMaxConnectionsIP = 0\n"
  "[Options]\nDNS = no\nIdent = no\nPAM = no\n"
};

static const Kind inspircd = {
  "inspircd", "InspIRCd is now running", TRUE,
  "<config format=\"xml\">\n"
  "<server name=\"irc.example.net\" description=\"test\" network=\"Test\">\n"
  "<admin name=\"t\" nick=\"t\" email=\"t@example.net\">\n"
  "<bind address=\"127.0.0.1\" port=\"%PORT\" type=\"clients\">\n"
  "<connect name=\"main\" allow=\"*\" timeout=\"30\" pingfreq=\"120\" hardsendq=\"1M\" "
  "softsendq=\"8192\" recvq=\"8K\" localmax=\"100\" globalmax=\"100\" resolvehostnames=\"no\" "
  "limit=\"1000\">\n"
  "<log method=\"file\" type=\"*\" level=\"default\" target=\"/dev/null\">\n"
  "<path configdir=\"%FOLDER\" datadir=\"%FOLDER\" logdir=\"%FOLDER\" runtimedir=\"%FOLDER\" "
  "moduledir=\"/usr/lib/inspircd/modules\">\n"
  "<module name=\"cap\"><module name=\"ircv3\"><module name=\"ircv3_batch\">"
  "<module name=\"ircv3_echomessage\"><module name=\"ircv3_labeledresponse\">"
  "<module name=\"ircv3_msgid\"><module name=\"ircv3_servertime\">"
  "<module name=\"ircv3_ctctags\"><module name=\"namesx\"><module name=\"uhnames\">\n"
};

typedef struct
{
  const Kind *kind;
  TestFolder *folder;
  TestProcess *process;
  guint16 port;
} Server;

/* These programs cannot say which port the kernel has chosen, so it is asked for one that is
 * free. */
static guint16
free_port (void)
{
  struct sockaddr_in any = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t len = sizeof any;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_no_errno (bind (fd, (struct sockaddr *) &any, sizeof any));
  g_assert_no_errno (getsockname (fd, (struct sockaddr *) &any, &len));
  close (fd);
  return ntohs (any.sin_port);
}

/* They say that they run on standard error, or on standard output. */
static void
await_server (Server *server)
{
  gint64 until_us = g_get_monotonic_time () + TEST_PATIENCE_MS * 1000;

  while (!test_process_wait_for_output (server->process, server->kind->running, 50))
    {
      g_autofree char *errors = test_process_get_errors (server->process);

      if (strstr (errors, server->kind->running) != NULL)
        return;
      if (g_get_monotonic_time () > until_us)
        g_error ("%s did not start: %s", server->kind->name, errors);
    }
}

static void
server_set_up (Server *server, gconstpointer data)
{
  const Kind *kind = data;
  g_autofree char *port = NULL;
  g_autofree char *path = NULL;
  g_autoptr (GString) config = g_string_new (kind->config);
  g_autofree char *option = NULL;
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();

  server->kind = kind;
  server->folder = test_folder_new ();
  server->port = free_port ();
  port = g_strdup_printf ("%u", server->port);
  path = test_folder_file (server->folder, "server.conf");
  g_string_replace (config, "%PORT", port, 0);
  g_string_replace (config, "%FOLDER", server->folder->path, 0);
  test_folder_write (server->folder, "server.conf", config->str);
  if (kind == &ngircd)
    {
      g_assert_no_errno (g_chmod (server->folder->path, 0755)); /* it gives up being root */
      g_ptr_array_add (argv, (gpointer) "/usr/sbin/ngircd");
      g_ptr_array_add (argv, (gpointer) "--nodaemon");
      g_ptr_array_add (argv, (gpointer) "--config");
      option = g_strdup (path);
    }
  else
    {
      g_ptr_array_add (argv, (gpointer) "/usr/sbin/inspircd");
      g_ptr_array_add (argv, (gpointer) "--nofork");
      option = g_strdup_printf ("--config=%s", path);
      if (geteuid () == 0)
        g_ptr_array_add (argv, (gpointer) "--runasroot");
    }
  g_ptr_array_add (argv, option);
  g_ptr_array_add (argv, NULL);
  server->process = test_process_start (server->folder, (const char *const *) argv->pdata, NULL);
  await_server (server);
}

static void
server_tear_down (Server *server, gconstpointer data)
{
  test_process_signal (server->process, SIGKILL);
  g_assert_true (test_process_wait (server->process, TEST_PATIENCE_MS));
  test_process_free (server->process);
  test_folder_free (server->folder);
}

static TestProcess *
start_cli (Server *server, const char *verb, const char *name, const char *more)
{
  g_autofree char *uri = g_strdup_printf ("irc://127.0.0.1:%u/tea", server->port);
  const char *const argv[] = {
    test_program ("SALOTTO_CLI"), verb, "--name", name, uri, more, NULL
  };

  return test_process_start (server->folder, argv, NULL);
}

/* Two people talk, with accents, an action and in private. */
static void
test_talk (Server *server, gconstpointer data)
{
  g_autoptr (TestProcess) ada = start_cli (server, "chat", "Ada", NULL);
  g_autoptr (TestProcess) bob = NULL;

  test_expect_output (ada, "-- You are in tea now.\n");
  bob = start_cli (server, "chat", "Bob", NULL);
  test_expect_output (bob, "-- You are in tea now.\n");
  test_expect_output (ada, "> Bob('");
  test_expect_output (ada, "has come into the chat room.\n");
  test_process_write (ada, TEST_ACCENTS "\n");
  test_expect_output (bob, ": " TEST_ACCENTS "\n");
  test_process_write (bob, "/me waves\n");
  test_expect_output (ada, ") waves\n");
  test_process_write (bob, "/msg Ada psst\n");
  test_expect_output (ada, "-- Bob says to you alone: psst\n");
  test_process_write (ada, "/who\n");
  test_expect_output (ada, "-- In tea (2): Ada, Bob\n");
  test_process_write (ada, "quit\n");
  test_process_expect_exit (ada, 0);
  test_expect_output (bob, "has left this room.\n");
  test_process_end_input (bob);
  test_process_expect_exit (bob, 0);
}

/* Where nothing comes back, "sent" is not "delivered"; and a refusal is one. */
static void
test_states (Server *server, gconstpointer data)
{
  const Kind *kind = data;
  g_autoptr (TestProcess) ada = start_cli (server, "send", "Ada", "ciao");
  g_autoptr (TestProcess) bob = NULL;
  g_autofree char *errors = NULL;

  test_process_expect_exit (ada, kind->receipts ? 0 : 6);
  bob = start_cli (server, "chat", "Bob", "--json");
  test_process_write (bob, "ciao\n");
  test_expect_output (bob, "\"state\":\"sent\"");
  test_expect_output (bob, kind->receipts ? "\"state\":\"delivered\"" : "\"state\":\"sent\"");
  test_process_write (bob, "/msg Nobody hello?\n");
  test_expect_output (bob, "\"state\":\"failed\",\"text\":\"hello?\"");
  test_process_end_input (bob);
  test_process_expect_exit (bob, 1);
  errors = test_process_get_errors (bob);
  g_assert_nonnull (strstr (errors, "not sent: hello?"));
}

/* Who has the name already keeps it. */
static void
test_names (Server *server, gconstpointer data)
{
  g_autoptr (TestProcess) ada = start_cli (server, "chat", "Ada", NULL);
  g_autoptr (TestProcess) other = NULL;

  test_expect_output (ada, "-- You are in tea now.\n");
  other = start_cli (server, "chat", "Ada", NULL);
  test_expect_output (ada, "> Ada_2('");
  test_process_end_input (other);
  test_process_expect_exit (other, 0);
  test_process_end_input (ada);
  test_process_expect_exit (ada, 0);
}

static void
add (const Kind *kind)
{
  static const struct
  {
    const char *path;
    void (*test) (Server *server, gconstpointer data);
  } cases[] = {
    { "people-talk", test_talk },
    { "states", test_states },
    { "name-in-use", test_names },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/net/irc-servers/%s/%s", kind->name, cases[i].path);

      g_test_add (path, Server, kind, server_set_up, cases[i].test, server_tear_down);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add (&ngircd);
  add (&inspircd);
  return g_test_run ();
}
