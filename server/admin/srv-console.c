/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What an operator may say, on the server's own terminal or on the control socket:
 * one table of words. Each answers with text and whether it went well; a word that is
 * not in the table gets the table.
 */
#include "config.h"

#include "server/admin/srv-console.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "common/base/sal-limits.h"
#include "common/base/sal-log.h"
#include "common/base/sal-wipe.h"
#include "common/proto/sal-text.h"
#include "server/admin/srv-console-private.h"
#include "server/chat/srv-room.h"
#include "server/srv-conn.h"

typedef gboolean (*WordFunc) (SrvServer *server, const char *rest, GString *out);

typedef struct
{
  const char *word;
  const char *usage; /* what may follow it */
  const char *help;
  gboolean needs; /* something must follow it */
  WordFunc func;  /* (nullable): NULL: it is a matter of srv-console-talk */
} Word;

static void
append_line (GString *out, const char *line)
{
  g_string_append (out, line);
  g_string_append_c (out, '\n');
}

/**
 * srv_console_append_column:
 * @width: in characters; printf() would count bytes
 */
void
srv_console_append_column (GString *out, const char *text, int width)
{
  g_string_append_printf (out, "%s%*s ", text, MAX (width - (int) g_utf8_strlen (text, -1), 0), "");
}

/**
 * srv_console_fail:
 *
 * Returns: %FALSE, after saying @why.
 */
gboolean
srv_console_fail (GString *out, const char *why)
{
  append_line (out, why);
  return FALSE;
}

static gboolean
fail_error (GString *out, const GError *error)
{
  return srv_console_fail (out, error->message);
}

/* Calls @func with @data for the connection of the person that @name names; says so in @out if
 * there is none. */
static gboolean
with (SrvServer *server, const char *name, SrvConnFunc func, gpointer data, GString *out)
{
  if (srv_workers_with (srv_server_get_workers (server), name, func, data))
    return TRUE;
  g_string_append_printf (out, _ ("nobody here is called %s; “who” lists everybody\n"), name);
  return FALSE;
}

/**
 * srv_console_take_word:
 * @tail: (out): what follows it and its spaces
 *
 * Returns: (transfer full): the first word of @rest, perhaps "".
 */
char *
srv_console_take_word (const char *rest, const char **tail)
{
  gsize len = strcspn (rest, " ");

  *tail = rest + len + strspn (rest + len, " ");
  return g_strndup (rest, len);
}

static gboolean
do_stop (SrvServer *server, const char *rest, GString *out)
{
  if (srv_server_is_stopped (server))
    return srv_console_fail (out, _ ("already stopped; “open” lets newcomers in again"));
  srv_server_stop (server);
  append_line (out, _ ("nobody new comes in; those inside stay"));
  return TRUE;
}

static gboolean
do_open (SrvServer *server, const char *rest, GString *out)
{
  g_autoptr (GError) error = NULL;

  if (!srv_server_open (server, &error))
    return fail_error (out, error);
  append_line (out, _ ("newcomers come in"));
  return TRUE;
}

static gboolean
do_close (SrvServer *server, const char *rest, GString *out)
{
  append_line (out, _ ("closing"));
  srv_server_close (server);
  return TRUE;
}

static void
who_cb (SrvConn *conn, gpointer data)
{
  GString *out = data;
  const SrvSession *session = &conn->session;
  g_autofree char *host = srv_address_host (&conn->peer);

  if (conn->ending)
    return;
  srv_console_append_column (
      out, srv_session_is_named (session) ? session->who->name : _ ("(no name yet)"), 20);
  srv_console_append_column (out, srv_session_is_named (session) ? session->room : "", 16);
  g_string_append_printf (out, "%s:%u", host, conn->peer.port);
  if (srv_link_get_tls_version (&conn->link) != NULL)
    g_string_append_printf (out, " %s", srv_link_get_tls_version (&conn->link));
  append_line (out, session->muted ? _ (" (muted)") : "");
}

static gboolean
do_who (SrvServer *server, const char *rest, GString *out)
{
  srv_workers_foreach (srv_server_get_workers (server), who_cb, out);
  if (out->len == 0)
    append_line (out, _ ("nobody is here"));
  return TRUE;
}

