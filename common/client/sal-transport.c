/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A client's connection, over TCP, TLS or a unix socket: GIO finds and connects the peer,
 * then bytes go to and fro in the main loop. It knows sockets and nothing of chat; whom
 * to trust is in sal-tls.c.
 */
#include "config.h"

#include "common/client/sal-transport.h"

#include <errno.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gi18n-lib.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "common/base/sal-error.h"
#include "common/base/sal-limits.h"

#define READ_BYTES 16384

struct _SalTransport
{
  GObject parent;
  GSocketConnection *connection; /* (owned) */
  GSocket *socket;               /* (unowned): of the connection */
  SalTls *tls;                   /* (owned) (nullable): what lies between them and us */
  SalTransportOptions options;
  const SalTransportHooks *hooks; /* (unowned) */
  gpointer data;
  GQueue unsent;   /* of GBytes (owned): each one send */
  GSource *input;  /* (owned) (nullable) */
  GSource *output; /* (owned) (nullable): waits until it can be sent */
  guint delay;     /* of the main loop: waits until it may be sent */
  guint failures;  /* in a row (C7) */
  GError *lost;    /* (owned) (nullable): why nothing can be sent any more */
  gboolean shut;   /* ... which is that the peer had closed before */
  gboolean end_when_sent;
  gboolean closed;
};

G_DEFINE_FINAL_TYPE (SalTransport, sal_transport, G_TYPE_OBJECT)

static void send_unsent (SalTransport *transport);

static void
clear_source (GSource **source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
sal_transport_dispose (GObject *object)
{
  SalTransport *transport = SAL_TRANSPORT (object);

  sal_transport_close (transport);
  g_clear_pointer (&transport->tls, sal_tls_free);
  g_clear_error (&transport->lost);
  g_clear_object (&transport->connection);
  G_OBJECT_CLASS (sal_transport_parent_class)->dispose (object);
}

static void
sal_transport_class_init (SalTransportClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sal_transport_dispose;
}

static void
sal_transport_init (SalTransport *transport)
{
  g_queue_init (&transport->unsent);
}

/* A reset and a timeout are the end, and so is everything that TLS complains about; of
 * anything else three in a row are (C7). */
static gboolean
is_end (SalTransport *transport, const GError *error)
{
  transport->failures++;
  return error->domain == G_TLS_ERROR ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED) ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED) ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT) ||
         transport->failures >= SAL_ERRORS_IN_A_ROW;
}

static void
break_off (SalTransport *transport, const GError *error)
{
  g_autoptr (SalTransport) keep G_GNUC_UNUSED = g_object_ref (transport);

  if (transport->closed)
    return;
  sal_transport_close (transport);
  transport->hooks->broken (error, transport->data);
}

/* The peer's FIN; or, when sending had failed before and took the kernel's error with
 * it, the end of what had come until then. */
static void
note_end (SalTransport *transport)
{
  clear_source (&transport->input);
  if (transport->lost != NULL && !transport->shut)
    break_off (transport, transport->lost);
  else
    transport->hooks->ended (transport->data);
}

static void
note_failed_read (SalTransport *transport, const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    {
      if (transport->lost != NULL)
        break_off (transport, transport->lost);
    }
  else if (is_end (transport, error))
    break_off (transport, error);
}

static void
read_some (SalTransport *transport)
{
  g_autoptr (GError) error = NULL;
  guint8 bytes[READ_BYTES];
  gssize n = transport->tls != NULL
                 ? sal_tls_read (transport->tls, bytes, sizeof bytes, &error)
                 : g_socket_receive (transport->socket, (char *) bytes, sizeof bytes, NULL, &error);

  if (n < 0)
    {
      note_failed_read (transport, error);
      return;
    }
  transport->failures = 0;
  if (n > 0)
    transport->hooks->received (bytes, (gsize) n, transport->data);
  else
    note_end (transport);
}

static gboolean
read_ready (SalTransport *transport)
{
  g_autoptr (SalTransport) keep G_GNUC_UNUSED = g_object_ref (transport);

  read_some (transport);
  return G_SOURCE_CONTINUE; /* whoever is through with reading destroys the source */
}

static gboolean
on_rest (gpointer data)
{
  return read_ready (data);
}

/* Nothing can be sent any more. What had come before is still read (C5), as far as it
 * has come: a peer that cannot be sent to is not waited for. */
