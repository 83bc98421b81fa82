/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A certificate of the person's own: files that are right and wrong, and logging in with it
 * (SASL EXTERNAL over TLS) to a real salottod, by salotto-cli and as the desktop does it.
 */
#include "config.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/base/sal-error.h"
#include "common/client/sal-client-certificate.h"
#include "common/client/sal-secret.h"
#include "server/tls/srv-self-signed.h"
#include "tests/lib/test-client.h"

typedef struct
{
  TestServer *salottod; /* (owned) */
  guint16 ircs;
  guint16 irc;
  TestFolder *folder; /* (owned): of the client */
  char *certificate;  /* (owned): a file */
  char *key;          /* (owned): its key's */
} Fixture;

static guint16
next_port (TestProcess *process)
{
  g_autofree char *line = test_process_take_line (process, TEST_PATIENCE_MS);

  g_assert_nonnull (line);
  return (guint16) atoi (strrchr (line, ':') + 1);
}

/* As openssl makes them: two files, of which one is ours alone. */
static void
make_certificate (Fixture *f, const char *name, char **certificate, char **key)
{
  g_autofree char *certificate_name = g_strconcat (name, ".pem", NULL);
  g_autofree char *key_name = g_strconcat (name, ".key", NULL);
  g_autoptr (GError) error = NULL;

  *certificate = test_folder_file (f->folder, certificate_name);
  *key = test_folder_file (f->folder, key_name);
  srv_self_signed_make (*certificate, *key, name, g_get_real_time () / G_USEC_PER_SEC, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_chmod (*key, 0600), ==, 0);
}

static void
files_set_up (Fixture *f, gconstpointer data)
{
  f->folder = test_folder_new ();
  make_certificate (f, "adas", &f->certificate, &f->key);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  static const char *const options[] = { "--log",    "memory",
                                         "--listen", "plain://127.0.0.1:0",
                                         "--listen", "ircs://127.0.0.1:0",
                                         "--listen", "irc://127.0.0.1:0",
                                         NULL };
  TestFolder *folder = test_folder_new ();

  test_folder_write (folder, "salotto/salottod.conf",
                     "[accounts]\npasswords = loopback\niterations = 4096\n");
  f->salottod = test_server_start_in (folder, options, NULL);
  f->ircs = next_port (f->salottod->process);
  f->irc = next_port (f->salottod->process);
  files_set_up (f, data);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  if (f->salottod != NULL)
    test_server_stop (f->salottod);
  test_server_free (f->salottod);
  test_folder_free (f->folder);
  g_free (f->certificate);
  g_free (f->key);
}

/* An account with a password, and with our certificate if it is given. */
static void
make_account (Fixture *f, const char *certificate)
{
  const char *const argv[] = { test_program ("SALOTTO_CLI"), "console", NULL };
  g_autoptr (TestProcess) console = test_process_start (f->salottod->folder, argv, NULL);

  test_process_write (console, "account add ada\nopen sesame\nopen sesame\n");
  if (certificate != NULL)
    {
      g_autoptr (GTlsCertificate) loaded = sal_client_certificate_load (certificate, f->key, NULL);
      g_autofree char *fingerprint = sal_client_certificate_fingerprint (loaded);
      g_autofree char *line = g_strdup_printf ("account cert ada %s\n", fingerprint);

      test_process_write (console, line);
    }
  test_process_end_input (console);
  test_process_expect_exit (console, 0);
}

/* Files. */

/* RSA with 512 bits, which no TLS library takes any more. */
#define WEAK_KEY                                                                                   \
  "-----BEGIN PRIVATE KEY-----\n"                                                                  \
  "MIIBVgIBADANBgkqhkiG9w0BAQEFAASCAUAwggE8AgEAAkEAtlKaT4th2/Lv+cyh\n"                             \
  "H4rIHpSvAtg7HQhD3jkSPRUbpW7LPjS7NUkZfkH4X05+Aamiq4KyCeAf0PoTfdg8\n"                             \
  "z6MJSwIDAQABAkAtJKjGl0lkr3NR06P1bmR8he4Lc0S3vIspY9IrQ6WzwR8fGyW2\n"                             \
  "mn5ghtmwQYGh+LFCykUuKWfR3/pfneDujwB5AiEA2McFuw6AfyS36vsHlJKt9cNv\n"                             \
  "O/k/b7hhIUnOY1tfAF0CIQDXT6j4E/mitffh9U3nByu1z/5CK5iAFbKkPmpL2yi1\n"                             \
  "xwIhAJif15sR5Mqf0ZXx1C54713/kYuKO22vRUOosVUm+cZJAiEAu3A428af8vtR\n"                             \
  "EZ+4st/2OHAam8ZSG2dIPl2rsd/Xn+8CIQDHtPruFR3neMmCM+qfGPUcp9cTnxdG\n"                             \
  "/oaACH6VaJuPGQ==\n"                                                                             \
  "-----END PRIVATE KEY-----\n"
