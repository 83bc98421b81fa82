/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The rules that hold for every TLS connection: versions, ciphers, what is switched
 * off, and why.
 */
#include "config.h"

#include "server/tls/srv-tls-context.h"

#include <glib/gi18n-lib.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "common/base/sal-error.h"

/* TLS 1.2 with forward secrecy and authenticated encryption only (RFC 9325, 4.2); TLS
 * 1.3 has nothing else. */
#define CIPHERS_1_2 "ECDHE+AESGCM:ECDHE+CHACHA20"
#define GROUPS "X25519:P-256:P-384"

/* The certificates a client may send of itself: one, and a few that vouch for it. */
#define PEER_CHAIN_BYTES (16 * 1024)

/* RFC 7301, 3.2. Whoever offers protocols must offer ours, so that a browser that was
 * led here (HTTP is all it offers) ends before it says anything. Whoever offers none may
 * come in: most programs do not know of it. */
static int
select_protocol (SSL *ssl,
                 const unsigned char **selected,
                 unsigned char *selected_len,
                 const unsigned char *offered,
                 unsigned int len,
                 void *data)
{
  static const unsigned char ours[] = "\x03irc";
  unsigned char *found = NULL;

  if (SSL_select_next_proto (&found, selected_len, ours, sizeof ours - 1, offered, len) !=
      OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  *selected = found;
  return SSL_TLSEXT_ERR_OK;
}

/* A client's certificate is asked for and not judged: it only says that this is the one
 * with that key (srv_tls_dup_peer_fingerprint()). */
static int
accept_certificate (X509_STORE_CTX *store, void *data)
{
  return 1;
}

static void
set_rules (SSL_CTX *context)
{
  (void) SSL_CTX_set_min_proto_version (context, TLS1_2_VERSION);
  if (SSL_CTX_set_cipher_list (context, CIPHERS_1_2) != 1 ||
      SSL_CTX_set1_groups_list (context, GROUPS) != 1)
    g_critical ("OpenSSL does not know our ciphers");
  /* No tickets and no sessions: a handshake costs half a millisecond; the keys of
   * tickets would have to be kept and changed; and what the server sends after the
   * handshake resets the connection of a client that says one thing and closes. */
  (void) SSL_CTX_set_options (context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                           SSL_OP_NO_TICKET | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                           SSL_OP_PRIORITIZE_CHACHA | SSL_OP_CLEANSE_PLAINTEXT);
  (void) SSL_CTX_set_num_tickets (context, 0);
  (void) SSL_CTX_set_session_cache_mode (context, SSL_SESS_CACHE_OFF);
  /* An idle connection owns no buffers. */
  (void) SSL_CTX_set_mode (context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_max_cert_list (context, PEER_CHAIN_BYTES);
  SSL_CTX_set_verify (context, SSL_VERIFY_PEER, NULL);
  SSL_CTX_set_cert_verify_callback (context, accept_certificate, NULL);
  SSL_CTX_set_alpn_select_cb (context, select_protocol, NULL);
}

/**
 * srv_tls_context_new:
 * @certificate: (transfer none): what the server shows of itself
 *
 * Returns: (transfer full): what connections are made from, or %NULL with a #SAL_ERROR
 *   that names the certificate's file.
 */
SSL_CTX *
srv_tls_context_new (const SrvCertificate *certificate, GError **error)
{
  SSL_CTX *context = SSL_CTX_new (TLS_server_method ());

  if (context == NULL)
    g_error ("SSL_CTX_new: out of memory");
  ERR_clear_error ();
  set_rules (context);
  if (SSL_CTX_use_cert_and_key (context, certificate->leaf, certificate->key, certificate->chain,
                                1) == 1)
    return context;
  g_set_error (error, SAL_ERROR, SAL_EXIT_TLS, _ ("%s: this certificate cannot be used: %s"),
               certificate->file, ERR_reason_error_string (ERR_peek_last_error ()));
  ERR_clear_error ();
  SSL_CTX_free (context);
  return NULL;
}
