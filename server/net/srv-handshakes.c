/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Those who have connected to a TLS port and are not in yet. A handshake is the one
 * thing that a stranger can make the server work for, so it is bounded in time, in
 * number and in work a turn, and it happens before there is a connection with its
 * session: who only opens sockets costs a descriptor and a few kilobytes for ten
 * seconds, and nobody waits for them.
 *
 * The first byte tells who does not speak TLS at all. It is only peeked at, so that
 * whoever answers them finds everything in the socket.
 */
#include "config.h"

#include "server/net/srv-handshakes.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "common/base/sal-container.h"
#include "common/base/sal-limits.h"

/* The first byte of a handshake record (RFC 8446, 5.1). No text begins with it. */
#define CONTENT_HANDSHAKE 22

typedef struct
{
  SrvWatch watch; /* first: ready() casts back */
  SrvDeadline deadline;
  SrvHandshakes *owner; /* (unowned) */
  SrvLink link;
  SrvAddress peer;
  gpointer tag;
  GList node; /* in the owner's queue */
} Handshake;

struct _SrvHandshakes
{
  SrvReactor *reactor; /* (unowned) */
  guint queue;         /* of the reactor's deadlines */
  guint most;
  const SrvCredentials *credentials; /* (unowned) */
  SrvHandshakeFunc ended;
  gpointer data;
  GQueue all; /* of Handshake (owned): the oldest first */
  guint64 totals[SRV_N_HANDSHAKE_ENDS];
  gint64 turn_us; /* the turn in which ... */
  guint steps;    /* ... so many steps were taken */
};

/**
 * srv_handshakes_new:
 * @reactor: (transfer none): must outlive it
 * @queue: of its deadlines, for srv_handshakes_due()
 * @most: how many there may be at a time, at least 1
 * @credentials: (transfer none): what the server shows of itself; must outlive it
 * @ended: called with @data when one has ended, in whatever way
 */
SrvHandshakes *
srv_handshakes_new (SrvReactor *reactor,
                    guint queue,
                    guint most,
                    const SrvCredentials *credentials,
                    SrvHandshakeFunc ended,
                    gpointer data)
{
  SrvHandshakes *handshakes = g_new0 (SrvHandshakes, 1);

  handshakes->reactor = reactor;
  handshakes->queue = queue;
  handshakes->most = MAX (most, 1);
  handshakes->credentials = credentials;
  handshakes->ended = ended;
  handshakes->data = data;
  g_queue_init (&handshakes->all);
  return handshakes;
}

/**
 * srv_handshakes_free:
 * @handshakes: (nullable) (transfer full): those that have not ended are dropped
 */
void
srv_handshakes_free (SrvHandshakes *handshakes)
{
  if (handshakes == NULL)
    return;
  srv_handshakes_drop_all (handshakes);
  g_free (handshakes);
}

static void
log_failure (const Handshake *handshake)
{
  const char *why = handshake->link.tls != NULL ? srv_tls_get_failure (handshake->link.tls) : NULL;
  g_autofree char *host = srv_address_host (&handshake->peer);

  g_info ("TLS handshake with %s failed: %s", host, why != NULL ? why : "the peer has closed");
}

static void
end (Handshake *handshake, SrvHandshakeEnd how)
{
  SrvHandshakes *owner = handshake->owner;

  owner->totals[how]++;
  g_queue_unlink (&owner->all, &handshake->node);
  srv_reactor_remove (owner->reactor, &handshake->watch);
  srv_reactor_disarm (owner->reactor, &handshake->deadline);
  switch (how)
    {
    case SRV_HANDSHAKE_DONE:
    case SRV_HANDSHAKE_NOT_TLS:
      break;
    case SRV_HANDSHAKE_FAILED:
      log_failure (handshake);
      srv_link_close (&handshake->link);
      break;
    default:
      srv_link_abort (&handshake->link);
      break;
    }
  owner->ended (handshake->link, &handshake->peer, handshake->tag, how, owner->data);
  srv_reactor_free_later (owner->reactor, handshake);
}

/* Whether there is something to look at, and it is TLS. Who is silent has no state of
 * TLS yet. */