#define WEAK_CERTIFICATE                                                                           \
  "-----BEGIN CERTIFICATE-----\n"                                                                  \
  "MIIBdzCCASGgAwIBAgIUJMQpVxQUhSQ1ygHnXMYqlvVqtTkwDQYJKoZIhvcNAQEL\n"                             \
  "BQAwDzENMAsGA1UEAwwEd2VhazAgFw0yNjExMzAwMjA1NTdaGA8yMTI2MTEwNjAy\n"                             \
  "MDU1N1owDzENMAsGA1UEAwwEd2VhazBcMA0GCSqGSIb3DQEBAQUAA0sAMEgCQQC2\n"                             \
  "UppPi2Hb8u/5zKEfisgelK8C2DsdCEPeORI9FRulbss+NLs1SRl+QfhfTn4BqaKr\n"                             \
  "grIJ4B/Q+hN92DzPowlLAgMBAAGjUzBRMB0GA1UdDgQWBBROflz9GVczC7BQX5zt\n"                             \
  "6qgt7mR2QzAfBgNVHSMEGDAWgBROflz9GVczC7BQX5zt6qgt7mR2QzAPBgNVHRMB\n"                             \
  "Af8EBTADAQH/MA0GCSqGSIb3DQEBCwUAA0EABU4iKKKfT5JV5sLD5ZjOMdVA99AY\n"                             \
  "KVNnMSoPXJG7NUKygVrJ7FRICPCWXkkNpkGFr8Fw/OyuoM5d7xRVoS8tEg==\n"                                 \
  "-----END CERTIFICATE-----\n"

static char *
read_file (const char *path)
{
  char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return text;
}

static char *
write_file (Fixture *f, const char *name, const char *text, int mode)
{
  char *path = test_folder_file (f->folder, name);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_assert_cmpint (g_chmod (path, (mode_t) mode), ==, 0);
  return path;
}

static void
expect_loads (const char *certificate, const char *key)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsCertificate) loaded = sal_client_certificate_load (certificate, key, &error);

  g_assert_no_error (error);
  g_assert_nonnull (loaded);
}

static void
expect_complaint (const char *certificate, const char *key, const char *file, const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (sal_client_certificate_load (certificate, key, &error));
  g_assert_error (error, SAL_ERROR, SAL_EXIT_USAGE);
  if (strstr (error->message, file) == NULL || strstr (error->message, words) == NULL)
    g_error ("expected “%s” of %s; got “%s”", words, file, error->message);
}

static void
test_files (Fixture *f, gconstpointer data)
{
  g_autofree char *certificate = read_file (f->certificate);
  g_autofree char *key = read_file (f->key);
  g_autofree char *both = g_strconcat (certificate, key, NULL);
  g_autofree char *turned = g_strconcat (key, "\n", certificate, NULL);
  g_autofree char *one = write_file (f, "both.pem", both, 0600);
  g_autofree char *other = write_file (f, "turned.pem", turned, 0400);

  expect_loads (f->certificate, f->key);
  expect_loads (one, NULL);
  expect_loads (one, one);
  expect_loads (other, NULL);
  /* The certificate alone is no secret. */
  g_assert_cmpint (g_chmod (f->certificate, 0644), ==, 0);
  expect_loads (f->certificate, f->key);
}

