/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The socket calls of the bench, each with an error that names what was asked for, what
 * the kernel said (with its symbol, as the manual pages have it) and what can be done.
 * Plain system calls: what a student reads about in socket(7) is what happens here.
 */
#include "config.h"

#include "lab/bench/lab-net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "common/base/sal-error.h"
#include "common/base/sal-fd.h"
#include "common/base/sal-uri.h"

/* How long to leave accept() alone when there are no descriptors left: it would fail at
 * once, again and again. */
#define NO_DESCRIPTOR_PAUSE_MS 100

/**
 * lab_net_host:
 * @text: a host as people write it, an IPv6 address with or without brackets
 *
 * Returns: (transfer full): the host, without brackets.
 */
char *
lab_net_host (const char *text)
{
  gsize len = strlen (text);

  if (len > 2 && text[0] == '[' && text[len - 1] == ']')
    return g_strndup (text + 1, len - 2);
  return g_strdup (text);
}

/**
 * lab_endpoint_parse:
 * @text: an IPv4 or IPv6 address, no name; a link-local one may have its scope, `fe80::1%eth0`
 * @address: (out): with port 0
 *
 * Returns: whether @text is one.
 */
gboolean
lab_endpoint_parse (const char *text, LabEndpoint *address)
{
  const struct addrinfo hints = { .ai_family = AF_INET6,
                                  .ai_socktype = SOCK_STREAM,
                                  .ai_flags = AI_NUMERICHOST };
  struct sockaddr_in in = { .sin_family = AF_INET };
  struct addrinfo *found = NULL;
  g_autofree char *host = lab_net_host (text);

  memset (address, 0, sizeof *address);
  if (inet_pton (AF_INET, host, &in.sin_addr) == 1)
    {
      memcpy (&address->storage, &in, sizeof in);
      address->len = sizeof in;
    }
  else if (strchr (host, ':') != NULL && getaddrinfo (host, NULL, &hints, &found) == 0)
    {
      memcpy (&address->storage, found->ai_addr, found->ai_addrlen);
      address->len = found->ai_addrlen;
      freeaddrinfo (found);
    }
  return address->len > 0;
}

/* The kernel takes nearly everything for the name of an interface. */
static gboolean
is_printable (const char *name)
{
  while (g_ascii_isgraph (*name))
    name++;
  return *name == '\0';
}

/* An IPv6 address with the interface that it is of: a link-local one means nothing without
 * (RFC 4007). A name that would do something to a terminal is shown as its number. */
static void
format_ipv6 (const struct sockaddr_in6 *in6, char *text, gsize size)
{
  char name[IF_NAMESIZE] = "";
  gsize len = 0;

  inet_ntop (AF_INET6, &in6->sin6_addr, text, (socklen_t) size);
  if (in6->sin6_scope_id == 0 ||
      !(IN6_IS_ADDR_LINKLOCAL (&in6->sin6_addr) || IN6_IS_ADDR_MC_LINKLOCAL (&in6->sin6_addr)))
    return;
  len = strlen (text);
  if (if_indextoname (in6->sin6_scope_id, name) != NULL && is_printable (name))
    g_snprintf (text + len, size - len, "%%%s", name);
  else
    g_snprintf (text + len, size - len, "%%%u", in6->sin6_scope_id);
}

/**
 * lab_endpoint_format:
 *
 * Returns: (transfer full): `ADDRESS:PORT`, an IPv6 address in brackets, a link-local one with
 * its scope. An IPv4 client of an IPv6 socket is shown as what it is.
 */
char *
lab_endpoint_format (const LabEndpoint *address)
{
  char text[INET6_ADDRSTRLEN + 1 + IF_NAMESIZE] = "?";
  const struct sockaddr *any = (const struct sockaddr *) &address->storage;

  if (any->sa_family == AF_INET)
    {
      const struct sockaddr_in *in = (const struct sockaddr_in *) &address->storage;

      inet_ntop (AF_INET, &in->sin_addr, text, sizeof text);
      return sal_format_host_port (text, ntohs (in->sin_port));
    }
  if (any->sa_family == AF_INET6)
    {
      const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *) &address->storage;

      if (IN6_IS_ADDR_V4MAPPED (&in6->sin6_addr))
        inet_ntop (AF_INET, &in6->sin6_addr.s6_addr[12], text, sizeof text);
      else
        format_ipv6 (in6, text, sizeof text);
      return sal_format_host_port (text, ntohs (in6->sin6_port));
    }
  return g_strdup ("?");
}

