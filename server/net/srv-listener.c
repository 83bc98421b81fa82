/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One listening socket: opened, closed, opened again on the same port, or inherited
 * from systemd. It accepts and hands on; whom to let in is decided elsewhere.
 *
 * A process that is out of descriptors cannot accept, and cannot refuse either: the
 * connection stays in the queue and the socket stays readable, for ever. A spare
 * descriptor is kept for that moment: given up, it lets one newcomer be accepted,
 * told, and closed.
 */
#include "config.h"

#include "server/net/srv-listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/base/sal-container.h"
#include "common/base/sal-error.h"
#include "common/base/sal-fd.h"
#include "common/base/sal-limits.h"

/* How many are accepted in one turn, so that a storm does not hold the room. */
#define ACCEPTS_A_TURN 64

/* How long to leave a queue alone that cannot be served. */
#define PAUSE_US (100 * 1000)

/* How long the kernel waits for a machine that is gone: a minute of silence, and then for the
 * answer to four questions; or, where something is on its way, for its acknowledgement. Where the
 * kernel is told of a longer wait (TCP_USER_TIMEOUT), that holds for both. */
#define GONE_S 120
#define LATER_THAN_WE_S 30
#define SILENCE_S 60
#define QUESTIONS 4

struct _SrvListener
{
  SrvWatch watch; /* first: ready() casts back */
  SrvDeadline pause;
  guint pause_queue;
  const SalUri *uri; /* (unowned) */
  SrvReactor *reactor;
  SrvAcceptFunc accept;
  SrvRefuseFunc refuse;
  gpointer data;
  int fd;       /* -1: closed */
  int spare_fd; /* -1: it is needed right now */
  int backlog;
  int patience_ms; /* how long the kernel waits for who is gone */
  gboolean inherited;
  guint16 real_port; /* 0 until bound */
  char *name;        /* (owned): as the ready line says it */
};

static void on_readable (SrvWatch *watch, guint32 events);

/**
 * srv_listener_new:
 * @uri: (transfer none): where to listen; must outlive the listener
 * @pause_queue: the reactor's queue for srv_listener_resume()
 * @accept: (transfer none): called with @data for each newcomer
 * @refuse: (transfer none): called with @data for each that finds no descriptor
 *
 * Returns: (transfer full): a listener that is not open yet.
 */
SrvListener *
srv_listener_new (const SalUri *uri,
                  SrvReactor *reactor,
                  guint pause_queue,
                  SrvAcceptFunc accept,
                  SrvRefuseFunc refuse,
                  gpointer data)
{
  SrvListener *listener = g_new0 (SrvListener, 1);

  listener->watch = (SrvWatch){ .fd = -1, .ready = on_readable };
  listener->pause_queue = pause_queue;
  listener->uri = uri;
  listener->reactor = reactor;
  listener->accept = accept;
  listener->refuse = refuse;
  listener->data = data;
  listener->fd = -1;
  listener->patience_ms = GONE_S * 1000;
  listener->spare_fd = open ("/dev/null", O_RDONLY | O_CLOEXEC);
  return listener;
}

/**
 * srv_listener_free:
 * @listener: (nullable) (transfer full): closed first if it is open
 */
void
srv_listener_free (SrvListener *listener)
{
  if (listener == NULL)
    return;
  listener->inherited = FALSE;
  srv_listener_close (listener);
  srv_reactor_disarm (listener->reactor, &listener->pause);
  sal_fd_close (&listener->spare_fd);
  g_free (listener->name);
  g_free (listener);
}

static gboolean
fail (const SrvListener *listener, const char *what, GError **error)
{
  int saved = errno;

  /* TRANSLATORS: where, what was tried, what the system said */
  g_set_error (error, SAL_ERROR, SAL_EXIT_UNREACHABLE, _ ("cannot listen on %s: %s: %s%s"),
               listener->name, what, g_strerror (saved),
               saved == EADDRINUSE ? _ (" (is another server running there?)")
               : saved == EACCES   ? _ (" (ports below 1024 need a privilege)")
                                   : "");
  return FALSE;
}

/* Options that a connection inherits from its listening socket, so that they cost
 * nothing per connection. */
