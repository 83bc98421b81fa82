/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The kernel's table of sockets, asked for as ss(8) does: NETLINK_SOCK_DIAG
 * (sock_diag(7)), through libmnl. A LabDiag sees the network namespace in which it was
 * made, wherever its user goes later.
 */
#include "config.h"

#include "lab/bench/lab-diag.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glib/gi18n.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <string.h>

#include "common/base/sal-error.h"

/* An answer comes in pieces of at most this (as in libmnl's own advice for dumps). */
#define PIECE_BYTES 32768
/* More sockets than this are not kept: a table that nobody could read. */
#define MOST_SOCKETS 200000
/* The listing changed under the kernel's hands; ask again, but not for ever. */
#define TRIES 5

struct _LabDiag
{
  struct mnl_socket *netlink; /* (owned) */
  guint sequence;
};

typedef struct
{
  const LabSocketFilter *filter;
  int protocol;
  GPtrArray *sockets;
} Collector;

/* By number; the names are those of netstat(8) and ss(8). 12 is a connection that is being
 * opened from outside, which the kernel keeps apart from sockets. */
static const char *const state_names[] = {
  "?",      "ESTABLISHED", "SYN-SENT", "SYN-RECEIVED", "FIN-WAIT-1", "FIN-WAIT-2",   "TIME-WAIT",
  "CLOSED", "CLOSE-WAIT",  "LAST-ACK", "LISTEN",       "CLOSING",    "SYN-RECEIVED",
};

/**
 * lab_diag_new:
 *
 * Returns: (transfer full): a way to ask the kernel of this network namespace, or %NULL
 * with a #SAL_ERROR.
 */
LabDiag *
lab_diag_new (GError **error)
{
  LabDiag *diag = g_new0 (LabDiag, 1);

  diag->netlink = mnl_socket_open2 (NETLINK_SOCK_DIAG, SOCK_CLOEXEC);
  if (diag->netlink != NULL && mnl_socket_bind (diag->netlink, 0, MNL_SOCKET_AUTOPID) == 0)
    return diag;
  g_set_error (error, SAL_ERROR, SAL_EXIT_FAILED,
               _ ("the kernel does not tell about its sockets: %s; it has to have "
                  "CONFIG_INET_DIAG"),
               g_strerror (errno));
  lab_diag_free (diag);
  return NULL;
}

/**
 * lab_diag_free:
 * @diag: (nullable) (transfer full)
 */
void
lab_diag_free (LabDiag *diag)
{
  if (diag == NULL)
    return;
  if (diag->netlink != NULL)
    mnl_socket_close (diag->netlink);
  g_free (diag);
}

static void
set_address (LabEndpoint *address, int family, const __be32 *words, __be16 port, __u32 interface)
{
  memset (address, 0, sizeof *address);
  if (family == AF_INET)
    {
      struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = port };

      memcpy (&in.sin_addr, words, sizeof in.sin_addr);
      memcpy (&address->storage, &in, sizeof in);
      address->len = sizeof in;
    }
  else
    {
      struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = port };

      memcpy (&in6.sin6_addr, words, sizeof in6.sin6_addr);
      if (IN6_IS_ADDR_LINKLOCAL (&in6.sin6_addr))
        in6.sin6_scope_id = interface;
      memcpy (&address->storage, &in6, sizeof in6);
      address->len = sizeof in6;
    }
}

/* The 16 bytes of an address in the form in which an IPv6 socket would have it. */
static void
as_ipv6 (const LabEndpoint *address, guint8 bytes[16])
{
  const struct sockaddr *any = (const struct sockaddr *) &address->storage;

  memset (bytes, 0, 16);
  if (any->sa_family == AF_INET)
    {
      bytes[10] = bytes[11] = 0xff;
      memcpy (bytes + 12, &((const struct sockaddr_in *) &address->storage)->sin_addr, 4);
    }
  else
    memcpy (bytes, &((const struct sockaddr_in6 *) &address->storage)->sin6_addr, 16);
}

/* 0: any */
static guint32
scope_of (const LabEndpoint *address)
{
  const struct sockaddr *any = (const struct sockaddr *) &address->storage;

  return any->sa_family == AF_INET6
             ? ((const struct sockaddr_in6 *) &address->storage)->sin6_scope_id
             : 0;
}

static gboolean
same_host (const LabEndpoint *a, const LabEndpoint *b)
{
  guint8 left[16];
  guint8 right[16];

  as_ipv6 (a, left);
  as_ipv6 (b, right);
  return memcmp (left, right, 16) == 0 &&
         (scope_of (a) == 0 || scope_of (b) == 0 || scope_of (a) == scope_of (b));
}

static gboolean
is_wanted (const LabSocketFilter *filter, const LabSocket *socket)
{
  if (filter->port != 0 && socket->local_port != filter->port &&
      socket->remote_port != filter->port)
    return FALSE;
  return filter->address == NULL || same_host (&socket->local, filter->address) ||
         same_host (&socket->remote, filter->address);
}

