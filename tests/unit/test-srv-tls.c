/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The server's end of a TLS connection, without a socket: what splitting the stream does
 * to it (nothing), how it ends, whom it refuses, and that it keeps nothing.
 */
#include "config.h"

#include "server/tls/srv-tls.h"

#include <string.h>

#include "server/tls/srv-self-signed.h"
#include "server/tls/srv-tls-context.h"
#include "tests/unit/tls-driver.h"

static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };

/* A connection that is ready. */
typedef struct
{
  SrvTls *tls;
  TlsClient *client;
} Pair;

static void
pair_clear (Pair *pair)
{
  srv_tls_free (pair->tls);
  tls_client_free (pair->client);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Pair, pair_clear)

static Pair
pair_new (int version)
{
  Pair pair = { srv_tls_new (tls_driver_context ()), tls_client_new (version) };

  g_assert_cmpint (tls_driver_handshake (pair.tls, pair.client, G_MAXSIZE), ==, SRV_TLS_OK);
  return pair;
}

/* Reads all of @sealed in pieces. Returns the last thing that was said. */
static SrvTlsStatus
read_in_pieces (SrvTls *tls, const guint8 *sealed, gsize len, gsize piece, GString *plain)
{
  g_autofree char *buffer = g_malloc (SRV_TLS_PLAIN_BYTES);
  SrvTlsStatus status = SRV_TLS_MORE;

  while (len > 0 && (status == SRV_TLS_MORE || status == SRV_TLS_OK))
    {
      gsize n = MIN (MIN (piece, len), srv_tls_wants (tls, SRV_TLS_PLAIN_BYTES));
      gsize got = 0;

      g_assert_cmpuint (n, >, 0);
      status = srv_tls_read (tls, sealed, n, buffer, SRV_TLS_PLAIN_BYTES, &got);
      g_assert_true (status != SRV_TLS_OK || got > 0);
      g_assert_true (status != SRV_TLS_MORE || got == 0);
      g_string_append_len (plain, buffer, (gssize) got);
      sealed += n;
      len -= n;
    }
  return status;
}

static gboolean
write_text (SrvTls *tls, const char *text)
{
  struct iovec iov = { (void *) text, strlen (text) };
  gsize n = 0;

  return srv_tls_write (tls, &iov, 1, 0, &n) && n == iov.iov_len;
}

static void
test_splits (void)
{
  static const gsize sizes[] = { 1, 2, 100, 16384, 16384, 5000, 1, 16384, 300 };
  static const gsize pieces[] = { 1, 2, 4, 5, 6, 100, 1448, 16383, 16384, G_MAXSIZE };
  g_autofree char *block = g_malloc (16384);

  for (gsize i = 0; i < 16384; i++)
    block[i] = (char) (i * 31 + i / 251);
  for (gsize v = 0; v < G_N_ELEMENTS (versions); v++)
    for (gsize p = 0; p < G_N_ELEMENTS (pieces); p++)
      {
        g_auto (Pair) pair = pair_new (versions[v]);
        g_autoptr (GByteArray) sealed = NULL;
        g_autoptr (GString) expected = g_string_new (NULL);
        g_autoptr (GString) got = g_string_new (NULL);

        for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
          {
            tls_client_write (pair.client, block, sizes[i]);
            g_string_append_len (expected, block, (gssize) sizes[i]);
          }
        sealed = tls_client_take (pair.client);
        (void) read_in_pieces (pair.tls, sealed->data, sealed->len, pieces[p], got);
        g_assert_cmpmem (got->str, got->len, expected->str, expected->len);
      }
}

static void
test_split_handshake (void)
{
  for (gsize v = 0; v < G_N_ELEMENTS (versions); v++)
    for (gsize piece = 1; piece < 8; piece += 3)
      {
        g_autoptr (SrvTls) tls = srv_tls_new (tls_driver_context ());
        g_autoptr (TlsClient) client = tls_client_new (versions[v]);
        g_autoptr (GString) got = NULL;

        g_assert_cmpint (tls_driver_handshake (tls, client, piece), ==, SRV_TLS_OK);
        g_assert_cmpstr (srv_tls_get_version (tls), ==,
                         versions[v] == TLS1_2_VERSION ? "TLSv1.2" : "TLSv1.3");
        g_assert_true (write_text (tls, "ciao"));
        tls_driver_move_to_client (tls, client);
        got = tls_client_read (client);
        g_assert_cmpstr (got->str, ==, "ciao");
      }
}

