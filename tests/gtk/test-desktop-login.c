/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Accounts: a password that is kept in the keyring, a certificate of one's own that logs in, and what
 * somebody has read on another device of theirs.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "tests/gtk/gtk-driver.h"

#define PASSWORD "open sesame"
#define FILES "A certificate of your own"

typedef struct
{
  TestServer *server; /* (owned) */
  guint16 ircs;
  TestFolder *folder; /* (owned): of the window */
  TestPeer *eva;      /* (owned): in the room; has the account "Eva" */
  TestApp *app;       /* (owned) (nullable) */
  GStrv env;          /* (owned): the keyring is a file */
} Scene;

static void
scene_open (Scene *scene, gconstpointer data)
{
  static const char *const options[] = {
    "--log", "memory", "--listen", "plain://127.0.0.1:0", "--listen", "ircs://127.0.0.1:0", NULL
  };
  TestFolder *folder = test_folder_new ();
  g_autofree char *line = NULL;
  g_autofree char *keyring = NULL;

  test_folder_write (folder, "salotto/salottod.conf",
                     "[accounts]\npasswords = loopback\niterations = 4096\n");
  scene->server = test_server_start_in (folder, options, NULL);
  line = test_process_take_line (scene->server->process, TEST_PATIENCE_MS);
  scene->ircs = (guint16) atoi (strrchr (line, ':') + 1);
  scene->folder = driver_folder_new ("Ada");
  keyring = test_folder_file (scene->folder, "keyring");
  scene->env = g_new0 (char *, 4);
  scene->env[0] = g_strdup ("SECRET_BACKEND=file");
  scene->env[1] = g_strconcat ("SECRET_FILE_TEST_PATH=", keyring, NULL);
  scene->env[2] = g_strdup ("SECRET_FILE_TEST_PASSWORD=test");
  scene->eva = test_irc_come (scene->server->port, "Eva", "draft/read-marker server-time");
  test_irc_say (scene->eva, "JOIN #tea");
  test_irc_say (scene->eva, "REGISTER * * :" PASSWORD);
  test_peer_expect_later (scene->eva, " REGISTER SUCCESS ");
}

static void
scene_close (Scene *scene, gconstpointer data)
{
  test_app_free (scene->app);
  test_peer_free (scene->eva);
  test_server_free (scene->server);
  test_folder_free (scene->folder);
  g_strfreev (scene->env);
}

static void
start_window (Scene *scene, const char *uri)
{
  scene->app = test_app_start (scene->folder, (const char *const[]){ uri, NULL },
                               (const char *const *) scene->env);
}

/* In the dialog for it, which is there. */
static void
give_password (Scene *scene, const char *account, const char *password)
{
  test_app_write (scene->app, "Account", account);
  test_app_focus (scene->app);
  test_app_grab (scene->app, "password text", "Password");
  test_desktop_type (password);
}

static void
open_login (Scene *scene)
{
  test_app_expect_row (scene->app, "Rooms", "tea", ", connected");
  test_app_press (scene->app, "Room menu");
  test_app_press (scene->app, "Log in…");
}

/* The window comes back into the room, after it had been there. */
static void
expect_return (Scene *scene)
{
  test_peer_expect_later (scene->eva, " QUIT ");
  test_peer_expect_later (scene->eva, " JOIN #tea");
  test_app_expect_row (scene->app, "Rooms", "tea", ", connected");
}

/* @account: as which the server knows whoever is at the window. Who is back before the server has
 * noticed that they were gone is called otherwise at first. */
static void
expect_account (Scene *scene, const char *account)
{
  g_autofree char *answer = g_strdup_printf (" 330 Eva Ada %s ", account);
  gboolean found = FALSE;

  test_irc_say (scene->eva, "WHOIS Ada");
  while (!found)
    {
      g_autofree char *line = test_irc_take_line (scene->eva);

      g_assert_nonnull (line);
      g_assert_null (strstr (line, " 318 ")); /* the end of what is known */
      found = strstr (line, answer) != NULL;
      if (strstr (line, " 401 ") == NULL)
        continue;
      test_peer_expect_later (scene->eva, " NICK Ada");
      test_irc_say (scene->eva, "WHOIS Ada");
    }
  test_peer_expect_later (scene->eva, " 318 ");
  test_peer_expect_later (scene->eva, "\n");
}

