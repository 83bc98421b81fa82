/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Clients that come by TLS: whom they trust, what they refuse, and how a conversation
 * ends. The first half is salotto-cli against salottod; the second is the transport
 * against a server in this process that can do wrong on purpose.
 */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/sal-error.h"
#include "common/client/sal-transport.h"
#include "tests/lib/test-foreign.h"
#include "tests/lib/test-peer.h"

/* salotto-cli. */

typedef struct
{
  TestServer *server;
  guint16 tls_port;
  TestPeer *w;
  char *address;      /* "plains://localhost:PORT" */
  TestFolder *folder; /* of the client */
} Room;

static void
open_room_in (Room *room, TestFolder *folder)
{
  static const char *const options[] = {
    "--log", "memory", "--listen", "plain://127.0.0.1:0", "--listen", "plains://127.0.0.1:0", NULL
  };
  g_autofree char *line = NULL;

  room->server = test_server_start_in (folder, options, NULL);
  line = test_process_take_line (room->server->process, TEST_PATIENCE_MS);
  room->tls_port = (guint16) g_ascii_strtoull (strrchr (line, ':') + 1, NULL, 10);
  room->w = test_peer_join (room->server->port, "W");
  room->address = g_strdup_printf ("plains://localhost:%u", room->tls_port);
}

static void
open_room (Room *room, gconstpointer data)
{
  open_room_in (room, test_folder_new ());
  room->folder = test_folder_new ();
}

static void
close_room (Room *room, gconstpointer data)
{
  test_peer_free (room->w);
  test_server_stop (room->server);
  test_server_free (room->server);
  test_folder_free (room->folder);
  g_free (room->address);
}

/* Runs salotto-cli to its end. Returns what it complained about. */
static char *
run (Room *room, int status, const char *const *words)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (TestProcess) process = NULL;

  g_ptr_array_add (argv, (gpointer) test_program ("SALOTTO_CLI"));
  for (gsize i = 0; words[i] != NULL; i++)
    g_ptr_array_add (argv, (gpointer) words[i]);
  g_ptr_array_add (argv, NULL);
  process = test_process_start (room->folder, (const char *const *) argv->pdata, NULL);
  test_process_expect_exit (process, status);
  return test_process_get_errors (process);
}

#define RUN(room, status, ...) run (room, status, (const char *const[]){ __VA_ARGS__, NULL })

static char *
pin_of (Room *room)
{
  g_autofree char *said = test_server_control (room->server, "certificate");
  const char *pin = strstr (said, "pin-sha256:");

  g_assert_nonnull (pin);
  return g_strndup (pin, strcspn (pin, "\n"));
}

static char *
known (Room *room)
{
  g_autofree char *file = test_folder_file (room->folder, "salotto/known-servers");
  char *text = NULL;

  (void) g_file_get_contents (file, &text, NULL, NULL);
  return text;
}

static void
test_first_use (Room *room, gconstpointer data)
{
  g_autofree char *pin = pin_of (room);
  g_autofree char *first = RUN (room, 0, "send", room->address, "uno");
  g_autofree char *second = NULL;
  g_autofree char *third = NULL;
  g_autofree char *file = NULL;
  g_autofree char *line = g_strdup_printf ("localhost:%u %s\n", room->tls_port, pin);

  test_peer_expect_later (room->w, ": uno\n");
  g_assert_nonnull (strstr (first, "this server is new here"));
  g_assert_nonnull (strstr (first, pin));
  file = known (room);
  g_assert_cmpstr (file, ==, line);

  second = RUN (room, 0, "send", room->address, "due");
  test_peer_expect_later (room->w, ": due\n");
  g_assert_cmpstr (second, ==, "");

  third = RUN (room, 0, "send", "--verbose", room->address, "tre");
  test_peer_expect_later (room->w, ": tre\n");
  g_assert_nonnull (strstr (third, "TLS 1.3, "));
  g_assert_nonnull (strstr (third, pin));
  g_assert_nonnull (strstr (third, "trusted because: its key is the one of last time"));
}

