/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * `salotto-lab file-server`.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <stdio.h>
#include <unistd.h>

#include "common/base/sal-error.h"
#include "common/base/sal-program.h"
#include "lab/bench/lab-file-server.h"
#include "lab/bench/lab-net.h"
#include "lab/lab-cmd.h"

static int backlog = SAL_NUMBER_NOT_GIVEN;
static int timeout_s = SAL_NUMBER_NOT_GIVEN;

static const GOptionEntry entries[] = {
  { "backlog", 0, 0, G_OPTION_ARG_INT, &backlog, N_ ("How many may wait in the accept queue (16)"),
    "N" },
  { "timeout", 0, 0, G_OPTION_ARG_INT, &timeout_s,
    N_ ("Put a client out that keeps the others waiting for so many seconds (30)"), "S" },
  { NULL },
};

static gboolean
serve (const char *path, const char *place, GError **error)
{
  const LabListenOptions options = { .backlog = backlog != 0 ? backlog : LAB_DEFAULT_BACKLOG,
                                     .reuse_address = TRUE };
  LabEndpoint bound;
  g_autofree char *name = NULL;
  int folder = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int listener = -1;
  gboolean ok = FALSE;

  if (folder < 0)
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE, _ ("cannot open the folder “%s”: %s"), path,
                   g_strerror (errno));
      return FALSE;
    }
  listener = lab_net_open_listener (place, &options, &bound, error);
  if (listener >= 0)
    {
      name = lab_endpoint_format (&bound);
      printf ("listening on %s (file)\n", name);
      fflush (stdout);
      ok = lab_file_serve (listener, folder, timeout_s != 0 ? (guint) timeout_s : LAB_FILE_STALL_S,
                           error);
      close (listener);
    }
  close (folder);
  return ok;
}

/**
 * lab_cmd_file_server:
 *
 * Serves until it is killed. Returns: an exit status if it cannot.
 */
int
lab_cmd_file_server (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  if (!lab_cmd_parse (entries, _ ("file-server DIR [ADDR:]PORT"),
                      _ ("Sends the files beneath DIR: a name in one line comes, the bytes go, the "
                         "connection is closed. One client after the other."),
                      &argc, &argv, &error) ||
      !sal_option_check_number ("backlog", &backlog, 1, 65535, &error) ||
      !sal_option_check_number ("timeout", &timeout_s, 1, 86400, &error))
    return lab_cmd_fail (error);
  if (argc != 3)
    return sal_usage_fail (_ ("salotto-lab file-server [OPTION…] DIR [ADDR:]PORT"),
                           argc > 3 ? argv[3] : NULL);
  if (!serve (argv[1], argv[2], &error))
    return lab_cmd_fail (error);
  return SAL_EXIT_OK;
}