/**
 * lab_endpoint_of_peer:
 * @address: (out): who is connected to @fd
 *
 * Returns: %FALSE if nobody is, any more.
 */
gboolean
lab_endpoint_of_peer (int fd, LabEndpoint *address)
{
  address->len = sizeof address->storage;
  return getpeername (fd, (struct sockaddr *) &address->storage, &address->len) == 0;
}

/**
 * lab_endpoint_of_socket:
 * @address: (out): the address that @fd is bound to
 */
gboolean
lab_endpoint_of_socket (int fd, LabEndpoint *address)
{
  address->len = sizeof address->storage;
  return getsockname (fd, (struct sockaddr *) &address->storage, &address->len) == 0;
}

/**
 * lab_net_is_connected_to_itself:
 * @fd: a connected socket
 *
 * A client on the same machine may be given the very port that it connects to, if nobody listens
 * there; then its SYN comes to itself, and both open at once (RFC 9293, 3.5). That is
 * nobody to talk to.
 *
 * Returns: whether it has happened. Closing @fd then sends a RST, so that no TIME-WAIT
 * keeps the port from whoever wants to listen.
 */
gboolean
lab_net_is_connected_to_itself (int fd)
{
  const struct linger linger = { .l_onoff = 1 };
  LabEndpoint ours = { 0 };
  LabEndpoint theirs = { 0 };

  if (!lab_endpoint_of_socket (fd, &ours) || !lab_endpoint_of_peer (fd, &theirs) ||
      ours.len != theirs.len || memcmp (&ours.storage, &theirs.storage, ours.len) != 0)
    return FALSE;
  (void) setsockopt (fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  return TRUE;
}

/**
 * lab_net_error_text:
 * @number: of errno
 *
 * Returns: (transfer full): words and symbol, as in `Connection refused (ECONNREFUSED)`.
 */
char *
lab_net_error_text (int number)
{
  const char *symbol = strerrorname_np (number);

  return g_strdup_printf ("%s (%s)", g_strerror (number), symbol != NULL ? symbol : "?");
}

static void
set_error (GError **error, int status, int number, const char *what)
{
  g_autofree char *text = lab_net_error_text (number);

  g_set_error (error, SAL_ERROR, status, "%s: %s", what, text);
}

/**
 * lab_net_parse_port:
 *
 * Returns: %FALSE with a #SAL_ERROR unless @text is a number from 1 to 65535.
 */
gboolean
lab_net_parse_port (const char *text, guint16 *port, GError **error)
{
  guint64 value = 0;

  if (!g_ascii_string_to_unsigned (text, 10, 1, 65535, &value, NULL))
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
                   _ ("“%s” is no port; ports are numbers from 1 to 65535"), text);
      return FALSE;
    }
  *port = (guint16) value;
  return TRUE;
}

/* Looks up a name or a literal address. */
static struct addrinfo *
look_up (const char *host, guint16 port, int flags, GError **error)
{
  struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = flags };
  struct addrinfo *found = NULL;
  char service[8];
  int code = 0;

  g_snprintf (service, sizeof service, "%u", port);
  code = getaddrinfo (host, service, &hints, &found);
  if (code == 0)
    return found;
  g_set_error (error, SAL_ERROR, SAL_EXIT_UNREACHABLE, _ ("there is no host “%s”: %s"), host,
               code == EAI_SYSTEM ? g_strerror (errno) : gai_strerror (code));
  return NULL;
}