/* Set up anew, the server has another key. */
static void
test_changed_key (Room *room, gconstpointer data)
{
  TestFolder *folder = room->server->folder;
  g_autofree char *key = test_folder_file (folder, "salotto/tls/key.pem");
  g_autofree char *old = pin_of (room);
  g_autofree char *first G_GNUC_UNUSED = RUN (room, 0, "send", room->address, "uno");
  g_autofree char *before = known (room);
  g_autofree char *after = NULL;
  g_autofree char *pin = NULL;
  g_autofree char *refused = NULL;
  g_autofree char *wrong = NULL;
  g_autofree char *accepted = NULL;
  g_autofree char *again = NULL;
  g_autofree char *listen = g_strdup_printf ("plains://127.0.0.1:%u", room->tls_port);
  const char *options[] = { "--log",    "memory", "--listen", "plain://127.0.0.1:0",
                            "--listen", listen,   NULL };

  test_server_stop (room->server);
  room->server->folder = NULL;
  test_server_free (room->server);
  test_peer_free (room->w);
  g_assert_cmpint (g_unlink (key), ==, 0);
  room->server = test_server_start_in (folder, options, NULL);
  room->w = test_peer_join (room->server->port, "W");
  pin = pin_of (room);
  g_assert_cmpstr (pin, !=, old);

  refused = RUN (room, 4, "send", room->address, "secret");
  g_assert_nonnull (strstr (refused, "another key than before"));
  g_assert_nonnull (strstr (refused, pin));
  g_assert_nonnull (strstr (refused, old));
  g_assert_nonnull (strstr (refused, "--pin"));
  after = known (room);
  g_assert_cmpstr (after, ==, before);

  wrong = RUN (room, 4, "send", "--pin", old, room->address, "secret");
  g_assert_nonnull (strstr (wrong, "and not the one of --pin"));
  accepted = RUN (room, 0, "send", "--pin", pin, room->address, "due");
  test_peer_expect_later (room->w, ": due\n");
  again = RUN (room, 0, "send", room->address, "tre");
  test_peer_expect_later (room->w, ": tre\n");
  g_assert_cmpstr (again, ==, "");
}

static void
test_every_verb (Room *room, gconstpointer data)
{
  const char *const chat[] = { test_program ("SALOTTO_CLI"), "--name", "Ada", room->address, NULL };
  const char *const tail[] = {
    test_program ("SALOTTO_CLI"), "tail", "--name", "Eva", room->address, NULL
  };
  g_autoptr (TestProcess) talking = NULL;
  g_autoptr (TestProcess) listening = NULL;
  g_autofree char *script = test_folder_file (room->folder, "script.txt");
  g_autofree char *probed G_GNUC_UNUSED = RUN (room, 0, "probe", room->address);
  g_autofree char *played = NULL;

  listening = test_process_start (room->folder, tail, NULL);
  test_peer_expect_later (room->w, " has come into the chat room.\n");
  talking = test_process_start (room->folder, chat, NULL);
  test_expect_output (talking, TEST_HINT);
  test_process_write (talking, TEST_ACCENTS "\n");
  test_expect_output (talking, ": " TEST_ACCENTS "\n");
  test_expect_output (listening, ": " TEST_ACCENTS "\n");
  test_peer_expect_later (room->w, ": " TEST_ACCENTS "\n");
  test_process_end_input (talking);
  test_process_expect_exit (talking, 0);
  test_process_signal (listening, SIGINT);
  test_process_expect_exit (listening, 0);

  test_folder_write (room->folder, "script.txt",
                     "expect \"Please type your name first:\\n\"\nsay Bob\n"
                     "expect \"everyone reads it\\n\"\nsay quit\nexpect \"Goodbye\"\n"
                     "expect-end\n");
  played = RUN (room, 0, "run", script, room->address);
}