static gboolean
look_at_first_byte (Handshake *handshake)
{
  guint8 first = 0;
  ssize_t n = recv (handshake->link.fd, &first, 1, MSG_PEEK | MSG_DONTWAIT);

  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return FALSE;
  if (n == 1 && first == CONTENT_HANDSHAKE)
    {
      handshake->link.tls = srv_credentials_connect (handshake->owner->credentials);
      return TRUE;
    }
  end (handshake, n == 1 ? SRV_HANDSHAKE_NOT_TLS : SRV_HANDSHAKE_FAILED);
  return FALSE;
}

/* A turn has time for a few steps. The others are still ready in the next one. */
static gboolean
take_step (SrvHandshakes *handshakes)
{
  gint64 turn_us = srv_reactor_now_us (handshakes->reactor);

  if (turn_us != handshakes->turn_us)
    {
      handshakes->turn_us = turn_us;
      handshakes->steps = 0;
    }
  return handshakes->steps++ < SAL_TURN_HANDSHAKES;
}

static void
on_ready (SrvWatch *watch, guint32 events)
{
  Handshake *handshake = (Handshake *) watch;
  SrvLink *link = &handshake->link;
  gsize n = 0;

  if (!take_step (handshake->owner) || (link->tls == NULL && !look_at_first_byte (handshake)))
    return;
  if ((events & EPOLLOUT) && srv_link_write (link, NULL, 0, &n) == SRV_LINK_ERROR)
    {
      end (handshake, SRV_HANDSHAKE_FAILED);
      return;
    }
  switch (srv_link_handshake (link))
    {
    case SRV_LINK_OK:
      end (handshake, SRV_HANDSHAKE_DONE);
      break;
    case SRV_LINK_AGAIN:
      srv_reactor_modify (handshake->owner->reactor, watch,
                          srv_link_has_unsent (link) ? EPOLLIN | EPOLLOUT : EPOLLIN);
      break;
    default:
      end (handshake, SRV_HANDSHAKE_FAILED);
      break;
    }
}

/**
 * srv_handshakes_add:
 * @fd: (transfer full): a connected, non-blocking socket
 * @tag: given back when it has ended
 *
 * Begins a handshake. If there are too many the oldest has to go, and whoever has waited
 * longest is least likely to be a program that means it.
 */
void
srv_handshakes_add (SrvHandshakes *handshakes, int fd, const SrvAddress *peer, gpointer tag)
{
  Handshake *handshake = g_new0 (Handshake, 1);

  if (g_queue_get_length (&handshakes->all) >= handshakes->most)
    end (g_queue_peek_head (&handshakes->all), SRV_HANDSHAKE_DROPPED);
  handshake->owner = handshakes;
  handshake->watch = (SrvWatch){ .fd = -1, .ready = on_ready };
  handshake->link = (SrvLink){ .fd = fd };
  handshake->peer = *peer;
  handshake->tag = tag;
  handshake->node.data = handshake;
  g_queue_push_tail_link (&handshakes->all, &handshake->node);
  srv_reactor_arm (handshakes->reactor, &handshake->deadline, handshakes->queue, SAL_HANDSHAKE_US);
  if (!srv_reactor_add (handshakes->reactor, &handshake->watch, fd, EPOLLIN))
    end (handshake, SRV_HANDSHAKE_FAILED);
}

/**
 * srv_handshakes_due:
 * @deadline: that of a handshake, which was due in the queue given at construction
 *
 * Whoever has said nothing at all in this time may be a program that waits to be spoken
 * to, and is no TLS client then.
 */
void
srv_handshakes_due (SrvDeadline *deadline)
{
  Handshake *handshake = sal_container_of (deadline, Handshake, deadline);

  end (handshake, handshake->link.tls != NULL ? SRV_HANDSHAKE_TIMED_OUT : SRV_HANDSHAKE_NOT_TLS);
}

/**
 * srv_handshakes_drop_all:
 */
void
srv_handshakes_drop_all (SrvHandshakes *handshakes)
{
  while (!g_queue_is_empty (&handshakes->all))
    end (g_queue_peek_head (&handshakes->all), SRV_HANDSHAKE_DROPPED);
}

/**
 * srv_handshakes_count:
 *
 * Returns: how many have not ended.
 */
guint
srv_handshakes_count (const SrvHandshakes *handshakes)
{
  return g_queue_get_length ((GQueue *) &handshakes->all);
}

/**
 * srv_handshakes_get_total:
 *
 * Returns: how many have ended so.
 */
guint64
srv_handshakes_get_total (const SrvHandshakes *handshakes, SrvHandshakeEnd how)
{
  return handshakes->totals[how];
}
