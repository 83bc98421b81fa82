/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The command line of salotto-cli: each option once, for all verbs that take it.
 */
#include "config.h"

#include "client-cli/cli-options.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client-cli/cli-keyring.h"
#include "client-cli/cli-password.h"
#include "client-cli/cli-print.h"
#include "common/base/sal-error.h"
#include "common/base/sal-limits.h"
#include "common/base/sal-program.h"
#include "common/client/sal-client-certificate.h"
#include "common/client/sal-known-servers.h"
#include "common/client/sal-secret.h"
#include "common/client/sal-spki.h"
#include "common/proto/sal-name.h"
#include "common/proto/sal-text.h"

/* The one set of values that GOption writes to. */
static CliOptions values;

static const GOptionEntry name_entries[] = {
  { "name", 'n', 0, G_OPTION_ARG_STRING, &values.name, N_ ("Who you are (your login name)"),
    N_ ("NAME") },
  { "room", 'r', 0, G_OPTION_ARG_STRING, &values.room, N_ ("Go to this room"), N_ ("ROOM") },
  { "dialect", 0, 0, G_OPTION_ARG_STRING, &values.dialect, N_ ("auto, plain or irc"),
    N_ ("DIALECT") },
  { NULL }
};

static const GOptionEntry login_entries[] = {
  { "account", 0, 0, G_OPTION_ARG_STRING, &values.account,
    N_ ("Log in to this account (IRC); the password is in the keyring, or asked for"),
    N_ ("ACCOUNT") },
  { "password-fd", 0, 0, G_OPTION_ARG_INT, &values.password_fd,
    N_ ("Read the password from this descriptor"), "N" },
  { "save-password", 0, 0, G_OPTION_ARG_NONE, &values.save_password,
    N_ ("Ask for the password, and keep it in the keyring once it is known to be right"), NULL },
  { "server-password-fd", 0, 0, G_OPTION_ARG_INT, &values.server_password_fd,
    N_ ("Read the password of the server (PASS) from this descriptor"), "N" },
  { NULL }
};

static const GOptionEntry lines_entries[] = {
  { "eol", 0, 0, G_OPTION_ARG_STRING, &values.eol,
    N_ ("How your lines end: lf, crlf or none, instead of finding out"), N_ ("EOL") },
  { "latin1", 0, 0, G_OPTION_ARG_NONE, &values.latin1, N_ ("Send Latin-1, not UTF-8"), NULL },
  { NULL }
};

static const GOptionEntry sending_entries[] = {
  { "split", 0, 0, G_OPTION_ARG_INT, &values.split, N_ ("At most N bytes a send"), "N" },
  { "delay", 0, 0, G_OPTION_ARG_INT, &values.delay_ms, N_ ("Wait MS milliseconds between sends"),
    "MS" },
  { "maxseg", 0, 0, G_OPTION_ARG_INT, &values.maxseg, N_ ("At most N bytes a TCP segment"), "N" },
  { NULL }
};

static const GOptionEntry half_close_entries[] = {
  { "half-close", 0, 0, G_OPTION_ARG_NONE, &values.half_close,
    N_ ("Leave by ending your side only, without a word"), NULL },
  { NULL }
};

static const GOptionEntry reset_entries[] = {
  { "rst", 0, 0, G_OPTION_ARG_NONE, &values.reset, N_ ("Leave with a reset"), NULL }, { NULL }
};

static const GOptionEntry json_entries[] = {
  { "json", 0, 0, G_OPTION_ARG_NONE, &values.json, N_ ("One JSON object a line"), NULL }, { NULL }
};

static const GOptionEntry hex_entries[] = {
  { "hex", 0, 0, G_OPTION_ARG_NONE, &values.hex,
    N_ ("Show what each read returned: time, size and bytes"), NULL },
  { NULL }
};

static const GOptionEntry backlog_entries[] = { { "backlog", 0, 0, G_OPTION_ARG_INT,
                                                  &values.backlog,
                                                  N_ ("How many may wait in the queue (16)"), "N" },
                                                { NULL } };

static const GOptionEntry timeout_entries[] = {
  { "timeout", 0, 0, G_OPTION_ARG_INT, &values.timeout_s,
    N_ ("Give up after S seconds (connecting: 10)"), "S" },
  { NULL }
};

static const GOptionEntry pin_entries[] = {
  { "pin", 0, 0, G_OPTION_ARG_STRING, &values.pin,
    N_ ("With TLS: the key that the server must have; it is remembered"), N_ ("PIN") },
  { "certificate", 0, 0, G_OPTION_ARG_FILENAME, &values.certificate_file,
    N_ ("With TLS: show this certificate (PEM); in IRC it logs in (EXTERNAL)"), N_ ("FILE") },
  { "key", 0, 0, G_OPTION_ARG_FILENAME, &values.key_file,
    N_ ("The key of the certificate, if it is not in the same file"), N_ ("FILE") },
  { NULL }
};