/* Where there is no IPv6, the other wildcard. */
static gboolean
has_ipv6 (void)
{
  int fd = socket (AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (fd >= 0)
    close (fd);
  return fd >= 0;
}

/**
 * lab_net_parse_place:
 * @text: `PORT`, `ADDRESS:PORT` or `[ADDRESS]:PORT`; port 0 lets the kernel choose
 * @address: (out): every address of this machine if @text names none
 *
 * Returns: %FALSE with a #SAL_ERROR that names @text.
 */
gboolean
lab_net_parse_place (const char *text, LabEndpoint *address, GError **error)
{
  g_autoptr (SalUri) uri = NULL;
  struct addrinfo *found = NULL;
  gboolean only_port = *text != '\0' && strspn (text, "0123456789") == strlen (text);
  const char *colon = strrchr (text, ':');
  gboolean kernel_chooses = g_str_equal (only_port || colon == NULL ? text : colon + 1, "0");
  g_autofree char *host = NULL;
  guint16 port = 0;

  if (only_port)
    host = g_strdup (has_ipv6 () ? "::" : "0.0.0.0");
  else if (kernel_chooses && colon != NULL)
    {
      g_autofree char *written = g_strndup (text, (gsize) (colon - text));

      host = lab_net_host (written);
    }
  else
    {
      uri = sal_uri_parse_host_port (text, 0, NULL);
      if (uri == NULL || uri->port == 0)
        {
          g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
                       _ ("“%s” is no place to listen at; give a port, ADDRESS:PORT or "
                          "[ADDRESS]:PORT"),
                       text);
          return FALSE;
        }
      host = g_strdup (uri->host);
      port = uri->port;
    }
  if (only_port && !kernel_chooses && !lab_net_parse_port (text, &port, error))
    return FALSE;
  found = look_up (host, port, AI_PASSIVE, error);
  if (found == NULL)
    return FALSE;
  memcpy (&address->storage, found->ai_addr, found->ai_addrlen);
  address->len = found->ai_addrlen;
  freeaddrinfo (found);
  return TRUE;
}

/**
 * lab_net_set_maxseg:
 *
 * Asks for segments of at most @maxseg bytes (TCP_MAXSEG). Returns: %FALSE with a
 * #SAL_ERROR if the kernel does not take that.
 */
gboolean
lab_net_set_maxseg (int fd, int maxseg, GError **error)
{
  g_autofree char *text = NULL;

  if (maxseg == 0 || setsockopt (fd, IPPROTO_TCP, TCP_MAXSEG, &maxseg, sizeof maxseg) == 0)
    return TRUE;
  text = lab_net_error_text (errno);
  g_set_error (error, SAL_ERROR, SAL_EXIT_FAILED,
               _ ("the kernel takes no maximum segment size of %d: %s; Linux takes 88 to 32767"),
               maxseg, text);
  return FALSE;
}

/**
 * lab_net_open:
 *
 * socket(2), and the options of @options. Returns: a stream socket of the family of
 * @address, or -1 with a #SAL_ERROR.
 */
int
lab_net_open (LabEndpoint *address, const LabListenOptions *options, GError **error)
{
  int family = ((const struct sockaddr *) &address->storage)->sa_family;
  int fd = socket (family, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (fd < 0)
    {
      set_error (error, SAL_EXIT_UNREACHABLE, errno, _ ("cannot make a socket"));
      return -1;
    }
  if (family == AF_INET6)
    (void) setsockopt (fd, IPPROTO_IPV6, IPV6_V6ONLY, &(int){ 0 }, sizeof (int));
  if (options->reuse_address)
    (void) setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof (int));
  if (!lab_net_set_maxseg (fd, options->maxseg, error))
    sal_fd_close (&fd);
  return fd;
}

/**
 * lab_net_bind:
 * @address: (inout): port 0 becomes the port that the kernel chose
 *
 * bind(2). Returns: %FALSE with a #SAL_ERROR.
 */
gboolean
lab_net_bind (int fd, LabEndpoint *address, GError **error)
{
  g_autofree char *place = lab_endpoint_format (address);
  g_autofree char *text = NULL;
  int number = 0;

  if (bind (fd, (const struct sockaddr *) &address->storage, address->len) == 0)
    return lab_endpoint_of_socket (fd, address);
  number = errno;
  text = lab_net_error_text (number);
  if (number == EADDRINUSE)
    g_set_error (error, SAL_ERROR, SAL_EXIT_UNREACHABLE,
                 _ ("cannot bind to %s: %s; another program has the port, or a connection of an "
                    "earlier one is not over yet (salotto-lab sockets shows them; "
                    "--reuseaddr on helps against the latter)"),
                 place, text);
  else if (number == EACCES)
    g_set_error (error, SAL_ERROR, SAL_EXIT_UNREACHABLE,
                 _ ("cannot bind to %s: %s; ports below 1024 are for root"), place, text);
  else
    g_set_error (error, SAL_ERROR, SAL_EXIT_UNREACHABLE, _ ("cannot bind to %s: %s"), place, text);
  return FALSE;
}