static void
test_wrong_words (Room *room, gconstpointer data)
{
  g_autofree char *pin = pin_of (room);
  g_autofree char *malformed = RUN (room, 2, "send", "--pin", "AB:CD", room->address, "x");
  g_autofree char *plain = RUN (room, 2, "send", "--pin", pin, "plain://localhost", "x");

  g_assert_nonnull (strstr (malformed, "--pin: “AB:CD” is not allowed"));
  g_assert_nonnull (strstr (plain, "has no key"));
}

/* Where TLS was once, a bare name does not go without it; said in full, it does. */
static void
test_no_way_back (Room *room, gconstpointer data)
{
  g_autofree char *pin = pin_of (room);
  g_autofree char *line = g_strdup_printf ("chat.invalid:15103 %s\n", pin);
  g_autofree char *bare = NULL;
  g_autofree char *with_port = NULL;
  g_autofree char *said = NULL;

  test_folder_write (room->folder, "salotto/known-servers", line);
  bare = RUN (room, 4, "send", "chat.invalid", "x");
  g_assert_nonnull (strstr (bare, "use plains://chat.invalid:15103"));
  with_port = RUN (room, 4, "send", "Chat.invalid:15102", "x");
  g_assert_nonnull (strstr (with_port, "plain://Chat.invalid:15102"));
  said = RUN (room, 3, "send", "plain://chat.invalid", "x");
  g_assert_null (strstr (said, "known to speak TLS"));
}

static void
test_no_tls_there (Room *room, gconstpointer data)
{
  g_autofree char *address = g_strdup_printf ("plains://localhost:%u", room->server->port);
  g_autofree char *said = RUN (room, 4, "send", address, "x");
  g_autofree char *file = known (room);

  g_assert_nonnull (strstr (said, "localhost:"));
  g_assert_null (file);
}

/* Starts another server in the place of @room's, which dies. */
static void
replace_server (Room *room, const char *scheme)
{
  g_autofree char *listen = g_strdup_printf ("%s://127.0.0.1:%u", scheme, room->tls_port);
  const char *options[] = { "--log",    "memory", "--listen", "plain://127.0.0.1:0",
                            "--listen", listen,   NULL };
  TestFolder *folder = test_server_kill (room->server);

  test_server_free (room->server);
  g_clear_pointer (&room->w, test_peer_free);
  room->server = test_server_start_in (folder, options, NULL);
}

/* What else goes wrong with TLS passes; another key does not. */
static void
test_comes_back (Room *room, gconstpointer data)
{
  g_autofree char *address = g_strconcat (room->address, "/tea", NULL);
  g_autofree char *key = NULL;
  const char *const tail[] = {
    test_program ("SALOTTO_CLI"), "tail", "--reconnect", "--json", "--name", "Eva", address, NULL
  };
  g_autoptr (TestProcess) cli = test_process_start (room->folder, tail, NULL);
  g_autofree char *said = NULL;

  test_expect_output (cli, "You are in tea now.");
  replace_server (room, "plain");
  test_expect_output (cli, "{\"type\":\"waiting\",");
  test_expect_output (cli, " TLS");
  replace_server (room, "plains");
  test_expect_output (cli, "You are in tea now.");
  key = test_folder_file (room->server->folder, "salotto/tls/key.pem");
  g_assert_cmpint (g_unlink (key), ==, 0);
  replace_server (room, "plains");
  test_process_expect_exit (cli, 4);
  said = test_process_get_errors (cli);
  g_assert_nonnull (strstr (said, "another key than before"));
}

static void
test_damaged_memory (Room *room, gconstpointer data)
{
  g_autofree char *said = NULL;

  test_folder_write (room->folder, "salotto/known-servers", "what?\n");
  said = RUN (room, 4, "send", room->address, "secret");
  g_assert_nonnull (strstr (said, "known-servers: line 1"));
}

/* The transport. */

typedef struct
{
  int listener;
  guint16 port;
  SSL_CTX *context;
  GThread *thread;
  gboolean cut;      /* ends without close_notify */
  char heard[64];    /* what the client said */
  gboolean notified; /* ... and that it ended properly */
  char *folder;
  char *ca;
} Peer;

