/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The command line of `salotto-lab trace`.
 */
#include "config.h"

#include "lab/lab-trace-command.h"

#include <glib/gi18n.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/sal-error.h"
#include "common/base/sal-program.h"
#include "lab/bench/lab-net.h"
#include "lab/lab-cmd.h"

/* The one set of values that GOption writes to. */
static struct
{
  char *read;
  char *interface;
  char *filter;
  char *format;
  char *write;
  gboolean absolute;
  gboolean hex;
  gboolean ladder;
  gboolean diagram;
  int connection;
  int port;
  char *host;
  char *since;
  double linger;
  int chat;
  gboolean verbose;
  gboolean version;
} values;

static const GOptionEntry source_entries[] = {
  { "read", 'r', 0, G_OPTION_ARG_FILENAME, &values.read,
    N_ ("Read a capture, pcap or pcapng; - is standard input"), N_ ("FILE") },
  { "interface", 'i', 0, G_OPTION_ARG_STRING, &values.interface,
    N_ ("Capture on an interface, or on any of them (any)"), N_ ("IF") },
  { "filter", 'f', 0, G_OPTION_ARG_STRING, &values.filter,
    N_ ("Only packets of a pcap-filter(7) expression"), "BPF" },
  { "write", 'w', 0, G_OPTION_ARG_FILENAME, &values.write,
    N_ ("Also write the packets to a capture"), N_ ("FILE") },
  { NULL }
};

static const GOptionEntry showing_entries[] = {
  { "format", 0, 0, G_OPTION_ARG_STRING, &values.format,
    N_ ("text, json, svg, html or summary (text)"), N_ ("FORMAT") },
  { "absolute", 'S', 0, G_OPTION_ARG_NONE, &values.absolute,
    N_ ("Sequence numbers as they are on the wire"), NULL },
  { "hex", 'X', 0, G_OPTION_ARG_NONE, &values.hex, N_ ("Text: also the bytes"), NULL },
  { "ladder", 0, 0, G_OPTION_ARG_NONE, &values.ladder, N_ ("Text: a ladder, not lines"), NULL },
  { "diagram", 0, 0, G_OPTION_ARG_NONE, &values.diagram,
    N_ ("The state diagram, with the path of both ends"), NULL },
  { "verbose", 'v', 0, G_OPTION_ARG_NONE, &values.verbose, N_ ("Text: a sentence for each segment"),
    NULL },
  { "version", 0, 0, G_OPTION_ARG_NONE, &values.version, N_ ("Say the version, and end"), NULL },
  { NULL }
};

static const GOptionEntry selecting_entries[] = {
  { "connection", 'c', 0, G_OPTION_ARG_INT, &values.connection, N_ ("Show connection N only"),
    "N" },
  { "port", 'p', 0, G_OPTION_ARG_INT, &values.port, N_ ("Show this port only"), N_ ("PORT") },
  { "host", 0, 0, G_OPTION_ARG_STRING, &values.host, N_ ("Show this address only"),
    N_ ("ADDRESS") },
  { "since", 0, 0, G_OPTION_ARG_STRING, &values.since,
    N_ ("Show from here on: seconds, or HH:MM:SS"), N_ ("TIME") },
  { "linger", 0, 0, G_OPTION_ARG_DOUBLE, &values.linger,
    N_ ("Wait S seconds for late segments (240)"), "S" },
  { "chat", 0, 0, G_OPTION_ARG_INT, &values.chat, N_ ("Chat is on this port (15102); 0: nowhere"),
    N_ ("PORT") },
  { NULL }
};