static void
take_attributes (const struct nlmsghdr *message, LabSocket *socket)
{
  const struct nlattr *attribute = NULL;

  mnl_attr_for_each (attribute, message, sizeof (struct inet_diag_msg))
  {
    guint16 len = mnl_attr_get_payload_len (attribute);

    switch (mnl_attr_get_type (attribute))
      {
      case INET_DIAG_INFO:
        memcpy (&socket->info, mnl_attr_get_payload (attribute),
                MIN ((gsize) len, sizeof socket->info));
        socket->has_info = TRUE;
        break;
      case INET_DIAG_CONG:
        g_strlcpy (socket->congestion, mnl_attr_get_str (attribute), sizeof socket->congestion);
        break;
      default:
        break;
      }
  }
}

static int
on_message (const struct nlmsghdr *message, void *data)
{
  Collector *collector = data;
  const struct inet_diag_msg *diag = mnl_nlmsg_get_payload (message);
  LabSocket socket = { .protocol = collector->protocol };

  if (mnl_nlmsg_get_payload_len (message) < sizeof *diag)
    return MNL_CB_OK;
  socket.family = diag->idiag_family;
  socket.state = diag->idiag_state;
  set_address (&socket.local, socket.family, diag->id.idiag_src, diag->id.idiag_sport,
               diag->id.idiag_if);
  set_address (&socket.remote, socket.family, diag->id.idiag_dst, diag->id.idiag_dport,
               diag->id.idiag_if);
  socket.local_port = ntohs (diag->id.idiag_sport);
  socket.remote_port = ntohs (diag->id.idiag_dport);
  socket.recv_q = diag->idiag_rqueue;
  socket.send_q = diag->idiag_wqueue;
  socket.timer = diag->idiag_timer;
  socket.timer_ms = diag->idiag_expires;
  socket.retransmits = diag->idiag_retrans;
  socket.uid = diag->idiag_uid;
  socket.inode = diag->idiag_inode;
  if (!is_wanted (collector->filter, &socket) || collector->sockets->len >= MOST_SOCKETS)
    return MNL_CB_OK;
  take_attributes (message, &socket);
  g_ptr_array_add (collector->sockets, g_memdup2 (&socket, sizeof socket));
  return MNL_CB_OK;
}

static gboolean
ask (LabDiag *diag, int family, int protocol, const LabSocketFilter *filter)
{
  char buffer[512];
  struct nlmsghdr *message = mnl_nlmsg_put_header (buffer);
  struct inet_diag_req_v2 *request = NULL;

  message->nlmsg_type = SOCK_DIAG_BY_FAMILY;
  message->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  message->nlmsg_seq = ++diag->sequence;
  request = mnl_nlmsg_put_extra_header (message, sizeof *request);
  request->sdiag_family = (guint8) family;
  request->sdiag_protocol = (guint8) protocol;
  request->idiag_states = filter->states != 0 ? filter->states : ~LAB_STATES_BOUND;
  if (filter->with_info && protocol == IPPROTO_TCP)
    request->idiag_ext = (1 << (INET_DIAG_INFO - 1)) | (1 << (INET_DIAG_CONG - 1));
  return mnl_socket_sendto (diag->netlink, message, message->nlmsg_len) >= 0;
}

/* One dump. -1 with errno; EINTR if the table changed meanwhile. */
static int
dump (LabDiag *diag, int family, Collector *collector)
{
  g_autofree char *piece = g_malloc (PIECE_BYTES);
  int more = MNL_CB_OK;

  if (!ask (diag, family, collector->protocol, collector->filter))
    return -1;
  while (more > MNL_CB_STOP)
    {
      ssize_t n = mnl_socket_recvfrom (diag->netlink, piece, PIECE_BYTES);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return -1;
      more = mnl_cb_run (piece, (size_t) n, diag->sequence, mnl_socket_get_portid (diag->netlink),
                         on_message, collector);
    }
  return more;
}

static gboolean
list (LabDiag *diag, int family, Collector *collector, GError **error)
{
  guint before = collector->sockets->len;

  for (int i = 0; i < TRIES; i++)
    {
      if (dump (diag, family, collector) == MNL_CB_STOP)
        return TRUE;
      if (errno == ENOENT) /* the kernel has no such protocol, so nobody has such a socket */
        return TRUE;
      g_ptr_array_set_size (collector->sockets, (int) before);
      if (errno != EINTR)
        break;
    }
  g_set_error (error, SAL_ERROR, SAL_EXIT_FAILED, _ ("the kernel does not list its sockets: %s"),
               g_strerror (errno));
  return FALSE;
}