static void
set_inherited_options (const SrvListener *listener, int fd)
{
  const struct
  {
    int level, name, value;
  } options[] = {
    { SOL_SOCKET, SO_KEEPALIVE, 1 },
    { IPPROTO_TCP, TCP_NODELAY, 1 },
    { IPPROTO_TCP, TCP_KEEPIDLE, SILENCE_S },
    { IPPROTO_TCP, TCP_KEEPINTVL, (GONE_S - SILENCE_S) / QUESTIONS },
    { IPPROTO_TCP, TCP_KEEPCNT, QUESTIONS },
    { IPPROTO_TCP, TCP_USER_TIMEOUT, listener->patience_ms },
    { IPPROTO_TCP, TCP_LINGER2, 2 }, /* S23 */
    { IPPROTO_TCP, TCP_NOTSENT_LOWAT, SAL_KERNEL_UNSENT_BYTES },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (options); i++)
    (void) setsockopt (fd, options[i].level, options[i].name, &options[i].value, sizeof (int));
}

static char *
describe (const SrvListener *listener, const char *host, guint16 port)
{
  if (listener->uri->scheme == SAL_SCHEME_UNIX)
    return g_strconcat ("unix://", listener->uri->path, NULL);
  return sal_format_host_port (host, port);
}

/* Take the real address from the socket: the port may have been left to the kernel. */
static void
learn_name (SrvListener *listener)
{
  struct sockaddr_storage bound = { 0 };
  socklen_t len = sizeof bound - 1; /* a path may come without its end */
  const struct sockaddr_un *un = (const struct sockaddr_un *) &bound;
  SrvAddress address;
  g_autofree char *host = NULL;

  if (getsockname (listener->fd, (struct sockaddr *) &bound, &len) < 0)
    return;
  address = srv_address_from_sockaddr (&bound);
  host = srv_address_host (&address);
  listener->real_port = address.port;
  g_free (listener->name);
  listener->name = bound.ss_family == AF_UNIX ? g_strconcat ("unix://", un->sun_path, NULL)
                                              : sal_format_host_port (host, address.port);
}

static gboolean
start (SrvListener *listener, GError **error)
{
  if (listen (listener->fd, listener->backlog) < 0)
    return fail (listener, "listen", error);
  learn_name (listener);
  if (!srv_reactor_add (listener->reactor, &listener->watch, listener->fd, EPOLLIN))
    return fail (listener, "epoll", error);
  return TRUE;
}

static gboolean
bind_inet (SrvListener *listener, const struct addrinfo *info, GError **error)
{
  int one = 1;
  int zero = 0;

  listener->fd = socket (info->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (listener->fd < 0)
    return fail (listener, "socket", error);
  (void) setsockopt (listener->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (info->ai_family == AF_INET6)
    (void) setsockopt (listener->fd, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof zero);
  set_inherited_options (listener, listener->fd);
  if (bind (listener->fd, info->ai_addr, info->ai_addrlen) < 0)
    return fail (listener, "bind", error);
  return TRUE;
}

static gboolean
open_inet (SrvListener *listener, GError **error)
{
  const SalUri *uri = listener->uri;
  guint16 port = listener->real_port != 0 ? listener->real_port : uri->port;
  g_autofree char *service = g_strdup_printf ("%u", port);
  struct addrinfo hints = { .ai_flags = AI_PASSIVE | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM };
  struct addrinfo *infos = NULL;
  const char *host = uri->host != NULL ? uri->host : "::";
  gboolean ok = FALSE;
  int code = 0;

  g_free (listener->name);
  listener->name = describe (listener, host, port);

  code = getaddrinfo (host, service, &hints, &infos);
  if (code != 0)
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_UNREACHABLE, _ ("cannot listen on %s: %s"),
                   listener->name, gai_strerror (code));
      return FALSE;
    }
  ok = bind_inet (listener, infos, error);
  freeaddrinfo (infos);

  /* No IPv6 on this machine: then every address means every IPv4 address. */
  if (!ok && uri->host == NULL && listener->fd < 0 && errno == EAFNOSUPPORT)
    {
      struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons (port) };
      struct addrinfo info = { .ai_family = AF_INET,
                               .ai_addr = (struct sockaddr *) &any,
                               .ai_addrlen = sizeof any };
      g_clear_error (error);
      g_free (listener->name);
      listener->name = describe (listener, "0.0.0.0", port);
      ok = bind_inet (listener, &info, error);
    }
  return ok;
}