/* Clients say their first words together with the last ones of the handshake. */
static void
test_words_behind_the_handshake (void)
{
  for (gsize v = 0; v < G_N_ELEMENTS (versions); v++)
    {
      g_autoptr (SrvTls) tls = srv_tls_new (tls_driver_context ());
      g_autoptr (TlsClient) client = tls_client_new (versions[v]);
      g_autoptr (GByteArray) hello = NULL;
      g_autoptr (GByteArray) rest = NULL;
      g_autoptr (GString) got = g_string_new (NULL);
      SrvTlsStatus status = SRV_TLS_MORE;
      gsize at = 0;

      (void) SSL_do_handshake (client->ssl);
      hello = tls_client_take (client);
      for (gsize n = 0; at < hello->len; at += n)
        {
          n = MIN (hello->len - at, srv_tls_wants (tls, SRV_TLS_PLAIN_BYTES));
          g_assert_cmpint (srv_tls_handshake (tls, hello->data + at, n), ==, SRV_TLS_MORE);
        }
      tls_driver_move_to_client (tls, client);
      (void) SSL_do_handshake (client->ssl);
      if (versions[v] == TLS1_3_VERSION)
        tls_client_write (client, "at once", 7);
      rest = tls_client_take (client);
      for (at = 0; at < rest->len && status == SRV_TLS_MORE;)
        {
          gsize n = MIN (rest->len - at, srv_tls_wants (tls, SRV_TLS_PLAIN_BYTES));

          status = srv_tls_handshake (tls, rest->data + at, n);
          at += n;
        }
      g_assert_cmpint (status, ==, SRV_TLS_OK);
      if (versions[v] == TLS1_2_VERSION)
        continue; /* it waits for our last words */
      (void) read_in_pieces (tls, rest->data + at, rest->len - at, G_MAXSIZE, got);
      g_assert_cmpstr (got->str, ==, "at once");
    }
}

static void
test_end (void)
{
  for (gsize v = 0; v < G_N_ELEMENTS (versions); v++)
    {
      g_auto (Pair) pair = pair_new (versions[v]);
      g_autoptr (GByteArray) sealed = NULL;
      g_autoptr (GString) got = g_string_new (NULL);
      g_autoptr (GString) answer = NULL;
      char buffer[SRV_TLS_PLAIN_BYTES];
      gsize n = 99;

      tls_client_write (pair.client, "last words", 10);
      (void) SSL_shutdown (pair.client->ssl);
      sealed = tls_client_take (pair.client);
      g_assert_false (srv_tls_has_ended (pair.tls));
      g_assert_cmpint (read_in_pieces (pair.tls, sealed->data, sealed->len, G_MAXSIZE, got), ==,
                       SRV_TLS_ENDED);
      g_assert_cmpstr (got->str, ==, "last words");
      g_assert_true (srv_tls_has_ended (pair.tls));
      g_assert_cmpint (srv_tls_read (pair.tls, "x", 1, buffer, sizeof buffer, &n), ==,
                       SRV_TLS_ENDED);
      g_assert_cmpuint (n, ==, 0);

      /* Our direction is open still, until we end it. */
      g_assert_true (write_text (pair.tls, "and mine"));
      srv_tls_end_writing (pair.tls);
      srv_tls_end_writing (pair.tls);
      g_assert_false (write_text (pair.tls, "too late"));
      tls_driver_move_to_client (pair.tls, pair.client);
      answer = tls_client_read (pair.client);
      g_assert_cmpstr (answer->str, ==, "and mine");
      g_assert_true (SSL_get_shutdown (pair.client->ssl) & SSL_RECEIVED_SHUTDOWN);
    }
}

/* What came before the damage was said; nothing comes after it. */
static void
test_damage (void)
{
  for (gsize v = 0; v < G_N_ELEMENTS (versions); v++)
    {
      g_auto (Pair) pair = pair_new (versions[v]);
      g_autoptr (GByteArray) sealed = NULL;
      g_autoptr (GString) got = g_string_new (NULL);
      g_autoptr (GString) nothing = NULL;
      gsize n = 0;

      tls_client_write (pair.client, "whole", 5);
      tls_client_write (pair.client, "damaged", 7);
      sealed = tls_client_take (pair.client);
      sealed->data[sealed->len - 1] ^= 1;
      g_assert_cmpint (read_in_pieces (pair.tls, sealed->data, sealed->len, G_MAXSIZE, got), ==,
                       SRV_TLS_FAILED);
      g_assert_cmpstr (got->str, ==, "whole");
      g_assert_nonnull (srv_tls_get_failure (pair.tls));
      g_assert_false (srv_tls_has_ended (pair.tls));
      g_assert_false (write_text (pair.tls, "no"));
      g_assert_nonnull (srv_tls_peek_sealed (pair.tls, &n)); /* an alert */
      tls_driver_move_to_client (pair.tls, pair.client);
      nothing = tls_client_read (pair.client);
      g_assert_cmpstr (nothing->str, ==, "");
    }
}

