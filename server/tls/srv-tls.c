/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One TLS connection without a socket: what the peer sent goes in, plaintext comes out,
 * and the other way round. OpenSSL does the cryptography; it sees the two streams
 * through a BIO that reads what it is lent for one call and writes into a buffer that
 * lives only while something waits in it. (BIO_s_mem would keep its largest size for
 * ever: 17 KB for each idle connection.)
 *
 * Nothing that could be delivered ever stays in here: srv_tls_wants() says how much may
 * be taken from the socket, so that whatever is complete fits into one read. The socket
 * is readable exactly when there is something to do, and a level-triggered epoll set
 * needs to know nothing of TLS.
 */
#include "config.h"

#include "server/tls/srv-tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <string.h>

/* A record's header: type, version, length (RFC 8446, 5.1). */
#define HEADER_BYTES 5

/* What may wait to be sent: a record of ours, or all that a handshake says. A peer that
 * asks for answers and does not take them gets no more than this. */
#define SEALED_MOST_BYTES (4 * SRV_TLS_RECORD_BYTES)

/* All that a peer may say before the handshake is complete: a hello with everything in
 * it and a chain of certificates. */
#define HANDSHAKE_MOST_BYTES (64 * 1024)

struct _SrvTls
{
  SSL *ssl;         /* (owned) */
  const guint8 *in; /* (unowned) (nullable): on loan for one call */
  gsize in_len;
  GByteArray *out; /* (owned) (nullable): for the peer, from out_sent on */
  gsize out_sent;
  const char *failure;              /* static text, once it has failed */
  guint32 handshake_bytes;          /* so far */
  guint32 record_fed;               /* bytes of the record in hand that have come */
  guint32 record_len;               /* its length with its header, once that has come */
  guint8 record_head[HEADER_BYTES]; /* its header */
  guint complete : 1;               /* the handshake is */
  guint ended : 1;                  /* the peer's stream has */
  guint end_written : 1;            /* ours has */
};

/* The BIO. */

static int
bio_read (BIO *bio, char *buffer, int size)
{
  SrvTls *tls = BIO_get_data (bio);
  gsize n = MIN ((gsize) MAX (size, 0), tls->in_len);

  BIO_clear_retry_flags (bio);
  if (n == 0)
    {
      BIO_set_retry_read (bio);
      return -1;
    }
  memcpy (buffer, tls->in, n);
  tls->in += n;
  tls->in_len -= n;
  return (int) n;
}

static int
bio_write (BIO *bio, const char *bytes, int len)
{
  SrvTls *tls = BIO_get_data (bio);

  BIO_clear_retry_flags (bio);
  if (tls->out == NULL)
    tls->out = g_byte_array_new ();
  if (len <= 0 || tls->out->len - tls->out_sent + (gsize) len > SEALED_MOST_BYTES)
    return -1;
  g_byte_array_append (tls->out, (const guint8 *) bytes, (guint) len);
  return len;
}