static void
rooms_cb (SrvWorker *worker, gpointer data)
{
  GString *out = data;
  g_autoptr (GList) rooms = srv_worker_rooms (worker);

  for (GList *at = rooms; at != NULL; at = at->next)
    {
      srv_console_append_column (out, srv_room_get_name (at->data), 32);
      g_string_append_printf (out, "%u\n", srv_room_count (at->data));
    }
}

static gboolean
do_rooms (SrvServer *server, const char *rest, GString *out)
{
  srv_workers_call_first (srv_server_get_workers (server), rooms_cb, out);
  if (out->len == 0)
    append_line (out, _ ("nobody is in any room"));
  return TRUE;
}

static gboolean
do_say (SrvServer *server, const char *rest, GString *out)
{
  srv_server_say (server, rest);
  return TRUE;
}

static void
kick_cb (SrvConn *conn, gpointer why)
{
  srv_session_put_out (&conn->session, why);
}

static gboolean
do_kick (SrvServer *server, const char *rest, GString *out)
{
  const char *reason = NULL;
  g_autofree char *name = srv_console_take_word (rest, &reason);
  SalEvent why = { .kind = SAL_EVENT_NOTE, .note = SAL_NOTE_KICKED, .text = reason };

  if (*reason == '\0')
    why.text = "-";
  return with (server, name, kick_cb, &why, out);
}

/* "90", "15m", "2h", "7d": microseconds, or 0 if it is none of these. */
static gint64
parse_duration (const char *text)
{
  static const struct
  {
    char unit;
    gint64 us;
  } units[] = { { 's', G_TIME_SPAN_SECOND },
                { 'm', G_TIME_SPAN_MINUTE },
                { 'h', G_TIME_SPAN_HOUR },
                { 'd', G_TIME_SPAN_DAY } };
  g_autofree char *digits = g_strndup (text, strspn (text, "0123456789"));
  const char *unit = text + strlen (digits);
  guint64 number = 0;

  if (!g_ascii_string_to_unsigned (digits, 10, 1, 1000000, &number, NULL))
    return 0;
  for (gsize i = 0; i < G_N_ELEMENTS (units); i++)
    if ((unit[0] == units[i].unit && unit[1] == '\0') || (*unit == '\0' && units[i].unit == 's'))
      return (gint64) number * units[i].us;
  return 0;
}

static void
address_cb (SrvConn *conn, gpointer address)
{
  *(SrvAddress *) address = conn->peer;
}

/* An address or a network, or the address of a person who is here. */
static gboolean
parse_target (SrvServer *server, const char *word, SrvNetwork *network, GString *out)
{
  SrvAddress address;

  if (srv_network_parse (word, network))
    return TRUE;
  if (!with (server, word, address_cb, &address, out))
    return FALSE;
  if (address.family == SRV_ADDRESS_LOCAL)
    {
      g_string_append_printf (out, _ ("%s came in by a local socket and has no address\n"), word);
      return FALSE;
    }
  *network =
      (SrvNetwork){ .address = address, .bits = address.family == SRV_ADDRESS_IPV4 ? 32 : 128 };
  network->address.port = 0;
  return TRUE;
}

static gboolean
do_ban (SrvServer *server, const char *rest, GString *out)
{
  const char *tail = NULL;
  g_autofree char *word = srv_console_take_word (rest, &tail);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  SrvBan ban = { 0 };
  guint put_out = 0;

  if (g_str_has_prefix (tail, "for "))
    {
      gint64 duration_us = parse_duration (tail + strspn (tail + 3, " ") + 3);

      if (duration_us == 0)
        return srv_console_fail (out, _ ("a duration is a number with s, m, h or d, such as 15m"));
      ban.until_us = g_get_real_time () + duration_us;
    }
  else if (*tail != '\0')
    return srv_console_fail (out, _ ("usage: ban ADDRESS|NAME [for DURATION]"));
  if (!parse_target (server, word, &ban.network, out))
    return FALSE;

  put_out = srv_server_ban (server, &ban, &error);
  text = srv_network_format (&ban.network);
  g_string_append_printf (out,
                          ngettext ("%s is banned; %u person was put out\n",
                                    "%s is banned; %u people were put out\n", put_out),
                          text, put_out);
  return error == NULL || fail_error (out, error);
}

