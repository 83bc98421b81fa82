/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <openssl/types.h>
#include <sys/uio.h>

G_BEGIN_DECLS

/* The longest record that any version of TLS allows, header included (RFC 5246, 6.2.3;
 * RFC 8446, 5.2 has less), and the most plaintext in one. */
#define SRV_TLS_RECORD_BYTES (5 + 16384 + 2048)
#define SRV_TLS_PLAIN_BYTES 16384

typedef enum
{
  SRV_TLS_OK,     /* there is plaintext; or the handshake is complete */
  SRV_TLS_MORE,   /* nothing yet: more must come from the peer */
  SRV_TLS_ENDED,  /* the peer has ended its stream (close_notify) */
  SRV_TLS_FAILED, /* nothing more can come of this; an alert may wait to be sent */
} SrvTlsStatus;

/* The server's end of one TLS connection, as a value between two streams of bytes. */
typedef struct _SrvTls SrvTls;

SrvTls *srv_tls_new (SSL_CTX *context);
void srv_tls_free (SrvTls *tls);

gsize srv_tls_wants (const SrvTls *tls, gsize size);
SrvTlsStatus srv_tls_handshake (SrvTls *tls, const void *sealed, gsize len);
SrvTlsStatus
srv_tls_read (SrvTls *tls, const void *sealed, gsize len, void *plain, gsize size, gsize *n_read);
gboolean
srv_tls_write (SrvTls *tls, const struct iovec *iov, int n_iov, gsize skip, gsize *n_written);
void srv_tls_end_writing (SrvTls *tls);

const void *srv_tls_peek_sealed (const SrvTls *tls, gsize *len);
void srv_tls_sealed_sent (SrvTls *tls, gsize n);

gboolean srv_tls_has_ended (const SrvTls *tls);
const char *srv_tls_get_failure (const SrvTls *tls);
const char *srv_tls_get_version (const SrvTls *tls);
char *srv_tls_dup_peer_fingerprint (const SrvTls *tls);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SrvTls, srv_tls_free)

G_END_DECLS
