/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <openssl/ssl.h>

#include "server/tls/srv-tls.h"

G_BEGIN_DECLS

/* The other end of a connection: OpenSSL as a client, without a socket. */
typedef struct
{
  SSL_CTX *context; /* (owned) */
  SSL *ssl;         /* (owned) */
  BIO *in;          /* (unowned): what the server sent */
  BIO *out;         /* (unowned): for the server */
} TlsClient;

SSL_CTX *tls_driver_context (void);

TlsClient *tls_client_new (int version);
void tls_client_free (TlsClient *client);
void tls_client_feed (TlsClient *client, const void *sealed, gsize len);
GByteArray *tls_client_take (TlsClient *client);
void tls_client_write (TlsClient *client, const void *plain, gsize len);
GString *tls_client_read (TlsClient *client);

void tls_driver_move_to_client (SrvTls *tls, TlsClient *client);
SrvTlsStatus tls_driver_handshake (SrvTls *tls, TlsClient *client, gsize piece);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TlsClient, tls_client_free)

G_END_DECLS
