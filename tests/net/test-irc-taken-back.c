/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is taken back: nobody finds the words in the server's files afterwards, and who has said
 * something may take it back although the machine's clock was set back.
 */
#include "config.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>

#include "tests/lib/test-irc.h"

#define CAPS "echo-message message-tags server-time draft/message-redaction"
#define PATIENCE_S 60

/* Says @text in #tea. Returns (transfer full): the name of the message. */
static char *
say (TestPeer *peer, const char *text)
{
  test_irc_say (peer, "PRIVMSG #tea :%s", text);
  for (;;)
    {
      g_autofree char *line = test_irc_take_line (peer);
      const char *id = strstr (line, "msgid=");

      if (id != NULL && g_str_has_suffix (line, text))
        return g_strndup (id + 6, strcspn (id + 6, "; "));
    }
}

static void
take_back (TestPeer *peer, const char *id)
{
  test_irc_say (peer, "REDACT #tea %s", id);
  test_irc_expect (peer, "* REDACT #tea *");
}

static gboolean
file_has (TestServer *server, const char *file, const char *text)
{
  g_autofree char *path = test_folder_file (server->folder, file);
  g_autofree char *bytes = NULL;
  gsize len = 0;

  return g_file_get_contents (path, &bytes, &len, NULL) &&
         memmem (bytes, len, text, strlen (text)) != NULL;
}

static gboolean
files_have (TestServer *server, const char *text)
{
  return file_has (server, "rooms.db", text) || file_has (server, "rooms.db-wal", text);
}

/* Nothing tells when the files are changed. */
static void
wait_until_gone (TestServer *server, const char *text)
{
  gint64 until_us = g_get_monotonic_time () + PATIENCE_S * G_USEC_PER_SEC;

  while (files_have (server, text))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, until_us);
      g_usleep (5 * G_TIME_SPAN_MILLISECOND);
    }
}

static TestServer *
start_in (TestFolder *folder)
{
  g_autofree char *path = test_folder_file (folder, "rooms.db");
  g_autofree char *log = g_strconcat ("sqlite:", path, NULL);
  const char *const options[] = { "--log", log, NULL };

  return test_server_start_in (folder, options, NULL);
}

static TestPeer *
come (TestServer *server, const char *name)
{
  TestPeer *peer = test_irc_come (server->port, name, CAPS);

  test_irc_say (peer, "JOIN #tea");
  test_irc_catch_up (peer);
  return peer;
}

static void
test_not_in_the_files (void)
{
  TestServer *server = start_in (test_folder_new ());
  g_autoptr (TestPeer) ann = come (server, "ann");
  g_autofree char *kept = say (ann, "this is kept");
  g_autofree char *regretted = say (ann, "this is regretted");
  g_autofree char *also = NULL;

  g_assert_true (files_have (server, "this is regretted"));
  take_back (ann, regretted);
  wait_until_gone (server, "this is regretted");
  g_assert_true (files_have (server, "this is kept"));
  /* At once again. */
  also = say (ann, "this is regretted too");
  take_back (ann, also);
  wait_until_gone (server, "this is regretted too");
  g_assert_true (files_have (server, "this is kept"));
  test_peer_close (ann);
  test_server_finish (server);
}

/* Somebody who reads the file keeps what they read in the write-ahead log; the room goes on, and when they
 * have read it is gone. So it is when the server was killed meanwhile. */
static void
test_not_for_ever (gconstpointer killed)
{
  TestServer *server = start_in (test_folder_new ());
  g_autoptr (TestPeer) ann = come (server, "ann");
  g_autofree char *regretted = say (ann, "this is regretted");
  g_autofree char *path = test_folder_file (server->folder, "rooms.db");
  sqlite3 *db = NULL;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, "BEGIN; SELECT * FROM entry WHERE text LIKE '%regretted'",
                                 NULL, NULL, NULL),
                   ==, SQLITE_OK);
  take_back (ann, regretted);
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *other = say (ann, "while somebody reads");

      g_assert_true (files_have (server, "this is regretted"));
    }
  test_peer_close (ann);
  if (killed != NULL)
    server = start_in (test_server_kill (server));
  g_assert_true (files_have (server, "this is regretted"));
  sqlite3_close (db);
  wait_until_gone (server, "this is regretted");
  g_assert_true (files_have (server, "while somebody reads"));
  test_server_finish (server);
}

static void
set_clock (TestFolder *folder, int ahead_s)
{
  g_autofree char *text = g_strdup_printf ("%d", ahead_s);

  test_folder_write (folder, "clock", text);
}

/* The number of a line's time, to be compared. */
static char *
take_time (TestPeer *peer, const char *text)
{
  test_irc_say (peer, "PRIVMSG #tea :%s", text);
  for (;;)
    {
      g_autofree char *line = test_irc_take_line (peer);
      const char *time = strstr (line, "time=");

      if (time != NULL && g_str_has_suffix (line, text))
        return g_strndup (time + 5, strcspn (time + 5, "; "));
    }
}

static void
test_clock_set_back (void)
{
  TestFolder *folder = test_folder_new ();
  g_autofree char *clock = test_folder_file (folder, "clock");
  g_autofree char *variable = g_strconcat ("SALOTTO_TEST_CLOCK=", clock, NULL);
  const char *const env[] = { variable, NULL };
  const char *argv[] = {
    g_getenv ("SALOTTOD_OTHER_CLOCK"), "--listen", "plain://127.0.0.1:0", "--log", "memory", NULL
  };
  TestServer *server = NULL;
  g_autoptr (TestPeer) ann = NULL;
  g_autoptr (TestPeer) bob = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autofree char *id = NULL;

  set_clock (folder, 3600);
  server = test_server_start_process (folder, test_process_start (folder, argv, env));
  ann = come (server, "ann");
  before = take_time (ann, "before");
  set_clock (folder, 0);
  bob = come (server, "bob");
  id = say (bob, "said and regretted at once");
  take_back (bob, id);
  after = take_time (bob, "after");
  g_assert_cmpstr (after, >=, before);
  /* Nor is a new name one since the time at which everything happens. */
  test_irc_say (bob, "NICK bobby");
  g_clear_pointer (&id, g_free);
  id = say (bob, "said and regretted under another name");
  take_back (bob, id);
  test_peer_close (ann);
  test_peer_close (bob);
  test_server_finish (server);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/irc-taken-back/not-in-the-files", test_not_in_the_files);
  g_test_add_data_func ("/irc-taken-back/not-for-as-long-as-somebody-reads", NULL,
                        test_not_for_ever);
  g_test_add_data_func ("/irc-taken-back/not-after-the-server-was-killed", "killed",
                        test_not_for_ever);
  g_test_add_func ("/irc-taken-back/also-when-the-clock-was-set-back", test_clock_set_back);
  return g_test_run ();
}
