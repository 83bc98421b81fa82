/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A proxy that cuts a connection after a given byte, in the middle of whatever it carries: of what
 * goes up to the server, or of what comes down. What was before that byte arrives, nothing after
 * it does, and both sides lose the connection, by FIN or by RST.
 *
 * It has many lanes, so that a conversation can be cut at each of its bytes side by side: each lane
 * is an address of its own, 127.1.x.y, on one port. Only the first connection of a lane is cut,
 * what comes after it passes.
 *
 * Runs in the main loop of the test; writes are small and to loopback, so they are not queued.
 */
#include "config.h"

#include "tests/lib/cut-proxy.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/lib/test-process.h"

typedef struct
{
  guint64 cut[2]; /* after how many bytes up, down */
  gboolean reset;
  guint connections;
  guint64 bytes[2]; /* of the first connection */
} Lane;

struct _CutProxy
{
  int fd;
  guint source;
  guint16 port;
  guint16 server_port;
  GHashTable *lanes; /* (owned): number -> Lane (owned) */
  GList *links;      /* (owned) of Link (owned) */
};

/* One connection: [0] is the client's, [1] the server's. */
typedef struct
{
  CutProxy *proxy; /* (unowned) */
  Lane *lane;      /* (unowned) */
  gboolean first;  /* of its lane: the one that is cut */
  int fds[2];
  guint sources[2]; /* 0: its end has been read */
} Link;

static void
link_free (Link *link, gboolean reset)
{
  struct linger now = { .l_onoff = 1, .l_linger = 0 };

  for (int i = 0; i < 2; i++)
    {
      g_clear_handle_id (&link->sources[i], g_source_remove);
      if (reset)
        (void) setsockopt (link->fds[i], SOL_SOCKET, SO_LINGER, &now, sizeof now);
      close (link->fds[i]);
    }
  link->proxy->links = g_list_remove (link->proxy->links, link);
  g_free (link);
}

static gboolean
write_all (int fd, const char *bytes, gsize len)
{
  while (len > 0)
    {
      gssize n = send (fd, bytes, len, MSG_NOSIGNAL);

      if (n < 0 && errno == EAGAIN)
        {
          struct pollfd wait = { .fd = fd, .events = POLLOUT };

          if (poll (&wait, 1, TEST_PATIENCE_MS) <= 0)
            return FALSE;
          continue;
        }
      if (n <= 0)
        return FALSE;
      bytes += n;
      len -= (gsize) n;
    }
  return TRUE;
}

static gboolean
on_readable (int fd, GIOCondition condition, gpointer data)
{
  Link *link = data;
  int from = fd == link->fds[0] ? 0 : 1;
  Lane *lane = link->lane;
  char buffer[16384];
  gssize n = recv (fd, buffer, sizeof buffer, 0);
  guint64 left = link->first ? lane->cut[from] - lane->bytes[from] : CUT_NEVER;

  if (n < 0 && errno == EAGAIN)
    return G_SOURCE_CONTINUE;
  if (n < 0)
    {
      link->sources[from] = 0;
      link_free (link, TRUE);
      return G_SOURCE_REMOVE;
    }
  if (n == 0)
    {
      link->sources[from] = 0;
      shutdown (link->fds[1 - from], SHUT_WR);
      if (link->sources[1 - from] == 0)
        link_free (link, FALSE);
      return G_SOURCE_REMOVE;
    }
  if (link->first)
    lane->bytes[from] += MIN ((guint64) n, left);
  if (!write_all (link->fds[1 - from], buffer, (gsize) MIN ((guint64) n, left)) ||
      (guint64) n >= left)
    {
      link->sources[from] = 0;
      link_free (link, lane->reset);
      return G_SOURCE_REMOVE;
    }
  return G_SOURCE_CONTINUE;
}

static Lane *
get_lane (CutProxy *proxy, guint number)
{
  Lane *lane = g_hash_table_lookup (proxy->lanes, GUINT_TO_POINTER (number));

  if (lane == NULL)
    {
      lane = g_new0 (Lane, 1);
      lane->cut[0] = lane->cut[1] = CUT_NEVER;
      g_hash_table_insert (proxy->lanes, GUINT_TO_POINTER (number), lane);
    }
  return lane;
}

static guint
lane_of (int fd)
{
  struct sockaddr_in local;
  socklen_t len = sizeof local;

  g_assert_no_errno (getsockname (fd, (struct sockaddr *) &local, &len));
  return ntohl (local.sin_addr.s_addr) & 0xFFFF;
}

