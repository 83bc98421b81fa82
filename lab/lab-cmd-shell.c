/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * `salotto-lab shell`.
 */
#include "config.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <unistd.h>

#include "common/base/sal-error.h"
#include "common/base/sal-program.h"
#include "lab/bench/lab-shell.h"
#include "lab/lab-cmd.h"

static const GOptionEntry entries[] = { { NULL } };

/**
 * lab_cmd_shell:
 *
 * Returns: 0 when every line was a socket call, whatever it returned.
 */
int
lab_cmd_shell (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  if (!lab_cmd_parse (entries, "shell",
                      _ ("Makes socket calls, one a line, and says what they return:\n"
                         "  sock = socket tcp\n"
                         "  sock.connect 127.0.0.1 7"),
                      &argc, &argv, &error))
    return lab_cmd_fail (error);
  if (argc != 1)
    return sal_usage_fail ("salotto-lab shell", argv[1]);
  return lab_shell_run (stdin, isatty (STDIN_FILENO)) ? SAL_EXIT_OK : SAL_EXIT_USAGE;
}
