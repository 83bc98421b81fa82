/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * `salotto-lab file-client`: to standard output, or into a file that is there in full or not
 * at all.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/sal-error.h"
#include "common/base/sal-program.h"
#include "lab/bench/lab-file-server.h"
#include "lab/bench/lab-net.h"
#include "lab/lab-cmd.h"

static char *output;

static const GOptionEntry entries[] = {
  { "output", 'o', 0, G_OPTION_ARG_FILENAME, &output, N_ ("Write into FILE"), N_ ("FILE") },
  { NULL },
};

/* Beside the file that it becomes when all of it is there. */
static int
fetch_into_file (int fd, const char *name, GError **error)
{
  g_autofree char *part = g_strdup_printf ("%s.XXXXXX", output);
  int out = g_mkstemp_full (part, O_WRONLY | O_CLOEXEC, 0666);
  int status = SAL_EXIT_FAILED;

  if (out < 0)
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_FAILED, _ ("cannot write “%s”: %s"), output,
                   g_strerror (errno));
      return status;
    }
  status = lab_file_fetch (fd, name, out, error);
  if (close (out) < 0 || (status == SAL_EXIT_OK && g_rename (part, output) < 0))
    {
      g_clear_error (error);
      g_set_error (error, SAL_ERROR, SAL_EXIT_FAILED, _ ("cannot write “%s”: %s"), output,
                   g_strerror (errno));
      status = SAL_EXIT_FAILED;
    }
  if (status != SAL_EXIT_OK)
    g_unlink (part);
  return status;
}

/**
 * lab_cmd_file_client:
 *
 * Returns: 0 when the file is there.
 */
int
lab_cmd_file_client (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  LabEndpoint peer;
  guint16 port = 0;
  int fd = -1;
  int status = SAL_EXIT_OK;

  if (!lab_cmd_parse (entries, _ ("file-client HOST PORT NAME"),
                      _ ("Fetches a file from a file-server."), &argc, &argv, &error))
    return lab_cmd_fail (error);
  if (argc != 4)
    return sal_usage_fail (_ ("salotto-lab file-client [--output=FILE] HOST PORT NAME"),
                           argc > 4 ? argv[4] : NULL);
  if (!lab_net_parse_port (argv[2], &port, &error))
    return lab_cmd_fail (error);
  if (*argv[3] == '\0' || strpbrk (argv[3], "\r\n") != NULL ||
      strlen (argv[3]) >= LAB_FILE_NAME_BYTES)
    {
      g_set_error (&error, SAL_ERROR, SAL_EXIT_USAGE,
                   _ ("a name that is asked for is one line of 1 to %d bytes"),
                   LAB_FILE_NAME_BYTES - 1);
      return lab_cmd_fail (error);
    }
  fd = lab_net_connect (argv[1], port, 0, 0, &peer, &error);
  if (fd < 0)
    return lab_cmd_fail (error);
  status = output != NULL ? fetch_into_file (fd, argv[3], &error)
                          : lab_file_fetch (fd, argv[3], STDOUT_FILENO, &error);
  close (fd);
  if (status != SAL_EXIT_OK)
    lab_cmd_fail (error);
  return status;
}