static gboolean
do_unban (SrvServer *server, const char *rest, GString *out)
{
  const GArray *bans = srv_registry_get_bans (srv_server_get_registry (server));
  g_autoptr (GError) error = NULL;
  SrvNetwork network;

  if (srv_network_parse (rest, &network) &&
      srv_registry_unban (srv_server_get_registry (server), &network, &error))
    return TRUE;
  if (error != NULL)
    return fail_error (out, error);
  append_line (out, bans->len > 0 ? _ ("no such ban; banned are:") : _ ("nobody is banned"));
  for (guint i = 0; i < bans->len; i++)
    {
      g_autofree char *text = srv_network_format (&g_array_index (bans, SrvBan, i).network);

      append_line (out, text);
    }
  return FALSE;
}

static void
mute_cb (SrvConn *conn, gpointer muted)
{
  conn->session.muted = *(const gboolean *) muted;
}

static gboolean
set_muted (SrvServer *server, const char *name, gboolean muted, GString *out)
{
  return with (server, name, mute_cb, &muted, out);
}

static gboolean
do_mute (SrvServer *server, const char *rest, GString *out)
{
  return set_muted (server, rest, TRUE, out);
}

static gboolean
do_unmute (SrvServer *server, const char *rest, GString *out)
{
  return set_muted (server, rest, FALSE, out);
}

static gboolean
do_log (SrvServer *server, const char *rest, GString *out)
{
  if (*rest == '\0')
    append_line (out, sal_log_get_level ());
  else if (!sal_log_set_level (rest))
    {
      g_string_append_printf (out, _ ("“%s” is no level; there are %s\n"), rest,
                              sal_log_level_names ());
      return FALSE;
    }
  return TRUE;
}

static gboolean
do_reload (SrvServer *server, const char *rest, GString *out)
{
  g_autoptr (GError) error = NULL;

  if (!srv_server_reload (server, &error))
    {
      append_line (out, error->message);
      return srv_console_fail (out, _ ("nothing was changed"));
    }
  append_line (out, _ ("reloaded"));
  return TRUE;
}

static void
append_count (GString *out, const char *name, guint64 value)
{
  g_string_append_printf (out, "%-32s %" G_GUINT64_FORMAT "\n", name, value);
}

static void
append_tls (GString *out, const SrvServer *server)
{
  static const char *const names[SRV_N_HANDSHAKE_ENDS] = {
    [SRV_HANDSHAKE_DONE] = "tls-handshakes", [SRV_HANDSHAKE_NOT_TLS] = "tls-not-tls",
    [SRV_HANDSHAKE_FAILED] = "tls-failed",   [SRV_HANDSHAKE_TIMED_OUT] = "tls-timed-out",
    [SRV_HANDSHAKE_DROPPED] = "tls-dropped",
  };
  const SrvHandshakes *handshakes = srv_server_get_handshakes (server);
  const SrvCertificate *certificate = srv_server_get_certificate (server);
  gint64 days = 0;

  if (handshakes == NULL || certificate == NULL)
    return;
  days = srv_certificate_days_left (certificate, g_get_real_time () / G_USEC_PER_SEC);
  g_string_append_printf (out, "%-32s %" G_GINT64_FORMAT "\n", "tls-certificate-days", days);
  append_count (out, "tls-handshaking", srv_handshakes_count (handshakes));
  for (guint i = 0; i < SRV_N_HANDSHAKE_ENDS; i++)
    append_count (out, names[i], srv_handshakes_get_total (handshakes, (SrvHandshakeEnd) i));
}