static gboolean usage_error (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
usage_error (GError **error, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error_literal (error, SAL_ERROR, SAL_EXIT_USAGE, message);
  return FALSE;
}

static gboolean
parse_format (LabViewFormat *format, GError **error)
{
  if (values.format == NULL)
    return TRUE;
  for (int i = 0; i < LAB_N_FORMATS; i++)
    if (g_str_equal (values.format, lab_view_format_name ((LabViewFormat) i)))
      {
        *format = (LabViewFormat) i;
        return TRUE;
      }
  return usage_error (error, _ ("--format: “%s” is not allowed; allowed: %s"), values.format,
                      "text, json, svg, html, summary");
}

/* Whether a link-local address with its scope, `fe80::1%eth0` or `fe80::1%2`, is of the interface
 * that is captured, as far as that is one. */
static gboolean
is_scope_captured (const char *host, const char *interface)
{
  g_autofree char *plain = host != NULL ? lab_net_host (host) : NULL;
  const char *scope = plain != NULL ? strchr (plain, '%') : NULL;
  guint64 number = 0;

  if (scope == NULL || interface == NULL || g_str_equal (interface, "any") ||
      g_str_equal (scope + 1, interface))
    return TRUE;
  return g_ascii_string_to_unsigned (scope + 1, 10, 1, G_MAXUINT32, &number, NULL) &&
         number == if_nametoindex (interface);
}

static gboolean
check_range (const char *option, double value, double least, double most, GError **error)
{
  return (value >= least && value <= most) ||
         usage_error (error, _ ("--%s: a number from %d to %d"), option, (int) least, (int) most);
}

/* Whether two names are of one file: to write into what is being read would destroy it. */
static gboolean
is_same_file (const char *a, const char *b)
{
  struct stat first = { 0 };
  struct stat second = { 0 };

  return stat (a, &first) == 0 && stat (b, &second) == 0 && S_ISREG (first.st_mode) &&
         first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

static gboolean
take_values (LabTraceCommand *command, GError **error)
{
  LabScreen screen = { 0 };
  if ((values.read == NULL) == (values.interface == NULL))
    return usage_error (error, _ ("say where the packets come from: either --read FILE or "
                                  "--interface IF"));
  if (!parse_format (&command->format, error) ||
      (values.connection != SAL_NUMBER_NOT_GIVEN &&
       !check_range ("connection", values.connection, 0, G_MAXINT, error)) ||
      !sal_option_check_number ("port", &values.port, 1, 65535, error) ||
      !check_range ("linger", values.linger, 0, 1000000, error) ||
      !check_range ("chat", values.chat, 0, 65535, error))
    return FALSE;
  if (values.read != NULL && values.write != NULL && is_same_file (values.read, values.write))
    return usage_error (error, _ ("--write: %s is what is read; give another name"), values.write);
  if (values.host != NULL && !lab_selection_set_host (&command->selection, values.host))
    return usage_error (error, _ ("--host: “%s” is no IPv4 or IPv6 address"), values.host);
  if (!is_scope_captured (values.host, values.interface))
    return usage_error (error, _ ("--host: “%s” is of another interface than --interface %s"),
                        values.host, values.interface);
  if (values.since != NULL && !lab_selection_set_since (&command->selection, values.since))
    return usage_error (error,
                        _ ("--since: “%s” is no time; allowed: seconds after the first packet "
                           "(2.5), HH:MM[:SS], YYYY-MM-DD HH:MM:SS"),
                        values.since);
  if (values.connection != SAL_NUMBER_NOT_GIVEN)
    command->selection.connection = values.connection;
  command->selection.port = (guint16) values.port;
  command->trace.linger_ns = (gint64) (values.linger * 1e9);
  command->trace.chat_port = (guint16) values.chat;
  screen = lab_cmd_screen ();
  command->view = (LabViewOptions){
    .absolute = values.absolute,
    .hex = values.hex,
    .ladder = values.ladder,
    .diagram = values.diagram,
    .verbose = values.verbose,
    .colour = screen.colour,
    .columns = screen.columns,
  };
  /* Each packet of "any" may be of another. */
  if (values.interface != NULL && !g_str_equal (values.interface, "any"))
    command->view.scope = command->trace.scope = values.interface;
  return TRUE;
}

/**
 * lab_trace_command_clear:
 */
void
lab_trace_command_clear (LabTraceCommand *command)
{
  g_clear_pointer (&command->read, g_free);
  g_clear_pointer (&command->interface, g_free);
  g_clear_pointer (&command->filter, g_free);
  g_clear_pointer (&command->write, g_free);
}

static GOptionContext *
make_context (void)
{
  GOptionContext *context = g_option_context_new (_ ("trace - follow TCP connections"));

  g_option_context_add_main_entries (context, source_entries, GETTEXT_PACKAGE);
  g_option_context_add_main_entries (context, showing_entries, GETTEXT_PACKAGE);
  g_option_context_add_main_entries (context, selecting_entries, GETTEXT_PACKAGE);
  g_option_context_set_summary (
      context, _ ("Knows after each segment in which state of RFC 9293 each end is, and says what\n"
                  "happened."));
  g_option_context_set_description (
      context, _ ("Examples:\n"
                  "  salotto-lab trace --read lab.pcap                what happened, in words\n"
                  "  salotto-lab trace --read lab.pcap --format html  as a page to look at\n"
                  "  salotto-lab trace --read lab.pcap -c 0 --hex     one connection, with bytes\n"
                  "  salotto-lab trace -i lo -f tcp                   while it happens"));
  return context;
}

/**
 * lab_trace_command_parse:
 * @command: (out): what was said; to be cleared in any case
 *
 * Returns: %FALSE with a #SAL_ERROR that names the option.
 */
gboolean
lab_trace_command_parse (LabTraceCommand *command, int *argc, char ***argv, GError **error)
{
  g_autoptr (GOptionContext) context = make_context ();
  g_autoptr (GError) local = NULL;
  gboolean is_valid = FALSE;

  *command = (LabTraceCommand){ .selection.connection = -1 };
  lab_trace_options_init (&command->trace);
  memset (&values, 0, sizeof values);
  values.connection = SAL_NUMBER_NOT_GIVEN;
  values.port = SAL_NUMBER_NOT_GIVEN;
  values.linger = (double) command->trace.linger_ns / 1e9;
  values.chat = command->trace.chat_port;
  if (!g_option_context_parse (context, argc, argv, &local))
    usage_error (error, "%s", local->message);
  else if (values.version)
    {
      printf ("salotto-lab %s\n", SALOTTO_VERSION);
      exit (SAL_EXIT_OK); /* as --help does */
    }
  else if (*argc > 1)
    usage_error (error, _ ("“%s” is no option; a capture is read with --read FILE"), (*argv)[1]);
  else
    is_valid = take_values (command, error);

  command->read = values.read;
  command->interface = values.interface;
  command->filter = values.filter;
  command->write = values.write;
  g_free (values.format);
  g_free (values.host);
  g_free (values.since);
  return is_valid;
}