typedef struct
{
  GString *got;
  gboolean done;
  gboolean ended;
  GError *error;
  SalTransport *transport;
} Client;

static void
openssl (const char *const *argv)
{
  g_autoptr (GError) error = NULL;
  int status = 0;

  (void) g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL,
                       NULL, NULL, NULL, NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_true (g_spawn_check_wait_status (status, NULL));
}

/* An authority that vouches for localhost. */
static void
peer_set_up (Peer *peer, gconstpointer data)
{
  struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t len = sizeof in;
  g_autofree char *key = NULL;

  peer->folder = g_dir_make_tmp ("salotto-test-XXXXXX", NULL);
  peer->ca = g_build_filename (peer->folder, "ca.pem", NULL);
  key = g_build_filename (peer->folder, "key.pem", NULL);
  openssl ((const char *const[]){ "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                                  "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost",
                                  "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out",
                                  peer->ca, NULL });
  peer->context = SSL_CTX_new (TLS_server_method ());
  g_assert_true (SSL_CTX_use_certificate_file (peer->context, peer->ca, SSL_FILETYPE_PEM));
  g_assert_true (SSL_CTX_use_PrivateKey_file (peer->context, key, SSL_FILETYPE_PEM));
  (void) g_unlink (key);
  peer->listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (bind (peer->listener, (struct sockaddr *) &in, sizeof in), ==, 0);
  g_assert_cmpint (listen (peer->listener, 1), ==, 0);
  g_assert_cmpint (getsockname (peer->listener, (struct sockaddr *) &in, &len), ==, 0);
  peer->port = ntohs (in.sin_port);
  g_assert_cmpint (setsockopt (peer->listener, SOL_SOCKET, SO_RCVTIMEO,
                               &(struct timeval){ .tv_sec = TEST_PATIENCE_MS / 1000 },
                               sizeof (struct timeval)),
                   ==, 0);
}

static void
peer_tear_down (Peer *peer, gconstpointer data)
{
  if (peer->thread != NULL)
    g_thread_join (peer->thread);
  close (peer->listener);
  SSL_CTX_free (peer->context);
  (void) g_unlink (peer->ca);
  (void) g_rmdir (peer->folder);
  g_free (peer->ca);
  g_free (peer->folder);
}

/* A socket that has a time to wait breaks off when its process was stopped and goes on (signal(7)). */

static int
take_client (Peer *peer)
{
  return (int) TEMP_FAILURE_RETRY (accept (peer->listener, NULL, NULL));
}

static gboolean
was_interrupted (SSL *ssl, int n)
{
  return n <= 0 && errno == EINTR && SSL_get_error (ssl, n) == SSL_ERROR_WANT_READ;
}

static int
shake_hands (SSL *ssl)
{
  int n = 0;

  do
    n = SSL_accept (ssl);
  while (was_interrupted (ssl, n));
  return n;
}

static int
hear (SSL *ssl, char *bytes, gsize size)
{
  int n = 0;

  do
    n = SSL_read (ssl, bytes, (int) size);
  while (was_interrupted (ssl, n));
  return n;
}

/* Greets, hears the client to its end, says something, and ends. */
static gpointer
serve (gpointer data)
{
  Peer *peer = data;
  int fd = take_client (peer);
  SSL *ssl = SSL_new (peer->context);
  int n = 0;
  gsize filled = 0;

  g_assert_true (SSL_set_fd (ssl, fd));
  if (shake_hands (ssl) == 1)
    {
      (void) SSL_write (ssl, "Welcome\n", 8);
      while ((n = hear (ssl, peer->heard + filled, sizeof peer->heard - filled)) > 0)
        filled += (gsize) n;
      peer->notified = SSL_get_error (ssl, n) == SSL_ERROR_ZERO_RETURN;
      (void) SSL_write (ssl, "I agr", 5);
      if (!peer->cut)
        (void) SSL_shutdown (ssl);
    }
  SSL_free (ssl);
  close (fd);
  return NULL;
}

