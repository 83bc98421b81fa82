/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The client's end of TLS, by GIO: whether this is the server that is meant, and bytes
 * without blocking. It is the one place of the client where a certificate is judged: an
 * authority of this system vouches for it, or its key is the one of last time, or it is
 * the first time, or it is the one that was asked for.
 */
#include "config.h"

#include "common/client/sal-tls.h"

#include <glib/gi18n-lib.h>
#include <linux/tcp.h> /* newer than the C library's */
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "common/base/sal-error.h"
#include "common/client/sal-client-certificate.h"
#include "common/client/sal-spki.h"

struct _SalTls
{
  GTlsConnection *connection; /* (owned) */
  GSocketConnection *base;    /* (owned) */
  SalTlsDetails *details;     /* (owned) */
};

/* While it is being made. */
typedef struct
{
  SalTls *tls; /* (owned) (nullable) */
  SalUri *uri; /* (owned) */
  char *where; /* (owned) */
  char *pin;   /* (owned) (nullable) */
  gboolean ask;
  GError *refusal; /* (owned) (nullable): why we do not want this server */
} Connect;

static void
connect_free (gpointer data)
{
  Connect *connect = data;

  sal_tls_free (connect->tls);
  sal_uri_free (connect->uri);
  g_free (connect->where);
  g_free (connect->pin);
  g_clear_error (&connect->refusal);
  g_free (connect);
}

/**
 * sal_tls_details_free:
 * @details: (nullable) (transfer full)
 */
void
sal_tls_details_free (SalTlsDetails *details)
{
  if (details == NULL)
    return;
  g_free (details->pin);
  g_free (details->fingerprint);
  g_free (details->issuer);
  g_free (details->until);
  g_free (details->version);
  g_free (details->cipher);
  g_free (details->own);
  g_free (details);
}

/**
 * sal_tls_free:
 * @tls: (nullable) (transfer full)
 */
void
sal_tls_free (SalTls *tls)
{
  if (tls == NULL)
    return;
  g_clear_object (&tls->connection);
  g_clear_object (&tls->base);
  sal_tls_details_free (tls->details);
  g_free (tls);
}

/* The certificate. */

/* Fills in what the certificate says of itself. Returns FALSE if it has no key. */
static gboolean
describe (SalTlsDetails *details, GTlsCertificate *certificate)
{
  g_autoptr (GByteArray) der = NULL;
  g_autoptr (GDateTime) until = g_tls_certificate_get_not_valid_after (certificate);
  g_autofree char *issuer = g_tls_certificate_get_issuer_name (certificate);

  g_object_get (certificate, "certificate", &der, NULL);
  if (der == NULL)
    return FALSE;
  details->pin = sal_spki_pin (der->data, der->len);
  details->fingerprint = sal_client_certificate_fingerprint (certificate);
  details->issuer = g_strescape (issuer != NULL ? issuer : "?", NULL);
  details->until = until != NULL ? g_date_time_format (until, "%Y-%m-%d") : g_strdup ("?");
  return details->pin != NULL;
}

static gboolean
judge (Connect *connect, GTlsCertificate *certificate, gboolean vouched)
{
  SalTlsDetails *details = connect->tls->details;
  g_autofree char *file = sal_known_servers_file ();

  if (!describe (details, certificate))
    {
      g_set_error (&connect->refusal, SAL_ERROR, SAL_EXIT_TLS,
                   _ ("%s: the server's certificate cannot be read"), connect->where);
      return FALSE;
    }
  details->trust = sal_known_servers_judge (
      file, connect->uri->host, connect->uri->port, details->pin, connect->pin, vouched,
      connect->ask ? &details->doubt : NULL, &connect->refusal);
  return details->trust != SAL_TRUST_NONE;
}

/* Asked only where no authority vouches for it. */
static gboolean
on_accept_certificate (GTlsConnection *connection,
                       GTlsCertificate *certificate,
                       GTlsCertificateFlags errors,
                       gpointer data)
{
  return judge (data, certificate, FALSE);
}

/* Connecting. */

static const char *
version_name (GTlsConnection *connection)
{
  switch (g_tls_connection_get_protocol_version (connection))
    {
    case G_TLS_PROTOCOL_VERSION_TLS_1_2:
      return "TLS 1.2";
    case G_TLS_PROTOCOL_VERSION_TLS_1_3:
      return "TLS 1.3";
    default:
      return "TLS";
    }
}

/* Whether the server has ended the connection without a word. What the library says is the same
 * for a server that has answered in another language, and tells that it does not speak TLS. */