/* Listeners first, then by addresses, so that two looks at the same can be compared. */
static int
compare (gconstpointer a, gconstpointer b)
{
  const LabSocket *left = *(const LabSocket *const *) a;
  const LabSocket *right = *(const LabSocket *const *) b;

  if (left->protocol != right->protocol)
    return left->protocol - right->protocol;
  if ((left->state == TCP_LISTEN) != (right->state == TCP_LISTEN))
    return left->state == TCP_LISTEN ? -1 : 1;
  if (left->local_port != right->local_port)
    return (int) left->local_port - right->local_port;
  if (left->remote_port != right->remote_port)
    return (int) left->remote_port - right->remote_port;
  return memcmp (&left->remote.storage, &right->remote.storage, sizeof left->remote.storage);
}

/**
 * lab_diag_list:
 *
 * Returns: (transfer full): of (owned) #LabSocket, listeners first; or %NULL with a
 * #SAL_ERROR. Who owns them is not looked up here.
 */
GPtrArray *
lab_diag_list (LabDiag *diag, const LabSocketFilter *filter, GError **error)
{
  g_autoptr (GPtrArray) sockets = g_ptr_array_new_with_free_func (g_free);
  const int families[] = { AF_INET, AF_INET6 };
  const int protocols[] = { IPPROTO_TCP, IPPROTO_UDP };
  const gboolean wanted[] = { filter->tcp, filter->udp };

  for (guint p = 0; p < G_N_ELEMENTS (protocols); p++)
    for (guint f = 0; wanted[p] && f < G_N_ELEMENTS (families); f++)
      {
        Collector collector = { .filter = filter, .protocol = protocols[p], .sockets = sockets };

        if (!list (diag, families[f], &collector, error))
          return NULL;
      }
  g_ptr_array_sort (sockets, compare);
  return g_steal_pointer (&sockets);
}

/**
 * lab_socket_state_name:
 *
 * Returns: (transfer none): as RFC 9293 has it; of a UDP socket, `UNCONN` or `CONNECTED`.
 */
const char *
lab_socket_state_name (const LabSocket *socket)
{
  if (socket->protocol == IPPROTO_UDP)
    return socket->state == TCP_ESTABLISHED ? "CONNECTED" : "UNCONN";
  return socket->state < (int) G_N_ELEMENTS (state_names) ? state_names[socket->state] : "?";
}

/**
 * lab_socket_parse_state:
 * @text: names of states with commas between them; case and dashes do not matter
 * @states: (out): 1 << state for each
 *
 * Returns: %FALSE with a #SAL_ERROR that lists the states.
 */
gboolean
lab_socket_parse_state (const char *text, guint32 *states, GError **error)
{
  g_auto (GStrv) words = g_strsplit (text, ",", -1);

  *states = 0;
  for (guint i = 0; words[i] != NULL; i++)
    {
      g_autofree char *word = g_ascii_strup (g_strstrip (words[i]), -1);
      guint32 found = 0;

      g_strdelimit (word, "_", '-');
      for (guint s = 1; s < G_N_ELEMENTS (state_names); s++)
        if (g_str_equal (word, state_names[s]))
          found |= 1u << s | (s == TCP_CLOSE ? LAB_STATES_BOUND : 0);
      if (found == 0)
        {
          g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
                       _ ("--state: “%s” is no state; states are LISTEN, SYN-SENT, SYN-RECEIVED, "
                          "ESTABLISHED, FIN-WAIT-1, FIN-WAIT-2, CLOSE-WAIT, CLOSING, LAST-ACK, "
                          "TIME-WAIT, CLOSED"),
                       words[i]);
          return FALSE;
        }
      *states |= found;
    }
  return TRUE;
}

/**
 * lab_socket_is_unaccepted:
 *
 * Returns: whether this is a connection that is there without anybody having called
 * accept() for it: the kernel opened it, and no process has a descriptor.
 */
gboolean
lab_socket_is_unaccepted (const LabSocket *socket)
{
  return socket->protocol == IPPROTO_TCP && socket->inode == 0 &&
         (socket->state == TCP_ESTABLISHED || socket->state == TCP_CLOSE_WAIT);
}

/**
 * lab_socket_is_own_peer:
 *
 * Returns: whether it is connected to itself: both ends are the same address and port.
 */
gboolean
lab_socket_is_own_peer (const LabSocket *socket)
{
  return socket->protocol == IPPROTO_TCP && socket->remote_port != 0 &&
         socket->local_port == socket->remote_port && same_host (&socket->local, &socket->remote);
}

/**
 * lab_socket_is_orphan:
 *
 * Returns: whether its process has closed it, or ended, and the kernel finishes the
 * connection alone.
 */
gboolean
lab_socket_is_orphan (const LabSocket *socket)
{
  return socket->protocol == IPPROTO_TCP && socket->inode == 0 &&
         (socket->state == TCP_FIN_WAIT1 || socket->state == TCP_FIN_WAIT2 ||
          socket->state == TCP_CLOSING || socket->state == TCP_LAST_ACK ||
          socket->state == TCP_TIME_WAIT);
}