static gboolean
do_stats (SrvServer *server, const char *rest, GString *out)
{
  SrvWorkers *workers = srv_server_get_workers (server);
  SrvCounters counters;
  const SrvRefusals *refusals = srv_server_get_refusals (server);
  gint64 up_us = g_get_real_time () - srv_server_get_started_us (server);

  srv_workers_count_up (workers, &counters);
  append_count (out, "uptime-seconds", (guint64) (MAX (up_us, 0) / G_USEC_PER_SEC));
  append_count (out, "connections", srv_workers_count (workers));
  append_count (out, "connections-total", counters.connections);
  append_count (out, "messages", counters.messages);
  append_count (out, "deliveries", counters.deliveries);
  append_count (out, "bytes-in", counters.bytes_in);
  append_count (out, "bytes-out", counters.bytes_out);
  append_count (out, "not-kept", counters.not_kept);
  append_count (out, "dropped-slow", counters.dropped_slow);
  append_count (out, "refused-banned", refusals->banned);
  append_count (out, "refused-not-public", refusals->not_public);
  append_count (out, "refused-stopped", refusals->stopped);
  append_count (out, "refused-no-descriptor", refusals->no_descriptor);
  append_count (out, "cut-off", counters.cut_off);
  append_tls (out, server);
  for (guint i = 0; i < SAL_N_LIMITS; i++)
    {
      g_autofree char *name = g_strconcat ("limit-", sal_limit_key ((SalLimit) i), NULL);

      append_count (out, name, counters.limits[i]);
    }
  return TRUE;
}

static void
append_certificate (GString *out, const SrvCertificate *certificate)
{
  g_autoptr (GDateTime) from = g_date_time_new_from_unix_utc (certificate->from_s);
  g_autoptr (GDateTime) until = g_date_time_new_from_unix_utc (certificate->until_s);
  g_autofree char *from_day = g_date_time_format (from, "%Y-%m-%d");
  g_autofree char *until_day = g_date_time_format (until, "%Y-%m-%d");

  g_string_append_printf (out, _ ("certificate: %s\n"), certificate->file);
  g_string_append_printf (out, _ ("key: %s\n"), certificate->key_file);
  g_string_append_printf (out, _ ("for: %s\n"), certificate->names);
  g_string_append_printf (out, _ ("valid: %s to %s\n"), from_day, until_day);
  g_string_append_printf (out, _ ("signed by: %s\n"),
                          certificate->self_signed ? _ ("itself") : certificate->issuer);
  g_string_append_printf (out, _ ("its fingerprint (SHA-256): %s\n"), certificate->fingerprint);
  g_string_append_printf (out, _ ("its key's fingerprint: %s\n"), certificate->pin);
}

static gboolean
do_certificate (SrvServer *server, const char *rest, GString *out)
{
  const SrvCertificate *certificate = srv_server_get_certificate (server);

  if (certificate == NULL)
    return srv_console_fail (out, _ ("no listener speaks TLS, so there is no certificate"));
  append_certificate (out, certificate);
  return TRUE;
}

static gboolean do_help (SrvServer *server, const char *rest, GString *out);

static const Word words[] = {
  { "stop", "", N_ ("let nobody new in; those inside stay"), FALSE, do_stop },
  { "open", "", N_ ("let newcomers in again"), FALSE, do_open },
  { "close", "", N_ ("say goodbye to everybody and end"), FALSE, do_close },
  { "who", "", N_ ("list everybody"), FALSE, do_who },
  { "rooms", "", N_ ("list the rooms and how many are in them"), FALSE, do_rooms },
  { "room", N_ ("WORD"), N_ ("look at a room, change it; “room” alone lists its words"), FALSE,
    srv_console_do_room },
  { "say", N_ ("TEXT"), N_ ("speak in every room"), TRUE, do_say },
  { "kick", N_ ("NAME [REASON]"), N_ ("put somebody out"), TRUE, do_kick },
  { "ban", N_ ("ADDRESS|NAME [for DURATION]"),
    N_ ("keep an address or network out (for 15m, 2h, 7d)"), TRUE, do_ban },
  { "unban", N_ ("ADDRESS"), N_ ("undo that"), TRUE, do_unban },
  { "mute", N_ ("NAME"), N_ ("do not pass on what somebody says"), TRUE, do_mute },
  { "unmute", N_ ("NAME"), N_ ("undo that"), TRUE, do_unmute },
  { "account", N_ ("WORD"), N_ ("who can log in; “account” alone lists its words"), FALSE, NULL },
  { "log", N_ ("[LEVEL]"), N_ ("say or set how much is logged"), FALSE, do_log },
  { "reload", "", N_ ("read the configuration again"), FALSE, do_reload },
  { "certificate", "", N_ ("what TLS listeners show of the server"), FALSE, do_certificate },
  { "stats", "", N_ ("what happened, in numbers"), FALSE, do_stats },
  { "help", "", N_ ("this list"), FALSE, do_help },
};