static const GOptionEntry reconnect_entries[] = {
  { "reconnect", 0, 0, G_OPTION_ARG_NONE, &values.reconnect,
    N_ ("When the connection breaks, come back, also where nobody types"), NULL },
  { "no-reconnect", 0, 0, G_OPTION_ARG_NONE, &values.no_reconnect,
    N_ ("When the connection breaks, end"), NULL },
  { NULL }
};

static const GOptionEntry bell_entries[] = {
  { "bell", 0, 0, G_OPTION_ARG_NONE, &values.bell,
    N_ ("Ring the terminal's bell when somebody names you, or speaks to you alone"), NULL },
  { NULL }
};

static const GOptionEntry common_entries[] = {
  { "verbose", 'v', 0, G_OPTION_ARG_NONE, &values.verbose, N_ ("Say more"), NULL },
  { "version", 0, 0, G_OPTION_ARG_NONE, &values.version, N_ ("Say the version, and end"), NULL },
  { NULL }
};

/**
 * cli_options_clear:
 */
void
cli_options_clear (CliOptions *options)
{
  g_clear_pointer (&options->name, g_free);
  g_clear_pointer (&options->room, g_free);
  g_clear_pointer (&options->dialect, g_free);
  g_clear_pointer (&options->eol, g_free);
  g_clear_pointer (&options->pin, g_free);
  g_clear_pointer (&options->certificate_file, g_free);
  g_clear_pointer (&options->key_file, g_free);
  g_clear_object (&options->certificate);
  g_clear_pointer (&options->account, g_free);
  g_clear_pointer (&options->password, cli_password_free);
  g_clear_pointer (&options->server_password, cli_password_free);
}

/**
 * cli_options_parse:
 * @options: (out): what was said
 * @takes: which options the verb has
 * @usage: what follows the verb
 *
 * Takes the options out of @argv.
 *
 * Returns: %FALSE with a #SAL_ERROR that names the option.
 */
gboolean
cli_options_parse (CliOptions *options,
                   CliTakes takes,
                   const char *usage,
                   const char *description,
                   int *argc,
                   char ***argv,
                   GError **error)
{
  g_autoptr (GOptionContext) context = g_option_context_new (usage);
  g_autoptr (GError) local = NULL;
  static const struct
  {
    CliTakes takes;
    const GOptionEntry *entries;
  } sets[] = {
    { CLI_TAKES_NAME, name_entries },       { CLI_TAKES_LINES, lines_entries },
    { CLI_TAKES_SENDING, sending_entries }, { CLI_TAKES_HALF_CLOSE, half_close_entries },
    { CLI_TAKES_RESET, reset_entries },     { CLI_TAKES_JSON, json_entries },
    { CLI_TAKES_HEX, hex_entries },         { CLI_TAKES_BACKLOG, backlog_entries },
    { CLI_TAKES_TIMEOUT, timeout_entries }, { CLI_TAKES_PIN, pin_entries },
    { CLI_TAKES_NAME, login_entries },      { CLI_TAKES_RECONNECT, reconnect_entries },
    { CLI_TAKES_BELL, bell_entries },
  };

  values = (CliOptions){
    .password_fd = -1,
    .server_password_fd = -1,
    .split = SAL_NUMBER_NOT_GIVEN,
    .delay_ms = SAL_NUMBER_NOT_GIVEN,
    .maxseg = SAL_NUMBER_NOT_GIVEN,
    .backlog = SAL_NUMBER_NOT_GIVEN,
    .timeout_s = SAL_NUMBER_NOT_GIVEN,
  };
  for (gsize i = 0; i < G_N_ELEMENTS (sets); i++)
    if (takes & sets[i].takes)
      g_option_context_add_main_entries (context, sets[i].entries, GETTEXT_PACKAGE);
  g_option_context_add_main_entries (context, common_entries, GETTEXT_PACKAGE);
  g_option_context_set_summary (context, description);
  if (!g_option_context_parse (context, argc, argv, &local))
    {
      cli_options_clear (&values);
      g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE, "%s", local->message);
      return FALSE;
    }
  if (values.version)
    {
      printf ("salotto-cli %s\n", SALOTTO_VERSION);
      exit (SAL_EXIT_OK); /* as --help does */
    }
  *options = values;
  values = (CliOptions){ 0 };
  return sal_option_check_number ("split", &options->split, 1, SAL_MESSAGE_MAX_BYTES, error) &&
         sal_option_check_number ("delay", &options->delay_ms, 0, 3600000, error) &&
         sal_option_check_number ("maxseg", &options->maxseg, 1, 65535, error) &&
         sal_option_check_number ("backlog", &options->backlog, 1, 65535, error) &&
         sal_option_check_number ("timeout", &options->timeout_s, 1, 86400, error);
}