static void
on_received (const guint8 *bytes, gsize len, gpointer data)
{
  g_string_append_len (((Client *) data)->got, (const char *) bytes, (gssize) len);
}

static void
on_ended (gpointer data)
{
  ((Client *) data)->ended = TRUE;
}

static void
on_broken (const GError *error, gpointer data)
{
  ((Client *) data)->error = g_error_copy (error);
}

static const SalTransportHooks hooks = { on_received, on_ended, on_broken };

static void
on_connected (GObject *source, GAsyncResult *result, gpointer data)
{
  Client *client = data;

  client->transport = sal_transport_connect_finish (result, &client->error);
  client->done = TRUE;
}

static void
client_connect (Client *client, Peer *peer, const char *host)
{
  g_autofree char *text = g_strdup_printf ("plains://%s:%u", host, peer->port);
  g_autoptr (SalUri) uri = sal_uri_parse_client (text, NULL);
  SalTransportOptions options = { 0 };

  peer->thread = g_thread_new ("peer", serve, peer);
  *client = (Client){ .got = g_string_new (NULL) };
  sal_transport_connect_async (uri, &options, &hooks, client, NULL, on_connected, client);
  while (!client->done)
    g_main_context_iteration (NULL, TRUE);
}

static void
client_clear (Client *client)
{
  if (client->transport != NULL)
    sal_transport_close (client->transport);
  g_clear_object (&client->transport);
  g_clear_error (&client->error);
  g_string_free (client->got, TRUE);
}

static void
talk (Client *client)
{
  while (strstr (client->got->str, "Welcome\n") == NULL)
    g_main_context_iteration (NULL, TRUE);
  sal_transport_send (client->transport, "ciao", 4);
  sal_transport_end_writing (client->transport);
  while (!client->ended && client->error == NULL)
    g_main_context_iteration (NULL, TRUE);
}

/* Our end is said, the server's comes after all its words. */
static void
test_ends (Peer *peer, gconstpointer data)
{
  Client client;

  client_connect (&client, peer, "localhost");
  g_assert_no_error (client.error);
  talk (&client);
  g_assert_no_error (client.error);
  g_assert_true (client.ended);
  g_assert_cmpstr (client.got->str, ==, "Welcome\nI agr");
  g_thread_join (g_steal_pointer (&peer->thread));
  g_assert_cmpstr (peer->heard, ==, "ciao");
  g_assert_true (peer->notified);
  client_clear (&client);
}

static void
test_cut (Peer *peer, gconstpointer data)
{
  Client client;

  peer->cut = TRUE;
  client_connect (&client, peer, "localhost");
  talk (&client);
  g_assert_error (client.error, G_TLS_ERROR, G_TLS_ERROR_EOF);
  g_assert_false (client.ended);
  client_clear (&client);
}

/* An authority of the system (of this process, here) vouches for the name. */
static void
test_authority (Peer *peer, gconstpointer data)
{
  GTlsBackend *backend = g_tls_backend_get_default ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsDatabase) authorities = g_tls_file_database_new (peer->ca, &error);
  g_autofree char *file = sal_known_servers_file ();
  g_autofree char *text = NULL;
  g_autofree char *line = g_strdup_printf ("localhost:%u authority\n", peer->port);
  Client client;

  g_assert_no_error (error);
  g_tls_backend_set_default_database (backend, authorities);
  client_connect (&client, peer, "localhost");
  g_assert_no_error (client.error);
  g_assert_cmpint (sal_transport_get_tls (client.transport)->trust, ==, SAL_TRUST_AUTHORITY);
  g_assert_true (g_file_get_contents (file, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, line);
  client_clear (&client);
  g_thread_join (g_steal_pointer (&peer->thread));

  /* For another name it does not. */
  client_connect (&client, peer, "127.0.0.1");
  g_assert_no_error (client.error);
  g_assert_cmpint (sal_transport_get_tls (client.transport)->trust, ==, SAL_TRUST_FIRST_USE);
  client_clear (&client);
  g_thread_join (g_steal_pointer (&peer->thread));

  /* And who had an authority's word may not do without it. */
  g_tls_backend_set_default_database (backend, NULL);
  client_connect (&client, peer, "localhost");
  g_assert_error (client.error, SAL_ERROR, SAL_EXIT_TLS);
  g_assert_nonnull (strstr (client.error->message, "an authority vouched for this server before"));
  client_clear (&client);
}

