/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * `salotto-lab fake-server`.
 */
#include "config.h"

#include <glib/gi18n.h>

#include "common/base/sal-error.h"
#include "common/base/sal-program.h"
#include "lab/bench/lab-fake-server.h"
#include "lab/bench/lab-net.h"
#include "lab/lab-cmd.h"

static char *stage_name;
static gboolean step;
static int backlog = SAL_NUMBER_NOT_GIVEN;

static const GOptionEntry entries[] = {
  { "stage", 0, 0, G_OPTION_ARG_STRING, &stage_name,
    N_ ("Stay at a stage: none, socket, bind or listen (default)"), N_ ("STAGE") },
  { "step", 0, 0, G_OPTION_ARG_NONE, &step, N_ ("Show each stage, and wait for Return"), NULL },
  { "backlog", 0, 0, G_OPTION_ARG_INT, &backlog, N_ ("How many may wait in the accept queue (16)"),
    "N" },
  { NULL },
};

/**
 * lab_cmd_fake_server:
 *
 * Stays until it is killed. Returns: an exit status if it cannot.
 */
int
lab_cmd_fake_server (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  LabStage stage = LAB_STAGE_LISTEN;

  if (!lab_cmd_parse (
          entries, _ ("fake-server [ADDR:]PORT"),
          _ ("Stops before socket(), bind() and listen(), and never accepts. Shows what "
             "the kernel lists and what a client gets."),
          &argc, &argv, &error) ||
      !sal_option_check_number ("backlog", &backlog, 1, 65535, &error) ||
      (stage_name != NULL && !lab_fake_parse_stage (stage_name, &stage, &error)))
    return lab_cmd_fail (error);
  if (argc != 2)
    return sal_usage_fail (_ ("salotto-lab fake-server [OPTION…] [ADDR:]PORT"),
                           argc > 2 ? argv[2] : NULL);
  if (!lab_fake_serve (argv[1], stage, step, backlog != 0 ? backlog : LAB_DEFAULT_BACKLOG,
                       lab_cmd_screen ().columns, &error))
    return lab_cmd_fail (error);
  return SAL_EXIT_OK;
}