static gboolean
check_pin (const CliOptions *options, const SalUri *uri, const char *text, GError **error)
{
  if (options->pin == NULL)
    return TRUE;
  if (!sal_spki_is_pin (options->pin))
    g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
                 _ ("--pin: “%s” is not allowed; allowed: pin-sha256:BASE64, as the server "
                    "says it"),
                 options->pin);
  else if (!sal_scheme_is_tls (uri->scheme))
    g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE, _ ("--pin: “%s” has no key; plains:// has"),
                 text);
  else
    return TRUE;
  return FALSE;
}

static gboolean
load_certificate (CliOptions *options, const SalUri *uri, const char *text, GError **error)
{
  if (options->certificate_file == NULL && options->key_file != NULL)
    g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
                 _ ("--key: it is the key of a certificate; --certificate names that"));
  if (options->certificate_file == NULL)
    return options->key_file == NULL;
  if (!sal_scheme_is_tls (uri->scheme))
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
                   _ ("--certificate: nobody asks for one at “%s”; with plains:// and ircs:// "
                      "servers do"),
                   text);
      return FALSE;
    }
  options->certificate =
      sal_client_certificate_load (options->certificate_file, options->key_file, error);
  return options->certificate != NULL;
}

static gboolean
is_irc (const SalUri *uri)
{
  return uri->scheme == SAL_SCHEME_IRC || uri->scheme == SAL_SCHEME_IRCS;
}

static gboolean
check_dialect (const CliOptions *options, const SalUri *uri, const char *text, GError **error)
{
  static const char *const names[] = { "auto", "plain", "irc", NULL };

  if (options->dialect == NULL)
    return TRUE;
  if (!g_strv_contains (names, options->dialect))
    g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
                 _ ("--dialect: “%s” is not allowed; allowed: auto, plain, irc"), options->dialect);
  else if (is_irc (uri) && g_str_equal (options->dialect, "plain"))
    g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
                 _ ("--dialect: “%s” speaks IRC; plain:// speaks the plain dialect"), text);
  else
    return TRUE;
  return FALSE;
}

/* What is said of how lines look on the wire is meant for the dialect that has such lines. */
static SalClientDialect
choose_dialect (const CliOptions *options, const SalUri *uri)
{
  if (is_irc (uri) || g_strcmp0 (options->dialect, "irc") == 0)
    return SAL_CLIENT_IRC;
  if (g_strcmp0 (options->dialect, "plain") == 0 ||
      (options->dialect == NULL &&
       (options->eol != NULL || options->latin1 || options->half_close || options->split > 0)))
    return SAL_CLIENT_PLAIN;
  return SAL_CLIENT_AUTO;
}

/**
 * cli_options_uri:
 * @text: an address as typed
 *
 * Also reads what the options for such an address speak of.
 *
 * Returns: (transfer full): an address this version can speak to, or %NULL with a
 * #SAL_ERROR.
 */
SalUri *
cli_options_uri (CliOptions *options, const char *text, GError **error)
{
  g_autoptr (SalUri) uri = sal_uri_parse_client (text, error);

  if (uri == NULL)
    return NULL;
  if (!sal_known_servers_allow_plain (uri, text, error) || !check_pin (options, uri, text, error))
    return NULL;
  if (!check_dialect (options, uri, text, error) || !load_certificate (options, uri, text, error))
    return NULL;
  return g_steal_pointer (&uri);
}

/* In the keyring, or from the person. */
static void
find_password (CliOptions *options, const SalUri *uri, GError **error)
{
  g_autofree char *prompt = NULL;
  char *kept = NULL;

  if (!options->save_password)
    kept = cli_keyring_look_up (uri, options->account);
  if (kept != NULL)
    {
      options->password = g_strdup (kept);
      options->from_keyring = TRUE;
      sal_secret_free (kept);
      return;
    }
  /* TRANSLATORS: an account and a host */
  prompt = g_strdup_printf (_ ("Password of %s at %s: "), options->account,
                            uri->host != NULL ? uri->host : uri->path);
  options->password = cli_password_ask (prompt, error);
}

/**
 * cli_options_passwords:
 *
 * Reads the passwords that the options speak of, or asks for them.
 */
