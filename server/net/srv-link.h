/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <sys/uio.h>

G_BEGIN_DECLS

typedef enum
{
  SRV_LINK_OK,    /* some bytes went over */
  SRV_LINK_AGAIN, /* none can go now */
  SRV_LINK_EOF,   /* the peer has ended its stream */
  SRV_LINK_ERROR, /* the connection is broken */
} SrvLinkStatus;

/* A stream of bytes to a peer. */
typedef struct
{
  int fd; /* (owned): -1 when closed */
} SrvLink;

SrvLinkStatus srv_link_read (SrvLink *link, void *buffer, gsize size, gsize *n_read);
SrvLinkStatus srv_link_write (SrvLink *link, const struct iovec *iov, int n_iov, gsize *n_written);
gsize srv_link_count_unacked (const SrvLink *link);
void srv_link_end_writing (SrvLink *link);
void srv_link_close (SrvLink *link);
void srv_link_abort (SrvLink *link);

G_END_DECLS