/* Kept once, it is not asked for again, and it is nowhere else. */
static void
test_keyring (Scene *scene, gconstpointer data)
{
  g_autofree char *uri = driver_irc_uri (scene->server->port, "tea");
  g_autofree char *path = test_folder_file (scene->folder, "salotto/rooms.db");
  g_autofree char *file = NULL;
  gsize len = 0;

  start_window (scene, uri);
  open_login (scene);
  give_password (scene, "Eva", PASSWORD);
  test_app_press (scene->app, "Keep it in the keyring");
  test_app_press (scene->app, "Log in");
  expect_return (scene);
  expect_account (scene, "Eva");
  driver_leave (scene->app);
  g_clear_pointer (&scene->app, test_app_free);

  start_window (scene, uri);
  expect_return (scene);
  expect_account (scene, "Eva");
  g_assert_false (test_app_shows (scene->app, "password text", NULL));
  driver_leave (scene->app);
  g_clear_pointer (&scene->app, test_app_free);
  g_assert_true (g_file_get_contents (path, &file, &len, NULL));
  g_assert_null (memmem (file, len, PASSWORD, strlen (PASSWORD)));
}

/* A certificate and its key, as openssl makes them. Returns: (transfer full): its fingerprint */
static char *
make_certificate (Scene *scene, const char *certificate, const char *key)
{
  const char *const argv[] = { "/usr/bin/openssl",
                               "req",
                               "-x509",
                               "-newkey",
                               "ec",
                               "-pkeyopt",
                               "ec_paramgen_curve:prime256v1",
                               "-nodes",
                               "-subj",
                               "/CN=ada",
                               "-days",
                               "2",
                               "-out",
                               certificate,
                               "-keyout",
                               key,
                               NULL };
  g_autoptr (TestProcess) openssl = test_process_start (scene->folder, argv, NULL);
  g_autoptr (GTlsCertificate) made = NULL;
  g_autoptr (GByteArray) der = NULL;
  g_autoptr (GError) error = NULL;

  test_process_expect_exit (openssl, 0);
  made = g_tls_certificate_new_from_files (certificate, key, &error);
  g_assert_no_error (error);
  g_object_get (made, "certificate", &der, NULL);
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, der->data, der->len);
}

static void
make_account (Scene *scene, const char *fingerprint)
{
  const char *const argv[] = { test_program ("SALOTTO_CLI"), "console", NULL };
  g_autoptr (TestProcess) console = test_process_start (scene->server->folder, argv, NULL);
  g_autofree char *lines = g_strdup_printf (
      "account add ada\n" PASSWORD "\n" PASSWORD "\naccount cert ada %s\n", fingerprint);

  test_process_write (console, lines);
  test_process_end_input (console);
  test_process_expect_exit (console, 0);
}

/* With a certificate no password is asked for, now or the next time; what is wrong with a file is
 * said; and the fingerprint is there for whoever runs the server. */
static void
test_certificate (Scene *scene, gconstpointer data)
{
  g_autofree char *uri = g_strdup_printf ("ircs://127.0.0.1:%u/tea", scene->ircs);
  g_autofree char *certificate = test_folder_file (scene->folder, "ada.pem");
  g_autofree char *key = test_folder_file (scene->folder, "ada.key");
  g_autofree char *fingerprint = make_certificate (scene, certificate, key);
  g_autofree char *start = g_ascii_strup (fingerprint, 2);

  make_account (scene, fingerprint);
  start_window (scene, uri);
  test_app_press (scene->app, "Trust and connect");
  open_login (scene);
  test_app_write (scene->app, "Account", "ada");
  test_app_press (scene->app, FILES);
  test_app_write (scene->app, "Certificate, a PEM file", "/nowhere/ada.pem");
  test_app_press (scene->app, "Log in");
  test_app_expect_words (scene->app, "/nowhere/ada.pem");
  test_app_write (scene->app, "Certificate, a PEM file", certificate);
  test_app_write (scene->app, "Its key, if that is in a file of its own", key);
  test_desktop_shoot ("certificate-of-ones-own");
  test_app_press (scene->app, "Log in");
  expect_return (scene);
  expect_account (scene, "ada");
  driver_leave (scene->app);
  g_clear_pointer (&scene->app, test_app_free);

  start_window (scene, uri);
  expect_return (scene);
  expect_account (scene, "ada");
  test_app_press (scene->app, "Room menu");
  test_app_press (scene->app, "Security");
  test_app_expect_words (scene->app, "Fingerprint of your certificate (SHA-256)");
  test_app_expect_words (scene->app, start);
}