static gboolean
said_nothing (GSocketConnection *base)
{
  struct tcp_info info = { 0 };
  socklen_t len = sizeof info;
  int fd = g_socket_get_fd (g_socket_connection_get_socket (base));

  if (getsockopt (fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0 ||
      len < offsetof (struct tcp_info, tcpi_bytes_received) + sizeof info.tcpi_bytes_received)
    return FALSE;
  return info.tcpi_bytes_received <= 1; /* a FIN counts as one, a reset as none */
}

/* Whether it is about the other's end of the connection, and not about what we make of it: that
 * wants to be told in its own words. */
static gboolean
is_broken_off (const GError *error)
{
  return g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_NOT_TLS) ||
         g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_EOF) ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED); /* reset, broken pipe */
}

static void
fail_handshake (GTask *task, Connect *connect, GError *error)
{
  if (connect->refusal != NULL)
    g_task_return_error (task, g_steal_pointer (&connect->refusal));
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_task_return_error (task, g_error_copy (error));
  else if (g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_CERTIFICATE_REQUIRED))
    g_task_return_new_error (task, SAL_ERROR, SAL_EXIT_TLS,
                             _ ("%s lets nobody in without a certificate of their own"),
                             connect->where);
  else if (is_broken_off (error) && said_nothing (connect->tls->base))
    g_task_return_new_error (task, G_TLS_ERROR, G_TLS_ERROR_HANDSHAKE,
                             _ ("%s broke off before it said anything: either it does not speak "
                                "TLS, or it lets nobody in now"),
                             connect->where);
  else if (g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_NOT_TLS))
    g_task_return_new_error (task, G_TLS_ERROR, G_TLS_ERROR_NOT_TLS, _ ("%s does not speak TLS"),
                             connect->where);
  else
    g_task_return_new_error (task, G_TLS_ERROR, G_TLS_ERROR_HANDSHAKE, _ ("no TLS with %s: %s"),
                             connect->where, error->message);
}

static void
on_handshake (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Connect *connect = g_task_get_task_data (task);
  GTlsConnection *connection = G_TLS_CONNECTION (source);
  g_autoptr (GError) error = NULL;

  g_task_set_check_cancellable (task, FALSE);
  g_signal_handlers_disconnect_by_data (connection, connect);
  if (!g_tls_connection_handshake_finish (connection, result, &error) ||
      (connect->tls->details->trust == SAL_TRUST_NONE &&
       !judge (connect, g_tls_connection_get_peer_certificate (connection), TRUE)))
    {
      fail_handshake (task, connect, error);
      return;
    }
  connect->tls->details->version = g_strdup (version_name (connection));
  connect->tls->details->cipher = g_tls_connection_get_ciphersuite_name (connection);
  g_task_return_pointer (task, g_steal_pointer (&connect->tls), (GDestroyNotify) sal_tls_free);
}

/* The database goes in at construction: set later, or not at all, each connection would
 * load the system's whole store of authorities for itself.
 *
 * That there is a socket below is kept from it. It would look up whom it is connected to, to go on
 * with an earlier session of this process. Then nobody is asked about the certificate, so that a
 * server that is trusted by its key would pass for one that an authority vouches for; and when the
 * peer has reset the connection by then, it lets go of an address that it has not got. */
static GTlsConnection *
connection_new (GSocketConnection *base, const SalUri *uri, GError **error)
{
  GTlsBackend *backend = g_tls_backend_get_default ();
  g_autoptr (GTlsDatabase) authorities = NULL;
  g_autoptr (GSocketConnectable) identity = g_network_address_new (uri->host, uri->port);
  g_autoptr (GIOStream) streams = NULL;

  if (!g_tls_backend_supports_tls (backend))
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_TLS,
                   _ ("there is no TLS on this system; the package glib-networking has it"));
      return NULL;
    }
  authorities = g_tls_backend_get_default_database (backend);
  streams = g_simple_io_stream_new (g_io_stream_get_input_stream (G_IO_STREAM (base)),
                                    g_io_stream_get_output_stream (G_IO_STREAM (base)));
  return g_initable_new (g_tls_backend_get_client_connection_type (backend), NULL, error,
                         "base-io-stream", streams, "database", authorities, "server-identity",
                         identity, NULL);
}

/**
 * sal_tls_connect_async:
 * @connection: (transfer none): a connection to the server
 * @uri: where it leads, as it was typed
 * @pin: (nullable): the only key to be accepted; else whoever is vouched for or known, or
 *   was never seen before
 * @ask: there is a person who decides about servers that were never seen before: they are
 *   refused until their @pin is given. See sal_tls_steal_refused()
 * @certificate: (nullable): ours, with its key; shown if the server asks for one
 *
 * Shakes hands, and decides whether this is the right server.
 */
