/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * `salotto-cli listen`: the server of a one-to-one chat, as in the first step of the
 * homework. Both sides type; the next client waits in the accept queue until this
 * conversation is over. `stop` ends a conversation, `close` ends the program, and three
 * errors in a row end a conversation too.
 */
#include "config.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "client-cli/cli-input.h"
#include "client-cli/cli-options.h"
#include "client-cli/cli-print.h"
#include "client-cli/cli-render.h"
#include "client-cli/cli.h"
#include "common/base/sal-error.h"
#include "common/base/sal-limits.h"
#include "common/base/sal-program.h"
#include "common/client/sal-transport.h"
#include "common/proto/sal-dialect-plain.h"
#include "common/proto/sal-framer.h"
#include "common/proto/sal-text.h"

#define GREETING "Welcome, we are the only two in here. Say 'quit' to leave."
#define GOODBYE "Goodbye"
#define DEFAULT_BACKLOG 16

typedef struct
{
  const CliOptions *options;
  GMainLoop *loop;
  GSocket *listener; /* (owned) */
  GSource *accept;   /* (owned) (nullable): while nobody is here */
  CliInput *input;
  CliStyle style;
  SalTransport *peer; /* (owned) (nullable) */
  SalFramer framer;
  char *peer_name; /* (owned) */
  guint framer_timer;
  guint drain_timer; /* the conversation is over; the peer may still send */
  guint errors;      /* in a row */
  gint64 connected_us;
  gboolean input_ended;
  gboolean closing; /* end when this conversation is over */
  int status;
} Listen;

static void wait_for_client (Listen *self);
static void take_units (Listen *self);

static void
send_text (Listen *self, const char *text)
{
  g_autofree char *line = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *bytes = NULL;
  gsize len = 0;

  if (self->peer == NULL)
    return;
  line = g_strconcat (
      text, sal_framer_wants_crlf (&self->framer) ? "\r\n" : cli_options_eol_bytes (self->options),
      NULL);
  if (self->options->latin1)
    bytes = g_convert_with_fallback (line, -1, "ISO-8859-1", "UTF-8", "?", NULL, &len, &error);
  if (bytes != NULL)
    sal_transport_send (self->peer, bytes, len);
  else
    sal_transport_send (self->peer, line, strlen (line));
}

/* Both sides are done. */
static void
conversation_over (Listen *self)
{
  if (self->peer == NULL)
    return;
  g_clear_handle_id (&self->framer_timer, g_source_remove);
  g_clear_handle_id (&self->drain_timer, g_source_remove);
  sal_transport_close (self->peer);
  g_clear_object (&self->peer);
  sal_framer_clear (&self->framer);
  cli_complain (_ ("the conversation with %s is over"), self->peer_name);
  g_clear_pointer (&self->peer_name, g_free);
  if (self->closing || self->input_ended)
    g_main_loop_quit (self->loop);
  else
    wait_for_client (self);
}

static gboolean
on_drained (gpointer data)
{
  Listen *self = data;

  self->drain_timer = 0;
  conversation_over (self);
  return G_SOURCE_REMOVE;
}

/* Our FIN; then the peer has a little time for its own, so that nothing we said is
 * destroyed by a reset. */
static void
end_conversation (Listen *self)
{
  if (self->peer == NULL || self->drain_timer != 0)
    return;
  if (self->options->reset)
    {
      sal_transport_reset (self->peer);
      conversation_over (self);
      return;
    }
  sal_transport_end_writing (self->peer);
  self->drain_timer = g_timeout_add (SAL_DRAIN_US / 1000, on_drained, self);
}

static void
count_error (Listen *self)
{
  if (++self->errors < SAL_ERRORS_IN_A_ROW)
    return;
  cli_complain (_ ("three errors in a row"));
  end_conversation (self);
}

static void
show (Listen *self, const char *text)
{
  g_autoptr (GString) out = g_string_new (NULL);
  SalClientAction action = { .kind = SAL_ACTION_EVENT, .ended = TRUE, .text = text };

  action.event = (SalEvent){ .kind = SAL_EVENT_TEXT, .text = text };
  cli_render_action (out, &action, g_get_real_time (), &self->style);
  cli_print (out->str);
}

static void
on_unit (Listen *self, const SalUnit *unit)
{
  g_autoptr (GString) scratch = g_string_new (NULL);
  SalCommand command;

  if (unit->kind == SAL_UNIT_REPLY)
    {
      sal_transport_send (self->peer, unit->bytes, unit->len);
      return;
    }
  if (self->drain_timer != 0)
    return;
  sal_dialect_plain.decode (unit, FALSE, scratch, &command);
  switch (command.kind)
    {
    case SAL_COMMAND_INTRODUCE:
      self->errors = command.cut ? self->errors : 0;
      show (self, command.text);
      if (command.cut)
        count_error (self);
      break;
    case SAL_COMMAND_QUIT:
      send_text (self, GOODBYE);
      end_conversation (self);
      break;
    case SAL_COMMAND_GARBLED:
    case SAL_COMMAND_HTTP:
    case SAL_COMMAND_TLS:
      count_error (self);
      break;
    default:
      break;
    }
}

