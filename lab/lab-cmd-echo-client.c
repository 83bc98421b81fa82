/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * `salotto-lab echo-client`.
 */
#include "config.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <unistd.h>

#include "common/base/sal-error.h"
#include "common/base/sal-program.h"
#include "lab/bench/lab-echo-client.h"
#include "lab/bench/lab-net.h"
#include "lab/lab-cmd.h"

#define DEFAULT_SIZE 64

static LabEchoClientOptions values = {
  .count = SAL_NUMBER_NOT_GIVEN,
  .size = SAL_NUMBER_NOT_GIVEN,
  .timeout_s = SAL_NUMBER_NOT_GIVEN,
};
static int maxseg = SAL_NUMBER_NOT_GIVEN;

static const GOptionEntry entries[] = {
  { "maxseg", 0, 0, G_OPTION_ARG_INT, &maxseg, N_ ("At most N bytes a TCP segment"), "N" },
  { "count", 'c', 0, G_OPTION_ARG_INT, &values.count,
    N_ ("Send N messages instead of what is typed, and check what comes back"), "N" },
  { "size", 's', 0, G_OPTION_ARG_INT, &values.size, N_ ("Bytes of such a message (64)"), "N" },
  { "timeout", 0, 0, G_OPTION_ARG_INT, &values.timeout_s,
    N_ ("Give up when nothing comes for S seconds"), "S" },
  { NULL },
};

/**
 * lab_cmd_echo_client:
 *
 * Returns: 0 when both sides have ended and everything came back.
 */
int
lab_cmd_echo_client (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL;
  g_autofree char *own_name = NULL;
  LabEndpoint peer;
  LabEndpoint own;
  guint16 port = 0;
  int fd = -1;
  int status = SAL_EXIT_OK;

  if (!lab_cmd_parse (entries, _ ("echo-client HOST PORT"),
                      _ ("Sends each line to an echo server, shows what comes back and how long it "
                         "took. Ctrl-D ends your side and waits for the other; Ctrl-C does not."),
                      &argc, &argv, &error) ||
      !sal_option_check_number ("maxseg", &maxseg, 1, 65535, &error) ||
      !sal_option_check_number ("count", &values.count, 1, G_MAXINT, &error) ||
      !sal_option_check_number ("size", &values.size, 1, LAB_ECHO_LINE_BYTES, &error) ||
      !sal_option_check_number ("timeout", &values.timeout_s, 1, 86400, &error))
    return lab_cmd_fail (error);
  if (argc != 3)
    return sal_usage_fail (_ ("salotto-lab echo-client [OPTION…] HOST PORT"),
                           argc > 3 ? argv[3] : NULL);
  if (values.size == 0)
    values.size = DEFAULT_SIZE;
  if (!lab_net_parse_port (argv[2], &port, &error))
    return lab_cmd_fail (error);
  fd = lab_net_connect (argv[1], port, maxseg, values.timeout_s * 1000, &peer, &error);
  if (fd < 0)
    return lab_cmd_fail (error);
  name = lab_endpoint_format (&peer);
  own_name = lab_endpoint_of_socket (fd, &own) ? lab_endpoint_format (&own) : g_strdup ("?");
  fprintf (stderr, "connected to %s from %s\n", name, own_name);
  status = lab_echo_client_run (fd, &values, &error);
  close (fd);
  if (status != SAL_EXIT_OK)
    lab_cmd_fail (error);
  return status;
}