static void
lose (SalTransport *transport, const GError *error)
{
  if (transport->input == NULL)
    {
      break_off (transport, error);
      return;
    }
  transport->lost = g_error_copy (error);
  g_queue_clear_full (&transport->unsent, (GDestroyNotify) g_bytes_unref);
  clear_source (&transport->input);
  transport->input = g_idle_source_new ();
  g_source_set_callback (transport->input, on_rest, transport, NULL);
  g_source_attach (transport->input, g_main_context_get_thread_default ());
}

static gboolean
write_ready (SalTransport *transport)
{
  clear_source (&transport->output);
  send_unsent (transport);
  return G_SOURCE_REMOVE;
}

static gboolean
on_readable (GSocket *socket, GIOCondition condition, gpointer data)
{
  return read_ready (data);
}

static gboolean
on_writable (GSocket *socket, GIOCondition condition, gpointer data)
{
  return write_ready (data);
}

static gboolean
on_tls_readable (GObject *stream, gpointer data)
{
  return read_ready (data);
}

static gboolean
on_tls_writable (GObject *stream, gpointer data)
{
  return write_ready (data);
}

static gboolean
on_delay (gpointer data)
{
  SalTransport *transport = data;

  transport->delay = 0;
  send_unsent (transport);
  return G_SOURCE_REMOVE;
}

static GSource *
watch (SalTransport *transport, GIOCondition condition)
{
  gboolean in = condition == G_IO_IN;
  GSource *source = transport->tls != NULL
                        ? sal_tls_create_source (transport->tls, condition)
                        : g_socket_create_source (transport->socket, condition, NULL);

  /* A server that never stops talking must not keep a window from being painted, nor a
   * person from typing: those come first. */
  if (in)
    g_source_set_priority (source, G_PRIORITY_DEFAULT_IDLE);
  if (transport->tls != NULL)
    g_source_set_callback (source, G_SOURCE_FUNC (in ? on_tls_readable : on_tls_writable),
                           transport, NULL);
  else
    g_source_set_callback (source, G_SOURCE_FUNC (in ? on_readable : on_writable), transport, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
  return source;
}

/* GIO has one code for a reset (ECONNRESET) and for a door that was closed before
 * (EPIPE), so that this is not left to it. */
static gssize
send_some (SalTransport *transport, const void *bytes, gsize len, GError **error)
{
  int fd = g_socket_get_fd (transport->socket);
  gssize n = 0;

  if (transport->tls != NULL)
    return sal_tls_write (transport->tls, bytes, len, error);
  do
    n = send (fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL);
  while (n < 0 && errno == EINTR);
  if (n < 0)
    {
      transport->shut = errno == EPIPE;
      g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (errno), g_strerror (errno));
    }
  return n;
}

static void
send_unsent (SalTransport *transport)
{
  while (!transport->closed && transport->lost == NULL && transport->output == NULL &&
         transport->delay == 0)
    {
      GBytes *bytes = g_queue_peek_head (&transport->unsent);
      g_autoptr (GError) error = NULL;
      gsize len = 0;
      const char *start = NULL;
      gssize n = 0;

      if (bytes == NULL)
        break;
      start = g_bytes_get_data (bytes, &len);
      n = send_some (transport, start, len, &error);
      if (n < 0)
        {
          if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK) &&
              is_end (transport, error))
            lose (transport, error);
          else
            transport->output = watch (transport, G_IO_OUT);
          return;
        }
      transport->failures = 0;
      g_queue_pop_head (&transport->unsent);
      if ((gsize) n < len)
        g_queue_push_head (&transport->unsent,
                           g_bytes_new_from_bytes (bytes, (gsize) n, len - (gsize) n));
      g_bytes_unref (bytes);
      if (transport->options.delay_ms > 0 && !g_queue_is_empty (&transport->unsent))
        transport->delay = g_timeout_add (transport->options.delay_ms, on_delay, transport);
    }
  if (transport->end_when_sent && g_queue_is_empty (&transport->unsent) && !transport->closed &&
      transport->lost == NULL)
    {
      transport->end_when_sent = FALSE;
      if (transport->tls != NULL)
        sal_tls_end_writing (transport->tls);
      else
        (void) g_socket_shutdown (transport->socket, FALSE, TRUE, NULL);
    }
}

/* Connecting. */

typedef struct
{
  SalTransportOptions options;
  const SalTransportHooks *hooks;
  gpointer data;
  char *where;            /* (owned) */
  SalUri *uri;            /* (owned) (nullable): with TLS */
  SalTlsDetails *refused; /* (owned) (nullable) */
} Connect;

static void
connect_free (gpointer data)
{
  Connect *connect = data;

  g_free (connect->where);
  sal_uri_free (connect->uri);
  sal_tls_details_free (connect->refused);
  g_free (connect);
}