static gboolean
on_framer_time (gpointer data)
{
  Listen *self = data;

  self->framer_timer = 0;
  sal_framer_tick (&self->framer, g_get_monotonic_time ());
  take_units (self);
  return G_SOURCE_REMOVE;
}

static void
take_units (Listen *self)
{
  SalUnit unit;
  gint64 now_us = g_get_monotonic_time ();
  gint64 due_us = 0;

  while (self->peer != NULL && sal_framer_next (&self->framer, now_us, &unit))
    on_unit (self, &unit);
  g_clear_handle_id (&self->framer_timer, g_source_remove);
  due_us = sal_framer_due_us (&self->framer);
  if (self->peer != NULL && due_us != G_MAXINT64)
    self->framer_timer =
        g_timeout_add ((guint) (MAX (due_us - now_us, 0) / 1000 + 1), on_framer_time, self);
}

static void
on_received (const guint8 *bytes, gsize len, gpointer data)
{
  Listen *self = data;
  g_autoptr (GString) out = g_string_new (NULL);

  if (self->options->hex)
    {
      cli_render_chunk (out, bytes, len, g_get_monotonic_time () - self->connected_us,
                        &self->style);
      cli_print (out->str);
    }
  sal_framer_push (&self->framer, bytes, len, g_get_monotonic_time ());
  take_units (self);
}

static void
on_peer_ended (gpointer data)
{
  Listen *self = data;

  sal_framer_finish (&self->framer);
  take_units (self);
  if (self->drain_timer == 0)
    sal_transport_end_writing (self->peer);
  conversation_over (self);
}

static void
on_peer_broken (const GError *error, gpointer data)
{
  Listen *self = data;

  sal_framer_finish (&self->framer); /* what had come before is shown */
  take_units (self);
  cli_complain (_ ("the connection broke: %s"), error->message);
  conversation_over (self);
}

static const SalTransportHooks hooks = { on_received, on_peer_ended, on_peer_broken };

static char *
describe_peer (GSocket *socket)
{
  g_autoptr (GSocketAddress) address = g_socket_get_remote_address (socket, NULL);
  g_autofree char *host = NULL;

  if (!G_IS_INET_SOCKET_ADDRESS (address))
    return g_strdup ("?");
  host = g_inet_address_to_string (
      g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));
  return sal_format_host_port (host,
                               g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)));
}

static gboolean
on_client (GSocket *listener, GIOCondition condition, gpointer data)
{
  Listen *self = data;
  SalTransportOptions transport = cli_options_transport (self->options);
  g_autoptr (GSocket) socket = g_socket_accept (listener, NULL, NULL);
  g_autoptr (GSocketConnection) connection = NULL;

  if (socket == NULL)
    return G_SOURCE_CONTINUE; /* it had gone away in the queue */
  connection = g_socket_connection_factory_create_connection (socket);
  self->peer_name = describe_peer (socket);
  self->peer = sal_transport_new (connection, &transport, &hooks, self);
  self->connected_us = g_get_monotonic_time ();
  self->errors = 0;
  sal_framer_init (&self->framer, SAL_FRAMER_SERVER, SAL_MESSAGE_MAX_BYTES);
  cli_complain (_ ("%s is here"), self->peer_name);
  send_text (self, GREETING);
  g_clear_pointer (&self->accept, g_source_unref);
  cli_input_pause (self->input, FALSE);
  return G_SOURCE_REMOVE; /* the next one waits in the queue */
}

static void
wait_for_client (Listen *self)
{
  self->accept = g_socket_create_source (self->listener, G_IO_IN, NULL);
  g_source_set_callback (self->accept, G_SOURCE_FUNC (on_client), self, NULL);
  g_source_attach (self->accept, NULL);
  cli_input_pause (self->input, TRUE);
}

static void
on_line (const char *line, gpointer data)
{
  Listen *self = data;
  g_autoptr (GString) clean = g_string_new (NULL);

  if (line == NULL)
    {
      /* Nothing more will be said; the peer may still have something to say. */
      self->input_ended = TRUE;
      if (self->peer == NULL || cli_input_is_terminal (self->input))
        {
          self->closing = TRUE;
          end_conversation (self);
        }
      if (self->peer == NULL)
        g_main_loop_quit (self->loop);
      return;
    }
  if (!sal_text_clean (clean, line, strlen (line)))
    return;
  if (g_str_equal (clean->str, "close"))
    {
      self->closing = TRUE;
      end_conversation (self);
      if (self->peer == NULL)
        g_main_loop_quit (self->loop);
    }
  else if (g_str_equal (clean->str, "stop"))
    end_conversation (self);
  else if (self->peer == NULL || self->drain_timer != 0)
    cli_complain (_ ("nobody is here yet"));
  else
    send_text (self, clean->str);
}