gboolean
cli_options_passwords (CliOptions *options, const SalUri *uri, GError **error)
{
  if (options->server_password_fd >= 0)
    {
      options->server_password = cli_password_read (options->server_password_fd, error);
      if (options->server_password == NULL)
        return FALSE;
    }
  if (options->account == NULL && options->save_password)
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
                   _ ("--save-password: it is the password of an account; --account names that"));
      return FALSE;
    }
  if (options->account == NULL && options->password_fd < 0)
    return TRUE;
  if (options->account != NULL && choose_dialect (options, uri) == SAL_CLIENT_PLAIN)
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
                   _ ("--account: the plain dialect has no accounts"));
      return FALSE;
    }
  if (options->password_fd >= 0)
    options->password = cli_password_read (options->password_fd, error);
  else if (options->certificate != NULL && !options->save_password)
    return TRUE; /* it is all that is needed */
  else
    find_password (options, uri, error);
  return options->password != NULL;
}

/**
 * cli_options_eol:
 * @eol: (out)
 */
gboolean
cli_options_eol (const CliOptions *options, SalEol *eol, GError **error)
{
  static const char *const names[] = { "auto", "lf", "crlf", "none" };

  *eol = SAL_EOL_AUTO;
  for (guint i = 0; options->eol != NULL && i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (names[i], options->eol))
      {
        *eol = (SalEol) i;
        return TRUE;
      }
  if (options->eol == NULL)
    return TRUE;
  g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
               _ ("--eol: “%s” is not allowed; allowed: lf, crlf, none"), options->eol);
  return FALSE;
}

/**
 * cli_options_client:
 * @client: (out): its strings live as long as @options and @uri
 *
 * Who we are and where we go: the options, then the address, then the login name.
 */
gboolean
cli_options_client (const CliOptions *options,
                    const SalUri *uri,
                    SalClientOptions *client,
                    GError **error)
{
  g_autoptr (GString) clean = g_string_new (NULL);
  const char *name = options->name != NULL ? options->name : g_get_user_name ();
  const char *room = options->room != NULL            ? options->room
                     : uri->scheme != SAL_SCHEME_UNIX ? uri->path
                                                      : NULL;
  g_autofree char *as_room = room != NULL ? sal_room_from_text (room) : NULL;

  if (!sal_text_clean (clean, name, strlen (name)) || !g_str_equal (clean->str, name))
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
                   _ ("--name: “%s” cannot be a name; give one of letters and digits"), clean->str);
      return FALSE;
    }
  if (room != NULL && as_room == NULL)
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE, _ ("--room: “%s” cannot be a room"), room);
      return FALSE;
    }
  *client = (SalClientOptions){ .name = name,
                                .room = room,
                                .half_close = options->half_close,
                                .dialect = choose_dialect (options, uri),
                                .account = options->account,
                                .password = options->password,
                                .server_password = options->server_password };
  return cli_options_eol (options, &client->eol, error);
}

/**
 * cli_options_transport:
 */
SalTransportOptions
cli_options_transport (const CliOptions *options)
{
  return (SalTransportOptions){ .split = (guint) options->split,
                                .delay_ms = (guint) options->delay_ms,
                                .maxseg = (guint) options->maxseg,
                                .pin = options->pin,
                                .certificate = options->certificate };
}

/**
 * cli_options_eol_bytes:
 *
 * Returns: (transfer none): what a line ends with where nobody finds out.
 */
const char *
cli_options_eol_bytes (const CliOptions *options)
{
  if (g_strcmp0 (options->eol, "crlf") == 0)
    return "\r\n";
  return g_strcmp0 (options->eol, "none") == 0 ? "" : "\n";
}

/**
 * cli_tell_tls:
 * @tls: (nullable): what was agreed on with the server
 *
 * Says on standard error what a person has to know of it, and with --verbose the rest.
 */
void
cli_tell_tls (const SalTlsDetails *tls, const CliOptions *options)
{
  static const char *const why[] = {
    [SAL_TRUST_NONE] = "",
    [SAL_TRUST_AUTHORITY] = N_ ("an authority vouches for it"),
    [SAL_TRUST_KNOWN] = N_ ("its key is the one of last time"),
    [SAL_TRUST_FIRST_USE] = N_ ("it was never seen before"),
    [SAL_TRUST_PIN] = N_ ("its key is the one of --pin"),
  };

  if (tls == NULL)
    return;
  if (tls->trust == SAL_TRUST_FIRST_USE)
    cli_complain (_ ("this server is new here; its key is remembered from now on: %s"), tls->pin);
  if (!options->verbose)
    return;
  cli_complain ("%s, %s", tls->version, tls->cipher);
  cli_complain (_ ("certificate: %s"), tls->fingerprint);
  cli_complain (_ ("signed by: %s"), tls->issuer);
  cli_complain (_ ("valid until: %s"), tls->until);
  cli_complain (_ ("key: %s"), tls->pin);
  cli_complain (_ ("trusted because: %s"), _ (why[tls->trust]));
  if (tls->own != NULL)
    cli_complain (_ ("your certificate: %s"), tls->own);
}