static void
test_long_record (void)
{
  g_auto (Pair) pair = pair_new (TLS1_3_VERSION);
  static const guint8 header[] = { 23, 3, 3, 0xFF, 0xFF, 0 };
  g_autoptr (GString) got = g_string_new (NULL);

  g_assert_cmpint (read_in_pieces (pair.tls, header, sizeof header, 5, got), ==, SRV_TLS_FAILED);
}

/* Handshakes. */

static void
test_old_versions (void)
{
  static const int old[] = { TLS1_VERSION, TLS1_1_VERSION };

  for (gsize i = 0; i < G_N_ELEMENTS (old); i++)
    {
      g_autoptr (SrvTls) tls = srv_tls_new (tls_driver_context ());
      g_autoptr (TlsClient) client = tls_client_new (old[i]);

      g_assert_cmpint (tls_driver_handshake (tls, client, G_MAXSIZE), ==, SRV_TLS_FAILED);
      g_assert_nonnull (srv_tls_get_failure (tls));
      g_assert_cmpint (SSL_do_handshake (client->ssl), <, 0); /* it has been told */
      g_assert_cmpint (srv_tls_handshake (tls, "x", 1), ==, SRV_TLS_FAILED);
    }
}

static void
test_weak_ciphers (void)
{
  static const char *const weak[] = { "ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA384" };

  for (gsize i = 0; i < G_N_ELEMENTS (weak); i++)
    {
      g_autoptr (SrvTls) tls = srv_tls_new (tls_driver_context ());
      g_autoptr (TlsClient) client = tls_client_new (TLS1_2_VERSION);

      g_assert_true (SSL_set_cipher_list (client->ssl, weak[i]));
      g_assert_cmpint (tls_driver_handshake (tls, client, G_MAXSIZE), ==, SRV_TLS_FAILED);
    }
}

static void
test_protocols (void)
{
  static const struct
  {
    const char *offered;
    SrvTlsStatus status;
  } rows[] = {
    { "\x03irc", SRV_TLS_OK },
    { "\x02h2\x03irc", SRV_TLS_OK },
    { "\x02h2\x08http/1.1", SRV_TLS_FAILED },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (SrvTls) tls = srv_tls_new (tls_driver_context ());
      g_autoptr (TlsClient) client = tls_client_new (0);
      const unsigned char *selected = NULL;
      guint len = 0;

      g_assert_cmpint (SSL_set_alpn_protos (client->ssl, (const guint8 *) rows[i].offered,
                                            (guint) strlen (rows[i].offered)),
                       ==, 0);
      g_assert_cmpint (tls_driver_handshake (tls, client, G_MAXSIZE), ==, rows[i].status);
      SSL_get0_alpn_selected (client->ssl, &selected, &len);
      if (rows[i].status == SRV_TLS_OK)
        g_assert_cmpmem (selected, len, "irc", 3);
    }
}

/* The certificate is asked for, and one that nobody vouches for is as good as any. */
static void
test_client_certificate (void)
{
  for (gsize v = 0; v < G_N_ELEMENTS (versions); v++)
    {
      g_autoptr (SrvTls) tls = srv_tls_new (tls_driver_context ());
      g_autoptr (TlsClient) client = tls_client_new (versions[v]);
      SSL_CTX *own = tls_driver_context ();
      g_autofree char *fingerprint = NULL;
      g_autoptr (GString) expected = g_string_new (NULL);
      guint8 digest[EVP_MAX_MD_SIZE];
      guint len = 0;

      g_assert_true (SSL_use_certificate (client->ssl, SSL_CTX_get0_certificate (own)));
      g_assert_true (SSL_use_PrivateKey (client->ssl, SSL_CTX_get0_privatekey (own)));
      g_assert_cmpint (tls_driver_handshake (tls, client, G_MAXSIZE), ==, SRV_TLS_OK);
      fingerprint = srv_tls_dup_peer_fingerprint (tls);
      g_assert_true (X509_digest (SSL_CTX_get0_certificate (own), EVP_sha256 (), digest, &len));
      for (guint i = 0; i < len; i++)
        g_string_append_printf (expected, "%02x", digest[i]);
      g_assert_cmpstr (fingerprint, ==, expected->str);
    }
}