static void
test_bad_files (Fixture *f, gconstpointer data)
{
  g_autofree char *text = read_file (f->certificate);
  g_autofree char *key = read_file (f->key);
  g_autofree char *half = g_strndup (text, strlen (text) / 2);
  g_autofree char *cut = write_file (f, "cut.pem", half, 0600);
  g_autofree char *half_key = g_strndup (key, strlen (key) / 2);
  g_autofree char *cut_key = write_file (f, "cut.key", half_key, 0600);
  g_autofree char *none = test_folder_file (f->folder, "none");
  g_autofree char *notes = write_file (f, "notes", "to be done: everything\n", 0600);
  g_autofree char *locked = write_file (f, "locked.key",
                                        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMII=\n"
                                        "-----END ENCRYPTED PRIVATE KEY-----\n",
                                        0600);
  g_autofree char *much = g_strnfill (300 * 1024, 'x');
  g_autofree char *large = write_file (f, "large", much, 0600);
  g_autofree char *weak = write_file (f, "weak.pem", WEAK_CERTIFICATE, 0644);
  g_autofree char *weak_key = write_file (f, "weak.key", WEAK_KEY, 0600);
  g_autofree char *others_certificate = NULL;
  g_autofree char *others_key = NULL;

  make_certificate (f, "others", &others_certificate, &others_key);
  expect_complaint (none, NULL, none, "cannot be read: No such file");
  expect_complaint (f->certificate, none, none, "cannot be read: No such file");
  expect_complaint (f->folder->path, NULL, f->folder->path, "cannot be read: Is a directory");
  expect_complaint ("/dev/zero", NULL, "/dev/zero", "cannot be read");
  expect_complaint (notes, NULL, notes, "has no certificate");
  expect_complaint (f->key, NULL, f->key, "has no certificate");
  expect_complaint (large, NULL, large, "no PEM file");
  expect_complaint (f->certificate, NULL, f->certificate, "has no key; name the file");
  expect_complaint (f->certificate, notes, notes, "has no key");
  expect_complaint (f->certificate, locked, locked, "locked with a passphrase");
  expect_complaint (cut, f->key, cut, "cannot be used");
  expect_complaint (f->certificate, cut_key, f->certificate, "cannot be used");
  expect_complaint (f->certificate, others_key, others_key, "does not belong");
  /* A key of another kind is another, too; what cannot be used although both belong together is
   * not called so. */
  expect_complaint (f->certificate, weak_key, weak_key, "does not belong");
  expect_complaint (weak, others_key, others_key, "does not belong");
  expect_complaint (weak, weak_key, weak, "cannot be used: ");
  g_assert_cmpint (g_chmod (f->key, 0640), ==, 0);
  expect_complaint (f->certificate, f->key, f->key, "others can read the key");
  g_assert_cmpint (g_chmod (f->key, 0604), ==, 0);
  expect_complaint (f->certificate, f->key, f->key, "chmod 600");
}

/* salotto-cli. */

static TestProcess *
start_cli (Fixture *f, const char *const *options)
{
  g_autofree char *uri = g_strdup_printf ("ircs://127.0.0.1:%u/tea", f->ircs);
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();

  g_ptr_array_add (argv, (gpointer) test_program ("SALOTTO_CLI"));
  g_ptr_array_add (argv, (gpointer) "send");
  g_ptr_array_add (argv, uri);
  for (gsize i = 0; options[i] != NULL; i++)
    g_ptr_array_add (argv, (gpointer) options[i]);
  g_ptr_array_add (argv, (gpointer) "ciao");
  g_ptr_array_add (argv, NULL);
  return test_process_start (f->folder, (const char *const *) argv->pdata, NULL);
}

#define START(f, ...) start_cli (f, (const char *const[]){ __VA_ARGS__, NULL })

static void
expect_said (TestProcess *process, int status, const char *output, const char *errors)
{
  g_autofree char *complaints = NULL;
  g_autofree char *said = NULL;

  test_process_expect_exit (process, status);
  g_byte_array_append (process->output, (const guint8 *) "", 1);
  said = g_strdup ((const char *) process->output->data);
  complaints = test_process_get_errors (process);
  if (strstr (said, output) == NULL || strstr (complaints, errors) == NULL)
    g_error ("expected “%s” and “%s”; got “%s” and “%s”", output, errors, said, complaints);
}

#define LOGGED_IN "\"account\":\"ada\""

static void
test_cli (Fixture *f, gconstpointer data)
{
  g_autoptr (TestProcess) known = NULL;
  g_autoptr (TestProcess) alone = NULL;
  g_autoptr (TestProcess) wrong = NULL;

  make_account (f, f->certificate);
  known = START (f, "--name", "Ada", "--account", "ada", "--certificate", f->certificate, "--key",
                 f->key, "--json", "-v");
  expect_said (known, 0, LOGGED_IN, "your certificate: ");
  /* It says itself whose it is. */
  alone = START (f, "--name", "Eva", "--certificate", f->certificate, "--key", f->key, "--json");
  expect_said (alone, 0, LOGGED_IN, "");
  wrong = START (f, "--certificate", f->certificate);
  expect_said (wrong, 2, "", "has no key");
}