/* Before the SYN: the segment size is agreed on with it. */
static void
on_connect_event (GSocketClient *client,
                  GSocketClientEvent event,
                  GSocketConnectable *connectable,
                  GIOStream *connection,
                  gpointer data)
{
  Connect *connect = data;

  if (event == G_SOCKET_CLIENT_CONNECTING && connect->options.maxseg > 0)
    (void) g_socket_set_option (g_socket_connection_get_socket (G_SOCKET_CONNECTION (connection)),
                                IPPROTO_TCP, TCP_MAXSEG, (int) connect->options.maxseg, NULL);
}

static void
set_options (GSocket *socket)
{
  g_socket_set_blocking (socket, FALSE);
  g_socket_set_keepalive (socket, TRUE);
  (void) g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
  (void) g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPIDLE, 30, NULL);
  (void) g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPINTVL, 10, NULL);
  (void) g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPCNT, 3, NULL);
  (void) g_socket_set_option (socket, IPPROTO_TCP, TCP_USER_TIMEOUT, 60000, NULL);
}

static SalTransport *
transport_new (GSocketConnection *connection,
               SalTls *tls,
               const SalTransportOptions *options,
               const SalTransportHooks *hooks,
               gpointer data)
{
  SalTransport *transport = g_object_new (SAL_TYPE_TRANSPORT, NULL);

  transport->tls = tls;
  transport->connection = g_object_ref (connection);
  transport->socket = g_socket_connection_get_socket (connection);
  transport->options = *options;
  transport->hooks = hooks;
  transport->data = data;
  set_options (transport->socket);
  transport->input = watch (transport, G_IO_IN);
  return transport;
}

/**
 * sal_transport_new:
 * @connection: (transfer none): a connection, made or accepted; not encrypted
 * @options: how to send
 * @hooks: (transfer none): called with @data
 *
 * Returns: (transfer full): a transport that listens already.
 */
SalTransport *
sal_transport_new (GSocketConnection *connection,
                   const SalTransportOptions *options,
                   const SalTransportHooks *hooks,
                   gpointer data)
{
  return transport_new (connection, NULL, options, hooks, data);
}

/* What the kernel said, without the host that GIO puts before some of it. */
static const char *
reason (const GError *error)
{
  static const struct
  {
    int code;
    int number;
  } numbers[] = {
    { G_IO_ERROR_CONNECTION_REFUSED, ECONNREFUSED },
    { G_IO_ERROR_HOST_UNREACHABLE, EHOSTUNREACH },
    { G_IO_ERROR_NETWORK_UNREACHABLE, ENETUNREACH },
    { G_IO_ERROR_TIMED_OUT, ETIMEDOUT },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    if (g_error_matches (error, G_IO_ERROR, numbers[i].code))
      return g_strerror (numbers[i].number);
  return error->message;
}

static void
fail_late (GTask *task)
{
  Connect *connect = g_task_get_task_data (task);

  g_task_return_new_error (task, SAL_ERROR, SAL_EXIT_TIMEOUT, _ ("%s does not answer"),
                           connect->where);
}

static void
on_tls_ready (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Connect *connect = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  GSocketConnection *connection = NULL;
  SalTls *tls = sal_tls_connect_finish (result, &connection, &error);
  g_autoptr (GSocketConnection) owned = connection;

  g_task_set_check_cancellable (task, FALSE);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    fail_late (task);
  else if (tls == NULL)
    {
      connect->refused = sal_tls_steal_refused (result);
      g_task_return_error (task, g_steal_pointer (&error));
    }
  else
    g_task_return_pointer (
        task, transport_new (owned, tls, &connect->options, connect->hooks, connect->data),
        g_object_unref);
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Connect *connect = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketConnection) connection =
      g_socket_client_connect_finish (G_SOCKET_CLIENT (source), result, &error);

  if (connection == NULL)
    {
      g_task_set_check_cancellable (task, FALSE); /* or that would be all it says */
      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        fail_late (task);
      else
        g_task_return_new_error (task, SAL_ERROR, SAL_EXIT_UNREACHABLE,
                                 _ ("cannot connect to %s: %s"), connect->where, reason (error));
      return;
    }
  if (connect->uri != NULL)
    {
      sal_tls_connect_async (connection, connect->uri, connect->options.pin, connect->options.ask,
                             connect->options.certificate, g_task_get_cancellable (task),
                             on_tls_ready, g_object_ref (task));
      return;
    }
  g_task_return_pointer (
      task, sal_transport_new (connection, &connect->options, connect->hooks, connect->data),
      g_object_unref);
}