static long
bio_ctrl (BIO *bio, int command, long number, void *pointer)
{
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

static BIO_METHOD *
bio_method (void)
{
  static BIO_METHOD *method = NULL;
  static gsize once = 0;

  if (g_once_init_enter (&once))
    {
      method = BIO_meth_new (BIO_get_new_index () | BIO_TYPE_SOURCE_SINK, "salotto");
      if (method == NULL)
        g_error ("BIO_meth_new: out of memory");
      BIO_meth_set_read (method, bio_read);
      BIO_meth_set_write (method, bio_write);
      BIO_meth_set_ctrl (method, bio_ctrl);
      g_once_init_leave (&once, 1);
    }
  return method;
}

/**
 * srv_tls_new:
 * @context: (transfer none): certificate and rules; the connection keeps a reference
 *
 * Returns: (transfer full): a connection whose handshake the peer has to begin.
 */
SrvTls *
srv_tls_new (SSL_CTX *context)
{
  SrvTls *tls = g_new0 (SrvTls, 1);
  BIO *bio = BIO_new (bio_method ());

  tls->ssl = SSL_new (context);
  if (tls->ssl == NULL || bio == NULL)
    g_error ("SSL_new: out of memory");
  BIO_set_data (bio, tls);
  BIO_set_init (bio, 1);
  SSL_set_bio (tls->ssl, bio, bio);
  SSL_set_accept_state (tls->ssl);
  return tls;
}

/**
 * srv_tls_free:
 * @tls: (nullable) (transfer full)
 */
void
srv_tls_free (SrvTls *tls)
{
  if (tls == NULL)
    return;
  SSL_free (tls->ssl);
  g_clear_pointer (&tls->out, g_byte_array_unref);
  g_free (tls);
}

/* Records. OpenSSL knows where one ends, but does not say. */

static void
follow_records (SrvTls *tls, const guint8 *bytes, gsize len)
{
  while (len > 0)
    {
      gsize n = 0;

      if (tls->record_fed < HEADER_BYTES)
        {
          n = MIN (len, HEADER_BYTES - tls->record_fed);
          memcpy (tls->record_head + tls->record_fed, bytes, n);
          if (tls->record_fed + n == HEADER_BYTES)
            tls->record_len =
                HEADER_BYTES + (guint) ((tls->record_head[3] << 8) | tls->record_head[4]);
        }
      else
        n = MIN (len, tls->record_len - tls->record_fed);
      tls->record_fed += (guint32) n;
      bytes += n;
      len -= n;
      if (tls->record_fed >= HEADER_BYTES && tls->record_fed == tls->record_len)
        tls->record_fed = tls->record_len = 0;
    }
}

/**
 * srv_tls_wants:
 * @size: what srv_tls_read() will have room for, at least %SRV_TLS_PLAIN_BYTES
 *
 * During the handshake this ends with the record in hand, so that nothing of what
 * follows the handshake is taken. Afterwards it is so much that the plaintext of all
 * records that are complete then fits into @size: plaintext is always shorter than its
 * record, and a record that is longer than @size comes alone.
 *
 * Returns: how many bytes of the peer's may be handed in next; never 0.
 */
gsize
srv_tls_wants (const SrvTls *tls, gsize size)
{
  gsize record_len = MIN (tls->record_len, SRV_TLS_RECORD_BYTES);

  g_return_val_if_fail (size >= SRV_TLS_PLAIN_BYTES, 1);

  if (tls->record_fed < HEADER_BYTES)
    return tls->complete ? size - tls->record_fed : HEADER_BYTES - tls->record_fed;
  if (tls->complete)
    record_len = MAX (record_len, size);
  /* A length that no record may have: OpenSSL will say so at the next byte. */
  return record_len > tls->record_fed ? record_len - tls->record_fed : 1;
}

static SrvTlsStatus
fail (SrvTls *tls, const char *reason)
{
  if (tls->failure == NULL)
    tls->failure = reason != NULL ? reason : "protocol error";
  ERR_clear_error ();
  return SRV_TLS_FAILED;
}

/* What came of an operation that gave nothing. */
static SrvTlsStatus
judge (SrvTls *tls, int result)
{
  switch (SSL_get_error (tls->ssl, result))
    {
    case SSL_ERROR_WANT_READ:
      return SRV_TLS_MORE;
    case SSL_ERROR_ZERO_RETURN:
      tls->ended = TRUE;
      return SRV_TLS_ENDED;
    default:
      return fail (tls, ERR_reason_error_string (ERR_peek_last_error ()));
    }
}

static void
lend (SrvTls *tls, const void *sealed, gsize len)
{
  ERR_clear_error ();
  follow_records (tls, sealed, len);
  tls->in = sealed;
  tls->in_len = len;
}

/**
 * srv_tls_handshake:
 * @sealed: what the peer sent, at most srv_tls_wants() of it
 *
 * Returns: %SRV_TLS_OK once the handshake is complete. Whatever is returned, there may
 *   be something to be sent.
 */
SrvTlsStatus
srv_tls_handshake (SrvTls *tls, const void *sealed, gsize len)
{
  int result = 0;

  if (tls->failure != NULL)
    return SRV_TLS_FAILED;
  tls->handshake_bytes += (guint32) len;
  if (tls->handshake_bytes > HANDSHAKE_MOST_BYTES)
    return fail (tls, "handshake too long");
  lend (tls, sealed, len);
  result = SSL_do_handshake (tls->ssl);
  tls->in = NULL;
  tls->in_len = 0;
  if (result != 1)
    return judge (tls, result);
  tls->complete = TRUE;
  return SRV_TLS_OK;
}

/**
 * srv_tls_read:
 * @sealed: what the peer sent, at most srv_tls_wants() of it
 * @plain: (out caller-allocates): room for @size bytes, as srv_tls_wants() was told
 * @n_read: (out): how much of it was filled. Plaintext may also come before the end, or
 *   before what made it fail, and counts
 */
SrvTlsStatus
srv_tls_read (SrvTls *tls, const void *sealed, gsize len, void *plain, gsize size, gsize *n_read)
{
  SrvTlsStatus status = SRV_TLS_OK;

  *n_read = 0;
  if (tls->failure != NULL)
    return SRV_TLS_FAILED;
  if (tls->ended)
    return SRV_TLS_ENDED;
  lend (tls, sealed, len);
  while (status == SRV_TLS_OK && *n_read < size)
    {
      gsize left = tls->in_len;
      gsize n = 0;
      int result = SSL_read_ex (tls->ssl, (guint8 *) plain + *n_read, size - *n_read, &n);

      *n_read += n;
      if (result != 1)
        status = judge (tls, result);
      /* A record that is no data ends the call, not what was lent. */
      if (status == SRV_TLS_MORE && tls->in_len > 0 && tls->in_len < left)
        status = SRV_TLS_OK;
    }
  if (status == SRV_TLS_OK && (tls->in_len > 0 || SSL_has_pending (tls->ssl)))
    status = fail (tls, "more came than was wanted");
  tls->in = NULL;
  tls->in_len = 0;
  return status == SRV_TLS_MORE && *n_read > 0 ? SRV_TLS_OK : status;
}

/* Copies what lies behind the first @skip bytes into @buffer. */
static gsize
gather (const struct iovec *iov, int n_iov, gsize skip, guint8 *buffer, gsize size)
{
  gsize n = 0;

  for (int i = 0; i < n_iov && n < size; i++)
    {
      gsize part = iov[i].iov_len;

      if (skip >= part)
        {
          skip -= part;
          continue;
        }
      part = MIN (part - skip, size - n);
      memcpy (buffer + n, (const guint8 *) iov[i].iov_base + skip, part);
      n += part;
      skip = 0;
    }
  return n;
}

/**
 * srv_tls_write:
 * @skip: how many of the bytes of @iov are not to be written
 * @n_written: (out): how many were written after those: what fits into one record
 *
 * What comes of it is for srv_tls_peek_sealed(). The handshake must be complete.
 *
 * Returns: %FALSE if nothing can be written any more.
 */
gboolean
srv_tls_write (SrvTls *tls, const struct iovec *iov, int n_iov, gsize skip, gsize *n_written)
{
  guint8 buffer[SRV_TLS_PLAIN_BYTES];
  gsize n = gather (iov, n_iov, skip, buffer, sizeof buffer);

  *n_written = 0;
  if (n == 0)
    return TRUE;
  if (tls->failure != NULL || tls->end_written || !tls->complete)
    return FALSE;
  ERR_clear_error ();
  if (SSL_write_ex (tls->ssl, buffer, n, n_written) == 1)
    return TRUE;
  (void) fail (tls, ERR_reason_error_string (ERR_peek_last_error ()));
  return FALSE;
}

/**
 * srv_tls_end_writing:
 *
 * Nothing more comes from us (close_notify); reading goes on. Once or more often.
 */
void
srv_tls_end_writing (SrvTls *tls)
{
  if (tls->end_written || tls->failure != NULL || !tls->complete)
    return;
  tls->end_written = TRUE;
  ERR_clear_error ();
  (void) SSL_shutdown (tls->ssl);
  ERR_clear_error ();
}

/**
 * srv_tls_peek_sealed:
 *
 * Returns: (transfer none) (nullable): what waits to be sent to the peer, until
 *   anything else is done with @tls; @len is 0 if nothing does.
 */
const void *
srv_tls_peek_sealed (const SrvTls *tls, gsize *len)
{
  *len = tls->out != NULL ? tls->out->len - tls->out_sent : 0;
  return *len > 0 ? tls->out->data + tls->out_sent : NULL;
}

/**
 * srv_tls_sealed_sent:
 * @n: so much of it has been sent
 */
void
srv_tls_sealed_sent (SrvTls *tls, gsize n)
{
  g_return_if_fail (tls->out != NULL && n <= tls->out->len - tls->out_sent);

  tls->out_sent += n;
  if (tls->out_sent < tls->out->len)
    return;
  g_clear_pointer (&tls->out, g_byte_array_unref);
  tls->out_sent = 0;
}

/**
 * srv_tls_has_ended:
 *
 * Returns: whether the peer itself has said that its stream is complete.
 */
gboolean
srv_tls_has_ended (const SrvTls *tls)
{
  return tls->ended;
}

/**
 * srv_tls_get_failure:
 *
 * Returns: (transfer none) (nullable): why it has failed, in OpenSSL's words; nothing in
 *   it comes from the peer.
 */
const char *
srv_tls_get_failure (const SrvTls *tls)
{
  return tls->failure;
}

/**
 * srv_tls_get_version:
 *
 * Returns: (transfer none): such as "TLSv1.3".
 */
const char *
srv_tls_get_version (const SrvTls *tls)
{
  return SSL_get_version (tls->ssl);
}

/**
 * srv_tls_dup_peer_fingerprint:
 *
 * The peer has proved that it has the certificate's key; who vouches for the
 * certificate was not asked. So it says "the same as last time", and no name in it
 * means anything.
 *
 * Returns: (transfer full) (nullable): the SHA-256 of the peer's certificate in lower
 *   case hexadecimal; %NULL if it gave none.
 */
char *
srv_tls_dup_peer_fingerprint (const SrvTls *tls)
{
  X509 *certificate = SSL_get0_peer_certificate (tls->ssl);
  guint8 digest[EVP_MAX_MD_SIZE];
  guint len = 0;
  GString *text = NULL;

  if (certificate == NULL || !tls->complete ||
      X509_digest (certificate, EVP_sha256 (), digest, &len) != 1)
    return NULL;
  text = g_string_sized_new (2 * len);
  for (guint i = 0; i < len; i++)
    g_string_append_printf (text, "%02x", digest[i]);
  return g_string_free (text, FALSE);
}
