/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A server that starts on files of earlier versions (tests/data/schemas): everything in them is
 * there again. What is not made as it says is refused, by its name.
 */
#include "config.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "common/sqlite/sal-sqlite.h"
#include "tests/lib/test-irc.h"
#include "tests/lib/test-peer.h"

typedef struct
{
  const char *file; /* of tests/data/schemas, without its end */
  gboolean accounts;
  gboolean topics;
} Row;

static const Row rows[] = {
  { "server-1", FALSE, FALSE },
  { "server-2", TRUE, TRUE },
  { "server-2-without-topics", TRUE, FALSE },
  { "server-3", TRUE, TRUE },
  { "server-4", TRUE, TRUE },
  { "server-4-without-topics", TRUE, FALSE },
};

/* Makes the file @name of a server that will live in @folder as @schema says, and then as @more
 * does. */
static void
make_file (TestFolder *folder, const char *name, const char *schema, const char *more)
{
  g_autofree char *state = test_folder_file (folder, "salotto");
  g_autofree char *path = g_build_filename (state, name, NULL);
  g_autofree char *sql_name = g_strconcat (schema, ".sql", NULL);
  g_autofree char *sql_path = g_build_filename (g_getenv ("SCHEMAS"), sql_name, NULL);
  g_autofree char *sql = NULL;
  g_autoptr (GError) error = NULL;
  sqlite3 *db = NULL;

  (void) g_mkdir_with_parents (state, 0700);
  g_assert_true (g_file_get_contents (sql_path, &sql, NULL, NULL));
  db = sal_sqlite_open (path, 0, &error);
  g_assert_no_error (error);
  (void) sal_sqlite_exec (db, sql, &error);
  g_assert_no_error (error);
  (void) sal_sqlite_exec (db, more, &error);
  g_assert_no_error (error);
  sqlite3_close (db);
}

static char *
ask_operator (TestServer *server, const char *word)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  g_autofree char *path = test_folder_file (server->folder, "salotto/control");
  g_autofree char *line = g_strconcat (word, "\n", NULL);
  GString *answer = g_string_new (NULL);
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_autoptr (TestPeer) console = NULL;

  g_assert_cmpuint (g_strlcpy (address.sun_path, path, sizeof address.sun_path), <,
                    sizeof address.sun_path);
  g_assert_cmpint (connect (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  console = test_peer_new (fd);
  test_peer_send (console, line);
  do
    {
      g_autofree char *said = test_peer_take_line (console);

      g_assert_nonnull (said);
      g_string_append_printf (answer, "%s\n", said);
    }
  while (!g_str_has_suffix (answer->str, "ok\n") && !g_str_has_suffix (answer->str, "error\n"));
  return g_string_free (answer, FALSE);
}

#define says(text, part) g_assert_nonnull (strstr (text, part))

/* The room gets back what it was, as whoever comes first sees. */
static void
expect_room (TestServer *server, const Row *row)
{
  TestPeer *bea = test_irc_come (server->port, "bea", NULL);

  test_irc_say (bea, "JOIN #Tea");
  test_peer_expect_later (bea, " JOIN #Tea\r\n");
  test_peer_expect_later (bea, row->accounts ? " MODE #Tea +Pl 12\r\n" : " 366 bea #Tea ");
  if (row->topics)
    test_peer_expect_later (bea, " TOPIC #Tea :Earl Grey\r\n");
  test_irc_say (bea, "MODE #tea b");
  if (row->accounts)
    test_peer_expect_later (bea, " 367 bea #Tea *!*@bad.example Anna 1588530120\r\n");
  test_peer_expect_later (bea, " 368 bea #Tea ");
  test_peer_free (bea);
}

static void
test_server_file (gconstpointer data)
{
  static const char *const options[] = { "--log", "memory", NULL };
  const Row *row = data;
  TestFolder *folder = test_folder_new ();
  TestServer *server = NULL;

  make_file (folder, "server.db", row->file, "");
  for (guint i = 0; i < 2; i++) /* as it was, and as this version has left it */
    {
      g_autofree char *accounts = NULL;

      server = test_server_start_in (folder, options, NULL);
      accounts = ask_operator (server, "account list");
      if (row->accounts)
        says (accounts, "nick=Annette");
      else
        says (accounts, "nobody has an account");
      if (i == 1)
        {
          g_autofree char *unbanned = ask_operator (server, "unban 192.0.2.0/24");

          says (unbanned, "ok\n");
        }
      expect_room (server, row);
      test_server_stop (server);
      folder = g_steal_pointer (&server->folder);
      test_server_free (server);
    }
  test_folder_free (folder);
}

static void
test_rooms_file (gconstpointer schema)
{
  TestFolder *folder = test_folder_new ();
  g_autofree char *path = test_folder_file (folder, "salotto/rooms.db");
  g_autofree char *log = g_strconcat ("sqlite:", path, NULL);
  const char *const options[] = { "--log", log, NULL };
  TestServer *server = NULL;
  g_autoptr (TestPeer) ada = NULL;

  /* Lately, or it would be too old to be kept. */
  make_file (folder, "rooms.db", schema,
             "UPDATE entry SET time = 1000000 * strftime ('%s', 'now')");
  server = test_server_start_in (folder, options, NULL);
  ada = test_peer_connect (server->port);
  test_peer_send (ada, "Ada\n/history\n");
  test_peer_expect_later (ada, "said long ago\n");
  test_server_finish (server);
}

/* Not made as it says, by a program that was never released or by hand: nobody can tell what else
 * is missing, so it is left alone, and said which file it is. */
static void
test_not_what_it_says (void)
{
  static const char *const options[] = { "--log", "memory", NULL };
  TestFolder *folder = test_folder_new ();
  g_autofree char *path = test_folder_file (folder, "salotto/server.db");
  g_autofree char *errors = NULL;
  TestServer *server = NULL;

  make_file (folder, "server.db", "server-4", "ALTER TABLE account DROP COLUMN email");
  server = test_server_start_in (folder, options, NULL);
  errors = test_process_get_errors (server->process);
  says (errors, "nobody can log in: ");
  says (errors, path);
  says (errors, "says that it has version 4");
  says (errors, "no such column: email");
  says (errors, "name another file");
  test_server_finish (server);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *name = g_strconcat ("/net/old-files/", rows[i].file, NULL);

      g_test_add_data_func (name, &rows[i], test_server_file);
    }
  g_test_add_data_func ("/net/old-files/rooms-1", "rooms-1", test_rooms_file);
  g_test_add_data_func ("/net/old-files/rooms-2", "rooms-2", test_rooms_file);
  g_test_add_func ("/net/old-files/not-what-it-says", test_not_what_it_says);
  return g_test_run ();
}
