/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * `salotto-cli probe`: say what speaks on a port, by its first bytes and by what it does
 * when it is sent an empty line, or with irc:// a question that every server of IRC has an answer
 * to. Nothing else is sent, and no name is given.
 */
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client-cli/cli-options.h"
#include "client-cli/cli-print.h"
#include "client-cli/cli.h"
#include "common/base/sal-error.h"
#include "common/base/sal-json.h"
#include "common/base/sal-program.h"
#include "common/client/sal-transport.h"
#include "common/proto/sal-dialect-plain.h"
#include "common/proto/sal-text.h"

#define CONNECT_MS (10 * 1000)
#define LISTEN_MS 1000 /* for a server that speaks first */
#define ANSWER_MS 1500 /* for an answer to an empty line */
#define KEPT_BYTES 4096
#define SHOWN_BYTES 200

typedef struct
{
  SalTransport *transport; /* (owned) (nullable) */
  GError *error;           /* (owned) (nullable) */
  GByteArray *received;    /* (owned) */
  gboolean connecting;
  gboolean ended;
  gboolean broken;
} Probe;

typedef struct
{
  const char *id;   /* for programs */
  const char *text; /* for people */
} Finding;

static const struct
{
  const char *prefix;
  Finding finding;
} openings[] = {
  { "SSH-", { "ssh", N_ ("an SSH server") } },
  { "HTTP/", { "http", N_ ("a web server") } },
  { "+OK", { "pop3", N_ ("a POP3 server") } },
  { "* OK", { "imap", N_ ("an IMAP server") } },
  { "220", { "smtp-or-ftp", N_ ("a mail (SMTP) or FTP server") } },
  { "\x15\x03", { "tls", N_ ("a server that speaks TLS") } },
  { "NOTICE ", { "irc", N_ ("an IRC server") } },
  { ":", { "irc", N_ ("an IRC server") } },
  { "PING ", { "irc", N_ ("an IRC server") } },
  { "NICKNAME", { "chat-cue", N_ ("a chat server that asks for a nickname with a cue word") } },
  { "NICK", { "chat-cue", N_ ("a chat server that asks for a nickname with a cue word") } },
  { "nickname", { "chat-cue", N_ ("a chat server that asks for a nickname with a cue word") } },
};

static void
on_received (const guint8 *bytes, gsize len, gpointer data)
{
  Probe *probe = data;
  gsize room = KEPT_BYTES - MIN (probe->received->len, KEPT_BYTES);

  g_byte_array_append (probe->received, bytes, (guint) MIN (len, room));
}

static void
on_ended (gpointer data)
{
  ((Probe *) data)->ended = TRUE;
}

static void
on_broken (const GError *error, gpointer data)
{
  Probe *probe = data;

  probe->ended = probe->broken = TRUE;
}

static const SalTransportHooks hooks = { on_received, on_ended, on_broken };

static void
on_connected (GObject *source, GAsyncResult *result, gpointer data)
{
  Probe *probe = data;

  probe->transport = sal_transport_connect_finish (result, &probe->error);
  probe->connecting = FALSE;
}

static gboolean
on_late (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

static gboolean
on_connect_late (gpointer data)
{
  g_cancellable_cancel (data);
  return G_SOURCE_REMOVE;
}

static void
connect_to (Probe *probe, const SalUri *uri, const SalTransportOptions *options)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  guint timer = g_timeout_add (CONNECT_MS, on_connect_late, cancellable);

  sal_transport_connect_async (uri, options, &hooks, probe, cancellable, on_connected, probe);
  while (probe->connecting)
    g_main_context_iteration (NULL, TRUE);
  if (!g_cancellable_is_cancelled (cancellable))
    g_source_remove (timer);
}

/* Lets things happen for @ms, or until the peer has ended. */
static void
let_pass (Probe *probe, guint ms)
{
  gboolean late = FALSE;
  guint timer = g_timeout_add (ms, on_late, &late);

  while (!late && !probe->ended)
    g_main_context_iteration (NULL, TRUE);
  if (!late)
    g_source_remove (timer);
}

static gboolean
is_salottod (const Probe *probe)
{
  g_autofree char *text = g_strndup ((const char *) probe->received->data, probe->received->len);
  g_auto (GStrv) lines = g_strsplit (text, "\n", 3);
  g_autoptr (GString) scratch = g_string_new (NULL);
  SalEvent first = { 0 };
  SalEvent second = { 0 };

  if (g_strv_length (lines) < 3)
    return FALSE;
  sal_dialect_plain.parse (lines[0], scratch, &first);
  sal_dialect_plain.parse (lines[1], scratch, &second);
  return first.kind == SAL_EVENT_GREETING && second.kind == SAL_EVENT_NAME_WANTED;
}

