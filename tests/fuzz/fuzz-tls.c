/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a peer sends to a TLS port, before the handshake or after one that was honest.
 *
 * The first byte: bit 0, the handshake was done before; bit 1, it is TLS 1.2; bit 2, the
 * rest is plaintext that an honest client encrypts, and arrives whatever the pieces are;
 * the other bits, how large the pieces are. The rest: what is sent.
 */
#include "config.h"

#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "tests/unit/tls-driver.h"

#define ENOUGH (256 * 1024)

/* Hands @sealed over in pieces, as a socket would. Returns how it ended. */
static SrvTlsStatus
feed (SrvTls *tls, const guint8 *sealed, gsize len, gsize piece, gboolean ready, GString *plain)
{
  g_autofree char *buffer = g_malloc (SRV_TLS_PLAIN_BYTES);
  SrvTlsStatus status = SRV_TLS_MORE;

  while (len > 0 && (status == SRV_TLS_MORE || status == SRV_TLS_OK))
    {
      gsize n = MIN (MIN (piece, len), srv_tls_wants (tls, SRV_TLS_PLAIN_BYTES));
      gsize got = 0;
      gsize unsent = 0;

      g_assert_cmpuint (n, >, 0);
      if (ready)
        status = srv_tls_read (tls, sealed, n, buffer, SRV_TLS_PLAIN_BYTES, &got);
      else
        status = srv_tls_handshake (tls, sealed, n);
      ready |= status == SRV_TLS_OK;
      g_assert_cmpuint (got, <=, SRV_TLS_PLAIN_BYTES);
      g_string_append_len (plain, buffer, (gssize) got);
      (void) srv_tls_peek_sealed (tls, &unsent);
      g_assert_cmpuint (unsent, <, ENOUGH);
      sealed += n;
      len -= n;
    }
  return status;
}

/* What has failed or ended stays so. */
static void
check_end (SrvTls *tls, SrvTlsStatus status)
{
  char buffer[SRV_TLS_PLAIN_BYTES];
  gsize n = 0;

  if (status == SRV_TLS_MORE || status == SRV_TLS_OK)
    return;
  g_assert_cmpint (srv_tls_read (tls, "\x17", 1, buffer, sizeof buffer, &n), ==, status);
  g_assert_cmpuint (n, ==, 0);
  g_assert_true ((status == SRV_TLS_FAILED) == (srv_tls_get_failure (tls) != NULL));
}

/* Any splitting of the ciphertext gives the plaintext that was encrypted. */
static void
check_honest (SrvTls *tls, TlsClient *client, FuzzInput input, gsize piece)
{
  g_autoptr (GByteArray) sealed = NULL;
  g_autoptr (GString) plain = g_string_new (NULL);
  const guint8 *expected = input.at;
  gsize expected_len = input.left;

  while (input.left > 0)
    {
      gsize len = 0;
      const guint8 *bytes = fuzz_take_bytes (&input, 1 + (input.left * 7) % 300, &len);

      tls_client_write (client, bytes, len);
    }
  (void) SSL_shutdown (client->ssl);
  sealed = tls_client_take (client);
  g_assert_cmpint (feed (tls, sealed->data, sealed->len, piece, TRUE, plain), ==, SRV_TLS_ENDED);
  g_assert_cmpmem (plain->str, plain->len, expected, expected_len);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  FuzzInput input = { data, size };
  guint8 options = fuzz_take_byte (&input);
  gsize piece = 1 + (gsize) (options >> 3) * 97;
  g_autoptr (SrvTls) tls = srv_tls_new (tls_driver_context ());
  g_autoptr (TlsClient) client = NULL;
  g_autoptr (GString) plain = g_string_new (NULL);
  SrvTlsStatus status = SRV_TLS_MORE;

  if (options & 5)
    {
      client = tls_client_new (options & 2 ? TLS1_2_VERSION : TLS1_3_VERSION);
      g_assert_cmpint (tls_driver_handshake (tls, client, piece), ==, SRV_TLS_OK);
    }
  if (options & 4)
    {
      check_honest (tls, client, input, piece);
      return 0;
    }
  status = feed (tls, input.at, input.left, piece, options & 1, plain);
  check_end (tls, status);
  return 0;
}