/* The empty text is not for gettext: its translation is the header of the catalogue. */
static const char *
usage_of (const Word *word)
{
  return *word->usage != '\0' ? _ (word->usage) : "";
}

static gboolean
do_help (SrvServer *server, const char *rest, GString *out)
{
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    {
      g_autofree char *head = g_strdup_printf ("%s %s", words[i].word, usage_of (&words[i]));

      srv_console_append_column (out, head, 36);
      append_line (out, _ (words[i].help));
    }
  return TRUE;
}

/**
 * srv_console_words:
 *
 * Returns: (transfer full): all words, for completion.
 */
char **
srv_console_words (void)
{
  char **all = g_new0 (char *, G_N_ELEMENTS (words) + 1);

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    all[i] = g_strdup (words[i].word);
  return all;
}

/**
 * srv_console_execute:
 * @line: (nullable): what the operator typed; %NULL: more than a line may have
 * @out: where to append the answer, whole lines
 *
 * Returns: whether it was understood and went well. An empty line is nothing. With
 * %SRV_CONSOLE_TALK nothing has happened.
 */
SrvConsoleResult
srv_console_execute (SrvServer *server, const char *line, GString *out)
{
  g_autoptr (GString) clean = g_string_new (NULL);
  g_autofree char *word = NULL;
  const char *rest = NULL;

  if (line == NULL)
    {
      append_line (out, _ ("that line is too long; nothing was done"));
      return SRV_CONSOLE_FAILED;
    }
  if (!sal_text_clean (clean, line, strlen (line)))
    return SRV_CONSOLE_OK;
  word = srv_console_take_word (clean->str, &rest);
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    {
      if (!g_str_equal (words[i].word, word))
        continue;
      if (words[i].needs && *rest == '\0')
        {
          g_string_append_printf (out, _ ("usage: %s %s\n"), words[i].word, usage_of (&words[i]));
          return SRV_CONSOLE_FAILED;
        }
      if (words[i].func == NULL)
        return SRV_CONSOLE_TALK;
      return words[i].func (server, rest, out) ? SRV_CONSOLE_OK : SRV_CONSOLE_FAILED;
    }
  g_string_append_printf (out, _ ("“%s” is not a word I know; there are:\n"), word);
  (void) do_help (server, "", out);
  return SRV_CONSOLE_FAILED;
}

/**
 * srv_console_input_init:
 */
void
srv_console_input_init (SrvConsoleInput *input)
{
  /* It never grows, which would leave a copy of what may be a password. */
  *input = (SrvConsoleInput){ .partial = g_string_sized_new (SAL_CONSOLE_LINE_BYTES + 1) };
}

/**
 * srv_console_input_clear:
 * @input: initialised, or zeroed
 */
void
srv_console_input_clear (SrvConsoleInput *input)
{
  sal_wipe_string (g_steal_pointer (&input->partial));
}

/**
 * srv_console_input_push:
 *
 * Calls @func for each line that is complete; with %NULL for one that has more than
 * %SAL_CONSOLE_LINE_BYTES.
 */
void
srv_console_input_push (
    SrvConsoleInput *input, const char *bytes, gsize len, SrvConsoleLineFunc func, gpointer data)
{
  for (gsize i = 0; i < len; i++)
    {
      if (bytes[i] != '\n')
        {
          if (input->partial->len < SAL_CONSOLE_LINE_BYTES)
            g_string_append_c (input->partial, bytes[i]);
          else
            input->skipping = TRUE;
          continue;
        }
      func (input->skipping ? NULL : input->partial->str, data);
      input->skipping = FALSE;
      explicit_bzero (input->partial->str, input->partial->len); /* it may be a password */
      g_string_truncate (input->partial, 0);
    }
}
