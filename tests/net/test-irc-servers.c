/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * salotto-cli with servers of IRC by other authors, as Debian has them: ngircd, which knows hardly
 * anything of IRCv3 and sends nothing back, and InspIRCd, which labels and echoes.
 */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "common/client/sal-client.h"
#include "server/tls/srv-self-signed.h"
#include "tests/lib/test-foreign.h"
#include "tests/lib/test-ircd.h"

typedef struct
{
  TestIrcd *ircd; /* (owned) */
} Server;

static void
server_set_up (Server *server, gconstpointer data)
{
  server->ircd = test_ircd_start (data);
}

static void
server_tear_down (Server *server, gconstpointer data)
{
  test_ircd_free (server->ircd);
}

static TestProcess *
start_cli (Server *server, const char *verb, const char *name, const char *more)
{
  g_autofree char *uri = g_strdup_printf ("irc://127.0.0.1:%u/tea", server->ircd->port);
  const char *const argv[] = {
    test_program ("SALOTTO_CLI"), verb, "--name", name, uri, more, NULL
  };

  return test_process_start (server->ircd->folder, argv, NULL);
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
  test_process_write (bob, "/nick Bea\n");
  test_expect_output (bob, "-- Bob is called Bea from now on.\n");
  test_expect_output (ada, "-- Bob is called Bea from now on.\n");
  test_process_write (ada, "/topic lemons\n/topic\n");
  test_expect_output (ada, "-- Ada has set the topic: lemons\n");
  test_expect_output (ada, "#tea: lemons\n");
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
  const TestIrcdKind *kind = data;
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

/* Who was away before we came is away in our list, too, whether the server says so by itself or not. */
static void
test_away (Server *server, gconstpointer data)
{
  g_autofree char *address = g_strdup_printf ("irc://127.0.0.1:%u/tea", server->ircd->port);
  g_autoptr (SalUri) uri = sal_uri_parse_client (address, NULL);
  SalClientOptions options = { .name = "Ada", .room = "tea" };
  SalTransportOptions transport = { 0 };
  g_autoptr (SalClient) ada = NULL;
  g_autoptr (TestProcess) bob = start_cli (server, "chat", "Bob", NULL);
  gint64 until_us = g_get_monotonic_time () + TEST_PATIENCE_MS * 1000;
  const SalIrcUser *user = NULL;

  test_expect_output (bob, "-- You are in tea now.\n");
  test_process_write (bob, "/away lunch\n");
  test_expect_output (bob, "You have been marked as being away");
  ada = sal_client_new (uri, &options, &transport);
  sal_client_start (ada, TEST_PATIENCE_MS);
  while (user == NULL || !user->away)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, until_us);
      (void) g_main_context_iteration (NULL, TRUE);
      user = sal_irc_rooms_find_user (sal_client_get_rooms (ada), "Bob");
    }
  sal_client_stop (ada);
  test_process_end_input (bob);
  test_process_expect_exit (bob, 0);
}

/* With TLS, and its key remembered. */
static void
test_tls (Server *server, gconstpointer data)
{
  TestFolder *folder = test_folder_new ();
  g_autofree char *certificate = test_folder_file (folder, "tls.pem");
  g_autofree char *key = test_folder_file (folder, "tls.key");
  g_autoptr (TestIrcd) ircd = NULL;
  g_autofree char *uri = NULL;
  g_autoptr (GError) error = NULL;

  srv_self_signed_make (certificate, key, "irc.example.net", g_get_real_time () / G_USEC_PER_SEC,
                        &error);
  g_assert_no_error (error);
  g_assert_no_errno (g_chmod (key, 0644)); /* ngircd gives up being root before it reads it */
  ircd = test_ircd_start_in (data, folder, TRUE);
  uri = g_strdup_printf ("ircs://127.0.0.1:%u/tea", ircd->tls_port);
  for (guint i = 0; i < 2; i++)
    {
      const char *const argv[] = {
        test_program ("SALOTTO_CLI"), "chat", "-v", "--name", "Ada", uri, NULL
      };
      g_autoptr (TestProcess) ada = test_process_start (folder, argv, NULL);
      g_autofree char *errors = NULL;

      test_expect_output (ada, "-- You are in tea now.\n");
      test_process_end_input (ada);
      test_process_expect_exit (ada, 0);
      errors = test_process_get_errors (ada);
      g_assert_nonnull (
          strstr (errors, i == 0 ? "this server is new here" : "its key is the one of last time"));
    }
}

static void
add (const TestIrcdKind *kind)
{
  static const struct
  {
    const char *path;
    void (*test) (Server *server, gconstpointer data);
  } cases[] = {
    { "people-talk", test_talk }, { "states", test_states }, { "name-in-use", test_names },
    { "who-is-away", test_away }, { "with-tls", test_tls },
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
  add (&test_ircd_ngircd);
  add (&test_ircd_inspircd);
  return g_test_run ();
}
