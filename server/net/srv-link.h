/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <sys/uio.h>

#include "server/tls/srv-tls.h"

G_BEGIN_DECLS

typedef enum
{
  SRV_LINK_OK,    /* some bytes went over */
  SRV_LINK_AGAIN, /* none can go now */
  SRV_LINK_EOF,   /* the peer has ended its stream; some bytes may have come before that */
  SRV_LINK_ERROR, /* the connection is broken */
} SrvLinkStatus;

/* A stream of bytes to a peer. Embedded in its owner, and moved by copying. */
typedef struct
{
  int fd;             /* (owned): -1 when closed */
  guint32 sent_bytes; /* that the kernel has taken so far, sealed if TLS; it may wrap around */
  SrvTls *tls;        /* (owned) (nullable): NULL: nothing is encrypted */
} SrvLink;

SrvLinkStatus srv_link_handshake (SrvLink *link);
const char *srv_link_get_tls_version (const SrvLink *link);
char *srv_link_dup_peer_fingerprint (const SrvLink *link);

SrvLinkStatus srv_link_read (SrvLink *link, void *buffer, gsize size, gsize *n_read);
SrvLinkStatus srv_link_write (SrvLink *link, const struct iovec *iov, int n_iov, gsize *n_written);
gsize srv_link_count_unacked (const SrvLink *link);
guint32 srv_link_count_taken (const SrvLink *link);
gboolean srv_link_has_unsent (const SrvLink *link);
SrvLinkStatus srv_link_end_writing (SrvLink *link);
gboolean srv_link_is_cut_off (const SrvLink *link);
void srv_link_close (SrvLink *link);
void srv_link_abort (SrvLink *link);

G_END_DECLS