static void
test_no_client_certificate (void)
{
  g_auto (Pair) pair = pair_new (0);

  g_assert_null (srv_tls_dup_peer_fingerprint (pair.tls));
}

/* A client may ask for it again and again; each time it is told no, and goes on. */
static void
test_renegotiation (void)
{
  g_auto (Pair) pair = pair_new (TLS1_2_VERSION);
  g_autoptr (GByteArray) sealed = NULL;
  g_autoptr (GString) got = g_string_new (NULL);
  gsize n = 0;

  g_assert_true (SSL_renegotiate (pair.client->ssl));
  (void) SSL_do_handshake (pair.client->ssl);
  sealed = tls_client_take (pair.client);
  g_assert_cmpuint (sealed->len, >, 0);
  g_assert_cmpint (read_in_pieces (pair.tls, sealed->data, sealed->len, G_MAXSIZE, got), ==,
                   SRV_TLS_MORE);
  (void) srv_tls_peek_sealed (pair.tls, &n);
  g_assert_cmpuint (n, >, 0);
  g_assert_cmpuint (n, <, 100); /* an alert, no server hello */
  g_assert_true (write_text (pair.tls, "as before"));
}

/* The longest hello there can be comes in pieces; at some point it is enough. */
static void
test_endless_hello (void)
{
  g_autoptr (SrvTls) tls = srv_tls_new (tls_driver_context ());
  guint8 record[5 + 1024] = { 22, 3, 1, 4, 0, /* ClientHello of 128 KiB */ 1, 1, 0xFF, 0xFF };
  SrvTlsStatus status = SRV_TLS_MORE;
  gsize sent = 0;

  while (status == SRV_TLS_MORE)
    {
      status = srv_tls_handshake (tls, record, 5);
      if (status == SRV_TLS_MORE)
        status = srv_tls_handshake (tls, record + 5, 1024);
      sent += sizeof record;
      g_assert_cmpuint (sent, <=, 66 * 1024);
      memset (record + 5, 0, 4);
    }
  g_assert_cmpint (status, ==, SRV_TLS_FAILED);
}

/* A client that says one thing and closes must find nothing unread, or its kernel resets
 * the connection: no tickets, in either version. */
static void
test_nothing_after_the_handshake (void)
{
  g_autoptr (SrvTls) tls = srv_tls_new (tls_driver_context ());
  g_autoptr (TlsClient) client = tls_client_new (TLS1_3_VERSION);
  g_autoptr (GByteArray) sealed = NULL;
  gsize n = 0;

  (void) SSL_do_handshake (client->ssl);
  sealed = tls_client_take (client);
  (void) srv_tls_handshake (tls, sealed->data, 5);
  (void) srv_tls_handshake (tls, sealed->data + 5, sealed->len - 5);
  tls_driver_move_to_client (tls, client);
  g_assert_cmpint (tls_driver_handshake (tls, client, G_MAXSIZE), ==, SRV_TLS_OK);
  g_assert_null (srv_tls_peek_sealed (tls, &n));
  g_assert_cmpuint (n, ==, 0);
}

/* Writing. */

static void
test_gathered_write (void)
{
  for (gsize v = 0; v < G_N_ELEMENTS (versions); v++)
    {
      g_auto (Pair) pair = pair_new (versions[v]);
      struct iovec iov[] = { { (void *) "uno\n", 4 }, { (void *) "due\n", 4 }, { (void *) "", 0 } };
      g_autoptr (GString) got = NULL;
      gsize n = 0;

      g_assert_true (srv_tls_write (pair.tls, iov, 3, 2, &n));
      g_assert_cmpuint (n, ==, 6);
      g_assert_true (srv_tls_write (pair.tls, iov, 3, 8, &n));
      g_assert_cmpuint (n, ==, 0);
      tls_driver_move_to_client (pair.tls, pair.client);
      got = tls_client_read (pair.client);
      g_assert_cmpstr (got->str, ==, "o\ndue\n");
    }
}