/**
 * lab_net_listen:
 *
 * listen(2), the passive open. Returns: %FALSE with a #SAL_ERROR.
 */
gboolean
lab_net_listen (int fd, const LabEndpoint *address, int backlog, GError **error)
{
  g_autofree char *place = lab_endpoint_format (address);
  g_autofree char *text = NULL;

  if (listen (fd, backlog) == 0)
    return TRUE;
  text = lab_net_error_text (errno);
  g_set_error (error, SAL_ERROR, SAL_EXIT_UNREACHABLE, _ ("cannot listen on %s: %s"), place, text);
  return FALSE;
}

/**
 * lab_net_open_listener:
 * @bound: (out): where it listens, with the port that the kernel chose for 0
 *
 * socket(), bind() and listen(). Returns: the listening socket, or -1 with a #SAL_ERROR.
 */
int
lab_net_open_listener (const char *place,
                       const LabListenOptions *options,
                       LabEndpoint *bound,
                       GError **error)
{
  int fd = -1;

  if (!lab_net_parse_place (place, bound, error))
    return -1;
  fd = lab_net_open (bound, options, error);
  if (fd >= 0 &&
      (!lab_net_bind (fd, bound, error) || !lab_net_listen (fd, bound, options->backlog, error)))
    sal_fd_close (&fd);
  return fd;
}

/* Whether accept() has failed for the one that was to be accepted only: who has gone away,
 * or whose network has (accept(2), "Error handling"). */
static gboolean
is_about_the_client (int number)
{
  switch (number)
    {
    case EINTR:
    case ECONNABORTED:
    case EPROTO:
    case EPERM:
    case ENETDOWN:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case ENONET:
    case EHOSTUNREACH:
    case ENETUNREACH:
      return TRUE;
    default:
      return FALSE;
    }
}

/**
 * lab_net_accept:
 * @peer: (out): who it is
 *
 * The next client; waits for one if @listener blocks. One that has gone away in the queue is
 * passed over, and where descriptors have run out this waits a little and says so.
 *
 * Returns: a connected socket; -1 without an error if nobody can be accepted now (errno is
 * EAGAIN if there is nobody), and with a #SAL_ERROR if @listener can accept no more.
 */
int
lab_net_accept (int listener, LabEndpoint *peer, GError **error)
{
  int fd = -1;

  do
    {
      peer->len = sizeof peer->storage;
      fd = accept4 (listener, (struct sockaddr *) &peer->storage, &peer->len, SOCK_CLOEXEC);
      if (fd >= 0)
        return fd;
    }
  while (is_about_the_client (errno));
  if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
    {
      int number = errno;
      g_autofree char *text = lab_net_error_text (number);

      g_printerr (_ ("salotto-lab: clients have to wait: %s\n"), text);
      (void) poll (NULL, 0, NO_DESCRIPTOR_PAUSE_MS);
      errno = number;
    }
  else if (errno != EAGAIN)
    set_error (error, SAL_EXIT_FAILED, errno, _ ("cannot accept"));
  return -1;
}

/* Waits until a connection that is being opened is there, or is not. */
static int
wait_for_connection (int fd, int timeout_ms)
{
  struct pollfd poll_fd = { .fd = fd, .events = POLLOUT };
  int number = 0;
  int n = 0;

  do
    n = poll (&poll_fd, 1, timeout_ms > 0 ? timeout_ms : -1);
  while (n < 0 && errno == EINTR);
  if (n == 0)
    return ETIMEDOUT;
  if (n < 0 || getsockopt (fd, SOL_SOCKET, SO_ERROR, &number, &(socklen_t){ sizeof number }) < 0)
    return errno;
  return number;
}