/* A socket file that a server left behind when it was killed refuses connections;
 * one that is in use does not. */
static gboolean
is_stale (const struct sockaddr_un *address)
{
  struct stat info;
  int fd = -1;
  gboolean stale = FALSE;

  if (lstat (address->sun_path, &info) < 0 || !S_ISSOCK (info.st_mode))
    return FALSE;
  fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  stale = fd >= 0 && connect (fd, (const struct sockaddr *) address, sizeof *address) < 0 &&
          errno == ECONNREFUSED;
  sal_fd_close (&fd);
  return stale;
}

static gboolean
open_unix (SrvListener *listener, GError **error)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };

  g_free (listener->name);
  listener->name = describe (listener, NULL, 0);
  if (strlen (listener->uri->path) >= sizeof address.sun_path)
    {
      errno = ENAMETOOLONG;
      return fail (listener, "bind", error);
    }
  strcpy (address.sun_path, listener->uri->path);
  if (is_stale (&address))
    (void) unlink (address.sun_path);

  listener->fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (listener->fd < 0)
    return fail (listener, "socket", error);
  if (bind (listener->fd, (struct sockaddr *) &address, sizeof address) < 0)
    return fail (listener, "bind", error);
  return TRUE;
}

/**
 * srv_listener_open:
 * @backlog: how many may wait to be accepted
 *
 * Binds and listens. Opened again, it takes the port it had before, also where the
 * kernel had chosen it.
 *
 * Returns: %FALSE with a #SAL_ERROR that names the address; then nothing is open.
 */
gboolean
srv_listener_open (SrvListener *listener, int backlog, GError **error)
{
  g_return_val_if_fail (listener->fd < 0, FALSE);

  listener->backlog = backlog;
  if ((listener->uri->scheme == SAL_SCHEME_UNIX ? open_unix : open_inet) (listener, error) &&
      start (listener, error))
    return TRUE;
  sal_fd_close (&listener->fd);
  return FALSE;
}

/**
 * srv_listener_adopt:
 * @fd: (transfer full): a listening socket that systemd has opened
 *
 * Returns: %FALSE with a #SAL_ERROR if it cannot be used; it is closed then.
 */
gboolean
srv_listener_adopt (SrvListener *listener, int fd, GError **error)
{
  listener->inherited = TRUE;
  listener->backlog = SOMAXCONN;
  listener->fd = fd;
  listener->name = describe (listener, "inherited", 0);
  (void) fcntl (fd, F_SETFL, fcntl (fd, F_GETFL) | O_NONBLOCK);
  set_inherited_options (listener, fd);
  if (start (listener, error))
    return TRUE;
  sal_fd_close (&listener->fd);
  return FALSE;
}

/**
 * srv_listener_set_patience:
 * @stall_s: how long a connection may take nothing, in seconds
 *
 * For those who come from now on, also where it is opened later: how long the kernel waits for a machine that acknowledges nothing
 * (TCP_USER_TIMEOUT), or says again and again that it has no room. It says nothing to them, so it
 * is to be later than we are, who give a reason. But its time begins when the peer has no room, and
 * ours when the kernel here has none either.
 */
void
srv_listener_set_patience (SrvListener *listener, guint stall_s)
{
  listener->patience_ms = (int) MAX (stall_s + LATER_THAN_WE_S, GONE_S) * 1000;
  if (listener->fd >= 0)
    (void) setsockopt (listener->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &listener->patience_ms,
                       sizeof listener->patience_ms);
}

/* Out of descriptors: use the spare one to tell the newcomer so. Returns FALSE if
 * even that fails, and then the queue must be left alone for a while. */
static gboolean
refuse_one (SrvListener *listener)
{
  int fd = -1;

  sal_fd_close (&listener->spare_fd);
  fd = accept4 (listener->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd >= 0)
    {
      listener->refuse (listener, fd, listener->data);
      sal_fd_close (&fd);
    }
  listener->spare_fd = open ("/dev/null", O_RDONLY | O_CLOEXEC);
  return listener->spare_fd >= 0;
}