static Finding
judge (const Probe *probe, gsize before)
{
  const char *bytes = (const char *) probe->received->data;
  gsize len = probe->received->len;

  if (len > 0 && is_salottod (probe))
    return (Finding){ "salottod", _ ("salottod: a chat room for plain TCP") };
  for (gsize i = 0; i < G_N_ELEMENTS (openings); i++)
    if (len >= strlen (openings[i].prefix) &&
        memcmp (bytes, openings[i].prefix, strlen (openings[i].prefix)) == 0)
      return (Finding){ openings[i].finding.id, _ (openings[i].finding.text) };
  if (before > 0)
    return bytes[before - 1] == '\n'
               ? (Finding){ "greets-lines",
                            _ ("a server that speaks first, in lines; perhaps a chat room") }
               : (Finding){ "greets-unframed",
                            _ ("a server that speaks first and ends without a newline: a prompt, "
                               "or a chat room without lines") };
  if (len == 2 && memcmp (bytes, "\r\n", 2) == 0)
    return (Finding){ "echo", _ ("a server that sends back what it gets (echo)") };
  if (len > 0)
    return (Finding){ "answers", _ ("a server that answers a line; unknown") };
  if (probe->broken || probe->ended)
    return (Finding){ "closes", _ ("a server that takes the connection and closes it") };
  return (Finding){ "silent",
                    _ ("a server that waits: a relay, or one that wants the first word") };
}

static gsize
first_line_length (const Probe *probe)
{
  const guint8 *end =
      probe->received->len > 0 ? memchr (probe->received->data, '\n', probe->received->len) : NULL;

  return end != NULL ? (gsize) (end - probe->received->data) : probe->received->len;
}

static void
report (const Probe *probe, gsize before, gboolean json)
{
  Finding finding = judge (probe, before);
  g_autoptr (GString) first = g_string_new (NULL);
  g_autoptr (GString) out = g_string_new (NULL);

  sal_text_clean (first, probe->received->data,
                  MIN (first_line_length (probe), (gsize) SHOWN_BYTES));
  if (json)
    {
      sal_json_begin (out);
      sal_json_string (out, "type", "probe");
      sal_json_string (out, "speaks", finding.id);
      sal_json_int (out, "first_bytes", (gint64) before);
      sal_json_string (out, "text", first->str);
      sal_json_end (out);
    }
  else
    {
      g_string_append_printf (out, "%s\n", finding.text);
      if (first->len > 0)
        g_string_append_printf (out, _ ("It says: %s\n"), first->str);
    }
  cli_print (out->str);
}

/* A server of IRC says nothing to an empty line. */
static const char *
opening_word (const SalUri *uri)
{
  return uri->scheme == SAL_SCHEME_IRC || uri->scheme == SAL_SCHEME_IRCS ? "CAP LS 302\r\n"
                                                                         : "\r\n";
}

/**
 * cli_probe:
 *
 * Returns: 0 when something could be said; 3 if nobody is there; 6 if it could not be
 * reached in time, or did not say a word.
 */
int
cli_probe (int argc, char **argv)
{
  g_auto (CliOptions) options = { 0 };
  Probe probe = { .connecting = TRUE };
  SalTransportOptions transport;
  g_autoptr (GError) error = NULL;
  g_autoptr (SalUri) uri = NULL;
  gsize before = 0;
  int status = SAL_EXIT_OK;

  if (!cli_options_parse (&options, CLI_TAKES_JSON | CLI_TAKES_PIN,
                          _ ("probe HOST:PORT - what speaks there"),
                          _ ("Listens, then sends an empty line, and says what it makes of that."),
                          &argc, &argv, &error))
    return cli_fail (error);
  if (argc != 2)
    return sal_usage_fail (_ ("salotto-cli probe HOST:PORT"), argc > 2 ? argv[2] : NULL);
  uri = cli_options_uri (&options, argv[1], &error);
  if (uri == NULL)
    return cli_fail (error);

  transport = cli_options_transport (&options);
  probe.received = g_byte_array_new ();
  connect_to (&probe, uri, &transport);
  if (probe.transport == NULL)
    status = cli_fail (probe.error);
  else
    {
      cli_tell_tls (sal_transport_get_tls (probe.transport), &options);
      let_pass (&probe, LISTEN_MS);
      before = probe.received->len;
      if (before == 0 && !probe.ended)
        {
          const char *word = opening_word (uri);

          sal_transport_send (probe.transport, word, strlen (word));
          let_pass (&probe, ANSWER_MS);
        }
      report (&probe, before, options.json);
      if (probe.received->len == 0)
        status = SAL_EXIT_TIMEOUT;
      sal_transport_close (probe.transport);
    }
  g_clear_object (&probe.transport);
  g_clear_error (&probe.error);
  g_byte_array_unref (probe.received);
  return status;
}