/* A server that does not know it: with a password that logs in, without an account it is no harm,
 * else it is an error. */
static void
test_cli_unknown (Fixture *f, gconstpointer data)
{
  g_autoptr (TestProcess) helped = NULL;
  g_autoptr (TestProcess) guest = NULL;
  g_autoptr (TestProcess) refused = NULL;

  make_account (f, NULL);
  helped = START (f, "--name", "Ada", "--account", "ada", "--certificate", f->certificate, "--key",
                  f->key, "--password-fd", "0", "--json");
  test_process_write (helped, "open sesame\n");
  expect_said (helped, 0, LOGGED_IN, "");
  guest = START (f, "--name", "Eva", "--certificate", f->certificate, "--key", f->key);
  expect_said (guest, 0, "", "does not know your certificate: you are not logged in");
  refused = START (f, "--account", "ada", "--certificate", f->certificate, "--key", f->key);
  expect_said (refused, 5, "", "the login was refused");
}

/* Where the certificate logs in, nobody knows whether the password is right. */
static void
test_cli_unchecked (Fixture *f, gconstpointer data)
{
  g_autoptr (TestProcess) unchecked = NULL;
  g_autoptr (TestProcess) checked = NULL;
  g_autoptr (TestProcess) none = NULL;
  g_autoptr (TestProcess) kept = NULL;

  make_account (f, f->certificate);
  unchecked = START (f, "--account", "ada", "--certificate", f->certificate, "--key", f->key,
                     "--save-password", "--password-fd", "0", "--json");
  test_process_write (unchecked, "open the door\n");
  expect_said (unchecked, 0, LOGGED_IN, "");
  none = START (f, "--account", "ada");
  expect_said (none, 2, "", "none in the keyring");
  checked = START (f, "--account", "ada", "--save-password", "--password-fd", "0");
  test_process_write (checked, "open sesame\n");
  expect_said (checked, 0, "", "");
  kept = START (f, "--account", "ada", "--json");
  expect_said (kept, 0, LOGGED_IN, "");
}

static void
test_cli_options (Fixture *f, gconstpointer data)
{
  g_autofree char *irc = g_strdup_printf ("irc://127.0.0.1:%u/tea", f->irc);
  const char *const bare[] = {
    test_program ("SALOTTO_CLI"), "tail", irc, "--certificate", f->certificate, NULL
  };
  const char *const alone[] = { test_program ("SALOTTO_CLI"), "tail", irc, "--key", f->key, NULL };
  g_autoptr (TestProcess) plain = test_process_start (f->folder, bare, NULL);
  g_autoptr (TestProcess) key = test_process_start (f->folder, alone, NULL);

  expect_said (plain, 2, "", "--certificate: nobody asks for one at");
  expect_said (key, 2, "", "--key: it is the key of a certificate");
}

/* The desktop. */

static TestClient *
new_client (Fixture *f)
{
  g_autofree char *path = test_folder_file (f->folder, "rooms.db");
  g_autofree char *uri = g_strdup_printf ("ircs://127.0.0.1:%u", f->ircs);
  g_autoptr (GError) error = NULL;
  TestClient *client = test_client_new (path, uri, "ada");

  g_assert_true (sal_server_set_certificate (client->server, f->certificate, f->key, &error));
  g_assert_no_error (error);
  return client;
}

static gboolean
is_in (TestClient *client)
{
  if (sal_server_get_question (client->server) == SAL_QUESTION_CERTIFICATE)
    sal_server_answer_certificate (client->server, TRUE);
  return sal_server_get_presence (client->server) == SAL_PRESENCE_IN;
}

static gboolean
raw_has (TestClient *client, const char *text)
{
  g_autoptr (GPtrArray) raw = sal_server_dup_raw (client->server);

  for (guint i = 0; i < raw->len; i++)
    if (strstr (raw->pdata[i], text) != NULL)
      return TRUE;
  return FALSE;
}

/* The names of the files are kept, and no password is asked for. */
static void
test_desktop (Fixture *f, gconstpointer data)
{
  g_autoptr (TestClient) client = new_client (f);

  make_account (f, f->certificate);
  sal_server_set_account (client->server, "ada");
  sal_server_connect (client->server);
  test_wait_until (is_in (client));
  g_assert_true (raw_has (client, " 900 "));
  g_assert_nonnull (sal_server_get_tls (client->server)->own);
  sal_server_leave (client->server);
  test_wait_until (sal_server_get_presence (client->server) == SAL_PRESENCE_OFFLINE);
  g_clear_pointer (&client, test_client_free);

  client = new_client (f);
  g_assert_cmpstr (sal_server_get_certificate (client->server), ==, f->certificate);
  g_assert_cmpstr (sal_server_get_key (client->server), ==, f->key);
  g_assert_true (sal_server_set_certificate (client->server, "", "", NULL));
  g_assert_cmpstr (sal_server_get_certificate (client->server), ==, "");
}

