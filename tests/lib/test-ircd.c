/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Servers of IRC by other authors, as Debian has them, on a port of their own.
 */
#include "config.h"

#include "tests/lib/test-ircd.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "tests/lib/test-peer.h"

const TestIrcdKind test_ircd_ngircd = {
  "ngircd", "Now listening on ", FALSE,
  "[Global]\nName = irc.example.net\nInfo = test\nListen = 127.0.0.1\nPorts = %PORT\n"
  "MotdPhrase = Welcome to ngircd\n[Limits]\nMaxConnectionsIP = 0\n"
  "[Options]\nDNS = no\nIdent = no\nPAM = no\n",
  "[SSL]\nCertFile = %FOLDER/tls.pem\nKeyFile = %FOLDER/tls.key\nPorts = %TLS\n"
};

const TestIrcdKind test_ircd_inspircd = {
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
  "<module name=\"ircv3_ctctags\"><module name=\"namesx\"><module name=\"uhnames\">\n",
  "<module name=\"ssl_gnutls\">\n"
  "<sslprofile name=\"c\" provider=\"gnutls\" certfile=\"%FOLDER/tls.pem\" "
  "keyfile=\"%FOLDER/tls.key\">\n"
  "<bind address=\"127.0.0.1\" port=\"%TLS\" type=\"clients\" sslprofile=\"c\">\n"
};

/* They say that they run on standard error, or on standard output. */
static void
await_server (TestIrcd *server)
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

/**
 * test_ircd_start:
 *
 * Returns: (transfer full): a server of that kind, which can be talked to.
 */
TestIrcd *
test_ircd_start (const TestIrcdKind *kind)
{
  return test_ircd_start_in (kind, test_folder_new (), FALSE);
}

/**
 * test_ircd_start_in:
 * @folder: (transfer full)
 * @tls: with TLS at a second port; tls.pem and tls.key are in the folder
 *
 * Returns: (transfer full): as test_ircd_start()
 */
TestIrcd *
test_ircd_start_in (const TestIrcdKind *kind, TestFolder *folder, gboolean tls)
{
  TestIrcd *server = g_new0 (TestIrcd, 1);
  g_autofree char *port = NULL;
  g_autofree char *path = NULL;
  g_autoptr (GString) config = g_string_new (kind->config);
  g_autofree char *option = NULL;
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();

  server->kind = kind;
  server->folder = folder;
  server->port = test_reserve_port (); /* they cannot say which one the kernel has chosen */
  port = g_strdup_printf ("%u", server->port);
  if (tls)
    {
      g_autofree char *tls_port = NULL;

      server->tls_port = test_reserve_port ();
      tls_port = g_strdup_printf ("%u", server->tls_port);
      g_string_append (config, kind->tls);
      g_string_replace (config, "%TLS", tls_port, 0);
    }
  path = test_folder_file (server->folder, "server.conf");
  g_string_replace (config, "%PORT", port, 0);
  g_string_replace (config, "%FOLDER", server->folder->path, 0);
  test_folder_write (server->folder, "server.conf", config->str);
  if (kind == &test_ircd_ngircd)
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
  return server;
}

/**
 * test_ircd_free:
 * @server: (nullable) (transfer full): killed
 */
void
test_ircd_free (TestIrcd *server)
{
  if (server == NULL)
    return;
  test_process_signal (server->process, SIGKILL);
  g_assert_true (test_process_wait (server->process, TEST_PATIENCE_MS));
  test_process_free (server->process);
  test_folder_free (server->folder);
  g_free (server);
}