void
sal_tls_connect_async (GSocketConnection *connection,
                       const SalUri *uri,
                       const char *pin,
                       gboolean ask,
                       GTlsCertificate *certificate,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Connect *connect = g_new0 (Connect, 1);
  GTlsConnection *tls = NULL;
  g_autoptr (GError) error = NULL;

  connect->uri = sal_uri_copy (uri);
  connect->where = sal_format_host_port (uri->host, uri->port);
  connect->pin = g_strdup (pin);
  connect->ask = ask;
  g_task_set_task_data (task, connect, connect_free);
  tls = connection_new (connection, uri, &error);
  if (tls == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  connect->tls = g_new0 (SalTls, 1);
  connect->tls->details = g_new0 (SalTlsDetails, 1);
  connect->tls->connection = tls;
  connect->tls->base = g_object_ref (connection);
  if (certificate != NULL)
    {
      g_tls_connection_set_certificate (tls, certificate);
      connect->tls->details->own = sal_client_certificate_fingerprint (certificate);
    }
  g_signal_connect (tls, "accept-certificate", G_CALLBACK (on_accept_certificate), connect);
  g_tls_connection_handshake_async (tls, G_PRIORITY_DEFAULT, cancellable, on_handshake,
                                    g_steal_pointer (&task));
}

/**
 * sal_tls_connect_finish:
 * @connection: (out) (transfer full): what was given to sal_tls_connect_async()
 *
 * Returns: (transfer full): the connection, or %NULL with a #SAL_ERROR that names the
 *   server and says what to do, or with %G_IO_ERROR_CANCELLED.
 */
SalTls *
sal_tls_connect_finish (GAsyncResult *result, GSocketConnection **connection, GError **error)
{
  SalTls *tls = g_task_propagate_pointer (G_TASK (result), error);

  *connection = tls != NULL ? g_object_ref (tls->base) : NULL;
  return tls;
}

/**
 * sal_tls_steal_refused:
 * @result: of sal_tls_connect_async(), after its finish has failed
 *
 * Returns: (transfer full) (nullable): the server that was refused, if it is for a person to
 *   decide about it: `doubt` says why.
 */
SalTlsDetails *
sal_tls_steal_refused (GAsyncResult *result)
{
  Connect *connect = g_task_get_task_data (G_TASK (result));

  if (connect->tls == NULL || connect->tls->details->doubt == SAL_DOUBT_NONE)
    return NULL;
  return g_steal_pointer (&connect->tls->details);
}

/* Bytes. */

/**
 * sal_tls_read:
 *
 * Never blocks. Returns: how many bytes came; 0 at the end that the server has said; -1
 * with an error, %G_IO_ERROR_WOULD_BLOCK if there are none now, %G_TLS_ERROR_EOF if the
 * connection was cut.
 */
gssize
sal_tls_read (SalTls *tls, void *buffer, gsize size, GError **error)
{
  GInputStream *stream = g_io_stream_get_input_stream (G_IO_STREAM (tls->connection));

  return g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (stream), buffer, size,
                                                   NULL, error);
}

/**
 * sal_tls_write:
 *
 * Never blocks. After %G_IO_ERROR_WOULD_BLOCK it must be tried again with the same bytes.
 */
gssize
sal_tls_write (SalTls *tls, const void *bytes, gsize len, GError **error)
{
  GOutputStream *stream = g_io_stream_get_output_stream (G_IO_STREAM (tls->connection));

  return g_pollable_output_stream_write_nonblocking (G_POLLABLE_OUTPUT_STREAM (stream), bytes, len,
                                                     NULL, error);
}

/**
 * sal_tls_create_source:
 * @condition: %G_IO_IN or %G_IO_OUT
 *
 * Returns: (transfer full): a source for a #GPollableSourceFunc.
 */
GSource *
sal_tls_create_source (SalTls *tls, GIOCondition condition)
{
  GIOStream *stream = G_IO_STREAM (tls->connection);

  if (condition == G_IO_IN)
    return g_pollable_input_stream_create_source (
        G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (stream)), NULL);
  return g_pollable_output_stream_create_source (
      G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (stream)), NULL);
}

static void
on_output_closed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GSocketConnection) base = data;

  (void) g_output_stream_close_finish (G_OUTPUT_STREAM (source), result, NULL);
  (void) g_socket_shutdown (g_socket_connection_get_socket (base), FALSE, TRUE, NULL);
}

/**
 * sal_tls_end_writing:
 *
 * Our end of the stream: close_notify, then FIN. Reading goes on.
 */
void
sal_tls_end_writing (SalTls *tls)
{
  g_output_stream_close_async (g_io_stream_get_output_stream (G_IO_STREAM (tls->connection)),
                               G_PRIORITY_DEFAULT, NULL, on_output_closed,
                               g_object_ref (tls->base));
}

/**
 * sal_tls_get_details:
 */
const SalTlsDetails *
sal_tls_get_details (const SalTls *tls)
{
  return tls->details;
}