/* What is longer than a record goes a record at a time. */
static void
test_long_write (void)
{
  g_auto (Pair) pair = pair_new (0);
  g_autofree char *block = g_strnfill (50000, 'x');
  struct iovec iov[] = { { block, 10000 }, { block, 40000 } };
  gsize total = 0;
  gsize n = 1;

  while (n > 0)
    {
      g_autoptr (GString) got = NULL;

      g_assert_true (srv_tls_write (pair.tls, iov, 2, total, &n));
      g_assert_cmpuint (n, <=, SRV_TLS_PLAIN_BYTES);
      total += n;
      tls_driver_move_to_client (pair.tls, pair.client);
      got = tls_client_read (pair.client);
      g_assert_cmpuint (got->len, ==, n);
    }
  g_assert_cmpuint (total, ==, 50000);
}

static void
test_sent_in_parts (void)
{
  g_auto (Pair) pair = pair_new (0);
  g_autoptr (GString) got = NULL;
  gsize len = 0;

  g_assert_true (write_text (pair.tls, "piece by piece"));
  for (const void *at = srv_tls_peek_sealed (pair.tls, &len); at != NULL;
       at = srv_tls_peek_sealed (pair.tls, &len))
    {
      tls_client_feed (pair.client, at, 1);
      srv_tls_sealed_sent (pair.tls, 1);
    }
  got = tls_client_read (pair.client);
  g_assert_cmpstr (got->str, ==, "piece by piece");
}

/* Who takes nothing may not make us keep more and more. */
static void
test_unsent_is_bounded (void)
{
  g_auto (Pair) pair = pair_new (0);
  g_autofree char *block = g_strnfill (SRV_TLS_PLAIN_BYTES, 'x');
  struct iovec iov = { block, SRV_TLS_PLAIN_BYTES };
  gsize n = 0;
  int writes = 0;

  while (srv_tls_write (pair.tls, &iov, 1, 0, &n))
    g_assert_cmpint (++writes, <, 5);
  g_assert_nonnull (srv_tls_get_failure (pair.tls));
}

static void
test_before_the_handshake (void)
{
  g_autoptr (SrvTls) tls = srv_tls_new (tls_driver_context ());
  gsize n = 0;

  g_assert_false (write_text (tls, "hello?"));
  srv_tls_end_writing (tls);
  g_assert_null (srv_tls_peek_sealed (tls, &n));
  g_assert_null (srv_tls_dup_peer_fingerprint (tls));
  g_assert_cmpuint (srv_tls_wants (tls, SRV_TLS_PLAIN_BYTES), ==, 5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tls/engine/any-splitting-gives-the-same-plaintext", test_splits);
  g_test_add_func ("/tls/engine/any-splitting-of-the-handshake-succeeds", test_split_handshake);
  g_test_add_func ("/tls/engine/takes-nothing-from-behind-the-handshake",
                   test_words_behind_the_handshake);
  g_test_add_func ("/tls/engine/each-direction-ends-by-itself", test_end);
  g_test_add_func ("/tls/engine/what-came-before-the-damage-counts", test_damage);
  g_test_add_func ("/tls/engine/refuses-a-record-that-is-too-long", test_long_record);
  g_test_add_func ("/tls/engine/refuses-old-versions", test_old_versions);
  g_test_add_func ("/tls/engine/refuses-weak-ciphers", test_weak_ciphers);
  g_test_add_func ("/tls/engine/refuses-who-offers-other-protocols-only", test_protocols);
  g_test_add_func ("/tls/engine/knows-a-client-by-its-certificate", test_client_certificate);
  g_test_add_func ("/tls/engine/needs-no-certificate-of-the-client", test_no_client_certificate);
  g_test_add_func ("/tls/engine/does-not-renegotiate", test_renegotiation);
  g_test_add_func ("/tls/engine/a-handshake-has-an-end", test_endless_hello);
  g_test_add_func ("/tls/engine/says-nothing-after-the-handshake",
                   test_nothing_after_the_handshake);
  g_test_add_func ("/tls/engine/gathers-what-is-written", test_gathered_write);
  g_test_add_func ("/tls/engine/writes-a-record-at-a-time", test_long_write);
  g_test_add_func ("/tls/engine/may-be-sent-in-parts", test_sent_in_parts);
  g_test_add_func ("/tls/engine/keeps-no-more-than-a-few-records", test_unsent_is_bounded);
  g_test_add_func ("/tls/engine/is-silent-before-the-handshake", test_before_the_handshake);
  return g_test_run ();
}
