/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * `salotto-lab experiment`.
 */
#include "config.h"

#include <glib/gi18n.h>
#include <stdio.h>

#include "common/base/sal-error.h"
#include "lab/bench/lab-experiments.h"
#include "lab/lab-cmd.h"

static char *output;
static gboolean step;

static const GOptionEntry entries[] = {
  { "output", 'o', 0, G_OPTION_ARG_FILENAME, &output,
    N_ ("Also make DIR with a page, the captures and lines for programs"), N_ ("DIR") },
  { "step", 0, 0, G_OPTION_ARG_NONE, &step, N_ ("Wait for Return before each step"), NULL },
  { NULL },
};

static int
list (void)
{
  for (gsize i = 0; lab_experiments[i] != NULL; i++)
    {
      const LabExperiment *experiment = lab_experiments[i];

      printf ("%-30s %s", experiment->name, _ (experiment->title));
      if (experiment->seconds > 0)
        printf (_ (" (about %u seconds)"), experiment->seconds);
      putchar ('\n');
    }
  return SAL_EXIT_OK;
}

/**
 * lab_cmd_experiment:
 *
 * Returns: 0 when it went as it should and every answer is borne out by what was seen.
 */
int
lab_cmd_experiment (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  const LabExperiment *experiment = NULL;
  LabScreen screen = { 0 };
  int status = SAL_EXIT_OK;

  if (!lab_cmd_parse (entries, _ ("experiment NAME|list"),
                      _ ("Does an experiment of the labs between two hosts that are made for it, "
                         "and explains what was seen. Touches no real network and needs no "
                         "rights."),
                      &argc, &argv, &error))
    return lab_cmd_fail (error);
  if (argc != 2)
    return lab_cmd_usage (_ ("salotto-lab experiment [OPTION…] NAME|list"));
  if (g_str_equal (argv[1], "list"))
    return list ();
  experiment = lab_experiment_find (argv[1]);
  if (experiment == NULL)
    {
      g_set_error (&error, SAL_ERROR, SAL_EXIT_USAGE,
                   _ ("there is no experiment “%s”; salotto-lab experiment list names them"),
                   argv[1]);
      return lab_cmd_fail (error);
    }
  screen = lab_cmd_screen ();
  status = lab_experiment_run (experiment, output, step, &screen, &error);
  return error != NULL ? lab_cmd_fail (error) : status;
}