/* A name that is reserved for whoever logs in is not given to a guest; to them it is, at once. */
static void
test_desktop_reserved_name (Fixture *f, gconstpointer data)
{
  g_autofree char *path = test_folder_file (f->folder, "rooms.db");
  g_autofree char *uri = g_strdup_printf ("ircs://127.0.0.1:%u", f->ircs);
  g_autoptr (TestClient) client = test_client_new (path, uri, "ada");
  g_autoptr (GError) error = NULL;

  make_account (f, f->certificate);
  sal_server_connect (client->server);
  test_wait_until (is_in (client));
  g_assert_cmpstr (sal_server_get_name (client->server), ==, "ada_2");
  g_assert_true (sal_server_set_certificate (client->server, f->certificate, f->key, &error));
  g_assert_no_error (error);
  sal_server_answer_password (client->server, "ada", "", FALSE);
  sal_server_leave (client->server);
  sal_server_connect (client->server);
  test_wait_until (raw_has (client, " 900 ") && is_in (client));
  g_assert_cmpstr (sal_server_get_name (client->server), ==, "ada");
  sal_server_leave (client->server);
  test_wait_until (sal_server_get_presence (client->server) == SAL_PRESENCE_OFFLINE);
}

/* A server that does not know it asks for the password after all. */
static void
test_desktop_unknown (Fixture *f, gconstpointer data)
{
  g_autoptr (TestClient) client = new_client (f);

  make_account (f, NULL);
  sal_server_set_account (client->server, "ada");
  sal_server_connect (client->server);
  test_wait_until (is_in (client) ||
                   sal_server_get_question (client->server) == SAL_QUESTION_PASSWORD);
  g_assert_cmpint (sal_server_get_presence (client->server), ==, SAL_PRESENCE_OFFLINE);
  sal_server_answer_password (client->server, "ada", "open sesame", FALSE);
  test_wait_until (is_in (client));
  g_assert_true (raw_has (client, " 900 "));
  sal_server_leave (client->server);
  test_wait_until (sal_server_get_presence (client->server) == SAL_PRESENCE_OFFLINE);
}

/* A server of others, in a thread of its own, that has no login by certificate. */
static gboolean
on_come (GThreadedSocketService *service, GSocketConnection *plain, GObject *source, gpointer data)
{
  GTlsCertificate *certificate = data;
  g_autoptr (GIOStream) tls = g_tls_server_connection_new (G_IO_STREAM (plain), certificate, NULL);
  g_autoptr (GDataInputStream) in = g_data_input_stream_new (g_io_stream_get_input_stream (tls));
  GOutputStream *out = g_io_stream_get_output_stream (tls);

  for (;;)
    {
      g_autofree char *line = g_data_input_stream_read_line (in, NULL, NULL, NULL);
      const char *answer = NULL;

      if (line == NULL)
        return TRUE;
      if (g_str_has_prefix (line, "USER "))
        answer = ":s CAP * LS :sasl=PLAIN\r\n";
      else if (g_str_has_prefix (line, "CAP REQ "))
        answer = ":s CAP * ACK :sasl\r\n";
      if (answer != NULL)
        g_output_stream_write_all (out, answer, strlen (answer), NULL, NULL, NULL);
    }
}

/* Nor is it the end where a server has no such login: then a password may do. */
static void
test_desktop_no_external (Fixture *f, gconstpointer data)
{
  g_autoptr (GSocketService) service = g_threaded_socket_service_new (4);
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsCertificate) certificate =
      g_tls_certificate_new_from_files (f->certificate, f->key, &error);
  guint16 ircs = f->ircs;
  g_autoptr (TestClient) client = NULL;

  g_assert_no_error (error);
  g_signal_connect (service, "run", G_CALLBACK (on_come), certificate);
  f->ircs = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (service), NULL, &error);
  g_assert_no_error (error);
  client = new_client (f);
  sal_server_set_account (client->server, "ada");
  sal_server_connect (client->server);
  test_wait_until (is_in (client) ||
                   sal_server_get_question (client->server) == SAL_QUESTION_PASSWORD);
  g_assert_cmpint (sal_server_get_presence (client->server), ==, SAL_PRESENCE_OFFLINE);
  sal_server_leave (client->server);
  g_socket_service_stop (service);
  f->ircs = ircs;
}