/* Returns: (transfer full): the time that the server gives to what Eva hears with this in it. */
static char *
take_time (Scene *scene, const char *part)
{
  g_autofree char *line = NULL;

  do
    {
      g_free (line);
      line = test_irc_take_line (scene->eva);
      g_assert_nonnull (line);
    }
  while (strstr (line, part) == NULL);
  g_assert_true (g_str_has_prefix (line, "@time="));
  return g_strndup (line + strlen ("@time="), strcspn (line + strlen ("@time="), "; "));
}

/* What one has read on one device is read on the other. */
static void
test_read_elsewhere (Scene *scene, gconstpointer data)
{
  g_autofree char *uri = driver_irc_uri (scene->server->port, "tea");
  g_autofree char *time = NULL;
  g_autoptr (TestPeer) bob = NULL;

  start_window (scene, uri);
  open_login (scene);
  give_password (scene, "Eva", PASSWORD "\n");
  expect_return (scene);
  expect_account (scene, "Eva");
  driver_say (scene->app, "/join coffee");
  test_app_expect_row (scene->app, "Rooms", "coffee", ", connected");
  bob = test_irc_come (scene->server->port, "Bob", NULL);
  test_irc_say (bob, "JOIN #tea");
  test_irc_say (bob, "PRIVMSG #tea :one");
  test_irc_say (bob, "PRIVMSG #tea :two");
  test_app_expect_row (scene->app, "Rooms", "tea", "2 unread messages");

  time = take_time (scene, "PRIVMSG #tea :two");
  test_irc_say (scene->eva, "MARKREAD #tea timestamp=%s", time);
  test_app_expect_rows (scene->app, "Rooms", 0, "unread");

  /* And the other way round. */
  test_irc_say (bob, "PRIVMSG #tea :three");
  test_app_expect_row (scene->app, "Rooms", "tea", "1 unread message");
  test_peer_expect_later (scene->eva, "PRIVMSG #tea :three");
  test_app_focus (scene->app);
  test_desktop_key ("ctrl+Page_Down");
  test_app_expect_row (scene->app, "Messages", "three");
  test_peer_expect_later (scene->eva, "MARKREAD #tea timestamp=");
}

/* From the dialog into a room of a server that is new: who is asked in between whether it is the
 * right one, and what is said of a room that cannot be. */
static void
test_dialog (Scene *scene, gconstpointer data)
{
  g_autofree char *uri = g_strdup_printf ("ircs://127.0.0.1:%u/tea", scene->ircs);
  g_autofree char *closed = g_strdup_printf ("irc://127.0.0.1:%u/closed", scene->server->port);

  test_irc_say (scene->eva, "JOIN #closed");
  test_irc_say (scene->eva, "MODE #closed +i");
  test_peer_expect_later (scene->eva, "MODE #closed +i");
  scene->app = test_app_start (scene->folder, NULL, NULL);
  test_app_press (scene->app, "Join a room");
  test_app_write (scene->app, "Address", uri);
  test_app_press (scene->app, "Connect");
  test_app_press (scene->app, "Trust and connect");
  test_app_expect_row (scene->app, "Rooms", "tea", ", connected");
  test_peer_expect_later (scene->eva, " JOIN #tea");

  test_app_focus (scene->app);
  test_desktop_key ("ctrl+n");
  test_app_write (scene->app, "Address", closed);
  test_app_press (scene->app, "Connect");
  test_app_expect_words (scene->app, "+i");
  test_app_expect_rows (scene->app, "Rooms", 0, "closed");
}

static void
add_cases (void)
{
#define ADD(name, test) g_test_add ("/gtk/login/" name, Scene, NULL, scene_open, test, scene_close)
  ADD ("dialog", test_dialog);
  ADD ("keyring", test_keyring);
  ADD ("certificate", test_certificate);
  ADD ("read-elsewhere", test_read_elsewhere);
#undef ADD
}

int
main (int argc, char **argv)
{
  return driver_run (argc, argv, add_cases);
}