static gboolean
on_connection (int fd, GIOCondition condition, gpointer data)
{
  CutProxy *proxy = data;
  struct sockaddr_in server = { .sin_family = AF_INET,
                                .sin_port = htons (proxy->server_port),
                                .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  int client = accept4 (fd, NULL, NULL, SOCK_CLOEXEC);
  int one = 1;
  Link *link = NULL;

  if (client < 0)
    return G_SOURCE_CONTINUE;
  link = g_new0 (Link, 1);
  link->proxy = proxy;
  link->lane = get_lane (proxy, lane_of (client));
  link->first = link->lane->connections++ == 0;
  link->fds[0] = client;
  link->fds[1] = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  proxy->links = g_list_prepend (proxy->links, link);
  if (connect (link->fds[1], (struct sockaddr *) &server, sizeof server) < 0 ||
      (link->first && (link->lane->cut[0] == 0 || link->lane->cut[1] == 0)))
    {
      link_free (link, link->lane->reset);
      return G_SOURCE_CONTINUE;
    }
  for (int i = 0; i < 2; i++)
    {
      (void) setsockopt (link->fds[i], IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
      (void) fcntl (link->fds[i], F_SETFL, O_NONBLOCK);
      link->sources[i] = g_unix_fd_add (link->fds[i], G_IO_IN, on_readable, link);
    }
  return G_SOURCE_CONTINUE;
}

/**
 * cut_proxy_new:
 * @server_port: where it leads to, on 127.0.0.1
 */
CutProxy *
cut_proxy_new (guint16 server_port)
{
  CutProxy *proxy = g_new0 (CutProxy, 1);
  struct sockaddr_in any = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (0x7F010000) };
  socklen_t len = sizeof any;

  any.sin_addr.s_addr = htonl (INADDR_ANY);
  proxy->server_port = server_port;
  proxy->lanes = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  proxy->fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  g_assert_no_errno (bind (proxy->fd, (struct sockaddr *) &any, sizeof any));
  g_assert_no_errno (listen (proxy->fd, SOMAXCONN));
  g_assert_no_errno (getsockname (proxy->fd, (struct sockaddr *) &any, &len));
  proxy->port = ntohs (any.sin_port);
  proxy->source = g_unix_fd_add (proxy->fd, G_IO_IN, on_connection, proxy);
  return proxy;
}

/**
 * cut_proxy_free:
 * @proxy: (nullable) (transfer full): what is connected is reset
 */
void
cut_proxy_free (CutProxy *proxy)
{
  if (proxy == NULL)
    return;
  while (proxy->links != NULL)
    link_free (proxy->links->data, TRUE);
  g_source_remove (proxy->source);
  close (proxy->fd);
  g_hash_table_unref (proxy->lanes);
  g_free (proxy);
}

/**
 * cut_proxy_get_port:
 *
 * Returns: on which port it listens, at every address of loopback.
 */
guint16
cut_proxy_get_port (const CutProxy *proxy)
{
  return proxy->port;
}

/**
 * cut_proxy_address:
 * @lane: from 1 to 65534
 *
 * Returns: (transfer full): the address of a lane.
 */
char *
cut_proxy_address (guint lane)
{
  return g_strdup_printf ("127.1.%u.%u", lane >> 8, lane & 0xFF);
}

/**
 * cut_proxy_plan:
 * @up: after how many bytes to the server the lane's first connection is cut
 * @down: after how many bytes from the server
 * @reset: by RST, not FIN
 */
void
cut_proxy_plan (CutProxy *proxy, guint lane, guint64 up, guint64 down, gboolean reset)
{
  Lane *planned = get_lane (proxy, lane);

  planned->cut[0] = up;
  planned->cut[1] = down;
  planned->reset = reset;
}

/**
 * cut_proxy_get_bytes:
 * @up: (out): how many bytes the lane's first connection has carried to the server
 * @down: (out): and from there
 */
void
cut_proxy_get_bytes (CutProxy *proxy, guint lane, guint64 *up, guint64 *down)
{
  const Lane *used = get_lane (proxy, lane);

  *up = used->bytes[0];
  *down = used->bytes[1];
}

/**
 * cut_proxy_count_connections:
 *
 * Returns: how many connections the lane has had.
 */
guint
cut_proxy_count_connections (CutProxy *proxy, guint lane)
{
  return get_lane (proxy, lane)->connections;
}
