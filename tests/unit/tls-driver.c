/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Both ends of a TLS connection in one process, and the bytes between them in the hands
 * of the test.
 */
#include "config.h"

#include "tests/unit/tls-driver.h"

#include <glib/gstdio.h>
#include <string.h>

#include "server/tls/srv-self-signed.h"
#include "server/tls/srv-tls-context.h"

/**
 * tls_driver_context:
 *
 * Returns: (transfer none): what servers are made from here, with a certificate of its
 *   own that is made once.
 */
SSL_CTX *
tls_driver_context (void)
{
  static SSL_CTX *context = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (SrvCertificate) certificate = NULL;
  g_autofree char *folder = NULL;
  g_autofree char *file = NULL;
  g_autofree char *key = NULL;

  if (context != NULL)
    return context;
  /* In memory, because files of keys are synced, which may take seconds on a busy disk. */
  folder = g_mkdtemp (g_strdup ("/dev/shm/salotto-tls-XXXXXX"));
  if (folder == NULL)
    folder = g_dir_make_tmp ("salotto-tls-XXXXXX", &error);
  g_assert_no_error (error);
  file = g_build_filename (folder, "certificate.pem", NULL);
  key = g_build_filename (folder, "key.pem", NULL);
  (void) srv_self_signed_make (file, key, "test.example", g_get_real_time () / G_USEC_PER_SEC,
                               &error);
  g_assert_no_error (error);
  certificate = srv_certificate_load (file, key, &error);
  g_assert_no_error (error);
  context = srv_tls_context_new (certificate, &error);
  g_assert_no_error (error);
  (void) g_unlink (file);
  (void) g_unlink (key);
  (void) g_rmdir (folder);
  return context;
}

/**
 * tls_client_new:
 * @version: the only one it speaks, such as %TLS1_2_VERSION; 0: any
 */
TlsClient *
tls_client_new (int version)
{
  TlsClient *client = g_new0 (TlsClient, 1);

  client->context = SSL_CTX_new (TLS_client_method ());
  if (version != 0)
    {
      SSL_CTX_set_security_level (client->context, 0); /* old versions are to be tried, too */
      g_assert_true (SSL_CTX_set_min_proto_version (client->context, version));
      g_assert_true (SSL_CTX_set_max_proto_version (client->context, version));
    }
  client->ssl = SSL_new (client->context);
  client->in = BIO_new (BIO_s_mem ());
  client->out = BIO_new (BIO_s_mem ());
  BIO_set_mem_eof_return (client->in, -1);
  BIO_set_mem_eof_return (client->out, -1);
  SSL_set_bio (client->ssl, client->in, client->out);
  SSL_set_connect_state (client->ssl);
  return client;
}

/**
 * tls_client_free:
 */
void
tls_client_free (TlsClient *client)
{
  SSL_free (client->ssl);
  SSL_CTX_free (client->context);
  g_free (client);
}

/**
 * tls_client_feed:
 *
 * The server has sent this.
 */
void
tls_client_feed (TlsClient *client, const void *sealed, gsize len)
{
  g_assert_cmpint (BIO_write (client->in, sealed, (int) len), ==, (int) len);
}

/**
 * tls_client_take:
 *
 * Returns: (transfer full): what it wants to be sent to the server.
 */
GByteArray *
tls_client_take (TlsClient *client)
{
  GByteArray *sealed = g_byte_array_new ();
  char *bytes = NULL;
  long len = BIO_get_mem_data (client->out, &bytes);

  g_byte_array_append (sealed, (const guint8 *) bytes, (guint) len);
  (void) BIO_reset (client->out);
  return sealed;
}

/**
 * tls_client_write:
 */
void
tls_client_write (TlsClient *client, const void *plain, gsize len)
{
  g_assert_cmpint (SSL_write (client->ssl, plain, (int) len), ==, (int) len);
}

/**
 * tls_client_read:
 *
 * Returns: (transfer full): all plaintext that has come.
 */
GString *
tls_client_read (TlsClient *client)
{
  GString *plain = g_string_new (NULL);
  char buffer[4096];
  int n = 0;

  while ((n = SSL_read (client->ssl, buffer, sizeof buffer)) > 0)
    g_string_append_len (plain, buffer, n);
  return plain;
}

/**
 * tls_driver_move_to_client:
 *
 * Carries everything that waits in the server over.
 */
void
tls_driver_move_to_client (SrvTls *tls, TlsClient *client)
{
  gsize len = 0;
  const void *sealed = srv_tls_peek_sealed (tls, &len);

  if (len == 0)
    return;
  tls_client_feed (client, sealed, len);
  srv_tls_sealed_sent (tls, len);
}

/**
 * tls_driver_handshake:
 * @piece: how many bytes the server gets at a time, at most
 *
 * Carries the handshake back and forth until the server has an opinion, and its last
 * words to the client.
 */
SrvTlsStatus
tls_driver_handshake (SrvTls *tls, TlsClient *client, gsize piece)
{
  SrvTlsStatus status = SRV_TLS_MORE;

  for (int i = 0; i < 10 && status == SRV_TLS_MORE; i++)
    {
      g_autoptr (GByteArray) sealed = NULL;
      gsize at = 0;

      (void) SSL_do_handshake (client->ssl);
      sealed = tls_client_take (client);
      while (at < sealed->len && status == SRV_TLS_MORE)
        {
          gsize n = MIN (piece, MIN (sealed->len - at, srv_tls_wants (tls, SRV_TLS_PLAIN_BYTES)));

          status = srv_tls_handshake (tls, sealed->data + at, n);
          at += n;
        }
      /* Nothing of what follows the handshake was taken. */
      if (status == SRV_TLS_OK)
        g_assert_cmpuint (at, ==, sealed->len);
      tls_driver_move_to_client (tls, client);
    }
  if (status == SRV_TLS_OK)
    g_assert_cmpint (SSL_do_handshake (client->ssl), ==, 1);
  return status;
}