static void
write_text (SSL *ssl, const char *text)
{
  g_assert_cmpint (SSL_write (ssl, text, (int) strlen (text)), ==, (int) strlen (text));
}

/* Lets one client in, and goes without a word. Returns whether it came with an earlier session. */
static gboolean
let_in_and_break (Peer *peer)
{
  int fd = take_client (peer);
  SSL *ssl = SSL_new (peer->context);
  gboolean reused = FALSE;
  char name[64];

  g_assert_cmpint (fd, >=, 0);
  g_assert_true (SSL_set_fd (ssl, fd));
  g_assert_cmpint (shake_hands (ssl), ==, 1);
  reused = (gboolean) SSL_session_reused (ssl);
  write_text (ssl, TEST_GREETING TEST_NAME_WANTED);
  g_assert_cmpint (hear (ssl, name, sizeof name), >, 0);
  write_text (ssl, "Hi Anna, you are in the room now. Say 'quit' or 'exit' to leave.\n");
  SSL_free (ssl);
  close (fd);
  return reused;
}

/* Whoever comes back within the same process is judged anew: an earlier session that went on would
 * pass for an authority's word. The library does that outside of its users' tests only, so that
 * the client here is none. */
static void
test_again (Peer *peer, gconstpointer data)
{
  TestFolder *folder = test_folder_new ();
  g_autofree char *address = g_strdup_printf ("plains://127.0.0.1:%u", peer->port);
  g_autofree char *file = test_folder_file (folder, "salotto/known-servers");
  const char *const argv[] = { test_program ("SALOTTO_CLI"),
                               "--reconnect",
                               "--dialect",
                               "plain",
                               "--name",
                               "Anna",
                               address,
                               NULL };
  g_autoptr (TestProcess) cli = test_process_start (folder, argv, NULL);
  g_autofree char *first = NULL;
  g_autofree char *later = NULL;

  g_assert_false (let_in_and_break (peer));
  g_assert_true (g_file_get_contents (file, &first, NULL, NULL));
  g_assert_nonnull (strstr (first, " pin-sha256:"));
  g_assert_false (let_in_and_break (peer));
  g_assert_false (let_in_and_break (peer));
  g_assert_true (g_file_get_contents (file, &later, NULL, NULL));
  g_assert_cmpstr (later, ==, first);
  test_process_signal (cli, SIGTERM);
  g_clear_pointer (&cli, test_process_free);
  test_folder_free (folder);
}

/* Somebody listens there who ends what has been sent to him, in one way or another. */
typedef struct
{
  const char *answer; /* (nullable): what he says before */
  gboolean reset;     /* with a reset, and not with a FIN */
  const char *words;  /* in which that is told */
} Ending;

static const Ending endings[] = {
  { "What do you want?\n", FALSE, "no TLS with 127.0.0.1:" },
  { "\x16\x03", FALSE, "does not speak TLS" },
  { NULL, FALSE, "broke off before it said anything" },
  { NULL, TRUE, "broke off before it said anything" },
};

/* Only who has answered, and otherwise, is said not to speak TLS: a server that is full, or about to
 * stop, breaks off in the middle of the handshake, too. */