/* Returns FALSE when the queue is empty or cannot be served now. */
static gboolean
accept_one (SrvListener *listener)
{
  struct sockaddr_storage sockaddr = { 0 };
  socklen_t len = sizeof sockaddr;
  SrvAddress peer;
  int fd =
      accept4 (listener->fd, (struct sockaddr *) &sockaddr, &len, SOCK_CLOEXEC | SOCK_NONBLOCK);

  if (fd >= 0)
    {
      srv_reactor_note_newcomer (listener->reactor);
      peer = srv_address_from_sockaddr (&sockaddr);
      listener->accept (listener, fd, &peer, listener->data);
      return TRUE;
    }
  switch (errno)
    {
    case EAGAIN:
      return FALSE;
    case EMFILE:
    case ENFILE:
      if (refuse_one (listener))
        return TRUE;
      break;
    case ENOBUFS:
    case ENOMEM:
      break;
    default:
      return TRUE; /* that connection had died in the queue; accept(2) */
    }
  srv_reactor_remove (listener->reactor, &listener->watch);
  srv_reactor_arm (listener->reactor, &listener->pause, listener->pause_queue, PAUSE_US);
  return FALSE;
}

static void
on_readable (SrvWatch *watch, guint32 events)
{
  SrvListener *listener = (SrvListener *) watch;

  for (int i = 0; i < ACCEPTS_A_TURN && accept_one (listener); i++)
    ;
}

/**
 * srv_listener_resume:
 * @pause: the deadline that was due in the queue given at construction
 *
 * Tries again after a pause.
 */
void
srv_listener_resume (SrvDeadline *pause)
{
  SrvListener *listener = sal_container_of (pause, SrvListener, pause);

  if (listener->spare_fd < 0)
    listener->spare_fd = open ("/dev/null", O_RDONLY | O_CLOEXEC);
  if (listener->fd >= 0)
    (void) srv_reactor_add (listener->reactor, &listener->watch, listener->fd, EPOLLIN);
}

/**
 * srv_listener_close:
 *
 * Accepts what is already in the queue, then closes the socket: newcomers are
 * refused by the kernel (S26). An inherited socket cannot be opened again, so it
 * stays open, and the caller turns newcomers away.
 */
void
srv_listener_close (SrvListener *listener)
{
  if (listener->fd < 0 || listener->inherited)
    return;
  for (int i = 0; i <= listener->backlog && accept_one (listener); i++)
    ;
  srv_reactor_disarm (listener->reactor, &listener->pause);
  srv_reactor_remove (listener->reactor, &listener->watch);
  sal_fd_close (&listener->fd);
  if (listener->uri->scheme == SAL_SCHEME_UNIX)
    (void) unlink (listener->uri->path);
}

/**
 * srv_listener_is_open:
 */
gboolean
srv_listener_is_open (const SrvListener *listener)
{
  return listener->fd >= 0;
}

/**
 * srv_listener_is_inherited:
 */
gboolean
srv_listener_is_inherited (const SrvListener *listener)
{
  return listener->inherited;
}

/**
 * srv_listener_is_wildcard:
 *
 * Returns: whether it listens on every address of the machine.
 */
gboolean
srv_listener_is_wildcard (const SrvListener *listener)
{
  return g_str_has_prefix (listener->name, "[::]:") ||
         g_str_has_prefix (listener->name, "0.0.0.0:");
}

/**
 * srv_listener_get_uri:
 *
 * Returns: (transfer none): what it was made from.
 */
const SalUri *
srv_listener_get_uri (const SrvListener *listener)
{
  return listener->uri;
}

/**
 * srv_listener_get_name:
 *
 * Returns: (transfer none): `ADDR:PORT` with the real port, or `unix:///path`.
 */
const char *
srv_listener_get_name (const SrvListener *listener)
{
  return listener->name;
}

/**
 * srv_listener_get_port:
 *
 * Returns: the port it listens on; 0 if it was never open, or has none.
 */
guint16
srv_listener_get_port (const SrvListener *listener)
{
  return listener->real_port;
}