/**
 * sal_transport_connect_async:
 * @uri: plain://, plains:// or unix://
 * @options: how to send
 * @hooks: (transfer none): called with @data once it is connected
 * @cancellable: (nullable): ends the attempt
 *
 * Connects, trying each address of a name. With TLS, the handshake is part of it, and so is
 * the decision whether this is the right server.
 */
void
sal_transport_connect_async (const SalUri *uri,
                             const SalTransportOptions *options,
                             const SalTransportHooks *hooks,
                             gpointer data,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnectable) where = NULL;
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Connect *connect = g_new0 (Connect, 1);

  connect->options = *options;
  connect->hooks = hooks;
  connect->data = data;
  connect->uri = sal_scheme_is_tls (uri->scheme) ? sal_uri_copy (uri) : NULL;
  connect->where = uri->scheme == SAL_SCHEME_UNIX ? g_strdup (uri->path)
                                                  : sal_format_host_port (uri->host, uri->port);
  g_task_set_task_data (task, connect, connect_free);
  where = uri->scheme == SAL_SCHEME_UNIX
              ? G_SOCKET_CONNECTABLE (g_unix_socket_address_new (uri->path))
              : g_network_address_new (uri->host, uri->port);
  /* A room is reached directly; looking for a proxy would cost a thread and time. */
  g_socket_client_set_enable_proxy (client, FALSE);
  g_signal_connect (client, "event", G_CALLBACK (on_connect_event), connect);
  g_socket_client_connect_async (client, where, cancellable, on_connected, task);
}

/**
 * sal_transport_connect_finish:
 *
 * Returns: (transfer full): the connection, or %NULL with a #SAL_ERROR that names the
 * peer.
 */
SalTransport *
sal_transport_connect_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * sal_transport_steal_refused:
 * @result: of sal_transport_connect_async(), after its finish has failed
 *
 * Returns: (transfer full) (nullable): see sal_tls_steal_refused()
 */
SalTlsDetails *
sal_transport_steal_refused (GAsyncResult *result)
{
  Connect *connect = g_task_get_task_data (G_TASK (result));

  return g_steal_pointer (&connect->refused);
}

/**
 * sal_transport_send:
 * @bytes: copied; they leave as one send, if the kernel takes them and nothing else
 *   was asked for
 *
 * What cannot be sent is dropped, and after what the peer had sent before its end is
 * told.
 */
void
sal_transport_send (SalTransport *transport, const void *bytes, gsize len)
{
  const guint8 *at = bytes;
  gsize piece = transport->options.split > 0 ? transport->options.split : MAX (len, 1);

  if (transport->closed || transport->lost != NULL)
    return;
  for (gsize done = 0; done < len; done += piece)
    g_queue_push_tail (&transport->unsent, g_bytes_new (at + done, MIN (piece, len - done)));
  send_unsent (transport);
}

/**
 * sal_transport_end_writing:
 *
 * When everything is sent, our FIN. Reading goes on.
 */
void
sal_transport_end_writing (SalTransport *transport)
{
  transport->end_when_sent = TRUE;
  send_unsent (transport);
}

/**
 * sal_transport_close:
 *
 * Closes now. No hook is called any more.
 */
void
sal_transport_close (SalTransport *transport)
{
  if (transport->closed)
    return;
  transport->closed = TRUE;
  clear_source (&transport->input);
  clear_source (&transport->output);
  g_clear_handle_id (&transport->delay, g_source_remove);
  g_queue_clear_full (&transport->unsent, (GDestroyNotify) g_bytes_unref);
  if (transport->socket != NULL)
    (void) g_socket_close (transport->socket, NULL);
}

/**
 * sal_transport_reset:
 *
 * Closes with a reset.
 */
void
sal_transport_reset (SalTransport *transport)
{
  struct linger linger = { .l_onoff = 1, .l_linger = 0 };

  if (!transport->closed)
    (void) setsockopt (g_socket_get_fd (transport->socket), SOL_SOCKET, SO_LINGER, &linger,
                       sizeof linger);
  sal_transport_close (transport);
}

/**
 * sal_transport_is_idle:
 *
 * Returns: whether everything that was to be sent has been handed to the kernel.
 */
gboolean
sal_transport_is_idle (const SalTransport *transport)
{
  return g_queue_is_empty ((GQueue *) &transport->unsent);
}

/**
 * sal_transport_get_tls:
 *
 * Returns: (transfer none) (nullable): what was agreed on with the server, and why it is
 *   trusted; %NULL if nothing is encrypted.
 */
const SalTlsDetails *
sal_transport_get_tls (const SalTransport *transport)
{
  return transport->tls != NULL ? sal_tls_get_details (transport->tls) : NULL;
}