static int
connect_to (const struct addrinfo *to, int maxseg, int timeout_ms, int *number, GError **error)
{
  int fd = socket (to->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

  *number = fd < 0 ? errno : 0;
  if (fd >= 0 && !lab_net_set_maxseg (fd, maxseg, error))
    {
      sal_fd_close (&fd);
      return -1;
    }
  if (fd >= 0 && connect (fd, to->ai_addr, to->ai_addrlen) < 0)
    *number = errno == EINPROGRESS ? wait_for_connection (fd, timeout_ms) : errno;
  if (*number == 0 && lab_net_is_connected_to_itself (fd))
    *number = ECONNREFUSED;
  if (*number != 0)
    sal_fd_close (&fd);
  else
    fcntl (fd, F_SETFL, fcntl (fd, F_GETFL) & ~O_NONBLOCK);
  return fd;
}

/**
 * lab_net_connect:
 * @host: a name or an address
 * @maxseg: 0, or the largest segment to send and to ask for
 * @timeout_ms: 0: as long as the kernel tries
 * @reached: (out): the address that answered
 *
 * The active open, to each address of @host in turn.
 *
 * Returns: a connected blocking socket, or -1 with a #SAL_ERROR that is about the last
 * address.
 */
int
lab_net_connect (const char *host,
                 guint16 port,
                 int maxseg,
                 int timeout_ms,
                 LabEndpoint *reached,
                 GError **error)
{
  g_autofree char *name = lab_net_host (host);
  struct addrinfo *found = look_up (name, port, 0, error);
  g_autoptr (GError) option_error = NULL;
  g_autofree char *place = NULL;
  g_autofree char *text = NULL;
  int number = EADDRNOTAVAIL;
  int fd = -1;

  if (found == NULL)
    return -1;
  for (struct addrinfo *to = found; to != NULL && fd < 0 && option_error == NULL; to = to->ai_next)
    {
      memcpy (&reached->storage, to->ai_addr, to->ai_addrlen);
      reached->len = to->ai_addrlen;
      fd = connect_to (to, maxseg, timeout_ms, &number, &option_error);
    }
  freeaddrinfo (found);
  if (fd >= 0)
    return fd;
  if (option_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&option_error));
      return -1;
    }
  place = lab_endpoint_format (reached);
  text = lab_net_error_text (number);
  g_set_error (error, SAL_ERROR,
               number == ETIMEDOUT && timeout_ms > 0 ? SAL_EXIT_TIMEOUT : SAL_EXIT_UNREACHABLE,
               _ ("cannot connect to %s: %s"), place, text);
  return -1;
}

/**
 * lab_net_send_all_by:
 * @deadline_us: monotonic; %G_MAXINT64 for no end
 *
 * Sends all of @bytes on a socket, blocking or not, without the signal that a peer who has
 * gone would cause. Returns: %FALSE with errno set; ETIMEDOUT if the peer took too little of
 * it in time.
 */
gboolean
lab_net_send_all_by (int fd, const void *bytes, gsize len, gint64 deadline_us)
{
  const char *at = bytes;

  while (len > 0)
    {
      ssize_t n = send (fd, at, len, MSG_NOSIGNAL | MSG_DONTWAIT);
      gint64 left_ms = (deadline_us - g_get_monotonic_time ()) / 1000 + 1;

      if (n >= 0)
        {
          at += n;
          len -= (gsize) n;
          continue;
        }
      if (errno != EAGAIN && errno != EINTR)
        return FALSE;
      if (left_ms <= 0)
        {
          errno = ETIMEDOUT;
          return FALSE;
        }
      (void) poll (&(struct pollfd){ .fd = fd, .events = POLLOUT }, 1,
                   deadline_us == G_MAXINT64 ? -1 : (int) MIN (left_ms, G_MAXINT));
    }
  return TRUE;
}

/**
 * lab_net_send_all:
 *
 * lab_net_send_all_by() without an end.
 */
gboolean
lab_net_send_all (int fd, const void *bytes, gsize len)
{
  return lab_net_send_all_by (fd, bytes, len, G_MAXINT64);
}