static void
test_ended_handshake (Peer *peer, gconstpointer data)
{
  TestFolder *folder = test_folder_new ();
  g_autofree char *address = g_strdup_printf ("plains://127.0.0.1:%u", peer->port);
  const char *const argv[] = { test_program ("SALOTTO_CLI"), "send", address, "ciao", NULL };
  struct linger now = { .l_onoff = 1, .l_linger = 0 };

  for (gsize i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      g_autoptr (TestProcess) cli = test_process_start (folder, argv, NULL);
      int fd = take_client (peer);
      char hello[4096];
      g_autofree char *said = NULL;

      g_assert_cmpint (fd, >=, 0);
      /* All of it, so that a FIN is one. */
      g_assert_cmpint (TEMP_FAILURE_RETRY (recv (fd, hello, sizeof hello, 0)), >, 0);
      if (endings[i].answer != NULL)
        g_assert_cmpint (send (fd, endings[i].answer, strlen (endings[i].answer), 0), >, 0);
      if (endings[i].reset)
        g_assert_cmpint (setsockopt (fd, SOL_SOCKET, SO_LINGER, &now, sizeof now), ==, 0);
      close (fd);
      test_process_expect_exit (cli, 4);
      said = test_process_get_errors (cli);
      if (strstr (said, endings[i].words) == NULL)
        g_error ("ending %zu: %s", i, said);
    }
  test_folder_free (folder);
}

/* A server that has no room for somebody may have reset the connection before the handshake
 * begins. */
static void
test_reset_at_once (Peer *peer, gconstpointer data)
{
  TestFolder *folder = test_folder_new ();
  g_autofree char *address = g_strdup_printf ("plains://127.0.0.1:%u", peer->port);
  const char *const argv[] = { test_program ("SALOTTO_CLI"), "send", address, "ciao", NULL };
  struct linger now = { .l_onoff = 1, .l_linger = 0 };

  for (int i = 0; i < 20; i++)
    {
      g_autoptr (TestProcess) cli = test_process_start (folder, argv, NULL);
      int fd = take_client (peer);
      g_autofree char *said = NULL;

      g_assert_cmpint (fd, >=, 0);
      g_assert_cmpint (setsockopt (fd, SOL_SOCKET, SO_LINGER, &now, sizeof now), ==, 0);
      close (fd);
      g_assert_true (test_process_wait (cli, TEST_PATIENCE_MS));
      said = test_process_get_errors (cli);
      g_assert_nonnull (strstr (said, address + strlen ("plains://")));
      g_assert_null (strstr (said, "BUG"));
    }
  test_folder_free (folder);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*test) (Room *room, gconstpointer data);
  } rows[] = {
    { "trusts-on-first-use", test_first_use },
    { "refuses-another-key", test_changed_key },
    { "every-verb", test_every_verb },
    { "wrong-words", test_wrong_words },
    { "no-way-back-to-plain-text", test_no_way_back },
    { "no-tls-there", test_no_tls_there },
    { "comes-back-unless-the-key-is-another", test_comes_back },
    { "a-damaged-memory-is-an-error", test_damaged_memory },
  };

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL); /* servers are remembered there */
  signal (SIGPIPE, SIG_IGN);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/net/tls-client/cli/", rows[i].path, NULL);

      g_test_add (path, Room, NULL, open_room, rows[i].test, close_room);
    }
  g_test_add ("/net/tls-client/transport/each-direction-ends-by-itself", Peer, NULL, peer_set_up,
              test_ends, peer_tear_down);
  g_test_add ("/net/tls-client/transport/notices-that-it-was-cut", Peer, NULL, peer_set_up,
              test_cut, peer_tear_down);
  g_test_add ("/net/tls-client/transport/believes-authorities", Peer, NULL, peer_set_up,
              test_authority, peer_tear_down);
  g_test_add ("/net/tls-client/transport/judges-whoever-comes-back", Peer, NULL, peer_set_up,
              test_again, peer_tear_down);
  g_test_add ("/net/tls-client/transport/is-reset-at-once", Peer, NULL, peer_set_up,
              test_reset_at_once, peer_tear_down);
  g_test_add ("/net/tls-client/transport/tells-who-speaks-otherwise", Peer, NULL, peer_set_up,
              test_ended_handshake, peer_tear_down);
  return g_test_run ();
}
