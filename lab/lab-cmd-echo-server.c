/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * `salotto-lab echo-server`.
 */
#include "config.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/sal-error.h"
#include "common/base/sal-fd.h"
#include "common/base/sal-log.h"
#include "common/base/sal-program.h"
#include "lab/bench/lab-echo.h"
#include "lab/lab-cmd.h"

static struct
{
  char *model;
  int backlog;
  char *reuse_address;
  int maxseg;
  char *greeting;
  char *prefix;
  char *farewell;
  gboolean inetd;
  gboolean leak_close;
} values = { .backlog = SAL_NUMBER_NOT_GIVEN, .maxseg = SAL_NUMBER_NOT_GIVEN };

static const GOptionEntry entries[] = {
  { "model", 'm', 0, G_OPTION_ARG_STRING, &values.model,
    N_ ("sequential (default), fork, thread, select, poll, epoll or sigio"), N_ ("MODEL") },
  { "backlog", 0, 0, G_OPTION_ARG_INT, &values.backlog,
    N_ ("How many may wait in the accept queue (16)"), "N" },
  { "reuseaddr", 0, 0, G_OPTION_ARG_STRING, &values.reuse_address,
    N_ ("Take a port that old connections still have: on (default) or off"), "on|off" },
  { "maxseg", 0, 0, G_OPTION_ARG_INT, &values.maxseg, N_ ("At most N bytes a TCP segment"), "N" },
  { "greeting", 0, 0, G_OPTION_ARG_STRING, &values.greeting, N_ ("Said to whom is accepted"),
    N_ ("TEXT") },
  { "prefix", 0, 0, G_OPTION_ARG_STRING, &values.prefix, N_ ("Said in front of each echo"),
    N_ ("TEXT") },
  { "farewell", 0, 0, G_OPTION_ARG_STRING, &values.farewell,
    N_ ("Said to a client that has ended its side, before we end ours"), N_ ("TEXT") },
  { "inetd", 0, 0, G_OPTION_ARG_NONE, &values.inetd,
    N_ ("Serve the one connection on descriptors 0 and 1"), NULL },
  { "leak-close", 0, 0, G_OPTION_ARG_NONE, &values.leak_close,
    N_ ("Never close a connection: a bug, on purpose"), NULL },
  { NULL },
};

static gboolean
parse_switch (const char *text, gboolean *on, GError **error)
{
  *on = text == NULL || g_str_equal (text, "on");
  if (*on || g_str_equal (text, "off"))
    return TRUE;
  g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
               _ ("--reuseaddr: “%s” is not allowed; allowed: on, off"), text);
  return FALSE;
}

/* `\n` and the like mean what they mean in C. */
static void
unescape (char **text)
{
  char *bytes = *text != NULL ? g_strcompress (*text) : NULL;

  g_free (*text);
  *text = bytes;
}

static gboolean
take_options (LabEchoOptions *options, LabListenOptions *listen, GError **error)
{
  unescape (&values.greeting);
  unescape (&values.prefix);
  unescape (&values.farewell);
  *options = (LabEchoOptions){ .model = LAB_ECHO_SEQUENTIAL,
                               .greeting = values.greeting,
                               .prefix = values.prefix,
                               .farewell = values.farewell,
                               .leak_close = values.leak_close,
                               .verbose = sal_log_get_level ()[0] == 'i' };
  if (!sal_option_check_number ("backlog", &values.backlog, 1, 65535, error) ||
      !sal_option_check_number ("maxseg", &values.maxseg, 1, 65535, error))
    return FALSE;
  *listen = (LabListenOptions){ .backlog = values.backlog, .maxseg = values.maxseg };
  if (listen->backlog == 0)
    listen->backlog = LAB_DEFAULT_BACKLOG;
  return (values.model == NULL || lab_echo_parse_model (values.model, &options->model, error)) &&
         parse_switch (values.reuse_address, &listen->reuse_address, error);
}

static gboolean
serve (const char *place,
       const LabEchoOptions *options,
       const LabListenOptions *listen,
       GError **error)
{
  LabEndpoint bound;
  g_autofree char *name = NULL;
  int listener = lab_net_open_listener (place, listen, &bound, error);
  gboolean ok = FALSE;

  if (listener < 0)
    return FALSE;
  sal_fd_raise_limit ();
  name = lab_endpoint_format (&bound);
  printf ("listening on %s (echo, %s)\n", name, lab_echo_model_name (options->model));
  fflush (stdout);
  ok = lab_echo_serve (listener, options, error);
  close (listener);
  return ok;
}

/**
 * lab_cmd_echo_server:
 *
 * Serves until it is killed. Returns: an exit status if it cannot.
 */
int
lab_cmd_echo_server (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  LabEchoOptions options;
  LabListenOptions listen;
  int places = 0;

  if (!lab_cmd_parse (entries, _ ("echo-server [ADDR:]PORT"),
                      _ ("Sends back what it gets (RFC 862), with one way or another to look after "
                         "many clients."),
                      &argc, &argv, &error) ||
      !take_options (&options, &listen, &error))
    return lab_cmd_fail (error);
  places = values.inetd ? 0 : 1;
  if (argc != places + 1)
    return sal_usage_fail (_ ("salotto-lab echo-server [OPTION…] [ADDR:]PORT|--inetd"),
                           argc > places + 1 ? argv[places + 1] : NULL);
  if (values.inetd)
    return lab_echo_serve_inetd (&options);
  if (!serve (argv[1], &options, &listen, &error))
    return lab_cmd_fail (error);
  return SAL_EXIT_OK;
}