static void
on_looked_up (GObject *source, GAsyncResult *result, gpointer data)
{
  char **password = data;

  *password = sal_secret_lookup_finish (result, NULL);
  if (*password == NULL)
    *password = g_strdup ("");
}

/* Returns: (transfer full): what the keyring has; "" for nothing. */
static char *
look_up (TestClient *client)
{
  char *password = NULL;

  sal_secret_lookup_async (sal_server_get_uri (client->server), "ada", NULL, on_looked_up,
                           &password);
  test_wait_until (password != NULL);
  return password;
}

static gboolean
is_kept (TestClient *client, const char *expected)
{
  g_autofree char *password = look_up (client);

  return g_str_equal (password, expected);
}

/* A password field that was left empty is no password: the one in the keyring stays. */
static void
test_desktop_empty (Fixture *f, gconstpointer data)
{
  g_autoptr (TestClient) client = new_client (f);

  make_account (f, f->certificate);
  sal_server_answer_password (client->server, "ada", "open sesame", TRUE);
  test_wait_until (is_kept (client, "open sesame"));
  sal_server_answer_password (client->server, "ada", "", TRUE);
  sal_server_connect (client->server);
  test_wait_until (is_in (client));
  g_assert_true (raw_has (client, " 900 "));
  g_assert_true (is_kept (client, "open sesame"));
  sal_server_leave (client->server);
  test_wait_until (sal_server_get_presence (client->server) == SAL_PRESENCE_OFFLINE);
}

/* A file that is gone: said at once, and not tried for ever. */
static void
test_desktop_gone (Fixture *f, gconstpointer data)
{
  g_autoptr (TestClient) client = new_client (f);
  g_autoptr (GError) error = NULL;
  const GError *why = NULL;

  g_assert_cmpint (g_unlink (f->key), ==, 0);
  sal_server_connect (client->server);
  test_wait_until (sal_server_get_presence (client->server) == SAL_PRESENCE_OFFLINE);
  why = sal_server_get_error (client->server);
  g_assert_nonnull (why);
  g_assert_nonnull (strstr (why->message, f->key));
  g_assert_true (sal_server_is_wanted (client->server));
  g_assert_false (sal_server_set_certificate (client->server, f->certificate, f->key, &error));
  g_assert_nonnull (strstr (error->message, f->key));
  g_assert_cmpstr (sal_server_get_key (client->server), ==, f->key);
}

#define ADD(path, func)                                                                            \
  g_test_add ("/net/client-certificate/" path, Fixture, NULL, set_up, func, tear_down)
#define ADD_FILES(path, func)                                                                      \
  g_test_add ("/net/client-certificate/" path, Fixture, NULL, files_set_up, func, tear_down)

int
main (int argc, char **argv)
{
  TestFolder *folder = test_folder_new ();
  g_autofree char *keyring = test_folder_file (folder, "keyring");
  int status = 0;

  /* Not the keyring of whoever runs this. */
  g_setenv ("SECRET_BACKEND", "file", TRUE);
  g_setenv ("SECRET_FILE_TEST_PATH", keyring, TRUE);
  g_setenv ("SECRET_FILE_TEST_PASSWORD", "test", TRUE);
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL); /* servers are remembered there */
  ADD_FILES ("files-that-can-be-used", test_files);
  ADD_FILES ("files-that-cannot", test_bad_files);
  ADD ("cli-logs-in", test_cli);
  ADD ("cli-where-it-is-not-known", test_cli_unknown);
  ADD ("cli-keeps-only-what-was-checked", test_cli_unchecked);
  ADD ("cli-options", test_cli_options);
  ADD ("desktop-logs-in", test_desktop);
  ADD ("desktop-gets-a-reserved-name", test_desktop_reserved_name);
  ADD ("desktop-where-it-is-not-known", test_desktop_unknown);
  ADD ("desktop-where-there-is-no-such-login", test_desktop_no_external);
  ADD ("desktop-leaves-the-password-empty", test_desktop_empty);
  ADD ("desktop-says-that-a-file-is-gone", test_desktop_gone);
  status = g_test_run ();
  test_folder_free (folder);
  return status;
}