static gboolean
on_signal (gpointer data)
{
  on_line ("close", data);
  return G_SOURCE_CONTINUE;
}

static GSocket *
open_listener (const CliOptions *options, const SalUri *uri, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (GResolver) resolver = g_resolver_get_default ();
  GList *addresses = NULL;
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GSocket) socket = NULL;
  g_autofree char *where = sal_format_host_port (uri->host, uri->port);

  addresses = g_resolver_lookup_by_name (resolver, uri->host, NULL, &local);
  if (addresses != NULL)
    {
      address = g_inet_socket_address_new (addresses->data, uri->port);
      g_resolver_free_addresses (addresses);
      socket = g_socket_new (g_socket_address_get_family (address), G_SOCKET_TYPE_STREAM,
                             G_SOCKET_PROTOCOL_TCP, &local);
    }
  if (socket != NULL)
    {
      g_socket_set_listen_backlog (socket,
                                   options->backlog > 0 ? options->backlog : DEFAULT_BACKLOG);
      g_socket_set_blocking (socket, FALSE);
      if (options->maxseg > 0)
        (void) g_socket_set_option (socket, IPPROTO_TCP, TCP_MAXSEG, options->maxseg, NULL);
      (void) g_socket_set_option (socket, IPPROTO_TCP, TCP_LINGER2, 2, NULL);
    }
  if (socket == NULL || !g_socket_bind (socket, address, TRUE, &local) ||
      !g_socket_listen (socket, &local))
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_UNREACHABLE, _ ("cannot listen on %s: %s"), where,
                   local->message);
      return NULL;
    }
  return g_steal_pointer (&socket);
}

/* `PORT` or `ADDR:PORT`; port 0 lets the kernel choose. */
static SalUri *
parse_address (const char *text, GError **error)
{
  g_autofree char *full = strpbrk (text, ":.") == NULL && g_ascii_isdigit (*text)
                              ? g_strconcat ("[::]:", text, NULL)
                              : g_strdup (text);
  g_autofree char *as_uri = g_strconcat ("plain://", full, NULL);
  g_autoptr (SalUri) uri = sal_uri_parse_listener (as_uri, NULL);

  if (uri == NULL || uri->host == NULL || !uri->port_given || g_hash_table_size (uri->query) > 0)
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
                   _ ("bad address “%s”: write PORT (0 to 65535), ADDR:PORT or [IPV6]:PORT"), text);
      return NULL;
    }
  return g_steal_pointer (&uri);
}

static void
announce (Listen *self)
{
  g_autoptr (GSocketAddress) bound = g_socket_get_local_address (self->listener, NULL);
  g_autofree char *host =
      g_inet_address_to_string (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (bound)));
  g_autofree char *where =
      sal_format_host_port (host, g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound)));
  g_autofree char *line = g_strdup_printf ("listening on %s (plain)\n", where);

  cli_print (line);
}

/**
 * cli_listen:
 *
 * Returns: 0 when the conversation is over and there is nothing more to say, or after
 * `close`; 3 if it cannot listen.
 */
int
cli_listen (int argc, char **argv)
{
  g_auto (CliOptions) options = { 0 };
  Listen self = { .options = &options };
  g_autoptr (GError) error = NULL;
  g_autoptr (SalUri) uri = NULL;
  SalEol eol;

  if (!cli_options_parse (
          &options,
          CLI_TAKES_SENDING | CLI_TAKES_LINES | CLI_TAKES_RESET | CLI_TAKES_JSON | CLI_TAKES_HEX |
              CLI_TAKES_BACKLOG,
          _ ("listen [ADDR:]PORT - be the server of a one-to-one chat"),
          _ ("Talks with one client at a time. stop: end this conversation; close: end."), &argc,
          &argv, &error))
    return cli_fail (error);
  if (argc != 2)
    return sal_usage_fail (_ ("salotto-cli listen [ADDR:]PORT"), argc > 2 ? argv[2] : NULL);
  uri = parse_address (argv[1], &error);
  if (uri == NULL || !cli_options_eol (&options, &eol, &error))
    return cli_fail (error);
  self.listener = open_listener (&options, uri, &error);
  if (self.listener == NULL)
    return cli_fail (error);

  self.loop = g_main_loop_new (NULL, FALSE);
  self.style = (CliStyle){ .json = options.json };
  self.input = cli_input_new ("> ", NULL, on_line, &self);
  g_unix_signal_add (SIGINT, on_signal, &self);
  g_unix_signal_add (SIGTERM, on_signal, &self);
  wait_for_client (&self);
  announce (&self); /* whoever reads this may send a signal at once */
  g_main_loop_run (self.loop);

  cli_input_free (self.input);
  if (self.accept != NULL)
    {
      g_source_destroy (self.accept);
      g_source_unref (self.accept);
    }
  g_object_unref (self.listener);
  g_main_loop_unref (self.loop);
  return self.status;
}
