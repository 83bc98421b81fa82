/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "server/net/srv-address.h"
#include "server/net/srv-link.h"
#include "server/net/srv-reactor.h"
#include "server/tls/srv-credentials.h"

G_BEGIN_DECLS

typedef struct _SrvHandshakes SrvHandshakes;

typedef enum
{
  SRV_HANDSHAKE_DONE,      /* the link is ready */
  SRV_HANDSHAKE_NOT_TLS,   /* the peer speaks something else, or nothing; nothing of it was
                              read, and the link is without TLS */
  SRV_HANDSHAKE_FAILED,    /* they could not agree */
  SRV_HANDSHAKE_TIMED_OUT, /* the peer was too slow */
  SRV_HANDSHAKE_DROPPED,   /* it had to make room */
  SRV_N_HANDSHAKE_ENDS
} SrvHandshakeEnd;

/* A handshake has ended. @link is (transfer full) where it is done or was not TLS, and
 * closed otherwise. @tag is that of srv_handshakes_add(). */
typedef void (*SrvHandshakeFunc) (
    SrvLink link, const SrvAddress *peer, gpointer tag, SrvHandshakeEnd how, gpointer data);

SrvHandshakes *srv_handshakes_new (SrvReactor *reactor,
                                   guint queue,
                                   guint most,
                                   const SrvCredentials *credentials,
                                   SrvHandshakeFunc ended,
                                   gpointer data);
void srv_handshakes_free (SrvHandshakes *handshakes);

void srv_handshakes_add (SrvHandshakes *handshakes, int fd, const SrvAddress *peer, gpointer tag);
void srv_handshakes_due (SrvDeadline *deadline);
void srv_handshakes_drop_all (SrvHandshakes *handshakes);

guint srv_handshakes_count (const SrvHandshakes *handshakes);
guint64 srv_handshakes_get_total (const SrvHandshakes *handshakes, SrvHandshakeEnd how);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SrvHandshakes, srv_handshakes_free)

G_END_DECLS
